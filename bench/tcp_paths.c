// SPDX-License-Identifier: MIT
/*
 * tcp_paths.c - what each algorithm makes of a path, in virtual time
 *
 *	tcp-paths ALGO[,ALGO...] MBIT RTT_MS QUEUE LOSS SECONDS [STEP_MS] [key=N]
 *
 * runs the flows over one narrow cable and prints for each what it got and
 * how fair that was; with STEP_MS, a line of figures for each flow every so
 * often, to plot.  mark=N: packets are marked that find more than N octets
 * waiting; ecn=N: that knob, on all hosts; warm=N: seconds that do not count;
 * seed=N.  Same arguments, same figures, on any machine.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dumbbell.h"

struct run {
	char *names[DUMBBELL_FLOWS];
	unsigned int count;
	struct cable_params narrow;
	uint64_t seconds, step_ms, seed, warm_s;
	int64_t ecn;
};

static void usage(void)
{
	fprintf(stderr,
		"usage: tcp-paths ALGO[,ALGO...] MBIT RTT_MS QUEUE LOSS "
		"SECONDS [STEP_MS] [key=N]\n");
	exit(2);
}

static double number(const char *text)
{
	char *end;
	double v = strtod(text, &end);

	if (end == text || *end || v < 0)
		usage();
	return v;
}

static void split(struct run *r, char *list)
{
	char *save = NULL, *name = strtok_r(list, ",", &save);

	for (; name && r->count < DUMBBELL_FLOWS;
	     name = strtok_r(NULL, ",", &save))
		r->names[r->count++] = name;
}

static void more(struct run *r, const char *arg)
{
	const char *eq = strchr(arg, '=');
	double v = number(eq ? eq + 1 : arg);

	if (!eq)
		r->step_ms = (uint64_t)v;
	else if (!strncmp(arg, "seed=", 5))
		r->seed = (uint64_t)v;
	else if (!strncmp(arg, "warm=", 5))
		r->warm_s = (uint64_t)v;
	else if (!strncmp(arg, "mark=", 5))
		r->narrow.mark_octets = (uint32_t)v;
	else if (!strncmp(arg, "ecn=", 4))
		r->ecn = (int64_t)v;
	else
		usage();
}

static void print_step(struct dumbbell *d, uint64_t at_ns)
{
	struct tcp_cc_info cc;
	struct tcp_info info;
	unsigned int i;

	for (i = 0; i < d->count; i++) {
		const struct flow *f = &d->flow[i];

		tcp_get_info(f->snd, &info);
		tcp_get_cc_info(f->snd, &cc);
		printf("%.3f %u %llu %u %u %u %llu %u %s\n",
		       (double)at_ns / 1e9, i, (unsigned long long)f->received,
		       info.cwnd, info.ssthresh, info.srtt_us,
		       (unsigned long long)cc.bw, cc.min_rtt_us,
		       cc.phase ? cc.phase : "-");
	}
}

static void run_all(struct dumbbell *d, const struct run *r, uint64_t begin)
{
	uint64_t step =
		r->step_ms ? r->step_ms * NS_PER_MS : r->seconds * NS_PER_S;
	uint64_t t;

	for (t = step; t <= r->seconds * NS_PER_S; t += step) {
		dumbbell_run(d, begin + t);
		if (r->step_ms)
			print_step(d, t);
	}
}

static void report(struct dumbbell *d, const struct run *r,
		   const uint64_t *before)
{
	const struct cable_stats *st = cable_stats(d->narrow, CABLE_AB);
	double rate[DUMBBELL_FLOWS];
	struct tcp_info info;
	unsigned int i;

	for (i = 0; i < r->count; i++) {
		rate[i] = (double)(d->flow[i].received - before[i]) * 8 / 1e6 /
			  (double)r->seconds;
		tcp_get_info(d->flow[i].snd, &info);
		printf("# %-6s %8.2f Mbit/s  srtt %u us  resent %u\n",
		       r->names[i], rate[i], info.srtt_us, info.retransmits);
	}
	printf("# lost %llu, queue full %llu, marked %llu, longest queue %u "
	       "frames\n",
	       (unsigned long long)st->lost, (unsigned long long)st->queue_full,
	       (unsigned long long)st->marked, st->queue_frames_max);
	if (r->count > 1)
		printf("# Jain's index %.4f\n", jain_index(rate, r->count));
}

int main(int argc, char **argv)
{
	static struct dumbbell d;
	uint64_t before[DUMBBELL_FLOWS] = {0};
	struct run r = {.seed = 1, .ecn = 2};
	unsigned int i;
	int k;

	if (argc < 7)
		usage();
	split(&r, argv[1]);
	r.narrow.rate_bps = (uint64_t)(number(argv[2]) * 1e6);
	r.narrow.delay_ns = (uint64_t)(number(argv[3]) * 1e6 / 2);
	r.narrow.queue_frames = (uint32_t)number(argv[4]);
	r.narrow.loss = number(argv[5]);
	r.seconds = (uint64_t)number(argv[6]);
	for (k = 7; k < argc; k++)
		more(&r, argv[k]);
	dumbbell_init(&d, r.seed, r.count, &r.narrow);
	dumbbell_set(&d, "ecn", r.ecn);
	for (i = 0; i < r.count; i++)
		dumbbell_start(&d, i, r.names[i]);
	dumbbell_run(&d, world_now(d.w) + r.warm_s * NS_PER_S);
	for (i = 0; i < r.count; i++)
		before[i] = d.flow[i].received;
	run_all(&d, &r, world_now(d.w));
	report(&d, &r, before);
	return dumbbell_fini(&d) != 0;
}
