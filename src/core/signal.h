/* SPDX-License-Identifier: MIT */
#ifndef CORE_SIGNAL_H
#define CORE_SIGNAL_H

/*
 * signal.h - telling a program by a signal, as far as a stack knows of it
 *
 * A stack has no operating system and therefore no signals.  It knows whom it
 * would tell and what; who drives it gives it a sink, which delivers: to a
 * queue in memory (io/sigq.h) or to a process (os/signal.h).  Without a sink
 * nobody is told.
 */

#include <stdbool.h>
#include <stdint.h>

/* The numbers are those of Linux on most machines. */
enum signal_number {
	SIGNAL_URG = 23,
	SIGNAL_IO = 29,
	SIGNAL_RT_MIN = 32, /* from here on they queue */
	SIGNAL_MAX = 64,
};

/* What happened: the values are those of si_code for SIGIO. */
enum signal_code {
	SIGNAL_SIGIO = -5,   /* a band, by a signal whose codes mean others */
	SIGNAL_POLL_IN = 1,  /* something to read, or a connection */
	SIGNAL_POLL_OUT = 2, /* room to write */
	SIGNAL_POLL_MSG = 3,
	SIGNAL_POLL_ERR = 4,  /* an error is pending */
	SIGNAL_POLL_PRI = 5,  /* urgent data */
	SIGNAL_POLL_HUP = 6,  /* the other end is gone */
	SIGNAL_KERNEL = 0x80, /* no particulars */
};

/* Who an owner's number means; the values are those of F_SETOWN_EX. */
enum signal_owner { SIGNAL_TO_THREAD, SIGNAL_TO_PROCESS, SIGNAL_TO_GROUP };

/**
 * struct signal_info - a signal to be delivered
 * @signo:	Which: 1 to SIGNAL_MAX
 * @code:	enum signal_code
 * @fd:		Whose event it is, and @band (poll's events) which; not with
 *		SIGNAL_KERNEL
 * @to:		Whom to tell: @owner is one of these
 */
struct signal_info {
	int signo;
	int code;
	int fd;
	uint32_t band;
	enum signal_owner to;
	int32_t owner;
};

/**
 * struct signal_sink - delivers signals
 * @raise:	Deliver one.  0; -EAGAIN: a queue is full.  Called in the
 *		middle of events: must not call the stack
 * @exists:	(optional) Is there such an owner?
 * @arg:	Their first argument
 */
struct signal_sink {
	int (*raise)(void *arg, const struct signal_info *info);
	bool (*exists)(void *arg, enum signal_owner to, int32_t owner);
	void *arg;
};

#endif /* CORE_SIGNAL_H */
