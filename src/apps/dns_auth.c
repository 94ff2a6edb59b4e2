// SPDX-License-Identifier: MIT
/*
 * dns_auth.c - what a server that has zones answers
 *
 * Theory of operation
 * ===================
 * RFC 1034, 4.3.2, as one walk from the zone's own name down to the name that
 * is asked for:
 *
 *	shop.test			here the zone begins
 *	eu.shop.test	NS?		delegated: not ours any more, refer
 *	www.eu.shop.test  DNAME above?	everything below is elsewhere
 *	                exists?		the records, its CNAME, or nothing
 *	                else *.<nearest name that exists>
 *
 * An alias (CNAME, DNAME) inside the zone starts the walk again with its
 * target.  All records of an answer are copies, so the answer may live longer
 * than the zone.
 */

#include "apps/dns_auth.h"

#include <errno.h>
#include <ldns/ldns.h>
#include <string.h>

#include "base/check.h"

struct walk {
	const struct dns_zone *zone;
	ldns_pkt *pkt;
	struct dns_outcome *out;
	struct dns_name name; /* asked for, or the alias's target */
	uint16_t type;
	unsigned int aliases;
	bool has_failed; /* no memory */
};

/* Append a copy of @rr, with another owner if @owner is not NULL. */
static ldns_rr *push(struct walk *w, ldns_pkt_section section,
		     const ldns_rr *rr, const struct dns_name *owner)
{
	ldns_rr *copy = dns_rr_copy(rr, owner);

	if (copy && ldns_pkt_push_rr(w->pkt, section, copy))
		return copy;
	ldns_rr_free(copy);
	w->has_failed = true;
	return NULL;
}

static void push_set(struct walk *w, ldns_pkt_section section,
		     const struct dns_rrset *set, const struct dns_name *owner)
{
	ldns_rr *rr;
	size_t i;

	for (i = 0; i < ldns_rr_list_rr_count(set->rrs); i++) {
		rr = push(w, section, ldns_rr_list_rr(set->rrs, i), owner);
		if (i == 0 && section != LDNS_SECTION_ADDITIONAL)
			w->out->rr = rr;
	}
}

/* The addresses of @host that the zone has, glue too. */
static void push_addresses(struct walk *w, const struct dns_name *host)
{
	static const uint16_t types[] = {LDNS_RR_TYPE_A, LDNS_RR_TYPE_AAAA};
	const struct dns_rrset *set;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		set = dns_zone_find(w->zone, host, types[i]);
		if (set &&
		    !dns_list_find(ldns_pkt_answer(w->pkt), host, types[i]) &&
		    !dns_list_find(ldns_pkt_additional(w->pkt), host, types[i]))
			push_set(w, LDNS_SECTION_ADDITIONAL, set, NULL);
	}
}

/* The hosts that NS, MX and SRV records name. */
static void push_additional(struct walk *w, const struct dns_rrset *set)
{
	struct dns_name host;
	size_t i, field;

	if (set->type == LDNS_RR_TYPE_NS)
		field = 0;
	else if (set->type == LDNS_RR_TYPE_MX)
		field = 1;
	else if (set->type == LDNS_RR_TYPE_SRV)
		field = 3;
	else
		return;
	for (i = 0; i < ldns_rr_list_rr_count(set->rrs); i++) {
		dns_name_of_rdf(&host, ldns_rr_rdf(ldns_rr_list_rr(set->rrs, i),
						   field));
		push_addresses(w, &host);
	}
}

/* RFC 2308, 3: the SOA says how long "no" may be remembered. */
static void push_soa(struct walk *w)
{
	const struct dns_rrset *set = dns_zone_find(
		w->zone, dns_zone_origin(w->zone), LDNS_RR_TYPE_SOA);
	ldns_rr *soa = push(w, LDNS_SECTION_AUTHORITY,
			    ldns_rr_list_rr(set->rrs, 0), NULL);

	if (soa)
		ldns_rr_set_ttl(soa, dns_soa_negative_ttl(soa));
}

static void say_no(struct walk *w, enum dns_verdict verdict)
{
	push_soa(w);
	w->out->verdict = verdict;
	ldns_pkt_set_aa(w->pkt, true);
	if (verdict == DNS_V_NXDOMAIN)
		ldns_pkt_set_rcode(w->pkt, LDNS_RCODE_NXDOMAIN);
}

