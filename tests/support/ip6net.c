// SPDX-License-Identifier: MIT
/*
 * ip6net.c - IPv6 on the stacks of testnet.h, without neighbour discovery
 */

#include "ip6net.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "wire/csum.h"
#include "wire/udp.h"

#include "ip6/mld.h"
#include "link/ether.h"

ip6_addr a6(const char *text)
{
	ip6_addr a;

	assert_int_equal(ip6_parse(&a, text), 0);
	return a;
}

struct ip6_net n6(const char *text)
{
	struct ip6_net n;

	assert_int_equal(ip6_net_parse(&n, text), 0);
	return n;
}

struct ip_addr i6(const char *text)
{
	return ip_addr_v6(a6(text));
}

/* Who has the address, at the other end of the wire?  NULL: nobody. */
static const mac_addr *mac_behind(const struct testnet_port *p, ip6_addr addr)
{
	static const mac_addr nobody_there = {{0x02, 0xaa, 0, 0, 0, 9}};
	struct stack *peer;

	if (!p->peer)
		return &nobody_there;
	peer = &p->net->hosts[p->peer->host].stack;
	if (!peer->slot[SLOT_IP6]) /* it is gone already: testnet_free() */
		return &nobody_there;
	return ip6_addr_find(peer, &p->peer->netif, addr) ? &p->peer->netif.mac
							  : NULL;
}

static int know_output(struct stack *stack, struct netif *netif,
		       struct pkt *pkt, const ip6_addr *next_hop)
{
	const struct testnet_port *p =
		container_of(netif, struct testnet_port, netif);
	const mac_addr *mac = mac_behind(p, *next_hop);

	if (mac)
		return ether_output(stack, netif, pkt, *mac, ETH_IP6);
	ip6_nd_failed(stack, pkt);
	return 0;
}

void ip6net_know(struct testnet *net, int host)
{
	static const struct ip6_nd_ops ops = {.output = know_output};

	ip6_nd_register(testnet_host(net, host), &ops);
	mld_fini(testnet_host(net, host));
}

void ip6net_addr(struct testnet *net, struct netif *netif, const char *address)
{
	const struct ip6_addr_conf conf = {.net = n6(address), .no_dad = true};
	struct testnet_port *p =
		container_of(netif, struct testnet_port, netif);

	assert_int_equal(
		ip6_addr_add_conf(&net->hosts[p->host].stack, netif, &conf), 0);
}

struct netif *ip6net_port(struct testnet *net, int host, const char *address)
{
	struct netif *netif = testnet_add_port(net, host, NULL);

	ip6net_know(net, host);
	if (address)
		ip6net_addr(net, netif, address);
	return netif;
}

void ip6net_route(struct testnet *net, int host, const char *prefix,
		  const char *gateway)
{
	const struct ip6_route r = {.net = n6(prefix), .gateway = a6(gateway)};

	assert_int_equal(ip6_route_add(testnet_host(net, host), &r), 0);
}

struct testnet *ip6net_new(void)
{
	struct testnet *net = testnet_new_empty();

	testnet_add_host(net, NULL);
	ip6net_port(net, 0, "2001:db8::2/64");
	memset(net->events, 0, sizeof(net->events));
	testnet_forget(testnet_netif(net, 0, 0));
	return net;
}

int ip6net_setup(void **state)
{
	*state = ip6net_new();
	return 0;
}

struct testnet *ip6net_new_routed(uint32_t mtu)
{
	const struct inet_config router = {.is_router = true};
	struct testnet *net = testnet_new_empty();
	struct netif *left, *right;
	int i;

	for (i = 0; i < 4; i++)
		testnet_add_host(net, i == 1 || i == 2 ? &router : NULL);
	testnet_join(ip6net_port(net, 0, "2001:db8:0::1/64"),
		     ip6net_port(net, 1, "2001:db8:0::ff/64"));
	left = ip6net_port(net, 1, "2001:db8:1::1/64");
	right = ip6net_port(net, 2, "2001:db8:1::2/64");
	left->mtu = right->mtu = mtu;
	testnet_join(left, right);
	testnet_join(ip6net_port(net, 2, "2001:db8:2::ff/64"),
		     ip6net_port(net, 3, "2001:db8:2::1/64"));
	ip6net_route(net, 0, "::/0", "2001:db8:0::ff");
	ip6net_route(net, 1, "2001:db8:2::/64", "2001:db8:1::2");
	ip6net_route(net, 2, "2001:db8:0::/64", "2001:db8:1::1");
	ip6net_route(net, 3, "::/0", "2001:db8:2::ff");
	return net;
}

