/* SPDX-License-Identifier: MIT */
#ifndef RUN_STREAM_H
#define RUN_STREAM_H

/*
 * stream.h - stream sockets of programs, as stream.c, connect.c, listen.c and
 *	      relay.c see them
 */

#include "run/call.h"

/* Octets that are moved at one time, and kept at most. */
enum { RELAY_CHUNK = 65536 };

/* What our end always tells of. */
#define STREAM_EVENTS (EPOLLIN | EPOLLPRI | EPOLLRDHUP | EPOLLET)

/* Where a stream is, as far as the program's descriptor is concerned. */
enum stream_phase {
	STREAM_ALONE,	/* it has no other end */
	STREAM_WAITS,	/* a blocking connect(2); it has none yet */
	STREAM_STUFFED, /* a non-blocking one; its other end is full */
	STREAM_RELAYS,	/* connected */
	STREAM_LISTENS, /* it has a name, and we connect to it */
	STREAM_OVER,	/* the other end is gone */
};

/**
 * struct stream - a stream socket of a program
 * @desc:	What all sockets have
 * @phase:	Where it is
 * @domain:	AF_INET or AF_INET6
 * @stuffed:	Octets that have to be taken out of our end when the connection
 *		stands
 * @has_shut:	The program has called shutdown(SHUT_RDWR): hanging up does not
 *		mean that it has closed
 * @owes_answer: It was connected, and the signal came before the answer
 * @owes_outcome: Connecting failed, and connect(2) has not said so
 * @up_is_over:	Nothing more comes from the program
 * @down_is_over: Nothing more goes to it
 * @sndbuf, @rcvbuf: What the program has asked for, in octets; 0: nothing
 * @lowat:	SO_RCVLOWAT; 0: the stack has to be asked
 * @broken:	Why the stack takes nothing more from the program (an errno), or 0
 * @kept:	Octets of the program that the stack had no room for
 * @kept_at:	Of these, how many it has by now
 * @kept_len:	How many there were
 * @name:	Of a listener: its address, @name_len octets
 * @queue:	Of a listener: struct stream.in_queue that we have connected and
 *		nobody has accepted
 * @in_listeners: Of a listener: in the supervisor
 * @leader:	Of a listener: whose socket in the stack listens, group.c
 * @members:	Of a leader: struct stream.in_group, itself among them
 * @held:	Our descriptor of the program's end, if it was accepted in vain
 */
struct stream {
	struct desc desc;
	enum stream_phase phase;
	int domain;
	size_t stuffed;
	bool has_shut, owes_answer, owes_outcome, up_is_over, down_is_over;
	int sndbuf, rcvbuf, lowat;
	int broken;
	uint8_t *kept;
	size_t kept_at, kept_len;
	uint8_t name[UNIX_NAME_MAX];
	uint32_t name_len;
	struct list queue, in_queue, in_listeners;
	struct stream *leader;
	struct list members, in_group;
	int held;
};

static inline struct stream *stream_of(struct desc *d)
{
	return container_of(d, struct stream, desc);
}

/* stream.c: a stream whose socket in the stack is @sk, or NULL; then @sk is
 * closed. */
struct stream *stream_new(struct supervisor *sup, struct host *host, int sk);
/* Connect the program's end @fd to an end of ours.  0 or -errno. */
int stream_pair(struct stream *s, int fd);
/* @ours is our end.  0 or -errno. */
int stream_use(struct stream *s, int ours);
/* Between the program and the stack lie as many octets as it asked for, and not
 * as many as the kernel likes; @fd is its end. */
void stream_fit(const struct stream *s, int fd);
/* The connection has died of @err (an errno). */
void stream_fail(struct stream *s, int err);

/* The program has let go of it: all of it goes. */
void stream_end(struct stream *s);
bool stream_is(const struct desc *d);
/* It listens no more; who was not accepted is reset. */
void stream_unlisten(struct stream *s);

/* group.c: is there a group at that address that @s may and does join? */
bool group_join(struct stream *s, const struct endpoint *local);
/* It listens now, alone or with its group. */
void group_listen(struct stream *s);
/* Whose turn it is. */
struct stream *group_next(struct stream *leader);
void group_leave(struct stream *s);

/* connect.c */
long stream_connect(struct call *call, const struct endpoint *to);
void connect_work(struct stream *s);

/* It is under way: the answer of a call that connects. */
long stream_begin(struct call *call, struct stream *s);
/* It stands already, or octets are on their way before it does.  0, -errno. */
long stream_at_once(struct call *call, struct stream *s);

/* stream_to.c */
long stream_send_to(struct call *call, const struct msg *m, int flags);
bool stream_is_alone(struct desc *d);
long stream_recv_from(struct call *call, const struct msg *m, int flags);

/* listen.c */
long stream_listen(struct call *call, int backlog);
long stream_accept(struct call *call, int flags);
void listen_work(struct stream *s);
/* Are those who listen on @port still there?  The ones that are not, end. */
void listen_check(struct supervisor *sup, uint16_t port);

/* relay.c */
void relay_work(struct stream *s);
/* Take in what the program has written, as far as there is room. */
void relay_settle(struct stream *s);
/* Closing it will be a reset. */
void relay_reset(struct stream *s);

#endif /* RUN_STREAM_H */
