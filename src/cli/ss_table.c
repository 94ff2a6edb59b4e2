// SPDX-License-Identifier: MIT
/*
 * ss_table.c - sockets and epoll sets as tables
 *
 * A socket is what stands between a program and the network, so a row goes
 * from the one to the other: what has come in and was not read, what was
 * written and is not acknowledged, and who waits for either.
 */
#include <string.h>

#include "cli/look_rows.h"
#include "cli/table.h"

/* Names of holders and waiters in one cell; the rest is a number. */
enum { WHO_MAX = 3 };

static void put_queue(struct strbuf *out, const json_t *q)
{
	long long max = look_num(q, "max");

	strbuf_printf(out, "%lld", look_num(q, "queue"));
	if (max)
		strbuf_printf(out, "/%lld", max);
}

static void recv_cell(struct table *t, const json_t *row)
{
	const json_t *backlog = json_object_get(row, "backlog");
	char text[64];
	struct strbuf sb;

	strbuf_init_fixed(&sb, text, sizeof(text));
	if (backlog)
		strbuf_printf(&sb, "%lld of %lld to accept",
			      look_num(json_object_get(row, "recv"), "queue"),
			      look_num(row, "backlog"));
	else
		put_queue(&sb, json_object_get(row, "recv"));
	table_cell(t, "%s", text);
}

static void send_cell(struct table *t, const json_t *row)
{
	const json_t *tcp = json_object_get(row, "tcp");
	char text[64];
	struct strbuf sb;

	strbuf_init_fixed(&sb, text, sizeof(text));
	if (json_object_get(row, "backlog"))
		strbuf_putc(&sb, '-');
	else
		put_queue(&sb, json_object_get(row, "send"));
	if (look_num(tcp, "unsent"))
		strbuf_printf(&sb, " (%lld unsent)", look_num(tcp, "unsent"));
	table_cell(t, "%s", text);
}

static void timer_cell(struct table *t, const json_t *row)
{
	const json_t *timer = json_object_get(row, "timer");
	char text[64];
	struct strbuf sb;

	strbuf_init_fixed(&sb, text, sizeof(text));
	if (timer) {
		strbuf_printf(&sb, "%.16s in ", look_text(timer, "name"));
		put_span(&sb, (double)look_num(timer, "in"));
	} else {
		strbuf_putc(&sb, '-');
	}
	table_cell(t, "%s", text);
}

static void put_holder(struct strbuf *out, const json_t *h)
{
	strbuf_printf(out, "%s[%lld] fd %lld", look_text(h, "program"),
		      look_num(h, "pid"), look_num(h, "fd"));
	if (!json_object_get(h, "call"))
		return;
	strbuf_printf(out, " in %s()", look_text(h, "call"));
	if (json_object_get(h, "epoll"))
		strbuf_printf(out, " of set %lld", look_num(h, "epoll"));
}

static void put_waiter(struct strbuf *out, const json_t *w)
{
	const char *who = look_text(w, "who");

	if (json_object_get(w, "epoll"))
		strbuf_printf(out, "%s, by epoll set %lld",
			      strcmp(who, "epoll") ? who : "a program",
			      look_num(w, "epoll"));
	else
		strbuf_printf(out, "%s (%s)", who, look_text(w, "for"));
}

/* Our own relay waits for every program's socket; that is no news. */
static bool is_worth_saying(const json_t *w)
{
	return strcmp(look_text(w, "who"), "relay") != 0;
}

static void who_cell(struct table *t, const json_t *row, struct mem *mem)
{
	const json_t *held = json_object_get(row, "held");
	const json_t *waits = json_object_get(row, "waits");
	size_t i, told = 0, left = 0;
	struct strbuf sb;
	json_t *x;

	strbuf_init(&sb, mem);
	json_array_foreach(held, i, x)
	{
		left += told >= WHO_MAX;
		if (told >= WHO_MAX)
			continue;
		strbuf_puts(&sb, told++ ? "; " : "");
		put_holder(&sb, x);
	}
	json_array_foreach(waits, i, x)
	{
		if (!is_worth_saying(x))
			continue;
		left += told >= WHO_MAX;
		if (told >= WHO_MAX)
			continue;
		strbuf_puts(&sb, told++ ? "; " : "");
		put_waiter(&sb, x);
	}
	if (left)
		strbuf_printf(&sb, "; and %zu more", left);
	table_cell(t, "%s", told ? strbuf_text(&sb) : "nobody");
	strbuf_fini(&sb);
}

