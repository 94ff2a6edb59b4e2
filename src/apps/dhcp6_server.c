// SPDX-License-Identifier: MIT
/*
 * dhcp6_server.c - a server of DHCPv6: addresses, or only the rest
 *
 * Theory of operation
 * ===================
 * As with DHCP of IPv4 each message says all that is needed to answer it, and
 * the table of leases (dhcp_lease.c) is the only memory.  A client is a DUID
 * and one of its associations (IA); each IA of a question is answered by
 * itself, with an address or with a status that says why there is none:
 *
 *	NoAddrsAvail	the pool is empty, or there is none for that link
 *	NoBinding	the client thinks that it has something here
 *	NotOnLink	what it has does not fit where it is
 *
 * One table says for each message what must and must not stand in it (RFC 8415,
 * 16): the identifier of a server is in what goes to one server, and in nothing
 * that asks all.  What was sent to us alone instead of to the group is told so
 * (18.4), since others must hear it too.
 *
 * Which link the client is on is the interface's network, or what the relay
 * next to the client says.  An answer goes back as the question came, in as
 * many envelopes.
 *
 * The server does not ask whether somebody uses an address: every host of IPv6
 * does before it takes one (RFC 4862, 5.4).
 *
 * Limits
 * ------
 * DHCP6_IAS associations of a client; one address each.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"

#include "core/netif.h"
#include "core/probe.h"

#include "apps/dhcp6_server_int.h"
#include "ip6/ip6.h"

static void on_free(void *arg, struct lease *l)
{
	dhcp6_lease_move(arg, l, LEASE_FREE, 0);
}

static void leases_tidy(struct dhcp6_server *s)
{
	uint64_t next = UINT64_MAX;

	for (size_t i = 0; i < s->pool_count; i++)
		next = min_u64(next,
			       lease_expire(&s->pools[i].leases,
					    dhcp6_server_now(s), on_free, s));
	if (next == UINT64_MAX)
		stack_disarm(s->sock.stack, &s->timer);
	else
		stack_arm(s->sock.stack, &s->timer, next);
}

static void on_timer(struct timer *t, void *arg)
{
	(void)t;
	leases_tidy(arg);
}

/*
 * Who asks, and where he is.
 */

static struct dhcp6_link *pool_with(struct dhcp6_server *s, ip6_addr addr)
{
	for (size_t i = 0; i < s->pool_count; i++)
		if (ip6_net_has(s->pools[i].net, addr))
			return &s->pools[i];
	return NULL;
}

struct own_search {
	struct dhcp6_server *s;
	struct dhcp6_link *found;
};

static void own_step(void *arg, const struct ip6_addr_info *a)
{
	struct own_search *own = arg;

	if (!own->found && a->netif == own->s->sock.netif)
		own->found = pool_with(own->s, a->net.addr);
}

/* The pool of the client's link, or NULL. */
static struct dhcp6_link *pool_of(struct dhcp6_question *q)
{
	struct own_search own = {.s = q->s};
	ip6_addr link = dhcp6_envelope_link(&q->way);

	if (!ip6_is_zero(link))
		return pool_with(q->s, link);
	ip6_addr_for_each(q->s->sock.stack, own_step, &own);
	return own.found;
}

/*
 * What may stand in a question.
 */

enum { NO, MAY, MUST };

/* clang-format off */
static const struct rule {
	uint8_t client;		/* its identifier */
	uint8_t server;		/* ours */
	bool has_no_ia;
	bool is_told;		/* that it is for the group */
	void (*fn)(struct dhcp6_question *q);
} rules[DHCP6_TYPES] = {
	[DHCP6_SOLICIT] =     {MUST, NO,   false, false, dhcp6_on_solicit},
	[DHCP6_REQUEST] =     {MUST, MUST, false, true,  dhcp6_on_request},
	[DHCP6_CONFIRM] =     {MUST, NO,   false, false, dhcp6_on_confirm},
	[DHCP6_RENEW] =	      {MUST, MUST, false, true,  dhcp6_on_renew},
	[DHCP6_REBIND] =      {MUST, NO,   false, false, dhcp6_on_rebind},
	[DHCP6_RELEASE] =     {MUST, MUST, false, true,  dhcp6_on_release},
	[DHCP6_DECLINE] =     {MUST, MUST, false, true,  dhcp6_on_decline},
	[DHCP6_INFORMATION] = {MAY,  MAY,  true,  false, dhcp6_add_config},
};
/* clang-format on */

static bool is_for_us(const struct dhcp6_question *q, const struct rule *rule)
{
	bool has_server = q->m.server.len;

	if (!rule->fn || (rule->has_no_ia && q->m.ia_count) ||
	    (rule->client == MUST && !q->m.client.len) ||
	    (rule->server == MUST && !has_server) ||
	    (rule->server == NO && has_server))
		return false;
	return !has_server || dhcp6_duid_eq(&q->m.server, &q->s->duid);
}

/*
 * The answer.
 */

static void tell(const struct dhcp6_question *q)
{
	struct ip_addr ip = ip_addr_v6(IP6_ANY);
	const struct dhcp6_ia *ia = q->a.ia_count ? &q->a.ia[0] : NULL;
	const char *status = NULL;

	if (ia && ia->count)
		ip = ip_addr_v6(ia->addr[0].addr);
	if (q->a.has_status && q->a.status)
		status = dhcp6_status_name(q->a.status);
	else if (ia && ia->has_status)
		status = dhcp6_status_name(ia->status);
	if (status)
		PROBE_CAUSE(&q->s->sock.stack->place, EV_APP, R_DHCP6_ANSWER,
			    NULL, EVF_TEXT("text", dhcp6_type_name(q->a.type)),
			    EVF_TEXT("status", status));
	else if (ip6_is_zero(ip.v6))
		PROBE_CAUSE(&q->s->sock.stack->place, EV_APP, R_DHCP6_ANSWER,
			    NULL, EVF_TEXT("text", dhcp6_type_name(q->a.type)));
	else
		PROBE_CAUSE(&q->s->sock.stack->place, EV_APP, R_DHCP6_ANSWER,
			    NULL, EVF_TEXT("text", dhcp6_type_name(q->a.type)),
			    EVF_IP("ip", &ip));
}

