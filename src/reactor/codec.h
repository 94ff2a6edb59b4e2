/* SPDX-License-Identifier: MIT */
#ifndef REACTOR_CODEC_H
#define REACTOR_CODEC_H

/*
 * codec.h - handlers that are needed again and again
 *
 * Each constructor allocates the handler; it frees itself in on_removed().
 * NULL: no memory.  One that is removed by whoever it hands something on to
 * drops what it has not handed on yet.
 */

#include <stddef.h>
#include <stdint.h>

#include "reactor/reactor.h"

/**
 * line_codec_new() - Cut a stream into lines
 * @len_max:	Longest line; a longer one is on_error(-EMSGSIZE) and skipped
 *
 * Each line comes as one on_read(), without its LF or CR LF.  What is written
 * passes unchanged.
 */
struct handler *line_codec_new(struct mem *mem, size_t len_max);

/**
 * length_codec_new() - Frames with their length in front
 * @field_len:	Octets of the length field: 1, 2 or 4; it counts only what
 *		follows it
 * @len_max:	Longest frame; a longer one is on_error(-EMSGSIZE), and nothing
 *		is read any more, for it is not known where the next one begins
 *
 * Works both ways: what is written gets its length in front.
 */
struct handler *length_codec_new(struct mem *mem, size_t field_len,
				 size_t len_max);

/* User event of the idle handler; its data is NULL. */
enum idle_event {
	IDLE_READ = 0x1d1e01,  /* nothing arrived for so long */
	IDLE_WRITE = 0x1d1e02, /* nothing was written for so long */
};

/* Tells when a channel is silent; 0: that direction is not watched. */
struct handler *idle_handler_new(struct mem *mem, uint64_t read_ns,
				 uint64_t write_ns);

#endif /* REACTOR_CODEC_H */
