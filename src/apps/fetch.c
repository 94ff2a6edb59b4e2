// SPDX-License-Identifier: MIT
/*
 * fetch.c - one URL, wherever it is
 *
 * Theory of operation
 * ===================
 *
 *	start --> cache --fresh------------------------------------> done
 *	            | stale, miss                                     ^
 *	            v                                                 |
 *	       connection open? --no--> lookup --> connect            |
 *	            | yes                             |  | fails:     |
 *	            v                                 v  v next addr  |
 *	          send <------------------------- open                |
 *	            |                                                 |
 *	         response --301, 302, ...--> start with another URL   |
 *	            +------ 304: the cache is right ------------------+
 *	            +------ 200, 404, ...: into the cache ------------+
 *
 * Where a name has addresses of both versions of IP, connecting is a race: the
 * next address is tried when the one before has failed or 250 ms have passed,
 * and the first connection that stands is the one (RFC 8305, 5).  Addresses of
 * one version are tried one after the other.
 *
 * A server may close an idle connection just when a request is on its way.  A
 * request on a connection that has been used before is therefore sent once
 * more, on a new one (RFC 9112, 9.3.1).
 */

#include "apps/fetch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"

#include "core/probe.h"

#include "apps/dns_stub.h"
#include "apps/eyeballs.h"
#include "apps/http_client.h"
#include "reactor/reactor.h"

enum { ETAG_MAX = 256, DATE_MAX = 64 };

/* A connection that is kept, with the server it leads to. */
struct conn {
	struct fetcher *f;
	struct http_client *client; /* NULL: the place is free */
	struct url origin;
	struct endpoint server;
	bool is_racing; /* on its way, and may not be the only one */
};

struct fetcher {
	struct loop *loop;
	struct http_cache *cache;
	struct conn conns[FETCH_CONNS_MAX];
	unsigned int next_conn; /* whose place is taken when all are used */
	unsigned int opened;
	struct endpoint server;
	/* The fetch under way. */
	struct visit_resource r;
	fetch_fn *on_done; /* NULL: none */
	void *arg;
	unsigned int redirects;
	struct eyeballs eyes;
	struct loop_timer attempt; /* then the next address is tried, too */
	int last_err;		   /* of the last address that failed */
	struct conn *conn;
	bool has_retried;
	char etag[ETAG_MAX];
	char last_modified[DATE_MAX];
};

static void find(struct fetcher *f);
static void find_server(struct fetcher *f);
static void connect_next(struct fetcher *f, int last_err);

static void finish(struct fetcher *f)
{
	fetch_fn *on_done = f->on_done;
	struct visit_resource r = f->r;

	f->on_done = NULL;
	f->conn = NULL;
	f->r.body = NULL;
	on_done(f->arg, &r);
	buf_put(r.body);
}

static void fail(struct fetcher *f, enum visit_reason reason)
{
	f->r.reason = reason;
	finish(f);
}

static enum visit_reason reason_of(int err)
{
	switch (err) {
	case -ECONNREFUSED:
		return VISIT_REFUSED;
	case -ETIMEDOUT:
		return VISIT_TIMEOUT;
	case -EHOSTUNREACH:
	case -ENETUNREACH:
	case -EAFNOSUPPORT:
	case -EACCES: /* a broadcast address */
	case -EINVAL:
		return VISIT_NO_ROUTE;
	case -EBADMSG:
		return VISIT_NOT_HTTP;
	case -EFBIG:
		return VISIT_TOO_LARGE;
	case -ENOMEM:
	case -EMFILE:
	case -ENOSPC:
		return VISIT_NO_MEMORY;
	default:
		return VISIT_RESET;
	}
}

/* The resource is @msg and @body. */
static void take(struct fetcher *f, enum visit_origin origin,
		 const struct http_msg *msg, struct buf *body)
{
	const char *type = http_msg_field(msg, "Content-Type");

	f->r.reason = VISIT_OK;
	f->r.status = msg->status;
	f->r.origin = origin;
	f->r.body = buf_get(body);
	snprintf(f->r.type, sizeof(f->r.type), "%s", type ? type : "");
	finish(f);
}

