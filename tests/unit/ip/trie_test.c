// SPDX-License-Identifier: MIT
/* trie_test.c - longest prefix match, against a list that is searched */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"

#include "core/netif.h"

#include "ip/ip_int.h"

struct world {
	struct mem mem;
	struct trie trie;
	struct fib *fib;
	struct netif a, b;
};

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	mem_init_libc(&w->mem);
	trie_init(&w->trie, &w->mem);
	w->fib = fib_new(&w->mem);
	w->a.is_up = w->b.is_up = true;
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	fib_free(w->fib);
	trie_fini(&w->trie);
	assert_int_equal(w->mem.in_use_count, 0);
	free(w);
	return 0;
}

static struct ip_route route(struct netif *n, const char *net, uint32_t metric)
{
	struct ip_route r = {.netif = n, .metric = metric};

	assert_int_equal(ip4_net_parse(&r.net, net), 0);
	return r;
}

static ip4_addr addr(const char *text)
{
	ip4_addr a;

	assert_int_equal(ip4_parse(&a, text), 0);
	return a;
}

static int add(struct world *w, const char *net, uint32_t metric)
{
	struct ip_route r = route(&w->a, net, metric);

	return trie_add(&w->trie, &r);
}

static int del(struct world *w, const char *net, uint32_t metric)
{
	struct ip_route r = route(&w->a, net, metric);

	return trie_del(&w->trie, &r);
}

static int len_for(struct world *w, const char *dst)
{
	const struct ip_route *r = trie_lookup(&w->trie, addr(dst), NULL);

	return r ? r->net.len : -1;
}

static void longest_prefix_wins(void **state)
{
	struct world *w = *state;

	assert_int_equal(len_for(w, "10.1.2.3"), -1);
	add(w, "10.0.0.0/8", 0);
	add(w, "10.1.0.0/16", 0);
	add(w, "0.0.0.0/0", 0);
	add(w, "10.1.2.3/32", 0);
	add(w, "10.128.0.0/9", 0);
	assert_int_equal(len_for(w, "10.1.2.3"), 32);
	assert_int_equal(len_for(w, "10.1.2.4"), 16);
	assert_int_equal(len_for(w, "10.2.0.0"), 8);
	assert_int_equal(len_for(w, "10.200.0.0"), 9);
	assert_int_equal(len_for(w, "11.0.0.0"), 0);
	assert_int_equal(del(w, "10.1.0.0/16", 0), 0);
	assert_int_equal(len_for(w, "10.1.2.4"), 8);
	assert_int_equal(len_for(w, "10.1.2.3"), 32);
	assert_int_equal(del(w, "10.1.0.0/16", 0), -ENOENT);
	assert_int_equal(del(w, "10.1.0.0/12", 0), -ENOENT);
}

static void smallest_metric_wins_unless_its_link_is_down(void **state)
{
	struct world *w = *state;
	struct ip_route r = route(&w->b, "10.0.0.0/8", 5);

	assert_int_equal(add(w, "10.0.0.0/8", 10), 0);
	assert_int_equal(add(w, "10.0.0.0/8", 10), -EEXIST);
	assert_int_equal(trie_add(&w->trie, &r), 0);
	assert_ptr_equal(trie_lookup(&w->trie, addr("10.1.1.1"), NULL)->netif,
			 &w->b);
	w->b.is_up = false;
	assert_ptr_equal(trie_lookup(&w->trie, addr("10.1.1.1"), NULL)->netif,
			 &w->a);
	w->a.is_up = false;
	assert_null(trie_lookup(&w->trie, addr("10.1.1.1"), NULL));
	w->a.is_up = w->b.is_up = true;
	assert_ptr_equal(trie_lookup(&w->trie, addr("10.1.1.1"), &w->a)->netif,
			 &w->a);
}

#define MODEL_MAX 600

struct model {
	struct ip_route r[MODEL_MAX];
	size_t count;
};

static const struct ip_route *model_lookup(const struct model *m, ip4_addr dst)
{
	const struct ip_route *best = NULL;
	size_t i;

	for (i = 0; i < m->count; i++)
		if (ip4_net_has(m->r[i].net, dst) &&
		    (!best || m->r[i].net.len > best->net.len))
			best = &m->r[i];
	return best;
}

static struct ip_route random_route(struct world *w, struct rng *rng)
{
	struct ip_route r = {.netif = &w->a};

	/* So that the second table's answer tells which route it is. */
	r.src.v = rng_u32(rng) & 63;
	/* Few bits vary, so that prefixes nest. */
	r.net.addr.v = rng_u32(rng) & 0xc3c00f0f;
	r.net.len = (uint8_t)rng_below(rng, 33);
	r.net = ip4_net_base(r.net);
	return r;
}

/* Keep the second table as the first one. */
static void follow(struct world *w, struct ip4_net net)
{
	assert_int_equal(fib_set(w->fib, net,
				 trie_lookup_upto(&w->trie, net.addr, net.len)),
			 0);
}

static void model_step(struct world *w, struct model *m, struct rng *rng)
{
	struct ip_route r = random_route(w, rng);
	size_t i;

	for (i = 0; i < m->count; i++)
		if (m->r[i].net.addr.v == r.net.addr.v &&
		    m->r[i].net.len == r.net.len)
			break;
	if (i < m->count) {
		assert_int_equal(trie_add(&w->trie, &r), -EEXIST);
		assert_int_equal(trie_del(&w->trie, &r), 0);
		m->r[i] = m->r[--m->count];
	} else if (m->count < MODEL_MAX) {
		assert_int_equal(trie_del(&w->trie, &r), -ENOENT);
		assert_int_equal(trie_add(&w->trie, &r), 0);
		m->r[m->count++] = r;
	}
	follow(w, r.net);
}

