// SPDX-License-Identifier: MIT
/*
 * proc_net.c - /proc/net: interfaces, routes and neighbours
 *
 * Tables for people that programs have come to read, each with a form of its
 * own.  IPv4 addresses are numbers in the order of the machine's memory, as the
 * kernel prints what stands in a packet.
 */
#include <linux/if_addr.h>
#include <linux/route.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "ip/ip.h"
#include "ip6/ip6_conf.h"
#include "link/arp.h"
#include "run/net_file.h"
#include "run/nl_link.h"
#include "vnet/vnet.h"

enum { ROUTE_LINE = 127, FLAG_COMPLETE = 2 };

/* Octets in network order, as a number of this machine. */
static uint32_t raw4(ip4_addr a)
{
	uint8_t o[4];
	uint32_t v;

	put_ip4(o, a);
	memcpy(&v, o, sizeof(v));
	return v;
}

void proc_net_dev(const struct net_file *f)
{
	struct netif *n;

	strbuf_puts(
		f->out,
		"Inter-|   Receive                                        "
		"        |  Transmit\n face |bytes    packets errs drop fifo "
		"frame compressed multicast|bytes    packets errs drop fifo "
		"colls carrier compressed\n");
	list_for_each_entry(n, &f->host->stack.netifs, struct netif, node)
		strbuf_printf(
			f->out,
			"%6s: %7llu %7llu    0    0    0     0          0     "
			"    0 %8llu %7llu    0    0    0     0       0        "
			"  "
			"0\n",
			n->name, (unsigned long long)n->stats.rx_octets,
			(unsigned long long)n->stats.rx_frames,
			(unsigned long long)n->stats.tx_octets,
			(unsigned long long)n->stats.tx_frames);
}

static void put_route(void *arg, const struct ip_route *r)
{
	const struct net_file *f = arg;
	unsigned int flags = RTF_UP;
	size_t start = f->out->len;

	if (r->kind != IP_ROUTE_UNICAST || !r->netif)
		return;
	if (!ip4_is_zero(r->gateway))
		flags |= RTF_GATEWAY;
	if (r->net.len == 32)
		flags |= RTF_HOST;
	strbuf_printf(f->out, "%s\t%08X\t%08X\t%04X\t0\t0\t%u\t%08X\t0\t0\t0",
		      r->netif->name, raw4(r->net.addr), raw4(r->gateway),
		      flags, r->metric, raw4((ip4_addr){ip4_mask(r->net.len)}));
	while (f->out->len - start < ROUTE_LINE && !f->out->error)
		strbuf_putc(f->out, ' ');
	strbuf_putc(f->out, '\n');
}

/* Their functions take what they only read as something to write to. */
static void *arg_of(const struct net_file *f)
{
	union {
		const struct net_file *in;
		void *out;
	} u = {f};

	return u.out;
}

void proc_net_route(const struct net_file *f)
{
	strbuf_printf(f->out, "%-127s\n",
		      "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric"
		      "\tMask\t\tMTU\tWindow\tIRTT");
	ip_route_for_each(&f->host->stack, put_route, arg_of(f));
}

static void put_arp(void *arg, const struct arp_view *v)
{
	const struct net_file *f = arg;
	const uint8_t *m = v->mac.o;
	char text[IP_TEXT];

	strbuf_printf(f->out,
		      "%-16s 0x1         0x%-10x%02x:%02x:%02x:%02x:%02x:%02x  "
		      "   *        %s\n",
		      ip4_print(v->addr, text),
		      mac_is_zero(v->mac) ? 0U : FLAG_COMPLETE, m[0], m[1],
		      m[2], m[3], m[4], m[5], v->netif->name);
}

void proc_net_arp(const struct net_file *f)
{
	strbuf_puts(f->out, "IP address       HW type     Flags       "
			    "HW address            Mask     Device\n");
	arp_for_each(&f->host->stack, put_arp, arg_of(f));
}

static unsigned int scope_of(ip6_addr a)
{
	if (ip6_is_loopback(a))
		return 0x10;
	return ip6_is_link_local(a) ? 0x20 : 0;
}

static void put_inet6(void *arg, const struct ip6_addr_info *a)
{
	const struct net_file *f = arg;
	unsigned int flags = a->state == IP6_TENTATIVE ? IFA_F_TENTATIVE : 0;

	if (a->valid_until_ns == UINT64_MAX)
		flags |= IFA_F_PERMANENT;
	strbuf_hex(f->out, a->net.addr.o, sizeof(a->net.addr.o));
	strbuf_printf(f->out, " %02x %02x %02x %02x %8s\n", a->netif->index,
		      a->net.len, scope_of(a->net.addr), flags, a->netif->name);
}

void proc_net_if_inet6(const struct net_file *f)
{
	ip6_addr_for_each(&f->host->stack, put_inet6, arg_of(f));
}

static void put_route6(void *arg, const struct ip6_route *r)
{
	static const ip6_addr any;
	const struct net_file *f = arg;
	unsigned int flags = RTF_UP;

	if (!ip6_is_zero(r->gateway))
		flags |= RTF_GATEWAY;
	if (r->kind == IP_ROUTE_LOCAL)
		flags |= 0x80000000; /* RTF_LOCAL */
	strbuf_hex(f->out, r->net.addr.o, sizeof(any.o));
	strbuf_printf(f->out, " %02x ", r->net.len);
	strbuf_hex(f->out, any.o, sizeof(any.o));
	strbuf_puts(f->out, " 00 ");
	strbuf_hex(f->out, r->gateway.o, sizeof(any.o));
	strbuf_printf(f->out, " %08x 00000001 00000000 %08x %8s\n", r->metric,
		      flags, r->netif ? r->netif->name : "lo");
}

void proc_net_ipv6_route(const struct net_file *f)
{
	ip6_route_for_each(&f->host->stack, put_route6, arg_of(f));
}