static void pipe_note(struct table *t, const json_t *row)
{
	const json_t *pipe = json_object_get(row, "pipe");
	long long up = look_num(pipe, "up"), down = look_num(pipe, "down");

	if (json_object_get(row, "backlog")) {
		if (down)
			table_note(t,
				   "%lld more taken by the kernel for the "
				   "program",
				   down);
		return;
	}
	if (up || down)
		table_note(t,
			   "between program and stack: %lld octets written, "
			   "%lld to be read",
			   up, down);
}

static void put_congestion(struct strbuf *out, const json_t *tcp)
{
	long long mss = look_num(tcp, "mss"), cwnd = look_num(tcp, "cwnd");

	if (!cwnd || !mss) {
		strbuf_puts(out, "nothing was sent yet");
		return;
	}
	strbuf_printf(out, "cwnd %lld (%.1f segments of %lld), ssthresh ", cwnd,
		      (double)cwnd / (double)mss, mss);
	if (json_object_get(tcp, "ssthresh"))
		strbuf_printf(out, "%lld", look_num(tcp, "ssthresh"));
	else
		strbuf_puts(out, "none yet");
	strbuf_printf(out, ", %s", look_text(tcp, "congestion"));
}

static void put_round_trip(struct strbuf *out, const json_t *tcp)
{
	if (look_num(tcp, "srtt_us")) {
		strbuf_puts(out, "; srtt ");
		put_span(out, 1000.0 * (double)look_num(tcp, "srtt_us"));
	} else {
		strbuf_puts(out, "; no round trip measured");
	}
	strbuf_puts(out, ", rto ");
	put_span(out, 1000.0 * (double)look_num(tcp, "rto_us"));
}

static void info_note(struct table *t, const json_t *row)
{
	const json_t *tcp = json_object_get(row, "tcp");
	char text[256];
	struct strbuf sb;

	if (!tcp)
		return;
	strbuf_init_fixed(&sb, text, sizeof(text));
	put_congestion(&sb, tcp);
	put_round_trip(&sb, tcp);
	table_note(t, "%s", text);
	table_note(t,
		   "in flight %lld, lost %lld, sent again %lld, timeouts in a "
		   "row %lld; peer's window %lld, ours %lld",
		   look_num(tcp, "in_flight"), look_num(tcp, "lost"),
		   look_num(tcp, "retransmits"), look_num(tcp, "backoff"),
		   look_num(tcp, "peer_window"), look_num(tcp, "window"));
}

static void options_note(struct table *t, const json_t *row, struct mem *mem)
{
	json_t *options = json_object_get(row, "options");
	const char *name;
	struct strbuf sb;
	json_t *value;

	strbuf_init(&sb, mem);
	json_object_foreach(options, name, value)
	{
		strbuf_printf(&sb, " %s %lld", name, json_integer_value(value));
	}
	if (sb.len)
		table_note(t, "options:%s", strbuf_text(&sb));
	strbuf_fini(&sb);
}

const char *look_or_dash(const json_t *row, const char *key)
{
	const char *text = look_text(row, key);

	return *text ? text : "-";
}

static void put_row(struct table *t, const json_t *row,
		    const struct ss_style *style, struct mem *mem)
{
	table_cell(t, "%s", look_text(row, "kind"));
	table_cell(t, "%s", look_text(row, "state"));
	recv_cell(t, row);
	send_cell(t, row);
	table_cell(t, "%s", look_or_dash(row, "local"));
	table_cell(t, "%s", look_or_dash(row, "peer"));
	timer_cell(t, row);
	who_cell(t, row, mem);
	pipe_note(t, row);
	if (style->has_info)
		info_note(t, row);
	if (style->has_options)
		options_note(t, row, mem);
}

