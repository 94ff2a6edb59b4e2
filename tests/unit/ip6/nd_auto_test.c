// SPDX-License-Identifier: MIT
/* nd_auto_test.c - addresses: tried, made from prefixes, grown old */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ip/ip.h"
#include "lan6.h"

#define DAY_MS (86400 * 1000)

static struct lan6 l;
static struct host *r;

static int set_up(void **state)
{
	(void)state;
	lan6_init(&l, 21);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	lan6_fini(&l);
	return 0;
}

static struct nd_ra_conf conf_of(const char *net, uint32_t valid_s,
				 uint32_t preferred_s)
{
	struct nd_ra_conf c = {
		.lifetime_s = 1800, .max_interval_s = 60, .prefix_count = 1};

	c.prefix[0] = (struct nd_prefix){.net = lan6_net(net),
					 .is_onlink = true,
					 .is_auto = true,
					 .valid_s = valid_s,
					 .preferred_s = preferred_s};
	return c;
}

/* A router that advertises @net. */
static void advertise(const char *net, uint32_t valid_s, uint32_t preferred_s)
{
	struct nd_ra_conf c = conf_of(net, valid_s, preferred_s);

	if (!r)
		r = lan6_router(&l, "r");
	assert_int_equal(nd_router_conf(&r->stack, lan6_netif(r, 1), &c), 0);
}

static int router_set_up(void **state)
{
	set_up(state);
	r = NULL;
	advertise("2001:db8:1::/64", 86400, 14400);
	ip6_addr_add(&r->stack, lan6_netif(r, 1), lan6_net("2001:db8:1::1/64"));
	lan6_run(&l, 5000);
	return 0;
}

static enum ip6_addr_state state_of(struct host *h, ip6_addr addr)
{
	const struct ip6_addr_info *a = ip6_addr_find(&h->stack, NULL, addr);

	return a ? a->state : IP6_ADDR_STATES;
}

/*
 * Is it free?
 */

static void an_address_is_tried_before_it_is_used(void **state)
{
	struct host *a = lan6_host(&l, "a");
	ip6_addr addr = lan6_link_local(a);

	(void)state;
	assert_int_equal(state_of(a, addr), IP6_TENTATIVE);
	assert_false(ip_addr_is_ours(&a->stack, ip_addr_v6(addr)));
	lan6_run(&l, 2100); /* up to 1 s of chance, 1 s of silence */
	assert_int_equal(state_of(a, addr), IP6_PREFERRED);
	assert_int_equal(l.events[R_ND_DAD_PROBE], 1);
	assert_int_equal(l.events[R_ND_DAD_FREE], 1);
}

/* RFC 4862, 5.4.4: it is somebody's. */
static void an_address_that_somebody_has_is_not_used(void **state)
{
	struct host *a = lan6_host(&l, "a"), *b;
	struct ip6_net same = lan6_net("2001:db8::7/64");

	(void)state;
	ip6_addr_add(&a->stack, lan6_netif(a, 1), same);
	lan6_run(&l, 5000);
	b = lan6_host(&l, "b");
	ip6_addr_add(&b->stack, lan6_netif(b, 1), same);
	lan6_run(&l, 5000);
	assert_int_equal(state_of(a, same.addr), IP6_PREFERRED);
	assert_int_equal(state_of(b, same.addr), IP6_DUPLICATED);
	assert_false(ip_addr_is_ours(&b->stack, ip_addr_v6(same.addr)));
	assert_int_equal(l.events[R_ND_DAD_TAKEN], 1);
	assert_int_equal(b->stack.place.drops[DROP_nd_conflict], 1);
}

/* RFC 4862, 5.4.3: both want it at the same moment, nobody gets it. */
static void two_who_try_the_same_address_both_stop(void **state)
{
	struct host *a = lan6_host(&l, "a"), *b = lan6_host(&l, "b");
	struct ip6_net same = lan6_net("2001:db8::7/64");

	(void)state;
	lan6_run(&l, 5000);
	ip6_addr_add(&a->stack, lan6_netif(a, 1), same);
	ip6_addr_add(&b->stack, lan6_netif(b, 1), same);
	lan6_run(&l, 5000);
	assert_int_equal(state_of(a, same.addr), IP6_DUPLICATED);
	assert_int_equal(state_of(b, same.addr), IP6_DUPLICATED);
	assert_int_equal(l.events[R_ND_DAD_TAKEN], 2);
}

static void give_back(struct port *port, struct pkt *pkt, void *arg)
{
	(void)arg;
	netif_transmit(&port->netif, pkt);
}

