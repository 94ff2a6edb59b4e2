// SPDX-License-Identifier: MIT
/*
 * pppoe_client.c - looking for an access concentrator, and keeping a session
 *
 * Theory of operation
 * ===================
 *	          offer              session
 *	SEEKING -------> REQUESTING ---------> SESSION
 *	   ^                 | silence            |
 *	   |<----------------+                    | PADT, or PPP is over
 *	   |                                      v
 *	   +---------- redial_s, or never ------ IDLE
 *
 * The client knows its own question again by Host-Uniq, a number that nobody
 * else on the Ethernet can guess: an offer without it is for somebody else, or
 * a lie.  Of several offers the first that suits is taken.  What came with it
 * as cookie goes back as it is.
 *
 * The session of PPP is there all the time; discovery is what brings its line
 * up and down.
 *
 * Limits
 * ------
 * An offer whose cookie is longer than can be kept is not taken.
 */

#include <errno.h>
#include <string.h>

#include "core/pkt.h"
#include "core/probe.h"

#include "link/pppoe_int.h"

enum { IDLE, SEEKING, REQUESTING, SESSION, STATES };

static const char *const names[STATES] = {"idle", "seeking", "requesting",
					  "session"};

static void set_state(struct pppoe_client *c, int to)
{
	if (c->state != to)
		PROBE(&c->stack->place, EV_STATE, R_PPPOE_STATE, NULL,
		      EVF_TEXT("from", names[c->state]),
		      EVF_TEXT("to", names[to]),
		      EVF_NUM("session", c->session));
	c->state = to;
	stack_disarm(c->stack, &c->timer);
}

static void put_own_tags(const struct pppoe_client *c, struct wcursor *w)
{
	const char *service = c->conf.service ? c->conf.service : "";

	pppoe_tag_put(w, PPPOE_SERVICE, service, (uint16_t)strlen(service));
	pppoe_tag_put(w, PPPOE_HOST_UNIQ, c->uniq, sizeof(c->uniq));
}

static void ask(struct pppoe_client *c)
{
	bool is_seeking = c->state == SEEKING;
	const struct pppoe_out out = {
		.stack = c->stack,
		.eth = c->eth,
		.to = is_seeking ? MAC_BROADCAST : c->ac,
		.code = is_seeking ? PPPOE_PADI : PPPOE_PADR,
		.why = is_seeking ? R_PPPOE_PADI : R_PPPOE_PADR,
	};
	unsigned int wait_s = PPPOE_PADI_S << (c->tries < 6 ? c->tries : 6);
	uint8_t tags[PPPOE_PAYLOAD];
	struct wcursor w = wcur_init(tags, sizeof(tags));

	put_own_tags(c, &w);
	if (!is_seeking)
		wcur_bytes(&w, c->back, c->back_len);
	c->tries++;
	stack_arm_in(c->stack, &c->timer, wait_s * NS_PER_S);
	if (wcur_ok(&w))
		pppoe_send(&out, tags, wcur_len(&w));
}

static void seek(struct pppoe_client *c)
{
	c->session = 0;
	c->tries = 0;
	set_state(c, SEEKING);
	ask(c);
}

static void on_timer(struct timer *t, void *arg)
{
	struct pppoe_client *c = arg;

	(void)t;
	if (c->state == IDLE) {
		ppp_dial(c->ppp);
		seek(c);
		return;
	}
	PROBE_CAUSE(&c->stack->place, EV_TIMER, R_PPPOE_TIMER, NULL,
		    EVF_NUM("seconds", PPPOE_PADI_S << (c->tries - 1)));
	if (c->state == REQUESTING && c->tries >= PPPOE_PADR_MAX)
		seek(c);
	else
		ask(c);
}

/* It is over; perhaps again, later. */
static void rest(struct pppoe_client *c)
{
	bool may_again = c->conf.redial_s && !ppp_is_refused(c->ppp);

	c->session = 0;
	set_state(c, IDLE);
	if (may_again)
		stack_arm_in(c->stack, &c->timer, c->conf.redial_s * NS_PER_S);
}

