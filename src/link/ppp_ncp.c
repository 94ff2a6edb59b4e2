// SPDX-License-Identifier: MIT
/*
 * ppp_ncp.c - when addresses are agreed on, and what if they are not
 *
 * Theory of operation
 * ===================
 * Above LCP there is one automaton for each network protocol: IPCP for IPv4,
 * IPV6CP for IPv6.  They begin together when both ends are who they have to
 * be, and know nothing of each other.  A peer who does not speak one of them
 * says so with a Protocol-Reject, and the other goes on; a line on which none
 * is left is good for nothing and is closed.
 *
 * Invariants
 * ----------
 *  (1) They move only while LCP is open and both sides are done.
 */

#include "link/ppp_int.h"

static bool is_alive(const struct ppp_fsm *f)
{
	return f->ops && f->state >= PPP_REQ_SENT;
}

bool ppp_is_up(const struct ppp *p)
{
	return p->ipcp.ops && p->ipcp.state == PPP_OPENED;
}

bool ppp_is_up6(const struct ppp *p)
{
	return p->ip6cp.ops && p->ip6cp.state == PPP_OPENED;
}

void ppp_ncp_init(struct ppp *p)
{
	if (!p->conf.no_ip4) {
		ppp_fsm_init(&p->ipcp, p->stack, &ppp_ipcp_ops, p);
		ppp_fsm_event(&p->ipcp, PPP_OPEN);
	}
	if (p->conf.has_ip6) {
		ppp_fsm_init(&p->ip6cp, p->stack, &ppp_ip6cp_ops, p);
		ppp_fsm_event(&p->ip6cp, PPP_OPEN);
	}
}

void ppp_ncp_fini(struct ppp *p)
{
	if (p->ipcp.ops)
		ppp_fsm_fini(&p->ipcp);
	if (p->ip6cp.ops)
		ppp_fsm_fini(&p->ip6cp);
}

void ppp_ncp_start(struct ppp *p)
{
	if (p->ipcp.ops && p->ipcp.state == PPP_STARTING) {
		ppp_ipcp_reset(p);
		ppp_fsm_event(&p->ipcp, PPP_UP);
	}
	if (p->ip6cp.ops && p->ip6cp.state == PPP_STARTING) {
		ppp_ip6cp_reset(p);
		ppp_fsm_event(&p->ip6cp, PPP_UP);
	}
}

void ppp_ncp_stop(struct ppp *p)
{
	if (p->ipcp.ops)
		ppp_fsm_event(&p->ipcp, PPP_DOWN);
	if (p->ip6cp.ops)
		ppp_fsm_event(&p->ip6cp, PPP_DOWN);
}

void ppp_ncp_rejected(struct ppp *p, uint16_t proto)
{
	if (proto == PPP_IPCP && p->ipcp.ops)
		ppp_fsm_event(&p->ipcp, PPP_RXJ_FATAL);
	else if (proto == PPP_IP6CP && p->ip6cp.ops)
		ppp_fsm_event(&p->ip6cp, PPP_RXJ_FATAL);
	else if (proto == PPP_PAP || proto == PPP_CHAP || proto == PPP_LCP)
		ppp_fsm_event(&p->lcp, PPP_RXJ_FATAL);
}

void ppp_ncp_finished(struct ppp_fsm *f)
{
	struct ppp *p = f->arg;

	if (p->lcp.state == PPP_OPENED && !is_alive(&p->ipcp) &&
	    !is_alive(&p->ip6cp))
		ppp_fsm_event(&p->lcp, PPP_CLOSE);
}
