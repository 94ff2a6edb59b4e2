// SPDX-License-Identifier: MIT
/*
 * story_test.c - stretches of a log as ladders, against golden files
 *
 * What is drawn was sent by real stacks over a virtual network.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "golden.h"
#include "homenet.h"
#include "trace/frame.h"
#include "trace/label.h"
#include "trace/story.h"

static struct mem mem;
static struct homenet net;
static struct strbuf out;

static int setup(void **state)
{
	(void)state;
	mem_init_libc(&mem);
	assert_true(homenet_build(&net, &mem));
	strbuf_init(&out, &mem);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	strbuf_fini(&out);
	return homenet_free(&net) || mem.in_use_count ? -1 : 0;
}

/* The whole log between laptop and web, and what else @hosts names. */
static struct story whole(const char *proto, const char *const *hosts)
{
	struct story s = {
		.log = net.log,
		.first = 1,
		.last = trace_log_count(net.log),
		.proto = proto,
	};

	for (; *hosts; hosts++)
		story_add_host(&s, *hosts);
	return s;
}

static void ping(void)
{
	homenet_act(&net, "laptop: ping web");
	assert_true(homenet_ping(&net, 32));
}

static void arp_is_told_box_by_box(void **state)
{
	const char *hosts[] = {"laptop", "sw", "router", NULL};
	struct story s;

	(void)state;
	ping();
	s = whole("arp", hosts);
	s.is_hops = true;
	story_draw(&s, &out);
	assert_golden("ladder-arp.txt", strbuf_text(&out));
}

static void a_ping_is_told_end_to_end(void **state)
{
	const char *hosts[] = {"laptop", "web", NULL};
	struct story s;

	(void)state;
	ping();
	s = whole("icmp", hosts);
	story_draw(&s, &out);
	assert_golden("ladder-ping.txt", strbuf_text(&out));
}

static void hops_show_the_same_ping_in_every_box(void **state)
{
	const char *hosts[] = {"laptop", "sw", "router", "web", NULL};
	struct story s;

	(void)state;
	ping();
	s = whole("icmp", hosts);
	s.is_hops = true;
	story_draw(&s, &out);
	assert_golden("ladder-ping-hops.txt", strbuf_text(&out));
}

static void a_connection_is_told_from_syn_to_time_wait(void **state)
{
	const char *hosts[] = {"laptop", "web", NULL};
	struct story s;

	(void)state;
	homenet_act(&net, "laptop: fetch 3000 octets");
	assert_true(homenet_fetch(&net, 3000));
	s = whole("tcp", hosts);
	story_draw(&s, &out);
	assert_golden("ladder-tcp.txt", strbuf_text(&out));
}

static void ascii_is_the_same_ladder(void **state)
{
	const char *hosts[] = {"laptop", "web", NULL};
	struct story s;
	const char *p;

	(void)state;
	homenet_act(&net, "laptop: fetch 3000 octets");
	assert_true(homenet_fetch(&net, 3000));
	s = whole("tcp", hosts);
	s.is_ascii = true;
	story_draw(&s, &out);
	for (p = strbuf_text(&out); *p; p++)
		assert_true((unsigned char)*p < 0x80);
	assert_golden("ladder-tcp-ascii.txt", strbuf_text(&out));
}

/* Loses the first SYN of either side. */
static enum cable_verdict lose_first(void *arg, struct cable *cable,
				     enum cable_dir dir, const struct pkt *pkt)
{
	uint16_t *seen = arg;

	(void)cable;
	(void)dir;
	if ((pkt->reason != R_TCP_SYN && pkt->reason != R_TCP_DATA) ||
	    *seen == pkt->reason)
		return CABLE_PASS;
	*seen = pkt->reason;
	return CABLE_DROP_MATCH;
}

static void what_is_lost_ends_in_a_cross_and_comes_again(void **state)
{
	const char *hosts[] = {"laptop", "web", NULL};
	uint16_t seen = 0;
	struct story s;

	(void)state;
	cable_set_filter(net.cables[2], lose_first, &seen);
	homenet_act(&net, "laptop: fetch 3000 octets");
	assert_true(homenet_fetch(&net, 3000));
	s = whole("tcp", hosts);
	story_draw(&s, &out);
	assert_golden("ladder-tcp-loss.txt", strbuf_text(&out));
}

static void nobody_answers_a_question_for_nobody(void **state)
{
	const char *hosts[] = {"router", "web", NULL};
	struct story s;

	(void)state;
	cable_set_up(net.cables[2], CABLE_BOTH, false);
	homenet_act(&net, "laptop: ping web");
	assert_false(homenet_ping(&net, 32));
	s = whole("arp", hosts);
	story_draw(&s, &out);
	assert_golden("ladder-arp-fail.txt", strbuf_text(&out));
}

static void columns_are_at_most_five(void **state)
{
	const char *hosts[] = {"a", "b", "c", "d", "e", "f", "a", NULL};
	struct story s = whole("tcp", hosts);

	(void)state;
	assert_int_equal(s.count, LADDER_COLUMNS_MAX);
	assert_int_equal(story_column(&s, "b"), 1);
	assert_int_equal(story_column(&s, "f"), -1);
}

/* Numbers count from 0 at both ends, whatever the initial ones are. */
static void sequence_numbers_are_relative(void **state)
{
	uint32_t n, isn, irs, other;
	const struct log_event *ev;

	(void)state;
	homenet_act(&net, "laptop: fetch 3000 octets");
	assert_true(homenet_fetch(&net, 3000));
	n = log_find(net.log, 0, "laptop", EV_RX, R_TCP_SYN_ACK);
	ev = trace_log_get(net.log, n);
	assert_true(tcp_initial(net.log, ev, false, &irs));
	assert_true(tcp_initial(net.log, ev, true, &isn));
	assert_int_equal(tcp_relative_seq(net.log, ev), 0);
	assert_int_equal(tcp_relative_ack(net.log, ev), 1);
	n = log_find(net.log, 0, "web", EV_RX, R_TCP_SYN);
	ev = trace_log_get(net.log, n);
	assert_true(tcp_initial(net.log, ev, false, &other));
	assert_int_equal(other, isn);
	assert_false(tcp_initial(net.log, ev, true, &other));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(arp_is_told_box_by_box),
		TEST(a_ping_is_told_end_to_end),
		TEST(hops_show_the_same_ping_in_every_box),
		TEST(a_connection_is_told_from_syn_to_time_wait),
		TEST(ascii_is_the_same_ladder),
		TEST(what_is_lost_ends_in_a_cross_and_comes_again),
		TEST(nobody_answers_a_question_for_nobody),
		TEST(columns_are_at_most_five),
		TEST(sequence_numbers_are_relative),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
