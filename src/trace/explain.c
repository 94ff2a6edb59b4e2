// SPDX-License-Identifier: MIT
/*
 * explain.c - from an event to sentences
 *
 * Theory of operation
 * ===================
 * The row of explain_text.c for the event's reason is a template.  A {key} is
 * looked up among the event's fields, then among the values of its frame
 * ("ip.dst", "dport", "seq", ...), then it may be {host}.  Addresses of the
 * lab's hosts are shown as their names; {=key} shows the address itself, and
 * {a key} is a word behind its article.  A part in [brackets] whose keys have
 * no value is left out; a key outside of brackets that has none shows as a
 * question mark.  tools/events.py compares the templates with what the code
 * emits, so that this does not happen.
 *
 * A frame reads differently at each end: its maker says what it is for, whoever
 * receives it says what arrived, whoever passes it on says so.
 */

#include "trace/explain.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"

#include "wire/dhcp.h"
#include "wire/dhcp6.h"

#include "core/drop.h"

#include "trace/explain_text.h"
#include "trace/frame.h"
#include "trace/label.h"
#include "trace/label_ppp.h"
#include "trace/names.h"

#define VALUE_MAX 160
#define KEY_MAX	  32

/* What a template is filled from. */
struct filler {
	const struct trace_log *log;
	const struct log_event *ev;
	struct frame_view view;
	bool has_view;
	bool is_plain; /* addresses as they are */
};

static struct filler filler_for(const struct trace_log *log,
				const struct log_event *ev)
{
	struct filler f = {.log = log, .ev = ev};

	f.has_view = frame_view(&f.view, ev);
	return f;
}

/* An address as its host's name, if the log knows it: "web", "web:80". */
static void put_named(const struct filler *f, const char *text, char *buf)
{
	const char *name = NULL, *port = "";

	if (f->log && !f->is_plain)
		name = name_of_address(f->log, text, &port);
	snprintf(buf, VALUE_MAX, "%s%s", name ? name : text, name ? port : "");
}

static bool ip_number(const struct frame_view *v, const char *key, char *buf)
{
	uint32_t ttl = v->has_ip ? v->ip.ttl : v->ip6.hops;
	uint32_t mtu = v->has_icmp6 ? v->icmp6.mtu : v->icmp.mtu;

	if (!strcmp(key, "ip.ttl"))
		snprintf(buf, VALUE_MAX, "%u", ttl);
	else if (!strcmp(key, "ip.off") && v->has_ip)
		snprintf(buf, VALUE_MAX, "%u", v->ip.frag_off);
	else if (!strcmp(key, "icmp.mtu") && (v->has_icmp || v->has_icmp6))
		snprintf(buf, VALUE_MAX, "%u", mtu);
	else
		return false;
	return true;
}

/* The better router that a redirect names. */
static bool gateway_value(const struct filler *f, char *buf)
{
	char text[IP_TEXT];

	if (!f->view.has_icmp || f->view.icmp.type != ICMP4_REDIRECT)
		return false;
	put_named(f, ip_addr_print(ip_addr_v4(f->view.icmp.gateway), text),
		  buf);
	return true;
}

static bool ip_value(const struct filler *f, const char *key, char *buf)
{
	const struct frame_view *v = &f->view;
	char text[IP_TEXT];

	if (!v->has_ip && !v->has_ip6)
		return false;
	if (!strcmp(key, "ip.dst"))
		put_named(f, ip_addr_print(frame_dst(v), text), buf);
	else if (!strcmp(key, "ip.src"))
		put_named(f, ip_addr_print(frame_src(v), text), buf);
	else if (!strcmp(key, "icmp.gateway"))
		return gateway_value(f, buf);
	else
		return ip_number(v, key, buf);
	return true;
}

static bool port_value(const struct filler *f, const char *key, char *buf)
{
	const struct frame_view *v = &f->view;

	if (!v->has_tcp && !v->has_udp && !v->has_udplite)
		return false;
	if (!strcmp(key, "sport"))
		snprintf(buf, VALUE_MAX, "%u", v->sport);
	else if (!strcmp(key, "dport"))
		snprintf(buf, VALUE_MAX, "%u", v->dport);
	else if (!strcmp(key, "datalen"))
		snprintf(buf, VALUE_MAX, "%zu", v->payload_len);
	else
		return false;
	return true;
}

static bool tcp_value(const struct filler *f, const char *key, char *buf)
{
	const struct frame_view *v = &f->view;

	if (!v->has_tcp)
		return false;
	if (!strcmp(key, "seq"))
		snprintf(buf, VALUE_MAX, "%u", tcp_relative_seq(f->log, f->ev));
	else if (!strcmp(key, "ack"))
		snprintf(buf, VALUE_MAX, "%u", tcp_relative_ack(f->log, f->ev));
	else if (!strcmp(key, "win"))
		snprintf(buf, VALUE_MAX, "%u", v->tcp.win);
	else
		return false;
	return true;
}