/*
 * What concentrators say.
 */

static bool is_ours(const struct pppoe_client *c, const struct pppoe_in *in)
{
	struct pppoe_tag tag;

	return pppoe_find(in, PPPOE_HOST_UNIQ, &tag) &&
	       tag.len == sizeof(c->uniq) &&
	       memcmp(tag.data, c->uniq, sizeof(c->uniq)) == 0;
}

static bool tag_is(const struct pppoe_tag *tag, const char *text)
{
	return tag->len == strlen(text) && !memcmp(tag->data, text, tag->len);
}

/* An offer of @text among all tags of @type; NULL: any will do. */
static bool offers(const struct pppoe_in *in, uint16_t type, const char *text)
{
	struct cursor c = cur_init(in->tags, in->len);
	struct pppoe_tag tag;

	while (pppoe_tag_next(&tag, &c) == 1)
		if (tag.type == type && (!text || tag_is(&tag, text)))
			return true;
	return false;
}

/* Keep what has to go back.  False: it is too long. */
static bool keep(struct pppoe_client *c, const struct pppoe_in *in)
{
	static const uint16_t types[] = {PPPOE_COOKIE, PPPOE_RELAY};
	struct wcursor w = wcur_init(c->back, sizeof(c->back));
	struct pppoe_tag tag;
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (pppoe_find(in, types[i], &tag))
			pppoe_tag_put(&w, tag.type, tag.data, tag.len);
	c->back_len = wcur_ok(&w) ? wcur_len(&w) : 0;
	return wcur_ok(&w);
}

static enum drop on_offer(struct pppoe_client *c, const struct pppoe_in *in)
{
	if (c->state != SEEKING || !is_ours(c, in) || in->is_to_all)
		return DROP_pppoe_unasked;
	if (!offers(in, PPPOE_AC_NAME, c->conf.ac_name) ||
	    !offers(in, PPPOE_SERVICE, c->conf.service) || !keep(c, in))
		return DROP_pppoe_service;
	c->ac = in->from;
	c->tries = 0;
	set_state(c, REQUESTING);
	ask(c);
	return DROP_COUNT;
}

/* "no such service", as far as it is text. */
static bool is_refusal(struct pppoe_client *c, const struct pppoe_in *in)
{
	struct pppoe_tag tag;
	char text[80];
	size_t i;

	if (!pppoe_find(in, PPPOE_SERVICE_ERR, &tag) &&
	    !pppoe_find(in, PPPOE_SYSTEM_ERR, &tag) &&
	    !pppoe_find(in, PPPOE_GENERIC_ERR, &tag))
		return false;
	for (i = 0; i < tag.len && i < sizeof(text) - 1; i++)
		text[i] = tag.data[i] >= 32 && tag.data[i] < 127
				  ? (char)tag.data[i]
				  : '.';
	text[i] = '\0';
	PROBE(&c->stack->place, EV_NOTE, R_PPPOE_ERROR, NULL,
	      EVF_TEXT("text", text));
	return true;
}

static enum drop on_session(struct pppoe_client *c, const struct pppoe_in *in)
{
	if (c->state != REQUESTING || !is_ours(c, in) || in->is_to_all ||
	    !mac_eq(in->from, c->ac))
		return DROP_pppoe_unasked;
	if (is_refusal(c, in) || !in->hdr.session) {
		rest(c);
		return DROP_COUNT;
	}
	c->session = in->hdr.session;
	set_state(c, SESSION);
	ppp_line_up(c->ppp);
	return DROP_COUNT;
}

enum drop pppoe_client_input(struct pppoe_client *c, const struct pppoe_in *in)
{
	switch (in->hdr.code) {
	case PPPOE_PADO:
		return on_offer(c, in);
	case PPPOE_PADS:
		return on_session(c, in);
	case PPPOE_PADT:
		if (c->state != SESSION || in->hdr.session != c->session ||
		    !mac_eq(in->from, c->ac))
			return DROP_pppoe_session;
		rest(c);
		ppp_line_down(c->ppp);
		return DROP_COUNT;
	case PPPOE_PADI: /* a neighbour seeks, and asks everybody */
		return DROP_pppoe_other;
	default:
		return DROP_pppoe_unasked;
	}
}

