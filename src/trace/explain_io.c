// SPDX-License-Identifier: MIT
/*
 * explain_io.c - the sentences of signals and completions
 */

#include <stddef.h>

#include "trace/explain_text.h"

#define W(id, noun, say, why, rfc) [R_##id] = {noun, say, why, rfc},

/* clang-format off */
const struct words words_of_io[R_COUNT] = {
	W(SOCK_SIGNAL, "signal",
	  "signal {signal} tells the program of descriptor {fd} (code {code})",
	  "something happened there, and the program asked to be told by a signal", NULL)
	W(RING_DONE, "completion",
	  "the ring tells that {call}() of descriptor {fd} is done: {res}",
	  "the program handed over the whole operation, so both phases, waiting and "
	  "copying, are done when it hears of it", NULL)
};
/* clang-format on */
