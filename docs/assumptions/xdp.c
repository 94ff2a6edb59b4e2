// SPDX-License-Identifier: MIT
/*
 * xdp.c - what src/driver/xdp.c takes for granted about AF_XDP
 *
 *	cc -o xdp xdp.c && ./xdp
 *
 * Needs nothing of weft, makes a network namespace of its own and in it a pair
 * of interfaces, "near" and "far"; touches nothing else.
 */

#include <linux/bpf.h>
#include <linux/if_link.h>
#include <linux/if_xdp.h>
#include <sys/syscall.h>

#include "assume.h"

#ifndef SOL_XDP
#define SOL_XDP 283
#endif

enum { CHUNK = 4096, CHUNKS = 256, PLACES = 128, PIECES = 1 << 4, CONTD = 1 };

struct ring {
	uint32_t *producer, *consumer;
	void *desc;
};

static struct ring rx, tx, fill, done;
static unsigned char *umem;
static int map, program, link_fd;

static int bpf(int what, union bpf_attr *attr)
{
	return (int)syscall(SYS_bpf, what, attr, sizeof(*attr));
}

static int make_program(void)
{
	union bpf_attr a = {.map_type = BPF_MAP_TYPE_XSKMAP,
			    .key_size = 4,
			    .value_size = 4,
			    .max_entries = 4};
	struct bpf_insn code[] = {
		{.code = 0x61, .dst_reg = 2, .src_reg = 1, .off = 16},
		{.code = 0x18, .dst_reg = 1, .src_reg = 1},
		{0},
		{.code = 0xb7, .dst_reg = 3, .imm = XDP_PASS},
		{.code = 0x85, .imm = BPF_FUNC_redirect_map},
		{.code = 0x95},
	};
	union bpf_attr p = {.prog_type = BPF_PROG_TYPE_XDP,
			    .insn_cnt = 6,
			    .insns = (uintptr_t)code,
			    .license = (uintptr_t) "MIT",
			    .expected_attach_type = BPF_XDP,
			    .prog_flags = BPF_F_XDP_HAS_FRAGS};

	map = code[1].imm = bpf(BPF_MAP_CREATE, &a);
	return bpf(BPF_PROG_LOAD, &p);
}

static int make_link(void)
{
	union bpf_attr a = {.link_create.prog_fd = (unsigned)program,
			    .link_create.attach_type = BPF_XDP,
			    .link_create.flags = XDP_FLAGS_SKB_MODE};

	a.link_create.target_ifindex = (unsigned)index_of("near");
	return bpf(BPF_LINK_CREATE, &a);
}

static int put_socket(int fd)
{
	uint32_t queue = 0;
	union bpf_attr a = {.map_fd = (unsigned)map,
			    .key = (uintptr_t)&queue,
			    .value = (uintptr_t)&fd};

	return bpf(BPF_MAP_UPDATE_ELEM, &a);
}

static void map_ring(int fd, struct ring *r, struct xdp_ring_offset *o,
		     size_t size, off_t what)
{
	char *p = mmap(NULL, o->desc + PLACES * size, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_POPULATE, fd, what);

	if (p == MAP_FAILED) {
		perror("mmap");
		exit(1);
	}
	r->producer = (void *)(p + o->producer);
	r->consumer = (void *)(p + o->consumer);
	r->desc = p + o->desc;
}

