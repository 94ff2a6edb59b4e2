// SPDX-License-Identifier: MIT
/*
 * dns_resolver_test.c - from a name to an address over real packets: a stub
 * and a resolver on one host, servers for the root, "test" and "shop.test" on
 * three others
 *
 *	h0 10.1.1.1 -- 10.1.1.2 h1   root
 *	   10.1.2.1 -- 10.1.2.2 h2   test
 *	   10.1.3.1 -- 10.1.3.2 h3   shop.test
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

#include "apps/dns_msg.h"
#include "apps/dns_resolver.h"
#include "apps/dns_server.h"
#include "apps/dns_stub.h"
#include "reactor/reactor.h"
#include "testnet.h"

enum { SERVERS = 3, HOSTS = 4 };

#define SOA(zone) \
	zone " 3600 SOA ns." zone " admin." zone " 1 7200 900 1209600 60\n"

static const char root_zone[] =
	". 3600 SOA a.root. admin. 1 7200 900 1209600 60\n"
	". NS a.root.\n"
	"a.root. A 10.1.1.2\n"
	"test. NS ns.test.\n"
	"ns.test. A 10.1.2.2\n";

static const char test_zone[] =
	SOA("test.") "test. NS ns.test.\n"
		     "ns.test. A 10.1.2.2\n"
		     "shop.test. NS dead.test.\n"
		     "shop.test. NS ns.shop.test.\n"
		     "ns.shop.test. A 10.1.3.2\n"
		     "dead.test. A 10.1.3.77\n"
		     "glueless.test. NS ns.shop.test.\n"
		     "orphan.test. NS nowhere.orphan.test.\n"
		     "alias.test. CNAME www.shop.test.\n"
		     "a.test. CNAME b.test.\n"
		     "b.test. CNAME a.test.\n";

static const char shop_zone[] =
	SOA("shop.test.") "shop.test. NS ns.shop.test.\n"
			  "ns.shop.test. A 10.1.3.2\n"
			  "www.shop.test. 300 A 10.9.0.80\n"
			  "www.shop.test. 300 A 10.9.0.81\n"
			  "old.shop.test. CNAME www.shop.test.\n"
			  "back.shop.test. CNAME alias.test.\n"
			  "text.shop.test. TXT \"x\"\n"
			  "brief.shop.test. 0 A 10.9.0.82\n";

static const char glueless_zone[] =
	SOA("glueless.test.") "glueless.test. NS ns.shop.test.\n"
			      "www.glueless.test. A 10.9.0.90\n";

/* What a lookup came to. */
struct found {
	int calls, err;
	struct dns_addrs addrs;
};

/* A server that answers as the test likes. */
struct fake {
	struct handler handler;
	int (*answer)(struct fake *fake, const struct dns_head *q,
		      struct buf *query);
	int calls;
};

struct fixture {
	struct testnet *net;
	struct loop *loop[HOSTS];
	struct dns_zone *zones[SERVERS + 1];
	struct dns_server *servers[SERVERS];
	struct dns_resolver *resolver;
	struct dns_stub *stub;
	struct found found[3];
	struct dns_lookup *lookup;
	struct fake fake;
};

static struct endpoint at(const char *text)
{
	struct endpoint ep;

	if (endpoint_parse(&ep, text))
		fail_msg("%s", text);
	return ep;
}

static void add_hosts(struct fixture *f)
{
	const struct inet_config router = {0};
	struct netif *a, *b;
	char text[32];
	int i;

	for (i = 0; i < HOSTS; i++)
		testnet_add_host(f->net, &router);
	for (i = 1; i < HOSTS; i++) {
		snprintf(text, sizeof(text), "10.1.%d.1/24", i);
		a = testnet_add_port(f->net, 0, text);
		snprintf(text, sizeof(text), "10.1.%d.2/24", i);
		b = testnet_add_port(f->net, i, text);
		testnet_join(a, b);
	}
	for (i = 0; i < HOSTS; i++)
		assert_int_equal(loop_new(testnet_host(f->net, i), &f->loop[i]),
				 0);
}

