/* SPDX-License-Identifier: MIT */
#ifndef CORE_REASON_H
#define CORE_REASON_H

/*
 * reason.h - what an event means
 *
 * Every frame that a stack sends and every event it emits carries one of
 * these.  Here stand only the names; the sentences that a person reads are
 * made from them, and from the event's fields, in trace/.  A name is the
 * protocol, a dot, and what happened; it is written to the log as it stands.
 */

#include "core/reason_lab.h"
#include "core/reason_link.h"
#include "core/reason_net.h"
#include "core/reason_tcp.h"

#define REASONS(X) REASONS_LAB(X) REASONS_LINK(X) REASONS_NET(X) REASONS_TCP(X)

enum reason {
#define X(id, name) R_##id,
	REASONS(X)
#undef X
		R_COUNT
};

/* Name of a reason as it stands in logs: "tcp.syn". */
const char *reason_name(enum reason r);

#endif /* CORE_REASON_H */
