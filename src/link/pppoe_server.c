// SPDX-License-Identifier: MIT
/*
 * pppoe_server.c - being an access concentrator
 *
 * Theory of operation
 * ===================
 * Anybody on the Ethernet can ask, from any number of addresses that he has
 * made up.  So an offer costs nothing: what would have to be remembered until
 * the request comes is in the cookie, which is a keyed hash of the address that
 * asked.  Only who has that address sees the cookie and can send it back, and
 * only then is there a session (RFC 2516, App. B, "AC-Cookie").
 *
 *	PADI --> PADO (cookie)		nothing is kept
 *	PADR (cookie) --> PADS		a session
 *
 * Even then there is a limit, for all and for each address.  A session whose
 * client says nothing is closed by LCP, which asks ten times and gives up.
 *
 * A client that has lost its session without a goodbye and begins anew proves
 * to be the same account; then the older one is closed.
 *
 * Invariants
 * ----------
 *  (1) Nothing is allocated before a cookie has come back.
 *  (2) No two sessions have the same number.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/pkt.h"
#include "core/probe.h"

#include "link/pppoe_int.h"

enum { COOKIE_LEN = 8 };

static void cookie_of(const struct pppoe_server *s, mac_addr mac,
		      uint8_t cookie[static COOKIE_LEN])
{
	put64(cookie, siphash24(&s->key, mac.o, sizeof(mac.o)));
}

static bool is_offered(const struct pppoe_server *s,
		       const struct pppoe_tag *tag)
{
	const char *const *name = s->conf.services;

	if (!tag->len)
		return true; /* any */
	for (; name && *name; name++)
		if (strlen(*name) == tag->len &&
		    !memcmp(*name, tag->data, tag->len))
			return true;
	return false;
}

/* Tags of the question that go into the answer as they are. */
static void put_back(const struct pppoe_in *in, struct wcursor *w)
{
	static const uint16_t types[] = {PPPOE_HOST_UNIQ, PPPOE_RELAY};
	struct pppoe_tag tag;
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (pppoe_find(in, types[i], &tag))
			pppoe_tag_put(w, tag.type, tag.data, tag.len);
}

static void put_text(struct wcursor *w, uint16_t type, const char *text)
{
	pppoe_tag_put(w, type, text, (uint16_t)strlen(text));
}

static struct pppoe_out answer_to(const struct pppoe_server *s,
				  const struct pppoe_in *in)
{
	return (struct pppoe_out){
		.stack = s->stack,
		.eth = s->eth,
		.to = in->from,
	};
}

static enum drop offer(struct pppoe_server *s, const struct pppoe_in *in)
{
	struct pppoe_out out = answer_to(s, in);
	uint8_t tags[PPPOE_PAYLOAD], cookie[COOKIE_LEN];
	struct wcursor w = wcur_init(tags, sizeof(tags));
	const char *const *name = s->conf.services;
	struct pppoe_tag service;

	if (in->hdr.session || !pppoe_find(in, PPPOE_SERVICE, &service))
		return DROP_pppoe_bad;
	if (!is_offered(s, &service))
		return DROP_pppoe_service;
	cookie_of(s, in->from, cookie);
	put_text(&w, PPPOE_AC_NAME, s->conf.ac_name);
	pppoe_tag_put(&w, PPPOE_SERVICE, service.data, service.len);
	for (; service.len == 0 && name && *name; name++)
		put_text(&w, PPPOE_SERVICE, *name);
	pppoe_tag_put(&w, PPPOE_COOKIE, cookie, sizeof(cookie));
	put_back(in, &w);
	if (!wcur_ok(&w))
		return DROP_pppoe_bad; /* what is to go back is too long */
	out.code = PPPOE_PADO;
	out.why = R_PPPOE_PADO;
	pppoe_send(&out, tags, wcur_len(&w));
	return DROP_COUNT;
}

struct pppoe_peer *pppoe_peer_find(const struct pppoe_server *s,
				   uint16_t session, mac_addr mac)
{
	struct pppoe_peer *p;

	list_for_each_entry(p, &s->peers, struct pppoe_peer, node)
		if (p->session == session && mac_eq(p->mac, mac))
			return p;
	return NULL;
}

/*
 * What a session of PPP says.
 */

static int on_transmit(void *arg, struct pkt *frame)
{
	struct pppoe_peer *p = arg;
	struct pppoe_server *s = p->server;

	return pppoe_send_frame(s->stack, s->eth, p->mac, p->session, frame);
}

/* It goes when the call that is under way is done. */
static void end(struct pppoe_peer *p, bool is_said)
{
	struct pppoe_server *s = p->server;

	if (p->is_over)
		return;
	p->is_over = true;
	if (is_said)
		pppoe_send_end(s->stack, s->eth, p->mac, p->session);
	stack_defer(s->stack, &s->reap);
}

