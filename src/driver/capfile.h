/* SPDX-License-Identifier: MIT */
#ifndef DRIVER_CAPFILE_H
#define DRIVER_CAPFILE_H

/*
 * capfile.h - reading captures: pcap and pcapng files
 *
 *	capfile_open(&file, octets, len);
 *	while (capfile_next(&file, &frame) == 1)
 *		... frame.data, frame.len, frame.at_ns ...
 *
 * A file is input from a stranger like any other: whatever stands in it, only
 * octets that are there are looked at.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"

#define CAPFILE_IFACES 64

/* What a file says of an interface that was listened to. */
struct capfile_iface {
	uint16_t link;	  /* 1: Ethernet */
	uint8_t fcs_len;  /* octets of check sequence behind each frame */
	uint8_t ts_power; /* a second is ten, or two, to the power of this */
	bool ts_is_binary;
};

/**
 * struct capfile - a file that is being read
 * @left:	What was not read yet
 * @is_ng:	pcapng
 * @is_little:	Its byte order
 * @iface:	Those described so far in this section
 * @iface_count: How many
 * @skipped:	Frames that were not of Ethernet, or not whole
 */
struct capfile {
	struct cursor left;
	bool is_ng, is_little;
	struct capfile_iface iface[CAPFILE_IFACES];
	uint32_t iface_count;
	uint64_t skipped;
};

/**
 * struct capfile_frame - a frame
 * @data:	@len octets in the file, without check sequence
 * @at_ns:	When it was seen
 */
struct capfile_frame {
	const uint8_t *data;
	uint32_t len;
	uint64_t at_ns;
};

/**
 * capfile_open() - Begin to read
 * @buf:	The whole file, @len octets; must stay
 *
 * Return: 0, -EINVAL (this is no capture), -EPROTONOSUPPORT (a pcap of
 * something that is not Ethernet)
 */
int capfile_open(struct capfile *f, const void *buf, size_t len);

/* The next frame of Ethernet that is all there.  1; 0: that was all; -EINVAL:
 * the file is cut off, or says what cannot be. */
int capfile_next(struct capfile *f, struct capfile_frame *frame);

/*
 * Writing: pcap, with nanoseconds.
 */

enum { CAPFILE_HLEN = 24, CAPFILE_FRAME_HLEN = 16 };

/* What stands at the front of a file. */
void capfile_emit_header(uint8_t out[static CAPFILE_HLEN]);

/* What stands in front of a frame of @len octets. */
void capfile_emit_frame(uint8_t out[static CAPFILE_FRAME_HLEN], uint64_t at_ns,
			uint32_t len);

#endif /* DRIVER_CAPFILE_H */
