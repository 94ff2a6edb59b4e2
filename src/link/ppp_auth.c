// SPDX-License-Identifier: MIT
/*
 * ppp_auth.c - who the two ends are: PAP (RFC 1334) and CHAP (RFC 1994)
 *
 * Theory of operation
 * ===================
 * Each end may ask the other for proof, and both may at once; the two
 * directions know nothing of each other.  With PAP, who has to prove sends
 * name and password until he has an answer: whoever listens has them, too.
 * With CHAP, who wants proof sends a random challenge until it is answered
 * with a digest of it and the secret, which is never sent.
 *
 *	us				him
 *	PAP:   request ->  <- ack	we ask, he has to: the same mirrored
 *	CHAP:  <- challenge  response ->  <- success
 *
 * When both directions are done, addresses are agreed on.  When one fails the
 * line is closed; nobody gets a second guess on the same line.
 *
 * Invariants
 * ----------
 *  (1) A response counts only for the challenge that is under way.
 *  (2) We never answer our own challenge, so that a peer who sends it back
 *      learns nothing that he could answer it with.
 *
 * Limits
 * ------
 * Of CHAP, MD5 only; the peer is asked once, not again while the line is up.
 */

#include <string.h>

#include "base/md5.h"

#include "core/probe.h"

#include "link/ppp_int.h"

enum { PAP_REQUEST = 1, PAP_ACK, PAP_NAK };
enum { CHAP_CHALLENGE = 1, CHAP_RESPONSE, CHAP_SUCCESS, CHAP_FAILURE };

/* Name and value of one packet. */
struct credentials {
	const uint8_t *name, *value;
	size_t name_len, value_len;
};

/* Whether it is the same, in a time that does not say where it differs. */
static bool is_same(const uint8_t *a, size_t len, const char *text)
{
	size_t text_len = text ? strlen(text) : 0, i;
	unsigned int differs = !text || len != text_len;

	for (i = 0; i < len && i < text_len; i++)
		differs |= a[i] ^ (uint8_t)text[i];
	return !differs;
}

static void settle(struct ppp *p, struct ppp_side *side, bool is_good)
{
	bool is_us = side == &p->us;
	const char *name = is_us	? p->conf.name
			   : p->account ? p->account->name
					: p->conf.peer_name;

	stack_disarm(p->stack, &side->timer);
	PROBE(&p->stack->place, EV_NOTE, is_good ? R_PPP_AUTH : R_PPP_REFUSED,
	      NULL, EVF_TEXT("who", is_us ? "this end" : "the peer"),
	      EVF_TEXT("name", name ? name : ""));
	if (!is_good) {
		p->is_refused = true;
		ppp_fsm_event(&p->lcp, PPP_CLOSE);
		return;
	}
	side->is_done = true;
	if (!is_us && p->account && p->ops->on_known)
		p->ops->on_known(p->arg);
	if (p->us.is_done && p->him.is_done)
		ppp_ncp_start(p);
}

static void put_text(struct wcursor *w, const char *text)
{
	size_t len = strlen(text) < UINT8_MAX ? strlen(text) : UINT8_MAX;

	wcur_u8(w, (uint8_t)len);
	wcur_bytes(w, text, len);
}

static void pap_ask(struct ppp *p)
{
	uint8_t data[2 * (UINT8_MAX + 1)];
	struct wcursor w = wcur_init(data, sizeof(data));

	put_text(&w, p->conf.name);
	put_text(&w, p->conf.secret);
	ppp_send_ctl(p, PPP_PAP, PAP_REQUEST, ++p->us.id, data, wcur_len(&w));
}

static void chap_put(struct ppp *p, uint8_t code, uint8_t id,
		     const uint8_t value[static PPP_CHALLENGE_LEN])
{
	uint8_t data[1 + PPP_CHALLENGE_LEN + UINT8_MAX];
	struct wcursor w = wcur_init(data, sizeof(data));
	const char *name = p->conf.name ? p->conf.name : p->stack->place.name;
	size_t len = strlen(name) < UINT8_MAX ? strlen(name) : UINT8_MAX;

	wcur_u8(&w, PPP_CHALLENGE_LEN);
	wcur_bytes(&w, value, PPP_CHALLENGE_LEN);
	wcur_bytes(&w, name, len);
	ppp_send_ctl(p, PPP_CHAP, code, id, data, wcur_len(&w));
}

