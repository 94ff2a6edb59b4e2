/* SPDX-License-Identifier: MIT */
#ifndef APPS_DNS_LISTENER_H
#define APPS_DNS_LISTENER_H

/*
 * dns_listener.h - the part of a DNS server that faces its clients
 *
 * Questions come over UDP and TCP; each is handed to the owner as a query,
 * which the owner answers at once or later.  A client that has gone away
 * meanwhile is simply not answered.
 */

#include <ldns/packet.h>

#include "wire/addr.h"

#include "apps/dns_msg.h"

struct dns_listener;
struct loop;

enum {
	DNS_CONNS_MAX = 256,  /* TCP connections; further ones are reset */
	DNS_CONN_IDLE_S = 10, /* until a silent one is closed (RFC 7766) */
	DNS_QUERIES_MAX =
		4096, /* that wait for an answer; others are dropped */
};

/**
 * struct dns_query - a question from a client
 * @head:	Its header
 * @pkt:	The question, parsed; the query's own
 * @client:	From where
 * @limit:	Octets the client can take
 */
struct dns_query {
	struct dns_head head;
	ldns_pkt *pkt;
	struct endpoint client;
	size_t limit;
};

/* The owner takes @q, and gives it back with dns_reply() or dns_drop(). */
typedef void dns_query_fn(void *arg, struct dns_query *q);

/**
 * dns_listener_open() - Listen on UDP and TCP
 * @local:	Address and port; without an address: everywhere
 * @on_query:	A well-formed question arrived
 *
 * Messages that are no questions are dropped, so that two servers cannot
 * answer each other for ever.  What cannot be parsed but has a header is
 * answered with a bare FORMERR, which is never longer than what came.
 *
 * Return: 0, -ENOMEM, -EADDRINUSE, -EADDRNOTAVAIL, ...
 */
int dns_listener_open(struct loop *loop, const struct endpoint *local,
		      dns_query_fn *on_query, void *arg,
		      struct dns_listener **listener);

/* Stop listening; queries that wait may still be given back.  Before the loop
 * is freed.  NULL is fine. */
void dns_listener_close(struct dns_listener *l);

/* Send the answer, and free the query.  Frees @answer. */
void dns_reply(struct dns_query *q, ldns_pkt *answer);
void dns_drop(struct dns_query *q);

#endif /* APPS_DNS_LISTENER_H */
