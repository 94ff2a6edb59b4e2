// SPDX-License-Identifier: MIT
/* lab_run_test.c - a lab runs: exact times, the same octets, no leaks */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/strbuf.h"

#include "lab/expect.h"
#include "lab/run.h"
#include "os/clock.h"
#include "vnet/vnet.h"

static struct mem mem;
static struct lab lab;
static struct lab_run *run;

static const char two[] =
	"name: two\n"
	"links:\n"
	"  - a -- b: {delay: 10ms, rate: 0, loss: 20%, jitter: 3ms}\n"
	"script:\n"
	"  - {at: 1s, on: a, ping: b, count: 20, every: 10ms}\n"
	"expect:\n"
	"  - {ping: 1, sent: 20, received: \"< 20\"}\n"
	"  - {ping: 1, received: 20}\n";

static int setup(void **state)
{
	(void)state;
	mem_init_libc(&mem);
	run = NULL;
	return 0;
}

static int teardown(void **state)
{
	size_t leaked = run ? lab_run_free(run) : 0;

	(void)state;
	lab_fini(&lab);
	return leaked || mem.in_use_count ? -1 : 0;
}

static int go(const char *text, uint64_t seed)
{
	int err = lab_load(&lab, &mem, "t.yaml", text, strlen(text));

	if (!err)
		err = lab_run_new(&run, &mem, &lab, seed);
	return err ? err : lab_run_go(run);
}

/* Number of events of one kind, and the time of the last. */
static size_t count(enum reason what, uint64_t *t_ns)
{
	const struct trace_log *log = lab_run_log(run);
	size_t n = 0;

	for (uint32_t i = 1; i <= trace_log_count(log); i++) {
		const struct log_event *ev = trace_log_get(log, i);

		if (ev->what != what)
			continue;
		*t_ns = ev->t_ns;
		n++;
	}
	return n;
}

static void delay_is_exact(void **state)
{
	uint64_t sent = 0, answered = 0;

	(void)state;
	assert_int_equal(go("links: [a -- b: {delay: 10ms, rate: 0}]\n"
			    "script: [{at: 1s, on: a, ping: b, count: 1}]\n",
			    1),
			 0);
	assert_int_equal(count(R_PING_SENT, &sent), 1);
	assert_int_equal(count(R_PING_ANSWER, &answered), 1);
	assert_int_equal(sent, NS_PER_S);
	assert_int_equal(answered - sent, 20 * NS_PER_MS);
}

/* On a bare cable nobody else could answer: nobody asks. */
static void bare_cable_needs_no_arp(void **state)
{
	uint64_t t;

	(void)state;
	assert_int_equal(go("links: [a -- b]\n"
			    "script: [{at: 0s, on: a, ping: b, count: 1}]\n",
			    1),
			 0);
	assert_int_equal(count(R_ARP_REQUEST, &t), 0);
	assert_int_equal(count(R_PING_ANSWER, &t), 1);
}

static void all_lines(struct strbuf *out)
{
	const struct trace_log *log = lab_run_log(run);

	for (uint32_t i = 1; i <= trace_log_count(log); i++)
		trace_log_line(log, trace_log_get(log, i), out);
}

static void again(uint64_t seed, struct strbuf *out)
{
	strbuf_init(out, &mem);
	assert_int_equal(go(two, seed), 0);
	all_lines(out);
	assert_int_equal(lab_run_free(run), 0);
	run = NULL;
	lab_fini(&lab);
}

static void same_seed_same_octets_other_seed_others(void **state)
{
	struct strbuf a, b, c;

	(void)state;
	again(42, &a);
	again(42, &b);
	again(43, &c);
	assert_int_equal(a.len, b.len);
	assert_memory_equal(a.text, b.text, a.len);
	assert_true(a.len != c.len || memcmp(a.text, c.text, a.len) != 0);
	strbuf_fini(&a);
	strbuf_fini(&b);
	strbuf_fini(&c);
}

