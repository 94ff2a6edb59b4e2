// SPDX-License-Identifier: MIT
/* icmp_test.c - echoes, errors in, errors out and when not */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wire/csum.h"
#include "wire/proto.h"

#include "ip/icmp.h"
#include "ip/ip.h"
#include "link/arp.h"
#include "testframe.h"
#include "testnet.h"

#define PROTO 253

static struct frame f;
static uint8_t payload[65535];
static struct ip_error last_error;
static int errors;
static bool knows_it; /* what the transport says to an error */

static void take(struct stack *stack, struct pkt *pkt,
		 const struct ip_meta *meta)
{
	(void)meta;
	icmp_error(stack, pkt, ICMP4_UNREACHABLE, ICMP4_PORT, 0);
	pkt_free(pkt);
}

static bool on_error(struct stack *stack, const struct ip_error *err)
{
	(void)stack;
	last_error = *err;
	errors++;
	return knows_it;
}

static const struct ip_proto experiment = {
	.proto = PROTO,
	.input = take,
	.error = on_error,
};

static int setup(void **state)
{
	struct testnet *net = testnet_new_empty();
	struct stack *s;
	uint8_t i;

	testnet_add_host(net, NULL);
	testnet_add_port(net, 0, "10.0.0.2/24");
	s = testnet_host(net, 0);
	ip_register(s, &experiment);
	for (i = 3; i < 200; i++)
		arp_add(s, testnet_netif(net, 0, 0), ip4_make(10, 0, 0, i),
			test_mac(i));
	errors = 0;
	knows_it = true;
	*state = net;
	return 0;
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

static void echo_of_any_length_comes_back_the_same(void **state)
{
	static const size_t sizes[] = {0, 1, 2, 17, 18, 19, 1000, 1472};
	const struct icmp4_hdr echo = {
		.type = ICMP4_ECHO, .code = 0, .id = 0x1234, .seq = 7};
	struct testnet *net = *state;
	struct ip4_hdr h = header();
	size_t i;

	for (i = 0; i < sizeof(payload); i++)
		payload[i] = (uint8_t)(i * 31 + 7);
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct icmp4_hdr got;
		const uint8_t *p;
		size_t len;

		frame_icmp4(&f, eth(net), &h, &echo, payload, sizes[i]);
		frame_inject(&f, eth(net));
		frame_take(&f, eth(net));
		got = frame_to_icmp4(&f);
		assert_int_equal(got.type, ICMP4_ECHO_REPLY);
		assert_int_equal(got.id, 0x1234);
		assert_int_equal(got.seq, 7);
		p = frame_l4(&f, &len);
		assert_int_equal(len, ICMP4_HLEN + sizes[i]);
		assert_memory_equal(p + ICMP4_HLEN, payload, sizes[i]);
		assert_int_equal(frame_to_ip4(&f).dst.v, h.src.v);
		assert_int_equal(frame_to_ip4(&f).src.v, h.dst.v);
	}
}

static void on_echo(void *arg, const struct icmp_echo_event *ev)
{
	(void)ev;
	++*(int *)arg;
}

/* CVE-2020-11910 and its relatives. */
static void short_messages_are_dropped(void **state)
{
	struct testnet *net = *state;
	struct ip4_hdr h = header();
	int events = 0, with;

	h.proto = IP_PROTO_ICMP;
	for (with = 0; with < 2; with++) {
		struct icmp_echo *e = NULL;
		size_t len;
		uint8_t type;

		if (with)
			e = icmp_echo_open(testnet_host(net, 0), on_echo,
					   &events);
		for (len = 0; len < ICMP4_HLEN; len++)
			for (type = 0; type <= 8; type = (uint8_t)(type + 8)) {
				uint8_t m[8] = {type};

				if (len >= 4)
					put16(m + 2, csum(m, len));
				frame_ip4(&f, eth(net), &h, m, len);
				frame_inject(&f, eth(net));
			}
		icmp_echo_close(e);
	}
	assert_int_equal(testnet_drops(net, 0, DROP_icmp_short), 32);
	assert_int_equal(testnet_sent_count(eth(net)), 0);
	assert_int_equal(events, 0);
}

