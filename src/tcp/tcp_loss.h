/* SPDX-License-Identifier: MIT */
#ifndef TCP_TCP_LOSS_H
#define TCP_TCP_LOSS_H

/*
 * tcp_loss.h - what the chapters on loss recovery remember, and share
 *
 *	tcp_ack.c	what one ACK tells, and who is asked about it, in order
 *	tcp_sack.c	blocks that the peer reports, and duplicates
 *	tcp_rack.c	what was sent before something that arrived is lost
 *	tcp_tlp.c	a probe when the last segments say nothing; the timer
 *	tcp_loss.c	Open, Disorder, CWR, Recovery, Loss
 *	tcp_prr.c	how much to send while repairing
 *	tcp_undo.c	the repair was not needed: take it back
 *	tcp_rexmit.c	sending again
 *
 * A part of tcp_int.h.
 */

#include <stdbool.h>
#include <stdint.h>

#include "wire/seq.h"
#include "wire/tcp_opt.h"

#include "core/reason.h"

#include "tcp/tcp_cc.h"
#include "tcp/tcp_rate.h"

struct tcp_conn;
struct tcp_seg;
struct tcp_sent;

/* What the sender believes of the path; tcp_loss.c has the picture. */
enum tcp_ca {
	TCP_CA_OPEN,	 /* nothing is known to be lost */
	TCP_CA_DISORDER, /* something is missing, perhaps only late */
	TCP_CA_CWR,	 /* the window is being reduced; nothing is lost */
	TCP_CA_RECOVERY, /* fast recovery: something was lost */
	TCP_CA_LOSS,	 /* a timeout: all may be lost */
	TCP_CA_STATES
};

/* What the send timer waits for, while something is under way. */
enum tcp_wait {
	TCP_WAIT_RTO,	  /* RFC 6298 */
	TCP_WAIT_PROBE,	  /* RFC 8985, 7: tail loss probe */
	TCP_WAIT_REORDER, /* RFC 8985, 6.2: what is late becomes lost */
};

/* How to set it, when everything else is done; later ones win. */
enum tcp_rearm {
	TCP_REARM_NOT,	   /* leave it */
	TCP_REARM_RESUME,  /* from when the first record was sent */
	TCP_REARM_RESTART, /* from now */
	TCP_REARM_RTO,	   /* from now, and no probe before it */
};

/**
 * struct tcp_rack - RFC 8985, 5.2
 * @sent_ns:	When the segment sent last of those that arrived was sent; 0:
 *		none has
 * @end:	Its end
 * @fack:	End of the highest one that arrived
 * @rtt_ns:	Its round trip
 * @least_us:	Least round trip of this period and the one before, 0: none
 * @min_us:	Least round trip of this period
 * @since_ns:	When this period began
 * @round:	snd_nxt when a duplicate was last reported, if @has_round
 * @reo_mult:	Reordering window, in quarters of the least round trip, less one
 * @reo_keep:	Recoveries until it shrinks again
 * @reordering:	Segments by which the latest one came late, since the connection
 *		was last idle
 */
struct tcp_rack {
	uint64_t sent_ns, rtt_ns, since_ns;
	uint32_t least_us, min_us;
	seq32 end, fack, round;
	uint16_t reordering;
	uint8_t reo_mult, reo_keep;
	bool has_round;
};

/**
 * struct tcp_tlp - a tail loss probe (RFC 8985, 7)
 * @end:	snd_nxt when it was sent
 * @is_out:	Not yet known what became of it
 * @is_again:	It was a retransmission
 */
struct tcp_tlp {
	seq32 end;
	bool is_out, is_again;
};

/**
 * struct tcp_prr - proportional rate reduction (RFC 6937)
 * @prior_cwnd:	Window when the loss was noticed ("RecoverFS")
 * @delivered:	Octets delivered since
 * @out:	Octets sent since
 */
struct tcp_prr {
	uint32_t prior_cwnd, delivered, out;
};

/**
 * struct tcp_undo - what is needed to take a reduction back
 * @marker:	snd_una when it was made
 * @again:	Octets sent again since and not reported as duplicates
 * @first_ms:	When the first of them was sent, if @has_sent
 * @cwnd:	Window before it
 * @ssthresh:	Threshold before it
 * @is_armed:	It can still be taken back
 * @has_sent:	Something was sent again
 * @frto:	Steps of RFC 5682 to go
 * @new_first:	Send new octets before LOST ones (RFC 5682, 3.1, step 2b)
 */
struct tcp_undo {
	seq32 marker;
	uint32_t again, first_ms;
	uint32_t cwnd, ssthresh;
	bool is_armed, has_sent;
	bool frto, new_first;
};

/**
 * struct tcp_sack_out - what we report to the peer (RFC 2018, 4; RFC 2883)
 * @recent:	An octet of each island that grew last, the last one first
 * @count:	How many
 * @has_dup:	Octets @dup came a second time, and were not yet reported
 * @told:	Duplicate ACKs sent at once since rcv_nxt came to @told_at
 * @held:	More that wait to be told in one: tcp_delack.c
 */
