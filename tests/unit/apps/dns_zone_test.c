// SPDX-License-Identifier: MIT
/*
 * dns_zone_test.c - zone files, and what a server that has zones answers
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

#include "apps/dns_auth.h"
#include "reactor/buf.h"

#define APEX                                               \
	"@ 3600 IN SOA ns1 admin 1 7200 900 1209600 300\n" \
	"@ IN NS ns1\n"                                    \
	"ns1 IN A 10.3.0.4\n"

static const char shop[] =
	"$TTL 600\n" APEX "@ MX 10 mail\n"
	"www 300 IN A 10.9.0.80\n"
	"www 300 IN A 10.9.0.81\n"
	"WWW IN AAAA 2001:db8::80\n"
	"mail A 10.9.0.25\n"
	"shop CNAME www\n"
	"far CNAME www.elsewhere.test.\n"
	"gone CNAME nothing\n"
	"a CNAME b\nb CNAME a\n"
	"deep.er.ent TXT \"x\"\n"
	"*.wild A 10.9.0.1\n"
	"*.wild TXT \"any\"\n"
	"real.wild A 10.9.0.2\n"
	"*.alias CNAME www\n"
	"eu NS ns.eu\neu NS ns.far.test.\n"
	"ns.eu A 10.9.1.1\n"
	"eu DS 1 8 2 "
	"0000000000000000000000000000000000000000000000000000000000000000\n"
	"old DNAME new\n"
	"x.new A 10.9.0.3\n"
	"_http._tcp SRV 0 0 80 www\n";

struct fixture {
	struct mem mem;
	struct dns_zone *zone;
	ldns_pkt *answer;
	struct dns_outcome out;
	struct buf *query;
};

static struct dns_name name_of(const char *text)
{
	struct dns_name n;

	if (dns_name_parse(&n, text))
		fail_msg("%s", text);
	return n;
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct dns_name origin = name_of("shop.test");
	struct dns_zone_error err = {0};

	*state = f;
	mem_init_libc(&f->mem);
	if (dns_zone_parse(&f->zone, &f->mem, &origin, shop, &err)) {
		print_error("line %d: %s\n", err.line, err.what);
		return -1;
	}
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	size_t left;

	ldns_pkt_free(f->answer);
	buf_put(f->query);
	dns_zone_free(f->zone);
	left = f->mem.in_use_count;
	free(f);
	return left ? -1 : 0;
}

/* Ask; the answer is in f->answer, its rcode is returned. */
static unsigned int ask(struct fixture *f, const char *name, unsigned int type)
{
	const struct dns_zone *zones[] = {f->zone};
	struct dns_name n = name_of(name);
	struct dns_head head;
	ldns_pkt *query;

	ldns_pkt_free(f->answer);
	buf_put(f->query);
	f->answer = NULL;
	f->query = dns_msg_query(&f->mem, 7, &n, (uint16_t)type, true);
	assert_int_equal(dns_msg_parse(&query, buf_rptr(f->query),
				       buf_readable(f->query), NULL),
			 0);
	dns_msg_head(&head, buf_rptr(f->query), buf_readable(f->query));
	assert_int_equal(
		dns_auth_answer(zones, 1, query, &head, &f->answer, &f->out),
		0);
	ldns_pkt_free(query);
	assert_int_equal(ldns_pkt_id(f->answer), 7);
	assert_true(ldns_pkt_qr(f->answer));
	assert_false(ldns_pkt_ra(f->answer));
	return ldns_pkt_get_rcode(f->answer);
}

/* The section in short: "owner TYPE data; ..." */
static const char *text_of(ldns_rr_list *list)
{
	static char text[4096];
	char name[DNS_NAME_TEXT], type[16], data[256];
	struct dns_name n;
	size_t i, at = 0;

	text[0] = 0;
	for (i = 0; i < ldns_rr_list_rr_count(list); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(list, i);

		dns_rr_owner(&n, rr);
		at += (size_t)snprintf(
			text + at, sizeof(text) - at, "%s%s %s %s",
			i ? "; " : "", dns_name_print(&n, name),
			dns_type_name((uint16_t)ldns_rr_get_type(rr), type),
			dns_rr_data_print(rr, data, sizeof(data)));
	}
	return text;
}

static void assert_answer(struct fixture *f, const char *text)
{
	assert_string_equal(text_of(ldns_pkt_answer(f->answer)), text);
}

