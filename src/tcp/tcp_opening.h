/* SPDX-License-Identifier: MIT */
#ifndef TCP_TCP_OPENING_H
#define TCP_TCP_OPENING_H

/*
 * tcp_opening.h - opening with data, and what a listener may ask for
 *
 * A part of the door; include "tcp/tcp.h".
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct endpoint;
struct ip_addr;
struct stack;
struct tcp_conn;

/**
 * tcp_connect_send() - tcp_connect(), with the first octets in the SYN if the
 * server has given us a cookie for that (RFC 7413)
 * @buf:	Copied; 1 octet or more
 *
 * Without a cookie the SYN asks for one, and nothing is taken: the caller
 * sends when the connection stands.  Whether the server took the octets from
 * the SYN or later makes no difference to the caller.
 *
 * Return: octets taken, or -errno as tcp_connect()
 */
long tcp_connect_send(struct tcp_conn *c, const struct endpoint *remote,
		      const void *buf, size_t len);

/* Would tcp_connect_send() to this address take octets? */
bool tcp_fastopen_is_ready(struct stack *stack, struct ip_addr remote);

/* Listener: how many connections may be open but not proven; 0: none.
 * Return: 0 or -ENOMEM */
int tcp_set_fastopen(struct tcp_conn *c, uint16_t unproven_max);

/* Listener: accept() a connection only when it has data, or this long after
 * the handshake; 0: at once.  Return: 0 or -ENOMEM */
int tcp_set_defer_accept(struct tcp_conn *c, unsigned int s);
unsigned int tcp_defer_accept(const struct tcp_conn *c); /* as rounded */

/* Repeats of a SYN, or of a listener's SYN-ACK; 0: as the stack has it.
 * Return: 0 or -ENOMEM */
int tcp_set_syncnt(struct tcp_conn *c, uint8_t count);

#endif /* TCP_TCP_OPENING_H */
