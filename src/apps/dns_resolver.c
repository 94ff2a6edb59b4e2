// SPDX-License-Identifier: MIT
/*
 * dns_resolver.c - a recursive resolver: its clients
 *
 * Theory of operation
 * ===================
 * A client's question becomes a job, or joins a job that works on the very
 * same question already.  The joining is not only thrift: a resolver that asks
 * the same question many times at once gives a forger as many chances to
 * guess one of the ids (RFC 5452, 5).
 *
 *	query --> cache? --> job --> ... --> dns_job_done() --> replies to all
 */

#include "apps/dns_resolver.h"

#include <errno.h>
#include <ldns/ldns.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"

#include "core/probe.h"

#include "apps/dns_listener.h"
#include "apps/dns_log.h"
#include "apps/dns_resolver_int.h"

/* A query that waits for a job. */
struct dns_wait {
	struct list node;
	struct dns_query *q;
};

static struct place *place_of(struct dns_resolver *r)
{
	return &loop_stack(r->loop)->place;
}

static void reply_rcode(struct dns_query *q, unsigned int rcode)
{
	ldns_pkt *pkt = dns_answer_new(q->pkt, &q->head, rcode);

	if (!pkt) {
		dns_drop(q);
		return;
	}
	ldns_pkt_set_ra(pkt, true);
	dns_reply(q, pkt);
}

/* The records of a job as the reply to one of its queries. */
static void reply_records(struct dns_query *q, const struct dns_job *job,
			  unsigned int rcode)
{
	ldns_pkt *pkt = dns_answer_new(q->pkt, &q->head, rcode);
	const ldns_rr *rr;
	ldns_rr *copy;
	size_t i;

	for (i = 0; pkt && i < ldns_rr_list_rr_count(job->rrs); i++) {
		rr = ldns_rr_list_rr(job->rrs, i);
		copy = dns_rr_copy(rr, NULL);
		if (!copy ||
		    !ldns_pkt_push_rr(pkt,
				      ldns_rr_get_type(rr) == LDNS_RR_TYPE_SOA
					      ? LDNS_SECTION_AUTHORITY
					      : LDNS_SECTION_ANSWER,
				      copy)) {
			ldns_rr_free(copy);
			ldns_pkt_free(pkt);
			pkt = NULL;
		}
	}
	if (!pkt) {
		dns_drop(q);
		return;
	}
	ldns_pkt_set_ra(pkt, true);
	dns_reply(q, pkt);
}

static void log_done(struct dns_job *job, enum dns_job_result result)
{
	static const enum dns_verdict verdicts[] = {
		[DNS_JOB_ANSWER] = DNS_V_ANSWER,
		[DNS_JOB_NXDOMAIN] = DNS_V_NXDOMAIN,
		[DNS_JOB_NODATA] = DNS_V_NODATA,
	};
	size_t count = ldns_rr_list_rr_count(job->rrs);
	struct dns_outcome out = {.zone = DNS_ROOT};
	char name[DNS_NAME_TEXT];

	if (result == DNS_JOB_FAILED) {
		PROBE_CAUSE(dns_job_place(job), EV_APP, R_DNS_FAIL, NULL,
			    EVF_TEXT("name", dns_name_print(&job->asked, name)),
			    EVF_TEXT("text", job->what));
		return;
	}
	out.verdict = verdicts[result];
	out.zone = job->cut;
	if (count)
		out.rr = ldns_rr_list_rr(job->rrs, count - 1);
	dns_log_outcome(dns_job_place(job), &job->asked, job->type, &out);
}

void dns_job_done(struct dns_job *job, enum dns_job_result result)
{
	unsigned int rcode = result == DNS_JOB_FAILED	  ? LDNS_RCODE_SERVFAIL
			     : result == DNS_JOB_NXDOMAIN ? LDNS_RCODE_NXDOMAIN
							  : 0;
	struct dns_resolver *r = job->r;
	struct list *pos;

	if (result == DNS_JOB_FAILED)
		dns_job_remember_failure(job);
	log_done(job, result);
	while ((pos = list_pop_head(&job->waiters))) {
		struct dns_wait *w = container_of(pos, struct dns_wait, node);

		if (result == DNS_JOB_FAILED)
			reply_rcode(w->q, rcode);
		else
			reply_records(w->q, job, rcode);
		mem_free(loop_mem(r->loop), w, sizeof(*w));
	}
	dns_job_free(job);
}

static struct dns_job *find_job(struct dns_resolver *r,
				const struct dns_head *head)
{
	struct dns_job *job;

	list_for_each_entry(job, &r->jobs, struct dns_job, node)
		if (job->type == head->type &&
		    dns_name_eq(&job->asked, &head->name))
			return job;
	return NULL;
}

