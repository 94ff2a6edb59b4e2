// SPDX-License-Identifier: MIT
/*
 * path6_test.c - the short way gives what the long way gives, in IPv6
 *
 * Packets out and in, of all kinds, and between them everything changes that
 * a way depends on: routes, addresses, neighbours, interfaces, settings.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "wire/proto.h"
#include "wire/tcp.h"
#include "wire/udp.h"

#include "ip/ip_shared.h"
#include "ip6/nd.h"
#include "ip6net.h"
#include "twins.h"

enum { SEEDS = 40, STEPS = 200, PROTO = 253 };

static struct frame f;

static const struct ip_proto own_proto = {.proto = PROTO,
					  .input = twin_on_packet};

static ip6_addr draw_addr(void)
{
	static const char *const few[] = {"2001:db8::3",   "2001:db8::3",
					  "2001:db8::3",   "2001:db8::4",
					  "2001:db8:9::1", "2001:db8:9::1",
					  "2001:db8:1::3", "2001:db8:9::2"};
	static const char *const odd[] = {
		"2001:db8::2", "::1",		"fe80::3",
		"ff02::1",     "ff05::7",	"2001:db8::9",
		"::",	       "2001:db8:1::2", "2001:db8:77::1"};

	if (twin_draw(8))
		return a6(few[twin_draw(ARRAY_SIZE(few))]);
	return a6(odd[twin_draw(ARRAY_SIZE(odd))]);
}

static ip6_addr draw_own(void)
{
	static const char *const own[] = {"2001:db8::2", "2001:db8::2",
					  "2001:db8::2", "2001:db8::20",
					  "2001:db8:1::2"};

	return twin_draw(12) ? a6(own[twin_draw(ARRAY_SIZE(own))])
			     : draw_addr();
}

static struct netif *draw_netif(struct twin *w)
{
	return testnet_netif(w->net, 0, !twin_draw(4));
}

static size_t draw_len(void)
{
	switch (twin_draw(6)) {
	case 0:
		return twin_draw(3000);
	case 1:
		return 1440 + twin_draw(40);
	case 2:
		return 1200 + twin_draw(300);
	default:
		return twin_draw(200);
	}
}

static struct pkt *make_pkt(struct twin *w, const struct ip_send *how,
			    size_t len)
{
	struct pkt *pkt = pkt_new(&w->net->env, R_NONE);
	static uint8_t buf[4096];
	size_t i;

	for (i = 0; i < sizeof(buf); i++)
		buf[i] = (uint8_t)(i * 7 + len);
	buf[3] = (uint8_t)twin_draw(3);
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
			pkt->gso = PKT_GSO_TCP6;
			pkt->gso_size = (uint16_t)(400 + twin_draw(1100));
		}
	}
	return pkt;
}

static void send_one(struct twin *w, struct ip_addr dst, struct ip_addr src)
{
	static const uint8_t protos[] = {IP_PROTO_UDP, IP_PROTO_TCP, PROTO,
					 IP_PROTO_UDP};
	static const uint8_t opts[] = {5, 2, 0, 0, 1, 0};
	struct ip_send how = {
		.dst = dst,
		.src = src,
		.proto = protos[twin_draw(4)],
		.ttl = twin_draw(3) ? 0 : (uint8_t)(1 + twin_draw(255)),
		.tos = twin_draw(3) ? 0 : (uint8_t)twin_draw(256),
		.df = twin_draw(2),
		.no_pmtu = !twin_draw(8),
		.min_mtu = !twin_draw(10),
		.to_self = twin_draw(2),
	};
	size_t len = draw_len();

	if (!twin_draw(10))
		how.netif = draw_netif(w);
	if (!twin_draw(10)) {
		how.opt = opts;
		how.opt_len = sizeof(opts);
	}
	if (!twin_draw(4) && !how.netif &&
	    ip6_eq(how.dst.v6, a6("2001:db8::3")))
		how.ref = &w->ref;
	twin_forget(w);
	twin_note(w, "send %d\n",
		  ip_output(twin_stack(w), make_pkt(w, &how, len), &how));
}

/* A few packets to the same destination, as programs send them. */
static void do_send(struct twin *w)
{
	struct ip_addr dst = ip_addr_v6(draw_addr()), src = {0};
	uint32_t left = 1 + twin_draw(6);

	if (twin_draw(4))
		src = ip_addr_v6(draw_own());
	while (left--)
		send_one(w, dst, src);
}

/* Spoil what was right in a frame. */
static void spoil(void)
{
	switch (twin_draw(8)) {
	case 0:
		f.b[twin_draw((uint32_t)f.len)] ^= (uint8_t)(1 << twin_draw(8));
		break;
	case 1:
	case 2:
		f.b[ETH_HLEN + twin_draw(IP6_HLEN)] ^=
			(uint8_t)(1 << twin_draw(8));
		break;
	case 3:
		f.len += twin_draw(30);
		break;
	case 4:
		f.len -= twin_draw(8);
		break;
	case 5:
		memset(f.b, 0xff, 6);
		break;
	default:
		break;
	}
}

