// SPDX-License-Identifier: MIT
/*
 * udp_queue.c - datagrams that have arrived and were not read yet
 *
 * What counts against SO_RCVBUF is the memory that a datagram keeps alive and
 * not its payload: a flood of empty datagrams fills the queue as surely as one
 * of long ones (RFC 768 has no flow control; the queue's cap is all there is).
 * A queue that is not empty takes nothing that would exceed the cap, an empty
 * one takes any datagram, so that a small buffer is slow but never deaf.
 *
 * A program that wants it so (UDP_GRO) gets datagrams that came together in one
 * call, as they may have been sent in one (UDP_SEGMENT).  They are joined here,
 * and not on the way, since here it is known who reads: of one peer, one size,
 * one time and one type of service, the last one shorter perhaps.  Whether they
 * came together says the packet (gso of pkt.h).  One that somebody has looked
 * at does not grow any more: who peeks and then takes, takes what he has seen.
 *
 * Invariant: queue_size and queue_len are the sums over the queue.
 */

#include <errno.h>
#include <string.h>

#include "base/check.h"

#include "core/pkt.h"
#include "core/probe.h"
#include "core/waitq.h"

#include "udp/udp_int.h"

#define JOINED_MAX 64 /* datagrams, as in Linux */

/* Is @d one more of what @to is, or is the beginning of? */
static bool may_join(const struct udp_dgram *to, const struct udp_dgram *d)
{
	size_t have = to->pkt->len, size = to->size ? to->size : have;

	return d->pkt->gso == PKT_GSO_UDP && have && !to->is_seen &&
	       d->pkt->len && d->pkt->len <= size && have % size == 0 &&
	       have / size < JOINED_MAX &&
	       have + d->pkt->len <= UDP_PAYLOAD_MAX &&
	       endpoint_eq(to->peer, d->peer) && ip_addr_eq(to->dst, d->dst) &&
	       to->netif == d->netif && to->time_ns == d->time_ns &&
	       to->ttl == d->ttl && to->tos == d->tos;
}

/* @d is the newest one; make it a part of the one before, if it is one. */
static void join(struct udp_sock *u, struct udp_dgram *d)
{
	struct udp_dgram *to = list_entry(d->node.prev, struct udp_dgram, node);
	size_t each;

	if (d->node.prev == &u->queue || !may_join(to, d))
		return;
	each = to->size ? to->size : to->pkt->len;
	if (pkt_join(to->pkt, d->pkt))
		return;
	to->size = (uint16_t)each;
	u->queue_size -= to->truesize + d->truesize;
	to->truesize = udp_dgram_size(to->pkt);
	u->queue_size += to->truesize;
	list_del(&d->node);
	pool_put(&udp_of(u->stack)->dgram_pool, d);
}

/* Takes @pkt; @what says all about it but the packet. */
void udp_queue_add(struct udp_sock *u, struct pkt *pkt,
		   const struct udp_dgram *what)
{
	struct udp_stack *us = udp_of(u->stack);
	struct place *place = &u->stack->place;
	uint32_t size = udp_dgram_size(pkt);
	struct udp_dgram *d;

	if (u->is_choosy && !udp_lite_suits(u, what)) {
		udp_stats_of(u)->in_errors++;
		pkt_drop(place, pkt, DROP_udplite_part);
		return;
	}
	if (u->queue_size && u->queue_size + size > u->rcvbuf) {
		udp_stats_of(u)->in_errors++;
		pkt_drop(place, pkt, DROP_udp_rcvbuf);
		return;
	}
	d = pool_get(&us->dgram_pool);
	if (!d) {
		udp_stats_of(u)->in_errors++;
		pkt_drop(place, pkt, DROP_no_memory);
		return;
	}
	*d = *what;
	d->pkt = pkt;
	d->truesize = size;
	d->is_seen = false;
	list_add_tail(&u->queue, &d->node);
	u->queue_size += size;
	u->queue_len += pkt->len;
	udp_stats_of(u)->in_datagrams++;
	PROBE(place, EV_NOTE, R_UDP_DELIVER, pkt, EVF_EP("peer", &d->peer),
	      EVF_NUM("port", u->local.port), EVF_NUM("len", pkt->len));
	if (u->joins && u->kind == UDP_PLAIN)
		join(u, d);
	udp_tell(u, WAIT_IN);
}

static struct udp_dgram *queue_first(const struct udp_sock *u)
{
	return list_first_entry(&u->queue, struct udp_dgram, node);
}

static inline void queue_del(struct udp_sock *u, struct udp_dgram *d)
{
	list_del(&d->node);
	u->queue_size -= d->truesize;
	u->queue_len -= d->pkt->len;
	pkt_free(d->pkt);
	pool_put(&udp_of(u->stack)->dgram_pool, d);
}

void udp_queue_clear(struct udp_sock *u)
{
	struct udp_dgram *d;

	while ((d = queue_first(u)))
		queue_del(u, d);
	check(!u->queue_size && !u->queue_len);
}

/* What to return when nothing waits. */
static long nothing(struct udp_sock *u)
{
	int err = udp_error(u);

	if (err)
		return err;
	return u->is_recv_shut ? 0 : -EAGAIN;
}

long udp_recv(struct udp_sock *u, void *buf, size_t len, bool is_peek,
	      struct udp_from *from)
{
	struct udp_dgram *d = queue_first(u);
	size_t n;

	if (!d || u->err)
		return nothing(u);
	n = len < d->pkt->len ? len : d->pkt->len;
	if (n) /* else there may be no buffer */
		pkt_copy_out(d->pkt, 0, buf, n);
	u->stack->place.env->copied += n;
	if (from) {
		from->peer = d->peer;
		from->dst = d->dst;
		from->len = d->pkt->len;
		from->netif = d->netif;
		from->ttl = d->ttl;
		from->tos = d->tos;
		from->time_ns = d->time_ns;
		from->size = d->size;
		from->opt_len = (uint8_t)ip_opts_of(d->pkt, from->opt);
	}
	d->is_seen = true;
	if (!is_peek)
		queue_del(u, d);
	return (long)n;
}

long udp_take(struct udp_sock *u, void *buf, size_t len, struct endpoint *peer,
	      size_t *whole)
{
	struct udp_dgram *d = queue_first(u);
	size_t n;

	if (!d || u->err) {
		*peer = (struct endpoint){0};
		*whole = 0;
		return nothing(u);
	}
	*whole = d->pkt->len;
	*peer = d->peer;
	n = min_size(len, *whole);
	if (n && n <= d->pkt->lin_len)
		memcpy(buf, pkt_cdata(d->pkt), n);
	else if (n)
		pkt_copy_out(d->pkt, 0, buf, n);
	u->stack->place.env->copied += n;
	queue_del(u, d);
	return (long)n;
}

size_t udp_next_len(const struct udp_sock *u)
{
	struct udp_dgram *d = queue_first(u);

	if (!d)
		return 0;
	d->is_seen = true;
	return d->pkt->len;
}

size_t udp_queued(const struct udp_sock *u)
{
	return u->queue_len;
}
