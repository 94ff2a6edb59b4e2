/* SPDX-License-Identifier: MIT */
#ifndef TRACE_FRAME_COPY_H
#define TRACE_FRAME_COPY_H

/*
 * frame_copy.h - the frame that a packet is, as it stands at an interface
 */

#include <stddef.h>
#include <stdint.h>

struct pkt;

#define FRAME_COPY_MORE 4 /* octets beyond those of the packet */

/**
 * frame_copy() - The frame that a packet is, with its check sequence
 * @pkt:	Lent
 * @start:	Where in its room the frame begins
 * @frame:	Room for all octets from there on, and FRAME_COPY_MORE
 * @link:	Set to what kind it is, enum pkt_link
 *
 * Return: octets of the frame; 0: it is none
 */
size_t frame_copy(const struct pkt *pkt, size_t start, uint8_t *frame,
		  uint8_t *link);

#endif /* TRACE_FRAME_COPY_H */
