// SPDX-License-Identifier: MIT
/*
 * world.c - the network in which all attacks take place
 *
 * Its memory is handed out full of a pattern (O5), and, except where work is
 * measured, without slabs, so that the count of allocations is the count of
 * all objects of all pools (O3).  The attacker's box answers ARP for
 * its own addresses, as any real attacker does.
 */

#include <stdlib.h>
#include <string.h>

#include "base/check.h"

#include "wire/nd.h"
#include "wire/proto.h"

#include "core/pkt.h"

#include "hostile.h"
#include "ip/icmp.h"
#include "ip/ip.h"
#include "ip6/nd.h"
#include "pair.h"
#include "sock/abi.h"
#include "sock/sock.h"
#include "streams.h"

enum { POISON = 0xdb };

#define MAC_A (test_mac(9))

/* A stream of the innocents lasts by its round trips. */
static const struct cable_params wire = {
	.rate_bps = 1000000000,
	.delay_ns = 5 * NS_PER_MS,
	.queue_frames = 1000,
};

static void *alloc_poisoned(struct mem *m, size_t size)
{
	void *p = malloc(size);

	(void)m;
	if (p)
		memset(p, POISON, size);
	return p;
}

static void free_libc(struct mem *m, void *p, size_t size)
{
	(void)m;
	(void)size;
	free(p);
}

static void answer_arp(struct port *port, const uint8_t *b, size_t len)
{
	static struct frame f;
	struct arp_hdr h;

	if (arp_parse(&h, b + ETH_HLEN, len - ETH_HLEN) < 0 ||
	    h.op != ARP_REQUEST || h.tpa.v >> 4 != IP_A.v >> 4)
		return;
	h = (struct arp_hdr){
		.op = ARP_REPLY,
		.sha = MAC_A,
		.spa = h.tpa,
		.tha = h.sha,
		.tpa = h.spa,
	};
	frame_arp(&f, h.tha, MAC_A, &h);
	(void)box_send(port, f.b, f.len);
}

static void on_frame(struct port *port, struct pkt *pkt, void *arg)
{
	struct hostile *x = arg;
	uint8_t b[600];
	size_t len = min_size(pkt->len, sizeof(b));

	pkt_copy_out(pkt, 0, b, len);
	pkt_free(pkt);
	if (len >= ETH_HLEN + ARP_LEN && get16(b + 12) == ETH_ARP)
		answer_arp(port, b, len);
	if (x->on_box)
		x->on_box(NULL, b, len);
}

static struct port *plug(struct hostile *x, struct port *port,
			 const struct cable_params *params)
{
	struct port *at = switch_add_port(x->sw);

	check(at && port && world_link(x->w, port, at, params));
	return at;
}

/* An address that is there at once. */
static void add_addr6(struct host *h, struct port *port, const char *net)
{
	const struct ip6_addr_conf conf = {.net = n6(net), .no_dad = true};
	int err = ip6_enable(&h->stack, &port->netif);

	check(!err);
	err = ip6_addr_add_conf(&h->stack, &port->netif, &conf);
	check(!err);
}

static void add_way(struct host *h, const char *via, const char *via6)
{
	const struct ip4_net all = {IP4_ANY, 0};
	const struct ip6_route r6 = {.net = n6("::/0"), .gateway = a6(via6)};
	int err = ip_route_add(&h->stack, all, ep(via).addr.v4, NULL, 0);

	check(!err);
	err = ip6_route_add(&h->stack, &r6);
	check(!err);
}

static void add_hosts(struct hostile *x)
{
	x->v = world_add_host(x->w, "v");
	x->p = world_add_host(x->w, "p");
	x->r = world_add_router(x->w, "r");
	x->far = world_add_host(x->w, "f");
	check(x->v && x->p && x->r && x->far);
	x->vp = pair_port(x->v, "10.0.0.2/24");
	x->pp = pair_port(x->p, "10.0.0.3/24");
	x->rp = pair_port(x->r, "10.0.0.1/24");
	x->rf = pair_port(x->r, "10.1.0.1/24");
	x->fp = pair_port(x->far, "10.1.0.3/24");
	add_addr6(x->v, x->vp, "2001:db8::2/64");
	add_addr6(x->p, x->pp, "2001:db8::3/64");
	add_addr6(x->r, x->rp, "2001:db8::1/64");
	add_addr6(x->r, x->rf, "2001:db8:1::1/64");
	add_addr6(x->far, x->fp, "2001:db8:1::3/64");
	add_way(x->v, "10.0.0.1:1", "2001:db8::1");
	add_way(x->p, "10.0.0.1:1", "2001:db8::1");
	add_way(x->far, "10.1.0.1:1", "2001:db8:1::1");
}

