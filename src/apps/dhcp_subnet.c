// SPDX-License-Identifier: MIT
/*
 * dhcp_subnet.c - the networks that a DHCP server gives addresses of
 *
 * A fixed address belongs to the network that it lies in.  What a server has
 * itself it gives to nobody, whatever its pool says.
 */

#include "apps/dhcp_subnet.h"

#include <errno.h>

enum { CLIENT_ID_MIN = 2 };

static uint64_t owner_of_mac(const struct dhcp_subnets *s, mac_addr mac)
{
	uint8_t id[1 + sizeof(mac.o)] = {DHCP_HTYPE_ETHER};

	put_mac(id + 1, mac);
	return lease_owner(&s->key, id, sizeof(id));
}

uint64_t dhcp_client_owner(const struct dhcp_subnets *s, struct dhcp_subnet *n,
			   const struct dhcp_msg *m)
{
	uint64_t by_mac = owner_of_mac(s, m->chaddr);
	const struct lease *l = lease_of(&n->leases, by_mac);

	if (m->client.len < CLIENT_ID_MIN || (l && l->is_fixed))
		return by_mac;
	return lease_owner(&s->key, m->client.v, m->client.len);
}

static size_t fixed_in(const struct dhcp_server_config *cfg, struct ip4_net net)
{
	size_t n = 0;

	for (size_t i = 0; i < cfg->fixed_count; i++)
		n += ip4_net_has(ip4_net_base(net), cfg->fixed[i].ip);
	return n;
}

static void fix_all(const struct dhcp_subnets *s, struct dhcp_subnet *n,
		    const struct dhcp_server_config *cfg)
{
	for (size_t i = 0; i < cfg->fixed_count; i++) {
		const struct dhcp_fixed *f = &cfg->fixed[i];
		struct lease *l = NULL;

		if (ip4_net_has(ip4_net_base(n->net), f->ip))
			l = lease_fix(&n->leases, ip_addr_v4(f->ip),
				      owner_of_mac(s, f->mac));
		if (l)
			l->mac = f->mac;
	}
}

static int subnet_init(struct dhcp_subnets *s, struct dhcp_subnet *n,
		       const struct dhcp_pool *pool,
		       const struct dhcp_server_config *cfg)
{
	struct ip4_net base = ip4_net_base(pool->net);
	size_t count = 0, fixed = fixed_in(cfg, pool->net);
	int err;

	n->net = pool->net;
	n->router = pool->router;
	if (pool->from.v &&
	    (pool->to.v < pool->from.v || !ip4_net_has(base, pool->from) ||
	     !ip4_net_has(base, pool->to)))
		return -EINVAL;
	if (pool->from.v)
		count = (size_t)(pool->to.v - pool->from.v) + 1;
	if (!count && !fixed)
		return 0;
	err = lease_table_init(&n->leases, s->mem, ip_addr_v4(pool->from),
			       count, fixed);
	if (!err)
		fix_all(s, n, cfg);
	return err;
}

/* Nobody is the owner of what the server has itself. */
static void keep_own(struct dhcp_subnet *n, ip4_addr own)
{
	struct lease *l = lease_find(&n->leases, ip_addr_v4(own));

	if (l) {
		l->is_fixed = true;
		l->owner = 0;
	}
}

int dhcp_subnets_init(struct dhcp_subnets *s, struct mem *mem,
		      const struct dhcp_server_config *cfg, struct ip4_net own,
		      const struct hash_key *key)
{
	const struct dhcp_pool first = {
		.net = own,
		.from = cfg->from,
		.to = cfg->to,
		.router = cfg->router,
	};
	size_t given = 0;
	int err = 0;

	*s = (struct dhcp_subnets){.mem = mem, .key = *key};
	if (!own.addr.v || cfg->far_count > DHCP_POOLS_MAX)
		return -EINVAL;
	s->list = mem_alloc(mem, (1 + cfg->far_count) * sizeof(*s->list));
	if (!s->list)
		return -ENOMEM;
	s->count = 1 + cfg->far_count;
	for (size_t i = 0; i < s->count && !err; i++) {
		err = subnet_init(s, &s->list[i], i ? &cfg->far[i - 1] : &first,
				  cfg);
		given += s->list[i].leases.count;
	}
	if (!err && !given)
		err = -EINVAL;
	if (!err)
		keep_own(s->list, own.addr);
	return err;
}

void dhcp_subnets_fini(struct dhcp_subnets *s)
{
	for (size_t i = 0; i < s->count; i++)
		lease_table_fini(&s->list[i].leases);
	if (s->list)
		mem_free(s->mem, s->list, s->count * sizeof(*s->list));
	s->list = NULL;
	s->count = 0;
}

struct dhcp_subnet *dhcp_subnet_with(struct dhcp_subnets *s, ip4_addr addr)
{
	for (size_t i = 0; i < s->count; i++)
		if (ip4_net_has(ip4_net_base(s->list[i].net), addr))
			return &s->list[i];
	return NULL;
}

struct dhcp_subnet *dhcp_subnet_of(struct dhcp_subnets *s,
				   const struct dhcp_msg *m)
{
	struct dhcp_subnet *n = NULL;

	if (m->giaddr.v)
		n = dhcp_subnet_with(s, m->giaddr);
	else if (m->ciaddr.v)
		n = dhcp_subnet_with(s, m->ciaddr);
	if (!n && !m->giaddr.v)
		n = &s->list[0];
	return n && n->leases.count ? n : NULL;
}
