// SPDX-License-Identifier: MIT
/*
 * dhcp_relay.c - a router carries questions to a DHCP server elsewhere
 *
 * Theory of operation
 * ===================
 * A client without an address can only shout, and a router passes no shouting
 * on.  So the router itself listens:
 *
 *	client -- broadcast --> relay -- giaddr = own address --> server
 *	client <-- broadcast, or to its new address -- relay <-- to giaddr --
 *
 * giaddr says two things at once: to whom the server answers, and of which
 * network it is to take the address.  Only the first relay on the way sets it.
 *
 * The relay also marks the question (option 82) with the interface it came by
 * and with its own MAC address there, and the server gives the mark back.  Then
 * it is taken off: the client never sees it, and an answer whose mark is not
 * ours was never asked for here.  An answer comes from a server that was asked,
 * or has our mark: a second relay may have carried the question to others.
 *
 * Whom to believe: a client has neither giaddr nor a mark.  Who sends one on a
 * wire where only clients are is lying, to get an address of another network or
 * to be taken for somebody else's line; it is dropped as dhcp_spoofed.
 *
 * The octets of a message pass as they are, options that we do not know
 * included.
 *
 * Invariants
 * ----------
 *  (1) No message leaves with more than DHCP_RELAY_HOPS hops.
 *  (2) What goes to a client has no mark of ours.
 */

#include "apps/dhcp_relay.h"

#include <errno.h>
#include <string.h>

#include "wire/dhcp_relay.h"

#include "core/netif.h"
#include "core/probe.h"

#include "apps/dhcp_ports.h"
#include "ip/ip_conf.h"

struct dhcp_relay {
	struct stack *stack;
	ip4_addr servers[DHCP_RELAY_SERVERS];
	size_t server_count;
	struct dhcp_ports ports;
};

static ip4_addr addr_of(const struct dhcp_port *p)
{
	return ip_addr_of(p->sock.stack, p->sock.netif).addr;
}

/* What questions from there are marked with. */
static struct dhcp_mark mark_of(const struct dhcp_port *p)
{
	const struct netif *netif = p->sock.netif;
	struct dhcp_mark mark = {.remote_len = sizeof(netif->mac.o)};

	mark.circuit_len = (uint8_t)strnlen(netif->name, sizeof(mark.circuit));
	memcpy(mark.circuit, netif->name, mark.circuit_len);
	put_mac(mark.remote, netif->mac);
	return mark;
}

static void tell(const struct dhcp_relay *r, const struct dhcp_msg *m,
		 ip4_addr to)
{
	struct ip_addr ip = ip_addr_v4(to);

	PROBE_CAUSE(&r->stack->place, EV_APP, R_DHCP_RELAY, NULL,
		    EVF_TEXT("text", dhcp_type_name(m->type)),
		    EVF_MAC("mac", &m->chaddr), EVF_IP("ip", &ip));
}

/* DROP_COUNT: it may pass. */
static enum drop question_judge(const struct dhcp_port *p,
				const struct dhcp_msg *m)
{
	bool is_first = !m->giaddr.v;

	if (m->hops >= DHCP_RELAY_HOPS)
		return DROP_dhcp_hops;
	if (!is_first && ip_addr_is_ours(p->sock.stack, ip_addr_v4(m->giaddr)))
		return DROP_dhcp_spoofed;
	if ((!is_first || m->relay.len) && !p->is_trusted)
		return DROP_dhcp_spoofed;
	return DROP_COUNT;
}

static void question_pass(struct dhcp_port *p, const struct dhcp_msg *m,
			  uint8_t *buf, size_t len)
{
	struct ip4_net net = ip_addr_of(p->sock.stack, p->sock.netif);
	struct dhcp_mark mark = mark_of(p);
	struct dhcp_relay *r = p->owner;

	dhcp_relay_set(buf, m->giaddr.v ? m->giaddr : net.addr, m->hops + 1);
	if (!m->giaddr.v && !m->relay.len)
		len = dhcp_mark_put(buf, len, DHCP_DATAGRAM_MAX, &mark);
	for (size_t i = 0; i < r->server_count; i++) {
		struct ip_addr to = ip_addr_v4(r->servers[i]);
		struct dhcp_port *out = dhcp_port_towards(&r->ports, to);

		if (!out || ip4_net_has(ip4_net_base(net), to.v4))
			continue; /* it hears the question itself */
		tell(r, m, to.v4);
		(void)dhcp_sock_put(&out->sock, buf, len, to, DHCP_PORT_SERVER);
	}
}

