// SPDX-License-Identifier: MIT
/*
 * igmp_host.c - the host's half of IGMP: saying what we want
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
 * wants it: the newest state, repeated often enough for each part of it.
 *
 *	version 3	filter changed its mode: TO_INCLUDE, TO_EXCLUDE
 *			its sources alone: ALLOW, BLOCK
 *	version 2	joined: report to the group; left, and nobody has
 *			reported after us: leave to all routers
 *	version 1	joined: report to the group
 *
 * An old querier is heard for a while and then perhaps no more, so each
 * interface speaks the oldest version of the last minutes (RFC 3376, 7.2.1).
 * In versions 1 and 2 a report is heard by the other members, who need not
 * say the same.
 *
 * Limits
 * ------
 * A report is of one group.  General queries are answered group by group, each
 * after a delay of its own, not in one packet.
 */

#include "base/check.h"

#include "core/probe.h"

#include "ip/igmp_int.h"

static struct stack *stack_of(const struct ip_group *g)
{
	return g->ip->stack;
}

static uint8_t version_of(struct stack *stack, const struct igmp_if *ifc)
{
	if (ifc && stack_now(stack) < ifc->v1_until)
		return 1;
	return ifc && stack_now(stack) < ifc->v2_until ? 2 : 3;
}

uint8_t igmp_version(struct stack *stack, const struct netif *netif)
{
	return version_of(stack, igmp_if_find(igmp_of(stack), netif));
}

static uint8_t group_version(const struct ip_group *g)
{
	return igmp_version(stack_of(g), g->netif);
}

static uint8_t robustness_of(const struct ip_group *g)
{
	const struct igmp_if *i = igmp_if_find(igmp_of(stack_of(g)), g->netif);

	return i ? i->robustness : IGMP_ROBUSTNESS;
}

/*
 * Reports.
 */

static void report_old(const struct ip_group *g, uint8_t version,
		       enum reason why)
{
	struct igmp_message m = {.len = IGMP_LEN};

	igmp_emit(m.b, version == 1 ? IGMP_REPORT_1 : IGMP_REPORT_2, g->group);
	igmp_send(stack_of(g), g->netif, g->group, &m, why);
}

static void report_3(const struct ip_group *g, enum igmp_record_type type,
		     const ip4_addr *src, uint8_t count, enum reason why)
{
	uint8_t octets[2 * IP_GROUP_SOURCES * 4];
	const struct igmp_record rec = {
		.type = (uint8_t)type,
		.group = g->group,
		.sources = octets,
		.source_count = count,
	};
	struct igmp_message m;

	for (uint8_t i = 0; i < count; i++)
		put_ip4(octets + i * 4, src[i]);
	m.len = igmp_report3_emit(m.b, &rec);
	igmp_send(stack_of(g), g->netif, IGMP_ALL_IGMP3, &m, why);
}

static bool source_is_wanted(const struct ip_filter *f, ip4_addr src)
{
	return filter_has(f, src) != f->is_exclude;
}

/* ALLOW or BLOCK of all changed sources that now are wanted, or are not. */
static void report_changes(struct ip_group *g, bool is_allow, enum reason why)
{
	ip4_addr src[2 * IP_GROUP_SOURCES];
	uint8_t n = 0;

	for (uint8_t i = 0; i < g->change_count; i++)
		if (source_is_wanted(&g->want, g->changes[i].src) == is_allow)
			src[n++] = g->changes[i].src;
	if (n)
		report_3(g, is_allow ? IGMP_ALLOW : IGMP_BLOCK, src, n, why);
}

static void changes_count_down(struct ip_group *g)
{
	uint8_t n = 0;

	for (uint8_t i = 0; i < g->change_count; i++)
		if (--g->changes[i].left)
			g->changes[n++] = g->changes[i];
	g->change_count = n;
}

/* One round of telling.  Frees a group that was left and told of for the last
 * time. */
static void tell_change(struct ip_group *g, enum reason why)
{
	if (g->mode_left) {
		g->mode_left--;
		report_3(g,
			 g->want.is_exclude ? IGMP_TO_EXCLUDE : IGMP_TO_INCLUDE,
			 g->want.src, g->want.count, why);
	} else {
		report_changes(g, true, why);
		report_changes(g, false, why);
	}
	changes_count_down(g);
	if (g->mode_left || g->change_count)
		stack_arm_in(stack_of(g), &g->again,
			     igmp_jitter(stack_of(g), IGMP_AGAIN_MS));
	else if (filter_is_nobody(&g->want))
		group_free(g);
}

