/* SPDX-License-Identifier: MIT */
#ifndef DRIVER_TAP_DEV_H
#define DRIVER_TAP_DEV_H

/*
 * tap_dev.h - opening a TAP device of the system
 *
 * A TAP device is an Ethernet interface of the kernel whose cable ends in a
 * file: what the kernel sends is read there, what is written there arrives.
 */

#include <stdbool.h>
#include <stdint.h>

#define TAP_NAME_MAX 16 /* as the kernel has it, the NUL included */

/**
 * struct tap_dev_cfg - which device
 * @name:	Its name, "weft0"; with a "%d" the kernel puts a free number
 *		there; a bare number N is "weftN".  One that does not exist is
 *		made, which needs CAP_NET_ADMIN, and goes away when it is
 *		closed; to open one of one's own (ip tuntap add ... user) none
 *		is needed
 * @has_vnet_hdr: Frames carry a header for offloads, see virtio.h
 * @has_offload: With it: the kernel may hand over TCP without checksums and in
 *		large segments
 * @is_multi_queue: It may be opened several times, each a queue
 * @has_thread:	A thread of the kernel receives what is written: for bulk, see
 *		tap_dev.c.  Needs root, and /sys of the same namespace
 */
struct tap_dev_cfg {
	const char *name;
	bool has_vnet_hdr;
	bool has_offload;
	bool is_multi_queue;
	bool has_thread;
};

/**
 * tap_dev_open() - Open a device
 * @cfg:	Which
 * @name:	Gets the name that it has
 *
 * Return: a descriptor that does not block, for tap_dev_close(); -ENOENT or
 * -EACCES (no /dev/net/tun), -EPERM (not allowed to make it, or it is
 * somebody else's), -EBUSY (in use), -EINVAL (the name, or the device is of
 * another kind), -EOPNOTSUPP (@has_thread, and the kernel has none here),
 * another -errno
 */
int tap_dev_open(const struct tap_dev_cfg *cfg, char name[TAP_NAME_MAX]);

/* Does it take several datagrams in one, both ways?  Of one that was opened
 * with offload. */
bool tap_dev_takes_datagrams(int fd);

void tap_dev_close(int fd);

#endif /* DRIVER_TAP_DEV_H */
