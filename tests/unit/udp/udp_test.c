// SPDX-License-Identifier: MIT
/* udp_test.c - UDP between two hosts, and what a stranger may send to it */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/check.h"

#include "wire/addr.h"
#include "wire/csum.h"
#include "wire/ip4.h"
#include "wire/udp.h"

#include "core/waitq.h"

#include "ip/ip.h"
#include "testnet.h"
#include "udp/udp.h"

/* An owner that adds up what it is told. */
static void on_event(struct udp_sock *u, void *arg, uint32_t events)
{
	(void)u;
	if (arg)
		*(uint32_t *)arg |= events;
}

static const struct udp_user user = {.on_event = on_event};

static struct endpoint at(const char *text)
{
	struct endpoint ep;

	assert_int_equal(endpoint_parse(&ep, text), 0);
	return ep;
}

static struct udp_sock *open_at(struct stack *stack, const char *text,
				uint32_t *events)
{
	struct udp_sock *u = udp_new(stack, &user, events);
	struct endpoint ep = at(text);

	assert_non_null(u);
	assert_int_equal(udp_bind(u, &ep), 0);
	return u;
}

static long send_to(struct udp_sock *u, const void *buf, size_t len,
		    const char *to)
{
	struct endpoint ep;

	if (to)
		ep = at(to);
	return udp_send(u, buf, len, to ? &ep : NULL);
}

static void expect(struct udp_sock *u, const char *text)
{
	char buf[100];
	long n = udp_recv(u, buf, sizeof(buf), false, NULL);

	assert_int_equal(n, strlen(text));
	assert_memory_equal(buf, text, strlen(text));
}

static void expect_nothing(struct udp_sock *u)
{
	char buf[10];

	assert_int_equal(udp_recv(u, buf, sizeof(buf), false, NULL), -EAGAIN);
}

static void datagram_arrives_with_its_sender(void **state)
{
	struct testnet *net = *state;
	struct udp_sock *a = open_at(testnet_host(net, 0), "10.0.0.1:1000", 0);
	uint32_t told = 0;
	struct udp_sock *b = open_at(testnet_host(net, 1), "0.0.0.0:53", &told);
	struct udp_from from;
	char buf[10];

	assert_int_equal(send_to(a, "hello", 5, "10.0.0.2:53"), 5);
	assert_int_equal(udp_poll(b), WAIT_OUT);
	testnet_run_ms(net, 10);
	assert_int_equal(told, WAIT_IN);
	assert_int_equal(udp_poll(b), WAIT_IN | WAIT_OUT);
	assert_int_equal(udp_next_len(b), 5);
	assert_int_equal(udp_recv(b, buf, 10, false, &from), 5);
	assert_memory_equal(buf, "hello", 5);
	assert_true(endpoint_eq(from.peer, at("10.0.0.1:1000")));
	assert_true(ip_addr_eq(from.dst, at("10.0.0.2:0").addr));
	assert_int_equal(net->events[R_UDP_DELIVER], 1);
	udp_free(a);
	udp_free(b);
}

static void boundaries_are_kept(void **state)
{
	struct testnet *net = *state;
	struct udp_sock *a = open_at(testnet_host(net, 0), "0.0.0.0:0", 0);
	struct udp_sock *b = open_at(testnet_host(net, 1), "0.0.0.0:9", 0);
	struct udp_from from;
	char buf[4];

	send_to(a, "first one", 9, "10.0.0.2:9");
	send_to(a, "", 0, "10.0.0.2:9");
	send_to(a, "third", 5, "10.0.0.2:9");
	testnet_run_ms(net, 10);
	assert_int_equal(udp_recv(b, buf, 4, true, &from), 4);
	assert_int_equal(from.len, 9); /* peeked: still there */
	assert_int_equal(udp_recv(b, buf, 4, false, &from), 4);
	assert_memory_equal(buf, "firs", 4);
	assert_int_equal(from.len, 9); /* the rest is lost */
	expect(b, "");
	expect(b, "third");
	expect_nothing(b);
	udp_free(a);
	udp_free(b);
}

