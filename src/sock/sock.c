// SPDX-License-Identifier: MIT
/*
 * sock.c - sockets: the calls that make, name, connect and close them
 *
 * Theory of operation
 * ===================
 * A socket is a file in front of a transport.  What is the same for all kinds
 * (descriptors, blocking, events, the order in which errors are looked for)
 * is done here and in sock_io.c; what is not is a table of functions that
 * never block (struct sock_ops; sock_stream.c, sock_dgram.c).
 *
 *	program ---> sk_xxx() ---> struct sock ---> ops ---> tcp/, udp/
 *	                               ^                        |
 *	              waiters <--- wait queue <--- on_event ----+
 *
 * Every call is bracketed by call_begin() and call_end().  In between the
 * stack puts off tasks, so nothing calls the program back in the middle, and
 * env->cause is the event of this call, so that a frame can tell which call
 * sent it.  Sleeping happens outside the bracket.
 */

#include "sock/sock.h"

#include <errno.h>

#include "base/check.h"
#include "base/likely.h"

#include "core/probe.h"

#include "sock/sock_plain.h"
#include "sock/sock_raw.h"
#include "sock/sock_try.h"
#include "sock/sock_zero.h"

static uint32_t poll_file(struct file *file);
static long read_file(struct file *file, void *buf, size_t len);
static long write_file(struct file *file, const void *buf, size_t len);
static int ioctl_file(struct file *file, unsigned long request, int *val);
static void release_file(struct file *file);

/* One table for all sockets: so a file is a socket if it has these. */
const struct file_ops sock_file_ops = {
	.kind = "socket",
	.poll = poll_file,
	.read = read_file,
	.write = write_file,
	.ioctl = ioctl_file,
	.lend = sock_zero_lend,
	.lent = sock_zero_lent,
	.refer = sock_zero_refer,
	.release = release_file,
};

struct sock *sock_of(struct file *file)
{
	if (file->ops != &sock_file_ops)
		return NULL;
	return container_of(file, struct sock, file);
}

static uint32_t poll_file(struct file *file)
{
	struct sock *s = sock_of(file);

	return s->ops->poll(s);
}

static long read_file(struct file *file, void *buf, size_t len)
{
	struct sock *s = sock_of(file);
	struct sock_io io = {.in = buf, .len = len, .want = 1};

	return s->ops->recv(s, &io);
}

static long write_file(struct file *file, const void *buf, size_t len)
{
	struct sock *s = sock_of(file);
	struct sock_io io = {.out = buf, .len = len, .want = len};

	return s->ops->send(s, &io);
}

static int ioctl_file(struct file *file, unsigned long request, int *val)
{
	struct sock *s = sock_of(file);

	return s->ops->ioctl ? s->ops->ioctl(s, request, val) : -ENOTTY;
}

static void sock_free(struct sock *s)
{
	struct sock_stack *ss = sock_stack_of(s->file.stack);

	sock_group_leave_all(s);
	sock_err_clear(s);
	sock_rest_free(s);
	sock_opts_end(s);
	file_copies_free(&s->file); /* closing may have copied */
	pool_put(&ss->socks, s);
}

static void release_file(struct file *file)
{
	struct sock *s = sock_of(file);

	sock_zero_leave(s);
	s->ops->free(s);
	sock_free(s);
}

/* A socket without its transport end, or NULL. */
static struct sock *sock_new(struct stack *stack, const struct sock_ops *ops,
			     int domain)
{
	struct sock *s = pool_get_zeroed(&sock_stack_of(stack)->socks);

	if (!s)
		return NULL;
	file_init(&s->file, stack, &sock_file_ops);
	s->ops = ops;
	s->domain = (uint8_t)domain;
	s->proto = (uint16_t)ops->proto;
	if (sock_opts_begin(s))
		return s;
	pool_put(&sock_stack_of(stack)->socks, s);
	return NULL;
}

int sock_find(struct stack *stack, int fd, struct sock **s)
{
	struct file *file = file_find(stack, fd);

	if (!file)
		return -EBADF;
	*s = sock_of(file);
	return *s ? 0 : -ENOTSOCK;
}

HOT void sock_tell(struct sock *s, uint32_t events)
{
	waitq_wake(&s->file.wq, events);
}

