// SPDX-License-Identifier: MIT
/*
 * xdp_test.c - chunks and four rings; the test plays the kernel
 */

#include <errno.h>
#include <fcntl.h>
#include <linux/if_xdp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "devbed.h"
#include "driver/xdp.h"
#include "driver/xdp_dev.h"

#ifndef XDP_PKT_CONTD
#define XDP_PKT_CONTD 1
#endif

enum { CONTD = XDP_PKT_CONTD };

struct words {
	uint32_t producer, consumer, flags;
};

/* The kernel's side, and what it is to do. */
static struct {
	struct words rx, tx, fill, done;
	struct xdp_desc rx_desc[XDP_RING], tx_desc[XDP_RING];
	uint64_t fill_addr[XDP_RING], done_addr[XDP_RING];
	uint8_t *umem;
	uint32_t sent, kicks;
	uint8_t order[4096];
	size_t len; /* of the frame that is being put together */
	size_t last_len;
	int at_once; /* descriptors for each kick; 0: all */
	int error, state;
	bool keeps;  /* chunks */
	bool wastes; /* takes a frame, throws it away and says EBUSY */
} k;

static struct dev *dev;

static void kernel_sends(const struct xdp_desc *d)
{
	if (!k.len)
		k.order[k.sent % sizeof(k.order)] = k.umem[d->addr];
	k.len += d->len;
	if (!k.keeps)
		k.done_addr[k.done.producer++ % XDP_RING] = d->addr;
	if (d->options & CONTD)
		return;
	k.last_len = k.len;
	k.len = 0;
	k.sent++;
}

static int kick(int fd)
{
	int n = 0;

	(void)fd;
	k.kicks++;
	if (k.error)
		return k.error;
	if (k.wastes && k.tx.consumer != k.tx.producer) {
		uint64_t addr = k.tx_desc[k.tx.consumer++ % XDP_RING].addr;

		k.done_addr[k.done.producer++ % XDP_RING] = addr;
		return -EBUSY;
	}
	while (k.tx.consumer != k.tx.producer) {
		if (k.at_once && n++ == k.at_once)
			return -EAGAIN; /* there is more */
		kernel_sends(&k.tx_desc[k.tx.consumer++ % XDP_RING]);
	}
	return 0;
}

static int state(int fd)
{
	(void)fd;
	return k.state;
}

static const struct dev_sys sys = {.kick = kick, .state = state};

static struct xdp_ring ring(struct words *w, void *desc)
{
	return (struct xdp_ring){.producer = &w->producer,
				 .consumer = &w->consumer,
				 .flags = &w->flags,
				 .desc = desc};
}

static void begin(bool has_pieces)
{
	const struct dev_cfg cfg = {
		.kind = DEV_XDP, .name = "eth0", .mtu = 9000};
	struct xdp_dev xd = {.sockets = -1,
			     .program = -1,
			     .link = -1,
			     .has_pieces = has_pieces};
	uint8_t *umem = k.umem;

	memset(&k, 0, sizeof(k));
	k.umem = umem;
	xd.fd = open("/dev/null", O_RDWR);
	xd.umem_len = (size_t)XDP_CHUNK * (XDP_CHUNKS + XDP_CHUNKS_TX);
	xd.umem = umem;
	xd.rx = ring(&k.rx, k.rx_desc);
	xd.tx = ring(&k.tx, k.tx_desc);
	xd.fill = ring(&k.fill, k.fill_addr);
	xd.done = ring(&k.done, k.done_addr);
	devbed_begin();
	assert_int_equal(xdp_new(&devbed.place, &cfg, &xd, &dev), 0);
	dev->sys = &sys;
	devbed_watch(dev);
}

/* A frame comes, in so many pieces of a chunk that the kernel takes from us. */
static void comes(size_t len, uint8_t fill, uint32_t pieces)
{
	uint32_t i;

	for (i = 0; i < pieces; i++) {
		struct xdp_desc *d = &k.rx_desc[k.rx.producer++ % XDP_RING];

		assert_int_not_equal(k.fill.consumer, k.fill.producer);
		d->addr = k.fill_addr[k.fill.consumer++ % XDP_RING] + 256;
		d->len = (uint32_t)len;
		d->options = i + 1 < pieces ? CONTD : 0;
		memset(k.umem + d->addr, fill, len);
	}
}

