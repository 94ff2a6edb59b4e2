// SPDX-License-Identifier: MIT
/*
 * sock_fd.c - calls on descriptors: closing, names, readiness
 */

#include <errno.h>

#include "core/probe.h"

#include "sock/sock_int.h"
#include "sock/sock_look.h"

static bool is_lingered(void *arg)
{
	struct sock *s = arg;

	return s->ops->linger(s);
}

/* SO_LINGER with a time: close() waits until all has arrived.  In an event
 * nobody can wait, and then the transport goes on alone as it always does. */
static void linger(struct sock *s)
{
	const struct sk_linger *l = &s->opts->linger;
	uint64_t until;

	if (!s->ops->linger || !l->onoff || l->linger_s <= 0)
		return;
	until = sock_deadline(s, (uint64_t)l->linger_s * NS_PER_S);
	stack_wait(s->file.stack, is_lingered, s, until);
}

int sk_close(struct stack *stack, int fd)
{
	struct file *file = file_find(stack, fd);
	struct sock_call call;
	struct sock *s;

	if (!file)
		return -EBADF;
	s = sock_of(file);
	call = call_begin(stack);
	PROBE_CAUSE(&stack->place, EV_CALL, R_SOCK_CLOSE, NULL,
		    EVF_NUM("fd", fd));
	if (s && file->refs == 1 && call.stack->depth == 1) {
		/* Sleeping happens outside the bracket. */
		stack_leave(stack);
		linger(s);
		stack_enter(stack);
	}
	file_close(stack, fd);
	call_end(call);
	return 0;
}

int sk_getsockname(struct stack *stack, int fd, struct endpoint *local)
{
	struct sock *s;
	int err = sock_find(stack, fd, &s);

	if (err)
		return err;
	*local = s->ops->local(s);
	if (local->addr.family == IP_NONE && sock_is_inet(s))
		local->addr = s->domain == SK_AF_INET6 ? ip_addr_v6(IP6_ANY)
						       : ip_addr_v4(IP4_ANY);
	sock_addr_for_user(s, local);
	return 0;
}

int sk_getpeername(struct stack *stack, int fd, struct endpoint *peer)
{
	struct sock *s;
	int err = sock_find(stack, fd, &s);

	if (err)
		return err;
	*peer = s->ops->peer(s);
	if (!sock_is_inet(s))
		return s->domain == SK_AF_UNIX ? 0 : -EOPNOTSUPP;
	sock_addr_for_user(s, peer);
	/* Without ports Linux cannot tell. */
	if (s->ops->opts == OPT_RAW && !peer->port)
		return -ENOTCONN;
	return peer->addr.family == IP_NONE ? -ENOTCONN : 0;
}

uint32_t sk_ready(struct stack *stack, int fd)
{
	struct file *file = file_find(stack, fd);

	return file ? file_poll(file) : WAIT_NVAL;
}

struct walk {
	void (*fn)(const struct sock_info *info, void *arg);
	void *arg;
};

static bool info_fill(int fd, struct file *file, struct sock_info *info)
{
	struct sock *s = sock_of(file);

	if (!s)
		return false;
	*info = (struct sock_info){.fd = fd};
	info->kind = s->ops->name;
	info->local = s->ops->local(s);
	info->peer = s->ops->peer(s);
	info->waiters = (uint32_t)list_count(&file->wq.waiters);
	info->sleepers = file->sleepers;
	s->ops->info(s, info);
	return true;
}

bool sock_info_get(struct stack *stack, int fd, struct sock_info *out)
{
	struct file *file = file_find(stack, fd);

	return file && info_fill(fd, file, out);
}

static void info_one(int fd, struct file *file, void *arg)
{
	const struct walk *walk = arg;
	struct sock_info info;

	if (info_fill(fd, file, &info))
		walk->fn(&info, walk->arg);
}

void sock_for_each(struct stack *stack,
		   void (*fn)(const struct sock_info *info, void *arg),
		   void *arg)
{
	struct walk walk = {fn, arg};

	file_for_each(stack, info_one, &walk);
}
