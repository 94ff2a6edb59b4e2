// SPDX-License-Identifier: MIT
/*
 * path_test.c - the short way gives what the long way gives
 *
 * Packets out and in, of all kinds, and between them everything changes that
 * a way depends on: routes, addresses, neighbours, interfaces, settings.
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wire/csum.h"
#include "wire/proto.h"
#include "wire/tcp.h"
#include "wire/udp.h"

#include "ip/ip.h"
#include "ip/ip_listen.h"
#include "ip/ip_shared.h"
#include "link/arp.h"
#include "link/ether.h"
#include "link/vlan.h"
#include "testframe.h"
#include "testnet.h"
#include "twins.h"

enum {
	SEEDS = 60,
	STEPS = 200,
	PROTO = 253, /* the test's own transport */
	VLAN = 7,
};

static struct frame f;

static const struct ip_proto own_proto = {.proto = PROTO,
					  .input = twin_on_packet};

static bool on_heard(struct stack *stack, const struct pkt *pkt,
		     const struct ip_meta *m)
{
	twin_note(twin_of(stack), "heard proto %u len %u\n", m->proto,
		  pkt->len);
	return m->l4_len & 1;
}

static bool on_error(struct stack *stack, const struct ip_error *err)
{
	twin_note(twin_of(stack), "error %d\n", err->err);
	return err->err == EMSGSIZE;
}

static const struct ip_listener listener = {
	.input = on_heard,
	.error = on_error,
};

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

	twin_note(arg,
		  "arp %s %s %s %02x used %llu confirmed %llu waiting %u\n",
		  v->netif->name, ip4_print(v->addr, text),
		  arp_state_name(v->state), v->mac.o[5],
		  (unsigned long long)v->used_ns,
		  (unsigned long long)v->confirmed_ns, v->waiting);
}

static void look(struct twin *w)
{
	arp_for_each(twin_stack(w), note_neighbour, w);
}

/*
 * Steps.
 */

/* Most steps are about a few destinations, so that ways are remembered. */
static ip4_addr draw_addr(void)
{
	static const uint32_t few[] = {0x0a000003, 0x0a000003, 0x0a000003,
				       0x0a000004, 0xc0000201, 0xc0000201,
				       0x0a000103, 0x0a000003};
	static const uint32_t odd[] = {0x0a000002, 0x0a000014, 0x0a0000ff,
				       0x7f000001, 0xffffffff, 0xe0000005,
				       0x0a000009, 0xc6336401, 0x0a000203,
				       0x00000000, 0xf0000001, 0x0a000102};

	if (twin_draw(8))
		return (ip4_addr){few[twin_draw(ARRAY_SIZE(few))]};
	return (ip4_addr){odd[twin_draw(ARRAY_SIZE(odd))]};
}

static ip4_addr draw_own(void)
{
	static const uint32_t own[] = {0x0a000002, 0x0a000002, 0x0a000002,
				       0x0a000014, 0x0a000102, 0x0a000202};

	return twin_draw(16) ? (ip4_addr){own[twin_draw(ARRAY_SIZE(own))]}
			     : draw_addr();
}

static struct netif *draw_netif(struct twin *w)
{
	uint32_t n = twin_draw(8);

	if (n == 7)
		return w->vlan;
	return testnet_netif(w->net, 0, n == 6);
}

static size_t draw_len(void)
{
	switch (twin_draw(6)) {
	case 0:
		return twin_draw(3000);
	case 1:
		return 1460 + twin_draw(40);
	case 2:
		return 500 + twin_draw(1000);
	default:
		return twin_draw(200);
	}
}

/* A transport header with the pseudo header's sum, as transports leave it. */
static struct pkt *make_pkt(struct twin *w, struct ip_send *how, size_t len)
{
	struct pkt *pkt = pkt_new(&w->net->env, R_NONE);
	static uint8_t buf[4096];
	size_t i;

	for (i = 0; i < sizeof(buf); i++)
		buf[i] = (uint8_t)(i * 7 + len);
	assert_int_equal(pkt_append(pkt, buf, len), 0);
	if (how->proto == IP_PROTO_UDP && len >= UDP_HLEN) {
		pkt->csum = PKT_CSUM_PARTIAL;
		pkt->csum_off = offsetof(struct udp_wire, sum);
	} else if (how->proto == IP_PROTO_TCP && len >= TCP_HLEN &&
		   pkt_need(pkt, TCP_HLEN)) {
		pkt->csum = PKT_CSUM_PARTIAL;
		pkt->csum_off = offsetof(struct tcp_wire, sum);
		pkt_data(pkt)[12] = 0x50;
		if (len > 500 && twin_draw(2)) {
			pkt->gso = PKT_GSO_TCP4;
			pkt->gso_size = (uint16_t)(400 + twin_draw(1100));
		}
	}
	return pkt;
}

