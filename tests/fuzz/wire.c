// SPDX-License-Identifier: MIT
/*
 * wire.c - fuzz target: every header parser, and what it accepts goes back
 *
 * Theory of operation
 * ===================
 * The first octet chooses a format, the rest is what a stranger sent.  A
 * parser may refuse it; nothing else may happen.  What a parser accepts is
 * written again by its emitter and parsed once more: the two headers must
 * read the same to a person.  So a field that is parsed from one place and
 * emitted to another is found, too.
 */
#include <stdint.h>
#include <string.h>

#include "base/check.h"
#include "base/strbuf.h"

#include "wire/arp.h"
#include "wire/csum.h"
#include "wire/ether.h"
#include "wire/icmp4.h"
#include "wire/ip4.h"
#include "wire/ip4_opt.h"
#include "wire/tcp.h"
#include "wire/tcp_opt.h"
#include "wire/udp.h"

enum { TEXT = 2048, MESSAGE = 2048 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A header as text, in an array of its own. */
struct text {
	struct strbuf sb;
	char room[TEXT];
};

static struct strbuf *text_start(struct text *t)
{
	strbuf_init_fixed(&t->sb, t->room, sizeof(t->room));
	return &t->sb;
}

static void same(const struct text *a, const struct text *b)
{
	check(strcmp(a->room, b->room) == 0);
}

static void fuzz_ether(const uint8_t *buf, size_t len)
{
	struct ether_hdr one, two;
	uint8_t again[ETH_HLEN + 4];
	struct text a, b;

	if (ether_parse(&one, buf, len) < 0)
		return;
	ether_print(text_start(&a), &one);
	check(ether_len(&one) <= sizeof(again));
	ether_emit(again, &one);
	if (ether_parse(&two, again, ether_len(&one)) < 0)
		return; /* an 802.3 length, and nothing behind it now */
	ether_print(text_start(&b), &two);
	same(&a, &b);
}

static void fuzz_arp(const uint8_t *buf, size_t len)
{
	struct arp_hdr one, two;
	uint8_t again[ARP_LEN];
	struct text a, b;

	if (arp_parse(&one, buf, len) < 0)
		return;
	arp_print(text_start(&a), &one);
	arp_emit(again, &one);
	check(arp_parse(&two, again, sizeof(again)) >= 0);
	arp_print(text_start(&b), &two);
	same(&a, &b);
}

static void fuzz_ip4(const uint8_t *buf, size_t len)
{
	struct ip4_hdr one, two;
	uint8_t again[MESSAGE] = {0};
	struct text a, b;

	if (ip4_hdr_parse_quoted(&one, buf, len) >= 0)
		ip4_hdr_print(text_start(&a), &one);
	if (ip4_hdr_parse(&one, buf, len) < 0 || one.total_len > sizeof(again))
		return;
	ip4_hdr_print(text_start(&a), &one);
	ip4_hdr_emit(again, &one);
	check(ip4_hdr_parse(&two, again, one.total_len) >= 0);
	ip4_hdr_print(text_start(&b), &two);
	same(&a, &b);
	ip4_opts_print(text_start(&a), buf + 20, one.opts_len);
}

static void fuzz_ip4_opts(const uint8_t *buf, size_t len)
{
	struct ip4_opts opts;
	struct text a;

	(void)ip4_opts_parse(&opts, buf, len % 41);
	ip4_opts_print(text_start(&a), buf, len % 41);
}

static void fuzz_icmp4(const uint8_t *buf, size_t len)
{
	struct icmp4_hdr one, two;
	uint8_t again[MESSAGE];
	struct text a, b;

	if (len > sizeof(again))
		return;
	memcpy(again, buf, len);
	if (len >= 4) {
		/* With a sum that is right, more than one in 65,536 goes on. */
		again[2] = again[3] = 0;
		uint16_t sum = csum(again, len);

		again[2] = (uint8_t)(sum >> 8);
		again[3] = (uint8_t)sum;
	}
	if (icmp4_parse(&one, again, len) < 0)
		return;
	icmp4_print(text_start(&a), &one);
	icmp4_emit(again, len, &one);
	check(icmp4_parse(&two, again, len) >= 0);
	icmp4_print(text_start(&b), &two);
	same(&a, &b);
}

static void fuzz_udp(const uint8_t *buf, size_t len)
{
	struct udp_hdr one, two;
	uint8_t again[MESSAGE] = {0};
	struct text a, b;

	if (udplite_parse(&one, buf, len) >= 0)
		check(one.len >= UDP_HLEN && one.len <= len && one.sum);
	if (udp_parse(&one, buf, len) < 0 || one.len > sizeof(again))
		return;
	udp_print(text_start(&a), &one);
	udp_emit(again, &one);
	check(udp_parse(&two, again, one.len) >= 0);
	udp_print(text_start(&b), &two);
	same(&a, &b);
}

static void fuzz_tcp(const uint8_t *buf, size_t len)
{
	struct tcp_hdr one, two;
	uint8_t again[TCP_HLEN_MAX];
	struct tcp_opts opts;
	struct text a, b;

	if (tcp_parse(&one, buf, len) < 0)
		return;
	tcp_print(text_start(&a), &one);
	tcp_emit(again, &one);
	check(tcp_parse(&two, again, one.len) >= 0);
	tcp_print(text_start(&b), &two);
	same(&a, &b);
	tcp_opts_parse(&opts, buf + TCP_HLEN, one.len - TCP_HLEN);
	tcp_opts_print(text_start(&a), &opts, one.seq);
}

static void fuzz_tcp_opts(const uint8_t *buf, size_t len)
{
	struct tcp_opts one, two;
	uint8_t again[40];
	struct text a, b;
	size_t written;

	tcp_opts_parse(&one, buf, len);
	tcp_opts_print(text_start(&a), &one, (seq32){0});
	written = tcp_opts_len(&one);
	check(written <= sizeof(again) && written % 4 == 0);
	check(tcp_opts_emit(again, &one) == written);
	tcp_opts_parse(&two, again, written);
	tcp_opts_print(text_start(&b), &two, (seq32){0});
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const targets[])(const uint8_t *, size_t) = {
		fuzz_ether, fuzz_arp, fuzz_ip4, fuzz_ip4_opts,
		fuzz_icmp4, fuzz_udp, fuzz_tcp, fuzz_tcp_opts,
	};

	if (size > 0)
		targets[data[0] % 8](data + 1, size - 1);
	return 0;
}
