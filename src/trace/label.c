// SPDX-License-Identifier: MIT
/*
 * label.c - a frame in a few words
 *
 * Sequence numbers are shown relative to the initial ones, as people think of
 * them; these are found in the SYNs that passed the same host, because on the
 * other side of a translator the ports are others.
 */

#include "trace/label.h"

#include <string.h>

#include "base/check.h"

#include "wire/dhcp.h"
#include "wire/dhcp6.h"
#include "wire/rip.h"

#include "trace/dissect.h"
#include "trace/label_ppp.h"

#define LINE_MAX_SHOWN 60

static bool is_same_flow(const struct frame_view *a, const struct frame_view *b,
			 bool is_reversed)
{
	if (is_reversed)
		return a->sport == b->dport && a->dport == b->sport &&
		       ip_addr_eq(frame_src(a), frame_dst(b)) &&
		       ip_addr_eq(frame_dst(a), frame_src(b));
	return a->sport == b->sport && a->dport == b->dport &&
	       ip_addr_eq(frame_src(a), frame_src(b)) &&
	       ip_addr_eq(frame_dst(a), frame_dst(b));
}

static uint32_t syn_before(const struct trace_log *log,
			   const struct log_event *syn)
{
	const struct log_event *ev = trace_log_get(log, syn->n - 1);

	return ev ? ev->last_syn : 0;
}

bool tcp_initial(const struct trace_log *log, const struct log_event *ev,
		 bool is_other, uint32_t *isn)
{
	const struct log_event *at = trace_log_get(log, ev->last_syn);
	struct frame_view me, v;

	if (!frame_view(&me, ev) || !me.has_tcp)
		return false;
	for (; at; at = trace_log_get(log, syn_before(log, at))) {
		if (strcmp(at->host, ev->host) != 0 || !frame_view(&v, at) ||
		    !is_same_flow(&me, &v, is_other))
			continue;
		*isn = v.tcp.seq.v;
		return true;
	}
	return false;
}

uint32_t tcp_relative_seq(const struct trace_log *log,
			  const struct log_event *ev)
{
	struct frame_view v;
	uint32_t isn = 0;

	frame_view(&v, ev);
	if (log)
		tcp_initial(log, ev, false, &isn);
	return v.tcp.seq.v - isn;
}

uint32_t tcp_relative_ack(const struct trace_log *log,
			  const struct log_event *ev)
{
	struct frame_view v;
	uint32_t irs = 0;

	frame_view(&v, ev);
	if (log)
		tcp_initial(log, ev, true, &irs);
	return v.tcp.ack.v - irs;
}

static void label_options(const struct tcp_opts *o, struct strbuf *out)
{
	if (o->has & TCP_HAS_MSS)
		strbuf_printf(out, " mss=%u", o->mss);
	if (o->has & TCP_HAS_WSCALE)
		strbuf_printf(out, " wscale=%u", o->wscale);
	if (o->has & TCP_HAS_SACK_OK)
		strbuf_puts(out, " sack");
}

static void label_flags(uint16_t flags, struct strbuf *out)
{
	static const struct {
		uint16_t flag;
		const char *name;
	} names[] = {
		{TCP_SYN, "SYN"}, {TCP_FIN, "FIN"}, {TCP_RST, "RST"},
		{TCP_ACK, "ACK"}, {TCP_URG, "URG"},
	};
	bool is_first = true;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (!(flags & names[i].flag))
			continue;
		strbuf_printf(out, "%s%s", is_first ? "" : ",", names[i].name);
		is_first = false;
	}
}

/* The first line of an HTTP message, if the payload begins with one. */
static bool label_http(const struct frame_view *v, struct strbuf *out)
{
	const uint8_t *p = v->payload;
	size_t len = min_size(v->payload_len, LINE_MAX_SHOWN), i;

	if ((v->sport != 80 && v->dport != 80) || len < 5 ||
	    (memcmp(p, "GET ", 4) != 0 && memcmp(p, "HEAD ", 5) != 0 &&
	     memcmp(p, "HTTP/", 5) != 0))
		return false;
	for (i = 0; i < len && p[i] >= 32 && p[i] < 127; i++)
		strbuf_putc(out, (char)p[i]);
	return true;
}

