// SPDX-License-Identifier: MIT
/*
 * dns_check_test.c - names as values, and messages that a stranger wrote
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
#include "base/cursor.h"

#include "apps/dns_msg.h"

static struct dns_name name_of(const char *text)
{
	struct dns_name n;

	if (dns_name_parse(&n, text))
		fail_msg("%s", text);
	return n;
}

static void names_go_from_text_to_octets_and_back(void **state)
{
	static const struct {
		const char *text, *back;
	} rows[] = {
		{"www.shop.test", "www.shop.test"},
		{"WWW.Shop.TEST.", "www.shop.test"},
		{".", "."},
		{"a", "a"},
		{"a\\.b.c", "a\\.b.c"},
		{"a\\\\b", "a\\\\b"},
		{"a\\032b", "a\\032b"},
		{"\\065", "a"},
		{"*.x", "*.x"},
		{"_sip._tcp.x", "_sip._tcp.x"},
	};
	char text[DNS_NAME_TEXT];
	struct dns_name n;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		n = name_of(rows[i].text);
		assert_string_equal(dns_name_print(&n, text), rows[i].back);
	}
	n = name_of("ab.c");
	assert_int_equal(n.len, 6);
	assert_memory_equal(n.o, "\2ab\1c", 6);
}

static void what_is_no_name_is_refused(void **state)
{
	static const char *const rows[] = {
		"", "a..b", ".a", "..", "a.\\", "\\25", "\\256", "\\2x5",
	};
	char text[300];
	struct dns_name n;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(dns_name_parse(&n, rows[i]), -EINVAL);
	memset(text, 'a', sizeof(text));
	text[64] = 0;
	assert_int_equal(dns_name_parse(&n, text), -ENAMETOOLONG);
	text[63] = 0;
	assert_int_equal(dns_name_parse(&n, text), 0);
	memset(text, 'a', sizeof(text));
	for (i = 63; i < 255; i += 64)
		text[i] = '.';
	text[253] = 0;
	assert_int_equal(dns_name_parse(&n, text), 0);
	assert_int_equal(n.len, 255);
	text[253] = 'a';
	text[254] = 0;
	assert_int_equal(dns_name_parse(&n, text), -ENAMETOOLONG);
}

static void names_have_parents_and_an_order(void **state)
{
	/* RFC 4034, 6.1, without the escapes that are not lower case. */
	static const char *const order[] = {
		"example",	   "a.example",	     "yljkjljk.a.example",
		"z.a.example",	   "zabc.a.example", "z.example",
		"\\001.z.example", "*.z.example",    "\\200.z.example",
	};
	struct dns_name a, b;
	size_t i;

	(void)state;
	for (i = 1; i < ARRAY_SIZE(order); i++) {
		a = name_of(order[i - 1]);
		b = name_of(order[i]);
		assert_true(dns_name_cmp(&a, &b) < 0);
		assert_true(dns_name_cmp(&b, &a) > 0);
		assert_int_equal(dns_name_cmp(&a, &a), 0);
	}
	a = name_of("a.b.c");
	assert_int_equal(dns_name_labels(&a), 3);
	b = dns_name_parent(&a);
	assert_true(dns_name_eq(
		&b, &(struct dns_name){name_of("b.c").len, "\1b\1c"}));
	b = dns_name_suffix(&a, 1);
	assert_memory_equal(b.o, "\1c", 3);
	b = dns_name_suffix(&a, 0);
	assert_true(dns_name_is_root(&b));
	b = name_of("b.c");
	assert_true(dns_name_is_within(&a, &b));
	assert_true(dns_name_is_within(&b, &b));
	assert_false(dns_name_is_within(&b, &a));
	assert_true(dns_name_is_within(&a, &DNS_ROOT));
	a = name_of("xb.c");
	assert_false(dns_name_is_within(&a, &b));
	/* A length octet inside a label is no label's beginning. */
	a = name_of("x\\001b\\001c");
	b = name_of("c");
	assert_false(dns_name_is_within(&a, &b));
}

/* A message under construction: header with counts, then what is added. */
struct msg {
	uint8_t o[70000];
	size_t len;
};

