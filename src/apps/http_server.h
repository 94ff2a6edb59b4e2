/* SPDX-License-Identifier: MIT */
#ifndef APPS_HTTP_SERVER_H
#define APPS_HTTP_SERVER_H

/*
 * http_server.h - a server of files (RFC 9110, RFC 9112)
 *
 * GET, HEAD and OPTIONS; persistent connections and pipelining; conditional
 * requests and ranges.  Each answer is an event HTTP_SERVE, which is the
 * access log.
 */

#include <stddef.h>
#include <stdint.h>

#include "wire/addr.h"

#include "apps/http_source.h"

struct http_server;
struct loop;

enum {
	HTTP_CONNS_MAX = 16384,	    /* further ones are refused with a reset */
	HTTP_BODY_MAX = 1 << 20,    /* octets of a request's body: 413 beyond */
	HTTP_INPUT_MAX = 65536,	    /* octets of pipelined requests that wait */
	HTTP_HEAD_DEADLINE_S = 10,  /* from a head's first octet to its end */
	HTTP_BODY_DEADLINE_S = 30,  /* for a request's body */
	HTTP_IDLE_DEADLINE_S = 60,  /* between two requests */
	HTTP_STALL_DEADLINE_S = 60, /* while a client does not read */
	HTTP_LINGER_S = 2, /* reading on after an error, so that it arrives */
};

/**
 * struct http_server_config - what a server needs
 * @local:	Where it listens; without an address: everywhere
 * @source:	Its files; must outlive it
 * @backlog:	Connections that may wait; 0: 128
 * @max_age_s:	How long caches may keep the files; 0: nothing is said
 */
struct http_server_config {
	struct endpoint local;
	struct http_source *source;
	int backlog;
	uint32_t max_age_s;
};

/* Requests answered, by the hundreds of their status, and connections. */
struct http_server_stats {
	uint64_t answers[6];
	uint64_t octets;
	uint64_t conns_total;
	size_t conns;
};

/**
 * http_server_start() - Listen
 * @server:	Filled in; goes with http_server_stop()
 *
 * Return: 0, -ENOMEM, or what channel_listen() says
 */
int http_server_start(struct loop *loop, const struct http_server_config *cfg,
		      struct http_server **server);

/* Stop listening and abort all connections.  Before the loop is freed.  NULL is
 * fine. */
void http_server_stop(struct http_server *server);

const struct http_server_stats *
http_server_stats(const struct http_server *server);

#endif /* APPS_HTTP_SERVER_H */
