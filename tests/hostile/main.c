// SPDX-License-Identifier: MIT
/*
 * main.c - every row, and what the oracles say of it
 *
 *	hostile [--full] [--seed=N] [--table] [ROW]...
 *
 * Prints TAP, a line for each row, and at the end a table of rows and oracles:
 * + it holds, ! it does not, . it was not asked.  In an ordinary run that is
 * O2, which needs instructions to be counted; under callgrind all others, whose
 * answers would be the same.
 *
 * Each row is played in a world of its own.  Beside it, a twin world of the
 * same kind is left alone: how long its streams take and how many objects are
 * left there at the end is what the attacked one is compared with.
 */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"

#include "hostile.h"
#include "work.h"

#define TWINS_MAX 32
#define ROWS_MAX  128
/* Longer than the longest timer there is: an open TCP session in a NAT. */
#define QUIET_MS (3 * 3600 * 1000)

static const struct row *const families[] = {
	rows_link, rows_switch, rows_arp, rows_ip,   rows_frag, rows_icmp,
	rows_ip6,  rows_udp,	rows_tcp, rows_gate, rows_dhcp,
};

/* What an undisturbed world is like. */
struct twin {
	void (*prepare)(struct hostile *x);
	bool is_far;
	uint64_t slowest_ns;
	size_t in_use;
};

/* What came out of a row. */
struct outcome {
	const struct row *row;
	bool is_broken[ORACLES];
};

static struct twin twins[TWINS_MAX];
static size_t twin_count;
static struct outcome outcomes[ROWS_MAX];
static size_t outcome_count;
static struct hostile world;
static bool is_full;
static uint64_t seed;	    /* of the attackers and of the world */
static uint64_t all_frames; /* of all rows played */

static size_t go_quiet(struct hostile *x)
{
	if (x->row->finish)
		x->row->finish(x);
	pause_ms(x, QUIET_MS);
	return x->mem.in_use_count;
}

static const struct twin *twin_of(const struct row *row)
{
	struct hostile *x = &world;
	struct twin *t = twins;

	for (; t < twins + twin_count; t++)
		if (t->prepare == row->prepare && t->is_far == row->is_far)
			return t;
	check(twin_count++ < TWINS_MAX);
	hostile_init(x, row, seed, false);
	x->calm = calm_begin(x);
	pause_ms(x, 1000);
	calm_end(x->calm);
	*t = (struct twin){
		.prepare = row->prepare,
		.is_far = row->is_far,
		.slowest_ns = calm_slowest_ns(x->calm),
	};
	if (calm_lost(x->calm))
		printf("# row %d: %u lost in the twin\n", row->number,
		       calm_lost(x->calm));
	calm_free(x->calm);
	t->in_use = go_quiet(x);
	hostile_fini(x);
	return t;
}

/* O3 and O6 */
static void compare(struct hostile *x, const struct twin *t)
{
	uint64_t slowest = calm_slowest_ns(x->calm);
	size_t in_use;

	if (calm_lost(x->calm))
		broken(x, O6, "%u pings and streams of innocents were lost",
		       calm_lost(x->calm));
	if (slowest > 2 * t->slowest_ns)
		broken(x, O6, "a stream took %" PRIu64 " ms, alone %" PRIu64,
		       slowest / NS_PER_MS, t->slowest_ns / NS_PER_MS);
	calm_free(x->calm);
	in_use = go_quiet(x);
	if (in_use > t->in_use + x->row->keeps)
		broken(x, O3, "%zu objects in the end, alone %zu", in_use,
		       t->in_use);
}

static void print_drops(const struct hostile *x)
{
	for (int i = 0; i < DROP_COUNT; i++)
		if (x->drops[i])
			printf(", %s %" PRIu64, drop_name((enum drop)i),
			       x->drops[i]);
}

static uint64_t average_work(const struct hostile *x)
{
	return x->hits ? x->work_sum / (x->hits + x->answers) : 0;
}

static void print_row(const struct hostile *x, double slowdown)
{
	const struct row *row = x->row;

	all_frames += x->hits;
	printf("%s %zu - row %d: %s; %" PRIu64 " frames",
	       x->verdict[0] ? "not ok" : "ok", ++outcome_count, row->number,
	       row->what, x->hits);
	print_drops(x);
	if (work_is_counted() && x->hits)
		printf("; %" PRIu64 " instructions a frame, at most %" PRIu64,
		       average_work(x), x->work_max);
	if (slowdown > 0)
		printf("; streams take x %.2f", slowdown);
	printf("\n");
	if (x->verdict[0])
		printf("# row %d: %s\n", row->number, x->verdict);
	(void)fflush(stdout);
}

