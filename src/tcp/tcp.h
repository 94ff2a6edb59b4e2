/* SPDX-License-Identifier: MIT */
#ifndef TCP_TCP_H
#define TCP_TCP_H

/*
 * tcp.h - the door of TCP: the user calls of RFC 9293, 3.10.1 to 3.10.8
 *
 * A connection is made by tcp_new() or tcp_accept(), belongs to its user, and
 * is let go with tcp_close() or tcp_abort(); after either of these the pointer
 * is gone for the user, whatever the connection still has to do.  A reset or
 * a timeout does not take it away: it is then in CLOSED, with an error to
 * fetch.
 *
 * No call blocks.  Errors are -errno with the meaning they have on Linux.
 * Calls must be made between stack_enter() and stack_leave(), or from within
 * a call of the stack (a task, a timer).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/addr.h"

struct block;
struct stack;
struct tcp_conn;

/* RFC 9293, 3.3.2, in the order in which a client usually sees them. */
enum tcp_state {
	TCPS_CLOSED,
	TCPS_LISTEN,
	TCPS_SYN_SENT,
	TCPS_SYN_RCVD,
	TCPS_ESTABLISHED,
	TCPS_FIN_WAIT_1,
	TCPS_FIN_WAIT_2,
	TCPS_CLOSE_WAIT,
	TCPS_CLOSING,
	TCPS_LAST_ACK,
	TCPS_TIME_WAIT,

	TCPS_NSTATES
};

/* "ESTABLISHED", "TIME-WAIT": the names of RFC 9293. */
const char *tcp_state_name(enum tcp_state s);

/**
 * struct tcp_user - what the owner of a connection is told
 * @on_event:	(required) Something may have become possible: a set of
 *		enum wait_event (core/waitq.h).  Called from within segment
 *		processing, so it may note, wake and defer, but must not call
 *		anything here but tcp_poll() and other questions.
 */
struct tcp_user {
	void (*on_event)(struct tcp_conn *c, void *arg, uint32_t events);
};

/**
 * tcp_init() - Give a stack TCP, after ip
 *
 * Return: 0, -ENOMEM, or -EIO (no entropy: there is no TCP without secrets)
 */
int tcp_init(struct stack *stack);

/* Forget all connections without a word to their peers.  Users go first. */
void tcp_fini(struct stack *stack);

/**
 * tcp_new() - A connection in CLOSED, bound to nothing
 * @user:	Kept; must outlive the connection
 * @arg:	For its callbacks
 *
 * Return: the connection, or NULL (no memory)
 */
struct tcp_conn *tcp_new(struct stack *stack, const struct tcp_user *user,
			 void *arg);

/* Change whom to tell; what tcp_accept() returned tells nobody until then. */
void tcp_set_user(struct tcp_conn *c, const struct tcp_user *user, void *arg);

/**
 * tcp_bind() - Choose the local endpoint
 * @local:	Address may be zero: any.  Port 0: some free one of 49152 to
 *		65535, unpredictable (RFC 6056)
 * @reuse:	SO_REUSEADDR: share the port with connections (TIME-WAIT among
 *		them) whose owners said the same, but not with a listener
 *
 * Return: 0, -EINVAL (bound already, or not in CLOSED), -EADDRINUSE,
 * -EADDRNOTAVAIL (not an address of this host), -EAFNOSUPPORT, -ENOMEM
 */
int tcp_bind(struct tcp_conn *c, const struct endpoint *local, bool reuse);

/* SO_REUSEPORT: before tcp_bind(), share the port, as a listener too, with
 * those who said the same.  No effect on one that is bound. */
void tcp_set_share(struct tcp_conn *c, bool on);

/* IP_FREEBIND: tcp_bind() takes addresses that are not ours (yet). */
void tcp_set_freebind(struct tcp_conn *c, bool on);

/**
 * tcp_connect() - Active OPEN (RFC 9293, 3.10.1)
 *
 * WAIT_OUT tells success, WAIT_ERR | WAIT_HUP failure; then tcp_error() has
 * -ECONNREFUSED, -ETIMEDOUT, -EHOSTUNREACH, -ENETUNREACH, -ECONNRESET.
 *
 * Return: 0 (under way), -EALREADY, -EISCONN, -EADDRNOTAVAIL (no port left),
 * -ENETUNREACH, -EAFNOSUPPORT, -EINVAL (address or port that cannot be),
 * -EADDRINUSE, -EACCES (broadcast), -ENOMEM
 */
int tcp_connect(struct tcp_conn *c, const struct endpoint *remote);

/**
 * tcp_listen() - Passive OPEN
 * @backlog:	Connections that may wait for tcp_accept(), and one more, as on
 *		Linux; negative: as many as the stack allows.  May be changed
 *		by calling again
 *
 * An unbound connection is bound to any address and a free port first.
 *
 * Return: 0, -EINVAL (not CLOSED or LISTEN), -EADDRINUSE, -ENOMEM
 */
