// SPDX-License-Identifier: MIT
/*
 * mld_test.c - what a host says about IPv6 groups, and what a router makes
 *		of it
 *
 * The state machines are those of IGMP, which igmp_test.c walks through; here
 * it is about the words of MLD.
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "wire/csum.h"
#include "wire/mld.h"

#include "ip6/mld.h"
#include "ip6net.h"

#define GROUP  a6("ff15::1:2")
#define ROUTER a6("fe80::9")
#define MLD2   a6("ff02::16")

static int no_output(struct stack *stack, struct netif *netif, struct pkt *pkt,
		     const ip6_addr *next_hop)
{
	(void)netif;
	(void)next_hop;
	pkt_drop(&stack->place, pkt, DROP_nd_failed);
	return 0;
}

/* Addresses are preferred at once; nobody asks for neighbours. */
static const struct ip6_nd_ops no_nd = {.output = no_output};

static struct netif *eth(struct testnet *net)
{
	return testnet_netif(net, 0, 0);
}

static struct stack *host(struct testnet *net)
{
	return testnet_host(net, 0);
}

static struct testnet *lonely(const struct inet_config *cfg)
{
	struct testnet *net = testnet_new_empty();

	testnet_add_host(net, cfg);
	testnet_add_port(net, 0, NULL);
	ip6_nd_register(host(net), &no_nd);
	assert_int_equal(ip6_enable(host(net), eth(net)), 0);
	testnet_run_ms(net, 2000);
	testnet_forget(eth(net));
	return net;
}

/* The next message that left; its IPv6 header in @h. */
static const uint8_t *take(struct testnet *net, struct ip6_hdr *h, size_t *len)
{
	static const uint8_t front[8] = {IP_PROTO_ICMP6, 0, 5, 2, 0, 0, 1, 0};
	static struct frame f;
	const uint8_t *p = f.b + ETH_HLEN + IP6_HLEN;
	uint32_t sum;

	assert_true(frame_take(&f, eth(net)) > 0);
	*h = frame_to_ip6(&f);
	assert_int_equal(h->next, IP_PROTO_HOPOPTS);
	assert_int_equal(h->hops, 1);
	assert_memory_equal(p, front, sizeof(front)); /* router alert */
	*len = h->payload_len - sizeof(front);
	sum = csum_pseudo6(h->src, h->dst, IP_PROTO_ICMP6, (uint32_t)*len);
	assert_int_equal(csum_fold(csum_add(sum, p + 8, *len)), 0);
	return p + 8;
}

/* It is a version 2 report of one record, from our link-local address. */
static struct group_record take_record(struct testnet *net, ip6_addr group)
{
	size_t len, off = MLD_REPORT2_LEN;
	struct group_record rec;
	struct ip6_hdr h;
	const uint8_t *p = take(net, &h, &len);

	assert_int_equal(p[0], ICMP6_MLD2_REPORT);
	assert_true(ip6_eq(h.dst, MLD2));
	assert_true(ip6_is_link_local(h.src));
	assert_int_equal(mld_record_count(p), 1);
	assert_int_equal(mld_record_next(&rec, p, len, &off), 1);
	assert_true(ip6_eq(rec.group.v6, group));
	return rec;
}

static void expect_old(struct testnet *net, uint8_t type, const char *to)
{
	struct ip6_hdr h;
	ip6_addr group;
	size_t len;
	const uint8_t *p = take(net, &h, &len);

	assert_int_equal(p[0], type);
	assert_int_equal(len, MLD_LEN);
	assert_true(ip6_eq(h.dst, a6(to)));
	assert_int_equal(mld_parse(&group, p, len), 0);
	assert_true(ip6_eq(group, GROUP));
}

/* How a message comes in; what is zero is as it should be. */
struct how {
	ip6_addr src, dst;
	uint8_t hops;
	bool no_alert, no_sum;
};

static void inject(struct testnet *net, const struct how *how,
		   const uint8_t *msg, size_t len)
{
	uint8_t buf[512] = {IP_PROTO_ICMP6,	   0, how->no_alert ? 1 : 5,
			    how->no_alert ? 4 : 2, 0, 0,
			    how->no_alert ? 0 : 1};
	const struct ip6_hdr h = {
		.src = ip6_is_zero(how->src) ? ROUTER : how->src,
		.dst = how->dst,
		.next = IP_PROTO_HOPOPTS,
		.hops = how->hops ? how->hops : 1,
	};
	uint32_t sum =
		csum_pseudo6(h.src, h.dst, IP_PROTO_ICMP6, (uint32_t)len);
	struct frame f;

	memcpy(buf + 8, msg, len);
	put16(buf + 10, 0);
	put16(buf + 10, csum_fold(csum_add(sum, buf + 8, len)));
	if (how->no_sum)
		buf[10] ^= 1;
	frame_ip6(&f, eth(net), &h, buf, len + 8);
	frame_inject(&f, eth(net));
}

