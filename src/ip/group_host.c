// SPDX-License-Identifier: MIT
/*
 * group_host.c - the host's half of IGMP and MLD: saying what we want
 *
 * Theory of operation
 * ===================
 * Routers have to know of each group whether anybody on a link wants it, and
 * from which sources.  A host tells them in two ways:
 *
 *	unasked		what has changed, at once, and as often as the querier's
 *			robustness says, for a report may be lost
 *	asked		what is, after a random part of the time that the query
 *			allows, so that a thousand hosts do not answer at once
 *
 * Of a change the table remembers only which sources it concerns and how many
 * reports are left; what the report says of them is read from the filter when
 * it is sent.  So changes that follow each other quickly merge as RFC 3376, 5.1
 * (and RFC 3810, 6.1) wants it: the newest state, repeated often enough for
 * each part of it.
 *
 *	version 3	filter changed its mode: TO_INCLUDE, TO_EXCLUDE
 *			its sources alone: ALLOW, BLOCK
 *	version 2	joined: report to the group; left, and nobody has
 *			reported after us: leave to all routers
 *	version 1	joined: report to the group
 *
 * MLDv2 is version 3 and MLDv1 version 2 (wire/group.h).
 *
 * An old querier is heard for a while and then perhaps no more, so each
 * interface speaks the oldest version of the last minutes (RFC 3376, 7.2.1;
 * RFC 3810, 8.2.1).  In old versions a report is heard by the other members,
 * who need not say the same.
 *
 * Limits
 * ------
 * A report is of one group.  General queries are answered group by group, each
 * after a delay of its own, not in one packet.
 */

#include "base/check.h"

#include "core/probe.h"

#include "ip/group_int.h"

static struct stack *stack_of(const struct ip_group *g)
{
	return g->set->stack;
}

static const struct group_proto *proto_of(const struct ip_group *g)
{
	return g->set->proto;
}

/* As wire/group.h counts. */
static uint8_t version_of(const struct groups *set, const struct group_if *ifc)
{
	uint8_t v = 1;

	while (ifc && v < GROUP_NEWEST &&
	       stack_now(set->stack) >= ifc->old_until[v])
		v++;
	return ifc ? v : GROUP_NEWEST;
}

uint8_t group_version(struct stack *stack, uint8_t family,
		      const struct netif *netif)
{
	const struct groups *set = groups_of(stack, family);
	uint8_t off = set->proto ? set->proto->version_off : 0;

	return (uint8_t)(version_of(set, group_if_find(set, netif)) - off);
}

static uint8_t version_now(const struct ip_group *g)
{
	return version_of(g->set, group_if_find(g->set, g->netif));
}

static uint8_t robustness_of(const struct ip_group *g)
{
	const struct group_if *i = group_if_find(g->set, g->netif);

	return i ? i->robustness : GROUP_ROBUSTNESS;
}

/*
 * Reports.
 */

static void send_old(const struct ip_group *g, uint8_t version, bool is_leave,
		     enum reason why)
{
	const struct group_proto *p = proto_of(g);
	struct group_message m;

	m.len = p->old_emit(m.b, version, is_leave, g->group);
	p->send(stack_of(g), g->netif, is_leave ? p->all_routers : g->group, &m,
		why);
}

static void report_3(const struct ip_group *g, enum group_record_type type,
		     const struct ip_addr *src, uint8_t count, enum reason why)
{
	uint8_t octets[IP_GROUP_SOURCES * 16];
	const struct group_proto *p = proto_of(g);
	const struct group_record rec = {
		.type = (uint8_t)type,
		.group = g->group,
		.sources = octets,
		.source_count = count,
	};
	struct group_message m;

	for (uint8_t i = 0; i < count; i++)
		group_source_put(octets, i, src[i]);
	m.len = p->report_emit(m.b, &rec);
	p->send(stack_of(g), g->netif, p->all_newest, &m, why);
}

/* ALLOW or BLOCK of all changed sources that now are wanted, or are not. */
static void report_changes(struct ip_group *g, bool is_allow, enum reason why)
{
	enum group_record_type type = is_allow ? GROUP_ALLOW : GROUP_BLOCK;
	const struct group_detail *d = g->detail;
	struct ip_addr src[IP_GROUP_SOURCES];
	uint8_t n = 0;

	for (uint8_t i = 0; d && i < d->change_count; i++) {
		struct ip_addr a = d->changes[i].src;

		if (ip_filter_wants(group_want(g), a) != is_allow)
			continue;
		src[n++] = a;
		if (n < IP_GROUP_SOURCES)
			continue;
		report_3(g, type, src, n, why);
		n = 0;
	}
	if (n)
		report_3(g, type, src, n, why);
}

static void changes_count_down(struct group_detail *d)
{
	uint8_t n = 0;

	for (uint8_t i = 0; d && i < d->change_count; i++)
		if (--d->changes[i].left)
			d->changes[n++] = d->changes[i];
	if (d)
		d->change_count = n;
}

