/* SPDX-License-Identifier: MIT */
#ifndef WEFT_NIO_CHANNEL_H
#define WEFT_NIO_CHANNEL_H

/*
 * nio_channel.h - the channels of Java NIO: sockets that move buffers
 *
 * ServerSocketChannel, SocketChannel and DatagramChannel are one type here, and
 * calls for one of them are EOPNOTSUPP on another.  A channel blocks until
 * weft_channel_blocking() says otherwise.
 *
 * Part of nio.h; include weft.h.
 */

#include <sys/socket.h>
#include <sys/types.h>
#include <weft/weft.h>

#ifdef __cplusplus
extern "C" {
#endif

struct weft_buffer;
struct weft_channel;

/**
 * weft_server_channel_open() - ServerSocketChannel.open(), bind()
 * @stack:	Whose
 * @addr:	Where it listens
 * @len:	Octets of @addr
 * @backlog:	How many may wait for weft_server_channel_accept()
 *
 * Return: the channel; NULL: as weft_socket(), weft_bind() and weft_listen()
 */
WEFT_API struct weft_channel *
weft_server_channel_open(struct weft_stack *stack, const struct sockaddr *addr,
			 socklen_t len, int backlog);

/**
 * weft_server_channel_accept() - ServerSocketChannel.accept()
 * @ch:		The channel that listens
 *
 * May block.
 *
 * Return: a channel, which blocks whatever @ch does; NULL: EAGAIN (nobody is
 * there), EOPNOTSUPP, otherwise as weft_accept()
 */
WEFT_API struct weft_channel *
weft_server_channel_accept(struct weft_channel *ch);

/**
 * weft_socket_channel_open() - SocketChannel.open()
 * @stack:	Whose
 * @domain:	AF_INET or AF_INET6
 *
 * Return: a channel that is not connected; NULL: as weft_socket()
 */
WEFT_API struct weft_channel *weft_socket_channel_open(struct weft_stack *stack,
						       int domain);

/**
 * weft_channel_connect() - SocketChannel.connect(), DatagramChannel.connect()
 * @ch:		Which
 * @addr:	Where to
 * @len:	Octets of @addr
 *
 * May block.
 *
 * Return: 1: connected; 0: under way, weft_channel_finish_connect() when
 * WEFT_OP_CONNECT is ready; -1: as weft_connect()
 */
WEFT_API int weft_channel_connect(struct weft_channel *ch,
				  const struct sockaddr *addr, socklen_t len);

/**
 * weft_channel_finish_connect() - SocketChannel.finishConnect()
 * @ch:		Which
 *
 * Return: 1: connected; 0: still under way; -1: what connecting failed with
 */
WEFT_API int weft_channel_finish_connect(struct weft_channel *ch);

/**
 * weft_datagram_channel_open() - DatagramChannel.open(), bind()
 * @stack:	Whose
 * @addr:	Its address; port 0: any
 * @len:	Octets of @addr
 *
 * Return: the channel; NULL: as weft_socket() and weft_bind()
 */
WEFT_API struct weft_channel *
weft_datagram_channel_open(struct weft_stack *stack,
			   const struct sockaddr *addr, socklen_t len);

/**
 * weft_channel_send() - DatagramChannel.send()
 * @ch:		Which
 * @b:		What remains in it is one datagram, and is read
 * @addr:	Where to; NULL: where it is connected to
 * @len:	Octets of @addr
 *
 * Return: octets sent, 0: no room now; -1: as weft_sendto()
 */
WEFT_API ssize_t weft_channel_send(struct weft_channel *ch,
				   struct weft_buffer *b,
				   const struct sockaddr *addr, socklen_t len);

/**
 * weft_channel_receive() - DatagramChannel.receive()
 * @ch:		Which
 * @b:		Written to; what does not fit is lost
 * @addr:	Filled in with the sender, or NULL
 * @len:	Room in @addr, and afterwards its octets; 0: nothing came
 *
 * May block.
 *
 * Return: octets, which may be 0; -1: EAGAIN (nothing is there), otherwise as
 * weft_recvfrom()
 */
WEFT_API ssize_t weft_channel_receive(struct weft_channel *ch,
				      struct weft_buffer *b,
				      struct sockaddr *addr, socklen_t *len);

/**
 * weft_channel_read() - ReadableByteChannel.read()
 * @ch:		A connected channel
 * @b:		Written to from its position on, which moves
 *
 * May block.
 *
 * Return: octets; 0: nothing is there, or no room in @b; -1: the end of the
 * stream (errno is 0), otherwise as weft_recv()
 */
WEFT_API ssize_t weft_channel_read(struct weft_channel *ch,
				   struct weft_buffer *b);

/**
 * weft_channel_write() - WritableByteChannel.write()
 * @ch:		A connected channel
 * @b:		Read from its position on, which moves: perhaps not all
 *
 * May block.
 *
 * Return: octets taken, 0: no room now; -1: as weft_send()
 */
WEFT_API ssize_t weft_channel_write(struct weft_channel *ch,
				    struct weft_buffer *b);

/**
 * weft_channel_blocking() - SelectableChannel.configureBlocking()
 * @ch:		Which
 * @on:		0: not.  1 fails while it has keys
 *
 * Return: 0; -1: EBUSY
 */
WEFT_API int weft_channel_blocking(struct weft_channel *ch, int on);

/**
 * weft_channel_fd() - The descriptor of a channel, for options and addresses
 * @ch:		Whose; stays its
 *
 * Return: the descriptor
 */
WEFT_API int weft_channel_fd(const struct weft_channel *ch);

/**
 * weft_channel_close() - Channel.close(): cancels its keys, closes, frees
 * @ch:		NULL is fine
 */
WEFT_API void weft_channel_close(struct weft_channel *ch);

#ifdef __cplusplus
}
#endif

#endif /* WEFT_NIO_CHANNEL_H */
