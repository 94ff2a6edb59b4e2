// SPDX-License-Identifier: MIT
/*
 * call_if.c - ioctl: questions about interfaces
 *
 * Theory of operation
 * ===================
 * They can be asked of any socket, of whichever family: if_nametoindex(3) opens
 * one of AF_UNIX for it, which is the kernel's own and not one of ours.  So all
 * ioctl(2) with a number of sockets' (0x89xx) come here, and who asks them of a
 * socket is answered for the lab host.
 *
 * Some are about the descriptor and not about the network (whom to send SIGIO,
 * is the next octet the urgent one): these go on.  What would change an
 * interface is refused: the lab's file says how a host is set up.
 */
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/check.h"

#include "link/arp.h"
#include "run/call.h"
#include "vnet/vnet.h"

enum { QUEUE_LEN = 1000, CONF_MAX = 1024 };

typedef long request_fn(struct call *call);

static struct sk_ifreq *req_of(struct ifreq *ifr)
{
	return (struct sk_ifreq *)(void *)ifr;
}

/* Read it, let the stack fill it in, write it. */
static long ask(struct call *call, unsigned long request)
{
	struct ifreq ifr;
	int err = call_read(call, call->arg[2], &ifr, sizeof(ifr));

	if (!err)
		err = sk_if_ask(call_stack(call), request, req_of(&ifr));
	if (!err && !call_is_alive(call))
		err = -EINTR;
	return err ? err : call_write(call, call->arg[2], &ifr, sizeof(ifr));
}

static long ask_any(struct call *call)
{
	return ask(call, (uint32_t)call->arg[1]);
}

/* IPv4's own questions are none of other families'. */
static long ask_inet(struct call *call)
{
	int domain = AF_INET;

	if (!call->desc || call->desc->sk < 0)
		return -ENOTTY;
	(void)sk_getsockopt_int(call_stack(call), call->desc->sk, SOL_SOCKET,
				SO_DOMAIN, &domain);
	return domain == AF_INET6 ? -ENOTTY : ask_any(call);
}

/* Facts that are the same for all interfaces. */
static long answer_same(struct call *call)
{
	struct ifreq ifr, check;
	int err = call_read(call, call->arg[2], &ifr, sizeof(ifr));

	if (err)
		return err;
	check = ifr;
	err = sk_if_ask(call_stack(call), SK_SIOCGIFINDEX, req_of(&check));
	if (err)
		return err;
	memset(&ifr.ifr_ifru, 0, sizeof(ifr.ifr_ifru));
	if ((uint32_t)call->arg[1] == SIOCGIFTXQLEN)
		ifr.ifr_qlen = QUEUE_LEN;
	return call_write(call, call->arg[2], &ifr, sizeof(ifr));
}

/* There is an interface, and no such hardware behind it. */
static long not_supported(struct call *call)
{
	struct ifreq ifr;
	int err = call_read(call, call->arg[2], &ifr, sizeof(ifr));

	if (!err)
		err = sk_if_ask(call_stack(call), SK_SIOCGIFINDEX,
				req_of(&ifr));
	return err ? err : -EOPNOTSUPP;
}

static long refuse(struct call *call)
{
	(void)call;
	return -EPERM;
}

/* All interfaces with an IPv4 address, as many as there is room for; without
 * a place, only how much room it would take. */
static long list_all(struct call *call)
{
	struct sk_ifreq list[CONF_MAX / sizeof(struct ifreq)];
	struct ifconf conf;
	size_t count, room;
	int err = call_read(call, call->arg[2], &conf, sizeof(conf));

	if (err)
		return err;
	memset(list, 0, sizeof(list));
	count = min_size(sk_ifconf(call_stack(call), list, ARRAY_SIZE(list)),
			 ARRAY_SIZE(list));
	room = conf.ifc_len > 0 ? (size_t)conf.ifc_len / sizeof(list[0]) : 0;
	if (conf.ifc_buf)
		count = min_size(count, room);
	conf.ifc_len = (int)(count * sizeof(list[0]));
	if (conf.ifc_buf)
		err = call_write(call, (uintptr_t)conf.ifc_buf, list,
				 (size_t)conf.ifc_len);
	return err ? err : call_write(call, call->arg[2], &conf, sizeof(conf));
}

struct arp_search {
	ip4_addr addr;
	struct arpreq *req;
	bool is_found;
};

static void match_arp(void *arg, const struct arp_view *v)
{
	struct arp_search *s = arg;

	if (!ip4_eq(v->addr, s->addr) || s->is_found)
		return;
	s->is_found = true;
	s->req->arp_flags = mac_is_zero(v->mac) ? 0 : ATF_COM;
	s->req->arp_ha.sa_family = ARPHRD_ETHER;
	put_mac((uint8_t *)s->req->arp_ha.sa_data, v->mac);
	memset(s->req->arp_dev, 0, sizeof(s->req->arp_dev));
	memcpy(s->req->arp_dev, v->netif->name,
	       strnlen(v->netif->name, sizeof(s->req->arp_dev) - 1));
}

