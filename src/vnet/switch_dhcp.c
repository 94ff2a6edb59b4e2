// SPDX-License-Identifier: MIT
/*
 * switch_dhcp.c - a switch says at which of its ports a host asked for an
 *		   address
 *
 * Theory of operation
 * ===================
 * A DHCP server believes what a host says of itself, and a host may say that it
 * is ten thousand hosts.  Only the switch knows that all of them are behind one
 * cable.  So it marks each question with the port it came by (option 82, RFC
 * 3046), as a relay would, but without a word of its own address; the server
 * then gives each mark its share and no more (dhcp_lease.h), and gives the mark
 * back with the answer, where the switch takes it off again.
 *
 *	host --- p3 [sw] p4 --- server
 *	   DISCOVER | DISCOVER, 82: p3 of sw
 *	      OFFER | OFFER, 82: p3 of sw
 *
 * At some ports there are servers and relays; somebody has to say at which
 * (switch_trust_dhcp()).  At all others a question that is marked already, or
 * has passed a relay, is a lie, and so is an answer.
 *
 * A frame that is made to look like no question must not be one for the server
 * either: a question in fragments or behind a SNAP header is dropped, since no
 * host needs them.
 */

#include <stdio.h>
#include <string.h>

#include "wire/csum.h"
#include "wire/dhcp_relay.h"
#include "wire/ether.h"
#include "wire/ip4.h"
#include "wire/llc.h"
#include "wire/proto.h"
#include "wire/udp.h"

#include "core/pkt.h"
#include "core/probe.h"

#include "vnet/switch_int.h"

enum { FRAME_MAX = ETH_HLEN + ETH_VLAN_LEN + 1500 };

/**
 * struct letter - a frame with a message of DHCP
 * @b:		The frame, with room for a mark
 * @len:	Octets of it
 * @ip:		Where in it the IP header begins
 * @dhcp:	... and the message
 * @port:	To which port it goes: 67 questions, 68 answers
 * @is_odd:	Nobody honest writes it so
 */
struct letter {
	uint8_t b[FRAME_MAX + DHCP_BYTES];
	size_t len, ip, dhcp;
	uint16_t port;
	bool is_odd;
};

void switch_mark_dhcp(struct vswitch *sw)
{
	sw->marks_dhcp = true;
}

void switch_trust_dhcp(struct port *port)
{
	struct switch_port *sp = port->netif.owner;

	sp->is_dhcp_trusted = true;
}

/* Where the IP header of a frame is; 0: nowhere. */
static size_t ip_at(struct letter *l)
{
	const uint8_t *type = l->b + ETH_HLEN - 2;
	size_t at = ETH_HLEN;

	if (get16(type) == ETH_VLAN) {
		type += ETH_VLAN_LEN;
		at += ETH_VLAN_LEN;
	}
	if (get16(type) < ETH_TYPE_MIN) { /* a length; perhaps SNAP */
		l->is_odd = true;
		type += LLC_SNAP_LEN;
		at += LLC_SNAP_LEN;
	}
	return get16(type) == ETH_IP4 ? at : 0;
}

/* What is damaged is its receiver's business. */
static bool sum_is_right(const struct letter *l, const struct ip4_hdr *h,
			 size_t udp)
{
	uint32_t len = (uint32_t)(l->len - udp);
	uint32_t sum = csum_pseudo4(h->src, h->dst, IP_PROTO_UDP, len);

	return !get16(l->b + udp + offsetof(struct udp_wire, sum)) ||
	       !csum_fold(csum_add(sum, l->b + udp, len));
}

/* Is it from or to a client of DHCP?  Then all of it is in @l. */
static bool letter_read(struct letter *l, const struct pkt *pkt)
{
	struct ip4_hdr h;
	size_t udp;

	if (pkt->len < ETH_HLEN + IP4_HLEN + UDP_HLEN || pkt->len > FRAME_MAX)
		return false;
	l->is_odd = false;
	l->len = pkt->len;
	pkt_copy_out(pkt, 0, l->b, l->len);
	l->ip = ip_at(l);
	if (!l->ip || ip4_hdr_parse(&h, l->b + l->ip, l->len - l->ip) < 0 ||
	    h.proto != IP_PROTO_UDP || h.frag_off)
		return false;
	udp = l->ip + h.hlen;
	l->dhcp = udp + UDP_HLEN;
	if (l->dhcp > l->ip + h.total_len)
		return false;
	l->is_odd |= h.flags & IP4_MF;
	l->len = l->ip + h.total_len; /* without padding */
	l->port = get16(l->b + udp + offsetof(struct udp_wire, dport));
	if (l->port != DHCP_PORT_SERVER && l->port != DHCP_PORT_CLIENT)
		return false;
	return pkt->csum == PKT_CSUM_PARTIAL || sum_is_right(l, &h, udp);
}

