// SPDX-License-Identifier: MIT
/*
 * dhcp6_envelope.c - a question that relays have brought, and the way back
 *
 * The depth is bounded by the number of relays that may be on a way
 * (DHCP6_HOPS_MAX), so nobody can have us unwrap for ever.
 */

#include "apps/dhcp6_envelope.h"

#include <errno.h>
#include <string.h>

#include "base/check.h"

int dhcp6_open_envelope(struct dhcp6_envelope *e, const uint8_t *buf,
			size_t len, const uint8_t **inner, size_t *inner_len)
{
	e->count = 0;
	while (dhcp6_is_relayed(buf, len)) {
		struct dhcp6_relay *r;

		if (e->count == ARRAY_SIZE(e->relay))
			return -ELOOP;
		r = &e->relay[e->count++];
		if (dhcp6_relay_parse(r, buf, len) < 0 ||
		    r->type != DHCP6_RELAY_FORW)
			return -EINVAL;
		buf = r->inner;
		len = r->inner_len;
	}
	*inner = buf;
	*inner_len = len;
	return 0;
}

size_t dhcp6_close_envelope(const struct dhcp6_envelope *e, uint8_t *buf,
			    size_t len, size_t size)
{
	uint8_t copy[DHCP6_LEN_MAX];

	for (size_t i = e->count; i-- > 0 && len;) {
		struct dhcp6_relay r = e->relay[i];

		if (len > sizeof(copy))
			return 0;
		memcpy(copy, buf, len);
		r.type = DHCP6_RELAY_REPL;
		r.inner = copy;
		r.inner_len = len;
		len = dhcp6_relay_emit(buf, size, &r);
	}
	return len;
}

ip6_addr dhcp6_envelope_link(const struct dhcp6_envelope *e)
{
	for (size_t i = e->count; i-- > 0;)
		if (!ip6_is_zero(e->relay[i].link))
			return e->relay[i].link;
	return IP6_ANY;
}
