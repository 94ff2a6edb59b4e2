// SPDX-License-Identifier: MIT
/*
 * story.c - frames of a stretch of the log as a ladder
 *
 * Each frame is drawn when it is sent, from who sends it to where it arrives:
 * the next column on its way, or a cross if it is lost before.  States stand
 * under the columns after what changed them; timers that fire and faults cut
 * across.
 */

#include "trace/story.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"

#include "trace/explain.h"
#include "trace/frame.h"
#include "trace/label.h"
#include "trace/names.h"

#define NOTE_MAX  240
#define DEPTH_MAX 40

/* States that wait to be written under their columns. */
struct states {
	char text[LADDER_COLUMNS_MAX][48];
	bool is_set;
	int only;     /* the column of all of them, or -1 */
	bool is_sent; /* entered by sending what comes next */
};

/* Where a frame ends up, as far as the story goes. */
struct fate {
	const struct log_event *arrival; /* at a column, or NULL */
	const struct log_event *drop;	 /* on the way, or NULL */
};

int story_column(const struct story *s, const char *host)
{
	int i;

	for (i = 0; i < s->count; i++)
		if (!strcmp(s->hosts[i], host))
			return i;
	return -1;
}

void story_add_host(struct story *s, const char *host)
{
	if (host && s->count < LADDER_COLUMNS_MAX && story_column(s, host) < 0)
		s->hosts[s->count++] = host;
}

static bool opens(enum reason what)
{
	return what == R_TCP_SYN || what == R_TCP_SYN_AGAIN ||
	       what == R_TCP_SYN_ACK || what == R_TCP_SYN_ACK_AGAIN ||
	       what == R_TCP_ACK_SYN || what == R_TCP_RST_REFUSED;
}

static bool is_of_family(const struct story *s, const struct frame_view *v)
{
	return !s->family || frame_src(v).family == s->family;
}

static bool is_error(const struct frame_view *v)
{
	return (v->has_icmp && icmp4_is_error(v->icmp.type)) ||
	       (v->has_icmp6 && v->icmp6.type < 128);
}

static bool is_of_part(const struct story *s, enum reason what)
{
	return s->part == STORY_ALL ||
	       opens(what) == (s->part == STORY_OPENING);
}

bool story_has(const struct story *s, const struct log_event *ev)
{
	struct frame_view v;

	if (ev->kind != EV_TX || !frame_view(&v, ev))
		return false;
	if (!strcmp(s->proto, "arp"))
		return v.has_arp || (v.has_icmp6 && nd_is_type(v.icmp6.type));
	if (!strcmp(s->proto, "dns"))
		return v.has_udp && (v.sport == 53 || v.dport == 53);
	if (!strcmp(s->proto, "tcp"))
		return is_of_family(s, &v) &&
		       ((v.has_tcp && is_of_part(s, ev->what)) || is_error(&v));
	return v.has_icmp;
}

static bool is_for_group(const struct log_event *ev)
{
	struct frame_view v;

	return frame_view(&v, ev) && mac_is_group(v.dst_mac);
}

/* Not lost: a copy of a flood that came to somebody whom it does not concern,
 * or a message that was understood and needs nothing more. */
static bool is_lost(const struct log_event *ev)
{
	const char *drop = log_text(ev, "drop");

	return ev->frame && drop && strcmp(drop, "l2_other") != 0 &&
	       strcmp(drop, "arp_other") != 0 &&
	       !(is_for_group(ev) && strcmp(drop, "ip_not_ours") == 0);
}

/* Follow the copies of a frame to a column that is not @from. */
static void find_fate(const struct story *s, const struct log_event *tx,
		      int from, int depth, struct fate *fate)
{
	uint32_t n = tx->n;

	while (!fate->arrival && depth < DEPTH_MAX &&
	       (n = trace_log_next_child(s->log, tx->n, n))) {
		const struct log_event *ev = trace_log_get(s->log, n);
		int column = story_column(s, ev->host);

		if (ev->kind == EV_DROP && is_lost(ev) && !fate->drop)
			fate->drop = ev;
		else if (ev->kind == EV_RX && column >= 0 && column != from)
			fate->arrival = ev;
		else if (ev->kind != EV_TX || frame_is_relayed(ev))
			find_fate(s, ev, from, depth + 1, fate);
	}
}

/* What the program said that made the frame: more than that it is UDP. */
static const struct log_event *spoken(const struct story *s,
				      const struct log_event *ev)
{
	const struct log_event *by = ev;

	if (ev->what != R_UDP_SEND)
		return ev;
	while (by->cause && (by == ev || by->kind == EV_CALL)) {
		by = trace_log_get(s->log, by->cause);
		if (by->kind == EV_APP && !strcmp(by->host, ev->host))
			return by;
	}
	return ev;
}

