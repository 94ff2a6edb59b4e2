// SPDX-License-Identifier: MIT
/*
 * epoll.c - epoll: callbacks that stay, and a list of what is ready
 *
 * Theory of operation
 * ===================
 * A set has an item for each descriptor it watches.  The item's waiter stays
 * on the file's wait queue; when it is called it links the item into the ready
 * list, and that is all that happens to an item that nothing happens to.  A
 * wait looks at the ready list only:
 *
 *	file --- wait queue ---> item.waiter
 *	                             |  wake: link, note the cause
 *	                             v
 *	set.ready: item <-> item <-> item      (of a hundred thousand)
 *
 * The callback says that something happened, not that it is still so: each
 * ready item is asked once more before it is reported.  A level-triggered item
 * that is ready goes back to the end of the list and is asked again next time;
 * an edge-triggered one is off the list until its callback is called anew.
 *
 * The set is a file with a wait queue of its own, so sets can be watched by
 * poll and by other sets.
 *
 * Invariants
 * ----------
 *  (1) An item that could be reported is in the ready list, unless it is
 *	edge-triggered and was reported since, or one-shot and disabled.
 *  (2) An item's waiter is on the queue of the item's file for as long as both
 *	exist.  The file's end calls it with WAIT_NVAL, which ends the item.
 *
 * Limits
 * ------
 * Sets may be nested NEST_MAX deep, and not in circles.
 */

#include <errno.h>

#include "base/check.h"
#include "base/hash.h"
#include "base/htab.h"
#include "base/list.h"
#include "base/mem.h"

#include "core/stack.h"
#include "core/waitq.h"

#include "io/epoll_info.h"
#include "io/io.h"
#include "io/io_int.h"

#define NEST_MAX 4
#define FLAGS	 (SK_EPOLLET | SK_EPOLLONESHOT | SK_EPOLLEXCLUSIVE)

/**
 * struct epoll - a set
 * @file:	Its own file
 * @items:	All items by file and descriptor
 * @ready:	Items worth asking
 */
struct epoll {
	struct file file;
	struct htab items;
	struct list ready;
};

/**
 * struct item - one watched descriptor
 * @node:	In the ready list, or none
 * @waiter:	On @target's wait queue
 * @set:	Whose it is
 * @target:	What is watched; not referred to
 * @fd:		By which descriptor
 * @is_disabled: One-shot, and reported
 * @cause:	Event of the last callback
 * @ev:		What to tell about
 */
struct item {
	struct list node;
	struct waiter waiter;
	struct epoll *set;
	struct file *target;
	int fd;
	bool is_disabled;
	uint32_t cause;
	struct sk_epoll_event ev;
};

static uint32_t poll_set(struct file *file);
static void release_set(struct file *file);

static const struct file_ops epoll_ops = {
	.kind = "epoll",
	.poll = poll_set,
	.release = release_set,
};

static struct epoll *epoll_of(struct file *file)
{
	return container_of(file, struct epoll, file);
}

static struct mem *mem_of(const struct epoll *set)
{
	return set->file.stack->place.env->mem;
}

/* Only this host's programs choose what is in the table, so the key need not
 * be secret. */
static uint32_t item_hash(const struct file *target, int fd)
{
	static const struct hash_key key = {{0, 0}};

	return (uint32_t)siphash13_u64x2(&key, (uintptr_t)target, (uint64_t)fd);
}

struct item_key {
	const struct file *target;
	int fd;
};

static bool item_is(const void *item, const void *key)
{
	const struct item *it = item;
	const struct item_key *k = key;

	return it->target == k->target && it->fd == k->fd;
}

static struct item *item_find(const struct epoll *set,
			      const struct file *target, int fd)
{
	struct item_key key = {target, fd};

	return htab_find(&set->items, item_hash(target, fd), item_is, &key);
}

