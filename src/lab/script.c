// SPDX-License-Identifier: MIT
/*
 * script.c - what happens, and when
 *
 * Theory of operation
 * ===================
 * Each line of the script is given to the world, which calls it at its time.
 * A line begins with an event of kind "action" (or "fault") that has no cause:
 * somebody wanted it.  While the line acts, that event is the cause, and so the
 * cause of everything that follows, down to the last frame.
 *
 * A line that a host cannot do because it is off says so and is done.
 */
#include <errno.h>
#include <string.h>

#include "base/check.h"

#include "lab/run_group.h"
#include "lab/run_int.h"

static void text_duration(struct strbuf *out, uint64_t ns)
{
	value_print(out, VALUE_DURATION, ns);
}

static void text_names(struct strbuf *out, const struct lab_seq *seq)
{
	const struct lab_str *s = seq->items;

	for (size_t i = 0; i < seq->count; i++)
		strbuf_printf(out, "%s%s", i ? ", " : "", s[i].s);
}

static void text_value(struct strbuf *out, const char *what,
		       enum value_unit unit, const struct lab_num *n)
{
	if (!n->is_set)
		return;
	strbuf_printf(out, " %s ", what);
	value_print(out, unit, n->v);
}

static void text_cable_fault(struct strbuf *out, const struct lab_fault *f)
{
	const struct lab_cable *c = &f->cable;

	strbuf_printf(out, "%s -- %s", f->link.a.s, f->link.b.s);
	strbuf_puts(out, f->down.is_set ? " down" : "");
	text_value(out, "delay", VALUE_DURATION, &c->delay);
	text_value(out, "jitter", VALUE_DURATION, &c->jitter);
	text_value(out, "rate", VALUE_RATE, &c->rate);
	text_value(out, "loss", VALUE_PERCENT, &c->loss);
	text_value(out, "dup", VALUE_PERCENT, &c->dup);
	text_value(out, "corrupt", VALUE_PERCENT, &c->corrupt);
	text_value(out, "bit-errors", VALUE_PERCENT, &c->bit_errors);
	if (c->fec.is_set)
		strbuf_puts(out, c->fec.v ? " fec reed-solomon" : " fec off");
	text_value(out, "reorder", VALUE_PERCENT, &c->reorder);
	text_value(out, "queue", VALUE_SIZE, &c->queue);
	text_value(out, "ecn", VALUE_SIZE, &c->ecn);
	if (f->down.v) {
		strbuf_puts(out, " for ");
		text_duration(out, f->down.v);
	}
}

static void text_partition(struct strbuf *out, const struct lab_seq *groups)
{
	const struct lab_seq *group = groups->items;

	strbuf_puts(out, "partition: ");
	for (size_t i = 0; i < groups->count; i++) {
		strbuf_puts(out, i ? " | " : "");
		text_names(out, &group[i]);
	}
}

static void text_fault(struct strbuf *out, const struct lab_fault *f)
{
	if (f->link.a.s)
		text_cable_fault(out, f);
	else if (f->partition.is_set)
		text_partition(out, &f->partition);
	else if (f->drop.item.is_set)
		strbuf_printf(out, "nothing%s from %s reaches %s",
			      f->drop.over.v == LAB_OVER_IPV4	? " of IPv4"
			      : f->drop.over.v == LAB_OVER_IPV6 ? " of IPv6"
								: "",
			      f->drop.from.s, f->drop.to.s);
	else if (f->match.s)
		strbuf_printf(out, "drop number %llu of: %s",
			      (unsigned long long)f->nth.v, f->match.s);
	else
		strbuf_printf(out, "%s %s", f->host.s,
			      f->freeze.is_set ? "freezes"
			      : f->kill.is_set ? "loses power"
					       : "restarts");
}

static void text_words(struct strbuf *out, const struct lab_line *spec)
{
	const struct lab_str *s = spec->run.items;

	strbuf_printf(out, "%s runs", spec->on.s);
	for (size_t i = 0; i < spec->run.count; i++)
		strbuf_printf(out, " %s", s[i].s);
}

