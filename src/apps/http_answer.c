// SPDX-License-Identifier: MIT
/*
 * http_answer.c - what a server of files answers to a request
 *
 * Theory of operation
 * ===================
 * The order of questions is that of RFC 9110, 13.2.2:
 *
 *	method  -->  path  -->  file  -->  preconditions  -->  range
 *	405          400, 404   404, 301   304, 412            206, 416
 *
 * The ETag is strong: it is made from the tag, which changes whenever the
 * content does.  A range is one range; whoever asks for several gets the
 * whole, which the RFC allows and which no attacker can multiply.
 */

#include "apps/http_answer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"

#include "apps/ascii.h"
#include "apps/http_date.h"

static const char index_name[] = "index.html";

void http_answer_error(struct http_answer *a, unsigned int status,
		       const char *what)
{
	memset(a, 0, sizeof(*a));
	a->status = status;
	a->what = what;
	a->must_close = true;
}

void http_answer_fini(struct http_answer *a)
{
	if (a->has_file)
		a->file.source->ops->close(&a->file);
	a->has_file = false;
}

static char *etag_print(const struct http_file *file,
			char buf[static HTTP_ETAG_TEXT])
{
	snprintf(buf, HTTP_ETAG_TEXT, "\"%" PRIx64 "-%" PRIx64 "\"", file->size,
		 file->tag);
	return buf;
}

/* Is the file's ETag in the list, or the list "*"?  A weak one counts or not. */
static bool etag_in(const struct http_file *file, const char *list,
		    bool weak_counts)
{
	char etag[HTTP_ETAG_TEXT];
	const char *e;
	size_t len;

	etag_print(file, etag);
	if (strcmp(list, "*") == 0)
		return true;
	while ((e = http_list_next(&list, &len))) {
		if (weak_counts && len > 2 && memcmp(e, "W/", 2) == 0) {
			e += 2;
			len -= 2;
		}
		if (len == strlen(etag) && memcmp(e, etag, len) == 0)
			return true;
	}
	return false;
}

/* A date field whose date is readable. */
static bool date_of(const struct http_msg *msg, const char *name, int64_t now_s,
		    int64_t *date_s)
{
	const char *text = http_msg_field(msg, name);

	return text && !http_date_parse(date_s, text, now_s);
}

/* RFC 9110, 13.2.2: 0 to go on, else the status. */
static unsigned int precondition(const struct http_answer *a,
				 const struct http_msg *msg, int64_t now_s)
{
	const char *match = http_msg_field(msg, "If-Match");
	const char *none = http_msg_field(msg, "If-None-Match");
	int64_t date_s;

	if (match) {
		if (!etag_in(&a->file, match, false))
			return 412;
	} else if (date_of(msg, "If-Unmodified-Since", now_s, &date_s) &&
		   a->file.mtime_s > date_s) {
		return 412;
	}
	if (none)
		return etag_in(&a->file, none, true) ? 304 : 0;
	if (date_of(msg, "If-Modified-Since", now_s, &date_s) &&
	    a->file.mtime_s <= date_s)
		return 304;
	return 0;
}

/* Does the client still have what the rest of which it wants (13.1.5)? */
static bool if_range_holds(const struct http_answer *a,
			   const struct http_msg *msg, int64_t now_s)
{
	const char *text = http_msg_field(msg, "If-Range");
	char etag[HTTP_ETAG_TEXT];
	int64_t date_s;

	if (!text)
		return true;
	if (*text == '"')
		return strcmp(text, etag_print(&a->file, etag)) == 0;
	return date_of(msg, "If-Range", now_s, &date_s) &&
	       date_s == a->file.mtime_s;
}

static void choose_range(struct http_answer *a, const struct http_msg *msg,
			 int64_t now_s)
{
	const char *range = http_msg_field(msg, "Range");
	int rc;

	a->status = 200;
	a->off = 0;
	a->len = a->file.size;
	if (!range || a->method != HTTP_M_GET || !if_range_holds(a, msg, now_s))
		return;
	rc = http_range_parse(range, a->file.size, &a->off, &a->len);
	if (rc == -EINVAL)
		return;
	a->status = rc ? 416 : 206;
	if (rc)
		a->what = "the file has no such octets";
}

static void set_error(struct http_answer *a, unsigned int status,
		      const char *what)
{
	a->status = status;
	a->what = what;
}

static void open_failed(struct http_answer *a, int err)
{
	if (err == -ENOENT || err == -EISDIR)
		set_error(a, 404, "there is no such file");
	else if (err == -EACCES)
		set_error(a, 403, "this file is not for everyone");
	else if (err == -ENOMEM)
		set_error(a, 503, "there is no memory");
	else
		set_error(a, 500, "the file cannot be read");
}

