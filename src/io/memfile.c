// SPDX-License-Identifier: MIT
/*
 * memfile.c - files in memory: what the page cache is to a kernel
 *
 * Theory of operation
 * ===================
 * A file is an array of pages, each a counted block.  What is sent from it by
 * reference keeps the block until the peer has acknowledged it, and those
 * octets must not change before: a write to a page that others refer to goes
 * to a copy of it, and they keep the old one.
 *
 * Invariants
 * ----------
 *  (1) All pages below size exist; the last one is partly used.
 *  (2) pos <= size: there are no holes.
 *  (3) A page that somebody else refers to is not written to.
 */

#include "io/memfile.h"

#include <errno.h>
#include <string.h>

#include "base/check.h"
#include "base/mem.h"

#include "core/pkt.h"
#include "core/stack.h"

#include "io/io_int.h"
#include "sock/abi.h"
#include "sock/file.h"

#define PAGE  16384
#define LIMIT ((uint64_t)1 << 40)

/**
 * struct memfile - a file in memory
 * @pages:	@room entries, of which those below @size are there
 * @size:	Octets
 * @pos:	Where the next read or write begins
 */
struct memfile {
	struct file file;
	struct block **pages;
	size_t room;
	uint64_t size, pos;
};

static struct memfile *memfile_of(struct file *file)
{
	return container_of(file, struct memfile, file);
}

static struct mem *mem_of(const struct memfile *m)
{
	return m->file.stack->place.env->mem;
}

static size_t page_count(const struct memfile *m)
{
	return (size_t)((m->size + PAGE - 1) / PAGE);
}

/* Octets from @off on that lie together, up to @len. */
static size_t run_at(const struct memfile *m, uint64_t off, size_t len)
{
	size_t in_page = PAGE - (size_t)(off % PAGE);
	uint64_t left = off < m->size ? m->size - off : 0;

	if (len > in_page)
		len = in_page;
	return left < len ? (size_t)left : len;
}

static uint32_t poll_mem(struct file *file)
{
	(void)file;
	return WAIT_IN | WAIT_OUT;
}

static long read_mem(struct file *file, void *buf, size_t len)
{
	struct memfile *m = memfile_of(file);
	size_t done = 0, n;

	while ((n = run_at(m, m->pos, len - done))) {
		memcpy((uint8_t *)buf + done,
		       m->pages[m->pos / PAGE]->data + m->pos % PAGE, n);
		done += n;
		m->pos += n;
	}
	return (long)done;
}

/* Entries for @count pages: 0 or -ENOMEM. */
static int reserve(struct memfile *m, size_t count)
{
	size_t room = m->room ? m->room : 4;
	struct block **pages;

	while (room < count)
		room *= 2;
	if (room == m->room)
		return 0;
	pages = mem_alloc_array(mem_of(m), room, sizeof(struct block *));
	if (!pages)
		return -ENOMEM;
	if (m->room)
		memcpy(pages, m->pages, m->room * sizeof(struct block *));
	mem_free(mem_of(m), m->pages, m->room * sizeof(struct block *));
	m->pages = pages;
	m->room = room;
	return 0;
}

/* A page at the end, all zeros. */
static int add_page(struct memfile *m)
{
	size_t i = page_count(m);
	int err = reserve(m, i + 1);

	if (err)
		return err;
	if (!m->pages[i])
		m->pages[i] = block_new(m->file.stack->place.env, PAGE);
	if (!m->pages[i])
		return -ENOMEM;
	memset(m->pages[i]->data, 0, PAGE);
	return 0;
}

/* A page that nobody else refers to. */
static int own_page(struct memfile *m, size_t i)
{
	struct block *old = m->pages[i], *own;

	if (old->refs == 1)
		return 0;
	own = block_new(m->file.stack->place.env, PAGE);
	if (!own)
		return -ENOMEM;
	memcpy(own->data, old->data, PAGE);
	file_count(&m->file, COPY_INSIDE, PAGE);
	m->pages[i] = own;
	block_put(old);
	return 0;
}

/* See to it that the octet at the position may be written: 0 or -ENOMEM. */
static int make_writable(struct memfile *m)
{
	size_t i = (size_t)(m->pos / PAGE);

	return i < page_count(m) ? own_page(m, i) : add_page(m);
}