static long find_arp(struct call *call)
{
	struct arpreq req;
	struct arp_search s = {.req = &req};
	int err = call_read(call, call->arg[2], &req, sizeof(req));

	if (err)
		return err;
	if (req.arp_pa.sa_family != AF_INET)
		return -EPFNOSUPPORT;
	s.addr = get_ip4((const uint8_t *)req.arp_pa.sa_data + 2);
	arp_for_each(call_stack(call), match_arp, &s);
	return s.is_found ? call_write(call, call->arg[2], &req, sizeof(req))
			  : -ENXIO;
}

/* What the stack has that is not sent; the descriptor's octets are more. */
static long not_sent(struct call *call)
{
	int value = 0, err;

	if (!call->desc || call->desc->sk < 0)
		return -ENOTTY;
	if (call->desc->ops->settle)
		call->desc->ops->settle(call->desc);
	err = sk_ioctl(call_stack(call), call->desc->sk, SK_SIOCOUTQNSD,
		       &value);
	return err ? err
		   : call_write(call, call->arg[2], &value, sizeof(value));
}

/* clang-format off */
static const struct {
	uint32_t first, last;
	request_fn *fn;
} requests[] = {
	{SIOCGIFNAME, SIOCGIFNAME, ask_any},
	{SIOCGIFCONF, SIOCGIFCONF, list_all},
	{SIOCGIFFLAGS, SIOCGIFFLAGS, ask_any},
	{SIOCGIFADDR, SIOCGIFADDR, ask_inet},
	{SIOCGIFBRDADDR, SIOCGIFBRDADDR, ask_inet},
	{SIOCGIFNETMASK, SIOCGIFNETMASK, ask_inet},
	{SIOCGIFMETRIC, SIOCGIFMETRIC, answer_same},
	{SIOCGIFMTU, SIOCGIFMTU, ask_any},
	{SIOCGIFHWADDR, SIOCGIFHWADDR, ask_any},
	{SIOCGIFINDEX, SIOCGIFINDEX, ask_any},
	{SIOCGIFTXQLEN, SIOCGIFTXQLEN, answer_same},
	{SIOCGIFMAP, SIOCGIFMAP, answer_same},
	{SIOCETHTOOL, SIOCGMIIREG, not_supported},
	{SIOCGARP, SIOCGARP, find_arp},
	{SIOCOUTQNSD, SIOCOUTQNSD, not_sent},
	/* Owners of signals, the urgent mark, times: the descriptor's. */
	{FIOSETOWN, SIOCGSTAMPNS_OLD, NULL},
	/* Routes, and everything about an interface that can be set. */
	{SIOCADDRT, SIOCDELRT, refuse},
	{SIOCSIFLINK, SIOCSIFLINK, refuse},
	{SIOCSIFFLAGS, SIOCSIFFLAGS, refuse},
	{SIOCSIFADDR, SIOCSIFADDR, refuse},
	{SIOCSIFDSTADDR, SIOCSIFDSTADDR, refuse},
	{SIOCSIFBRDADDR, SIOCSIFBRDADDR, refuse},
	{SIOCSIFNETMASK, SIOCSIFNETMASK, refuse},
	{SIOCSIFMETRIC, SIOCSIFMETRIC, refuse},
	{SIOCSIFMTU, SIOCSIFHWADDR, refuse},
	{SIOCADDMULTI, SIOCDELMULTI, refuse},
	{SIOCSIFTXQLEN, SIOCSIFTXQLEN, refuse},
	{SIOCDARP, SIOCDARP, refuse},
	{SIOCSARP, SIOCSARP, refuse},
	{SIOCBRADDBR, SIOCBRDELIF, refuse},
};
/* clang-format on */

static long answer(struct call *call)
{
	uint32_t request = (uint32_t)call->arg[1];

	for (size_t i = 0; i < ARRAY_SIZE(requests); i++)
		if (request >= requests[i].first && request <= requests[i].last)
			return requests[i].fn ? requests[i].fn(call)
					      : CALL_CONTINUE;
	return -ENOTTY;
}

/* Of something that is no socket, the kernel says so. */
long call_ioctl(struct call *call)
{
	struct stat st;

	call->fd = peer_fd(call->peer, (int)call->arg[0]);
	if (call->fd < 0 || fstat(call->fd, &st) || !S_ISSOCK(st.st_mode))
		return CALL_CONTINUE;
	call->desc = desc_find(call_sup(call), desc_cookie(call->fd));
	return answer(call);
}
