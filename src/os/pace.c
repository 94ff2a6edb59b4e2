// SPDX-License-Identifier: MIT
/*
 * pace.c - real time: stacks and worlds follow the system's clock
 *
 * Theory of operation
 * ===================
 * Below here nobody knows what time it is until he is told.  In virtual time
 * the scheduler tells him; here it is a loop around one system call:
 *
 *	tell everybody what time it is
 *	      |	    they say when they want to run next
 *	      v
 *	ppoll(): sleep until the earliest of these, or until a descriptor
 *	      |	 can be read
 *	      v
 *	time passes, then have descriptors read
 *
 * Time passes before a descriptor is read, so that a frame arrives when it
 * arrives and not when the loop went to sleep.  It passes once for a batch:
 * frames of one batch arrive at the same time, and reading the clock is not
 * done for each.
 *
 * But nothing that is due happens before: what can be read lay there before
 * anybody looked at the clock.  A process that is stopped for a second, or a
 * machine that is busy, would else find that a neighbour has not answered,
 * with the answer in the descriptor.  (A lab's world cannot let time pass with
 * nothing happening, and keeps to this only after a long pause: lab/real.c.)
 * One batch is read, and then what is due has its turn, so a device that never
 * stops delivering stops no timer.  Only who has not looked for PACE_AWAY_NS,
 * and finds something due, reads up to PACE_BATCHES first: a whole queue may
 * have filled meanwhile.
 *
 * What was read causes work, that work causes frames, and these arrive
 * somewhere: each is due at once, but a round later.  So rounds follow each
 * other without a system call while something is due, up to PACE_ROUNDS of
 * them; then descriptors have their turn.
 *
 * poll and not epoll: there are a handful of descriptors, and the set may
 * change at any time.
 *
 * Invariants
 * ----------
 *  (1) What is paced is called from here only, one at a time (is_running).
 *  (2) The time that is told never goes back.
 *  (3) In each step what is due happens, after PACE_BATCHES batches at most.
 */

#include "os/pace.h"

#include <errno.h>
#include <poll.h>
#include <time.h>

#include "base/check.h"

#include "os/clock.h"

void pace_init(struct pace *p, uint64_t start_ns)
{
	*p = (struct pace){
		.offset_ns = start_ns - os_clock_ns(),
		.looked_ns = start_ns,
	};
	list_init(&p->driven);
	list_init(&p->fds);
}

uint64_t pace_now(const struct pace *p)
{
	return os_clock_ns() + p->offset_ns;
}

void pace_add(struct pace *p, struct pace_driven *d)
{
	list_add_tail(&p->driven, &d->node);
}

void pace_del(struct pace_driven *d)
{
	list_del(&d->node);
}

int pace_watch(struct pace *p, struct pace_fd *pfd, int fd,
	       void (*on_ready)(struct pace_fd *pfd, void *arg), void *arg)
{
	if (p->fd_count == PACE_FDS)
		return -ENOSPC;
	pfd->fd = fd;
	pfd->on_ready = on_ready;
	pfd->arg = arg;
	list_add_tail(&p->fds, &pfd->node);
	p->fd_count++;
	if (p->waiter && p->set->add(p->waiter, fd))
		p->waiter = NULL;
	return 0;
}

void pace_unwatch(struct pace *p, struct pace_fd *pfd)
{
	list_del(&pfd->node);
	p->fd_count--;
	if (p->waiter == pfd)
		p->waiter = NULL;
	else if (p->waiter)
		p->set->del(p->waiter, pfd->fd);
}

void pace_wait_by(struct pace *p, struct pace_fd *pfd,
		  const struct pace_set *set)
{
	struct pace_fd *other;

	p->waiter = pfd;
	p->set = set;
	list_for_each_entry(other, &p->fds, struct pace_fd, node)
		if (other != pfd && set->add(pfd, other->fd))
			p->waiter = NULL;
}

void pace_stop(struct pace *p)
{
	p->is_stopped = true;
}

static void tell_time(struct pace *p, uint64_t now)
{
	struct pace_driven *d;

	list_for_each_entry(d, &p->driven, struct pace_driven, node)
		d->run(d->arg, now);
}

/* The same to who can be told without anything happening. */
static void pass_time(struct pace *p, uint64_t now)
{
	struct pace_driven *d;

	list_for_each_entry(d, &p->driven, struct pace_driven, node)
		if (d->pass)
			d->pass(d->arg, now);
}

/* Earliest time that anybody waits for. */
static uint64_t next_time(const struct pace *p)
{
	uint64_t next = UINT64_MAX;
	struct pace_driven *d;

	list_for_each_entry(d, &p->driven, struct pace_driven, node)
		next = min_u64(next, d->next(d->arg));
	return next;
}

/* All descriptors at once; @set is in the order of the list. */
static int poll_all(const struct pace *p, struct pollfd *set,
		    const struct timespec *timeout)
{
	struct pace_fd *pfd;
	nfds_t count = 0;
	int n;

	list_for_each_entry(pfd, &p->fds, struct pace_fd, node)
		set[count++] = (struct pollfd){.fd = pfd->fd, .events = POLLIN};
	n = ppoll(set, count, timeout, NULL);
	return n < 0 ? 0 : n; /* a signal: look again */
}

/* The same, by whoever waits for all of them.  What he was told is told once, so
 * he is ready even if poll does not say so any more. */
static int ask_waiter(struct pace *p, struct pollfd *set,
		      const struct timespec *timeout)
{
	static const struct timespec now;
	int bits = p->set->wait(p->waiter, timeout), ready = 0;
	struct pace_fd *pfd;
	nfds_t count = 0;

	if (bits & PACE_OTHERS)
		(void)poll_all(p, set, &now);
	list_for_each_entry(pfd, &p->fds, struct pace_fd, node) {
		struct pollfd *one = &set[count++];

		if (!(bits & PACE_OTHERS))
			*one = (struct pollfd){.fd = pfd->fd};
		if (pfd == p->waiter && bits & PACE_SELF)
			one->revents = POLLIN;
		ready += one->revents != 0;
	}
	return ready;
}