void frame_ip6(struct frame *f, const struct netif *to,
	       const struct ip6_hdr *hdr, const void *payload, size_t len)
{
	const struct ether_hdr eth = {
		.dst = ip6_is_multicast(hdr->dst) ? mac_of_ip6_group(hdr->dst)
						  : to->mac,
		.src = test_mac(9),
		.type = ETH_IP6,
	};
	struct ip6_hdr h = *hdr;

	assert_true(IP6_HLEN + len <= 65535);
	h.payload_len = (uint16_t)len;
	if (!h.hops)
		h.hops = 64;
	ether_emit(f->b, &eth);
	if (len)
		memmove(f->b + ETH_HLEN + IP6_HLEN, payload, len);
	ip6_hdr_emit(f->b + ETH_HLEN, &h);
	f->len = ETH_HLEN + IP6_HLEN + len;
}

void frame_icmp6(struct frame *f, const struct netif *to,
		 const struct ip6_hdr *hdr, const struct icmp6_hdr *icmp,
		 const void *payload, size_t len)
{
	static uint8_t buf[65535];
	struct ip6_hdr h = *hdr;
	uint32_t sum = csum_pseudo6(h.src, h.dst, IP_PROTO_ICMP6,
				    (uint32_t)(ICMP6_HLEN + len));

	if (len)
		memmove(buf + ICMP6_HLEN, payload, len);
	icmp6_emit(buf, icmp);
	put16(buf + 2, csum_fold(csum_add(sum, buf, ICMP6_HLEN + len)));
	h.next = IP_PROTO_ICMP6;
	frame_ip6(f, to, &h, buf, ICMP6_HLEN + len);
}

void frame_udp6(struct frame *f, const struct netif *to,
		const struct ip6_hdr *hdr, uint16_t sport, uint16_t dport,
		const void *payload, size_t len)
{
	static uint8_t buf[65535];
	struct ip6_hdr h = *hdr;
	uint16_t n = (uint16_t)(UDP_HLEN + len);
	struct udp_hdr u = {.sport = sport, .dport = dport, .len = n};
	uint32_t sum = csum_pseudo6(h.src, h.dst, IP_PROTO_UDP, n);

	udp_emit(buf, &u);
	if (len)
		memmove(buf + UDP_HLEN, payload, len);
	u.sum = udp_sum_to_send(csum_fold(csum_add(sum, buf, n)));
	udp_emit(buf, &u);
	h.next = IP_PROTO_UDP;
	frame_ip6(f, to, &h, buf, n);
}

struct ip6_hdr frame_to_ip6(const struct frame *f)
{
	struct ether_hdr eth;
	struct ip6_hdr h;

	assert_true(ether_parse(&eth, f->b, f->len) > 0);
	assert_int_equal(eth.type, ETH_IP6);
	assert_true(ip6_hdr_parse(&h, f->b + ETH_HLEN, f->len - ETH_HLEN) > 0);
	return h;
}

struct icmp6_hdr frame_to_icmp6(const struct frame *f)
{
	struct ip6_hdr ip = frame_to_ip6(f);
	const uint8_t *p = f->b + ETH_HLEN + IP6_HLEN;
	uint32_t sum =
		csum_pseudo6(ip.src, ip.dst, IP_PROTO_ICMP6, ip.payload_len);
	struct icmp6_hdr h;

	assert_int_equal(ip.next, IP_PROTO_ICMP6);
	assert_int_equal(csum_fold(csum_add(sum, p, ip.payload_len)), 0);
	assert_true(icmp6_parse(&h, p, ip.payload_len) > 0);
	return h;
}
