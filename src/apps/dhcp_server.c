// SPDX-License-Identifier: MIT
/*
 * dhcp_server.c - a server that gives addresses
 *
 * Theory of operation
 * ===================
 * The server has no connection with its clients: each message says all that is
 * needed to answer it, and the table of leases (dhcp_lease.c) is the only
 * memory.  What a REQUEST means follows from what stands in it (RFC 2131,
 * 4.3.2):
 *
 *	server id	it takes an offer: ours, or another's
 *	requested only	a host that was switched off remembers its address
 *	ciaddr		a host asks for more time
 *
 * Where an answer goes (4.1): to the host's address if it has one; to everybody
 * if it said that it cannot hear anything else, or if it is told no; otherwise
 * to the new address at the host's MAC address, which must be put into the
 * neighbour cache by hand, because the host cannot answer for it yet.
 *
 * A message without a type is BOOTP.  Such a host knows no end of a lease, so
 * it gets an address only if one is fixed for it (RFC 1534, 2).
 *
 * Limits
 * ------
 * A client is its MAC address, not its client identifier.  Questions from
 * other networks, through a relay, are not answered.
 */

#include "apps/dhcp_server.h"

#include <errno.h>
#include <stdio.h>

#include "core/netif.h"
#include "core/probe.h"

#include "apps/dhcp_sock.h"
#include "ip/ip_conf.h"
#include "link/arp.h"

/**
 * struct dhcp_server - one interface's
 * @sock:	Where it listens
 * @cfg:	As given; its pointers are not used
 * @net:	Own address and prefix
 * @domain:	Said to clients, or empty
 * @leases:	The pool
 * @timer:	The next end of a lease
 */
struct dhcp_server {
	struct dhcp_sock sock;
	struct dhcp_server_config cfg;
	struct ip4_net net;
	char domain[DHCP_TEXT];
	struct lease_table leases;
	struct timer timer;
};

static uint64_t now_of(const struct dhcp_server *s)
{
	return stack_now(s->sock.stack);
}

static void lease_move(struct dhcp_server *s, struct lease *l,
		       enum lease_state to, uint32_t for_s)
{
	struct ip_addr ip = ip_addr_v4(l->ip);

	if (l->state != to)
		PROBE(&s->sock.stack->place, EV_LEARN, R_DHCP_LEASE, NULL,
		      EVF_IP("ip", &ip), EVF_MAC("mac", &l->mac),
		      EVF_TEXT("from", lease_state_name(l->state)),
		      EVF_TEXT("to", lease_state_name(to)));
	l->state = to;
	l->until_ns = now_of(s) + for_s * NS_PER_S;
	if (for_s == DHCP_FOREVER)
		l->until_ns = UINT64_MAX;
}

static void on_free(void *arg, struct lease *l)
{
	lease_move(arg, l, LEASE_FREE, 0);
}