static void item_free(struct item *it)
{
	struct epoll *set = it->set;

	waitq_del(&it->waiter);
	list_del(&it->node);
	htab_del(&set->items, item_hash(it->target, it->fd), it);
	mem_free(mem_of(set), it, sizeof(*it));
}

static uint32_t wanted(const struct item *it)
{
	return (it->ev.events & ~FLAGS) | WAIT_ERR | WAIT_HUP;
}

/* What there is to report of an item at present. */
static uint32_t ask(const struct item *it)
{
	return it->is_disabled ? 0 : io_look(it->target) & wanted(it);
}

static void link_ready(struct item *it)
{
	it->cause = it->set->file.stack->place.env->cause;
	if (!list_is_linked(&it->node))
		list_add_tail(&it->set->ready, &it->node);
	waitq_wake(&it->set->file.wq, WAIT_IN);
}

static void wake(struct waiter *w, uint32_t events)
{
	struct item *it = container_of(w, struct item, waiter);

	if (events & WAIT_NVAL)
		item_free(it);
	else if (!it->is_disabled)
		link_ready(it);
}

/* Is there anything to report?  Forgets items that are ready no more. */
static uint32_t poll_set(struct file *file)
{
	struct epoll *set = epoll_of(file);
	struct list *pos, *next;

	list_for_each_safe(pos, next, &set->ready) {
		if (ask(container_of(pos, struct item, node)))
			return WAIT_IN;
		list_del(pos);
	}
	return 0;
}

static void release_set(struct file *file)
{
	struct epoll *set = epoll_of(file);
	struct item *it;

	while ((it = htab_pop(&set->items)))
		item_free(it);
	htab_fini(&set->items);
	mem_free(mem_of(set), set, sizeof(*set));
}

int sk_epoll_create(struct stack *stack, int flags)
{
	struct mem *mem = stack->place.env->mem;
	struct epoll *set = mem_alloc(mem, sizeof(*set));

	if (!set)
		return -ENOMEM;
	file_init(&set->file, stack, &epoll_ops);
	htab_init(&set->items, mem, 0);
	list_init(&set->ready);
	return io_open(&set->file, flags);
}

/* Does @set watch, at any depth, the set @what?  Too deep counts as yes. */
static bool watches(const struct epoll *set, const struct file *what, int depth)
{
	const struct item *it;
	size_t pos = 0;

	if (depth > NEST_MAX)
		return true;
	while ((it = htab_next(&set->items, &pos))) {
		if (it->target->ops != &epoll_ops)
			continue;
		if (it->target == what ||
		    watches(epoll_of(it->target), what, depth + 1))
			return true;
	}
	return false;
}

static int item_add(struct epoll *set, struct file *target, int fd,
		    const struct sk_epoll_event *ev)
{
	struct item *it;

	if (item_find(set, target, fd))
		return -EEXIST;
	if (target->ops == &epoll_ops &&
	    watches(epoll_of(target), &set->file, 1))
		return -ELOOP;
	it = mem_alloc(mem_of(set), sizeof(*it));
	if (!it)
		return -ENOMEM;
	if (htab_add(&set->items, item_hash(target, fd), it)) {
		mem_free(mem_of(set), it, sizeof(*it));
		return -ENOMEM;
	}
	it->set = set;
	it->target = target;
	it->fd = fd;
	it->ev = *ev;
	waiter_init(&it->waiter, wake, NULL, wanted(it));
	it->waiter.name = "epoll";
	it->waiter.is_exclusive = ev->events & SK_EPOLLEXCLUSIVE;
	waitq_add(&target->wq, &it->waiter);
	if (ask(it))
		link_ready(it);
	return 0;
}

static void item_modify(struct item *it, const struct sk_epoll_event *ev)
{
	it->ev = *ev;
	it->is_disabled = false;
	it->waiter.mask = wanted(it) | WAIT_NVAL;
	if (ask(it))
		link_ready(it);
}

static int find_set(struct stack *stack, int epfd, struct epoll **set)
{
	struct file *file = file_find(stack, epfd);

	if (!file)
		return -EBADF;
	*set = epoll_of(file);
	return file->ops == &epoll_ops ? 0 : -EINVAL;
}

