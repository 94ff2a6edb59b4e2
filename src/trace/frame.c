// SPDX-License-Identifier: MIT
/*
 * frame.c - reading the headers of a logged frame with wire/'s parsers
 */

#include "trace/frame.h"

#include <string.h>

#include "base/bytes.h"

#include "wire/ip6_ext.h"

#include "core/pkt.h"

#define FCS_LEN 4

static void view_tcp(struct frame_view *v, const uint8_t *p, size_t len)
{
	int hlen = tcp_parse(&v->tcp, p, len);

	if (hlen < 0)
		return;
	v->has_tcp = true;
	v->sport = v->tcp.sport;
	v->dport = v->tcp.dport;
	tcp_opts_parse(&v->opts, p + TCP_HLEN, (size_t)hlen - TCP_HLEN);
	v->payload = p + hlen;
	v->payload_len = len - (size_t)hlen;
}

static void view_udp(struct frame_view *v, const uint8_t *p, size_t len)
{
	struct udp_hdr udp;
	int hlen = udp_parse(&udp, p, len);

	if (hlen < 0)
		return;
	v->has_udp = true;
	v->sport = udp.sport;
	v->dport = udp.dport;
	v->payload = p + hlen;
	v->payload_len = udp.len - (size_t)hlen;
}

/* Its ports are shown as UDP's are, and nothing in it is looked into. */
static void view_udplite(struct frame_view *v, const uint8_t *p, size_t len)
{
	struct udp_hdr h;
	int hlen = udplite_parse(&h, p, len);

	if (hlen < 0)
		return;
	v->has_udplite = true;
	v->sport = h.sport;
	v->dport = h.dport;
	v->payload = p + hlen;
	v->payload_len = len - (size_t)hlen;
}

static void view_icmp(struct frame_view *v, const uint8_t *p, size_t len)
{
	if (icmp4_parse(&v->icmp, p, len) < 0)
		return;
	v->has_icmp = true;
	v->payload = p + ICMP4_HLEN;
	v->payload_len = len - ICMP4_HLEN;
}

static void view_ip(struct frame_view *v, const uint8_t *p, size_t len)
{
	int hlen = ip4_hdr_parse(&v->ip, p, len);

	if (hlen < 0)
		return;
	v->has_ip = true;
	p += hlen;
	len = v->ip.total_len - (size_t)hlen;
	v->payload = p;
	v->payload_len = len;
	if (v->ip.frag_off)
		return;
	if (v->ip.proto == IP_PROTO_TCP)
		view_tcp(v, p, len);
	else if (v->ip.proto == IP_PROTO_UDP)
		view_udp(v, p, len);
	else if (v->ip.proto == IP_PROTO_UDPLITE)
		view_udplite(v, p, len);
	else if (v->ip.proto == IP_PROTO_ICMP)
		view_icmp(v, p, len);
}

static void view_icmp6(struct frame_view *v, const uint8_t *p, size_t len)
{
	if (icmp6_parse(&v->icmp6, p, len) < 0)
		return;
	v->has_icmp6 = true;
	v->payload = p + ICMP6_HLEN;
	v->payload_len = len - ICMP6_HLEN;
}

static void view_ip6(struct frame_view *v, const uint8_t *p, size_t len)
{
	bool is_piece;
	uint8_t proto;
	size_t off;

	if (ip6_hdr_parse(&v->ip6, p, len) < 0)
		return;
	v->has_ip6 = true;
	len = IP6_HLEN + (size_t)v->ip6.payload_len;
	v->payload = p + IP6_HLEN;
	v->payload_len = v->ip6.payload_len;
	if (ip6_skip(p, len, &proto, &off, &is_piece) || is_piece)
		return;
	v->payload = p + off;
	v->payload_len = len - off;
	if (proto == IP_PROTO_TCP)
		view_tcp(v, p + off, len - off);
	else if (proto == IP_PROTO_UDP)
		view_udp(v, p + off, len - off);
	else if (proto == IP_PROTO_UDPLITE)
		view_udplite(v, p + off, len - off);
	else if (proto == IP_PROTO_ICMP6)
		view_icmp6(v, p + off, len - off);
}

