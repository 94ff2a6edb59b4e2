// SPDX-License-Identifier: MIT
/*
 * udp_cut_test.c - datagrams that come several in one part again
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/check.h"

#include "wire/csum.h"
#include "wire/ether.h"
#include "wire/ip4.h"
#include "wire/ip6.h"
#include "wire/proto.h"
#include "wire/udp.h"

#include "core/pkt.h"

#include "driver/udp_cut.h"
#include "driver/virtio.h"

enum { PAYLOAD = 2500, EACH = 1000, FRAME_MAX = 3000 };

static struct mem mem;
static struct env env;

/* What is sent, and where its headers begin. */
static struct {
	uint8_t b[FRAME_MAX];
	size_t l3, l4, len;
	bool is_six;
} f;

/* The frames that came of it. */
static struct {
	uint8_t b[8][FRAME_MAX];
	size_t len[8];
	int count;
} got;

static int set_up(void **state)
{
	(void)state;
	memset(&f, 0, sizeof(f));
	memset(&got, 0, sizeof(got));
	mem_init_libc(&mem);
	env_init(&env, &mem);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	return env_fini(&env) || mem.in_use_count;
}

static uint32_t pseudo(const uint8_t *frame, size_t len)
{
	const struct ip4_wire *w4 = (const void *)(frame + f.l3);
	const struct ip6_wire *w6 = (const void *)(frame + f.l3);

	if (f.is_six)
		return csum_pseudo6(get_ip6(w6->src), get_ip6(w6->dst),
				    IP_PROTO_UDP, (uint32_t)len);
	return csum_pseudo4(get_ip4(w4->src), get_ip4(w4->dst), IP_PROTO_UDP,
			    (uint32_t)len);
}

/* One large datagram, as a kernel hands it over. */
static void make(bool is_six, bool has_tag)
{
	struct ip4_wire *w4;
	struct ip6_wire *w6;
	size_t i, at = ETH_HLEN - 2;

	f.is_six = is_six;
	if (has_tag) {
		put16(f.b + at, ETH_VLAN);
		at += ETH_VLAN_LEN;
	}
	put16(f.b + at, is_six ? ETH_IP6 : ETH_IP4);
	f.l3 = at + 2;
	f.l4 = f.l3 + (is_six ? IP6_HLEN : IP4_HLEN);
	f.len = f.l4 + UDP_HLEN + PAYLOAD;
	w4 = (void *)(f.b + f.l3);
	w6 = (void *)(f.b + f.l3);
	memset(f.b + f.l3, 7, f.l4 - f.l3);
	if (is_six) {
		w6->ver_class_flow[0] = 0x60;
		w6->next[0] = IP_PROTO_UDP;
		put16(w6->payload_len, UDP_HLEN + PAYLOAD);
	} else {
		w4->ver_hlen[0] = 0x45;
		w4->proto[0] = IP_PROTO_UDP;
		put16(w4->id, 0xffff);
	}
	put16(f.b + f.l4 + 4, UDP_HLEN + PAYLOAD);
	put16(f.b + f.l4 + 6, csum_fold_raw(pseudo(f.b, UDP_HLEN + PAYLOAD)));
	for (i = 0; i < PAYLOAD; i++)
		f.b[f.l4 + UDP_HLEN + i] = (uint8_t)(i * 13 + i / 256);
}

static enum drop apply(struct pkt **out, uint8_t gso_type, uint16_t gso_size)
{
	struct pkt *pkt = pkt_new_rx(&env, R_NONE);
	struct virtio_wire w = {.flags = {VIRTIO_NEEDS_CSUM},
				.gso_type = {gso_type},
				.csum_offset = {6}};
	size_t n = min_size(f.len, 54);

	put16le(w.gso_size, gso_size);
	put16le(w.csum_start, (uint16_t)f.l4);
	assert_int_equal(pkt_append(pkt, f.b, n), 0);
	assert_int_equal(pkt_append(pkt, f.b + n, f.len - n), 0);
	*out = pkt;
	return virtio_apply(pkt, (const uint8_t *)&w);
}

static void take(void *arg, struct pkt *frame)
{
	(void)arg;
	pkt_check(frame);
	assert_int_equal(frame->csum, PKT_CSUM_PARTIAL);
	assert_int_equal(frame->gso_size, 0);
	got.len[got.count] = frame->len;
	pkt_copy_out(frame, 0, got.b[got.count++], frame->len);
	pkt_free(frame);
}

