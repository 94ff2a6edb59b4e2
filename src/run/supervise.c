// SPDX-License-Identifier: MIT
/*
 * supervise.c - the loop around a lab with programs in it
 *
 * Theory of operation
 * ===================
 * The lab follows the clock: a struct pace asks it when it wants to run next,
 * sleeps until then, and says what time it is.  All that programs can bring
 * hangs in one epoll set, which is one descriptor of that pace:
 *
 *	pace --- world (frames, timers)
 *	     --- epoll --- a listener for each program: its calls
 *	     |         --- our end of each connection
 *	     |         --- a descriptor for each thread: it has ended
 *	     |         --- signals
 *	     --- work that the above have left (struct desc.dirty)
 *
 * Stacks tell in the middle of their own work, where nobody may be called
 * back; so what they tell is noted and acted on when it is their turn no more.
 *
 * Signals: a terminal sends Ctrl-C to the program and to us alike; it is the
 * program's to decide what that means.  One that was sent to us by somebody is
 * passed on to all processes of all programs.
 *
 * Invariant: memory that an event of the epoll set may still point to is freed
 * after the last event of the batch (sup_bury()).
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"

#include "core/env.h"
#include "core/probe.h"

#include "lab/run.h"
#include "run/call.h"
#include "run/procs.h"
#include "vnet/vnet.h"

/* FDS_SPARE: descriptors that are needed for a moment, to answer a call. */
enum { MEETING_BACKLOG = 64, FDS_SPARE = 64 };

uint64_t sup_now(const struct supervisor *sup)
{
	return pace_now(sup->pace);
}

void sup_complain(struct supervisor *sup, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(sup->complaint, sizeof(sup->complaint), format, ap);
	va_end(ap);
}

const char *sup_complaint(const struct supervisor *sup)
{
	return sup->complaint;
}

int sup_watch(struct supervisor *sup, struct watch *w, int fd, uint32_t events)
{
	struct epoll_event ev = {.events = events, .data.ptr = w};

	if (epoll_ctl(sup->epoll, EPOLL_CTL_ADD, fd, &ev))
		return -errno;
	w->fd = fd;
	return 0;
}

void sup_unwatch(struct supervisor *sup, struct watch *w)
{
	if (w->fd < 0)
		return;
	(void)epoll_ctl(sup->epoll, EPOLL_CTL_DEL, w->fd, NULL);
	close(w->fd);
	w->fd = -1;
}

void sup_bury(struct supervisor *sup, struct corpse *c)
{
	if (!list_is_linked(&c->node))
		list_add_tail(&sup->corpses, &c->node);
}

/* What the set has told may name them: not before all of that is done. */
static void free_corpses(struct supervisor *sup)
{
	struct corpse *c;

	if (sup->ready_count)
		return;
	while ((c = list_first_entry(&sup->corpses, struct corpse, node))) {
		list_del(&c->node);
		c->free(c);
	}
}

/* Of @n that are ready those that are calls, or the others. */
static void tell_ready(struct supervisor *sup, int n, bool are_calls)
{
	for (int i = 0; i < n; i++) {
		struct watch *w = sup->ready[i].data.ptr;

		if (w->fd >= 0 && is_of_calls(w) == are_calls)
			w->on_ready(w, sup->ready[i].events);
	}
}

/* What a program wrote before it called is known before the call is answered;
 * else it would be looked for once in vain. */
static void on_events(struct pace_fd *pfd, void *arg)
{
	struct supervisor *sup = arg;
	int n = await_ready(sup);

	(void)pfd;
	tell_ready(sup, n, false);
	tell_ready(sup, n, true);
	sup->ready_count = 0;
	free_corpses(sup);
}

/* When the first parked call gives up, or a descriptor has work. */
static uint64_t first_deadline(const struct supervisor *sup)
{
	uint64_t first = UINT64_MAX;
	struct call *call;
	struct desc *d;

	list_for_each_entry(d, &sup->later, struct desc, later)
		first = min_u64(first, d->later_ns);
	list_for_each_entry(call, &sup->timed, struct call, timed)
		first = min_u64(first, call->until_ns);
	return first;
}

