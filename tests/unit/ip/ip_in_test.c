// SPDX-License-Identifier: MIT
/* ip_in_test.c - which packets are taken, which are dropped and why */

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wire/proto.h"

#include "ip/ip.h"
#include "link/arp.h"
#include "testframe.h"
#include "testnet.h"

#define PROTO 253 /* RFC 3692: for experiments */

static struct frame f;
static struct pkt *last; /* what the transport got last */
static struct ip_meta last_meta;
static int got;

static void take(struct stack *stack, struct pkt *pkt,
		 const struct ip_meta *meta)
{
	(void)stack;
	pkt_free(last);
	last = pkt;
	last_meta = *meta;
	got++;
}

static const struct ip_proto experiment = {.proto = PROTO, .input = take};

static int setup(void **state)
{
	struct testnet *net = testnet_new_empty();

	testnet_add_host(net, NULL);
	testnet_add_port(net, 0, "10.0.0.2/24");
	ip_register(testnet_host(net, 0), &experiment);
	/* So that answers need not ask first. */
	arp_add(testnet_host(net, 0), testnet_netif(net, 0, 0),
		ip4_make(10, 0, 0, 3), test_mac(3));
	got = 0;
	*state = net;
	return 0;
}

static int teardown(void **state)
{
	pkt_free(last);
	last = NULL;
	return testnet_teardown(state);
}

static struct netif *eth(struct testnet *net)
{
	return testnet_netif(net, 0, 0);
}

static struct ip4_hdr header(void)
{
	return (struct ip4_hdr){
		.src = ip4_make(10, 0, 0, 3),
		.dst = ip4_make(10, 0, 0, 2),
		.proto = PROTO,
	};
}

static void make(struct testnet *net, const struct ip4_hdr *h, size_t len)
{
	static const uint8_t payload[65535];

	frame_ip4(&f, eth(net), h, payload, len);
}

static void assert_drop(struct testnet *net, enum drop why, size_t answers)
{
	uint64_t before = testnet_drops(net, 0, why);
	uint64_t all = testnet_drops_all(net, 0);
	int was = got;

	frame_inject(&f, eth(net));
	assert_int_equal(testnet_drops(net, 0, why), before + 1);
	assert_int_equal(testnet_drops_all(net, 0), all + 1);
	assert_int_equal(testnet_sent_count(eth(net)), answers);
	assert_int_equal(got, was);
}

static void packet_for_us_is_delivered(void **state)
{
	struct testnet *net = *state;
	struct ip4_hdr h = header();

	h.tos = 0x2e;
	h.ttl = 7;
	make(net, &h, 100);
	frame_inject(&f, eth(net));
	assert_int_equal(got, 1);
	assert_int_equal(last->len, 100);
	assert_int_equal(last_meta.l4_len, 100);
	assert_int_equal(last_meta.tos, 0x2e);
	assert_int_equal(last_meta.ttl, 7);
	assert_int_equal(last_meta.src.v4.v, h.src.v);
	assert_ptr_equal(last_meta.netif, eth(net));
	assert_false(last_meta.is_bcast);
	assert_int_equal(last->room[last->l3_off], 0x45);
	assert_int_equal(testnet_drops_all(net, 0), 0);
}

/* CVE-2018-16601, CVE-2020-11909 */
static void impossible_lengths_are_dropped(void **state)
{
	struct testnet *net = *state;
	struct ip4_hdr h = header();
	int n;

	for (n = 0; n <= 4; n++) {
		make(net, &h, 40);
		f.b[ETH_HLEN] = (uint8_t)(0x40 | n);
		assert_drop(net, DROP_ip_hlen, 0);
	}
	make(net, &h, 0);
	f.b[ETH_HLEN] = 0x4f; /* 60 octets, of which 20 are there */
	assert_drop(net, DROP_ip_hlen, 0);
	make(net, &h, 40);
	f.b[ETH_HLEN + 2] = 0;
	f.b[ETH_HLEN + 3] = 19;
	frame_mend_ip4(&f);
	assert_drop(net, DROP_ip_len, 0);
	make(net, &h, 40);
	f.b[ETH_HLEN + 3] = 61; /* one more than there is */
	frame_mend_ip4(&f);
	assert_drop(net, DROP_ip_len, 0);
	make(net, &h, 40);
	f.b[ETH_HLEN] = 0x65;
	assert_drop(net, DROP_ip_version, 0);
	for (n = 0; n < IP4_HLEN; n++) {
		make(net, &h, 0);
		f.len = ETH_HLEN + (size_t)n;
		assert_drop(net, DROP_ip_short, 0);
	}
}

static void padding_is_not_payload(void **state)
{
	struct testnet *net = *state;
	struct ip4_hdr h = header();

	make(net, &h, 40);
	f.b[ETH_HLEN + 3] = 29;
	frame_mend_ip4(&f);
	frame_inject(&f, eth(net));
	assert_int_equal(got, 1);
	assert_int_equal(last->len, 9);
}

