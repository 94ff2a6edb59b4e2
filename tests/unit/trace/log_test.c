// SPDX-License-Identifier: MIT
/* log_test.c - events are kept, written, and read back the same */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/netif.h"
#include "core/pkt.h"
#include "core/probe.h"

#include "trace/chain.h"
#include "trace/explain.h"
#include "trace/explain_text.h"
#include "trace/log.h"
#include "trace/log_load.h"
#include "trace/names.h"

struct world {
	struct mem mem;
	struct env env;
	struct place place;
	struct trace_log *log;
};

static int setup(void **state)
{
	static struct world w;

	memset(&w, 0, sizeof(w));
	mem_init_libc(&w.mem);
	env_init(&w.env, &w.mem);
	w.place = (struct place){.env = &w.env, .name = "laptop"};
	w.log = trace_log_new(&w.mem, LOG_FRAMES);
	trace_log_attach(w.log, &w.env);
	*state = &w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	trace_log_free(w->log);
	return env_fini(&w->env) || w->mem.in_use_count ? -1 : 0;
}

static int to_nowhere(struct netif *netif, struct pkt *pkt)
{
	(void)netif;
	pkt_free(pkt);
	return 0;
}

static const struct netif_ops nowhere = {.transmit = to_nowhere};

/* A person's action, an ARP question it causes, and what is learned. */
static void some_events(struct world *w)
{
	struct ip_addr ip = {.family = IP_V4, .v4 = {0x0a010001}};
	mac_addr mac = {{2, 0, 0, 0, 0, 1}};
	uint8_t zeros[60] = {[12] = 8, [13] = 6};
	struct netif netif;
	struct pkt *pkt;

	w->env.cause = 0;
	PROBE_CAUSE(&w->place, EV_ACTION, R_ACTION, NULL,
		    EVF_TEXT("text", "say \"hello\"\n\x01\xff"));
	w->env.now_ns = 1234567;
	netif_init(&netif, &w->place, "eth0", mac);
	netif.ops = &nowhere;
	pkt = pkt_new(&w->env, R_ARP_REQUEST);
	assert_int_equal(pkt_append(pkt, zeros, sizeof(zeros)), 0);
	assert_int_equal(netif_transmit(&netif, pkt), 0);
	PROBE(&w->place, EV_LEARN, R_ARP_LEARN, NULL, EVF_IP("ip", &ip),
	      EVF_MAC("mac", &mac), EVF_NUM("entries", -1));
}

static void write_all(const struct trace_log *log, struct strbuf *out)
{
	uint32_t n;

	for (n = 1; n <= trace_log_count(log); n++)
		trace_log_line(log, trace_log_get(log, n), out);
}

static void fields_and_frames_are_kept(void **state)
{
	struct world *w = *state;
	const struct log_event *ev;

	some_events(w);
	assert_int_equal(trace_log_count(w->log), 3);
	ev = trace_log_get(w->log, 2);
	assert_int_equal(ev->cause, 1);
	assert_int_equal(ev->frame_len, 64);
	assert_string_equal(ev->netif, "eth0");
	assert_string_equal(ev->proto, "arp");
	ev = trace_log_get(w->log, 3);
	assert_string_equal(log_text(ev, "ip"), "10.1.0.1");
	assert_string_equal(log_text(ev, "mac"), "02:00:00:00:00:01");
	assert_int_equal(log_num(ev, "entries", 7), -1);
	assert_int_equal(log_num(ev, "absent", 7), 7);
	assert_null(trace_log_get(w->log, 4));
	assert_null(trace_log_get(w->log, 0));
	assert_true(trace_log_follows(w->log, 2, 1));
	assert_int_equal(trace_log_next_child(w->log, 1, 1), 2);
}

static void a_log_read_back_is_the_same(void **state)
{
	struct world *w = *state;
	struct strbuf a, b, err;
	struct trace_log *again;

	some_events(w);
	strbuf_init(&a, &w->mem);
	strbuf_init(&b, &w->mem);
	strbuf_init(&err, &w->mem);
	write_all(w->log, &a);
	again = trace_log_load(&w->mem, a.text, a.len, "x.jsonl", &err);
	assert_string_equal(strbuf_text(&err), "");
	write_all(again, &b);
	assert_string_equal(strbuf_text(&a), strbuf_text(&b));
	trace_log_free(again);
	strbuf_fini(&a);
	strbuf_fini(&b);
	strbuf_fini(&err);
}