static void ask(struct testnet *net, const struct group_query *q)
{
	struct how how = {.dst = q->group.family ? q->group.v6 : IP6_ALL_NODES};
	uint8_t buf[256];

	inject(net, &how, buf, mld_query_emit(buf, q));
}

static void hear_old(struct testnet *net, uint8_t type, const char *to)
{
	const struct how how = {.dst = a6(to)};
	uint8_t buf[MLD_LEN];

	mld_emit(buf, type, GROUP);
	inject(net, &how, buf, sizeof(buf));
}

static void hear(struct testnet *net, enum group_record_type type,
		 ip6_addr group)
{
	const struct group_record rec = {.type = (uint8_t)type,
					 .group = ip_addr_v6(group)};
	const struct how how = {.dst = MLD2};
	uint8_t buf[64];

	inject(net, &how, buf, mld_report2_emit(buf, &rec));
}

static int join(struct testnet *net)
{
	return ip6_group_add(host(net), eth(net), GROUP);
}

/* RFC 3810, 6.1. */
static void joining_and_leaving_are_told_twice(void **state)
{
	struct testnet *net = lonely(NULL);

	(void)state;
	assert_int_equal(join(net), 0);
	assert_int_equal(take_record(net, GROUP).type, GROUP_TO_EXCLUDE);
	testnet_run_ms(net, 1000);
	assert_int_equal(take_record(net, GROUP).type, GROUP_TO_EXCLUDE);
	testnet_run_ms(net, 60000);
	assert_int_equal(testnet_sent_count(eth(net)), 0);

	assert_int_equal(ip6_group_del(host(net), eth(net), GROUP), 0);
	assert_int_equal(take_record(net, GROUP).type, GROUP_TO_INCLUDE);
	testnet_run_ms(net, 1000);
	assert_int_equal(take_record(net, GROUP).type, GROUP_TO_INCLUDE);
	assert_false(ip6_in_group(host(net), eth(net), GROUP));
	testnet_free(net);
}

/* Joined twice is joined once, and a program's sources do not take away what
 * the stack itself needs. */
static void a_group_is_held_until_the_last_lets_go(void **state)
{
	struct testnet *net = lonely(NULL);
	struct ip_filter only = {.count = 1};

	(void)state;
	only.src[0] = i6("2001:db8::5");
	join(net);
	join(net);
	assert_int_equal(
		ip_group_filter(host(net), eth(net), ip_addr_v6(GROUP), &only),
		0);
	testnet_run_ms(net, 3000);
	testnet_forget(eth(net));
	ip6_group_del(host(net), eth(net), GROUP);
	testnet_run_ms(net, 3000);
	assert_int_equal(testnet_sent_count(eth(net)), 0);
	ip6_group_del(host(net), eth(net), GROUP);
	assert_int_equal(take_record(net, GROUP).type, GROUP_TO_INCLUDE);
	assert_int_equal(ip6_group_del(host(net), eth(net), GROUP), -ENOENT);
	testnet_free(net);
}

/* RFC 3810, 6: neither ff02::1 nor what does not reach the link. */
static void some_groups_are_never_reported(void **state)
{
	struct testnet *net = lonely(NULL);
	const struct group_query q = {.version = 3, .max_ms = 100};

	(void)state;
	ip6_group_add(host(net), eth(net), a6("ff01::5"));
	ip6_group_add(host(net), eth(net), IP6_ALL_NODES);
	testnet_run_ms(net, 2000);
	assert_int_equal(testnet_sent_count(eth(net)), 0);
	ask(net, &q);
	testnet_run_ms(net, 2000);
	take_record(net,
		    ip6_solicited_node(
			    ip6_link_local(host(net), eth(net))->net.addr));
	assert_int_equal(testnet_sent_count(eth(net)), 0);
	testnet_free(net);
}

