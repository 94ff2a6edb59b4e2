// SPDX-License-Identifier: MIT
/* htab_test.c - the hash table against a model */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/htab.h"
#include "base/rng.h"

struct item {
	uint32_t key;
	uint32_t hash;
	bool is_in;
};

static bool item_eq(const void *item, const void *key)
{
	return ((const struct item *)item)->key == *(const uint32_t *)key;
}

static void *find(const struct htab *t, const struct item *it)
{
	return htab_find(t, it->hash, item_eq, &it->key);
}

static void what_was_added_is_found(void **state)
{
	struct item a = {1, 77, false}, b = {2, 77, false}, c = {3, 5, false};
	struct mem m;
	struct htab t;

	(void)state;
	mem_init_libc(&m);
	htab_init(&t, &m, 0);
	assert_null(find(&t, &a));
	assert_false(htab_del(&t, 77, &a));
	assert_int_equal(htab_add(&t, a.hash, &a), 0);
	assert_int_equal(htab_add(&t, b.hash, &b), 0); /* the same hash */
	assert_ptr_equal(find(&t, &a), &a);
	assert_ptr_equal(find(&t, &b), &b);
	assert_null(find(&t, &c));
	assert_true(htab_del(&t, a.hash, &a));
	assert_false(htab_del(&t, a.hash, &a));
	assert_ptr_equal(find(&t, &b), &b);
	htab_fini(&t);
	assert_int_equal(m.in_use_bytes, 0);
}

/* Also while the table moves to new slots. */
static void an_item_may_take_the_place_of_another(void **state)
{
	enum { COUNT = 700 };
	static struct item items[COUNT], others[COUNT];
	struct mem m;
	struct htab t;
	uint32_t i, k;

	(void)state;
	mem_init_libc(&m);
	htab_init(&t, &m, 0);
	for (i = 0; i < COUNT; i++) {
		items[i] = others[i] =
			(struct item){.key = i, .hash = i * 0x9e3779b1U};
		assert_int_equal(htab_add(&t, items[i].hash, &items[i]), 0);
		k = i / 2;
		if (i % 2)
			htab_replace(&t, items[k].hash, &items[k], &others[k]);
	}
	for (i = 0; i < COUNT; i++)
		assert_ptr_equal(find(&t, &items[i]),
				 i < COUNT / 2 ? &others[i] : &items[i]);
	htab_fini(&t);
	assert_int_equal(m.in_use_bytes, 0);
}

static void agree(const struct htab *t, const struct item *items, size_t n)
{
	size_t i, pos = 0, count = 0, walked = 0;

	for (i = 0; i < n; i++) {
		assert_ptr_equal(find(t, &items[i]),
				 items[i].is_in ? &items[i] : NULL);
		count += items[i].is_in;
	}
	assert_int_equal(t->count, count);
	while (htab_next(t, &pos))
		walked++;
	assert_int_equal(walked, count);
}

/* Hashes in a few clumps, some at the end of the table: runs that wrap. */
static uint32_t clumped_hash(struct rng *r)
{
	return (rng_below(r, 2) ? 0U - rng_below(r, 6) : rng_below(r, 9)) ^
	       rng_below(r, 3) << 12;
}

enum { FEW = 300, MANY = 3000 };

static void run_against_model(struct mem *m, int failures, uint32_t n)
{
	static struct item items[MANY];
	struct htab t;
	struct rng r;
	uint32_t i;

	rng_init(&r, 1, "htab");
	htab_init(&t, m, 0);
	for (i = 0; i < n; i++)
		items[i] = (struct item){.key = i,
					 .hash = n == FEW ? clumped_hash(&r)
							  : rng_u32(&r)};
	for (i = 0; i < 20 * n; i++) {
		/* Phases of growth and of decay. */
		bool wants_in = rng_below(&r, 20) < (i / n / 5 % 2 ? 1 : 16);
		struct item *it = &items[rng_below(&r, n)];

		if (failures && rng_below(&r, 8))
			m->fail_at = m->calls + 1;
		if (wants_in && !it->is_in)
			it->is_in = htab_add(&t, it->hash, it) == 0;
		else if (!wants_in)
			assert_int_equal(htab_del(&t, it->hash, it), it->is_in),
				it->is_in = false;
		m->fail_at = 0;
		if (i % (n / 6) == 0)
			agree(&t, items, n);
	}
	agree(&t, items, n);
	htab_fini(&t);
	assert_int_equal(m->in_use_bytes, 0);
}

