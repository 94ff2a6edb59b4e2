// SPDX-License-Identifier: MIT
/*
 * ip6.c - IPv6 headers: read, verified, written
 */

#include "wire/ip6.h"

#include "base/bytes.h"

enum { CLASS_SHIFT = 20, VERSION_SHIFT = 28 };

int ip6_hdr_parse_quoted(struct ip6_hdr *hdr, const uint8_t *buf, size_t len)
{
	const struct ip6_wire *w = (const void *)buf;
	uint32_t first;

	if (len < sizeof(*w))
		return WIRE_SHORT;
	first = get32(w->ver_class_flow);
	if (first >> VERSION_SHIFT != IP_V6)
		return WIRE_VERSION;
	*hdr = (struct ip6_hdr){
		.src = get_ip6(w->src),
		.dst = get_ip6(w->dst),
		.flow = first & IP6_FLOW_MASK,
		.payload_len = get16(w->payload_len),
		.next = w->next[0],
		.hops = w->hops[0],
		.tclass = (uint8_t)(first >> CLASS_SHIFT),
	};
	return IP6_HLEN;
}

uint8_t ip6_tclass(const uint8_t *buf)
{
	return (uint8_t)(buf[0] << 4 | buf[1] >> 4);
}

void ip6_patch_tclass(uint8_t *buf, uint8_t tclass)
{
	buf[0] = (uint8_t)((buf[0] & 0xf0) | tclass >> 4);
	buf[1] = (uint8_t)((buf[1] & 0x0f) | tclass << 4);
}

int ip6_hdr_parse(struct ip6_hdr *hdr, const uint8_t *buf, size_t len)
{
	struct ip6_hdr h;
	int hlen = ip6_hdr_parse_quoted(&h, buf, len);

	if (hlen < 0)
		return hlen;
	if (h.payload_len > len - IP6_HLEN)
		return WIRE_LEN;
	if (!h.payload_len && h.next != IP_PROTO_NONE)
		return WIRE_LEN;
	*hdr = h;
	return hlen;
}

void ip6_hdr_emit(uint8_t *buf, const struct ip6_hdr *hdr)
{
	struct ip6_wire *w = (void *)buf;

	put32(w->ver_class_flow, (uint32_t)IP_V6 << VERSION_SHIFT |
					 (uint32_t)hdr->tclass << CLASS_SHIFT |
					 (hdr->flow & IP6_FLOW_MASK));
	put16(w->payload_len, hdr->payload_len);
	w->next[0] = hdr->next;
	w->hops[0] = hdr->hops;
	put_ip6(w->src, hdr->src);
	put_ip6(w->dst, hdr->dst);
}

void ip6_hdr_print(struct strbuf *sb, const struct ip6_hdr *hdr)
{
	const char *name = ip_proto_name(hdr->next);
	char src[IP6_TEXT], dst[IP6_TEXT];

	strbuf_printf(sb, "%s > %s ", ip6_print(hdr->src, src),
		      ip6_print(hdr->dst, dst));
	if (name)
		strbuf_puts(sb, name);
	else
		strbuf_printf(sb, "next %u", hdr->next);
	strbuf_printf(sb, " hops %u len %u", hdr->hops, hdr->payload_len);
	if (hdr->flow)
		strbuf_printf(sb, " flow %05x", hdr->flow);
}
