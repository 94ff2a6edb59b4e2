// SPDX-License-Identifier: MIT
/*
 * arp_own.c - our own addresses: announce, probe, defend, answer for others
 *
 * Theory of operation
 * ===================
 * RFC 5227 asks for three things.  Before an address is used, ask whether
 * somebody has it, without saying so in the sender field: arp_probe().  When
 * it is used, say so: arp_announce().  When somebody else claims it, say so
 * again, but not more than once in ten seconds, lest two hosts shout at each
 * other for ever: arp_defend().
 *
 * An inquiry is three questions at random distances of one to two seconds,
 * and two seconds of silence.
 */

#include <errno.h>

#include "wire/ether.h"

#include "core/netif.h"
#include "core/probe.h"

#include "link/arp_int.h"
#include "link/ether.h"

/* RFC 5227, 1.1 */
#define PROBE_NUM	 3
#define PROBE_WAIT_NS	 (1 * NS_PER_S)
#define PROBE_MIN_NS	 (1 * NS_PER_S)
#define PROBE_MAX_NS	 (2 * NS_PER_S)
#define ANNOUNCE_WAIT_NS (2 * NS_PER_S)

int arp_send(struct arp *arp, struct netif *netif, mac_addr to,
	     const struct arp_hdr *hdr, enum reason why)
{
	struct pkt *pkt = pkt_new(arp->stack->place.env, why);
	uint8_t octets[ARP_LEN];

	if (!pkt)
		return -ENOMEM; /* as if it had been lost: asked again */
	arp_emit(octets, hdr);
	if (pkt_append(pkt, octets, sizeof(octets))) {
		pkt_free(pkt);
		return -ENOMEM;
	}
	return ether_output(arp->stack, netif, pkt, to, ETH_ARP);
}

struct arp_own *arp_own_find(struct arp *arp, const struct netif *netif,
			     ip4_addr addr)
{
	struct arp_own *own;

	list_for_each_entry(own, &arp->own, struct arp_own, node)
		if (own->netif == netif && own->addr.v == addr.v)
			return own;
	return NULL;
}

static void announce(struct arp *arp, struct netif *netif, ip4_addr addr,
		     enum reason why)
{
	struct arp_hdr hdr = {
		.op = ARP_REQUEST,
		.sha = netif->mac,
		.spa = addr,
		.tpa = addr,
	};

	arp_send(arp, netif, MAC_BROADCAST, &hdr, why);
}

void arp_announce(struct stack *stack, struct netif *netif, ip4_addr addr)
{
	if (!(netif->features & NETIF_F_NO_ARP))
		announce(arp_of(stack), netif, addr, R_ARP_ANNOUNCE);
}

int arp_addr_add(struct stack *stack, struct netif *netif, ip4_addr addr,
		 enum arp_claim how)
{
	struct arp *arp = arp_of(stack);
	struct arp_own *own;

	if (arp_own_find(arp, netif, addr))
		return -EEXIST;
	own = mem_alloc(stack->place.env->mem, sizeof(*own));
	if (!own)
		return -ENOMEM;
	own->netif = netif;
	own->addr = addr;
	list_add_tail(&arp->own, &own->node);
	if (how == ARP_CLAIM_ANNOUNCE)
		arp_announce(stack, netif, addr);
	return 0;
}

static void own_free(struct arp *arp, struct arp_own *own)
{
	list_del(&own->node);
	mem_free(arp->stack->place.env->mem, own, sizeof(*own));
}

void arp_addr_del(struct stack *stack, struct netif *netif, ip4_addr addr)
{
	struct arp *arp = arp_of(stack);
	struct arp_own *own = arp_own_find(arp, netif, addr);

	if (own)
		own_free(arp, own);
}

void arp_defend(struct arp *arp, struct arp_own *own, mac_addr mac)
{
	uint64_t now = stack_now(arp->stack);
	struct ip_addr ip = ip_addr_v4(own->addr);

	PROBE(&arp->stack->place, EV_LEARN, R_ARP_CONFLICT, NULL,
	      EVF_IP("ip", &ip), EVF_MAC("known", &own->netif->mac),
	      EVF_MAC("claimed", &mac));
	if (!own->was_defended ||
	    now - own->defended_ns >= ARP_DEFEND_S * NS_PER_S) {
		own->was_defended = true;
		own->defended_ns = now;
		announce(arp, own->netif, own->addr, R_ARP_DEFEND);
	}
	if (arp->on_conflict)
		arp->on_conflict(arp->stack, own->netif, own->addr, mac);
}

/*
 * Inquiries.
 */

/* A random time from @min to @max. */
static int random_between(struct stack *stack, uint64_t min, uint64_t max,
			  uint64_t *out)
{
	uint32_t r;

	if (stack_random(stack, &r, sizeof(r)))
		return -EIO;
	*out = min + ((max - min) * r >> 32);
	return 0;
}

static void inquiry_end(struct arp_inquiry *q, int err, mac_addr mac)
{
	arp_probed_fn *on_done = q->on_done;
	struct arp *arp = q->arp;
	void *arg = q->arg;

	stack_disarm(arp->stack, &q->timer);
	list_del(&q->node);
	mem_free(arp->stack->place.env->mem, q, sizeof(*q));
	on_done(arg, err, mac);
}

