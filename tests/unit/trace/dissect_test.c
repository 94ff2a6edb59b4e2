// SPDX-License-Identifier: MIT
/* dissect_test.c - every octet is named once, whatever the frame is */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/rng.h"

#include "wire/arp.h"
#include "wire/csum.h"
#include "wire/ether.h"
#include "wire/ip4.h"
#include "wire/tcp.h"
#include "wire/udp.h"

#include "trace/dissect.h"

/* dissect() itself checks that fields cover the frame; here: any octets. */
static void cover(const uint8_t *frame, size_t len)
{
	struct dissection d;
	struct mem mem;
	size_t i;

	mem_init_libc(&mem);
	assert_int_equal(dissect(&d, &mem, frame, len, true), 0);
	for (i = 0; i < d.count; i++)
		assert_non_null(dis_value(&d, &d.fields[i]));
	dissect_fini(&d);
	assert_int_equal(mem.in_use_count, 0);
}

/* Octets that look like a frame of some kind, and then are damaged. */
static size_t random_frame(struct rng *rng, uint8_t *f)
{
	static const uint8_t protos[] = {1, 6, 17, 99};
	size_t len = 14 + rng_below(rng, 300), i, n;

	rng_fill(rng, f, len);
	f[12] = 8;
	f[13] = rng_below(rng, 4) ? 0 : 6;
	if (!rng_below(rng, 4)) { /* 802.3, some with SNAP */
		put16(f + 12, (uint16_t)rng_below(rng, 320));
		if (len > 22 && rng_below(rng, 2))
			memcpy(f + 14, "\xaa\xaa\3\0\0\0\x8\6", 8);
		return len;
	}
	if (len < 64)
		return len;
	f[14] = (uint8_t)(0x40 | (5 + rng_below(rng, 3)));
	put16(f + 16, (uint16_t)(len - 14 - rng_below(rng, 20)));
	put16(f + 20, 0);
	f[23] = protos[rng_below(rng, sizeof(protos))];
	f[34] = (uint8_t)(rng_below(rng, 2) ? 3 : 8);
	if (rng_below(rng, 2)) {
		put16(f + 34, 53);
		memset(f + 42, 0, 12);
		f[47] = 1;
		f[49] = 3;
		for (i = 54; i < len; i++)
			f[i] = (uint8_t)(rng_below(rng, 3) ? rng_below(rng, 9)
							   : f[i]);
	} else if (rng_below(rng, 2)) {
		put16(f + 36, 80);
		f[46] = 0x50;
		memcpy(f + 54, "GET / HTTP/1.1\r\n", 10);
	}
	for (n = rng_below(rng, 4); n; n--)
		f[rng_below(rng, (uint32_t)len)] = (uint8_t)rng_u32(rng);
	return len;
}

static void any_octets_are_covered(void **state)
{
	struct rng rng;
	uint8_t f[400];
	int i;

	(void)state;
	rng_init(&rng, 7, "dissect");
	for (i = 0; i < 20000; i++)
		cover(f, random_frame(&rng, f));
	for (i = 0; i < 80; i++)
		cover(f, (size_t)i);
}

static void assert_value(const struct dissection *d, const char *layer,
			 const char *name, const char *value)
{
	const struct dis_field *f = dis_find(d, layer, name);

	assert_non_null(f);
	assert_string_equal(dis_value(d, f), value);
}

static void an_arp_question_reads_as_one(void **state)
{
	struct arp_hdr arp = {
		.op = ARP_REQUEST,
		.sha = {{2, 0, 0, 0, 0, 1}},
		.spa = {0x0a01000a},
		.tpa = {0x0a010001},
	};
	uint8_t f[60] = {[0] = 255, 255, 255, 255, 255, 255, [12] = 8, 6};
	struct dissection d;
	struct mem mem;

	(void)state;
	mem_init_libc(&mem);
	arp_emit(f + 14, &arp);
	assert_int_equal(dissect(&d, &mem, f, sizeof(f), false), 0);
	assert_value(&d, "Ethernet", "EtherType", "0x0806 ARP");
	assert_value(&d, "ARP", "Operation", "1 request");
	assert_value(&d, "ARP", "Target Protocol Address", "10.1.0.1");
	assert_value(&d, "Ethernet", "Padding", "18 octets");
	dissect_fini(&d);
}

