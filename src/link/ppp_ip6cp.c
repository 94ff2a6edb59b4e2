// SPDX-License-Identifier: MIT
/*
 * ppp_ip6cp.c - which interface identifiers the two ends have (RFC 5072)
 *
 * Theory of operation
 * ===================
 * IPv6 needs less of its line than IPv4: only that the last 64 bits of the
 * two link-local addresses differ.  Each end says which it would like to have,
 * at random unless it was told one.  Two that are the same, or none at all,
 * are answered with one that would do; an end that has none to offer is told
 * so with a Reject, and IPv6 is not to be (RFC 5072, 4.1).
 *
 * Global addresses are the business of router advertisements, afterwards.
 *
 * Invariants
 * ----------
 *  (1) Once open, both identifiers are there and differ.
 */

#include "core/probe.h"

#include "link/ppp_int.h"

enum { IP6CP_IID = 1, IP6CP_IID_LEN = 8 };

static struct ppp *ppp_of(struct ppp_fsm *f)
{
	return f->arg;
}

/* One at random, which is not global (bit 6 of the first octet is 0), nor
 * zero, nor the other end's; zero: no entropy. */
static uint64_t draw(struct ppp *p, uint64_t other)
{
	const uint64_t global = UINT64_C(1) << 57;
	uint64_t iid;

	if (stack_random(p->stack, &iid, sizeof(iid)))
		return 0;
	iid &= ~global;
	if (!iid || iid == other)
		iid ^= 1;
	return iid == other ? iid + 2 : iid;
}

static void put_iid(struct wcursor *w, uint64_t iid)
{
	uint8_t a[IP6CP_IID_LEN];

	put64(a, iid);
	ppp_opt_put(w, IP6CP_IID, a, sizeof(a));
}

static void put_wishes(struct ppp_fsm *f, struct wcursor *w)
{
	put_iid(w, ppp_of(f)->iid);
}

static void forget(struct ppp_fsm *f)
{
	ppp_of(f)->peer_iid = 0;
}

static enum ppp_verdict judge(struct ppp_fsm *f, const struct ppp_opt *opt,
			      struct wcursor *better)
{
	struct ppp *p = ppp_of(f);
	uint64_t his, instead;

	if (opt->type != IP6CP_IID || opt->len != IP6CP_IID_LEN)
		return PPP_OPT_REJ;
	his = get64(opt->data);
	if (his && his != p->iid) {
		p->peer_iid = his;
		return PPP_OPT_ACK;
	}
	instead = draw(p, p->iid);
	if (!instead)
		return PPP_OPT_REJ;
	put_iid(better, instead);
	return PPP_OPT_NAK;
}

/* A request that says nothing is acknowledged as any; nothing may follow. */
static bool is_agreed(const struct ppp *p)
{
	return p->iid && p->peer_iid && p->iid != p->peer_iid;
}

static void on_refused(struct ppp_fsm *f, const struct ppp_opt *opt,
		       bool is_reject)
{
	struct ppp *p = ppp_of(f);
	uint64_t his;

	if (opt->type != IP6CP_IID)
		return;
	if (is_reject || opt->len != IP6CP_IID_LEN) {
		ppp_fsm_event(f, PPP_CLOSE);
		return;
	}
	his = get64(opt->data);
	p->iid = his && his != p->peer_iid ? his : draw(p, p->peer_iid);
}

static void send(struct ppp_fsm *f, uint8_t code, uint8_t id, const void *data,
		 size_t len)
{
	ppp_send_ctl(ppp_of(f), PPP_IP6CP, code, id, data, len);
}

static struct ip_addr link_local(uint64_t iid)
{
	ip6_addr a = {{0xfe, 0x80}};

	put64(a.o + 8, iid);
	return ip_addr_v6(a);
}

static void on_up(struct ppp_fsm *f)
{
	struct ppp *p = ppp_of(f);
	struct ip_addr local = link_local(p->iid);
	struct ip_addr peer = link_local(p->peer_iid);

	if (!is_agreed(p)) {
		ppp_fsm_event(f, PPP_CLOSE);
		return;
	}
	PROBE(&p->stack->place, EV_LEARN, R_PPP_IID, NULL,
	      EVF_IP("local", &local), EVF_IP("peer", &peer));
	if (p->ops->on_up6)
		p->ops->on_up6(p->arg, p->iid, p->peer_iid);
}

static void on_down(struct ppp_fsm *f)
{
	struct ppp *p = ppp_of(f);

	if (p->ops->on_down6)
		p->ops->on_down6(p->arg);
}

const struct ppp_fsm_ops ppp_ip6cp_ops = {
	.name = "ipv6cp",
	.put_wishes = put_wishes,
	.forget = forget,
	.judge = judge,
	.on_refused = on_refused,
	.send = send,
	.on_up = on_up,
	.on_down = on_down,
	.on_finished = ppp_ncp_finished,
};

void ppp_ip6cp_reset(struct ppp *p)
{
	p->peer_iid = 0;
	p->iid = p->conf.iid ? p->conf.iid : draw(p, 0);
}
