// SPDX-License-Identifier: MIT
/*
 * ppp_lcp.c - what the two ends agree on about the line (RFC 1661, 6)
 *
 * Theory of operation
 * ===================
 * We ask for a line on which nothing needs to be escaped, for short headers,
 * for a magic number, and, if the configuration says so, for proof of who the
 * peer is; all but the last are given up when he does not like them.
 *
 * The magic number finds loops.  It is drawn at random; who receives his own
 * is talking to himself.  Once may be chance, so a new one is drawn, and only
 * PPP_LOOP_MAX times in a row are a loop.
 *
 * While the line is open an Echo-Request goes out every PPP_ECHO_S.  When
 * PPP_ECHO_MAX of them had no answer, and nothing else came meanwhile, the peer
 * has gone.  Anything else has to count: on a slow line the answer waits behind
 * what was sent before it, for longer than we do.  But a line that brings our
 * own questions back brings our own packets, too, and they prove nothing.
 *
 * Limits
 * ------
 * No packet is longer than the default of 1500 octets; shorter ones can be
 * asked for, and longer ones are taken all the same.  Quality reports (RFC
 * 1989) are rejected.
 */

#include "core/probe.h"

#include "link/ppp_int.h"

enum lcp_opt {
	LCP_MRU = 1,
	LCP_ACCM = 2,
	LCP_AUTH = 3,
	LCP_MAGIC = 5,
	LCP_PFC = 7,
	LCP_ACFC = 8,
};

enum { CHAP_MD5 = 5 };

static struct ppp *ppp_of(struct ppp_fsm *f)
{
	return f->arg;
}

/* Another magic number, never zero.  Without entropy we do without. */
static void draw_magic(struct ppp *p)
{
	if (stack_random(p->stack, &p->magic, sizeof(p->magic)))
		p->ask_magic = false;
	if (!p->magic)
		p->magic = 1;
}

static void put_u32(struct wcursor *w, uint8_t type, uint32_t v)
{
	uint8_t a[4];

	put32(a, v);
	ppp_opt_put(w, type, a, sizeof(a));
}

static void put_u16(struct wcursor *w, uint8_t type, uint16_t v)
{
	uint8_t a[2];

	put16(a, v);
	ppp_opt_put(w, type, a, sizeof(a));
}

static void put_auth(struct wcursor *w, enum ppp_auth how)
{
	static const uint8_t chap[] = {PPP_CHAP >> 8, PPP_CHAP & 0xff,
				       CHAP_MD5};
	static const uint8_t pap[] = {PPP_PAP >> 8, PPP_PAP & 0xff};

	if (how == PPP_AUTH_CHAP)
		ppp_opt_put(w, LCP_AUTH, chap, sizeof(chap));
	else if (how == PPP_AUTH_PAP)
		ppp_opt_put(w, LCP_AUTH, pap, sizeof(pap));
}

static void put_wishes(struct ppp_fsm *f, struct wcursor *w)
{
	struct ppp *p = ppp_of(f);

	if (p->ask_mru)
		put_u16(w, LCP_MRU, p->conf.mru);
	if (p->ask_accm)
		put_u32(w, LCP_ACCM, 0);
	put_auth(w, p->conf.auth);
	if (p->ask_magic)
		put_u32(w, LCP_MAGIC, p->magic);
	if (p->ask_pfc)
		ppp_opt_put(w, LCP_PFC, NULL, 0);
	if (p->ask_acfc)
		ppp_opt_put(w, LCP_ACFC, NULL, 0);
}

/* Without a word of the peer's: what fits into the frames of the line. */
static uint32_t mtu_max(const struct ppp *p)
{
	return ppp_is_framed(p) && p->conf.mru ? p->conf.mru : PPP_MRU;
}

/* What the peer asks for counts from when it is acknowledged; and a request
 * that leaves something out means the default. */
static void forget(struct ppp_fsm *f)
{
	struct ppp *p = ppp_of(f);

	p->format = (struct ppp_format){.accm = PPP_ACCM_ALL};
	p->format.has_acfc = ppp_is_framed(p); /* it has no such fields */
	p->netif.mtu = mtu_max(p);
	p->us.how = PPP_AUTH_NONE;
}

static enum ppp_verdict judge_mru(struct ppp *p, const struct ppp_opt *opt,
				  struct wcursor *better)
{
	static const uint8_t least[] = {0, PPP_MRU_MIN};
	uint16_t mru;

