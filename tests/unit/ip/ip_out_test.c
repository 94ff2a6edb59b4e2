// SPDX-License-Identifier: MIT
/* ip_out_test.c - sending: routes, sources, sizes, checksums, segments */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wire/csum.h"
#include "wire/proto.h"
#include "wire/tcp.h"
#include "wire/udp.h"

#include "ip/ip.h"
#include "link/arp.h"
#include "testframe.h"
#include "testnet.h"

static struct frame f;
static uint8_t payload[65535];

static int setup(void **state)
{
	struct testnet *net = testnet_new_empty();
	struct stack *s;
	size_t i;

	testnet_add_host(net, NULL);
	s = testnet_host(net, 0);
	testnet_add_port(net, 0, "10.0.0.2/24");
	testnet_add_port(net, 0, "10.0.1.2/24");
	arp_add(s, testnet_netif(net, 0, 0), ip4_make(10, 0, 0, 3),
		test_mac(3));
	for (i = 0; i < sizeof(payload); i++)
		payload[i] = (uint8_t)(i * 13 + 5);
	*state = net;
	return 0;
}

static struct netif *eth(struct testnet *net)
{
	return testnet_netif(net, 0, 0);
}

static struct ip_addr v4(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
	return ip_addr_v4(ip4_make(a, b, c, d));
}

static int send(struct testnet *net, const struct ip_send *how, size_t len)
{
	struct pkt *pkt = pkt_new(&net->env, R_NONE);

	assert_int_equal(pkt_append(pkt, payload, len), 0);
	return ip_output(testnet_host(net, 0), pkt, how);
}

static void assert_refused(struct testnet *net, const struct ip_send *how,
			   size_t len, int err, enum drop why)
{
	uint64_t before = testnet_drops(net, 0, why);

	assert_int_equal(send(net, how, len), err);
	assert_int_equal(testnet_drops(net, 0, why), before + 1);
	assert_int_equal(testnet_sent_count(eth(net)), 0);
	assert_int_equal(net->env.pkts.in_use, 0);
}

static void each_refusal_has_its_number(void **state)
{
	struct testnet *net = *state;
	struct ip_send how = {.dst = v4(192, 0, 2, 1), .proto = 253};

	assert_refused(net, &how, 10, -ENETUNREACH, DROP_ip_no_route);
	how.dst = v4(10, 0, 0, 255);
	assert_refused(net, &how, 10, -EACCES, DROP_ip_refused);
	how.dst = ip_addr_v4(IP4_BROADCAST);
	assert_refused(net, &how, 10, -EACCES, DROP_ip_refused);
	how.dst = v4(10, 0, 0, 3);
	how.src = v4(10, 0, 0, 77);
	assert_refused(net, &how, 10, -EADDRNOTAVAIL, DROP_ip_refused);
	how.src = ip_addr_v4(IP4_ANY);
	assert_refused(net, &how, 10, -EADDRNOTAVAIL, DROP_ip_refused);
	how.src = ip_addr_v4(IP4_LOOPBACK);
	assert_refused(net, &how, 10, -EINVAL, DROP_ip_refused);
	how.src.family = IP_NONE;
	how.df = true;
	assert_refused(net, &how, 1481, -EMSGSIZE, DROP_ip_df);
	how.df = false;
	assert_refused(net, &how, 65516, -EMSGSIZE, DROP_ip_too_big);
	how.opt = (const uint8_t *)"\x83\x03\x04"; /* source route */
	how.opt_len = 4;
	assert_refused(net, &how, 10, -EINVAL, DROP_ip_refused);
	how.dst.family = 99;
	assert_refused(net, &how, 10, -EAFNOSUPPORT, DROP_ip_refused);
	how.dst = ip_addr_v6(IP6_ALL_NODES); /* not enabled anywhere */
	assert_refused(net, &how, 10, -ENETUNREACH, DROP_ip_no_route);
}