/* Tell that a call has failed; returns @err. */
int sock_failed(struct sock *s, const char *call, int err)
{
	if (err)
		PROBE(&s->file.stack->place, EV_CALL, R_SOCK_ERROR, NULL,
		      EVF_NUM("fd", s->fd), EVF_TEXT("call", call),
		      EVF_NUM("errno", -err));
	return err;
}

/* When a call with this timeout gives up; 0 is no timeout. */
uint64_t sock_deadline(const struct sock *s, uint64_t timeout_ns)
{
	uint64_t now = stack_now(s->file.stack);

	if (!timeout_ns || timeout_ns > UINT64_MAX - now)
		return UINT64_MAX;
	return now + timeout_ns;
}

int sock_init(struct stack *stack)
{
	struct mem *mem = stack->place.env->mem;
	struct sock_stack *ss = mem_alloc(mem, sizeof(*ss));

	if (!ss)
		return -ENOMEM;
	ss->table.max = FILE_MAX_DEFAULT;
	pool_init(&ss->socks, mem, "socket", sizeof(struct sock), 0);
	sock_cold_init(ss, mem);
	list_init(&ss->groups);
	list_init(&ss->raws);
	list_init(&ss->packets);
	stack->slot[SLOT_SOCK] = ss;
	return 0;
}

void sock_fini(struct stack *stack)
{
	struct sock_stack *ss = sock_stack_of(stack);

	if (!ss)
		return;
	stack_enter(stack);
	file_table_close_all(stack);
	stack_leave(stack);
	sock_raw_fini(stack);
	pool_fini(&ss->socks);
	sock_cold_fini(ss);
	mem_free(stack->place.env->mem, ss, sizeof(*ss));
	stack->slot[SLOT_SOCK] = NULL;
}

static const struct sock_ops *choose_dgram(int proto, int icmp)
{
	if (proto == icmp)
		return &sock_ping_ops;
	return proto == SK_IPPROTO_UDPLITE ? &sock_lite_ops : &sock_dgram_ops;
}

/* Of IP: by type, and datagrams by protocol. */
static int choose_inet(int domain, int type, int proto,
		       const struct sock_ops **ops)
{
	int icmp = domain == SK_AF_INET6 ? SK_IPPROTO_ICMPV6 : SK_IPPROTO_ICMP;

	if (type == SK_SOCK_STREAM)
		*ops = &sock_stream_ops;
	else if (type == SK_SOCK_RAW)
		*ops = &sock_raw_ops;
	else if (type == SK_SOCK_DGRAM)
		*ops = choose_dgram(proto, icmp);
	else
		return -ESOCKTNOSUPPORT;
	if (proto < 0 || proto > SK_IPPROTO_LAST)
		return -EINVAL;
	if (*ops == &sock_raw_ops)
		return proto ? 0 : -EPROTONOSUPPORT;
	if (*ops == &sock_ping_ops)
		return 0;
	return proto && proto != (*ops)->proto ? -EPROTONOSUPPORT : 0;
}

static int choose_packet(int type, const struct sock_ops **ops)
{
	if (type != SK_SOCK_RAW && type != SK_SOCK_DGRAM)
		return -ESOCKTNOSUPPORT;
	*ops = type == SK_SOCK_RAW ? &sock_packet_ops : &sock_cooked_ops;
	return 0;
}

/* The kind of socket for these arguments, in Linux's order of complaints. */
static int choose_ops(int domain, int type, int proto,
		      const struct sock_ops **ops)
{
	if (type & ~(SK_SOCK_TYPE_MASK | SK_SOCK_NONBLOCK | SK_SOCK_CLOEXEC))
		return -EINVAL;
	if (domain != SK_AF_INET && domain != SK_AF_INET6 &&
	    domain != SK_AF_PACKET)
		return -EAFNOSUPPORT;
	type &= SK_SOCK_TYPE_MASK;
	if (type > SK_SOCK_TYPE_LAST)
		return -EINVAL;
	return domain == SK_AF_PACKET ? choose_packet(type, ops)
				      : choose_inet(domain, type, proto, ops);
}

