// SPDX-License-Identifier: MIT
/*
 * dhcp6_client.c - a host asks for its IPv6 address, or only for the rest
 *
 * Theory of operation
 * ===================
 * RFC 8415, 18.2, as a machine; an arrow names what arrives:
 *
 *	INIT -> SOLICITING -ADVERTISE-> REQUESTING -REPLY-> CHECKING -> BOUND
 *	 ^           |                      ^                  | taken   | T1
 *	 |           +-- REPLY, rapid ------|---> CHECKING     v         v
 *	 +------------- REPLY ------------- | ----------- DECLINING   RENEWING
 *	 |                                  +--NoBinding---------------- | T2
 *	 +-- the end of the lease ------------------------ REBINDING <---+
 *
 *	INIT -> INFORMING -REPLY-> INFORMED -time-> INFORMING	(stateless)
 *
 * Each state that asks has a message, and times by which it is repeated
 * (dhcp6_rt.c); one table says so, what ends the state when nobody answers, and
 * what an answer does.  dhcp6_move() alone changes the state.
 *
 * Of several offers the one with the greatest preference is taken.  For that
 * the client waits for the whole of its first retransmission time, unless one
 * has 255, which says that none is better (18.2.1); after that time it takes
 * the first that comes.
 *
 * CHECKING is duplicate address detection, as for any address (RFC 4862, 5.4);
 * neighbour discovery tells how it ended.  The address has no network with it:
 * what is on the link is the routers' to say.
 *
 * Invariants
 * ----------
 *  (1) The interface has got.addr in CHECKING, BOUND, RENEWING, REBINDING and
 *	CONFIRMING, and in REQUESTING if has_addr.
 *  (2) Nothing is believed that has another transaction or another DUID than
 *	ours, that does not say which server it is from, or that comes from a
 *	server we did not choose.
 *
 * Limits
 * ------
 * One association with one address.  No temporary addresses, no prefixes, no
 * RECONFIGURE (which needs keys that nobody gives out).
 */

#include <errno.h>
#include <string.h>

#include "base/check.h"

#include "core/netif.h"
#include "core/probe.h"

#include "apps/dhcp6_client_int.h"
#include "ip6/ip6.h"

enum { MAX_RT_MIN_S = 60, MAX_RT_MAX_S = 86400 };

/**
 * struct state_row - what a state does
 * @name:	For people
 * @type:	What it asks; 0: nothing
 * @rule:	How often
 * @on_over:	Its time is over
 * @on_reply:	A REPLY; NULL: dropped
 */
struct state_row {
	const char *name;
	uint8_t type;
	struct dhcp6_rt_rule rule;
	void (*on_over)(struct dhcp6_client *c);
	void (*on_reply)(struct dhcp6_client *c, const struct dhcp6_msg *m);
};

static const struct state_row states[DHCP6_STATES];

const char *dhcp6_state_name(enum dhcp6_state state)
{
	return states[state].name;
}

void dhcp6_move(struct dhcp6_client *c, enum dhcp6_state to, const char *why)
{
	enum dhcp6_state from = c->state;

	if (from == to)
		return;
	c->state = to;
	PROBE_CAUSE(dhcp6_place(c), EV_STATE, R_DHCP6_STATE, NULL,
		    EVF_TEXT("from", dhcp6_state_name(from)),
		    EVF_TEXT("to", dhcp6_state_name(to)),
		    EVF_TEXT("text", why));
}

/*
 * Asking.
 */

static void want(struct dhcp6_msg *m)
{
	m->wants[m->want_count++] = DHCP6_OPT_DNS;
	m->wants[m->want_count++] = DHCP6_OPT_DOMAINS;
	if (m->type == DHCP6_INFORMATION) {
		m->wants[m->want_count++] = DHCP6_OPT_REFRESH;
		m->wants[m->want_count++] = DHCP6_OPT_INF_MAX;
	} else {
		m->wants[m->want_count++] = DHCP6_OPT_SOL_MAX;
	}
}

/* Our association, with the address that the question is about. */
static void put_ia(const struct dhcp6_client *c, struct dhcp6_msg *m)
{
	ip6_addr addr = m->type == DHCP6_SOLICIT ? c->cfg.wish : c->got.addr;
	struct dhcp6_ia *ia = &m->ia[m->ia_count++];

	ia->id = c->iaid;
	if (!ip6_is_zero(addr))
		ia->addr[ia->count++].addr = addr;
}

