// SPDX-License-Identifier: MIT
/* reass_test.c - fragments: put together, refused, bounded */

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"

#include "wire/proto.h"

#include "ip/ip.h"
#include "link/arp.h"
#include "testframe.h"
#include "testnet.h"

#define PROTO 253

static struct frame f;
static uint8_t data[65536]; /* octet i is a mix of i */
static uint8_t got[65536];
static size_t got_len;
static int got_count;

static void take(struct stack *stack, struct pkt *pkt,
		 const struct ip_meta *meta)
{
	(void)stack;
	(void)meta;
	got_len = pkt->len;
	pkt_copy_out(pkt, 0, got, pkt->len);
	got_count++;
	pkt_free(pkt);
}

static const struct ip_proto experiment = {.proto = PROTO, .input = take};

static int setup_with(void **state, bool has_no_slabs)
{
	struct testnet *net = testnet_new_empty();
	size_t i;

	net->mem.has_no_slabs |= has_no_slabs;

	testnet_add_host(net, NULL);
	testnet_add_port(net, 0, "10.0.0.2/24");
	testnet_netif(net, 0, 0)->mtu = 65535;
	ip_register(testnet_host(net, 0), &experiment);
	arp_add(testnet_host(net, 0), testnet_netif(net, 0, 0),
		ip4_make(10, 0, 0, 3), test_mac(3));
	for (i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7 ^ i >> 8);
	got_count = 0;
	got_len = 0;
	*state = net;
	return 0;
}

static int setup(void **state)
{
	return setup_with(state, false);
}

static int setup_no_slabs(void **state)
{
	return setup_with(state, true);
}

static struct netif *eth(struct testnet *net)
{
	return testnet_netif(net, 0, 0);
}

/* One fragment with the octets that belong there. */
static void piece(struct testnet *net, uint16_t id, size_t off, size_t len,
		  bool has_more)
{
	const struct ip4_hdr h = {
		.src = ip4_make(10, 0, 0, 3),
		.dst = ip4_make(10, 0, 0, 2),
		.proto = PROTO,
		.id = id,
		.frag_off = (uint16_t)off,
		.flags = has_more ? IP4_MF : 0,
	};

	frame_ip4(&f, eth(net), &h, data + off, len);
	frame_inject(&f, eth(net));
}

static void assert_whole(size_t len)
{
	assert_int_equal(got_len, len);
	assert_memory_equal(got, data, len);
}

static void pieces_in_any_order_make_the_whole(void **state)
{
	struct testnet *net = *state;
	struct rng rng;
	int round;

	rng_init(&rng, 3, "reass");
	for (round = 0; round < 200; round++) {
		size_t n = 1 + rng_below(&rng, 100), i;
		size_t size = 8 * (1 + rng_below(&rng, 60));
		uint8_t order[100];

		for (i = 0; i < n; i++)
			order[i] = (uint8_t)i;
		for (i = n; i > 1; i--) {
			size_t j = rng_below(&rng, (uint32_t)i);
			uint8_t t = order[i - 1];

			order[i - 1] = order[j];
			order[j] = t;
		}
		for (i = 0; i < n; i++) {
			bool is_last = order[i] == n - 1;

			piece(net, (uint16_t)round, order[i] * size,
			      is_last ? 5 : size, !is_last);
		}
		assert_int_equal(got_count, round + 1);
		assert_whole((n - 1) * size + 5);
	}
	assert_int_equal(testnet_drops_all(net, 0), 0);
	assert_int_equal(net->env.pkts.in_use, 0);
}

static void exact_copies_are_ignored(void **state)
{
	struct testnet *net = *state;

	piece(net, 1, 0, 16, true);
	piece(net, 1, 0, 16, true);
	piece(net, 1, 16, 8, true);
	piece(net, 1, 16, 8, true);
	piece(net, 1, 24, 4, false);
	assert_int_equal(got_count, 1);
	assert_whole(28);
	assert_int_equal(testnet_drops(net, 0, DROP_frag_dup), 2);
}

