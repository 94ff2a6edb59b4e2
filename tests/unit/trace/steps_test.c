// SPDX-License-Identifier: MIT
/*
 * steps_test.c - a visit is cut into steps, and told
 *
 * The events are told by hand, in the order and with the fields of the
 * programs that emit them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "golden.h"
#include "told.h"
#include "trace/steps.h"
#include "trace/visit_print.h"

#define URL    "http://www.shop.test/"
#define AT(us) told_at(&t, "laptop", (us))

static struct told t;
static struct strbuf out;
static struct endpoint local, remote;
static struct ip_addr gateway;
static const mac_addr gateway_mac = {{2, 0, 0, 0, 0, 3}};

static int setup(void **state)
{
	(void)state;
	told_init(&t);
	told_host(&t, "laptop", "host", "10.1.0.10", 1);
	told_host(&t, "web", "host", "10.9.0.80", 2);
	told_host(&t, "r-home", "router", "10.1.0.1", 3);
	strbuf_init(&out, &t.mem);
	assert_int_equal(endpoint_parse(&local, "10.1.0.10:49152"), 0);
	assert_int_equal(endpoint_parse(&remote, "10.9.0.80:80"), 0);
	assert_int_equal(ip_addr_parse(&gateway, "10.1.0.1"), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	strbuf_fini(&out);
	told_fini(&t);
	return 0;
}

static void tell_begin(uint64_t us)
{
	PROBE(AT(us), EV_APP, R_VISIT_BEGIN, NULL, EVF_TEXT("url", URL));
	PROBE(AT(us), EV_APP, R_URL_PARSE, NULL, EVF_TEXT("url", URL),
	      EVF_TEXT("scheme", "http"), EVF_TEXT("host", "www.shop.test"),
	      EVF_NUM("port", 80), EVF_TEXT("path", "/"));
}

static void tell_caches(uint64_t us)
{
	PROBE(AT(us), EV_LOOKUP, R_BCACHE_MISS, NULL, EVF_TEXT("url", URL));
	PROBE(AT(us), EV_LOOKUP, R_HOSTS_MISS, NULL,
	      EVF_TEXT("name", "www.shop.test"));
	PROBE(AT(us), EV_LOOKUP, R_HCACHE_MISS, NULL,
	      EVF_TEXT("name", "www.shop.test"));
}

/* DNS waits for ARP. */
static void tell_dns(void)
{
	PROBE(AT(0), EV_APP, R_DNS_QUERY, NULL,
	      EVF_TEXT("name", "www.shop.test"));
	PROBE(AT(0), EV_LOOKUP, R_ARP_MISS, NULL, EVF_IP("ip", &gateway));
	PROBE(AT(400), EV_LEARN, R_ARP_LEARN, NULL, EVF_IP("ip", &gateway),
	      EVF_MAC("mac", &gateway_mac));
	PROBE(AT(192800), EV_APP, R_DNS_ANSWER, NULL,
	      EVF_TEXT("name", "www.shop.test"), EVF_TEXT("data", "10.9.0.80"),
	      EVF_NUM("ttl", 300));
}

static void tell_state(uint64_t us, const char *from, const char *to,
		       bool is_waiting)
{
	PROBE(AT(us), EV_STATE, R_TCP_STATE, NULL, EVF_TEXT("from", from),
	      EVF_TEXT("to", to), EVF_EP("local", &local),
	      EVF_EP("remote", &remote),
	      EVF_NUM(is_waiting ? "wait_ms" : NULL, 60000));
}

static void tell_http(void)
{
	PROBE(AT(249600), EV_APP, R_HTTP_REQUEST, NULL, EVF_TEXT("url", URL),
	      EVF_TEXT("method", "GET"));
	PROBE(AT(298200), EV_APP, R_HTTP_RESPONSE, NULL, EVF_TEXT("url", URL),
	      EVF_NUM("status", 200), EVF_NUM("octets", 612),
	      EVF_TEXT("type", "text/html"));
	PROBE(AT(298200), EV_APP, R_PAGE_SHOWN, NULL, EVF_NUM("status", 200),
	      EVF_NUM("octets", 612), EVF_NUM("resources", 1));
}

static void tell_close(void)
{
	tell_state(298200, "ESTABLISHED", "FIN-WAIT-1", false);
	tell_state(346800, "FIN-WAIT-1", "FIN-WAIT-2", false);
	tell_state(346800, "FIN-WAIT-2", "TIME-WAIT", true);
	PROBE(AT(346800), EV_APP, R_VISIT_END, NULL, EVF_TEXT("url", URL),
	      EVF_NUM("status", 200));
}

