// SPDX-License-Identifier: MIT
/* strbuf_test.c - text that grows, and its width */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/strbuf.h"

static void text_grows_as_needed(void **state)
{
	struct mem m;
	struct strbuf sb;
	size_t i;

	(void)state;
	mem_init_libc(&m);
	strbuf_init(&sb, &m);
	assert_string_equal(strbuf_text(&sb), "");
	assert_int_equal(strbuf_width(&sb), 0);
	strbuf_truncate(&sb, 0);
	for (i = 0; i < 1000; i++)
		strbuf_printf(&sb, "%zu,", i % 10);
	assert_int_equal(sb.len, 2000);
	assert_int_equal(strlen(strbuf_text(&sb)), 2000);
	assert_int_equal(sb.error, 0);
	strbuf_truncate(&sb, 6);
	strbuf_putc(&sb, '!');
	assert_string_equal(strbuf_text(&sb), "0,1,2,!");
	strbuf_fini(&sb);
	assert_int_equal(m.in_use_bytes, 0);
}

static void long_formats_are_not_cut(void **state)
{
	static char word[1000];
	struct mem m;
	struct strbuf sb;
	int len;

	(void)state;
	mem_init_libc(&m);
	for (len = 250; len < 260; len++) {
		memset(word, 'x', sizeof(word) - 1);
		strbuf_init(&sb, &m);
		strbuf_printf(&sb, "%.*s%d", len, word, 7);
		assert_int_equal(sb.len, len + 1);
		assert_int_equal(strbuf_text(&sb)[len], '7');
		strbuf_fini(&sb);
	}
}

static void an_array_is_filled_and_no_more(void **state)
{
	char buf[10] = "........X";
	struct strbuf sb;

	(void)state;
	strbuf_init_fixed(&sb, buf, 8);
	strbuf_puts(&sb, "abc");
	assert_int_equal(sb.error, 0);
	strbuf_puts(&sb, "defgh");
	assert_int_equal(sb.error, -ENOSPC);
	assert_string_equal(strbuf_text(&sb), "abcdefg");
	strbuf_puts(&sb, "");
	strbuf_putc(&sb, 'z');
	assert_string_equal(strbuf_text(&sb), "abcdefg");
	assert_int_equal(buf[8], 'X');
	strbuf_clear(&sb);
	strbuf_puts(&sb, "new");
	assert_string_equal(buf, "new");
	assert_int_equal(sb.error, 0);
}

static void lack_of_memory_sticks(void **state)
{
	struct mem m;
	struct strbuf sb;
	size_t size;

	(void)state;
	mem_init_libc(&m);
	strbuf_init(&sb, &m);
	m.fail_at = 2;
	strbuf_puts(&sb, "start");
	strbuf_fill(&sb, ' ', 500);
	assert_int_equal(sb.error, -ENOMEM);
	strbuf_puts(&sb, "end");
	assert_string_equal(strbuf_text(&sb), "start");
	assert_null(strbuf_detach(&sb, &size));
	assert_int_equal(m.in_use_bytes, 0);
}

static void the_text_can_be_taken_away(void **state)
{
	struct mem m;
	struct strbuf sb;
	size_t size;
	char *text;

	(void)state;
	mem_init_libc(&m);
	strbuf_init(&sb, &m);
	text = strbuf_detach(&sb, &size);
	assert_string_equal(text, "");
	mem_free(&m, text, size);
	strbuf_puts(&sb, "gone");
	text = strbuf_detach(&sb, &size);
	assert_string_equal(text, "gone");
	mem_free(&m, text, size);
	assert_int_equal(m.in_use_bytes, 0);
}

static void octets_have_two_digits(void **state)
{
	static const uint8_t octets[] = {0x00, 0x7f, 0xa5};
	char buf[16];
	struct strbuf sb;

	(void)state;
	strbuf_init_fixed(&sb, buf, sizeof(buf));
	strbuf_hex(&sb, octets, 3);
	assert_string_equal(buf, "007fa5");
}

#define WIDTH(s) utf8_width(s, sizeof(s) - 1)

