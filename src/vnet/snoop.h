/* SPDX-License-Identifier: MIT */
#ifndef VNET_SNOOP_H
#define VNET_SNOOP_H

/*
 * snoop.h - which ports of a switch want which group (RFC 4541)
 *
 * Used by switch.c only.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"

#include "wire/addr.h"

struct mem;
struct pkt;
struct place;
struct port;

/**
 * struct snoop - what a switch has read along
 * @place:	The switch's
 * @groups:	struct snoop_group
 * @count:	How many
 */
struct snoop {
	struct place *place;
	struct list groups;
	uint32_t count;
};

struct snoop_group;

/* What to do with a frame. */
enum snoop_verdict {
	SNOOP_FLOOD,   /* to all ports */
	SNOOP_ROUTERS, /* to ports with routers alone */
	SNOOP_MEMBERS, /* to these and to those with members of the group */
};

/* What snoop_frame() says: @group is NULL if nobody wants it. */
struct snoop_way {
	enum snoop_verdict verdict;
	struct ip_addr dst;
	const struct snoop_group *group;
};

void snoop_init(struct snoop *s, struct place *place);
void snoop_fini(struct snoop *s);

/* A frame for a group address came in at @in: learn from it, and say where it
 * is to go.  @pkt is lent. */
struct snoop_way snoop_frame(struct snoop *s, struct pkt *pkt,
			     const struct port *in);

/* Is @port among those? */
bool snoop_goes_to(const struct snoop *s, const struct snoop_way *way,
		   const struct port *port);

#endif /* VNET_SNOOP_H */
