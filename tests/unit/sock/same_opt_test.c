// SPDX-License-Identifier: MIT
/* same_opt_test.c - options of sockets, on weft and on the kernel */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "same.h"
#include "sock/sock.h"

/* What changes nothing is kept as Linux keeps it (of kernels since 5.0). */
static void kept_options_of(struct talk *t, int s)
{
	static const struct {
		int level, name;
	} opts[] = {
		{SK_SOL_SOCKET, SK_SO_BSDCOMPAT},
		{SK_SOL_SOCKET, SK_SO_PASSCRED},
		{SK_SOL_SOCKET, SK_SO_DETACH_FILTER},
		{SK_SOL_SOCKET, SK_SO_RXQ_OVFL},
		{SK_SOL_SOCKET, SK_SO_WIFI_STATUS},
		{SK_SOL_SOCKET, SK_SO_NOFCS},
		{SK_SOL_SOCKET, SK_SO_SELECT_ERR_QUEUE},
		{SK_SOL_SOCKET, SK_SO_INCOMING_CPU},
		{SK_SOL_SOCKET, SK_SO_CNX_ADVICE},
		{SK_IPPROTO_IP, SK_IP_RECVOPTS},
		{SK_IPPROTO_IP, SK_IP_RETOPTS},
		{SK_IPPROTO_IP, SK_IP_MINTTL},
		{SK_IPPROTO_IP, SK_IP_CHECKSUM},
		{SK_IPPROTO_IP, SK_IP_RECVFRAGSIZE},
		{SK_IPPROTO_TCP, SK_TCP_THIN_LINEAR_TIMEOUTS},
		{SK_IPPROTO_TCP, SK_TCP_THIN_DUPACK},
		{SK_IPPROTO_TCP, SK_TCP_SAVE_SYN},
		{SK_IPPROTO_TCP, SK_TCP_FASTOPEN_NO_COOKIE},
		{SK_IPPROTO_TCP, SK_TCP_ULP},
	};
	static const int values[] = {0, 1, 2, 3, 255, 256, -1};

	for (size_t i = 0; i < sizeof(opts) / sizeof(opts[0]); i++) {
		int level = opts[i].level, name = opts[i].name;

		talk_note(t, (int)i, "option", name);
		GET(s, level, name);
		for (size_t j = 0; j < sizeof(values) / sizeof(values[0]);
		     j++) {
			talk_note(t, (int)j, "value", values[j] + 10);
			CALL(set, s, level, name, values[j]);
			GET(s, level, name);
		}
	}
}

static void kept_options_of_a_stream(struct talk *t)
{
	kept_options_of(t, talk_stream(t));
}

static void kept_options_of_datagrams(struct talk *t)
{
	kept_options_of(t, talk_dgram(t));
}

static void options_of(struct talk *t, int s)
{
	static const struct {
		int level, name;
	} opts[] = {
		{SK_SOL_SOCKET, SK_SO_REUSEADDR},
		{SK_SOL_SOCKET, SK_SO_REUSEPORT},
		{SK_SOL_SOCKET, SK_SO_BROADCAST},
		{SK_SOL_SOCKET, SK_SO_KEEPALIVE},
		{SK_SOL_SOCKET, SK_SO_TYPE},
		{SK_SOL_SOCKET, SK_SO_PROTOCOL},
		{SK_SOL_SOCKET, SK_SO_DOMAIN},
		{SK_SOL_SOCKET, SK_SO_ERROR},
		{SK_SOL_SOCKET, SK_SO_ACCEPTCONN},
		{SK_SOL_SOCKET, 9999},
		{SK_IPPROTO_IP, SK_IP_TTL},
		{SK_IPPROTO_IP, SK_IP_TOS},
		{SK_IPPROTO_IP, SK_IP_MULTICAST_TTL},
		{SK_IPPROTO_IP, 9999},
		{SK_IPPROTO_TCP, SK_TCP_NODELAY},
		{SK_IPPROTO_TCP, SK_TCP_CORK},
		{SK_IPPROTO_TCP, SK_TCP_MAXSEG},
		{SK_IPPROTO_TCP, SK_TCP_KEEPIDLE},
		{SK_IPPROTO_TCP, SK_TCP_KEEPINTVL},
		{SK_IPPROTO_TCP, SK_TCP_KEEPCNT},
		{SK_IPPROTO_TCP, SK_TCP_USER_TIMEOUT},
		{SK_IPPROTO_TCP, SK_TCP_LINGER2},
		{SK_IPPROTO_TCP, SK_TCP_QUICKACK},
		{SK_IPPROTO_TCP, SK_TCP_NOTSENT_LOWAT},
		{SK_IPPROTO_TCP, SK_TCP_WINDOW_CLAMP},
		{SK_IPPROTO_TCP, SK_TCP_INQ},
		{SK_SOL_SOCKET, SK_SO_OOBINLINE},
		{SK_SOL_SOCKET, SK_SO_SNDLOWAT},
		{SK_IPPROTO_TCP, 9999},
		{8888, 1},
	};
	static const int values[] = {0, 1, 2, 3, 64, 77, 88, 255, 256, -1, -2};
	size_t i, j;

	for (i = 0; i < sizeof(opts) / sizeof(opts[0]); i++) {
		int level = opts[i].level, name = opts[i].name;

		talk_note(t, (int)i, "option", name);
		GET(s, level, name);
		for (j = 0; j < sizeof(values) / sizeof(values[0]); j++) {
			int value = values[j];

			talk_note(t, (int)i, "value", value + 10);
			CALL(set, s, level, name, value);
			GET(s, level, name);
		}
	}
}

