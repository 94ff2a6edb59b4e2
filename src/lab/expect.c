// SPDX-License-Identifier: MIT
/*
 * expect.c - what must come of it, and what came
 *
 * Theory of operation
 * ===================
 * An expectation about a visit is about everything that the visit caused, on
 * whatever host.  Causes form a tree whose roots are the lines of the script;
 * root[n] is computed for all events in one pass, because a cause is always
 * earlier than its effect.  "The queries of visit 1" are then the queries
 * whose root is the event of that line.
 *
 * Each condition is reported by itself.  Those about the end of the lab are in
 * expect_end.c.
 */
#include "lab/expect.h"

#include <errno.h>
#include <string.h>

#include "lab/expect_int.h"
#include "lab/program.h"
#include "lab/run_group.h"
#include "trace/steps.h"

static const enum reason again[] = {
	R_TCP_SYN_AGAIN,  R_TCP_SYN_ACK_AGAIN,	 R_TCP_FIN_AGAIN,
	R_TCP_RETRANSMIT, R_TCP_FAST_RETRANSMIT, R_TCP_TLP,
};

void expect_report(struct expect *x, bool is_ok, const char *what,
		   const char *seen)
{
	x->failed += !is_ok;
	if (x->is_json) {
		json_open(&x->json, '{');
		json_key_text(&x->json, "expect", what);
		json_key_bool(&x->json, "ok", is_ok);
		json_key_text(&x->json, "seen", seen);
		json_close(&x->json, '}');
		return;
	}
	strbuf_printf(x->out, "  %s  %s", is_ok ? "OK    " : "FAILED", what);
	if (!is_ok)
		strbuf_printf(x->out, "; seen: %s", seen);
	strbuf_putc(x->out, '\n');
}

/* One comparison: "visit 1: status 200". */
static void report_cmp(struct expect *x, const char *about, const char *key,
		       const struct lab_cmp *want, enum value_unit unit,
		       uint64_t seen)
{
	char what[128], got[128];
	struct strbuf a, b;

	if (!want->is_set)
		return;
	strbuf_init_fixed(&a, what, sizeof(what));
	strbuf_init_fixed(&b, got, sizeof(got));
	strbuf_printf(&a, "%s: %s ", about, key);
	if (want->op != OP_EQ)
		strbuf_printf(&a, "%s ", value_op_name(want->op));
	value_print(&a, unit, want->v);
	value_print(&b, unit, seen);
	if (x->note)
		strbuf_printf(&b, " (%s)", x->note);
	expect_report(x, value_meets(seen, want->op, want->v), what, got);
}

void expect_cmp(struct expect *x, const char *about, const char *key,
		const struct lab_cmp *want, uint64_t seen)
{
	report_cmp(x, about, key, want, VALUE_NUMBER, seen);
}

static bool is_again(enum reason what)
{
	for (size_t i = 0; i < sizeof(again) / sizeof(again[0]); i++)
		if (again[i] == what)
			return true;
	return false;
}

/* What a visit came to, and what it caused. */
struct visit_sum {
	uint64_t status, octets, begin_ns, shown_ns;
	uint64_t queries, handshakes, again;
	bool is_shown;
	const char *failure;
};

/* Events in which the browser says how the visit goes. */
static void visit_tell(struct visit_sum *v, const struct log_event *ev)
{
	if (ev->what == R_VISIT_BEGIN) {
		v->begin_ns = ev->t_ns;
	} else if (ev->what == R_PAGE_SHOWN) {
		v->is_shown = true;
		v->shown_ns = ev->t_ns;
		v->octets = (uint64_t)log_num(ev, "octets", 0);
	} else if (ev->what == R_VISIT_END) {
		v->status = (uint64_t)log_num(ev, "status", 0);
	} else if (ev->what == R_VISIT_FAIL) {
		v->failure = log_text(ev, "text");
	}
}

static void visit_sum(const struct expect *x, uint32_t action,
		      struct visit_sum *v)
{
	const struct pattern query = {.kind = PATTERN_DNS};
	const struct topo *topo = &lab_run_lab(x->run)->topo;
	const char *host = trace_log_get(x->log, action)->host;

