// SPDX-License-Identifier: MIT
/*
 * bpdu.c - fuzz target: any octets behind the length of an 802.3 frame
 *
 * LLC is read, and what follows as a BPDU.  What is accepted is written again
 * and must read the same.
 */

#include "wire/bpdu.h"

#include <string.h>

#include "wire/llc.h"

#include "fuzz.h"

static void read_bpdu(const uint8_t *buf, size_t len)
{
	struct bpdu_hdr one, two;
	uint8_t again[BPDU_RST_LEN];
	int n = bpdu_parse(&one, buf, len);

	if (n < 0)
		return;
	check((size_t)n <= len && bpdu_len(&one) == (size_t)n);
	check(bpdu_role_name(bpdu_role(&one)) && bpdu_type_name(one.type));
	bpdu_emit(again, &one);
	check(bpdu_parse(&two, again, (size_t)n) == n);
	check(one.type == two.type && one.version == two.version);
	if (one.type == BPDU_TCN)
		return;
	check(one.root == two.root && one.bridge == two.bridge);
	check(one.cost == two.cost && one.port == two.port);
	check(one.flags == two.flags && one.age == two.age);
	check(one.max_age == two.max_age && one.hello == two.hello);
	check(one.fwd_delay == two.fwd_delay);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct llc_hdr llc;
	int n = llc_parse(&llc, data, size);

	read_bpdu(data, size);
	if (n < 0) {
		check(size < LLC_SNAP_LEN);
		return 0;
	}
	check(n == LLC_HLEN || n == LLC_SNAP_LEN);
	check((size_t)n <= size && llc.len == n);
	check(!llc.has_snap == (n == LLC_HLEN));
	(void)llc_sap_name(llc.dsap);
	read_bpdu(data + n, size - (size_t)n);
	return 0;
}