/* Each chunk of the first half is with us or with the kernel, once. */
static void assert_all_chunks_are_back(void)
{
	static uint8_t seen[XDP_CHUNKS];
	uint32_t i;

	memset(seen, 0, sizeof(seen));
	assert_int_equal(k.fill.producer - k.fill.consumer, XDP_CHUNKS);
	for (i = k.fill.consumer; i != k.fill.producer; i++) {
		uint64_t addr = k.fill_addr[i % XDP_RING];

		assert_int_equal(addr % XDP_CHUNK, 0);
		assert_in_range(addr / XDP_CHUNK, 0, XDP_CHUNKS - 1);
		assert_false(seen[addr / XDP_CHUNK]);
		seen[addr / XDP_CHUNK] = 1;
	}
}

static void frames_arrive_and_their_chunks_go_back(void **s)
{
	int i;

	(void)s;
	begin(true);
	for (i = 0; i < 5000; i++) {
		comes(60, (uint8_t)i, 1);
		comes(1514, (uint8_t)(i + 1), 1);
		assert_int_equal(dev_read(dev), 2);
		assert_int_equal(devbed.last_len, 1514);
		assert_int_equal(devbed.last[1513], (uint8_t)(i + 1));
	}
	assert_int_equal(dev_read(dev), 0);
	assert_all_chunks_are_back();
	devbed_end(dev);
}

static void a_large_frame_is_put_together(void **s)
{
	(void)s;
	begin(true);
	comes(3000, 'a', 3);
	comes(60, 'b', 1);
	assert_int_equal(dev_read(dev), 2);
	assert_memory_equal(devbed.order, "ab", 2);
	comes(3000, 'c', 3);
	assert_int_equal(dev_read(dev), 1);
	assert_int_equal(devbed.last_len, 9000);
	assert_int_equal(devbed.last[8999], 'c');
	assert_all_chunks_are_back();
	devbed_end(dev);
}

static void half_a_frame_is_waited_for(void **s)
{
	(void)s;
	begin(true);
	comes(3000, 'a', 3);
	k.rx.producer--; /* its last piece is not there yet */
	assert_int_equal(dev_read(dev), 0);
	k.rx.producer++;
	assert_int_equal(dev_read(dev), 1);
	assert_int_equal(devbed.last_len, 9000);
	devbed_end(dev);
}

/* Whatever a ring says, nothing outside of the umem is read. */
static void a_lying_ring_is_counted_and_survived(void **s)
{
	const uint64_t umem =
		(uint64_t)XDP_CHUNK * (XDP_CHUNKS + XDP_CHUNKS_TX);

	(void)s;
	begin(true);
	comes(60, 'a', 1);
	k.rx_desc[0].addr = umem - 1;
	comes(60, 'b', 1);
	k.rx_desc[1].len = UINT32_MAX;
	comes(60, 'c', 1);
	k.rx_desc[2].addr = UINT64_MAX;
	comes(60, 'd', 1);
	assert_int_equal(dev_read(dev), 4);
	assert_int_equal(devbed.seen, 1);
	assert_int_equal(devbed.last[0], 'd');
	assert_int_equal(dev->errors, 3);
	k.rx.producer += XDP_RING + 1; /* more than there are places */
	assert_int_equal(dev_read(dev), 0);
	devbed_end(dev);
}

static void a_frame_of_more_pieces_than_there_can_be_is_no_frame(void **s)
{
	(void)s;
	begin(true);
	comes(60, 'a', XDP_PIECES + 1);
	comes(60, 'b', 1);
	assert_int_equal(dev_read(dev), 2);
	assert_memory_equal(devbed.order, "b", 1);
	assert_int_equal(dev->errors, 1);
	assert_all_chunks_are_back();
	devbed_end(dev);
}

