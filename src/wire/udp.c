// SPDX-License-Identifier: MIT
/*
 * udp.c - headers of UDP and of UDP-Lite
 */

#include "wire/udp.h"

#include "base/bytes.h"

int udplite_parse(struct udp_hdr *hdr, const uint8_t *buf, size_t len)
{
	const struct udp_wire *w = (const void *)buf;
	size_t covers;

	if (len < sizeof(*w))
		return WIRE_SHORT;
	covers = get16(w->len);
	if (!covers)
		covers = len;
	if (covers < sizeof(*w) || covers > len)
		return WIRE_LEN;
	if (!get16(w->sum))
		return WIRE_CSUM;
	*hdr = (struct udp_hdr){
		.sport = get16(w->sport),
		.dport = get16(w->dport),
		.len = (uint16_t)covers,
		.sum = get16(w->sum),
	};
	return UDP_HLEN;
}

void udp_emit(uint8_t *buf, const struct udp_hdr *hdr)
{
	struct udp_wire *w = (void *)buf;

	put16(w->sport, hdr->sport);
	put16(w->dport, hdr->dport);
	put16(w->len, hdr->len);
	put16(w->sum, hdr->sum);
}

void udp_print(struct strbuf *sb, const struct udp_hdr *hdr)
{
	strbuf_printf(sb, "%u > %u len %u", hdr->sport, hdr->dport, hdr->len);
}
