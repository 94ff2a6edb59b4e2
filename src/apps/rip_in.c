// SPDX-License-Identifier: MIT
/*
 * rip_in.c - what to believe of a message of RIP
 *
 * Theory of operation
 * ===================
 * Whoever can make a router believe in a route can have its packets.  So a
 * message has to pass, each step with its own name:
 *
 *	1  form		rip_bad, rip_version
 *	2  from where	rip_source: a neighbour at the interface it came in by,
 *			not ourselves; an answer from port 520 (RFC 2453,
 *			3.9.2), and one to the group with a time to live of 1,
 *			so that no router can have passed it on
 *	3  by whom	rip_auth: the password, or the digest and a number that
 *			does not fall (RFC 4822)
 *
 * and each of its entries: a network that can be one, a metric from 1 to 16.
 * Those that do not are skipped; the others count.
 */

#include <string.h>

#include "core/probe.h"

#include "apps/rip_int.h"
#include "ip/ip.h"

static void ignore(struct rip *rip, enum drop why)
{
	struct place *place = &rip->stack->place;

	place->drops[why]++;
	PROBE(place, EV_APP, R_RIP_IGNORED, NULL,
	      EVF_TEXT("text", drop_text(why)),
	      EVF_TEXT("drop", drop_name(why)));
}

/* Step 1. */
static enum drop check_form(int err)
{
	if (!err)
		return DROP_COUNT;
	return err == WIRE_VERSION ? DROP_rip_version : DROP_rip_bad;
}

/* Step 2. */
static enum drop check_source(const struct rip_if *ifc, const struct rip_msg *m,
			      const struct udp_from *from)
{
	ip4_addr src = from->peer.addr.v4;
	bool is_group = ip4_is_multicast(from->dst.v4);

	if (!ip4_net_has(ifc->net, src) ||
	    ip_addr_is_ours(ifc->rip->stack, from->peer.addr))
		return DROP_rip_source;
	if (m->command == RIP_RESPONSE &&
	    (from->peer.port != RIP_PORT || (is_group && from->ttl != 1)))
		return DROP_rip_source;
	return DROP_COUNT;
}

/* A neighbour of whom a right digest has come; NULL: a new one, and there is
 * no room. */
static struct rip_neighbour *neighbour_get(struct rip_if *ifc, ip4_addr addr)
{
	struct rip_neighbour *n;

	list_for_each_entry(n, &ifc->neighbours, struct rip_neighbour, node)
		if (n->addr.v == addr.v)
			return n;
	if (ifc->neighbour_count >= RIP_NEIGHBOURS_MAX)
		return NULL;
	n = mem_alloc(rip_mem(ifc->rip), sizeof(*n));
	if (!n)
		return NULL;
	n->addr = addr;
	list_add_tail(&ifc->neighbours, &n->node);
	ifc->neighbour_count++;
	return n;
}

/* Step 3, a digest: right, and not an old message said again. */
static bool digest_is_good(struct rip_if *ifc, const struct rip_msg *m,
			   const uint8_t *buf, const struct udp_from *from)
{
	const struct rip *rip = ifc->rip;
	struct rip_neighbour *n;

	if (m->key_id != rip->cfg.key_id ||
	    !rip_digest_is_right(buf, from->len, rip->secret))
		return false;
	n = neighbour_get(ifc, from->peer.addr.v4);
	if (!n || m->seq < n->seq)
		return false;
	n->seq = m->seq;
	return true;
}

/* Step 3. */
static enum drop check_auth(struct rip_if *ifc, const struct rip_msg *m,
			    const uint8_t *buf, const struct udp_from *from)
{
	const struct rip *rip = ifc->rip;
	bool is_good = m->auth == rip->auth;

	if (is_good && m->auth == RIP_AUTH_PASSWORD)
		is_good = memcmp(m->secret, rip->secret, RIP_SECRET_LEN) == 0;
	else if (is_good && m->auth == RIP_AUTH_MD5)
		is_good = digest_is_good(ifc, m, buf, from);
	return is_good ? DROP_COUNT : DROP_rip_auth;
}

/*
 * Messages that are believed.
 */

/* Can packets be sent there? */
static bool net_is_possible(struct ip4_net net)
{
	if (net.len > 32)
		return false;
	if (!net.len)
		return true; /* the default route */
	return net.addr.v >> 24 != 0 && !ip4_is_loopback(net.addr) &&
	       !ip4_is_multicast(net.addr) && !ip4_is_reserved(net.addr) &&
	       !ip4_is_broadcast(net.addr);
}

/* One that a neighbour names must be a neighbour, too, and not ourselves;
 * else it is he. */
static ip4_addr next_hop_of(const struct rip_if *ifc, const struct rip_entry *e)
{
	bool is_near =
		ip4_net_has(ifc->net, e->next_hop) &&
		!ip_addr_is_ours(ifc->rip->stack, ip_addr_v4(e->next_hop));

	return is_near ? e->next_hop : (ip4_addr){0};
}

static void response_input(struct rip_if *ifc, const struct rip_msg *m,
			   ip4_addr from)
{
	for (size_t i = 0; i < m->count; i++) {
		struct rip_entry e = m->entry[i];

		if (e.family != RIP_FAMILY_IP || !net_is_possible(e.net) ||
		    !e.metric || e.metric > RIP_INFINITY)
			continue;
		e.next_hop = next_hop_of(ifc, &e);
		e.metric =
			e.metric < RIP_INFINITY ? e.metric + 1 : RIP_INFINITY;
		rip_learn(ifc, from, &e);
	}
}

/* RFC 2453, 3.9.1 */
static void request_input(struct rip_if *ifc, struct rip_msg *m,
			  const struct endpoint *from)
{
	if (m->count == 1 && m->entry[0].family == RIP_FAMILY_ALL &&
	    m->entry[0].metric == RIP_INFINITY)
		rip_tell(ifc, from, false);
	else if (m->count)
		rip_answer(ifc, from, m);
}

static void message_input(struct rip_if *ifc, const uint8_t *buf,
			  const struct udp_from *from)
{
	struct rip_msg m;
	enum drop why = check_form(rip_parse(&m, buf, from->len));

	if (why == DROP_COUNT)
		why = check_source(ifc, &m, from);
	if (why == DROP_COUNT)
		why = check_auth(ifc, &m, buf, from);
	if (why != DROP_COUNT)
		ignore(ifc->rip, why);
	else if (m.command == RIP_RESPONSE)
		response_input(ifc, &m, from->peer.addr.v4);
	else
		request_input(ifc, &m, &from->peer);
}

void rip_on_input(struct task *task, void *arg)
{
	struct rip_if *ifc = arg;
	uint8_t buf[RIP_LEN_MAX];
	struct udp_from from;

	(void)task;
	while (udp_recv(ifc->udp, buf, sizeof(buf), false, &from) >= 0) {
		if (from.peer.addr.family != IP_V4)
			return; /* nothing waits: shut down */
		if (from.len > sizeof(buf))
			ignore(ifc->rip, DROP_rip_bad);
		else
			message_input(ifc, buf, &from);
	}
}
