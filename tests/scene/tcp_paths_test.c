// SPDX-License-Identifier: MIT
/*
 * tcp_paths_test.c - what each algorithm makes of a path, within bounds
 *
 * 100 Mbit/s and 80 ms, unless said otherwise.  The figures themselves, and
 * what the papers predict, are in docs/congestion.md; the program that prints
 * them is bench/tcp_paths.c.  A frame has 1448 octets of payload in 1538 octet
 * times, so no more than 94.1 Mbit/s can arrive.
 */

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/check.h"

#include "dumbbell.h"

static struct dumbbell d;

static struct cable_params path(double loss)
{
	return (struct cable_params){
		.rate_bps = 100000000,
		.delay_ns = 40 * NS_PER_MS,
		.queue_frames = 1000,
		.loss = loss,
	};
}

/* Mbit/s of flow @i from now on for so long. */
static double measure(unsigned int i, uint64_t seconds)
{
	uint64_t before = d.flow[i].received;

	dumbbell_run(&d, world_now(d.w) + seconds * NS_PER_S);
	return (double)(d.flow[i].received - before) * 8 / 1e6 /
	       (double)seconds;
}

static void finish(void)
{
	assert_int_equal(dumbbell_fini(&d), 0);
}

/* One flow; what it has after a warm-up. */
static double alone(const char *algorithm, double loss, uint64_t warm_up_s,
		    uint64_t seconds)
{
	struct cable_params narrow = path(loss);
	double rate;

	dumbbell_init(&d, 1, 1, &narrow);
	dumbbell_start(&d, 0, algorithm);
	measure(0, warm_up_s);
	rate = measure(0, seconds);
	print_message("# %s, loss %g: %.2f Mbit/s\n", algorithm, loss, rate);
	finish();
	return rate;
}

static void bbr_fills_a_path_that_loses_a_percent(void **state)
{
	(void)state;
	assert_true(alone("bbr", 0.01, 10, 60) > 90);
}

static void bbr_fills_clean_paths(void **state)
{
	(void)state;
	assert_true(alone("bbr", 0, 10, 60) > 90);
	assert_true(alone("bbr", 0.001, 10, 60) > 90);
}

static void cubic_fills_a_clean_path(void **state)
{
	(void)state;
	assert_true(alone("cubic", 0, 10, 60) > 90);
}

/* Mathis et al.; RFC 9438, 5.1: here CUBIC is as Reno would be.  Segments a
 * round trip at loss p, without delayed ACKs and timeouts: sqrt(3 / 2p). */
static void at_a_percent_cubic_gets_what_the_formula_says(void **state)
{
	const double p = 0.01, rtt = 0.080;
	double segs = sqrt(3 / (2 * p));
	double predicted = segs * 1448 * 8 / rtt / 1e6;
	double got = alone("cubic", p, 10, 120);

	(void)state;
	print_message("# predicted: %.2f Mbit/s\n", predicted);
	assert_true(got > 0.7 * predicted && got < 1.3 * predicted);
}

static double fairness(const char *a, const char *b, double *rates)
{
	struct cable_params narrow = path(0);
	uint64_t before;

	narrow.queue_frames = 700; /* about one BDP */
	dumbbell_init(&d, 1, 2, &narrow);
	dumbbell_start(&d, 0, a);
	measure(0, 5);
	dumbbell_start(&d, 1, b);
	measure(0, 60);
	before = d.flow[1].received;
	rates[0] = measure(0, 120);
	rates[1] = (double)(d.flow[1].received - before) * 8 / 1e6 / 120;
	print_message("# %s %.2f, %s %.2f Mbit/s: Jain's index %.4f\n", a,
		      rates[0], b, rates[1], jain_index(rates, 2));
	finish();
	return jain_index(rates, 2);
}

/* The second begins when the first has all. */
static void two_cubic_flows_share_evenly(void **state)
{
	double rates[2];

	(void)state;
	assert_true(fairness("cubic", "cubic", rates) >= 0.95);
	assert_true(rates[0] + rates[1] > 88);
}

static void two_bbr_flows_share_evenly(void **state)
{
	double rates[2];

	(void)state;
	assert_true(fairness("bbr", "bbr", rates) >= 0.90);
	assert_true(rates[0] + rates[1] > 88);
}

/* Marks instead of losses: nothing is dropped and nothing sent twice. */
static void with_marks_nothing_is_lost(void **state)
{
	static const struct {
		const char *name;
		int64_t mode;
	} cases[] = {{"reno", 1}, {"cubic", 1}, {"cubic", 3}, {"dctcp", 1}};
	struct cable_params narrow = path(0);
	const struct cable_stats *st;
	struct tcp_info info;
	size_t i;

	(void)state;
	narrow.delay_ns = 5 * NS_PER_MS;
	narrow.mark_octets = 60000;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		dumbbell_init(&d, 1, 1, &narrow);
		dumbbell_set(&d, "ecn", cases[i].mode);
		dumbbell_start(&d, 0, cases[i].name);
		assert_true(measure(0, 20) > 70);
		st = cable_stats(d.narrow, CABLE_AB);
		assert_true(st->marked > 0);
		assert_int_equal(st->queue_full + st->lost, 0);
		tcp_get_info(d.flow[0].snd, &info);
		assert_int_equal(info.retransmits, 0);
		finish();
	}
}

