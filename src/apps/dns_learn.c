// SPDX-License-Identifier: MIT
/*
 * dns_learn.c - what of an answer can be believed
 *
 * Theory of operation
 * ===================
 * A server that was asked as one of the servers of a zone speaks for names
 * within that zone and no others.  Whatever else it says is not looked at:
 * else the owner of evil.test could add "and by the way, www.bank.test is
 * at ..." to any answer (RFC 5452, 6; RFC 2181, 5.4.1).
 *
 *	answer		records of the name, or an alias; then those of its
 *			target, as long as it is in the zone, too
 *	authority	NS of a zone below, and above the name: a referral
 *			SOA: there is no such name, or no such record
 *	additional	addresses of exactly the servers in the referral
 *
 * A referral must lead down.  A server that refers sideways or up, or says
 * nothing at all, is lame, and another one is asked.
 */

#include <errno.h>
#include <ldns/ldns.h>

#include "base/check.h"

#include "core/probe.h"

#include "apps/dns_resolver_int.h"

/* Copies of the records of that owner and type; NULL: no memory. */
static ldns_rr_list *select_set(const ldns_rr_list *from,
				const struct dns_name *owner, uint16_t type)
{
	ldns_rr_list *set = ldns_rr_list_new();
	struct dns_name n;
	const ldns_rr *rr;
	ldns_rr *copy;
	size_t i;

	for (i = 0; set && i < ldns_rr_list_rr_count(from); i++) {
		rr = ldns_rr_list_rr(from, i);
		if (ldns_rr_get_type(rr) != type)
			continue;
		dns_rr_owner(&n, rr);
		if (!dns_name_eq(&n, owner))
			continue;
		copy = dns_rr_copy(rr, NULL);
		if (!copy || !ldns_rr_list_push_rr(set, copy)) {
			ldns_rr_free(copy);
			ldns_rr_list_deep_free(set);
			return NULL;
		}
	}
	return set;
}

int dns_job_append(struct dns_job *job, const ldns_rr_list *from,
		   const struct dns_name *owner, uint16_t type, uint32_t ttl_s)
{
	ldns_rr_list *set = select_set(from, owner, type);
	int count;
	size_t i;

	if (!set)
		return -ENOMEM;
	count = (int)ldns_rr_list_rr_count(set);
	for (i = 0; ttl_s && i < ldns_rr_list_rr_count(set); i++)
		ldns_rr_set_ttl(ldns_rr_list_rr(set, i), ttl_s);
	if (!ldns_rr_list_push_rr_list(job->rrs, set)) {
		ldns_rr_list_deep_free(set);
		return -ENOMEM;
	}
	ldns_rr_list_free(set); /* the records are the job's now */
	return count;
}

static uint32_t ttl_of(const ldns_rr_list *set)
{
	uint32_t ttl = UINT32_MAX;
	size_t i;

	for (i = 0; i < ldns_rr_list_rr_count(set); i++)
		ttl = min_u32(ttl, ldns_rr_ttl(ldns_rr_list_rr(set, i)));
	return ttl;
}

static void log_store(struct dns_job *job, const struct dns_name *owner,
		      uint16_t type, const char *data, uint32_t ttl_s)
{
	char name[DNS_NAME_TEXT], t[16];

	PROBE(dns_job_place(job), EV_LEARN, R_DNS_CACHE_STORE, NULL,
	      EVF_TEXT("name", dns_name_print(owner, name)),
	      EVF_TEXT("type", dns_type_name(type, t)), EVF_TEXT("data", data),
	      EVF_NUM("ttl", ttl_s));
}

/* Keep a set that is in @from. */
static void keep_set(struct dns_job *job, const ldns_rr_list *from,
		     const struct dns_name *owner, uint16_t type,
		     enum dns_rank rank)
{
	ldns_rr_list *set = select_set(from, owner, type);
	struct dns_hit keep = {.kept = DNS_KEPT_RECORDS, .rank = rank};
	char data[256];

	if (set && ldns_rr_list_rr_count(set)) {
		keep.rrs = set;
		keep.ttl_s = ttl_of(set);
		/* A referral must last until it has been followed. */
		if (rank <= DNS_RANK_REFERRAL)
			keep.ttl_s = max_u32(keep.ttl_s, 1);
		if (dns_cache_put(job->r->cache, owner, type, &keep))
			log_store(job, owner, type,
				  dns_rr_data_print(ldns_rr_list_rr(set, 0),
						    data, sizeof(data)),
				  keep.ttl_s);
	}
	ldns_rr_list_deep_free(set);
}

/* The SOA that a "no" about the job's name can come with, or NULL. */
static const ldns_rr *find_soa(const struct dns_job *job, const ldns_pkt *pkt)
{
	const ldns_rr *soa =
		dns_list_first(ldns_pkt_authority(pkt), LDNS_RR_TYPE_SOA);
	struct dns_name owner;

	if (!soa)
		return NULL;
	dns_rr_owner(&owner, soa);
	return dns_name_is_within(&owner, &job->cut) &&
			       dns_name_is_within(&job->name, &owner)
		       ? soa
		       : NULL;
}

