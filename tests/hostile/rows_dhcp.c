// SPDX-License-Identifier: MIT
/*
 * rows_dhcp.c - lies about who has which address for how long
 *
 * R gives 10.0.0.100 to .163; D is a new host on the switch, who has none yet.
 */

#include <string.h>

#include "base/check.h"
#include "base/rng.h"

#include "wire/proto.h"

#include "apps/dhcp_client.h"
#include "apps/dhcp_server.h"
#include "hostile.h"
#include "pair.h"

enum { POOL = 64, FIRST = 100 };

static struct {
	struct host *d;
	struct port *port, *at; /* D's, and where it is plugged in */
	struct dhcp_server *server;
	struct dhcp_client *client;
	struct dhcp_msg question; /* of D's, as everybody has heard it */
} dhcp;

static void prepare(struct hostile *x)
{
	const struct dhcp_server_config cfg = {
		.from = ip4_make(10, 0, 0, FIRST),
		.to = ip4_make(10, 0, 0, FIRST + POOL - 1),
		.router = IP_R,
		.lease_s = 600,
	};
	int err;

	memset(&dhcp, 0, sizeof(dhcp));
	dhcp.d = world_add_host(x->w, "d");
	dhcp.port = host_add_port(dhcp.d, NULL);
	dhcp.at = switch_add_port(x->sw);
	check(world_link(x->w, dhcp.port, dhcp.at, NULL));
	err = dhcp_server_start(&x->r->stack, &x->rp->netif, &cfg,
				&dhcp.server);
	check(!err);
	x->door = &x->rp->netif;
}

static void finish(struct hostile *x)
{
	(void)x;
	dhcp_client_stop(dhcp.client);
	dhcp_server_stop(dhcp.server);
}

static void dial(void)
{
	const struct dhcp_client_config cfg = {.host_name = "d"};
	int err = dhcp_client_start(&dhcp.d->stack, &dhcp.port->netif, &cfg,
				    &dhcp.client);

	check(!err);
}

/* Has D been given an address?  (It then asks whether it is free.) */
static bool has_lease(void)
{
	enum dhcp_state s = dhcp_client_state(dhcp.client);

	return s == DHCP_S_CHECKING || s == DHCP_S_BOUND;
}

/* Everybody on the switch hears what D shouts. */
static void on_shout(void *arg, const uint8_t *b, size_t len)
{
	struct dhcp_msg m;
	size_t at = ETH_HLEN + IP4_HLEN + 8;

	(void)arg;
	if (len > at + DHCP_FIXED_LEN &&
	    get16(b + at - 6) == DHCP_PORT_SERVER &&
	    dhcp_parse(&m, b + at, len - at) > 0 &&
	    mac_eq(m.chaddr, dhcp.port->netif.mac))
		dhcp.question = m;
}

/* The octets @msg in a frame to everybody. */
static void make_raw(struct hostile *x, const uint8_t *msg, size_t len,
		     bool is_question)
{
	struct ip4_hdr h = from_to(is_question ? IP4_ANY : IP_A, IP4_BROADCAST);

	frame_udp(&x->f, x->door, &h, is_question ? 68 : 67,
		  is_question ? 67 : 68, msg, len);
	memset(x->f.b, 0xff, 6);
}

static void make(struct hostile *x, const struct dhcp_msg *m)
{
	uint8_t buf[DHCP_LEN_MAX];
	size_t len = dhcp_emit(buf, sizeof(buf), m);

	make_raw(x, buf, len, m->op == BOOTP_REQUEST);
}

/*
 * What is wrong in itself.
 */

/* A question with these octets behind its type. */
static void make_options(struct hostile *x, const uint8_t *opts, size_t len)
{
	const struct dhcp_msg m = {.op = BOOTP_REQUEST,
				   .type = DHCP_DISCOVER,
				   .xid = 7,
				   .chaddr = test_mac(9)};
	uint8_t buf[DHCP_LEN_MAX];

	(void)dhcp_emit(buf, sizeof(buf), &m);
	memcpy(buf + DHCP_FIXED_LEN + 7, opts, len);
	make_raw(x, buf, DHCP_FIXED_LEN + 7 + len, true);
}

static void lying_options(struct hostile *x)
{
	static const uint8_t overload[] = {52, 1, 3, 255};
	uint8_t opt[300] = {0};

	for (int code = 1; code < 255; code++) {
		opt[0] = (uint8_t)code;
		opt[1] = 255; /* of which nine are there */
		make_options(x, opt, 11);
		hit(x, DROP_dhcp_bad);
		make_options(x, opt, 1); /* no length at all */
		hit(x, DROP_dhcp_bad);
		opt[1] = 9; /* whole, but no END behind it */
		make_options(x, opt, 11);
		hit(x, DROP_dhcp_bad);
	}
	make_options(x, overload, sizeof(overload));
	memset(x->f.b + ETH_HLEN + IP4_HLEN + 8 + 44, 12, 192);
	put16(x->f.b + ETH_HLEN + IP4_HLEN + 6, 0); /* no checksum */
	hit(x, DROP_dhcp_bad);
}

