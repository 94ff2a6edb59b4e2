/* SPDX-License-Identifier: MIT */
#ifndef SOCK_SOCK_INT_H
#define SOCK_SOCK_INT_H

/*
 * sock_int.h - sockets and the descriptor table, as the files of sock/ see
 *		them
 */

#include <assert.h>

#include "base/list.h"
#include "base/mem.h"

#include "core/env.h"
#include "core/stack.h"

#include "sock/file_table.h"
#include "sock/sock.h"
#include "sock/sock_cold.h"
#include "sock/sock_kind.h"

struct ip_error;
struct packet_end;
struct pair_end;
struct raw_end;
struct sock;
struct sock_cork;
struct sock_opts;
struct tcp_conn;
struct udp_sock;

/* What sock/ knows about one stack. */
struct sock_stack {
	struct file_table table;
	struct pool socks, opts, rests;
	struct sock_opts *fresh[SOCK_OPT_FRESH]; /* see sock_cold.c */
	struct list groups;  /* struct group, see sock_group.c */
	struct list raws;    /* struct raw_end: raw and ping sockets */
	struct list packets; /* struct packet_end */
	struct sk_copies copies;
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

/* Where a stream is, as far as its calls are concerned. */
enum stream_state {
	STREAM_NEW,
	STREAM_LISTENS,
	STREAM_CONNECTING, /* connect() has not yet told how it ended */
	STREAM_CONNECTED,  /* or was once */
	STREAM_LATER,	   /* connect() put off, see sock_fastopen.c */
	STREAM_OVER,	   /* never to be connected again */
};

/**
 * struct sock - a socket
 * @file:	Its file
 * @ops:	Its kind
 * @tcp:	Streams: the connection
 * @udp:	Datagrams: the end
 * @pair:	Of socketpair(): the end
 * @raw:	Raw and ping sockets: the end
 * @packet:	Packet sockets: the end
 * @domain:	SK_AF_INET, INET6, UNIX or PACKET
 * @proto:	As SO_PROTOCOL tells it
 * @ifindex:	SO_BINDTODEVICE: where; 0: anywhere
 * @fd:		The descriptor it was opened with, for events
 * @state:	Streams only
 * @is_plain:	Of the options none makes a difference to sock_plain.c
 * @opts:	Options; perhaps also others': sock_opts_own() before a change,
 *		sock_opts_noted() after it
 * @rest:	The rest, or NULL
 */
struct sock {
	struct file file;
	const struct sock_ops *ops;
	union {
		struct tcp_conn *tcp;
		struct udp_sock *udp;
		struct pair_end *pair;
		struct raw_end *raw;
		struct packet_end *packet;
	};
	struct sock_opts *opts;
	struct sock_rest *rest;
	uint32_t ifindex;
	int fd;
	uint16_t proto;
	uint8_t domain;
	uint8_t state; /* enum stream_state */
	bool is_plain;
};
static_assert(sizeof(struct sock) <= 120, "there may be a million idle ones");

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

static inline bool sock_is_tcp(const struct sock *s)
{
	return s->ops == &sock_stream_ops;
}

static inline bool sock_is_udp(const struct sock *s)
{
	return s->ops == &sock_dgram_ops || s->ops == &sock_lite_ops;
}

/* Does it know addresses of IP? */
static inline bool sock_is_inet(const struct sock *s)
{
	return s->domain == SK_AF_INET || s->domain == SK_AF_INET6;
}

/* sock.c */
/* A socket and its descriptor, or -errno; @flags: SK_SOCK_NONBLOCK, CLOEXEC. */
int sock_make(struct stack *stack, const struct sock_ops *ops, int domain,
	      int flags, int proto);
int sock_find(struct stack *stack, int fd, struct sock **s);
struct sock *sock_of(struct file *file); /* NULL: not a socket */
void sock_tell(struct sock *s, uint32_t events);
int sock_failed(struct sock *s, const char *call, int err);
uint64_t sock_deadline(const struct sock *s, uint64_t timeout_ns);

static inline bool sock_may_block(const struct sock *s, int flags)
{
	return !(s->file.flags & SK_O_NONBLOCK || flags & SK_MSG_DONTWAIT);
}

/* sock_io.c: the calls themselves, for a socket that is found; as sk_sendto()
 * and sk_recvfrom(). */
long sock_send(struct sock *s, struct sock_io *io);
long sock_recv(struct sock *s, struct sock_io *io);

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

static inline uint32_t sock_error_count(const struct sock *s)
{
	return s->rest ? s->rest->error_count : 0;
}

/* sock_opt.c */
struct sock_opts sock_opts_fresh(const struct sock *s); /* as they begin */
void sock_stream_apply(struct sock *s); /* all options, to a new connection */

/* sock_group.c */
/* May a datagram for a group be heard?  Of sources, that is. */
bool sock_group_hears(const struct sock *s, const struct netif *netif,
		      struct ip_addr group, struct ip_addr src);
/* Tell the transport how to send to groups. */
void sock_group_apply(struct sock *s);
void sock_group_leave_all(struct sock *s);

/* sock_err.c: the error queue. */
int sock_err_apply(struct sock *s); /* it was switched on or off */
bool sock_err_note(struct sock *s, const struct ip_error *err);
void sock_err_local(struct sock *s, int err, const struct endpoint *to,
		    uint32_t info);
long sock_err_recv(struct sock *s, struct sock_io *io);
void sock_err_clear(struct sock *s);

/* sock_fastopen.c */
bool sock_fast_is_asked(const struct sock *s, const struct sock_io *io);
long sock_fast_send(struct sock *s, struct sock_io *io);
bool sock_fast_connect(struct sock *s, const struct endpoint *peer);
int sock_fast_give_up(struct sock *s);

#endif /* SOCK_SOCK_INT_H */
