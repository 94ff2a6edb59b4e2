// SPDX-License-Identifier: MIT
/* filter_test.c - a router between 10.1.0.0/24 and 10.2.0.0/24 with rules */

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
#include "link/arp.h"
#include "testframe.h"
#include "testnet.h"

#define ROUTER 0

static struct frame f;
static uint8_t payload[4000];

static ip4_addr inside(uint8_t n)
{
	return ip4_make(10, 1, 0, n);
}

static ip4_addr outside(uint8_t n)
{
	return ip4_make(10, 2, 0, n);
}

static struct netif *in(struct testnet *net)
{
	return testnet_netif(net, ROUTER, 0);
}

static struct netif *out(struct testnet *net)
{
	return testnet_netif(net, ROUTER, 1);
}

static void meet_neighbours(struct testnet *net)
{
	struct stack *r = testnet_host(net, ROUTER);

	for (uint8_t i = 2; i < 20; i++) {
		arp_add(r, in(net), inside(i), test_mac(i));
		arp_add(r, out(net), outside(i), test_mac(i));
	}
}

static void pass(struct testnet *net, uint64_t seconds)
{
	testnet_run_ms(net, seconds * 1000);
	meet_neighbours(net);
}

/* The inside may ping, ask by UDP and open connections to port 80, but not to
 * 10.2.0.9; the outside may do nothing. */
static int setup(void **state)
{
	const struct inet_config cfg = {
		.is_router = true,
		.has_no_transport = true,
	};
	const struct ip4_net lan = {ip4_make(10, 1, 0, 0), 24};
	const struct filter_rule rules[] = {
		{.from = lan, .to = {outside(9), 32}},
		{.from = lan,
		 .proto = IP_PROTO_TCP,
		 .port = 80,
		 .is_allowed = true},
		{.from = lan, .proto = IP_PROTO_UDP, .is_allowed = true},
		{.from = lan, .proto = IP_PROTO_ICMP, .is_allowed = true},
	};
	struct testnet *net = testnet_new_empty();
	struct stack *r;

	testnet_add_host(net, &cfg);
	r = testnet_host(net, ROUTER);
	testnet_add_port(net, ROUTER, "10.1.0.1/24");
	testnet_add_port(net, ROUTER, "10.2.0.1/24");
	meet_neighbours(net);
	assert_int_equal(filter_enable(r, rules, 4, false), 0);
	assert_int_equal(filter_enable(r, rules, 4, false), -EEXIST);
	*state = net;
	return 0;
}

static uint64_t drops(struct testnet *net, enum drop why)
{
	return testnet_drops(net, ROUTER, why);
}

static size_t known(struct testnet *net)
{
	return filter_count(testnet_host(net, ROUTER));
}

/* A packet from host 10 on either side to the same of the other; true if it
 * gets through. */
static bool is_through(struct testnet *net, bool from_inside)
{
	frame_inject(&f, from_inside ? in(net) : out(net));
	return frame_take(&f, from_inside ? out(net) : in(net)) > 0;
}

/* A segment between inside:6000 and outside:80. */
static bool tcp(struct testnet *net, bool from_inside, uint16_t flags,
		uint32_t seq, uint32_t ack)
{
	struct ip4_hdr h = {.src = inside(10), .dst = outside(10), .ttl = 64};
	uint8_t *p;

	if (!from_inside)
		h = (struct ip4_hdr){
			.src = outside(10), .dst = inside(10), .ttl = 64};
	frame_tcp(&f, from_inside ? in(net) : out(net), &h,
		  from_inside ? 6000 : 80, from_inside ? 80 : 6000, flags);
	p = f.b + ETH_HLEN + IP4_HLEN;
	put32(p + offsetof(struct tcp_wire, seq), seq);
	put32(p + offsetof(struct tcp_wire, ack), ack);
	return is_through(net, from_inside);
}

static void tcp_opens(struct testnet *net)
{
	assert_true(tcp(net, true, TCP_SYN, 100, 0));
	assert_true(tcp(net, false, TCP_SYN | TCP_ACK, 500, 101));
	assert_true(tcp(net, true, TCP_ACK, 101, 501));
}

static bool udp(struct testnet *net, bool from_inside, uint16_t inside_port)
{
	struct ip4_hdr h = {.src = inside(10), .dst = outside(10), .ttl = 64};

	if (!from_inside)
		h = (struct ip4_hdr){
			.src = outside(10), .dst = inside(10), .ttl = 64};
	frame_udp(&f, from_inside ? in(net) : out(net), &h,
		  from_inside ? inside_port : 53,
		  from_inside ? 53 : inside_port, payload, 20);
	return is_through(net, from_inside);
}

