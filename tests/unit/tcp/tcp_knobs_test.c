// SPDX-License-Identifier: MIT
/* tcp_knobs_test.c - the settings of one stack, by name */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/strbuf.h"

#include "core/env.h"

#include "sackpeer.h"
#include "tcp/tcp_knobs.h"
#include "tcppeer.h"

static int64_t value(const struct peer *p, const char *name)
{
	int64_t v = -1;

	assert_int_equal(tcp_knob_get(p->stack, name, &v), 0);
	return v;
}

static void each_default_is_in_its_range(void **state)
{
	struct peer *p = *state;
	const struct tcp_knob_info *info;
	struct tcp_knobs fresh;
	uint32_t v;
	size_t i;

	tcp_knobs_init(&fresh);
	for (i = 0; (info = tcp_knob_at(i)); i++) {
		assert_true(info->min <= info->def && info->def <= info->max);
		memcpy(&v, (const char *)&fresh + info->off, sizeof(v));
		assert_int_equal(v, info->def);
		assert_int_equal(tcp_knob_set(p->stack, info->name,
					      (int64_t)info->max + 1),
				 -ERANGE);
		assert_int_equal(tcp_knob_set(p->stack, info->name, info->min),
				 0);
		assert_int_equal(value(p, info->name), info->min);
	}
	assert_true(i > 50);
}

static void a_knob_answers_to_its_name_on_linux(void **state)
{
	struct peer *p = *state;

	assert_int_equal(tcp_knob_set(p->stack, "net.ipv4.tcp_sack", 0), 0);
	assert_int_equal(tcp_knobs(p->stack)->sack, 0);
	assert_int_equal(tcp_knob_set(p->stack, "tcp_sack", 1), 0);
	assert_int_equal(tcp_knobs(p->stack)->sack, 1);
	assert_int_equal(
		tcp_knob_set(p->stack, "/proc/sys/net/ipv4/tcp_retries2", 5),
		0);
	assert_int_equal(tcp_knobs(p->stack)->retries2, 5);
	assert_int_equal(tcp_knob_set(p->stack, "tcp_nothing", 1), -ENOENT);
}

static void three_numbers_are_taken_together_or_not_at_all(void **state)
{
	struct peer *p = *state;
	const struct tcp_knobs *k = tcp_knobs(p->stack);
	uint32_t before = k->rmem;
	char room[64];
	struct strbuf sb;

	assert_int_equal(tcp_knob_set_text(p->stack, "tcp_rmem", "1 2"),
			 -EINVAL);
	assert_int_equal(tcp_knob_set_text(p->stack, "tcp_rmem", "1 2 0"),
			 -ERANGE);
	assert_int_equal(tcp_knob_set_text(p->stack, "tcp_rmem", "1 2 3 4"),
			 -EINVAL);
	assert_int_equal(tcp_knob_set_text(p->stack, "tcp_rmem",
					   "1 99999999999999999999999 3"),
			 -ERANGE);
	assert_int_equal(k->rmem, before);
	assert_int_equal(
		tcp_knob_set_text(p->stack, "tcp_rmem", "4096\t8192 65536\n"),
		0);
	strbuf_init_fixed(&sb, room, sizeof(room));
	assert_int_equal(tcp_knob_print(p->stack, "net.ipv4.tcp_rmem", &sb), 0);
	assert_string_equal(strbuf_text(&sb), "4096 8192 65536");
}

static void congestion_control_must_exist(void **state)
{
	struct peer *p = *state;

	assert_int_equal(tcp_knob_set_text(p->stack, "tcp_congestion_control",
					   "none-such"),
			 -ENOENT);
	assert_int_equal(
		tcp_knob_set_text(p->stack, "congestion_control", "reno"), 0);
	assert_string_equal(tcp_knobs(p->stack)->congestion_control, "reno");
}

static void turn(struct peer *p, const char *name, int64_t v)
{
	assert_int_equal(tcp_knob_set(p->stack, name, v), 0);
}

/* How many segments the stack has sent that were not looked at yet. */
static int count_sent(struct peer *p)
{
	int n = 0;

	while (peer_take(p) >= 0)
		n++;
	return n;
}

