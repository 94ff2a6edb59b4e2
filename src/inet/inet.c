// SPDX-License-Identifier: MIT
/*
 * inet.c - the one file that names every protocol
 *
 * A stack is filled from the bottom to the top and emptied from the top to
 * the bottom.  A protocol is one line in the table; its fini may be called
 * when its init failed or never ran, and then does nothing.
 */

#include "inet/inet.h"

#include <errno.h>

#include "base/check.h"

#include "inet/ahead.h"
#include "ip/filter.h"
#include "ip/icmp.h"
#include "ip/igmp.h"
#include "ip/ip.h"
#include "ip/nat.h"
#include "ip6/ip6.h"
#include "ip6/mld.h"
#include "ip6/nd.h"
#include "link/arp.h"
#include "link/ether.h"
#include "link/loopback.h"
#include "sock/sock.h"
#include "tcp/tcp.h"
#include "udp/udp.h"

struct protocol {
	int (*init)(struct stack *stack);
	void (*fini)(struct stack *stack);
	bool is_transport;
};

static int lo_init(struct stack *stack)
{
	const struct ip4_net net = {.addr = IP4_LOOPBACK, .len = 8};
	struct netif *lo = loopback_open(stack);
	int err;

	if (!lo)
		return -ENOMEM;
	err = ip_addr_add(stack, lo, net);
	return err ? err : ip6_enable(stack, lo);
}

static void lo_fini(struct stack *stack)
{
	struct netif *lo = stack_netif_by_name(stack, "lo");

	if (!lo)
		return;
	ip6_disable(stack, lo);
	loopback_close(stack, lo);
}

static int ip_init_host(struct stack *stack)
{
	return ip_init(stack, NULL);
}

/* clang-format off */
static const struct protocol protocols[] = {
	{ether_init,	ether_fini,	false},
	{arp_init,	arp_fini,	false},
	{ip_init_host,	ip_fini,	false},
	{icmp_init,	icmp_fini,	false},
	{igmp_init,	igmp_fini,	false},
	{ip6_init,	ip6_fini,	false},
	{mld_init,	mld_fini,	false},
	{nd_init,	nd_fini,	false},
	{lo_init,	lo_fini,	false},
	{udp_init,	udp_fini,	true},
	{tcp_init,	tcp_fini,	true},
	{sock_init,	sock_fini,	true},
};
/* clang-format on */

int inet_init(struct stack *stack, const struct inet_config *cfg)
{
	static const struct inet_config host;
	size_t i;
	int err = 0;

	if (!cfg)
		cfg = &host;
	for (i = 0; i < ARRAY_SIZE(protocols) && !err; i++)
		if (!(protocols[i].is_transport && cfg->has_no_transport))
			err = protocols[i].init(stack);
	if (err) {
		inet_fini(stack);
		return err;
	}
	if (!cfg->has_no_transport && !cfg->is_router)
		stack->ahead = inet_ahead;
	ip_forwarding_set(stack, cfg->is_router);
	ip_rpf_set(stack, cfg->is_rpf_strict ? IP_RPF_STRICT : IP_RPF_OFF);
	return 0;
}

void inet_fini(struct stack *stack)
{
	size_t i = ARRAY_SIZE(protocols);

	nat_disable(stack);
	filter_disable(stack);
	while (i--)
		protocols[i].fini(stack);
}
