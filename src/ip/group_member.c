// SPDX-License-Identifier: MIT
/*
 * group_member.c - a router's table of who wants which group
 *
 * Theory of operation
 * ===================
 * For each link and group one record sums up what all hosts there want, in the
 * same terms as a host's filter (RFC 3376, 6.2; RFC 3810, 7.2), but with times,
 * because hosts may vanish without a word:
 *
 *	INCLUDE		sources with a time: wanted until then
 *	EXCLUDE		the group has a time; sources with a time are wanted
 *			(somebody asked for them), those without are not
 *
 * When the time of an EXCLUDE group ends, what is left are its sources with a
 * time; a record without sources ends.
 *
 * Reports that take something away (left, BLOCK) change nothing but times: the
 * link is asked, twice, and if nobody objects within two seconds, the time is
 * over (RFC 3376, 6.4.2).  The table there is long; it folds to four cases,
 * since "A+B" and "X+A, Y-A" both give the sources named a time.
 *
 * Hosts of versions 1 and 2 say the same with fewer words: a report is EXCLUDE
 * of nobody, leave is INCLUDE of nobody.  While a host of version 1 is there,
 * nobody is believed to be the last to leave (RFC 3376, 7.3.2; of MLD there is
 * no such version).
 *
 * Groups that never leave their link are not remembered: nobody forwards them,
 * and every IPv6 host brings some, in which its neighbours ask.
 *
 * Limits
 * ------
 * MEMBERS_MAX groups on a link, IP_GROUP_SOURCES sources in each; a source
 * beyond that makes the record take all of the group, which is more than was
 * asked for, but nobody goes without.
 */

#include "core/probe.h"

#include "ip/group_int.h"

enum { MEMBERS_MAX = 1024, LAST_QUERIES = 2 };

/* RFC 3376, 8.4 and 8.8, 8.10; RFC 3810, 9.4 and 9.8, 9.10. */
#define MEMBER_NS                                                   \
	(GROUP_ROBUSTNESS * (uint64_t)GROUP_INTERVAL_S * NS_PER_S + \
	 GROUP_RESPONSE_MS * NS_PER_MS)
#define LAST_MS 1000
#define LAST_NS (LAST_QUERIES * LAST_MS * NS_PER_MS)

/* @until_ns is 0 for a source that an EXCLUDE group does not want; @asks are
 * queries still to be sent. */
struct member_source {
	struct ip_addr addr;
	uint64_t until_ns;
	uint8_t asks;
};

struct group_member {
	struct list node;
	struct group_if *ifc;
	struct ip_addr group;
	bool is_exclude;
	uint8_t asks;
	uint64_t until_ns;
	uint64_t v1_until, v2_until;
	struct timer end, again;
	size_t count;
	struct member_source src[IP_GROUP_SOURCES];
};

static struct stack *stack_of(const struct group_member *m)
{
	return m->ifc->set->stack;
}

static const struct group_proto *proto_of(const struct group_member *m)
{
	return m->ifc->set->proto;
}

static uint64_t now_of(const struct group_member *m)
{
	return stack_now(stack_of(m));
}

static void tell(const struct group_member *m, enum reason what)
{
	PROBE(&stack_of(m)->place, EV_LEARN, what, NULL,
	      EVF_IP("group", &m->group), EVF_TEXT("if", m->ifc->netif->name));
}

static struct group_member *member_find(const struct group_if *ifc,
					struct ip_addr group)
{
	struct group_member *m;

	list_for_each_entry(m, &ifc->members, struct group_member, node)
		if (ip_addr_eq(m->group, group))
			return m;
	return NULL;
}

static void member_free(struct group_member *m)
{
	struct stack *stack = stack_of(m);

	stack_disarm(stack, &m->end);
	stack_disarm(stack, &m->again);
	list_del(&m->node);
	m->ifc->member_count--;
	mem_free(stack->place.env->mem, m, sizeof(*m));
}

void group_members_drop(struct group_if *ifc)
{
	struct group_member *m;

	while ((m = list_first_entry(&ifc->members, struct group_member, node)))
		member_free(m);
}

static struct member_source *source_find(struct group_member *m,
					 struct ip_addr addr)
{
	for (size_t i = 0; i < m->count; i++)
		if (ip_addr_eq(m->src[i].addr, addr))
			return &m->src[i];
	return NULL;
}

/* Give a source its time, 0: none. */
static void source_set(struct group_member *m, struct ip_addr addr,
		       uint64_t until_ns)
{
	struct member_source *s = source_find(m, addr);

	if (!s && m->count == IP_GROUP_SOURCES) {
		m->is_exclude = true; /* see Limits */
		m->until_ns = now_of(m) + MEMBER_NS;
		return;
	}
	if (!s)
		s = &m->src[m->count++];
	*s = (struct member_source){addr, until_ns, 0};
}

