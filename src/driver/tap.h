/* SPDX-License-Identifier: MIT */
#ifndef DRIVER_TAP_H
#define DRIVER_TAP_H

/*
 * tap.h - an interface whose cable ends in a file of the system
 *
 * Any descriptor that gives and takes one frame at a time will do: a TAP
 * device, or one end of a pair of datagram sockets (struct dev_cfg.fd).
 */

struct dev;
struct dev_cfg;
struct place;

/**
 * tap_open() - dev_open() for DEV_TAP
 *
 * With has_offload each frame has a virtio header in front, see virtio.h.
 * With several queues a flow leaves by one of them, always the same, and the
 * kernel answers it there.
 */
int tap_open(struct place *place, const struct dev_cfg *cfg, struct dev **out);

#endif /* DRIVER_TAP_H */
