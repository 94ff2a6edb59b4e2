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

#include "ip/ip.h"
#include "ip/nat.h"
#include "link/arp.h"
#include "testframe.h"
#include "testnet.h"

static struct frame f;
static uint8_t payload[4000];

static ip4_addr inside_host(uint8_t n)
{
	return ip4_make(10, 1, 0, n);
}

static ip4_addr server(uint8_t n)
{
	return ip4_make(198, 51, 100, n);
}

static const uint8_t us[4] = {192, 0, 2, 1};

/* Neighbours that have spoken just now. */
static void meet_neighbours(struct testnet *net)
{
	struct stack *r = testnet_host(net, 0);
	uint8_t i;

	for (i = 2; i < 50; i++)
		arp_add(r, testnet_netif(net, 0, 0), inside_host(i),
			test_mac(i));
	arp_add(r, testnet_netif(net, 0, 1), ip4_make(192, 0, 2, 254),
		test_mac(254));
}

/* Let time pass, of which ARP takes no notice. */
static void pass(struct testnet *net, uint64_t seconds)
{
	testnet_run_ms(net, seconds * 1000);
	meet_neighbours(net);
}

static int setup(void **state)
{
	const struct inet_config cfg = {
		.is_router = true,
		.has_no_transport = true,
	};
	const struct ip4_net all = {IP4_ANY, 0};
	const struct ip4_net home = {ip4_make(10, 1, 0, 0), 24};
	struct testnet *net = testnet_new_empty();
	struct netif *out;
	struct stack *r;
	uint8_t i;

	testnet_add_host(net, &cfg);
	r = testnet_host(net, 0);
	testnet_add_port(net, 0, "10.1.0.1/24");
	out = testnet_add_port(net, 0, "192.0.2.1/24");
	meet_neighbours(net);
	ip_route_add(r, all, ip4_make(192, 0, 2, 254), NULL, 0);
	assert_int_equal(nat_enable(r, out, &home, 1), 0);
	assert_int_equal(nat_enable(r, out, &home, 1), -EEXIST);
	for (i = 0; i < 200; i++)
		payload[i] = (uint8_t)(i * 3);
	*state = net;
	return 0;
}

static struct netif *in(struct testnet *net)
{
	return testnet_netif(net, 0, 0);
}

static struct netif *out(struct testnet *net)
{
	return testnet_netif(net, 0, 1);
}

static struct ip4_hdr from_to(ip4_addr src, ip4_addr dst)
{
	return (struct ip4_hdr){.src = src, .dst = dst, .ttl = 64};
}

/* The transport checksum of the frame in @f is right. */
static void assert_l4_sum(void)
{
	struct ip4_hdr h = frame_to_ip4(&f);
	size_t len;
	const uint8_t *p = frame_l4(&f, &len);
	uint32_t sum = 0;

	if (h.proto != IP_PROTO_ICMP)
		sum = csum_pseudo4(h.src, h.dst, h.proto, (uint32_t)len);
	assert_int_equal(csum_fold(csum_add(sum, p, len)), 0);
}

/* A datagram from inside; what comes out is in @f, its source port is
 * returned, 0 if nothing comes. */
static uint16_t udp_out(struct testnet *net, uint8_t host, uint16_t sport,
			ip4_addr to, uint16_t dport)
{
	struct ip4_hdr h = from_to(inside_host(host), to);
	size_t len;

	frame_udp(&f, in(net), &h, sport, dport, payload, 100);
	frame_inject(&f, in(net));
	if (!frame_take(&f, out(net)))
		return 0;
	assert_l4_sum();
	h = frame_to_ip4(&f);
	assert_memory_equal((&(uint32_t){h.src.v}), (&(uint32_t){get32(us)}),
			    4);
	assert_int_equal(h.dst.v, to.v);
	return get16(frame_l4(&f, &len));
}