static void inquiry_on_timer(struct timer *t, void *arg)
{
	struct arp_inquiry *q = arg;
	struct arp_hdr hdr = {
		.op = ARP_REQUEST,
		.sha = q->netif->mac,
		.tpa = q->addr,
	};
	struct ip_addr ip = ip_addr_v4(q->addr);
	uint64_t wait_ns = ANNOUNCE_WAIT_NS;

	(void)t;
	PROBE_CAUSE(&q->arp->stack->place, EV_TIMER, R_ARP_TIMER, NULL,
		    EVF_IP("ip", &ip), EVF_NUM("tries", q->tries));
	if (q->tries == PROBE_NUM) {
		inquiry_end(q, 0, MAC_ZERO);
		return;
	}
	q->tries++;
	arp_send(q->arp, q->netif, MAC_BROADCAST, &hdr, R_ARP_PROBE);
	if (q->tries < PROBE_NUM &&
	    random_between(q->arp->stack, PROBE_MIN_NS, PROBE_MAX_NS, &wait_ns))
		wait_ns = PROBE_MAX_NS; /* only spreads load: no secret */
	stack_arm_in(q->arp->stack, &q->timer, wait_ns);
}

int arp_probe(struct stack *stack, struct netif *netif, ip4_addr addr,
	      arp_probed_fn *on_done, void *arg)
{
	struct arp *arp = arp_of(stack);
	struct arp_inquiry *q;
	uint64_t wait_ns;

	list_for_each_entry(q, &arp->inquiries, struct arp_inquiry, node)
		if (q->netif == netif)
			return -EBUSY;
	if (random_between(stack, 0, PROBE_WAIT_NS, &wait_ns))
		return -EIO;
	q = mem_alloc(stack->place.env->mem, sizeof(*q));
	if (!q)
		return -ENOMEM;
	q->arp = arp;
	q->netif = netif;
	q->addr = addr;
	q->on_done = on_done;
	q->arg = arg;
	timer_init(&q->timer, inquiry_on_timer, q);
	list_add_tail(&arp->inquiries, &q->node);
	stack_arm_in(stack, &q->timer, wait_ns);
	return 0;
}

void arp_probe_cancel(struct stack *stack, struct netif *netif)
{
	struct arp *arp = arp_of(stack);
	struct arp_inquiry *q;

	list_for_each_entry(q, &arp->inquiries, struct arp_inquiry, node) {
		if (q->netif != netif)
			continue;
		stack_disarm(stack, &q->timer);
		list_del(&q->node);
		mem_free(stack->place.env->mem, q, sizeof(*q));
		return;
	}
}

bool arp_inquiry_hit(struct arp *arp, struct netif *netif,
		     const struct arp_hdr *h)
{
	struct arp_inquiry *q;

	list_for_each_entry(q, &arp->inquiries, struct arp_inquiry, node) {
		bool is_probe = h->op == ARP_REQUEST && ip4_is_zero(h->spa) &&
				h->tpa.v == q->addr.v;

		if (q->netif != netif)
			continue;
		if (h->spa.v == q->addr.v || is_probe) {
			inquiry_end(q, -EADDRINUSE, h->sha);
			return true;
		}
	}
	return false;
}

/*
 * Proxy.
 */

static struct arp_proxy *proxy_find(struct arp *arp, const struct netif *netif,
				    struct ip4_net net)
{
	struct arp_proxy *p;

	for (p = arp->proxy; p < arp->proxy + ARP_PROXIES_MAX; p++)
		if (p->netif == netif && p->net.addr.v == net.addr.v &&
		    p->net.len == net.len)
			return p;
	return NULL;
}

int arp_proxy_add(struct stack *stack, struct netif *netif, struct ip4_net net)
{
	struct arp *arp = arp_of(stack);
	struct arp_proxy *p;

	net = ip4_net_base(net);
	if (proxy_find(arp, netif, net))
		return -EEXIST;
	for (p = arp->proxy; p < arp->proxy + ARP_PROXIES_MAX; p++)
		if (!p->netif) {
			*p = (struct arp_proxy){.netif = netif, .net = net};
			return 0;
		}
	return -ENOSPC;
}

void arp_proxy_del(struct stack *stack, struct netif *netif, struct ip4_net net)
{
	struct arp_proxy *p =
		proxy_find(arp_of(stack), netif, ip4_net_base(net));

	if (p)
		p->netif = NULL;
}

bool arp_proxy_has(const struct arp *arp, struct netif *netif, ip4_addr addr)
{
	const struct arp_proxy *p;

	for (p = arp->proxy; p < arp->proxy + ARP_PROXIES_MAX; p++)
		if (p->netif == netif && ip4_net_has(p->net, addr))
			return true;
	return arp->is_proxied && arp->is_proxied(arp->stack, netif, addr);
}

void arp_proxy_set(struct stack *stack, arp_proxy_fn *fn)
{
	arp_of(stack)->is_proxied = fn;
}

void arp_own_fini(struct arp *arp)
{
	struct mem *mem = arp->stack->place.env->mem;
	struct list *node;

	while ((node = list_pop_head(&arp->own))) {
		struct arp_own *own = container_of(node, struct arp_own, node);

		mem_free(mem, own, sizeof(*own));
	}
	while ((node = list_pop_head(&arp->inquiries))) {
		struct arp_inquiry *q =
			container_of(node, struct arp_inquiry, node);

		stack_disarm(arp->stack, &q->timer);
		mem_free(mem, q, sizeof(*q));
	}
}