struct tcp_sack_out {
	seq32 recent[TCP_SACK_MAX];
	struct tcp_sack_block dup;
	seq32 told_at;
	uint8_t count, told, held;
	bool has_dup;
};

/**
 * struct tcp_news - what one ACK tells
 * @ack:	For the congestion control
 * @best:	For its sample of the rate
 * @s:		The segment
 * @prior_una:	snd_una before it
 * @last_ns:	When the last of what arrived, sent only once, was sent; 0: none
 * @first_ns:	The same of the first, acknowledged by number
 * @sack_ns:	The same of the first, acknowledged by a block
 * @may_reset:	The send timer may start anew
 * @has_orig:	Something arrived that was sent once and before `recover`
 * @has_repaired: Something acknowledged by number was sent more than once
 * @is_dup_of_probe: The duplicate it reports is our tail loss probe
 * @lost_again:	A retransmission was lost
 */
struct tcp_news {
	struct tcp_ack ack;
	struct tcp_rate_best best;
	const struct tcp_seg *s;
	seq32 prior_una;
	uint64_t last_ns, first_ns, sack_ns;
	bool may_reset;
	bool has_orig, has_repaired, is_dup_of_probe, lost_again;
};

static inline bool tcp_news_advances(const struct tcp_news *n)
{
	return n->ack.acked > 0;
}

/* tcp_ack.c */
void tcp_ack_take(struct tcp_conn *c, const struct tcp_seg *s);
void tcp_news_delivered(struct tcp_conn *c, struct tcp_news *n,
			const struct tcp_sent *s, seq32 end);

/* tcp_sack.c */
void tcp_sack_take(struct tcp_conn *c, struct tcp_news *n);
bool tcp_sack_reneged(const struct tcp_conn *c);

/* tcp_sack_out.c */
void tcp_sack_note(struct tcp_conn *c, seq32 seq);
void tcp_sack_note_dup(struct tcp_conn *c, seq32 start, seq32 end);
bool tcp_sack_is_due(const struct tcp_conn *c);
void tcp_sack_put(struct tcp_conn *c, struct tcp_opts *o, uint32_t room);

/* tcp_rack.c */
void tcp_rack_saw(struct tcp_conn *c, struct tcp_news *n,
		  const struct tcp_sent *s, seq32 end);
void tcp_rack_dsack(struct tcp_conn *c, const struct tcp_news *n);
bool tcp_rack_detect(struct tcp_conn *c, struct tcp_news *n);
bool tcp_rack_is_late(const struct tcp_conn *c, const struct tcp_sent *s);
void tcp_rack_recovered(struct tcp_conn *c);
uint32_t tcp_reordering(const struct tcp_conn *c); /* segments */
uint64_t tcp_min_rtt_ns(const struct tcp_conn *c);

/* tcp_tlp.c */
void tcp_tlp_fire(struct tcp_conn *c);
void tcp_tlp_acked(struct tcp_conn *c, const struct tcp_news *n);

/* tcp_prr.c */
void tcp_prr_begin(struct tcp_conn *c);
void tcp_prr_acked(struct tcp_conn *c, const struct tcp_news *n);
void tcp_prr_end(struct tcp_conn *c);

/* tcp_undo.c */
void tcp_undo_begin(struct tcp_conn *c);
void tcp_undo_sent(struct tcp_conn *c, uint32_t octets);
void tcp_undo_dup(struct tcp_conn *c, const struct tcp_sack_block *b);
bool tcp_undo_recovery(struct tcp_conn *c, const struct tcp_news *n);
bool tcp_undo_partial(struct tcp_conn *c, const struct tcp_news *n);
bool tcp_undo_dsack(struct tcp_conn *c);
bool tcp_undo_loss(struct tcp_conn *c, const struct tcp_news *n);
bool tcp_frto_step(struct tcp_conn *c, const struct tcp_news *n);

/* tcp_loss.c */
void tcp_ca_move(struct tcp_conn *c, enum tcp_ca to, const char *why);
void tcp_loss_judge(struct tcp_conn *c, struct tcp_news *n);
void tcp_loss_mark(struct tcp_conn *c, struct tcp_news *n, struct tcp_sent *s);
void tcp_loss_timeout(struct tcp_conn *c);
void tcp_loss_late(struct tcp_conn *c);
void tcp_loss_cwr(struct tcp_conn *c, const char *why);
void tcp_loss_keep_open(struct tcp_conn *c);
void tcp_loss_resize(struct tcp_conn *c);
void tcp_loss_all(struct tcp_conn *c);

/* tcp_rexmit.c */
bool tcp_resend(struct tcp_conn *c, struct tcp_sent *s, enum reason why);
void tcp_resend_lost(struct tcp_conn *c);

/* tcp_snd.c */
bool tcp_send_probe(struct tcp_conn *c);
bool tcp_must_wait(struct tcp_conn *c);

#endif /* TCP_TCP_LOSS_H */
