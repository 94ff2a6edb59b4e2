// SPDX-License-Identifier: MIT
/*
 * dns_stub.c - how the programs of a host find the address of a name
 *
 * Theory of operation
 * ===================
 * A stub resolver does not know the tree of names; it asks one that does, and
 * remembers the answer (RFC 1123, 6.1.3.1).
 *
 *	lookup --> hosts file --> cache --> ask resolver 1, 2, 3
 *	                                       ^   | no answer in 1, 2, 4, 8 s
 *	                                       +---+
 *
 * Answers found at home are handed out by a task, a moment later, so that the
 * caller never has to expect them inside its own call.
 *
 * An answer may be a chain: www is an alias of shop, shop has the address.
 * It is walked in the answer; addresses of names off the chain do not count.
 */

#include "apps/dns_stub.h"

#include <errno.h>
#include <ldns/ldns.h>
#include <string.h>

#include "base/check.h"

#include "core/probe.h"

#include "apps/dns_ask.h"
#include "apps/dns_auth.h"
#include "apps/dns_hosts.h"
#include "reactor/reactor.h"

struct dns_stub {
	struct loop *loop;
	struct endpoint resolvers[DNS_RESOLVERS_MAX];
	size_t count;
	struct dns_hosts hosts;
	struct dns_cache *cache;
};

struct dns_lookup {
	struct dns_stub *stub;
	struct dns_name name;
	uint16_t type; /* A or AAAA */
	char text[DNS_NAME_TEXT];
	struct dns_ask *ask;
	struct task task; /* hands out what was found at home */
	unsigned int tries;
	int err;
	struct dns_addrs addrs;
	dns_lookup_fn *on_done;
	void *arg;
};

static struct place *place_of(struct dns_stub *s)
{
	return &loop_stack(s->loop)->place;
}

static const char *type_text(const struct dns_lookup *l)
{
	return l->type == LDNS_RR_TYPE_AAAA ? "AAAA" : "A";
}

static void lookup_free(struct dns_lookup *l)
{
	mem_free(loop_mem(l->stub->loop), l, sizeof(*l));
}

static void finish(struct dns_lookup *l, int err)
{
	l->on_done(l->arg, err, err ? NULL : &l->addrs);
	lookup_free(l);
}

static bool find_in_hosts(struct dns_lookup *l)
{
	const struct dns_hosts *hosts = &l->stub->hosts;
	const struct ip_addr *a = dns_hosts_find(
		hosts, &l->name, l->type == LDNS_RR_TYPE_AAAA ? IP_V6 : IP_V4);

	if (!a)
		a = dns_hosts_find(hosts, &l->name, IP_NONE);
	if (!a) {
		PROBE_CAUSE(place_of(l->stub), EV_LOOKUP, R_HOSTS_MISS, NULL,
			    EVF_TEXT("name", l->text));
		return false;
	}
	PROBE_CAUSE(place_of(l->stub), EV_LOOKUP, R_HOSTS_HIT, NULL,
		    EVF_TEXT("name", l->text), EVF_IP("ip", a));
	l->addrs = (struct dns_addrs){
		.addr = {*a}, .count = 1, .origin = DNS_FROM_HOSTS};
	/* Who has it in the file does not ask whether there is another. */
	if (l->type == LDNS_RR_TYPE_AAAA && a->family != IP_V6)
		l->err = -ENODATA;
	return true;
}

/* Take the addresses of @owner out of @rrs. */
static void take_addresses(struct dns_lookup *l, const ldns_rr_list *rrs,
			   const struct dns_name *owner)
{
	struct dns_addrs *a = &l->addrs;
	const ldns_rr *rr;
	struct dns_name n;
	size_t i;

	for (i = 0; i < ldns_rr_list_rr_count(rrs); i++) {
		rr = ldns_rr_list_rr(rrs, i);
		dns_rr_owner(&n, rr);
		if (a->count < DNS_ADDRS_MAX && dns_name_eq(&n, owner) &&
		    ldns_rr_get_type(rr) == l->type &&
		    dns_rr_address(rr, &a->addr[a->count])) {
			a->count++;
			a->ttl_s = min_u32(a->ttl_s, ldns_rr_ttl(rr));
		}
	}
}

/* What the cache has about the name, as on_done()'s @err; 1: nothing. */
static int find_in_cache(struct dns_lookup *l)
{
	struct dns_stub *s = l->stub;
	struct dns_hit hit;

	if (!dns_cache_find(s->cache, &l->name, l->type, DNS_RANK_ANSWER,
			    &hit)) {
		PROBE_CAUSE(place_of(s), EV_LOOKUP, R_HCACHE_MISS, NULL,
			    EVF_TEXT("name", l->text));
		return 1;
	}
	if (hit.kept != DNS_KEPT_RECORDS) {
		PROBE_CAUSE(place_of(s), EV_LOOKUP, R_HCACHE_HIT, NULL,
			    EVF_TEXT("name", l->text),
			    EVF_TEXT("ip", "no address"),
			    EVF_NUM("ttl", hit.ttl_s));
		return hit.kept == DNS_KEPT_NXDOMAIN ? -ENOENT : -ENODATA;
	}
	take_addresses(l, hit.rrs, &l->name);
	if (!l->addrs.count)
		return 1;
	l->addrs.ttl_s = hit.ttl_s;
	l->addrs.origin = DNS_FROM_CACHE;
	PROBE_CAUSE(place_of(s), EV_LOOKUP, R_HCACHE_HIT, NULL,
		    EVF_TEXT("name", l->text), EVF_IP("ip", &l->addrs.addr[0]),
		    EVF_NUM("ttl", hit.ttl_s));
	return 0;
}

