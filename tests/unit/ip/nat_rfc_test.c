// SPDX-License-Identifier: MIT
/* nat_rfc_test.c - the requirements of RFC 4787, 5382, 5508 and 7857 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wire/csum.h"
#include "wire/proto.h"
#include "wire/tcp.h"

#include "ip/filter.h"
#include "ip/ip.h"
#include "ip/nat.h"
#include "link/arp.h"
#include "natnet.h"

#define f natnet_frame

static ip4_addr us(void)
{
	return get_ip4(natnet_us);
}

/* What a packet on the inside looks like now: from whom, to whom. */
static void assert_ends(ip4_addr src, uint16_t sport, ip4_addr dst,
			uint16_t dport)
{
	struct ip4_hdr h = frame_to_ip4(&f);
	size_t len;
	const uint8_t *p = frame_l4(&f, &len);

	assert_int_equal(h.src.v, src.v);
	assert_int_equal(get16(p), sport);
	assert_int_equal(h.dst.v, dst.v);
	assert_int_equal(get16(p + 2), dport);
	natnet_assert_sum();
}

/* A datagram from an inside host to our outside address; did somebody inside
 * get it? */
static bool udp_hairpin(struct testnet *net, uint8_t host, uint16_t sport,
			uint16_t dport)
{
	struct ip4_hdr h = natnet_ip(natnet_inside(host), us());

	frame_udp(&f, natnet_in(net), &h, sport, dport, natnet_payload, 50);
	frame_inject(&f, natnet_in(net));
	return frame_take(&f, natnet_in(net)) > 0;
}

static bool tcp_hairpin(struct testnet *net, uint8_t host, uint16_t sport,
			uint16_t dport, uint16_t flags)
{
	struct ip4_hdr h = natnet_ip(natnet_inside(host), us());

	frame_tcp(&f, natnet_in(net), &h, sport, dport, flags);
	frame_inject(&f, natnet_in(net));
	return frame_take(&f, natnet_in(net)) > 0;
}

/* RFC 4787, REQ-9 and 9a: each sees the other's outside endpoint, and both
 * have to speak first. */
static void insiders_meet_at_the_outside_address(void **state)
{
	struct testnet *net = *state;
	uint16_t a = natnet_udp_out(net, 10, 5000, natnet_server(1), 3478);
	uint16_t b = natnet_udp_out(net, 11, 6000, natnet_server(1), 3478);

	assert_false(udp_hairpin(net, 10, 5000, b));
	assert_int_equal(testnet_drops(net, 0, DROP_nat_none), 1);
	assert_true(udp_hairpin(net, 11, 6000, a));
	assert_ends(us(), b, natnet_inside(10), 5000);
	assert_true(udp_hairpin(net, 10, 5000, b));
	assert_ends(us(), a, natnet_inside(11), 6000);
	assert_int_equal(testnet_sent_count(natnet_out(net)), 0);
}

/* RFC 5382, REQ-8, and REQ-2 (b): both open at the same time. */
static void insiders_open_a_connection_simultaneously(void **state)
{
	struct testnet *net = *state;
	uint16_t a = natnet_tcp_out(net, 10, 5000, natnet_server(1), TCP_SYN);
	uint16_t b = natnet_tcp_out(net, 11, 6000, natnet_server(1), TCP_SYN);

	assert_false(tcp_hairpin(net, 10, 5000, b, TCP_SYN));
	assert_true(tcp_hairpin(net, 11, 6000, a, TCP_SYN));
	assert_ends(us(), b, natnet_inside(10), 5000);
	assert_true(tcp_hairpin(net, 10, 5000, b, TCP_SYN | TCP_ACK));
	assert_ends(us(), a, natnet_inside(11), 6000);
	assert_true(tcp_hairpin(net, 11, 6000, a, TCP_ACK));
}

static void forwarded_server_is_reached_from_inside_too(void **state)
{
	struct testnet *net = *state;
	struct endpoint to = {ip_addr_v4(natnet_inside(20)), 80};
	uint16_t port;
	size_t len;

	assert_int_equal(
		nat_forward_add(testnet_host(net, 0), IP_PROTO_TCP, 8080, to),
		0);
	assert_true(tcp_hairpin(net, 10, 5000, 8080, TCP_SYN));
	port = get16(frame_l4(&f, &len));
	assert_ends(us(), port, natnet_inside(20), 80);
	assert_true(tcp_hairpin(net, 20, 80, port, TCP_SYN | TCP_ACK));
	assert_ends(us(), 8080, natnet_inside(10), 5000);
	assert_true(tcp_hairpin(net, 10, 5000, 8080, TCP_ACK));
	/* No handshake, no way. */
	assert_false(tcp_hairpin(net, 10, 5001, 8080, TCP_ACK));
}

