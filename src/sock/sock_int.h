/* SPDX-License-Identifier: MIT */
#ifndef SOCK_SOCK_INT_H
#define SOCK_SOCK_INT_H

/*
 * sock_int.h - sockets and the descriptor table, as the files of sock/ see
 *		them
 */

#include "base/list.h"
#include "base/mem.h"

#include "core/env.h"
#include "core/stack.h"

#include "sock/sock.h"

struct sock;
struct tcp_conn;
struct udp_sock;

/* Descriptors of one stack; see file.c. */
struct file_table {
	struct file **files;
	uint32_t size, max, lowest;
};

/* What sock/ knows about one stack. */
struct sock_stack {
	struct file_table table;
	struct pool socks;
	struct list groups; /* struct group, see sock_group.c */
};

static inline struct sock_stack *sock_stack_of(struct stack *stack)
{
	return stack->slot[SLOT_SOCK];
}

static inline struct file_table *file_table_of(struct stack *stack)
{
	return &sock_stack_of(stack)->table;
}

void file_table_close_all(struct stack *stack);

/**
 * struct sock_io - a send or receive call under way
 * @out:	Send: the octets
 * @in:		Receive: where to put them
 * @len:	How many, or how much room
 * @flags:	SK_MSG_xxx
 * @to:		Send: to whom, or NULL
 * @from:	Receive: filled in with from whom, or NULL
 * @want:	The call is over when so many are done
 * @done:	Octets so far
 */
struct sock_io {
	const uint8_t *out;
	uint8_t *in;
	size_t len;
	int flags;
	const struct endpoint *to;
	struct endpoint *from;
	size_t want, done;
};

/**
 * struct sock_ops - a kind of socket; no function blocks
 * @type:	SK_SOCK_STREAM, ...
 * @proto:	SK_IPPROTO_TCP, ...
 * @open:	Make the transport's end; 0 or -ENOMEM
 * @free:	Let go of it
 * @bind:	As the call of that name
 * @connect:	-EINPROGRESS: begun; -EALREADY: not finished yet
 * @listen:	(optional, else -EOPNOTSUPP)
 * @accept:	(optional, else -EOPNOTSUPP) Give @child its transport end;
 *		NULL: only say whether there is one
 * @send:	Octets taken of those not done yet, or -errno
 * @recv:	Octets received after those done, or -errno
 * @recv_urgent: (optional, else -EOPNOTSUPP) The octet out of line
 * @ioctl:	(optional, else -ENOTTY) A question about the queues
 * @shutdown:	@how is valid
 * @linger:	(optional) Start to close; returns whether that is done with
 * @local:	This end
 * @peer:	The other end; no address: none
 * @error:	Fetch and clear the pending error
 * @poll:	WAIT_xxx
 * @readable:	Octets that one receive call could return now
 * @info:	Fill in state and queues
 */
struct sock_ops {
	int type, proto;
	int (*open)(struct sock *s);
	void (*free)(struct sock *s);
	int (*bind)(struct sock *s, const struct endpoint *local);
	int (*connect)(struct sock *s, const struct endpoint *peer);
	int (*listen)(struct sock *s, int backlog);
	int (*accept)(struct sock *s, struct sock *child);
	long (*send)(struct sock *s, struct sock_io *io);
	long (*recv)(struct sock *s, struct sock_io *io);
	long (*recv_urgent)(struct sock *s, struct sock_io *io);
	int (*ioctl)(struct sock *s, unsigned long request, int *val);
	int (*shutdown)(struct sock *s, int how);
	bool (*linger)(struct sock *s);
	struct endpoint (*local)(const struct sock *s);
	struct endpoint (*peer)(const struct sock *s);
	int (*error)(struct sock *s);
	uint32_t (*poll)(struct sock *s);
	size_t (*readable)(struct sock *s);
	void (*info)(struct sock *s, struct sock_info *info);
};

extern const struct sock_ops sock_stream_ops;
extern const struct sock_ops sock_dgram_ops;

/* Where a stream is, as far as its calls are concerned. */
enum stream_state {
	STREAM_NEW,
	STREAM_LISTENS,
	STREAM_CONNECTING, /* connect() has not yet told how it ended */
	STREAM_CONNECTED,  /* or was once */
	STREAM_LATER,	   /* connect() put off, see sock_fastopen.c */
	STREAM_OVER,	   /* never to be connected again */
};