static int ctl(struct epoll *set, int op, struct file *target, int fd,
	       const struct sk_epoll_event *ev)
{
	struct item *it;

	if (op == SK_EPOLL_CTL_ADD)
		return item_add(set, target, fd, ev);
	if (op != SK_EPOLL_CTL_DEL && op != SK_EPOLL_CTL_MOD)
		return -EINVAL;
	it = item_find(set, target, fd);
	if (!it)
		return -ENOENT;
	if (op == SK_EPOLL_CTL_DEL)
		item_free(it);
	else
		item_modify(it, ev);
	return 0;
}

int sk_epoll_ctl(struct stack *stack, int epfd, int op, int fd,
		 const struct sk_epoll_event *ev)
{
	struct file *target = file_find(stack, fd);
	struct epoll *set;
	int err = find_set(stack, epfd, &set);

	if (!target)
		return -EBADF;
	if (err || target == &set->file)
		return err ? err : -EINVAL;
	stack_enter(stack);
	err = ctl(set, op, target, fd, ev);
	stack_leave(stack);
	return err;
}

/* Report one item, already off the list; false if it is ready no more. */
static bool report(struct item *it, struct sk_epoll_event *ev)
{
	uint32_t events = ask(it);

	if (!events)
		return false;
	*ev = (struct sk_epoll_event){events, it->cause, it->ev.data};
	if (it->ev.events & SK_EPOLLONESHOT)
		it->is_disabled = true;
	else if (!(it->ev.events & SK_EPOLLET))
		list_add_tail(&it->set->ready, &it->node);
	return true;
}

/* Each item that is on the list now is asked once. */
static int collect(struct epoll *set, struct sk_epoll_event *evs, int max)
{
	struct list asked, *pos;
	int n = 0;

	list_init(&asked);
	list_splice_tail(&asked, &set->ready);
	while (n < max && (pos = list_pop_head(&asked)))
		n += report(container_of(pos, struct item, node), &evs[n]);
	/* Those not reached come first next time. */
	list_splice_tail(&asked, &set->ready);
	list_splice_tail(&set->ready, &asked);
	/* One thread was woken; what is left, or still ready, is for the next
	 * that sleeps here. */
	if (set->file.sleepers && !list_is_empty(&set->ready))
		waitq_wake(&set->file.wq, WAIT_IN);
	return n;
}

int sk_epoll_wait(struct stack *stack, int epfd, struct sk_epoll_event *evs,
		  int max, int64_t timeout_ns)
{
	uint64_t until = io_deadline(stack, timeout_ns);
	struct epoll *set;
	int n = find_set(stack, epfd, &set);

	if (n)
		return n;
	if (max <= 0)
		return -EINVAL;
	file_get(&set->file);
	for (;;) {
		int err;

		n = collect(set, evs, max);
		if (n || timeout_ns == 0)
			break;
		err = file_wait_turn(&set->file, "epoll_wait", WAIT_IN, until);
		if (err) {
			n = err == -ETIMEDOUT ? 0 : err;
			break;
		}
	}
	file_put(&set->file);
	return n;
}

bool epoll_is(const struct file *file)
{
	return file->ops == &epoll_ops;
}

void epoll_for_each(struct file *file,
		    void (*fn)(const struct epoll_info *info, void *arg),
		    void *arg)
{
	const struct epoll *set = epoll_of(file);
	const struct item *it;
	size_t pos = 0;

	check(epoll_is(file));
	while ((it = htab_next(&set->items, &pos))) {
		const struct epoll_info info = {
			.fd = it->fd,
			.target = it->target,
			.events = it->ev.events,
			.now = ask(it),
			.data = it->ev.data,
			.cause = it->cause,
			.is_ready = list_is_linked(&it->node),
			.is_disabled = it->is_disabled,
		};

		fn(&info, arg);
	}
}
