// SPDX-License-Identifier: MIT
/* sock_ip6_test.c - AF_INET6 sockets, alone and for both versions of IP */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/waitq.h"

#include "ip6net.h"
#include "sock/sock.h"

static struct endpoint at(const char *text)
{
	struct endpoint ep;

	assert_int_equal(endpoint_parse(&ep, text), 0);
	return ep;
}

/* 10.0.0.1 and .2, which are 2001:db8::1 and ::2 too. */
static struct testnet *dual_new(void)
{
	struct testnet *net = testnet_new();

	ip6net_know(net, 0);
	ip6net_know(net, 1);
	ip6net_addr(net, testnet_netif(net, 0, 0), "2001:db8::1/64");
	ip6net_addr(net, testnet_netif(net, 1, 0), "2001:db8::2/64");
	return net;
}

static int setup(void **state)
{
	*state = dual_new();
	return 0;
}

static int open6(struct stack *s, int type)
{
	int fd = sk_socket(s, SK_AF_INET6, type, 0);

	assert_true(fd >= 0);
	return fd;
}

static int open4(struct stack *s, int type)
{
	int fd = sk_socket(s, SK_AF_INET, type, 0);

	assert_true(fd >= 0);
	return fd;
}

static int bind_to(struct stack *s, int fd, const char *text)
{
	struct endpoint ep = at(text);

	return sk_bind(s, fd, &ep);
}

static int connect_to(struct stack *s, int fd, const char *text)
{
	struct endpoint ep = at(text);

	return sk_connect(s, fd, &ep);
}

static int v6only(struct stack *s, int fd, int on)
{
	return sk_setsockopt_int(s, fd, SK_IPPROTO_IPV6, SK_IPV6_V6ONLY, on);
}

/* A listener at port 80 of [::]. */
static int listen6(struct stack *s, bool is_v6only)
{
	int fd = open6(s, SK_SOCK_STREAM);

	assert_int_equal(v6only(s, fd, is_v6only), 0);
	assert_int_equal(bind_to(s, fd, "[::]:80"), 0);
	assert_int_equal(sk_listen(s, fd, 5), 0);
	return fd;
}

static void is_named(int err, const struct endpoint *ep, const char *text)
{
	assert_int_equal(err, 0);
	assert_true(endpoint_eq(*ep, at(text)));
}

static void a_listener_of_both_takes_ipv6(void **state)
{
	struct stack *h0 = testnet_host(*state, 0);
	struct stack *h1 = testnet_host(*state, 1);
	int l = listen6(h1, false), a = open6(h0, SK_SOCK_STREAM), b;
	struct endpoint ep, peer;
	char buf[8];

	assert_int_equal(connect_to(h0, a, "[2001:db8::2]:80"), 0);
	b = sk_accept(h1, l, &peer);
	assert_true(b >= 0);
	assert_int_equal(sk_getsockname(h0, a, &ep), 0);
	assert_true(endpoint_eq(ep, peer));
	is_named(sk_getpeername(h0, a, &ep), &ep, "[2001:db8::2]:80");
	is_named(sk_getsockname(h1, b, &ep), &ep, "[2001:db8::2]:80");
	is_named(sk_getsockname(h1, l, &ep), &ep, "[::]:80");
	assert_int_equal(sk_send(h0, a, "ping", 4, 0), 4);
	assert_int_equal(sk_recv(h1, b, buf, sizeof(buf), 0), 4);
	assert_memory_equal(buf, "ping", 4);
}

/* RFC 3493, 3.7. */
static void a_listener_of_both_takes_ipv4_as_mapped(void **state)
{
	struct stack *h0 = testnet_host(*state, 0);
	struct stack *h1 = testnet_host(*state, 1);
	int l = listen6(h1, false), a = open4(h0, SK_SOCK_STREAM), b, domain;
	struct endpoint ep, peer, local;

	assert_int_equal(connect_to(h0, a, "10.0.0.2:80"), 0);
	b = sk_accept(h1, l, &peer);
	assert_true(b >= 0);
	assert_int_equal(sk_getsockname(h0, a, &local), 0);
	assert_true(ip_addr_eq(peer.addr, i6("::ffff:10.0.0.1")));
	assert_int_equal(peer.port, local.port);
	is_named(sk_getsockname(h1, b, &ep), &ep, "[::ffff:10.0.0.2]:80");
	assert_int_equal(
		sk_getsockopt_int(h1, b, SK_SOL_SOCKET, SK_SO_DOMAIN, &domain),
		0);
	assert_int_equal(domain, SK_AF_INET6);
}

