// SPDX-License-Identifier: MIT
/*
 * igmp.c - IGMP: the words of IPv4 for groups
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
 *	3  type			queries and reports to group_if.c; all else is
 *				igmp_type
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

#include "wire/igmp.h"
#include "wire/ip4_opt.h"

#include "ip/group_shared.h"
#include "ip/ip_int.h"

/* Routers, look at this (RFC 2113). */
static const uint8_t alert[] = {IP4_OPT_RA, 4, 0, 0};

enum { TOS_CONTROL = 0xc0 }; /* internetwork control (RFC 3376, 4) */

/*
 * Out.
 */

static void igmp_send(struct stack *stack, struct netif *netif,
		      struct ip_addr to, const struct group_message *m,
		      enum reason why)
{
	const struct ip_send how = {
		.dst = to,
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

/* Never reported (RFC 3376, 5). */
static bool is_all_hosts(struct ip_addr group)
{
	return group.v4.v == IGMP_ALL_HOSTS.v;
}

static bool stays(struct ip_addr group)
{
	return group.v4.v >> 8 == 0xe00000;
}

static size_t old_emit(uint8_t *buf, uint8_t version, bool is_leave,
		       struct ip_addr group)
{
	uint8_t report = version == 1 ? IGMP_REPORT_1 : IGMP_REPORT_2;

	igmp_emit(buf, is_leave ? IGMP_LEAVE : report, group.v4);
	return IGMP_LEN;
}

static struct ip_addr speaker(struct stack *stack, const struct netif *netif)
{
	return ip_addr_v4(ip_addr_of(stack, netif).addr);
}

static const struct netif *way_to(struct stack *stack, struct ip_addr src)
{
	const struct ip_route *r = route_find(ip_of(stack), src.v4);

	return r ? r->netif : NULL;
}

static void send_on(struct stack *stack, struct pkt *pkt, struct netif *netif)
{
	struct ip_hop hop = {.netif = netif, .to_group = true};
	struct ip4_hdr h;

	if (ip4_hdr_parse_quoted(&h, pkt_data(pkt), pkt->lin_len) < 0 ||
	    (pkt->len > netif->mtu && h.flags & IP4_DF)) {
		pkt_drop(&stack->place, pkt, DROP_ip_df);
		return;
	}
	hop.next_hop = h.dst;
	pkt->l3_off = pkt->lin_off;
	ip4_patch_ttl(pkt_data(pkt), (uint8_t)(h.ttl - 1));
	(void)ip_xmit(ip_of(stack), pkt, &hop, netif->mtu);
}

static const struct group_proto words = {
	.family = IP_V4,
	.all_hosts = {.family = IP_V4, .v4 = {0xe0000001}},
	.all_routers = {.family = IP_V4, .v4 = {0xe0000002}},
	.all_newest = {.family = IP_V4, .v4 = {0xe0000016}},
	.full = DROP_igmp_full,
	.why =
		{
			.join = R_IGMP_JOIN,
			.leave = R_IGMP_LEAVE,
			.again = R_IGMP_AGAIN,
			.answer = R_IGMP_ANSWER,
			.timer = R_IGMP_TIMER,
			.query = R_IGMP_QUERY,
			.query_group = R_IGMP_QUERY_GROUP,
			.querier = R_IGMP_QUERIER,
			.version = R_IGMP_VERSION,
			.member = R_IGMP_MEMBER,
			.member_gone = R_IGMP_MEMBER_GONE,
		},
	.is_silent = is_all_hosts,
	.stays = stays,
	.query_emit = igmp_query_emit,
	.report_emit = igmp_report3_emit,
	.old_emit = old_emit,
	.send = igmp_send,
	.speaker = speaker,
	.way_to = way_to,
	.send_on = send_on,
};

/*
 * In.
 */

/* Who has no address is not elsewhere: routers do not forward that. */
static bool is_of_link(struct stack *stack, const struct ip_meta *meta)
{
	return ip4_is_zero(meta->src.v4) ||
	       ip_on_same_net(ip_of(stack), meta->netif, meta->src.v4);
}

static enum drop query_in(struct stack *stack, const uint8_t *buf, size_t len,
			  const struct ip_meta *meta)
{
	struct group_query q;

	if (igmp_query_parse(&q, buf, len) < 0)
		return DROP_igmp_bad;
	if (q.version == 3 && !meta->has_alert)
		return DROP_igmp_hops;
	if (!ip_addr_is_zero(q.group)
		    ? !ip_addr_eq(meta->dst, q.group) &&
			      !ip_addr_is_ours(stack, meta->dst)
		    : meta->dst.v4.v != IGMP_ALL_HOSTS.v)
		return DROP_igmp_dst;
	return group_query_in(stack, meta->netif, &q, meta->src);
}

/* What versions 1 and 2 say, in the words of version 3. */
static enum drop report_old_in(struct stack *stack, const uint8_t *buf,
			       const struct ip_meta *meta)
{
	const struct group_record rec = {
		.type = buf[0] == IGMP_LEAVE ? GROUP_TO_INCLUDE
					     : GROUP_IS_EXCLUDE,
		.group = ip_addr_v4(get_ip4(buf + 4)),
	};

	if (!ip4_is_multicast(rec.group.v4))
		return DROP_igmp_bad;
	if (buf[0] != IGMP_LEAVE)
		group_overheard(stack, meta->netif, rec.group);
	return group_record_in(stack, meta->netif, &rec,
			       buf[0] == IGMP_REPORT_1 ? 1 : 2);
}

static enum drop report_in(struct stack *stack, const uint8_t *buf, size_t len,
			   const struct ip_meta *meta)
{
	uint16_t n = igmp_record_count(buf);
	size_t off = IGMP_LEN;
	enum drop why = DROP_COUNT;

	while (n-- && why == DROP_COUNT) {
		struct group_record rec;

		if (igmp_record_next(&rec, buf, len, &off) < 0)
			return DROP_igmp_bad;
		why = group_record_in(stack, meta->netif, &rec, 3);
	}
	return why;
}

static enum drop message_in(struct stack *stack, const uint8_t *buf, size_t len,
			    const struct ip_meta *meta)
{
	int type = igmp_check(buf, len);

	if (type < 0)
		return type == WIRE_SHORT ? DROP_igmp_short : DROP_igmp_csum;
	if (meta->ttl != 1)
		return DROP_igmp_hops;
	if (!is_of_link(stack, meta))
		return DROP_igmp_source;
	switch (type) {
	case IGMP_QUERY:
		return query_in(stack, buf, len, meta);
	case IGMP_REPORT_1:
	case IGMP_REPORT_2:
	case IGMP_LEAVE:
		return report_old_in(stack, buf, meta);
	case IGMP_REPORT_3:
		return report_in(stack, buf, len, meta);
	default:
		return DROP_igmp_type;
	}
}

static void igmp_input(struct stack *stack, struct pkt *pkt,
		       const struct ip_meta *meta)
{
	uint8_t buf[IGMP_MAX];
	enum drop why = DROP_igmp_bad;

	if (pkt->len <= sizeof(buf)) {
		pkt_copy_out(pkt, 0, buf, pkt->len);
		why = message_in(stack, buf, pkt->len, meta);
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
	group_proto_set(stack, IP_V4, &words);
	return ip_register(stack, &igmp_proto);
}

void igmp_fini(struct stack *stack)
{
	if (ip_of(stack))
		group_proto_set(stack, IP_V4, NULL);
}