static void largest_datagram_is_fragmented_and_arrives(void **state)
{
	struct testnet *net = *state;
	struct udp_sock *a = open_at(testnet_host(net, 0), "0.0.0.0:0", 0);
	struct udp_sock *b = open_at(testnet_host(net, 1), "0.0.0.0:9", 0);
	uint8_t *buf = malloc(UDP_PAYLOAD_MAX + 1);
	uint8_t *got = malloc(UDP_PAYLOAD_MAX);
	size_t i;

	for (i = 0; i <= UDP_PAYLOAD_MAX; i++)
		buf[i] = (uint8_t)(i * 7 + i / 256);
	assert_int_equal(send_to(a, buf, UDP_PAYLOAD_MAX + 1, "10.0.0.2:9"),
			 -EMSGSIZE);
	/* Few fragments would wait for an address to be resolved. */
	send_to(a, "", 0, "10.0.0.2:9");
	testnet_run_ms(net, 10);
	expect(b, "");
	assert_int_equal(send_to(a, buf, UDP_PAYLOAD_MAX, "10.0.0.2:9"),
			 UDP_PAYLOAD_MAX);
	testnet_run_ms(net, 10);
	assert_int_equal(udp_recv(b, got, UDP_PAYLOAD_MAX, false, NULL),
			 UDP_PAYLOAD_MAX);
	assert_memory_equal(buf, got, UDP_PAYLOAD_MAX);
	free(buf);
	free(got);
	udp_free(a);
	udp_free(b);
}

static void closed_port_is_refused_to_who_is_connected(void **state)
{
	struct testnet *net = *state;
	uint32_t told = 0;
	struct udp_sock *a = open_at(testnet_host(net, 0), "0.0.0.0:0", &told);
	struct udp_sock *other =
		open_at(testnet_host(net, 0), "0.0.0.0:0", NULL);
	struct endpoint peer = at("10.0.0.2:4");

	assert_int_equal(udp_connect(a, &peer), 0);
	assert_int_equal(send_to(a, "x", 1, NULL), 1);
	assert_int_equal(send_to(other, "x", 1, "10.0.0.2:4"), 1);
	testnet_run_ms(net, 10);
	assert_int_equal(testnet_drops(net, 1, DROP_udp_no_port), 2);
	assert_true(told & WAIT_ERR);
	assert_true(udp_poll(a) & WAIT_ERR);
	assert_int_equal(send_to(a, "y", 1, NULL), -ECONNREFUSED);
	assert_int_equal(send_to(a, "y", 1, NULL), 1); /* told once */
	assert_int_equal(udp_error(other), 0);
	udp_free(a);
	udp_free(other);
}

static void connected_socket_hears_its_peer_only(void **state)
{
	struct testnet *net = *state;
	struct stack *h0 = testnet_host(net, 0), *h1 = testnet_host(net, 1);
	struct udp_sock *b = open_at(h1, "0.0.0.0:9", 0);
	struct udp_sock *good = open_at(h0, "0.0.0.0:100", 0);
	struct udp_sock *bad = open_at(h0, "0.0.0.0:101", 0);
	struct endpoint peer = at("10.0.0.1:100"), none = {0};

	assert_int_equal(udp_connect(b, &peer), 0);
	assert_true(endpoint_eq(udp_local(b), at("10.0.0.2:9")));
	send_to(bad, "bad", 3, "10.0.0.2:9");
	send_to(good, "good", 4, "10.0.0.2:9");
	testnet_run_ms(net, 10);
	expect(b, "good");
	expect_nothing(b);
	assert_int_equal(udp_connect(b, &none), 0);
	assert_true(endpoint_eq(udp_local(b), at("0.0.0.0:9")));
	send_to(bad, "bad", 3, "10.0.0.2:9");
	testnet_run_ms(net, 10);
	expect(b, "bad");
	udp_free(b);
	udp_free(good);
	udp_free(bad);
}

