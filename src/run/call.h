/* SPDX-License-Identifier: MIT */
#ifndef RUN_CALL_H
#define RUN_CALL_H

/*
 * call.h - a call of a program, and what can be done with it
 *
 *	program --- call ---> notif.c ---> calls.c (table) ---> handler
 *
 * To answer one more call: a row in calls.c, a function of type call_fn in some
 * file, its name below.  The function looks at call->arg, and at call->desc if
 * the row says so; it reads the program's memory with call_read(), and asks
 * call_is_alive() before it acts on what it read.
 */

#include "run/desc.h"
#include "run/peer.h"
#include "run/run_int.h"

struct endpoint;

/* What a handler may return besides an answer (0 or more, or -errno). */
enum call_verdict {
	CALL_CONTINUE = -100000, /* the kernel shall do it */
	CALL_PARKED = -100001,	 /* there will be an answer, see call_park() */
	CALL_SENT = -100002,	 /* there was one: call_add_fd() */
};

/**
 * struct call - a call of a program that waits for its answer
 * @node:	In @desc->parked if it was put off
 * @timed:	In the supervisor if it gives up some time
 * @program:	Whose
 * @tid:	Which thread
 * @peer:	The same
 * @id:		The kernel's number for it
 * @nr:		Number of the call
 * @arg:	Its arguments
 * @desc:	What arg[0] stands for, if the row says so
 * @fd:		Our own descriptor for the same file, closed after the call
 * @is_again:	It was put off, and may not be again
 * @until_ns:	Put off: when to give up; UINT64_MAX: never
 * @late:	Put off: what to answer then
 * @done:	Octets that an earlier part of it has moved
 */
struct call {
	struct list node, timed;
	struct program *program;
	pid_t tid;
	struct peer *peer;
	uint64_t id;
	int nr;
	uint64_t arg[6];
	struct desc *desc;
	int fd;
	bool is_again;
	uint64_t until_ns;
	long late, done;
};

/* Answers a call: 0 or more, -errno, or an enum call_verdict. */
typedef long call_fn(struct call *call);

/* When the kernel tells of a call. */
enum call_when {
	WHEN_ALWAYS,
	WHEN_NOT,   /* argument is not this number */
	WHEN_SET,   /* argument is not 0 */
	WHEN_CLEAR, /* argument has none of these bits */
	WHEN_ANY,   /* argument has one of these bits */
	WHEN_LIKE,  /* argument is this number, but for its last octet */
	DENY,	    /* never; it fails with this errno, or does nothing if 0 */
	DENY_WHEN,  /* the same, if the argument is @value */
};

/**
 * struct call_row - a call that the filter knows
 * @nr:		Its number
 * @name:	For events
 * @when:	Condition
 * @arg:	Which argument it is about
 * @value:	What it is compared with
 * @error:	DENY, DENY_WHEN: errno
 * @fn:		Answers it
 * @has_desc:	The first argument is a descriptor; @fn is called only if it is
 *		one of ours
 * @is_told:	An event tells of it
 */
struct call_row {
	int nr;
	const char *name;
	enum call_when when;
	unsigned int arg;
	uint32_t value;
	int error;
	call_fn *fn;
	bool has_desc;
	bool is_told;
};

/* calls.c */
const struct call_row *call_rows(size_t *count);
const struct call_row *call_row_of(int nr);

/* notif.c */
void notif_on_ready(struct watch *w, uint32_t events);
/* Is it where a program's calls arrive? */
static inline bool is_of_calls(const struct watch *w)
{
	return w->on_ready == notif_on_ready;
}
/* Is the caller still waiting?  After reading its memory, before acting. */
bool call_is_alive(const struct call *call);
/* Answer now; false: the caller is gone, or a signal took it away. */
bool call_answer(struct call *call, long answer);
/* Let a parked call's memory go and answer it. */
bool call_finish(struct call *call, long answer);
/* Put it off: a copy in @call->desc->parked.  CALL_PARKED or -ENOMEM. */
long call_park(struct call *call, uint64_t until_ns, long late);
/* The same for all that are parked there; did anybody hear it? */
bool call_finish_all(struct desc *d, long answer);
/* Forget a parked call without an answer. */
void call_forget(struct call *call);
/* A number in the caller for our @fd, or -errno; the call still waits.  @flags:
 * O_CLOEXEC. */
int call_lend_fd(struct call *call, int fd, int flags);
/* Give the caller a descriptor for our @fd, and that as the answer.  @flags:
 * O_CLOEXEC.  CALL_SENT or -errno (-ENOENT: the caller is gone). */
long call_add_fd(struct call *call, int fd, int flags);
/* Put our @fd in place of the caller's descriptor @at.  0 or -errno. */
int call_replace_fd(struct call *call, int fd, int at);
struct stack *call_stack(const struct call *call);
struct supervisor *call_sup(const struct call *call);

/* call_mmap.c: let the caller's mmap(2) be one of our @fd.  CALL_SENT, or
 * -errno. */
long call_mmap_other(struct call *call, int fd);

/* peer.c */
/* The caller's memory.  0, -EFAULT, -EPERM (it may not be looked at). */
int call_read(const struct call *call, uint64_t addr, void *buf, size_t len);
int call_write(const struct call *call, uint64_t addr, const void *buf,
	       size_t len);

/* call_addr.c: addresses in a program's memory. */
int call_read_addr(const struct call *call, uint64_t addr, uint64_t len,
		   struct endpoint *ep);
/* The one that bind(2) is to give to @call->desc. */
int call_read_bind(const struct call *call, struct endpoint *ep);
/* Any address of @len octets, as getsockname(2) gives it: cut off to what the
 * program has room for.  @len_addr: where that stands. */
int call_write_name(const struct call *call, uint64_t addr, uint64_t len_addr,
		    const void *name, uint32_t len);
/* @len_addr: where the length stands; as getsockname(2) does it. */
int call_write_addr(const struct call *call, uint64_t addr, uint64_t len_addr,
		    const struct endpoint *ep);

/* call_socket.c, call_msg.c, call_if.c, call_mmap.c, call_file.c, call_name.c,
 * call_opt.c */
call_fn call_socket, call_bind, call_getsockname, call_getpeername;
call_fn call_connect, call_listen, call_accept, call_accept4;
call_fn call_sendto, call_sendmsg, call_sendmmsg;
call_fn call_recvfrom, call_recvmsg, call_recvmmsg;
call_fn call_ioctl, call_mmap;
call_fn call_open, call_openat, call_uname, call_sethostname;
/* connect(2) on a descriptor that is not ours */
call_fn call_connect_unix;
call_fn call_setsockopt, call_getsockopt, call_shutdown;

/* stream.c: kinds of sockets.  Answer a call of socket(2). */
long stream_open(struct call *call, int domain, int type, int proto);
long dgram_open(struct call *call, int domain, int type, int proto);
long netlink_open(struct call *call, int domain, int type, int proto);

#endif /* RUN_CALL_H */
