// SPDX-License-Identifier: MIT
/*
 * check_router.c - what a router may be told, and what contradicts itself
 */
#include <string.h>

#include "core/env.h"

#include "lab/expand.h"
#include "lab/run_int.h"

static const struct lab_num *port_of(const struct lab_forward *f)
{
	return f->tcp.is_set ? &f->tcp : &f->udp;
}

/* Node or address, and port. */
static void check_target(struct lab *lab, const struct lab_forward *f)
{
	char text[NODE_NAME_MAX];
	struct lab_str name = {.at = f->to.at, .s = text};
	uint16_t port;
	ip4_addr ip;

	if (!text_split(f->to.s, text, sizeof(text), &port))
		diag_error(&lab->diag, f->to.at,
			   "'%s' is not NODE:PORT, such as web:80", f->to.s);
	else if (ip4_parse(&ip, text) != 0)
		(void)check_name(lab, &name);
}

static void check_forwards(struct lab *lab, const struct lab_node *node)
{
	const struct lab_forward *f = node->router.forward.items;

	for (size_t i = 0; i < node->router.forward.count; i++) {
		const struct lab_num *port = port_of(&f[i]);

		if (!port->is_set || !f[i].to.s)
			continue;
		if (!port->v || port->v > 65535)
			diag_error(&lab->diag, port->at,
				   "a port is from 1 to 65535");
		check_target(lab, &f[i]);
		for (size_t j = 0; j < i; j++)
			if (port_of(&f[j])->v == port->v &&
			    f[j].tcp.is_set == f[i].tcp.is_set)
				diag_error(&lab->diag, port->at,
					   "this port leads somewhere already: "
					   "line %u",
					   port_of(&f[j])->at.line);
	}
}

static void check_seconds(struct lab *lab, const struct lab_num *v,
			  const char *key)
{
	if (v->is_set && (v->v < NS_PER_S || v->v > 3600 * NS_PER_S))
		diag_error(&lab->diag, v->at, "'%s' is from 1s to 1h", key);
}

static void check_secret(struct lab *lab, const struct lab_str *s,
			 const char *key)
{
	if (s->s && strlen(s->s) > 16)
		diag_error(&lab->diag, s->at, "'%s' has at most 16 characters",
			   key);
}

static bool is_plugged_into(const struct lab_node *node, const char *lan)
{
	const struct lab_iface *iface = node->interfaces.items;

	for (size_t i = 0; i < node->interfaces.count; i++)
		if (iface[i].on.s && strcmp(iface[i].on.s, lan) == 0)
			return true;
	return false;
}

static void check_rip(struct lab *lab, const struct lab_node *node)
{
	const struct lab_rip *r = &node->router.rip;
	const struct lab_str *s = r->passive.items;

	if (!r->item.is_set)
		return;
	if (!is_rip(lab, node))
		diag_error(&lab->diag, r->item.at,
			   "'%s' does not speak RIP; it would with 'routing: "
			   "rip'",
			   node->item.name.s);
	check_seconds(lab, &r->update, "update");
	check_seconds(lab, &r->timeout, "timeout");
	check_seconds(lab, &r->garbage, "garbage");
	check_seconds(lab, &r->triggered, "triggered");
	check_secret(lab, &r->password, "password");
	check_secret(lab, &r->md5, "md5");
	if (r->password.s && r->md5.s)
		diag_error(&lab->diag, r->md5.at,
			   "a password in the open and a digest: only one can "
			   "be meant");
	if (r->key_id.is_set && r->key_id.v > 255)
		diag_error(&lab->diag, r->key_id.at,
			   "'key-id' is from 0 to 255");
	for (size_t i = 0; i < r->passive.count; i++)
		if (!is_plugged_into(node, s[i].s))
			diag_error(&lab->diag, s[i].at,
				   "'%s' is not plugged into '%s'",
				   node->item.name.s, s[i].s);
}

void check_router(struct lab *lab, const struct lab_node *node)
{
	const struct lab_num *rate = &node->router.icmp_rate;

	if (node->kind.v != LAB_ROUTER)
		return;
	if (rate->is_set && rate->v > 100000)
		diag_error(&lab->diag, rate->at,
			   "'icmp-rate' is from 0 to 100000");
	check_forwards(lab, node);
	check_rip(lab, node);
	if (node->routes.is_set && is_rip(lab, node))
		diag_error(&lab->diag, node->routes.at,
			   "'%s' speaks RIP, and finds its routes itself",
			   node->item.name.s);
}
