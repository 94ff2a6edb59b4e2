// SPDX-License-Identifier: MIT
/*
 * udp_in.c - datagrams and ICMP errors that arrive
 *
 * Theory of operation
 * ===================
 * A datagram is checked (length, port, checksum), loses its header and goes to
 * one socket, or, if it was a broadcast or went to a group, to every socket
 * that it concerns (RFC 1122, 4.1.3.3 and 4.1.3.5 are IP's part).  A unicast
 * datagram for a port that nobody has is answered with port unreachable
 * (RFC 1122, 4.1.3.1), within ICMP's limits.
 *
 * Everything that waits to be read belongs to a socket that a program opened:
 * what a stranger sends here can fill that socket's buffer and nothing else.
 *
 * An ICMP error is believed if it quotes a datagram from a socket to its peer;
 * only connected sockets hear of it, as in Linux, for the others cannot say
 * which of their many datagrams was meant.
 */

#include <errno.h>

#include "wire/csum.h"
#include "wire/icmp4.h"
#include "wire/proto.h"
#include "wire/udp.h"

#include "core/pkt.h"
#include "core/waitq.h"

#include "ip/icmp.h"
#include "udp/udp_int.h"

/* RFC 768: a zero field is no checksum.  IPv6 knows no such thing (RFC 8200,
 * 8.1). */
static bool sum_is_right(const struct pkt *pkt, const struct udp_hdr *h,
			 const struct ip_meta *meta)
{
	uint32_t sum;

	if (h->sum == 0)
		return meta->src.family == IP_V4;
	if (pkt->csum != PKT_CSUM_NONE)
		return true;
	sum = meta->src.family == IP_V4
		      ? csum_pseudo4(meta->src.v4, meta->dst.v4, IP_PROTO_UDP,
				     h->len)
		      : csum_pseudo(meta->src, meta->dst, IP_PROTO_UDP, h->len);
	sum = h->len <= pkt->lin_len
		      ? csum_add(sum, pkt_cdata(pkt), h->len)
		      : csum_combine(sum, pkt_csum(pkt, 0, h->len));
	return csum_fold(sum) == 0;
}

/* Checks all that does not depend on who listens; DROP_COUNT: nothing wrong.
 * Cuts off what the IP packet had beyond the datagram. */
static enum drop check_header(struct pkt *pkt, const struct ip_meta *meta,
			      struct udp_hdr *h)
{
	const uint8_t *p = pkt_need(pkt, UDP_HLEN);
	int err = p ? udp_parse(h, p, pkt->len) : WIRE_SHORT;

	if (err == WIRE_SHORT)
		return DROP_udp_short;
	if (err < 0)
		return DROP_udp_len;
	if (!h->dport)
		return DROP_udp_zero_port;
	if (!sum_is_right(pkt, h, meta))
		return DROP_udp_csum;
	if (h->len < pkt->len)
		pkt_trim(pkt, h->len);
	return DROP_COUNT;
}

bool udp_is_heard(struct stack *stack, const struct endpoint *local,
		  const struct endpoint *peer)
{
	const struct udp_dgram what = {.peer = *peer, .dst = local->addr};
	const struct udp_port *port =
		udp_port_find(udp_of(stack), UDP_PLAIN, local->port);

	return port && udp_port_match(port, &what);
}

static void deliver_one(struct stack *stack, struct pkt *pkt,
			const struct udp_port *port,
			const struct udp_dgram *what)
{
	struct udp_sock *u = NULL;

	if (port)
		u = udp_port_match(port, what);
	if (!u) {
		udp_of(stack)->stats[what->kind].no_ports++;
		icmp_error(stack, pkt, ICMP4_UNREACHABLE, ICMP4_PORT, 0);
		pkt_drop(&stack->place, pkt, DROP_udp_no_port);
		return;
	}
	pkt_pull(pkt, UDP_HLEN);
	udp_queue_add(u, pkt, what);
}

static bool hears(const struct udp_sock *u, const struct udp_dgram *what)
{
	return !ip_addr_is_multicast(what->dst) || !u->user->hears ||
	       u->user->hears(u->arg, what->netif, what->dst, what->peer.addr);
}