static void same_as_a_list_that_is_searched(void **state)
{
	struct world *w = *state;
	static struct model m;
	struct rng rng;
	int i, j;

	m.count = 0;
	rng_init(&rng, 7, "trie");
	for (i = 0; i < 4000; i++) {
		model_step(w, &m, &rng);
		for (j = 0; j < 5; j++) {
			ip4_addr dst = {rng_u32(&rng) & 0xc3c00f0f};
			const struct ip_route *want = model_lookup(&m, dst);
			const struct ip_route *got =
				trie_lookup(&w->trie, dst, NULL);

			assert_int_equal(!want, !got);
			if (want)
				assert_int_equal(want->net.len, got->net.len);
		}
		assert_int_equal(w->trie.count, m.count);
		assert_true(w->trie.nodes.in_use <= 2 * m.count);
	}
	while (m.count) {
		trie_del(&w->trie, &m.r[--m.count]);
		follow(w, m.r[m.count].net);
	}
	assert_null(fib_lookup(w->fib, (ip4_addr){0}));
	assert_int_equal(w->trie.nodes.in_use, 0);
}

enum { HOPS = 400, NETS = 3 * HOPS };

/* Network i: of three lengths, so that they nest; by hop i mod HOPS. */
static struct ip_route hop_route(struct world *w, uint32_t i)
{
	struct ip_route r = {.netif = &w->a, .src = {1 + i % HOPS}};

	r.net = (struct ip4_net){{0x0a000000 + (i % HOPS << 12)},
				 (uint8_t)(20 + 4 * (i / HOPS))};
	return r;
}

static void assert_hops(const struct world *w)
{
	uint32_t i;

	for (i = 0; i < HOPS; i++) {
		ip4_addr dst = {0x0a000005 + (i << 12)};
		const struct ip_route *want = trie_lookup(&w->trie, dst, NULL);
		const struct ip_route *got = fib_lookup(w->fib, dst);

		assert_int_equal(!want, !got);
		if (want)
			assert_int_equal(want->src.v, got->src.v);
	}
}

/* More than an octet can name, while the table is in use, and fewer again. */
static void many_next_hops_are_told_apart(void **state)
{
	struct world *w = *state;
	uint32_t i;

	for (i = 0; i < NETS; i++) {
		struct ip_route r = hop_route(w, i * 7 % NETS);

		assert_int_equal(trie_add(&w->trie, &r), 0);
		follow(w, r.net);
		if (i % 16 == 0 || (i > 120 && i < 132))
			assert_hops(w);
	}
	for (i = 0; i < NETS; i++) {
		struct ip_route r = hop_route(w, i * 11 % NETS);

		assert_int_equal(trie_del(&w->trie, &r), 0);
		follow(w, r.net);
		if (i % 16 == 0)
			assert_hops(w);
	}
	assert_hops(w);
}

/* The table is of no use then, and can be freed. */
static void lack_of_memory_is_told(void **state)
{
	struct world *w = *state;
	uint64_t n;

	for (n = 0; n < 40; n++) {
		uint32_t i;
		int err = 0;

		for (i = 0; i < HOPS && !err; i++) {
			struct ip_route r = hop_route(w, i);

			if (i == 120 + n / 5)
				w->mem.fail_at = w->mem.calls + 1 + n % 5;
			err = fib_set(w->fib, r.net, &r);
		}
		assert_int_equal(err, -ENOMEM);
		w->mem.fail_at = 0;
		fib_free(w->fib);
		w->fib = fib_new(&w->mem);
		assert_non_null(w->fib);
	}
}

struct order {
	struct ip4_net last;
	size_t count;
};

static bool in_order(void *arg, const struct ip_route *r)
{
	struct order *o = arg;

	if (o->count++)
		assert_true(r->net.addr.v > o->last.addr.v ||
			    (r->net.addr.v == o->last.addr.v &&
			     r->net.len > o->last.len));
	o->last = r->net;
	return true;
}

static void walk_is_in_order(void **state)
{
	struct world *w = *state;
	struct order o = {.count = 0};
	struct rng rng;
	int i;

	rng_init(&rng, 8, "trie");
	for (i = 0; i < 500; i++) {
		struct ip_route r = random_route(w, &rng);

		trie_add(&w->trie, &r);
	}
	trie_walk(&w->trie, in_order, &o);
	assert_int_equal(o.count, w->trie.count);
}

static void failed_allocation_changes_nothing(void **state)
{
	struct world *w = *state;
	uint64_t k;

	w->mem.has_no_slabs = true;
	add(w, "10.1.0.0/16", 0);
	for (k = 1; k <= 3; k++) {
		size_t before = w->mem.in_use_count;

		w->mem.fail_at = w->mem.calls + k;
		assert_int_equal(add(w, "10.2.0.0/16", 0), -ENOMEM);
		assert_int_equal(w->mem.in_use_count, before);
		assert_int_equal(len_for(w, "10.1.0.1"), 16);
		assert_int_equal(len_for(w, "10.2.0.1"), -1);
	}
	w->mem.fail_at = 0;
	assert_int_equal(add(w, "10.2.0.0/16", 0), 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(longest_prefix_wins),
		T(smallest_metric_wins_unless_its_link_is_down),
		T(same_as_a_list_that_is_searched),
		T(many_next_hops_are_told_apart),
		T(lack_of_memory_is_told),
		T(walk_is_in_order),
		T(failed_allocation_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
