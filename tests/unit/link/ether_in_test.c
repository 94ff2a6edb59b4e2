// SPDX-License-Identifier: MIT
/* ether_in_test.c - which frames are taken, which are dropped and why */

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/crc32.h"

#include "wire/llc.h"
#include "wire/proto.h"

#include "testframe.h"
#include "testnet.h"

static struct frame f; /* the test's own: too large for the C stack */

static int setup(void **state)
{
	struct testnet *net = testnet_new_empty();

	testnet_add_host(net, NULL);
	testnet_add_port(net, 0, "10.0.0.2/24");
	*state = net;
	return 0;
}

/* The frame in @f is dropped for that reason, once, and nothing is sent. */
static void assert_drop(struct testnet *net, enum drop why)
{
	struct netif *eth = testnet_netif(net, 0, 0);
	uint64_t before = testnet_drops(net, 0, why);
	uint64_t all = testnet_drops_all(net, 0);

	frame_inject(&f, eth);
	assert_int_equal(testnet_drops(net, 0, why), before + 1);
	assert_int_equal(testnet_drops_all(net, 0), all + 1);
	assert_int_equal(testnet_sent_count(eth), 0);
}

static void ether_to_us(struct testnet *net, uint16_t type, size_t len)
{
	static const uint8_t zeroes[65536];

	frame_ether(&f, testnet_netif(net, 0, 0)->mac, test_mac(1), type,
		    zeroes, len);
}

static void runt_frames_are_dropped(void **state)
{
	struct testnet *net = *state;
	size_t n;

	for (n = 0; n < ETH_HLEN; n++) {
		ether_to_us(net, ETH_IP4, 46);
		f.len = n;
		assert_drop(net, DROP_l2_short);
	}
	ether_to_us(net, ETH_IP4, 0);
	assert_drop(net, DROP_ip_short);
	ether_to_us(net, ETH_ARP, 0);
	assert_drop(net, DROP_arp_bad);
}

static void length_greater_than_the_frame_is_dropped(void **state)
{
	ether_to_us(*state, 0x05dc, 46);
	assert_drop(*state, DROP_l2_len);
	ether_to_us(*state, 0x05dd, 46); /* neither length nor type */
	assert_drop(*state, DROP_l2_len);
	ether_to_us(*state, 46, 46); /* an honest 802.3 frame */
	assert_drop(*state, DROP_l2_proto);
}

/* Put LLC and SNAP between header and payload, and a length where the type was;
 * as many octets of padding follow. */
static void make_snap(uint16_t type, size_t padding)
{
	size_t payload = f.len - ETH_HLEN;

	memmove(f.b + ETH_HLEN + LLC_SNAP_LEN, f.b + ETH_HLEN, payload);
	llc_snap_emit(f.b + ETH_HLEN, type);
	put16(f.b + 12, (uint16_t)(payload + LLC_SNAP_LEN));
	f.len += LLC_SNAP_LEN;
	memset(f.b + f.len, 0xee, padding);
	f.len += padding;
}

static void a_question(struct testnet *net)
{
	const struct arp_hdr h = {.op = ARP_REQUEST,
				  .sha = test_mac(9),
				  .spa = ip4_make(10, 0, 0, 9),
				  .tpa = ip4_make(10, 0, 0, 2)};

	(void)net;
	frame_arp(&f, MAC_BROADCAST, test_mac(9), &h);
	f.len = ETH_HLEN + ARP_LEN;
}

static void a_snap_header_says_the_type_of_a_frame_with_a_length(void **state)
{
	struct netif *eth = testnet_netif(*state, 0, 0);
	size_t padding;

	for (padding = 0; padding < 20; padding++) {
		a_question(*state);
		make_snap(ETH_ARP, padding);
		frame_inject(&f, eth);
		assert_int_equal(testnet_sent_count(eth), 1);
		frame_take(&f, eth);
		assert_int_equal(get16(f.b + 12), ETH_ARP); /* a type */
	}
	assert_int_equal(testnet_drops_all(*state, 0), 0);
}

static void snap_headers_that_name_nothing_are_dropped(void **state)
{
	int i;

	a_question(*state);
	make_snap(0x88b5, 0);
	assert_drop(*state, DROP_l2_proto);
	for (i = 0; i < 6; i++) { /* SAPs, control, organisation */
		a_question(*state);
		make_snap(ETH_ARP, 0);
		f.b[ETH_HLEN + i] ^= i == 1 ? 0 : 1;
		if (i != 1) /* who sent it does not matter */
			assert_drop(*state, DROP_l2_proto);
	}
	for (i = 0; i < LLC_SNAP_LEN; i++) { /* shorter than the header */
		a_question(*state);
		make_snap(ETH_ARP, 0);
		put16(f.b + 12, (uint16_t)i);
		assert_drop(*state, DROP_l2_proto);
	}
	a_question(*state); /* the length cuts the question short */
	make_snap(ETH_ARP, 0);
	put16(f.b + 12, LLC_SNAP_LEN + ARP_LEN - 1);
	assert_drop(*state, DROP_arp_bad);
}

