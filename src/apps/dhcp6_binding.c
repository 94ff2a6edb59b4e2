// SPDX-License-Identifier: MIT
/*
 * dhcp6_binding.c - what a question of DHCPv6 does to the leases
 *
 * Each identity association of a question is answered by itself: with an
 * address and for how long, with an address for no time at all (it does not fit
 * the client's link), or with a status that says why there is none.  An address
 * is somebody's by his DUID and the number of his association together.
 */

#include <string.h>

#include "core/probe.h"

#include "apps/dhcp6_server_int.h"

void dhcp6_lease_move(struct dhcp6_server *s, struct lease *l,
		      enum lease_state to, uint32_t for_s)
{
	if (l->state != to)
		PROBE(&s->sock.stack->place, EV_LEARN, R_DHCP6_LEASE, NULL,
		      EVF_IP("ip", &l->ip),
		      EVF_TEXT("from", lease_state_name(l->state)),
		      EVF_TEXT("to", lease_state_name(to)));
	l->state = to;
	l->until_ns = dhcp6_server_now(s) + for_s * NS_PER_S;
	if (for_s == DHCP6_FOREVER)
		l->until_ns = UINT64_MAX;
}

static uint64_t owner_of(const struct dhcp6_question *q,
			 const struct dhcp6_ia *ia)
{
	uint8_t id[DHCP6_DUID_MAX + 4];

	memcpy(id, q->m.client.v, q->m.client.len);
	put32(id + q->m.client.len, ia->id);
	return lease_owner(&q->s->key, id, q->m.client.len + 4U);
}

/* His lease of an address that he names, or NULL. */
static struct lease *lease_named(const struct dhcp6_question *q,
				 const struct dhcp6_ia *ia, size_t i)
{
	struct lease *l = NULL;

	if (q->pool)
		l = lease_find(&q->pool->leases, ip_addr_v6(ia->addr[i].addr));
	return lease_is_his(l, owner_of(q, ia)) ? l : NULL;
}

static bool is_on_link(const struct dhcp6_question *q, ip6_addr addr)
{
	return q->pool && ip6_net_has(q->pool->net, addr);
}

/*
 * Parts of an answer.
 */

static struct dhcp6_ia *add_ia(struct dhcp6_question *q,
			       const struct dhcp6_ia *ia)
{
	struct dhcp6_ia *a = &q->a.ia[q->a.ia_count++];

	*a = (struct dhcp6_ia){.id = ia->id};
	return a;
}

static void add_status(struct dhcp6_question *q, const struct dhcp6_ia *ia,
		       enum dhcp6_status status)
{
	struct dhcp6_ia *a = add_ia(q, ia);

	a->has_status = true;
	a->status = (uint16_t)status;
}

static void add_lease(struct dhcp6_question *q, const struct dhcp6_ia *ia,
		      const struct lease *l)
{
	uint32_t lease_s = q->s->cfg.lease_s;
	bool is_forever = lease_s == DHCP6_FOREVER;
	struct dhcp6_ia *a = add_ia(q, ia);

	a->t1_s = is_forever ? lease_s : lease_s / 2;
	a->t2_s = is_forever ? lease_s : lease_s - lease_s / 5;
	a->addr[a->count++] = (struct dhcp6_addr){
		.addr = l->ip.v6,
		.preferred_s = lease_s,
		.valid_s = lease_s,
	};
}

/* What he names does not fit here: for no time at all (18.3.4). */
static void add_ends(struct dhcp6_question *q, const struct dhcp6_ia *ia)
{
	struct dhcp6_ia *a = add_ia(q, ia);

	for (size_t i = 0; i < ia->count; i++)
		a->addr[a->count++].addr = ia->addr[i].addr;
}

void dhcp6_add_config(struct dhcp6_question *q)
{
	const struct dhcp6_server *s = q->s;

	q->a.dns_count = s->cfg.dns_count;
	memcpy(q->a.dns, s->cfg.dns, sizeof(q->a.dns));
	if (s->domain[0])
		memcpy(q->a.domain[q->a.domain_count++], s->domain,
		       sizeof(s->domain));
}

void dhcp6_say_status(struct dhcp6_question *q, enum dhcp6_status status)
{
	q->a.has_status = true;
	q->a.status = (uint16_t)status;
}

/*
 * Questions.
 */