/* RFC 6928, 2 */
static void initial_window_is_so_many_segments(void **state)
{
	struct peer *p = *state;

	turn(p, "initial_window", 3);
	peer_opens(p);
	peer_app_send(p, 20000);
	assert_int_equal(count_sent(p), 3);
	ACK_OF(p, 1 + 3 * SP_MSS);
	assert_int_equal(count_sent(p), 6); /* slow start */
}

/* RFC 9293, 3.8.3: R2 */
static void retries2_is_how_often_data_is_repeated(void **state)
{
	struct peer *p = *state;

	turn(p, "tcp_retries2", 3);
	peer_opens(p);
	peer_app_send(p, 100);
	peer_wait(p, 3600 * 1000);
	assert_int_equal(count_sent(p), 1 + 3);
	assert_int_equal(tcp_state(p->conn), TCPS_CLOSED);
	assert_int_equal(tcp_error(p->conn), -ETIMEDOUT);
}

/* The FIN of a connection without owner, to a peer that is gone. */
static int fins_of_an_orphan(struct peer *p)
{
	peer_opens(p);
	tcp_close(p->conn);
	p->conn = NULL;
	peer_wait(p, 3600 * 1000);
	return count_sent(p);
}

static void orphan_retries_is_how_often_nobody_waits(void **state)
{
	struct peer *p = *state;

	turn(p, "retries2", 15);
	turn(p, "tcp_orphan_retries", 2);
	assert_int_equal(fins_of_an_orphan(p), 1 + 2);
}

static void orphan_retries_of_0_are_8(void **state)
{
	assert_int_equal(fins_of_an_orphan(*state), 1 + 8);
}

/* HOSTILE: a tiny segment size makes us work for the peer; the limit is the
 * operator's. */
static void min_snd_mss_is_the_least_that_a_peer_gets(void **state)
{
	struct peer *p = *state;

	p->syn_opts.has |= TCP_HAS_MSS;
	p->syn_opts.mss = 50;
	peer_opens(p);
	peer_app_send(p, 200);
	assert_int_equal(peer_take(p), 88);
	tcp_abort(p->conn);
	p->conn = NULL;
	count_sent(p);

	turn(p, "tcp_min_snd_mss", 48);
	p->port++;
	p->sent = 0;
	peer_opens(p);
	peer_app_send(p, 200);
	assert_int_equal(peer_take(p), 50);
}

/* Times between the first copies of a segment, in ms; the last is 0. */
static void gaps_of_repeats(struct peer *p, uint32_t gap[], int n)
{
	uint64_t last, start;
	int i;

	peer_app_send(p, 100);
	assert_int_equal(peer_take(p), 100);
	last = p->stack->place.env->now_ns;
	for (i = 0; i < n; i++) {
		start = p->stack->place.env->now_ns;
		while (peer_take(p) < 0)
			peer_wait(p, 1);
		assert_true(p->stack->place.env->now_ns > start);
		gap[i] = (uint32_t)((p->stack->place.env->now_ns - last) /
				    NS_PER_MS);
		last = p->stack->place.env->now_ns;
	}
}

static void thin_streams_repeat_at_an_even_pace(void **state)
{
	struct peer *p = *state;
	uint32_t gap[9];
	int i;

	turn(p, "tcp_thin_linear_timeouts", 1);
	peer_opens(p);
	gaps_of_repeats(p, gap, 9);
	for (i = 1; i <= 6; i++)
		assert_int_equal(gap[i], gap[0]);
	assert_int_equal(gap[7], 2 * gap[0]);
	assert_int_equal(gap[8], 4 * gap[0]);
}

/* RFC 6298, 5.5 */
static void all_others_double_the_timeout(void **state)
{
	struct peer *p = *state;
	uint32_t gap[4];

	peer_opens(p);
	gaps_of_repeats(p, gap, 4);
	assert_int_equal(gap[1], 2 * gap[0]);
	assert_int_equal(gap[3], 8 * gap[0]);
}

/* Eight segments come behind the ninth; then six arrive, but not the one before
 * them.  Returns how many segments are sent again for that. */
static int again_after_reordering(struct peer *p)
{
	uint64_t before;

	turn(p, "tcp_recovery", 0); /* count, as of RFC 6675 */
	opens_with_sack(p, 10);
	peer_app_send(p, 10 * SP_MSS);
	assert_int_equal(count_sent(p), 10);
	sack_of(p, 1, seg_at(8), seg_at(9));
	ACK_OF(p, seg_at(9));
	peer_app_send(p, 6 * SP_MSS);
	count_sent(p);
	before = tcp_stats(p->stack)->retrans_segs;
	sack_of(p, seg_at(9), seg_at(10), seg_at(16));
	return (int)(tcp_stats(p->stack)->retrans_segs - before);
}

