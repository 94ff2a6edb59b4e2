// SPDX-License-Identifier: MIT
/*
 * blame.c - what did not happen, and who is to blame
 *
 * Theory of operation
 * ===================
 * A chain of causes tells why something happened.  But the reason why a segment
 * is sent again is that something did *not* happen: no acknowledgement came.
 * The timer that fired cannot know why.  The log does: it has every frame, and
 * where each was lost.
 *
 *	connect() --> SYN #285 --> ... dropped #290 (fault #10)
 *	    |           :
 *	    |           : 1 s of silence
 *	    v           v
 *	  timer #412 ------------> SYN again #415
 *
 * The chain of #415 is: timer, connect().  What is to blame for the timer is
 * found beside the chain: a drop, shortly before, of a frame that comes from a
 * segment of the same connection.  "Comes from" is again a chain of causes:
 * from the drop back over routers and translators, and, if an acknowledgement
 * was lost, over what it acknowledged, to a frame that this host has sent with
 * these ports.  The addresses on the way do not matter.
 *
 * Where no such frame is found, perhaps none was sent: it waits at the host for
 * the MAC address of its neighbour.  Then the question for that address, or its
 * answer, is what did not arrive: a drop of one that has the same cause as the
 * timer.  (All who hear an ARP question drop it, but one: these drops blame
 * nobody.)
 *
 * A drop at a place that was broken on purpose names the event that did
 * (struct place.fault).
 *
 * Limits
 * ------
 * The silence is searched for LOOK_BACK times what the timer waited.
 */
#include "trace/blame.h"

#include <string.h>

#include "base/check.h"

#include "trace/frame.h"
#include "trace/log.h"

enum { LOOK_BACK = 3, STEPS_MAX = 256 };

static bool is_timer(const struct log_event *ev)
{
	return ev->kind == EV_TIMER &&
	       (ev->what == R_TCP_RTO || ev->what == R_TCP_TLP_TIMER ||
		ev->what == R_ARP_TIMER || ev->what == R_ND_TIMER);
}

/* Later segments arrived, and told that this one did not. */
static bool is_noticed(const struct log_event *ev)
{
	return ev->kind == EV_TX && ev->what == R_TCP_FAST_RETRANSMIT &&
	       ev->frame && !frame_is_relayed(ev);
}

/* The segment that a timer has sent (again), or NULL. */
static const struct log_event *sent_by(const struct trace_log *log,
				       const struct log_event *timer)
{
	uint32_t n = timer->n;

	if (is_noticed(timer))
		return timer;
	while ((n = trace_log_next_child(log, timer->n, n))) {
		const struct log_event *ev = trace_log_get(log, n);

		if (ev->kind == EV_TX && ev->frame &&
		    !strcmp(ev->host, timer->host))
			return ev;
	}
	return NULL;
}

static bool is_same_flow(const struct frame_view *a, const struct log_event *ev)
{
	struct frame_view b;

	return ev->frame && frame_view(&b, ev) && b.has_tcp &&
	       a->sport == b.sport && a->dport == b.dport &&
	       ip_addr_eq(frame_src(a), frame_src(&b)) &&
	       ip_addr_eq(frame_dst(a), frame_dst(&b));
}

/* Does a drop go back to something that @host sent in this connection? */
static bool comes_from(const struct trace_log *log, const struct log_event *ev,
		       const char *host, const struct frame_view *flow)
{
	int steps = 0;

	for (; ev && steps < STEPS_MAX; steps++) {
		if (ev->kind == EV_TX && !strcmp(ev->host, host) &&
		    is_same_flow(flow, ev))
			return true;
		ev = trace_log_get(log, ev->cause);
	}
	return false;
}

/* Was it dropped because it was none of this host's business? */
static bool is_of_others(const struct log_event *ev)
{
	const char *drop = log_text(ev, "drop");

	return drop &&
	       (!strcmp(drop, "arp_other") || !strcmp(drop, "nd_other") ||
		!strcmp(drop, "ip_not_ours"));
}

/* Is it a question for a neighbour's MAC address, or the answer, that should
 * not have been dropped? */
