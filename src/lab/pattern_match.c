// SPDX-License-Identifier: MIT
/*
 * pattern_match.c - does a pattern fit?
 *
 * Theory of operation
 * ===================
 * Frames are judged by their octets alone, so a fault that must decide before
 * the frame arrives and an expectation that looks at the log afterwards cannot
 * disagree.  DNS is what goes to or from port 53, HTTP is what begins like a
 * request or an answer.
 */
#include "lab/pattern_match.h"

#include <string.h>

enum { DNS_PORT = 53, DNS_HEADER = 12, TCP_BITS_EXACT = 0x07 };

static bool has_address(const struct lab_iface *iface, struct ip_addr ip)
{
	if (ip.family == IP_V6)
		return iface->ip6.is_set && ip6_eq(iface->ip6.v, ip.v6);
	return ip.family == IP_V4 && ip4_eq(iface->ip.v, ip.v4);
}

/* Has the node this address, or, if @mac is one, that? */
static bool node_has(const struct lab_node *node, struct ip_addr ip,
		     const mac_addr *mac)
{
	const struct lab_iface *iface = node->interfaces.items;

	for (size_t i = 0; i < node->interfaces.count; i++)
		if (has_address(&iface[i], ip) ||
		    (mac && mac_eq(iface[i].mac.v, *mac)))
			return true;
	return false;
}

/* Does the address tell who is meant?  One that is good on its link only, or
 * means several, does not: there the link addresses do. */
static bool is_telling(struct ip_addr ip)
{
	return ip.family == IP_V4 ||
	       (ip.family == IP_V6 && !ip6_is_link_local(ip.v6) &&
		!ip6_is_multicast(ip.v6) && !ip6_is_zero(ip.v6));
}

static bool node_is_end(const struct lab_node *node, struct ip_addr ip,
			mac_addr mac)
{
	/* Routers are meant by their link address too: they pass on. */
	if (is_telling(ip) && node->kind.v != LAB_ROUTER)
		return node_has(node, ip, NULL);
	return node_has(node, ip, &mac);
}

bool match_is_from(const struct frame_view *v, const struct lab_node *node)
{
	return node_is_end(node, frame_src(v), v->src_mac);
}

bool match_is_to(const struct frame_view *v, const struct lab_node *node)
{
	/* A question to everybody is for whom it asks about. */
	if (v->has_arp && mac_is_group(v->dst_mac))
		return node_has(node, ip_addr_v4(v->arp.tpa), NULL);
	return node_is_end(node, frame_dst(v), v->dst_mac);
}

static bool match_flags(const struct frame_view *v, unsigned want)
{
	unsigned exact = TCP_BITS_EXACT | (want & TCP_SYN ? TCP_ACK : 0);

	return v->has_tcp && (v->tcp.flags & want) == want &&
	       (v->tcp.flags & exact) == (want & exact);
}

static bool match_dns(const struct frame_view *v, unsigned is_answer)
{
	if (!v->has_udp || v->payload_len < DNS_HEADER)
		return false;
	if ((is_answer ? v->sport : v->dport) != DNS_PORT)
		return false;
	return v->payload[2] >> 7 == (int)is_answer;
}

/* "GET " at the start, or "HTTP/1.1 200". */
static bool match_http(const struct frame_view *v, const char *word)
{
	size_t len = strlen(word);
	const char *text = (const char *)v->payload;

	if (!v->has_tcp)
		return false;
	if (word[0] < '0' || word[0] > '9')
		return v->payload_len > len && memcmp(text, word, len) == 0 &&
		       text[len] == ' ';
	return v->payload_len >= 12 && memcmp(text, "HTTP/1.", 7) == 0 &&
	       text[8] == ' ' && memcmp(text + 9, word, 3) == 0;
}

static bool match_what(const struct pattern *p, const struct frame_view *v)
{
	switch (p->kind) {
	case PATTERN_ANY:
		return true;
	case PATTERN_IP:
		return v->has_ip || v->has_ip6;
	case PATTERN_ARP:
		return v->has_arp && v->arp.op == p->value;
	case PATTERN_ICMP:
		return v->has_icmp && v->icmp.type == p->value;
	case PATTERN_UDP:
		return v->has_udp;
	case PATTERN_TCP:
		return v->has_tcp;
	case PATTERN_TCP_ACK:
		return match_flags(v, TCP_ACK) && !v->payload_len;
	case PATTERN_TCP_DATA:
		return v->has_tcp && v->payload_len;
	case PATTERN_TCP_FLAGS:
		return match_flags(v, p->value);
	case PATTERN_DNS:
		return match_dns(v, p->value);
	case PATTERN_HTTP:
		return match_http(v, p->word);
	case PATTERN_EVENT:
	case PATTERN_DROP:
	default:
		return false;
	}
}

bool match_frame(const struct pattern *p, const struct frame_view *v,
		 const struct topo *topo)
{
	const struct lab_node *any, *from, *to;

	if (!match_what(p, v))
		return false;
	any = p->any.s ? topo_node(topo, p->any.s) : NULL;
	from = p->from.s ? topo_node(topo, p->from.s) : NULL;
	to = p->to.s ? topo_node(topo, p->to.s) : NULL;
	return (!any || match_is_from(v, any) || match_is_to(v, any)) &&
	       (!from || match_is_from(v, from)) && (!to || match_is_to(v, to));
}

/* Who an event is about: the node where it happened. */
static bool match_place(const struct pattern *p, const struct log_event *ev)
{
	const struct lab_str *who = p->any.s ? &p->any : &p->from;

	return !who->s || (ev->host && strcmp(ev->host, who->s) == 0);
}

static bool match_drop(const struct pattern *p, const struct log_event *ev)
{
	const char *why = ev->kind == EV_DROP ? log_text(ev, "drop") : NULL;

	return why && strcmp(why, drop_name((enum drop)p->value)) == 0 &&
	       match_place(p, ev);
}

bool match_event(const struct pattern *p, const struct log_event *ev,
		 const struct topo *topo)
{
	struct frame_view v;

	if (p->kind == PATTERN_DROP)
		return match_drop(p, ev);
	if (p->kind == PATTERN_EVENT)
		return ev->what == p->what && ev->kind != EV_RX &&
		       match_place(p, ev);
	if (ev->kind != EV_TX || frame_is_relayed(ev) || !frame_view(&v, ev))
		return false;
	if (ev->netif && strcmp(ev->netif, "lo") == 0)
		return false;
	return match_frame(p, &v, topo);
}