static void a_name_has_its_records(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(ask(f, "www.shop.test", LDNS_RR_TYPE_A), 0);
	assert_answer(f, "www.shop.test A 10.9.0.80; "
			 "www.shop.test A 10.9.0.81");
	assert_true(ldns_pkt_aa(f->answer));
	assert_int_equal(f->out.verdict, DNS_V_ANSWER);
	assert_int_equal(ldns_rr_ttl(f->out.rr), 300);
	ask(f, "WwW.sHop.test", LDNS_RR_TYPE_AAAA);
	assert_answer(f, "www.shop.test AAAA 2001:db8::80");
	ask(f, "shop.test", LDNS_RR_TYPE_MX);
	assert_string_equal(text_of(ldns_pkt_additional(f->answer)),
			    "mail.shop.test A 10.9.0.25");
	ask(f, "_http._tcp.shop.test", LDNS_RR_TYPE_SRV);
	assert_int_equal(ldns_pkt_arcount(f->answer), 3);
	ask(f, "shop.test", LDNS_RR_TYPE_NS);
	assert_answer(f, "shop.test NS ns1.shop.test");
	assert_true(ldns_pkt_aa(f->answer));
}

/* RFC 2308, 2 and 3. */
static void no_is_said_with_the_soa(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(ask(f, "nothing.shop.test", LDNS_RR_TYPE_A),
			 LDNS_RCODE_NXDOMAIN);
	assert_int_equal(f->out.verdict, DNS_V_NXDOMAIN);
	assert_int_equal(ldns_pkt_nscount(f->answer), 1);
	assert_int_equal(
		ldns_rr_ttl(ldns_rr_list_rr(ldns_pkt_authority(f->answer), 0)),
		300);
	assert_true(ldns_pkt_aa(f->answer));
	assert_int_equal(ask(f, "www.shop.test", LDNS_RR_TYPE_TXT), 0);
	assert_int_equal(f->out.verdict, DNS_V_NODATA);
	assert_int_equal(ldns_pkt_nscount(f->answer), 1);
	/* Names between exist, though they have no records (RFC 8020). */
	assert_int_equal(ask(f, "er.ent.shop.test", LDNS_RR_TYPE_A), 0);
	assert_int_equal(f->out.verdict, DNS_V_NODATA);
	assert_int_equal(ask(f, "er2.ent.shop.test", LDNS_RR_TYPE_A),
			 LDNS_RCODE_NXDOMAIN);
}

/* RFC 1034, 3.6.2; RFC 6604. */
static void aliases_are_followed(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(ask(f, "shop.shop.test", LDNS_RR_TYPE_AAAA), 0);
	assert_answer(f, "shop.shop.test CNAME www.shop.test; "
			 "www.shop.test AAAA 2001:db8::80");
	ask(f, "shop.shop.test", LDNS_RR_TYPE_CNAME);
	assert_answer(f, "shop.shop.test CNAME www.shop.test");
	ask(f, "far.shop.test", LDNS_RR_TYPE_A);
	assert_answer(f, "far.shop.test CNAME www.elsewhere.test");
	assert_int_equal(ask(f, "gone.shop.test", LDNS_RR_TYPE_A),
			 LDNS_RCODE_NXDOMAIN);
	assert_answer(f, "gone.shop.test CNAME nothing.shop.test");
	assert_int_equal(ask(f, "a.shop.test", LDNS_RR_TYPE_A), 0);
	assert_true(ldns_pkt_ancount(f->answer) <= DNS_CHAIN_MAX + 1);
	assert_int_equal(ask(f, "y.alias.shop.test", LDNS_RR_TYPE_A), 0);
	assert_int_equal(ldns_pkt_ancount(f->answer), 3);
}