/* Each of the 160 bits of the header is covered by its checksum. */
static void each_flipped_bit_of_the_header_is_seen(void **state)
{
	struct testnet *net = *state;
	struct ip4_hdr h = header();
	size_t bit;

	make(net, &h, 100);
	for (bit = 0; bit < IP4_HLEN * 8; bit++) {
		uint8_t *p = &f.b[ETH_HLEN + bit / 8];
		uint64_t all = testnet_drops_all(net, 0);

		*p ^= (uint8_t)(1 << bit % 8);
		frame_inject(&f, eth(net));
		*p ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(testnet_drops_all(net, 0), all + 1);
	}
	assert_int_equal(got, 0);
	assert_int_equal(testnet_sent_count(eth(net)), 0);
}

/* RFC 9293, 3.9.2.3: MUST-63, among others */
static void martian_sources_are_dropped_and_never_answered(void **state)
{
	static const uint32_t sources[] =
		{
			0x7f000001, 0x00000000, 0xffffffff,
			0xe0000001, 0x0a0000ff, 0x0a000000,
			0xf0000001, 0x00000005, 0x0a000002, /* LAND: our own */
		};
	static const uint8_t protos[] = {IP_PROTO_TCP, IP_PROTO_UDP,
					 IP_PROTO_ICMP, PROTO};
	struct testnet *net = *state;
	struct ip4_hdr h = header();
	size_t i, j;

	for (i = 0; i < sizeof(sources) / sizeof(sources[0]); i++)
		for (j = 0; j < sizeof(protos); j++) {
			h.src.v = sources[i];
			h.proto = protos[j];
			make(net, &h, 40);
			assert_drop(net, DROP_martian, 0);
		}
	h = header();
	h.dst = IP4_LOOPBACK;
	make(net, &h, 40);
	assert_drop(net, DROP_martian, 0);
}

/* Whoever asks for an address by DHCP has none yet. */
static void no_source_may_shout_udp(void **state)
{
	struct testnet *net = *state;
	struct ip4_hdr h = header();

	h.src = IP4_ANY;
	h.dst = IP4_BROADCAST;
	frame_udp(&f, eth(net), &h, 68, 67, "x", 1);
	memset(f.b, 0xff, 6);
	frame_inject(&f, eth(net));
	assert_int_equal(testnet_drops(net, 0, DROP_martian), 0);
	h.proto = PROTO;
	make(net, &h, 40);
	assert_drop(net, DROP_martian, 0);
}

/* RFC 9293, 3.9.2.1: MUST-50 */
static void options_that_nobody_knows_are_skipped(void **state)
{
	static const uint8_t odd[] = {77, 6, 1, 2, 3, 4, 1, 200, 4, 9, 9, 0};
	struct testnet *net = *state;
	struct ip4_hdr h = header();

	h.opts = odd;
	h.opts_len = sizeof(odd);
	make(net, &h, 40);
	frame_inject(&f, eth(net));
	assert_int_equal(got, 1);
	assert_int_equal(testnet_drops_all(net, 0), 0);
}

static void source_routes_are_refused_and_options_checked(void **state)
{
	static const uint8_t lsrr[] = {131, 7, 4, 1, 2, 3, 4, 0};
	static const uint8_t twice[] = {131, 39, 4, 1, 2, 3, 4, 5, 6,	7,
					8,   9,	 1, 1, 1, 1, 1, 1, 1,	1,
					1,   1,	 1, 1, 1, 1, 1, 1, 1,	1,
					1,   1,	 1, 1, 1, 1, 1, 1, 131, 39};
	static const uint8_t bad[][4] = {
		{7, 0, 4, 0}, {7, 1, 4, 0}, {7, 7, 4, 0}, {7, 3, 4, 131}};
	struct testnet *net = *state;
	struct ip4_hdr h = header();
	size_t i;

	h.opts_len = 40;
	h.opts = twice; /* CVE-2019-12256 */
	make(net, &h, 40);
	assert_drop(net, DROP_ip_opt, 0);
	h.opts_len = 4;
	for (i = 0; i < 4; i++) {
		h.opts = bad[i];
		make(net, &h, 40);
		assert_drop(net, DROP_ip_opt, 0);
	}
	h.opts = lsrr;
	h.opts_len = 8;
	make(net, &h, 40);
	assert_drop(net, DROP_ip_source_route, 1);
	frame_take(&f, eth(net));
	assert_int_equal(frame_to_icmp4(&f).type, ICMP4_UNREACHABLE);
	assert_int_equal(frame_to_icmp4(&f).code, ICMP4_SOURCE_ROUTE);
	assert_int_equal(frame_to_ip4(&f).hlen, IP4_HLEN);
}

