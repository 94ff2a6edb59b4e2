/* SPDX-License-Identifier: MIT */
#ifndef APPS_HTTP_MSG_H
#define APPS_HTTP_MSG_H

/*
 * http_msg.h - the head of an HTTP message: start line and fields
 *
 *	GET /news HTTP/1.1		method, target, version
 *	Host: www.shop.test		fields
 *	Accept: text/html
 *
 *	HTTP/1.1 200 OK			version, status, reason
 *	Content-Length: 612
 *
 * Fields are kept in the order in which they came and are searched one by
 * one; there are at most HTTP_FIELDS_MAX, so no choice of names makes the
 * search expensive.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"

enum {
	HTTP_HEAD_MAX = 16384,	/* octets of a head: 431 beyond */
	HTTP_FIELDS_MAX = 100,	/* fields of a head: 431 beyond */
	HTTP_TARGET_MAX = 4096, /* octets of a request target: 414 beyond */
	HTTP_METHOD_MAX = 16,	/* octets of a method: 501 beyond */
};

enum http_method {
	HTTP_M_NONE,
	HTTP_M_GET,
	HTTP_M_HEAD,
	HTTP_M_POST,
	HTTP_M_PUT,
	HTTP_M_DELETE,
	HTTP_M_OPTIONS,
	HTTP_M_TRACE,
	HTTP_M_CONNECT,
	HTTP_M_PATCH,
	HTTP_M_COUNT
};

/* A field; where its texts begin in the message's octets, each ends in NUL. */
struct http_field {
	uint32_t name;
	uint32_t value;
};

/**
 * struct http_msg - a head
 * @text:	Octets of target, names and values
 * @method:	Of a request, else HTTP_M_NONE
 * @status:	Of a response, else 0
 * @minor:	The version is HTTP/1.@minor
 * @target:	Where the request's target begins in @text
 * @fields:	Fields in order
 * @field_count: How many
 * @content_length: Octets of the body if the head says so, else -1
 * @is_chunked:	The body comes in chunks
 * @may_persist: The connection may be used for another message
 */
struct http_msg {
	struct strbuf text;
	enum http_method method;
	unsigned int status;
	unsigned int minor;
	uint32_t target;
	struct http_field fields[HTTP_FIELDS_MAX];
	size_t field_count;
	int64_t content_length;
	bool is_chunked;
	bool may_persist;
};

void http_msg_init(struct http_msg *msg, struct mem *mem);
void http_msg_fini(struct http_msg *msg);
void http_msg_clear(struct http_msg *msg); /* keeps the memory */

static inline const char *http_msg_target(const struct http_msg *msg)
{
	return strbuf_text(&msg->text) + msg->target;
}

static inline const char *http_field_name(const struct http_msg *msg, size_t i)
{
	return strbuf_text(&msg->text) + msg->fields[i].name;
}

static inline const char *http_field_value(const struct http_msg *msg, size_t i)
{
	return strbuf_text(&msg->text) + msg->fields[i].value;
}

/* Value of the first field of that name, any case; NULL: there is none. */
const char *http_msg_field(const struct http_msg *msg, const char *name);

/* How many fields have that name. */
size_t http_msg_field_count(const struct http_msg *msg, const char *name);

/**
 * http_msg_list_has() - Is @token an element of a comma-separated list?
 *
 * Looks at all fields of that name (RFC 9110, 5.6.1); case does not matter,
 * and parameters after '=' are not part of the element.
 */
bool http_msg_list_has(const struct http_msg *msg, const char *name,
		       const char *token);

/**
 * http_list_next() - Walk over a comma-separated list
 * @at:		Start with the value; moved behind the element
 * @len:	Octets of the element, without spaces around it
 *
 * Commas inside quoted strings do not separate.  Empty elements are skipped.
 *
 * Return: the element, or NULL at the end
 */
const char *http_list_next(const char **at, size_t *len);

/* Add a field.  0, -ENOSPC (too many), -ENOMEM. */
int http_msg_add(struct http_msg *msg, const char *name, const char *value);

/* "GET"; "?" for HTTP_M_NONE. */
const char *http_method_name(enum http_method method);
enum http_method http_method_parse(const char *text, size_t len);

/* "Not Found"; "" for a status without a standard phrase. */
const char *http_status_phrase(unsigned int status);

/* May a response of that status, to that method, have a body? */
bool http_has_body(enum http_method method, unsigned int status);

#endif /* APPS_HTTP_MSG_H */
