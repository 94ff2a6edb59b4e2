// SPDX-License-Identifier: MIT
/*
 * seeds.c - which seeds a test that lives by chance walks over
 *
 * See seeds.h.
 */

#include "seeds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

struct seeds seeds_from(uint64_t first, uint64_t count)
{
	const char *text = getenv("WEFT_SEEDS");
	struct seeds s = {first, first + count};
	char *end;

	if (!text)
		return s;
	s.end = first + strtoull(text, &end, 10);
	if (*end == '-') {
		s.first = s.end - first;
		s.end = strtoull(end + 1, &end, 10) + 1;
	}
	if (*end || s.end <= s.first)
		fail_msg("WEFT_SEEDS is COUNT or FIRST-LAST, not %s", text);
	return s;
}

uint64_t seeds_number(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 10) : otherwise;
}
