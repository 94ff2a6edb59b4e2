// SPDX-License-Identifier: MIT
/*
 * tcp_ahead.c - memory that will be needed is asked for before its turn
 *
 * Theory of operation
 * ===================
 * Of a million connections the one that a segment is for is in no cache.  To
 * find it takes a chain of reads each of which needs the one before, and each
 * is a hundred nanoseconds of waiting, in which the processor could have asked
 * for a dozen other things:
 *
 *	header --> hash --> slot --> connection --> tally, active, socket
 *
 * But segments come in batches, and the chains of different segments have
 * nothing to do with each other.  So a batch is walked once for each step of
 * the chain, and each step asks (prefetches) for what the next one will read:
 * when the walk comes to its end, what its beginning asked for has come.  Then
 * the segments are processed as ever, in their order, and find everything near.
 * (This is group prefetching as databases do it for joins.)
 *
 * Nothing is decided here.  A hint that was wrong, because a segment before
 * closed the connection, has cost a few lines of the cache.  Only the hash is
 * kept, with the numbers it is of, so that it is not computed again.
 *
 * How far ahead: TCP_AHEAD_MAX segments, each with up to two dozen lines of 64
 * octets, are a half of a first cache of 48 KB.
 */

#include "tcp/tcp_ahead.h"

#include <string.h>

#include "base/ask.h"

#include "tcp/tcp_int.h"

void tcp_ahead_conn(const struct tcp_conn *c)
{
	ask_for(c, sizeof(*c));
}

void tcp_ahead_parts(const struct tcp_conn *c)
{
	if (c->end.state != TCPS_LISTEN)
		tcp_conn_ask_parts(c);
}

static void ask_for_rest(const struct tcp_end *e)
{
	const struct tcp_conn *c;

	if (e->kind != TCP_IS_CONN)
		return;
	c = container_of_const(e, struct tcp_conn, end);
	tcp_ahead_parts(c);
	tcp_conn_ask_user(c);
}

bool tcp_ahead_is_useful(const struct stack *stack)
{
	const struct tcp_stack *tcp = stack->slot[SLOT_TCP];

	return tcp && tcp->ends.count >= tcp->ahead_min;
}

void tcp_ahead(struct stack *stack, const struct tcp_ahead *a, uint32_t count)
{
	struct tcp_stack *tcp = stack->slot[SLOT_TCP];
	const struct tcp_end *ends[TCP_AHEAD_MAX];
	uint32_t hash[TCP_AHEAD_MAX];
	uint32_t i;

	check(count <= TCP_AHEAD_MAX);
	for (i = 0; i < count; i++) {
		struct tcp_tuple t = {a[i].dst, a[i].src, a[i].dport,
				      a[i].sport};

		hash[i] = tcp_end_hash_ahead(tcp, &t);
		htab_ask(&tcp->ends, hash[i]);
	}
	for (i = 0; i < count; i++) {
		ends[i] = htab_guess(&tcp->ends, hash[i]);
		if (ends[i])
			ask_for(ends[i], sizeof(struct tcp_conn));
	}
	for (i = 0; i < count; i++)
		if (ends[i])
			ask_for_rest(ends[i]);
}
