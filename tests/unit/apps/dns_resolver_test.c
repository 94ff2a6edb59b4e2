// SPDX-License-Identifier: MIT
/*
 * dns_resolver_test.c - from a name to an address over real packets
 */

#include <errno.h>
#include <ldns/ldns.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/check.h"
#include "base/strbuf.h"

#include "dnsnet.h"

static void a_name_is_found_from_the_root_down(void **state)
{
	struct dnsnet *f = *state;
	const struct dns_found *found = &f->found[0];

	dnsnet_lookup(f, "www.shop.test", 0, "10.9.0.80");
	assert_int_equal(found->addrs.count, 2);
	assert_int_equal(found->addrs.ttl_s, 300);
	assert_int_equal(found->addrs.origin, DNS_FROM_SERVER);
	/* Of the stub, to root, test and shop (one of its two is dead). */
	assert_in_range(dnsnet_questions(f), 4, 5);
	assert_int_equal(f->net->events[R_DNS_REFERRAL], 2);
	assert_int_equal(f->net->events[R_HCACHE_STORE], 1);
}

static void what_is_known_is_not_asked_again(void **state)
{
	struct dnsnet *f = *state;

	dnsnet_lookup(f, "www.shop.test", 0, "10.9.0.80");
	dnsnet_questions(f);
	dnsnet_lookup(f, "WWW.shop.test.", 0, "10.9.0.80");
	assert_int_equal(f->found[0].addrs.origin, DNS_FROM_CACHE);
	assert_int_equal(dnsnet_questions(f), 0);
	dnsnet_forget(f);
	dnsnet_lookup(f, "www.shop.test", 0, "10.9.0.80");
	assert_int_equal(dnsnet_questions(f), 1); /* the resolver knew */
	assert_in_range(f->found[0].addrs.ttl_s, 200, 240);
	dnsnet_lookup(f, "old.shop.test", 0, "10.9.0.80");
	assert_in_range(dnsnet_questions(f), 2,
			4); /* shop.test's servers are known */
}

static void nothing_is_kept_longer_than_it_lives(void **state)
{
	struct dnsnet *f = *state;

	dnsnet_lookup(f, "www.shop.test", 0, "10.9.0.80");
	testnet_run_ms(f->net, 271000);
	dnsnet_questions(f);
	dnsnet_lookup(f, "www.shop.test", 0, "10.9.0.80");
	assert_in_range(dnsnet_questions(f), 2, 4);
	/* TTL 0: good for this once (RFC 1035, 3.2.1). */
	dnsnet_lookup(f, "brief.shop.test", 0, "10.9.0.82");
	dnsnet_questions(f);
	dnsnet_lookup(f, "brief.shop.test", 0, "10.9.0.82");
	assert_in_range(dnsnet_questions(f), 2, 4);
}

/* RFC 2308. */
static void no_is_remembered_too(void **state)
{
	struct dnsnet *f = *state;

	dnsnet_lookup(f, "nothing.shop.test", -ENOENT, NULL);
	dnsnet_questions(f);
	dnsnet_lookup(f, "nothing.shop.test", -ENOENT, NULL);
	assert_int_equal(dnsnet_questions(f), 0);
	dnsnet_lookup(f, "text.shop.test", -ENODATA, NULL);
	dnsnet_questions(f);
	dnsnet_lookup(f, "text.shop.test", -ENODATA, NULL);
	assert_int_equal(dnsnet_questions(f), 0);
	dnsnet_lookup(f, "www.none", -ENOENT, NULL);
	dnsnet_lookup(f, "www", -ENOENT, NULL);
	dnsnet_questions(f);
	testnet_run_ms(f->net, 61000); /* the SOA said 60 s */
	dnsnet_lookup(f, "nothing.shop.test", -ENOENT, NULL);
	assert_in_range(dnsnet_questions(f), 2, 4);
}

