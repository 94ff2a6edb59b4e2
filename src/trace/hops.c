// SPDX-License-Identifier: MIT
/*
 * hops.c - one frame followed through every box
 *
 * Theory of operation
 * ===================
 * The way of a frame is a tree in the log: it is sent (tx), it arrives (rx,
 * caused by the tx), it is passed on (a relayed tx, caused by the rx), and so
 * on; a switch that floods makes several branches.  What a box changed is the
 * difference between the dissection of what came in and of what went out,
 * field by field, so nothing that changed can be missed.  What the box looked
 * up (routes, MAC table, translations, ARP) are the other events that the
 * arrival caused there.
 */

#include <errno.h>
#include <string.h>

#include "base/check.h"

#include "core/pkt.h"

#include "trace/chain.h"
#include "trace/dissect.h"
#include "trace/explain.h"
#include "trace/frame.h"
#include "trace/names.h"

#define BOX_WIDTH   10
#define PORT_WIDTH  14
#define DEPTH_MAX   64
#define EFFECTS_MAX 16 /* links of a chain that are told at its end */

struct hops {
	const struct trace_log *log;
	struct strbuf *out;
	int depth;
};

uint32_t chain_origin(const struct trace_log *log, uint32_t n)
{
	const struct log_event *ev = trace_log_get(log, n);

	while (ev && ev->cause && ev->frame &&
	       (ev->kind == EV_RX || ev->kind == EV_DROP ||
		frame_is_relayed(ev))) {
		const struct log_event *by = trace_log_get(log, ev->cause);

		/* a box may have looked something up in between */
		while (by && by->kind == EV_LOOKUP &&
		       !strcmp(by->host, ev->host))
			by = trace_log_get(log, by->cause);
		if (!by || !by->frame)
			break;
		ev = by;
	}
	return ev ? ev->n : 0;
}

static const char *named_mac(const struct hops *h, const char *mac)
{
	const char *name = name_of_mac(h->log, mac);

	if (!strcmp(mac, "ff:ff:ff:ff:ff:ff"))
		return "everyone";
	return name ? name : mac;
}

/* Start a line: box and ports. */
static void put_box(const struct hops *h, const char *box, const char *in,
		    const char *out)
{
	size_t line = h->out->len, width;
	const char *between = in && out ? " -> " : "";

	strbuf_printf(h->out, "  %-*s  ", BOX_WIDTH, box);
	width = h->out->len - line;
	strbuf_printf(h->out, "%s%s%s%s",
		      in && !out   ? "in  "
		      : out && !in ? "out "
				   : "",
		      in ? in : "", between, out ? out : "");
	line += width;
	width = h->out->len - line;
	strbuf_fill(h->out, ' ', width < PORT_WIDTH ? PORT_WIDTH - width : 1);
}

static void put_change(const struct hops *h, const struct dis_field *f,
		       const char *before, const char *after)
{
	bool is_mac =
		strstr(f->name, "Address") && !strcmp(f->layer, "Ethernet");

	if (is_mac) {
		before = named_mac(h, before);
		after = named_mac(h, after);
	}
	strbuf_printf(h->out, "%s %s: %s -> %s", f->layer, f->name, before,
		      after);
}

/* Every field that differs.  Returns how many do. */
static size_t put_changed(const struct hops *h, const struct dissection *a,
			  const struct dissection *b)
{
	size_t i, changes = 0;

	for (i = 0; i < a->count && i < b->count; i++) {
		const char *before = dis_value(a, &a->fields[i]);
		const char *after = dis_value(b, &b->fields[i]);

		if (!strcmp(before, after))
			continue;
		strbuf_puts(h->out, changes++ ? "; " : "");
		put_change(h, &a->fields[i], before, after);
	}
	return changes;
}

/* The two fields that a VLAN tag puts into a frame. */
static bool is_of_tag(const struct dissection *d, const struct dis_field *f)
{
	return !strcmp(f->name, "Tag Control Information") ||
	       (!strcmp(f->name, "EtherType") &&
		strstr(dis_value(d, f), "802.1"));
}

static size_t count_tags(const struct dissection *d)
{
	size_t i, n = 0;

	for (i = 0; i < d->count; i++)
		n += !strcmp(d->fields[i].name, "Tag Control Information");
	return n;
}

/* The next field from @i on that is of no tag and says what the frame says:
 * padding and check sequence differ because the tag does. */
