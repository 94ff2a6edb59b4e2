// SPDX-License-Identifier: MIT
/*
 * dhcp6.c - fuzz target: any octets as a message of DHCPv6, or a relay's
 *
 * What is read is judged as a client would, and, if it fits, written and read
 * again: the second reading must say the same as the first.  An envelope is
 * opened and closed again.
 */

#include "wire/dhcp6.h"

#include <stdlib.h>
#include <string.h>

#include "wire/dhcp_relay.h"

#include "apps/dhcp6_client.h"
#include "apps/dhcp6_envelope.h"
#include "fuzz.h"

enum { ROOM = 8192 };

static void read_message(const uint8_t *data, size_t size)
{
	struct dhcp6_msg m, again;
	struct dhcp6_got got;
	uint8_t buf[ROOM], buf2[ROOM];
	const char *why;
	size_t len;

	if (dhcp6_parse(&m, data, size) < 0)
		return;
	for (uint32_t iaid = 0; iaid < 2; iaid++)
		if (dhcp6_got_read(&got, &m, iaid, &why) == -EINVAL && !why)
			abort();
	len = dhcp6_emit(buf, sizeof(buf), &m);
	if (!len || dhcp6_parse(&again, buf, len) < 0 ||
	    dhcp6_emit(buf2, sizeof(buf2), &again) != len ||
	    memcmp(buf, buf2, len) != 0)
		abort();
}

static void read_envelope(const uint8_t *data, size_t size)
{
	struct dhcp6_envelope e;
	const uint8_t *inner;
	uint8_t buf[DHCP6_LEN_MAX];
	size_t len;

	if (dhcp6_open_envelope(&e, data, size, &inner, &len) != 0)
		return;
	(void)dhcp6_envelope_link(&e);
	read_message(inner, len);
	if (len > sizeof(buf))
		return;
	memcpy(buf, inner, len);
	if (dhcp6_close_envelope(&e, buf, len, sizeof(buf)) > sizeof(buf))
		abort();
}

/* Octets after those of a message of IPv4: a relay marks it, and takes the mark
 * off again. */
static void mark(const uint8_t *data, size_t size)
{
	const struct dhcp_mark m = {.circuit_len = 4, .circuit = "eth0"};
	uint8_t buf[ROOM];
	struct dhcp_msg msg;
	size_t len;

	if (size > ROOM / 2 || dhcp_parse(&msg, data, size) < 0 ||
	    msg.relay.len > 100)
		return;
	memcpy(buf, data, size);
	len = dhcp_mark_put(buf, size, sizeof(buf), &m);
	if (dhcp_parse(&msg, buf, len) < 0)
		abort();
	len = dhcp_mark_strip(buf, len);
	if (dhcp_parse(&msg, buf, len) < 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_message(data, size);
	read_envelope(data, size);
	mark(data, size);
	return 0;
}
