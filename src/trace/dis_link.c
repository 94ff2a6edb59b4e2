// SPDX-License-Identifier: MIT
/*
 * dis_link.c - the fields of Ethernet and ARP
 */

#include "base/bytes.h"

#include "wire/addr.h"
#include "wire/arp.h"
#include "wire/ether.h"

#include "trace/dissect_int.h"

#define TYPE_MIN 0x0600 /* smaller: a length (IEEE 802.3, 3.2.6) */

static const char *type_name(uint16_t type)
{
	switch (type) {
	case ETH_IP4:
		return "IPv4";
	case ETH_ARP:
		return "ARP";
	case ETH_RARP:
		return "RARP";
	case ETH_IP6:
		return "IPv6";
	case ETH_VLAN:
		return "802.1Q tag";
	default:
		return type < TYPE_MIN ? "length, IEEE 802.3" : "unknown";
	}
}

static void dis_mac(struct dissection *d, struct cursor *c, const char *name,
		    const char *meaning)
{
	const uint8_t *p = dis_peek(d, c, 6);
	char buf[MAC_TEXT];
	mac_addr mac;

	if (!p)
		return;
	memcpy(mac.o, p, sizeof(mac.o));
	dis_take(d, c, 6, name,
		 mac_is_broadcast(mac) ? "everyone on this network" : meaning,
		 "%s", mac_print(mac, buf));
}

void dis_ether(struct dissection *d, struct cursor *c)
{
	const uint8_t *p;
	uint16_t type;

	dis_layer(d, "Ethernet", 2);
	dis_mac(d, c, "Destination Address", "the next machine on this link");
	dis_mac(d, c, "Source Address", "the machine that sent this frame");
	p = dis_peek(d, c, 2);
	if (!p)
		return;
	type = get16(p);
	dis_take(d, c, 2, "EtherType", "what the frame carries", "0x%04x %s",
		 type, type_name(type));
	if (type == ETH_ARP)
		dis_arp(d, c);
	else if (type == ETH_IP4)
		dis_ip4(d, c);
	dis_layer(d, "Ethernet", 2);
	if (type == ETH_ARP || type == ETH_IP4)
		dis_rest(d, c, "Padding", "a frame has at least 60 octets");
}

void dis_arp(struct dissection *d, struct cursor *c)
{
	const uint8_t *p = cur_peek(c, ARP_LEN);
	uint16_t op;

	dis_layer(d, "ARP", 2);
	if (!p) {
		dis_rest(d, c, "(cut short)", "ARP takes 28 octets");
		return;
	}
	op = get16(p + 6);
	dis_take(d, c, 2, "Hardware Type", "1 is Ethernet", "%u", get16(p));
	dis_take(d, c, 2, "Protocol Type", "addresses of which protocol",
		 "0x%04x %s", get16(p + 2), type_name(get16(p + 2)));
	dis_take(d, c, 1, "Hardware Address Length", "octets of a MAC address",
		 "%u", p[4]);
	dis_take(d, c, 1, "Protocol Address Length", "octets of an IP address",
		 "%u", p[5]);
	dis_take(d, c, 2, "Operation",
		 op == ARP_REQUEST ? "a question" : "an answer", "%u %s", op,
		 op == ARP_REQUEST ? "request"
		 : op == ARP_REPLY ? "reply"
				   : "other");
	dis_mac(d, c, "Sender Hardware Address", "MAC of who speaks");
	dis_ip4_addr(d, c, "Sender Protocol Address", "IP of who speaks");
	dis_mac(d, c, "Target Hardware Address",
		op == ARP_REQUEST ? "what is asked for" : "MAC of who asked");
	dis_ip4_addr(d, c, "Target Protocol Address",
		     op == ARP_REQUEST ? "whose MAC is asked for"
				       : "IP of who asked");
}
