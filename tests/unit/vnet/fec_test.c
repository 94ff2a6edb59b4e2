// SPDX-License-Identifier: MIT
/* fec_test.c - a code that repairs eight octets of 255 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"

#include "vnet/fec.h"

static struct rng rng;

struct word {
	uint8_t octet[FEC_DATA + FEC_PARITY]; /* parity behind the data */
	size_t len;			      /* of the data */
};

static struct word random_word(size_t len)
{
	struct word w = {.len = len};

	rng_fill(&rng, w.octet, len);
	fec_encode(w.octet, len, w.octet + len);
	return w;
}

static int decode(struct word *w)
{
	return fec_decode(w->octet, w->len, w->octet + w->len);
}

/* Change @count different octets. */
static void damage(struct word *w, int count)
{
	bool is_hit[FEC_DATA + FEC_PARITY] = {false};

	while (count) {
		uint32_t at = rng_below(&rng, (uint32_t)w->len + FEC_PARITY);

		if (is_hit[at])
			continue;
		is_hit[at] = true;
		w->octet[at] ^= (uint8_t)(1 + rng_below(&rng, 255));
		count--;
	}
}

/* Every word, parity included, is 0 at the sixteen roots: computed here with
 * tables, another way than the code does it. */
static void parity_makes_the_word_zero_at_its_roots(void **state)
{
	uint8_t power[512], log[256] = {0};
	unsigned int x = 1, i, root;
	struct word w;

	(void)state;
	rng_init(&rng, 1, "words");
	for (i = 0; i < 255; i++) {
		power[i] = power[i + 255] = (uint8_t)x;
		log[x] = (uint8_t)i;
		x = x << 1 ^ (x & 0x80 ? 0x11d : 0);
	}
	w = random_word(FEC_DATA);
	for (root = 0; root < FEC_PARITY; root++) {
		uint8_t sum = 0;

		for (i = 0; i < 255; i++)
			if (w.octet[i])
				sum ^= power[(log[w.octet[i]] +
					      root * (254 - i)) %
					     255];
		assert_int_equal(sum, 0);
	}
}

static void intact_words_stay_as_they_are(void **state)
{
	size_t len;

	(void)state;
	rng_init(&rng, 2, "words");
	for (len = 1; len <= FEC_DATA; len++) {
		struct word sent = random_word(len), w = sent;

		assert_int_equal(decode(&w), 0);
		assert_memory_equal(w.octet, sent.octet, len + FEC_PARITY);
	}
}

static void every_single_flip_is_repaired(void **state)
{
	struct word sent;
	unsigned int bit;

	(void)state;
	rng_init(&rng, 3, "words");
	sent = random_word(100);
	for (bit = 0; bit < 8 * (100 + FEC_PARITY); bit++) {
		struct word w = sent;

		w.octet[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(decode(&w), 1);
		assert_memory_equal(w.octet, sent.octet, 100 + FEC_PARITY);
	}
}

static void up_to_eight_octets_are_repaired(void **state)
{
	int i, count;

	(void)state;
	rng_init(&rng, 4, "words");
	for (i = 0; i < 100; i++) {
		size_t len = 1 + rng_below(&rng, FEC_DATA);

		for (count = 1; count <= FEC_REPAIR; count++) {
			struct word sent = random_word(len), w = sent;

			damage(&w, count);
			assert_int_equal(decode(&w), count);
			assert_memory_equal(w.octet, sent.octet,
					    len + FEC_PARITY);
		}
	}
}

static void nine_or_more_are_noticed_and_nothing_is_changed(void **state)
{
	int i, passed = 0;

	(void)state;
	rng_init(&rng, 5, "words");
	for (i = 0; i < 500; i++) {
		struct word w = random_word(FEC_DATA), came;

		damage(&w, FEC_REPAIR + 1 + i % 20);
		came = w;
		if (decode(&w) >= 0)
			passed++;
		else
			assert_memory_equal(w.octet, came.octet,
					    FEC_DATA + FEC_PARITY);
	}
	/* One in 8! = 40,320 passes for another word. */
	assert_int_equal(passed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parity_makes_the_word_zero_at_its_roots),
		cmocka_unit_test(intact_words_stay_as_they_are),
		cmocka_unit_test(every_single_flip_is_repaired),
		cmocka_unit_test(up_to_eight_octets_are_repaired),
		cmocka_unit_test(
			nine_or_more_are_noticed_and_nothing_is_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