static struct dns_zone *zone_of(struct fixture *f, const char *origin,
				const char *text)
{
	struct dns_zone_error err;
	struct dns_name name;
	struct dns_zone *z;

	assert_int_equal(dns_name_parse(&name, origin), 0);
	if (dns_zone_parse(&z, &f->net->mem, &name, text, &err))
		fail_msg("%s, line %d: %s", origin, err.line, err.what);
	return z;
}

static void start_servers(struct fixture *f)
{
	struct endpoint any = {.port = DNS_PORT};
	const struct dns_zone *const root[] = {f->zones[0]};
	const struct dns_zone *const test[] = {f->zones[1]};
	const struct dns_zone *const shop[] = {f->zones[2], f->zones[3]};

	assert_int_equal(
		dns_server_start(f->loop[1], &any, root, 1, &f->servers[0]), 0);
	assert_int_equal(
		dns_server_start(f->loop[2], &any, test, 1, &f->servers[1]), 0);
	assert_int_equal(
		dns_server_start(f->loop[3], &any, shop, 2, &f->servers[2]), 0);
}

static void start_resolver(struct fixture *f, bool mixes_case)
{
	struct dns_hint root = {.addr = at("10.1.1.2:53").addr};
	struct endpoint local = at("10.1.1.1:53");
	struct dns_resolver_config cfg = {
		.local = {.port = DNS_PORT},
		.roots = &root,
		.root_count = 1,
		.mixes_case = mixes_case,
	};

	assert_int_equal(dns_name_parse(&root.name, "a.root"), 0);
	assert_int_equal(dns_resolver_start(f->loop[0], &cfg, &f->resolver), 0);
	assert_int_equal(dns_stub_new(f->loop[0], &local, 1, &f->stub), 0);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	f->net = testnet_new_empty();
	add_hosts(f);
	f->zones[0] = zone_of(f, ".", root_zone);
	f->zones[1] = zone_of(f, "test", test_zone);
	f->zones[2] = zone_of(f, "shop.test", shop_zone);
	f->zones[3] = zone_of(f, "glueless.test", glueless_zone);
	start_servers(f);
	start_resolver(f, false);
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	size_t i;

	dns_resolver_stop(f->resolver);
	for (i = 0; i < SERVERS; i++)
		dns_server_stop(f->servers[i]);
	dns_stub_free(f->stub);
	for (i = 0; i < HOSTS; i++)
		loop_free(f->loop[i]);
	for (i = 0; i < ARRAY_SIZE(f->zones); i++)
		dns_zone_free(f->zones[i]);
	testnet_free(f->net);
	free(f);
	return 0;
}

static void on_done(void *arg, int err, const struct dns_addrs *addrs)
{
	struct found *found = arg;

	found->calls++;
	found->err = err;
	if (addrs)
		found->addrs = *addrs;
}

static void begin(struct fixture *f, struct found *found, const char *name)
{
	memset(found, 0, sizeof(*found));
	assert_int_equal(
		dns_stub_lookup(f->stub, name, on_done, found, &f->lookup), 0);
	assert_int_equal(found->calls, 0);
}

/* Look up, wait, and check: an address, or the error. */
static void lookup(struct fixture *f, const char *name, int err,
		   const char *addr)
{
	struct found *found = &f->found[0];
	char text[IP_TEXT];

	begin(f, found, name);
	testnet_run_ms(f->net, 30000);
	assert_int_equal(found->calls, 1);
	assert_int_equal(found->err, err);
	if (!err)
		assert_string_equal(ip_addr_print(found->addrs.addr[0], text),
				    addr);
	assert_int_equal(dns_resolver_jobs(f->resolver), 0);
}

/* Questions that were asked since the last call, by anybody. */
static uint64_t questions(struct fixture *f)
{
	uint64_t n = f->net->events[R_DNS_QUERY] + f->net->events[R_DNS_RETRY];

	f->net->events[R_DNS_QUERY] = f->net->events[R_DNS_RETRY] = 0;
	return n;
}