static void most_specific_socket_gets_the_datagram(void **state)
{
	struct testnet *net = *state;
	struct stack *h0 = testnet_host(net, 0), *h1 = testnet_host(net, 1);
	struct udp_sock *from = open_at(h0, "0.0.0.0:100", 0);
	struct udp_sock *u[4];
	struct endpoint where[4] = {at("0.0.0.0:9"), at("10.0.0.2:9"),
				    at("0.0.0.0:9"), at("0.0.0.0:9")};
	struct endpoint peer = at("10.0.0.1:100"), other = at("10.0.0.1:99");
	int i;

	for (i = 0; i < 4; i++) {
		u[i] = udp_new(h1, &user, NULL);
		udp_set_reuse(u[i], true);
		assert_int_equal(udp_bind(u[i], &where[i]), 0);
	}
	udp_connect(u[2], &peer);
	udp_connect(u[3], &other);
	for (i = 0; i < 3; i++) {
		static const int order[] = {2, 1, 0};

		send_to(from, "x", 1, "10.0.0.2:9");
		testnet_run_ms(net, 10);
		expect(u[order[i]], "x");
		udp_free(u[order[i]]);
	}
	udp_free(u[3]);
	udp_free(from);
}

/* Whichever was bound last. */
static void an_interface_and_a_version_count(void **state)
{
	struct testnet *net = *state;
	struct stack *h1 = testnet_host(net, 1);
	struct udp_sock *from = open_at(testnet_host(net, 0), "0.0.0.0:100", 0);
	struct endpoint v4 = at("0.0.0.0:9"), both = {.port = 9};
	const struct endpoint *where[] = {&v4, &v4, &both};
	struct udp_sock *u[3];
	int i;

	for (i = 0; i < 3; i++) {
		u[i] = udp_new(h1, &user, NULL);
		udp_set_reuse(u[i], true);
		assert_int_equal(udp_bind(u[i], where[i]), 0);
	}
	udp_set_netif(u[0], testnet_netif(net, 1, 0));
	for (i = 0; i < 3; i++) {
		send_to(from, "x", 1, "10.0.0.2:9");
		testnet_run_ms(net, 10);
		expect(u[i], "x");
		udp_free(u[i]);
	}
	udp_free(from);
}

static void port_is_taken_unless_both_share_it(void **state)
{
	struct testnet *net = *state;
	struct stack *h = testnet_host(net, 0);
	struct udp_sock *first = open_at(h, "10.0.0.1:9", 0);
	struct udp_sock *u = udp_new(h, &user, NULL);
	struct endpoint any = at("0.0.0.0:9"), lo = at("127.0.0.1:9");
	struct endpoint foreign = at("10.0.0.77:9");

	assert_int_equal(udp_bind(u, &any), -EADDRINUSE);
	assert_int_equal(udp_bind(u, &foreign), -EADDRNOTAVAIL);
	udp_set_reuse(u, true);
	assert_int_equal(udp_bind(u, &any), -EADDRINUSE);
	udp_set_reuse(first, true);
	assert_int_equal(udp_bind(u, &any), 0);
	assert_int_equal(udp_bind(u, &any), -EINVAL);
	udp_free(u);
	udp_set_reuse(first, false);
	u = udp_new(h, &user, NULL);
	assert_int_equal(udp_bind(u, &lo), 0);
	udp_free(u);
	udp_free(first);
}

static void broadcast_needs_leave_and_reaches_all(void **state)
{
	struct testnet *net = *state;
	struct stack *h1 = testnet_host(net, 1);
	struct udp_sock *a = open_at(testnet_host(net, 0), "0.0.0.0:0", 0);
	struct udp_sock *b = udp_new(h1, &user, NULL);
	struct udp_sock *c = udp_new(h1, &user, NULL);
	struct endpoint any = at("0.0.0.0:9");

	udp_set_reuse(b, true);
	udp_set_reuse(c, true);
	assert_int_equal(udp_bind(b, &any), 0);
	assert_int_equal(udp_bind(c, &any), 0);
	assert_int_equal(send_to(a, "x", 1, "10.0.0.255:9"), -EACCES);
	udp_set_broadcast(a, true);
	assert_int_equal(send_to(a, "net", 3, "10.0.0.255:9"), 3);
	assert_int_equal(send_to(a, "all", 3, "255.255.255.255:9"), 3);
	testnet_run_ms(net, 10);
	expect(b, "net");
	expect(b, "all");
	expect(c, "net");
	expect(c, "all");
	udp_free(a);
	udp_free(b);
	udp_free(c);
}

