// SPDX-License-Identifier: MIT
/*
 * tcp_extra.c - options that few connections set
 *
 * The block is asked for when one of them is set, and a connection without it
 * has the defaults.  A connection that inherits from its listener and finds no
 * memory has the defaults as well: that is no reason to refuse it.
 *
 * Sources: RFC 9293, 3.9.1.
 */

#include <errno.h>
#include <string.h>

#include "tcp/tcp_int.h"

enum { DEFER_TRIES_MAX = 16 }; /* 18 hours */

struct tcp_extra *tcp_extra_get(struct tcp_conn *c)
{
	if (!c->extra)
		c->extra = pool_get_zeroed(&c->tcp->extra_pool);
	return c->extra;
}

/* All of them as everybody has them, if there is no block. */
const struct tcp_extra *tcp_extra(const struct tcp_conn *c)
{
	static const struct tcp_extra none;

	return c->extra ? c->extra : &none;
}

/* Was something set that children have, too? */
static bool says_something(const struct tcp_extra *e)
{
	return e->rcvlowat || e->notsent_lowat || e->window_clamp ||
	       e->linger2_s || e->pacing_max || e->user_timeout_ms ||
	       e->maxseg || e->linger_s || e->keep_idle_s ||
	       e->keep_interval_s || e->keep_probes || e->route.len;
}

/* What a listener was told holds for its children, but for what is about
 * listening, and what only happened. */
void tcp_extra_inherit(struct tcp_conn *c, const struct tcp_conn *l)
{
	const struct tcp_extra *from = l->extra;
	struct tcp_extra *e;

	if (!from || !says_something(from))
		return;
	e = tcp_extra_get(c);
	if (!e)
		return;
	*e = *from;
	e->retransmits = e->challenge_ms = 0;
	e->has_told_uto = false;
	e->fastopen_max = e->defer_tries = e->syn_tries = 0;
	memset(&e->tune, 0, sizeof(e->tune));
	memset(&e->accecn, 0, sizeof(e->accecn));
}

static uint32_t if_set(uint32_t own, uint32_t otherwise)
{
	return own ? own : otherwise;
}

uint64_t tcp_keep_idle_ns(const struct tcp_conn *c)
{
	return if_set(tcp_extra(c)->keep_idle_s,
		      c->tcp->knobs.keepalive_time_s) *
	       NS_PER_S;
}

uint64_t tcp_keep_interval_ns(const struct tcp_conn *c)
{
	return if_set(tcp_extra(c)->keep_interval_s,
		      c->tcp->knobs.keepalive_intvl_s) *
	       NS_PER_S;
}

uint32_t tcp_keep_probes(const struct tcp_conn *c)
{
	return if_set(tcp_extra(c)->keep_probes,
		      c->tcp->knobs.keepalive_probes);
}

uint32_t tcp_pacing_max(const struct tcp_conn *c)
{
	return if_set(tcp_extra(c)->pacing_max, TCP_PACING_NONE);
}

void tcp_count_retransmits(struct tcp_conn *c, uint32_t n)
{
	if (tcp_extra_get(c))
		c->extra->retransmits += n;
}

unsigned int tcp_fastopen_max(const struct tcp_conn *c)
{
	return c->extra ? c->extra->fastopen_max : 0;
}

int tcp_set_fastopen(struct tcp_conn *c, uint16_t unproven_max)
{
	if (!tcp_extra_get(c))
		return -ENOMEM;
	c->extra->fastopen_max = unproven_max;
	return 0;
}

unsigned int tcp_defer_tries(const struct tcp_conn *c)
{
	return c->extra ? c->extra->defer_tries : 0;
}

/* Timeouts of 1 s, 2 s, 4 s, ... that last at least @s. */
int tcp_set_defer_accept(struct tcp_conn *c, unsigned int s)
{
	uint8_t tries = 0;

	while (tries < DEFER_TRIES_MAX && (1U << tries) - 1 < s)
		tries++;
	if (!tcp_extra_get(c))
		return -ENOMEM;
	c->extra->defer_tries = tries;
	return 0;
}

unsigned int tcp_defer_accept(const struct tcp_conn *c)
{
	return (1U << tcp_defer_tries(c)) - 1;
}

/* @otherwise: what the stack has. */
unsigned int tcp_syn_tries(const struct tcp_conn *c, unsigned int otherwise)
{
	return c->extra && c->extra->syn_tries ? c->extra->syn_tries
					       : otherwise;
}

int tcp_set_syncnt(struct tcp_conn *c, uint8_t count)
{
	if (!tcp_extra_get(c))
		return -ENOMEM;
	c->extra->syn_tries = count;
	return 0;
}

/* How long an orphan waits for the peer's FIN; 0: not at all. */
uint64_t tcp_fin_wait_2_ns(const struct tcp_conn *c)
{
	int32_t s = c->extra ? c->extra->linger2_s : 0;

	if (s < 0)
		return 0;
	return (s ? (uint64_t)s : c->tcp->knobs.fin_timeout_s) * NS_PER_S;
}

int tcp_set_rcvlowat(struct tcp_conn *c, uint32_t octets)
{
	if (!tcp_extra_get(c))
		return -ENOMEM;
	c->extra->rcvlowat = min_u32(octets, c->tcp->knobs.rmem_max / 2);
	return 0;
}

int tcp_set_notsent_lowat(struct tcp_conn *c, uint32_t octets)
{
	if (!tcp_extra_get(c))
		return -ENOMEM;
	c->extra->notsent_lowat = octets;
	if (c->end.state != TCPS_LISTEN && c->active) {
		tcp_writable(c);
		tcp_settle(c);
	}
	return 0;
}

int tcp_set_linger2(struct tcp_conn *c, int32_t s)
{
	if (!tcp_extra_get(c))
		return -ENOMEM;
	c->extra->linger2_s = s;
	return 0;
}

int tcp_set_window_clamp(struct tcp_conn *c, uint32_t octets)
{
	if (!octets && c->end.state != TCPS_CLOSED)
		return -EINVAL;
	if (!tcp_extra_get(c))
		return -ENOMEM;
	if (octets)
		octets = max_u32(octets, c->tcp->knobs.rmem_min / 2);
	c->extra->window_clamp = octets;
	return 0;
}
