// SPDX-License-Identifier: MIT
/* sock_raw_test.c - raw, ping and packet sockets between two hosts */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"

#include "wire/csum.h"
#include "wire/ether.h"

#include "core/waitq.h"

#include "ip6/ip6.h"
#include "sock/sock.h"
#include "testnet.h"

static struct endpoint at(const char *text)
{
	struct endpoint ep;

	assert_int_equal(endpoint_parse(&ep, text), 0);
	return ep;
}

static int open_of(struct stack *s, int domain, int type, int proto)
{
	int fd = sk_socket(s, domain, type | SK_SOCK_NONBLOCK, proto);

	assert_true(fd >= 0);
	return fd;
}

static int open_ping(struct stack *s)
{
	return open_of(s, SK_AF_INET, SK_SOCK_DGRAM, SK_IPPROTO_ICMP);
}

/* EtherTypes go as htons() gives them. */
static int open_packet(struct stack *s, int type, uint16_t proto)
{
	return open_of(s, SK_AF_PACKET, type, (proto & 0xff) << 8 | proto >> 8);
}

/* Identifier and checksum are not ours to write. */
static const uint8_t request[] = {8, 0, 0, 0, 0, 0, 0x12, 0x34, 'p', 'i'};

static void ping_socket_hears_its_own_answers(void **state)
{
	struct testnet *net = *state;
	struct stack *s = testnet_host(net, 0);
	int a = open_ping(s), b = open_ping(s);
	struct endpoint to = at("10.0.0.2:0"), from, local;
	uint8_t buf[64];

	assert_int_equal(sk_sendto(s, a, request, sizeof(request), 0, &to), 10);
	testnet_run_ms(net, 10);
	assert_int_equal(sk_getsockname(s, a, &local), 0);
	assert_int_equal(sk_recvfrom(s, a, buf, sizeof(buf), 0, &from), 10);
	assert_int_equal(buf[0], 0); /* an answer */
	assert_int_equal(get16(buf + 4), local.port);
	assert_memory_equal(buf + 6, request + 6, 4);
	assert_true(ip_addr_eq(from.addr, to.addr));
	assert_int_equal(sk_recv(s, b, buf, sizeof(buf), 0), -EAGAIN);
	assert_int_equal(testnet_drops_all(net, 0), 0);
}

static void ping_socket_sends_requests_only(void **state)
{
	struct testnet *net = *state;
	struct stack *s = testnet_host(net, 0);
	int a = open_ping(s), b = open_ping(s);
	struct endpoint to = at("10.0.0.2:0"), id = at("0.0.0.0:77");
	uint8_t p[10];

	memcpy(p, request, sizeof(p));
	assert_int_equal(sk_sendto(s, a, p, 7, 0, &to), -EINVAL);
	p[0] = 0;
	assert_int_equal(sk_sendto(s, a, p, 10, 0, &to), -EINVAL);
	p[0] = 8;
	p[1] = 1;
	assert_int_equal(sk_sendto(s, a, p, 10, 0, &to), -EINVAL);
	assert_int_equal(sk_send(s, a, request, 10, 0), -EDESTADDRREQ);
	assert_int_equal(sk_bind(s, b, &id), 0);
	assert_int_equal(sk_bind(s, b, &id), -EINVAL);
	assert_int_equal(sk_bind(s, open_ping(s), &id), -EADDRINUSE);
}

static void ping_socket_is_told_of_errors(void **state)
{
	struct testnet *net = *state;
	struct stack *s = testnet_host(net, 0);
	struct endpoint to = at("10.0.0.9:1"); /* nobody has it */
	uint8_t buf[64], control[128];
	struct sk_iovec iov = {buf, sizeof(buf)};
	struct sk_msg m = {.iov = &iov, .iov_count = 1};
	struct sk_extended_err ee;
	int a = open_ping(s);

	sk_setsockopt_int(s, a, SK_IPPROTO_IP, SK_IP_RECVERR, 1);
	assert_int_equal(sk_sendto(s, a, request, 10, 0, &to), 10);
	testnet_run_ms(net, 5000);
	assert_true(sk_ready(s, a) & WAIT_ERR);
	m.control = control;
	m.control_len = sizeof(control);
	assert_int_equal(sk_recvmsg(s, a, &m, SK_MSG_ERRQUEUE), 10);
	memcpy(&ee, control + sizeof(struct sk_cmsghdr), sizeof(ee));
	assert_int_equal(ee.err, EHOSTUNREACH);
	assert_int_equal(ee.type, 3);
	assert_int_equal(ee.code, 1);
	assert_true(ip_addr_eq(m.name.addr, to.addr));
	/* That was the pending error too. */
	assert_false(sk_ready(s, a) & WAIT_ERR);
	assert_int_equal(sk_sendto(s, a, request, 10, 0, &to), 10);
}