static void forget(struct fixture *f)
{
	dns_cache_clear(dns_stub_cache(f->stub));
}

static void a_name_is_found_from_the_root_down(void **state)
{
	struct fixture *f = *state;
	const struct found *found = &f->found[0];

	lookup(f, "www.shop.test", 0, "10.9.0.80");
	assert_int_equal(found->addrs.count, 2);
	assert_int_equal(found->addrs.ttl_s, 300);
	assert_int_equal(found->addrs.origin, DNS_FROM_SERVER);
	/* Of the stub, to root, test and shop (one of its two is dead). */
	assert_in_range(questions(f), 4, 5);
	assert_int_equal(f->net->events[R_DNS_REFERRAL], 2);
	assert_int_equal(f->net->events[R_HCACHE_STORE], 1);
}

static void what_is_known_is_not_asked_again(void **state)
{
	struct fixture *f = *state;

	lookup(f, "www.shop.test", 0, "10.9.0.80");
	questions(f);
	lookup(f, "WWW.shop.test.", 0, "10.9.0.80");
	assert_int_equal(f->found[0].addrs.origin, DNS_FROM_CACHE);
	assert_int_equal(questions(f), 0);
	forget(f);
	lookup(f, "www.shop.test", 0, "10.9.0.80");
	assert_int_equal(questions(f), 1); /* the resolver knew */
	assert_in_range(f->found[0].addrs.ttl_s, 200, 240);
	lookup(f, "old.shop.test", 0, "10.9.0.80");
	assert_in_range(questions(f), 2, 4); /* shop.test's servers are known */
}

static void nothing_is_kept_longer_than_it_lives(void **state)
{
	struct fixture *f = *state;

	lookup(f, "www.shop.test", 0, "10.9.0.80");
	testnet_run_ms(f->net, 271000);
	questions(f);
	lookup(f, "www.shop.test", 0, "10.9.0.80");
	assert_in_range(questions(f), 2, 4);
	/* TTL 0: good for this once (RFC 1035, 3.2.1). */
	lookup(f, "brief.shop.test", 0, "10.9.0.82");
	questions(f);
	lookup(f, "brief.shop.test", 0, "10.9.0.82");
	assert_in_range(questions(f), 2, 4);
}

/* RFC 2308. */
static void no_is_remembered_too(void **state)
{
	struct fixture *f = *state;

	lookup(f, "nothing.shop.test", -ENOENT, NULL);
	questions(f);
	lookup(f, "nothing.shop.test", -ENOENT, NULL);
	assert_int_equal(questions(f), 0);
	lookup(f, "text.shop.test", -ENODATA, NULL);
	questions(f);
	lookup(f, "text.shop.test", -ENODATA, NULL);
	assert_int_equal(questions(f), 0);
	lookup(f, "www.none", -ENOENT, NULL);
	lookup(f, "www", -ENOENT, NULL);
	questions(f);
	testnet_run_ms(f->net, 61000); /* the SOA said 60 s */
	lookup(f, "nothing.shop.test", -ENOENT, NULL);
	assert_in_range(questions(f), 2, 4);
}

static void aliases_are_followed_from_zone_to_zone(void **state)
{
	struct fixture *f = *state;

	lookup(f, "alias.test", 0, "10.9.0.80");
	lookup(f, "back.shop.test", 0, "10.9.0.80");
	lookup(f, "old.shop.test", 0, "10.9.0.80");
	lookup(f, "a.test", -EIO, NULL);
}

static void a_server_without_glue_is_looked_up(void **state)
{
	struct fixture *f = *state;

	lookup(f, "www.glueless.test", 0, "10.9.0.90");
	lookup(f, "www.orphan.test", -EIO, NULL);
	questions(f);
	forget(f);
	/* RFC 9520: a failure is not tried again at once, but later. */
	begin(f, &f->found[0], "www.orphan.test");
	testnet_run_ms(f->net, 4000);
	assert_int_equal(f->found[0].err, -EIO);
}

