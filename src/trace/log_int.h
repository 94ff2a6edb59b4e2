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

struct trace_log {
	struct mem *mem;
	struct env *env;
	enum log_depth depth;
	bool is_full;
	uint32_t count;
	struct log_event **blocks;
	size_t block_count, block_room;
	struct arena_piece *arena;
	struct htab names;
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

/* What is in that room is complete: it belongs to the log now. */
void log_count_in(struct trace_log *log, struct log_event *ev);

#endif /* TRACE_LOG_INT_H */
