// SPDX-License-Identifier: MIT
/*
 * expect_group.c - who heard what was sent to a group
 *
 * Theory of operation
 * ===================
 * Each datagram of a line `send` carries the line's number and its own, so
 * "each exactly once, by these and by nobody else" is a table of counts: for
 * each host that is named a row of bits for the numbers that it has heard.  A
 * number out of range, a bit that is set already, a host that is not named:
 * each is enough to fail.
 *
 * What a switch did are its counters.
 */
#include <stdio.h>
#include <string.h>

#include "lab/expect_int.h"
#include "lab/run_group.h"
#include "lab/run_int.h"

/* The @number-th line `send`, NULL: there is none. */
static const struct run_line *send_line(const struct expect *x, uint64_t number)
{
	for (size_t i = 0; i < run_line_count(x->run); i++)
		if (x->run->lines[i].spec->send.s && --number == 0)
			return &x->run->lines[i];
	return NULL;
}

/* What the log says of one line. */
struct send_sum {
	const struct run_line *line;
	uint64_t number; /* of the line in the file */
	uint64_t sent, received;
};

static bool is_heard(const struct send_sum *s, const struct log_event *ev)
{
	return ev->what == R_GROUP_HEARD &&
	       (uint64_t)log_num(ev, "line", 0) == s->number;
}

static void sum_up(const struct expect *x, struct send_sum *s)
{
	for (uint32_t n = 1; n <= trace_log_count(x->log); n++) {
		const struct log_event *ev = trace_log_get(x->log, n);

		s->sent += ev->what == R_GROUP_SENT &&
			   x->root[n] == s->line->event;
		s->received += is_heard(s, ev);
	}
}

static size_t place_of(const struct lab_expect *e, const char *host)
{
	const struct lab_str *by = e->by.items;
	size_t i = 0;

	while (i < e->by.count && strcmp(by[i].s, host) != 0)
		i++;
	return i;
}

/* The first thing that is wrong, in words; NULL: nothing. */
static const char *find_wrong(struct expect *x, const struct lab_expect *e,
			      const struct send_sum *s, struct strbuf *text)
{
	uint64_t count = s->line->spec->count.v;
	uint8_t *heard =
		arena_alloc(&x->arena, (e->by.count + 1) * (count + 1), 1);

	for (uint32_t n = 1; heard && n <= trace_log_count(x->log); n++) {
		const struct log_event *ev = trace_log_get(x->log, n);
		uint64_t number = (uint64_t)log_num(ev, "number", 0);
		size_t i;

		if (!is_heard(s, ev))
			continue;
		i = place_of(e, ev->host);
		if (i < e->by.count && number <= count &&
		    !heard[i * (count + 1) + number]++)
			continue;
		strbuf_printf(text, "%s heard number %llu%s", ev->host,
			      (unsigned long long)number,
			      i < e->by.count ? " twice" : "");
		return strbuf_text(text);
	}
	return NULL;
}

static void expect_by(struct expect *x, const struct lab_expect *e,
		      const struct send_sum *s, const char *about)
{
	const struct lab_str *by = e->by.items;
	char what[256], seen[160];
	struct strbuf a, b;
	unsigned long long all = s->sent * e->by.count;
	const char *wrong;

	strbuf_init_fixed(&a, what, sizeof(what));
	strbuf_init_fixed(&b, seen, sizeof(seen));
	strbuf_printf(&a, "%s: each once by ", about);
	if (!e->by.count)
		strbuf_puts(&a, "nobody");
	for (size_t i = 0; i < e->by.count && i < 8; i++)
		strbuf_printf(&a, "%s%s", i ? ", " : "", by[i].s);
	if (e->by.count > 8)
		strbuf_printf(&a, " and %zu more", e->by.count - 8);
	if (e->by.count)
		strbuf_puts(&a, ", and by nobody else");
	wrong = find_wrong(x, e, s, &b);
	/* Nobody heard one twice, so the number says whether all heard all. */
	if (!wrong && s->received != all) {
		strbuf_printf(&b, "%llu of %llu were heard",
			      (unsigned long long)s->received, all);
		wrong = strbuf_text(&b);
	}
	expect_report(x, !wrong, strbuf_text(&a), wrong ? wrong : "");
}

void expect_send(struct expect *x, const struct lab_expect *e)
{
	struct send_sum s = {.line = send_line(x, e->send.v)};
	char about[32];

	if (!s.line)
		return;
	s.number = (uint64_t)(s.line - x->run->lines) + 1;
	sum_up(x, &s);
	(void)snprintf(about, sizeof(about), "send %llu",
		       (unsigned long long)e->send.v);
	expect_cmp(x, about, "sent", &e->sent, s.sent);
	expect_cmp(x, about, "received", &e->received, s.received);
	if (e->by.is_set)
		expect_by(x, e, &s, about);
}

static struct vswitch *switch_named(const struct expect *x, const char *name)
{
	const struct lab_lan *lan = lab_run_lab(x->run)->spec.lans.items;

	for (size_t i = 0; i < lab_run_lab(x->run)->spec.lans.count; i++)
		if (strcmp(lan[i].item.name.s, name) == 0)
			return x->run->lan_boxes[i].sw;
	return run_node(x->run, name)->box.sw;
}

void expect_switch(struct expect *x, const struct lab_expect *e)
{
	const struct switch_stats *stats =
		switch_stats(switch_named(x, e->switch_.s));
	char about[64];

	(void)snprintf(about, sizeof(about), "switch %s", e->switch_.s);
	expect_cmp(x, about, "grouped", &e->grouped, stats->grouped);
	expect_cmp(x, about, "spared", &e->spared, stats->spared);
	expect_cmp(x, about, "flooded", &e->flooded, stats->flooded);
}

/* Datagrams that reached a host which had not asked for them.  What is said of
 * groups, rather than to them, does not count: where no router is known yet, it
 * goes everywhere. */
void expect_unwanted(struct expect *x, const struct lab_expect *e)
{
	uint64_t count = 0;

	for (uint32_t n = 1; n <= trace_log_count(x->log); n++) {
		const struct log_event *ev = trace_log_get(x->log, n);
		const char *why = log_text(ev, "drop");

		count += ev->kind == EV_DROP && ev->what == R_UDP_SEND && why &&
			 strcmp(why, "ip_not_ours") == 0 &&
			 strcmp(ev->host, e->unwanted.s) == 0;
	}
	expect_cmp(x, e->unwanted.s, "unwanted", &e->is, count);
}
