// SPDX-License-Identifier: MIT
/*
 * run.c - letting a script happen
 *
 * Theory of operation
 * ===================
 * A turn does one thing, whichever comes first: the next event of the script,
 * if its time has come, or the next thing that the stack has to do:
 *
 *	call, packet in		at its time, not before
 *	packet out		as soon as the stack has sent one; the script
 *				fails when there is none at the latest time
 *
 * A call that blocks is made in the middle of a turn.  While it does not
 * return, the stack asks for further turns (idle() in call.c); so the script
 * goes on under the blocked call, up to the next call.
 *
 *	run_turn() -> run_call() -> accept() -> ... -> idle() -> run_turn()
 *
 * All times are nanoseconds of the port's clock; the script's microseconds
 * count from the moment at which it began.
 */

#include "drill/run.h"

#include <errno.h>
#include <string.h>

#include "base/check.h"

#include "core/env.h"

#include "drill/packet.h"

int run_fail(struct drill_run *run, struct drill_pos pos, const char *format,
	     ...)
{
	va_list ap;

	if (run->is_failed)
		return -1;
	run->is_failed = true;
	run->res->pos = pos;
	va_start(ap, format);
	strbuf_vprintf(&run->res->what, format, ap);
	va_end(ap);
	return -1;
}

int run_differs(struct drill_run *run, const struct drill_event *ev,
		const char *actual, const char *format, ...)
{
	va_list ap;

	if (run->is_failed)
		return -1;
	run->is_failed = true;
	run->res->pos = ev->pos;
	strbuf_puts(&run->res->expected, ev->text);
	strbuf_puts(&run->res->actual, actual);
	va_start(ap, format);
	strbuf_vprintf(&run->res->what, format, ap);
	va_end(ap);
	return -1;
}

void run_line(struct drill_run *run, enum drill_line_kind kind,
	      const char *text)
{
	struct drill_result *res = run->res;
	void *lines = res->lines;
	struct drill_line *line = arena_append(&run->arena, &lines,
					       &res->line_count, sizeof(*line));

	if (!line)
		return;
	res->lines = lines;
	line->kind = kind;
	line->t_ns = run_now_ns(run);
	line->text = text;
}

/* How much the time of an event may differ, microseconds. */
static int64_t tolerance(const struct drill_run *run, int64_t at_us)
{
	const struct drill_config *cfg = &run->script->cfg;
	int64_t since = at_us - run->last_us;
	int64_t share = (int64_t)((double)(since > 0 ? since : 0) *
				  cfg->tolerance_percent / 100);

	return share > cfg->tolerance_us ? share : cfg->tolerance_us;
}

bool run_time_fits(struct drill_run *run, const struct drill_event *ev,
		   uint64_t at_ns, int64_t from_us, int64_t to_us)
{
	int64_t us = (int64_t)(at_ns / NS_PER_US);
	int64_t slack = tolerance(run, to_us);
	char actual[64];
	struct strbuf sb;

	if (us >= from_us - slack && us <= to_us + slack)
		return true;
	strbuf_init_fixed(&sb, actual, sizeof(actual));
	strbuf_printf(&sb, "at %.6f s", (double)us / 1e6);
	if (us < from_us)
		run_differs(run, ev, actual, "%.6f s too early",
			    (double)(from_us - us) / 1e6);
	else
		run_differs(run, ev, actual, "%.6f s too late",
			    (double)(us - to_us) / 1e6);
	return false;
}

/* Microseconds since the beginning. */
static int64_t time_of(const struct drill_run *run,
		       const struct drill_event *ev, int64_t us)
{
	return ev->when.is_relative ? run->last_us + us : us;
}

