/* SPDX-License-Identifier: MIT */
#ifndef TCP_TCP_ECN_H
#define TCP_TCP_ECN_H

/*
 * tcp_ecn.h - congestion marks: agreeing on them, echoing them, heeding them
 *
 * Private to tcp/.
 */

#include <stdbool.h>
#include <stdint.h>

#include "wire/seq.h"

struct tcp_ack;
struct tcp_conn;
struct tcp_hdr;
struct tcp_opts;
struct tcp_req;
struct tcp_seg;
struct tcp_stack;

/**
 * struct tcp_ecn - of a busy connection
 * @is_cutting:	cc->ssthresh() is asked because of a mark, not of a loss
 */
struct tcp_ecn {
	bool is_cutting;
};

/**
 * struct tcp_accecn - counters of accurate ECN (RFC 9768, 3.2.1)
 * @r_e0:	Octets received with ECT(0), plus 1
 * @r_ce:	... with CE
 * @r_e1:	... with ECT(1), plus 1
 * @s_e0:	What the peer last said of ours
 * @s_ce:	"
 * @s_e1:	"
 * @r_cep:	Segments received with CE, plus 5; its low three bits are ACE
 * @s_cep:	What the peer last said of ours, three bits
 * @syn_ecn:	Codepoint of the peer's SYN or SYN-ACK
 * @is_new:	Counters have changed since the option was last sent
 * @acks:	Segments sent since then
 * @is_handshake: The segment being processed has a codepoint where others have
 *		ACE
 */
struct tcp_accecn {
	uint32_t r_e0, r_ce, r_e1;
	uint32_t s_e0, s_ce, s_e1;
	uint8_t r_cep, s_cep, syn_ecn;
	uint8_t acks;
	bool is_new, is_handshake;
};

/* Handshake, our SYN: its flags (tries so far in c->active). */
uint16_t tcp_ecn_syn_flags(const struct tcp_conn *c);

/* ... our SYN-ACK, of a connection that is there already. */
uint16_t tcp_ecn_syn_ack_flags(const struct tcp_conn *c);

/* ... the peer's answer to it, or its SYN that crossed ours. */
void tcp_ecn_answered(struct tcp_conn *c, const struct tcp_seg *s);

/* ... a SYN came for a listener: what of it do we take up? */
void tcp_ecn_asked(struct tcp_req *r, const struct tcp_seg *s);

/* ... our answer to that. */
uint16_t tcp_ecn_answer_flags(const struct tcp_req *r);

/* ... the connection that comes of it.  False: no memory. */
bool tcp_ecn_child(struct tcp_conn *c, const struct tcp_req *r);

/* ... and the first ACK that its peer sent. */
void tcp_ecn_child_ack(struct tcp_conn *c, const struct tcp_seg *s);

/**
 * tcp_ecn_out() - A segment is being sent, no SYN
 * @h:		Gets the flags
 * @o:		May get the option
 * @len:	Octets of data
 * @is_fresh:	... none of which was sent before, and it is no probe
 *
 * Return: codepoint for its IP header, enum ip_ecn
 */
uint8_t tcp_ecn_out(struct tcp_conn *c, struct tcp_hdr *h, struct tcp_opts *o,
		    uint32_t len, bool is_fresh);

/* A segment of the peer was accepted: mark, and CWR. */
void tcp_ecn_in(struct tcp_conn *c, const struct tcp_seg *s);

/* Its acknowledgement: fills in the marks of @ack, whose octets are known, and
 * reduces the window if there are any. */
void tcp_ecn_acked(struct tcp_conn *c, const struct tcp_seg *s,
		   struct tcp_ack *ack);

/* The window was reduced, for whatever reason (tcp_cc_event()). */
void tcp_ecn_reduced(struct tcp_conn *c);

/* tcp_accecn.c */
bool tcp_accecn_begin(struct tcp_conn *c, uint8_t syn_ecn);
uint16_t tcp_accecn_echo(uint8_t ecn);
void tcp_accecn_first_ack(struct tcp_conn *c, const struct tcp_seg *s);
void tcp_accecn_out(struct tcp_conn *c, struct tcp_hdr *h, struct tcp_opts *o,
		    uint32_t len);
void tcp_accecn_in(struct tcp_conn *c, const struct tcp_seg *s);
void tcp_accecn_acked(struct tcp_conn *c, const struct tcp_seg *s,
		      struct tcp_ack *ack);

#endif /* TCP_TCP_ECN_H */
