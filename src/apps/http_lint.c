// SPDX-License-Identifier: MIT
/*
 * http_lint.c - is this, octet by octet, the head of an HTTP message?
 *
 * Theory of operation
 * ===================
 *
 *	EMPTY --> METHOD --SP--> TARGET --SP--> VERSION --CR LF--> LINE
 *	EMPTY --> VERSION --SP--> REASON --CR LF--> LINE    (a response)
 *
 *	LINE --> NAME --":"--> VALUE --CR LF--> LINE
 *	LINE --CR LF--> DONE
 *
 * One octet makes one step.  What is refused at which octet:
 *
 *	NUL, other controls, a CR without LF, an LF without CR	anywhere
 *	a space at the beginning of a line (obs-fold)	LINE	RFC 9112, 5.2
 *	a space before the colon			NAME	RFC 9112, 5.1
 *	what is no token				METHOD, NAME
 *	an unknown method				METHOD	501
 *	a long target					TARGET	414
 *	what is not exactly a version			VERSION
 *	a long head, many fields			any	431
 */

#include "apps/http_lint.h"

#include <errno.h>
#include <string.h>

#include "apps/ascii.h"

void http_lint_init(struct http_lint *l, bool is_request)
{
	memset(l, 0, sizeof(*l));
	l->is_request = is_request;
	l->state = HTTP_LINT_EMPTY;
}

static int refuse(struct http_lint *l, unsigned int status, const char *what)
{
	l->status = status;
	l->what = what;
	return -EBADMSG;
}

/* RFC 9110, 5.6.2. */
static bool is_token_char(char c)
{
	return ascii_is_alnum(c) || (c && strchr("!#$%&'*+-.^_`|~", c));
}

static bool is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

static int step_method(struct http_lint *l, char c)
{
	if (c == ' ' && l->part) {
		if (!http_method_parse(l->method, l->part))
			return refuse(l, 501, "the method is not known");
		l->part = 0;
		l->state = HTTP_LINT_TARGET;
		return 0;
	}
	if (!is_token_char(c))
		return refuse(l, 400, "this is no request line");
	if (l->part == sizeof(l->method))
		return refuse(l, 501, "the method is not known");
	l->method[l->part++] = c;
	l->state = HTTP_LINT_METHOD;
	return 0;
}

/* Octet by octet like a pattern, in which 0 stands for any digit. */
static int step_version(struct http_lint *l, char c)
{
	const char *pattern = l->is_request ? "HTTP/0.0" : "HTTP/0.0 000";
	char want = pattern[l->part];

	if (want) {
		if (want == '0' ? !ascii_is_digit(c) : c != want)
			return refuse(l, 400, "this is not HTTP");
		l->part++;
		return 0;
	}
	if (c == '\r')
		l->state = HTTP_LINT_LF_LINE;
	else if (c == ' ' && !l->is_request)
		l->state = HTTP_LINT_REASON;
	else
		return refuse(l, 400, "this is not HTTP");
	return 0;
}

/* One line end before the start line is forgiven (RFC 9112, 2.2). */
static int step_empty(struct http_lint *l, char c)
{
	if (c == '\r' && l->is_request && l->len == 0) {
		l->state = HTTP_LINT_LF_EMPTY;
		return 0;
	}
	if (l->is_request)
		return step_method(l, c);
	l->state = HTTP_LINT_VERSION;
	return step_version(l, c);
}

static int step_target(struct http_lint *l, char c)
{
	if (c == ' ') {
		if (!l->part)
			return refuse(l, 400, "the target is missing");
		l->part = 0;
		l->state = HTTP_LINT_VERSION;
		return 0;
	}
	if (is_control(c))
		return refuse(l, 400, "this is no request line");
	if (++l->part > HTTP_TARGET_MAX)
		return refuse(l, 414, "the target is too long");
	return 0;
}

/* Reasons and values: anything but controls, up to CR. */
static int step_text(struct http_lint *l, char c)
{
	if (c == '\r') {
		l->state = HTTP_LINT_LF_LINE;
		return 0;
	}
	if (is_control(c) && c != '\t')
		return refuse(l, 400, "a control character in the head");
	return 0;
}

static int step_line(struct http_lint *l, char c)
{
	if (c == '\r') {
		l->state = HTTP_LINT_LF_END;
		return 0;
	}
	if (!is_token_char(c))
		return refuse(l, 400, "a line that begins with no field name");
	if (++l->fields > HTTP_FIELDS_MAX)
		return refuse(l, 431, "too many fields");
	l->state = HTTP_LINT_NAME;
	return 0;
}

static int step_name(struct http_lint *l, char c)
{
	if (c == ':')
		l->state = HTTP_LINT_VALUE;
	else if (!is_token_char(c))
		return refuse(l, 400,
			      "a field name with a character that may "
			      "not stand in one");
	return 0;
}

static int step_lf(struct http_lint *l, char c, enum http_lint_state next)
{
	if (c != '\n')
		return refuse(l, 400, "a CR without LF");
	l->state = next;
	return 0;
}

static int step(struct http_lint *l, char c)
{
	switch (l->state) {
	case HTTP_LINT_EMPTY:
		return step_empty(l, c);
	case HTTP_LINT_METHOD:
		return step_method(l, c);
	case HTTP_LINT_TARGET:
		return step_target(l, c);
	case HTTP_LINT_VERSION:
		return step_version(l, c);
	case HTTP_LINT_REASON:
	case HTTP_LINT_VALUE:
		return step_text(l, c);
	case HTTP_LINT_LINE:
		return step_line(l, c);
	case HTTP_LINT_NAME:
		return step_name(l, c);
	case HTTP_LINT_LF_EMPTY:
		return step_lf(l, c, HTTP_LINT_EMPTY);
	case HTTP_LINT_LF_LINE:
		return step_lf(l, c, HTTP_LINT_LINE);
	case HTTP_LINT_LF_END:
		return step_lf(l, c, HTTP_LINT_DONE);
	case HTTP_LINT_DONE:
		break;
	}
	return 0;
}

long http_lint_feed(struct http_lint *l, const char *octets, size_t len)
{
	size_t i;
	int rc;

	for (i = 0; i < len && l->state != HTTP_LINT_DONE; i++) {
		if (l->len >= HTTP_HEAD_MAX)
			return refuse(l, 431, "the head is too long");
		rc = step(l, octets[i]);
		if (rc)
			return rc;
		l->len++;
	}
	return (long)i;
}
