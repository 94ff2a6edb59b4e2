// SPDX-License-Identifier: MIT
/*
 * visit_test.c - whole visits between two hosts: the page and what it names,
 * caches, failures and their reasons, and the chain of causes
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/check.h"

#include "apps/dns_server.h"
#include "apps/dns_stub.h"
#include "apps/http_date.h"
#include "apps/http_server.h"
#include "apps/visit.h"
#include "reactor/reactor.h"
#include "testnet.h"

enum { EVENTS_MAX = 20000 };

static const char zone_text[] =
	"shop.test. 3600 SOA ns.shop.test. a.shop.test. 1 7200 900 1209600 60\n"
	"shop.test. NS ns.shop.test.\nns.shop.test. A 10.0.0.2\n"
	"www.shop.test. 300 A 10.0.0.2\n"
	"two.shop.test. 300 A 10.0.0.77\n"
	"two.shop.test. 300 A 10.0.0.2\n"
	"far.shop.test. A 10.99.0.1\n"
	"gone.shop.test. A 10.0.0.77\n"
	"mail.shop.test. MX 10 www\n";

static const char page[] =
	"<!doctype html><title>shop</title><link rel=stylesheet href=s.css>"
	"<img src=/a.png><img src=/a.png><img src=/none.png>"
	"<img src='http://www.shop.test:81/x'>";

/* What was told, and what of it by whom. */
struct told {
	enum reason what;
	enum ev_kind kind;
	uint32_t cause;
};

struct fixture {
	struct testnet *net;
	struct loop *loop[2];
	struct http_mem files;
	struct http_server *web;
	struct dns_zone *zone;
	struct dns_server *dns;
	struct dns_stub *stub;
	struct visitor *visitor;
	int visits;
	struct visit_result result;
	struct told told[EVENTS_MAX];
	uint32_t told_count;
};

static uint32_t on_event(void *arg, const struct event *ev)
{
	struct fixture *f = arg;

	f->net->events[ev->what]++;
	if (f->told_count + 1 < EVENTS_MAX)
		f->told_count++;
	f->told[f->told_count] = (struct told){ev->what, ev->kind, ev->cause};
	return f->told_count;
}

static int start(struct fixture *f)
{
	struct http_server_config cfg = {.local = {.port = 80},
					 .source = &f->files.source};
	struct endpoint port53 = {.port = 53}, resolver;
	const struct dns_zone *zones[1];
	struct dns_name origin;
	int rc = 0;

	rc |= http_mem_set(&f->files, "index.html", page, strlen(page),
			   HTTP_EPOCH_S);
	rc |= http_mem_set(&f->files, "s.css", "p{}", 3, HTTP_EPOCH_S);
	rc |= http_mem_set(&f->files, "a.png", "PNG", 3, HTTP_EPOCH_S);
	rc |= http_mem_set(&f->files, "dir/index.html", "in", 2, HTTP_EPOCH_S);
	rc |= http_server_start(f->loop[1], &cfg, &f->web);
	rc |= dns_name_parse(&origin, "shop.test");
	rc |= dns_zone_parse(&f->zone, &f->net->mem, &origin, zone_text, NULL);
	zones[0] = f->zone;
	rc |= dns_server_start(f->loop[1], &port53, zones, 1, &f->dns);
	rc |= endpoint_parse(&resolver, "10.0.0.2:53");
	rc |= dns_stub_new(f->loop[0], &resolver, 1, &f->stub);
	f->visitor = visitor_new(f->loop[0], f->stub);
	return rc;
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	int i, rc = 0;

	*state = f;
	f->net = testnet_new();
	f->net->env.probe = on_event;
	f->net->env.probe_arg = f;
	http_mem_init(&f->files, &f->net->mem);
	for (i = 0; i < 2; i++)
		rc |= loop_new(testnet_host(f->net, i), &f->loop[i]);
	/* The files are a thousand seconds old, and so fresh for a hundred. */
	testnet_run_ms(f->net, 1000000);
	f->told_count = 0;
	return rc | start(f);
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	visitor_free(f->visitor);
	dns_stub_free(f->stub);
	http_server_stop(f->web);
	dns_server_stop(f->dns);
	loop_free(f->loop[0]);
	loop_free(f->loop[1]);
	dns_zone_free(f->zone);
	http_mem_fini(&f->files);
	testnet_free(f->net);
	free(f);
	return 0;
}

