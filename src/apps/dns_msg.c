// SPDX-License-Identifier: MIT
/*
 * dns_msg.c - DNS messages: from octets to records and back
 *
 * Theory of operation
 * ===================
 * ldns knows all types of records and the rules of compression.  It takes its
 * memory from malloc(), so nothing of it is kept longer than needed, and every
 * result is looked at.
 */

#include "apps/dns_msg.h"

#include <errno.h>
#include <ldns/ldns.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"

#include "reactor/buf.h"

int dns_msg_parse(ldns_pkt **pkt, const void *octets, size_t len,
		  const char **what)
{
	int rc = dns_msg_check(octets, len, what);
	ldns_status s;

	if (rc)
		return rc;
	s = ldns_wire2pkt(pkt, octets, len);
	if (s == LDNS_STATUS_OK)
		return 0;
	if (what)
		*what = "a record that cannot be read";
	return s == LDNS_STATUS_MEM_ERR ? -ENOMEM : -EBADMSG;
}

/* Let go of all records; the question and EDNS stay. */
static void cut(ldns_pkt *pkt)
{
	static const ldns_pkt_section sections[] = {
		LDNS_SECTION_ANSWER,
		LDNS_SECTION_AUTHORITY,
		LDNS_SECTION_ADDITIONAL,
	};
	ldns_rr_list *const lists[] = {
		ldns_pkt_answer(pkt),
		ldns_pkt_authority(pkt),
		ldns_pkt_additional(pkt),
	};
	ldns_rr *rr;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lists); i++) {
		while ((rr = ldns_rr_list_pop_rr(lists[i])))
			ldns_rr_free(rr);
		ldns_pkt_set_section_count(pkt, sections[i], 0);
	}
	ldns_pkt_set_tc(pkt, true);
}

struct buf *dns_msg_emit(struct mem *mem, ldns_pkt *pkt, size_t limit)
{
	struct buf *buf = NULL;
	uint8_t *octets = NULL;
	size_t len = 0;

	if (ldns_pkt2wire(&octets, pkt, &len) == LDNS_STATUS_OK &&
	    len > limit) {
		free(octets);
		octets = NULL;
		cut(pkt);
		if (ldns_pkt2wire(&octets, pkt, &len) != LDNS_STATUS_OK)
			octets = NULL;
	}
	if (octets)
		buf = buf_of(mem, octets, len);
	free(octets);
	return buf;
}

struct buf *dns_msg_query(struct mem *mem, uint16_t id,
			  const struct dns_name *name, uint16_t type,
			  bool wants_recursion)
{
	/* An OPT record: root, type, our size, no flags, no options. */
	static const uint8_t opt[] = {0,
				      0,
				      LDNS_RR_TYPE_OPT,
				      DNS_UDP_MAX >> 8,
				      DNS_UDP_MAX & 0xff,
				      0,
				      0,
				      0,
				      0,
				      0,
				      0};
	uint8_t head[DNS_HEADER_LEN] = {0};
	struct buf *buf =
		buf_new(mem, sizeof(head) + DNS_NAME_MAX + 4 + sizeof(opt));

	if (!buf)
		return NULL;
	put16(head, id);
	head[2] = wants_recursion ? 1 : 0;
	head[5] = 1;
	head[11] = 1;
	buf_append(buf, head, sizeof(head));
	buf_append(buf, name->o, name->len);
	buf_append_u16(buf, type);
	buf_append_u16(buf, LDNS_RR_CLASS_IN);
	buf_append(buf, opt, sizeof(opt));
	return buf;
}

void dns_name_of_rdf(struct dns_name *n, const ldns_rdf *rdf)
{
	if (!rdf || ldns_rdf_get_type(rdf) != LDNS_RDF_TYPE_DNAME ||
	    dns_name_from_wire(n, ldns_rdf_data(rdf), ldns_rdf_size(rdf)))
		*n = DNS_ROOT;
}