static bool is_to_one_server(uint8_t type)
{
	return type == DHCP6_REQUEST || type == DHCP6_RENEW ||
	       type == DHCP6_RELEASE || type == DHCP6_DECLINE;
}

/* What could not be sent is as good as lost. */
static void ask(struct dhcp6_client *c)
{
	struct dhcp6_msg m = {
		.type = states[c->state].type,
		.xid = c->xid,
		.client = c->duid,
		.has_elapsed = true,
		.elapsed_cs = dhcp6_rt_elapsed(&c->rt, dhcp6_now(c)),
	};
	struct ip_addr ip = ip_addr_v6(c->got.addr);
	uint8_t buf[DHCP6_LEN_MAX];

	if (is_to_one_server(m.type))
		m.server = c->got.server;
	m.is_rapid = m.type == DHCP6_SOLICIT && c->cfg.is_rapid;
	if (m.type != DHCP6_INFORMATION)
		put_ia(c, &m);
	if (m.type != DHCP6_RELEASE && m.type != DHCP6_DECLINE &&
	    m.type != DHCP6_CONFIRM)
		want(&m);
	if (m.type == DHCP6_SOLICIT || m.type == DHCP6_INFORMATION)
		PROBE_CAUSE(dhcp6_place(c), EV_APP, R_DHCP6_ASK, NULL,
			    EVF_TEXT("text", dhcp6_type_name(m.type)),
			    EVF_NUM("tries", c->rt.count));
	else
		PROBE_CAUSE(dhcp6_place(c), EV_APP, R_DHCP6_ASK, NULL,
			    EVF_TEXT("text", dhcp6_type_name(m.type)),
			    EVF_IP("ip", &ip), EVF_NUM("tries", c->rt.count));
	c->asked_ns = dhcp6_now(c);
	(void)dhcp_sock_put(&c->sock, buf, dhcp6_emit(buf, sizeof(buf), &m),
			    ip_addr_v6(IP6_ALL_DHCP), DHCP6_PORT_SERVER);
}

static void ask_again(struct dhcp6_client *c)
{
	uint64_t wait_ns = dhcp6_rt_next(&c->rt, c->sock.stack);

	stack_arm_in(c->sock.stack, &c->timer, wait_ns);
	ask(c);
}

/* A new question: a new number, and the time begins again. */
void dhcp6_begin(struct dhcp6_client *c, enum dhcp6_state to, uint64_t until_ns,
		 const char *why)
{
	dhcp6_move(c, to, why);
	c->best = -1;
	/* Without entropy it is the old number: a question like any other. */
	(void)stack_random(c->sock.stack, &c->xid, sizeof(c->xid));
	c->xid &= 0xffffff;
	dhcp6_rt_begin(&c->rt, &states[to].rule, dhcp6_now(c), until_ns);
	if (to == DHCP6_S_SOLICITING && c->sol_max_s)
		dhcp6_rt_cap(&c->rt, c->sol_max_s);
	if (to == DHCP6_S_INFORMING && c->inf_max_s)
		dhcp6_rt_cap(&c->rt, c->inf_max_s);
	ask_again(c);
}

/* At once, or within a second, lest all hosts of a house ask together. */
void dhcp6_restart(struct dhcp6_client *c, const char *why, uint64_t wait_s)
{
	uint32_t r = 0;

	dhcp6_addr_drop(c, why);
	dhcp6_move(c, DHCP6_S_INIT, why);
	(void)stack_random(c->sock.stack, &r, sizeof(r));
	stack_arm_in(c->sock.stack, &c->timer,
		     wait_s * NS_PER_S + (NS_PER_S * r >> 32));
}

/*
 * Answers.
 */

static void refuse(struct dhcp6_client *c, const char *why)
{
	PROBE(dhcp6_place(c), EV_APP, R_DHCP6_REFUSED, NULL,
	      EVF_TEXT("text", why));
	dhcp_drop(&c->sock, DROP_dhcp_absurd);
}

