/* SPDX-License-Identifier: MIT */
#ifndef DRIVER_GRO_H
#define DRIVER_GRO_H

/*
 * gro.h - segments that come one behind the other, joined to a large one
 *
 *	gro_input(&gro, frame) for each frame of a batch;
 *	gro_flush(&gro) at its end.
 */

#include <stddef.h>
#include <stdint.h>

struct pkt;

#define GRO_FLOWS 8

/**
 * struct gro_held - a packet that may still grow
 * @pkt:	The first segment, with the payload of those that followed
 * @next_seq:	What the next one begins with
 * @hlen:	Octets of its headers, all three
 * @l4:		Octets in front of the TCP header
 * @size:	Payload of its first segment
 * @count:	Segments in it
 */
struct gro_held {
	struct pkt *pkt;
	uint32_t next_seq;
	uint16_t hlen, l4, size, count;
};

/**
 * struct gro - what is held, the oldest first
 * @held:	@used of them
 * @fn:		Takes each packet
 * @arg:	For it
 * @joined:	Segments, ever, that became part of the one before
 */
struct gro {
	struct gro_held held[GRO_FLOWS];
	uint32_t used;
	void (*fn)(void *arg, struct pkt *pkt);
	void *arg;
	uint64_t joined;
};

/**
 * gro_input() - Hand on a frame, or keep it until its neighbours have come
 * @g:		With @fn set
 * @frame:	Link header in front; taken
 *
 * What is joined is handed on as a large segment that somebody vouches for:
 * gso, gso_size and l4_off set, PKT_CSUM_PARTIAL.  May call back @fn.
 */
void gro_input(struct gro *g, struct pkt *frame);

/* Hand on all that is kept. */
void gro_flush(struct gro *g);

#endif /* DRIVER_GRO_H */