static void a_lost_question_is_asked_again(void **state)
{
	struct fixture *f = *state;

	f->net->drop_nth[1] = 2; /* the root's answer, behind its ARP reply */
	lookup(f, "www.shop.test", 0, "10.9.0.80");
	assert_true(f->net->events[R_DNS_RETRY] >= 1);
}

static void a_server_that_is_gone_leaves_an_error(void **state)
{
	struct fixture *f = *state;

	dns_server_stop(f->servers[0]);
	f->servers[0] = NULL;
	lookup(f, "www.shop.test", -EIO, NULL);
	assert_int_equal(f->net->events[R_DNS_FAIL], 2);
}

static void a_resolver_that_is_gone_is_told_from_a_silent_one(void **state)
{
	struct fixture *f = *state;
	struct endpoint silent = at("10.1.3.99:53");
	struct dns_stub *stub;

	dns_resolver_stop(f->resolver);
	f->resolver = NULL;
	begin(f, &f->found[0], "www.shop.test");
	testnet_run_ms(f->net, 30000);
	assert_int_equal(f->found[0].err, -ECONNREFUSED);

	dns_stub_free(f->stub);
	f->stub = NULL;
	assert_int_equal(dns_stub_new(f->loop[0], NULL, 0, &stub), 0);
	f->stub = stub;
	begin(f, &f->found[0], "www.shop.test");
	testnet_run_ms(f->net, 10);
	assert_int_equal(f->found[0].err, -ENOTCONN);
	dns_stub_free(f->stub);
	f->stub = NULL;

	/* Nobody has this address, so ARP fails, and we hear about it. */
	assert_int_equal(dns_stub_new(f->loop[0], &silent, 1, &f->stub), 0);
	begin(f, &f->found[0], "www.shop.test");
	testnet_run_ms(f->net, 30000);
	assert_int_equal(f->found[0].calls, 1);
	assert_true(f->found[0].err == -EHOSTUNREACH ||
		    f->found[0].err == -ETIMEDOUT);
}

static void the_hosts_file_comes_first(void **state)
{
	struct fixture *f = *state;
	int line = 0;

	assert_int_equal(dns_stub_set_hosts(f->stub,
					    "# comment\n\n10.9.0.99 "
					    "www.shop.test www # here\n"
					    "10.9.0.98 www\r\n",
					    &line),
			 0);
	lookup(f, "WWW.shop.test", 0, "10.9.0.99");
	lookup(f, "www", 0, "10.9.0.99");
	assert_int_equal(f->found[0].addrs.origin, DNS_FROM_HOSTS);
	assert_int_equal(questions(f), 0);
	assert_int_equal(
		dns_stub_set_hosts(f->stub, "10.9.0.1 a\n10.9.0 b\n", &line),
		-EINVAL);
	assert_int_equal(line, 2);
	assert_int_equal(dns_stub_set_hosts(f->stub, "10.9.0.1\n", &line),
			 -EINVAL);
	assert_int_equal(line, 1);
	lookup(f, "www", 0, "10.9.0.99"); /* as it was */
}

static void the_same_question_at_once_is_one_job(void **state)
{
	struct fixture *f = *state;
	int i;

	f->net->delay_ns = 10 * NS_PER_MS;
	for (i = 0; i < 3; i++)
		begin(f, &f->found[i], "www.shop.test");
	testnet_run_ms(f->net, 1);
	assert_int_equal(dns_resolver_jobs(f->resolver), 1);
	testnet_run_ms(f->net, 30000);
	for (i = 0; i < 3; i++) {
		assert_int_equal(f->found[i].calls, 1);
		assert_int_equal(f->found[i].err, 0);
	}
	assert_in_range(questions(f), 6, 7);
}

static void a_lookup_can_be_given_up(void **state)
{
	struct fixture *f = *state;

	f->net->delay_ns = 10 * NS_PER_MS;
	begin(f, &f->found[0], "www.shop.test");
	dns_lookup_cancel(f->lookup);
	begin(f, &f->found[1], "www.shop.test");
	testnet_run_ms(f->net, 1);
	dns_lookup_cancel(f->lookup);
	testnet_run_ms(f->net, 30000);
	assert_int_equal(f->found[0].calls + f->found[1].calls, 0);
}