static void each_flipped_bit_is_seen(void **state)
{
	const struct icmp4_hdr echo = {
		.type = ICMP4_ECHO, .code = 0, .id = 1, .seq = 1};
	struct testnet *net = *state;
	struct ip4_hdr h = header();
	size_t bit;

	frame_icmp4(&f, eth(net), &h, &echo, payload, 20);
	for (bit = 0; bit < 28 * 8; bit++) {
		uint8_t *p = &f.b[ETH_HLEN + IP4_HLEN + bit / 8];

		*p ^= (uint8_t)(1 << bit % 8);
		frame_inject(&f, eth(net));
		*p ^= (uint8_t)(1 << bit % 8);
	}
	assert_int_equal(testnet_drops(net, 0, DROP_icmp_csum), 28 * 8);
	assert_int_equal(testnet_sent_count(eth(net)), 0);
}

static void broadcast_echo_is_not_answered(void **state)
{
	const struct icmp4_hdr echo = {
		.type = ICMP4_ECHO, .code = 0, .id = 1, .seq = 1};
	struct testnet *net = *state;
	struct ip4_hdr h = header();

	h.dst = ip4_make(10, 0, 0, 255);
	frame_icmp4(&f, eth(net), &h, &echo, payload, 20);
	memset(f.b, 0xff, 6);
	frame_inject(&f, eth(net));
	assert_int_equal(testnet_drops(net, 0, DROP_icmp_bcast), 1);
	assert_int_equal(testnet_sent_count(eth(net)), 0);
}

static void unexpected_types_and_answers_are_dropped(void **state)
{
	struct testnet *net = *state;
	struct ip4_hdr h = header();
	struct icmp4_hdr m = {.type = ICMP4_SOURCE_QUENCH};

	frame_icmp4(&f, eth(net), &h, &m, payload, 28);
	frame_inject(&f, eth(net));
	m.type = ICMP4_TIMESTAMP;
	frame_icmp4(&f, eth(net), &h, &m, payload, 28);
	frame_inject(&f, eth(net));
	assert_int_equal(testnet_drops(net, 0, DROP_icmp_type), 2);
	m.type = ICMP4_ECHO_REPLY;
	frame_icmp4(&f, eth(net), &h, &m, payload, 28);
	frame_inject(&f, eth(net));
	assert_int_equal(testnet_drops(net, 0, DROP_icmp_stale), 1);
	assert_int_equal(testnet_sent_count(eth(net)), 0);
}

/* An error about a packet of ours to @dst, quoting @len octets of it. */
static void play_error(struct testnet *net, const struct icmp4_hdr *m,
		       size_t len)
{
	struct ip4_hdr h = header();
	struct ip4_hdr inner = {
		.src = h.dst,
		.dst = ip4_make(10, 0, 0, 77),
		.proto = PROTO,
		.ttl = 60,
		.total_len = 1500,
	};
	uint8_t quote[128] = {0};

	ip4_hdr_emit(quote, &inner);
	memcpy(quote + IP4_HLEN, "12345678", 8);
	frame_icmp4(&f, eth(net), &h, m, quote, len);
	frame_inject(&f, eth(net));
}

static void errors_reach_the_transport_they_quote(void **state)
{
	static const struct {
		uint8_t type, code;
		int err;
		bool is_hard;
	} cases[] = {
		{3, 0, ENETUNREACH, false},   {3, 1, EHOSTUNREACH, false},
		{3, 2, ENOPROTOOPT, true},    {3, 3, ECONNREFUSED, true},
		{3, 4, EMSGSIZE, false},      {3, 13, EHOSTUNREACH, true},
		{11, 0, EHOSTUNREACH, false}, {12, 0, EPROTO, true},
	};
	struct testnet *net = *state;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct icmp4_hdr m = {.type = cases[i].type,
					    .code = cases[i].code};

		play_error(net, &m, 28);
		assert_int_equal(errors, i + 1);
		assert_int_equal(last_error.err, cases[i].err);
		assert_int_equal(last_error.is_hard, cases[i].is_hard);
		assert_int_equal(last_error.l4_len, 8);
		assert_int_equal(last_error.dst.v4.v, ip4_make(10, 0, 0, 77).v);
		assert_int_equal(last_error.from.v4.v, ip4_make(10, 0, 0, 3).v);
	}
	assert_int_equal(testnet_drops_all(net, 0), 0);
}