static size_t past_tags(const struct dissection *d, size_t i)
{
	while (i < d->count &&
	       (is_of_tag(d, &d->fields[i]) ||
		!strcmp(d->fields[i].name, "Padding") ||
		!strcmp(d->fields[i].name, "Frame Check Sequence")))
		i++;
	return i;
}

/* The outer tag came or went; all else is compared as if there was none. */
static size_t put_retagged(const struct hops *h, const struct dissection *a,
			   const struct dissection *b)
{
	bool is_on = count_tags(b) > count_tags(a);
	const struct dissection *d = is_on ? b : a;
	const struct dis_field *tag = &d->fields[0];
	size_t i = past_tags(a, 0), j = past_tags(b, 0);

	while (strcmp(tag->name, "Tag Control Information") != 0)
		tag++;
	strbuf_printf(h->out, "%s tag %s: %s", tag->layer, is_on ? "on" : "off",
		      dis_value(d, tag));
	while (i < a->count && j < b->count) {
		const char *before = dis_value(a, &a->fields[i]);
		const char *after = dis_value(b, &b->fields[j]);

		if (strcmp(before, after) != 0) {
			strbuf_puts(h->out, "; ");
			put_change(h, &a->fields[i], before, after);
		}
		i = past_tags(a, i + 1);
		j = past_tags(b, j + 1);
	}
	return 1;
}

/* Another kind of link: only what is behind its header can be compared. */
static size_t put_relinked(const struct hops *h, const struct dissection *a,
			   const struct dissection *b)
{
	const char *from = a->fields[0].layer, *to = b->fields[0].layer;
	size_t i;

	strbuf_printf(h->out, "%s header off, %s header on", from, to);
	for (i = 0; i < a->count; i++) {
		const struct dis_field *f = &a->fields[i], *g;

		g = strcmp(f->layer, from) ? dis_find(b, f->layer, f->name)
					   : NULL;
		if (!g || f->osi < 3 || dis_find(a, f->layer, f->name) != f ||
		    !strcmp(dis_value(a, f), dis_value(b, g)))
			continue;
		strbuf_puts(h->out, "; ");
		put_change(h, f, dis_value(a, f), dis_value(b, g));
	}
	return 1;
}

static bool is_same_link(const struct dissection *a, const struct dissection *b)
{
	const struct dis_field *x = dis_find(a, "PPPoE", "CODE");
	const struct dis_field *y = dis_find(b, "PPPoE", "CODE");

	return !strcmp(a->fields[0].layer, b->fields[0].layer) && !x == !y;
}

static size_t put_changes(const struct hops *h, const struct log_event *in,
			  const struct log_event *out)
{
	struct dissection a, b;
	size_t changes = 0;
	int err = dissect_event(&a, h->out->mem, in);

	err |= dissect_event(&b, h->out->mem, out);
	if (!err && a.count && b.count) {
		if (!is_same_link(&a, &b))
			changes = put_relinked(h, &a, &b);
		else if (count_tags(&a) != count_tags(&b))
			changes = put_retagged(h, &a, &b);
		else
			changes = put_changed(h, &a, &b);
	}
	dissect_fini(&a);
	dissect_fini(&b);
	return changes;
}

/* A line of its own under that of the box. */
static void put_note(const struct hops *h, const char *words,
		     const struct log_event *ev)
{
	strbuf_printf(h->out, "\n  %-*s  %-*s%s", BOX_WIDTH, "", PORT_WIDTH, "",
		      words);
	explain_say(h->log, ev, h->out);
}

/* What the arrival @by made its box look up or note. */
static void put_lookups(const struct hops *h, uint32_t by)
{
	uint32_t n = by;

	while ((n = trace_log_next_child(h->log, by, n))) {
		const struct log_event *ev = trace_log_get(h->log, n);

		if (ev->kind == EV_LOOKUP || ev->kind == EV_LEARN ||
		    ev->kind == EV_NOTE)
			put_note(h, "", ev);
	}
}

static void put_relay(const struct hops *h, const struct log_event *in,
		      const struct log_event *out)
{
	put_box(h, in->host, in->netif, out->netif);
	if (!put_changes(h, in, out))
		strbuf_puts(h->out, "unchanged");
	put_lookups(h, in->n);
	strbuf_putc(h->out, '\n');
}