	for (uint32_t n = action; n <= trace_log_count(x->log); n++) {
		const struct log_event *ev = trace_log_get(x->log, n);

		if (x->root[n] != action)
			continue;
		visit_tell(v, ev);
		v->queries += match_event(&query, ev, topo);
		v->handshakes +=
			ev->what == R_TCP_OPENED && strcmp(ev->host, host) == 0;
		v->again += ev->kind == EV_TX && is_again(ev->what) &&
			    !frame_is_relayed(ev);
	}
}

static void expect_visit(struct expect *x, const struct lab_expect *e)
{
	uint32_t action = lab_run_visit_event(x->run, e->visit.v);
	struct visit_sum v = {0};
	char about[32];
	struct strbuf sb;

	if (action)
		visit_sum(x, action, &v);
	strbuf_init_fixed(&sb, about, sizeof(about));
	strbuf_printf(&sb, "visit %llu", (unsigned long long)e->visit.v);
	x->note = v.failure;
	report_cmp(x, about, "status", &e->status, VALUE_NUMBER, v.status);
	report_cmp(x, about, "body", &e->body, VALUE_SIZE, v.octets);
	if (e->time.is_set && !v.is_shown)
		expect_report(x, false, "visit: time", "no page was shown");
	else
		report_cmp(x, about, "time", &e->time, VALUE_DURATION,
			   v.shown_ns - v.begin_ns);
	x->note = NULL;
	report_cmp(x, about, "dns-queries", &e->dns_queries, VALUE_NUMBER,
		   v.queries);
	report_cmp(x, about, "tcp-handshakes", &e->tcp_handshakes, VALUE_NUMBER,
		   v.handshakes);
	report_cmp(x, about, "retransmissions", &e->retransmissions,
		   VALUE_NUMBER, v.again);
}

/* Each answer must meet the condition; the first that does not is shown. */
static void expect_rtt(struct expect *x, const char *about, uint32_t action,
		       const struct lab_cmp *want)
{
	uint64_t seen = 0;
	bool any = false;

	for (uint32_t n = action + 1; n <= trace_log_count(x->log); n++) {
		const struct log_event *ev = trace_log_get(x->log, n);

		if (ev->what != R_PING_ANSWER || x->root[n] != action)
			continue;
		any = true;
		seen = (uint64_t)log_num(ev, "rtt_ns", 0);
		if (!value_meets(seen, want->op, want->v))
			break;
	}
	if (want->is_set && !any)
		expect_report(x, false, "ping: rtt", "no answer came");
	else
		report_cmp(x, about, "rtt", want, VALUE_DURATION, seen);
}

static void expect_ping(struct expect *x, const struct lab_expect *e)
{
	uint32_t action = lab_run_ping_event(x->run, e->ping.v);
	uint64_t sent = 0, received = 0;
	char about[32];
	struct strbuf sb;

	for (uint32_t n = 1; action && n <= trace_log_count(x->log); n++) {
		enum reason what = trace_log_get(x->log, n)->what;

		if (x->root[n] != action)
			continue;
		sent += what == R_PING_SENT;
		received += what == R_PING_ANSWER;
	}
	strbuf_init_fixed(&sb, about, sizeof(about));
	strbuf_printf(&sb, "ping %llu", (unsigned long long)e->ping.v);
	report_cmp(x, about, "sent", &e->sent, VALUE_NUMBER, sent);
	report_cmp(x, about, "received", &e->received, VALUE_NUMBER, received);
	expect_rtt(x, about, action, &e->rtt);
}

static void expect_run(struct expect *x, const struct lab_expect *e)
{
	int status = lab_run_program_status(x->run, e->run.v);
	char about[32];
	struct strbuf sb;

	strbuf_init_fixed(&sb, about, sizeof(about));
	strbuf_printf(&sb, "run %llu", (unsigned long long)e->run.v);
	if (status < 0)
		expect_report(x, false, about, "it has not ended");
	else
		report_cmp(x, about, "status", &e->status, VALUE_NUMBER,
			   (uint64_t)status);
}

static bool pattern_of(struct expect *x, const struct lab_str *text,
		       struct pattern *p)
{
	struct diag none;

	diag_init(&none, &x->arena, "", "", 0);
	return pattern_parse(p, text, &none);
}

