// SPDX-License-Identifier: MIT
/*
 * visit_print.c - a visit on the screen: the line, the table, the ladders
 *
 * Nothing is said here that was not computed from the log of this run: times
 * and results come from the steps, titles from their hosts and addresses.
 */

#include "trace/visit_print.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"

#include "trace/label.h"
#include "trace/names.h"
#include "trace/story.h"
#include "trace/visit_frames.h"
#include "trace/visit_race.h"

#define RULE_WIDTH   98
#define NAME_WIDTH   24
#define RESULT_WIDTH 52
#define BAR_MAX	     19
#define TITLE_MAX    200

static double ms(uint64_t ns)
{
	return (double)ns / (double)NS_PER_MS;
}

static void put_headline(const struct visit_view *v,
			 const struct visit_style *style, struct strbuf *out)
{
	strbuf_printf(out, "visit %s   ", v->url);
	if (v->is_shown) {
		strbuf_printf(out, "%lld %s   %lld bytes", (long long)v->status,
			      status_phrase(v->status), (long long)v->octets);
		if (v->resources > 1)
			strbuf_printf(out, " in %lld files",
				      (long long)v->resources);
		if (v->skipped)
			strbuf_printf(out, ", %lld links not fetched",
				      (long long)v->skipped);
		strbuf_printf(out, "   %s after %.1f ms",
			      v->answers ? "page" : "from the browser's cache",
			      ms(v->end_ns - v->begin_ns));
	} else {
		strbuf_printf(out, "FAILED after %.1f ms: %s",
			      ms(v->end_ns - v->begin_ns),
			      v->failure ? v->failure : "not finished");
	}
	strbuf_printf(out, " (%s, seed %llu)   %u frame%s lost\n",
		      style->is_real ? "real time" : "virtual",
		      (unsigned long long)style->seed, v->frames_lost,
		      v->frames_lost == 1 ? "" : "s");
}

static void put_bar(uint64_t took, uint64_t longest, bool is_ascii,
		    struct strbuf *out)
{
	size_t n = longest ? (size_t)(took * BAR_MAX / longest) : 0;

	strbuf_repeat(out, is_ascii ? "#" : "█", n);
}

/* Text in a column of the table, cut if it is too wide. */
static void put_cell(const char *text, size_t width, bool is_ascii,
		     struct strbuf *out)
{
	size_t end = strbuf_width(out) + width, left = strlen(text);

	while (left) {
		uint32_t c;
		size_t n = utf8_decode(text, left, &c);

		if (strbuf_width(out) + utf8_width(text, left) >= end &&
		    strbuf_width(out) + 2 >= end) {
			strbuf_puts(out, is_ascii ? "." : "…");
			break;
		}
		strbuf_add(out, text, n);
		text += n;
		left -= n;
	}
	strbuf_pad_to(out, end);
}

static void put_row(size_t number, const struct step *s, uint64_t longest,
		    bool is_ascii, struct strbuf *out)
{
	uint64_t took = s->end_ns - s->begin_ns;

	strbuf_printf(out, "%2zu  ", number);
	put_cell(s->name, NAME_WIDTH, is_ascii, out);
	put_cell(s->result, RESULT_WIDTH, is_ascii, out);
	strbuf_printf(out, "%7.1f  ", ms(took));
	if (s->is_after)
		strbuf_puts(out, "(after the page)");
	else
		put_bar(took, longest, is_ascii, out);
	while (out->len && out->text && out->text[out->len - 1] == ' ')
		strbuf_truncate(out, out->len - 1);
	strbuf_putc(out, '\n');
}

static void put_page_row(const struct visit_view *v, bool is_ascii,
			 struct strbuf *out)
{
	strbuf_puts(out, "    ");
	put_cell(v->is_shown ? "page shown" : "gave up", NAME_WIDTH, is_ascii,
		 out);
	put_cell(v->failure ? v->failure : "", RESULT_WIDTH, is_ascii, out);
	strbuf_printf(out, "%7.1f\n", ms(v->end_ns - v->begin_ns));
}

static void put_table(const struct visit_view *v, bool is_ascii,
		      struct strbuf *out)
{
	uint64_t longest = 0;
	bool has_page = false;
	size_t i;