/* Send the question of one direction, or give up. */
static void try_again(struct ppp *p, struct ppp_side *side)
{
	if (!side->tries) {
		settle(p, side, false);
		return;
	}
	side->tries--;
	stack_arm_in(p->stack, &side->timer, PPP_RESTART_S * NS_PER_S);
	if (side == &p->us)
		pap_ask(p);
	else
		chap_put(p, CHAP_CHALLENGE, side->id, p->challenge);
}

static void on_us_timer(struct timer *t, void *arg)
{
	struct ppp *p = arg;

	(void)t;
	/* With CHAP it is his turn, and he has had long enough. */
	if (p->us.how == PPP_AUTH_CHAP)
		settle(p, &p->us, false);
	else
		try_again(p, &p->us);
}

static void on_him_timer(struct timer *t, void *arg)
{
	struct ppp *p = arg;

	(void)t;
	if (p->him.how == PPP_AUTH_PAP)
		settle(p, &p->him, false);
	else
		try_again(p, &p->him);
}

void ppp_auth_init(struct ppp *p)
{
	timer_init(&p->us.timer, on_us_timer, p);
	timer_init(&p->him.timer, on_him_timer, p);
}

/* Begin to ask, or to wait for the question. */
static void side_start(struct ppp *p, struct ppp_side *side, bool may_ask)
{
	side->is_done = side->how == PPP_AUTH_NONE;
	side->tries = PPP_MAX_CONFIGURE;
	if (side->is_done)
		return;
	if (may_ask)
		try_again(p, side);
	else
		stack_arm_in(p->stack, &side->timer,
			     PPP_MAX_CONFIGURE * PPP_RESTART_S * NS_PER_S);
}

void ppp_auth_start(struct ppp *p)
{
	p->him.how = p->conf.auth;
	p->him.id++;
	p->us.is_done = p->him.is_done = false;
	if (p->him.how == PPP_AUTH_CHAP &&
	    stack_random(p->stack, p->challenge, sizeof(p->challenge))) {
		settle(p, &p->him, false); /* no chance, no challenge */
		return;
	}
	side_start(p, &p->us, p->us.how == PPP_AUTH_PAP);
	side_start(p, &p->him, p->him.how == PPP_AUTH_CHAP);
	if (p->us.is_done && p->him.is_done)
		ppp_ncp_start(p);
}

void ppp_auth_stop(struct ppp *p)
{
	stack_disarm(p->stack, &p->us.timer);
	stack_disarm(p->stack, &p->him.timer);
	p->us.is_done = p->him.is_done = false;
}

/* What who says that this is his name has to know; NULL: he is nobody. */
static const char *secret_of(struct ppp *p, const uint8_t *name, size_t len,
			     const struct ppp_account **account)
{
	size_t i;

	*account = NULL;
	for (i = 0; i < p->conf.account_count; i++) {
		if (!is_same(name, len, p->conf.accounts[i].name))
			continue;
		*account = &p->conf.accounts[i];
		return (*account)->secret;
	}
	return is_same(name, len, p->conf.peer_name) ? p->conf.peer_secret
						     : NULL;
}

static void settle_him(struct ppp *p, bool is_good,
		       const struct ppp_account *account)
{
	if (p->him.is_done)
		return;
	if (is_good && account)
		ppp_set_account(p, account);
	settle(p, &p->him, is_good);
}

static int pap_check(struct ppp *p, const struct ppp_ctl *ctl)
{
	struct cursor c = cur_init(ctl->data, ctl->len);
	const struct ppp_account *account;
	struct credentials his;
	bool is_good;

	his.name_len = cur_u8(&c);
	his.name = cur_take(&c, his.name_len);
	his.value_len = cur_u8(&c);
	his.value = cur_take(&c, his.value_len);
	if (!cur_ok(&c))
		return WIRE_LEN;
	is_good = is_same(his.value, his.value_len,
			  secret_of(p, his.name, his.name_len, &account));
	/* The answer has a message, which may be empty. */
	ppp_send_ctl(p, PPP_PAP, is_good ? PAP_ACK : PAP_NAK, ctl->id, "", 1);
	settle_him(p, is_good, account);
	return 0;
}

