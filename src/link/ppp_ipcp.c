// SPDX-License-Identifier: MIT
/*
 * ppp_ipcp.c - which addresses the two ends have (RFC 1332)
 *
 * Theory of operation
 * ===================
 * Each end says its own address in its request.  Who has none says zero, and
 * the other, if it has one to give, answers with a Nak that holds it; the
 * next request then asks for that.  An address that was configured is not
 * given up for another.
 */

#include "core/probe.h"

#include "link/ppp_int.h"

enum { IPCP_ADDR = 3, IPCP_ADDR_LEN = 4 };

static struct ppp *ppp_of(struct ppp_fsm *f)
{
	return f->arg;
}

static void put_wishes(struct ppp_fsm *f, struct wcursor *w)
{
	struct ppp *p = ppp_of(f);
	uint8_t a[IPCP_ADDR_LEN];

	put32(a, p->local.v);
	if (p->ask_addr)
		ppp_opt_put(w, IPCP_ADDR, a, sizeof(a));
}

static void forget(struct ppp_fsm *f)
{
	struct ppp *p = ppp_of(f);

	p->peer = p->conf.peer;
}

static enum ppp_verdict judge(struct ppp_fsm *f, const struct ppp_opt *opt,
			      struct wcursor *better)
{
	struct ppp *p = ppp_of(f);
	uint8_t a[IPCP_ADDR_LEN];
	ip4_addr his;

	if (opt->type != IPCP_ADDR || opt->len != IPCP_ADDR_LEN)
		return PPP_OPT_REJ;
	his.v = get32(opt->data);
	if (!p->conf.peer.v && !his.v)
		return PPP_OPT_REJ; /* we have none to give */
	if (!p->conf.peer.v || p->conf.peer.v == his.v) {
		p->peer = his;
		return PPP_OPT_ACK;
	}
	put32(a, p->conf.peer.v);
	ppp_opt_put(better, IPCP_ADDR, a, sizeof(a));
	return PPP_OPT_NAK;
}

static void on_refused(struct ppp_fsm *f, const struct ppp_opt *opt,
		       bool is_reject)
{
	struct ppp *p = ppp_of(f);

	if (opt->type != IPCP_ADDR)
		return;
	if (is_reject)
		p->ask_addr = false;
	else if (opt->len == IPCP_ADDR_LEN && !p->conf.local.v)
		p->local.v = get32(opt->data);
}

static void send(struct ppp_fsm *f, uint8_t code, uint8_t id, const void *data,
		 size_t len)
{
	ppp_send_ctl(ppp_of(f), PPP_IPCP, code, id, data, len);
}

static void on_up(struct ppp_fsm *f)
{
	struct ppp *p = ppp_of(f);
	struct ip_addr local = ip_addr_v4(p->local);
	struct ip_addr peer = ip_addr_v4(p->peer);

	PROBE(&p->stack->place, EV_LEARN, R_PPP_ADDR, NULL,
	      EVF_IP("local", &local), EVF_IP("peer", &peer));
	if (p->ops->on_up)
		p->ops->on_up(p->arg, p->local, p->peer);
}

static void on_down(struct ppp_fsm *f)
{
	struct ppp *p = ppp_of(f);

	if (p->ops->on_down)
		p->ops->on_down(p->arg);
}

const struct ppp_fsm_ops ppp_ipcp_ops = {
	.name = "ipcp",
	.put_wishes = put_wishes,
	.forget = forget,
	.judge = judge,
	.on_refused = on_refused,
	.send = send,
	.on_up = on_up,
	.on_down = on_down,
	.on_finished = ppp_ncp_finished,
};

void ppp_ipcp_reset(struct ppp *p)
{
	p->ask_addr = true;
	p->local = p->conf.local;
	p->peer = p->conf.peer;
}
