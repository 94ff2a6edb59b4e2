// SPDX-License-Identifier: MIT
/*
 * tcp_set.c - options of a connection
 *
 * Setting one may release what it held back (nodelay, cork) or set a timer
 * (keepalive), so most end like any other call.
 *
 * Sources: RFC 9293, 3.9.1.
 */

#include <errno.h>

#include "wire/ip4.h"

#include "tcp/tcp_int.h"

static void set_flag(struct tcp_conn *c, uint32_t flag, bool on)
{
	c->flags = on ? c->flags | flag : c->flags & ~flag;
}

/* Something may have been released. */
static void go_on(struct tcp_conn *c)
{
	if (c->end.state == TCPS_LISTEN || !c->active)
		return;
	tcp_output(c);
	tcp_settle(c);
}

void tcp_set_nodelay(struct tcp_conn *c, bool on)
{
	set_flag(c, TCPF_NODELAY, on);
	if (on)
		go_on(c);
}

void tcp_set_cork(struct tcp_conn *c, bool on)
{
	set_flag(c, TCPF_CORK, on);
	if (!on)
		go_on(c);
}

void tcp_set_oob_inline(struct tcp_conn *c, bool on)
{
	set_flag(c, TCPF_OOB_INLINE, on);
}

void tcp_set_keepalive(struct tcp_conn *c, bool on)
{
	set_flag(c, TCPF_KEEPALIVE, on);
	if (!TCP_STATE_IN(c, TCP_SYNCED) || !tcp_activate(c))
		return;
	if (on) {
		tcp_keep_restart(c);
	} else if (!(c->flags & TCPF_ORPHAN)) {
		tcp_timer_stop(c, TCP_T_KEEP);
	}
	tcp_settle(c);
}

int tcp_set_keep_times(struct tcp_conn *c, unsigned int idle_s,
		       unsigned int interval_s, unsigned int probes)
{
	if (idle_s < 1 || idle_s > 32767 || interval_s < 1 ||
	    interval_s > 32767 || probes < 1 || probes > 127)
		return -EINVAL;
	if (!tcp_extra_get(c))
		return -ENOMEM;
	c->extra->keep_idle_s = (uint16_t)idle_s;
	c->extra->keep_interval_s = (uint16_t)interval_s;
	c->extra->keep_probes = (uint8_t)probes;
	if (c->flags & TCPF_KEEPALIVE)
		tcp_set_keepalive(c, true);
	return 0;
}

int tcp_set_linger(struct tcp_conn *c, bool on, unsigned int s)
{
	if (s && !tcp_extra_get(c))
		return -ENOMEM;
	set_flag(c, TCPF_LINGER, on);
	if (c->extra)
		c->extra->linger_s = (uint16_t)min_u32(s, 65535);
	return 0;
}

int tcp_set_maxseg(struct tcp_conn *c, unsigned int mss)
{
	if (mss < TCP_MSS_MIN || mss > TCP_MSS_MAX)
		return -EINVAL;
	if (!tcp_extra_get(c))
		return -ENOMEM;
	c->extra->maxseg = (uint16_t)mss;
	if (TCP_STATE_IN(c, TCP_SENDS))
		tcp_mss_update(c);
	return 0;
}

static uint32_t buffer_size(size_t octets)
{
	return (uint32_t)max_size(min_size(octets, TCP_BUF_MAX), TCP_BUF_MIN);
}

void tcp_set_sndbuf(struct tcp_conn *c, size_t octets)
{
	c->sndbuf = buffer_size(octets);
	c->flags |= TCPF_SNDBUF_LOCK;
	if (c->end.state != TCPS_LISTEN && c->active) {
		tcp_writable(c);
		tcp_settle(c);
	}
}

void tcp_set_rcvbuf(struct tcp_conn *c, size_t octets)
{
	c->rcvbuf = buffer_size(octets);
	c->flags |= TCPF_RCVBUF_LOCK;
}

uint32_t tcp_sndbuf(const struct tcp_conn *c)
{
	return c->sndbuf;
}

uint32_t tcp_rcvbuf(const struct tcp_conn *c)
{
	return c->rcvbuf;
}

int tcp_set_user_timeout(struct tcp_conn *c, uint32_t ms)
{
	if (!c->extra && !ms)
		return 0;
	if (!tcp_extra_get(c))
		return -ENOMEM;
	c->extra->user_timeout_ms = ms;
	c->extra->uto_remote_s = 0;
	c->extra->has_told_uto = false;
	return 0;
}

int tcp_set_ttl(struct tcp_conn *c, unsigned int ttl)
{
	if (ttl < 1 || ttl > 255)
		return -EINVAL;
	c->ttl = (uint8_t)ttl;
	return 0;
}

void tcp_set_tos(struct tcp_conn *c, uint8_t tos)
{
	c->tos = tos & (uint8_t)~IP_ECN_MASK; /* these bits are TCP's own */
}
