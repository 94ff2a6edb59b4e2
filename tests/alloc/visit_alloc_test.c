// SPDX-License-Identifier: MIT
/*
 * visit_alloc_test.c - a whole visit, short of memory
 *
 * Two hosts: a browser with its stub resolver, and a DNS and a web server.
 * Whatever allocation fails, the visit ends, with the page or with a reason,
 * and when everything is taken down nothing is left.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/check.h"

#include "apps/dns_resolver.h"
#include "apps/dns_server.h"
#include "apps/dns_stub.h"
#include "apps/http_server.h"
#include "apps/visit.h"
#include "reactor/reactor.h"
#include "testnet.h"

static const char zone_text[] =
	". 3600 SOA ns. a. 1 7200 900 1209600 60\n. NS ns.\nns. A 10.0.0.2\n"
	"www.shop. 300 A 10.0.0.2\n";

static const char page[] = "<title>x</title><img src=/a.png><img src=/b.png>";

struct world {
	struct testnet *net;
	struct loop *loop[2];
	struct http_mem files;
	struct http_server *web;
	struct dns_zone *zone;
	struct dns_server *dns;
	struct dns_resolver *resolver;
	struct dns_stub *stub;
	struct visitor *visitor;
	int visits;
	struct visit_result result;
};

static void on_done(void *arg, const struct visit_result *result)
{
	struct world *w = arg;

	w->visits++;
	w->result = *result;
}

/* The servers.  False if memory was too short even for them. */
static bool start_servers(struct world *w)
{
	struct http_server_config cfg = {.local = {.port = 80},
					 .source = &w->files.source};
	struct endpoint port53 = {.port = 53};
	const struct dns_zone *zones[1];

	if (http_mem_set(&w->files, "index.html", page, strlen(page), 0) ||
	    http_mem_set(&w->files, "a.png", "a", 1, 0) ||
	    http_server_start(w->loop[1], &cfg, &w->web) ||
	    dns_zone_parse(&w->zone, &w->net->mem, &DNS_ROOT, zone_text, NULL))
		return false;
	zones[0] = w->zone;
	return !dns_server_start(w->loop[1], &port53, zones, 1, &w->dns);
}

/* The browser's host, which runs its resolver itself. */
static bool start_client(struct world *w)
{
	struct endpoint local, root;
	struct dns_hint hint = {.name = DNS_ROOT};
	struct dns_resolver_config cfg = {
		.local = {.port = 53}, .roots = &hint, .root_count = 1};

	assert_int_equal(endpoint_parse(&local, "10.0.0.1:53"), 0);
	assert_int_equal(endpoint_parse(&root, "10.0.0.2:53"), 0);
	hint.addr = root.addr;
	if (dns_resolver_start(w->loop[0], &cfg, &w->resolver) ||
	    dns_stub_new(w->loop[0], &local, 1, &w->stub))
		return false;
	w->visitor = visitor_new(w->loop[0], w->stub);
	return w->visitor != NULL;
}

static void take_down(struct world *w)
{
	visitor_free(w->visitor);
	dns_stub_free(w->stub);
	dns_resolver_stop(w->resolver);
	dns_server_stop(w->dns);
	http_server_stop(w->web);
	loop_free(w->loop[0]);
	loop_free(w->loop[1]);
	dns_zone_free(w->zone);
	http_mem_fini(&w->files);
	testnet_free(w->net); /* fails the test if something is left */
}

/*
 * One run with allocation @k failing, counted from when the loops stand; once
 * or for ever, until the visit is over.  Returns allocations made.
 */
static uint64_t run(uint64_t k, bool for_ever, bool *is_whole)
{
	struct world w = {0};
	uint64_t first, calls;
	int i;

	w.net = testnet_new();
	http_mem_init(&w.files, &w.net->mem);
	for (i = 0; i < 2; i++)
		assert_int_equal(loop_new(testnet_host(w.net, i), &w.loop[i]),
				 0);
	first = w.net->mem.calls;
	w.net->mem.fail_at = k ? first + k : 0;
	w.net->mem.fail_ever = for_ever;
	if (start_servers(&w) && start_client(&w)) {
		assert_int_equal(
			visit_start(w.visitor, "http://www.shop/", on_done, &w),
			0);
		testnet_run_ms(w.net, 300000);
		assert_int_equal(w.visits, 1);
	}
	calls = w.net->mem.calls - first;
	w.net->mem.fail_at = 0;
	w.net->mem.fail_ever = false;
	*is_whole = w.visits && w.result.reason == VISIT_OK;
	take_down(&w);
	return calls;
}

static void a_visit_survives_every_failed_allocation(void **state)
{
	bool is_whole;
	uint64_t k, points, survived = 0;

	(void)state;
	points = run(0, false, &is_whole);
	assert_true(is_whole);
	assert_true(points > 100);
	for (k = 1; k <= points; k++) {
		run(k, false, &is_whole);
		survived += is_whole;
		run(k, true, &is_whole);
	}
	assert_true(survived > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_visit_survives_every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