static void queue_is_bounded_by_memory_and_not_by_payload(void **state)
{
	struct testnet *net = *state;
	struct udp_sock *a = open_at(testnet_host(net, 0), "0.0.0.0:0", 0);
	struct udp_sock *b = open_at(testnet_host(net, 1), "0.0.0.0:9", 0);
	uint64_t n = 0;
	char c;
	int i;

	udp_set_rcvbuf(b, 20000);
	for (i = 0; i < 1000; i++) {
		send_to(a, "", 0, "10.0.0.2:9");
		testnet_run_ms(net, 1);
	}
	while (udp_recv(b, &c, 1, false, NULL) == 0)
		n++;
	assert_true(n > 1 && n < 60);
	assert_int_equal(n + testnet_drops(net, 1, DROP_udp_rcvbuf), 1000);
	udp_free(a);
	udp_free(b);
}

static void shut_socket_is_a_broken_pipe(void **state)
{
	struct testnet *net = *state;
	struct udp_sock *a = open_at(testnet_host(net, 0), "0.0.0.0:0", 0);
	struct endpoint peer = at("10.0.0.2:9");
	char c;

	assert_int_equal(udp_shutdown(a, true, true), -ENOTCONN);
	udp_free(a);
	a = open_at(testnet_host(net, 0), "0.0.0.0:0", 0);
	udp_connect(a, &peer);
	assert_int_equal(udp_shutdown(a, true, false), 0);
	assert_int_equal(send_to(a, "x", 1, NULL), -EPIPE);
	assert_int_equal(udp_recv(a, &c, 1, false, NULL), -EAGAIN);
	assert_int_equal(udp_shutdown(a, false, true), 0);
	assert_int_equal(udp_recv(a, &c, 1, false, NULL), 0);
	udp_free(a);
}

static void what_cannot_be_sent_is_refused(void **state)
{
	struct testnet *net = *state;
	struct udp_sock *a = udp_new(testnet_host(net, 0), &user, NULL);
	struct endpoint six = {.addr.family = IP_V6, .port = 1};

	assert_int_equal(send_to(a, "x", 1, NULL), -EDESTADDRREQ);
	assert_int_equal(send_to(a, "x", 1, "10.0.0.2:0"), -EINVAL);
	assert_int_equal(send_to(a, "x", 1, "99.0.0.1:9"), -ENETUNREACH);
	assert_int_equal(udp_send(a, "x", 1, &six), -EAFNOSUPPORT);
	assert_int_equal(udp_bind(a, &six), -EAFNOSUPPORT);
	assert_int_equal(udp_connect(a, &six), -EAFNOSUPPORT);
	udp_free(a);
}

/* A frame to 10.0.0.2 with @udp behind a correct IP header. */
static void inject(struct testnet *net, const uint8_t *udp, size_t len,
		   size_t ip_len)
{
	struct ip4_hdr ip = {.src = {0x0a000001},
			     .dst = {0x0a000002},
			     .proto = 17,
			     .ttl = 64,
			     .total_len = (uint16_t)(20 + ip_len)};
	struct netif *netif = testnet_netif(net, 1, 0);
	uint8_t frame[256] = {0};

	put_mac(frame, netif->mac);
	put_mac(frame + 6, testnet_netif(net, 0, 0)->mac);
	put16(frame + 12, 0x0800);
	ip4_hdr_emit(frame + 14, &ip);
	memcpy(frame + 34, udp, len);
	testnet_inject(netif, frame, 34 + len);
}

