// SPDX-License-Identifier: MIT
/*
 * tcp_rst.c - answers to what nobody asked for: resets and challenges
 *
 * Theory of operation
 * ===================
 * A reset answers a segment that belongs to no connection; it is made of that
 * segment's own numbers, so that its sender, if he is what he seems, finds it
 * acceptable (RFC 9293, 3.5.2).  A reset never answers a reset.
 *
 * A challenge ACK answers a segment that nearly fits (RFC 5961).  Two ends
 * that each find the other's segments nearly fitting could challenge one
 * another for ever, so each connection sends one in half a second at most, and
 * waits a random time more, so that a stranger cannot measure by the rate what
 * happened on the connection.  There is no limit that connections share: that
 * was a way to spy on one through another.
 */

#include "tcp/tcp_int.h"

enum reason tcp_rst_reason(const struct tcp_seg *s)
{
	return s->h.flags & TCP_ACK ? R_TCP_RST_BAD_ACK : R_TCP_RST_REFUSED;
}

void tcp_rst_reply(struct tcp_stack *tcp, const struct tcp_seg *s,
		   enum reason why)
{
	struct tcp_path to = {.t = &s->t};
	struct tcp_opts o = {0};
	struct tcp_hdr h = {.flags = TCP_RST};

	if (s->h.flags & TCP_RST)
		return;
	if (s->h.flags & TCP_ACK) {
		h.seq = s->h.ack;
	} else {
		h.flags |= TCP_ACK;
		h.ack = seq_add(s->h.seq, s->len);
	}
	tcp->stats.out_rsts++;
	tcp_xmit_bare(tcp, &to, &h, &o, why);
}

bool tcp_may_challenge(struct tcp_stack *tcp, uint32_t *next_ms)
{
	uint32_t now = tcp_ms(tcp), pause_ms = tcp->knobs.invalid_ratelimit_ms;

	if (pause_ms && *next_ms && (int32_t)(now - *next_ms) < 0)
		return false;
	*next_ms = (now + pause_ms + tcp_random_below(tcp, pause_ms)) | 1;
	tcp->stats.challenge_acks++;
	return true;
}

void tcp_challenge(struct tcp_conn *c, enum reason why)
{
	struct tcp_extra *e = tcp_extra_get(c);

	if (e && tcp_may_challenge(c->tcp, &e->challenge_ms))
		tcp_ack_owed(c, why);
}
