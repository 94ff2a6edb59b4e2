/* SPDX-License-Identifier: MIT */
#ifndef TRACE_LOG_INT_H
#define TRACE_LOG_INT_H

/*
 * log_int.h - the inside of a log, for those who fill it: log.c listens to an
 * env, log_load.c reads a file
 */

#include "base/htab.h"

#include "trace/log.h"

#define EVENTS_PER_BLOCK 1024
#define ARENA_PIECE	 (256 * 1024)

struct arena_piece {
	struct arena_piece *next;
	size_t size, used;
	uint8_t data[];
};

/* A place that events happen at: its events are a chain. */
struct log_host {
	const char *name;
	uint32_t first, last;
};

struct trace_log {
	struct mem *mem;
	struct env *env;
	enum log_depth depth;
	bool is_full;
	uint32_t count, forgotten;
	struct log_event **blocks;
	size_t block_count, block_room;
	struct arena_piece *arena;
	struct htab names;
	struct htab hosts; /* struct log_host by name */
	bool are_names_complete;
};

/* An event was added: if it introduces the lab, it can be looked up from now
 * on (names.c). */
void names_add(struct trace_log *log, struct log_event *ev);

/* Aligned room that lives as long as the log; NULL: memory ran out. */
void *log_take(struct trace_log *log, size_t len);
const char *log_take_text(struct trace_log *log, const char *text);

/* Room for event number count + 1; NULL: memory ran out. */
struct log_event *log_room(struct trace_log *log);

/* Event number @n, to be changed; NULL: there is none. */
struct log_event *log_at(const struct trace_log *log, uint32_t n);

/* An event is about to be added: chain it to those of its place
 * (log_hosts.c).  False: memory ran out. */
bool log_host_add(struct trace_log *log, struct log_event *ev);

/* What is in that room is complete: it belongs to the log now.  False: memory
 * ran out, and it does not. */
bool log_count_in(struct trace_log *log, struct log_event *ev);

#endif /* TRACE_LOG_INT_H */
