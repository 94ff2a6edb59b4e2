/* SPDX-License-Identifier: MIT */
#ifndef SOCK_SOCK_ZERO_H
#define SOCK_SOCK_ZERO_H

/*
 * sock_zero.h - streams without copies
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct block;
struct file;
struct file_run;
struct mem;
struct sock;
struct sock_err;
struct sock_io;
struct sock_zero;

/* As in struct file_ops. */
long sock_zero_lend(struct file *file, struct file_run *runs, size_t max);
void sock_zero_lent(struct file *file, size_t n);
long sock_zero_refer(struct file *file, const struct file_run *run, bool more);

/* SK_MSG_ZEROCOPY on a socket with SK_SO_ZEROCOPY: send the program's memory
 * where it lies.  As sock_send(); -ENOBUFS. */
bool sock_zero_is_asked(const struct sock *s, const struct sock_io *io);
long sock_zero_send(struct sock *s, struct sock_io *io);
struct block *sock_zero_block(struct sock_zero *z);

/* The socket goes, and nobody could be told any more: what is lent is copied. */
void sock_zero_leave(struct sock *s);

/* sock_io.c: the rest of sock_send(). */
long sock_send_plain(struct sock *s, struct sock_io *io);

/* sock_err.c: notices for the error queue, made in advance. */
struct sock_err *sock_err_new(struct sock *s);
void sock_err_free(struct mem *mem, struct sock_err *e);
void sock_err_zero(struct sock *s, struct sock_err *e, uint32_t id,
		   bool is_copied); /* takes @e */

#endif /* SOCK_SOCK_ZERO_H */
