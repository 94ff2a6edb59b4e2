// SPDX-License-Identifier: MIT
/*
 * tcp_demux.c - whose segment is it?
 *
 * One table holds connections, half-open ones and TIME-WAIT blocks, keyed by
 * the four numbers.  The hash has a secret key: otherwise a peer, who chooses
 * two of the numbers, could choose them so that all his connections fall into
 * one place and every look-up walks over all of them.
 *
 * Listeners are not in here but under their port, see tcp_port.c.
 *
 * Sources: RFC 9293, 3.10.7.
 */

#include <string.h>

#include "tcp/tcp_int.h"

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

static bool eq(const void *item, const void *key)
{
	const struct tcp_end *e = item;

	return tcp_tuple_eq(&e->t, key);
}

struct tcp_end *tcp_end_find(struct tcp_stack *tcp, const struct tcp_tuple *t)
{
	return htab_find(&tcp->ends, tcp_tuple_hash(&tcp->table_key, t), eq, t);
}

int tcp_end_add(struct tcp_stack *tcp, struct tcp_end *e)
{
	return htab_add(&tcp->ends, tcp_tuple_hash(&tcp->table_key, &e->t), e);
}

void tcp_end_del(struct tcp_stack *tcp, struct tcp_end *e)
{
	htab_del(&tcp->ends, tcp_tuple_hash(&tcp->table_key, &e->t), e);
}

/*
 * One takes the other's place: cannot fail, for the slot that was emptied is
 * free, so there is at least one and the table need not grow.
 */
void tcp_end_replace(struct tcp_stack *tcp, struct tcp_end *old,
		     struct tcp_end *e)
{
	int err;

	tcp_end_del(tcp, old);
	err = tcp_end_add(tcp, e);
	check(!err);
}