static bool is_tag(uint16_t type)
{
	return type == ETH_VLAN || type == ETH_QINQ;
}

static void view_ppp(struct frame_view *v, const uint8_t *p, size_t len)
{
	int hlen = ppp_parse(&v->ppp_proto, p, len);

	if (hlen < 0)
		return;
	v->has_ppp = true;
	p += hlen;
	len -= (size_t)hlen;
	if (v->ppp_proto == PPP_IP4)
		view_ip(v, p, len);
	else if (v->ppp_proto == PPP_IP6)
		view_ip6(v, p, len);
	else if (v->ppp_proto >= 0x8000)
		v->has_ppp_ctl = ppp_ctl_parse(&v->ppp_ctl, p, len) == 0;
}

static void view_pppoe(struct frame_view *v, const uint8_t *p, size_t len)
{
	int hlen = pppoe_parse(&v->pppoe, p, len);

	if (hlen < 0)
		return;
	v->has_pppoe = true;
	v->payload = p + hlen;
	v->payload_len = v->pppoe.len;
	if (v->pppoe.code == PPPOE_SESSION)
		view_ppp(v, v->payload, v->payload_len);
}

static void view_ether(struct frame_view *v, const uint8_t *p, size_t len)
{
	uint16_t type;

	memcpy(v->dst_mac.o, p, 6);
	memcpy(v->src_mac.o, p + 6, 6);
	len -= ETH_HLEN;
	/* What is behind a VLAN tag is read as if there was none. */
	while (is_tag(get16(p + 12)) && len >= ETH_VLAN_LEN) {
		p += ETH_VLAN_LEN;
		len -= ETH_VLAN_LEN;
	}
	type = get16(p + 12);
	p += ETH_HLEN;
	if (type == ETH_ARP || type == ETH_RARP)
		v->has_arp = arp_parse(&v->arp, p, len) >= 0;
	else if (type == ETH_IP4)
		view_ip(v, p, len);
	else if (type == ETH_IP6)
		view_ip6(v, p, len);
	else if (type == ETH_PPPOE_DISCOVERY || type == ETH_PPPOE_SESSION)
		view_pppoe(v, p, len);
}

bool frame_view(struct frame_view *v, const struct log_event *ev)
{
	size_t len = ev->frame_len;

	memset(v, 0, sizeof(*v));
	if (!ev->frame)
		return false;
	if (ev->link == PKT_PPP && len > PPP_FCS_LEN)
		view_ppp(v, ev->frame, len - PPP_FCS_LEN);
	else if (ev->link == PKT_ETHER && len >= ETH_HLEN + FCS_LEN)
		view_ether(v, ev->frame, len - FCS_LEN);
	else
		return false;
	return true;
}

bool frame_nd(const struct frame_view *v, struct nd_msg *m)
{
	return v->has_icmp6 && nd_is_type(v->icmp6.type) &&
	       nd_parse(m, v->payload - ICMP6_HLEN,
			v->payload_len + ICMP6_HLEN) == 0;
}

struct ip_addr frame_src(const struct frame_view *v)
{
	if (v->has_ip6)
		return ip_addr_v6(v->ip6.src);
	return v->has_ip ? ip_addr_v4(v->ip.src) : (struct ip_addr){0};
}

struct ip_addr frame_dst(const struct frame_view *v)
{
	if (v->has_ip6)
		return ip_addr_v6(v->ip6.dst);
	return v->has_ip ? ip_addr_v4(v->ip.dst) : (struct ip_addr){0};
}

bool frame_is_syn(const struct log_event *ev)
{
	struct frame_view v;

	return (ev->kind == EV_TX || ev->kind == EV_RX) && frame_view(&v, ev) &&
	       v.has_tcp && v.tcp.flags & TCP_SYN;
}

bool frame_is_relayed(const struct log_event *ev)
{
	return ev->kind == EV_TX && log_num(ev, "relayed", 0);
}
