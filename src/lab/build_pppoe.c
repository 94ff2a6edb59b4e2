// SPDX-License-Identifier: MIT
/*
 * build_pppoe.c - a node of a lab that dials over an Ethernet, or is dialled
 *
 * Theory of operation
 * ===================
 * Both begin when the node is switched on.  What they agree on makes the rest:
 *
 *	client		own address, a way to the concentrator, all else
 *			through him, and the LAN `nat` hidden behind it
 *	concentrator	a way to each client
 *
 * All of it goes with the session.  The first account has the address after the
 * concentrator's, the second the next, and so on.
 */
#include <errno.h>
#include <stdio.h>

#include "inet/ppp_if.h"
#include "ip/ip.h"
#include "ip/nat.h"
#include "lab/expand.h"
#include "lab/run_int.h"
#include "link/pppoe.h"

enum { REDIAL_S = 5, IF_NAME_LEN = 16 };

static const struct ip4_net everybody;

/* There may be no memory: then it is as if the session were not. */
static void on_client_up(void *arg, struct netif *netif, ip4_addr local,
			 ip4_addr peer)
{
	struct run_node *n = arg;
	struct stack *stack = &n->host->stack;
	int err = ppp_if_up(stack, netif, local, peer);

	if (!err)
		err = ip_route_add(stack, everybody, peer, netif, 0);
	if (!err)
		err = boot_nat(n, netif);
	if (err && !n->run->error)
		n->run->error = err;
}

static void on_client_down(void *arg, struct netif *netif, ip4_addr local,
			   ip4_addr peer)
{
	struct run_node *n = arg;
	struct stack *stack = &n->host->stack;

	nat_disable(stack);
	(void)ip_route_del(stack, everybody, peer, netif, 0);
	ppp_if_down(stack, netif, local, peer);
}

static void on_server_up(void *arg, struct netif *netif, ip4_addr local,
			 ip4_addr peer)
{
	struct run_node *n = arg;
	int err = ppp_if_up(&n->host->stack, netif, local, peer);

	if (err && !n->run->error)
		n->run->error = err;
}

static void on_server_down(void *arg, struct netif *netif, ip4_addr local,
			   ip4_addr peer)
{
	struct run_node *n = arg;

	ppp_if_down(&n->host->stack, netif, local, peer);
}

static const struct pppoe_ops client_ops = {.on_up = on_client_up,
					    .on_down = on_client_down};
static const struct pppoe_ops server_ops = {.on_up = on_server_up,
					    .on_down = on_server_down};

/* Serial lines are called ppp0, ppp1 ... too. */
static size_t first_number(const struct run_node *n)
{
	const struct topo_segment *s = n->run->lab->topo.segments.items;
	const struct lab_iface *iface = n->spec->interfaces.items;
	size_t count = 0;

	for (size_t i = 0; i < n->spec->interfaces.count; i++)
		count += iface[i].is_plugged && s[iface[i].segment].is_ppp;
	return count;
}

static int boot_client(struct run_node *n, struct netif *eth)
{
	const struct lab_pppoe *p = &n->spec->pppoe;
	const struct pppoe_client_conf conf = {
		.service = p->service.s,
		.redial_s = REDIAL_S,
		.ppp = {.name = p->name.s,
			.secret = p->secret.s ? p->secret.s : p->name.s},
	};
	char name[IF_NAME_LEN];

	(void)snprintf(name, sizeof(name), "ppp%zu", first_number(n));
	n->dials =
		pppoe_dial(&n->host->stack, eth, name, &conf, &client_ops, n);
	return n->dials ? 0 : -ENOMEM;
}

/* Who may come; NULL: no memory. */
static struct ppp_account *accounts_of(const struct run_node *n)
{
	const struct lab_pppoe *p = &n->spec->pppoe;
	const struct lab_pair *pair = p->accounts.items;
	size_t count = p->accounts.count;
	struct ppp_account *a = arena_alloc(&n->run->arena, count, sizeof(*a));
	char *names = arena_alloc(&n->run->arena, count, IF_NAME_LEN);

	if (!a || !names)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		const struct lab_str *secret = pair[i].values.items;
		char *name = names + i * IF_NAME_LEN;

		(void)snprintf(name, IF_NAME_LEN, "ppp%zu",
			       first_number(n) + i);
		a[i] = (struct ppp_account){
			.name = pair[i].key.s,
			.secret = secret->s,
			.peer = {p->address.v.v + 1 + (uint32_t)i},
			.if_name = name,
		};
	}
	return a;
}

static int boot_server(struct run_node *n, struct netif *eth)
{
	const struct lab_pppoe *p = &n->spec->pppoe;
	const char **services =
		arena_alloc(&n->run->arena, 2, sizeof(const char *));
	struct pppoe_server_conf conf = {
		.ac_name = n->spec->item.name.s,
		.ppp = {.auth = (enum ppp_auth)p->auth.v,
			.accounts = accounts_of(n),
			.account_count = p->accounts.count,
			.local = p->address.v},
	};

	if (!services || !conf.ppp.accounts)
		return -ENOMEM;
	services[0] = p->service.s;
	services[1] = NULL;
	if (p->service.s)
		conf.services = services;
	n->serves = pppoe_serve(&n->host->stack, eth, &conf, &server_ops, n);
	return n->serves ? 0 : -ENOMEM;
}

int boot_pppoe(struct run_node *n)
{
	const struct lab_pppoe *p = &n->spec->pppoe;
	struct netif *eth;

	if (!p->on.s)
		return 0;
	eth = run_netif(n, pppoe_iface(n->spec));
	return p->name.s ? boot_client(n, eth) : boot_server(n, eth);
}

void halt_pppoe(struct run_node *n)
{
	pppoe_hang_up(n->dials);
	pppoe_close(n->serves);
	n->dials = NULL;
	n->serves = NULL;
}
