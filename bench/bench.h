/* SPDX-License-Identifier: MIT */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

/*
 * bench.h - what every bench program shares: a table of operations
 *
 * `PROGRAM --list` prints the table, `PROGRAM NAME COUNT` runs one of them.
 * A program includes this file once and ends in
 *
 *	int main(int argc, char **argv)
 *	{
 *		return bench_main(argc, argv, ops, sizeof(ops) / sizeof(*ops));
 *	}
 */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/**
 * struct bench_op - one thing to measure
 * @name:	A word for the table
 * @what:	What one operation is
 * @run:	Does it @count times; returns 0, or -errno when it could not
 */
struct bench_op {
	const char *name;
	const char *what;
	int (*run)(uint64_t count);
};

/* Keep the compiler from leaving out what computes @value. */
static inline void bench_use(uint64_t value)
{
	__asm__ volatile("" : : "r"(value) : "memory");
}

static inline int bench_main(int argc, char **argv, const struct bench_op *ops,
			     size_t op_count)
{
	size_t i;

	if (argc == 2 && strcmp(argv[1], "--list") == 0) {
		for (i = 0; i < op_count; i++)
			printf("%s %s\n", ops[i].name, ops[i].what);
		return 0;
	}
	for (i = 0; argc == 3 && i < op_count; i++) {
		if (strcmp(argv[1], ops[i].name) == 0)
			return ops[i].run(strtoull(argv[2], NULL, 10)) ? 1 : 0;
	}
	fprintf(stderr, "usage: %s --list | NAME COUNT\n", argv[0]);
	return 2;
}

#endif /* BENCH_BENCH_H */
