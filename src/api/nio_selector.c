// SPDX-License-Identifier: MIT
/*
 * nio_selector.c - the selector of Java NIO, on a set of epoll
 *
 * Theory of operation
 * ===================
 * A key is an item of the set, level-triggered, and its address is what epoll
 * reports.  Java's four operations are two events: who listens is readable when
 * there is somebody to accept, who connects is writable when that is over.
 * Errors and hang-ups make a key ready for all it waits for, since the call
 * that follows is what says so to the program.
 *
 * An eventfd in the set is the wake-up: several that nobody waits for are one.
 *
 * Invariant
 * ---------
 * A key in the set of selected keys is ready for something.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <weft/weft.h>

#include "api/nio_int.h"

#define BATCH 64

static uint32_t events_of(int ops)
{
	uint32_t events = 0;

	if (ops & (WEFT_OP_READ | WEFT_OP_ACCEPT))
		events |= EPOLLIN;
	if (ops & (WEFT_OP_WRITE | WEFT_OP_CONNECT))
		events |= EPOLLOUT;
	return events;
}

static int ops_of(uint32_t events)
{
	if (events & (EPOLLERR | EPOLLHUP))
		events |= EPOLLIN | EPOLLOUT;
	return (events & EPOLLIN ? WEFT_OP_READ | WEFT_OP_ACCEPT : 0) |
	       (events & EPOLLOUT ? WEFT_OP_WRITE | WEFT_OP_CONNECT : 0);
}

/* Open both descriptors; what is open is closed by weft_selector_close(). */
static int selector_begin(struct weft_selector *sel)
{
	struct epoll_event ev = {.events = EPOLLIN, .data.ptr = NULL};

	sel->epfd = weft_epoll_create1(sel->stack, 0);
	sel->wakeup = weft_eventfd(sel->stack, 0, EFD_NONBLOCK);
	if (sel->epfd < 0 || sel->wakeup < 0)
		return -1;
	return weft_epoll_ctl(sel->stack, sel->epfd, EPOLL_CTL_ADD, sel->wakeup,
			      &ev);
}

struct weft_selector *weft_selector_open(struct weft_stack *ws)
{
	struct weft_selector *sel = calloc(1, sizeof(*sel));
	int err;

	if (!sel)
		return NULL;
	sel->stack = ws;
	list_init(&sel->keys);
	list_init(&sel->selected);
	if (!selector_begin(sel))
		return sel;
	err = errno;
	weft_selector_close(sel);
	errno = err;
	return NULL;
}

void weft_selector_close(struct weft_selector *sel)
{
	struct weft_key *key;

	if (!sel)
		return;
	while ((key = list_first_entry(&sel->keys, struct weft_key,
				       of_selector)))
		weft_key_cancel(key);
	if (sel->wakeup >= 0)
		weft_close(sel->stack, sel->wakeup);
	if (sel->epfd >= 0)
		weft_close(sel->stack, sel->epfd);
	free(sel);
}

static struct weft_key *find_key(const struct weft_channel *ch,
				 const struct weft_selector *sel)
{
	struct weft_key *key;

	list_for_each_entry(key, &ch->keys, struct weft_key, of_channel)
		if (key->selector == sel)
			return key;
	return NULL;
}

static int tell_epoll(const struct weft_key *key, int op)
{
	struct epoll_event ev = {.events = events_of(key->interest)};

	memcpy(&ev.data.ptr, &key, sizeof(key)); /* it comes back as it is */
	return weft_epoll_ctl(key->selector->stack, key->selector->epfd, op,
			      key->channel->fd, &ev);
}

static struct weft_key *key_new(struct weft_channel *ch,
				struct weft_selector *sel, int ops,
				void *attachment)
{
	struct weft_key *key = calloc(1, sizeof(*key));

	if (!key)
		return NULL;
	key->channel = ch;
	key->selector = sel;
	key->interest = ops;
	key->attachment = attachment;
	if (tell_epoll(key, EPOLL_CTL_ADD)) {
		free(key);
		return NULL;
	}
	list_add_tail(&ch->keys, &key->of_channel);
	list_add_tail(&sel->keys, &key->of_selector);
	return key;
}

struct weft_key *weft_channel_register(struct weft_channel *ch,
				       struct weft_selector *sel, int ops,
				       void *attachment)
{
	if (ch->is_blocking || ch->stack != sel->stack || (ops & ~ch->ops)) {
		errno = EINVAL;
		return NULL;
	}
	if (find_key(ch, sel)) {
		errno = EEXIST;
		return NULL;
	}
	return key_new(ch, sel, ops, attachment);
}

/* Does the key become ready for more than it was? */
static bool key_select(struct weft_key *key, uint32_t events)
{
	int found = ops_of(events) & key->interest;
	bool is_selected = list_is_linked(&key->selected);
	int before = is_selected ? key->ready : 0;

	if (!found)
		return false;
	key->ready = before | found;
	if (!is_selected)
		list_add_tail(&key->selector->selected, &key->selected);
	return key->ready != before;
}

int weft_selector_select(struct weft_selector *sel, int timeout_ms)
{
	struct epoll_event evs[BATCH];
	int i, count = 0, n;
	uint64_t woken;

	n = weft_epoll_wait(sel->stack, sel->epfd, evs, BATCH, timeout_ms);
	for (i = 0; i < n; i++) {
		if (evs[i].data.ptr)
			count += key_select(evs[i].data.ptr, evs[i].events);
		else
			weft_read(sel->stack, sel->wakeup, &woken,
				  sizeof(woken));
	}
	return n < 0 ? -1 : count;
}

int weft_selector_select_now(struct weft_selector *sel)
{
	return weft_selector_select(sel, 0);
}

void weft_selector_wakeup(struct weft_selector *sel)
{
	const uint64_t one = 1;

	weft_write(sel->stack, sel->wakeup, &one, sizeof(one));
}

struct weft_key *weft_selector_next(struct weft_selector *sel)
{
	struct list *pos = list_pop_head(&sel->selected);

	return pos ? container_of(pos, struct weft_key, selected) : NULL;
}

int weft_key_ready_ops(const struct weft_key *key)
{
	return key->ready;
}

int weft_key_interest_ops(const struct weft_key *key)
{
	return key->interest;
}

int weft_key_set_interest_ops(struct weft_key *key, int ops)
{
	if (ops & ~key->channel->ops) {
		errno = EINVAL;
		return -1;
	}
	key->interest = ops;
	return tell_epoll(key, EPOLL_CTL_MOD);
}

struct weft_channel *weft_key_channel(const struct weft_key *key)
{
	return key->channel;
}

void *weft_key_attachment(const struct weft_key *key)
{
	return key->attachment;
}

void weft_key_cancel(struct weft_key *key)
{
	if (!key)
		return;
	tell_epoll(key, EPOLL_CTL_DEL);
	list_del(&key->of_channel);
	list_del(&key->of_selector);
	if (list_is_linked(&key->selected))
		list_del(&key->selected);
	free(key);
}
