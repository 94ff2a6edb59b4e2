/* SPDX-License-Identifier: MIT */
#ifndef APPS_DNS_RESOLVER_INT_H
#define APPS_DNS_RESOLVER_INT_H

/*
 * dns_resolver_int.h - shared by the files of the resolver, and nobody else
 *
 *	dns_resolver.c	clients: who asks, and what they are told
 *	dns_job.c	one question's way from the root to its answer
 *	dns_learn.c	what of an answer can be believed
 */

#include <ldns/packet.h>

#include "base/list.h"

#include "apps/dns_ask.h"
#include "apps/dns_auth.h"
#include "apps/dns_resolver.h"
#include "reactor/reactor.h"

struct dns_resolver {
	struct loop *loop;
	struct dns_listener *listener;
	struct dns_cache *cache;
	struct dns_hint roots[DNS_ROOTS_MAX];
	size_t root_count;
	bool mixes_case;
	struct list jobs; /* of clients; those for servers hang below them */
	size_t job_count; /* all of them */
};

enum dns_job_result {
	DNS_JOB_ANSWER,
	DNS_JOB_NXDOMAIN,
	DNS_JOB_NODATA,
	DNS_JOB_FAILED,
};

/* What one question and all that is fetched for it may cost together. */
struct dns_budget {
	unsigned int queries;
	unsigned int fetches;
};

/**
 * struct dns_job - a question that is being worked on
 * @node:	In the resolver's list, if it is a client's
 * @asked:	The name that was asked for
 * @name:	The same, or the alias's target reached so far
 * @rrs:	The answer so far: aliases, at last records; of a "no", the SOA
 * @aliases:	How many were followed
 * @cut:	The zone whose servers are being asked
 * @servers:	Their addresses
 * @missing:	Names of servers of @cut whose address is not known
 * @next:	Counts the tries of @servers
 * @ask:	The question that is under way, or NULL
 * @child:	The job that fetches the address of a server, or NULL
 * @parent:	The job that this one fetches for, or NULL
 * @waiters:	Clients' queries (struct dns_wait of dns_resolver.c)
 * @what:	Why it failed, static
 */
struct dns_job {
	struct list node;
	struct dns_resolver *r;
	struct dns_name asked;
	struct dns_name name;
	uint16_t type;
	ldns_rr_list *rrs;
	unsigned int aliases;
	struct dns_name cut;
	struct ip_addr servers[DNS_SERVERS_MAX];
	size_t server_count;
	struct dns_name missing[DNS_SERVERS_MAX];
	size_t missing_count;
	unsigned int next;
	struct dns_ask *ask;
	struct dns_job *child, *parent;
	unsigned int depth;
	struct dns_budget own, *budget;
	struct loop_timer deadline;
	struct task start;
	struct list waiters;
	const char *what;
};

/* A job for a client (@parent is NULL) or for a server's address; it starts a
 * moment later.  NULL: no memory, or too many. */
struct dns_job *dns_job_new(struct dns_resolver *r, const struct dns_name *name,
			    uint16_t type, struct dns_job *parent);
void dns_job_free(struct dns_job *job);

/* Do not try it again at once (RFC 9520). */
void dns_job_remember_failure(struct dns_job *job);

/* In dns_resolver.c: it is over.  Takes the job. */
void dns_job_done(struct dns_job *job, enum dns_job_result result);

/* What an answer means for the job. */
enum dns_lesson {
	DNS_L_ANSWER,	/* @rrs is complete */
	DNS_L_NXDOMAIN, /* the name does not exist */
	DNS_L_NODATA,	/* it has no such records */
	DNS_L_GO_ON,	/* an alias or a referral: look again */
	DNS_L_LAME,	/* this server is of no use */
};

/**
 * dns_learn() - Keep what can be believed, and say what it means
 * @job:	Its name moves along aliases, its answer grows
 * @pkt:	The answer of a server of the zone @job->cut
 */
enum dns_lesson dns_learn(struct dns_job *job, const ldns_pkt *pkt);

/* Append copies of the records of @owner and @type in @from to the answer,
 * with @ttl_s unless it is 0.  How many; -ENOMEM. */
int dns_job_append(struct dns_job *job, const ldns_rr_list *from,
		   const struct dns_name *owner, uint16_t type, uint32_t ttl_s);

static inline struct place *dns_job_place(const struct dns_job *job)
{
	return &loop_stack(job->r->loop)->place;
}

#endif /* APPS_DNS_RESOLVER_INT_H */
