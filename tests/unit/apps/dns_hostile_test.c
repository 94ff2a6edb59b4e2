// SPDX-License-Identifier: MIT
/*
 * dns_hostile_test.c - a DNS server that lies: nothing it says about others is
 * believed, and nothing it says costs much
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

/* The answer, but first some that somebody else might have sent. */
static void answer_after_forgeries(struct dns_fake *fake,
				   const struct dns_head *q, struct buf *query)
{
	char text[100];

	(void)q;
	snprintf(text, sizeof(text), "www.shop.test. A 10.66.6.6\n");
	dnsnet_reply(fake, query, text, 0x0001);
	dnsnet_reply(fake, query, text, 0x8000);
	dnsnet_reply(fake, query, "www.shop.test. A 10.9.0.80\n", 0);
}

/* RFC 5452, 9: after a wrong id UDP is not believed any more. */
static void a_forged_answer_is_not_believed(void **state)
{
	struct dnsnet *f = *state;

	dnsnet_start_fake(f, answer_after_forgeries);
	dnsnet_lookup(f, "www.shop.test", -EIO, NULL); /* no TCP there */
	assert_true(f->net->events[R_DNS_BAD] >= 1);
	assert_false(dns_cache_count(dns_stub_cache(f->stub)));
}

static void answer_other_question(struct dns_fake *fake,
				  const struct dns_head *q, struct buf *query)
{
	struct buf *other = buf_of(channel_mem(fake->handler.ch),
				   buf_rptr(query), buf_readable(query));

	(void)q;
	other->peer = query->peer;
	other->data[DNS_HEADER_LEN + 1] ^= 0x20; /* "Www.shop.test" */
	dnsnet_reply(fake, other, "www.shop.test. A 10.66.6.6\n", 0);
	buf_put(other);
}

static void the_question_must_come_back_octet_by_octet(void **state)
{
	struct dnsnet *f = *state;

	dnsnet_start_fake(f, answer_other_question);
	dnsnet_lookup(f, "www.shop.test", -EIO, NULL);
	assert_true(f->net->events[R_DNS_BAD] >= 1);
}

/* Kaminsky: glue and answers for what is not below the zone asked. */
static void answer_with_poison(struct dns_fake *fake, const struct dns_head *q,
			       struct buf *query)
{
	(void)q;
	dnsnet_reply(fake, query,
		     "www.shop.test. A 10.9.0.80\n"
		     "alias.test. A 10.66.6.6\n"
		     "?\n"
		     "shop.test. NS ns.test.\n"
		     "test. NS ns.shop.test.\n"
		     "+\n"
		     "ns.test. A 10.66.6.6\n"
		     "www.other.test. A 10.66.6.6\n",
		     0);
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
	struct dnsnet *f = *state;
	int count = 0;

	dnsnet_start_fake(f, answer_with_poison);
	dnsnet_lookup(f, "www.shop.test", 0, "10.9.0.80");
	dns_cache_for_each(dns_resolver_cache(f->resolver), count_poison,
			   &count);
	assert_int_equal(count, 0);
	dnsnet_questions(f);
	dnsnet_lookup(f, "nothing.test", -ENOENT, NULL);
	assert_int_equal(dnsnet_questions(f),
			 2); /* test is still asked at 10.1.2.2 */
}

/* NXNSAttack: a referral to a thousand servers without addresses. */
static void answer_with_many_servers(struct dns_fake *fake,
				     const struct dns_head *q,
				     struct buf *query)
{
	static char text[16000];
	struct strbuf sb;
	int i;

	(void)q;
	strbuf_init_fixed(&sb, text, sizeof(text));
	strbuf_puts(&sb, "?\n");
	for (i = 0; i < 200; i++)
		strbuf_printf(&sb, "x.shop.test. NS n%d.victim.test.\n", i);
	dnsnet_reply(fake, query, text, 0);
}

static void a_flood_of_servers_costs_few_questions(void **state)
{
	struct dnsnet *f = *state;

	dnsnet_start_fake(f, answer_with_many_servers);
	dnsnet_lookup(f, "www.x.shop.test", -EIO, NULL);
	/* One of the stub, three down, one for the dead server, five fetches. */
	assert_in_range(dnsnet_questions(f), 6, 14);
}

static void answer_in_circles(struct dns_fake *fake, const struct dns_head *q,
			      struct buf *query)
{
	(void)q;
	dnsnet_reply(fake, query,
		     "?\ntest. NS ns.test.\n+\nns.test. A "
		     "10.1.2.2\n",
		     0);
}

static void a_referral_upwards_is_lame(void **state)
{
	struct dnsnet *f = *state;

	dnsnet_start_fake(f, answer_in_circles);
	dnsnet_lookup(f, "www.shop.test", -ENODATA,
		      NULL); /* it claims authority */
	assert_in_range(dnsnet_questions(f), 3, 12);
}

