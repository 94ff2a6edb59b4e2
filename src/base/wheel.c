// SPDX-License-Identifier: MIT
/*
 * wheel.c - a timing wheel that is exact to the nanosecond
 *
 * Theory of operation
 * ===================
 *
 * Write a time as a number with 13 digits of five bits.  A timer lies on the
 * level of the first digit, from the left, in which its expiry differs from
 * the present, in the slot that its digit there names:
 *
 *	now      ... 4 17  3 30
 *	expires  ... 4 17  9  2      level 1, slot 9
 *
 * So a level holds what is within the present slot of the level above; on the
 * lowest one, all timers of a slot expire in the same nanosecond.  Occupied
 * slots are bits in a word, which makes "the first one" one instruction: the
 * lowest level that has timers, and there the lowest slot.
 *
 * When the present moves into a slot of a higher level, the timers there
 * differ from it only in lower digits: they are dealt out again below.  A timer
 * moves down at most twelve times, usually once or twice, because the present
 * jumps directly to the first expiry in the slot; one that is cancelled
 * before, as most are, never moves.
 *
 * The classic wheel rounds to a tick.  Here a tick is a nanosecond, and the
 * price of that is a few more levels, which are empty words most of the time.
 *
 * Why order is exact: a timer's level and slot follow from its expiry and the
 * present alone, so timers of the same expiry are always in the same slot.
 * Slots are queues, and dealing out keeps their order.
 *
 * Invariants
 * ----------
 *  (1) now_ns never moves back, and no armed timer expires before it.
 *  (2) An armed timer is in the slot that its expiry and now_ns say.
 *  (3) The bits in occupied and levels say which slots are not empty.
 *  (4) No slot that is not empty begins before quiet_ns.  A cancelled timer
 *	leaves it as it is: then there is once nothing where one looks.
 *
 * Limits
 * ------
 * None on the horizon.  wheel_next() looks at NEXT_SCAN timers of the first
 * slot; if it holds more, the answer may be too early, never too late.
 */

#include "base/wheel.h"

#include <string.h>

#include "base/ask.h"
#include "base/check.h"

enum {
	NEXT_SCAN = 16,
	OWNER_SIZE = 8 * ASK_LINE,
	ARG_SIZE = 4 * ASK_LINE,
};

static unsigned low_bit(uint32_t v)
{
	return (unsigned)__builtin_ctz(v);
}

void wheel_init(struct wheel *w, uint64_t now_ns)
{
	memset(w, 0, sizeof(*w));
	w->now_ns = now_ns;
	w->quiet_ns = WHEEL_NEVER;
}

void timer_init(struct timer *t, timer_fn *fn, void *arg)
{
	*t = (struct timer){.fn = fn, .arg = arg};
}

static struct timer *timer_of(struct list *node)
{
	return container_of(node, struct timer, node);
}

/* Where a timer belongs, as an index into slots. */
static unsigned wheel_slot(const struct wheel *w, uint64_t expires_ns)
{
	uint64_t differ = (expires_ns ^ w->now_ns) | 1;
	unsigned level = (63 - (unsigned)__builtin_clzll(differ)) / WHEEL_BITS;
	unsigned digit = expires_ns >> (level * WHEEL_BITS) & (WHEEL_SLOTS - 1);

	return level * WHEEL_SLOTS + digit;
}

static void wheel_link(struct wheel *w, struct timer *t)
{
	unsigned slot = wheel_slot(w, t->expires_ns);
	unsigned level = slot / WHEEL_SLOTS;
	uint64_t within = (UINT64_C(1) << level * WHEEL_BITS) - 1;

	t->slot = (uint16_t)slot;
	w->quiet_ns = min_u64(w->quiet_ns, t->expires_ns & ~within);
	if (w->slots[slot]) {
		list_add_before(w->slots[slot], &t->node);
		return;
	}
	list_init(&t->node);
	w->slots[slot] = &t->node;
	w->occupied[level] |= 1U << slot % WHEEL_SLOTS;
	w->levels |= 1U << level;
}

static void wheel_slot_is_empty(struct wheel *w, unsigned slot)
{
	unsigned level = slot / WHEEL_SLOTS;

	w->slots[slot] = NULL;
	w->occupied[level] &= ~(1U << slot % WHEEL_SLOTS);
	if (!w->occupied[level])
		w->levels &= ~(1U << level);
}

static void wheel_unlink(struct wheel *w, struct timer *t)
{
	struct list *next = t->node.next;

	if (next == &t->node)
		wheel_slot_is_empty(w, t->slot);
	else if (w->slots[t->slot] == &t->node)
		w->slots[t->slot] = next;
	list_del(&t->node);
	t->node.next = t->node.prev = NULL;
}

void wheel_arm(struct wheel *w, struct timer *t, uint64_t expires_ns)
{
	timer_cancel(w, t);
	t->expires_ns = max_u64(expires_ns, w->now_ns);
	wheel_link(w, t);
	w->count++;
}