static void expectations_say_what_was_seen(void **state)
{
	struct strbuf out;

	(void)state;
	assert_int_equal(go(two, 42), 0);
	strbuf_init(&out, &mem);
	assert_int_equal(expectations_check(run, &out, false), 1);
	assert_non_null(
		strstr(strbuf_text(&out), "  OK      ping 1: sent 20\n"));
	assert_non_null(
		strstr(strbuf_text(&out), "  FAILED  ping 1: received 20; "));
	strbuf_clear(&out);
	assert_int_equal(expectations_check(run, &out, true), 1);
	assert_non_null(strstr(strbuf_text(&out), "\"ok\":false"));
	strbuf_fini(&out);
}

static void every_cause_leads_back_to_the_script(void **state)
{
	const struct trace_log *log;
	uint32_t action;

	(void)state;
	assert_int_equal(go(two, 42), 0);
	log = lab_run_log(run);
	action = lab_run_ping_event(run, 1);
	assert_int_not_equal(action, 0);
	assert_int_equal(trace_log_get(log, action)->cause, 0);
	for (uint32_t i = action + 1; i <= trace_log_count(log); i++)
		assert_true(trace_log_follows(log, i, action));
}

static void lab_ends_when_it_says(void **state)
{
	(void)state;
	assert_int_equal(go("until: 3500ms\nlinks: [a -- b]\n"
			    "script: [{at: 1s, on: a, ping: b, count: 100}]\n",
			    1),
			 0);
	assert_int_equal(world_now(lab_run_world(run)), 3500 * NS_PER_MS);
}

/* By the clock, and what happens in it is as exact as ever. */
static void real_time_passes_in_real_time(void **state)
{
	uint64_t before = os_clock_ns(), t;

	(void)state;
	assert_int_equal(go("time: real\nuntil: 20ms\n"
			    "links: [a -- b: {delay: 2ms, rate: 0}]\n"
			    "script: [{at: 0s, on: a, ping: b, count: 2, "
			    "every: 5ms}]\n",
			    1),
			 0);
	assert_true(os_clock_ns() - before >= 20 * NS_PER_MS);
	assert_true(world_now(lab_run_world(run)) >= 20 * NS_PER_MS);
	assert_int_equal(count(R_PING_ANSWER, &t), 2);
	assert_int_equal(t, 9 * NS_PER_MS);
}

static void default_lab_takes_visits(void **state)
{
	(void)state;
	assert_int_equal(lab_load_default(&lab, &mem), 0);
	assert_int_equal(lab.spec.script.count, 0);
	assert_int_equal(
		lab_add_visit(&lab, 0, "nobody", "http://x/", LAB_OVER_ANY),
		-ENOENT);
	assert_int_equal(
		lab_add_visit(&lab, 0, "laptop", "http://x/", LAB_OVER_ANY), 0);
	assert_int_equal(lab.spec.script.count, 1);
}

/* Whatever fails to be allocated, building or running: no crash, no leak. */
static void every_allocation_may_fail(void **state)
{
	static const char text[] =
		"lans: {home: {join: [a, r]}, work: {join: [b, r]}}\n"
		"nodes: {r: {kind: router}, b: {serve: {http: /}}}\n"
		"script: [{at: 0s, on: a, ping: b, count: 1}]\n";
	bool is_done = false;

	(void)state;
	assert_int_equal(lab_load(&lab, &mem, "t.yaml", text, strlen(text)), 0);
	for (uint64_t k = 1; !is_done; k++) {
		int err;

		assert_true(k < 20000);
		mem.fail_at = mem.calls + k;
		err = lab_run_new(&run, &mem, &lab, 1);
		if (!err) {
			err = lab_run_go(run);
			is_done = mem.calls < mem.fail_at;
			assert_int_equal(lab_run_free(run), 0);
		}
		run = NULL;
		mem.fail_at = 0;
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(delay_is_exact),
		TEST(bare_cable_needs_no_arp),
		TEST(same_seed_same_octets_other_seed_others),
		TEST(expectations_say_what_was_seen),
		TEST(every_cause_leads_back_to_the_script),
		TEST(lab_ends_when_it_says),
		TEST(real_time_passes_in_real_time),
		TEST(default_lab_takes_visits),
		TEST(every_allocation_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
