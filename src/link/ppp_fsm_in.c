// SPDX-License-Identifier: MIT
/*
 * ppp_fsm_in.c - which event of the automaton a packet is
 *
 * Theory of operation
 * ===================
 * A request is judged option by option.  One that we do not know is rejected;
 * if none is, those whose value does not suit us are sent back with one that
 * would; if none is of that kind either, the request is acknowledged as it
 * came (RFC 1661, 5.2 to 5.4).
 *
 * An answer counts if it has the identifier of our last request, and an Ack
 * must repeat it to the octet; anything else is an answer to something older,
 * or a forgery, and is ignored.
 *
 * Limits
 * ------
 * One reply names PPP_OPTS_ROOM octets of options.  What does not fit has its
 * turn when the peer asks again.
 */

#include <string.h>

#include "link/ppp_fsm.h"

/* Options that we object to, in one packet. */
struct objections {
	uint8_t nak[PPP_OPTS_ROOM], rej[PPP_OPTS_ROOM];
	struct wcursor naks, rejs;
};

/* Append an option if all of it fits. */
static void object(struct wcursor *w, const struct ppp_opt *opt)
{
	if (wcur_left(w) >= PPP_OPT_HLEN + (size_t)opt->len)
		ppp_opt_put(w, opt->type, opt->data, opt->len);
}

static void judge_one(struct ppp_fsm *f, const struct ppp_opt *opt,
		      struct objections *o, bool *is_good)
{
	uint8_t room[PPP_OPTS_ROOM];
	struct wcursor better = wcur_init(room, sizeof(room));
	enum ppp_verdict v = f->ops->judge(f, opt, &better);

	if (v == PPP_OPT_ACK)
		return;
	*is_good = false;
	/* An objection for which there is no better value is a rejection; and
	 * so is any after too many of the other kind (RFC 1661, 4.6). */
	if (v == PPP_OPT_REJ || f->failures >= PPP_MAX_FAILURE)
		object(&o->rejs, opt);
	else if (wcur_left(&o->naks) >= wcur_len(&better))
		wcur_bytes(&o->naks, room, wcur_len(&better));
}

static int on_request(struct ppp_fsm *f, const struct ppp_ctl *in)
{
	struct cursor c = cur_init(in->data, in->len);
	struct objections o;
	struct ppp_opt opt;
	bool is_good = true;
	const struct wcursor *w;
	int more;

	o.naks = wcur_init(o.nak, sizeof(o.nak));
	o.rejs = wcur_init(o.rej, sizeof(o.rej));
	f->ops->forget(f);
	while ((more = ppp_opt_next(&opt, &c)) == 1)
		judge_one(f, &opt, &o, &is_good);
	if (more < 0)
		return more;
	w = wcur_len(&o.rejs) ? &o.rejs : &o.naks;
	f->reply_code = is_good		    ? PPP_CONF_ACK
			: wcur_len(&o.rejs) ? PPP_CONF_REJ
					    : PPP_CONF_NAK;
	f->reply_len = wcur_len(w);
	memcpy(f->reply, w->start, f->reply_len);
	ppp_fsm_event(f, is_good ? PPP_RCR_GOOD : PPP_RCR_BAD);
	return 0;
}

static int on_ack(struct ppp_fsm *f, const struct ppp_ctl *in)
{
	if (in->id != f->req_id || in->len != f->wishes_len ||
	    (in->len && memcmp(in->data, f->wishes, in->len) != 0))
		return 0;
	ppp_fsm_event(f, PPP_RCA);
	return 0;
}

/* Nobody must make us change our mind once we agree or do not ask. */
static bool is_asking(const struct ppp_fsm *f)
{
	return f->state >= PPP_REQ_SENT;
}

static int on_refusal(struct ppp_fsm *f, const struct ppp_ctl *in)
{
	struct cursor all = cur_init(in->data, in->len), c = all;
	struct ppp_opt opt;
	int more;

	if (in->id != f->req_id)
		return 0;
	while ((more = ppp_opt_next(&opt, &c)) == 1)
		continue;
	if (more < 0)
		return more;
	while (is_asking(f) && ppp_opt_next(&opt, &all) == 1)
		f->ops->on_refused(f, &opt, in->code == PPP_CONF_REJ);
	ppp_fsm_event(f, PPP_RCN);
	return 0;
}

/* Without the first seven codes there is no negotiation. */
static int on_code_reject(struct ppp_fsm *f, const struct ppp_ctl *in)
{
	bool is_fatal;

	if (!in->len)
		return WIRE_SHORT;
	is_fatal = in->data[0] >= PPP_CONF_REQ && in->data[0] <= PPP_CODE_REJ;
	ppp_fsm_event(f, is_fatal ? PPP_RXJ_FATAL : PPP_RXJ_HARMLESS);
	return 0;
}

static int on_other(struct ppp_fsm *f, const struct ppp_ctl *in)
{
	bool is_ours = f->ops->is_lcp;

	if (is_ours && in->code == PPP_PROTO_REJ)
		f->ops->on_proto_rej(f, in);
	else if (is_ours && in->code >= PPP_ECHO_REQ && in->code <= PPP_DISCARD)
		ppp_fsm_event(f, PPP_RXR);
	else
		ppp_fsm_event(f, PPP_RUC);
	return 0;
}

static int dispatch(struct ppp_fsm *f, const struct ppp_ctl *in)
{
	switch (in->code) {
	case PPP_CONF_REQ:
		return on_request(f, in);
	case PPP_CONF_ACK:
		return on_ack(f, in);
	case PPP_CONF_NAK:
	case PPP_CONF_REJ:
		return on_refusal(f, in);
	case PPP_TERM_REQ:
		ppp_fsm_event(f, PPP_RTR);
		return 0;
	case PPP_TERM_ACK:
		ppp_fsm_event(f, PPP_RTA);
		return 0;
	case PPP_CODE_REJ:
		return on_code_reject(f, in);
	default:
		return on_other(f, in);
	}
}

int ppp_fsm_input(struct ppp_fsm *f, const uint8_t *buf, size_t len)
{
	struct ppp_ctl in;
	int err = ppp_ctl_parse(&in, buf, len);

	/* A packet that comes while the line is down comes from nowhere. */
	if (err || f->state < PPP_CLOSED)
		return err;
	f->in = &in;
	err = dispatch(f, &in);
	f->in = NULL;
	return err;
}