static void random_operations_agree_with_a_model(void **state)
{
	struct mem m;

	(void)state;
	mem_init_libc(&m);
	run_against_model(&m, 0, FEW);
	run_against_model(&m, 0, MANY);
}

static void lack_of_memory_loses_nothing(void **state)
{
	struct mem m;

	(void)state;
	mem_init_libc(&m);
	run_against_model(&m, 1, FEW);
	run_against_model(&m, 1, MANY);
	assert_true(m.failures > 10);
}

/* Strangers add to our tables: none of their packets may pay for all of them. */
static void no_change_moves_the_whole_table(void **state)
{
	enum { N = 20000, MOST = 200 };
	static struct item items[N];
	struct mem m;
	struct htab t;
	uint32_t i;
	size_t was, growths = 0;

	(void)state;
	mem_init_libc(&m);
	htab_init(&t, &m, 0);
	for (i = 0; i < 2 * N; i++) {
		bool is_new = !t.old;

		was = t.old_count;
		if (i < N)
			htab_add(&t, i * 0x9e3779b1U, &items[i]);
		else
			htab_del(&t, (i - N) * 0x9e3779b1U, &items[i - N]);
		growths += is_new && t.old;
		if (!is_new)
			assert_true(was - t.old_count <= MOST);
	}
	assert_true(growths > 10);
	assert_int_equal(t.count, 0);
	htab_fini(&t);
	assert_int_equal(m.in_use_bytes, 0);
}

static void the_cap_is_exact(void **state)
{
	struct item items[4] = {{1, 1, false}, {2, 2, false}, {3, 3, false}};
	struct mem m;
	struct htab t;

	(void)state;
	mem_init_libc(&m);
	htab_init(&t, &m, 2);
	assert_int_equal(htab_add(&t, 1, &items[0]), 0);
	assert_int_equal(htab_add(&t, 2, &items[1]), 0);
	assert_int_equal(htab_add(&t, 3, &items[2]), -ENOSPC);
	htab_del(&t, 1, &items[0]);
	assert_int_equal(htab_add(&t, 3, &items[2]), 0);
	htab_fini(&t);
}

static void without_memory_it_fills_up_and_still_answers(void **state)
{
	struct item items[20] = {{0}};
	struct mem m;
	struct htab t;
	uint32_t i, added = 0;

	(void)state;
	mem_init_libc(&m);
	htab_init(&t, &m, 0);
	m.fail_at = 2;
	m.fail_ever = true;
	for (i = 0; i < 20; i++) {
		items[i] = (struct item){.key = i, .hash = i * 7};
		if (htab_add(&t, items[i].hash, &items[i]) == 0)
			added++;
		else
			break;
	}
	assert_int_equal(added, 7); /* eight slots, one stays empty */
	for (i = 0; i < 20; i++) {
		items[i].key = i;
		items[i].hash = i * 7;
		assert_ptr_equal(find(&t, &items[i]),
				 i < added ? &items[i] : NULL);
	}
	htab_fini(&t);
}

static void a_table_can_be_emptied_by_taking(void **state)
{
	enum { N = 1000 };
	static struct item items[N];
	struct mem m;
	struct htab t;
	struct item *it;
	uint32_t i, n = 0;

	(void)state;
	mem_init_libc(&m);
	htab_init(&t, &m, 0);
	assert_null(htab_pop(&t));
	for (i = 0; i < N; i++)
		assert_int_equal(htab_add(&t, i * 0x9e3779b1U, &items[i]), 0);
	while ((it = htab_pop(&t))) {
		assert_false(it->is_in);
		it->is_in = true;
		n++;
	}
	assert_int_equal(n, N);
	assert_int_equal(t.count, 0);
	assert_true(t.size < 64); /* it has shrunk */
	htab_fini(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_added_is_found),
		cmocka_unit_test(an_item_may_take_the_place_of_another),
		cmocka_unit_test(random_operations_agree_with_a_model),
		cmocka_unit_test(lack_of_memory_loses_nothing),
		cmocka_unit_test(no_change_moves_the_whole_table),
		cmocka_unit_test(the_cap_is_exact),
		cmocka_unit_test(without_memory_it_fills_up_and_still_answers),
		cmocka_unit_test(a_table_can_be_emptied_by_taking),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
