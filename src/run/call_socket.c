// SPDX-License-Identifier: MIT
/*
 * call_socket.c - socket, bind, getsockname, getpeername, shutdown
 *
 * Which sockets there are is a table of families and types.  A pair that is
 * not in it does not exist, whatever the machine's kernel could do: no
 * descriptor of the machine's network ever gets into a program.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/check.h"

#include "run/msg.h"
#include "run/stream.h"

typedef long open_fn(struct call *call, int domain, int type, int proto);

/* clang-format off */
static const struct {
	int domain, type;
	open_fn *open;
} kinds[] = {
	{AF_INET, SOCK_STREAM, stream_open},
	{AF_INET6, SOCK_STREAM, stream_open},
	{AF_INET, SOCK_DGRAM, dgram_open},
	{AF_INET6, SOCK_DGRAM, dgram_open},
	{AF_INET, SOCK_RAW, dgram_open},
	{AF_INET6, SOCK_RAW, dgram_open},
	{AF_PACKET, SOCK_RAW, dgram_open},
	{AF_PACKET, SOCK_DGRAM, dgram_open},
	{AF_NETLINK, SOCK_RAW, netlink_open},
	{AF_NETLINK, SOCK_DGRAM, netlink_open},
};
/* clang-format on */

static long give_pair(struct call *call, struct desc *d, int type)
{
	const struct sockaddr nobody = {.sa_family = AF_UNSPEC};
	int flags = type & SOCK_NONBLOCK, fd[2];
	long answer;

	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, fd))
		return -errno;
	(void)fcntl(fd[0], F_SETFL, flags);
	if (d->ops->needs_peer) /* and has none yet: dgram_end.c */
		(void)connect(fd[0], &nobody, sizeof(nobody.sa_family));
	answer = desc_know(d, fd[0]);
	if (!answer)
		answer = desc_watch(d, fd[1], EPOLLIN | EPOLLOUT | EPOLLET);
	if (answer)
		close(fd[1]);
	else
		answer = call_add_fd(call, fd[0],
				     type & SOCK_CLOEXEC ? O_CLOEXEC : 0);
	close(fd[0]);
	return answer;
}

long desc_give_pair(struct call *call, struct desc *d, int type)
{
	long answer = give_pair(call, d, type);

	if (answer != CALL_SENT)
		desc_end(d);
	return answer;
}

static long open_one(struct call *call, open_fn *open)
{
	int domain = (int)call->arg[0], type = (int)call->arg[1];
	int proto = (int)call->arg[2];
	long answer = open(call, domain, type, proto);

	if (answer != -EMFILE)
		return answer;
	/* Perhaps for sockets that nobody has any more. */
	sweep_now(call_sup(call));
	sup_work(call_sup(call));
	return open(call, domain, type, proto);
}

long call_socket(struct call *call)
{
	int domain = (int)call->arg[0], type = (int)call->arg[1];
	int proto = (int)call->arg[2], flags = SOCK_NONBLOCK | SOCK_CLOEXEC;
	long err = -EAFNOSUPPORT;

	if (type & ~(0xf | flags))
		return -EINVAL;
	if (domain < 0 || domain >= AF_MAX)
		return err;
	if ((type & 0xf) > SOCK_PACKET)
		return -EINVAL;
	if ((domain == AF_INET || domain == AF_INET6) &&
	    (proto < 0 || proto >= IPPROTO_MAX))
		return -EINVAL;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (kinds[i].domain != domain)
			continue;
		if (kinds[i].type == (type & 0xf))
			return open_one(call, kinds[i].open);
		err = -ESOCKTNOSUPPORT;
	}
	return err;
}

/* An address that is none of IP's. */
static long bind_other(struct call *call)
{
	uint8_t name[128] = {0};
	int len = (int)call->arg[2], err;

	if (len < 0 || len > (int)sizeof(name))
		return -EINVAL;
	err = call_read(call, call->arg[1], name, (size_t)len);
	if (!err && !call_is_alive(call))
		err = -EINTR;
	return err ? err : call->desc->ops->bind(call, name, (size_t)len);
}

