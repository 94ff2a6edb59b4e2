// SPDX-License-Identifier: MIT
/*
 * snoop.c - a switch reads along who wants which group (RFC 4541)
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
 * IPv6 says the same in MLD, and is kept apart, for a router may ask in one
 * version only.
 *
 * Always flooded are: everything while no router asks, for then nobody need
 * report; 224.0.0.0/24, whose members need not; ff02::1, in which all are.  The
 * groups that IPv6 neighbours ask in (solicited-node) are groups like others:
 * each host reports its own, and so a question for one host goes to that host
 * and to routers, where ARP would wake the whole LAN.  But a question for a
 * group that nobody has reported is flooded: whoever has the address may just
 * not have been heard, and must be found.
 *
 * There is no fast leave: a port may have more than one host behind it, so a
 * leave takes nothing away; the query that it provokes does.
 *
 * Limits
 * ------
 * GROUPS_MAX groups, both versions together; others are flooded.  A group goes
 * to a port or does not: of sources the switch knows nothing.
 */

#include "vnet/snoop.h"

#include <string.h>

#include "base/mem.h"

#include "wire/csum.h"
#include "wire/ether.h"
#include "wire/igmp.h"
#include "wire/ip4.h"
#include "wire/ip6.h"
#include "wire/mld.h"

#include "core/pkt.h"
#include "core/probe.h"

#include "vnet/vnet_int.h"

enum {
	GROUPS_MAX = 1024,
	HEAD_MAX = ETH_HLEN + IP4_HLEN_MAX,
	HEAD6_MAX = ETH_HLEN + IP6_HLEN,
	MLD_HBH_LEN = 8, /* with a router alert and nothing else */
};

#define PORT_NS (260 * NS_PER_S) /* RFC 3376, 8.4 */

/* A port that wants a group, or has a router (group 0 or ::). */
struct snoop_port {
	struct list node;
	const struct port *port;
	uint64_t until_ns;
};

struct snoop_group {
	struct list node;
	struct ip_addr group;
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

static struct snoop_group *group_find(const struct snoop *s,
				      struct ip_addr group)
{
	struct snoop_group *g;