static void send_answer(struct dhcp6_question *q)
{
	uint8_t buf[DHCP6_LEN_MAX];
	size_t len = dhcp6_emit(buf, sizeof(buf), &q->a);

	len = dhcp6_close_envelope(&q->way, buf, len, sizeof(buf));
	tell(q);
	(void)dhcp_sock_put(&q->s->sock, buf, len, q->from->peer.addr,
			    q->way.count ? DHCP6_PORT_SERVER
					 : DHCP6_PORT_CLIENT);
}

static void answer(struct dhcp6_question *q, const struct rule *rule)
{
	bool is_alone = !q->way.count && !ip_addr_is_multicast(q->from->dst);

	q->a = (struct dhcp6_msg){
		.type = DHCP6_REPLY,
		.xid = q->m.xid,
		.client = q->m.client,
		.server = q->s->duid,
	};
	if (is_alone && !rule->is_told) {
		dhcp_drop(&q->s->sock, DROP_dhcp_unasked);
		return;
	}
	leases_tidy(q->s);
	if (is_alone)
		dhcp6_say_status(q, DHCP6_USE_MULTICAST);
	else
		rule->fn(q);
	leases_tidy(q->s);
	if (q->is_silent)
		dhcp_drop(&q->s->sock, DROP_dhcp_unasked);
	else
		send_answer(q);
}

static void on_octets(void *arg, uint8_t *buf, size_t len,
		      const struct udp_from *from)
{
	struct dhcp6_question q = {.s = arg, .from = from};
	struct dhcp6_server *s = arg;
	const struct rule *rule;
	const uint8_t *inner;
	size_t n;
	int err = dhcp6_open_envelope(&q.way, buf, len, &inner, &n);

	if (err == -ELOOP) {
		dhcp_drop(&s->sock, DROP_dhcp_hops);
		return;
	}
	if (err || dhcp6_parse(&q.m, inner, n) < 0) {
		dhcp_drop(&s->sock, DROP_dhcp_bad);
		return;
	}
	rule = &rules[q.m.type];
	if (!is_for_us(&q, rule)) {
		dhcp_drop(&s->sock, DROP_dhcp_unasked);
		return;
	}
	q.pool = pool_of(&q);
	answer(&q, rule);
}

/*
 * Beginning and end.
 */

static int pools_init(struct dhcp6_server *s,
		      const struct dhcp6_server_config *cfg)
{
	struct mem *mem = s->sock.stack->place.env->mem;
	int err = 0;

	for (size_t i = 0; i < cfg->pool_count && !err; i++) {
		const struct dhcp6_pool *p = &cfg->pools[i];

		if (!ip6_net_has(p->net, p->from))
			return -EINVAL;
		s->pools[i].net = p->net;
		s->pool_count++;
		err = lease_table_init(&s->pools[i].leases, mem,
				       ip_addr_v6(p->from), p->count, 0);
	}
	return err;
}

static int server_init(struct dhcp6_server *s,
		       const struct dhcp6_server_config *cfg)
{
	struct dhcp_sock *sock = &s->sock;
	int err = stack_random(sock->stack, &s->key, sizeof(s->key));

	if (!err)
		err = pools_init(s, cfg);
	if (cfg->domain)
		(void)snprintf(s->domain, sizeof(s->domain), "%s", cfg->domain);
	if (!err)
		err = dhcp_sock_open(sock, DHCP6_PORT_SERVER);
	if (!err)
		err = ip6_group_add(sock->stack, sock->netif, IP6_ALL_DHCP);
	s->is_listening = !err;
	return err;
}

static size_t size_of(size_t pools)
{
	return sizeof(struct dhcp6_server) + pools * sizeof(struct dhcp6_link);
}

int dhcp6_server_start(struct stack *stack, struct netif *netif,
		       const struct dhcp6_server_config *cfg,
		       struct dhcp6_server **server)
{
	struct dhcp6_server *s;
	int err;

	if (cfg->pool_count > DHCP6_POOLS_MAX)
		return -EINVAL;
	s = mem_alloc(stack->place.env->mem, size_of(cfg->pool_count));
	if (!s)
		return -ENOMEM;
	s->cfg = *cfg;
	s->duid = dhcp6_duid_ll(netif->mac);
	s->sock = (struct dhcp_sock){
		.stack = stack,
		.netif = netif,
		.family = IP_V6,
		.on_octets = on_octets,
		.arg = s,
	};
	timer_init(&s->timer, on_timer, s);
	err = server_init(s, cfg);
	if (err)
		dhcp6_server_stop(s);
	else
		*server = s;
	return err;
}

void dhcp6_server_stop(struct dhcp6_server *s)
{
	struct stack *stack;

	if (!s)
		return;
	stack = s->sock.stack;
	stack_disarm(stack, &s->timer);
	if (s->is_listening)
		(void)ip6_group_del(stack, s->sock.netif, IP6_ALL_DHCP);
	dhcp_sock_close(&s->sock);
	for (size_t i = 0; i < s->pool_count; i++)
		lease_table_fini(&s->pools[i].leases);
	mem_free(stack->place.env->mem, s, size_of(s->cfg.pool_count));
}

const struct lease_table *dhcp6_server_leases(const struct dhcp6_server *s,
					      size_t pool)
{
	return &s->pools[pool].leases;
}
