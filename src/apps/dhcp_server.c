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
 * Clients of other networks reach it through relays.  Which network it is
 * stands in giaddr; the answer goes to the relay, which knows the client.
 *
 * Before an address that is free is offered, somebody might have it all the
 * same, and is asked (dhcp_check.c).  The client asks again.
 *
 * A message without a type is BOOTP.  Such a host knows no end of a lease, so
 * it gets an address only if one is fixed for it (RFC 1534, 2).
 *
 * A relay's mark (option 82) is given back to it as it came.  One that comes
 * without giaddr is a switch's and says at which of its ports the client is
 * (vnet/switch_dhcp.c): each has a quarter of the addresses and no more.
 */

#include "apps/dhcp_server.h"

#include <errno.h>
#include <stdio.h>

#include "core/netif.h"
#include "core/probe.h"

#include "apps/dhcp_check.h"
#include "apps/dhcp_sock.h"
#include "apps/dhcp_subnet.h"
#include "ip/ip_conf.h"

/**
 * struct dhcp_server - one interface's
 * @sock:	Where it listens
 * @cfg:	As given; its pointers are not used
 * @domain:	Said to clients, or empty
 * @subnets:	What it gives
 * @checks:	Is it free?
 * @timer:	The next end of a lease
 */
struct dhcp_server {
	struct dhcp_sock sock;
	struct dhcp_server_config cfg;
	char domain[DHCP_TEXT];
	struct dhcp_subnets subnets;
	struct dhcp_checks checks;
	struct timer timer;
};

/**
 * struct question - a message, and what is known of who sent it
 * @net:	His network
 * @owner:	He, as the table of leases knows him
 * @port:	Likewise the port of a switch that he is behind; 0: not known
 */
struct question {
	const struct dhcp_msg *m;
	struct dhcp_subnet *net;
	uint64_t owner, port;
};

static uint64_t now_of(const struct dhcp_server *s)
{
	return stack_now(s->sock.stack);
}

/* By which clients know the server (option 54). */
static ip4_addr own_addr(const struct dhcp_server *s)
{
	return s->subnets.list[0].net.addr;
}

static void lease_move(struct dhcp_server *s, struct lease *l,
		       enum lease_state to, uint32_t for_s)
{
	if (l->state != to)
		PROBE(&s->sock.stack->place, EV_LEARN, R_DHCP_LEASE, NULL,
		      EVF_IP("ip", &l->ip), EVF_MAC("mac", &l->mac),
		      EVF_TEXT("from", lease_state_name(l->state)),
		      EVF_TEXT("to", lease_state_name(to)));
	l->state = to;
	l->until_ns = now_of(s) + for_s * NS_PER_S;
	if (for_s == DHCP_FOREVER)
		l->until_ns = UINT64_MAX;
	if (to == LEASE_FREE || l->until_ns == UINT64_MAX)
		return;
	if (!timer_is_armed(&s->timer) || l->until_ns < s->timer.expires_ns)
		stack_arm(s->sock.stack, &s->timer, l->until_ns);
}

static void on_free(void *arg, struct lease *l)
{
	lease_move(arg, l, LEASE_FREE, 0);
}

static void leases_tidy(struct dhcp_server *s)
{
	uint64_t next = UINT64_MAX;

	for (size_t i = 0; i < s->subnets.count; i++) {
		uint64_t n = lease_expire(&s->subnets.list[i].leases, now_of(s),
					  on_free, s);

		next = n < next ? n : next;
	}
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
		.ciaddr = m->ciaddr,
		.chaddr = m->chaddr,
		.relay = m->relay,
		.server = type ? own_addr(s) : IP4_ANY,
	};
}

