// SPDX-License-Identifier: MIT
/*
 * peer.c - the threads of a program, their descriptors and their memory
 *
 * Theory of operation
 * ===================
 * The kernel names a caller by the number of its thread.  Numbers come back:
 * one that was the program's a moment ago may be a stranger's now.  Therefore
 * each thread that calls is held by a descriptor of its own (pidfd), which
 * goes on meaning that thread and no other, and becomes readable when it ends.
 *
 * Memory is read and written by number, which is safe while the call waits:
 * a thread that is in a call exists.  Whoever reads asks the kernel afterwards
 * whether the call still waits (call_is_alive()).
 *
 * Limits
 * ------
 * Before Linux 6.9 there are no descriptors of threads but only of whole
 * processes; there the process of a thread is looked up in /proc.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/check.h"

#include "run/call.h"

#ifndef PIDFD_THREAD
#define PIDFD_THREAD O_EXCL
#endif

static uint32_t hash_of(pid_t tid)
{
	return (uint32_t)tid * 2654435761U;
}

static bool has_tid(const void *item, const void *key)
{
	return ((const struct peer *)item)->tid == *(const pid_t *)key;
}

static void peer_free(struct corpse *c)
{
	struct peer *peer = container_of(c, struct peer, corpse);

	mem_free(peer->program->sup->mem, peer, sizeof(*peer));
}

void peer_drop(struct peer *peer)
{
	struct supervisor *sup = peer->program->sup;

	sup_unwatch(sup, &peer->pidfd);
	(void)htab_del(&sup->peers, hash_of(peer->tid), peer);
	sup_bury(sup, &peer->corpse);
}

static void on_end(struct watch *w, uint32_t events)
{
	struct peer *peer = container_of(w, struct peer, pidfd);
	struct supervisor *sup = peer->program->sup;

	(void)events;
	peer_drop(peer);
	/* What it had may be nobody's now. */
	sup->sweep_at_ns = 0;
}

/* A number of /proc/TID/status, or -1. */
static long status_number(pid_t tid, const char *key)
{
	char path[64], line[128];
	long n = -1;
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)tid);
	f = fopen(path, "re");
	while (f && n < 0 && fgets(line, sizeof(line), f))
		if (!strncmp(line, key, strlen(key)))
			n = strtol(line + strlen(key), NULL, 10);
	if (f)
		(void)fclose(f);
	return n;
}

static int open_pidfd(pid_t tid)
{
	long fd = syscall(SYS_pidfd_open, tid, PIDFD_THREAD);

	if (fd < 0 && errno == EINVAL)
		fd = syscall(SYS_pidfd_open, status_number(tid, "Tgid:"), 0);
	return fd < 0 ? -errno : (int)fd;
}

static void read_name(struct peer *peer)
{
	char path[64];
	ssize_t n = 0;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%d/comm", (int)peer->tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, peer->name, sizeof(peer->name) - 1);
		close(fd);
	}
	peer->name[n > 0 ? n : 0] = '\0';
	peer->name[strcspn(peer->name, "\n")] = '\0';
}

static struct peer *peer_new(struct program *p, pid_t tid)
{
	struct supervisor *sup = p->sup;
	struct peer *peer = mem_alloc(sup->mem, sizeof(*peer));
	int fd = open_pidfd(tid);

	if (!peer || fd < 0)
		goto fail;
	*peer = (struct peer){
		.program = p,
		.tid = tid,
		.pidfd = {.fd = -1, .on_ready = on_end},
		.corpse = {.free = peer_free},
	};
	if (htab_add(&sup->peers, hash_of(tid), peer))
		goto fail;
	if (sup_watch(sup, &peer->pidfd, fd, EPOLLIN)) {
		(void)htab_del(&sup->peers, hash_of(tid), peer);
		goto fail;
	}
	return peer;
fail:
	if (fd >= 0)
		close(fd);
	if (peer)
		mem_free(sup->mem, peer, sizeof(*peer));
	return NULL;
}

/* Signal 0 asks whether it is there. */
static bool is_gone(const struct peer *peer)
{
	return syscall(SYS_pidfd_send_signal, peer->pidfd.fd, 0, NULL, 0) &&
	       errno == ESRCH;
}

struct peer *peer_get(struct program *p, pid_t tid, bool is_to_be_asked)
{
	struct htab *t = &p->sup->peers;
	struct peer *peer = htab_find(t, hash_of(tid), has_tid, &tid);

	if (peer && (peer->program != p || (is_to_be_asked && is_gone(peer)))) {
		peer_drop(peer);
		peer = NULL;
	}
	if (!peer)
		peer = peer_new(p, tid);
	if (!peer)
		return NULL;
	/* exec(2) may have changed it. */
	if (!(peer->calls++ & 0x3f))
		read_name(peer);
	return peer;
}

int peer_fd(struct peer *peer, int fd)
{
	long got = syscall(SYS_pidfd_getfd, peer->pidfd.fd, fd, 0);

	return got < 0 ? -errno : (int)got;
}

static int outcome(ssize_t n, size_t len)
{
	if (n < 0)
		return errno == EPERM ? -EPERM : -EFAULT;
	return (size_t)n == len ? 0 : -EFAULT;
}

static void *address_of(uint64_t addr)
{
	return (void *)(uintptr_t)addr; /* never followed here */
}

int call_read(const struct call *call, uint64_t addr, void *buf, size_t len)
{
	struct iovec to = {buf, len}, from = {address_of(addr), len};

	if (!len)
		return 0;
	return outcome(process_vm_readv(call->peer->tid, &to, 1, &from, 1, 0),
		       len);
}

int call_write(const struct call *call, uint64_t addr, const void *buf,
	       size_t len)
{
	struct iovec to = {address_of(addr), len};
	struct iovec from = {address_of((uintptr_t)buf), len};

	if (!len)
		return 0;
	return outcome(process_vm_writev(call->peer->tid, &from, 1, &to, 1, 0),
		       len);
}
