// SPDX-License-Identifier: MIT
/*
 * tap_fault_test.c - a TAP device that fails as no device can be made to
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/check.h"

#include "devbed.h"
#include "driver/virtio.h"

/* What the device says to the next calls; then EAGAIN. */
static struct {
	ssize_t reads[300], writes[300];
	int read, written, read_count, write_count;
	bool for_ever;	 /* the last answer of each goes on */
	uint32_t fds[2]; /* writes by descriptor */
	size_t taken;	 /* octets */
} k;

static struct dev *dev;

static ssize_t answer(const ssize_t *list, int count, int *next)
{
	if (*next < count)
		return list[(*next)++];
	return k.for_ever && count ? list[count - 1] : -EAGAIN;
}

static ssize_t fake_readv(int fd, const struct iovec *iov, int count)
{
	ssize_t n = answer(k.reads, k.read_count, &k.read), left = n;
	int i;

	(void)fd;
	for (i = 0; i < count && left > 0; i++) {
		size_t piece = min_size(iov[i].iov_len, (size_t)left);

		memset(iov[i].iov_base, 0, piece);
		left -= (ssize_t)piece;
	}
	return n;
}

static ssize_t fake_writev(int fd, const struct iovec *iov, int count)
{
	ssize_t n = answer(k.writes, k.write_count, &k.written);
	int i;

	k.fds[fd % 2]++;
	for (i = 0; n > 0 && i < count; i++)
		k.taken += iov[i].iov_len;
	return n;
}

static const struct dev_sys sys = {.readv = fake_readv, .writev = fake_writev};

static void begin(bool has_offload)
{
	const struct dev_cfg cfg = {.kind = DEV_TAP,
				    .fd = 1000,
				    .name = "tap0",
				    .has_offload = has_offload};

	memset(&k, 0, sizeof(k));
	devbed_begin();
	assert_int_equal(dev_open(&devbed.place, &cfg, &dev), 0);
	dev->sys = &sys;
	devbed_watch(dev);
}

static void reads(ssize_t what)
{
	k.reads[k.read_count++] = what;
}

static void writes(ssize_t what)
{
	k.writes[k.write_count++] = what;
}

static void an_empty_frame_is_none(void **s)
{
	(void)s;
	begin(false);
	reads(0);
	reads(60);
	assert_int_equal(dev_read(dev), 0);
	assert_int_equal(dev_read(dev), 1);
	assert_int_equal(devbed.seen, 1);
	devbed_end(dev);
}

/* Shorter than the header in front of it, by any number of octets. */
static void a_frame_shorter_than_its_header_is_dropped_by_name(void **s)
{
	int i;

	(void)s;
	begin(true);
	for (i = 1; i < VIRTIO_HLEN; i++)
		reads(i);
	reads(VIRTIO_HLEN + 60);
	assert_int_equal(dev_read(dev), VIRTIO_HLEN);
	assert_int_equal(devbed.seen, 1);
	assert_int_equal(devbed.place.drops[DROP_vnet_bad], VIRTIO_HLEN - 1);
	devbed_end(dev);
}

static void a_storm_of_eagain_is_no_error(void **s)
{
	int i;

	(void)s;
	begin(false);
	for (i = 0; i < 1000; i++)
		assert_int_equal(dev_read(dev), 0);
	assert_int_equal(dev->errors, 0);
	for (i = 0; i < 250; i++) {
		writes(-EAGAIN);
		assert_int_equal(devbed_send(dev, 60, 'a'), -ENOBUFS);
	}
	assert_int_equal(devbed.place.drops[DROP_tx_queue], 250);
	writes(60);
	assert_int_equal(devbed_send(dev, 60, 'a'), 0);
	assert_int_equal(k.taken, 60);
	devbed_end(dev);
}

static void errors_between_frames_are_counted_and_survived(void **s)
{
	int i;

	(void)s;
	begin(false);
	for (i = 0; i < 120; i++) {
		reads(-EIO);
		reads(60);
	}
	for (i = 0; i < 120; i++) {
		assert_int_equal(dev_read(dev), 0);
		reads(-EAGAIN);
		k.read = 2 * i + 1;
		k.read_count = 2 * i + 2;
		assert_int_equal(dev_read(dev), 1);
		k.read_count = 240;
	}
	assert_int_equal(dev->errors, 120);
	assert_int_equal(devbed.seen, 120);
	devbed_end(dev);
}

