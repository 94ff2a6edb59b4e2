/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_HOMENET_H
#define SUPPORT_HOMENET_H

/*
 * homenet.h - a small network with a log, and things that happen on it
 *
 *	laptop --- sw --- router --- web		1 ms each cable
 *	10.1.0.10    10.1.0.1  10.9.0.1    10.9.0.80
 *
 * Everything may run out of memory, and says so: the functions return whether
 * they did what they are for.
 */

#include <stdbool.h>
#include <stddef.h>

#include "trace/log.h"
#include "vnet/vnet.h"

struct homenet {
	struct world *world;
	struct host *laptop, *router, *web;
	struct vswitch *sw;
	struct cable *cables[3]; /* from left to right */
	struct trace_log *log;
};

/* Begins its log by introducing nodes and addresses, as a lab does. */
bool homenet_build(struct homenet *n, struct mem *mem);

/* Frees it whether it was built or not.  Returns packets and blocks leaked. */
size_t homenet_free(struct homenet *n);

/* What follows is what a person wants: "ping web". */
void homenet_act(struct homenet *n, const char *text);

/* The laptop pings the web server once with so many octets. */
bool homenet_ping(struct homenet *n, size_t octets);

/* The laptop asks the web server for so many octets over TCP, port 80; both
 * close, and TIME-WAIT passes. */
bool homenet_fetch(struct homenet *n, size_t octets);

/* The number of the first event of a kind at a host, after event @after; fails
 * the test if there is none. */
uint32_t log_find(const struct trace_log *log, uint32_t after, const char *host,
		  enum ev_kind kind, enum reason what);

#endif /* SUPPORT_HOMENET_H */
