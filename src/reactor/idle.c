// SPDX-License-Identifier: MIT
/*
 * idle.c - noticing that nothing happens
 *
 * Traffic only writes down the time; the timer, when it fires, looks how long
 * it was silent and either tells or arms itself for the rest.  So a busy
 * channel costs a store for each event and not a timer.
 */

#include "base/check.h"

#include "reactor/codec.h"

/* One direction. */
struct watch {
	struct loop_timer timer;
	uint64_t limit_ns; /* 0: not watched */
	uint64_t last_ns;
	int event;
};

struct idle {
	struct handler handler;
	struct mem *mem;
	struct watch read, write;
	bool is_armed;
};

static struct idle *idle_of(struct handler *h)
{
	return container_of(h, struct idle, handler);
}

static void on_timer(struct loop_timer *t, void *arg)
{
	struct watch *w = container_of(t, struct watch, timer);
	struct idle *idle = arg;
	uint64_t now = loop_now_ns(t->loop);
	uint64_t silent = now - w->last_ns;

	if (silent < w->limit_ns) {
		loop_timer_arm_in(t, w->limit_ns - silent);
		return;
	}
	w->last_ns = now;
	loop_timer_arm_in(t, w->limit_ns);
	handler_fire_user_event(&idle->handler, w->event, NULL);
}

static void arm(struct idle *idle, struct watch *w)
{
	struct loop *loop = channel_loop(idle->handler.ch);

	w->last_ns = loop_now_ns(loop);
	loop_timer_init(&w->timer, loop, on_timer, idle);
	if (w->limit_ns)
		loop_timer_arm_in(&w->timer, w->limit_ns);
}

static void start(struct idle *idle)
{
	if (idle->is_armed)
		return;
	idle->is_armed = true;
	arm(idle, &idle->read);
	arm(idle, &idle->write);
}

static void stop(struct idle *idle)
{
	if (!idle->is_armed)
		return;
	idle->is_armed = false;
	loop_timer_cancel(&idle->read.timer);
	loop_timer_cancel(&idle->write.timer);
}

/* Into a pipeline that works already. */
static void on_added(struct handler *h)
{
	if (channel_is_active(h->ch))
		start(idle_of(h));
}

static void on_active(struct handler *h)
{
	start(idle_of(h));
	handler_fire_active(h);
}

static void on_read(struct handler *h, struct buf *buf)
{
	idle_of(h)->read.last_ns = loop_now_ns(channel_loop(h->ch));
	handler_fire_read(h, buf);
}

static int write_buf(struct handler *h, struct buf *buf)
{
	idle_of(h)->write.last_ns = loop_now_ns(channel_loop(h->ch));
	return handler_write(h, buf);
}

static void on_inactive(struct handler *h)
{
	stop(idle_of(h));
	handler_fire_inactive(h);
}

static void on_removed(struct handler *h)
{
	struct idle *idle = idle_of(h);

	stop(idle);
	mem_free(idle->mem, idle, sizeof(*idle));
}

static const struct handler_ops idle_ops = {
	.name = "idle",
	.on_added = on_added,
	.on_active = on_active,
	.on_read = on_read,
	.write = write_buf,
	.on_inactive = on_inactive,
	.on_removed = on_removed,
};

struct handler *idle_handler_new(struct mem *mem, uint64_t read_ns,
				 uint64_t write_ns)
{
	struct idle *idle = mem_alloc(mem, sizeof(*idle));

	if (!idle)
		return NULL;
	idle->handler.ops = &idle_ops;
	idle->mem = mem;
	idle->read.limit_ns = read_ns;
	idle->read.event = IDLE_READ;
	idle->write.limit_ns = write_ns;
	idle->write.event = IDLE_WRITE;
	return &idle->handler;
}
