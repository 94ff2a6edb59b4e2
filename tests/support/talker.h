/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_TALKER_H
#define SUPPORT_TALKER_H

/*
 * talker.h - users of TCP for tests: they send a stream and check one
 *
 * A talker owns a connection, notes what it is told, and, if it has something
 * to do, does it in a task, as a real user would:
 *
 *	talker_init(&t, stack, NULL);
 *	t.to_send = 1000000;	octets of the pattern that seed 0 makes
 *	t.closes = true;	close for sending after that
 *	tcp_connect(t.c, &remote);
 *
 * Every octet that it receives is compared with the pattern of @peer_seed.
 */

#include <stdbool.h>
#include <stdint.h>

#include "core/stack.h"

#include "tcp/tcp.h"

/**
 * struct talker - a user; fields may be read and set
 * @c:		Its connection, NULL after it let go
 * @to_send:	Octets to send in all
 * @sent:	... taken by TCP so far
 * @received:	Octets read, all as expected
 * @seed:	Names the pattern it sends
 * @peer_seed:	... and the one it expects
 * @write_size:	Octets in one tcp_send()
 * @closes:	tcp_shutdown_send() when all is sent
 * @reads:	Reads what comes
 * @is_eof:	Has read the end of the stream
 * @error:	First error it met, -errno
 * @events:	All events so far, or-ed
 * @event_count: How many calls
 */
struct talker {
	struct stack *stack;
	struct tcp_conn *c;
	struct task task;
	uint64_t to_send, sent, received;
	uint32_t seed, peer_seed;
	size_t write_size;
	bool closes, reads, is_eof, has_shut;
	int error;
	uint32_t events;
	unsigned int event_count;
};

/* @c: NULL for a fresh connection. */
void talker_init(struct talker *t, struct stack *stack, struct tcp_conn *c);

/* Let go of the connection with tcp_close(), if it still has one. */
void talker_close(struct talker *t);

/* Do now what can be done. */
void talker_go(struct talker *t);

/* Has it sent all it wanted, and read the end of the peer's stream? */
bool talker_is_done(const struct talker *t);

uint8_t talker_octet(uint32_t seed, uint64_t i);

/* A listener on @port of every address. */
struct tcp_conn *talker_listen(struct stack *stack, uint16_t port, int backlog);

/* An endpoint, from "10.0.0.2:80". */
struct endpoint talker_ep(const char *text);

#endif /* SUPPORT_TALKER_H */
