// SPDX-License-Identifier: MIT
/*
 * icmp6.c - ICMPv6 messages: the first eight octets, and their names
 */

#include "wire/icmp6.h"

#include <string.h>

#include "base/bytes.h"
#include "base/check.h"

#define CODE_ANY 0xff

/* clang-format off */
static const struct {
	uint8_t type, code;
	const char *name;
} icmp6_names[] = {
	{ICMP6_UNREACHABLE,	ICMP6_NO_ROUTE,		"no route"},
	{ICMP6_UNREACHABLE,	ICMP6_PROHIBITED,	"prohibited"},
	{ICMP6_UNREACHABLE,	ICMP6_BEYOND_SCOPE,	"beyond scope of source"},
	{ICMP6_UNREACHABLE,	ICMP6_ADDRESS,		"address unreachable"},
	{ICMP6_UNREACHABLE,	ICMP6_PORT,		"port unreachable"},
	{ICMP6_UNREACHABLE,	ICMP6_SOURCE_POLICY,	"source refused by policy"},
	{ICMP6_UNREACHABLE,	ICMP6_REJECT_ROUTE,	"route rejected"},
	{ICMP6_UNREACHABLE,	CODE_ANY,		"unreachable"},
	{ICMP6_TOO_BIG,		CODE_ANY,		"packet too big"},
	{ICMP6_TIME_EXCEEDED,	ICMP6_HOPS,		"hop limit exceeded"},
	{ICMP6_TIME_EXCEEDED,	ICMP6_REASSEMBLY,	"reassembly time exceeded"},
	{ICMP6_TIME_EXCEEDED,	CODE_ANY,		"time exceeded"},
	{ICMP6_PARAM_PROBLEM,	ICMP6_BAD_FIELD,	"erroneous header field"},
	{ICMP6_PARAM_PROBLEM,	ICMP6_BAD_NEXT,		"unknown next header"},
	{ICMP6_PARAM_PROBLEM,	ICMP6_BAD_OPTION,	"unknown option"},
	{ICMP6_PARAM_PROBLEM,	ICMP6_FIRST_FRAGMENT,	"incomplete header chain"},
	{ICMP6_PARAM_PROBLEM,	CODE_ANY,		"parameter problem"},
	{ICMP6_ECHO,		CODE_ANY,		"echo"},
	{ICMP6_ECHO_REPLY,	CODE_ANY,		"echo reply"},
	{ICMP6_MLD_QUERY,	CODE_ANY,		"group query"},
	{ICMP6_MLD_REPORT,	CODE_ANY,		"group report"},
	{ICMP6_MLD_DONE,	CODE_ANY,		"group done"},
	{ICMP6_ROUTER_SOLICIT,	CODE_ANY,		"router solicitation"},
	{ICMP6_ROUTER_ADVERT,	CODE_ANY,		"router advertisement"},
	{ICMP6_NEIGHBOUR_SOLICIT, CODE_ANY,		"neighbour solicitation"},
	{ICMP6_NEIGHBOUR_ADVERT, CODE_ANY,		"neighbour advertisement"},
	{ICMP6_REDIRECT,	CODE_ANY,		"redirect"},
	{ICMP6_MLD2_REPORT,	CODE_ANY,		"group report v2"},
};
/* clang-format on */

static bool has_id(uint8_t type)
{
	return type == ICMP6_ECHO || type == ICMP6_ECHO_REPLY;
}

int icmp6_parse(struct icmp6_hdr *hdr, const uint8_t *buf, size_t len)
{
	const struct icmp6_wire *w = (const void *)buf;

	if (len < sizeof(*w))
		return WIRE_SHORT;
	*hdr = (struct icmp6_hdr){.type = w->type[0], .code = w->code[0]};
	if (has_id(hdr->type)) {
		hdr->id = get16(w->rest);
		hdr->seq = get16(w->rest + 2);
	} else if (hdr->type == ICMP6_TOO_BIG) {
		hdr->mtu = get32(w->rest);
	} else if (hdr->type == ICMP6_PARAM_PROBLEM) {
		hdr->pointer = get32(w->rest);
	}
	return ICMP6_HLEN;
}

void icmp6_emit(uint8_t buf[static ICMP6_HLEN], const struct icmp6_hdr *hdr)
{
	struct icmp6_wire *w = (void *)buf;

	memset(w, 0, sizeof(*w));
	w->type[0] = hdr->type;
	w->code[0] = hdr->code;
	if (has_id(hdr->type)) {
		put16(w->rest, hdr->id);
		put16(w->rest + 2, hdr->seq);
	} else if (hdr->type == ICMP6_TOO_BIG) {
		put32(w->rest, hdr->mtu);
	} else if (hdr->type == ICMP6_PARAM_PROBLEM) {
		put32(w->rest, hdr->pointer);
	}
}

const char *icmp6_name(uint8_t type, uint8_t code)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(icmp6_names); i++)
		if (icmp6_names[i].type == type &&
		    (icmp6_names[i].code == code ||
		     icmp6_names[i].code == CODE_ANY))
			return icmp6_names[i].name;
	return "unknown message";
}

void icmp6_print(struct strbuf *sb, const struct icmp6_hdr *hdr)
{
	strbuf_puts(sb, icmp6_name(hdr->type, hdr->code));
	if (has_id(hdr->type))
		strbuf_printf(sb, " id %u seq %u", hdr->id, hdr->seq);
	else if (hdr->type == ICMP6_TOO_BIG)
		strbuf_printf(sb, " mtu %u", hdr->mtu);
	else if (hdr->type == ICMP6_PARAM_PROBLEM)
		strbuf_printf(sb, " at %u", hdr->pointer);
}
