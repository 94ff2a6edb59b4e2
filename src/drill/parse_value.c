// SPDX-License-Identifier: MIT
/*
 * parse_value.c - calls, their arguments and their results
 *
 *	call	name ( value, ... ) = value [ERRNO [(text)]]
 *	value	... | number | NAME | "text" | value | value
 *		| [ value, ... ] | { field, ... } | htons(80)
 *		| inet_addr("192.0.2.1")
 *	field	name = value | name(size) = value | value
 */

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "wire/addr.h"

#include "drill/scan.h"

/* What a C program would have in memory, for a number in network order. */
static int64_t swap16(int64_t v)
{
	return (v & 0xff) << 8 | (v >> 8 & 0xff);
}

static int64_t swap32(int64_t v)
{
	return swap16(v & 0xffff) << 16 | swap16(v >> 16 & 0xffff);
}

static int text_octet(struct scan *s, char *c)
{
	if (scan_peek(s, 0) != '\\') {
		*c = scan_peek(s, 0);
		s->at++;
		return 0;
	}
	switch (scan_peek(s, 1)) {
	case 'n':
		*c = '\n';
		break;
	case 'r':
		*c = '\r';
		break;
	case 't':
		*c = '\t';
		break;
	case '0':
		*c = '\0';
		break;
	case '\\':
	case '"':
		*c = scan_peek(s, 1);
		break;
	default:
		return scan_expected(s, "\\n, \\r, \\t, \\0, \\\\ or \\\"");
	}
	s->at += 2;
	return 0;
}

static int parse_text(struct scan *s, struct drill_value *v)
{
	size_t from = s->at++, n = 0;
	char *text = arena_alloc(s->arena, s->len - s->at + 1, 1);

	if (!text)
		return -ENOMEM;
	while (scan_peek(s, 0) != '"') {
		if (s->at >= s->len || scan_peek(s, 0) == '\n')
			return scan_fail_at(s, from, "this text does not end");
		if (text_octet(s, &text[n++]))
			return -EINVAL;
	}
	s->at++;
	v->kind = DV_TEXT;
	v->text = arena_text(s->arena, text, n);
	v->len = n;
	return v->text ? 0 : -ENOMEM;
}

static int parse_inet_addr(struct scan *s, struct drill_value *v)
{
	size_t from = s->at;
	struct drill_value text = {0};
	ip4_addr addr;
	int err;

	if (!scan_sees(s, "\""))
		return scan_expected(s, "an address in quotes");
	err = parse_text(s, &text);
	if (err)
		return err;
	if (ip4_parse(&addr, text.text))
		return scan_fail_at(s, from, "'%.40s' is no IPv4 address",
				    text.text);
	v->num = swap32(addr.v);
	return 0;
}

/* htons(80) and its like, whose name has been taken. */
static int parse_function(struct scan *s, size_t from, size_t len,
			  struct drill_value *v)
{
	const char *name = s->text + from;
	struct drill_value arg = {0};
	int err;

	if (len == 9 && !memcmp(name, "inet_addr", len)) {
		err = parse_inet_addr(s, v);
		return err ? err : scan_expect(s, ")");
	}
	err = parse_value(s, &arg);
	if (err)
		return err;
	if (len == 5 && !memcmp(name, "htons", len))
		v->num = swap16(arg.num);
	else if (len == 5 && !memcmp(name, "htonl", len))
		v->num = swap32(arg.num);
	else
		return scan_fail_at(s, from,
				    "there is htons(), htonl() and "
				    "inet_addr(), but no %.*s()",
				    (int)(len < 40 ? len : 40), name);
	return scan_expect(s, ")");
}

static int parse_named(struct scan *s, struct drill_value *v)
{
	size_t len = scan_name_len(s), from = s->at;
	int err;

	v->kind = DV_NUM;
	s->at += len;
	if (scan_accept(s, "("))
		return parse_function(s, from, len, v);
	if (drill_name_num(s->text + from, len, &v->num))
		return 0;
	if (drill_name_errno(s->text + from, len, &err)) {
		v->num = err; /* as SO_ERROR gives it */
		return 0;
	}
	return scan_fail_at(s, from, "'%.*s' is no constant that is known here",
			    (int)(len < 40 ? len : 40), s->text + from);
}

static int parse_list(struct scan *s, struct drill_value *v)
{
	void *items = NULL;
	int err;

	v->kind = DV_LIST;
	while (!scan_accept(s, "]")) {
		struct drill_value *item;

		if (v->count) {
			err = scan_expect(s, ",");
			if (err)
				return err;
		}
		item = arena_append(s->arena, &items, &v->count, sizeof(*item));
		if (!item)
			return -ENOMEM;
		v->items = items;
		err = parse_value(s, item);
		if (err)
			return err;
	}
	return 0;
}

