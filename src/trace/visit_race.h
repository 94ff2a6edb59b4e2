/* SPDX-License-Identifier: MIT */
#ifndef TRACE_VISIT_RACE_H
#define TRACE_VISIT_RACE_H

/*
 * visit_race.h - which address of a name was tried when, and which one won
 */

#include "base/strbuf.h"

#include "trace/json.h"
#include "trace/steps.h"

/* @s is a STEP_RACE of the visit. */
void visit_race(const struct visit_view *v, const struct step *s,
		struct strbuf *out);

/* "order" and "attempts", as keys of the object that is open. */
void visit_race_json(const struct visit_view *v, const struct step *s,
		     struct json *j);

#endif /* TRACE_VISIT_RACE_H */
