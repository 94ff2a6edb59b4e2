// SPDX-License-Identifier: MIT
/*
 * sched.c - the queue of events of a world
 *
 * Theory of operation
 * ===================
 * A tournament.  There is one event for each stack and one for each direction
 * of a cable, however many timers and frames they have: those keep their own
 * order (a timing wheel, a sorted list), and the tournament stays as small as
 * the network.  Each event has a place in the first round, armed or not; of two
 * neighbours the earlier one goes on to the next round, and the winner of the
 * last is what happens next:
 *
 *	last round	         [1] B
 *			      /         \
 *			 [2] B           [3] C
 *	first round	[4] A  [5] B    [6] C  [7] -
 *	event		    0      1        2      3
 *
 * When an event is armed, moved or cancelled, its games are played again, from
 * its place to the root.  The opponents' places depend on nothing but the
 * event's own, and their times stand there; so unlike in a heap, where the way
 * down is found step by step, no load waits for another and there is no branch
 * to guess.
 *
 * Most events arm themselves again while they happen: the next frame on the
 * same wire.  So the event that happens stays where it is until it is over; if
 * it was armed again meanwhile, its games are played once and not twice.
 *
 * Hot and cold
 * ------------
 * In a large network most events are at rest, or far away, and a few are armed
 * again and again.  So there are two tournaments: a small one with the places
 * of those few, and another one with all other places, which has no matches
 * while nobody there stirs.  Their winners meet in the final.
 *
 * An event that is armed in a cold place would like a hot one.  A hand goes
 * around the hot places, one step for each such wish.  If the event it points
 * to was armed since the hand was last there, it stays and the wish is not
 * granted; else the two change places.  So who is busy has a hot place soon,
 * and where more are busy than there are hot places, nobody is moved in vain.
 *
 * Who has which place says nothing about who comes first: the order is total,
 * since no two events have the same node and lane.
 *
 * Measured (callgrind): to arm an event, in a chain of ten nodes (28 events),
 * 92 instructions; a datagram there and back between two of 10 hosts 3,694, and
 * as many between two of 10,000, which with one tournament are 19 % more.
 *
 * Invariants
 * ----------
 *  (1) Events have the places 0 to count - 1, of which the first SCHED_HOT are
 *      hot; and there are as many places at least, so arming needs no memory.
 *  (2) In both tournaments [i] is the earlier of [2 i] and [2 i + 1], for i > 0;
 *      and [0] of the hot one is [1] of the cold one.
 *  (3) Where a place enters its tournament, there is the time of an event that
 *      is armed, or happens; else nobody.
 */

#include "vnet/sched.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/check.h"
#include "base/likely.h"

#define NOBODY UINT64_MAX

/* Of two at the same time. */
static __attribute__((noinline)) bool event_before(const struct sched_event *a,
						   const struct sched_event *b)
{
	if (!a || !b)
		return a;
	if (a->where != b->where)
		return a->where < b->where;
	return a->lane < b->lane;
}

/* Who @a is happens at @a_ns; is it before @b? */
static inline bool is_before(uint64_t a_ns, const struct sched_event *a,
			     uint64_t b_ns, const struct sched_event *b)
{
	if (__builtin_expect(a_ns == b_ns, 0))
		return event_before(a, b);
	return a_ns < b_ns;
}

/*
 * In [i] is @ev now, due at @at_ns: play from there to [1].  Twelve
 * instructions a game (gcc 12): times and events are apart, because what has 16
 * octets cannot be addressed by its index, and the loop is not unrolled,
 * because then there are jumps on who wins.
 */
static inline void play(struct sched_game g, size_t i, uint64_t at_ns,
			struct sched_event *ev)
{
	g.at_ns[i] = at_ns;
	g.ev[i] = ev;
	while (i > 1) {
		uint64_t other_ns = g.at_ns[i ^ 1];
		struct sched_event *other = g.ev[i ^ 1];
		bool is_won = is_before(other_ns, other, at_ns, ev);

		at_ns = is_won ? other_ns : at_ns;
		ev = is_won ? other : ev;
		i /= 2;
		g.at_ns[i] = at_ns;
		g.ev[i] = ev;
	}
}

static inline struct sched_game hot(struct sched *s)
{
	return (struct sched_game){s->hot_at_ns, s->hot_ev};
}

static void play_cold(struct sched *s, size_t place, uint64_t at_ns,
		      struct sched_event *ev)
{
	play(s->cold, s->cold_size + place - SCHED_HOT, at_ns, ev);
	s->hot_at_ns[0] = s->cold.at_ns[1];
	s->hot_ev[0] = s->cold.ev[1];
}

/* What enters at a place: @ev, or NULL and NOBODY. */
static inline void enter(struct sched *s, size_t place, uint64_t at_ns,
			 struct sched_event *ev)
{
	if (__builtin_expect(place < SCHED_HOT, 1))
		play(hot(s), SCHED_HOT + place, at_ns, ev);
	else
		play_cold(s, place, at_ns, ev);
}

static void clear(struct sched_game g, size_t size)
{
	size_t i;

	for (i = 0; i < 2 * size; i++) {
		g.at_ns[i] = NOBODY;
		g.ev[i] = NULL;
	}
}

void sched_init(struct sched *s, struct mem *mem)
{
	*s = (struct sched){.mem = mem};
	clear(hot(s), SCHED_HOT);
}

/* Octets of one half of struct sched_game. */
static size_t game_len(size_t size)
{
	static_assert(sizeof(uint64_t) == sizeof(struct sched_event *), "");
	return 2 * size * sizeof(uint64_t);
}

