/* SPDX-License-Identifier: MIT */
#ifndef APPS_DNS_AUTH_H
#define APPS_DNS_AUTH_H

/*
 * dns_auth.h - what a server that has zones answers (RFC 1034, 4.3.2)
 */

#include <ldns/packet.h>

#include "apps/dns_msg.h"
#include "apps/dns_zone.h"

enum dns_verdict {
	DNS_V_ANSWER,	/* here are the records */
	DNS_V_REFERRAL, /* somebody else knows: the delegated server */
	DNS_V_NXDOMAIN, /* the name does not exist */
	DNS_V_NODATA,	/* it does, but has no such records */
	DNS_V_REFUSED,	/* not a name of our zones, or not a question for us */
};

/**
 * struct dns_outcome - an answer in short, for people
 * @verdict:	What it says
 * @zone:	The zone it was found in; of a referral, the one delegated
 * @rr:	 The first record that answers, or refers; part of the answer
 */
struct dns_outcome {
	enum dns_verdict verdict;
	struct dns_name zone;
	const ldns_rr *rr;
};

/**
 * dns_auth_answer() - Answer a question
 * @zones:	@count of them, in any order
 * @query:	The question, parsed
 * @head:	Its header
 * @answer:	Goes with ldns_pkt_free()
 * @out:	Filled in
 *
 * CNAMEs and DNAMEs are followed inside a zone, up to DNS_CHAIN_MAX of them;
 * wildcards match as RFC 4592 says; addresses of the servers named are added
 * if the zone has them.
 *
 * Return: 0, -ENOMEM
 */
int dns_auth_answer(const struct dns_zone *const zones[], size_t count,
		    const ldns_pkt *query, const struct dns_head *head,
		    ldns_pkt **answer, struct dns_outcome *out);

/*
 * The beginning of an answer: id, opcode, question and EDNS as in the query,
 * with this rcode.  NULL: no memory.
 */
ldns_pkt *dns_answer_new(const ldns_pkt *query, const struct dns_head *head,
			 unsigned int rcode);

/* Octets that whoever asked can take in a datagram. */
size_t dns_answer_limit(const ldns_pkt *query);

enum { DNS_CHAIN_MAX = 8 }; /* aliases of aliases */

#endif /* APPS_DNS_AUTH_H */
