// SPDX-License-Identifier: MIT
/*
 * pppoe_test.c - a client, an access concentrator, and somebody who lies
 *
 *	home ---+
 *	        +--- switch --- ac
 *	liar ---+
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "wire/ether.h"
#include "wire/pppoe.h"

#include "core/pkt.h"

#include "inet/ppp_if.h"
#include "ip/icmp.h"
#include "ip/ip.h"
#include "link/pppoe.h"
#include "vnet/vnet.h"

#define SECONDS(n) ((uint64_t)(n)*NS_PER_S)

static struct mem mem;
static struct world *w;
static struct host *home, *ac;
static struct port *liar, *home_port, *ac_port;
static struct pppoe_client *client;
static struct pppoe_server *server;
static struct pppoe_client_conf cc;
static struct pppoe_server_conf sc;
static int ups[2];

/* What the liar heard last that was for him. */
static uint8_t heard[1518];
static size_t heard_len;
static unsigned int heard_count;

static const mac_addr liar_mac = {{2, 0, 0, 0, 0, 66}};
static const struct ppp_account accounts[] = {
	{"alice", "wonder", {0x0a090002}, "ppp-alice"},
	{"bob", "builder", {0x0a090003}, "ppp-bob"},
};

static struct stack *stack_of(void *arg)
{
	return arg ? &ac->stack : &home->stack;
}

static void on_up(void *arg, struct netif *netif, ip4_addr local, ip4_addr peer)
{
	ups[arg != NULL]++;
	assert_int_equal(ppp_if_up(stack_of(arg), netif, local, peer), 0);
}

static void on_down(void *arg, struct netif *netif, ip4_addr local,
		    ip4_addr peer)
{
	ppp_if_down(stack_of(arg), netif, local, peer);
}

static void on_up6(void *arg, struct netif *netif, uint64_t local)
{
	assert_int_equal(ppp_if_up6(stack_of(arg), netif, local), 0);
}

static void on_down6(void *arg, struct netif *netif)
{
	ppp_if_down6(stack_of(arg), netif);
}

static const struct pppoe_ops ops = {on_up, on_down, on_up6, on_down6};

static void on_heard(struct port *port, struct pkt *pkt, void *arg)
{
	(void)port;
	(void)arg;
	if (pkt->len <= sizeof(heard) && pkt->len >= ETH_HLEN) {
		uint8_t frame[sizeof(heard)];

		pkt_copy_out(pkt, 0, frame, pkt->len);
		if (!memcmp(frame, liar_mac.o, 6)) {
			memcpy(heard, frame, pkt->len);
			heard_len = pkt->len;
			heard_count++;
		}
	}
	pkt_free(pkt);
}

static int set_up(void **state)
{
	struct vswitch *sw;
	struct node *box;

	(void)state;
	mem_init_libc(&mem);
	w = world_new(&mem, 2516);
	home = world_add_host(w, "home");
	ac = world_add_host(w, "ac");
	sw = world_add_switch(w, "sw");
	box = world_add_box(w, "liar", on_heard, NULL);
	home_port = host_add_port(home, NULL);
	ac_port = host_add_port(ac, NULL);
	liar = box_add_port(box, &liar_mac);
	assert_non_null(world_link(w, home_port, switch_add_port(sw), NULL));
	assert_non_null(world_link(w, ac_port, switch_add_port(sw), NULL));
	assert_non_null(world_link(w, liar, switch_add_port(sw), NULL));
	cc = (struct pppoe_client_conf){.redial_s = 5};
	cc.ppp.name = "alice";
	cc.ppp.secret = "wonder";
	cc.ppp.has_ip6 = true;
	sc = (struct pppoe_server_conf){.ac_name = "ac"};
	sc.ppp.auth = PPP_AUTH_CHAP;
	sc.ppp.accounts = accounts;
	sc.ppp.account_count = 2;
	sc.ppp.local.v = 0x0a090001;
	sc.ppp.has_ip6 = true;
	ups[0] = ups[1] = 0;
	heard_count = 0;
	client = NULL;
	server = NULL;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	pppoe_hang_up(client);
	pppoe_close(server);
	server = NULL; /* on_halt() */
	assert_int_equal(world_free(w), 0);
	assert_int_equal(mem.in_use_count, 0);
	return 0;
}

/* Nothing that is said here leaves the host any more. */
static void on_halt(struct host *h, void *arg)
{
	(void)h;
	(void)arg;
	pppoe_close(server);
	server = NULL;
}

