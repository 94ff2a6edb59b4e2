// SPDX-License-Identifier: MIT
/*
 * stack.c - driving a stack: frames, timers and put-off work
 *
 * Every call from outside is bracketed by stack_enter() and stack_leave().
 * The outermost leave runs the tasks, again and again until none waits: a
 * task may defer others.  While it does, depth stays above 0, so calls made
 * by tasks do not run tasks themselves and the C stack stays shallow.
 */

#include "core/stack.h"

#include <errno.h>
#include <string.h>

#include "base/check.h"
#include "base/likely.h"

#include "core/pkt.h"

int stack_init(struct stack *stack, struct env *env, const char *name,
	       struct entropy entropy)
{
	uint64_t probe[2];

	memset(stack, 0, sizeof(*stack));
	stack->place.env = env;
	stack->place.name = name;
	stack->entropy = entropy;
	stack->epoch = 1;
	list_init(&stack->netifs);
	list_init(&stack->tasks);
	wheel_init(&stack->wheel, env->now_ns);
	return stack_random(stack, probe, sizeof(probe));
}

void stack_fini(struct stack *stack)
{
	struct task *task;

	while (!list_is_empty(&stack->netifs)) {
		struct netif *n =
			list_first_entry(&stack->netifs, struct netif, node);

		stack_del_netif(stack, n);
		if (n->ops && n->ops->close)
			n->ops->close(n);
	}
	while ((task = list_first_entry(&stack->tasks, struct task, node)))
		task_cancel(task);
}

/* As stack_input(); within a call there is nothing to bracket, and else the
 * bracket is the outermost. */
HOT static void on_input(struct netif *netif, struct pkt *pkt)
{
	struct stack *stack = netif->owner;

	if (stack->depth) {
		stack->link_input(stack, netif, pkt);
		return;
	}
	stack->depth = 1;
	stack->link_input(stack, netif, pkt);
	if (UNLIKELY(!list_is_empty(&stack->tasks)))
		stack_run_tasks(stack);
	check(stack->depth == 1);
	stack->depth = 0;
}

static void on_ahead(struct netif *netif, const struct list *frames,
		     uint32_t count)
{
	struct stack *stack = netif->owner;

	if (stack->ahead)
		stack->ahead(stack, frames, count);
}

void stack_add_netif(struct stack *stack, struct netif *netif)
{
	netif->owner = stack;
	netif->on_input = on_input;
	netif->on_ahead = on_ahead;
	netif->index = ++stack->netif_count;
	list_add_tail(&stack->netifs, &netif->node);
}

void stack_del_netif(struct stack *stack, struct netif *netif)
{
	check(netif->owner == stack);
	list_del(&netif->node);
	netif->is_up = false;
	stack->epoch++;
}

struct netif *stack_netif_by_name(struct stack *stack, const char *name)
{
	struct list *pos;

	list_for_each(pos, &stack->netifs) {
		struct netif *n = container_of(pos, struct netif, node);

		if (!strcmp(n->name, name))
			return n;
	}
	return NULL;
}

struct netif *stack_netif_by_index(struct stack *stack, uint32_t index)
{
	struct list *pos;

	list_for_each(pos, &stack->netifs) {
		struct netif *n = container_of(pos, struct netif, node);

		if (n->index == index)
			return n;
	}
	return NULL;
}

HOT __attribute__((noinline)) void stack_run_tasks(struct stack *stack)
{
	struct env *env = stack->place.env;
	uint32_t outer = env->cause;

	while (!list_is_empty(&stack->tasks)) {
		struct task *t =
			list_first_entry(&stack->tasks, struct task, node);

		list_del(&t->node);
		env->cause = t->cause;
		t->fn(t, t->arg);
	}
	env->cause = outer;
}

__attribute__((noinline)) void stack_input(struct stack *stack,
					   struct netif *netif, struct pkt *pkt)
{
	stack_enter(stack);
	stack->link_input(stack, netif, pkt);
	stack_leave(stack);
}

/* What is due, timers first. */
static __attribute__((noinline)) void run_due(struct stack *stack)
{
	struct env *env = stack->place.env;
	uint32_t outer = env->cause;
	struct timer *t;

	stack_enter(stack);
	while ((t = wheel_pop(&stack->wheel, env->now_ns))) {
		env->cause = t->cause;
		t->fn(t, t->arg);
	}
	env->cause = outer;
	stack_leave(stack);
}

HOT void stack_run(struct stack *stack)
{
	uint64_t now = stack_now(stack);

	if (UNLIKELY(now >= stack->wheel.quiet_ns)) {
		run_due(stack);
		return;
	}
	wheel_pass(&stack->wheel, now);
	if (!list_is_empty(&stack->tasks)) {
		stack_enter(stack);
		stack_leave(stack);
	}
}

uint64_t stack_next(const struct stack *stack)
{
	if (!list_is_empty(&stack->tasks))
		return stack_now(stack);
	return wheel_next(&stack->wheel);
}

static void kick(struct stack *stack)
{
	if (stack->ops)
		stack->ops->on_kick(stack);
}

void task_init(struct task *task, void (*fn)(struct task *, void *), void *arg)
{
	list_init(&task->node);
	task->cause = 0;
	task->fn = fn;
	task->arg = arg;
}

void task_cancel(struct task *task)
{
	if (list_is_linked(&task->node))
		list_del(&task->node);
}

HOT void stack_defer(struct stack *stack, struct task *task)
{
	if (list_is_linked(&task->node))
		return;
	task->cause = stack->place.env->cause;
	list_add_tail(&stack->tasks, &task->node);
	if (!stack->depth)
		kick(stack);
}

void stack_arm(struct stack *stack, struct timer *t, uint64_t at_ns)
{
	bool is_first = wheel_is_first(&stack->wheel, at_ns);

	t->cause = stack->place.env->cause;
	wheel_arm(&stack->wheel, t, at_ns);
	if (is_first)
		kick(stack);
}

void stack_arm_in(struct stack *stack, struct timer *t, uint64_t in_ns)
{
	uint64_t now = stack_now(stack);

	stack_arm(stack, t,
		  in_ns > UINT64_MAX - now ? UINT64_MAX : now + in_ns);
}

void stack_disarm(struct stack *stack, struct timer *t)
{
	timer_cancel(&stack->wheel, t);
}

int stack_random(struct stack *stack, void *buf, size_t len)
{
	if (!stack->entropy.fill)
		return -EIO;
	return stack->entropy.fill(stack->entropy.arg, buf, len) ? -EIO : 0;
}

int stack_new_key(struct stack *stack, struct hash_key *key)
{
	return stack_random(stack, key, sizeof(*key));
}

int stack_wait(struct stack *stack, bool (*is_done)(void *arg), void *arg,
	       uint64_t until_ns)
{
	if (is_done(arg))
		return 0;
	if (!stack->ops || !stack->ops->wait || stack->depth)
		return -EDEADLK;
	stack->counts.sleeps++;
	return stack->ops->wait(stack, is_done, arg, until_ns);
}

bool sleep_is_woken(void *arg)
{
	const struct sleep *s = arg;

	return s->is_woken;
}

void sleep_wake(struct sleep *s)
{
	s->is_woken = true;
	if (s->rouse)
		s->rouse(s);
}

int stack_sleep(struct stack *stack, struct sleep *s, uint64_t until_ns)
{
	if (s->is_woken)
		return 0;
	if (!stack->ops || !stack->ops->sleep || stack->depth)
		return stack_wait(stack, sleep_is_woken, s, until_ns);
	stack->counts.sleeps++;
	return stack->ops->sleep(stack, s, until_ns);
}