/*
 * Keep the addresses of @owner under the name that was asked for, whatever
 * aliases lead from one to the other.
 */
static void remember(struct dns_lookup *l, const ldns_rr_list *rrs,
		     const struct dns_name *owner)
{
	struct dns_stub *s = l->stub;
	ldns_rr_list *list = ldns_rr_list_new();
	bool is_kept = false;
	struct dns_hit keep;
	struct dns_name n;
	ldns_rr *copy;
	size_t i;

	for (i = 0; list && i < ldns_rr_list_rr_count(rrs); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(rrs, i);

		dns_rr_owner(&n, rr);
		if (ldns_rr_get_type(rr) != l->type || !dns_name_eq(&n, owner))
			continue;
		copy = dns_rr_copy(rr, &l->name);
		if (copy && !ldns_rr_list_push_rr(list, copy))
			ldns_rr_free(copy);
	}
	keep = (struct dns_hit){.kept = DNS_KEPT_RECORDS,
				.rank = DNS_RANK_ANSWER,
				.rrs = list,
				.ttl_s = l->addrs.ttl_s};
	if (list)
		is_kept = dns_cache_put(s->cache, &l->name, l->type, &keep);
	ldns_rr_list_deep_free(list);
	if (is_kept)
		PROBE_CAUSE(place_of(s), EV_LEARN, R_HCACHE_STORE, NULL,
			    EVF_TEXT("name", l->text),
			    EVF_IP("ip", &l->addrs.addr[0]),
			    EVF_NUM("ttl", l->addrs.ttl_s));
}

static void fail(struct dns_lookup *l, int err, const char *what)
{
	PROBE_CAUSE(place_of(l->stub), EV_APP, R_DNS_FAIL, NULL,
		    EVF_TEXT("name", l->text), EVF_TEXT("type", type_text(l)),
		    EVF_TEXT("text", what));
	finish(l, err);
}

/* "No": keep it as long as the SOA says. */
static void say_no(struct dns_lookup *l, const ldns_pkt *pkt, bool has_name)
{
	const ldns_rr *soa =
		dns_list_first(ldns_pkt_authority(pkt), LDNS_RR_TYPE_SOA);
	struct dns_hit keep = {.rank = DNS_RANK_ANSWER};

	keep.kept = has_name ? DNS_KEPT_NODATA : DNS_KEPT_NXDOMAIN;
	keep.ttl_s = soa ? dns_soa_negative_ttl(soa) : 0;
	dns_cache_put(l->stub->cache, &l->name, l->type, &keep);
	PROBE_CAUSE(place_of(l->stub), EV_APP, R_DNS_NEGATIVE, NULL,
		    EVF_TEXT("name", l->text), EVF_TEXT("type", type_text(l)),
		    EVF_TEXT("text", has_name ? "no address" : "no such name"));
	finish(l, has_name ? -ENODATA : -ENOENT);
}

/* Walk the aliases of the answer up to addresses. */
static void read_answer(struct dns_lookup *l, const ldns_pkt *pkt)
{
	const ldns_rr_list *rrs = ldns_pkt_answer(pkt);
	struct dns_name name = l->name;
	const ldns_rr *alias;
	char ip[IP_TEXT];
	int i;

	l->addrs = (struct dns_addrs){.ttl_s = DNS_TTL_MAX_S,
				      .origin = DNS_FROM_SERVER};
	for (i = 0; i <= DNS_CHAIN_MAX; i++) {
		take_addresses(l, rrs, &name);
		alias = dns_list_find(rrs, &name, LDNS_RR_TYPE_CNAME);
		if (l->addrs.count || !alias)
			break;
		dns_rr_target(&name, alias);
		l->addrs.ttl_s = min_u32(l->addrs.ttl_s, ldns_rr_ttl(alias));
	}
	if (!l->addrs.count) {
		say_no(l, pkt, true);
		return;
	}
	PROBE_CAUSE(place_of(l->stub), EV_APP, R_DNS_ANSWER, NULL,
		    EVF_TEXT("name", l->text), EVF_TEXT("type", type_text(l)),
		    EVF_TEXT("data", ip_addr_print(l->addrs.addr[0], ip)),
		    EVF_NUM("ttl", l->addrs.ttl_s));
	remember(l, rrs, &name);
	finish(l, 0);
}

static void ask(struct dns_lookup *l, int last_err);