/* HOSTILE 73: no length is taken on trust. */
static void impossible_lengths_are_dropped(void **state)
{
	struct testnet *net = *state;
	struct udp_sock *b = open_at(testnet_host(net, 1), "0.0.0.0:9", 0);
	uint8_t udp[108] = {0, 1, 0, 9, 0, 0, 0, 0, 'A', 'B'};
	uint16_t len;

	for (len = 0; len < 8; len++) {
		put16(udp + 4, len);
		inject(net, udp, sizeof(udp), sizeof(udp));
	}
	for (len = 109; len < 120; len++) {
		put16(udp + 4, len);
		inject(net, udp, sizeof(udp), sizeof(udp));
	}
	assert_int_equal(testnet_drops(net, 1, DROP_udp_len), 19);
	for (len = 0; len < 8; len++)
		inject(net, udp, len, len);
	assert_int_equal(testnet_drops(net, 1, DROP_udp_short), 8);
	expect_nothing(b);
	put16(udp + 4, 9); /* 100 octets are there, 1 belongs to it */
	inject(net, udp, sizeof(udp), sizeof(udp));
	expect(b, "A");
	put16(udp + 2, 0);
	inject(net, udp, sizeof(udp), sizeof(udp));
	assert_int_equal(testnet_drops(net, 1, DROP_udp_zero_port), 1);
	udp_free(b);
}

/* RFC 768: a datagram with a wrong sum is lost, one without any is not. */
static void checksum_is_verified(void **state)
{
	struct testnet *net = *state;
	struct udp_sock *b = open_at(testnet_host(net, 1), "0.0.0.0:9", 0);
	uint8_t udp[10] = {0, 1, 0, 9, 0, 10, 0, 0, 'o', 'k'};
	uint32_t sum;
	int bit, lost = 0;

	inject(net, udp, 10, 10);
	expect(b, "ok");
	sum = csum_pseudo4((ip4_addr){0x0a000001}, (ip4_addr){0x0a000002}, 17,
			   10);
	put16(udp + 6, udp_sum_to_send(csum_fold(csum_add(sum, udp, 10))));
	inject(net, udp, 10, 10);
	expect(b, "ok");
	for (bit = 0; bit < 80; bit++) {
		udp[bit / 8] ^= (uint8_t)(1 << bit % 8);
		inject(net, udp, 10, 10);
		udp[bit / 8] ^= (uint8_t)(1 << bit % 8);
		lost++;
	}
	expect_nothing(b);
	assert_int_equal(testnet_drops_all(net, 1), lost);
	/* Port 0 and the length are found before the sum is looked at. */
	assert_true(testnet_drops(net, 1, DROP_udp_csum) > 60);
	udp_free(b);
}

/* HOSTILE 75: strangers at closed ports take no memory. */
static void flood_of_closed_ports_allocates_nothing(void **state)
{
	struct testnet *net = *state;
	uint8_t udp[8] = {0, 1, 0, 0, 0, 8, 0, 0};
	size_t before, i;

	for (i = 0; i < 100; i++)
		inject(net, udp, 8, 8);
	testnet_run_ms(net, 100);
	before = net->mem.in_use_bytes;
	for (i = 1; i < 20000; i++) {
		put16(udp + 2, (uint16_t)i);
		inject(net, udp, 8, 8);
	}
	assert_true(net->events[R_ICMP_UNREACH] < 200);
	testnet_run_ms(net, 100);
	assert_true(net->mem.in_use_bytes <= before + 65536);
}

/* HOSTILE 78; RFC 6056, 3.3.1: chi-square over 16 bins, 15 degrees of freedom,
 * p = 0.001 is 37.7. */
