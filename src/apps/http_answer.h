/* SPDX-License-Identifier: MIT */
#ifndef APPS_HTTP_ANSWER_H
#define APPS_HTTP_ANSWER_H

/*
 * http_answer.h - what a server of files answers to a request
 *
 * Deciding is apart from sending: from a request's head and a source of files
 * comes a struct http_answer, and only then is anything written.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/strbuf.h"

#include "apps/http_msg.h"
#include "apps/http_source.h"

enum {
	HTTP_PATH_MAX = 1024, /* octets of a decoded path: 404 beyond */
	HTTP_ETAG_TEXT = 40,
};

/**
 * struct http_answer - the answer to a request
 * @method:	The request's; a HEAD is answered without a body
 * @status:	200, 206, 304, 404, ...
 * @what:	Of an error: why, static; or NULL
 * @path:	Decoded, for people
 * @file:	Open if @has_file
 * @off:	First octet of the file to send
 * @len:	How many
 * @max_age_s:	How long a cache may keep the file; 0: nothing is said
 * @must_close:	The connection ends after it
 * @is_1_0:	The request was HTTP/1.0, where persistence must be said
 */
struct http_answer {
	enum http_method method;
	unsigned int status;
	const char *what;
	char path[HTTP_PATH_MAX + 1];
	struct http_file file;
	bool has_file;
	uint64_t off, len;
	uint32_t max_age_s;
	bool must_close;
	bool is_1_0;
};

/**
 * http_answer_make() - Decide
 * @a:		Filled in; goes with http_answer_fini()
 * @source:	Where files are
 * @msg:	The request's head, as the parser accepted it
 * @now_s:	The date
 */
void http_answer_make(struct http_answer *a, struct http_source *source,
		      const struct http_msg *msg, int64_t now_s);

/* The answer to what could not be read, or came too late; closes. */
void http_answer_error(struct http_answer *a, unsigned int status,
		       const char *what);

void http_answer_fini(struct http_answer *a); /* closes the file */

/**
 * http_answer_head() - Write the head, and the page of an error
 * @sb:		Appended to; the octets of a file are left to the caller
 *
 * Return: octets of body that belong to the answer, in @sb or in the file
 */
uint64_t http_answer_head(const struct http_answer *a, int64_t now_s,
			  struct strbuf *sb);

/* Octets of the file to be sent after the head. */
static inline uint64_t http_answer_file_octets(const struct http_answer *a)
{
	bool has_body = a->has_file && a->method != HTTP_M_HEAD &&
			(a->status == 200 || a->status == 206);

	return has_body ? a->len : 0;
}

/**
 * http_path_decode() - From a request's target to a path of a source
 * @path:	Room for HTTP_PATH_MAX + 1 octets
 * @target:	Origin or absolute form; a query is cut off
 *
 * Return: 0; -EINVAL: no such path can be meant (400): bad %XX, control
 * characters, invalid UTF-8; -ENOENT: nothing is ever there (404): "..", "%2F",
 * backslash, too long
 */
int http_path_decode(char *path, const char *target);

/**
 * http_range_parse() - A Range field (RFC 9110, 14.2)
 * @size:	Octets of the file
 * @off:	First octet
 * @len:	How many, cut at the end of the file
 *
 * Return: 0; -ERANGE: no octet of it is there (416); -EINVAL: not one range of
 * octets, the field is to be ignored
 */
int http_range_parse(const char *value, uint64_t size, uint64_t *off,
		     uint64_t *len);

#endif /* APPS_HTTP_ANSWER_H */
