// SPDX-License-Identifier: MIT
/*
 * igmp_test.c - what a host says about groups, and when
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wire/igmp.h"
#include "wire/proto.h"

#include "ip/igmp.h"
#include "ip/ip.h"
#include "testframe.h"
#include "testnet.h"

#define GROUP  ip4_make(239, 1, 2, 3)
#define ROUTER ip4_make(10, 0, 0, 9)

static struct testnet *lonely(void)
{
	struct testnet *net = testnet_new_empty();

	testnet_add_host(net, NULL);
	testnet_add_port(net, 0, "10.0.0.1/24");
	return net;
}

static struct netif *eth(struct testnet *net)
{
	return testnet_netif(net, 0, 0);
}

static struct stack *host(struct testnet *net)
{
	return testnet_host(net, 0);
}

/* The next message that left; its IP header in @h. */
static const uint8_t *take(struct testnet *net, struct ip4_hdr *h, size_t *len)
{
	static struct frame f;
	const uint8_t *p;

	assert_true(frame_take(&f, eth(net)) > 0);
	*h = frame_to_ip4(&f);
	assert_int_equal(h->proto, IP_PROTO_IGMP);
	assert_int_equal(h->ttl, 1);
	assert_int_equal(h->opts_len, 4);
	p = frame_l4(&f, len);
	assert_true(igmp_check(p, *len) > 0);
	return p;
}

/* It is a version 3 report of one record. */
static struct group_record take_record(struct testnet *net)
{
	struct group_record rec;
	struct ip4_hdr h;
	size_t len, off = IGMP_LEN;
	const uint8_t *p = take(net, &h, &len);

	assert_int_equal(p[0], IGMP_REPORT_3);
	assert_int_equal(h.dst.v, IGMP_ALL_IGMP3.v);
	assert_int_equal(igmp_record_count(p), 1);
	assert_int_equal(igmp_record_next(&rec, p, len, &off), 1);
	assert_int_equal(rec.group.v4.v, GROUP.v);
	return rec;
}

static void expect_old(struct testnet *net, uint8_t type, ip4_addr to)
{
	struct ip4_hdr h;
	size_t len;
	const uint8_t *p = take(net, &h, &len);

	assert_int_equal(p[0], type);
	assert_int_equal(len, IGMP_LEN);
	assert_int_equal(h.dst.v, to.v);
	assert_int_equal(get_ip4(p + 4).v, GROUP.v);
}

static void inject(struct testnet *net, ip4_addr src, ip4_addr dst, uint8_t ttl,
		   const uint8_t *msg, size_t len)
{
	static const uint8_t alert[] = {148, 4, 0, 0};
	struct ip4_hdr h = {
		.src = src,
		.dst = dst,
		.proto = IP_PROTO_IGMP,
		.ttl = ttl,
		.opts = alert,
		.opts_len = 4,
	};
	struct frame f;

	frame_ip4(&f, eth(net), &h, msg, len);
	frame_inject(&f, eth(net));
}

static void ask(struct testnet *net, const struct group_query *q)
{
	uint8_t buf[256];
	size_t len = igmp_query_emit(buf, q);

	inject(net, ROUTER,
	       ip4_is_zero(q->group.v4) ? IGMP_ALL_HOSTS : q->group.v4, 1, buf,
	       len);
}

/* RFC 4541, 2.1.1: a switch asks with the source 0.0.0.0. */
static void who_has_no_address_is_answered_and_not_elected(void **state)
{
	const struct group_query q = {
		.version = 3, .max_ms = 100, .group = {.family = IP_V4}};
	struct testnet *net = lonely();
	uint8_t buf[256];
	size_t len = igmp_query_emit(buf, &q);

	(void)state;
	ip_group_add(host(net), eth(net), GROUP);
	group_querier_start(host(net), IP_V4, eth(net));
	testnet_run_ms(net, 2000);
	testnet_forget(eth(net));
	inject(net, IP4_ANY, IGMP_ALL_HOSTS, 1, buf, len);
	testnet_run_ms(net, 100);
	assert_int_equal(take_record(net).type, GROUP_IS_EXCLUDE);
	assert_true(group_is_querier(host(net), IP_V4, eth(net)));
	testnet_free(net);
}

static void joining_is_told_twice(void **state)
{
	struct testnet *net = lonely();

	(void)state;
	assert_int_equal(ip_group_add(host(net), eth(net), GROUP), 0);
	assert_int_equal(take_record(net).type, GROUP_TO_EXCLUDE);
	testnet_run_ms(net, 1000);
	assert_int_equal(take_record(net).type, GROUP_TO_EXCLUDE);
	testnet_run_ms(net, 60000);
	assert_int_equal(testnet_sent_count(eth(net)), 0);
	testnet_free(net);
}

