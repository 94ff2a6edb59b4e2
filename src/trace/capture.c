// SPDX-License-Identifier: MIT
/*
 * capture.c - what one host saw, as a capture file
 *
 * One capture point per file, which is an interface: a file with several would
 * make Wireshark report retransmissions that never were, because it would see
 * each frame more than once.
 *
 * A frame that leaves and is lost on the way is in the sender's file all the
 * same, as it would be in a real capture; unlike there, a comment says where
 * it was lost.
 */

#include "trace/capture.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"

#include "core/pkt.h"

#include "trace/explain.h"
#include "trace/frame.h"
#include "trace/names.h"
#include "trace/pcapng.h"

#define INTERFACES_MAX 64
#define NAMES_MAX      4096
#define COMMENT_MAX    600
#define FCS_LEN	       4

struct interfaces {
	const char *name[INTERFACES_MAX];
	enum pcapng_link link[INTERFACES_MAX];
	uint32_t count;
};

static bool is_mine(const struct capture *c, const struct log_event *ev)
{
	return (ev->kind == EV_TX || ev->kind == EV_RX) && ev->frame &&
	       ev->netif && !strcmp(ev->host, c->host) &&
	       strcmp(ev->netif, "lo") != 0 &&
	       (!c->netif || !strcmp(ev->netif, c->netif));
}

/* Number of the interface in the file; counts it in if it is new. */
static uint32_t interface_of(struct interfaces *ifs, const struct log_event *ev)
{
	uint32_t i;

	for (i = 0; i < ifs->count; i++)
		if (!strcmp(ifs->name[i], ev->netif))
			return i;
	if (ifs->count == INTERFACES_MAX)
		return 0;
	ifs->link[i] = ev->link == PKT_ETHER ? PCAPNG_ETHER : PCAPNG_PPP;
	ifs->name[ifs->count++] = ev->netif;
	return i;
}

static void put_interfaces(const struct capture *c, struct interfaces *ifs,
			   struct strbuf *out)
{
	char text[128];
	const struct log_event *ev = trace_log_first_at(c->log, c->host);
	uint32_t i;

	for (; ev; ev = trace_log_next_at(c->log, ev)) {
		if (is_mine(c, ev))
			interface_of(ifs, ev);
	}
	for (i = 0; i < ifs->count; i++) {
		snprintf(text, sizeof(text), "%s of %s", ifs->name[i], c->host);
		pcapng_interface(out, ifs->name[i], text, ifs->link[i]);
	}
}

static void put_names(const struct capture *c, struct strbuf *out)
{
	const struct log_event *ev;
	struct pcapng_name name;
	uint32_t n;

	for (n = 1; (ev = trace_log_get(c->log, n)) && n < NAMES_MAX; n++) {
		const char *ip = log_text(ev, "ip");

		if (ev->what != R_LAB_ADDRESS || !ip)
			continue;
		name.name = log_text(ev, "name");
		if (name.name && ip_addr_parse(&name.addr, ip) == 0)
			pcapng_names(out, &name, 1);
	}
}

/* Where the frame that was sent in @ev was lost at once, or NULL. */
static const struct log_event *drop_of(const struct trace_log *log,
				       const struct log_event *ev)
{
	uint32_t n = ev->n;

	while ((n = trace_log_next_child(log, ev->n, n))) {
		const struct log_event *child = trace_log_get(log, n);

		if (child->kind == EV_DROP && child->what == ev->what)
			return child;
	}
	return NULL;
}

static void comment_meaning(const struct capture *c, const struct log_event *ev,
			    struct strbuf *out)
{
	size_t before;

	strbuf_putc(out, '[');
	before = out->len;
	if (c->label)
		c->label(c->arg, ev->n, out);
	if (out->len == before)
		strbuf_printf(out, "#%u", ev->n);
	strbuf_puts(out, "] ");
	explain_say(c->log, ev, out);
	if (explain_rfc(ev))
		strbuf_printf(out, " (RFC %s)", explain_rfc(ev));
}

static void comment_cause(const struct capture *c, const struct log_event *ev,
			  struct strbuf *out)
{
	const struct log_event *by = trace_log_get(c->log, ev->cause);

	strbuf_puts(out, "[cause] ");
	if (by)
		explain_say(c->log, by, out);
	strbuf_printf(out, ", event %u", ev->cause);
}

static void put_frame(const struct capture *c, const struct log_event *ev,
		      uint32_t interface, struct strbuf *out)
{
	const struct log_event *drop = drop_of(c->log, ev);
	char text[3][COMMENT_MAX];
	const char *comments[4] = {text[0], text[1], NULL, NULL};
	struct pcapng_frame frame = {
		.interface = interface,
		.t_ns = ev->t_ns,
		.is_outbound = ev->kind == EV_TX,
		.octets = ev->frame,
		.len = ev->frame_len,
		.fcs_len = FCS_LEN,
		.comments = comments,
	};
	struct strbuf sb;

	if (ev->link != PKT_ETHER) {
		frame.len -= min_size(frame.len, PPP_FCS_LEN);
		frame.fcs_len = 0;
	}
	strbuf_init_fixed(&sb, text[0], COMMENT_MAX);
	comment_meaning(c, ev, &sb);
	strbuf_init_fixed(&sb, text[1], COMMENT_MAX);
	comment_cause(c, ev, &sb);
	if (drop) {
		strbuf_init_fixed(&sb, text[2], COMMENT_MAX);
		strbuf_puts(&sb, "[dropped] ");
		explain_say(c->log, drop, &sb);
		comments[2] = text[2];
	}
	pcapng_frame(out, &frame);
}

size_t capture_write(const struct capture *c, struct strbuf *out)
{
	struct interfaces ifs = {0};
	size_t count = 0;
	const struct log_event *ev = trace_log_first_at(c->log, c->host);

	pcapng_section(out, c->comment);
	put_interfaces(c, &ifs, out);
	put_names(c, out);
	for (; ev; ev = trace_log_next_at(c->log, ev)) {
		if (!is_mine(c, ev))
			continue;
		put_frame(c, ev, interface_of(&ifs, ev), out);
		count++;
	}
	return count;
}