ldns_rdf *dns_name_to_rdf(const struct dns_name *n)
{
	return ldns_rdf_new_frm_data(LDNS_RDF_TYPE_DNAME, n->len, n->o);
}

void dns_rr_owner(struct dns_name *n, const ldns_rr *rr)
{
	dns_name_of_rdf(n, ldns_rr_owner(rr));
}

void dns_rr_target(struct dns_name *n, const ldns_rr *rr)
{
	dns_name_of_rdf(n, ldns_rr_rdf(rr, 0));
}

ldns_rr *dns_rr_copy(const ldns_rr *rr, const struct dns_name *owner)
{
	ldns_rr *copy = ldns_rr_clone(rr);
	ldns_rdf *name;

	if (!copy || !owner)
		return copy;
	name = dns_name_to_rdf(owner);
	if (!name) {
		ldns_rr_free(copy);
		return NULL;
	}
	ldns_rdf_deep_free(ldns_rr_owner(copy));
	ldns_rr_set_owner(copy, name);
	return copy;
}

uint32_t dns_soa_negative_ttl(const ldns_rr *soa)
{
	const ldns_rdf *minimum = ldns_rr_rdf(soa, 6);

	return min_u32(minimum ? ldns_rdf2native_int32(minimum) : 0,
		       ldns_rr_ttl(soa));
}

const ldns_rr *dns_list_first(const ldns_rr_list *list, uint16_t type)
{
	size_t i;

	for (i = 0; i < ldns_rr_list_rr_count(list); i++)
		if (ldns_rr_get_type(ldns_rr_list_rr(list, i)) == type)
			return ldns_rr_list_rr(list, i);
	return NULL;
}

const ldns_rr *dns_list_find(const ldns_rr_list *list,
			     const struct dns_name *owner, uint16_t type)
{
	const ldns_rr *rr;
	struct dns_name n;
	size_t i;

	for (i = 0; i < ldns_rr_list_rr_count(list); i++) {
		rr = ldns_rr_list_rr(list, i);
		if (ldns_rr_get_type(rr) != type)
			continue;
		dns_rr_owner(&n, rr);
		if (dns_name_eq(&n, owner))
			return rr;
	}
	return NULL;
}

bool dns_rr_address(const ldns_rr *rr, struct ip_addr *addr)
{
	const ldns_rdf *rdf = ldns_rr_rdf(rr, 0);

	if (!rdf)
		return false;
	if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_A && ldns_rdf_size(rdf) == 4) {
		*addr = ip_addr_v4(get_ip4(ldns_rdf_data(rdf)));
		return true;
	}
	if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_AAAA &&
	    ldns_rdf_size(rdf) == 16) {
		*addr = ip_addr_v6(get_ip6(ldns_rdf_data(rdf)));
		return true;
	}
	return false;
}

char *dns_rr_data_print(const ldns_rr *rr, char *buf, size_t size)
{
	char name[DNS_NAME_TEXT], ip[IP_TEXT], *text;
	struct ip_addr addr;
	struct dns_name n;

	if (dns_rr_address(rr, &addr)) {
		snprintf(buf, size, "%s", ip_addr_print(addr, ip));
	} else if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_NS ||
		   ldns_rr_get_type(rr) == LDNS_RR_TYPE_CNAME) {
		dns_rr_target(&n, rr);
		snprintf(buf, size, "%s", dns_name_print(&n, name));
	} else {
		text = ldns_rdf2str(ldns_rr_rdf(rr, 0));
		snprintf(buf, size, "%s", text ? text : "?");
		free(text);
	}
	return buf;
}

const char *dns_type_name(uint16_t type, char buf[static 16])
{
	const ldns_rr_descriptor *d = ldns_rr_descript(type);

	if (d && d->_name)
		return d->_name;
	snprintf(buf, 16, "TYPE%u", type);
	return buf;
}
