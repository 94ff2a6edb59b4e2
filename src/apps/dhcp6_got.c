// SPDX-License-Identifier: MIT
/*
 * dhcp6_got.c - is what a DHCPv6 server gives fit to be used?
 *
 * As in dhcp_got.c: anybody on the wire may answer.  An address that no host
 * can have, or that is shorter lived than it is preferred, is refused, and
 * another server may do better.  A server that has no address may still know
 * the resolvers.
 */

#include <errno.h>
#include <string.h>

#include "apps/dhcp6_client.h"

/* A lease shorter than this is spent on renewing it. */
enum { LEASE6_MIN_S = 10, REFRESH_S = 86400, REFRESH_MIN_S = 600 };

const struct dhcp6_ia *dhcp6_ia_of(const struct dhcp6_msg *m, uint32_t iaid)
{
	for (size_t i = 0; i < m->ia_count; i++)
		if (m->ia[i].id == iaid)
			return &m->ia[i];
	return NULL;
}

/* Half, and four fifths, of the time for which it is preferred (14.2). */
static void times_fill(struct dhcp6_got *got, const struct dhcp6_ia *ia)
{
	uint32_t life = got->preferred_s ? got->preferred_s : got->valid_s;

	got->t1_s = ia->t1_s;
	got->t2_s = ia->t2_s;
	if (got->t1_s && got->t2_s && got->t2_s <= got->valid_s)
		return;
	got->t1_s = life == DHCP6_FOREVER ? life : life / 2;
	got->t2_s = life == DHCP6_FOREVER ? life : life - life / 5;
}

static bool is_host(ip6_addr a)
{
	return !ip6_is_zero(a) && !ip6_is_multicast(a) &&
	       !ip6_is_link_local(a) && !ip6_is_loopback(a) &&
	       !ip6_is_mapped(a);
}

static const char *judge(const struct dhcp6_ia *ia, const struct dhcp6_addr *a)
{
	if (!is_host(a->addr))
		return "no host can have that address";
	if (a->preferred_s > a->valid_s)
		return "it is preferred for longer than it is valid";
	if (ia->t1_s && ia->t2_s && ia->t1_s > ia->t2_s)
		return "it is to be renewed after anybody is asked";
	if (a->valid_s < LEASE6_MIN_S)
		return "it is for less than ten seconds";
	return NULL;
}

static void read_rest(struct dhcp6_got *got, const struct dhcp6_msg *m)
{
	*got = (struct dhcp6_got){
		.server = m->server,
		.refresh_s = m->refresh_s ? m->refresh_s : REFRESH_S,
		.domain_count = m->domain_count,
	};
	if (got->refresh_s < REFRESH_MIN_S)
		got->refresh_s = REFRESH_MIN_S;
	for (size_t i = 0; i < m->dns_count; i++)
		if (!ip6_is_zero(m->dns[i]) && !ip6_is_multicast(m->dns[i]) &&
		    !ip6_is_loopback(m->dns[i]))
			got->dns[got->dns_count++] = m->dns[i];
	memcpy(got->domain, m->domain, sizeof(got->domain));
}

int dhcp6_got_read(struct dhcp6_got *got, const struct dhcp6_msg *m,
		   uint32_t iaid, const char **why)
{
	const struct dhcp6_ia *ia = dhcp6_ia_of(m, iaid);
	const struct dhcp6_addr *a = ia && ia->count ? &ia->addr[0] : NULL;

	*why = NULL;
	read_rest(got, m);
	if (!a || (ia->has_status && ia->status) ||
	    (a->has_status && a->status))
		return -ENOENT;
	*why = judge(ia, a);
	if (*why)
		return -EINVAL;
	got->addr = a->addr;
	got->preferred_s = a->preferred_s;
	got->valid_s = a->valid_s;
	times_fill(got, ia);
	return 0;
}
