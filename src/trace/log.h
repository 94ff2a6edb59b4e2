/* SPDX-License-Identifier: MIT */
#ifndef TRACE_LOG_H
#define TRACE_LOG_H

/*
 * log.h - the event log: what happened, in order, each thing with its cause
 *
 * Theory of operation
 * ===================
 * The log is the listener of an env (core/probe.h).  It copies each event with
 * its fields and, where a frame is at an interface, the frame's octets.  All
 * views (ladder, captures, why, hops, expectations) are made from it and from
 * nothing else, so they cannot disagree; and a log that was written to a file
 * and read back gives the same views.
 *
 * Events are numbered from 1 without gaps; the number of a frame is that of
 * the event of its sending.  A cause is the number of an earlier event, or 0.
 *
 * Memory comes from the mem that trace_log_new() is given; when it runs out
 * the log stops growing and says so (is_full), the network runs on.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"

#include "core/env.h"
#include "core/probe.h"

struct strbuf;

enum log_value_type { LOG_NUM, LOG_TEXT };

/* A field of an event; addresses are kept as the text that people read. */
struct log_field {
	const char *key;
	enum log_value_type type;
	int64_t num;
	const char *text; /* LOG_TEXT */
};

/**
 * struct log_event - one line of the log
 * @n:		Number, from 1
 * @cause:	Number of an earlier event, or 0 for a person's action
 * @t_ns:	Virtual time
 * @kind:	See core/probe.h
 * @what:	See core/reason.h
 * @host:	Name of the place: host, switch or cable
 * @netif:	Name of the interface, or NULL
 * @proto:	Innermost protocol of the frame, or that of the event: "tcp"
 * @frame:	Octets of the frame with its FCS, or NULL
 * @frame_len:	How many
 * @link:	Of which kind it is, enum pkt_link
 * @next_here:	Next event at the same place, 0: none (yet)
 * @fields:	@field_count further values, in the order they were given
 * @first_child: The first event whose cause is this one, or 0; likewise
 * @last_child:	the last
 * @next_sibling: The next event with the same cause, or 0
 * @last_syn:	The last TCP SYN at any interface, up to this event, or 0
 */
struct log_event {
	uint32_t n;
	uint32_t cause;
	uint32_t first_child, last_child, next_sibling;
	uint32_t last_syn;
	uint64_t t_ns;
	enum ev_kind kind;
	enum reason what;
	const char *host;
	const char *netif;
	const char *proto;
	const uint8_t *frame;
	uint32_t frame_len;
	uint8_t link;
	uint32_t next_here;
	uint16_t field_count;
	const struct log_field *fields;
};

struct trace_log;

/* How much of the frames to keep. */
enum log_depth {
	LOG_FRAMES,    /* whole frames, for captures and views */
	LOG_NO_FRAMES, /* events only, for very large labs */
};

/* An empty log, or NULL. */
struct trace_log *trace_log_new(struct mem *mem, enum log_depth depth);
void trace_log_free(struct trace_log *log);

/* Become the listener of @env; it must not have another. */
void trace_log_attach(struct trace_log *log, struct env *env);
void trace_log_detach(struct trace_log *log);

/* The memory that the log is in; views may use it. */
struct mem *trace_log_mem(const struct trace_log *log);

/* Events in the log; the last has this number. */
uint32_t trace_log_count(const struct trace_log *log);

/* Memory ran out and events were lost. */
bool trace_log_is_full(const struct trace_log *log);

/* Of these, how many were forgotten: the first ones. */
uint32_t trace_log_forgotten(const struct trace_log *log);

/* Forget all events so far; numbers go on, and names are still known.  For one
 * who has written them down. */
void trace_log_forget(struct trace_log *log);

/* Event number @n, or NULL: there is none, or it was forgotten. */
const struct log_event *trace_log_get(const struct trace_log *log, uint32_t n);

/* Value of a field: NULL or @otherwise if the event has none of that name. */
const char *log_text(const struct log_event *ev, const char *key);
int64_t log_num(const struct log_event *ev, const char *key, int64_t otherwise);
bool log_has(const struct log_event *ev, const char *key);

/* Is event @n caused by event @by, directly or through others? */
bool trace_log_follows(const struct trace_log *log, uint32_t n, uint32_t by);

/**
 * trace_log_next_child() - Walk over the events that an event caused
 * @by:		Their cause
 * @n:		The child before, or @by to begin with
 *
 * Return: number of the next one, 0 if there is none
 */
uint32_t trace_log_next_child(const struct trace_log *log, uint32_t by,
			      uint32_t n);

/* The first event at a place, and the one after @ev at the same; NULL: none. */
const struct log_event *trace_log_first_at(const struct trace_log *log,
					   const char *name);
const struct log_event *trace_log_next_at(const struct trace_log *log,
					  const struct log_event *ev);

/**
 * trace_log_line() - One event as a line of JSON, with newline
 *
 * See weft-log(5).  Sentences (say, why, rfc) are made by trace/explain.h.
 */
void trace_log_line(const struct trace_log *log, const struct log_event *ev,
		    struct strbuf *out);

#endif /* TRACE_LOG_H */