/* Echo messages too short to have a header, with and without somebody who
 * listens: the lengths in them must never be computed below zero. */
static void echoes_too_short_are_dropped(void **state)
{
	struct testnet *net = *state;
	struct stack *s = testnet_host(net, 1);
	int raw[2] = {-1, -1}, round;
	size_t n;

	for (round = 0; round < 2; round++) {
		struct stack *h = testnet_host(net, 0);
		int out = open_of(h, SK_AF_INET, SK_SOCK_RAW, SK_IPPROTO_ICMP);
		struct endpoint to = at("10.0.0.2:0");
		uint64_t before;

		sk_sendto(h, out, request, sizeof(request), 0, &to);
		testnet_run_ms(net, 10);
		before = testnet_drops(net, 1, DROP_icmp_short);
		for (n = 0; n < 8; n++) {
			static const uint8_t types[2] = {8, 0};
			int i;

			for (i = 0; i < 2; i++) {
				uint8_t p[8] = {types[i]};

				assert_int_equal(
					sk_sendto(h, out, p, n, 0, &to), n);
			}
		}
		testnet_run_ms(net, 10);
		if (round == 0)
			assert_int_equal(testnet_drops(net, 1, DROP_icmp_short),
					 before + 16);
		if (round == 1)
			break;
		raw[0] = open_ping(s);
		raw[1] = open_of(s, SK_AF_INET, SK_SOCK_RAW, SK_IPPROTO_ICMP);
	}
	assert_int_equal(sk_ready(s, raw[0]), WAIT_OUT);
	assert_true(sk_ready(s, raw[1]) & WAIT_IN); /* it hears everything */
}

static void protocol_that_a_socket_speaks_is_not_unreachable(void **state)
{
	struct testnet *net = *state;
	struct stack *a = testnet_host(net, 0), *b = testnet_host(net, 1);
	int s = open_of(a, SK_AF_INET, SK_SOCK_RAW, 253);
	struct endpoint to = at("10.0.0.2:0");

	sk_connect(a, s, &to);
	assert_int_equal(sk_send(a, s, "eight---", 8, 0), 8);
	testnet_run_ms(net, 10);
	assert_int_equal(sk_send(a, s, "eight---", 8, 0), -ENOPROTOOPT);
	assert_int_equal(testnet_drops(net, 1, DROP_ip_proto), 1);
	open_of(b, SK_AF_INET, SK_SOCK_RAW, 253);
	assert_int_equal(sk_send(a, s, "eight---", 8, 0), 8);
	testnet_run_ms(net, 10);
	assert_int_equal(sk_send(a, s, "eight---", 8, 0), 8);
	assert_int_equal(testnet_drops(net, 1, DROP_ip_proto), 1);
}

static void unread_socket_drops_copies_only(void **state)
{
	struct testnet *net = *state;
	struct stack *a = testnet_host(net, 0), *b = testnet_host(net, 1);
	int raw = open_of(b, SK_AF_INET, SK_SOCK_RAW, SK_IPPROTO_ICMP);
	struct endpoint to = at("10.0.0.2:0");
	int ping = open_ping(a), i;
	uint8_t buf[64];

	sk_setsockopt_int(b, raw, SK_SOL_SOCKET, SK_SO_RCVBUF, 1);
	for (i = 0; i < 100; i++) {
		assert_int_equal(sk_sendto(a, ping, request, 10, 0, &to), 10);
		testnet_run_ms(net, 1);
		assert_int_equal(sk_recv(a, ping, buf, sizeof(buf), 0), 10);
	}
	assert_true(testnet_drops(net, 1, DROP_sock_rcvbuf) > 90);
}

