// SPDX-License-Identifier: MIT
/*
 * mld.c - MLD: the words of IPv6 for groups
 *
 * Theory of operation
 * ===================
 * MLD is part of ICMPv6, and speaks on one link only: from a link-local
 * address, with hop limit 1 and a router alert option (RFC 3810, 5).  What does
 * not look so has passed a router, or claims to be from elsewhere:
 *
 *	1  length		mld_short, mld_bad
 *	2  from this link	mld_hops, mld_source
 *	3  a query about one group is sent to that group (mld_dst)
 *
 * A host reports groups from the first moment on, even the one in which it asks
 * whether its own address is free: then it has no address to speak from, and
 * uses :: (RFC 3810, 5.2.13).  Such a report is for switches, which have to let
 * the question's answer through; routers ignore it (RFC 3590, 4), so all is
 * said again once there is an address.
 *
 * Never spoken of are ff02::1, in which everybody is, and groups that do not
 * reach the link (RFC 3810, 6).
 *
 * Limits
 * ------
 * Messages of up to MLD_MAX octets.
 */

#include "ip6/mld.h"

#include "base/check.h"

#include "wire/ip6_ext.h"
#include "wire/mld.h"

#include "ip/group_shared.h"
#include "ip6/ip6_int.h"

/* Routers, look at this: there is MLD inside (RFC 2711, 2.1). */
static const uint8_t alert[] = {IP6_OPT_ROUTER_ALERT, 2, 0, 0};

/*
 * Out.
 */

static struct ip_addr speaker(struct stack *stack, const struct netif *netif)
{
	const struct ip6_addr_info *a = ip6_link_local(stack, netif);

	if (!a || a->state == IP6_TENTATIVE || a->state == IP6_DUPLICATED)
		return (struct ip_addr){.family = IP_NONE};
	return ip_addr_v6(a->net.addr);
}

static void mld_send(struct stack *stack, struct netif *netif,
		     struct ip_addr to, const struct group_message *m,
		     enum reason why)
{
	struct ip_send how = {
		.src = speaker(stack, netif),
		.dst = to,
		.ttl = 1,
		.opt = alert,
		.opt_len = sizeof(alert),
		.netif = netif,
	};
	struct pkt *pkt;

	if (!netif->is_up || netif_is_lo(netif))
		return;
	if (how.src.family == IP_NONE && m->b[0] == ICMP6_MLD_QUERY)
		return; /* who has no address asks nobody */
	how.src.family = IP_V6;
	pkt = pkt_new(stack->place.env, why);
	if (pkt && !pkt_append(pkt, m->b, m->len)) {
		(void)icmp6_output(stack, pkt, &how);
		return;
	}
	stack->place.drops[DROP_no_memory]++;
	pkt_free(pkt);
}

static bool is_silent(struct ip_addr group)
{
	return ip6_eq(group.v6, IP6_ALL_NODES) ||
	       ip6_scope_of(group.v6) <= IP6_SCOPE_INTERFACE;
}

static bool stays(struct ip_addr group)
{
	return ip6_scope_of(group.v6) <= IP6_SCOPE_LINK;
}

static size_t old_emit(uint8_t *buf, uint8_t version, bool is_leave,
		       struct ip_addr group)
{
	(void)version; /* there is only one that is old */
	mld_emit(buf, is_leave ? ICMP6_MLD_DONE : ICMP6_MLD_REPORT, group.v6);
	return MLD_LEN;
}

static const struct netif *way_to(struct stack *stack, struct ip_addr src)
{
	const struct ip6_route *r =
		trie6_lookup(&ip6_of(stack)->trie, src.v6, NULL);

	return r ? r->netif : NULL;
}

/* The one kind of packet to a group whose sender is told of it (RFC 4443, 2.4,
 * e.3): so groups have path MTUs too. */
static void send_on(struct stack *stack, struct pkt *pkt, struct netif *netif)
{
	struct ip6 *ip6 = ip6_of(stack);
	struct ip6_hop hop = {.netif = netif, .to_group = true};
	uint32_t mtu = if6_mtu(ip6, netif);
	struct ip6_wire *w = (void *)pkt_data(pkt);

	if (pkt->len > mtu) {
		icmp6_error(stack, pkt, ICMP6_TOO_BIG, 0, mtu);
		pkt_drop(&stack->place, pkt, DROP_ip6_too_big);
		return;
	}
	hop.next_hop = get_ip6(w->dst);
	w->hops[0]--;
	pkt->is_relayed = true;
	(void)ip6_xmit(ip6, pkt, &hop, 0);
}