/* A datagram to the outside address; true if it got in, and is in @f. */
static bool udp_in(struct testnet *net, ip4_addr from, uint16_t sport,
		   uint16_t dport)
{
	struct ip4_hdr h = from_to(from, get_ip4(us));

	frame_udp(&f, out(net), &h, sport, dport, payload, 50);
	frame_inject(&f, out(net));
	if (!frame_take(&f, in(net)))
		return false;
	assert_l4_sum();
	return true;
}

static uint16_t tcp_out(struct testnet *net, uint8_t host, uint16_t sport,
			ip4_addr to, uint16_t flags)
{
	struct ip4_hdr h = from_to(inside_host(host), to);
	size_t len;

	frame_tcp(&f, in(net), &h, sport, 80, flags);
	frame_inject(&f, in(net));
	if (!frame_take(&f, out(net)))
		return 0;
	assert_l4_sum();
	return get16(frame_l4(&f, &len));
}

static bool tcp_in(struct testnet *net, ip4_addr from, uint16_t dport,
		   uint16_t flags)
{
	struct ip4_hdr h = from_to(from, get_ip4(us));

	frame_tcp(&f, out(net), &h, 80, dport, flags);
	frame_inject(&f, out(net));
	if (!frame_take(&f, in(net)))
		return false;
	assert_l4_sum();
	return true;
}

/* RFC 4787, REQ-1 and REQ-8 */
static void datagrams_go_out_and_answers_come_back(void **state)
{
	struct testnet *net = *state;
	uint16_t port = udp_out(net, 10, 5000, server(1), 53);
	struct ip4_hdr h;
	size_t len;

	assert_in_range(port, 1024, 49151);
	assert_int_equal(frame_to_ip4(&f).ttl, 63);
	assert_true(udp_in(net, server(1), 53, port));
	h = frame_to_ip4(&f);
	assert_int_equal(h.dst.v, inside_host(10).v);
	assert_int_equal(h.src.v, server(1).v);
	assert_int_equal(get16(frame_l4(&f, &len) + 2), 5000);
	assert_memory_equal(f.b, test_mac(10).o, 6);
	/* The same endpoint keeps its port, whomever it talks to. */
	assert_int_equal(udp_out(net, 10, 5000, server(2), 123), port);
	assert_int_not_equal(udp_out(net, 11, 5000, server(1), 53), port);
	/* Who was not talked to does not get in. */
	assert_false(udp_in(net, server(3), 53, port));
	assert_false(udp_in(net, server(1), 54, port));
	assert_int_equal(testnet_drops(net, 0, DROP_nat_none), 2);
	assert_int_equal(nat_count(testnet_host(net, 0)), 3);
	assert_int_equal(net->events[R_NAT_NEW], 3);
	assert_int_equal(net->events[R_NAT_IN], 1);
}

static void datagram_without_checksum_stays_without(void **state)
{
	struct testnet *net = *state;
	struct ip4_hdr h = from_to(inside_host(10), server(1));
	size_t len;

	frame_udp(&f, in(net), &h, 5000, 53, payload, 100);
	put16(f.b + ETH_HLEN + IP4_HLEN + 6, 0);
	frame_inject(&f, in(net));
	frame_take(&f, out(net));
	assert_int_equal(get16(frame_l4(&f, &len) + 6), 0);
}

static void error_in_a_checksum_is_kept(void **state)
{
	struct testnet *net = *state;
	struct ip4_hdr h = from_to(inside_host(10), server(1));
	const uint8_t *p;
	size_t len;

	frame_udp(&f, in(net), &h, 5000, 53, payload, 100);
	f.b[f.len - 1] ^= 1;
	frame_inject(&f, in(net));
	frame_take(&f, out(net));
	h = frame_to_ip4(&f);
	p = frame_l4(&f, &len);
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
	uint16_t port = tcp_out(net, 10, 6000, server(1), TCP_SYN);

	assert_true(tcp_in(net, server(1), port, TCP_SYN | TCP_ACK));
	assert_int_equal(tcp_out(net, 10, 6000, server(1), TCP_ACK), port);
	pass(net, 3600); /* open: two hours of silence */
	assert_true(tcp_in(net, server(1), port, TCP_ACK));
	assert_int_equal(tcp_out(net, 10, 6000, server(1), TCP_FIN | TCP_ACK),
			 port);
	assert_true(tcp_in(net, server(1), port, TCP_FIN | TCP_ACK));
	assert_int_equal(tcp_out(net, 10, 6000, server(1), TCP_ACK), port);
	pass(net, 239);
	assert_int_equal(nat_count(r), 1);
	pass(net, 3);
	assert_int_equal(nat_count(r), 0);
	assert_false(tcp_in(net, server(1), port, TCP_ACK));
}

