// SPDX-License-Identifier: MIT
/*
 * dns_server.c - an authoritative DNS server
 *
 * Theory of operation
 * ===================
 * dns_listener.c brings questions and takes answers, dns_auth.c finds the
 * answers.  What is left to do here is to bring the two together, and to tell
 * what was answered.
 */

#include "apps/dns_server.h"

#include <errno.h>
#include <ldns/ldns.h>
#include <string.h>

#include "core/probe.h"

#include "apps/dns_listener.h"
#include "apps/dns_log.h"
#include "reactor/reactor.h"

struct dns_server {
	struct loop *loop;
	struct dns_listener *listener;
	size_t count;
	const struct dns_zone *zones[];
};

static size_t size_of(size_t count)
{
	return sizeof(struct dns_server) + count * sizeof(struct dns_zone *);
}

static void log_refusal(struct place *place, const char *name, const char *type)
{
	PROBE_CAUSE(place, EV_APP, R_DNS_FAIL, NULL, EVF_TEXT("name", name),
		    EVF_TEXT("type", type),
		    EVF_TEXT("text", "not a question for this server"));
}

void dns_log_outcome(struct place *place, const struct dns_name *name,
		     uint16_t type, const struct dns_outcome *out)
{
	char n[DNS_NAME_TEXT], z[DNS_NAME_TEXT], t[16], data[256] = "";
	const char *type_name = dns_type_name(type, t);

	dns_name_print(name, n);
	dns_name_print(&out->zone, z);
	if (out->rr)
		dns_rr_data_print(out->rr, data, sizeof(data));
	switch (out->verdict) {
	case DNS_V_ANSWER:
		PROBE_CAUSE(place, EV_APP, R_DNS_ANSWER, NULL,
			    EVF_TEXT("name", n), EVF_TEXT("type", type_name),
			    EVF_TEXT("data", data),
			    EVF_NUM("ttl", out->rr ? ldns_rr_ttl(out->rr) : 0),
			    EVF_TEXT("zone", z));
		break;
	case DNS_V_REFERRAL:
		PROBE_CAUSE(place, EV_APP, R_DNS_REFERRAL, NULL,
			    EVF_TEXT("name", n), EVF_TEXT("type", type_name),
			    EVF_TEXT("data", data), EVF_TEXT("zone", z));
		break;
	case DNS_V_NXDOMAIN:
	case DNS_V_NODATA:
		PROBE_CAUSE(place, EV_APP, R_DNS_NEGATIVE, NULL,
			    EVF_TEXT("name", n), EVF_TEXT("type", type_name),
			    EVF_TEXT("text", out->verdict == DNS_V_NXDOMAIN
						     ? "no such name"
						     : "no such record"));
		break;
	case DNS_V_REFUSED:
		log_refusal(place, n, type_name);
		break;
	}
}

static void on_query(void *arg, struct dns_query *q)
{
	struct dns_server *s = arg;
	struct dns_outcome out;
	ldns_pkt *answer;

	if (dns_auth_answer(s->zones, s->count, q->pkt, &q->head, &answer,
			    &out)) {
		dns_drop(q); /* no memory: the client asks again */
		return;
	}
	dns_log_outcome(&loop_stack(s->loop)->place, &q->head.name,
			q->head.type, &out);
	dns_reply(q, answer);
}

int dns_server_start(struct loop *loop, const struct endpoint *local,
		     const struct dns_zone *const zones[], size_t count,
		     struct dns_server **server)
{
	struct dns_server *s = mem_alloc(loop_mem(loop), size_of(count));
	int rc;

	if (!s)
		return -ENOMEM;
	s->loop = loop;
	s->count = count;
	if (count)
		memcpy(s->zones, zones, count * sizeof(zones[0]));
	rc = dns_listener_open(loop, local, on_query, s, &s->listener);
	if (rc) {
		mem_free(loop_mem(loop), s, size_of(count));
		return rc;
	}
	*server = s;
	return 0;
}

void dns_server_stop(struct dns_server *s)
{
	if (!s)
		return;
	dns_listener_close(s->listener);
	mem_free(loop_mem(s->loop), s, size_of(s->count));
}
