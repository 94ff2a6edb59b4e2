// SPDX-License-Identifier: MIT
/*
 * gateway.c - the filter of a router, from the file to the stack
 *
 * The list is in the order in which it is asked; among the rules may stand
 * what holds for all of them: what happens where none fits, and how long
 * connections in a state may be silent.
 */
#include <errno.h>
#include <string.h>

#include "base/check.h"

#include "wire/proto.h"

#include "ip/filter.h"
#include "lab/expand.h"
#include "lab/run_int.h"

/* In the order of the words in schema.c. */
static const uint8_t protos[] = {0, IP_PROTO_TCP, IP_PROTO_UDP, IP_PROTO_ICMP};
static const enum filter_state states[] = {
	FILTER_TCP_OPEN, FILTER_TCP_SYN, FILTER_TCP_CLOSED,
	FILTER_NEW,	 FILTER_STREAM,	 FILTER_ECHO,
};

static bool is_rule(const struct lab_filter *f)
{
	return f->allow.is_set || f->deny.is_set;
}

static uint8_t proto_of(const struct lab_filter *f)
{
	return protos[f->allow.is_set ? f->allow.v : f->deny.v];
}

/* A LAN, a node (its first address), a network or an address. */
static bool end_of(const struct topo *topo, const char *text,
		   struct ip4_net *net)
{
	const struct lab_lan *lan = topo_lan(topo, text);
	const struct lab_node *node = topo_node(topo, text);
	const struct lab_iface *iface = node ? topo_first_iface(node) : NULL;

	if (lan)
		*net = lan->net.v;
	else if (iface)
		*net = (struct ip4_net){iface->ip.v, 32};
	else if (ip4_parse(&net->addr, text) == 0)
		net->len = 32;
	else
		return ip4_net_parse(net, text) == 0;
	return true;
}

static void check_end(struct lab *lab, const struct lab_str *end)
{
	const struct lab_node *node =
		end->s ? topo_node(&lab->topo, end->s) : NULL;
	struct ip4_net net;

	/* Addresses may not have been given out yet. */
	if (!end->s || (node && !topo_is_switch(node)))
		return;
	if (!end_of(&lab->topo, end->s, &net))
		diag_error(&lab->diag, end->at,
			   "'%s' is no LAN, no node with an address and no "
			   "network such as 10.1.0.0/24",
			   end->s);
}

static void check_entry(struct lab *lab, const struct lab_filter *f)
{
	check_end(lab, &f->from);
	check_end(lab, &f->to);
	if (f->port.is_set && (!f->port.v || f->port.v > 65535))
		diag_error(&lab->diag, f->port.at, "'port' is from 1 to 65535");
	if (f->port.is_set && is_rule(f) && proto_of(f) != IP_PROTO_TCP &&
	    proto_of(f) != IP_PROTO_UDP)
		diag_error(&lab->diag, f->port.at,
			   "only tcp and udp have ports");
	if (f->idle.is_set && (f->idle.v < NS_PER_S || f->idle.v % NS_PER_S ||
			       f->idle.v / NS_PER_S > UINT32_MAX))
		diag_error(&lab->diag, f->idle.at,
			   "'idle' is in whole seconds, from 1s");
}

void check_filter(struct lab *lab, const struct lab_node *node)
{
	const struct lab_filter *f = node->router.filter.items, *rest = NULL;

	for (size_t i = 0; i < node->router.filter.count; i++) {
		check_entry(lab, &f[i]);
		if (!f[i].rest.is_set)
			continue;
		if (rest)
			diag_error(&lab->diag, f[i].rest.at,
				   "a second 'default'; the first stands in "
				   "line %u",
				   rest->rest.at.line);
		else
			rest = &f[i];
	}
}

static void rule_add(const struct run_node *n, const struct lab_filter *f,
		     struct filter_rule *r)
{
	const struct topo *topo = &n->run->lab->topo;

	*r = (struct filter_rule){
		.proto = proto_of(f),
		.port = (uint16_t)f->port.v,
		.is_allowed = f->allow.is_set,
	};
	if (f->from.s)
		check(end_of(topo, f->from.s, &r->from));
	if (f->to.s)
		check(end_of(topo, f->to.s, &r->to));
}

static void boot_idle(const struct run_node *n)
{
	const struct lab_filter *f = n->spec->router.filter.items;
	struct stack *stack = &n->host->stack;

	for (size_t i = 0; i < n->spec->router.filter.count; i++) {
		uint32_t idle_s = (uint32_t)(f[i].idle.v / NS_PER_S);

		if (!f[i].idle.is_set)
			continue;
		filter_set_idle(stack, states[f[i].state.v], idle_s);
		if (states[f[i].state.v] == FILTER_TCP_SYN)
			filter_set_idle(stack, FILTER_TCP_ANSWERED, idle_s);
	}
}

int boot_filter(struct run_node *n)
{
	const struct lab_filter *f = n->spec->router.filter.items;
	size_t count = 0, entries = n->spec->router.filter.count;
	struct filter_rule *rules;
	bool allows_rest = false;
	int err;

	if (!n->spec->router.filter.is_set)
		return 0;
	rules = arena_alloc(&n->run->arena, entries + 1, sizeof(*rules));
	if (!rules)
		return -ENOMEM;
	for (size_t i = 0; i < entries; i++) {
		if (is_rule(&f[i]))
			rule_add(n, &f[i], &rules[count++]);
		allows_rest |= f[i].rest.is_set && f[i].rest.v;
	}
	err = filter_enable(&n->host->stack, rules, count, allows_rest);
	if (!err)
		boot_idle(n);
	return err;
}
