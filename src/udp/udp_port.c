// SPDX-License-Identifier: MIT
/*
 * udp_port.c - who is bound where, and whose is what arrives
 *
 * Theory of operation
 * ===================
 * Ports in use are in a hash table; each has the list of its sockets.  Nearly
 * always that is one, so finding the receiver of a datagram is one probe and
 * one comparison.  Where several share a port, the one that says most about the
 * datagram gets it: a local address counts more than a peer, who counts more
 * than an interface, and that more than to be of IPv4 alone; of equals the one
 * bound last, as in Linux.  (Who has a peer has a local address, too.)
 *
 *	bound to		scores for a datagram to 10.0.0.1 from P
 *	*:53, of both versions	1
 *	*:53, of IPv4 only	2
 *	*:53, at an interface	2 + 4
 *	10.0.0.1:53, no peer	2 + 16
 *	10.0.0.1:53, peer P	2 + 8 + 16
 *	10.0.0.1:53, peer Q	0: not for this one
 *
 * A socket bound to any address takes datagrams of one version of IP, or, if
 * it was bound to any of no family, of both (RFC 3493, 5.3).
 *
 * A free port is drawn at random until one is free; only when that fails often
 * (most are taken) are they tried in turn from a random one on.  Drawing anew
 * instead of trying the next keeps the choice uniform, so that who knows some
 * of our ports knows nothing about the others (RFC 6056, 3.3.1).
 *
 * Limits
 * ------
 * Sockets of one port are searched one after the other.  Strangers cannot make
 * that list longer, programs on this host can.
 */

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/check.h"

#include "wire/proto.h"

#include "udp/udp_int.h"

#define PORT_COUNT (PORT_EPHEMERAL_MAX - PORT_EPHEMERAL_MIN + 1)
#define PORT_DRAWS 64

/*
 * Multiply and shift with a secret factor.  Strangers choose which port they
 * ask for but not which are in the table, and for any set of ports two of them
 * meet in a slot no more often than by chance, whoever does not know the factor
 * (Dietzfelbinger and others, "A reliable randomized algorithm for the
 * closest-pair problem").  SipHash would be 80 instructions for each datagram.
 */
static uint32_t port_hash(const struct udp_stack *us, uint16_t num)
{
	return (uint32_t)((us->key.k[0] | 1) * num >> 32);
}

static bool port_is(const void *item, const void *key)
{
	const struct udp_port *port = item;

	return port->num == *(const uint16_t *)key;
}

struct udp_port *udp_port_find(const struct udp_stack *us, enum udp_kind kind,
			       uint16_t num)
{
	return htab_find_here(&us->ports[kind], port_hash(us, num), port_is,
			      &num);
}

static struct udp_port *port_new(struct udp_stack *us, enum udp_kind kind,
				 uint16_t num)
{
	struct udp_port *port = pool_get(&us->port_pool);

	if (!port)
		return NULL;
	port->num = num;
	list_init(&port->socks);
	if (htab_add(&us->ports[kind], port_hash(us, num), port)) {
		pool_put(&us->port_pool, port);
		return NULL;
	}
	return port;
}

static void port_free(struct udp_stack *us, enum udp_kind kind,
		      struct udp_port *port)
{
	htab_del(&us->ports[kind], port_hash(us, port->num), port);
	if (us->last == port)
		us->last = NULL;
	pool_put(&us->port_pool, port);
}

/* Would two sockets of a port both be right for some datagram? */
static bool overlaps(struct ip_addr a, struct ip_addr b)
{
	if (a.family && b.family && a.family != b.family)
		return false;
	return ip_addr_is_zero(a) || ip_addr_is_zero(b) || ip_addr_eq(a, b);
}

static bool is_taken(const struct udp_port *port, const struct udp_sock *u,
		     struct ip_addr addr)
{
	const struct udp_sock *other;

	list_for_each_entry(other, &port->socks, struct udp_sock, node) {
		if ((other->may_share && u->may_share) ||
		    (other->may_reuse && u->may_reuse))
			continue;
		if (other->netif && u->netif && other->netif != u->netif)
			continue;
		if (overlaps(other->local.addr, addr))
			return true;
	}
	return false;
}

