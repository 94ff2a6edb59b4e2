// SPDX-License-Identifier: MIT
/* nat_test.c - a home router: 10.1.0.0/24 inside, 192.0.2.1 outside */

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

#include "ip/filter.h"
#include "ip/ip.h"
#include "ip/nat.h"
#include "link/arp.h"
#include "natnet.h"

/* RFC 4787, REQ-1 and REQ-8 */
static void datagrams_go_out_and_answers_come_back(void **state)
{
	struct testnet *net = *state;
	uint16_t port = natnet_udp_out(net, 10, 5000, natnet_server(1), 53);
	struct ip4_hdr h;
	size_t len;

	assert_in_range(port, 1024, 49151);
	assert_int_equal(frame_to_ip4(&natnet_frame).ttl, 63);
	assert_true(natnet_udp_in(net, natnet_server(1), 53, port));
	h = frame_to_ip4(&natnet_frame);
	assert_int_equal(h.dst.v, natnet_inside(10).v);
	assert_int_equal(h.src.v, natnet_server(1).v);
	assert_int_equal(get16(frame_l4(&natnet_frame, &len) + 2), 5000);
	assert_memory_equal(natnet_frame.b, test_mac(10).o, 6);
	/* The same endpoint keeps its port, whomever it talks to. */
	assert_int_equal(natnet_udp_out(net, 10, 5000, natnet_server(2), 123),
			 port);
	assert_int_not_equal(
		natnet_udp_out(net, 11, 5000, natnet_server(1), 53), port);
	/* Who was not talked to does not get in. */
	assert_false(natnet_udp_in(net, natnet_server(3), 53, port));
	assert_false(natnet_udp_in(net, natnet_server(1), 54, port));
	assert_int_equal(testnet_drops(net, 0, DROP_nat_none), 2);
	assert_int_equal(nat_count(testnet_host(net, 0)), 3);
	assert_int_equal(net->events[R_NAT_NEW], 3);
	assert_int_equal(net->events[R_NAT_IN], 1);
}

static void datagram_without_checksum_stays_without(void **state)
{
	struct testnet *net = *state;
	struct ip4_hdr h = natnet_ip(natnet_inside(10), natnet_server(1));
	size_t len;

	frame_udp(&natnet_frame, natnet_in(net), &h, 5000, 53, natnet_payload,
		  100);
	put16(natnet_frame.b + ETH_HLEN + IP4_HLEN + 6, 0);
	frame_inject(&natnet_frame, natnet_in(net));
	frame_take(&natnet_frame, natnet_out(net));
	assert_int_equal(get16(frame_l4(&natnet_frame, &len) + 6), 0);
}

static void error_in_a_checksum_is_kept(void **state)
{
	struct testnet *net = *state;
	struct ip4_hdr h = natnet_ip(natnet_inside(10), natnet_server(1));
	const uint8_t *p;
	size_t len;

	frame_udp(&natnet_frame, natnet_in(net), &h, 5000, 53, natnet_payload,
		  100);
	natnet_frame.b[natnet_frame.len - 1] ^= 1;
	frame_inject(&natnet_frame, natnet_in(net));
	frame_take(&natnet_frame, natnet_out(net));
	h = frame_to_ip4(&natnet_frame);
	p = frame_l4(&natnet_frame, &len);
	assert_int_not_equal(
		csum_fold(csum_add(
			csum_pseudo4(h.src, h.dst, IP_PROTO_UDP, (uint32_t)len),
			p, len)),
		0);
}

static void connection_opens_lives_and_closes(void **state)
{
	struct testnet *net = *state;
	struct stack *r = testnet_host(net, 0);
	uint16_t port =
		natnet_tcp_out(net, 10, 6000, natnet_server(1), TCP_SYN);

	assert_true(
		natnet_tcp_in(net, natnet_server(1), port, TCP_SYN | TCP_ACK));
	assert_int_equal(
		natnet_tcp_out(net, 10, 6000, natnet_server(1), TCP_ACK), port);
	natnet_pass(net, 3600); /* open: two hours of silence */
	assert_true(natnet_tcp_in(net, natnet_server(1), port, TCP_ACK));
	assert_int_equal(natnet_tcp_out(net, 10, 6000, natnet_server(1),
					TCP_FIN | TCP_ACK),
			 port);
	assert_true(
		natnet_tcp_in(net, natnet_server(1), port, TCP_FIN | TCP_ACK));
	assert_int_equal(
		natnet_tcp_out(net, 10, 6000, natnet_server(1), TCP_ACK), port);
	natnet_pass(net, 239);
	assert_int_equal(nat_count(r), 1);
	natnet_pass(net, 3);
	assert_int_equal(nat_count(r), 0);
	assert_false(natnet_tcp_in(net, natnet_server(1), port, TCP_ACK));
}