static void silent_connection_is_forgotten_without_a_word(void **state)
{
	struct testnet *net = *state;
	uint16_t port = tcp_out(net, 10, 6000, server(1), TCP_SYN);

	nat_set_tcp_idle(testnet_host(net, 0), 300);
	assert_true(tcp_in(net, server(1), port, TCP_SYN | TCP_ACK));
	tcp_out(net, 10, 6000, server(1), TCP_ACK);
	pass(net, 290);
	assert_int_equal(tcp_out(net, 10, 6000, server(1), TCP_ACK), port);
	pass(net, 301);
	assert_int_equal(tcp_out(net, 10, 6000, server(1), TCP_ACK), 0);
	assert_int_equal(testnet_drops(net, 0, DROP_nat_none), 1);
	assert_int_equal(testnet_sent_count(in(net)), 0);
}

/* USENIX Security 2021: a middlebox must not answer what has no handshake. */
static void stranger_gets_nothing_at_all(void **state)
{
	struct testnet *net = *state;

	assert_false(tcp_in(net, server(9), 8080, TCP_PSH | TCP_ACK));
	assert_false(tcp_in(net, server(9), 8080, TCP_SYN));
	assert_int_equal(testnet_drops(net, 0, DROP_nat_none), 2);
	assert_int_equal(testnet_sent_count(out(net)), 0);
}

static void echo_is_translated_by_its_identifier(void **state)
{
	struct testnet *net = *state;
	struct ip4_hdr h = from_to(inside_host(10), server(1));
	struct icmp4_hdr m = {.type = ICMP4_ECHO, .id = 77, .seq = 5};

	frame_icmp4(&f, in(net), &h, &m, payload, 40);
	frame_inject(&f, in(net));
	frame_take(&f, out(net));
	m = frame_to_icmp4(&f);
	assert_int_equal(m.seq, 5);
	h = from_to(server(1), get_ip4(us));
	m.type = ICMP4_ECHO_REPLY;
	frame_icmp4(&f, out(net), &h, &m, payload, 40);
	frame_inject(&f, out(net));
	assert_true(frame_take(&f, in(net)) > 0);
	assert_int_equal(frame_to_icmp4(&f).id, 77);
	assert_int_equal(frame_to_ip4(&f).dst.v, inside_host(10).v);
	/* The router itself can still be pinged. */
	m.type = ICMP4_ECHO;
	frame_icmp4(&f, out(net), &h, &m, payload, 40);
	arp_add(testnet_host(net, 0), out(net), server(1), test_mac(1));
	frame_inject(&f, out(net));
	assert_true(frame_take(&f, out(net)) > 0);
	assert_int_equal(frame_to_icmp4(&f).type, ICMP4_ECHO_REPLY);
}

