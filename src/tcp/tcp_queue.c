// SPDX-License-Identifier: MIT
/*
 * tcp_queue.c - a piece of a byte stream, held as references into blocks
 *
 * Theory of operation
 * ===================
 * A stream that waits, to be sent or to be read, should neither be copied
 * again nor keep much more memory alive than it has octets.  These two wishes
 * conflict: a reference to one octet keeps a whole block alive.  So long runs
 * are referred to, and a first one whose copy would take a block of the same
 * size; short ones are copied, one behind the other, into blocks of the queue's
 * own; `room` is what is left of the last of these.
 *
 * Chunks lie in a ring that doubles when it is full.  The length of a chunk is
 * the distance to the next one's number, so a chunk is sixteen octets and a
 * number is found by binary search.  Runs that continue each other in the same
 * block become one chunk: segments cut from one block by a sender in the same
 * process are a single chunk again at the receiver.
 *
 * Invariants
 * ----------
 *  (1) Chunks are in order, without gaps, and none is empty.
 *  (2) The first chunk begins at head; an empty queue has no chunk.
 *  (3) room octets behind end lie in the last block and nobody else's
 *	reference reaches there.
 *  (4) truesize is the sum over the chunks.
 * tcp_queue_check() asserts them.
 *
 * Sources: RFC 9293, 3.9.1.2, and RFC 9293, 3.9.1.3.
 */

#include "tcp/tcp_queue.h"

#include <errno.h>
#include <string.h>

#include "base/check.h"

#include "core/pkt.h"

static struct tcp_chunk *chunk_at(const struct tcp_queue *q, uint32_t i)
{
	return &q->ring[(q->first + i) & (q->size - 1)];
}

static uint32_t chunk_len(const struct tcp_queue *q, uint32_t i)
{
	seq32 next = i + 1 < q->count ? chunk_at(q, i + 1)->seq : q->end;

	return seq_dist(chunk_at(q, i)->seq, next);
}

static void free_ring(struct tcp_queue *q)
{
	if (q->ring != q->few)
		mem_free(q->env->mem, q->ring, q->size * sizeof(*q->ring));
}

void tcp_queue_fini(struct tcp_queue *q)
{
	uint32_t i;

	for (i = 0; i < q->count; i++)
		block_put(chunk_at(q, i)->blk);
	free_ring(q);
	tcp_queue_init(q, q->env, q->end);
}

/* See to it that one more chunk fits. */
static int make_place(struct tcp_queue *q)
{
	struct tcp_chunk *ring;
	uint32_t i;

	if (q->count < q->size)
		return 0;
	ring = mem_alloc_array(q->env->mem, q->size * 2, sizeof(*ring));
	if (!ring)
		return -ENOMEM;
	for (i = 0; i < q->count; i++)
		ring[i] = *chunk_at(q, i);
	free_ring(q);
	q->ring = ring;
	q->size *= 2;
	q->first = 0;
	return 0;
}

/* Does @off of @blk continue the last run? */
static bool continues(const struct tcp_queue *q, const struct block *blk,
		      size_t off)
{
	const struct tcp_chunk *last;

	if (!q->count)
		return false;
	last = chunk_at(q, q->count - 1);
	return last->blk == blk &&
	       last->off + chunk_len(q, q->count - 1) == off;
}

/* Append a chunk; the caller's reference to @blk is taken if it returns 0. */
static int push_chunk(struct tcp_queue *q, struct block *blk, size_t off,
		      size_t len)
{
	if (q->count == q->size && make_place(q))
		return -ENOMEM;
	*chunk_at(q, q->count++) = (struct tcp_chunk){
		.blk = blk,
		.off = (uint32_t)off,
		.seq = q->end,
	};
	q->truesize += tcp_block_truesize(blk);
	q->end = seq_add(q->end, (uint32_t)len);
	return 0;
}

/* Append a run, with a reference of its own if it needs one. */
static int push_run(struct tcp_queue *q, struct block *blk, size_t off,
		    size_t len)
{
	if (continues(q, blk, off)) {
		q->end = seq_add(q->end, (uint32_t)len);
		return 0;
	}
	if (push_chunk(q, blk, off, len))
		return -ENOMEM;
	block_get(blk);
	return 0;
}

