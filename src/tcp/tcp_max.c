// SPDX-License-Identifier: MIT
/*
 * tcp_max.c - the greatest value of the last n rounds, in three candidates
 *
 * Theory of operation
 * ===================
 * To be exact one would have to remember every value of the window.  It is
 * enough to be nearly so: the best value, the best that came after it, and the
 * best that came after that.  When the best becomes too old the next takes its
 * place.  So that these are not all from the same moment, a candidate that has
 * stood for a quarter (a half) of the window without a better second (third)
 * takes a fresh one, even if it is small.
 *
 * Invariant: value[0] >= value[1] >= value[2], round[0] <= round[1] <=
 * round[2].
 *
 * Sources: draft-cardwell-iccrg-bbr-congestion-control-00, 4.1.1.
 */

#include "tcp/tcp_max.h"

static void set_from(struct tcp_max *m, unsigned int from, uint32_t round,
		     uint64_t value)
{
	for (; from < 3; from++) {
		m->value[from] = value;
		m->round[from] = round;
	}
}

void tcp_max_set(struct tcp_max *m, uint32_t round, uint64_t value)
{
	set_from(m, 0, round, value);
}

static void shift(struct tcp_max *m, uint32_t round, uint64_t value)
{
	m->value[0] = m->value[1];
	m->value[1] = m->value[2];
	m->round[0] = m->round[1];
	m->round[1] = m->round[2];
	set_from(m, 2, round, value);
}

/* The best is too old, or nothing has replaced the others for long. */
static void age(struct tcp_max *m, uint32_t rounds, uint32_t round,
		uint64_t value)
{
	uint32_t old = round - m->round[0];

	if (old > rounds) {
		shift(m, round, value);
		if (round - m->round[0] > rounds)
			shift(m, round, value);
	} else if (m->round[1] == m->round[0] && old > rounds / 4) {
		set_from(m, 1, round, value);
	} else if (m->round[2] == m->round[1] && old > rounds / 2) {
		set_from(m, 2, round, value);
	}
}

void tcp_max_add(struct tcp_max *m, uint32_t rounds, uint32_t round,
		 uint64_t value)
{
	if (value >= m->value[0] || round - m->round[2] > rounds) {
		tcp_max_set(m, round, value);
		return;
	}
	if (value >= m->value[1])
		set_from(m, 1, round, value);
	else if (value >= m->value[2])
		set_from(m, 2, round, value);
	age(m, rounds, round, value);
}