/* The name of a field with its "=", if there is one. */
static int parse_field_name(struct scan *s, const char **name)
{
	size_t len = scan_name_len(s), from = s->at;
	struct drill_value size = {0};

	*name = NULL;
	if (!len || isdigit((unsigned char)s->text[from]))
		return 0;
	s->at += len;
	if (scan_accept(s, "(")) {
		struct drill_error ignored, *err = s->err;
		bool is_size;

		s->err = &ignored;
		is_size = !parse_value(s, &size) && scan_accept(s, ")");
		s->err = err;
		if (!is_size || !scan_sees(s, "=")) {
			s->at = from;
			return 0;
		}
	}
	if (!scan_accept(s, "=")) {
		s->at = from;
		return 0;
	}
	*name = arena_text(s->arena, s->text + from, len);
	return *name ? 0 : -ENOMEM;
}

static int parse_fields(struct scan *s, struct drill_value *v)
{
	void *items = NULL;
	int err;

	v->kind = DV_FIELDS;
	while (!scan_accept(s, "}")) {
		struct drill_value *item;
		const char *name;

		if (v->count) {
			err = scan_expect(s, ",");
			if (err)
				return err;
		}
		item = arena_append(s->arena, &items, &v->count, sizeof(*item));
		if (!item)
			return -ENOMEM;
		v->items = items;
		err = parse_field_name(s, &name);
		if (!err)
			err = parse_value(s, item);
		if (err)
			return err;
		item->name = name;
	}
	return 0;
}

static int parse_atom(struct scan *s, struct drill_value *v)
{
	v->pos = scan_pos(s);
	if (scan_accept(s, "...")) {
		v->kind = DV_ANY;
		return 0;
	}
	if (scan_sees(s, "\""))
		return parse_text(s, v);
	if (scan_accept(s, "["))
		return parse_list(s, v);
	if (scan_accept(s, "{"))
		return parse_fields(s, v);
	if (scan_sees_digit(s) || scan_sees(s, "-")) {
		v->kind = DV_NUM;
		return scan_num(s, &v->num);
	}
	if (scan_name_len(s))
		return parse_named(s, v);
	return scan_expected(s, "a value");
}

int parse_value(struct scan *s, struct drill_value *v)
{
	struct drill_value more;
	int err;

	if (++s->depth > SCAN_DEPTH_MAX)
		return scan_fail_at(s, s->at, "nested too deep");
	err = parse_atom(s, v);
	while (!err && v->kind == DV_NUM && scan_accept(s, "|")) {
		memset(&more, 0, sizeof(more));
		err = parse_atom(s, &more);
		if (!err && more.kind != DV_NUM)
			err = scan_expected(s, "a number behind '|'");
		v->num |= more.num;
	}
	s->depth--;
	return err;
}

/* EAGAIN (Resource temporarily unavailable), or only a note in parentheses:
 * 0x802 (flags O_RDWR|O_NONBLOCK) */
static int parse_errno(struct scan *s, struct drill_call *call)
{
	size_t len = scan_name_len(s);

	if (len && !isdigit((unsigned char)scan_peek(s, 0))) {
		if (!drill_name_errno(s->text + s->at, len, &call->err))
			return scan_expected(s, "the name of an error");
		s->at += len;
	}
	if (!scan_accept(s, "("))
		return 0;
	while (s->at < s->len && scan_peek(s, 0) != ')' &&
	       scan_peek(s, 0) != '\n')
		s->at++;
	return scan_expect(s, ")");
}

static int parse_args(struct scan *s, struct drill_call *call)
{
	void *args = NULL;
	int err;

	while (!scan_accept(s, ")")) {
		struct drill_value *arg;

		if (call->arg_count) {
			err = scan_expect(s, ",");
			if (err)
				return err;
		}
		arg = arena_append(s->arena, &args, &call->arg_count,
				   sizeof(*arg));
		if (!arg)
			return -ENOMEM;
		call->args = args;
		err = parse_value(s, arg);
		if (err)
			return err;
	}
	return 0;
}

int parse_call(struct scan *s, struct drill_call **out)
{
	struct drill_call *call = arena_alloc(s->arena, 1, sizeof(*call));
	size_t len = scan_name_len(s);
	int err;

	if (!call)
		return -ENOMEM;
	*out = call;
	call->name = arena_text(s->arena, s->text + s->at, len);
	if (!call->name)
		return -ENOMEM;
	s->at += len;
	err = scan_expect(s, "(");
	if (!err)
		err = parse_args(s, call);
	if (!err)
		err = scan_expect(s, "=");
	if (!err)
		err = parse_value(s, &call->result);
	if (!err && call->result.kind != DV_NUM && call->result.kind != DV_ANY)
		err = scan_fail_at(s, s->at, "a call returns a number");
	return err ? err : parse_errno(s, call);
}