/* Addresses ::1 and ::2 of 2001:db8::/64, to be used at once. */
static void speak_ip6(struct testnet *net)
{
	struct ip6_addr_conf c = {
		.net = {.addr = {{0x20, 1, 0xd, 0xb8}}, .len = 64},
		.no_dad = true};

	for (int i = 0; i < 2; i++) {
		c.net.addr.o[15] = (uint8_t)(i + 1);
		ip6_addr_add_conf(testnet_host(net, i),
				  testnet_netif(net, i, 0), &c);
	}
}

static void icmp6_checksum_is_the_stacks_business(void **state)
{
	struct testnet *net = *state;
	struct stack *a = testnet_host(net, 0);
	int s = open_of(a, SK_AF_INET6, SK_SOCK_RAW, SK_IPPROTO_ICMPV6), off;
	const uint8_t echo6[8] = {128, 0, 0, 0, 1, 2, 3, 4};
	uint32_t blocked[8];
	struct endpoint to = at("[2001:db8::2]:0");
	uint8_t buf[64];

	speak_ip6(net);
	assert_int_equal(sk_getsockopt_int(a, s, SK_IPPROTO_IPV6,
					   SK_IPV6_CHECKSUM, &off),
			 0);
	assert_int_equal(off, 2);
	assert_int_equal(
		sk_setsockopt_int(a, s, SK_IPPROTO_IPV6, SK_IPV6_CHECKSUM, -1),
		-EINVAL);
	memset(blocked, 0xff, sizeof(blocked));
	blocked[129 / 32] &= ~(1U << 129 % 32);
	assert_int_equal(sk_setsockopt(a, s, SK_IPPROTO_ICMPV6, SK_ICMP6_FILTER,
				       blocked, sizeof(blocked)),
			 0);
	assert_int_equal(sk_sendto(a, s, echo6, 8, 0, &to), 8);
	testnet_run_ms(net, 3000);
	assert_int_equal(sk_recv(a, s, buf, sizeof(buf), 0), 8);
	assert_int_equal(buf[0], 129); /* no header of IP in front */
	assert_memory_equal(buf + 4, echo6 + 4, 4);
	assert_int_equal(sk_recv(a, s, buf, sizeof(buf), 0), -EAGAIN);
}

/* RFC 3542 has no IPV6_HDRINCL; Linux has, and nmap(1) lives on it. */
static void ip6_header_made_by_hand_leaves_as_it_is(void **state)
{
	struct testnet *net = *state;
	struct stack *a = testnet_host(net, 0), *b = testnet_host(net, 1);
	int s = open_of(a, SK_AF_INET6, SK_SOCK_RAW, SK_IPPROTO_RAW), v;
	int own = open_of(a, SK_AF_INET6, SK_SOCK_RAW, 253);
	int r = open_of(b, SK_AF_INET6, SK_SOCK_RAW, 253);
	struct endpoint to = at("[2001:db8::2]:0"), from;
	uint8_t p[1501] = {0x60, [5] = 2, [6] = 253, [7] = 9}, buf[64];

	speak_ip6(net);
	memcpy(p + 8, to.addr.v6.o, 16); /* another one's address, but ours */
	p[23] = 3;
	memcpy(p + 24, to.addr.v6.o, 16);
	memcpy(p + 40, "hi", 2);
	assert_int_equal(sk_sendto(a, s, p, 42, 0, &to), 42);
	testnet_run_ms(net, 3000);
	assert_int_equal(sk_recvfrom(b, r, buf, sizeof(buf), 0, &from), 2);
	assert_memory_equal(buf, "hi", 2);
	assert_int_equal(from.addr.v6.o[15], 3);
	assert_int_equal(sk_sendto(a, s, p, 39, 0, &to), -EINVAL);
	assert_int_equal(sk_sendto(a, s, p, 1501, 0, &to), -EMSGSIZE);
	/* Others may ask for the same. */
	assert_int_equal(
		sk_setsockopt_int(a, own, SK_IPPROTO_IPV6, SK_IPV6_HDRINCL, 1),
		0);
	assert_int_equal(
		sk_getsockopt_int(a, own, SK_IPPROTO_IPV6, SK_IPV6_HDRINCL, &v),
		0);
	assert_int_equal(v, 1);
	assert_int_equal(sk_sendto(a, own, p, 42, 0, &to), 42);
	testnet_run_ms(net, 3000);
	assert_int_equal(sk_recv(b, r, buf, sizeof(buf), 0), 2);
}

