// SPDX-License-Identifier: MIT
/* fwd_test.c - a router between 10.0.0.0/24 and 10.0.1.0/24 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wire/proto.h"

#include "ip/icmp.h"
#include "ip/ip.h"
#include "link/arp.h"
#include "testframe.h"
#include "testnet.h"

static struct frame f;
static uint8_t payload[65535];

static ip4_addr left(uint8_t n)
{
	return ip4_make(10, 0, 0, n);
}

static ip4_addr right(uint8_t n)
{
	return ip4_make(10, 0, 1, n);
}

static int setup(void **state)
{
	const struct inet_config cfg = {
		.is_router = true,
		.has_no_transport = true,
	};
	struct testnet *net = testnet_new_empty();
	struct stack *r;
	size_t i;

	testnet_add_host(net, &cfg);
	r = testnet_host(net, 0);
	arp_add(r, testnet_add_port(net, 0, "10.0.0.1/24"), left(5),
		test_mac(5));
	arp_add(r, testnet_add_port(net, 0, "10.0.1.1/24"), right(6),
		test_mac(6));
	for (i = 0; i < sizeof(payload); i++)
		payload[i] = (uint8_t)(i * 7 ^ i >> 8);
	*state = net;
	return 0;
}

static struct netif *in(struct testnet *net)
{
	return testnet_netif(net, 0, 0);
}

static struct netif *out(struct testnet *net)
{
	return testnet_netif(net, 0, 1);
}

static struct ip4_hdr header(void)
{
	return (struct ip4_hdr){
		.src = left(5),
		.dst = right(6),
		.proto = 253,
		.ttl = 64,
		.id = 7,
	};
}

static void play(struct testnet *net, const struct ip4_hdr *h, size_t len)
{
	frame_ip4(&f, in(net), h, payload, len);
	frame_inject(&f, in(net));
}

/* An ICMP error went back, and nothing went on. */
static void assert_error(struct testnet *net, uint8_t type, uint8_t code)
{
	assert_int_equal(testnet_sent_count(out(net)), 0);
	assert_true(frame_take(&f, in(net)) > 0);
	assert_int_equal(frame_to_icmp4(&f).type, type);
	assert_int_equal(frame_to_icmp4(&f).code, code);
	assert_int_equal(frame_to_ip4(&f).dst.v, left(5).v);
	assert_int_equal(frame_to_ip4(&f).src.v, left(1).v);
	assert_int_equal(testnet_sent_count(in(net)), 0);
}

/* RFC 1812, 5.3.1: what changes is TTL, checksum and the link header. */
static void packet_goes_on_with_one_hop_less(void **state)
{
	struct testnet *net = *state;
	struct ip4_hdr h = header(), got;
	struct pkt *pkt = pkt_new(&net->env, R_NONE);
	uint64_t calls;
	size_t len;

	frame_ip4(&f, in(net), &h, payload, 100);
	pkt_append(pkt, f.b, f.len);
	calls = net->mem.calls;
	netif_input(in(net), pkt);
	assert_int_equal(net->mem.calls, calls); /* nothing is allocated */
	frame_take(&f, out(net));
	assert_memory_equal(f.b, test_mac(6).o, 6);
	assert_memory_equal(f.b + 6, out(net)->mac.o, 6);
	got = frame_to_ip4(&f);
	assert_int_equal(got.ttl, 63);
	assert_int_equal(got.id, 7);
	assert_int_equal(got.src.v, h.src.v);
	assert_memory_equal(frame_l4(&f, &len), payload, 100);
	assert_int_equal(len, 100);
	assert_int_equal(testnet_drops_all(net, 0), 0);
}

static void last_hop_is_told(void **state)
{
	struct testnet *net = *state;
	struct ip4_hdr h = header();

	h.ttl = 1;
	play(net, &h, 100);
	assert_error(net, ICMP4_TIME_EXCEEDED, ICMP4_TTL);
	assert_int_equal(testnet_drops(net, 0, DROP_ip_ttl), 1);
	frame_ip4(&f, in(net), &h, payload, 100);
	f.b[ETH_HLEN + 8] = 0;
	frame_mend_ip4(&f);
	frame_inject(&f, in(net));
	assert_error(net, ICMP4_TIME_EXCEEDED, ICMP4_TTL);
	assert_int_equal(testnet_drops(net, 0, DROP_ip_ttl), 2);
}

