/* SPDX-License-Identifier: MIT */
#ifndef APPS_HTTP_PARSER_H
#define APPS_HTTP_PARSER_H

/*
 * http_parser.h - from octets of a connection to HTTP messages
 *
 * One parser reads one message after the other.  It takes octets as they
 * come, in pieces of any size, and stops behind the last one of a message;
 * what follows is fed again when its owner is ready for the next message.
 * Nothing but the head is stored.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "apps/http_msg.h"

struct http_parser;

enum http_parser_kind { HTTP_PARSE_REQUESTS, HTTP_PARSE_RESPONSES };

/**
 * struct http_parser_ops - what a parser tells its owner
 * @on_head:	The head is complete; -errno stops the parser
 * @on_body:	Octets of the body; -errno stops the parser
 *
 * The parser must not be freed in these.
 */
struct http_parser_ops {
	int (*on_head)(void *arg, const struct http_msg *msg);
	int (*on_body)(void *arg, const void *octets, size_t len);
};

/* A parser; NULL: no memory.  Goes with http_parser_free(). */
struct http_parser *http_parser_new(struct mem *mem, enum http_parser_kind kind,
				    const struct http_parser_ops *ops,
				    void *arg);
void http_parser_free(struct http_parser *p); /* NULL is fine */

/* Begin the next message; forgets all about the one before. */
void http_parser_reset(struct http_parser *p);

/* The response that comes belongs to a request with this method. */
void http_parser_expect(struct http_parser *p, enum http_method method);

/**
 * http_parser_feed() - Read more octets
 *
 * May call back.
 *
 * Return: octets read, fewer than @len only if the message is complete;
 * -EBADMSG: not HTTP, see http_parser_status(); -ENOMEM; or what a callback
 * said.  After an error it must be reset.
 */
long http_parser_feed(struct http_parser *p, const void *octets, size_t len);

/**
 * http_parser_end() - The connection was closed by the peer
 *
 * Return: 0 if the message is complete now (a response without a length ends
 * so), -EBADMSG if it was cut short, -ENODATA if none had begun
 */
int http_parser_end(struct http_parser *p);

bool http_parser_is_done(const struct http_parser *p);
const struct http_msg *http_parser_msg(const struct http_parser *p);

/* After -EBADMSG: what a server should answer, and why; the text is static. */
unsigned int http_parser_status(const struct http_parser *p);
const char *http_parser_what(const struct http_parser *p);

#endif /* APPS_HTTP_PARSER_H */
