// SPDX-License-Identifier: MIT
/*
 * dhcp_client.c - a host asks for its address
 *
 * Theory of operation
 * ===================
 * The machine of RFC 2131, figure 5; an arrow names what arrives:
 *
 *	INIT -> SELECTING -OFFER-> REQUESTING -ACK-> CHECKING -free-> BOUND
 *	  ^         ^                 | NAK             | taken         | T1
 *	  |         +-- 10 s ---------+--- DECLINE -----+               v
 *	  |                                        BOUND <-ACK- RENEWING
 *	  +-- NAK, end of the lease --------+                      | T2
 *	  |                                 +---- REBINDING <------+
 *	INIT-REBOOT -> REBOOTING -ACK-> CHECKING     | ACK: BOUND
 *
 * CHECKING is RFC 5227: before the address is used, the neighbours are asked
 * whether one of them has it.  One table says for each state what is done when
 * its time is over and when an OFFER, an ACK or a NAK comes; what it does not
 * say is dropped (an OFFER that comes late, an answer to another's question).
 * client_move() alone changes the state.
 *
 * Questions are repeated after 4, 8, 16, 32, 64 s, each give or take one
 * second so that hosts that were switched on together do not stay together
 * (RFC 2131, 4.1); a renewal after half of the time that is left, but not
 * within a minute (4.4.5).
 *
 * BOOTP is the same machine with one question and one answer: SELECTING, and
 * what comes is for ever.
 *
 * Invariants
 * ----------
 *  (1) The interface has the address of @got in BOUND, RENEWING and REBINDING,
 *	and in no other state.
 *  (2) Nothing is believed that has another transaction number or another
 *	MAC address than ours, or that comes from a server we did not choose.
 *
 * Limits
 * ------
 * The first good offer is taken; there is no waiting for a better one.  The
 * first question is asked at once: in a lab hosts rarely start together.
 */

#include "apps/dhcp_client.h"

#include <errno.h>

#include "core/netif.h"
#include "core/probe.h"

#include "apps/dhcp_sock.h"
#include "ip/ip_conf.h"
#include "link/arp.h"

/* clang-format off */
enum {
	REQUEST_TRIES = 4,	/* then the offer is given up */
	RENEW_MIN_S = 60,
	DECLINE_WAIT_S = 10,	/* RFC 2131, 3.1, step 5 */
};
/* clang-format on */

/**
 * struct dhcp_client - one interface's
 * @cfg:	As given
 * @sock:	Where it asks
 * @timer:	What the state waits for, at the longest
 * @state:	Where in the figure
 * @xid:	Of the question under way
 * @tries:	Times it was asked
 * @since_ns:	When the first was
 * @got:	Offered in REQUESTING; granted from CHECKING on
 * @bound_ns:	When the question was asked that was granted: leases count
 *		from there
 * @has_addr:	The interface has the address
 */
struct dhcp_client {
	struct dhcp_client_config cfg;
	struct dhcp_sock sock;
	struct timer timer;
	enum dhcp_state state;
	uint32_t xid;
	unsigned int tries;
	uint64_t since_ns, asked_ns, bound_ns;
	struct dhcp_got got;
	bool has_addr;
};

/**
 * struct state_row - what a state does
 * @name:	For people
 * @on_timer:	Its time is over
 * @on_offer:	An OFFER, or a reply of BOOTP; NULL: dropped; so are the others
 * @on_ack:	ACK
 * @on_nak:	NAK
 */
struct state_row {
	const char *name;
	void (*on_timer)(struct dhcp_client *c);
	void (*on_offer)(struct dhcp_client *c, const struct dhcp_msg *m);
	void (*on_ack)(struct dhcp_client *c, const struct dhcp_msg *m);
	void (*on_nak)(struct dhcp_client *c, const struct dhcp_msg *m);
};

static struct place *place_of(const struct dhcp_client *c)
{
	return &c->sock.stack->place;
}

static uint64_t now_of(const struct dhcp_client *c)
{
	return stack_now(c->sock.stack);
}

static void client_move(struct dhcp_client *c, enum dhcp_state to,
			const char *why)
{
	enum dhcp_state from = c->state;

	if (from == to)
		return;
	c->state = to;
	c->tries = 0;
	PROBE_CAUSE(place_of(c), EV_STATE, R_DHCP_STATE, NULL,
		    EVF_TEXT("from", dhcp_state_name(from)),
		    EVF_TEXT("to", dhcp_state_name(to)), EVF_TEXT("text", why));
}

