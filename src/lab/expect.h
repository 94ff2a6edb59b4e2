/* SPDX-License-Identifier: MIT */
#ifndef LAB_EXPECT_H
#define LAB_EXPECT_H

/*
 * expect.h - what must come of it, and what came
 *
 * All is answered from the event log, so it can be asked again of a log in a
 * file, and agrees with every picture made of it.
 */

#include <stdbool.h>

#include "base/strbuf.h"

#include "lab/run.h"

/**
 * expectations_check() - Compare what happened with what the file expects
 * @run:	After lab_run_go()
 * @out:	Appended to: one line for each condition, OK or FAILED with
 *		what was seen instead
 * @is_json:	... as a JSON array instead
 *
 * Return: conditions that do not hold; -ENOMEM
 */
int expectations_check(struct lab_run *run, struct strbuf *out, bool is_json);

#endif /* LAB_EXPECT_H */
