// SPDX-License-Identifier: MIT
/*
 * serial_dev.c - a line of the system that knows only octets: a tty, a pty
 *
 * Theory of operation
 * ===================
 * A tty is made for people: it echoes what comes, waits for the end of a line,
 * turns one character into another and ends programs when it sees a third.
 * All of that is switched off.
 *
 * When the last user of a pty's far end closes it, reading at our end is an
 * error until the next one comes.  A line that outlives its users is easier to
 * wait for, so we hold the far end open ourselves.
 */

#include "driver/serial_dev.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static int speed_of(uint32_t bps, speed_t *out)
{
	static const struct {
		uint32_t bps;
		speed_t speed;
	} speeds[] = {
		{1200, B1200},	   {2400, B2400},     {4800, B4800},
		{9600, B9600},	   {19200, B19200},   {38400, B38400},
		{57600, B57600},   {115200, B115200}, {230400, B230400},
		{460800, B460800}, {921600, B921600},
	};
	size_t i;

	for (i = 0; i < sizeof(speeds) / sizeof(*speeds); i++) {
		if (speeds[i].bps != bps)
			continue;
		*out = speeds[i].speed;
		return 0;
	}
	return -EINVAL;
}

static int set_raw(int fd, uint32_t bps)
{
	struct termios t;
	speed_t speed;

	if (tcgetattr(fd, &t))
		return -errno;
	cfmakeraw(&t);
	t.c_cflag |= CLOCAL | CREAD;
	if (bps) {
		if (speed_of(bps, &speed))
			return -EINVAL;
		cfsetispeed(&t, speed);
		cfsetospeed(&t, speed);
	}
	return tcsetattr(fd, TCSANOW, &t) ? -errno : 0;
}

static int open_tty(struct serial_dev *d, const char *name, uint32_t bps)
{
	int n = snprintf(d->name, sizeof(d->name), "%s", name);
	int err;

	if (n < 0 || (size_t)n >= sizeof(d->name))
		return -EINVAL;
	d->fd = open(name, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (d->fd < 0)
		return -errno;
	err = set_raw(d->fd, bps);
	if (err)
		close(d->fd);
	return err;
}

static int open_pty(struct serial_dev *d)
{
	int err = 0;

	d->fd = posix_openpt(O_RDWR | O_NOCTTY);
	if (d->fd < 0)
		return -errno;
	if (grantpt(d->fd) || unlockpt(d->fd) ||
	    fcntl(d->fd, F_SETFL, O_NONBLOCK) ||
	    fcntl(d->fd, F_SETFD, FD_CLOEXEC))
		err = -errno;
	if (!err && ptsname_r(d->fd, d->name, sizeof(d->name)))
		err = -EINVAL;
	if (!err) {
		d->held = open(d->name, O_RDWR | O_NOCTTY | O_CLOEXEC);
		err = d->held < 0 ? -errno : set_raw(d->held, 0);
	}
	if (err)
		serial_dev_close(d);
	return err;
}

int serial_dev_open(struct serial_dev *d, const char *name, uint32_t bps)
{
	*d = (struct serial_dev){.fd = -1, .held = -1};
	return strcmp(name, "pty") ? open_tty(d, name, bps) : open_pty(d);
}

void serial_dev_close(struct serial_dev *d)
{
	if (d->held >= 0)
		close(d->held);
	if (d->fd >= 0)
		close(d->fd);
	d->fd = d->held = -1;
}

/* Nothing now, or nothing ever again? */
static ssize_t nothing(ssize_t n)
{
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	return -ENODEV;
}

ssize_t serial_dev_read(struct serial_dev *d, void *buf, size_t len)
{
	ssize_t n = read(d->fd, buf, len);

	return n > 0 ? n : nothing(n);
}

ssize_t serial_dev_write(struct serial_dev *d, const void *buf, size_t len)
{
	ssize_t n = write(d->fd, buf, len);

	return n > 0 ? n : nothing(n);
}