/* A new question: a new number, and the time begins again. */
static void question_begin(struct dhcp_client *c)
{
	/* Without entropy it is the old number: a question like any other. */
	(void)stack_random(c->sock.stack, &c->xid, sizeof(c->xid));
	c->since_ns = now_of(c);
}

static void retry_arm(struct dhcp_client *c)
{
	stack_arm_in(c->sock.stack, &c->timer,
		     dhcp_retry_ns(c->sock.stack, c->tries));
}

/* Where an interface is known by its address, that stands in ciaddr. */
static struct dhcp_msg question(struct dhcp_client *c, enum dhcp_type type)
{
	uint64_t secs = (now_of(c) - c->since_ns) / NS_PER_S;
	struct dhcp_msg m = {
		.op = BOOTP_REQUEST,
		.type = (uint8_t)type,
		.xid = c->xid,
		.secs = (uint16_t)(secs < UINT16_MAX ? secs : UINT16_MAX),
		.flags = c->has_addr ? 0 : DHCP_F_BROADCAST,
		.chaddr = c->sock.netif->mac,
		.ciaddr = c->has_addr ? c->got.net.addr : IP4_ANY,
	};

	if (type)
		dhcp_say_who(&m, c->cfg.host_name);
	return m;
}

/* What could not be sent is as good as lost. */
static void ask(struct dhcp_client *c, const struct dhcp_msg *m, ip4_addr to)
{
	struct ip_addr ip = ip_addr_v4(m->ciaddr.v ? m->ciaddr : m->requested);

	if (ip_addr_is_zero(ip))
		PROBE_CAUSE(place_of(c), EV_APP, R_DHCP_ASK, NULL,
			    EVF_TEXT("text", dhcp_type_name(m->type)),
			    EVF_NUM("tries", c->tries));
	else
		PROBE_CAUSE(place_of(c), EV_APP, R_DHCP_ASK, NULL,
			    EVF_TEXT("text", dhcp_type_name(m->type)),
			    EVF_IP("ip", &ip), EVF_NUM("tries", c->tries));
	(void)dhcp_sock_send(&c->sock, m, to, DHCP_PORT_SERVER);
}

static void ask_again(struct dhcp_client *c, const struct dhcp_msg *m)
{
	c->tries++;
	c->asked_ns = now_of(c);
	ask(c, m, IP4_BROADCAST);
	retry_arm(c);
}

static void discover(struct dhcp_client *c)
{
	struct dhcp_msg m =
		question(c, c->cfg.is_bootp ? DHCP_NONE : DHCP_DISCOVER);

	m.requested = c->cfg.is_bootp ? IP4_ANY : c->cfg.previous;
	ask_again(c, &m);
}

/* The address that was offered, or in REBOOTING the one remembered. */
static void request(struct dhcp_client *c)
{
	bool is_old = c->state == DHCP_S_REBOOTING;
	struct dhcp_msg m = question(c, DHCP_REQUEST);

	m.requested = is_old ? c->cfg.previous : c->got.net.addr;
	m.server = is_old ? IP4_ANY : c->got.server;
	ask_again(c, &m);
}

/* The interface has no address (any more); say so. */
static void address_drop(struct dhcp_client *c, const char *why)
{
	struct ip_addr ip = ip_addr_v4(c->got.net.addr);
	struct stack *stack = c->sock.stack;
	const struct ip4_net all = {.len = 0};

	if (!c->has_addr)
		return;
	c->has_addr = false;
	PROBE_CAUSE(place_of(c), EV_LEARN, R_DHCP_LOST, NULL, EVF_IP("ip", &ip),
		    EVF_TEXT("text", why));
	if (c->got.router.v)
		(void)ip_route_del(stack, all, c->got.router, c->sock.netif, 0);
	(void)ip_addr_del(stack, c->sock.netif, c->got.net);
	if (c->cfg.on_change)
		c->cfg.on_change(c->cfg.arg, NULL);
}

static void restart(struct dhcp_client *c, const char *why, uint64_t wait_s)
{
	address_drop(c, why);
	client_move(c, DHCP_S_INIT, why);
	stack_arm_in(c->sock.stack, &c->timer, wait_s * NS_PER_S);
}

