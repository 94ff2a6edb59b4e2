// SPDX-License-Identifier: MIT
/* file_table_test.c - descriptors against a plain array of them */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/rng.h"

#include "sock/file.h"
#include "sock/file_table.h"

enum { COUNT = 9000, STEPS = 60000 };

static struct file files[COUNT];
static bool model[COUNT];

static uint32_t lowest_of_model(uint32_t min)
{
	while (min < COUNT && model[min])
		min++;
	return min;
}

static void the_lowest_free_is_found(void **state)
{
	struct file_table t = {.max = COUNT};
	struct mem mem;
	struct rng rng;
	uint32_t fd, i;

	(void)state;
	mem_init_libc(&mem);
	rng_init(&rng, 1, "table");
	memset(model, 0, sizeof(model));
	for (i = 0; i < STEPS; i++) {
		uint32_t min = i % 8 ? 0 : rng_below(&rng, COUNT);

		fd = file_table_free(&t, min);
		if (lowest_of_model(min) < COUNT)
			assert_int_equal(fd, lowest_of_model(min));
		if (fd < COUNT && rng_below(&rng, 100) < 80) {
			assert_int_equal(file_table_reach(&t, &mem, fd), 0);
			file_table_set(&t, fd, &files[fd]);
			model[fd] = true;
		}
		fd = rng_below(&rng, COUNT);
		if (model[fd] && i % 3 == 0) {
			file_table_set(&t, fd, NULL);
			model[fd] = false;
		}
		assert_ptr_equal(file_table_at(&t, fd),
				 model[fd] ? &files[fd] : NULL);
	}
	for (fd = 0; fd < COUNT; fd++)
		if (model[fd])
			file_table_set(&t, fd, NULL);
	file_table_fini(&t, &mem);
	assert_int_equal(mem.in_use_bytes, 0);
}

static void a_flag_goes_with_its_descriptor(void **state)
{
	struct file_table t = {.max = COUNT};
	struct mem mem;

	(void)state;
	mem_init_libc(&mem);
	assert_int_equal(file_table_reach(&t, &mem, 70), 0);
	file_table_set(&t, 70, &files[0]);
	file_table_set_cloexec(&t, 70, true);
	assert_true(file_table_is_cloexec(&t, 70));
	assert_false(file_table_is_cloexec(&t, 69));
	file_table_set(&t, 70, NULL);
	file_table_set(&t, 70, &files[1]);
	assert_false(file_table_is_cloexec(&t, 70));
	file_table_set(&t, 70, NULL);
	file_table_fini(&t, &mem);
}

static void lack_of_memory_changes_nothing(void **state)
{
	struct file_table t = {.max = COUNT};
	struct mem mem;
	uint64_t fail;

	(void)state;
	mem_init_libc(&mem);
	for (fail = 1; fail <= 3; fail++) {
		mem.fail_at = mem.calls + fail;
		assert_int_not_equal(file_table_reach(&t, &mem, 0), 0);
		assert_int_equal(t.size, 0);
		assert_null(file_table_at(&t, 0));
		file_table_fini(&t, &mem);
		assert_int_equal(mem.in_use_bytes, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_lowest_free_is_found),
		cmocka_unit_test(a_flag_goes_with_its_descriptor),
		cmocka_unit_test(lack_of_memory_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
