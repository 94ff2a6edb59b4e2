// SPDX-License-Identifier: MIT
/*
 * dgram.c - datagram sockets of programs
 *
 * Theory of operation
 * ===================
 * A program's UDP socket is one end of a pair of AF_UNIX datagram descriptors;
 * the other is ours.  What it sends or receives without an address is the
 * kernel's, what has one, or has ancillary data, is answered here:
 *
 *	send(fd, ...)			--> kernel --> our end --> sk_send()
 *	sendto(fd, ..., address)	-- notified ------------> sk_sendmsg()
 *	recv(fd, ...)			<-- kernel <-- our end <-- sk_recvmsg()
 *	recvfrom(fd, ..., &address)	<- notified ---+--------- sk_recvmsg()
 *
 * The kernel's queue would not tell from whom a datagram came.  So at most one
 * is in it at a time, the next goes there when that has been taken, and what
 * is known of it is noted here.  The others wait in the stack's own queue,
 * which has the limit that the program has chosen.
 *
 * That one was taken is an event of our end: it may be written to again.
 *
 * Errors, and sending without a peer: dgram_end.c.
 *
 * Raw sockets and packet sockets are the same, with other addresses.
 */
#include "run/dgram.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "core/env.h"

#include "api/sockaddr.h"
#include "ip/ip.h"
#include "run/ring.h"

/* Datagrams that are moved before others have their turn. */
enum { DGRAM_ROUNDS = 64 };

/* Octets in front of the packet in a frame. */
enum { LINK_HEAD = 14 };

void dgram_free(struct desc *d)
{
	struct dgram *g = dgram_of(d);

	ring_free(g);
	sieve_fini(&g->sieve, d->sup->mem);
	mem_free(d->sup->mem, g, sizeof(*g));
}

/*
 * Up.
 */

/* An error of an earlier datagram does not stop this one: the program could only
 * send it after it had heard of that, or before it could be told. */
static void up_one(struct desc *d, const uint8_t *buf, size_t len)
{
	dgram_note_heard(d);
	(void)sk_send(desc_stack(d), d->sk, buf, len, MSG_DONTWAIT);
}

/* What the program has written without an address. */
static void up(struct desc *d)
{
	uint8_t buf[MSG_OCTETS];
	int rounds = 0;
	ssize_t n;

	d->has_news = false;
	while (rounds++ < DGRAM_ROUNDS) {
		n = recv(d->ours.fd, buf, sizeof(buf), MSG_DONTWAIT);
		if (n < 0)
			return;
		up_one(d, buf, (size_t)n);
	}
	d->has_news = true;
	desc_mark(d);
}

/*
 * Down.
 */

uint64_t dgram_wall_ns(const struct desc *d, uint64_t at_ns)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec -
	       sup_now(d->sup) + at_ns;
}

/* The stack counts from the lab's start, programs from 1970. */
static uint64_t fix_time(const struct desc *d, int type, uint8_t *data)
{
	int64_t t[2];
	bool is_coarse = type == SO_TIMESTAMP || type == SK_SO_TIMESTAMP_NEW;
	int64_t unit = is_coarse ? NS_PER_US : 1;
	uint64_t ns;

	memcpy(t, data, sizeof(t));
	ns = dgram_wall_ns(d,
			   (uint64_t)(t[0] * (int64_t)NS_PER_S + t[1] * unit));
	t[0] = (int64_t)(ns / NS_PER_S);
	t[1] = (int64_t)(ns % NS_PER_S) / unit;
	memcpy(data, t, sizeof(t));
	return ns;
}

static bool is_time(int type)
{
	return type == SO_TIMESTAMP || type == SO_TIMESTAMPNS ||
	       type == SO_TIMESTAMPING || type == SK_SO_TIMESTAMP_NEW ||
	       type == SK_SO_TIMESTAMPNS_NEW || type == SK_SO_TIMESTAMPING_NEW;
}

static void fix_times(const struct desc *d, struct msg_about *about)
{
	struct sk_cmsghdr h;
	size_t at = 0;

	while (about->control_len - at >= sizeof(h)) {
		memcpy(&h, about->control + at, sizeof(h));
		if (h.level == SOL_SOCKET && is_time(h.type) &&
		    h.len >= SK_CMSG_LEN(2 * sizeof(int64_t)))
			about->wall_ns = fix_time(
				d, h.type, about->control + at + sizeof(h));
		at += SK_CMSG_ALIGN(h.len);
		if (at > about->control_len)
			return;
	}
}

static long fetch_one(struct desc *d, uint8_t *buf, int flags,
		      struct msg_about *about)
{
	struct sk_iovec iov = {.len = MSG_OCTETS};
	struct sk_msg msg = {
		.iov = &iov,
		.iov_count = 1,
		.control = about->control,
		.control_len = sizeof(about->control),
	};
	long n;

