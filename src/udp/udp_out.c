// SPDX-License-Identifier: MIT
/*
 * udp_out.c - sending datagrams
 *
 * A datagram is copied once, from the program into a block; header and
 * checksum are put in front of it.  The sum over the payload is left to
 * whoever can add it for nothing (PKT_CSUM_PARTIAL), and IP fragments what the
 * link cannot take: UDP promises message boundaries, so there is no other way
 * to send more than the MTU (RFC 1122, 4.1.1).
 *
 * Many datagrams of one call go down as one packet where a device cuts them.
 * For all others each has its own from the beginning: pieces of one block would
 * keep all of it alive, and that is what counts where they wait.
 */

#include <errno.h>
#include <stddef.h>

#include "base/small.h"

#include "wire/csum.h"
#include "wire/proto.h"
#include "wire/udp.h"

#include "core/pkt.h"

#include "udp/udp_int.h"

/* A packet with payload and header, or NULL. */
static struct pkt *make_pkt(const struct udp_sock *u, const void *buf,
			    size_t len, struct endpoint src,
			    const struct endpoint *to)
{
	struct udp_hdr h = {
		.sport = src.port,
		.dport = to->port,
		.len = (uint16_t)(UDP_HLEN + len),
	};
	struct pkt *pkt =
		pkt_new(u->stack->place.env,
			u->kind == UDP_LITE ? R_UDPLITE_SEND : R_UDP_SEND);
	uint8_t *p;

	if (!pkt)
		return NULL;
	p = pkt_append(pkt, buf, len) ? NULL : pkt_push(pkt, UDP_HLEN);
	if (!p) {
		pkt_free(pkt);
		return NULL;
	}
	if (u->kind == UDP_LITE) {
		udp_lite_finish(u, pkt, &h, &src, to);
		return pkt;
	}
	h.sum = csum_fold_raw(
		csum_pseudo(src.addr, to->addr, IP_PROTO_UDP, h.len));
	udp_emit(p, &h);
	pkt->csum = PKT_CSUM_PARTIAL;
	pkt->csum_off = offsetof(struct udp_wire, sum);
	return pkt;
}

/* Where what is sent to a group leaves, if the socket says so. */
static struct netif *group_netif(const struct udp_sock *u, struct ip_addr group)
{
	uint32_t index = u->group[group.family == IP_V6].index;

	if (u->netif || group.zone || !index)
		return u->netif;
	return stack_netif_by_index(u->stack, index);
}

int udp_source_for(const struct udp_sock *u, struct ip_addr dst,
		   struct ip_addr *src)
{
	const struct udp_group_conf *g = &u->group[dst.family == IP_V6];
	const struct netif *netif = NULL;

	if (ip_addr_is_multicast(dst))
		netif = group_netif(u, dst);
	if (netif && g->src.family == dst.family)
		*src = g->src;
	else if (netif && dst.family == IP_V4)
		*src = ip_addr_v4(ip_addr_of(u->stack, netif).addr);
	else
		return ip_source_for(
			u->stack,
			netif ? ip_addr_v6_on(dst.v6, netif->index) : dst, src);
	return ip_addr_is_zero(*src) ? -ENETUNREACH : 0;
}

/* From which of our addresses; the one that the call says, the one it is bound
 * to, or the route's. */
static int choose_source(struct udp_sock *u, const struct endpoint *to,
			 const struct udp_how *as, struct endpoint *src)
{
	*src = u->local;
	if (as->src.family) {
		src->addr = as->src;
		return ip_addr_is_ours(u->stack, as->src) ? 0 : -ENETUNREACH;
	}
	if (src->addr.family == to->addr.family &&
	    !ip_addr_is_zero(src->addr) && !ip_addr_is_multicast(src->addr) &&
	    !ip_addr_is_bcast(u->stack, src->addr))
		return 0;
	if (u->netif && ip_addr_is_bcast(u->stack, to->addr)) {
		src->addr = ip_addr_v4(ip_addr_of(u->stack, u->netif).addr);
		return 0;
	}
	return udp_source_for(u, to->addr, &src->addr);
}

