// SPDX-License-Identifier: MIT
/*
 * check.c - the end of a program whose invariants do not hold
 */

#include "base/check.h"

#include <stdio.h>
#include <stdlib.h>

noreturn void check_failed(const char *expr, const char *file, int line)
{
	fprintf(stderr, "%s:%d: check failed: %s\n", file, line, expr);
	abort();
}
