// SPDX-License-Identifier: MIT
/*
 * ip6.c - fuzz target: a router that speaks IPv6, and two strangers
 *
 * Theory of operation
 * ===================
 * A router with a TCP listener and a UDP socket stands between two boxes.  The
 * input is a list of packets: for the router, for a group, or for the other
 * side; with a chain of extension headers or without, whole or in fragments;
 * and of pauses.  Neighbour discovery, ICMPv6 and the transports are thus
 * reached through the chain, as a stranger would reach them.
 *
 * Random octets never have a right checksum, and checksums stay on, so lengths
 * and the checksum of the transport, wherever the chain leads to, are mended
 * before a packet is sent, unless the input says otherwise.
 *
 * Nothing that comes out may be malformed: the boxes check that.  Afterwards a
 * day passes; then no packet and no block may be in use, and when the world is
 * gone no memory at all.
 */

#include "wire/ip6.h"

#include <stdint.h>
#include <string.h>

#include "base/check.h"
#include "base/cursor.h"

#include "wire/csum.h"
#include "wire/ether.h"
#include "wire/icmp6.h"
#include "wire/ip6_ext.h"
#include "wire/tcp.h"
#include "wire/udp.h"

#include "core/pkt.h"

#include "ip6/ip6.h"
#include "ip6/nd.h"
#include "tcp/tcp.h"
#include "udp/udp.h"
#include "vnet/vnet.h"

