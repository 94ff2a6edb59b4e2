/* SPDX-License-Identifier: MIT */
#ifndef IO_RING_H
#define IO_RING_H

/*
 * ring.h - a completion ring: say what is to be done, and hear when it is
 *
 * All other ways to wait say that a call would not block now, and then the
 * program makes the call: it waits in the first phase and copies in the second.
 * Here it hands over the whole operation, and both phases are done when it is
 * told.  Four steps:
 *
 *	sqe = sk_ring_sqe(ring);	a free entry of the submission queue
 *	sqe->op = ...			prepare
 *	sk_ring_submit(ring);		submit
 *	sk_ring_wait(ring, 1, -1);	wait
 *	cqe = sk_ring_peek(ring);	the oldest completion
 *	sk_ring_seen(ring, 1);		seen
 *
 * What memory an entry points to must stay until it has completed.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct endpoint;
struct sk_msg;
struct sk_ring;
struct stack;

#define SK_RING_ENTRIES_MAX 32768

/* What can be done.  Which fields count is said in <weft/ring.h>. */
enum sk_ring_op {
	SK_RING_NOP,
	SK_RING_ACCEPT,
	SK_RING_CONNECT,
	SK_RING_SEND,
	SK_RING_RECV,
	SK_RING_SENDMSG,
	SK_RING_RECVMSG,
	SK_RING_READ,
	SK_RING_WRITE,
	SK_RING_SHUTDOWN,
	SK_RING_CLOSE,
	SK_RING_POLL,
	SK_RING_TIMEOUT,
	SK_RING_LINK_TIMEOUT,
	SK_RING_CANCEL,
	SK_RING_SPLICE,
	SK_RING_SENDFILE,
	SK_RING_OP_COUNT
};

/* Flags of an entry. */
enum {
	SK_SQE_LINK = 1,      /* the next one begins when this one is done */
	SK_SQE_HARDLINK = 2,  /* ... even if it fails */
	SK_SQE_BUFFER = 4,    /* receive into a buffer of @group */
	SK_SQE_MULTISHOT = 8, /* completes again and again */
	SK_SQE_QUIET = 16,    /* no completion if it succeeds */
};

/* @arg of SK_RING_CANCEL and SK_RING_TIMEOUT. */
enum {
	SK_RING_CANCEL_FD = 1,	/* by @fd, not by @off */
	SK_RING_CANCEL_ANY = 2, /* whatever there is */
	SK_RING_CANCEL_ALL = 4, /* all that match, not the oldest */

	SK_RING_TIMEOUT_ABS = 1, /* @off is a time, not a duration */
};

/**
 * struct sk_sqe - something to be done
 * @op:		enum sk_ring_op
 * @flags:	SK_SQE_xxx
 * @group:	With SK_SQE_BUFFER: which buffers
 * @fd:		On what
 * @addr:	Octets, a message, or an address
 * @addr2:	Of @addr: where its length is
 * @len:	Octets; or what else is counted
 * @off:	A time, or the user data of another entry
 * @fd2:	Where from, or which way
 * @arg:	Flags of the operation
 * @user_data:	Comes back in the completion
 */
struct sk_sqe {
	uint8_t op;
	uint8_t flags;
	uint16_t group;
	int32_t fd;
	void *addr;
	void *addr2;
	uint64_t len;
	uint64_t off;
	int32_t fd2;
	uint32_t arg;
	uint64_t user_data;
};

/* Flags of a completion. */
enum {
	SK_CQE_BUFFER = 1, /* a buffer was used: its number is in the upper
			    * half of the flags */
	SK_CQE_MORE = 2,   /* this entry will complete again */
	SK_CQE_NOTIF = 8,  /* the memory of a zero-copy send is free again */
};

#define SK_CQE_BUFFER_SHIFT 16

/**
 * struct sk_cqe - something was done
 * @user_data:	Of its entry
 * @res:	What the call would return: 0 or more, or -errno
 * @flags:	SK_CQE_xxx
 */
struct sk_cqe {
	uint64_t user_data;
	int32_t res;
	uint32_t flags;
};