/* What is true for the whole network. */
static void add_config(const struct dhcp_server *s, const struct dhcp_subnet *n,
		       struct dhcp_msg *a)
{
	a->mask.v = ip4_mask(n->net.len);
	a->dns = s->cfg.dns;
	a->siaddr = own_addr(s);
	if (n->router.v)
		a->routers = (struct dhcp_addrs){1, {n->router}};
	(void)snprintf(a->domain, sizeof(a->domain), "%s", s->domain);
}

/* To the relay, if one has brought the question; else to the client. */
static void send(struct dhcp_server *s, const struct dhcp_msg *a)
{
	struct ip_addr ip = ip_addr_v4(a->yiaddr);
	ip4_addr to = a->giaddr.v ? a->giaddr : dhcp_way_to(&s->sock, a);

	PROBE_CAUSE(&s->sock.stack->place, EV_APP, R_DHCP_ANSWER, NULL,
		    EVF_TEXT("text",
			     a->type ? dhcp_type_name(a->type) : "BOOTREPLY"),
		    EVF_IP("ip", &ip), EVF_MAC("mac", &a->chaddr),
		    EVF_NUM("lease", a->lease_s));
	(void)dhcp_sock_send(&s->sock, a, to,
			     a->giaddr.v ? DHCP_PORT_SERVER : DHCP_PORT_CLIENT);
}

/* A relay hands it to everybody: the client has no right to an address there
 * (RFC 2131, 4.3.2). */
static void refuse(struct dhcp_server *s, const struct question *q,
		   const char *why)
{
	struct dhcp_msg a = answer_to(s, q->m, DHCP_NAK);

	a.ciaddr = IP4_ANY;
	if (a.giaddr.v)
		a.flags |= DHCP_F_BROADCAST;
	(void)snprintf(a.message, sizeof(a.message), "%s", why);
	send(s, &a);
}

static void grant(struct dhcp_server *s, const struct question *q,
		  struct lease *l, enum dhcp_type type)
{
	struct dhcp_msg a = answer_to(s, q->m, (uint8_t)type);

	l->owner = q->owner;
	l->port = q->port;
	l->mac = q->m->chaddr;
	a.yiaddr = l->ip.v4;
	a.lease_s = s->cfg.lease_s;
	add_config(s, q->net, &a);
	if (type == DHCP_ACK)
		lease_move(s, l, LEASE_LEASED, s->cfg.lease_s);
	else if (l->state != LEASE_LEASED)
		lease_move(s, l, LEASE_OFFERED, LEASE_OFFER_S);
	send(s, &a);
}

/* May somebody have it without our knowing? */
static bool has_to_be_checked(const struct dhcp_server *s,
			      const struct lease *l)
{
	return !s->cfg.no_check && l->state == LEASE_FREE && !l->is_fixed &&
	       (!l->checked_ns ||
		l->checked_ns + LEASE_CHECKED_S * NS_PER_S < now_of(s));
}

/* Nobody else gets it while it is being asked for. */
static bool check_it(struct dhcp_server *s, const struct question *q,
		     struct lease *l)
{
	if (dhcp_check_begin(&s->checks, q->m, l) != 0)
		return false;
	l->owner = q->owner;
	l->port = q->port;
	l->mac = q->m->chaddr;
	lease_move(s, l, LEASE_CHECKING, LEASE_CHECK_S);
	return true;
}

/* Would an address that @l is not yet be one too many behind his port? */
static bool has_no_share_left(const struct question *q, const struct lease *l)
{
	bool has_it = l && l->owner == q->owner && l->state != LEASE_FREE;

	return !has_it && lease_port_is_full(&q->net->leases, q->port);
}

static void on_discover(struct dhcp_server *s, const struct question *q)
{
	struct lease *l = lease_choose(&q->net->leases, q->owner,
				       ip_addr_v4(q->m->requested));

	if (has_no_share_left(q, l))
		dhcp_drop(&s->sock, DROP_dhcp_port);
	else if (!l)
		dhcp_drop(&s->sock, DROP_dhcp_none);
	else if (l->state == LEASE_CHECKING)
		return; /* the answer to his first question is coming */
	else if (!has_to_be_checked(s, l) || !check_it(s, q, l))
		grant(s, q, l, DHCP_OFFER);
}

