// SPDX-License-Identifier: MIT
/*
 * outlet_dest.c - whom the lab means, for the machine
 *
 * Theory of operation
 * ===================
 * Somebody else's address is his, here and there.  An address of the router
 * itself is the lab's, and means the machine only for what was asked for: its
 * resolvers at port 53, and all of its loopback if the lab says so.  Otherwise
 * a lab could reach what is kept from every network on purpose.
 *
 * So nothing else may lead to the loopback either.  The kernel takes 0.0.0.0,
 * :: and ::ffff:127.0.0.1 for it, and these are refused along with whatever is
 * no address of one host.  What the machine offers at its other addresses is
 * reached as from any program of the user's.
 */
#include <errno.h>
#include <string.h>

#include "wire/proto.h"

#include "outlet/outlet_int.h"

static void to_host(struct host_addr *to, const struct endpoint *ep)
{
	*to = (struct host_addr){
		.is_v6 = ep->addr.family == IP_V6,
		.port = ep->port,
	};
	if (to->is_v6)
		put_ip6(to->o, ep->addr.v6);
	else
		put_ip4(to->o, ep->addr.v4);
}

struct ip_addr outlet_addr(const struct host_addr *a)
{
	return a->is_v6 ? ip_addr_v6(get_ip6(a->o)) : ip_addr_v4(get_ip4(a->o));
}

/* ::/96: mapped and compatible addresses mean IPv4; ::, ::1. */
static bool is_low6(ip6_addr a)
{
	static const uint8_t zero[10];

	return memcmp(a.o, zero, sizeof(zero)) == 0;
}

static bool is_one_host(struct ip_addr a)
{
	if (a.family == IP_V6)
		return !ip6_is_multicast(a.v6) && !ip6_is_link_local(a.v6) &&
		       !is_low6(a.v6);
	return a.v4.v >> 24 != 0 && !ip4_is_loopback(a.v4) &&
	       !ip4_is_multicast(a.v4) && !ip4_is_broadcast(a.v4) &&
	       !ip4_is_reserved(a.v4);
}

/* The resolver whose turn it is; behind the last comes the first. */
static int to_resolver(struct outlet *o, struct host_addr *to)
{
	const struct outlet_cfg *cfg = &o->cfg;

	if (cfg->ops->resolver(cfg->ops_arg, o->server, to) == 0)
		return 0;
	o->server = 0;
	return cfg->ops->resolver(cfg->ops_arg, 0, to);
}

static int to_machine(struct outlet *o, const struct talk_key *key,
		      struct host_addr *to)
{
	struct endpoint self = {.port = key->dest.port};

	if (key->proto != IP_PROTO_TCP && key->proto != IP_PROTO_UDP)
		return -ENOENT;
	if (o->cfg.has_dns && key->dest.port == PORT_DNS)
		return to_resolver(o, to);
	if (!o->cfg.has_loopback)
		return -ENOENT;
	self.addr = key->dest.addr.family == IP_V6 ? ip_addr_v6(IP6_LOOPBACK)
						   : ip_addr_v4(IP4_LOOPBACK);
	to_host(to, &self);
	return 0;
}

int outlet_dest(struct outlet *o, const struct talk_key *key, bool is_ours,
		struct host_addr *to)
{
	if (is_ours)
		return to_machine(o, key, to);
	if (!is_one_host(key->dest.addr))
		return -EACCES;
	to_host(to, &key->dest);
	return 0;
}
