// SPDX-License-Identifier: MIT
/*
 * dis_http.c - the lines of HTTP/1.1, as far as one segment shows them
 *
 * A segment that begins a message begins with a method or with "HTTP/"; its
 * header ends at the first empty line.  Any other segment is the middle of a
 * body.
 */

#include <string.h>

#include "base/check.h"

#include "trace/dissect_int.h"

#define LINE_SHOWN 200

static bool begins(const struct cursor *c, const char *word)
{
	const uint8_t *p = cur_peek(c, strlen(word));

	return p && !memcmp(p, word, strlen(word));
}

static bool is_message(const struct cursor *c)
{
	static const char *const words[] = {
		"GET ",	    "HEAD ",  "POST ",	  "PUT ",   "DELETE ",
		"OPTIONS ", "PATCH ", "CONNECT ", "TRACE ", "HTTP/",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (begins(c, words[i]))
			return true;
	return false;
}

/* Octets of the next line with its end. */
static size_t line_len(const struct cursor *c)
{
	const uint8_t *p = c->p;
	const uint8_t *end = memchr(p, '\n', cur_left(c));

	return end ? (size_t)(end - p) + 1 : cur_left(c);
}

/* Printable copy of a line without its end; others become dots. */
static void line_text(const uint8_t *p, size_t len, char *text, size_t size)
{
	size_t i, n;

	while (len && (p[len - 1] == '\n' || p[len - 1] == '\r'))
		len--;
	n = min_size(len, size - 1);
	for (i = 0; i < n; i++)
		text[i] = (char)(p[i] >= 32 && p[i] < 127 ? p[i] : '.');
	text[n] = '\0';
}

static const char *line_name(bool is_first, bool is_response, bool is_empty)
{
	if (is_empty)
		return "Empty Line";
	if (!is_first)
		return "Header Field";
	return is_response ? "Status Line" : "Request Line";
}

static const char *line_meaning(const char *text, bool is_first,
				bool is_response)
{
	if (!*text)
		return "the header ends here";
	if (!is_first)
		return NULL;
	return is_response ? "how it went" : "what the client wants";
}

void dis_http(struct dissection *d, struct cursor *c)
{
	bool is_response = begins(c, "HTTP/");
	bool is_first = true;

	if (!cur_left(c))
		return;
	dis_layer(d, "HTTP", 7);
	if (!is_message(c)) {
		dis_rest(d, c, "Body", "more of the content");
		return;
	}
	while (cur_left(c)) {
		char text[LINE_SHOWN + 1];
		size_t len = line_len(c);

		line_text(c->p, len, text, sizeof(text));
		dis_take(d, c, len, line_name(is_first, is_response, !*text),
			 line_meaning(text, is_first, is_response), "%s", text);
		if (!*text)
			break;
		is_first = false;
	}
	dis_rest(d, c, "Body", "the content itself");
}