enum { FRAME_MAX = 2048, STEPS_MAX = 400 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct fuzz {
	struct mem mem;
	struct world *w;
	struct host *router;
	struct port *box[2];
	struct udp_sock *udp;
	struct tcp_conn *listener;
};

static const mac_addr router_mac[2] = {{{2, 0, 0, 0, 0, 1}},
				       {{2, 0, 0, 0, 0, 2}}};
static const mac_addr box_mac = {{2, 0, 0, 0, 0, 9}};

/* 2001:db8:@side::@host */
static ip6_addr addr(uint8_t side, uint8_t host)
{
	return (ip6_addr){{0x20, 0x01, 0x0d, 0xb8, 0, side, [15] = host}};
}

/* What comes out is well formed, and no error is larger than 1280 octets. */
static void on_frame(struct port *port, struct pkt *pkt, void *arg)
{
	uint8_t frame[FRAME_MAX];
	size_t len = pkt->len, off;
	struct ip6_hdr h;
	uint8_t proto;
	bool is_piece;

	(void)port;
	(void)arg;
	check(len <= sizeof(frame));
	pkt_copy_out(pkt, 0, frame, len);
	if (get16(frame + 12) == ETH_IP6 && !pkt->is_relayed) {
		check(ip6_hdr_parse(&h, frame + ETH_HLEN, len - ETH_HLEN) > 0);
		check(!ip6_is_multicast(h.src) && h.hops > 0);
		if (!ip6_skip(frame + ETH_HLEN, len - ETH_HLEN, &proto, &off,
			      &is_piece) &&
		    proto == IP_PROTO_ICMP6 && !is_piece)
			check(h.payload_len + IP6_HLEN <= IP6_MTU_MIN ||
			      !icmp6_is_error(frame[ETH_HLEN + off]));
	}
	pkt_free(pkt);
}

/* Lengths and sums as they must be; @len octets from the IPv6 header on. */
static void mend(uint8_t *ip, size_t len)
{
	struct ip6_wire *w = (void *)ip;
	uint8_t proto, *l4, *sum = NULL;
	size_t off;
	bool is_piece;
	uint32_t s;

	put16(w->payload_len, (uint16_t)(len - IP6_HLEN));
	if (ip6_skip(ip, len, &proto, &off, &is_piece) || is_piece)
		return;
	l4 = ip + off;
	len -= off;
	if (proto == IP_PROTO_TCP && len >= TCP_HLEN)
		sum = l4 + offsetof(struct tcp_wire, sum);
	else if (proto == IP_PROTO_UDP && len >= UDP_HLEN)
		sum = l4 + offsetof(struct udp_wire, sum);
	else if (proto == IP_PROTO_ICMP6 && len >= 4)
		sum = l4 + offsetof(struct icmp6_wire, sum);
	if (!sum)
		return;
	put16(sum, 0);
	s = csum_pseudo6(get_ip6(w->src), get_ip6(w->dst), proto,
			 (uint32_t)len);
	put16(sum, csum_fold(csum_add(s, l4, len)));
}

static ip6_addr choose_dst(uint8_t how, uint8_t side)
{
	ip6_addr ll = {{0xfe, 0x80}};

	switch (how % 6) {
	case 0:
		return addr(side, 1); /* the router */
	case 1:
		return addr(side ^ 1, 9); /* through it */
	case 2:
		return IP6_ALL_NODES;
	case 3:
		return ip6_eui64(ll, router_mac[side]);
	case 4:
		return ip6_solicited_node(addr(side, 1));
	default:
		return addr(7, how); /* nowhere */
	}
}

/* A packet with whatever the input has behind the IPv6 header. */
static void do_packet(struct fuzz *f, struct cursor *c)
{
	uint8_t how = cur_u8(c), side = how & 1, frame[FRAME_MAX] = {0};
	struct ip6_hdr h = {
		.src = how & 2 ? addr(side, 9)
			       : ip6_eui64((ip6_addr){{0xfe, 0x80}}, box_mac),
		.dst = choose_dst(cur_u8(c), side),
		.next = cur_u8(c),
		.hops = how & 4 ? 255 : 2,
	};
	size_t len = cur_u16(c) % 1460;
	uint8_t *ip = frame + ETH_HLEN;

	len = min_size(len, cur_left(c));
	put_mac(frame, ip6_is_multicast(h.dst) ? mac_of_ip6_group(h.dst)
					       : router_mac[side]);
	put_mac(frame + 6, box_mac);
	put16(frame + 12, ETH_IP6);
	ip6_hdr_emit(ip, &h);
	cur_copy(c, ip + IP6_HLEN, len);
	if (!(how & 8))
		mend(ip, IP6_HLEN + len);
	(void)box_send(f->box[side], frame, ETH_HLEN + IP6_HLEN + len);
}

/* Any octets at all. */
static void do_frame(struct fuzz *f, struct cursor *c)
{
	uint8_t frame[FRAME_MAX] = {0};
	size_t len = cur_u16(c) % FRAME_MAX;

	len = min_size(len, cur_left(c));
	cur_copy(c, frame, len);
	if (len >= ETH_HLEN) {
		put_mac(frame, router_mac[0]);
		put16(frame + 12, ETH_IP6);
	}
	(void)box_send(f->box[0], frame, len);
}

static void run_ms(struct fuzz *f, uint64_t ms)
{
	world_run_until(f->w, world_now(f->w) + ms * NS_PER_MS);
}

static void step(struct fuzz *f, struct cursor *c)
{
	uint8_t buf[64];

	switch (cur_u8(c) % 8) {
	case 0:
		do_frame(f, c);
		break;
	case 1:
		run_ms(f, (uint64_t)1 << (cur_u8(c) % 18));
		break;
	case 2:
		(void)udp_recv(f->udp, buf, sizeof(buf), false, NULL);
		break;
	default:
		do_packet(f, c);
		break;
	}
	run_ms(f, 0);
}

static void on_udp(struct udp_sock *u, void *arg, uint32_t events)
{
	(void)u;
	(void)arg;
	(void)events;
}

static void on_tcp(struct tcp_conn *conn, void *arg, uint32_t events)
{
	(void)conn;
	(void)arg;
	(void)events;
}

static void listen_all(struct fuzz *f)
{
	static const struct udp_user udp_user = {.on_event = on_udp};
	static const struct tcp_user tcp_user = {.on_event = on_tcp};
	struct endpoint any = {.addr = ip_addr_v6(IP6_ANY), .port = 7};
	struct stack *st = &f->router->stack;

	f->udp = udp_new(st, &udp_user, NULL);
	check(f->udp && udp_bind(f->udp, &any) == 0);
	any.port = 80;
	f->listener = tcp_new(st, &tcp_user, NULL);
	check(f->listener && tcp_bind(f->listener, &any, true) == 0);
	check(tcp_listen(f->listener, 4) == 0);
}

static void set_up(struct fuzz *f)
{
	struct ip6_addr_conf conf = {.no_dad = true};
	uint8_t i;

	memset(f, 0, sizeof(*f));
	mem_init_libc(&f->mem);
	f->w = world_new(&f->mem, 1);
	f->router = world_add_router(f->w, "router");
	for (i = 0; i < 2; i++) {
		struct port *p = host_add_port(f->router, &router_mac[i]);
		struct node *box =
			world_add_box(f->w, i ? "right" : "left", on_frame, f);

		f->box[i] = box_add_port(box, &box_mac);
		check(world_link(f->w, f->box[i], p, NULL));
		conf.net = (struct ip6_net){addr(i, 1), 64};
		check(ip6_addr_add_conf(&f->router->stack, &p->netif, &conf) ==
		      0);
		check(nd_add(&f->router->stack, &p->netif, addr(i, 9),
			     box_mac) == 0);
	}
	listen_all(f);
	run_ms(f, 10);
}

static void tear_down(struct fuzz *f)
{
	struct stack *st = &f->router->stack;
	struct env *env = world_env(f->w);
	int i;

	stack_enter(st);
	udp_free(f->udp);
	tcp_close(f->listener);
	stack_leave(st);
	run_ms(f, 86400 * 1000);
	check(env->pkts.in_use == 0);
	for (i = 0; i < BLOCK_CLASSES; i++)
		check(env->blocks[i].in_use == 0);
	check(world_free(f->w) == 0);
	check(f->mem.in_use_count == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor c = cur_init(data, size);
	static struct fuzz f;
	int steps = 0;

	set_up(&f);
	while (cur_left(&c) && steps++ < STEPS_MAX)
		step(&f, &c);
	tear_down(&f);
	return 0;
}
