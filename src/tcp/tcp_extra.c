// SPDX-License-Identifier: MIT
/*
 * tcp_extra.c - options that few connections set
 *
 * The block is asked for when one of them is set, and a connection without it
 * has the defaults.  A connection that inherits from its listener and finds no
 * memory has the defaults as well: that is no reason to refuse it.
 */

#include <errno.h>

#include "tcp/tcp_int.h"

struct tcp_extra *tcp_extra_get(struct tcp_conn *c)
{
	if (!c->extra)
		c->extra = pool_get_zeroed(&c->tcp->extra_pool);
	return c->extra;
}

void tcp_extra_inherit(struct tcp_conn *c, const struct tcp_conn *l)
{
	if (l->extra && tcp_extra_get(c))
		*c->extra = *l->extra;
}

uint32_t tcp_rcvlowat(const struct tcp_conn *c)
{
	return c->extra && c->extra->rcvlowat ? c->extra->rcvlowat : 1;
}

uint32_t tcp_notsent_lowat(const struct tcp_conn *c)
{
	if (c->extra && c->extra->notsent_lowat)
		return c->extra->notsent_lowat;
	return c->tcp->knobs.notsent_lowat;
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
