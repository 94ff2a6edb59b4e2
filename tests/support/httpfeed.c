// SPDX-License-Identifier: MIT
/* httpfeed.c - an HTTP parser that is fed text, whole or in pieces */

#include "httpfeed.h"

#include <stdlib.h>

#include "base/check.h"

static int on_head(void *arg, const struct http_msg *msg)
{
	struct httpfeed *f = arg;

	(void)msg;
	f->heads++;
	return f->head_result;
}

static int on_body(void *arg, const void *octets, size_t len)
{
	struct httpfeed *f = arg;

	strbuf_add(&f->body, octets, len);
	return f->body_result;
}

const struct http_parser_ops httpfeed_ops = {on_head, on_body};

static int setup_kind(void **state, enum http_parser_kind kind)
{
	struct httpfeed *f = calloc(1, sizeof(*f));

	*state = f;
	mem_init_libc(&f->mem);
	strbuf_init(&f->body, &f->mem);
	f->p = http_parser_new(&f->mem, kind, &httpfeed_ops, f);
	return f->p ? 0 : -1;
}

int httpfeed_setup_requests(void **state)
{
	return setup_kind(state, HTTP_PARSE_REQUESTS);
}

int httpfeed_setup_responses(void **state)
{
	return setup_kind(state, HTTP_PARSE_RESPONSES);
}

int httpfeed_teardown(void **state)
{
	struct httpfeed *f = *state;
	size_t left;

	http_parser_free(f->p);
	strbuf_fini(&f->body);
	left = f->mem.in_use_count;
	free(f);
	return left ? -1 : 0;
}

void httpfeed_reset(struct httpfeed *f)
{
	http_parser_reset(f->p);
	strbuf_clear(&f->body);
	f->heads = 0;
}

long httpfeed(struct httpfeed *f, const char *text, size_t len, size_t piece)
{
	size_t used = 0, n;
	long rc;

	while (used < len && !http_parser_is_done(f->p)) {
		n = min_size(piece, len - used);
		rc = http_parser_feed(f->p, text + used, n);
		if (rc < 0)
			return rc;
		used += (size_t)rc;
	}
	return (long)used;
}
