// SPDX-License-Identifier: MIT
/*
 * fuzz_replay.c - drive a fuzz target without libFuzzer
 *
 * Theory of operation
 * ===================
 * A fuzz target is one function that must survive any octets.  libFuzzer
 * finds new inputs, but wants clang and time.  This driver gives the same
 * function, under any compiler and in every test run
 *  - each seed of its corpus directory, if there is one,
 *  - every prefix of each seed, because lengths taken on trust are the
 *    commonest mistake,
 *  - MUTATIONS changed copies of each seed, from a fixed stream of numbers,
 *    so that a failure comes again.
 * With no seed it starts from the empty input and from SEED_SIZE zeros.
 *
 * Limits
 * ------
 * A seed is cut at SEED_MAX octets.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEED_MAX = 4096, SEED_SIZE = 64, MUTATIONS = 300 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The next number of a small fixed stream (xorshift). */
static uint32_t next(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

/* Hand over a copy of exact size, so that a sanitizer sees a read past it. */
static void feed(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);

	if (!copy)
		abort();
	memcpy(copy, data, size);
	(void)LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

static void mutate(uint8_t *data, size_t *size, uint32_t *state)
{
	static const uint8_t telling[] = {0, 1, 0x7f, 0x80, 0xfe, 0xff};
	uint32_t times = 1 + next(state) % 4;

	while (times-- && *size) {
		size_t at = next(state) % *size;

		switch (next(state) % 4) {
		case 0:
			data[at] ^= (uint8_t)(1U << (next(state) % 8));
			break;
		case 1:
			data[at] = telling[next(state) % sizeof(telling)];
			break;
		case 2:
			data[at] = (uint8_t)next(state);
			break;
		default:
			*size = at;
			break;
		}
	}
}

static void replay(const uint8_t *seed, size_t size)
{
	uint32_t state = 2463534242U;
	uint8_t work[SEED_MAX];

	for (size_t n = 0; n <= size; n++)
		feed(seed, n);
	for (int i = 0; i < MUTATIONS; i++) {
		size_t left = size;

		memcpy(work, seed, size);
		mutate(work, &left, &state);
		feed(work, left);
	}
}

/* One seed file; returns whether it could be read. */
static int replay_file(const char *folder, const char *name)
{
	static uint8_t seed[SEED_MAX];
	char path[4096];
	FILE *file;
	size_t size;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "rb");
	if (!file)
		return 0;
	size = fread(seed, 1, sizeof(seed), file);
	(void)fclose(file);
	replay(seed, size);
	return 1;
}

int main(int argc, char **argv)
{
	static const uint8_t zeros[SEED_SIZE];
	DIR *folder = argc > 1 ? opendir(argv[1]) : NULL;
	struct dirent *entry;
	int count = 0;

	while (folder && (entry = readdir(folder)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		count++;
		printf("%s %d - survives seed %s and its mutations\n",
		       replay_file(argv[1], entry->d_name) ? "ok" : "not ok",
		       count, entry->d_name);
		(void)fflush(stdout);
	}
	if (folder)
		(void)closedir(folder);
	replay(zeros, sizeof(zeros));
	count++;
	printf("ok %d - survives the empty input and zeros\n1..%d\n", count,
	       count);
	return 0;
}
