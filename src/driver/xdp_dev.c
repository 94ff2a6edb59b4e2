// SPDX-License-Identifier: MIT
/*
 * xdp_dev.c - opening an interface of the system in front of the kernel
 *
 * Theory of operation
 * ===================
 * Three things are made and then tied together: a map in the kernel with one
 * place for a socket per queue; a program that runs for each frame that comes,
 * looks up the frame's queue in that map and redirects the frame there; and a
 * socket with its rings, which is put into the map.
 *
 *	r2 = ctx->rx_queue_index
 *	r1 = the map
 *	r3 = XDP_PASS		what to do if there is no socket
 *	call bpf_redirect_map
 *	exit
 *
 * The program is short enough to be written down as instructions, so neither a
 * compiler nor a library is needed.  It is tied to the interface by a link,
 * which is a descriptor: when the process ends, however it ends, the link goes
 * and the kernel has its interface back.
 *
 * The program runs where the kernel takes packets in (XDP_FLAGS_SKB_MODE) and
 * frames are copied: that works on every interface.
 *
 * The kernel gives an interface's queue back some time after its last socket
 * was closed.  Until then it says EBUSY, as it does when somebody else has it:
 * so that is believed only after a second.
 *
 * What is assumed of the kernel here is written down as a program that can be
 * run: docs/assumptions/xdp.c.
 */

#include "driver/xdp_dev.h"

#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <linux/if_xdp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifndef SOL_XDP
#define SOL_XDP 283
#endif
#ifndef XDP_USE_SG
#define XDP_USE_SG (1 << 4) /* since Linux 6.6 */
#endif

enum { RX_QUEUES = 64, BUSY_TRIES = 40, BUSY_PAUSE_NS = 25000000 };

static int bpf(enum bpf_cmd what, union bpf_attr *attr)
{
	long n = syscall(SYS_bpf, what, attr, sizeof(*attr));

	return n < 0 ? -errno : (int)n;
}

static int make_map(void)
{
	union bpf_attr a = {
		.map_type = BPF_MAP_TYPE_XSKMAP,
		.key_size = sizeof(uint32_t),
		.value_size = sizeof(uint32_t),
		.max_entries = RX_QUEUES,
	};

	return bpf(BPF_MAP_CREATE, &a);
}

static int make_program(int map, bool has_pieces)
{
	const struct bpf_insn code[] = {
		{.code = BPF_LDX | BPF_MEM | BPF_W,
		 .dst_reg = BPF_REG_2,
		 .src_reg = BPF_REG_1,
		 .off = offsetof(struct xdp_md, rx_queue_index)},
		{.code = BPF_LD | BPF_DW, /* what stands here: BPF_IMM is 0 */
		 .dst_reg = BPF_REG_1,
		 .src_reg = BPF_PSEUDO_MAP_FD,
		 .imm = map},
		{.imm = 0}, /* its upper half */
		{.code = BPF_ALU64 | BPF_MOV | BPF_K,
		 .dst_reg = BPF_REG_3,
		 .imm = XDP_PASS},
		{.code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_redirect_map},
		{.code = BPF_JMP | BPF_EXIT},
	};
	union bpf_attr a = {
		.prog_type = BPF_PROG_TYPE_XDP,
		.expected_attach_type = BPF_XDP,
		.insns = (uintptr_t)code,
		.insn_cnt = sizeof(code) / sizeof(*code),
		.license = (uintptr_t) "MIT",
		.prog_flags = has_pieces ? BPF_F_XDP_HAS_FRAGS : 0,
	};

	return bpf(BPF_PROG_LOAD, &a);
}

static int make_link(int program, int index)
{
	union bpf_attr a = {.link_create = {
				    .prog_fd = (uint32_t)program,
				    .target_ifindex = (uint32_t)index,
				    .attach_type = BPF_XDP,
				    .flags = XDP_FLAGS_SKB_MODE,
			    }};

	return bpf(BPF_LINK_CREATE, &a);
}

static int put_socket(int map, int fd)
{
	uint32_t queue = 0;
	union bpf_attr a = {
		.map_fd = (uint32_t)map,
		.key = (uintptr_t)&queue,
		.value = (uintptr_t)&fd,
	};

	return bpf(BPF_MAP_UPDATE_ELEM, &a);
}

/* Map one ring.  @o: where in it things are. */
static int map_ring(int fd, struct xdp_ring *r, const struct xdp_ring_offset *o,
		    size_t place, off_t what)
{
	uint8_t *p;

	r->map_len = o->desc + XDP_RING * place;
	p = mmap(NULL, r->map_len, PROT_READ | PROT_WRITE,
		 MAP_SHARED | MAP_POPULATE, fd, what);
	if (p == MAP_FAILED)
		return -errno;
	r->map = p;
	r->producer = (void *)(p + o->producer);
	r->consumer = (void *)(p + o->consumer);
	r->flags = (void *)(p + o->flags);
	r->desc = p + o->desc;
	return 0;
}

