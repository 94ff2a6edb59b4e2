// SPDX-License-Identifier: MIT
/*
 * packet_test.c - rings that the kernel shares; the test plays the kernel
 */

#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/pkt.h"

#include "devbed.h"
#include "driver/packet.h"
#include "driver/packet_dev.h"
#include "driver/virtio.h"

enum {
	BLOCK = 8192,
	BLOCKS = 3,
	SLOT = 4096,
	SLOTS = 4,
	FIRST = 128, /* where the first frame of a block begins */
	DATA = 48,   /* where a slot's frame does */
};

/* The kernel: its place in the rings, what it sent, and what it is to say. */
static struct {
	_Alignas(64) uint8_t rx[BLOCKS * BLOCK];
	_Alignas(64) uint8_t tx[SLOTS * SLOT];
	uint32_t block, slot;
	uint32_t at, count; /* of the block that is being filled */
	uint32_t sent, kicks;
	uint8_t order[64];
	size_t last_len;
	uint8_t last[SLOT];
	int refuse; /* the frame that begins with this, or 0 */
	int drop;   /* likewise; the wire loses it */
	int error;  /* whenever it is asked */
	int held;   /* slots are not given back at once */
	int state;
} k;

static struct dev *dev;

static struct tpacket3_hdr *slot(uint32_t i)
{
	return (void *)(k.tx + (size_t)(i % SLOTS) * SLOT);
}

static void kernel_sends(struct tpacket3_hdr *h)
{
	k.last_len = h->tp_len;
	memcpy(k.last, (uint8_t *)h + DATA, h->tp_len);
	k.order[k.sent++ % sizeof(k.order)] = k.last[0];
	h->tp_status = k.held ? TP_STATUS_SENDING : TP_STATUS_AVAILABLE;
}

static int kick(int fd)
{
	(void)fd;
	k.kicks++;
	if (k.error)
		return k.error;
	while (slot(k.slot)->tp_status == TP_STATUS_SEND_REQUEST) {
		struct tpacket3_hdr *h = slot(k.slot);

		if (k.refuse && ((uint8_t *)h)[DATA] == k.refuse) {
			h->tp_status = TP_STATUS_WRONG_FORMAT;
			return -EINVAL; /* and looks here again next time */
		}
		if (k.drop && ((uint8_t *)h)[DATA] == k.drop)
			return -ENOBUFS; /* and offers it again */
		kernel_sends(h);
		k.slot++;
	}
	return 0;
}

static int state(int fd)
{
	(void)fd;
	return k.state;
}

static const struct dev_sys sys = {.kick = kick, .state = state};

static void begin(bool has_vnet_hdr)
{
	struct dev_cfg cfg = {.kind = DEV_PACKET,
			      .name = "eth0",
			      .has_offload = has_vnet_hdr};
	struct packet_dev pd = {
		.fd = open("/dev/null", O_RDWR),
		.rx = {k.rx, BLOCK, BLOCKS},
		.tx = {k.tx, SLOT, SLOTS},
		.has_vnet_hdr = has_vnet_hdr,
	};

	memset(&k, 0, sizeof(k));
	devbed_begin();
	assert_int_equal(packet_new(&devbed.place, &cfg, &pd, &dev), 0);
	dev->sys = &sys;
	devbed_watch(dev);
}

static struct tpacket_block_desc *block(void)
{
	return (void *)(k.rx + (size_t)(k.block % BLOCKS) * BLOCK);
}

/* A frame comes; into the block that the kernel is filling. */
static struct tpacket3_hdr *comes(size_t len, uint8_t fill)
{
	struct tpacket3_hdr *h;
	uint8_t *b = (uint8_t *)block();

	if (!k.count)
		k.at = FIRST;
	h = (void *)(b + k.at);
	memset(h, 0, FIRST);
	h->tp_mac = 112;
	h->tp_len = h->tp_snaplen = (uint32_t)len;
	h->tp_next_offset = (uint32_t)(112 + len + 15) / 16 * 16;
	memset((uint8_t *)h + h->tp_mac, fill, len);
	k.at += h->tp_next_offset;
	k.count++;
	return h;
}

