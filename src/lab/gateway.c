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
	return f->allow.is_set || f->deny.is_set || f->reject.is_set;
}

static uint8_t proto_of(const struct lab_filter *f)
{
	if (f->reject.is_set)
		return protos[f->reject.v];
	return protos[f->allow.is_set ? f->allow.v : f->deny.v];
}

/* Who is meant, in each version of IP; a length of 0: nobody there. */
struct who {
	struct ip4_net net;
	struct ip6_net net6;
};

static void who_of_lan(const struct lab_lan *lan, struct who *who)
{
	who->net = lan->net.v;
	if (lan->net6.is_set)
		who->net6 = lan->net6.v;
}

static void who_of_node(const struct lab_node *node, struct who *who)
{
	const struct lab_iface *iface = topo_first_iface(node);
	const struct lab_ip6 *ip6 = topo_first_ip6(node);

	if (iface)
		who->net = (struct ip4_net){iface->ip.v, 32};
	if (ip6)
		who->net6 = (struct ip6_net){ip6->v, 128};
}

/* An address, or a network, of either version. */
static bool who_of_text(const char *text, struct who *who)
{
	if (ip4_parse(&who->net.addr, text) == 0) {
		who->net.len = 32;
		return true;
	}
	if (ip6_parse(&who->net6.addr, text) == 0) {
		who->net6.len = 128;
		return true;
	}
	return ip4_net_parse(&who->net, text) == 0 ||
	       ip6_net_parse(&who->net6, text) == 0;
}

/* A LAN, a node (its first addresses), a network or an address. */
static bool end_of(const struct topo *topo, const char *text, struct who *who)
{
	const struct lab_lan *lan = topo_lan(topo, text);
	const struct lab_node *node = topo_node(topo, text);

	*who = (struct who){0};
	if (lan)
		who_of_lan(lan, who);
	else if (node && (topo_first_iface(node) || topo_first_ip6(node)))
		who_of_node(node, who);
	else
		return who_of_text(text, who);
	return true;
}

static void check_end(struct lab *lab, const struct lab_str *end)
{
	const struct lab_node *node =
		end->s ? topo_node(&lab->topo, end->s) : NULL;
	struct who who;

	/* Addresses may not have been given out yet. */
	if (!end->s || (node && !topo_is_switch(node)))
		return;
	if (!end_of(&lab->topo, end->s, &who))
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
	if (f->limit.is_set && (!f->limit.v || f->limit.v > 1000000))
		diag_error(&lab->diag, f->limit.at,
			   "'limit' is from 1 to 1000000");
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
	struct who who;

	*r = (struct filter_rule){
		.proto = proto_of(f),
		.port = (uint16_t)f->port.v,
		.is_allowed = f->allow.is_set,
		.is_aloud = f->reject.is_set,
	};
	if (f->from.s) {
		check(end_of(topo, f->from.s, &who));
		r->from = who.net;
		r->from6 = who.net6;
	}
	if (f->to.s) {
		check(end_of(topo, f->to.s, &who));
		r->to = who.net;
		r->to6 = who.net6;
	}
}

static void boot_idle(const struct run_node *n)
{
	const struct lab_filter *f = n->spec->router.filter.items;
	struct stack *stack = &n->host->stack;

	for (size_t i = 0; i < n->spec->router.filter.count; i++) {
		uint32_t idle_s = (uint32_t)(f[i].idle.v / NS_PER_S);

		if (f[i].limit.is_set)
			filter_set_host_max(stack, f[i].limit.v);
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