static void leases_tidy(struct dhcp_server *s)
{
	uint64_t next = lease_expire(&s->leases, now_of(s), on_free, s);

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

static struct dhcp_msg answer_to(const struct dhcp_server *s,
				 const struct dhcp_msg *m, uint8_t type)
{
	return (struct dhcp_msg){
		.op = BOOTP_REPLY,
		.type = type,
		.xid = m->xid,
		.flags = m->flags,
		.giaddr = m->giaddr,
		.chaddr = m->chaddr,
		.relay = m->relay,
		.server = type ? s->net.addr : IP4_ANY,
	};
}

/* What is true for the whole network. */
static void add_config(const struct dhcp_server *s, struct dhcp_msg *a)
{
	a->mask.v = ip4_mask(s->net.len);
	a->dns = s->cfg.dns;
	a->siaddr = s->net.addr;
	if (s->cfg.router.v)
		a->routers = (struct dhcp_addrs){1, {s->cfg.router}};
	(void)snprintf(a->domain, sizeof(a->domain), "%s", s->domain);
}

static void send(struct dhcp_server *s, const struct dhcp_msg *m,
		 const struct dhcp_msg *a)
{
	struct ip_addr ip = ip_addr_v4(a->yiaddr);
	ip4_addr to = IP4_BROADCAST;

	if (a->type != DHCP_NAK && m->ciaddr.v)
		to = m->ciaddr;
	else if (a->type != DHCP_NAK && !(m->flags & DHCP_F_BROADCAST) &&
		 a->yiaddr.v &&
		 arp_add(s->sock.stack, s->sock.netif, a->yiaddr, m->chaddr) ==
			 0)
		to = a->yiaddr;
	PROBE_CAUSE(&s->sock.stack->place, EV_APP, R_DHCP_ANSWER, NULL,
		    EVF_TEXT("text",
			     a->type ? dhcp_type_name(a->type) : "BOOTREPLY"),
		    EVF_IP("ip", &ip), EVF_MAC("mac", &a->chaddr),
		    EVF_NUM("lease", a->lease_s));
	(void)dhcp_sock_send(&s->sock, a, to, DHCP_PORT_CLIENT);
}

static void refuse(struct dhcp_server *s, const struct dhcp_msg *m,
		   const char *why)
{
	struct dhcp_msg a = answer_to(s, m, DHCP_NAK);

	(void)snprintf(a.message, sizeof(a.message), "%s", why);
	send(s, m, &a);
}

static void grant(struct dhcp_server *s, const struct dhcp_msg *m,
		  struct lease *l, enum dhcp_type type)
{
	struct dhcp_msg a = answer_to(s, m, (uint8_t)type);

	l->mac = m->chaddr;
	a.yiaddr = l->ip;
	a.ciaddr = m->ciaddr;
	a.lease_s = s->cfg.lease_s;
	add_config(s, &a);
	if (type == DHCP_ACK)
		lease_move(s, l, LEASE_LEASED, s->cfg.lease_s);
	else if (l->state != LEASE_LEASED)
		lease_move(s, l, LEASE_OFFERED, LEASE_OFFER_S);
	send(s, m, &a);
}

static void on_discover(struct dhcp_server *s, const struct dhcp_msg *m)
{
	struct lease *l =
		lease_choose(&s->leases, m->chaddr, m->requested, now_of(s));

	if (l)
		grant(s, m, l, DHCP_OFFER);
	else
		dhcp_drop(&s->sock, DROP_dhcp_none);
}

/* Is @l this client's, to have or to get back? */
static bool is_his(const struct lease *l, const struct dhcp_msg *m)
{
	return l && mac_eq(l->mac, m->chaddr) && l->state != LEASE_DECLINED;
}

/* He takes an offer, which may be another server's. */
static void on_request_selecting(struct dhcp_server *s,
				 const struct dhcp_msg *m)
{
	struct lease *l = lease_of(&s->leases, m->chaddr);

	if (m->server.v != s->net.addr.v) {
		if (l && l->state == LEASE_OFFERED)
			lease_move(s, l, LEASE_FREE, 0);
		return;
	}
	l = lease_find(&s->leases, m->requested);
	if (is_his(l, m))
		grant(s, m, l, DHCP_ACK);
	else
		refuse(s, m, "not offered to you");
}

/* He has an address, or remembers one.  Of strangers nothing is known, and a
 * server that knows nothing is silent (RFC 2131, 4.3.2), unless the address is
 * of another network. */
static void on_request_again(struct dhcp_server *s, const struct dhcp_msg *m,
			     ip4_addr ip)
{
	struct lease *l = lease_find(&s->leases, ip);

	if (is_his(l, m))
		grant(s, m, l, DHCP_ACK);
	else if (!ip4_net_has(ip4_net_base(s->net), ip))
		refuse(s, m, "an address of another network");
	else if (l && l->state != LEASE_FREE)
		refuse(s, m, "another host has it");
	else if (lease_of(&s->leases, m->chaddr))
		refuse(s, m, "not your address");
	else
		dhcp_drop(&s->sock, DROP_dhcp_unasked);
}

static void on_request(struct dhcp_server *s, const struct dhcp_msg *m)
{
	if (m->server.v)
		on_request_selecting(s, m);
	else if (m->ciaddr.v)
		on_request_again(s, m, m->ciaddr);
	else
		on_request_again(s, m, m->requested);
}

static void on_decline(struct dhcp_server *s, const struct dhcp_msg *m)
{
	struct lease *l = lease_find(&s->leases, m->requested);

	if (m->server.v == s->net.addr.v && is_his(l, m))
		lease_move(s, l, LEASE_DECLINED, LEASE_DECLINE_S);
	else
		dhcp_drop(&s->sock, DROP_dhcp_unasked);
}

static void on_release(struct dhcp_server *s, const struct dhcp_msg *m)
{
	struct lease *l = lease_find(&s->leases, m->ciaddr);

	if (m->server.v == s->net.addr.v && is_his(l, m))
		lease_move(s, l, LEASE_FREE, 0);
	else
		dhcp_drop(&s->sock, DROP_dhcp_unasked);
}

/* He has an address from somewhere else and wants to know the rest. */
static void on_inform(struct dhcp_server *s, const struct dhcp_msg *m)
{
	struct dhcp_msg a = answer_to(s, m, DHCP_ACK);

	if (!ip4_net_has(ip4_net_base(s->net), m->ciaddr)) {
		dhcp_drop(&s->sock, DROP_dhcp_unasked);
		return;
	}
	a.ciaddr = m->ciaddr;
	add_config(s, &a);
	send(s, m, &a);
}

static void on_bootp(struct dhcp_server *s, const struct dhcp_msg *m)
{
	struct dhcp_msg a = answer_to(s, m, DHCP_NONE);
	struct lease *l = lease_of(&s->leases, m->chaddr);

	if (!l || !l->is_fixed) {
		dhcp_drop(&s->sock, DROP_dhcp_none);
		return;
	}
	a.yiaddr = l->ip;
	a.ciaddr = m->ciaddr;
	add_config(s, &a);
	lease_move(s, l, LEASE_LEASED, DHCP_FOREVER);
	send(s, m, &a);
}

static void on_msg(void *arg, const struct dhcp_msg *m,
		   const struct udp_from *from)
{
	static void (*const fns[DHCP_TYPES])(struct dhcp_server *,
					     const struct dhcp_msg *) = {
		[DHCP_NONE] = on_bootp,	     [DHCP_DISCOVER] = on_discover,
		[DHCP_REQUEST] = on_request, [DHCP_DECLINE] = on_decline,
		[DHCP_RELEASE] = on_release, [DHCP_INFORM] = on_inform,
	};
	struct dhcp_server *s = arg;

	(void)from;
	if (m->op != BOOTP_REQUEST || m->giaddr.v || !fns[m->type] ||
	    mac_is_group(m->chaddr) || mac_is_zero(m->chaddr)) {
		dhcp_drop(&s->sock, DROP_dhcp_unasked);
		return;
	}
	leases_tidy(s);
	fns[m->type](s, m);
	leases_tidy(s);
}

static int server_init(struct dhcp_server *s,
		       const struct dhcp_server_config *cfg)
{
	struct lease *own;
	int err = lease_table_init(&s->leases, s->sock.stack->place.env->mem,
				   cfg->from, cfg->to, cfg->fixed_count);

	if (err)
		return err;
	for (size_t i = 0; i < cfg->fixed_count; i++)
		lease_fix(&s->leases, cfg->fixed[i].ip, cfg->fixed[i].mac);
	own = lease_find(&s->leases, s->net.addr);
	if (own)
		lease_fix(&s->leases, own->ip, s->sock.netif->mac);
	if (cfg->domain)
		(void)snprintf(s->domain, sizeof(s->domain), "%s", cfg->domain);
	return dhcp_sock_open(&s->sock, DHCP_PORT_SERVER);
}

int dhcp_server_start(struct stack *stack, struct netif *netif,
		      const struct dhcp_server_config *cfg,
		      struct dhcp_server **server)
{
	struct dhcp_server *s = mem_alloc(stack->place.env->mem, sizeof(*s));
	int err;

	if (!s)
		return -ENOMEM;
	s->cfg = *cfg;
	s->net = ip_addr_of(stack, netif);
	s->sock = (struct dhcp_sock){
		.stack = stack,
		.netif = netif,
		.on_msg = on_msg,
		.arg = s,
	};
	timer_init(&s->timer, on_timer, s);
	err = s->net.addr.v ? server_init(s, cfg) : -EINVAL;
	if (err) {
		dhcp_server_stop(s);
		return err;
	}
	*server = s;
	return 0;
}

void dhcp_server_stop(struct dhcp_server *s)
{
	struct mem *mem;

	if (!s)
		return;
	mem = s->sock.stack->place.env->mem;
	stack_disarm(s->sock.stack, &s->timer);
	dhcp_sock_close(&s->sock);
	lease_table_fini(&s->leases);
	mem_free(mem, s, sizeof(*s));
}

const struct lease_table *dhcp_server_leases(const struct dhcp_server *s)
{
	return &s->leases;
}
