/* SPDX-License-Identifier: MIT */
#ifndef LINK_LOOPBACK_H
#define LINK_LOOPBACK_H

/*
 * loopback.h - the interface through which a host talks to itself
 *
 * "lo" is an ordinary netif with a driver that turns frames round.  They come
 * in again as a task at the end of the call under way, so that sending to
 * oneself does not recurse.  It takes packets of 64 KB and packets without a
 * computed checksum, because nothing can happen to them on the way.
 */

#include "core/netif.h"
#include "core/stack.h"

#define LOOPBACK_MTU 65536

/* Frames that may be under way at one time. */
#define LOOPBACK_QUEUE_MAX 4096

/**
 * loopback_open() - Add "lo" to a stack
 * @stack:	Gets the interface; 127.0.0.1/8 is given to it by inet_init()
 *
 * Return: the interface, or NULL (no memory)
 */
struct netif *loopback_open(struct stack *stack);

/* Take it away again and free what is under way.  NULL is fine. */
void loopback_close(struct stack *stack, struct netif *netif);

#endif /* LINK_LOOPBACK_H */