/*
 * Answers that D did not ask for, or cannot use.
 */

static struct dhcp_msg good_offer(void)
{
	return (struct dhcp_msg){
		.op = BOOTP_REPLY,
		.type = DHCP_OFFER,
		.xid = dhcp.question.xid,
		.chaddr = dhcp.port->netif.mac,
		.yiaddr = ip4_make(10, 0, 0, 7),
		.server = IP_A,
		.mask = {0xffffff00},
		.lease_s = 600,
	};
}

/* D asks, and nobody answers but the attacker. */
static void alone_with_d(struct hostile *x)
{
	dhcp_server_stop(dhcp.server);
	dhcp.server = NULL;
	x->on_box = on_shout;
	dial();
	pause_ms(x, 500);
	x->door = &dhcp.port->netif;
}

static void absurd_offers(struct hostile *x)
{
	static const struct {
		uint32_t yiaddr, mask, router;
	} rows[] = {
		{0x7f000001, 0xff000000, 0x7f000002},
		{0xe0000001, 0xffffff00, 0xe0000002},
		{0x00000000, 0xffffff00, 0x0a000001},
		{0xffffffff, 0xffffff00, 0x0a000001},
		{0x0a0000ff, 0xffffff00, 0x0a000001},
		{0x0a000007, 0x80000000, 0x0a000001},
		{0x0a000007, 0xff00ff00, 0x0a000001},
		{0x0a000007, 0xffffff00, 0xc0000201},
		{0x0a000007, 0xffffff00, 0x0a000007},
	};

	alone_with_d(x);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct dhcp_msg m = good_offer();

		m.yiaddr.v = rows[i].yiaddr;
		m.mask.v = rows[i].mask;
		m.routers = (struct dhcp_addrs){1, {{rows[i].router}}};
		make(x, &m);
		hit(x, DROP_dhcp_absurd);
	}
	demand(x, O6, dhcp_client_state(dhcp.client) == DHCP_S_SELECTING);
}

/* Search lists whose names never end; the rest of the offer is good. */
static void endless_names(struct hostile *x)
{
	static const uint8_t loop[] = {0xc0, 0}, past[] = {0xc0, 0x7f},
			     each[] = {1, 'a', 0xc0, 5, 1, 'b', 0xc0, 0};
	static const struct {
		const uint8_t *names;
		uint8_t len;
	} rows[] = {{loop, 2}, {past, 2}, {each, 8}};

	alone_with_d(x);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct dhcp_msg m = good_offer();

		memcpy(m.search.v, rows[i].names, rows[i].len);
		m.search.len = rows[i].len;
		make(x, &m);
		hit(x, i ? EITHER : TAKEN);
	}
	demand(x, O6, dhcp_client_state(dhcp.client) == DHCP_S_REQUESTING);
}

static void rogue_answers(struct hostile *x)
{
	struct dhcp_msg m;
	int type;

	x->on_box = on_shout;
	dial();
	pause_ms(x, 15000);
	demand(x, O6, dhcp_client_state(dhcp.client) == DHCP_S_BOUND);
	x->door = &dhcp.port->netif;
	for (uint32_t i = 0; i < 20; i++)
		for (type = DHCP_OFFER; type < DHCP_TYPES; type++) {
			m = good_offer();
			m.type = (uint8_t)type;
			m.xid += i;
			make(x, &m);
			hit(x, DROP_dhcp_unasked);
		}
	demand(x, O6, dhcp_client_state(dhcp.client) == DHCP_S_BOUND);
}

/*
 * All there is.
 */

static struct dhcp_msg made_up(struct rng *rng, uint8_t type)
{
	struct dhcp_msg m = {.op = BOOTP_REQUEST, .type = type};

	m.xid = rng_u32(rng);
	m.flags = DHCP_F_BROADCAST;
	m.chaddr = (mac_addr){{2, 1}};
	put32(m.chaddr.o + 2, rng_u32(rng));
	return m;
}

/* D dials in the middle, and has five seconds. */
static void await_d(struct hostile *x, uint32_t i, uint64_t *since_ns)
{
	if (i == x->n / 2) {
		dial();
		*since_ns = world_now(x->w);
	}
	if (i > x->n / 2 && world_now(x->w) - *since_ns > 5 * NS_PER_S)
		demand(x, O6, has_lease());
}

static void starvation(struct hostile *x)
{
	uint64_t since_ns = 0;
	struct rng rng;

	rng_init(&rng, x->seed + 138, "crowd");
	x->gap_ns = NS_PER_MS;
	for (uint32_t i = 0; i < x->n; i++) {
		struct dhcp_msg m = made_up(&rng, DHCP_DISCOVER);

		await_d(x, i, &since_ns);
		make(x, &m);
		hit(x, EITHER);
	}
	pause_ms(x, 5000);
	demand(x, O4, x->answers <= x->hits + 2 * POOL);
	demand(x, O6, has_lease());
}