long call_bind(struct call *call)
{
	struct desc *d = call->desc;
	struct endpoint ep;
	int err;

	if (d->ops->bind)
		return bind_other(call);
	err = call_read_bind(call, &ep);
	if (err)
		return err;
	if (d->sk < 0)
		return -EINVAL;
	err = sk_bind(desc_stack(d), d->sk, &ep);
	if (err != -EADDRINUSE)
		return err;
	/* Perhaps by a socket that nobody has any more. */
	sweep_now(d->sup);
	sup_work(d->sup);
	err = sk_bind(desc_stack(d), d->sk, &ep);
	if (err == -EADDRINUSE && d->ops->share && d->ops->share(d, &ep))
		return 0;
	return err;
}

static long name_other(struct call *call)
{
	uint8_t name[128] = {0};
	int len = call->desc->ops->name(call->desc, name);

	return len < 0 ? len
		       : call_write_name(call, call->arg[1], call->arg[2], name,
					 (uint32_t)len);
}

long call_getsockname(struct call *call)
{
	struct desc *d = call->desc;
	struct endpoint ep = d->local;
	int err = 0;

	if (d->ops->name)
		return name_other(call);
	if (d->sk >= 0 && !ep.port)
		err = sk_getsockname(desc_stack(d), d->sk, &ep);
	if (err)
		return err;
	return call_write_addr(call, call->arg[1], call->arg[2], &ep);
}

long call_getpeername(struct call *call)
{
	struct desc *d = call->desc;
	struct endpoint ep = d->remote;
	int err = ep.port ? 0 : -ENOTCONN;

	if (d->ops->name && d->sk < 0) /* the kernel itself */
		return name_other(call);
	if (d->sk >= 0)
		err = sk_getpeername(desc_stack(d), d->sk, &ep);
	if (err)
		return err;
	return call_write_addr(call, call->arg[1], call->arg[2], &ep);
}

long call_shutdown(struct call *call)
{
	struct desc *d = call->desc;
	int how = (int)call->arg[1];
	struct endpoint peer;

	if (how < SHUT_RD || how > SHUT_RDWR)
		return -EINVAL;
	if (d->ops->shutdown)
		return d->ops->shutdown(call, how);
	if (d->sk < 0 || !sk_getpeername(desc_stack(d), d->sk, &peer))
		return CALL_CONTINUE;
	/* It has no peer, but who waits for one is woken up. */
	(void)shutdown(call->fd, how);
	return -ENOTCONN;
}

/* Is it connected or listening?  That is said before what the address lacks. */
static bool is_taken(struct desc *d)
{
	enum stream_phase phase;

	if (!stream_is(d))
		return false;
	phase = stream_of(d)->phase;
	return phase == STREAM_RELAYS || phase == STREAM_LISTENS;
}

long call_connect(struct call *call)
{
	struct endpoint ep = {0};
	int err = 0;

	if (!call->desc->ops->bind)
		err = call_read_addr(call, call->arg[1], call->arg[2], &ep);
	if (err && err != -EFAULT && is_taken(call->desc) &&
	    call->arg[2] >= sizeof(sa_family_t) &&
	    call->arg[2] <= sizeof(struct sockaddr_storage))
		return -EISCONN;
	return err ? err : call->desc->ops->connect(call, &ep);
}

long call_listen(struct call *call)
{
	if (!call->desc->ops->listen)
		return -EOPNOTSUPP;
	return call->desc->ops->listen(call, (int)call->arg[1]);
}

static long accept_with(struct call *call, int flags)
{
	if (flags & ~(SOCK_NONBLOCK | SOCK_CLOEXEC))
		return -EINVAL;
	if (!call->desc->ops->accept)
		return -EOPNOTSUPP;
	return call->desc->ops->accept(call, flags);
}

long call_accept(struct call *call)
{
	return accept_with(call, 0);
}

long call_accept4(struct call *call)
{
	return accept_with(call, (int)call->arg[3]);
}
