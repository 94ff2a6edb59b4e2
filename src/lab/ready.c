// SPDX-License-Identifier: MIT
/*
 * ready.c - has a host the addresses that it is to have, and who waits for it?
 *
 * A host whose address stands in the lab's file has it from the start.  Others
 * ask (DHCP, BOOTP, RARP, DHCPv6) or make their own and see first whether
 * somebody has it already (RFC 4862, 5.4), and programs that begin before
 * that find a host without a network.
 */
#include "ip/ip.h"
#include "ip6/ip6_conf.h"
#include "lab/expand.h"
#include "lab/program.h"
#include "lab/run.h"
#include "lab/run_int.h"
#include "vnet/vnet.h"

/**
 * struct search - what is looked for among the addresses of a host
 * @netif:	On this interface
 * @is_found:	There is one of IPv6 for more than the link
 * @is_tried:	One is being tried
 */
struct search {
	const struct netif *netif;
	bool is_found, is_tried;
};

static void look_at(void *arg, const struct ip6_addr_info *a)
{
	struct search *s = arg;

	if (a->netif != s->netif)
		return;
	if (a->state == IP6_TENTATIVE)
		s->is_tried = true;
	else if (a->state != IP6_DUPLICATED && !ip6_is_link_local(a->net.addr))
		s->is_found = true;
}

static bool iface_is_ready(const struct run_node *n, size_t index)
{
	const struct lab_iface *iface = n->spec->interfaces.items;
	struct stack *stack = &n->host->stack;
	struct search s = {.netif = run_netif(n, index)};

	if (lab_asks_for_address(&iface[index]) &&
	    !ip_addr_of(stack, s.netif).len)
		return false;
	ip6_addr_for_each(stack, look_at, &s);
	if (expand_is_slaac(n->run->lab, n->spec, &iface[index]) ||
	    expand_is_managed(n->run->lab, n->spec, &iface[index]))
		return s.is_found && !s.is_tried;
	return !s.is_tried;
}

bool lab_run_is_ready(const struct lab_run *run, const struct host *host)
{
	for (size_t i = 0; i < run_node_count(run); i++) {
		const struct run_node *n = &run->nodes[i];

		if (n->host != host)
			continue;
		for (size_t k = 0; k < n->spec->interfaces.count; k++)
			if (!iface_is_ready(n, k))
				return false;
	}
	return true;
}

bool lab_run_is_alone(const struct lab_run *run)
{
	for (size_t i = 0; i < run_node_count(run); i++)
		if (run->nodes[i].box.uplink)
			return false;
	return !lab_has_programs(run->lab);
}
