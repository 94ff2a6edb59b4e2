// SPDX-License-Identifier: MIT
/* mem_test.c - memory that is counted, capped, and fails when told to */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"

/* Slabs, whatever the build: they are what is tested here. */
static void mem_with_slabs(struct mem *m)
{
	mem_init_libc(m);
	m->has_no_slabs = false;
}

static void what_is_in_use_is_counted(void **state)
{
	struct mem m;
	void *a, *b;

	(void)state;
	mem_init_libc(&m);
	a = mem_alloc(&m, 100);
	b = mem_alloc(&m, 0);
	assert_non_null(a);
	assert_non_null(b);
	assert_int_equal(m.in_use_count, 2);
	assert_int_equal(m.in_use_bytes, 101);
	mem_free(&m, a, 100);
	mem_free(&m, NULL, 5);
	assert_int_equal(m.in_use_count, 1);
	mem_free(&m, b, 0);
	assert_int_equal(m.in_use_bytes, 0);
	assert_int_equal(m.peak_bytes, 101);
	assert_int_equal(m.calls, 2);
}

static void memory_comes_zeroed(void **state)
{
	static const uint8_t zero[64];
	struct mem m;
	int i;

	(void)state;
	mem_init_libc(&m);
	for (i = 0; i < 4; i++) {
		uint8_t *p = mem_alloc(&m, sizeof(zero));

		assert_memory_equal(p, zero, sizeof(zero));
		memset(p, 0xff, sizeof(zero));
		mem_free(&m, p, sizeof(zero));
	}
}

static void the_cap_is_exact(void **state)
{
	struct mem m;
	void *a;

	(void)state;
	mem_init_libc(&m);
	m.bytes_max = 100;
	assert_null(mem_alloc(&m, 101));
	a = mem_alloc(&m, 100);
	assert_non_null(a);
	assert_null(mem_alloc(&m, 1));
	assert_int_equal(m.failures, 2);
	m.bytes_max = 50; /* lowered below what is in use */
	assert_null(mem_alloc(&m, 1));
	mem_free(&m, a, 100);
	a = mem_alloc(&m, 50);
	assert_non_null(a);
	mem_free(&m, a, 50);
}

static void the_one_call_fails_that_was_to_fail(void **state)
{
	struct mem m;
	int i;

	(void)state;
	mem_init_libc(&m);
	m.fail_at = 3;
	for (i = 1; i <= 5; i++) {
		void *p = mem_alloc(&m, 8);

		assert_int_equal(p == NULL, i == 3);
		mem_free(&m, p, 8);
	}
}

static void it_may_fail_ever_after(void **state)
{
	struct mem m;
	int i;

	(void)state;
	mem_init_libc(&m);
	m.fail_at = 3;
	m.fail_ever = true;
	for (i = 1; i <= 5; i++) {
		void *p = mem_alloc(&m, 8);

		assert_int_equal(p == NULL, i >= 3);
		mem_free(&m, p, 8);
	}
}

static void an_array_of_impossible_size_is_refused(void **state)
{
	struct mem m;

	(void)state;
	mem_init_libc(&m);
	assert_null(mem_alloc_array(&m, SIZE_MAX / 2, 3));
	assert_int_equal(m.failures, 1);
}

static void objects_do_not_overlap(void **state)
{
	enum { N = 500, SIZE = 40 };
	uint8_t *obj[N];
	struct mem m;
	struct pool p;
	size_t i, j;

	(void)state;
	mem_with_slabs(&m);
	pool_init(&p, &m, "test", SIZE, 0);
	for (i = 0; i < N; i++) {
		obj[i] = pool_get(&p);
		assert_non_null(obj[i]);
		assert_int_equal((uintptr_t)obj[i] % 8, 0);
		memset(obj[i], (int)(i & 0xff), SIZE);
	}
	for (i = 0; i < N; i++)
		for (j = 0; j < SIZE; j++)
			assert_int_equal(obj[i][j], i & 0xff);
	assert_int_equal(p.in_use, N);
	assert_true(m.calls < 12); /* slabs grow */
	for (i = 0; i < N; i++)
		pool_put(&p, obj[i]);
	assert_int_equal(pool_fini(&p), 0);
	assert_int_equal(m.in_use_bytes, 0);
}

