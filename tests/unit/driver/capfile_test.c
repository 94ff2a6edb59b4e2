// SPDX-License-Identifier: MIT
/*
 * capfile_test.c - captures in every form, and files that only look like one
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "driver/capfile.h"

/* A file that is being put together, in either byte order. */
static struct {
	uint8_t b[4096];
	size_t len;
	bool is_little;
} w;

static void w32(uint32_t v)
{
	if (w.is_little) {
		put16le(w.b + w.len, (uint16_t)v);
		put16le(w.b + w.len + 2, (uint16_t)(v >> 16));
	} else {
		put32(w.b + w.len, v);
	}
	w.len += 4;
}

static void w16(uint16_t v)
{
	if (w.is_little)
		put16le(w.b + w.len, v);
	else
		put16(w.b + w.len, v);
	w.len += 2;
}

static void w_octets(uint8_t fill, size_t n)
{
	memset(w.b + w.len, fill, n);
	w.len += n;
}

static void begin(bool is_little)
{
	memset(&w, 0, sizeof(w));
	w.is_little = is_little;
}

static void pcap_header(uint32_t magic, uint32_t link)
{
	w32(magic);
	w16(2);
	w16(4);
	w32(0);
	w32(0);
	w32(65535);
	w32(link);
}

static void pcap_frame(uint32_t s, uint32_t part, uint32_t len, uint32_t was,
		       uint8_t fill)
{
	w32(s);
	w32(part);
	w32(len);
	w32(was);
	w_octets(fill, len);
}

/* A block around @len octets of body that @body is to write. */
static void ng_begin(uint32_t type, uint32_t body)
{
	w32(type);
	w32(body + 12);
}

static void ng_section(void)
{
	ng_begin(0x0a0d0d0a, 16);
	w32(0x1a2b3c4d);
	w16(1);
	w16(0);
	w32(~0u);
	w32(~0u);
	w32(28);
}

/* Option 0: none; else its code and its one octet. */
static void ng_interface(uint16_t link, uint16_t code, uint8_t value)
{
	ng_begin(1, code ? 20 : 8);
	w16(link);
	w16(0);
	w32(0);
	if (code) {
		w16(code);
		w16(1);
		w_octets(value, 1);
		w_octets(0, 3);
		w32(0);
	}
	w32(code ? 32 : 20);
}

static void ng_frame(uint32_t iface, uint64_t ts, uint32_t len, uint32_t was,
		     uint8_t fill)
{
	uint32_t pad = (4 - len % 4) % 4;

	ng_begin(6, 20 + len + pad);
	w32(iface);
	w32((uint32_t)(ts >> 32));
	w32((uint32_t)ts);
	w32(len);
	w32(was);
	w_octets(fill, len);
	w_octets(0, pad);
	w32(32 + len + pad);
}

static struct capfile f;
static struct capfile_frame fr;

static void opens(void)
{
	assert_int_equal(capfile_open(&f, w.b, w.len), 0);
}

static void gives(uint32_t len, uint8_t fill, uint64_t at_ns)
{
	assert_int_equal(capfile_next(&f, &fr), 1);
	assert_int_equal(fr.len, len);
	assert_int_equal(fr.data[0], fill);
	assert_int_equal(fr.data[len - 1], fill);
	assert_int_equal(fr.at_ns, at_ns);
}

static void pcap_is_read_in_every_form(void **s)
{
	int form;

	(void)s;
	for (form = 0; form < 4; form++) {
		begin(form & 1);
		pcap_header(form & 2 ? 0xa1b23c4d : 0xa1b2c3d4, 1);
		pcap_frame(5, 7, 60, 60, 'a');
		pcap_frame(6, 8, 61, 61, 'b');
		opens();
		gives(60, 'a', 5000000000 + (form & 2 ? 7 : 7000));
		gives(61, 'b', 6000000000 + (form & 2 ? 8 : 8000));
		assert_int_equal(capfile_next(&f, &fr), 0);
	}
}

static void pcapng_is_read_in_both_byte_orders(void **s)
{
	int form;

	(void)s;
	for (form = 0; form < 2; form++) {
		begin(form);
		ng_section();
		ng_interface(1, 0, 0);
		ng_begin(0x0bad, 4); /* of a kind that nobody knows */
		w32(0);
		w32(16);
		ng_frame(0, 3000001, 61, 61, 'a');
		opens();
		gives(61, 'a', 3000001000);
		assert_int_equal(capfile_next(&f, &fr), 0);
	}
}

static void every_unit_of_time_is_understood(void **s)
{
	static const struct {
		uint8_t tsresol;
		uint64_t ts, ns;
	} units[] = {
		{9, 123456789, 123456789},
		{3, 5, 5000000},
		{12, 5000, 5},
		{0x80 | 10, 1536, 1500000000},
		{0x80 | 63, 4, 4000}, /* no such clock: as if not said */
	};
	size_t i;

	(void)s;
	for (i = 0; i < sizeof(units) / sizeof(*units); i++) {
		begin(true);
		ng_section();
		ng_interface(1, 9, units[i].tsresol);
		ng_frame(0, units[i].ts, 60, 60, 'a');
		opens();
		gives(60, 'a', units[i].ns);
	}
}