/* RFC 2308, 5: keep a "no", and its SOA for the clients. */
static enum dns_lesson learn_no(struct dns_job *job, const ldns_pkt *pkt,
				bool has_name)
{
	struct dns_hit keep = {.rank = DNS_RANK_AUTH};
	const ldns_rr *soa = find_soa(job, pkt);
	struct dns_name owner;
	ldns_rr_list *set;

	keep.kept = has_name ? DNS_KEPT_NODATA : DNS_KEPT_NXDOMAIN;
	if (soa) {
		dns_rr_owner(&owner, soa);
		keep.ttl_s = dns_soa_negative_ttl(soa);
		dns_job_append(job, ldns_pkt_authority(pkt), &owner,
			       LDNS_RR_TYPE_SOA, keep.ttl_s);
		set = select_set(ldns_pkt_authority(pkt), &owner,
				 LDNS_RR_TYPE_SOA);
		keep.rrs = set;
		if (dns_cache_put(job->r->cache, &job->name, job->type, &keep))
			log_store(job, &job->name, job->type,
				  has_name ? "no such record" : "no such name",
				  keep.ttl_s);
		ldns_rr_list_deep_free(set);
	}
	return has_name ? DNS_L_NODATA : DNS_L_NXDOMAIN;
}

/*
 * Follow the answer from the job's name along aliases.  True if records of
 * the type asked for are at its end; the name has moved in any case.
 */
static bool walk_answer(struct dns_job *job, const ldns_pkt *pkt,
			enum dns_rank rank)
{
	const ldns_rr_list *rrs = ldns_pkt_answer(pkt);
	const ldns_rr *alias;

	while (dns_name_is_within(&job->name, &job->cut)) {
		if (dns_list_find(rrs, &job->name, job->type)) {
			keep_set(job, rrs, &job->name, job->type, rank);
			return dns_job_append(job, rrs, &job->name, job->type,
					      0) > 0;
		}
		alias = dns_list_find(rrs, &job->name, LDNS_RR_TYPE_CNAME);
		if (!alias || job->aliases > DNS_CHAIN_MAX)
			return false;
		keep_set(job, rrs, &job->name, LDNS_RR_TYPE_CNAME, rank);
		dns_job_append(job, rrs, &job->name, LDNS_RR_TYPE_CNAME, 0);
		dns_rr_target(&job->name, alias);
		job->aliases++;
	}
	return false;
}

/* Addresses of the servers named, if the zone that was asked may know them. */
static void learn_glue(struct dns_job *job, const ldns_pkt *pkt,
		       const struct dns_name *child)
{
	const ldns_rr_list *ns = ldns_pkt_authority(pkt);
	const ldns_rr_list *glue = ldns_pkt_additional(pkt);
	struct dns_name owner, host;
	size_t i, used = 0;

	for (i = 0; i < ldns_rr_list_rr_count(ns); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(ns, i);

		dns_rr_owner(&owner, rr);
		if (ldns_rr_get_type(rr) != LDNS_RR_TYPE_NS ||
		    !dns_name_eq(&owner, child) || used++ >= DNS_SERVERS_MAX)
			continue;
		dns_rr_target(&host, rr);
		if (dns_name_is_within(&host, &job->cut))
			keep_set(job, glue, &host, LDNS_RR_TYPE_A,
				 DNS_RANK_GLUE);
	}
}

/* Does it refer us down to a zone that is nearer to the name? */
static bool learn_referral(struct dns_job *job, const ldns_pkt *pkt)
{
	const ldns_rr *ns =
		dns_list_first(ldns_pkt_authority(pkt), LDNS_RR_TYPE_NS);
	struct dns_name child;

	if (!ns)
		return false;
	dns_rr_owner(&child, ns);
	if (!dns_name_is_within(&child, &job->cut) ||
	    dns_name_eq(&child, &job->cut) ||
	    !dns_name_is_within(&job->name, &child))
		return false;
	keep_set(job, ldns_pkt_authority(pkt), &child, LDNS_RR_TYPE_NS,
		 DNS_RANK_REFERRAL);
	learn_glue(job, pkt, &child);
	return true;
}

enum dns_lesson dns_learn(struct dns_job *job, const ldns_pkt *pkt)
{
	bool is_auth = ldns_pkt_aa(pkt);
	enum dns_rank rank = is_auth ? DNS_RANK_AUTH : DNS_RANK_ANSWER;
	ldns_pkt_rcode rcode = ldns_pkt_get_rcode(pkt);
	unsigned int aliases = job->aliases;

	if (rcode != LDNS_RCODE_NOERROR && rcode != LDNS_RCODE_NXDOMAIN)
		return DNS_L_LAME;
	if (walk_answer(job, pkt, rank))
		return DNS_L_ANSWER;
	/* What it says about a target outside its zone counts for nothing. */
	if (!dns_name_is_within(&job->name, &job->cut))
		return DNS_L_GO_ON;
	if (rcode == LDNS_RCODE_NXDOMAIN)
		return is_auth || find_soa(job, pkt) ? learn_no(job, pkt, false)
						     : DNS_L_LAME;
	if (learn_referral(job, pkt))
		return DNS_L_GO_ON;
	if (find_soa(job, pkt))
		return learn_no(job, pkt, true);
	if (job->aliases > aliases)
		return DNS_L_GO_ON;
	return is_auth ? learn_no(job, pkt, true) : DNS_L_LAME;
}
