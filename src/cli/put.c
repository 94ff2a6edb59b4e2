// SPDX-License-Identifier: MIT
/*
 * put.c - text on the screen: nothing in it commands the terminal, and some
 * lines have a colour
 *
 * Names, headers and reasons may come from strangers, so control characters
 * are replaced in the finished text, whoever put them there.  Only then are
 * colours added, by what kind of line it is: they say again what the words
 * say, for eyes that look for it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"

#include "cli/cli.h"

/* The first rule whose words a line has, and at its begin if @is_begin. */
static const struct {
	const char *words;
	bool is_begin;
	const char *colour;
} colours[] = {
	{"FAILED after", false, "1;31"},
	{"visit http", true, "1;32"},
	{"── ", true, "1"},
	{"-- ", true, "1"},
	{"╳", false, "31"},
	{"worth knowing: ", false, "36"},
};

/* C0 but for the end of a line, DEL, and C1 in UTF-8. */
static void replace_controls(struct strbuf *sb)
{
	size_t i;

	for (i = 0; i < sb->len; i++) {
		char *p = sb->text + i;
		bool is_c1 = p[0] == '\xc2' && (p[1] & '\xe0') == '\x80';

		if (is_c1)
			p[0] = p[1] = '?';
		else if ((p[0] >= 0 && p[0] < 32 && p[0] != '\n') ||
			 p[0] == 127)
			p[0] = '?';
	}
}

static const char *colour_of(const char *line, size_t len)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(colours); i++) {
		const char *at = memmem(line, len, colours[i].words,
					strlen(colours[i].words));

		if (at && (at == line || !colours[i].is_begin))
			return colours[i].colour;
	}
	return NULL;
}

static void put_coloured(const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");
		const char *colour = colour_of(text, len);

		if (colour)
			printf("\033[%sm%.*s\033[0m", colour, (int)len, text);
		else
			(void)fwrite(text, 1, len, stdout);
		text += len;
		if (*text == '\n')
			putchar(*text++);
	}
}

/* Colour is for people: a terminal, and NO_COLOR not set. */
static bool has_colour(void)
{
	const char *no = getenv("NO_COLOR");

	return isatty(STDOUT_FILENO) && !(no && *no);
}

int cli_put(struct strbuf *sb)
{
	if (sb->error) {
		fprintf(stderr, "weft: %s\n", strerror(-sb->error));
		return CLI_FAILED;
	}
	replace_controls(sb);
	if (has_colour())
		put_coloured(strbuf_text(sb));
	else
		(void)fwrite(strbuf_text(sb), 1, sb->len, stdout);
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "weft: cannot write: %s\n", strerror(errno));
		return CLI_FAILED;
	}
	return CLI_OK;
}
