// SPDX-License-Identifier: MIT
/*
 * http_parser.c - from octets of a connection to HTTP messages
 *
 * Theory of operation
 * ===================
 * Three stand in a row, each strict about what it knows:
 *
 *	octets --> http_lint -----> llhttp --> check_head() --> owner
 *	           head and chunks  framing    what the fields
 *	           octet by octet              mean together
 *
 * Octets go to llhttp only after the lint has passed them, up to the end of the
 * head, and likewise with chunks; other bodies go to it directly.  llhttp is
 * compiled strict and given no leniency.  At the end of a message it is paused,
 * so that no octet of the next one is touched; for the next message it is set
 * up anew, and nothing of the old one can leak into it.
 *
 * The rules that keep two readers from seeing two different messages
 * (RFC 9112, 6.1 and 6.3) are applied in check_head(): a length or chunks,
 * never both; a length that is a plain number; "chunked" alone; one Host.
 *
 * Limits
 * ------
 * Chunk sizes, extensions and trailers are octets that nobody reads.  They may
 * be FRAMING_RATIO times the body, plus what a head may have.
 */

#include "apps/http_parser.h"

#include <errno.h>
#include <llhttp.h>
#include <string.h>

#include "base/check.h"

#include "apps/ascii.h"
#include "apps/http_lint.h"

enum { FRAMING_RATIO = 16 };

struct http_parser {
	struct mem *mem;
	enum http_parser_kind kind;
	const struct http_parser_ops *ops;
	void *arg;
	llhttp_t ll;
	llhttp_settings_t settings;
	struct http_lint lint;
	struct http_chunk_lint chunk_lint;
	struct http_msg msg;
	enum http_method expected;
	uint64_t body_octets;	 /* handed on */
	uint64_t framing_octets; /* all others after the head */
	bool has_head;
	bool is_done;
	bool in_value; /* the last field's value has begun */
	int error;     /* of a callback */
	unsigned int status;
	const char *what;
};

static struct http_parser *parser_of(llhttp_t *ll)
{
	return ll->data;
}

static int refuse(struct http_parser *p, unsigned int status, const char *what)
{
	p->status = status;
	p->what = what;
	p->error = -EBADMSG;
	return HPE_USER;
}

/* Texts come in pieces; each is ended by the callback that completes it. */
static int on_text(llhttp_t *ll, const char *at, size_t len)
{
	struct http_parser *p = parser_of(ll);

	if (!p->has_head)
		strbuf_add(&p->msg.text, at, len);
	return 0;
}

static int on_field_begin(llhttp_t *ll, const char *at, size_t len)
{
	struct http_parser *p = parser_of(ll);
	struct http_msg *m = &p->msg;

	if (p->has_head)
		return 0; /* a trailer */
	if (p->in_value) {
		/* The lint has counted: there is a place. */
		m->fields[m->field_count].name = (uint32_t)m->text.len;
		p->in_value = false;
	}
	return on_text(ll, at, len);
}

static int on_text_complete(llhttp_t *ll)
{
	struct http_parser *p = parser_of(ll);

	if (!p->has_head)
		strbuf_putc(&p->msg.text, 0);
	return 0;
}

static int on_name_complete(llhttp_t *ll)
{
	struct http_parser *p = parser_of(ll);
	struct http_msg *m = &p->msg;

	on_text_complete(ll);
	if (!p->has_head)
		m->fields[m->field_count].value = (uint32_t)m->text.len;
	return 0;
}

static int on_value_complete(llhttp_t *ll)
{
	struct http_parser *p = parser_of(ll);
	struct http_msg *m = &p->msg;

	if (p->has_head)
		return 0;
	while (m->text.len > m->fields[m->field_count].value &&
	       strchr(" \t", m->text.text[m->text.len - 1]))
		strbuf_truncate(&m->text, m->text.len - 1);
	on_text_complete(ll);
	m->field_count++;
	p->in_value = true;
	return 0;
}

/* A number of at most 18 digits; -1 otherwise. */
static int64_t parse_length(const char *s)
{
	int64_t n = 0;
	size_t i;

	for (i = 0; i < 18 && ascii_is_digit(s[i]); i++)
		n = n * 10 + (s[i] - '0');
	return i && !s[i] ? n : -1;
}

