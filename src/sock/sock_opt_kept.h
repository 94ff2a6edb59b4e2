/* SPDX-License-Identifier: MIT */
#ifndef SOCK_SOCK_OPT_KEPT_H
#define SOCK_SOCK_OPT_KEPT_H

/*
 * sock_opt_kept.h - options that change nothing, and those that only tell
 */

#include "sock/sock_opt.h"

struct mem;
struct sock_opts;

/* Besides enum opt_kind: what only options that are kept can be. */
enum {
	OPT_FORGET = 8192,    /* whatever is set, it is 0 */
	OPT_PAIR = 16384,     /* two numbers, of which one will do */
	OPT_WHOLE = 32768,    /* ... no, only both */
	OPT_EXACT = 65536,    /* four octets, and no more */
	OPT_EIGHTS = 131072,  /* a list; of nothing here */
	OPT_WORD = 262144,    /* may be asked for as eight octets */
	OPT_ONLY_0 = 524288,  /* anything else is -ENOPROTOOPT */
	OPT_UNTOLD = 1048576, /* who asks is told something else, elsewhere */
};

/* sock_opt_kept.c: as those of sock_opt.h; false: the option is another one. */
bool sock_opt_kept_set(struct sock *s, int level, int name,
		       const struct sock_optval *val, int *err);
bool sock_opt_kept_get(struct sock *s, int level, int name,
		       struct sock_optval *val, int *err);

/* What was set, or 0. */
int sock_kept(const struct sock *s, int level, int name);

/* They belong to a set of options.  A copied set gets its own: false if there
 * is no memory. */
bool sock_kept_copy(struct mem *mem, struct sock_opts *set);
void sock_kept_free(struct mem *mem, struct sock_opts *set);

/* sock_opt_fact.c: likewise. */
bool sock_opt_fact_set(struct sock *s, int level, int name,
		       const struct sock_optval *val, int *err);
bool sock_opt_fact_get(struct sock *s, int level, int name,
		       struct sock_optval *val, int *err);

#endif /* SOCK_SOCK_OPT_KEPT_H */