static void tell_visit(void)
{
	tell_begin(0);
	tell_caches(0);
	tell_dns();
	tell_state(192800, "CLOSED", "SYN-SENT", false);
	tell_state(249600, "SYN-SENT", "ESTABLISHED", false);
	tell_http();
	tell_close();
}

static void a_visit_has_the_steps_a_person_thinks_in(void **state)
{
	static const enum step_kind kinds[] = {
		STEP_URL, STEP_BROWSER_CACHE, STEP_OS_CACHE, STEP_ARP,
		STEP_DNS, STEP_TCP,	      STEP_HTTP,     STEP_CLOSE,
	};
	struct visit_view v;
	size_t i;

	(void)state;
	tell_visit();
	assert_true(visit_find(&v, t.log, 1));
	assert_int_equal(v.count, 8);
	for (i = 0; i < 8; i++) {
		assert_int_equal(v.steps[i].kind, kinds[i]);
		assert_true(v.steps[i].is_done);
		assert_int_equal(v.steps[i].is_after, i == 7);
	}
	assert_true(v.is_shown);
	assert_int_equal(v.status, 200);
	assert_int_equal(v.octets, 612);
	assert_string_equal(v.steps[5].peer, "web");
	assert_false(visit_find(&v, t.log, 2));
	assert_false(visit_find(&v, t.log, 0));
}

/* DNS begins before ARP, but the time of ARP is told once, as ARP's. */
static void no_moment_counts_twice(void **state)
{
	struct visit_view v;
	uint64_t sum = 0;
	size_t i;

	(void)state;
	tell_visit();
	assert_true(visit_find(&v, t.log, 1));
	for (i = 0; i < v.count; i++)
		if (!v.steps[i].is_after)
			sum += v.steps[i].end_ns - v.steps[i].begin_ns;
	assert_int_equal(sum, v.end_ns - v.begin_ns);
	assert_int_equal(v.steps[3].end_ns - v.steps[3].begin_ns, 400000);
	assert_int_equal(v.steps[4].end_ns - v.steps[4].begin_ns, 192400000);
}

static void an_event_belongs_to_the_innermost_step(void **state)
{
	struct visit_view v;
	uint32_t arp, dns;

	(void)state;
	tell_visit();
	assert_true(visit_find(&v, t.log, 1));
	arp = v.steps[3].first;
	dns = v.steps[4].first;
	assert_true(dns < arp);
	assert_int_equal(visit_step_of(&v, arp), 4);
	assert_int_equal(visit_step_of(&v, dns), 5);
	assert_int_equal(visit_step_of(&v, v.begin), 0);
}

static void print(const struct visit_style *style)
{
	struct visit_view v;

	assert_true(visit_find(&v, t.log, 1));
	visit_print(&v, style, &out);
}

static void the_table_is_the_golden_one(void **state)
{
	struct visit_style style = {.seed = 42};

	(void)state;
	tell_visit();
	print(&style);
	assert_golden("visit.txt", strbuf_text(&out));
}

static void quiet_is_one_line_and_ascii_is_ascii(void **state)
{
	struct visit_style style = {
		.seed = 42, .verbosity = -1, .is_ascii = true};
	const char *p;

	(void)state;
	tell_visit();
	print(&style);
	assert_string_equal(strbuf_text(&out),
			    "visit http://www.shop.test/   200 OK   612 bytes "
			    "  page after 298.2 ms (virtual, seed 42)   0 "
			    "frames lost\n");
	style.verbosity = 0;
	print(&style);
	for (p = strbuf_text(&out); *p; p++)
		assert_true((unsigned char)*p < 0x80);
}

static void what_the_browser_keeps_needs_no_network(void **state)
{
	struct visit_style style = {.seed = 42};

	(void)state;
	tell_begin(0);
	PROBE(AT(0), EV_LOOKUP, R_BCACHE_HIT, NULL, EVF_TEXT("url", URL),
	      EVF_NUM("age_s", 5), EVF_NUM("fresh_s", 55));
	PROBE(AT(0), EV_APP, R_PAGE_SHOWN, NULL, EVF_NUM("status", 200),
	      EVF_NUM("octets", 612), EVF_NUM("resources", 1));
	print(&style);
	assert_golden("visit-cached.txt", strbuf_text(&out));
}

