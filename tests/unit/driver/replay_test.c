// SPDX-License-Identifier: MIT
/*
 * replay_test.c - a capture as a wire
 */

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "devbed.h"
#include "driver/capfile.h"

static char file[] = "/tmp/weft-replay-XXXXXX";
static char record[] = "/tmp/weft-record-XXXXXX";
static struct dev *dev;

static int make_files(void **s)
{
	int a = mkstemp(file), b = mkstemp(record);

	(void)s;
	if (a < 0 || b < 0)
		return 1;
	close(a);
	close(b);
	return 0;
}

static int remove_files(void **s)
{
	(void)s;
	unlink(file);
	unlink(record);
	return 0;
}

/* A capture of frames 'a', 'b', ... at these times. */
static void write_capture(const uint64_t *at_ns, int count, size_t len)
{
	uint8_t hdr[CAPFILE_HLEN], octets[2000];
	FILE *f = fopen(file, "wb");
	int i;

	assert_non_null(f);
	capfile_emit_header(hdr);
	(void)fwrite(hdr, 1, sizeof(hdr), f);
	for (i = 0; i < count; i++) {
		capfile_emit_frame(hdr, at_ns[i], (uint32_t)len);
		(void)fwrite(hdr, 1, CAPFILE_FRAME_HLEN, f);
		memset(octets, 'a' + i, len);
		(void)fwrite(octets, 1, len, f);
	}
	(void)fclose(f);
}

static int begin(const char *to)
{
	const struct dev_cfg cfg = {
		.kind = DEV_PCAP, .device = file, .record = to, .batch = 3};
	int err;

	devbed_begin();
	devbed.env.now_ns = 1000;
	err = dev_open(&devbed.place, &cfg, &dev);
	if (!err)
		devbed_watch(dev);
	return err;
}

static void frames_come_as_far_apart_as_they_were(void **s)
{
	static const uint64_t at[] = {5000000000, 5000000000, 5000000700};

	(void)s;
	write_capture(at, 3, 60);
	assert_int_equal(begin(NULL), 0);
	assert_int_equal(dev_next(dev), 1000);
	assert_int_equal(dev_read(dev), 2);
	assert_memory_equal(devbed.order, "ab", 2);
	assert_int_equal(dev_next(dev), 1700);
	devbed.env.now_ns = 1699;
	assert_int_equal(dev_read(dev), 0);
	devbed.env.now_ns = 1700;
	assert_int_equal(dev_read(dev), 1);
	assert_int_equal(devbed.last[59], 'c');
	assert_int_equal(dev_next(dev), UINT64_MAX);
	assert_int_equal(dev_read(dev), 0);
	devbed_end(dev);
}

static void who_comes_late_gets_them_in_batches(void **s)
{
	static const uint64_t at[] = {10, 20, 30, 40, 50};

	(void)s;
	write_capture(at, 5, 60);
	assert_int_equal(begin(NULL), 0);
	devbed.env.now_ns = 1000000;
	assert_int_equal(dev_read(dev), 3);
	assert_true(dev_next(dev) <= devbed.env.now_ns);
	assert_int_equal(dev_read(dev), 2);
	devbed_end(dev);
}

static void a_time_that_goes_back_is_now(void **s)
{
	static const uint64_t at[] = {5000, 4000, 6000};

	(void)s;
	write_capture(at, 3, 60);
	assert_int_equal(begin(NULL), 0);
	assert_int_equal(dev_read(dev), 2);
	assert_int_equal(dev_next(dev), 2000);
	devbed_end(dev);
}

static void what_is_sent_is_recorded(void **s)
{
	static const uint64_t at[] = {0};
	static uint8_t all[4096];
	struct capfile f;
	struct capfile_frame fr;
	FILE *in;
	size_t len;

	(void)s;
	write_capture(at, 1, 60);
	assert_int_equal(begin(record), 0);
	assert_int_equal(devbed_send(dev, 60, 'x'), 0);
	devbed.env.now_ns = 3000000005;
	assert_int_equal(devbed_send(dev, 1514, 'y'), 0);
	devbed_end(dev);
	in = fopen(record, "rb");
	len = fread(all, 1, sizeof(all), in);
	(void)fclose(in);
	assert_int_equal(capfile_open(&f, all, len), 0);
	assert_int_equal(capfile_next(&f, &fr), 1);
	assert_int_equal(fr.at_ns, 1000);
	assert_int_equal(fr.data[59], 'x');
	assert_int_equal(capfile_next(&f, &fr), 1);
	assert_int_equal(fr.at_ns, 3000000005);
	assert_int_equal(fr.len, 1514);
	assert_int_equal(capfile_next(&f, &fr), 0);
}