static void on_done(void *arg, const struct visit_result *result)
{
	struct fixture *f = arg;

	f->visits++;
	f->result = *result;
}

static void visit(struct fixture *f, const char *url)
{
	f->visits = 0;
	memset(f->net->events, 0, sizeof(f->net->events));
	assert_int_equal(visit_start(f->visitor, url, on_done, f), 0);
	assert_int_equal(f->visits, 0);
	testnet_run_ms(f->net, 20000);
	assert_int_equal(f->visits, 1);
}

static void assert_body(struct fixture *f, size_t i, const char *text)
{
	const struct visit_resource *r = &f->result.resources[i];

	assert_true(i < f->result.count);
	assert_int_equal(buf_readable(r->body), strlen(text));
	assert_memory_equal(buf_rptr(r->body), text, strlen(text));
}

static void a_page_comes_with_all_that_it_names(void **state)
{
	struct fixture *f = *state;

	visit(f, "http://www.shop.test/");
	assert_int_equal(f->result.reason, VISIT_OK);
	assert_int_equal(f->result.status, 200);
	assert_int_equal(f->result.count, 5);
	assert_body(f, 0, page);
	assert_body(f, 1, "p{}");
	assert_body(f, 2, "PNG");
	assert_int_equal(f->result.resources[3].status, 404);
	assert_int_equal(f->result.resources[4].reason, VISIT_REFUSED);
	assert_string_equal(f->result.resources[2].type, "image/png");
	assert_int_equal(f->net->events[R_HTTP_REQUEST], 4);
	assert_int_equal(f->net->events[R_SUBRESOURCE], 4);
	assert_int_equal(f->net->events[R_DNS_QUERY], 1);
	assert_int_equal(f->net->events[R_PAGE_SHOWN], 1);
	assert_int_equal(f->net->events[R_VISIT_END], 1);
	assert_int_equal(http_server_stats(f->web)->conns_total, 1);
	/* The connection was closed from this side, and TIME-WAIT with it. */
	assert_int_equal(http_server_stats(f->web)->conns, 0);
	assert_int_equal(loop_channel_count(f->loop[0]), 0);
	assert_true(f->net->events[R_TCP_FIN] >= 2);
}

static void a_second_visit_asks_nobody(void **state)
{
	struct fixture *f = *state;

	visit(f, "http://www.shop.test/dir/");
	visit(f, "http://www.shop.test/dir/");
	assert_int_equal(f->result.reason, VISIT_OK);
	assert_int_equal(f->result.resources[0].origin, VISIT_FROM_CACHE);
	assert_body(f, 0, "in");
	assert_int_equal(f->result.connections, 0);
	assert_int_equal(f->net->events[R_DNS_QUERY], 0);
	assert_int_equal(f->net->events[R_TCP_SYN], 0);
	assert_int_equal(f->net->events[R_BCACHE_HIT], 1);
}

static void a_third_one_much_later_asks_whether_it_changed(void **state)
{
	struct fixture *f = *state;

	visit(f, "http://www.shop.test/dir/");
	testnet_run_ms(f->net, 200000);
	visit(f, "http://www.shop.test/dir/");
	assert_int_equal(f->result.resources[0].origin, VISIT_FROM_VALIDATED);
	assert_int_equal(f->result.status, 200);
	assert_body(f, 0, "in");
	assert_int_equal(f->net->events[R_BCACHE_VALIDATED], 1);
	testnet_run_ms(f->net, 2000000);
	http_mem_set(&f->files, "dir/index.html", "new", 3, HTTP_EPOCH_S + 9);
	visit(f, "http://www.shop.test/dir/");
	assert_int_equal(f->result.resources[0].origin, VISIT_FROM_SERVER);
	assert_body(f, 0, "new");
}

