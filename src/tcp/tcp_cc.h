/* SPDX-License-Identifier: MIT */
#ifndef TCP_TCP_CC_H
#define TCP_TCP_CC_H

/*
 * tcp_cc.h - congestion control: how much the path can bear
 *
 * An algorithm is a table of functions that move c->cwnd and c->ssthresh, in
 * octets, and, if it paces, c->active->pace.rate.  It is not asked what to
 * send: tcp_snd.c keeps within cwnd, tcp_loss.c finds out what was lost and
 * tcp_ecn.c what was marked.
 *
 * What it remembers lies in two places: c->cc_priv, four octets that an idle
 * connection keeps, and c->active->cc_state, which is all zero whenever the
 * connection begins to be busy.  Zero means "nothing is known yet".
 *
 * Private to tcp/.
 */

#include <stdbool.h>
#include <stdint.h>

struct tcp_cc_info;
struct tcp_conn;

/* Words of private state in struct tcp_active. */
#define TCP_CC_STATE 14

/**
 * struct tcp_ack - what one acknowledgement says
 * @acked:	Octets newly acknowledged cumulatively
 * @sacked:	Octets newly acknowledged selectively
 * @delivered:	Octets newly known to have arrived, in either way
 * @lost:	Octets newly taken for lost
 * @rtt_ns:	A round trip, 0: this ACK measures none
 * @prior_in_flight: Octets under way before it came
 * @is_dup:	A duplicate ACK (RFC 5681, 2)
 * @has_dsack:	Tells of something that arrived twice (RFC 2883)
 * @is_ece:	Tells of congestion marks (RFC 3168, 6.1), or of new ones
 *		(RFC 9768)
 * @ce_octets:	Octets newly acknowledged that carried the mark, as far as the
 *		peer says so
 * @ce_packets:	Segments newly reported as marked (RFC 9768, 3.2.2)
 * @rate:	Delivery rate, octets a second; 0: no sample
 * @interval_ns: Over which time @rate was measured
 * @prior_delivered: c->active->rate.delivered when the segment that gave the
 *		sample was sent
 * @is_app_limited: The user, not the path, may have limited @rate
 *
 * Filled in by the ACK step of tcp_in.c; the last four by tcp_rate.c.
 */
struct tcp_ack {
	uint32_t acked, sacked, delivered, lost;
	uint64_t rtt_ns;
	uint32_t prior_in_flight;
	bool is_dup, has_dsack, is_ece;
	uint32_t ce_octets, ce_packets;
	uint64_t rate, interval_ns;
	uint64_t prior_delivered;
	bool is_app_limited;
};

/* What an algorithm is told besides ACKs. */
enum tcp_cc_event {
	TCP_CC_RECOVERY,  /* fast recovery begins, ssthresh is new */
	TCP_CC_RECOVERED, /* all that was under way then is acknowledged */
	TCP_CC_TIMEOUT,	  /* the retransmission timer fired, ssthresh is new */
	TCP_CC_UNDO,	  /* the last reduction was a mistake */
	TCP_CC_ECN_CUT,	  /* marks: ssthresh is new (RFC 3168, 6.1.2) */
	TCP_CC_RESTART,	  /* sending again after having been silent */
	TCP_CC_EVENTS
};

enum tcp_cc_flag {
	TCP_CC_NEEDS_ECN = 1 << 0, /* asks for ECN when connecting */
	TCP_CC_PACED = 1 << 1,	   /* sets a pacing rate of its own */
	TCP_CC_IS_MODEL = 1 << 2,  /* owns cwnd in recovery as well */
};

/**
 * struct tcp_cc - an algorithm
 * @name:	As setsockopt() and logs know it
 * @flags:	enum tcp_cc_flag
 * @init:	(required) The connection is established, or the algorithm was
 *		chosen later; cwnd and ssthresh are valid
 * @on_ack:	(required) Something was acknowledged outside of fast recovery;
 *		TCP_CC_IS_MODEL: any acknowledgement at all
 * @on_marks:	(optional) Any acknowledgement at all, before @on_ack: for who
 *		counts marks
 * @ssthresh:	(required) A loss or a mark was noticed: what ssthresh is to
 *		become, at least two segments
 * @on_event:	(optional) See enum tcp_cc_event
 * @undo:	(optional) The last reduction was a mistake: what cwnd is to
 *		become; without it, what it was before
 * @info:	(optional) What there is to show: fills in *@info, which is
 *		zeroed and has its name
 */
struct tcp_cc {
	const char *name;
	uint32_t flags;
	void (*init)(struct tcp_conn *c);
	void (*on_ack)(struct tcp_conn *c, const struct tcp_ack *ack);
	void (*on_marks)(struct tcp_conn *c, const struct tcp_ack *ack);
	uint32_t (*ssthresh)(struct tcp_conn *c);
	void (*on_event)(struct tcp_conn *c, enum tcp_cc_event ev);
	uint32_t (*undo)(struct tcp_conn *c);
	void (*info)(const struct tcp_conn *c, struct tcp_cc_info *info);
};

extern const struct tcp_cc tcp_bbr, tcp_cubic, tcp_dctcp, tcp_reno;

/* NULL if there is none of that name. */
const struct tcp_cc *tcp_cc_find(const char *name);

/* A connection is established: initial window, then the algorithm's init. */
void tcp_cc_begin(struct tcp_conn *c, bool syn_was_lost);

/* Tell the algorithm, if it wants to know. */
void tcp_cc_event(struct tcp_conn *c, enum tcp_cc_event ev);

uint32_t tcp_cc_initial_window(const struct tcp_conn *c);

/* Bricks of algorithms (tcp_cc.c). */
void tcp_cc_grow(struct tcp_conn *c, uint32_t octets);
/* Slow start with @acked octets; returns those that are left beyond it. */
uint32_t tcp_cc_slow_start(struct tcp_conn *c, uint32_t acked);
/* One segment more for each @per octets acknowledged; @count has the rest. */
void tcp_cc_grow_per(struct tcp_conn *c, uint32_t *count, uint32_t acked,
		     uint32_t per);

/* Emit R_TCP_CWND: @why is a static sentence. */
void tcp_cc_tell(const struct tcp_conn *c, const char *why);

#endif /* TCP_TCP_CC_H */