/* RFC 5508, REQ-7: an error about what took the hairpin takes it, too. */
static void error_takes_the_hairpin_back(void **state)
{
	const struct icmp4_hdr m = {.type = ICMP4_UNREACHABLE,
				    .code = ICMP4_PORT};
	struct testnet *net = *state;
	struct endpoint to = {ip_addr_v4(natnet_inside(20)), 53};
	struct ip4_hdr h = natnet_ip(natnet_inside(20), us()), inner;
	uint8_t quote[28];
	const uint8_t *p;
	size_t len;

	nat_forward_add(testnet_host(net, 0), IP_PROTO_UDP, 53, to);
	assert_true(udp_hairpin(net, 10, 5000, 53));
	memcpy(quote, f.b + ETH_HLEN, 28);
	frame_icmp4(&f, natnet_in(net), &h, &m, quote, 28);
	frame_inject(&f, natnet_in(net));
	assert_true(frame_take(&f, natnet_in(net)) > 0);
	assert_int_equal(frame_to_ip4(&f).src.v, us().v);
	assert_int_equal(frame_to_ip4(&f).dst.v, natnet_inside(10).v);
	frame_to_icmp4(&f);
	p = frame_l4(&f, &len) + ICMP4_HLEN;
	assert_int_equal(ip4_hdr_parse_quoted(&inner, p, 28), 20);
	assert_int_equal(inner.src.v, natnet_inside(10).v);
	assert_int_equal(get16(p + 20), 5000);
	assert_int_equal(inner.dst.v, us().v);
	assert_int_equal(get16(p + 22), 53);
}

/* RFC 4787, REQ-3a and REQ-4 */
static void outside_port_is_of_the_same_kind(void **state)
{
	struct testnet *net = *state;

	for (uint16_t i = 0; i < 100; i++) {
		uint16_t sport = (uint16_t)(900 + i * 3);
		uint16_t port =
			natnet_udp_out(net, 10, sport, natnet_server(1), 123);

		assert_int_not_equal(port, 0);
		assert_int_equal(port & 1, sport & 1);
		assert_int_equal(port < 1024, sport < 1024);
	}
}

/* RFC 4787, REQ-3: one outside port is one inside endpoint's, to whomever. */
static void no_port_is_given_twice(void **state)
{
	static uint8_t seen[65536];
	struct testnet *net = *state;

	memset(seen, 0, sizeof(seen));
	nat_set_max(testnet_host(net, 0), 16384, 16384);
	for (uint16_t i = 0; i < 8000; i++) {
		uint16_t port = natnet_udp_out(net, (uint8_t)(10 + i % 30),
					       (uint16_t)(2000 + i / 30),
					       natnet_server((uint8_t)i), 3478);

		assert_int_not_equal(port, 0);
		assert_int_equal(seen[port]++, 0);
	}
}

/* RFC 4787, REQ-5: two minutes, but for a question to a well-known port. */
static void unanswered_datagrams_are_kept_two_minutes(void **state)
{
	struct testnet *net = *state;
	struct stack *r = testnet_host(net, 0);

	natnet_udp_out(net, 10, 5000, natnet_server(1), 3478);
	natnet_udp_out(net, 10, 5001, natnet_server(1), 53);
	natnet_pass(net, 29);
	assert_int_equal(nat_count(r), 2);
	natnet_pass(net, 3);
	assert_int_equal(nat_count(r), 1);
	natnet_pass(net, 86);
	assert_int_equal(nat_count(r), 1);
	natnet_pass(net, 4);
	assert_int_equal(nat_count(r), 0);
}

/* RFC 4787, REQ-6: what goes out keeps a mapping alive. */
static void what_goes_out_keeps_the_mapping(void **state)
{
	struct testnet *net = *state;
	uint16_t port = natnet_udp_out(net, 10, 5000, natnet_server(1), 3478);

	for (int i = 0; i < 10; i++) {
		natnet_pass(net, 110);
		assert_int_equal(
			natnet_udp_out(net, 10, 5000, natnet_server(1), 3478),
			port);
	}
	assert_true(natnet_udp_in(net, natnet_server(1), 3478, port));
}

