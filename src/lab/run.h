/* SPDX-License-Identifier: MIT */
#ifndef LAB_RUN_H
#define LAB_RUN_H

/*
 * run.h - a lab comes to life
 *
 *	struct lab_run *run;
 *
 *	lab_run_new(&run, &mem, &lab, seed);
 *	lab_run_go(run);		until the script is done
 *	... lab_run_log(run) ...
 *	lab_run_free(run);
 *
 * The same lab with the same seed writes the same log, octet for octet.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lab/lab.h"
#include "trace/log.h"

struct lab_run;
struct pace;
struct world;
struct host;

/* How long the lab goes on when the script is done, if it does not say. */
#define LAB_SETTLE_NS (2 * NS_PER_S)

/* What is still going on this long after the last line is given up. */
#define LAB_LIMIT_NS (600 * NS_PER_S)

/* What programs of a lab with a way out have said last gets so long to leave:
 * at least, and at most. */
#define LAB_DRAIN_LEAST_NS (50 * NS_PER_MS)
#define LAB_DRAIN_NS	   (5 * NS_PER_S)

/**
 * lab_run_new() - Build the world of a lab; time is 0, nothing has happened
 * @run:	Set on success; goes with lab_run_free()
 * @mem:	Where all of its memory comes from, the log's too
 * @lab:	As loaded; must outlive it
 * @seed:	Usually lab->spec.seed.v
 *
 * Return: 0, -ENOMEM, -EOPNOTSUPP (real programs in virtual time), or what a
 * server says that does not start or a device that does not open
 */
int lab_run_new(struct lab_run **out, struct mem *mem, const struct lab *lab,
		uint64_t seed);

/* Free all.  Returns packets and blocks leaked: 0. */
size_t lab_run_free(struct lab_run *run);

/**
 * lab_run_go() - Let the script happen
 * @run:	Just built
 *
 * Runs until every line of the script is done and what follows has settled, or
 * until the lab's `until`.
 *
 * Return: 0, -ENOMEM
 */
int lab_run_go(struct lab_run *run);

/**
 * struct lab_resource - something that a visit brought
 * @visit:	Which visit, from 1, in order of their ends
 * @host:	Of its URL
 * @path:	Of its URL, with the query; begins with a slash
 * @body:	Its octets, @len of them; lent for the call
 */
struct lab_resource {
	unsigned int visit;
	const char *host, *path;
	const void *body;
	size_t len;
};

typedef void lab_resource_fn(void *arg, const struct lab_resource *resource);

/* Be called for the page and everything it needs at the end of each visit that
 * succeeds; before lab_run_go(). */
void lab_run_on_resource(struct lab_run *run, lab_resource_fn *fn, void *arg);

/* All programs have ended; what they have said goes on through the routers that
 * lead out of the lab.  Other labs need not wait. */
void lab_run_drain(struct lab_run *run);

/* The clock that it follows, or NULL: virtual time. */
struct pace *lab_run_pace(struct lab_run *run);

/* SIGINT and SIGTERM no longer end it: somebody else looks after signals.  In
 * real time only. */
void lab_run_keep_signals(struct lab_run *run);

/* Has @host all the addresses that it asks for or makes itself, and has seen that
 * nobody else has them? */
bool lab_run_is_ready(const struct lab_run *run, const struct host *host);

/* Does nobody outside live by its clock: no uplink to a device, and no real
 * program that its file starts?  Others are the caller's; and this machine's
 * sockets (`sockets: host`) are silent until somebody uses them. */
bool lab_run_is_alone(const struct lab_run *run);

/* Append what was counted: by hubs, by switches, and what was dropped where. */
void lab_run_counters(struct lab_run *run, struct strbuf *out);

struct trace_log *lab_run_log(struct lab_run *run);
struct world *lab_run_world(struct lab_run *run);
const struct lab *lab_run_lab(const struct lab_run *run);

/* Event of the @number-th visit or ping (from 1, in order of the file), 0: it
 * did not happen. */
uint32_t lab_run_visit_event(const struct lab_run *run, size_t number);
uint32_t lab_run_ping_event(const struct lab_run *run, size_t number);

#endif /* LAB_RUN_H */