static void options_of_a_stream(struct talk *t)
{
	options_of(t, talk_stream(t));
}

static void options_of_datagrams(struct talk *t)
{
	options_of(t, talk_dgram(t));
}

static void options_of_raw_sockets(struct talk *t)
{
	options_of(t, OPEN(socket, SK_AF_INET, SK_SOCK_RAW, 253));
}

static void options_of_packet_sockets(struct talk *t)
{
	options_of(t, OPEN(socket, SK_AF_PACKET, SK_SOCK_RAW, 0));
}

static void options_of_pairs(struct talk *t)
{
	static const int types[] = {STREAM, DGRAM, SK_SOCK_SEQPACKET};
	int i, fds[2];

	for (i = 0; i < 3; i++) {
		CALL(pair, types[i], 0, fds);
		options_of(t, fds[0]);
		CALL(close, fds[0]);
		CALL(close, fds[1]);
	}
}

static void options_of_odd_lengths(struct talk *t)
{
	int s = talk_stream(t);
	const struct sk_linger l = {.onoff = 5, .linger_s = 3};
	const struct sk_timeval tv = {.sec = 1, .usec = 5000};
	const struct sk_timeval bad = {.sec = 1, .usec = 1000000};

	CALL(set_raw, s, SK_SO_REUSEADDR, "", 0);
	CALL(set_raw, s, SK_SO_REUSEADDR, "\1\0\0", 3);
	CALL(set_raw, s, SK_SO_LINGER, &l, 4);
	CALL(set_raw, s, SK_SO_LINGER, &l, sizeof(l));
	CALL(set_raw, s, SK_SO_RCVTIMEO, &tv, 4);
	CALL(set_raw, s, SK_SO_RCVTIMEO, &tv, sizeof(tv));
	CALL(set_raw, s, SK_SO_SNDTIMEO, &bad, sizeof(bad));
	GET(s, SK_SOL_SOCKET, SK_SO_LINGER);
	GET(s, SK_SOL_SOCKET, SK_SO_RCVTIMEO);
}

static void buffer_sizes(struct talk *t)
{
	static const int values[] = {0, 1, 1000, 2304, 5000, 100000};
	int fds[2], i;
	size_t j;

	fds[0] = talk_stream(t);
	fds[1] = talk_dgram(t);
	for (i = 0; i < 2; i++) {
		for (j = 0; j < sizeof(values) / sizeof(values[0]); j++) {
			CALL(set, fds[i], SK_SOL_SOCKET, SK_SO_RCVBUF,
			     values[j]);
			GET(fds[i], SK_SOL_SOCKET, SK_SO_RCVBUF);
			CALL(set, fds[i], SK_SOL_SOCKET, SK_SO_SNDBUF,
			     values[j]);
			GET(fds[i], SK_SOL_SOCKET, SK_SO_SNDBUF);
		}
	}
}

static void options_are_inherited(struct talk *t)
{
	int l = talk_listener(t), a = talk_stream(t), b;

	CALL(set, l, SK_IPPROTO_TCP, SK_TCP_NODELAY, 1);
	CALL(set, l, SK_SOL_SOCKET, SK_SO_KEEPALIVE, 1);
	CALL(set, l, SK_IPPROTO_TCP, SK_TCP_KEEPIDLE, 33);
	CALL(set, l, SK_IPPROTO_IP, SK_IP_TTL, 44);
	CALL(connect, a, SET_LOOPBACK, talk_port(t, l));
	WAIT(l, WAIT_IN);
	b = OPEN(accept, l);
	GET(b, SK_IPPROTO_TCP, SK_TCP_NODELAY);
	GET(b, SK_SOL_SOCKET, SK_SO_KEEPALIVE);
	GET(b, SK_IPPROTO_TCP, SK_TCP_KEEPIDLE);
	GET(b, SK_IPPROTO_IP, SK_IP_TTL);
	GET(b, SK_SOL_SOCKET, SK_SO_ACCEPTCONN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SAME(kept_options_of_a_stream),
		SAME(kept_options_of_datagrams),
		SAME(options_of_a_stream),
		SAME(options_of_datagrams),
		SAME(options_of_raw_sockets),
		SAME(options_of_packet_sockets),
		SAME(options_of_pairs),
		SAME(options_of_odd_lengths),
		SAME(buffer_sizes),
		SAME(options_are_inherited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