static void leaving_is_told_twice_and_receives_nothing(void **state)
{
	struct testnet *net = lonely();
	struct ip4_hdr h = {
		.src = ROUTER, .dst = GROUP, .ttl = 1, .proto = IP_PROTO_UDP};
	struct frame f;

	(void)state;
	ip_group_add(host(net), eth(net), GROUP);
	testnet_run_ms(net, 2000);
	testnet_forget(eth(net));
	assert_int_equal(ip_group_del(host(net), eth(net), GROUP), 0);
	assert_int_equal(take_record(net).type, GROUP_TO_INCLUDE);
	frame_udp(&f, eth(net), &h, 1, 2, "x", 1);
	frame_inject(&f, eth(net));
	assert_int_equal(testnet_drops(net, 0, DROP_ip_not_ours), 1);
	testnet_run_ms(net, 1000);
	assert_int_equal(take_record(net).type, GROUP_TO_INCLUDE);
	assert_int_equal(ip_group_del(host(net), eth(net), GROUP), -ENOENT);
	testnet_free(net);
}

/* RFC 3376, 5: never for 224.0.0.1. */
static void all_hosts_is_never_reported(void **state)
{
	struct testnet *net = lonely();
	const struct group_query q = {.version = 3, .max_ms = 100};

	(void)state;
	assert_int_equal(ip_group_add(host(net), eth(net), IGMP_ALL_HOSTS), 0);
	ask(net, &q);
	testnet_run_ms(net, 5000);
	assert_int_equal(testnet_sent_count(eth(net)), 0);
	testnet_free(net);
}

static void a_general_query_is_answered_in_time(void **state)
{
	struct testnet *net = lonely();
	const struct group_query q = {.version = 3,
				      .max_ms = 10000,
				      .robustness = 2,
				      .interval_s = 125};

	(void)state;
	ip_group_add(host(net), eth(net), GROUP);
	testnet_run_ms(net, 2000);
	testnet_forget(eth(net));
	ask(net, &q);
	testnet_run_ms(net, 0);
	assert_int_equal(testnet_sent_count(eth(net)), 0);
	testnet_run_ms(net, 10000);
	assert_int_equal(take_record(net).type, GROUP_IS_EXCLUDE);
	assert_int_equal(testnet_sent_count(eth(net)), 0);
	testnet_free(net);
}

/* RFC 3376, 5.2: of the sources asked for, those that are wanted. */
static void a_source_query_is_answered_for_wanted_sources(void **state)
{
	struct testnet *net = lonely();
	struct ip_filter want = {.count = 2};
	uint8_t two[8];
	const struct group_query q = {.version = 3,
				      .max_ms = 1000,
				      .group = ip_addr_v4(GROUP),
				      .sources = two,
				      .source_count = 2};
	struct group_record rec;

	(void)state;
	want.src[0] = ip_addr_v4(ip4_make(1, 1, 1, 1));
	want.src[1] = ip_addr_v4(ip4_make(1, 1, 1, 2));
	put_ip4(two, ip4_make(1, 1, 1, 2));
	put_ip4(two + 4, ip4_make(1, 1, 1, 3));
	assert_int_equal(
		ip_group_filter(host(net), eth(net), ip_addr_v4(GROUP), &want),
		0);
	assert_int_equal(take_record(net).type, GROUP_ALLOW);
	testnet_run_ms(net, 2000);
	testnet_forget(eth(net));
	ask(net, &q);
	testnet_run_ms(net, 1000);
	rec = take_record(net);
	assert_int_equal(rec.type, GROUP_IS_INCLUDE);
	assert_int_equal(rec.source_count, 1);
	assert_int_equal(get_ip4(rec.sources).v, ip4_make(1, 1, 1, 2).v);
	testnet_free(net);
}

static void a_change_of_sources_is_allow_and_block(void **state)
{
	struct testnet *net = lonely();
	struct ip_filter want = {.is_exclude = true, .count = 1};
	struct group_record rec;

	(void)state;
	want.src[0] = ip_addr_v4(ip4_make(1, 1, 1, 1));
	ip_group_filter(host(net), eth(net), ip_addr_v4(GROUP), &want);
	testnet_run_ms(net, 2000);
	testnet_forget(eth(net));
	want.src[0] = ip_addr_v4(ip4_make(1, 1, 1, 2));
	ip_group_filter(host(net), eth(net), ip_addr_v4(GROUP), &want);
	rec = take_record(net);
	assert_int_equal(rec.type, GROUP_ALLOW);
	assert_int_equal(get_ip4(rec.sources).v, ip4_make(1, 1, 1, 1).v);
	rec = take_record(net);
	assert_int_equal(rec.type, GROUP_BLOCK);
	assert_int_equal(get_ip4(rec.sources).v, ip4_make(1, 1, 1, 2).v);
	testnet_free(net);
}

static void a_source_that_is_not_wanted_is_dropped(void **state)
{
	struct testnet *net = lonely();
	struct ip_filter want = {.is_exclude = true, .count = 1};
	struct ip4_hdr h = {
		.src = ROUTER, .dst = GROUP, .ttl = 1, .proto = IP_PROTO_UDP};
	struct frame f;

	(void)state;
	want.src[0] = ip_addr_v4(ROUTER);
	ip_group_filter(host(net), eth(net), ip_addr_v4(GROUP), &want);
	frame_udp(&f, eth(net), &h, 1, 2, "x", 1);
	frame_inject(&f, eth(net));
	assert_int_equal(testnet_drops(net, 0, DROP_group_source), 1);
	testnet_free(net);
}

