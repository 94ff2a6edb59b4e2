// SPDX-License-Identifier: MIT
/*
 * pipe.c - pipes: octets in at one descriptor, out at another
 *
 * Theory of operation
 * ===================
 * A pipe is a queue of octets between two files, one of which only reads and
 * the other only writes:
 *
 *	fd 4 --> struct file wr --> [ buf, buf, buf ] --> struct file rd --> fd 3
 *
 * The queue consists of references into counted blocks (core/pkt.h).  What is
 * written is copied to a block of the pipe's own, behind what is there; what
 * is spliced in is a reference to where it lies already, in a file or in
 * received segments, and may leave by reference, too.  So a pipe can carry
 * octets that nobody copies, which is what splice(2) has it for.
 *
 * It holds as much as F_SETPIPE_SZ says, whole pages; and at most one reference
 * for each page, for many small pieces keep much memory alive.
 *
 * A write of up to PIPE_ATOMIC octets goes in whole or not at all (POSIX), so
 * that several writers' lines do not mix.
 *
 * Invariants
 * ----------
 *  (1) len is the sum of what the bufs have, and len <= size when it grows.
 *  (2) The pipe lives until both files are released.
 */

#include <errno.h>
#include <string.h>

#include "base/check.h"
#include "base/mem.h"

#include "core/pkt.h"
#include "core/waitq.h"

#include "sock/sock_int.h"

#define PIPE_ATOMIC   4096 /* Linux's PIPE_BUF, and its page */
#define PIPE_SIZE     65536
#define PIPE_SIZE_MAX (1 << 20)
#define BLOCK_MAX     65536

/* Octets that were put in together. */
struct pipe_buf {
	struct list node;
	struct file_run piece;
	bool is_own; /* more may be written behind them */
};

/**
 * struct pipe - both ends and what is between them
 * @rd:		The end that reads
 * @wr:		The end that writes
 * @bufs:	struct pipe_buf, the oldest first
 * @size:	Octets it may hold
 * @len:	Octets in it
 * @foreign:	References to blocks that are not its own
 * @has_rd:	@rd is not released; likewise @has_wr
 */
struct pipe {
	struct file rd, wr;
	struct list bufs;
	size_t size, len;
	uint32_t foreign;
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

static struct pipe_buf *first_buf(const struct pipe *p)
{
	return list_first_entry(&p->bufs, struct pipe_buf, node);
}

static struct pipe_buf *buf_add(struct pipe *p, const struct file_run *piece)
{
	struct pipe_buf *b = mem_alloc(mem_of(&p->rd), sizeof(*b));

	if (!b)
		return NULL;
	b->piece = *piece;
	list_add_tail(&p->bufs, &b->node);
	p->len += piece->len;
	return b;
}

static void buf_del(struct pipe *p, struct pipe_buf *b)
{
	p->foreign -= !b->is_own;
	list_del(&b->node);
	block_put(b->piece.blk);
	mem_free(mem_of(&p->rd), b, sizeof(*b));
}

/* A new block of the pipe's own, for @n octets or some of them. */
static struct pipe_buf *buf_new(struct pipe *p, size_t n)
{
	struct file_run piece = {
		.blk = block_new(p->rd.stack->place.env, min_of(n, BLOCK_MAX)),
	};
	struct pipe_buf *b = piece.blk ? buf_add(p, &piece) : NULL;

	if (b)
		b->is_own = true;
	else if (piece.blk)
		block_put(piece.blk);
	return b;
}

/* The last one, if more can be written behind it. */
static struct pipe_buf *open_buf(const struct pipe *p)
{
	struct pipe_buf *b;