static void defaults_are_filled_in(void **state)
{
	struct testnet *net = *state;
	const struct ip_send how = {.dst = v4(10, 0, 0, 3), .proto = 253};
	const struct ip_send group = {.dst = v4(224, 0, 0, 5), .proto = 253};
	struct ip4_hdr h;

	assert_int_equal(send(net, &how, 10), 0);
	frame_take(&f, eth(net));
	h = frame_to_ip4(&f);
	assert_int_equal(h.src.v, ip4_make(10, 0, 0, 2).v);
	assert_int_equal(h.ttl, 64);
	assert_int_equal(h.flags, 0);
	assert_int_equal(send(net, &group, 10), 0);
	frame_take(&f, eth(net));
	assert_memory_equal(f.b, "\x01\x00\x5e\x00\x00\x05", 6);
	assert_int_equal(frame_to_ip4(&f).ttl, 1);
}

static void who_has_no_address_may_shout(void **state)
{
	struct testnet *net = *state;
	struct ip_send how = {
		.src = ip_addr_v4(IP4_ANY),
		.dst = ip_addr_v4(IP4_BROADCAST),
		.proto = IP_PROTO_UDP,
		.may_bcast = true,
		.netif = testnet_add_port(net, 0, NULL),
	};

	assert_int_equal(send(net, &how, 10), 0);
	assert_true(frame_take(&f, how.netif) > 0);
	assert_memory_equal(f.b, MAC_BROADCAST.o, 6);
	assert_int_equal(frame_to_ip4(&f).src.v, 0);
	how.dst = v4(10, 0, 0, 255);
	how.src.family = IP_NONE;
	how.netif = NULL;
	assert_int_equal(send(net, &how, 10), 0);
	frame_take(&f, eth(net));
	assert_memory_equal(f.b, MAC_BROADCAST.o, 6);
}

static void route_through_a_gateway(void **state)
{
	struct testnet *net = *state;
	struct stack *s = testnet_host(net, 0);
	const struct ip4_net all = {IP4_ANY, 0};
	const struct ip_send how = {.dst = v4(192, 0, 2, 1), .proto = 253};
	struct ip_addr src;

	assert_int_equal(ip_route_add(s, all, ip4_make(172, 16, 0, 1), NULL, 0),
			 -ENETUNREACH);
	assert_int_equal(ip_route_add(s, all, ip4_make(10, 0, 0, 3), NULL, 0),
			 0);
	assert_int_equal(ip_route_add(s, all, ip4_make(10, 0, 0, 3), NULL, 0),
			 -EEXIST);
	assert_int_equal(send(net, &how, 10), 0);
	frame_take(&f, eth(net));
	assert_memory_equal(f.b, test_mac(3).o, 6);
	assert_int_equal(frame_to_ip4(&f).dst.v, how.dst.v4.v);
	assert_int_equal(ip_source_for(s, how.dst, &src), 0);
	assert_int_equal(src.v4.v, ip4_make(10, 0, 0, 2).v);
	assert_int_equal(ip_route_del(s, all, ip4_make(10, 0, 0, 3), NULL, 0),
			 0);
	assert_int_equal(send(net, &how, 10), -ENETUNREACH);
}

static void remembered_route_is_void_after_a_change(void **state)
{
	struct testnet *net = *state;
	struct stack *s = testnet_host(net, 0);
	const struct ip4_net one = {ip4_make(10, 0, 1, 9), 32};
	struct ip_route_ref ref = {0};
	const struct ip_send how = {
		.dst = v4(10, 0, 1, 9), .proto = 253, .ref = &ref};

	net->env.probe = NULL; /* a listener wants to be told every lookup */
	send(net, &how, 10);
	assert_int_equal(testnet_sent_count(eth(net)), 0);
	assert_ptr_equal(ref.netif, testnet_netif(net, 0, 1));
	assert_int_equal(ip_route_add(s, one, ip4_make(10, 0, 0, 3), NULL, 0),
			 0);
	send(net, &how, 10);
	assert_int_equal(testnet_sent_count(eth(net)), 1);
	send(net, &how, 10);
	assert_int_equal(testnet_sent_count(eth(net)), 2);
	testnet_forget(eth(net));
}