/* What is different about a group. */
static void send_to_group(const struct udp_sock *u, struct ip_send *how,
			  const struct udp_how *as)
{
	const struct udp_group_conf *g = &u->group[how->dst.family == IP_V6];

	how->ttl = g->ttl;
	if (!as->netif)
		how->netif = group_netif(u, how->dst);
	how->to_self = !g->no_loop;
	how->only_self = !g->ttl && !as->ttl;
}

static int output(struct udp_sock *u, const void *buf, size_t len,
		  const struct endpoint *to, const struct udp_how *as)
{
	bool is_plain = !as->src.family && !as->netif;
	bool is_usual = is_plain && !as->ttl && !as->has_tos && !as->opt_len;
	struct ip_send how = {
		.dst = to->addr,
		.proto = u->kind == UDP_LITE ? IP_PROTO_UDPLITE : IP_PROTO_UDP,
		.ttl = u->ttl,
		.tos = as->has_tos ? as->tos : u->tos,
		.df = u->df,
		.no_pmtu = u->no_pmtu,
		.may_bcast = u->may_bcast,
		.opt = as->opt,
		.opt_len = to->addr.family == IP_V4 ? as->opt_len : 0,
		.netif = as->netif ? as->netif : u->netif,
		.ref = !is_plain	? NULL
		       : to == &u->peer ? &u->route
					: udp_path_begin(u),
	};
	struct endpoint src;
	struct pkt *pkt;
	int err = choose_source(u, to, as, &src);

	if (err)
		return err;
	pkt = make_pkt(u, buf, len, src, to);
	if (!pkt)
		return -ENOMEM;
	pkt->gso = as->follows || as->size ? PKT_GSO_UDP : PKT_GSO_NONE;
	pkt->gso_size = (uint16_t)as->size;
	how.src = src.addr;
	if (ip_addr_is_multicast(to->addr))
		send_to_group(u, &how, as);
	if (as->ttl)
		how.ttl = as->ttl;
	err = ip_output(u->stack, pkt, &how);
	if (HAS_SHORT_WAYS && !err && is_usual)
		udp_path_learn(u, to->port, &how);
	return err;
}

/* Everything that can be wrong before a packet is made.  Even a call that fails
 * binds the socket, as in Linux. */
static int check_send(struct udp_sock *u, size_t len, const struct endpoint *to)
{
	struct endpoint any = {.addr = {.family = IP_V4}};
	int err;

	if (to && to->addr.family == IP_V6)
		any.addr.family = IP_V6;
	err = u->port ? 0 : udp_bind(u, &any);

	if (err)
		return err;
	if (len > UDP_PAYLOAD_MAX)
		return -EMSGSIZE;
	if (!to)
		return -EDESTADDRREQ;
	if (!to->addr.family || !udp_speaks(u, to->addr.family))
		return -EAFNOSUPPORT;
	if (!to->port)
		return -EINVAL;
	if (u->err)
		return udp_error(u);
	if (u->is_send_shut)
		return -EPIPE;
	if (!u->may_bcast && ip_addr_is_bcast(u->stack, to->addr))
		return -EACCES;
	return 0;
}

long udp_send_how(struct udp_sock *u, const void *buf, size_t len,
		  const struct endpoint *to, const struct udp_how *how)
{
	int err;

	if (!to && udp_has_peer(u))
		to = &u->peer;
	err = check_send(u, len, to);
	if (!err)
		err = output(u, buf, len, to, how);
	if (err)
		return err;
	udp_stats_of(u)->out_datagrams +=
		how->size ? (len + how->size - 1) / how->size : 1;
	return (long)len;
}

bool udp_may_cut_late(const struct udp_sock *u, const struct endpoint *to)
{
	const uint32_t need = NETIF_F_GSO_UDP | NETIF_F_CSUM_TX;
	struct ip_addr dst = to ? to->addr : u->peer.addr;
	const struct netif *netif = u->netif;

	if (u->kind != UDP_PLAIN || u->stack->place.env->probe || !dst.family ||
	    ip_addr_is_multicast(dst) || ip_addr_is_bcast(u->stack, dst))
		return false;
	if (!netif)
		netif = ip_netif_for(u->stack, dst);
	return netif && (netif->features & need) == need;
}
