/* SPDX-License-Identifier: MIT */
#ifndef DRIVER_DEV_H
#define DRIVER_DEV_H

/*
 * dev.h - an interface that ends outside of this process
 *
 *	dev_open(&place, &cfg, &dev);
 *	stack_add_netif(&stack, &dev->netif);
 *	... whenever one of dev->fd[] can be read: dev_read(dev) ...
 *	... before sleeping: dev_flush(dev) ...
 *	dev_close(dev);
 *
 * There are four kinds, each a driver of its own:
 *
 *	kind	  outside is			  file
 *	tap	  the kernel, behind a file	  tap.c
 *	packet	  a real interface, shared with	  packet.c
 *		  the kernel
 *	xdp	  a real interface, taken away	  xdp.c
 *		  from the kernel
 *	pcap	  a file: what was once seen	  replay.c
 */

#include <stdbool.h>
#include <stdint.h>

#include "core/env.h"
#include "core/netif.h"

#include "driver/gro.h"
#include "driver/sys.h"

#define DEV_BATCH  64 /* frames taken in at one time, unless said otherwise */
#define DEV_QUEUES 8  /* of one device */
#define DEV_NAME   64
#define DEV_BLOCK  65536 /* the largest block there is */

struct dev;
struct pkt;

enum dev_kind { DEV_TAP, DEV_PACKET, DEV_XDP, DEV_PCAP, DEV_KINDS };

/**
 * struct dev_ops - a driver, as far as it goes beyond struct netif_ops
 * @read:	(required) Take in a batch; see dev_read()
 * @flush:	(optional) Hand over what lies in a ring
 * @next:	(optional) When the next frame comes, if that is known
 * @missed:	(optional) Frames that the system had no room for, since the
 *		last question
 * @close:	(required) Give everything back, @dev too
 */
struct dev_ops {
	int (*read)(struct dev *dev);
	void (*flush)(struct dev *dev);
	uint64_t (*next)(const struct dev *dev);
	uint64_t (*missed)(const struct dev *dev);
	void (*close)(struct dev *dev);
};

/**
 * struct dev - the interface; a driver's own comes behind it
 * @netif:	Give it to a stack, or set its on_input
 * @ops:	The driver
 * @sys:	The system, for it
 * @fd:		What to wait for, @fd_count of them
 * @batch:	Frames for one call of dev_read()
 * @is_gone:	The device was removed under it
 * @is_pending:	There are frames for dev_flush() to hand over
 * @flush_ns:	... when to call it at the latest
 * @check_ns:	When to look whether the device is still there, for those that
 *		go without a word; UINT64_MAX: never
 * @gro:	Segments of this batch that may be joined
 * @has_gro:	... are; not while somebody listens to events, who is told of
 *		every frame
 * @on_frame:	(optional) Looks at each frame that has come, before it is told
 *		to anybody; may set its cause
 * @device:	What the system calls it
 * @batches:	Calls of dev_read() that found something
 * @full:	Of these, how many stopped because the batch was full
 * @errors:	Errors of the device that were no frame's fault
 * @errors_in_a_row: Of these, since the last frame
 * @missed:	See dev_missed()
 */
struct dev {
	struct netif netif;
	const struct dev_ops *ops;
	const struct dev_sys *sys;
	int fd[DEV_QUEUES];
	uint32_t fd_count;
	uint32_t batch;
	bool is_gone, is_pending;
	uint64_t flush_ns, check_ns;
	struct gro gro;
	bool has_gro;
	void (*on_frame)(struct dev *dev, struct pkt *pkt);
	char device[DEV_NAME];
	uint64_t batches, full, errors;
	uint32_t errors_in_a_row;
	uint64_t missed;
};

/**
 * struct dev_cfg - which device, and what the interface on it is to be
 * @kind:	Which driver
 * @device:	What the system calls it: an interface, or a file
 * @fd:		Not 0: a descriptor that gives and takes one frame at a time,
 *		to be used instead of opening @device as a tap; stays the
 *		caller's
 * @name:	Of the interface; NULL: as @device
 * @mac:	Its address.  Zero: that of the device if it is shared with
 *		the kernel (xdp), else one that is made from its name
 * @mtu:	Largest IP packet; 0: that of the device
 * @batch:	Frames for one call of dev_read(); 0: DEV_BATCH
 * @queues:	Of the device; 0: one
 * @has_offload: Checksums and segmentation may be left to the far end, and
 *		by it to us; without, all frames are whole both ways, as far
 *		as the driver can see to it
 * @has_gro:	Segments of bulk may be joined to large ones where the device
 *		has not done so: for an owner that is a stack (gro.h)
 * @has_thread:	Of a tap: a thread of the kernel receives what is sent, which
 *		lets more through, and each frame a little later
 * @record:	Of a pcap: file that gets what is sent, or NULL
 */
