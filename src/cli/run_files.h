/* SPDX-License-Identifier: MIT */
#ifndef CLI_RUN_FILES_H
#define CLI_RUN_FILES_H

/*
 * run_files.h - what a run of a lab leaves on disk
 */

#include "base/strbuf.h"

#include "lab/run.h"

/**
 * run_write_files() - Write the log and the captures of a run
 * @run:	After lab_run_go()
 * @dir:	Where; made if it is not there
 * @command:	What was run, for the captures
 * @names:	Gets the names of the files, two spaces between
 *
 * DIR/LAB.jsonl is the log; DIR/LAB.HOST.pcapng what one host saw: each host
 * that the script names or that serves something, and every host of a small
 * lab.
 *
 * Return: 0 or -errno; @names then ends with the file that could not be
 * written
 */
int run_write_files(struct lab_run *run, const char *dir, const char *command,
		    struct strbuf *names);

/* The log as lines of JSON. */
void run_log_text(struct lab_run *run, struct strbuf *out);

#endif /* CLI_RUN_FILES_H */