static void redirections_are_followed(void **state)
{
	struct fixture *f = *state;
	char text[URL_TEXT];

	visit(f, "http://www.shop.test/dir");
	assert_int_equal(f->result.reason, VISIT_OK);
	assert_body(f, 0, "in");
	assert_string_equal(url_print(&f->result.resources[0].final_url, text),
			    "http://www.shop.test/dir/");
	assert_int_equal(f->net->events[R_HTTP_REQUEST], 2);
	assert_int_equal(f->net->events[R_DNS_QUERY], 1);
}

static void a_page_with_an_error_is_shown_too(void **state)
{
	struct fixture *f = *state;

	visit(f, "http://www.shop.test/none");
	assert_int_equal(f->result.reason, VISIT_OK);
	assert_int_equal(f->result.status, 404);
	assert_int_equal(f->result.count, 1);
}

static void a_failure_has_its_reason(void **state)
{
	/* clang-format off */
	static const struct {
		const char *url;
		enum visit_reason reason;
		const char *about;
	} rows[] = {
		{"http://nothing.shop.test/",	VISIT_NO_NAME,
			"nothing.shop.test"},
		{"http://mail.shop.test/",	VISIT_NO_ADDRESS,
			"mail.shop.test"},
		{"http://www.other.test/",	VISIT_DNS_FAILED,
			"www.other.test"},
		{"http://www.shop.test:81/",	VISIT_REFUSED, "10.0.0.2:81"},
		{"http://10.0.0.2:81/",		VISIT_REFUSED, "10.0.0.2:81"},
		{"http://gone.shop.test/",	VISIT_NO_ROUTE, "10.0.0.77:80"},
		{"http://far.shop.test/",	VISIT_NO_ROUTE, "10.99.0.1:80"},
		{"http://10.99.0.1/",		VISIT_NO_ROUTE, "10.99.0.1:80"},
		{"http://[::1]/",		VISIT_REFUSED, "[::1]:80"},
		{"http://[2001:db8::1]/",	VISIT_NO_ROUTE,
			"[2001:db8::1]:80"},
		{"www.shop.test",		VISIT_BAD_URL, "http://"},
		{"https://www.shop.test/",	VISIT_BAD_URL, "only http"},
		{"",				VISIT_BAD_URL, "empty"},
	};
	/* clang-format on */
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		visit(f, rows[i].url);
		if (f->result.reason != rows[i].reason)
			fail_msg("%s: %s", rows[i].url,
				 visit_reason_text(f->result.reason));
		if (!strstr(f->result.what, rows[i].about))
			fail_msg("%s: %s", rows[i].url, f->result.what);
		assert_int_equal(f->net->events[R_VISIT_FAIL], 1);
		assert_int_equal(f->net->events[R_VISIT_END], 0);
		assert_int_equal(loop_channel_count(f->loop[0]), 0);
	}
}

static void a_silent_server_is_a_timeout(void **state)
{
	struct fixture *f = *state;

	visit(f, "http://www.shop.test/none");
	testnet_run_ms(f->net, 1000);
	f->visits = 0;
	visit_start(f->visitor, "http://www.shop.test/dir/", on_done, f);
	f->net->hosts[1].ports[0].is_stuck = true;
	testnet_run_ms(f->net, 400000);
	assert_int_equal(f->visits, 1);
	assert_true(f->result.reason == VISIT_TIMEOUT ||
		    f->result.reason == VISIT_NO_ROUTE);
	f->net->hosts[1].ports[0].is_stuck = false;
}

static void the_next_address_is_tried(void **state)
{
	struct fixture *f = *state;

	visit(f, "http://two.shop.test/dir/");
	assert_int_equal(f->result.reason, VISIT_OK);
	assert_body(f, 0, "in");
}

