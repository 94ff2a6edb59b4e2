// SPDX-License-Identifier: MIT
/*
 * dhcp6_relay.c - a router carries questions to a DHCPv6 server elsewhere
 *
 * Theory of operation
 * ===================
 * Clients ask a group that no router forwards.  A relay listens to it, puts the
 * whole question into a message of its own, and sends that on:
 *
 *	client -- SOLICIT --> relay -- RELAY-FORW(link, peer, SOLICIT) --> server
 *	client <- ADVERTISE -- relay <- RELAY-REPL(link, peer, ADVERTISE) --
 *
 * Unlike a relay of IPv4 it changes nothing in the message.  `link` tells the
 * server where the client is, `peer` tells the relay to whom the answer goes,
 * and the name of the interface (Interface-Id), which the server gives back, by
 * which way.
 *
 * Only clients are believed, but for interfaces where other relays may be; a
 * relayed message from elsewhere is dropped as dhcp_spoofed, for it could name
 * any link.  An answer is taken from the servers that were asked.
 */

#include "apps/dhcp6_relay.h"

#include <errno.h>
#include <string.h>

#include "wire/dhcp6.h"

#include "core/netif.h"
#include "core/probe.h"

#include "apps/dhcp_ports.h"
#include "ip6/ip6.h"

struct dhcp6_relay_agent {
	struct stack *stack;
	ip6_addr servers[DHCP6_RELAY_SERVERS];
	size_t server_count, joined; /* ports that listen to the group */
	struct dhcp_ports ports;
};

static void tell(const struct dhcp_port *p, uint8_t type, ip6_addr to)
{
	struct ip_addr ip = ip_addr_v6(to);

	PROBE_CAUSE(&p->sock.stack->place, EV_APP, R_DHCP6_RELAY, NULL,
		    EVF_TEXT("text", dhcp6_type_name(type)), EVF_IP("ip", &ip));
}

struct link_search {
	const struct netif *netif;
	ip6_addr found;
};

static void link_step(void *arg, const struct ip6_addr_info *a)
{
	struct link_search *s = arg;

	if (a->netif == s->netif && ip6_is_zero(s->found) &&
	    !ip6_is_link_local(a->net.addr))
		s->found = a->net.addr;
}

/* An address of the link that is known beyond it, or ::. */
static ip6_addr link_of(const struct dhcp_port *p)
{
	struct link_search s = {.netif = p->sock.netif};

	ip6_addr_for_each(p->sock.stack, link_step, &s);
	return s.found;
}

static void question_pass(struct dhcp_port *p, const struct dhcp6_relay *env)
{
	struct dhcp6_relay_agent *r = p->owner;
	uint8_t buf[DHCP_DATAGRAM_MAX];
	size_t len = dhcp6_relay_emit(buf, sizeof(buf), env);

	for (size_t i = 0; i < r->server_count; i++) {
		struct ip_addr to = ip_addr_v6(r->servers[i]);
		struct dhcp_port *out = dhcp_port_towards(&r->ports, to);

		if (!out || out == p)
			continue; /* it hears the question itself */
		tell(p, env->inner[0], to.v6);
		(void)dhcp_sock_put(&out->sock, buf, len, to,
				    DHCP6_PORT_SERVER);
	}
}

/* From a client, or from another relay: hops, and :: for a link that the peer's
 * address says already (19.1.2). */
static void on_question(struct dhcp_port *p, const uint8_t *buf, size_t len,
			const struct udp_from *from)
{
	const char *name = p->sock.netif->name;
	struct dhcp6_relay before,
		env = {
			.type = DHCP6_RELAY_FORW,
			.peer = from->peer.addr.v6,
			.link = link_of(p),
			.iface_len = (uint8_t)strnlen(name, DHCP6_IFACE_ID),
			.inner = buf,
			.inner_len = len,
		};

	memcpy(env.iface, name, env.iface_len);
	if (dhcp6_is_relayed(buf, len)) {
		if (!p->is_trusted) {
			dhcp_drop(&p->sock, DROP_dhcp_spoofed);
			return;
		}
		if (dhcp6_relay_parse(&before, buf, len) < 0) {
			dhcp_drop(&p->sock, DROP_dhcp_bad);
			return;
		}
		if (before.hops >= DHCP6_HOPS_MAX) {
			dhcp_drop(&p->sock, DROP_dhcp_hops);
			return;
		}
		env.hops = before.hops + 1;
		if (!ip6_is_link_local(env.peer))
			env.link = IP6_ANY;
	}
	question_pass(p, &env);
}

