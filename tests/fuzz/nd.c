// SPDX-License-Identifier: MIT
/*
 * nd.c - fuzz target: neighbour discovery of a host and of a router
 *
 * Theory of operation
 * ===================
 * A host and a router sit on a switch with a box.  The input is a program for
 * the box: send such a message, with these octets behind the checksum, from
 * one of a few addresses to one of a few others; let the host or the router
 * send to some neighbour; let time pass.  Checksums stay on, so the box fills
 * them in.
 *
 * The first octet is the number of the allocation that fails.  Afterwards two
 * days pass; then no packet and no block may be in use, and when the world
 * is gone no memory at all.
 */

#include "wire/nd.h"

#include <string.h>

#include "base/cursor.h"

#include "wire/csum.h"
#include "wire/ether.h"
#include "wire/ip6.h"

#include "core/pkt.h"

#include "fuzz.h"
#include "ip/icmp.h"
#include "ip6/ip6.h"
#include "ip6/nd.h"
#include "vnet/vnet.h"

enum { STEPS_MAX = 60, MESSAGE_MAX = 1400 };

struct fuzz {
	struct mem mem;
	struct world *w;
	struct vswitch *sw;
	struct host *host, *router;
	struct port *box;
	struct icmp_echo *echo[2];
};

static ip6_addr link_local(struct host *h)
{
	const struct ip6_addr_info *a = ip6_link_local(
		&h->stack, stack_netif_by_name(&h->stack, "eth0"));

	return a ? a->net.addr : IP6_ANY;
}

/* Some address that means something here. */
static ip6_addr pick(struct fuzz *f, uint8_t which)
{
	ip6_addr a = {{0x20, 1, 0xd, 0xb8}};

	switch (which % 8) {
	case 0:
		return link_local(f->host);
	case 1:
		return link_local(f->router);
	case 2:
		return IP6_ALL_NODES;
	case 3:
		return ip6_solicited_node(link_local(f->host));
	case 4:
		return IP6_ANY;
	case 5:
		return IP6_ALL_ROUTERS;
	case 6: /* a few neighbours that are not there */
		a = (ip6_addr){{0xfe, 0x80}};
		break;
	default:
		break;
	}
	a.o[15] = which;
	return a;
}

static void send_message(struct fuzz *f, struct cursor *c)
{
	struct ip6_hdr h = {.next = IP_PROTO_ICMP6, .hops = ND_HOP_LIMIT};
	uint8_t frame[ETH_HLEN + IP6_HLEN + MESSAGE_MAX] = {0};
	uint8_t *icmp = frame + ETH_HLEN + IP6_HLEN;
	size_t len;
	uint32_t sum;

	h.src = pick(f, cur_u8(c));
	h.dst = pick(f, cur_u8(c));
	icmp[0] = (uint8_t)(ND_ROUTER_SOLICIT + cur_u8(c) % 5);
	len = cur_u16(c) % (MESSAGE_MAX - 4);
	len = min_size(len, cur_left(c));
	cur_copy(c, icmp + 4, len);
	h.payload_len = (uint16_t)(len + 4);
	sum = csum_pseudo6(h.src, h.dst, h.next, h.payload_len);
	put16(icmp + 2, csum_fold(csum_add(sum, icmp, h.payload_len)));
	ip6_hdr_emit(frame + ETH_HLEN, &h);
	memset(frame, 0xff, 6);
	memcpy(frame + 6, f->box->netif.mac.o, 6);
	put16(frame + 12, ETH_IP6);
	(void)box_send(f->box, frame, ETH_HLEN + IP6_HLEN + len + 4);
}

static void ping(struct fuzz *f, struct cursor *c)
{
	int who = cur_u8(c) & 1;

	if (f->echo[who])
		(void)icmp_echo_send(f->echo[who],
				     ip_addr_v6(pick(f, cur_u8(c))), 1, 10, 0);
}