/* RFC 8257: the queue stays near the threshold, and the path full. */
static void dctcp_keeps_the_queue_short_and_the_path_full(void **state)
{
	struct cable_params narrow = path(0);
	const struct cable_stats *st;
	double rate;

	(void)state;
	narrow.rate_bps = 1000000000;
	narrow.delay_ns = 50 * NS_PER_US;
	narrow.mark_octets = 30000; /* RFC 8257, 3.1: more than C RTT / 7 */
	dumbbell_init(&d, 1, 2, &narrow);
	dumbbell_start(&d, 0, "dctcp");
	dumbbell_start(&d, 1, "dctcp");
	dumbbell_run(&d, world_now(d.w) + NS_PER_S);
	rate = measure(0, 1) + 0;
	st = cable_stats(d.narrow, CABLE_AB);
	print_message("# dctcp: longest queue %u octets\n",
		      st->queue_octets_max);
	assert_true(rate > 300);
	assert_int_equal(st->queue_full, 0);
	assert_true(st->busy_ns > 18 * NS_PER_S / 10);
	finish();
}

struct seen {
	bool drained, probed_up, probed_down, cruised;
	uint32_t probe_rtts;
	uint64_t in_probe_rtt_ns, least_in_probe_rtt_ns;
	uint32_t cwnd_in_probe_rtt;
};

static void look(struct seen *s, uint64_t step_ns)
{
	struct tcp_cc_info cc;
	struct tcp_info info;

	tcp_get_cc_info(d.flow[0].snd, &cc);
	tcp_get_info(d.flow[0].snd, &info);
	if (!cc.phase)
		return;
	s->drained |= !strcmp(cc.phase, "drain");
	if (!strcmp(cc.phase, "probe_bw")) {
		s->probed_up |= cc.pacing_gain == 320;
		s->probed_down |= cc.pacing_gain == 192;
		s->cruised |= cc.pacing_gain == 256;
	}
	if (strcmp(cc.phase, "probe_rtt") != 0) {
		if (s->in_probe_rtt_ns)
			s->least_in_probe_rtt_ns = s->in_probe_rtt_ns;
		s->in_probe_rtt_ns = 0;
		return;
	}
	if (!s->in_probe_rtt_ns)
		s->probe_rtts++;
	s->in_probe_rtt_ns += step_ns;
	if (s->in_probe_rtt_ns > 150 * NS_PER_MS)
		s->cwnd_in_probe_rtt = info.cwnd / info.snd_mss;
}

/* draft-cardwell-iccrg-bbr-congestion-control-00, 4.3 */
static void bbr_goes_through_its_cycle(void **state)
{
	struct cable_params narrow = path(0);
	struct tcp_cc_info cc;
	struct seen s = {0};
	uint64_t t;

	(void)state;
	dumbbell_init(&d, 1, 1, &narrow);
	dumbbell_start(&d, 0, "bbr");
	for (t = 0; t < 35 * NS_PER_S; t += NS_PER_MS) {
		dumbbell_run(&d, world_now(d.w) + NS_PER_MS);
		look(&s, NS_PER_MS);
	}
	tcp_get_cc_info(d.flow[0].snd, &cc);
	assert_true(s.drained && s.probed_up && s.probed_down && s.cruised);
	assert_in_range(s.probe_rtts, 1, 4);
	assert_in_range(s.least_in_probe_rtt_ns, 200 * NS_PER_MS,
			600 * NS_PER_MS);
	assert_int_equal(s.cwnd_in_probe_rtt, 4);
	/* The model is the path: 94.1 Mbit/s of payload, 80 ms. */
	assert_in_range(cc.bw * 8, 92000000, 97000000);
	assert_in_range(cc.min_rtt_us, 80000, 81000);
	finish();
}

/* SO_MAX_PACING_RATE: as much as that, and no queue. */
static void a_rate_limit_is_kept(void **state)
{
	struct cable_params narrow = path(0);
	double rate;

	(void)state;
	dumbbell_init(&d, 1, 1, &narrow);
	dumbbell_start(&d, 0, "cubic");
	assert_int_equal(tcp_set_pacing(d.flow[0].snd, 2500000), 0);
	measure(0, 5);
	rate = measure(0, 10);
	print_message("# limited to 20 Mbit/s: %.2f\n", rate);
	assert_true(rate > 19 && rate < 20.1);
	assert_true(cable_stats(d.narrow, CABLE_AB)->queue_frames_max < 20);
	finish();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bbr_fills_a_path_that_loses_a_percent),
		cmocka_unit_test(bbr_fills_clean_paths),
		cmocka_unit_test(cubic_fills_a_clean_path),
		cmocka_unit_test(at_a_percent_cubic_gets_what_the_formula_says),
		cmocka_unit_test(two_cubic_flows_share_evenly),
		cmocka_unit_test(two_bbr_flows_share_evenly),
		cmocka_unit_test(with_marks_nothing_is_lost),
		cmocka_unit_test(dctcp_keeps_the_queue_short_and_the_path_full),
		cmocka_unit_test(bbr_goes_through_its_cycle),
		cmocka_unit_test(a_rate_limit_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
