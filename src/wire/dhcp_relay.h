/* SPDX-License-Identifier: MIT */
#ifndef WIRE_DHCP_RELAY_H
#define WIRE_DHCP_RELAY_H

/*
 * dhcp_relay.h - what a relay changes in a message of DHCP (RFC 3046)
 *
 * A relay knows neither all options nor what they mean to each other, so it
 * works on the octets: it writes into two fields of the fixed part, and puts
 * one option in front of END or takes it out again.  All else stays as the
 * client or the server has written it.
 *
 *	option 82:  1 len circuit ...  2 len remote ...
 */

#include "wire/dhcp.h"

enum { DHCP_SUB_CIRCUIT = 1, DHCP_SUB_REMOTE = 2, DHCP_MARK_MAX = 32 };

/**
 * struct dhcp_mark - relay agent information
 * @circuit:	On which wire of the relay the client is; @circuit_len octets
 * @remote:	Who that is, or where; @remote_len octets
 */
struct dhcp_mark {
	uint8_t circuit_len, remote_len;
	uint8_t circuit[DHCP_MARK_MAX], remote[DHCP_MARK_MAX];
};

/* Read what an option holds: 0, or WIRE_LEN. */
int dhcp_mark_parse(struct dhcp_mark *mark, const struct dhcp_bytes *option);
bool dhcp_mark_eq(const struct dhcp_mark *a, const struct dhcp_mark *b);

/* Set who relays, and how many have before. */
void dhcp_relay_set(uint8_t buf[static DHCP_FIXED_LEN], ip4_addr giaddr,
		    uint8_t hops);

/**
 * dhcp_mark_put() - Put option 82 at the end
 * @buf:	A message that dhcp_parse() has taken; @size octets of room
 * @len:	Octets of it
 *
 * Return: its new length; @len if there is no room for it, or if it is BOOTP
 * without options: then it goes on unmarked (RFC 3046, 2.1)
 */
size_t dhcp_mark_put(uint8_t *buf, size_t len, size_t size,
		     const struct dhcp_mark *mark);

/* Take every option 82 out of a message that dhcp_parse() has taken, and fill
 * up with zeroes what becomes too short.  Its new length. */
size_t dhcp_mark_strip(uint8_t *buf, size_t len);

#endif /* WIRE_DHCP_RELAY_H */