	iov.base = buf;
	n = sk_recvmsg(desc_stack(d), d->sk, &msg,
		       flags | MSG_DONTWAIT | MSG_TRUNC);
	if (n < 0)
		return n;
	about->name_len = sizeof(about->name);
	sockaddr_from_name(&msg.name, &msg.ll, (struct sockaddr *)about->name,
			   &about->name_len);
	about->whole_len = (size_t)n;
	about->control_len = msg.control_len;
	about->flags = msg.flags & ~MSG_TRUNC;
	fix_times(d, about);
	return n;
}

/* What the sieve does not let pass is as if it had never come; what it cuts
 * off too.  An error is no message. */
long dgram_fetch(struct desc *d, uint8_t *buf, int flags,
		 struct msg_about *about)
{
	const struct dgram *g = dgram_of(d);
	bool is_frame = d->ops == &packet_ops && g->type == SOCK_RAW;
	uint8_t rest[1];
	size_t pass;
	long n;

	if (d->sk < 0)
		return -ENETDOWN;
	for (;;) {
		n = fetch_one(d, buf, flags, about);
		if (n <= 0 || flags & MSG_ERRQUEUE)
			return n;
		pass = sieve_pass(&g->sieve, buf, (size_t)n, about,
				  is_frame ? LINK_HEAD : 0);
		if (pass)
			return (long)pass;
		if (flags & MSG_PEEK)
			(void)sk_recv(desc_stack(d), d->sk, rest, sizeof(rest),
				      MSG_DONTWAIT);
	}
}

/* Is the datagram that we gave to the kernel still there? */
static bool is_taken(const struct desc *d)
{
	int left = 0;

	return !ioctl(d->ours.fd, SIOCOUTQ, &left) && !left;
}

/* The next one for whoever receives without an address. */
static void down(struct desc *d)
{
	struct dgram *g = dgram_of(d);
	uint8_t buf[MSG_OCTETS];
	long n;

	while (is_taken(d)) {
		/* An error would be taken too, and nobody would hear of it. */
		if ((d->error && !d->has_told) ||
		    sk_ready(desc_stack(d), d->sk) & WAIT_ERR)
			return;
		n = dgram_fetch(d, buf, 0, &g->about);
		if (n < 0)
			return;
		(void)send(d->ours.fd, buf, (size_t)n,
			   MSG_DONTWAIT | MSG_NOSIGNAL);
	}
}

void dgram_work(struct desc *d)
{
	if (d->is_gone) {
		if (d->sk >= 0)
			up(d); /* what it wrote last */
		desc_end(d);
		return;
	}
	if (d->sk < 0)
		return;
	if (d->has_news)
		up(d);
	msg_serve_parked(d);
	dgram_tell(d);
	if (dgram_of(d)->ring)
		ring_work(d);
	else
		down(d);
}

void dgram_settle(struct desc *d)
{
	if (d->sk >= 0)
		up(d);
}

/*
 * Calls.
 */

static bool is_at(struct desc *d, const struct desc *asker, uint16_t port)
{
	struct endpoint local = {0};

	return d != asker && d->ops == asker->ops && d->host == asker->host &&
	       d->sk >= 0 && !sk_getsockname(desc_stack(d), d->sk, &local) &&
	       local.port == port;
}

/* A socket of this host at @to that was just closed, of which nothing has told
 * us yet, would take what is sent there. */
static void check_there(struct desc *d, const struct endpoint *to)
{
	struct desc *other;
	bool is_gone = false;

	if (!to->port || !ip_addr_is_ours(desc_stack(d), to->addr))
		return;
	list_for_each_entry(other, &d->sup->all, struct desc, all)
		is_gone |= is_at(other, d, to->port) && !desc_is_held(other);
	if (!is_gone)
		return;
	sweep_now(d->sup);
	sup_work(d->sup);
}

long dgram_connect(struct call *call, const struct endpoint *to)
{
	struct desc *d = call->desc;
	int err;

	if (d->sk < 0)
		return -ENETDOWN;
	up(d);
	check_there(d, to);
	err = sk_connect(desc_stack(d), d->sk, to);
	/* (A raw socket's peer has no port, and getpeername(2) no answer.) */
	return err ? err : dgram_link(d, call->fd, to->addr.family);
}

/* UDP knows nobody at port 0; who has no ports does not mind. */
static bool lacks_port(struct desc *d, const struct sk_msg *msg)
{
	int proto = 0;

	if (!msg->has_name || msg->name.port || dgram_of(d)->type != SOCK_DGRAM)
		return false;
	(void)sk_getsockopt_int(desc_stack(d), d->sk, SOL_SOCKET, SO_PROTOCOL,
				&proto);
	return proto == SK_IPPROTO_UDP || proto == SK_IPPROTO_UDPLITE;
}

/* Where to, and how, from the program's memory.  0 or -errno. */
static int read_about(const struct call *call, const struct msg *m,
		      struct sk_msg *msg, uint8_t control[MSG_CONTROL])
{
	struct sockaddr_storage ss = {0};
	int err = 0;

