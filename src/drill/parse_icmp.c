// SPDX-License-Identifier: MIT
/*
 * parse_icmp.c - ICMP in a script
 *
 *	icmp TYPE [CODE] [mtu 1400] [ [seq:end(len)] | [udp (len)] ]
 *
 * What stands in brackets is the packet that an error quotes.
 */

#include "wire/icmp4.h"

#include "drill/scan.h"

struct named {
	const char *name;
	uint8_t num;
};

/* clang-format off */
static const struct named types[] = {
	{"echo_reply",		ICMP4_ECHO_REPLY},
	{"unreachable",		ICMP4_UNREACHABLE},
	{"source_quench",	ICMP4_SOURCE_QUENCH},
	{"redirect",		ICMP4_REDIRECT},
	{"echo_request",	ICMP4_ECHO},
	{"time_exceeded",	ICMP4_TIME_EXCEEDED},
	{"parameter_problem",	ICMP4_PARAM_PROBLEM},
};

static const struct named codes[] = {
	{"net_unreachable",		0},
	{"host_unreachable",		1},
	{"protocol_unreachable",	2},
	{"port_unreachable",		3},
	{"frag_needed",			4},
	{"source_route_failed",		5},
	{"net_unknown",			6},
	{"host_unknown",		7},
	{"source_host_isolated",	8},
	{"net_prohibited",		9},
	{"host_prohibited",		10},
	{"net_unreachable_for_tos",	11},
	{"host_unreachable_for_tos",	12},
	{"packet_filtered",		13},
	{"precedence_violation",	14},
	{"precedence_cutoff",		15},
	{"ttl_exceeded",		0},
	{"reassembly_timeout",		1},
};
/* clang-format on */

static bool accept_named(struct scan *s, const struct named *table,
			 size_t count, uint8_t *num)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (!scan_accept_word(s, table[i].name))
			continue;
		*num = table[i].num;
		return true;
	}
	return false;
}

static int parse_quoted(struct scan *s, struct drill_packet *p)
{
	int64_t v = 0;
	int err;

	if (!scan_accept_word(s, "udp")) {
		err = parse_seq(s, p);
		return err ? err : scan_expect(s, "]");
	}
	p->quoted = DP_UDP;
	p->has_seq = true;
	err = scan_expect(s, "(");
	if (!err)
		err = scan_range(s, "a length", 65000, &v);
	p->len = (uint32_t)v;
	if (!err)
		err = scan_expect(s, ")");
	return err ? err : scan_expect(s, "]");
}

int parse_icmp(struct scan *s, struct drill_packet *p)
{
	int64_t mtu = 0;
	int err = 0;

	p->kind = DP_ICMP;
	if (!accept_named(s, types, sizeof(types) / sizeof(types[0]),
			  &p->icmp_type))
		return scan_expected(
			s, "unreachable, time_exceeded, parameter_problem, "
			   "source_quench, redirect, echo_request or "
			   "echo_reply");
	accept_named(s, codes, sizeof(codes) / sizeof(codes[0]), &p->icmp_code);
	if (scan_accept_word(s, "mtu"))
		err = scan_range(s, "mtu", 65535, &mtu);
	p->icmp_mtu = (uint16_t)mtu;
	if (!err && scan_accept(s, "["))
		err = parse_quoted(s, p);
	return err;
}
