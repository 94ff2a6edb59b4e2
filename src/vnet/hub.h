/* SPDX-License-Identifier: MIT */
#ifndef VNET_HUB_H
#define VNET_HUB_H

/*
 * hub.h - a hub: many stations, one wire
 *
 * A hub has no memory and understands nothing: what comes in at one port goes
 * out at all others, bit by bit.  So all that is plugged in shares one wire,
 * one station can send at a time, and two that begin together destroy each
 * other's frames.  What keeps order is CSMA/CD (IEEE 802.3, clause 4), in the
 * stations: hub.c.
 */

#include <stdint.h>

struct node;
struct port;
struct hub;
struct world;

#define HUB_RATE_BPS UINT64_C(10000000)

/**
 * struct hub_stats - what happened on the wire
 * @sent:	Frames that got through
 * @octets:	Their octets, without preamble and FCS
 * @deferred:	Frames that had to wait because something was heard
 * @backoffs:	Waits after a collision
 * @backoff_ns:	How long these were, in all
 * @collisions:	Transmissions that were cut off, two or more for each time that
 *		frames meet
 * @late:	Of these, after the slot time: the wire is too long
 * @given_up:	Frames dropped after sixteen collisions
 * @busy_ns:	Time that frames took that got through, preamble included
 */
struct hub_stats {
	uint64_t sent, octets;
	uint64_t deferred, backoffs, backoff_ns;
	uint64_t collisions, late, given_up;
	uint64_t busy_ns;
};

/**
 * world_add_hub() - A hub without stations
 * @rate_bps:	Of its wire, 0: 10 Mbit/s
 *
 * What a cable to it does not say about rate counts; its delay, loss and bit
 * errors are those of the way between station and hub.
 *
 * Return: the hub; NULL: no memory, or the name is in use, empty or too long
 */
struct hub *world_add_hub(struct world *w, const char *name, uint64_t rate_bps);

struct hub *hub_of(struct node *node); /* NULL if it is none */
struct node *hub_node(struct hub *hub);

/* Another port: p1, p2, ...  NULL: no memory.  A hub cannot be plugged into
 * another. */
struct port *hub_add_port(struct hub *hub);

const struct hub_stats *hub_stats(const struct hub *hub);

#endif /* VNET_HUB_H */