/* A block of our own at the end, the first @len of its octets to be filled. */
static uint8_t *push_own(struct tcp_queue *q, size_t want, size_t *len)
{
	size_t size = max_size(want, min_size(tcp_queue_len(q), TCP_GROW_MAX));
	struct block *blk = block_new(q->env, min_size(size, 65536));

	if (!blk)
		return NULL;
	*len = min_size(want, blk->size);
	if (push_chunk(q, blk, 0, *len)) {
		block_put(blk);
		return NULL;
	}
	q->room = blk->size - (uint32_t)*len;
	return blk->data;
}

/* Grow by up to @want octets of our own; says where they are to be put. */
static uint8_t *grow(struct tcp_queue *q, size_t want, size_t *len)
{
	struct tcp_chunk *last;
	uint8_t *to;

	if (!q->room)
		return push_own(q, want, len);
	last = chunk_at(q, q->count - 1);
	to = last->blk->data + last->off + chunk_len(q, q->count - 1);
	*len = min_size(want, q->room);
	q->room -= (uint32_t)*len;
	q->end = seq_add(q->end, (uint32_t)*len);
	return to;
}

/* What fits behind the last octet goes there, and the rest into one block after
 * the other. */
size_t tcp_queue_append_far(struct tcp_queue *q, const void *buf, size_t len)
{
	const uint8_t *from = buf;
	size_t done = 0, n;
	uint8_t *to;

	while (done < len) {
		to = grow(q, len - done, &n);
		if (!to)
			break;
		memcpy(to, from + done, n);
		done += n;
	}
	q->env->copied += done;
	return done;
}

int tcp_queue_append_ref(struct tcp_queue *q, struct block *blk, size_t off,
			 size_t len)
{
	check(off + len <= blk->size);
	if (!len)
		return 0;
	if (push_run(q, blk, off, len))
		return -ENOMEM;
	q->room = 0;
	return 0;
}

static bool is_worth_a_reference(const struct tcp_queue *q,
				 const struct frag *f, size_t len,
				 size_t allowed)
{
	if (continues(q, f->blk, f->off) || tcp_queue_begins_with(q, f))
		return true;
	return len >= TCP_RUN_MIN &&
	       q->truesize + tcp_block_truesize(f->blk) <= allowed;
}

static size_t append_frag(struct tcp_queue *q, const struct frag *f,
			  size_t allowed)
{
	if (is_worth_a_reference(q, f, f->len, allowed) &&
	    !tcp_queue_append_ref(q, f->blk, f->off, f->len))
		return f->len;
	return tcp_queue_append(q, f->blk->data + f->off, f->len);
}

size_t tcp_queue_append_pkt_far(struct tcp_queue *q, const struct pkt *pkt,
				size_t off, size_t len, size_t budget)
{
	size_t allowed = q->truesize + budget, done = 0, n, skip = off;
	int i;

	check(off + len <= pkt->len);
	if (skip < pkt->lin_len) {
		n = min_size(pkt->lin_len - skip, len);
		done = tcp_queue_append(q, pkt_cdata(pkt) + skip, n);
		if (done < n)
			return done;
		skip = pkt->lin_len;
	}
	skip -= pkt->lin_len;
	for (i = 0; i < pkt->frag_count && done < len; i++) {
		struct frag f = pkt->frag[i];

		if (skip >= f.len) {
			skip -= f.len;
			continue;
		}
		f.off += (uint32_t)skip;
		f.len = (uint32_t)min_size(f.len - skip, len - done);
		skip = 0;
		n = append_frag(q, &f, allowed);
		done += n;
		if (n < f.len)
			break;
	}
	return done;
}

static void forget_first(struct tcp_queue *q)
{
	struct block *blk = chunk_at(q, 0)->blk;

	q->truesize -= tcp_block_truesize(blk);
	q->first = (q->first + 1) & (q->size - 1);
	q->count--;
	block_put(blk);
}

void tcp_queue_pop_far(struct tcp_queue *q, size_t n)
{
	seq32 to = seq_add(q->head, (uint32_t)n);
	struct tcp_chunk *c;

	check(n <= tcp_queue_len(q));
	if (!q->count)
		return;
	while (q->count > 1 && seq_leq(chunk_at(q, 1)->seq, to))
		forget_first(q);
	q->head = to;
	if (seq_eq(to, q->end)) {
		forget_first(q);
		q->room = 0;
		return;
	}
	c = chunk_at(q, 0);
	c->off += seq_dist(c->seq, to);
	c->seq = to;
}