static void frames_wait_in_the_ring_until_it_is_flushed(void **s)
{
	(void)s;
	begin(true);
	assert_int_equal(devbed_send(dev, 60, 'a'), 0);
	assert_int_equal(devbed_send(dev, 9000, 'b'), 0);
	assert_int_equal(k.sent, 0);
	assert_int_equal(dev_flush_at(dev), 0);
	dev_flush(dev);
	assert_int_equal(k.sent, 2);
	assert_int_equal(k.last_len, 9000);
	assert_memory_equal(k.order, "ab", 2);
	assert_false(dev->is_pending);
	devbed_end(dev);
}

/* The kernel sends a few each time, and says EAGAIN. */
static void a_kernel_that_takes_a_few_is_asked_again(void **s)
{
	int i;

	(void)s;
	begin(true);
	k.at_once = 4;
	for (i = 0; i < 30; i++)
		devbed_send(dev, 60, (uint8_t)i);
	dev_flush(dev);
	assert_int_equal(k.sent, 30);
	assert_in_range(k.kicks, 8, 9);
	assert_int_equal(dev->errors, 0);
	devbed_end(dev);
}

static void chunks_are_used_again(void **s)
{
	int i;

	(void)s;
	begin(true);
	for (i = 0; i < 3 * XDP_CHUNKS_TX; i++)
		assert_int_equal(devbed_send(dev, 60, (uint8_t)i), 0);
	dev_flush(dev);
	assert_int_equal(k.sent, 3 * XDP_CHUNKS_TX);
	devbed_end(dev);
}

static void without_chunks_frames_are_lost_by_name(void **s)
{
	int i;

	(void)s;
	begin(true);
	k.keeps = true;
	for (i = 0; i < XDP_CHUNKS_TX; i++)
		assert_int_equal(devbed_send(dev, 60, 'a'), 0);
	assert_int_equal(devbed_send(dev, 60, 'b'), -ENOBUFS);
	assert_int_equal(devbed.place.drops[DROP_tx_queue], 1);
	assert_int_equal(k.sent, XDP_CHUNKS_TX);
	k.done_addr[k.done.producer++ % XDP_RING] = k.tx_desc[0].addr;
	assert_int_equal(devbed_send(dev, 60, 'c'), 0);
	devbed_end(dev);
	assert_int_equal(k.sent, XDP_CHUNKS_TX + 1);
}

/* A storm of EAGAIN: nothing is lost, and it is not asked without pause. */
static void what_is_not_taken_now_is_offered_again(void **s)
{
	int i;

	(void)s;
	begin(true);
	devbed.env.now_ns = 7;
	k.error = -EAGAIN;
	devbed_send(dev, 60, 'a');
	for (i = 0; i < 100; i++) {
		dev_flush(dev);
		assert_int_equal(dev_flush_at(dev), 1000007);
	}
	assert_int_equal(k.kicks, 100);
	k.error = 0;
	dev_flush(dev);
	assert_int_equal(k.sent, 1);
	devbed_end(dev);
}

static void an_interface_that_is_down_keeps_what_it_has(void **s)
{
	(void)s;
	begin(true);
	k.error = -ENETDOWN;
	devbed_send(dev, 60, 'a');
	devbed_send(dev, 60, 'b');
	assert_int_equal(dev_flush(dev), 0);
	assert_false(dev->is_gone);
	k.error = 0;
	dev_flush(dev);
	assert_int_equal(k.sent, 2);
	assert_memory_equal(k.order, "ab", 2);
	devbed_end(dev);
}

/* What the interface throws away is counted, and its chunk comes back. */
static void a_frame_that_the_wire_drops_is_counted(void **s)
{
	int i;

	(void)s;
	begin(true);
	k.wastes = true;
	for (i = 0; i < 40; i++)
		devbed_send(dev, 60, 'a');
	dev_flush(dev);
	assert_int_equal(devbed.place.drops[DROP_tx_queue], 40);
	assert_int_equal(k.sent, 0);
	assert_false(dev->is_pending);
	k.wastes = false;
	for (i = 0; i < XDP_CHUNKS_TX; i++)
		assert_int_equal(devbed_send(dev, 60, 'b'), 0);
	devbed_end(dev);
	assert_int_equal(k.sent, XDP_CHUNKS_TX);
}