static void silent_connection_is_forgotten_without_a_word(void **state)
{
	struct testnet *net = *state;
	uint16_t port =
		natnet_tcp_out(net, 10, 6000, natnet_server(1), TCP_SYN);

	nat_set_idle(testnet_host(net, 0), NAT_TCP_OPEN, 300);
	assert_true(
		natnet_tcp_in(net, natnet_server(1), port, TCP_SYN | TCP_ACK));
	natnet_tcp_out(net, 10, 6000, natnet_server(1), TCP_ACK);
	natnet_pass(net, 290);
	assert_int_equal(
		natnet_tcp_out(net, 10, 6000, natnet_server(1), TCP_ACK), port);
	natnet_pass(net, 301);
	assert_int_equal(
		natnet_tcp_out(net, 10, 6000, natnet_server(1), TCP_ACK), 0);
	assert_int_equal(testnet_drops(net, 0, DROP_nat_none), 1);
	assert_int_equal(testnet_sent_count(natnet_in(net)), 0);
}

/* USENIX Security 2021: a middlebox must not answer what has no handshake. */
static void stranger_gets_nothing_at_all(void **state)
{
	struct testnet *net = *state;

	assert_false(
		natnet_tcp_in(net, natnet_server(9), 8080, TCP_PSH | TCP_ACK));
	assert_false(natnet_tcp_in(net, natnet_server(9), 8080, TCP_SYN));
	assert_int_equal(testnet_drops(net, 0, DROP_nat_none), 2);
	assert_int_equal(testnet_sent_count(natnet_out(net)), 0);
}

static void echo_is_translated_by_its_identifier(void **state)
{
	struct testnet *net = *state;
	struct ip4_hdr h = natnet_ip(natnet_inside(10), natnet_server(1));
	struct icmp4_hdr m = {.type = ICMP4_ECHO, .id = 77, .seq = 5};

	frame_icmp4(&natnet_frame, natnet_in(net), &h, &m, natnet_payload, 40);
	frame_inject(&natnet_frame, natnet_in(net));
	frame_take(&natnet_frame, natnet_out(net));
	m = frame_to_icmp4(&natnet_frame);
	assert_int_equal(m.seq, 5);
	h = natnet_ip(natnet_server(1), get_ip4(natnet_us));
	m.type = ICMP4_ECHO_REPLY;
	frame_icmp4(&natnet_frame, natnet_out(net), &h, &m, natnet_payload, 40);
	frame_inject(&natnet_frame, natnet_out(net));
	assert_true(frame_take(&natnet_frame, natnet_in(net)) > 0);
	assert_int_equal(frame_to_icmp4(&natnet_frame).id, 77);
	assert_int_equal(frame_to_ip4(&natnet_frame).dst.v,
			 natnet_inside(10).v);
	/* The router itself can still be pinged. */
	m.type = ICMP4_ECHO;
	frame_icmp4(&natnet_frame, natnet_out(net), &h, &m, natnet_payload, 40);
	arp_add(testnet_host(net, 0), natnet_out(net), natnet_server(1),
		test_mac(1));
	frame_inject(&natnet_frame, natnet_out(net));
	assert_true(frame_take(&natnet_frame, natnet_out(net)) > 0);
	assert_int_equal(frame_to_icmp4(&natnet_frame).type, ICMP4_ECHO_REPLY);
}

