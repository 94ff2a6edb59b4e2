/* SPDX-License-Identifier: MIT */
#ifndef TRACE_JSON_H
#define TRACE_JSON_H

/*
 * json.h - writing JSON, value by value
 *
 * Writing needs no tree and no library: the caller says what comes next and
 * commas look after themselves.  Reading is another matter, see log_load.c.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"

/* Where we are: whether the next member needs a comma before it. */
struct json {
	struct strbuf *out;
	bool needs_comma;
};

struct json json_begin(struct strbuf *out);

void json_open(struct json *j, char bracket); /* '{' or '[' */
void json_close(struct json *j, char bracket);
void json_key(struct json *j, const char *key);
void json_num(struct json *j, int64_t v);
void json_bool(struct json *j, bool v);
void json_put_null(struct json *j);
void json_text(struct json *j, const char *text); /* NULL writes null */
void json_hex(struct json *j, const void *buf, size_t len);

/* A key and its value at once. */
void json_key_num(struct json *j, const char *key, int64_t v);
void json_key_bool(struct json *j, const char *key, bool v);
void json_key_text(struct json *j, const char *key, const char *text);

#endif /* TRACE_JSON_H */