static long write_mem(struct file *file, const void *buf, size_t len)
{
	struct memfile *m = memfile_of(file);
	size_t done = 0;

	if (len > LIMIT - m->pos)
		return -EFBIG;
	while (done < len) {
		size_t n = PAGE - (size_t)(m->pos % PAGE);
		int err = make_writable(m);

		if (err)
			return done ? (long)done : err;
		if (n > len - done)
			n = len - done;
		memcpy(m->pages[m->pos / PAGE]->data + m->pos % PAGE,
		       (const uint8_t *)buf + done, n);
		done += n;
		m->pos += n;
		if (m->pos > m->size)
			m->size = m->pos;
	}
	return (long)done;
}

static long lend_mem(struct file *file, struct file_run *runs, size_t max)
{
	struct memfile *m = memfile_of(file);
	uint64_t at = m->pos;
	size_t i;

	for (i = 0; i < max; i++) {
		size_t n = run_at(m, at, PAGE);

		if (!n)
			break;
		runs[i] = (struct file_run){m->pages[at / PAGE], at % PAGE, n};
		at += n;
	}
	return (long)i;
}

static void lent_mem(struct file *file, size_t n)
{
	memfile_of(file)->pos += n;
}

static void release_mem(struct file *file)
{
	struct memfile *m = memfile_of(file);
	struct mem *mem = mem_of(m);
	size_t i;

	for (i = 0; i < m->room; i++)
		if (m->pages[i])
			block_put(m->pages[i]);
	mem_free(mem, m->pages, m->room * sizeof(struct block *));
	mem_free(mem, m, sizeof(*m));
}

static const struct file_ops memfile_ops = {
	.kind = "memory",
	.poll = poll_mem,
	.read = read_mem,
	.write = write_mem,
	.lend = lend_mem,
	.lent = lent_mem,
	.release = release_mem,
	.is_stream = true,
};

/* One page of contents, as much as there is: octets, or -errno. */
static long fill_page(struct memfile *m, memfile_fill_fn *fill, void *arg)
{
	size_t i = page_count(m), done = 0;
	long n = add_page(m);

	while (!n && done < PAGE) {
		n = fill(arg, m->pages[i]->data + done, PAGE - done);
		if (n <= 0)
			break;
		done += (size_t)n;
		n = 0;
	}
	m->size += done;
	file_count(&m->file, COPY_FROM_DEVICE, (long)done);
	return n < 0 ? n : (long)done;
}

static long fill_all(struct memfile *m, memfile_fill_fn *fill, void *arg)
{
	long n;

	do {
		n = fill_page(m, fill, arg);
	} while (n == PAGE);
	return n < 0 ? n : 0;
}

int sk_memfile_create(struct stack *stack, int flags, memfile_fill_fn *fill,
		      void *arg)
{
	struct memfile *m = mem_alloc(stack->place.env->mem, sizeof(*m));
	long err;

	if (!m)
		return -ENOMEM;
	file_init(&m->file, stack, &memfile_ops);
	err = fill ? fill_all(m, fill, arg) : 0;
	if (err) {
		file_put(&m->file);
		return (int)err;
	}
	return io_open(&m->file, flags);
}

static int find(struct stack *stack, int fd, struct memfile **m)
{
	struct file *file = file_find(stack, fd);

	if (!file)
		return -EBADF;
	*m = memfile_of(file);
	return file->ops == &memfile_ops ? 0 : -ESPIPE;
}

int64_t sk_lseek(struct stack *stack, int fd, int64_t off, int whence)
{
	struct memfile *m;
	int err = find(stack, fd, &m);
	int64_t base;

	if (err)
		return err;
	if (whence < 0 || whence > 2)
		return -EINVAL;
	base = whence == 0 ? 0 : (int64_t)(whence == 1 ? m->pos : m->size);
	if (off < -base || off > (int64_t)m->size - base)
		return -EINVAL;
	m->pos = (uint64_t)(base + off);
	return (int64_t)m->pos;
}

const void *sk_memfile_lend(struct stack *stack, int fd, uint64_t off,
			    size_t *len)
{
	struct memfile *m;

	*len = 0;
	if (find(stack, fd, &m))
		return NULL;
	*len = run_at(m, off, PAGE);
	if (!*len)
		return NULL;
	file_count(&m->file, COPY_LENT, (long)*len);
	return m->pages[off / PAGE]->data + off % PAGE;
}
