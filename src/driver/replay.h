/* SPDX-License-Identifier: MIT */
#ifndef DRIVER_REPLAY_H
#define DRIVER_REPLAY_H

/*
 * replay.h - an interface whose wire is a file: what was once seen comes again
 */

struct dev;
struct dev_cfg;
struct place;

/**
 * replay_open() - dev_open() for DEV_PCAP
 *
 * The frames of the file cfg->device (pcap or pcapng) arrive, as far from each
 * other in time as they were when they were recorded, the first one now.  With
 * cfg->record what is sent goes into that file, as pcap; without, nobody hears
 * it.  No descriptor has to be waited for: dev_next() says when.
 *
 * Return: 0, -EINVAL (the file is no capture), -EPROTONOSUPPORT (not of
 * Ethernet), -ENOMEM, -ENOENT, another -errno
 */
int replay_open(struct place *place, const struct dev_cfg *cfg,
		struct dev **out);

#endif /* DRIVER_REPLAY_H */