/* RFC 3376, 7.2.1. */
static void an_old_querier_is_answered_in_its_version(void **state)
{
	struct testnet *net = lonely();
	const struct group_query q = {.version = 2, .max_ms = 1000};

	(void)state;
	ask(net, &q);
	assert_int_equal(group_version(host(net), IP_V4, eth(net)), 2);
	ip_group_add(host(net), eth(net), GROUP);
	expect_old(net, IGMP_REPORT_2, GROUP);
	testnet_run_ms(net, 10000);
	expect_old(net, IGMP_REPORT_2, GROUP);
	ip_group_del(host(net), eth(net), GROUP);
	expect_old(net, IGMP_LEAVE, IGMP_ALL_ROUTERS);
	testnet_run_ms(net, 260000);
	assert_int_equal(group_version(host(net), IP_V4, eth(net)), 3);
	testnet_free(net);
}

/* RFC 2236, 3: one report for a link is enough. */
static void a_report_of_another_host_saves_ours(void **state)
{
	struct testnet *net = lonely();
	const struct group_query q = {.version = 2, .max_ms = 10000};
	uint8_t report[IGMP_LEN];

	(void)state;
	ask(net, &q);
	ip_group_add(host(net), eth(net), GROUP);
	testnet_forget(eth(net));
	igmp_emit(report, IGMP_REPORT_2, GROUP);
	inject(net, ROUTER, GROUP, 1, report, sizeof(report));
	testnet_run_ms(net, 20000);
	assert_int_equal(testnet_sent_count(eth(net)), 0);
	ip_group_del(host(net), eth(net), GROUP);
	assert_int_equal(testnet_sent_count(eth(net)), 0);
	testnet_free(net);
}

static void version_1_is_spoken_too(void **state)
{
	struct testnet *net = lonely();
	const struct group_query q = {.version = 1};

	(void)state;
	ask(net, &q);
	assert_int_equal(group_version(host(net), IP_V4, eth(net)), 1);
	ip_group_add(host(net), eth(net), GROUP);
	expect_old(net, IGMP_REPORT_1, GROUP);
	testnet_forget(eth(net));
	ip_group_del(host(net), eth(net), GROUP);
	assert_int_equal(testnet_sent_count(eth(net)), 0);
	testnet_free(net);
}

static void what_is_wrong_has_a_name(void **state)
{
	struct testnet *net = lonely();
	const struct group_query q = {.version = 3, .max_ms = 100};
	uint8_t buf[32];
	size_t len = igmp_query_emit(buf, &q);

	(void)state;
	inject(net, ROUTER, IGMP_ALL_HOSTS, 2, buf, len);
	assert_int_equal(testnet_drops(net, 0, DROP_igmp_hops), 1);
	inject(net, ip4_make(10, 9, 9, 9), IGMP_ALL_HOSTS, 1, buf, len);
	assert_int_equal(testnet_drops(net, 0, DROP_igmp_source), 1);
	inject(net, ROUTER, ip4_make(10, 0, 0, 1), 1, buf, len);
	assert_int_equal(testnet_drops(net, 0, DROP_igmp_dst), 1);
	inject(net, ROUTER, IGMP_ALL_HOSTS, 1, buf, 7);
	assert_int_equal(testnet_drops(net, 0, DROP_igmp_short), 1);
	buf[9] ^= 1;
	inject(net, ROUTER, IGMP_ALL_HOSTS, 1, buf, len);
	assert_int_equal(testnet_drops(net, 0, DROP_igmp_csum), 1);
	igmp_emit(buf, 0x99, GROUP);
	inject(net, ROUTER, IGMP_ALL_HOSTS, 1, buf, IGMP_LEN);
	assert_int_equal(testnet_drops(net, 0, DROP_igmp_type), 1);
	testnet_free(net);
}

/* RFC 3376, 4.1.1. */
static void codes_are_small_floating_numbers(void **state)
{
	(void)state;
	assert_int_equal(group_code_value(100), 100);
	assert_int_equal(group_code_value(0x80), 128);
	assert_int_equal(group_code_value(0xff), 31744);
	for (unsigned int i = 0; i < 256; i++)
		assert_int_equal(group_code_of(group_code_value((uint8_t)i)),
				 i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			who_has_no_address_is_answered_and_not_elected),
		cmocka_unit_test(joining_is_told_twice),
		cmocka_unit_test(leaving_is_told_twice_and_receives_nothing),
		cmocka_unit_test(all_hosts_is_never_reported),
		cmocka_unit_test(a_general_query_is_answered_in_time),
		cmocka_unit_test(a_source_query_is_answered_for_wanted_sources),
		cmocka_unit_test(a_change_of_sources_is_allow_and_block),
		cmocka_unit_test(a_source_that_is_not_wanted_is_dropped),
		cmocka_unit_test(an_old_querier_is_answered_in_its_version),
		cmocka_unit_test(a_report_of_another_host_saves_ours),
		cmocka_unit_test(version_1_is_spoken_too),
		cmocka_unit_test(what_is_wrong_has_a_name),
		cmocka_unit_test(codes_are_small_floating_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
