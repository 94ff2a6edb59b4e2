// SPDX-License-Identifier: MIT
/*
 * rows_gate.c - a router that translates and filters
 *
 * P and A are inside, F is outside.  The innocents' streams go through.
 */

#include <string.h>

#include "base/rng.h"

#include "wire/csum.h"
#include "wire/proto.h"

#include "core/netif.h"

#include "hostile.h"
#include "ip/filter.h"
#include "ip/nat.h"

static void with_nat(struct hostile *x)
{
	const struct ip4_net inside = {ip4_make(10, 0, 0, 0), 24};

	x->door = &x->rp->netif;
	if (nat_enable(&x->r->stack, &x->rf->netif, &inside, 1))
		broken(x, O1, "no translation");
}

/* From inside everybody may begin, from outside nobody. */
static void with_filter(struct hostile *x)
{
	const struct filter_rule rule = {
		.from = {ip4_make(10, 0, 0, 0), 24},
		.is_allowed = true,
	};

	x->door = &x->rp->netif;
	if (filter_enable(&x->r->stack, &rule, 1, false))
		broken(x, O1, "no filter");
}

/* A request of HTTP out of the blue, in the middle of no connection. */
static void make_request(struct hostile *x, struct ip4_hdr h, uint16_t sport,
			 uint16_t flags)
{
	static const char get[] = "GET / HTTP/1.1\r\nHost: banned.test\r\n\r\n";
	uint8_t *l4;
	size_t len = 20 + sizeof(get) - 1;

	frame_tcp(&x->f, x->door, &h, sport, 80, flags);
	l4 = x->f.b + ETH_HLEN + IP4_HLEN;
	memcpy(l4 + 20, get, sizeof(get) - 1);
	x->f.len += sizeof(get) - 1;
	put16(x->f.b + ETH_HLEN + 2, (uint16_t)(IP4_HLEN + len));
	frame_mend_ip4(&x->f);
	put16(l4 + 16, 0);
	put16(l4 + 16,
	      csum_fold(csum_add(
		      csum_pseudo4(h.src, h.dst, IP_PROTO_TCP, (uint32_t)len),
		      l4, len)));
}

static void out_of_state(struct hostile *x)
{
	static const uint16_t flags[] = {
		TCP_PSH | TCP_ACK, TCP_PSH, TCP_ACK, TCP_SYN | TCP_ACK,
		TCP_RST,	   TCP_FIN, 0};

	for (uint32_t i = 0; i < x->n; i++) {
		x->door = &x->rf->netif;
		make_request(x, from_to(ip4_make(10, 1, 0, 66), IP_V),
			     (uint16_t)i, flags[i % 7]);
		hit(x, EITHER);
		demand(x, O4, x->answers == 0);
		x->door = &x->rp->netif;
		make_request(x, from_to(IP_A, IP_FAR), (uint16_t)i,
			     flags[i % 7]);
		hit(x, DROP_filter_state);
		demand(x, O4, x->answers == 0);
	}
	demand(x, O7, dropped(x, DROP_filter_state) == x->hits);
}

static void one_host_many_flows(struct hostile *x)
{
	struct ip4_hdr h = from_to(IP_A, IP_FAR);

	x->gap_ns = 50000;
	for (uint32_t i = 0; i < x->n; i++) {
		frame_udp(&x->f, x->door, &h, (uint16_t)(i + 1), 9, some_octets,
			  40);
		hit(x, EITHER);
	}
	demand(x, O3, nat_count(&x->r->stack) <= NAT_PER_HOST_MAX + 200);
	demand(x, O7, x->n <= NAT_PER_HOST_MAX || dropped(x, DROP_nat_full));
}

/* Each is a new flow, of one of many hosts, and goes no further. */
static void many_flows(struct hostile *x)
{
	struct rng rng;

	rng_init(&rng, x->seed + 129, "flows");
	x->gap_ns = 20000;
	for (uint32_t i = 0; i < x->n; i++) {
		struct ip4_hdr h = from_to(
			ip4_make(10, 0, 0, (uint8_t)(70 + i % 180)), IP_FAR);
		uint16_t sport = (uint16_t)rng_below(&rng, 65536);
		uint16_t dport = (uint16_t)(1000 + rng_below(&rng, 60000));

		if (i & 1)
			frame_udp(&x->f, x->door, &h, sport, dport, "x", 1);
		else
			frame_tcp(&x->f, x->door, &h, sport, dport, TCP_SYN);
		hit(x, EITHER);
	}
	demand(x, O3, filter_count(&x->r->stack) <= FILTER_FLOWS_MAX);
	demand(x, O3, nat_count(&x->r->stack) <= NAT_SESSIONS_MAX);
}

/* What the filter refuses takes nothing of the translation. */
static void with_both(struct hostile *x)
{
	with_nat(x);
	with_filter(x);
	if (nat_forward_add(
		    &x->r->stack, IP_PROTO_TCP, 80,
		    (struct endpoint){.addr = ip_addr_v4(IP_V), .port = 80}))
		broken(x, O1, "no forwarding");
}

static void refused_before_translated(struct hostile *x)
{
	size_t sessions;

	x->door = &x->rf->netif;
	sessions = nat_count(&x->r->stack);
	for (uint32_t i = 0; i < x->n; i++) {
		make_request(
			x,
			from_to(ip4_make(10, 1, 0, 66), ip4_make(10, 1, 0, 1)),
			(uint16_t)(i + 1), TCP_SYN);
		hit(x, DROP_filter_denied);
	}
	demand(x, O3, nat_count(&x->r->stack) <= sessions + 50);
}

const struct row rows_gate[] = {
	{
		.number = 127,
		.what = "requests of HTTP that belong to no connection",
		.rule = "dropped: `filter_state`; no answer at all",
		.play = out_of_state,
		.prepare = with_filter,
		.n = 2000,
		.is_far = true,
	},
	{
		.number = 128,
		.what = "65,000 flows of one host through a NAT",
		.rule = "4096 for each host: `nat_full`; others connect",
		.play = one_host_many_flows,
		.prepare = with_nat,
		.n = 65000,
		.grows = true,
		.typical = 5000, /* three tables */
		.is_far = true,
	},
	{
		.number = 128,
		.what = "flows from outside that the filter refuses",
		.rule = "dropped: `filter_denied`; no session is left",
		.play = refused_before_translated,
		.prepare = with_both,
		.n = 2000,
		.is_far = true,
	},
	{
		.number = 129,
		.what = "a million flows of one packet through a filter",
		.rule = "16,384 are known; of those without an answer the "
			"oldest goes first",
		.play = many_flows,
		.prepare = with_filter,
		.n = 200000,
		.full = 1000000,
		.grows = true,
		.is_far = true,
	},
	{
		.number = 129,
		.what = "... and through a NAT",
		.rule = "16,384 too, in the same order",
		.play = many_flows,
		.prepare = with_nat,
		.n = 200000,
		.full = 1000000,
		.grows = true,
		.is_far = true,
		.typical = 5000, /* three tables */
	},
	{0},
};