	list_for_each_entry(g, &s->groups, struct snoop_group, node)
		if (ip_addr_eq(g->group, group))
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

static bool has_port(const struct snoop *s, struct ip_addr group,
		     const struct port *port)
{
	return port_find(group_find(s, group), port) != NULL;
}

/* Stands for "a router is there". */
static struct ip_addr routers_of(uint8_t family)
{
	return (struct ip_addr){.family = family};
}

static void tell(const struct snoop *s, enum reason what, struct ip_addr group,
		 const struct port *port)
{
	PROBE(s->place, EV_LEARN, what, NULL, EVF_IP("group", &group),
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

static struct snoop_group *group_get(struct snoop *s, struct ip_addr group)
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

static void learn(struct snoop *s, struct ip_addr group,
		  const struct port *port)
{
	struct snoop_group *g = group_get(s, group);
	struct snoop_port *p = port_find(g, port);

	if (g && !p) {
		p = mem_alloc(s->place->env->mem, sizeof(*p));
		if (p) {
			p->port = port;
			list_add_tail(&g->ports, &p->node);
			tell(s,
			     ip_addr_is_zero(group) ? R_SW_ROUTER_PORT
						    : R_SW_GROUP_LEARN,
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

/* Does somebody want something of it? */
static void learn_record(struct snoop *s, const struct group_record *r,
			 const struct port *in)
{
	if (r->type == GROUP_IS_EXCLUDE || r->type == GROUP_TO_EXCLUDE ||
	    (r->source_count && r->type != GROUP_BLOCK))
		learn(s, r->group, in);
}

static void learn_records(struct snoop *s, const uint8_t *buf, size_t len,
			  const struct port *in)
{
	uint16_t n = igmp_record_count(buf);
	struct group_record r;
	size_t off = IGMP_LEN;

	while (n-- && igmp_record_next(&r, buf, len, &off) == 1)
		learn_record(s, &r, in);
}

static void learn_records6(struct snoop *s, const uint8_t *buf, size_t len,
			   const struct port *in)
{
	size_t off = MLD_REPORT2_LEN;
	struct group_record r;
	uint16_t n;

	if (len < MLD_REPORT2_LEN)
		return;
	n = mld_record_count(buf);
	while (n-- && mld_record_next(&r, buf, len, &off) == 1)
		learn_record(s, &r, in);
}

/* A router asks about one group: who wants it answers in time, twice over. */
static void doubt(struct snoop *s, const struct group_query *q)
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

static void query(struct snoop *s, const struct group_query *q,
		  const struct port *in)
{
	learn(s, routers_of(q->group.family), in);
	if (!ip_addr_is_zero(q->group))
		doubt(s, q);
}

static enum snoop_verdict snoop_igmp(struct snoop *s, const uint8_t *buf,
				     size_t len, const struct port *in)
{
	struct ip_addr group;
	struct group_query q;

	switch (igmp_check(buf, len)) {
	case IGMP_QUERY:
		if (igmp_query_parse(&q, buf, len) < 0)
			return SNOOP_FLOOD;
		query(s, &q, in);
		return SNOOP_FLOOD;
	case IGMP_REPORT_1:
	case IGMP_REPORT_2:
		group = ip_addr_v4(get_ip4(buf + 4));
		if (ip_addr_is_multicast(group))
			learn(s, group, in);
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

/* MLD from the type on, its checksum seen to be right. */
static enum snoop_verdict snoop_mld(struct snoop *s, const uint8_t *buf,
				    size_t len, const struct port *in)
{
	struct group_query q;
	ip6_addr group;

	switch (buf[0]) {
	case ICMP6_MLD_QUERY:
		if (mld_query_parse(&q, buf, len) == 0)
			query(s, &q, in);
		return SNOOP_FLOOD;
	case ICMP6_MLD_REPORT:
		if (mld_parse(&group, buf, len) == 0)
			learn(s, ip_addr_v6(group), in);
		return SNOOP_ROUTERS;
	case ICMP6_MLD2_REPORT:
		learn_records6(s, buf, len, in);
		return SNOOP_ROUTERS;
	case ICMP6_MLD_DONE:
		return SNOOP_ROUTERS;
	default:
		return SNOOP_FLOOD;
	}
}

/*
 * Frames.
 */

/* The octets of a frame's Ethernet and IP header, if it is of @type. */
static const uint8_t *front(struct pkt *pkt, uint16_t type, size_t max)
{
	size_t len = pkt->len < max ? pkt->len : max;
	const uint8_t *p = pkt_need(pkt, len);

	return p && len > ETH_HLEN && get16(p + 12) == type ? p : NULL;
}

static bool is_ip4(struct pkt *pkt, struct ip4_hdr *h)
{
	const uint8_t *p = front(pkt, ETH_IP4, HEAD_MAX);

	return p && ip4_hdr_parse(h, p + ETH_HLEN, pkt->len - ETH_HLEN) > 0;
}

static bool is_ip6(struct pkt *pkt, struct ip6_hdr *h)
{
	const uint8_t *p = front(pkt, ETH_IP6, HEAD6_MAX);

	return p && ip6_hdr_parse(h, p + ETH_HLEN, pkt->len - ETH_HLEN) > 0;
}

static enum snoop_verdict verdict4(struct snoop *s, struct pkt *pkt,
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

/* MLD stands behind a hop-by-hop header with a router alert and nothing else;
 * what looks different is data (RFC 4541, 3). */
static bool is_mld(const uint8_t *p, size_t len)
{
	return len > MLD_HBH_LEN && p[0] == IP_PROTO_ICMP6 && p[1] == 0 &&
	       mld_is_type(p[MLD_HBH_LEN]);
}

static enum snoop_verdict verdict6(struct snoop *s, struct pkt *pkt,
				   const struct ip6_hdr *h,
				   const struct port *in)
{
	uint8_t buf[MLD_HBH_LEN + MLD_MAX];
	size_t len = h->payload_len;
	uint32_t sum;

	if (h->next == IP_PROTO_HOPOPTS && len <= sizeof(buf)) {
		pkt_copy_out(pkt, HEAD6_MAX, buf, len);
		if (is_mld(buf, len)) {
			len -= MLD_HBH_LEN;
			sum = csum_pseudo6(h->src, h->dst, IP_PROTO_ICMP6,
					   (uint32_t)len);
			sum = csum_add(sum, buf + MLD_HBH_LEN, len);
			return csum_fold(sum) ? SNOOP_FLOOD
					      : snoop_mld(s, buf + MLD_HBH_LEN,
							  len, in);
		}
	}
	return ip6_eq(h->dst, IP6_ALL_NODES) ? SNOOP_FLOOD : SNOOP_MEMBERS;
}

/* Neighbours ask in ff02::1:ff00:0/104. */
static bool is_solicited_node(struct ip_addr group)
{
	static const uint8_t prefix[13] = {0xff, 2, [11] = 1, [12] = 0xff};

	return group.family == IP_V6 &&
	       memcmp(group.v6.o, prefix, sizeof(prefix)) == 0;
}

/* Better to too many than to none. */
static bool is_to_be_flooded(const struct snoop *s, const struct snoop_way *way)
{
	if (!group_find(s, routers_of(way->dst.family)))
		return true;
	return way->verdict == SNOOP_MEMBERS && !way->group &&
	       (s->count >= GROUPS_MAX || is_solicited_node(way->dst));
}

struct snoop_way snoop_frame(struct snoop *s, struct pkt *pkt,
			     const struct port *in)
{
	struct snoop_way way = {.verdict = SNOOP_FLOOD};
	struct ip4_hdr h4;
	struct ip6_hdr h6;

	if (is_ip4(pkt, &h4) && ip4_is_multicast(h4.dst)) {
		snoop_age(s);
		way.verdict = verdict4(s, pkt, &h4, in);
		way.dst = ip_addr_v4(h4.dst);
	} else if (is_ip6(pkt, &h6) && ip6_is_multicast(h6.dst)) {
		snoop_age(s);
		way.verdict = verdict6(s, pkt, &h6, in);
		way.dst = ip_addr_v6(h6.dst);
	} else {
		return way;
	}
	way.group = group_find(s, way.dst);
	if (is_to_be_flooded(s, &way))
		way.verdict = SNOOP_FLOOD;
	return way;
}

bool snoop_goes_to(const struct snoop *s, const struct snoop_way *way,
		   const struct port *port)
{
	if (way->verdict == SNOOP_FLOOD ||
	    has_port(s, routers_of(way->dst.family), port))
		return true;
	return way->verdict == SNOOP_MEMBERS && port_find(way->group, port);
}
