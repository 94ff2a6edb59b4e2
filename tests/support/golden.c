// SPDX-License-Identifier: MIT
/*
 * golden.c - text that a person has looked at and found good
 *
 * See golden.h.
 */
#include "golden.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char have[65536];

static void read_golden(const char *path)
{
	FILE *f = fopen(path, "rbe");
	size_t n;

	if (!f)
		fail_msg("no %s; WEFT_GOLDEN=write makes it", path);
	n = fread(have, 1, sizeof(have) - 1, f);
	have[n] = '\0';
	(void)fclose(f);
}

static void write_golden(const char *path, const char *text)
{
	FILE *f = fopen(path, "wbe");

	if (!f)
		fail_msg("cannot write %s", path);
	assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
	assert_int_equal(fclose(f), 0);
}

/* Length of the line at @s, without its end. */
static int line_len(const char *s)
{
	return (int)strcspn(s, "\n");
}

/* Name the first line that differs. */
static void compare(const char *name, const char *want, const char *text)
{
	int line = 1;

	while (*want || *text) {
		int a = line_len(want), b = line_len(text);

		if (a != b || memcmp(want, text, (size_t)a) != 0)
			fail_msg("%s:%d: expected\n%.*s\ngot\n%.*s", name, line,
				 a, want, b, text);
		want += a + (want[a] == '\n');
		text += b + (text[b] == '\n');
		line++;
	}
}

void assert_golden(const char *name, const char *text)
{
	const char *source = getenv("WEFT_SOURCE");
	const char *mode = getenv("WEFT_GOLDEN");
	char path[4096];

	assert_non_null(source);
	snprintf(path, sizeof(path), "%s/tests/golden/%s", source, name);
	if (mode && !strcmp(mode, "write"))
		write_golden(path, text);
	read_golden(path);
	compare(name, have, text);
}
