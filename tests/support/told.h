/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_TOLD_H
#define SUPPORT_TOLD_H

/*
 * told.h - a log filled by hand, for views of what no network does on demand
 *
 *	PROBE(told_at(&t, "laptop", 12500), EV_APP, R_HTTP_REQUEST, NULL, ...);
 */

#include "core/env.h"
#include "core/place.h"
#include "core/probe.h"

#include "trace/log.h"

enum { TOLD_PLACES = 6 };

struct told {
	struct mem mem;
	struct env env;
	struct place places[TOLD_PLACES];
	struct trace_log *log;
};

void told_init(struct told *t);
void told_fini(struct told *t); /* fails the test if memory leaked */

/* A place of that name; it is @us microseconds now. */
struct place *told_at(struct told *t, const char *host, uint64_t us);

/* Introduce a host with an address, "10.1.0.10", and the MAC 02:...:@mac. */
void told_host(struct told *t, const char *name, const char *kind,
	       const char *ip, uint8_t mac);

#endif /* SUPPORT_TOLD_H */