/* A port that nobody has: 0 and @num, -EADDRINUSE, -EIO. */
static int draw_port(struct udp_sock *u, uint16_t *num)
{
	const struct udp_stack *us = udp_of(u->stack);
	uint16_t at = 0;
	int i, err;

	static_assert((PORT_COUNT & (PORT_COUNT - 1)) == 0,
		      "a remainder would not be uniform");
	for (i = 0; i < PORT_DRAWS + PORT_COUNT; i++) {
		if (i < PORT_DRAWS) {
			err = stack_random(u->stack, &at, sizeof(at));
			if (err)
				return err;
		} else {
			at++;
		}
		*num = (uint16_t)(PORT_EPHEMERAL_MIN + at % PORT_COUNT);
		if (!udp_port_find(us, u->kind, *num))
			return 0;
	}
	return -EADDRINUSE;
}

static bool may_bind_to(struct stack *stack, struct ip_addr addr)
{
	return ip_addr_is_zero(addr) || ip_addr_is_multicast(addr) ||
	       ip_addr_is_ours(stack, addr) || ip_addr_is_bcast(stack, addr);
}

int udp_port_bind(struct udp_sock *u, const struct endpoint *local)
{
	struct udp_stack *us = udp_of(u->stack);
	uint16_t num = local->port;
	struct udp_port *port;
	int err;

	if (!u->may_be_free && !may_bind_to(u->stack, local->addr))
		return -EADDRNOTAVAIL;
	if (u->port)
		return -EINVAL;
	if (!num) {
		err = draw_port(u, &num);
		if (err)
			return err;
	}
	port = udp_port_find(us, u->kind, num);
	if (port && is_taken(port, u, local->addr))
		return -EADDRINUSE;
	if (!port)
		port = port_new(us, u->kind, num);
	if (!port)
		return -ENOMEM;
	list_add_head(&port->socks, &u->node);
	u->port = port;
	u->local = *local;
	u->local.port = num;
	u->is_any = ip_addr_is_zero(local->addr);
	u->family = local->addr.family;
	return 0;
}

void udp_port_unbind(struct udp_sock *u)
{
	struct udp_port *port = u->port;

	if (!port)
		return;
	list_del(&u->node);
	u->port = NULL;
	udp_path_forget(u);
	if (list_is_empty(&port->socks))
		port_free(udp_of(u->stack), u->kind, port);
}

/* 0: not for this socket; else the more the better, see above. */
static int score(const struct udp_sock *u, const struct udp_dgram *what)
{
	const struct endpoint *peer = &what->peer;
	struct ip_addr dst = what->dst;
	int n = u->family == IP_V4 ? 2 : 1;

	if (u->netif && what->netif && u->netif != what->netif)
		return 0;
	if (!udp_speaks(u, dst.family))
		return 0;
	if (!u->is_any || udp_has_peer(u)) {
		if (!ip_addr_eq(u->local.addr, dst))
			return 0;
		n += 16;
	}
	if (udp_has_peer(u)) {
		if (!endpoint_eq(u->peer, *peer))
			return 0;
		n += 8;
	}
	return n + (u->netif ? 4 : 0);
}

/* Of @count that share and fit equally, the one for this peer: always the same,
 * and nobody can tell which. */
static uint32_t turn_of(const struct udp_sock *u, const struct udp_dgram *what,
			uint32_t count)
{
	const struct endpoint *p = &what->peer;
	uint64_t w[3] = {p->port};

	check(count);
	memcpy(w + 1, &p->addr.v6, p->addr.family == IP_V6 ? 16 : 4);
	return (uint32_t)(siphash13_u64x2(&udp_of(u->stack)->key, w[0] ^ w[2],
					  w[1]) %
			  count);
}

struct udp_sock *udp_port_match(const struct udp_port *port,
				const struct udp_dgram *what)
{
	struct udp_sock *u, *best = NULL;
	uint32_t count = 0, turn;
	int n, best_n = 0;

	if (port->socks.next == port->socks.prev) { /* nearly always */
		u = list_entry(port->socks.next, struct udp_sock, node);
		if (u->is_any && !udp_has_peer(u) && !u->netif &&
		    udp_speaks(u, what->dst.family))
			return u;
		return score(u, what) ? u : NULL;
	}
	list_for_each_entry(u, &port->socks, struct udp_sock, node) {
		n = score(u, what);
		if (n > best_n) {
			best_n = n;
			best = u;
			count = 0;
		}
		count += n && n == best_n && u->may_share;
	}
	if (count < 2 || !best->may_share)
		return best;
	turn = turn_of(best, what, count);
	list_for_each_entry(u, &port->socks, struct udp_sock, node)
		if (u->may_share && score(u, what) == best_n && !turn--)
			return u;
	return best;
}

bool udp_accepts(const struct udp_sock *u, const struct udp_dgram *what)
{
	return score(u, what) > 0;
}