/* Sleep until @until_ns or until a descriptor is ready.  Returns how many are;
 * @set is in the order of the list. */
static int sleep_until(struct pace *p, struct pollfd *set, uint64_t until_ns)
{
	struct timespec ts = {0}, *timeout = &ts;
	uint64_t now = pace_now(p);

	if (until_ns == UINT64_MAX) {
		timeout = NULL;
	} else if (until_ns > now) {
		ts.tv_sec = (time_t)((until_ns - now) / NS_PER_S);
		ts.tv_nsec = (long)((until_ns - now) % NS_PER_S);
	}
	p->sleeps += until_ns > now;
	return p->waiter ? ask_waiter(p, set, timeout)
			 : poll_all(p, set, timeout);
}

static void read_ready(struct pace *p, const struct pollfd *set, int ready)
{
	struct list *pos = p->fds.next;

	while (ready > 0 && pos != &p->fds) {
		struct pace_fd *pfd = list_entry(pos, struct pace_fd, node);

		pos = pos->next;
		check(pfd->fd == set->fd);
		if (set++->revents) {
			pfd->on_ready(pfd, pfd->arg);
			ready--;
		}
	}
}

/* What is due, and what comes of it, without a look at the descriptors. */
static void do_due(struct pace *p)
{
	uint64_t now = pace_now(p);
	int i = 0;

	do {
		tell_time(p, now);
		now = pace_now(p);
	} while (++i < PACE_ROUNDS && next_time(p) <= now);
}

bool pace_skip(struct pace *p, uint64_t until_ns)
{
	uint64_t now = pace_now(p), next = min_u64(next_time(p), until_ns);

	if (p->is_running)
		return false;
	p->offset_ns += max_u64(next, now) - now;
	p->is_running = true;
	tell_time(p, pace_now(p));
	p->is_running = false;
	return next < until_ns;
}

/* How many batches may be read before what is due happens. */
static int batches_first(const struct pace *p, uint64_t now)
{
	return now - p->looked_ns >= PACE_AWAY_NS && next_time(p) <= now
		       ? PACE_BATCHES
		       : 1;
}

/* What lies in the descriptors, of which @ready are, was there first. */
static void read_first(struct pace *p, struct pollfd *set, int ready)
{
	uint64_t now = pace_now(p);
	int left = batches_first(p, now);

	pass_time(p, now);
	do {
		read_ready(p, set, ready);
		ready = --left ? sleep_until(p, set, 0) : 0;
	} while (ready);
}

static void step(struct pace *p, uint64_t until_ns)
{
	struct pollfd set[PACE_FDS];
	int ready = sleep_until(p, set, min_u64(until_ns, next_time(p)));

	p->is_running = true;
	if (ready) {
		read_first(p, set, ready);
		do_due(p);
	} else {
		tell_time(p, pace_now(p));
	}
	p->looked_ns = pace_now(p);
	p->is_running = false;
}

/* Time is up: what was due before still happens, however late we are, and what
 * had come is taken in. */
static int time_is_up(struct pace *p, bool (*is_done)(void *arg), void *arg)
{
	step(p, 0);
	return is_done && is_done(arg) ? 0 : -ETIMEDOUT;
}

int pace_wait(struct pace *p, bool (*is_done)(void *arg), void *arg,
	      uint64_t until_ns)
{
	if (p->is_running)
		return -EDEADLK;
	for (;;) {
		if (is_done && is_done(arg))
			return 0;
		if (p->is_stopped)
			return -EINTR;
		if (until_ns != UINT64_MAX && pace_now(p) >= until_ns)
			return time_is_up(p, is_done, arg);
		step(p, until_ns);
	}
}

int pace_poll(struct pace *p)
{
	if (p->is_running)
		return -EDEADLK;
	step(p, 0);
	return 0;
}

int pace_run(struct pace *p)
{
	int err = pace_wait(p, NULL, NULL, UINT64_MAX);

	return err == -EINTR ? 0 : err;
}

static uint64_t stack_when(void *arg)
{
	const struct pace_stack *ps = arg;

	return stack_next(ps->stack);
}

static void stack_passed(void *arg, uint64_t now_ns)
{
	const struct pace_stack *ps = arg;
	struct env *env = ps->stack->place.env;

	env->now_ns = max_u64(env->now_ns, now_ns);
}

static void stack_told(void *arg, uint64_t now_ns)
{
	const struct pace_stack *ps = arg;

	stack_passed(arg, now_ns);
	stack_run(ps->stack);
}

/* struct stack_ops.on_kick: the loop asks stack_next() before each sleep. */
static void stack_kicked(struct stack *stack)
{
	(void)stack;
}

/* struct stack_ops.wait */
static int stack_blocks(struct stack *stack, bool (*is_done)(void *arg),
			void *arg, uint64_t until_ns)
{
	return pace_wait(stack->driver, is_done, arg, until_ns);
}

void pace_add_stack(struct pace *p, struct pace_stack *ps, struct stack *stack)
{
	static const struct stack_ops ops = {
		.on_kick = stack_kicked,
		.wait = stack_blocks,
	};

	ps->stack = stack;
	ps->driven = (struct pace_driven){
		.next = stack_when,
		.pass = stack_passed,
		.run = stack_told,
		.arg = ps,
	};
	stack->ops = &ops;
	stack->driver = p;
	pace_add(p, &ps->driven);
}
