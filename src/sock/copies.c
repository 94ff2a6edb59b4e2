// SPDX-License-Identifier: MIT
/*
 * copies.c - counting how octets move
 */

#include "sock/copies.h"

#include <errno.h>

#include "sock/sock_int.h"

void file_count(struct file *file, enum copy_kind kind, long octets)
{
	if (octets <= 0)
		return;
	file->copies.octets[kind] += (uint64_t)octets;
	sock_stack_of(file->stack)->copies.octets[kind] += (uint64_t)octets;
}

void file_count_call(struct file *file)
{
	file->copies.calls++;
	sock_stack_of(file->stack)->copies.calls++;
}

int sk_get_copies(struct stack *stack, int fd, struct sk_copies *copies)
{
	struct file *file = file_find(stack, fd);

	if (fd >= 0 && !file)
		return -EBADF;
	*copies = fd < 0 ? sock_stack_of(stack)->copies : file->copies;
	return 0;
}