static void an_object_that_came_back_goes_out_again(void **state)
{
	struct mem m;
	struct pool p;
	void *a, *b;

	(void)state;
	mem_with_slabs(&m);
	pool_init(&p, &m, "test", 24, 0);
	a = pool_get(&p);
	b = pool_get(&p);
	pool_put(&p, a);
	assert_ptr_equal(pool_get(&p), a);
	pool_put(&p, a);
	pool_put(&p, b);
	assert_int_equal(pool_fini(&p), 0);
}

static void a_pool_that_is_empty_again_is_small_again(void **state)
{
	enum { N = 2000 };
	void *obj[N];
	struct mem m;
	struct pool p;
	size_t i, small;
	int round;

	(void)state;
	mem_with_slabs(&m);
	pool_init(&p, &m, "test", 64, 0);
	obj[0] = pool_get(&p);
	small = m.in_use_bytes;
	pool_put(&p, obj[0]);
	for (round = 0; round < 3; round++) {
		for (i = 0; i < N; i++)
			obj[i] = pool_get(&p);
		assert_true(m.in_use_bytes >= N * 64);
		for (i = 0; i < N; i++)
			pool_put(&p, obj[i]);
		assert_int_equal(m.in_use_bytes, small);
	}
	pool_fini(&p);
}

static void few_objects_come_and_go_without_allocating(void **state)
{
	enum { N = 5 };
	void *obj[N];
	struct mem m;
	struct pool p;
	uint64_t calls = 0;
	int round, i;

	(void)state;
	mem_with_slabs(&m);
	pool_init(&p, &m, "test", 400, 0);
	for (round = 0; round < 3; round++) {
		for (i = 0; i < N; i++)
			obj[i] = pool_get(&p);
		for (i = 0; i < N; i++)
			pool_put(&p, obj[i]);
		calls = round ? calls : m.calls;
	}
	assert_true(calls > 1);
	assert_int_equal(m.calls, calls + 1); /* the kept one was too small */
	assert_int_equal(pool_fini(&p), 0);
	assert_int_equal(m.in_use_bytes, 0);
}

/* What env_init() wants of packets. */
static void batches_come_and_go_without_allocating(void **state)
{
	enum { N = 40, ROUNDS = 8 };
	void *obj[N];
	struct mem m;
	struct pool p;
	uint64_t calls = 0;
	int round, i;

	(void)state;
	mem_with_slabs(&m);
	pool_init(&p, &m, "test", 700, 0);
	p.keep = 65536;
	for (round = 0; round < ROUNDS; round++) {
		for (i = 0; i < N; i++)
			obj[i] = pool_get(&p);
		for (i = 0; i < N; i++)
			pool_put(&p, obj[i]);
		if (round == ROUNDS / 2)
			calls = m.calls;
	}
	assert_int_equal(m.calls, calls);
	assert_in_range(m.in_use_bytes, N * 700, 65536);
	assert_int_equal(pool_fini(&p), 0);
	assert_int_equal(m.in_use_bytes, 0);
}

static void the_cap_of_a_pool_holds(void **state)
{
	struct mem m;
	struct pool p;
	void *a, *b;

	(void)state;
	mem_with_slabs(&m);
	pool_init(&p, &m, "test", 64, 2);
	a = pool_get(&p);
	b = pool_get(&p);
	assert_null(pool_get(&p));
	assert_int_equal(p.failures, 1);
	assert_true(m.in_use_bytes < 256); /* no room for what cannot be */
	pool_put(&p, a);
	a = pool_get_zeroed(&p);
	assert_non_null(a);
	pool_put(&p, a);
	pool_put(&p, b);
	pool_fini(&p);
}