static bool is_asking(const struct log_event *ev)
{
	struct frame_view v;

	if (!ev->frame || !frame_view(&v, ev) || is_of_others(ev))
		return false;
	return v.has_arp ||
	       (v.has_icmp6 && (v.icmp6.type == ICMP6_NEIGHBOUR_SOLICIT ||
				v.icmp6.type == ICMP6_NEIGHBOUR_ADVERT));
}

/* The last drop in the silence before @timer: of the flow, or if there is none
 * of a question that has the same cause; or NULL. */
static const struct log_event *drop_before(const struct trace_log *log,
					   const struct log_event *timer,
					   const struct frame_view *flow)
{
	uint64_t rto_ns = (uint64_t)log_num(timer, "rto_ms", 1000) * NS_PER_MS;
	uint64_t back = min_u64(timer->t_ns, LOOK_BACK * rto_ns);
	const struct log_event *ev;

	for (uint32_t n = timer->n - 1; n; n--) {
		ev = trace_log_get(log, n);
		if (ev->t_ns < timer->t_ns - back)
			return NULL;
		if (ev->kind != EV_DROP)
			continue;
		if (flow ? comes_from(log, ev, timer->host, flow)
			 : is_asking(ev) &&
				    trace_log_follows(log, n, timer->cause))
			return ev;
	}
	return NULL;
}

/* The drop that a timer, or a segment sent again, is about; or NULL. */
static const struct log_event *find_drop(const struct trace_log *log,
					 const struct log_event *timer)
{
	const struct log_event *sent = sent_by(log, timer), *drop = NULL;
	struct frame_view flow;

	if (sent && frame_view(&flow, sent) && flow.has_tcp)
		drop = drop_before(log, timer, &flow);
	return drop || !timer->cause ? drop : drop_before(log, timer, NULL);
}

bool blame_find(const struct trace_log *log, uint32_t n, struct blame *out)
{
	const struct log_event *ev = trace_log_get(log, n), *lost = NULL;

	*out = (struct blame){0};
	while (ev && !is_timer(ev) && !is_noticed(ev) && ev->kind != EV_DROP)
		ev = trace_log_get(log, ev->cause);
	if (!ev)
		return false;
	if (ev->kind != EV_DROP) {
		out->timer = ev->n;
		lost = find_drop(log, ev);
		out->lost = lost ? lost->n : 0;
	} else {
		lost = ev;
	}
	if (lost)
		out->fault = (uint32_t)log_num(lost, "fault", 0);
	/* A log that was read from a file may name anything. */
	if (!trace_log_get(log, out->fault))
		out->fault = 0;
	return out->lost || out->fault;
}

/* What a timer has waited that no timer before it has, several connections at
 * a time.  @until_ns: where that ended, is moved on. */
static uint64_t silence(const struct log_event *timer, int64_t ms,
			uint64_t *until_ns)
{
	uint64_t waited = min_u64((uint64_t)ms * NS_PER_MS, timer->t_ns);
	uint64_t from = max_u64(timer->t_ns - waited, *until_ns);

	*until_ns = timer->t_ns;
	return timer->t_ns - from;
}

struct held_up blame_program(const struct trace_log *log, uint32_t n)
{
	const struct log_event *ev = trace_log_get(log, n);
	struct held_up h = {0};
	uint64_t until_ns = 0;
	int64_t worst = 0;

	while (ev && ev->what != R_RUN_START)
		ev = ev->what == R_RUN_EXIT ? trace_log_get(log, ev->cause)
					    : NULL;
	if (!ev)
		return h;
	for (const struct log_event *at = ev; at;
	     at = trace_log_next_at(log, at)) {
		int64_t ms = is_timer(at) ? log_num(at, "rto_ms", 0) : 0;

		if (!ms || !trace_log_follows(log, at->n, ev->n))
			continue;
		h.timers++;
		h.silence_ms += silence(at, ms, &until_ns) / NS_PER_MS;
		if (ms <= worst)
			continue;
		worst = ms;
		h.worst = at->n;
	}
	return h;
}
