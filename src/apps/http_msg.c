// SPDX-License-Identifier: MIT
/*
 * http_msg.c - the head of an HTTP message
 *
 * Theory of operation
 * ===================
 * All texts of a head lie one after the other in one growing string, each
 * with a NUL behind it (no NUL can be inside: the parser refuses it), and are
 * referred to by offset, so that the string may move while it grows.
 */

#include "apps/http_msg.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/check.h"

#include "apps/ascii.h"

/* clang-format off */
static const char *const method_names[] = {
	[HTTP_M_NONE]	 = "?",
	[HTTP_M_GET]	 = "GET",
	[HTTP_M_HEAD]	 = "HEAD",
	[HTTP_M_POST]	 = "POST",
	[HTTP_M_PUT]	 = "PUT",
	[HTTP_M_DELETE]	 = "DELETE",
	[HTTP_M_OPTIONS] = "OPTIONS",
	[HTTP_M_TRACE]	 = "TRACE",
	[HTTP_M_CONNECT] = "CONNECT",
	[HTTP_M_PATCH]	 = "PATCH",
};
static_assert(ARRAY_SIZE(method_names) == HTTP_M_COUNT, "a name for each");

/* RFC 9110, 15, and RFC 6585. */
static const struct {
	unsigned int status;
	const char *phrase;
} phrases[] = {
	{100, "Continue"},
	{101, "Switching Protocols"},
	{200, "OK"},
	{201, "Created"},
	{204, "No Content"},
	{206, "Partial Content"},
	{301, "Moved Permanently"},
	{302, "Found"},
	{303, "See Other"},
	{304, "Not Modified"},
	{307, "Temporary Redirect"},
	{308, "Permanent Redirect"},
	{400, "Bad Request"},
	{401, "Unauthorized"},
	{403, "Forbidden"},
	{404, "Not Found"},
	{405, "Method Not Allowed"},
	{408, "Request Timeout"},
	{410, "Gone"},
	{411, "Length Required"},
	{412, "Precondition Failed"},
	{413, "Content Too Large"},
	{414, "URI Too Long"},
	{416, "Range Not Satisfiable"},
	{417, "Expectation Failed"},
	{421, "Misdirected Request"},
	{431, "Request Header Fields Too Large"},
	{500, "Internal Server Error"},
	{501, "Not Implemented"},
	{502, "Bad Gateway"},
	{503, "Service Unavailable"},
	{504, "Gateway Timeout"},
	{505, "HTTP Version Not Supported"},
};
/* clang-format on */

void http_msg_init(struct http_msg *msg, struct mem *mem)
{
	memset(msg, 0, sizeof(*msg));
	strbuf_init(&msg->text, mem);
	msg->content_length = -1;
}

void http_msg_fini(struct http_msg *msg)
{
	strbuf_fini(&msg->text);
	msg->field_count = 0;
}

void http_msg_clear(struct http_msg *msg)
{
	struct strbuf text = msg->text;

	strbuf_clear(&text);
	memset(msg, 0, sizeof(*msg));
	msg->text = text;
	msg->content_length = -1;
}

const char *http_msg_field(const struct http_msg *msg, const char *name)
{
	size_t i;

	for (i = 0; i < msg->field_count; i++) {
		const char *have = http_field_name(msg, i);

		if (ascii_is(have, strlen(have), name))
			return http_field_value(msg, i);
	}
	return NULL;
}

size_t http_msg_field_count(const struct http_msg *msg, const char *name)
{
	size_t i, n = 0;

	for (i = 0; i < msg->field_count; i++) {
		const char *have = http_field_name(msg, i);

		n += ascii_is(have, strlen(have), name);
	}
	return n;
}

/* Octets of the element at @s, up to its comma; quoted ones do not count. */
static size_t element_len(const char *s)
{
	bool is_quoted = false;
	size_t n;

	for (n = 0; s[n] && (is_quoted || s[n] != ','); n++) {
		if (s[n] == '"')
			is_quoted = !is_quoted;
		else if (is_quoted && s[n] == '\\' && s[n + 1])
			n++;
	}
	return n;
}

const char *http_list_next(const char **at, size_t *len)
{
	const char *s = *at + strspn(*at, " \t,");
	size_t n = element_len(s);

	*at = s + n;
	while (n && (s[n - 1] == ' ' || s[n - 1] == '\t'))
		n--;
	*len = n;
	return n ? s : NULL;
}

bool http_msg_list_has(const struct http_msg *msg, const char *name,
		       const char *token)
{
	const char *at, *element, *have;
	size_t i, len;

	for (i = 0; i < msg->field_count; i++) {
		have = http_field_name(msg, i);
		if (!ascii_is(have, strlen(have), name))
			continue;
		at = http_field_value(msg, i);
		while ((element = http_list_next(&at, &len)))
			if (ascii_is(element,
				     min_size(len, strcspn(element, "=")),
				     token))
				return true;
	}
	return false;
}

int http_msg_add(struct http_msg *msg, const char *name, const char *value)
{
	struct http_field *f = &msg->fields[msg->field_count];

	if (msg->field_count == HTTP_FIELDS_MAX)
		return -ENOSPC;
	f->name = (uint32_t)msg->text.len;
	strbuf_add(&msg->text, name, strlen(name) + 1);
	f->value = (uint32_t)msg->text.len;
	strbuf_add(&msg->text, value, strlen(value) + 1);
	if (msg->text.error)
		return -ENOMEM;
	msg->field_count++;
	return 0;
}

const char *http_method_name(enum http_method method)
{
	return method < HTTP_M_COUNT ? method_names[method] : "?";
}

enum http_method http_method_parse(const char *text, size_t len)
{
	enum http_method m;

	for (m = HTTP_M_GET; m < HTTP_M_COUNT; m++)
		if (len == strlen(method_names[m]) &&
		    memcmp(text, method_names[m], len) == 0)
			return m;
	return HTTP_M_NONE;
}

const char *http_status_phrase(unsigned int status)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(phrases); i++)
		if (phrases[i].status == status)
			return phrases[i].phrase;
	return "";
}

/* RFC 9112, 6.3. */
bool http_has_body(enum http_method method, unsigned int status)
{
	return method != HTTP_M_HEAD && status >= 200 && status != 204 &&
	       status != 304;
}
