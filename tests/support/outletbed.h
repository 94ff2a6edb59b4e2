/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_OUTLETBED_H
#define SUPPORT_OUTLETBED_H

/*
 * outletbed.h - a host, a router with a way out, and a machine that is none
 *
 *	a --- b === fakesocks
 *	10.0.0.1  10.0.0.2
 */

#include "fakesocks.h"
#include "outlet/outlet.h"
#include "pair.h"

struct outletbed {
	struct pair p;
	struct fake_socks m;
	struct outlet *o;
	char said[256]; /* to a person */
	int says;
};

/* Aborts the test program when something fails. */
void outletbed_init(struct outletbed *bed, bool has_loopback);
void outletbed_fini(struct outletbed *bed);

/* Let time pass. */
void outletbed_run(struct outletbed *bed, uint64_t ms);

/* The socket that was opened last; it becomes ready, and 100 ms pass. */
struct fake_sock *outletbed_sock(struct outletbed *bed);
void outletbed_ready(struct outletbed *bed, unsigned int events);

/* How often the router dropped something for that reason. */
uint64_t outletbed_drops(struct outletbed *bed, enum drop why);

#endif /* SUPPORT_OUTLETBED_H */
