// SPDX-License-Identifier: MIT
/* heap_test.c - who is first */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/check.h"
#include "base/heap.h"
#include "base/rng.h"

struct event {
	struct heap_node node;
	uint32_t time;
	uint32_t order;
};

static bool event_before(const struct heap_node *a, const struct heap_node *b)
{
	const struct event *x = container_of_const(a, struct event, node);
	const struct event *y = container_of_const(b, struct event, node);

	return x->time != y->time ? x->time < y->time : x->order < y->order;
}

static struct event *event_of(struct heap_node *n)
{
	return n ? container_of(n, struct event, node) : NULL;
}

enum { N = 200 };

static void check_heap(const struct heap *h)
{
	size_t i;

	for (i = 1; i <= h->count; i++) {
		assert_int_equal(h->nodes[i - 1]->index, i);
		if (i > 1)
			assert_false(event_before(h->nodes[i - 1],
						  h->nodes[i / 2 - 1]));
	}
}

static void elements_come_out_in_order(void **state)
{
	static struct event events[N];
	struct mem m;
	struct heap h;
	struct rng r;
	struct event *e, *last = NULL;
	uint32_t i;

	(void)state;
	mem_init_libc(&m);
	heap_init(&h, &m, event_before);
	assert_null(heap_pop(&h));
	rng_init(&r, 1, "heap");
	for (i = 0; i < N; i++) {
		events[i] =
			(struct event){.time = rng_below(&r, 50), .order = i};
		assert_int_equal(heap_add(&h, &events[i].node), 0);
	}
	check_heap(&h);
	for (i = 0; (e = event_of(heap_pop(&h))); i++) {
		assert_true(!last || event_before(&last->node, &e->node));
		assert_false(heap_is_linked(&e->node));
		last = e;
	}
	assert_int_equal(i, N);
	heap_fini(&h);
	assert_int_equal(m.in_use_bytes, 0);
}

static void any_element_can_leave_or_move(void **state)
{
	static struct event events[N];
	struct mem m;
	struct heap h;
	struct rng r;
	uint32_t i, count = 0;

	(void)state;
	mem_init_libc(&m);
	heap_init(&h, &m, event_before);
	rng_init(&r, 2, "heap");
	memset(events, 0, sizeof(events));
	for (i = 0; i < 5000; i++) {
		struct event *e = &events[rng_below(&r, N)];
		bool was_in = heap_is_linked(&e->node);

		e->order = was_in ? e->order : i;
		if (was_in && rng_below(&r, 2)) {
			e->time = rng_below(&r, 1000);
			heap_moved(&h, &e->node);
		} else if (was_in) {
			heap_del(&h, &e->node);
			count--;
		} else {
			e->time = rng_below(&r, 1000);
			assert_int_equal(heap_add(&h, &e->node), 0);
			count++;
		}
		assert_int_equal(h.count, count);
		if (i % 20 == 0)
			check_heap(&h);
	}
	heap_del(&h, &events[0].node);
	heap_del(&h, &events[0].node); /* twice does no harm */
	heap_fini(&h);
	assert_false(heap_is_linked(&events[1].node));
}

static void lack_of_memory_changes_nothing(void **state)
{
	static struct event events[40];
	struct mem m;
	struct heap h;
	uint32_t i;

	(void)state;
	mem_init_libc(&m);
	heap_init(&h, &m, event_before);
	m.fail_at = 2;
	m.fail_ever = true;
	for (i = 0; heap_add(&h, &events[i].node) == 0; i++)
		;
	assert_int_equal(i, 16);
	assert_int_equal(h.count, 16);
	assert_false(heap_is_linked(&events[16].node));
	m.fail_at = 0;
	assert_int_equal(heap_reserve(&h, 40), 0);
	m.fail_at = m.calls + 1;
	for (; i < 40; i++)
		assert_int_equal(heap_add(&h, &events[i].node), 0);
	check_heap(&h);
	heap_fini(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(elements_come_out_in_order),
		cmocka_unit_test(any_element_can_leave_or_move),
		cmocka_unit_test(lack_of_memory_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
