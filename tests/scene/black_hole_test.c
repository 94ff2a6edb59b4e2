// SPDX-License-Identifier: MIT
/*
 * black_hole_test.c - a path that swallows large packets and says nothing
 *
 *	a ---- 1500 ---- r ---- 1200 ---- b
 *
 * The router would tell a with ICMP that 1500 octets are too many for the
 * cable to b, but a firewall in front of a eats that.  A connection opens well
 * and its first full segment never arrives.  Only who asks the path itself gets
 * through (RFC 4821).
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "wire/ether.h"
#include "wire/proto.h"

#include "ip/ip.h"
#include "pair.h"
#include "streams.h"
#include "tcp/tcp.h"
#include "tcp/tcp_knobs.h"
#include "vnet/vnet.h"

#define OCTETS	   UINT64_C(2000000)
#define PROTO_AT   (ETH_HLEN + 9)
#define NARROW_MTU 1200

static struct mem mem;
static struct world *w;
static struct host *a, *b, *r;
static struct streams streams;
static struct stream_server server;
static uint64_t eaten;

/* The firewall: no ICMP, for somebody has read that it is dangerous. */
static enum cable_verdict no_icmp(void *arg, struct cable *cable,
				  enum cable_dir dir, const struct pkt *pkt)
{
	uint8_t proto;

	(void)arg;
	(void)cable;
	(void)dir;
	if (pkt->len <= PROTO_AT)
		return CABLE_PASS;
	pkt_copy_out(pkt, PROTO_AT, &proto, 1);
	if (proto != IP_PROTO_ICMP)
		return CABLE_PASS;
	eaten++;
	return CABLE_DROP_MATCH;
}

static void build(int64_t probing)
{
	static const struct ip4_net any;
	struct cable_params params = {.delay_ns = NS_PER_MS,
				      .rate_bps = 100000000};
	struct port *narrow;
	struct cable *cable;

	mem_init_libc(&mem);
	w = world_new(&mem, 5);
	a = world_add_host(w, "a");
	b = world_add_host(w, "b");
	r = world_add_router(w, "r");
	cable = world_link(w, pair_port(a, "10.1.0.2/24"),
			   pair_port(r, "10.1.0.1/24"), &params);
	narrow = pair_port(r, "10.2.0.1/24");
	narrow->netif.mtu = NARROW_MTU;
	world_link(w, narrow, pair_port(b, "10.2.0.2/24"), &params);
	cable_set_filter(cable, no_icmp, NULL);
	ip_route_add(&a->stack, any, ip4_make(10, 1, 0, 1), NULL, 0);
	ip_route_add(&b->stack, any, ip4_make(10, 2, 0, 1), NULL, 0);
	tcp_knob_set(&a->stack, "tcp_mtu_probing", probing);
	eaten = 0;
	streams_init(&streams);
	stream_serve(&server, &streams, &b->stack, 80, OCTETS, 100);
	assert_int_equal(stream_open(&streams, &a->stack, ep("10.2.0.2:80"),
				     OCTETS, 100),
			 0);
}

static void tear_down(void)
{
	stream_server_close(&server);
	streams_fini(&streams);
	assert_int_equal(world_free(w), 0);
	assert_int_equal(mem.in_use_count, 0);
}

static uint32_t largest_mss;

static void look(void *arg, const struct tcp_info *info)
{
	(void)arg;
	if (info->snd_mss > largest_mss)
		largest_mss = info->snd_mss;
}

static void without_probing_it_hangs(void **state)
{
	(void)state;
	build(0);
	world_run_until(w, 60 * NS_PER_S);
	assert_int_equal(streams.done, 0);
	assert_true(streams.octets < 1000);
	assert_true(eaten > 0);
	tear_down();
}

static void probing_gets_out_of_the_hole(void **state)
{
	(void)state;
	build(1);
	world_run_until(w, 60 * NS_PER_S);
	assert_int_equal(streams.failed, 0);
	assert_int_equal(streams.done, 2);
	assert_true(eaten > 0);
	/* The hole was noticed after three timeouts, the rest is the search. */
	assert_true(streams.last_ns < 10 * NS_PER_S);
	tear_down();
}

static void probing_from_the_start_never_falls_in(void **state)
{
	(void)state;
	build(2);
	world_run_until(w, NS_PER_S / 10);
	largest_mss = 0;
	tcp_for_each(&a->stack, look, NULL);
	/* Close to what fits: 1200 less headers and timestamps. */
	assert_true(largest_mss <= NARROW_MTU - 52);
	assert_true(largest_mss >= NARROW_MTU - 52 - 8);
	world_run_until(w, 60 * NS_PER_S);
	assert_int_equal(streams.failed, 0);
	assert_int_equal(streams.done, 2);
	assert_true(streams.last_ns < NS_PER_S);
	tear_down();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_probing_it_hangs),
		cmocka_unit_test(probing_gets_out_of_the_hole),
		cmocka_unit_test(probing_from_the_start_never_falls_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
