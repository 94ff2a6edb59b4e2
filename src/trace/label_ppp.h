/* SPDX-License-Identifier: MIT */
#ifndef TRACE_LABEL_PPP_H
#define TRACE_LABEL_PPP_H

/*
 * label_ppp.h - what PPP and PPPoE say, in a few words
 */

#include <stdbool.h>

#include "base/strbuf.h"

#include "trace/frame.h"

/* "IPCP": what its standard calls a protocol; NULL: not known here. */
const char *ppp_proto_text(uint16_t proto);

/**
 * label_ppp() - A value of a control packet
 * @v:		Which
 * @key:	"ppp.proto": IPCP; "ppp.options": what is negotiated;
 *		"ppp.rejected": the protocol that is not spoken; "ppp.name":
 *		who has to prove, or wants proof
 * @out:	Appended to
 *
 * Return: whether there is such a value
 */
bool label_ppp(const struct frame_view *v, const char *key, struct strbuf *out);

/* The same for discovery: "pppoe.service", "pppoe.ac", "pppoe.error",
 * "pppoe.session". */
bool label_pppoe(const struct frame_view *v, const char *key,
		 struct strbuf *out);

/* A short line for the ladder: "LCP configure-request", "PADI".  False: it is
 * none of both. */
bool label_ppp_line(const struct frame_view *v, struct strbuf *out);

#endif /* TRACE_LABEL_PPP_H */
