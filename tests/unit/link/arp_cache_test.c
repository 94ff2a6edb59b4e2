// SPDX-License-Identifier: MIT
/* arp_cache_test.c - what ARP asks, believes, keeps and forgets */

#include <errno.h>
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

static struct frame f;

static ip4_addr host(uint8_t n)
{
	return ip4_make(10, 0, 0, n);
}

static int setup(void **state)
{
	struct testnet *net = testnet_new_empty();

	testnet_add_host(net, NULL);
	testnet_add_port(net, 0, "10.0.0.2/16");
	*state = net;
	return 0;
}

static struct netif *eth(struct testnet *net)
{
	return testnet_netif(net, 0, 0);
}

/* Send a packet with one octet of payload to a neighbour. */
static int send_to(struct testnet *net, ip4_addr dst)
{
	struct pkt *pkt = pkt_new(&net->env, R_NONE);
	const struct ip_send how = {.dst = ip_addr_v4(dst), .proto = 253};

	assert_int_equal(pkt_append(pkt, "12345678", 8), 0);
	return ip_output(testnet_host(net, 0), pkt, &how);
}

static void say(struct testnet *net, uint16_t op, ip4_addr spa, mac_addr sha,
		ip4_addr tpa)
{
	const struct arp_hdr h = {
		.op = op,
		.sha = sha,
		.spa = spa,
		.tha = op == ARP_REPLY ? eth(net)->mac : MAC_ZERO,
		.tpa = tpa,
	};

	frame_arp(&f, op == ARP_REPLY ? eth(net)->mac : MAC_BROADCAST, sha, &h);
	frame_inject(&f, eth(net));
}

static void reply(struct testnet *net, ip4_addr spa, mac_addr sha)
{
	say(net, ARP_REPLY, spa, sha, host(2));
}

struct wanted {
	ip4_addr addr;
	struct arp_view found;
	bool is_there;
};

static void on_entry(void *arg, const struct arp_view *v)
{
	struct wanted *w = arg;

	if (v->addr.v != w->addr.v)
		return;
	w->found = *v;
	w->is_there = true;
}

/* State of an entry, -1 if there is none; its address to @mac. */
static int state_of(struct testnet *net, ip4_addr addr, mac_addr *mac)
{
	struct wanted w = {.addr = addr};

	arp_for_each(testnet_host(net, 0), on_entry, &w);
	if (mac)
		*mac = w.found.mac;
	return w.is_there ? (int)w.found.state : -1;
}

static void resolve(struct testnet *net, uint8_t n)
{
	send_to(net, host(n));
	reply(net, host(n), test_mac(n));
	testnet_forget(eth(net));
}

/* RFC 826 */
static void packets_wait_for_the_answer_in_order(void **state)
{
	struct testnet *net = *state;
	struct arp_hdr h;
	int i;

	for (i = 0; i < 3; i++)
		assert_int_equal(send_to(net, host(7)), 0);
	assert_int_equal(testnet_sent_count(eth(net)), 1);
	frame_take(&f, eth(net));
	assert_memory_equal(f.b, MAC_BROADCAST.o, 6);
	h = frame_to_arp(&f);
	assert_int_equal(h.op, ARP_REQUEST);
	assert_int_equal(h.spa.v, host(2).v);
	assert_int_equal(h.tpa.v, host(7).v);
	assert_true(mac_is_zero(h.tha));
	assert_int_equal(state_of(net, host(7), NULL), ARP_INCOMPLETE);
	reply(net, host(7), test_mac(7));
	assert_int_equal(state_of(net, host(7), NULL), ARP_REACHABLE);
	assert_int_equal(testnet_sent_count(eth(net)), 3);
	frame_take(&f, eth(net));
	assert_memory_equal(f.b, test_mac(7).o, 6);
	testnet_forget(eth(net));
	assert_int_equal(send_to(net, host(7)), 0);
	assert_int_equal(testnet_sent_count(eth(net)), 1);
	testnet_forget(eth(net));
}

static void request_for_us_is_answered_and_teaches(void **state)
{
	struct testnet *net = *state;
	struct arp_hdr h;
	mac_addr mac;

	say(net, ARP_REQUEST, host(7), test_mac(7), host(2));
	frame_take(&f, eth(net));
	assert_memory_equal(f.b, test_mac(7).o, 6);
	h = frame_to_arp(&f);
	assert_int_equal(h.op, ARP_REPLY);
	assert_int_equal(h.spa.v, host(2).v);
	assert_int_equal(h.tpa.v, host(7).v);
	assert_true(mac_eq(h.sha, eth(net)->mac));
	assert_int_equal(state_of(net, host(7), &mac), ARP_REACHABLE);
	assert_true(mac_eq(mac, test_mac(7)));
	/* A probe (RFC 5227) is answered, and teaches nothing. */
	say(net, ARP_REQUEST, IP4_ANY, test_mac(8), host(2));
	assert_int_equal(testnet_sent_count(eth(net)), 1);
	assert_int_equal(arp_count(testnet_host(net, 0)), 1);
	testnet_forget(eth(net));
}