/* Is it a redirection?  Then it has been followed, or has failed. */
static bool follow(struct fetcher *f, const struct http_msg *msg)
{
	struct url to;
	int rc = http_redirect(&to, &f->r.final_url, msg, NULL);

	if (rc == -ENOENT)
		return false;
	if (rc) {
		fail(f, VISIT_BAD_URL);
	} else if (++f->redirects > HTTP_REDIRECTS_MAX) {
		fail(f, VISIT_TOO_MANY_REDIRECTS);
	} else {
		f->r.final_url = to;
		find(f);
	}
	return true;
}

static void copy_field(char *to, size_t size, const char *value)
{
	size_t len = value ? strlen(value) : 0;

	/* A validator that is too long is as good as none. */
	if (len >= size)
		len = 0;
	if (len)
		memcpy(to, value, len);
	to[len] = 0;
}

static void find(struct fetcher *f)
{
	struct http_cached c = {0};

	switch (http_cache_find(f->cache, &f->r.final_url, &c)) {
	case HTTP_CACHE_FRESH:
		if (!follow(f, c.msg))
			take(f, VISIT_FROM_CACHE, c.msg, c.body);
		return;
	case HTTP_CACHE_STALE:
	case HTTP_CACHE_MISS:
		break;
	}
	copy_field(f->etag, sizeof(f->etag), c.etag);
	copy_field(f->last_modified, sizeof(f->last_modified), c.last_modified);
	f->has_retried = false;
	find_server(f);
}

static void send_request(struct fetcher *f)
{
	struct http_request req = {
		.method = HTTP_M_GET,
		.url = &f->r.final_url,
		.etag = *f->etag ? f->etag : NULL,
		.last_modified = *f->last_modified ? f->last_modified : NULL,
	};
	struct conn *c = f->conn;
	int rc = http_client_send(c->client, &req);

	if (!rc)
		return;
	http_client_close(c->client);
	c->client = NULL;
	fail(f, reason_of(rc));
}

/* One address is enough: the others are given up. */
static void end_race(struct fetcher *f, struct conn *winner)
{
	size_t i;

	loop_timer_cancel(&f->attempt);
	eyeballs_stop(&f->eyes);
	for (i = 0; i < FETCH_CONNS_MAX; i++) {
		struct conn *c = &f->conns[i];

		if (c != winner && c->is_racing) {
			PROBE_CAUSE(&loop_stack(f->loop)->place, EV_APP,
				    R_EYEBALLS_LOST, NULL,
				    EVF_EP("server", &c->server));
			http_client_close(c->client);
			c->client = NULL;
		}
		c->is_racing = false;
	}
}

static const char *why_it_won(const struct fetcher *f, const struct conn *c,
			      bool is_race)
{
	if (!is_race)
		return "there was no other";
	if (ip_addr_eq(c->server.addr, f->eyes.addr[0]))
		return f->eyes.next > 1 ? "it was tried first, and answered "
					  "after all"
					: "it was tried first";
	return f->last_err ? "the one before failed"
			   : "the one before did not answer in time";
}

static void tell_winner(struct fetcher *f, const struct conn *c, bool is_race)
{
	bool is_v6 = c->server.addr.family == IP_V6;

	if (is_race || is_v6)
		PROBE_CAUSE(&loop_stack(f->loop)->place, EV_APP, R_EYEBALLS_WON,
			    NULL, EVF_TEXT("version", is_v6 ? "IPv6" : "IPv4"),
			    EVF_EP("server", &c->server),
			    EVF_NUM("attempts", f->eyes.next),
			    EVF_TEXT("text", why_it_won(f, c, is_race)));
}

static void on_open(void *arg)
{
	struct conn *c = arg;
	struct fetcher *f = c->f;

	if (!c->is_racing)
		return;
	tell_winner(f, c, eyeballs_is_race(&f->eyes));
	end_race(f, c);
	f->conn = c;
	f->server = c->server;
	send_request(f);
}

