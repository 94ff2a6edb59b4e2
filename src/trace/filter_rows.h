/* SPDX-License-Identifier: MIT */
#ifndef TRACE_FILTER_ROWS_H
#define TRACE_FILTER_ROWS_H

/*
 * filter_rows.h - the rows of the table of a filter (filter_table.c)
 */

#include "wire/addr.h"

#include "trace/filter_table.h"
#include "trace/log.h"

/* Who talks to whom.  Pings have their identifier for both ports; where the
 * log has no frame all is 0. */
struct filter_talk {
	uint8_t proto;
	struct endpoint from, to;
};

/**
 * struct filter_row - one line of the table
 * @ev:		What happened; of folded drops the first
 * @talk:	Of which connection
 * @life:	The row in which that was noted, itself if it is this one; NULL:
 *		it was not
 * @state:	In a row that notes: where the connection is now
 * @is_live:	"	and whether it is remembered still
 * @count:	"	frames that passed; in a drop's row: drops
 * @keepalives:	"	how many of them were keepalives
 * @last_ns:	"	when the last did; in a drop's row: the last drop
 * @silence_ns:	"	the longest time between two
 */
struct filter_row {
	const struct log_event *ev;
	struct filter_talk talk;
	struct filter_row *life;
	const char *state;
	bool is_live;
	uint32_t count, keepalives;
	uint64_t last_ns, silence_ns;
};

/* The rows of one node; @more: what found no row. */
struct filter_table {
	const struct trace_log *log;
	struct filter_row rows[FILTER_TABLE_ROWS];
	size_t count;
	uint32_t more;
};

/* What the filter of a node did, from its events. */
void filter_table_gather(struct filter_table *t, const struct trace_log *log,
			 const char *node);

#endif /* TRACE_FILTER_ROWS_H */
