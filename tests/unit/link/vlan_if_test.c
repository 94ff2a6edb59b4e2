// SPDX-License-Identifier: MIT
/* vlan_if_test.c - interfaces for VLANs on hosts (IEEE 802.1Q) */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ip/ip.h"
#include "link/vlan.h"
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

static struct netif *add(struct testnet *net, struct netif *parent,
			 uint16_t vid, uint8_t priority, uint8_t third)
{
	const struct ip4_net addr = {ip4_make(10, 0, third, 2), 24};
	struct netif *netif;

	assert_int_equal(
		vlan_add(testnet_host(net, 0), parent, vid, priority, &netif),
		0);
	assert_int_equal(ip_addr_add(testnet_host(net, 0), netif, addr), 0);
	return netif;
}

/* Who has 10.0.@third.2? with these tags. */
static void ask(uint8_t third, const uint32_t *tag, size_t count)
{
	const struct arp_hdr h = {.op = ARP_REQUEST,
				  .sha = test_mac(9),
				  .spa = ip4_make(10, 0, third, 9),
				  .tpa = ip4_make(10, 0, third, 2)};
	size_t i;

	frame_arp(&f, MAC_BROADCAST, test_mac(9), &h);
	for (i = count; i-- > 0; f.len += 4) {
		memmove(f.b + 16, f.b + 12, f.len - 12);
		put32(f.b + 12, tag[i]);
	}
}

static void a_tagged_question_gets_a_tagged_answer(void **state)
{
	static const uint32_t tag = 0x8100000a;
	struct testnet *net = *state;
	struct netif *eth = testnet_netif(net, 0, 0);
	struct netif *v = add(net, eth, 10, 0, 10);

	assert_string_equal(v->name, "eth0.10");
	assert_true(mac_eq(v->mac, eth->mac));
	ask(10, &tag, 1);
	frame_inject(&f, eth);
	assert_int_equal(frame_take(&f, eth), 60);
	assert_int_equal(get32(f.b + 12), 0x8100000a);
	assert_int_equal(get16(f.b + 16), ETH_ARP);
	assert_int_equal(v->stats.rx_frames, 1);
	assert_int_equal(v->stats.tx_frames, 1);
	assert_int_equal(testnet_drops_all(net, 0), 0);
}

static void what_is_sent_has_the_priority_of_the_interface(void **state)
{
	static const uint32_t tag = 0x81002014;
	struct testnet *net = *state;
	struct netif *eth = testnet_netif(net, 0, 0);

	add(net, eth, 20, 6, 20);
	ask(20, &tag, 1);
	frame_inject(&f, eth);
	assert_int_equal(frame_take(&f, eth), 60);
	assert_int_equal(get32(f.b + 12), 0x8100c014);
}

/* The untagged network does not hear of the others, and they not of it. */
static void networks_do_not_mix(void **state)
{
	static const uint32_t tags[] = {0x8100000a, 0x81000014};
	struct testnet *net = *state;
	struct netif *eth = testnet_netif(net, 0, 0);
	size_t i;

	add(net, eth, 10, 0, 10);
	for (i = 0; i < 2; i++) {
		ask(i ? 10 : 0, &tags[i], 1); /* in a network that is not its */
		frame_inject(&f, eth);
		assert_int_equal(testnet_sent_count(eth), 0);
	}
	assert_int_equal(testnet_drops(net, 0, DROP_vlan_unknown), 1);
	ask(10, NULL, 0);
	frame_inject(&f, eth);
	assert_int_equal(testnet_sent_count(eth), 0);
	ask(0, NULL, 0);
	frame_inject(&f, eth);
	assert_int_equal(frame_take(&f, eth), 60);
	assert_int_equal(get16(f.b + 12), ETH_ARP);
}

static void a_priority_alone_is_no_network(void **state)
{
	static const uint32_t tag = 0x8100e000;
	struct netif *eth = testnet_netif(*state, 0, 0);

	ask(0, &tag, 1);
	frame_inject(&f, eth);
	assert_int_equal(frame_take(&f, eth), 60);
	assert_int_equal(get16(f.b + 12), ETH_ARP);
}

static void a_vlan_may_stand_in_a_vlan(void **state)
{
	static const uint32_t tags[] = {0x8100000a, 0x81000014};
	struct testnet *net = *state;
	struct netif *eth = testnet_netif(net, 0, 0);
	struct netif *outer = add(net, eth, 10, 0, 10);
	struct netif *inner = add(net, outer, 20, 0, 20);

	assert_string_equal(inner->name, "eth0.10.20");
	ask(20, tags, 2);
	frame_inject(&f, eth);
	assert_int_equal(frame_take(&f, eth), 64);
	assert_int_equal(get32(f.b + 12), tags[0]);
	assert_int_equal(get32(f.b + 16), tags[1]);
	ask(20, tags + 1, 1);
	frame_inject(&f, eth);
	assert_int_equal(testnet_drops(net, 0, DROP_vlan_unknown), 1);
}

static void cut_and_nested_tags_are_dropped_by_name(void **state)
{
	static const uint32_t tags[] = {0x8100000a, 0x8100000a, 0x8100000a};
	struct testnet *net = *state;
	struct netif *eth = testnet_netif(net, 0, 0);
	size_t len;

	add(net, eth, 10, 0, 10);
	ask(10, tags, 3);
	frame_inject(&f, eth);
	assert_int_equal(testnet_drops(net, 0, DROP_vlan_unknown), 1);
	ask(10, tags, 1);
	for (len = 14; len < 18; len++) {
		f.len = len;
		frame_inject(&f, eth);
	}
	assert_int_equal(testnet_drops(net, 0, DROP_l2_len), 4);
	assert_int_equal(testnet_sent_count(eth), 0);
}

static void vlans_that_cannot_be_are_refused(void **state)
{
	struct stack *stack = testnet_host(*state, 0);
	struct netif *eth = testnet_netif(*state, 0, 0), *v;

	assert_int_equal(vlan_add(stack, eth, 0, 0, &v), -EINVAL);
	assert_int_equal(vlan_add(stack, eth, 4095, 0, &v), -EINVAL);
	assert_int_equal(vlan_add(stack, eth, 1, 8, &v), -EINVAL);
	assert_int_equal(vlan_add(stack, eth, 4094, 7, &v), 0);
	assert_int_equal(vlan_add(stack, eth, 4094, 0, &v), -EEXIST);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, testnet_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_tagged_question_gets_a_tagged_answer),
		T(what_is_sent_has_the_priority_of_the_interface),
		T(networks_do_not_mix),
		T(a_priority_alone_is_no_network),
		T(a_vlan_may_stand_in_a_vlan),
		T(cut_and_nested_tags_are_dropped_by_name),
		T(vlans_that_cannot_be_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