/* RFC 7527: a link that gives back what is sent makes no duplicates. */
static void our_own_question_come_back_is_no_conflict(void **state)
{
	struct node *mirror = world_add_box(l.w, "mirror", give_back, NULL);
	struct host *a = world_add_host(l.w, "a");

	(void)state;
	assert_non_null(world_link(l.w, host_add_port(a, NULL),
				   box_add_port(mirror, NULL), NULL));
	ip6_enable(&a->stack, lan6_netif(a, 1));
	lan6_run(&l, 10000);
	assert_int_equal(state_of(a, lan6_link_local(a)), IP6_PREFERRED);
	assert_true(l.events[R_ND_DAD_LOOP] >= 1);
	assert_true(l.events[R_ND_DAD_PROBE] >= 4); /* asked three times more */
	assert_int_equal(l.events[R_ND_DAD_TAKEN], 0);
}

static void a_tentative_address_answers_nobody(void **state)
{
	struct host *a = lan6_host(&l, "a"), *b;
	struct ip6_net net = lan6_net("fe80::aa/64");
	struct nd_conf slow = {.dad_transmits = 20};

	(void)state;
	lan6_run(&l, 5000);
	nd_conf_set(&a->stack, lan6_netif(a, 1), &slow);
	b = lan6_host(&l, "b");
	lan6_run(&l, 5000);
	ip6_addr_add(&a->stack, lan6_netif(a, 1), net);
	assert_int_equal(lan6_ping(&l, b, net.addr, 2), 0);
	assert_true(a->stack.place.drops[DROP_nd_tentative] >= 2);
	lan6_run(&l, 20000);
	assert_int_equal(lan6_ping(&l, b, net.addr, 2), 2);
}

/*
 * Made from a prefix.
 */

static void a_router_is_all_that_a_host_needs(void **state)
{
	struct host *a = lan6_host(&l, "a");
	const struct ip6_addr_info *got;
	const struct ip6_route *way;

	(void)state;
	lan6_run(&l, 10000);
	got = lan6_find(a, IP6_FROM_RA, 0);
	assert_non_null(got);
	assert_int_equal(got->state, IP6_PREFERRED);
	assert_true(ip6_net_has(lan6_net("2001:db8:1::/64"), got->net.addr));
	assert_null(lan6_find(a, IP6_FROM_RA_TEMP, 0));
	way = ip6_route_lookup(&a->stack, lan6_addr("2001:db8:ffff::1"), NULL);
	assert_non_null(way);
	assert_true(ip6_eq(way->gateway, lan6_link_local(r)));
	assert_int_equal(lan6_ping(&l, a, lan6_addr("2001:db8:1::1"), 2), 2);
	assert_int_equal(l.events[R_ND_RS], 1);
}

/* RFC 7217: no MAC in it, the same after a restart, another elsewhere. */
static void the_identifier_tells_no_mac(void **state)
{
	struct host *a = lan6_host(&l, "a");
	ip6_addr eui, first, second;

	(void)state;
	lan6_run(&l, 10000);
	first = lan6_find(a, IP6_FROM_RA, 0)->net.addr;
	eui = ip6_eui64(lan6_addr("2001:db8:1::"), lan6_netif(a, 1)->mac);
	assert_false(ip6_eq(first, eui));
	advertise("2001:db8:2::/64", 86400, 14400);
	lan6_run(&l, 70000);
	second = lan6_find(a, IP6_FROM_RA, 1)->net.addr;
	assert_memory_not_equal(first.o + 8, second.o + 8, 8);
}

static void the_old_way_is_there_for_who_wants_it(void **state)
{
	struct host *a = world_add_host(l.w, "a");
	const struct nd_conf conf = {.iid = ND_IID_EUI64};
	struct netif *netif = lan6_port(&l, a, NULL);

	(void)state;
	assert_int_equal(nd_conf_set(&a->stack, netif, &conf), 0);
	ip6_enable(&a->stack, netif);
	lan6_run(&l, 10000);
	assert_true(ip6_eq(lan6_find(a, IP6_FROM_RA, 0)->net.addr,
			   ip6_eui64(lan6_addr("2001:db8:1::"), netif->mac)));
}

/* Somebody who says of each address of the prefix that he has it. */
static struct greedy {
	struct port *port;
	int claims, claims_max;
} greedy;

