/* SPDX-License-Identifier: MIT */
#ifndef TRACE_LADDER_H
#define TRACE_LADDER_H

/*
 * ladder.h - drawing who sends what to whom
 *
 *	 ms    laptop                                   web
 *	       CLOSED                                   LISTEN
 *	192.8  ├─ SYN seq=0 mss=1460 ──────────────────▶│    #30 "let us talk"
 *
 * A ladder has up to five columns, one for each host; time runs down.  Each
 * call draws one line.  Widths are those of the screen, not of the memory.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"

#define LADDER_COLUMNS_MAX 5
#define LADDER_WIDTH	   130

/**
 * struct ladder - a drawing under way
 * @out:	Lines are appended here
 * @count:	Columns
 * @x:		Where each stands on the screen
 * @is_ascii:	No characters beyond ASCII
 * @last_ms:	Time of the line before, so that it is not repeated
 */
struct ladder {
	struct strbuf *out;
	int count;
	int x[LADDER_COLUMNS_MAX];
	bool is_ascii;
	bool has_time;
	uint64_t last_ns;
};

#define LADDER_TIME 32

/* A time in milliseconds with one digit, rounded: "192.8". */
const char *ladder_time(uint64_t t_ns, char buf[static LADDER_TIME]);

/* No time to show on a line. */
#define LADDER_NO_TIME UINT64_MAX

void ladder_init(struct ladder *l, struct strbuf *out, int columns,
		 bool is_ascii);

/* A line with a text at each column; NULL: nothing there. */
void ladder_texts(struct ladder *l, const char *const *texts, bool with_bars);
void ladder_head(struct ladder *l, const char *const *names);

/* Time is told in milliseconds after @t_ns = 0. */
void ladder_arrow(struct ladder *l, uint64_t t_ns, int from, int to,
		  const char *label, const char *note);

/* The same, but it does not get there. */
void ladder_lost(struct ladder *l, uint64_t t_ns, int from, int to,
		 const char *label, const char *note);

/* Something happens at one column. */
void ladder_mark(struct ladder *l, uint64_t t_ns, int at, const char *text,
		 const char *note);

/* Time passes, for a reason; @is_fault: something from outside.  A text that
 * does not fit between the columns stands behind them. */
void ladder_pause(struct ladder *l, uint64_t t_ns, const char *text,
		  bool is_fault);

#endif /* TRACE_LADDER_H */