/* RFC 9112, 6.1 and 6.2: how long is the body? */
static int check_framing(struct http_parser *p)
{
	struct http_msg *m = &p->msg;
	size_t lengths = http_msg_field_count(m, "Content-Length");
	size_t codings = http_msg_field_count(m, "Transfer-Encoding");
	const char *coding = http_msg_field(m, "Transfer-Encoding");

	if (codings && lengths)
		return refuse(p, 400, "a length and a transfer coding");
	if (lengths > 1)
		return refuse(p, 400, "two lengths");
	if (lengths) {
		m->content_length =
			parse_length(http_msg_field(m, "Content-Length"));
		if (m->content_length < 0)
			return refuse(p, 400, "a length that is no number");
	}
	if (codings > 1 ||
	    (coding && !ascii_is(coding, strlen(coding), "chunked")))
		return refuse(p, 400, "a transfer coding other than chunked");
	if (coding && !m->minor)
		return refuse(p, 400, "a transfer coding in HTTP/1.0");
	m->is_chunked = coding != NULL;
	return 0;
}

/* Host and port, as far as no slash, space or user name is among them. */
static bool host_ok(const char *host)
{
	for (; *host; host++)
		if (!ascii_is_alnum(*host) &&
		    !strchr("-._~%!$&'()*+,;=:[]", *host))
			return false;
	return true;
}

/* RFC 9112, 3.2: which forms of a target go with which method. */
static bool target_ok(const struct http_msg *m)
{
	const char *t = http_msg_target(m);

	if (m->method == HTTP_M_CONNECT)
		return strchr(t, ':') && host_ok(t);
	if (strcmp(t, "*") == 0)
		return m->method == HTTP_M_OPTIONS;
	return *t == '/' || ascii_same(t, "http://", 7);
}

static int check_request(struct http_parser *p)
{
	struct http_msg *m = &p->msg;
	const char *host = http_msg_field(m, "Host");

	m->method = http_method_parse(
		p->lint.method,
		strnlen(p->lint.method, sizeof(p->lint.method)));
	if (http_msg_field_count(m, "Host") > 1)
		return refuse(p, 400, "two Host fields");
	if (!host && m->minor)
		return refuse(p, 400, "the Host field is missing");
	if (host && !host_ok(host))
		return refuse(p, 400, "a Host field that names no host");
	if (!target_ok(m))
		return refuse(p, 400, "a target that is none");
	return 0;
}

static int check_head(struct http_parser *p)
{
	struct http_msg *m = &p->msg;
	int rc;

	m->minor = p->ll.http_minor;
	if (p->ll.http_major != 1 || m->minor > 1)
		return refuse(p, 505, "not HTTP/1.0 or HTTP/1.1");
	rc = check_framing(p);
	if (rc)
		return rc;
	if (p->kind == HTTP_PARSE_REQUESTS)
		return check_request(p);
	m->status = p->ll.status_code;
	if (m->status < 100 || m->status > 599)
		return refuse(p, 502, "a status that is none");
	return 0;
}

/* Returns 1 to tell llhttp that no body follows. */
static int on_headers_complete(llhttp_t *ll)
{
	struct http_parser *p = parser_of(ll);
	int rc;

	if (p->msg.text.error) {
		p->error = -ENOMEM;
		return -1;
	}
	if (check_head(p))
		return -1;
	p->has_head = true;
	ll->upgrade = 0; /* whoever wants to change protocols says so */
	p->msg.may_persist = llhttp_should_keep_alive(ll);
	rc = p->ops->on_head(p->arg, &p->msg);
	if (rc) {
		p->error = rc;
		return -1;
	}
	return p->kind == HTTP_PARSE_RESPONSES &&
	       !http_has_body(p->expected, p->msg.status);
}

static int on_body(llhttp_t *ll, const char *at, size_t len)
{
	struct http_parser *p = parser_of(ll);
	int rc;

	p->body_octets += len;
	rc = p->ops->on_body(p->arg, at, len);
	if (!rc)
		return 0;
	p->error = rc;
	return HPE_USER;
}

static int on_message_complete(llhttp_t *ll)
{
	parser_of(ll)->is_done = true;
	return HPE_PAUSED;
}

struct http_parser *http_parser_new(struct mem *mem, enum http_parser_kind kind,
				    const struct http_parser_ops *ops,
				    void *arg)
{
	struct http_parser *p = mem_alloc(mem, sizeof(*p));

	if (!p)
		return NULL;
	p->mem = mem;
	p->kind = kind;
	p->ops = ops;
	p->arg = arg;
	http_msg_init(&p->msg, mem);
	llhttp_settings_init(&p->settings);
	p->settings.on_url = on_text;
	p->settings.on_url_complete = on_text_complete;
	p->settings.on_header_field = on_field_begin;
	p->settings.on_header_field_complete = on_name_complete;
	p->settings.on_header_value = on_text;
	p->settings.on_header_value_complete = on_value_complete;
	p->settings.on_headers_complete = on_headers_complete;
	p->settings.on_body = on_body;
	p->settings.on_message_complete = on_message_complete;
	http_parser_reset(p);
	return p;
}

