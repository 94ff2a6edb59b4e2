// SPDX-License-Identifier: MIT
/*
 * tcp_port.c - local ports: who may have which, and who listens there
 *
 * Theory of operation
 * ===================
 * A port is in use by an address as long as it has owners there: bound
 * connections, listeners, established ones, TIME-WAIT.  A server may have a
 * million of them on one port, so owners are counted, not listed:
 *
 *	tcp_port 80 --+-- tcp_bind 10.0.0.1   reuse 900,000  listen 0
 *	              +-- tcp_bind any        reuse 1        listen 1
 *	              `-- listeners: ...
 *
 * Whether bind() may take a port follows from the counts: two owners of
 * addresses that overlap (equal, or one of them "any") get along if both said
 * SO_REUSEPORT, or both SO_REUSEADDR and the one that is there does not
 * listen; listeners only if both said SO_REUSEPORT.  Several listeners on one
 * address then share what comes: who gets a connection follows from a secret
 * hash of its four numbers, so each gets as many, and a SYN that is repeated
 * finds the same one.  "Any" has a family, IPv4 or IPv6,
 * or none at all: then it takes both, as a socket on [::] does that did not say
 * IPV6_V6ONLY (RFC 3493, 5.3), and overlaps with either.
 *
 * A port that connect() chose by itself is shared more freely: it may serve any
 * number of connections to different peers, for the four numbers still differ,
 * and is only counted (tcp_drawn.c).  It must have no owner that chose it with
 * bind(), though, who would be surprised.  Ports are drawn anew each time (RFC
 * 6056, 3.3.2), and if so many are taken that this does not help they are
 * searched in order from there on: the other ways of that RFC count up from a
 * secret start for each destination, so who is the destination, or sits beside
 * it, sees the next port coming.
 */

#include <errno.h>

#include "tcp/tcp_int.h"

/* Ports to look at before one in TIME-WAIT is as good as a free one. */
enum { TRIES_FOR_FREE = 32 };

/* Ports drawn before one is searched for in order: of 64,512 with 48,000 in
 * use a draw is free one time in four, while the free ones stand in gaps
 * between long runs that are not. */
enum { TRIES_AT_RANDOM = 16 };

/* Ports are ours to choose, so no secret is needed here. */
static uint32_t port_hash(uint16_t port)
{
	return port * 0x9e3779b1U >> 8;
}

static bool port_eq(const void *item, const void *key)
{
	const struct tcp_port *p = item;

	return p->port == *(const uint16_t *)key;
}

static struct tcp_port *port_find(const struct tcp_stack *tcp, uint16_t port)
{
	return htab_find(&tcp->ports, port_hash(port), port_eq, &port);
}

static struct tcp_port *port_get(struct tcp_stack *tcp, uint16_t port)
{
	struct tcp_port *p = port_find(tcp, port);

	if (p)
		return p;
	p = pool_get_zeroed(&tcp->port_pool);
	if (!p)
		return NULL;
	p->port = port;
	list_init(&p->binds);
	list_init(&p->listeners);
	if (htab_add(&tcp->ports, port_hash(port), p)) {
		pool_put(&tcp->port_pool, p);
		return NULL;
	}
	return p;
}

static void port_put(struct tcp_stack *tcp, struct tcp_port *p)
{
	if (!list_is_empty(&p->binds))
		return;
	check(list_is_empty(&p->listeners));
	htab_del(&tcp->ports, port_hash(p->port), p);
	pool_put(&tcp->port_pool, p);
}

static struct tcp_bind *bind_get(struct tcp_stack *tcp, struct tcp_port *p,
				 struct ip_addr addr)
{
	struct tcp_bind *b;

	list_for_each_entry(b, &p->binds, struct tcp_bind, node)
		if (ip_addr_eq(b->addr, addr))
			return b;
	b = pool_get_zeroed(&tcp->bind_pool);
	if (!b)
		return NULL;
	b->port = p;
	b->addr = addr;
	list_add_tail(&p->binds, &b->node);
	return b;
}

static unsigned int kind_of(unsigned int how)
{
	return (how & TCP_BIND_REUSE ? 1U : 0) |
	       (how & TCP_BIND_SHARE ? 2U : 0);
}

struct tcp_bind *tcp_bind_get(struct tcp_stack *tcp, uint16_t port,
			      struct ip_addr addr, unsigned int how)
{
	struct tcp_port *p = port_get(tcp, port);
	struct tcp_bind *b;

	if (!p)
		return NULL;
	b = bind_get(tcp, p, addr);
	if (!b) {
		port_put(tcp, p);
		return NULL;
	}
	b->owners[kind_of(how)]++;
	b->fixed += !!(how & TCP_BIND_FIXED);
	return b;
}

