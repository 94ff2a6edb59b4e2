/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_CATCH_BOX_H
#define SUPPORT_CATCH_BOX_H

/*
 * catch_box.h - a box at the end of a cable that remembers what arrives
 */

#include "wire/ether.h"

#include "vnet/vnet.h"

#define CATCH_HEAD 80 /* octets of each frame that are kept */

struct caught {
	uint64_t at_ns;
	uint32_t len;
	bool has_fcs;	   /* it came with an FCS ... */
	bool is_fcs_right; /* ... which matched */
	uint8_t head[CATCH_HEAD];
};

/* Frames beyond @room are counted, not kept. */
struct catch_box {
	struct world *w;
	struct port *port;
	struct caught *caught;
	size_t count, room;
	uint64_t octets;
};

/* Make a box with one port that keeps up to @room frames. */
void catch_init(struct catch_box *box, struct world *w, const char *name,
		size_t room);
void catch_fini(struct catch_box *box); /* the box itself goes with the world */

/* Number in the first four octets behind the Ethernet header. */
uint32_t caught_number(const struct caught *c);

/*
 * Send a frame of @len octets (without FCS, at least 18) from @src to @dst that
 * carries @number behind the header and a pattern after it.
 */
void frame_send(struct port *port, mac_addr dst, mac_addr src, uint32_t number,
		size_t len);

/* 02:00:00:00:00:XX */
mac_addr mac_of(uint8_t last);

#endif /* SUPPORT_CATCH_BOX_H */