static void bad_names_are_refused_at_once(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(dns_stub_lookup(f->stub, "a..b", on_done, &f->found[0],
					 &f->lookup),
			 -EINVAL);
	assert_int_equal(dns_stub_lookup(f->stub, ".", on_done, &f->found[0],
					 &f->lookup),
			 -EINVAL);
}

/* The server of shop.test is replaced by one that the test has made. */
static void fake_on_read(struct handler *h, struct buf *buf)
{
	struct fake *fake = container_of(h, struct fake, handler);
	struct dns_head head;

	fake->calls++;
	assert_int_equal(dns_msg_check(buf_rptr(buf), buf_readable(buf), NULL),
			 0);
	dns_msg_head(&head, buf_rptr(buf), buf_readable(buf));
	fake->answer(fake, &head, buf);
	buf_put(buf);
}

static const struct handler_ops fake_ops = {
	.name = "fake",
	.on_read = fake_on_read,
};

static int fake_init(struct channel *ch, void *arg)
{
	struct fake *fake = arg;

	fake->handler.ops = &fake_ops;
	pipeline_add_last(ch, &fake->handler);
	return 0;
}

static void start_fake(struct fixture *f,
		       int (*answer)(struct fake *, const struct dns_head *,
				     struct buf *))
{
	struct endpoint any = {.port = DNS_PORT};

	dns_server_stop(f->servers[2]);
	f->servers[2] = NULL;
	f->fake.answer = answer;
	assert_int_equal(
		channel_bind_udp(f->loop[3], &any, fake_init, &f->fake, NULL),
		0);
}

/* Answer @query with these records, one a line; "?" begins authority, "+"
 * additional ones.  @flip is added to the id. */
static void fake_reply(struct fake *fake, struct buf *query, const char *lines,
		       uint16_t flip)
{
	struct mem *mem = channel_mem(fake->handler.ch);
	ldns_pkt_section section = LDNS_SECTION_ANSWER;
	char line[200];
	struct buf *out;
	ldns_pkt *pkt;
	ldns_rr *rr;
	int used;

	assert_int_equal(
		ldns_wire2pkt(&pkt, buf_rptr(query), buf_readable(query)),
		LDNS_STATUS_OK);
	ldns_pkt_set_qr(pkt, true);
	ldns_pkt_set_aa(pkt, true);
	ldns_pkt_set_id(pkt, ldns_pkt_id(pkt) ^ flip);
	while (sscanf(lines, " %199[^\n]%n", line, &used) == 1) {
		lines += used;
		if (line[0] == '?')
			section = LDNS_SECTION_AUTHORITY;
		if (line[0] == '+')
			section = LDNS_SECTION_ADDITIONAL;
		if (strlen(line) < 2)
			continue;
		assert_int_equal(ldns_rr_new_frm_str(&rr, line, 60, NULL, NULL),
				 LDNS_STATUS_OK);
		ldns_pkt_push_rr(pkt, section, rr);
	}
	out = dns_msg_emit(mem, pkt, 65535);
	out->peer = query->peer;
	channel_write_flush(fake->handler.ch, out);
	ldns_pkt_free(pkt);
}

/* The answer, but first some that somebody else might have sent. */
static int answer_after_forgeries(struct fake *fake, const struct dns_head *q,
				  struct buf *query)
{
	char text[100];

	(void)q;
	snprintf(text, sizeof(text), "www.shop.test. A 10.66.6.6\n");
	fake_reply(fake, query, text, 0x0001);
	fake_reply(fake, query, text, 0x8000);
	fake_reply(fake, query, "www.shop.test. A 10.9.0.80\n", 0);
	return 0;
}

