// SPDX-License-Identifier: MIT
/*
 * notif.c - calls arrive, and are answered
 *
 * Theory of operation
 * ===================
 * A thread whose call the filter has told of sleeps until we answer:
 *
 *	receive --> which thread --> which row --> which descriptor
 *	                                              |
 *	answer  <-- value, -errno, "go on", a descriptor, or later
 *
 * A signal wakes it up nevertheless; then the call is gone, and our answer
 * finds nobody.  The kernel may start the same call again, or the program
 * does; but we have acted already (a second bind(2) would fail).  So an answer
 * that found nobody is kept, and given when the same thread comes with exactly
 * the same call before any other.
 *
 * A call that has to wait (accept, connect) is parked: its struct call hangs
 * at its descriptor, and whoever can answer it does.  The supervisor itself
 * never waits for anything but its one epoll set.
 *
 * "Go on" (SECCOMP_USER_NOTIF_FLAG_CONTINUE) means that the kernel reads the
 * arguments again, and a program may have changed them.  It is therefore said
 * only where any arguments are harmless: a program has no descriptor of the
 * machine's network, whatever number it writes there.
 */
#include <errno.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/check.h"

#include "core/env.h"
#include "core/probe.h"

#include "run/call.h"
#include "vnet/vnet.h"

struct stack *call_stack(const struct call *call)
{
	return &call->program->host->stack;
}

struct supervisor *call_sup(const struct call *call)
{
	return call->program->sup;
}

/* To the kernel, about a call.  If we are stopped (SIGSTOP, a debugger) while it
 * makes us wait for its lock, it says EINTR and has done nothing. */
static int call_notify(const struct call *call, unsigned long what, void *arg)
{
	int n;

	do
		n = ioctl(call->program->listener.fd, what, arg);
	while (n < 0 && errno == EINTR);
	return n;
}

