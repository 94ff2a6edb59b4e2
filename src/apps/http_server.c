// SPDX-License-Identifier: MIT
/*
 * http_server.c - a server of files: its connections
 *
 * Theory of operation
 * ===================
 * Each connection is a handler at the tail of its channel's pipeline, and a
 * small machine:
 *
 *	         octets of a head              head complete
 *	  IDLE ------------------> HEAD ------------------------> BODY
 *	   ^                        | deadline: 408                | complete
 *	   |  all was pulled        v                              v
 *	   +----------------- (refused: LINGER)                  SENDING
 *	   |                                                       |
 *	   +-------------------------------------------------------+
 *
 * Requests that come while one is being answered wait in the input buffer, and
 * when it is full nothing is read any more, so the peer has to wait.  A file
 * is pulled by the channel as there is room (struct source): of however large
 * a file, no more than the channel's high-water mark is in memory.  The first
 * octets of the file travel in the same buffer as the head, so that a small
 * page is one segment.
 *
 * What a slow peer can hold is bounded in time: one timer for each connection,
 * armed anew at each change of state but never by mere octets of a head
 * (Slowloris sends one every ten seconds).
 *
 * After an error the connection is closed for sending but read for a while
 * (RFC 9112, 9.6): closing with unread octets would reset it, and the peer
 * would never see the error.
 */

#include "apps/http_server.h"

#include <errno.h>
#include <string.h>

#include "base/list.h"

#include "core/probe.h"

#include "apps/http_answer.h"
#include "apps/http_date.h"
#include "apps/http_parser.h"
#include "reactor/reactor.h"

/* Octets of a file that go into the same buffer as the head. */
enum { FIRST_OCTETS = 16384, BACKLOG_DEFAULT = 128 };

enum conn_state {
	CONN_IDLE,
	CONN_HEAD,
	CONN_BODY,
	CONN_SENDING,
	CONN_LINGER,
	CONN_CLOSED,
};

struct http_server {
	struct loop *loop;
	struct http_server_config cfg;
	struct channel *listener;
	struct list conns;
	struct http_server_stats stats;
	size_t refs; /* the owner's and one for each connection */
};

struct conn {
	struct handler handler;
	struct list node;
	struct http_server *server;
	struct http_parser *parser;
	struct buf *in;		     /* octets that were not looked at yet */
	struct file_source *sending; /* the file on its way out, or NULL */
	enum conn_state state;
	struct loop_timer deadline;
	struct task resume;
	uint64_t body_octets;
	bool close_after; /* the answer under way is the last */
};

/* The rest of a file on its way out. */
struct file_source {
	struct source source;
	struct conn *conn; /* NULL once the connection is gone */
	struct mem *mem;
	struct http_file file;
	uint64_t off, left;
};

static struct conn *conn_of(struct handler *h)
{
	return container_of(h, struct conn, handler);
}

static struct place *place_of(struct http_server *s)
{
	return &loop_stack(s->loop)->place;
}

static int64_t now_s(struct http_server *s)
{
	return http_date_now(place_of(s)->env);
}

static void set_state(struct conn *c, enum conn_state state, uint32_t limit_s)
{
	c->state = state;
	if (limit_s)
		loop_timer_arm_in(&c->deadline, limit_s * NS_PER_S);
	else
		loop_timer_cancel(&c->deadline);
}

static void drop_input(struct conn *c)
{
	buf_put(c->in);
	c->in = NULL;
}

/* RFC 9112, 9.6: nothing more is sent, what comes is thrown away. */
static void linger(struct conn *c)
{
	set_state(c, CONN_LINGER, HTTP_LINGER_S);
	drop_input(c);
	channel_set_auto_read(c->handler.ch, true);
	channel_shutdown(c->handler.ch);
}

/* All of an answer is with the channel. */
static void answer_done(struct conn *c)
{
	bool has_unread = c->in && buf_readable(c->in);

	if (!c->close_after) {
		set_state(c, CONN_IDLE, HTTP_IDLE_DEADLINE_S);
		http_parser_reset(c->parser);
		c->body_octets = 0;
	} else if (has_unread || !http_parser_is_done(c->parser)) {
		linger(c);
	} else {
		set_state(c, CONN_CLOSED, 0);
		handler_close(&c->handler);
	}
}

