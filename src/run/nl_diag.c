// SPDX-License-Identifier: MIT
/*
 * nl_diag.c - SOCK_DIAG_BY_FAMILY: the sockets of a lab host
 *
 * What ss(8) shows.  A question names a family, a protocol and states; filters
 * by port or address are ss's own to apply.
 *
 * Limits
 * ------
 * A connection that no program and no server holds any more (TIME-WAIT) is not
 * shown.  AF_UNIX sockets are the machine's, and not told of here.
 */
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#include "run/desc.h"
#include "run/nl.h"
#include "run/sockets.h"
#include "vnet/vnet.h"

enum { CONGESTION_ROOM = 32 };

/* A question, and how many sockets were an answer. */
struct search {
	const struct nl_ask *ask;
	const struct inet_diag_req_v2 *req;
	bool is_one;
	size_t found;
};

/* An AF_INET6 socket has IPv4 addresses in IPv6 form. */
static void put_addr(uint32_t out[4], struct ip_addr a, int family)
{
	uint8_t *octets = (uint8_t *)out;

	memset(octets, 0, 16);
	if (a.family == IP_V6)
		put_ip6(octets, a.v6);
	else if (a.family == IP_V4 && family == AF_INET)
		put_ip4(octets, a.v4);
	else if (a.family == IP_V4 && !ip4_is_zero(a.v4)) {
		octets[10] = octets[11] = 0xff;
		put_ip4(octets + 12, a.v4);
	}
}

static void put_id(struct inet_diag_sockid *id, const struct socket_view *v)
{
	put_addr(id->idiag_src, v->info->local.addr, v->family);
	put_addr(id->idiag_dst, v->info->peer.addr, v->family);
	id->idiag_sport = htons(v->info->local.port);
	id->idiag_dport = htons(v->info->peer.port);
	id->idiag_if = v->info->local.addr.zone;
	id->idiag_cookie[0] = v->desc ? (uint32_t)v->desc->cookie : 0;
	id->idiag_cookie[1] = v->desc ? (uint32_t)(v->desc->cookie >> 32) : 0;
}

static bool is_wanted(const struct search *s, const struct socket_view *v,
		      const struct inet_diag_sockid *id)
{
	const struct inet_diag_req_v2 *req = s->req;

	if (v->family != req->sdiag_family || v->proto != req->sdiag_protocol ||
	    (v->proto == IPPROTO_TCP && v->state == TCP_CLOSE))
		return false;
	if (!s->is_one)
		return req->idiag_states & 1U << v->state;
	return req->id.idiag_sport == id->idiag_sport &&
	       req->id.idiag_dport == id->idiag_dport &&
	       !memcmp(req->id.idiag_src, id->idiag_src, 16) &&
	       !memcmp(req->id.idiag_dst, id->idiag_dst, 16);
}

static bool is_asked(const struct search *s, int what)
{
	return s->req->idiag_ext & 1U << (what - 1);
}

/* Does who has no peer take IPv6 alone? */
static void put_v6only(const struct search *s, const struct socket_view *v)
{
	int value = 0;

	if (v->family != AF_INET6 ||
	    (v->state != TCP_LISTEN && v->state != TCP_CLOSE))
		return;
	(void)sk_getsockopt_int(nl_stack(s->ask), v->info->fd, IPPROTO_IPV6,
				IPV6_V6ONLY, &value);
	nl_put_u8(s->ask->reply, INET_DIAG_SKV6ONLY, value != 0);
}

/* More than addresses and queues, where it was asked for. */
static void put_more(const struct search *s, const struct socket_view *v)
{
	struct stack *stack = nl_stack(s->ask);
	struct nl_reply *r = s->ask->reply;
	struct sk_tcp_info info;
	char name[CONGESTION_ROOM] = "";
	size_t len = sizeof(info);

	nl_put_u8(r, INET_DIAG_SHUTDOWN, 0);
	put_v6only(s, v);
	if (v->proto != IPPROTO_TCP)
		return;
	if (is_asked(s, INET_DIAG_INFO) &&
	    !sk_getsockopt(stack, v->info->fd, IPPROTO_TCP, TCP_INFO, &info,
			   &len))
		nl_put(r, INET_DIAG_INFO, &info, len);
	len = sizeof(name) - 1;
	if (is_asked(s, INET_DIAG_CONG) &&
	    !sk_getsockopt(stack, v->info->fd, IPPROTO_TCP, TCP_CONGESTION,
			   name, &len))
		nl_put_text(r, INET_DIAG_CONG, name);
}

static void visit(const struct socket_view *v, void *arg)
{
	struct search *s = arg;
	struct nl_reply *r = s->ask->reply;
	struct inet_diag_msg msg = {
		.idiag_family = (uint8_t)v->family,
		.idiag_state = (uint8_t)v->state,
		.idiag_rqueue = (uint32_t)v->info->recv_queue,
		.idiag_wqueue = (uint32_t)v->info->send_queue,
		.idiag_inode = v->desc ? (uint32_t)v->desc->inode : 0,
	};

	put_id(&msg.id, v);
	if ((s->is_one && s->found) || !is_wanted(s, v, &msg.id))
		return;
	s->found++;
	nl_begin(r, SOCK_DIAG_BY_FAMILY, &msg, sizeof(msg));
	put_more(s, v);
	nl_end(r);
}

static size_t search(const struct nl_ask *ask, bool is_one)
{
	struct search s = {.ask = ask, .req = ask->fixed, .is_one = is_one};

	sockets_for_each(ask->sup, ask->host, visit, &s);
	return s.found;
}

static bool is_inet(const struct nl_ask *ask)
{
	const struct inet_diag_req_v2 *req = ask->fixed;

	return req->sdiag_family == AF_INET || req->sdiag_family == AF_INET6;
}

/* Other families have no sockets here. */
int nl_diag_dump(const struct nl_ask *ask)
{
	if (is_inet(ask))
		(void)search(ask, false);
	return 0;
}

int nl_diag_get(const struct nl_ask *ask)
{
	if (!is_inet(ask))
		return -ENOENT;
	return search(ask, true) ? 0 : -ENOENT;
}
