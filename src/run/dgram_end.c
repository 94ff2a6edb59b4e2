// SPDX-License-Identifier: MIT
/*
 * dgram_end.c - the program's end of a datagram socket: its peer, its errors
 *
 * Theory of operation
 * ===================
 * Whoever sends without an address needs a peer.  A socket that has none in the
 * stack has none at its end either: that end turns away from ours (connect(2)
 * to no family), ours still knows it, and send(2) fails at once, as it has to.
 * When it gets a peer, its end is connected to ours again, which has a name for
 * that.
 *
 * An error that ICMP brings is told once, by the next call, whichever that is.
 * Calls that are answered here find it in @error; poll(2), send(2) and recv(2)
 * are the kernel's, so the kernel has to have one too:
 *
 *	stack's error --> @error --> the next notified call, SO_ERROR
 *	                     |
 *	                     +-----> the end's error (@has_told): poll(2), send(2),
 *	                             recv(2)
 *
 * Whoever is asked first takes back the other.  An AF_UNIX datagram socket gets
 * an error (ECONNRESET) when its other end turns away from it while something
 * was on its way there.  So our end dissolves its connection, and connects
 * again; to be found, the program's end gets a name first.
 *
 * Limits
 * ------
 * The kernel's error is always ECONNRESET, and that of send(2) without a peer
 * is ENOTCONN: AF_UNIX has no others.
 */
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "run/dgram.h"

static const struct sockaddr_un nobody = {.sun_family = AF_UNSPEC};

static int connect_fd(int fd, const struct sockaddr_un *un, socklen_t len)
{
	return connect(fd, (const struct sockaddr *)un, len) ? -errno : 0;
}

static int turn_away(int fd)
{
	return connect_fd(fd, &nobody, sizeof(nobody.sun_family));
}

/* Name a socket, if it has no name, and find its name out. */
static int name_fd(int fd, struct sockaddr_un *un, socklen_t *len)
{
	const struct sockaddr_un any = {.sun_family = AF_UNIX};

	*len = sizeof(*un);
	(void)bind(fd, (const struct sockaddr *)&any, sizeof(any.sun_family));
	if (getsockname(fd, (struct sockaddr *)un, len))
		return -errno;
	return *len > sizeof(un->sun_family) ? 0 : -EINVAL;
}

/* Connect @fd to @to. */
static int link_fd(int fd, int to)
{
	struct sockaddr_un un;
	socklen_t len;
	int err = name_fd(to, &un, &len);

	return err ? err : connect_fd(fd, &un, len);
}

/* Turning away throws away what lies in the queue; it is put there again. */
static void put_back(const struct desc *d, const uint8_t *buf, ssize_t n)
{
	if (n >= 0)
		(void)send(d->ours.fd, buf, (size_t)n,
			   MSG_DONTWAIT | MSG_NOSIGNAL);
}

static int unlink_fd(const struct desc *d, int fd)
{
	uint8_t buf[MSG_OCTETS];
	ssize_t n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);
	int err = turn_away(fd);

	put_back(d, buf, n);
	return err;
}

int dgram_link(struct desc *d, int fd, bool has_peer)
{
	int err;

	if (!d->ops->needs_peer || has_peer == d->has_peer)
		return 0;
	err = has_peer ? link_fd(fd, d->ours.fd) : unlink_fd(d, fd);
	if (!err)
		d->has_peer = has_peer;
	return err;
}

/* The stack's error is ours to tell from now on.  False: it has none. */
static bool pull(struct desc *d)
{
	int err = 0;

	if (!(sk_ready(desc_stack(d), d->sk) & WAIT_ERR))
		return false;
	(void)sk_getsockopt_int(desc_stack(d), d->sk, SOL_SOCKET, SO_ERROR,
				&err);
	if (err)
		d->error = err;
	return err;
}

void dgram_note_heard(struct desc *d)
{
	if (d->has_told)
		d->error = 0;
	d->has_told = false;
	(void)pull(d);
}

int dgram_owes(struct call *call)
{
	struct desc *d = call->desc;
	socklen_t len = sizeof(int);
	int native = 0, err;

	if (d->has_told)
		(void)getsockopt(call->fd, SOL_SOCKET, SO_ERROR, &native, &len);
	if (d->has_told && !native) /* it has heard of it from the kernel */
		d->error = 0;
	d->has_told = false;
	if (d->sk >= 0)
		(void)pull(d);
	err = d->error;
	d->error = 0;
	return -err;
}

/* Has the kernel told the error that it had?  poll(2) does not take it. */
static bool has_heard(struct desc *d)
{
	struct pollfd p = {.fd = desc_program_fd(d)};
	bool is_there = p.fd >= 0 && poll(&p, 1, 0) == 1 && p.revents & POLLERR;

	if (p.fd >= 0)
		close(p.fd);
	return !is_there;
}

/* The end @fd gets an error: ours turns away from it while something from it
 * lies in ours unread. */
static int give_error(struct desc *d, int fd)
{
	int err = 0;

	if (send(fd, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL) != 1)
		err = -errno;
	if (!err)
		err = turn_away(d->ours.fd);
	return err ? err : link_fd(d->ours.fd, fd);
}

/* The same for one that has no peer, and has none afterwards. */
static int give_error_alone(struct desc *d, int fd)
{
	uint8_t buf[MSG_OCTETS];
	ssize_t n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);
	int err = link_fd(fd, d->ours.fd);

	if (!err)
		err = give_error(d, fd);
	(void)turn_away(fd);
	put_back(d, buf, n);
	return err;
}

void dgram_tell(struct desc *d)
{
	int fd;

	/* The same as when the stack gets one more before the first was told. */
	if (pull(d) && d->has_told && has_heard(d))
		d->has_told = false;
	if (d->has_told ||
	    !(d->error || sk_ready(desc_stack(d), d->sk) & WAIT_ERR))
		return;
	dgram_settle(d); /* what lies in our end would be lost */
	fd = desc_program_fd(d);
	if (fd < 0)
		return;
	d->has_told =
		!(d->has_peer ? give_error(d, fd) : give_error_alone(d, fd));
	close(fd);
}
