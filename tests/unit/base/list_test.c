// SPDX-License-Identifier: MIT
/* list_test.c - lists with the links inside */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/list.h"

struct item {
	int value;
	struct list node;
};

/* Adds up the values as digits: the order shows. */
static int digits(struct list *head)
{
	struct item *it;
	int n = 0;

	list_for_each_entry(it, head, struct item, node)
		n = n * 10 + it->value;
	return n;
}

static void elements_stand_where_they_were_put(void **state)
{
	struct item a = {.value = 1}, b = {.value = 2}, c = {.value = 3},
		    d = {.value = 4};
	struct list head;

	(void)state;
	list_init(&head);
	assert_true(list_is_empty(&head));
	assert_null(list_first_entry(&head, struct item, node));
	list_add_tail(&head, &b.node);
	list_add_head(&head, &a.node);
	list_add_tail(&head, &d.node);
	list_add_before(&d.node, &c.node);
	assert_int_equal(digits(&head), 1234);
	assert_int_equal(list_count(&head), 4);
	assert_ptr_equal(list_first_entry(&head, struct item, node), &a);
	assert_ptr_equal(list_last_entry(&head, struct item, node), &d);
	assert_null(list_next_entry(&d, &head, struct item, node));
	assert_ptr_equal(list_prev_entry(&d, &head, struct item, node), &c);
}

static void deleting_twice_does_no_harm(void **state)
{
	struct item a = {.value = 1}, b = {.value = 2};
	struct list head;

	(void)state;
	list_init(&head);
	list_del(&a.node); /* zeroed, never in a list */
	list_add_tail(&head, &a.node);
	list_add_tail(&head, &b.node);
	assert_true(list_is_linked(&a.node));
	list_del(&a.node);
	list_del(&a.node);
	assert_false(list_is_linked(&a.node));
	assert_int_equal(digits(&head), 2);
	list_add_after(&b.node, &a.node);
	assert_int_equal(digits(&head), 21);
}

static void a_walk_may_delete_where_it_stands(void **state)
{
	struct item items[5] = {{.value = 1},
				{.value = 2},
				{.value = 3},
				{.value = 4},
				{.value = 5}};
	struct list head, *it, *tmp;
	size_t i;

	(void)state;
	list_init(&head);
	for (i = 0; i < ARRAY_SIZE(items); i++)
		list_add_tail(&head, &items[i].node);
	list_for_each_safe(it, tmp, &head)
		if (list_entry(it, struct item, node)->value % 2)
			list_del(it);
	assert_int_equal(digits(&head), 24);
	assert_ptr_equal(list_pop_head(&head), &items[1].node);
	assert_ptr_equal(list_pop_head(&head), &items[3].node);
	assert_null(list_pop_head(&head));
}

static void lists_can_be_joined(void **state)
{
	struct item a = {.value = 1}, b = {.value = 2}, c = {.value = 3};
	struct list x = LIST_INIT(x), y = LIST_INIT(y);

	(void)state;
	list_add_tail(&x, &a.node);
	list_add_tail(&y, &b.node);
	list_add_tail(&y, &c.node);
	list_splice_tail(&x, &y);
	assert_int_equal(digits(&x), 123);
	assert_true(list_is_empty(&y));
	list_splice_tail(&x, &y);
	assert_int_equal(digits(&x), 123);
	list_splice_tail(&y, &x);
	assert_int_equal(digits(&y), 123);
	list_move_tail(&y, &a.node);
	assert_int_equal(digits(&y), 231);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(elements_stand_where_they_were_put),
		cmocka_unit_test(deleting_twice_does_no_harm),
		cmocka_unit_test(a_walk_may_delete_where_it_stands),
		cmocka_unit_test(lists_can_be_joined),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