/* 0, or as dhcp6_got_read(); what is absurd is said, and dropped. */
static int got_read(struct dhcp6_client *c, const struct dhcp6_msg *m,
		    struct dhcp6_got *got)
{
	const char *why;
	int err = dhcp6_got_read(got, m, c->iaid, &why);

	if (err == -EINVAL)
		refuse(c, why);
	return err;
}

static void request_best(struct dhcp6_client *c)
{
	dhcp6_begin(c, DHCP6_S_REQUESTING, UINT64_MAX,
		    "the best offer is taken");
}

static void on_advertise(struct dhcp6_client *c, const struct dhcp6_msg *m)
{
	int preference = m->has_preference ? m->preference : 0;
	struct dhcp6_got got;
	int err = got_read(c, m, &got);

	if (err == -ENOENT)
		refuse(c, "it has no address");
	if (err || preference <= c->best)
		return;
	c->best = preference;
	c->got = got;
	if (preference == UINT8_MAX || c->rt.count > 1)
		request_best(c);
}

static void requesting_reply(struct dhcp6_client *c, const struct dhcp6_msg *m)
{
	struct dhcp6_got got;
	int err = got_read(c, m, &got);

	if (err == -ENOENT || (m->has_status && m->status == DHCP6_NOT_ON_LINK))
		dhcp6_restart(c, "the server does not give it after all", 0);
	else if (!err && c->has_addr && ip6_eq(got.addr, c->got.addr))
		dhcp6_addr_extend(c, &got);
	else if (!err)
		dhcp6_addr_check(c, &got);
}

static void soliciting_reply(struct dhcp6_client *c, const struct dhcp6_msg *m)
{
	struct dhcp6_got got;

	if (!m->is_rapid || !c->cfg.is_rapid)
		dhcp_drop(&c->sock, DROP_dhcp_unasked);
	else if (!got_read(c, m, &got))
		dhcp6_addr_check(c, &got);
}

static void renewing_reply(struct dhcp6_client *c, const struct dhcp6_msg *m)
{
	const struct dhcp6_ia *ia = dhcp6_ia_of(m, c->iaid);
	struct dhcp6_got got;
	int err;

	if (ia && ia->has_status && ia->status == DHCP6_NO_BINDING) {
		c->got.server = m->server;
		dhcp6_begin(c, DHCP6_S_REQUESTING,
			    dhcp6_at_ns(c, c->got.valid_s),
			    "the server does not know us any more");
		return;
	}
	if (ia && ia->count && !ia->addr[0].valid_s) {
		dhcp6_restart(c, "the server takes the address back", 0);
		return;
	}
	err = got_read(c, m, &got);
	if (!err && ip6_eq(got.addr, c->got.addr))
		dhcp6_addr_extend(c, &got);
	else if (err != -EINVAL)
		refuse(c, "it is about another address");
}

static void confirming_reply(struct dhcp6_client *c, const struct dhcp6_msg *m)
{
	if (m->has_status && m->status == DHCP6_NOT_ON_LINK)
		dhcp6_restart(c, "the address does not fit this link", 0);
	else
		dhcp6_bind(c);
}

static void declining_end(struct dhcp6_client *c)
{
	dhcp6_restart(c, "another address may be free", DHCP6_DECLINE_WAIT_S);
}

static void declining_reply(struct dhcp6_client *c, const struct dhcp6_msg *m)
{
	(void)m;
	declining_end(c);
}

static void releasing_end(struct dhcp6_client *c)
{
	dhcp6_move(c, DHCP6_S_INIT, "the address was given back");
	stack_disarm(c->sock.stack, &c->timer);
}

static void releasing_reply(struct dhcp6_client *c, const struct dhcp6_msg *m)
{
	(void)m;
	releasing_end(c);
}

static void informing_reply(struct dhcp6_client *c, const struct dhcp6_msg *m)
{
	struct dhcp6_got got;
	const char *why;

	(void)dhcp6_got_read(&got, m, c->iaid, &why);
	got.addr = IP6_ANY;
	c->got = got;
	dhcp6_move(c, DHCP6_S_INFORMED, "a server has told the rest");
	stack_arm_in(c->sock.stack, &c->timer, got.refresh_s * NS_PER_S);
	dhcp6_tell_rest(c);
}