/* A frame, with what a device would do to its checksum. */
static void assert_frame(int i, size_t payload)
{
	uint8_t *b = got.b[i];
	size_t l4_len = UDP_HLEN + payload;

	assert_int_equal(got.len[i], f.l4 + l4_len);
	assert_memory_equal(b, f.b, f.l3);
	assert_memory_equal(b + f.l4 + UDP_HLEN,
			    f.b + f.l4 + UDP_HLEN + i * EACH, payload);
	assert_int_equal(get16(b + f.l4 + 4), l4_len);
	put16(b + f.l4 + 6, csum_fold(csum_add(0, b + f.l4, l4_len)));
	assert_int_equal(csum_fold(csum_combine(pseudo(b, l4_len),
						csum_add(0, b + f.l4, l4_len))),
			 0);
	if (f.is_six) {
		assert_int_equal(get16(b + f.l3 + 4), l4_len);
		return;
	}
	assert_int_equal(get16(b + f.l3 + 2), IP4_HLEN + l4_len);
	assert_int_equal(get16(b + f.l3 + 4), (uint16_t)(0xffff + i));
	assert_int_equal(csum_fold(csum_add(0, b + f.l3, IP4_HLEN)), 0);
}

static void each_datagram_becomes_a_frame(void **state)
{
	int form;

	(void)state;
	for (form = 0; form < 4; form++) {
		struct pkt *pkt;

		got.count = 0;
		memset(&f, 0, sizeof(f));
		make(form & 1, form & 2);
		assert_int_equal(apply(&pkt, VIRTIO_GSO_UDP_L4, EACH),
				 DROP_COUNT);
		assert_int_equal(pkt->gso, PKT_GSO_UDP);
		assert_int_equal(udp_cut(pkt, take, NULL), 0);
		pkt_free(pkt);
		assert_int_equal(got.count, 3);
		assert_frame(0, EACH);
		assert_frame(1, EACH);
		assert_frame(2, PAYLOAD - 2 * EACH);
	}
}

static void one_datagram_stays_one(void **state)
{
	struct pkt *pkt;

	(void)state;
	make(false, false);
	assert_int_equal(apply(&pkt, VIRTIO_GSO_UDP_L4, PAYLOAD), DROP_COUNT);
	assert_int_equal(pkt->gso_size, 0);
	assert_int_equal(pkt->csum, PKT_CSUM_PARTIAL);
	pkt_free(pkt);
}

static void what_is_no_datagram_is_refused(void **state)
{
	struct pkt *pkt;

	(void)state;
	make(false, false);
	f.b[f.l3 + 9] = IP_PROTO_TCP; /* and the sum is elsewhere */
	assert_int_equal(apply(&pkt, VIRTIO_GSO_UDP_L4, EACH), DROP_vnet_bad);
	pkt_free(pkt);
	make(false, false);
	assert_int_equal(apply(&pkt, VIRTIO_GSO_UDP_L4, 0), DROP_vnet_bad);
	pkt_free(pkt);
	assert_int_equal(apply(&pkt, VIRTIO_GSO_TCP4, EACH), DROP_vnet_bad);
	pkt_free(pkt);
	f.len = f.l4 + UDP_HLEN - 1;
	assert_int_equal(apply(&pkt, VIRTIO_GSO_UDP_L4, EACH), DROP_vnet_bad);
	pkt_free(pkt);
}

static void without_memory_some_are_lost(void **state)
{
	uint64_t i;

	(void)state;
	for (i = 1; i < 3; i++) {
		struct pkt *pkt;

		make(true, false);
		got.count = 0;
		assert_int_equal(apply(&pkt, VIRTIO_GSO_UDP_L4, EACH),
				 DROP_COUNT);
		mem.fail_at = mem.calls + i;
		mem.fail_ever = true;
		(void)udp_cut(pkt, take, NULL);
		mem.fail_at = 0;
		mem.fail_ever = false;
		assert_in_range(got.count, 0, 3);
		pkt_free(pkt);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_datagram_becomes_a_frame),
		TEST(one_datagram_stays_one),
		TEST(what_is_no_datagram_is_refused),
		TEST(without_memory_some_are_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
