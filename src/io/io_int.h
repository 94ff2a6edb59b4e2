/* SPDX-License-Identifier: MIT */
#ifndef IO_IO_INT_H
#define IO_IO_INT_H

/*
 * io_int.h - what the files of io/ share
 */

#include <stdint.h>

#include "sock/file.h"

struct stack;

/* Absolute time at which a call that begins now gives up. */
uint64_t io_deadline(const struct stack *stack, int64_t timeout_ns);

/* Open a new file, or release it.  The descriptor or -errno. */
int io_open(struct file *file, int flags);

#endif /* IO_IO_INT_H */
