// SPDX-License-Identifier: MIT
/*
 * router.c - the price of a packet through a router
 *
 * The router's interfaces end in a driver that keeps the frame, which is given
 * another destination and let in again: nothing but the router is measured.
 * Each packet goes to a random network of those that have a route.
 */

#include "base/check.h"
#include "base/rng.h"

#include "wire/csum.h"
#include "wire/ether.h"
#include "wire/ip4.h"

#include "core/pkt.h"

#include "bench.h"
#include "inet/inet.h"
#include "ip/ip.h"
#include "link/arp.h"

enum { ROUTES = 1000000 };

static struct mem mem;
static struct env env;
static struct rng rng;
static struct stack router;

static int fill(void *arg, void *p, size_t len)
{
	rng_fill(arg, p, len);
	return 0;
}

/* The router's two interfaces. */
static struct netif side[2];
static struct pkt *kept;

static int keep(struct netif *netif, struct pkt *pkt)
{
	(void)netif;
	kept = pkt;
	return 0;
}

static const struct netif_ops keep_ops = {.transmit = keep};

static void side_up(unsigned int i)
{
	struct ip4_net net = {ip4_make(192, 168, (uint8_t)i, 1), 24};
	mac_addr neighbour = {{2, 0, 0, 0, (uint8_t)i, 2}};

	netif_init(&side[i], &router.place, i ? "eth1" : "eth0",
		   (mac_addr){{2, 0, 0, 0, (uint8_t)i, 1}});
	side[i].ops = &keep_ops;
	stack_add_netif(&router, &side[i]);
	check(!ip_addr_add(&router, &side[i], net));
	pkt_free(kept); /* the announcement */
	kept = NULL;
	check(!arp_add(&router, &side[i], ip4_make(192, 168, (uint8_t)i, 2),
		       neighbour));
}

/* Networks /24 of 16.0.0.0 and up, to the neighbour on the second side. */
static void router_up(uint32_t routes)
{
	struct entropy entropy = {.fill = fill, .arg = &rng};
	struct inet_config cfg = {.is_router = true};
	uint32_t i;

	mem_init_libc(&mem);
	env_init(&env, &mem);
	rng_init(&rng, 1, "bench");
	check(!stack_init(&router, &env, "r", entropy));
	check(!inet_init(&router, &cfg));
	side_up(0);
	side_up(1);
	for (i = 0; i < routes; i++)
		check(!ip_route_add(&router,
				    (struct ip4_net){{(0x100000 + i) << 8}, 24},
				    ip4_make(192, 168, 1, 2), NULL, 0));
}

static int router_down(void)
{
	pkt_free(kept);
	inet_fini(&router);
	stack_fini(&router);
	return env_fini(&env) || mem.in_use_count ? -1 : 0;
}

static struct pkt *new_packet(void)
{
	struct pkt *pkt = pkt_new(&env, R_ACTION);
	uint8_t frame[ETH_FRAME_MIN] = {0};
	struct ip4_wire *w = (void *)(frame + ETH_HLEN);

	check(pkt);
	put_mac(frame, side[0].mac);
	put_mac(frame + 6, (mac_addr){{2, 0, 0, 0, 0, 2}});
	put16(frame + 12, ETH_IP4);
	w->ver_hlen[0] = 0x45;
	put16(w->total_len, ETH_FRAME_MIN - ETH_HLEN);
	w->proto[0] = 17;
	put_ip4(w->src, ip4_make(192, 168, 0, 2));
	check(!pkt_append(pkt, frame, sizeof(frame)));
	return pkt;
}

/* Give the frame that came out another destination, and let it in again. */
static void forward_one(struct pkt *pkt, ip4_addr dst)
{
	struct ip4_wire *w = (void *)(pkt_data(pkt) + ETH_HLEN);

	put_mac(pkt_data(pkt), side[0].mac);
	w->ttl[0] = 64;
	put_ip4(w->dst, dst);
	put16(w->sum, 0);
	put16(w->sum, csum(w, sizeof(*w)));
	pkt->l2_off = pkt->l3_off = pkt->l4_off = pkt->lin_off;
	kept = NULL;
	netif_input(&side[0], pkt);
	check(kept == pkt);
}

static int forward(uint64_t count, uint32_t routes)
{
	router_up(routes);
	kept = new_packet();
	while (count--) {
		uint32_t net = 0x100000 + rng_below(&rng, routes);

		forward_one(kept, (ip4_addr){net << 8 | 9});
	}
	return router_down();
}

static int forward_few(uint64_t count)
{
	return forward(count, 100);
}

static int forward_many(uint64_t count)
{
	return forward(count, ROUTES);
}

static const struct bench_op ops[] = {
	{"forward", "a packet through a router with 100 routes", forward_few},
	{"forward-1m", "a packet through a router with 1,000,000 routes",
	 forward_many},
};

int main(int argc, char **argv)
{
	return bench_main(argc, argv, ops, sizeof(ops) / sizeof(*ops));
}
