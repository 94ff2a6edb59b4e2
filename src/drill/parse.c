// SPDX-License-Identifier: MIT
/*
 * parse.c - a script: option lines, and then events
 *
 *	script	{ --option=value } { [time] event }
 *	time	0.1 | +0.1 | * | 0.1~0.2 | +0.1~+0.2, and for calls that block
 *		... and the time they return: 0.1...0.2
 *	event	packet | call(...) = result | `sysctl ...` | %{ assert ... }%
 *
 * An event without a time happens together with the one before.
 */

#include <errno.h>
#include <string.h>

#include "drill/scan.h"

static const struct drill_config defaults = {
	.local_ip = 0xc0a80001,	 /* 192.168.0.1 */
	.remote_ip = 0xc0000201, /* 192.0.2.1 */
	.prefix_len = 16,
	.bind_port = 8080,
	.connect_port = 8080,
	.mtu = 1500,
	.tolerance_us = 4000,
	.tolerance_percent = 1,
};

static bool sees_time(struct scan *s)
{
	scan_skip(s);
	return scan_sees_digit(s) || scan_sees(s, "+") || scan_sees(s, "*") ||
	       scan_sees(s, ".");
}

static int parse_when_range(struct scan *s, struct drill_when *w)
{
	if (scan_sees(s, "+") != w->is_relative)
		return scan_expected(s, "both ends of a range alike: +a~+b or "
					"a~b");
	scan_accept(s, "+");
	if (scan_time(s, &w->to))
		return -EINVAL;
	if (w->to < w->from)
		return scan_expected(s, "a range that ends after it begins");
	return 0;
}

static int parse_when(struct scan *s, struct drill_when *w)
{
	int err;

	*w = (struct drill_when){.end = DRILL_ANY};
	if (!sees_time(s)) {
		w->is_relative = true;
		return 0;
	}
	if (scan_accept(s, "*")) {
		w->is_any = true;
		return 0;
	}
	w->is_relative = scan_accept(s, "+");
	err = scan_time(s, &w->from);
	w->to = w->from;
	if (!err && scan_accept(s, "~"))
		err = parse_when_range(s, w);
	if (!err && scan_accept(s, "...")) {
		err = scan_time(s, &w->end);
		if (!err && w->end < w->from)
			err = scan_expected(s, "a call that ends after it "
					       "begins");
	}
	return err;
}

static int parse_what(struct scan *s, struct drill_event *ev)
{
	if (scan_sees(s, "<") || scan_sees(s, ">")) {
		ev->kind = DE_PACKET;
		return parse_packet(s, &ev->packet);
	}
	if (scan_accept(s, "%{")) {
		ev->kind = DE_CODE;
		return parse_code(s, &ev->code);
	}
	if (scan_name_len(s)) {
		ev->kind = DE_CALL;
		return parse_call(s, &ev->call);
	}
	return scan_expected(s, "a packet (< or >), a call, a `command` or "
				"%{ assert }%");
}

/* What can be said of an event only when all of it is known. */
static int check_event(struct scan *s, const struct drill_event *ev, size_t at)
{
	bool is_out = ev->kind == DE_PACKET && !ev->packet->is_in;

	if (ev->when.is_any && !is_out)
		return scan_fail_at(s, at,
				    "only what the stack sends may come "
				    "at any time (*)");
	if (ev->when.from != ev->when.to && !is_out)
		return scan_fail_at(s, at,
				    "only what the stack sends may come "
				    "in a range of time (~)");
	if (ev->when.end != DRILL_ANY && ev->kind != DE_CALL)
		return scan_fail_at(s, at, "only calls block (...)");
	return 0;
}

/* The text of an event on one line. */
static const char *text_of(struct scan *s, size_t from)
{
	char *text = arena_text(s->arena, s->text + from, s->at - from);
	size_t i, n = 0;

	for (i = 0; text && text[i]; i++) {
		bool is_blank = text[i] == ' ' || text[i] == '\t' ||
				text[i] == '\n' || text[i] == '\r';

		if (is_blank && n && text[n - 1] == ' ')
			continue;
		text[n++] = is_blank ? ' ' : text[i];
	}
	if (n && text[n - 1] == ' ')
		n--;
	if (text)
		text[n] = '\0';
	return text;
}

static int parse_event(struct scan *s, struct drill_script *script)
{
	void *events = script->events;
	struct drill_pos pos = scan_pos(s);
	struct drill_event *ev;
	struct drill_when when;
	size_t from = s->at;
	int err = parse_when(s, &when);

	if (err)
		return err;
	if (scan_sees(s, "`"))
		return drill_parse_shell(s, script, &when);
	ev = arena_append(s->arena, &events, &script->count, sizeof(*ev));
	if (!ev)
		return -ENOMEM;
	script->events = events;
	ev->when = when;
	ev->pos = pos;
	err = parse_what(s, ev);
	if (!err)
		err = check_event(s, ev, from);
	if (err)
		return err;
	ev->text = text_of(s, from);
	return ev->text ? 0 : -ENOMEM;
}

static int parse_script(struct scan *s, struct drill_script *script)
{
	while (scan_accept(s, "--")) {
		int err = parse_config(s, &script->cfg);

		if (err)
			return err;
	}
	while (!scan_is_over(s)) {
		int err = parse_event(s, script);

		if (err)
			return err;
	}
	script->about = s->about ? s->about : "";
	return 0;
}

int drill_load(struct drill_script **out, struct mem *mem, const char *text,
	       size_t len, struct drill_error *err)
{
	struct drill_script *script = mem_alloc(mem, sizeof(*script));
	struct scan s = {.text = text, .len = len, .err = err};
	int ret;

	memset(err, 0, sizeof(*err));
	if (!script)
		return -ENOMEM;
	arena_init(&script->arena, mem);
	script->cfg = defaults;
	s.arena = &script->arena;
	ret = parse_script(&s, script);
	if (arena_is_out(&script->arena))
		ret = -ENOMEM;
	if (ret)
		drill_free(script);
	else
		*out = script;
	return ret;
}

void drill_free(struct drill_script *script)
{
	struct mem *mem;

	if (!script)
		return;
	mem = script->arena.mem;
	arena_fini(&script->arena);
	mem_free(mem, script, sizeof(*script));
}

const struct drill_config *drill_config_default(void)
{
	return &defaults;
}

const struct drill_config *drill_config(const struct drill_script *script)
{
	return &script->cfg;
}

const char *drill_about(const struct drill_script *script)
{
	return script->about;
}

size_t drill_event_count(const struct drill_script *script)
{
	return script->count;
}
