/* SPDX-License-Identifier: MIT */
#ifndef TRACE_FRAME_H
#define TRACE_FRAME_H

/*
 * frame.h - the headers of a logged frame, as values
 *
 * Views that draw or compare frames need a few numbers of each; dissect.h is
 * for those who want every octet.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/addr.h"
#include "wire/arp.h"
#include "wire/ether.h"
#include "wire/icmp4.h"
#include "wire/icmp6.h"
#include "wire/ip4.h"
#include "wire/ip6.h"
#include "wire/nd.h"
#include "wire/ppp.h"
#include "wire/pppoe.h"
#include "wire/tcp.h"
#include "wire/tcp_opt.h"
#include "wire/udp.h"

#include "trace/log.h"

/**
 * struct frame_view - what a frame says
 * @src_mac:	Ethernet source; likewise @dst_mac
 * @has_arp:	@arp is valid
 * @has_ppp:	@ppp_proto is; @has_ppp_ctl: @ppp_ctl too
 * @has_pppoe:	@pppoe is valid; of discovery: its tags are @payload
 * @has_ip:	@ip is valid; for both versions see frame_src(), frame_dst()
 * @has_ip6:	@ip6 is valid; likewise @has_icmp6
 * @has_tcp:	@tcp and @opts are; likewise @has_udp, @has_icmp, @has_udplite
 * @sport:	Ports, if it has TCP or UDP
 * @payload:	Behind the transport header
 */
struct frame_view {
	mac_addr src_mac, dst_mac;
	bool has_arp, has_ip, has_tcp, has_udp, has_udplite, has_icmp;
	bool has_ip6, has_icmp6;
	bool has_ppp, has_ppp_ctl, has_pppoe;
	uint16_t ppp_proto;
	struct ppp_ctl ppp_ctl;
	struct pppoe_hdr pppoe;
	struct arp_hdr arp;
	struct ip4_hdr ip;
	struct ip6_hdr ip6;
	struct icmp6_hdr icmp6;
	struct tcp_hdr tcp;
	struct tcp_opts opts;
	struct icmp4_hdr icmp;
	uint16_t sport, dport;
	const uint8_t *payload;
	size_t payload_len;
};

/* False if the event has no frame. */
bool frame_view(struct frame_view *view, const struct log_event *ev);

/* Family 0: there is no IP header. */
/* Its message of neighbour discovery, if it is one. */
bool frame_nd(const struct frame_view *view, struct nd_msg *m);

struct ip_addr frame_src(const struct frame_view *view);
struct ip_addr frame_dst(const struct frame_view *view);

/* A TCP segment with SYN, first of its direction. */
bool frame_is_syn(const struct log_event *ev);

/* A frame that its host passes on rather than makes. */
bool frame_is_relayed(const struct log_event *ev);

/* A message between a client and a server of DHCP or BOOTP. */
static inline bool frame_is_dhcp(const struct frame_view *v)
{
	return v->has_udp && v->sport >= 67 && v->sport <= 68 &&
	       v->dport >= 67 && v->dport <= 68;
}

/* The same of DHCPv6. */
static inline bool frame_is_dhcp6(const struct frame_view *v)
{
	return v->has_udp && (v->dport == 546 || v->dport == 547);
}

#endif /* TRACE_FRAME_H */
