// SPDX-License-Identifier: MIT
/*
 * desc.c - the sockets that programs have, by the file behind them
 *
 * Theory of operation
 * ===================
 * A descriptor is a number of one process, and dup(2), fork(2), exec(2) and
 * passing it over a socket make others for the same file.  The kernel has a
 * number for the file itself, SO_COOKIE, which no other socket ever gets; that
 * is the key here.  So nothing has to be done when a program does any of these
 * things.
 *
 *	program's descriptors --> file (cookie) <~~~> struct desc --> sk (stack)
 *	                             |                   |
 *	                             +--- octets --- ours (our end)
 *
 * We have no descriptor for the program's file, except for the time of a call:
 * with one it would never be closed.
 *
 * Invariants
 * ----------
 *  (1) A desc is in the table if and only if its cookie is known.
 *  (2) What the stack or our end says is noted (desc_mark()) and acted on by
 *      the loop, never within the stack.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/check.h"

#include "core/env.h"

#include "run/call.h"
#include "vnet/vnet.h"

static uint32_t hash_of(uint64_t cookie)
{
	return (uint32_t)(cookie * UINT64_C(0x9e3779b97f4a7c15) >> 32);
}

static bool has_cookie(const void *item, const void *key)
{
	return ((const struct desc *)item)->cookie == *(const uint64_t *)key;
}

struct stack *desc_stack(const struct desc *d)
{
	return &d->host->stack;
}

static void on_stack(struct waiter *w, uint32_t events)
{
	struct desc *d = w->arg;

	if (events & WAIT_NVAL)
		d->sk = -1; /* the host went off */
	desc_mark(d);
}

static void on_ours(struct watch *w, uint32_t events)
{
	struct desc *d = container_of(w, struct desc, ours);

	d->has_hung_up |= (events & EPOLLHUP) != 0;
	d->has_ended |= (events & (EPOLLHUP | EPOLLRDHUP)) != 0;
	d->has_urgent |= (events & EPOLLPRI) != 0;
	d->has_news |= (events & ~(uint32_t)EPOLLOUT) != 0;
	desc_mark(d);
}

static void desc_free(struct corpse *c)
{
	struct desc *d = container_of(c, struct desc, corpse);

	d->ops->free(d);
}

void desc_init(struct desc *d, const struct desc_ops *ops,
	       struct supervisor *sup, struct host *host)
{
	d->ops = ops;
	d->sup = sup;
	d->host = host;
	d->sk = -1;
	d->ours = (struct watch){.fd = -1, .on_ready = on_ours};
	d->corpse.free = desc_free;
	d->generation = sup->sweep_generation;
	list_init(&d->dirty);
	list_init(&d->later);
	list_init(&d->parked);
	waiter_init(&d->waiter, on_stack, d, ~0U);
	d->waiter.name = "relay";
	list_add_tail(&sup->all, &d->all);
}

uint64_t desc_cookie(int fd)
{
	uint64_t cookie = 0;
	socklen_t len = sizeof(cookie);

	if (getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &len))
		return 0;
	return cookie;
}

int desc_know(struct desc *d, int fd)
{
	struct stat st;
	int err;

	d->cookie = desc_cookie(fd);
	if (!d->cookie || fstat(fd, &st))
		return -EBADF;
	d->inode = st.st_ino;
	err = htab_add(&d->sup->descs, hash_of(d->cookie), d);
	if (!err)
		err = sweep_add(d->sup, fd, d->cookie);
	return err;
}

void desc_set_maker(struct desc *d, const struct call *call)
{
	d->pid = call->peer->tid;
	d->peer_tid = call->peer->tid;
	memcpy(d->name, call->peer->name, sizeof(d->name));
	d->event = d->host->node.place->env->cause;
}

struct desc *desc_find(struct supervisor *sup, uint64_t cookie)
{
	if (!cookie)
		return NULL;
	return htab_find(&sup->descs, hash_of(cookie), has_cookie, &cookie);
}

void desc_attach(struct desc *d, int sk)
{
	struct file *file = file_find(desc_stack(d), sk);

	check(file);
	d->sk = sk;
	waitq_add(&file->wq, &d->waiter);
}

void desc_detach(struct desc *d)
{
	waitq_del(&d->waiter);
	d->sk = -1;
}

void desc_close_sk(struct desc *d)
{
	int sk = d->sk;

	desc_detach(d);
	if (sk >= 0)
		(void)sk_close(desc_stack(d), sk);
}

