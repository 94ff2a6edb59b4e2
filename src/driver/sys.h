/* SPDX-License-Identifier: MIT */
#ifndef DRIVER_SYS_H
#define DRIVER_SYS_H

/*
 * sys.h - what drivers ask of the system while frames come and go
 *
 * So little that it fits into a table; a test puts another one in its place
 * and is a device that fails as no device can be made to.  Opening, which is
 * done once, is each driver's own business (tap_dev.h, packet_dev.h, ...).
 */

#include <sys/types.h>
#include <sys/uio.h>

/**
 * struct dev_sys - the system, or what plays it
 * @readv:	A frame, scattered: octets, or -errno (never -EINTR)
 * @writev:	A frame, gathered: octets, or -errno (never -EINTR)
 * @kick:	"There is work for you in the ring of @fd": 0 or -errno
 * @state:	What has become of the device of a socket: 0, -ENETDOWN (it is
 *		down), -ENODEV (it is no more)
 */
struct dev_sys {
	ssize_t (*readv)(int fd, const struct iovec *iov, int count);
	ssize_t (*writev)(int fd, const struct iovec *iov, int count);
	int (*kick)(int fd);
	int (*state)(int fd);
};

/* The real one. */
extern const struct dev_sys dev_sys_os;

#endif /* DRIVER_SYS_H */
