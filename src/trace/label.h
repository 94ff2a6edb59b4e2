/* SPDX-License-Identifier: MIT */
#ifndef TRACE_LABEL_H
#define TRACE_LABEL_H

/*
 * label.h - a frame in a few words, for the shaft of an arrow
 */

#include <stdbool.h>

#include "base/strbuf.h"

#include "trace/frame.h"
#include "trace/log.h"

/* "SYN seq=0 mss=1460", "who has 10.1.0.1?", "A www.shop.test?" */
void frame_label(const struct trace_log *log, const struct log_event *ev,
		 struct strbuf *out);

/**
 * tcp_initial() - The sequence number from which a direction counts
 * @ev:		A TCP frame at some host
 * @is_other:	Of the other direction
 * @isn:	Filled in
 *
 * Return: whether a SYN of that direction passed this host before
 */
bool tcp_initial(const struct trace_log *log, const struct log_event *ev,
		 bool is_other, uint32_t *isn);

/* The segment's numbers counted from the initial ones; as they stand there if
 * these are not known, or if @log is NULL. */
uint32_t tcp_relative_seq(const struct trace_log *log,
			  const struct log_event *ev);
uint32_t tcp_relative_ack(const struct trace_log *log,
			  const struct log_event *ev);

#endif /* TRACE_LABEL_H */
