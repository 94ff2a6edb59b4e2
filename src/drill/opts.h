/* SPDX-License-Identifier: MIT */
#ifndef DRILL_OPTS_H
#define DRILL_OPTS_H

/*
 * opts.h - TCP options one by one, in their order and with their padding
 *
 * The stack's own reader (wire/tcp_opt.h) wants to know what options mean; a
 * script also says in which order they stand.
 */

#include "wire/tcp_opt.h"

#include "drill/drill_int.h"

enum {
	DRILL_OPT_ACCECN0 = 172,    /* RFC 9768: ECT(0) first */
	DRILL_OPT_ACCECN1 = 174,    /* ... ECT(1) first */
	DRILL_OPT_EXPERIMENT = 254, /* RFC 4727; fast open's was 0xf989 */
	DRILL_FOEXP_MAGIC = 0xf989,
	DRILL_OPT_OCTETS = 64,
};

/* Write options and pad them to whole words with EOL.  @to has
 * DRILL_OPT_OCTETS.  Returns octets, or -EMSGSIZE: more than 40. */
int drill_opts_emit(uint8_t *to, const struct drill_opt *opts, size_t count);

/* Read options, padding too.  Returns how many.  @opts has DRILL_OPTS_MAX. */
size_t drill_opts_parse(struct drill_opt *opts, const uint8_t *from,
			size_t len);

/* As a script would have them, without the brackets. */
void drill_opts_print(struct strbuf *sb, const struct drill_opt *opts,
		      size_t count);

bool drill_opt_eq(const struct drill_opt *want, const struct drill_opt *have);

#endif /* DRILL_OPTS_H */
