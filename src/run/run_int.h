/* SPDX-License-Identifier: MIT */
#ifndef RUN_RUN_INT_H
#define RUN_RUN_INT_H

/*
 * run_int.h - the supervisor, as the files of run/ see it
 *
 *	program --- call ---> notif.c ---> calls.c (table) ---> call_xxx.c
 *	   |                                                       |
 *	   | descriptor (AF_UNIX)                                  v
 *	   +----------------------- struct desc ---> socket of the host's stack
 *
 * A call of a program that names the network arrives as a struct call.  The
 * table of calls.c has a row for each, with the condition under which the
 * kernel tells of it and the function that answers.  To add one: a row there,
 * a function in some call_xxx.c.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "base/htab.h"
#include "base/list.h"

#include "core/waitq.h"

#include "os/pace.h"
#include "run/run.h"

struct call;
struct desc;
struct stack;

/* Octets of a name in AF_UNIX's abstract space, and of a process's name. */
enum { UNIX_NAME_MAX = 110, PROCESS_NAME_MAX = 16, COMPLAINT_MAX = 512 };

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
 * @timed:	struct call, parked, that give up some time
 * @programs:	struct program
 * @corpses:	struct corpse
 * @has_children: There are processes
 * @limit:	Descriptors that a program may have
 * @complaint:	A sentence about what went wrong
 */
struct supervisor {
	struct mem *mem;
	struct lab_run *lab;
	struct pace *pace;
	struct pace_fd pfd;
	struct pace_driven driven;
	int epoll;
	struct watch signals;
	int meeting;
	uint8_t meeting_name[UNIX_NAME_MAX];
	uint32_t meeting_len;
	int sweep_set;
	uint64_t sweep_at_ns;
	uint32_t sweep_generation;
	struct htab peers, descs;
	struct list all, dirty, timed, programs, corpses;
	bool has_children;
	struct rlimit limit;
	char complaint[COMPLAINT_MAX];
};

/**
 * struct program - what was started, with everything it has started since
 * @node:	In the supervisor
 * @sup:	Whose
 * @host:	Where
 * @pid:	Its first process
 * @status:	See program_status()
 * @listener:	Where its calls arrive
 * @event:	Number of the event that tells of its start
 */
struct program {
	struct list node;
	struct supervisor *sup;
	struct host *host;
	pid_t pid;
	int status;
	struct watch listener;
	uint32_t event;
};

/**
 * struct peer - a thread that has made a call
 * @program:	What it belongs to
 * @tid:	Its number
 * @pidfd:	Readable when it has ended
 * @name:	As the kernel has it
 * @calls:	How many
 * @lost:	An answer that a signal kept from arriving, see notif.c
 */
struct peer {
	struct program *program;
	pid_t tid;
	struct watch pidfd;
	struct corpse corpse;
	char name[PROCESS_NAME_MAX];
	uint64_t calls;
	struct {
		bool is_set;
		int nr;
		uint64_t arg[6];
		long answer;
	} lost;
};

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
 * @peer:	Which thread
 * @id:		The kernel's number for it
 * @nr:		Number of the call
 * @arg:	Its arguments
 * @desc:	What arg[0] stands for, if the row says so
 * @fd:		Our own descriptor for the same file, closed after the call
 * @until_ns:	Put off: when to give up; UINT64_MAX: never
 * @late:	Put off: what to answer then
 */
struct call {
	struct list node, timed;
	struct program *program;
	struct peer *peer;
	uint64_t id;
	int nr;
	uint64_t arg[6];
	struct desc *desc;
	int fd;
	uint64_t until_ns;
	long late;
};

/* Answers a call: 0 or more, -errno, or an enum call_verdict. */
typedef long call_fn(struct call *call);

