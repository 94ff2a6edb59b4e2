/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_DNSNET_H
#define SUPPORT_DNSNET_H

/*
 * dnsnet.h - a small DNS of four hosts, for tests
 *
 *	h0 10.1.1.1 -- 10.1.1.2 h1   root
 *	   10.1.2.1 -- 10.1.2.2 h2   test
 *	   10.1.3.1 -- 10.1.3.2 h3   shop.test, glueless.test
 *
 * h0 has a stub, and the resolver that it asks.  The server of shop.test can
 * be replaced by one that answers as the test likes.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "apps/dns_msg.h"
#include "apps/dns_resolver.h"
#include "apps/dns_server.h"
#include "apps/dns_stub.h"
#include "reactor/reactor.h"
#include "testnet.h"

enum { DNSNET_SERVERS = 3, DNSNET_HOSTS = 4 };

#define DNSNET_SOA(zone) \
	zone " 3600 SOA ns." zone " admin." zone " 1 7200 900 1209600 60\n"

struct dns_found {
	int calls, err;
	struct dns_addrs addrs;
};

struct dns_fake;

typedef void dns_fake_fn(struct dns_fake *fake, const struct dns_head *q,
			 struct buf *query);

/* A server that answers as the test likes. */
struct dns_fake {
	struct handler handler;
	dns_fake_fn *answer;
	int calls;
};

/* The whole; fields may be read. */
struct dnsnet {
	struct testnet *net;
	struct loop *loop[DNSNET_HOSTS];
	struct dns_zone *zones[DNSNET_SERVERS + 1];
	struct dns_server *servers[DNSNET_SERVERS];
	struct dns_resolver *resolver;
	struct dns_stub *stub;
	struct dns_found found[3];
	struct dns_lookup *lookup;
	struct dns_fake fake;
};

/* For cmocka_unit_test_setup_teardown(); *state is the struct dnsnet. */
int dnsnet_setup(void **state);
int dnsnet_teardown(void **state);

/* The resolver of h0 and its stub; setup has started them already. */
void dnsnet_start_resolver(struct dnsnet *f, bool mixes_case);

/* The server of shop.test gets this text for its zone. */
void dnsnet_set_shop(struct dnsnet *f, const char *text);

/* Begin a lookup, whose outcome will be in @found. */
void dnsnet_begin(struct dnsnet *f, struct dns_found *found, const char *name);

/* Look up, wait, and check: an address, or the error. */
void dnsnet_lookup(struct dnsnet *f, const char *name, int err,
		   const char *addr);

/* Questions that were asked since the last call, by anybody. */
uint64_t dnsnet_questions(struct dnsnet *f);

/* The host forgets; the resolver does not. */
void dnsnet_forget(struct dnsnet *f);

/* Replace the server of shop.test; UDP only. */
void dnsnet_start_fake(struct dnsnet *f, dns_fake_fn *answer);

/*
 * Answer @query with these records, one a line; a line "?" begins the
 * authority section, "+" the additional one.  @flip changes the id.
 */
void dnsnet_reply(struct dns_fake *fake, struct buf *query, const char *lines,
		  uint16_t flip);

/* An endpoint, from "10.1.1.2:53". */
struct endpoint dnsnet_at(const char *text);

#endif /* SUPPORT_DNSNET_H */