static void ping_socket_is_told_what_would_fit(void **state)
{
	struct stack *s = testnet_host(*state, 0);
	struct endpoint to = at("10.0.0.2:0");
	uint8_t big[1481] = {8}, control[128];
	struct sk_iovec iov = {big, sizeof(big)};
	struct sk_msg m = {.iov = &iov, .iov_count = 1};
	struct sk_extended_err ee;
	int a = open_ping(s);

	sk_setsockopt_int(s, a, SK_IPPROTO_IP, SK_IP_RECVERR, 1);
	sk_setsockopt_int(s, a, SK_IPPROTO_IP, SK_IP_MTU_DISCOVER,
			  SK_PMTUDISC_DO);
	assert_int_equal(sk_sendto(s, a, big, 1480, 0, &to), 1480);
	assert_int_equal(sk_sendto(s, a, big, 1481, 0, &to), -EMSGSIZE);
	assert_true(sk_ready(s, a) & WAIT_ERR);
	m.control = control;
	m.control_len = sizeof(control);
	assert_int_equal(sk_recvmsg(s, a, &m, SK_MSG_ERRQUEUE), 0);
	memcpy(&ee, control + sizeof(struct sk_cmsghdr), sizeof(ee));
	assert_int_equal(ee.err, EMSGSIZE);
	assert_int_equal(ee.origin, SK_EE_ORIGIN_LOCAL);
	assert_int_equal(ee.info, 1500);
	/* It was the answer of that call; the next one knows of nothing. */
	assert_int_equal(sk_sendto(s, a, big, 1480, 0, &to), 1480);
}

/* Take one frame with all that is known of it. */
static long take(struct stack *s, int fd, void *buf, size_t size,
		 struct sk_ll *ll)
{
	struct sk_iovec iov = {buf, size};
	struct sk_msg m = {.iov = &iov, .iov_count = 1};
	long n = sk_recvmsg(s, fd, &m, 0);

	*ll = m.ll;
	return n;
}

static void packet_socket_sees_what_comes_and_goes(void **state)
{
	struct testnet *net = *state;
	struct stack *a = testnet_host(net, 0);
	int all = open_packet(a, SK_SOCK_RAW, SK_ETH_P_ALL);
	int arp = open_packet(a, SK_SOCK_DGRAM, ETH_ARP);
	struct endpoint to = at("10.0.0.2:0");
	static const uint8_t want[] = {SK_PACKET_OUTGOING, SK_PACKET_HOST,
				       SK_PACKET_OUTGOING, SK_PACKET_HOST};
	int ping = open_ping(a);
	uint8_t buf[2000];
	struct sk_ll ll;
	size_t i;

	sk_sendto(a, ping, request, 10, 0, &to);
	testnet_run_ms(net, 10);
	for (i = 0; i < 4; i++) {
		assert_int_equal(take(a, all, buf, sizeof(buf), &ll), 60);
		assert_int_equal(ll.pkttype, want[i]);
		assert_int_equal(get16(ll.proto), i < 2 ? ETH_ARP : ETH_IP4);
		assert_int_equal(ll.ifindex, testnet_netif(net, 0, 0)->index);
		assert_memory_equal(ll.addr, buf + 6, 6);
	}
	assert_int_equal(take(a, all, buf, sizeof(buf), &ll), -EAGAIN);
	assert_int_equal(take(a, arp, buf, sizeof(buf), &ll), 46);
	assert_int_equal(get16(buf + 6),
			 2); /* the answer, from its header on */
	assert_int_equal(take(a, arp, buf, sizeof(buf), &ll), -EAGAIN);
}