/* The datagram is gone, and its other pieces do not bring it back. */
static void assert_dead(struct testnet *net, uint16_t id, enum drop why,
			uint64_t drops)
{
	uint64_t before;

	assert_int_equal(testnet_drops(net, 0, why), drops);
	assert_int_equal(testnet_drops_all(net, 0), drops);
	before = drops;
	piece(net, id, 0, 48, true);
	piece(net, id, 48, 48, false);
	assert_int_equal(testnet_drops(net, 0, why), before + 2);
	assert_int_equal(got_count, 0);
	assert_int_equal(testnet_sent_count(eth(net)), 0);
}

static void teardrop_is_discarded(void **state)
{
	struct testnet *net = *state;

	piece(net, 1, 0, 40, true);
	piece(net, 1, 24, 4, false);
	assert_dead(net, 1, DROP_frag_last, 2);
}

static void overlap_by_one_block_is_discarded(void **state)
{
	struct testnet *net = *state;

	piece(net, 1, 0, 40, true);
	piece(net, 1, 80, 16, true);
	piece(net, 1, 32, 16, true);
	assert_dead(net, 1, DROP_frag_overlap, 3);
}

static void overlap_with_what_follows_is_discarded(void **state)
{
	struct testnet *net = *state;

	piece(net, 1, 40, 40, true);
	piece(net, 1, 8, 40, true);
	assert_dead(net, 1, DROP_frag_overlap, 2);
}

/* Ptacek and Newsham: no version is better than the other. */
static void same_range_with_other_octets_is_discarded(void **state)
{
	struct testnet *net = *state;

	piece(net, 1, 0, 40, true);
	data[7] ^= 1;
	piece(net, 1, 0, 40, true);
	assert_dead(net, 1, DROP_frag_overlap, 2);
}

static void two_last_fragments_are_discarded(void **state)
{
	struct testnet *net = *state;

	piece(net, 1, 1480, 8, false);
	piece(net, 1, 2960, 8, false);
	assert_dead(net, 1, DROP_frag_last, 2);
}

static void fragment_behind_the_last_is_discarded(void **state)
{
	struct testnet *net = *state;

	piece(net, 1, 1480, 8, false);
	piece(net, 1, 2960, 8, true);
	assert_dead(net, 1, DROP_frag_last, 2);
}

/* The ping of death. */
static void more_than_65535_octets_are_discarded(void **state)
{
	struct testnet *net = *state;
	const struct ip4_hdr h = {
		.src = ip4_make(10, 0, 0, 3),
		.dst = ip4_make(10, 0, 0, 2),
		.proto = PROTO,
		.id = 1,
		.frag_off = 65528,
	};

	piece(net, 1, 0, 1480, true);
	frame_ip4(&f, eth(net), &h, data, 1480);
	frame_inject(&f, eth(net));
	assert_dead(net, 1, DROP_frag_size, 2);
}

static void unaligned_and_empty_fragments_are_dropped(void **state)
{
	struct testnet *net = *state;

	piece(net, 1, 0, 12, true);
	piece(net, 1, 0, 0, true);
	piece(net, 1, 16, 0, false);
	assert_int_equal(testnet_drops(net, 0, DROP_frag_align), 3);
	assert_int_equal(net->env.pkts.in_use, 0);
}

static void number_of_pieces_is_bounded(void **state)
{
	struct testnet *net = *state;
	size_t i;

	for (i = 8180; i > 0; i--)
		piece(net, 1, 8 * (i - 1), 8, true);
	assert_int_equal(testnet_drops(net, 0, DROP_frag_many), 8180);
	assert_int_equal(testnet_drops_all(net, 0), 8180);
	assert_int_equal(net->env.pkts.in_use, 0);
}

/* RFC 1122, 3.3.2 */
static void time_out_is_told_if_the_first_piece_was_there(void **state)
{
	struct testnet *net = *state;

	piece(net, 1, 0, 1480, true);
	piece(net, 1, 2960, 8, true);
	piece(net, 2, 8, 1480, true);
	testnet_run_ms(net, 29000);
	assert_int_equal(testnet_drops_all(net, 0), 0);
	testnet_run_ms(net, 2000);
	assert_int_equal(testnet_drops(net, 0, DROP_frag_timeout), 3);
	assert_int_equal(testnet_sent_count(eth(net)), 1);
	frame_take(&f, eth(net));
	assert_int_equal(frame_to_icmp4(&f).type, ICMP4_TIME_EXCEEDED);
	assert_int_equal(frame_to_icmp4(&f).code, ICMP4_REASSEMBLY);
	assert_int_equal(frame_to_ip4(&f).total_len, 576);
	assert_int_equal(net->env.pkts.in_use, 0);
}

