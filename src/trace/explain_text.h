/* SPDX-License-Identifier: MIT */
#ifndef TRACE_EXPLAIN_TEXT_H
#define TRACE_EXPLAIN_TEXT_H

/*
 * explain_text.h - the sentences, one row for each reason
 *
 * A sentence is a template: {key} stands for a field of the event, or for a
 * value of its frame (see explain.c), addresses as names; {=key} shows them as
 * they are; a part in [brackets] is left out if one of its keys has no value.
 */

#include "core/reason.h"

/**
 * struct words - how to speak of a reason
 * @noun:	What a frame of that kind is called: "SYN"
 * @say:	What happened
 * @why:	Why, or NULL
 * @rfc:	Where the rule stands, or NULL
 */
struct words {
	const char *noun;
	const char *say;
	const char *why;
	const char *rfc;
};

const struct words *words_of(enum reason what);

/* explain_nd.c: the rows of neighbour discovery; NULL for another reason. */
const struct words *words_of_nd(enum reason what);

/* explain_switch.c: likewise, spanning tree. */
const struct words *words_of_switch(enum reason what);
/* explain_group.c: the same for groups. */
const struct words *words_of_group(enum reason what);

/* explain_boot.c: the rows of DHCP and RARP; NULL for another reason. */
const struct words *words_of_boot(enum reason what);

/* explain_ppp.c: the rows of a serial line; NULL for another reason. */
const struct words *words_of_ppp(enum reason what);
const struct words *words_of_way(enum reason what);
/* explain_run.c: those of real programs. */
const struct words *words_of_run(enum reason what);
/* explain_io.c: those of signals and completions. */
const struct words *words_of_io(enum reason what);
/* explain_gateway.c: those of routers that filter, in the same way. */
const struct words *words_of_gateway(enum reason what);

#endif /* TRACE_EXPLAIN_TEXT_H */
