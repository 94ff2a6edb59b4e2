// SPDX-License-Identifier: MIT
/*
 * parse_packet.c - packets
 *
 *	packet	DIRECTION [ip] [ports] tcp | udp (len) | icmp ...
 *	ip	[ect0] or (tos 0x10, ttl 64)
 *	ports	8080 > 40001
 *	tcp	FLAGS seq:end(len) [ack n] [win n] [urg n] [<options>]
 *
 * Flags are F S R P . (ACK) U E (ECE) W or C (CWR) A (AE), or a digit: the
 * three of the accurate ECN counter together.
 */

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "wire/ip4.h"
#include "wire/tcp.h"

#include "drill/scan.h"

/* clang-format off */
static const struct {
	const char *name;
	int ecn;
} ecns[] = {
	{"noecn", IP_ECN_NOT_ECT},
	{"ect01", -2},
	{"ect0", IP_ECN_ECT0},
	{"ect1", IP_ECN_ECT1},
	{"ce", IP_ECN_CE},
};

static const struct {
	char letter;
	uint16_t flag;
} flags[] = {
	{'F', TCP_FIN}, {'S', TCP_SYN}, {'R', TCP_RST}, {'P', TCP_PSH},
	{'.', TCP_ACK}, {'U', TCP_URG}, {'E', TCP_ECE}, {'W', TCP_CWR},
	{'C', TCP_CWR}, {'A', TCP_AE},
};
/* clang-format on */

static int parse_ip_item(struct scan *s, struct drill_packet *p)
{
	int64_t v;
	size_t i;
	int err;

	for (i = 0; i < sizeof(ecns) / sizeof(ecns[0]); i++) {
		if (!scan_accept_word(s, ecns[i].name))
			continue;
		p->ecn = ecns[i].ecn;
		return 0;
	}
	if (scan_accept_word(s, "tos")) {
		err = scan_range(s, "tos", 255, &v);
		p->tos = (int)v;
		return err;
	}
	if (scan_accept_word(s, "ttl")) {
		err = scan_range(s, "ttl", 255, &v);
		p->ttl = (int)v;
		return err;
	}
	return scan_expected(s, "noecn, ect0, ect1, ect01, ce, tos or ttl");
}

static int parse_ip(struct scan *s, struct drill_packet *p)
{
	const char *close = NULL;

	if (scan_accept(s, "["))
		close = "]";
	else if (scan_accept(s, "("))
		close = ")";
	if (!close)
		return 0;
	do {
		int err = parse_ip_item(s, p);

		if (err)
			return err;
	} while (scan_accept(s, ","));
	return scan_expect(s, close);
}

/* "8080 > 40001": digits, and behind them ">". */
static bool sees_ports(struct scan *s)
{
	size_t n = 0;

	scan_skip(s);
	while (isdigit((unsigned char)scan_peek(s, n)))
		n++;
	if (!n)
		return false;
	while (scan_peek(s, n) == ' ')
		n++;
	return scan_peek(s, n) == '>';
}

static int parse_ports(struct scan *s, struct drill_packet *p)
{
	int64_t from, to;
	int err;

	if (!sees_ports(s))
		return 0;
	err = scan_range(s, "a port", 65535, &from);
	if (!err)
		err = scan_expect(s, ">");
	if (!err)
		err = scan_range(s, "a port", 65535, &to);
	if (err)
		return err;
	p->sport = (uint16_t)from;
	p->dport = (uint16_t)to;
	return 0;
}

static bool add_flag(struct drill_packet *p, char c)
{
	size_t i;

	for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (flags[i].letter == c) {
			p->flags |= flags[i].flag;
			return true;
		}
	}
	if (c < '0' || c > '7')
		return false;
	p->flags |= (uint16_t)((c - '0') << DRILL_ACE_SHIFT);
	return true;
}