/* Fewer than there were: what lies on the free list stays there. */
static void a_cap_that_comes_later_holds_too(void **state)
{
	void *obj[4];
	struct mem m;
	struct pool p;
	int i;

	(void)state;
	mem_with_slabs(&m);
	pool_init(&p, &m, "test", 64, 0);
	for (i = 0; i < 4; i++)
		obj[i] = pool_get(&p);
	for (i = 1; i < 4; i++)
		pool_put(&p, obj[i]);
	pool_set_max(&p, 2);
	obj[1] = pool_get(&p);
	assert_non_null(obj[1]);
	assert_null(pool_get(&p));
	assert_int_equal(p.failures, 1);
	pool_set_max(&p, 0);
	for (i = 2; i < 4; i++)
		assert_non_null(obj[i] = pool_get(&p));
	assert_int_equal(p.peak, 4);
	for (i = 0; i < 4; i++)
		pool_put(&p, obj[i]);
	assert_int_equal(pool_fini(&p), 0);
	assert_int_equal(m.in_use_bytes, 0);
}

static void a_pool_survives_lack_of_memory(void **state)
{
	struct mem m;
	struct pool p;
	void *a;

	(void)state;
	mem_with_slabs(&m);
	pool_init(&p, &m, "test", 64, 0);
	m.fail_at = 1;
	assert_null(pool_get(&p));
	a = pool_get(&p);
	assert_non_null(a);
	assert_int_equal(p.in_use, 1);
	assert_int_equal(pool_fini(&p), 1); /* leaked, and said so */
	assert_int_equal(m.in_use_bytes, 0);
}

static void without_slabs_every_object_is_an_allocation(void **state)
{
	struct mem m;
	struct pool p;
	void *a, *b;

	(void)state;
	mem_init_libc(&m);
	m.has_no_slabs = true;
	pool_init(&p, &m, "test", 64, 0);
	a = pool_get(&p);
	b = pool_get(&p);
	assert_int_equal(m.in_use_count, 2);
	pool_put(&p, b);
	pool_put(&p, a);
	assert_int_equal(m.in_use_count, 0);
	assert_int_equal(pool_fini(&p), 0);
}

static void poison_covers_what_came_back(void **state)
{
	struct mem m;
	struct pool p;
	uint8_t *a, *keep;

	(void)state;
	mem_with_slabs(&m);
	pool_init(&p, &m, "test", 64, 0);
	pool_set_poison(&p, true);
	keep = pool_get(&p);
	a = pool_get(&p);
	memset(a, 1, 64);
	pool_put(&p, a);
	assert_int_equal(a[63], 0xdb);
	assert_ptr_equal(pool_get(&p), a);
	pool_put(&p, a);
	pool_put(&p, keep);
	pool_fini(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_in_use_is_counted),
		cmocka_unit_test(memory_comes_zeroed),
		cmocka_unit_test(the_cap_is_exact),
		cmocka_unit_test(the_one_call_fails_that_was_to_fail),
		cmocka_unit_test(it_may_fail_ever_after),
		cmocka_unit_test(an_array_of_impossible_size_is_refused),
		cmocka_unit_test(objects_do_not_overlap),
		cmocka_unit_test(an_object_that_came_back_goes_out_again),
		cmocka_unit_test(a_pool_that_is_empty_again_is_small_again),
		cmocka_unit_test(few_objects_come_and_go_without_allocating),
		cmocka_unit_test(batches_come_and_go_without_allocating),
		cmocka_unit_test(the_cap_of_a_pool_holds),
		cmocka_unit_test(a_cap_that_comes_later_holds_too),
		cmocka_unit_test(a_pool_survives_lack_of_memory),
		cmocka_unit_test(without_slabs_every_object_is_an_allocation),
		cmocka_unit_test(poison_covers_what_came_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