/* Frames are lost, chunks are not. */
static void without_memory_frames_that_come_are_lost_by_name(void **s)
{
	int i;

	(void)s;
	begin(true);
	for (i = 1; i < 6; i++) {
		devbed.seen = 0;
		devbed.place.drops[DROP_no_memory] = 0;
		devbed.mem.fail_at = devbed.mem.calls + (uint64_t)i;
		devbed.mem.fail_ever = true;
		comes(1514, 'a', 1);
		comes(3000, 'b', 2);
		assert_int_equal(dev_read(dev), 2);
		assert_int_equal(
			devbed.seen + devbed.place.drops[DROP_no_memory], 2);
		devbed.mem.fail_at = 0;
		devbed.mem.fail_ever = false;
		assert_all_chunks_are_back();
	}
	devbed_end(dev);
}

static void frames_that_no_chunk_takes_are_refused(void **s)
{
	(void)s;
	begin(false);
	assert_int_equal(devbed_send(dev, XDP_CHUNK + 1, 'a'), -EMSGSIZE);
	assert_int_equal(devbed_send(dev, 13, 'a'), -EMSGSIZE);
	assert_int_equal(devbed.place.drops[DROP_tx_refused], 2);
	assert_int_equal(devbed_send(dev, XDP_CHUNK, 'a'), 0);
	devbed_end(dev);
	assert_int_equal(k.last_len, XDP_CHUNK);
}

static void an_interface_that_was_removed_is_noticed(void **s)
{
	(void)s;
	begin(true);
	k.state = -ENODEV;
	assert_int_equal(dev_read(dev), -ENODEV);
	assert_int_equal(devbed_send(dev, 60, 'a'), -ENETDOWN);
	assert_int_equal(devbed.place.drops[DROP_link_down], 1);
	devbed_end(dev);
}

/* It says nothing to who waits, so it is asked each second. */
static void an_interface_that_goes_without_a_word_is_noticed(void **s)
{
	(void)s;
	begin(true);
	assert_int_equal(dev_flush(dev), 0);
	assert_int_equal(dev_flush_at(dev), 1000000000);
	k.state = -ENODEV;
	devbed.env.now_ns = 999999999;
	assert_int_equal(dev_flush(dev), 0);
	devbed.env.now_ns = 1000000000;
	assert_int_equal(dev_flush(dev), -ENODEV);
	assert_int_equal(dev_flush_at(dev), UINT64_MAX);
	devbed_end(dev);
}

static void whole_frames_are_all_it_knows(void **s)
{
	const struct dev_cfg cfg = {
		.kind = DEV_XDP, .device = "lo", .has_offload = true};

	(void)s;
	devbed_begin();
	assert_int_equal(dev_open(&devbed.place, &cfg, &dev), -EINVAL);
	devbed_end(NULL);
}

/* The device unmaps its umem when it is closed; here it is the test's. */
static int map_umem(void **s)
{
	(void)s;
	k.umem = mmap(NULL, (size_t)XDP_CHUNK * (XDP_CHUNKS + XDP_CHUNKS_TX),
		      PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		      0);
	return k.umem == MAP_FAILED;
}

#define TEST(name) cmocka_unit_test_setup(name, map_umem)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(frames_arrive_and_their_chunks_go_back),
		TEST(a_large_frame_is_put_together),
		TEST(half_a_frame_is_waited_for),
		TEST(a_lying_ring_is_counted_and_survived),
		TEST(a_frame_of_more_pieces_than_there_can_be_is_no_frame),
		TEST(frames_wait_in_the_ring_until_it_is_flushed),
		TEST(a_kernel_that_takes_a_few_is_asked_again),
		TEST(chunks_are_used_again),
		TEST(without_chunks_frames_are_lost_by_name),
		TEST(what_is_not_taken_now_is_offered_again),
		TEST(an_interface_that_is_down_keeps_what_it_has),
		TEST(a_frame_that_the_wire_drops_is_counted),
		TEST(without_memory_frames_that_come_are_lost_by_name),
		TEST(frames_that_no_chunk_takes_are_refused),
		TEST(an_interface_that_was_removed_is_noticed),
		TEST(an_interface_that_goes_without_a_word_is_noticed),
		cmocka_unit_test(whole_frames_are_all_it_knows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