/* Open the file, or a directory's index; true if there is one. */
static bool open_file(struct http_answer *a, struct http_source *source)
{
	size_t len = strlen(a->path);
	int rc;

	if (!len || a->path[len - 1] == '/') {
		if (len + sizeof(index_name) > sizeof(a->path)) {
			open_failed(a, -ENOENT);
			return false;
		}
		memcpy(a->path + len, index_name, sizeof(index_name));
	}
	rc = source->ops->open(source, a->path, &a->file);
	if (rc == -EISDIR) {
		/* Links on the page inside are relative to "path/". */
		set_error(a, 301, "a directory: with a slash at its end");
		return false;
	}
	if (rc)
		open_failed(a, rc);
	a->has_file = !rc;
	return !rc;
}

static bool method_ok(struct http_answer *a)
{
	if (a->method == HTTP_M_GET || a->method == HTTP_M_HEAD)
		return true;
	if (a->method == HTTP_M_OPTIONS)
		a->status = 204;
	else
		set_error(a, 405, "only GET and HEAD are answered here");
	return false;
}

void http_answer_make(struct http_answer *a, struct http_source *source,
		      const struct http_msg *msg, int64_t now_s)
{
	unsigned int status;
	int rc;

	memset(a, 0, sizeof(*a));
	a->method = msg->method;
	a->is_1_0 = msg->minor == 0;
	a->must_close = !msg->may_persist;
	if (!method_ok(a))
		return;
	rc = http_path_decode(a->path, http_msg_target(msg));
	if (rc == -EINVAL) {
		set_error(a, 400, "the target names no file that could be");
		return;
	}
	if (rc) {
		open_failed(a, rc);
		return;
	}
	if (!open_file(a, source))
		return;
	status = precondition(a, msg, now_s);
	if (status) {
		a->status = status;
		if (status == 412)
			a->what = "the file is not the one that was meant";
		return;
	}
	choose_range(a, msg, now_s);
}

static void put_file_fields(const struct http_answer *a, struct strbuf *sb)
{
	char etag[HTTP_ETAG_TEXT];
	char date[HTTP_DATE_TEXT];

	strbuf_printf(sb, "Last-Modified: %s\r\nETag: %s\r\n",
		      http_date_print(a->file.mtime_s, date),
		      etag_print(&a->file, etag));
	if (a->max_age_s)
		strbuf_printf(sb, "Cache-Control: max-age=%u\r\n",
			      a->max_age_s);
	if (a->status == 304)
		return;
	strbuf_printf(sb,
		      "Accept-Ranges: bytes\r\nContent-Type: %s\r\n"
		      "Content-Length: %" PRIu64 "\r\n",
		      http_type_of_path(a->path), a->len);
	if (a->status == 206)
		strbuf_printf(sb,
			      "Content-Range: bytes %" PRIu64 "-%" PRIu64
			      "/%" PRIu64 "\r\n",
			      a->off, a->off + a->len - 1, a->file.size);
}

/* A small page that says in words what the status means. */
static uint64_t put_error_page(const struct http_answer *a, struct strbuf *sb)
{
	const char *phrase = http_status_phrase(a->status);
	char page[512];
	int len;

	len = snprintf(page, sizeof(page),
		       "<!doctype html>\n<html lang=\"en\">\n"
		       "<title>%u %s</title>\n<h1>%u %s</h1>\n<p>%s.</p>\n",
		       a->status, phrase, a->status, phrase,
		       a->what ? a->what : phrase);
	check(len > 0 && (size_t)len < sizeof(page));
	strbuf_printf(sb,
		      "Content-Type: text/html; charset=utf-8\r\n"
		      "Content-Length: %d\r\n\r\n",
		      len);
	if (a->method != HTTP_M_HEAD)
		strbuf_puts(sb, page);
	return a->method != HTTP_M_HEAD ? (uint64_t)len : 0;
}

/* "/a b/" as a reference that means exactly it. */
static void put_location(const struct http_answer *a, struct strbuf *sb)
{
	const char *s;

	strbuf_puts(sb, "Location: /");
	for (s = a->path; *s; s++) {
		if (ascii_is_alnum(*s) || strchr("-._~/", *s))
			strbuf_putc(sb, *s);
		else
			strbuf_printf(sb, "%%%02X", (unsigned char)*s);
	}
	strbuf_puts(sb, "/\r\n");
}

uint64_t http_answer_head(const struct http_answer *a, int64_t now_s,
			  struct strbuf *sb)
{
	char date[HTTP_DATE_TEXT];

	strbuf_printf(sb, "HTTP/1.1 %u %s\r\nServer: weft\r\nDate: %s\r\n",
		      a->status, http_status_phrase(a->status),
		      http_date_print(now_s, date));
	if (a->must_close)
		strbuf_puts(sb, "Connection: close\r\n");
	else if (a->is_1_0)
		strbuf_puts(sb, "Connection: keep-alive\r\n");
	if (a->status == 204 || a->status == 405)
		strbuf_puts(sb, "Allow: GET, HEAD, OPTIONS\r\n");
	if (a->status == 416)
		strbuf_printf(sb, "Content-Range: bytes */%" PRIu64 "\r\n",
			      a->file.size);
	if (a->status == 301)
		put_location(a, sb);
	if (a->what)
		return put_error_page(a, sb);
	if (a->has_file)
		put_file_fields(a, sb);
	strbuf_puts(sb, "\r\n");
	return http_answer_file_octets(a);
}
