// SPDX-License-Identifier: MIT
/*
 * look.c - what programs run, what they have open, what they wait in
 *
 * Theory of operation
 * ===================
 * A program's wait queue is the kernel's: its threads sleep in read(2) or
 * epoll_wait(2) on an AF_UNIX descriptor.  Who they are stands in /proc:
 *
 *	/proc/PID/fd/N		socket:[INODE], or an epoll set
 *	/proc/PID/fdinfo/N	what that set watches
 *	/proc/PID/task/T/syscall which call thread T sleeps in
 *
 * An inode is a struct desc, and that is a socket of the stack.  So each
 * process of each program is read once, and what it has is told.
 *
 * What a descriptor is ready for is asked of a copy of it that we have for the
 * moment, as for a call.
 *
 * Limits
 * ------
 * Of a process, THREADS_MAX threads are looked at.
 */
#include "run/look.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/check.h"

#include "lab/look.h"
#include "run/desc.h"
#include "run/peer.h"
#include "run/procs.h"
#include "run/stream.h"
#include "run/waits.h"
#include "vnet/vnet.h"

enum { THREADS_MAX = 64, FD_MAX = 1 << 20 };

/* A descriptor of the process that is a socket of the lab. */
struct held {
	struct list node;
	int fd;
	struct desc *desc;
	const char *call;
	int via;
};

/* A descriptor in a set of the process. */
struct watched {
	struct list node;
	int set, fd;
	uint32_t events;
	uint64_t data;
	struct desc *desc;
};

/**
 * struct glance - one process
 * @sup:	Who runs it
 * @sink:	Who is told
 * @descs:	struct desc by inode
 * @arena:	Memory of what is found in this process
 * @proc:	Which
 * @pidfd:	For its descriptors
 * @held:	struct held
 * @by_fd:	The same by number, below @fd_end
 * @watched:	struct watched, set by set
 * @waits:	What its threads wait in, @wait_count of them
 */
struct glance {
	struct supervisor *sup;
	const struct look_sink *sink;
	struct htab descs;
	struct arena arena;
	const struct proc *proc;
	int pidfd;
	struct list held;
	struct held **by_fd;
	int fd_end;
	struct list watched;
	struct wait_call waits[THREADS_MAX];
	size_t wait_count;
};

static uint32_t hash_of(uint64_t inode)
{
	return (uint32_t)(inode * UINT64_C(0x9e3779b97f4a7c15) >> 32);
}

static bool has_inode(const void *item, const void *key)
{
	return ((const struct desc *)item)->inode == *(const uint64_t *)key;
}

static struct desc *find_desc(const struct glance *g, uint64_t inode)
{
	return htab_find(&g->descs, hash_of(inode), has_inode, &inode);
}

/* The process's own number stands for its first thread. */
static void read_waits(struct glance *g)
{
	char path[64];
	const struct dirent *e;
	DIR *dir;

	g->wait_count = 0;
	(void)snprintf(path, sizeof(path), "/proc/%d/task", (int)g->proc->pid);
	dir = opendir(path);
	while (dir && g->wait_count < THREADS_MAX && (e = readdir(dir))) {
		pid_t tid = (pid_t)strtol(e->d_name, NULL, 10);

		if (tid > 0 &&
		    wait_read(g->proc->pid, tid, &g->waits[g->wait_count]))
			g->wait_count++;
	}
	if (dir)
		(void)closedir(dir);
}

static void found_socket(struct glance *g, int fd, uint64_t inode)
{
	struct desc *d = find_desc(g, inode);
	struct held *h = d ? arena_alloc(&g->arena, 1, sizeof(*h)) : NULL;

	if (!h)
		return;
	*h = (struct held){.fd = fd, .desc = d, .via = -1};
	list_add_tail(&g->held, &h->node);
	if (fd >= g->fd_end)
		g->fd_end = fd + 1;
}

/* The number behind a key of a line, 0: it is not there. */
static uint64_t number_after(const char *line, const char *key, int base)
{
	const char *at = strstr(line, key);

	return at ? strtoull(at + strlen(key), NULL, base) : 0;
}

/* "tfd:  6 events:  19 data: 6  pos:0 ino:1f sdev:8" */
static void found_watched(struct glance *g, int set, const char *line)
{
	struct watched *w = arena_alloc(&g->arena, 1, sizeof(*w));

	if (!w)
		return;
	*w = (struct watched){
		.set = set,
		.fd = (int)number_after(line, "tfd:", 10),
		.events = (uint32_t)number_after(line, "events:", 16),
		.data = number_after(line, "data:", 16),
		.desc = find_desc(g, number_after(line, "ino:", 16)),
	};
	list_add_tail(&g->watched, &w->node);
}

