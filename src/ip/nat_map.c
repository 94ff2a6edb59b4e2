// SPDX-License-Identifier: MIT
/*
 * nat_map.c - mappings: which outside port stands for which inside endpoint
 *
 * Theory of operation
 * ===================
 * Four tables: sessions and mappings, each by what is known of a packet that
 * goes out, and of one that comes in.  All are keyed with the same secret and
 * looked up by the same kind of key; a mapping's key has no remote end.
 *
 * Outside ports are drawn at random (RFC 6056) from a range that the router's
 * own sockets do not use; one below 1024 for an endpoint that has such a one,
 * and for UDP an odd one for an odd one (RFC 4787, REQ-3a and REQ-4), because
 * RTP and RTCP are neighbours.  With two thirds of the ports taken, 32 draws
 * still fail only once in 400,000 times, and then the flow's first packet is
 * sent again anyway.
 */

#include "core/probe.h"

#include "ip/ip.h"
#include "ip/nat_int.h"

#define PORT_DRAWS 32

/*
 * Keys.
 */

uint32_t nat_key_hash(const struct nat *nat, const struct nat_key *k)
{
	uint64_t addrs = (uint64_t)k->a.addr.v << 32 | k->b.addr.v;
	uint64_t rest = (uint64_t)k->proto << 32 | (uint32_t)k->a.port << 16 |
			k->b.port;

	return (uint32_t)siphash13_u64x2(&nat->key, addrs, rest);
}

static bool end_eq(struct nat_end a, struct nat_end b)
{
	return a.addr.v == b.addr.v && a.port == b.port;
}

static bool session_eq_in(const void *item, const void *key)
{
	const struct nat_session *s = item;
	const struct nat_key *k = key;

	return s->map->proto == k->proto && end_eq(s->map->in, k->a) &&
	       end_eq(s->remote, k->b);
}

static bool session_eq_out(const void *item, const void *key)
{
	const struct nat_session *s = item;
	const struct nat_key *k = key;

	return s->map->proto == k->proto && end_eq(s->map->out, k->a) &&
	       end_eq(s->remote, k->b);
}

static bool map_eq_in(const void *item, const void *key)
{
	const struct nat_mapping *m = item;
	const struct nat_key *k = key;

	return m->proto == k->proto && end_eq(m->in, k->a);
}

static bool map_eq_out(const void *item, const void *key)
{
	const struct nat_mapping *m = item;
	const struct nat_key *k = key;

	return m->proto == k->proto && end_eq(m->out, k->a);
}

static bool host_eq(const void *item, const void *key)
{
	const struct nat_host *h = item;
	const ip4_addr *a = key;

	return h->addr.v == a->v;
}

static void *key_find(const struct nat *nat, const struct htab *t, htab_eq *eq,
		      struct nat_key k)
{
	return htab_find(t, nat_key_hash(nat, &k), eq, &k);
}

struct nat_session *nat_find_out(const struct nat *nat, uint8_t proto,
				 struct nat_end in, struct nat_end remote)
{
	return key_find(nat, &nat->by_inside, session_eq_in,
			(struct nat_key){proto, in, remote});
}

struct nat_session *nat_find_in(const struct nat *nat, uint8_t proto,
				struct nat_end out, struct nat_end remote)
{
	return key_find(nat, &nat->by_outside, session_eq_out,
			(struct nat_key){proto, out, remote});
}

/*
 * Hosts.
 */

static uint32_t host_hash(const struct nat *nat, ip4_addr a)
{
	return (uint32_t)siphash13_u64(&nat->key, a.v);
}

struct nat_host *nat_host_get(struct nat *nat, ip4_addr a)
{
	uint32_t hash = host_hash(nat, a);
	struct nat_host *h = htab_find(&nat->hosts, hash, host_eq, &a);

	if (h)
		return h->sessions < nat->per_host_max ? h : NULL;
	h = pool_get_zeroed(&nat->host_pool);
	if (!h)
		return NULL;
	h->addr = a;
	if (htab_add(&nat->hosts, hash, h)) {
		pool_put(&nat->host_pool, h);
		return NULL;
	}
	return h;
}

