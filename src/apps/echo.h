/* SPDX-License-Identifier: MIT */
#ifndef APPS_ECHO_H
#define APPS_ECHO_H

/*
 * echo.h - what comes is sent back (RFC 862)
 */

#include <stdint.h>

struct loop;
struct echo;

/**
 * echo_start() - Listen on a port, over TCP and over UDP
 * @port:	Usually PORT_ECHO; 0: a free one for TCP, another for UDP
 * @echo:	Filled in; goes with echo_stop()
 *
 * Return: 0, -ENOMEM, or what channel_listen() says
 */
int echo_start(struct loop *loop, uint16_t port, struct echo **echo);

/* Stop listening; connections end when their peers end them, or with the loop.
 * NULL is fine. */
void echo_stop(struct echo *echo);

#endif /* APPS_ECHO_H */
