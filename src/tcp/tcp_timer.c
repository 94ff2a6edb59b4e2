// SPDX-License-Identifier: MIT
/*
 * tcp_timer.c - what happens when nothing happens
 *
 * Theory of operation
 * ===================
 * A connection has three timers, but one entry in the timing wheel: the timers
 * are points in time, and the entry is armed for the earliest of them.
 *
 *   send	data or a FIN is under way: retransmit.  Data waits and nothing
 *		is under way: ask for the window (persist)
 *   delack	an ACK is owed, but not urgently
 *   keep	nothing was heard for long: keepalive; or, when the user has let
 *		go, FIN-WAIT-2 does not wait for ever
 *
 * The entry may stand earlier than that: update_timer() in tcp_conn.c.
 *
 * Each remembers the event that set it, so that a retransmission names the
 * segment it repeats as its cause, whatever else happened meanwhile.
 *
 * Sources: RFC 9293, 3.10.8.
 */

#include <errno.h>

#include "tcp/tcp_int.h"

static const char *const timer_names[TCP_TIMERS] = {
	[TCP_T_SEND] = "rto",
	[TCP_T_DELACK] = "delack",
	[TCP_T_PACE] = "pacing",
	[TCP_T_KEEP] = "keepalive",
};

/* A user that does not wait longer than this is told at that time, not when
 * the next timeout happens to be. */
uint64_t tcp_timer_for_user(const struct tcp_conn *c, uint64_t at_ns)
{
	uint64_t limit = tcp_extra(c)->user_timeout_ms * NS_PER_MS;
	uint64_t end = c->active->stall_ns + limit;

	return limit && end > c->tcp->env->now_ns ? min_u64(at_ns, end) : at_ns;
}

static int earliest(const struct tcp_active *a)
{
	int i, best = -1;

	for (i = 0; i < TCP_TIMERS; i++)
		if (a->due[i].at_ns &&
		    (best < 0 || a->due[i].at_ns < a->due[best].at_ns))
			best = i;
	return best;
}

const char *tcp_timer_next(const struct tcp_conn *c, uint64_t *at_ns)
{
	int i = earliest(c->active);

	if (i < 0)
		return NULL;
	*at_ns = c->active->due[i].at_ns;
	if (i == TCP_T_SEND && c->active->is_probing)
		return "persist";
	if (i == TCP_T_SEND && c->active->wait == TCP_WAIT_PROBE)
		return "probe";
	if (i == TCP_T_SEND && c->active->wait == TCP_WAIT_REORDER)
		return "reorder";
	return timer_names[i];
}

void tcp_give_up(struct tcp_conn *c)
{
	struct endpoint remote = tcp_remote(c);

	PROBE_CAUSE(&c->tcp->stack->place, EV_NOTE, R_TCP_GIVE_UP, NULL,
		    EVF_EP("remote", &remote),
		    EVF_NUM("tries", c->active->tries));
	if (!(c->flags & TCPF_OPENED))
		c->tcp->stats.attempt_fails++;
	tcp_conn_closed(c, c->soft ? c->soft : ETIMEDOUT);
}

/* Has the peer been silent for longer than the user wants to wait? */
bool tcp_user_timed_out(const struct tcp_conn *c)
{
	const struct tcp_active *a = c->active;
	uint64_t limit = tcp_extra(c)->user_timeout_ms * NS_PER_MS;

	return limit && c->tcp->env->now_ns - a->stall_ns >= limit;
}

static void on_delack(struct tcp_conn *c)
{
	PROBE_CAUSE(&c->tcp->stack->place, EV_TIMER, R_TCP_DELACK, NULL,
		    EVF_NUM("delay_ms", tcp_ato_ms(c)));
	c->tcp->stats.delayed_acks++;
	if (c->active->sack_out.held) {
		tcp_ack_owed(c, R_TCP_ACK_DUP);
	} else {
		tcp_delack_timeout(c);
		tcp_ack_owed(c, R_TCP_ACK_DELAYED);
	}
	tcp_output(c);
}