static void found_set(struct glance *g, int set)
{
	char path[64], line[256];
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%d/fdinfo/%d",
		       (int)g->proc->pid, set);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, "tfd:", 4))
			found_watched(g, set, line);
	if (f)
		(void)fclose(f);
}

static void read_fds(struct glance *g)
{
	char path[64], link[64];
	const struct dirent *e;
	ssize_t n;
	DIR *dir;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%d/fd", (int)g->proc->pid);
	dir = opendir(path);
	while (dir && (e = readdir(dir))) {
		n = readlinkat(dirfd(dir), e->d_name, link, sizeof(link) - 1);
		if (n < 0 || !isdigit((unsigned char)e->d_name[0]))
			continue;
		link[n] = '\0';
		fd = (int)strtol(e->d_name, NULL, 10);
		if (!strncmp(link, "socket:[", 8))
			found_socket(g, fd, strtoull(link + 8, NULL, 10));
		else if (!strcmp(link, "anon_inode:[eventpoll]"))
			found_set(g, fd);
	}
	if (dir)
		(void)closedir(dir);
}

static void index_held(struct glance *g)
{
	struct held *h;

	g->by_fd = NULL;
	if (!g->fd_end || g->fd_end > FD_MAX)
		return;
	g->by_fd = arena_alloc(&g->arena, (size_t)g->fd_end,
			       sizeof(struct held *));
	list_for_each_entry(h, &g->held, struct held, node)
		if (g->by_fd)
			g->by_fd[h->fd] = h;
}

/* Somebody waits for what a set watches. */
static void wait_for_set(struct glance *g, const struct wait_call *w)
{
	const struct watched *item;

	list_for_each_entry(item, &g->watched, struct watched, node) {
		struct held *h =
			item->fd >= 0 && item->fd < g->fd_end && g->by_fd
				? g->by_fd[item->fd]
				: NULL;

		if (item->set != (int)w->arg[0] || !h)
			continue;
		h->call = w->name;
		h->via = item->set;
	}
}

static void match_waits(struct glance *g)
{
	struct held *h;

	for (size_t i = 0; i < g->wait_count; i++) {
		const struct wait_call *w = &g->waits[i];

		if (w->about == WAIT_ABOUT_EPOLL)
			wait_for_set(g, w);
		else if (w->about != WAIT_ABOUT_NOTHING)
			list_for_each_entry(h, &g->held, struct held, node)
				if (wait_names(w, h->fd))
					h->call = w->name;
	}
}

/* Our own copy of descriptor @fd of the process, or -1. */
static int borrow(const struct glance *g, int fd)
{
	return g->pidfd < 0 ? -1
			    : (int)syscall(SYS_pidfd_getfd, g->pidfd, fd, 0);
}

static size_t waiting_octets(int fd)
{
	int n = 0;

	return fd >= 0 && !ioctl(fd, FIONREAD, &n) && n > 0 ? (size_t)n : 0;
}

/* Connections that the kernel has and the program has not accepted. */
static size_t not_accepted(struct desc *d)
{
	return stream_is(d) ? list_count(&stream_of(d)->queue) : 0;
}

static void tell_pipe(struct glance *g, const struct held *h)
{
	struct desc *d = h->desc;
	struct look_pipe p = {.host = d->host, .sk = d->sk};
	int fd;

	p.up = waiting_octets(d->ours.fd);
	if (stream_is(d))
		p.up += stream_of(d)->kept_len - stream_of(d)->kept_at;
	if (stream_is(d) && stream_of(d)->phase == STREAM_LISTENS) {
		p.down = not_accepted(d);
	} else {
		fd = borrow(g, h->fd);
		p.down = waiting_octets(fd);
		if (fd >= 0)
			close(fd);
	}
	g->sink->on_pipe(g->sink->arg, &p);
}

static void tell_held(struct glance *g)
{
	const struct held *h;

	list_for_each_entry(h, &g->held, struct held, node) {
		struct look_holder out = {
			.host = h->desc->host,
			.sk = h->desc->sk,
			.pid = g->proc->pid,
			.fd = h->fd,
			.call = h->call,
			.via = h->via,
		};

		if (out.sk < 0)
			continue;
		memcpy(out.name, g->proc->name, sizeof(out.name));
		g->sink->on_holder(g->sink->arg, &out);
		tell_pipe(g, h);
	}
}