/* RFC 1034, 4.3.1: is it for us to answer?  0, or an rcode. */
static unsigned int refusal(const struct dns_query *q)
{
	if (q->head.opcode != LDNS_PACKET_QUERY)
		return LDNS_RCODE_NOTIMPL;
	if (!q->head.has_question)
		return LDNS_RCODE_FORMERR;
	if (q->head.class != LDNS_RR_CLASS_IN || !q->head.wants_recursion ||
	    q->head.type == 0 || q->head.type == LDNS_RR_TYPE_AXFR ||
	    q->head.type == LDNS_RR_TYPE_IXFR ||
	    q->head.type == LDNS_RR_TYPE_ANY)
		return LDNS_RCODE_REFUSED;
	return 0;
}

static void log_lookup(struct dns_resolver *r, const struct dns_head *head)
{
	char name[DNS_NAME_TEXT], type[16], data[256] = "";
	struct dns_hit hit;

	dns_name_print(&head->name, name);
	if (!dns_cache_find(r->cache, &head->name, head->type, DNS_RANK_ANSWER,
			    &hit)) {
		PROBE_CAUSE(place_of(r), EV_LOOKUP, R_DNS_CACHE_MISS, NULL,
			    EVF_TEXT("name", name),
			    EVF_TEXT("type", dns_type_name(head->type, type)));
		return;
	}
	if (hit.kept == DNS_KEPT_RECORDS)
		dns_rr_data_print(ldns_rr_list_rr(hit.rrs, 0), data,
				  sizeof(data));
	else
		(void)snprintf(data, sizeof(data), "no answer");
	PROBE_CAUSE(place_of(r), EV_LOOKUP, R_DNS_CACHE_HIT, NULL,
		    EVF_TEXT("name", name),
		    EVF_TEXT("type", dns_type_name(head->type, type)),
		    EVF_TEXT("data", data), EVF_NUM("ttl", hit.ttl_s));
}

static void on_query(void *arg, struct dns_query *q)
{
	struct dns_resolver *r = arg;
	unsigned int rcode = refusal(q);
	struct dns_wait *w;
	struct dns_job *job;

	if (rcode) {
		reply_rcode(q, rcode);
		return;
	}
	job = find_job(r, &q->head);
	if (!job) {
		log_lookup(r, &q->head);
		job = dns_job_new(r, &q->head.name, q->head.type, NULL);
	}
	w = job ? mem_alloc(loop_mem(r->loop), sizeof(*w)) : NULL;
	if (!w) {
		reply_rcode(q, LDNS_RCODE_SERVFAIL);
		return;
	}
	w->q = q;
	list_add_tail(&job->waiters, &w->node);
}

int dns_resolver_start(struct loop *loop, const struct dns_resolver_config *cfg,
		       struct dns_resolver **resolver)
{
	struct dns_resolver *r;
	int rc = -ENOMEM;

	if (!cfg->root_count || cfg->root_count > DNS_ROOTS_MAX)
		return -EINVAL;
	r = mem_alloc(loop_mem(loop), sizeof(*r));
	if (!r)
		return -ENOMEM;
	r->loop = loop;
	memcpy(r->roots, cfg->roots, cfg->root_count * sizeof(*cfg->roots));
	r->root_count = cfg->root_count;
	r->mixes_case = cfg->mixes_case;
	list_init(&r->jobs);
	r->cache = dns_cache_new(loop_stack(loop), DNS_CACHE_RESOLVER_MAX);
	if (r->cache)
		rc = dns_listener_open(loop, &cfg->local, on_query, r,
				       &r->listener);
	if (rc) {
		dns_cache_free(r->cache);
		mem_free(loop_mem(loop), r, sizeof(*r));
		return rc;
	}
	*resolver = r;
	return 0;
}

void dns_resolver_stop(struct dns_resolver *r)
{
	struct dns_job *job;
	struct list *pos;

	if (!r)
		return;
	while ((job = list_first_entry(&r->jobs, struct dns_job, node))) {
		while ((pos = list_pop_head(&job->waiters))) {
			struct dns_wait *w =
				container_of(pos, struct dns_wait, node);

			dns_drop(w->q);
			mem_free(loop_mem(r->loop), w, sizeof(*w));
		}
		dns_job_free(job);
	}
	dns_listener_close(r->listener);
	dns_cache_free(r->cache);
	mem_free(loop_mem(r->loop), r, sizeof(*r));
}

struct dns_cache *dns_resolver_cache(struct dns_resolver *r)
{
	return r->cache;
}

size_t dns_resolver_jobs(const struct dns_resolver *r)
{
	return r->job_count;
}
