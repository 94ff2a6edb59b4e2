// SPDX-License-Identifier: MIT
/*
 * check_pppoe.c - nodes that speak PPP over Ethernet
 *
 * The interface below has no IPv4 address: on that LAN there are only frames
 * of PPPoE, and all addresses are agreed on in sessions.  So no route leads
 * over it, and none of its network is given out.
 */
#include <string.h>

#include "lab/expand.h"

enum { ACCOUNTS_MAX = 250 };

#define PPPOE_ADDRESS 0x0a400001 /* 10.64.0.1 */

size_t pppoe_iface(const struct lab_node *node)
{
	const struct lab_iface *iface = node->interfaces.items;
	size_t i;

	for (i = 0; i < node->interfaces.count; i++)
		if (iface[i].on.s && !iface[i].vlan.is_set &&
		    strcmp(iface[i].on.s, node->pppoe.on.s) == 0)
			break;
	return i;
}

static void check_accounts(struct lab *lab, const struct lab_pppoe *p)
{
	const struct lab_pair *pair = p->accounts.items;

	if (p->accounts.is_set && !p->accounts.count)
		diag_error(&lab->diag, p->accounts.at,
			   "'accounts' is empty: nobody may come");
	if (p->accounts.count > ACCOUNTS_MAX)
		diag_error(&lab->diag, p->accounts.at,
			   "'accounts' has at most %d", ACCOUNTS_MAX);
	for (size_t i = 0; i < p->accounts.count; i++)
		if (pair[i].values.count != 1)
			diag_error(&lab->diag, pair[i].key.at,
				   "'%s' has one secret, not %zu",
				   pair[i].key.s, pair[i].values.count);
}

/* What it stands on; NULL, and said why, if it cannot. */
static struct lab_iface *check_on(struct lab *lab, const struct lab_node *node)
{
	const struct topo_segment *s = lab->topo.segments.items;
	struct lab_iface *iface = node->interfaces.items;
	const struct lab_pppoe *p = &node->pppoe;
	size_t index = pppoe_iface(node);

	if (index == node->interfaces.count) {
		diag_error(&lab->diag, p->on.at,
			   "'%s' is not plugged into '%s'", node->item.name.s,
			   p->on.s);
		return NULL;
	}
	iface += index;
	if (iface->is_plugged && s[iface->segment].is_ppp) {
		diag_error(&lab->diag, p->on.at,
			   "PPPoE needs Ethernet; the line to '%s' is a serial "
			   "one",
			   p->on.s);
		return NULL;
	}
	return iface;
}

static void expand_node(struct lab *lab, struct lab_node *node)
{
	struct lab_pppoe *p = &node->pppoe;
	struct lab_iface *iface = check_on(lab, node);
	bool is_only = node->interfaces.count == 1;

	check_accounts(lab, p);
	if (!iface)
		return;
	if (iface->ip.is_set || (is_only && node->ip.is_set) ||
	    (iface->address.is_set && iface->address.v != LAB_NONE) ||
	    (is_only && node->address.is_set && node->address.v != LAB_NONE))
		diag_error(&lab->diag, p->on.at,
			   "'%s' has an address there; with PPPoE it has none "
			   "but that of its session",
			   node->item.name.s);
	if (p->name.s && node->gateway.is_set)
		diag_error(&lab->diag, node->gateway.at,
			   "'%s' learns its gateway with its address",
			   node->item.name.s);
	if (p->accounts.count && !p->address.is_set)
		p->address =
			(struct lab_ip){.is_set = true, .v = {PPPOE_ADDRESS}};
	iface->address.is_set = true;
	iface->address.v = LAB_NONE;
}

void expand_pppoe(struct lab *lab)
{
	struct lab_node *node = lab->spec.nodes.items;

	for (size_t i = 0; i < lab->spec.nodes.count; i++)
		if (node[i].pppoe.on.s && node[i].item.name.s &&
		    !topo_is_switch(&node[i]))
			expand_node(lab, &node[i]);
}

/* The concentrator's address and one for each account. */
static void check_addresses(struct lab *lab, const struct lab_pppoe *p)
{
	char text[IP4_TEXT];

	for (size_t i = 0; i <= p->accounts.count; i++) {
		ip4_addr ip = {p->address.v.v + (uint32_t)i};
		const struct topo_segment *s = boot_segment(lab, ip);

		if (!s)
			continue;
		diag_error(
			&lab->diag, p->address.at,
			"%s would be given in sessions, and is of the network "
			"of '%s'",
			ip4_print(ip, text), s->name);
		return;
	}
}

void check_pppoe(struct lab *lab)
{
	const struct lab_node *node = lab->spec.nodes.items;

	for (size_t i = 0; i < lab->spec.nodes.count; i++)
		if (node[i].pppoe.accounts.count)
			check_addresses(lab, &node[i].pppoe);
}