static void no_route_is_told(void **state)
{
	struct testnet *net = *state;
	struct ip4_hdr h = header();

	h.dst = ip4_make(192, 0, 2, 1);
	play(net, &h, 100);
	assert_error(net, ICMP4_UNREACHABLE, ICMP4_NET);
	assert_int_equal(testnet_drops(net, 0, DROP_ip_no_route), 1);
}

static void dead_neighbour_is_told(void **state)
{
	struct testnet *net = *state;
	struct ip4_hdr h = header();

	h.dst = right(99);
	play(net, &h, 100);
	testnet_run_ms(net, 3100);
	testnet_forget(out(net));
	assert_error(net, ICMP4_UNREACHABLE, ICMP4_HOST);
	assert_int_equal(testnet_drops(net, 0, DROP_arp_failed), 1);
}

/* RFC 1191 */
static void too_big_with_df_is_told_the_mtu(void **state)
{
	struct testnet *net = *state;
	struct ip4_hdr h = header();

	out(net)->mtu = 1000;
	h.flags = IP4_DF;
	play(net, &h, 1400);
	assert_true(frame_take(&f, in(net)) > 0);
	assert_int_equal(frame_to_icmp4(&f).code, ICMP4_FRAG_NEEDED);
	assert_int_equal(frame_to_icmp4(&f).mtu, 1000);
	assert_int_equal(frame_to_ip4(&f).total_len, 576);
	assert_int_equal(testnet_drops(net, 0, DROP_ip_df), 1);
	assert_int_equal(testnet_sent_count(out(net)), 0);
	play(net, &h, 980);
	assert_int_equal(testnet_sent_count(out(net)), 1);
	testnet_forget(out(net));
}

/* What arrives can be put together again, a piece of a piece included. */
static void too_big_without_df_is_fragmented(void **state)
{
	struct testnet *net = *state;
	static uint8_t whole[2000];
	struct ip4_hdr h = header();
	size_t have = 0;
	int count = 0;

	out(net)->mtu = 500;
	h.flags = IP4_MF;
	h.frag_off = 800;
	play(net, &h, 1400);
	while (frame_take(&f, out(net))) {
		struct ip4_hdr got = frame_to_ip4(&f);
		size_t len;
		const uint8_t *p = frame_l4(&f, &len);

		assert_true(got.total_len <= 500);
		assert_int_equal(got.id, 7);
		assert_true(got.flags & IP4_MF);
		memcpy(whole + got.frag_off - 800, p, len);
		have += len;
		count++;
	}
	assert_int_equal(count, 3);
	assert_int_equal(have, 1400);
	assert_memory_equal(whole, payload, 1400);
}

static void last_piece_has_no_more_fragments(void **state)
{
	struct testnet *net = *state;
	struct ip4_hdr h = header(), got;

	out(net)->mtu = 1000;
	play(net, &h, 1400);
	frame_take(&f, out(net));
	got = frame_to_ip4(&f);
	assert_int_equal(got.flags, IP4_MF);
	assert_int_equal(got.total_len, 20 + 976);
	frame_take(&f, out(net));
	got = frame_to_ip4(&f);
	assert_int_equal(got.flags, 0);
	assert_int_equal(got.frag_off, 976);
	assert_int_equal(got.total_len, 20 + 424);
	assert_int_equal(frame_take(&f, out(net)), 0);
}

/* RFC 1812, 5.2.7.2 */
static void shorter_way_is_told_and_the_packet_goes_on(void **state)
{
	struct testnet *net = *state;
	struct stack *r = testnet_host(net, 0);
	struct ip4_net far = {ip4_make(172, 16, 0, 0), 16};
	struct ip4_hdr h = header();

	assert_int_equal(ip_route_add(r, far, left(9), NULL, 0), 0);
	arp_add(r, in(net), left(9), test_mac(9));
	h.dst = ip4_make(172, 16, 1, 1);
	play(net, &h, 100);
	assert_int_equal(testnet_sent_count(in(net)), 2);
	frame_take(&f, in(net));
	assert_int_equal(frame_to_icmp4(&f).type, ICMP4_REDIRECT);
	assert_int_equal(frame_to_icmp4(&f).gateway.v, left(9).v);
	frame_take(&f, in(net));
	assert_int_equal(frame_to_ip4(&f).dst.v, h.dst.v);
	assert_memory_equal(f.b, test_mac(9).o, 6);
}