static void truncated_quotations_are_dropped(void **state)
{
	const struct icmp4_hdr m = {.type = ICMP4_UNREACHABLE,
				    .code = ICMP4_PORT};
	struct testnet *net = *state;
	size_t n;

	for (n = 0; n < 28; n++)
		play_error(net, &m, n);
	assert_int_equal(testnet_drops(net, 0, DROP_icmp_embed), 28);
	play_error(net, &m, 28);
	assert_int_equal(errors, 1);
	f.b[ETH_HLEN + IP4_HLEN + ICMP4_HLEN] = 0x4f; /* header of 60 */
	put16(f.b + ETH_HLEN + IP4_HLEN + 2, 0);
	put16(f.b + ETH_HLEN + IP4_HLEN + 2,
	      csum(f.b + ETH_HLEN + IP4_HLEN, 36));
	frame_inject(&f, eth(net));
	assert_int_equal(testnet_drops(net, 0, DROP_icmp_embed), 29);
	assert_int_equal(errors, 1);
}

static struct ip_addr peer(void)
{
	return ip_addr_v4(ip4_make(10, 0, 0, 77));
}

/* RFC 5927, 7: lowered within bounds, never raised, forgotten in time. */
static void path_mtu_is_lowered_within_bounds(void **state)
{
	static const struct {
		uint16_t claim;
		uint32_t mtu;
	} cases[] = {
		{65535, 1500}, {1500, 1500}, {1499, 1499},
		{1400, 1400},  {1450, 1400}, {0, 1400},
		{68, 552},     {1, 552},     {1300, 552},
	};
	struct testnet *net = *state;
	struct stack *s = testnet_host(net, 0);
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct icmp4_hdr m = {.type = ICMP4_UNREACHABLE,
					    .code = ICMP4_FRAG_NEEDED,
					    .mtu = cases[i].claim};

		play_error(net, &m, 28);
		assert_int_equal(ip_mtu_for(s, peer()), cases[i].mtu);
	}
	testnet_run_ms(net, 599000);
	assert_int_equal(ip_mtu_for(s, peer()), 552);
	testnet_run_ms(net, 2000);
	assert_int_equal(ip_mtu_for(s, peer()), 1500);
}

static void path_mtu_without_a_number_is_the_next_plateau(void **state)
{
	const struct icmp4_hdr m = {.type = ICMP4_UNREACHABLE,
				    .code = ICMP4_FRAG_NEEDED};
	struct testnet *net = *state;

	play_error(net, &m, 28); /* about 1500 octets */
	assert_int_equal(ip_mtu_for(testnet_host(net, 0), peer()), 1492);
	assert_int_equal(last_error.mtu, 1492);
}

/* The transport is the one who knows; what it does not, nobody believes. */
static void unrecognized_errors_change_nothing(void **state)
{
	const struct icmp4_hdr m = {.type = ICMP4_UNREACHABLE,
				    .code = ICMP4_FRAG_NEEDED,
				    .mtu = 600};
	struct testnet *net = *state;

	knows_it = false;
	play_error(net, &m, 28);
	assert_int_equal(errors, 1);
	assert_int_equal(ip_mtu_for(testnet_host(net, 0), peer()), 1500);
	assert_int_equal(testnet_drops(net, 0, DROP_icmp_stale), 1);
	/* ... and what is not about a packet of ours is not even asked. */
	f.b[ETH_HLEN + IP4_HLEN + ICMP4_HLEN + 15] ^= 4;
	put16(f.b + ETH_HLEN + IP4_HLEN + 2, 0);
	put16(f.b + ETH_HLEN + IP4_HLEN + 2,
	      csum(f.b + ETH_HLEN + IP4_HLEN, 36));
	frame_inject(&f, eth(net));
	assert_int_equal(errors, 1);
	assert_int_equal(testnet_drops(net, 0, DROP_icmp_stale), 2);
}

/*
 * Redirects.
 */