	for (i = 0; i < v->count; i++)
		if (!v->steps[i].is_after)
			longest =
				max_u64(longest, v->steps[i].end_ns -
							 v->steps[i].begin_ns);
	strbuf_printf(out, "\n #  %-*s%-*s%7s\n", NAME_WIDTH, "step",
		      RESULT_WIDTH, "result", "ms");
	for (i = 0; i < v->count; i++) {
		if (v->steps[i].is_after && !has_page) {
			put_page_row(v, is_ascii, out);
			has_page = true;
		}
		put_row(i + 1, &v->steps[i], longest, is_ascii, out);
	}
	if (!has_page)
		put_page_row(v, is_ascii, out);
}

/* Is the same host waiting for an answer already? */
static bool is_asking(const struct visit_view *v, uint32_t first,
		      const struct log_event *miss)
{
	uint32_t n;

	for (n = miss->n - 1; n >= first; n--) {
		const struct log_event *ev = trace_log_get(v->log, n);

		if (strcmp(ev->host, miss->host) != 0)
			continue;
		if (ev->what == R_ARP_LEARN)
			return false;
		if (ev->what == R_ARP_MISS)
			return true;
	}
	return false;
}

/* Time that hosts other than the visitor's spent on ARP during a step. */
static uint64_t far_arp_ns(const struct visit_view *v, const struct step *s)
{
	uint64_t sum = 0;
	uint32_t n, m;

	for (n = s->first; n <= s->last; n++) {
		const struct log_event *miss = trace_log_get(v->log, n);

		if (miss->what != R_ARP_MISS || !strcmp(miss->host, v->host) ||
		    is_asking(v, s->first, miss))
			continue;
		for (m = n + 1; m <= s->last; m++) {
			const struct log_event *got = trace_log_get(v->log, m);

			if (got->what == R_ARP_LEARN &&
			    !strcmp(got->host, miss->host)) {
				sum += got->t_ns - miss->t_ns;
				break;
			}
		}
	}
	return sum;
}

static void put_worth_knowing(const struct visit_view *v, struct strbuf *out)
{
	size_t i;

	for (i = 0; i < v->count; i++) {
		uint64_t far;

		if (v->steps[i].kind != STEP_DNS || !v->steps[i].is_done)
			continue;
		far = far_arp_ns(v, &v->steps[i]);
		if (far)
			strbuf_printf(out,
				      "    worth knowing: %.1f ms of step %zu "
				      "is ARP on far networks, which will "
				      "remember\n",
				      ms(far), i + 1);
	}
	if (v->retransmissions)
		strbuf_printf(out,
			      "    worth knowing: %u segment%s had to be sent "
			      "again\n",
			      v->retransmissions,
			      v->retransmissions == 1 ? "" : "s");
}

void visit_rule(const char *title, bool is_ascii, struct strbuf *out)
{
	size_t width = 4 + utf8_width(title, strlen(title));

	strbuf_puts(out, is_ascii ? "\n-- " : "\n── ");
	strbuf_puts(out, title);
	strbuf_putc(out, ' ');
	if (width < RULE_WIDTH)
		strbuf_repeat(out, is_ascii ? "-" : "─", RULE_WIDTH - width);
	strbuf_putc(out, '\n');
}