static void label_tcp(const struct trace_log *log, const struct log_event *ev,
		      const struct frame_view *v, struct strbuf *out)
{
	if (label_http(v, out))
		return;
	if (v->payload_len && !(v->tcp.flags & (TCP_SYN | TCP_FIN | TCP_RST)))
		strbuf_puts(out, "data");
	else
		label_flags(v->tcp.flags, out);
	strbuf_printf(out, " seq=%u", tcp_relative_seq(log, ev));
	if (v->tcp.flags & TCP_ACK)
		strbuf_printf(out, " ack=%u", tcp_relative_ack(log, ev));
	if (v->payload_len)
		strbuf_printf(out, " len=%zu", v->payload_len);
	if ((v->tcp.flags & (TCP_SYN | TCP_ACK)) == TCP_SYN)
		label_options(&v->opts, out);
}

static void label_arp(const struct frame_view *v, struct strbuf *out)
{
	char ip[IP4_TEXT];

	char mac[MAC_TEXT];

	if (v->arp.op == RARP_REQUEST)
		strbuf_printf(out, "who is %s?", mac_print(v->arp.tha, mac));
	else if (v->arp.op == RARP_REPLY)
		strbuf_printf(out, "you are %s", ip4_print(v->arp.tpa, ip));
	else if (v->arp.op == ARP_REQUEST)
		strbuf_printf(out, "who has %s?", ip4_print(v->arp.tpa, ip));
	else
		strbuf_printf(out, "%s is me", ip4_print(v->arp.spa, ip));
}

/* A name without the dot of the root, unless it is the root. */
static void put_name(const char *name, struct strbuf *out)
{
	size_t len = strlen(name);

	strbuf_add(out, name, len > 1 && name[len - 1] == '.' ? len - 1 : len);
}

static void put_answer(const struct dissection *d, struct strbuf *out)
{
	const struct dis_field *data = dis_find(d, "DNS", "RDATA");
	const struct dis_field *answers = dis_find(d, "DNS", "ANCOUNT");

	if (!data || !answers) {
		strbuf_puts(out, "no such record");
		return;
	}
	strbuf_puts(out, strcmp(dis_value(d, answers), "0") ? "= " : "ask ");
	put_name(dis_value(d, data), out);
}

/* The question, or the first record of the answer. */
static void label_dns(struct mem *mem, const struct log_event *ev,
		      struct strbuf *out)
{
	const struct dis_field *name, *flags;
	struct dissection d;

	if (dissect_event(&d, mem, ev) == 0) {
		name = dis_find(&d, "DNS", "QNAME");
		flags = dis_find(&d, "DNS", "Flags");
		if (!flags || !name) {
			strbuf_puts(out, "DNS");
		} else if (!strncmp(dis_value(&d, flags), "query", 5)) {
			put_name(dis_value(&d, name), out);
			strbuf_putc(out, '?');
		} else if (strstr(dis_value(&d, flags), "no such name")) {
			strbuf_puts(out, "no such name");
		} else {
			put_answer(&d, out);
		}
	}
	dissect_fini(&d);
}

/* "DHCPOFFER 10.1.0.100": what it is, and the address that it is about. */
static void label_dhcp(const struct frame_view *v, struct strbuf *out)
{
	char text[IP4_TEXT];
	struct dhcp_msg m;
	ip4_addr ip;

	if (dhcp_parse(&m, v->payload, v->payload_len) < 0) {
		strbuf_puts(out, "DHCP");
		return;
	}
	if (m.type)
		strbuf_puts(out, dhcp_type_name(m.type));
	else
		strbuf_puts(out,
			    m.op == BOOTP_REPLY ? "BOOTREPLY" : "BOOTREQUEST");
	ip = m.yiaddr.v ? m.yiaddr : m.requested.v ? m.requested : m.ciaddr;
	if (ip.v)
		strbuf_printf(out, " %s", ip4_print(ip, text));
}

/* "REPLY fd00:1::100", also in a relay's envelope. */
static void label_dhcp6(const struct frame_view *v, struct strbuf *out)
{
	const uint8_t *p = v->payload;
	size_t len = v->payload_len;
	struct dhcp6_relay r;
	char text[IP6_TEXT];
	struct dhcp6_msg m;

	for (int i = 0; i <= DHCP6_HOPS_MAX && dhcp6_is_relayed(p, len); i++) {
		strbuf_printf(out, "%s ", dhcp6_type_name(p[0]));
		if (dhcp6_relay_parse(&r, p, len) < 0)
			return;
		p = r.inner;
		len = r.inner_len;
	}
	if (dhcp6_parse(&m, p, len) < 0) {
		strbuf_puts(out, "DHCPv6");
		return;
	}
	strbuf_puts(out, dhcp6_type_name(m.type));
	if (m.ia_count && m.ia[0].count)
		strbuf_printf(out, " %s",
			      ip6_print(m.ia[0].addr[0].addr, text));
}

