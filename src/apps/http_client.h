/* SPDX-License-Identifier: MIT */
#ifndef APPS_HTTP_CLIENT_H
#define APPS_HTTP_CLIENT_H

/*
 * http_client.h - one connection to an HTTP server, for one request after the
 * other
 */

#include <stdbool.h>
#include <stdint.h>

#include "wire/addr.h"

#include "apps/http_msg.h"
#include "apps/url.h"

struct buf;
struct http_client;
struct loop;

enum {
	HTTP_RESPONSE_MAX = 8 << 20,   /* octets of a body: -EFBIG beyond */
	HTTP_RESPONSE_DEADLINE_S = 60, /* while nothing arrives */
	HTTP_REDIRECTS_MAX = 10,       /* for whoever follows them */
};

/**
 * struct http_client_ops - what a client tells its owner
 * @on_open:	The connection stands; a request may be sent
 * @on_response: The response is complete; @msg is lent until the next request
 *		is sent, @body for the call
 * @on_closed:	The connection is gone, and with it the client.  @err is 0 if
 *		the server closed it between two responses, else why:
 *		-ECONNREFUSED, -ETIMEDOUT, -EHOSTUNREACH, -ECONNRESET,
 *		-EBADMSG (no HTTP, or cut short), -EFBIG, -ENOMEM
 *
 * In each of them the client may be used, and closed.
 */
struct http_client_ops {
	void (*on_open)(void *arg);
	void (*on_response)(void *arg, const struct http_msg *msg,
			    struct buf *body);
	void (*on_closed)(void *arg, int err);
};

/**
 * struct http_request - what to ask for
 * @method:	HTTP_M_GET or HTTP_M_HEAD
 * @url:	Its host and port go into the Host field
 * @etag:	For If-None-Match, or NULL
 * @last_modified: For If-Modified-Since, or NULL
 * @close:	Ask the server to close afterwards
 */
struct http_request {
	enum http_method method;
	const struct url *url;
	const char *etag;
	const char *last_modified;
	bool close;
};

/**
 * http_client_open() - Connect
 * @server:	Address and port
 * @client:	Filled in
 *
 * Return: 0; -ENOMEM, -EMFILE, -ENETUNREACH, ...: on_closed() is not called
 */
int http_client_open(struct loop *loop, const struct endpoint *server,
		     const struct http_client_ops *ops, void *arg,
		     struct http_client **client);

/**
 * http_client_send() - Send a request
 *
 * Emits HTTP_REQUEST, and HTTP_RESPONSE when the response is complete.
 *
 * Return: 0; -EBUSY: the response to the last one is not complete; -EPIPE: not
 * connected; -ENOMEM
 */
int http_client_send(struct http_client *client,
		     const struct http_request *req);

/* Responses so far: a request on a connection that was used before, and is
 * closed without an answer, may be sent again on a new one. */
unsigned int http_client_responses(const struct http_client *client);

/* May a further request be sent on it (RFC 9112, 9.3)? */
bool http_client_is_reusable(const struct http_client *client);

/* When the request under way, or the last one, was sent. */
uint64_t http_client_asked_ns(const struct http_client *client);

/* Close; nothing is called back any more.  NULL is fine. */
void http_client_close(struct http_client *client);

/**
 * http_redirect() - Where does a response send us?
 * @url:	Filled in; @from is what was asked for
 *
 * Return: 0; -ENOENT if it is no redirection; what url_resolve() says
 */
int http_redirect(struct url *url, const struct url *from,
		  const struct http_msg *msg, struct url_error *err);

#endif /* APPS_HTTP_CLIENT_H */
