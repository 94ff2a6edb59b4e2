// SPDX-License-Identifier: MIT
/*
 * rip_out.c - what a router tells its neighbours (RFC 2453, 3.10.2 and 3.4.3)
 *
 * Theory of operation
 * ===================
 * All routes go to all neighbours of a link at once, to a group address, 25 in
 * a message.  Except that a neighbour must not be told his own story: he would
 * believe, when he loses the network, that there was another way, through us,
 * which leads back to him.  So of what was learned at an interface nothing is
 * told there (split horizon); or rather that it leads nowhere (poisoned
 * reverse), which costs more octets and ends a loop that is there already.
 */

#include <stdio.h>

#include "core/probe.h"

#include "apps/rip_int.h"

static void send_msg(struct rip_if *ifc, const struct endpoint *to,
		     struct rip_msg *m)
{
	const struct endpoint all = {ip_addr_v4(RIP_GROUP), RIP_PORT};
	struct rip *rip = ifc->rip;
	uint8_t buf[RIP_LEN_MAX];
	size_t len;

	m->auth = rip->auth;
	m->key_id = rip->cfg.key_id;
	for (size_t i = 0; i < RIP_SECRET_LEN; i++)
		m->secret[i] = rip->secret[i];
	if (m->auth == RIP_AUTH_MD5)
		m->seq = rip->seq++;
	len = rip_emit(buf, m);
	/* What cannot be sent is as if it were lost: said again soon. */
	(void)udp_send(ifc->udp, buf, len, to ? to : &all);
}

/* How many entries fit. */
static size_t room_of(const struct rip *rip)
{
	return RIP_ENTRIES - (rip->auth != RIP_AUTH_NONE);
}

void rip_ask(struct rip_if *ifc)
{
	struct rip_msg m = {
		.command = RIP_REQUEST,
		.count = 1,
		.entry = {{.family = RIP_FAMILY_ALL, .metric = RIP_INFINITY}},
	};

	if (!ifc->udp || ifc->is_lost)
		return;
	PROBE_CAUSE(&ifc->rip->stack->place, EV_APP, R_RIP_ASK, NULL,
		    EVF_TEXT("netif", ifc->netif->name));
	send_msg(ifc, NULL, &m);
}

/* What is said of a route at an interface; false: nothing. */
static bool entry_make(const struct rip_if *ifc, const struct rip_route *r,
		       struct rip_entry *e)
{
	enum rip_horizon horizon = ifc->rip->cfg.horizon;
	bool is_theirs = r->ifc == ifc && r->metric < RIP_INFINITY;

	*e = (struct rip_entry){
		.family = RIP_FAMILY_IP,
		.tag = r->tag,
		.net = r->net,
		.metric = r->metric,
	};
	if (!is_theirs || horizon == RIP_TELL)
		return true;
	/* Their own link they know. */
	if (horizon == RIP_SPLIT || !r->from.v)
		return false;
	e->metric = RIP_INFINITY;
	return true;
}

void rip_tell(struct rip_if *ifc, const struct endpoint *to, bool only_news)
{
	struct rip_msg m = {.command = RIP_RESPONSE};
	struct rip *rip = ifc->rip;
	const struct rip_route *r;
	size_t told = 0;

	if (!ifc->udp || ifc->is_lost)
		return;
	list_for_each_entry(r, &rip->routes, struct rip_route, node)
		told += !only_news || r->is_changed;
	if (!told)
		return;
	PROBE_CAUSE(&rip->stack->place, EV_APP, R_RIP_TELL, NULL,
		    EVF_TEXT("netif", ifc->netif->name), EVF_NUM("count", told),
		    EVF_TEXT("text", only_news ? "news" : "all routes"));
	list_for_each_entry(r, &rip->routes, struct rip_route, node) {
		if ((only_news && !r->is_changed) ||
		    !entry_make(ifc, r, &m.entry[m.count]))
			continue;
		if (++m.count < room_of(rip))
			continue;
		send_msg(ifc, to, &m);
		m.count = 0;
	}
	if (m.count)
		send_msg(ifc, to, &m);
}

/* Somebody asks about networks, not as a router: he is told all we know. */
void rip_answer(struct rip_if *ifc, const struct endpoint *to,
		struct rip_msg *m)
{
	if (m->count > room_of(ifc->rip))
		m->count = room_of(ifc->rip);
	for (size_t i = 0; i < m->count; i++) {
		struct rip_entry *e = &m->entry[i];
		const struct rip_route *r =
			e->net.len <= 32 ? rip_find(ifc->rip, e->net) : NULL;

		if (e->net.len > 32)
			e->net.len = 32;
		e->metric = r ? r->metric : RIP_INFINITY;
	}
	m->command = RIP_RESPONSE;
	send_msg(ifc, to, m);
}
