/* SPDX-License-Identifier: MIT */
#ifndef TCP_TCP_TALLY_H
#define TCP_TCP_TALLY_H

/*
 * tcp_tally.h - what a connection has done so far
 *
 * Made when the first octet of data is sent or comes; a connection that only
 * stands has none, and one for which there was no memory counts nothing.
 *
 * Private to tcp/.
 */

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"

#include "tcp/tcp_delack.h"

/* What keeps a sender from being faster; see tcp_tally_limits(). */
enum tcp_limit {
	TCP_LIMIT_NONE,	  /* nothing to send */
	TCP_LIMIT_OTHER,  /* the path, or nothing */
	TCP_LIMIT_RWND,	  /* the peer's window */
	TCP_LIMIT_SNDBUF, /* our send buffer */
	TCP_LIMITS
};

/**
 * struct tcp_tally - counted from the SYN on
 * @node:	In tcp_stack.resting, if @conn rests: tcp_rest.c.  tcp_pack.c knows
 *		of every member that is added here
 * @conn:	Whose it is, then
 * @limit_ns:	Time spent in each enum tcp_limit, until @since_ns; there is none
 *		of TCP_LIMIT_NONE
 * @since_ns:	When @limit was last looked at
 * @acked:	Octets acknowledged; its lower half follows snd_una
 * @received:	Octets received in order; its lower half follows rcv_nxt
 * @sent:	Octets of payload sent, again or not
 * @resent:	... again
 * @rate:	Octets a second that arrived, at the last good sample
 * @segs_in:	Segments
 * @segs_out:	"
 * @data_in:	... with payload
 * @data_out:	"
 * @delivered:	Segments that arrived, as far as the peer has said
 * @delivered_ce: ... of these with a mark of congestion
 * @dsacks:	Duplicates that the peer reported
 * @reorders:	Times that something arrived late
 * @out_of_order: Segments that came too early
 * @min_rtt_us:	Least round trip, when it was last busy
 * @ack_ms:	When an ACK last came
 * @rto_ms:	Time spent in retransmission timeouts
 * @full_ms:	When cwnd was last used up (tcp_cwv.c)
 * @rtos:	Retransmission timeouts
 * @rto_recoveries: ... not counting those in a row
 * @delack:	tcp_delack.c
 * @limit:	enum tcp_limit
 * @rate_is_limited: @rate says what the user wanted, not what the path can
 * @is_seldom:	Before it spoke it had rested for long: tcp_rest.c
 */
struct tcp_tally {
	struct list node;
	struct tcp_conn *conn;
	uint64_t limit_ns[TCP_LIMITS - 1];
	uint64_t since_ns;
	uint64_t acked, received, sent, resent;
	uint64_t rate;
	uint32_t segs_in, segs_out, data_in, data_out;
	uint32_t delivered, delivered_ce, dsacks, reorders, out_of_order;
	uint32_t min_rtt_us, ack_ms, rto_ms, full_ms;
	uint16_t rtos, rto_recoveries;
	struct tcp_delack delack;
	uint8_t limit;
	bool rate_is_limited;
	bool is_seldom;
};

struct tcp_ack;
struct tcp_conn;
struct tcp_seg;

struct tcp_tally *tcp_tally_begin(struct tcp_conn *c); /* NULL: no memory */
void tcp_tally_limits(struct tcp_conn *c);
void tcp_tally_rest(struct tcp_conn *c);
void tcp_tally_rto(struct tcp_conn *c, uint64_t rto_ns);

/*
 * tcp_rest.c: of a connection at rest.  It may stay so for long; it speaks
 * again (false: no memory, it rests); it is freed.  tcp_rest_look() may use
 * @copy.
 */
#define TCP_PACKED_CLASSES 6
struct mem;
struct tcp_stack;
void tcp_rest_init(struct tcp_stack *tcp, struct mem *mem);
void tcp_rest_fini(struct tcp_stack *tcp);
void tcp_rest_begin(struct tcp_conn *c);
bool tcp_rest_end(struct tcp_conn *c);
void tcp_rest_free(struct tcp_conn *c);
const struct tcp_tally *tcp_rest_look(const struct tcp_conn *c,
				      struct tcp_tally *copy);

/* Would who rests since then be in the list no more? */
bool tcp_rest_is_seldom(const struct tcp_stack *tcp, uint32_t since_ms);

/* tcp_pack.c: into octets, and back into what is all zero; both return how many
 * octets that are. */
#define TCP_PACK_ROOM 256
size_t tcp_pack(const struct tcp_tally *t, uint8_t to[TCP_PACK_ROOM]);
size_t tcp_unpack(const uint8_t *from, const struct tcp_conn *c,
		  struct tcp_tally *t);

/* The counter that is to go up, of a connection that counts, or nothing. */
#define TCP_TALLY(c, field)                  \
	do {                                 \
		if ((c)->tally)              \
			(c)->tally->field++; \
	} while (0)

#endif /* TCP_TCP_TALLY_H */
