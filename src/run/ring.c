// SPDX-License-Identifier: MIT
/*
 * ring.c - frames in memory that a program shares with us (PACKET_RX_RING)
 *
 * Theory of operation
 * ===================
 * tcpdump and all that stand on libpcap do not receive frames: they map memory
 * of a packet socket, in which the kernel writes one frame after the other, and
 * poll(2) says when there is one.
 *
 *	slot:	0	1	2	3	4	...
 *		user	user	user	kernel	kernel
 *		 ^ the program reads	 ^ we write: head
 *
 * A slot's first word says whose it is.  The memory is a file of ours (memfd)
 * that both have mapped.  The socket is AF_UNIX and cannot be mapped, so
 * mmap(2) of it becomes mmap(2) of that file: call_mmap.c.
 *
 * poll(2) is told by a token: while the frame that was written last has not
 * been read, a message of one octet lies in the socket's queue.  Nothing tells
 * us when the program has read it, so we look again and again until it has, and
 * take the token away.
 *
 * A program that asked poll(2) just before that, and then waits in libpcap for
 * the frame that it was told of, would wait for long.  So it is woken now and
 * then with nothing to read, which is what a timeout of libpcap looks like.
 *
 * A slot is made for the largest frame that may come: of libpcap's four
 * megabytes for all interfaces ("any") it makes 16 slots.  So when all are the
 * program's, the next frames wait in the stack's queue, which holds as many
 * octets as the ring does, and are written when the program is found to have
 * read some.  Only what that queue has no room for is lost, and counted.
 *
 * Invariants
 * ----------
 *  (1) A slot that is the program's is never written to.
 *  (2) Its status is the last thing that is written.
 *
 * Limits
 * ------
 * Version 2 of the layout only; libpcap asks which there are.  No rings to
 * send.
 */
#include "run/ring.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/env.h"

#include "run/dgram.h"

/* Most octets of a ring, and how often we look whether it was read. */
#define RING_MAX     ((uint64_t)256 << 20)
#define RING_LOOK_NS (100 * NS_PER_US)
/* ... and how often somebody is woken for nothing. */
#define RING_WAKE_NS (100 * NS_PER_MS)

enum { LINK_ROOM = 16, LINK_HEAD = 14, RING_ROUNDS = 256 };

/* In front of a frame: its header, the address of who sent it. */
#define RING_ALIGN(n) \
	(((n) + TPACKET_ALIGNMENT - 1) & ~(size_t)(TPACKET_ALIGNMENT - 1))
#define ADDR_AT	 RING_ALIGN(sizeof(struct tpacket2_hdr))
#define HEAD_LEN (ADDR_AT + sizeof(struct sockaddr_ll))

/**
 * struct ring - the memory, and where we are in it
 * @fd:		The file
 * @at:		Where we have mapped it, @size octets
 * @req:	Its shape
 * @head:	Slot that is written next
 * @stats:	Frames since they were asked for
 * @is_ready:	The program has been told that there are frames
 * @wake_ns:	When it is woken for nothing
 */
struct ring {
	int fd;
	uint8_t *at;
	size_t size;
	struct tpacket_req req;
	unsigned int head;
	struct tpacket_stats stats;
	bool is_ready;
	uint64_t wake_ns;
};

/* As the kernel checks it. */
static int check_shape(const struct tpacket_req *req, unsigned int reserve)
{
	uint64_t size = (uint64_t)req->tp_block_size * req->tp_block_nr;
	long page = sysconf(_SC_PAGESIZE);
	unsigned int per_block;

	if ((int)req->tp_block_size <= 0 ||
	    req->tp_block_size % (unsigned long)page ||
	    req->tp_frame_size < HEAD_LEN + LINK_ROOM + reserve ||
	    req->tp_frame_size % TPACKET_ALIGNMENT)
		return -EINVAL;
	per_block = req->tp_block_size / req->tp_frame_size;
	if (!per_block ||
	    (uint64_t)per_block * req->tp_block_nr != req->tp_frame_nr)
		return -EINVAL;
	return size > RING_MAX ? -ENOMEM : 0;
}