/* RFC 5452, 9: after a wrong id UDP is not believed any more. */
static void a_forged_answer_is_not_believed(void **state)
{
	struct fixture *f = *state;

	start_fake(f, answer_after_forgeries);
	lookup(f, "www.shop.test", -EIO, NULL); /* no TCP there */
	assert_true(f->net->events[R_DNS_BAD] >= 1);
	assert_false(dns_cache_count(dns_stub_cache(f->stub)));
}

static int answer_other_question(struct fake *fake, const struct dns_head *q,
				 struct buf *query)
{
	struct buf *other = buf_of(channel_mem(fake->handler.ch),
				   buf_rptr(query), buf_readable(query));

	(void)q;
	other->peer = query->peer;
	other->data[DNS_HEADER_LEN + 1] ^= 0x20; /* "Www.shop.test" */
	fake_reply(fake, other, "www.shop.test. A 10.66.6.6\n", 0);
	buf_put(other);
	return 0;
}

static void the_question_must_come_back_octet_by_octet(void **state)
{
	struct fixture *f = *state;

	start_fake(f, answer_other_question);
	lookup(f, "www.shop.test", -EIO, NULL);
	assert_true(f->net->events[R_DNS_BAD] >= 1);
}

/* Kaminsky: glue and answers for what is not below the zone asked. */
static int answer_with_poison(struct fake *fake, const struct dns_head *q,
			      struct buf *query)
{
	(void)q;
	fake_reply(fake, query,
		   "www.shop.test. A 10.9.0.80\n"
		   "alias.test. A 10.66.6.6\n"
		   "?\n"
		   "shop.test. NS ns.test.\n"
		   "test. NS ns.shop.test.\n"
		   "+\n"
		   "ns.test. A 10.66.6.6\n"
		   "www.other.test. A 10.66.6.6\n",
		   0);
	return 0;
}

static void count_poison(const struct dns_name *name, uint16_t type,
			 const struct dns_hit *hit, void *arg)
{
	struct ip_addr addr;
	int *count = arg;
	size_t i;

	(void)name;
	(void)type;
	for (i = 0; i < ldns_rr_list_rr_count(hit->rrs); i++)
		if (dns_rr_address(ldns_rr_list_rr(hit->rrs, i), &addr) &&
		    addr.v4.v == 0x0a420606)
			(*count)++;
}

static void nobody_speaks_for_other_zones(void **state)
{
	struct fixture *f = *state;
	int count = 0;

	start_fake(f, answer_with_poison);
	lookup(f, "www.shop.test", 0, "10.9.0.80");
	dns_cache_for_each(dns_resolver_cache(f->resolver), count_poison,
			   &count);
	assert_int_equal(count, 0);
	questions(f);
	lookup(f, "nothing.test", -ENOENT, NULL);
	assert_int_equal(questions(f), 2); /* test is still asked at 10.1.2.2 */
}

/* NXNSAttack: a referral to a thousand servers without addresses. */
static int answer_with_many_servers(struct fake *fake, const struct dns_head *q,
				    struct buf *query)
{
	static char text[16000];
	char *p = text;
	int i;

	(void)q;
	p += sprintf(p, "?\n");
	for (i = 0; i < 200; i++)
		p += sprintf(p, "x.shop.test. NS n%d.victim.test.\n", i);
	fake_reply(fake, query, text, 0);
	return 0;
}

static void a_flood_of_servers_costs_few_questions(void **state)
{
	struct fixture *f = *state;

	start_fake(f, answer_with_many_servers);
	lookup(f, "www.x.shop.test", -EIO, NULL);
	/* One of the stub, three down, one for the dead server, five fetches. */
	assert_in_range(questions(f), 6, 14);
}

static int answer_in_circles(struct fake *fake, const struct dns_head *q,
			     struct buf *query)
{
	(void)q;
	fake_reply(fake, query,
		   "?\ntest. NS ns.test.\n+\nns.test. A "
		   "10.1.2.2\n",
		   0);
	return 0;
}

static void a_referral_upwards_is_lame(void **state)
{
	struct fixture *f = *state;

	start_fake(f, answer_in_circles);
	lookup(f, "www.shop.test", -ENODATA, NULL); /* it claims authority */
	assert_in_range(questions(f), 3, 12);
}