static void on_checked(void *arg, const struct dhcp_msg *m, struct lease *l,
		       bool is_free)
{
	struct dhcp_server *s = arg;
	struct question q = {.m = m, .net = dhcp_subnet_of(&s->subnets, m)};

	q.owner = l->owner;
	q.port = l->port;
	if (l->state != LEASE_CHECKING)
		return; /* taken back meanwhile */
	if (is_free) {
		l->checked_ns = now_of(s);
		grant(s, &q, l, DHCP_OFFER);
	} else {
		l->owner = 0;
		lease_move(s, l, LEASE_DECLINED, LEASE_DECLINE_S);
		on_discover(s, &q);
	}
}

/* He takes an offer, which may be another server's. */
static void on_request_selecting(struct dhcp_server *s,
				 const struct question *q)
{
	struct lease *l = lease_of(&q->net->leases, q->owner);

	if (q->m->server.v != own_addr(s).v) {
		if (l && l->state == LEASE_OFFERED)
			lease_move(s, l, LEASE_FREE, 0);
		return;
	}
	l = lease_find(&q->net->leases, ip_addr_v4(q->m->requested));
	if (lease_is_his(l, q->owner) ||
	    (lease_is_open(l) && !has_no_share_left(q, l)))
		grant(s, q, l, DHCP_ACK);
	else
		refuse(s, q, "not offered to you");
}

/* He has an address, or remembers one.  Of strangers nothing is known, and a
 * server that knows nothing is silent (RFC 2131, 4.3.2), unless the address is
 * of another network. */
static void on_request_again(struct dhcp_server *s, const struct question *q,
			     ip4_addr ip)
{
	struct lease *l = lease_find(&q->net->leases, ip_addr_v4(ip));

	if (lease_is_his(l, q->owner))
		grant(s, q, l, DHCP_ACK);
	else if (!ip4_net_has(ip4_net_base(q->net->net), ip))
		refuse(s, q, "an address of another network");
	else if (l && l->state != LEASE_FREE)
		refuse(s, q, "another host has it");
	else if (lease_of(&q->net->leases, q->owner))
		refuse(s, q, "not your address");
	else
		dhcp_drop(&s->sock, DROP_dhcp_unasked);
}

static void on_request(struct dhcp_server *s, const struct question *q)
{
	if (q->m->server.v)
		on_request_selecting(s, q);
	else if (q->m->ciaddr.v)
		on_request_again(s, q, q->m->ciaddr);
	else
		on_request_again(s, q, q->m->requested);
}

/* It is his, and he has asked us: his lease, or NULL. */
static struct lease *lease_to_end(struct dhcp_server *s,
				  const struct question *q, ip4_addr ip)
{
	struct lease *l = lease_find(&q->net->leases, ip_addr_v4(ip));

	if (q->m->server.v == own_addr(s).v && lease_is_his(l, q->owner))
		return l;
	dhcp_drop(&s->sock, DROP_dhcp_unasked);
	return NULL;
}

static void on_decline(struct dhcp_server *s, const struct question *q)
{
	struct lease *l = lease_to_end(s, q, q->m->requested);

	if (!l)
		return;
	lease_move(s, l, LEASE_DECLINED, LEASE_DECLINE_S);
	if (!l->is_fixed)
		l->owner = 0;
}

static void on_release(struct dhcp_server *s, const struct question *q)
{
	struct lease *l = lease_to_end(s, q, q->m->ciaddr);

	if (l)
		lease_move(s, l, LEASE_FREE, 0);
}

/* He has an address from somewhere else and wants to know the rest.  The
 * answer goes to that address (RFC 2131, 4.3.5). */
