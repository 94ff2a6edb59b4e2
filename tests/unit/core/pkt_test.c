// SPDX-License-Identifier: MIT
/* pkt_test.c - packets: front, end, fragments and what they share */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/check.h"
#include "base/rng.h"

#include "wire/csum.h"

#include "core/netif.h"
#include "core/pkt.h"

struct world {
	struct mem mem;
	struct env env;
};

static int setup(void **state)
{
	static struct world w;

	mem_init_libc(&w.mem);
	env_init(&w.env, &w.mem);
	*state = &w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	if (env_fini(&w->env) || w->mem.in_use_count)
		return -1;
	return 0;
}

/* A packet of @len octets 0, 1, 2, ... in pieces of random size. */
static struct pkt *pkt_in_pieces(struct env *env, struct rng *rng, size_t len)
{
	struct pkt *pkt = pkt_new(env, R_NONE);
	size_t off = 0, lin = rng_below(rng, 60);
	uint8_t octets[4096];
	size_t i;

	for (i = 0; i < len; i++)
		octets[i] = (uint8_t)i;
	off = lin < len ? lin : len;
	assert_int_equal(pkt_append(pkt, octets, off), 0);
	while (off < len) {
		size_t n = 1 + rng_below(rng, 500);
		struct block *blk = block_new(env, 600);

		if (n > len - off || pkt->frag_count == PKT_FRAGS - 1)
			n = len - off;
		if (n > 600) {
			block_put(blk);
			blk = block_new(env, n);
		}
		memcpy(blk->data + 3, octets + off, n);
		assert_int_equal(pkt_append_ref(pkt, blk, 3, n), 0);
		block_put(blk);
		off += n;
	}
	pkt_check(pkt);
	return pkt;
}

static void assert_octets(const struct pkt *pkt, size_t first, size_t len)
{
	uint8_t octets[4096];
	size_t i;

	pkt_check(pkt);
	assert_int_equal(pkt->len, len);
	pkt_copy_out(pkt, 0, octets, len);
	for (i = 0; i < len; i++)
		assert_int_equal(octets[i], (uint8_t)(first + i));
}

static void pull_and_trim_leave_the_middle(void **state)
{
	struct world *w = *state;
	struct rng rng;
	int i;

	rng_init(&rng, 1, "pull");
	for (i = 0; i < 2000; i++) {
		size_t len = 1 + rng_below(&rng, 2000);
		size_t front = rng_below(&rng, (uint32_t)len);
		size_t keep = rng_below(&rng, (uint32_t)(len - front)) + 1;
		struct pkt *pkt = pkt_in_pieces(&w->env, &rng, len);

		pkt_pull(pkt, front);
		pkt_trim(pkt, keep);
		assert_octets(pkt, front, keep);
		pkt_free(pkt);
	}
}

static void need_makes_the_front_contiguous(void **state)
{
	struct world *w = *state;
	struct rng rng;
	int i;

	rng_init(&rng, 2, "need");
	for (i = 0; i < 2000; i++) {
		size_t len = rng_below(&rng, 300);
		size_t n = rng_below(&rng, 120);
		struct pkt *pkt = pkt_in_pieces(&w->env, &rng, len);
		uint8_t *p;

		/* Payload copied in may fill the room; a frame does not. */
		p = pkt_need(pkt, n);
		if (n > len) {
			assert_null(p);
		} else if (p) {
			assert_true(pkt->lin_len >= n);
			assert_ptr_equal(p, pkt_data(pkt));
		}
		assert_octets(pkt, 0, len);
		pkt_free(pkt);
	}
}

static void slices_share_and_outlive_the_whole(void **state)
{
	struct world *w = *state;
	struct rng rng;
	int i;

	rng_init(&rng, 3, "slice");
	for (i = 0; i < 1000; i++) {
		size_t len = 1 + rng_below(&rng, 3000);
		size_t off = rng_below(&rng, (uint32_t)len);
		size_t n = rng_below(&rng, (uint32_t)(len - off + 1));
		struct pkt *pkt = pkt_in_pieces(&w->env, &rng, len);
		struct pkt *part = pkt_slice(pkt, off, n);
		struct pkt *copy = pkt_clone(pkt);

		pkt_free(pkt);
		assert_octets(part, off, n);
		assert_octets(copy, 0, len);
		pkt_free(part);
		pkt_free(copy);
	}
}