static void put_drop(const struct hops *h, const struct log_event *ev)
{
	put_box(h, ev->host, ev->netif, NULL);
	strbuf_puts(h->out, "lost: ");
	explain_say(h->log, ev, h->out);
	strbuf_putc(h->out, '\n');
}

/* What event @by led to at its host, up to the frames that it sent. */
static void put_effects(const struct hops *h, uint32_t by, int depth)
{
	uint32_t n = by;

	while (depth < EFFECTS_MAX &&
	       (n = trace_log_next_child(h->log, by, n))) {
		const struct log_event *ev = trace_log_get(h->log, n);

		put_note(h, ev->kind == EV_TX ? "sends: " : "", ev);
		if (ev->kind != EV_TX)
			put_effects(h, n, depth + 1);
	}
}

/* Nothing of it went on: what it led to here. */
static void put_end(const struct hops *h, const struct log_event *in)
{
	put_box(h, in->host, in->netif, NULL);
	strbuf_puts(h->out, "accepted");
	put_effects(h, in->n, 0);
	strbuf_putc(h->out, '\n');
}

static void follow_tx(struct hops *h, const struct log_event *tx);

/* Is it what the arrival @rx led to, by nothing but looking things up? */
static bool is_of_arrival(const struct hops *h, const struct log_event *ev,
			  const struct log_event *rx)
{
	while (ev->cause > rx->n) {
		ev = trace_log_get(h->log, ev->cause);
		if (ev->kind == EV_TX || ev->kind == EV_RX)
			return false;
	}
	return ev->cause == rx->n;
}

/* Where a frame arrived: it is dropped, passed on, or stays. */
static void follow_rx(struct hops *h, const struct log_event *rx)
{
	bool has_end = true;
	uint32_t n;

	for (n = rx->n + 1; n <= trace_log_count(h->log); n++) {
		const struct log_event *ev = trace_log_get(h->log, n);
		bool is_drop = ev->kind == EV_DROP && ev->what == rx->what;

		if ((!is_drop && !frame_is_relayed(ev)) ||
		    !is_of_arrival(h, ev, rx))
			continue;
		has_end = false;
		if (is_drop) {
			put_drop(h, ev);
		} else {
			put_relay(h, rx, ev);
			follow_tx(h, ev);
		}
	}
	if (has_end)
		put_end(h, rx);
}

static void follow_tx(struct hops *h, const struct log_event *tx)
{
	uint32_t n = tx->n;

	if (++h->depth > DEPTH_MAX)
		return;
	while ((n = trace_log_next_child(h->log, tx->n, n))) {
		const struct log_event *ev = trace_log_get(h->log, n);

		if (ev->kind == EV_RX)
			follow_rx(h, ev);
		else if (ev->kind == EV_DROP)
			put_drop(h, ev);
	}
	h->depth--;
}

static void put_origin(const struct hops *h, const struct log_event *ev)
{
	struct frame_view v;
	char a[MAC_TEXT], b[MAC_TEXT];
	char src[IP_TEXT], dst[IP_TEXT];

	frame_view(&v, ev);
	strbuf_printf(h->out, "frame %u  ", ev->n);
	explain_say(h->log, ev, h->out);
	strbuf_putc(h->out, '\n');
	put_box(h, ev->host, NULL, ev->netif);
	if (v.has_ip)
		strbuf_printf(h->out, "IP %s > %s ttl %u   ",
			      ip4_print(v.ip.src, src),
			      ip4_print(v.ip.dst, dst), v.ip.ttl);
	if (v.has_ip6)
		strbuf_printf(h->out, "IP %s > %s hops %u   ",
			      ip6_print(v.ip6.src, src),
			      ip6_print(v.ip6.dst, dst), v.ip6.hops);
	if (ev->link != PKT_ETHER) {
		strbuf_puts(h->out, "PPP, to who is at the other end\n");
		return;
	}
	strbuf_printf(h->out, "MAC %s > %s\n",
		      named_mac(h, mac_print(v.src_mac, a)),
		      named_mac(h, mac_print(v.dst_mac, b)));
}

int chain_hops(const struct trace_log *log, uint32_t n, struct strbuf *out)
{
	const struct log_event *ev = trace_log_get(log, chain_origin(log, n));
	struct hops h = {.log = log, .out = out};

	if (!ev || !ev->frame)
		return -EINVAL;
	put_origin(&h, ev);
	if (ev->kind == EV_TX)
		follow_tx(&h, ev);
	else
		follow_rx(&h, ev);
	return 0;
}