void tcp_bind_put(struct tcp_stack *tcp, struct tcp_bind *b, unsigned int how)
{
	struct tcp_port *p = b->port;

	b->owners[kind_of(how)]--;
	b->fixed -= !!(how & TCP_BIND_FIXED);
	if (b->owners[0] || b->owners[1] || b->owners[2] || b->owners[3])
		return;
	check(!b->fixed);
	list_del(&b->node);
	pool_put(&tcp->bind_pool, b);
	port_put(tcp, p);
}

/* Nobody was asked who only connected. */
unsigned int tcp_bind_how(const struct tcp_conn *c)
{
	if (!(c->flags & (TCPF_REUSE | TCPF_FIXED)))
		return c->end.bits & TCP_BIND_DRAWN;
	return (c->flags & TCPF_REUSE ? TCP_BIND_REUSE : 0) |
	       (c->flags & TCPF_FIXED ? TCP_BIND_FIXED : 0) |
	       (c->end.bits & TCP_BIND_SHARE);
}

int tcp_bind_drawn(struct tcp_conn *c, const struct tcp_tuple *t)
{
	c->flags &= ~(uint32_t)(TCPF_REUSE | TCPF_FIXED);
	if (tcp_drawn_add(c->tcp, &t->laddr, t->lport)) {
		c->end.bits |= TCP_BIND_DRAWN;
		return 0;
	}
	c->bind = tcp_bind_get(c->tcp, t->lport, t->laddr, 0);
	return c->bind ? 0 : -ENOMEM;
}

void tcp_bind_drop(struct tcp_stack *tcp, const struct tcp_tuple *t,
		   unsigned int how)
{
	const struct tcp_port *p;
	struct tcp_bind *b;

	if (how & TCP_BIND_DRAWN) {
		tcp_drawn_del(tcp, &t->laddr, t->lport);
		return;
	}
	p = port_find(tcp, t->lport);
	check(p);
	list_for_each_entry(b, &p->binds, struct tcp_bind, node)
		if (ip_addr_eq(b->addr, t->laddr))
			break;
	tcp_bind_put(tcp, b, how);
}

void tcp_conn_unbind(struct tcp_conn *c)
{
	if (!tcp_is_bound(c))
		return;
	if (c->bind)
		tcp_bind_put(c->tcp, c->bind, tcp_bind_how(c));
	else
		tcp_drawn_del(c->tcp, &c->end.t.laddr, c->end.t.lport);
	c->bind = NULL;
	c->end.bits &= (uint16_t)~TCP_BIND_DRAWN;
	c->flags &= ~(uint32_t)(TCPF_FIXED | TCPF_BOUND_ADDR);
}

bool tcp_addr_overlaps(struct ip_addr a, struct ip_addr b)
{
	if (a.family && b.family && a.family != b.family)
		return false;
	return ip_addr_is_zero(a) || ip_addr_is_zero(b) || ip_addr_eq(a, b);
}

/* May one who says @how stand beside the owners of @b? */
static bool gets_along(const struct tcp_bind *b, unsigned int how)
{
	unsigned int mine = kind_of(how), k;

	for (k = 0; k < TCP_BIND_KINDS; k++) {
		bool both_share = mine & k & 2;
		bool both_reuse = mine & k & 1 && !b->listen[k];

		if (b->owners[k] && !both_share && !both_reuse)
			return false;
	}
	return true;
}

bool tcp_port_is_free(const struct tcp_stack *tcp, uint16_t port,
		      struct ip_addr addr, unsigned int how)
{
	const struct tcp_port *p = port_find(tcp, port);
	const struct tcp_bind *b;

	if (tcp_drawn_has(tcp, addr, port))
		return false;
	if (!p)
		return true;
	list_for_each_entry(b, &p->binds, struct tcp_bind, node)
		if (tcp_addr_overlaps(b->addr, addr) && !gets_along(b, how))
			return false;
	return true;
}

/* Is the port free of owners that chose it on purpose? */
static bool is_for_connect(const struct tcp_stack *tcp, uint16_t port)
{
	const struct tcp_port *p = port_find(tcp, port);
	const struct tcp_bind *b;

	if (!p)
		return true;
	list_for_each_entry(b, &p->binds, struct tcp_bind, node)
		if (b->fixed)
			return false;
	return true;
}

/* The ports that are the stack's to choose. */
static uint32_t range_size(const struct tcp_stack *tcp)
{
	const struct tcp_knobs *k = &tcp->knobs;

	return k->port_last >= k->port_first ? k->port_last - k->port_first + 1
					     : 1;
}

