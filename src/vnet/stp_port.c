// SPDX-License-Identifier: MIT
/*
 * stp_port.c - rapid spanning tree: when may a port forward?
 *
 * Theory of operation
 * ===================
 * A port that is to forward could close a loop.  The old protocol waited until
 * everybody must have heard (twice 15 s); the rapid one asks:
 *
 *	designated port                     root port at the other end
 *	     | -- proposal: may I forward? --> |
 *	     |                                 | stops all designated ports of
 *	     |                                 | its bridge that nobody agreed to
 *	     | <-- agreement: yes ------------ |
 *	forwards                            forwards
 *
 * Now the cut in the tree lies one bridge further down, and the same happens
 * there, until it lies where the ports are blocked or only hosts follow.  Where
 * nobody answers, the old waiting is left.
 *
 * Invariants
 * ----------
 *  (1) A state changes in stp_port_move() only, by a row of moves[].
 *  (2) A port that is neither root nor designated discards.
 *
 * Names of IEEE 802.1D-2004, 17.29, stand beside the rules.
 */

#include "base/check.h"

#include "core/probe.h"

#include "vnet/stp.h"
#include "vnet/vnet_int.h"

/* clang-format off */
static const bool moves[STP_STATES][STP_STATES] = {
	[STP_DISCARDING] = {[STP_LEARNING] = true},
	[STP_LEARNING]	 = {[STP_FORWARDING] = true, [STP_DISCARDING] = true},
	[STP_FORWARDING] = {[STP_DISCARDING] = true},
};
/* clang-format on */

const char *stp_state_name(enum stp_state state)
{
	static const char *const names[STP_STATES] = {"discarding", "learning",
						      "forwarding"};

	return names[state];
}

void stp_port_move(struct stp_port *p, enum stp_state to, const char *why)
{
	check(moves[p->state][to]);
	PROBE(p->stp->node->place, EV_STATE, R_STP_STATE, NULL,
	      EVF_TEXT("port", p->port->netif.name),
	      EVF_TEXT("role", stp_role_name(p->role)),
	      EVF_TEXT("from", stp_state_name(p->state)),
	      EVF_TEXT("to", stp_state_name(to)), EVF_TEXT("text", why));
	p->state = to;
	if (to == STP_FORWARDING && !p->is_edge)
		stp_topology_changed(p, false);
	if (to == STP_DISCARDING) {
		p->timer[STP_T_TC] = 0;
		switch_flush_port(p->port);
	}
}

/* Addresses may live elsewhere now: all ports but @p forget theirs, and tell
 * it to their other ends for a while (17.21.18, setTcPropTree). */
void stp_topology_changed(struct stp_port *p, bool is_heard)
{
	struct stp *stp = p->stp;
	struct list *pos;

	PROBE(stp->node->place, EV_LEARN, R_STP_TOPOLOGY, NULL,
	      EVF_TEXT("port", p->port->netif.name),
	      EVF_TEXT("text",
		       is_heard ? "the other end says so" : "it forwards now"));
	list_for_each(pos, &stp->ports) {
		struct stp_port *q = list_entry(pos, struct stp_port, list);

		if (q == p ? !is_heard : !q->is_edge)
			q->must_tell_tc = true;
		if (q != p && !q->is_edge)
			switch_flush_port(q->port);
	}
}

/* 17.31, PROPAGATING: for one hello and a second. */
static bool tell_tc(struct stp_port *p)
{
	if (!p->must_tell_tc)
		return false;
	p->must_tell_tc = false;
	if (p->state == STP_DISCARDING || p->is_edge || p->timer[STP_T_TC])
		return false;
	p->timer[STP_T_TC] = (uint16_t)(p->stp->times.hello + 1);
	p->must_send = true;
	return true;
}

static void set_sync_tree(struct stp *stp)
{
	struct list *pos;

	list_for_each(pos, &stp->ports)
		list_entry(pos, struct stp_port, list)->must_sync = true;
}

static void set_reroot_tree(struct stp *stp)
{
	struct list *pos;

	list_for_each(pos, &stp->ports)
		list_entry(pos, struct stp_port, list)->must_reroot = true;
}

/* Is every port safe but the root port? */
static bool all_synced(struct stp *stp)
{
	struct list *pos;

	list_for_each(pos, &stp->ports) {
		struct stp_port *p = list_entry(pos, struct stp_port, list);

		if (p->role != STP_ROOT && !p->is_synced)
			return false;
	}
	return true;
}

/* Has no other port been the root port lately? (reRooted) */
static bool is_rerooted(const struct stp_port *me)
{
	struct list *pos;

	list_for_each(pos, &me->stp->ports) {
		struct stp_port *p = list_entry(pos, struct stp_port, list);

		if (p != me && p->timer[STP_T_ROOT])
			return false;
	}
	return true;
}

