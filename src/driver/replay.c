// SPDX-License-Identifier: MIT
/*
 * replay.c - an interface whose wire is a file: what was once seen comes again
 *
 * Theory of operation
 * ===================
 * The file is read once, whole, so that nobody can take it away while it plays,
 * and one frame ahead is known: its time says when there will be something to
 * read.  The driver reads
 * no clock; like everybody below it is told what time it is (env->now_ns), so
 * that a capture can be played to a network in virtual time, and the same
 * happens each time.
 *
 * A recording is written frame by frame: whatever ends the process, what was
 * sent before that is in the file.
 *
 * A file that is cut off plays as far as it goes; that it was cut off is an
 * error of the device.  A recording for which there is no room ends: a file
 * with half a frame in it would be worse than a short one.
 *
 * Limits
 * ------
 * Times may go back in a capture; such a frame comes at once.  A file may have
 * FILE_MAX octets.
 */

#include "driver/replay.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"

#include "core/pkt.h"

#include "driver/capfile.h"
#include "driver/dev.h"

enum { FILE_MAX = 1 << 30 };

/**
 * struct replay - a capture that is being played
 * @dev:	The interface
 * @file:	What is left of it
 * @all:	All of it, @all_len octets
 * @frame:	The next one, if @has_frame
 * @begin_ns:	When the first one came
 * @first_ns:	... and what the file calls that time
 * @record:	Descriptor of the recording, or -1
 * @is_full:	There was no room for all of it
 */
struct replay {
	struct dev dev;
	struct capfile file;
	uint8_t *all;
	size_t all_len;
	struct capfile_frame frame;
	bool has_frame;
	uint64_t begin_ns, first_ns;
	int record;
	bool is_full;
};

static void look_ahead(struct replay *r)
{
	int n = capfile_next(&r->file, &r->frame);

	r->has_frame = n == 1;
	r->dev.errors += n < 0;
}

/* struct dev_ops.next */
static uint64_t replay_next(const struct dev *dev)
{
	const struct replay *r = (const struct replay *)dev;

	if (!r->has_frame)
		return UINT64_MAX;
	if (r->frame.at_ns <= r->first_ns)
		return r->begin_ns;
	return r->begin_ns + (r->frame.at_ns - r->first_ns);
}

/* struct dev_ops.read */
static int replay_read(struct dev *dev)
{
	struct replay *r = container_of(dev, struct replay, dev);
	uint32_t count = 0;

	while (count < dev->batch &&
	       replay_next(dev) <= dev->netif.place->env->now_ns) {
		const struct iovec piece = {(void *)(uintptr_t)r->frame.data,
					    r->frame.len};

		if (!r->has_frame)
			break;
		look_ahead(r);
		dev_input(dev, &piece, 1, NULL);
		count++;
	}
	return dev_count(dev, count);
}

/* struct netif_ops.transmit */
static int replay_transmit(struct netif *netif, struct pkt *pkt)
{
	struct replay *r = netif->drv;
	uint8_t hdr[CAPFILE_FRAME_HLEN];
	struct iovec iov[2 + PKT_FRAGS];
	int i, count = 0;
	ssize_t n;

	if (r->record < 0) {
		pkt_free(pkt);
		return 0;
	}
	capfile_emit_frame(hdr, netif->place->env->now_ns, pkt->len);
	iov[count++] = (struct iovec){hdr, sizeof(hdr)};
	iov[count++] = (struct iovec){pkt_data(pkt), pkt->lin_len};
	for (i = 0; i < pkt->frag_count; i++) {
		const struct frag *f = &pkt->frag[i];

		iov[count++] = (struct iovec){f->blk->data + f->off, f->len};
	}
	n = r->is_full ? -ENOSPC : r->dev.sys->writev(r->record, iov, count);
	if (n == (ssize_t)(sizeof(hdr) + pkt->len)) {
		pkt_free(pkt);
		return 0;
	}
	r->dev.errors++;
	r->is_full = true;
	return dev_tx_failed(&r->dev, pkt, n < 0 ? (int)-n : ENOSPC);
}

/* struct dev_ops.close */
static void replay_close(struct dev *dev)
{
	struct replay *r = container_of(dev, struct replay, dev);

	if (r->all)
		mem_free(dev->netif.place->env->mem, r->all, r->all_len);
	if (r->record >= 0)
		close(r->record);
	mem_free(dev->netif.place->env->mem, r, sizeof(*r));
}

static const struct netif_ops netif_ops = {.transmit = replay_transmit};
static const struct dev_ops ops = {
	.read = replay_read,
	.next = replay_next,
	.close = replay_close,
};

/* 0, or -errno: not all could be read. */
static int read_all(int fd, uint8_t *to, size_t len)
{
	while (len) {
		ssize_t n = read(fd, to, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EIO;
		to += n;
		len -= (size_t)n;
	}
	return 0;
}

/* Read the file and look at its front. */
static int read_file(struct replay *r, const char *path)
{
	struct mem *mem = r->dev.netif.place->env->mem;
	int fd = open(path, O_RDONLY | O_CLOEXEC), err = 0;
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || !st.st_size)
		err = -EINVAL;
	else if (st.st_size > FILE_MAX)
		err = -EFBIG;
	else
		r->all = mem_alloc(mem, (size_t)st.st_size);
	if (!err && !r->all)
		err = -ENOMEM;
	if (!err) {
		r->all_len = (size_t)st.st_size;
		err = read_all(fd, r->all, r->all_len);
	}
	close(fd);
	return err ? err : capfile_open(&r->file, r->all, r->all_len);
}

static bool is_same_file(const char *a, const char *b)
{
	struct stat x, y;

	return !stat(a, &x) && !stat(b, &y) && x.st_dev == y.st_dev &&
	       x.st_ino == y.st_ino;
}

static int begin_record(struct replay *r, const char *path, const char *from)
{
	uint8_t hdr[CAPFILE_HLEN];

	if (is_same_file(path, from))
		return -EINVAL; /* it would be gone before it is played */
	r->record =
		open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC,
		     0644);
	if (r->record < 0)
		return -errno;
	capfile_emit_header(hdr);
	return write(r->record, hdr, sizeof(hdr)) == sizeof(hdr) ? 0 : -EIO;
}

int replay_open(struct place *place, const struct dev_cfg *cfg,
		struct dev **out)
{
	struct replay *r = mem_alloc(place->env->mem, sizeof(*r));
	int err;

	if (!r)
		return -ENOMEM;
	dev_init(&r->dev, place, cfg, &netif_ops, &ops);
	r->record = -1;
	err = read_file(r, cfg->device);
	if (!err && cfg->record)
		err = begin_record(r, cfg->record, cfg->device);
	if (err) {
		replay_close(&r->dev);
		return err;
	}
	look_ahead(r);
	r->begin_ns = place->env->now_ns;
	r->first_ns = r->frame.at_ns;
	*out = &r->dev;
	return 0;
}