static void a_listener_of_ipv6_only_refuses_ipv4(void **state)
{
	struct stack *h0 = testnet_host(*state, 0);
	struct stack *h1 = testnet_host(*state, 1);
	int l = listen6(h1, true), a = open4(h0, SK_SOCK_STREAM);

	assert_int_equal(connect_to(h0, a, "10.0.0.2:80"), -ECONNREFUSED);
	/* There is room for one of IPv4 beside it. */
	l = open4(h1, SK_SOCK_STREAM);
	assert_int_equal(bind_to(h1, l, "0.0.0.0:80"), 0);
	assert_int_equal(sk_listen(h1, l, 5), 0);
	assert_int_equal(connect_to(h0, a, "10.0.0.2:80"), 0);
}

static void a_listener_of_ipv4_does_not_take_ipv6(void **state)
{
	struct stack *h0 = testnet_host(*state, 0);
	struct stack *h1 = testnet_host(*state, 1);
	int l = open4(h1, SK_SOCK_STREAM), a = open6(h0, SK_SOCK_STREAM);

	assert_int_equal(bind_to(h1, l, "0.0.0.0:80"), 0);
	assert_int_equal(sk_listen(h1, l, 5), 0);
	assert_int_equal(connect_to(h0, a, "[2001:db8::2]:80"), -ECONNREFUSED);
	assert_int_equal(connect_to(h0, a, "[::ffff:10.0.0.2]:80"), 0);
}

static void both_and_ipv4_are_in_each_others_way(void **state)
{
	static const int types[] = {SK_SOCK_STREAM, SK_SOCK_DGRAM};
	struct stack *s = testnet_host(*state, 0);
	int i;

	for (i = 0; i < 2; i++) {
		int a = open6(s, types[i]), b = open4(s, types[i]);

		assert_int_equal(bind_to(s, a, "[::]:80"), 0);
		assert_int_equal(bind_to(s, b, "0.0.0.0:80"), -EADDRINUSE);
		assert_int_equal(bind_to(s, b, "10.0.0.1:80"), -EADDRINUSE);
		sk_close(s, a);
		assert_int_equal(bind_to(s, b, "10.0.0.1:80"), 0);
		a = open6(s, types[i]);
		assert_int_equal(bind_to(s, a, "[::]:80"), -EADDRINUSE);
		assert_int_equal(bind_to(s, a, "[2001:db8::1]:80"), 0);
	}
}

static void errors_of_addresses_are_those_of_linux(void **state)
{
	struct stack *s = testnet_host(*state, 0);
	int a = open6(s, SK_SOCK_STREAM), b = open4(s, SK_SOCK_STREAM);
	int u = open6(s, SK_SOCK_DGRAM);
	struct endpoint to = at("[::ffff:10.0.0.2]:7");

	assert_int_equal(bind_to(s, b, "[::]:80"), -EAFNOSUPPORT);
	assert_int_equal(connect_to(s, b, "[::1]:80"), -EAFNOSUPPORT);
	assert_int_equal(bind_to(s, a, "10.0.0.1:80"), -EINVAL);
	assert_int_equal(bind_to(s, a, "[2001:db8::9]:80"), -EADDRNOTAVAIL);
	assert_int_equal(bind_to(s, a, "[fe80::1]:80"), -EINVAL);
	assert_int_equal(connect_to(s, a, "[fe80::1]:80"), -EINVAL);
	assert_int_equal(v6only(s, u, 1), 0);
	assert_int_equal(bind_to(s, u, "[::ffff:10.0.0.1]:9"), -EINVAL);
	assert_int_equal(sk_connect(s, u, &to), -ENETUNREACH);
	assert_int_equal(sk_sendto(s, u, "x", 1, 0, &to), -ENETUNREACH);
	assert_int_equal(bind_to(s, u, "[::]:9"), 0);
	assert_int_equal(v6only(s, u, 0), -EINVAL);
	assert_int_equal(v6only(s, b, 1), -ENOPROTOOPT);
}

static void one_datagram_socket_answers_both(void **state)
{
	struct stack *h0 = testnet_host(*state, 0);
	struct stack *h1 = testnet_host(*state, 1);
	static const char *const to[] = {"[2001:db8::2]:53",
					 "[::ffff:10.0.0.2]:53"};
	static const char *const from[] = {"[2001:db8::1]:1000",
					   "[::ffff:10.0.0.1]:1000"};
	int a = open6(h0, SK_SOCK_DGRAM), b = open6(h1, SK_SOCK_DGRAM), i;
	struct endpoint peer;
	char buf[8];

	assert_int_equal(bind_to(h0, a, "[::]:1000"), 0);
	assert_int_equal(bind_to(h1, b, "[::]:53"), 0);
	for (i = 0; i < 2; i++) {
		struct endpoint ep = at(to[i]);

		assert_int_equal(sk_sendto(h0, a, "ask", 3, 0, &ep), 3);
		assert_int_equal(sk_recvfrom(h1, b, buf, sizeof(buf), 0, &peer),
				 3);
		assert_true(endpoint_eq(peer, at(from[i])));
		assert_int_equal(sk_sendto(h1, b, "told", 4, 0, &peer), 4);
		assert_int_equal(sk_recvfrom(h0, a, buf, sizeof(buf), 0, &peer),
				 4);
		assert_true(endpoint_eq(peer, ep));
	}
}

