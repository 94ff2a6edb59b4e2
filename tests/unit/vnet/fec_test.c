// SPDX-License-Identifier: MIT
/* fec_test.c - a code that repairs one flipped bit in eight octets */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"

#include "vnet/fec.h"

static struct rng rng;

struct word {
	uint8_t data[FEC_DATA];
	uint8_t check;
};

static struct word random_word(void)
{
	struct word w;

	rng_fill(&rng, w.data, sizeof(w.data));
	w.check = fec_encode(w.data);
	return w;
}

static void flip(struct word *w, unsigned int bit)
{
	if (bit < 8 * FEC_DATA)
		w->data[bit / 8] ^= (uint8_t)(1 << bit % 8);
	else
		w->check ^= (uint8_t)(1 << bit % 8);
}

static void intact_words_stay_as_they_are(void **state)
{
	int i;

	(void)state;
	rng_init(&rng, 1, "words");
	for (i = 0; i < 1000; i++) {
		struct word sent = random_word(), w = sent;

		assert_int_equal(fec_decode(w.data, w.check), FEC_INTACT);
		assert_memory_equal(w.data, sent.data, FEC_DATA);
	}
}

static void every_single_flip_is_repaired(void **state)
{
	unsigned int bit;
	int i;

	(void)state;
	rng_init(&rng, 2, "words");
	for (i = 0; i < 100; i++) {
		for (bit = 0; bit < FEC_BITS; bit++) {
			struct word sent = random_word(), w = sent;

			flip(&w, bit);
			assert_int_equal(fec_decode(w.data, w.check),
					 FEC_REPAIRED);
			assert_memory_equal(w.data, sent.data, FEC_DATA);
		}
	}
}

static void every_double_flip_is_noticed_and_left_alone(void **state)
{
	unsigned int a, b;

	(void)state;
	rng_init(&rng, 3, "words");
	for (a = 0; a < FEC_BITS; a++) {
		for (b = a + 1; b < FEC_BITS; b++) {
			struct word w = random_word(), came;

			flip(&w, a);
			flip(&w, b);
			came = w;
			assert_int_equal(fec_decode(w.data, w.check),
					 FEC_BROKEN);
			assert_memory_equal(w.data, came.data, FEC_DATA);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(intact_words_stay_as_they_are),
		cmocka_unit_test(every_single_flip_is_repaired),
		cmocka_unit_test(every_double_flip_is_noticed_and_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