static int address_add(struct dhcp_client *c)
{
	const struct ip4_net all = {.len = 0};
	struct stack *stack = c->sock.stack;
	struct netif *netif = c->sock.netif;
	int err = ip_addr_add(stack, netif, c->got.net);

	if (err)
		return err;
	if (c->got.router.v)
		err = ip_route_add(stack, all, c->got.router, netif, 0);
	if (err && err != -EEXIST) {
		(void)ip_addr_del(stack, netif, c->got.net);
		return err;
	}
	c->has_addr = true;
	return 0;
}

/* Until T1; a lease without end needs no timer. */
static void lease_arm(struct dhcp_client *c, uint32_t at_s)
{
	if (c->got.lease_s == DHCP_FOREVER)
		stack_disarm(c->sock.stack, &c->timer);
	else
		stack_arm(c->sock.stack, &c->timer,
			  c->bound_ns + at_s * NS_PER_S);
}

static void bind_now(struct dhcp_client *c)
{
	struct ip_addr ip = ip_addr_v4(c->got.net.addr);
	struct ip_addr router = ip_addr_v4(c->got.router);
	struct ip_addr server = ip_addr_v4(c->got.server);

	if (!c->has_addr && address_add(c)) {
		restart(c, "the address could not be set", DECLINE_WAIT_S);
		return;
	}
	c->cfg.previous = c->got.net.addr;
	client_move(c, DHCP_S_BOUND, "the address is ours for a time");
	PROBE_CAUSE(place_of(c), EV_LEARN, R_DHCP_BOUND, NULL,
		    EVF_TEXT("name", place_of(c)->name), EVF_IP("ip", &ip),
		    EVF_NUM("len", c->got.net.len), EVF_IP("router", &router),
		    EVF_IP("server", &server),
		    EVF_NUM("lease", c->got.lease_s));
	lease_arm(c, c->got.t1_s);
	if (c->cfg.on_change)
		c->cfg.on_change(c->cfg.arg, &c->got);
}

/* RFC 2131, 3.1, step 5: somebody has it; the server should know. */
static void decline(struct dhcp_client *c, mac_addr mac)
{
	struct ip_addr ip = ip_addr_v4(c->got.net.addr);
	struct dhcp_msg m = question(c, DHCP_DECLINE);

	PROBE_CAUSE(place_of(c), EV_LEARN, R_DHCP_CONFLICT, NULL,
		    EVF_IP("ip", &ip), EVF_MAC("mac", &mac));
	m.requested = c->got.net.addr;
	m.server = c->got.server;
	m.flags = 0;
	if (!c->cfg.is_bootp)
		ask(c, &m, IP4_BROADCAST);
	c->cfg.previous = IP4_ANY;
	restart(c, "another host has that address", DECLINE_WAIT_S);
}

static void on_probed(void *arg, int err, mac_addr mac)
{
	struct dhcp_client *c = arg;

	if (err) {
		decline(c, mac);
		return;
	}
	bind_now(c);
	if (c->has_addr)
		arp_announce(c->sock.stack, c->sock.netif, c->got.net.addr);
}

static void check_address(struct dhcp_client *c)
{
	int err = arp_probe(c->sock.stack, c->sock.netif, c->got.net.addr,
			    on_probed, c);

	if (err) {
		restart(c, "the address could not be checked", DECLINE_WAIT_S);
		return;
	}
	stack_disarm(c->sock.stack, &c->timer);
	client_move(c, DHCP_S_CHECKING, "it is ours if no neighbour has it");
}

/* What is given, unless it is absurd: that is said, and dropped. */
static bool got_read(struct dhcp_client *c, const struct dhcp_msg *m,
		     struct dhcp_got *got)
{
	struct ip_addr ip = ip_addr_v4(m->yiaddr);
	const char *why;

	if (!dhcp_got_read(got, m, &why))
		return true;
	PROBE(place_of(c), EV_APP, R_DHCP_REFUSED, NULL, EVF_IP("ip", &ip),
	      EVF_TEXT("text", why));
	dhcp_drop(&c->sock, DROP_dhcp_absurd);
	return false;
}

