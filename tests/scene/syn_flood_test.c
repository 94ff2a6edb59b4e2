// SPDX-License-Identifier: MIT
/*
 * syn_flood_test.c - a flood of SYNs with invented sources, and honest peers
 *
 * Strangers send 20,000 SYNs a second, each from another address.  Meanwhile
 * an honest host connects every ten milliseconds, says a hundred octets and
 * closes.  Every honest connection must come about as fast as without the
 * flood, and what the server keeps must not grow with it: RFC 4987, 3.6.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "wire/csum.h"
#include "wire/ether.h"
#include "wire/ip4.h"
#include "wire/proto.h"
#include "wire/tcp.h"
#include "wire/tcp_opt.h"

#include "ip/ip.h"
#include "talker.h"
#include "testnet.h"

enum {
	SECONDS = 10,
	BATCH = 200, /* SYNs in ten milliseconds */
	OCTETS = 100,
	GROWTH_MAX = 1 << 20,
	L4 = ETH_HLEN + IP4_HLEN,
};

struct flood {
	struct testnet *net;
	struct netif *outside;
	struct tcp_conn *listener;
	struct rng rng;
	unsigned int honest;
	struct talker client, server;
};

static void flood_up(struct flood *f, unsigned int cookies)
{
	memset(f, 0, sizeof(*f));
	f->net = testnet_new();
	f->outside = testnet_add_port(f->net, 1, "10.9.0.1/24");
	f->outside->features |= NETIF_F_NO_ARP;
	rng_init(&f->rng, 1, "flood");
	assert_int_equal(ip_route_add(testnet_host(f->net, 1),
				      (struct ip4_net){IP4_ANY, 0},
				      ip4_make(10, 9, 0, 9), NULL, 0),
			 0);
	assert_int_equal(
		tcp_knob_set(testnet_host(f->net, 1), "syncookies", cookies),
		0);
	f->listener = talker_listen(testnet_host(f->net, 1), 80, 128);
	testnet_run_ms(f->net, 1000);
}

static void flood_down(struct flood *f)
{
	testnet_forget(f->outside);
	tcp_close(f->listener);
	testnet_forget(f->outside);
	testnet_run_ms(f->net, 1000);
	testnet_free(f->net);
}

static size_t put_syn(struct flood *f, uint8_t *frame)
{
	struct ether_hdr eth = {.dst = f->outside->mac,
				.src = {{2, 0, 0, 0, 9, 9}},
				.type = ETH_IP4};
	struct tcp_opts o = {.has = TCP_HAS_MSS | TCP_HAS_WSCALE |
				    TCP_HAS_TIMESTAMP | TCP_HAS_SACK_OK,
			     .mss = 1460,
			     .wscale = 7,
			     .ts_val = rng_u32(&f->rng)};
	struct tcp_hdr tcp = {.sport = (uint16_t)(rng_u32(&f->rng) | 1024),
			      .dport = 80,
			      .seq = {rng_u32(&f->rng)},
			      .flags = TCP_SYN,
			      .win = 64240};
	struct ip4_hdr ip = {
		.src = {0x10000000 + rng_below(&f->rng, 0x40000000)},
		.dst = ip4_make(10, 0, 0, 2),
		.proto = IP_PROTO_TCP,
		.ttl = 57};
	size_t len = TCP_HLEN + tcp_opts_len(&o);
	uint32_t sum;

	tcp.len = (uint8_t)len;
	ip.total_len = (uint16_t)(IP4_HLEN + len);
	ether_emit(frame, &eth);
	ip4_hdr_emit(frame + ETH_HLEN, &ip);
	tcp_emit(frame + L4, &tcp);
	tcp_opts_emit(frame + L4 + TCP_HLEN, &o);
	sum = csum_pseudo4(ip.src, ip.dst, IP_PROTO_TCP, (uint32_t)len);
	put16(frame + L4 + offsetof(struct tcp_wire, sum),
	      csum_fold(csum_add(sum, frame + L4, len)));
	return L4 + len;
}

static void flood_once(struct flood *f)
{
	uint8_t frame[128];
	int i;

	for (i = 0; i < BATCH; i++)
		testnet_inject(f->outside, frame, put_syn(f, frame));
	testnet_forget(f->outside);
}

static bool server_has_all(void *arg)
{
	struct flood *f = arg;
	struct tcp_conn *c;

	if (!f->server.c && (c = tcp_accept(f->listener))) {
		talker_init(&f->server, testnet_host(f->net, 1), c);
		talker_go(&f->server);
	}
	return f->server.c && f->server.received == OCTETS;
}

/* Connect and be heard within five milliseconds: three ways over the wire
 * and nothing else. */
static void honest_connect(struct flood *f)
{
	struct endpoint to = talker_ep("10.0.0.2:80");

	talker_init(&f->client, testnet_host(f->net, 0), NULL);
	f->server.c = NULL;
	f->client.to_send = OCTETS;
	assert_int_equal(tcp_connect(f->client.c, &to), 0);
	f->honest += testnet_run_until(f->net, server_has_all, f, 5);
	tcp_abort(f->client.c);
	testnet_run_ms(f->net, 5);
	if (f->server.c)
		talker_close(&f->server);
}

static void run(struct flood *f)
{
	unsigned int i, n = SECONDS * 100;
	size_t before;

	honest_connect(f);
	before = f->net->mem.in_use_bytes;
	f->net->mem.peak_bytes = before;
	for (i = 0, f->honest = 0; i < n; i++) {
		flood_once(f);
		honest_connect(f);
	}
	assert_int_equal(f->honest, n);
	assert_true(f->net->mem.peak_bytes - before <= GROWTH_MAX);
}

static void honest_peers_connect_through_a_flood(void **state)
{
	const struct tcp_stats *stats;
	struct flood f;

	(void)state;
	flood_up(&f, 1);
	run(&f);
	stats = tcp_stats(testnet_host(f.net, 1));
	assert_true(stats->cookies_sent > SECONDS * 100 * BATCH * 9 / 10);
	assert_int_equal(stats->cookies_failed, 0);
	flood_down(&f);
}

static void nothing_is_kept_when_cookies_are_the_rule(void **state)
{
	const struct tcp_stats *stats;
	struct flood f;

	(void)state;
	flood_up(&f, 2);
	run(&f);
	stats = tcp_stats(testnet_host(f.net, 1));
	assert_int_equal(stats->cookies_taken, SECONDS * 100 + 1);
	assert_int_equal(stats->requests, 0);
	flood_down(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(honest_peers_connect_through_a_flood),
		cmocka_unit_test(nothing_is_kept_when_cookies_are_the_rule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
