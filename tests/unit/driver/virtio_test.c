// SPDX-License-Identifier: MIT
/* virtio_test.c - offload headers that are true, and those that lie */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"

#include "wire/csum.h"
#include "wire/ether.h"
#include "wire/ip4.h"
#include "wire/proto.h"
#include "wire/tcp.h"

#include "core/pkt.h"

#include "driver/virtio.h"

enum { L4 = ETH_HLEN + IP4_HLEN, HEADERS = L4 + TCP_HLEN };

static struct mem mem;
static struct env env;

static int set_up(void **state)
{
	(void)state;
	mem_init_libc(&mem);
	env_init(&env, &mem);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	return env_fini(&env) || mem.in_use_count;
}

/* A TCP segment with @len octets of payload. */
static struct pkt *segment(size_t len)
{
	struct pkt *pkt = pkt_new(&env, R_NONE);
	struct ip4_hdr ip = {.src = {0x0a000001},
			     .dst = {0x0a000002},
			     .proto = IP_PROTO_TCP,
			     .ttl = 64,
			     .total_len =
				     (uint16_t)(IP4_HLEN + TCP_HLEN + len)};
	struct tcp_hdr tcp = {.sport = 1, .dport = 2, .len = TCP_HLEN};
	struct ether_hdr eth = {.type = ETH_IP4};
	uint8_t buf[HEADERS + 3000] = {0};

	assert_true(len <= 3000);
	ether_emit(buf, &eth);
	ip4_hdr_emit(buf + ETH_HLEN, &ip);
	tcp_emit(buf + L4, &tcp);
	memset(buf + HEADERS, 0xa5, len);
	assert_int_equal(pkt_append(pkt, buf, HEADERS), 0);
	assert_int_equal(pkt_append(pkt, buf + HEADERS, len), 0);
	pkt->l4_off = (uint16_t)(pkt->lin_off + L4);
	return pkt;
}

struct claim {
	uint8_t flags, gso_type;
	uint16_t hdr_len, gso_size, csum_start, csum_offset;
};

/* What is made of a frame of @len octets of payload with that header. */
static enum drop apply(struct pkt *pkt, struct claim c)
{
	struct virtio_wire w = {.flags = {c.flags}, .gso_type = {c.gso_type}};

	put16le(w.hdr_len, c.hdr_len);
	put16le(w.gso_size, c.gso_size);
	put16le(w.csum_start, c.csum_start);
	put16le(w.csum_offset, c.csum_offset);
	return virtio_apply(pkt, w.flags);
}

static enum drop apply_to(size_t len, struct claim c)
{
	struct pkt *pkt = segment(len);
	enum drop why = apply(pkt, c);

	pkt_check(pkt);
	pkt_free(pkt);
	return why;
}

static const struct claim good = {
	.flags = VIRTIO_NEEDS_CSUM,
	.gso_type = VIRTIO_GSO_TCP4,
	.hdr_len = HEADERS,
	.gso_size = 1460,
	.csum_start = L4,
	.csum_offset = offsetof(struct tcp_wire, sum),
};

static void a_large_segment_is_one_packet(void **state)
{
	struct pkt *pkt = segment(3000);

	(void)state;
	assert_int_equal(apply(pkt, good), DROP_COUNT);
	assert_int_equal(pkt->csum, PKT_CSUM_PARTIAL);
	assert_int_equal(pkt->csum_off, 16);
	assert_int_equal(pkt->gso, PKT_GSO_TCP4);
	assert_int_equal(pkt->gso_size, 1460);
	pkt_free(pkt);
}

static void what_fits_in_one_segment_is_no_large_one(void **state)
{
	struct pkt *pkt = segment(1460);

	(void)state;
	assert_int_equal(apply(pkt, good), DROP_COUNT);
	assert_int_equal(pkt->gso_size, 0);
	pkt_free(pkt);
}

/* The kernel's word for "the sum is right". */
static void a_verified_frame_is_not_verified_again(void **state)
{
	struct pkt *pkt = segment(10);

	(void)state;
	assert_int_equal(apply(pkt, (struct claim){.flags = VIRTIO_DATA_VALID}),
			 DROP_COUNT);
	assert_int_equal(pkt->csum, PKT_CSUM_VERIFIED);
	pkt_free(pkt);
}

static void nothing_said_is_nothing_known(void **state)
{
	struct pkt *pkt = segment(10);

	(void)state;
	assert_int_equal(apply(pkt, (struct claim){0}), DROP_COUNT);
	assert_int_equal(pkt->csum, PKT_CSUM_NONE);
	pkt_free(pkt);
}

/* "From here to there": completed on the spot, wherever that is. */
static void a_sum_of_no_transport_is_completed(void **state)
{
	struct pkt *pkt = segment(20);
	struct claim c = {.flags = VIRTIO_NEEDS_CSUM,
			  .csum_start = HEADERS,
			  .csum_offset = 4};
	uint8_t octets[HEADERS + 20];

	(void)state;
	assert_int_equal(apply(pkt, c), DROP_COUNT);
	assert_int_equal(pkt->csum, PKT_CSUM_NONE);
	pkt_copy_out(pkt, 0, octets, sizeof(octets));
	/* Together with what was in the field, all adds up to 0xffff. */
	assert_int_equal(csum_fold_raw(csum_add(0, octets + HEADERS, 20)),
			 0xffff - 0xa5a5);
	pkt_free(pkt);
}