/* Give a socket a descriptor, or get rid of it. */
static int sock_open(struct sock *s, int flags)
{
	int fd = file_open(&s->file);

	if (flags & SK_SOCK_NONBLOCK)
		s->file.flags |= SK_O_NONBLOCK;
	if (fd < 0) {
		file_put(&s->file);
		return fd;
	}
	s->fd = fd;
	if (flags & SK_SOCK_CLOEXEC) /* else file_open() has cleared it */
		file_set_cloexec(s->file.stack, fd, true);
	return fd;
}

int sock_make(struct stack *stack, const struct sock_ops *ops, int domain,
	      int flags, int proto)
{
	struct sock *s = sock_new(stack, ops, domain);

	if (!s)
		return -ENOMEM;
	if (!s->proto)
		s->proto = (uint16_t)proto;
	if (ops->open(s)) {
		sock_free(s);
		return -ENOMEM;
	}
	return sock_open(s, flags);
}

int sk_socket(struct stack *stack, int domain, int type, int proto)
{
	const struct sock_ops *ops;
	struct sock_call call;
	int fd = choose_ops(domain, type, proto, &ops);

	if (fd)
		return fd;
	call = call_begin(stack);
	fd = sock_make(stack, ops, domain, type, proto);
	if (fd >= 0)
		PROBE(&stack->place, EV_CALL, R_SOCK_SOCKET, NULL,
		      EVF_NUM("fd", fd), EVF_TEXT("kind", ops->name));
	call_end(call);
	return fd;
}

int sk_bind(struct stack *stack, int fd, const struct endpoint *local)
{
	struct sock_call call;
	struct endpoint to;
	struct sock *s;
	int err = sock_find(stack, fd, &s);

	if (err)
		return err;
	call = call_begin(stack);
	PROBE_CAUSE(&stack->place, EV_CALL, R_SOCK_BIND, NULL,
		    EVF_NUM("fd", fd), EVF_EP("local", local));
	to = *local;
	err = sock_is_inet(s) ? sock_addr_to_bind(s, local, &to) : 0;
	if (!err)
		err = s->ops->bind(s, &to);
	sock_failed(s, "bind", err);
	call_end(call);
	return err;
}

int sk_listen(struct stack *stack, int fd, int backlog)
{
	struct sock_call call;
	struct sock *s;
	int err = sock_find(stack, fd, &s);

	if (err)
		return err;
	if (!s->ops->listen)
		return -EOPNOTSUPP;
	call = call_begin(stack);
	PROBE_CAUSE(&stack->place, EV_CALL, R_SOCK_LISTEN, NULL,
		    EVF_NUM("fd", fd), EVF_NUM("backlog", backlog));
	err = sock_is_inet(s) ? sock_addr_bind_any(s) : 0;
	if (!err)
		err = s->ops->listen(s, backlog);
	sock_failed(s, "listen", err);
	call_end(call);
	return err;
}

static bool is_under_way(int err)
{
	return err == -EINPROGRESS || err == -EALREADY;
}

/* Where to, as the transport knows it.  A datagram socket's port is for both
 * versions; a stream's is chosen when it is known where it goes. */
static int connect_step(struct sock *s, const struct endpoint *peer)
{
	struct endpoint to = *peer;
	int err = sock_is_inet(s) ? sock_addr_to_peer(s, peer, &to) : 0;

	if (!err && to.addr.family && sock_is_udp(s))
		err = sock_addr_bind_any(s);
	return err ? err : s->ops->connect(s, &to);
}

/* One try; @is_first tells of the call. */
static int connect_once(struct sock *s, const struct endpoint *peer,
			bool is_first)
{
	struct stack *stack = s->file.stack;
	struct sock_call call = call_begin(stack);
	int err;

	if (is_first)
		PROBE_CAUSE(&stack->place, EV_CALL, R_SOCK_CONNECT, NULL,
			    EVF_NUM("fd", s->fd), EVF_EP("peer", peer));
	err = connect_step(s, peer);
	if (!is_under_way(err))
		sock_failed(s, "connect", err);
	call_end(call);
	return err;
}

int sock_try_connect(struct file *file, const struct endpoint *peer,
		     bool is_first)
{
	struct sock *s = sock_of(file);
	int err = s ? connect_once(s, peer, is_first) : -ENOTSOCK;

	return is_under_way(err) ? -EAGAIN : err;
}