static bool arp_value(const struct filler *f, const char *key, char *buf)
{
	const struct frame_view *v = &f->view;
	char text[MAC_TEXT];

	if (!v->has_arp)
		return false;
	if (!strcmp(key, "ip"))
		ip4_print(v->arp.tpa, buf);
	else if (!strcmp(key, "arp.spa"))
		ip4_print(v->arp.spa, buf);
	else if (!strcmp(key, "arp.sha"))
		snprintf(buf, VALUE_MAX, "%s", mac_print(v->arp.sha, text));
	else
		return false;
	return true;
}

static bool nd_value(const struct filler *f, const char *key, char *buf)
{
	char text[IP6_TEXT];
	struct nd_msg m;

	if (!frame_nd(&f->view, &m))
		return false;
	if (!strcmp(key, "nd.target"))
		put_named(f, ip6_print(m.target, text), buf);
	else if (!strcmp(key, "nd.dst"))
		put_named(f, ip6_print(m.dst, text), buf);
	else if (!strcmp(key, "nd.lifetime"))
		snprintf(buf, VALUE_MAX, "%u", m.lifetime_s);
	else
		return false;
	return true;
}

static bool ppp_value(const struct filler *f, const char *key, char *buf)
{
	const struct frame_view *v = &f->view;
	struct strbuf sb;

	strbuf_init_fixed(&sb, buf, VALUE_MAX);
	if (!strncmp(key, "pppoe.", 6))
		return label_pppoe(v, key, &sb);
	return v->has_ppp_ctl && label_ppp(v, key, &sb);
}

static bool frame_value(const struct filler *f, const char *key, char *buf)
{
	return f->has_view &&
	       (arp_value(f, key, buf) || ip_value(f, key, buf) ||
		nd_value(f, key, buf) || port_value(f, key, buf) ||
		tcp_value(f, key, buf) || ppp_value(f, key, buf));
}

/* Keys that stand for the number of an address, not for who has it. */
static bool is_literal(const char *key)
{
	return !strcmp(key, "ip") || !strcmp(key, "data");
}

/* What is counted in microseconds is read more easily in milliseconds. */
static void put_number(const char *key, long long value, char *buf)
{
	size_t len = strlen(key);

	if (len < 3 || strcmp(key + len - 3, "_us") != 0)
		snprintf(buf, VALUE_MAX, "%lld", value);
	else if (value % 1000)
		snprintf(buf, VALUE_MAX, "%.3f ms", (double)value / 1000);
	else
		snprintf(buf, VALUE_MAX, "%lld ms", value / 1000);
}

static bool field_value(const struct filler *f, const char *key, char *buf)
{
	const char *text = log_text(f->ev, key);

	if (text) {
		if (is_literal(key))
			snprintf(buf, VALUE_MAX, "%s", text);
		else
			put_named(f, text, buf);
		return *text != '\0';
	}
	if (!log_has(f->ev, key))
		return false;
	put_number(key, log_num(f->ev, key, 0), buf);
	return true;
}

/* "a " or "an ", for the word @text. */
static const char *article(const char *text)
{
	return *text && strchr("aeiou", *text) ? "an " : "a ";
}

static bool value_of(struct filler *f, const char *key, char *buf)
{
	f->is_plain = *key == '=';
	key += f->is_plain;
	if (field_value(f, key, buf) || frame_value(f, key, buf))
		return true;
	if (!strcmp(key, "host")) {
		snprintf(buf, VALUE_MAX, "%s", f->ev->host);
		return true;
	}
	return false;
}

/* One {key}; returns what follows it.  @is_whole: all keys had a value. */
static const char *put_key(struct filler *f, const char *at, struct strbuf *out,
			   bool *is_whole)
{
	const char *end = strchr(at, '}');
	bool has_article = !strncmp(at, "{a ", 3);
	char key[KEY_MAX], value[VALUE_MAX];

	check(end && (size_t)(end - at) < sizeof(key));
	memcpy(key, at + 1, (size_t)(end - at) - 1);
	key[end - at - 1] = '\0';
	if (value_of(f, key + (has_article ? 2 : 0), value)) {
		if (has_article)
			strbuf_puts(out, article(value));
		strbuf_puts(out, value);
	} else {
		strbuf_putc(out, '?');
		*is_whole = false;
	}
	return end + 1;
}

/* Up to @stop or the end; returns where it stands. */
static const char *put_part(struct filler *f, const char *at, char stop,
			    struct strbuf *out, bool *is_whole)
{
	while (*at && *at != stop) {
		if (*at == '{') {
			at = put_key(f, at, out, is_whole);
		} else if (*at == '[') {
			size_t before = out->len;
			bool has_all = true;

			at = put_part(f, at + 1, ']', out, &has_all);
			at += *at == ']';
			if (!has_all)
				strbuf_truncate(out, before);
		} else {
			size_t n = 1 + strcspn(at + 1, "{[]");

			strbuf_add(out, at, n);
			at += n;
		}
	}
	return at;
}

static void put_template(struct filler *f, const char *template,
			 struct strbuf *out)
{
	bool is_whole = true;

	put_part(f, template, '\0', out, &is_whole);
}