static void on_inform(struct dhcp_server *s, const struct question *q)
{
	struct dhcp_msg a = answer_to(s, q->m, DHCP_ACK);

	if (!ip4_net_has(ip4_net_base(q->net->net), q->m->ciaddr)) {
		dhcp_drop(&s->sock, DROP_dhcp_unasked);
		return;
	}
	a.giaddr = IP4_ANY;
	add_config(s, q->net, &a);
	send(s, &a);
}

static void on_bootp(struct dhcp_server *s, const struct question *q)
{
	struct dhcp_msg a = answer_to(s, q->m, DHCP_NONE);
	struct lease *l = lease_of(&q->net->leases, q->owner);

	if (!l || !l->is_fixed) {
		dhcp_drop(&s->sock, DROP_dhcp_none);
		return;
	}
	a.yiaddr = l->ip.v4;
	add_config(s, q->net, &a);
	lease_move(s, l, LEASE_LEASED, DHCP_FOREVER);
	send(s, &a);
}

/* Marked, and not by a relay, which would mean a whole network: by a switch. */
static uint64_t port_of(const struct dhcp_server *s, const struct dhcp_msg *m)
{
	return m->giaddr.v || !m->relay.len
		       ? 0
		       : lease_owner(&s->subnets.key, m->relay.v, m->relay.len);
}

static void on_msg(void *arg, const struct dhcp_msg *m,
		   const struct udp_from *from)
{
	static void (*const fns[DHCP_TYPES])(struct dhcp_server *,
					     const struct question *) = {
		[DHCP_NONE] = on_bootp,	     [DHCP_DISCOVER] = on_discover,
		[DHCP_REQUEST] = on_request, [DHCP_DECLINE] = on_decline,
		[DHCP_RELEASE] = on_release, [DHCP_INFORM] = on_inform,
	};
	struct dhcp_server *s = arg;
	struct question q = {.m = m, .net = dhcp_subnet_of(&s->subnets, m)};

	(void)from;
	if (m->op != BOOTP_REQUEST || !fns[m->type] ||
	    mac_is_group(m->chaddr) || mac_is_zero(m->chaddr)) {
		dhcp_drop(&s->sock, DROP_dhcp_unasked);
		return;
	}
	if (!q.net) {
		dhcp_drop(&s->sock, DROP_dhcp_none);
		return;
	}
	q.owner = dhcp_client_owner(&s->subnets, q.net, m);
	q.port = port_of(s, m);
	fns[m->type](s, &q);
}

static int server_init(struct dhcp_server *s,
		       const struct dhcp_server_config *cfg)
{
	struct dhcp_sock *sock = &s->sock;
	struct hash_key key;
	int err = stack_random(sock->stack, &key, sizeof(key));

	if (err)
		return err;
	err = dhcp_subnets_init(&s->subnets, sock->stack->place.env->mem, cfg,
				ip_addr_of(sock->stack, sock->netif), &key);
	if (!err)
		err = dhcp_checks_init(&s->checks, sock->stack, sock->netif,
				       on_checked, s);
	if (cfg->domain)
		(void)snprintf(s->domain, sizeof(s->domain), "%s", cfg->domain);
	return err ? err : dhcp_sock_open(sock, DHCP_PORT_SERVER);
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
	s->sock = (struct dhcp_sock){
		.stack = stack,
		.netif = netif,
		.on_msg = on_msg,
		.arg = s,
	};
	timer_init(&s->timer, on_timer, s);
	err = server_init(s, cfg);
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
	dhcp_checks_fini(&s->checks);
	dhcp_sock_close(&s->sock);
	dhcp_subnets_fini(&s->subnets);
	mem_free(mem, s, sizeof(*s));
}

const struct lease_table *dhcp_server_leases(const struct dhcp_server *s)
{
	return dhcp_server_leases_of(s, 0);
}

const struct lease_table *dhcp_server_leases_of(const struct dhcp_server *s,
						size_t index)
{
	return &s->subnets.list[index].leases;
}
