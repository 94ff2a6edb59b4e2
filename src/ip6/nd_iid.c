// SPDX-License-Identifier: MIT
/*
 * nd_iid.c - the second half of an address made from a prefix
 *
 * Theory of operation
 * ===================
 * Three ways, each with its own answer to who may know what:
 *
 *	EUI-64		the MAC: whoever sees two addresses on two networks sees
 *			that it is the same machine (RFC 4291, App. A); on a
 *			line, which has none, what its ends have agreed on
 *	opaque		a keyed hash of prefix, interface and a counter: always
 *			the same on this network, another one on each other
 *			(RFC 7217, 5)
 *	temporary	chance, and another one each day (RFC 8981, 3.3.1)
 *
 * Some identifiers have a meaning of their own (RFC 5453) and are not used:
 * then the counter moves on, or the dice are thrown again.
 */

#include <errno.h>

#include "core/netif.h"

#include "ip6/nd_int.h"

#define THROWS 8

/* RFC 5453: the anycast address of all routers, those of RFC 2526, and those
 * made from the MAC addresses of IANA. */
static bool is_reserved(uint64_t iid)
{
	return iid == 0 || iid >> 7 == UINT64_C(0xfdffffffffffff80) >> 7 ||
	       (iid >= UINT64_C(0x02005efffe000000) &&
		iid <= UINT64_C(0x02005efffe005213));
}

static uint64_t opaque(const struct nd *nd, const struct nd_auto *a,
		       uint8_t count)
{
	uint8_t buf[8 + NETIF_NAME_MAX + 1] = {0};
	const char *name = a->link->netif->name;

	memcpy(buf, a->prefix.addr.o, 8);
	memcpy(buf + 8, name, strnlen(name, NETIF_NAME_MAX));
	buf[8 + NETIF_NAME_MAX] = count;
	return siphash24(&nd->secret, buf, sizeof(buf));
}

static int temporary(struct nd *nd, uint64_t *iid)
{
	int i;

	for (i = 0; i < THROWS; i++) {
		if (stack_random(nd->stack, iid, sizeof(*iid)))
			return -EIO;
		if (!is_reserved(*iid))
			return 0;
	}
	return -EIO;
}

/* A line has agreed on one (RFC 5072, 5). */
static int of_the_link(const struct nd *nd, const struct nd_auto *a,
		       ip6_addr *out)
{
	const struct ip6_addr_info *own =
		ip6_link_local(nd->stack, a->link->netif);

	if (!own)
		return -EIO;
	memcpy(out->o + 8, own->net.addr.o + 8, 8);
	return 0;
}

int nd_iid_make(struct nd *nd, const struct nd_auto *a, ip6_addr *out)
{
	uint8_t count = a->dad_count;
	uint64_t iid;
	int err = 0;

	*out = a->prefix.addr;
	if (!a->is_temporary && a->link->conf.iid == ND_IID_EUI64 &&
	    !nd_has_macs(a->link->netif))
		return of_the_link(nd, a, out);
	if (!a->is_temporary && a->link->conf.iid == ND_IID_EUI64) {
		*out = ip6_eui64(a->prefix.addr, a->link->netif->mac);
		return 0;
	}
	if (a->is_temporary)
		err = temporary(nd, &iid);
	else
		while (is_reserved(iid = opaque(nd, a, count)))
			count += 16; /* never seen; apart from DAD's counts */
	if (!err)
		put64(out->o + 8, iid);
	return err;
}
