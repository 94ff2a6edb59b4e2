/* SPDX-License-Identifier: MIT */
#ifndef TRACE_STORY_H
#define TRACE_STORY_H

/*
 * story.h - frames of a stretch of the log as a ladder
 */

#include <stdbool.h>

#include "base/strbuf.h"

#include "trace/ladder.h"
#include "trace/log.h"

/* Which part of a connection's life to tell. */
enum story_part {
	STORY_ALL,
	STORY_OPENING, /* SYN to ESTABLISHED */
	STORY_TALKING, /* all but the opening */
};

/**
 * struct story - what to draw
 * @log:	Where it stands
 * @first:	First event, and
 * @last:	last one
 * @begin_ns:	Time 0 of the drawing
 * @proto:	Which frames: "arp", "dns", "tcp", "icmp"
 * @part:	Of these frames, if they are TCP's
 * @family:	Of TCP's: IP_V4 or IP_V6; 0: both
 * @hosts:	The columns, @count of them
 * @is_hops:	Draw each box's frames; else only those of who made them, to
 *		where they finally arrive
 * @is_ascii:	Nothing beyond ASCII
 */
struct story {
	const struct trace_log *log;
	uint32_t first, last;
	uint64_t begin_ns;
	const char *proto;
	enum story_part part;
	uint8_t family;
	const char *hosts[LADDER_COLUMNS_MAX];
	int count;
	bool is_hops;
	bool is_ascii;
};

/* The column of a host, or -1. */
int story_column(const struct story *s, const char *host);

/* Add a column if there is room and it is not there yet. */
void story_add_host(struct story *s, const char *host);

/* Does the story tell of this frame? */
bool story_has(const struct story *s, const struct log_event *ev);

/* Draw it. */
void story_draw(const struct story *s, struct strbuf *out);

#endif /* TRACE_STORY_H */
