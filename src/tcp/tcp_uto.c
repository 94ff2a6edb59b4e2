// SPDX-License-Identifier: MIT
/*
 * tcp_uto.c - telling the peer how long data may wait (RFC 5482)
 *
 * Theory of operation
 * ===================
 * A user who waits only 30 s for an acknowledgement (TCP_USER_TIMEOUT), or an
 * hour because he drives through tunnels, is alone with that: the other end
 * gives up when it always does.  The user timeout option tells it.
 *
 *	user of A: 30 min	A --- UTO 30 min ---> B	 its user: no opinion
 *						      B waits 30 min, too
 *
 * The option is neither agreed on nor acknowledged.  We send it once, in the
 * first segment behind the SYN that has room for it: an ACK alone, or one that
 * is not full.  What a peer says is taken if our own user has said nothing
 * (CHANGEABLE in the RFC's words), within limits of ours:
 *
 *	USER_TIMEOUT = min(U_LIMIT, max(ADV_UTO, REMOTE_UTO, L_LIMIT))
 *
 * where ADV_UTO, what we would say ourselves, is nothing in that case.  While
 * the time counts, the number of retransmissions does not, or a long timeout
 * would never be reached.  But for a connection that nobody owns any more it
 * still does: a peer must not make us remember those.
 *
 * All of it only if the operator has turned the knob user_timeout_option: the
 * RFC wants it off otherwise (ENABLED), and hosts of today do not send it.
 *
 * Limits
 * ------
 * A lost option is not sent again.  Segments that leave as one burst share
 * their options, and have no room for it.  One in a SYN is taken by the side
 * that called; the side that listens has nowhere to keep it, and waits for the
 * next.
 */

#include "tcp/tcp_int.h"

static bool is_enabled(const struct tcp_conn *c)
{
	return c->tcp->knobs.user_timeout_option;
}

/* Did the peer's option, not the user, say how long we wait? */
bool tcp_uto_rules(const struct tcp_conn *c)
{
	return tcp_extra(c)->uto_remote_s;
}

/* Is there room beside @datalen octets and the options that are there? */
static bool has_room(const struct tcp_conn *c, const struct tcp_opts *o,
		     size_t datalen)
{
	size_t len = tcp_opts_len(o), usual = 0;

	if (len + TCP_UTO_LEN > TCP_OPTS_MAX)
		return false;
	if (c->flags & TCPF_TS)
		usual = TCP_TS_OPT_LEN; /* left out of c->mss already */
	return !datalen || datalen + (len - usual) + TCP_UTO_LEN <= c->mss;
}

/**
 * tcp_uto_put() - Tell the peer, if the user said something and it is new
 * @o:		Options of a segment that is no SYN, but for this one
 * @datalen:	Its octets
 */
void tcp_uto_put(struct tcp_conn *c, struct tcp_opts *o, size_t datalen)
{
	const struct tcp_extra *e = tcp_extra(c);
	uint32_t s = (uint32_t)((e->user_timeout_ms + 999ULL) / 1000);

	if (!s || !is_enabled(c) || e->has_told_uto || tcp_uto_rules(c) ||
	    !has_room(c, o, datalen))
		return;
	o->has |= TCP_HAS_UTO;
	o->uto_s = min_u32(s, TCP_UTO_MAX_S);
	c->extra->has_told_uto = true;
}

/* Has our user an opinion of his own? */
static bool is_changeable(const struct tcp_conn *c)
{
	return !tcp_extra(c)->user_timeout_ms || tcp_uto_rules(c);
}

/* RFC 5482, 3.1: what the peer said, in a segment that is surely his. */
void tcp_uto_in(struct tcp_conn *c, const struct tcp_seg *s)
{
	struct endpoint remote = tcp_remote(c);
	struct tcp_extra *e;
	uint32_t limit_s;

	if (!(s->o.has & TCP_HAS_UTO) || !is_enabled(c) || !is_changeable(c) ||
	    tcp_extra(c)->uto_remote_s == s->o.uto_s)
		return;
	e = tcp_extra_get(c);
	if (!e)
		return;
	limit_s = max_u32(s->o.uto_s, TCP_UTO_LEAST_S);
	limit_s = min_u32(limit_s, TCP_UTO_MOST_S);
	e->uto_remote_s = s->o.uto_s;
	e->user_timeout_ms = limit_s * 1000;
	PROBE(&c->tcp->stack->place, EV_NOTE, R_TCP_UTO, NULL,
	      EVF_EP("remote", &remote), EVF_NUM("said_s", s->o.uto_s),
	      EVF_NUM("limit_s", limit_s));
}
