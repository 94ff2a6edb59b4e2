/* SPDX-License-Identifier: MIT */
#ifndef APPS_EYEBALLS_H
#define APPS_EYEBALLS_H

/*
 * eyeballs.h - the addresses of a name in the order in which to try them, so
 * that a person does not wait for a version of IP that is broken (RFC 8305)
 */

#include <stdbool.h>
#include <stddef.h>

#include "wire/addr.h"

#include "apps/dns_stub.h"
#include "reactor/reactor.h"

enum {
	EYEBALLS_MAX = 2 * DNS_ADDRS_MAX,
	EYEBALLS_RESOLUTION_MS = 50, /* IPv4 waits so long for IPv6 (8305, 3) */
	EYEBALLS_ATTEMPT_MS = 250,   /* between two connections (8305, 5) */
};

/* With which versions of IP. */
enum eyeballs_over { EYEBALLS_ANY, EYEBALLS_IPV4, EYEBALLS_IPV6 };

/**
 * eyeballs_fn() - There are addresses to try, or there will be none
 * @err:	0, or as dns_lookup_fn()
 */
typedef void eyeballs_fn(void *arg, int err);

/**
 * struct eyeballs - a search; fields are its own
 * @lookup:	Questions under way, AAAA and A
 * @err:	What came of each; 1: nothing yet
 * @addr:	Addresses, in order; those before @next were handed out
 * @is_told:	on_found() was called, and eyeballs_next() has not run dry since
 */
struct eyeballs {
	struct loop *loop;
	struct dns_stub *stub;
	eyeballs_fn *on_found;
	void *arg;
	enum eyeballs_over over;
	struct dns_lookup *lookup[2];
	int err[2];
	struct ip_addr addr[EYEBALLS_MAX];
	size_t count, next;
	bool is_told;
	struct loop_timer delay;
};

void eyeballs_init(struct eyeballs *e, struct loop *loop, struct dns_stub *stub,
		   eyeballs_fn *on_found, void *arg);

/**
 * eyeballs_start() - Look a name up
 *
 * A host without an IPv6 address does not ask for one.
 *
 * Return: 0: on_found() will be called; -EINVAL, -ENOMEM
 */
int eyeballs_start(struct eyeballs *e, const char *name);

/* Try this address, and no other. */
void eyeballs_give(struct eyeballs *e, struct ip_addr addr);

/* The next to try; false: none.  If more may come, on_found() is called when
 * they do, see eyeballs_is_waiting(). */
bool eyeballs_next(struct eyeballs *e, struct ip_addr *addr);

/* Are there addresses of both versions, or may there still be? */
bool eyeballs_is_race(const struct eyeballs *e);

/* Is there a question without an answer? */
bool eyeballs_is_waiting(const struct eyeballs *e);

/* Never mind. */
void eyeballs_stop(struct eyeballs *e);

#endif /* APPS_EYEBALLS_H */