/* RFC 5508, 4.2: a router far away says that our packet was too big. */
static void error_from_outside_finds_its_way_in(void **state)
{
	struct testnet *net = *state;
	uint16_t port = natnet_udp_out(net, 10, 5000, natnet_server(1), 53);
	struct icmp4_hdr m = {.type = ICMP4_UNREACHABLE,
			      .code = ICMP4_FRAG_NEEDED,
			      .mtu = 1400};
	struct ip4_hdr h = natnet_ip(natnet_server(200), get_ip4(natnet_us)),
		       inner;
	static uint8_t quote[128];
	const uint8_t *p;
	size_t len;

	(void)port;
	memcpy(quote, natnet_frame.b + ETH_HLEN, 128);
	frame_icmp4(&natnet_frame, natnet_out(net), &h, &m, quote, 128);
	frame_inject(&natnet_frame, natnet_out(net));
	assert_true(frame_take(&natnet_frame, natnet_in(net)) > 0);
	assert_int_equal(frame_to_ip4(&natnet_frame).dst.v,
			 natnet_inside(10).v);
	assert_int_equal(frame_to_ip4(&natnet_frame).src.v,
			 natnet_server(200).v);
	assert_int_equal(frame_to_icmp4(&natnet_frame).mtu, 1400);
	p = frame_l4(&natnet_frame, &len) + ICMP4_HLEN;
	assert_int_equal(ip4_hdr_parse(&inner, p, len - ICMP4_HLEN), 20);
	assert_int_equal(inner.src.v, natnet_inside(10).v);
	assert_int_equal(get16(p + 20), 5000);
	/* The quoted datagram is whole, so its checksum can be looked at. */
	assert_int_equal(csum_fold(csum_add(csum_pseudo4(inner.src, inner.dst,
							 IP_PROTO_UDP, 108),
					    p + 20, 108)),
			 0);
}

static void error_from_inside_finds_its_way_out(void **state)
{
	struct testnet *net = *state;
	uint16_t port = natnet_udp_out(net, 10, 5000, natnet_server(1), 53);
	struct icmp4_hdr m = {.type = ICMP4_UNREACHABLE, .code = ICMP4_PORT};
	struct ip4_hdr h = natnet_ip(natnet_inside(10), natnet_server(1)),
		       inner;
	uint8_t quote[28];
	const uint8_t *p;
	size_t len;

	assert_true(natnet_udp_in(net, natnet_server(1), 53, port));
	memcpy(quote, natnet_frame.b + ETH_HLEN, 28);
	frame_icmp4(&natnet_frame, natnet_in(net), &h, &m, quote, 28);
	frame_inject(&natnet_frame, natnet_in(net));
	assert_true(frame_take(&natnet_frame, natnet_out(net)) > 0);
	assert_int_equal(frame_to_ip4(&natnet_frame).src.v, get32(natnet_us));
	frame_to_icmp4(&natnet_frame);
	p = frame_l4(&natnet_frame, &len) + ICMP4_HLEN;
	assert_int_equal(ip4_hdr_parse_quoted(&inner, p, 28), 20);
	assert_int_equal(csum(p, 20), 0);
	assert_int_equal(inner.dst.v, get32(natnet_us));
	assert_int_equal(get16(p + 22), port);
	/* About something that never came in: nothing goes out. */
	put16(quote + 22, 5001);
	frame_icmp4(&natnet_frame, natnet_in(net), &h, &m, quote, 28);
	frame_inject(&natnet_frame, natnet_in(net));
	assert_int_equal(testnet_sent_count(natnet_out(net)), 0);
}

static void fragments_are_put_together_first(void **state)
{
	struct testnet *net = *state;
	struct ip4_hdr h = natnet_ip(natnet_inside(10), natnet_server(1));
	static uint8_t whole[2000];
	struct frame *one = calloc(1, sizeof(*one));
	int i;

	frame_udp(one, natnet_in(net), &h, 5000, 53, natnet_payload, 1992);
	memcpy(whole, one->b + ETH_HLEN + IP4_HLEN, 2000);
	free(one);
	h.proto = IP_PROTO_UDP;
	h.id = 9;
	for (i = 1; i >= 0; i--) { /* the last comes first */
		h.frag_off = (uint16_t)(i * 1000);
		h.flags = i ? 0 : IP4_MF;
		frame_ip4(&natnet_frame, natnet_in(net), &h, whole + i * 1000,
			  1000);
		frame_inject(&natnet_frame, natnet_in(net));
	}
	assert_int_equal(testnet_sent_count(natnet_out(net)), 2);
	frame_take(&natnet_frame, natnet_out(net));
	assert_int_equal(frame_to_ip4(&natnet_frame).src.v, get32(natnet_us));
	frame_take(&natnet_frame, natnet_out(net));
	assert_int_equal(frame_to_ip4(&natnet_frame).src.v, get32(natnet_us));
	assert_int_equal(nat_count(testnet_host(net, 0)), 1);
}

