// SPDX-License-Identifier: MIT
/*
 * tcp_ooo.c - the reassembly queue: octets that came too early
 *
 * Theory of operation
 * ===================
 * What has arrived beyond rcv_nxt forms islands:
 *
 *	rcv_nxt     island 0        island 1     island 2
 *	   |  ....  |=======| ..... |====| ..... |======|
 *
 * Each island is a tcp_queue, and the islands stand in an array by number, so
 * the place for a segment is found by binary search.  Where a segment touches
 * an island it grows; where it closes a gap two become one, the smaller moving
 * into the larger.
 *
 * Octets that are there are never replaced by a later segment that claims to
 * have others in the same place (first accepted octets win): what was seen by
 * a filter on the way is what the user gets.
 *
 * Invariants
 * ----------
 *  (1) Islands are sorted, none is empty, no two touch.
 *  (2) The first begins beyond rcv_nxt.
 *  (3) truesize is the sum over the islands.
 *
 * Limits
 * ------
 * At most TCP_RANGES_MAX islands, and beyond TCP_RANGES_FEW no more than the
 * receive buffer pays for: a queue that overflows on the way drops every second
 * segment of a window, so a long path needs many.  When one more is needed, or
 * there is no memory for it, the one furthest away is forgotten, which the peer
 * will repair by sending it again; but not if it was reported to the peer
 * (SACK), then the new one is.  The offered window limits the octets, the
 * budget of references the memory.
 *
 * Sources: RFC 9293, 3.10.7.4.
 */

#include <string.h>

#include "tcp/tcp_int.h"

/* An island of one octet may hold a block of its own. */
#define ISLAND_PINS 4096

/**
 * struct tcp_ooo - the islands
 * @count:	How many there are
 * @room:	How many @island has room for
 * @island:	In the order of numbers
 * @truesize:	Memory that they keep alive
 * @few:	Where they stand while they are few
 */
struct tcp_ooo {
	uint32_t count, room;
	struct tcp_queue **island;
	size_t truesize;
	struct tcp_queue *few[TCP_RANGES_FEW];
};

size_t tcp_ooo_size(void)
{
	return sizeof(struct tcp_ooo);
}

static void drop_island(struct tcp_conn *c, uint32_t i)
{
	struct tcp_ooo *o = c->active->ooo;
	struct tcp_queue *q = o->island[i];

	o->count--;
	memmove(&o->island[i], &o->island[i + 1],
		(o->count - i) * sizeof(o->island[0]));
	o->truesize -= q->truesize;
	tcp_queue_fini(q);
	pool_put(&c->tcp->range_pool, q);
}

static void free_array(struct tcp_conn *c, struct tcp_ooo *o)
{
	if (o->island != o->few)
		mem_free(c->tcp->env->mem, o->island,
			 o->room * sizeof(o->island[0]));
}

static void free_if_empty(struct tcp_conn *c)
{
	struct tcp_ooo *o = c->active->ooo;

	if (o->count)
		return;
	free_array(c, o);
	pool_put(&c->tcp->ooo_pool, o);
	c->active->ooo = NULL;
}

void tcp_ooo_free(struct tcp_conn *c)
{
	if (!c->active->ooo)
		return;
	while (c->active->ooo->count)
		drop_island(c, c->active->ooo->count - 1);
	free_if_empty(c);
}

size_t tcp_ooo_truesize(const struct tcp_conn *c)
{
	return c->active->ooo ? c->active->ooo->truesize : 0;
}

bool tcp_ooo_first(const struct tcp_conn *c, seq32 *seq)
{
	const struct tcp_ooo *o = c->active->ooo;

	if (!o)
		return false;
	*seq = o->island[0]->head;
	return true;
}

/* Island @i, in the order of numbers. */
bool tcp_ooo_island(const struct tcp_conn *c, uint32_t i,
		    struct tcp_sack_block *b)
{
	const struct tcp_ooo *o = c->active->ooo;

	if (!o || i >= o->count)
		return false;
	*b = (struct tcp_sack_block){o->island[i]->head, o->island[i]->end};
	return true;
}

