/* SPDX-License-Identifier: MIT */
#ifndef CLI_LIVE_H
#define CLI_LIVE_H

/*
 * live.h - a lab that runs by the clock, and whoever asks about it
 */

#include <stdint.h>

struct control;
struct lab_run;
struct mem;
struct strbuf;

/* Take the questions of weft ss and weft ps.  A lab that cannot be asked runs
 * nevertheless: NULL.  Goes with control_close(), before lab_run_free(). */
struct control *live_open(struct lab_run *run, struct mem *mem);

/**
 * live_get() - What there is to know of a lab
 * @command:	"ss" or "ps", for complaints
 * @pid:	A lab that runs; 0: the one that was started last
 * @out:	The lines of lab_look() are appended
 *
 * Return: an enum cli_exit; complaints are made
 */
int live_get(const char *command, int pid, struct strbuf *out);

/* The same of a lab of our own at @at_ns of its time, UINT64_MAX: at its end. */
int live_get_file(const char *command, const char *file, uint64_t at_ns,
		  struct mem *mem, struct strbuf *out);

#endif /* CLI_LIVE_H */