static int parse_flags(struct scan *s, struct drill_packet *p)
{
	const char *what = "flags (of F S R P . U E W A 0-7), udp or icmp";

	scan_skip(s);
	if (s->at >= s->len)
		return scan_expected(s, what);
	if (scan_accept_word(s, "_") || scan_accept(s, "- "))
		return 0; /* none at all */
	for (; s->at < s->len && !isspace((unsigned char)scan_peek(s, 0));
	     s->at++)
		if (!add_flag(p, scan_peek(s, 0)))
			return scan_expected(s, what);
	return 0;
}

int parse_seq(struct scan *s, struct drill_packet *p)
{
	uint32_t end;
	size_t from;
	int err;

	scan_skip(s);
	from = s->at;
	err = scan_u32(s, &p->seq);
	if (err)
		return scan_expected(s, "seq:end(length)");
	err = scan_expect(s, ":");
	if (!err)
		err = scan_u32(s, &end);
	if (!err)
		err = scan_expect(s, "(");
	if (!err)
		err = scan_u32(s, &p->len);
	if (!err)
		err = scan_expect(s, ")");
	if (err)
		return err;
	if (p->seq + p->len != end)
		return scan_fail_at(s, from, "%u and %u octets end at %u",
				    p->seq, p->len, p->seq + p->len);
	if (p->len > 65000)
		return scan_fail_at(s, from, "no packet carries %u octets",
				    p->len);
	p->has_seq = true;
	return 0;
}

static int parse_tcp_rest(struct scan *s, struct drill_packet *p)
{
	int64_t v = 0;
	uint32_t ack;
	int err = 0;

	if (scan_accept_word(s, "ack")) {
		err = scan_u32(s, &ack);
		p->ack = ack;
	}
	if (!err && scan_accept_word(s, "win")) {
		err = scan_range(s, "win", 65535, &v);
		p->win = (int)v;
	}
	if (!err && scan_accept_word(s, "urg")) {
		err = scan_range(s, "urg", 65535, &v);
		p->urg = (int)v;
	}
	return err;
}

static int parse_tcp(struct scan *s, struct drill_packet *p)
{
	size_t from;
	int err;

	scan_skip(s);
	from = s->at;
	err = parse_flags(s, p);
	if (!err)
		err = parse_seq(s, p);
	if (!err)
		err = parse_tcp_rest(s, p);
	if (err)
		return err;
	if (p->flags & TCP_ACK && p->ack == DRILL_ANY && p->is_in)
		return scan_fail_at(s, from,
				    "a segment with ACK ('.') says ack N");
	return scan_accept(s, "<") ? parse_tcp_opts(s, p) : 0;
}

static int parse_udp(struct scan *s, struct drill_packet *p)
{
	int64_t v = 0;
	int err = scan_expect(s, "(");

	p->kind = DP_UDP;
	if (!err)
		err = scan_range(s, "a length", 65000, &v);
	p->len = (uint32_t)v;
	return err ? err : scan_expect(s, ")");
}

int parse_packet(struct scan *s, struct drill_packet **out)
{
	struct drill_packet *p = arena_alloc(s->arena, 1, sizeof(*p));
	int err;

	if (!p)
		return -ENOMEM;
	*out = p;
	p->is_in = scan_accept(s, "<");
	if (!p->is_in)
		scan_accept(s, ">");
	p->ecn = p->tos = p->ttl = p->win = p->urg = DRILL_ANY;
	p->ack = DRILL_ANY;
	err = parse_ip(s, p);
	if (!err)
		err = parse_ports(s, p);
	if (err)
		return err;
	if (scan_accept_word(s, "udp"))
		return parse_udp(s, p);
	if (scan_accept_word(s, "icmp"))
		return parse_icmp(s, p);
	if (scan_sees_word(s, "gre") || scan_sees_word(s, "mpls") ||
	    scan_sees_word(s, "icmpv6") || scan_sees_word(s, "ipv6") ||
	    scan_sees_word(s, "sctp"))
		return scan_expected(s, "TCP flags, udp or icmp");
	return parse_tcp(s, p);
}
