// SPDX-License-Identifier: MIT
/*
 * procs.c - which processes belong to which program
 *
 * Theory of operation
 * ===================
 * We have started one process of each program; it has started others, and
 * only those that make calls were ever seen by us.  The others are found in
 * /proc, which is a forest:
 *
 *	weft -- sh (program 1) -- nginx -- worker, worker
 *	     -- redis-server (program 2) -- redis-server (it saves)
 *	     -- nginx (whose parent has ended: ours now)
 *
 * Known are the first process of each program, and the process of each thread
 * that has made a call.  Children belong to what their parents belong to.  One
 * whose parents have all ended and who never called is known by its session
 * or its group, which outlive parents.
 *
 * Signals: a process that forks while we look would escape; so whoever wants
 * to stop or to kill looks again, until there is nobody new.
 */
#include "run/procs.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"

#include "run/peer.h"
#include "vnet/vnet.h"

enum { LOOKS_MAX = 16, STAT_MAX = 512 };

static ssize_t read_file(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -1;
	n = read(fd, buf, size - 1);
	close(fd);
	if (n >= 0)
		buf[n] = '\0';
	return n;
}

/* "12 (a name) S 1 12 12 ..."; a name may have brackets and spaces in it. */
static bool parse_stat(const char *text, struct proc *p)
{
	const char *open = strchr(text, '('), *close = strrchr(text, ')');
	size_t len;
	char *at;

	if (!open || !close || close < open || strlen(close) < 5)
		return false;
	len = min_size((size_t)(close - open - 1), sizeof(p->name) - 1);
	memcpy(p->name, open + 1, len);
	p->name[len] = '\0';
	p->pid = (pid_t)strtol(text, NULL, 10);
	p->state = close[2];
	p->parent = (pid_t)strtol(close + 3, &at, 10);
	p->group = (pid_t)strtol(at, &at, 10);
	p->session = (pid_t)strtol(at, NULL, 10);
	return true;
}

static int procs_add(struct procs *p, const struct proc *proc)
{
	if (p->count == p->room) {
		size_t room = p->room ? 2 * p->room : 256;
		struct proc *list =
			mem_alloc_array(p->mem, room, sizeof(*list));

		if (!list)
			return -ENOMEM;
		if (p->count)
			memcpy(list, p->list, p->count * sizeof(*list));
		mem_free(p->mem, p->list, p->room * sizeof(*list));
		p->list = list;
		p->room = room;
	}
	p->list[p->count++] = *proc;
	return 0;
}

static int read_all(struct procs *p)
{
	DIR *dir = opendir("/proc");
	const struct dirent *e;
	char path[300], text[STAT_MAX];
	int err = dir ? 0 : -errno;

	while (dir && !err && (e = readdir(dir))) {
		struct proc proc = {0};

		if (!isdigit((unsigned char)e->d_name[0]))
			continue;
		(void)snprintf(path, sizeof(path), "/proc/%s/stat", e->d_name);
		if (read_file(path, text, sizeof(text)) > 0 &&
		    parse_stat(text, &proc))
			err = procs_add(p, &proc);
	}
	if (dir)
		(void)closedir(dir);
	return err;
}

static struct proc *find(struct procs *p, pid_t pid)
{
	for (size_t i = 0; i < p->count; i++)
		if (p->list[i].pid == pid)
			return &p->list[i];
	return NULL;
}

/* The process of a thread. */
static pid_t process_of(pid_t tid)
{
	char path[64], text[256];
	const char *at = NULL;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)tid);
	if (read_file(path, text, sizeof(text)) > 0)
		at = strstr(text, "Tgid:");
	return at ? (pid_t)strtol(at + 5, NULL, 10) : tid;
}

static void mark(struct procs *p, pid_t pid, struct program *program)
{
	struct proc *proc = find(p, pid);

	if (proc && !proc->program)
		proc->program = program;
}

/* What is known without looking. */
static void mark_known(struct procs *p, struct supervisor *sup)
{
	const struct peer *peer;
	struct program *program;
	size_t pos = 0;

	list_for_each_entry(program, &sup->programs, struct program, node)
		if (program->status < 0)
			mark(p, program->pid, program);
	while ((peer = htab_next(&sup->peers, &pos)))
		mark(p, process_of(peer->tid), peer->program);
}

/* Children of the known are known.  True: somebody new is. */
static bool mark_children(struct procs *p)
{
	bool is_new = false;

	for (size_t i = 0; i < p->count; i++) {
		struct proc *proc = &p->list[i];
		const struct proc *parent =
			proc->program ? NULL : find(p, proc->parent);

		if (!parent || !parent->program)
			continue;
		proc->program = parent->program;
		is_new = true;
	}
	return is_new;
}

/* Who came to us because his parents have ended. */
static bool mark_orphans(struct procs *p)
{
	pid_t us = getpid();
	bool is_new = false;

	for (size_t i = 0; i < p->count; i++) {
		struct proc *orphan = &p->list[i];

		if (orphan->program || orphan->parent != us)
			continue;
		for (size_t k = 0; k < p->count && !orphan->program; k++)
			if (p->list[k].program &&
			    (p->list[k].session == orphan->session ||
			     p->list[k].group == orphan->group))
				orphan->program = p->list[k].program;
		is_new |= orphan->program != NULL;
	}
	return is_new;
}

/* Those of programs go to the front, the others go. */
static void drop_strangers(struct procs *p)
{
	size_t kept = 0;

	for (size_t i = 0; i < p->count; i++)
		if (p->list[i].program)
			p->list[kept++] = p->list[i];
	p->count = kept;
}

int procs_read(struct procs *p, struct supervisor *sup)
{
	int err;

	*p = (struct procs){.mem = sup->mem};
	err = read_all(p);
	mark_known(p, sup);
	do
		while (mark_children(p))
			;
	while (mark_orphans(p));
	drop_strangers(p);
	return err;
}

void procs_free(struct procs *p)
{
	mem_free(p->mem, p->list, p->room * sizeof(*p->list));
	*p = (struct procs){.mem = p->mem};
}

/* Has the signal done to it what it is to do? */
static bool is_settled(const struct proc *proc, int signo)
{
	if (strchr("ZX", proc->state))
		return true;
	return signo == SIGSTOP && strchr("Tt", proc->state);
}

static size_t signal_once(struct supervisor *sup, const struct host *host,
			  int signo)
{
	size_t reached = 0;
	struct procs p;

	if (procs_read(&p, sup) == 0)
		for (size_t i = 0; i < p.count; i++) {
			const struct proc *proc = &p.list[i];

			if (proc->program->host != host || proc->state == 'Z')
				continue;
			reached++;
			if (!is_settled(proc, signo))
				(void)kill(proc->pid, signo);
		}
	procs_free(&p);
	return reached;
}

void procs_signal_all(struct supervisor *sup, int signo)
{
	struct procs p;

	if (procs_read(&p, sup) == 0)
		for (size_t i = 0; i < p.count; i++)
			if (p.list[i].state != 'Z')
				(void)kill(p.list[i].pid, signo);
	procs_free(&p);
}

size_t procs_signal(struct supervisor *sup, const struct host *host, int signo)
{
	size_t most = signal_once(sup, host, signo), now;

	for (int i = 0; i < LOOKS_MAX; i++) {
		now = signal_once(sup, host, signo);
		if (now <= most)
			break;
		most = now;
	}
	return most;
}