/*
 * Time.
 */

/* What has ended ends.  False: the whole record. */
static bool member_expire(struct group_member *m)
{
	uint64_t now = now_of(m);
	bool is_over = m->is_exclude && m->until_ns <= now;
	size_t i, n = 0;

	if (is_over)
		m->is_exclude = false;
	for (i = 0; i < m->count; i++) {
		struct member_source s = m->src[i];

		if (s.until_ns <= now)
			s.until_ns = 0;
		if (s.until_ns || m->is_exclude)
			m->src[n++] = s;
	}
	m->count = n;
	return m->is_exclude || n;
}

static void member_arm(struct group_member *m)
{
	uint64_t at = m->is_exclude ? m->until_ns : UINT64_MAX;

	for (size_t i = 0; i < m->count; i++)
		if (m->src[i].until_ns && m->src[i].until_ns < at)
			at = m->src[i].until_ns;
	stack_arm(stack_of(m), &m->end, at);
}

/* Frees it if nobody wants anything. */
static void member_settle(struct group_member *m)
{
	if (member_expire(m)) {
		member_arm(m);
		return;
	}
	tell(m, proto_of(m)->why.member_gone);
	member_free(m);
}

static void on_end(struct timer *t, void *arg)
{
	(void)t;
	member_settle(arg);
}

/*
 * Asking before something is taken away.
 */

static void query_send(struct group_member *m, const uint8_t *src, uint16_t n)
{
	const struct group_query q = {
		.version = now_of(m) < m->v2_until ? 2 : 3,
		.max_ms = LAST_MS,
		.group = m->group,
		.robustness = GROUP_ROBUSTNESS,
		.interval_s = GROUP_INTERVAL_S,
		.sources = src,
		.source_count = n,
	};
	const struct group_proto *p = proto_of(m);
	struct group_message msg;

	msg.len = p->query_emit(msg.b, &q);
	p->send(stack_of(m), m->ifc->netif, m->group, &msg, p->why.query_group);
}

/* One round of the questions that are due. */
static void ask_round(struct group_member *m)
{
	uint8_t src[IP_GROUP_SOURCES * 16];
	bool is_more = false;
	uint16_t n = 0;

	for (size_t i = 0; i < m->count; i++) {
		struct member_source *s = &m->src[i];

		if (!s->asks)
			continue;
		group_source_put(src, n++, s->addr);
		is_more |= --s->asks > 0;
	}
	if (m->asks) {
		query_send(m, NULL, 0);
		is_more |= --m->asks > 0;
	}
	if (n)
		query_send(m, src, n);
	if (is_more)
		stack_arm_in(stack_of(m), &m->again, LAST_MS * NS_PER_MS);
}

static void on_ask(struct timer *t, void *arg)
{
	(void)t;
	ask_round(arg);
}

static void source_doubt(struct group_member *m, struct member_source *s)
{
	uint64_t last = now_of(m) + LAST_NS;

	if (!s->until_ns || !m->ifc->is_querier)
		return;
	if (s->until_ns > last)
		s->until_ns = last;
	s->asks = LAST_QUERIES;
}

static void group_doubt(struct group_member *m)
{
	uint64_t last = now_of(m) + LAST_NS;

	if (!m->is_exclude || !m->ifc->is_querier)
		return;
	if (m->until_ns > last)
		m->until_ns = last;
	m->asks = LAST_QUERIES;
}

/*
 * Reports (RFC 3376, 6.4).
 */

static struct ip_addr source_at(const struct group_record *r, size_t i)
{
	return group_source(r->group.family, r->sources, i);
}

static bool record_has(const struct group_record *r, struct ip_addr addr)
{
	for (uint16_t i = 0; i < r->source_count; i++)
		if (ip_addr_eq(source_at(r, i), addr))
			return true;
	return false;
}

/* IS_INCLUDE, ALLOW, and the first half of TO_INCLUDE. */
static void apply_allow(struct group_member *m, const struct group_record *r)
{
	for (uint16_t i = 0; i < r->source_count; i++)
		source_set(m, source_at(r, i), now_of(m) + MEMBER_NS);
}

static void apply_to_include(struct group_member *m,
			     const struct group_record *r)
{
	for (size_t i = 0; i < m->count; i++)
		if (!record_has(r, m->src[i].addr))
			source_doubt(m, &m->src[i]);
	group_doubt(m);
	apply_allow(m, r);
}

