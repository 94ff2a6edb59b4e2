/* SPDX-License-Identifier: MIT */
#ifndef DRIVER_VIRTIO_H
#define DRIVER_VIRTIO_H

/*
 * virtio.h - the header with which a device and a driver share work
 *
 * In front of each frame stands what is still to be done about it: a checksum
 * to be completed, a large segment to be cut (virtio 1.2, 5.1.6).  TAP devices
 * speak it when opened with IFF_VNET_HDR.
 *
 *	+-------+----------+---------+----------+------------+-------------+
 *	| flags | gso_type | hdr_len | gso_size | csum_start | csum_offset |
 *	|   1   |    1     |    2    |    2     |     2      |      2      |
 *	+-------+----------+---------+----------+------------+-------------+
 *
 * Numbers are little endian.  csum_start counts from the first octet of the
 * frame, csum_offset from csum_start.
 */

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "core/drop.h"

struct pkt;

enum { VIRTIO_HLEN = 10 };

struct virtio_wire {
	uint8_t flags[1];
	uint8_t gso_type[1];
	uint8_t hdr_len[2];
	uint8_t gso_size[2];
	uint8_t csum_start[2];
	uint8_t csum_offset[2];
};
static_assert(sizeof(struct virtio_wire) == VIRTIO_HLEN, "virtio 1.2, 5.1.6");

enum virtio_flag {
	VIRTIO_NEEDS_CSUM = 1, /* complete it from csum_start on */
	VIRTIO_DATA_VALID = 2, /* it was verified */
};

enum virtio_gso {
	VIRTIO_GSO_NONE = 0,
	VIRTIO_GSO_TCP4 = 1,
	VIRTIO_GSO_UDP = 3,
	VIRTIO_GSO_TCP6 = 4,
	VIRTIO_GSO_UDP_L4 = 5,
	VIRTIO_GSO_ECN = 0x80, /* with TCP: CWR goes in the first only */
};

/**
 * virtio_apply() - Believe the header of a frame that came in, or refuse it
 * @pkt:	The frame, link header in front; lent.  Its csum, csum_off,
 *		l4_off (if it is PKT_CSUM_PARTIAL), gso and gso_size are set; a checksum that only says "from here to
 *		there" is completed on the spot
 * @hdr:	VIRTIO_HLEN octets
 *
 * Whatever @hdr says, nothing outside of the frame is looked at or written,
 * now or later: what is set can be relied on.
 *
 * Return: DROP_COUNT: good; DROP_vnet_bad: it describes octets that are not
 * there, or something that nobody asked for
 */
enum drop virtio_apply(struct pkt *pkt, const uint8_t *hdr);

/**
 * virtio_describe() - Say what a device is to do about a frame
 * @pkt:	The frame, link header in front, l4_off set; lent
 * @hdr:	Gets VIRTIO_HLEN octets
 */
void virtio_describe(const struct pkt *pkt, uint8_t *hdr);

/* @n octets were put into the frame in front of what @hdr is about. */
void virtio_shift(uint8_t *hdr, size_t n);

/* Say that the first @n octets are headers. */
void virtio_set_hdr_len(uint8_t *hdr, uint16_t n);

#endif /* DRIVER_VIRTIO_H */