static ssize_t full_disk(int fd, const struct iovec *iov, int count)
{
	(void)fd;
	(void)iov;
	(void)count;
	return 20; /* so much, and no more */
}

static void a_full_disk_ends_the_recording(void **s)
{
	static const uint64_t at[] = {0, 500};
	static const struct dev_sys sys = {.writev = full_disk};

	(void)s;
	write_capture(at, 2, 60);
	assert_int_equal(begin(record), 0);
	dev->sys = &sys;
	assert_int_equal(devbed_send(dev, 60, 'x'), -ENOSPC);
	dev->sys = &dev_sys_os;
	assert_int_equal(devbed_send(dev, 60, 'x'), -ENOSPC);
	assert_int_equal(devbed.place.drops[DROP_tx_refused], 2);
	assert_int_equal(dev_read(dev), 1); /* and the capture goes on */
	devbed_end(dev);
}

static void a_capture_is_not_recorded_over(void **s)
{
	static const uint64_t at[] = {0};

	(void)s;
	write_capture(at, 1, 60);
	assert_int_equal(begin(file), -EINVAL);
	devbed_end(NULL);
	assert_int_equal(begin(NULL), 0); /* it is still there */
	assert_int_equal(dev_read(dev), 1);
	devbed_end(dev);
}

static void what_is_no_capture_is_refused(void **s)
{
	static const uint64_t at[] = {0};
	FILE *f;

	(void)s;
	f = fopen(file, "wb");
	(void)fclose(f);
	assert_int_equal(begin(NULL), -EINVAL);
	devbed_end(NULL);
	f = fopen(file, "wb");
	fputs("once upon a time there was a network", f);
	(void)fclose(f);
	assert_int_equal(begin(NULL), -EINVAL);
	devbed_end(NULL);
	write_capture(at, 1, 60);
	assert_int_equal(begin("/no/such/place"), -ENOENT);
	devbed_end(NULL);
}

static void a_capture_that_was_cut_off_plays_as_far_as_it_goes(void **s)
{
	static const uint64_t at[] = {0, 0};

	(void)s;
	write_capture(at, 2, 60);
	assert_int_equal(truncate(file, 24 + 16 + 60 + 16 + 59), 0);
	assert_int_equal(begin(NULL), 0);
	assert_int_equal(dev_read(dev), 1);
	assert_int_equal(dev->errors, 1);
	assert_int_equal(dev_next(dev), UINT64_MAX);
	devbed_end(dev);
}

static void without_memory_it_is_not_opened(void **s)
{
	static const uint64_t at[] = {0};
	uint64_t i;

	(void)s;
	write_capture(at, 1, 60);
	for (i = 1; i < 3; i++) {
		const struct dev_cfg cfg = {.kind = DEV_PCAP, .device = file};

		devbed_begin();
		devbed.mem.fail_at = devbed.mem.calls + i;
		assert_int_equal(dev_open(&devbed.place, &cfg, &dev), -ENOMEM);
		devbed_end(NULL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_come_as_far_apart_as_they_were),
		cmocka_unit_test(who_comes_late_gets_them_in_batches),
		cmocka_unit_test(a_time_that_goes_back_is_now),
		cmocka_unit_test(what_is_sent_is_recorded),
		cmocka_unit_test(a_full_disk_ends_the_recording),
		cmocka_unit_test(a_capture_is_not_recorded_over),
		cmocka_unit_test(what_is_no_capture_is_refused),
		cmocka_unit_test(
			a_capture_that_was_cut_off_plays_as_far_as_it_goes),
		cmocka_unit_test(without_memory_it_is_not_opened),
	};

	return cmocka_run_group_tests(tests, make_files, remove_files);
}
