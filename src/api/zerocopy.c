// SPDX-License-Identifier: MIT
/*
 * zerocopy.c - files in memory, moving octets without copies, and counting
 */

#include <fcntl.h>
#include <unistd.h>

#include "api/api_int.h"
#include "io/memfile.h"
#include "sock/copies.h"
#include "sock/sock.h"

static long fill_from(void *arg, void *buf, size_t len)
{
	const int *fd = arg;
	ssize_t n = read(*fd, buf, len);

	return n < 0 ? -errno : n;
}

static int create(struct stack *stack, const char *path)
{
	int from, fd;

	if (!path)
		return sk_memfile_create(stack, 0, NULL, NULL);
	from = open(path, O_RDONLY | O_CLOEXEC);
	if (from < 0)
		return -errno;
	fd = sk_memfile_create(stack, 0, fill_from, &from);
	close(from);
	return fd;
}

int weft_memfile(struct weft_stack *ws, const char *path)
{
	API_CALL(ws);

	return (int)api_result(create(call.stack, path));
}

off_t weft_lseek(struct weft_stack *ws, int fd, off_t off, int whence)
{
	API_CALL(ws);

	return api_result(sk_lseek(call.stack, fd, off, whence));
}

const void *weft_lend(struct weft_stack *ws, int fd, off_t off, size_t *len)
{
	API_CALL(ws);

	if (off < 0) {
		*len = 0;
		return NULL;
	}
	return sk_memfile_lend(call.stack, fd, (uint64_t)off, len);
}

/* The prototypes are those of Linux. */
/* NOLINTBEGIN(readability-non-const-parameter) */
ssize_t weft_sendfile(struct weft_stack *ws, int out, int in, off_t *off,
		      size_t len)
{
	struct sk_splice what = {
		.in = in, .out = out, .off_in = off, .len = len};
	API_CALL(ws);

	return api_result(sk_sendfile(call.stack, &what));
}

/* NOLINTNEXTLINE(readability-function-size) */
ssize_t weft_splice(struct weft_stack *ws, int in, off_t *off_in, int out,
		    off_t *off_out, size_t len, unsigned int flags)
{
	struct sk_splice what = {.in = in,
				 .out = out,
				 .off_in = off_in,
				 .len = len,
				 .flags = flags};
	API_CALL(ws);

	if (off_out)
		return api_result(-ESPIPE);
	return api_result(sk_splice(call.stack, &what));
}
/* NOLINTEND(readability-non-const-parameter) */

int weft_recv_lend(struct weft_stack *ws, int fd, struct iovec *iov, int count)
{
	API_CALL(ws);

	if (count < 0)
		return (int)api_result(-EINVAL);
	return (int)api_result(
		sk_recv_lend(call.stack, fd, (void *)iov, (size_t)count));
}

int weft_recv_done(struct weft_stack *ws, int fd, size_t len)
{
	API_CALL(ws);

	return (int)api_result(sk_recv_done(call.stack, fd, len));
}

/* Octets that left by any interface. */
static uint64_t sent_by(const struct stack *stack)
{
	const struct netif *n;
	uint64_t sum = 0;

	list_for_each_entry(n, &stack->netifs, struct netif, node)
		sum += n->stats.tx_octets;
	return sum;
}

int weft_copies(struct weft_stack *ws, int fd, struct weft_copies *out)
{
	struct sk_copies c;
	API_CALL(ws);
	int err = sk_get_copies(call.stack, fd, &c);

	if (!err && out->size != sizeof(*out))
		err = -EINVAL;
	if (err)
		return (int)api_result(err);
	*out = (struct weft_copies){
		.size = sizeof(*out),
		.from_user = c.octets[COPY_FROM_USER],
		.to_user = c.octets[COPY_TO_USER],
		.inside = c.octets[COPY_INSIDE],
		.from_device = c.octets[COPY_FROM_DEVICE],
		.to_wire = fd < 0 ? sent_by(call.stack) : 0,
		.referred = c.octets[COPY_REFERRED],
		.lent = c.octets[COPY_LENT],
		.calls = c.calls,
	};
	return 0;
}
