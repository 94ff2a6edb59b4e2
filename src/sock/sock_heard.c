// SPDX-License-Identifier: MIT
/*
 * sock_heard.c - what raw, ping and packet sockets have heard and not read yet
 *
 * Each has its own copy of the headers and shares the payload.  As in UDP what
 * counts is the memory that a packet keeps alive.
 *
 * Invariant: size and len are the sums over the list.
 */

#include "sock/sock_heard.h"

#include <errno.h>

#include "base/check.h"

#include "core/pkt.h"
#include "core/probe.h"
#include "core/waitq.h"

#include "ip/ip.h"

static struct mem *mem_of(const struct sock *s)
{
	return s->file.stack->place.env->mem;
}

static size_t size_of(const struct pkt *pkt)
{
	return pkt_truesize(pkt) + sizeof(struct heard);
}

static struct heard *first(const struct heard_queue *q)
{
	return list_first_entry(&q->list, struct heard, node);
}

void heard_init(struct heard_queue *q)
{
	*q = (struct heard_queue){.size = 0};
	list_init(&q->list);
}

static void heard_del(struct sock *s, struct heard_queue *q, struct heard *h)
{
	list_del(&h->node);
	q->size -= size_of(h->pkt);
	q->len -= h->pkt->len;
	pkt_free(h->pkt);
	mem_free(mem_of(s), h, sizeof(*h));
}

void heard_clear(struct sock *s, struct heard_queue *q)
{
	struct heard *h;

	while ((h = first(q)))
		heard_del(s, q, h);
	check(!q->size && !q->len);
}

bool heard_add(struct sock *s, struct heard_queue *q, struct pkt *pkt,
	       const struct heard *what)
{
	struct place *place = &s->file.stack->place;
	bool is_full =
		q->size && q->size + size_of(pkt) > (size_t)s->opts->rcvbuf;
	struct heard *h = NULL;

	if (!is_full)
		h = mem_alloc_raw(mem_of(s), sizeof(*h));
	q->packets++;
	if (!h) {
		q->drops++;
		pkt_drop(place, pkt, DROP_sock_rcvbuf);
		return false;
	}
	*h = *what;
	h->pkt = pkt;
	h->time_ns = stack_now(s->file.stack);
	list_add_tail(&q->list, &h->node);
	q->size += size_of(pkt);
	q->len += pkt->len;
	PROBE(place, EV_NOTE, R_SOCK_HEARD, pkt, EVF_NUM("fd", s->fd),
	      EVF_TEXT("kind", s->ops->name), EVF_NUM("len", pkt->len));
	sock_tell(s, WAIT_IN);
	return true;
}

static void fill_meta(struct sock_meta *m, const struct heard *h)
{
	m->len = h->pkt->len;
	m->has_ip = h->has_ip;
	m->dst = h->dst;
	m->ifindex = h->ifindex;
	m->ttl = h->ttl;
	m->tos = h->tos;
	m->time_ns = h->time_ns;
	m->ll = h->ll;
	if (h->has_ip)
		m->opt_len = (uint8_t)ip_opts_of(h->pkt, m->opt);
}

long heard_recv(struct sock *s, struct heard_queue *q, struct sock_io *io)
{
	struct heard *h = first(q);
	size_t n, len;

	if (!h)
		return -EAGAIN;
	len = h->pkt->len;
	n = len < io->len ? len : io->len;
	pkt_copy_out(h->pkt, 0, io->in, n);
	if (io->from)
		*io->from = h->from;
	if (io->meta)
		fill_meta(io->meta, h);
	io->want = 0;
	if (!(io->flags & SK_MSG_PEEK))
		heard_del(s, q, h);
	return io->flags & SK_MSG_TRUNC ? (long)len : (long)n;
}

size_t heard_next(const struct heard_queue *q)
{
	const struct heard *h = first(q);

	return h ? h->pkt->len : 0;
}
