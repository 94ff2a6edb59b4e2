/* SPDX-License-Identifier: MIT */
#ifndef TRACE_STEPS_H
#define TRACE_STEPS_H

/*
 * steps.h - a visit cut into the steps that a person thinks in
 *
 * The steps are found in the log: each begins and ends with events at the
 * visitor's host.  Steps that did not happen (because a cache knew) are not
 * there.  Their times do not overlap: what one step waits for another to do
 * (DNS for ARP) counts for the other.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trace/log.h"

enum step_kind {
	STEP_URL,
	STEP_BROWSER_CACHE,
	STEP_OS_CACHE,
	STEP_ARP,
	STEP_ND, /* the same for IPv6 */
	STEP_DNS,
	STEP_RACE, /* addresses of both versions of IP */
	STEP_TCP,
	STEP_HTTP,
	STEP_CLOSE,
	STEP_KINDS
};

#define STEP_TEXT  96
#define STEPS_MAX  64
#define PATH_HOSTS 8

/**
 * struct step - one of them
 * @kind:	What it is
 * @name:	For the table: "HTTP GET /"
 * @result:	What came of it: "200 OK, 612 bytes, text/html"
 * @begin_ns:	When it began and
 * @end_ns:	ended; a step that never ended ends with the visit
 * @first:	First event of it and
 * @last:	last
 * @peer:	Other host of it (gateway, server), or NULL
 * @pending:	DNS: questions under way, bits
 * @is_done:	It ended
 * @is_after:	It came after the page was shown
 */
struct step {
	enum step_kind kind;
	char name[STEP_TEXT];
	char result[STEP_TEXT];
	uint64_t begin_ns, end_ns;
	uint32_t first, last;
	const char *peer;
	unsigned int pending;
	bool is_done;
	bool is_after;
};

/**
 * struct visit_view - a visit and its steps
 * @log:	Where it stands
 * @begin:	Event of its beginning
 * @last:	Last event that belongs to it
 * @host:	The visitor's
 * @url:	What was visited
 * @begin_ns:	When
 * @end_ns:	Page shown, or failed
 * @status:	Of the page, or of the last answer if none was shown; 0: none
 * @octets:	Of the page and all that belongs to it
 * @resources:	How many files these are
 * @skipped:	Links of the page that were not fetched: no URLs, or too many
 * @answers:	Answers that came over the network
 * @is_shown:	The page was shown
 * @failure:	Why not, or NULL
 * @frames_lost: Frames that cables dropped or damaged during the visit
 * @retransmissions: Segments sent again by any host
 * @steps:	@count of them in order of their beginning
 */
struct visit_view {
	const struct trace_log *log;
	uint32_t begin, last;
	const char *host, *url;
	uint64_t begin_ns, end_ns;
	int64_t status, octets, resources, skipped;
	unsigned int answers;
	bool is_shown;
	const char *failure;
	unsigned int frames_lost, retransmissions;
	struct step steps[STEPS_MAX];
	size_t count;
};

/**
 * visit_find() - Cut a visit into steps
 * @v:		Filled in
 * @log:	Must outlive it
 * @number:	Which visit of the log, from 1
 *
 * Return: whether there is such a visit
 */
bool visit_find(struct visit_view *v, const struct trace_log *log,
		unsigned int number);

/* Of a handshake: IP_V4 or IP_V6. */
uint8_t step_family(const struct visit_view *v, const struct step *s);

/* Is it a frame that a cable lost, or damaged so that it was thrown away? */
bool visit_is_loss(const struct log_event *ev);

/* Number of the step that an event of the visit belongs to, from 1; 0: none. */
size_t visit_step_of(const struct visit_view *v, uint32_t n);

/* What a status of HTTP is called: "Not Found". */
const char *status_phrase(int64_t status);

/* Short name of a kind of step: "TCP". */
const char *step_kind_name(enum step_kind kind);

#endif /* TRACE_STEPS_H */
