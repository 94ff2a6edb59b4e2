// SPDX-License-Identifier: MIT
/*
 * icmp4.c - ICMP messages for IPv4
 */

#include "wire/icmp4.h"

#include "base/bytes.h"
#include "base/check.h"

#include "wire/csum.h"

bool icmp4_is_error(uint8_t type)
{
	return type == ICMP4_UNREACHABLE || type == ICMP4_SOURCE_QUENCH ||
	       type == ICMP4_REDIRECT || type == ICMP4_TIME_EXCEEDED ||
	       type == ICMP4_PARAM_PROBLEM;
}

/* Echo and timestamp messages carry an identifier and a number. */
static bool icmp4_has_id(uint8_t type)
{
	return type == ICMP4_ECHO || type == ICMP4_ECHO_REPLY ||
	       type == ICMP4_TIMESTAMP || type == ICMP4_TIMESTAMP_REPLY;
}

static bool icmp4_has_mtu(const struct icmp4_hdr *hdr)
{
	return hdr->type == ICMP4_UNREACHABLE && hdr->code == ICMP4_FRAG_NEEDED;
}

int icmp4_parse_quoted(struct icmp4_hdr *hdr, const uint8_t *buf, size_t len)
{
	const struct icmp4_wire *w = (const void *)buf;
	struct icmp4_hdr h = {0};

	if (len < sizeof(*w))
		return WIRE_SHORT;
	h.type = w->type[0];
	h.code = w->code[0];
	if (icmp4_has_id(h.type)) {
		h.id = get16(w->rest);
		h.seq = get16(w->rest + 2);
	}
	if (icmp4_has_mtu(&h))
		h.mtu = get16(w->rest + 2);
	if (h.type == ICMP4_PARAM_PROBLEM)
		h.pointer = w->rest[0];
	if (h.type == ICMP4_REDIRECT)
		h.gateway = get_ip4(w->rest);
	*hdr = h;
	return ICMP4_HLEN;
}

int icmp4_parse(struct icmp4_hdr *hdr, const uint8_t *buf, size_t len)
{
	if (len < ICMP4_HLEN)
		return WIRE_SHORT;
	if (csum(buf, len) != 0)
		return WIRE_CSUM;
	return icmp4_parse_quoted(hdr, buf, len);
}

void icmp4_emit(uint8_t *buf, size_t len, const struct icmp4_hdr *hdr)
{
	struct icmp4_wire *w = (void *)buf;

	check(len >= sizeof(*w));
	w->type[0] = hdr->type;
	w->code[0] = hdr->code;
	put16(w->sum, 0);
	put32(w->rest, 0);
	if (icmp4_has_id(hdr->type)) {
		put16(w->rest, hdr->id);
		put16(w->rest + 2, hdr->seq);
	}
	if (icmp4_has_mtu(hdr))
		put16(w->rest + 2, hdr->mtu);
	if (hdr->type == ICMP4_PARAM_PROBLEM)
		w->rest[0] = hdr->pointer;
	if (hdr->type == ICMP4_REDIRECT)
		put_ip4(w->rest, hdr->gateway);
	put16(w->sum, csum(buf, len));
}

static const char *const icmp4_type_names[] = {
	[ICMP4_ECHO_REPLY] = "echo reply",
	[ICMP4_UNREACHABLE] = "unreachable",
	[ICMP4_SOURCE_QUENCH] = "source quench",
	[ICMP4_REDIRECT] = "redirect",
	[ICMP4_ECHO] = "echo",
	[ICMP4_ROUTER_ADVERT] = "router advertisement",
	[ICMP4_ROUTER_SOLICIT] = "router solicitation",
	[ICMP4_TIME_EXCEEDED] = "time exceeded",
	[ICMP4_PARAM_PROBLEM] = "parameter problem",
	[ICMP4_TIMESTAMP] = "timestamp",
	[ICMP4_TIMESTAMP_REPLY] = "timestamp reply",
};

static const char *const icmp4_unreachable_names[] = {
	[ICMP4_NET] = "network unreachable",
	[ICMP4_HOST] = "host unreachable",
	[ICMP4_PROTO] = "protocol unreachable",
	[ICMP4_PORT] = "port unreachable",
	[ICMP4_FRAG_NEEDED] = "fragmentation needed",
	[ICMP4_SOURCE_ROUTE] = "source route failed",
	[ICMP4_NET_UNKNOWN] = "network unknown",
	[ICMP4_HOST_UNKNOWN] = "host unknown",
	[ICMP4_NET_PROHIBITED] = "network prohibited",
	[ICMP4_HOST_PROHIBITED] = "host prohibited",
	[ICMP4_FILTERED] = "administratively filtered",
};

const char *icmp4_name(uint8_t type, uint8_t code)
{
	const char *name = NULL;

	if (type == ICMP4_UNREACHABLE &&
	    code < ARRAY_SIZE(icmp4_unreachable_names))
		name = icmp4_unreachable_names[code];
	if (type == ICMP4_TIME_EXCEEDED && code == ICMP4_TTL)
		name = "time to live exceeded";
	if (type == ICMP4_TIME_EXCEEDED && code == ICMP4_REASSEMBLY)
		name = "reassembly time exceeded";
	if (!name && type < ARRAY_SIZE(icmp4_type_names))
		name = icmp4_type_names[type];
	return name ? name : "unknown";
}

void icmp4_print(struct strbuf *sb, const struct icmp4_hdr *hdr)
{
	char text[IP4_TEXT];

	strbuf_puts(sb, icmp4_name(hdr->type, hdr->code));
	if (icmp4_has_id(hdr->type))
		strbuf_printf(sb, " id %u seq %u", hdr->id, hdr->seq);
	if (icmp4_has_mtu(hdr))
		strbuf_printf(sb, " mtu %u", hdr->mtu);
	if (hdr->type == ICMP4_PARAM_PROBLEM)
		strbuf_printf(sb, " at octet %u", hdr->pointer);
	if (hdr->type == ICMP4_REDIRECT)
		strbuf_printf(sb, " to %s", ip4_print(hdr->gateway, text));
}