/* Forget a host without sessions. */
void nat_host_put(struct nat *nat, struct nat_host *h)
{
	if (h->sessions)
		return;
	htab_del(&nat->hosts, host_hash(nat, h->addr), h);
	pool_put(&nat->host_pool, h);
}

/*
 * Mappings.
 */

static uint32_t map_hash(const struct nat *nat, uint8_t proto,
			 struct nat_end end)
{
	struct nat_key k = {.proto = proto, .a = end};

	return nat_key_hash(nat, &k);
}

bool nat_port_is_taken(const struct nat *nat, uint8_t proto, struct nat_end out)
{
	const struct nat_forward *f;

	list_for_each_entry(f, &nat->forwards, struct nat_forward, node)
		if (f->proto == proto && f->port == out.port)
			return true;
	return key_find(nat, &nat->map_outside, map_eq_out,
			(struct nat_key){.proto = proto, .a = out}) != NULL;
}

/* The port that a random number stands for, for an inside port @like. */
static uint16_t port_of(uint16_t draw, uint8_t proto, uint16_t like)
{
	bool is_low = like < NAT_PORT_MIN && proto != IP_PROTO_ICMP;
	uint32_t min = is_low ? NAT_PORT_LOW_MIN : NAT_PORT_MIN;
	uint32_t span = (is_low ? NAT_PORT_LOW_MAX : NAT_PORT_MAX) - min + 1;
	uint32_t port = min + (span * draw >> 16);

	if (proto == IP_PROTO_UDP)
		port = (port & ~1U) | (like & 1U);
	return (uint16_t)port;
}

/* A free port, or 0. */
static uint16_t port_choose(struct nat *nat, uint8_t proto, ip4_addr addr,
			    uint16_t like)
{
	uint16_t draws[PORT_DRAWS];
	size_t i;

	if (stack_random(nat->stack, draws, sizeof(draws)))
		return 0;
	for (i = 0; i < PORT_DRAWS; i++) {
		uint16_t port = port_of(draws[i], proto, like);

		if (!nat_port_is_taken(nat, proto,
				       (struct nat_end){addr, port}))
			return port;
	}
	return 0;
}

struct nat_mapping *nat_map_new(struct nat *nat, uint8_t proto,
				struct nat_end in, struct nat_end out)
{
	struct nat_mapping *m = pool_get_zeroed(&nat->maps);

	if (!m)
		return NULL;
	m->proto = proto;
	m->in = in;
	m->out = out;
	list_init(&m->of_mapping);
	if (htab_add(&nat->map_inside, map_hash(nat, proto, in), m)) {
		pool_put(&nat->maps, m);
		return NULL;
	}
	if (htab_add(&nat->map_outside, map_hash(nat, proto, out), m)) {
		htab_del(&nat->map_inside, map_hash(nat, proto, in), m);
		pool_put(&nat->maps, m);
		return NULL;
	}
	return m;
}

/* Forget a mapping without sessions. */
void nat_map_put(struct nat *nat, struct nat_mapping *m)
{
	if (m->sessions)
		return;
	htab_del(&nat->map_inside, map_hash(nat, m->proto, m->in), m);
	htab_del(&nat->map_outside, map_hash(nat, m->proto, m->out), m);
	pool_put(&nat->maps, m);
}

/* The mapping of an inside endpoint, made now if there is none. */
struct nat_mapping *nat_map_get(struct nat *nat, uint8_t proto,
				struct nat_end in)
{
	struct nat_mapping *m =
		key_find(nat, &nat->map_inside, map_eq_in,
			 (struct nat_key){.proto = proto, .a = in});
	struct nat_end out = {.addr = nat_outside_addr(nat)};

	if (m)
		return m;
	out.port = nat_forward_port(nat, proto, in);
	if (!out.port)
		out.port = port_choose(nat, proto, out.addr, in.port);
	return out.port ? nat_map_new(nat, proto, in, out) : NULL;
}

struct nat_mapping *nat_map_find_out(const struct nat *nat, uint8_t proto,
				     struct nat_end out)
{
	return key_find(nat, &nat->map_outside, map_eq_out,
			(struct nat_key){.proto = proto, .a = out});
}