static void dial(void)
{
	client = pppoe_dial(&home->stack, &home_port->netif, "ppp0", &cc, &ops,
			    NULL);
	assert_non_null(client);
}

static void serve(void)
{
	server = pppoe_serve(&ac->stack, &ac_port->netif, &sc, &ops, &sc);
	assert_non_null(server);
}

static void run_to(uint64_t t_ns)
{
	assert_int_equal(world_run_until(w, t_ns), 0);
}

static void run_for(uint64_t ns)
{
	run_to(world_now(w) + ns);
}

static uint64_t drops(enum drop why)
{
	return ac->stack.place.drops[why];
}

static void on_echo(void *arg, const struct icmp_echo_event *ev)
{
	int *answers = arg;

	*answers += ev->kind == ICMP_ECHO_ANSWER && ev->is_intact;
}

static int ping(size_t len)
{
	int answers = 0;
	struct icmp_echo *e = icmp_echo_open(&home->stack, on_echo, &answers);

	(void)icmp_echo_send(e, ip_addr_v4(sc.ppp.local), 1, len, 0);
	run_for(NS_PER_S);
	icmp_echo_close(e);
	return answers;
}

/* A frame of the liar's: to @to, with these tags, or other octets. */
static void lie(mac_addr to, uint16_t type, struct pppoe_hdr hdr,
		const uint8_t *rest, size_t len)
{
	uint8_t frame[1514] = {0};
	size_t all = ETH_HLEN + PPPOE_HLEN + len;
	struct ether_hdr eth = {.dst = to, .src = liar_mac, .type = type};

	ether_emit(frame, &eth);
	pppoe_emit(frame + ETH_HLEN, &hdr);
	if (len)
		memcpy(frame + ETH_HLEN + PPPOE_HLEN, rest, len);
	assert_int_equal(box_send(liar, frame, all < 60 ? 60 : all), 0);
	run_for(NS_PER_MS);
}

static void lie_tags(mac_addr to, uint8_t code, const uint8_t *tags, size_t len)
{
	lie(to, ETH_PPPOE_DISCOVERY, (struct pppoe_hdr){code, 0, (uint16_t)len},
	    tags, len);
}

/* Service-Name: any. */
static const uint8_t any[] = {1, 1, 0, 0};

static void a_session_is_found_and_used(void **state)
{
	(void)state;
	serve();
	dial();
	run_to(SECONDS(2));
	assert_int_equal(ups[0] + ups[1], 2);
	assert_true(pppoe_session(client) != 0);
	assert_int_equal(pppoe_session_count(server), 1);
	assert_int_equal(ping(56), 1);
	assert_int_equal(ping(1464), 1); /* 1492 with its headers */
	assert_int_equal(ping(4000), 1);
	assert_non_null(stack_netif_by_name(&ac->stack, "ppp-alice"));
	assert_int_equal(stack_netif_by_name(&home->stack, "ppp0")->mtu,
			 PPPOE_MRU);
}

/* RFC 2516, 5.1: nobody answers, so it asks again, ever more seldom. */
static void a_client_waits_for_its_concentrator(void **state)
{
	(void)state;
	dial();
	run_to(SECONDS(100));
	assert_int_equal(ups[0], 0);
	serve();
	run_to(SECONDS(200));
	assert_int_equal(ups[0], 1);
}

static void a_wrong_secret_gets_no_session(void **state)
{
	(void)state;
	cc.ppp.secret = "land";
	serve();
	dial();
	run_to(SECONDS(30));
	assert_int_equal(ups[0] + ups[1], 0);
	assert_int_equal(pppoe_session_count(server), 0);
	assert_int_equal(pppoe_session(client), 0);
}

/* RFC 2516, 5.5 */
static void a_goodbye_ends_the_session_at_the_other_end(void **state)
{
	(void)state;
	serve();
	dial();
	run_to(SECONDS(2));
	pppoe_hang_up(client);
	client = NULL;
	run_to(SECONDS(3));
	assert_int_equal(pppoe_session_count(server), 0);
	assert_null(stack_netif_by_name(&ac->stack, "ppp-alice"));
	dial();
	run_to(SECONDS(5));
	assert_int_equal(ups[1], 2);
	pppoe_close(server);
	server = NULL;
	run_to(SECONDS(6));
	assert_int_equal(pppoe_session(client), 0);
	serve();
	run_to(SECONDS(20));
	assert_int_equal(ups[1], 3);
}

