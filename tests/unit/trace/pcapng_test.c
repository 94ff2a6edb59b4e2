// SPDX-License-Identifier: MIT
/* pcapng_test.c - the blocks of a capture file, octet by octet */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"

#include "trace/pcapng.h"

/* Walk over the blocks; every length must stand at both ends. */
static int count_blocks(const struct strbuf *sb, uint32_t type)
{
	const uint8_t *p = (const uint8_t *)sb->text;
	size_t off = 0;
	int count = 0;

	while (off < sb->len) {
		uint32_t len = get32le(p + off + 4);

		assert_int_equal(len % 4, 0);
		assert_true(len >= 12 && off + len <= sb->len);
		assert_int_equal(get32le(p + off + len - 4), len);
		count += get32le(p + off) == type;
		off += len;
	}
	assert_int_equal(off, sb->len);
	return count;
}

static void every_block_has_its_length_at_both_ends(void **state)
{
	const char *comments[] = {"one", "three", NULL};
	uint8_t octets[67] = {0};
	struct pcapng_name name = {{.family = IP_V4, .v4 = {0x0a010001}}, "r"};
	struct pcapng_frame frame = {
		.octets = octets, .comments = comments, .fcs_len = 4};
	struct strbuf sb;
	struct mem mem;
	size_t len;

	(void)state;
	mem_init_libc(&mem);
	strbuf_init(&sb, &mem);
	pcapng_section(&sb, "a comment");
	pcapng_interface(&sb, "eth0", "of a host", PCAPNG_ETHER);
	pcapng_names(&sb, &name, 1);
	for (len = 18; len < sizeof(octets); len++) {
		frame.len = len;
		pcapng_frame(&sb, &frame);
	}
	assert_int_equal(sb.error, 0);
	assert_int_equal(count_blocks(&sb, 0x0a0d0d0a), 1);
	assert_int_equal(count_blocks(&sb, 1), 1);
	assert_int_equal(count_blocks(&sb, 4), 1);
	assert_int_equal(count_blocks(&sb, 6), 67 - 18);
	strbuf_fini(&sb);
	assert_int_equal(mem.in_use_count, 0);
}

static void no_memory_is_an_error_and_not_a_crash(void **state)
{
	struct strbuf sb;
	struct mem mem;

	(void)state;
	mem_init_libc(&mem);
	mem.fail_at = 1;
	mem.fail_ever = true;
	strbuf_init(&sb, &mem);
	pcapng_section(&sb, "a comment");
	assert_int_not_equal(sb.error, 0);
	strbuf_fini(&sb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_block_has_its_length_at_both_ends),
		cmocka_unit_test(no_memory_is_an_error_and_not_a_crash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
