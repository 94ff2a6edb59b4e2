// SPDX-License-Identifier: MIT
/* frag6_test.c - fragments of IPv6 that arrive (RFC 8200, 4.5) */

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "ip6net.h"

static struct frame f;
static uint8_t message[70000];

static struct netif *eth(struct testnet *net)
{
	return testnet_netif(net, 0, 0);
}

/* An echo request of @len octets of payload, to be cut by hand. */
static void echo_make(struct testnet *net, size_t len)
{
	const struct icmp6_hdr echo = {.type = ICMP6_ECHO, .id = 7, .seq = 1};
	const struct ip6_hdr h = {
		.src = a6("2001:db8::9"),
		.dst = a6("2001:db8::2"),
	};
	static uint8_t data[65000];
	size_t i;

	for (i = 0; i < len; i++)
		data[i] = (uint8_t)(i * 7);
	frame_icmp6(&f, eth(net), &h, &echo, data, len);
	memcpy(message, f.b + ETH_HLEN + IP6_HLEN, ICMP6_HLEN + len);
}

/* A piece of the message arrives. */
static void piece(struct testnet *net, uint32_t id, size_t off, size_t len,
		  bool has_more)
{
	const struct ip6_hdr h = {
		.src = a6("2001:db8::9"),
		.dst = a6("2001:db8::2"),
		.next = IP_PROTO_FRAGMENT,
	};
	const struct ip6_frag fh = {
		.next = IP_PROTO_ICMP6,
		.has_more = has_more,
		.off = (uint16_t)off,
		.id = id,
	};
	static uint8_t buf[70000];

	ip6_frag_emit(buf, &fh);
	memcpy(buf + IP6_FRAG_HLEN, message + off, len);
	frame_ip6(&f, eth(net), &h, buf, IP6_FRAG_HLEN + len);
	frame_inject(&f, eth(net));
}

/* Is there an answer, and the right one? */
static bool answered(struct testnet *net)
{
	struct frame a;

	if (!frame_take(&a, eth(net)))
		return false;
	return frame_to_icmp6(&a).type == ICMP6_ECHO_REPLY;
}

static uint64_t drops(struct testnet *net, enum drop why)
{
	return testnet_drops(net, 0, why);
}

static void pieces_in_any_order_are_put_together(void **state)
{
	struct testnet *net = *state;

	echo_make(net, 1000);
	piece(net, 1, 800, 208, false);
	piece(net, 1, 0, 400, true);
	assert_false(answered(net));
	piece(net, 1, 400, 400, true);
	assert_true(answered(net));
	assert_int_equal(testnet_drops_all(net, 0), 0);
	piece(net, 2, 0, 400, true);
	piece(net, 2, 0, 400, true); /* an exact copy does no harm */
	assert_int_equal(drops(net, DROP_frag_dup), 1);
	piece(net, 2, 400, 608, false);
	assert_true(answered(net));
}

/* RFC 5722; HOSTILE 59. */
static void what_overlaps_is_thrown_away_with_all_of_it(void **state)
{
	struct testnet *net = *state;

	echo_make(net, 1000);
	piece(net, 1, 0, 400, true);
	message[399] ^= 1;
	piece(net, 1, 392, 608, true);
	assert_int_equal(drops(net, DROP_frag_overlap), 2);
	message[399] ^= 1;
	piece(net, 1, 400, 608, false);
	piece(net, 1, 0, 400, true);
	assert_int_equal(drops(net, DROP_frag_overlap), 4);
	assert_false(answered(net));
	assert_int_equal(net->env.pkts.in_use, 0);
}

/* RFC 6946: it has nothing to do with others of the same identification. */
static void atomic_fragments_pass_alone(void **state)
{
	struct testnet *net = *state;

	echo_make(net, 1000);
	piece(net, 1, 0, 400, true);
	piece(net, 1, 0, 1008, false);
	assert_true(answered(net));
	piece(net, 1, 400, 608, false);
	assert_true(answered(net));
	assert_int_equal(testnet_drops_all(net, 0), 0);
}