void timer_cancel(struct wheel *w, struct timer *t)
{
	if (!timer_is_armed(t))
		return;
	wheel_unlink(w, t);
	w->count--;
}

/* The slot whose timers all expire before those of any other. */
static unsigned wheel_first_slot(const struct wheel *w)
{
	unsigned level = low_bit(w->levels);

	return level * WHEEL_SLOTS + low_bit(w->occupied[level]);
}

/* The time at which a slot begins. */
static uint64_t wheel_slot_start(const struct wheel *w, unsigned slot)
{
	unsigned shift = slot / WHEEL_SLOTS * WHEEL_BITS;
	uint64_t digit = slot % WHEEL_SLOTS;
	uint64_t above = shift + WHEEL_BITS < 64
				 ? w->now_ns >> (shift + WHEEL_BITS)
							<< (shift + WHEEL_BITS)
				 : 0;

	return above | digit << shift;
}

uint64_t wheel_next(const struct wheel *w)
{
	uint64_t first = WHEEL_NEVER;
	struct list *head, *it;
	unsigned slot;
	int i = 0;

	if (!w->levels)
		return WHEEL_NEVER;
	slot = wheel_first_slot(w);
	head = it = w->slots[slot];
	if (slot < WHEEL_SLOTS)
		return timer_of(head)->expires_ns;
	do {
		first = min_u64(first, timer_of(it)->expires_ns);
		it = it->next;
	} while (it != head && ++i < NEXT_SCAN);
	return it == head ? first : wheel_slot_start(w, slot);
}

bool wheel_is_first(const struct wheel *w, uint64_t at_ns)
{
	uint64_t within;
	unsigned slot;

	if (!w->levels)
		return at_ns < WHEEL_NEVER;
	slot = wheel_first_slot(w);
	within = (UINT64_C(1) << slot / WHEEL_SLOTS * WHEEL_BITS) - 1;
	if (at_ns > (wheel_slot_start(w, slot) | within))
		return false; /* whatever the slot holds is before it */
	return at_ns < wheel_next(w);
}

/*
 * Moves the present into the first slot, which is of a higher level, as far as
 * it can without passing a timer, and deals the timers of the slot out again.
 * A crowded slot, whose timers are in no cache, is not searched for the first
 * one.
 */
static void wheel_cascade(struct wheel *w, unsigned slot, uint64_t now_ns)
{
	struct list *head = w->slots[slot];
	struct list *last = head->prev;
	struct list *it, *next;
	uint64_t first = wheel_next(w);

	wheel_slot_is_empty(w, slot);
	w->now_ns = min_u64(first, now_ns);
	for (it = head;; it = next) {
		next = it->next;
		wheel_link(w, timer_of(it));
		if (it == last)
			return;
	}
}

/*
 * Of many timers that expire at once, the owner of each is as likely as not in
 * no cache.  A timer lies in its owner, or what is given to its function is: so
 * the memory of both is asked for, while that of the next two in front is used.
 * (A million connections, 32 of which owe an ACK at a time: see tcp_ahead.c.)
 */
static void wheel_ask_for_owner(const struct timer *t)
{
	ask_for(t, OWNER_SIZE);
	ask_for(t->arg, ARG_SIZE);
}

static struct timer *wheel_take(struct wheel *w, unsigned slot)
{
	struct timer *t = timer_of(w->slots[slot]);

	if (t->node.next != t->node.prev)
		wheel_ask_for_owner(timer_of(t->node.next->next));
	w->now_ns = t->expires_ns;
	wheel_unlink(w, t);
	w->count--;
	return t;
}

/*
 * Is the first timer of the first slot known to be the first of all, and due?
 * On the lowest level it is the first; above, if it is alone in its slot.
 */
static bool wheel_may_take(const struct wheel *w, unsigned slot,
			   uint64_t now_ns)
{
	struct list *head = w->slots[slot];

	if (slot < WHEEL_SLOTS)
		return true;
	return head->next == head && timer_of(head)->expires_ns <= now_ns;
}

struct timer *wheel_pop_far(struct wheel *w, uint64_t now_ns)
{
	uint64_t start = WHEEL_NEVER;
	unsigned slot;

	for (; w->levels; start = WHEEL_NEVER) {
		slot = wheel_first_slot(w);
		start = wheel_slot_start(w, slot);
		if (start > now_ns)
			break;
		if (wheel_may_take(w, slot, now_ns))
			return wheel_take(w, slot);
		wheel_cascade(w, slot, now_ns);
	}
	w->quiet_ns = start;
	w->now_ns = max_u64(w->now_ns, now_ns);
	return NULL;
}

size_t wheel_run(struct wheel *w, uint64_t now_ns)
{
	size_t fired = 0;
	struct timer *t;

	while ((t = wheel_pop(w, now_ns))) {
		t->fn(t, t->arg);
		fired++;
	}
	return fired;
}
