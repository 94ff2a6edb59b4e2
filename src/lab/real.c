// SPDX-License-Identifier: MIT
/*
 * real.c - a lab that follows the clock
 *
 * Theory of operation
 * ===================
 * The world is the same as in virtual time, and so is everything in it; only
 * who moves its clock is another.  A struct pace asks it for the time of its
 * next event, sleeps until then, and says what time it is.  Time 0 of the lab
 * is the moment it was built.
 *
 * Who is late, and finds a frame as well as events that are due, should take
 * the frame first (os/pace.c).  A stack can be told that it is now and fire its
 * timers afterwards; a world cannot, since what happens in it happens in order
 * of time, and each event at its own.  So it depends on how late it is:
 *
 *	little		the events happen, and the frame comes now.  Before
 *			them it would come before it came, and a cable of 5 ms
 *			would take 3 as the machine outside measures it
 *	PACE_AWAY_NS	the frame gets a time before the first of them, and as
 *			much before as the world is late.  If the process was
 *			stopped for a second the frame most likely came then,
 *			and still has the way over some cables to whoever is
 *			about to give up on it
 *
 * An uplink that is removed is no longer waited for; the lab goes on without.
 *
 * Limits
 * ------
 * A lab that cannot keep up is late: events happen in their order, each as
 * soon as possible.
 */
#include "lab/real.h"

#include <errno.h>

#include "base/check.h"

#include "os/pace.h"
#include "os/random.h"
#include "os/stop.h"
#include "vnet/real.h"
#include "vnet/uplink.h"
#include "vnet/vnet.h"

/* An uplink that is listened to. */
struct real_uplink {
	struct list node;
	struct lab_real *real;
	struct uplink *uplink;
	struct pace_driven flush;
	struct pace_fd pfd;
};

/**
 * struct lab_real - a world's clock
 * @mem:	Where this comes from
 * @world:	Whose
 * @pace:	The loop
 * @driven:	The world in it
 * @stop:	Whether somebody wants an end
 * @stop_fd:	Descriptor of that
 * @uplinks:	struct real_uplink
 */
struct lab_real {
	struct mem *mem;
	struct world *world;
	struct pace pace;
	struct pace_driven driven;
	struct pace_fd stop;
	int stop_fd;
	struct list uplinks;
};

static uint64_t world_when(void *arg)
{
	return world_next(arg);
}

static void world_passes(void *arg, uint64_t now_ns)
{
	uint64_t due = world_next(arg), until = now_ns;

	if (due <= now_ns && now_ns - due >= PACE_AWAY_NS)
		until = due - min_u64(due, now_ns - due + 1);
	(void)world_run_until(arg, until);
}

static void world_told(void *arg, uint64_t now_ns)
{
	(void)world_run_until(arg, now_ns);
}

static int world_waits(void *arg, bool (*is_done)(void *arg), void *done_arg,
		       uint64_t until_ns)
{
	return pace_wait(arg, is_done, done_arg, until_ns);
}

void real_follow(struct world *w, struct pace *pace, struct pace_driven *driven)
{
	*driven = (struct pace_driven){
		.next = world_when,
		.pass = world_passes,
		.run = world_told,
		.arg = w,
	};
	pace_add(pace, driven);
	world_set_waiter(w, world_waits, pace);
	world_set_entropy(w, os_entropy());
}

static void on_stop(struct pace_fd *pfd, void *arg)
{
	if (os_stop_asked(pfd->fd))
		pace_stop(arg);
}

int real_new(struct lab_real **out, struct mem *mem, struct world *w)
{
	struct lab_real *r = mem_alloc(mem, sizeof(*r));
	int err;

	if (!r)
		return -ENOMEM;
	r->mem = mem;
	r->world = w;
	list_init(&r->uplinks);
	pace_init(&r->pace, world_now(w));
	r->stop_fd = os_stop_open();
	if (r->stop_fd < 0) {
		err = r->stop_fd;
		mem_free(mem, r, sizeof(*r));
		return err;
	}
	check(pace_watch(&r->pace, &r->stop, r->stop_fd, on_stop, &r->pace) ==
	      0);
	real_follow(w, &r->pace, &r->driven);
	*out = r;
	return 0;
}

struct pace *real_pace(struct lab_real *r)
{
	return &r->pace;
}

void real_keep_signals(struct lab_real *r)
{
	pace_unwatch(&r->pace, &r->stop);
	os_stop_close(r->stop_fd);
	r->stop_fd = -1;
}

void real_free(struct lab_real *r)
{
	struct real_uplink *ru;

	if (!r)
		return;
	while ((ru = list_first_entry(&r->uplinks, struct real_uplink, node))) {
		list_del(&ru->node);
		mem_free(r->mem, ru, sizeof(*ru));
	}
	if (r->stop_fd >= 0)
		os_stop_close(r->stop_fd);
	mem_free(r->mem, r, sizeof(*r));
}

static void on_frames(struct pace_fd *pfd, void *arg)
{
	struct real_uplink *ru = arg;

	if (uplink_read(ru->uplink) >= 0)
		return;
	pace_unwatch(&ru->real->pace, pfd);
}

static uint64_t flush_when(void *arg)
{
	return dev_flush_at(arg);
}

static void flush_told(void *arg, uint64_t now_ns)
{
	(void)now_ns;
	(void)dev_flush(arg);
}

int real_add_uplink(struct lab_real *r, struct uplink *u)
{
	struct real_uplink *ru = mem_alloc(r->mem, sizeof(*ru));
	struct dev *dev = uplink_dev(u);

	if (!ru)
		return -ENOMEM;
	ru->real = r;
	ru->uplink = u;
	ru->flush = (struct pace_driven){
		.next = flush_when,
		.run = flush_told,
		.arg = dev,
	};
	pace_add(&r->pace, &ru->flush);
	list_add_tail(&r->uplinks, &ru->node);
	if (!dev->fd_count)
		return 0; /* a capture: the world knows when */
	return pace_watch(&r->pace, &ru->pfd, dev->fd[0], on_frames, ru);
}

void real_run_until(struct lab_real *r, uint64_t t_ns)
{
	(void)pace_wait(&r->pace, NULL, NULL, t_ns);
}
