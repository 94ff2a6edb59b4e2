/* SPDX-License-Identifier: MIT */
#ifndef TRACE_SIGNAL_H
#define TRACE_SIGNAL_H

/*
 * signal.h - a frame as it looks on the wire, drawn
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/strbuf.h"

#include "trace/log.h"

enum signal_code {
	SIGNAL_MANCHESTER, /* 10 Mbit/s */
	SIGNAL_MLT3,	   /* 100 Mbit/s */
	SIGNAL_CODES
};

/* "manchester", "mlt-3"; returns SIGNAL_CODES if there is none of that name. */
enum signal_code signal_by_name(const char *name);

/**
 * chain_signal() - Draw the frame of an event, from preamble to gap
 * @log:	The log
 * @n:		Number of the event
 * @code:	How bits are made levels
 * @is_whole:	Draw every octet; else the first 64 of the frame
 * @is_ascii:	Nothing beyond ASCII
 * @out:	Appended to
 *
 * Return: 0, -EINVAL (that event has no frame), -ENOMEM
 */
int chain_signal(const struct trace_log *log, uint32_t n, enum signal_code code,
		 bool is_whole, bool is_ascii, struct strbuf *out);

#endif /* TRACE_SIGNAL_H */