static struct dhcp_mark mark_of(const struct vswitch *sw,
				const struct switch_port *in)
{
	struct dhcp_mark mark = {.circuit_len = 0};

	mark.circuit_len = (uint8_t)min_size(strlen(in->port->netif.name),
					     sizeof(mark.circuit));
	memcpy(mark.circuit, in->port->netif.name, mark.circuit_len);
	mark.remote_len =
		(uint8_t)min_size(strlen(sw->node.name), sizeof(mark.remote));
	memcpy(mark.remote, sw->node.name, mark.remote_len);
	return mark;
}

/* Is it one of this switch's own? */
static bool mark_is_ours(const struct vswitch *sw, const struct dhcp_msg *m)
{
	struct dhcp_mark mark;

	return m->relay.len && !dhcp_mark_parse(&mark, &m->relay) &&
	       mark.remote_len ==
		       min_size(strlen(sw->node.name), sizeof(mark.remote)) &&
	       memcmp(mark.remote, sw->node.name, mark.remote_len) == 0;
}

/* Lengths and sums after the message has become @len octets long. */
static void letter_seal(struct letter *l, size_t len)
{
	struct ip4_wire *ip = (void *)(l->b + l->ip);
	struct udp_wire *udp = (void *)(l->b + l->dhcp - UDP_HLEN);
	size_t hlen = l->dhcp - UDP_HLEN - l->ip;
	uint32_t sum;

	l->len = l->dhcp + len;
	put16(ip->total_len, (uint16_t)(hlen + UDP_HLEN + len));
	put16(ip->sum, 0);
	put16(ip->sum, csum(ip, hlen));
	put16(udp->len, (uint16_t)(UDP_HLEN + len));
	put16(udp->sum, 0);
	sum = csum_pseudo4(get_ip4(ip->src), get_ip4(ip->dst), IP_PROTO_UDP,
			   (uint32_t)(UDP_HLEN + len));
	put16(udp->sum,
	      udp_sum_to_send(csum_fold(csum_add(sum, udp, UDP_HLEN + len))));
}

/* What is wrong with it?  DROP_COUNT: nothing. */
static enum drop letter_check(const struct letter *l, struct dhcp_msg *m,
			      const struct switch_port *in)
{
	bool is_trusted = in->is_dhcp_trusted;

	if (!is_trusted && l->port == DHCP_PORT_CLIENT)
		return DROP_sw_dhcp;
	if (l->is_odd || dhcp_parse(m, l->b + l->dhcp, l->len - l->dhcp) < 0)
		return DROP_dhcp_bad;
	if (!is_trusted && (m->giaddr.v || m->relay.len))
		return DROP_dhcp_spoofed;
	return DROP_COUNT;
}

/* The same frame with the octets of @l. */
static struct pkt *letter_post(struct vswitch *sw, const struct letter *l,
			       struct pkt *pkt)
{
	struct pkt *new = pkt_new_rx(pkt->env, (enum reason)pkt->reason);

	if (!new || pkt_append(new, l->b, l->len)) {
		pkt_free(new);
		pkt_drop(&sw->place, pkt, DROP_no_memory);
		return NULL;
	}
	new->netif = pkt->netif;
	new->cause = pkt->cause;
	new->is_relayed = pkt->is_relayed;
	pkt_free(pkt);
	return new;
}

struct pkt *switch_dhcp(struct vswitch *sw, struct switch_port *in,
			struct pkt *pkt)
{
	struct dhcp_mark mark = mark_of(sw, in);
	struct dhcp_msg m;
	struct letter l;
	enum drop why;
	size_t len;

	if (!letter_read(&l, pkt))
		return pkt;
	why = letter_check(&l, &m, in);
	if (why != DROP_COUNT) {
		pkt_drop(&sw->place, pkt, why);
		return NULL;
	}
	len = l.len - l.dhcp;
	if (l.port == DHCP_PORT_CLIENT && mark_is_ours(sw, &m))
		len = dhcp_mark_strip(l.b + l.dhcp, len);
	else if (l.port == DHCP_PORT_SERVER && !in->is_dhcp_trusted)
		len = dhcp_mark_put(l.b + l.dhcp, len, sizeof(l.b) - l.dhcp,
				    &mark);
	else
		return pkt;
	letter_seal(&l, len);
	return letter_post(sw, &l, pkt);
}