/* The same account comes anew: the session that it had is not kept. */
static void an_account_has_one_session(void **state)
{
	(void)state;
	serve();
	dial();
	run_to(SECONDS(2));
	ac->on_halt = on_halt;
	host_kill(ac); /* not a word */
	assert_null(server);
	assert_int_equal(host_restart(ac), 0);
	serve();
	run_to(SECONDS(120));
	assert_int_equal(pppoe_session_count(server), 1);
	assert_int_equal(ping(56), 1);
}

/* Nothing is kept for a peer that has not returned its cookie. */
static void a_flood_of_questions_costs_nothing(void **state)
{
	uint8_t tags[] = {1, 1, 0, 0, 1, 3, 0, 4, 0, 0, 0, 0};
	size_t before;
	uint32_t i;

	(void)state;
	serve();
	run_to(SECONDS(1));
	lie_tags(MAC_BROADCAST, PPPOE_PADI, tags, sizeof(tags));
	before = mem.in_use_count;
	for (i = 0; i < 5000; i++) {
		put32(tags + 8, i);
		lie_tags(MAC_BROADCAST, PPPOE_PADI, tags, sizeof(tags));
	}
	assert_int_equal(heard_count, 5001);
	assert_int_equal(pppoe_session_count(server), 0);
	assert_true(mem.in_use_count <= before);
}

static void a_request_without_its_cookie_is_dropped(void **state)
{
	const uint8_t wrong[] = {1, 1, 0, 0, 1, 4, 0, 8,
				 1, 2, 3, 4, 5, 6, 7, 8};

	(void)state;
	serve();
	run_to(SECONDS(1));
	lie_tags(ac_port->netif.mac, PPPOE_PADR, any, sizeof(any));
	lie_tags(ac_port->netif.mac, PPPOE_PADR, wrong, sizeof(wrong));
	assert_int_equal(drops(DROP_pppoe_cookie), 2);
	assert_int_equal(pppoe_session_count(server), 0);
	assert_int_equal(heard_count, 0);
}

/* The cookie of the offer that was heard last, as tags of a request. */
static size_t take_cookie(uint8_t *tags)
{
	struct cursor c = cur_init(heard + ETH_HLEN + PPPOE_HLEN,
				   get16(heard + ETH_HLEN + 4));
	struct wcursor out = wcur_init(tags, 64);
	struct pppoe_tag tag;

	wcur_bytes(&out, any, sizeof(any));
	while (pppoe_tag_next(&tag, &c) == 1)
		if (tag.type == PPPOE_COOKIE)
			pppoe_tag_put(&out, tag.type, tag.data, tag.len);
	return wcur_len(&out);
}

static void one_neighbour_has_so_many_sessions(void **state)
{
	uint8_t tags[64];
	size_t len;
	int i;

	(void)state;
	serve();
	run_to(SECONDS(1));
	lie_tags(MAC_BROADCAST, PPPOE_PADI, any, sizeof(any));
	assert_int_equal(heard_count, 1);
	len = take_cookie(tags);
	assert_int_equal(len, sizeof(any) + 12);
	for (i = 0; i < 20; i++)
		lie_tags(ac_port->netif.mac, PPPOE_PADR, tags, len);
	assert_int_equal(pppoe_session_count(server), PPPOE_PER_PEER);
	assert_int_equal(drops(DROP_pppoe_full), 20 - PPPOE_PER_PEER);
	run_to(SECONDS(60)); /* who says nothing more is forgotten */
	assert_int_equal(pppoe_session_count(server), 0);
}

/* Neither the end nor the contents of a session are believed of others. */
static void a_session_belongs_to_its_neighbour(void **state)
{
	const uint8_t ip[] = {0x00, 0x21, 0x45, 0, 0, 20};
	uint16_t session;

	(void)state;
	serve();
	dial();
	run_to(SECONDS(2));
	session = pppoe_session(client);
	lie(ac_port->netif.mac, ETH_PPPOE_DISCOVERY,
	    (struct pppoe_hdr){PPPOE_PADT, session, 0}, NULL, 0);
	lie(home_port->netif.mac, ETH_PPPOE_DISCOVERY,
	    (struct pppoe_hdr){PPPOE_PADT, session, 0}, NULL, 0);
	lie(ac_port->netif.mac, ETH_PPPOE_SESSION,
	    (struct pppoe_hdr){PPPOE_SESSION, session, sizeof(ip)}, ip,
	    sizeof(ip));
	assert_int_equal(drops(DROP_pppoe_session), 2);
	assert_int_equal(home->stack.place.drops[DROP_pppoe_session], 1);
	assert_int_equal(ping(56), 1);
}

