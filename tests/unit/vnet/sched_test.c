// SPDX-License-Identifier: MIT
/* sched_test.c - events of a world: their order, and who may wait for them */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/check.h"
#include "base/rng.h"

#include "vnet/vnet.h"

static struct mem mem;

static struct world *new_world(void)
{
	struct world *w;

	mem_init_libc(&mem);
	w = world_new(&mem, 1);
	assert_non_null(w);
	return w;
}

static void free_world(struct world *w)
{
	assert_int_equal(world_free(w), 0);
	assert_int_equal(mem.in_use_count, 0);
}

/* The first event happens, and does nothing. */
static struct sched_event *pop(struct sched *s)
{
	struct sched_event *ev = sched_begin(s, UINT64_MAX);

	sched_end(s);
	return ev;
}

static void events_come_by_time_then_node_then_lane(void **state)
{
	/* clang-format off */
	static const struct { uint64_t at; uint32_t where; uint64_t lane; }
	order[] = {
		{1, 9, 9}, {5, 0, 2}, {5, 1, 0}, {5, 1, 3}, {5, 2, 1},
		{6, 0, 0}, {UINT64_MAX, 0, 1},
	};
	/* clang-format on */
	static const size_t armed_as[] = {4, 6, 0, 3, 5, 1, 2};
	struct sched_event ev[ARRAY_SIZE(order)];
	struct sched s;
	size_t i;

	(void)state;
	mem_init_libc(&mem);
	sched_init(&s, &mem);
	for (i = 0; i < ARRAY_SIZE(order); i++)
		assert_int_equal(
			sched_add(&s, &ev[i], order[i].where, order[i].lane),
			0);
	for (i = 0; i < ARRAY_SIZE(order); i++)
		sched_arm(&s, &ev[armed_as[i]], order[armed_as[i]].at);
	for (i = 0; i < ARRAY_SIZE(order); i++) {
		assert_int_equal(sched_next(&s), order[i].at);
		assert_ptr_equal(pop(&s), &ev[i]);
	}
	assert_null(pop(&s));
	assert_int_equal(sched_next(&s), UINT64_MAX);
	for (i = 0; i < ARRAY_SIZE(order); i++)
		sched_del(&s, &ev[i]);
	sched_fini(&s);
	assert_int_equal(mem.in_use_count, 0);
}

static void arming_again_moves_an_event(void **state)
{
	struct sched_event a, b;
	struct sched s;

	(void)state;
	mem_init_libc(&mem);
	sched_init(&s, &mem);
	assert_int_equal(sched_add(&s, &a, 1, 0), 0);
	assert_int_equal(sched_add(&s, &b, 2, 0), 0);
	sched_arm(&s, &a, 10);
	sched_arm(&s, &b, 20);
	sched_arm(&s, &a, 30);
	assert_ptr_equal(pop(&s), &b);
	sched_arm(&s, &a, 5);
	assert_int_equal(sched_next(&s), 5);
	sched_cancel(&s, &a);
	assert_null(pop(&s));
	sched_del(&s, &a);
	sched_del(&s, &b);
	sched_fini(&s);
}

static void arming_needs_no_memory(void **state)
{
	struct sched_event ev[100];
	struct sched s;
	size_t i;

	(void)state;
	mem_init_libc(&mem);
	sched_init(&s, &mem);
	for (i = 0; i < ARRAY_SIZE(ev); i++)
		assert_int_equal(sched_add(&s, &ev[i], 1, i), 0);
	mem.bytes_max = 1;
	for (i = 0; i < ARRAY_SIZE(ev); i++)
		sched_arm(&s, &ev[i], 1000 - i);
	assert_int_equal(sched_next(&s), 901);
	for (i = 0; i < ARRAY_SIZE(ev); i++)
		sched_del(&s, &ev[i]);
	sched_fini(&s);
}

/* More than there are hot places, and of these a few are busy for a while. */
enum { MODEL_EVENTS = 150, MODEL_BUSY = 20, MODEL_STEPS = 20000, NEVER = 0 };

/* What should come first: a search through all; NULL: nothing. */
static struct sched_event *model_first(struct sched_event *ev,
				       const uint64_t at[])
{
	struct sched_event *first = NULL;
	size_t i, n = 0;

	for (i = 0; i < MODEL_EVENTS; i++) {
		if (at[i] == NEVER || (first && at[i] >= at[n]))
			continue;
		first = &ev[i];
		n = i;
	}
	return first;
}

