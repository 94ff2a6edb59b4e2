// SPDX-License-Identifier: MIT
/*
 * netlink.c - AF_NETLINK sockets of programs
 *
 * Theory of operation
 * ===================
 * Who wants to know which interfaces, addresses, routes, neighbours and sockets
 * a host has asks over netlink: ip, ss, getifaddrs(3), Go's net package.  A
 * program's netlink socket is one end of a pair of AF_UNIX datagram
 * descriptors, and we answer at the other end for the lab host.
 *
 *	send(fd, ...)			--> kernel --> our end --> question
 *	sendto(fd, ..., address)	-- notified -------------> question
 *	recv(fd, ...)			<-- kernel <-- our end <-- answer
 *	recvmsg(fd, ...)		<- notified: from the kernel's queue
 *
 * Answers are cut into datagrams between messages.  The kernel's queue has room
 * for a few, the rest waits here.  All answers are in order, so all are taken
 * from that queue; a notified call only adds the address, which programs check.
 *
 * Limits
 * ------
 * Groups may be joined, and nothing is ever said there: who waits for changes
 * (ip monitor) hears of none.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "core/env.h"

#include "run/msg.h"
#include "run/nl.h"

#ifndef SOL_NETLINK
#define SOL_NETLINK 270
#endif

/* As long as a datagram is made, unless one message is longer. */
enum { DATAGRAM = 4096, GROUPS_MAX = 32 };

/**
 * struct netlink - a netlink socket of a program
 * @desc:	What all sockets have
 * @talk:	Who asks
 * @name:	Its own address; port 0: not yet bound
 * @reply:	Answers that have not been given to the kernel's queue
 * @given:	Octets of them that have
 * @options:	Of level SOL_NETLINK: bit n is option n
 */
struct netlink {
	struct desc desc;
	struct nl_talk talk;
	struct sockaddr_nl name;
	struct nl_reply reply;
	size_t given;
	uint32_t options;
};

static struct netlink *netlink_of(struct desc *d)
{
	return container_of(d, struct netlink, desc);
}

static void netlink_free(struct desc *d)
{
	struct netlink *n = netlink_of(d);

	strbuf_fini(&n->reply.text);
	mem_free(d->sup->mem, n, sizeof(*n));
}

/* As many whole messages as make a datagram. */
static size_t datagram_at(const struct netlink *n)
{
	size_t left = n->reply.text.len - n->given, len = 0;

	while (len < left) {
		struct nlmsghdr h;
		size_t next;

		memcpy(&h, n->reply.text.text + n->given + len, sizeof(h));
		next = min_size(NLMSG_ALIGN(h.nlmsg_len), left - len);
		if (len && len + next > DATAGRAM)
			break;
		len += next;
	}
	return len;
}