/* RFC 3810, 5.2.13; RFC 3590, 4. */
static void before_there_is_an_address_nobody_speaks(void **state)
{
	struct testnet *net = testnet_new_empty();
	struct ip6_hdr h;
	size_t len;

	(void)state;
	testnet_add_host(net, NULL);
	testnet_add_port(net, 0, NULL);
	ip6_enable(host(net), eth(net)); /* with neighbour discovery */
	take(net, &h, &len);
	assert_true(ip6_is_zero(h.src));
	assert_true(ip6_eq(h.dst, MLD2));
	testnet_run_ms(net, 5000);
	testnet_forget(eth(net));
	join(net);
	take_record(net, GROUP);
	testnet_free(net);
}

/* RFC 3810, 6.2. */
static void a_general_query_is_answered_in_time(void **state)
{
	struct testnet *net = lonely(NULL);
	const struct group_query q = {.version = 3,
				      .max_ms = 10000,
				      .robustness = 2,
				      .interval_s = 125};

	(void)state;
	join(net);
	testnet_run_ms(net, 2000);
	testnet_forget(eth(net));
	ask(net, &q);
	testnet_run_ms(net, 0);
	assert_int_equal(testnet_sent_count(eth(net)), 0);
	testnet_run_ms(net, 10000);
	assert_int_equal(testnet_sent_count(eth(net)), 2); /* its own, too */
	testnet_free(net);
}

static void a_source_query_is_answered_for_wanted_sources(void **state)
{
	struct testnet *net = lonely(NULL);
	struct ip_filter want = {.count = 2};
	uint8_t two[32];
	const struct group_query q = {.version = 3,
				      .max_ms = 1000,
				      .group = ip_addr_v6(GROUP),
				      .sources = two,
				      .source_count = 2};
	struct group_record rec;

	(void)state;
	want.src[0] = i6("2001:db8::1");
	want.src[1] = i6("2001:db8::2");
	put_ip6(two, a6("2001:db8::2"));
	put_ip6(two + 16, a6("2001:db8::3"));
	ip_group_filter(host(net), eth(net), ip_addr_v6(GROUP), &want);
	assert_int_equal(take_record(net, GROUP).type, GROUP_ALLOW);
	testnet_run_ms(net, 2000);
	testnet_forget(eth(net));
	ask(net, &q);
	testnet_run_ms(net, 1000);
	rec = take_record(net, GROUP);
	assert_int_equal(rec.type, GROUP_IS_INCLUDE);
	assert_int_equal(rec.source_count, 1);
	assert_true(ip6_eq(get_ip6(rec.sources), a6("2001:db8::2")));
	testnet_free(net);
}

/* RFC 3810, 8.2.1; RFC 2710, 4. */
static void an_old_querier_is_answered_in_its_version(void **state)
{
	struct testnet *net = lonely(NULL);
	const struct group_query q = {.version = 2, .max_ms = 1000};

	(void)state;
	ask(net, &q);
	testnet_run_ms(net, 2000);
	testnet_forget(eth(net));
	assert_int_equal(group_version(host(net), IP_V6, eth(net)), 1);
	join(net);
	expect_old(net, ICMP6_MLD_REPORT, "ff15::1:2");
	testnet_run_ms(net, 10000);
	expect_old(net, ICMP6_MLD_REPORT, "ff15::1:2");
	ip6_group_del(host(net), eth(net), GROUP);
	expect_old(net, ICMP6_MLD_DONE, "ff02::2");
	testnet_run_ms(net, 260000);
	assert_int_equal(group_version(host(net), IP_V6, eth(net)), 2);
	testnet_free(net);
}

/* RFC 2710, 4. */
static void a_report_of_another_host_saves_ours(void **state)
{
	struct testnet *net = lonely(NULL);
	const struct group_query q = {.version = 2, .max_ms = 1};

	(void)state;
	ask(net, &q);
	testnet_run_ms(net, 1000);
	join(net);
	testnet_forget(eth(net));
	hear_old(net, ICMP6_MLD_REPORT, "ff15::1:2");
	testnet_run_ms(net, 20000);
	ip6_group_del(host(net), eth(net), GROUP);
	assert_int_equal(testnet_sent_count(eth(net)), 0);
	testnet_free(net);
}

