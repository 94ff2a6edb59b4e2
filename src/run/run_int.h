/* SPDX-License-Identifier: MIT */
#ifndef RUN_RUN_INT_H
#define RUN_RUN_INT_H

/*
 * run_int.h - the supervisor, as the files of run/ see it
 *
 * peer.h has the threads of programs, call.h their calls, desc.h their sockets.
 */

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "base/htab.h"
#include "base/list.h"

#include "lab/program.h"
#include "os/pace.h"
#include "run/run.h"

struct stack;

/* Frames that are due in some microseconds do not wait for a rounder number. */
#define SUP_SLACK_NS 1UL

/* Octets of a name in AF_UNIX's abstract space, and of a process's name. */
enum { UNIX_NAME_MAX = 110, PROCESS_NAME_MAX = 16, COMPLAINT_MAX = 512 };
enum { EVENTS_AT_ONCE = 64 };

/* What an epoll set calls.  @on_ready may free its owner only with
 * sup_bury(). */
struct watch {
	int fd; /* -1: none */
	void (*on_ready)(struct watch *w, uint32_t events);
};

/* Something that goes when nobody can look at it any more. */
struct corpse {
	struct list node;
	void (*free)(struct corpse *c);
};

/**
 * struct supervisor - the process that holds the lab and answers calls
 * @mem:	Where memory comes from
 * @lab:	The lab
 * @pace:	Its clock
 * @pfd:	@epoll in it
 * @driven:	Work that the stacks have left, and deadlines
 * @epoll:	All descriptors of this file's makers: struct watch
 * @ready:	What it has told last, @ready_count of them
 * @is_held:	Calls are among what it has told: @dirty waits, await.c
 * @held_until_ns: At the longest
 * @others:	Descriptors of the lab in @epoll, which waits for them too
 * @signals:	SIGCHLD, and those that people send
 * @meeting:	Listener where both ends of a connection meet, stream.c
 * @meeting_name: Its address, @meeting_len octets
 * @sweep_set:	Who of the programs' descriptors is still there, sweep.c
 * @sweep_at_ns: When to look again
 * @sweep_generation: Count of looks
 * @peers:	struct peer by thread number
 * @descs:	struct desc by cookie
 * @all:	All struct desc
 * @dirty:	struct desc that the stack or their descriptor told something
 * @later:	struct desc that have work at some time
 * @timed:	struct call, parked, that give up some time
 * @programs:	struct program
 * @listeners:	struct stream.in_listeners
 * @corpses:	struct corpse
 * @names:	Names that hosts were given by programs, call_name.c
 * @mask:	Signals that programs begin with blocked
 * @lab_programs: How the lab starts programs
 * @slack_ns:	How late a program's sleep may end; ours: SUP_SLACK_NS
 * @limit:	Descriptors that a program may have
 * @fd_end:	No socket of a program may take a descriptor of this number
 * @is_full:	That was said
 * @guard:	Who waits for us, guard.c; 0: nobody
 * @complaint:	A sentence about what went wrong
 */
struct supervisor {
	struct mem *mem;
	struct lab_run *lab;
	struct pace *pace;
	struct pace_fd pfd;
	struct pace_driven driven;
	int epoll;
	struct epoll_event ready[EVENTS_AT_ONCE];
	int ready_count;
	bool is_held;
	uint64_t held_until_ns;
	struct watch others, signals;
	int meeting;
	uint8_t meeting_name[UNIX_NAME_MAX];
	uint32_t meeting_len;
	int sweep_set;
	uint64_t sweep_at_ns;
	uint32_t sweep_generation;
	struct htab peers, descs;
	struct list all, dirty, later, timed, programs, listeners, corpses;
	struct list names;
	sigset_t mask;
	struct lab_programs lab_programs;
	unsigned long slack_ns;
	struct rlimit limit;
	rlim_t fd_end;
	bool is_full;
	pid_t guard;
	char complaint[COMPLAINT_MAX];
};

/**
 * struct program - what was started, with everything it has started since
 * @node:	In the supervisor
 * @sup:	Whose
 * @host:	Where
 * @pid:	Its first process
 * @status:	See program_status()
 * @line:	Line of the lab's script that waits for its end, or NULL
 * @is_labs:	The lab's file wants it, and nobody at a terminal
 * @listener:	Where its calls arrive; closed when nobody can call any more
 * @event:	Number of the event that tells of its start
 */
struct program {
	struct list node;
	struct supervisor *sup;
	struct host *host;
	pid_t pid;
	int status;
	struct watch listener;
	void *line;
	bool is_labs;
	uint32_t event;
};

/* sweep.c */
int sweep_init(struct supervisor *sup);
int sweep_add(struct supervisor *sup, int fd, uint64_t cookie);
void sweep_now(struct supervisor *sup);
uint64_t sweep_when(const struct supervisor *sup);

/* await.c: from now on the loop sleeps there. */
void await_begin(struct supervisor *sup);
/* How many of @sup->ready are. */
int await_ready(struct supervisor *sup);
/* It is @now_ns, and somebody calls, or nobody: do octets wait? */
void await_hold(struct supervisor *sup, bool has_calls, uint64_t now_ns);

/* supervise.c */
int sup_watch(struct supervisor *sup, struct watch *w, int fd, uint32_t events);
/* May a program's socket take descriptor @fd of ours for as long as it is open?
 * The first time that it may not, that is said. */
bool sup_may_keep(struct supervisor *sup, int fd);
void sup_unwatch(struct supervisor *sup, struct watch *w);
void sup_bury(struct supervisor *sup, struct corpse *c);
void sup_complain(struct supervisor *sup, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Do now what the stacks have left. */
void sup_work(struct supervisor *sup);
uint64_t sup_now(const struct supervisor *sup);
/* call_name.c: as its programs call it. */
const char *host_name(const struct supervisor *sup, const struct host *host);
void host_names_free(struct supervisor *sup);
/* programs.c */
int programs_open(struct supervisor *sup); /* those of the lab.  0 or -errno */
void programs_end(struct supervisor *sup);
void programs_reap(struct supervisor *sup);
/* Does somebody at the terminal still wait for a program? */
bool programs_are_waited_for(const struct supervisor *sup);
bool programs_are_over(void *sup);
/* guard.c: kill our children, and those who become ours when their parents end,
 * until there are none. */
void guard_end_children(void);
/* 0, or -errno: a listener for the calls of a new process, and its number */
int launch(struct supervisor *sup, const struct program_cfg *cfg, pid_t *pid,
	   int *listener);

#endif /* RUN_RUN_INT_H */