/* Arm or cancel an event, in the queue and in the model. */
static void model_change(struct sched *s, struct sched_event *ev, uint64_t at[],
			 struct rng *rng, size_t i)
{
	at[i] = rng_below(rng, 4) ? 1 + rng_below(rng, 1000) : NEVER;
	if (at[i] == NEVER)
		sched_cancel(s, &ev[i]);
	else
		sched_arm(s, &ev[i], at[i]);
}

/* One of all, or of those that are busy at this time. */
static size_t model_pick(struct rng *rng, size_t step)
{
	if (rng_below(rng, 8) == 0)
		return rng_below(rng, MODEL_EVENTS);
	return (step / 500 * 7 + rng_below(rng, MODEL_BUSY)) % MODEL_EVENTS;
}

/* The one that happens too, to the same time too; others before it. */
static void while_an_event_happens_all_may_change(void **state)
{
	uint64_t at[MODEL_EVENTS] = {0};
	struct sched_event ev[MODEL_EVENTS], *first;
	struct sched s;
	struct rng rng;
	int n, left;
	size_t i;

	(void)state;
	mem_init_libc(&mem);
	sched_init(&s, &mem);
	rng_init(&rng, 1, "sched");
	for (i = 0; i < MODEL_EVENTS; i++)
		assert_int_equal(sched_add(&s, &ev[i], (uint32_t)i, 0), 0);
	for (n = 0; n < MODEL_STEPS; n++) {
		first = model_first(ev, at);
		if (first && first->at_ns)
			assert_null(sched_begin(&s, first->at_ns - 1));
		assert_ptr_equal(
			sched_begin(&s, first ? first->at_ns : UINT64_MAX),
			first);
		if (first)
			at[first - ev] = NEVER;
		for (left = (int)rng_below(&rng, 4); left; left--) {
			i = model_pick(&rng, (size_t)n);
			if (first && rng_below(&rng, 2))
				i = (size_t)(first - ev);
			model_change(&s, ev, at, &rng, i);
			first = model_first(ev, at);
			assert_int_equal(sched_is_empty(&s), !first);
			assert_int_equal(sched_next(&s),
					 first ? at[first - ev] : UINT64_MAX);
		}
		sched_end(&s);
	}
	for (i = 0; i < MODEL_EVENTS; i++)
		sched_del(&s, &ev[i]);
	sched_fini(&s);
}

/* Whatever place it had, and whoever gets that. */
static void who_is_deleted_does_not_happen(void **state)
{
	struct sched_event ev[MODEL_EVENTS], *first;
	size_t i, left = MODEL_EVENTS;
	struct sched s;
	struct rng rng;

	(void)state;
	mem_init_libc(&mem);
	sched_init(&s, &mem);
	rng_init(&rng, 1, "sched");
	for (i = 0; i < MODEL_EVENTS; i++)
		assert_int_equal(sched_add(&s, &ev[i], 1, i), 0);
	for (i = 0; i < MODEL_EVENTS; i++)
		sched_arm(&s, &ev[i], 1 + rng_below(&rng, 50));
	for (i = 0; i < MODEL_EVENTS; i += 3, left--)
		sched_del(&s, &ev[i]);
	for (first = NULL; left; left--) {
		struct sched_event *ev_now = pop(&s);

		assert_int_not_equal((ev_now - ev) % 3, 0);
		assert_true(!first || first->at_ns < ev_now->at_ns ||
			    (first->at_ns == ev_now->at_ns &&
			     first->lane < ev_now->lane));
		first = ev_now;
	}
	assert_null(pop(&s));
	for (i = 0; i < MODEL_EVENTS; i++)
		if (i % 3)
			sched_del(&s, &ev[i]);
	sched_fini(&s);
	assert_int_equal(mem.in_use_count, 0);
}

struct note {
	struct world *w;
	char text[32];
	uint64_t at[8];
};

static struct note note;

static void write(char c)
{
	size_t n = strlen(note.text);

	note.at[n] = world_now(note.w);
	note.text[n] = c;
}

static void write_a(void *arg)
{
	(void)arg;
	write('a');
}

static void write_b(void *arg)
{
	(void)arg;
	write('b');
}

static void script_lines_run_at_their_time_in_their_order(void **state)
{
	(void)state;
	memset(&note, 0, sizeof(note));
	note.w = new_world();
	assert_int_equal(world_at(note.w, 200, write_a, NULL), 0);
	assert_int_equal(world_at(note.w, 100, write_b, NULL), 0);
	assert_int_equal(world_at(note.w, 200, write_b, NULL), 0);
	assert_int_equal(world_at(note.w, 300, write_a, NULL), 0);
	assert_int_equal(world_run_until(note.w, 250), 0);
	assert_string_equal(note.text, "bab");
	assert_int_equal(note.at[0], 100);
	assert_int_equal(note.at[1], 200);
	assert_int_equal(world_now(note.w), 250);
	assert_int_equal(world_next(note.w), 300);
	free_world(note.w);
}