/* RFC 3810, 5, 5.1.14, 6.2; RFC 2710, 3. */
static void what_is_wrong_has_a_name(void **state)
{
	struct testnet *net = lonely(NULL);
	const struct group_query q = {.version = 3, .max_ms = 100};
	struct how how = {.dst = IP6_ALL_NODES};
	uint8_t buf[64];
	size_t len = mld_query_emit(buf, &q);

	(void)state;
	how.hops = 2;
	inject(net, &how, buf, len);
	assert_int_equal(testnet_drops(net, 0, DROP_mld_hops), 1);
	how.hops = 1;
	how.no_alert = true;
	inject(net, &how, buf, len);
	assert_int_equal(testnet_drops(net, 0, DROP_mld_hops), 2);
	how.no_alert = false;
	how.src = a6("2001:db8::9");
	inject(net, &how, buf, len);
	assert_int_equal(testnet_drops(net, 0, DROP_mld_source), 1);
	how.src = ROUTER;
	inject(net, &how, buf, MLD_LEN - 1);
	assert_int_equal(testnet_drops(net, 0, DROP_mld_short), 1);
	inject(net, &how, buf, MLD_LEN + 2); /* no version has that length */
	assert_int_equal(testnet_drops(net, 0, DROP_mld_bad), 1);
	buf[27] = 1; /* a source that is not there */
	inject(net, &how, buf, len);
	assert_int_equal(testnet_drops(net, 0, DROP_mld_bad), 2);
	buf[27] = 0;
	how.dst = ip6_link_local(host(net), eth(net))->net.addr;
	inject(net, &how, buf, len);
	assert_int_equal(testnet_drops(net, 0, DROP_mld_dst), 1);
	how.dst = IP6_ALL_NODES;
	how.no_sum = true;
	inject(net, &how, buf, len);
	assert_int_equal(testnet_drops(net, 0, DROP_icmp_csum), 1);
	testnet_run_ms(net, 2000);
	assert_int_equal(testnet_sent_count(eth(net)), 0);
	testnet_free(net);
}

/*
 * A router.
 */

static struct testnet *router(void)
{
	const struct inet_config cfg = {.is_router = true};
	struct testnet *net = lonely(&cfg);

	assert_int_equal(group_querier_start(host(net), IP_V6, eth(net)), 0);
	testnet_run_ms(net, 0);
	return net;
}

static uint32_t members(struct testnet *net)
{
	return group_member_count(host(net), IP_V6, eth(net));
}

/* The next query that left, from our link-local address. */
static struct group_query take_query(struct testnet *net, ip6_addr to)
{
	struct group_query q;
	struct ip6_hdr h;
	size_t len;
	const uint8_t *p = take(net, &h, &len);

	assert_int_equal(p[0], ICMP6_MLD_QUERY);
	assert_true(ip6_is_link_local(h.src));
	assert_true(ip6_eq(h.dst, to));
	assert_int_equal(mld_query_parse(&q, p, len), 0);
	return q;
}

/* RFC 3810, 7.1 and 7.6.3. */
static void a_router_asks_and_remembers(void **state)
{
	struct testnet *net = router();
	struct group_query q = take_query(net, IP6_ALL_NODES);

	(void)state;
	assert_true(ip6_is_zero(q.group.v6));
	assert_int_equal(q.version, 3);
	assert_int_equal(q.max_ms, 10000);
	assert_int_equal(q.interval_s, 125);
	hear(net, GROUP_IS_EXCLUDE, GROUP);
	assert_int_equal(members(net), 1);
	testnet_run_ms(net, 1000);
	testnet_forget(eth(net));

	hear(net, GROUP_TO_INCLUDE, GROUP);
	q = take_query(net, GROUP);
	assert_true(ip6_eq(q.group.v6, GROUP));
	assert_int_equal(q.max_ms, 1000);
	testnet_run_ms(net, 1000);
	take_query(net, GROUP);
	testnet_run_ms(net, 1000);
	assert_int_equal(members(net), 0);
	testnet_free(net);
}

/* What never leaves its link is nothing that a router needs to know. */
static void groups_of_the_link_are_not_remembered(void **state)
{
	struct testnet *net = router();

	(void)state;
	hear(net, GROUP_IS_EXCLUDE, a6("ff02::1:ff00:1"));
	hear(net, GROUP_IS_EXCLUDE, a6("ff02::fb"));
	assert_int_equal(members(net), 0);
	testnet_free(net);
}