/* clang-format off */
#define GOOD "{\"n\":1,\"t\":0,\"host\":\"a\",\"kind\":\"note\",\"what\":\"none\",\"proto\":\"none\",\"cause\":null}\n"
static const struct {
	const char *text;
	const char *error;
} damaged[] = {
	{"{", "x:1:"},
	{"[]", "x:1:1: not an object"},
	{GOOD GOOD, "x:2:1: \"n\" must count up"},
	{"{\"n\":1,\"t\":0,\"host\":\"a\",\"kind\":\"note\",\"what\":\"none\",\"proto\":\"none\",\"cause\":1}", "x:1:1: \"cause\""},
	{"{\"n\":1,\"t\":-1,\"cause\":null}", "x:1:1: \"t\""},
	{"{\"n\":1,\"t\":0,\"host\":\"a\",\"kind\":\"?\",\"what\":\"none\",\"proto\":\"none\",\"cause\":null}", "x:1:1: \"kind\""},
	{"{\"n\":1,\"t\":0,\"host\":\"a\",\"kind\":\"note\",\"what\":\"?\",\"proto\":\"none\",\"cause\":null}", "x:1:1: \"what\""},
	{"{\"n\":1,\"t\":0,\"kind\":\"note\",\"what\":\"none\",\"cause\":null}", "x:1:1: \"host\""},
	{"{\"n\":1,\"t\":0,\"host\":\"a\",\"kind\":\"note\",\"what\":\"none\",\"proto\":\"none\",\"cause\":null,\"frame\":\"0\"}", "whole octets"},
	{"{\"n\":1,\"t\":0,\"host\":\"a\",\"kind\":\"note\",\"what\":\"none\",\"proto\":\"none\",\"cause\":null,\"frame\":\"0g\"}", "hexadecimal"},
	{"{\"n\":1,\"n\":1}", "x:1:"},
};
/* clang-format on */

static void damage_is_found_and_named(void **state)
{
	struct world *w = *state;
	struct strbuf err;
	size_t i;

	for (i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++) {
		strbuf_init(&err, &w->mem);
		assert_null(trace_log_load(&w->mem, damaged[i].text,
					   strlen(damaged[i].text), "x", &err));
		assert_non_null(strstr(strbuf_text(&err), damaged[i].error));
		strbuf_fini(&err);
	}
}

static void why_ends_at_the_person(void **state)
{
	struct world *w = *state;
	struct strbuf sb;

	some_events(w);
	strbuf_init(&sb, &w->mem);
	assert_int_equal(chain_why(w->log, 2, &sb), 1);
	assert_non_null(strstr(strbuf_text(&sb), "a person"));
	strbuf_fini(&sb);
}

static void every_reason_has_its_words(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < R_COUNT; i++) {
		const struct words *words = words_of((enum reason)i);

		assert_non_null(words->noun);
		assert_non_null(words->say);
	}
}

static void memory_that_runs_out_is_survived(void **state)
{
	struct world *w = *state;
	uint64_t k;

	for (k = 1; k < 6; k++) {
		struct trace_log *log;

		w->mem.calls = 0;
		w->mem.fail_at = k;
		w->mem.fail_ever = true;
		log = trace_log_new(&w->mem, LOG_FRAMES);
		if (log) {
			trace_log_detach(w->log);
			trace_log_attach(log, &w->env);
			w->env.cause = 0;
			PROBE(&w->place, EV_NOTE, R_NONE, NULL,
			      EVF_TEXT("a", "b"));
			trace_log_free(log);
		}
		w->mem.fail_at = 0;
		w->mem.fail_ever = false;
	}
}

/* Numbers go on, what came before is gone, and names are known. */
static void what_is_forgotten_leaves_numbers_and_names(void **state)
{
	struct world *w = *state;
	size_t before = w->mem.in_use_bytes;

	w->env.cause = 0;
	PROBE(&w->place, EV_NOTE, R_LAB_ADDRESS, NULL,
	      EVF_TEXT("name", "laptop"), EVF_TEXT("ip", "10.1.0.10"));
	for (uint32_t round = 0; round < 3; round++) {
		uint32_t count = trace_log_count(w->log);

		for (int i = 0; i < 3000; i++)
			PROBE(&w->place, EV_NOTE, R_NONE, NULL,
			      EVF_TEXT("a", "b"));
		assert_int_equal(trace_log_count(w->log), count + 3000);
		assert_int_equal(trace_log_get(w->log, count + 1)->n,
				 count + 1);
		trace_log_forget(w->log);
		assert_int_equal(trace_log_forgotten(w->log), count + 3000);
		assert_null(trace_log_get(w->log, count + 3000));
		assert_null(trace_log_first_at(w->log, "laptop"));
		assert_string_equal(name_of_ip(w->log, "10.1.0.10"), "laptop");
	}
	assert_true(w->mem.in_use_bytes < before + (1 << 20));
	w->env.cause = 17; /* it was forgotten, and is the cause still */
	PROBE(&w->place, EV_NOTE, R_NONE, NULL, EVF_TEXT("a", "b"));
	assert_int_equal(trace_log_get(w->log, 9002)->cause, 17);
	assert_int_equal(trace_log_first_at(w->log, "laptop")->n, 9002);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(fields_and_frames_are_kept),
		T(a_log_read_back_is_the_same),
		T(damage_is_found_and_named),
		T(why_ends_at_the_person),
		T(every_reason_has_its_words),
		T(memory_that_runs_out_is_survived),
		T(what_is_forgotten_leaves_numbers_and_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
