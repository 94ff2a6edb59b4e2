/* SPDX-License-Identifier: MIT */
#ifndef RUN_LOOK_H
#define RUN_LOOK_H

/*
 * look.h - what programs run, what they have open, what they wait in
 */

struct look_sink;

/* struct lab_programs.look; @arg is the supervisor. */
void programs_look(void *arg, const struct look_sink *sink);

#endif /* RUN_LOOK_H */