static void a_name_that_does_not_exist_is_the_result(void **state)
{
	struct visit_style style = {.seed = 42};

	(void)state;
	tell_begin(0);
	tell_caches(0);
	PROBE(AT(0), EV_APP, R_DNS_QUERY, NULL,
	      EVF_TEXT("name", "www.shop.test"));
	PROBE(AT(80000), EV_APP, R_DNS_NEGATIVE, NULL,
	      EVF_TEXT("name", "www.shop.test"),
	      EVF_TEXT("text", "no such name"));
	PROBE(AT(80000), EV_APP, R_VISIT_FAIL, NULL, EVF_TEXT("url", URL),
	      EVF_TEXT("text", "there is no www.shop.test"));
	print(&style);
	assert_golden("visit-no-name.txt", strbuf_text(&out));
}

static void a_refused_connection_is_the_result(void **state)
{
	struct visit_view v;

	(void)state;
	tell_begin(0);
	tell_state(0, "CLOSED", "SYN-SENT", false);
	PROBE(AT(50000), EV_NOTE, R_TCP_REFUSED, NULL, EVF_NUM("port", 80));
	tell_state(50000, "SYN-SENT", "CLOSED", false);
	PROBE(AT(50000), EV_APP, R_VISIT_FAIL, NULL, EVF_TEXT("url", URL),
	      EVF_TEXT("text", "connection refused"));
	assert_true(visit_find(&v, t.log, 1));
	assert_int_equal(v.count, 2);
	assert_string_equal(v.steps[1].result,
			    "REFUSED: nobody listens on that port");
	assert_false(v.is_shown);
	assert_string_equal(v.failure, "connection refused");
	assert_int_equal(v.end_ns - v.begin_ns, 50000000);
}

static void a_step_that_never_ends_ends_with_the_visit(void **state)
{
	struct visit_view v;

	(void)state;
	tell_begin(0);
	tell_state(0, "CLOSED", "SYN-SENT", false);
	PROBE(AT(90000), EV_NOTE, R_NONE, NULL, EVF_NUM("x", 1));
	assert_true(visit_find(&v, t.log, 1));
	assert_false(v.steps[1].is_done);
	assert_int_equal(v.steps[1].end_ns, 90000000);
	assert_string_equal(v.steps[1].result, "no answer");
	assert_null(v.failure);
}

static void two_visits_are_two_stories(void **state)
{
	struct visit_view v;

	(void)state;
	tell_visit();
	tell_begin(5000000);
	PROBE(AT(5000000), EV_LOOKUP, R_BCACHE_HIT, NULL, EVF_TEXT("url", URL),
	      EVF_NUM("fresh_s", 50));
	assert_true(visit_find(&v, t.log, 1));
	assert_int_equal(v.count, 8);
	assert_true(visit_find(&v, t.log, 2));
	assert_int_equal(v.count, 2);
	assert_int_equal(v.begin_ns, 5000000000);
}

/* More steps than there is room for are not told, and hurt nobody. */
static void steps_beyond_the_limit_are_left_out(void **state)
{
	struct visit_view v;
	int i;

	(void)state;
	tell_begin(0);
	for (i = 0; i < 3 * STEPS_MAX; i++) {
		PROBE(AT(0), EV_APP, R_HTTP_REQUEST, NULL,
		      EVF_TEXT("url", URL));
		PROBE(AT(0), EV_APP, R_HTTP_RESPONSE, NULL,
		      EVF_NUM("status", 200));
	}
	assert_true(visit_find(&v, t.log, 1));
	assert_int_equal(v.count, STEPS_MAX);
}

static void programs_get_the_same_as_json(void **state)
{
	struct visit_view v;
	struct json j = json_begin(&out);

	(void)state;
	tell_visit();
	assert_true(visit_find(&v, t.log, 1));
	visit_print_json(&v, 42, &j);
	assert_golden("visit.json", strbuf_text(&out));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_visit_has_the_steps_a_person_thinks_in),
		TEST(no_moment_counts_twice),
		TEST(an_event_belongs_to_the_innermost_step),
		TEST(the_table_is_the_golden_one),
		TEST(quiet_is_one_line_and_ascii_is_ascii),
		TEST(what_the_browser_keeps_needs_no_network),
		TEST(a_name_that_does_not_exist_is_the_result),
		TEST(a_refused_connection_is_the_result),
		TEST(a_step_that_never_ends_ends_with_the_visit),
		TEST(two_visits_are_two_stories),
		TEST(steps_beyond_the_limit_are_left_out),
		TEST(programs_get_the_same_as_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