/* RFC 4592, 2.2.1. */
static void wildcards_stand_for_what_does_not_exist(void **state)
{
	struct fixture *f = *state;

	ask(f, "any.wild.shop.test", LDNS_RR_TYPE_A);
	assert_answer(f, "any.wild.shop.test A 10.9.0.1");
	ask(f, "a.b.wild.shop.test", LDNS_RR_TYPE_A);
	assert_answer(f, "a.b.wild.shop.test A 10.9.0.1");
	ask(f, "real.wild.shop.test", LDNS_RR_TYPE_A);
	assert_answer(f, "real.wild.shop.test A 10.9.0.2");
	assert_int_equal(ask(f, "real.wild.shop.test", LDNS_RR_TYPE_TXT), 0);
	assert_int_equal(f->out.verdict, DNS_V_NODATA);
	assert_int_equal(ask(f, "x.real.wild.shop.test", LDNS_RR_TYPE_A),
			 LDNS_RCODE_NXDOMAIN);
	assert_int_equal(ask(f, "any.wild.shop.test", LDNS_RR_TYPE_MX), 0);
	assert_int_equal(f->out.verdict, DNS_V_NODATA);
	ask(f, "*.wild.shop.test", LDNS_RR_TYPE_A);
	assert_answer(f, "*.wild.shop.test A 10.9.0.1");
	assert_int_equal(ask(f, "wild.shop.test", LDNS_RR_TYPE_A), 0);
	assert_int_equal(f->out.verdict, DNS_V_NODATA);
}

static void a_delegation_refers_with_glue(void **state)
{
	struct fixture *f = *state;
	static const char *const names[] = {"eu.shop.test", "www.eu.shop.test",
					    "ns.eu.shop.test",
					    "a.b.c.eu.shop.test"};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		assert_int_equal(ask(f, names[i], LDNS_RR_TYPE_A), 0);
		assert_int_equal(f->out.verdict, DNS_V_REFERRAL);
		assert_false(ldns_pkt_aa(f->answer));
		assert_int_equal(ldns_pkt_ancount(f->answer), 0);
		assert_string_equal(text_of(ldns_pkt_authority(f->answer)),
				    "eu.shop.test NS ns.eu.shop.test; "
				    "eu.shop.test NS ns.far.test");
		assert_string_equal(text_of(ldns_pkt_additional(f->answer)),
				    "ns.eu.shop.test A 10.9.1.1");
	}
	ask(f, "eu.shop.test", LDNS_RR_TYPE_DS); /* RFC 4035, 3.1.4.1 */
	assert_int_equal(f->out.verdict, DNS_V_ANSWER);
	ask(f, "x.eu.shop.test", LDNS_RR_TYPE_DS);
	assert_int_equal(f->out.verdict, DNS_V_REFERRAL);
}

/* RFC 6672, 3.2. */
static void a_dname_moves_what_is_below(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(ask(f, "x.old.shop.test", LDNS_RR_TYPE_A), 0);
	assert_answer(f, "old.shop.test DNAME new.shop.test.; "
			 "x.old.shop.test CNAME x.new.shop.test; "
			 "x.new.shop.test A 10.9.0.3");
	assert_int_equal(ask(f, "old.shop.test", LDNS_RR_TYPE_A), 0);
	assert_int_equal(f->out.verdict, DNS_V_NODATA);
}

static void other_questions_are_refused(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(ask(f, "www.other.test", LDNS_RR_TYPE_A),
			 LDNS_RCODE_REFUSED);
	assert_int_equal(ask(f, "test", LDNS_RR_TYPE_A), LDNS_RCODE_REFUSED);
	assert_int_equal(ask(f, "shop.test", LDNS_RR_TYPE_AXFR),
			 LDNS_RCODE_REFUSED);
	assert_int_equal(ask(f, "www.shop.test", LDNS_RR_TYPE_ANY), 0);
	assert_answer(f, "www.shop.test A 10.9.0.80; "
			 "www.shop.test A 10.9.0.81");
}

static void an_answer_that_is_too_large_is_cut(void **state)
{
	struct fixture *f = *state;
	struct buf *whole, *cut;
	ldns_pkt *pkt;

	ask(f, "www.shop.test", LDNS_RR_TYPE_A);
	whole = dns_msg_emit(&f->mem, f->answer, DNS_UDP_MAX);
	cut = dns_msg_emit(&f->mem, f->answer, buf_readable(whole) - 1);
	assert_int_equal(
		dns_msg_parse(&pkt, buf_rptr(whole), buf_readable(whole), NULL),
		0);
	assert_false(ldns_pkt_tc(pkt));
	assert_int_equal(ldns_pkt_ancount(pkt), 2);
	assert_true(ldns_pkt_edns(pkt));
	ldns_pkt_free(pkt);
	assert_int_equal(
		dns_msg_parse(&pkt, buf_rptr(cut), buf_readable(cut), NULL), 0);
	assert_true(ldns_pkt_tc(pkt));
	assert_int_equal(ldns_pkt_ancount(pkt), 0);
	assert_int_equal(ldns_pkt_qdcount(pkt), 1);
	ldns_pkt_free(pkt);
	buf_put(whole);
	buf_put(cut);
}