	if (opt->len != 2)
		return PPP_OPT_REJ;
	mru = get16(opt->data);
	if (mru < PPP_MRU_MIN) {
		ppp_opt_put(better, LCP_MRU, least, sizeof(least));
		return PPP_OPT_NAK;
	}
	if (mru < mtu_max(p))
		p->netif.mtu = mru;
	return PPP_OPT_ACK;
}

static enum ppp_verdict judge_auth(struct ppp *p, const struct ppp_opt *opt,
				   struct wcursor *better)
{
	uint16_t proto = opt->len >= 2 ? get16(opt->data) : 0;

	if (!p->conf.name || !p->conf.secret)
		return PPP_OPT_REJ;
	if (proto == PPP_CHAP && opt->len == 3 && opt->data[2] == CHAP_MD5)
		p->us.how = PPP_AUTH_CHAP;
	else if (proto == PPP_PAP && opt->len == 2)
		p->us.how = PPP_AUTH_PAP;
	else
		put_auth(better, PPP_AUTH_CHAP);
	return wcur_len(better) ? PPP_OPT_NAK : PPP_OPT_ACK;
}

/* RFC 1661, 6.4 */
static enum ppp_verdict judge_magic(struct ppp *p, const struct ppp_opt *opt,
				    struct wcursor *better)
{
	uint32_t his;

	if (opt->len != 4)
		return PPP_OPT_REJ;
	his = get32(opt->data);
	if (his && (his != p->magic || !p->ask_magic)) {
		p->loops = 0;
		return PPP_OPT_ACK;
	}
	if (his)
		p->loops++;
	put_u32(better, LCP_MAGIC, ~p->magic ^ his << 1 ^ 0x5bd1e995);
	return PPP_OPT_NAK;
}

static enum ppp_verdict judge(struct ppp_fsm *f, const struct ppp_opt *opt,
			      struct wcursor *better)
{
	struct ppp *p = ppp_of(f);

	/* RFC 2516, 7: what is about octets of a line has no place there. */
	if (ppp_is_framed(p) && (opt->type == LCP_ACCM ||
				 opt->type == LCP_PFC || opt->type == LCP_ACFC))
		return PPP_OPT_REJ;
	switch (opt->type) {
	case LCP_MRU:
		return judge_mru(p, opt, better);
	case LCP_ACCM:
		if (opt->len != 4)
			return PPP_OPT_REJ;
		p->format.accm = get32(opt->data);
		return PPP_OPT_ACK;
	case LCP_AUTH:
		return judge_auth(p, opt, better);
	case LCP_MAGIC:
		return judge_magic(p, opt, better);
	case LCP_PFC:
		p->format.has_pfc = opt->len == 0;
		return opt->len ? PPP_OPT_REJ : PPP_OPT_ACK;
	case LCP_ACFC:
		p->format.has_acfc = opt->len == 0;
		return opt->len ? PPP_OPT_REJ : PPP_OPT_ACK;
	default:
		return PPP_OPT_REJ;
	}
}

/* He proposes another value: only of the magic number is there one for us.
 * A map is not negotiable: where he needs to escape more, he may. */
static void on_refused(struct ppp_fsm *f, const struct ppp_opt *opt,
		       bool is_reject)
{
	struct ppp *p = ppp_of(f);

	switch (opt->type) {
	case LCP_MRU: /* he may send 1500 then, and we take that anyway */
		p->ask_mru = false;
		break;
	case LCP_ACCM:
		p->ask_accm = false;
		break;
	case LCP_MAGIC:
		if (is_reject)
			p->ask_magic = false;
		else
			draw_magic(p);
		break;
	case LCP_PFC:
		p->ask_pfc = false;
		break;
	case LCP_ACFC:
		p->ask_acfc = false;
		break;
	case LCP_AUTH: /* proof is not given up: no proof, no line */
		ppp_fsm_event(f, PPP_CLOSE);
		break;
	default:
		break;
	}
}

static void give_up(struct ppp *p)
{
	ppp_fsm_event(&p->lcp, PPP_CLOSE);
}

static void send(struct ppp_fsm *f, uint8_t code, uint8_t id, const void *data,
		 size_t len)
{
	struct ppp *p = ppp_of(f);

	ppp_send_ctl(p, PPP_LCP, code, id, data, len);
	if (code != PPP_CONF_NAK || p->loops < PPP_LOOP_MAX)
		return;
	PROBE(&p->stack->place, EV_NOTE, R_PPP_LOOP, NULL,
	      EVF_NUM("count", p->loops));
	p->loops = 0;
	give_up(p);
}

