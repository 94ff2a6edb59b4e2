/* SPDX-License-Identifier: MIT */
#ifndef RUN_FILTER_H
#define RUN_FILTER_H

/*
 * filter.h - the program that the kernel runs for every system call
 */

#include <linux/filter.h>
#include <stddef.h>

struct call_row;

/* Enough for every table that calls.c could have. */
#define FILTER_MAX 512

/**
 * filter_build() - Make the filter for a table of calls
 * @out:	Room for FILTER_MAX instructions
 * @rows:	The table, @count rows
 *
 * Return: instructions used, or -ENOSPC
 */
int filter_build(struct sock_filter *out, const struct call_row *rows,
		 size_t count);

#endif /* RUN_FILTER_H */