static void begin(struct msg *m, unsigned int qd, unsigned int an)
{
	memset(m->o, 0, 12);
	m->o[2] = 0x80;
	put16(m->o + 4, (uint16_t)qd);
	put16(m->o + 6, (uint16_t)an);
	m->len = 12;
}

static void add(struct msg *m, const void *octets, size_t len)
{
	memcpy(m->o + m->len, octets, len);
	m->len += len;
}

#define ADD(m, literal) add(m, literal, sizeof(literal) - 1)

/* A record's head at the present place: name octets are there already. */
static void add_rr(struct msg *m, uint16_t type, uint16_t rdlen,
		   const void *data, size_t len)
{
	uint8_t head[10] = {0, 0, 0, 1, 0, 0, 0, 60};

	put16(head, type);
	put16(head + 8, rdlen);
	add(m, head, sizeof(head));
	add(m, data, len);
}

#define QUESTION "\3www\4shop\4test\0\0\1\0\1"

/* Both our check and ldns must accept, or ours refuse. */
static bool accepted(struct msg *m)
{
	/* In memory of its exact size, so that a sanitizer sees one more. */
	uint8_t *exact = malloc(m->len ? m->len : 1);
	const char *what = NULL;
	ldns_pkt *pkt = NULL;
	int rc;

	memcpy(exact, m->o, m->len);
	rc = dns_msg_check(exact, m->len, &what);
	assert_int_equal(rc == 0, what == NULL);
	if (!rc) {
		assert_int_equal(dns_msg_parse(&pkt, exact, m->len, &what), 0);
		ldns_pkt_free(pkt);
	}
	free(exact);
	return rc == 0;
}

static void a_plain_answer_is_accepted(void **state)
{
	struct msg m;
	struct dns_head h;

	(void)state;
	begin(&m, 1, 3);
	ADD(&m, QUESTION);
	ADD(&m, "\xc0\x0c");
	add_rr(&m, LDNS_RR_TYPE_CNAME, 4, "\1a\xc0\x10", 4);
	ADD(&m, "\1a\xc0\x10");
	add_rr(&m, LDNS_RR_TYPE_A, 4, "\12\11\0\120", 4);
	ADD(&m, "\0");
	add_rr(&m, LDNS_RR_TYPE_OPT, 6, "\0\12\0\2ab", 6);
	assert_true(accepted(&m));
	dns_msg_head(&h, m.o, m.len);
	assert_true(h.is_answer);
	assert_true(h.has_question);
	assert_int_equal(h.type, 1);
	assert_int_equal(h.raw_len, 15);
	assert_memory_equal(h.name.o, "\3www\4shop\4test", 15);
}

/* CVE-2020-27009, CVE-2020-27738, RFC 9267, 2. */
static void pointers_go_strictly_backwards(void **state)
{
	struct msg m;

	(void)state;
	begin(&m, 1, 0); /* to itself */
	ADD(&m, "\xc0\x0c\0\1\0\1");
	assert_false(accepted(&m));
	begin(&m, 1, 0); /* forwards */
	ADD(&m, "\xc0\x0e\1a\0\0\1\0\1");
	assert_false(accepted(&m));
	begin(&m, 2, 0); /* two to each other */
	ADD(&m, "\1a\xc0\x14\0\1\0\1\1b\xc0\x0c\0\1\0\1");
	assert_false(accepted(&m));
	begin(&m, 1, 0); /* to its own beginning */
	ADD(&m, "\1a\xc0\x0c\0\1\0\1");
	assert_false(accepted(&m));
	begin(&m, 1, 0); /* past the end */
	ADD(&m, "\xff\xff\0\1\0\1");
	assert_false(accepted(&m));
	begin(&m, 1, 0); /* into the header */
	ADD(&m, "\xc0\x02\0\1\0\1");
	assert_false(accepted(&m));
	begin(&m, 1, 0); /* half a pointer */
	ADD(&m, "\xc0");
	assert_false(accepted(&m));
	begin(&m, 2, 0); /* into a length or behind it: octets are octets */
	ADD(&m, "\3\1a\0\0\0\1\0\1\1b\xc0\x0d\0\1\0\1");
	assert_true(accepted(&m));
}