void look_put_head(const struct look_rows *rows, struct strbuf *out)
{
	const json_t *lab = rows->lab;

	strbuf_printf(out, "%s, ", look_text(lab, "lab"));
	put_span(out, (double)look_num(lab, "t"));
	strbuf_puts(out, " after its beginning");
	if (json_is_true(json_object_get(lab, "real")))
		strbuf_puts(out, ", in real time");
	if (look_num(lab, "pid"))
		strbuf_printf(out, ", process %lld", look_num(lab, "pid"));
	strbuf_putc(out, '\n');
}

static void put_titles(struct table *t)
{
	static const char *const titles[] = {
		"kind",	    "state", "receive buffer", "send buffer",
		"this end", "other", "timer",	       "who waits",
	};

	for (size_t i = 0; i < t->columns; i++)
		table_cell(t, "%s", titles[i]);
}

void ss_print(const struct look_rows *rows, const struct ss_style *style,
	      struct mem *mem, struct strbuf *out)
{
	const char *host = NULL;
	struct table t;
	json_t *row;
	size_t i;

	look_put_head(rows, out);
	table_init(&t, mem, 8);
	json_array_foreach(rows->list, i, row)
	{
		if (!look_is(row, "socket") || !ss_is_wanted(style, row))
			continue;
		if (!host || strcmp(host, look_text(row, "host")) != 0) {
			if (host) {
				table_print(&t, out);
				table_fini(&t);
				table_init(&t, mem, 8);
			}
			host = look_text(row, "host");
			strbuf_printf(out, "\n%s\n", host);
			put_titles(&t);
		}
		put_row(&t, row, style, mem);
	}
	table_print(&t, out);
	table_fini(&t);
	if (!host)
		strbuf_puts(out, "there is no such socket\n");
}

static void put_set_title(const json_t *row, struct strbuf *out)
{
	const char *reader = look_text(row, "reader");

	strbuf_printf(out, "\n%s: epoll set %lld", look_text(row, "host"),
		      look_num(row, "fd"));
	if (json_object_get(row, "pid"))
		strbuf_printf(out, " of %s[%lld]", look_text(row, "program"),
			      look_num(row, "pid"));
	if (*reader)
		strbuf_puts(out,
			    ", read by the loop of the lab's own programs");
	else if (look_num(row, "sleepers"))
		strbuf_puts(out, ", somebody waits for it");
	else
		strbuf_puts(out, ", nobody waits for it");
	strbuf_putc(out, '\n');
}

static const char *ready_word(const json_t *item)
{
	if (json_is_true(json_object_get(item, "disabled")))
		return "disabled until MOD";
	return json_is_true(json_object_get(item, "ready")) ? "yes" : "no";
}

static void put_set(const json_t *row, struct mem *mem, struct strbuf *out)
{
	const json_t *items = json_object_get(row, "watches");
	struct table t;
	json_t *item;
	size_t i;

	put_set_title(row, out);
	table_init(&t, mem, 5);
	table_cell(&t, "fd");
	table_cell(&t, "what");
	table_cell(&t, "tell of");
	table_cell(&t, "now");
	table_cell(&t, "in the ready list");
	json_array_foreach(items, i, item)
	{
		const char *now = look_text(item, "now");

		table_cell(&t, "%lld", look_num(item, "fd"));
		if (json_object_get(item, "socket"))
			table_cell(&t, "socket %lld", look_num(item, "socket"));
		else
			table_cell(&t, "%s",
				   *look_text(item, "kind")
					   ? look_text(item, "kind")
					   : "not of the lab");
		table_cell(&t, "%s", look_text(item, "for"));
		table_cell(&t, "%s", *now ? now : "-");
		table_cell(&t, "%s", ready_word(item));
	}
	table_print(&t, out);
	table_fini(&t);
}

void ss_print_epoll(const struct look_rows *rows, const char *host,
		    struct mem *mem, struct strbuf *out)
{
	bool is_any = false;
	json_t *row;
	size_t i;

	look_put_head(rows, out);
	json_array_foreach(rows->list, i, row)
	{
		if (!look_is(row, "epoll") ||
		    (host && strcmp(host, look_text(row, "host")) != 0))
			continue;
		is_any = true;
		put_set(row, mem, out);
	}
	if (!is_any)
		strbuf_puts(out, "there is no epoll set\n");
}
