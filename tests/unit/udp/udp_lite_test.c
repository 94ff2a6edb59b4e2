// SPDX-License-Identifier: MIT
/* udp_lite_test.c - UDP-Lite between two hosts, and damage on the way */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/check.h"

#include "wire/addr.h"
#include "wire/csum.h"
#include "wire/ip4.h"
#include "wire/proto.h"
#include "wire/udp.h"

#include "core/pkt.h"

#include "ip/ip.h"
#include "testnet.h"
#include "udp/udp.h"

enum { LEN = 19 };

static void on_event(struct udp_sock *u, void *arg, uint32_t events)
{
	(void)u;
	(void)arg;
	(void)events;
}

static const struct udp_user user = {.on_event = on_event};

/* As Linux 6.18 sends "hello, lite" from 10.0.0.1:1000 to 10.0.0.2:9, when the
 * checksum is to cover all, 12 octets, and the header. */
static const struct {
	unsigned int covers;
	uint8_t octets[LEN];
} linux_sends[] = {
	{0, "\x03\xe8\x00\x09\x00\x13\xb4\x7ehello, lite"},
	{12, "\x03\xe8\x00\x09\x00\x0c\x12\x93hello, lite"},
	{8, "\x03\xe8\x00\x09\x00\x08\xe7\x68hello, lite"},
};

static struct udp_sock *open_at(struct udp_sock *u, const char *text)
{
	struct endpoint ep;

	assert_non_null(u);
	assert_int_equal(endpoint_parse(&ep, text), 0);
	assert_int_equal(udp_bind(u, &ep), 0);
	return u;
}

static struct udp_sock *lite_at(struct testnet *net, int host, const char *text)
{
	return open_at(udp_new_lite(testnet_host(net, host), &user, NULL),
		       text);
}

static void expect(struct udp_sock *u, const char *text)
{
	char buf[100];
	long n = udp_recv(u, buf, sizeof(buf), false, NULL);

	assert_int_equal(n, strlen(text));
	assert_memory_equal(buf, text, strlen(text));
}

static void expect_nothing(struct udp_sock *u)
{
	char buf[10];

	assert_int_equal(udp_recv(u, buf, sizeof(buf), false, NULL), -EAGAIN);
}

/* A frame to 10.0.0.2 with @lite behind a correct IP header. */
static void inject(struct testnet *net, const uint8_t *lite, size_t len)
{
	struct ip4_hdr ip = {.src = {0x0a000001},
			     .dst = {0x0a000002},
			     .proto = IP_PROTO_UDPLITE,
			     .ttl = 64,
			     .total_len = (uint16_t)(20 + len)};
	struct netif *netif = testnet_netif(net, 1, 0);
	uint8_t frame[256] = {0};

	put_mac(frame, netif->mac);
	put_mac(frame + 6, testnet_netif(net, 0, 0)->mac);
	put16(frame + 12, 0x0800);
	ip4_hdr_emit(frame + 14, &ip);
	memcpy(frame + 34, lite, len);
	testnet_inject(netif, frame, 34 + len);
}

static void what_linux_sends_is_heard(void **state)
{
	struct testnet *net = *state;
	struct udp_sock *b = lite_at(net, 1, "0.0.0.0:9");

	for (size_t i = 0; i < ARRAY_SIZE(linux_sends); i++) {
		inject(net, linux_sends[i].octets, LEN);
		expect(b, "hello, lite");
	}
	udp_free(b);
}

/* Note what is in an IP packet on the wire. */
static enum testnet_fate note(void *arg, int from, uint64_t n, struct pkt *pkt)
{
	(void)from;
	(void)n;
	if (pkt->len >= 34 + LEN)
		pkt_copy_out(pkt, 34, arg, LEN);
	return TESTNET_PASS;
}

static void what_is_sent_is_what_linux_sends(void **state)
{
	struct testnet *net = *state;
	struct udp_sock *a = lite_at(net, 0, "10.0.0.1:1000");
	struct udp_sock *b = lite_at(net, 1, "0.0.0.0:9");
	uint8_t seen[LEN] = {0};
	struct endpoint to;

	net->hook = note;
	net->hook_arg = seen;
	assert_int_equal(endpoint_parse(&to, "10.0.0.2:9"), 0);
	for (size_t i = 0; i < ARRAY_SIZE(linux_sends); i++) {
		udp_set_covers(a, linux_sends[i].covers);
		assert_int_equal(udp_send(a, "hello, lite", 11, &to), 11);
		testnet_run_ms(net, 10);
		expect(b, "hello, lite");
		assert_memory_equal(seen, linux_sends[i].octets, LEN);
	}
	assert_int_equal(udp_lite_stats(testnet_host(net, 0))->out_datagrams,
			 ARRAY_SIZE(linux_sends));
	assert_int_equal(udp_stats(testnet_host(net, 0))->out_datagrams, 0);
	udp_free(a);
	udp_free(b);
}

/* RFC 3828, 3.1: every bit of what is covered, and none of the rest. */
static void only_damage_where_it_matters_is_lost(void **state)
{
	struct testnet *net = *state;
	struct udp_sock *b = lite_at(net, 1, "0.0.0.0:9");
	uint8_t lite[LEN];
	char buf[20];

	for (size_t bit = 0; bit < (size_t)LEN * 8; bit++) {
		bool is_covered = bit / 8 < 12;
		long n;

		memcpy(lite, linux_sends[1].octets, LEN);
		lite[bit / 8] ^= (uint8_t)(1 << bit % 8);
		inject(net, lite, LEN);
		n = udp_recv(b, buf, sizeof(buf), false, NULL);
		assert_int_equal(n, is_covered ? -EAGAIN : 11);
	}
	assert_true(testnet_drops(net, 1, DROP_udplite_csum) > 80);
	assert_int_equal(testnet_drops_all(net, 1), 12 * 8);
	udp_free(b);
}