/* Hostile frames, row 5: each of these describes octets that are not there. */
static void lies_are_refused(void **state)
{
	struct claim c;

	(void)state;
	c = (struct claim){.flags = VIRTIO_NEEDS_CSUM, .csum_start = 1500};
	assert_int_equal(apply_to(6, c), DROP_vnet_bad);
	c = (struct claim){.flags = VIRTIO_NEEDS_CSUM,
			   .csum_start = HEADERS,
			   .csum_offset = 65535};
	assert_int_equal(apply_to(6, c), DROP_vnet_bad);
	c = (struct claim){.flags = VIRTIO_NEEDS_CSUM, .csum_start = 0};
	assert_int_equal(apply_to(6, c), DROP_vnet_bad);
	c = good;
	c.gso_size = 0;
	assert_int_equal(apply_to(3000, c), DROP_vnet_bad);
	c = good;
	c.hdr_len = HEADERS + 3001;
	assert_int_equal(apply_to(3000, c), DROP_vnet_bad);
	c = (struct claim){.hdr_len = HEADERS + 7};
	assert_int_equal(apply_to(6, c), DROP_vnet_bad);
	c = good;
	c.flags = 0; /* to be cut, but with a finished sum */
	assert_int_equal(apply_to(3000, c), DROP_vnet_bad);
	c = good;
	c.csum_offset = 6; /* where UDP would have it */
	assert_int_equal(apply_to(3000, c), DROP_vnet_bad);
}

static void segments_of_another_kind_are_refused(void **state)
{
	static const uint8_t kinds[] = {VIRTIO_GSO_UDP, VIRTIO_GSO_TCP6,
					VIRTIO_GSO_UDP_L4, VIRTIO_GSO_ECN, 77};
	struct claim c = good;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(kinds); i++) {
		c.gso_type = kinds[i];
		assert_int_equal(apply_to(3000, c), DROP_vnet_bad);
	}
	c = good;
	c.flags |= 4;
	assert_int_equal(apply_to(3000, c), DROP_vnet_bad);
}

/* The header's own length field may point anywhere, too. */
static void a_tcp_header_longer_than_the_frame_is_refused(void **state)
{
	struct pkt *pkt = segment(1);
	struct claim c = good;

	(void)state;
	pkt_data(pkt)[L4 + offsetof(struct tcp_wire, off)] = 0xf0;
	assert_int_equal(apply(pkt, c), DROP_vnet_bad);
	pkt_free(pkt);
}

/* Any header in front of any short frame: bounds hold (ASan judges). */
static void no_header_leads_out_of_a_frame(void **state)
{
	struct claim c = good;
	size_t len;
	int i;

	(void)state;
	for (len = 0; len <= HEADERS; len++)
		for (i = 0; i < 300; i++) {
			struct pkt *pkt = segment(3);

			pkt_trim(pkt, len);
			c.csum_start = (uint16_t)i;
			c.csum_offset = (uint16_t)(i * 7 % 31);
			c.gso_type = (uint8_t)(i % 6);
			apply(pkt, c);
			pkt_check(pkt);
			pkt_free(pkt);
		}
}

static void what_is_described_is_understood(void **state)
{
	struct pkt *pkt = segment(3000);
	uint8_t hdr[VIRTIO_HLEN];
	const struct virtio_wire *w = (const void *)hdr;

	(void)state;
	pkt->csum = PKT_CSUM_PARTIAL;
	pkt->csum_off = 16;
	pkt->gso = PKT_GSO_TCP4;
	pkt->gso_size = 1000;
	pkt_data(pkt)[L4 + offsetof(struct tcp_wire, flags)] = TCP_CWR;
	virtio_describe(pkt, hdr);
	assert_int_equal(w->gso_type[0], VIRTIO_GSO_TCP4 | VIRTIO_GSO_ECN);
	assert_int_equal(get16le(w->hdr_len), HEADERS);
	pkt->csum = 0;
	pkt->gso = 0;
	pkt->gso_size = pkt->csum_off = 0;
	assert_int_equal(virtio_apply(pkt, hdr), DROP_COUNT);
	assert_int_equal(pkt->csum, PKT_CSUM_PARTIAL);
	assert_int_equal(pkt->csum_off, 16);
	assert_int_equal(pkt->gso_size, 1000);
	pkt_free(pkt);
}

static void a_finished_frame_says_nothing(void **state)
{
	static const uint8_t zeroes[VIRTIO_HLEN];
	struct pkt *pkt = segment(30);
	uint8_t hdr[VIRTIO_HLEN];

	(void)state;
	memset(hdr, 0xff, sizeof(hdr));
	virtio_describe(pkt, hdr);
	assert_memory_equal(hdr, zeroes, sizeof(hdr));
	pkt_free(pkt);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_large_segment_is_one_packet),
		TEST(what_fits_in_one_segment_is_no_large_one),
		TEST(a_verified_frame_is_not_verified_again),
		TEST(nothing_said_is_nothing_known),
		TEST(a_sum_of_no_transport_is_completed),
		TEST(lies_are_refused),
		TEST(segments_of_another_kind_are_refused),
		TEST(a_tcp_header_longer_than_the_frame_is_refused),
		TEST(no_header_leads_out_of_a_frame),
		TEST(what_is_described_is_understood),
		TEST(a_finished_frame_says_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
