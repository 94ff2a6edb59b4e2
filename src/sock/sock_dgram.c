// SPDX-License-Identifier: MIT
/*
 * sock_dgram.c - datagram sockets in front of UDP
 *
 * A datagram is sent or received whole by one step, so the loop of sock_io.c
 * ends after the first one that succeeds: an empty datagram counts as none,
 * which ends it too.
 */

#include <errno.h>

#include "sock/sock_int.h"
#include "udp/udp.h"

static void on_event(struct udp_sock *u, void *arg, uint32_t events)
{
	(void)u;
	sock_tell(arg, events);
}

static bool hears(void *arg, struct ip_addr group, struct ip_addr src)
{
	return sock_group_hears(arg, group, src);
}

static const struct udp_user user = {.on_event = on_event, .hears = hears};

static int dgram_open(struct sock *s)
{
	s->udp = udp_new(s->file.stack, &user, s);
	return s->udp ? 0 : -ENOMEM;
}

static void dgram_free(struct sock *s)
{
	udp_free(s->udp);
}

static int dgram_bind(struct sock *s, const struct endpoint *local)
{
	return udp_bind(s->udp, local);
}

static int dgram_connect(struct sock *s, const struct endpoint *peer)
{
	return udp_connect(s->udp, peer);
}

static long dgram_send(struct sock *s, struct sock_io *io)
{
	long n = udp_send(s->udp, io->out, io->len, io->to);

	if (n >= 0)
		io->want = 0;
	return n;
}

static long dgram_recv(struct sock *s, struct sock_io *io)
{
	struct udp_from from = {0};
	long n = udp_recv(s->udp, io->in, io->len, io->flags & SK_MSG_PEEK,
			  &from);

	if (n < 0)
		return n;
	if (from.peer.addr.family == IP_NONE && !sock_may_block(s, io->flags))
		return -EAGAIN; /* shut down, but Linux sees that asleep only */
	if (io->from)
		*io->from = from.peer;
	io->want = 0;
	return io->flags & SK_MSG_TRUNC ? (long)from.len : n;
}

static int dgram_shutdown(struct sock *s, int how)
{
	return udp_shutdown(s->udp, how != SK_SHUT_RD, how != SK_SHUT_WR);
}

static struct endpoint dgram_local(const struct sock *s)
{
	return udp_local(s->udp);
}

static struct endpoint dgram_peer(const struct sock *s)
{
	return udp_peer(s->udp);
}

static int dgram_error(struct sock *s)
{
	return udp_error(s->udp);
}

static uint32_t dgram_poll(struct sock *s)
{
	return udp_poll(s->udp);
}

static size_t dgram_readable(struct sock *s)
{
	return udp_next_len(s->udp);
}

static void dgram_info(struct sock *s, struct sock_info *info)
{
	bool has_peer = info->peer.addr.family != IP_NONE;

	info->state = has_peer ? "ESTAB" : "UNCONN";
	info->recv_queue = udp_queued(s->udp);
}

const struct sock_ops sock_dgram_ops = {
	.type = SK_SOCK_DGRAM,
	.proto = SK_IPPROTO_UDP,
	.open = dgram_open,
	.free = dgram_free,
	.bind = dgram_bind,
	.connect = dgram_connect,
	.send = dgram_send,
	.recv = dgram_recv,
	.shutdown = dgram_shutdown,
	.local = dgram_local,
	.peer = dgram_peer,
	.error = dgram_error,
	.poll = dgram_poll,
	.readable = dgram_readable,
	.info = dgram_info,
};