/* The same account has come anew: whoever had it before is not there. */
static void displace(struct pppoe_peer *p)
{
	const struct ppp_account *account = ppp_account(p->ppp);
	struct pppoe_peer *other;

	if (!account)
		return;
	list_for_each_entry(other, &p->server->peers, struct pppoe_peer, node)
		if (other != p && ppp_account(other->ppp) == account)
			end(other, true);
}

static void on_up(void *arg, ip4_addr local, ip4_addr peer)
{
	struct pppoe_peer *p = arg;
	struct pppoe_server *s = p->server;

	p->local = local;
	p->peer = peer;
	if (s->ops->on_up)
		s->ops->on_up(s->arg, ppp_netif(p->ppp), local, peer);
}

static void on_down(void *arg)
{
	struct pppoe_peer *p = arg;
	struct pppoe_server *s = p->server;

	if (s->ops->on_down)
		s->ops->on_down(s->arg, ppp_netif(p->ppp), p->local, p->peer);
}

static void on_up6(void *arg, uint64_t local, uint64_t peer)
{
	struct pppoe_peer *p = arg;
	struct pppoe_server *s = p->server;

	(void)peer;
	if (s->ops->on_up6)
		s->ops->on_up6(s->arg, ppp_netif(p->ppp), local);
}

static void on_down6(void *arg)
{
	struct pppoe_peer *p = arg;
	struct pppoe_server *s = p->server;

	if (s->ops->on_down6)
		s->ops->on_down6(s->arg, ppp_netif(p->ppp));
}

static void on_known(void *arg)
{
	displace(arg);
}

static void on_finished(void *arg)
{
	end(arg, true);
}

static const struct ppp_ops ppp_ops = {
	.transmit = on_transmit,
	.on_known = on_known,
	.on_up = on_up,
	.on_down = on_down,
	.on_up6 = on_up6,
	.on_down6 = on_down6,
	.on_finished = on_finished,
};

static void peer_free(struct pppoe_peer *p)
{
	struct pppoe_server *s = p->server;

	ppp_line_down(p->ppp); /* takes addresses and routes along */
	list_del(&p->node);
	s->count--;
	ppp_free(p->ppp);
	mem_free(s->stack->place.env->mem, p, sizeof(*p));
}

static void on_reap(struct task *task, void *arg)
{
	struct pppoe_server *s = arg;
	struct list *pos, *next;

	(void)task;
	list_for_each_safe(pos, next, &s->peers) {
		struct pppoe_peer *p = list_entry(pos, struct pppoe_peer, node);

		if (p->is_over)
			peer_free(p);
	}
}

/*
 * Sessions.
 */

static size_t count_of(const struct pppoe_server *s, mac_addr mac)
{
	const struct pppoe_peer *p;
	size_t n = 0;

	list_for_each_entry(p, &s->peers, struct pppoe_peer, node)
		n += mac_eq(p->mac, mac);
	return n;
}

static bool is_used(const struct pppoe_server *s, uint16_t session)
{
	const struct pppoe_peer *p;

	list_for_each_entry(p, &s->peers, struct pppoe_peer, node)
		if (p->session == session)
			return true;
	return false;
}

/* The next number that is free; there are fewer sessions than numbers. */
static uint16_t next_number(struct pppoe_server *s)
{
	do {
		s->last++;
	} while (!s->last || s->last == UINT16_MAX || is_used(s, s->last));
	return s->last;
}

/* Nobody has to prove anything: the first account that nobody has. */
static void assign(struct pppoe_peer *p)
{
	const struct ppp_conf *conf = &p->server->conf.ppp;
	size_t i;

	for (i = 0; i < conf->account_count; i++) {
		const struct ppp_account *account = &conf->accounts[i];
		const struct pppoe_peer *other;
		bool is_taken = false;

		list_for_each_entry(other, &p->server->peers, struct pppoe_peer,
				    node)
			is_taken |= !other->is_over &&
				    ppp_account(other->ppp) == account;
		if (is_taken)
			continue;
		ppp_set_account(p->ppp, account);
		return;
	}
}

static struct pppoe_peer *peer_new(struct pppoe_server *s, mac_addr mac)
{
	struct mem *mem = s->stack->place.env->mem;
	struct pppoe_peer *p = mem_alloc(mem, sizeof(*p));
	char name[NETIF_NAME_MAX];

	if (!p)
		return NULL;
	p->server = s;
	p->mac = mac;
	p->session = next_number(s);
	(void)snprintf(name, sizeof(name), "pppoe%u", p->session);
	p->ppp = ppp_new(s->stack, name, &s->conf.ppp, &ppp_ops, p);
	if (!p->ppp) {
		mem_free(mem, p, sizeof(*p));
		return NULL;
	}
	if (s->conf.ppp.auth == PPP_AUTH_NONE)
		assign(p);
	list_add_tail(&s->peers, &p->node);
	s->count++;
	return p;
}