static void aliases_are_followed_from_zone_to_zone(void **state)
{
	struct dnsnet *f = *state;

	dnsnet_lookup(f, "alias.test", 0, "10.9.0.80");
	dnsnet_lookup(f, "back.shop.test", 0, "10.9.0.80");
	dnsnet_lookup(f, "old.shop.test", 0, "10.9.0.80");
	dnsnet_lookup(f, "a.test", -EIO, NULL);
}

static void a_server_without_glue_is_looked_up(void **state)
{
	struct dnsnet *f = *state;

	dnsnet_lookup(f, "www.glueless.test", 0, "10.9.0.90");
	dnsnet_lookup(f, "www.orphan.test", -EIO, NULL);
	dnsnet_questions(f);
	dnsnet_forget(f);
	/* RFC 9520: a failure is not tried again at once, but later. */
	dnsnet_begin(f, &f->found[0], "www.orphan.test");
	testnet_run_ms(f->net, 4000);
	assert_int_equal(f->found[0].err, -EIO);
}

static void a_lost_question_is_asked_again(void **state)
{
	struct dnsnet *f = *state;

	f->net->drop_nth[1] = 2; /* the root's answer, behind its ARP reply */
	dnsnet_lookup(f, "www.shop.test", 0, "10.9.0.80");
	assert_true(f->net->events[R_DNS_RETRY] >= 1);
}

static void a_server_that_is_gone_leaves_an_error(void **state)
{
	struct dnsnet *f = *state;

	dns_server_stop(f->servers[0]);
	f->servers[0] = NULL;
	dnsnet_lookup(f, "www.shop.test", -EIO, NULL);
	assert_int_equal(f->net->events[R_DNS_FAIL], 2);
}

static void a_resolver_that_is_gone_is_told_from_a_silent_one(void **state)
{
	struct dnsnet *f = *state;
	struct endpoint silent = dnsnet_at("10.1.3.99:53");
	struct dns_stub *stub;

	dns_resolver_stop(f->resolver);
	f->resolver = NULL;
	dnsnet_begin(f, &f->found[0], "www.shop.test");
	testnet_run_ms(f->net, 30000);
	assert_int_equal(f->found[0].err, -ECONNREFUSED);

	dns_stub_free(f->stub);
	f->stub = NULL;
	assert_int_equal(dns_stub_new(f->loop[0], NULL, 0, &stub), 0);
	f->stub = stub;
	dnsnet_begin(f, &f->found[0], "www.shop.test");
	testnet_run_ms(f->net, 10);
	assert_int_equal(f->found[0].err, -ENOTCONN);
	dns_stub_free(f->stub);
	f->stub = NULL;

	/* Nobody has this address, so ARP fails, and we hear about it. */
	assert_int_equal(dns_stub_new(f->loop[0], &silent, 1, &f->stub), 0);
	dnsnet_begin(f, &f->found[0], "www.shop.test");
	testnet_run_ms(f->net, 30000);
	assert_int_equal(f->found[0].calls, 1);
	assert_true(f->found[0].err == -EHOSTUNREACH ||
		    f->found[0].err == -ETIMEDOUT);
}

static void the_hosts_file_comes_first(void **state)
{
	struct dnsnet *f = *state;
	int line = 0;

	assert_int_equal(dns_stub_set_hosts(f->stub,
					    "# comment\n\n10.9.0.99 "
					    "www.shop.test www # here\n"
					    "10.9.0.98 www\r\n",
					    &line),
			 0);
	dnsnet_lookup(f, "WWW.shop.test", 0, "10.9.0.99");
	dnsnet_lookup(f, "www", 0, "10.9.0.99");
	assert_int_equal(f->found[0].addrs.origin, DNS_FROM_HOSTS);
	assert_int_equal(dnsnet_questions(f), 0);
	assert_int_equal(
		dns_stub_set_hosts(f->stub, "10.9.0.1 a\n10.9.0 b\n", &line),
		-EINVAL);
	assert_int_equal(line, 2);
	assert_int_equal(dns_stub_set_hosts(f->stub, "10.9.0.1\n", &line),
			 -EINVAL);
	assert_int_equal(line, 1);
	dnsnet_lookup(f, "www", 0, "10.9.0.99"); /* as it was */
}

