/* SPDX-License-Identifier: MIT */
#ifndef TRACE_EXPLAIN_H
#define TRACE_EXPLAIN_H

/*
 * explain.h - an event in words
 *
 * Three texts for each event: what happened (say), why (why) and where the
 * rule for it stands (rfc).  They are made from the event's own fields and
 * frame, so they are true of this run or do not exist.
 */

#include <stddef.h>

#include "base/strbuf.h"

#include "trace/log.h"

/**
 * explain_say() - One plain sentence: what happened
 * @log:	For events that the sentence refers to; may be NULL
 * @ev:		The event
 * @out:	Appended to
 */
void explain_say(const struct trace_log *log, const struct log_event *ev,
		 struct strbuf *out);

/* One plain sentence: why it happened.  May append nothing. */
void explain_why(const struct trace_log *log, const struct log_event *ev,
		 struct strbuf *out);

/* Where the rule stands: "9293 3.5", or NULL if no RFC rules it. */
const char *explain_rfc(const struct log_event *ev);

#endif /* TRACE_EXPLAIN_H */
