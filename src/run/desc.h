/* SPDX-License-Identifier: MIT */
#ifndef RUN_DESC_H
#define RUN_DESC_H

/*
 * desc.h - the sockets that programs have: desc.c
 *
 *	program --- descriptor (AF_UNIX) ~~~ struct desc --- socket of the stack
 *
 * A new kind of socket: a struct with a struct desc in it, a struct desc_ops,
 * a function that opens one (call_socket.c has the table).
 */

#include "core/waitq.h"

#include "run/run_int.h"

struct call;
struct desc;
struct msg;
struct stack;

/**
 * struct opt - an option of a socket
 * @level, @name: Which
 * @val:	Its value, or room for it
 * @len:	Octets; get: the room, and afterwards what is used
 */
struct opt {
	int level, name;
	void *val;
	size_t len;
};

/**
 * struct desc_ops - a kind of descriptor
 * @connect:	connect(2) to @to
 * @share:	(optional) The address is taken: may it be shared?
 * @listen:	(optional, else -EOPNOTSUPP)
 * @accept:	(optional, else -EOPNOTSUPP) @flags as accept4(2)
 * @bind:	(optional) bind(2), if addresses are not those of IP
 * @name:	(optional) getsockname(2), likewise: the length of what it
 *		wrote to @name, or -errno
 * @set, @get:	(optional) An option, before anybody else is asked;
 *		CALL_CONTINUE: it is somebody else's
 * @map:	(optional) mmap(2) of it
 * @send:	(optional) A message with an address or with ancillary data;
 *		@flags as sendto(2).  Without, the kernel does it
 * @recv:	(optional) A message with the address of its sender; likewise
 * @send_to, @recv_from: (optional) The same, where a message without an address
 *		is the kernel's, and need not be in one piece
 * @is_alone:	(optional) Nobody is at the other end: all messages are for
 *		@send_to and @recv_from, which say so
 * @needs_peer:	A message without an address needs one
 * @owes:	(optional) An error that the program has not heard of, and hears
 *		of now, by a message that is the kernel's: 0 or -errno
 * @takes_all:	All of sendmsg(2) and recvmsg(2) are for @send and @recv
 * @shutdown:	(optional) After what was written has been taken in; the kernel
 *		then does the same to the descriptor
 * @again:	(optional) One more socket like it in the stack, or -errno
 * @settle:	Before an option changes: take in what was written before
 * @resize:	(optional) SO_SNDBUF or SO_RCVBUF, @name, has become @size octets,
 *		or SO_RCVLOWAT another number; @fd is the program's end
 * @work:	The stack or our end has told something: move octets, answer
 *		parked calls
 * @free:	Let go of everything and of @d
 */
struct desc_ops {
	const char *kind;
	long (*connect)(struct call *call, const struct endpoint *to);
	bool (*share)(struct desc *d, const struct endpoint *local);
	long (*listen)(struct call *call, int backlog);
	long (*accept)(struct call *call, int flags);
	int (*bind)(struct call *call, const void *name, size_t len);
	int (*name)(struct desc *d, uint8_t name[128]);
	int (*set)(struct call *call, const struct opt *opt);
	int (*get)(struct call *call, struct opt *opt);
	long (*map)(struct call *call);
	long (*send)(struct call *call, const struct msg *m, int flags);
	long (*recv)(struct call *call, const struct msg *m, int flags);
	long (*send_to)(struct call *call, const struct msg *m, int flags);
	long (*recv_from)(struct call *call, const struct msg *m, int flags);
	bool (*is_alone)(struct desc *d);
	bool needs_peer, takes_all;
	int (*owes)(struct call *call);
	long (*shutdown)(struct call *call, int how);
	int (*again)(struct desc *d);
	void (*settle)(struct desc *d);
	void (*resize)(struct desc *d, int fd, int name, int size);
	void (*work)(struct desc *d);
	void (*free)(struct desc *d);
};

/**
 * struct desc - an open socket of a program: embedded in its kind
 * @all:	In the supervisor
 * @dirty:	In the supervisor, if there is work
 * @later:	In the supervisor, if there will be some at @later_ns
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
 * @local, @remote: Its addresses if its socket in the stack does not know them
 * @error:	What the program finds as SO_ERROR when it is no more
 * @has_told:	The descriptor has told the program of an error of the stack
 * @has_hung_up: Nothing comes from the program after what lies in our end
 * @is_gone:	No program has it any more
 * @has_ended:	The same, or the program has shut down writing
 * @has_news:	There may be something to read in our end
 * @has_peer:	Of datagrams: those without an address go somewhere
 * @is_full:	Our end takes no more; it tells when it does
 * @has_urgent:	There may be an urgent octet in it
 * @has_urged:	The program has sent one, at some time
 */
struct desc {
	struct list all, dirty, later;
	uint64_t later_ns;
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
	bool has_told, has_hung_up, is_gone, has_ended, has_news, has_urgent;
	bool has_peer, is_full, has_urged;
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
/* No longer use it, and leave it open. */
void desc_detach(struct desc *d);
void desc_close_sk(struct desc *d);
/* When a call that waits gives up: @name is SO_RCVTIMEO or SO_SNDTIMEO. */
uint64_t desc_deadline(const struct desc *d, int name);
/* Use our end. */
int desc_watch(struct desc *d, int fd, uint32_t events);
/* Be told of other things there. */
void desc_rewatch(struct desc *d, uint32_t events);
void desc_close_ours(struct desc *d);
void desc_mark(struct desc *d); /* there is work */
void desc_mark_later(struct desc *d, uint64_t at_ns);
struct stack *desc_stack(const struct desc *d);
/* One more descriptor for the program's end, or -1: nobody has it any more. */
int desc_program_fd(struct desc *d);
/* Has whoever used it last still a descriptor for it?  If not, somebody else
 * may. */
bool desc_is_held(const struct desc *d);
/* Its file is another now; desc_know() says which. */
void desc_forget(struct desc *d);
/* Everything of it but @d itself goes; @d when nobody can look at it. */
void desc_fini(struct desc *d);
void desc_end(struct desc *d);
/* Before something is done for @d: its events are caused by its program. */
void desc_enter(const struct desc *d);
void desc_leave(const struct desc *d);

#endif /* RUN_DESC_H */
