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
 */
struct tcp_tally {
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
};

static_assert(sizeof(struct tcp_tally) <= 144, "a million idle ends have one");

struct tcp_ack;
struct tcp_conn;
struct tcp_seg;

void tcp_tally_free(struct tcp_conn *c);
void tcp_tally_in(struct tcp_conn *c, const struct tcp_seg *s);
void tcp_tally_out(struct tcp_conn *c, uint32_t octets, bool is_again);
void tcp_tally_acked(struct tcp_conn *c);
void tcp_tally_delivered(struct tcp_conn *c, uint32_t octets);
void tcp_tally_rate(struct tcp_conn *c, const struct tcp_ack *ack);
void tcp_tally_limits(struct tcp_conn *c);
void tcp_tally_rest(struct tcp_conn *c);
void tcp_tally_rto(struct tcp_conn *c, uint64_t rto_ns);

/* The counter that is to go up, of a connection that counts, or nothing. */
#define TCP_TALLY(c, field)                  \
	do {                                 \
		if ((c)->tally)              \
			(c)->tally->field++; \
	} while (0)

#endif /* TCP_TCP_TALLY_H */