/* Is it something that passes frames on and does not look into them? */
static bool is_switch(const struct trace_log *log, const char *host)
{
	const char *kind = log ? kind_of_node(log, host) : NULL;

	return kind && (!strcmp(kind, "switch") || !strcmp(kind, "hub") ||
			!strcmp(kind, "uplink"));
}

static bool is_dns(const struct filler *f)
{
	const struct frame_view *v = &f->view;

	return f->has_view && f->log && f->ev->what == R_UDP_SEND &&
	       v->has_udp && (v->sport == 53 || v->dport == 53);
}

static bool is_dhcp(const struct filler *f)
{
	return f->has_view && f->log && f->ev->what == R_UDP_SEND &&
	       (frame_is_dhcp(&f->view) || frame_is_dhcp6(&f->view));
}

/* A question or an answer?  What a relay passes on goes by one port only. */
static const char *noun_of_dhcp(const struct frame_view *v)
{
	uint8_t first = v->payload_len ? v->payload[0] : 0;

	if (frame_is_dhcp(v))
		return first == BOOTP_REPLY ? "DHCP answer" : "DHCP question";
	return first == DHCP6_ADVERTISE || first == DHCP6_REPLY ||
			       first == DHCP6_RELAY_REPL
		       ? "DHCPv6 answer"
		       : "DHCPv6 question";
}

/* What kind of frame it is. */
static const char *noun_of(const struct filler *f)
{
	if (is_dhcp(f))
		return noun_of_dhcp(&f->view);
	if (is_dns(f))
		return f->view.dport == 53 ? "DNS question" : "DNS answer";
	return words_of(f->ev->what)->noun;
}

static void say_dns(struct filler *f, struct strbuf *out)
{
	strbuf_puts(out, noun_of(f));
	put_template(f, " to {ip.dst}: ", out);
	frame_label(f->log, f->ev, out);
}

static void say_relayed(struct filler *f, struct strbuf *out)
{
	put_template(f, "{host} passes it on: ", out);
	strbuf_puts(out, noun_of(f));
	put_template(f, "[ for {ip.dst}]", out);
	if (!is_switch(f->log, f->ev->host))
		put_template(f, "[, time to live {ip.ttl}]", out);
}

static void say_received(struct filler *f, struct strbuf *out)
{
	strbuf_puts(out, noun_of(f));
	put_template(f, " arrives at {host}[ from {ip.src}]", out);
}

/* It came to whom it does not concern; nothing is wrong. */
static bool is_ignored(const struct log_event *ev)
{
	static const char *const drops[] = {"l2_other", "arp_other",
					    "nd_other"};
	const char *drop = log_text(ev, "drop");
	size_t i;

	for (i = 0; drop && i < ARRAY_SIZE(drops); i++)
		if (!strcmp(drop, drops[i]))
			return true;
	return false;
}

static void say_dropped(struct filler *f, struct strbuf *out)
{
	if (is_ignored(f->ev)) {
		put_template(f, "{host} ignores it: [{text}]", out);
		return;
	}
	strbuf_puts(out, noun_of(f));
	put_template(f, " dropped at {host}[: {text}]", out);
}

void explain_say(const struct trace_log *log, const struct log_event *ev,
		 struct strbuf *out)
{
	struct filler f = filler_for(log, ev);

	if (ev->kind == EV_DROP)
		say_dropped(&f, out);
	else if (ev->kind == EV_RX)
		say_received(&f, out);
	else if (frame_is_relayed(ev))
		say_relayed(&f, out);
	else if (is_dns(&f) || is_dhcp(&f))
		say_dns(&f, out);
	else
		put_template(&f, words_of(ev->what)->say, out);
}

static const char *why_moved(const struct trace_log *log,
			     const struct log_event *ev)
{
	if (log_has(ev, "fault"))
		return "somebody broke something there on purpose";
	if (ev->kind == EV_DROP)
		return "see the counter of that name";
	if (ev->kind == EV_RX)
		return "it was sent to here";
	if (is_switch(log, ev->host))
		return "a switch passes frames on by their MAC address";
	return "a router passes packets on by their IP address";
}

/* Both ends of a bare cable know each other from the beginning. */
static bool is_by_hand(const struct log_event *ev)
{
	const char *how = log_text(ev, "how");

	return ev->what == R_ARP_LEARN && how && !strcmp(how, "by hand");
}

void explain_why(const struct trace_log *log, const struct log_event *ev,
		 struct strbuf *out)
{
	struct filler f = filler_for(log, ev);
	const char *why = words_of(ev->what)->why;

	if (ev->kind == EV_DROP || ev->kind == EV_RX || frame_is_relayed(ev))
		strbuf_puts(out, why_moved(log, ev));
	else if (is_by_hand(ev))
		strbuf_puts(out, "it was written down before anybody asked");
	else if (why)
		put_template(&f, why, out);
}

const char *explain_rfc(const struct log_event *ev)
{
	return frame_is_relayed(ev) ? NULL : words_of(ev->what)->rfc;
}