int tcp_listen(struct tcp_conn *c, int backlog);

/**
 * tcp_accept() - Take the oldest finished connection of a listener
 *
 * Options are inherited.  The caller owns the result and gives it a user
 * with tcp_set_user().
 *
 * Return: a connection (ESTABLISHED, or further already), or NULL if none
 * waits
 */
struct tcp_conn *tcp_accept(struct tcp_conn *listener);

enum tcp_send_flag {
	TCP_SEND_MORE = 1 << 0,	  /* more follows at once: hold back the rest
				 * of a segment (MSG_MORE) */
	TCP_SEND_URGENT = 1 << 1, /* the last octet is urgent (MSG_OOB) */
};

/**
 * tcp_send() - SEND (RFC 9293, 3.10.2): copy octets to the send queue
 * @flags:	enum tcp_send_flag
 *
 * WAIT_OUT tells when to go on after a short count or -EAGAIN.
 *
 * Return: octets taken, at least 1 if @len is not 0; -EAGAIN (no room, or not
 * yet established), -EPIPE (sending is over, or never began), a pending
 * error (which is fetched by this), -ENOMEM
 */
long tcp_send(struct tcp_conn *c, const void *buf, size_t len,
	      unsigned int flags);

/**
 * tcp_send_block() - SEND by reference, nothing is copied
 * @blk:	Gets a reference until the peer has acknowledged; its octets
 *		@off ... @off + @len must not change before
 *
 * Return: as tcp_send()
 */
long tcp_send_block(struct tcp_conn *c, struct block *blk, size_t off,
		    size_t len, unsigned int flags);

enum tcp_recv_flag {
	TCP_RECV_PEEK = 1 << 0, /* leave them in the queue */
};

/**
 * tcp_recv() - RECEIVE (RFC 9293, 3.10.3)
 * @buf:	Where to copy to; NULL: throw them away
 * @flags:	enum tcp_recv_flag
 *
 * Return: octets copied; 0 at the end of the stream, or if @len is 0; -EAGAIN,
 * -ENOTCONN, or a pending error (-ECONNRESET, -ETIMEDOUT, ...), which is
 * fetched by this
 */
long tcp_recv(struct tcp_conn *c, void *buf, size_t len, unsigned int flags);

/* A run of received octets, lent. */
struct tcp_lent {
	struct block *blk;
	size_t off;
	size_t len;
};

/**
 * tcp_recv_lend() - RECEIVE without a copy: the blocks the data lies in
 * @lent:	Filled in, in stream order
 * @max:	Entries of it
 *
 * They stay in the queue until tcp_recv_done(); block_get() keeps one longer.
 *
 * Return: entries used; 0 at the end of the stream; else as tcp_recv()
 */
long tcp_recv_lend(struct tcp_conn *c, struct tcp_lent *lent, size_t max);

/* The first @n octets that lie in the queue have been used up. */
void tcp_recv_done(struct tcp_conn *c, size_t n);

/**
 * tcp_shutdown_send() - CLOSE of RFC 9293, 3.10.4: nothing more to send
 *
 * The FIN follows what is queued.  Receiving goes on.
 *
 * Return: 0, or -ENOTCONN
 */
int tcp_shutdown_send(struct tcp_conn *c);

/* Receiving is over (SHUT_RD): reads end when nothing is queued.  What comes
 * later still is, and can be read; but with sending over, too, the peer that
 * sends gets a RST. */
int tcp_shutdown_recv(struct tcp_conn *c);

/**
 * tcp_close() - The user lets go of the connection
 *
 * What is queued is still sent, then a FIN.  If received data was not read,
 * or linger is 0, the peer gets a RST instead (RFC 2525, 2.17).  A listener
 * resets what waits to be accepted.  @c is gone for the caller.
 */
void tcp_close(struct tcp_conn *c);

/* ABORT (RFC 9293, 3.10.5): RST to the peer.  @c is gone for the caller. */
void tcp_abort(struct tcp_conn *c);

/* Fetch and clear the pending error: 0 or -errno (SO_ERROR). */
int tcp_error(struct tcp_conn *c);

enum tcp_state tcp_state(const struct tcp_conn *c);

/* What is possible at present: a set of enum wait_event.  Who hears that there
 * is no room to write is told of it later (WAIT_OUT). */
uint32_t tcp_poll(struct tcp_conn *c);

/* Address family 0 where there is no endpoint (yet). */
struct endpoint tcp_local(const struct tcp_conn *c);
struct endpoint tcp_remote(const struct tcp_conn *c);

#include "tcp/tcp_congestion.h"
#include "tcp/tcp_info.h"
#include "tcp/tcp_knobs.h"
#include "tcp/tcp_opening.h"
#include "tcp/tcp_options.h"

#endif /* TCP_TCP_H */
