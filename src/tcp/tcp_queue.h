/* SPDX-License-Identifier: MIT */
#ifndef TCP_TCP_QUEUE_H
#define TCP_TCP_QUEUE_H

/*
 * tcp_queue.h - a piece of a byte stream, held as references into blocks
 *
 * The send queue, the receive queue and every island of the reassembly queue
 * are one of these.  An octet is named by its sequence number.
 *
 *	 head                                               end
 *	  |  chunk 0  |   chunk 1   |       chunk 2       |
 *	     blk, off      blk, off        blk, off  [room]
 *
 * Private to tcp/.
 */

#include <stddef.h>
#include <stdint.h>

#include "wire/seq.h"

#include "core/env.h"

struct block;
struct pkt;

enum { TCP_QUEUE_INLINE = 4 };

/* Octets from @seq to the next chunk, at @off of @blk on. */
struct tcp_chunk {
	struct block *blk;
	uint32_t off;
	seq32 seq;
};

/**
 * struct tcp_queue - octets head ... end of a stream
 * @env:	Where memory comes from
 * @ring:	Chunks, a power of two of them; @few until that is too small
 * @head:	First octet
 * @end:	One behind the last octet
 * @first:	Index of the first chunk in the ring
 * @count:	Chunks in use
 * @size:	Chunks that the ring can hold
 * @room:	Octets behind the last one, in its block, that are ours to fill
 * @truesize:	Memory that the chunks keep alive; a block counts once for each
 * @few:	The ring of a short queue
 */
struct tcp_queue {
	struct env *env;
	struct tcp_chunk *ring;
	seq32 head, end;
	uint32_t first, count, size;
	uint32_t room;
	size_t truesize;
	struct tcp_chunk few[TCP_QUEUE_INLINE];
};

/* An empty queue whose next octet has the number @seq; allocates nothing. */
static inline void tcp_queue_init(struct tcp_queue *q, struct env *env,
				  seq32 seq)
{
	q->env = env;
	q->ring = q->few;
	q->head = q->end = seq;
	q->first = q->count = 0;
	q->size = TCP_QUEUE_INLINE;
	q->room = 0;
	q->truesize = 0;
}

void tcp_queue_fini(struct tcp_queue *q);

/* Does it own nothing?  Then it need not be given back. */
static inline bool tcp_queue_is_fresh(const struct tcp_queue *q)
{
	return !q->count && q->ring == q->few;
}

static inline uint32_t tcp_queue_len(const struct tcp_queue *q)
{
	return seq_dist(q->head, q->end);
}

/* Copy octets to the end.  Returns how many; fewer if memory ran out. */
static inline size_t tcp_queue_append(struct tcp_queue *q, const void *buf,
				      size_t len);

/* Refer to octets of a block at the end.  Returns 0 or -ENOMEM. */
int tcp_queue_append_ref(struct tcp_queue *q, struct block *blk, size_t off,
			 size_t len);

/**
 * tcp_queue_append_pkt() - Take octets of a packet to the end
 * @budget:	How much @truesize may grow by references; what does not fit
 *		in, or is too little of its block, is copied, unless that
 *		would take as much
 *
 * Return: octets taken; fewer than @len if memory ran out
 */
static inline size_t tcp_queue_append_pkt(struct tcp_queue *q,
					  const struct pkt *pkt, size_t off,
					  size_t len, size_t budget);

/* Forget the first @n octets. */
static inline void tcp_queue_pop(struct tcp_queue *q, size_t n);

/* Copy @n octets from @seq on; they must be there. */
static inline void tcp_queue_copy(const struct tcp_queue *q, seq32 seq,
				  void *buf, size_t n);

/**
 * tcp_queue_fill() - Append references to octets to a packet
 * @q:		Queue
 * @seq:	First octet
 * @n:		How many; they must be there
 * @pkt:	Gets them behind what it has
 *
 * Return: octets appended; fewer than @n if @pkt has no more places
 */
static inline size_t tcp_queue_fill(const struct tcp_queue *q, seq32 seq,
				    size_t n, struct pkt *pkt);

/* The run of octets that begins at @seq.  Returns its length. */
size_t tcp_queue_run(const struct tcp_queue *q, seq32 seq, struct block **blk,
		     size_t *off);

/* Move all of @from, which begins where @to ends.  Returns 0 or -ENOMEM. */
int tcp_queue_splice(struct tcp_queue *to, struct tcp_queue *from);

/* The same to the front: @from ends where @to begins.  Returns 0 or -ENOMEM. */
int tcp_queue_splice_front(struct tcp_queue *to, struct tcp_queue *from);

void tcp_queue_check(const struct tcp_queue *q);

#include "tcp/tcp_queue_hot.h"

#endif /* TCP_TCP_QUEUE_H */