static void give_up_parked(struct supervisor *sup, uint64_t now_ns)
{
	struct list *pos, *next;

	list_for_each_safe(pos, next, &sup->timed) {
		struct call *call = list_entry(pos, struct call, timed);

		if (call->until_ns <= now_ns)
			(void)call_finish(call, call->late);
	}
}

static void mark_due(struct supervisor *sup, uint64_t now_ns)
{
	struct list *pos, *next;

	list_for_each_safe(pos, next, &sup->later) {
		struct desc *d = list_entry(pos, struct desc, later);

		if (d->later_ns > now_ns)
			continue;
		list_del(&d->later);
		desc_mark(d);
	}
}

static uint64_t work_next(void *arg)
{
	const struct supervisor *sup = arg;

	if (!list_is_empty(&sup->dirty))
		return sup->is_held ? sup->held_until_ns : 0;
	return min_u64(sweep_when(sup), first_deadline(sup));
}

/* Descriptors that get more work meanwhile wait for the next round, so that
 * everybody has his turn. */
void sup_work(struct supervisor *sup)
{
	struct list now;
	struct list *pos;
	struct desc *d;

	list_init(&now);
	list_splice_tail(&now, &sup->dirty);
	while ((pos = list_pop_head(&now))) {
		d = list_entry(pos, struct desc, dirty);
		desc_enter(d);
		d->ops->work(d);
		desc_leave(d);
	}
}

/* What the stacks have told, what the clock says. */
static void work_run(void *arg, uint64_t now_ns)
{
	struct supervisor *sup = arg;

	if (sweep_when(sup) <= now_ns)
		sweep_now(sup);
	mark_due(sup, now_ns);
	if (!sup->is_held || now_ns >= sup->held_until_ns)
		sup_work(sup);
	give_up_parked(sup, now_ns);
	free_corpses(sup);
}

/* Nobody would hear how it ends. */
static bool guard_is_gone(const struct supervisor *sup)
{
	return sup->guard && getppid() != sup->guard;
}

static void on_signal(struct watch *w, uint32_t events)
{
	struct supervisor *sup = container_of(w, struct supervisor, signals);
	struct signalfd_siginfo info;

	(void)events;
	if (read(w->fd, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return;
	if (info.ssi_signo == SIGUSR1) {
		sup_count_say(sup, stderr);
		return;
	}
	if (info.ssi_signo == SIGCHLD)
		programs_reap(sup);
	else if (info.ssi_code <= 0) /* somebody, and not the terminal */
		procs_signal_all(sup, (int)info.ssi_signo);
	/* The programs decide what it means; without, it means the end. */
	if (info.ssi_signo != SIGCHLD &&
	    (!programs_are_waited_for(sup) || guard_is_gone(sup)))
		pace_stop(sup->pace);
}

static int open_signals(struct supervisor *sup)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGQUIT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGUSR1);
	fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (fd < 0 || sigprocmask(SIG_BLOCK, &set, &sup->mask))
		return -errno;
	return sup_watch(sup, &sup->signals, fd, EPOLLIN);
}

/* A listener of ours, in the abstract space, with a name from the kernel. */
static int open_meeting(struct supervisor *sup)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	socklen_t len = sizeof(un);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	sup->meeting = fd;
	if (fd < 0 || bind(fd, (struct sockaddr *)&un, sizeof(un.sun_family)) ||
	    listen(fd, MEETING_BACKLOG) ||
	    getsockname(fd, (struct sockaddr *)&un, &len))
		return -errno;
	memcpy(sup->meeting_name, &un, len);
	sup->meeting_len = len;
	return 0;
}

/* Each connection costs us two descriptors.  Programs keep the limit that they
 * would have had. */
static void raise_limit(struct supervisor *sup)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &sup->limit))
		return;
	limit = sup->limit;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit))
		limit = sup->limit;
	sup->fd_end = limit.rlim_cur - min_u64(limit.rlim_cur / 2, FDS_SPARE);
}

bool sup_may_keep(struct supervisor *sup, int fd)
{
	if ((rlim_t)fd < sup->fd_end)
		return true;
	if (!sup->is_full)
		fprintf(stderr,
			"weft run: programs get no more sockets: each takes a "
			"descriptor here too, and there may be %llu "
			"(ulimit -Hn)\n",
			(unsigned long long)sup->fd_end);
	sup->is_full = true;
	return false;
}

