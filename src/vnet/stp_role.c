// SPDX-License-Identifier: MIT
/*
 * stp_role.c - rapid spanning tree: who is the root, and what is each port for
 *
 * Theory of operation
 * ===================
 * What a port knows of its segment is a vector: the root, the cost of the way
 * there, and who offers that way.  Vectors are compared from left to right and
 * less is better, so every bridge that has heard the same decides the same:
 *
 *	root port	the best of what was heard, our cable's cost added
 *	designated	we offer a better way than what was heard here
 *	alternate	somebody else does, and it is not the root port
 *	backup		somebody else is ourselves, by another port
 *
 * The names of IEEE 802.1D-2004 are updtRolesTree() (17.21.25) and the port
 * information machine's UPDATE (17.27).
 */

#include <string.h>

#include "core/probe.h"

#include "vnet/stp.h"
#include "vnet/vnet_int.h"

static int cmp_u64(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

int stp_vec_cmp(const struct stp_vec *a, const struct stp_vec *b)
{
	int d = cmp_u64(a->root, b->root);

	if (!d)
		d = cmp_u64(a->cost, b->cost);
	if (!d)
		d = cmp_u64(a->bridge, b->bridge);
	return d ? d : cmp_u64(a->port, b->port);
}

/* The way to the root by @p, which heard of one. */
static struct stp_vec way_by(const struct stp_port *p)
{
	struct stp_vec v = p->vec;
	uint64_t cost = (uint64_t)v.cost + p->cost;

	v.cost = (uint32_t)min_u64(cost, UINT32_MAX);
	return v;
}

/* The port by which the root is reached best; of equals the first. */
static struct stp_port *best_port(struct stp *stp, struct stp_vec *best)
{
	struct stp_port *found = NULL;
	struct list *pos;

	list_for_each(pos, &stp->ports) {
		struct stp_port *p = list_entry(pos, struct stp_port, list);
		struct stp_vec way = way_by(p);

		if (p->info != STP_INFO_HEARD || p->vec.bridge == stp->id)
			continue;
		if (stp_vec_cmp(&way, best) < 0) {
			*best = way;
			found = p;
		}
	}
	return found;
}

static void choose_root(struct stp *stp)
{
	struct stp_vec best = {.root = stp->id, .bridge = stp->id};
	struct stp_port *port = best_port(stp, &best);
	uint64_t was = stp->best.root;

	if (port) {
		stp->times = port->times;
		stp->times.age++; /* a second for each bridge on the way */
	} else {
		stp->times = (struct stp_times){0, 20, 2, 15};
	}
	stp->best = (struct stp_vec){
		.root = best.root, .cost = best.cost, .bridge = stp->id};
	if (was == best.root && port == stp->root_port)
		return;
	stp->root_port = port;
	PROBE(stp->node->place, EV_LEARN, R_STP_ROOT, NULL,
	      EVF_NUM("priority", best.root >> 48),
	      EVF_TEXT("port", port ? port->port->netif.name : "itself"),
	      EVF_NUM("cost", best.cost));
}

/* What @p would tell its segment. */
static struct stp_vec offer_of(const struct stp_port *p)
{
	struct stp_vec v = p->stp->best;

	v.port = p->id;
	return v;
}

/* Our own offer counts on this segment now (17.27, UPDATE). */
static void take_mine(struct stp_port *p, const struct stp_vec *offer)
{
	bool is_better =
		p->info == STP_INFO_MINE && stp_vec_cmp(offer, &p->vec) <= 0;

	p->is_proposing = false;
	p->is_proposed = false;
	p->has_agreed = false;
	p->is_agreed = p->is_agreed && is_better;
	p->is_synced = p->is_synced && p->is_agreed;
	p->vec = *offer;
	p->times = p->stp->times;
	p->info = STP_INFO_MINE;
	p->must_send = true;
}

static enum stp_role role_for(struct stp_port *p)
{
	struct stp_vec offer = offer_of(p);

	if (p->info == STP_INFO_NONE)
		return STP_DISABLED;
	if (p == p->stp->root_port)
		return STP_ROOT;
	if (p->info == STP_INFO_HEARD && stp_vec_cmp(&offer, &p->vec) >= 0)
		return p->vec.bridge == p->stp->id ? STP_BACKUP : STP_ALTERNATE;
	if (p->info != STP_INFO_MINE || stp_vec_cmp(&offer, &p->vec) ||
	    memcmp(&p->times, &p->stp->times, sizeof(p->times)) != 0)
		take_mine(p, &offer);
	return STP_DESIGNATED;
}

void stp_select(struct stp *stp)
{
	struct list *pos;

	stp->must_select = false;
	choose_root(stp);
	list_for_each(pos, &stp->ports) {
		struct stp_port *p = list_entry(pos, struct stp_port, list);
		enum stp_role role = role_for(p);

		if (role == p->role)
			continue;
		PROBE(stp->node->place, EV_STATE, R_STP_ROLE, NULL,
		      EVF_TEXT("port", p->port->netif.name),
		      EVF_TEXT("from", stp_role_name(p->role)),
		      EVF_TEXT("to", stp_role_name(role)));
		p->role = role;
	}
}

const char *stp_role_name(enum stp_role role)
{
	static const char *const names[STP_ROLES] = {
		"disabled", "root", "designated", "alternate", "backup"};

	return names[role];
}