/* The other end proposes: make all ports safe, then agree. */
static bool answer_proposal(struct stp_port *p)
{
	if (p->is_proposed && !p->has_agreed) {
		set_sync_tree(p->stp);
		p->is_proposed = false;
		return true;
	}
	if ((all_synced(p->stp) && !p->has_agreed) || p->is_proposed) {
		p->is_proposed = false;
		p->must_sync = false;
		p->has_agreed = true;
		p->must_send = true;
		return true;
	}
	return false;
}

static void go_on(struct stp_port *p, const char *why)
{
	bool is_last = p->state == STP_LEARNING;

	p->timer[STP_T_FD] = is_last ? 0 : p->stp->times.fwd_delay;
	stp_port_move(p, p->state + 1, why);
}

static bool step_root(struct stp_port *p)
{
	bool is_safe = is_rerooted(p) && !p->timer[STP_T_BACKUP] && !p->is_old;

	p->timer[STP_T_ROOT] = p->stp->times.fwd_delay;
	if (answer_proposal(p))
		return true;
	if (p->state == STP_FORWARDING) {
		p->must_reroot = false;
		return false;
	}
	if (!p->must_reroot) {
		set_reroot_tree(p->stp);
		return true;
	}
	if (p->timer[STP_T_FD] && !is_safe)
		return false;
	go_on(p, is_safe ? "no other port leads to the root" : "it has waited");
	return true;
}

static bool is_to_stop(const struct stp_port *p)
{
	return !p->is_edge &&
	       ((p->must_sync && !p->is_synced) || p->is_disputed ||
		(p->must_reroot && p->timer[STP_T_ROOT]));
}

/* Is it known by now that forwarding is harmless? */
static const char *is_harmless(const struct stp_port *p)
{
	if (p->must_sync || (p->must_reroot && p->timer[STP_T_ROOT]))
		return NULL;
	if (p->is_edge)
		return "no bridge is there";
	if (p->is_agreed)
		return "the other end agreed";
	return p->timer[STP_T_FD] ? NULL : "it has waited";
}

/* DESIGNATED_SYNCED and DESIGNATED_RETIRED */
static bool settle_flags(struct stp_port *p)
{
	bool is_safe = p->state == STP_DISCARDING || p->is_agreed || p->is_edge;

	if ((is_safe && !p->is_synced) || (p->must_sync && p->is_synced)) {
		p->timer[STP_T_ROOT] = 0;
		p->is_synced = true;
		p->must_sync = false;
		return true;
	}
	if (p->must_reroot && !p->timer[STP_T_ROOT]) {
		p->must_reroot = false;
		return true;
	}
	return false;
}

static bool step_designated(struct stp_port *p)
{
	const char *why;

	if (p->state != STP_FORWARDING && !p->is_agreed && !p->is_proposing &&
	    !p->is_edge) {
		p->is_proposing = true;
		p->timer[STP_T_EDGE] = p->is_p2p ? 3 : p->stp->times.max_age;
		p->must_send = true;
		return true;
	}
	if (settle_flags(p))
		return true;
	if (is_to_stop(p)) {
		p->is_disputed = false;
		p->timer[STP_T_FD] = p->stp->times.fwd_delay;
		if (p->state != STP_DISCARDING)
			stp_port_move(p, STP_DISCARDING,
				      "its other end has not agreed");
		return true;
	}
	why = is_harmless(p);
	if (p->state == STP_FORWARDING || !why)
		return false;
	go_on(p, why);
	if (p->state == STP_FORWARDING)
		p->is_agreed = !p->is_old;
	return true;
}

/* Alternate, backup, disabled: in reserve. */
static bool step_reserve(struct stp_port *p)
{
	bool was_sync = p->must_sync;

	p->timer[STP_T_FD] = p->stp->times.fwd_delay;
	p->timer[STP_T_ROOT] = 0;
	if (p->role == STP_BACKUP)
		p->timer[STP_T_BACKUP] = (uint16_t)(2 * p->stp->times.hello);
	p->must_reroot = false;
	p->must_sync = false;
	if (p->state != STP_DISCARDING) {
		stp_port_move(p, STP_DISCARDING,
			      p->role == STP_DISABLED
				      ? "its cable is down"
				      : "there is a better way");
		p->is_synced = true;
		return true;
	}
	if (!p->is_synced || was_sync) {
		p->is_synced = true;
		return true;
	}
	return p->role != STP_DISABLED && answer_proposal(p);
}

bool stp_port_step(struct stp_port *p)
{
	if (tell_tc(p))
		return true;
	if (p->role == STP_ROOT)
		return step_root(p);
	if (p->role == STP_DESIGNATED)
		return step_designated(p);
	return step_reserve(p);
}