static void on_answer(void *arg, int err, const ldns_pkt *pkt)
{
	struct dns_lookup *l = arg;
	ldns_pkt_rcode rcode = pkt ? ldns_pkt_get_rcode(pkt) : 0;

	l->ask = NULL;
	if (!err && rcode == LDNS_RCODE_NOERROR)
		read_answer(l, pkt);
	else if (!err && rcode == LDNS_RCODE_NXDOMAIN)
		say_no(l, pkt, false);
	else
		ask(l, err ? err : -EIO);
}

/*
 * The next try.  A resolver that does not answer is asked again, and given
 * more time; one that says it cannot help is not.
 */
static void ask(struct dns_lookup *l, int last_err)
{
	struct dns_stub *s = l->stub;
	unsigned int round = l->tries / (unsigned int)s->count;
	struct dns_question q = {
		.server = s->resolvers[l->tries % s->count],
		.name = l->name,
		.type = l->type,
		.try_count = round,
		.wants_recursion = true,
		.timeout_ns = (DNS_STUB_FIRST_S * NS_PER_S) << round,
	};
	bool is_over = round && last_err != -ETIMEDOUT;

	if (is_over || round >= DNS_STUB_ROUNDS) {
		fail(l, last_err,
		     last_err == -ETIMEDOUT ? "no resolver answers"
		     : last_err == -EIO	    ? "the resolver found no answer"
					    : "no resolver can be reached");
		return;
	}
	l->tries++;
	last_err = dns_ask(s->loop, &q, on_answer, l, &l->ask);
	if (last_err)
		ask(l, last_err);
}

static void on_task(struct task *task, void *arg)
{
	struct dns_lookup *l = arg;

	(void)task;
	if (l->err == 1)
		ask(l, -ETIMEDOUT);
	else
		finish(l, l->err);
}

static int begin(struct dns_stub *stub, const char *name, uint16_t type,
		 struct dns_lookup **lookup)
{
	struct dns_lookup *l;
	struct dns_name n;

	if (dns_name_parse(&n, name) || dns_name_is_root(&n))
		return -EINVAL;
	l = mem_alloc(loop_mem(stub->loop), sizeof(*l));
	if (!l)
		return -ENOMEM;
	l->stub = stub;
	l->name = n;
	l->type = type;
	dns_name_print(&n, l->text);
	task_init(&l->task, on_task, l);
	if (!find_in_hosts(l))
		l->err = find_in_cache(l);
	if (l->err == 1 && !stub->count)
		l->err = -ENOTCONN;
	stack_defer(loop_stack(stub->loop), &l->task);
	*lookup = l;
	return 0;
}

int dns_stub_lookup(struct dns_stub *stub, const char *name,
		    dns_lookup_fn *on_done, void *arg,
		    struct dns_lookup **lookup)
{
	int err = begin(stub, name, LDNS_RR_TYPE_A, lookup);

	if (err)
		return err;
	(*lookup)->on_done = on_done;
	(*lookup)->arg = arg;
	return 0;
}

int dns_stub_lookup6(struct dns_stub *stub, const char *name,
		     dns_lookup_fn *on_done, void *arg,
		     struct dns_lookup **lookup)
{
	int err = begin(stub, name, LDNS_RR_TYPE_AAAA, lookup);

	if (err)
		return err;
	(*lookup)->on_done = on_done;
	(*lookup)->arg = arg;
	return 0;
}

void dns_lookup_cancel(struct dns_lookup *l)
{
	if (!l)
		return;
	task_cancel(&l->task);
	dns_ask_cancel(l->ask);
	lookup_free(l);
}

int dns_stub_new(struct loop *loop, const struct endpoint *resolvers,
		 size_t count, struct dns_stub **stub)
{
	struct dns_stub *s;

	if (count > DNS_RESOLVERS_MAX)
		return -EINVAL;
	s = mem_alloc(loop_mem(loop), sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->loop = loop;
	s->count = count;
	if (count)
		memcpy(s->resolvers, resolvers, count * sizeof(*resolvers));
	dns_hosts_init(&s->hosts, loop_mem(loop));
	s->cache = dns_cache_new(loop_stack(loop), DNS_CACHE_HOST_MAX);
	if (!s->cache) {
		mem_free(loop_mem(loop), s, sizeof(*s));
		return -ENOMEM;
	}
	*stub = s;
	return 0;
}

void dns_stub_set_resolvers(struct dns_stub *stub,
			    const struct endpoint *resolvers, size_t count)
{
	check(count && count <= DNS_RESOLVERS_MAX);
	stub->count = count;
	memcpy(stub->resolvers, resolvers, count * sizeof(*resolvers));
}

void dns_stub_free(struct dns_stub *s)
{
	if (!s)
		return;
	dns_cache_free(s->cache);
	dns_hosts_fini(&s->hosts);
	mem_free(loop_mem(s->loop), s, sizeof(*s));
}

int dns_stub_set_hosts(struct dns_stub *s, const char *text, int *line)
{
	return dns_hosts_parse(&s->hosts, text, line);
}

struct dns_cache *dns_stub_cache(struct dns_stub *s)
{
	return s->cache;
}