/* What a ladder is headed by. */
static void title_of(const struct visit_view *v, size_t number, bool is_ascii,
		     char *title)
{
	const struct step *s = &v->steps[number - 1];
	const char *peer = s->peer ? s->peer : "?";
	const char *dot = is_ascii ? "-" : "·";

	switch (s->kind) {
	case STEP_ARP:
		snprintf(title, TITLE_MAX,
			 "step %zu %s ARP: %s knows the IP of %s, not its MAC "
			 "address",
			 number, dot, v->host, peer);
		break;
	case STEP_ND:
		snprintf(title, TITLE_MAX,
			 "step %zu %s neighbour discovery: %s knows the IPv6 "
			 "address of %s, not its MAC address",
			 number, dot, v->host, peer);
		break;
	case STEP_RACE:
		snprintf(title, TITLE_MAX,
			 "step %zu %s IPv6 or IPv4? The name has addresses of "
			 "both",
			 number, dot);
		break;
	case STEP_DNS:
		snprintf(title, TITLE_MAX,
			 "step %zu %s DNS: who knows the address behind the "
			 "name?",
			 number, dot);
		break;
	case STEP_TCP:
		snprintf(title, TITLE_MAX, "step %zu %s %s   %s -> %s", number,
			 dot, s->name, v->host, peer);
		break;
	case STEP_HTTP:
	case STEP_CLOSE:
	case STEP_URL:
	case STEP_BROWSER_CACHE:
	case STEP_OS_CACHE:
	case STEP_KINDS:
	default:
		snprintf(title, TITLE_MAX, "step %zu %s %s", number, dot,
			 s->name);
		break;
	}
}

static const char *proto_of(enum step_kind kind)
{
	switch (kind) {
	case STEP_ARP:
	case STEP_ND:
		return "arp";
	case STEP_DNS:
		return "dns";
	case STEP_TCP:
	case STEP_HTTP:
	case STEP_CLOSE:
		return "tcp";
	case STEP_URL:
	case STEP_BROWSER_CACHE:
	case STEP_OS_CACHE:
	case STEP_RACE:
	case STEP_KINDS:
	default:
		return NULL;
	}
}

/* Columns: the boxes a frame of the story passes, in order of appearance. */
static void add_boxes(struct story *s)
{
	uint32_t n;

	for (n = s->first; n <= s->last; n++) {
		const struct log_event *ev = trace_log_get(s->log, n);

		if (ev->kind == EV_TX && story_has(s, ev))
			story_add_host(s, ev->host);
	}
}

/* Columns: who makes frames of the story. */
static void add_makers(struct story *s)
{
	uint32_t n;

	for (n = s->first; n <= s->last; n++) {
		const struct log_event *ev = trace_log_get(s->log, n);

		if (story_has(s, ev) && !log_num(ev, "relayed", 0))
			story_add_host(s, ev->host);
	}
}

static const char *server_of(const struct visit_view *v)
{
	size_t i;

	for (i = 0; i < v->count; i++)
		if (v->steps[i].kind == STEP_TCP)
			return v->steps[i].peer;
	return NULL;
}

/* The handshake is over for the visitor before it is for the server. */
static uint32_t end_of_opening(const struct visit_view *v, const struct step *s)
{
	uint32_t n, end = s->is_done ? s->last : v->last;

	for (n = end; s->peer && n <= v->last; n++) {
		const struct log_event *ev = trace_log_get(v->log, n);
		const char *to = log_text(ev, "to");

		if (ev->what == R_TCP_STATE && to && !strcmp(ev->host, s->peer))
			return strcmp(to, "ESTABLISHED") ? end : n;
	}
	return end;
}

static struct story story_of(const struct visit_view *v, const struct step *s,
			     const struct visit_style *style)
{
	struct story story = {
		.log = v->log,
		.first = s->first,
		.last = s->is_done ? s->last : v->last,
		.begin_ns = v->begin_ns,
		.proto = proto_of(s->kind),
		.is_hops = style->is_hops || s->kind == STEP_ARP ||
			   s->kind == STEP_ND,
		.is_ascii = style->is_ascii,
	};

	if (s->kind == STEP_TCP) {
		story.part = STORY_OPENING;
		story.family = step_family(v, s);
		story.last = end_of_opening(v, s);
	} else if (s->kind == STEP_HTTP || s->kind == STEP_CLOSE) {
		story.part = STORY_TALKING;
	}
	story_add_host(&story, v->host);
	if (story.is_hops)
		add_boxes(&story);
	else if (s->kind == STEP_DNS)
		add_makers(&story);
	else
		story_add_host(&story, s->peer ? s->peer : server_of(v));
	return story;
}

/* The handshake's real numbers, which the ladder shows relative. */
static void put_real_numbers(const struct visit_view *v, const struct step *s,
			     struct strbuf *out)
{
	struct frame_view view;
	uint32_t n, isn, irs;

