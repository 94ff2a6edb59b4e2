// SPDX-License-Identifier: MIT
/*
 * tcp_cc.c - the table of algorithms, and the bricks they are made of
 *
 * Theory of operation
 * ===================
 * All algorithms begin with the same initial window (RFC 6928) and most of
 * them share slow start and "one segment more for every so many octets", so
 * these are here.  Both count octets, not ACKs (RFC 3465).
 *
 * A window does not grow while the user, not the window, limits what is under
 * way (TCPF_CWND_LIMIT): such a window has proved nothing.
 */

#include <errno.h>
#include <string.h>

#include "tcp/tcp_int.h"

/* The default first. */
static const struct tcp_cc *const algorithms[] = {&tcp_cubic, &tcp_reno,
						  &tcp_bbr, &tcp_dctcp};

const struct tcp_cc *tcp_cc_find(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(algorithms); i++)
		if (!strcmp(algorithms[i]->name, name))
			return algorithms[i];
	return NULL;
}

const char *tcp_congestion_name(size_t i)
{
	return i < ARRAY_SIZE(algorithms) ? algorithms[i]->name : NULL;
}

const char *tcp_congestion(const struct tcp_conn *c)
{
	return c->cc->name;
}

int tcp_set_congestion(struct tcp_conn *c, const char *name)
{
	const struct tcp_cc *cc = tcp_cc_find(name);

	if (!cc)
		return -ENOENT;
	if (cc == c->cc)
		return 0;
	c->cc = cc;
	c->cc_priv = 0;
	if (c->end.state == TCPS_LISTEN || !tcp_activate(c))
		return 0;
	memset(c->active->cc_state, 0, sizeof(c->active->cc_state));
	if (c->flags & TCPF_OPENED)
		cc->init(c);
	tcp_settle(c);
	return 0;
}

void tcp_get_cc_info(const struct tcp_conn *c, struct tcp_cc_info *info)
{
	memset(info, 0, sizeof(*info));
	info->name = c->cc->name;
	if (c->cc->info && c->end.state != TCPS_LISTEN && c->active)
		c->cc->info(c, info);
}

/* RFC 6928, 2: so many segments, but no more octets than that of Ethernet's
 * size; large segments may be two. */
uint32_t tcp_cc_initial_window(const struct tcp_conn *c)
{
	uint32_t mss = c->mss, n = c->tcp->knobs.initial_window;

	return min_u32(n * mss, max_u32(2 * mss, n * TCP_IW_MSS));
}

/* One segment only if the SYN had to be repeated (RFC 5681, 3.1). */
void tcp_cc_begin(struct tcp_conn *c, bool syn_was_lost)
{
	c->cwnd = syn_was_lost ? c->mss : tcp_cc_initial_window(c);
	c->ssthresh = TCP_CWND_MAX;
	c->cc->init(c);
}

void tcp_cc_event(struct tcp_conn *c, enum tcp_cc_event ev)
{
	if (ev == TCP_CC_RECOVERY || ev == TCP_CC_TIMEOUT ||
	    ev == TCP_CC_ECN_CUT)
		tcp_ecn_reduced(c);
	if (c->cc->on_event)
		c->cc->on_event(c, ev);
}

void tcp_cc_grow(struct tcp_conn *c, uint32_t octets)
{
	c->cwnd = min_u32(c->cwnd + octets, TCP_CWND_MAX);
}

uint32_t tcp_cc_slow_start(struct tcp_conn *c, uint32_t acked)
{
	uint32_t used;

	if (c->cwnd >= c->ssthresh)
		return acked;
	/* After a timeout ACKs may be for older copies (RFC 3465, 2.3). */
	if (c->active->ca == TCP_CA_LOSS)
		acked = min_u32(acked, c->mss);
	used = min_u32(acked, c->ssthresh - c->cwnd);
	tcp_cc_grow(c, used);
	return acked - used;
}

/* A window's worth at most in one go. */
void tcp_cc_grow_per(struct tcp_conn *c, uint32_t *count, uint32_t acked,
		     uint32_t per)
{
	*count += min_u32(acked, c->cwnd);
	if (*count < per)
		return;
	tcp_cc_grow(c, *count / per * c->mss);
	*count %= per;
}

void tcp_cc_tell(const struct tcp_conn *c, const char *why)
{
	PROBE(&c->tcp->stack->place, EV_NOTE, R_TCP_CWND, NULL,
	      EVF_TEXT("why", why), EVF_NUM("cwnd", c->cwnd),
	      EVF_NUM("ssthresh", c->ssthresh),
	      EVF_NUM("flight", tcp_flight(c)));
}