/* RFC 3590, 4: it is for switches. */
static void a_report_from_nobody_is_not_believed(void **state)
{
	struct testnet *net = router();
	const struct group_record rec = {.type = GROUP_IS_EXCLUDE,
					 .group = ip_addr_v6(GROUP)};
	const struct ip6_hdr h = {
		.dst = MLD2, .next = IP_PROTO_HOPOPTS, .hops = 1};
	uint8_t buf[64] = {IP_PROTO_ICMP6, 0, 5, 2, 0, 0, 1, 0};
	size_t len = mld_report2_emit(buf + 8, &rec);
	uint32_t sum =
		csum_pseudo6(h.src, h.dst, IP_PROTO_ICMP6, (uint32_t)len);
	struct frame f;

	(void)state;
	put16(buf + 10, csum_fold(csum_add(sum, buf + 8, len)));
	frame_ip6(&f, eth(net), &h, buf, len + 8);
	frame_inject(&f, eth(net));
	assert_int_equal(members(net), 0);
	assert_int_equal(testnet_drops(net, 0, DROP_mld_source), 0);
	testnet_free(net);
}

/* RFC 3810, 8.3.2: whoever speaks version 1 cannot be asked of sources. */
static void old_hosts_are_served_too(void **state)
{
	struct testnet *net = router();

	(void)state;
	hear_old(net, ICMP6_MLD_REPORT, "ff15::1:2");
	assert_int_equal(members(net), 1);
	testnet_forget(eth(net));
	hear_old(net, ICMP6_MLD_DONE, "ff02::2");
	assert_int_equal(take_query(net, GROUP).version, 2);
	hear_old(net, ICMP6_MLD_REPORT, "ff15::1:2"); /* there was another */
	testnet_run_ms(net, 5000);
	assert_int_equal(members(net), 1);
	testnet_free(net);
}

/* RFC 3810, 7.6.2. */
static void the_lowest_address_asks(void **state)
{
	struct testnet *net = router();
	const struct group_query q = {.version = 3, .max_ms = 10000};
	const struct how lower = {.src = a6("fe80::1"), .dst = IP6_ALL_NODES},
			 higher = {.src = a6("fe80:0:0:0:ffff::"),
				   .dst = IP6_ALL_NODES};
	uint8_t buf[64];
	size_t len = mld_query_emit(buf, &q);

	(void)state;
	inject(net, &higher, buf, len);
	assert_true(group_is_querier(host(net), IP_V6, eth(net)));
	inject(net, &lower, buf, len);
	assert_false(group_is_querier(host(net), IP_V6, eth(net)));
	testnet_run_ms(net, 256000);
	assert_true(group_is_querier(host(net), IP_V6, eth(net)));
	testnet_free(net);
}

static void a_table_that_is_full_says_so(void **state)
{
	struct testnet *net = router();
	ip6_addr group = GROUP;

	(void)state;
	for (uint16_t i = 0; i < 1025; i++) {
		put16(group.o + 14, i);
		hear(net, GROUP_IS_EXCLUDE, group);
	}
	assert_int_equal(members(net), 1024);
	assert_int_equal(testnet_drops(net, 0, DROP_mld_full), 1);
	testnet_free(net);
}

/* RFC 3810, 5.1.3. */
static void codes_are_small_floating_numbers(void **state)
{
	(void)state;
	assert_int_equal(group_code16_value(10000), 10000);
	assert_int_equal(group_code16_value(0x8000), 32768);
	assert_int_equal(group_code16_value(0xffff), 8387584);
	for (unsigned int i = 0; i < 65536; i++)
		assert_int_equal(
			group_code16_of(group_code16_value((uint16_t)i)), i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(joining_and_leaving_are_told_twice),
		cmocka_unit_test(a_group_is_held_until_the_last_lets_go),
		cmocka_unit_test(some_groups_are_never_reported),
		cmocka_unit_test(before_there_is_an_address_nobody_speaks),
		cmocka_unit_test(a_general_query_is_answered_in_time),
		cmocka_unit_test(a_source_query_is_answered_for_wanted_sources),
		cmocka_unit_test(an_old_querier_is_answered_in_its_version),
		cmocka_unit_test(a_report_of_another_host_saves_ours),
		cmocka_unit_test(what_is_wrong_has_a_name),
		cmocka_unit_test(a_router_asks_and_remembers),
		cmocka_unit_test(groups_of_the_link_are_not_remembered),
		cmocka_unit_test(a_report_from_nobody_is_not_believed),
		cmocka_unit_test(old_hosts_are_served_too),
		cmocka_unit_test(the_lowest_address_asks),
		cmocka_unit_test(a_table_that_is_full_says_so),
		cmocka_unit_test(codes_are_small_floating_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
