// SPDX-License-Identifier: MIT
/*
 * dhcp.c - fuzz target: any octets as a message of DHCP
 *
 * What is read is judged as a client would, and, if it fits, written and read
 * again: the second reading must say the same as the first.
 */

#include "wire/dhcp.h"

#include <stdlib.h>
#include <string.h>

#include "apps/dhcp_client.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dhcp_msg m, again;
	struct dhcp_got got;
	uint8_t buf[8192], buf2[8192];
	const char *why;
	size_t len;

	if (dhcp_parse(&m, data, size) < 0)
		return 0;
	(void)dhcp_search_valid(&m.search);
	if (dhcp_got_read(&got, &m, &why) != 0 && !why)
		abort();
	len = dhcp_emit(buf, sizeof(buf), &m);
	if (!len || dhcp_parse(&again, buf, len) < 0 ||
	    dhcp_emit(buf2, sizeof(buf2), &again) != len ||
	    memcmp(buf, buf2, len) != 0)
		abort();
	return 0;
}
