// SPDX-License-Identifier: MIT
/*
 * dns_job.c - one question's way from the root to its answer
 *
 * Theory of operation
 * ===================
 * RFC 1034, 5.3.3, as a loop of one step:
 *
 *	step:	is the answer in the cache?			done
 *		is an alias in the cache?			its target; step
 *		which is the nearest zone with known servers?
 *		do we know an address of one of them?		ask it
 *		else fetch one (a job below this one)		step
 *	answer:	dns_learn(): keep it;	done, or step, or the next server
 *
 * Since everything learned goes into the cache first and the step begins by
 * looking there, the walk down from the root needs no memory of its own.
 *
 * Limits
 * ------
 * One question of a client costs at most DNS_JOB_QUERIES_MAX questions to
 * others, of which DNS_JOB_FETCHES_MAX may begin a fetch of a server's
 * address, however many servers without addresses a referral names (NXNS);
 * fetches for fetches go DNS_JOB_DEPTH_MAX deep.  After DNS_JOB_DEADLINE_S it
 * has failed.
 */

#include <errno.h>
#include <ldns/ldns.h>

#include "base/check.h"

#include "core/probe.h"

#include "apps/dns_resolver_int.h"

static void step(struct dns_job *job);

void dns_job_remember_failure(struct dns_job *job)
{
	const struct dns_hit failure = {.kept = DNS_KEPT_FAILURE,
					.rank = DNS_RANK_ANSWER,
					.ttl_s = DNS_FAIL_TTL_S};

	dns_cache_put(job->r->cache, &job->asked, job->type, &failure);
}

static void finish(struct dns_job *job, enum dns_job_result result)
{
	struct dns_job *parent = job->parent;

	if (!parent) {
		dns_job_done(job, result);
		return;
	}
	if (result == DNS_JOB_FAILED)
		dns_job_remember_failure(job);
	parent->child = NULL;
	dns_job_free(job);
	step(parent); /* what was fetched is in the cache, or that it failed */
}

static void fail(struct dns_job *job, const char *what)
{
	job->what = what;
	finish(job, DNS_JOB_FAILED);
}

/* What is known already.  True if the job is over. */
static bool answer_from_cache(struct dns_job *job)
{
	struct dns_cache *cache = job->r->cache;
	struct dns_hit hit;

	if (!dns_cache_find(cache, &job->name, job->type, DNS_RANK_ANSWER,
			    &hit))
		return false;
	switch (hit.kept) {
	case DNS_KEPT_RECORDS:
		dns_job_append(job, hit.rrs, &job->name, job->type, hit.ttl_s);
		finish(job, DNS_JOB_ANSWER);
		return true;
	case DNS_KEPT_NXDOMAIN:
	case DNS_KEPT_NODATA:
		if (hit.rrs && ldns_rr_list_rr_count(hit.rrs)) {
			struct dns_name owner;

			dns_rr_owner(&owner, ldns_rr_list_rr(hit.rrs, 0));
			dns_job_append(job, hit.rrs, &owner, LDNS_RR_TYPE_SOA,
				       hit.ttl_s);
		}
		finish(job, hit.kept == DNS_KEPT_NXDOMAIN ? DNS_JOB_NXDOMAIN
							  : DNS_JOB_NODATA);
		return true;
	case DNS_KEPT_FAILURE:
		fail(job, "it failed a moment ago");
		return true;
	}
	return false;
}

/* Follow an alias that is known.  True if there is one. */
static bool alias_from_cache(struct dns_job *job)
{
	struct dns_hit hit;

	if (job->type == LDNS_RR_TYPE_CNAME ||
	    !dns_cache_find(job->r->cache, &job->name, LDNS_RR_TYPE_CNAME,
			    DNS_RANK_ANSWER, &hit) ||
	    hit.kept != DNS_KEPT_RECORDS)
		return false;
	dns_job_append(job, hit.rrs, &job->name, LDNS_RR_TYPE_CNAME, hit.ttl_s);
	dns_rr_target(&job->name, ldns_rr_list_rr(hit.rrs, 0));
	job->aliases++;
	return true;
}

static void add_server(struct dns_job *job, struct ip_addr addr)
{
	size_t i;

	for (i = 0; i < job->server_count; i++)
		if (ip_addr_eq(job->servers[i], addr))
			return;
	if (job->server_count < DNS_SERVERS_MAX)
		job->servers[job->server_count++] = addr;
}

/* A name server's addresses, if they are known. */
static void add_host(struct dns_job *job, const struct dns_name *host)
{
	struct ip_addr addr;
	struct dns_hit hit;
	size_t i;

	if (dns_cache_find(job->r->cache, host, LDNS_RR_TYPE_A, DNS_RANK_GLUE,
			   &hit)) {
		if (hit.kept != DNS_KEPT_RECORDS)
			return;
		for (i = 0; i < ldns_rr_list_rr_count(hit.rrs); i++)
			if (dns_rr_address(ldns_rr_list_rr(hit.rrs, i), &addr))
				add_server(job, addr);
	} else if (!dns_name_is_within(host, &job->cut) &&
		   job->missing_count < DNS_SERVERS_MAX) {
		/* Inside the zone only its servers could tell. */
		job->missing[job->missing_count++] = *host;
	}
}

static void use_roots(struct dns_job *job)
{
	size_t i;

	job->cut = DNS_ROOT;
	for (i = 0; i < job->r->root_count; i++)
		add_server(job, job->r->roots[i].addr);
}