/* First island that ends at @seq or beyond it. */
static uint32_t find(const struct tcp_ooo *o, seq32 seq)
{
	uint32_t low = 0, high = o->count, mid;

	while (low < high) {
		mid = (low + high) / 2;
		if (seq_lt(o->island[mid]->end, seq))
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* The island that holds @seq. */
bool tcp_ooo_island_of(const struct tcp_conn *c, seq32 seq,
		       struct tcp_sack_block *b)
{
	return c->active->ooo &&
	       tcp_ooo_island(c, find(c->active->ooo, seq_add(seq, 1)), b) &&
	       seq_leq(b->start, seq);
}

/* Twice the room, if that is allowed, and there is memory. */
static bool grow(struct tcp_conn *c)
{
	struct tcp_ooo *o = c->active->ooo;
	uint32_t room = 2 * o->room;
	struct tcp_queue **island;

	if (room > TCP_RANGES_MAX || room > c->rcvbuf / ISLAND_PINS)
		return false;
	island = mem_alloc_array(c->tcp->env->mem, room, sizeof(island[0]));
	if (!island)
		return false;
	memcpy(island, o->island, o->count * sizeof(island[0]));
	free_array(c, o);
	o->island = island;
	o->room = room;
	return true;
}

/* Room for an island at @i; false: it is the one that has to stay away. */
static bool make_place(struct tcp_conn *c, uint32_t i)
{
	struct tcp_ooo *o = c->active->ooo;

	if (o->count < o->room || grow(c))
		return true;
	/* What was reported is not taken back (RFC 2018, 8). */
	if (i == o->count || c->flags & TCPF_SACK)
		return false;
	drop_island(c, o->count - 1);
	return true;
}

static struct tcp_queue *new_island(struct tcp_conn *c, uint32_t i, seq32 seq)
{
	struct tcp_ooo *o = c->active->ooo;
	struct tcp_queue *q;

	if (!make_place(c, i))
		return NULL;
	q = pool_get(&c->tcp->range_pool);
	if (!q)
		return NULL;
	tcp_queue_init(q, c->tcp->env, seq);
	memmove(&o->island[i + 1], &o->island[i],
		(o->count - i) * sizeof(o->island[0]));
	o->island[i] = q;
	o->count++;
	return q;
}

/* Islands @i and @i + 1 touch.  If memory runs out, the later part is lost. */
static void merge(struct tcp_conn *c, uint32_t i)
{
	struct tcp_ooo *o = c->active->ooo;
	struct tcp_queue *a = o->island[i], *b = o->island[i + 1];
	size_t before = a->truesize + b->truesize;
	bool to_front = a->count < b->count;
	int err;

	err = to_front ? tcp_queue_splice_front(b, a) : tcp_queue_splice(a, b);
	o->truesize += a->truesize + b->truesize - before;
	drop_island(c, to_front && !err ? i : i + 1);
}

/* Octets that end where island @i begins. */
static uint32_t prepend(struct tcp_conn *c, const struct tcp_seg *s, uint32_t i,
			uint32_t skip, uint32_t n, size_t budget)
{
	struct tcp_ooo *o = c->active->ooo;
	struct tcp_queue piece;
	size_t taken, before = o->island[i]->truesize;

	tcp_queue_init(&piece, c->tcp->env, seq_add(s->seq, skip));
	taken = tcp_queue_append_pkt(&piece, s->pkt, s->off + skip, n, budget);
	if (taken < n || tcp_queue_splice_front(o->island[i], &piece))
		n = 0;
	o->truesize += o->island[i]->truesize - before;
	tcp_queue_fini(&piece);
	return n;
}

/* Octets that begin where island @i ends; they may reach the next one. */
static uint32_t append(struct tcp_conn *c, const struct tcp_seg *s, uint32_t i,
		       uint32_t skip, uint32_t n, size_t budget)
{
	struct tcp_ooo *o = c->active->ooo;
	struct tcp_queue *q = o->island[i];
	size_t before = q->truesize;

	n = (uint32_t)tcp_queue_append_pkt(q, s->pkt, s->off + skip, n, budget);
	o->truesize += q->truesize - before;
	if (!tcp_queue_len(q))
		drop_island(c, i);
	else if (i + 1 < o->count && seq_eq(q->end, o->island[i + 1]->head))
		merge(c, i);
	return n;
}

/* Put octets of @s into the gap before island @i.  Returns how many. */
static uint32_t fill_gap(struct tcp_conn *c, const struct tcp_seg *s,
			 uint32_t i, uint32_t skip, uint32_t n, size_t budget)
{
	struct tcp_ooo *o = c->active->ooo;
	seq32 seq = seq_add(s->seq, skip);

	if (i > 0 && seq_eq(o->island[i - 1]->end, seq))
		return append(c, s, i - 1, skip, n, budget);
	if (i < o->count && seq_eq(seq_add(seq, n), o->island[i]->head))
		return prepend(c, s, i, skip, n, budget);
	if (!new_island(c, i, seq))
		return 0;
	return append(c, s, i, skip, n, budget);
}

/* The gap at @seq: its octets up to @end at most, and the island behind it. */
static uint32_t gap_at(const struct tcp_ooo *o, seq32 *seq, seq32 end,
		       uint32_t *at)
{
	uint32_t i = find(o, *seq);
	seq32 stop = end;

	/* Skip what is there already. */
	while (i < o->count && seq_leq(o->island[i]->head, *seq) &&
	       seq_lt(*seq, end)) {
		*seq = o->island[i]->end;
		i++;
	}
	if (i < o->count)
		stop = seq_min(end, o->island[i]->head);
	*at = i;
	return seq_lt(*seq, stop) ? seq_dist(*seq, stop) : 0;
}

/* Octets from @seq to @end that are here already. */
static void note_dup(struct tcp_conn *c, seq32 seq, seq32 end)
{
	const struct tcp_ooo *o = c->active->ooo;
	uint32_t i = find(o, seq_add(seq, 1));

	if (i < o->count && seq_lt(o->island[i]->head, end))
		tcp_sack_note_dup(c, seq_max(seq, o->island[i]->head),
				  seq_min(end, o->island[i]->end));
}

static struct tcp_ooo *new_ooo(struct tcp_conn *c)
{
	struct tcp_ooo *o = pool_get_zeroed(&c->tcp->ooo_pool);

	if (!o)
		return NULL;
	o->island = o->few;
	o->room = TCP_RANGES_FEW;
	return o;
}

bool tcp_ooo_add(struct tcp_conn *c, struct tcp_seg *s, size_t budget)
{
	struct tcp_active *a = c->active;
	seq32 pos = s->seq, end = seq_add(s->seq, s->size);
	uint32_t i, n, taken = 0, got;

	if (!a->ooo)
		a->ooo = new_ooo(c);
	s->drop = DROP_no_memory;
	if (!a->ooo)
		return false;
	note_dup(c, pos, end);
	while ((n = gap_at(a->ooo, &pos, end, &i)) > 0) {
		got = fill_gap(c, s, i, seq_dist(s->seq, pos), n, budget);
		taken += got;
		if (got < n)
			break;
		pos = seq_add(pos, got);
	}
	if (taken)
		PROBE(&c->tcp->stack->place, EV_NOTE, R_TCP_REASSEMBLY, NULL,
		      EVF_NUM("missing",
			      seq_dist(c->rcv_nxt, a->ooo->island[0]->head)),
		      EVF_NUM("islands", a->ooo->count));
	if (taken)
		tcp_sack_note(c, seq_sub(pos, 1));
	free_if_empty(c);
	s->drop = n ? DROP_tcp_ooo : DROP_tcp_dup;
	return taken > 0;
}

void tcp_ooo_deliver(struct tcp_conn *c)
{
	struct tcp_active *a = c->active;
	struct tcp_queue *q;
	size_t before;
	uint32_t n;

	while (a->ooo && seq_leq(a->ooo->island[0]->head, c->rcv_nxt)) {
		q = a->ooo->island[0];
		check(seq_eq(q->head, c->rcv_nxt));
		before = q->truesize;
		tcp_queue_splice(&a->rcv, q);
		a->ooo->truesize += q->truesize - before;
		n = seq_dist(c->rcv_nxt, a->rcv.end);
		c->rcv_nxt = seq_add(c->rcv_nxt, n);
		c->tcp->stats.in_octets += n;
		drop_island(c, 0);
		free_if_empty(c);
	}
}

void tcp_ooo_check(const struct tcp_conn *c)
{
	const struct tcp_ooo *o = c->active->ooo;
	seq32 last = c->rcv_nxt;
	size_t sum = 0;
	uint32_t i;

	if (!o)
		return;
	check(o->count && o->count <= o->room);
	if (o->count > TCP_RANGES_FEW)
		return; /* it would take longer than what is checked */
	for (i = 0; i < o->count; i++) {
		tcp_queue_check(o->island[i]);
		check(tcp_queue_len(o->island[i]));	 /* (1) */
		check(seq_lt(last, o->island[i]->head)); /* (1), (2) */
		last = o->island[i]->end;
		sum += o->island[i]->truesize;
	}
	check(sum == o->truesize); /* (3) */
}
