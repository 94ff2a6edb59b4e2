/* SPDX-License-Identifier: MIT */
#ifndef SOCK_SOCK_ZERO_H
#define SOCK_SOCK_ZERO_H

/*
 * sock_zero.h - streams without copies
 */

#include <stdbool.h>
#include <stddef.h>

struct file;
struct file_run;

/* As in struct file_ops. */
long sock_zero_lend(struct file *file, struct file_run *runs, size_t max);
void sock_zero_lent(struct file *file, size_t n);
long sock_zero_refer(struct file *file, const struct file_run *run, bool more);

#endif /* SOCK_SOCK_ZERO_H */