/* The one at place @i. */
static uint16_t range_port(const struct tcp_stack *tcp, uint32_t i)
{
	return (uint16_t)(tcp->knobs.port_first + i % range_size(tcp));
}

uint16_t tcp_port_pick(struct tcp_stack *tcp, struct ip_addr addr,
		       unsigned int how)
{
	uint32_t n = range_size(tcp), start = tcp_random_below(tcp, n), i;

	for (i = 0; i < n; i++) {
		uint16_t port = range_port(tcp, start + i);

		if (tcp_port_is_free(tcp, port, addr, how))
			return port;
	}
	return 0;
}

/* Is this port free for @t, or could it be?  A port in TIME-WAIT is kept in
 * @second, unless there is one. */
static bool port_suits(struct tcp_stack *tcp, struct tcp_tuple *t,
		       uint16_t port, struct tcp_tw **second)
{
	struct tcp_end *e;

	t->lport = port;
	if (!is_for_connect(tcp, port))
		return false;
	e = tcp_end_find(tcp, t);
	if (e && !*second && tcp_tw_is_reusable(tcp, e))
		*second = tcp_tw_of(e);
	return !e;
}

uint16_t tcp_port_pick_for(struct tcp_stack *tcp, struct tcp_tuple *t,
			   struct tcp_tw **reused)
{
	uint32_t n = range_size(tcp), start = 0, i;
	struct tcp_tw *second = NULL;

	*reused = NULL;
	for (i = 0; i < TRIES_AT_RANDOM; i++) {
		start = tcp_random_below(tcp, n);
		if (port_suits(tcp, t, range_port(tcp, start), &second))
			return t->lport;
	}
	for (i = 1; i < n && (!second || i < TRIES_FOR_FREE); i++)
		if (port_suits(tcp, t, range_port(tcp, start + i), &second))
			return t->lport;
	*reused = second;
	t->lport = second ? second->lport : 0;
	return t->lport;
}

/* How well a listener fits: 3 at this very address, 2 at any of IPv4 alone, 1 at
 * any, 0 not. */
static int fits(const struct tcp_listen *l, struct ip_addr addr)
{
	struct ip_addr at = l->conn->end.t.laddr;

	if (ip_addr_eq(at, addr))
		return 3;
	if (!ip_addr_is_zero(at))
		return 0;
	if (at.family && at.family != addr.family)
		return 0;
	return at.family == IP_V4 ? 2 : 1;
}

struct tcp_conn *tcp_listener_find(const struct tcp_stack *tcp,
				   const struct tcp_tuple *t)
{
	const struct tcp_port *p = port_find(tcp, t->lport);
	uint32_t count = 0, n;
	struct tcp_listen *l;
	int best = 0;

	if (!p)
		return NULL;
	l = list_first_entry(&p->listeners, struct tcp_listen, node);
	if (l && l->node.next == &p->listeners) /* one alone, as mostly */
		return fits(l, t->laddr) ? l->conn : NULL;
	list_for_each_entry(l, &p->listeners, struct tcp_listen, node) {
		int f = fits(l, t->laddr);

		count = f > best ? 1 : count + (f && f == best);
		best = f > best ? f : best;
	}
	if (!best)
		return NULL;
	n = count > 1 ? tcp_tuple_hash(&tcp->table_key, t) % count : 0;
	list_for_each_entry(l, &p->listeners, struct tcp_listen, node)
		if (fits(l, t->laddr) == best && !n--)
			return l->conn;
	return NULL;
}

/* One that @c may not stand beside. */
static bool has_listener(const struct tcp_bind *b, const struct tcp_conn *c)
{
	bool shares = c->end.bits & TCP_BIND_SHARE;
	unsigned int k;

	for (k = 0; k < TCP_BIND_KINDS; k++)
		if (b->listen[k] && !(shares && k & 2))
			return true;
	return false;
}

int tcp_listener_add(struct tcp_conn *c)
{
	const struct tcp_bind *b;
	struct tcp_port *p;

	if (!c->bind) { /* tcp_listen_foreign() */
		list_init(&c->listen->node);
		return 0;
	}
	p = c->bind->port;
	list_for_each_entry(b, &p->binds, struct tcp_bind, node)
		if (tcp_addr_overlaps(b->addr, c->bind->addr) &&
		    has_listener(b, c))
			return -EADDRINUSE;
	list_add_tail(&p->listeners, &c->listen->node);
	c->bind->listen[kind_of(tcp_bind_how(c))]++;
	return 0;
}

void tcp_listener_del(struct tcp_conn *c)
{
	list_del(&c->listen->node);
	if (c->tcp->foreign == c)
		c->tcp->foreign = NULL;
	if (!c->bind)
		return;
	c->bind->listen[kind_of(tcp_bind_how(c))]--;
}
