/* SPDX-License-Identifier: MIT */
#ifndef API_CORE_H
#define API_CORE_H

/*
 * core.h - the stack inside the public type, for the program's own parts
 */

struct stack;
struct weft_stack;

/* Lent, with its clock set. */
struct stack *weft_stack_core(struct weft_stack *ws);

#endif /* API_CORE_H */