static void note(const struct hostile *x)
{
	struct outcome *o = &outcomes[outcome_count - 1];

	check(outcome_count <= ROWS_MAX);
	o->row = x->row;
	memcpy(o->is_broken, x->is_broken, sizeof(o->is_broken));
}

static void run_row(const struct row *row)
{
	const struct twin *t = twin_of(row);
	struct hostile *x = &world;
	double slowdown;

	hostile_init(x, row, seed, false);
	if (is_full && row->full)
		x->n = row->full;
	x->calm = calm_begin(x);
	row->play(x);
	calm_end(x->calm);
	slowdown = (double)calm_slowest_ns(x->calm) / (double)t->slowest_ns;
	compare(x, t);
	hostile_fini(x);
	print_row(x, slowdown);
	note(x);
}

/* Played for the sake of O2 alone. */
static void measure(const struct row *row, uint32_t n)
{
	struct hostile *x = &world;

	hostile_init(x, row, seed, true);
	x->n = n;
	row->play(x);
	if (row->finish)
		row->finish(x);
	hostile_fini(x);
}

static uint64_t late_work(const struct hostile *x)
{
	return x->late_hits ? x->work_late / x->late_hits : 0;
}

static void measure_row(const struct row *row)
{
	enum { FEW = 256, MANY = 8 * FEW };
	uint64_t typical = row->typical ? row->typical : WORK_TYPICAL;
	struct hostile *x = &world;
	uint64_t few = 0;

	if (row->grows) {
		measure(row, FEW);
		few = late_work(x);
	}
	measure(row, row->n < MANY ? row->n : MANY);
	if (row->grows && late_work(x) > 2 * few)
		broken(x, O2,
		       "%d times as many: %" PRIu64 " instructions, "
		       "not %" PRIu64,
		       MANY / FEW, late_work(x), few);
	if (x->work_max > WORK_MAX)
		broken(x, O2, "a frame took %" PRIu64 " instructions",
		       x->work_max);
	if (average_work(x) > typical)
		broken(x, O2, "frames take %" PRIu64 " instructions",
		       average_work(x));
	print_row(x, 0);
	note(x);
}

static char mark(const struct outcome *o, int oracle)
{
	bool is_asked = oracle == O1 || work_is_counted() == (oracle == O2);

	if (o->is_broken[oracle])
		return '!';
	return is_asked ? '+' : '.';
}

static int print_table(void)
{
	bool is_bad = false;

	printf("1..%zu\n# %" PRIu64
	       " frames\n#\n#  row  O1 O2 O3 O4 O5 O6 O7\n",
	       outcome_count, all_frames);
	for (size_t i = 0; i < outcome_count; i++) {
		const struct outcome *o = &outcomes[i];

		printf("#  %3d ", o->row->number);
		for (int oracle = 0; oracle < ORACLES; oracle++) {
			is_bad |= o->is_broken[oracle];
			printf("  %c", mark(o, oracle));
		}
		printf("  %s\n", o->row->what);
	}
	return is_bad ? 1 : 0;
}

/* The rows as a table of Markdown. */
static int print_rules(void)
{
	printf("| row | what is sent | what happens |\n|---|---|---|\n");
	for (size_t i = 0; i < ARRAY_SIZE(families); i++)
		for (const struct row *r = families[i]; r->number; r++)
			printf("| %d | %s | %s |\n", r->number, r->what,
			       r->rule);
	return 0;
}

static bool is_wanted(const struct row *row, int argc, char **argv)
{
	bool is_named = false;

	for (int i = 1; i < argc; i++) {
		if (argv[i][0] == '-')
			continue;
		is_named = true;
		if (strtol(argv[i], NULL, 10) == row->number)
			return true;
	}
	return !is_named;
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--table") == 0)
			return print_rules();
		is_full |= strcmp(argv[i], "--full") == 0;
		if (strncmp(argv[i], "--seed=", 7) == 0)
			seed = strtoull(argv[i] + 7, NULL, 10);
	}
	for (size_t i = 0; i < ARRAY_SIZE(families); i++)
		for (const struct row *r = families[i]; r->number; r++)
			if (!is_wanted(r, argc, argv))
				continue;
			else if (work_is_counted())
				measure_row(r);
			else
				run_row(r);
	return print_table();
}
