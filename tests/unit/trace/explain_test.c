// SPDX-License-Identifier: MIT
/* explain_test.c - templates become sentences */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/check.h"

#include "told.h"
#include "trace/explain.h"
#include "trace/explain_text.h"

enum { KEYS_MAX = 12, KEY_MAX = 32 };

static struct told t;
static char text[1024];
static struct strbuf out;

static int setup(void **state)
{
	(void)state;
	told_init(&t);
	told_host(&t, "laptop", "host", "10.1.0.10", 1);
	told_host(&t, "web", "host", "10.9.0.80", 2);
	strbuf_init_fixed(&out, text, sizeof(text));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	told_fini(&t);
	return 0;
}

static const char *say(uint32_t n)
{
	strbuf_clear(&out);
	explain_say(t.log, trace_log_get(t.log, n), &out);
	return strbuf_text(&out);
}

static void assert_brackets(const char *s)
{
	int square = 0, curly = 0;

	for (; *s; s++) {
		square += (*s == '[') - (*s == ']');
		curly += (*s == '{') - (*s == '}');
		assert_in_range(square, 0, 1);
		assert_in_range(curly, 0, 1);
	}
	assert_int_equal(square + curly, 0);
}

static void brackets_of_every_sentence_balance(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < R_COUNT; i++) {
		const struct words *w = words_of((enum reason)i);

		assert_brackets(w->say);
		if (w->why)
			assert_brackets(w->why);
	}
}

/* The keys of a template. */
static int keys_of(const char *s, char keys[KEYS_MAX][KEY_MAX])
{
	int n = 0;

	while ((s = strchr(s, '{'))) {
		const char *end = strchr(s, '}');

		s += s[1] == '=' ? 2 : strncmp(s, "{a ", 3) ? 1 : 3;
		assert_true(n < KEYS_MAX && end - s < KEY_MAX);
		snprintf(keys[n++], KEY_MAX, "%.*s", (int)(end - s), s);
	}
	return n;
}

static int count(const char *s, char c)
{
	int n = 0;

	for (; *s; s++)
		n += *s == c;
	return n;
}

/* An event with a field for each key of its template.  The log keeps the
 * keys where they are, as it may: they are constants anywhere else. */
static uint32_t tell_whole(enum reason what)
{
	static char keys[KEYS_MAX][KEY_MAX];
	struct ev_field fields[KEYS_MAX + 1] = {0};
	const struct place *place = told_at(&t, "laptop", 1);
	struct event ev = {.kind = EV_NOTE,
			   .what = what,
			   .cause = place->env->cause,
			   .place = place,
			   .fields = fields};
	int i, n = keys_of(words_of(what)->say, keys);

	for (i = 0; i < n; i++)
		fields[i] = (struct ev_field){
			.key = keys[i], .type = EVT_TEXT, .text = "value"};
	return place->env->probe(place->env->probe_arg, &ev);
}

static void a_whole_event_leaves_no_question_mark(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < R_COUNT; i++) {
		const char *template = words_of((enum reason)i)->say;
		const char *said = say(tell_whole((enum reason)i));

		assert_int_equal(count(said, '?'), count(template, '?'));
		assert_int_equal(count(said, '[') + count(said, '{'), 0);
	}
}

static void what_is_not_known_is_left_out_or_marked(void **state)
{
	uint32_t n = PROBE(told_at(&t, "laptop", 1), EV_NOTE, R_HTTP_RESPONSE,
			   NULL, EVF_NUM("octets", 612));

	(void)state;
	assert_string_equal(say(n), "the answer is ?, 612 octets");
	n = PROBE(told_at(&t, "laptop", 1), EV_NOTE, R_HTTP_RESPONSE, NULL,
		  EVF_NUM("status", 200), EVF_TEXT("type", ""));
	assert_string_equal(say(n), "the answer is 200");
}

static void addresses_are_shown_as_names(void **state)
{
	struct endpoint web, other;
	struct ip_addr ip;
	mac_addr mac = {{2, 0, 0, 0, 0, 1}};
	uint32_t n;

	(void)state;
	assert_int_equal(endpoint_parse(&web, "10.9.0.80:80"), 0);
	assert_int_equal(endpoint_parse(&other, "10.9.0.81:80"), 0);
	assert_int_equal(ip_addr_parse(&ip, "10.1.0.10"), 0);
	n = PROBE(told_at(&t, "laptop", 1), EV_CALL, R_SOCK_CONNECT, NULL,
		  EVF_EP("peer", &web));
	assert_string_equal(say(n), "connect() to web:80");
	n = PROBE(told_at(&t, "laptop", 1), EV_CALL, R_SOCK_CONNECT, NULL,
		  EVF_EP("peer", &other));
	assert_string_equal(say(n), "connect() to 10.9.0.81:80");
	n = PROBE(told_at(&t, "sw", 1), EV_LEARN, R_SW_LEARN, NULL,
		  EVF_MAC("mac", &mac), EVF_TEXT("port", "p1"),
		  EVF_NUM("entries", 1));
	assert_string_equal(say(n),
			    "sw learns that laptop is at p1 (MAC table: 1)");
	n = PROBE(told_at(&t, "web", 1), EV_LEARN, R_ARP_LEARN, NULL,
		  EVF_IP("ip", &ip), EVF_MAC("mac", &mac));
	assert_string_equal(say(n), "ARP: 10.1.0.10 = 02:00:00:00:00:01");
}

static void without_a_log_addresses_stay_what_they_are(void **state)
{
	struct endpoint web;
	uint32_t n;

	(void)state;
	assert_int_equal(endpoint_parse(&web, "10.9.0.80:80"), 0);
	n = PROBE(told_at(&t, "laptop", 1), EV_CALL, R_SOCK_CONNECT, NULL,
		  EVF_EP("peer", &web));
	explain_say(NULL, trace_log_get(t.log, n), &out);
	assert_string_equal(strbuf_text(&out), "connect() to 10.9.0.80:80");
}

static void a_drop_names_its_place_and_reason(void **state)
{
	uint32_t n = PROBE(told_at(&t, "laptop -- web", 1), EV_DROP, R_TCP_SYN,
			   NULL, EVF_TEXT("drop", "cable_loss"),
			   EVF_TEXT("text", "the cable lost it"));

	(void)state;
	assert_string_equal(say(n),
			    "SYN dropped at laptop -- web: the cable lost it");
	strbuf_clear(&out);
	explain_why(t.log, trace_log_get(t.log, n), &out);
	assert_true(out.len > 0);
}

/* The names of addresses end where the lab begins to run. */
static void a_stranger_cannot_introduce_himself_later(void **state)
{
	struct ip_addr ip;
	uint32_t n;

	(void)state;
	assert_int_equal(ip_addr_parse(&ip, "10.7.7.7"), 0);
	PROBE(told_at(&t, "lab", 1), EV_ACTION, R_ACTION, NULL,
	      EVF_TEXT("text", "go"));
	told_host(&t, "evil", "host", "10.7.7.7", 7);
	n = PROBE(told_at(&t, "laptop", 1), EV_APP, R_PING_TIMEOUT, NULL,
		  EVF_IP("dst", &ip));
	assert_string_equal(say(n), "no answer from 10.7.7.7");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(brackets_of_every_sentence_balance),
		TEST(a_whole_event_leaves_no_question_mark),
		TEST(what_is_not_known_is_left_out_or_marked),
		TEST(addresses_are_shown_as_names),
		TEST(without_a_log_addresses_stay_what_they_are),
		TEST(a_drop_names_its_place_and_reason),
		TEST(a_stranger_cannot_introduce_himself_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