static void reordering_that_was_seen_is_waited_for(void **state)
{
	struct peer *p = *state;
	struct tcp_info info;

	assert_int_equal(again_after_reordering(p), 0);
	tcp_get_info(p->conn, &info);
	assert_int_equal(info.reordering, 9);
}

static void max_reordering_is_all_that_is_believed(void **state)
{
	struct peer *p = *state;
	struct tcp_info info;

	turn(p, "tcp_max_reordering", 5);
	assert_int_equal(again_after_reordering(p), 1);
	tcp_get_info(p->conn, &info);
	assert_int_equal(info.reordering, 5);
}

/* Segment @i of the peer's stream arrives. */
static void arrives(struct peer *p, uint32_t i)
{
	SAY(p, .flags = TCP_ACK, .seq = seg_at(i), .ack = 1, .len = SP_MSS);
}

static void sacks_may_be_told_in_one(void **state)
{
	struct peer *p = *state;
	uint32_t i;

	turn(p, "tcp_comp_sack_nr", 44);
	opens_with_sack(p, 100);
	for (i = 1; i <= 3; i++) {
		arrives(p, i);
		assert_int_equal(count_sent(p), 1); /* so that it notices */
	}
	for (; i <= 8; i++)
		arrives(p, i);
	assert_int_equal(count_sent(p), 0);
	peer_wait(p, 1);
	assert_int_equal(peer_take(p), 0);
	assert_int_equal(p->heard_opts.sack_count, 1);
	assert_int_equal(p->heard_opts.sack[0].end.v - p->iss, seg_at(9));
	arrives(p, 9); /* waits; but a hole that is filled is told at once */
	arrives(p, 0);
	assert_int_equal(count_sent(p), 1);
	assert_int_equal(p->heard.ack.v - p->iss, seg_at(10));
}

static void no_more_than_comp_sack_nr_wait(void **state)
{
	struct peer *p = *state;
	uint32_t i;

	turn(p, "tcp_comp_sack_nr", 2);
	opens_with_sack(p, 100);
	for (i = 1; i <= 9; i++)
		arrives(p, i);
	assert_int_equal(count_sent(p), 3 + 2); /* 6 and 9 speak for two more */
}

static void by_default_each_sack_is_told_at_once(void **state)
{
	struct peer *p = *state;
	uint32_t i;

	opens_with_sack(p, 100);
	for (i = 1; i <= 9; i++)
		arrives(p, i);
	assert_int_equal(count_sent(p), 9);
}

/* No SACK waits longer than comp_sack_delay_ns. */
static void comp_sack_delay_ns_is_how_long_they_wait(void **state)
{
	struct peer *p = *state;
	uint32_t i;

	turn(p, "tcp_comp_sack_nr", 44);
	turn(p, "tcp_comp_sack_delay_ns", 4000000);
	opens_with_sack(p, 100);
	for (i = 1; i <= 5; i++)
		arrives(p, i);
	assert_int_equal(count_sent(p), 3);
	peer_wait(p, 3);
	assert_int_equal(count_sent(p), 0);
	peer_wait(p, 1);
	assert_int_equal(count_sent(p), 1);
}

#define T(f) cmocka_unit_test_setup_teardown(f, peer_setup, peer_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(each_default_is_in_its_range),
		T(a_knob_answers_to_its_name_on_linux),
		T(three_numbers_are_taken_together_or_not_at_all),
		T(congestion_control_must_exist),
		T(initial_window_is_so_many_segments),
		T(retries2_is_how_often_data_is_repeated),
		T(orphan_retries_is_how_often_nobody_waits),
		T(orphan_retries_of_0_are_8),
		T(min_snd_mss_is_the_least_that_a_peer_gets),
		T(thin_streams_repeat_at_an_even_pace),
		T(all_others_double_the_timeout),
		T(reordering_that_was_seen_is_waited_for),
		T(max_reordering_is_all_that_is_believed),
		T(sacks_may_be_told_in_one),
		T(no_more_than_comp_sack_nr_wait),
		T(by_default_each_sack_is_told_at_once),
		T(comp_sack_delay_ns_is_how_long_they_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
