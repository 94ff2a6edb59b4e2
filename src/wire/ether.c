// SPDX-License-Identifier: MIT
/*
 * ether.c - Ethernet headers, with and without an 802.1Q tag
 */

#include "wire/ether.h"

#include "base/cursor.h"

int ether_parse(struct ether_hdr *hdr, const uint8_t *buf, size_t len)
{
	struct cursor c = cur_init(buf, len);
	struct ether_hdr h = {0};
	uint16_t type;

	cur_copy(&c, h.dst.o, sizeof(h.dst.o));
	cur_copy(&c, h.src.o, sizeof(h.src.o));
	type = cur_u16(&c);
	if (type == ETH_VLAN) {
		h.has_vlan = true;
		h.tci = cur_u16(&c);
		type = cur_u16(&c);
	}
	if (!cur_ok(&c))
		return WIRE_SHORT;
	if (type > ETH_LENGTH_MAX && type < ETH_TYPE_MIN)
		return WIRE_FIELD;
	if (type <= ETH_LENGTH_MAX && type > cur_left(&c))
		return WIRE_LEN;
	if (type >= ETH_TYPE_MIN)
		h.type = type;
	else
		h.length = type;
	h.len = (uint8_t)(len - cur_left(&c));
	*hdr = h;
	return h.len;
}

size_t ether_len(const struct ether_hdr *hdr)
{
	return hdr->has_vlan ? ETH_HLEN + ETH_VLAN_LEN : ETH_HLEN;
}

void ether_emit(uint8_t *buf, const struct ether_hdr *hdr)
{
	struct wcursor w = wcur_init(buf, ether_len(hdr));

	wcur_bytes(&w, hdr->dst.o, sizeof(hdr->dst.o));
	wcur_bytes(&w, hdr->src.o, sizeof(hdr->src.o));
	if (hdr->has_vlan) {
		wcur_u16(&w, ETH_VLAN);
		wcur_u16(&w, hdr->tci);
	}
	wcur_u16(&w, hdr->type ? hdr->type : hdr->length);
}

const char *ether_type_name(uint16_t type)
{
	switch (type) {
	case ETH_IP4:
		return "ipv4";
	case ETH_ARP:
		return "arp";
	case ETH_RARP:
		return "rarp";
	case ETH_VLAN:
		return "vlan";
	case ETH_IP6:
		return "ipv6";
	case ETH_PPPOE_DISCOVERY:
		return "pppoe-discovery";
	case ETH_PPPOE_SESSION:
		return "pppoe";
	case ETH_QINQ:
		return "qinq";
	default:
		return NULL;
	}
}

void ether_print(struct strbuf *sb, const struct ether_hdr *hdr)
{
	const char *name = ether_type_name(hdr->type);
	char src[MAC_TEXT], dst[MAC_TEXT];

	strbuf_printf(sb, "%s > %s", mac_print(hdr->src, src),
		      mac_print(hdr->dst, dst));
	if (hdr->has_vlan)
		strbuf_printf(sb, " vlan %u", ether_vlan_id(hdr));
	if (name)
		strbuf_printf(sb, " %s", name);
	else if (hdr->type)
		strbuf_printf(sb, " type 0x%04x", hdr->type);
	else
		strbuf_printf(sb, " length %u", hdr->length);
}
