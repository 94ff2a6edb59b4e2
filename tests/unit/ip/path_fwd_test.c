// SPDX-License-Identifier: MIT
/*
 * path_fwd_test.c - a router's short way gives what its long way gives
 *
 * Packets of all kinds for hosts on both sides and beyond, and between them
 * everything changes that their way depends on: routes, neighbours, interfaces,
 * settings.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wire/proto.h"
#include "wire/udp.h"

#include "ip/filter.h"
#include "ip/ip.h"
#include "ip/nat.h"
#include "link/arp.h"
#include "link/ether.h"
#include "testframe.h"
#include "testnet.h"
#include "twins.h"

enum {
	SEEDS = 60,
	STEPS = 200,
	MANY = 600, /* routes: more than the table of few has */
};

static struct frame f;

static bool on_frame(struct stack *stack, struct netif *netif,
		     const struct pkt *pkt, bool is_out)
{
	twin_note(twin_of(stack), "tap %s %d %u\n", netif->name, is_out,
		  pkt->len);
	return false;
}

static void note_neighbour(void *arg, const struct arp_view *v)
{
	char text[IP4_TEXT];

	twin_note(arg, "arp %s %s %s %02x used %llu confirmed %llu\n",
		  v->netif->name, ip4_print(v->addr, text),
		  arp_state_name(v->state), v->mac.o[5],
		  (unsigned long long)v->used_ns,
		  (unsigned long long)v->confirmed_ns);
}

static void look(struct twin *w)
{
	arp_for_each(twin_stack(w), note_neighbour, w);
}

/* Mostly hosts of the other side and what is behind them. */
static ip4_addr draw_addr(void)
{
	static const uint32_t few[] = {0x0a000103, 0x0a000104, 0xc0000201,
				       0xc0000277, 0x0a000003, 0x0a000103};
	static const uint32_t odd[] = {
		0x0a000002, 0x0a0000ff, 0x7f000001, 0xffffffff, 0xe0000005,
		0x0a000109, 0xc6336401, 0x00000000, 0xf0000001, 0x0a000102,
		0xa9fe0101, 0x0a0001ff, 0x00000009, 0x12000009, 0x12011109};

	if (twin_draw(8))
		return (ip4_addr){few[twin_draw(ARRAY_SIZE(few))]};
	return (ip4_addr){odd[twin_draw(ARRAY_SIZE(odd))]};
}

static struct netif *draw_netif(struct twin *w)
{
	return testnet_netif(w->net, 0, !twin_draw(3));
}

/* Spoil what was right in a frame. */
static void spoil(void)
{
	uint8_t *p = f.b + ETH_HLEN;

	switch (twin_draw(9)) {
	case 0:
		p[twin_draw(IP4_HLEN)] ^= (uint8_t)(1 << twin_draw(8));
		break;
	case 1:
		p[2 + twin_draw(2)] ^= (uint8_t)(1 << twin_draw(8));
		frame_mend_ip4(&f);
		break;
	case 2:
		p[6] ^= (uint8_t)(0x20 << twin_draw(3));
		frame_mend_ip4(&f);
		break;
	case 3:
		p[8] = (uint8_t)twin_draw(3);
		frame_mend_ip4(&f);
		break;
	case 4:
		f.len += twin_draw(30);
		break;
	case 5:
		f.len -= twin_draw(8);
		break;
	case 6:
		memset(f.b, 0xff, 6);
		break;
	case 7:
		f.b[twin_draw(12)] ^= (uint8_t)(1 << twin_draw(8));
		break;
	default:
		p[7] ^= (uint8_t)(1 << twin_draw(8)); /* a later piece */
		frame_mend_ip4(&f);
		break;
	}
}

static void inject_one(struct twin *w, struct netif *to, ip4_addr src,
		       ip4_addr dst)
{
	static const uint8_t alert[] = {0x94, 4, 0, 0};
	static uint8_t payload[2048];
	struct ip4_hdr h = {
		.src = src,
		.dst = dst,
		.proto = IP_PROTO_UDP,
		.ttl = (uint8_t)(1 + twin_draw(255)),
		.tos = (uint8_t)twin_draw(256),
		.id = (uint16_t)twin_draw(65536),
		.flags = twin_draw(2) ? IP4_DF : 0,
	};
	size_t len = twin_draw(4) ? twin_draw(100) : twin_draw(1473);

	if (!twin_draw(12)) {
		h.opts = alert;
		h.opts_len = sizeof(alert);
	}
	frame_udp(&f, to, &h, 1000, 2000, payload, min_size(len, 1460));
	if (!twin_draw(4))
		spoil();
	twin_inject(w, to, f.b, f.len);
}

static void do_inject(struct twin *w)
{
	struct netif *to = testnet_netif(w->net, 0, !twin_draw(4));
	uint32_t left = 1 + twin_draw(8);
	ip4_addr src = {0x0a000003 + twin_draw(2)}, dst = draw_addr();

	if (!twin_draw(4))
		src = draw_addr();
	while (left--)
		inject_one(w, to, src, dst);
}

static void do_arp(struct twin *w)
{
	ip4_addr who = draw_addr();
	struct netif *netif = testnet_netif(w->net, 0, who.v >> 8 == 0x0a0001);
	struct arp_hdr h = {
		.op = twin_draw(2) ? ARP_REQUEST : ARP_REPLY,
		.sha = test_mac((uint8_t)(who.v + !twin_draw(12))),
		.spa = who,
		.tpa = ip4_make(10, 0, who.v >> 8 & 1, 2),
		.tha = netif->mac,
	};

	switch (twin_draw(8)) {
	case 0:
		arp_flush(twin_stack(w), netif);
		break;
	case 1:
		twin_note(w, "arp %d\n",
			  arp_add(twin_stack(w), netif, who, h.sha));
		break;
	default:
		frame_arp(&f, netif->mac, h.sha, &h);
		twin_inject(w, netif, f.b, f.len);
		break;
	}
}

