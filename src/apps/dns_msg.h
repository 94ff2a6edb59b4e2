/* SPDX-License-Identifier: MIT */
#ifndef APPS_DNS_MSG_H
#define APPS_DNS_MSG_H

/*
 * dns_msg.h - DNS messages: looked over by us, taken apart by ldns
 *
 * Octets from the network go through dns_msg_check() before any library sees
 * them (RFC 9267 lists what goes wrong otherwise).  After that ldns makes
 * records of them, and later octets of records.
 */

#include <ldns/packet.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"

#include "wire/addr.h"

#include "apps/dns_name.h"

struct buf;

enum {
	DNS_PORT = 53,
	DNS_UDP_CLASSIC = 512, /* largest answer to who does not say */
	DNS_UDP_MAX = 1232,    /* largest over UDP at all (RFC 9715) */
	DNS_TCP_MAX = 65535,
	DNS_HEADER_LEN = 12,
};

/**
 * struct dns_head - the beginning of a message
 * @id:		Chosen by who asks
 * @is_answer:	Or a question
 * @is_cut:	It was truncated: ask again over TCP
 * @opcode:	0 for a query
 * @rcode:	0: no error, 3: the name does not exist
 * @has_question: There is exactly one question, the following
 * @name:	Lower case
 * @type:	LDNS_RR_TYPE_xxx
 * @class:	LDNS_RR_CLASS_IN
 * @raw_len:	Octets of the name as it came, from octet 12 on
 */
struct dns_head {
	uint16_t id;
	bool is_answer;
	bool is_cut;
	bool wants_recursion;
	uint8_t opcode;
	uint8_t rcode;
	bool has_question;
	struct dns_name name;
	uint16_t type;
	uint16_t class;
	size_t raw_len;
};

/**
 * dns_msg_check() - Is this, octet by octet, a DNS message?
 * @what:	Set to what is wrong, static; may be NULL
 *
 * Compression pointers go strictly backwards, names are at most 255 octets,
 * all counts are those of what is there, the data of records has the form
 * that its type demands, and nothing follows the last record.
 *
 * Return: 0 or -EBADMSG
 */
int dns_msg_check(const void *octets, size_t len, const char **what);

/* Header and question of a message that was checked. */
void dns_msg_head(struct dns_head *h, const void *octets, size_t len);

/**
 * dns_msg_parse() - Check a message and make records of it
 * @pkt:	Goes with ldns_pkt_free()
 *
 * Return: 0, -EBADMSG, -ENOMEM
 */
int dns_msg_parse(ldns_pkt **pkt, const void *octets, size_t len,
		  const char **what);

/**
 * dns_msg_emit() - Octets of a message
 * @pkt:	The message; if it is larger than @limit its records go and it
 *		is marked as truncated (RFC 2181, 9)
 *
 * Return: the octets, or NULL: no memory
 */
struct buf *dns_msg_emit(struct mem *mem, ldns_pkt *pkt, size_t limit);

/* Octets of a question; NULL: no memory. */
struct buf *dns_msg_query(struct mem *mem, uint16_t id,
			  const struct dns_name *name, uint16_t type,
			  bool wants_recursion);

/* Names out of records and into them. */
void dns_name_of_rdf(struct dns_name *n, const ldns_rdf *rdf);
ldns_rdf *dns_name_to_rdf(const struct dns_name *n); /* NULL: no memory */
void dns_rr_owner(struct dns_name *n, const ldns_rr *rr);
void dns_rr_target(struct dns_name *n, const ldns_rr *rr); /* NS, CNAME */

/* A copy with another owner, unless @owner is NULL; NULL: no memory. */
ldns_rr *dns_rr_copy(const ldns_rr *rr, const struct dns_name *owner);

/* How long a "no" may be kept that came with this SOA (RFC 2308, 5). */
uint32_t dns_soa_negative_ttl(const ldns_rr *soa);

/* The first record of that type in a list, or NULL. */
const ldns_rr *dns_list_first(const ldns_rr_list *list, uint16_t type);

/* The first one of that owner and type, or NULL. */
const ldns_rr *dns_list_find(const ldns_rr_list *list,
			     const struct dns_name *owner, uint16_t type);

/* The address in an A or AAAA record; false if it is neither. */
bool dns_rr_address(const ldns_rr *rr, struct ip_addr *addr);

/* "10.9.0.80", "www.shop.test", ...: what the record says, cut to @size. */
char *dns_rr_data_print(const ldns_rr *rr, char *buf, size_t size);

/* "A", "NS", "TYPE1234"; static or in @buf. */
const char *dns_type_name(uint16_t type, char buf[static 16]);

#endif /* APPS_DNS_MSG_H */