static bool is_waited_for(const struct glance *g, int set)
{
	for (size_t i = 0; i < g->wait_count; i++)
		if (g->waits[i].about == WAIT_ABOUT_EPOLL &&
		    (int)g->waits[i].arg[0] == set)
			return true;
	return false;
}

/* Events of poll(2) are the same numbers. */
static uint32_t ready_now(const struct glance *g, const struct watched *w)
{
	struct pollfd p = {.fd = borrow(g, w->fd),
			   .events = (short)(w->events & 0x7fff)};
	uint32_t now = 0;

	if (p.fd < 0)
		return 0;
	if (poll(&p, 1, 0) > 0)
		now = (uint16_t)p.revents;
	close(p.fd);
	return now;
}

static void tell_watched(struct glance *g)
{
	const struct watched *w;

	list_for_each_entry(w, &g->watched, struct watched, node) {
		struct look_watched out = {
			.host = g->proc->program->host,
			.pid = g->proc->pid,
			.set = w->set,
			.fd = w->fd,
			.sk = w->desc ? w->desc->sk : -1,
			.events = w->events,
			.now = ready_now(g, w),
			.data = w->data,
			.waits = is_waited_for(g, w->set),
		};

		memcpy(out.name, g->proc->name, sizeof(out.name));
		g->sink->on_watched(g->sink->arg, &out);
	}
}

static bool is_ours(const struct glance *g, pid_t tid)
{
	for (size_t i = 0; i < g->wait_count; i++)
		if (g->waits[i].tid == tid)
			return true;
	return tid == g->proc->pid;
}

static uint64_t count_calls(const struct glance *g)
{
	const struct peer *peer;
	uint64_t calls = 0;
	size_t pos = 0;

	while ((peer = htab_next(&g->sup->peers, &pos)))
		if (is_ours(g, peer->tid))
			calls += peer->calls;
	return calls;
}

/* Does a call of this thread wait for us? */
static bool is_parked(const struct glance *g, pid_t tid)
{
	const struct desc *d;
	const struct call *call;

	list_for_each_entry(d, &g->sup->all, struct desc, all)
		list_for_each_entry(call, &d->parked, struct call, node)
			if (call->peer->tid == tid)
				return true;
	return false;
}

/* What its first thread waits in says most; a thread in a call about a
 * descriptor says more than one that sleeps. */
static void tell_process(struct glance *g)
{
	struct look_process out = {
		.pid = g->proc->pid,
		.parent = g->proc->parent,
		.state = g->proc->state,
		.host = g->proc->program->host,
		.calls = count_calls(g),
		.call_fd = -1,
	};

	memcpy(out.name, g->proc->name, sizeof(out.name));
	for (size_t i = 0; i < g->wait_count; i++) {
		const struct wait_call *w = &g->waits[i];

		if (out.call && w->tid != out.pid)
			continue;
		out.call = w->name;
		out.is_parked = is_parked(g, w->tid);
		out.call_fd = w->about == WAIT_ABOUT_FD ||
					      w->about == WAIT_ABOUT_EPOLL
				      ? (int)w->arg[0]
				      : -1;
	}
	g->sink->on_process(g->sink->arg, &out);
}

static void look_at(struct glance *g, const struct proc *proc)
{
	g->proc = proc;
	g->fd_end = 0;
	list_init(&g->held);
	list_init(&g->watched);
	g->pidfd = (int)syscall(SYS_pidfd_open, proc->pid, 0);
	read_waits(g);
	read_fds(g);
	index_held(g);
	match_waits(g);
	tell_process(g);
	tell_held(g);
	tell_watched(g);
	if (g->pidfd >= 0)
		close(g->pidfd);
}

void programs_look(void *arg, const struct look_sink *sink)
{
	struct glance g = {.sup = arg, .sink = sink};
	struct procs procs;
	struct desc *d;

	htab_init(&g.descs, g.sup->mem, 0);
	list_for_each_entry(d, &g.sup->all, struct desc, all)
		if (d->inode)
			(void)htab_add(&g.descs, hash_of(d->inode), d);
	if (procs_read(&procs, g.sup) == 0)
		for (size_t i = 0; i < procs.count; i++) {
			arena_init(&g.arena, g.sup->mem);
			look_at(&g, &procs.list[i]);
			arena_fini(&g.arena);
		}
	procs_free(&procs);
	htab_fini(&g.descs);
}