static int make_rings(int fd)
{
	struct xdp_umem_reg reg = {.chunk_size = CHUNK,
				   .len = (uint64_t)CHUNK * CHUNKS};
	int what[] = {XDP_RX_RING, XDP_TX_RING, XDP_UMEM_FILL_RING,
		      XDP_UMEM_COMPLETION_RING};
	struct xdp_mmap_offsets o;
	socklen_t len = sizeof(o);
	int i, places = PLACES;

	umem = mmap(NULL, reg.len, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	reg.addr = (uintptr_t)umem;
	if (setsockopt(fd, SOL_XDP, XDP_UMEM_REG, &reg, sizeof(reg)))
		return -1;
	for (i = 0; i < 4; i++)
		if (setsockopt(fd, SOL_XDP, what[i], &places, sizeof(places)))
			return -1;
	if (getsockopt(fd, SOL_XDP, XDP_MMAP_OFFSETS, &o, &len))
		return -1;
	map_ring(fd, &rx, &o.rx, sizeof(struct xdp_desc), XDP_PGOFF_RX_RING);
	map_ring(fd, &tx, &o.tx, sizeof(struct xdp_desc), XDP_PGOFF_TX_RING);
	map_ring(fd, &fill, &o.fr, 8, (off_t)XDP_UMEM_PGOFF_FILL_RING);
	map_ring(fd, &done, &o.cr, 8, (off_t)XDP_UMEM_PGOFF_COMPLETION_RING);
	for (i = 0; i < PLACES; i++)
		((uint64_t *)fill.desc)[i] = (uint64_t)i * CHUNK;
	*fill.producer = PLACES;
	return 0;
}

static int bind_near(int fd)
{
	struct sockaddr_xdp a = {.sxdp_family = AF_XDP,
				 .sxdp_flags = XDP_COPY | PIECES};

	a.sxdp_ifindex = (unsigned)index_of("near");
	return bind(fd, (void *)&a, sizeof(a));
}

static void opening(int fd)
{
	assume(!make_rings(fd), "memory and four rings can be had");
	assume(!bind_near(fd), "a socket is bound to the first queue of an "
			       "interface, with frames of several pieces");
	assume(program >= 0, "six instructions are a program");
	assume(!put_socket(fd), "a socket is put into a map");
	link_fd = make_link();
	assume(link_fd >= 0, "a program is tied to an interface by a link");
}

/* The next descriptor that comes, or NULL. */
static struct xdp_desc *wait_rx(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	if (*rx.producer == *rx.consumer)
		poll(&p, 1, 2000);
	if (*rx.producer == *rx.consumer)
		return NULL;
	return (struct xdp_desc *)rx.desc + (*rx.consumer)++ % PLACES;
}

static void receiving(int fd)
{
	unsigned char frame[9000] = {[12] = 0x88, [13] = 0xb5, [99] = 7};
	struct xdp_desc *d;
	size_t sum = 0;
	int pieces = 0;

	kernel_sends("far", frame, 100);
	d = wait_rx(fd);
	assume(d && d->len == 100 && umem[d->addr + 99] == 7 && !d->options,
	       "a frame that comes lies in a chunk that we gave");
	assume(d && d->addr % CHUNK == 256, "... behind 256 octets of room");
	kernel_sends("far", frame, sizeof(frame));
	while ((d = wait_rx(fd))) {
		sum += d->len;
		pieces++;
		if (!(d->options & CONTD))
			break;
	}
	assume(sum == sizeof(frame) && pieces == 3,
	       "a large one is in several, all but the last marked");
}

/* What the kernel sends itself; nothing says that its sum is not complete. */
static void checksums(int fd)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9)};
	int s = socket(AF_INET, SOCK_DGRAM, 0), on = 1, i;
	struct xdp_desc *d;
	uint32_t sum = 17 + 20;
	unsigned char *p;

	set_address("far", "10.9.0.1");
	inet_pton(AF_INET, "10.255.255.255", &to.sin_addr);
	setsockopt(s, SOL_SOCKET, SO_BROADCAST, &on, sizeof(on));
	sendto(s, "0123456789ab", 12, 0, (void *)&to, sizeof(to));
	d = wait_rx(fd);
	p = d ? umem + d->addr : NULL;
	for (i = 26; p && i < 54; i += 2)
		sum += (uint32_t)p[i] << 8 | p[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	assume(p && p[23] == 17 && sum != 0xffff,
	       "over a veth pair a checksum of the kernel is not complete");
	close(s);
}