static void a_datagram_socket_may_change_its_version(void **state)
{
	struct stack *h0 = testnet_host(*state, 0);
	int a = open6(h0, SK_SOCK_DGRAM), mtu;
	struct endpoint ep, nobody = {0};

	assert_int_equal(connect_to(h0, a, "[::ffff:10.0.0.2]:53"), 0);
	assert_int_equal(sk_getsockname(h0, a, &ep), 0);
	assert_true(ip_addr_eq(ep.addr, i6("::ffff:10.0.0.1")));
	assert_int_equal(connect_to(h0, a, "[2001:db8::2]:53"), 0);
	assert_int_equal(sk_getsockname(h0, a, &ep), 0);
	assert_true(ip_addr_eq(ep.addr, i6("2001:db8::1")));
	assert_int_equal(
		sk_getsockopt_int(h0, a, SK_IPPROTO_IPV6, SK_IPV6_MTU, &mtu),
		0);
	assert_int_equal(mtu, 1500);
	assert_int_equal(sk_connect(h0, a, &nobody), 0);
	assert_int_equal(sk_getsockname(h0, a, &ep), 0);
	assert_true(ip_addr_eq(ep.addr, i6("::")));
	assert_int_equal(
		sk_getsockopt_int(h0, a, SK_IPPROTO_IPV6, SK_IPV6_MTU, &mtu),
		-ENOTCONN);
}

static void no_address_is_this_host(void **state)
{
	struct stack *s = testnet_host(*state, 0);
	int l = listen6(s, false), a = open6(s, SK_SOCK_STREAM);
	struct endpoint ep;

	assert_int_equal(connect_to(s, a, "[::]:80"), 0);
	is_named(sk_getpeername(s, a, &ep), &ep, "[::1]:80");
	assert_true(sk_accept(s, l, NULL) >= 0);
}

static void a_link_local_address_needs_its_link(void **state)
{
	struct stack *h0 = testnet_host(*state, 0);
	struct stack *h1 = testnet_host(*state, 1);
	struct netif *n = testnet_netif(*state, 1, 0);
	int a = open6(h0, SK_SOCK_STREAM), l = listen6(h1, false);
	struct endpoint ep = {.port = 80};
	uint32_t link = testnet_netif(*state, 0, 0)->index;

	ep.addr = ip_addr_v6(ip6_link_local(h1, n)->net.addr);
	testnet_run_ms(*state, 3000); /* nobody else has it */
	assert_int_equal(sk_connect(h0, a, &ep), -EINVAL);
	ep.addr.zone = (uint16_t)link;
	assert_int_equal(sk_connect(h0, a, &ep), 0);
	assert_true(sk_accept(h1, l, &ep) >= 0);
	assert_int_equal(ep.addr.zone, n->index);
	assert_true(ip6_is_link_local(ep.addr.v6));
}

static int opt(struct stack *s, int fd, int name)
{
	int v = -1;

	assert_int_equal(sk_getsockopt_int(s, fd, SK_IPPROTO_IPV6, name, &v),
			 0);
	return v;
}

static void options_have_the_values_of_linux(void **state)
{
	struct stack *s = testnet_host(*state, 0);
	int t = open6(s, SK_SOCK_STREAM), u = open6(s, SK_SOCK_DGRAM), v;

	assert_int_equal(opt(s, t, SK_IPV6_V6ONLY), 0);
	assert_int_equal(opt(s, t, SK_IPV6_UNICAST_HOPS), 64);
	assert_int_equal(opt(s, t, SK_IPV6_TCLASS), 0);
	assert_int_equal(opt(s, u, SK_IPV6_MULTICAST_HOPS), 1);
	assert_int_equal(sk_setsockopt_int(s, t, SK_IPPROTO_IPV6,
					   SK_IPV6_UNICAST_HOPS, 256),
			 -EINVAL);
	assert_int_equal(sk_setsockopt_int(s, t, SK_IPPROTO_IPV6,
					   SK_IPV6_UNICAST_HOPS, 9),
			 0);
	assert_int_equal(opt(s, t, SK_IPV6_UNICAST_HOPS), 9);
	assert_int_equal(
		sk_setsockopt_int(s, t, SK_IPPROTO_IPV6, SK_IPV6_TCLASS, 0xbb),
		0);
	assert_int_equal(opt(s, t, SK_IPV6_TCLASS), 0xb8);
	assert_int_equal(
		sk_setsockopt_int(s, u, SK_IPPROTO_IPV6, SK_IPV6_TCLASS, 0xbb),
		0);
	assert_int_equal(opt(s, u, SK_IPV6_TCLASS), 0xbb);
	assert_int_equal(sk_setsockopt_int(s, t, SK_IPPROTO_IPV6,
					   SK_IPV6_MULTICAST_HOPS, 2),
			 -ENOPROTOOPT);
	assert_int_equal(sk_getsockopt_int(s, u, SK_IPPROTO_IPV6, 9999, &v),
			 -ENOPROTOOPT);
	/* unbound(8) will not start without this one. */
	assert_int_equal(
		sk_setsockopt_int(s, u, SK_IPPROTO_IPV6, SK_IPV6_MTU, 1280), 0);
	assert_int_equal(
		sk_setsockopt_int(s, u, SK_IPPROTO_IPV6, SK_IPV6_MTU, 1279),
		-EINVAL);
	assert_int_equal(
		sk_getsockopt_int(s, u, SK_IPPROTO_IPV6, SK_IPV6_MTU, &v),
		-ENOTCONN);
}

