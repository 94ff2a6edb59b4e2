/* SPDX-License-Identifier: MIT */
#ifndef DRIVER_PACKET_H
#define DRIVER_PACKET_H

/*
 * packet.h - an interface of the system, shared with the kernel
 */

struct dev;
struct dev_cfg;
struct packet_dev;
struct place;

/**
 * packet_open() - dev_open() for DEV_PACKET
 *
 * What comes may be a large segment, or have a checksum that is not complete
 * (the kernel hands over what it has), whether or not has_offload is set; what
 * is sent is so only with has_offload.
 */
int packet_open(struct place *place, const struct dev_cfg *cfg,
		struct dev **out);

/* The same on rings that are there: takes *@pd, for packet_dev_close(). */
int packet_new(struct place *place, const struct dev_cfg *cfg,
	       const struct packet_dev *pd, struct dev **out);

#endif /* DRIVER_PACKET_H */