static void put(uint32_t chunk, uint32_t len, uint32_t options,
		unsigned char what)
{
	struct xdp_desc *d = (struct xdp_desc *)tx.desc + *tx.producer % PLACES;

	d->addr = (uint64_t)chunk * CHUNK;
	d->len = len;
	d->options = options;
	memset(umem + d->addr, what, len);
	if (what != 'b') {
		umem[d->addr + 12] = 0x88;
		umem[d->addr + 13] = 0xb5;
	}
	++*tx.producer;
}

static int kick(int fd)
{
	return sendto(fd, NULL, 0, MSG_DONTWAIT, NULL, 0) < 0 ? -errno : 0;
}

static ssize_t hear(int fd, unsigned char *buf)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	poll(&p, 1, 2000);
	return recv(fd, buf, 9000, MSG_DONTWAIT);
}

static void sending(int fd)
{
	struct sockaddr_ll at = {.sll_family = AF_PACKET,
				 .sll_protocol = htons(0x88b5),
				 .sll_ifindex = index_of("far")};
	int far = socket(AF_PACKET, SOCK_RAW, 0), i, err = 0, n = 0;
	static unsigned char buf[9000];

	if (bind(far, (void *)&at, sizeof(at)))
		perror("bind");
	put(200, 100, 0, 'a');
	assume(!kick(fd) && hear(far, buf) == 100 && buf[99] == 'a',
	       "one call sends what is in the ring");
	assume(*done.producer == 1 &&
		       *(uint64_t *)done.desc == (uint64_t)200 * CHUNK,
	       "... and its chunk comes back");
	put(200, CHUNK, CONTD, 'c');
	put(201, 1000, 0, 'b');
	kick(fd);
	assume(hear(far, buf) == CHUNK + 1000 && buf[CHUNK] == 'b',
	       "a frame may be put together of several chunks");
	for (i = 0; i < 100; i++)
		put(150 + (uint32_t)i, 100, 0, 'd');
	err = kick(fd);
	assume(err == -EAGAIN && *tx.consumer > 3 && *tx.consumer < 103,
	       "of many frames some are sent, and there are more: EAGAIN");
	while (err == -EAGAIN && n++ < 100)
		err = kick(fd);
	assume(!err && *tx.consumer == *tx.producer,
	       "... which the next calls send");
	close(far);
}

/* Does the kernel's own end hear what comes? */
static int kernel_hears(void)
{
	struct sockaddr_ll at = {.sll_family = AF_PACKET,
				 .sll_protocol = htons(0x88b6),
				 .sll_ifindex = index_of("near")};
	unsigned char frame[100] = {[12] = 0x88, [13] = 0xb6};
	int s = socket(AF_PACKET, SOCK_RAW, 0), heard;
	struct pollfd p = {.fd = s, .events = POLLIN};

	if (bind(s, (void *)&at, sizeof(at)))
		perror("bind");
	kernel_sends("far", frame, sizeof(frame));
	heard = poll(&p, 1, 300) == 1;
	close(s);
	return heard;
}

static void ends(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	socklen_t len = sizeof(int);
	int err = 0;

	assume(!kernel_hears(), "what comes to us does not come to the kernel");
	close(link_fd);
	assume(kernel_hears(), "... until the link's descriptor is closed");
	remove_device("near");
	assume(poll(&p, 1, 100) == 0,
	       "who waits is not told that the interface is removed");
	assume(!getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len) &&
		       err == ENETDOWN,
	       "... but it is the socket's error");
}

int main(void)
{
	int fd;

	if (enter_namespace())
		return skip("no network namespace", errno);
	fd = socket(AF_XDP, SOCK_RAW, 0);
	if (fd < 0)
		return skip("no AF_XDP", errno);
	program = make_program();
	if (program < 0 && errno == EPERM)
		return skip("not allowed to load a program", errno);
	make_pair("near", "far");
	set_mtu("near", 9000);
	set_mtu("far", 9000);
	opening(fd);
	if (failures)
		return verdict();
	receiving(fd);
	checksums(fd);
	sending(fd);
	ends(fd);
	return verdict();
}
