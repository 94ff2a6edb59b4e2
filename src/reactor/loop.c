// SPDX-License-Identifier: MIT
/*
 * loop.c - running handlers
 *
 * Theory of operation
 * ===================
 * A loop runs in turns.  A turn takes a batch of events from the transport and
 * lets each channel act on its own; then it does what was put off meanwhile.
 * While there is more, it defers itself again:
 *
 *	epoll set ready ---> waiter ---> task: turn ---> channels' events
 *	channel_later() ---------------^         \----> things put off
 *
 * Handlers close channels, and a channel that vanished in the middle of a
 * handler, or of a batch that has another event for it, would be a trap for
 * everyone.  So nothing about a channel's life happens at once: closing closes
 * the descriptor, the rest (on_inactive(), freeing) is put off to the end of
 * the turn.  Therefore, in a batch, every channel still exists.
 */

#include <errno.h>

#include "base/check.h"

#include "io/io.h"
#include "reactor/reactor_int.h"
#include "sock/file.h"
#include "sock/sock.h"

#define BATCH 64

static void act(struct channel *ch, const struct transport_event *ev)
{
	struct env *env = ch->loop->stack->place.env;

	env->cause = ev->cause;
	channel_on_ready(ch, ev->events);
}

static void do_later(struct channel *ch)
{
	uint32_t what = ch->later;

	ch->later = 0;
	ch->loop->stack->place.env->cause = ch->later_cause;
	if (what & LATER_ACTIVE && ch->state == CHANNEL_OPENING) {
		ch->state = CHANNEL_ACTIVE;
		pipeline_active(ch);
	}
	if (what & LATER_WRITABLE && ch->state == CHANNEL_ACTIVE)
		pipeline_writable(ch, channel_is_writable(ch));
	if (what & LATER_READ && ch->state == CHANNEL_ACTIVE)
		channel_read(ch);
	if (what & LATER_CLOSED) {
		pipeline_inactive(ch);
		channel_destroy(ch);
	}
}

/* Those that are put off from now on are for the next turn. */
static void run_later(struct loop *loop)
{
	struct list now, *pos;

	list_init(&now);
	list_splice_tail(&now, &loop->later);
	while ((pos = list_pop_head(&now)))
		do_later(container_of(pos, struct channel, later_node));
}

static void turn(struct task *task, void *arg)
{
	struct loop *loop = arg;
	struct env *env = loop->stack->place.env;
	struct transport_event evs[BATCH];
	uint32_t outer = env->cause;
	int i, n;

	n = loop->io.ops->ready(loop->io.arg, evs, BATCH);
	for (i = 0; i < n; i++)
		act(evs[i].data, &evs[i]);
	run_later(loop);
	env->cause = outer;
	if (n > 0 || !list_is_empty(&loop->later))
		stack_defer(loop->stack, task);
}

void channel_later(struct channel *ch, enum later what)
{
	struct loop *loop = ch->loop;

	if (!ch->later)
		ch->later_cause = loop->stack->place.env->cause;
	ch->later |= what;
	if (!list_is_linked(&ch->later_node))
		list_add_tail(&loop->later, &ch->later_node);
	if (!loop->is_ending)
		stack_defer(loop->stack, &loop->task);
}

static void wake(struct waiter *w, uint32_t events)
{
	struct loop *loop = container_of(w, struct loop, waiter);

	if (!(events & WAIT_NVAL))
		stack_defer(loop->stack, &loop->task);
}

static int open_epoll(struct loop *loop)
{
	struct file *file;

	loop->epfd = sk_epoll_create(loop->stack, SK_SOCK_CLOEXEC);
	if (loop->epfd < 0)
		return loop->epfd;
	file = file_find(loop->stack, loop->epfd);
	waiter_init(&loop->waiter, wake, NULL, WAIT_IN);
	loop->waiter.name = "reactor";
	waitq_add(&file->wq, &loop->waiter);
	return 0;
}

static void loop_release(struct loop *loop)
{
	struct mem *mem = loop_mem(loop);

	mem_free(mem, loop->scratch, DGRAM_MAX);
	pool_fini(&loop->items);
	mem_free(mem, loop, sizeof(*loop));
}

int loop_new(struct stack *stack, struct loop **out)
{
	struct mem *mem = stack->place.env->mem;
	struct loop *loop = mem_alloc(mem, sizeof(*loop));
	int err;

	if (!loop)
		return -ENOMEM;
	loop->stack = stack;
	loop->io = (struct transport){&transport_weft_ops, loop};
	task_init(&loop->task, turn, loop);
	list_init(&loop->channels);
	list_init(&loop->later);
	pool_init(&loop->items, mem, "reactor-out", sizeof(struct out_item), 0);
	loop->scratch = mem_alloc(mem, DGRAM_MAX);
	err = loop->scratch ? open_epoll(loop) : -ENOMEM;
	if (err) {
		loop_release(loop);
		return err;
	}
	*out = loop;
	return 0;
}

void loop_free(struct loop *loop)
{
	struct stack *stack = loop->stack;
	struct channel *ch;

	stack_enter(stack);
	loop->is_ending = true;
	while ((ch = list_first_entry(&loop->channels, struct channel, node))) {
		channel_end(ch, true);
		ch->later = 0;
		list_del(&ch->later_node);
		pipeline_inactive(ch);
		channel_destroy(ch);
	}
	task_cancel(&loop->task);
	waitq_del(&loop->waiter);
	file_close(stack, loop->epfd);
	stack_leave(stack);
	loop_release(loop);
}

struct stack *loop_stack(struct loop *loop)
{
	return loop->stack;
}

struct mem *loop_mem(struct loop *loop)
{
	return loop->stack->place.env->mem;
}

uint64_t loop_now_ns(struct loop *loop)
{
	return stack_now(loop->stack);
}

size_t loop_channel_count(const struct loop *loop)
{
	return list_count(&loop->channels);
}

static void on_timer(struct timer *timer, void *arg)
{
	struct loop_timer *t = arg;

	(void)timer;
	t->fn(t, t->arg);
}

void loop_timer_init(struct loop_timer *t, struct loop *loop,
		     void (*fn)(struct loop_timer *t, void *arg), void *arg)
{
	timer_init(&t->timer, on_timer, t);
	t->loop = loop;
	t->fn = fn;
	t->arg = arg;
}

void loop_timer_arm_in(struct loop_timer *t, uint64_t in_ns)
{
	stack_arm_in(t->loop->stack, &t->timer, in_ns);
}

void loop_timer_cancel(struct loop_timer *t)
{
	stack_disarm(t->loop->stack, &t->timer);
}