static uint64_t to_port_ns(const struct drill_run *run, int64_t us)
{
	return run->base_ns + (uint64_t)us * NS_PER_US;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Let time pass.  Nothing left to wait for is a failure of @ev. */
static int pass(struct drill_run *run, uint64_t until_ns, bool wants_packet)
{
	return run->port->ops->step(run->port, until_ns, wants_packet);
}

/* What is to be told when nothing came. */
static int nothing_came(struct drill_run *run, const struct drill_event *ev)
{
	struct strbuf sb;
	char text[64];

	strbuf_init_fixed(&sb, text, sizeof(text));
	strbuf_printf(&sb, "nothing was sent until %.6f s",
		      (double)run_now_ns(run) / 1e9);
	return run_differs(run, ev, text, "a packet is missing");
}

static void event_done(struct drill_run *run, int64_t at_us)
{
	run->last_us = at_us;
	run->next++;
}

size_t run_take(struct drill_run *run, uint64_t *at_ns)
{
	size_t len = run->held_len;

	if (!len)
		return run->port->ops->take(run->port, run->packet,
					    DRILL_PACKET_MAX, at_ns);
	memcpy(run->packet, run->held, len);
	*at_ns = run->held_ns;
	run->held_len = 0;
	return len;
}

/* The stack is to send something. */
static int turn_out(struct drill_run *run, const struct drill_event *ev,
		    uint64_t until_ns)
{
	int64_t from = time_of(run, ev, ev->when.from);
	int64_t to = time_of(run, ev, ev->when.to);
	uint64_t at_ns, deadline = UINT64_MAX;
	size_t len = run_take(run, &at_ns);

	if (!len) {
		if (!ev->when.is_any)
			deadline = to_port_ns(run, to + tolerance(run, to));
		if (run->base_ns + run_now_ns(run) >= deadline)
			return nothing_came(run, ev);
		if (pass(run, earlier(until_ns, deadline), true))
			return nothing_came(run, ev);
		return 0;
	}
	at_ns -= run->base_ns;
	if (run_packet_out(run, ev, at_ns, len))
		return -1;
	if (!ev->when.is_any && !run_time_fits(run, ev, at_ns, from, to))
		return -1;
	event_done(run, ev->when.is_any || from != to
				? (int64_t)(at_ns / NS_PER_US)
				: from);
	return 0;
}

static int run_knob(struct drill_run *run, const struct drill_event *ev)
{
	const struct drill_knob *k = ev->knob;
	int err = run->port->ops->knob(run->port, k->name, k->value);

	if (err == -ENOENT)
		return run_fail(run, ev->pos, "weft has no setting %s",
				k->name);
	if (err)
		return run_fail(run, ev->pos, "%s cannot be '%s'", k->name,
				k->value);
	run_line(run, DRILL_NOTE, ev->text);
	return 0;
}

static int do_event(struct drill_run *run, const struct drill_event *ev)
{
	switch (ev->kind) {
	case DE_CALL:
		return run_call(run, ev);
	case DE_PACKET:
		return run_packet_in(run, ev);
	case DE_KNOB:
		return run_knob(run, ev);
	case DE_CODE:
	default:
		return run_code(run, ev);
	}
}

static int still_blocked(struct drill_run *run)
{
	const struct drill_event *ev = run->blocked;

	return run_differs(run, ev, "it has not returned", "the call blocks");
}

/* Nothing of the script is left, but a call has not returned. */
static int turn_waiting(struct drill_run *run, uint64_t until_ns)
{
	if (pass(run, until_ns, false))
		return still_blocked(run);
	return 0;
}

int run_turn(struct drill_run *run, uint64_t until_ns)
{
	const struct drill_event *ev;
	uint64_t at_ns;
	int64_t at;

	if (run->is_failed)
		return -1;
	if (run->next == run->script->count)
		return turn_waiting(run, until_ns);
	ev = &run->script->events[run->next];
	if (ev->kind == DE_PACKET && !ev->packet->is_in)
		return turn_out(run, ev, until_ns);
	at = time_of(run, ev, ev->when.from);
	at_ns = to_port_ns(run, at);
	if (run->base_ns + run_now_ns(run) < at_ns) {
		pass(run, earlier(until_ns, at_ns), false);
		return 0;
	}
	if (run->blocked && ev->kind == DE_CALL)
		return still_blocked(run);
	if (!run_time_fits(run, ev, run_now_ns(run), at, at))
		return -1;
	event_done(run, at);
	return do_event(run, ev);
}

/* What the script does not mention, and should. */
static void check_rest(struct drill_run *run)
{
	struct drill_pos end = {0};
	struct strbuf sb;
	uint64_t at_ns;
	char text[160];
	size_t len;

	if (run->script->count)
		end = run->script->events[run->script->count - 1].pos;
	len = run_take(run, &at_ns);
	if (!len)
		return;
	strbuf_init_fixed(&sb, text, sizeof(text));
	run_unexpected(run, len, &sb);
	strbuf_puts(&run->res->actual, text);
	strbuf_puts(&run->res->expected, "the script ends here");
	run_fail(run, end, "a packet that the script does not mention");
}

static void play(struct drill_run *run, unsigned int flags)
{
	while (!run->is_failed && run->next < run->script->count)
		run_turn(run, UINT64_MAX);
	if (!run->is_failed && flags & DRILL_STRICT)
		check_rest(run);
	run->res->has_passed = !run->is_failed;
	run->res->ns = run_now_ns(run);
}

int drill_play(const struct drill_script *script, struct drill_port *port,
	       unsigned int flags, struct drill_result *res)
{
	struct mem *mem = script->arena.mem;
	struct drill_run *run = mem_alloc(mem, sizeof(*run));

	memset(res, 0, sizeof(*res));
	strbuf_init(&res->what, mem);
	strbuf_init(&res->expected, mem);
	strbuf_init(&res->actual, mem);
	if (!run)
		return -ENOMEM;
	res->run = run;
	run->script = script;
	run->port = port;
	run->res = res;
	run->fd_test = -1;
	arena_init(&run->arena, mem);
	run->flows = arena_alloc(&run->arena, 1, sizeof(*run->flows));
	run->packet = arena_alloc(&run->arena, DRILL_PACKET_MAX, 1);
	run->held = arena_alloc(&run->arena, DRILL_PACKET_MAX, 1);
	if (!run->flows || !run->packet || !run->held)
		return -ENOMEM;
	flows_init(run->flows);
	run->base_ns = port->ops->now(port);
	play(run, flags);
	return arena_is_out(&run->arena) ? -ENOMEM : 0;
}

void drill_result_fini(struct drill_result *res)
{
	struct mem *mem;

	strbuf_fini(&res->what);
	strbuf_fini(&res->expected);
	strbuf_fini(&res->actual);
	if (!res->run)
		return;
	mem = res->run->arena.mem;
	arena_fini(&res->run->arena);
	mem_free(mem, res->run, sizeof(*res->run));
	res->run = NULL;
}
