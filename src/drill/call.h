/* SPDX-License-Identifier: MIT */
#ifndef DRILL_CALL_H
#define DRILL_CALL_H

/*
 * call.h - a call of a script, turned into one of the stack's table
 *
 * A call is done in three steps, because the middle one may block and may be
 * made by another thread:
 *
 *	prepare		the script's values become what a C program would pass
 *	invoke		the call itself; nothing else is touched
 *	finish		what came back is compared, and remembered
 */

#include "drill/run.h"

/**
 * struct frame - a call under way
 * @fd:		First descriptor, the stack's number
 * @script_fd:	The same, the script's number
 * @n:		Other integers, in the order of the arguments
 * @addr:	Address given, or room for one; @addr_len: its length, or 0:
 *		NULL is passed
 * @buf:	Octets to send, or room
 * @len:	How many
 * @iov:	Scattered octets
 * @msg:	A message
 * @fds:	poll
 * @evs:	epoll
 * @val:	Value of a socket option
 * @ret:	What came back
 * @err:	errno, if @ret is -1
 * @end_ns:	When it came back, since the script began
 */
struct frame {
	struct drill_run *run;
	const struct drill_event *ev;
	const struct drill_call *call;
	const struct call_kind *kind;
	int fd;
	int64_t script_fd;
	int n[6];
	struct sockaddr_storage addr;
	socklen_t addr_len;
	uint8_t *buf;
	size_t len;
	struct iovec *iov;
	size_t iov_count;
	struct msghdr msg;
	struct pollfd *fds;
	size_t fd_count;
	struct epoll_event *evs;
	uint8_t val[512];
	socklen_t val_len;
	long ret;
	int err;
	uint64_t end_ns;
};

/**
 * struct call_kind - a call that scripts have
 * @args:	How many arguments
 * @prepare:	(required) 0, -1: complained
 * @invoke:	(required)
 * @finish:	(optional) Only when the result is the script's; 0, -1
 * @makes_fd:	Returns a descriptor, for which the script has its own number
 */
struct call_kind {
	const char *name;
	size_t args;
	int (*prepare)(struct frame *f);
	void (*invoke)(struct frame *f);
	int (*finish)(struct frame *f);
	bool makes_fd;
};

/* Tables of call_sock.c, call_io.c, call_wait.c; they end without a name. */
extern const struct call_kind call_sock_kinds[];
extern const struct call_kind call_io_kinds[];
extern const struct call_kind call_wait_kinds[];

static inline const struct drill_value *frame_arg(const struct frame *f,
						  size_t i)
{
	return &f->call->args[i];
}

static inline struct drill_table *frame_table(const struct frame *f)
{
	return &f->run->port->table;
}

/* Complain about argument @i: -1. */
int frame_bad(struct frame *f, const struct drill_value *v, const char *what);

/* An argument that is a number; ... is 0. */
int frame_int(struct frame *f, size_t i, int *to);
int frame_fd(struct frame *f, size_t i);

/* Memory that lives as long as the run; NULL is a failure already told. */
void *frame_alloc(struct frame *f, size_t count, size_t size);

/* The field of that name, or at that place; NULL. */
const struct drill_value *value_field(const struct drill_value *v,
				      const char *name, size_t place);

/* An address: ... is @dflt_addr and @dflt_port (host order). */
int frame_addr(struct frame *f, size_t i, uint32_t dflt_addr,
	       uint16_t dflt_port);

/* What came back is an address that the script describes. */
int frame_check_addr(struct frame *f, size_t i);

/* Compare a number that came back: 0, -1. */
int frame_check(struct frame *f, const struct drill_value *want,
		const char *what, int64_t have);

/* The script's descriptor @fd is @live from now on. */
void frame_new_fd(struct frame *f, int64_t fd, int live, uint16_t port,
		  bool is_udp);

#endif /* DRILL_CALL_H */
