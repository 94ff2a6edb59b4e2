// SPDX-License-Identifier: MIT
/*
 * resolve.c - fuzz target: what name servers answer
 *
 * The first octet chooses the type that was asked for; id and question are put
 * in place, so that the records are reached.
 */

#include <string.h>

#include "wire/dns.h"

#include "fuzz.h"

enum { ANSWER_MAX = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t query[DNS_QUERY_MAX], buf[ANSWER_MAX];
	static const uint16_t types[] = {DNS_TYPE_A, DNS_TYPE_AAAA,
					 DNS_TYPE_PTR};
	struct dns_answer a;
	int i, n;

	if (size < 1 || size > ANSWER_MAX)
		return 0;
	n = dns_query_emit(query, 0x1234, "www.shop.test", types[data[0] % 3]);
	check(n > 0);
	memcpy(buf, data + 1, size - 1);
	if (size - 1 >= (size_t)n) {
		memcpy(buf, query, 2);
		memcpy(buf + 12, query + 12, (size_t)n - 12);
	}
	if (dns_answer_parse(query, (size_t)n, buf, size - 1, &a))
		return 0;
	check(a.count >= 0 && a.count <= DNS_ADDRS_MAX);
	check(strlen(a.canon) < DNS_NAME_TEXT);
	check(strlen(a.target) < DNS_NAME_TEXT);
	for (i = 0; i < a.count; i++)
		check(a.addr[i].family == IP_V4 || a.addr[i].family == IP_V6);
	return 0;
}