static void one_host_cannot_take_all_ports(void **state)
{
	struct testnet *net = *state;
	struct stack *r = testnet_host(net, 0);
	uint32_t i, refused = 0;

	for (i = 0; i < 20000; i++)
		refused += !natnet_udp_out(net, 10, (uint16_t)(1024 + i),
					   natnet_server(1), 53);
	assert_int_equal(nat_count(r), NAT_PER_HOST_MAX);
	assert_int_equal(refused, 20000 - NAT_PER_HOST_MAX);
	assert_int_equal(testnet_drops(net, 0, DROP_nat_full), refused);
	assert_int_not_equal(
		natnet_udp_out(net, 11, 5000, natnet_server(1), 53), 0);
	testnet_run_ms(net, 400 * 1000);
	assert_int_equal(nat_count(r), 0);
	testnet_run_ms(net, 900 * 1000); /* ARP forgets, too */
	assert_int_equal(stack_next(r), UINT64_MAX);
}

static void established_flows_survive_a_flood_of_new_ones(void **state)
{
	struct testnet *net = *state;
	struct stack *r = testnet_host(net, 0);
	uint16_t port =
		natnet_tcp_out(net, 10, 6000, natnet_server(1), TCP_SYN);
	uint32_t i;

	nat_set_max(r, 200, 150);
	natnet_tcp_in(net, natnet_server(1), port, TCP_SYN | TCP_ACK);
	natnet_tcp_out(net, 10, 6000, natnet_server(1), TCP_ACK);
	for (i = 0; i < 10000; i++)
		natnet_udp_out(net, (uint8_t)(11 + i % 30), (uint16_t)i,
			       natnet_server(2), 53);
	assert_int_equal(nat_count(r), 200);
	assert_true(natnet_tcp_in(net, natnet_server(1), port, TCP_ACK));
}

/* HOSTILE 129: the oldest goes, of whatever kind; so a handshake has the time
 * that all others have, however many flows of another kind there are. */
static void flood_of_another_kind_costs_no_handshake(void **state)
{
	struct testnet *net = *state;
	uint16_t port, i;

	nat_set_max(testnet_host(net, 0), 20, 20);
	for (i = 0; i < 20; i++)
		natnet_udp_out(net, 11, i, natnet_server(2), 53);
	testnet_run_ms(net, 100);
	port = natnet_tcp_out(net, 10, 6000, natnet_server(1), TCP_SYN);
	for (i = 100; i < 119; i++)
		natnet_udp_out(net, 11, i, natnet_server(2), 53);
	assert_true(
		natnet_tcp_in(net, natnet_server(1), port, TCP_SYN | TCP_ACK));
	natnet_udp_out(net, 11, 200, natnet_server(2), 53);
	assert_false(
		natnet_tcp_in(net, natnet_server(1), port, TCP_SYN | TCP_ACK));
}

/* What the filter refuses has no session, and nobody loses his for it. */
static void filter_is_asked_before_a_session_begins(void **state)
{
	const struct filter_rule rules[] = {
		{.from = {ip4_make(10, 1, 0, 0), 16}, .is_allowed = true},
		{.from = {natnet_server(6), 32}, .is_aloud = true},
		{.from = {natnet_server(7), 32}, .is_allowed = true},
	};
	struct testnet *net = *state;
	struct stack *r = testnet_host(net, 0);
	struct endpoint to = {ip_addr_v4(natnet_inside(20)), 80};

	assert_int_equal(nat_forward_add(r, IP_PROTO_TCP, 8080, to), 0);
	assert_int_equal(filter_enable(r, rules, 3, false), 0);
	assert_false(natnet_tcp_in(net, natnet_server(5), 8080, TCP_SYN));
	assert_int_equal(testnet_drops(net, 0, DROP_filter_denied), 1);
	assert_int_equal(testnet_sent_count(natnet_out(net)), 0);
	assert_false(natnet_tcp_in(net, natnet_server(6), 8080, TCP_SYN));
	assert_int_equal(testnet_drops(net, 0, DROP_filter_rejected), 1);
	assert_true(frame_take(&natnet_frame, natnet_out(net)));
	natnet_assert_sum(); /* a reset, in the outside address's name */
	assert_int_equal(frame_to_ip4(&natnet_frame).src.v, 0xc0000201);
	assert_int_equal(nat_count(r), 0);
	assert_true(natnet_tcp_in(net, natnet_server(7), 8080, TCP_SYN));
	assert_int_equal(nat_count(r), 1);
}

