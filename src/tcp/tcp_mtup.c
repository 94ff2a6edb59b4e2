// SPDX-License-Identifier: MIT
/*
 * tcp_mtup.c - finding out how large a packet may be, without being told
 *
 * Theory of operation
 * ===================
 * A router that cannot pass a packet on says so, and how large it may be (RFC
 * 1191).  But some routers say nothing, and some firewalls eat what they say;
 * then large segments vanish, small ones do not, and a connection opens well
 * and hangs with the first full segment: a black hole.
 *
 * RFC 4821 needs no message.  TCP knows which segments arrive, so it asks the
 * path by sending one that is larger than the others, with octets that had to
 * be sent anyway:
 *
 *	low   what gets through          |-------|---------------|
 *	high  what does not, or must not low    probe           high
 *
 * The probe lies in the middle.  If it is acknowledged it is the new low, and
 * all segments grow to it; if it alone is lost it is the new high, and that is
 * not taken for congestion (7.6.2): the window is not reduced.  A probe that
 * went down with others, or with a timeout, says nothing.  The search ends when
 * the two are within `probe_threshold`, and begins again after
 * `probe_interval_s`, for paths change.
 *
 * Knob mtu_probing, as on Linux: 0 never; 1 when a black hole shows, that is
 * when `retries1` retransmissions have gone unanswered: segments then fall to
 * `base_mss`, and by half with each further timeout; 2 from the start.
 *
 * A probe needs luck to be of use: there must be data for it and for some
 * segments behind it, which tell by their arrival that it is lost; and windows
 * with room for all of that.
 */

#include "tcp/tcp_int.h"

static struct tcp_mtup *mtup_of(const struct tcp_conn *c)
{
	return c->extra && c->extra->mtup.is_on ? &c->extra->mtup : NULL;
}

/* Octets of options that every segment carries. */
static uint32_t overhead(const struct tcp_conn *c)
{
	uint32_t n = tcp_srcroute_len(c);

	return c->flags & TCPF_TS ? n + TCP_TS_OPT_LEN : n;
}

/* At most this, as far as probing knows; UINT32_MAX: it is not on. */
uint32_t tcp_mtup_limit(const struct tcp_conn *c)
{
	const struct tcp_mtup *m = mtup_of(c);

	return m ? m->low : UINT32_MAX;
}

static void tell(struct tcp_conn *c, const char *what)
{
	const struct tcp_mtup *m = &c->extra->mtup;

	PROBE(&c->tcp->stack->place, EV_NOTE, R_TCP_PATH_SIZE, NULL,
	      EVF_TEXT("what", what), EVF_NUM("low", m->low),
	      EVF_NUM("high", m->high));
}

static void begin(struct tcp_conn *c)
{
	uint32_t most = tcp_mss_most(c);
	struct tcp_mtup *m;

	if (!tcp_extra_get(c))
		return;
	m = &c->extra->mtup;
	m->is_on = true;
	m->high = (uint16_t)most;
	m->low = (uint16_t)min_u32(c->tcp->knobs.base_mss, most);
	m->size = 0;
	m->since_ms = tcp_ms(c->tcp);
	tcp_mss_update(c);
}

void tcp_mtup_established(struct tcp_conn *c)
{
	if (c->tcp->knobs.mtu_probing > 1)
		begin(c);
}

/* Nothing comes back: perhaps because it is too large. */
void tcp_mtup_timeout(struct tcp_conn *c)
{
	const struct tcp_knobs *k = &c->tcp->knobs;
	struct tcp_mtup *m = mtup_of(c);
	uint32_t least = max_u32(k->mtu_probe_floor, k->min_snd_mss);

	if (m)
		m->size = 0;
	if (!k->mtu_probing || c->active->tries < k->retries1)
		return;
	if (!m) {
		begin(c);
	} else {
		m->high = m->low;
		m->low = (uint16_t)max_u32(min_u32(k->base_mss, m->low / 2U),
					   least);
		tcp_mss_update(c);
	}
	if (mtup_of(c))
		tell(c, "a black hole, it seems: smaller segments");
}

/* Paths change: after a while, try again what did not get through then. */
static void renew(struct tcp_conn *c, struct tcp_mtup *m)
{
	uint32_t age_ms = tcp_ms(c->tcp) - m->since_ms;

	if (age_ms / 1000 < c->tcp->knobs.probe_interval_s)
		return;
	m->high = (uint16_t)tcp_mss_most(c);
	m->since_ms = tcp_ms(c->tcp);
}

