/* SPDX-License-Identifier: MIT */
#ifndef TRACE_CAPTURE_H
#define TRACE_CAPTURE_H

/*
 * capture.h - what one host saw, as a capture file
 */

#include "base/strbuf.h"

#include "trace/log.h"

/* Appends what part of the story event @n belongs to ("step 6 TCP"); nothing
 * if it belongs to none. */
typedef void capture_label_fn(void *arg, uint32_t n, struct strbuf *out);

/**
 * struct capture - a capture point
 * @log:	The log
 * @host:	Whose interfaces
 * @netif:	(optional) Only this one.  A file of several shows what a router
 *		passes on twice, which looks like a retransmission
 * @comment:	For the section header: command, seed, lab
 * @label:	(optional) Words in front of each comment
 * @arg:	Its argument
 */
struct capture {
	const struct trace_log *log;
	const char *host;
	const char *netif;
	const char *comment;
	capture_label_fn *label;
	void *arg;
};

/**
 * capture_write() - Append a pcapng file
 *
 * Every frame that left or reached an interface of the host is in it, with
 * its meaning, its cause, and where it was lost if it was.
 *
 * Return: how many frames
 */
size_t capture_write(const struct capture *c, struct strbuf *out);

#endif /* TRACE_CAPTURE_H */