static void answer_garbage(struct dns_fake *fake, const struct dns_head *q,
			   struct buf *query)
{
	struct buf *out = buf_of(channel_mem(fake->handler.ch), buf_rptr(query),
				 buf_readable(query));

	(void)q;
	out->data[2] |= 0x80;
	out->data[7] = 200; /* answers that are not there */
	out->peer = query->peer;
	channel_write_flush(fake->handler.ch, out);
}

static void garbage_is_no_answer(void **state)
{
	struct dnsnet *f = *state;

	dnsnet_start_fake(f, answer_garbage);
	dnsnet_lookup(f, "www.shop.test", -EIO, NULL);
	assert_true(f->net->events[R_DNS_BAD] >= 1);
}

/* Loop DoS, CVE-2024-2169: an answer is never answered, nor is garbage long. */
static void never(struct dns_fake *fake, const struct dns_head *q,
		  struct buf *query)
{
	(void)fake;
	(void)q;
	(void)query;
}

static void two_servers_do_not_talk_to_each_other(void **state)
{
	static const uint8_t answer[] = {0, 1, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0};
	static const uint8_t bad[] = {0, 1, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0};
	struct dnsnet *f = *state;
	struct buf *buf;
	uint64_t before;

	dnsnet_start_fake(f, never);
	testnet_run_ms(f->net, 100);
	before = f->net->hosts[0].frames;
	buf = buf_of(&f->net->mem, answer, sizeof(answer));
	buf->peer = dnsnet_at("10.1.3.1:53");
	channel_write_flush(f->fake.handler.ch, buf);
	testnet_run_ms(f->net, 100);
	assert_int_equal(f->net->hosts[0].frames - before, 1); /* its ARP */
	buf = buf_of(&f->net->mem, bad, sizeof(bad));
	buf->peer = dnsnet_at("10.1.3.1:53");
	channel_write_flush(f->fake.handler.ch, buf);
	testnet_run_ms(f->net, 100);
	assert_int_equal(f->net->hosts[0].frames - before, 2); /* FORMERR */
}

/* Ids and ports of many questions, as a forger would like to know them. */
static struct {
	unsigned int count;
	unsigned int id_bits[16], port_bits[16];
	unsigned int id_steps,
		port_steps; /* the same as the one before, or +-1 */
	uint16_t last_id, last_port;
} seen;

static void note(unsigned int *bits, unsigned int *steps, uint16_t *last,
		 uint16_t v)
{
	uint16_t step = (uint16_t)(v - *last + 1);
	int i;

	for (i = 0; i < 16; i++)
		bits[i] += v >> i & 1;
	*steps += step <= 2;
	*last = v;
}

static void note_and_answer(struct dns_fake *fake, const struct dns_head *q,
			    struct buf *query)
{
	char name[DNS_NAME_TEXT], text[DNS_NAME_TEXT + 20];

	seen.count++;
	note(seen.id_bits, &seen.id_steps, &seen.last_id, q->id);
	note(seen.port_bits, &seen.port_steps, &seen.last_port,
	     query->peer.port);
	snprintf(text, sizeof(text), "%s. A 10.9.0.1\n",
		 dns_name_print(&q->name, name));
	dnsnet_reply(fake, query, text, 0);
}

/* RFC 5452, 9.2. */
static void neither_id_nor_port_can_be_guessed(void **state)
{
	enum { COUNT = 1000, SLACK = 80 };
	struct dnsnet *f = *state;
	char name[64];
	int i;

	memset(&seen, 0, sizeof(seen));
	dnsnet_start_fake(f, note_and_answer);
	for (i = 0; i < COUNT; i++) {
		snprintf(name, sizeof(name), "n%d.shop.test", i);
		dnsnet_lookup(f, name, 0, "10.9.0.1");
	}
	assert_true(seen.count >= COUNT);
	/* Each bit is a fair coin, within five standard deviations; all ports
	 * are high ones, so their two top bits are not. */
	for (i = 0; i < 16; i++)
		assert_in_range(seen.id_bits[i], seen.count / 2 - SLACK,
				seen.count / 2 + SLACK);
	for (i = 0; i < 14; i++)
		assert_in_range(seen.port_bits[i], seen.count / 2 - SLACK,
				seen.count / 2 + SLACK);
	assert_true(seen.id_steps <= 3);
	assert_true(seen.port_steps <= 3);
}

#define T(f) cmocka_unit_test_setup_teardown(f, dnsnet_setup, dnsnet_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_forged_answer_is_not_believed),
		T(the_question_must_come_back_octet_by_octet),
		T(nobody_speaks_for_other_zones),
		T(a_flood_of_servers_costs_few_questions),
		T(a_referral_upwards_is_lame),
		T(garbage_is_no_answer),
		T(two_servers_do_not_talk_to_each_other),
		T(neither_id_nor_port_can_be_guessed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
