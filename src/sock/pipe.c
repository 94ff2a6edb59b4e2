// SPDX-License-Identifier: MIT
/*
 * pipe.c - pipes: octets in at one descriptor, out at another
 *
 * Theory of operation
 * ===================
 * A pipe is a ring of octets between two files, one of which only reads and
 * the other only writes:
 *
 *	fd 4 --> struct file wr --> [ ring ] --> struct file rd --> fd 3
 *
 * The ring is as large as F_SETPIPE_SZ says, whole pages, and its memory is
 * taken when the first octet is written: most pipes of a program that is
 * starting up are closed again unused.
 *
 * A write of up to PIPE_ATOMIC octets goes in whole or not at all (POSIX), so
 * that several writers' lines do not mix.
 *
 * Invariants
 * ----------
 *  (1) len <= size, head < size.
 *  (2) The pipe lives until both files are released.
 */

#include <errno.h>
#include <string.h>

#include "base/check.h"
#include "base/mem.h"

#include "core/waitq.h"

#include "sock/sock_int.h"

#define PIPE_ATOMIC   4096 /* Linux's PIPE_BUF, and its page */
#define PIPE_SIZE     65536
#define PIPE_SIZE_MAX (1 << 20)

/**
 * struct pipe - both ends and what is between them
 * @rd:		The end that reads
 * @wr:		The end that writes
 * @ring:	@size octets, or NULL: nothing was written yet
 * @head:	Where the oldest octet is
 * @len:	Octets in it
 * @has_rd:	@rd is not released; likewise @has_wr
 */
struct pipe {
	struct file rd, wr;
	uint8_t *ring;
	size_t size, head, len;
	bool has_rd, has_wr;
};

static struct pipe *pipe_of_rd(struct file *file)
{
	return container_of(file, struct pipe, rd);
}

static struct pipe *pipe_of_wr(struct file *file)
{
	return container_of(file, struct pipe, wr);
}

static struct mem *mem_of(const struct file *file)
{
	return file->stack->place.env->mem;
}

