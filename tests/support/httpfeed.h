/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_HTTPFEED_H
#define SUPPORT_HTTPFEED_H

/*
 * httpfeed.h - an HTTP parser that is fed text, whole or in pieces
 */

#include "base/mem.h"
#include "base/strbuf.h"

#include "apps/http_parser.h"

/* What most messages begin with. */
#define H    "Host: h\r\n"
#define GET  "GET / HTTP/1.1\r\n"
#define POST "POST / HTTP/1.1\r\n" H

struct httpfeed {
	struct mem mem;
	struct http_parser *p;
	int heads;		      /* messages whose head was whole */
	struct strbuf body;	      /* the octets of all bodies */
	int head_result, body_result; /* what the parser is answered */
};

/* What counts heads and gathers bodies; its argument is the feed. */
extern const struct http_parser_ops httpfeed_ops;

/* For cmocka: *state is the feed; teardown fails if memory is left. */
int httpfeed_setup_requests(void **state);
int httpfeed_setup_responses(void **state);
int httpfeed_teardown(void **state);

/* As new, for the next message. */
void httpfeed_reset(struct httpfeed *f);

/* In pieces of @piece octets: octets read, or -errno. */
long httpfeed(struct httpfeed *f, const char *text, size_t len, size_t piece);

#endif /* SUPPORT_HTTPFEED_H */
