/* SPDX-License-Identifier: MIT */
#ifndef IO_IO_INT_H
#define IO_IO_INT_H

/*
 * io_int.h - what the files of io/ share
 */

#include <stdint.h>

#include "core/stack.h"

#include "sock/file.h"

/* Ask a file whether it is ready; what waiting costs is how many are asked. */
static inline uint32_t io_look(struct file *file)
{
	file->stack->counts.looks++;
	return file_poll(file);
}

/* Absolute time at which a call that begins now gives up. */
uint64_t io_deadline(const struct stack *stack, int64_t timeout_ns);

/* Open a new file, or release it.  The descriptor or -errno. */
int io_open(struct file *file, int flags);

#endif /* IO_IO_INT_H */