static void idle_means_nothing_is_left(void **state)
{
	(void)state;
	memset(&note, 0, sizeof(note));
	note.w = new_world();
	world_at(note.w, 100, write_a, NULL);
	world_at(note.w, 900, write_b, NULL);
	assert_int_equal(world_run_idle(note.w, 500), -ETIMEDOUT);
	assert_int_equal(world_now(note.w), 500);
	assert_int_equal(world_run_idle(note.w, 1000), 0);
	assert_int_equal(world_now(note.w), 900);
	assert_string_equal(note.text, "ab");
	free_world(note.w);
}

static bool has_two(void *arg)
{
	(void)arg;
	return strlen(note.text) == 2;
}

static bool never(void *arg)
{
	(void)arg;
	return false;
}

static void waiting_runs_the_world_as_far_as_needed(void **state)
{
	(void)state;
	memset(&note, 0, sizeof(note));
	note.w = new_world();
	world_at(note.w, 100, write_a, NULL);
	world_at(note.w, 200, write_a, NULL);
	world_at(note.w, 300, write_a, NULL);
	assert_int_equal(world_run_wait(note.w, has_two, NULL, 1000), 0);
	assert_int_equal(world_now(note.w), 200);
	assert_int_equal(world_run_wait(note.w, never, NULL, 250), -ETIMEDOUT);
	assert_int_equal(world_now(note.w), 250);
	assert_int_equal(world_run_wait(note.w, never, NULL, UINT64_MAX),
			 -EDEADLK);
	assert_string_equal(note.text, "aaa");
	free_world(note.w);
}

static int nested[3];

static void try_to_nest(void *arg)
{
	struct world *w = arg;

	nested[0] = world_run_wait(w, never, NULL, 1000);
	nested[1] = world_run_until(w, 1000);
	nested[2] = world_run_idle(w, 1000);
}

static void nobody_waits_inside_an_event(void **state)
{
	struct world *w = new_world();

	(void)state;
	world_at(w, 1, try_to_nest, w);
	world_run_until(w, 10);
	assert_int_equal(nested[0], -EDEADLK);
	assert_int_equal(nested[1], -EDEADLK);
	assert_int_equal(nested[2], -EDEADLK);
	assert_int_equal(world_now(w), 10);
	free_world(w);
}

static void names_are_unique_and_not_too_long(void **state)
{
	struct world *w = new_world();
	char name[NODE_NAME_MAX + 1];

	(void)state;
	memset(name, 'x', sizeof(name));
	name[NODE_NAME_MAX] = '\0';
	assert_non_null(world_add_box(w, "a", NULL, NULL));
	assert_null(world_add_box(w, "a", NULL, NULL));
	assert_null(world_add_switch(w, "a"));
	assert_null(world_add_box(w, "", NULL, NULL));
	assert_null(world_add_box(w, name, NULL, NULL));
	assert_non_null(world_add_box(w, name + 1, NULL, NULL));
	assert_string_equal(world_find(w, "a")->name, "a");
	assert_null(world_find(w, "b"));
	free_world(w);
}

static void building_survives_every_failed_allocation(void **state)
{
	uint64_t k, failed = 0;

	(void)state;
	for (k = 1; k < 40; k++) {
		struct world *w;
		struct vswitch *sw;
		struct node *box;

		mem_init_libc(&mem);
		mem.fail_at = k;
		w = world_new(&mem, 1);
		if (!w) {
			failed++;
			continue;
		}
		sw = world_add_switch(w, "sw");
		box = world_add_box(w, "box", NULL, NULL);
		if (sw && box)
			world_link(w, switch_add_port(sw),
				   box_add_port(box, NULL), NULL);
		world_at(w, 5, write_a, NULL);
		failed += mem.failures;
		free_world(w);
	}
	assert_true(failed >= 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_come_by_time_then_node_then_lane),
		cmocka_unit_test(arming_again_moves_an_event),
		cmocka_unit_test(arming_needs_no_memory),
		cmocka_unit_test(while_an_event_happens_all_may_change),
		cmocka_unit_test(who_is_deleted_does_not_happen),
		cmocka_unit_test(script_lines_run_at_their_time_in_their_order),
		cmocka_unit_test(idle_means_nothing_is_left),
		cmocka_unit_test(waiting_runs_the_world_as_far_as_needed),
		cmocka_unit_test(nobody_waits_inside_an_event),
		cmocka_unit_test(names_are_unique_and_not_too_long),
		cmocka_unit_test(building_survives_every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