/* The class and the hop limit as they stand in the header. */
static void options_are_seen_on_the_wire(void **state)
{
	struct testnet *net = ip6net_new();
	struct stack *s = testnet_host(net, 0);
	int u = open6(s, SK_SOCK_DGRAM);
	struct endpoint to = at("[2001:db8::7]:9");
	struct frame f;
	struct ip6_hdr h;

	(void)state;
	sk_setsockopt_int(s, u, SK_IPPROTO_IPV6, SK_IPV6_TCLASS, 0xb8);
	sk_setsockopt_int(s, u, SK_IPPROTO_IPV6, SK_IPV6_UNICAST_HOPS, 3);
	assert_int_equal(sk_sendto(s, u, "x", 1, 0, &to), 1);
	frame_take(&f, testnet_netif(net, 0, 0));
	h = frame_to_ip6(&f);
	assert_int_equal(h.tclass, 0xb8);
	assert_int_equal(h.hops, 3);
	testnet_free(net);
}

static enum testnet_fate lose_some(void *arg, int from, uint64_t n,
				   struct pkt *pkt)
{
	(void)arg;
	(void)from;
	(void)pkt;
	return n % 9 == 8 ? TESTNET_DROP : TESTNET_PASS;
}

enum { BULK = 60000 };

/* What was sent and is not received yet. */
static void move_bulk(struct stack *from, int a, struct stack *to, int b,
		      struct testnet *net)
{
	static uint8_t out[BULK], in[BULK];
	long sent = 0, got = 0, n;
	int i;

	for (i = 0; i < BULK; i++)
		out[i] = (uint8_t)(i * 31 + i / 251);
	for (i = 0; i < 2000 && got < BULK; i++) {
		n = sk_send(from, a, out + sent, (size_t)(BULK - sent),
			    SK_MSG_DONTWAIT);
		sent += n > 0 ? n : 0;
		testnet_run_ms(net, 20);
		n = sk_recv(to, b, in + got, (size_t)(BULK - got),
			    SK_MSG_DONTWAIT);
		got += n > 0 ? n : 0;
	}
	assert_int_equal(got, BULK);
	assert_memory_equal(in, out, BULK);
}

static void a_stream_survives_loss_on_a_way_with_two_routers(void **state)
{
	struct testnet *net = ip6net_new_routed(1280);
	struct stack *h0 = testnet_host(net, 0), *h3 = testnet_host(net, 3);
	int l = listen6(h3, false), a = open6(h0, SK_SOCK_STREAM), b;

	(void)state;
	net->hook = lose_some;
	assert_int_equal(connect_to(h0, a, "[2001:db8:2::1]:80"), 0);
	b = sk_accept(h3, l, NULL);
	assert_true(b >= 0);
	move_bulk(h0, a, h3, b, net);
	move_bulk(h3, b, h0, a, net);
	assert_true(net->events[R_TCP_RETRANSMIT] +
			    net->events[R_TCP_FAST_RETRANSMIT] >
		    0);
	testnet_free(net);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, testnet_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_listener_of_both_takes_ipv6),
		TEST(a_listener_of_both_takes_ipv4_as_mapped),
		TEST(a_listener_of_ipv6_only_refuses_ipv4),
		TEST(a_listener_of_ipv4_does_not_take_ipv6),
		TEST(both_and_ipv4_are_in_each_others_way),
		TEST(errors_of_addresses_are_those_of_linux),
		TEST(one_datagram_socket_answers_both),
		TEST(a_datagram_socket_may_change_its_version),
		TEST(no_address_is_this_host),
		TEST(a_link_local_address_needs_its_link),
		TEST(options_have_the_values_of_linux),
		cmocka_unit_test(options_are_seen_on_the_wire),
		cmocka_unit_test(
			a_stream_survives_loss_on_a_way_with_two_routers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