struct dev_cfg {
	enum dev_kind kind;
	const char *device;
	int fd;
	const char *name;
	mac_addr mac;
	uint32_t mtu;
	uint32_t batch;
	uint32_t queues;
	bool has_offload;
	bool has_gro;
	bool has_thread;
	const char *record;
};

/**
 * dev_parse() - Read how a person calls a device
 * @text:	"tap:NAME", "packet:NAME", "xdp:NAME", "pcap:FILE"; or a NAME
 *		alone: an interface that there is and that is no TAP device is
 *		DEV_PACKET, everything else DEV_TAP
 * @device:	Gets the part of @text behind the kind
 *
 * Looks at the system's interfaces.
 */
enum dev_kind dev_parse(const char *text, const char **device);

/**
 * dev_open() - Open a device
 * @place:	Whose interface it will be; must outlive it
 * @cfg:	Which; not needed afterwards
 * @out:	Gets the device
 *
 * Return: 0, -ENOMEM, -EPERM or -EACCES (not allowed), -ENODEV or -ENOENT (no
 * such device or file), -EINVAL (it cannot be so), -EOPNOTSUPP (the system has
 * no such thing), another -errno
 */
int dev_open(struct place *place, const struct dev_cfg *cfg, struct dev **out);

/* Close it, after it was taken from its owner.  NULL is fine. */
void dev_close(struct dev *dev);

/**
 * dev_read() - Take in the frames that have arrived, a batch at most
 * @dev:	Which
 *
 * What cannot be believed is dropped (vnet_bad, rx_oversize), and what there
 * is no memory for (no_memory).  May call back anything.
 *
 * Return: how many frames were there; -ENODEV: the device was removed, and
 * there is nothing to wait for any more
 */
int dev_read(struct dev *dev);

/* Hand over what was transmitted and still lies in a ring; and, when it is time
 * for that, look whether the device is still there.  0 or -ENODEV. */
int dev_flush(struct dev *dev);

/* When to call it at the latest; UINT64_MAX: there is nothing. */
uint64_t dev_flush_at(const struct dev *dev);

/* When to call dev_read() even if no descriptor can be read; UINT64_MAX:
 * never. */
uint64_t dev_next(const struct dev *dev);

/* Frames, ever, that came while the system had no room for them; we have not
 * seen them. */
uint64_t dev_missed(struct dev *dev);

/* The word for a kind, "tap". */
const char *dev_kind_name(enum dev_kind kind);

/*
 * For drivers.
 */

/* Fill in what every driver has: an interface, up, that ends in @drv_ops. */
void dev_init(struct dev *dev, struct place *place, const struct dev_cfg *cfg,
	      const struct netif_ops *netif_ops, const struct dev_ops *ops);

/* It turned out to be called so. */
void dev_rename(struct dev *dev, const struct dev_cfg *cfg, const char *name);

/* A ring has frames for the system (@waiting), or has been flushed.  @err: what
 * the system said; it is not asked again at once. */
void dev_set_pending(struct dev *dev, bool waiting, int err);

/* A frame as it lies in memory of the system: the owner gets a copy.
 * @vnet: (optional) the header about it. */
void dev_input(struct dev *dev, const struct iovec *pieces, int count,
	       const uint8_t *vnet);

/* The same with a packet that holds it; takes @pkt. */
void dev_input_pkt(struct dev *dev, struct pkt *pkt, const uint8_t *vnet);

/* Drop a frame that the device did not take, by the name that belongs to
 * the error @err, and notice if it is gone.  Takes @pkt; returns -errno. */
int dev_tx_failed(struct dev *dev, struct pkt *pkt, int err);

/* Reading failed without a frame: count it, and notice if it is the end. */
void dev_rx_failed(struct dev *dev, int err);

/* Ask the system what has become of the device, and again in a second. */
void dev_check(struct dev *dev);

/* Count a call of a driver's read; returns what it is to return. */
int dev_count(struct dev *dev, uint32_t frames);

/* Does an error mean that there is no device any more? */
bool dev_error_is_end(int err);

#endif /* DRIVER_DEV_H */
