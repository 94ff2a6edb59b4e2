// SPDX-License-Identifier: MIT
/*
 * url.c - fuzz target: any text as a URL, and as a link on a page
 *
 * A URL that is accepted is in normal form: printed and parsed again it is
 * the same URL.  A refusal points into the text.
 */
#include "apps/url.h"

#include <string.h>

#include "fuzz.h"

enum { TEXT_MAX = 4096 };

static void same_again(const struct url *url)
{
	char text[URL_TEXT];
	struct url again;

	(void)url_print(url, text);
	check(url_parse(&again, text, NULL) == 0);
	check(url_eq(url, &again));
	check(url_same_origin(url, &again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct url_error err = {0};
	struct url url, base;
	char text[TEXT_MAX + 1];

	if (size > TEXT_MAX)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (url_parse(&url, text, &err) == 0)
		same_again(&url);
	else
		check(err.pos <= strlen(text));
	check(url_parse(&base, "http://www.shop.test/a/b?c", NULL) == 0);
	if (url_resolve(&url, &base, text, NULL) == 0)
		same_again(&url);
	return 0;
}