	for (n = s->first; n <= s->last; n++) {
		const struct log_event *ev = trace_log_get(v->log, n);

		if (ev->kind != EV_RX || strcmp(ev->host, v->host) != 0 ||
		    ev->what != R_TCP_SYN_ACK || !frame_view(&view, ev) ||
		    frame_src(&view).family != step_family(v, s))
			continue;
		if (tcp_initial(v->log, ev, false, &irs) &&
		    tcp_initial(v->log, ev, true, &isn))
			strbuf_printf(out,
				      "   (real sequence numbers start at %u "
				      "and %u; shown relative)\n",
				      isn, irs);
		return;
	}
}

static void put_ladder(const struct visit_view *v, size_t number,
		       const struct visit_style *style, struct strbuf *out)
{
	const struct step *s = &v->steps[number - 1];
	char title[TITLE_MAX];
	struct story story;

	if (!proto_of(s->kind) && s->kind != STEP_RACE)
		return;
	title_of(v, number, style->is_ascii, title);
	visit_rule(title, style->is_ascii, out);
	if (s->kind == STEP_RACE) {
		visit_race(v, s, out);
		return;
	}
	story = story_of(v, s, style);
	story_draw(&story, out);
	if (s->kind == STEP_TCP)
		put_real_numbers(v, s, out);
}

/* What the drawing itself avoids may still be in a URL or a name. */
static void make_ascii(struct strbuf *out, size_t from)
{
	size_t at = from, to = from, len = out->len;

	while (at < len) {
		uint32_t c;
		size_t n = utf8_decode(out->text + at, len - at, &c);

		out->text[to++] = (char)(c < 0x80 ? out->text[at] : '?');
		at += n;
	}
	strbuf_truncate(out, to);
}

static void put_all(const struct visit_view *v, const struct visit_style *style,
		    struct strbuf *out)
{
	size_t i;

	put_headline(v, style, out);
	if (style->verbosity < 0)
		return;
	put_table(v, style->is_ascii, out);
	put_worth_knowing(v, out);
	for (i = 1; i <= v->count; i++)
		put_ladder(v, i, style, out);
	if (style->verbosity > 0)
		visit_frames(v, style->verbosity > 1, style->is_ascii, out);
}

void visit_print(const struct visit_view *v, const struct visit_style *style,
		 struct strbuf *out)
{
	size_t before = out->len;

	put_all(v, style, out);
	if (style->is_ascii)
		make_ascii(out, before);
}

static void step_json(const struct visit_view *v, const struct step *s,
		      struct json *j)
{
	json_open(j, '{');
	json_key_text(j, "kind", step_kind_name(s->kind));
	json_key_text(j, "step", s->name);
	json_key_text(j, "result", s->result);
	json_key_num(j, "begin_ns", (int64_t)(s->begin_ns - v->begin_ns));
	json_key_num(j, "ns", (int64_t)(s->end_ns - s->begin_ns));
	json_key_num(j, "first", s->first);
	json_key_num(j, "last", s->is_done ? s->last : v->last);
	json_key_bool(j, "done", s->is_done);
	json_key_bool(j, "after_page", s->is_after);
	if (s->kind == STEP_RACE)
		visit_race_json(v, s, j);
	json_close(j, '}');
}

void visit_print_json(const struct visit_view *v, uint64_t seed, struct json *j)
{
	size_t i;

	json_open(j, '{');
	json_key_text(j, "url", v->url);
	json_key_num(j, "seed", (int64_t)seed);
	json_key_bool(j, "shown", v->is_shown);
	json_key_num(j, "status", v->status);
	json_key_num(j, "octets", v->octets);
	json_key_num(j, "resources", v->resources);
	json_key_num(j, "answers", v->answers);
	json_key_text(j, "failure", v->failure);
	json_key_num(j, "ns", (int64_t)(v->end_ns - v->begin_ns));
	json_key_num(j, "frames_lost", v->frames_lost);
	json_key_num(j, "retransmissions", v->retransmissions);
	json_key(j, "steps");
	json_open(j, '[');
	for (i = 0; i < v->count; i++)
		step_json(v, &v->steps[i], j);
	json_close(j, ']');
	json_close(j, '}');
}