static bool has_changes(const struct ip_group *g)
{
	return g->mode_left || (g->detail && g->detail->change_count);
}

/* One round of telling.  Frees a group that was left and told of for the last
 * time. */
static void tell_change(struct ip_group *g, enum reason why)
{
	const struct ip_filter *want = group_want(g);

	if (g->mode_left) {
		g->mode_left--;
		report_3(g,
			 want->is_exclude ? GROUP_TO_EXCLUDE : GROUP_TO_INCLUDE,
			 want->src, want->count, why);
	} else {
		report_changes(g, true, why);
		report_changes(g, false, why);
	}
	changes_count_down(g->detail);
	if (has_changes(g))
		stack_arm_in(stack_of(g), &g->again,
			     group_jitter(stack_of(g), GROUP_AGAIN_MS));
	else if (filter_is_nobody(want))
		group_free(g);
}

/* @old and the filter differ in sources: somebody has named some, so there is
 * a detail. */
static void change_add(struct ip_group *g, struct ip_addr src)
{
	struct group_detail *d = g->detail;
	uint8_t left = robustness_of(g);

	for (uint8_t i = 0; i < d->change_count; i++)
		if (ip_addr_eq(d->changes[i].src, src)) {
			d->changes[i].left = left;
			return;
		}
	if (d->change_count == ARRAY_SIZE(d->changes)) {
		g->mode_left = left; /* say all of it */
		return;
	}
	d->changes[d->change_count++] = (struct group_change){src, left};
}

static void changed_3(struct ip_group *g, const struct ip_filter *old)
{
	const struct group_reasons *why = &proto_of(g)->why;
	const struct ip_filter *want = group_want(g);
	uint8_t i;

	if (want->is_exclude != old->is_exclude) {
		g->mode_left = robustness_of(g);
		if (g->detail)
			g->detail->change_count = 0;
	} else {
		for (i = 0; i < want->count; i++)
			if (!ip_filter_has(old, want->src[i]))
				change_add(g, want->src[i]);
		for (i = 0; i < old->count; i++)
			if (!ip_filter_has(want, old->src[i]))
				change_add(g, old->src[i]);
	}
	if (has_changes(g))
		tell_change(g, filter_is_nobody(want) ? why->leave : why->join);
}

static void changed_old(struct ip_group *g, const struct ip_filter *old,
			uint8_t version)
{
	const struct group_reasons *why = &proto_of(g)->why;

	if (filter_is_nobody(group_want(g))) {
		if (g->is_last && version == 2)
			send_old(g, version, true, why->leave);
		group_free(g);
		return;
	}
	if (!filter_is_nobody(old))
		return; /* of sources these versions know nothing */
	g->is_last = true;
	g->mode_left = (uint8_t)(robustness_of(g) - 1);
	send_old(g, version, false, why->join);
	if (g->mode_left)
		stack_arm_in(stack_of(g), &g->again,
			     group_jitter(stack_of(g), GROUP_AGAIN2_MS));
}

static bool filter_is_same(const struct ip_filter *a, const struct ip_filter *b)
{
	if (a->is_exclude != b->is_exclude || a->count != b->count)
		return false;
	for (uint8_t i = 0; i < a->count; i++)
		if (!ip_filter_has(b, a->src[i]))
			return false;
	return true;
}

static bool is_silent(const struct ip_group *g)
{
	return !proto_of(g) || proto_of(g)->is_silent(g->group) ||
	       g->netif->features & NETIF_F_LOOPBACK;
}

void group_host_changed(struct ip_group *g, const struct ip_filter *old)
{
	if (filter_is_same(group_want(g), old))
		return;
	if (is_silent(g)) {
		if (filter_is_nobody(group_want(g)))
			group_free(g);
	} else if (version_now(g) == GROUP_NEWEST) {
		changed_3(g, old);
	} else {
		changed_old(g, old, version_now(g));
	}
}

static void tell_timer(const struct ip_group *g, const char *what)
{
	PROBE_CAUSE(&stack_of(g)->place, EV_TIMER, proto_of(g)->why.timer, NULL,
		    EVF_IP("group", &g->group), EVF_TEXT("timer", what));
}

static void on_again(struct timer *t, void *arg)
{
	struct ip_group *g = arg;
	uint8_t version = version_now(g);

	(void)t;
	tell_timer(g, "repeat");
	if (version == GROUP_NEWEST) {
		tell_change(g, proto_of(g)->why.again);
		return;
	}
	send_old(g, version, false, proto_of(g)->why.again);
	g->is_last = true;
	if (--g->mode_left)
		stack_arm_in(stack_of(g), &g->again,
			     group_jitter(stack_of(g), GROUP_AGAIN2_MS));
}

/*
 * Answers.
 */

/* Those of the sources asked for that are wanted (RFC 3376, 5.2). */
static void answer_sources(struct ip_group *g)
{
	const struct group_detail *d = g->detail;
	struct ip_addr src[IP_GROUP_SOURCES];
	uint8_t n = 0;

	for (uint8_t i = 0; d && i < d->asked_count; i++)
		if (ip_filter_wants(group_want(g), d->asked[i]))
			src[n++] = d->asked[i];
	if (n)
		report_3(g, GROUP_IS_INCLUDE, src, n, proto_of(g)->why.answer);
}