/* Each but the last gets a clone; the payload is shared. */
static void deliver_all(struct stack *stack, struct pkt *pkt,
			const struct udp_port *port,
			const struct udp_dgram *what)
{
	struct udp_sock *u, *last = NULL;
	struct pkt *copy;

	pkt_pull(pkt, UDP_HLEN);
	if (port)
		list_for_each_entry(u, &port->socks, struct udp_sock, node) {
			if (!udp_accepts(u, what) || !hears(u, what))
				continue;
			copy = last ? pkt_clone(pkt) : NULL;
			if (copy)
				udp_queue_add(last, copy, what);
			else if (last)
				stack->place.drops[DROP_no_memory]++;
			last = u;
		}
	if (last)
		udp_queue_add(last, pkt, what);
	else
		pkt_drop(&stack->place, pkt, DROP_udp_no_port);
}

/* Member by member: that is fewer stores than clearing it all first. */
static inline void describe(struct udp_dgram *d, const struct ip_meta *meta,
			    const struct udp_hdr *h)
{
	list_init(&d->node);
	d->pkt = NULL;
	d->peer.addr = meta->src;
	d->peer.port = h->sport;
	d->dst = meta->dst;
	d->netif = meta->netif;
	d->ttl = meta->ttl;
	d->tos = meta->tos;
	d->size = 0;
	d->truesize = 0;
}

/* Once for each kind, so that what is of one kind alone costs the other
 * nothing. */
static inline __attribute__((always_inline)) void
input(struct stack *stack, struct pkt *pkt, const struct ip_meta *meta,
      enum udp_kind kind)
{
	struct udp_stack *us = udp_of(stack);
	const struct udp_port *port;
	struct udp_dgram what;
	struct udp_hdr h;
	enum drop why = kind == UDP_LITE ? udp_lite_check(pkt, meta, &h)
					 : check_header(pkt, meta, &h);

	if (why != DROP_COUNT) {
		us->stats[kind].in_errors++;
		pkt_drop(&stack->place, pkt, why);
		return;
	}
	describe(&what, meta, &h);
	what.time_ns = stack_now(stack);
	what.kind = (uint8_t)kind;
	what.covers = h.len < pkt->len ? h.len : 0;
	port = udp_port_find(us, kind, h.dport);
	if (meta->is_bcast || meta->is_mcast)
		deliver_all(stack, pkt, port, &what);
	else
		deliver_one(stack, pkt, port, &what);
}

void udp_input_far(struct stack *stack, struct pkt *pkt,
		   const struct ip_meta *meta)
{
	input(stack, pkt, meta, UDP_PLAIN);
}

void udp_lite_input(struct stack *stack, struct pkt *pkt,
		    const struct ip_meta *meta)
{
	input(stack, pkt, meta, UDP_LITE);
}

static bool input_error(struct stack *stack, const struct ip_error *err,
			enum udp_kind kind)
{
	const struct udp_wire *w = (const void *)err->l4;
	struct udp_dgram ours = {
		.peer = {.addr = err->dst},
		.dst = err->src,
	};
	const struct udp_port *port;
	struct udp_sock *u;
	bool is_news;

	if (err->l4_len < sizeof(*w))
		return false;
	ours.peer.port = get16(w->dport);
	port = udp_port_find(udp_of(stack), kind, get16(w->sport));
	u = port ? udp_port_match(port, &ours) : NULL;
	if (!u)
		return false;
	is_news = udp_has_peer(u) && err->is_hard;
	if (u->user->on_error)
		is_news |= u->user->on_error(u->arg, err);
	if (is_news) {
		u->err = err->err;
		udp_tell(u, WAIT_ERR);
	}
	return true;
}

bool udp_input_error(struct stack *stack, const struct ip_error *err)
{
	return input_error(stack, err, UDP_PLAIN);
}

bool udp_lite_input_error(struct stack *stack, const struct ip_error *err)
{
	return input_error(stack, err, UDP_LITE);
}