static void lengths_that_lie_are_dropped(void **state)
{
	const uint8_t tag[] = {1, 1, 0, 9, 'x'};

	(void)state;
	serve();
	run_to(SECONDS(1));
	lie_tags(MAC_BROADCAST, PPPOE_PADI, tag, sizeof(tag));
	lie(MAC_BROADCAST, ETH_PPPOE_DISCOVERY,
	    (struct pppoe_hdr){PPPOE_PADI, 0, 900}, any, sizeof(any));
	lie(MAC_BROADCAST, ETH_PPPOE_DISCOVERY,
	    (struct pppoe_hdr){PPPOE_PADI, 7, 4}, any, sizeof(any));
	lie(ac_port->netif.mac, ETH_PPPOE_SESSION,
	    (struct pppoe_hdr){PPPOE_PADI, 0, 0}, NULL, 0);
	assert_int_equal(drops(DROP_pppoe_bad), 4);
	assert_int_equal(heard_count, 0);
}

static void offers_that_nobody_asked_for_are_dropped(void **state)
{
	const uint8_t offer[] = {1, 1, 0, 0, 1, 2, 0, 2, 'm', 'e'};
	uint64_t before;

	(void)state;
	dial();
	run_to(SECONDS(1));
	before = home->stack.place.drops[DROP_pppoe_unasked];
	lie_tags(home_port->netif.mac, PPPOE_PADO, offer, sizeof(offer));
	lie(home_port->netif.mac, ETH_PPPOE_DISCOVERY,
	    (struct pppoe_hdr){PPPOE_PADS, 9, sizeof(any)}, any, sizeof(any));
	assert_int_equal(home->stack.place.drops[DROP_pppoe_unasked],
			 before + 2);
	assert_int_equal(pppoe_session(client), 0);
}

/* A neighbour dials, too, and asks everybody for a concentrator. */
static void a_question_to_concentrators_is_no_answer(void **state)
{
	uint64_t unasked;

	(void)state;
	dial();
	run_to(SECONDS(1));
	unasked = home->stack.place.drops[DROP_pppoe_unasked];
	lie_tags(MAC_BROADCAST, PPPOE_PADI, any, sizeof(any));
	assert_int_equal(home->stack.place.drops[DROP_pppoe_other], 1);
	assert_int_equal(home->stack.place.drops[DROP_pppoe_unasked], unasked);
}

static void a_service_that_nobody_offers_is_not_answered(void **state)
{
	static const char *const services[] = {"slow", "fast", NULL};

	(void)state;
	sc.services = services;
	cc.service = "free";
	serve();
	dial();
	run_to(SECONDS(3));
	assert_true(drops(DROP_pppoe_service) > 0);
	assert_int_equal(ups[0], 0);
	pppoe_hang_up(client);
	cc.service = "fast";
	dial();
	run_to(SECONDS(6));
	assert_int_equal(ups[0], 1);
}

static void without_proof_accounts_are_given_in_order(void **state)
{
	(void)state;
	sc.ppp.auth = PPP_AUTH_NONE;
	serve();
	dial();
	run_to(SECONDS(2));
	assert_int_equal(ping(56), 1);
	assert_non_null(stack_netif_by_name(&ac->stack, "ppp-alice"));
}

#define ROW(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROW(a_session_is_found_and_used),
		ROW(a_client_waits_for_its_concentrator),
		ROW(a_wrong_secret_gets_no_session),
		ROW(a_goodbye_ends_the_session_at_the_other_end),
		ROW(an_account_has_one_session),
		ROW(a_flood_of_questions_costs_nothing),
		ROW(a_request_without_its_cookie_is_dropped),
		ROW(one_neighbour_has_so_many_sessions),
		ROW(a_session_belongs_to_its_neighbour),
		ROW(lengths_that_lie_are_dropped),
		ROW(offers_that_nobody_asked_for_are_dropped),
		ROW(a_question_to_concentrators_is_no_answer),
		ROW(a_service_that_nobody_offers_is_not_answered),
		ROW(without_proof_accounts_are_given_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
