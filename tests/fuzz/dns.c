// SPDX-License-Identifier: MIT
/*
 * dns.c - fuzz target: any octets as a DNS message
 *
 * What our own check lets through, ldns reads or refuses; what it reads can be
 * written again, and that is a good message, too, within any limit; and a
 * server that has a zone can answer it.
 */
#include <errno.h>
#include <ldns/ldns.h>

#include "apps/dns_auth.h"
#include "fuzz.h"
#include "reactor/buf.h"

static const char zone_text[] =
	"shop.test. 60 SOA ns.shop.test. a.shop.test. 1 2 3 4 5\n"
	"shop.test. 60 NS ns.shop.test.\n"
	"ns.shop.test. 60 A 10.0.0.2\n"
	"www.shop.test. 60 CNAME ns.shop.test.\n"
	"*.wild.shop.test. 60 TXT \"x\"\n"
	"old.shop.test. 60 DNAME wild.shop.test.\n"
	"eu.shop.test. 60 NS ns.eu.shop.test.\n"
	"ns.eu.shop.test. 60 A 10.0.0.3\n";

/* Written again, it passes the check, and is not longer than it may be. */
static void write_again(struct mem *mem, ldns_pkt *pkt, size_t limit)
{
	struct buf *buf = dns_msg_emit(mem, pkt, limit);

	if (!buf)
		return; /* no memory, or records that ldns cannot write */
	check(dns_msg_check(buf_rptr(buf), buf_readable(buf), NULL) == 0);
	buf_put(buf);
}

static void answer(struct mem *mem, const ldns_pkt *query,
		   const struct dns_head *head)
{
	struct dns_name origin;
	struct dns_zone *zone;
	struct dns_outcome out;
	ldns_pkt *pkt;

	check(dns_name_parse(&origin, "shop.test") == 0);
	if (dns_zone_parse(&zone, mem, &origin, zone_text, NULL))
		return;
	if (!dns_auth_answer((const struct dns_zone *const[]){zone}, 1, query,
			     head, &pkt, &out)) {
		check(ldns_pkt_id(pkt) == head->id);
		check(ldns_pkt_ancount(pkt) <= 2 * DNS_CHAIN_MAX + 2);
		write_again(mem, pkt, dns_answer_limit(query));
		ldns_pkt_free(pkt);
	}
	dns_zone_free(zone);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[DNS_NAME_TEXT];
	struct dns_name again;
	struct dns_head head;
	ldns_pkt *pkt = NULL;
	struct mem mem;

	if (size < 1)
		return 0;
	fuzz_mem_init(&mem, data[0]);
	if (dns_msg_parse(&pkt, data + 1, size - 1, NULL) == 0) {
		dns_msg_head(&head, data + 1, size - 1);
		if (head.has_question) {
			dns_name_print(&head.name, text);
			check(dns_name_parse(&again, text) == 0);
			check(dns_name_eq(&again, &head.name));
		}
		answer(&mem, pkt, &head);
		write_again(&mem, pkt, DNS_TCP_MAX);
		write_again(&mem, pkt, DNS_UDP_CLASSIC);
		ldns_pkt_free(pkt);
	}
	fuzz_mem_fini(&mem);
	return 0;
}