static bool is_server(const struct dhcp_relay *r, struct ip_addr addr)
{
	for (size_t i = 0; i < r->server_count; i++)
		if (ip_addr_eq(ip_addr_v4(r->servers[i]), addr))
			return true;
	return false;
}

static struct dhcp_port *port_of(struct dhcp_relay *r, ip4_addr addr)
{
	for (size_t i = 0; i < r->ports.count; i++)
		if (addr.v && addr_of(&r->ports.list[i]).v == addr.v)
			return &r->ports.list[i];
	return NULL;
}

/* Is it marked as questions from that port are? */
static bool mark_is_ours(const struct dhcp_port *p, const struct dhcp_msg *m)
{
	struct dhcp_mark mark, own = mark_of(p);

	return m->relay.len && dhcp_mark_parse(&mark, &m->relay) == 0 &&
	       dhcp_mark_eq(&mark, &own);
}

/* May an answer pass that came in at @in, for a client of @p?  DROP_COUNT: it
 * may.  Behind another relay there may be servers that we do not know; those
 * have our mark. */
static enum drop answer_judge(const struct dhcp_port *in,
			      const struct dhcp_port *p,
			      const struct dhcp_msg *m,
			      const struct udp_from *from)
{
	bool is_ours = p && mark_is_ours(p, m);

	if (!p ||
	    (!is_server(p->owner, from->peer.addr) && (!is_ours || in == p)))
		return DROP_dhcp_unasked;
	if (m->relay.len && !is_ours && !p->is_trusted)
		return DROP_dhcp_spoofed;
	return DROP_COUNT;
}

static void answer_pass(struct dhcp_port *in, const struct dhcp_msg *m,
			uint8_t *buf, size_t len, const struct udp_from *from)
{
	struct dhcp_relay *r = in->owner;
	struct dhcp_port *p = port_of(r, m->giaddr);
	enum drop why = answer_judge(in, p, m, from);
	ip4_addr to;

	if (why != DROP_COUNT) {
		dhcp_drop(&in->sock, why);
		return;
	}
	if (mark_is_ours(p, m))
		len = dhcp_mark_strip(buf, len);
	to = dhcp_way_to(&p->sock, m);
	tell(r, m, to);
	(void)dhcp_sock_put(&p->sock, buf, len, ip_addr_v4(to),
			    DHCP_PORT_CLIENT);
}

static void on_octets(void *arg, uint8_t *buf, size_t len,
		      const struct udp_from *from)
{
	struct dhcp_port *p = arg;
	struct dhcp_msg m;
	enum drop why;

	if (dhcp_parse(&m, buf, len) < 0) {
		dhcp_drop(&p->sock, DROP_dhcp_bad);
		return;
	}
	if (m.op == BOOTP_REPLY) {
		answer_pass(p, &m, buf, len, from);
		return;
	}
	why = question_judge(p, &m);
	if (why == DROP_COUNT)
		question_pass(p, &m, buf, len);
	else
		dhcp_drop(&p->sock, why);
}

static bool may_be(struct stack *stack, const struct netif *netif)
{
	return ip_addr_of(stack, netif).addr.v;
}

int dhcp_relay_start(struct stack *stack, const struct dhcp_relay_config *cfg,
		     struct dhcp_relay **relay)
{
	struct dhcp_ports_config ports = {
		.family = IP_V4,
		.port = DHCP_PORT_SERVER,
		.on_octets = on_octets,
		.may_be = may_be,
		.trusted = cfg->trusted,
		.trusted_count = cfg->trusted_count,
	};
	struct dhcp_relay *r;
	int err;

	if (!cfg->count || cfg->count > DHCP_RELAY_SERVERS)
		return -EINVAL;
	r = ports.owner = mem_alloc(stack->place.env->mem, sizeof(*r));
	if (!r)
		return -ENOMEM;
	r->stack = stack;
	memcpy(r->servers, cfg->servers, cfg->count * sizeof(ip4_addr));
	r->server_count = cfg->count;
	err = dhcp_ports_open(&r->ports, stack, &ports);
	if (err)
		dhcp_relay_stop(r);
	else
		*relay = r;
	return err;
}

void dhcp_relay_stop(struct dhcp_relay *r)
{
	if (!r)
		return;
	dhcp_ports_close(&r->ports);
	mem_free(r->stack->place.env->mem, r, sizeof(*r));
}