static void bad_zones_are_refused(void **state)
{
	static const struct {
		const char *text;
		int line;
	} rows[] = {
		{"", 0},
		{"www A 10.0.0.1\n", 0},
		{"@ 3600 IN SOA ns1 admin 1 7200 900 1209600 300\n", 0},
		{APEX "www A 10.0.0\n", 4},
		{APEX "www A\n", 4},
		{APEX "www XYZZY 10.0.0.1\n", 4},
		{APEX "www A 10.0.0.1\nwww CNAME ns1\n", 0},
		{APEX "www CNAME a\nwww CNAME b\n", 0},
		{APEX "www.other.test. A 10.0.0.1\n", 0},
		{APEX "$INCLUDE /etc/passwd\n", 4},
		{APEX "a..b A 10.0.0.1\n", 4},
	};
	struct fixture *f = *state;
	struct dns_name origin = name_of("z.test");
	struct dns_zone_error err;
	struct dns_zone *zone;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		err = (struct dns_zone_error){0};
		if (dns_zone_parse(&zone, &f->mem, &origin, rows[i].text,
				   &err) != -EINVAL ||
		    err.line != rows[i].line)
			fail_msg("row %zu: line %d: %s", i, err.line,
				 err.what ? err.what : "accepted");
		assert_non_null(err.what);
	}
}

static void a_record_twice_counts_once(void **state)
{
	struct fixture *f = *state;
	struct dns_name origin = name_of("z.test"), www = name_of("www.z.test");
	struct dns_zone *zone;
	const struct dns_rrset *set;

	assert_int_equal(dns_zone_parse(&zone, &f->mem, &origin,
					APEX "www A 10.0.0.1\n"
					     "WWW.z.test. A 10.0.0.1\n",
					NULL),
			 0);
	set = dns_zone_find(zone, &www, LDNS_RR_TYPE_A);
	assert_int_equal(ldns_rr_list_rr_count(set->rrs), 1);
	assert_int_equal(dns_zone_count(zone), 4);
	dns_zone_free(zone);
}

static void the_root_is_a_zone_like_others(void **state)
{
	static const char text[] =
		". 86400 SOA a.root. admin. 1 7200 900 1209600 300\n"
		". NS a.root.\na.root. A 10.3.0.2\n"
		"test. NS ns.test.\nns.test. A 10.3.0.3\n";
	struct fixture *f = *state;
	struct dns_zone *keep = f->zone;

	assert_int_equal(
		dns_zone_parse(&f->zone, &f->mem, &DNS_ROOT, text, NULL), 0);
	ask(f, "www.shop.test", LDNS_RR_TYPE_A);
	assert_int_equal(f->out.verdict, DNS_V_REFERRAL);
	assert_int_equal(f->out.zone.len, 6);
	assert_int_equal(ask(f, "www.shop.none", LDNS_RR_TYPE_A),
			 LDNS_RCODE_NXDOMAIN);
	ask(f, ".", LDNS_RR_TYPE_NS);
	assert_answer(f, ". NS a.root");
	dns_zone_free(f->zone);
	f->zone = keep;
}

static void want_of_memory_is_survived(void **state)
{
	struct fixture *f = *state;
	struct dns_name origin = name_of("shop.test");
	struct dns_zone *zone;
	uint64_t n;
	int rc = -ENOMEM;

	for (n = 1; rc; n++) {
		f->mem.fail_at = f->mem.calls + n;
		rc = dns_zone_parse(&zone, &f->mem, &origin, shop, NULL);
		assert_true(rc == 0 || rc == -ENOMEM);
	}
	assert_true(n > 2);
	dns_zone_free(zone);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_name_has_its_records),
		T(no_is_said_with_the_soa),
		T(aliases_are_followed),
		T(wildcards_stand_for_what_does_not_exist),
		T(a_delegation_refers_with_glue),
		T(a_dname_moves_what_is_below),
		T(other_questions_are_refused),
		T(an_answer_that_is_too_large_is_cut),
		T(bad_zones_are_refused),
		T(a_record_twice_counts_once),
		T(the_root_is_a_zone_like_others),
		T(want_of_memory_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
