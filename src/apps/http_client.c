// SPDX-License-Identifier: MIT
/*
 * http_client.c - one connection to an HTTP server
 *
 * Theory of operation
 * ===================
 * The client is the handler at the tail of its channel.  One request is under
 * way at a time: what the server sends is fed to a parser, the body gathered
 * in one buffer, and when it is complete the owner is told.
 *
 * The owner may close the client in any callback, and the channel may be gone
 * before the client is; therefore the client is freed in one place, when its
 * handler is removed, and until then only marked (is_closed).
 */

#include "apps/http_client.h"

#include <errno.h>
#include <string.h>

#include "base/check.h"

#include "core/probe.h"

#include "apps/http_parser.h"
#include "reactor/reactor.h"

enum { BODY_FIRST = 4096, BODY_GUESS_MAX = 65536 };

struct http_client {
	struct handler handler;
	struct loop *loop;
	const struct http_client_ops *ops;
	void *arg;
	struct http_parser *parser;
	struct buf *body;
	struct loop_timer deadline;
	struct url url; /* of the request under way */
	enum http_method method;
	uint64_t asked_ns;
	unsigned int responses;
	int err;
	bool is_open;
	bool is_waiting;  /* for a response */
	bool may_persist; /* as the last response said */
	bool is_closed;	  /* the owner has been told, or has said so */
};

static struct http_client *client_of(struct handler *h)
{
	return container_of(h, struct http_client, handler);
}

static struct place *place_of(struct http_client *c)
{
	return &loop_stack(c->loop)->place;
}

/* Tell the owner, once, and let go of the channel. */
static void closed(struct http_client *c, int err)
{
	bool was_closed = c->is_closed;

	c->is_closed = true;
	c->is_open = false;
	loop_timer_cancel(&c->deadline);
	if (!was_closed)
		c->ops->on_closed(c->arg, err);
}

/* What the peer did makes the connection useless. */
static void fail(struct http_client *c, int err)
{
	channel_abort(c->handler.ch);
	closed(c, err);
}

static void log_response(struct http_client *c, const struct http_msg *msg)
{
	const char *type = http_msg_field(msg, "Content-Type");
	char url[URL_TEXT];

	PROBE_CAUSE(place_of(c), EV_APP, R_HTTP_RESPONSE, NULL,
		    EVF_TEXT("method", http_method_name(c->method)),
		    EVF_TEXT("url", url_print(&c->url, url)),
		    EVF_NUM("status", msg->status),
		    EVF_NUM("octets", buf_readable(c->body)),
		    EVF_TEXT("type", type ? type : ""));
}

static void response_done(struct http_client *c)
{
	const struct http_msg *msg = http_parser_msg(c->parser);
	struct buf *body = c->body;

	if (msg->status < 200 && msg->status != 101) {
		/* RFC 9110, 15.2: the real one is still to come. */
		http_parser_reset(c->parser);
		http_parser_expect(c->parser, c->method);
		return;
	}
	log_response(c, msg);
	c->body = NULL;
	c->is_waiting = false;
	c->may_persist = msg->may_persist;
	c->responses++;
	loop_timer_cancel(&c->deadline);
	c->ops->on_response(c->arg, msg, body);
	buf_put(body);
}

static int on_head(void *arg, const struct http_msg *msg)
{
	struct http_client *c = arg;
	size_t room = BODY_FIRST;

	if (msg->content_length > HTTP_RESPONSE_MAX)
		return -EFBIG;
	if (msg->content_length >= 0)
		room = min_size((size_t)msg->content_length, BODY_GUESS_MAX);
	buf_put(c->body);
	c->body = buf_new(loop_mem(c->loop), room);
	return c->body ? 0 : -ENOMEM;
}

static int on_body(void *arg, const void *octets, size_t len)
{
	struct http_client *c = arg;

	if (buf_readable(c->body) + len > HTTP_RESPONSE_MAX)
		return -EFBIG;
	return buf_append(c->body, octets, len);
}

static const struct http_parser_ops parser_ops = {on_head, on_body};

static void client_on_active(struct handler *h)
{
	struct http_client *c = client_of(h);

	c->is_open = !c->is_closed;
	if (c->is_open)
		c->ops->on_open(c->arg);
}

/* Feed what arrived; an answer that nobody asked for is no HTTP. */
static void client_on_read(struct handler *h, struct buf *buf)
{
	struct http_client *c = client_of(h);
	long n = 1;

	while (!c->is_closed && n >= 0 && buf_readable(buf)) {
		if (!c->is_waiting) {
			fail(c, -EBADMSG);
			break;
		}
		loop_timer_arm_in(&c->deadline,
				  HTTP_RESPONSE_DEADLINE_S * NS_PER_S);
		n = http_parser_feed(c->parser, buf_rptr(buf),
				     buf_readable(buf));
		if (n < 0) {
			fail(c, (int)n);
			break;
		}
		buf_skip(buf, (size_t)n);
		if (http_parser_is_done(c->parser))
			response_done(c);
	}
	buf_put(buf);
}

/* The server sends no more: the end of a body, or of the connection. */
static void client_on_input_end(struct handler *h)
{
	struct http_client *c = client_of(h);
	int rc;

	if (!c->is_closed && c->is_waiting) {
		rc = http_parser_end(c->parser);
		if (rc) {
			fail(c, rc == -ENODATA ? -ECONNRESET : rc);
			return;
		}
		response_done(c);
	}
	if (!c->is_closed)
		closed(c, 0);
	handler_close(h);
}

static void client_on_error(struct handler *h, int err)
{
	client_of(h)->err = err;
}

