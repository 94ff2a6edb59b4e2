/* SPDX-License-Identifier: MIT */
#ifndef TRACE_BACK_H
#define TRACE_BACK_H

/*
 * back.h - every table of the network as it was at some moment
 */

#include <stdint.h>

#include "base/strbuf.h"

#include "trace/json.h"
#include "trace/log.h"

/**
 * back_tables() - The tables as they were after an event
 * @log:	The log
 * @n:		Number of the event; later ones have not happened yet
 * @out:	Appended to: MAC tables, ARP caches, translations, caches of names
 *		and pages, states of connections
 *
 * Return: 0 or -ENOMEM
 */
int back_tables(const struct trace_log *log, uint32_t n, struct strbuf *out);
int back_tables_json(const struct trace_log *log, uint32_t n, struct json *j);

#endif /* TRACE_BACK_H */