/* Through the switch, which marks what comes from the attacker's port. */
static void behind_a_marking_switch(struct hostile *x)
{
	prepare(x);
	switch_mark_dhcp(x->sw);
	switch_trust_dhcp(x->at_r);
	x->door = &x->at_a->netif;
}

/* The made-up hosts take what they are offered, too. */
static void greedy_crowd(struct hostile *x)
{
	uint64_t since_ns = 0;
	struct rng rng;
	size_t taken = 0;
	const struct lease_table *t = dhcp_server_leases(dhcp.server);

	rng_init(&rng, x->seed + 138, "crowd");
	x->gap_ns = NS_PER_MS;
	for (uint32_t i = 0; i < x->n; i++) {
		struct dhcp_msg m = made_up(&rng, DHCP_DISCOVER);

		await_d(x, i, &since_ns);
		make(x, &m);
		hit(x, EITHER);
		m.type = DHCP_REQUEST;
		m.server = IP_R;
		m.requested = ip4_make(10, 0, 0, (uint8_t)(FIRST + i % POOL));
		make(x, &m);
		hit(x, EITHER);
	}
	pause_ms(x, 5000);
	demand(x, O6, has_lease());
	for (size_t i = 0; i < t->count; i++)
		taken += t->leases[i].state == LEASE_LEASED;
	demand(x, O3, taken <= POOL / LEASE_PORT_PART + 1);
	demand(x, O7, x->r->stack.place.drops[DROP_dhcp_port] > x->hits / 4);
}

/* At that port there is neither a server nor a relay. */
static void lies_at_the_switch(struct hostile *x)
{
	struct rng rng;

	rng_init(&rng, x->seed + 138, "liar");
	for (uint32_t i = 0; i < x->n; i++) {
		struct dhcp_msg m = made_up(&rng, DHCP_DISCOVER);

		m.giaddr = IP_P;
		make(x, &m);
		hit(x, DROP_dhcp_spoofed);
		m.giaddr = IP4_ANY;
		m.relay.len = 4;
		memcpy(m.relay.v, "\1\2p2", 4);
		make(x, &m);
		hit(x, DROP_dhcp_spoofed);
		m = good_offer();
		make(x, &m);
		hit(x, DROP_sw_dhcp);
		m = made_up(&rng, DHCP_DISCOVER);
		make(x, &m);
		x->f.b[ETH_HLEN + 6] = IP4_MF << 5;
		frame_mend_ip4(&x->f);
		hit(x, DROP_dhcp_bad);
	}
}

const struct row rows_dhcp[] = {
	{
		.number = 133,
		.what = "DHCP options that end nowhere",
		.rule = "dropped: `dhcp_bad`",
		.play = lying_options,
		.prepare = prepare,
		.finish = finish,
		.typical = 6000, /* a message of 300 octets */
	},
	{
		.number = 134,
		.what = "search lists whose names never end",
		.rule = "the option is ignored",
		.play = endless_names,
		.prepare = prepare,
		.finish = finish,
		.keeps = 1, /* D's first socket */
		.typical = 15000,
	},
	{
		.number = 135,
		.what = "offers of absurd addresses",
		.rule = "refused: `dhcp_absurd`",
		.play = absurd_offers,
		.prepare = prepare,
		.finish = finish,
		.keeps = 1, /* D's first socket */
		.typical = 15000,
	},
	{
		.number = 137,
		.what = "answers of a rogue to a host that has an address",
		.rule = "dropped: `dhcp_unasked`",
		.play = rogue_answers,
		.prepare = prepare,
		.finish = finish,
		.keeps = 1, /* D's first socket */
		.typical = 15000,
	},
	{
		.number = 138,
		.what = "10,000 made-up hosts that ask for addresses",
		.rule = "what is offered to many is his who takes it first; "
			"an honest host has a lease within 5 s",
		.play = starvation,
		.prepare = prepare,
		.finish = finish,
		.keeps = 1, /* D's first socket */
		.n = 10000,
		.typical = 12000, /* a message, and a search of the pool */
	},
	{
		.number = 138,
		.what = "... and take them, behind one port of a switch",
		.rule = "the switch marks the port, which gets a quarter: "
			"`dhcp_port`",
		.play = greedy_crowd,
		.prepare = behind_a_marking_switch,
		.finish = finish,
		.keeps = 1, /* D's first socket */
		.n = 10000,
		.typical = 12000,
	},
	{
		.number = 138,
		.what = "marks, relays and servers at a host's port",
		.rule = "dropped by the switch: `dhcp_spoofed`, `sw_dhcp`, "
			"`dhcp_bad`",
		.play = lies_at_the_switch,
		.prepare = behind_a_marking_switch,
		.finish = finish,
		.n = 500,
		.typical = 6000,
	},
	{0},
};
