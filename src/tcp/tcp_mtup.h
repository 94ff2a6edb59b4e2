/* SPDX-License-Identifier: MIT */
#ifndef TCP_TCP_MTUP_H
#define TCP_TCP_MTUP_H

/*
 * tcp_mtup.h - what tcp_mtup.c knows of a path
 *
 * A part of struct tcp_extra.  Sizes are those of the MSS option: payload and
 * options.
 */

#include <stdbool.h>
#include <stdint.h>

#include "wire/seq.h"

/**
 * struct tcp_mtup - the search for the size of a path (RFC 4821, 7.2)
 * @is_on:	Searching; otherwise nothing below means anything
 * @low:	This size gets through
 * @high:	A larger one does not, or may not be sent
 * @size:	A probe of this size is under way; 0: none
 * @start:	Its first octet
 * @end:	One behind its last
 * @since_ms:	When the search began
 */
struct tcp_mtup {
	bool is_on;
	uint16_t low, high, size;
	seq32 start, end;
	uint32_t since_ms;
};

#endif /* TCP_TCP_MTUP_H */
