// SPDX-License-Identifier: MIT
/*
 * capture.c - fuzz target: any file that is said to be a capture
 *
 * Every octet of every frame that is given is read, so that a sanitizer sees
 * one that is not there; and reading ends.
 *
 * Input: the file.
 */
#include "driver/capfile.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct capfile_frame frame;
	struct capfile file;
	size_t left = size + 1, sum = 0, i;

	if (capfile_open(&file, data, size))
		return 0;
	while (capfile_next(&file, &frame) == 1) {
		check(cur_left(&file.left) < left); /* it gets on */
		left = cur_left(&file.left);
		check(frame.data >= data && frame.len <= size);
		for (i = 0; i < frame.len; i++)
			sum += frame.data[i];
	}
	check(sum <= size * 255);
	check(file.iface_count <= CAPFILE_IFACES);
	return 0;
}