int ppp_pap_input(struct ppp *p, const uint8_t *buf, size_t len)
{
	struct ppp_ctl ctl;
	int err = ppp_ctl_parse(&ctl, buf, len);

	if (err)
		return err;
	if (ctl.code == PAP_REQUEST)
		return p->him.how == PPP_AUTH_PAP ? pap_check(p, &ctl) : 0;
	if (p->us.how == PPP_AUTH_PAP && !p->us.is_done && ctl.id == p->us.id &&
	    (ctl.code == PAP_ACK || ctl.code == PAP_NAK))
		settle(p, &p->us, ctl.code == PAP_ACK);
	return 0;
}

/* RFC 1994, 4.1 */
static void chap_digest(uint8_t digest[static MD5_LEN], uint8_t id,
			const char *secret, const uint8_t *challenge,
			size_t len)
{
	struct md5 m;

	md5_init(&m);
	md5_add(&m, &id, 1);
	md5_add(&m, secret, strlen(secret));
	md5_add(&m, challenge, len);
	md5_done(&m, digest);
}

static void chap_answer(struct ppp *p, uint8_t id, const struct credentials *c)
{
	uint8_t digest[MD5_LEN];

	if (p->us.how != PPP_AUTH_CHAP)
		return;
	if (p->him.how == PPP_AUTH_CHAP && c->value_len == PPP_CHALLENGE_LEN &&
	    memcmp(c->value, p->challenge, PPP_CHALLENGE_LEN) == 0)
		return;
	p->us.id = id;
	chap_digest(digest, id, p->conf.secret, c->value, c->value_len);
	chap_put(p, CHAP_RESPONSE, id, digest);
}

static void chap_check(struct ppp *p, uint8_t id, const struct credentials *c)
{
	const struct ppp_account *account;
	const char *secret = secret_of(p, c->name, c->name_len, &account);
	uint8_t digest[MD5_LEN];
	unsigned int differs = c->value_len != MD5_LEN;
	bool is_good;
	size_t i;

	if (p->him.how != PPP_AUTH_CHAP || id != p->him.id)
		return;
	chap_digest(digest, id, secret ? secret : "", p->challenge,
		    sizeof(p->challenge));
	for (i = 0; i < MD5_LEN && i < c->value_len; i++)
		differs |= digest[i] ^ c->value[i];
	is_good = !differs && secret;
	ppp_send_ctl(p, PPP_CHAP, is_good ? CHAP_SUCCESS : CHAP_FAILURE, id,
		     NULL, 0);
	settle_him(p, is_good, account);
}

int ppp_chap_input(struct ppp *p, const uint8_t *buf, size_t len)
{
	struct credentials his;
	struct ppp_ctl ctl;
	struct cursor c;
	int err = ppp_ctl_parse(&ctl, buf, len);

	if (err)
		return err;
	if (ctl.code == CHAP_SUCCESS || ctl.code == CHAP_FAILURE) {
		if (p->us.how == PPP_AUTH_CHAP && !p->us.is_done &&
		    ctl.id == p->us.id)
			settle(p, &p->us, ctl.code == CHAP_SUCCESS);
		return 0;
	}
	c = cur_init(ctl.data, ctl.len);
	his.value_len = cur_u8(&c);
	his.value = cur_take(&c, his.value_len);
	his.name_len = cur_left(&c);
	his.name = cur_take(&c, his.name_len);
	if (!cur_ok(&c) || !his.value_len)
		return WIRE_LEN;
	if (ctl.code == CHAP_CHALLENGE)
		chap_answer(p, ctl.id, &his);
	else if (ctl.code == CHAP_RESPONSE)
		chap_check(p, ctl.id, &his);
	return 0;
}