static bool has_cookie(const struct pppoe_server *s, const struct pppoe_in *in)
{
	uint8_t cookie[COOKIE_LEN];
	struct pppoe_tag tag;

	cookie_of(s, in->from, cookie);
	return pppoe_find(in, PPPOE_COOKIE, &tag) &&
	       tag.len == sizeof(cookie) &&
	       !memcmp(tag.data, cookie, sizeof(cookie));
}

static bool has_room(const struct pppoe_server *s, mac_addr mac)
{
	return s->count < s->conf.sessions_max &&
	       count_of(s, mac) < s->conf.per_peer_max;
}

/* PADS with a session, or with why not. */
static void confirm(struct pppoe_server *s, const struct pppoe_in *in,
		    uint16_t session, uint16_t error, const char *text)
{
	struct pppoe_out out = answer_to(s, in);
	uint8_t tags[PPPOE_PAYLOAD];
	struct wcursor w = wcur_init(tags, sizeof(tags));
	struct pppoe_tag tag;

	if (pppoe_find(in, PPPOE_SERVICE, &tag))
		pppoe_tag_put(&w, tag.type, tag.data, tag.len);
	if (text)
		put_text(&w, error, text);
	put_back(in, &w);
	out.code = PPPOE_PADS;
	out.session = session;
	out.why = R_PPPOE_PADS;
	if (wcur_ok(&w))
		pppoe_send(&out, tags, wcur_len(&w));
}

static enum drop request(struct pppoe_server *s, const struct pppoe_in *in)
{
	struct pppoe_tag service;
	struct pppoe_peer *p;

	if (in->is_to_all || in->hdr.session ||
	    !pppoe_find(in, PPPOE_SERVICE, &service))
		return DROP_pppoe_bad;
	if (!has_cookie(s, in))
		return DROP_pppoe_cookie;
	if (!is_offered(s, &service)) {
		confirm(s, in, 0, PPPOE_SERVICE_ERR, "no such service");
		return DROP_pppoe_service;
	}
	p = has_room(s, in->from) ? peer_new(s, in->from) : NULL;
	if (!p) {
		confirm(s, in, 0, PPPOE_SYSTEM_ERR, "too many sessions");
		return DROP_pppoe_full;
	}
	confirm(s, in, p->session, 0, NULL);
	ppp_line_up(p->ppp);
	return DROP_COUNT;
}

enum drop pppoe_server_input(struct pppoe_server *s, const struct pppoe_in *in)
{
	struct pppoe_peer *p;

	switch (in->hdr.code) {
	case PPPOE_PADI:
		return offer(s, in);
	case PPPOE_PADR:
		return request(s, in);
	case PPPOE_PADT:
		p = pppoe_peer_find(s, in->hdr.session, in->from);
		if (!p)
			return DROP_pppoe_session;
		end(p, false);
		return DROP_COUNT;
	default:
		return DROP_pppoe_unasked;
	}
}

struct pppoe_server *pppoe_serve(struct stack *stack, struct netif *eth,
				 const struct pppoe_server_conf *conf,
				 const struct pppoe_ops *ops, void *arg)
{
	struct mem *mem = stack->place.env->mem;
	struct pppoe *pppoe = pppoe_get(stack);
	struct pppoe_server *s = pppoe ? mem_alloc(mem, sizeof(*s)) : NULL;

	if (!s)
		return NULL;
	*s = (struct pppoe_server){
		.stack = stack,
		.eth = eth,
		.conf = *conf,
		.ops = ops,
		.arg = arg,
	};
	if (stack_new_key(stack, &s->key)) {
		mem_free(mem, s, sizeof(*s));
		pppoe_put(stack);
		return NULL;
	}
	if (!conf->sessions_max)
		s->conf.sessions_max = PPPOE_SESSIONS;
	if (!conf->per_peer_max)
		s->conf.per_peer_max = PPPOE_PER_PEER;
	s->conf.ppp.mru = pppoe_mru(eth, conf->ppp.mru);
	list_init(&s->peers);
	task_init(&s->reap, on_reap, s);
	list_add_tail(&pppoe->servers, &s->node);
	return s;
}

void pppoe_close(struct pppoe_server *s)
{
	struct stack *stack;
	struct pppoe_peer *p;

	if (!s)
		return;
	stack = s->stack;
	task_cancel(&s->reap);
	while ((p = list_first_entry(&s->peers, struct pppoe_peer, node))) {
		if (!p->is_over)
			pppoe_send_end(stack, s->eth, p->mac, p->session);
		p->is_over = true;
		peer_free(p);
	}
	list_del(&s->node);
	mem_free(stack->place.env->mem, s, sizeof(*s));
	pppoe_put(stack);
}

size_t pppoe_session_count(const struct pppoe_server *s)
{
	return s->count;
}
