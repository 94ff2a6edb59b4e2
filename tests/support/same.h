/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_SAME_H
#define SUPPORT_SAME_H

/*
 * same.h - holding one conversation on weft and on the kernel
 *
 * Each conversation is a function that makes calls through a table and writes
 * down every result.  It is held twice, on a host that talks to itself and on
 * the kernel's loopback interface, and the two records must be equal.  What
 * Linux answers in which state is therefore not copied from anywhere: it is
 * asked.
 */

#include <stddef.h>
#include <stdint.h>

#include "core/waitq.h"

#include "sock/abi.h"
#include "sockset.h"

/* A conversation under way, and its record. */
struct talk {
	const struct sockset *set;
	void *arg;
	int fds[32];
	int fd_count;
	char text[262144];
	size_t at;
};

typedef void talk_fn(struct talk *t);

/* A result for the record; it is the value too. */
long talk_note(struct talk *t, int line, const char *what, long result);

/* A descriptor: only whether there is one goes on record; closed at the end. */
int talk_note_fd(struct talk *t, int line, const char *what, int fd);

/* The value of an option, or -errno. */
long talk_note_get(struct talk *t, int line, const char *what, long v);

/* clang-format off */
#define CALL(f, ...) \
	talk_note(t, __LINE__, #f " " #__VA_ARGS__, \
	      t->set->f(t->arg, __VA_ARGS__))
#define OPEN(f, ...) \
	talk_note_fd(t, __LINE__, #f " " #__VA_ARGS__, \
		 t->set->f(t->arg, __VA_ARGS__))
#define GET(fd, level, name) \
	talk_note_get(t, __LINE__, "get " #name, \
		  t->set->get(t->arg, fd, level, name))
#define HAS_PORT(fd) \
	talk_note(t, __LINE__, "has a port", talk_has_port(t, fd))
#define POLL(fd) CALL(poll, fd, ALL_EVENTS, 0)
#define WAIT(fd, events) CALL(poll, fd, events, 2000)
#define STREAM SK_SOCK_STREAM
#define DGRAM SK_SOCK_DGRAM
/* clang-format on */

enum { ALL_EVENTS = WAIT_IN | WAIT_OUT | WAIT_PRI | WAIT_RDHUP };

/* Ends of a connection, and the listener it came through. */
struct talk_ends {
	int l, a, b;
};

uint16_t talk_port(struct talk *t, int fd); /* its local port */
int talk_has_port(struct talk *t, int fd);  /* 1, 0 or -errno */
int talk_stream(struct talk *t);
int talk_dgram(struct talk *t);
int talk_listener(struct talk *t);	   /* on a free port */
uint16_t talk_closed_port(struct talk *t); /* where nobody listens */
struct talk_ends talk_connect(struct talk *t);

/* A cmocka test whose *state is a talk_fn. */
void talk_compare(void **state);

#define SAME(f)                                           \
	{                                                 \
#f, talk_compare, NULL, NULL, (void *)(f) \
	}

#endif /* SUPPORT_SAME_H */