static void be_router(struct fuzz *f, struct cursor *c)
{
	struct nd_ra_conf conf = {.lifetime_s = cur_u16(c),
				  .max_interval_s = cur_u8(c),
				  .mtu = cur_u16(c),
				  .prefix_count = 1};

	conf.prefix[0].net = (struct ip6_net){pick(f, 7), 64};
	conf.prefix[0].is_auto = conf.prefix[0].is_onlink = true;
	conf.prefix[0].valid_s = cur_u16(c);
	conf.prefix[0].preferred_s = cur_u16(c);
	(void)nd_router_conf(&f->router->stack,
			     stack_netif_by_name(&f->router->stack, "eth0"),
			     conf.mtu & 1 ? &conf : NULL);
}

static void run_ms(struct fuzz *f, uint64_t ms)
{
	world_run_until(f->w, world_now(f->w) + ms * NS_PER_MS);
}

static void step(struct fuzz *f, struct cursor *c)
{
	switch (cur_u8(c) % 5) {
	case 0:
	case 1:
		send_message(f, c);
		break;
	case 2:
		ping(f, c);
		break;
	case 3:
		be_router(f, c);
		break;
	default:
		run_ms(f, (uint64_t)1 << (cur_u8(c) % 22));
		break;
	}
	run_ms(f, 0);
}

static void on_echo(void *arg, const struct icmp_echo_event *ev)
{
	(void)arg;
	(void)ev;
}

static bool plug(struct fuzz *f, struct port *port)
{
	struct port *end = port ? switch_add_port(f->sw) : NULL;

	return end && world_link(f->w, port, end, NULL);
}

/* False if memory ran out. */
static bool set_up(struct fuzz *f)
{
	struct nd_conf conf = {.has_temporary = true};
	struct port *ports[2];
	struct node *box;

	f->w = world_new(&f->mem, 1);
	if (!f->w)
		return false;
	f->sw = world_add_switch(f->w, "sw");
	f->host = world_add_host(f->w, "host");
	f->router = world_add_router(f->w, "router");
	if (!f->sw || !f->host || !f->router)
		return false;
	ports[0] = host_add_port(f->host, NULL);
	ports[1] = host_add_port(f->router, NULL);
	if (!plug(f, ports[0]) || !plug(f, ports[1]))
		return false;
	box = world_add_box(f->w, "box", NULL, NULL);
	f->box = box ? box_add_port(box, NULL) : NULL;
	if (!plug(f, f->box))
		return false;
	(void)nd_conf_set(&f->host->stack, &ports[0]->netif, &conf);
	f->echo[0] = icmp_echo_open(&f->host->stack, on_echo, NULL);
	f->echo[1] = icmp_echo_open(&f->router->stack, on_echo, NULL);
	return !ip6_enable(&f->host->stack, &ports[0]->netif) &&
	       !ip6_enable(&f->router->stack, &ports[1]->netif);
}

static void tear_down(struct fuzz *f)
{
	struct env *env = f->w ? world_env(f->w) : NULL;
	int i;

	for (i = 0; i < 2; i++)
		if (f->echo[i])
			icmp_echo_close(f->echo[i]);
	if (!f->w)
		return;
	if (f->router)
		(void)nd_router_conf(
			&f->router->stack,
			stack_netif_by_name(&f->router->stack, "eth0"), NULL);
	run_ms(f, UINT64_C(2) * 86400 * 1000);
	check(env->pkts.in_use == 0);
	for (i = 0; i < BLOCK_CLASSES; i++)
		check(env->blocks[i].in_use == 0);
	check(world_free(f->w) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor c = cur_init(data, size);
	struct fuzz f = {0};
	int steps = 0;

	fuzz_mem_init(&f.mem, cur_u8(&c));
	if (set_up(&f)) {
		run_ms(&f, 3000);
		while (cur_left(&c) && steps++ < STEPS_MAX)
			step(&f, &c);
	}
	tear_down(&f);
	fuzz_mem_fini(&f.mem);
	return 0;
}