static void add_wires(struct hostile *x)
{
	struct node *box = world_add_box(x->w, "a", on_frame, x);
	const mac_addr mac = MAC_A;

	x->sw = world_add_switch(x->w, "sw");
	check(box && x->sw);
	x->a = box_add_port(box, &mac);
	x->at_v = plug(x, x->vp, &wire);
	x->at_p = plug(x, x->pp, &wire);
	x->at_a = plug(x, x->a, NULL);
	x->at_r = plug(x, x->rp, &wire);
	check(world_link(x->w, x->rf, x->fp, &wire));
}

/* Whoever attacks has first asked for the addresses of those he wants to, and
 * so has told them his own. */
static void introduce(struct hostile *x)
{
	struct arp_hdr h = {.op = ARP_REQUEST, .sha = MAC_A};

	for (uint32_t i = 0; i < 4; i++) {
		h.spa.v = IP_A.v + i;
		h.tpa = IP_V;
		frame_arp(&x->f, MAC_BROADCAST, MAC_A, &h);
		(void)box_send(x->a, x->f.b, x->f.len);
		h.tpa = IP_R;
		frame_arp(&x->f, MAC_BROADCAST, MAC_A, &h);
		(void)box_send(x->a, x->f.b, x->f.len);
	}
	check(!nd_add(&x->v->stack, &x->vp->netif, a6("2001:db8::66"), MAC_A));
	check(!nd_add(&x->r->stack, &x->rp->netif, a6("2001:db8::66"), MAC_A));
}

static void ignore_echo(void *arg, const struct icmp_echo_event *ev)
{
	(void)arg;
	(void)ev;
}

/*
 * Every protocol has been used once, so that what is made for the first use
 * and kept is there, and is the same in all worlds: pings in fragments, of
 * both versions, to V and through R; a socket for datagrams at V, and a
 * connection from there.
 */
static void warm_up(struct hostile *x)
{
	static const char *const to[] = {"10.0.0.2:1", "10.1.0.3:1",
					 "[2001:db8::2]:1",
					 "[2001:db8:1::3]:1"};
	struct stack *s = &x->v->stack;
	struct streams streams;
	struct stream_server server;
	struct endpoint any = ep("0.0.0.0:9");
	struct icmp_echo *e = icmp_echo_open(&x->p->stack, ignore_echo, NULL);
	int fd = sk_socket(s, SK_AF_INET, SK_SOCK_DGRAM, 0);

	check(e && fd >= 0 && sk_bind(s, fd, &any) == 0);
	for (uint16_t i = 0; i < 8; i++) {
		(void)icmp_echo_send(e, ep(to[i % 4]).addr, i, 3000, 0);
		pause_ms(x, 500);
	}
	check(sk_close(s, fd) == 0);
	icmp_echo_close(e);
	streams_init(&streams);
	stream_serve(&server, &streams, &x->p->stack, 82, 1000, 1000);
	check(!stream_open(&streams, s, ep("10.0.0.3:82"), 1000, 1000));
	pause_ms(x, 1000);
	check(streams.done == 2);
	stream_server_close(&server);
	streams_fini(&streams);
}

void hostile_init(struct hostile *x, const struct row *row, uint64_t seed,
		  bool is_measured)
{
	struct env *env;

	memset(x, 0, sizeof(*x));
	mem_init(&x->mem, alloc_poisoned, free_libc);
	if (is_measured)
		mem_init_libc(&x->mem);
	else
		x->mem.has_no_slabs = true;
	x->row = row;
	x->seed = seed;
	x->n = row->n;
	x->gap_ns = NS_PER_MS / 2;
	x->w = world_new(&x->mem, 7 + seed);
	check(x->w);
	env = world_env(x->w);
	pool_set_poison(&env->pkts, !is_measured);
	add_hosts(x);
	add_wires(x);
	x->door = &x->vp->netif;
	if (row->prepare)
		row->prepare(x);
	world_run_until(x->w, NS_PER_S);
	warm_up(x);
	introduce(x);
	pause_ms(x, 1000);
	watch(x, &x->vp->netif);
	watch(x, &x->pp->netif);
	watch(x, &x->rp->netif);
	watch(x, &x->rf->netif);
}

/* Everything goes; what is left was leaked. */
void hostile_fini(struct hostile *x)
{
	size_t leaked = world_free(x->w);

	if (leaked || x->mem.in_use_count)
		broken(x, O3, "%zu packets and blocks, %zu allocations leaked",
		       leaked, x->mem.in_use_count);
}

void pause_ms(struct hostile *x, uint64_t ms)
{
	world_run_until(x->w, world_now(x->w) + ms * NS_PER_MS);
}

struct ip4_hdr from_to(ip4_addr src, ip4_addr dst)
{
	return (struct ip4_hdr){.src = src, .dst = dst, .ttl = 64};
}

struct ip4_hdr to_victim(void)
{
	return from_to(IP_A, IP_V);
}

struct ip6_hdr from_to6(const char *src, const char *dst)
{
	return (struct ip6_hdr){.src = a6(src), .dst = a6(dst)};
}

struct ip6_hdr to_victim6(void)
{
	return from_to6("2001:db8::66", "2001:db8::2");
}

const uint8_t some_octets[2000] = "octets that mean nothing at all";