static void a_check_sequence_is_cut_off(void **s)
{
	(void)s;
	begin(true);
	ng_section();
	ng_interface(1, 13, 4);
	ng_frame(0, 0, 64, 64, 'a');
	ng_frame(0, 0, 4, 4, 'b'); /* nothing else */
	opens();
	gives(60, 'a', 0);
	assert_int_equal(capfile_next(&f, &fr), 0);
	assert_int_equal(f.skipped, 1);
}

/* Another byte order, other interfaces. */
static void a_second_section_begins_anew(void **s)
{
	(void)s;
	begin(true);
	ng_section();
	ng_interface(1, 0, 0);
	ng_frame(0, 1, 60, 60, 'a');
	w.is_little = false;
	ng_section();
	ng_frame(0, 2, 60, 60, 'x'); /* no interface was described */
	ng_interface(1, 9, 9);
	ng_frame(0, 3, 60, 60, 'b');
	opens();
	gives(60, 'a', 1000);
	gives(60, 'b', 3);
	assert_int_equal(capfile_next(&f, &fr), 0);
	assert_int_equal(f.skipped, 1);
}

static void what_cannot_be_sent_again_is_skipped(void **s)
{
	(void)s;
	begin(false);
	ng_section();
	ng_interface(1, 0, 0);
	ng_interface(9, 0, 0); /* PPP */
	ng_frame(1, 0, 60, 60, 'p');
	ng_frame(0, 0, 60, 1514, 'c'); /* cut short */
	ng_frame(7, 0, 60, 60, 'n');
	ng_frame(0, 0, 60, 60, 'a');
	opens();
	gives(60, 'a', 0);
	assert_int_equal(f.skipped, 3);

	begin(false);
	pcap_header(0xa1b2c3d4, 1);
	pcap_frame(0, 0, 60, 61, 'c');
	pcap_frame(0, 0, 60, 60, 'a');
	opens();
	gives(60, 'a', 0);
}

static void simple_packets_come_at_once(void **s)
{
	(void)s;
	begin(true);
	ng_section();
	ng_interface(1, 0, 0);
	ng_begin(3, 64);
	w32(60);
	w_octets('a', 60);
	w32(76);
	opens();
	gives(60, 'a', 0);
	assert_int_equal(capfile_next(&f, &fr), 0);
}

static void other_files_are_no_captures(void **s)
{
	static const char text[] = "GET / HTTP/1.1\r\n\r\n nothing of this";

	(void)s;
	assert_int_equal(capfile_open(&f, text, sizeof(text)), -EINVAL);
	assert_int_equal(capfile_open(&f, text, 0), -EINVAL);
	begin(true);
	pcap_header(0xa1b2c3d4, 113);
	assert_int_equal(capfile_open(&f, w.b, w.len), -EPROTONOSUPPORT);
	assert_int_equal(capfile_open(&f, w.b, 23), -EINVAL);
}

/* Cut off anywhere: what is whole is given, then an error or the end. */
static void a_file_that_was_cut_off_gives_what_is_whole(void **s)
{
	size_t len, all;
	int form;

	(void)s;
	for (form = 0; form < 2; form++) {
		begin(true);
		if (form) {
			ng_section();
			ng_interface(1, 0, 0);
			ng_frame(0, 1, 60, 60, 'a');
		} else {
			pcap_header(0xa1b2c3d4, 1);
			pcap_frame(0, 0, 60, 60, 'a');
		}
		all = w.len;
		for (len = 28; len < all; len++) {
			assert_int_equal(capfile_open(&f, w.b, len), 0);
			assert_in_range(capfile_next(&f, &fr) + EINVAL, 0,
					EINVAL);
		}
		opens();
		assert_int_equal(capfile_next(&f, &fr), 1);
	}
}

static void lengths_that_cannot_be_end_it(void **s)
{
	static const uint32_t lens[] = {0, 8, 11, 13, 1u << 30, ~0u, ~3u};
	size_t i;

	(void)s;
	for (i = 0; i < sizeof(lens) / sizeof(*lens); i++) {
		begin(true);
		ng_section();
		w32(6);
		w32(lens[i]);
		w_octets(0, 100);
		opens();
		assert_int_equal(capfile_next(&f, &fr), -EINVAL);
		begin(false);
		pcap_header(0xa1b2c3d4, 1);
		pcap_frame(0, 0, 0, 0, 0);
		put32(w.b + 24 + 8, lens[i] | 1u << 19);
		opens();
		assert_int_equal(capfile_next(&f, &fr), -EINVAL);
	}
}

static void what_is_written_can_be_read(void **s)
{
	(void)s;
	begin(true);
	capfile_emit_header(w.b);
	capfile_emit_frame(w.b + CAPFILE_HLEN, 12000000345, 60);
	w.len = CAPFILE_HLEN + CAPFILE_FRAME_HLEN;
	w_octets('a', 60);
	opens();
	gives(60, 'a', 12000000345);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pcap_is_read_in_every_form),
		cmocka_unit_test(pcapng_is_read_in_both_byte_orders),
		cmocka_unit_test(every_unit_of_time_is_understood),
		cmocka_unit_test(a_check_sequence_is_cut_off),
		cmocka_unit_test(a_second_section_begins_anew),
		cmocka_unit_test(what_cannot_be_sent_again_is_skipped),
		cmocka_unit_test(simple_packets_come_at_once),
		cmocka_unit_test(other_files_are_no_captures),
		cmocka_unit_test(a_file_that_was_cut_off_gives_what_is_whole),
		cmocka_unit_test(lengths_that_cannot_be_end_it),
		cmocka_unit_test(what_is_written_can_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
