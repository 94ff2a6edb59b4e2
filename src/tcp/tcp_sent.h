/* SPDX-License-Identifier: MIT */
#ifndef TCP_TCP_SENT_H
#define TCP_TCP_SENT_H

/*
 * tcp_sent.h - what is under way, and what is known of its fate
 *
 * Between snd_una and snd_nxt every octet belongs to exactly one record.
 *
 *	 snd_una                                           snd_nxt
 *	    | lost | SACKED  | in flight | SACKED | in flight |
 *
 * A part of tcp_int.h.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "base/treap.h"

#include "wire/seq.h"

struct tcp_conn;
struct tcp_stack;

/* Bits of tcp_sent.flags.  Neither SACKED nor LOST: it is in flight. */
enum tcp_sent_flag {
	TCP_SENT_SACKED = 1 << 0, /* the peer has it (RFC 2018) */
	TCP_SENT_LOST = 1 << 1,	  /* believed lost, not sent again since */
	TCP_SENT_AGAIN = 1 << 2,  /* was transmitted more than once */
	TCP_SENT_OWN = 1 << 3,	  /* lies in struct tcp_sent_set itself */
};

/**
 * struct tcp_sent - a run of octets with one fate
 * @node:	In the tree, by number; marked if LOST
 * @by_time:	In tcp_sent_set.by_time, if in flight
 * @seq:	First octet
 * @end:	One behind the last; a FIN counts as an octet
 * @segs:	Segments it is, or was when it was sent
 * @flags:	enum tcp_sent_flag
 * @is_app_limited: @delivered says less than the path could (tcp_rate.c)
 * @sent_ns:	When it was last transmitted
 * @first_sent_ns: See tcp_rate.c, as the next two
 * @delivered_ns: "
 * @delivered:	"
 */
struct tcp_sent {
	struct treap_node node;
	struct list by_time;
	seq32 seq, end;
	uint32_t segs;
	uint8_t flags;
	bool is_app_limited;
	uint64_t sent_ns;
	uint64_t first_sent_ns, delivered_ns, delivered;
};

/**
 * struct tcp_sent_set - the records of a connection; all zero is empty
 * @tree:	All, by number
 * @by_time:	Those in flight, the longest ago first
 * @count:	How many
 * @sacked:	Octets in SACKED ones
 * @lost:	Octets in LOST ones
 * @sacked_segs: Segments in SACKED ones
 * @random:	Priorities of the tree come from here
 * @own:	The first record needs no memory; in use if it has flag OWN
 */
struct tcp_sent_set {
	struct treap tree;
	struct list by_time;
	uint32_t count;
	uint32_t sacked, lost;
	uint32_t sacked_segs;
	uint64_t random;
	struct tcp_sent own;
};

static inline uint32_t tcp_sent_len(const struct tcp_sent *s)
{
	return seq_dist(s->seq, s->end);
}

void tcp_sent_init(struct tcp_conn *c);
void tcp_sent_fini(struct tcp_conn *c);

/* tcp_sent_push() and tcp_sent_trim() of tcp_hot_sent.h, for every case. */
struct tcp_sent *tcp_sent_push_far(struct tcp_conn *c, seq32 from, seq32 end);
void tcp_sent_trim_far(struct tcp_conn *c, struct tcp_sent *s, seq32 una);

/* The record that was in flight, or LOST, is being sent again. */
void tcp_sent_again(struct tcp_conn *c, struct tcp_sent *s);

/* The record that holds @seq, which must be under way; NULL behind snd_nxt. */
struct tcp_sent *tcp_sent_find(const struct tcp_conn *c, seq32 seq);
struct tcp_sent *tcp_sent_first(const struct tcp_conn *c);
struct tcp_sent *tcp_sent_last(const struct tcp_conn *c);
struct tcp_sent *tcp_sent_next(const struct tcp_sent *s);
struct tcp_sent *tcp_sent_prev(const struct tcp_sent *s);

/* The first that is LOST, or NULL. */
struct tcp_sent *tcp_sent_first_lost(const struct tcp_conn *c);

/**
 * tcp_sent_split() - Cut a record in two
 * @s:		Keeps what lies before @at
 * @at:		Inside it
 *
 * Return: the record of the rest, or NULL: no memory, nothing happened
 */
struct tcp_sent *tcp_sent_split(struct tcp_conn *c, struct tcp_sent *s,
				seq32 at);

/* What became of a record: TCP_SENT_SACKED or TCP_SENT_LOST. */
void tcp_sent_set_fate(struct tcp_conn *c, struct tcp_sent *s, uint8_t fate);

/* All that are LOST are in flight after all, as they were when last sent. */
void tcp_sent_none_lost(struct tcp_conn *c);

/* SACKED neighbours become one.  Returns the one that @s is now part of. */
struct tcp_sent *tcp_sent_merge(struct tcp_conn *c, struct tcp_sent *s);

/* The last record gets @n octets more, with the same fate. */
void tcp_sent_grow(struct tcp_conn *c, struct tcp_sent *s, uint32_t n);

/* The next record, which has the same fate, becomes part of @s. */
void tcp_sent_join(struct tcp_conn *c, struct tcp_sent *s,
		   struct tcp_sent *next);

void tcp_sent_check(const struct tcp_conn *c);

#endif /* TCP_TCP_SENT_H */
