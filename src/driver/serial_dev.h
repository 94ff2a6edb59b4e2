/* SPDX-License-Identifier: MIT */
#ifndef DRIVER_SERIAL_DEV_H
#define DRIVER_SERIAL_DEV_H

/*
 * serial_dev.h - a line of the system that knows only octets: a tty, a pty
 *
 *	  us                    somebody else
 *	  fd === [ pty ] === /dev/pts/3 ...... pppd /dev/pts/3
 *	  fd === /dev/ttyUSB0 === a wire
 */

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define SERIAL_DEV_NAME 64

/**
 * struct serial_dev - an open line
 * @fd:		Octets come and go here; does not block
 * @held:	The far end of a pty of our own, held open so that the line
 *		outlives whoever uses it; else -1
 * @name:	Of the device; of a pty, that of its far end
 */
struct serial_dev {
	int fd, held;
	char name[SERIAL_DEV_NAME];
};

/**
 * serial_dev_open() - Open a line
 * @d:		Filled in
 * @name:	"pty": a new pseudo terminal; else the path of a tty
 * @bps:	Bits per second of a tty; 0: as it is set
 *
 * The tty is set raw: eight bits, nothing is translated, no flow control by
 * characters.
 *
 * Return: 0, -ENOTTY (it is no tty), -EINVAL (no such rate, or the name is too
 * long), another -errno
 */
int serial_dev_open(struct serial_dev *d, const char *name, uint32_t bps);

void serial_dev_close(struct serial_dev *d);

/* Octets that were there, at most @len; 0: none now; -ENODEV: it is gone. */
ssize_t serial_dev_read(struct serial_dev *d, void *buf, size_t len);

/* Octets that it took; 0: none now; -ENODEV: it is gone. */
ssize_t serial_dev_write(struct serial_dev *d, const void *buf, size_t len);

#endif /* DRIVER_SERIAL_DEV_H */