static void address_that_is_taken_away_is_gone(void **state)
{
	struct testnet *net = *state;
	struct stack *s = testnet_host(net, 0);
	const struct ip4_net a = {ip4_make(10, 0, 0, 2), 24};
	const struct ip4_net second = {ip4_make(10, 0, 0, 20), 24};
	const struct ip_send how = {.dst = v4(10, 0, 0, 3), .proto = 253};
	size_t before = ip_route_count(s);

	assert_int_equal(ip_addr_add(s, eth(net), a), -EEXIST);
	assert_int_equal(ip_addr_add(s, eth(net), second), 0);
	assert_int_equal(ip_route_count(s), before + 1);
	assert_true(ip_addr_is_ours(s, v4(10, 0, 0, 20)));
	assert_int_equal(ip_addr_del(s, eth(net), second), 0);
	assert_int_equal(ip_route_count(s), before);
	assert_false(ip_addr_is_ours(s, v4(10, 0, 0, 20)));
	assert_int_equal(send(net, &how, 10), 0);
	testnet_forget(eth(net));
	assert_int_equal(ip_addr_del(s, eth(net), a), 0);
	assert_int_equal(ip_addr_del(s, eth(net), a), -ENOENT);
	assert_int_equal(send(net, &how, 10), -ENETUNREACH);
	assert_false(ip_addr_is_bcast(s, v4(10, 0, 0, 255)));
	assert_true(ip_addr_is_bcast(s, v4(10, 0, 1, 255)));
}

static void impossible_addresses_are_refused(void **state)
{
	static const struct ip4_net bad[] = {
		{{0}, 8},	    {{0xe0000001}, 24}, {{0xffffffff}, 32},
		{{0x0a050000}, 24}, {{0x0a0500ff}, 24}, {{0x7f000001}, 8},
		{{0x0a050001}, 33}, {{0xf0000001}, 24},
	};
	struct testnet *net = *state;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(
			ip_addr_add(testnet_host(net, 0), eth(net), bad[i]),
			-EINVAL);
}

static void interface_that_goes_takes_its_routes(void **state)
{
	struct testnet *net = *state;
	struct stack *s = testnet_host(net, 0);
	const struct ip4_net all = {IP4_ANY, 0};
	size_t before = ip_route_count(s);

	ip_route_add(s, all, ip4_make(10, 0, 0, 3), NULL, 0);
	ip_netif_gone(s, eth(net));
	assert_int_equal(ip_route_count(s), before - 4);
	assert_null(ip_route_lookup(s, v4(192, 0, 2, 1)));
	assert_int_equal(arp_count(s), 0);
	assert_non_null(ip_route_lookup(s, v4(10, 0, 1, 9)));
}

/*
 * Checksums and segments.
 */

/* A transport's packet: header in front of payload, checksum left to IP. */
static struct pkt *transport(struct testnet *net, uint8_t proto, size_t len)
{
	struct pkt *pkt = pkt_new(&net->env, R_NONE);
	bool is_tcp = proto == IP_PROTO_TCP;
	size_t hlen = is_tcp ? TCP_HLEN : UDP_HLEN;
	struct tcp_hdr t = {
		.sport = 1,
		.dport = 2,
		.seq = {0xfffffff0},
		.flags = TCP_ACK | TCP_PSH | TCP_FIN | TCP_CWR,
		.len = TCP_HLEN,
	};
	struct udp_hdr u = {
		.sport = 1, .dport = 2, .len = (uint16_t)(hlen + len)};
	uint32_t sum =
		csum_pseudo4(ip4_make(10, 0, 0, 2), ip4_make(10, 0, 0, 3),
			     proto, (uint32_t)(hlen + len));
	struct block *blk = block_new(&net->env, len);
	uint8_t *p = pkt_push(pkt, hlen);

	memcpy(blk->data, payload, len);
	assert_int_equal(pkt_append_ref(pkt, blk, 0, len), 0);
	block_put(blk);
	if (is_tcp)
		tcp_emit(p, &t);
	else
		udp_emit(p, &u);
	pkt->csum = PKT_CSUM_PARTIAL;
	pkt->csum_off = (uint8_t)(is_tcp ? 16 : 6);
	put16(p + pkt->csum_off, csum_fold_raw(sum));
	return pkt;
}