/* The block is full, or old enough. */
static void retire(void)
{
	struct tpacket_block_desc *d = block();

	d->hdr.bh1.num_pkts = k.count;
	d->hdr.bh1.offset_to_first_pkt = FIRST;
	d->hdr.bh1.block_status = TP_STATUS_USER;
	k.block++;
	k.count = 0;
}

static void frames_of_a_block_arrive_in_order(void **s)
{
	(void)s;
	begin(false);
	comes(60, 'a');
	comes(1514, 'b');
	assert_int_equal(dev_read(dev), 0); /* not ours yet */
	comes(61, 'c');
	retire();
	assert_int_equal(dev_read(dev), 3);
	assert_memory_equal(devbed.order, "abc", 3);
	assert_int_equal(devbed.last_len, 61);
	assert_int_equal(((struct tpacket_block_desc *)(void *)k.rx)
				 ->hdr.bh1.block_status,
			 TP_STATUS_KERNEL);
	devbed_end(dev);
}

static void the_ring_goes_round(void **s)
{
	int i;

	(void)s;
	begin(false);
	for (i = 0; i < 10; i++) {
		comes(100, (uint8_t)('0' + i));
		retire();
		assert_int_equal(dev_read(dev), 1);
		assert_int_equal(devbed.last[0], '0' + i);
	}
	devbed_end(dev);
}

static void an_offload_header_is_believed_or_dropped_by_name(void **s)
{
	uint8_t *vnet;

	(void)s;
	begin(true);
	vnet = (uint8_t *)comes(100, 'a') + 112 - VIRTIO_HLEN;
	vnet[0] = VIRTIO_DATA_VALID;
	vnet = (uint8_t *)comes(100, 'b') + 112 - VIRTIO_HLEN;
	vnet[0] = VIRTIO_NEEDS_CSUM;
	vnet[7] = 40; /* from octet 10240 on */
	retire();
	assert_int_equal(dev_read(dev), 2);
	assert_int_equal(devbed.seen, 1);
	assert_int_equal(devbed.last_csum, PKT_CSUM_VERIFIED);
	assert_int_equal(devbed.place.drops[DROP_vnet_bad], 1);
	devbed_end(dev);
}

static void a_vlan_tag_is_put_back(void **s)
{
	static const uint8_t tag[] = {'t', 0x81, 0x00, 0x20, 0x07, 't'};
	struct tpacket3_hdr *h;

	(void)s;
	begin(false);
	h = comes(60, 't');
	h->tp_status = TP_STATUS_VLAN_VALID | TP_STATUS_VLAN_TPID_VALID;
	h->hv1.tp_vlan_tci = 0x2007;
	h->hv1.tp_vlan_tpid = 0x8100;
	retire();
	assert_int_equal(dev_read(dev), 1);
	assert_int_equal(devbed.last_len, 64);
	assert_memory_equal(devbed.last + 11, tag, sizeof(tag));
	devbed_end(dev);
}

static void a_frame_that_was_cut_off_is_dropped_by_name(void **s)
{
	(void)s;
	begin(false);
	comes(100, 'a')->tp_len = 9000;
	comes(100, 'b');
	retire();
	assert_int_equal(dev_read(dev), 2);
	assert_memory_equal(devbed.order, "b", 1);
	assert_int_equal(devbed.place.drops[DROP_rx_oversize], 1);
	devbed_end(dev);
}

static void our_own_frames_are_not_heard(void **s)
{
	struct sockaddr_ll *from;

	(void)s;
	begin(false);
	from = (void *)((uint8_t *)comes(100, 'a') + DATA);
	from->sll_pkttype = PACKET_OUTGOING;
	comes(100, 'b');
	retire();
	assert_int_equal(dev_read(dev), 2);
	assert_int_equal(devbed.seen, 1);
	devbed_end(dev);
}