static void record_route_and_timestamp_are_filled_in(void **state)
{
	static const uint8_t opts[20] = {7, 7, 4, 0, 0, 0, 0, 1, 68, 12, 5, 1};
	struct testnet *net = *state;
	struct ip4_hdr h = header(), got;

	h.opts = opts;
	h.opts_len = sizeof(opts);
	play(net, &h, 10);
	frame_take(&f, out(net));
	got = frame_to_ip4(&f); /* its checksum is right */
	assert_int_equal(got.opts_len, 20);
	assert_int_equal(got.opts[2], 8);
	assert_int_equal(get32(got.opts + 3), right(1).v);
	assert_int_equal(got.opts[8 + 2], 13);
	assert_int_equal(get32(got.opts + 8 + 4), right(1).v);
}

static void what_must_not_be_forwarded_is_not(void **state)
{
	static const uint32_t dsts[] = {0xa9fe0101, 0xf0000001, 0x00000001};
	struct testnet *net = *state;
	struct ip4_hdr h = header();
	size_t i;

	for (i = 0; i < 3; i++) {
		h.dst.v = dsts[i];
		play(net, &h, 10);
	}
	assert_int_equal(testnet_drops(net, 0, DROP_martian), 3);
	h.dst = right(255);
	play(net, &h, 10);
	assert_int_equal(testnet_drops(net, 0, DROP_ip_no_fwd_bcast), 1);
	h = header();
	frame_ip4(&f, in(net), &h, payload, 10);
	memset(f.b, 0xff, 6);
	frame_inject(&f, in(net));
	assert_int_equal(testnet_drops(net, 0, DROP_ip_bcast), 1);
	assert_int_equal(testnet_sent_count(in(net)), 0);
	assert_int_equal(testnet_sent_count(out(net)), 0);
	ip_forwarding_set(testnet_host(net, 0), false);
	play(net, &h, 10);
	assert_int_equal(testnet_drops(net, 0, DROP_ip_not_ours), 1);
}

/* Two routers that each think the other is nearer. */
static void loop_ends_when_the_time_to_live_does(void **state)
{
	const struct inet_config router = {.is_router = true};
	struct testnet *net = testnet_new_empty();
	struct ip4_net far = {ip4_make(172, 16, 0, 0), 16};
	struct ip4_hdr h = {
		.src = right(5),
		.dst = ip4_make(172, 16, 1, 1),
		.proto = 253,
		.ttl = 255,
	};
	struct netif *lan;

	(void)state;
	testnet_add_host(net, &router);
	testnet_add_host(net, &router);
	testnet_join(testnet_add_port(net, 0, "10.0.0.1/24"),
		     testnet_add_port(net, 1, "10.0.0.2/24"));
	lan = testnet_add_port(net, 0, "10.0.1.1/24");
	arp_add(testnet_host(net, 0), lan, right(5), test_mac(5));
	ip_route_add(testnet_host(net, 0), far, left(2), NULL, 0);
	ip_route_add(testnet_host(net, 1), far, left(1), NULL, 0);
	ip_route_add(testnet_host(net, 1), (struct ip4_net){right(0), 24},
		     left(1), NULL, 0);
	frame_ip4(&f, lan, &h, payload, 100);
	frame_inject(&f, lan);
	testnet_run_ms(net, 1000);
	assert_true(net->hosts[0].frames + net->hosts[1].frames < 290);
	assert_int_equal(testnet_drops(net, 0, DROP_ip_ttl) +
				 testnet_drops(net, 1, DROP_ip_ttl),
			 1);
	frame_take(&f, lan);
	assert_int_equal(frame_to_icmp4(&f).type, ICMP4_TIME_EXCEEDED);
	testnet_forget(lan);
	testnet_free(net);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, testnet_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(packet_goes_on_with_one_hop_less),
		T(last_hop_is_told),
		T(no_route_is_told),
		T(dead_neighbour_is_told),
		T(too_big_with_df_is_told_the_mtu),
		T(too_big_without_df_is_fragmented),
		T(last_piece_has_no_more_fragments),
		T(shorter_way_is_told_and_the_packet_goes_on),
		T(record_route_and_timestamp_are_filled_in),
		T(what_must_not_be_forwarded_is_not),
		cmocka_unit_test(loop_ends_when_the_time_to_live_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