static void on_answer(struct timer *t, void *arg)
{
	struct ip_group *g = arg;
	const struct ip_filter *want = group_want(g);
	enum reason why = proto_of(g)->why.answer;
	uint8_t version = version_now(g);

	(void)t;
	if (filter_is_nobody(want))
		return;
	tell_timer(g, "answer");
	if (version < GROUP_NEWEST) {
		send_old(g, version, false, why);
		g->is_last = true;
	} else if (g->asked_all) {
		report_3(g,
			 want->is_exclude ? GROUP_IS_EXCLUDE : GROUP_IS_INCLUDE,
			 want->src, want->count, why);
	} else {
		answer_sources(g);
	}
	g->asked_all = false;
	if (g->detail)
		g->detail->asked_count = 0;
}

void group_host_init(struct ip_group *g)
{
	timer_init(&g->answer, on_answer, g);
	timer_init(&g->again, on_again, g);
}

/* A stranger asks about sources: whoever has never named any wants all or
 * nothing, and says so without remembering which were asked for. */
static void note_sources(struct ip_group *g, const struct group_query *q)
{
	struct group_detail *d = g->detail;

	if (g->asked_all)
		return;
	if (!d || !q->source_count ||
	    q->source_count > IP_GROUP_SOURCES - d->asked_count) {
		g->asked_all = true;
		return;
	}
	for (uint16_t i = 0; i < q->source_count; i++)
		d->asked[d->asked_count++] =
			group_source(g->group.family, q->sources, i);
}

static void group_asked(struct ip_group *g, const struct group_query *q)
{
	struct stack *stack = stack_of(g);
	uint64_t at = stack_now(stack) + group_jitter(stack, q->max_ms);

	if (is_silent(g) || filter_is_nobody(group_want(g)))
		return;
	note_sources(g, q);
	if (!timer_is_armed(&g->answer) || g->answer.expires_ns > at)
		stack_arm(stack, &g->answer, at);
}

/* Another version is spoken: what waits to be said is in the wrong one. */
static void forget_pending(struct groups *set, const struct netif *netif)
{
	struct list *pos, *next;

	list_for_each_safe(pos, next, &set->groups) {
		struct ip_group *g = container_of(pos, struct ip_group, node);

		if (g->netif != netif)
			continue;
		stack_disarm(set->stack, &g->again);
		stack_disarm(set->stack, &g->answer);
		g->mode_left = 0;
		g->asked_all = false;
		if (g->detail)
			g->detail->change_count = g->detail->asked_count = 0;
		if (filter_is_nobody(group_want(g)))
			group_free(g);
	}
}

static void tell_version(const struct group_if *ifc, uint8_t was, uint8_t is)
{
	const struct group_proto *p = ifc->set->proto;

	PROBE(&ifc->set->stack->place, EV_STATE, p->why.version, NULL,
	      EVF_TEXT("if", ifc->netif->name),
	      EVF_NUM("from", was - p->version_off),
	      EVF_NUM("to", is - p->version_off));
}

/* RFC 3376, 8.12 and 4.1.6, 4.1.7; RFC 3810, 9.12 and 5.1.8, 5.1.9. */
static void note_querier(struct group_if *ifc, const struct group_query *q)
{
	uint8_t was = version_of(ifc->set, ifc), is;
	uint64_t until = stack_now(ifc->set->stack) +
			 ifc->robustness * ifc->interval_s * NS_PER_S +
			 q->max_ms * NS_PER_MS;

	if (q->version < GROUP_NEWEST) {
		ifc->old_until[q->version] = until;
	} else {
		ifc->robustness =
			q->robustness ? q->robustness : GROUP_ROBUSTNESS;
		ifc->interval_s =
			q->interval_s ? q->interval_s : GROUP_INTERVAL_S;
	}
	is = version_of(ifc->set, ifc);
	if (is == was)
		return;
	tell_version(ifc, was, is);
	forget_pending(ifc->set, ifc->netif);
}

void group_host_asked(struct group_if *ifc, const struct group_query *q)
{
	struct ip_group *g;

	note_querier(ifc, q);
	list_for_each_entry(g, &ifc->set->groups, struct ip_group, node)
		if (g->netif == ifc->netif && (ip_addr_is_zero(q->group) ||
					       ip_addr_eq(q->group, g->group)))
			group_asked(g, q);
}

void group_host_overheard(struct groups *set, const struct netif *netif,
			  struct ip_addr group)
{
	struct ip_group *g = group_find(set, netif, group);

	if (!g || version_now(g) == GROUP_NEWEST)
		return;
	stack_disarm(set->stack, &g->answer);
	stack_disarm(set->stack, &g->again);
	g->mode_left = 0;
	g->is_last = false;
}
