// SPDX-License-Identifier: MIT
/* treap_test.c - the ordered set */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/list.h"
#include "base/rng.h"
#include "base/treap.h"

enum { N = 1000 };

struct item {
	struct treap_node node;
	unsigned key;
};

static struct item items[N];

static struct item *item_of(struct treap_node *n)
{
	return n ? container_of(n, struct item, node) : NULL;
}

/* The last one before @key, as an owner would look for it. */
static struct treap_node *before(const struct treap *t, unsigned key)
{
	struct treap_node *n = t->root, *best = NULL;

	while (n) {
		if (item_of(n)->key < key) {
			best = n;
			n = n->right;
		} else {
			n = n->left;
		}
	}
	return best;
}

static void insert(struct treap *t, unsigned key, uint32_t prio)
{
	items[key].key = key;
	treap_insert(t, &items[key].node, before(t, key), prio);
}

static unsigned depth(const struct treap_node *n)
{
	unsigned l, r;

	if (!n)
		return 0;
	l = depth(n->left);
	r = depth(n->right);
	return 1 + (l > r ? l : r);
}

static void order_is_kept_whatever_the_order_of_insertion(void **state)
{
	struct treap t = {0};
	struct rng rng;
	struct treap_node *n;
	unsigned i;

	(void)state;
	rng_init(&rng, 1, "treap");
	for (i = 0; i < N; i++)
		insert(&t, i * 367 % N, rng_u32(&rng));
	assert_int_equal(treap_check(&t), N);
	for (n = treap_first(&t), i = 0; n; n = treap_next(n), i++)
		assert_int_equal(item_of(n)->key, i);
	for (n = treap_last(&t); n; n = treap_prev(n))
		assert_int_equal(item_of(n)->key, --i);
}

static void sorted_insertion_makes_no_list_of_it(void **state)
{
	struct treap t = {0};
	struct rng rng;
	unsigned i;

	(void)state;
	rng_init(&rng, 2, "treap");
	for (i = 0; i < N; i++)
		insert(&t, i, rng_u32(&rng));
	assert_true(depth(t.root) < 40);
}

static void first_mark_is_found_through_changes(void **state)
{
	struct treap t = {0};
	struct rng rng;
	bool in[N] = {false}, marked[N] = {false};
	unsigned i, k, first;
	struct item *got;

	(void)state;
	rng_init(&rng, 3, "treap");
	for (i = 0; i < 20000; i++) {
		uint64_t r = rng_u64(&rng);

		k = (unsigned)(r % N);
		if (!in[k]) {
			insert(&t, k, (uint32_t)(r >> 32));
			in[k] = true;
		} else if (r >> 20 & 1) {
			marked[k] = !marked[k];
			treap_mark(&items[k].node, marked[k]);
		} else {
			treap_del(&t, &items[k].node);
			in[k] = marked[k] = false;
		}
		if (i % 100)
			continue;
		treap_check(&t);
		for (first = 0; first < N && !marked[first]; first++)
			;
		got = item_of(treap_first_marked(&t));
		assert_int_equal(got ? got->key : N, first);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_is_kept_whatever_the_order_of_insertion),
		cmocka_unit_test(sorted_insertion_makes_no_list_of_it),
		cmocka_unit_test(first_mark_is_found_through_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