uint64_t desc_deadline(const struct desc *d, int name)
{
	struct sk_timeval tv = {0};
	size_t len = sizeof(tv);

	if (sk_getsockopt(desc_stack(d), d->sk, SOL_SOCKET, name, &tv, &len) ||
	    (!tv.sec && !tv.usec))
		return UINT64_MAX;
	return sup_now(d->sup) + (uint64_t)tv.sec * NS_PER_S +
	       (uint64_t)tv.usec * NS_PER_US;
}

int desc_watch(struct desc *d, int fd, uint32_t events)
{
	if (!sup_may_keep(d->sup, fd))
		return -EMFILE;
	return sup_watch(d->sup, &d->ours, fd, events);
}

void desc_rewatch(struct desc *d, uint32_t events)
{
	struct epoll_event ev = {.events = events, .data.ptr = &d->ours};

	(void)epoll_ctl(d->sup->epoll, EPOLL_CTL_MOD, d->ours.fd, &ev);
}

void desc_close_ours(struct desc *d)
{
	sup_unwatch(d->sup, &d->ours);
}

void desc_mark(struct desc *d)
{
	if (!list_is_linked(&d->dirty))
		list_add_tail(&d->sup->dirty, &d->dirty);
}

void desc_mark_later(struct desc *d, uint64_t at_ns)
{
	d->later_ns = at_ns;
	if (!list_is_linked(&d->later))
		list_add_tail(&d->sup->later, &d->later);
}

void desc_enter(const struct desc *d)
{
	d->host->node.place->env->cause = d->event;
}

void desc_leave(const struct desc *d)
{
	d->host->node.place->env->cause = 0;
}

/* The file behind descriptor @fd of a thread, if it is this one's; or -1. */
static int try_fd(const struct desc *d, int pidfd, int fd)
{
	long got = syscall(SYS_pidfd_getfd, pidfd, fd, 0);

	if (got < 0)
		return -1;
	if (desc_cookie((int)got) == d->cookie)
		return (int)got;
	close((int)got);
	return -1;
}

/* The number that a name of /proc/TID/fd is. */
static int fd_of(const char *name)
{
	return (int)strtol(name, NULL, 10);
}

/* Is the entry of /proc/TID/fd this socket? */
static bool is_this(const struct desc *d, int dir, const char *name)
{
	char link[64], want[64];
	ssize_t n = readlinkat(dir, name, link, sizeof(link) - 1);

	if (n < 0)
		return false;
	link[n] = '\0';
	(void)snprintf(want, sizeof(want), "socket:[%llu]",
		       (unsigned long long)d->inode);
	return !strcmp(link, want);
}

/* Look through all descriptors of a thread. */
static int search_peer(const struct desc *d, const struct peer *peer)
{
	struct dirent *e;
	char path[64];
	int fd = -1;
	DIR *dir;

	(void)snprintf(path, sizeof(path), "/proc/%d/fd", (int)peer->tid);
	dir = opendir(path);
	while (dir && fd < 0 && (e = readdir(dir)))
		if (isdigit((unsigned char)e->d_name[0]) &&
		    is_this(d, dirfd(dir), e->d_name))
			fd = try_fd(d, peer->pidfd.fd, fd_of(e->d_name));
	if (dir)
		(void)closedir(dir);
	return fd;
}

/* Where it was made: mostly it still is there. */
static int look_at_maker(const struct desc *d)
{
	const struct peer *peer;
	size_t pos = 0;
	int fd = -1;

	while ((peer = htab_next(&d->sup->peers, &pos)) && fd < 0)
		if (peer->tid == d->peer_tid)
			fd = try_fd(d, peer->pidfd.fd, d->fd);
	return fd;
}

int desc_program_fd(struct desc *d)
{
	const struct peer *peer;
	size_t pos = 0;
	int fd = look_at_maker(d);

	while (fd < 0 && (peer = htab_next(&d->sup->peers, &pos)))
		fd = search_peer(d, peer);
	return fd;
}

bool desc_is_held(const struct desc *d)
{
	int fd = look_at_maker(d);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

void desc_forget(struct desc *d)
{
	if (d->cookie)
		(void)htab_del(&d->sup->descs, hash_of(d->cookie), d);
	d->cookie = 0;
}

void desc_fini(struct desc *d)
{
	struct call *call;

	while ((call = list_first_entry(&d->parked, struct call, node)))
		(void)call_finish(call, -ECONNABORTED);
	desc_close_ours(d);
	if (d->host->is_on)
		desc_close_sk(d);
	else
		waitq_del(&d->waiter);
	desc_forget(d);
	list_del(&d->dirty);
	list_del(&d->later);
	list_del(&d->all);
}

void desc_end(struct desc *d)
{
	desc_fini(d);
	sup_bury(d->sup, &d->corpse);
}
