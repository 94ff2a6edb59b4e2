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

/* Rows of families; one without a noun is another's. */
extern const struct words words_of_boot[R_COUNT];    /* DHCP and RARP */
extern const struct words words_of_gateway[R_COUNT]; /* routers that filter */
extern const struct words words_of_group[R_COUNT];   /* groups */
extern const struct words words_of_io[R_COUNT];	     /* signals, completions */
extern const struct words words_of_nd[R_COUNT]; /* IPv6 and its neighbours */
extern const struct words words_of_outlet[R_COUNT]; /* the machine's sockets */
extern const struct words words_of_ppp[R_COUNT];    /* serial lines, PPPoE */
extern const struct words words_of_run[R_COUNT];    /* real programs */
extern const struct words words_of_switch[R_COUNT]; /* spanning tree, VLANs */
extern const struct words words_of_tcp[R_COUNT];
extern const struct words words_of_way[R_COUNT]; /* weft trace */

/* How to speak of a reason; what is no reason is spoken of as R_NONE. */
const struct words *words_of(enum reason what);

#endif /* TRACE_EXPLAIN_TEXT_H */
