// SPDX-License-Identifier: MIT
/*
 * ppp.c - an interface on one side, a stream of octets on the other
 *
 * Theory of operation
 * ===================
 * The stack above knows one kind of frame, that of Ethernet.  What it sends
 * is stripped of that header, and the EtherType becomes a protocol number; on
 * the way up a header is put in front again.  Addresses mean nothing here,
 * for there is nobody else on the line.
 *
 *	stack    Ethernet | IP packet
 *	                  | IP packet			ppp_transmit()
 *	line    7e ff 03 00 21 | IP packet | FCS 7e	ppp_send()
 *
 * Which protocols are listened to depends on the phase (RFC 1661, 3.2), and
 * the phase is the state of LCP, of the two sides of authentication, and of
 * IPCP: nothing else remembers it.
 *
 * Invariants
 * ----------
 *  (1) No IP packet passes in either direction unless IPCP is open.
 *  (2) IPCP moves only while LCP is open and both sides are done.
 */

#include "link/ppp.h"

#include <errno.h>

#include "wire/ether.h"

#include "core/pkt.h"
#include "core/probe.h"

#include "link/ppp_int.h"

void ppp_send(struct ppp *p, uint16_t proto, const void *info, size_t len)
{
	uint8_t line[PPP_LINE_MAX(PPP_MRU)];
	struct wcursor w = wcur_init(line, sizeof(line));

	ppp_frame_put(&w, &p->format, proto, info, len);
	if (wcur_ok(&w))
		p->ops->send(p->arg, line, wcur_len(&w));
}

void ppp_send_ctl(struct ppp *p, uint16_t proto, uint8_t code, uint8_t id,
		  const void *data, size_t len)
{
	uint8_t packet[PPP_MRU];
	struct wcursor w = wcur_init(packet, sizeof(packet));

	ppp_ctl_put(&w, code, id, data, (uint16_t)len);
	if (wcur_ok(&w))
		ppp_send(p, proto, packet, wcur_len(&w));
}

bool ppp_is_up(const struct ppp *p)
{
	return p->ipcp.state == PPP_OPENED;
}

static int ppp_transmit(struct netif *netif, struct pkt *pkt)
{
	struct ppp *p = netif->drv;
	uint8_t packet[PPP_MRU];
	const uint8_t *eth = pkt_need(pkt, ETH_HLEN);
	size_t len;

	if (!ppp_is_up(p) || !eth) {
		pkt_drop(netif->place, pkt, DROP_tx_down);
		return -ENETDOWN;
	}
	/* IPv6 would want IPV6CP, which nobody speaks here. */
	if (get16(eth + offsetof(struct ether_wire, type)) != ETH_IP4) {
		pkt_drop(netif->place, pkt, DROP_ppp_proto);
		return -EPROTONOSUPPORT;
	}
	len = pkt->len - ETH_HLEN;
	if (len > sizeof(packet)) {
		pkt_drop(netif->place, pkt, DROP_tx_refused);
		return -EMSGSIZE;
	}
	pkt_copy_out(pkt, ETH_HLEN, packet, len);
	pkt_free(pkt);
	ppp_send(p, PPP_IP4, packet, len);
	return 0;
}

static const struct netif_ops netif_ops = {.transmit = ppp_transmit};

/* A packet with what has come; NULL if there is no memory, which is counted. */
static struct pkt *wrap(struct ppp *p, const uint8_t *buf, size_t len)
{
	struct pkt *pkt = pkt_new(p->stack->place.env, R_PPP_RECEIVED);

	if (!pkt) {
		p->stack->place.drops[DROP_no_memory]++;
		return NULL;
	}
	if (pkt_append(pkt, buf, len) == 0)
		return pkt;
	pkt_drop(&p->stack->place, pkt, DROP_no_memory);
	return NULL;
}

static void drop(struct ppp *p, enum drop why, const uint8_t *buf, size_t len)
{
	struct pkt *pkt = wrap(p, buf, len);

	if (pkt)
		pkt_drop(&p->stack->place, pkt, why);
}

static void ip_input(struct ppp *p, const uint8_t *buf, size_t len)
{
	struct ether_hdr hdr = {
		.dst = p->netif.mac, .src = p->netif.mac, .type = ETH_IP4};
	struct pkt *pkt;
	uint8_t *eth;

	if (!ppp_is_up(p)) {
		drop(p, DROP_ppp_phase, buf, len);
		return;
	}
	pkt = wrap(p, buf, len);
	if (!pkt)
		return;
	eth = pkt_push(pkt, ETH_HLEN);
	if (!eth) {
		pkt_drop(&p->stack->place, pkt, DROP_no_memory);
		return;
	}
	ether_emit(eth, &hdr);
	netif_input(&p->netif, pkt);
}

/* Tell the peer that we do not speak it (RFC 1661, 5.7). */
static void reject_proto(struct ppp *p, uint16_t proto, const uint8_t *buf,
			 size_t len)
{
	uint8_t data[PPP_MRU - PPP_CTL_HLEN];
	struct wcursor w = wcur_init(data, sizeof(data));

	drop(p, DROP_ppp_proto, buf, len);
	if (p->lcp.state != PPP_OPENED)
		return;
	wcur_u16(&w, proto);
	wcur_bytes(&w, buf, len < wcur_left(&w) ? len : wcur_left(&w));
	ppp_send_ctl(p, PPP_LCP, PPP_PROTO_REJ, ++p->reject_id, data,
		     wcur_len(&w));
}