static void questions_about_others_create_nothing(void **state)
{
	struct testnet *net = *state;

	say(net, ARP_REQUEST, host(7), test_mac(7), host(9));
	say(net, ARP_REQUEST, host(7), test_mac(7), host(7));
	assert_int_equal(testnet_drops(net, 0, DROP_arp_other), 2);
	assert_int_equal(arp_count(testnet_host(net, 0)), 0);
	assert_int_equal(testnet_sent_count(eth(net)), 0);
}

/* CVE-2018-16600 */
static void impossible_lengths_are_dropped(void **state)
{
	struct testnet *net = *state;
	size_t n;

	say(net, ARP_REQUEST, host(7), test_mac(7), host(9));
	f.b[ETH_HLEN + 4] = 255;
	f.b[ETH_HLEN + 5] = 255;
	frame_inject(&f, eth(net));
	assert_int_equal(testnet_drops(net, 0, DROP_arp_bad), 1);
	f.b[ETH_HLEN + 4] = 6;
	f.b[ETH_HLEN + 5] = 4;
	for (n = 0; n < ARP_LEN; n++) {
		f.len = ETH_HLEN + n;
		frame_inject(&f, eth(net));
	}
	assert_int_equal(testnet_drops(net, 0, DROP_arp_bad), 1 + ARP_LEN);
	say(net, 3, host(7), test_mac(7), host(2));
	assert_int_equal(testnet_drops(net, 0, DROP_arp_bad), 2 + ARP_LEN);
	assert_int_equal(arp_count(testnet_host(net, 0)), 0);
}

static void impossible_senders_are_never_learned(void **state)
{
	struct testnet *net = *state;
	static const uint32_t bad[] = {0xe0000001, 0xffffffff, 0x7f000001,
				       0xf0000001};
	size_t i;

	for (i = 0; i < 4; i++) {
		say(net, ARP_REQUEST, (ip4_addr){bad[i]}, test_mac(7), host(2));
		reply(net, (ip4_addr){bad[i]}, test_mac(7));
	}
	assert_int_equal(testnet_drops(net, 0, DROP_arp_sender), 8);
	say(net, ARP_REQUEST, IP4_ANY, test_mac(7), host(9));
	assert_int_equal(testnet_drops(net, 0, DROP_arp_other), 1);
	assert_int_equal(arp_count(testnet_host(net, 0)), 0);
	/* A group address as the sender's, in an honest looking frame. */
	say(net, ARP_REQUEST, host(7), test_mac(7), host(2));
	testnet_forget(eth(net));
	f.b[ETH_HLEN + 8] |= 1;
	frame_inject(&f, eth(net));
	assert_int_equal(testnet_drops(net, 0, DROP_arp_sender), 9);
	assert_int_equal(testnet_sent_count(eth(net)), 0);
}

static void unasked_answer_creates_nothing(void **state)
{
	struct testnet *net = *state;

	reply(net, host(7), test_mac(7));
	assert_int_equal(arp_count(testnet_host(net, 0)), 0);
	assert_int_equal(testnet_drops(net, 0, DROP_arp_unasked), 1);
}

/* The victim asks the address it knows; while that answers nothing changes. */
static void spoofed_answer_only_starts_a_probe(void **state)
{
	struct testnet *net = *state;
	mac_addr mac;

	resolve(net, 7);
	reply(net, host(7), test_mac(66));
	assert_int_equal(testnet_drops(net, 0, DROP_arp_conflict), 1);
	assert_int_equal(state_of(net, host(7), &mac), ARP_PROBE);
	assert_true(mac_eq(mac, test_mac(7)));
	frame_take(&f, eth(net));
	assert_memory_equal(f.b, test_mac(7).o, 6); /* unicast */
	assert_int_equal(frame_to_arp(&f).op, ARP_REQUEST);
	reply(net, host(7), test_mac(7));
	assert_int_equal(state_of(net, host(7), &mac), ARP_REACHABLE);
	assert_true(mac_eq(mac, test_mac(7)));
}