static void spoofed_source(struct testnet *net, uint32_t src, uint16_t id)
{
	const struct ip4_hdr h = {
		.src = {src},
		.dst = ip4_make(10, 0, 0, 2),
		.proto = PROTO,
		.id = id,
		.flags = IP4_MF,
	};

	frame_ip4(&f, eth(net), &h, data, 1480);
	frame_inject(&f, eth(net));
}

/* CVE-2018-5391: a second of flood, and an innocent datagram in the middle
 * whose second half comes a millisecond (30 attacks) after the first. */
static void flood_from_one_source_stays_in_its_share(void **state)
{
	struct testnet *net = *state;
	uint32_t i;

	for (i = 0; i < 30000; i++) {
		spoofed_source(net, 0xc0000263, (uint16_t)(i * 40503));
		if (i % 1000 == 100)
			piece(net, (uint16_t)i, 0, 1480, true);
		if (i % 1000 == 130)
			piece(net, (uint16_t)(i - 30), 1480, 100, false);
	}
	assert_int_equal(got_count, 30);
	assert_true(net->mem.peak_bytes < 3 << 20);
	testnet_run_ms(net, 40000);
	assert_int_equal(net->env.pkts.in_use, 0);
}

static void flood_from_random_sources_is_bounded(void **state)
{
	struct testnet *net = *state;
	struct rng rng;
	uint32_t i;

	rng_init(&rng, 5, "flood");
	for (i = 0; i < 30000; i++) {
		spoofed_source(net, 0xc0000000 | rng_below(&rng, 1 << 24),
			       (uint16_t)i);
		if (i % 1000 == 100)
			piece(net, (uint16_t)i, 0, 1480, true);
		if (i % 1000 == 130)
			piece(net, (uint16_t)(i - 30), 1480, 100, false);
	}
	assert_int_equal(got_count, 30);
	assert_true(net->mem.peak_bytes < 8 << 20);
	testnet_run_ms(net, 40000);
	testnet_forget(eth(net));
	assert_int_equal(net->env.pkts.in_use, 0);
}

static void lack_of_memory_loses_only_the_datagram(void **state)
{
	struct testnet *net = *state;
	uint64_t k;

	for (k = 1; k < 60; k++) {
		int i;

		/* Frames come in before memory runs out. */
		for (i = 0; i < 30; i++) {
			net->mem.fail_at =
				i == 20 ? net->mem.calls + 3 + k % 4 : 0;
			piece(net, (uint16_t)k, (size_t)i * 8, 8, i != 29);
			net->mem.fail_at = 0;
		}
		testnet_run_ms(net, 31000);
		testnet_forget(eth(net));
		assert_int_equal(net->env.pkts.in_use, 0);
	}
	piece(net, 1000, 0, 8, true);
	got_count = 0;
	piece(net, 1000, 8, 8, false);
	assert_int_equal(got_count, 1);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, testnet_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(pieces_in_any_order_make_the_whole),
		T(exact_copies_are_ignored),
		T(teardrop_is_discarded),
		T(overlap_by_one_block_is_discarded),
		T(overlap_with_what_follows_is_discarded),
		T(same_range_with_other_octets_is_discarded),
		T(two_last_fragments_are_discarded),
		T(fragment_behind_the_last_is_discarded),
		T(more_than_65535_octets_are_discarded),
		T(unaligned_and_empty_fragments_are_dropped),
		T(number_of_pieces_is_bounded),
		T(time_out_is_told_if_the_first_piece_was_there),
		T(flood_from_one_source_stays_in_its_share),
		T(flood_from_random_sources_is_bounded),
		cmocka_unit_test_setup_teardown(
			lack_of_memory_loses_only_the_datagram, setup_no_slabs,
			testnet_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
