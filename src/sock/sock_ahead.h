/* SPDX-License-Identifier: MIT */
#ifndef SOCK_SOCK_AHEAD_H
#define SOCK_SOCK_AHEAD_H

/*
 * sock_ahead.h - which descriptors are next
 */

#include <stdint.h>

struct stack;

#define SK_AHEAD_BATCH 16 /* so many are looked at side by side */

/**
 * sk_ahead() - The next calls will be on these descriptors
 * @fds:	@count of them, however many; they need not exist
 *
 * A hint for who has very many sockets and knows which are next: their memory
 * is asked for.  It changes nothing, and while few connections stand it does
 * nothing.  A ring says it of the entries that it is given.
 */
void sk_ahead(struct stack *stack, const int *fds, uint32_t count);

#endif /* SOCK_SOCK_AHEAD_H */