static void claim(struct port *port, struct pkt *pkt, void *arg)
{
	uint8_t frame[128], na[ND_NA_LEN + 8];
	size_t len = min_size(pkt->len, sizeof(frame));
	struct wcursor w = wcur_init(na, sizeof(na));
	struct nd_msg m;
	struct lan6_msg out = {.to = {{0x33, 0x33, 0, 0, 0, 1}},
			       .from = port->netif.mac,
			       .dst = IP6_ALL_NODES,
			       .msg = na};

	(void)arg;
	pkt_copy_out(pkt, 0, frame, len);
	pkt_free(pkt);
	if (len < 54 || nd_parse(&m, frame + 54, len - 54) < 0 ||
	    m.type != ND_NEIGHBOUR_SOLICIT || ip6_is_link_local(m.target) ||
	    !ip6_is_zero(get_ip6(frame + 22)) ||
	    greedy.claims == greedy.claims_max)
		return;
	greedy.claims++;
	m = (struct nd_msg){.type = ND_NEIGHBOUR_ADVERT, .target = m.target};
	nd_emit(&w, &m);
	nd_put_mac(&w, ND_OPT_TARGET_MAC, out.from);
	out.src = m.target;
	out.len = wcur_len(&w);
	lan6_send(port, &out);
}

static void be_greedy(int claims_max)
{
	struct node *box = world_add_box(l.w, "greedy", claim, NULL);
	struct port *end = switch_add_port(l.sw);

	greedy = (struct greedy){box_add_port(box, NULL), 0, claims_max};
	assert_non_null(world_link(l.w, greedy.port, end, NULL));
}

/* RFC 7217, 6: what was made is taken; another is made. */
static void a_taken_identifier_is_made_again(void **state)
{
	struct host *a;

	(void)state;
	be_greedy(2);
	a = lan6_host(&l, "a");
	lan6_run(&l, 20000);
	assert_int_equal(greedy.claims, 2);
	assert_int_equal(l.events[R_ND_AUTO], 3);
	assert_int_equal(lan6_find(a, IP6_FROM_RA, 0)->state, IP6_PREFERRED);
	assert_null(lan6_find(a, IP6_FROM_RA, 1));
}

/* ... but not for ever: somebody claims everything. */
static void who_claims_everything_ends_the_attempts(void **state)
{
	struct host *a;

	(void)state;
	be_greedy(1000);
	a = lan6_host(&l, "a");
	lan6_run(&l, 600 * 1000);
	assert_int_equal(greedy.claims, 3);
	assert_int_equal(l.events[R_ND_AUTO_FAIL], 1);
	assert_int_equal(lan6_find(a, IP6_FROM_RA, 0)->state, IP6_DUPLICATED);
}

/* RFC 4862, 5.5.3 e: nobody can take an address away at once. */
static void a_forged_end_leaves_two_hours(void **state)
{
	struct host *a = lan6_host(&l, "a");
	ip6_addr addr;

	(void)state;
	lan6_run(&l, 10000);
	addr = lan6_find(a, IP6_FROM_RA, 0)->net.addr;
	advertise("2001:db8:1::/64", 1, 1);
	lan6_run(&l, 5000);
	assert_int_equal(state_of(a, addr), IP6_DEPRECATED);
	host_kill(r);
	lan6_run(&l, 7100 * 1000);
	assert_int_equal(state_of(a, addr), IP6_DEPRECATED);
	lan6_run(&l, 120 * 1000);
	assert_int_equal(state_of(a, addr), IP6_ADDR_STATES);
}

/* A prefix is replaced: the old address goes out of use, then away. */
static void a_network_is_renumbered(void **state)
{
	struct host *a = lan6_host(&l, "a");
	struct nd_ra_conf c = conf_of("2001:db8:1::/64", 7200, 0);
	ip6_addr old, source;
	struct ip_addr chosen;

	(void)state;
	lan6_run(&l, 10000);
	old = lan6_find(a, IP6_FROM_RA, 0)->net.addr;
	c.prefix[1] = conf_of("2001:db8:2::/64", 86400, 14400).prefix[0];
	c.prefix_count = 2;
	nd_router_conf(&r->stack, lan6_netif(r, 1), &c);
	lan6_run(&l, 5000);
	assert_int_equal(state_of(a, old), IP6_DEPRECATED);
	assert_non_null(lan6_find(a, IP6_FROM_RA, 1));
	source = lan6_find(a, IP6_FROM_RA, 1)->net.addr;
	assert_int_equal(state_of(a, source), IP6_PREFERRED);
	ip_source_for(&a->stack, ip_addr_v6(lan6_addr("2001:db8:9::1")),
		      &chosen);
	assert_true(ip6_eq(chosen.v6, source));
	/* What goes on with the old address goes on. */
	assert_true(ip_addr_is_ours(&a->stack, ip_addr_v6(old)));
	/* Then the old prefix is not advertised any more. */
	advertise("2001:db8:2::/64", 86400, 14400);
	lan6_run(&l, 2 * 7300 * 1000);
	assert_int_equal(state_of(a, old), IP6_ADDR_STATES);
	assert_int_equal(state_of(a, source), IP6_PREFERRED);
	assert_true(l.events[R_ND_NET_END] >= 1);
}

