/* SPDX-License-Identifier: MIT */
#ifndef SOCK_SOCK_LOOK_H
#define SOCK_SOCK_LOOK_H

/*
 * sock_look.h - a closer look at a socket than struct sock_info gives
 */

#include <stdbool.h>
#include <stddef.h>

#include "tcp/tcp.h"

struct file;

/**
 * struct sock_look - what there is to know besides the queues
 * @recv_max:	Octets that the receive buffer has room for
 * @send_max:	Likewise
 * @has_tcp:	It is a stream, and @tcp is known
 * @tcp:	Its connection
 */
struct sock_look {
	size_t recv_max, send_max;
	bool has_tcp;
	struct tcp_info tcp;
};

/* What sock_for_each() tells of one descriptor; false: it is no socket. */
struct sock_info;
struct stack;
bool sock_info_get(struct stack *stack, int fd, struct sock_info *out);

/* False: the file is no socket. */
bool sock_look(struct file *file, struct sock_look *out);

/* Call @fn for every option that is not what a new socket has. */
void sock_look_options(struct file *file,
		       void (*fn)(const char *name, int value, void *arg),
		       void *arg);

#endif /* SOCK_SOCK_LOOK_H */