static long source_pull(struct source *src, void *buf, size_t len)
{
	struct file_source *f = container_of(src, struct file_source, source);
	long n;

	if (f->conn)
		set_state(f->conn, CONN_SENDING, HTTP_STALL_DEADLINE_S);
	if (len > f->left)
		len = (size_t)f->left;
	if (!len)
		return 0;
	n = f->file.source->ops->read(&f->file, f->off, buf, len);
	if (n <= 0)
		return n ? n : -EIO; /* shorter than promised */
	f->off += (uint64_t)n;
	f->left -= (uint64_t)n;
	return n;
}

static void source_done(struct source *src, int err)
{
	struct file_source *f = container_of(src, struct file_source, source);
	struct conn *c = f->conn;

	f->file.source->ops->close(&f->file);
	if (c) {
		c->sending = NULL;
		if (!err)
			stack_defer(loop_stack(c->server->loop), &c->resume);
	}
	mem_free(f->mem, f, sizeof(*f));
}

/* Hand the open file of @a over to the channel, from @off on. */
static int send_file(struct conn *c, struct http_answer *a, uint64_t off,
		     uint64_t len)
{
	struct mem *mem = channel_mem(c->handler.ch);
	struct file_source *f = mem_alloc(mem, sizeof(*f));

	if (!f)
		return -ENOMEM;
	f->source.pull = source_pull;
	f->source.done = source_done;
	f->conn = c;
	f->mem = mem;
	f->file = a->file;
	f->off = off;
	f->left = len;
	a->has_file = false; /* its closing is the source's now */
	c->sending = f;
	return handler_write_source(&c->handler, &f->source);
}

/* Head, and the first octets of the file; NULL: no memory, or a bad file. */
static struct buf *first_octets(struct conn *c, struct http_answer *a,
				uint64_t *octets)
{
	size_t n = (size_t)min_u64(http_answer_file_octets(a), FIRST_OCTETS);
	struct mem *mem = channel_mem(c->handler.ch);
	struct buf *buf = NULL;
	struct strbuf sb;

	strbuf_init(&sb, mem);
	*octets = http_answer_head(a, now_s(c->server), &sb);
	if (!sb.error)
		buf = buf_new(mem, sb.len + n);
	if (buf) {
		buf_append(buf, strbuf_text(&sb), sb.len);
		if (n && a->file.source->ops->read(&a->file, a->off,
						   buf_wptr(buf), n) == (long)n)
			buf_wrote(buf, n);
		else if (n) {
			buf_put(buf);
			buf = NULL;
		}
	}
	strbuf_fini(&sb);
	return buf;
}

static void log_answer(struct conn *c, const struct http_answer *a,
		       uint64_t octets)
{
	struct http_server *s = c->server;

	s->stats.answers[a->status / 100 % 6]++;
	s->stats.octets += octets;
	if (a->method == HTTP_M_NONE)
		PROBE_CAUSE(place_of(s), EV_APP, R_HTTP_BAD, NULL,
			    EVF_TEXT("text", a->what),
			    EVF_NUM("status", a->status));
	else
		PROBE_CAUSE(place_of(s), EV_APP, R_HTTP_SERVE, NULL,
			    EVF_TEXT("method", http_method_name(a->method)),
			    EVF_TEXT("path", a->path),
			    EVF_NUM("status", a->status),
			    EVF_NUM("octets", octets));
}

/* Send an answer; takes what is open in it. */
static void send_answer(struct conn *c, struct http_answer *a)
{
	uint64_t file_octets = http_answer_file_octets(a), octets;
	uint64_t first = min_u64(file_octets, FIRST_OCTETS);
	struct buf *buf = first_octets(c, a, &octets);
	int rc = -ENOMEM;

	set_state(c, CONN_SENDING, HTTP_STALL_DEADLINE_S);
	c->close_after = a->must_close;
	if (buf) {
		log_answer(c, a, octets);
		rc = handler_write(&c->handler, buf);
	}
	if (!rc && file_octets > first)
		rc = send_file(c, a, a->off + first, file_octets - first);
	http_answer_fini(a);
	if (rc) {
		set_state(c, CONN_CLOSED, 0);
		channel_abort(c->handler.ch);
		return;
	}
	handler_flush(&c->handler);
	if (!c->sending)
		answer_done(c);
}