static void a_deprecated_address_is_preferred_again(void **state)
{
	struct host *a = lan6_host(&l, "a");
	ip6_addr addr;

	(void)state;
	lan6_run(&l, 10000);
	addr = lan6_find(a, IP6_FROM_RA, 0)->net.addr;
	advertise("2001:db8:1::/64", 86400, 0);
	lan6_run(&l, 5000);
	assert_int_equal(state_of(a, addr), IP6_DEPRECATED);
	advertise("2001:db8:1::/64", 86400, 600);
	lan6_run(&l, 5000);
	assert_int_equal(state_of(a, addr), IP6_PREFERRED);
}

static void only_prefixes_of_64_bits_make_addresses(void **state)
{
	struct host *a = lan6_host(&l, "a");
	struct nd_ra_conf c = conf_of("2001:db8:7::/56", 86400, 14400);

	(void)state;
	nd_router_conf(&r->stack, lan6_netif(r, 1), &c);
	lan6_run(&l, 10000);
	assert_null(lan6_find(a, IP6_FROM_RA, 0));
	/* On the link it is all the same. */
	assert_true(ip6_is_on_link(&a->stack, lan6_netif(a, 1),
				   lan6_addr("2001:db8:7:1::1")));
}

/*
 * Temporary ones.
 */

static struct host *private_host(void)
{
	struct host *a = world_add_host(l.w, "a");
	const struct nd_conf conf = {.has_temporary = true};
	struct netif *netif = lan6_port(&l, a, NULL);

	nd_conf_set(&a->stack, netif, &conf);
	ip6_enable(&a->stack, netif);
	return a;
}

static int count_temporary(struct host *h, enum ip6_addr_state state)
{
	const struct ip6_addr_info *a;
	int i, n = 0;

	for (i = 0; (a = lan6_find(h, IP6_FROM_RA_TEMP, i)); i++)
		n += a->state == state;
	return n;
}

/* RFC 8981: a new one each day, the old one for one day more. */
static void temporary_addresses_follow_one_another(void **state)
{
	struct host *a = private_host();
	ip6_addr first;
	int hour;

	(void)state;
	lan6_run(&l, 10000);
	assert_int_equal(count_temporary(a, IP6_PREFERRED), 1);
	first = lan6_find(a, IP6_FROM_RA_TEMP, 0)->net.addr;
	for (hour = 0; hour < 24 * 7; hour++) {
		lan6_run(&l, DAY_MS / 24);
		/* There always is one, and for seconds only there are two. */
		assert_in_range(count_temporary(a, IP6_PREFERRED), 1, 2);
		assert_in_range(count_temporary(a, IP6_DEPRECATED), 0, 3);
	}
	assert_int_equal(state_of(a, first), IP6_ADDR_STATES);
	assert_in_range(l.events[R_ND_TEMPORARY], 7, 13);
	assert_int_equal(l.events[R_ND_AUTO], 1);
}

static void a_temporary_address_is_the_source(void **state)
{
	struct host *a = private_host();
	struct ip_addr chosen;

	(void)state;
	lan6_run(&l, 10000);
	ip_source_for(&a->stack, ip_addr_v6(lan6_addr("2001:db8:9::1")),
		      &chosen);
	assert_true(
		ip6_eq(chosen.v6, lan6_find(a, IP6_FROM_RA_TEMP, 0)->net.addr));
}

/* A prefix of seconds would make an address each second. */
static void a_prefix_too_short_lived_makes_none(void **state)
{
	struct host *a;

	(void)state;
	advertise("2001:db8:1::/64", 7200, 4);
	a = private_host();
	lan6_run(&l, 60000);
	assert_null(lan6_find(a, IP6_FROM_RA_TEMP, 0));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
#define R(f) cmocka_unit_test_setup_teardown(f, router_set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(an_address_is_tried_before_it_is_used),
		T(an_address_that_somebody_has_is_not_used),
		T(two_who_try_the_same_address_both_stop),
		T(our_own_question_come_back_is_no_conflict),
		T(a_tentative_address_answers_nobody),
		R(a_router_is_all_that_a_host_needs),
		R(the_identifier_tells_no_mac),
		R(the_old_way_is_there_for_who_wants_it),
		R(a_taken_identifier_is_made_again),
		R(who_claims_everything_ends_the_attempts),
		R(a_forged_end_leaves_two_hours),
		R(a_network_is_renumbered),
		R(a_deprecated_address_is_preferred_again),
		R(only_prefixes_of_64_bits_make_addresses),
		R(temporary_addresses_follow_one_another),
		R(a_temporary_address_is_the_source),
		R(a_prefix_too_short_lived_makes_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
