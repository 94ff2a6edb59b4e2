// SPDX-License-Identifier: MIT
/*
 * gate.c - many threads, one at a time: the lock around what knows no threads
 *
 * Theory of operation
 * ===================
 * A stack is one thing: a segment that arrives may touch any socket, any timer
 * and the routes.  So there is one lock and not one for each socket; who wants
 * to use many cores has many stacks.
 *
 *	thread 1      thread 2      thread 3        the clock's thread
 *	   |             |             |                   |
 *	 recv()        send()        recv()           sleeps until the
 *	   |           waits           |              next timer is due
 *	   v             v         (asleep on              |
 *	+--------------------+      its futex)             |
 *	|        gate        |<----------------------------+
 *	+--------------------+
 *	   stacks, timers, cables
 *
 * A call that has to block puts its waiter on a wait queue, as it does without
 * threads, leaves the gate and sleeps at a word of its own.  The waiter's
 * callback runs in whatever thread brings the news; it sets the word and has
 * the thread told when the gate is left: told earlier, it would wake only to
 * stand in front of a closed gate.
 *
 * Whoever leaves first does what has become due by what he did: a segment on an
 * ideal cable arrives in the thread that sent it, as it does on a kernel's
 * loopback.  So the clock's thread need not wake for every frame, but only for
 * what is due when nobody is inside.
 *
 * The thread that is told may be gone before it is: its time was over just
 * then.  Therefore words are remembered by address only and not looked at after
 * the gate was left; the system finds nobody there, or wakes somebody early,
 * who looks at his own word and sleeps again.
 *
 * Invariants
 * ----------
 *  (1) All but @owner and the words belong to who holds the mutex.
 *  (2) A thread sleeps only outside, and only if it came in once: who was
 *	called by an event must not let others in.
 *  (3) Whenever the gate is open, the clock's thread is on its way in, or
 *	sleeps no longer than until what is due next.
 *
 * The word of a sleeper is stored with release and loaded with acquire, but
 * what was waited for is read inside only: the mutex orders it.
 */

#include "os/gate.h"

#include <errno.h>

#include "base/check.h"

#include "os/futex.h"

/* The network's thread calls back programs: a usual size. */
#define CLOCK_STACK ((size_t)256 << 10)

/**
 * struct gate_sleeper - one thread that sleeps outside
 * @node:	In the list of those that ask, or none
 * @gate:	Of which gate
 * @word:	Not 0: go on
 * @is_outside:	It has left, and must be told
 */
struct gate_sleeper {
	struct list node;
	struct gate *gate;
	atomic_uint word;
	bool is_outside;
};

static bool is_inside(struct gate *g)
{
	/* Only this thread itself stores its own name. */
	return atomic_load_explicit(&g->owner, memory_order_relaxed) ==
	       (unsigned long)pthread_self();
}

/* Wake who sleeps at @word, once the gate is open. */
static void tell(struct gate *g, const atomic_uint *word)
{
	g->stats.wakes++;
	if (g->woken_count < GATE_WOKEN)
		g->woken[g->woken_count++] = word;
	else
		os_futex_wake(word);
}

/* Who has not left yet looks for himself before he does. */
static void rouse_sleeper(struct gate_sleeper *gs)
{
	if (gs->is_outside &&
	    !atomic_exchange_explicit(&gs->word, 1, memory_order_release))
		tell(gs->gate, &gs->word);
}

/* struct sleep.rouse */
static void rouse(struct sleep *s)
{
	rouse_sleeper(s->thread);
}

/* Open the gate, then wake who was told. */
static void gate_open(struct gate *g)
{
	const atomic_uint *woken[GATE_WOKEN];
	unsigned int i, count = g->woken_count;

	for (i = 0; i < count; i++)
		woken[i] = g->woken[i];
	g->woken_count = 0;
	g->depth = 0;
	atomic_store_explicit(&g->owner, 0, memory_order_relaxed);
	check(pthread_mutex_unlock(&g->mutex) == 0);
	for (i = 0; i < count; i++)
		os_futex_wake(woken[i]);
}

/* Everything due happens; the clock's thread learns when it is next. */
static void settle(struct gate *g)
{
	struct gate_sleeper *gs;
	uint64_t next;

	while ((next = g->ops->next(g->arg)) <= g->now_ns)
		g->ops->run(g->arg, g->now_ns);
	list_for_each_entry(gs, &g->askers, struct gate_sleeper, node)
		rouse_sleeper(gs);
	if (next >= g->clock_ns)
		return;
	g->clock_ns = 0;
	atomic_store_explicit(&g->clock_word, 1, memory_order_release);
	tell(g, &g->clock_word);
}