/* RFC 3828, 3.1: the header is always covered, and there is always a sum. */
static void impossible_coverage_is_dropped(void **state)
{
	struct testnet *net = *state;
	struct udp_sock *b = lite_at(net, 1, "0.0.0.0:9");
	uint8_t lite[LEN];

	memcpy(lite, linux_sends[0].octets, LEN);
	for (uint16_t covers = 1; covers < 8; covers++) {
		put16(lite + 4, covers);
		inject(net, lite, LEN);
	}
	put16(lite + 4, LEN + 1);
	inject(net, lite, LEN);
	put16(lite + 4, 0xffff);
	inject(net, lite, LEN);
	assert_int_equal(testnet_drops(net, 1, DROP_udplite_cover), 9);
	put16(lite + 4, LEN);
	put16(lite + 6, 0);
	inject(net, lite, LEN);
	assert_int_equal(testnet_drops(net, 1, DROP_udplite_csum), 1);
	for (size_t len = 0; len < 8; len++)
		inject(net, lite, len);
	assert_int_equal(testnet_drops(net, 1, DROP_udplite_short), 8);
	put16(lite + 2, 0);
	put16(lite + 6, 0xffff);
	inject(net, lite, LEN);
	assert_int_equal(testnet_drops(net, 1, DROP_udp_zero_port), 1);
	expect_nothing(b);
	udp_free(b);
}

/* A coverage of 0 is all of it. */
static void zero_covers_all(void **state)
{
	struct testnet *net = *state;
	struct udp_sock *b = lite_at(net, 1, "0.0.0.0:9");
	uint8_t lite[LEN];
	uint32_t sum;

	memcpy(lite, linux_sends[0].octets, LEN);
	memset(lite + 4, 0, 4);
	sum = csum_pseudo4((ip4_addr){0x0a000001}, (ip4_addr){0x0a000002},
			   IP_PROTO_UDPLITE, LEN);
	put16(lite + 6, udp_sum_to_send(csum_fold(csum_add(sum, lite, LEN))));
	inject(net, lite, LEN);
	expect(b, "hello, lite");
	lite[LEN - 1] ^= 1;
	inject(net, lite, LEN);
	expect_nothing(b);
	udp_free(b);
}

static void a_socket_may_want_more_to_be_covered(void **state)
{
	struct testnet *net = *state;
	struct udp_sock *b = lite_at(net, 1, "0.0.0.0:9");

	udp_set_wants_covered(b, 12);
	inject(net, linux_sends[0].octets, LEN);
	expect(b, "hello, lite");
	inject(net, linux_sends[1].octets, LEN);
	expect(b, "hello, lite");
	inject(net, linux_sends[2].octets, LEN);
	expect_nothing(b);
	udp_set_wants_covered(b, 0);
	inject(net, linux_sends[1].octets, LEN);
	expect_nothing(b);
	inject(net, linux_sends[0].octets, LEN);
	expect(b, "hello, lite");
	assert_int_equal(testnet_drops(net, 1, DROP_udplite_part), 2);
	udp_free(b);
}

static void its_ports_are_not_those_of_udp(void **state)
{
	struct testnet *net = *state;
	struct udp_sock *lite = lite_at(net, 1, "0.0.0.0:9");
	struct udp_sock *udp = open_at(
		udp_new(testnet_host(net, 1), &user, NULL), "0.0.0.0:9");

	inject(net, linux_sends[0].octets, LEN);
	expect_nothing(udp);
	expect(lite, "hello, lite");
	assert_true(udp_is_lite(lite) && !udp_is_lite(udp));
	udp_free(lite);
	inject(net, linux_sends[0].octets, LEN);
	expect_nothing(udp);
	assert_int_equal(testnet_drops(net, 1, DROP_udp_no_port), 1);
	assert_int_equal(udp_lite_stats(testnet_host(net, 1))->no_ports, 1);
	udp_free(udp);
}

static void who_is_connected_hears_that_nobody_listens(void **state)
{
	struct testnet *net = *state;
	struct udp_sock *a = lite_at(net, 0, "10.0.0.1:1000");
	struct udp_sock *udp = open_at(
		udp_new(testnet_host(net, 0), &user, NULL), "10.0.0.1:1000");
	struct endpoint to;

	assert_int_equal(endpoint_parse(&to, "10.0.0.2:9"), 0);
	assert_int_equal(udp_connect(a, &to), 0);
	assert_int_equal(udp_connect(udp, &to), 0);
	assert_int_equal(udp_send(a, "x", 1, NULL), 1);
	testnet_run_ms(net, 10);
	assert_int_equal(udp_error(a), -ECONNREFUSED);
	assert_int_equal(udp_error(udp), 0);
	udp_free(a);
	udp_free(udp);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, testnet_setup, testnet_teardown)
	const struct CMUnitTest tests[] = {
		T(what_linux_sends_is_heard),
		T(what_is_sent_is_what_linux_sends),
		T(only_damage_where_it_matters_is_lost),
		T(impossible_coverage_is_dropped),
		T(zero_covers_all),
		T(a_socket_may_want_more_to_be_covered),
		T(its_ports_are_not_those_of_udp),
		T(who_is_connected_hears_that_nobody_listens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
