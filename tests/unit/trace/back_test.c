// SPDX-License-Identifier: MIT
/* back_test.c - tables as they were, played back from the log */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "golden.h"
#include "told.h"
#include "trace/back.h"

static struct told t;
static struct strbuf out;
static struct ip_addr ip;
static struct endpoint a, b;
static const mac_addr mac = {{2, 0, 0, 0, 0, 1}};

static int setup(void **state)
{
	(void)state;
	told_init(&t);
	strbuf_init(&out, &t.mem);
	assert_int_equal(ip_addr_parse(&ip, "10.1.0.1"), 0);
	assert_int_equal(endpoint_parse(&a, "10.1.0.10:49152"), 0);
	assert_int_equal(endpoint_parse(&b, "10.9.0.80:80"), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	strbuf_fini(&out);
	told_fini(&t);
	return 0;
}

static uint32_t tell_arp(uint64_t us, enum reason what)
{
	return PROBE(told_at(&t, "laptop", us), EV_LEARN, what, NULL,
		     EVF_IP("ip", &ip), EVF_MAC("mac", &mac));
}

static uint32_t tell_state(uint64_t us, const char *to)
{
	return PROBE(told_at(&t, "laptop", us), EV_STATE, R_TCP_STATE, NULL,
		     EVF_TEXT("from", "?"), EVF_TEXT("to", to),
		     EVF_EP("local", &a), EVF_EP("remote", &b));
}

static const char *tables_at(uint32_t n)
{
	strbuf_clear(&out);
	assert_int_equal(back_tables(t.log, n, &out), 0);
	return strbuf_text(&out);
}

static void all_tables_of_a_moment_are_the_golden_ones(void **state)
{
	uint32_t n;

	(void)state;
	PROBE(told_at(&t, "sw", 0), EV_LEARN, R_SW_LEARN, NULL,
	      EVF_MAC("mac", &mac), EVF_TEXT("port", "p1"),
	      EVF_NUM("entries", 1));
	tell_arp(0, R_ARP_LEARN);
	PROBE(told_at(&t, "r-home", 0), EV_LEARN, R_NAT_NEW, NULL,
	      EVF_EP("from", &a), EVF_EP("to", &b), EVF_EP("remote", &b));
	PROBE(told_at(&t, "laptop", 0), EV_LEARN, R_HCACHE_STORE, NULL,
	      EVF_TEXT("name", "www.shop.test"), EVF_IP("ip", &b.addr),
	      EVF_NUM("ttl", 300));
	PROBE(told_at(&t, "resolver", 0), EV_LEARN, R_DNS_CACHE_STORE, NULL,
	      EVF_TEXT("name", "test"), EVF_TEXT("type", "NS"),
	      EVF_TEXT("data", "test-dns"), EVF_NUM("ttl", 3600));
	PROBE(told_at(&t, "laptop", 0), EV_LEARN, R_BCACHE_STORE, NULL,
	      EVF_TEXT("url", "http://www.shop.test/"), EVF_NUM("octets", 612),
	      EVF_NUM("fresh_s", 60));
	n = tell_state(10000000, "ESTABLISHED");
	tell_state(20000000, "CLOSED");
	assert_golden("back.txt", tables_at(n));
}

static void what_comes_later_is_not_known_yet(void **state)
{
	uint32_t n = tell_state(0, "SYN-SENT");

	(void)state;
	tell_arp(1, R_ARP_LEARN);
	assert_null(strstr(tables_at(n), "ARP cache"));
	assert_non_null(strstr(tables_at(n), "SYN-SENT"));
	assert_non_null(strstr(tables_at(n + 1), "ARP cache"));
}

static void what_is_forgotten_is_gone_and_may_come_back(void **state)
{
	uint32_t learned = tell_arp(0, R_ARP_LEARN);
	uint32_t aged = tell_arp(1, R_ARP_AGE);
	uint32_t again = tell_arp(2, R_ARP_LEARN);

	(void)state;
	assert_non_null(strstr(tables_at(learned), "10.1.0.1"));
	assert_string_equal(tables_at(aged), "");
	assert_non_null(strstr(tables_at(again), "10.1.0.1"));
}

static void a_closed_connection_is_no_connection(void **state)
{
	uint32_t open = tell_state(0, "ESTABLISHED");
	uint32_t closed = tell_state(1, "CLOSED");

	(void)state;
	assert_non_null(strstr(tables_at(open), "ESTABLISHED"));
	assert_string_equal(tables_at(closed), "");
}

static void an_entry_lives_as_long_as_its_time_to_live(void **state)
{
	uint32_t n = PROBE(told_at(&t, "laptop", 0), EV_LEARN, R_HCACHE_STORE,
			   NULL, EVF_TEXT("name", "www.shop.test"),
			   EVF_IP("ip", &ip), EVF_NUM("ttl", 2));

	(void)state;
	assert_non_null(strstr(tables_at(n), "(for 2.0 s more)"));
	n = tell_state(1500000, "CLOSED");
	assert_non_null(strstr(tables_at(n), "(for 0.5 s more)"));
	n = tell_state(2000000, "CLOSED");
	assert_string_equal(tables_at(n), "");
}

static void hosts_do_not_share_tables(void **state)
{
	uint32_t n;

	(void)state;
	tell_arp(0, R_ARP_LEARN);
	n = PROBE(told_at(&t, "web", 0), EV_LEARN, R_ARP_AGE, NULL,
		  EVF_IP("ip", &ip), EVF_MAC("mac", &mac));
	assert_non_null(strstr(tables_at(n), "  laptop\n"));
	assert_null(strstr(tables_at(n), "  web\n"));
}

static void programs_get_the_same_as_json(void **state)
{
	uint32_t n = tell_arp(0, R_ARP_LEARN);
	struct json j = json_begin(&out);

	(void)state;
	assert_int_equal(back_tables_json(t.log, n, &j), 0);
	assert_string_equal(strbuf_text(&out),
			    "[{\"table\":\"ARP cache\",\"host\":\"laptop\","
			    "\"key\":\"10.1.0.1\","
			    "\"value\":\"02:00:00:00:00:01\",\"since\":1}]");
}

static void no_memory_is_an_answer(void **state)
{
	uint32_t n = tell_arp(0, R_ARP_LEARN);

	(void)state;
	t.mem.calls = 0;
	t.mem.fail_at = 1;
	assert_int_equal(back_tables(t.log, n, &out), -ENOMEM);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_tables_of_a_moment_are_the_golden_ones),
		TEST(what_comes_later_is_not_known_yet),
		TEST(what_is_forgotten_is_gone_and_may_come_back),
		TEST(a_closed_connection_is_no_connection),
		TEST(an_entry_lives_as_long_as_its_time_to_live),
		TEST(hosts_do_not_share_tables),
		TEST(programs_get_the_same_as_json),
		TEST(no_memory_is_an_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
