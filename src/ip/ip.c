// SPDX-License-Identifier: MIT
/*
 * ip.c - IP in one stack: beginning, end, protocols, failures of our own
 *
 * Theory of operation
 * ===================
 * All that IP knows of a stack is struct ip in the stack's slot.  Below it
 * are the link layer, which hands packets to ip_input(), and ARP, which hands
 * back packets whose next hop does not answer.  Such a packet is treated as if
 * a router had told us: an error for our own transport, or an ICMP message to
 * the sender if we are the router.
 */

#include <errno.h>

#include "wire/ether.h"
#include "wire/icmp4.h"

#include "ip/group_shared.h"
#include "ip/icmp.h"
#include "ip/ip_int.h"
#include "link/arp.h"
#include "link/ether.h"

const struct ip_proto *ip_proto_of(const struct stack *stack, uint8_t family,
				   uint8_t proto)
{
	const struct ip *ip = ip_of(stack);
	uint8_t at = ip->proto_at[proto];
	const struct ip_proto *p = at ? ip->protos[at - 1] : NULL;

	return p && (!p->family || p->family == family) ? p : NULL;
}

const struct ip_proto *ip_proto_find(const struct ip *ip, uint8_t proto)
{
	return ip_proto_of(ip->stack, IP_V4, proto);
}

int ip_version_register(struct stack *stack, const struct ip_version *version)
{
	struct ip *ip = ip_of(stack);

	if (version && ip->other)
		return -EEXIST;
	ip->other = version;
	return 0;
}

int ip_register(struct stack *stack, const struct ip_proto *proto)
{
	struct ip *ip = ip_of(stack);

	if (ip->proto_at[proto->proto])
		return -EEXIST;
	if (ip->proto_count == IP_PROTOS_MAX)
		return -ENOSPC;
	ip->protos[ip->proto_count++] = proto;
	ip->proto_at[proto->proto] = (uint8_t)ip->proto_count;
	return 0;
}

void ip_changed(struct ip *ip)
{
	ip->stack->epoch++;
	if (++ip->generation == 0)
		ip->generation = 1;
}

void ip_generation_bump(struct stack *stack)
{
	ip_changed(ip_of(stack));
}

uint32_t ip_generation(const struct stack *stack)
{
	return ip_of(stack)->generation;
}

/* Tell the transport that its packet did not get beyond this host. */
static void tell_own(struct ip *ip, const struct pkt *pkt,
		     const struct ip4_hdr *h)
{
	struct ip_error err = {
		.err = EHOSTUNREACH,
		.type = ICMP4_UNREACHABLE,
		.code = ICMP4_HOST,
		.src = ip_addr_v4(h->src),
		.dst = ip_addr_v4(h->dst),
		.from = ip_addr_v4(h->src),
		.proto = h->proto,
		.l4 = pkt_cdata(pkt) + h->hlen,
		.l4_len = (size_t)(pkt->lin_len - h->hlen),
	};

	if (!h->frag_off && err.l4_len >= ICMP4_QUOTE_MIN)
		ip_error_tell(ip->stack, &err);
}

static void on_arp_failed(struct stack *stack, struct pkt *pkt)
{
	struct ip4_hdr h;

	if (pkt_need(pkt, min_size(pkt->len, IP4_HLEN_MAX + ICMP4_QUOTE_MIN)) &&
	    ip4_hdr_parse_quoted(&h, pkt_cdata(pkt), pkt->lin_len) > 0) {
		pkt->l3_off = pkt->lin_off;
		if (pkt->is_relayed)
			icmp_error(stack, pkt, ICMP4_UNREACHABLE, ICMP4_HOST,
				   0);
		else
			tell_own(ip_of(stack), pkt, &h);
	}
	pkt_drop(&stack->place, pkt, DROP_arp_failed);
}

void ip_forwarding_set(struct stack *stack, bool is_on)
{
	struct ip *ip = ip_of(stack);

	ip->is_forwarding = is_on;
	if (ip->other)
		ip->other->forwarding_set(stack, is_on);
}

bool ip_forwarding(const struct stack *stack)
{
	return ip_of(stack)->is_forwarding;
}

enum ip_rpf ip_rpf(const struct stack *stack)
{
	return ip_of(stack)->rpf;
}

void ip_rpf_set(struct stack *stack, enum ip_rpf how)
{
	ip_of(stack)->rpf = how;
	stack->epoch++;
}

void ip_directed_bcast_set(struct stack *stack, bool is_on)
{
	ip_of(stack)->passes_directed = is_on;
}

bool ip_sends_redirects(const struct stack *stack)
{
	return !ip_of(stack)->has_no_redirects;
}

void ip_redirects_send_set(struct stack *stack, bool is_on)
{
	ip_of(stack)->has_no_redirects = !is_on;
}

/* Is it reached through us, from where it was asked for?  Broadcast addresses
 * are nobody's (RFC 1027, 2.3). */
static bool is_proxied(struct stack *stack, struct netif *netif,
		       ip4_addr target)
{
	struct ip *ip = ip_of(stack);
	const struct ip_route *r =
		ip->is_forwarding ? route_find(ip, target) : NULL;

	return r && r->kind == IP_ROUTE_UNICAST && r->netif != netif &&
	       !ip4_is_multicast(target) && !ip4_is_reserved(target) &&
	       !ip4_is_link_local(target);
}

void ip_proxy_arp_set(struct stack *stack, bool is_on)
{
	arp_proxy_set(stack, is_on ? is_proxied : NULL);
}

int ip_init(struct stack *stack, const struct ip_config *cfg)
{
	struct mem *mem = stack->place.env->mem;
	struct ip *ip = mem_alloc(mem, sizeof(*ip));

	if (!ip)
		return -ENOMEM;
	if (stack_new_key(stack, &ip->key) ||
	    stack_new_key(stack, &ip->id_key)) {
		mem_free(mem, ip, sizeof(*ip));
		return -EIO;
	}
	ip->stack = stack;
	ip->generation = 1;
	if (cfg) {
		ip->is_forwarding = cfg->is_forwarding;
		ip->rpf = cfg->is_rpf_strict ? IP_RPF_STRICT : IP_RPF_OFF;
	}
	list_init(&ip->addrs);
	for (int i = 0; i < 2; i++) {
		ip->groups[i].stack = stack;
		list_init(&ip->groups[i].groups);
		list_init(&ip->groups[i].ifs);
	}
	trie_init(&ip->trie, mem);
	pmtu_init(ip);
	stack->slot[SLOT_IP] = ip;
	arp_set_callbacks(stack, on_arp_failed, NULL);
	return ether_register(stack, ETH_IP4, ip_input);
}

void ip_fini(struct stack *stack)
{
	struct ip *ip = ip_of(stack);
	struct mem *mem = stack->place.env->mem;
	struct list *node;

	if (!ip)
		return;
	groups_drop(stack, IP_V4, NULL);
	reass_fini(ip);
	pmtu_fini(ip);
	while ((node = list_pop_head(&ip->addrs)))
		mem_free(mem, container_of(node, struct ip_ifaddr, node),
			 sizeof(struct ip_ifaddr));
	fib_free(ip->fib);
	trie_fini(&ip->trie);
	mem_free(mem, ip, sizeof(*ip));
	stack->slot[SLOT_IP] = NULL;
}
