// SPDX-License-Identifier: MIT
/* filter_table_test.c - what a filter did when, of real packets and by hand */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/check.h"

#include "wire/proto.h"

#include "homenet.h"
#include "ip/filter.h"
#include "told.h"
#include "trace/filter_table.h"

static struct mem mem;
static struct homenet net;
static struct told t;
static struct strbuf out;

static int setup(void **state)
{
	(void)state;
	mem_init_libc(&mem);
	strbuf_init(&out, &mem);
	assert_true(homenet_build(&net, &mem));
	told_init(&t);
	told_host(&t, "wall", "router", "10.1.0.1", 1);
	told_host(&t, "anna", "host", "10.1.0.10", 2);
	told_host(&t, "web", "host", "10.2.0.80", 3);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	told_fini(&t);
	strbuf_fini(&out);
	return homenet_free(&net) || mem.in_use_count ? -1 : 0;
}

/* The router lets TCP to port 80 through, and pings if @with_pings. */
static void filter_on(bool with_pings)
{
	const struct filter_rule rules[] = {
		{.proto = IP_PROTO_TCP, .port = PORT_HTTP, .is_allowed = true},
		{.proto = IP_PROTO_ICMP, .is_allowed = with_pings},
	};

	assert_int_equal(filter_enable(&net.router->stack, rules,
				       ARRAY_SIZE(rules), false),
			 0);
}

/* How many lines of the table have both texts. */
static int lines(const char *a, const char *b)
{
	const char *line = strbuf_text(&out), *end;
	char buf[300];
	int n = 0;

	for (; (end = strchr(line, '\n')); line = end + 1) {
		assert_true((size_t)(end - line) < sizeof(buf));
		memcpy(buf, line, (size_t)(end - line));
		buf[end - line] = '\0';
		n += strstr(buf, a) && strstr(buf, b);
	}
	return n;
}

/*
 * Real packets.
 */

static void who_filters_nothing_has_no_table(void **state)
{
	(void)state;
	assert_true(homenet_ping(&net, 32));
	filter_tables_print(net.log, &out);
	assert_string_equal(strbuf_text(&out), "");
}

static void connection_has_a_row_for_each_change(void **state)
{
	(void)state;
	filter_on(false);
	assert_true(homenet_fetch(&net, 3000));
	filter_tables_print(net.log, &out);
	assert_int_equal(lines("filter at", ""), 1);
	assert_int_equal(lines("filter at router", ""), 1);
	assert_int_equal(lines(" -> web:80 ", "noted it: SYN, rule 1"), 1);
	assert_int_equal(lines(" -> web:80 ", "SYN -> ANSWERED"), 1);
	assert_int_equal(lines(" -> web:80 ", "ANSWERED -> OPEN"), 1);
	assert_int_equal(lines(" -> web:80 ", "OPEN -> CLOSED; "), 1);
	assert_int_equal(lines("laptop:", " -> web:80 "), lines("it", " -> "));
}

/* The count is that of the frames that the router passed on. */
static void frames_that_passed_are_counted(void **state)
{
	const struct log_event *ev;
	char want[64];
	int passed = 0;

	(void)state;
	filter_on(false);
	assert_true(homenet_fetch(&net, 3000));
	for (uint32_t n = 1; (ev = trace_log_get(net.log, n)); n++)
		passed += ev->kind == EV_TX && !strcmp(ev->host, "router") &&
			  !strcmp(ev->proto, "tcp");
	assert_true(passed > 8);
	snprintf(want, sizeof(want), "CLOSED; %d frames passed", passed);
	filter_tables_print(net.log, &out);
	assert_int_equal(lines(want, "laptop:"), 1);
}

static void refused_ping_is_a_row(void **state)
{
	(void)state;
	filter_on(false);
	assert_false(homenet_ping(&net, 32));
	filter_tables_print(net.log, &out);
	assert_int_equal(lines("laptop -> web, ping ",
			       "dropped: the filter's rules do not allow it"),
			 1);
	assert_int_equal(lines("noted", ""), 0);
}

static void ping_is_counted_both_ways(void **state)
{
	(void)state;
	filter_on(true);
	assert_true(homenet_ping(&net, 32));
	filter_tables_print(net.log, &out);
	assert_int_equal(lines("laptop -> web, ping ", "ECHO, rule 2"), 1);
	assert_int_equal(lines("", "2 frames passed"), 1);
}

/*
 * By hand.
 */

static struct endpoint end(const char *text)
{
	struct endpoint e;

	assert_int_equal(endpoint_parse(&e, text), 0);
	return e;
}

