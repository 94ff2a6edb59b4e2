/* SPDX-License-Identifier: MIT */
#ifndef SOCK_FILE_ASYNC_H
#define SOCK_FILE_ASYNC_H

/*
 * file_async.h - signal-driven I/O: who is told of a file's events
 */

#include <stdbool.h>
#include <stdint.h>

#include "core/signal.h"

struct file;
struct stack;

/* As a program's struct f_owner_ex; @type: enum signal_owner. */
struct sk_owner {
	int32_t type;
	int32_t pid;
};

/* SK_O_ASYNC on or off; @fd: the descriptor that signals will name.
 * 0 or -ENOMEM. */
int file_async_set(struct file *file, int fd, bool is_on);

/* 0, -EINVAL (no such type), -ESRCH (no such process), -ENOMEM. */
int file_async_set_owner(struct file *file, const struct sk_owner *owner);
struct sk_owner file_async_owner(const struct file *file);

/* F_SETOWN_EX and F_GETOWN_EX on a descriptor: the same, -EBADF. */
int sk_set_owner(struct stack *stack, int fd, const struct sk_owner *owner);
int sk_get_owner(struct stack *stack, int fd, struct sk_owner *owner);

/* Which signal; 0: SIGIO without particulars.  0, -EINVAL, -ENOMEM. */
int file_async_set_signal(struct file *file, int signo);
int file_async_signal(const struct file *file);

#endif /* SOCK_FILE_ASYNC_H */