static void assert_l4_sum(const struct frame *fr)
{
	struct ip4_hdr h = frame_to_ip4(fr);
	size_t len;
	const uint8_t *p = frame_l4(fr, &len);
	uint32_t sum = csum_pseudo4(h.src, h.dst, h.proto, (uint32_t)len);

	assert_int_equal(csum_fold(csum_add(sum, p, len)), 0);
}

static void partial_checksums_are_completed(void **state)
{
	static const uint8_t protos[] = {IP_PROTO_TCP, IP_PROTO_UDP};
	struct testnet *net = *state;
	struct ip_send how = {.dst = v4(10, 0, 0, 3)};
	size_t i, len;

	for (i = 0; i < 2; i++)
		for (len = 1; len < 1400; len += 97) {
			how.proto = protos[i];
			ip_output(testnet_host(net, 0),
				  transport(net, protos[i], len), &how);
			frame_take(&f, eth(net));
			assert_l4_sum(&f);
		}
	eth(net)->features |= NETIF_F_CSUM_TX;
	ip_output(testnet_host(net, 0), transport(net, IP_PROTO_UDP, 99), &how);
	frame_take(&f, eth(net));
	assert_int_not_equal(csum(frame_l4(&f, &len), 107), 0);
}

static void large_segment_is_cut_into_real_ones(void **state)
{
	struct testnet *net = *state;
	const struct ip_send how = {
		.dst = v4(10, 0, 0, 3), .proto = IP_PROTO_TCP, .df = true};
	struct pkt *pkt = transport(net, IP_PROTO_TCP, 60000);
	size_t done = 0;
	int count = 0;

	pkt->gso = PKT_GSO_TCP4;
	pkt->gso_size = 1460;
	assert_int_equal(ip_output(testnet_host(net, 0), pkt, &how), 0);
	while (frame_take(&f, eth(net))) {
		struct tcp_hdr t;
		size_t len;
		const uint8_t *p = frame_l4(&f, &len);
		bool is_last = done + len - TCP_HLEN == 60000;

		assert_l4_sum(&f);
		assert_int_equal(tcp_parse(&t, p, len), TCP_HLEN);
		assert_int_equal(t.seq.v, (uint32_t)(0xfffffff0 + done));
		assert_int_equal(t.flags,
				 TCP_ACK | (is_last ? TCP_PSH | TCP_FIN : 0) |
					 (done ? 0 : TCP_CWR));
		assert_memory_equal(p + TCP_HLEN, payload + done,
				    len - TCP_HLEN);
		done += len - TCP_HLEN;
		count++;
	}
	assert_int_equal(done, 60000);
	assert_int_equal(count, 42);
	assert_int_equal(net->env.pkts.in_use, 0);
}

static void device_that_segments_gets_the_whole(void **state)
{
	struct testnet *net = *state;
	const struct ip_send how = {
		.dst = v4(10, 0, 0, 3), .proto = IP_PROTO_TCP, .df = true};
	struct pkt *pkt = transport(net, IP_PROTO_TCP, 60000);

	eth(net)->features |= NETIF_F_CSUM_TX | NETIF_F_GSO_TCP;
	eth(net)->gso_max = 65535;
	pkt->gso = PKT_GSO_TCP4;
	pkt->gso_size = 1460;
	assert_int_equal(ip_output(testnet_host(net, 0), pkt, &how), 0);
	assert_int_equal(testnet_sent_count(eth(net)), 1);
	testnet_forget(eth(net));
	pkt = transport(net, IP_PROTO_TCP, 60000);
	pkt->gso = PKT_GSO_TCP4;
	pkt->gso_size = 1461; /* one more than fits */
	assert_int_equal(ip_output(testnet_host(net, 0), pkt, &how), -EMSGSIZE);
}