static const struct group_proto words = {
	.family = IP_V6,
	.version_off = 1,
	.all_hosts = {.family = IP_V6, .v6 = {{0xff, 2, [15] = 1}}},
	.all_routers = {.family = IP_V6, .v6 = {{0xff, 2, [15] = 2}}},
	.all_newest = {.family = IP_V6, .v6 = {{0xff, 2, [15] = 0x16}}},
	.full = DROP_mld_full,
	.why =
		{
			.join = R_MLD_JOIN,
			.leave = R_MLD_LEAVE,
			.again = R_MLD_AGAIN,
			.answer = R_MLD_ANSWER,
			.timer = R_MLD_TIMER,
			.query = R_MLD_QUERY,
			.query_group = R_MLD_QUERY_GROUP,
			.querier = R_MLD_QUERIER,
			.version = R_MLD_VERSION,
			.member = R_MLD_MEMBER,
			.member_gone = R_MLD_MEMBER_GONE,
		},
	.is_silent = is_silent,
	.stays = stays,
	.query_emit = mld_query_emit,
	.report_emit = mld_report2_emit,
	.old_emit = old_emit,
	.send = mld_send,
	.speaker = speaker,
	.way_to = way_to,
	.send_on = send_on,
};

void mld_speaks(struct stack *stack, struct netif *netif)
{
	groups_tell_again(stack, IP_V6, netif);
}

/*
 * In.
 */

static enum drop query_in(struct stack *stack, const uint8_t *buf, size_t len,
			  const struct ip_meta *meta)
{
	struct group_query q;
	int err = mld_query_parse(&q, buf, len);

	if (err < 0)
		return err == WIRE_SHORT ? DROP_mld_short : DROP_mld_bad;
	if (!ip_addr_is_zero(q.group)
		    ? !ip_addr_eq(meta->dst, q.group) &&
			      !ip_addr_is_ours(stack, meta->dst)
		    : !ip6_eq(meta->dst.v6, IP6_ALL_NODES))
		return DROP_mld_dst;
	return group_query_in(stack, meta->netif, &q, meta->src);
}

/* What version 1 says, in the words of version 2. */
static enum drop report_old_in(struct stack *stack, const uint8_t *buf,
			       size_t len, const struct ip_meta *meta)
{
	struct group_record rec = {
		.type = buf[0] == ICMP6_MLD_DONE ? GROUP_TO_INCLUDE
						 : GROUP_IS_EXCLUDE,
		.group = {.family = IP_V6},
	};
	int err = mld_parse(&rec.group.v6, buf, len);

	if (err < 0)
		return err == WIRE_SHORT ? DROP_mld_short : DROP_mld_bad;
	if (buf[0] == ICMP6_MLD_REPORT)
		group_overheard(stack, meta->netif, rec.group);
	return group_record_in(stack, meta->netif, &rec, 2);
}

static enum drop report_in(struct stack *stack, const uint8_t *buf, size_t len,
			   const struct ip_meta *meta)
{
	size_t off = MLD_REPORT2_LEN;
	enum drop why = DROP_COUNT;
	uint16_t n;

	if (len < MLD_REPORT2_LEN)
		return DROP_mld_short;
	n = mld_record_count(buf);
	while (n-- && why == DROP_COUNT) {
		struct group_record rec;

		if (mld_record_next(&rec, buf, len, &off) < 0)
			return DROP_mld_bad;
		why = group_record_in(stack, meta->netif, &rec, 3);
	}
	return why;
}

static enum drop message_in(struct stack *stack, const uint8_t *buf, size_t len,
			    const struct ip_meta *meta)
{
	bool is_nobody = ip_addr_is_zero(meta->src);

	if (meta->ttl != 1 || !meta->has_alert)
		return DROP_mld_hops;
	if (!ip6_is_link_local(meta->src.v6) &&
	    !(is_nobody && buf[0] != ICMP6_MLD_QUERY))
		return DROP_mld_source;
	if (is_nobody)
		return DROP_COUNT; /* of interest to switches alone */
	if (buf[0] == ICMP6_MLD_QUERY)
		return query_in(stack, buf, len, meta);
	if (buf[0] == ICMP6_MLD2_REPORT)
		return report_in(stack, buf, len, meta);
	return report_old_in(stack, buf, len, meta);
}

static void mld_input(struct stack *stack, struct pkt *pkt,
		      const struct ip_meta *meta, const struct icmp6_hdr *h)
{
	uint8_t buf[MLD_MAX];
	enum drop why = DROP_mld_bad;

	(void)h;
	if (pkt->len <= sizeof(buf)) {
		pkt_copy_out(pkt, 0, buf, pkt->len);
		why = message_in(stack, buf, pkt->len, meta);
	}
	if (why == DROP_COUNT)
		pkt_free(pkt);
	else
		pkt_drop(&stack->place, pkt, why);
}

int mld_init(struct stack *stack)
{
	static const uint8_t types[] = {ICMP6_MLD_QUERY, ICMP6_MLD_REPORT,
					ICMP6_MLD_DONE, ICMP6_MLD2_REPORT};
	int err = 0;

	group_proto_set(stack, IP_V6, &words);
	for (size_t i = 0; i < ARRAY_SIZE(types) && !err; i++)
		err = icmp6_register(stack, types[i], mld_input);
	return err;
}

void mld_fini(struct stack *stack)
{
	if (ip6_of(stack))
		group_proto_set(stack, IP_V6, NULL);
}
