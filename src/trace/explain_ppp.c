// SPDX-License-Identifier: MIT
/*
 * explain_ppp.c - the sentences of a serial line
 */

#include <stddef.h>

#include "trace/explain_text.h"

#define W(id, noun, say, why, rfc) [R_##id] = {noun, say, why, rfc},

/* clang-format off */
static const struct words words[R_COUNT] = {
	W(PPP_STATE, "line protocol",
	  "{proto} goes from {from} to {to} ({event})",
	  "two ends agree on options step by step", "1661 4.1")
	W(PPP_LOOP, "line",
	  "hears itself: the magic number that came is its own",
	  "a line that is looped back looks like a peer who agrees with everything",
	  "1661 6.4")
	W(PPP_AUTH, "authentication",
	  "{who} has proved to be {name}",
	  "the other end asked for it before it lets packets pass", "1661 3.5")
	W(PPP_REFUSED, "authentication",
	  "{who} could not prove to be {name}",
	  "the secret is not the one that was agreed on", "1661 3.5")
	W(PPP_SILENT, "line",
	  "the peer has not answered {count} echo requests",
	  "a serial line does not say when the other end has gone", "1661 5.8")
	W(PPP_ADDR, "addresses",
	  "this end is {=local}, the other is {=peer}",
	  "both ends have agreed on them", "1332 3.3")
	W(PPP_RECEIVED, "frame",
	  "puts a packet together from the octets of the line",
	  NULL, "1662 4.2")
};
/* clang-format on */

const struct words *words_of_ppp(enum reason what)
{
	return what < R_COUNT && words[what].noun ? &words[what] : NULL;
}
