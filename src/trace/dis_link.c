// SPDX-License-Identifier: MIT
/*
 * dis_link.c - the fields of Ethernet and ARP
 */

#include "base/bytes.h"
#include "base/check.h"

#include "wire/addr.h"
#include "wire/arp.h"
#include "wire/ether.h"
#include "wire/llc.h"

#include "trace/dissect_int.h"

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
	case ETH_QINQ:
		return "802.1ad tag";
	case ETH_PPPOE_DISCOVERY:
		return "PPPoE discovery";
	case ETH_PPPOE_SESSION:
		return "PPPoE session";
	default:
		return "unknown";
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

static bool dis_by_type(struct dissection *d, struct cursor *c, uint16_t type);

static void dis_802_3(struct dissection *d, struct cursor *c, uint16_t length);

/* Behind the type of a tag: the tag, and a type again, perhaps of a tag. */
static bool dis_tagged(struct dissection *d, struct cursor *c, bool is_outer)
{
	const uint8_t *p;
	uint16_t type;

	if (++d->tags > DIS_TAGS_MAX)
		return false;
	dis_vlan(d, c, is_outer);
	p = dis_peek(d, c, 2);
	if (!p)
		return true;
	type = get16(p);
	if (type <= ETH_LENGTH_MAX) {
		dis_take(d, c, 2, "Length", "octets up to the padding: 802.3",
			 "%u", type);
		dis_802_3(d, c, type);
		return true;
	}
	dis_take(d, c, 2, "EtherType", "what the frame carries", "0x%04x %s",
		 type, type_name(type));
	return dis_by_type(d, c, type);
}

/* The payload of that type; false: it is not known, all of it is data. */
static bool dis_by_type(struct dissection *d, struct cursor *c, uint16_t type)
{
	switch (type) {
	case ETH_ARP:
	case ETH_RARP:
		dis_arp(d, c);
		return true;
	case ETH_IP4:
		dis_ip4(d, c);
		return true;
	case ETH_IP6:
		dis_ip6(d, c);
		return true;
	case ETH_VLAN:
	case ETH_QINQ:
		return dis_tagged(d, c, type == ETH_QINQ);
	case ETH_PPPOE_DISCOVERY:
	case ETH_PPPOE_SESSION:
		dis_pppoe(d, c, type == ETH_PPPOE_SESSION);
		return true;
	default:
		return false;
	}
}

static void dis_sap(struct dissection *d, struct cursor *c, const char *name,
		    const char *meaning)
{
	const uint8_t *p = dis_peek(d, c, 1);
	const char *sap = p ? llc_sap_name(*p) : NULL;

	if (p)
		dis_take(d, c, 1, name, meaning, "0x%02x %s", *p,
			 sap ? sap : "unknown");
}

/* LLC, and SNAP if there is one.  Returns whether a payload was named. */
static bool dis_llc(struct dissection *d, struct cursor *c)
{
	const uint8_t *p = cur_peek(c, LLC_HLEN);
	uint8_t sap = p ? p[0] : LLC_SAP_NULL;
	bool has_snap = p && p[0] == LLC_SAP_SNAP && p[2] == LLC_UI;

	dis_layer(d, "LLC", 2);
	dis_sap(d, c, "DSAP", "for which service");
	dis_sap(d, c, "SSAP", "from which service");
	p = dis_peek(d, c, 1);
	if (p)
		dis_take(d, c, 1, "Control", "3: unnumbered information",
			 "0x%02x", *p);
	if (sap == LLC_SAP_STP) {
		dis_bpdu(d, c);
		return true;
	}
	if (!has_snap)
		return false;
	dis_layer(d, "SNAP", 2);
	p = dis_peek(d, c, 3);
	if (p)
		dis_take(d, c, 3, "Organization Code",
			 "0: what follows is an EtherType", "0x%06x", get24(p));
	p = dis_peek(d, c, 2);
	if (!p)
		return true;
	dis_take(d, c, 2, "Protocol Identifier", "what the frame carries",
		 "0x%04x %s", get16(p), type_name(get16(p)));
	return dis_by_type(d, c, get16(p));
}

/* A frame with a length: only so much belongs to what it carries. */
static void dis_802_3(struct dissection *d, struct cursor *c, uint16_t length)
{
	struct cursor inner = cur_sub(c, min_size(length, cur_left(c)));

	if (!dis_llc(d, &inner))
		dis_layer(d, "LLC", 2);
	dis_rest(d, &inner, "Data", NULL);
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
	if (type <= ETH_LENGTH_MAX) {
		dis_take(d, c, 2, "Length", "octets up to the padding: 802.3",
			 "%u", type);
		dis_802_3(d, c, type);
	} else {
		dis_take(d, c, 2, "EtherType", "what the frame carries",
			 "0x%04x %s", type, type_name(type));
		if (!dis_by_type(d, c, type))
			return;
	}
	dis_layer(d, "Ethernet", 2);
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
		 op == ARP_REQUEST || op == RARP_REQUEST ? "a question"
							 : "an answer",
		 "%u %s", op,
		 op == ARP_REQUEST    ? "request"
		 : op == ARP_REPLY    ? "reply"
		 : op == RARP_REQUEST ? "reverse request"
		 : op == RARP_REPLY   ? "reverse reply"
				      : "other");
	dis_mac(d, c, "Sender Hardware Address", "MAC of who speaks");
	dis_ip4_addr(d, c, "Sender Protocol Address", "IP of who speaks");
	dis_mac(d, c, "Target Hardware Address",
		op == ARP_REQUEST ? "what is asked for" : "MAC of who asked");
	dis_ip4_addr(d, c, "Target Protocol Address",
		     op == ARP_REQUEST ? "whose MAC is asked for"
				       : "IP of who asked");
}