static int connect_blocking(struct sock *s, const struct endpoint *peer)
{
	uint64_t until = sock_deadline(s, s->opts->send_timeout_ns);
	int first = connect_once(s, peer, true), err = first;

	while (is_under_way(err) && sock_may_block(s, 0)) {
		err = file_wait(&s->file, "connect", WAIT_OUT, until);
		if (err == -ETIMEDOUT)
			return first;
		if (!err)
			err = connect_once(s, peer, false);
	}
	return err;
}

int sk_connect(struct stack *stack, int fd, const struct endpoint *peer)
{
	struct sock *s;
	int err = sock_find(stack, fd, &s);

	if (err)
		return err;
	file_get(&s->file);
	err = connect_blocking(s, peer);
	file_put(&s->file);
	return err;
}

/* The descriptor comes before the connection, which stays queued if there is
 * none. */
static int accept_once(struct sock *s, struct endpoint *peer, int flags)
{
	struct stack *stack = s->file.stack;
	struct endpoint from;
	struct sock *child;
	int fd, err;

	if (!s->ops->accept)
		return -EOPNOTSUPP;
	err = s->ops->accept(s, NULL);
	if (err)
		return err;
	child = sock_new(stack, s->ops, s->domain);
	if (!child)
		return -ENOMEM;
	fd = sock_open(child, flags);
	if (fd < 0)
		return fd;
	err = s->ops->accept(s, child);
	if (err) {
		file_close(stack, fd);
		return err;
	}
	from = child->ops->peer(child);
	sock_addr_for_user(child, &from);
	PROBE(&stack->place, EV_CALL, R_SOCK_ACCEPT, NULL, EVF_NUM("fd", s->fd),
	      EVF_NUM("new_fd", fd), EVF_EP("peer", &from));
	if (peer)
		*peer = from;
	return fd;
}

int sock_try_accept(struct file *file, struct endpoint *peer, int flags)
{
	struct sock *s = sock_of(file);
	struct sock_call call;
	int fd;

	if (!s)
		return -ENOTSOCK;
	call = call_begin(file->stack);
	fd = accept_once(s, peer, flags);
	call_end(call);
	return fd;
}

static int accept_blocking(struct sock *s, struct endpoint *peer, int flags)
{
	uint64_t until = sock_deadline(s, s->opts->recv_timeout_ns);

	for (;;) {
		int fd = sock_try_accept(&s->file, peer, flags), err;

		if (fd != -EAGAIN || !sock_may_block(s, 0))
			return fd;
		err = file_wait_turn(&s->file, "accept", WAIT_IN, until);
		if (err)
			return err == -ETIMEDOUT ? -EAGAIN : err;
	}
}

int sk_accept4(struct stack *stack, int fd, struct endpoint *peer, int flags)
{
	struct sock *s;
	int err;

	if (flags & ~(SK_SOCK_NONBLOCK | SK_SOCK_CLOEXEC))
		return -EINVAL;
	err = sock_find(stack, fd, &s);
	if (err)
		return err;
	file_get(&s->file);
	err = accept_blocking(s, peer, flags);
	file_put(&s->file);
	return err;
}

int sk_accept(struct stack *stack, int fd, struct endpoint *peer)
{
	return sk_accept4(stack, fd, peer, 0);
}

int sock_try_shutdown(struct file *file, int how)
{
	struct sock *s = sock_of(file);
	struct sock_call call;
	int err;

	if (!s)
		return -ENOTSOCK;
	if (how < SK_SHUT_RD || how > SK_SHUT_RDWR)
		return -EINVAL;
	call = call_begin(file->stack);
	PROBE_CAUSE(&file->stack->place, EV_CALL, R_SOCK_SHUTDOWN, NULL,
		    EVF_NUM("fd", s->fd), EVF_NUM("how", how));
	err = s->ops->shutdown(s, how);
	call_end(call);
	return err;
}

int sk_shutdown(struct stack *stack, int fd, int how)
{
	struct file *file = file_find(stack, fd);

	return file ? sock_try_shutdown(file, how) : -EBADF;
}