/* Index of the chunk that holds @seq. */
static uint32_t find(const struct tcp_queue *q, seq32 seq)
{
	uint32_t low = 0, high = q->count, mid;

	while (high - low > 1) {
		mid = (low + high) / 2;
		if (seq_leq(chunk_at(q, mid)->seq, seq))
			low = mid;
		else
			high = mid;
	}
	return low;
}

size_t tcp_queue_run(const struct tcp_queue *q, seq32 seq, struct block **blk,
		     size_t *off)
{
	uint32_t i, skip;

	if (!seq_in(seq, q->head, tcp_queue_len(q)))
		return 0;
	i = find(q, seq);
	skip = seq_dist(chunk_at(q, i)->seq, seq);
	*blk = chunk_at(q, i)->blk;
	*off = chunk_at(q, i)->off + skip;
	return chunk_len(q, i) - skip;
}

void tcp_queue_copy_far(const struct tcp_queue *q, seq32 seq, void *buf,
			size_t n)
{
	uint8_t *to = buf;

	check(n <= seq_dist(seq, q->end));
	q->env->copied += n;
	while (n) {
		struct block *blk = NULL;
		size_t off = 0, len;

		len = min_size(tcp_queue_run(q, seq, &blk, &off), n);
		check(len > 0);
		memcpy(to, blk->data + off, len);
		to += len;
		n -= len;
		seq = seq_add(seq, (uint32_t)len);
	}
}

size_t tcp_queue_fill_far(const struct tcp_queue *q, seq32 seq, size_t n,
			  struct pkt *pkt)
{
	size_t done = 0;

	check(n <= seq_dist(seq, q->end));
	if (n && q->count == 1) {
		const struct tcp_chunk *c = chunk_at(q, 0);

		if (pkt_append_ref(pkt, c->blk, c->off + seq_dist(c->seq, seq),
				   n))
			return 0;
		return n;
	}
	while (done < n) {
		struct block *blk = NULL;
		size_t off = 0, len;

		len = tcp_queue_run(q, seq_add(seq, (uint32_t)done), &blk,
				    &off);
		len = min_size(len, n - done);
		check(len > 0);
		if (pkt_append_ref(pkt, blk, off, len))
			break;
		done += len;
	}
	return done;
}

int tcp_queue_splice(struct tcp_queue *to, struct tcp_queue *from)
{
	uint32_t room = from->room;

	check(seq_eq(to->end, from->head));
	while (from->count) {
		struct tcp_chunk *c = chunk_at(from, 0);
		uint32_t len = chunk_len(from, 0);

		if (tcp_queue_append_ref(to, c->blk, c->off, len))
			return -ENOMEM;
		tcp_queue_pop(from, len);
		if (!from->count)
			to->room = room;
	}
	return 0;
}

static int push_front(struct tcp_queue *q, const struct tcp_chunk *c)
{
	if (make_place(q))
		return -ENOMEM;
	q->first = (q->first - 1) & (q->size - 1);
	q->count++;
	*chunk_at(q, 0) = *c;
	if (q->count == 1)
		q->room = 0;
	q->head = c->seq;
	q->truesize += tcp_block_truesize(c->blk);
	return 0;
}

int tcp_queue_splice_front(struct tcp_queue *to, struct tcp_queue *from)
{
	check(seq_eq(from->end, to->head));
	while (from->count) {
		struct tcp_chunk *c = chunk_at(from, from->count - 1);

		if (push_front(to, c))
			return -ENOMEM;
		from->truesize -= tcp_block_truesize(c->blk);
		from->end = c->seq;
		from->count--;
		from->room = 0; /* it was behind the chunk that is gone */
	}
	return 0;
}

void tcp_queue_check(const struct tcp_queue *q)
{
	size_t sum = 0;
	uint32_t i;

	check(q->count <= q->size);
	check(q->count || (seq_eq(q->head, q->end) && !q->room)); /* (2) */
	if (q->count)
		check(seq_eq(chunk_at(q, 0)->seq, q->head)); /* (2) */
	for (i = 0; i < q->count; i++) {
		const struct tcp_chunk *c = chunk_at(q, i);
		uint32_t len = chunk_len(q, i);

		check(len && c->off + len <= c->blk->size); /* (1) */
		sum += tcp_block_truesize(c->blk);
		if (i + 1 == q->count)
			check(c->off + len + q->room <= c->blk->size); /* (3) */
	}
	check(sum == q->truesize); /* (4) */
}
