/* SPDX-License-Identifier: MIT */
#ifndef TCP_TCP_FOREIGN_H
#define TCP_TCP_FOREIGN_H

/*
 * tcp_foreign.h - connections in the name of others (ip/ip_foreign.h)
 */

#include <stdbool.h>
#include <stddef.h>

#include "wire/addr.h"

struct stack;
struct tcp_conn;

/**
 * tcp_listen_foreign() - Passive OPEN at all that is not ours
 * @c:		In CLOSED and not bound; one in a stack
 * @backlog:	As tcp_listen()
 *
 * It gets the segments marked IP_FOREIGN that belong to no connection.  Those
 * marked IP_FORSAKEN are refused.
 *
 * Return: 0, -EINVAL, -EADDRINUSE (there is one), -ENOMEM
 */
int tcp_listen_foreign(struct tcp_conn *c, int backlog);

/* Would a connection to @local, an endpoint of ours, find a listener? */
bool tcp_is_listened(struct stack *stack, const struct endpoint *local);

/* Octets that tcp_send() would take now; if none, WAIT_OUT tells when to ask
 * again. */
size_t tcp_send_room(struct tcp_conn *c);

#endif /* TCP_TCP_FOREIGN_H */