static void udp_segments_have_headers_of_their_own(void **state)
{
	struct testnet *net = *state;
	const struct ip_send how = {.dst = v4(10, 0, 0, 3),
				    .proto = IP_PROTO_UDP};
	struct pkt *pkt = transport(net, IP_PROTO_UDP, 2500);
	static const size_t sizes[] = {1000, 1000, 500};
	size_t i;

	pkt->gso = PKT_GSO_UDP;
	pkt->gso_size = 1000;
	assert_int_equal(ip_output(testnet_host(net, 0), pkt, &how), 0);
	for (i = 0; i < 3; i++) {
		struct udp_hdr u;
		size_t len;
		const uint8_t *p;

		frame_take(&f, eth(net));
		assert_l4_sum(&f);
		p = frame_l4(&f, &len);
		assert_int_equal(udp_parse(&u, p, len), UDP_HLEN);
		assert_int_equal(u.len, UDP_HLEN + sizes[i]);
		assert_memory_equal(p + UDP_HLEN, payload + i * 1000, sizes[i]);
	}
}

static void fragmented_datagram_has_a_right_checksum(void **state)
{
	struct testnet *net = *state;
	const struct ip_send how = {.dst = v4(10, 0, 0, 3),
				    .proto = IP_PROTO_UDP};
	static uint8_t whole[4008];
	uint32_t sum = csum_pseudo4(ip4_make(10, 0, 0, 2),
				    ip4_make(10, 0, 0, 3), IP_PROTO_UDP, 4008);
	size_t done = 0;

	ip_output(testnet_host(net, 0), transport(net, IP_PROTO_UDP, 4000),
		  &how);
	while (frame_take(&f, eth(net))) {
		size_t len;
		const uint8_t *p = frame_l4(&f, &len);

		memcpy(whole + frame_to_ip4(&f).frag_off, p, len);
		done += len;
	}
	assert_int_equal(done, 4008);
	assert_int_equal(csum_fold(csum_add(sum, whole, 4008)), 0);
	assert_memory_equal(whole + 8, payload, 4000);
}

/* CCS'20: no counter that could be watched; and no value twice in a while. */
static void identifications_look_random_and_do_not_repeat(void **state)
{
	struct testnet *net = *state;
	const struct ip_send how = {.dst = v4(10, 0, 0, 3), .proto = 253};
	const struct ip_send df = {
		.dst = v4(10, 0, 0, 3), .proto = 253, .df = true};
	static uint8_t seen[65536];
	uint16_t last = 0;
	int i, near = 0;

	memset(seen, 0, sizeof(seen));
	for (i = 0; i < 65536; i++) {
		uint16_t id;

		send(net, &how, 10);
		frame_take(&f, eth(net));
		id = frame_to_ip4(&f).id;
		assert_int_equal(seen[id]++, 0);
		near += (uint16_t)(id - last) < 256;
		last = id;
	}
	assert_in_range(near, 150, 370); /* 256 expected */
	send(net, &df, 10);
	frame_take(&f, eth(net));
	assert_int_equal(frame_to_ip4(&f).id, 0);
}

static void refused_frame_is_an_error_and_leaks_nothing(void **state)
{
	struct testnet *net = *state;
	const struct ip_send how = {.dst = v4(10, 0, 0, 3), .proto = 253};

	testnet_stick(eth(net), true);
	assert_int_equal(send(net, &how, 10), -ENOBUFS);
	assert_int_equal(send(net, &how, 5000), -ENOBUFS);
	assert_int_equal(testnet_drops(net, 0, DROP_tx_queue), 2);
	assert_int_equal(net->env.pkts.in_use, 0);
	eth(net)->is_up = false;
	assert_int_equal(send(net, &how, 10), -ENETUNREACH);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, testnet_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(each_refusal_has_its_number),
		T(defaults_are_filled_in),
		T(who_has_no_address_may_shout),
		T(route_through_a_gateway),
		T(remembered_route_is_void_after_a_change),
		T(address_that_is_taken_away_is_gone),
		T(impossible_addresses_are_refused),
		T(interface_that_goes_takes_its_routes),
		T(partial_checksums_are_completed),
		T(large_segment_is_cut_into_real_ones),
		T(device_that_segments_gets_the_whole),
		T(udp_segments_have_headers_of_their_own),
		T(fragmented_datagram_has_a_right_checksum),
		T(identifications_look_random_and_do_not_repeat),
		T(refused_frame_is_an_error_and_leaks_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
