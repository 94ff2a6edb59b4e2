// SPDX-License-Identifier: MIT
/*
 * explain_way.c - the sentences of who looks for the way to somebody
 */

#include <stddef.h>

#include "trace/explain_text.h"

#define W(id, noun, say, why, rfc) [R_##id] = {noun, say, why, rfc},

/* clang-format off */
const struct words words_of_way[R_COUNT] = {
	W(TRACE_SENT, "echo request",
	  "asks for hop {number} on the way to {dst}: a request that lives so long",
	  "each router counts the time to live down, and the one that finds 0 says"
	  " who it is", "1812 5.3.1")
	W(TRACE_HOP, "hop",
	  "hop {number} is {from}[, after {rtt_us}]: {text}",
	  "it could not, or need not, pass the request on", "1812 5.3.1")
	W(TRACE_SILENT, "hop",
	  "hop {number} says nothing",
	  "the request, or what was said about it, was lost; or that router tells"
	  " nobody", NULL)
};
/* clang-format on */
