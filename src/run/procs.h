/* SPDX-License-Identifier: MIT */
#ifndef RUN_PROCS_H
#define RUN_PROCS_H

/*
 * procs.h - all processes of the programs, as they are at this moment
 */

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "run/run_int.h"

/**
 * struct proc - a process
 * @pid:	Its number; also @parent, @group, @session
 * @state:	'R', 'S', 'T', ... as the kernel has it
 * @name:	As the kernel has it
 * @program:	What it is part of, or NULL: a process that is not ours
 */
struct proc {
	pid_t pid, parent, group, session;
	char state;
	char name[PROCESS_NAME_MAX];
	struct program *program;
};

struct procs {
	struct mem *mem;
	struct proc *list;
	size_t count, room;
};

/**
 * procs_read() - Find out what runs
 * @p:		Filled in; goes with procs_free().  Processes of programs only
 *
 * Return: 0, -ENOMEM, -errno (no /proc)
 */
int procs_read(struct procs *p, struct supervisor *sup);
void procs_free(struct procs *p);

/* Send a signal to every process of a host, those that are started meanwhile
 * too.  How many there were. */
/* Send it once to every process of every program. */
void procs_signal_all(struct supervisor *sup, int signo);
size_t procs_signal(struct supervisor *sup, const struct host *host, int signo);

#endif /* RUN_PROCS_H */