/* Whatever a block says, nothing outside of it is read. */
static void a_lying_block_is_counted_and_survived(void **s)
{
	static const struct {
		size_t at;
		uint32_t value;
		int whole; /* frames that are there all the same */
	} lies[] = {
		{offsetof(struct tpacket3_hdr, tp_snaplen), 1u << 31, 0},
		{offsetof(struct tpacket3_hdr, tp_snaplen), BLOCK, 0},
		{offsetof(struct tpacket3_hdr, tp_mac), 8, 0},
		{offsetof(struct tpacket3_hdr, tp_next_offset), BLOCK, 1},
		{offsetof(struct tpacket3_hdr, tp_next_offset), ~0u, 1},
	};
	size_t i;

	(void)s;
	for (i = 0; i < sizeof(lies) / sizeof(*lies); i++) {
		begin(true);
		memcpy((uint8_t *)comes(100, 'a') + lies[i].at, &lies[i].value,
		       lies[i].at == offsetof(struct tpacket3_hdr, tp_mac) ? 2
									   : 4);
		if (!lies[i].whole)
			((struct tpacket3_hdr *)(void *)(k.rx + FIRST))
				->tp_len = lies[i].value;
		comes(100, 'b');
		retire();
		assert_int_equal(dev_read(dev), lies[i].whole);
		assert_int_equal(dev->errors, 1);
		comes(100, 'c');
		retire();
		assert_int_equal(dev_read(dev), 1);
		assert_int_equal(devbed.last[0], 'c');
		devbed_end(dev);
	}
}

static void frames_wait_in_the_ring_until_it_is_flushed(void **s)
{
	(void)s;
	begin(false);
	assert_int_equal(dev_flush_at(dev), UINT64_MAX);
	assert_int_equal(devbed_send(dev, 60, 'a'), 0);
	assert_int_equal(devbed_send(dev, 1514, 'b'), 0);
	assert_int_equal(k.sent, 0);
	assert_int_equal(dev_flush_at(dev), 0);
	dev_flush(dev);
	assert_int_equal(k.kicks, 1);
	assert_int_equal(k.sent, 2);
	assert_memory_equal(k.order, "ab", 2);
	assert_int_equal(k.last_len, 1514);
	assert_int_equal(dev_flush_at(dev), UINT64_MAX);
	devbed_end(dev);
}

static void what_closes_sends_first(void **s)
{
	(void)s;
	begin(false);
	devbed_send(dev, 60, 'a');
	devbed_end(dev);
	assert_int_equal(k.sent, 1);
}

/* A small frame is announced as nothing but headers, so that the kernel copies
 * it at once. */
static void a_frame_has_an_offload_header_in_front(void **s)
{
	static const uint8_t want[VIRTIO_HLEN] = {0, 0, 60};

	(void)s;
	begin(true);
	devbed_send(dev, 60, 'a');
	dev_flush(dev);
	assert_int_equal(k.last_len, 60 + VIRTIO_HLEN);
	assert_memory_equal(k.last, want, sizeof(want));
	devbed_end(dev);
}

static void a_full_ring_is_emptied_by_the_way(void **s)
{
	int i;

	(void)s;
	begin(false);
	for (i = 0; i < 20; i++)
		assert_int_equal(devbed_send(dev, 60, (uint8_t)('a' + i)), 0);
	dev_flush(dev);
	assert_int_equal(k.sent, 20);
	assert_memory_equal(k.order, "abcdefghijklmnopqrst", 20);
	devbed_end(dev);
}

static void a_ring_that_nobody_empties_loses_frames_by_name(void **s)
{
	int i;

	(void)s;
	begin(false);
	k.held = 1;
	for (i = 0; i < SLOTS; i++)
		assert_int_equal(devbed_send(dev, 60, 'a'), 0);
	assert_int_equal(devbed_send(dev, 60, 'b'), -ENOBUFS);
	assert_int_equal(devbed.place.drops[DROP_tx_queue], 1);
	assert_int_equal(k.sent, SLOTS);
	slot(0)->tp_status = TP_STATUS_AVAILABLE; /* at last */
	assert_int_equal(devbed_send(dev, 60, 'c'), 0);
	devbed_end(dev);
	assert_int_equal(k.sent, SLOTS + 1);
}

