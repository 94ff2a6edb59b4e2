/* SPDX-License-Identifier: MIT */
#ifndef APPS_HTTP_LINT_H
#define APPS_HTTP_LINT_H

/*
 * http_lint.h - is this, octet by octet, the head of an HTTP message?
 *
 * Two programs that read the same octets differently are a hole: what the
 * first takes for a body, the second takes for a request.  Everything that
 * some program somewhere forgives is therefore refused before the parser
 * sees it, and the limits are kept here, so that no head is ever stored
 * that is too long.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "apps/http_msg.h"

enum http_lint_state {
	HTTP_LINT_EMPTY,    /* before the start line; one CR LF may come */
	HTTP_LINT_METHOD,   /* requests: up to the first space */
	HTTP_LINT_TARGET,   /* requests: up to the second space */
	HTTP_LINT_VERSION,  /* "HTTP/1.1", with the status of a response */
	HTTP_LINT_REASON,   /* responses: the rest of the status line */
	HTTP_LINT_LINE,	    /* at the first octet of a line */
	HTTP_LINT_NAME,	    /* in the name of a field */
	HTTP_LINT_VALUE,    /* behind its colon */
	HTTP_LINT_LF_EMPTY, /* CR was read: LF must come */
	HTTP_LINT_LF_LINE,
	HTTP_LINT_LF_END,
	HTTP_LINT_DONE, /* the empty line was read */
};

/**
 * struct http_lint - how far the reading of a head has come
 * @state:	Where it is
 * @is_request:	Or a response
 * @len:	Octets read, the leading CR LF counted too
 * @part:	Octets of the method, the target, or the version
 * @fields:	Field lines begun
 * @method:	The method's first octets
 * @status:	What a server should answer if the head is refused
 * @what:	Why, as a sentence without its full stop, static
 */
struct http_lint {
	enum http_lint_state state;
	bool is_request;
	size_t len;
	size_t part;
	size_t fields;
	char method[HTTP_METHOD_MAX];
	unsigned int status;
	const char *what;
};

void http_lint_init(struct http_lint *l, bool is_request);

/**
 * http_lint_feed() - Look at more octets of a head
 *
 * Return: how many belong to the head: fewer than @len only if the head is
 * complete, @l->state is HTTP_LINT_DONE then; -EBADMSG: @l->status and
 * @l->what say why
 */
long http_lint_feed(struct http_lint *l, const char *octets, size_t len);

enum { HTTP_CHUNK_LINE_MAX = 256 }; /* octets of size and extensions */

enum http_chunk_state {
	HTTP_CHUNK_SIZE,    /* hexadecimal digits */
	HTTP_CHUNK_EXT,	    /* behind them, extensions that nobody reads */
	HTTP_CHUNK_LF,	    /* the line's CR was read */
	HTTP_CHUNK_DATA,    /* @left octets of the body */
	HTTP_CHUNK_DATA_CR, /* all of them were read */
	HTTP_CHUNK_DATA_LF,
	HTTP_CHUNK_TRAILER, /* behind the last chunk, fields like a head's */
};

/**
 * struct http_chunk_lint - how far the reading of a chunked body has come
 * @state:	Where it is
 * @line:	Octets of the size line
 * @left:	Octets of data to come
 * @trailer:	Reads the fields at the end; has status and reason of a refusal
 */
struct http_chunk_lint {
	enum http_chunk_state state;
	size_t line;
	uint64_t left;
	struct http_lint trailer;
};

void http_chunk_lint_init(struct http_chunk_lint *l);

/* As http_lint_feed(), for a chunked body (RFC 9112, 7.1). */
long http_chunk_lint_feed(struct http_chunk_lint *l, const char *octets,
			  size_t len);

#endif /* APPS_HTTP_LINT_H */