	if (list_is_empty(&p->bufs))
		return NULL;
	b = container_of(p->bufs.prev, struct pipe_buf, node);
	return b->is_own && b->piece.blk->refs == 1 ? b : NULL;
}

static size_t room_in(const struct pipe_buf *b)
{
	return b ? b->piece.blk->size - b->piece.off - b->piece.len : 0;
}

static void fill(struct pipe *p, struct pipe_buf *b, const uint8_t *from,
		 size_t n)
{
	memcpy(b->piece.blk->data + b->piece.off + b->piece.len, from, n);
	b->piece.len += n;
	p->len += n;
}

/* Copy @n octets in; fewer if memory is short, and then none of a few. */
static size_t put(struct pipe *p, const uint8_t *from, size_t n)
{
	struct pipe_buf *last = open_buf(p), *next = NULL;
	size_t done = min_of(n, room_in(last));

	if (done < n)
		next = buf_new(p, n - done);
	if (!next && done < n && n <= PIPE_ATOMIC)
		return 0;
	if (done)
		fill(p, last, from, done);
	while (next) {
		size_t part = min_of(n - done, room_in(next));

		fill(p, next, from + done, part);
		done += part;
		next = done < n ? buf_new(p, n - done) : NULL;
	}
	return done;
}

/* Take @n octets off the front, which are there. */
static void drop_front(struct pipe *p, size_t n)
{
	p->len -= n;
	while (n) {
		struct pipe_buf *b = first_buf(p);
		size_t part = min_of(n, b->piece.len);

		b->piece.off += part;
		b->piece.len -= part;
		n -= part;
		if (!b->piece.len)
			buf_del(p, b);
	}
	if (p->has_wr)
		waitq_wake(&p->wr.wq, WAIT_OUT);
}

static void copy_front(const struct pipe *p, uint8_t *to, size_t n)
{
	const struct pipe_buf *b;

	list_for_each_entry(b, &p->bufs, struct pipe_buf, node) {
		size_t part = min_of(n, b->piece.len);

		memcpy(to, b->piece.blk->data + b->piece.off, part);
		to += part;
		n -= part;
		if (!n)
			return;
	}
}

static uint32_t foreign_max(const struct pipe *p)
{
	return (uint32_t)(p->size / PIPE_ATOMIC);
}

static uint32_t poll_rd(struct file *file)
{
	const struct pipe *p = pipe_of_rd(file);

	return (p->len ? WAIT_IN : 0) | (p->has_wr ? 0 : WAIT_HUP);
}

static uint32_t poll_wr(struct file *file)
{
	const struct pipe *p = pipe_of_wr(file);
	bool has_room =
		p->size >= p->len + PIPE_ATOMIC && p->foreign < foreign_max(p);

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
	copy_front(p, buf, n);
	drop_front(p, n);
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
	n = put(p, buf, n);
	if (!n)
		return -ENOMEM;
	waitq_wake(&p->rd.wq, WAIT_IN);
	return (long)n;
}

static long lend_rd(struct file *file, struct file_run *pieces, size_t max)
{
	const struct pipe *p = pipe_of_rd(file);
	const struct pipe_buf *b;
	size_t n = 0;

	if (!p->len)
		return p->has_wr ? -EAGAIN : 0;
	list_for_each_entry(b, &p->bufs, struct pipe_buf, node) {
		if (n == max)
			break;
		pieces[n++] = b->piece;
	}
	return (long)n;
}

static void lent_rd(struct file *file, size_t n)
{
	drop_front(pipe_of_rd(file), n);
}

static long refer_wr(struct file *file, const struct file_run *from, bool more)
{
	struct pipe *p = pipe_of_wr(file);
	struct file_run piece = *from;

	(void)more;
	if (!p->has_rd)
		return -EPIPE;
	piece.len = min_of(piece.len, p->size - p->len);
	if (!piece.len || p->foreign >= foreign_max(p))
		return -EAGAIN;
	if (!buf_add(p, &piece))
		return -ENOMEM;
	block_get(piece.blk);
	p->foreign++;
	waitq_wake(&p->rd.wq, WAIT_IN);
	return (long)piece.len;
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
	size_t size = round_size(want);

	if (!want || size == p->size)
		return (long)p->size;
	if (want > PIPE_SIZE_MAX)
		return -EPERM;
	if (size < p->len)
		return -EBUSY;
	p->size = size;
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
	while (!list_is_empty(&p->bufs))
		buf_del(p, first_buf(p));
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
	.lend = lend_rd,
	.lent = lent_rd,
	.release = release_rd,
};

static const struct file_ops wr_ops = {
	.kind = "pipe",
	.poll = poll_wr,
	.read = read_no,
	.write = write_wr,
	.ioctl = ioctl_wr,
	.size = size_wr,
	.refer = refer_wr,
	.release = release_wr,
	.is_stream = true,
};

/* Give an end its descriptor; on failure the end is released. */
static int end_open(struct file *file, uint16_t access, int flags)
{
	int fd;

	file->access = access;
	file->flags = (uint16_t)(flags & SK_O_NONBLOCK);
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
	list_init(&p->bufs);
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