/* "RIP: 10.1.0.0/24 1, 10.9.0.0/24 2": what is told, or asked. */
static void label_rip(const struct frame_view *v, struct strbuf *out)
{
	char text[IP4_TEXT];
	struct rip_msg m;

	if (rip_parse(&m, v->payload, v->payload_len) < 0) {
		strbuf_puts(out, "RIP");
		return;
	}
	if (m.command == RIP_REQUEST) {
		strbuf_puts(out, "RIP: what do you know?");
		return;
	}
	strbuf_puts(out, "RIP:");
	for (size_t i = 0; i < m.count && i < 3; i++)
		strbuf_printf(out, " %s/%u=%u",
			      ip4_print(m.entry[i].net.addr, text),
			      m.entry[i].net.len, m.entry[i].metric);
	if (m.count > 3)
		strbuf_printf(out, " +%zu", m.count - 3);
}

static void label_icmp(const struct frame_view *v, struct strbuf *out)
{
	strbuf_puts(out, icmp4_name(v->icmp.type, v->icmp.code));
	if (v->icmp.type == ICMP4_ECHO || v->icmp.type == ICMP4_ECHO_REPLY)
		strbuf_printf(out, " seq=%u", v->icmp.seq);
}

static void label_nd(const struct frame_view *v, const struct nd_msg *m,
		     struct strbuf *out)
{
	char target[IP6_TEXT], net[IP6_TEXT];

	ip6_print(m->target, target);
	if (m->type == ND_NEIGHBOUR_SOLICIT)
		strbuf_printf(out,
			      ip6_is_zero(v->ip6.src) ? "is %s free?"
						      : "who has %s?",
			      target);
	else if (m->type == ND_NEIGHBOUR_ADVERT)
		strbuf_printf(out, "%s is me", target);
	else if (m->type == ND_ROUTER_SOLICIT)
		strbuf_puts(out, "is there a router?");
	else if (m->type == ND_REDIRECT)
		strbuf_printf(out, "rather by %s", target);
	else if (m->opts.prefix_count)
		strbuf_printf(out, "router, %s/%u",
			      ip6_print(m->opts.prefix[0].net.addr, net),
			      m->opts.prefix[0].net.len);
	else
		strbuf_puts(out, m->lifetime_s ? "router" : "no router");
}

static void label_icmp6(const struct frame_view *v, struct strbuf *out)
{
	struct nd_msg m;

	if (frame_nd(v, &m)) {
		label_nd(v, &m, out);
		return;
	}
	strbuf_puts(out, icmp6_name(v->icmp6.type, v->icmp6.code));
	if (v->icmp6.type == ICMP6_ECHO || v->icmp6.type == ICMP6_ECHO_REPLY)
		strbuf_printf(out, " seq=%u", v->icmp6.seq);
	if (v->icmp6.type == ICMP6_TOO_BIG)
		strbuf_printf(out, " mtu=%u", v->icmp6.mtu);
}

void frame_label(const struct trace_log *log, const struct log_event *ev,
		 struct strbuf *out)
{
	struct frame_view v;

	if (!frame_view(&v, ev))
		return;
	if (v.has_arp)
		label_arp(&v, out);
	else if (v.has_tcp)
		label_tcp(log, ev, &v, out);
	else if (v.has_udp && (v.sport == 53 || v.dport == 53))
		label_dns(trace_log_mem(log), ev, out);
	else if (frame_is_dhcp(&v))
		label_dhcp(&v, out);
	else if (frame_is_dhcp6(&v))
		label_dhcp6(&v, out);
	else if (v.has_udp && v.dport == RIP_PORT)
		label_rip(&v, out);
	else if (v.has_icmp)
		label_icmp(&v, out);
	else if (v.has_icmp6)
		label_icmp6(&v, out);
	else if (!label_ppp_line(&v, out))
		strbuf_printf(out, "%s %zu octets", ev->proto, v.payload_len);
}
