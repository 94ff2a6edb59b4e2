// SPDX-License-Identifier: MIT
/* trie6_test.c - longest prefix match, against a list that is searched */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"

#include "ip6/ip6_int.h"

#define ROUTES 300

static struct netif netifs[4];

struct fixture {
	struct mem mem;
	struct trie6 trie;
	struct rng rng;
	struct ip6_route list[ROUTES];
	size_t count;
};

static int setup(void **state)
{
	static struct fixture f;
	int i;

	memset(&f, 0, sizeof(f));
	mem_init_libc(&f.mem);
	trie6_init(&f.trie, &f.mem);
	rng_init(&f.rng, 1, "trie6");
	for (i = 0; i < 4; i++)
		netifs[i].is_up = true;
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	trie6_fini(&f->trie);
	return f->mem.in_use_count != 0;
}

static uint32_t below(struct fixture *f, uint32_t n)
{
	uint32_t x;

	rng_fill(&f->rng, &x, sizeof(x));
	return x % n;
}

/* Addresses that have much in common. */
static ip6_addr some_addr(struct fixture *f)
{
	ip6_addr a = {{0x20, 0x01, 0x0d, 0xb8}};
	unsigned i;

	for (i = 4; i < 16; i++)
		a.o[i] = (uint8_t)(below(f, 4) ? 0 : 1u << below(f, 8));
	return a;
}

static struct ip6_route some_route(struct fixture *f)
{
	struct ip6_net net = {some_addr(f), (uint8_t)below(f, 129)};

	return (struct ip6_route){
		.net = ip6_net_base(net),
		.netif = &netifs[below(f, 4)],
		.metric = below(f, 3),
	};
}

static const struct ip6_route *search(const struct fixture *f, ip6_addr dst,
				      const struct netif *netif)
{
	const struct ip6_route *best = NULL;
	size_t i;

	for (i = 0; i < f->count; i++) {
		const struct ip6_route *r = &f->list[i];

		if (!r->netif->is_up || (netif && r->netif != netif) ||
		    !ip6_net_has(r->net, dst))
			continue;
		if (!best || r->net.len > best->net.len ||
		    (r->net.len == best->net.len && r->metric < best->metric))
			best = r;
	}
	return best;
}

static void compare(struct fixture *f)
{
	int i;

	for (i = 0; i < 200; i++) {
		ip6_addr dst = some_addr(f);
		const struct netif *netif = i % 3 ? NULL : &netifs[i % 4];
		const struct ip6_route *a = search(f, dst, netif);
		const struct ip6_route *b = trie6_lookup(&f->trie, dst, netif);

		assert_int_equal(!a, !b);
		if (!a)
			continue;
		assert_int_equal(a->net.len, b->net.len);
		assert_int_equal(a->metric, b->metric);
	}
}

static void add_one(struct fixture *f)
{
	struct ip6_route r = some_route(f);
	int err = trie6_add(&f->trie, &r);

	if (err) {
		assert_int_equal(err, -EEXIST);
		return;
	}
	f->list[f->count++] = r;
}

static void del_one(struct fixture *f)
{
	size_t i = below(f, (uint32_t)f->count);

	assert_int_equal(trie6_del(&f->trie, &f->list[i]), 0);
	assert_int_equal(trie6_del(&f->trie, &f->list[i]), -ENOENT);
	f->list[i] = f->list[--f->count];
}

static void lookups_equal_a_search(void **state)
{
	struct fixture *f = *state;
	int round;

	for (round = 0; round < 3000; round++) {
		if (f->count < ROUTES && (below(f, 3) || !f->count))
			add_one(f);
		else
			del_one(f);
		if (round % 100 == 0)
			compare(f);
		assert_int_equal(f->trie.count, f->count);
	}
	netifs[1].is_up = false;
	compare(f);
	while (f->count)
		del_one(f);
	assert_null(f->trie.root);
	assert_int_equal(f->trie.nodes.in_use, 0);
}

static bool count_in_order(void *arg, const struct ip6_route *r)
{
	struct ip6_route *last = arg;

	assert_true(memcmp(last->net.addr.o, r->net.addr.o, 16) <= 0);
	*last = *r;
	return true;
}

static void a_walk_is_in_order(void **state)
{
	struct fixture *f = *state;
	struct ip6_route last = {0};
	int i;

	for (i = 0; i < 200; i++)
		add_one(f);
	trie6_walk(&f->trie, count_in_order, &last);
}

/* Every allocation fails once; the tree is as before. */
static void lack_of_memory_changes_nothing(void **state)
{
	struct fixture *f = *state;
	struct ip6_route a = {.net = {{{0x20}}, 8}, .netif = &netifs[0]};
	struct ip6_route b = {.net = {{{0x30}}, 8}, .netif = &netifs[0]};

	assert_int_equal(trie6_add(&f->trie, &a), 0);
	f->trie.routes.max = 1;
	assert_int_equal(trie6_add(&f->trie, &b), -ENOMEM);
	assert_int_equal(f->trie.nodes.in_use, 1);
	f->trie.routes.max = 0;
	pool_set_max(&f->trie.nodes, 2);
	assert_int_equal(trie6_add(&f->trie, &b), -ENOMEM);
	assert_int_equal(f->trie.nodes.in_use, 1);
	pool_set_max(&f->trie.nodes, 0);
	assert_int_equal(trie6_add(&f->trie, &b), 0);
	assert_int_equal(f->trie.nodes.in_use, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(lookups_equal_a_search, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_walk_is_in_order, setup,
						teardown),
		cmocka_unit_test_setup_teardown(lack_of_memory_changes_nothing,
						setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