static void change_add(struct ip_group *g, ip4_addr src)
{
	uint8_t left = robustness_of(g);

	for (uint8_t i = 0; i < g->change_count; i++)
		if (g->changes[i].src.v == src.v) {
			g->changes[i].left = left;
			return;
		}
	if (g->change_count == ARRAY_SIZE(g->changes)) {
		g->mode_left = left; /* say all of it */
		return;
	}
	g->changes[g->change_count++] = (struct igmp_change){src, left};
}

static void changed_3(struct ip_group *g, const struct ip_filter *old)
{
	enum reason why =
		filter_is_nobody(&g->want) ? R_IGMP_LEAVE : R_IGMP_JOIN;
	uint8_t i;

	if (g->want.is_exclude != old->is_exclude) {
		g->mode_left = robustness_of(g);
		g->change_count = 0;
	} else {
		for (i = 0; i < g->want.count; i++)
			if (!filter_has(old, g->want.src[i]))
				change_add(g, g->want.src[i]);
		for (i = 0; i < old->count; i++)
			if (!filter_has(&g->want, old->src[i]))
				change_add(g, old->src[i]);
	}
	if (g->mode_left || g->change_count)
		tell_change(g, why);
}

static void changed_old(struct ip_group *g, const struct ip_filter *old,
			uint8_t version)
{
	struct igmp_message m = {.len = IGMP_LEN};

	if (filter_is_nobody(&g->want)) {
		igmp_emit(m.b, IGMP_LEAVE, g->group);
		if (g->is_last && version == 2)
			igmp_send(stack_of(g), g->netif, IGMP_ALL_ROUTERS, &m,
				  R_IGMP_LEAVE);
		group_free(g);
		return;
	}
	if (!filter_is_nobody(old))
		return; /* of sources these versions know nothing */
	g->is_last = true;
	g->mode_left = (uint8_t)(robustness_of(g) - 1);
	report_old(g, version, R_IGMP_JOIN);
	if (g->mode_left)
		stack_arm_in(stack_of(g), &g->again,
			     igmp_jitter(stack_of(g), IGMP_AGAIN2_MS));
}

void igmp_host_changed(struct ip_group *g, const struct ip_filter *old)
{
	bool is_silent = g->group.v == IGMP_ALL_HOSTS.v ||
			 !igmp_of(stack_of(g)) ||
			 g->netif->features & NETIF_F_LOOPBACK;

	if (is_silent) {
		if (filter_is_nobody(&g->want))
			group_free(g);
	} else if (group_version(g) == 3) {
		changed_3(g, old);
	} else {
		changed_old(g, old, group_version(g));
	}
}

static void tell_timer(const struct ip_group *g, const char *what)
{
	struct ip_addr group = ip_addr_v4(g->group);

	PROBE_CAUSE(&stack_of(g)->place, EV_TIMER, R_IGMP_TIMER, NULL,
		    EVF_IP("group", &group), EVF_TEXT("timer", what));
}

static void on_again(struct timer *t, void *arg)
{
	struct ip_group *g = arg;
	uint8_t version = group_version(g);

	(void)t;
	tell_timer(g, "repeat");
	if (version == 3) {
		tell_change(g, R_IGMP_AGAIN);
		return;
	}
	report_old(g, version, R_IGMP_AGAIN);
	g->is_last = true;
	if (--g->mode_left)
		stack_arm_in(stack_of(g), &g->again,
			     igmp_jitter(stack_of(g), IGMP_AGAIN2_MS));
}

/*
 * Answers.
 */

/* Those of the sources asked for that are wanted (RFC 3376, 5.2). */
static void answer_sources(struct ip_group *g)
{
	ip4_addr src[IP_GROUP_SOURCES];
	uint8_t n = 0;

	for (uint8_t i = 0; i < g->asked_count; i++)
		if (source_is_wanted(&g->want, g->asked[i]))
			src[n++] = g->asked[i];
	if (n)
		report_3(g, IGMP_IS_INCLUDE, src, n, R_IGMP_ANSWER);
}