static void send_one(struct twin *w, struct ip_addr dst, struct ip_addr src)
{
	static const uint8_t protos[] = {IP_PROTO_UDP, IP_PROTO_TCP, PROTO,
					 IP_PROTO_UDP};
	static const uint8_t opts[] = {7, 7, 4, 0, 0, 0, 0, 0};
	struct ip_send how = {
		.dst = dst,
		.src = src,
		.proto = protos[twin_draw(4)],
		.ttl = twin_draw(3) ? 0 : (uint8_t)(1 + twin_draw(255)),
		.tos = twin_draw(3) ? 0 : (uint8_t)twin_draw(256),
		.df = twin_draw(2),
		.may_bcast = twin_draw(2),
		.no_pmtu = !twin_draw(8),
		.to_self = twin_draw(2),
	};
	size_t len = draw_len();

	if (!twin_draw(10))
		how.netif = draw_netif(w);
	if (!twin_draw(10)) {
		how.opt = opts;
		how.opt_len = sizeof(opts);
	}
	if (!twin_draw(4) && !how.netif && how.dst.v4.v == 0x0a000003)
		how.ref = &w->ref;
	twin_forget(w);
	twin_note(w, "send %d\n",
		  ip_output(twin_stack(w), make_pkt(w, &how, len), &how));
}

/* A few packets to the same destination, as programs send them. */
static void do_send(struct twin *w)
{
	struct ip_addr dst = ip_addr_v4(draw_addr()), src = {0};
	uint32_t left = 1 + twin_draw(6);

	if (twin_draw(4))
		src = ip_addr_v4(draw_own());
	while (left--)
		send_one(w, dst, src);
}

/* Spoil what was right in a frame. */
static void spoil(void)
{
	switch (twin_draw(12)) {
	case 0:
		f.b[twin_draw((uint32_t)f.len)] ^= (uint8_t)(1 << twin_draw(8));
		break;
	case 1:
		f.b[ETH_HLEN + 2 + twin_draw(2)] ^=
			(uint8_t)(1 << twin_draw(8));
		frame_mend_ip4(&f);
		break;
	case 2:
		f.b[ETH_HLEN + 6] ^= (uint8_t)(0x20 << twin_draw(3));
		frame_mend_ip4(&f);
		break;
	case 3:
		f.b[twin_draw(12)] ^= (uint8_t)(1 << twin_draw(8));
		break;
	case 4:
		f.len += twin_draw(30);
		break;
	case 5:
		f.len -= twin_draw(8);
		break;
	case 8:
	case 9:
	case 10:
		f.b[ETH_HLEN + twin_draw(IP4_HLEN)] ^=
			(uint8_t)(1 << twin_draw(8));
		break;
	case 6:
		memset(f.b, 0xff, 6);
		break;
	case 7:
		f.b[6] |= 1;
		break;
	default:
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
		.proto = PROTO,
		.ttl = (uint8_t)(1 + twin_draw(255)),
		.tos = (uint8_t)twin_draw(256),
		.id = (uint16_t)twin_draw(65536),
	};
	size_t len = min_size(draw_len(), 1490);

	if (!twin_draw(8)) {
		h.opts = alert;
		h.opts_len = sizeof(alert);
	}
	switch (twin_draw(4)) {
	case 0:
		h.proto = IP_PROTO_UDP;
		frame_udp(&f, to, &h, 1000, (uint16_t)(2000 + twin_draw(3)),
			  payload, len);
		break;
	case 1:
		h.proto = IP_PROTO_TCP;
		frame_tcp(&f, to, &h, 1000, 2000, TCP_SYN);
		break;
	default:
		frame_ip4(&f, to, &h, payload, len);
		break;
	}
	if (!twin_draw(3))
		spoil();
	twin_inject(w, to, f.b, f.len);
}

static void do_inject(struct twin *w)
{
	struct netif *to = testnet_netif(w->net, 0, !twin_draw(4));
	uint32_t left = 1 + twin_draw(6);
	ip4_addr src = draw_addr(), dst = draw_own();

	while (left--)
		inject_one(w, to, src, dst);
}

static void do_arp(struct twin *w)
{
	struct stack *s = twin_stack(w);
	ip4_addr who = draw_addr();
	struct netif *netif = who.v >> 8 == 0x0a0001
				      ? testnet_netif(w->net, 0, 1)
				      : draw_netif(w);
	struct arp_hdr h = {
		.op = twin_draw(2) ? ARP_REQUEST : ARP_REPLY,
		.sha = test_mac((uint8_t)(3 + twin_draw(2))),
		.spa = who,
		.tpa = draw_own(),
		.tha = netif->mac,
	};

	switch (twin_draw(12)) {
	case 0:
		arp_flush(s, netif);
		break;
	case 1:
	case 2:
	case 3:
		twin_note(w, "arp %d\n", arp_add(s, netif, who, h.sha));
		break;
	default:
		h.sha.o[5] = (uint8_t)(who.v + !twin_draw(12));
		frame_arp(&f, netif->mac, h.sha, &h);
		if (netif != w->vlan)
			twin_inject(w, netif, f.b, f.len);
		else
			twin_note(w, "arp %d\n", arp_add(s, netif, who, h.sha));
		break;
	}
}