static int answer_garbage(struct fake *fake, const struct dns_head *q,
			  struct buf *query)
{
	struct buf *out = buf_of(channel_mem(fake->handler.ch), buf_rptr(query),
				 buf_readable(query));

	(void)q;
	out->data[2] |= 0x80;
	out->data[7] = 200; /* answers that are not there */
	out->peer = query->peer;
	channel_write_flush(fake->handler.ch, out);
	return 0;
}

static void garbage_is_no_answer(void **state)
{
	struct fixture *f = *state;

	start_fake(f, answer_garbage);
	lookup(f, "www.shop.test", -EIO, NULL);
	assert_true(f->net->events[R_DNS_BAD] >= 1);
}

/* An answer of 4,000 octets does not fit a datagram. */
static void a_large_answer_comes_by_tcp(void **state)
{
	static char text[20000];
	struct fixture *f = *state;
	const struct dns_zone *shop[1];
	struct endpoint any = {.port = DNS_PORT};
	char *p = text;
	int i;

	p += sprintf(p, SOA("shop.test.") "shop.test. NS ns.shop.test.\n"
					  "ns.shop.test. A 10.1.3.2\n");
	for (i = 0; i < 200; i++)
		p += sprintf(p, "www.shop.test. 300 A 10.9.%d.1\n", i);
	dns_server_stop(f->servers[2]);
	dns_zone_free(f->zones[2]);
	shop[0] = f->zones[2] = zone_of(f, "shop.test", text);
	assert_int_equal(
		dns_server_start(f->loop[3], &any, shop, 1, &f->servers[2]), 0);
	lookup(f, "www.shop.test", 0, "10.9.0.1");
	assert_int_equal(f->found[0].addrs.count, DNS_ADDRS_MAX);
	/* Once for the resolver, once for the stub. */
	assert_int_equal(f->net->events[R_SOCK_ACCEPT], 2);
}

static void case_may_be_mixed(void **state)
{
	struct fixture *f = *state;

	dns_resolver_stop(f->resolver);
	dns_stub_free(f->stub);
	start_resolver(f, true);
	lookup(f, "www.shop.test", 0, "10.9.0.80");
	lookup(f, "old.shop.test", 0, "10.9.0.80");
}

/* Loop DoS, CVE-2024-2169: an answer is never answered, nor is garbage long. */
static int never(struct fake *fake, const struct dns_head *q, struct buf *query)
{
	(void)fake;
	(void)q;
	(void)query;
	return 0;
}

static void two_servers_do_not_talk_to_each_other(void **state)
{
	static const uint8_t answer[] = {0, 1, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0};
	static const uint8_t bad[] = {0, 1, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0};
	struct fixture *f = *state;
	struct buf *buf;
	uint64_t before;

	start_fake(f, never);
	testnet_run_ms(f->net, 100);
	before = f->net->hosts[0].frames;
	buf = buf_of(&f->net->mem, answer, sizeof(answer));
	buf->peer = at("10.1.3.1:53");
	channel_write_flush(f->fake.handler.ch, buf);
	testnet_run_ms(f->net, 100);
	assert_int_equal(f->net->hosts[0].frames - before, 1); /* its ARP */
	buf = buf_of(&f->net->mem, bad, sizeof(bad));
	buf->peer = at("10.1.3.1:53");
	channel_write_flush(f->fake.handler.ch, buf);
	testnet_run_ms(f->net, 100);
	assert_int_equal(f->net->hosts[0].frames - before, 2); /* FORMERR */
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

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
		T(a_forged_answer_is_not_believed),
		T(the_question_must_come_back_octet_by_octet),
		T(nobody_speaks_for_other_zones),
		T(a_flood_of_servers_costs_few_questions),
		T(a_referral_upwards_is_lame),
		T(garbage_is_no_answer),
		T(a_large_answer_comes_by_tcp),
		T(case_may_be_mixed),
		T(two_servers_do_not_talk_to_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
