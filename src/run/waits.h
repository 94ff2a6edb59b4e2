/* SPDX-License-Identifier: MIT */
#ifndef RUN_WAITS_H
#define RUN_WAITS_H

/*
 * waits.h - what a thread of a program waits in, as the kernel knows it
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* What a call that waits is about. */
enum wait_about {
	WAIT_ABOUT_NOTHING, /* time, a lock, a child */
	WAIT_ABOUT_FD,	    /* its first argument */
	WAIT_ABOUT_EPOLL,   /* all that this set watches */
	WAIT_ABOUT_POLL,    /* an array of descriptors */
	WAIT_ABOUT_SELECT,  /* bits */
};

/**
 * struct wait_call - a call that a thread is in
 * @tid:	Which thread
 * @name:	Of the call
 * @about:	What @arg means
 * @arg:	Its arguments
 */
struct wait_call {
	pid_t tid;
	const char *name;
	enum wait_about about;
	uint64_t arg[6];
};

/* False: the thread runs, is in a call that does not wait, or may not be
 * looked at. */
bool wait_read(pid_t pid, pid_t tid, struct wait_call *out);

/* Does a call about an array or bits name descriptor @fd?  Reads the thread's
 * memory. */
bool wait_names(const struct wait_call *w, int fd);

#endif /* RUN_WAITS_H */
