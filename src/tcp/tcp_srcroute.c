// SPDX-License-Identifier: MIT
/*
 * tcp_srcroute.c - connections whose packets say which way they go
 *
 * Theory of operation
 * ===================
 * RFC 9293, 3.9.2.1: who opens a connection may give it a source route, which
 * counts more than any that arrives.  Who was opened passively by a SYN that
 * came along a route sends everything back along the same stops, beginning with
 * the SYN-ACK; a later segment that came another way changes that.
 *
 * How a route is walked and turned round is in ip/ip_srcroute.c and
 * wire/ip4_opt.h.  Stacks drop packets with source routes unless they are told
 * not to (ip_source_routes_set()), so what arrives here is wanted.
 *
 * Any other IP options that the user gives travel in every segment as well.
 */

#include <errno.h>
#include <string.h>

#include "wire/ip4.h"
#include "wire/ip4_opt.h"

#include "tcp/tcp_int.h"

/* The way back of the packet that a segment came in; false: it had no route. */
static bool way_back(struct tcp_srcroute *way, const struct tcp_seg *s)
{
	const uint8_t *ip = s->pkt->room + s->pkt->l3_off;
	size_t hlen = (size_t)(ip[0] & 15) * 4;
	struct ip4_opts o;

	if (s->meta->src.family != IP_V4 || hlen <= IP4_HLEN ||
	    ip4_opts_parse(&o, ip + IP4_HLEN, hlen - IP4_HLEN) || !o.sr.len)
		return false;
	way->is_fixed = false;
	way->len = (uint8_t)ip4_opts_route_back(way->opt, &o.sr);
	return way->len;
}

struct tcp_srcroute *tcp_srcroute_of(struct tcp_stack *tcp,
				     const struct tcp_seg *s)
{
	struct tcp_srcroute way, *kept;

	if (!way_back(&way, s))
		return NULL;
	kept = mem_alloc(tcp->env->mem, sizeof(*kept));
	if (kept)
		*kept = way;
	return kept;
}

void tcp_srcroute_free(struct tcp_stack *tcp, struct tcp_srcroute *way)
{
	mem_free(tcp->env->mem, way, sizeof(*way));
}

void tcp_srcroute_adopt(struct tcp_conn *c, const struct tcp_srcroute *way)
{
	if (!way || !tcp_extra_get(c) || c->extra->route.is_fixed)
		return;
	c->extra->route = *way;
}

void tcp_srcroute_update(struct tcp_conn *c, const struct tcp_seg *s)
{
	struct tcp_srcroute way;

	if (c->flags & TCPF_PASSIVE && way_back(&way, s))
		tcp_srcroute_adopt(c, &way);
}

void tcp_srcroute_put(const struct tcp_srcroute *way, struct tcp_path *to)
{
	to->opt = way->opt;
	to->opt_len = way->len;
}

uint32_t tcp_srcroute_len(const struct tcp_conn *c)
{
	return c->extra ? c->extra->route.len : 0;
}

int tcp_set_ip_options(struct tcp_conn *c, const void *opt, size_t len)
{
	uint8_t padded[IP4_OPTS_MAX] = {0};
	size_t all = (len + 3) / 4 * 4;

	if (len > IP4_OPTS_MAX)
		return -EINVAL;
	if (len)
		memcpy(padded, opt, len);
	if (!ip4_opts_may_leave(padded, all))
		return -EINVAL;
	if (!tcp_extra_get(c))
		return -ENOMEM;
	memcpy(c->extra->route.opt, padded, sizeof(padded));
	c->extra->route.len = (uint8_t)all;
	c->extra->route.is_fixed = len != 0;
	if (c->end.state != TCPS_CLOSED && c->end.state != TCPS_LISTEN)
		tcp_mss_update(c);
	return 0;
}

size_t tcp_ip_options(const struct tcp_conn *c, void *opt, size_t size)
{
	size_t len = min_size(tcp_srcroute_len(c), size);

	if (len)
		memcpy(opt, c->extra->route.opt, len);
	return len;
}