/* Come in, with what is due done. */
static void come_in(struct gate *g)
{
	check(pthread_mutex_lock(&g->mutex) == 0);
	atomic_store_explicit(&g->owner, (unsigned long)pthread_self(),
			      memory_order_relaxed);
	g->depth = 1;
	g->stats.enters++;
	g->now_ns = max_u64(g->now_ns, g->ops->now(g->arg));
	g->ops->run(g->arg, g->now_ns);
}

void gate_enter(struct gate *g)
{
	if (is_inside(g))
		g->depth++;
	else
		come_in(g);
}

void gate_leave(struct gate *g)
{
	int err = errno;

	check(is_inside(g) && g->depth > 0);
	if (g->depth > 1) {
		g->depth--;
		return;
	}
	settle(g);
	gate_open(g);
	errno = err;
}

static uint64_t left_ns(const struct gate *g, uint64_t until_ns)
{
	return until_ns == UINT64_MAX ? UINT64_MAX : until_ns - g->now_ns;
}

/* Once out and in again. */
static void sleep_outside(struct gate *g, struct gate_sleeper *gs,
			  uint64_t until_ns)
{
	uint64_t for_ns = left_ns(g, until_ns);

	atomic_store_explicit(&gs->word, 0, memory_order_relaxed);
	gs->is_outside = true;
	g->stats.sleeps++;
	gate_open(g);
	os_futex_wait(&gs->word, 0, for_ns);
	come_in(g);
	gs->is_outside = false;
}

static int wait_for(struct gate_sleeper *gs, bool (*is_done)(void *arg),
		    void *arg, uint64_t until_ns)
{
	struct gate *g = gs->gate;

	for (;;) {
		settle(g); /* the news may come on the way to the door */
		if (is_done(arg))
			return 0;
		if (g->now_ns >= until_ns)
			return -ETIMEDOUT;
		sleep_outside(g, gs, until_ns);
	}
}

int gate_sleep(struct gate *g, struct sleep *s, uint64_t until_ns)
{
	struct gate_sleeper gs = {.gate = g};
	int err;

	check(is_inside(g));
	if (g->depth > 1)
		return -EDEADLK;
	s->thread = &gs;
	s->rouse = rouse;
	err = wait_for(&gs, sleep_is_woken, s, until_ns);
	s->rouse = NULL;
	return err;
}

int gate_wait(struct gate *g, bool (*is_done)(void *arg), void *arg,
	      uint64_t until_ns)
{
	struct gate_sleeper gs = {.gate = g};
	int err;

	check(is_inside(g));
	if (g->depth > 1)
		return -EDEADLK;
	list_add_tail(&g->askers, &gs.node);
	err = wait_for(&gs, is_done, arg, until_ns);
	list_del(&gs.node);
	return err;
}

/* The clock's thread: in when something is due, and out again. */
static void *keep_time(void *arg)
{
	struct gate *g = arg;
	uint64_t for_ns;

	come_in(g);
	while (!g->is_ending) {
		g->stats.ticks++;
		settle(g);
		g->clock_ns = g->ops->next(g->arg);
		for_ns = left_ns(g, g->clock_ns);
		atomic_store_explicit(&g->clock_word, 0, memory_order_relaxed);
		gate_open(g);
		os_futex_wait(&g->clock_word, 0, for_ns);
		come_in(g);
		g->clock_ns = 0;
	}
	gate_open(g);
	return NULL;
}

int gate_init(struct gate *g, const struct gate_ops *ops, void *arg)
{
	pthread_attr_t attr;
	int err;

	*g = (struct gate){.ops = ops, .arg = arg};
	list_init(&g->askers);
	check(pthread_mutex_init(&g->mutex, NULL) == 0);
	check(pthread_attr_init(&attr) == 0);
	check(pthread_attr_setstacksize(&attr, CLOCK_STACK) == 0);
	err = pthread_create(&g->clock, &attr, keep_time, g);
	pthread_attr_destroy(&attr);
	if (err)
		pthread_mutex_destroy(&g->mutex);
	return -err;
}

void gate_fini(struct gate *g)
{
	gate_enter(g);
	check(g->depth == 1 && list_is_empty(&g->askers));
	g->is_ending = true;
	g->clock_ns = 0;
	atomic_store_explicit(&g->clock_word, 1, memory_order_release);
	tell(g, &g->clock_word);
	gate_open(g);
	check(pthread_join(g->clock, NULL) == 0);
	pthread_mutex_destroy(&g->mutex);
}