static void on_response(void *arg, const struct http_msg *msg, struct buf *body)
{
	struct conn *c = arg;
	struct fetcher *f = c->f;
	uint64_t asked_ns = http_client_asked_ns(c->client);
	struct http_cached cached;

	if (!http_client_is_reusable(c->client)) {
		http_client_close(c->client);
		c->client = NULL;
	}
	if (msg->status == 304 &&
	    !http_cache_validated(f->cache, &f->r.final_url, msg, asked_ns,
				  &cached)) {
		take(f, VISIT_FROM_VALIDATED, cached.msg, cached.body);
		return;
	}
	http_cache_store(f->cache, &f->r.final_url, msg, body, asked_ns);
	if (!follow(f, msg))
		take(f, VISIT_FROM_SERVER, msg, body);
}

static void on_closed(void *arg, int err)
{
	struct conn *c = arg;
	struct fetcher *f = c->f;
	bool was_used = http_client_responses(c->client) > 0;

	c->client = NULL;
	if (c->is_racing && f->on_done) {
		c->is_racing = false;
		connect_next(f, err ? err : -ECONNRESET);
		return;
	}
	if (f->conn != c || !f->on_done)
		return; /* it was idle */
	f->conn = NULL;
	if (was_used && !f->has_retried) {
		f->has_retried = true;
		find_server(f);
	} else {
		connect_next(f, err ? err : -ECONNRESET);
	}
}

static const struct http_client_ops client_ops = {
	.on_open = on_open,
	.on_response = on_response,
	.on_closed = on_closed,
};

/* A place for another connection; if need be the oldest goes. */
static struct conn *free_place(struct fetcher *f)
{
	struct conn *c;
	size_t i;

	for (i = 0; i < FETCH_CONNS_MAX; i++)
		if (!f->conns[i].client)
			return &f->conns[i];
	c = &f->conns[f->next_conn++ % FETCH_CONNS_MAX];
	http_client_close(c->client);
	c->client = NULL;
	return c;
}

static bool is_racing(const struct fetcher *f)
{
	size_t i;

	for (i = 0; i < FETCH_CONNS_MAX; i++)
		if (f->conns[i].is_racing && f->conns[i].client)
			return true;
	return false;
}

static const char *version_name(struct ip_addr a)
{
	return a.family == IP_V6 ? "IPv6" : "IPv4";
}

/* @why the next address has its turn. */
static void tell_attempt(struct fetcher *f, struct ip_addr addr,
			 const char *why)
{
	struct endpoint to = {addr, f->r.final_url.port};

	if (eyeballs_is_race(&f->eyes))
		PROBE_CAUSE(&loop_stack(f->loop)->place, EV_APP, R_EYEBALLS_TRY,
			    NULL, EVF_TEXT("version", version_name(addr)),
			    EVF_EP("server", &to),
			    EVF_NUM("number", f->eyes.next),
			    EVF_TEXT("text", why));
}

static int open_conn(struct fetcher *f, struct ip_addr addr)
{
	struct conn *c = free_place(f);
	int err;

	c->f = f;
	c->origin = f->r.final_url;
	c->server = (struct endpoint){addr, f->r.final_url.port};
	c->is_racing = true;
	f->server = c->server;
	err = http_client_open(f->loop, &c->server, &client_ops, c, &c->client);
	if (err) {
		c->client = NULL;
		c->is_racing = false;
	} else {
		f->opened++;
	}
	return err;
}

/* Where the versions of IP race, the next address need not wait until this one
 * has failed (RFC 8305, 5). */
static void plan_attempt(struct fetcher *f)
{
	if (eyeballs_is_race(&f->eyes))
		loop_timer_arm_in(&f->attempt, EYEBALLS_ATTEMPT_MS * NS_PER_MS);
}

static const char *why_now(const struct fetcher *f, int last_err)
{
	if (last_err)
		return visit_reason_text(reason_of(last_err));
	if (f->eyes.next <= 1)
		return eyeballs_is_waiting(&f->eyes)
			       ? "DNS answered for it first"
			       : "it stands in front";
	return is_racing(f) ? "250 ms passed without an answer to the one "
			      "before"
			    : "it has only now become known";
}

/* The next address of the server, if the last one did not work. */
static void connect_next(struct fetcher *f, int last_err)
{
	struct ip_addr addr;

	f->last_err = last_err ? last_err : f->last_err;
	while (eyeballs_next(&f->eyes, &addr)) {
		tell_attempt(f, addr, why_now(f, last_err));
		last_err = open_conn(f, addr);
		if (!last_err) {
			plan_attempt(f);
			return;
		}
		f->last_err = last_err;
	}
	if (!is_racing(f) && !eyeballs_is_waiting(&f->eyes))
		fail(f, reason_of(f->last_err));
}