static int make_rings(struct xdp_dev *d)
{
	static const int which[] = {XDP_RX_RING, XDP_TX_RING,
				    XDP_UMEM_FILL_RING,
				    XDP_UMEM_COMPLETION_RING};
	const int places = XDP_RING;
	struct xdp_mmap_offsets o;
	socklen_t len = sizeof(o);
	size_t i, desc = sizeof(struct xdp_desc), addr = sizeof(uint64_t);
	int err;

	for (i = 0; i < sizeof(which) / sizeof(*which); i++)
		if (setsockopt(d->fd, SOL_XDP, which[i], &places,
			       sizeof(places)))
			return -errno;
	if (getsockopt(d->fd, SOL_XDP, XDP_MMAP_OFFSETS, &o, &len))
		return -errno;
	err = map_ring(d->fd, &d->rx, &o.rx, desc, XDP_PGOFF_RX_RING);
	if (!err)
		err = map_ring(d->fd, &d->tx, &o.tx, desc, XDP_PGOFF_TX_RING);
	if (!err)
		err = map_ring(d->fd, &d->fill, &o.fr, addr,
			       (off_t)XDP_UMEM_PGOFF_FILL_RING);
	if (!err)
		err = map_ring(d->fd, &d->done, &o.cr, addr,
			       (off_t)XDP_UMEM_PGOFF_COMPLETION_RING);
	return err;
}

static int make_umem(struct xdp_dev *d)
{
	struct xdp_umem_reg reg = {.chunk_size = XDP_CHUNK};
	void *p;

	d->umem_len = (size_t)XDP_CHUNK * (XDP_CHUNKS + XDP_CHUNKS_TX);
	p = mmap(NULL, d->umem_len, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return -errno;
	d->umem = p;
	reg.addr = (uintptr_t)p;
	reg.len = d->umem_len;
	return setsockopt(d->fd, SOL_XDP, XDP_UMEM_REG, &reg, sizeof(reg))
		       ? -errno
		       : 0;
}

/* With frames of several chunks if this kernel knows them. */
static int bind_to(struct xdp_dev *d, int index)
{
	struct sockaddr_xdp a = {
		.sxdp_family = AF_XDP,
		.sxdp_ifindex = (uint32_t)index,
		.sxdp_flags = XDP_COPY | XDP_USE_SG,
	};

	d->has_pieces = true;
	if (!bind(d->fd, (const struct sockaddr *)&a, sizeof(a)))
		return 0;
	d->has_pieces = false;
	a.sxdp_flags = XDP_COPY;
	return bind(d->fd, (const struct sockaddr *)&a, sizeof(a)) ? -errno : 0;
}

static int make_socket(struct xdp_dev *d, int index)
{
	int err;

	d->fd = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (d->fd < 0)
		return -errno;
	err = make_umem(d);
	if (!err)
		err = make_rings(d);
	return err ? err : bind_to(d, index);
}

static int open_once(struct xdp_dev *d, int index)
{
	int err;

	memset(d, 0, sizeof(*d));
	d->sockets = d->program = d->link = -1;
	err = make_socket(d, index);
	if (!err)
		err = d->sockets = make_map();
	if (err >= 0)
		err = put_socket(d->sockets, d->fd);
	if (err >= 0)
		err = d->program = make_program(d->sockets, d->has_pieces);
	if (err >= 0)
		err = d->link = make_link(d->program, index);
	if (err >= 0)
		return 0;
	xdp_dev_close(d);
	return err;
}

int xdp_dev_open(struct xdp_dev *d, int index)
{
	const struct timespec pause = {.tv_nsec = BUSY_PAUSE_NS};
	int err = open_once(d, index), tries;

	for (tries = 0; err == -EBUSY && tries < BUSY_TRIES; tries++) {
		(void)nanosleep(&pause, NULL);
		err = open_once(d, index);
	}
	return err;
}

static void unmap_ring(struct xdp_ring *r)
{
	if (r->map)
		munmap(r->map, r->map_len);
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

/* The link first: then no frame comes any more. */
void xdp_dev_close(struct xdp_dev *d)
{
	close_fd(d->link);
	close_fd(d->program);
	close_fd(d->sockets);
	unmap_ring(&d->rx);
	unmap_ring(&d->tx);
	unmap_ring(&d->fill);
	unmap_ring(&d->done);
	close_fd(d->fd);
	if (d->umem)
		munmap(d->umem, d->umem_len);
}

uint64_t xdp_dev_missed(const struct xdp_dev *d)
{
	struct xdp_statistics s = {0};
	socklen_t len = sizeof(s);

	if (getsockopt(d->fd, SOL_XDP, XDP_STATISTICS, &s, &len))
		return 0;
	return s.rx_dropped + s.rx_ring_full;
}
