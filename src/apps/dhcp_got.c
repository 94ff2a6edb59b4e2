// SPDX-License-Identifier: MIT
/*
 * dhcp_got.c - is what a server gives fit to be used?
 *
 * Anybody on the wire may answer a client.  An address that no host can have,
 * a mask that puts the whole world on the local wire, or a router that cannot
 * be reached would make the host deaf, or somebody else's; such an answer is
 * refused whole, and another server may do better.
 *
 * Here is also what a client says of itself when it asks, and when again.
 */

#include <errno.h>
#include <stdio.h>

#include "core/stack.h"

#include "apps/dhcp_client.h"

/* A lease shorter than this is spent on renewing it. */
enum { LEASE_MIN_S = 10, PREFIX_MIN = 8 };

/* RFC 2131, 4.1 */
enum { RETRY_FIRST_S = 4, RETRY_MAX_S = 64 };

/* What the mask would be by the address alone (RFC 791, 3.2). */
static uint8_t class_len(ip4_addr a)
{
	if (a.v >> 31 == 0)
		return 8;
	return a.v >> 30 == 2 ? 16 : 24;
}

static bool is_host(ip4_addr a)
{
	return a.v >> 24 != 0 && !ip4_is_loopback(a) && !ip4_is_multicast(a) &&
	       !ip4_is_broadcast(a) && !ip4_is_reserved(a);
}

static bool is_edge(struct ip4_net net)
{
	return net.len < 31 && (net.addr.v == ip4_net_base(net).addr.v ||
				net.addr.v == ip4_net_broadcast(net).v);
}

/* RFC 2131, 4.4.5: half, and seven eighths. */
static void times_fill(struct dhcp_got *got, const struct dhcp_msg *m)
{
	uint32_t lease = got->lease_s;

	got->t1_s = m->t1_s ? m->t1_s : lease / 2;
	got->t2_s = m->t2_s ? m->t2_s : lease - lease / 8;
	if (got->t1_s < got->t2_s && got->t2_s < lease)
		return;
	got->t1_s = lease / 2;
	got->t2_s = lease - lease / 8;
}

static const char *judge(const struct dhcp_got *got, const struct dhcp_msg *m)
{
	struct ip4_net wire = ip4_net_base(got->net);

	if (!is_host(got->net.addr))
		return "no host can have that address";
	if (m->mask.v && dhcp_mask_len(m->mask) < 0)
		return "the ones of its mask are not together";
	if (got->net.len < PREFIX_MIN || is_edge(got->net))
		return "its mask does not fit the address";
	if (got->router.v &&
	    (!is_host(got->router) || !ip4_net_has(wire, got->router) ||
	     got->router.v == got->net.addr.v))
		return "its router is not on the local network";
	if (m->type && !is_host(got->server))
		return "it does not say which server it is from";
	if (m->type && got->lease_s < LEASE_MIN_S)
		return "it is for less than ten seconds";
	return NULL;
}

int dhcp_got_read(struct dhcp_got *got, const struct dhcp_msg *m,
		  const char **why)
{
	int len = m->mask.v ? dhcp_mask_len(m->mask) : class_len(m->yiaddr);
	struct dhcp_got g = {
		.net = {m->yiaddr, (uint8_t)(len < 0 ? 0 : len)},
		.router = m->routers.v[0],
		.dns = m->dns,
		.server = m->type ? m->server : m->siaddr,
		.lease_s = m->type ? m->lease_s : DHCP_FOREVER,
	};

	*why = judge(&g, m);
	if (*why)
		return -EINVAL;
	times_fill(&g, m);
	*got = g;
	return 0;
}

uint64_t dhcp_retry_ns(struct stack *stack, unsigned int tries)
{
	uint64_t wait_ns = RETRY_FIRST_S * NS_PER_S, spread = NS_PER_S;
	uint32_t r;

	for (unsigned int i = 1; i < tries; i++)
		if (wait_ns < RETRY_MAX_S * NS_PER_S)
			wait_ns *= 2;
	if (stack_random(stack, &r, sizeof(r)) == 0)
		spread = 2 * NS_PER_S * r >> 32;
	return wait_ns - NS_PER_S + spread;
}

void dhcp_say_who(struct dhcp_msg *m, const char *host_name)
{
	m->client.len = 1 + sizeof(m->chaddr.o);
	m->client.v[0] = DHCP_HTYPE_ETHER;
	put_mac(m->client.v + 1, m->chaddr);
	if (m->type != DHCP_DISCOVER && m->type != DHCP_REQUEST &&
	    m->type != DHCP_INFORM)
		return;
	m->params = (struct dhcp_bytes){4,
					{DHCP_OPT_MASK, DHCP_OPT_ROUTER,
					 DHCP_OPT_DNS, DHCP_OPT_DOMAIN}};
	m->max_size = DHCP_LEN_MAX;
	if (host_name)
		(void)snprintf(m->host_name, sizeof(m->host_name), "%s",
			       host_name);
}