/* RFC 4787, REQ-8: who may come in is a choice. */
static void filtering_is_a_choice(void **state)
{
	struct testnet *net = *state;
	struct stack *r = testnet_host(net, 0);
	uint16_t port = natnet_udp_out(net, 10, 5000, natnet_server(1), 3478);

	assert_false(natnet_udp_in(net, natnet_server(1), 9999, port));
	nat_set_filtering(r, NAT_FROM_HOSTS);
	assert_true(natnet_udp_in(net, natnet_server(1), 9999, port));
	assert_false(natnet_udp_in(net, natnet_server(2), 3478, port));
	nat_set_filtering(r, NAT_FROM_ANYBODY);
	assert_true(natnet_udp_in(net, natnet_server(2), 3478, port));
	assert_ends(natnet_server(2), 3478, natnet_inside(10), 5000);
	/* But only through a mapping that is there. */
	assert_false(natnet_udp_in(net, natnet_server(2), 3478,
				   (uint16_t)(port ^ 2)));
	assert_int_equal(nat_count(r), 3);
}

/* A stranger cannot take an inside host's share from him. */
static void strangers_leave_half_of_a_hosts_share(void **state)
{
	struct testnet *net = *state;
	struct stack *r = testnet_host(net, 0);
	uint16_t port = natnet_udp_out(net, 10, 5000, natnet_server(1), 3478);

	nat_set_filtering(r, NAT_FROM_ANYBODY);
	nat_set_max(r, 1000, 100);
	for (uint16_t i = 0; i < 500; i++)
		natnet_udp_in(net, natnet_server(2), i, port);
	assert_int_equal(nat_count(r), 50);
	assert_int_not_equal(
		natnet_udp_out(net, 10, 5001, natnet_server(1), 3478), 0);
}

/* RFC 5382, REQ-5: a handshake may take four minutes, and a connection that a
 * server does not speak in is open all the same. */
static void connection_from_outside_is_open_after_its_handshake(void **state)
{
	struct testnet *net = *state;
	struct stack *r = testnet_host(net, 0);
	struct endpoint to = {ip_addr_v4(natnet_inside(20)), 25};
	uint16_t port;

	nat_forward_add(r, IP_PROTO_TCP, 25, to);
	assert_true(natnet_tcp_in(net, natnet_server(1), 25, TCP_SYN));
	natnet_pass(net, 239);
	assert_int_equal(nat_count(r), 1);
	natnet_pass(net, 3);
	assert_int_equal(nat_count(r), 0);

	assert_true(natnet_tcp_in(net, natnet_server(1), 25, TCP_SYN));
	port = 25; /* the answer leaves from the port that was asked */
	{
		struct ip4_hdr h =
			natnet_ip(natnet_inside(20), natnet_server(1));

		frame_tcp(&f, natnet_in(net), &h, 25, 80, TCP_SYN | TCP_ACK);
		frame_inject(&f, natnet_in(net));
		assert_true(frame_take(&f, natnet_out(net)) > 0);
		assert_ends(us(), port, natnet_server(1), 80);
	}
	assert_true(natnet_tcp_in(net, natnet_server(1), 25, TCP_ACK));
	natnet_pass(net, 7400);
	assert_int_equal(nat_count(r), 1);
	natnet_pass(net, 60);
	assert_int_equal(nat_count(r), 0);
}

/* RFC 7857, 2: a reset, perhaps forged, closes; talk opens again. */
static void reset_that_nobody_minds_is_forgotten(void **state)
{
	struct testnet *net = *state;
	struct stack *r = testnet_host(net, 0);
	uint16_t port =
		natnet_tcp_out(net, 10, 6000, natnet_server(1), TCP_SYN);

	natnet_tcp_in(net, natnet_server(1), port, TCP_SYN | TCP_ACK);
	natnet_tcp_out(net, 10, 6000, natnet_server(1), TCP_ACK);
	assert_true(natnet_tcp_in(net, natnet_server(1), port, TCP_RST));
	natnet_tcp_out(net, 10, 6000, natnet_server(1), TCP_ACK);
	natnet_pass(net, 3600);
	assert_int_equal(nat_count(r), 1);
	assert_true(natnet_tcp_in(net, natnet_server(1), port, TCP_RST));
	natnet_pass(net, 242);
	assert_int_equal(nat_count(r), 0);
}

/* RFC 4787, REQ-12; RFC 5382, REQ-10; RFC 5508, REQ-6 */
static void errors_neither_end_nor_keep_a_session(void **state)
{
	const struct icmp4_hdr m = {.type = ICMP4_UNREACHABLE,
				    .code = ICMP4_HOST};
	struct testnet *net = *state;
	struct stack *r = testnet_host(net, 0);
	struct ip4_hdr h = natnet_ip(natnet_server(200), us());
	uint8_t quote[28];

	natnet_udp_out(net, 10, 5000, natnet_server(1), 3478);
	memcpy(quote, f.b + ETH_HLEN, 28);
	natnet_pass(net, 115);
	frame_icmp4(&f, natnet_out(net), &h, &m, quote, 28);
	frame_inject(&f, natnet_out(net));
	assert_true(frame_take(&f, natnet_in(net)) > 0);
	assert_int_equal(nat_count(r), 1);
	natnet_pass(net, 7);
	assert_int_equal(nat_count(r), 0);
}