static void do_route(struct twin *w)
{
	static const struct ip4_net nets[] = {{{0xc0000200}, 24},
					      {{0xc0000201}, 32},
					      {{0x0a000003}, 32},
					      {{0}, 0}};
	struct ip4_net net = nets[twin_draw(ARRAY_SIZE(nets))];
	ip4_addr gateway = {0x0a000003 + twin_draw(2) * 0x100};
	struct stack *s = twin_stack(w);
	uint32_t metric = !twin_draw(4);

	if (twin_draw(3))
		twin_note(w, "add %d\n",
			  ip_route_add(s, net, gateway, NULL, metric));
	else
		twin_note(w, "del %d\n",
			  ip_route_del(s, net, gateway, NULL, metric));
}

static void do_address(struct twin *w)
{
	static const struct ip4_net nets[] = {
		{{0x0a000014}, 24}, {{0x0a000003}, 32}, {{0x0a000202}, 24}};
	struct ip4_net net = nets[twin_draw(ARRAY_SIZE(nets))];
	struct stack *s = twin_stack(w);
	struct netif *netif = draw_netif(w);

	if (twin_draw(2))
		twin_note(w, "add %d\n", ip_addr_add(s, netif, net));
	else
		twin_note(w, "del %d\n", ip_addr_del(s, netif, net));
}

/* What drivers and tests write into an interface. */
static void do_netif(struct twin *w)
{
	static const uint32_t mtus[] = {1500, 1500, 1500, 1400, 600, 9000, 60};
	struct netif *netif = draw_netif(w);

	switch (twin_draw(6)) {
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
	case 3:
		netif->features ^= NETIF_F_CSUM_TX;
		break;
	case 4:
		netif->features ^= NETIF_F_GSO_TCP;
		netif->gso_max = twin_draw(2) ? 65535 : 2000;
		break;
	default:
		testnet_stick(testnet_netif(w->net, 0, 0), !twin_draw(4));
		break;
	}
}

static void do_setting(struct twin *w)
{
	struct stack *s = twin_stack(w);
	ip4_addr a = draw_addr();

	switch (twin_draw(8)) {
	case 0:
		ip_rpf_set(s, (enum ip_rpf)twin_draw(3));
		break;
	case 1:
		ip_forwarding_set(s, twin_draw(2));
		break;
	case 2:
		w->has_probe = twin_draw(2);
		break;
	case 3:
		w->has_tap = !w->has_tap;
		ether_tap_set(s, w->has_tap ? on_frame : NULL);
		break;
	case 4:
		w->has_listener = !w->has_listener;
		ip_listener_set(s, w->has_listener ? &listener : NULL);
		break;
	case 5:
	case 6:
		pmtu_lower(s, ip_addr_v4(a), 500 + twin_draw(1000),
			   600 + twin_draw(900));
		break;
	default:
		break;
	}
}

static void do_questions(struct twin *w)
{
	struct ip_addr dst = ip_addr_v4(draw_addr()), src = {0};
	struct stack *s = twin_stack(w);
	struct netif *n = ip_netif_for(s, dst);
	int err = ip_source_for(s, dst, &src);

	twin_note(w, "%d %08x mtu %u bcast %d ours %d by %s\n", err, src.v4.v,
		  ip_mtu_for(s, dst), ip_addr_is_bcast(s, dst),
		  ip_addr_is_ours(s, dst), n ? n->name : "nothing");
}

static void do_time(struct twin *w)
{
	static const uint32_t spans_ms[] = {1,	  10,	100,   900,
					    1000, 5000, 61000, 400000};

	testnet_run_ms(w->net, spans_ms[twin_draw(twin_draw(4) ? 5 : 8)]);
}

static void step(struct twin *w, uint32_t kind)
{
	if (kind < 40)
		do_send(w);
	else if (kind < 65)
		do_inject(w);
	else if (kind < 73)
		do_arp(w);
	else if (kind < 76)
		do_route(w);
	else if (kind < 78)
		do_address(w);
	else if (kind < 82)
		do_netif(w);
	else if (kind < 90)
		do_setting(w);
	else if (kind < 93)
		do_questions(w);
	else
		do_time(w);
}

static void begin(struct twin *w)
{
	const struct ip4_net tagged = {ip4_make(10, 0, 2, 2), 24};
	struct stack *s = twin_stack(w);

	testnet_add_port(w->net, 0, "10.0.0.2/24");
	testnet_add_port(w->net, 0, "10.0.1.2/24");
	assert_int_equal(
		vlan_add(s, testnet_netif(w->net, 0, 1), VLAN, 0, &w->vlan), 0);
	assert_int_equal(ip_addr_add(s, w->vlan, tagged), 0);
	assert_int_equal(ip_register(s, &own_proto), 0);
	arp_add(s, testnet_netif(w->net, 0, 0), ip4_make(10, 0, 0, 3),
		test_mac(3));
	arp_add(s, testnet_netif(w->net, 0, 1), ip4_make(10, 0, 1, 3),
		test_mac(3));
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
