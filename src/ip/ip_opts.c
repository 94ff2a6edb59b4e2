// SPDX-License-Identifier: MIT
/*
 * ip_opts.c - options that everybody on the way writes into (RFC 791, 3.1)
 *
 * Theory of operation
 * ===================
 * Record route and timestamp come with empty places, and whoever handles the
 * packet fills the next one: the sender, each router, and at last the host it
 * is for, before it looks at the packet (RFC 1122, 3.2.1.8).  An echo is
 * answered with the options that came, so that they tell of both ways:
 *
 *	from A by R to B, and back
 *
 *	A   its own address on the side it sends from
 *	R   its own address on the side towards B
 *	B   its own, because the packet is for it
 *	B   its own, because the answer is from it
 *	R   its own address on the side towards A
 *	A   its own
 *
 * A timestamp whose places have addresses in them already is only for the
 * hosts that have these addresses, on whichever side.
 */

#include <string.h>

#include "wire/csum.h"
#include "wire/ip4_opt.h"

#include "ip/ip_int.h"

/* Whose address is asked for: ours, if the place that is next is for us. */
static ip4_addr stamp_self(struct ip *ip, const struct ip4_opt *ts,
			   ip4_addr self)
{
	ip4_addr asked = ip4_opt_stamp_next(ts->data);

	if (!ip4_is_zero(asked) &&
	    ip_addr_is_ours(ip->stack, ip_addr_v4(asked)))
		return asked;
	return self;
}

static bool enter(struct ip *ip, uint8_t *opts, size_t len, ip4_addr self)
{
	uint32_t ms = (uint32_t)(stack_now(ip->stack) / NS_PER_MS % 86400000);
	struct ip4_opts o;

	if (ip4_opts_parse(&o, opts, len))
		return false;
	if (o.rr.len)
		ip4_opt_record(opts + o.rr.off, self);
	return !o.ts.len ||
	       ip4_opt_stamp(opts + o.ts.off, stamp_self(ip, &o.ts, self), ms);
}

bool ip_opts_mark(struct ip *ip, uint8_t *p, size_t hlen, ip4_addr self)
{
	struct ip4_wire *w = (void *)p;
	bool is_good = enter(ip, p + IP4_HLEN, hlen - IP4_HLEN, self);

	put16(w->sum, 0);
	put16(w->sum, csum(p, hlen));
	return is_good;
}

size_t ip_opts_of(const struct pkt *pkt, uint8_t *to)
{
	const uint8_t *p = pkt->room + pkt->l3_off;
	size_t hlen = (size_t)(p[0] & 15) * 4;

	if (p[0] >> 4 != IP_V4 || hlen <= IP4_HLEN)
		return 0;
	memcpy(to, p + IP4_HLEN, hlen - IP4_HLEN);
	return hlen - IP4_HLEN;
}
