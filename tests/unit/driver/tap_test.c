// SPDX-License-Identifier: MIT
/* tap_test.c - frames through a descriptor; a socket pair plays the device */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/pkt.h"

#include "driver/dev.h"
#include "driver/virtio.h"

struct fixture {
	struct mem mem;
	struct env env;
	struct place place;
	struct dev *dev;
	int near;
	int far; /* what the kernel would have */
	uint32_t seen;
	size_t last_len;
	uint8_t last[70000];
	uint8_t last_csum;
};

static struct fixture f;

static void on_input(struct netif *netif, struct pkt *pkt)
{
	(void)netif;
	f.seen++;
	f.last_len = pkt->len;
	f.last_csum = pkt->csum;
	pkt_check(pkt);
	pkt_copy_out(pkt, 0, f.last, pkt->len);
	pkt_free(pkt);
}

static void begin(bool has_vnet_hdr, uint32_t batch)
{
	struct dev_cfg cfg = {.kind = DEV_TAP,
			      .name = "tap0",
			      .batch = batch,
			      .has_offload = has_vnet_hdr};
	int fds[2], size = 300000;

	memset(&f, 0, sizeof(f));
	mem_init_libc(&f.mem);
	env_init(&f.env, &f.mem);
	f.place = (struct place){.env = &f.env, .name = "h"};
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, fds), 0);
	setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	setsockopt(fds[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	cfg.fd = f.near = fds[0];
	f.far = fds[1];
	assert_int_equal(dev_open(&f.place, &cfg, &f.dev), 0);
	f.dev->netif.on_input = on_input;
}

static void end(void)
{
	dev_close(f.dev);
	close(f.near);
	if (f.far >= 0)
		close(f.far);
	assert_int_equal(env_fini(&f.env), 0);
	assert_int_equal(f.mem.in_use_count, 0);
}

static void far_sends(const void *buf, size_t len)
{
	assert_int_equal(write(f.far, buf, len), (ssize_t)len);
}

static int we_send(const void *buf, size_t len)
{
	struct pkt *pkt = pkt_new(&f.env, R_NONE);

	assert_int_equal(pkt_append(pkt, buf, len), 0);
	return netif_transmit(&f.dev->netif, pkt);
}

/* Around the borders of the pieces that a frame is scattered over. */
static void frames_of_any_length_arrive_whole(void **state)
{
	static const size_t lens[] = {1,     53,    54,	  55,	1514,
				      2101,  2102,  2103, 9014, 18485,
				      18486, 18487, 65549};
	static uint8_t frame[65549];
	size_t i;

	(void)state;
	begin(false, 0);
	for (i = 0; i < sizeof(frame); i++)
		frame[i] = (uint8_t)(i * 7 + i / 256);
	for (i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		far_sends(frame, lens[i]);
		assert_int_equal(dev_read(f.dev), 1);
		assert_int_equal(f.seen, i + 1);
		assert_int_equal(f.last_len, lens[i]);
		assert_memory_equal(f.last, frame, lens[i]);
	}
	assert_int_equal(f.dev->netif.stats.rx_frames, i);
	end();
}

static void frames_leave_in_one_piece(void **state)
{
	uint8_t frame[5000], got[6000];
	size_t i;

	(void)state;
	begin(false, 0);
	for (i = 0; i < sizeof(frame); i++)
		frame[i] = (uint8_t)(i * 3);
	assert_int_equal(we_send(frame, sizeof(frame)), 0);
	assert_int_equal(read(f.far, got, sizeof(got)), sizeof(frame));
	assert_memory_equal(got, frame, sizeof(frame));
	end();
}

static void a_flood_is_taken_in_batches(void **state)
{
	uint8_t frame[60] = {0};
	int i;

	(void)state;
	begin(false, 4);
	for (i = 0; i < 6; i++)
		far_sends(frame, sizeof(frame));
	assert_int_equal(dev_read(f.dev), 4);
	assert_int_equal(f.dev->full, 1);
	assert_int_equal(dev_read(f.dev), 2);
	assert_int_equal(dev_read(f.dev), 0);
	assert_int_equal(f.dev->batches, 2);
	end();
}

static void a_full_queue_loses_frames_by_name(void **state)
{
	uint8_t frame[1514] = {0};
	int sent = 0;

	(void)state;
	begin(false, 0);
	while (sent < 10000 && we_send(frame, sizeof(frame)) == 0)
		sent++;
	assert_in_range(sent, 1, 9999);
	assert_int_equal(we_send(frame, sizeof(frame)), -ENOBUFS);
	assert_int_equal(f.place.drops[DROP_tx_queue], 2);
	end();
}

static void a_frame_that_is_not_taken_is_dropped_by_name(void **state)
{
	static uint8_t frame[1 << 20];

	(void)state;
	begin(false, 0);
	assert_int_equal(we_send(frame, sizeof(frame)), -EMSGSIZE);
	assert_int_equal(f.place.drops[DROP_tx_refused], 1);
	end();
}

static void a_device_that_goes_away_is_noticed(void **state)
{
	uint8_t frame[60] = {0};

	(void)state;
	begin(false, 0);
	close(f.far);
	f.far = -1;
	assert_int_equal(we_send(frame, sizeof(frame)), -ENETDOWN);
	assert_int_equal(f.place.drops[DROP_link_down], 1);
	assert_int_equal(dev_read(f.dev), -ENODEV);
	assert_true(f.dev->is_gone);
	end();
}

/* Hostile frames, row 5. */
static void a_lying_header_is_dropped_by_name(void **state)
{
	uint8_t buf[VIRTIO_HLEN + 60] = {0};
	struct virtio_wire *w = (void *)buf;

	(void)state;
	begin(true, 0);
	w->flags[0] = VIRTIO_NEEDS_CSUM;
	w->csum_start[0] = 1500 & 255;
	w->csum_start[1] = 1500 >> 8;
	far_sends(buf, sizeof(buf));
	far_sends(buf, 3); /* not even a header */
	assert_int_equal(dev_read(f.dev), 2);
	assert_int_equal(f.seen, 0);
	assert_int_equal(f.place.drops[DROP_vnet_bad], 2);
	end();
}

static void a_true_header_is_believed(void **state)
{
	uint8_t buf[VIRTIO_HLEN + 60] = {VIRTIO_DATA_VALID};

	(void)state;
	begin(true, 0);
	far_sends(buf, sizeof(buf));
	assert_int_equal(dev_read(f.dev), 1);
	assert_int_equal(f.last_len, 60);
	assert_int_equal(f.last_csum, PKT_CSUM_VERIFIED);
	end();
}

/* Every allocation fails once, and then for good: frames are lost and counted,
 * and none is found twice. */
static void without_memory_frames_are_lost_by_name(void **state)
{
	uint8_t frame[1514] = {0};
	int i;

	(void)state;
	for (i = 1; i < 10; i++) {
		begin(false, 0);
		f.mem.fail_at = f.mem.calls + (uint64_t)i;
		f.mem.fail_ever = true;
		far_sends(frame, sizeof(frame));
		far_sends(frame, sizeof(frame));
		assert_int_equal(dev_read(f.dev), 2);
		assert_int_equal(f.seen + f.place.drops[DROP_no_memory], 2);
		f.mem.fail_at = 0;
		f.mem.fail_ever = false;
		far_sends(frame, sizeof(frame));
		assert_int_equal(dev_read(f.dev), 1);
		assert_int_equal(f.last_len, sizeof(frame));
		end();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_of_any_length_arrive_whole),
		cmocka_unit_test(frames_leave_in_one_piece),
		cmocka_unit_test(a_flood_is_taken_in_batches),
		cmocka_unit_test(a_full_queue_loses_frames_by_name),
		cmocka_unit_test(a_frame_that_is_not_taken_is_dropped_by_name),
		cmocka_unit_test(a_device_that_goes_away_is_noticed),
		cmocka_unit_test(a_lying_header_is_dropped_by_name),
		cmocka_unit_test(a_true_header_is_believed),
		cmocka_unit_test(without_memory_frames_are_lost_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
