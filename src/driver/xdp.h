/* SPDX-License-Identifier: MIT */
#ifndef DRIVER_XDP_H
#define DRIVER_XDP_H

/*
 * xdp.h - an interface of the system, taken away from the kernel
 */

struct dev;
struct dev_cfg;
struct place;
struct xdp_dev;

/**
 * xdp_open() - dev_open() for DEV_XDP
 *
 * The interface has the address of the device unless @cfg says another one.
 * has_offload is refused with -EINVAL: frames are whole, and nothing says of
 * one that comes that its checksum is not complete.
 */
int xdp_open(struct place *place, const struct dev_cfg *cfg, struct dev **out);

/* The same on rings that are there: takes *@xd, for xdp_dev_close(). */
int xdp_new(struct place *place, const struct dev_cfg *cfg,
	    const struct xdp_dev *xd, struct dev **out);

#endif /* DRIVER_XDP_H */
