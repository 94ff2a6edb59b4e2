// SPDX-License-Identifier: MIT
/*
 * snoop.c - a switch reads along who wants which group (RFC 4541, 2.1)
 *
 * Theory of operation
 * ===================
 * To a switch a group is an address that nobody ever sends from, so it would
 * flood it: every host of the LAN gets what one of them wanted.  But hosts say
 * aloud what they want, and the switch may listen:
 *
 *	query arrives at a port		a router is there
 *	report arrives at a port	somebody there wants this group
 *	query about one group		unless somebody answers soon, nobody
 *					wants it any more
 *
 * From then on a datagram for the group goes to the ports that want it and to
 * all routers.  Reports go to routers alone, for a host of version 2 that hears
 * another's report keeps silent, and the switch would not learn of it.
 *
 * Always flooded are: everything while no router asks, for then nobody reports
 * either; 224.0.0.0/24, whose members need not report; what is no IPv4.
 *
 * There is no fast leave: a port may have more than one host behind it, so a
 * leave takes nothing away; the query that it provokes does.
 *
 * Limits
 * ------
 * GROUPS_MAX groups; others are flooded.  A group goes to a port or does not:
 * of sources the switch knows nothing.
 */

#include "vnet/snoop.h"

#include "base/mem.h"

#include "wire/ether.h"
#include "wire/igmp.h"
#include "wire/ip4.h"

#include "core/pkt.h"
#include "core/probe.h"

#include "vnet/vnet_int.h"

enum { GROUPS_MAX = 1024, HEAD_MAX = ETH_HLEN + IP4_HLEN_MAX };

#define PORT_NS (260 * NS_PER_S) /* RFC 3376, 8.4 */

/* A port that wants a group, or has a router (group 0). */
struct snoop_port {
	struct list node;
	const struct port *port;
	uint64_t until_ns;
};

struct snoop_group {
	struct list node;
	ip4_addr group;
	struct list ports;
};

static uint64_t now_of(const struct snoop *s)
{
	return s->place->env->now_ns;
}

void snoop_init(struct snoop *s, struct place *place)
{
	s->place = place;
	s->count = 0;
	list_init(&s->groups);
}

static void port_del(struct snoop *s, struct snoop_port *p)
{
	list_del(&p->node);
	mem_free(s->place->env->mem, p, sizeof(*p));
}

static void group_del(struct snoop *s, struct snoop_group *g)
{
	struct snoop_port *p;

	while ((p = list_first_entry(&g->ports, struct snoop_port, node)))
		port_del(s, p);
	list_del(&g->node);
	s->count--;
	mem_free(s->place->env->mem, g, sizeof(*g));
}

void snoop_fini(struct snoop *s)
{
	struct snoop_group *g;

	while ((g = list_first_entry(&s->groups, struct snoop_group, node)))
		group_del(s, g);
}

static struct snoop_group *group_find(const struct snoop *s, ip4_addr group)
{
	struct snoop_group *g;

	list_for_each_entry(g, &s->groups, struct snoop_group, node)
		if (g->group.v == group.v)
			return g;
	return NULL;
}

static struct snoop_port *port_find(const struct snoop_group *g,
				    const struct port *port)
{
	struct snoop_port *p;

	if (g)
		list_for_each_entry(p, &g->ports, struct snoop_port, node)
			if (p->port == port)
				return p;
	return NULL;
}

static bool has_port(const struct snoop *s, ip4_addr group,
		     const struct port *port)
{
	return port_find(group_find(s, group), port) != NULL;
}

static void tell(const struct snoop *s, enum reason what, ip4_addr group,
		 const struct port *port)
{
	struct ip_addr ip = ip_addr_v4(group);

	PROBE(s->place, EV_LEARN, what, NULL, EVF_IP("group", &ip),
	      EVF_TEXT("port", port->netif.name));
}

/* Forget what is too old. */
static void snoop_age(struct snoop *s)
{
	struct list *gpos, *gnext, *pos, *next;

	list_for_each_safe(gpos, gnext, &s->groups) {
		struct snoop_group *g =
			container_of(gpos, struct snoop_group, node);

		list_for_each_safe(pos, next, &g->ports) {
			struct snoop_port *p =
				container_of(pos, struct snoop_port, node);

			if (p->until_ns > now_of(s))
				continue;
			tell(s, R_SW_GROUP_AGE, g->group, p->port);
			port_del(s, p);
		}
		if (list_is_empty(&g->ports))
			group_del(s, g);
	}
}

static struct snoop_group *group_get(struct snoop *s, ip4_addr group)
{
	struct snoop_group *g = group_find(s, group);

	if (g || s->count >= GROUPS_MAX)
		return g;
	g = mem_alloc(s->place->env->mem, sizeof(*g));
	if (!g)
		return NULL;
	g->group = group;
	list_init(&g->ports);
	list_add_tail(&s->groups, &g->node);
	s->count++;
	return g;
}

