/* SPDX-License-Identifier: MIT */
#ifndef WIRE_DNS_H
#define WIRE_DNS_H

/*
 * dns.h - questions to the domain name system, and what answers say about
 *	   them (RFC 1035, 4)
 *
 *	+----+-------+---------+---------+-----------+------------+
 *	| id | flags | question| answers | authority | additional |
 *	+----+-------+---------+---------+-----------+------------+
 *
 * Only what somebody who asks for one name needs: one question, and the
 * records in the answer that belong to it, by way of aliases.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/addr_types.h"

enum {
	DNS_TYPE_A = 1,
	DNS_TYPE_CNAME = 5,
	DNS_TYPE_PTR = 12,
	DNS_TYPE_AAAA = 28,
};

enum {
	DNS_OK = 0,
	DNS_SERVFAIL = 2,
	DNS_NXDOMAIN = 3,
};

enum {
	DNS_NAME_TEXT = 254, /* longest name as text, NUL included */
	DNS_QUERY_MAX = 272, /* longest query */
	DNS_UDP_MAX = 512,   /* RFC 1035, 4.2.1 */
	DNS_ADDRS_MAX = 32,  /* addresses kept of one answer */
	DNS_ALIASES_MAX = 8, /* followed */
};

/**
 * struct dns_answer - what an answer says
 * @rcode:	DNS_OK, ...
 * @is_cut:	It did not fit: ask again by TCP
 * @canon:	The name that the aliases led to
 * @target:	Of a PTR record, or empty
 * @addr:	Of A and AAAA records, @count of them
 */
struct dns_answer {
	uint8_t rcode;
	bool is_cut;
	char canon[DNS_NAME_TEXT];
	char target[DNS_NAME_TEXT];
	struct ip_addr addr[DNS_ADDRS_MAX];
	int count;
};

/**
 * dns_query_emit() - Write a question
 * @buf:	DNS_QUERY_MAX octets
 * @id:		To be guessed by nobody (RFC 5452, 9.2)
 * @name:	"www.shop.test", perhaps with a dot behind
 * @type:	DNS_TYPE_xxx
 *
 * Return: its octets, or -EINVAL (no name: a label of no or of more than 63
 * octets, or too long)
 */
int dns_query_emit(uint8_t *buf, uint16_t id, const char *name, uint16_t type);

/**
 * dns_answer_parse() - Read the answer to a question
 * @query:	The question, whole: id and question must be the same
 * @buf:	What has come
 * @out:	Filled in
 *
 * Return: 0, WIRE_SHORT, or WIRE_FIELD (not the answer to that question, or
 * malformed)
 */
int dns_answer_parse(const uint8_t *query, size_t query_len, const uint8_t *buf,
		     size_t len, struct dns_answer *out);

/* The name under which an address has its name: "1.0.0.10.in-addr.arpa". */
void dns_reverse_name(struct ip_addr addr, char out[static DNS_NAME_TEXT]);

/* Do two names mean the same?  Case and a dot at the end do not count. */
bool dns_name_eq(const char *a, const char *b);

#endif /* WIRE_DNS_H */