/* 10.0.0.3 says that 10.0.0.4 is nearer to 192.0.2.1. */
static void play_redirect(struct testnet *net, ip4_addr src, ip4_addr gateway)
{
	const struct icmp4_hdr m = {
		.type = ICMP4_REDIRECT, .code = 1, .gateway = gateway};
	struct ip4_hdr h = header(), inner = header();
	uint8_t quote[28] = {0};

	h.src = src;
	inner.src = h.dst;
	inner.dst = ip4_make(192, 0, 2, 1);
	inner.total_len = 100;
	ip4_hdr_emit(quote, &inner);
	frame_icmp4(&f, eth(net), &h, &m, quote, sizeof(quote));
	frame_inject(&f, eth(net));
}

static ip4_addr gateway_now(struct testnet *net)
{
	return ip_route_lookup(testnet_host(net, 0),
			       ip_addr_v4(ip4_make(192, 0, 2, 1)))
		->gateway;
}

/* RFC 1122, 3.2.2.2 */
static void redirect_from_our_router_is_followed(void **state)
{
	struct testnet *net = *state;
	struct stack *s = testnet_host(net, 0);
	ip4_addr old = ip4_make(10, 0, 0, 3), new = ip4_make(10, 0, 0, 4);
	size_t routes;

	ip_route_add(s, (struct ip4_net){IP4_ANY, 0}, old, NULL, 0);
	routes = ip_route_count(s);
	/* Wrong: who says it, whom he names, ourselves, a far one. */
	play_redirect(net, ip4_make(10, 0, 0, 9), new);
	play_redirect(net, old, old);
	play_redirect(net, old, ip4_make(10, 0, 0, 2));
	play_redirect(net, old, ip4_make(10, 0, 0, 255));
	play_redirect(net, old, ip4_make(172, 16, 0, 1));
	icmp_redirects_set(s, false);
	play_redirect(net, old, new);
	icmp_redirects_set(s, true);
	assert_int_equal(testnet_drops(net, 0, DROP_icmp_stale), 6);
	assert_int_equal(gateway_now(net).v, old.v);
	play_redirect(net, old, new);
	assert_int_equal(gateway_now(net).v, new.v);
	assert_int_equal(ip_route_count(s), routes + 1);
	play_redirect(net, new, ip4_make(10, 0, 0, 5));
	assert_int_equal(gateway_now(net).v, ip4_make(10, 0, 0, 5).v);
	assert_int_equal(ip_route_count(s), routes + 1);
	testnet_run_ms(net, 601000);
	assert_int_equal(gateway_now(net).v, old.v);
	assert_int_equal(ip_route_count(s), routes);
}

/*
 * Errors out.
 */

static void error_quotes_the_packet(void **state)
{
	struct testnet *net = *state;
	struct ip4_hdr h = header();
	const uint8_t *p;
	size_t len;

	frame_ip4(&f, eth(net), &h, payload, 1400);
	frame_inject(&f, eth(net));
	frame_take(&f, eth(net));
	assert_int_equal(frame_to_icmp4(&f).type, ICMP4_UNREACHABLE);
	assert_int_equal(frame_to_icmp4(&f).code, ICMP4_PORT);
	assert_int_equal(frame_to_ip4(&f).tos, 0xc0);
	p = frame_l4(&f, &len);
	assert_int_equal(len, 576 - IP4_HLEN);
	assert_int_equal(p[ICMP4_HLEN], 0x45);
	assert_memory_equal(p + ICMP4_HLEN + IP4_HLEN, payload,
			    576 - IP4_HLEN - ICMP4_HLEN - IP4_HLEN);
}

static void assert_no_error(struct testnet *net)
{
	frame_inject(&f, eth(net));
	assert_int_equal(testnet_sent_count(eth(net)), 0);
}