static void on_attempt(struct loop_timer *t, void *arg)
{
	struct fetcher *f = arg;

	(void)t;
	if (f->on_done)
		connect_next(f, 0);
}

static void on_found(void *arg, int err)
{
	struct fetcher *f = arg;

	if (is_racing(f) && err)
		return;
	if (err && f->last_err) {
		fail(f, reason_of(f->last_err));
		return;
	}
	switch (err) {
	case 0:
		connect_next(f, 0);
		break;
	case -ENOENT:
		fail(f, VISIT_NO_NAME);
		break;
	case -ENODATA:
		fail(f, VISIT_NO_ADDRESS);
		break;
	case -EIO:
		fail(f, VISIT_DNS_FAILED);
		break;
	case -ENOMEM:
		fail(f, VISIT_NO_MEMORY);
		break;
	default:
		fail(f, VISIT_NO_DNS);
		break;
	}
}

/* A connection that leads there and may be used, or NULL. */
static struct conn *find_conn(struct fetcher *f)
{
	size_t i;

	for (i = 0; i < FETCH_CONNS_MAX; i++)
		if (f->conns[i].client &&
		    url_same_origin(&f->conns[i].origin, &f->r.final_url) &&
		    http_client_is_reusable(f->conns[i].client))
			return &f->conns[i];
	return NULL;
}

static void find_server(struct fetcher *f)
{
	const char *host = f->r.final_url.host;
	struct ip_addr addr;
	int rc;

	f->conn = find_conn(f);
	if (f->conn) {
		send_request(f);
		return;
	}
	f->last_err = 0;
	if (f->r.final_url.host_is_ip && !ip_addr_parse(&addr, host)) {
		eyeballs_give(&f->eyes, addr);
		connect_next(f, 0);
		return;
	}
	rc = eyeballs_start(&f->eyes, host);
	if (rc)
		fail(f, rc == -ENOMEM ? VISIT_NO_MEMORY : VISIT_NO_NAME);
}

void fetch_start(struct fetcher *f, const struct url *url, fetch_fn *on_done,
		 void *arg)
{
	check(!f->on_done);
	f->r = (struct visit_resource){.url = *url, .final_url = *url};
	f->on_done = on_done;
	f->arg = arg;
	f->redirects = 0;
	find(f);
}

struct fetcher *fetcher_new(struct loop *loop, struct dns_stub *stub)
{
	struct fetcher *f = mem_alloc(loop_mem(loop), sizeof(*f));

	if (!f)
		return NULL;
	f->loop = loop;
	eyeballs_init(&f->eyes, loop, stub, on_found, f);
	loop_timer_init(&f->attempt, loop, on_attempt, f);
	f->cache = http_cache_new(&loop_stack(loop)->place);
	if (f->cache)
		return f;
	mem_free(loop_mem(loop), f, sizeof(*f));
	return NULL;
}

void fetcher_close_all(struct fetcher *f)
{
	size_t i;

	loop_timer_cancel(&f->attempt);
	eyeballs_stop(&f->eyes);
	f->on_done = NULL;
	f->conn = NULL;
	for (i = 0; i < FETCH_CONNS_MAX; i++) {
		http_client_close(f->conns[i].client);
		f->conns[i].client = NULL;
		f->conns[i].is_racing = false;
	}
}

void fetcher_over(struct fetcher *f, enum eyeballs_over over)
{
	f->eyes.over = over;
}

void fetcher_free(struct fetcher *f)
{
	if (!f)
		return;
	fetcher_close_all(f);
	http_cache_free(f->cache);
	mem_free(loop_mem(f->loop), f, sizeof(*f));
}

struct http_cache *fetcher_cache(struct fetcher *f)
{
	return f->cache;
}

unsigned int fetcher_connections(const struct fetcher *f)
{
	return f->opened;
}

struct endpoint fetcher_server(const struct fetcher *f)
{
	return f->server;
}