/* RFC 8200, 4.5: both are told. */
static void impossible_lengths_are_told(void **state)
{
	struct testnet *net = *state;
	struct icmp6_hdr h;

	echo_make(net, 1000);
	piece(net, 1, 0, 401, true);
	assert_int_equal(drops(net, DROP_frag_align), 1);
	assert_true(frame_take(&f, eth(net)));
	h = frame_to_icmp6(&f);
	assert_int_equal(h.type, ICMP6_PARAM_PROBLEM);
	assert_int_equal(h.code, ICMP6_BAD_FIELD);
	assert_int_equal(h.pointer, 4);
	testnet_run_ms(net, 5000);
	piece(net, 1, 65528, 16, false);
	assert_int_equal(drops(net, DROP_frag_size), 1);
	assert_true(frame_take(&f, eth(net)));
	h = frame_to_icmp6(&f);
	assert_int_equal(h.pointer, 42);
}

/* RFC 7112, 5: nobody on the way could see what the packet is. */
static void a_first_fragment_has_all_headers(void **state)
{
	struct testnet *net = *state;
	const struct ip6_hdr h = {
		.src = a6("2001:db8::9"),
		.dst = a6("2001:db8::2"),
		.next = IP_PROTO_FRAGMENT,
	};
	uint8_t buf[] = {IP_PROTO_DSTOPTS, 0, 0, 1, 0, 0, 0, 1,
			 IP_PROTO_TCP,	   1, 1, 4, 0, 0, 0, 0};
	uint8_t no_tcp[] = {
		IP_PROTO_TCP, 0, 0, 1, 0, 0, 0, 2, 0, 1, 0, 2, 0, 0, 0, 0};

	frame_ip6(&f, eth(net), &h, buf, sizeof(buf));
	frame_inject(&f, eth(net));
	assert_int_equal(drops(net, DROP_ip6_first), 1);
	assert_true(frame_take(&f, eth(net)));
	assert_int_equal(frame_to_icmp6(&f).code, ICMP6_FIRST_FRAGMENT);
	frame_ip6(&f, eth(net), &h, no_tcp, sizeof(no_tcp));
	frame_inject(&f, eth(net));
	assert_int_equal(drops(net, DROP_ip6_first), 2);
}

/* HOSTILE 61. */
static void fragments_inside_of_fragments_are_dropped(void **state)
{
	struct testnet *net = *state;
	const struct ip6_hdr h = {
		.src = a6("2001:db8::9"),
		.dst = a6("2001:db8::2"),
		.next = IP_PROTO_FRAGMENT,
	};
	struct ip6_frag outer = {.next = IP_PROTO_FRAGMENT, .id = 5};
	const struct ip6_frag inner = {
		.next = IP_PROTO_ICMP6, .has_more = true, .id = 6};
	uint8_t buf[64] = {0};

	ip6_frag_emit(buf, &outer); /* two in one chain */
	ip6_frag_emit(buf + 8, &inner);
	frame_ip6(&f, eth(net), &h, buf, sizeof(buf));
	frame_inject(&f, eth(net));
	assert_int_equal(drops(net, DROP_ip6_nested), 1);
	/* ... or put together out of two pieces, seen only in the whole. */
	outer.next = IP_PROTO_DSTOPTS;
	outer.has_more = true;
	ip6_frag_emit(buf, &outer);
	memset(buf + 8, 0, 56);
	buf[8] = IP_PROTO_FRAGMENT;
	buf[10] = IP6_OPT_PADN;
	buf[11] = 4;
	ip6_frag_emit(buf + 16, &inner);
	frame_ip6(&f, eth(net), &h, buf, sizeof(buf));
	frame_inject(&f, eth(net));
	assert_int_equal(drops(net, DROP_ip6_nested), 2);
	assert_int_equal(net->env.pkts.in_use, testnet_sent_count(eth(net)));
}

