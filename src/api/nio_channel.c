// SPDX-License-Identifier: MIT
/*
 * nio_channel.c - the channels of Java NIO: sockets that move buffers
 *
 * Nothing but the public calls; what is new is that "not now" is no error, as
 * in Java: 0 octets.
 */

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <weft/weft.h>

#include "api/nio_int.h"

#define STREAM_OPS (WEFT_OP_READ | WEFT_OP_WRITE | WEFT_OP_CONNECT)

/* Owns @fd, also if there is no memory. */
static struct weft_channel *channel_of(struct weft_stack *ws, int fd, int ops)
{
	struct weft_channel *ch = fd < 0 ? NULL : calloc(1, sizeof(*ch));

	if (!ch) {
		if (fd >= 0)
			weft_close(ws, fd);
		return NULL;
	}
	ch->stack = ws;
	ch->fd = fd;
	ch->ops = ops;
	ch->is_blocking = true;
	list_init(&ch->keys);
	return ch;
}

/* A socket with an address; -1: errno says why not. */
static int bound(struct weft_stack *ws, int type, const struct sockaddr *addr,
		 socklen_t len)
{
	int fd = weft_socket(ws, addr->sa_family, type, 0), err;

	if (fd < 0 || !weft_bind(ws, fd, addr, len))
		return fd;
	err = errno;
	weft_close(ws, fd);
	errno = err;
	return -1;
}

struct weft_channel *weft_server_channel_open(struct weft_stack *ws,
					      const struct sockaddr *addr,
					      socklen_t len, int backlog)
{
	int fd = bound(ws, SOCK_STREAM, addr, len), err;

	if (fd >= 0 && weft_listen(ws, fd, backlog)) {
		err = errno;
		weft_close(ws, fd);
		errno = err;
		return NULL;
	}
	return channel_of(ws, fd, WEFT_OP_ACCEPT);
}

struct weft_channel *weft_server_channel_accept(struct weft_channel *ch)
{
	int fd;

	if (ch->ops != WEFT_OP_ACCEPT) {
		errno = EOPNOTSUPP;
		return NULL;
	}
	fd = weft_accept(ch->stack, ch->fd, NULL, NULL);
	return channel_of(ch->stack, fd, STREAM_OPS);
}

struct weft_channel *weft_socket_channel_open(struct weft_stack *ws, int domain)
{
	return channel_of(ws, weft_socket(ws, domain, SOCK_STREAM, 0),
			  STREAM_OPS);
}

struct weft_channel *weft_datagram_channel_open(struct weft_stack *ws,
						const struct sockaddr *addr,
						socklen_t len)
{
	return channel_of(ws, bound(ws, SOCK_DGRAM, addr, len),
			  WEFT_OP_READ | WEFT_OP_WRITE);
}

int weft_channel_connect(struct weft_channel *ch, const struct sockaddr *addr,
			 socklen_t len)
{
	if (!weft_connect(ch->stack, ch->fd, addr, len))
		return 1;
	return errno == EINPROGRESS ? 0 : -1;
}

int weft_channel_finish_connect(struct weft_channel *ch)
{
	struct pollfd p = {.fd = ch->fd, .events = POLLOUT};
	socklen_t len = sizeof(int);
	int err = 0;

	if (weft_poll(ch->stack, &p, 1, ch->is_blocking ? -1 : 0) < 0 ||
	    weft_getsockopt(ch->stack, ch->fd, SOL_SOCKET, SO_ERROR, &err,
			    &len))
		return -1;
	if (!err)
		return p.revents != 0;
	errno = err;
	return -1;
}

/* Octets moved, which the position follows; "not now" is 0. */
static ssize_t moved(struct weft_buffer *b, ssize_t n)
{
	if (n < 0)
		return errno == EAGAIN ? 0 : -1;
	b->position += (size_t)n;
	return n;
}

ssize_t weft_channel_read(struct weft_channel *ch, struct weft_buffer *b)
{
	size_t room = weft_buffer_remaining(b);
	ssize_t n;

	if (!room)
		return 0;
	n = weft_recv(ch->stack, ch->fd, b->data + b->position, room, 0);
	if (n == 0 && ch->ops == STREAM_OPS) {
		errno = 0;
		return -1;
	}
	return moved(b, n);
}

ssize_t weft_channel_write(struct weft_channel *ch, struct weft_buffer *b)
{
	size_t len = weft_buffer_remaining(b);

	if (!len)
		return 0;
	return moved(b, weft_send(ch->stack, ch->fd, b->data + b->position, len,
				  MSG_NOSIGNAL));
}

ssize_t weft_channel_send(struct weft_channel *ch, struct weft_buffer *b,
			  const struct sockaddr *addr, socklen_t len)
{
	return moved(b, weft_sendto(ch->stack, ch->fd, b->data + b->position,
				    weft_buffer_remaining(b), 0, addr, len));
}

ssize_t weft_channel_receive(struct weft_channel *ch, struct weft_buffer *b,
			     struct sockaddr *addr, socklen_t *len)
{
	ssize_t n = weft_recvfrom(ch->stack, ch->fd, b->data + b->position,
				  weft_buffer_remaining(b), 0, addr, len);

	if (n >= 0)
		b->position += (size_t)n;
	return n;
}

int weft_channel_blocking(struct weft_channel *ch, int on)
{
	int flags = weft_fcntl(ch->stack, ch->fd, F_GETFL, 0);

	if (on && !list_is_empty(&ch->keys)) {
		errno = EBUSY;
		return -1;
	}
	flags = on ? flags & ~O_NONBLOCK : flags | O_NONBLOCK;
	ch->is_blocking = on;
	return weft_fcntl(ch->stack, ch->fd, F_SETFL, flags);
}

int weft_channel_fd(const struct weft_channel *ch)
{
	return ch->fd;
}

void weft_channel_close(struct weft_channel *ch)
{
	struct weft_key *key;

	if (!ch)
		return;
	while ((key = list_first_entry(&ch->keys, struct weft_key, of_channel)))
		weft_key_cancel(key);
	weft_close(ch->stack, ch->fd);
	free(ch);
}