/* The filter at wall does something to anna's connection from @port. */
static void tell(uint64_t ms, enum reason what, uint16_t port, const char *old,
		 const char *now)
{
	struct endpoint from = end("10.1.0.10:1"), to = end("10.2.0.80:80");
	struct place *p = told_at(&t, "wall", ms * 1000);

	from.port = port;
	if (old)
		PROBE(p, EV_STATE, what, NULL, EVF_EP("from", &from),
		      EVF_EP("to", &to), EVF_TEXT("old", old),
		      EVF_TEXT("state", now));
	else
		PROBE(p, EV_LEARN, what, NULL, EVF_EP("from", &from),
		      EVF_EP("to", &to), EVF_NUM("proto", IP_PROTO_TCP),
		      EVF_TEXT("state", now), EVF_NUM("idle_s", 30));
}

static void tell_drop(uint64_t ms, const char *why)
{
	PROBE(told_at(&t, "wall", ms * 1000), EV_DROP, R_TCP_DATA, NULL,
	      EVF_TEXT("drop", why), EVF_TEXT("text", why));
}

static void silence_ends_a_connection(void **state)
{
	(void)state;
	tell(1, R_FILTER_NEW, 5000, NULL, "SYN");
	tell(2, R_FILTER_STATE, 5000, "SYN", "ANSWERED");
	tell(60002, R_FILTER_EXPIRE, 5000, NULL, "ANSWERED");
	filter_tables_print(t.log, &out);
	assert_int_equal(lines("     1.0  anna:5000 -> web:80", "noted"), 1);
	assert_int_equal(lines("60002.0  anna:5000 -> web:80",
			       "forgot it: silent for 30 s; 0 frames passed"),
			 1);
	assert_int_equal(lines("no end of it", ""), 0);
}

static void same_ends_may_begin_anew(void **state)
{
	(void)state;
	tell(1, R_FILTER_NEW, 5000, NULL, "SYN");
	tell(2, R_FILTER_STATE, 5000, "SYN", "CLOSED");
	tell(3, R_FILTER_NEW, 5000, NULL, "SYN");
	tell(4, R_FILTER_EVICT, 5000, NULL, "SYN");
	tell(5, R_FILTER_NEW, 5000, NULL, "SYN");
	filter_tables_print(t.log, &out);
	assert_int_equal(lines("anna:5000 -> web:80", "noted it: SYN"), 3);
	assert_int_equal(lines("4.0", "forgot it: its place was needed"), 1);
	assert_int_equal(lines("no end of it in the log", ""), 1);
	assert_int_equal(lines("5.0", "no end of it in the log"), 1);
}

static void drops_for_one_reason_are_one_row(void **state)
{
	(void)state;
	for (uint64_t i = 1; i <= 8; i++)
		tell_drop(i * 100, "filter_state");
	tell_drop(900, "filter_denied");
	tell_drop(950, "ip_ttl"); /* no work of the filter */
	filter_tables_print(t.log, &out);
	assert_int_equal(lines("100.0", "dropped: filter_state "
					"(and 7 more, until 800.0)"),
			 1);
	assert_int_equal(lines("dropped", ""), 2);
	assert_int_equal(lines("900.0", "dropped: filter_denied"), 1);
	assert_int_equal(lines("more", ""), 1);
}

static void what_finds_no_row_is_counted(void **state)
{
	(void)state;
	for (uint16_t i = 0; i < FILTER_TABLE_ROWS + 7; i++)
		tell(i, R_FILTER_NEW, 5000 + i, NULL, "SYN");
	tell(100, R_FILTER_EXPIRE, 5000, NULL, "SYN");
	tell(101, R_FILTER_EXPIRE, 5000 + FILTER_TABLE_ROWS, NULL, "SYN");
	filter_tables_print(t.log, &out);
	assert_int_equal(lines("noted", ""), FILTER_TABLE_ROWS);
	assert_int_equal(lines("and 9 more", ""), 1);
	/* the end of the first found no row, but is known */
	assert_int_equal(lines("anna:5000 ", "no end of it"), 0);
	assert_int_equal(lines("anna:5001 ", "no end of it"), 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_filters_nothing_has_no_table),
		TEST(connection_has_a_row_for_each_change),
		TEST(frames_that_passed_are_counted),
		TEST(refused_ping_is_a_row),
		TEST(ping_is_counted_both_ways),
		TEST(silence_ends_a_connection),
		TEST(same_ends_may_begin_anew),
		TEST(drops_for_one_reason_are_one_row),
		TEST(what_finds_no_row_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
