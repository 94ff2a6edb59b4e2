/* SPDX-License-Identifier: MIT */
#ifndef RUN_RUN_H
#define RUN_RUN_H

/*
 * run.h - programs that nobody changed, on the hosts of a lab
 *
 *	struct supervisor *sup;
 *
 *	sup_new(&sup, &mem, lab_run);	the lab follows the clock
 *	sup_start(sup, &cfg, &program);
 *	sup_run(sup);			until the last process has ended
 *	program_status(program);
 *	sup_free(sup);			before lab_run_free()
 *
 * docs/internals/run.md has the whole idea.
 */

#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "sock/sock.h"

struct host;
struct lab_run;
struct mem;
struct program;
struct supervisor;

/**
 * struct program_cfg - what to start
 * @host:	Where it is to think that it runs
 * @argv:	Program and arguments, ended by NULL; looked up in PATH
 */
struct program_cfg {
	struct host *host;
	char *const *argv;
};

/**
 * sup_new() - Get ready to run programs in a lab
 * @out:	Set on success; goes with sup_free()
 * @mem:	Where its memory comes from
 * @lab:	Runs in real time; must outlive it
 *
 * What the lab's file wants to run (`run:`) is started.  From now on SIGINT,
 * SIGQUIT, SIGTERM and SIGHUP no longer end this process; they are the
 * programs'.  Processes that lose their parents become children of this one.
 *
 * Return: 0, -EINVAL (a lab in virtual time), or -errno
 */
int sup_new(struct supervisor **out, struct mem *mem, struct lab_run *lab);

/* Ends what still runs. */
void sup_free(struct supervisor *sup);

/**
 * sup_wait_ready() - Let time pass until a host has its addresses
 * @host:	Perhaps it asks for them (DHCP), or has just made one (IPv6)
 *
 * A second or two of the lab's time, which nobody sits through as long as the
 * lab is alone (lab_run_is_alone()): then its clock jumps.  To be called before
 * sup_start().
 *
 * Return: 0, -ETIMEDOUT (it has none after SUP_READY_NS), -EINTR
 */
int sup_wait_ready(struct supervisor *sup, struct host *host);

#define SUP_READY_NS UINT64_C(15000000000)

/**
 * sup_start() - Start a program on a host
 * @cfg:	What, and where
 * @out:	The program; it goes with the supervisor
 *
 * Return: 0, or -errno, and sup_complaint() has a sentence
 */
int sup_start(struct supervisor *sup, const struct program_cfg *cfg,
	      struct program **out);

enum { RUN_SENTENCE_MAX = 512 };

/**
 * run_needs() - Does the kernel let us do what running programs takes?
 * @sentence:	Set on failure: which call is refused, and what to do
 * @size:	Its room: RUN_SENTENCE_MAX is enough
 *
 * From now on processes that lose their parents become children of this one.
 *
 * Return: 0 or -errno
 */
int run_needs(char *sentence, size_t size);

/**
 * guard_begin() - From here on, nothing outlives this program
 *
 * Forks: the child returns, its parent waits for it and kills what it leaves if
 * it is killed.  Before there are threads, and before anything is printed.
 *
 * Return: the parent's number, or -errno: there is none
 */
int guard_begin(void);

/* Why the last sup_start() failed, for people. */
const char *sup_complaint(const struct supervisor *sup);

/* Let time pass until the last process of all that sup_start() has started has
 * ended, or somebody asks for an end.  0 or -errno. */
int sup_run(struct supervisor *sup);

/* What the first process of a program ended with, as a shell says it: its exit
 * status, or 128 and the number of the signal; -1: it has not. */
int program_status(const struct program *p);

/**
 * struct sup_socket - a socket of a program, for people
 * @program:	Name of the process that made it
 * @pid:	Its number
 * @host:	Where
 * @info:	What the stack knows of it
 */
struct sup_socket {
	const char *program;
	pid_t pid;
	const struct host *host;
	struct sock_info info;
};

/* Call @fn for every socket that a program has. */
void sup_for_each_socket(struct supervisor *sup,
			 void (*fn)(const struct sup_socket *s, void *arg),
			 void *arg);

/**
 * struct sup_process - a process of a program that has been seen
 * @pid:	Its number
 * @name:	As the kernel has it
 * @host:	Where
 * @calls:	Calls that named the network
 */
struct sup_process {
	pid_t pid;
	const char *name;
	const struct host *host;
	uint64_t calls;
};

/**
 * struct sup_count - how much of everything there is
 * @programs:	Started, and not all of their processes have ended
 * @threads:	That have made a call and have not ended
 * @sockets:	Of programs
 * @parked:	Calls that wait for an answer
 * @stack_sockets: In the stacks of the hosts that programs run on
 * @descriptors: That this process has
 * @memory:	Octets
 */
struct sup_count {
	size_t programs, threads, sockets, parked, stack_sockets, descriptors,
		memory;
};

void sup_count(const struct supervisor *sup, struct sup_count *c);
/* The same as a line of JSON.  SIGUSR1 has it written to standard error. */
void sup_count_say(struct supervisor *sup, FILE *f);

/* Call @fn for every thread that has made such a call. */
void sup_for_each_process(struct supervisor *sup,
			  void (*fn)(const struct sup_process *p, void *arg),
			  void *arg);

#endif /* RUN_RUN_H */