/* RFC 5508, REQ-8: no room; the insider is told. */
static void insider_is_told_that_there_is_no_room(void **state)
{
	struct testnet *net = *state;

	nat_set_max(testnet_host(net, 0), 100, 1);
	natnet_udp_out(net, 10, 5000, natnet_server(1), 3478);
	assert_int_equal(natnet_udp_out(net, 10, 5001, natnet_server(1), 3478),
			 0);
	assert_int_equal(testnet_drops(net, 0, DROP_nat_full), 1);
	assert_true(frame_take(&f, natnet_in(net)) > 0);
	assert_int_equal(frame_to_icmp4(&f).type, ICMP4_UNREACHABLE);
	assert_int_equal(frame_to_icmp4(&f).code, ICMP4_FILTERED);
}

/* RFC 6864, 5.3: two hosts may choose the same identification. */
static void identifications_of_two_hosts_do_not_meet(void **state)
{
	struct testnet *net = *state;
	uint16_t id[2];

	for (uint8_t i = 0; i < 2; i++) {
		struct ip4_hdr h = natnet_ip(natnet_inside((uint8_t)(10 + i)),
					     natnet_server(1));

		h.id = 4711;
		frame_udp(&f, natnet_in(net), &h, 5000, 53, natnet_payload, 9);
		frame_inject(&f, natnet_in(net));
		assert_true(frame_take(&f, natnet_out(net)) > 0);
		natnet_assert_sum();
		id[i] = frame_to_ip4(&f).id;
	}
	assert_int_not_equal(id[0], id[1]);
}

/* Its outside port must not depend on who spoke first (RFC 4787, REQ-1). */
static void forwarded_server_keeps_its_port_when_it_speaks_first(void **state)
{
	struct testnet *net = *state;
	struct endpoint to = {ip_addr_v4(natnet_inside(20)), 5000};

	nat_forward_add(testnet_host(net, 0), IP_PROTO_UDP, 7777, to);
	assert_int_equal(natnet_udp_out(net, 20, 5000, natnet_server(1), 3478),
			 7777);
	assert_true(natnet_udp_in(net, natnet_server(9), 1, 7777));
	assert_ends(natnet_server(9), 1, natnet_inside(20), 5000);
}

/* Who is refused aloud at a forwarded port hears it from that port, and learns
 * nothing of the inside. */
static void refusal_of_a_forwarded_port_is_translated(void **state)
{
	const struct filter_rule no = {.proto = IP_PROTO_TCP, .is_aloud = true};
	struct testnet *net = *state;
	struct stack *r = testnet_host(net, 0);
	struct endpoint to = {ip_addr_v4(natnet_inside(20)), 80};

	nat_forward_add(r, IP_PROTO_TCP, 8080, to);
	assert_int_equal(filter_enable(r, &no, 1, true), 0);
	assert_false(natnet_tcp_in(net, natnet_server(1), 8080, TCP_SYN));
	assert_int_equal(testnet_drops(net, 0, DROP_filter_rejected), 1);
	assert_true(frame_take(&f, natnet_out(net)) > 0);
	assert_ends(us(), 8080, natnet_server(1), 80);
}

#define T(fn) \
	cmocka_unit_test_setup_teardown(fn, natnet_setup, testnet_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(insiders_meet_at_the_outside_address),
		T(insiders_open_a_connection_simultaneously),
		T(forwarded_server_is_reached_from_inside_too),
		T(error_takes_the_hairpin_back),
		T(outside_port_is_of_the_same_kind),
		T(no_port_is_given_twice),
		T(unanswered_datagrams_are_kept_two_minutes),
		T(what_goes_out_keeps_the_mapping),
		T(filtering_is_a_choice),
		T(strangers_leave_half_of_a_hosts_share),
		T(connection_from_outside_is_open_after_its_handshake),
		T(reset_that_nobody_minds_is_forgotten),
		T(errors_neither_end_nor_keep_a_session),
		T(insider_is_told_that_there_is_no_room),
		T(identifications_of_two_hosts_do_not_meet),
		T(forwarded_server_keeps_its_port_when_it_speaks_first),
		T(refusal_of_a_forwarded_port_is_translated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