static int sup_open(struct supervisor *sup)
{
	int err, signo = 0;

	raise_limit(sup);
	if (!prctl(PR_GET_PDEATHSIG, &signo, 0, 0, 0) && signo)
		sup->guard = getppid();
	sup->slack_ns = (unsigned long)prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0);
	(void)prctl(PR_SET_TIMERSLACK, SUP_SLACK_NS, 0, 0, 0);
	sup->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (sup->epoll < 0)
		return -errno;
	err = sweep_init(sup);
	if (!err)
		err = open_meeting(sup);
	if (!err)
		err = open_signals(sup);
	if (!err && prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))
		err = -errno;
	if (!err)
		err = pace_watch(sup->pace, &sup->pfd, sup->epoll, on_events,
				 sup);
	if (!err)
		await_begin(sup);
	return err;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void sup_free(struct supervisor *sup)
{
	struct program *p;
	struct peer *peer;
	struct desc *d;

	if (!sup)
		return;
	programs_end(sup);
	(void)lab_run_set_programs(sup->lab, NULL);
	while ((d = list_first_entry(&sup->all, struct desc, all)))
		desc_end(d);
	while ((peer = htab_pop(&sup->peers)))
		peer_drop(peer);
	sup->ready_count = 0;
	free_corpses(sup);
	host_names_free(sup);
	while ((p = list_first_entry(&sup->programs, struct program, node))) {
		sup_unwatch(sup, &p->listener);
		list_del(&p->node);
		mem_free(sup->mem, p, sizeof(*p));
	}
	sup_unwatch(sup, &sup->signals);
	if (sup->pfd.on_ready)
		pace_unwatch(sup->pace, &sup->pfd);
	pace_del(&sup->driven);
	close_fd(&sup->epoll);
	close_fd(&sup->meeting);
	close_fd(&sup->sweep_set);
	htab_fini(&sup->peers);
	htab_fini(&sup->descs);
	mem_free(sup->mem, sup, sizeof(*sup));
}

int sup_new(struct supervisor **out, struct mem *mem, struct lab_run *lab)
{
	struct supervisor *sup;
	int err;

	if (!lab_run_pace(lab))
		return -EINVAL;
	sup = mem_alloc(mem, sizeof(*sup));
	if (!sup)
		return -ENOMEM;
	sup->mem = mem;
	sup->lab = lab;
	sup->pace = lab_run_pace(lab);
	sup->epoll = sup->meeting = sup->sweep_set = -1;
	sup->signals = (struct watch){.fd = -1, .on_ready = on_signal};
	htab_init(&sup->peers, mem, 0);
	htab_init(&sup->descs, mem, 0);
	list_init(&sup->all);
	list_init(&sup->dirty);
	list_init(&sup->later);
	list_init(&sup->timed);
	list_init(&sup->programs);
	list_init(&sup->listeners);
	list_init(&sup->corpses);
	list_init(&sup->names);
	sup->driven = (struct pace_driven){
		.next = work_next,
		.run = work_run,
		.arg = sup,
	};
	pace_add(sup->pace, &sup->driven);
	lab_run_keep_signals(lab);
	err = sup_open(sup);
	if (!err)
		err = programs_open(sup);
	if (err)
		sup_free(sup);
	else
		*out = sup;
	return err;
}

struct readiness {
	const struct lab_run *lab;
	const struct host *host;
};

static bool is_ready(void *arg)
{
	const struct readiness *r = arg;

	return !r->host->is_on || lab_run_is_ready(r->lab, r->host);
}

int sup_wait_ready(struct supervisor *sup, struct host *host)
{
	struct readiness r = {sup->lab, host};
	uint64_t until_ns = sup_now(sup) + SUP_READY_NS;
	bool may_skip = lab_run_is_alone(sup->lab);

	while (may_skip && !is_ready(&r))
		may_skip = pace_skip(sup->pace, until_ns);
	return pace_wait(sup->pace, is_ready, &r, until_ns);
}

int sup_run(struct supervisor *sup)
{
	int err = pace_wait(sup->pace, programs_are_over, sup, UINT64_MAX);

	return err == -EINTR ? 0 : err;
}
