// SPDX-License-Identifier: MIT
/*
 * sock_dgram.c - datagram sockets in front of UDP and UDP-Lite
 *
 * A datagram is sent or received whole by one step, so the loop of sock_io.c
 * ends after the first one that succeeds: an empty datagram counts as none,
 * which ends it too.
 */

#include <errno.h>
#include <string.h>

#include "base/bytes.h"

#include "core/waitq.h"

#include "ip/ip.h"
#include "sock/sock_cork.h"
#include "sock/sock_ip_opt.h"
#include "sock/sock_opt_kept.h"
#include "sock/sock_plain.h"

static void on_event(struct udp_sock *u, void *arg, uint32_t events)
{
	(void)u;
	sock_tell(arg, events);
}

static bool hears(void *arg, const struct netif *netif, struct ip_addr group,
		  struct ip_addr src)
{
	return sock_group_hears(arg, netif, group, src);
}

static bool on_error(void *arg, const struct ip_error *err)
{
	return sock_err_note(arg, err);
}

static const struct udp_user user = {
	.on_event = on_event, .hears = hears, .on_error = on_error};

static int dgram_open(struct sock *s)
{
	s->udp = udp_new(s->file.stack, &user, s);
	return s->udp ? 0 : -ENOMEM;
}

static int lite_open(struct sock *s)
{
	s->udp = udp_new_lite(s->file.stack, &user, s);
	return s->udp ? 0 : -ENOMEM;
}

