/* SPDX-License-Identifier: MIT */
#ifndef TCP_TCP_HOT_TIME_H
#define TCP_TCP_HOT_TIME_H

/*
 * tcp_hot_time.h - round trips, and how long to wait for one
 *
 * A part of tcp_int.h, as tcp_hot.h is: each function belongs to the chapter
 * that is named above it.
 */

/* More than this is nonsense, and would not fit. */
#define TCP_RTT_MAX_US (120 * 1000 * 1000U)

/* tcp_rtt.c: one more sample, without telling of it (RFC 6298, 2) */
static inline void tcp_rtt_smooth(struct tcp_conn *c, uint32_t r)
{
	uint32_t srtt, dev;

	if (UNLIKELY(!c->srtt_8us)) {
		c->srtt_8us = r * 8;
		c->rttvar_4us = r * 2;
	} else {
		srtt = c->srtt_8us / 8;
		dev = r > srtt ? r - srtt : srtt - r;
		c->rttvar_4us += dev - c->rttvar_4us / 4;
		c->srtt_8us += r - srtt;
	}
	c->active->backoff = 0;
}

/* The number that tcp_rtt_smooth() wants. */
static inline uint32_t tcp_rtt_us(uint64_t rtt_ns)
{
	uint32_t us = (uint32_t)min_u64(rtt_ns / NS_PER_US, TCP_RTT_MAX_US);

	return max_u32(us, 1);
}

/* RFC 6298, 2 and 5.5; the doubling is part of it.  Whole milliseconds. */
static inline uint64_t tcp_rto_ns(const struct tcp_conn *c)
{
	const struct tcp_knobs *k = &c->tcp->knobs;
	uint64_t rto = k->rto_initial_us, most = k->rto_max_ms * NS_PER_MS;
	unsigned int shift = c->active ? c->active->backoff : 0;

	if (LIKELY(c->srtt_8us))
		rto = c->srtt_8us / 8 +
		      (uint64_t)max_u32(c->rttvar_4us, k->rto_min_us);
	if (rto > 1000)
		rto -= rto % 1000;
	return min_u64(rto * NS_PER_US << min_u32(shift, 16), most);
}

/* tcp_rack.c: the least round trip of the last period, or of this one if that
 * is less; @us: at least one */
static inline void tcp_rack_rtt_us(struct tcp_conn *c, uint32_t us)
{
	struct tcp_rack *r = &c->active->rack;
	uint64_t now = c->tcp->env->now_ns;
	uint64_t period_ns = c->tcp->knobs.min_rtt_wlen_s * NS_PER_S;

	if (UNLIKELY(!r->since_ns))
		r->since_ns = now;
	if (UNLIKELY(!r->min_us || us < r->min_us))
		r->min_us = us;
	if (UNLIKELY(now - r->since_ns > period_ns)) {
		r->least_us = r->min_us;
		r->min_us = us;
		r->since_ns = now;
	}
	if (UNLIKELY(!r->least_us || us < r->least_us))
		r->least_us = us;
}

static inline void tcp_rack_rtt(struct tcp_conn *c, uint64_t rtt_ns)
{
	uint32_t us = (uint32_t)min_u64(rtt_ns / NS_PER_US, UINT32_MAX);

	tcp_rack_rtt_us(c, max_u32(us, 1));
}

/* tcp_timer.c */
static inline void tcp_timer_set(struct tcp_conn *c, enum tcp_timer which,
				 uint64_t at_ns)
{
	struct tcp_active *a = c->active;

	if (which == TCP_T_SEND && c->extra &&
	    UNLIKELY(c->extra->user_timeout_ms))
		at_ns = tcp_timer_for_user(c, at_ns);
	a->due[which].at_ns = at_ns;
	a->due[which].cause = c->tcp->env->cause;
	a->timer_lags |= at_ns < a->timer.expires_ns;
}

static inline void tcp_timer_set_in(struct tcp_conn *c, enum tcp_timer which,
				    uint64_t in_ns)
{
	tcp_timer_set(c, which, c->tcp->env->now_ns + in_ns);
}

/* When the earliest is due, or WHEEL_NEVER: 0, for none, less one is that. */
static inline uint64_t tcp_timer_first(const struct tcp_active *a)
{
	uint64_t before = WHEEL_NEVER;
	int i;

	for (i = 0; i < TCP_TIMERS; i++)
		before = min_u64(before, a->due[i].at_ns - 1);
	return before == WHEEL_NEVER ? before : before + 1;
}