static void width_is_columns(void **state)
{
	(void)state;
	assert_int_equal(WIDTH(""), 0);
	assert_int_equal(WIDTH("laptop"), 6);
	assert_int_equal(WIDTH("\u251c\u2500 SYN \u2500\u25b6\u2502"), 10);
	assert_int_equal(WIDTH("\u00e9"), 1);
	assert_int_equal(WIDTH("e\u0301"), 1);	    /* combining accent */
	assert_int_equal(WIDTH("\u7db2\u8def"), 4); /* wide */
	assert_int_equal(WIDTH("\U0001f600"), 2);
	assert_int_equal(WIDTH("\033[1;31mred\033[0m"), 3);
	assert_int_equal(WIDTH("\033[31"), 3); /* not a colour: ends early */
}

static void octets_that_are_no_character_take_a_column(void **state)
{
	uint32_t c;

	(void)state;
	assert_int_equal(WIDTH("\xff\xfe"), 2);
	assert_int_equal(WIDTH("\xe2\x94"), 2);	    /* cut off */
	assert_int_equal(WIDTH("\xc0\x80"), 2);	    /* overlong */
	assert_int_equal(WIDTH("\xed\xa0\x80"), 3); /* surrogate */
	assert_int_equal(utf8_decode("\xe0\x80\x80", 3, &c), 1);
	assert_int_equal(c, 0xfffd);
	assert_int_equal(utf8_decode("\xe2\x94\x9c", 3, &c), 3);
	assert_int_equal(c, 0x251c);
	assert_int_equal(utf8_decode("\xf4\x8f\xbf\xbf", 4, &c), 4);
	assert_int_equal(c, 0x10ffff);
}

static void padding_counts_columns_of_the_last_line(void **state)
{
	char buf[64];
	struct strbuf sb;

	(void)state;
	strbuf_init_fixed(&sb, buf, sizeof(buf));
	strbuf_puts(&sb, "a long first line\n");
	strbuf_repeat(&sb, "\u2500", 3);
	assert_int_equal(strbuf_width(&sb), 3);
	strbuf_pad_to(&sb, 5);
	strbuf_pad_to(&sb, 4);
	strbuf_putc(&sb, '|');
	assert_int_equal(strbuf_width(&sb), 6);
}

static void sizes_that_cannot_be_are_refused(void **state)
{
	struct mem m;
	struct strbuf sb;

	(void)state;
	mem_init_libc(&m);
	strbuf_init(&sb, &m);
	strbuf_puts(&sb, "kept");
	strbuf_fill(&sb, 'x', SIZE_MAX - 2);
	assert_int_equal(sb.error, -ENOMEM);
	strbuf_hex(&sb, "x", 1);
	strbuf_repeat(&sb, "x", 3);
	strbuf_printf(&sb, "%0300d", 1);
	strbuf_fill(&sb, 'x', 3);
	assert_string_equal(strbuf_text(&sb), "kept");
	strbuf_clear(&sb);
	assert_int_equal(sb.error, 0);
	strbuf_fini(&sb);
}

static void an_array_needs_no_end(void **state)
{
	char buf[300];
	struct strbuf sb;

	(void)state;
	strbuf_init_fixed(&sb, buf, sizeof(buf));
	strbuf_printf(&sb, "%0310d", 7); /* longer than the room */
	assert_int_equal(sb.error, -ENOSPC);
	assert_int_equal(sb.len, 299);
	strbuf_fini(&sb);
	strbuf_truncate(&sb, 1000);
	assert_int_equal(sb.len, 299);
}

static void escapes_that_set_no_colour_are_text(void **state)
{
	(void)state;
	assert_int_equal(WIDTH("\033[2Jx"), 4);
	assert_int_equal(WIDTH("\033x"), 1);
	assert_int_equal(WIDTH("\033[mx"), 1);
	assert_int_equal(WIDTH("\xf5\x80"), 2);
	assert_int_equal(WIDTH("\xf4\x90\x80\x80"), 4);
	assert_int_equal(WIDTH("\x01"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_grows_as_needed),
		cmocka_unit_test(long_formats_are_not_cut),
		cmocka_unit_test(an_array_is_filled_and_no_more),
		cmocka_unit_test(lack_of_memory_sticks),
		cmocka_unit_test(the_text_can_be_taken_away),
		cmocka_unit_test(octets_have_two_digits),
		cmocka_unit_test(width_is_columns),
		cmocka_unit_test(octets_that_are_no_character_take_a_column),
		cmocka_unit_test(padding_counts_columns_of_the_last_line),
		cmocka_unit_test(sizes_that_cannot_be_are_refused),
		cmocka_unit_test(an_array_needs_no_end),
		cmocka_unit_test(escapes_that_set_no_colour_are_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
