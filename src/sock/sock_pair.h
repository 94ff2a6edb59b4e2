/* SPDX-License-Identifier: MIT */
#ifndef SOCK_SOCK_PAIR_H
#define SOCK_SOCK_PAIR_H

/*
 * sock_pair.h - files that travel with a message (SCM_RIGHTS)
 */

#include "sock/sock_int.h"

/* Let go of all of them. */
void sock_files_put(struct sock_files *f);

/* @to gets references of its own. */
void sock_files_copy(struct sock_files *to, const struct sock_files *from);

#endif /* SOCK_SOCK_PAIR_H */