static void refer(struct walk *w, const struct dns_rrset *ns)
{
	push_set(w, LDNS_SECTION_AUTHORITY, ns, NULL);
	push_additional(w, ns);
	w->out->verdict = DNS_V_REFERRAL;
	w->out->zone = ns->owner;
	ldns_pkt_set_aa(w->pkt, w->aliases > 0);
}

/* Go on with the target of an alias; false: it ends here. */
static bool follow(struct walk *w, const struct dns_name *target)
{
	w->out->verdict = DNS_V_ANSWER;
	ldns_pkt_set_aa(w->pkt, true);
	w->name = *target;
	return ++w->aliases <= DNS_CHAIN_MAX &&
	       dns_name_is_within(target, dns_zone_origin(w->zone)) &&
	       !w->has_failed;
}

/*
 * RFC 6672: @name, which is below the DNAME's owner, becomes the same name
 * below its target, and a CNAME says so to those who know no DNAME.
 */
static bool follow_dname(struct walk *w, const struct dns_rrset *set)
{
	const ldns_rr *dname = ldns_rr_list_rr(set->rrs, 0);
	size_t front = (size_t)(w->name.len - set->owner.len);
	struct dns_name target, made;
	ldns_rdf *rdf;
	ldns_rr *rr;

	dns_rr_target(&target, dname);
	push_set(w, LDNS_SECTION_ANSWER, set, NULL);
	if (front + target.len > DNS_NAME_MAX) {
		ldns_pkt_set_rcode(w->pkt, LDNS_RCODE_YXDOMAIN);
		w->out->verdict = DNS_V_ANSWER;
		return false;
	}
	made.len = (uint8_t)(front + target.len);
	memcpy(made.o, w->name.o, front);
	memcpy(made.o + front, target.o, target.len);
	rr = push(w, LDNS_SECTION_ANSWER, dname, &w->name);
	rdf = dns_name_to_rdf(&made);
	if (!rr || !rdf) {
		ldns_rdf_deep_free(rdf);
		w->has_failed = true;
		return false;
	}
	ldns_rr_set_type(rr, LDNS_RR_TYPE_CNAME);
	ldns_rdf_deep_free(ldns_rr_set_rdf(rr, rdf, 0));
	return follow(w, &made);
}

/*
 * What stops the walk above the name: a delegation, or a DNAME.  NULL if
 * nothing does.
 */
static const struct dns_rrset *find_stop(const struct walk *w)
{
	size_t labels = dns_name_labels(&w->name);
	size_t first = dns_name_labels(dns_zone_origin(w->zone)), i;
	const struct dns_rrset *set;
	struct dns_name at;

	for (i = first; i <= labels; i++) {
		at = dns_name_suffix(&w->name, i);
		set = dns_zone_find(w->zone, &at, LDNS_RR_TYPE_NS);
		/* The parent side of a delegation knows its DS. */
		if (set && i > first &&
		    !(i == labels && w->type == LDNS_RR_TYPE_DS))
			return set;
		set = dns_zone_find(w->zone, &at, LDNS_RR_TYPE_DNAME);
		if (set && i < labels)
			return set;
	}
	return NULL;
}

/* The name whose records count: itself, or a wildcard (RFC 4592, 3.3). */
static bool find_owner(const struct walk *w, struct dns_name *owner)
{
	struct dns_name encloser = w->name;

	*owner = w->name;
	if (dns_zone_has(w->zone, &w->name))
		return true;
	while (!dns_zone_has(w->zone, &encloser))
		encloser = dns_name_parent(&encloser);
	return dns_name_wildcard(owner, &encloser) &&
	       dns_zone_has(w->zone, owner);
}

/* One turn of the walk; true if an alias makes another one necessary. */
static bool turn(struct walk *w)
{
	const struct dns_rrset *set = find_stop(w);
	struct dns_name owner, target;

	if (set && set->type == LDNS_RR_TYPE_NS) {
		refer(w, set);
		return false;
	}
	if (set)
		return follow_dname(w, set);
	if (!find_owner(w, &owner)) {
		say_no(w, DNS_V_NXDOMAIN);
		return false;
	}
	set = dns_zone_find(w->zone, &owner, LDNS_RR_TYPE_CNAME);
	if (set && w->type != LDNS_RR_TYPE_CNAME &&
	    w->type != LDNS_RR_TYPE_ANY) {
		push_set(w, LDNS_SECTION_ANSWER, set, &w->name);
		dns_rr_target(&target, ldns_rr_list_rr(set->rrs, 0));
		return follow(w, &target);
	}
	set = w->type == LDNS_RR_TYPE_ANY /* RFC 8482, 4.1: one set will do */
		      ? dns_zone_first(w->zone, &owner)
		      : dns_zone_find(w->zone, &owner, w->type);
	if (!set) {
		say_no(w, DNS_V_NODATA);
		return false;
	}
	push_set(w, LDNS_SECTION_ANSWER, set, &w->name);
	push_additional(w, set);
	ldns_pkt_set_aa(w->pkt, true);
	w->out->verdict = DNS_V_ANSWER;
	return false;
}