/* A storm of EAGAIN: nothing is lost, and it is not asked without pause. */
static void what_is_not_taken_now_is_offered_again(void **s)
{
	int i;

	(void)s;
	begin(false);
	devbed.env.now_ns = 5000;
	k.error = -EAGAIN;
	devbed_send(dev, 60, 'a');
	devbed_send(dev, 60, 'b');
	for (i = 0; i < 1000; i++) {
		dev_flush(dev);
		assert_int_equal(dev_flush_at(dev), 5000 + 1000000);
	}
	assert_int_equal(dev->errors, 1000);
	assert_false(dev->is_gone);
	k.error = 0;
	dev_flush(dev);
	assert_int_equal(k.sent, 2);
	assert_memory_equal(k.order, "ab", 2);
	assert_int_equal(dev_flush_at(dev), UINT64_MAX);
	devbed_end(dev);
}

static void an_interface_that_is_down_keeps_what_it_has(void **s)
{
	(void)s;
	begin(false);
	k.error = -ENETDOWN;
	devbed_send(dev, 60, 'a');
	dev_flush(dev);
	k.state = -ENETDOWN;
	assert_int_equal(dev_read(dev), 0);
	assert_false(dev->is_gone);
	k.error = k.state = 0;
	dev_flush(dev);
	assert_int_equal(k.sent, 1);
	devbed_end(dev);
}

/* The kernel stops at a slot that it does not like. */
static void a_refused_frame_does_not_hold_up_the_others(void **s)
{
	(void)s;
	begin(false);
	k.refuse = 'x';
	devbed_send(dev, 60, 'a');
	devbed_send(dev, 60, 'x');
	devbed_send(dev, 61, 'b');
	dev_flush(dev);
	assert_int_equal(k.sent, 2);
	assert_memory_equal(k.order, "ab", 2);
	assert_int_equal(k.last_len, 61);
	assert_int_equal(devbed.place.drops[DROP_tx_refused], 1);
	devbed_send(dev, 60, 'x');
	dev_flush(dev);
	devbed_send(dev, 60, 'c');
	dev_flush(dev);
	assert_memory_equal(k.order, "abc", 3);
	assert_int_equal(devbed.place.drops[DROP_tx_refused], 2);
	devbed_end(dev);
}

/* ENOBUFS is what the interface says when it has thrown one away. */
static void a_frame_that_the_wire_drops_is_not_offered_for_ever(void **s)
{
	(void)s;
	begin(false);
	k.drop = 'x';
	devbed_send(dev, 60, 'a');
	devbed_send(dev, 60, 'x');
	devbed_send(dev, 60, 'b');
	dev_flush(dev);
	assert_memory_equal(k.order, "ab", 2);
	assert_int_equal(devbed.place.drops[DROP_tx_queue], 1);
	assert_int_equal(dev_flush_at(dev), UINT64_MAX);
	devbed_end(dev);
}

/* A slot that is still with somebody does not hide the one behind it. */
static void a_refused_frame_is_found_behind_one_that_is_held(void **s)
{
	(void)s;
	begin(false);
	k.held = 1;
	devbed_send(dev, 60, 'a');
	dev_flush(dev);
	k.refuse = 'x';
	devbed_send(dev, 60, 'x');
	devbed_send(dev, 60, 'b');
	dev_flush(dev);
	assert_memory_equal(k.order, "ab", 2);
	assert_int_equal(devbed.place.drops[DROP_tx_refused], 1);
	devbed_end(dev);
}

static void frames_that_no_wire_takes_are_refused(void **s)
{
	(void)s;
	begin(false);
	assert_int_equal(devbed_send(dev, 13, 'a'), -EMSGSIZE);
	assert_int_equal(devbed_send(dev, SLOT, 'a'), -EMSGSIZE);
	assert_int_equal(devbed.place.drops[DROP_tx_refused], 2);
	dev_flush(dev);
	assert_int_equal(k.sent, 0);
	devbed_end(dev);
}