static void send_keepalive(struct tcp_conn *c)
{
	struct tcp_active *a = c->active;

	PROBE_CAUSE(&c->tcp->stack->place, EV_TIMER, R_TCP_KEEP_TIMER, NULL,
		    EVF_NUM("sent", a->keep_sent),
		    EVF_NUM("limit", tcp_keep_probes(c)));
	a->keep_sent++;
	c->tcp->stats.keepalives++;
	tcp_out_probe(c, R_TCP_KEEPALIVE);
	tcp_timer_set_in(c, TCP_T_KEEP, tcp_keep_interval_ns(c));
}

/* A user timeout takes the place of the number of probes, as on Linux. */
static bool is_dead(const struct tcp_conn *c)
{
	const struct tcp_active *a = c->active;
	uint64_t limit = tcp_extra(c)->user_timeout_ms * NS_PER_MS;
	uint64_t silent = c->tcp->env->now_ns - a->heard_ns;

	if (limit)
		return a->keep_sent && silent >= limit;
	return a->keep_sent >= tcp_keep_probes(c);
}

/* RFC 9293, 3.8.4: only when nothing is under way; nothing heard for long. */
static void on_keepalive(struct tcp_conn *c)
{
	struct tcp_active *a = c->active;
	uint64_t due = a->heard_ns + tcp_keep_idle_ns(c);

	if (due > c->tcp->env->now_ns || tcp_flight(c) || a->snd.count) {
		tcp_keep_restart(c);
		return;
	}
	if (is_dead(c)) {
		a->tries = a->keep_sent;
		tcp_out_rst(c, R_TCP_RST_SILENT);
		tcp_give_up(c);
		return;
	}
	send_keepalive(c);
}

static void on_keep(struct tcp_conn *c)
{
	if (c->end.state == TCPS_FIN_WAIT_2 && c->flags & TCPF_ORPHAN) {
		PROBE_CAUSE(&c->tcp->stack->place, EV_TIMER, R_TCP_GIVE_UP,
			    NULL, EVF_TEXT("state", "FIN-WAIT-2"));
		tcp_conn_closed(c, 0);
		return;
	}
	on_keepalive(c);
}

void tcp_keep_restart(struct tcp_conn *c)
{
	struct tcp_active *a = c->active;
	uint64_t at = a->heard_ns + tcp_keep_idle_ns(c);

	if (!(c->flags & TCPF_KEEPALIVE) ||
	    !TCP_STATE_IN(c, TCP_SYNCED & ~TCP_IN(TIME_WAIT)))
		return;
	if (c->end.state == TCPS_FIN_WAIT_2 && c->flags & TCPF_ORPHAN)
		return;
	at = max_u64(at, c->tcp->env->now_ns + NS_PER_S);
	tcp_timer_set(c, TCP_T_KEEP, at);
}

static void fire(struct tcp_conn *c, enum tcp_timer which)
{
	tcp_timer_stop(c, which);
	switch (which) {
	case TCP_T_SEND:
		tcp_on_send_timer(c);
		break;
	case TCP_T_DELACK:
		on_delack(c);
		break;
	case TCP_T_PACE:
		tcp_pace_on_timer(c);
		break;
	case TCP_T_KEEP:
		on_keep(c);
		break;
	case TCP_TIMERS:
		break;
	}
}

void tcp_on_timer(struct timer *t, void *arg)
{
	struct tcp_conn *c = arg;
	struct env *env = c->tcp->env;
	uint64_t now = env->now_ns;
	int i;

	(void)t;
	for (i = 0; i < TCP_TIMERS; i++) {
		const struct tcp_due *due = &c->active->due[i];

		if (!due->at_ns || due->at_ns > now)
			continue;
		env->cause = due->cause;
		fire(c, (enum tcp_timer)i);
	}
	tcp_settle(c);
}