static void the_same_question_at_once_is_one_job(void **state)
{
	struct dnsnet *f = *state;
	int i;

	f->net->delay_ns = 10 * NS_PER_MS;
	for (i = 0; i < 3; i++)
		dnsnet_begin(f, &f->found[i], "www.shop.test");
	testnet_run_ms(f->net, 1);
	assert_int_equal(dns_resolver_jobs(f->resolver), 1);
	testnet_run_ms(f->net, 30000);
	for (i = 0; i < 3; i++) {
		assert_int_equal(f->found[i].calls, 1);
		assert_int_equal(f->found[i].err, 0);
	}
	assert_in_range(dnsnet_questions(f), 6, 7);
}

static void a_lookup_can_be_given_up(void **state)
{
	struct dnsnet *f = *state;

	f->net->delay_ns = 10 * NS_PER_MS;
	dnsnet_begin(f, &f->found[0], "www.shop.test");
	dns_lookup_cancel(f->lookup);
	dnsnet_begin(f, &f->found[1], "www.shop.test");
	testnet_run_ms(f->net, 1);
	dns_lookup_cancel(f->lookup);
	testnet_run_ms(f->net, 30000);
	assert_int_equal(f->found[0].calls + f->found[1].calls, 0);
}

static void on_done(void *arg, int err, const struct dns_addrs *addrs)
{
	(void)arg;
	(void)addrs;
	fail_msg("called with %d", err);
}

static void bad_names_are_refused_at_once(void **state)
{
	struct dnsnet *f = *state;

	assert_int_equal(
		dns_stub_lookup(f->stub, "a..b", on_done, NULL, &f->lookup),
		-EINVAL);
	assert_int_equal(
		dns_stub_lookup(f->stub, ".", on_done, NULL, &f->lookup),
		-EINVAL);
}

/* An answer of 4,000 octets does not fit a datagram. */
static void a_large_answer_comes_by_tcp(void **state)
{
	static char text[20000];
	struct dnsnet *f = *state;
	struct strbuf sb;
	int i;

	strbuf_init_fixed(&sb, text, sizeof(text));
	strbuf_puts(&sb,
		    DNSNET_SOA("shop.test.") "shop.test. NS ns.shop.test.\n"
					     "ns.shop.test. A 10.1.3.2\n");
	for (i = 0; i < 200; i++)
		strbuf_printf(&sb, "www.shop.test. 300 A 10.9.%d.1\n", i);
	dnsnet_set_shop(f, text);
	dnsnet_lookup(f, "www.shop.test", 0, "10.9.0.1");
	assert_int_equal(f->found[0].addrs.count, DNS_ADDRS_MAX);
	/* Once for the resolver, once for the stub. */
	assert_int_equal(f->net->events[R_SOCK_ACCEPT], 2);
}

static void case_may_be_mixed(void **state)
{
	struct dnsnet *f = *state;

	dns_resolver_stop(f->resolver);
	dns_stub_free(f->stub);
	dnsnet_start_resolver(f, true);
	dnsnet_lookup(f, "www.shop.test", 0, "10.9.0.80");
	dnsnet_lookup(f, "old.shop.test", 0, "10.9.0.80");
}

#define T(f) cmocka_unit_test_setup_teardown(f, dnsnet_setup, dnsnet_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_name_is_found_from_the_root_down),
		T(what_is_known_is_not_asked_again),
		T(nothing_is_kept_longer_than_it_lives),
		T(no_is_remembered_too),
		T(aliases_are_followed_from_zone_to_zone),
		T(a_server_without_glue_is_looked_up),
		T(a_lost_question_is_asked_again),
		T(a_server_that_is_gone_leaves_an_error),
		T(a_resolver_that_is_gone_is_told_from_a_silent_one),
		T(the_hosts_file_comes_first),
		T(the_same_question_at_once_is_one_job),
		T(a_lookup_can_be_given_up),
		T(bad_names_are_refused_at_once),
		T(a_large_answer_comes_by_tcp),
		T(case_may_be_mixed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