static void one_visit_at_a_time(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
		visit_start(f->visitor, "http://www.shop.test/", on_done, f),
		0);
	assert_int_equal(visit_start(f->visitor, "http://x/", on_done, f),
			 -EBUSY);
	testnet_run_ms(f->net, 20000);
	assert_int_equal(f->visits, 1);
}

/* A visitor may go away in the middle. */
static void a_visit_can_be_given_up_anywhere(void **state)
{
	struct fixture *f = *state;
	int us;

	for (us = 0; us < 3000; us += 50) {
		visit_start(f->visitor, "http://www.shop.test/", on_done, f);
		testnet_run(f->net, f->net->env.now_ns + (uint64_t)us * 1000);
		visitor_free(f->visitor);
		testnet_run_ms(f->net, 5000);
		f->visitor = visitor_new(f->loop[0], f->stub);
		dns_cache_clear(dns_stub_cache(f->stub));
	}
}

/* Is an event of that kind among the causes of event @n? */
static bool is_caused_by(const struct fixture *f, uint32_t n, enum reason what)
{
	for (; n; n = f->told[n].cause)
		if (f->told[n].what == what)
			return true;
	return false;
}

static uint32_t nth(const struct fixture *f, enum reason what, int count)
{
	uint32_t n;

	for (n = 1; n <= f->told_count; n++)
		if (f->told[n].what == what && !--count)
			return n;
	fail_msg("%s did not happen", reason_name(what));
	return 0;
}

/* Every frame leads back to the person, through the steps between. */
static void every_frame_has_its_chain_of_causes(void **state)
{
	static const struct {
		enum reason what, why;
	} rows[] = {
		{R_URL_PARSE, R_VISIT_BEGIN},
		{R_BCACHE_MISS, R_URL_PARSE},
		{R_HOSTS_MISS, R_BCACHE_MISS},
		{R_HCACHE_MISS, R_HOSTS_MISS},
		{R_DNS_QUERY, R_HCACHE_MISS},
		{R_ARP_REQUEST, R_DNS_QUERY},
		{R_UDP_SEND, R_DNS_QUERY},
		{R_DNS_ANSWER, R_UDP_SEND},
		{R_HCACHE_STORE, R_DNS_ANSWER},
		{R_TCP_SYN, R_HCACHE_STORE},
		{R_HTTP_REQUEST, R_TCP_SYN},
		{R_HTTP_SERVE, R_HTTP_REQUEST},
		{R_HTTP_RESPONSE, R_HTTP_SERVE},
		{R_BCACHE_STORE, R_HTTP_RESPONSE},
		{R_SUBRESOURCE, R_HTTP_RESPONSE},
		{R_PAGE_SHOWN, R_HTTP_RESPONSE},
		{R_TCP_FIN, R_PAGE_SHOWN},
		{R_VISIT_END, R_PAGE_SHOWN},
	};
	struct fixture *f = *state;
	uint32_t n;
	size_t i;

	visit(f, "http://www.shop.test/");
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		n = nth(f, rows[i].what, 1);
		if (!is_caused_by(f, f->told[n].cause, rows[i].why))
			fail_msg("%s does not come from %s",
				 reason_name(rows[i].what),
				 reason_name(rows[i].why));
	}
	for (n = 1; n <= f->told_count; n++)
		if (f->told[n].kind == EV_TX &&
		    !is_caused_by(f, n, R_VISIT_BEGIN))
			fail_msg("event %u, %s, has no cause", n,
				 reason_name(f->told[n].what));
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_page_comes_with_all_that_it_names),
		T(a_second_visit_asks_nobody),
		T(a_third_one_much_later_asks_whether_it_changed),
		T(redirections_are_followed),
		T(a_page_with_an_error_is_shown_too),
		T(a_failure_has_its_reason),
		T(a_silent_server_is_a_timeout),
		T(the_next_address_is_tried),
		T(one_visit_at_a_time),
		T(a_visit_can_be_given_up_anywhere),
		T(every_frame_has_its_chain_of_causes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