static void put_note(const struct story *s, const struct log_event *ev,
		     const struct fate *fate, char *note)
{
	struct strbuf sb;

	strbuf_init_fixed(&sb, note, NOTE_MAX);
	strbuf_printf(&sb, "#%u ", ev->n);
	if (fate->drop && !fate->arrival)
		explain_say(s->log, fate->drop, &sb);
	else
		explain_say(s->log, spoken(s, ev), &sb);
}

static uint64_t since(const struct story *s, const struct log_event *ev)
{
	return ev->t_ns > s->begin_ns ? ev->t_ns - s->begin_ns : 0;
}

static void draw_states(struct ladder *l, struct states *st)
{
	const char *texts[LADDER_COLUMNS_MAX];
	int i;

	if (!st->is_set)
		return;
	for (i = 0; i < l->count; i++) {
		texts[i] = *st->text[i] ? st->text[i] : NULL;
	}
	ladder_texts(l, texts, true);
	memset(st, 0, sizeof(*st));
}

/* For a lost frame: the column it was meant for. */
static int meant_for(const struct story *s, const struct log_event *ev,
		     int from)
{
	struct frame_view v;
	char ip[IP_TEXT];
	const char *name;
	int to = -1;

	if (frame_view(&v, ev) && frame_dst(&v).family) {
		name = name_for_ip(s->log, ip_addr_print(frame_dst(&v), ip));
		to = name ? story_column(s, name) : -1;
	}
	if (to >= 0 && to != from)
		return to;
	return from ? 0 : s->count - 1;
}

static void draw_frame(const struct story *s, struct ladder *l,
		       const struct log_event *ev, int from)
{
	struct fate fate = {0};
	char label[96], note[NOTE_MAX];
	struct strbuf sb;

	find_fate(s, ev, from, 0, &fate);
	if (!fate.arrival && !fate.drop)
		return;
	strbuf_init_fixed(&sb, label, sizeof(label));
	frame_label(s->log, ev, &sb);
	put_note(s, ev, &fate, note);
	if (fate.arrival)
		ladder_arrow(l, since(s, ev), from,
			     story_column(s, fate.arrival->host), label, note);
	else if (s->count > 1)
		ladder_lost(l, since(s, ev), from, meant_for(s, ev, from),
			    label, note);
}

/* A listener has no peer; that it ends says nothing about a connection. */
static bool is_end_of_listener(const struct log_event *ev)
{
	const char *from = log_text(ev, "from");

	return from && !strcmp(from, "LISTEN") &&
	       strcmp(log_text(ev, "to"), "CLOSED") == 0;
}

/* States that a host enters by sending: told after what it sends. */
static bool is_entered_by_sending(const char *to)
{
	return !strcmp(to, "SYN-SENT") || !strcmp(to, "FIN-WAIT-1") ||
	       !strcmp(to, "LAST-ACK");
}

static bool is_state_of_part(const struct story *s, const char *to)
{
	bool is_opening = !strncmp(to, "SYN-", 4) ||
			  !strcmp(to, "ESTABLISHED") || !strcmp(to, "CLOSED");

	return s->part == STORY_ALL || is_opening == (s->part == STORY_OPENING);
}

static bool is_state_of_family(const struct story *s,
			       const struct log_event *ev)
{
	const char *remote = log_text(ev, "remote");

	return !s->family || !remote ||
	       (*remote == '[') == (s->family == IP_V6);
}

static void note_state(const struct story *s, struct ladder *l,
		       struct states *st, const struct log_event *ev,
		       int column)
{
	const char *to = log_text(ev, "to");
	char time[LADDER_TIME];

	if (!to || is_end_of_listener(ev) || !is_state_of_part(s, to) ||
	    !is_state_of_family(s, ev))
		return;
	if (*st->text[column])
		draw_states(l, st);
	if (l->has_time && since(s, ev) > l->last_ns)
		snprintf(st->text[column], sizeof(st->text[0]), "%s (%s)", to,
			 ladder_time(since(s, ev), time));
	else
		snprintf(st->text[column], sizeof(st->text[0]), "%s", to);
	st->only = !st->is_set || st->only == column ? column : -1;
	st->is_sent = is_entered_by_sending(to);
	st->is_set = true;
}

/* A frame, and the states before it unless it is by sending that its host came
 * to be in them. */
static void draw_frame_and_states(const struct story *s, struct ladder *l,
				  struct states *st, const struct log_event *ev,
				  int column)
{
	if (st->is_set && !(st->is_sent && st->only == column))
		draw_states(l, st);
	draw_frame(s, l, ev, column);
}