void http_parser_free(struct http_parser *p)
{
	if (!p)
		return;
	http_msg_fini(&p->msg);
	mem_free(p->mem, p, sizeof(*p));
}

void http_parser_reset(struct http_parser *p)
{
	bool is_request = p->kind == HTTP_PARSE_REQUESTS;

	llhttp_init(&p->ll, is_request ? HTTP_REQUEST : HTTP_RESPONSE,
		    &p->settings);
	p->ll.data = p;
	http_lint_init(&p->lint, is_request);
	http_chunk_lint_init(&p->chunk_lint);
	http_msg_clear(&p->msg);
	p->expected = HTTP_M_GET;
	p->body_octets = p->framing_octets = 0;
	p->has_head = p->is_done = false;
	p->in_value = true;
	p->error = 0;
	p->status = 0;
	p->what = NULL;
}

void http_parser_expect(struct http_parser *p, enum http_method method)
{
	p->expected = method;
}

/*
 * Why llhttp stopped, other than by pausing at the end of the message.  Fed
 * octet by octet, it sees an unknown method before the lint does.
 */
static int parse_error(struct http_parser *p)
{
	if (p->error)
		return p->error;
	if (p->has_head)
		refuse(p, 400, "chunks that are none");
	else if (p->lint.state == HTTP_LINT_METHOD)
		refuse(p, 501, "the method is not known");
	else
		refuse(p, 400, "this is not HTTP");
	return p->error;
}

/* Give octets to llhttp.  Returns how many it took, or -errno. */
static long execute(struct http_parser *p, const char *octets, size_t len)
{
	llhttp_errno_t e = llhttp_execute(&p->ll, octets, len);

	if (e == HPE_OK)
		return (long)len;
	if (e == HPE_PAUSED && p->is_done)
		return llhttp_get_error_pos(&p->ll) - octets;
	return parse_error(p);
}

static long feed_body(struct http_parser *p, const char *octets, size_t len)
{
	uint64_t before = p->body_octets;
	long n = (long)len;

	if (p->msg.is_chunked)
		n = http_chunk_lint_feed(&p->chunk_lint, octets, len);
	if (n < 0) {
		refuse(p, p->chunk_lint.trailer.status,
		       p->chunk_lint.trailer.what);
		return n;
	}
	n = execute(p, octets, (size_t)n);
	if (n < 0)
		return n;
	p->framing_octets += (uint64_t)n - (p->body_octets - before);
	if (p->framing_octets >
	    HTTP_HEAD_MAX + FRAMING_RATIO * p->body_octets) {
		refuse(p, 400, "more chunk framing than body");
		return p->error;
	}
	return n;
}

static long feed_head(struct http_parser *p, const char *octets, size_t len)
{
	long n = http_lint_feed(&p->lint, octets, len);

	if (n < 0) {
		refuse(p, p->lint.status, p->lint.what);
		return n;
	}
	return execute(p, octets, (size_t)n);
}

long http_parser_feed(struct http_parser *p, const void *octets, size_t len)
{
	const char *at = octets;
	size_t used = 0;
	long n;

	if (p->error)
		return p->error;
	while (used < len && !p->is_done) {
		if (p->has_head)
			n = feed_body(p, at + used, len - used);
		else
			n = feed_head(p, at + used, len - used);
		if (n < 0)
			return n;
		if (!n && !p->is_done)
			return parse_error(p); /* the two disagree */
		used += (size_t)n;
	}
	return (long)used;
}

int http_parser_end(struct http_parser *p)
{
	if (p->error)
		return p->error;
	if (p->is_done)
		return 0;
	if (!p->lint.len)
		return -ENODATA;
	if (p->has_head && llhttp_message_needs_eof(&p->ll)) {
		p->is_done = true;
		return 0;
	}
	refuse(p, 400, "the connection ended in the middle of the message");
	return p->error;
}

bool http_parser_is_done(const struct http_parser *p)
{
	return p->is_done;
}

const struct http_msg *http_parser_msg(const struct http_parser *p)
{
	return &p->msg;
}

unsigned int http_parser_status(const struct http_parser *p)
{
	return p->status ? p->status : 500;
}

const char *http_parser_what(const struct http_parser *p)
{
	return p->what ? p->what : "there is no memory";
}
