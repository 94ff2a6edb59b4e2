// SPDX-License-Identifier: MIT
/*
 * copies.c - counting how octets move
 *
 * Most files have little to count: octets that their program wrote and read.
 * These stand in the file itself in 32 bits each; what goes beyond, and what is
 * moved in other ways, in a block that is made for it.  If there is no memory
 * for it the file's count is too low, and the stack's is not.
 */

#include "sock/copies.h"

#include <errno.h>

#include "sock/sock_int.h"

static struct sk_copies *more_of(struct file *file)
{
	struct mem *mem = file->stack->place.env->mem;

	if (!file->copies)
		file->copies = mem_alloc(mem, sizeof(*file->copies));
	return file->copies;
}

void file_copies_free(struct file *file)
{
	mem_free(file->stack->place.env->mem, file->copies,
		 sizeof(*file->copies));
	file->copies = NULL;
}

static void count_one(struct file *file, enum copy_kind kind, uint64_t octets)
{
	if (kind < COPY_ORDINARY && octets <= UINT32_MAX - file->moved[kind])
		file->moved[kind] += (uint32_t)octets;
	else if (more_of(file))
		file->copies->octets[kind] += octets;
}

static struct sk_copies sum_of(const struct file *file)
{
	struct sk_copies sum = {.calls = file->calls};
	int i;

	for (i = 0; i < COPY_ORDINARY; i++)
		sum.octets[i] = file->moved[i];
	for (i = 0; file->copies && i < COPY_KINDS; i++)
		sum.octets[i] += file->copies->octets[i];
	if (file->copies)
		sum.calls += file->copies->calls;
	return sum;
}

void file_count(struct file *file, enum copy_kind kind, long octets)
{
	if (octets <= 0)
		return;
	count_one(file, kind, (uint64_t)octets);
	sock_stack_of(file->stack)->copies.octets[kind] += (uint64_t)octets;
}

void file_count_call(struct file *file)
{
	if (!++file->calls && more_of(file))
		file->copies->calls += 1ULL << 32;
	sock_stack_of(file->stack)->copies.calls++;
}

int sk_get_copies(struct stack *stack, int fd, struct sk_copies *copies)
{
	struct file *file = file_find(stack, fd);

	if (fd >= 0 && !file)
		return -EBADF;
	*copies = fd < 0 ? sock_stack_of(stack)->copies : sum_of(file);
	return 0;
}