/*
 * Is something to be waited for, and does the timer fire early enough?  For one
 * who only waits for other things the answer is no: then tcp_settle() finds
 * out.  (Request and answer: 44 instructions less than finding the earliest.)
 */
static inline bool tcp_timer_stands(const struct tcp_active *a)
{
	return LIKELY(timer_is_armed(&a->timer)) && LIKELY(!a->timer_lags) &&
	       LIKELY(a->due[TCP_T_SEND].at_ns | a->due[TCP_T_DELACK].at_ns);
}

/* tcp_tlp.c: two segments or more, and their ACK is not delayed, but timers are
 * coarse */
#define TCP_TLP_SLACK_NS (2 * NS_PER_MS)

/* knobs.early_retrans */
enum { TCP_TLP_ON = 3 };

static inline bool tcp_tlp_may_probe(const struct tcp_conn *c)
{
	const struct tcp_active *a = c->active;

	return c->tcp->knobs.early_retrans >= TCP_TLP_ON &&
	       c->flags & TCPF_SACK && TCP_STATE_IN(c, TCP_SENDS) &&
	       c->snd_wnd && (a->ca == TCP_CA_OPEN || a->ca == TCP_CA_CWR);
}

/* RFC 8985, 7.2: TLP_calc_PTO(). */
static inline uint64_t tcp_tlp_ns(const struct tcp_conn *c)
{
	uint64_t pto = c->tcp->knobs.rto_initial_us * NS_PER_US;

	if (UNLIKELY(!c->srtt_8us))
		return pto;
	pto = 2 * (c->srtt_8us / 8 * NS_PER_US);
	if (tcp_flight(c) <= c->mss)
		return pto + c->tcp->knobs.rto_min_us * NS_PER_US;
	return pto + TCP_TLP_SLACK_NS;
}

/* When the retransmission timeout is over. */
static inline uint64_t tcp_rto_at(const struct tcp_conn *c, enum tcp_rearm how)
{
	uint64_t now = c->tcp->env->now_ns;
	const struct tcp_sent *s;

	if (LIKELY(how != TCP_REARM_RESUME || !(s = tcp_sent_first(c))))
		return now + tcp_rto_ns(c);
	return max_u64(s->sent_ns + tcp_rto_ns(c), now + 1);
}

/* Something is under way: set the timer if there is reason to. */
static inline void tcp_send_timer_arm(struct tcp_conn *c)
{
	struct tcp_active *a = c->active;
	enum tcp_rearm how = (enum tcp_rearm)a->rearm;
	bool is_set = tcp_timer_is_set(c, TCP_T_SEND) && !a->is_probing;
	uint64_t at;

	a->rearm = TCP_REARM_NOT;
	if (is_set && how == TCP_REARM_NOT)
		return;
	if (is_set && how == TCP_REARM_RESUME && !tcp_tlp_may_probe(c) &&
	    a->wait != TCP_WAIT_PROBE)
		return;
	at = tcp_rto_at(c, is_set ? how : max_u32(how, TCP_REARM_RESTART));
	a->is_probing = false;
	a->wait = TCP_WAIT_RTO;
	if (how != TCP_REARM_RTO && tcp_tlp_may_probe(c)) {
		a->wait = TCP_WAIT_PROBE;
		at = min_u64(at, c->tcp->env->now_ns + tcp_tlp_ns(c));
	}
	tcp_timer_set(c, TCP_T_SEND, at);
}

/* tcp_snd.c: as tcp_output(), when nothing waits to be sent and no ACK is owed;
 * what is under way goes well.  @pipe: tcp_pipe() */
static inline void tcp_stay_quiet(struct tcp_conn *c, uint32_t pipe)
{
	tcp_rate_check_calm(c, 0, pipe);
	if (UNLIKELY(tcp_flight(c)))
		tcp_send_timer_arm(c);
	else
		tcp_timer_stop(c, TCP_T_SEND);
	tcp_tally_all_sent(c);
}

/* tcp_conn.c: as tcp_settle(), of a connection that is open and busy; most
 * often its timer stands early enough */
static inline void tcp_settle_open(struct tcp_conn *c)
{
	struct tcp_active *a = c->active;
	uint32_t events = a->events;

	if (events) {
		a->events = 0;
		if (LIKELY(c->user))
			c->user->on_event(c, c->arg, events);
	}
	if (UNLIKELY(c->end.state != TCPS_ESTABLISHED) ||
	    UNLIKELY(!tcp_timer_stands(a)))
		tcp_settle(c);
	else if (CHECK_WALKS)
		tcp_check(c);
}

#endif /* TCP_TCP_HOT_TIME_H */