static void do_route(struct twin *w)
{
	static const struct ip4_net nets[] = {
		{{0xc0000200}, 24}, {{0xc0000277}, 32}, {{0x0a000103}, 32},
		{{0xc6336400}, 25}, {{0}, 0},		{{0x12000000}, 16}};
	struct ip4_net net = nets[twin_draw(ARRAY_SIZE(nets))];
	ip4_addr gateway = {0x0a000103 + twin_draw(2) - twin_draw(2) * 0x100};
	struct stack *s = twin_stack(w);
	uint32_t metric = !twin_draw(4);

	if (twin_draw(3))
		twin_note(w, "add %d\n",
			  ip_route_add(s, net, gateway, NULL, metric));
	else
		twin_note(w, "del %d\n",
			  ip_route_del(s, net, gateway, NULL, metric));
}

/* So many that another form of the table takes over, or as few as before. */
static void do_routes(struct twin *w)
{
	bool is_adding = twin_draw(3);
	struct stack *s = twin_stack(w);
	uint32_t i;

	for (i = 0; i < MANY; i++) {
		struct ip4_net net = {{0x12000000 + (i << 8)}, 24};
		ip4_addr gateway = {0x0a000103 + i % 2};

		if (is_adding)
			(void)ip_route_add(s, net, gateway, NULL, 0);
		else
			(void)ip_route_del(s, net, gateway, NULL, 0);
	}
	twin_note(w, "%zu routes\n", ip_route_count(s));
}

/* What drivers and tests write into an interface. */
static void do_netif(struct twin *w)
{
	static const uint32_t mtus[] = {1500, 1500, 1500, 1400, 600, 9000, 60};
	struct netif *netif = draw_netif(w);

	switch (twin_draw(4)) {
	case 0:
		netif->mtu = mtus[twin_draw(ARRAY_SIZE(mtus))];
		break;
	case 1:
		netif->is_up = twin_draw(4);
		ip_netif_changed(twin_stack(w));
		break;
	case 2:
		netif->mac.o[4] = (uint8_t)twin_draw(3);
		break;
	default:
		netif->features ^= NETIF_F_CSUM_TX;
		break;
	}
}

static void do_gate(struct twin *w)
{
	const struct filter_rule rule = {
		.from = {{0x0a000000 + twin_draw(2) * 0x100}, 24},
		.is_allowed = twin_draw(3),
	};
	struct stack *s = twin_stack(w);

	filter_disable(s);
	nat_disable(s);
	if (!twin_draw(3))
		twin_note(w, "filter %d\n",
			  filter_enable(s, &rule, 1, twin_draw(2)));
	else if (!twin_draw(3))
		twin_note(w, "nat %d\n",
			  nat_enable(s, testnet_netif(w->net, 0, 1), &rule.from,
				     1));
}

static void do_setting(struct twin *w)
{
	struct stack *s = twin_stack(w);

	switch (twin_draw(9)) {
	case 0:
	case 1:
		ip_rpf_set(s, (enum ip_rpf)twin_draw(3));
		break;
	case 2:
		ip_forwarding_set(s, twin_draw(4));
		break;
	case 3:
		w->has_probe = !twin_draw(3);
		break;
	case 4:
		w->has_tap = !w->has_tap;
		ether_tap_set(s, w->has_tap ? on_frame : NULL);
		break;
	case 5:
		do_gate(w);
		break;
	case 6:
		testnet_stick(testnet_netif(w->net, 0, 1), !twin_draw(3));
		break;
	default:
		ip_redirects_send_set(s, twin_draw(2));
		break;
	}
}

static void do_time(struct twin *w)
{
	static const uint32_t spans_ms[] = {1,	  10,	100,   900,
					    1000, 5000, 61000, 400000};

	testnet_run_ms(w->net, spans_ms[twin_draw(twin_draw(4) ? 5 : 8)]);
}

static void step(struct twin *w, uint32_t kind)
{
	if (kind < 65)
		do_inject(w);
	else if (kind < 75)
		do_arp(w);
	else if (kind < 80)
		do_route(w);
	else if (kind < 82)
		do_routes(w);
	else if (kind < 86)
		do_netif(w);
	else if (kind < 92)
		do_setting(w);
	else
		do_time(w);
}

static void begin(struct twin *w)
{
	struct stack *s = twin_stack(w);
	struct netif *left = testnet_add_port(w->net, 0, "10.0.0.2/24");
	struct netif *right = testnet_add_port(w->net, 0, "10.0.1.2/24");

	ip_forwarding_set(s, true);
	arp_add(s, left, ip4_make(10, 0, 0, 3), test_mac(3));
	arp_add(s, right, ip4_make(10, 0, 1, 3), test_mac(3));
	arp_add(s, right, ip4_make(10, 0, 1, 4), test_mac(4));
	ip_route_add(s, (struct ip4_net){{0xc0000200}, 24},
		     ip4_make(10, 0, 1, 3), NULL, 0);
}

static void short_way_gives_what_the_long_way_gives(void **state)
{
	static const struct twin_play play = {
		.begin = begin, .step = step, .look = look, .steps = STEPS};

	(void)state;
	twins_compare(&play, SEEDS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(short_way_gives_what_the_long_way_gives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