void ring_free(struct dgram *g)
{
	struct ring *r = g->ring;

	if (!r)
		return;
	if (r->at)
		(void)munmap(r->at, r->size);
	if (r->fd >= 0)
		close(r->fd);
	mem_free(g->desc.sup->mem, r, sizeof(*r));
	g->ring = NULL;
}

/* The file, mapped.  The program has it too, and must not make it shorter than
 * what we write to.  0 or -errno. */
static int ring_open(struct ring *r)
{
	void *at;

	r->fd = memfd_create("frames", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (r->fd < 0 || ftruncate(r->fd, (off_t)r->size) ||
	    fcntl(r->fd, F_ADD_SEALS,
		  F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL))
		return -errno;
	at = mmap(NULL, r->size, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd, 0);
	if (at == MAP_FAILED)
		return -errno;
	r->at = at;
	return 0;
}

int ring_set(struct dgram *g, const struct tpacket_req *req)
{
	struct ring *r;
	int err;

	ring_free(g);
	if (!req->tp_block_nr)
		return req->tp_frame_nr ? -EINVAL : 0;
	if (g->ring_version != TPACKET_V2)
		return -EINVAL;
	err = check_shape(req, g->ring_reserve);
	if (err)
		return err;
	r = mem_alloc(g->desc.sup->mem, sizeof(*r));
	if (!r)
		return -ENOMEM;
	*r = (struct ring){
		.fd = -1,
		.req = *req,
		.size = (size_t)req->tp_block_size * req->tp_block_nr,
	};
	g->ring = r;
	err = ring_open(r);
	if (err) {
		ring_free(g);
		return err;
	}
	(void)sk_setsockopt_int(desc_stack(&g->desc), g->desc.sk, SOL_SOCKET,
				SO_TIMESTAMPNS, 1);
	(void)sk_setsockopt_int(desc_stack(&g->desc), g->desc.sk, SOL_SOCKET,
				SO_RCVBUFFORCE, (int)r->size);
	desc_mark(&g->desc);
	return 0;
}

/* What the stack's queue had no room for has come, too. */
static void count_lost(struct dgram *g)
{
	struct tpacket_stats st = {0};
	size_t len = sizeof(st);

	if (sk_getsockopt(desc_stack(&g->desc), g->desc.sk, SOL_PACKET,
			  PACKET_STATISTICS, &st, &len))
		return;
	g->ring->stats.tp_packets += st.tp_drops;
	g->ring->stats.tp_drops += st.tp_drops;
}

struct tpacket_stats ring_stats(struct dgram *g)
{
	struct tpacket_stats st;

	if (g->desc.sk >= 0)
		count_lost(g);
	st = g->ring->stats;
	g->ring->stats = (struct tpacket_stats){0};
	return st;
}

static uint8_t *slot_at(const struct ring *r, unsigned int i)
{
	unsigned int per_block = r->req.tp_block_size / r->req.tp_frame_size;

	return r->at + (size_t)(i / per_block) * r->req.tp_block_size +
	       (size_t)(i % per_block) * r->req.tp_frame_size;
}

/* The word that says whose a slot is; others change it too. */
static _Atomic uint32_t *status_at(const struct ring *r, unsigned int i)
{
	return (_Atomic uint32_t *)(void *)slot_at(r, i);
}

/* Has the frame that was written last not been read? */
static bool is_unread(const struct ring *r)
{
	unsigned int last = (r->head ? r->head : r->req.tp_frame_nr) - 1;

	return atomic_load_explicit(status_at(r, last), memory_order_acquire) !=
	       TP_STATUS_KERNEL;
}

/* Where a frame's octets begin in its slot, and its network header. */
static void offsets(const struct dgram *g, uint16_t *mac, uint16_t *net)
{
	bool is_raw = g->type == SOCK_RAW;
	size_t link = is_raw ? LINK_HEAD : 0;

	*net = (uint16_t)((is_raw ? RING_ALIGN(HEAD_LEN + LINK_ROOM)
				  : RING_ALIGN(HEAD_LEN) + LINK_ROOM) +
			  g->ring_reserve);
	*mac = (uint16_t)(*net - link);
}

/* Is there a slot to write to? */
static bool has_room(const struct ring *r)
{
	return atomic_load_explicit(status_at(r, r->head),
				    memory_order_acquire) == TP_STATUS_KERNEL;
}

/* One frame, of which @len octets are wanted.  There is room. */
static void put_frame(struct dgram *g, const uint8_t *buf, size_t len,
		      const struct msg_about *about)
{
	struct ring *r = g->ring;
	uint8_t *slot = slot_at(r, r->head);
	uint64_t now = about->wall_ns;
	struct tpacket2_hdr h = {
		.tp_len = (uint32_t)about->whole_len,
		.tp_sec = (uint32_t)(now / NS_PER_S),
		.tp_nsec = (uint32_t)(now % NS_PER_S),
	};

	r->stats.tp_packets++;
	offsets(g, &h.tp_mac, &h.tp_net);
	len = h.tp_mac < r->req.tp_frame_size
		      ? min_size(len, r->req.tp_frame_size - h.tp_mac)
		      : 0;
	h.tp_snaplen = (uint32_t)len;
	memcpy(slot + h.tp_mac, buf, len);
	memcpy(slot + ADDR_AT, about->name,
	       min_size(about->name_len, sizeof(struct sockaddr_ll)));
	memcpy(slot + sizeof(h.tp_status),
	       (const uint8_t *)&h + sizeof(h.tp_status),
	       sizeof(h) - sizeof(h.tp_status));
	/* Pairs with the program's look at it, before it reads the rest. */
	atomic_store_explicit(
		status_at(r, r->head),
		TP_STATUS_USER | (r->stats.tp_drops ? TP_STATUS_LOSING : 0),
		memory_order_release);
	r->head = (r->head + 1) % r->req.tp_frame_nr;
}

/* There is nothing to read any more: poll(2) shall say so. */
static void take_token(struct desc *d)
{
	int fd = desc_program_fd(d);
	uint8_t octet;

	if (fd < 0)
		return;
	(void)recv(fd, &octet, 1, MSG_DONTWAIT);
	close(fd);
}

static void put_token(struct desc *d)
{
	int left = 0;

	/* The program may have received it. */
	if (!ioctl(d->ours.fd, SIOCOUTQ, &left) && !left)
		(void)send(d->ours.fd, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* Has it something to read, or has it waited for long enough? */
static void tell(struct desc *d)
{
	struct ring *r = dgram_of(d)->ring;
	uint64_t now = sup_now(d->sup);

	if (is_unread(r) || (!r->is_ready && r->wake_ns <= now)) {
		put_token(d);
		r->is_ready = true;
	} else if (r->is_ready) {
		take_token(d);
		r->is_ready = false;
	}
	if (r->is_ready)
		r->wake_ns = now + RING_WAKE_NS;
	desc_mark_later(d, r->is_ready ? now + RING_LOOK_NS : r->wake_ns);
}

void ring_work(struct desc *d)
{
	struct dgram *g = dgram_of(d);
	uint8_t buf[MSG_OCTETS];
	struct msg_about about;
	int rounds = 0;
	long n = 0;

	count_lost(g);
	while (rounds++ < RING_ROUNDS && n >= 0 && has_room(g->ring)) {
		n = dgram_fetch(d, buf, 0, &about);
		if (n >= 0)
			put_frame(g, buf, (size_t)n, &about);
	}
	if (n >= 0 && has_room(g->ring))
		desc_mark(d);
	tell(d);
}

long ring_map(struct call *call)
{
	const struct ring *r = dgram_of(call->desc)->ring;

	if (!r)
		return -EINVAL;
	if (call->arg[1] != r->size || call->arg[5])
		return -EINVAL;
	return call_mmap_other(call, r->fd);
}