static bool syn_to(struct testnet *net, ip4_addr dst, uint16_t sport,
		   uint16_t dport)
{
	struct ip4_hdr h = {.src = inside(10), .dst = dst, .ttl = 64};

	frame_tcp(&f, in(net), &h, sport, dport, TCP_SYN);
	return is_through(net, true);
}

static void what_a_rule_allows_passes_with_its_answers(void **state)
{
	struct testnet *net = *state;

	tcp_opens(net);
	assert_true(udp(net, true, 5000));
	assert_true(udp(net, false, 5000));
	assert_int_equal(known(net), 2);
	assert_int_equal(net->events[R_FILTER_NEW], 2);
	assert_int_equal(net->events[R_FILTER_STATE], 3);
}

static void what_no_rule_allows_is_dropped_without_a_word(void **state)
{
	struct testnet *net = *state;

	assert_false(tcp(net, false, TCP_SYN, 1, 0));
	assert_false(udp(net, false, 5000));
	assert_false(syn_to(net, outside(10), 6000, 22));
	assert_int_equal(drops(net, DROP_filter_denied), 3);
	assert_int_equal(known(net), 0);
	assert_int_equal(testnet_sent_count(in(net)), 0);
	assert_int_equal(testnet_sent_count(out(net)), 0);
}

static void the_first_rule_that_fits_decides(void **state)
{
	struct testnet *net = *state;

	assert_false(syn_to(net, outside(9), 6000, 80));
	assert_true(syn_to(net, outside(8), 6000, 80));
	assert_int_equal(drops(net, DROP_filter_denied), 1);
}

/* USENIX Security 2021: a middlebox must not answer what has no handshake. */
static void segment_out_of_state_gets_no_answer_at_all(void **state)
{
	struct testnet *net = *state;

	assert_false(tcp(net, true, TCP_PSH | TCP_ACK, 100, 1));
	assert_false(tcp(net, true, TCP_RST, 100, 0));
	assert_false(tcp(net, true, TCP_SYN | TCP_ACK, 100, 1));
	assert_true(tcp(net, true, TCP_SYN, 100, 0));
	/* Nobody has answered the SYN. */
	assert_false(tcp(net, true, TCP_PSH | TCP_ACK, 101, 1));
	assert_int_equal(drops(net, DROP_filter_state), 4);
	assert_int_equal(testnet_sent_count(in(net)), 0);
	assert_int_equal(testnet_sent_count(out(net)), 0);
}

static void even_an_expired_packet_out_of_state_gets_no_error(void **state)
{
	struct testnet *net = *state;
	struct ip4_hdr h = {.src = outside(10), .dst = inside(10), .ttl = 1};

	frame_tcp(&f, out(net), &h, 80, 6000, TCP_PSH | TCP_ACK);
	assert_false(is_through(net, false));
	assert_int_equal(drops(net, DROP_filter_state), 1);
	assert_int_equal(testnet_sent_count(out(net)), 0);
}

static void silent_connection_is_cut_and_nobody_is_told(void **state)
{
	struct testnet *net = *state;

	filter_set_idle(testnet_host(net, ROUTER), FILTER_TCP_OPEN, 30);
	tcp_opens(net);
	pass(net, 29);
	assert_true(tcp(net, true, TCP_ACK, 100, 501)); /* a keepalive */
	pass(net, 29);
	assert_true(tcp(net, false, TCP_ACK, 501, 101));
	pass(net, 31);
	assert_int_equal(known(net), 0);
	assert_int_equal(net->events[R_FILTER_EXPIRE], 1);
	assert_false(tcp(net, true, TCP_ACK, 101, 501));
	assert_false(tcp(net, false, TCP_ACK, 501, 101));
	assert_int_equal(drops(net, DROP_filter_state), 2);
}

/* RFC 5961, 3: a reset that was guessed ends nothing. */
static void only_an_exact_reset_ends_a_connection(void **state)
{
	struct testnet *net = *state;
	struct stack *r = testnet_host(net, ROUTER);

	filter_set_idle(r, FILTER_TCP_CLOSED, 5);
	tcp_opens(net);
	assert_true(tcp(net, false, TCP_RST, 900, 0));
	pass(net, 10);
	assert_int_equal(known(net), 1);
	assert_true(tcp(net, false, TCP_RST, 501, 0));
	pass(net, 10);
	assert_int_equal(known(net), 0);
}