/* RFC 6980, 5. */
static void neighbour_discovery_in_fragments_is_dropped(void **state)
{
	struct testnet *net = *state;

	echo_make(net, 40);
	message[0] = ICMP6_NEIGHBOUR_SOLICIT;
	piece(net, 1, 0, 24, true);
	piece(net, 1, 24, 24, false);
	assert_int_equal(drops(net, DROP_ip6_nd_frag), 1);
	piece(net, 1, 0, 48, false); /* atomic, too */
	assert_int_equal(drops(net, DROP_ip6_nd_frag), 2);
}

/* RFC 8200, 4.5: after sixty seconds, and told if the first is there. */
static void what_does_not_come_is_not_waited_for(void **state)
{
	struct testnet *net = *state;

	echo_make(net, 1000);
	piece(net, 1, 400, 400, true);
	testnet_run_ms(net, 61 * 1000);
	assert_int_equal(drops(net, DROP_frag_timeout), 1);
	assert_int_equal(testnet_sent_count(eth(net)), 0);
	piece(net, 2, 0, 400, true);
	testnet_run_ms(net, 59 * 1000);
	assert_int_equal(drops(net, DROP_frag_timeout), 1);
	testnet_run_ms(net, 2 * 1000);
	assert_int_equal(drops(net, DROP_frag_timeout), 2);
	assert_true(frame_take(&f, eth(net)));
	assert_int_equal(frame_to_icmp6(&f).type, ICMP6_TIME_EXCEEDED);
	assert_int_equal(frame_to_icmp6(&f).code, ICMP6_REASSEMBLY);
	assert_int_equal(net->mem.in_use_bytes > 0, 1);
	assert_int_equal(net->env.pkts.in_use, 0);
}

/* HOSTILE 32: memory is capped. */
static void a_flood_of_first_fragments_is_bounded(void **state)
{
	struct testnet *net = *state;
	uint32_t id;

	echo_make(net, 1400);
	for (id = 1; id <= 20000; id++)
		piece(net, id, 0, 1400, true);
	assert_true(net->mem.in_use_bytes < (8 << 20));
	assert_true(drops(net, DROP_frag_memory) > 10000);
	testnet_run_ms(net, 61 * 1000);
	assert_int_equal(net->env.pkts.in_use, testnet_sent_count(eth(net)));
	testnet_forget(eth(net));
}

static void options_in_front_stay_with_the_whole(void **state)
{
	struct testnet *net = *state;
	const struct ip6_hdr h = {
		.src = a6("2001:db8::9"),
		.dst = a6("2001:db8::2"),
		.next = IP_PROTO_HOPOPTS,
	};
	uint8_t buf[200] = {IP_PROTO_FRAGMENT, 0, IP6_OPT_PADN, 4};
	struct ip6_frag fh = {.next = IP_PROTO_ICMP6, .has_more = true};

	echo_make(net, 100);
	ip6_frag_emit(buf + 8, &fh);
	memcpy(buf + 16, message, 56);
	frame_ip6(&f, eth(net), &h, buf, 16 + 56);
	frame_inject(&f, eth(net));
	fh = (struct ip6_frag){.next = IP_PROTO_ICMP6, .off = 56};
	ip6_frag_emit(buf + 8, &fh);
	memcpy(buf + 16, message + 56, 52);
	frame_ip6(&f, eth(net), &h, buf, 16 + 52);
	frame_inject(&f, eth(net));
	assert_true(answered(net));
}

#define T(name) \
	cmocka_unit_test_setup_teardown(name, ip6net_setup, testnet_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(pieces_in_any_order_are_put_together),
		T(what_overlaps_is_thrown_away_with_all_of_it),
		T(atomic_fragments_pass_alone),
		T(impossible_lengths_are_told),
		T(a_first_fragment_has_all_headers),
		T(fragments_inside_of_fragments_are_dropped),
		T(neighbour_discovery_in_fragments_is_dropped),
		T(what_does_not_come_is_not_waited_for),
		T(a_flood_of_first_fragments_is_bounded),
		T(options_in_front_stay_with_the_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