/* The middle, 0 if the search has ended. */
static uint32_t next_size(struct tcp_conn *c, struct tcp_mtup *m)
{
	uint32_t least = max_u32(c->tcp->knobs.probe_threshold, 2);

	m->high = (uint16_t)min_u32(m->high, tcp_mss_most(c));
	if (m->high < m->low + least)
		renew(c, m);
	return m->high < m->low + least ? 0 : (m->low + m->high) / 2U;
}

/* Is nothing in doubt, and the window large enough to lose one of it? */
static bool is_quiet(const struct tcp_conn *c)
{
	const struct tcp_active *a = c->active;

	return a->ca == TCP_CA_OPEN && !a->sent.sacked && !a->sent.lost &&
	       c->cwnd >= 11U * c->mss && !tcp_urg_is_sending(c);
}

static bool has_room(const struct tcp_conn *c, uint32_t n)
{
	const struct tcp_active *a = c->active;
	uint32_t need = n + (c->tcp->knobs.reordering + 1) * c->mss;
	seq32 edge = seq_add(c->snd_una, c->snd_wnd);

	return seq_diff(c->snd_nxt, a->snd.end) >= (int32_t)need &&
	       seq_diff(c->snd_nxt, edge) >= (int32_t)need &&
	       tcp_pipe(c) + n + c->mss <= c->cwnd;
}

/**
 * tcp_mtup_wants() - Should the next segment be a probe?
 * @o:		Filled in, if so
 */
bool tcp_mtup_wants(struct tcp_conn *c, struct tcp_out *o)
{
	struct tcp_mtup *m = mtup_of(c);
	uint32_t size, n;

	if (!m || m->size || !is_quiet(c))
		return false;
	size = next_size(c, m);
	n = size ? size - overhead(c) : 0;
	if (n <= c->mss || !has_room(c, n))
		return false;
	*o = (struct tcp_out){.seq = c->snd_nxt,
			      .len = n,
			      .why = R_TCP_MTU_PROBE,
			      .is_whole = true};
	return true;
}

/* It was sent, or not even our own side would take it: -EMSGSIZE. */
void tcp_mtup_sent(struct tcp_conn *c, const struct tcp_out *o, int err)
{
	struct tcp_mtup *m = mtup_of(c);
	uint32_t size = o->len + overhead(c);

	if (err) {
		m->high = (uint16_t)(size - 1);
		return;
	}
	m->size = (uint16_t)size;
	m->start = o->seq;
	m->end = seq_add(o->seq, o->len);
}

/* SND.UNA moved on. */
void tcp_mtup_acked(struct tcp_conn *c)
{
	struct tcp_mtup *m = mtup_of(c);

	if (!m || !m->size || seq_lt(c->snd_una, m->end))
		return;
	m->low = m->size;
	m->size = 0;
	tcp_mss_update(c);
	c->ssthresh = max_u32(c->ssthresh, 2U * c->mss);
	tell(c, "the probe arrived: larger segments");
}

/* A probe that is sent again tells nothing any more. */
void tcp_mtup_again(struct tcp_conn *c, seq32 seq)
{
	struct tcp_mtup *m = mtup_of(c);

	if (m && m->size && seq_in(seq, m->start, seq_dist(m->start, m->end)))
		m->size = 0;
}

/* Octets of the probe that are believed lost. */
static uint32_t lost_of(const struct tcp_conn *c, const struct tcp_mtup *m)
{
	const struct tcp_sent *s;
	uint32_t n = 0;

	for (s = tcp_sent_first(c); s && seq_lt(s->seq, m->end);
	     s = tcp_sent_next(s))
		if (s->flags & TCP_SENT_LOST)
			n += tcp_sent_len(s);
	return n;
}

static void lose_all_of(struct tcp_conn *c, const struct tcp_mtup *m)
{
	struct tcp_sent *s;

	for (s = tcp_sent_first(c); s && seq_lt(s->seq, m->end);
	     s = tcp_sent_next(s))
		if (!(s->flags & (TCP_SENT_LOST | TCP_SENT_SACKED)))
			tcp_sent_set_fate(c, s, TCP_SENT_LOST);
}

/*
 * Something is lost: is it the probe and nothing else?  Then it was too large,
 * there is no congestion, and its octets go again in smaller segments.
 */
bool tcp_mtup_explains_loss(struct tcp_conn *c)
{
	struct tcp_mtup *m = mtup_of(c);

	if (!m || !m->size || !seq_eq(c->snd_una, m->start) ||
	    lost_of(c, m) != c->active->sent.lost)
		return false;
	lose_all_of(c, m);
	m->high = (uint16_t)(m->size - 1);
	m->size = 0;
	tell(c, "the probe was lost: not so large");
	return true;
}
