// SPDX-License-Identifier: MIT
/*
 * dnsnet.c - a small DNS of four hosts, for tests
 *
 * Each server has a wire of its own to the resolver's host, so nothing has to
 * be routed.  One server of shop.test, dead.test, is at an address that nobody
 * has: a resolver must not mind.
 */

#include "dnsnet.h"

#include <errno.h>
#include <ldns/ldns.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/check.h"

static const char root_zone[] =
	". 3600 SOA a.root. admin. 1 7200 900 1209600 60\n"
	". NS a.root.\n"
	"a.root. A 10.1.1.2\n"
	"test. NS ns.test.\n"
	"ns.test. A 10.1.2.2\n";

static const char test_zone[] =
	DNSNET_SOA("test.") "test. NS ns.test.\n"
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
	DNSNET_SOA("shop.test.") "shop.test. NS ns.shop.test.\n"
				 "ns.shop.test. A 10.1.3.2\n"
				 "www.shop.test. 300 A 10.9.0.80\n"
				 "www.shop.test. 300 A 10.9.0.81\n"
				 "old.shop.test. CNAME www.shop.test.\n"
				 "back.shop.test. CNAME alias.test.\n"
				 "text.shop.test. TXT \"x\"\n"
				 "brief.shop.test. 0 A 10.9.0.82\n";

static const char glueless_zone[] =
	DNSNET_SOA("glueless.test.") "glueless.test. NS ns.shop.test.\n"
				     "www.glueless.test. A 10.9.0.90\n";

struct endpoint dnsnet_at(const char *text)
{
	struct endpoint ep;

	if (endpoint_parse(&ep, text))
		fail_msg("%s", text);
	return ep;
}

static void add_hosts(struct dnsnet *f)
{
	const struct inet_config router = {0};
	struct netif *a, *b;
	char text[32];
	int i;

	for (i = 0; i < DNSNET_HOSTS; i++)
		testnet_add_host(f->net, &router);
	for (i = 1; i < DNSNET_HOSTS; i++) {
		snprintf(text, sizeof(text), "10.1.%d.1/24", i);
		a = testnet_add_port(f->net, 0, text);
		snprintf(text, sizeof(text), "10.1.%d.2/24", i);
		b = testnet_add_port(f->net, i, text);
		testnet_join(a, b);
	}
	for (i = 0; i < DNSNET_HOSTS; i++)
		assert_int_equal(loop_new(testnet_host(f->net, i), &f->loop[i]),
				 0);
}

static struct dns_zone *zone_of(struct dnsnet *f, const char *origin,
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

static void start_servers(struct dnsnet *f)
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

void dnsnet_start_resolver(struct dnsnet *f, bool mixes_case)
{
	struct dns_hint root = {.addr = dnsnet_at("10.1.1.2:53").addr};
	struct endpoint local = dnsnet_at("10.1.1.1:53");
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

int dnsnet_setup(void **state)
{
	struct dnsnet *f = calloc(1, sizeof(*f));

	*state = f;
	f->net = testnet_new_empty();
	add_hosts(f);
	f->zones[0] = zone_of(f, ".", root_zone);
	f->zones[1] = zone_of(f, "test", test_zone);
	f->zones[2] = zone_of(f, "shop.test", shop_zone);
	f->zones[3] = zone_of(f, "glueless.test", glueless_zone);
	start_servers(f);
	dnsnet_start_resolver(f, false);
	return 0;
}

int dnsnet_teardown(void **state)
{
	struct dnsnet *f = *state;
	size_t i;

	dns_resolver_stop(f->resolver);
	for (i = 0; i < DNSNET_SERVERS; i++)
		dns_server_stop(f->servers[i]);
	dns_stub_free(f->stub);
	for (i = 0; i < DNSNET_HOSTS; i++)
		loop_free(f->loop[i]);
	for (i = 0; i < ARRAY_SIZE(f->zones); i++)
		dns_zone_free(f->zones[i]);
	testnet_free(f->net);
	free(f);
	return 0;
}

static void on_done(void *arg, int err, const struct dns_addrs *addrs)
{
	struct dns_found *found = arg;

	found->calls++;
	found->err = err;
	if (addrs)
		found->addrs = *addrs;
}

void dnsnet_begin(struct dnsnet *f, struct dns_found *found, const char *name)
{
	memset(found, 0, sizeof(*found));
	assert_int_equal(
		dns_stub_lookup(f->stub, name, on_done, found, &f->lookup), 0);
	assert_int_equal(found->calls, 0);
}

void dnsnet_lookup(struct dnsnet *f, const char *name, int err,
		   const char *addr)
{
	struct dns_found *found = &f->found[0];
	char text[IP_TEXT];

	dnsnet_begin(f, found, name);
	testnet_run_ms(f->net, 30000);
	assert_int_equal(found->calls, 1);
	assert_int_equal(found->err, err);
	if (!err)
		assert_string_equal(ip_addr_print(found->addrs.addr[0], text),
				    addr);
	assert_int_equal(dns_resolver_jobs(f->resolver), 0);
}

uint64_t dnsnet_questions(struct dnsnet *f)
{
	uint64_t n = f->net->events[R_DNS_QUERY] + f->net->events[R_DNS_RETRY];

	f->net->events[R_DNS_QUERY] = f->net->events[R_DNS_RETRY] = 0;
	return n;
}

void dnsnet_forget(struct dnsnet *f)
{
	dns_cache_clear(dns_stub_cache(f->stub));
}

void dnsnet_set_shop(struct dnsnet *f, const char *text)
{
	struct endpoint any = {.port = DNS_PORT};
	const struct dns_zone *shop[1];

	dns_server_stop(f->servers[2]);
	dns_zone_free(f->zones[2]);
	shop[0] = f->zones[2] = zone_of(f, "shop.test", text);
	assert_int_equal(
		dns_server_start(f->loop[3], &any, shop, 1, &f->servers[2]), 0);
}

/* The server of shop.test is replaced by one that the test has made. */
static void fake_on_read(struct handler *h, struct buf *buf)
{
	struct dns_fake *fake = container_of(h, struct dns_fake, handler);
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
	struct dns_fake *fake = arg;

	fake->handler.ops = &fake_ops;
	pipeline_add_last(ch, &fake->handler);
	return 0;
}

void dnsnet_start_fake(struct dnsnet *f, dns_fake_fn *answer)
{
	struct endpoint any = {.port = DNS_PORT};

	dns_server_stop(f->servers[2]);
	f->servers[2] = NULL;
	f->fake.answer = answer;
	assert_int_equal(
		channel_bind_udp(f->loop[3], &any, fake_init, &f->fake, NULL),
		0);
}

void dnsnet_reply(struct dns_fake *fake, struct buf *query, const char *lines,
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