static void learn(struct snoop *s, ip4_addr group, const struct port *port)
{
	struct snoop_group *g = group_get(s, group);
	struct snoop_port *p = port_find(g, port);

	if (g && !p) {
		p = mem_alloc(s->place->env->mem, sizeof(*p));
		if (p) {
			p->port = port;
			list_add_tail(&g->ports, &p->node);
			tell(s, group.v ? R_SW_GROUP_LEARN : R_SW_ROUTER_PORT,
			     group, port);
		}
	}
	if (p)
		p->until_ns = now_of(s) + PORT_NS;
	else
		s->place->drops[DROP_no_memory]++;
	if (g && list_is_empty(&g->ports))
		group_del(s, g);
}

static void learn_records(struct snoop *s, const uint8_t *buf, size_t len,
			  const struct port *in)
{
	uint16_t n = igmp_record_count(buf);
	struct igmp_record r;
	size_t off = IGMP_LEN;

	while (n-- && igmp_record_next(&r, buf, len, &off) == 1)
		if (r.type == IGMP_IS_EXCLUDE || r.type == IGMP_TO_EXCLUDE ||
		    (r.source_count && r.type != IGMP_BLOCK))
			learn(s, r.group, in);
}

/* A router asks about one group: who wants it answers in time, twice over. */
static void doubt(struct snoop *s, const struct igmp_query *q)
{
	struct snoop_group *g = group_find(s, q->group);
	uint64_t last = now_of(s) + 2 * q->max_ms * NS_PER_MS + NS_PER_S;
	struct snoop_port *p;

	if (!g || q->source_count)
		return;
	list_for_each_entry(p, &g->ports, struct snoop_port, node)
		if (p->until_ns > last)
			p->until_ns = last;
}

static enum snoop_verdict snoop_igmp(struct snoop *s, const uint8_t *buf,
				     size_t len, const struct port *in)
{
	struct igmp_query q;

	switch (igmp_check(buf, len)) {
	case IGMP_QUERY:
		if (igmp_query_parse(&q, buf, len) < 0)
			return SNOOP_FLOOD;
		learn(s, IP4_ANY, in);
		if (!ip4_is_zero(q.group))
			doubt(s, &q);
		return SNOOP_FLOOD;
	case IGMP_REPORT_1:
	case IGMP_REPORT_2:
		if (ip4_is_multicast(get_ip4(buf + 4)))
			learn(s, get_ip4(buf + 4), in);
		return SNOOP_ROUTERS;
	case IGMP_REPORT_3:
		learn_records(s, buf, len, in);
		return SNOOP_ROUTERS;
	case IGMP_LEAVE:
		return SNOOP_ROUTERS;
	default:
		return SNOOP_FLOOD;
	}
}

/* The IP header of a frame, if it has one. */
static bool is_ip4(struct pkt *pkt, struct ip4_hdr *h)
{
	size_t len = pkt->len < HEAD_MAX ? pkt->len : HEAD_MAX;
	uint8_t *p = pkt_need(pkt, len);

	return p && len > ETH_HLEN && get16(p + 12) == ETH_IP4 &&
	       ip4_hdr_parse(h, p + ETH_HLEN, pkt->len - ETH_HLEN) > 0;
}

static enum snoop_verdict verdict_of(struct snoop *s, struct pkt *pkt,
				     const struct ip4_hdr *h,
				     const struct port *in)
{
	uint8_t buf[IGMP_MAX];
	size_t len = (size_t)(h->total_len - h->hlen);

	if (h->proto == IP_PROTO_IGMP && !ip4_is_fragment(h)) {
		if (len > sizeof(buf))
			return SNOOP_FLOOD;
		pkt_copy_out(pkt, (size_t)ETH_HLEN + h->hlen, buf, len);
		return snoop_igmp(s, buf, len, in);
	}
	return h->dst.v >> 8 == 0xe00000 ? SNOOP_FLOOD : SNOOP_MEMBERS;
}

struct snoop_way snoop_frame(struct snoop *s, struct pkt *pkt,
			     const struct port *in)
{
	struct snoop_way way = {.verdict = SNOOP_FLOOD};
	struct ip4_hdr h;

	if (!is_ip4(pkt, &h) || !ip4_is_multicast(h.dst))
		return way;
	snoop_age(s);
	way.verdict = verdict_of(s, pkt, &h, in);
	way.dst = h.dst;
	way.group = group_find(s, h.dst);
	if (!group_find(s, IP4_ANY) || (way.verdict == SNOOP_MEMBERS &&
					!way.group && s->count >= GROUPS_MAX))
		way.verdict = SNOOP_FLOOD;
	return way;
}

bool snoop_goes_to(const struct snoop *s, const struct snoop_way *way,
		   const struct port *port)
{
	if (way->verdict == SNOOP_FLOOD || has_port(s, IP4_ANY, port))
		return true;
	return way->verdict == SNOOP_MEMBERS && port_find(way->group, port);
}
