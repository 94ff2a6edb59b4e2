// SPDX-License-Identifier: MIT
/*
 * sockets.c - the sockets of a lab host, as Linux numbers their states
 *
 * A socket of a program has a number that ss(8) finds again in /proc/PID/fd:
 * that of the file in the kernel.  Those of the lab's own servers have none.
 */
#include "run/sockets.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#include "base/check.h"

#include "run/desc.h"
#include "vnet/vnet.h"

/* clang-format off */
static const struct {
	const char *name;
	int proto;
} kinds[] = {
	{"tcp", IPPROTO_TCP}, {"udp", IPPROTO_UDP}, {"raw", IPPROTO_RAW},
	{"ping", IPPROTO_ICMP},
};
/* clang-format on */

struct walk {
	struct supervisor *sup;
	struct host *host;
	socket_fn *fn;
	void *arg;
};

static const struct desc *desc_of(const struct walk *w, int sk)
{
	struct desc *d;

	list_for_each_entry(d, &w->sup->all, struct desc, all)
		if (d->host == w->host && d->sk == sk)
			return d;
	return NULL;
}

static int proto_of(const char *kind)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(kinds[i].name, kind))
			return kinds[i].proto;
	return -1;
}

/* Without a connection there is a peer, or there is not. */
static int state_of(struct stack *stack, const struct sock_info *info,
		    int proto)
{
	struct sk_tcp_info tcp = {.state = TCP_CLOSE};
	size_t len = sizeof(tcp);

	if (proto != IPPROTO_TCP)
		return info->peer.addr.family ? TCP_ESTABLISHED : TCP_CLOSE;
	(void)sk_getsockopt(stack, info->fd, IPPROTO_TCP, TCP_INFO, &tcp, &len);
	return tcp.state;
}

static void visit(const struct sock_info *info, void *arg)
{
	const struct walk *w = arg;
	struct socket_view v = {.info = info, .proto = proto_of(info->kind)};
	int domain = AF_INET;

	if (v.proto < 0)
		return;
	(void)sk_getsockopt_int(&w->host->stack, info->fd, SOL_SOCKET,
				SO_DOMAIN, &domain);
	v.family = domain;
	v.desc = desc_of(w, info->fd);
	v.state = state_of(&w->host->stack, info, v.proto);
	w->fn(&v, w->arg);
}

void sockets_for_each(struct supervisor *sup, struct host *host, socket_fn *fn,
		      void *arg)
{
	struct walk w = {sup, host, fn, arg};

	if (host->is_on)
		sock_for_each(&host->stack, visit, &w);
}