/* Answers go into the kernel's queue, as far as it has room. */
static void down(struct netlink *n)
{
	struct strbuf *text = &n->reply.text;

	while (n->given < text->len) {
		size_t len = datagram_at(n);

		if (send(n->desc.ours.fd, text->text + n->given, len,
			 MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
			return;
		n->given += len;
	}
	strbuf_clear(text);
	n->given = 0;
}

/* Without memory for all of an answer there is none. */
static void ask(struct netlink *n, const uint8_t *buf, size_t len)
{
	struct strbuf *text = &n->reply.text;
	size_t before = text->len;

	n->reply.port = n->name.nl_pid;
	nl_ask_all(&n->talk, buf, len, &n->reply);
	if (text->error)
		strbuf_truncate(text, before);
	text->error = 0;
	down(n);
}

/* Nobody who asks is without a name: its own process, if that is free. */
static void name_it(struct netlink *n)
{
	struct desc *d;
	uint32_t port = (uint32_t)n->desc.pid;
	bool is_taken = false;

	if (n->name.nl_pid)
		return;
	list_for_each_entry(d, &n->desc.sup->all, struct desc, all)
		is_taken |= d->ops == n->desc.ops &&
			    netlink_of(d)->talk.proto == n->talk.proto &&
			    netlink_of(d)->name.nl_pid == port &&
			    desc_is_held(d);
	/* The kernel counts down from there. */
	n->name.nl_pid =
		is_taken ? (uint32_t) - (4097 + (n->desc.cookie & 0xffffff))
			 : port;
}

static void up(struct netlink *n)
{
	uint8_t buf[MSG_OCTETS];
	ssize_t len;

	while ((len = recv(n->desc.ours.fd, buf, sizeof(buf), MSG_DONTWAIT)) >=
	       0) {
		name_it(n);
		ask(n, buf, (size_t)len);
	}
}

static void netlink_work(struct desc *d)
{
	struct netlink *n = netlink_of(d);

	if (d->is_gone) {
		desc_end(d);
		return;
	}
	up(n);
	down(n);
	msg_serve_parked(d);
}

static int netlink_bind(struct call *call, const void *name, size_t len)
{
	struct netlink *n = netlink_of(call->desc);
	struct sockaddr_nl nl;

	if (len < sizeof(nl))
		return -EINVAL;
	memcpy(&nl, name, sizeof(nl));
	if (nl.nl_family != AF_NETLINK)
		return -EINVAL;
	if (n->name.nl_pid && nl.nl_pid && nl.nl_pid != n->name.nl_pid)
		return -EINVAL;
	if (!n->name.nl_pid)
		n->name.nl_pid = nl.nl_pid;
	n->name.nl_groups = nl.nl_groups;
	name_it(n);
	return 0;
}

static int netlink_name(struct desc *d, uint8_t name[128])
{
	memcpy(name, &netlink_of(d)->name, sizeof(struct sockaddr_nl));
	return sizeof(struct sockaddr_nl);
}

/* The kernel is the only one to talk to. */
static long netlink_connect(struct call *call, const struct endpoint *to)
{
	(void)to;
	name_it(netlink_of(call->desc));
	return 0;
}

static long netlink_send(struct call *call, const struct msg *m, int flags)
{
	struct netlink *n = netlink_of(call->desc);
	struct sockaddr_nl to = {.nl_family = AF_NETLINK};
	uint8_t buf[MSG_OCTETS];
	int err = 0;

	(void)flags;
	if (m->name && m->name_len < sizeof(to))
		return -EINVAL;
	if (m->name)
		err = call_read(call, m->name, &to, sizeof(to));
	if (!err)
		err = msg_read(call, m, buf);
	if (!err && !call_is_alive(call))
		err = -EINTR;
	if (err)
		return err;
	if (to.nl_family != AF_NETLINK)
		return -EINVAL;
	if (to.nl_pid) /* another program */
		return -ECONNREFUSED;
	up(n);
	name_it(n);
	ask(n, buf, m->len);
	return (long)m->len;
}

/* SO_RCVTIMEO is the descriptor's own here. */
static uint64_t deadline(const struct call *call)
{
	struct timeval tv = {0};
	socklen_t len = sizeof(tv);

	if (getsockopt(call->fd, SOL_SOCKET, SO_RCVTIMEO, &tv, &len) ||
	    (!tv.tv_sec && !tv.tv_usec))
		return UINT64_MAX;
	return sup_now(call->desc->sup) + (uint64_t)tv.tv_sec * NS_PER_S +
	       (uint64_t)tv.tv_usec * NS_PER_US;
}

static void put_control(struct msg_about *about, int level, int type,
			const void *data, size_t len)
{
	const struct sk_cmsghdr h = {SK_CMSG_LEN(len), level, type};
	uint8_t *at = about->control + about->control_len;

	memcpy(at, &h, sizeof(h));
	memcpy(at + sizeof(h), data, len);
	about->control_len += SK_CMSG_SPACE(len);
}

/* To no group, and from the kernel: programs check that (SO_PASSCRED). */
static void fill_control(const struct call *call, struct msg_about *about)
{
	static const struct ucred kernel;
	static const struct nl_pktinfo nobody;
	socklen_t len = sizeof(int);
	int is_asked = 0;

	if (netlink_of(call->desc)->options & 1U << NETLINK_PKTINFO)
		put_control(about, SOL_NETLINK, NETLINK_PKTINFO, &nobody,
			    sizeof(nobody));
	(void)getsockopt(call->fd, SOL_SOCKET, SO_PASSCRED, &is_asked, &len);
	if (is_asked)
		put_control(about, SOL_SOCKET, SCM_CREDENTIALS, &kernel,
			    sizeof(kernel));
}

static long netlink_recv(struct call *call, const struct msg *m, int flags)
{
	const struct sockaddr_nl from = {.nl_family = AF_NETLINK};
	struct netlink *n = netlink_of(call->desc);
	struct msg_about about = {.name_len = sizeof(from)};
	uint8_t buf[MSG_OCTETS];
	ssize_t len;

	if (flags & MSG_ERRQUEUE)
		return -EAGAIN;
	up(n);
	len = recv(call->fd, buf, sizeof(buf),
		   (flags & MSG_PEEK) | MSG_DONTWAIT | MSG_TRUNC);
	if (len < 0 && errno == EAGAIN && msg_may_wait(call, flags))
		return call_park(call, deadline(call), -EAGAIN);
	if (len < 0)
		return -errno;
	memcpy(about.name, &from, sizeof(from));
	fill_control(call, &about);
	down(n);
	return msg_give(call, m, buf, (size_t)len, &about, flags);
}

static int set_group(struct netlink *n, const struct opt *opt, uint32_t value)
{
	uint32_t bit;

	if (value < 1)
		return -EINVAL;
	if (value > GROUPS_MAX)
		return 0; /* it has no bit in the address */
	bit = 1U << (value - 1);
	if (opt->name == NETLINK_ADD_MEMBERSHIP)
		n->name.nl_groups |= bit;
	else
		n->name.nl_groups &= ~bit;
	return 0;
}

/* What sockets of all kinds have is the descriptor's. */
static int netlink_set(struct call *call, const struct opt *opt)
{
	struct netlink *n = netlink_of(call->desc);
	uint32_t value, bit;

	if (opt->level == SOL_SOCKET)
		return setsockopt(call->fd, opt->level, opt->name, opt->val,
				  (socklen_t)opt->len)
			       ? -errno
			       : 0;
	if (opt->level != SOL_NETLINK || opt->name < 1 || opt->name > 12)
		return -ENOPROTOOPT;
	if (opt->len < sizeof(value))
		return -EINVAL;
	memcpy(&value, opt->val, sizeof(value));
	if (opt->name == NETLINK_ADD_MEMBERSHIP ||
	    opt->name == NETLINK_DROP_MEMBERSHIP)
		return set_group(n, opt, value);
	bit = 1U << opt->name;
	n->options = value ? n->options | bit : n->options & ~bit;
	n->talk.is_strict = n->options & 1U << NETLINK_GET_STRICT_CHK;
	n->talk.is_brief = n->options & 1U << NETLINK_CAP_ACK;
	return 0;
}

/* Facts that the descriptor would tell of itself. */
static int fact(const struct netlink *n, const struct opt *opt, int *value)
{
	if (opt->level == SOL_NETLINK && opt->name >= 1 && opt->name <= 12)
		*value = !!(n->options & 1U << opt->name);
	else if (opt->level == SOL_SOCKET && opt->name == SO_DOMAIN)
		*value = AF_NETLINK;
	else if (opt->level == SOL_SOCKET && opt->name == SO_PROTOCOL)
		*value = n->talk.proto;
	else if (opt->level == SOL_SOCKET && opt->name == SO_TYPE)
		*value = SOCK_RAW;
	else
		return -ENOENT;
	return 0;
}

static int netlink_get(struct call *call, struct opt *opt)
{
	socklen_t len = (socklen_t)opt->len;
	int value;

	if (!fact(netlink_of(call->desc), opt, &value)) {
		opt->len = min_size(opt->len, sizeof(value));
		memcpy(opt->val, &value, opt->len);
		return 0;
	}
	if (opt->level != SOL_SOCKET)
		return -ENOPROTOOPT;
	if (getsockopt(call->fd, opt->level, opt->name, opt->val, &len))
		return -errno;
	opt->len = len;
	return 0;
}

static const struct desc_ops netlink_ops = {
	.kind = "netlink",
	.bind = netlink_bind,
	.name = netlink_name,
	.set = netlink_set,
	.get = netlink_get,
	.connect = netlink_connect,
	.send = netlink_send,
	.recv = netlink_recv,
	.takes_all = true,
	.work = netlink_work,
	.free = netlink_free,
};

long netlink_open(struct call *call, int domain, int type, int proto)
{
	struct supervisor *sup = call_sup(call);
	struct netlink *n;

	(void)domain;
	if (!nl_has_proto(proto))
		return -EPROTONOSUPPORT;
	n = mem_alloc(sup->mem, sizeof(*n));
	if (!n)
		return -ENOMEM;
	n->talk = (struct nl_talk){
		.sup = sup,
		.host = call->program->host,
		.proto = proto,
	};
	n->name.nl_family = AF_NETLINK;
	strbuf_init(&n->reply.text, sup->mem);
	desc_init(&n->desc, &netlink_ops, sup, call->program->host);
	desc_set_maker(&n->desc, call);
	return desc_give_pair(call, &n->desc, type);
}