static void echo_send(struct ppp *p, uint8_t code, uint8_t id,
		      const uint8_t *data, size_t len)
{
	uint8_t out[PPP_MRU - PPP_CTL_HLEN];
	struct wcursor w = wcur_init(out, sizeof(out));

	wcur_u32(&w, p->ask_magic ? p->magic : 0);
	wcur_bytes(&w, data, len < wcur_left(&w) ? len : wcur_left(&w));
	ppp_send_ctl(p, PPP_LCP, code, id, out, wcur_len(&w));
}

/* RFC 1661, 5.8.  What carries our own number was never with the peer. */
static void on_echo(struct ppp_fsm *f, const struct ppp_ctl *ctl)
{
	struct ppp *p = ppp_of(f);
	uint32_t magic = ctl->len >= 4 ? get32(ctl->data) : 0;

	if (ctl->len < 4)
		return;
	p->is_looped = p->ask_magic && magic == p->magic;
	if (p->is_looped)
		return;
	if (ctl->code == PPP_ECHO_REQ)
		echo_send(p, PPP_ECHO_REP, ctl->id, ctl->data + 4,
			  ctl->len - 4);
	else if (ctl->code == PPP_ECHO_REP && ctl->id == p->echo_id)
		p->silent = 0;
}

static void echo_arm(struct ppp *p)
{
	unsigned int s = p->conf.echo_s ? p->conf.echo_s : PPP_ECHO_S;

	if (!p->conf.no_echo)
		stack_arm_in(p->stack, &p->echo, s * NS_PER_S);
}

static void on_echo_timer(struct timer *t, void *arg)
{
	struct ppp *p = arg;

	(void)t;
	if (p->is_heard && !p->is_looped)
		p->silent = 0;
	p->is_heard = false;
	if (p->silent >= PPP_ECHO_MAX) {
		PROBE(&p->stack->place, EV_NOTE, R_PPP_SILENT, NULL,
		      EVF_NUM("count", p->silent));
		give_up(p);
		return;
	}
	p->silent++;
	echo_send(p, PPP_ECHO_REQ, ++p->echo_id, NULL, 0);
	echo_arm(p);
}

static void on_proto_rej(struct ppp_fsm *f, const struct ppp_ctl *ctl)
{
	if (f->state == PPP_OPENED && ctl->len >= 2)
		ppp_ncp_rejected(ppp_of(f), get16(ctl->data));
}

static void on_up(struct ppp_fsm *f)
{
	struct ppp *p = ppp_of(f);

	p->decoder.accm = p->ask_accm ? 0 : PPP_ACCM_ALL;
	p->silent = 0;
	p->is_looped = false;
	p->is_refused = false;
	echo_arm(p);
	ppp_auth_start(p);
}

static void on_down(struct ppp_fsm *f)
{
	struct ppp *p = ppp_of(f);

	stack_disarm(p->stack, &p->echo);
	ppp_auth_stop(p);
	ppp_ncp_stop(p);
}

static void on_finished(struct ppp_fsm *f)
{
	struct ppp *p = ppp_of(f);

	if (p->ops->on_finished)
		p->ops->on_finished(p->arg);
}

static const struct ppp_fsm_ops lcp_ops = {
	.name = "lcp",
	.is_lcp = true,
	.put_wishes = put_wishes,
	.forget = forget,
	.judge = judge,
	.on_refused = on_refused,
	.send = send,
	.on_echo = on_echo,
	.on_proto_rej = on_proto_rej,
	.on_up = on_up,
	.on_down = on_down,
	.on_finished = on_finished,
};

void ppp_lcp_init(struct ppp *p)
{
	ppp_fsm_init(&p->lcp, p->stack, &lcp_ops, p);
	timer_init(&p->echo, on_echo_timer, p);
	ppp_lcp_reset(p);
}

void ppp_lcp_fini(struct ppp *p)
{
	stack_disarm(p->stack, &p->echo);
	ppp_fsm_fini(&p->lcp);
}

void ppp_lcp_reset(struct ppp *p)
{
	bool is_line = !ppp_is_framed(p);

	forget(&p->lcp);
	p->ask_accm = p->ask_pfc = p->ask_acfc = is_line;
	p->ask_mru = p->conf.mru && p->conf.mru < PPP_MRU;
	p->ask_magic = true;
	p->loops = 0;
	draw_magic(p);
}