/* When the kernel tells of a call. */
enum call_when {
	WHEN_ALWAYS,
	WHEN_NOT,  /* argument is not this number */
	WHEN_SET,  /* argument is not 0 */
	DENY,	   /* never; it fails with this errno, or does nothing if 0 */
	DENY_WHEN, /* the same, if argument 0 is @value */
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
/* Give the caller a descriptor for our @fd, and that as the answer.  @flags:
 * O_CLOEXEC.  CALL_SENT or -errno (-ENOENT: the caller is gone). */
long call_add_fd(struct call *call, int fd, int flags);
/* Put our @fd in place of the caller's descriptor @at.  0 or -errno. */
int call_replace_fd(struct call *call, int fd, int at);
struct stack *call_stack(const struct call *call);
struct supervisor *call_sup(const struct call *call);

/* peer.c */
struct peer *peer_get(struct program *p, pid_t tid);
void peer_drop(struct peer *peer);
/* A descriptor of ours for the caller's @fd; -EBADF, -errno. */
int peer_fd(struct peer *peer, int fd);
/* The caller's memory.  0, -EFAULT, -EPERM (it may not be looked at). */
int call_read(const struct call *call, uint64_t addr, void *buf, size_t len);
int call_write(const struct call *call, uint64_t addr, const void *buf,
	       size_t len);

/* call_addr.c: addresses in a program's memory. */
int call_read_addr(const struct call *call, uint64_t addr, uint64_t len,
		   struct endpoint *ep);
/* @len_addr: where the length stands; as getsockname(2) does it. */
int call_write_addr(const struct call *call, uint64_t addr, uint64_t len_addr,
		    const struct endpoint *ep);

/* call_socket.c, call_connect.c, call_listen.c, call_opt.c */
call_fn call_socket, call_bind, call_getsockname, call_getpeername;
call_fn call_connect, call_listen, call_accept, call_accept4;
call_fn call_setsockopt, call_getsockopt, call_shutdown;

/**
 * struct desc_ops - a kind of descriptor
 * @connect:	connect(2) to @to
 * @listen:	(optional, else -EOPNOTSUPP)
 * @accept:	(optional, else -EOPNOTSUPP) @flags as accept4(2)
 * @shutdown:	(optional) After what was written has been taken in; the kernel
 *		then does the same to the descriptor
 * @settle:	Before an option changes: take in what was written before
 * @work:	The stack or our end has told something: move octets, answer
 *		parked calls
 * @free:	Let go of everything and of @d
 */
struct desc_ops {
	const char *kind;
	long (*connect)(struct call *call, const struct endpoint *to);
	long (*listen)(struct call *call, int backlog);
	long (*accept)(struct call *call, int flags);
	long (*shutdown)(struct call *call, int how);
	void (*settle)(struct desc *d);
	void (*work)(struct desc *d);
	void (*free)(struct desc *d);
};

/**
 * struct desc - an open socket of a program: embedded in its kind
 * @all:	In the supervisor
 * @dirty:	In the supervisor, if there is work
 * @ops:	Its kind
 * @sup:	Whose
 * @host:	On which host
 * @cookie:	The kernel's number for the file; 0: not yet known
 * @inode:	Likewise
 * @sk:		Descriptor in the host's stack, or -1
 * @waiter:	On that one's wait queue
 * @ours:	Our end of the program's descriptor
 * @parked:	struct call that wait
 * @pid, @name:	Who made it
 * @fd:		What the program called it last
 * @peer_tid:	Who that was
 * @event:	The event that its octets are caused by
 * @generation:	Of the last look that found it
 * @local, @remote: Its addresses when its socket in the stack is no more
 * @error:	What the program finds as SO_ERROR when it is no more
 * @has_hung_up: Nothing comes from the program after what lies in our end
 * @is_gone:	No program has it any more
 */
struct desc {
	struct list all, dirty;
	struct corpse corpse;
	const struct desc_ops *ops;
	struct supervisor *sup;
	struct host *host;
	uint64_t cookie;
	uint64_t inode;
	int sk;
	struct waiter waiter;
	struct watch ours;
	struct list parked;
	pid_t pid;
	char name[PROCESS_NAME_MAX];
	int fd;
	pid_t peer_tid;
	uint32_t event;
	uint32_t generation;
	struct endpoint local, remote;
	int error;
	bool has_hung_up, is_gone;
};

/* desc.c */
void desc_init(struct desc *d, const struct desc_ops *ops,
	       struct supervisor *sup, struct host *host);
/* The program's descriptor is the file behind our @fd: known from now on.  0
 * or -errno. */
int desc_know(struct desc *d, int fd);
/* Who made it, and what its octets are caused by. */
void desc_set_maker(struct desc *d, const struct call *call);
struct desc *desc_find(struct supervisor *sup, uint64_t cookie);
uint64_t desc_cookie(int fd); /* 0: no socket */
/* Use a socket of the stack: be told what happens there. */
void desc_attach(struct desc *d, int sk);
void desc_close_sk(struct desc *d);
/* Use our end. */
int desc_watch(struct desc *d, int fd, uint32_t events);
void desc_close_ours(struct desc *d);
void desc_mark(struct desc *d); /* there is work */
struct stack *desc_stack(const struct desc *d);
/* One more descriptor for the program's end, or -1: nobody has it any more. */
int desc_program_fd(struct desc *d);
/* Its file is another now; desc_know() says which. */
void desc_forget(struct desc *d);
/* Everything of it but @d itself goes; @d when nobody can look at it. */
void desc_fini(struct desc *d);
void desc_end(struct desc *d);
/* Before something is done for @d: its events are caused by its program. */
void desc_enter(const struct desc *d);
void desc_leave(const struct desc *d);

/* sweep.c */
int sweep_init(struct supervisor *sup);
int sweep_add(struct supervisor *sup, int fd, uint64_t cookie);
void sweep_now(struct supervisor *sup);
uint64_t sweep_when(const struct supervisor *sup);

/* supervise.c */
int sup_watch(struct supervisor *sup, struct watch *w, int fd, uint32_t events);
void sup_unwatch(struct supervisor *sup, struct watch *w);
void sup_bury(struct supervisor *sup, struct corpse *c);
void sup_complain(struct supervisor *sup, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Do now what the stacks have left. */
void sup_work(struct supervisor *sup);
uint64_t sup_now(const struct supervisor *sup);
/* 0, or -errno: a listener for the calls of a new process, and its number */
int launch(struct supervisor *sup, const struct program_cfg *cfg, pid_t *pid,
	   int *listener);

/* stream.c: kinds of sockets.  Answer a call of socket(2). */
long stream_open(struct call *call, int domain, int type, int proto);
long dgram_open(struct call *call, int domain, int type, int proto);

#endif /* RUN_RUN_INT_H */