/* RFC 5508, 4.2: a router far away says that our packet was too big. */
static void error_from_outside_finds_its_way_in(void **state)
{
	struct testnet *net = *state;
	uint16_t port = udp_out(net, 10, 5000, server(1), 53);
	struct icmp4_hdr m = {.type = ICMP4_UNREACHABLE,
			      .code = ICMP4_FRAG_NEEDED,
			      .mtu = 1400};
	struct ip4_hdr h = from_to(server(200), get_ip4(us)), inner;
	static uint8_t quote[128];
	const uint8_t *p;
	size_t len;

	(void)port;
	memcpy(quote, f.b + ETH_HLEN, 128);
	frame_icmp4(&f, out(net), &h, &m, quote, 128);
	frame_inject(&f, out(net));
	assert_true(frame_take(&f, in(net)) > 0);
	assert_int_equal(frame_to_ip4(&f).dst.v, inside_host(10).v);
	assert_int_equal(frame_to_ip4(&f).src.v, server(200).v);
	assert_int_equal(frame_to_icmp4(&f).mtu, 1400);
	p = frame_l4(&f, &len) + ICMP4_HLEN;
	assert_int_equal(ip4_hdr_parse(&inner, p, len - ICMP4_HLEN), 20);
	assert_int_equal(inner.src.v, inside_host(10).v);
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
	uint16_t port = udp_out(net, 10, 5000, server(1), 53);
	struct icmp4_hdr m = {.type = ICMP4_UNREACHABLE, .code = ICMP4_PORT};
	struct ip4_hdr h = from_to(inside_host(10), server(1)), inner;
	uint8_t quote[28];
	const uint8_t *p;
	size_t len;

	assert_true(udp_in(net, server(1), 53, port));
	memcpy(quote, f.b + ETH_HLEN, 28);
	frame_icmp4(&f, in(net), &h, &m, quote, 28);
	frame_inject(&f, in(net));
	assert_true(frame_take(&f, out(net)) > 0);
	assert_int_equal(frame_to_ip4(&f).src.v, get32(us));
	frame_to_icmp4(&f);
	p = frame_l4(&f, &len) + ICMP4_HLEN;
	assert_int_equal(ip4_hdr_parse_quoted(&inner, p, 28), 20);
	assert_int_equal(csum(p, 20), 0);
	assert_int_equal(inner.dst.v, get32(us));
	assert_int_equal(get16(p + 22), port);
	/* About something that never came in: nothing goes out. */
	put16(quote + 22, 5001);
	frame_icmp4(&f, in(net), &h, &m, quote, 28);
	frame_inject(&f, in(net));
	assert_int_equal(testnet_sent_count(out(net)), 0);
}

static void fragments_are_put_together_first(void **state)
{
	struct testnet *net = *state;
	struct ip4_hdr h = from_to(inside_host(10), server(1));
	static uint8_t whole[2000];
	struct frame *one = calloc(1, sizeof(*one));
	int i;

	frame_udp(one, in(net), &h, 5000, 53, payload, 1992);
	memcpy(whole, one->b + ETH_HLEN + IP4_HLEN, 2000);
	free(one);
	h.proto = IP_PROTO_UDP;
	h.id = 9;
	for (i = 1; i >= 0; i--) { /* the last comes first */
		h.frag_off = (uint16_t)(i * 1000);
		h.flags = i ? 0 : IP4_MF;
		frame_ip4(&f, in(net), &h, whole + i * 1000, 1000);
		frame_inject(&f, in(net));
	}
	assert_int_equal(testnet_sent_count(out(net)), 2);
	frame_take(&f, out(net));
	assert_int_equal(frame_to_ip4(&f).src.v, get32(us));
	frame_take(&f, out(net));
	assert_int_equal(frame_to_ip4(&f).src.v, get32(us));
	assert_int_equal(nat_count(testnet_host(net, 0)), 1);
}

static void one_host_cannot_take_all_ports(void **state)
{
	struct testnet *net = *state;
	struct stack *r = testnet_host(net, 0);
	uint32_t i, refused = 0;

	for (i = 0; i < 20000; i++)
		refused +=
			!udp_out(net, 10, (uint16_t)(1024 + i), server(1), 53);
	assert_int_equal(nat_count(r), NAT_PER_HOST_MAX);
	assert_int_equal(refused, 20000 - NAT_PER_HOST_MAX);
	assert_int_equal(testnet_drops(net, 0, DROP_nat_full), refused);
	assert_int_not_equal(udp_out(net, 11, 5000, server(1), 53), 0);
	testnet_run_ms(net, 400 * 1000);
	assert_int_equal(nat_count(r), 0);
	testnet_run_ms(net, 900 * 1000); /* ARP forgets, too */
	assert_int_equal(stack_next(r), UINT64_MAX);
}

