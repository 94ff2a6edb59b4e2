// SPDX-License-Identifier: MIT
/*
 * gateway.c - fuzz target: a router that translates, filters and speaks RIP
 *
 * The input is a list of packets from either side, and of pauses.  Each says
 * from which host and port to which, and brings its transport's octets; the IP
 * header, and the checksums that are right, are made here.  Afterwards a day
 * passes, and then no packet and no memory may be in use.
 */

#include <string.h>

#include "base/check.h"
#include "base/cursor.h"

#include "wire/csum.h"
#include "wire/ether.h"
#include "wire/ip4.h"
#include "wire/proto.h"
#include "wire/rip.h"

#include "core/pkt.h"

#include "apps/rip.h"
#include "fuzz.h"
#include "ip/filter.h"
#include "ip/ip.h"
#include "ip/nat.h"
#include "link/arp.h"
#include "vnet/vnet.h"

enum { STEPS_MAX = 300, L4_MAX = 600 };

struct fuzz {
	struct mem mem;
	struct world *w;
	struct host *router;
	struct port *box[2];
	struct rip *rip;
};

static const mac_addr router_mac[2] = {{{2, 0, 0, 0, 0, 1}},
				       {{2, 0, 0, 0, 0, 2}}};
static const mac_addr box_mac = {{2, 0, 0, 0, 0, 9}};

/* Inside 10.1.0.n, outside 192.0.2.n. */
static ip4_addr addr(uint8_t side, uint8_t n)
{
	return side ? ip4_make(192, 0, 2, n) : ip4_make(10, 1, 0, n);
}

/* What comes out has a right header and a source that can be. */
static void on_frame(struct port *port, struct pkt *pkt, void *arg)
{
	uint8_t frame[ETH_HLEN + IP4_HLEN_MAX];
	size_t len = min_size(pkt->len, sizeof(frame));

	(void)port;
	(void)arg;
	pkt_copy_out(pkt, 0, frame, len);
	if (get16(frame + 12) == ETH_IP4)
		check(csum(frame + ETH_HLEN, (frame[ETH_HLEN] & 15U) * 4) == 0);
	pkt_free(pkt);
}

/* The transport's checksum, where there is one. */
static void mend(uint8_t *l4, size_t len, const struct ip4_hdr *h)
{
	size_t at = h->proto == IP_PROTO_TCP ? 16 : 6;
	uint32_t sum = csum_pseudo4(h->src, h->dst, h->proto, (uint32_t)len);

	if (h->proto == IP_PROTO_ICMP) {
		at = 2;
		sum = 0;
	}
	if (at + 2 > len)
		return;
	put16(l4 + at, 0);
	put16(l4 + at, csum_fold(csum_add(sum, l4, len)));
}

static void do_packet(struct fuzz *f, struct cursor *c)
{
	static const uint8_t protos[] = {IP_PROTO_TCP, IP_PROTO_UDP,
					 IP_PROTO_ICMP, IP_PROTO_UDP};
	uint8_t how = cur_u8(c), side = how & 1,
		frame[ETH_HLEN + IP4_HLEN + L4_MAX];
	struct ip4_hdr h = {
		.src = addr(side, cur_u8(c) % 8 + 2),
		.dst = addr(how >> 1 & 1, cur_u8(c) % 8 + 1),
		.proto = protos[how >> 2 & 3],
		.ttl = how & 16 ? 1 : 64,
	};
	size_t wanted = cur_u8(c) * 2U, len = min_size(wanted, cur_left(c));
	const uint8_t *l4 = cur_take(c, len);

	if (!l4)
		return;
	if (how & 32)
		h.dst = RIP_GROUP;
	memcpy(frame,
	       how & 32 ? (const uint8_t *)"\1\0\x5e\0\0\x9"
			: router_mac[side].o,
	       6);
	memcpy(frame + 6, box_mac.o, 6);
	put16(frame + 12, ETH_IP4);
	h.total_len = (uint16_t)(IP4_HLEN + len);
	ip4_hdr_emit(frame + ETH_HLEN, &h);
	memcpy(frame + ETH_HLEN + IP4_HLEN, l4, len);
	if (h.proto == IP_PROTO_UDP && how & 32 && len >= 8) {
		put16(frame + ETH_HLEN + IP4_HLEN, RIP_PORT);
		put16(frame + ETH_HLEN + IP4_HLEN + 2, RIP_PORT);
		put16(frame + ETH_HLEN + IP4_HLEN + 4, (uint16_t)len);
	}
	if (!(how & 64))
		mend(frame + ETH_HLEN + IP4_HLEN, len, &h);
	(void)box_send(f->box[side], frame, ETH_HLEN + IP4_HLEN + len);
}