/* The interface that the envelope names; without a name, that of its link. */
static struct dhcp_port *port_of(struct dhcp6_relay_agent *r,
				 const struct dhcp6_relay *env)
{
	const struct ip6_addr_info *info;

	for (size_t i = 0; i < r->ports.count; i++) {
		const struct netif *netif = r->ports.list[i].sock.netif;

		if (env->iface_len == strlen(netif->name) &&
		    !memcmp(env->iface, netif->name, env->iface_len))
			return &r->ports.list[i];
		info = ip6_addr_find(r->stack, netif, env->link);
		if (!env->iface_len && info)
			return &r->ports.list[i];
	}
	return NULL;
}

static bool is_server(const struct dhcp6_relay_agent *r, struct ip_addr addr)
{
	for (size_t i = 0; i < r->server_count; i++)
		if (ip_addr_eq(ip_addr_v6(r->servers[i]), addr))
			return true;
	return false;
}

static void on_answer(struct dhcp_port *in, const uint8_t *buf, size_t len,
		      const struct udp_from *from)
{
	struct dhcp6_relay env;
	struct dhcp_port *p;

	if (dhcp6_relay_parse(&env, buf, len) < 0) {
		dhcp_drop(&in->sock, DROP_dhcp_bad);
		return;
	}
	p = port_of(in->owner, &env);
	if (!p || !is_server(in->owner, from->peer.addr)) {
		dhcp_drop(&in->sock, DROP_dhcp_unasked);
		return;
	}
	tell(p, env.inner[0], env.peer);
	(void)dhcp_sock_put(
		&p->sock, env.inner, env.inner_len, ip_addr_v6(env.peer),
		dhcp6_is_relayed(env.inner, env.inner_len) ? DHCP6_PORT_SERVER
							   : DHCP6_PORT_CLIENT);
}

/* What only servers say is nothing to pass on. */
static bool is_question(const uint8_t *buf, size_t len)
{
	struct dhcp6_msg m;

	if (len && buf[0] == DHCP6_RELAY_FORW)
		return true;
	return dhcp6_parse(&m, buf, len) >= 0 && m.type != DHCP6_ADVERTISE &&
	       m.type != DHCP6_REPLY && m.type != DHCP6_RECONFIGURE;
}

static void on_octets(void *arg, uint8_t *buf, size_t len,
		      const struct udp_from *from)
{
	struct dhcp_port *p = arg;

	if (len && buf[0] == DHCP6_RELAY_REPL)
		on_answer(p, buf, len, from);
	else if (is_question(buf, len))
		on_question(p, buf, len, from);
	else
		dhcp_drop(&p->sock, DROP_dhcp_bad);
}

static bool may_be(struct stack *stack, const struct netif *netif)
{
	return ip6_is_enabled(stack, netif);
}

/* Hear what clients say to all servers and relays. */
static int join_all(struct dhcp6_relay_agent *r)
{
	int err = 0;

	while (r->joined < r->ports.count && !err) {
		err = ip6_group_add(r->stack,
				    r->ports.list[r->joined].sock.netif,
				    IP6_ALL_DHCP);
		r->joined += !err;
	}
	return err;
}

int dhcp6_relay_start(struct stack *stack, const struct dhcp6_relay_config *cfg,
		      struct dhcp6_relay_agent **relay)
{
	struct dhcp_ports_config ports = {
		.family = IP_V6,
		.port = DHCP6_PORT_SERVER,
		.on_octets = on_octets,
		.may_be = may_be,
		.trusted = cfg->trusted,
		.trusted_count = cfg->trusted_count,
	};
	struct dhcp6_relay_agent *r;
	int err;

	if (!cfg->count || cfg->count > DHCP6_RELAY_SERVERS)
		return -EINVAL;
	r = ports.owner = mem_alloc(stack->place.env->mem, sizeof(*r));
	if (!r)
		return -ENOMEM;
	r->stack = stack;
	memcpy(r->servers, cfg->servers, cfg->count * sizeof(ip6_addr));
	r->server_count = cfg->count;
	err = dhcp_ports_open(&r->ports, stack, &ports);
	if (!err)
		err = join_all(r);
	if (err)
		dhcp6_relay_stop(r);
	else
		*relay = r;
	return err;
}

void dhcp6_relay_stop(struct dhcp6_relay_agent *r)
{
	if (!r)
		return;
	while (r->joined)
		(void)ip6_group_del(r->stack,
				    r->ports.list[--r->joined].sock.netif,
				    IP6_ALL_DHCP);
	dhcp_ports_close(&r->ports);
	mem_free(r->stack->place.env->mem, r, sizeof(*r));
}
