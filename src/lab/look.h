/* SPDX-License-Identifier: MIT */
#ifndef LAB_LOOK_H
#define LAB_LOOK_H

/*
 * look.h - the sockets and programs of a lab, as they are at this moment
 *
 * What is written is a line of JSON for each thing; docs/sockets.md has the
 * members.  It is what `weft ss --json` prints and what a running lab answers;
 * tables for people are made of it (cli/ss_table.c).
 *
 * The lab knows its hosts' sockets; who of the machine's processes has one is
 * known to run/, which tells it through a struct look_sink.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"

struct host;
struct lab_run;

/* Octets of a process's name, with the NUL. */
enum { LOOK_NAME_MAX = 16 };

/**
 * struct look_process - a process of a program
 * @pid:	Its number
 * @parent:	Its parent's
 * @name:	As the kernel has it
 * @state:	'R', 'S', 'T', ... as the kernel has it
 * @host:	Where it thinks that it runs, or NULL: not known
 * @calls:	Calls that named the network
 * @call:	What one of its threads waits in, or NULL
 * @call_fd:	The descriptor that call is about, -1: none
 * @is_parked:	The answer has to come from weft
 */
struct look_process {
	int pid, parent;
	char name[LOOK_NAME_MAX];
	char state;
	const struct host *host;
	uint64_t calls;
	const char *call;
	int call_fd;
	bool is_parked;
};

/**
 * struct look_holder - a process has a descriptor for a socket of a host
 * @host:	Whose stack
 * @sk:		Descriptor there
 * @pid:	The process
 * @name:	Its name
 * @fd:		What it calls the socket
 * @call:	What it waits in for this socket, or NULL
 * @via:	The epoll set that this call is about, -1: none
 */
struct look_holder {
	const struct host *host;
	int sk;
	int pid;
	char name[LOOK_NAME_MAX];
	int fd;
	const char *call;
	int via;
};

/**
 * struct look_pipe - octets of a program's socket that are in the kernel, on
 *		      their way between the program and the stack
 * @host:	Whose stack
 * @sk:		Descriptor there
 * @up:		Written by the program, not yet taken by the stack
 * @down:	Given by the stack, not yet read by the program; connections, if
 *		it listens
 */
struct look_pipe {
	const struct host *host;
	int sk;
	size_t up, down;
};

/**
 * struct look_watched - a descriptor in an epoll set of a program
 * @host:	Where
 * @pid:	Whose
 * @name:	Its name
 * @set:	Its number for the set
 * @fd:		What is watched
 * @sk:		Descriptor in the stack, -1: no socket of the lab's
 * @events:	enum wait_event, with the flags of epoll
 * @now:	What it is ready for now, of these
 * @data:	What the program gave
 * @waits:	Somebody waits for the set
 */
struct look_watched {
	const struct host *host;
	int pid;
	char name[LOOK_NAME_MAX];
	int set, fd, sk;
	uint32_t events, now;
	uint64_t data;
	bool waits;
};

/* Where run/ tells what it knows; pointers are lent for the call. */
struct look_sink {
	void (*on_process)(void *arg, const struct look_process *p);
	void (*on_holder)(void *arg, const struct look_holder *h);
	void (*on_pipe)(void *arg, const struct look_pipe *p);
	void (*on_watched)(void *arg, const struct look_watched *w);
	void *arg;
};

/**
 * lab_look() - Write down all sockets, epoll sets and programs
 * @run:	Is at rest, or in the middle of an event; nothing in it changes
 * @pid:	Of the process that holds it; 0: it is nobody's business
 * @out:	Appended to: lines of JSON, the last one says "end"
 */
void lab_look(struct lab_run *run, int pid, struct strbuf *out);

#endif /* LAB_LOOK_H */