static void silent_neighbour_is_replaced_after_the_probe(void **state)
{
	struct testnet *net = *state;
	mac_addr mac;
	int i;

	resolve(net, 7);
	reply(net, host(7), test_mac(8)); /* he has a new card */
	testnet_run_ms(net, 2500);
	assert_int_equal(state_of(net, host(7), NULL), ARP_PROBE);
	for (i = 0; i < 3; i++) {
		frame_take(&f, eth(net));
		assert_memory_equal(f.b, test_mac(7).o, 6);
	}
	testnet_run_ms(net, 1000);
	assert_int_equal(state_of(net, host(7), NULL), ARP_INCOMPLETE);
	frame_take(&f, eth(net));
	assert_memory_equal(f.b, MAC_BROADCAST.o, 6);
	reply(net, host(7), test_mac(8));
	assert_int_equal(state_of(net, host(7), &mac), ARP_REACHABLE);
	assert_true(mac_eq(mac, test_mac(8)));
}

static void stale_entry_is_used_and_refreshed(void **state)
{
	struct testnet *net = *state;

	resolve(net, 7);
	testnet_run_ms(net, 61000);
	assert_int_equal(send_to(net, host(7)), 0);
	assert_int_equal(testnet_sent_count(eth(net)), 2);
	frame_take(&f, eth(net));
	assert_int_equal(frame_to_ip4(&f).dst.v, host(7).v);
	frame_take(&f, eth(net));
	assert_memory_equal(f.b, test_mac(7).o, 6);
	assert_int_equal(frame_to_arp(&f).op, ARP_REQUEST);
	reply(net, host(7), test_mac(7));
	assert_int_equal(state_of(net, host(7), NULL), ARP_REACHABLE);
}

static void unused_entry_is_forgotten(void **state)
{
	struct testnet *net = *state;

	resolve(net, 7);
	testnet_run_ms(net, 599000);
	assert_int_equal(arp_count(testnet_host(net, 0)), 1);
	testnet_run_ms(net, 2000);
	assert_int_equal(arp_count(testnet_host(net, 0)), 0);
	assert_int_equal(stack_next(testnet_host(net, 0)), UINT64_MAX);
}

/* 100,000 strangers ask; who was talked to a moment ago stays. */
static void flood_of_senders_evicts_nobody_in_use(void **state)
{
	struct testnet *net = *state;
	uint32_t i;

	arp_set_max(testnet_host(net, 0), 512);
	for (i = 1; i <= 100; i++)
		resolve(net, (uint8_t)(100 + i));
	for (i = 0; i < 100000; i++) {
		mac_addr mac = {{2, 0xbb, (uint8_t)(i >> 24),
				 (uint8_t)(i >> 16), (uint8_t)(i >> 8),
				 (uint8_t)i}};

		say(net, ARP_REQUEST, (ip4_addr){0x0a010000 + i}, mac, host(2));
		testnet_forget(eth(net));
	}
	assert_true(arp_count(testnet_host(net, 0)) <= 512);
	for (i = 1; i <= 100; i++)
		assert_int_equal(state_of(net, host((uint8_t)(100 + i)), NULL),
				 ARP_REACHABLE);
	testnet_run_ms(net, 700000);
	assert_int_equal(arp_count(testnet_host(net, 0)), 0);
}

/* Packets for thousands of dead neighbours: bounded, and all are reported. */
static void queues_of_the_dead_are_bounded(void **state)
{
	struct testnet *net = *state;
	struct stack *s = testnet_host(net, 0);
	uint32_t i;
	int j;

	arp_set_max(s, 1024);
	resolve(net, 7);
	for (i = 0; i < 20000; i++)
		for (j = 0; j < 6; j++)
			send_to(net, (ip4_addr){0x0a002000 + i});
	assert_true(arp_count(s) <= 1024 / 4 + 1);
	assert_true(net->env.pkts.in_use <=
		    ARP_QUEUED_MAX + testnet_sent_count(eth(net)));
	testnet_run_ms(net, 10000);
	testnet_forget(eth(net));
	assert_int_equal(net->env.pkts.in_use, 0);
	assert_int_equal(testnet_drops(net, 0, DROP_arp_failed) +
				 testnet_drops(net, 0, DROP_arp_queue),
			 20000 * 6);
	assert_int_equal(state_of(net, host(7), NULL), ARP_REACHABLE);
	assert_int_equal(arp_count(s), 1);
}

static void not_too_many_packets_wait_the_oldest_goes(void **state)
{
	struct testnet *net = *state;
	int i;

	for (i = 0; i < ARP_WAITING_MAX + 2; i++)
		send_to(net, host(7));
	assert_int_equal(testnet_drops(net, 0, DROP_arp_queue), 2);
	frame_take(&f, eth(net));
	reply(net, host(7), test_mac(7));
	assert_int_equal(testnet_sent_count(eth(net)), ARP_WAITING_MAX);
	testnet_forget(eth(net));
}