/* CVE-2020-24338, CVE-2020-15795, CVE-2020-25107. */
static void labels_and_names_have_limits(void **state)
{
	uint8_t label[64];
	unsigned int n;
	struct msg m;

	(void)state;
	memset(label, 'a', sizeof(label));
	for (n = 64; n < 192; n++) {
		begin(&m, 1, 0);
		label[0] = (uint8_t)n;
		add(&m, label, 64);
		ADD(&m, "\0\0\1\0\1");
		assert_false(accepted(&m));
	}
	/* 255 octets, then 256. */
	for (n = 61; n <= 62; n++) {
		begin(&m, 1, 0);
		label[0] = 63;
		add(&m, label, 64);
		add(&m, label, 64);
		add(&m, label, 64);
		label[0] = (uint8_t)n;
		add(&m, label, 1 + n);
		ADD(&m, "\0\0\1\0\1");
		assert_int_equal(accepted(&m), n == 61);
	}
	begin(&m, 1, 0); /* no end */
	ADD(&m, "\3www");
	assert_false(accepted(&m));
	begin(&m, 1, 0); /* a label beyond the end */
	ADD(&m, "\77www");
	assert_false(accepted(&m));
}

/* 255 octets by pointers: 127 jumps, and one octet more. */
static void a_chain_of_pointers_ends(void **state)
{
	struct msg m;
	size_t i, last;

	(void)state;
	for (last = 126; last <= 127; last++) {
		begin(&m, 1 + (unsigned int)last, 0);
		ADD(&m, "\1a\0\0\1\0\1");
		for (i = 0; i < last; i++) {
			size_t before = m.len - (i ? 8 : 7);
			uint8_t q[] = {1, 'a', 0xc0, 0, 0, 1, 0, 1};

			put16(q + 2, (uint16_t)(0xc000 | before));
			add(&m, q, sizeof(q));
		}
		assert_int_equal(accepted(&m), last == 126);
	}
}

/* CVE-2020-11901, CVE-2020-24336. */
static void data_lengths_are_not_trusted(void **state)
{
	/* clang-format off */
	static const struct {
		uint16_t type, rdlen;
		const char *data;
		size_t len;
		bool ok;
	} rows[] = {
		{LDNS_RR_TYPE_A, 4, "abcd", 4, true},
		{LDNS_RR_TYPE_A, 3, "abc", 3, false},
		{LDNS_RR_TYPE_A, 5, "abcde", 5, false},
		{LDNS_RR_TYPE_A, 0, "", 0, false},
		{LDNS_RR_TYPE_A, 65535, "abcd", 4, false},
		{LDNS_RR_TYPE_A, 4, "abc", 3, false},
		{LDNS_RR_TYPE_AAAA, 16, "0123456789abcdef", 16, true},
		{LDNS_RR_TYPE_AAAA, 15, "0123456789abcde", 15, false},
		{LDNS_RR_TYPE_MX, 5, "\0\1\1a\0", 5, true},
		{LDNS_RR_TYPE_MX, 4, "\0\1\1a\0", 5, false},
		{LDNS_RR_TYPE_MX, 2, "\0\1", 2, false},
		{LDNS_RR_TYPE_MX, 6, "\0\1\1a\0x", 6, false},
		{LDNS_RR_TYPE_NS, 3, "\1a\0", 3, true},
		{LDNS_RR_TYPE_NS, 2, "\1a\0", 3, false},
		{LDNS_RR_TYPE_NS, 4, "\1a\0x", 4, false},
		{LDNS_RR_TYPE_NS, 2, "\xc0\x0c", 2, true},
		{LDNS_RR_TYPE_NS, 1, "\xc0\x0c", 2, false},
		{LDNS_RR_TYPE_TXT, 3, "\2ab", 3, true},
		{LDNS_RR_TYPE_TXT, 5, "\2ab\1c", 5, true},
		{LDNS_RR_TYPE_TXT, 3, "\3ab", 3, false},
		{LDNS_RR_TYPE_TXT, 0, "", 0, false},
		{LDNS_RR_TYPE_SOA, 22, "\0\0aaaabbbbccccddddeeee", 22, true},
		{LDNS_RR_TYPE_SOA, 21, "\0\0aaaabbbbccccddddeee", 21, false},
		{LDNS_RR_TYPE_SRV, 7, "\0\1\0\1\0\1\0", 7, true},
		{LDNS_RR_TYPE_SRV, 6, "\0\1\0\1\0\1", 6, false},
		{LDNS_RR_TYPE_NAPTR, 8, "\0\1\0\1\0\0\0\0", 8, true},
		{LDNS_RR_TYPE_NAPTR, 7, "\0\1\0\1\0\0\0", 7, false},
		{65280, 3, "abc", 3, true},
	};
	/* clang-format on */
	struct msg m;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		begin(&m, 1, 1);
		ADD(&m, QUESTION);
		ADD(&m, "\xc0\x0c");
		add_rr(&m, rows[i].type, rows[i].rdlen, rows[i].data,
		       rows[i].len);
		if (accepted(&m) != rows[i].ok)
			fail_msg("row %zu", i);
	}
}

