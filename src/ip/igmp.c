// SPDX-License-Identifier: MIT
/*
 * igmp.c - IGMP messages that arrive and leave
 *
 * Theory of operation
 * ===================
 * IGMP speaks on one link only: time to live 1, and a router alert option, so
 * that routers look at what is not addressed to them (RFC 3376, 4).  Anybody on
 * the link can forge it, but nobody farther away may, so what has passed a
 * router, or claims to be from elsewhere, is dropped:
 *
 *	1  checksum, length	igmp_short, igmp_csum, igmp_bad
 *	2  from this link	igmp_hops, igmp_source
 *	3  type			queries to igmp_host.c and igmp_router.c,
 *				reports to igmp_member.c; all else is igmp_type
 *
 * A query about one group is sent to that group; in another place it could be
 * used to have hosts answer that the querier does not reach (igmp_dst;
 * RFC 3376, 9.1).
 *
 * Limits
 * ------
 * Messages of up to IGMP_MAX octets.
 */

#include "ip/igmp.h"

#include <errno.h>
#include <string.h>

#include "wire/ip4_opt.h"

#include "core/probe.h"

#include "ip/igmp_int.h"

/* Routers, look at this (RFC 2113). */
static const uint8_t alert[] = {IP4_OPT_RA, 4, 0, 0};

enum { TOS_CONTROL = 0xc0 }; /* internetwork control (RFC 3376, 4) */

uint64_t igmp_jitter(struct stack *stack, uint32_t ms)
{
	uint32_t r;

	if (stack_random(stack, &r, sizeof(r)))
		r = UINT32_MAX / 2; /* being guessed does no harm here */
	return (uint64_t)ms * NS_PER_MS / UINT32_MAX * r;
}

void igmp_send(struct stack *stack, struct netif *netif, ip4_addr to,
	       const struct igmp_message *m, enum reason why)
{
	const struct ip_send how = {
		.dst = ip_addr_v4(to),
		.proto = IP_PROTO_IGMP,
		.ttl = 1,
		.tos = TOS_CONTROL,
		.opt = alert,
		.opt_len = sizeof(alert),
		.netif = netif,
	};
	struct pkt *pkt;

	if (!netif->is_up || netif->features & NETIF_F_LOOPBACK)
		return;
	pkt = pkt_new(stack->place.env, why);
	if (pkt && !pkt_append(pkt, m->b, m->len)) {
		(void)ip_output(stack, pkt, &how);
		return;
	}
	stack->place.drops[DROP_no_memory]++;
	pkt_free(pkt);
}

struct igmp_if *igmp_if_find(const struct igmp *igmp, const struct netif *netif)
{
	struct igmp_if *i;

	list_for_each_entry(i, &igmp->ifs, struct igmp_if, node)
		if (i->netif == netif)
			return i;
	return NULL;
}

struct igmp_if *igmp_if_get(struct igmp *igmp, struct netif *netif)
{
	struct igmp_if *i = igmp_if_find(igmp, netif);

	if (i)
		return i;
	i = mem_alloc(igmp->stack->place.env->mem, sizeof(*i));
	if (!i)
		return NULL;
	i->igmp = igmp;
	i->netif = netif;
	i->robustness = IGMP_ROBUSTNESS;
	i->interval_s = IGMP_INTERVAL_S;
	igmp_router_init(i);
	list_add_tail(&igmp->ifs, &i->node);
	return i;
}

static void if_free(struct igmp *igmp, struct igmp_if *i)
{
	igmp_router_fini(i);
	list_del(&i->node);
	mem_free(igmp->stack->place.env->mem, i, sizeof(*i));
}

void igmp_if_gone(struct stack *stack, const struct netif *netif)
{
	struct igmp *igmp = igmp_of(stack);
	struct igmp_if *i = igmp ? igmp_if_find(igmp, netif) : NULL;

	if (i)
		if_free(igmp, i);
}

static bool is_of_link(struct stack *stack, const struct ip_meta *meta)
{
	return ip_on_same_net(ip_of(stack), meta->netif, meta->src.v4);
}

static enum drop query_in(struct igmp *igmp, const uint8_t *buf, size_t len,
			  const struct ip_meta *meta)
{
	struct igmp_if *ifc;
	struct igmp_query q;

	if (igmp_query_parse(&q, buf, len) < 0)
		return DROP_igmp_bad;
	if (q.version == 3 && !meta->has_alert)
		return DROP_igmp_hops;
	if (!ip4_is_zero(q.group)
		    ? meta->dst.v4.v != q.group.v &&
			      !ip_addr_is_ours(igmp->stack, meta->dst)
		    : meta->dst.v4.v != IGMP_ALL_HOSTS.v)
		return DROP_igmp_dst;
	ifc = igmp_if_get(igmp, meta->netif);
	if (!ifc)
		return DROP_no_memory;
	if (ifc->is_router)
		igmp_router_asked(ifc, &q, meta->src.v4);
	igmp_host_asked(igmp, ifc, &q);
	return DROP_COUNT;
}