static void places_free(struct sched *s)
{
	mem_free(s->mem, s->cold.at_ns, game_len(s->cold_size));
	mem_free(s->mem, s->cold.ev, game_len(s->cold_size));
	mem_free(s->mem, s->events, s->size * sizeof(struct sched_event *));
}

void sched_fini(struct sched *s)
{
	check(s->count == 0);
	places_free(s);
	sched_init(s, s->mem);
}

/* Have memory for @cold_size cold places.  0 or -ENOMEM. */
static int places_alloc(struct sched *s, size_t cold_size)
{
	s->cold_size = cold_size;
	s->size = SCHED_HOT + cold_size;
	s->cold.at_ns = mem_alloc(s->mem, game_len(cold_size));
	s->cold.ev = mem_alloc(s->mem, game_len(cold_size));
	s->events = mem_alloc(s->mem, s->size * sizeof(struct sched_event *));
	if (s->cold.at_ns && s->cold.ev && s->events)
		return 0;
	places_free(s);
	return -ENOMEM;
}

/* Twice as many cold places.  0, or -ENOMEM and nothing has changed. */
static int sched_grow(struct sched *s)
{
	struct sched old = *s;
	size_t i;

	if (places_alloc(s, max_size(2 * s->cold_size, SCHED_HOT))) {
		*s = old;
		return -ENOMEM;
	}
	clear(s->cold, s->cold_size);
	if (old.count)
		memcpy(s->events, old.events, old.count * sizeof(*s->events));
	for (i = 0; i < old.cold_size; i++)
		play_cold(s, SCHED_HOT + i, old.cold.at_ns[old.cold_size + i],
			  old.cold.ev[old.cold_size + i]);
	places_free(&old);
	return 0;
}

int sched_add(struct sched *s, struct sched_event *ev, uint32_t where,
	      uint64_t lane)
{
	if (s->count == s->size && sched_grow(s))
		return -ENOMEM;
	memset(ev, 0, sizeof(*ev));
	ev->where = where;
	ev->lane = lane;
	ev->place = s->count;
	s->events[s->count++] = ev;
	return 0;
}

/* @ev goes to place @to, armed or not.  What is at its old one stays there. */
static void move(struct sched *s, struct sched_event *ev, size_t to)
{
	struct sched_event *armed =
		ev->place < SCHED_HOT
			? s->hot_ev[SCHED_HOT + ev->place]
			: s->cold.ev[s->cold_size + ev->place - SCHED_HOT];

	s->events[to] = ev;
	ev->place = to;
	enter(s, to, armed ? ev->at_ns : NOBODY, armed);
}

/* The last event takes the place that becomes free. */
void sched_del(struct sched *s, struct sched_event *ev)
{
	struct sched_event *last = s->events[s->count - 1];

	sched_cancel(s, ev);
	check(s->events[ev->place] == ev);
	s->count--;
	if (ev == last)
		return;
	move(s, last, ev->place);
	enter(s, s->count, NOBODY, NULL);
}

/*
 * @ev is armed in a cold place.  It changes with the event that the hand points
 * to, unless that one is fresh.
 */
static __attribute__((noinline)) void arm_cold(struct sched *s,
					       struct sched_event *ev)
{
	struct sched_event *other = s->events[s->hand];
	size_t place = s->hand;

	s->hand = (place + 1) % SCHED_HOT;
	if (other->is_fresh) {
		other->is_fresh = false;
		play_cold(s, ev->place, ev->at_ns, ev);
		return;
	}
	move(s, other, ev->place);
	s->events[place] = ev;
	ev->place = place;
	enter(s, place, ev->at_ns, ev);
}

void sched_arm(struct sched *s, struct sched_event *ev, uint64_t at_ns)
{
	if (ev->is_armed && ev->at_ns == at_ns)
		return;
	if (ev == s->running)
		s->running = NULL;
	s->armed += !ev->is_armed;
	ev->is_armed = true;
	ev->is_fresh = true;
	ev->at_ns = at_ns;
	if (__builtin_expect(ev->place < SCHED_HOT, 1))
		play(hot(s), SCHED_HOT + ev->place, at_ns, ev);
	else
		arm_cold(s, ev);
}

void sched_cancel(struct sched *s, struct sched_event *ev)
{
	if (ev == s->running)
		s->running = NULL;
	else if (!ev->is_armed)
		return;
	s->armed -= ev->is_armed;
	ev->is_armed = false;
	enter(s, ev->place, NOBODY, NULL);
}

/* The earliest of a tournament but for who entered at [i]. */
static uint64_t second(const uint64_t *at_ns, size_t i)
{
	uint64_t at = NOBODY;

	for (; i > 1; i /= 2)
		at = min_u64(at, at_ns[i ^ 1]);
	return at;
}

uint64_t sched_second(const struct sched *s)
{
	size_t place = s->running->place;

	if (place < SCHED_HOT)
		return min_u64(s->hot_at_ns[0],
			       second(s->hot_at_ns, SCHED_HOT + place));
	return min_u64(s->hot_at_ns[1],
		       second(s->cold.at_ns, s->cold_size + place - SCHED_HOT));
}

/* The final. */
static struct sched_event *first(const struct sched *s)
{
	bool is_cold = is_before(s->hot_at_ns[0], s->hot_ev[0], s->hot_at_ns[1],
				 s->hot_ev[1]);

	return s->hot_ev[is_cold ? 0 : 1];
}

struct sched_event *sched_begin(struct sched *s, uint64_t until_ns)
{
	struct sched_event *ev = first(s);

	if (UNLIKELY(!ev) || ev->at_ns > until_ns)
		return NULL;
	ev->is_armed = false;
	s->armed--;
	s->running = ev;
	return ev;
}