/* CVE-2020-24334, CVE-2020-25109. */
static void counts_are_not_trusted(void **state)
{
	struct msg m;
	size_t at;

	(void)state;
	for (at = 4; at <= 10; at += 2) {
		begin(&m, 1, 0);
		ADD(&m, QUESTION);
		assert_true(accepted(&m));
		put16(m.o + at, 65535);
		assert_false(accepted(&m));
	}
	begin(&m, 0, 0); /* something is behind the end */
	ADD(&m, "x");
	assert_false(accepted(&m));
	for (m.len = 0; m.len < 12; m.len++)
		assert_false(accepted(&m));
}

static void options_are_walked_to_their_end(void **state)
{
	struct msg m;

	(void)state;
	begin(&m, 0, 1);
	ADD(&m, "\0");
	add_rr(&m, LDNS_RR_TYPE_OPT, 5, "\0\12\0\2a", 5);
	assert_false(accepted(&m));
	begin(&m, 0, 1);
	ADD(&m, "\1a\0"); /* not the root's */
	add_rr(&m, LDNS_RR_TYPE_OPT, 0, "", 0);
	assert_false(accepted(&m));
	begin(&m, 0, 2);
	ADD(&m, "\0");
	add_rr(&m, LDNS_RR_TYPE_OPT, 0, "", 0);
	ADD(&m, "\0"); /* a second one */
	add_rr(&m, LDNS_RR_TYPE_OPT, 0, "", 0);
	assert_false(accepted(&m));
}

/* Each octet of a good message is changed to each value: never a crash, and
 * what our check lets through ldns can read or refuse. */
static void no_single_octet_does_harm(void **state)
{
	struct msg good, m;
	const char *what;
	ldns_pkt *pkt;
	size_t i;
	int v;

	(void)state;
	begin(&good, 1, 2);
	ADD(&good, QUESTION);
	ADD(&good, "\xc0\x0c");
	add_rr(&good, LDNS_RR_TYPE_MX, 8, "\0\1\3mx1\xc0\x10", 8);
	ADD(&good, "\0");
	add_rr(&good, LDNS_RR_TYPE_OPT, 6, "\0\12\0\2ab", 6);
	for (i = 0; i < good.len; i++) {
		for (v = 0; v < 256; v++) {
			m.len = good.len;
			memcpy(m.o, good.o, good.len);
			m.o[i] = (uint8_t)v;
			if (dns_msg_parse(&pkt, m.o, m.len, &what) == 0)
				ldns_pkt_free(pkt);
		}
	}
	for (i = 0; i < good.len; i++)
		assert_int_equal(dns_msg_check(good.o, i, &what), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_go_from_text_to_octets_and_back),
		cmocka_unit_test(what_is_no_name_is_refused),
		cmocka_unit_test(names_have_parents_and_an_order),
		cmocka_unit_test(a_plain_answer_is_accepted),
		cmocka_unit_test(pointers_go_strictly_backwards),
		cmocka_unit_test(labels_and_names_have_limits),
		cmocka_unit_test(a_chain_of_pointers_ends),
		cmocka_unit_test(data_lengths_are_not_trusted),
		cmocka_unit_test(counts_are_not_trusted),
		cmocka_unit_test(options_are_walked_to_their_end),
		cmocka_unit_test(no_single_octet_does_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
