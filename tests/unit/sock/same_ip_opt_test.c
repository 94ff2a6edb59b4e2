// SPDX-License-Identifier: MIT
/*
 * same_ip_opt_test.c - IP options of datagrams, on weft and on the kernel
 *
 * Everything happens between addresses of our own on the loopback interface,
 * 127.0.77.1 and 127.0.77.2, so that what is recorded tells whose it is.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"

#include "wire/ip4_opt.h"

#include "same.h"
#include "sock/sock.h"

#define HERE  0x7f004d01U
#define THERE 0x7f004d02U
#define IP    SK_IPPROTO_IP
#define OPTS  SK_IPPROTO_IP, SK_IP_OPTIONS

static const uint8_t route[12] = {IP4_OPT_NOP, IP4_OPT_RR, 11, 4};
static const uint8_t full[4] = {IP4_OPT_RR, 3, 4};
static const uint8_t stamps[20] = {IP4_OPT_TS, 20, 5, IP4_TS_ADDR};
static const uint8_t asked[20] = {
	IP4_OPT_TS, 20, 5, IP4_TS_PRESPEC, 127, 0, 77, 2, 0, 0, 0, 0, 9,
	9,	    9,	9};

static void note_octets(struct talk *t, const uint8_t *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		talk_note(t, (int)i, "octet", p[i]);
}

static void note_options(struct talk *t, int s)
{
	uint8_t got[48] = {0};
	long n = CALL(get_raw, s, OPTS, got, sizeof(got));

	note_octets(t, got, n > 0 ? (size_t)n : 0);
}

static void what_is_set_is_told(struct talk *t)
{
	static const uint8_t many[44] = {0};
	int fds[] = {talk_dgram(t), OPEN(socket, SK_AF_INET, SK_SOCK_RAW, 253),
		     talk_stream(t)};
	size_t i;

	for (i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
		note_options(t, fds[i]);
		CALL(set_opt, fds[i], OPTS, route, sizeof(route));
		note_options(t, fds[i]);
		CALL(set_opt, fds[i], OPTS, "\1", 1);
		note_options(t, fds[i]);
		CALL(set_opt, fds[i], OPTS, many, 40);
		CALL(set_opt, fds[i], OPTS, many, 44);
		CALL(set_opt, fds[i], OPTS, NULL, 0);
		note_options(t, fds[i]);
	}
}

static void what_cannot_be_is_refused(struct talk *t)
{
	static const uint8_t bad[][8] = {
		{IP4_OPT_RR, 2, 4},
		{IP4_OPT_RR, 9, 4},
		{IP4_OPT_RR, 7, 3},
		{IP4_OPT_TS, 3, 5},
		{IP4_OPT_TS, 8, 4},
		{IP4_OPT_LSRR, 7, 8},
		{IP4_OPT_LSRR, 3, 4},
		{IP4_OPT_NOP, IP4_OPT_RR, 7, 4},
		{IP4_OPT_RA, 4, 0, 0},
		{IP4_OPT_SSRR, 1},
		{IP4_OPT_LSRR, 7, 4, 1, 1, 1, 1},
	};
	int s = talk_dgram(t);
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CALL(set_opt, s, OPTS, bad[i], sizeof(bad[i]));
		note_options(t, s);
	}
}

/* A piece of ancillary data; times are nobody's. */
static void note_piece(struct talk *t, const struct sk_cmsghdr *h, uint8_t *p)
{
	size_t n = h->len - sizeof(*h), i;

	talk_note(t, h->level, "level", h->type);
	talk_note(t, h->type, "length", (long)n);
	for (i = 8; n >= 12 && p[0] == IP4_OPT_TS && i + 4 <= n; i += 8)
		memset(p + i, 0, 4);
	note_octets(t, p, n);
}

static void take(struct talk *t, int s)
{
	_Alignas(8) uint8_t control[256] = {0};
	uint8_t octets[16];
	struct sk_iovec iov = {octets, sizeof(octets)};
	struct set_msg m = {.iov = &iov,
			    .iov_count = 1,
			    .control = control,
			    .control_len = sizeof(control)};
	size_t at;
	struct sk_cmsghdr h;

	CALL(poll, s, WAIT_IN, 2000);
	if (CALL(recvmsg, s, &m, 0) < 0)
		return;
	talk_note(t, 0, "flags", m.flags);
	for (at = 0; at + sizeof(h) <= m.control_len;
	     at += SK_CMSG_ALIGN(h.len)) {
		memcpy(&h, control + at, sizeof(h));
		note_piece(t, &h, control + at + sizeof(h));
	}
}

static void say(struct talk *t, int s, uint16_t port, const void *opt,
		size_t len)
{
	_Alignas(8) uint8_t control[64] = {0};
	const struct sk_cmsghdr h = {SK_CMSG_LEN(len), IP, SK_IP_RETOPTS};
	struct sk_iovec iov = {"hello", 5};
	struct set_msg m = {.iov = &iov,
			    .iov_count = 1,
			    .control = control,
			    .control_len = SK_CMSG_SPACE(len),
			    .addr = THERE,
			    .port = port};

	memcpy(control, &h, sizeof(h));
	memcpy(control + sizeof(h), opt, len);
	CALL(sendmsg, s, &m, 0);
}

static void datagrams_carry_them(struct talk *t)
{
	static const struct {
		const uint8_t *opt;
		size_t len;
	} cases[] = {
		{route, sizeof(route)},
		{full, sizeof(full)},
		{stamps, sizeof(stamps)},
		{asked, sizeof(asked)},
	};
	int a = talk_dgram(t), b = talk_dgram(t);
	uint16_t port;
	size_t i;

	CALL(bind, a, HERE, 0);
	CALL(bind, b, THERE, 0);
	port = talk_port(t, b);
	CALL(connect, a, THERE, port);
	CALL(set, b, IP, SK_IP_RECVOPTS, 1);
	CALL(set, b, IP, SK_IP_RETOPTS, 1);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CALL(set_opt, a, OPTS, cases[i].opt, cases[i].len);
		note_options(t, a);
		CALL(send, a, 3, 0);
		take(t, b);
	}
	say(t, a, port, route, sizeof(route)); /* instead of them */
	take(t, b);
	say(t, a, port, "", 0);
	take(t, b);
	say(t, a, port, "\7\1", 2);
	CALL(set_opt, a, OPTS, NULL, 0);
	CALL(send, a, 3, 0);
	take(t, b);
}

static void raw_packets_show_them(struct talk *t)
{
	int a = OPEN(socket, SK_AF_INET, SK_SOCK_RAW, 253);
	int b = OPEN(socket, SK_AF_INET, SK_SOCK_RAW, 253);
	uint8_t octets[64] = {0};
	struct sk_iovec iov = {octets, sizeof(octets)};
	struct set_msg m = {.iov = &iov, .iov_count = 1};

	CALL(bind, a, HERE, 0);
	CALL(bind, b, THERE, 0);
	CALL(connect, a, THERE, 0);
	CALL(set_opt, a, OPTS, route, sizeof(route));
	CALL(send, a, 3, 0);
	CALL(poll, b, WAIT_IN, 2000);
	CALL(recvmsg, b, &m, 0);
	talk_note(t, 0, "header", octets[0]);
	note_octets(t, octets + 20, 16);
	CALL(set, a, IP, SK_IP_HDRINCL, 1);
	CALL(send, a, 3, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SAME(what_is_set_is_told),
		SAME(what_cannot_be_is_refused),
		SAME(datagrams_carry_them),
		SAME(raw_packets_show_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