/*
 * Time.
 */

static void init_over(struct dhcp6_client *c)
{
	if (c->cfg.is_stateless)
		dhcp6_begin(c, DHCP6_S_INFORMING, UINT64_MAX,
			    "who knows the resolvers?");
	else
		dhcp6_begin(c, DHCP6_S_SOLICITING, UINT64_MAX,
			    "who gives addresses here?");
}

static void requesting_over(struct dhcp6_client *c)
{
	dhcp6_restart(c, "the server is silent", 0);
}

static void bound_over(struct dhcp6_client *c)
{
	dhcp6_begin(c, DHCP6_S_RENEWING, dhcp6_at_ns(c, c->got.t2_s),
		    "half of the lease is over");
}

static void renewing_over(struct dhcp6_client *c)
{
	dhcp6_begin(c, DHCP6_S_REBINDING, dhcp6_at_ns(c, c->got.valid_s),
		    "its server is silent");
}

static void rebinding_over(struct dhcp6_client *c)
{
	dhcp6_restart(c, "the lease is over", 0);
}

/* clang-format off */
/* RFC 8415, 7.6 */
static const struct state_row states[DHCP6_STATES] = {
	/*			  name		 asks		    IRT    MRT      MRC MRD		over		 REPLY */
	[DHCP6_S_INIT] =	{"INIT",	 0,		    {0},			init_over,	 NULL},
	[DHCP6_S_SOLICITING] =	{"SOLICITING",	 DHCP6_SOLICIT,	    {1000, 3600000, 0, 0, true}, NULL,		 soliciting_reply},
	[DHCP6_S_REQUESTING] =	{"REQUESTING",	 DHCP6_REQUEST,	    {1000, 30000, 10, 0, false}, requesting_over, requesting_reply},
	[DHCP6_S_CHECKING] =	{"CHECKING",	 0,		    {0},			NULL,		 NULL},
	[DHCP6_S_BOUND] =	{"BOUND",	 0,		    {0},			bound_over,	 NULL},
	[DHCP6_S_RENEWING] =	{"RENEWING",	 DHCP6_RENEW,	    {10000, 600000, 0, 0, false}, renewing_over, renewing_reply},
	[DHCP6_S_REBINDING] =	{"REBINDING",	 DHCP6_REBIND,	    {10000, 600000, 0, 0, false}, rebinding_over, renewing_reply},
	[DHCP6_S_CONFIRMING] =	{"CONFIRMING",	 DHCP6_CONFIRM,	    {1000, 4000, 0, 10000, false}, dhcp6_bind,	 confirming_reply},
	[DHCP6_S_DECLINING] =	{"DECLINING",	 DHCP6_DECLINE,	    {1000, 0, 4, 0, false},	declining_end,	 declining_reply},
	[DHCP6_S_RELEASING] =	{"RELEASING",	 DHCP6_RELEASE,	    {1000, 0, 4, 0, false},	releasing_end,	 releasing_reply},
	[DHCP6_S_INFORMING] =	{"INFORMING",	 DHCP6_INFORMATION, {1000, 3600000, 0, 0, false}, NULL,		 informing_reply},
	[DHCP6_S_INFORMED] =	{"INFORMED",	 0,		    {0},			init_over,	 NULL},
};
/* clang-format on */

static void on_timer(struct timer *t, void *arg)
{
	struct dhcp6_client *c = arg;
	const struct state_row *row = &states[c->state];

	(void)t;
	PROBE_CAUSE(dhcp6_place(c), EV_TIMER, R_DHCP6_TIMER, NULL,
		    EVF_TEXT("state", row->name),
		    EVF_NUM("tries", c->rt.count));
	if (row->type && !dhcp6_rt_is_over(&c->rt, dhcp6_now(c))) {
		if (c->best >= 0 && c->state == DHCP6_S_SOLICITING)
			request_best(c);
		else
			ask_again(c);
	} else if (row->on_over) {
		row->on_over(c);
	}
}

/* RFC 8415, 16.3 and 16.10. */
static bool is_for_us(const struct dhcp6_client *c, const struct dhcp6_msg *m)
{
	bool is_chosen = is_to_one_server(states[c->state].type);

	if (m->xid != c->xid || !dhcp6_duid_eq(&m->client, &c->duid) ||
	    !m->server.len)
		return false;
	return !is_chosen || dhcp6_duid_eq(&m->server, &c->got.server);
}