static void frames_of_others_are_heard_on_request(void **state)
{
	struct testnet *net = *state;
	struct stack *a = testnet_host(net, 0);
	struct netif *eth = testnet_netif(net, 0, 0);
	int s = open_packet(a, SK_SOCK_RAW, SK_ETH_P_ALL);
	struct sk_packet_mreq req = {.ifindex = (int32_t)eth->index,
				     .type = SK_PACKET_MR_PROMISC};
	uint8_t frame[60] = {2, 9, 9, 9, 9, 9, 2, 8, 8, 8, 8, 8, 0x12, 0x34};
	struct sk_packet_stats st;
	size_t len = sizeof(st);
	uint8_t buf[100];
	struct sk_ll ll;

	testnet_inject(eth, frame, sizeof(frame));
	assert_int_equal(take(a, s, buf, sizeof(buf), &ll), -EAGAIN);
	assert_int_equal(sk_setsockopt(a, s, SK_SOL_PACKET,
				       SK_PACKET_ADD_MEMBERSHIP, &req,
				       sizeof(req)),
			 0);
	testnet_inject(eth, frame, sizeof(frame));
	assert_int_equal(take(a, s, buf, sizeof(buf), &ll), 60);
	assert_int_equal(ll.pkttype, SK_PACKET_OTHERHOST);
	assert_memory_equal(buf, frame, 60);
	assert_int_equal(sk_getsockopt(a, s, SK_SOL_PACKET,
				       SK_PACKET_STATISTICS, &st, &len),
			 0);
	assert_int_equal(st.packets, 1);
	assert_int_equal(sk_setsockopt(a, s, SK_SOL_PACKET,
				       SK_PACKET_DROP_MEMBERSHIP, &req,
				       sizeof(req)),
			 0);
	testnet_inject(eth, frame, sizeof(frame));
	assert_int_equal(take(a, s, buf, sizeof(buf), &ll), -EAGAIN);
	assert_int_equal(testnet_drops(net, 0, DROP_l2_other), 3);
}

static void frames_of_a_type_of_ones_own_are_exchanged(void **state)
{
	struct testnet *net = *state;
	struct stack *a = testnet_host(net, 0), *b = testnet_host(net, 1);
	int s = open_packet(a, SK_SOCK_DGRAM, 0x88b5);
	int r = open_packet(b, SK_SOCK_RAW, 0x88b5);
	uint8_t text[46] = "hello", buf[100];
	struct sk_iovec iov = {text, sizeof(text)};
	struct sk_msg m = {.has_name = true, .iov = &iov, .iov_count = 1};
	struct sk_ll ll;

	m.ll = (struct sk_ll){
		.family = SK_AF_PACKET, .ifindex = 99, .halen = 6};
	put16(m.ll.proto, 0x88b5);
	assert_int_equal(sk_sendmsg(a, s, &m, 0), -ENXIO);
	m.ll.ifindex = (int32_t)testnet_netif(net, 0, 0)->index;
	put_mac(m.ll.addr, testnet_netif(net, 1, 0)->mac);
	assert_int_equal(sk_sendmsg(a, s, &m, 0), sizeof(text));
	testnet_run_ms(net, 1);
	assert_int_equal(take(b, r, buf, sizeof(buf), &ll), 60);
	assert_memory_equal(buf + ETH_HLEN, text, sizeof(text));
	assert_int_equal(testnet_drops_all(net, 1), 0);
	memcpy(buf + 6, buf, 6); /* a frame made by hand, back to its sender */
	put_mac(buf, testnet_netif(net, 0, 0)->mac);
	assert_int_equal(sk_send(b, r, buf, 60, 0), -ENXIO); /* where? */
	ll.ifindex = (int32_t)testnet_netif(net, 1, 0)->index;
	assert_int_equal(sk_bind_ll(b, r, &ll), 0);
	assert_int_equal(sk_send(b, r, buf, 13, 0), -EINVAL);
	assert_int_equal(sk_send(b, r, buf, 60, 0), 60);
	testnet_run_ms(net, 1);
	assert_int_equal(take(a, s, buf, sizeof(buf), &ll), 46);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, testnet_setup, testnet_teardown)
	const struct CMUnitTest tests[] = {
		T(ping_socket_hears_its_own_answers),
		T(ping_socket_sends_requests_only),
		T(ping_socket_is_told_of_errors),
		T(echoes_too_short_are_dropped),
		T(protocol_that_a_socket_speaks_is_not_unreachable),
		T(unread_socket_drops_copies_only),
		T(icmp6_checksum_is_the_stacks_business),
		T(ip6_header_made_by_hand_leaves_as_it_is),
		T(ping_socket_is_told_what_would_fit),
		T(packet_socket_sees_what_comes_and_goes),
		T(frames_of_others_are_heard_on_request),
		T(frames_of_a_type_of_ones_own_are_exchanged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
