// SPDX-License-Identifier: MIT
/*
 * ppp_line.c - packets into frames, frames into octets, and back
 *
 * Theory of operation
 * ===================
 * What the stack sends gets the header of PPP, which is as short as the peer
 * allows: two octets that always say the same, and the protocol.  So it is an
 * interface with frames of its own kind, and everybody who looks at interfaces
 * sees these:
 *
 *	stack			  | IP packet
 *	interface     ff 03 00 21 | IP packet		push_header()
 *	line	   7e ff 03 00 21 | IP packet | FCS 7e	line_transmit()
 *
 * On a line the frame becomes octets between two flags.  Where the line has
 * frames of its own they are handed over as they are, and the interface below
 * is where they are seen: nothing is told twice.
 */

#include <errno.h>

#include "wire/ether.h"

#include "core/pkt.h"
#include "core/probe.h"

#include "link/ppp_int.h"

/* To the line: an interface that others look at, or frames of its own. */
static int pass(struct ppp *p, struct pkt *pkt)
{
	struct netif *netif = &p->netif;

	if (!ppp_is_framed(p)) {
		pkt->link = PKT_PPP;
		pkt->l2_off = pkt->lin_off;
		pkt->has_fcs = false;
		return netif_transmit(netif, pkt);
	}
	netif->stats.tx_frames++;
	netif->stats.tx_octets += pkt->len;
	return p->ops->transmit(p->arg, pkt);
}

static bool push_header(struct ppp *p, struct pkt *pkt, uint16_t proto)
{
	const struct ppp_format plain = {.accm = PPP_ACCM_ALL,
					 .has_acfc = ppp_is_framed(p)};
	uint8_t header[PPP_HLEN_MAX], *to;
	struct wcursor w = wcur_init(header, sizeof(header));

	if (ppp_is_framed(p))
		wcur_u16(&w, proto);
	else
		ppp_header_put(&w, proto == PPP_LCP ? &plain : &p->format,
			       proto);
	to = pkt_push(pkt, wcur_len(&w));
	if (to)
		memcpy(to, header, wcur_len(&w));
	return to;
}

static enum reason reason_of(uint16_t proto, uint8_t code)
{
	static const enum reason negotiation[] = {
		[PPP_CONF_REQ] = R_PPP_CONF_REQ,
		[PPP_CONF_ACK] = R_PPP_CONF_ACK,
		[PPP_CONF_NAK] = R_PPP_CONF_NAK,
		[PPP_CONF_REJ] = R_PPP_CONF_REJ,
		[PPP_TERM_REQ] = R_PPP_TERM_REQ,
		[PPP_TERM_ACK] = R_PPP_TERM_ACK,
		[PPP_CODE_REJ] = R_PPP_CODE_REJ,
		[PPP_PROTO_REJ] = R_PPP_PROTO_REJ,
		[PPP_ECHO_REQ] = R_PPP_ECHO_REQ,
		[PPP_ECHO_REP] = R_PPP_ECHO_REP,
	};
	static const enum reason pap[] = {R_NONE, R_PPP_PAP_REQ, R_PPP_PAP_ACK,
					  R_PPP_PAP_NAK};
	static const enum reason chap[] = {R_NONE, R_PPP_CHALLENGE,
					   R_PPP_RESPONSE, R_PPP_CHAP_SUCCESS,
					   R_PPP_CHAP_FAILURE};

	if (proto == PPP_PAP)
		return pap[code & 3];
	if (proto == PPP_CHAP)
		return code <= 4 ? chap[code] : R_NONE;
	return code <= PPP_ECHO_REP ? negotiation[code] : R_NONE;
}

void ppp_send_ctl(struct ppp *p, uint16_t proto, uint8_t code, uint8_t id,
		  const void *data, size_t len)
{
	struct place *place = &p->stack->place;
	uint8_t packet[PPP_MRU];
	struct wcursor w = wcur_init(packet, sizeof(packet));
	struct pkt *pkt;

	ppp_ctl_put(&w, code, id, data, (uint16_t)len);
	if (!wcur_ok(&w))
		return;
	pkt = pkt_new(place->env, reason_of(proto, code));
	if (!pkt) {
		place->drops[DROP_no_memory]++;
		return;
	}
	if (pkt_append(pkt, packet, wcur_len(&w)) ||
	    !push_header(p, pkt, proto)) {
		pkt_drop(place, pkt, DROP_no_memory);
		return;
	}
	(void)pass(p, pkt);
}

