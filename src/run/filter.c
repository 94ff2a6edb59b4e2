// SPDX-License-Identifier: MIT
/*
 * filter.c - the program that the kernel runs for every system call
 *
 * Theory of operation
 * ===================
 * seccomp(2) runs a small program for every system call of a process and of
 * all that it starts.  Ours lets everything pass except the calls of a table:
 *
 *	not this processor's 64-bit calls	-> the process is killed
 *	x32 calls				-> ENOSYS
 *	a row of the table, its condition met	-> tell the supervisor
 *	anything else				-> allow
 *
 * The calls of another architecture have other numbers, and a filter that
 * looked at numbers only would be walked around with them.  There are no
 * 32-bit programs here, and a process that tries is killed at once.
 *
 * Conditions look at arguments that are values; what a pointer points to can
 * change after it was looked at, and a filter cannot see it anyway.
 *
 * The kernel remembers for which calls the filter always says yes, so read(2),
 * write(2) and epoll_wait(2) do not even run it.
 *
 * Invariant: a row that does not match goes on with the next one, with the
 * number of the call in the accumulator.
 */
#include "run/filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stdbool.h>

#include "run/call.h"

#if defined(__x86_64__)
#define FILTER_ARCH AUDIT_ARCH_X86_64
#define FILTER_X32  0x40000000U
#elif defined(__aarch64__)
#define FILTER_ARCH AUDIT_ARCH_AARCH64
#define FILTER_X32  0xffffffffU
#else
#error "weft run knows the calls of x86_64 and of aarch64"
#endif

struct assembler {
	struct sock_filter *out;
	size_t count;
};

static void put(struct assembler *a, uint16_t code, uint32_t k, uint8_t jt,
		uint8_t jf)
{
	if (a->count < FILTER_MAX)
		a->out[a->count] = (struct sock_filter){code, jt, jf, k};
	a->count++;
}

static void put_load(struct assembler *a, size_t offset)
{
	put(a, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static void put_return(struct assembler *a, uint32_t what)
{
	put(a, BPF_RET | BPF_K, what, 0, 0);
}

/* Go on if equal, else skip so many. */
static void put_equal(struct assembler *a, uint32_t value, uint8_t skip)
{
	put(a, BPF_JMP | BPF_JEQ | BPF_K, value, 0, skip);
}

static size_t offset_low(unsigned int arg)
{
	return offsetof(struct seccomp_data, args) + arg * sizeof(uint64_t);
}

static size_t offset_high(unsigned int arg)
{
	return offset_low(arg) + sizeof(uint32_t);
}

static void put_nr(struct assembler *a)
{
	put_load(a, offsetof(struct seccomp_data, nr));
}

static uint32_t verdict(const struct call_row *row)
{
	if (row->when == DENY || row->when == DENY_WHEN)
		return SECCOMP_RET_ERRNO | (uint32_t)row->error;
	return SECCOMP_RET_USER_NOTIF;
}

/* Argument equals (or not) a number of 32 bits, as the kernel takes it. */
static void put_row_compare(struct assembler *a, const struct call_row *row)
{
	bool is_not = row->when == WHEN_NOT;

	put_equal(a, (uint32_t)row->nr, 4);
	put_load(a, offset_low(row->arg));
	put(a, BPF_JMP | BPF_JEQ | BPF_K, row->value, is_not, !is_not);
	put_return(a, verdict(row));
	put_nr(a);
}

/* Argument is a number, but for its last octet. */
static void put_row_like(struct assembler *a, const struct call_row *row)
{
	put_equal(a, (uint32_t)row->nr, 5);
	put_load(a, offset_low(row->arg));
	put(a, BPF_ALU | BPF_AND | BPF_K, ~0xffU, 0, 0);
	put(a, BPF_JMP | BPF_JEQ | BPF_K, row->value, 0, 1);
	put_return(a, verdict(row));
	put_nr(a);
}

/* Argument has none of the bits, or any. */
static void put_row_bits(struct assembler *a, const struct call_row *row)
{
	bool is_clear = row->when == WHEN_CLEAR;

	put_equal(a, (uint32_t)row->nr, 4);
	put_load(a, offset_low(row->arg));
	put(a, BPF_JMP | BPF_JSET | BPF_K, row->value, is_clear, !is_clear);
	put_return(a, verdict(row));
	put_nr(a);
}

/* Argument, all 64 bits of it, is not 0. */
static void put_row_set(struct assembler *a, const struct call_row *row)
{
	put_equal(a, (uint32_t)row->nr, 6);
	put_load(a, offset_low(row->arg));
	put(a, BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 2);
	put_load(a, offset_high(row->arg));
	put(a, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0);
	put_return(a, verdict(row));
	put_nr(a);
}

static void put_row(struct assembler *a, const struct call_row *row)
{
	switch (row->when) {
	case WHEN_ALWAYS:
	case DENY:
		put_equal(a, (uint32_t)row->nr, 1);
		put_return(a, verdict(row));
		return;
	case WHEN_NOT:
	case DENY_WHEN:
		put_row_compare(a, row);
		return;
	case WHEN_SET:
		put_row_set(a, row);
		return;
	case WHEN_LIKE:
		put_row_like(a, row);
		return;
	case WHEN_CLEAR:
	case WHEN_ANY:
		put_row_bits(a, row);
		return;
	}
}

int filter_build(struct sock_filter *out, const struct call_row *rows,
		 size_t count)
{
	struct assembler a = {.out = out};

	put_load(&a, offsetof(struct seccomp_data, arch));
	put_equal(&a, FILTER_ARCH, 1);
	put(&a, BPF_JMP | BPF_JA, 1, 0, 0);
	put_return(&a, SECCOMP_RET_KILL_PROCESS);
	put_nr(&a);
	put(&a, BPF_JMP | BPF_JGE | BPF_K, FILTER_X32, 0, 1);
	put_return(&a, SECCOMP_RET_ERRNO | ENOSYS);
	for (size_t i = 0; i < count; i++)
		put_row(&a, &rows[i]);
	put_return(&a, SECCOMP_RET_ALLOW);
	return a.count > FILTER_MAX ? -ENOSPC : (int)a.count;
}
