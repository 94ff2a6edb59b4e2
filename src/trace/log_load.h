/* SPDX-License-Identifier: MIT */
#ifndef TRACE_LOG_LOAD_H
#define TRACE_LOG_LOAD_H

/*
 * log_load.h - a log from a file that weft has written
 */

#include <stddef.h>

#include "base/strbuf.h"

#include "trace/log.h"

/**
 * trace_log_load() - Read a log
 * @mem:	Where the log comes from
 * @text:	The file: one event a line (weft-log(5))
 * @len:	Octets
 * @name:	Of the file, for errors
 * @error:	What is wrong, with line and column, if NULL is returned
 *
 * Every line is checked: the numbers count up from 1, a cause is an earlier
 * event, kinds and reasons are known.  Sentences are not read: they are made
 * again.
 *
 * Return: the log, or NULL
 */
struct trace_log *trace_log_load(struct mem *mem, const char *text, size_t len,
				 const char *name, struct strbuf *error);

#endif /* TRACE_LOG_LOAD_H */
