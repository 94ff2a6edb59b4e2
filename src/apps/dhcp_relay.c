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
 * ours was never asked for here.
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

#include "base/check.h"

#include "wire/dhcp_relay.h"

#include "core/netif.h"
#include "core/probe.h"

#include "apps/dhcp_sock.h"
#include "ip/ip_conf.h"

/**
 * struct port - an interface of the relay
 * @net:	Its address
 * @mark:	What questions from there are marked with
 * @is_trusted:	Other relays may be there
 */
struct port {
	struct dhcp_relay *relay;
	struct dhcp_sock sock;
	struct ip4_net net;
	struct dhcp_mark mark;
	bool is_trusted;
};

struct dhcp_relay {
	struct stack *stack;
	ip4_addr servers[DHCP_RELAY_SERVERS];
	size_t server_count, port_count;
	size_t room; /* for ports */
	struct port ports[];
};

static void tell(const struct dhcp_relay *r, const struct dhcp_msg *m,
		 ip4_addr to)
{
	struct ip_addr ip = ip_addr_v4(to);

	PROBE(&r->stack->place, EV_APP, R_DHCP_RELAY, NULL,
	      EVF_TEXT("text", dhcp_type_name(m->type)),
	      EVF_MAC("mac", &m->chaddr), EVF_IP("ip", &ip));
}

/* The port behind which @to is: a socket sends by its own interface only. */
static struct port *port_towards(struct dhcp_relay *r, ip4_addr to)
{
	const struct netif *netif = ip_netif_for(r->stack, ip_addr_v4(to));

	for (size_t i = 0; i < r->port_count; i++)
		if (r->ports[i].sock.netif == netif)
			return &r->ports[i];
	return NULL;
}

/* DROP_COUNT: it may pass. */
static enum drop question_judge(const struct port *p, const struct dhcp_msg *m)
{
	bool is_first = !m->giaddr.v;

	if (m->hops >= DHCP_RELAY_HOPS)
		return DROP_dhcp_hops;
	if (!is_first &&
	    ip_addr_is_ours(p->relay->stack, ip_addr_v4(m->giaddr)))
		return DROP_dhcp_spoofed;
	if ((!is_first || m->relay.len) && !p->is_trusted)
		return DROP_dhcp_spoofed;
	return DROP_COUNT;
}

static void question_pass(struct port *p, const struct dhcp_msg *m,
			  uint8_t *buf, size_t len)
{
	struct dhcp_relay *r = p->relay;
	ip4_addr giaddr = m->giaddr.v ? m->giaddr : p->net.addr;

	dhcp_relay_set(buf, giaddr, m->hops + 1);
	if (!m->giaddr.v && !m->relay.len)
		len = dhcp_mark_put(buf, len, DHCP_DATAGRAM_MAX, &p->mark);
	for (size_t i = 0; i < r->server_count; i++) {
		struct port *out = port_towards(r, r->servers[i]);

		if (!out || ip4_net_has(ip4_net_base(p->net), r->servers[i]))
			continue; /* it hears the question itself */
		tell(r, m, r->servers[i]);
		(void)dhcp_sock_put(&out->sock, buf, len,
				    ip_addr_v4(r->servers[i]),
				    DHCP_PORT_SERVER);
	}
}

static bool is_server(const struct dhcp_relay *r, struct ip_addr addr)
{
	for (size_t i = 0; i < r->server_count; i++)
		if (ip_addr_eq(ip_addr_v4(r->servers[i]), addr))
			return true;
	return false;
}

static struct port *port_of(struct dhcp_relay *r, ip4_addr addr)
{
	for (size_t i = 0; i < r->port_count; i++)
		if (addr.v && r->ports[i].net.addr.v == addr.v)
			return &r->ports[i];
	return NULL;
}

/* Is it marked as questions from that port are, or not at all? */
static bool mark_is_ours(const struct port *p, const struct dhcp_msg *m)
{
	struct dhcp_mark mark;

	return !m->relay.len || (dhcp_mark_parse(&mark, &m->relay) == 0 &&
				 dhcp_mark_eq(&mark, &p->mark));
}

static void answer_pass(struct port *in, const struct dhcp_msg *m, uint8_t *buf,
			size_t len, const struct udp_from *from)
{
	struct port *p = port_of(in->relay, m->giaddr);
	bool is_ours = p && mark_is_ours(p, m);
	ip4_addr to;

	if (!p || !is_server(in->relay, from->peer.addr)) {
		dhcp_drop(&in->sock, DROP_dhcp_unasked);
		return;
	}
	if (!is_ours && !p->is_trusted) {
		dhcp_drop(&in->sock, DROP_dhcp_spoofed);
		return;
	}
	if (is_ours)
		len = dhcp_mark_strip(buf, len);
	to = dhcp_way_to(&p->sock, m);
	tell(p->relay, m, to);
	(void)dhcp_sock_put(&p->sock, buf, len, ip_addr_v4(to),
			    DHCP_PORT_CLIENT);
}

static void on_octets(void *arg, uint8_t *buf, size_t len,
		      const struct udp_from *from)
{
	struct port *p = arg;
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

static void mark_init(struct dhcp_mark *mark, const struct netif *netif)
{
	mark->circuit_len =
		(uint8_t)strnlen(netif->name, sizeof(mark->circuit));
	memcpy(mark->circuit, netif->name, mark->circuit_len);
	mark->remote_len = sizeof(netif->mac.o);
	put_mac(mark->remote, netif->mac);
}

static int port_open(struct dhcp_relay *r, struct netif *netif,
		     const struct dhcp_relay_config *cfg)
{
	struct port *p = &r->ports[r->port_count];

	p->net = ip_addr_of(r->stack, netif);
	if (netif->features & NETIF_F_LOOPBACK || !p->net.addr.v)
		return 0;
	p->relay = r;
	p->sock = (struct dhcp_sock){
		.stack = r->stack,
		.netif = netif,
		.on_octets = on_octets,
		.arg = p,
	};
	mark_init(&p->mark, netif);
	for (size_t i = 0; i < cfg->trusted_count; i++)
		p->is_trusted |= cfg->trusted[i] == netif;
	r->port_count++;
	return dhcp_sock_open(&p->sock, DHCP_PORT_SERVER);
}

static size_t size_of(size_t ports)
{
	return sizeof(struct dhcp_relay) + ports * sizeof(struct port);
}

static size_t netif_count(const struct stack *stack)
{
	struct list *pos;
	size_t n = 0;

	list_for_each(pos, &stack->netifs)
		n++;
	return n;
}

int dhcp_relay_start(struct stack *stack, const struct dhcp_relay_config *cfg,
		     struct dhcp_relay **relay)
{
	size_t room = netif_count(stack);
	struct dhcp_relay *r;
	struct netif *netif;
	int err = 0;

	if (!cfg->count || cfg->count > DHCP_RELAY_SERVERS)
		return -EINVAL;
	r = mem_alloc(stack->place.env->mem, size_of(room));
	if (!r)
		return -ENOMEM;
	r->stack = stack;
	r->room = room;
	memcpy(r->servers, cfg->servers, cfg->count * sizeof(ip4_addr));
	r->server_count = cfg->count;
	list_for_each_entry(netif, &stack->netifs, struct netif, node)
		if (!err)
			err = port_open(r, netif, cfg);
	if (!err && !r->port_count)
		err = -EINVAL;
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
	for (size_t i = 0; i < r->port_count; i++)
		dhcp_sock_close(&r->ports[i].sock);
	mem_free(r->stack->place.env->mem, r, size_of(r->room));
}
