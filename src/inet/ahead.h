/* SPDX-License-Identifier: MIT */
#ifndef INET_AHEAD_H
#define INET_AHEAD_H

/*
 * ahead.h - frames that wait are looked at before their turn
 *
 * Private to inet/.
 */

#include <stdint.h>

struct list;
struct stack;

/* struct stack.ahead, see netif_ahead(). */
void inet_ahead(struct stack *stack, const struct list *frames, uint32_t count);

#endif /* INET_AHEAD_H */
