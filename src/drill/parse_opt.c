// SPDX-License-Identifier: MIT
/*
 * parse_opt.c - TCP options in a script
 *
 *	<mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 7>
 *	<nop,nop,sack 1001:2001 3001:4001>
 *	<FO>, <FO 0123456789abcdef>, <FO TFO_COOKIE>, <FOEXP>
 *	<ECN e0b 1 ceb 2 e1b 3>		accurate ECN counters, in wire order
 *	<uto 60>, <uto 5 min>		user timeout (RFC 5482)
 *	<opt 253 0102>			any other
 *	<...>				outbound: whatever they are
 */

#include <ctype.h>
#include <errno.h>

#include "drill/opts.h"
#include "drill/scan.h"

static int parse_mss(struct scan *s, struct drill_opt *o)
{
	int64_t v = 0;
	int err = scan_range(s, "mss", 65535, &v);

	o->num[0] = (uint32_t)v;
	return err;
}

static int parse_wscale(struct scan *s, struct drill_opt *o)
{
	int64_t v = 0;
	int err = scan_range(s, "wscale", 255, &v);

	o->num[0] = (uint32_t)v;
	return err;
}

static int parse_nothing(struct scan *s, struct drill_opt *o)
{
	(void)s;
	(void)o;
	return 0;
}

static int parse_ts(struct scan *s, struct drill_opt *o)
{
	int err = 0;

	if (!scan_accept_word(s, "val"))
		return scan_expected(s, "val");
	err = scan_u32(s, &o->num[0]);
	if (err)
		return err;
	if (!scan_accept_word(s, "ecr"))
		return scan_expected(s, "ecr");
	return scan_u32(s, &o->num[1]);
}

static int parse_sack(struct scan *s, struct drill_opt *o)
{
	while (scan_sees_digit(s)) {
		int err;

		if (o->count == 8)
			return scan_expected(s, "at most four blocks");
		err = scan_u32(s, &o->blocks[o->count]);
		if (!err)
			err = scan_expect(s, ":");
		if (!err)
			err = scan_u32(s, &o->blocks[o->count + 1]);
		if (err)
			return err;
		o->count += 2;
	}
	return 0;
}

static int hex_digit(char c)
{
	if (!isxdigit((unsigned char)c))
		return -1;
	return isdigit((unsigned char)c) ? c - '0' : (c | 0x20) - 'a' + 10;
}

static int parse_hex(struct scan *s, struct drill_opt *o)
{
	scan_skip(s);
	while (hex_digit(scan_peek(s, 0)) >= 0) {
		int high = hex_digit(scan_peek(s, 0));
		int low = hex_digit(scan_peek(s, 1));

		if (high < 0 || low < 0)
			return scan_expected(s, "two digits for each octet");
		if (o->len == sizeof(o->octets))
			return scan_expected(s, "at most 38 octets");
		o->octets[o->len++] = (uint8_t)(high << 4 | low);
		s->at += 2;
	}
	return 0;
}

static int parse_uto(struct scan *s, struct drill_opt *o)
{
	int64_t v = 0;
	int err = scan_range(s, "uto", 0x7fff, &v);

	o->num[0] = (uint32_t)v;
	if (!err && scan_accept_word(s, "min"))
		o->num[0] |= 0x8000;
	return err;
}

static int parse_cookie(struct scan *s, struct drill_opt *o)
{
	o->has_any = scan_accept_word(s, "TFO_COOKIE") || scan_accept(s, "...");
	return o->has_any ? 0 : parse_hex(s, o);
}

static int parse_raw(struct scan *s, struct drill_opt *o)
{
	int64_t v = 0;
	int err = scan_range(s, "the kind", 255, &v);

	o->kind = (uint8_t)v;
	return err ? err : parse_hex(s, o);
}

/* The order of the counters decides between the two kinds (RFC 9768, 3.2.3). */
static int parse_accecn(struct scan *s, struct drill_opt *o)
{
	static const char *const names[] = {"e0b", "ceb", "e1b"};
	bool is_zero_first = true;
	int i;

	for (i = 0; i < 3; i++) {
		const char *want = names[is_zero_first ? i : 2 - i];
		int err;

		if (!i && scan_sees_word(s, "e1b")) {
			is_zero_first = false;
			want = "e1b";
		}
		if (!scan_accept_word(s, want))
			break;
		err = scan_u32(s, &o->blocks[o->count++]);
		if (err)
			return err;
	}
	o->kind = is_zero_first ? DRILL_OPT_ACCECN0 : DRILL_OPT_ACCECN1;
	return 0;
}

/* clang-format off */
static const struct {
	const char *name;
	uint8_t kind;
	int (*parse)(struct scan *s, struct drill_opt *o);
} kinds[] = {
	{"mss",		TCP_OPT_MSS,		parse_mss},
	{"wscale",	TCP_OPT_WSCALE,		parse_wscale},
	{"sackOK",	TCP_OPT_SACK_OK,	parse_nothing},
	{"sack",	TCP_OPT_SACK,		parse_sack},
	{"TS",		TCP_OPT_TIMESTAMP,	parse_ts},
	{"nop",		TCP_OPT_NOP,		parse_nothing},
	{"eol",		TCP_OPT_EOL,		parse_nothing},
	{"FO",		TCP_OPT_FASTOPEN,	parse_cookie},
	{"FOEXP",	DRILL_OPT_EXPERIMENT,	parse_cookie},
	{"ECN",		DRILL_OPT_ACCECN0,	parse_accecn},
	{"uto",		TCP_OPT_UTO,		parse_uto},
	{"opt",		0,			parse_raw},
};
/* clang-format on */

static int parse_one(struct scan *s, struct drill_opt *o)
{
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!scan_accept_word(s, kinds[i].name))
			continue;
		o->kind = kinds[i].kind;
		return kinds[i].parse(s, o);
	}
	return scan_expected(s, "an option: mss, wscale, sackOK, sack, TS, "
				"nop, eol, FO, FOEXP, ECN, uto or opt");
}

int parse_tcp_opts(struct scan *s, struct drill_packet *p)
{
	uint8_t octets[DRILL_OPT_OCTETS];
	size_t from = s->at;

	if (scan_accept(s, "...")) {
		if (p->is_in)
			return scan_fail_at(s, from,
					    "what goes in has to be said");
		p->has_any_opts = true;
		return scan_expect(s, ">");
	}
	if (scan_accept(s, ">"))
		return 0;
	do {
		int err;

		if (p->opt_count == DRILL_OPTS_MAX)
			return scan_expected(s, "at most 24 options");
		err = parse_one(s, &p->opts[p->opt_count++]);
		if (err)
			return err;
	} while (scan_accept(s, ","));
	if (drill_opts_emit(octets, p->opts, p->opt_count) < 0)
		return scan_fail_at(s, from,
				    "these options need more than 40 "
				    "octets");
	return scan_expect(s, ">");
}
