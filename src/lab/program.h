/* SPDX-License-Identifier: MIT */
#ifndef LAB_PROGRAM_H
#define LAB_PROGRAM_H

/*
 * program.h - real programs that a lab file names
 *
 * A lab cannot start a process; whoever can (run/) gives it the functions to.
 */

#include <stdbool.h>
#include <stddef.h>

struct host;
struct lab;
struct lab_run;
struct look_sink;

/**
 * struct lab_programs - who starts programs
 * @start:	Start @argv (ended by NULL) on @host.  With a @line, it calls
 *		lab_run_program_ended() with it at the end; without, the program
 *		is a server, and the lab does not wait for it.  0 or -errno
 * @stop:	@host goes off: kill what runs there
 * @freeze:	@host freezes: stop (SIGSTOP) what runs there; or, if not
 *		@is_frozen, let it go on.  @host's memory stays as it is
 * @look:	Tell what runs, and what it has
 * @arg:	Argument of all
 */
struct lab_programs {
	int (*start)(void *arg, struct host *host, char *const *argv,
		     void *line);
	void (*stop)(void *arg, struct host *host);
	void (*freeze)(void *arg, struct host *host, bool is_frozen);
	void (*look)(void *arg, const struct look_sink *sink);
	void *arg;
};

/* Does the file name real programs?  It needs real time then. */
bool lab_has_programs(const struct lab *lab);

/**
 * lab_run_set_programs() - Let programs be started
 * @p:		Must outlive @run, or be taken back with NULL
 *
 * Starts those of hosts (`run:` of a node) at once, those of the script at
 * their times.
 *
 * Return: 0, or what @p->start says
 */
int lab_run_set_programs(struct lab_run *run, const struct lab_programs *p);

/* The program of a line of the script (@arg: as it was given to start) has
 * ended, with @status as a shell says it. */
void lab_run_program_ended(void *arg, int status);

/* What the @number-th program of the script (from 1) ended with; -1: it has
 * not, or there is none. */
int lab_run_program_status(const struct lab_run *run, size_t number);

#endif /* LAB_PROGRAM_H */