static void closed_connection_may_be_opened_again(void **state)
{
	struct testnet *net = *state;

	tcp_opens(net);
	assert_true(tcp(net, true, TCP_FIN | TCP_ACK, 101, 501));
	assert_true(tcp(net, false, TCP_FIN | TCP_ACK, 501, 102));
	assert_true(tcp(net, true, TCP_ACK, 102, 502));
	/* Not from the other side: the rules are asked. */
	assert_false(tcp(net, false, TCP_SYN, 7000, 0));
	assert_int_equal(drops(net, DROP_filter_denied), 1);
	tcp_opens(net);
	assert_int_equal(known(net), 1);
}

static void pings_and_errors_about_connections_pass(void **state)
{
	struct testnet *net = *state;
	struct ip4_hdr h = {.src = inside(10), .dst = outside(10), .ttl = 64};
	struct icmp4_hdr m = {.type = ICMP4_ECHO, .id = 77, .seq = 5};
	uint8_t quote[28];

	frame_icmp4(&f, in(net), &h, &m, payload, 40);
	assert_true(is_through(net, true));
	h = (struct ip4_hdr){.src = outside(10), .dst = inside(10), .ttl = 64};
	m.type = ICMP4_ECHO_REPLY;
	frame_icmp4(&f, out(net), &h, &m, payload, 40);
	assert_true(is_through(net, false));
	m.id = 78;
	frame_icmp4(&f, out(net), &h, &m, payload, 40);
	assert_false(is_through(net, false));
	assert_int_equal(drops(net, DROP_filter_state), 1);

	assert_true(udp(net, true, 5000));
	memcpy(quote, f.b + ETH_HLEN, sizeof(quote));
	m = (struct icmp4_hdr){.type = ICMP4_UNREACHABLE, .code = ICMP4_PORT};
	frame_icmp4(&f, out(net), &h, &m, quote, sizeof(quote));
	assert_true(is_through(net, false));
	put16(quote + IP4_HLEN, 5001);
	frame_icmp4(&f, out(net), &h, &m, quote, sizeof(quote));
	assert_false(is_through(net, false));
	assert_int_equal(drops(net, DROP_filter_state), 2);
}

/* A flood of connections that nobody answers. */
static void established_connections_survive_a_flood(void **state)
{
	struct testnet *net = *state;
	struct stack *r = testnet_host(net, ROUTER);

	filter_set_max(r, 100);
	tcp_opens(net);
	for (uint16_t i = 0; i < 2000; i++)
		assert_true(syn_to(net, outside(8), (uint16_t)(7000 + i), 80));
	assert_int_equal(known(net), 100);
	assert_int_equal(net->events[R_FILTER_EVICT], 1901);
	assert_true(tcp(net, false, TCP_ACK, 501, 101));
}

static void full_of_real_ones_refuses_new_ones(void **state)
{
	struct testnet *net = *state;

	filter_set_max(testnet_host(net, ROUTER), 1);
	tcp_opens(net);
	assert_false(syn_to(net, outside(8), 7000, 80));
	assert_int_equal(drops(net, DROP_filter_full), 1);
	assert_true(tcp(net, true, TCP_ACK, 101, 501));
}

static void short_headers_are_dropped(void **state)
{
	static const uint8_t protos[] = {IP_PROTO_TCP, IP_PROTO_UDP,
					 IP_PROTO_ICMP};
	struct testnet *net = *state;

	for (size_t i = 0; i < 3; i++)
		for (size_t n = 0; n < 8; n++) {
			struct ip4_hdr h = {.src = inside(10),
					    .dst = outside(10),
					    .ttl = 64,
					    .proto = protos[i]};

			frame_ip4(&f, in(net), &h, payload, n);
			assert_false(is_through(net, true));
		}
	assert_int_equal(drops(net, DROP_tcp_short), 8);
	assert_int_equal(drops(net, DROP_udp_short), 8);
	assert_int_equal(drops(net, DROP_icmp_short), 8);
	assert_int_equal(known(net), 0);
}