/* Events that fit the patterns, one after the other. */
static void expect_order(struct expect *x, const struct lab_expect *e)
{
	const struct topo *topo = &lab_run_lab(x->run)->topo;
	const struct lab_str *s = e->order.items;
	char what[256], seen[128];
	struct strbuf a, b;
	struct pattern p;
	uint32_t n = 0;
	size_t i;

	for (i = 0; i < e->order.count; i++) {
		if (!pattern_of(x, &s[i], &p))
			return;
		for (n++; n <= trace_log_count(x->log); n++)
			if (match_event(&p, trace_log_get(x->log, n), topo))
				break;
		if (n > trace_log_count(x->log))
			break;
	}
	strbuf_init_fixed(&a, what, sizeof(what));
	strbuf_init_fixed(&b, seen, sizeof(seen));
	strbuf_puts(&a, "order: ");
	for (size_t j = 0; j < e->order.count; j++)
		strbuf_printf(&a, "%s%s", j ? ", " : "", s[j].s);
	if (i < e->order.count && i)
		strbuf_printf(&b, "no %s after %s", s[i].s, s[i - 1].s);
	else if (i < e->order.count)
		strbuf_printf(&b, "no %s", s[i].s);
	expect_report(x, i == e->order.count, what, seen);
}

static void expect_count(struct expect *x, const struct lab_expect *e)
{
	const struct topo *topo = &lab_run_lab(x->run)->topo;
	struct pattern p;
	uint64_t count = 0;

	if (!pattern_of(x, &e->count, &p))
		return;
	for (uint32_t n = 1; n <= trace_log_count(x->log); n++)
		count += match_event(&p, trace_log_get(x->log, n), topo);
	report_cmp(x, e->count.s, "count", &e->is, VALUE_NUMBER, count);
}

/* Frames that a cable did not deliver, whatever the reason. */
static void expect_lost(struct expect *x, const struct lab_expect *e)
{
	uint64_t lost = 0;

	for (uint32_t n = 1; n <= trace_log_count(x->log); n++) {
		const struct log_event *ev = trace_log_get(x->log, n);

		lost += visit_is_loss(ev);
	}
	report_cmp(x, "all cables", "lost", &e->lost, VALUE_NUMBER, lost);
}

static void expect_one(struct expect *x, const struct lab_expect *e)
{
	if (e->visit.is_set)
		expect_visit(x, e);
	else if (e->ping.is_set)
		expect_ping(x, e);
	else if (e->run.is_set)
		expect_run(x, e);
	else if (e->order.is_set)
		expect_order(x, e);
	else if (e->count.s)
		expect_count(x, e);
	else if (e->lost.is_set)
		expect_lost(x, e);
	else if (e->send.is_set)
		expect_send(x, e);
	else if (e->switch_.s)
		expect_switch(x, e);
	else if (e->unwanted.s)
		expect_unwanted(x, e);
	else
		expect_at_end(x, e);
}

/* root[n]: the event without a cause that n goes back to. */
static bool roots_find(struct expect *x)
{
	uint32_t count = trace_log_count(x->log);

	x->root = arena_alloc(&x->arena, count + 1, sizeof(*x->root));
	for (uint32_t n = 1; x->root && n <= count; n++) {
		uint32_t cause = trace_log_get(x->log, n)->cause;

		x->root[n] = cause && cause < n ? x->root[cause] : n;
	}
	return x->root;
}

int expectations_check(struct lab_run *run, struct strbuf *out, bool is_json)
{
	const struct lab *lab = lab_run_lab(run);
	const struct lab_expect *e = lab->spec.expect.items;
	struct expect x = {
		.run = run,
		.log = lab_run_log(run),
		.out = out,
		.is_json = is_json,
	};
	int failed;

	arena_init(&x.arena, lab->arena.mem);
	if (is_json) {
		x.json = json_begin(out);
		json_open(&x.json, '[');
	}
	if (roots_find(&x))
		for (size_t i = 0; i < lab->spec.expect.count; i++)
			expect_one(&x, &e[i]);
	if (is_json)
		json_close(&x.json, ']');
	failed = arena_is_out(&x.arena) ? -ENOMEM : x.failed;
	arena_fini(&x.arena);
	return failed;
}