static void checksum_does_not_depend_on_pieces(void **state)
{
	struct world *w = *state;
	struct rng rng;
	int i;

	rng_init(&rng, 4, "csum");
	for (i = 0; i < 1000; i++) {
		size_t len = 1 + rng_below(&rng, 2000);
		size_t off = rng_below(&rng, (uint32_t)len);
		struct pkt *pkt = pkt_in_pieces(&w->env, &rng, len);
		uint8_t octets[2001];

		pkt_copy_out(pkt, off, octets, len - off);
		assert_int_equal(csum_fold(pkt_csum(pkt, off, len - off)),
				 csum(octets, len - off));
		pkt_free(pkt);
	}
}

static void join_moves_the_payload(void **state)
{
	struct world *w = *state;
	struct pkt *a = pkt_new(&w->env, R_NONE);
	struct pkt *b = pkt_new(&w->env, R_NONE);
	uint8_t octets[3000];
	size_t i;

	for (i = 0; i < sizeof(octets); i++)
		octets[i] = (uint8_t)i;
	assert_int_equal(pkt_append(a, octets, 20), 0);
	assert_int_equal(pkt_append(b, octets + 20, 2980), 0);
	assert_int_equal(pkt_join(a, b), 0);
	assert_octets(a, 0, 3000);
	pkt_free(a);
}

static void pulled_headers_can_be_put_back(void **state)
{
	struct world *w = *state;
	struct pkt *pkt = pkt_new(&w->env, R_NONE);
	uint16_t l3;

	assert_int_equal(pkt_append(pkt, "headerpayload", 13), 0);
	l3 = pkt->lin_off;
	pkt_pull(pkt, 6);
	assert_memory_equal(pkt_data(pkt), "payload", 7);
	pkt_unpull(pkt, l3);
	assert_int_equal(pkt->len, 13);
	assert_memory_equal(pkt_data(pkt), "headerpayload", 13);
	pkt_free(pkt);
}

static void headroom_is_bounded(void **state)
{
	struct world *w = *state;
	struct pkt *pkt = pkt_new(&w->env, R_NONE);

	assert_non_null(pkt_push(pkt, PKT_HEADROOM));
	assert_null(pkt_push(pkt, 1));
	pkt_check(pkt);
	pkt_free(pkt);
}

/* Link 18, IPv6 40 with a fragment header, TCP with all its options: what came
 * in pieces can be made contiguous as far as its headers go. */
static void all_headers_of_what_arrives_have_room(void **state)
{
	enum { HEADERS = 18 + 40 + 8 + 60 };
	struct world *w = *state;
	struct pkt *pkt = pkt_new_rx(&w->env, R_NONE);
	struct block *blk = block_new(&w->env, 600);
	int i;

	for (i = 0; i < 600; i++)
		blk->data[i] = (uint8_t)i;
	assert_int_equal(pkt_append(pkt, blk->data, 14), 0);
	assert_int_equal(pkt_append_ref(pkt, blk, 14, 586), 0);
	block_put(blk);
	assert_non_null(pkt_need(pkt, HEADERS));
	assert_octets(pkt, 0, 600);
	/* A router that takes 14 off and puts 18 on has the room for that. */
	pkt_pull(pkt, 14);
	assert_non_null(pkt_push(pkt, 18));
	pkt_free(pkt);
}

static void a_drop_counts_once_and_frees(void **state)
{
	struct world *w = *state;
	struct place place = {.env = &w->env, .name = "here"};

	pkt_drop(&place, pkt_new(&w->env, R_TCP_SYN), DROP_cable_loss);
	assert_int_equal(place.drops[DROP_cable_loss], 1);
	assert_int_equal(w->env.pkts.in_use, 0);
}

static void no_memory_is_an_answer(void **state)
{
	struct world *w = *state;
	struct pkt *pkt = pkt_new(&w->env, R_NONE);
	uint8_t octets[5000] = {0};

	w->mem.fail_at = w->mem.calls + 1;
	w->mem.fail_ever = true;
	assert_int_equal(pkt_append(pkt, octets, sizeof(octets)), -12);
	assert_int_equal(pkt->len, 0);
	w->mem.fail_ever = false;
	w->mem.fail_at = 0;
	pkt_free(pkt);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(pull_and_trim_leave_the_middle),
		T(need_makes_the_front_contiguous),
		T(slices_share_and_outlive_the_whole),
		T(checksum_does_not_depend_on_pieces),
		T(join_moves_the_payload),
		T(pulled_headers_can_be_put_back),
		T(headroom_is_bounded),
		T(all_headers_of_what_arrives_have_room),
		T(a_drop_counts_once_and_frees),
		T(no_memory_is_an_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
