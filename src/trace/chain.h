/* SPDX-License-Identifier: MIT */
#ifndef TRACE_CHAIN_H
#define TRACE_CHAIN_H

/*
 * chain.h - from an event back to its beginnings, and along its way
 */

#include <stdint.h>

#include "base/strbuf.h"

#include "trace/json.h"
#include "trace/log.h"

/**
 * chain_why() - The causes of an event, back to what a person did
 * @log:	The log
 * @n:		Number of an event in it
 * @out:	Appended to: one paragraph for each link of the chain
 *
 * Return: number of the event where the chain ends: it has no cause
 */
uint32_t chain_why(const struct trace_log *log, uint32_t n, struct strbuf *out);

/* The same for programs: an array of events. */
void chain_why_json(const struct trace_log *log, uint32_t n, struct json *j);

/**
 * chain_hops() - A frame's way through every box, and what each changed
 * @log:	The log
 * @n:		Number of the sending or arrival of a frame anywhere on its way
 * @out:	Appended to: a line for each box
 *
 * Return: 0, or -EINVAL (that event is about no frame)
 */
int chain_hops(const struct trace_log *log, uint32_t n, struct strbuf *out);

/* Number of the event in which the frame of event @n was first sent. */
uint32_t chain_origin(const struct trace_log *log, uint32_t n);

/**
 * chain_show() - Every octet of the frame of an event, named
 * @log:	The log
 * @n:		Number of the event
 * @with_octets: Show the octets beside each field
 * @out:	Appended to
 *
 * Return: 0, -EINVAL (that event has no frame), -ENOMEM
 */
int chain_show(const struct trace_log *log, uint32_t n, bool with_octets,
	       struct strbuf *out);
int chain_show_json(const struct trace_log *log, uint32_t n, struct json *j);

/* "192.800 ms": a time of the log. */
void put_time_ms(struct strbuf *out, uint64_t t_ns);

#endif /* TRACE_CHAIN_H */