/* An address for an IA, offered or given; else why there is none. */
static void give(struct dhcp6_question *q, const struct dhcp6_ia *ia,
		 bool is_given)
{
	struct ip_addr want = {.family = IP_NONE};
	uint64_t owner = owner_of(q, ia);
	struct lease *l = NULL;

	if (ia->count)
		want = ip_addr_v6(ia->addr[0].addr);
	if (q->pool && q->pool->leases.count)
		l = lease_choose(&q->pool->leases, owner, want);
	if (!l) {
		add_status(q, ia, DHCP6_NO_ADDRS);
		return;
	}
	l->owner = owner;
	if (is_given)
		dhcp6_lease_move(q->s, l, LEASE_LEASED, q->s->cfg.lease_s);
	else if (l->state != LEASE_LEASED)
		dhcp6_lease_move(q->s, l, LEASE_OFFERED, LEASE_OFFER_S);
	add_lease(q, ia, l);
}

void dhcp6_on_solicit(struct dhcp6_question *q)
{
	bool is_rapid = q->m.is_rapid && q->s->cfg.is_rapid;

	q->a.type = is_rapid ? DHCP6_REPLY : DHCP6_ADVERTISE;
	q->a.is_rapid = is_rapid;
	q->a.has_preference = !is_rapid && q->s->cfg.preference;
	q->a.preference = q->s->cfg.preference;
	for (size_t i = 0; i < q->m.ia_count; i++)
		give(q, &q->m.ia[i], is_rapid);
	dhcp6_add_config(q);
}

void dhcp6_on_request(struct dhcp6_question *q)
{
	for (size_t i = 0; i < q->m.ia_count; i++) {
		const struct dhcp6_ia *ia = &q->m.ia[i];

		if (ia->count && !is_on_link(q, ia->addr[0].addr))
			add_status(q, ia, DHCP6_NOT_ON_LINK);
		else
			give(q, ia, true);
	}
	dhcp6_add_config(q);
}

/* More time for what he has; false: we know nothing of it. */
static bool renew_ia(struct dhcp6_question *q, const struct dhcp6_ia *ia)
{
	for (size_t i = 0; i < ia->count; i++) {
		struct lease *l = lease_named(q, ia, i);

		if (!l)
			continue;
		dhcp6_lease_move(q->s, l, LEASE_LEASED, q->s->cfg.lease_s);
		add_lease(q, ia, l);
		return true;
	}
	if (!ia->count || is_on_link(q, ia->addr[0].addr))
		return false;
	add_ends(q, ia);
	return true;
}

void dhcp6_on_renew(struct dhcp6_question *q)
{
	for (size_t i = 0; i < q->m.ia_count; i++)
		if (!renew_ia(q, &q->m.ia[i]))
			add_status(q, &q->m.ia[i], DHCP6_NO_BINDING);
	dhcp6_add_config(q);
}

/* It goes to all servers; one that knows nothing is silent (18.3.5). */
void dhcp6_on_rebind(struct dhcp6_question *q)
{
	for (size_t i = 0; i < q->m.ia_count; i++)
		(void)renew_ia(q, &q->m.ia[i]);
	q->is_silent = !q->a.ia_count;
	dhcp6_add_config(q);
}

/* Do all of them fit this link?  Of no address there is nothing to say. */
void dhcp6_on_confirm(struct dhcp6_question *q)
{
	bool fits = true, has_any = false;

	for (size_t i = 0; i < q->m.ia_count; i++)
		for (size_t j = 0; j < q->m.ia[i].count; j++) {
			has_any = true;
			fits &= is_on_link(q, q->m.ia[i].addr[j].addr);
		}
	q->is_silent = !has_any || !q->pool;
	dhcp6_say_status(q, fits ? DHCP6_SUCCESS : DHCP6_NOT_ON_LINK);
}

/* An address is free, or nobody's for a while. */
static void end_all(struct dhcp6_question *q, enum lease_state to,
		    uint32_t for_s)
{
	for (size_t i = 0; i < q->m.ia_count; i++) {
		const struct dhcp6_ia *ia = &q->m.ia[i];
		bool has_any = false;

		for (size_t j = 0; j < ia->count; j++) {
			struct lease *l = lease_named(q, ia, j);

			if (!l)
				continue;
			has_any = true;
			if (to == LEASE_DECLINED)
				l->owner = 0;
			dhcp6_lease_move(q->s, l, to, for_s);
		}
		if (!has_any)
			add_status(q, ia, DHCP6_NO_BINDING);
	}
	dhcp6_say_status(q, DHCP6_SUCCESS);
}

void dhcp6_on_release(struct dhcp6_question *q)
{
	end_all(q, LEASE_FREE, 0);
}

void dhcp6_on_decline(struct dhcp6_question *q)
{
	end_all(q, LEASE_DECLINED, LEASE_DECLINE_S);
}
