// SPDX-License-Identifier: MIT
/*
 * sock_cold.c - what most sockets never have: options of their own, and the
 * rest
 *
 * Theory of operation
 * ===================
 * A socket has some eighty options, and nearly all sockets have nearly all of
 * them as everybody has.  So a set of options is shared: by all sockets of a
 * kind that are as they were made, and by a listener and all that was accepted
 * from it.  Who sets an option makes the set his own first:
 *
 *	fresh[stream] -----+---- socket()        users 3
 *	                   `---- socket()
 *	listener's own ----+---- listener        users 1,000,001
 *	                   +---- accept()
 *	                   `---- ...
 *
 * Likewise what only some kinds of sockets need, or only after some call, is
 * one block that is made when it is first asked for (struct sock_rest).
 *
 * Invariants
 * ----------
 *  (1) A set that has more than one user is not written to.
 *  (2) The stack is a user of each of its fresh sets.
 */

#include <errno.h>

#include "base/check.h"

#include "sock/sock_cork.h"
#include "sock/sock_int.h"
#include "sock/sock_opt_kept.h"

/* Sockets that begin alike share a number. */
static unsigned int kind_of(const struct sock *s)
{
	return (sock_is_tcp(s) ? 1U : 0) | (s->domain == SK_AF_INET6 ? 2U : 0) |
	       (s->ops->opts == OPT_RAW ? 4U : 0);
}

static struct sock_opts *set_get(struct sock_opts *set)
{
	set->users++;
	return set;
}

static void set_put(struct sock_stack *ss, struct sock_opts *set)
{
	if (!set || --set->users)
		return;
	sock_kept_free(ss->opts.mem, set);
	pool_put(&ss->opts, set);
}

static struct sock_opts *set_new(struct sock_stack *ss,
				 const struct sock_opts *like)
{
	struct sock_opts *set = pool_get(&ss->opts);

	if (!set)
		return NULL;
	*set = *like;
	set->users = 1;
	if (sock_kept_copy(ss->opts.mem, set))
		return set;
	pool_put(&ss->opts, set);
	return NULL;
}

bool sock_opts_begin(struct sock *s)
{
	struct sock_stack *ss = sock_stack_of(s->file.stack);
	unsigned int kind = kind_of(s);
	struct sock_opts like;

	static_assert(SOCK_OPT_FRESH == 8, "kind_of() has three bits");
	if (!ss->fresh[kind]) {
		like = sock_opts_fresh(s);
		ss->fresh[kind] = set_new(ss, &like);
	}
	if (!ss->fresh[kind])
		return false;
	s->opts = set_get(ss->fresh[kind]);
	sock_opts_noted(s);
	return true;
}

void sock_opts_end(struct sock *s)
{
	set_put(sock_stack_of(s->file.stack), s->opts);
	s->opts = NULL;
}

bool sock_opts_own(struct sock *s)
{
	struct sock_stack *ss = sock_stack_of(s->file.stack);
	struct sock_opts *own;

	if (s->opts->users == 1)
		return true;
	own = set_new(ss, s->opts);
	if (!own)
		return false;
	set_put(ss, s->opts);
	s->opts = own;
	return true;
}

/* So that a call need not look at the options, which lie elsewhere. */
void sock_opts_noted(struct sock *s)
{
	const struct sock_opts *o = s->opts;

	s->is_plain = o->rcvlowat == 1 && o->peek_off < 0 && !o->udp_cork &&
		      !o->udp_segment;
}

void sock_opts_inherit(struct sock *child, const struct sock *listener)
{
	sock_opts_end(child);
	child->opts = set_get(listener->opts);
	sock_opts_noted(child);
}

void sock_cold_init(struct sock_stack *ss, struct mem *mem)
{
	pool_init(&ss->opts, mem, "socket-options", sizeof(struct sock_opts),
		  0);
	pool_init(&ss->rests, mem, "socket-rest", sizeof(struct sock_rest), 0);
}

void sock_cold_fini(struct sock_stack *ss)
{
	unsigned int i;

	for (i = 0; i < SOCK_OPT_FRESH; i++)
		set_put(ss, ss->fresh[i]);
	pool_fini(&ss->opts);
	pool_fini(&ss->rests);
}

struct sock_rest *sock_rest_of(struct sock *s)
{
	struct sock_rest *r = s->rest;

	if (r)
		return r;
	r = pool_get_zeroed(&sock_stack_of(s->file.stack)->rests);
	if (!r)
		return NULL;
	list_init(&r->groups);
	list_init(&r->errors);
	list_init(&r->zeros);
	s->rest = r;
	return r;
}

void sock_rest_free(struct sock *s)
{
	if (!s->rest)
		return;
	check(list_is_empty(&s->rest->groups) &&
	      list_is_empty(&s->rest->errors) &&
	      list_is_empty(&s->rest->zeros));
	check(!s->rest->cork);
	pool_put(&sock_stack_of(s->file.stack)->rests, s->rest);
	s->rest = NULL;
}