static void selecting_offer(struct dhcp_client *c, const struct dhcp_msg *m)
{
	if (!got_read(c, m, &c->got))
		return;
	c->bound_ns = c->asked_ns;
	if (c->cfg.is_bootp) {
		check_address(c);
		return;
	}
	client_move(c, DHCP_S_REQUESTING, "the first good offer is taken");
	request(c);
}

static void requesting_ack(struct dhcp_client *c, const struct dhcp_msg *m)
{
	struct dhcp_got got;

	if (!got_read(c, m, &got))
		return;
	c->got = got;
	c->bound_ns = c->asked_ns;
	check_address(c);
}

/* More time for the same address; another one is no answer to that. */
static void renewing_ack(struct dhcp_client *c, const struct dhcp_msg *m)
{
	struct dhcp_got got;

	if (!got_read(c, m, &got))
		return;
	if (got.net.addr.v != c->got.net.addr.v ||
	    got.net.len != c->got.net.len || got.router.v != c->got.router.v) {
		dhcp_drop(&c->sock, DROP_dhcp_absurd);
		return;
	}
	c->got = got;
	c->bound_ns = c->asked_ns;
	bind_now(c);
}

static void on_nak(struct dhcp_client *c, const struct dhcp_msg *m)
{
	(void)m;
	c->cfg.previous = IP4_ANY;
	restart(c, "the server says no", 1);
}

static void init_timer(struct dhcp_client *c)
{
	question_begin(c);
	client_move(c, DHCP_S_SELECTING, "who gives addresses here?");
	discover(c);
}

static void init_reboot_timer(struct dhcp_client *c)
{
	question_begin(c);
	client_move(c, DHCP_S_REBOOTING, "may the old address still be used?");
	request(c);
}

static void requesting_timer(struct dhcp_client *c)
{
	if (c->tries < REQUEST_TRIES)
		request(c);
	else
		restart(c, "the server is silent", 1);
}

static void rebooting_timer(struct dhcp_client *c)
{
	if (c->tries < REQUEST_TRIES)
		request(c);
	else
		restart(c, "nobody remembers the old address", 1);
}

/* Ask for more time, and again when half of what is left until @end is over. */
static void extend(struct dhcp_client *c, uint32_t end_s, ip4_addr to)
{
	uint64_t end = c->bound_ns + end_s * NS_PER_S, now = now_of(c);
	uint64_t half = end > now ? (end - now) / 2 : 0;
	struct dhcp_msg m = question(c, DHCP_REQUEST);

	if (half < RENEW_MIN_S * NS_PER_S)
		half = end > now ? end - now : 0;
	c->tries++;
	c->asked_ns = now;
	ask(c, &m, to);
	stack_arm_in(c->sock.stack, &c->timer, half);
}

static void bound_timer(struct dhcp_client *c)
{
	question_begin(c);
	client_move(c, DHCP_S_RENEWING, "half of the lease is over");
	extend(c, c->got.t2_s, c->got.server);
}

static void renewing_timer(struct dhcp_client *c)
{
	if (now_of(c) < c->bound_ns + c->got.t2_s * NS_PER_S) {
		extend(c, c->got.t2_s, c->got.server);
		return;
	}
	client_move(c, DHCP_S_REBINDING, "its server is silent");
	extend(c, c->got.lease_s, IP4_BROADCAST);
}

static void rebinding_timer(struct dhcp_client *c)
{
	if (now_of(c) < c->bound_ns + c->got.lease_s * NS_PER_S)
		extend(c, c->got.lease_s, IP4_BROADCAST);
	else
		restart(c, "the lease is over", 0);
}

/* clang-format off */
static const struct state_row states[DHCP_STATES] = {
	/*		  name		 timer		   OFFER	    ACK		    NAK */
	[DHCP_S_INIT] =	      {"INIT",	      init_timer,	NULL,		 NULL,		 NULL},
	[DHCP_S_SELECTING] =  {"SELECTING",   discover,		selecting_offer, NULL,		 NULL},
	[DHCP_S_REQUESTING] = {"REQUESTING",  requesting_timer,	NULL,		 requesting_ack, on_nak},
	[DHCP_S_CHECKING] =   {"CHECKING",    NULL,		NULL,		 NULL,		 NULL},
	[DHCP_S_BOUND] =      {"BOUND",	      bound_timer,	NULL,		 NULL,		 NULL},
	[DHCP_S_RENEWING] =   {"RENEWING",    renewing_timer,	NULL,		 renewing_ack,	 on_nak},
	[DHCP_S_REBINDING] =  {"REBINDING",   rebinding_timer,	NULL,		 renewing_ack,	 on_nak},
	[DHCP_S_INIT_REBOOT] = {"INIT-REBOOT", init_reboot_timer, NULL,		 NULL,		 NULL},
	[DHCP_S_REBOOTING] =  {"REBOOTING",   rebooting_timer,	NULL,		 requesting_ack, on_nak},
};
/* clang-format on */

