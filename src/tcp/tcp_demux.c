// SPDX-License-Identifier: MIT
/*
 * tcp_demux.c - whose segment is it?
 *
 * One table holds connections, half-open ones and TIME-WAIT blocks, keyed by
 * the four numbers.  The hash has a secret key: otherwise a peer, who chooses
 * two of the numbers, could choose them so that all his connections fall into
 * one place and every look-up walks over all of them.
 *
 * Segments come in trains, so who got the last one is asked first; that costs
 * a comparison, and nobody can make it cost more.
 *
 * Listeners are not in here but under their port, see tcp_port.c.
 *
 * Sources: RFC 9293, 3.10.7.
 */

#include <string.h>

#include "tcp/tcp_int.h"

enum { TCP_HASHED_AHEAD = 32 }; /* twice a batch, a power of two */

static uint64_t ports_of(const struct tcp_tuple *t)
{
	return (uint64_t)t->lport << 16 | t->rport;
}

static uint32_t hash6(const struct hash_key *key, const struct tcp_tuple *t)
{
	uint64_t w[5];

	memcpy(w, t->laddr.v6.o, 16);
	memcpy(w + 2, t->raddr.v6.o, 16);
	w[4] = ports_of(t);
	return (uint32_t)siphash13_u64x5(key, w);
}

uint32_t tcp_tuple_hash(const struct hash_key *key, const struct tcp_tuple *t)
{
	uint64_t addrs;

	if (t->laddr.family == IP_V6)
		return hash6(key, t);
	addrs = (uint64_t)t->laddr.v4.v << 32 | t->raddr.v4.v;
	return (uint32_t)siphash13_u64x2(key, addrs, ports_of(t));
}

bool tcp_tuple_eq(const struct tcp_tuple *a, const struct tcp_tuple *b)
{
	if (a->lport != b->lport || a->rport != b->rport)
		return false;
	return ip_addr_eq(a->raddr, b->raddr) && ip_addr_eq(a->laddr, b->laddr);
}

/* Of IPv4, the usual case; of what is not it is not known. */
static bool is_same4(const struct tcp_tuple *a, const struct tcp_tuple *b)
{
	return a->rport == b->rport && a->lport == b->lport &&
	       a->raddr.v4.v == b->raddr.v4.v &&
	       a->laddr.v4.v == b->laddr.v4.v && a->raddr.family == IP_V4 &&
	       b->raddr.family == IP_V4;
}

static inline bool eq(const void *item, const void *key)
{
	const struct tcp_end *e = item;

	if (e->kind == TCP_IS_TW)
		return tcp_tw_eq(item, key);
	return is_same4(&e->t, key) || tcp_tuple_eq(&e->t, key);
}

/*
 * Who is looked for, not found, added, and soon taken out again is hashed once:
 * a connection that is opened and closed asks for its hash eight times, each
 * worth a hundred instructions.  Where segments are looked at before their turn
 * (tcp_ahead.c) there are several at a time whose hash will be asked for again.
 */
static struct tcp_hashed *hashed_at(struct tcp_stack *tcp,
				    const struct tcp_tuple *t)
{
	if (!tcp->ahead)
		return &tcp->hashed;
	return &tcp->ahead[(t->lport ^ t->rport) & (TCP_HASHED_AHEAD - 1)];
}

static uint32_t hash_of(struct tcp_stack *tcp, const struct tcp_tuple *t)
{
	struct tcp_hashed *h = hashed_at(tcp, t);

	if (!is_same4(&h->t, t)) {
		h->t = *t;
		h->hash = tcp_tuple_hash(&tcp->table_key, t);
	}
	return h->hash;
}

struct tcp_end *tcp_end_find_far(struct tcp_stack *tcp,
				 const struct tcp_tuple *t)
{
	struct tcp_end *e = htab_find_here(&tcp->ends, hash_of(tcp, t), eq, t);

	if (e && e->kind != TCP_IS_TW)
		tcp->last = e;
	return e;
}

/* Without memory it is computed twice. */
uint32_t tcp_end_hash_ahead(struct tcp_stack *tcp, const struct tcp_tuple *t)
{
	if (!tcp->ahead)
		tcp->ahead = mem_alloc_array(tcp->env->mem, TCP_HASHED_AHEAD,
					     sizeof(*tcp->ahead));
	return hash_of(tcp, t);
}

int tcp_end_add(struct tcp_stack *tcp, struct tcp_end *e)
{
	return htab_add(&tcp->ends, hash_of(tcp, &e->t), e);
}

void tcp_end_del(struct tcp_stack *tcp, struct tcp_end *e)
{
	if (tcp->last == e)
		tcp->last = NULL;
	htab_del(&tcp->ends, hash_of(tcp, &e->t), e);
}

/* One takes the other's place, which cannot fail. */
void tcp_end_replace(struct tcp_stack *tcp, struct tcp_end *old,
		     struct tcp_end *e)
{
	if (tcp->last == old)
		tcp->last = e;
	htab_replace(&tcp->ends, hash_of(tcp, &e->t), old, e);
}

/* Likewise; nobody is asked first who is in TIME-WAIT. */
void tcp_end_to_tw(struct tcp_stack *tcp, struct tcp_end *old,
		   struct tcp_tw *tw)
{
	if (tcp->last == old)
		tcp->last = NULL;
	htab_replace(&tcp->ends, hash_of(tcp, &old->t), old, tw);
}

void tcp_end_del_tw(struct tcp_stack *tcp, struct tcp_tw *tw,
		    const struct tcp_tuple *t)
{
	htab_del(&tcp->ends, hash_of(tcp, t), tw);
}

void tcp_end_hash_forget(struct tcp_stack *tcp)
{
	mem_free(tcp->env->mem, tcp->ahead,
		 TCP_HASHED_AHEAD * sizeof(*tcp->ahead));
	tcp->ahead = NULL;
}