void line_text(const struct run_line *line, struct strbuf *out)
{
	const struct lab_line *spec = line->spec;

	if (spec->visit.s)
		strbuf_printf(out, "%s visits %s", spec->on.s, spec->visit.s);
	else if (spec->connect.s)
		strbuf_printf(out, "%s keeps a connection to %s", spec->on.s,
			      spec->connect.s);
	else if (spec->ping.s)
		strbuf_printf(out, "%s pings %s", spec->on.s, spec->ping.s);
	else if (spec->trace.s)
		strbuf_printf(out, "%s looks for the way to %s", spec->on.s,
			      spec->trace.s);
	else if (group_is_line(spec))
		group_line_text(spec, out);
	else if (spec->run.count)
		text_words(out, spec);
	else
		text_fault(out, &spec->fault);
}

/* Say what begins; what the line does is caused by it. */
static void line_begin(struct run_line *line)
{
	struct place *place = line->node->host->node.place;
	struct env *env = run_env(line->run);
	char text[256];
	struct strbuf sb;

	strbuf_init_fixed(&sb, text, sizeof(text));
	line_text(line, &sb);
	env->cause = 0;
	line->event = PROBE(place, EV_ACTION, R_ACTION, NULL,
			    EVF_TEXT("text", strbuf_text(&sb)));
	env->cause = line->event;
}

static void on_line(void *arg)
{
	struct run_line *line = arg;
	struct env *env = run_env(line->run);
	int err = 0;

	line_begin(line);
	if (!line->node->host->is_on)
		err = -EHOSTDOWN;
	else if (line->spec->visit.s)
		err = node_visit(line);
	else if (line->spec->connect.s)
		connect_begin(line);
	else if (line->spec->trace.s)
		trace_begin(line);
	else if (group_is_line(line->spec))
		group_begin(line);
	else if (line->spec->run.count)
		err = program_begin(line);
	else
		ping_begin(line);
	if (err) {
		PROBE(line->node->host->node.place, EV_APP, R_VISIT_FAIL, NULL,
		      EVF_TEXT("url",
			       line->spec->visit.s ? line->spec->visit.s : ""),
		      EVF_TEXT("text", strerror(-err)));
		line->is_done = true;
	}
	env->cause = 0;
}

int script_schedule(struct lab_run *run)
{
	const struct lab_line *spec = run->lab->spec.script.items;
	int err = 0;

	for (size_t i = 0; i < run_line_count(run) && !err; i++) {
		struct run_line *line = &run->lines[i];

		line->run = run;
		line->spec = &spec[i];
		if (spec[i].on.s)
			line->node = run_node(run, spec[i].on.s);
		if (spec[i].fault.item.is_set)
			err = fault_schedule(line);
		else
			err = world_at(run->world, spec[i].when.v, on_line,
				       line);
	}
	return err;
}

bool script_is_done(void *arg)
{
	const struct lab_run *run = arg;

	for (size_t i = 0; i < run_line_count(run); i++)
		if (!run->lines[i].is_done)
			return false;
	return true;
}

void script_forget_host(struct lab_run *run, const struct run_node *n)
{
	for (size_t i = 0; i < run_line_count(run); i++) {
		struct run_line *line = &run->lines[i];

		group_forget(line, n);
		if (line->node != n || !line->spec)
			continue;
		if (line->spec->ping.s || line->spec->trace.s)
			ping_forget(line);
		if (line->spec->connect.s)
			connect_forget(line);
		if (line->spec->visit.s &&
		    (line->is_active || line->is_waiting)) {
			line->is_active = line->is_waiting = false;
			line->is_done = true;
		}
	}
}

/* Event of the @number-th line of which @is_it. */
static uint32_t nth_event(const struct lab_run *run, size_t number,
			  bool is_visit)
{
	for (size_t i = 0; i < run_line_count(run); i++) {
		const struct lab_line *spec = run->lines[i].spec;

		if (!(is_visit ? spec->visit.s : spec->ping.s))
			continue;
		if (--number == 0)
			return run->lines[i].event;
	}
	return 0;
}

uint32_t lab_run_visit_event(const struct lab_run *run, size_t number)
{
	return nth_event(run, number, true);
}

uint32_t lab_run_ping_event(const struct lab_run *run, size_t number)
{
	return nth_event(run, number, false);
}