/* Values of options, as getsockopt() returns them. */
struct sock_opts {
	int reuse_addr, reuse_port, broadcast, keepalive;
	int rcvbuf, sndbuf;
	struct sk_linger linger;
	uint64_t recv_timeout_ns, send_timeout_ns; /* 0: none */
	int ttl, tos, group_ttl;
	int v6only, hops, tclass, group_hops;
	int nodelay, cork, maxseg;
	int keep_idle_s, keep_interval_s, keep_count;
	int user_timeout_ms, linger2, window_clamp, notsent_lowat, inq;
	int quickack;
	int oob_inline, rcvlowat;
	int fastopen, fastopen_connect, defer_accept_s, syncnt;
	int peek_off; /* where the next SK_MSG_PEEK begins; -1: at the front */
};

/**
 * struct sock - a socket
 * @file:	Its file
 * @ops:	Its kind
 * @tcp:	Streams: the connection
 * @udp:	Datagrams: the end
 * @domain:	SK_AF_INET or SK_AF_INET6
 * @fd:		The descriptor it was opened with, for events
 * @state:	Streams only
 * @bound:	Streams: what the program chose with bind()
 * @later:	Streams in STREAM_LATER: where to
 * @opts:	Options
 * @groups:	struct membership, see sock_group.c
 */
struct sock {
	struct file file;
	const struct sock_ops *ops;
	union {
		struct tcp_conn *tcp;
		struct udp_sock *udp;
	};
	int domain;
	int fd;
	enum stream_state state;
	struct endpoint bound, later;
	struct sock_opts opts;
	struct list groups;
};

/**
 * struct sock_call - brackets a call of a program
 *
 * Within it env->cause may be changed at will, afterwards it is as before.
 */
struct sock_call {
	struct stack *stack;
	uint32_t outer;
};

static inline struct sock_call call_begin(struct stack *stack)
{
	stack_enter(stack);
	return (struct sock_call){stack, stack->place.env->cause};
}

static inline void call_end(struct sock_call call)
{
	stack_leave(call.stack);
	call.stack->place.env->cause = call.outer;
}

/* sock.c */
int sock_find(struct stack *stack, int fd, struct sock **s);
struct sock *sock_of(struct file *file); /* NULL: not a socket */
void sock_tell(struct sock *s, uint32_t events);
int sock_failed(struct sock *s, const char *call, int err);
uint64_t sock_deadline(const struct sock *s, uint64_t timeout_ns);

static inline bool sock_may_block(const struct sock *s, int flags)
{
	return !(s->file.flags & SK_O_NONBLOCK || flags & SK_MSG_DONTWAIT);
}

/* sock_addr.c: addresses of programs, and those of transports. */

/* What "any" is to the transport. */
struct ip_addr sock_addr_any(const struct sock *s);

/* 0, -EAFNOSUPPORT, -EINVAL (mapped, but IPv6 only; link-local, no zone). */
int sock_addr_to_bind(const struct sock *s, const struct endpoint *from,
		      struct endpoint *to);

/* 0, -EAFNOSUPPORT, -ENETUNREACH (mapped, but IPv6 only), -EINVAL. */
int sock_addr_to_peer(const struct sock *s, const struct endpoint *from,
		      struct endpoint *to);

/* An IPv4 address becomes a mapped one, for who asked for IPv6. */
void sock_addr_for_user(const struct sock *s, struct endpoint *ep);

/* Before a transport would choose: an AF_INET6 socket that has no port gets
 * one.  As the call bind(). */
int sock_addr_bind_any(struct sock *s);

/* sock_opt.c */
void sock_opts_init(struct sock *s);
void sock_opts_inherit(struct sock *child, const struct sock *listener);
void sock_stream_apply(struct sock *s); /* all options, to a new connection */

/* sock_group.c */
int sock_group_join(struct sock *s, const struct sk_mreq *req);
int sock_group_leave(struct sock *s, const struct sk_mreq *req);
int sock_group_source(struct sock *s, int name,
		      const struct sk_mreq_source *req);
/* May a datagram for a group be heard?  Of sources, that is. */
bool sock_group_hears(const struct sock *s, struct ip_addr group,
		      struct ip_addr src);
void sock_group_leave_all(struct sock *s);

/* sock_fastopen.c */
bool sock_fast_is_asked(const struct sock *s, const struct sock_io *io);
long sock_fast_send(struct sock *s, struct sock_io *io);
bool sock_fast_connect(struct sock *s, const struct endpoint *peer);
int sock_fast_give_up(struct sock *s);

#endif /* SOCK_SOCK_INT_H */