static void forwarded_port_reaches_the_server_inside(void **state)
{
	struct testnet *net = *state;
	struct stack *r = testnet_host(net, 0);
	struct endpoint to = {ip_addr_v4(natnet_inside(20)), 80};
	struct ip4_hdr h = natnet_ip(natnet_server(5), get_ip4(natnet_us));
	size_t len;

	assert_int_equal(nat_forward_add(r, IP_PROTO_TCP, 8080, to), 0);
	assert_int_equal(nat_forward_add(r, IP_PROTO_TCP, 8080, to), -EEXIST);
	assert_int_equal(nat_forward_add(r, 50, 8080, to), -EINVAL);
	frame_tcp(&natnet_frame, natnet_out(net), &h, 7000, 8080, TCP_SYN);
	frame_inject(&natnet_frame, natnet_out(net));
	assert_true(frame_take(&natnet_frame, natnet_in(net)) > 0);
	natnet_assert_sum();
	assert_int_equal(frame_to_ip4(&natnet_frame).dst.v,
			 natnet_inside(20).v);
	assert_int_equal(get16(frame_l4(&natnet_frame, &len) + 2), 80);
	h = natnet_ip(natnet_inside(20), natnet_server(5));
	frame_tcp(&natnet_frame, natnet_in(net), &h, 80, 7000,
		  TCP_SYN | TCP_ACK);
	frame_inject(&natnet_frame, natnet_in(net));
	assert_true(frame_take(&natnet_frame, natnet_out(net)) > 0);
	natnet_assert_sum();
	assert_int_equal(get16(frame_l4(&natnet_frame, &len)), 8080);
}

static void others_are_routed_as_they_are(void **state)
{
	struct testnet *net = *state;
	struct netif *dmz = testnet_add_port(net, 0, "203.0.113.1/24");
	struct ip4_hdr h =
		natnet_ip(ip4_make(203, 0, 113, 5), natnet_server(1));

	frame_udp(&natnet_frame, dmz, &h, 5000, 53, natnet_payload, 10);
	frame_inject(&natnet_frame, dmz);
	frame_take(&natnet_frame, natnet_out(net));
	assert_int_equal(frame_to_ip4(&natnet_frame).src.v, h.src.v);
	/* A protocol without ports cannot be translated. */
	h = natnet_ip(natnet_inside(10), natnet_server(1));
	h.proto = 253;
	frame_ip4(&natnet_frame, natnet_in(net), &h, natnet_payload, 20);
	frame_inject(&natnet_frame, natnet_in(net));
	assert_int_equal(testnet_sent_count(natnet_out(net)), 0);
	assert_int_equal(testnet_drops(net, 0, DROP_nat_none), 1);
}

static void short_headers_are_dropped(void **state)
{
	static const uint8_t protos[] = {IP_PROTO_TCP, IP_PROTO_UDP,
					 IP_PROTO_ICMP};
	struct testnet *net = *state;
	size_t i, n;

	for (i = 0; i < 3; i++)
		for (n = 0; n < 8; n++) {
			struct ip4_hdr h =
				natnet_ip(natnet_inside(10), natnet_server(1));

			h.proto = protos[i];
			frame_ip4(&natnet_frame, natnet_in(net), &h,
				  natnet_payload, n);
			frame_inject(&natnet_frame, natnet_in(net));
			h = natnet_ip(natnet_server(1), get_ip4(natnet_us));
			h.proto = protos[i];
			frame_ip4(&natnet_frame, natnet_out(net), &h,
				  natnet_payload, n);
			frame_inject(&natnet_frame, natnet_out(net));
		}
	assert_int_equal(testnet_drops(net, 0, DROP_tcp_short), 8);
	assert_int_equal(testnet_drops(net, 0, DROP_udp_short), 8);
	assert_int_equal(testnet_drops(net, 0, DROP_icmp_short), 16);
	assert_int_equal(nat_count(testnet_host(net, 0)), 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, natnet_setup, testnet_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(datagrams_go_out_and_answers_come_back),
		T(datagram_without_checksum_stays_without),
		T(error_in_a_checksum_is_kept),
		T(connection_opens_lives_and_closes),
		T(silent_connection_is_forgotten_without_a_word),
		T(stranger_gets_nothing_at_all),
		T(echo_is_translated_by_its_identifier),
		T(error_from_outside_finds_its_way_in),
		T(error_from_inside_finds_its_way_out),
		T(fragments_are_put_together_first),
		T(one_host_cannot_take_all_ports),
		T(established_flows_survive_a_flood_of_new_ones),
		T(flood_of_another_kind_costs_no_handshake),
		T(filter_is_asked_before_a_session_begins),
		T(forwarded_port_reaches_the_server_inside),
		T(others_are_routed_as_they_are),
		T(short_headers_are_dropped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
