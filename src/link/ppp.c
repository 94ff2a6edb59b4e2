// SPDX-License-Identifier: MIT
/*
 * ppp.c - an interface on one side, a stream of octets on the other
 *
 * Theory of operation
 * ===================
 * A frame that has come is looked at for its protocol.  Addresses mean nothing
 * here, for there is nobody else on the line.  Which protocols are listened to
 * depends on the phase (RFC 1661, 3.2), and the phase is the state of LCP, of
 * the two sides of authentication, and of IPCP and IPV6CP: nothing else
 * remembers it.
 *
 * How frames and octets are made of each other is in ppp_line.c.
 *
 * Invariants
 * ----------
 *  (1) No IPv4 packet passes in either direction unless IPCP is open, no IPv6
 *      packet unless IPV6CP is.
 *  (2) Both move only while LCP is open and both sides are done.
 */

#include "link/ppp.h"

#include <stdio.h>

#include "wire/ether.h"

#include "core/pkt.h"
#include "core/probe.h"

#include "link/ether.h"
#include "link/ppp_int.h"

static void drop(struct ppp *p, struct pkt *pkt, enum drop why)
{
	pkt_drop(&p->stack->place, pkt, why);
}

/* @hlen octets of header in front of a packet of IP. */
static void ip_input(struct ppp *p, struct pkt *pkt, size_t hlen, bool is_ip6)
{
	if (!(is_ip6 ? ppp_is_up6(p) : ppp_is_up(p))) {
		drop(p, pkt, DROP_ppp_phase);
		return;
	}
	if (!ppp_is_framed(p))
		pkt->l2_off = pkt->lin_off;
	pkt_pull(pkt, hlen);
	pkt->l3_off = pkt->lin_off;
	pkt->dest = PKT_TO_US;
	ether_deliver(p->stack, pkt, is_ip6 ? ETH_IP6 : ETH_IP4);
}

/* Tell the peer that we do not speak it (RFC 1661, 5.7). */
static void reject_proto(struct ppp *p, uint16_t proto, struct pkt *pkt,
			 size_t hlen)
{
	uint8_t data[PPP_MRU - PPP_CTL_HLEN];
	size_t len = pkt->len - hlen;

	if (len > sizeof(data) - sizeof(proto))
		len = sizeof(data) - sizeof(proto);
	put16(data, proto);
	pkt_copy_out(pkt, hlen, data + sizeof(proto), len);
	drop(p, pkt, DROP_ppp_proto);
	if (p->lcp.state == PPP_OPENED)
		ppp_send_ctl(p, PPP_LCP, PPP_PROTO_REJ, ++p->reject_id, data,
			     sizeof(proto) + len);
}

/* Is it time for a protocol that speaks in control packets? */
static bool is_time_for(const struct ppp *p, uint16_t proto)
{
	if (proto == PPP_LCP)
		return true;
	if (p->lcp.state != PPP_OPENED)
		return false;
	return proto == PPP_PAP || proto == PPP_CHAP ||
	       (p->us.is_done && p->him.is_done);
}

static int ctl_dispatch(struct ppp *p, uint16_t proto, const uint8_t *buf,
			size_t len)
{
	switch (proto) {
	case PPP_LCP:
		return ppp_fsm_input(&p->lcp, buf, len);
	case PPP_IPCP:
		return ppp_fsm_input(&p->ipcp, buf, len);
	case PPP_IP6CP:
		return ppp_fsm_input(&p->ip6cp, buf, len);
	case PPP_PAP:
		return ppp_pap_input(p, buf, len);
	default:
		return ppp_chap_input(p, buf, len);
	}
}

static void ctl_input(struct ppp *p, uint16_t proto, struct pkt *pkt,
		      size_t hlen)
{
	uint8_t buf[PPP_ROOM];
	size_t len = pkt->len - hlen;

	if (!is_time_for(p, proto)) {
		drop(p, pkt, DROP_ppp_phase);
		return;
	}
	if (len > sizeof(buf)) {
		drop(p, pkt, DROP_ppp_long);
		return;
	}
	pkt_copy_out(pkt, hlen, buf, len);
	if (ctl_dispatch(p, proto, buf, len))
		drop(p, pkt, DROP_ppp_ctl);
	else
		pkt_free(pkt);
}

static bool is_spoken(const struct ppp *p, uint16_t proto)
{
	if (proto == PPP_IP4 || proto == PPP_IPCP)
		return p->ipcp.ops;
	if (proto == PPP_IP6 || proto == PPP_IP6CP)
		return p->ip6cp.ops;
	return proto == PPP_LCP || proto == PPP_PAP || proto == PPP_CHAP;
}

void ppp_frame_input(struct ppp *p, struct pkt *pkt)
{
	size_t look = pkt->len < PPP_HLEN_MAX ? pkt->len : PPP_HLEN_MAX;
	const uint8_t *header = pkt_need(pkt, look);
	uint16_t proto;
	int hlen = header ? ppp_parse(&proto, header, look) : WIRE_SHORT;

	p->is_heard = true;
	if (hlen < 0)
		drop(p, pkt, DROP_ppp_header);
	else if (!is_spoken(p, proto))
		reject_proto(p, proto, pkt, (size_t)hlen);
	else if (proto == PPP_IP4 || proto == PPP_IP6)
		ip_input(p, pkt, (size_t)hlen, proto == PPP_IP6);
	else
		ctl_input(p, proto, pkt, (size_t)hlen);
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

void ppp_dial(struct ppp *p)
{
	stack_enter(p->stack);
	if (p->lcp.state == PPP_STOPPED || p->lcp.state == PPP_STOPPING) {
		/* The restart option: as if the line had been down. */
		ppp_fsm_event(&p->lcp, PPP_DOWN);
		ppp_lcp_reset(p);
		ppp_fsm_event(&p->lcp, PPP_UP);
	} else if (p->lcp.state == PPP_CLOSED || p->lcp.state == PPP_INITIAL) {
		ppp_lcp_reset(p);
		ppp_fsm_event(&p->lcp, PPP_OPEN);
	}
	stack_leave(p->stack);
}

const struct ppp_account *ppp_account(const struct ppp *p)
{
	return p->account;
}

void ppp_set_account(struct ppp *p, const struct ppp_account *account)
{
	p->account = account;
	p->conf.peer = account->peer;
	if (account->if_name)
		(void)snprintf(p->netif.name, sizeof(p->netif.name), "%s",
			       account->if_name);
}

bool ppp_is_refused(const struct ppp *p)
{
	return p->is_refused;
}

struct netif *ppp_netif(struct ppp *p)
{
	return &p->netif;
}

struct ppp *ppp_new(struct stack *stack, const char *name,
		    const struct ppp_conf *conf, const struct ppp_ops *ops,
		    void *arg)
{
	struct ppp *p = mem_alloc(stack->place.env->mem, sizeof(*p));

	if (!p)
		return NULL;
	*p = (struct ppp){
		.stack = stack, .conf = *conf, .ops = ops, .arg = arg};
	netif_init(&p->netif, &stack->place, name, conf->mac);
	p->netif.ops = &ppp_netif_ops;
	p->netif.drv = p;
	p->netif.features = NETIF_F_NO_ARP | NETIF_F_PPP;
	ppp_decoder_init(&p->decoder, p->buf, sizeof(p->buf));
	ppp_lcp_init(p);
	ppp_auth_init(p);
	ppp_ncp_init(p);
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
	ppp_ncp_fini(p);
	stack_del_netif(p->stack, &p->netif);
	mem_free(p->stack->place.env->mem, p, sizeof(*p));
}