/*
 * The zone that is nearest to the name.  A DS belongs to the parent, if that
 * is here, too.
 */
static const struct dns_zone *find_zone(const struct dns_zone *const zones[],
					size_t count,
					const struct dns_head *head)
{
	const struct dns_zone *best = NULL, *own = NULL;
	const struct dns_name *origin;
	size_t i;

	for (i = 0; i < count; i++) {
		origin = dns_zone_origin(zones[i]);
		if (!dns_name_is_within(&head->name, origin))
			continue;
		if (head->type == LDNS_RR_TYPE_DS &&
		    dns_name_eq(&head->name, origin))
			own = zones[i];
		else if (!best || origin->len > dns_zone_origin(best)->len)
			best = zones[i];
	}
	return best ? best : own;
}

ldns_pkt *dns_answer_new(const ldns_pkt *query, const struct dns_head *head,
			 unsigned int rcode)
{
	ldns_pkt *pkt = ldns_pkt_new();
	ldns_rr *question;

	if (!pkt)
		return NULL;
	ldns_pkt_set_id(pkt, head->id);
	ldns_pkt_set_qr(pkt, true);
	ldns_pkt_set_opcode(pkt, ldns_pkt_get_opcode(query));
	ldns_pkt_set_rd(pkt, head->wants_recursion);
	ldns_pkt_set_rcode(pkt, (uint8_t)rcode);
	if (ldns_pkt_edns(query))
		ldns_pkt_set_edns_udp_size(pkt, DNS_UDP_MAX);
	if (!head->has_question)
		return pkt;
	question = ldns_rr_clone(ldns_rr_list_rr(ldns_pkt_question(query), 0));
	if (question && ldns_pkt_push_rr(pkt, LDNS_SECTION_QUESTION, question))
		return pkt;
	ldns_rr_free(question);
	ldns_pkt_free(pkt);
	return NULL;
}

size_t dns_answer_limit(const ldns_pkt *query)
{
	size_t said = ldns_pkt_edns(query) ? ldns_pkt_edns_udp_size(query) : 0;

	return min_size(max_size(said, DNS_UDP_CLASSIC), DNS_UDP_MAX);
}

/* Rcode of a question that is not looked up at all; 0: it is. */
static unsigned int refusal(const ldns_pkt *query, const struct dns_head *head)
{
	if (head->opcode != LDNS_PACKET_QUERY)
		return LDNS_RCODE_NOTIMPL;
	if (!head->has_question)
		return LDNS_RCODE_FORMERR;
	if (ldns_pkt_edns(query) && ldns_pkt_edns_version(query))
		return 16; /* BADVERS, RFC 6891, 6.1.3 */
	if (head->class != LDNS_RR_CLASS_IN ||
	    head->type == LDNS_RR_TYPE_AXFR || head->type == LDNS_RR_TYPE_IXFR)
		return LDNS_RCODE_REFUSED;
	return 0;
}

int dns_auth_answer(const struct dns_zone *const zones[], size_t count,
		    const ldns_pkt *query, const struct dns_head *head,
		    ldns_pkt **answer, struct dns_outcome *out)
{
	unsigned int rcode = refusal(query, head);
	struct walk w = {.out = out, .name = head->name, .type = head->type};

	*out = (struct dns_outcome){.verdict = DNS_V_REFUSED, .zone = DNS_ROOT};
	if (!rcode) {
		w.zone = find_zone(zones, count, head);
		rcode = w.zone ? 0 : LDNS_RCODE_REFUSED;
	}
	w.pkt = dns_answer_new(query, head, rcode & 0xf);
	if (!w.pkt)
		return -ENOMEM;
	ldns_pkt_set_edns_extended_rcode(w.pkt, (uint8_t)(rcode >> 4));
	if (w.zone) {
		out->zone = *dns_zone_origin(w.zone);
		while (turn(&w))
			;
	}
	if (w.has_failed) {
		ldns_pkt_free(w.pkt);
		return -ENOMEM;
	}
	*answer = w.pkt;
	return 0;
}