static void refuse(struct conn *c, unsigned int status, const char *what)
{
	struct http_answer a;

	http_answer_error(&a, status, what);
	send_answer(c, &a);
}

static void answer(struct conn *c)
{
	struct http_server *s = c->server;
	struct http_answer a;

	http_answer_make(&a, s->cfg.source, http_parser_msg(c->parser),
			 now_s(s));
	a.max_age_s = s->cfg.max_age_s;
	send_answer(c, &a);
}

/* Read on until the octets or the patience with this peer are used up. */
static void run(struct conn *c)
{
	long n;

	while (c->state <= CONN_BODY && c->in && buf_readable(c->in) &&
	       channel_is_writable(c->handler.ch)) {
		if (c->state == CONN_IDLE)
			set_state(c, CONN_HEAD, HTTP_HEAD_DEADLINE_S);
		n = http_parser_feed(c->parser, buf_rptr(c->in),
				     buf_readable(c->in));
		if (n == -EFBIG) {
			refuse(c, 413, "the body is too large");
		} else if (n < 0) {
			refuse(c, http_parser_status(c->parser),
			       http_parser_what(c->parser));
		} else {
			buf_skip(c->in, (size_t)n);
			if (http_parser_is_done(c->parser))
				answer(c);
		}
	}
	if (c->in && !buf_readable(c->in))
		drop_input(c);
	if (c->state != CONN_CLOSED)
		channel_set_auto_read(c->handler.ch,
				      !c->in || buf_readable(c->in) <
							HTTP_INPUT_MAX);
}

/* Deferred by source_done(): the file is out, the next request may come. */
static void on_resume(struct task *task, void *arg)
{
	struct conn *c = arg;

	(void)task;
	if (c->state != CONN_SENDING || c->sending)
		return;
	answer_done(c);
	run(c);
}

static void on_deadline(struct loop_timer *t, void *arg)
{
	struct conn *c = arg;

	(void)t;
	switch (c->state) {
	case CONN_HEAD:
		refuse(c, 408, "the request took too long");
		break;
	case CONN_BODY:
		refuse(c, 408, "the body took too long");
		break;
	case CONN_IDLE:
	case CONN_LINGER:
		set_state(c, CONN_CLOSED, 0);
		handler_close(&c->handler);
		break;
	case CONN_SENDING:
		set_state(c, CONN_CLOSED, 0);
		channel_abort(c->handler.ch);
		break;
	case CONN_CLOSED:
		break;
	}
}

static int on_head(void *arg, const struct http_msg *msg)
{
	struct conn *c = arg;

	if (msg->content_length > HTTP_BODY_MAX)
		return -EFBIG;
	if (msg->content_length > 0 || msg->is_chunked)
		set_state(c, CONN_BODY, HTTP_BODY_DEADLINE_S);
	return 0;
}

/* Bodies are not used for anything, but must be read to find the next head. */
static int on_body(void *arg, const void *octets, size_t len)
{
	struct conn *c = arg;

	(void)octets;
	c->body_octets += len;
	return c->body_octets > HTTP_BODY_MAX ? -EFBIG : 0;
}

static const struct http_parser_ops parser_ops = {on_head, on_body};

static void conn_on_active(struct handler *h)
{
	set_state(conn_of(h), CONN_IDLE, HTTP_HEAD_DEADLINE_S);
}

/* Append @buf to what waits; takes it. */
static int keep_input(struct conn *c, struct buf *buf)
{
	int rc = 0;

	if (!c->in) {
		c->in = buf;
		return 0;
	}
	rc = buf_append(c->in, buf_rptr(buf), buf_readable(buf));
	buf_put(buf);
	return rc;
}

static void conn_on_read(struct handler *h, struct buf *buf)
{
	struct conn *c = conn_of(h);

	if (c->state >= CONN_LINGER) {
		buf_put(buf);
		return;
	}
	if (keep_input(c, buf)) {
		set_state(c, CONN_CLOSED, 0);
		channel_abort(h->ch);
		return;
	}
	run(c);
}

