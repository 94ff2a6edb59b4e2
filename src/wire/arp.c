// SPDX-License-Identifier: MIT
/*
 * arp.c - ARP and RARP messages
 */

#include "wire/arp.h"

#include "base/bytes.h"

#include "wire/ether.h"

int arp_parse(struct arp_hdr *hdr, const uint8_t *buf, size_t len)
{
	const struct arp_wire *w = (const void *)buf;

	if (len < sizeof(*w))
		return WIRE_SHORT;
	if (get16(w->htype) != ARP_HTYPE_ETHER || get16(w->ptype) != ETH_IP4)
		return WIRE_VERSION;
	if (w->hlen[0] != sizeof(w->sha) || w->plen[0] != sizeof(w->spa))
		return WIRE_HLEN;
	*hdr = (struct arp_hdr){
		.op = get16(w->op),
		.sha = get_mac(w->sha),
		.spa = get_ip4(w->spa),
		.tha = get_mac(w->tha),
		.tpa = get_ip4(w->tpa),
	};
	return ARP_LEN;
}

void arp_emit(uint8_t *buf, const struct arp_hdr *hdr)
{
	struct arp_wire *w = (void *)buf;

	put16(w->htype, ARP_HTYPE_ETHER);
	put16(w->ptype, ETH_IP4);
	w->hlen[0] = sizeof(w->sha);
	w->plen[0] = sizeof(w->spa);
	put16(w->op, hdr->op);
	put_mac(w->sha, hdr->sha);
	put_ip4(w->spa, hdr->spa);
	put_mac(w->tha, hdr->tha);
	put_ip4(w->tpa, hdr->tpa);
}

void arp_print(struct strbuf *sb, const struct arp_hdr *hdr)
{
	char spa[IP4_TEXT], tpa[IP4_TEXT], sha[MAC_TEXT], tha[MAC_TEXT];

	ip4_print(hdr->spa, spa);
	ip4_print(hdr->tpa, tpa);
	mac_print(hdr->sha, sha);
	mac_print(hdr->tha, tha);
	switch (hdr->op) {
	case ARP_REQUEST:
		strbuf_printf(sb, "who has %s? tell %s", tpa, spa);
		break;
	case ARP_REPLY:
		strbuf_printf(sb, "%s is at %s", spa, sha);
		break;
	case RARP_REQUEST:
		strbuf_printf(sb, "who is %s? tell %s", tha, sha);
		break;
	case RARP_REPLY:
		strbuf_printf(sb, "%s is %s", tha, tpa);
		break;
	default:
		strbuf_printf(sb, "arp op %u from %s", hdr->op, sha);
		break;
	}
}