/* struct netif_ops.output: a packet of the stack's. */
static int packet_output(struct netif *netif, struct pkt *pkt, uint16_t type)
{
	struct ppp *p = netif->drv;
	uint16_t proto = type == ETH_IP4   ? PPP_IP4
			 : type == ETH_IP6 ? PPP_IP6
					   : 0;

	pkt->netif = netif;
	if (!proto) {
		pkt_drop(netif->place, pkt, DROP_ppp_proto);
		return -EPROTONOSUPPORT;
	}
	if (!(proto == PPP_IP4 ? ppp_is_up(p) : ppp_is_up6(p))) {
		pkt_drop(netif->place, pkt, DROP_tx_down);
		return -ENETDOWN;
	}
	if (pkt->len > PPP_MRU) {
		pkt_drop(netif->place, pkt, DROP_tx_refused);
		return -EMSGSIZE;
	}
	if (!push_header(p, pkt, proto)) {
		pkt_drop(netif->place, pkt, DROP_no_memory);
		return -ENOBUFS;
	}
	return pass(p, pkt);
}

/* struct netif_ops.transmit: a frame becomes octets. */
static int line_transmit(struct netif *netif, struct pkt *pkt)
{
	struct ppp *p = netif->drv;
	uint8_t frame[PPP_MRU + PPP_HLEN_MAX], line[PPP_LINE_MAX(PPP_MRU)];
	struct wcursor w = wcur_init(line, sizeof(line));
	uint32_t accm = p->format.accm;
	size_t len = pkt->len;
	uint16_t proto;

	if (len > sizeof(frame)) {
		pkt_drop(netif->place, pkt, DROP_tx_refused);
		return -EMSGSIZE;
	}
	pkt_copy_out(pkt, 0, frame, len);
	if (ppp_parse(&proto, frame, len) > 0 && proto == PPP_LCP)
		accm = PPP_ACCM_ALL;
	ppp_line_put(&w, accm, frame, len);
	p->ops->send(p->arg, pkt, line, wcur_len(&w));
	pkt_free(pkt);
	return 0;
}

/* struct netif_ops.input: a frame has come. */
static void line_input(struct netif *netif, struct pkt *pkt)
{
	ppp_frame_input(netif->drv, pkt);
}

const struct netif_ops ppp_netif_ops = {
	.transmit = line_transmit,
	.output = packet_output,
	.input = line_input,
};

/* A packet with what has come; NULL if there is no memory, which is counted. */
static struct pkt *wrap(struct ppp *p, size_t len)
{
	struct place *place = &p->stack->place;
	struct pkt *pkt = pkt_new(place->env, p->why);

	if (!pkt) {
		place->drops[DROP_no_memory]++;
		return NULL;
	}
	pkt->netif = &p->netif;
	pkt->link = PKT_PPP;
	if (pkt_append(pkt, p->buf, len)) {
		pkt_drop(place, pkt, DROP_no_memory);
		return NULL;
	}
	pkt->l2_off = pkt->lin_off;
	return pkt;
}

/* What is no frame; whoever looks at it sees the check sequence that came. */
static void drop(struct ppp *p, enum drop why)
{
	size_t len = p->decoder.len;
	bool has_fcs = len > PPP_FCS_LEN;
	struct pkt *pkt = wrap(p, has_fcs ? len - PPP_FCS_LEN : len);

	if (!pkt)
		return;
	pkt->has_fcs = has_fcs;
	if (has_fcs)
		pkt->fcs = get16le(p->buf + len - PPP_FCS_LEN);
	pkt_drop(&p->stack->place, pkt, why);
}

static void found_input(struct ppp *p, enum ppp_found found)
{
	static const enum drop why[] = {
		[PPP_BAD_FCS] = DROP_ppp_fcs,
		[PPP_BAD_SHORT] = DROP_ppp_short,
		[PPP_BAD_LONG] = DROP_ppp_long,
		[PPP_BAD_ABORT] = DROP_ppp_abort,
	};
	struct pkt *pkt;

	if (found != PPP_FRAME) {
		drop(p, why[found]);
		return;
	}
	pkt = wrap(p, p->decoder.len);
	if (pkt)
		netif_input(&p->netif, pkt);
}

void ppp_input_as(struct ppp *p, const void *octets, size_t len,
		  enum reason why)
{
	struct cursor c = cur_init(octets, len);
	enum ppp_found found;

	stack_enter(p->stack);
	p->why = why;
	while ((found = ppp_decode(&p->decoder, &c)) != PPP_NOTHING)
		found_input(p, found);
	stack_leave(p->stack);
}

void ppp_input(struct ppp *p, const void *octets, size_t len)
{
	ppp_input_as(p, octets, len, R_PPP_RECEIVED);
}

void ppp_input_frame(struct ppp *p, struct pkt *pkt)
{
	p->netif.stats.rx_frames++;
	p->netif.stats.rx_octets += pkt->len;
	pkt->netif = &p->netif;
	ppp_frame_input(p, pkt);
}