static void established_flows_survive_a_flood_of_new_ones(void **state)
{
	struct testnet *net = *state;
	struct stack *r = testnet_host(net, 0);
	uint16_t port = tcp_out(net, 10, 6000, server(1), TCP_SYN);
	uint32_t i;

	nat_set_max(r, 200, 150);
	tcp_in(net, server(1), port, TCP_SYN | TCP_ACK);
	tcp_out(net, 10, 6000, server(1), TCP_ACK);
	for (i = 0; i < 10000; i++)
		udp_out(net, (uint8_t)(11 + i % 30), (uint16_t)i, server(2),
			53);
	assert_int_equal(nat_count(r), 200);
	assert_true(tcp_in(net, server(1), port, TCP_ACK));
}

static void forwarded_port_reaches_the_server_inside(void **state)
{
	struct testnet *net = *state;
	struct stack *r = testnet_host(net, 0);
	struct endpoint to = {ip_addr_v4(inside_host(20)), 80};
	struct ip4_hdr h = from_to(server(5), get_ip4(us));
	size_t len;

	assert_int_equal(nat_forward_add(r, IP_PROTO_TCP, 8080, to), 0);
	assert_int_equal(nat_forward_add(r, IP_PROTO_TCP, 8080, to), -EEXIST);
	assert_int_equal(nat_forward_add(r, 50, 8080, to), -EINVAL);
	frame_tcp(&f, out(net), &h, 7000, 8080, TCP_SYN);
	frame_inject(&f, out(net));
	assert_true(frame_take(&f, in(net)) > 0);
	assert_l4_sum();
	assert_int_equal(frame_to_ip4(&f).dst.v, inside_host(20).v);
	assert_int_equal(get16(frame_l4(&f, &len) + 2), 80);
	h = from_to(inside_host(20), server(5));
	frame_tcp(&f, in(net), &h, 80, 7000, TCP_SYN | TCP_ACK);
	frame_inject(&f, in(net));
	assert_true(frame_take(&f, out(net)) > 0);
	assert_l4_sum();
	assert_int_equal(get16(frame_l4(&f, &len)), 8080);
}

static void others_are_routed_as_they_are(void **state)
{
	struct testnet *net = *state;
	struct netif *dmz = testnet_add_port(net, 0, "203.0.113.1/24");
	struct ip4_hdr h = from_to(ip4_make(203, 0, 113, 5), server(1));

	frame_udp(&f, dmz, &h, 5000, 53, payload, 10);
	frame_inject(&f, dmz);
	frame_take(&f, out(net));
	assert_int_equal(frame_to_ip4(&f).src.v, h.src.v);
	/* A protocol without ports cannot be translated. */
	h = from_to(inside_host(10), server(1));
	h.proto = 253;
	frame_ip4(&f, in(net), &h, payload, 20);
	frame_inject(&f, in(net));
	assert_int_equal(testnet_sent_count(out(net)), 0);
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
			struct ip4_hdr h = from_to(inside_host(10), server(1));

			h.proto = protos[i];
			frame_ip4(&f, in(net), &h, payload, n);
			frame_inject(&f, in(net));
			h = from_to(server(1), get_ip4(us));
			h.proto = protos[i];
			frame_ip4(&f, out(net), &h, payload, n);
			frame_inject(&f, out(net));
		}
	assert_int_equal(testnet_drops(net, 0, DROP_tcp_short), 8);
	assert_int_equal(testnet_drops(net, 0, DROP_udp_short), 8);
	assert_int_equal(testnet_drops(net, 0, DROP_icmp_short), 16);
	assert_int_equal(nat_count(testnet_host(net, 0)), 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, testnet_teardown)

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
		T(forwarded_port_reaches_the_server_inside),
		T(others_are_routed_as_they_are),
		T(short_headers_are_dropped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
