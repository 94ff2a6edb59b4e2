// SPDX-License-Identifier: MIT
/*
 * group.c - listeners that share a port (SO_REUSEPORT)
 *
 * Theory of operation
 * ===================
 * The stack has one listener for an address and a port.  Sockets of programs
 * that want to share it form a group: the first one's socket in the stack
 * listens for all, and what comes goes to each member in turn.
 *
 *	stack's listener = leader's ---> member, member, leader, member ...
 *
 * A leader that is closed gives its listener to another member.
 *
 * Limits
 * ------
 * The kernel picks a member by a hash of the addresses, here they take turns;
 * for TCP nobody can tell.  Members are not required to be of one user: all
 * programs of a lab are.
 */
#include <sys/socket.h>

#include "base/check.h"

#include "run/stream.h"

static bool has_option(const struct desc *d)
{
	int value = 0;

	return d->sk >= 0 &&
	       !sk_getsockopt_int(desc_stack(d), d->sk, SOL_SOCKET,
				  SO_REUSEPORT, &value) &&
	       value;
}

static bool is_same(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && ip_addr_eq(a->addr, b->addr);
}

/* The one who listens there for all who said so, or NULL. */
static struct stream *find_leader(const struct stream *s,
				  const struct endpoint *local)
{
	struct desc *d;

	list_for_each_entry(d, &s->desc.sup->all, struct desc, all) {
		struct endpoint there;

		if (!stream_is(d) || d == &s->desc || d->host != s->desc.host ||
		    stream_of(d)->leader != stream_of(d) || !has_option(d) ||
		    sk_getsockname(desc_stack(d), d->sk, &there))
			continue;
		if (is_same(&there, local))
			return stream_of(d);
	}
	return NULL;
}

bool group_join(struct stream *s, const struct endpoint *local)
{
	struct stream *leader;

	if (!has_option(&s->desc))
		return false;
	leader = find_leader(s, local);
	if (!leader)
		return false;
	s->leader = leader;
	s->desc.local = *local;
	return true;
}

void group_listen(struct stream *s)
{
	if (!s->leader)
		s->leader = s;
	if (!list_is_linked(&s->in_group))
		list_add_tail(&s->leader->members, &s->in_group);
}

struct stream *group_next(struct stream *leader)
{
	struct stream *s =
		list_first_entry(&leader->members, struct stream, in_group);

	check(s); /* a leader is its own first member */
	list_move_tail(&leader->members, &s->in_group);
	return s;
}

/* @heir gets the stack's listener, and all members. */
static void inherit(struct stream *leader, struct stream *heir)
{
	struct stream *s;
	int sk = leader->desc.sk;

	desc_detach(&leader->desc);
	desc_close_sk(&heir->desc);
	desc_attach(&heir->desc, sk);
	heir->desc.local = (struct endpoint){0};
	list_splice_tail(&heir->members, &leader->members);
	list_for_each_entry(s, &heir->members, struct stream, in_group)
		s->leader = heir;
	desc_mark(&heir->desc);
}

void group_leave(struct stream *s)
{
	struct stream *heir;

	list_del(&s->in_group);
	heir = list_first_entry(&s->members, struct stream, in_group);
	if (s->leader == s && s->desc.sk >= 0 && heir)
		inherit(s, heir);
	s->leader = NULL;
}