static void inject_one(struct twin *w, struct netif *to, ip6_addr src,
		       ip6_addr dst)
{
	static uint8_t payload[2048];
	struct ip6_hdr h = {
		.src = src,
		.dst = dst,
		.next = PROTO,
		.hops = (uint8_t)(1 + twin_draw(255)),
		.tclass = (uint8_t)twin_draw(256),
		.flow = twin_draw(1 << 20),
	};
	size_t len = min_size(draw_len(), 1450);

	switch (twin_draw(4)) {
	case 0:
		frame_ip6(&f, to, &h, payload, len);
		break;
	case 1:
		h.next = twin_draw(2) ? IP_PROTO_TCP : IP_PROTO_HOPOPTS;
		frame_ip6(&f, to, &h, payload, len);
		break;
	default:
		h.next = IP_PROTO_UDP;
		frame_udp6(&f, to, &h, 1000, (uint16_t)(2000 + twin_draw(3)),
			   payload, len);
		break;
	}
	if (!twin_draw(3))
		spoil();
	twin_inject(w, to, f.b, f.len);
}

static void do_inject(struct twin *w)
{
	struct netif *to = draw_netif(w);
	uint32_t left = 1 + twin_draw(6);
	ip6_addr src = draw_addr(), dst = draw_own();

	while (left--)
		inject_one(w, to, src, dst);
}

static void do_neighbour(struct twin *w)
{
	struct netif *netif = draw_netif(w);
	struct stack *s = twin_stack(w);

	if (!twin_draw(6))
		nd_flush(s, netif);
	else
		twin_note(w, "neighbour %d\n",
			  nd_add(s, netif, draw_addr(),
				 test_mac((uint8_t)(3 + twin_draw(2)))));
}

static void do_route(struct twin *w)
{
	static const char *const nets[] = {"2001:db8:9::/64", "::/0",
					   "2001:db8:9::1/128",
					   "2001:db8::3/128"};
	static const char *const gateways[] = {"2001:db8::3", "2001:db8::4",
					       "2001:db8:1::3"};
	struct ip6_route r = {
		.net = n6(nets[twin_draw(4)]),
		.gateway = a6(gateways[twin_draw(3)]),
		.metric = 1 + !twin_draw(4),
	};

	if (twin_draw(3))
		twin_note(w, "add %d\n", ip6_route_add(twin_stack(w), &r));
	else
		twin_note(w, "del %d\n", ip6_route_del(twin_stack(w), &r));
}

static void do_address(struct twin *w)
{
	static const char *const nets[] = {"2001:db8::20/64", "2001:db8::3/128",
					   "2001:db8:9::2/128"};
	struct ip6_net net = n6(nets[twin_draw(3)]);
	struct netif *netif = draw_netif(w);

	if (twin_draw(2))
		twin_note(w, "add %d\n",
			  ip6_addr_add(twin_stack(w), netif, net));
	else
		twin_note(w, "del %d\n",
			  ip6_addr_del(twin_stack(w), netif, net.addr));
}

/* What drivers and tests write into an interface, and routers say of it. */
static void do_netif(struct twin *w)
{
	static const uint32_t mtus[] = {1500, 1500, 1400, 1280, 9000};
	struct netif *netif = draw_netif(w);
	struct ip6_if_conf conf = {.mtu = mtus[twin_draw(4)],
				   .hops = (uint8_t)twin_draw(2) * 33};

	switch (twin_draw(5)) {
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
	default:
		twin_note(w, "conf %d\n",
			  ip6_if_conf_set(twin_stack(w), netif, &conf));
		break;
	}
}

static void do_setting(struct twin *w)
{
	struct ip_addr a = ip_addr_v6(draw_addr());

	switch (twin_draw(3)) {
	case 0:
		ip_forwarding_set(twin_stack(w), twin_draw(2));
		break;
	case 1:
		w->has_probe = !w->has_probe;
		break;
	default:
		pmtu_lower(twin_stack(w), a, 1280, 1280 + twin_draw(200));
		break;
	}
}

static void step(struct twin *w, uint32_t kind)
{
	static const uint32_t spans_ms[] = {1,	  10,	100,   900,
					    1000, 5000, 61000, 8000000};

	if (kind < 42)
		do_send(w);
	else if (kind < 68)
		do_inject(w);
	else if (kind < 78)
		do_neighbour(w);
	else if (kind < 81)
		do_route(w);
	else if (kind < 84)
		do_address(w);
	else if (kind < 88)
		do_netif(w);
	else if (kind < 93)
		do_setting(w);
	else
		testnet_run_ms(w->net,
			       spans_ms[twin_draw(twin_draw(4) ? 5 : 8)]);
}

static void note_neighbour(void *arg, const struct nd_neighbour_view *v)
{
	char text[IP6_TEXT];

	twin_note(arg, "nd %s %s %s %02x used %llu confirmed %llu\n",
		  v->netif->name, ip6_print(v->addr, text),
		  nd_state_name(v->state), v->mac.o[5],
		  (unsigned long long)v->used_ns,
		  (unsigned long long)v->confirmed_ns);
}

static void look(struct twin *w)
{
	nd_for_each(twin_stack(w), note_neighbour, w);
}

static void begin(struct twin *w)
{
	struct stack *s = twin_stack(w);
	int i;

	for (i = 0; i < 2; i++) {
		struct netif *netif = testnet_add_port(w->net, 0, NULL);

		assert_int_equal(ip6_enable(s, netif), 0);
		assert_int_equal(ip6_addr_add(s, netif,
					      n6(i ? "2001:db8:1::2/64"
						   : "2001:db8::2/64")),
				 0);
	}
	assert_int_equal(ip_register(s, &own_proto), 0);
	testnet_run_ms(w->net, 5000);
	nd_add(s, testnet_netif(w->net, 0, 0), a6("2001:db8::3"), test_mac(3));
	nd_add(s, testnet_netif(w->net, 0, 1), a6("2001:db8:1::3"),
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
