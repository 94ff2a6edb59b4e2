/* SPDX-License-Identifier: MIT */
#ifndef VNET_STP_H
#define VNET_STP_H

/*
 * stp.h - switches agree on a tree, so that no frame goes round
 *
 * Used by switch.c only; everyone else says switch_stp_start().  How it works
 * is told in stp.c.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "base/mem.h"

#include "wire/bpdu.h"

#include "vnet/sched.h"
#include "vnet/switch.h"

struct node;
struct pkt;
struct port;
struct stp;

enum stp_role {
	STP_DISABLED,	/* its cable is down */
	STP_ROOT,	/* the best way to the root */
	STP_DESIGNATED, /* the way to the root for what is behind it */
	STP_ALTERNATE,	/* another way to the root, in reserve */
	STP_BACKUP,	/* another port of ours serves what is behind it */
	STP_ROLES
};

enum stp_state {
	STP_DISCARDING, /* nothing passes, nothing is learned */
	STP_LEARNING,	/* nothing passes */
	STP_FORWARDING,
	STP_STATES
};

/* Where what a port knows comes from (IEEE 802.1D-2004, 17.19.10). */
enum stp_info { STP_INFO_NONE, STP_INFO_AGED, STP_INFO_MINE, STP_INFO_HEARD };

/* Seconds that are left; names in IEEE 802.1D-2004, 17.17. */
enum stp_timer {
	STP_T_EDGE,  /* edgeDelayWhile: no bridge heard until then, no bridge */
	STP_T_FD,    /* fdWhile: to the next state if nobody agrees */
	STP_T_HELLO, /* helloWhen */
	STP_T_BACKUP, /* rbWhile: was a backup port until now */
	STP_T_INFO,   /* rcvdInfoWhile: what was heard is good until then */
	STP_T_ROOT,   /* rrWhile: was the root port until now */
	STP_T_TC,     /* tcWhile: a topology change is told */
	STP_T_TX,     /* txCount: BPDUs sent lately, one less each second */
	STP_TIMERS
};

/**
 * struct stp_vec - how good a way to the root is: less is better
 * @root:	The root
 * @cost:	Cost of the way
 * @bridge:	Whose offer this is
 * @port:	Its port
 */
struct stp_vec {
	uint64_t root;
	uint32_t cost;
	uint64_t bridge;
	uint16_t port;
};

/* Seconds; only the root's count, others hear and use them. */
struct stp_times {
	uint16_t age, max_age, hello, fwd_delay;
};

/**
 * struct stp_port - what rapid spanning tree keeps for one port
 * @list:	In the bridge
 * @stp:	The bridge
 * @port:	The port
 * @id:		Its priority and number
 * @cost:	Of its cable, by rate unless @cfg says otherwise
 * @cfg:	What it was told
 * @role:	What it is for
 * @state:	What it does; only stp_port_move() writes it
 * @info:	Where @vec comes from
 * @vec:	Best offer on its segment: heard, or our own
 * @times:	With it
 * @timer:	Seconds left
 * @is_shut:	Guarded, and a BPDU came: closed while its cable is up
 * @is_p2p:	One bridge at most is at the other end
 * @is_edge:	No bridge is there
 * @is_old:	The other end speaks the old protocol
 * @is_proposing: We ask the other end to agree that we are designated
 * @is_proposed: It asks us
 * @has_agreed:	We have said yes: all our other ports are safe
 * @is_agreed:	It has said yes
 * @must_sync:	Become safe: stop forwarding until your other end agrees
 * @is_synced:	It is safe
 * @must_reroot: Another port is the root port now
 * @is_disputed: The other end forwards, too, on worse information
 * @must_tell_tc: A topology change is to be passed on here
 * @must_ack_tc: The other end reported one by the old protocol
 * @must_send:	A BPDU is to be sent
 */
struct stp_port {
	struct list list;
	struct stp *stp;
	struct port *port;
	uint16_t id;
	uint32_t cost;
	struct stp_cfg cfg;
	enum stp_role role;
	enum stp_state state;
	enum stp_info info;
	struct stp_vec vec;
	struct stp_times times;
	uint16_t timer[STP_TIMERS];
	bool is_shut, is_p2p, is_edge, is_old;
	bool is_proposing, is_proposed, has_agreed, is_agreed;
	bool must_sync, is_synced, must_reroot, is_disputed;
	bool must_tell_tc, must_ack_tc, must_send;
};

/**
 * struct stp - what rapid spanning tree keeps for one bridge
 * @node:	The switch
 * @id:		Priority and MAC address
 * @best:	Root, cost of the way there, and ourselves
 * @times:	The root's
 * @root_port:	The way there, or NULL: we are the root
 * @ports:	struct stp_port.list
 * @event:	Once a second
 * @cause:	Event number of its start
 * @is_started:	It has been told that it runs
 * @must_select: Roles are to be chosen again
 */
struct stp {
	struct node *node;
	uint64_t id;
	struct stp_vec best;
	struct stp_times times;
	struct stp_port *root_port;
	struct list ports;
	struct sched_event event;
	uint32_t cause;
	bool is_started;
	bool must_select;
};

/* NULL: no memory. */
struct stp *stp_new(struct node *node, uint16_t priority);
void stp_free(struct stp *stp);

/* Take a port of the switch in; NULL: no memory.  Freed with the bridge. */
struct stp_port *stp_port_new(struct stp *stp, struct port *port);

/* What it is to do; it begins anew. */
void stp_port_set(struct stp_port *p, const struct stp_cfg *cfg);

/* Cables may have been plugged in, cut or mended. */
void stp_look(struct stp *stp);

/**
 * stp_input() - A frame to the bridges' group came in
 * @pkt:	Link header first; taken
 *
 * What is malformed, or our own, is dropped.
 */
void stp_input(struct stp_port *p, struct pkt *pkt);

static inline bool stp_may_learn(const struct stp_port *p)
{
	return !p || p->state != STP_DISCARDING;
}

static inline bool stp_may_forward(const struct stp_port *p)
{
	return !p || p->state == STP_FORWARDING;
}

const char *stp_role_name(enum stp_role role);
const char *stp_state_name(enum stp_state state);

/* Private to stp*.c */

int stp_vec_cmp(const struct stp_vec *a, const struct stp_vec *b);

/* stp_role.c: choose the role of each port (17.21.25, updtRolesTree). */
void stp_select(struct stp *stp);

/* stp_port.c: let one port do what its role asks.  Did anything change? */
bool stp_port_step(struct stp_port *p);
/* The one writer of a state; the move must be in the table. */
void stp_port_move(struct stp_port *p, enum stp_state to, const char *why);
/* The tree is another one behind @p: forget addresses, tell all others. */
void stp_topology_changed(struct stp_port *p, bool is_heard);

/* stp.c: choose roles and step all ports until nothing changes; then send. */
void stp_settle(struct stp *stp);

/* stp_io.c: send what is to be sent, unless too much was sent lately. */
void stp_port_send(struct stp_port *p);

#endif /* VNET_STP_H */
