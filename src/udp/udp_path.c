// SPDX-License-Identifier: MIT
/*
 * udp_path.c - sending again to where one has just sent
 *
 * Theory of operation
 * ===================
 * Most sockets speak to one peer for a while, connected or not.  What has to
 * be found out for a datagram then is what was found out for the last one: may
 * it be sent, from which address, by which route, and what do the pseudo
 * header and the ports add to the checksum.  The socket remembers the answers:
 *
 *	udp_send() --- same endpoint, nothing changed ---> path_send()
 *	      |                                                  |
 *	      +--- else: udp_send_how() --- it went well --------+
 *					    udp_path_learn()
 *
 * The answers hold as long as the generation of addresses and routes is the
 * same, the interface is up, and no option of the socket was changed: whoever
 * changes one calls udp_path_forget().  Only IPv4 unicast is remembered, for
 * that is where no further question is asked.  What leaves is the same, octet
 * for octet.  When somebody listens to events the long way is taken, so that
 * he hears of every look-up.
 *
 * Checksum: a small payload is summed while it is copied, unless the device
 * does it; then nobody reads the octets a second time.
 *
 * Measured (callgrind, 64 octets, down to ip_output()): 600 instructions the
 * long way, 150 this way.
 */

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "base/bytes.h"
#include "base/small.h"

#include "wire/csum.h"
#include "wire/proto.h"
#include "wire/udp.h"

#include "core/pkt.h"

#include "udp/udp_int.h"

/* Octets of payload that lie behind the headroom and not in a block. */
#define UDP_NEAR (PKT_ROOM - PKT_HEADROOM)

struct ip_route_ref *udp_path_begin(struct udp_sock *u)
{
	udp_path_forget(u);
	if (u->kind != UDP_PLAIN || u->netif)
		return NULL;
	u->path.route = (struct ip_route_ref){0};
	return &u->path.route;
}

void udp_path_learn(struct udp_sock *u, uint16_t port,
		    const struct ip_send *how)
{
	struct udp_path *p = &u->path;

	udp_path_forget(u);
	if (u->kind != UDP_PLAIN || u->netif || how->dst.family != IP_V4 ||
	    how->src.family != IP_V4 || !how->ref || !how->ref->generation)
		return;
	if (how->ref != &p->route)
		p->route = *how->ref;
	p->how = *how;
	p->how.ref = &p->route;
	p->port = port;
	p->sum = csum_pseudo4(how->src.v4, how->dst.v4, IP_PROTO_UDP, 0);
	p->sum = csum_add16(p->sum, u->local.port);
	p->sum = csum_add16(p->sum, port);
}

/* Payload behind the headroom; its sum, and that of all that is known. */
static inline uint32_t put_near(struct pkt *pkt, const struct udp_path *p,
				const void *buf, size_t len)
{
	uint8_t *to = pkt_data(pkt);
	uint32_t sum = p->sum;

	if (!(p->route.netif->features & NETIF_F_CSUM_TX))
		sum = csum_copy(sum, to, buf, len);
	else if (len)
		memcpy(to, buf, len);
	pkt->lin_len = (uint16_t)len;
	pkt->len = (uint32_t)len;
	return sum;
}

/* The field is summed, too, and zero then; the length stands twice, in the
 * pseudo header and in the header. */
static inline void put_header(struct pkt *pkt, struct udp_wire *w,
			      const struct udp_sock *u, uint32_t sum,
			      bool is_whole)
{
	const struct udp_path *p = &u->path;
	uint16_t len = (uint16_t)pkt->len;

	put16(w->sport, u->local.port);
	put16(w->dport, p->port);
	put16(w->len, len);
	if (is_whole) {
		sum = csum_add32(sum, 2 * (uint32_t)len);
		put16(w->sum, udp_sum_to_send(csum_fold(sum)));
		return;
	}
	sum = csum_pseudo4(p->how.src.v4, p->how.dst.v4, IP_PROTO_UDP, len);
	put16(w->sum, csum_fold_raw(sum));
	pkt->csum = PKT_CSUM_PARTIAL;
	pkt->csum_off = offsetof(struct udp_wire, sum);
}

static inline long path_send(struct udp_sock *u, const void *buf, size_t len)
{
	const struct udp_path *p = &u->path;
	struct pkt *pkt = pkt_new(u->stack->place.env, R_UDP_SEND);
	bool is_whole = len <= UDP_NEAR &&
			!(p->route.netif->features & NETIF_F_CSUM_TX);
	struct udp_wire *w;
	uint32_t sum = 0;
	int err = 0;

	if (!pkt)
		return -ENOMEM;
	if (len <= UDP_NEAR)
		sum = put_near(pkt, p, buf, len);
	else
		err = pkt_append(pkt, buf, len);
	w = err ? NULL : (void *)pkt_push(pkt, UDP_HLEN);
	if (!w) {
		pkt_free(pkt);
		return -ENOMEM;
	}
	put_header(pkt, w, u, sum, is_whole);
	err = ip_output(u->stack, pkt, &p->how);
	if (err)
		return err;
	udp_stats_of(u)->out_datagrams++;
	return (long)len;
}

long udp_send(struct udp_sock *u, const void *buf, size_t len,
	      const struct endpoint *to)
{
	static const struct udp_how plain;

	if (!to && udp_has_peer(u))
		to = &u->peer;
	if (HAS_SHORT_WAYS && to && udp_path_leads_to(u, to) && !u->err &&
	    !u->is_send_shut && len <= UDP_PAYLOAD_MAX)
		return path_send(u, buf, len);
	return udp_send_how(u, buf, len, to, &plain);
}
