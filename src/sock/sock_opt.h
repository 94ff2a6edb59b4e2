/* SPDX-License-Identifier: MIT */
#ifndef SOCK_SOCK_OPT_H
#define SOCK_SOCK_OPT_H

/*
 * sock_opt.h - between the two files about options
 */

#include <stddef.h>

struct sock;

/* A value on its way: @in to set it, @out to get it.  @len is its length, or
 * the room there is and afterwards the length. */
struct sock_optval {
	const void *in;
	void *out;
	size_t len;
};

/* Options that are no numbers.  0, -ENOPROTOOPT, -EINVAL, -EDOM, ... */
int sock_opt_set_struct(struct sock *s, int level, int name,
			const struct sock_optval *val);
int sock_opt_get_struct(struct sock *s, int level, int name,
			struct sock_optval *val);

#endif /* SOCK_SOCK_OPT_H */