static void an_interface_that_was_removed_is_noticed(void **s)
{
	(void)s;
	begin(false);
	k.state = -ENODEV;
	assert_int_equal(dev_read(dev), -ENODEV);
	assert_int_equal(devbed_send(dev, 60, 'a'), -ENETDOWN);
	assert_int_equal(devbed.place.drops[DROP_link_down], 1);
	devbed_end(dev);
}

/* After it went down it says nothing more when it is removed. */
static void an_interface_that_is_removed_while_down_is_noticed(void **s)
{
	(void)s;
	begin(false);
	k.state = -ENETDOWN;
	assert_int_equal(dev_read(dev), 0);
	assert_int_equal(dev_flush_at(dev), 1000000000);
	k.state = -ENODEV;
	devbed.env.now_ns = 1000000000;
	assert_int_equal(dev_flush(dev), -ENODEV);
	devbed_end(dev);
}

static void a_hundred_errors_in_a_row_are_the_end(void **s)
{
	int i;

	(void)s;
	begin(false);
	k.state = -EIO;
	for (i = 0; i < 99; i++)
		assert_int_equal(dev_read(dev), 0);
	comes(60, 'a');
	retire();
	assert_int_equal(dev_read(dev), 1); /* and it counts anew */
	for (i = 0; i < 99; i++)
		assert_int_equal(dev_read(dev), 0);
	assert_int_equal(dev_read(dev), -ENODEV);
	devbed_end(dev);
}

static void without_memory_frames_are_lost_by_name(void **s)
{
	int i;

	(void)s;
	for (i = 1; i < 4; i++) {
		begin(false);
		devbed.mem.fail_at = devbed.mem.calls + (uint64_t)i;
		devbed.mem.fail_ever = true;
		comes(1514, 'a');
		comes(1514, 'b');
		retire();
		assert_int_equal(dev_read(dev), 2);
		assert_int_equal(
			devbed.seen + devbed.place.drops[DROP_no_memory], 2);
		devbed.mem.fail_at = 0;
		devbed.mem.fail_ever = false;
		devbed_end(dev);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_of_a_block_arrive_in_order),
		cmocka_unit_test(the_ring_goes_round),
		cmocka_unit_test(
			an_offload_header_is_believed_or_dropped_by_name),
		cmocka_unit_test(a_vlan_tag_is_put_back),
		cmocka_unit_test(a_frame_that_was_cut_off_is_dropped_by_name),
		cmocka_unit_test(our_own_frames_are_not_heard),
		cmocka_unit_test(a_lying_block_is_counted_and_survived),
		cmocka_unit_test(frames_wait_in_the_ring_until_it_is_flushed),
		cmocka_unit_test(what_closes_sends_first),
		cmocka_unit_test(a_frame_has_an_offload_header_in_front),
		cmocka_unit_test(a_full_ring_is_emptied_by_the_way),
		cmocka_unit_test(
			a_ring_that_nobody_empties_loses_frames_by_name),
		cmocka_unit_test(what_is_not_taken_now_is_offered_again),
		cmocka_unit_test(an_interface_that_is_down_keeps_what_it_has),
		cmocka_unit_test(a_refused_frame_does_not_hold_up_the_others),
		cmocka_unit_test(
			a_frame_that_the_wire_drops_is_not_offered_for_ever),
		cmocka_unit_test(
			a_refused_frame_is_found_behind_one_that_is_held),
		cmocka_unit_test(frames_that_no_wire_takes_are_refused),
		cmocka_unit_test(an_interface_that_was_removed_is_noticed),
		cmocka_unit_test(
			an_interface_that_is_removed_while_down_is_noticed),
		cmocka_unit_test(a_hundred_errors_in_a_row_are_the_end),
		cmocka_unit_test(without_memory_frames_are_lost_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
