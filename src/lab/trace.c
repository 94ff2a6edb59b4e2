// SPDX-License-Identifier: MIT
/*
 * trace.c - the program traceroute, on a host of a lab
 *
 * Theory of operation
 * ===================
 * No packet says which way it will go, but each router counts its time to live
 * down, and the one that finds 0 says so (RFC 1812, 5.3.1; RFC 8200, 3).  So an
 * echo request with a time to live of 1 is answered by the first router, one
 * of 2 by the second, until the target itself answers, or somebody says that
 * there is no way.  One request is under way at a time; a router that says
 * nothing is passed over after four seconds.
 *
 * The line is done when the target was reached, somebody has said that it
 * cannot be, or HOPS_MAX were asked.
 */
#include <errno.h>

#include "wire/icmp4.h"
#include "wire/icmp6.h"

#include "ip/icmp.h"
#include "lab/run_int.h"

enum { HOPS_MAX = 30, OCTETS = 32 };

#define HOP_WAIT_NS (4 * NS_PER_S)

/* A request in the calendar. */
struct trace_hop {
	struct run_line *line;
	uint16_t number; /* from 1: its time to live */
};

static void ask(struct run_line *line);

static struct place *trace_place(const struct run_line *line)
{
	return line->node->host->node.place;
}

static void on_next(void *arg)
{
	struct run_line *line = arg;

	if (line->ping.echo)
		ask(line);
}

static void on_done(void *arg)
{
	ping_forget(arg);
}

/* From the calendar, for the handle must not be closed or used in its own
 * callback. */
static void go_on(struct run_line *line, bool is_over)
{
	struct world *w = line->run->world;
	int err;

	is_over |= line->ping.sent == HOPS_MAX;
	err = world_at(w, world_now(w), is_over ? on_done : on_next, line);
	if (err) {
		line->run->error = err;
		line->is_done = true;
	}
}

/* Only routers that found no time to live left say that it goes on. */
static bool is_on_the_way(const struct icmp_echo_event *ev)
{
	return ev->kind == ICMP_ECHO_ERROR &&
	       ev->type == (ev->from.family == IP_V6 ? ICMP6_TIME_EXCEEDED
						     : ICMP4_TIME_EXCEEDED);
}

static const char *said(const struct icmp_echo_event *ev)
{
	if (ev->kind == ICMP_ECHO_ANSWER)
		return "the target itself";
	if (is_on_the_way(ev))
		return "a router on the way";
	return ev->from.family == IP_V6 ? icmp6_name(ev->type, ev->code)
					: icmp4_name(ev->type, ev->code);
}

static void on_event(void *arg, const struct icmp_echo_event *ev)
{
	struct run_line *line = arg;
	struct run_ping *p = &line->ping;

	if (ev->seq != p->sent || p->received == p->sent)
		return; /* too late */
	p->received = p->sent;
	PROBE(trace_place(line), EV_APP, R_TRACE_HOP, NULL,
	      EVF_NUM("number", ev->seq), EVF_IP("from", &ev->from),
	      EVF_NUM("rtt_us",
		      (run_env(line->run)->now_ns - ev->sent_ns) / NS_PER_US),
	      EVF_TEXT("text", said(ev)),
	      EVF_NUM("is_target", ev->kind == ICMP_ECHO_ANSWER));
	go_on(line, !is_on_the_way(ev));
}

static void on_silence(void *arg)
{
	struct trace_hop *hop = arg;
	struct run_line *line = hop->line;
	struct run_ping *p = &line->ping;
	struct env *env = run_env(line->run);

	if (!p->echo || p->received >= hop->number)
		return;
	env->cause = line->event;
	p->received = p->sent;
	PROBE(trace_place(line), EV_APP, R_TRACE_SILENT, NULL,
	      EVF_NUM("number", hop->number));
	env->cause = 0;
	go_on(line, false);
}

static void ask(struct run_line *line)
{
	struct run_ping *p = &line->ping;
	struct world *w = line->run->world;
	struct env *env = run_env(line->run);
	struct trace_hop *hop = arena_alloc(&line->run->arena, 1, sizeof(*hop));

	if (!hop) {
		line->run->error = -ENOMEM;
		return;
	}
	*hop = (struct trace_hop){line, (uint16_t)++p->sent};
	env->cause = line->event;
	PROBE_CAUSE(trace_place(line), EV_APP, R_TRACE_SENT, NULL,
		    EVF_IP("dst", &p->dst), EVF_NUM("number", hop->number));
	/* What cannot even leave is not answered, either. */
	(void)icmp_echo_send(p->echo, p->dst, hop->number, OCTETS,
			     (uint8_t)hop->number);
	env->cause = 0;
	if (world_at(w, world_now(w) + HOP_WAIT_NS, on_silence, hop))
		line->run->error = -ENOMEM;
}

void trace_begin(struct run_line *line)
{
	struct run_ping *p = &line->ping;

	p->dst = ping_target(line, line->spec->trace.s);
	p->echo = icmp_echo_open(&line->node->host->stack, on_event, line);
	if (p->echo) {
		ask(line);
		return;
	}
	line->run->error = -ENOMEM;
	line->is_done = true;
}
