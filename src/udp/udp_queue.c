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
 * Invariant: queue_size and queue_len are the sums over the queue.
 */

#include <errno.h>

#include "base/check.h"

#include "core/pkt.h"
#include "core/probe.h"
#include "core/waitq.h"

#include "udp/udp_int.h"

static size_t dgram_size(const struct udp_dgram *d)
{
	return pkt_truesize(d->pkt) + sizeof(*d);
}

/* Takes @pkt; @what says all about it but the packet. */
void udp_queue_add(struct udp_sock *u, struct pkt *pkt,
		   const struct udp_dgram *what)
{
	struct udp_stack *us = udp_of(u->stack);
	struct place *place = &u->stack->place;
	struct udp_dgram *d;

	if (!udp_lite_suits(u, what)) {
		udp_stats_of(u)->in_errors++;
		pkt_drop(place, pkt, DROP_udplite_part);
		return;
	}
	if (u->queue_size &&
	    u->queue_size + pkt_truesize(pkt) + sizeof(*d) > u->rcvbuf) {
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
	list_add_tail(&u->queue, &d->node);
	u->queue_size += dgram_size(d);
	u->queue_len += pkt->len;
	udp_stats_of(u)->in_datagrams++;
	PROBE(place, EV_NOTE, R_UDP_DELIVER, pkt, EVF_EP("peer", &d->peer),
	      EVF_NUM("port", u->local.port), EVF_NUM("len", pkt->len));
	udp_tell(u, WAIT_IN);
}

static struct udp_dgram *queue_first(const struct udp_sock *u)
{
	return list_first_entry(&u->queue, struct udp_dgram, node);
}

static void queue_del(struct udp_sock *u, struct udp_dgram *d)
{
	list_del(&d->node);
	u->queue_size -= dgram_size(d);
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
	}
	if (!is_peek)
		queue_del(u, d);
	return (long)n;
}

size_t udp_next_len(const struct udp_sock *u)
{
	const struct udp_dgram *d = queue_first(u);

	return d ? d->pkt->len : 0;
}

size_t udp_queued(const struct udp_sock *u)
{
	return u->queue_len;
}