static size_t min_of(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Take @n octets off the front; @buf may be anywhere. */
static void ring_take(struct pipe *p, uint8_t *buf, size_t n)
{
	size_t first = min_of(n, p->size - p->head);

	memcpy(buf, p->ring + p->head, first);
	memcpy(buf + first, p->ring, n - first);
	p->head = (p->head + n) % p->size;
	p->len -= n;
}

static void ring_put(struct pipe *p, const uint8_t *buf, size_t n)
{
	size_t tail = (p->head + p->len) % p->size;
	size_t first = min_of(n, p->size - tail);

	memcpy(p->ring + tail, buf, first);
	memcpy(p->ring, buf + first, n - first);
	p->len += n;
}

static uint32_t poll_rd(struct file *file)
{
	const struct pipe *p = pipe_of_rd(file);

	return (p->len ? WAIT_IN : 0) | (p->has_wr ? 0 : WAIT_HUP);
}

static uint32_t poll_wr(struct file *file)
{
	const struct pipe *p = pipe_of_wr(file);
	bool has_room = p->size - p->len >= PIPE_ATOMIC;

	return (has_room ? WAIT_OUT : 0) | (p->has_rd ? 0 : WAIT_ERR);
}

static long read_rd(struct file *file, void *buf, size_t len)
{
	struct pipe *p = pipe_of_rd(file);
	size_t n = min_of(len, p->len);

	if (!len)
		return 0;
	if (!n)
		return p->has_wr ? -EAGAIN : 0;
	ring_take(p, buf, n);
	if (p->has_wr)
		waitq_wake(&p->wr.wq, WAIT_OUT);
	return (long)n;
}

static long write_wr(struct file *file, const void *buf, size_t len)
{
	struct pipe *p = pipe_of_wr(file);
	size_t room = p->size - p->len, n = min_of(len, room);

	if (!len)
		return 0;
	if (!p->has_rd)
		return -EPIPE;
	if (!room || (len <= PIPE_ATOMIC && room < len))
		return -EAGAIN;
	if (!p->ring)
		p->ring = mem_alloc_raw(mem_of(file), p->size);
	if (!p->ring)
		return -ENOMEM;
	ring_put(p, buf, n);
	waitq_wake(&p->rd.wq, WAIT_IN);
	return (long)n;
}

static long read_no(struct file *file, void *buf, size_t len)
{
	(void)file, (void)buf, (void)len;
	return -EBADF;
}

static long write_no(struct file *file, const void *buf, size_t len)
{
	(void)file, (void)buf, (void)len;
	return -EBADF;
}

static int ioctl_of(const struct pipe *p, unsigned long request, int *val)
{
	if (request != SK_FIONREAD)
		return -ENOTTY;
	*val = (int)p->len;
	return 0;
}

static int ioctl_rd(struct file *file, unsigned long request, int *val)
{
	return ioctl_of(pipe_of_rd(file), request, val);
}

static int ioctl_wr(struct file *file, unsigned long request, int *val)
{
	return ioctl_of(pipe_of_wr(file), request, val);
}

/* As Linux: the next power of two, a page at least. */
static size_t round_size(long want)
{
	size_t size = PIPE_ATOMIC;

	while (size < (size_t)want && size < PIPE_SIZE_MAX)
		size *= 2;
	return size;
}

static long resize(struct pipe *p, long want)
{
	size_t size = round_size(want), len = p->len;
	uint8_t *ring = NULL;

	if (!want || size == p->size)
		return (long)p->size;
	if (want > PIPE_SIZE_MAX)
		return -EPERM;
	if (size < len)
		return -EBUSY;
	if (p->ring) {
		ring = mem_alloc_raw(mem_of(&p->rd), size);
		if (!ring)
			return -ENOMEM;
		ring_take(p, ring, len);
		mem_free(mem_of(&p->rd), p->ring, p->size);
	}
	p->ring = ring;
	p->size = size;
	p->head = 0;
	p->len = len;
	if (p->has_wr)
		waitq_wake(&p->wr.wq, WAIT_OUT);
	return (long)size;
}

static long size_rd(struct file *file, long want)
{
	return resize(pipe_of_rd(file), want);
}

static long size_wr(struct file *file, long want)
{
	return resize(pipe_of_wr(file), want);
}

static void pipe_free(struct pipe *p)
{
	struct mem *mem = mem_of(&p->rd);

	if (p->has_rd || p->has_wr)
		return;
	mem_free(mem, p->ring, p->size);
	mem_free(mem, p, sizeof(*p));
}

static void release_rd(struct file *file)
{
	struct pipe *p = pipe_of_rd(file);

	p->has_rd = false;
	if (p->has_wr)
		waitq_wake(&p->wr.wq, WAIT_OUT | WAIT_ERR);
	pipe_free(p);
}

static void release_wr(struct file *file)
{
	struct pipe *p = pipe_of_wr(file);

	p->has_wr = false;
	if (p->has_rd)
		waitq_wake(&p->rd.wq, WAIT_IN | WAIT_HUP);
	pipe_free(p);
}

static const struct file_ops rd_ops = {
	.kind = "pipe",
	.poll = poll_rd,
	.read = read_rd,
	.write = write_no,
	.ioctl = ioctl_rd,
	.size = size_rd,
	.release = release_rd,
};

static const struct file_ops wr_ops = {
	.kind = "pipe",
	.poll = poll_wr,
	.read = read_no,
	.write = write_wr,
	.ioctl = ioctl_wr,
	.size = size_wr,
	.release = release_wr,
	.is_stream = true,
};

/* Give an end its descriptor; on failure the end is released. */
static int end_open(struct file *file, uint32_t access, int flags)
{
	int fd;

	file->access = access;
	file->flags = (uint32_t)flags & SK_O_NONBLOCK;
	fd = file_open(file);
	if (fd < 0)
		file_put(file);
	else
		file_set_cloexec(file->stack, fd, flags & SK_O_CLOEXEC);
	return fd;
}

int sk_pipe(struct stack *stack, int fds[2], int flags)
{
	struct pipe *p;

	if (flags & ~(SK_O_NONBLOCK | SK_O_CLOEXEC))
		return -EINVAL;
	p = mem_alloc(stack->place.env->mem, sizeof(*p));
	if (!p)
		return -ENOMEM;
	file_init(&p->rd, stack, &rd_ops);
	file_init(&p->wr, stack, &wr_ops);
	p->size = PIPE_SIZE;
	p->has_rd = p->has_wr = true;
	fds[0] = end_open(&p->rd, SK_O_RDONLY, flags);
	if (fds[0] < 0) {
		file_put(&p->wr);
		return fds[0];
	}
	fds[1] = end_open(&p->wr, SK_O_WRONLY, flags);
	if (fds[1] < 0)
		file_close(stack, fds[0]);
	return fds[1] < 0 ? fds[1] : 0;
}