/* Who waits for a device that is readable and gives nothing waits in vain. */
static void nothing_but_errors_is_the_end(void **s)
{
	int i, n = 0;

	(void)s;
	begin(false);
	reads(-EIO);
	k.for_ever = true;
	for (i = 0; i < 1000 && n >= 0; i++)
		n = dev_read(dev);
	assert_int_equal(n, -ENODEV);
	assert_int_equal(i, 100);
	devbed_end(dev);
}

static void each_error_of_a_write_has_its_name(void **s)
{
	static const struct {
		int err, says;
		enum drop name;
		bool is_end;
	} errors[] = {
		{EAGAIN, -ENOBUFS, DROP_tx_queue, false},
		{ENOBUFS, -ENOBUFS, DROP_tx_queue, false},
		{ENOMEM, -ENOBUFS, DROP_tx_queue, false},
		{EIO, -ENETDOWN, DROP_tx_down, false},
		{ENETDOWN, -ENETDOWN, DROP_tx_down, false},
		{EINVAL, -EINVAL, DROP_tx_refused, false},
		{EMSGSIZE, -EMSGSIZE, DROP_tx_refused, false},
		{EFAULT, -EFAULT, DROP_tx_refused, false},
		{EBADFD, -ENETDOWN, DROP_link_down, true},
		{ENODEV, -ENETDOWN, DROP_link_down, true},
		{ENXIO, -ENETDOWN, DROP_link_down, true},
	};
	size_t i;

	(void)s;
	for (i = 0; i < sizeof(errors) / sizeof(*errors); i++) {
		begin(false);
		writes(-errors[i].err);
		assert_int_equal(devbed_send(dev, 60, 'a'), errors[i].says);
		assert_int_equal(devbed.place.drops[errors[i].name], 1);
		assert_int_equal(dev->is_gone, errors[i].is_end);
		devbed_end(dev);
	}
}

static void a_device_that_was_removed_is_noticed(void **s)
{
	(void)s;
	begin(false);
	reads(60);
	reads(-EBADFD);
	assert_int_equal(dev_read(dev), -ENODEV);
	assert_int_equal(devbed.seen, 1); /* what had come before came */
	devbed_end(dev);
}

/* Frames of one flow leave by one queue, and flows by different ones. */
static void flows_are_spread_over_queues(void **s)
{
	int i;

	(void)s;
	begin(false);
	dev->fd[1] = dev->fd[0] + 1;
	dev->fd_count = 2;
	k.for_ever = true;
	writes(60);
	for (i = 0; i < 64; i++)
		devbed_send(dev, 60, 'a');
	assert_int_equal(k.fds[0] * k.fds[1], 0);
	assert_int_equal(k.fds[0] + k.fds[1], 64);
	for (i = 0; i < 192; i++)
		devbed_send(dev, 60, (uint8_t)i);
	assert_in_range(k.fds[0], 64, 192);
	assert_in_range(k.fds[1], 64, 192);
	devbed_end(dev);
}

static void queues_are_counted(void **s)
{
	const struct dev_cfg cfg = {
		.kind = DEV_TAP, .device = "weft0", .queues = DEV_QUEUES + 1};

	(void)s;
	devbed_begin();
	assert_int_equal(dev_open(&devbed.place, &cfg, &dev), -EINVAL);
	devbed_end(NULL);
}

static void kinds_are_read_from_words(void **s)
{
	const char *name;

	(void)s;
	assert_int_equal(dev_parse("tap:lo", &name), DEV_TAP);
	assert_string_equal(name, "lo");
	assert_int_equal(dev_parse("xdp:eth0", &name), DEV_XDP);
	assert_int_equal(dev_parse("packet:a:b", &name), DEV_PACKET);
	assert_string_equal(name, "a:b");
	assert_int_equal(dev_parse("pcap:/x.pcap", &name), DEV_PCAP);
	assert_string_equal(name, "/x.pcap");
	assert_int_equal(dev_parse("no-such-device", &name), DEV_TAP);
	assert_int_equal(dev_parse("tape:x", &name), DEV_TAP);
	assert_string_equal(name, "tape:x");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_frame_is_none),
		cmocka_unit_test(
			a_frame_shorter_than_its_header_is_dropped_by_name),
		cmocka_unit_test(a_storm_of_eagain_is_no_error),
		cmocka_unit_test(
			errors_between_frames_are_counted_and_survived),
		cmocka_unit_test(nothing_but_errors_is_the_end),
		cmocka_unit_test(each_error_of_a_write_has_its_name),
		cmocka_unit_test(a_device_that_was_removed_is_noticed),
		cmocka_unit_test(flows_are_spread_over_queues),
		cmocka_unit_test(queues_are_counted),
		cmocka_unit_test(kinds_are_read_from_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