/* "learns laptop=p1": an entry as short as it can be said. */
static void put_mark(const struct story *s, const struct log_event *ev,
		     struct strbuf *out)
{
	const char *mac = log_text(ev, "mac"), *port = log_text(ev, "port");
	const char *ip = log_text(ev, "ip"), *name;

	if (ev->what == R_ARP_FAIL || ev->what == R_ND_FAIL) {
		strbuf_printf(out, "nobody is %s", ip ? ip : "there");
		return;
	}
	name = mac ? name_of_mac(s->log, mac) : NULL;
	if (ev->what == R_SW_LEARN)
		strbuf_printf(out, "learns %s=%s", name ? name : mac, port);
	else
		strbuf_printf(out, "learns %s=%s", ip, name ? name : mac);
}

static void draw_mark(const struct story *s, struct ladder *l,
		      const struct log_event *ev, int column)
{
	char text[NOTE_MAX], note[NOTE_MAX];
	struct strbuf sb;

	strbuf_init_fixed(&sb, text, sizeof(text));
	put_mark(s, ev, &sb);
	strbuf_init_fixed(&sb, note, sizeof(note));
	explain_say(s->log, ev, &sb);
	ladder_mark(l, since(s, ev), column, text, note);
}

static bool is_marked(const struct story *s, const struct log_event *ev)
{
	if (strcmp(s->proto, "arp") != 0)
		return false;
	return ev->what == R_ARP_LEARN || ev->what == R_SW_LEARN ||
	       ev->what == R_ARP_FAIL || ev->what == R_ND_LEARN ||
	       ev->what == R_ND_FAIL;
}

static bool is_pause(const struct log_event *ev)
{
	return ev->kind == EV_TIMER &&
	       (ev->what == R_TCP_RTO || ev->what == R_TCP_PERSIST ||
		ev->what == R_TCP_TLP_TIMER ||
		ev->what == R_TCP_REORDER_TIMER ||
		ev->what == R_TCP_KEEP_TIMER || ev->what == R_DNS_RETRY ||
		ev->what == R_ARP_TIMER || ev->what == R_ND_TIMER);
}

static void draw_pause(const struct story *s, struct ladder *l,
		       const struct log_event *ev, bool is_fault)
{
	char text[NOTE_MAX];
	struct strbuf sb;

	strbuf_init_fixed(&sb, text, sizeof(text));
	explain_say(s->log, ev, &sb);
	ladder_pause(l, since(s, ev), text, is_fault);
}

static bool is_own_frame(const struct story *s, const struct log_event *ev)
{
	return story_has(s, ev) && (s->is_hops || !frame_is_relayed(ev));
}

static void draw_event(const struct story *s, struct ladder *l,
		       struct states *st, const struct log_event *ev)
{
	int column = story_column(s, ev->host);

	if (ev->kind == EV_FAULT) {
		draw_states(l, st);
		draw_pause(s, l, ev, true);
	} else if (column < 0) {
		return;
	} else if (is_own_frame(s, ev)) {
		draw_frame_and_states(s, l, st, ev, column);
	} else if (ev->what == R_TCP_STATE && !strcmp(s->proto, "tcp")) {
		note_state(s, l, st, ev, column);
	} else if (is_marked(s, ev)) {
		draw_mark(s, l, ev, column);
	} else if (is_pause(ev) && !strcmp(ev->proto, s->proto)) {
		draw_states(l, st);
		draw_pause(s, l, ev, false);
	}
}

static void draw_head(const struct story *s, struct ladder *l)
{
	const char *second[LADDER_COLUMNS_MAX];
	int i;

	ladder_head(l, s->hosts);
	for (i = 0; i < s->count; i++) {
		second[i] = ip_of_node(s->log, s->hosts[i]);
		if (!second[i])
			second[i] = kind_of_node(s->log, s->hosts[i]);
	}
	ladder_texts(l, second, false);
}

/* The states in which the hosts of an opening are before it. */
static void draw_first_states(const struct story *s, struct ladder *l)
{
	const char *texts[LADDER_COLUMNS_MAX] = {NULL};
	uint32_t n;
	int column;

	if (s->part != STORY_OPENING)
		return;
	for (n = s->last; n >= s->first; n--) {
		const struct log_event *ev = trace_log_get(s->log, n);

		column = story_column(s, ev->host);
		if (ev->what == R_TCP_STATE && column >= 0)
			texts[column] = log_text(ev, "from");
	}
	ladder_texts(l, texts, true);
}

void story_draw(const struct story *s, struct strbuf *out)
{
	struct states st = {.only = -1};
	struct ladder l;
	uint32_t n;

	ladder_init(&l, out, s->count, s->is_ascii);
	draw_head(s, &l);
	draw_first_states(s, &l);
	for (n = s->first; n <= s->last; n++)
		draw_event(s, &l, &st, trace_log_get(s->log, n));
	draw_states(&l, &st);
}
