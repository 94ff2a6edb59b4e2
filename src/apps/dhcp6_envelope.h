/* SPDX-License-Identifier: MIT */
#ifndef APPS_DHCP6_ENVELOPE_H
#define APPS_DHCP6_ENVELOPE_H

/*
 * dhcp6_envelope.h - a question that relays have brought, and the way back
 *	(RFC 8415, 19)
 *
 * Each relay puts the message of the one before into a message of its own; the
 * answer is wrapped in the same way, and each unwraps its part.
 */

#include "wire/dhcp6.h"

/**
 * struct dhcp6_envelope - the relays that a question has passed
 * @count:	How many; 0: it came from the client itself
 * @relay:	They, the last of the way first
 */
struct dhcp6_envelope {
	size_t count;
	struct dhcp6_relay relay[DHCP6_HOPS_MAX + 1];
};

/**
 * dhcp6_open_envelope() - Unwrap what has arrived
 * @buf:	@len octets; must stay while @e is used
 * @inner:	Set to the client's message
 * @inner_len:	Its length
 *
 * Return: 0, -ELOOP (too many relays), -EINVAL (malformed)
 */
int dhcp6_open_envelope(struct dhcp6_envelope *e, const uint8_t *buf,
			size_t len, const uint8_t **inner, size_t *inner_len);

/* Wrap an answer for the way back, in place; its new length, 0: no room. */
size_t dhcp6_close_envelope(const struct dhcp6_envelope *e, uint8_t *buf,
			    size_t len, size_t size);

/* The link that the client is on, as the relay next to him says; :: if none
 * does. */
ip6_addr dhcp6_envelope_link(const struct dhcp6_envelope *e);

#endif /* APPS_DHCP6_ENVELOPE_H */
