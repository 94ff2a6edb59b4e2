// SPDX-License-Identifier: MIT
/*
 * ip6.c - IPv6 in one stack: beginning, end, and failures of our own
 *
 * Theory of operation
 * ===================
 * All that IPv6 knows of a stack is struct ip6 in the stack's slot.  Above it
 * stands what IPv4 has too: protocols are registered with ip/ip.h, and its
 * doors come here through the table below.  Beside it stands neighbour
 * discovery, which hands back packets whose next hop does not answer.  Such a
 * packet is treated as if a router had told us: an error for our own
 * transport, or an ICMPv6 message to the sender if we are the router.
 */

#include <errno.h>

#include "wire/ether.h"
#include "wire/icmp4.h"
#include "wire/ip6_ext.h"

#include "ip/ip_listen.h"
#include "ip6/ip6_int.h"
#include "link/ether.h"

const struct hash_key *ip6_key(struct ip6 *ip6)
{
	if (!ip6->has_key)
		ip6->has_key = !stack_new_key(ip6->stack, &ip6->key);
	return ip6->has_key ? &ip6->key : NULL;
}

void ip6_nd_register(struct stack *stack, const struct ip6_nd_ops *ops)
{
	ip6_of(stack)->nd = ops;
}

/* Tell the transport that its packet did not get beyond this host. */
static void tell_own(struct ip6 *ip6, const struct pkt *pkt,
		     const struct ip6_hdr *h, uint8_t proto_number, size_t off)
{
	uint32_t zone = pkt->netif ? pkt->netif->index : 0;
	struct ip_error err = {
		.err = EHOSTUNREACH,
		.type = ICMP6_UNREACHABLE,
		.code = ICMP6_ADDRESS,
		.src = ip_addr_v6_on(h->src, zone),
		.dst = ip_addr_v6_on(h->dst, zone),
		.from = ip_addr_v6_on(h->src, zone),
		.proto = proto_number,
		.l4 = pkt_cdata(pkt) + off,
		.l4_len = pkt->lin_len - off,
	};

	if (err.l4_len >= ICMP6_QUOTE_MIN)
		ip_error_tell(ip6->stack, &err);
}

void ip6_nd_failed(struct stack *stack, struct pkt *pkt)
{
	struct ip6_hdr h;
	uint8_t proto;
	size_t off;
	bool is_piece;

	/* The transport's first octets, if they lie apart. */
	(void)pkt_need(pkt, min_size(pkt->len, IP6_HLEN + ICMP6_QUOTE_MIN));
	if (ip6_hdr_parse_quoted(&h, pkt_cdata(pkt), pkt->lin_len) > 0) {
		pkt->l3_off = pkt->lin_off;
		pkt->dest = PKT_TO_US;
		if (pkt->is_relayed)
			icmp6_error(stack, pkt, ICMP6_UNREACHABLE,
				    ICMP6_ADDRESS, 0);
		else if (!ip6_skip(pkt_cdata(pkt), pkt->lin_len, &proto, &off,
				   &is_piece) &&
			 !is_piece)
			tell_own(ip6_of(stack), pkt, &h, proto, off);
	}
	pkt_drop(&stack->place, pkt, DROP_nd_failed);
}

/*
 * The doors of IP.
 */

static bool addr_is_ours(struct stack *stack, struct ip_addr addr)
{
	const struct netif *netif = NULL;
	const struct ip6_route *r;

	if (addr.zone && ip6_is_link_local(addr.v6))
		netif = stack_netif_by_index(stack, addr.zone);
	r = trie6_lookup(&ip6_of(stack)->trie, addr.v6, netif);
	return r && r->kind == IP_ROUTE_LOCAL;
}

/* Errors of the transports, which know those of IPv4 only. */
static bool error_of_ip4(struct stack *stack, const struct pkt *orig,
			 uint8_t type, uint8_t code, uint32_t info)
{
	if (type == ICMP4_TIME_EXCEEDED)
		return icmp6_error(stack, orig, ICMP6_TIME_EXCEEDED, code, 0);
	if (type != ICMP4_UNREACHABLE)
		return false;
	if (code == ICMP4_PORT)
		return icmp6_error(stack, orig, ICMP6_UNREACHABLE, ICMP6_PORT,
				   0);
	if (code == ICMP4_FRAG_NEEDED)
		return icmp6_error(stack, orig, ICMP6_TOO_BIG, 0, info);
	if (code == ICMP4_FILTERED)
		return icmp6_error(stack, orig, ICMP6_UNREACHABLE,
				   ICMP6_PROHIBITED, 0);
	return icmp6_error(stack, orig, ICMP6_UNREACHABLE, ICMP6_ADDRESS, 0);
}

static void forwarding_set(struct stack *stack, bool is_on)
{
	if6_forwarding_set(ip6_of(stack), is_on);
}

/* Nothing is remembered here but in routes, which look at is_up themselves. */
static void netif_changed(struct stack *stack)
{
	ip_generation_bump(stack);
}

static const struct ip_version ip6_version = {
	.family = IP_V6,
	.output = ip6_output,
	.output_whole = ip6_output_whole,
	.addr_is_ours = addr_is_ours,
	.source_for = ip6_source_for,
	.mtu_for = ip6_mtu_for,
	.netif_for = ip6_netif_for,
	.error = error_of_ip4,
	.confirm = ip6_confirm,
	.forwarding_set = forwarding_set,
	.netif_changed = netif_changed,
	.netif_gone = ip6_disable,
};

int ip6_init(struct stack *stack)
{
	struct mem *mem = stack->place.env->mem;
	struct ip6 *ip6 = mem_alloc(mem, sizeof(*ip6));
	int err;

	if (!ip6)
		return -ENOMEM;
	*ip6 = (struct ip6){.stack = stack, .prefers_temporary = true};
	list_init(&ip6->ifs);
	list_init(&ip6->addrs);
	trie6_init(&ip6->trie, mem);
	stack->slot[SLOT_IP6] = ip6;
	ip6_policy_set(stack, NULL, 0);
	err = icmp6_init(ip6);
	if (!err)
		err = ip_version_register(stack, &ip6_version);
	return err ? err : ether_register(stack, ETH_IP6, ip6_input);
}

void ip6_fini(struct stack *stack)
{
	struct ip6 *ip6 = ip6_of(stack);
	struct ip6_if *i;

	if (!ip6)
		return;
	while ((i = list_first_entry(&ip6->ifs, struct ip6_if, node)))
		ip6_disable(stack, i->netif);
	ip_version_register(stack, NULL);
	trie6_fini(&ip6->trie);
	mem_free(stack->place.env->mem, ip6, sizeof(*ip6));
	stack->slot[SLOT_IP6] = NULL;
}