static void dgram_free(struct sock *s)
{
	sock_cork_free(s);
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

/* Where IP_UNICAST_IF or IPV6_UNICAST_IF sends what is for one host; NULL: as
 * routes say.  The option has its number in network order. */
static struct netif *chosen_netif(const struct sock *s,
				  const struct endpoint *to)
{
	struct stack *stack = s->file.stack;
	struct ip_addr dst = to ? to->addr : udp_peer(s->udp).addr;
	bool is_v6 = dst.family == IP_V6;
	int value = sock_kept(s, is_v6 ? SK_IPPROTO_IPV6 : SK_IPPROTO_IP,
			      is_v6 ? SK_IPV6_UNICAST_IF : SK_IP_UNICAST_IF);
	uint8_t octets[4];

	if (!value || !dst.family || ip_addr_is_multicast(dst) ||
	    ip_addr_is_ours(stack, dst))
		return NULL;
	memcpy(octets, &value, sizeof(octets));
	return stack_netif_by_index(stack, get32(octets));
}

/* What ancillary data says, as UDP wants it.  0 or -ENODEV. */
static int how_of(struct sock *s, const struct sock_how *how,
		  const struct endpoint *to, struct udp_how *as)
{
	if (s->opts->kept && (!how || !how->ifindex))
		as->netif = chosen_netif(s, to);
	as->opt = sock_ip_opt_for(s, how, &as->opt_len);
	if (!how)
		return 0;
	as->src = how->src;
	as->ttl = (uint8_t)(how->ttl > 0 ? how->ttl : 0);
	as->tos = (uint8_t)(how->tos > 0 ? how->tos : 0);
	as->has_tos = how->tos >= 0;
	if (!how->ifindex)
		return 0;
	as->netif = stack_netif_by_index(s->file.stack, how->ifindex);
	return as->netif ? 0 : -ENODEV;
}

/* Who wants to know is told how much would fit. */
static __attribute__((noinline)) void too_big(struct sock *s,
					      const struct endpoint *to)
{
	struct endpoint peer = to ? *to : udp_peer(s->udp);

	sock_err_local(s, EMSGSIZE, &peer,
		       ip_mtu_for(s->file.stack, peer.addr));
}

static long dgram_send(struct sock *s, struct sock_io *io)
{
	struct udp_how as = {0};
	long n = how_of(s, io->how, io->to, &as);

	if (!n)
		n = sock_cork_send(s, io, &as);
	/* Of pieces the error queue does not tell, nor does Linux'. */
	if (n == -EMSGSIZE && !s->opts->udp_segment &&
	    !(io->how && io->how->gso_size))
		too_big(s, io->to);
	if (n >= 0)
		io->want = 0;
	return n;
}

/* An address that is to UDP what it is to the program. */
static bool is_same_to_udp(const struct sock *s, const struct endpoint *to)
{
	return !to || (s->domain == SK_AF_INET && to->addr.family == IP_V4 &&
		       to->addr.v4.v && !to->addr.zone);
}

static long dgram_plain_send(struct sock *s, const void *buf, size_t len,
			     const struct endpoint *to)
{
	long n;

	if ((s->rest && (s->rest->cork || s->rest->ip_opt_len)) ||
	    !is_same_to_udp(s, to) || !s->is_plain ||
	    (s->domain != SK_AF_INET && !udp_local(s->udp).port))
		return SOCK_LONG_WAY;
	n = udp_send(s->udp, buf, len, to);
	if (n == -EMSGSIZE)
		too_big(s, to);
	return n;
}

/* Where nothing came from anybody it was shut down. */
static long dgram_plain_recv(struct sock *s, void *buf, size_t len,
			     struct endpoint *from, size_t *whole)
{
	struct endpoint peer;
	long n;

	if (!from)
		from = &peer;
	n = udp_take(s->udp, buf, len, from, whole);
	if (n < 0)
		return n;
	if (from->addr.family == IP_NONE)
		return SOCK_LONG_WAY;
	if (s->domain != SK_AF_INET)
		sock_addr_for_user(s, from);
	return n;
}

static void fill_meta(struct sock *s, struct sock_meta *m,
		      const struct udp_from *from)
{
	m->len = from->len;
	m->has_ip = true;
	m->dst = from->dst;
	m->dport = udp_local(s->udp).port;
	m->ifindex = from->netif ? from->netif->index : 0;
	m->ttl = from->ttl;
	m->tos = from->tos;
	m->time_ns = from->time_ns;
	m->size = from->size;
	m->opt_len = from->opt_len;
	memcpy(m->opt, from->opt, from->opt_len);
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
	if (io->meta)
		fill_meta(s, io->meta, &from);
	io->want = 0;
	return io->flags & SK_MSG_TRUNC ? (long)from.len : n;
}

static int dgram_ioctl(struct sock *s, unsigned long request, int *val)
{
	if (request == SK_FIONREAD)
		*val = (int)udp_next_len(s->udp);
	else if (request == SK_TIOCOUTQ)
		*val = 0; /* the link has it already */
	else
		return -ENOTTY;
	return 0;
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
	return udp_poll(s->udp) | (sock_error_count(s) ? WAIT_ERR : 0);
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

/* clang-format off */
#define DGRAM_OPS \
	.free = dgram_free, \
	.bind = dgram_bind, \
	.connect = dgram_connect, \
	.send = dgram_send, \
	.recv = dgram_recv, \
	.plain_send = dgram_plain_send, \
	.plain_recv = dgram_plain_recv, \
	.recv_error = sock_err_recv, \
	.ioctl = dgram_ioctl, \
	.shutdown = dgram_shutdown, \
	.local = dgram_local, \
	.peer = dgram_peer, \
	.error = dgram_error, \
	.poll = dgram_poll, \
	.readable = dgram_readable, \
	.info = dgram_info
/* clang-format on */

const struct sock_ops sock_dgram_ops = {
	.name = "udp",
	.opts = OPT_DGRAM,
	.type = SK_SOCK_DGRAM,
	.proto = SK_IPPROTO_UDP,
	.open = dgram_open,
	DGRAM_OPS,
};

const struct sock_ops sock_lite_ops = {
	.name = "udplite",
	.opts = OPT_DGRAM,
	.type = SK_SOCK_DGRAM,
	.proto = SK_IPPROTO_UDPLITE,
	.open = lite_open,
	DGRAM_OPS,
};