static void oversize_frames_are_dropped(void **state)
{
	static const size_t sizes[] = {1515, 1518, 9001, 65535};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		ether_to_us(*state, ETH_IP4, sizes[i] - ETH_HLEN);
		assert_drop(*state, DROP_rx_oversize);
	}
	ether_to_us(*state, ETH_VLAN, 1519 - ETH_HLEN); /* its tag is extra */
	assert_drop(*state, DROP_rx_oversize);
	ether_to_us(*state, ETH_VLAN, 1518 - ETH_HLEN);
	f.b[ETH_HLEN + 1] = 7;
	assert_drop(*state, DROP_vlan_unknown);
}

static void frames_for_others_are_dropped(void **state)
{
	ether_to_us(*state, ETH_IP4, 46);
	f.b[5] ^= 1;
	assert_drop(*state, DROP_l2_other);
}

static void group_sources_are_dropped(void **state)
{
	ether_to_us(*state, ETH_IP4, 46);
	f.b[6] = 0x01;
	assert_drop(*state, DROP_mac_src_group);
	memset(f.b + 6, 0xff, 6);
	assert_drop(*state, DROP_mac_src_group);
}

static void unknown_types_and_tags_are_dropped(void **state)
{
	ether_to_us(*state, 0x88b5, 46);
	assert_drop(*state, DROP_l2_proto);
	ether_to_us(*state, ETH_VLAN, 46);
	f.b[15] = 10; /* VLAN 10, of which there is no interface */
	f.b[16] = 0x08;
	assert_drop(*state, DROP_vlan_unknown);
	f.b[15] = 0; /* no VLAN, only a priority */
	f.b[16] = 0x88;
	assert_drop(*state, DROP_l2_proto);
	ether_to_us(*state, ETH_QINQ, 46);
	assert_drop(*state, DROP_l2_proto);
}

/* Inject with a check sequence, as a cable does. */
static void inject_fcs(struct testnet *net, uint32_t fcs)
{
	struct pkt *pkt = pkt_new(&net->env, R_NONE);

	assert_int_equal(pkt_append(pkt, f.b, f.len), 0);
	pkt->has_fcs = true;
	pkt->fcs = fcs;
	netif_input(testnet_netif(net, 0, 0), pkt);
}

static void each_flipped_bit_is_seen_by_the_check_sequence(void **state)
{
	struct testnet *net = *state;
	uint32_t fcs;
	size_t bit, bits;

	ether_to_us(net, 0x88b5, 100);
	fcs = crc32_update(0, f.b, f.len);
	inject_fcs(net, fcs);
	assert_int_equal(testnet_drops(net, 0, DROP_l2_fcs), 0);
	assert_int_equal(testnet_drops(net, 0, DROP_l2_proto), 1);
	bits = f.len * 8;
	for (bit = 0; bit < bits; bit++) {
		f.b[bit / 8] ^= (uint8_t)(1 << bit % 8);
		inject_fcs(net, fcs);
		f.b[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	assert_int_equal(testnet_drops(net, 0, DROP_l2_fcs), bits);
}

/* CVE-2003-0001: what fills a short frame is zero, whatever lay there. */
static void padding_is_zero(void **state)
{
	struct testnet *net = *state;
	struct netif *eth = testnet_netif(net, 0, 0);
	const struct arp_hdr ask = {
		.op = ARP_REQUEST,
		.sha = test_mac(1),
		.spa = ip4_make(10, 0, 0, 1),
		.tpa = ip4_make(10, 0, 0, 2),
	};
	const struct ip4_hdr ip = {
		.src = ip4_make(10, 0, 0, 1),
		.dst = ip4_make(10, 0, 0, 2),
	};
	const struct icmp4_hdr echo = {.type = ICMP4_ECHO};
	static uint8_t poison[60];
	size_t i;

	memset(poison, 0xa5, sizeof(poison));
	frame_arp(&f, eth->mac, test_mac(1), &ask);
	memcpy(f.b + f.len, poison, 60 - f.len);
	f.len = 60;
	frame_inject(&f, eth);
	assert_int_equal(frame_take(&f, eth), 60);
	for (i = ETH_HLEN + ARP_LEN; i < 60; i++)
		assert_int_equal(f.b[i], 0);
	frame_icmp4(&f, eth, &ip, &echo, "x", 1);
	memcpy(f.b + f.len, poison, 60 - f.len);
	f.len = 60;
	frame_inject(&f, eth);
	assert_int_equal(frame_take(&f, eth), 60);
	assert_int_equal(frame_to_ip4(&f).total_len, 29);
	for (i = ETH_HLEN + 29; i < 60; i++)
		assert_int_equal(f.b[i], 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, testnet_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(runt_frames_are_dropped),
		T(length_greater_than_the_frame_is_dropped),
		T(a_snap_header_says_the_type_of_a_frame_with_a_length),
		T(snap_headers_that_name_nothing_are_dropped),
		T(oversize_frames_are_dropped),
		T(frames_for_others_are_dropped),
		T(group_sources_are_dropped),
		T(unknown_types_and_tags_are_dropped),
		T(each_flipped_bit_is_seen_by_the_check_sequence),
		T(padding_is_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