static void ephemeral_ports_are_uniform(void **state)
{
	enum { SOCKS = 10000, BINS = 16 };
	struct testnet *net = *state;
	struct stack *h = testnet_host(net, 0);
	struct udp_sock **u = calloc(SOCKS, sizeof(*u));
	double chi = 0, mean = SOCKS / (double)BINS;
	int bins[BINS] = {0}, i, steps = 0;
	uint16_t last = 0;

	for (i = 0; i < SOCKS; i++) {
		uint16_t port;

		u[i] = open_at(h, "0.0.0.0:0", NULL);
		port = udp_local(u[i]).port;
		assert_true(port >= 49152);
		bins[(port - 49152) / (16384 / BINS)]++;
		steps += port == last + 1;
		last = port;
	}
	for (i = 0; i < BINS; i++)
		chi += (bins[i] - mean) * (bins[i] - mean) / mean;
	assert_true(chi < 37.7);
	assert_true(steps < 10);
	for (i = 0; i < SOCKS; i++)
		udp_free(u[i]);
	free(u);
}

static void all_ports_can_be_used_and_no_more(void **state)
{
	enum { PORTS = 16384 };
	struct testnet *net = *state;
	struct stack *h = testnet_host(net, 0);
	struct udp_sock **u = calloc(PORTS, sizeof(*u));
	struct endpoint any = at("0.0.0.0:0");
	struct udp_sock *late;
	int i;

	for (i = 0; i < PORTS; i++)
		u[i] = open_at(h, "0.0.0.0:0", NULL);
	late = udp_new(h, &user, NULL);
	assert_int_equal(udp_bind(late, &any), -EADDRINUSE);
	udp_free(u[77]);
	assert_int_equal(udp_bind(late, &any), 0);
	u[77] = late;
	for (i = 0; i < PORTS; i++)
		udp_free(u[i]);
	free(u);
}

static void no_port_without_entropy(void **state)
{
	struct testnet *net = *state;
	struct udp_sock *u = udp_new(testnet_host(net, 0), &user, NULL);
	struct endpoint any = at("0.0.0.0:0");

	net->hosts[0].has_no_entropy = true;
	assert_int_equal(udp_bind(u, &any), -EIO);
	assert_int_equal(send_to(u, "x", 1, "10.0.0.2:9"), -EIO);
	udp_free(u);
}

static void every_failed_allocation_is_survived(void **state)
{
	struct testnet *net = *state;
	struct stack *h0 = testnet_host(net, 0), *h1 = testnet_host(net, 1);
	uint64_t k, failures;

	for (k = 1, failures = 1; failures; k++) {
		struct endpoint any = at("0.0.0.0:9");
		struct udp_sock *a, *b;
		char c;

		net->mem.failures = 0;
		net->mem.fail_at = net->mem.calls + k;
		a = udp_new(h0, &user, NULL);
		b = udp_new(h1, &user, NULL);
		if (a && b && !udp_bind(b, &any)) {
			send_to(a, "x", 1, "10.0.0.2:9");
			testnet_run_ms(net, 10);
			udp_recv(b, &c, 1, false, NULL);
		}
		failures = net->mem.failures;
		net->mem.fail_at = 0;
		if (a)
			udp_free(a);
		if (b)
			udp_free(b);
		assert_int_equal(udp_stats(h0)->sockets, 0);
	}
	assert_true(k > 5);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, testnet_setup, testnet_teardown)
	const struct CMUnitTest tests[] = {
		T(datagram_arrives_with_its_sender),
		T(boundaries_are_kept),
		T(largest_datagram_is_fragmented_and_arrives),
		T(closed_port_is_refused_to_who_is_connected),
		T(connected_socket_hears_its_peer_only),
		T(most_specific_socket_gets_the_datagram),
		T(an_interface_and_a_version_count),
		T(port_is_taken_unless_both_share_it),
		T(broadcast_needs_leave_and_reaches_all),
		T(queue_is_bounded_by_memory_and_not_by_payload),
		T(shut_socket_is_a_broken_pipe),
		T(what_cannot_be_sent_is_refused),
		T(impossible_lengths_are_dropped),
		T(checksum_is_verified),
		T(flood_of_closed_ports_allocates_nothing),
		T(ephemeral_ports_are_uniform),
		T(all_ports_can_be_used_and_no_more),
		T(no_port_without_entropy),
		T(every_failed_allocation_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