	if (m->control_len > MSG_CONTROL)
		return -ENOBUFS;
	if (m->name && m->name_len > sizeof(ss))
		return -EINVAL;
	if (m->name) {
		err = call_read(call, m->name, &ss, m->name_len);
		if (ss.ss_family == AF_UNSPEC) /* as old programs do */
			ss.ss_family = AF_INET;
		if (!err)
			err = sockaddr_to_name((struct sockaddr *)&ss,
					       m->name_len, &msg->name,
					       &msg->ll);
		msg->has_name = true;
	}
	if (!err && m->control_len)
		err = call_read(call, m->control, control, m->control_len);
	msg->control = control;
	msg->control_len = m->control_len;
	return !err && lacks_port(call->desc, msg) ? -EINVAL : err;
}

long dgram_send(struct call *call, const struct msg *m, int flags)
{
	struct desc *d = call->desc;
	uint8_t buf[MSG_OCTETS], control[MSG_CONTROL];
	const struct sk_iovec iov = {buf, m->len};
	struct sk_msg msg = {.iov = &iov, .iov_count = 1};
	int err = read_about(call, m, &msg, control);
	long n;

	if (!err)
		err = msg_read(call, m, buf);
	if (!err && !call_is_alive(call))
		err = -EINTR;
	if (err)
		return err;
	if (d->sk < 0)
		return -ENETDOWN;
	up(d);
	err = dgram_owes(call);
	if (err)
		return err;
	if (msg.has_name)
		check_there(d, &msg.name);
	n = sk_sendmsg(desc_stack(d), d->sk, &msg,
		       (flags & (MSG_DONTROUTE | MSG_MORE)) | MSG_DONTWAIT);
	/* It would have waited for room; nobody promised that it arrives. */
	if (n == -EAGAIN && msg_may_wait(call, flags))
		n = (long)m->len;
	desc_mark(d);
	return n;
}

/* Of the queue of errors; what it is about is no error of the next call then. */
static long take_error(struct call *call, uint8_t *buf, int flags,
		       struct msg_about *about)
{
	struct desc *d = call->desc;
	int err = dgram_owes(call);
	long n = dgram_fetch(d, buf, flags, about);

	if (n < 0)
		d->error = -err;
	return n;
}

/* The oldest datagram: in the kernel's queue, or in the stack's.  An error comes
 * before what has come before it.  Its whole length, or -errno. */
static long take(struct call *call, uint8_t *buf, int flags,
		 struct msg_about *about)
{
	struct desc *d = call->desc;
	int own = flags & (MSG_PEEK | MSG_ERRQUEUE);
	long n;

	if (own & MSG_ERRQUEUE)
		return take_error(call, buf, own, about);
	n = dgram_owes(call);
	if (n < 0)
		return n;
	n = d->sk < 0 ? -1
		      : recv(call->fd, buf, MSG_OCTETS,
			     own | MSG_DONTWAIT | MSG_TRUNC);
	if (n < 0)
		return dgram_fetch(d, buf, own, about);
	*about = dgram_of(d)->about;
	return n;
}

long dgram_recv(struct call *call, const struct msg *m, int flags)
{
	struct desc *d = call->desc;
	uint8_t buf[MSG_OCTETS];
	struct msg_about about = {.flags = 0};
	long n = take(call, buf, flags, &about);

	desc_mark(d);
	if (n == -EAGAIN && !(flags & MSG_ERRQUEUE) && d->sk >= 0 &&
	    msg_may_wait(call, flags))
		return call_park(call, desc_deadline(d, SO_RCVTIMEO), -EAGAIN);
	return n < 0 ? n : msg_give(call, m, buf, (size_t)n, &about, flags);
}

int dgram_set(struct call *call, const struct opt *opt)
{
	struct dgram *g = dgram_of(call->desc);
	bool is_filter =
		opt->level == SOL_SOCKET && (opt->name == SO_ATTACH_FILTER ||
					     opt->name == SO_DETACH_FILTER);
	/* The kernel shows a filter what is not at hand here (the header of
	 * UDP); of these it is what the program gets. */
	bool has_filter = g->type == SOCK_RAW || call->desc->ops == &packet_ops;

	if (!is_filter || !has_filter)
		return CALL_CONTINUE;
	return sieve_set(&g->sieve, call, opt);
}

static const struct desc_ops dgram_ops = {
	.kind = "udp",
	.needs_peer = true,
	.owes = dgram_owes,
	.set = dgram_set,
	.connect = dgram_connect,
	.send = dgram_send,
	.recv = dgram_recv,
	.settle = dgram_settle,
	.work = dgram_work,
	.free = dgram_free,
};

long dgram_open(struct call *call, int domain, int type, int proto)
{
	struct supervisor *sup = call_sup(call);
	int sk = sk_socket(call_stack(call), domain, type | SOCK_NONBLOCK,
			   proto);
	struct dgram *g;

	if (sk < 0)
		return sk;
	g = mem_alloc(sup->mem, sizeof(*g));
	if (!g) {
		(void)sk_close(call_stack(call), sk);
		return -ENOMEM;
	}
	g->type = type & 0xf;
	desc_init(&g->desc, domain == AF_PACKET ? &packet_ops : &dgram_ops, sup,
		  call->program->host);
	desc_attach(&g->desc, sk);
	desc_set_maker(&g->desc, call);
	return desc_give_pair(call, &g->desc, type);
}
