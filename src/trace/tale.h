/* SPDX-License-Identifier: MIT */
#ifndef TRACE_TALE_H
#define TRACE_TALE_H

/*
 * tale.h - what happened in a lab, told in order, in words
 *
 *	── alice pings bob ────────────────────────────────────────────
 *	    0.0  alice    who has 10.1.0.1? (to everyone)           #19
 *	                    because the IP of the next machine is known, its MAC
 *	                    address is not (RFC 826)
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/strbuf.h"

#include "trace/log.h"

/**
 * struct tale_style - how to tell it
 * @verbosity:	0: what programs and people did, and faults; 1: also every frame
 *		where it was made, what is learnt, what is dropped, and why, each
 *		reason once; 2: every event, with its reason
 * @is_ascii:	Nothing beyond ASCII
 * @is_told:	(optional) Is this event told of elsewhere?
 * @arg:	Its argument
 */
struct tale_style {
	int verbosity;
	bool is_ascii;
	bool (*is_told)(void *arg, const struct log_event *ev);
	void *arg;
};

/* Tell it.  Appends nothing when there is nothing to tell. */
void tale_print(const struct trace_log *log, const struct tale_style *style,
		struct strbuf *out);

#endif /* TRACE_TALE_H */