static void on_answer(struct timer *t, void *arg)
{
	struct ip_group *g = arg;
	uint8_t version = group_version(g);

	(void)t;
	if (filter_is_nobody(&g->want))
		return;
	tell_timer(g, "answer");
	if (version < 3) {
		report_old(g, version, R_IGMP_ANSWER);
		g->is_last = true;
	} else if (g->asked_all) {
		report_3(g,
			 g->want.is_exclude ? IGMP_IS_EXCLUDE : IGMP_IS_INCLUDE,
			 g->want.src, g->want.count, R_IGMP_ANSWER);
	} else {
		answer_sources(g);
	}
	g->asked_all = false;
	g->asked_count = 0;
}

void igmp_host_init(struct ip_group *g)
{
	timer_init(&g->answer, on_answer, g);
	timer_init(&g->again, on_again, g);
}

static void note_sources(struct ip_group *g, const struct igmp_query *q)
{
	size_t room = (size_t)(IP_GROUP_SOURCES - g->asked_count);

	if (g->asked_all)
		return;
	if (!q->source_count || q->source_count > room) {
		g->asked_all = true;
		return;
	}
	for (uint16_t i = 0; i < q->source_count; i++)
		g->asked[g->asked_count++] = get_ip4(q->sources + i * 4);
}

static void group_asked(struct ip_group *g, const struct igmp_query *q)
{
	struct stack *stack = stack_of(g);
	uint64_t at = stack_now(stack) + igmp_jitter(stack, q->max_ms);

	if (g->group.v == IGMP_ALL_HOSTS.v || filter_is_nobody(&g->want))
		return;
	note_sources(g, q);
	if (!timer_is_armed(&g->answer) || g->answer.expires_ns > at)
		stack_arm(stack, &g->answer, at);
}

/* Another version is spoken: what waits to be said is in the wrong one. */
static void forget_pending(struct igmp *igmp, const struct netif *netif)
{
	struct list *pos, *next;

	list_for_each_safe(pos, next, &ip_of(igmp->stack)->groups) {
		struct ip_group *g = container_of(pos, struct ip_group, node);

		if (g->netif != netif)
			continue;
		stack_disarm(igmp->stack, &g->again);
		stack_disarm(igmp->stack, &g->answer);
		g->mode_left = g->change_count = g->asked_count = 0;
		g->asked_all = false;
		if (filter_is_nobody(&g->want))
			group_free(g);
	}
}

/* RFC 3376, 8.12 and 4.1.6, 4.1.7. */
static void note_querier(struct igmp *igmp, struct igmp_if *ifc,
			 const struct igmp_query *q)
{
	uint8_t was = version_of(igmp->stack, ifc), is;
	uint64_t until = stack_now(igmp->stack) +
			 ifc->robustness * ifc->interval_s * NS_PER_S +
			 q->max_ms * NS_PER_MS;

	if (q->version == 1)
		ifc->v1_until = until;
	else if (q->version == 2)
		ifc->v2_until = until;
	else
		ifc->robustness =
			q->robustness ? q->robustness : IGMP_ROBUSTNESS;
	if (q->version == 3)
		ifc->interval_s =
			q->interval_s ? q->interval_s : IGMP_INTERVAL_S;
	is = version_of(igmp->stack, ifc);
	if (is == was)
		return;
	PROBE(&igmp->stack->place, EV_STATE, R_IGMP_VERSION, NULL,
	      EVF_TEXT("if", ifc->netif->name), EVF_NUM("from", was),
	      EVF_NUM("to", is));
	forget_pending(igmp, ifc->netif);
}

void igmp_host_asked(struct igmp *igmp, struct igmp_if *ifc,
		     const struct igmp_query *q)
{
	struct ip_group *g;

	note_querier(igmp, ifc, q);
	list_for_each_entry(g, &ip_of(igmp->stack)->groups, struct ip_group,
			    node)
		if (g->netif == ifc->netif &&
		    (ip4_is_zero(q->group) || q->group.v == g->group.v))
			group_asked(g, q);
}

void igmp_host_overheard(struct igmp *igmp, const struct netif *netif,
			 ip4_addr group)
{
	struct ip_group *g = group_find(ip_of(igmp->stack), netif, group);

	if (!g || group_version(g) == 3)
		return;
	stack_disarm(igmp->stack, &g->answer);
	stack_disarm(igmp->stack, &g->again);
	g->mode_left = 0;
	g->is_last = false;
}
