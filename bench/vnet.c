// SPDX-License-Identifier: MIT
/*
 * vnet.c - the price of the virtual network: switch, cable, scheduler
 */

#include "vnet/vnet.h"

#include "base/check.h"
#include "base/rng.h"

#include "wire/ether.h"

#include "core/pkt.h"

#include "bench.h"

enum { PORTS = 16, ADDRESSES = 10000, HALVES = 1000 };

/* Where a switch's frames end: the last one is kept, to be sent again. */
static struct pkt *kept;

static int keep(struct netif *netif, struct pkt *pkt)
{
	(void)netif;
	kept = pkt;
	return 0;
}

static const struct netif_ops keep_ops = {.transmit = keep};

static mac_addr mac_number(uint32_t n)
{
	return (mac_addr){{2, 0, (uint8_t)(n >> 24), (uint8_t)(n >> 16),
			   (uint8_t)(n >> 8), (uint8_t)n}};
}

static void set_addresses(struct pkt *pkt, uint32_t dst, uint32_t src)
{
	put_mac(pkt_data(pkt), mac_number(dst));
	put_mac(pkt_data(pkt) + 6, mac_number(src));
}

static struct pkt *new_frame(struct world *w)
{
	struct pkt *pkt = pkt_new(world_env(w), R_ACTION);
	uint8_t octets[ETH_FRAME_MIN] = {0};

	check(pkt && pkt_append(pkt, octets, sizeof(octets)) == 0);
	return pkt;
}

/* Address n lives at port n mod PORTS. */
static struct vswitch *new_switch(struct world *w, struct port **ports)
{
	struct vswitch *sw = world_add_switch(w, "sw");
	struct switch_cfg cfg = switch_cfg_default;
	uint32_t i;

	check(sw);
	cfg.table_max = 2 * ADDRESSES;
	switch_set_cfg(sw, &cfg);
	for (i = 0; i < PORTS; i++) {
		ports[i] = switch_add_port(sw);
		ports[i]->netif.ops = &keep_ops;
	}
	kept = new_frame(w);
	for (i = 0; i < ADDRESSES; i++) {
		set_addresses(kept, i, i);
		netif_input(&ports[i % PORTS]->netif, kept);
		kept = new_frame(w);
	}
	check(switch_count(sw) == ADDRESSES);
	return sw;
}

static int switch_frame(uint64_t count)
{
	struct port *ports[PORTS];
	struct world *w;
	struct mem mem;
	struct rng rng;

	mem_init_libc(&mem);
	w = world_new(&mem, 1);
	new_switch(w, ports);
	rng_init(&rng, 1, "bench");
	while (count--) {
		uint32_t src = rng_below(&rng, ADDRESSES);
		uint32_t dst = rng_below(&rng, ADDRESSES);

		dst += dst % PORTS == src % PORTS;
		set_addresses(kept, dst % ADDRESSES, src);
		netif_input(&ports[src % PORTS]->netif, kept);
	}
	pkt_free(kept);
	return world_free(w) ? -1 : 0;
}

static void reflect(struct port *port, struct pkt *pkt, void *arg)
{
	uint64_t *left = arg;

	if (*left && --*left)
		netif_transmit(&port->netif, pkt);
	else
		pkt_free(pkt);
}

/* @pairs cables, on each of which one frame goes to and fro. */
static int cross_cables(uint64_t count, uint32_t pairs)
{
	struct cable_params p = {.rate_bps = 1000000000, .delay_ns = 5000};
	struct world *w;
	struct mem mem;
	uint32_t i;

	mem_init_libc(&mem);
	w = world_new(&mem, 1);
	for (i = 0; i < pairs; i++) {
		char name[2][16];
		struct port *a, *b;

		snprintf(name[0], sizeof(name[0]), "a%u", i);
		snprintf(name[1], sizeof(name[1]), "b%u", i);
		a = box_add_port(world_add_box(w, name[0], reflect, &count),
				 NULL);
		b = box_add_port(world_add_box(w, name[1], reflect, &count),
				 NULL);
		p.delay_ns += 7;
		check(world_link(w, a, b, &p));
		netif_transmit(&a->netif, new_frame(w));
	}
	world_run_idle(w, UINT64_MAX);
	return world_free(w) ? -1 : 0;
}

static int cross_one(uint64_t count)
{
	return cross_cables(count, 1);
}

static int cross_many(uint64_t count)
{
	return cross_cables(count, HALVES);
}

static const struct bench_op ops[] = {
	{"switch-frame", "a frame through a switch with 10,000 addresses",
	 switch_frame},
	{"cable-frame", "a frame over a cable in an otherwise idle world",
	 cross_one},
	{"cable-frame-1000", "the same with frames on 1,000 cables",
	 cross_many},
};

int main(int argc, char **argv)
{
	return bench_main(argc, argv, ops, sizeof(ops) / sizeof(*ops));
}
