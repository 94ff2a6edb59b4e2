// SPDX-License-Identifier: MIT
/*
 * tap_dev.c - opening a TAP device of the system
 *
 * Theory of operation
 * ===================
 * /dev/net/tun is a door without a device; TUNSETIFF ties it to an interface
 * and says what the frames look like.  IFF_NO_PI: no four octets in front of
 * each frame that repeat its type.  IFF_VNET_HDR: ten octets in front that say
 * what is still to be done about it; their byte order is set to the one that
 * virtio.h reads, so that nobody has to guess.
 *
 * Offloads are a promise that goes with the file: TUNSETOFFLOAD says what we
 * take from the kernel.  What the kernel takes from us it always takes once
 * there is a header to say it in.  Without offload it must be said too, since
 * a device that stays keeps the promise of whoever had it before.
 *
 * What is written to a device the kernel receives at once, frame by frame, in
 * the very call that writes it: TCP, and waking who reads, are done for each
 * segment.  With IFF_NAPI and a thread for it ("threaded", Linux 5.12) the call
 * only queues the frame; the thread takes what has come meanwhile, joins
 * segments (GRO), and may run on another core.  Bulk to the kernel, frames of
 * 1500 octets, is twice as fast (0.87 GB/s became 1.72, and 1.01 CPU seconds of
 * ours for each GB 0.47); a datagram there and back takes two microseconds more
 * (5.1 became 7.2), so it is for who asks for it.
 *
 * What is assumed of the kernel here is written down as a program that can be
 * run: docs/assumptions/tap.c.
 */

#include "driver/tap_dev.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "driver/virtio.h"

/* Several datagrams in one; since Linux 6.2. */
enum { DATAGRAMS = 0x20 | 0x40 };

static int set_name(struct ifreq *req, const char *name)
{
	size_t len = strlen(name);
	int n;

	if (len && strspn(name, "0123456789") == len)
		n = snprintf(req->ifr_name, sizeof(req->ifr_name), "weft%s",
			     name);
	else
		n = snprintf(req->ifr_name, sizeof(req->ifr_name), "%s", name);
	if (!len || n >= (int)sizeof(req->ifr_name))
		return -EINVAL;
	return 0;
}

enum { SEGMENTS = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN };

bool tap_dev_takes_datagrams(int fd)
{
	return !ioctl(fd, TUNSETOFFLOAD, SEGMENTS | DATAGRAMS);
}

/* What stands in front of frames, and what may be left undone in them. */
static int set_header(int fd, const struct tap_dev_cfg *cfg)
{
	unsigned int offload = cfg->has_offload ? SEGMENTS : 0;
	int len = VIRTIO_HLEN, little = 1;

	if (!cfg->has_vnet_hdr)
		return 0;
	if (ioctl(fd, TUNSETVNETHDRSZ, &len) ||
	    ioctl(fd, TUNSETVNETLE, &little))
		return -errno;
	if (offload && tap_dev_takes_datagrams(fd))
		return 0;
	return ioctl(fd, TUNSETOFFLOAD, offload) ? -errno : 0;
}

/* Have the kernel receive what is written in a thread of its own. */
static int start_thread(const char *name)
{
	char path[64];
	int fd, err = 0;

	snprintf(path, sizeof(path), "/sys/class/net/%.15s/threaded", name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == EACCES ? -EPERM : -EOPNOTSUPP;
	if (write(fd, "1", 1) != 1)
		err = -errno;
	close(fd);
	return err;
}

static int attach(int fd, const struct tap_dev_cfg *cfg, struct ifreq *req)
{
	int err = set_name(req, cfg->name);

	if (err)
		return err;
	req->ifr_flags = IFF_TAP | IFF_NO_PI;
	if (cfg->has_vnet_hdr)
		req->ifr_flags |= IFF_VNET_HDR;
	if (cfg->is_multi_queue)
		req->ifr_flags |= IFF_MULTI_QUEUE;
	if (cfg->has_thread)
		req->ifr_flags |= IFF_NAPI;
	if (ioctl(fd, TUNSETIFF, req))
		return -errno;
	err = set_header(fd, cfg);
	return err || !cfg->has_thread ? err : start_thread(req->ifr_name);
}

int tap_dev_open(const struct tap_dev_cfg *cfg, char name[TAP_NAME_MAX])
{
	struct ifreq req = {0};
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	int err;

	if (fd < 0)
		return -errno;
	err = attach(fd, cfg, &req);
	if (err) {
		close(fd);
		return err;
	}
	memcpy(name, req.ifr_name, TAP_NAME_MAX);
	name[TAP_NAME_MAX - 1] = '\0';
	return fd;
}

void tap_dev_close(int fd)
{
	close(fd);
}
