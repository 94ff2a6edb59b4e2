/* SPDX-License-Identifier: MIT */
#ifndef BASE_WHEEL_H
#define BASE_WHEEL_H

/*
 * wheel.h - timers: a hierarchical timing wheel with nanoseconds
 *
 * The wheel has no clock.  Its time is what wheel_run() was last told, and
 * a timer never fires but inside wheel_run().  A timer lies in its owner;
 * arming one allocates nothing and cannot fail.
 *
 * Order is exact: timers fire in order of expiry, and those of the same
 * nanosecond in the order in which they were armed.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"

enum {
	WHEEL_BITS = 5,
	WHEEL_SLOTS = 1 << WHEEL_BITS,
	WHEEL_LEVELS = (64 + WHEEL_BITS - 1) / WHEEL_BITS,
};

/* What wheel_next() says when no timer is armed. */
#define WHEEL_NEVER UINT64_MAX

struct timer;

typedef void timer_fn(struct timer *t, void *arg);

/**
 * struct timer - something to do later
 * @node:	In a slot of the wheel, while armed
 * @expires_ns:	When it fires, in the wheel's time; may be read
 * @cause:	For the owner: the event that armed it
 * @slot:	The wheel's own
 * @fn:		What to call; the timer is not armed any more then, and may
 *		be armed again or freed
 * @arg:	For @fn
 */
struct timer {
	struct list node;
	uint64_t expires_ns;
	uint32_t cause;
	uint16_t slot;
	timer_fn *fn;
	void *arg;
};

/**
 * struct wheel - all timers of one stack
 * @now_ns:	Nothing expires before this any more
 * @quiet_ns:	No slot that has timers begins before this: until then there is
 *		nothing to look for
 * @count:	Timers armed
 * @levels:	Bit n: level n has timers
 * @occupied:	Bit s of element n: slot s of level n has timers
 * @slots:	First timer in each; they are linked in circles
 */
struct wheel {
	uint64_t now_ns;
	uint64_t quiet_ns;
	size_t count;
	uint32_t levels;
	uint32_t occupied[WHEEL_LEVELS];
	struct list *slots[WHEEL_LEVELS * WHEEL_SLOTS];
};

/**
 * wheel_init() - Make a wheel without timers
 * @w:		Filled in; holds no memory
 * @now_ns:	Time to begin at
 */
void wheel_init(struct wheel *w, uint64_t now_ns);

/**
 * timer_init() - Make a timer that is not armed
 * @t:		Filled in
 * @fn:		What to call when it expires
 * @arg:	For @fn
 */
void timer_init(struct timer *t, timer_fn *fn, void *arg);

/**
 * wheel_arm() - Have a timer fire at a time
 * @w:		The wheel
 * @t:		The timer; must stay where it is while armed.  If it is armed
 *		already it is moved, and counts as armed last
 * @expires_ns:	When; a time that is past counts as the wheel's present
 *
 * Constant time.
 */
void wheel_arm(struct wheel *w, struct timer *t, uint64_t expires_ns);

/**
 * timer_cancel() - Have a timer not fire
 * @w:		The wheel
 * @t:		The timer; harmless if it is not armed
 *
 * Constant time.
 */
void timer_cancel(struct wheel *w, struct timer *t);

static inline bool timer_is_armed(const struct timer *t)
{
	return t->node.next != NULL;
}

/**
 * wheel_next() - When to call wheel_run() at the latest
 * @w:		The wheel
 *
 * Return: a time that is not later than the first expiry, and exactly it in
 * all but crowded cases; WHEEL_NEVER if no timer is armed.  If nothing fires
 * then, the next answer is nearer.
 */
uint64_t wheel_next(const struct wheel *w);

/* Is a time before wheel_next()?  Mostly known without looking at a timer. */
bool wheel_is_first(const struct wheel *w, uint64_t at_ns);

/* Time passes, up to before quiet_ns. */
static inline void wheel_pass(struct wheel *w, uint64_t now_ns)
{
	if (now_ns > w->now_ns)
		w->now_ns = now_ns;
}

/* wheel_pop(), when there may be something to do. */
struct timer *wheel_pop_far(struct wheel *w, uint64_t now_ns);

/**
 * wheel_pop() - Let time pass up to the next timer that is due, and take it
 * @w:		The wheel
 * @now_ns:	The time
 *
 * For owners who want to do something of their own around each call.
 *
 * Return: the timer, not armed any more, whose fn the caller is to call; NULL
 * if none is due, and then the wheel's present is @now_ns
 */
static inline struct timer *wheel_pop(struct wheel *w, uint64_t now_ns)
{
	if (now_ns >= w->quiet_ns)
		return wheel_pop_far(w, now_ns);
	wheel_pass(w, now_ns);
	return NULL;
}

/**
 * wheel_run() - Let time pass, and fire what is due
 * @w:		The wheel
 * @now_ns:	The time; if it is before the wheel's, nothing happens
 *
 * Calls back; callbacks may arm and cancel any timer, and what they arm for
 * @now_ns or before fires in this same call.  While a callback runs,
 * @w->now_ns is when its timer expired.  A callback must not call wheel_run().
 *
 * Return: timers that fired
 */
size_t wheel_run(struct wheel *w, uint64_t now_ns);

#endif /* BASE_WHEEL_H */