/* HOSTILE: one host cannot take all places. */
static void host_opens_so_many_and_no_more(void **state)
{
	struct testnet *net = *state;

	filter_set_host_max(testnet_host(net, ROUTER), 5);
	for (uint16_t i = 0; i < 20; i++)
		assert_int_equal(syn_to(net, outside(10), 6000 + i, 80), i < 5);
	assert_int_equal(drops(net, DROP_filter_host), 15);
	assert_int_equal(known(net), 5);
	/* What is open goes on, and another host is not concerned. */
	assert_true(syn_to(net, outside(10), 6000, 80));
	{
		struct ip4_hdr h = {
			.src = inside(11), .dst = outside(10), .ttl = 64};

		frame_tcp(&f, in(net), &h, 6000, 80, TCP_SYN);
		assert_true(is_through(net, true));
	}
	pass(net, 65);
	assert_int_equal(known(net), 0);
	assert_true(syn_to(net, outside(10), 7000, 80));
}

/* HOSTILE 129: the oldest that nobody has answered goes, of whatever kind. */
static void flood_of_datagrams_costs_no_handshake(void **state)
{
	struct testnet *net = *state;
	uint16_t i;

	filter_set_max(testnet_host(net, ROUTER), 20);
	for (i = 0; i < 20; i++)
		assert_true(udp(net, true, (uint16_t)(5000 + i)));
	testnet_run_ms(net, 100);
	assert_true(tcp(net, true, TCP_SYN, 100, 0));
	for (i = 0; i < 19; i++)
		assert_true(udp(net, true, (uint16_t)(5100 + i)));
	assert_true(tcp(net, false, TCP_SYN | TCP_ACK, 500, 101));
	assert_int_equal(known(net), 20);
}

/* RFC 9293, 3.5.2: the reset that the other end would have sent. */
static void rejected_connection_is_refused_at_once(void **state)
{
	const struct filter_rule rules[] = {
		{.proto = IP_PROTO_TCP, .port = 25, .is_aloud = true},
		{.proto = IP_PROTO_UDP, .is_aloud = true},
	};
	struct testnet *net = *state;
	struct stack *r = testnet_host(net, ROUTER);
	struct tcp_hdr rst;
	const uint8_t *p;
	size_t len;

	filter_disable(r);
	filter_enable(r, rules, 2, true);
	assert_false(syn_to(net, outside(10), 6000, 25));
	assert_int_equal(drops(net, DROP_filter_rejected), 1);
	assert_true(frame_take(&f, in(net)) > 0);
	assert_int_equal(frame_to_ip4(&f).src.v, outside(10).v);
	assert_int_equal(frame_to_ip4(&f).dst.v, inside(10).v);
	p = frame_l4(&f, &len);
	assert_int_equal(
		csum_fold(csum_add(
			csum_pseudo4(outside(10), inside(10), IP_PROTO_TCP, 20),
			p, len)),
		0);
	assert_int_equal(tcp_parse(&rst, p, len), 20);
	assert_int_equal(rst.sport, 25);
	assert_int_equal(rst.dport, 6000);
	assert_int_equal(rst.flags, TCP_RST | TCP_ACK);
	assert_int_equal(rst.ack.v, 1);
	/* Datagrams get an error; what opens nothing gets nothing. */
	assert_false(udp(net, true, 5000));
	assert_true(frame_take(&f, in(net)) > 0);
	assert_int_equal(frame_to_icmp4(&f).code, ICMP4_FILTERED);
	{
		struct ip4_hdr h = {
			.src = inside(10), .dst = outside(10), .ttl = 64};

		frame_tcp(&f, in(net), &h, 6001, 25, TCP_PSH | TCP_ACK);
		assert_false(is_through(net, true));
	}
	assert_int_equal(testnet_sent_count(in(net)), 0);
	assert_int_equal(drops(net, DROP_filter_state), 1);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, testnet_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(what_a_rule_allows_passes_with_its_answers),
		T(what_no_rule_allows_is_dropped_without_a_word),
		T(the_first_rule_that_fits_decides),
		T(segment_out_of_state_gets_no_answer_at_all),
		T(even_an_expired_packet_out_of_state_gets_no_error),
		T(silent_connection_is_cut_and_nobody_is_told),
		T(only_an_exact_reset_ends_a_connection),
		T(closed_connection_may_be_opened_again),
		T(pings_and_errors_about_connections_pass),
		T(established_connections_survive_a_flood),
		T(full_of_real_ones_refuses_new_ones),
		T(short_headers_are_dropped),
		T(host_opens_so_many_and_no_more),
		T(flood_of_datagrams_costs_no_handshake),
		T(rejected_connection_is_refused_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