/* The peer sends no more; it may well be waiting for its answer. */
static void conn_on_input_end(struct handler *h)
{
	struct conn *c = conn_of(h);

	c->close_after = true;
	if (c->state == CONN_SENDING || c->state == CONN_CLOSED)
		return;
	if (c->state == CONN_HEAD || c->state == CONN_BODY) {
		refuse(c, 400, "the request is not complete");
		return;
	}
	set_state(c, CONN_CLOSED, 0);
	handler_close(h);
}

static void conn_on_inactive(struct handler *h)
{
	set_state(conn_of(h), CONN_CLOSED, 0);
}

static void conn_on_error(struct handler *h, int err)
{
	(void)err;
	channel_abort(h->ch);
}

static void conn_on_writable(struct handler *h, bool is_writable)
{
	if (is_writable)
		run(conn_of(h));
}

static void server_put(struct http_server *s)
{
	if (!--s->refs)
		mem_free(loop_mem(s->loop), s, sizeof(*s));
}

static void conn_on_removed(struct handler *h)
{
	struct conn *c = conn_of(h);
	struct http_server *s = c->server;

	if (c->sending)
		c->sending->conn = NULL;
	loop_timer_cancel(&c->deadline);
	task_cancel(&c->resume);
	drop_input(c);
	http_parser_free(c->parser);
	list_del(&c->node);
	s->stats.conns--;
	mem_free(loop_mem(s->loop), c, sizeof(*c));
	server_put(s);
}

static const struct handler_ops conn_ops = {
	.name = "http-server",
	.on_removed = conn_on_removed,
	.on_active = conn_on_active,
	.on_read = conn_on_read,
	.on_input_end = conn_on_input_end,
	.on_inactive = conn_on_inactive,
	.on_error = conn_on_error,
	.on_writable = conn_on_writable,
};

static int conn_init(struct channel *ch, void *arg)
{
	struct http_server *s = arg;
	struct conn *c;

	if (s->stats.conns >= HTTP_CONNS_MAX)
		return -EMFILE;
	c = mem_alloc(loop_mem(s->loop), sizeof(*c));
	if (!c)
		return -ENOMEM;
	c->parser = http_parser_new(loop_mem(s->loop), HTTP_PARSE_REQUESTS,
				    &parser_ops, c);
	if (!c->parser) {
		mem_free(loop_mem(s->loop), c, sizeof(*c));
		return -ENOMEM;
	}
	c->server = s;
	c->handler.ops = &conn_ops;
	loop_timer_init(&c->deadline, s->loop, on_deadline, c);
	task_init(&c->resume, on_resume, c);
	list_add_tail(&s->conns, &c->node);
	s->refs++;
	s->stats.conns++;
	s->stats.conns_total++;
	pipeline_add_last(ch, &c->handler);
	return 0;
}

int http_server_start(struct loop *loop, const struct http_server_config *cfg,
		      struct http_server **server)
{
	struct http_server *s = mem_alloc(loop_mem(loop), sizeof(*s));
	int backlog = cfg->backlog ? cfg->backlog : BACKLOG_DEFAULT;
	int rc;

	if (!s)
		return -ENOMEM;
	s->loop = loop;
	s->refs = 1;
	s->cfg = *cfg;
	list_init(&s->conns);
	rc = channel_listen(loop, &cfg->local, backlog, conn_init, s,
			    &s->listener);
	if (rc) {
		server_put(s);
		return rc;
	}
	*server = s;
	return 0;
}

void http_server_stop(struct http_server *s)
{
	struct stack *stack;
	struct conn *c;

	if (!s)
		return;
	stack = loop_stack(s->loop);
	stack_enter(stack); /* no connection goes while the list is walked */
	channel_abort(s->listener);
	list_for_each_entry(c, &s->conns, struct conn, node)
		channel_abort(c->handler.ch);
	server_put(s);
	stack_leave(stack);
}

const struct http_server_stats *http_server_stats(const struct http_server *s)
{
	return &s->stats;
}