/* Servers may say how seldom to ask (21.24, 21.25). */
static void read_max(uint32_t said, uint32_t *out)
{
	if (said >= MAX_RT_MIN_S && said <= MAX_RT_MAX_S)
		*out = said;
}

static void on_octets(void *arg, uint8_t *buf, size_t len,
		      const struct udp_from *from)
{
	struct dhcp6_client *c = arg;
	const struct state_row *row = &states[c->state];
	struct dhcp6_msg m;
	bool is_offer, is_reply;

	(void)from;
	if (dhcp6_parse(&m, buf, len) < 0) {
		dhcp_drop(&c->sock, DROP_dhcp_bad);
		return;
	}
	is_offer = m.type == DHCP6_ADVERTISE && c->state == DHCP6_S_SOLICITING;
	is_reply = m.type == DHCP6_REPLY && row->on_reply;
	if (!(is_offer || is_reply) || !is_for_us(c, &m)) {
		dhcp_drop(&c->sock, DROP_dhcp_unasked);
		return;
	}
	read_max(m.sol_max_s, &c->sol_max_s);
	read_max(m.inf_max_s, &c->inf_max_s);
	if (m.has_status && m.status == DHCP6_FAIL)
		refuse(c, "the server could not"); /* and is asked again */
	else if (is_offer)
		on_advertise(c, &m);
	else
		row->on_reply(c, &m);
}

int dhcp6_client_start(struct stack *stack, struct netif *netif,
		       const struct dhcp6_client_config *cfg,
		       struct dhcp6_client **client)
{
	struct dhcp6_client *c = mem_alloc(stack->place.env->mem, sizeof(*c));
	int err;

	if (!c)
		return -ENOMEM;
	c->cfg = *cfg;
	c->iaid = netif->index;
	c->duid = cfg->duid_time_s
			  ? dhcp6_duid_llt(netif->mac, cfg->duid_time_s)
			  : dhcp6_duid_ll(netif->mac);
	c->sock = (struct dhcp_sock){
		.stack = stack,
		.netif = netif,
		.family = IP_V6,
		.on_octets = on_octets,
		.arg = c,
	};
	c->watch = (struct nd_watch){.on_dad = dhcp6_on_dad, .arg = c};
	timer_init(&c->timer, on_timer, c);
	err = dhcp_sock_open(&c->sock, DHCP6_PORT_CLIENT);
	if (err) {
		mem_free(stack->place.env->mem, c, sizeof(*c));
		return err;
	}
	nd_watch_begin(stack, &c->watch);
	dhcp6_restart(c, "it begins", 0);
	*client = c;
	return 0;
}

void dhcp6_client_release(struct dhcp6_client *c)
{
	bool had = c->has_addr;

	stack_enter(c->sock.stack);
	dhcp6_addr_drop(c, "it was given back");
	if (had)
		dhcp6_begin(c, DHCP6_S_RELEASING, UINT64_MAX,
			    "it is not needed");
	else
		releasing_end(c);
	stack_leave(c->sock.stack);
}

void dhcp6_client_confirm(struct dhcp6_client *c)
{
	if (!c->has_addr)
		return;
	stack_enter(c->sock.stack);
	dhcp6_begin(c, DHCP6_S_CONFIRMING, UINT64_MAX,
		    "is this the same link?");
	stack_leave(c->sock.stack);
}

void dhcp6_client_stop(struct dhcp6_client *c)
{
	if (!c)
		return;
	c->cfg.on_change = NULL;
	stack_disarm(c->sock.stack, &c->timer);
	if (c->state == DHCP6_S_CHECKING)
		(void)ip6_addr_del(c->sock.stack, c->sock.netif, c->got.addr);
	dhcp6_addr_drop(c, "the client was stopped");
	nd_watch_end(&c->watch);
	dhcp_sock_close(&c->sock);
	mem_free(c->sock.stack->place.env->mem, c, sizeof(*c));
}

enum dhcp6_state dhcp6_client_state(const struct dhcp6_client *c)
{
	return c->state;
}