void ppp_rejected(struct ppp *p, uint16_t proto)
{
	if (proto == PPP_IPCP)
		ppp_fsm_event(&p->ipcp, PPP_RXJ_FATAL);
	else if (proto == PPP_PAP || proto == PPP_CHAP || proto == PPP_LCP)
		ppp_fsm_event(&p->lcp, PPP_RXJ_FATAL);
}

/* A protocol that speaks in control packets, if it is its time. */
static void ctl_input(struct ppp *p, uint16_t proto, const uint8_t *buf,
		      size_t len)
{
	bool is_lcp_open = p->lcp.state == PPP_OPENED;
	bool is_network = is_lcp_open && p->us.is_done && p->him.is_done;
	int err;

	if (!(proto == PPP_LCP || is_network ||
	      (is_lcp_open && proto != PPP_IPCP))) {
		drop(p, DROP_ppp_phase, buf, len);
		return;
	}
	if (proto == PPP_LCP)
		err = ppp_fsm_input(&p->lcp, buf, len);
	else if (proto == PPP_IPCP)
		err = ppp_fsm_input(&p->ipcp, buf, len);
	else if (proto == PPP_PAP)
		err = ppp_pap_input(p, buf, len);
	else
		err = ppp_chap_input(p, buf, len);
	if (err)
		drop(p, DROP_ppp_ctl, buf, len);
}

static void frame_input(struct ppp *p)
{
	uint16_t proto;
	int hlen = ppp_parse(&proto, p->buf, p->decoder.len);
	const uint8_t *info = p->buf + hlen;
	size_t len;

	if (hlen < 0) {
		drop(p, DROP_ppp_header, p->buf, p->decoder.len);
		return;
	}
	len = p->decoder.len - (size_t)hlen;
	switch (proto) {
	case PPP_IP4:
		ip_input(p, info, len);
		break;
	case PPP_LCP:
	case PPP_IPCP:
	case PPP_PAP:
	case PPP_CHAP:
		ctl_input(p, proto, info, len);
		break;
	default:
		reject_proto(p, proto, info, len);
		break;
	}
}

static void found_input(struct ppp *p, enum ppp_found found)
{
	static const enum drop why[] = {
		[PPP_BAD_FCS] = DROP_ppp_fcs,
		[PPP_BAD_SHORT] = DROP_ppp_short,
		[PPP_BAD_LONG] = DROP_ppp_long,
		[PPP_BAD_ABORT] = DROP_ppp_abort,
	};

	if (found == PPP_FRAME)
		frame_input(p);
	else
		drop(p, why[found], p->buf, p->decoder.len);
}

void ppp_input(struct ppp *p, const void *octets, size_t len)
{
	struct cursor c = cur_init(octets, len);
	enum ppp_found found;

	stack_enter(p->stack);
	while ((found = ppp_decode(&p->decoder, &c)) != PPP_NOTHING)
		found_input(p, found);
	stack_leave(p->stack);
}

void ppp_line_up(struct ppp *p)
{
	stack_enter(p->stack);
	ppp_decoder_init(&p->decoder, p->buf, sizeof(p->buf));
	ppp_lcp_reset(p);
	ppp_fsm_event(&p->lcp, PPP_UP);
	stack_leave(p->stack);
}

void ppp_line_down(struct ppp *p)
{
	stack_enter(p->stack);
	ppp_fsm_event(&p->lcp, PPP_DOWN);
	stack_leave(p->stack);
}

void ppp_hang_up(struct ppp *p)
{
	stack_enter(p->stack);
	ppp_fsm_event(&p->lcp, PPP_CLOSE);
	stack_leave(p->stack);
}

struct netif *ppp_netif(struct ppp *p)
{
	return &p->netif;
}

struct ppp *ppp_new(struct stack *stack, const char *name,
		    const struct ppp_conf *conf, const struct ppp_ops *ops,
		    void *arg)
{
	/* Only for the header that the stack wants to see. */
	static const mac_addr mac = {{2, 0x50, 0x50, 0x50, 0, 1}};
	struct ppp *p = mem_alloc(stack->place.env->mem, sizeof(*p));

	if (!p)
		return NULL;
	*p = (struct ppp){
		.stack = stack, .conf = *conf, .ops = ops, .arg = arg};
	netif_init(&p->netif, &stack->place, name, mac);
	p->netif.ops = &netif_ops;
	p->netif.drv = p;
	p->netif.features = NETIF_F_NO_ARP;
	ppp_decoder_init(&p->decoder, p->buf, sizeof(p->buf));
	ppp_lcp_init(p);
	ppp_auth_init(p);
	ppp_ipcp_init(p);
	ppp_fsm_event(&p->lcp, PPP_OPEN);
	stack_add_netif(stack, &p->netif);
	return p;
}

void ppp_free(struct ppp *p)
{
	if (!p)
		return;
	ppp_auth_stop(p);
	ppp_lcp_fini(p);
	ppp_fsm_fini(&p->ipcp);
	stack_del_netif(p->stack, &p->netif);
	mem_free(p->stack->place.env->mem, p, sizeof(*p));
}