/* RFC 1122, 3.2.2 */
static void no_error_where_none_may_be_sent(void **state)
{
	static const struct icmp4_hdr error = {.type = ICMP4_UNREACHABLE,
					       .code = 0};
	struct testnet *net = *state;
	struct ip4_hdr h = header();

	h.proto = 252; /* nobody's: would be told */
	h.dst = IP4_BROADCAST;
	frame_ip4(&f, eth(net), &h, payload, 100);
	memset(f.b, 0xff, 6);
	assert_no_error(net);
	h.dst = ip4_make(10, 0, 0, 255);
	frame_ip4(&f, eth(net), &h, payload, 100);
	assert_no_error(net);
	h.dst = ip4_make(224, 0, 0, 1);
	frame_ip4(&f, eth(net), &h, payload, 100);
	memcpy(f.b, "\x01\x00\x5e\x00\x00\x01", 6);
	assert_no_error(net);
	h = header();
	h.opts = (const uint8_t *)"\x83\x03\x04\x00"; /* a source route */
	h.opts_len = 4;
	h.frag_off = 8;
	frame_ip4(&f, eth(net), &h, payload, 100);
	assert_no_error(net);
	h.frag_off = 0;
	frame_icmp4(&f, eth(net), &h, &error, payload, 40);
	assert_no_error(net);
	assert_int_equal(testnet_drops(net, 0, DROP_ip_source_route), 2);
	assert_int_equal(testnet_drops(net, 0, DROP_ip_proto), 3);
}

/* 1,000,000 datagrams to closed ports must not make 1,000,000 errors. */
static void errors_are_limited_by_destination(void **state)
{
	struct testnet *net = *state;
	struct ip4_hdr h = header();
	size_t first, i;

	frame_ip4(&f, eth(net), &h, payload, 100);
	for (i = 0; i < 1000; i++)
		frame_inject(&f, eth(net));
	first = testnet_sent_count(eth(net));
	assert_in_range(first, 5, 10);
	testnet_forget(eth(net));
	/* Somebody else is still answered. */
	h.src = ip4_make(10, 0, 0, 4);
	frame_ip4(&f, eth(net), &h, payload, 100);
	frame_inject(&f, eth(net));
	assert_int_equal(testnet_sent_count(eth(net)), 1);
	testnet_forget(eth(net));
	h.src = ip4_make(10, 0, 0, 3);
	frame_ip4(&f, eth(net), &h, payload, 100);
	for (i = 0; i < 1000; i++) {
		testnet_run_ms(net, 1);
		frame_inject(&f, eth(net));
	}
	assert_in_range(testnet_sent_count(eth(net)), 4, 6);
	testnet_forget(eth(net));
}

/*
 * CVE-2020-25705: an attacker sends packets in the name of a server, which
 * uses up credit if the port is closed; then one in his own name.  Whether he
 * is answered must not depend on the former.
 */
static void own_answer_says_nothing_about_others(void **state)
{
	struct testnet *net = *state;
	int answered[2] = {0}, round;

	for (round = 0; round < 200; round++) {
		int is_closed = round & 1, i;
		struct ip4_hdr h = header();

		/* PROTO is answered as a closed port is; 17 to an open one
		 * is not.  The spoofed server is 10.0.0.150. */
		h.src = ip4_make(10, 0, 0, 150);
		h.dst = is_closed ? ip4_make(10, 0, 0, 2)
				  : ip4_make(224, 0, 0, 1);
		for (i = 0; i < 100; i++) {
			frame_ip4(&f, eth(net), &h, payload, 20);
			frame_inject(&f, eth(net));
		}
		testnet_forget(eth(net));
		h = header();
		frame_ip4(&f, eth(net), &h, payload, 20);
		frame_inject(&f, eth(net));
		answered[is_closed] += (int)testnet_sent_count(eth(net));
		testnet_forget(eth(net));
		testnet_run_ms(net, 250);
	}
	assert_int_equal(answered[0], 100);
	assert_int_equal(answered[1], 100);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, testnet_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(echo_of_any_length_comes_back_the_same),
		T(short_messages_are_dropped),
		T(each_flipped_bit_is_seen),
		T(broadcast_echo_is_not_answered),
		T(unexpected_types_and_answers_are_dropped),
		T(errors_reach_the_transport_they_quote),
		T(truncated_quotations_are_dropped),
		T(path_mtu_is_lowered_within_bounds),
		T(path_mtu_without_a_number_is_the_next_plateau),
		T(unrecognized_errors_change_nothing),
		T(redirect_from_our_router_is_followed),
		T(error_quotes_the_packet),
		T(no_error_where_none_may_be_sent),
		T(errors_are_limited_by_destination),
		T(own_answer_says_nothing_about_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
