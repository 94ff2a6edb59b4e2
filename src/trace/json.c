// SPDX-License-Identifier: MIT
/*
 * json.c - writing JSON, value by value
 *
 * Text is written as it is if it is UTF-8; octets below 0x20, the quote and
 * the backslash are escaped (RFC 8259, 7), and octets that are not UTF-8
 * become the replacement character, because a log line must be readable
 * whatever a stranger put into a packet.
 */

#include "trace/json.h"

#include <string.h>

struct json json_begin(struct strbuf *out)
{
	return (struct json){.out = out};
}

static void comma(struct json *j)
{
	if (j->needs_comma)
		strbuf_putc(j->out, ',');
	j->needs_comma = true;
}

void json_open(struct json *j, char bracket)
{
	comma(j);
	strbuf_putc(j->out, bracket);
	j->needs_comma = false;
}

void json_close(struct json *j, char bracket)
{
	strbuf_putc(j->out, bracket);
	j->needs_comma = true;
}

static void put_escape(struct strbuf *out, uint8_t c)
{
	if (c == '"' || c == '\\') {
		strbuf_putc(out, '\\');
		strbuf_putc(out, (char)c);
	} else if (c == '\n') {
		strbuf_puts(out, "\\n");
	} else {
		strbuf_printf(out, "\\u%04x", c);
	}
}

/* How many octets from here on stand for themselves: nearly all do, and go out
 * in one piece. */
static size_t plain_len(const char *s)
{
	size_t n = 0;

	while (s[n] >= 0x20 && s[n] < 0x7f && s[n] != '"' && s[n] != '\\')
		n++;
	return n;
}

static void put_string(struct strbuf *out, const char *s)
{
	size_t left = strlen(s);

	strbuf_putc(out, '"');
	while (left) {
		uint8_t c = (uint8_t)*s;
		size_t n = plain_len(s);
		uint32_t point;

		if (n) {
			strbuf_add(out, s, n);
			s += n;
			left -= n;
			continue;
		}
		n = utf8_decode(s, left, &point);
		if (c < 0x20 || c == '"' || c == '\\' || c == 0x7f)
			put_escape(out, c);
		else if (c >= 0x80 && point == 0xfffd)
			strbuf_puts(out, "\xef\xbf\xbd");
		else
			strbuf_add(out, s, n);
		s += n;
		left -= n;
	}
	strbuf_putc(out, '"');
}

void json_key(struct json *j, const char *key)
{
	comma(j);
	put_string(j->out, key);
	strbuf_putc(j->out, ':');
	j->needs_comma = false;
}

void json_num(struct json *j, int64_t v)
{
	comma(j);
	strbuf_printf(j->out, "%lld", (long long)v);
}

void json_bool(struct json *j, bool v)
{
	comma(j);
	strbuf_puts(j->out, v ? "true" : "false");
}

void json_put_null(struct json *j)
{
	comma(j);
	strbuf_puts(j->out, "null");
}

void json_text(struct json *j, const char *text)
{
	if (!text) {
		json_put_null(j);
		return;
	}
	comma(j);
	put_string(j->out, text);
}

void json_hex(struct json *j, const void *buf, size_t len)
{
	comma(j);
	strbuf_putc(j->out, '"');
	strbuf_hex(j->out, buf, len);
	strbuf_putc(j->out, '"');
}

void json_key_num(struct json *j, const char *key, int64_t v)
{
	json_key(j, key);
	json_num(j, v);
}

void json_key_bool(struct json *j, const char *key, bool v)
{
	json_key(j, key);
	json_bool(j, v);
}

void json_key_text(struct json *j, const char *key, const char *text)
{
	json_key(j, key);
	json_text(j, text);
}