const char *dhcp_state_name(enum dhcp_state state)
{
	return states[state].name;
}

static void on_timer(struct timer *t, void *arg)
{
	struct dhcp_client *c = arg;

	(void)t;
	PROBE_CAUSE(place_of(c), EV_TIMER, R_DHCP_TIMER, NULL,
		    EVF_TEXT("state", dhcp_state_name(c->state)),
		    EVF_NUM("tries", c->tries));
	if (states[c->state].on_timer)
		states[c->state].on_timer(c);
}

/* Invariant 2. */
static bool is_for_us(const struct dhcp_client *c, const struct dhcp_msg *m)
{
	bool is_chosen =
		c->state == DHCP_S_REQUESTING || c->state == DHCP_S_RENEWING;

	if (m->op != BOOTP_REPLY || m->xid != c->xid ||
	    !mac_eq(m->chaddr, c->sock.netif->mac))
		return false;
	if (c->cfg.is_bootp)
		return m->type == DHCP_NONE;
	return !is_chosen || m->server.v == c->got.server.v;
}

static void on_msg(void *arg, const struct dhcp_msg *m,
		   const struct udp_from *from)
{
	void (*fn)(struct dhcp_client *, const struct dhcp_msg *) = NULL;
	struct dhcp_client *c = arg;
	const struct state_row *row = &states[c->state];

	(void)from;
	if (m->type == DHCP_OFFER || (!m->type && c->cfg.is_bootp))
		fn = row->on_offer;
	else if (m->type == DHCP_ACK)
		fn = row->on_ack;
	else if (m->type == DHCP_NAK)
		fn = row->on_nak;
	if (fn && is_for_us(c, m))
		fn(c, m);
	else
		dhcp_drop(&c->sock, DROP_dhcp_unasked);
}

int dhcp_client_start(struct stack *stack, struct netif *netif,
		      const struct dhcp_client_config *cfg,
		      struct dhcp_client **client)
{
	struct dhcp_client *c = mem_alloc(stack->place.env->mem, sizeof(*c));
	int err;

	if (!c)
		return -ENOMEM;
	c->cfg = *cfg;
	c->sock = (struct dhcp_sock){
		.stack = stack,
		.netif = netif,
		.on_msg = on_msg,
		.arg = c,
	};
	timer_init(&c->timer, on_timer, c);
	if (cfg->previous.v && !cfg->is_bootp)
		c->state = DHCP_S_INIT_REBOOT;
	err = dhcp_sock_open(&c->sock, DHCP_PORT_CLIENT);
	if (err) {
		mem_free(stack->place.env->mem, c, sizeof(*c));
		return err;
	}
	stack_arm_in(stack, &c->timer, 0);
	*client = c;
	return 0;
}

static void silence(struct dhcp_client *c)
{
	if (c->state == DHCP_S_CHECKING)
		arp_probe_cancel(c->sock.stack, c->sock.netif);
	stack_disarm(c->sock.stack, &c->timer);
}

void dhcp_client_release(struct dhcp_client *c)
{
	stack_enter(c->sock.stack);
	silence(c);
	if (c->has_addr && !c->cfg.is_bootp) {
		struct dhcp_msg m = question(c, DHCP_RELEASE);

		m.server = c->got.server;
		ask(c, &m, c->got.server);
	}
	address_drop(c, "it was given back");
	client_move(c, DHCP_S_INIT, "the address was given back");
	stack_leave(c->sock.stack);
}

void dhcp_client_stop(struct dhcp_client *c)
{
	if (!c)
		return;
	silence(c);
	c->cfg.on_change = NULL;
	address_drop(c, "the client was stopped");
	dhcp_sock_close(&c->sock);
	mem_free(c->sock.stack->place.env->mem, c, sizeof(*c));
}

enum dhcp_state dhcp_client_state(const struct dhcp_client *c)
{
	return c->state;
}