bool call_is_alive(const struct call *call)
{
	uint64_t id = call->id;

	return call_notify(call, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

static void lost_set(const struct call *call, long answer)
{
	struct peer *peer = call->peer;

	peer->lost.is_set = true;
	peer->lost.nr = call->nr;
	memcpy(peer->lost.arg, call->arg, sizeof(peer->lost.arg));
	peer->lost.answer = answer;
}

/* Has this very call been answered in vain? */
static bool lost_take(const struct call *call, long *answer)
{
	struct peer *peer = call->peer;
	bool is_same =
		peer->lost.is_set && peer->lost.nr == call->nr &&
		!memcmp(peer->lost.arg, call->arg, sizeof(peer->lost.arg));

	peer->lost.is_set = false;
	*answer = peer->lost.answer;
	return is_same;
}

bool call_answer(struct call *call, long answer)
{
	struct seccomp_notif_resp resp = {.id = call->id};

	if (answer == CALL_CONTINUE)
		resp.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	else if (answer < 0)
		resp.error = (int)answer;
	else
		resp.val = answer;
	return call_notify(call, SECCOMP_IOCTL_NOTIF_SEND, &resp) == 0;
}

/*
 * In two steps: the kernel's own way to do both at once
 * (SECCOMP_ADDFD_FLAG_SEND) may answer a call with 0, which then is no
 * descriptor of ours.  It notes that the call is answered, and waits for the
 * thread to take the descriptor; who is stopped there is sent away to try
 * again, while the thread wakes up and finds an answer that nobody has filled
 * in.  A descriptor alone may be tried again.
 */
long call_add_fd(struct call *call, int fd, int flags)
{
	int n = call_lend_fd(call, fd, flags);

	if (n < 0)
		return n;
	if (!call_answer(call, n)) /* a signal, just now: it has it, though */
		lost_set(call, n);
	return CALL_SENT;
}

int call_lend_fd(struct call *call, int fd, int flags)
{
	struct seccomp_notif_addfd add = {
		.id = call->id,
		.srcfd = (uint32_t)fd,
		.newfd_flags = (uint32_t)flags,
	};
	int n = call_notify(call, SECCOMP_IOCTL_NOTIF_ADDFD, &add);

	if (n < 0) /* ESRCH: it was there when we began */
		return errno == ESRCH ? -ENOENT : -errno;
	return n;
}

int call_replace_fd(struct call *call, int fd, int at)
{
	struct seccomp_notif_addfd add = {
		.id = call->id,
		.flags = SECCOMP_ADDFD_FLAG_SETFD,
		.srcfd = (uint32_t)fd,
		.newfd = (uint32_t)at,
	};

	return call_notify(call, SECCOMP_IOCTL_NOTIF_ADDFD, &add) < 0 ? -errno
								      : 0;
}

/* What has to happen first. */
static const char *wait_text(int nr)
{
	switch (nr) {
	case SYS_connect:
		return "until the other end answers";
	case SYS_accept:
	case SYS_accept4:
		return "until somebody connects";
	case SYS_recvfrom:
	case SYS_recvmsg:
	case SYS_recvmmsg:
		return "until something comes";
	default:
		return "until there is room";
	}
}

static void tell_parked(const struct call *call)
{
	const struct call_row *row = call_row_of(call->nr);

	if (row)
		PROBE(call->program->host->node.place, EV_CALL, R_RUN_PARK,
		      NULL, EVF_NUM("pid", call->peer->tid),
		      EVF_TEXT("program", call->peer->name),
		      EVF_TEXT("call", row->name),
		      EVF_TEXT("until", wait_text(call->nr)),
		      EVF_NUM("fd", (int)call->arg[0]));
}

long call_park(struct call *call, uint64_t until_ns, long late)
{
	struct supervisor *sup = call_sup(call);
	struct call *parked;

	if (call->is_again)
		return -EAGAIN;
	parked = mem_alloc(sup->mem, sizeof(*parked));
	if (!parked)
		return -ENOMEM;
	*parked = *call;
	parked->fd = -1;
	parked->until_ns = until_ns;
	parked->late = late;
	list_init(&parked->timed);
	list_add_tail(&call->desc->parked, &parked->node);
	if (until_ns != UINT64_MAX)
		list_add_tail(&sup->timed, &parked->timed);
	tell_parked(call);
	return CALL_PARKED;
}

void call_forget(struct call *call)
{
	struct supervisor *sup = call_sup(call);

	list_del(&call->node);
	list_del(&call->timed);
	mem_free(sup->mem, call, sizeof(*call));
}

bool call_finish(struct call *call, long answer)
{
	bool is_sent = answer == CALL_SENT || call_answer(call, answer);

	call_forget(call);
	return is_sent;
}

bool call_finish_all(struct desc *d, long answer)
{
	struct call *call;
	bool is_heard = false;

	while ((call = list_first_entry(&d->parked, struct call, node)))
		is_heard |= call_finish(call, answer);
	return is_heard;
}

/* What the first argument stands for.  0, or what to answer. */
static long find_desc(struct call *call)
{
	call->fd = peer_fd(call->peer, (int)call->arg[0]);
	if (call->fd == -ESRCH) { /* another thread's number before */
		peer_drop(call->peer);
		call->peer = peer_get(call->program, call->tid, false);
		call->fd = call->peer ? peer_fd(call->peer, (int)call->arg[0])
				      : -ENOMEM;
	}
	/* Whatever else is wrong with it, the kernel finds it as we would. */
	if (call->fd == -EBADF)
		return CALL_CONTINUE;
	if (call->fd < 0)
		return call->fd;
	call->desc = desc_find(call_sup(call), desc_cookie(call->fd));
	if (!call->desc)
		return call->nr == SYS_connect ? call_connect_unix(call)
					       : CALL_CONTINUE;
	call->desc->fd = (int)call->arg[0];
	call->desc->peer_tid = call->peer->tid;
	return 0;
}

/* Tell of a call; what follows is caused by it. */
static void tell(struct call *call, const struct call_row *row)
{
	struct place *place = call->program->host->node.place;

	place->env->cause = call->program->event;
	if (row->is_told)
		PROBE_CAUSE(place, EV_CALL, R_RUN_CALL, NULL,
			    EVF_NUM("pid", call->peer->tid),
			    EVF_TEXT("program", call->peer->name),
			    EVF_TEXT("call", row->name),
			    EVF_NUM(row->has_desc ? "fd" : NULL,
				    (int)call->arg[0]));
	else if (call->desc && call->desc->event)
		place->env->cause = call->desc->event;
	if (call->desc && row->is_told)
		call->desc->event = place->env->cause;
}

static long handle(struct call *call, const struct call_row *row)
{
	struct env *env = call->program->host->node.place->env;
	long answer = row->has_desc ? find_desc(call) : 0;

	if (answer)
		return answer;
	if (!call->program->host->is_on)
		return -ENETDOWN;
	tell(call, row);
	answer = row->fn(call);
	env->cause = 0;
	return answer;
}

static void call_arrived(struct program *p, const struct seccomp_notif *req)
{
	const struct call_row *row = call_row_of(req->data.nr);
	struct call call = {
		.program = p,
		.tid = (pid_t)req->pid,
		.id = req->id,
		.nr = req->data.nr,
		.fd = -1,
	};
	long answer = -ENOSYS;

	memcpy(call.arg, req->data.args, sizeof(call.arg));
	list_init(&call.node);
	list_init(&call.timed);
	call.peer = peer_get(p, call.tid, !row || !row->has_desc);
	if (!call.peer)
		answer = -ENOMEM;
	else if (row && !lost_take(&call, &answer))
		answer = handle(&call, row);
	if (call.fd >= 0)
		close(call.fd);
	if (answer == CALL_SENT || answer == CALL_PARKED)
		return;
	/* Who got no descriptor because of a signal asks anew. */
	if (!call_answer(&call, answer) && errno == ENOENT && call.peer &&
	    answer != -ENOENT)
		lost_set(&call, answer);
}

void notif_on_ready(struct watch *w, uint32_t events)
{
	struct program *p = container_of(w, struct program, listener);
	union {
		struct seccomp_notif req;
		uint8_t room[256]; /* kernels may say more than we know of */
	} u;

	if (!(events & EPOLLIN)) { /* nobody can call any more */
		sup_unwatch(p->sup, &p->listener);
		return;
	}
	memset(&u, 0, sizeof(u));
	/* It has died meanwhile: ENOENT. */
	if (ioctl(w->fd, SECCOMP_IOCTL_NOTIF_RECV, &u.req) == 0)
		call_arrived(p, &u.req);
	else if (errno != ENOENT && errno != EINTR) /* never any more: ENOSYS */
		sup_unwatch(p->sup, &p->listener);
}
