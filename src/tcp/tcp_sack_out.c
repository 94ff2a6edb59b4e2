// SPDX-License-Identifier: MIT
/*
 * tcp_sack_out.c - blocks that we report: what arrived beyond a hole
 *
 * Theory of operation
 * ===================
 * While the reassembly queue (tcp_ooo.c) has islands each ACK tells of some of
 * them (RFC 2018, 4): first of the one that grew last, then of those that grew
 * before it, then of others, as many as fit: four, or three beside timestamps.
 * So each island is told of several times, and a lost ACK costs nothing.
 *
 * Which grew last is remembered as a few octets' numbers, the latest first;
 * the islands they lie in are looked up when an ACK is built, for islands
 * merge and vanish.
 *
 * Octets that arrive a second time are told in the first block, once (D-SACK,
 * RFC 2883).  If they lie in an island this one is the second block.
 */

#include <string.h>

#include "tcp/tcp_int.h"

void tcp_sack_note(struct tcp_conn *c, seq32 seq)
{
	struct tcp_sack_out *out = &c->active->sack_out;
	unsigned int n = min_u32(out->count, TCP_SACK_MAX - 1);

	memmove(&out->recent[1], &out->recent[0], n * sizeof(out->recent[0]));
	out->recent[0] = seq;
	out->count = (uint8_t)(n + 1);
}

/* Only the first of several is told (RFC 2883, 4). */
void tcp_sack_note_dup(struct tcp_conn *c, seq32 start, seq32 end)
{
	struct tcp_sack_out *out = &c->active->sack_out;

	if (out->has_dup || !c->tcp->knobs.dsack || !(c->flags & TCPF_SACK) ||
	    !seq_lt(start, end))
		return;
	out->dup = (struct tcp_sack_block){start, end};
	out->has_dup = true;
}

bool tcp_sack_is_due(const struct tcp_conn *c)
{
	const struct tcp_active *a = c->active;

	return c->flags & TCPF_SACK && (a->ooo || a->sack_out.has_dup);
}

/* Append an island, unless it is told already.  Returns whether it was not. */
static bool tell(struct tcp_opts *o, uint32_t first,
		 const struct tcp_sack_block *b)
{
	uint32_t i;

	for (i = first; i < o->sack_count; i++)
		if (seq_eq(o->sack[i].start, b->start))
			return false;
	o->sack[o->sack_count++] = *b;
	return true;
}

/* Islands that grew last; what has vanished, or merged, is forgotten. */
static void tell_recent(struct tcp_conn *c, struct tcp_opts *o, uint32_t first,
			uint32_t room)
{
	struct tcp_sack_out *out = &c->active->sack_out;
	struct tcp_sack_block b;
	uint8_t i, kept = 0;

	for (i = 0; i < out->count && o->sack_count < room; i++)
		if (tcp_ooo_island_of(c, out->recent[i], &b) &&
		    tell(o, first, &b))
			out->recent[kept++] = out->recent[i];
	for (; i < out->count; i++)
		out->recent[kept++] = out->recent[i];
	out->count = kept;
}

/**
 * tcp_sack_put() - Fill in the blocks of a segment
 * @o:		Its other options
 * @room:	Octets left for them
 */
void tcp_sack_put(struct tcp_conn *c, struct tcp_opts *o, uint32_t room)
{
	struct tcp_sack_out *out = &c->active->sack_out;
	uint32_t n = room > 4 ? (room - 4) / sizeof(struct tcp_sack_block) : 0;
	uint32_t first = 0, i;
	struct tcp_sack_block b;

	n = min_u32(n, tcp_sack_room(o));
	if (!n)
		return;
	if (out->has_dup) {
		o->sack[o->sack_count++] = out->dup;
		out->has_dup = false;
		first = 1;
		if (n > 1 && tcp_ooo_island_of(c, out->dup.start, &b))
			tell(o, first, &b);
	}
	tell_recent(c, o, first, n);
	for (i = 0; o->sack_count < n && tcp_ooo_island(c, i, &b); i++)
		tell(o, first, &b);
	if (o->sack_count)
		o->has |= TCP_HAS_SACK;
}