/* Ethernet, IPv4, UDP and a DNS question, with good checksums. */
static size_t dns_frame(uint8_t *f)
{
	static const uint8_t dns[] = {0x12, 0x34, 1,   0, 0,   1,   0,	 0, 0,
				      0,    0,	  0,   3, 'w', 'w', 'w', 4, 't',
				      'e',  's',  't', 0, 0,   1,   0,	 1};
	struct ip4_hdr ip = {
		.src = {0x0a01000a},
		.dst = {0x0a020035},
		.proto = 17,
		.ttl = 64,
		.total_len = 20 + 8 + sizeof(dns),
		.hlen = 20,
	};
	struct udp_hdr udp = {50000, 53, 8 + sizeof(dns), 0};
	uint32_t sum;

	memset(f, 0, 14);
	f[12] = 8;
	ip4_hdr_emit(f + 14, &ip);
	udp_emit(f + 34, &udp);
	memcpy(f + 42, dns, sizeof(dns));
	sum = csum_pseudo4(ip.src, ip.dst, 17, udp.len);
	put16(f + 40, csum_fold(csum_add(sum, f + 34, udp.len)));
	return 42 + sizeof(dns);
}

static void checksums_are_verified(void **state)
{
	struct dissection d;
	struct mem mem;
	uint8_t f[128];
	size_t len = dns_frame(f);

	(void)state;
	mem_init_libc(&mem);
	assert_int_equal(dissect(&d, &mem, f, len, false), 0);
	assert_value(&d, "DNS", "QNAME", "www.test.");
	assert_value(&d, "DNS", "QTYPE", "1 A");
	assert_non_null(
		strstr(dis_value(&d, dis_find(&d, "IPv4", "Header Checksum")),
		       "good"));
	assert_non_null(
		strstr(dis_value(&d, dis_find(&d, "UDP", "Checksum")), "good"));
	dissect_fini(&d);

	f[60] ^= 1;
	assert_int_equal(dissect(&d, &mem, f, len, false), 0);
	assert_non_null(
		strstr(dis_value(&d, dis_find(&d, "UDP", "Checksum")), "BAD"));
	dissect_fini(&d);
}

/* A SYN with these options and nothing else. */
static size_t syn_frame(uint8_t *f, const uint8_t *opts, size_t len)
{
	struct ip4_hdr ip = {
		.src = {0x0a01000a},
		.dst = {0x0a020035},
		.proto = 6,
		.ttl = 64,
		.total_len = (uint16_t)(20 + 20 + len),
		.hlen = 20,
	};
	struct tcp_hdr h = {.sport = 50000,
			    .dport = 9,
			    .flags = TCP_SYN,
			    .len = (uint8_t)(20 + len)};

	memset(f, 0, 14);
	f[12] = 8;
	ip4_hdr_emit(f + 14, &ip);
	tcp_emit(f + 34, &h);
	memcpy(f + 54, opts, len);
	return 54 + len;
}

/* RFC 5482, RFC 7413, RFC 9768 */
static void rare_tcp_options_have_names(void **state)
{
	static const uint8_t first[] = {28,   4,    0x80, 5,	34, 6,
					0xca, 0xfe, 0xba, 0xbe, 1,  1};
	static const uint8_t second[] = {172, 11, 0, 0,	 7, 0,	1, 0,
					 0,   0,  2, 34, 2, 28, 3, 9};
	static const uint8_t third[] = {174, 5, 0, 0, 9, 173, 3, 1};
	uint8_t f[128];
	struct dissection d;
	struct mem mem;

	(void)state;
	mem_init_libc(&mem);
	assert_int_equal(
		dissect(&d, &mem, f, syn_frame(f, first, sizeof(first)), false),
		0);
	assert_value(&d, "TCP", "User Timeout", "5 min");
	assert_value(&d, "TCP", "Fast Open Cookie", "cafebabe");
	dissect_fini(&d);
	assert_int_equal(dissect(&d, &mem, f,
				 syn_frame(f, second, sizeof(second)), false),
			 0);
	assert_value(&d, "TCP", "Accurate ECN", "ECT(0) 7, CE 256, ECT(1) 2");
	assert_value(&d, "TCP", "Fast Open Cookie", "(asked for)");
	assert_value(&d, "TCP", "Option", "kind 28, 3 octets");
	dissect_fini(&d);
	assert_int_equal(
		dissect(&d, &mem, f, syn_frame(f, third, sizeof(third)), false),
		0);
	assert_value(&d, "TCP", "Accurate ECN", "ECT(1) 9");
	assert_value(&d, "TCP", "Option", "kind 173, 3 octets");
	dissect_fini(&d);
}

static void no_memory_is_an_answer(void **state)
{
	struct dissection d;
	struct mem mem;
	uint8_t f[128];
	size_t len = dns_frame(f);
	uint64_t k;

	(void)state;
	mem_init_libc(&mem);
	for (k = 1;; k++) {
		int err;

		mem.calls = 0;
		mem.fail_at = k;
		err = dissect(&d, &mem, f, len, false);
		dissect_fini(&d);
		assert_int_equal(mem.in_use_count, 0);
		if (!err)
			break;
	}
	assert_true(k > 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_octets_are_covered),
		cmocka_unit_test(an_arp_question_reads_as_one),
		cmocka_unit_test(rare_tcp_options_have_names),
		cmocka_unit_test(checksums_are_verified),
		cmocka_unit_test(no_memory_is_an_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
