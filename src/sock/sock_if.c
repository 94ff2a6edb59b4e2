// SPDX-License-Identifier: MIT
/*
 * sock_if.c - questions about interfaces, as ioctl() asks them
 *
 * The oldest way to ask, and still what many programs do: by name, one fact at
 * a time, IPv4 only.
 */

#include <errno.h>
#include <string.h>

#include "core/netif.h"

#include "ip/ip.h"
#include "sock/sock_int.h"

enum {
	IFF_UP = 0x1,
	IFF_BROADCAST = 0x2,
	IFF_LOOPBACK = 0x8,
	IFF_POINTOPOINT = 0x10,
	IFF_RUNNING = 0x40,
	IFF_NOARP = 0x80,
	IFF_MULTICAST = 0x1000,
};

enum { HW_ETHER = 1, HW_LOOPBACK = 772 };

static bool is_lo(const struct netif *n)
{
	return n->features & NETIF_F_LOOPBACK;
}

static void put_name(struct sk_ifreq *req, const struct netif *n)
{
	memset(req->name, 0, sizeof(req->name));
	memcpy(req->name, n->name, strnlen(n->name, sizeof(req->name) - 1));
}

static void put_addr(struct sk_ifreq *req, ip4_addr a)
{
	memset(&req->addr, 0, sizeof(req->addr));
	req->addr.family = SK_AF_INET;
	put_ip4(req->addr.addr, a);
}

static int16_t flags_of(const struct netif *n)
{
	int flags = n->is_up ? IFF_UP : 0;

	if (n->is_up && !n->has_no_carrier)
		flags |= IFF_RUNNING;
	if (is_lo(n))
		flags |= IFF_LOOPBACK;
	else if (n->features & NETIF_F_NO_ARP)
		flags |= IFF_POINTOPOINT | IFF_NOARP | IFF_MULTICAST;
	else
		flags |= IFF_BROADCAST | IFF_MULTICAST;
	return (int16_t)flags;
}

static ip4_addr mask_of(struct ip4_net net)
{
	uint32_t host = net.len ? UINT32_MAX >> (net.len - 1) >> 1 : UINT32_MAX;

	return (ip4_addr){~host};
}

/* Facts about the address; there must be one. */
static int answer_addr(const struct ip4_net *net, unsigned long request,
		       struct sk_ifreq *req)
{
	ip4_addr mask = mask_of(*net);

	if (!net->len && !net->addr.v)
		return -EADDRNOTAVAIL;
	if (request == SK_SIOCGIFADDR)
		put_addr(req, net->addr);
	else if (request == SK_SIOCGIFNETMASK)
		put_addr(req, mask);
	else
		put_addr(req, (ip4_addr){net->addr.v | ~mask.v});
	return 0;
}

static void put_hwaddr(struct sk_ifreq *req, const struct netif *n)
{
	req->hwaddr.family = is_lo(n) ? HW_LOOPBACK : HW_ETHER;
	memcpy(req->hwaddr.mac, n->mac.o, sizeof(req->hwaddr.mac));
}

static int answer(struct stack *stack, const struct netif *n,
		  unsigned long request, struct sk_ifreq *req)
{
	struct ip4_net net = ip_addr_of(stack, n);

	switch (request) {
	case SK_SIOCGIFNAME:
		put_name(req, n);
		return 0;
	case SK_SIOCGIFINDEX:
		req->value = (int32_t)n->index;
		return 0;
	case SK_SIOCGIFMTU:
		req->value = (int32_t)n->mtu;
		return 0;
	case SK_SIOCGIFFLAGS:
		req->flags = flags_of(n);
		return 0;
	case SK_SIOCGIFHWADDR:
		put_hwaddr(req, n);
		return 0;
	case SK_SIOCGIFADDR:
	case SK_SIOCGIFNETMASK:
	case SK_SIOCGIFBRDADDR:
		return answer_addr(&net, request, req);
	default:
		return -ENOTTY;
	}
}

int sk_if_ask(struct stack *stack, unsigned long request, struct sk_ifreq *req)
{
	struct netif *n;

	req->name[sizeof(req->name) - 1] = '\0';
	if (request == SK_SIOCGIFNAME)
		n = stack_netif_by_index(stack, (uint32_t)req->value);
	else
		n = stack_netif_by_name(stack, req->name);
	return n ? answer(stack, n, request, req) : -ENODEV;
}

int sk_ioctl_if(struct stack *stack, int fd, unsigned long request,
		struct sk_ifreq *req)
{
	struct sock *s;
	int err = sock_find(stack, fd, &s);

	if (err)
		return err == -ENOTSOCK ? -ENOTTY : err;
	return sk_if_ask(stack, request, req);
}

struct conf {
	struct sk_ifreq *list;
	size_t room, count;
};

static void note_addr(void *arg, const struct netif *n, struct ip4_net net)
{
	struct conf *c = arg;

	if (c->count < c->room) {
		put_name(&c->list[c->count], n);
		put_addr(&c->list[c->count], net.addr);
	}
	c->count++;
}

size_t sk_ifconf(struct stack *stack, struct sk_ifreq *list, size_t count)
{
	struct conf c = {list, count, 0};

	ip_addr_for_each(stack, note_addr, &c);
	return c.count;
}