static void client_on_inactive(struct handler *h)
{
	struct http_client *c = client_of(h);

	closed(c, c->err ? c->err : -ECONNRESET);
}

static void client_on_removed(struct handler *h)
{
	struct http_client *c = client_of(h);

	loop_timer_cancel(&c->deadline);
	buf_put(c->body);
	http_parser_free(c->parser);
	mem_free(loop_mem(c->loop), c, sizeof(*c));
}

static const struct handler_ops client_ops = {
	.name = "http-client",
	.on_removed = client_on_removed,
	.on_active = client_on_active,
	.on_read = client_on_read,
	.on_input_end = client_on_input_end,
	.on_inactive = client_on_inactive,
	.on_error = client_on_error,
};

static void on_deadline(struct loop_timer *t, void *arg)
{
	(void)t;
	fail(arg, -ETIMEDOUT);
}

/* What client_init() needs to make a client, and the client. */
struct opening {
	struct loop *loop;
	const struct http_client_ops *ops;
	void *arg;
	struct http_client *client;
};

static int client_init(struct channel *ch, void *arg)
{
	struct opening *o = arg;
	struct http_client *c = mem_alloc(loop_mem(o->loop), sizeof(*c));

	if (!c)
		return -ENOMEM;
	c->parser = http_parser_new(loop_mem(o->loop), HTTP_PARSE_RESPONSES,
				    &parser_ops, c);
	if (!c->parser) {
		mem_free(loop_mem(o->loop), c, sizeof(*c));
		return -ENOMEM;
	}
	c->handler.ops = &client_ops;
	c->loop = o->loop;
	c->ops = o->ops;
	c->arg = o->arg;
	c->is_closed = true; /* nobody is told while this may still fail */
	loop_timer_init(&c->deadline, o->loop, on_deadline, c);
	o->client = c;
	pipeline_add_last(ch, &c->handler);
	return 0;
}

int http_client_open(struct loop *loop, const struct endpoint *server,
		     const struct http_client_ops *ops, void *arg,
		     struct http_client **client)
{
	struct opening o = {.loop = loop, .ops = ops, .arg = arg};
	int rc = channel_connect(loop, server, client_init, &o, NULL);

	if (rc)
		return rc; /* what was made has gone with its channel */
	o.client->is_closed = false;
	*client = o.client;
	return 0;
}

/* The request as octets; NULL: no memory. */
static struct buf *request_octets(struct http_client *c,
				  const struct http_request *req)
{
	char authority[URL_AUTHORITY_MAX];
	struct buf *buf = NULL;
	struct strbuf sb;

	strbuf_init(&sb, loop_mem(c->loop));
	strbuf_printf(&sb, "%s %s HTTP/1.1\r\nHost: %s\r\n",
		      http_method_name(req->method), req->url->target,
		      url_print_authority(req->url, authority));
	strbuf_puts(&sb, "User-Agent: weft\r\nAccept: */*\r\n");
	if (req->etag)
		strbuf_printf(&sb, "If-None-Match: %s\r\n", req->etag);
	if (req->last_modified)
		strbuf_printf(&sb, "If-Modified-Since: %s\r\n",
			      req->last_modified);
	if (req->close)
		strbuf_puts(&sb, "Connection: close\r\n");
	strbuf_puts(&sb, "\r\n");
	if (!sb.error)
		buf = buf_of(loop_mem(c->loop), strbuf_text(&sb), sb.len);
	strbuf_fini(&sb);
	return buf;
}

int http_client_send(struct http_client *c, const struct http_request *req)
{
	struct env *env = place_of(c)->env;
	uint32_t outer = env->cause;
	char url[URL_TEXT];
	struct buf *buf;
	int rc;

	if (!c->is_open || c->is_closed)
		return -EPIPE;
	if (c->is_waiting)
		return -EBUSY;
	buf = request_octets(c, req);
	if (!buf)
		return -ENOMEM;
	http_parser_reset(c->parser);
	http_parser_expect(c->parser, req->method);
	c->url = *req->url;
	c->method = req->method;
	c->is_waiting = true;
	c->asked_ns = loop_now_ns(c->loop);
	loop_timer_arm_in(&c->deadline, HTTP_RESPONSE_DEADLINE_S * NS_PER_S);
	PROBE_CAUSE(place_of(c), EV_APP, R_HTTP_REQUEST, NULL,
		    EVF_TEXT("method", http_method_name(req->method)),
		    EVF_TEXT("url", url_print(req->url, url)));
	rc = handler_write_flush(&c->handler, buf);
	env->cause = outer;
	return rc;
}

unsigned int http_client_responses(const struct http_client *c)
{
	return c->responses;
}

bool http_client_is_reusable(const struct http_client *c)
{
	return c->is_open && !c->is_closed && !c->is_waiting &&
	       (!c->responses || c->may_persist);
}

uint64_t http_client_asked_ns(const struct http_client *c)
{
	return c->asked_ns;
}

void http_client_close(struct http_client *c)
{
	if (!c || c->is_closed)
		return;
	c->is_closed = true;
	c->is_open = false;
	loop_timer_cancel(&c->deadline);
	if (c->is_waiting)
		channel_abort(c->handler.ch);
	else
		channel_close(c->handler.ch);
}

int http_redirect(struct url *url, const struct url *from,
		  const struct http_msg *msg, struct url_error *err)
{
	const char *location = http_msg_field(msg, "Location");

	if (!location ||
	    (msg->status != 301 && msg->status != 302 && msg->status != 303 &&
	     msg->status != 307 && msg->status != 308))
		return -ENOENT;
	return url_resolve(url, from, location, err);
}
