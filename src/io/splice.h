/* SPDX-License-Identifier: MIT */
#ifndef IO_SPLICE_H
#define IO_SPLICE_H

/*
 * splice.h - one step of moving octets from file to file
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sock/file.h"

struct sk_splice;

/**
 * struct splice - a move under way
 * @in:		From where
 * @out:	To where
 * @len:	Octets left
 * @more:	More follows at once
 * @wait:	After -EAGAIN: what to wait for, and @event which
 */
struct splice {
	struct file *in, *out;
	size_t len;
	bool more;
	struct file *wait;
	uint32_t event;
};

/* 0, -EBADF, -EINVAL.  Takes no references. */
int splice_begin(struct stack *stack, const struct sk_splice *what,
		 struct splice *s);
int splice_check(const struct splice *s); /* is one of them a pipe? */

/* Octets moved, 0 at the end, -EAGAIN, -errno; within stack_enter(). */
long splice_step(struct splice *s);

#endif /* IO_SPLICE_H */