/* RFC 5227, 2.4 */
static void our_address_is_defended_once_in_ten_seconds(void **state)
{
	struct testnet *net = *state;
	struct arp_hdr h;

	say(net, ARP_REQUEST, host(2), test_mac(66), host(2));
	assert_int_equal(testnet_drops(net, 0, DROP_arp_conflict), 1);
	assert_int_equal(testnet_sent_count(eth(net)), 1);
	frame_take(&f, eth(net));
	h = frame_to_arp(&f);
	assert_int_equal(h.spa.v, host(2).v);
	assert_int_equal(h.tpa.v, host(2).v);
	assert_true(mac_eq(h.sha, eth(net)->mac));
	testnet_run_ms(net, 9000);
	say(net, ARP_REPLY, host(2), test_mac(66), host(9));
	assert_int_equal(testnet_sent_count(eth(net)), 0);
	testnet_run_ms(net, 2000);
	say(net, ARP_REPLY, host(2), test_mac(66), host(9));
	assert_int_equal(testnet_sent_count(eth(net)), 1);
	assert_int_equal(net->events[R_ARP_CONFLICT], 3);
	testnet_forget(eth(net));
}

struct probed {
	int calls, err;
	mac_addr mac;
};

static void on_probed(void *arg, int err, mac_addr mac)
{
	struct probed *p = arg;

	p->calls++;
	p->err = err;
	p->mac = mac;
}

/* RFC 5227, 2.1 */
static void free_address_is_found_free_after_three_probes(void **state)
{
	struct testnet *net = *state;
	struct stack *s = testnet_host(net, 0);
	struct probed p = {0};
	int i;

	assert_int_equal(arp_probe(s, eth(net), host(50), on_probed, &p), 0);
	assert_int_equal(arp_probe(s, eth(net), host(51), on_probed, &p),
			 -EBUSY);
	testnet_run_ms(net, 7100);
	assert_int_equal(p.calls, 1);
	assert_int_equal(p.err, 0);
	assert_int_equal(testnet_sent_count(eth(net)), 3);
	for (i = 0; i < 3; i++) {
		struct arp_hdr h;

		frame_take(&f, eth(net));
		h = frame_to_arp(&f);
		assert_true(ip4_is_zero(h.spa));
		assert_int_equal(h.tpa.v, host(50).v);
	}
}

static void taken_address_is_found_taken(void **state)
{
	struct testnet *net = *state;
	struct stack *s = testnet_host(net, 0);
	struct probed p = {0};

	arp_probe(s, eth(net), host(50), on_probed, &p);
	testnet_run_ms(net, 1000);
	reply(net, host(50), test_mac(50));
	assert_int_equal(p.calls, 1);
	assert_int_equal(p.err, -EADDRINUSE);
	assert_true(mac_eq(p.mac, test_mac(50)));
	/* ... also when somebody else probes for the same one. */
	arp_probe(s, eth(net), host(51), on_probed, &p);
	say(net, ARP_REQUEST, IP4_ANY, test_mac(51), host(51));
	assert_int_equal(p.calls, 2);
	assert_int_equal(p.err, -EADDRINUSE);
	testnet_forget(eth(net));
}

/* RFC 1027 */
static void proxy_answers_for_its_networks(void **state)
{
	struct testnet *net = *state;
	struct stack *s = testnet_host(net, 0);
	struct ip4_net far = {ip4_make(10, 0, 77, 0), 24};

	assert_int_equal(arp_proxy_add(s, eth(net), far), 0);
	assert_int_equal(arp_proxy_add(s, eth(net), far), -EEXIST);
	say(net, ARP_REQUEST, host(7), test_mac(7), ip4_make(10, 0, 77, 5));
	frame_take(&f, eth(net));
	assert_int_equal(frame_to_arp(&f).spa.v, ip4_make(10, 0, 77, 5).v);
	assert_true(mac_eq(frame_to_arp(&f).sha, eth(net)->mac));
	arp_proxy_del(s, eth(net), far);
	say(net, ARP_REQUEST, host(7), test_mac(7), ip4_make(10, 0, 77, 5));
	assert_int_equal(testnet_sent_count(eth(net)), 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, testnet_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(packets_wait_for_the_answer_in_order),
		T(request_for_us_is_answered_and_teaches),
		T(questions_about_others_create_nothing),
		T(impossible_lengths_are_dropped),
		T(impossible_senders_are_never_learned),
		T(unasked_answer_creates_nothing),
		T(spoofed_answer_only_starts_a_probe),
		T(silent_neighbour_is_replaced_after_the_probe),
		T(stale_entry_is_used_and_refreshed),
		T(unused_entry_is_forgotten),
		T(flood_of_senders_evicts_nobody_in_use),
		T(queues_of_the_dead_are_bounded),
		T(not_too_many_packets_wait_the_oldest_goes),
		T(our_address_is_defended_once_in_ten_seconds),
		T(free_address_is_found_free_after_three_probes),
		T(taken_address_is_found_taken),
		T(proxy_answers_for_its_networks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
