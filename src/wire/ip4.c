// SPDX-License-Identifier: MIT
/*
 * ip4.c - IPv4 headers: read, verified, written, changed in place
 */

#include "wire/ip4.h"

#include <string.h>

#include "base/bytes.h"
#include "base/check.h"

#include "wire/csum.h"

enum { FRAG_OFF_MASK = 0x1fff, FRAG_FLAGS_SHIFT = 13 };

/* Header length, or a WIRE_ error. */
static int ip4_hlen(const struct ip4_wire *w, size_t len)
{
	size_t hlen;

	if (len < sizeof(*w))
		return WIRE_SHORT;
	if (w->ver_hlen[0] >> 4 != IP_V4)
		return WIRE_VERSION;
	hlen = (size_t)(w->ver_hlen[0] & 15) * 4;
	if (hlen < sizeof(*w) || hlen > len)
		return WIRE_HLEN;
	return (int)hlen;
}

static uint16_t ip4_frag_off(const struct ip4_wire *w)
{
	return (uint16_t)((get16(w->frag) & FRAG_OFF_MASK) * 8);
}

static void ip4_read(struct ip4_hdr *hdr, const struct ip4_wire *w, int hlen)
{
	hdr->src = get_ip4(w->src);
	hdr->dst = get_ip4(w->dst);
	hdr->proto = w->proto[0];
	hdr->ttl = w->ttl[0];
	hdr->tos = w->tos[0];
	hdr->flags = (uint8_t)(get16(w->frag) >> FRAG_FLAGS_SHIFT);
	hdr->id = get16(w->id);
	hdr->frag_off = ip4_frag_off(w);
	hdr->total_len = get16(w->total_len);
	hdr->hlen = (uint8_t)hlen;
	hdr->opts_len = (uint8_t)(hlen - IP4_HLEN);
	hdr->opts = hlen > IP4_HLEN ? (const uint8_t *)(w + 1) : NULL;
}

int ip4_hdr_parse_quoted(struct ip4_hdr *hdr, const uint8_t *buf, size_t len)
{
	const struct ip4_wire *w = (const void *)buf;
	int hlen = ip4_hlen(w, len);

	if (hlen > 0)
		ip4_read(hdr, w, hlen);
	return hlen;
}

/* The checksum of a header: csum_add() in the few steps that words of 32 bits
 * need, for every packet pays this, and nearly all have no options. */
static uint16_t ip4_hdr_csum(const uint8_t *buf, size_t hlen)
{
	uint64_t sum = (uint64_t)get32(buf) + get32(buf + 4) + get32(buf + 8) +
		       get32(buf + 12) + get32(buf + 16);
	size_t i;

	for (i = IP4_HLEN; i < hlen; i += 4)
		sum += get32(buf + i);
	return csum_fold(csum_combine((uint32_t)sum, (uint32_t)(sum >> 32)));
}

int ip4_hdr_parse(struct ip4_hdr *hdr, const uint8_t *buf, size_t len)
{
	const struct ip4_wire *w = (const void *)buf;
	int hlen = ip4_hlen(w, len);
	uint32_t total;

	if (hlen < 0)
		return hlen;
	total = get16(w->total_len);
	if (total < (uint32_t)hlen || total > len)
		return WIRE_LEN;
	if (ip4_hdr_csum(buf, (size_t)hlen) != 0)
		return WIRE_CSUM;
	if (ip4_frag_off(w) + total - (uint32_t)hlen > IP4_LEN_MAX)
		return WIRE_FIELD;
	ip4_read(hdr, w, hlen);
	return hlen;
}

size_t ip4_hdr_len(const struct ip4_hdr *hdr)
{
	return IP4_HLEN + (((size_t)hdr->opts_len + 3) & ~(size_t)3);
}

void ip4_hdr_emit(uint8_t *buf, const struct ip4_hdr *hdr)
{
	struct ip4_wire *w = (void *)buf;
	size_t hlen = ip4_hdr_len(hdr);

	check(hdr->opts_len <= IP4_OPTS_MAX && hdr->frag_off % 8 == 0);

	memset(buf + IP4_HLEN, 0, hlen - IP4_HLEN);
	put16(w->sum, 0);
	w->ver_hlen[0] = (uint8_t)(IP_V4 << 4 | hlen / 4);
	w->tos[0] = hdr->tos;
	put16(w->total_len, hdr->total_len);
	put16(w->id, hdr->id);
	put16(w->frag,
	      (uint16_t)(hdr->flags << FRAG_FLAGS_SHIFT | hdr->frag_off / 8));
	w->ttl[0] = hdr->ttl;
	w->proto[0] = hdr->proto;
	put_ip4(w->src, hdr->src);
	put_ip4(w->dst, hdr->dst);
	if (hdr->opts_len)
		memcpy(buf + IP4_HLEN, hdr->opts, hdr->opts_len);
	put16(w->sum, ip4_hdr_csum(buf, hlen));
}

/* Brings the checksum up to date after one 16-bit word changed. */
static void ip4_patch16(struct ip4_wire *w, uint16_t from, uint16_t to)
{
	put16(w->sum, csum_update16(get16(w->sum), from, to));
}

void ip4_patch_ttl(uint8_t *buf, uint8_t ttl)
{
	struct ip4_wire *w = (void *)buf;

	ip4_patch16(w, (uint16_t)(w->ttl[0] << 8), (uint16_t)(ttl << 8));
	w->ttl[0] = ttl;
}

void ip4_patch_tos(uint8_t *buf, uint8_t tos)
{
	struct ip4_wire *w = (void *)buf;

	ip4_patch16(w, w->tos[0], tos);
	w->tos[0] = tos;
}

void ip4_patch_id(uint8_t *buf, uint16_t id)
{
	struct ip4_wire *w = (void *)buf;

	ip4_patch16(w, get16(w->id), id);
	put16(w->id, id);
}

static void ip4_patch_addr(struct ip4_wire *w, uint8_t field[static 4],
			   ip4_addr to)
{
	put16(w->sum, csum_update32(get16(w->sum), get32(field), to.v));
	put_ip4(field, to);
}

void ip4_patch_src(uint8_t *buf, ip4_addr src)
{
	struct ip4_wire *w = (void *)buf;

	ip4_patch_addr(w, w->src, src);
}

void ip4_patch_dst(uint8_t *buf, ip4_addr dst)
{
	struct ip4_wire *w = (void *)buf;

	ip4_patch_addr(w, w->dst, dst);
}

void ip4_hdr_print(struct strbuf *sb, const struct ip4_hdr *hdr)
{
	const char *name = ip_proto_name(hdr->proto);
	char src[IP4_TEXT], dst[IP4_TEXT];

	strbuf_printf(sb, "%s > %s ", ip4_print(hdr->src, src),
		      ip4_print(hdr->dst, dst));
	if (name)
		strbuf_puts(sb, name);
	else
		strbuf_printf(sb, "proto %u", hdr->proto);
	strbuf_printf(sb, " ttl %u len %u", hdr->ttl, hdr->total_len);
	if (hdr->flags & IP4_DF)
		strbuf_puts(sb, " DF");
	if (ip4_is_fragment(hdr))
		strbuf_printf(sb, " id %u fragment %u%s", hdr->id,
			      hdr->frag_off, hdr->flags & IP4_MF ? "+" : "");
}