static void run_ms(struct fuzz *f, uint64_t ms)
{
	world_run_until(f->w, world_now(f->w) + ms * NS_PER_MS);
}

static void set_up_router(struct fuzz *f, struct port *const *ports)
{
	static const struct filter_rule rules[] = {
		{.from = {{0x0a010000}, 24}, .is_allowed = true},
		{.proto = IP_PROTO_TCP, .port = 22, .is_aloud = true},
		{.proto = IP_PROTO_TCP, .is_allowed = true},
	};
	const struct ip4_net home = {addr(0, 0), 24};
	const struct endpoint to = {ip_addr_v4(addr(0, 5)), 80};
	struct stack *st = &f->router->stack;
	const struct rip_config cfg = {.is_blind = true};

	check(nat_enable(st, &ports[1]->netif, &home, 1) == 0);
	check(nat_forward_add(st, IP_PROTO_TCP, 8080, to) == 0);
	nat_set_max(st, 50, 10);
	check(filter_enable(st, rules, 3, false) == 0);
	filter_set_max(st, 40);
	filter_set_host_max(st, 20);
	check(rip_start(st, &cfg, &f->rip) == 0);
	for (int i = 0; i < 2; i++)
		check(rip_add_netif(f->rip, &ports[i]->netif, false) == 0);
}

static void set_up(struct fuzz *f)
{
	struct port *ports[2];

	memset(f, 0, sizeof(*f));
	mem_init_libc(&f->mem);
	f->w = world_new(&f->mem, 1);
	f->router = world_add_router(f->w, "router");
	for (uint8_t i = 0; i < 2; i++) {
		struct node *box =
			world_add_box(f->w, i ? "right" : "left", on_frame, f);
		struct stack *st = &f->router->stack;

		ports[i] = host_add_port(f->router, &router_mac[i]);
		f->box[i] = box_add_port(box, &box_mac);
		check(world_link(f->w, f->box[i], ports[i], NULL));
		check(ip_addr_add(st, &ports[i]->netif,
				  (struct ip4_net){addr(i, 1), 24}) == 0);
		for (uint8_t n = 2; n < 10; n++)
			check(arp_add(st, &ports[i]->netif, addr(i, n),
				      box_mac) == 0);
	}
	set_up_router(f, ports);
	run_ms(f, 10);
}

static void tear_down(struct fuzz *f)
{
	struct env *env = world_env(f->w);

	run_ms(f, 3600 * 1000);
	rip_stop(f->rip);
	run_ms(f, 86400 * 1000);
	check(nat_count(&f->router->stack) == 0);
	check(filter_count(&f->router->stack) == 0);
	check(env->pkts.in_use == 0);
	check(world_free(f->w) == 0);
	check(f->mem.in_use_count == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor c = cur_init(data, size);
	static struct fuzz f;
	int steps = 0;

	set_up(&f);
	while (cur_left(&c) && steps++ < STEPS_MAX) {
		if (cur_u8(&c) % 8 == 0)
			run_ms(&f, (uint64_t)1 << (cur_u8(&c) % 18));
		else
			do_packet(&f, &c);
		run_ms(&f, 0);
	}
	tear_down(&f);
	return 0;
}
