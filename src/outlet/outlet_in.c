// SPDX-License-Identifier: MIT
/*
 * outlet_in.c - a packet for somebody else
 *
 * To the lab the outlet is a router, and so it is a hop: what has a time to
 * live of 1 ends here, and what goes on has one less.
 *
 * If the router filters, its rules are asked about what would begin a
 * conversation, as they are about what it forwards (ip/filter.h), and before
 * anything else is found out.  What has begun is remembered here and not there,
 * so the filter's idle times and the limit of a host do not count it.
 *
 * A protocol that no socket of an ordinary user's can carry is answered as by
 * a host that does not speak it.
 */
#include "wire/icmp4.h"
#include "wire/proto.h"

#include "ip/filter.h"
#include "ip/icmp.h"
#include "outlet/outlet_int.h"

bool outlet_ttl_is_over(struct outlet *o, struct pkt *pkt,
			const struct ip_meta *meta)
{
	if (meta->ttl > OUTLET_TTL_OUR || meta->whose == IP_OURS)
		return false;
	icmp_error(o->stack, pkt, ICMP4_TIME_EXCEEDED, ICMP4_TTL, 0);
	pkt_drop(outlet_place(o), pkt, DROP_ip_ttl);
	return true;
}

/* Who is told is told as by the filter: a reset, or an ICMP error. */
static void reject(struct outlet *o, const struct pkt *pkt,
		   const struct ip_meta *meta)
{
	struct ip_meta forsaken = *meta;
	struct pkt *syn;

	if (meta->proto != IP_PROTO_TCP) {
		icmp_error(o->stack, pkt, ICMP4_UNREACHABLE, ICMP4_FILTERED, 0);
		return;
	}
	syn = pkt_clone(pkt);
	forsaken.whose = IP_FORSAKEN;
	if (syn)
		ip_proto_of(o->stack, meta->src.family, IP_PROTO_TCP)
			->input(o->stack, syn, &forsaken);
}

bool outlet_is_denied(struct outlet *o, struct pkt *pkt,
		      const struct ip_meta *meta, const struct talk_key *key)
{
	const struct track_key ends = {
		.proto = key->proto,
		.from = {key->client.addr, key->client.port},
		.to = {key->dest.addr, key->dest.port},
	};
	enum drop why;

	if (meta->whose == IP_OURS || !filter_is_on(o->stack))
		return false;
	why = filter_opens(o->stack, &ends);
	if (why == DROP_COUNT)
		return false;
	if (why == DROP_filter_rejected)
		reject(o, pkt, meta);
	pkt_drop(outlet_place(o), pkt, why);
	return true;
}

static bool other_input(struct outlet *o, struct pkt *pkt,
			const struct ip_meta *meta)
{
	const struct talk_key key = {
		.proto = meta->proto,
		.client.addr = meta->src,
		.dest.addr = meta->dst,
	};

	if (meta->whose == IP_OURS)
		return false;
	if (outlet_is_denied(o, pkt, meta, &key))
		return true;
	icmp_error(o->stack, pkt, ICMP4_UNREACHABLE, ICMP4_PROTO, 0);
	pkt_drop(outlet_place(o), pkt, DROP_ip_proto);
	return true;
}

bool outlet_input(void *arg, struct pkt *pkt, struct ip_meta *meta)
{
	struct outlet *o = arg;

	switch (meta->proto) {
	case IP_PROTO_TCP:
		return outlet_tcp_input(o, pkt, meta);
	case IP_PROTO_UDP:
		return outlet_udp_input(o, pkt, meta);
	case IP_PROTO_ICMP:
	case IP_PROTO_ICMP6:
		return outlet_ping_input(o, pkt, meta);
	default:
		return other_input(o, pkt, meta);
	}
}