/*
 * What the session of PPP says.
 */

static int on_transmit(void *arg, struct pkt *frame)
{
	struct pppoe_client *c = arg;

	if (!c->session) {
		pkt_drop(&c->stack->place, frame, DROP_tx_down);
		return -ENETDOWN;
	}
	return pppoe_send_frame(c->stack, c->eth, c->ac, c->session, frame);
}

static void on_up(void *arg, ip4_addr local, ip4_addr peer)
{
	struct pppoe_client *c = arg;

	c->local = local;
	c->peer = peer;
	if (c->ops->on_up)
		c->ops->on_up(c->arg, ppp_netif(c->ppp), local, peer);
}

static void on_down(void *arg)
{
	struct pppoe_client *c = arg;

	if (c->ops->on_down)
		c->ops->on_down(c->arg, ppp_netif(c->ppp), c->local, c->peer);
}

static void on_up6(void *arg, uint64_t local, uint64_t peer)
{
	struct pppoe_client *c = arg;

	(void)peer;
	if (c->ops->on_up6)
		c->ops->on_up6(c->arg, ppp_netif(c->ppp), local);
}

static void on_down6(void *arg)
{
	struct pppoe_client *c = arg;

	if (c->ops->on_down6)
		c->ops->on_down6(c->arg, ppp_netif(c->ppp));
}

/* PPP is over: so is the session (RFC 2516, 5.5). */
static void on_finished(void *arg)
{
	struct pppoe_client *c = arg;

	if (c->state != SESSION)
		return;
	pppoe_send_end(c->stack, c->eth, c->ac, c->session);
	rest(c);
	ppp_line_down(c->ppp);
}

static const struct ppp_ops ppp_ops = {
	.transmit = on_transmit,
	.on_up = on_up,
	.on_down = on_down,
	.on_up6 = on_up6,
	.on_down6 = on_down6,
	.on_finished = on_finished,
};

struct pppoe_client *pppoe_dial(struct stack *stack, struct netif *eth,
				const char *name,
				const struct pppoe_client_conf *conf,
				const struct pppoe_ops *ops, void *arg)
{
	struct mem *mem = stack->place.env->mem;
	struct pppoe *pppoe = pppoe_get(stack);
	struct pppoe_client *c = pppoe ? mem_alloc(mem, sizeof(*c)) : NULL;

	if (!c)
		return NULL;
	*c = (struct pppoe_client){
		.stack = stack,
		.eth = eth,
		.conf = *conf,
		.ops = ops,
		.arg = arg,
	};
	c->conf.ppp.mru = pppoe_mru(eth, conf->ppp.mru);
	timer_init(&c->timer, on_timer, c);
	if (stack_random(stack, c->uniq, sizeof(c->uniq)) == 0)
		c->ppp = ppp_new(stack, name, &c->conf.ppp, &ppp_ops, c);
	if (!c->ppp) {
		mem_free(mem, c, sizeof(*c));
		pppoe_put(stack);
		return NULL;
	}
	list_add_tail(&pppoe->clients, &c->node);
	stack_arm_in(stack, &c->timer, 0);
	return c;
}

void pppoe_hang_up(struct pppoe_client *c)
{
	struct stack *stack;

	if (!c)
		return;
	stack = c->stack;
	if (c->state == SESSION) {
		pppoe_send_end(stack, c->eth, c->ac, c->session);
		/* Addresses and routes must not outlive the interface. */
		ppp_line_down(c->ppp);
	}
	stack_disarm(stack, &c->timer);
	list_del(&c->node);
	ppp_free(c->ppp);
	mem_free(stack->place.env->mem, c, sizeof(*c));
	pppoe_put(stack);
}

uint16_t pppoe_session(const struct pppoe_client *c)
{
	return c->session;
}