/* The nearest zone above the name whose servers are known. */
static void find_servers(struct dns_job *job)
{
	size_t labels = dns_name_labels(&job->name);
	struct dns_name host;
	struct dns_hit hit;
	size_t i;

	/* The parent side of a delegation knows its DS. */
	if (job->type == LDNS_RR_TYPE_DS && labels)
		labels--;
	for (;; labels--) {
		job->server_count = job->missing_count = 0;
		job->cut = dns_name_suffix(&job->name, labels);
		if (!labels)
			break;
		if (!dns_cache_find(job->r->cache, &job->cut, LDNS_RR_TYPE_NS,
				    DNS_RANK_REFERRAL, &hit) ||
		    hit.kept != DNS_KEPT_RECORDS)
			continue;
		for (i = 0; i < ldns_rr_list_rr_count(hit.rrs); i++) {
			dns_rr_target(&host, ldns_rr_list_rr(hit.rrs, i));
			add_host(job, &host);
		}
		if (job->server_count || job->missing_count)
			return;
	}
	use_roots(job);
}

static void ask_next(struct dns_job *job);

static void on_answer(void *arg, int err, const ldns_pkt *pkt)
{
	struct dns_job *job = arg;

	job->ask = NULL;
	switch (err ? DNS_L_LAME : dns_learn(job, pkt)) {
	case DNS_L_ANSWER:
		finish(job, DNS_JOB_ANSWER);
		break;
	case DNS_L_NXDOMAIN:
		finish(job, DNS_JOB_NXDOMAIN);
		break;
	case DNS_L_NODATA:
		finish(job, DNS_JOB_NODATA);
		break;
	case DNS_L_GO_ON:
		step(job);
		break;
	case DNS_L_LAME:
		if (err != -ETIMEDOUT)
			job->servers[job->next % job->server_count].family =
				IP_NONE;
		job->next++;
		ask_next(job);
		break;
	}
}

/* Fetch the address of a server that came without one. */
static void fetch_next(struct dns_job *job)
{
	const struct dns_name *host;

	if (!job->missing_count) {
		fail(job, "none of its servers answers");
		return;
	}
	if (job->depth >= DNS_JOB_DEPTH_MAX ||
	    job->budget->fetches >= DNS_JOB_FETCHES_MAX) {
		fail(job, "too many servers without an address");
		return;
	}
	host = &job->missing[--job->missing_count];
	job->budget->fetches++;
	job->child = dns_job_new(job->r, host, LDNS_RR_TYPE_A, job);
	if (!job->child)
		fail(job, "there is no memory");
}

/* The next try, with the next server that is of any use. */
static void ask_next(struct dns_job *job)
{
	size_t count = job->server_count, skipped = 0;
	unsigned int round;
	struct dns_question q;
	int rc;

	while (count && skipped < count &&
	       job->servers[job->next % count].family != IP_V4) {
		job->next++;
		skipped++;
	}
	round = count ? job->next / (unsigned int)count : 0;
	if (!count || skipped == count || round >= DNS_SERVER_ROUNDS) {
		fetch_next(job);
		return;
	}
	if (job->budget->queries >= DNS_JOB_QUERIES_MAX) {
		fail(job, "too many questions for one answer");
		return;
	}
	job->budget->queries++;
	q = (struct dns_question){
		.server = {job->servers[job->next % count], DNS_PORT},
		.name = job->name,
		.type = job->type,
		.try_count = round,
		.mixes_case = job->r->mixes_case,
		.timeout_ns = (DNS_SERVER_FIRST_MS * NS_PER_MS) << round,
	};
	rc = dns_ask(job->r->loop, &q, on_answer, job, &job->ask);
	if (rc)
		on_answer(job, rc, NULL);
}

static void step(struct dns_job *job)
{
	do {
		if (job->aliases > DNS_CHAIN_MAX) {
			fail(job, "too many aliases");
			return;
		}
		if (answer_from_cache(job))
			return;
	} while (alias_from_cache(job));
	find_servers(job);
	job->next = 0;
	if (job->server_count)
		ask_next(job);
	else
		fetch_next(job);
}

static void on_start(struct task *task, void *arg)
{
	(void)task;
	step(arg);
}

static void on_deadline(struct loop_timer *t, void *arg)
{
	(void)t;
	fail(arg, "it took too long");
}

struct dns_job *dns_job_new(struct dns_resolver *r, const struct dns_name *name,
			    uint16_t type, struct dns_job *parent)
{
	struct dns_job *job;

	if (r->job_count >= DNS_JOBS_MAX)
		return NULL;
	job = mem_alloc(loop_mem(r->loop), sizeof(*job));
	if (!job)
		return NULL;
	job->r = r;
	job->asked = job->name = *name;
	job->type = type;
	job->cut = DNS_ROOT;
	job->parent = parent;
	job->depth = parent ? parent->depth + 1 : 0;
	job->budget = parent ? parent->budget : &job->own;
	list_init(&job->waiters);
	loop_timer_init(&job->deadline, r->loop, on_deadline, job);
	task_init(&job->start, on_start, job);
	job->rrs = ldns_rr_list_new();
	if (!job->rrs) {
		mem_free(loop_mem(r->loop), job, sizeof(*job));
		return NULL;
	}
	if (!parent) {
		list_add_tail(&r->jobs, &job->node);
		loop_timer_arm_in(&job->deadline,
				  DNS_JOB_DEADLINE_S * NS_PER_S);
	}
	r->job_count++;
	stack_defer(loop_stack(r->loop), &job->start);
	return job;
}

void dns_job_free(struct dns_job *job)
{
	struct dns_resolver *r = job->r;

	if (job->child)
		dns_job_free(job->child);
	dns_ask_cancel(job->ask);
	task_cancel(&job->start);
	loop_timer_cancel(&job->deadline);
	list_del(&job->node);
	ldns_rr_list_deep_free(job->rrs);
	mem_free(loop_mem(r->loop), job, sizeof(*job));
	r->job_count--;
}