static void apply_exclude(struct group_member *m, const struct group_record *r)
{
	bool was = m->is_exclude, is_change = r->type == GROUP_TO_EXCLUDE;
	uint64_t fresh = is_change ? m->until_ns : now_of(m) + MEMBER_NS;
	size_t i, n = 0;

	for (i = 0; i < m->count; i++)
		if (record_has(r, m->src[i].addr))
			m->src[n++] = m->src[i];
	m->count = n;
	for (i = 0; i < r->source_count; i++) {
		struct ip_addr a = source_at(r, i);

		if (!source_find(m, a))
			source_set(m, a, was ? fresh : 0);
	}
	m->is_exclude = true;
	m->until_ns = now_of(m) + MEMBER_NS;
	m->asks = 0;
	for (i = 0; i < m->count && is_change; i++)
		source_doubt(m, &m->src[i]);
}

static void apply_block(struct group_member *m, const struct group_record *r)
{
	for (uint16_t i = 0; i < r->source_count; i++) {
		struct ip_addr a = source_at(r, i);

		if (m->is_exclude && !source_find(m, a))
			source_set(m, a, m->until_ns);
		if (source_find(m, a))
			source_doubt(m, source_find(m, a));
	}
}

static void apply(struct group_member *m, const struct group_record *r)
{
	bool is_v1 = now_of(m) < m->v1_until, is_v2 = now_of(m) < m->v2_until;

	switch (r->type) {
	case GROUP_IS_INCLUDE:
	case GROUP_ALLOW:
		apply_allow(m, r);
		break;
	case GROUP_IS_EXCLUDE:
	case GROUP_TO_EXCLUDE:
		apply_exclude(m, r);
		break;
	case GROUP_TO_INCLUDE:
		if (is_v1)
			apply_allow(m, r);
		else
			apply_to_include(m, r);
		break;
	case GROUP_BLOCK:
		if (!is_v1 && !is_v2)
			apply_block(m, r);
		break;
	default:
		break; /* unknown ones are skipped (RFC 3376, 4.2.12) */
	}
	if (!timer_is_armed(&m->again))
		ask_round(m);
	member_settle(m);
}

static bool takes_nothing(const struct group_record *r)
{
	return r->type == GROUP_BLOCK ||
	       (!r->source_count && r->type != GROUP_IS_EXCLUDE &&
		r->type != GROUP_TO_EXCLUDE) ||
	       !r->type || r->type > GROUP_BLOCK;
}

static struct group_member *member_new(struct group_if *ifc,
				       struct ip_addr group)
{
	struct group_member *m;

	m = mem_alloc(ifc->set->stack->place.env->mem, sizeof(*m));
	if (!m)
		return NULL;
	*m = (struct group_member){.ifc = ifc, .group = group};
	timer_init(&m->end, on_end, m);
	timer_init(&m->again, on_ask, m);
	list_add_tail(&ifc->members, &m->node);
	ifc->member_count++;
	tell(m, proto_of(m)->why.member);
	return m;
}

enum drop group_member_report(struct group_if *ifc,
			      const struct group_record *r, uint8_t version)
{
	struct group_member *m = member_find(ifc, r->group);

	if (ifc->set->proto->stays(r->group) || (!m && takes_nothing(r)))
		return DROP_COUNT;
	if (!m && ifc->member_count == MEMBERS_MAX)
		return ifc->set->proto->full;
	if (!m)
		m = member_new(ifc, r->group);
	if (!m)
		return DROP_no_memory;
	if (version == 1)
		m->v1_until = now_of(m) + MEMBER_NS;
	if (version == 2 && r->type == GROUP_IS_EXCLUDE)
		m->v2_until = now_of(m) + MEMBER_NS;
	apply(m, r);
	return DROP_COUNT;
}

/* The querier doubts; so do we (RFC 3376, 6.6.1). */
void group_member_asked(struct group_if *ifc, const struct group_query *q)
{
	struct group_member *m = member_find(ifc, q->group);
	uint64_t last;

	if (!m)
		return;
	last = now_of(m) + LAST_QUERIES * q->max_ms * NS_PER_MS;
	if (!q->source_count && m->is_exclude && m->until_ns > last)
		m->until_ns = last;
	for (uint16_t i = 0; i < q->source_count; i++) {
		struct member_source *s = source_find(
			m, group_source(q->group.family, q->sources, i));

		if (s && s->until_ns > last)
			s->until_ns = last;
	}
	member_settle(m);
}

bool group_is_wanted(const struct group_if *ifc, struct ip_addr group,
		     struct ip_addr src)
{
	struct group_member *m = member_find(ifc, group);
	const struct member_source *s = m ? source_find(m, src) : NULL;

	if (!m)
		return false;
	return s ? s->until_ns != 0 : m->is_exclude;
}