/**
 * struct sk_ring_abi - how a program's addresses and messages look
 * @name_in:	Read the address of a connect
 * @name_out:	Write that of an accept; @addr and @len may be NULL
 * @send_in:	Read the message to be sent
 * @recv_in:	Read where to put one
 * @recv_out:	Say what came
 *
 * All return 0 or -errno, if anything.
 */
struct sk_ring_abi {
	int (*name_in)(const void *addr, size_t len, struct endpoint *ep);
	void (*name_out)(const struct endpoint *ep, void *addr, void *len);
	int (*send_in)(const void *hdr, struct sk_msg *msg);
	void (*recv_in)(const void *hdr, struct sk_msg *msg);
	void (*recv_out)(const struct sk_msg *msg, void *hdr);
};

/* struct endpoint and struct sk_msg, as they are. */
extern const struct sk_ring_abi sk_ring_plain;

/**
 * sk_ring_new() - A ring
 * @entries:	Size of the submission queue, 1 to SK_RING_ENTRIES_MAX;
 *		rounded up to a power of two.  The completion queue is twice
 *		as large
 * @abi:	Kept
 * @out:	Filled in
 *
 * It has a descriptor, which is readable while there are completions.
 *
 * Return: 0, -EINVAL, -EMFILE, -ENOMEM
 */
int sk_ring_new(struct stack *stack, uint32_t entries,
		const struct sk_ring_abi *abi, struct sk_ring **out);

/* Cancel everything and free it.  NULL is fine; not after sock_fini(). */
void sk_ring_free(struct sk_ring *ring);

int sk_ring_fd(const struct sk_ring *ring);

/* A free entry, zeroed; NULL: the queue is full, submit first. */
struct sk_sqe *sk_ring_sqe(struct sk_ring *ring);

/**
 * sk_ring_submit() - Hand over what is prepared
 *
 * What can be done at once is.
 *
 * Return: entries taken; -EBUSY (so many operations are under way that no
 * more are taken) or -ENOMEM if it is none.  Those not taken stay
 */
int sk_ring_submit(struct sk_ring *ring);

/**
 * sk_ring_wait() - Wait for completions
 * @count:	For so many; at most what the queue holds
 * @timeout_ns:	At most so long; negative: for ever
 *
 * May block.
 *
 * Return: how many there are, -ETIME (fewer), -EDEADLK
 */
int sk_ring_wait(struct sk_ring *ring, uint32_t count, int64_t timeout_ns);

/* The oldest completion, or NULL.  It stays until it is seen. */
const struct sk_cqe *sk_ring_peek(struct sk_ring *ring);

/* One further back, counted from 0. */
const struct sk_cqe *sk_ring_peek_at(struct sk_ring *ring, uint32_t index);

/* The program is done with the oldest @count. */
void sk_ring_seen(struct sk_ring *ring, uint32_t count);

/**
 * sk_ring_buffers() - Give buffers to a group
 * @group:	Of any number; made if it is not there
 * @base:	@count buffers of @len octets, one behind the other
 * @first:	Number of the first one, the next has the next
 *
 * Each is used for one completion, and must be given again after that.
 *
 * Return: 0, -EINVAL (no octets, or numbers above 65535), -ENOBUFS (the group
 * is full), -ENOMEM
 */
int sk_ring_buffers(struct sk_ring *ring, uint16_t group, void *base,
		    uint32_t len, uint32_t count, uint32_t first);

/**
 * struct sk_ring_stat - what a ring has to do
 * @submitted:	Entries taken
 * @completed:	Completions told
 * @overflowed:	Of these, such as found the completion queue full and waited
 *		for room.  None is ever lost
 * @prepared:	Entries not submitted yet
 * @running:	Operations under way
 * @ready:	Completions to be seen
 * @spilled:	Completions that wait for room
 */
struct sk_ring_stat {
	uint64_t submitted, completed, overflowed;
	uint32_t prepared, running, ready, spilled;
};

void sk_ring_get_stat(const struct sk_ring *ring, struct sk_ring_stat *stat);

/* "nop", "accept", ... */
const char *sk_ring_op_name(enum sk_ring_op op);

#endif /* IO_RING_H */