bool igmp_hears_all(const struct stack *stack, const struct netif *netif)
{
	const struct igmp *igmp = igmp_of(stack);
	const struct igmp_if *ifc = igmp ? igmp_if_find(igmp, netif) : NULL;

	return ifc && ifc->is_router;
}

/* What versions 1 and 2 say, in the words of version 3. */
static enum drop report_old_in(struct igmp *igmp, const uint8_t *buf,
			       const struct ip_meta *meta)
{
	struct igmp_if *ifc = igmp_if_find(igmp, meta->netif);
	const struct igmp_record rec = {
		.type = buf[0] == IGMP_LEAVE ? IGMP_TO_INCLUDE
					     : IGMP_IS_EXCLUDE,
		.group = get_ip4(buf + 4),
	};

	if (!ip4_is_multicast(rec.group))
		return DROP_igmp_bad;
	if (!ifc || !ifc->is_router)
		return DROP_COUNT; /* of interest to routers alone */
	return igmp_member_report(ifc, &rec, buf[0] == IGMP_REPORT_1 ? 1 : 2);
}

static enum drop report_in(struct igmp *igmp, const uint8_t *buf, size_t len,
			   const struct ip_meta *meta)
{
	struct igmp_if *ifc = igmp_if_find(igmp, meta->netif);
	uint16_t n = igmp_record_count(buf);
	size_t off = IGMP_LEN;
	enum drop why = DROP_COUNT;

	if (!ifc || !ifc->is_router)
		return DROP_COUNT;
	while (n-- && why == DROP_COUNT) {
		struct igmp_record rec;

		if (igmp_record_next(&rec, buf, len, &off) < 0)
			return DROP_igmp_bad;
		why = igmp_member_report(ifc, &rec, 3);
	}
	return why;
}

static enum drop message_in(struct igmp *igmp, const uint8_t *buf, size_t len,
			    const struct ip_meta *meta)
{
	int type = igmp_check(buf, len);

	if (type < 0)
		return type == WIRE_SHORT ? DROP_igmp_short : DROP_igmp_csum;
	if (meta->ttl != 1)
		return DROP_igmp_hops;
	if (!is_of_link(igmp->stack, meta))
		return DROP_igmp_source;
	switch (type) {
	case IGMP_QUERY:
		return query_in(igmp, buf, len, meta);
	case IGMP_REPORT_1:
	case IGMP_REPORT_2:
		igmp_host_overheard(igmp, meta->netif, get_ip4(buf + 4));
		return report_old_in(igmp, buf, meta);
	case IGMP_LEAVE:
		return report_old_in(igmp, buf, meta);
	case IGMP_REPORT_3:
		return report_in(igmp, buf, len, meta);
	default:
		return DROP_igmp_type;
	}
}

static void igmp_input(struct stack *stack, struct pkt *pkt,
		       const struct ip_meta *meta)
{
	struct igmp *igmp = igmp_of(stack);
	uint8_t buf[IGMP_MAX];
	enum drop why = DROP_igmp_bad;

	if (pkt->len <= sizeof(buf)) {
		pkt_copy_out(pkt, 0, buf, pkt->len);
		why = message_in(igmp, buf, pkt->len, meta);
	}
	if (why == DROP_COUNT)
		pkt_free(pkt);
	else
		pkt_drop(&stack->place, pkt, why);
}

static const struct ip_proto igmp_proto = {
	.proto = IP_PROTO_IGMP,
	.family = IP_V4,
	.input = igmp_input,
};

int igmp_init(struct stack *stack)
{
	struct igmp *igmp = mem_alloc(stack->place.env->mem, sizeof(*igmp));

	if (!igmp)
		return -ENOMEM;
	igmp->stack = stack;
	list_init(&igmp->ifs);
	stack->slot[SLOT_IGMP] = igmp;
	return ip_register(stack, &igmp_proto);
}

void igmp_fini(struct stack *stack)
{
	struct igmp *igmp = igmp_of(stack);
	struct igmp_if *i;

	if (!igmp)
		return;
	while ((i = list_first_entry(&igmp->ifs, struct igmp_if, node)))
		if_free(igmp, i);
	mem_free(stack->place.env->mem, igmp, sizeof(*igmp));
	stack->slot[SLOT_IGMP] = NULL;
}