static void harmless_options_are_no_obstacle(void **state)
{
	static const uint8_t rr[] = {1, 7, 7, 4, 0, 0, 0, 0};
	struct testnet *net = *state;
	struct ip4_hdr h = header();

	h.opts = rr;
	h.opts_len = sizeof(rr);
	make(net, &h, 10);
	frame_inject(&f, eth(net));
	assert_int_equal(got, 1);
	assert_int_equal(last->len, 10);
}

static void packets_for_others_are_dropped_silently(void **state)
{
	struct testnet *net = *state;
	struct ip4_hdr h = header();

	h.dst = ip4_make(10, 0, 0, 9);
	make(net, &h, 40);
	assert_drop(net, DROP_ip_not_ours, 0);
	h.dst = ip4_make(192, 0, 2, 1);
	make(net, &h, 40);
	assert_drop(net, DROP_ip_not_ours, 0);
	h.dst = ip4_make(224, 1, 2, 3);
	make(net, &h, 40);
	f.b[0] = 0x01;
	memcpy(f.b, "\x01\x00\x5e\x01\x02\x03", 6);
	assert_drop(net, DROP_ip_not_ours, 0);
}

static void group_is_heard_after_joining(void **state)
{
	struct testnet *net = *state;
	struct ip4_hdr h = header();

	h.dst = ip4_make(224, 1, 2, 3);
	assert_int_equal(ip_group_add(testnet_host(net, 0), eth(net), h.dst),
			 0);
	make(net, &h, 40);
	memcpy(f.b, "\x01\x00\x5e\x01\x02\x03", 6);
	frame_inject(&f, eth(net));
	assert_int_equal(got, 1);
	assert_true(last_meta.is_mcast);
	ip_group_del(testnet_host(net, 0), eth(net), h.dst);
	testnet_forget(eth(net)); /* what was said to routers */
	assert_drop(net, DROP_ip_not_ours, 0);
}

/* RFC 1122, 3.3.6 */
static void unicast_packet_in_a_broadcast_frame_is_dropped(void **state)
{
	struct testnet *net = *state;
	struct ip4_hdr h = header();

	make(net, &h, 40);
	memset(f.b, 0xff, 6);
	assert_drop(net, DROP_ip_bcast, 0);
}

static void broadcasts_are_delivered_as_such(void **state)
{
	static const uint32_t dsts[] = {0xffffffff, 0x0a0000ff, 0x0a000000};
	struct testnet *net = *state;
	struct ip4_hdr h = header();
	int i;

	for (i = 0; i < 3; i++) {
		h.dst.v = dsts[i];
		make(net, &h, 40);
		memset(f.b, 0xff, 6);
		frame_inject(&f, eth(net));
		assert_int_equal(got, i + 1);
		assert_true(last_meta.is_bcast);
	}
}

/* CVE-2020-11896: no tunnels here; and no storm of answers. */
static void unknown_protocol_is_told_once_a_second(void **state)
{
	struct testnet *net = *state;
	struct ip4_hdr h = header();
	int i;

	h.proto = IP_PROTO_IP4;
	make(net, &h, 100);
	for (i = 0; i < 50; i++) {
		assert_drop(net, DROP_ip_proto, i < 25 ? 1 : 2);
		if (i == 24)
			testnet_run_ms(net, 1000);
	}
	frame_take(&f, eth(net));
	assert_int_equal(frame_to_icmp4(&f).code, ICMP4_PROTO);
	testnet_forget(eth(net));
}

static void strict_reverse_path_drops_what_lives_elsewhere(void **state)
{
	struct testnet *net = *state;
	struct ip4_hdr h = header();

	testnet_add_port(net, 0, "10.0.1.2/24");
	ip_rpf_set(testnet_host(net, 0), IP_RPF_STRICT);
	h.src = ip4_make(10, 0, 1, 5);
	make(net, &h, 40);
	assert_drop(net, DROP_ip_rpf, 0);
	h.src = ip4_make(192, 0, 2, 5);
	make(net, &h, 40);
	assert_drop(net, DROP_ip_rpf, 0);
	h.src = ip4_make(10, 0, 0, 5);
	make(net, &h, 40);
	frame_inject(&f, eth(net));
	assert_int_equal(got, 1);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(packet_for_us_is_delivered),
		T(impossible_lengths_are_dropped),
		T(padding_is_not_payload),
		T(each_flipped_bit_of_the_header_is_seen),
		T(martian_sources_are_dropped_and_never_answered),
		T(no_source_may_shout_udp),
		T(options_that_nobody_knows_are_skipped),
		T(source_routes_are_refused_and_options_checked),
		T(harmless_options_are_no_obstacle),
		T(packets_for_others_are_dropped_silently),
		T(group_is_heard_after_joining),
		T(unicast_packet_in_a_broadcast_frame_is_dropped),
		T(broadcasts_are_delivered_as_such),
		T(unknown_protocol_is_told_once_a_second),
		T(strict_reverse_path_drops_what_lives_elsewhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
