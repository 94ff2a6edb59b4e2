// SPDX-License-Identifier: MIT
/*
 * gro_test.c - segments are joined so that nothing of them is lost
 *
 * What comes out is cut again (gso.c) and compared octet for octet with what
 * went in.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/check.h"
#include "base/rng.h"

#include "wire/csum.h"
#include "wire/ether.h"
#include "wire/ip4.h"
#include "wire/ip6.h"
#include "wire/tcp.h"

#include "core/pkt.h"

#include "devbed.h"
#include "driver/gro.h"
#include "ip/ip_shared.h"

enum {
	MAX = 1600,
	FRAMES = 4000,
	SIZE = 1000, /* of a full segment */
	OPTS = 12,
	THLEN = TCP_HLEN + OPTS,
};

struct octets {
	uint16_t len;
	uint8_t b[MAX];
};

/* What is told about a frame to be made. */
struct plan {
	bool is_six;
	uint16_t sport;
	uint32_t seq;
	uint8_t flags;
	size_t payload;
};

static struct octets sent[FRAMES], got[FRAMES];
static uint32_t sent_count, got_count, packet_count;
static struct gro g;
static struct netif netif = {.place = &devbed.place};
static uint32_t seen_gso_size;

static size_t l4_of(const uint8_t *b)
{
	return b[ETH_HLEN] >> 4 == 6 ? ETH_HLEN + IP6_HLEN
				     : ETH_HLEN + IP4_HLEN;
}

static void mend(struct octets *f)
{
	size_t l4 = l4_of(f->b), addresses = l4 == 54 ? 32 : 8;
	struct ip4_wire *w4 = (void *)(f->b + ETH_HLEN);
	struct tcp_wire *tcp = (void *)(f->b + l4);
	uint32_t sum = IP_PROTO_TCP + (uint32_t)(f->len - l4);

	if (l4 != 54) {
		put16(w4->sum, 0);
		put16(w4->sum, csum_fold(csum_add(0, w4, IP4_HLEN)));
	}
	put16(tcp->sum, 0);
	sum = csum_add(sum, f->b + l4 - addresses, addresses);
	put16(tcp->sum, csum_fold(csum_add(sum, tcp, f->len - l4)));
}

/* Ethernet, IP, TCP with timestamps, and octets that tell where they belong. */
static void make(struct octets *f, const struct plan *p)
{
	struct ip4_wire *w4 = (void *)(f->b + ETH_HLEN);
	struct ip6_wire *w6 = (void *)(f->b + ETH_HLEN);
	struct tcp_wire *tcp;
	size_t l4 = p->is_six ? 54 : 34, i;

	memset(f, 0, sizeof(*f));
	f->len = (uint16_t)(l4 + THLEN + p->payload);
	memset(f->b, 0x42, 12);
	put16(f->b + 12, p->is_six ? ETH_IP6 : ETH_IP4);
	memset(f->b + ETH_HLEN, 7, l4 - ETH_HLEN);
	if (p->is_six) {
		put32(w6->ver_class_flow, 0x60012345);
		put16(w6->payload_len, (uint16_t)(f->len - 54));
		w6->next[0] = IP_PROTO_TCP;
	} else {
		w4->ver_hlen[0] = 0x45;
		put16(w4->total_len, (uint16_t)(f->len - ETH_HLEN));
		put16(w4->frag, IP4_DF << 13);
		w4->proto[0] = IP_PROTO_TCP;
	}
	tcp = (void *)(f->b + l4);
	put16(tcp->sport, p->sport);
	put16(tcp->dport, 80);
	put32(tcp->seq, p->seq);
	put32(tcp->ack, 77);
	tcp->off[0] = THLEN / 4 << 4;
	tcp->flags[0] = p->flags;
	put16(tcp->win, 500);
	memcpy(f->b + l4 + TCP_HLEN, "\1\1\10\12aaaabbbb", OPTS);
	for (i = 0; i < p->payload; i++)
		f->b[l4 + THLEN + i] = (uint8_t)((p->seq + i) * 7 + p->sport);
	mend(f);
}

static void keep(struct pkt *pkt)
{
	struct octets *f = &got[got_count++];

	assert_in_range(got_count, 0, FRAMES - 1);
	assert_in_range(pkt->len, 1, MAX);
	f->len = (uint16_t)pkt->len;
	pkt_copy_out(pkt, 0, f->b, pkt->len);
	if (pkt->csum == PKT_CSUM_PARTIAL)
		mend(f);
	pkt_free(pkt);
}

static uint8_t link_header[ETH_HLEN];

static int on_piece(void *arg, struct pkt *pkt)
{
	(void)arg;
	memcpy(pkt_push(pkt, ETH_HLEN), link_header, ETH_HLEN);
	keep(pkt);
	return 0;
}

static void on_packet(void *arg, struct pkt *pkt)
{
	(void)arg;
	pkt_check(pkt);
	packet_count++;
	seen_gso_size = pkt->gso_size;
	if (!pkt->gso_size) {
		keep(pkt);
		return;
	}
	assert_int_equal(pkt->csum, PKT_CSUM_PARTIAL);
	memcpy(link_header, pkt_data(pkt), ETH_HLEN);
	pkt->netif = &netif;
	pkt_pull(pkt, ETH_HLEN);
	assert_int_equal(gso_split(NULL, pkt, on_piece, NULL), 0);
}

static void goes_in(const struct octets *f)
{
	struct pkt *pkt = pkt_new_rx(&devbed.env, R_NONE);
	size_t n = min_size(f->len, 54);
	struct block *blk;

	sent[sent_count++] = *f;
	assert_non_null(pkt);
	memcpy(pkt_data(pkt), f->b, n);
	pkt->lin_len = (uint16_t)n;
	pkt->len = (uint32_t)n;
	if (f->len > n) {
		blk = block_new(&devbed.env, f->len - n);
		memcpy(blk->data, f->b + n, f->len - n);
		assert_int_equal(pkt_append_ref(pkt, blk, 0, f->len - n), 0);
		block_put(blk);
	}
	gro_input(&g, pkt);
}

static void comes(const struct plan *p)
{
	struct octets f;

	make(&f, p);
	goes_in(&f);
}

static int set_up(void **s)
{
	(void)s;
	devbed_begin();
	sent_count = got_count = packet_count = 0;
	memset(&g, 0, sizeof(g));
	g.fn = on_packet;
	return 0;
}

static int tear_down(void **s)
{
	(void)s;
	return env_fini(&devbed.env) || devbed.mem.in_use_count;
}

/* All that went in came out, and in this order. */
static void assert_same_order(void)
{
	uint32_t i;

	gro_flush(&g);
	assert_int_equal(got_count, sent_count);
	for (i = 0; i < got_count; i++) {
		assert_int_equal(got[i].len, sent[i].len);
		assert_memory_equal(got[i].b, sent[i].b, sent[i].len);
	}
}

static const struct plan first = {
	.sport = 1000, .seq = 0xfffff000, .flags = TCP_ACK, .payload = SIZE};

static struct plan after(struct plan p)
{
	p.seq += (uint32_t)p.payload;
	return p;
}

static void run_of(struct plan p, int count)
{
	while (count--) {
		comes(&p);
		p = after(p);
	}
}

static void segments_in_a_row_become_one(void **s)
{
	struct plan six = first;

	(void)s;
	run_of(first, 10);
	assert_int_equal(packet_count, 0);
	assert_same_order();
	assert_int_equal(packet_count, 1);
	assert_int_equal(seen_gso_size, SIZE);
	assert_int_equal(g.joined, 9);
	six.is_six = true;
	run_of(six, 10);
	assert_same_order();
	assert_int_equal(packet_count, 2);
}

static void one_alone_stays_as_it_is(void **s)
{
	(void)s;
	comes(&first);
	assert_same_order();
	assert_int_equal(seen_gso_size, 0);
}

static void more_than_fits_becomes_several(void **s)
{
	(void)s;
	run_of(first, 100);
	assert_same_order();
	assert_in_range(packet_count, 5, 7);
}

/* PSH, FIN and a short segment are the last of theirs. */
static void what_ends_a_run_ends_the_packet(void **s)
{
	static const struct {
		uint8_t flags;
		size_t payload;
	} ends[] = {
		{TCP_ACK | TCP_PSH, SIZE},
		{TCP_ACK | TCP_FIN, SIZE},
		{TCP_ACK | TCP_FIN | TCP_PSH, 10},
		{TCP_ACK, SIZE - 1},
		{TCP_ACK, 1},
	};
	uint32_t i;

	(void)s;
	for (i = 0; i < ARRAY_SIZE(ends); i++) {
		struct plan p = after(first);

		comes(&first);
		p.flags = ends[i].flags;
		p.payload = ends[i].payload;
		comes(&p);
		assert_int_equal(packet_count, i + 1); /* not held any more */
		assert_int_equal(seen_gso_size, SIZE);
	}
	assert_same_order();
}

/* One octet of the second frame differs, here. */
static void whatever_differs_keeps_them_apart(void **s)
{
	static const struct {
		bool is_six;
		uint8_t at, flip;
	} changes[] = {
		{false, 0, 1},	 {false, 6, 1},	   /* link addresses */
		{false, 15, 3},	 {false, 15, 4},   /* CE; type of service */
		{false, 20, 64},		   /* DF */
		{false, 20, 32}, {false, 21, 1},   /* a fragment */
		{false, 22, 1},			   /* time to live */
		{false, 26, 1},	 {false, 33, 1},   /* addresses */
		{false, 35, 1},	 {false, 37, 1},   /* ports */
		{false, 41, 1},			   /* sequence */
		{false, 45, 1},			   /* acknowledgment */
		{false, 46, 1},			   /* AE */
		{false, 47, 2},	 {false, 47, 4},   /* SYN, RST */
		{false, 47, 16}, {false, 47, 32},  /* ACK, URG */
		{false, 47, 64}, {false, 47, 128}, /* ECE, CWR */
		{false, 49, 1},			   /* window */
		{false, 57, 1},	 {false, 65, 1},   /* timestamps */
		{true, 15, 16},	 {true, 17, 1},	   /* class, flow label */
		{true, 21, 1},			   /* hop limit */
		{true, 22, 1},	 {true, 53, 1},	   /* addresses */
	};
	uint32_t i;

	(void)s;
	for (i = 0; i < ARRAY_SIZE(changes); i++) {
		struct plan p = first, next;
		struct octets f;

		p.is_six = changes[i].is_six;
		next = after(p);
		comes(&p);
		make(&f, &next);
		f.b[changes[i].at] ^= changes[i].flip;
		mend(&f);
		goes_in(&f);
		gro_flush(&g);
		assert_int_equal(packet_count, 2 * (i + 1));
		assert_int_equal(g.joined, 0);
	}
	assert_same_order();
}

static void a_gap_or_an_overlap_keeps_them_apart(void **s)
{
	static const int32_t by[] = {1, -1, SIZE, -SIZE, 1 << 30};
	uint32_t i;

	(void)s;
	for (i = 0; i < ARRAY_SIZE(by); i++) {
		struct plan p = after(first);

		comes(&first);
		p.seq += (uint32_t)by[i];
		comes(&p);
		gro_flush(&g);
	}
	assert_int_equal(g.joined, 0);
	assert_same_order();
}

static void a_larger_segment_begins_anew(void **s)
{
	struct plan p = after(first);

	(void)s;
	p.payload = SIZE + 1;
	comes(&first);
	comes(&p);
	assert_int_equal(g.joined, 0);
	assert_same_order();
}

/* In the header of IP, in that of TCP, in the payload's last octet. */
static void a_damaged_frame_goes_alone_and_in_its_turn(void **s)
{
	static const uint16_t at[] = {24, 16 + 34, 34 + THLEN + SIZE - 1};
	struct plan p = first;
	uint32_t i;

	(void)s;
	for (i = 0; i < ARRAY_SIZE(at); i++) {
		struct octets f;

		comes(&p);
		p = after(p);
		make(&f, &p);
		f.b[at[i]] ^= 1;
		goes_in(&f);
		p = after(p);
		comes(&p);
		p = after(p);
		gro_flush(&g);
	}
	assert_int_equal(g.joined, 0);
	assert_same_order();
}

static void padding_is_no_payload(void **s)
{
	struct plan p = first;
	struct octets f;

	(void)s;
	p.payload = 1;
	make(&f, &p);
	f.len += 5;
	goes_in(&f);
	sent[0].len -= 5;
	p = after(p);
	comes(&p);
	assert_int_equal(g.joined, 1);
	assert_same_order();
}

/* What is no data of a stream does not overtake what is held. */
static void an_acknowledgment_waits_its_turn(void **s)
{
	struct plan p = after(first);

	(void)s;
	comes(&first);
	p.payload = 0;
	comes(&p);
	assert_int_equal(packet_count, 2);
	assert_same_order();
}

static void any_octets_pass(void **s)
{
	struct rng r;
	uint32_t i, j;

	(void)s;
	rng_init(&r, 1, "octets");
	for (i = 0; i < 1000; i++) {
		struct octets f = {0};
		struct plan p = first;

		p.is_six = i & 1;
		make(&f, &p);
		for (j = 0; j < 4; j++)
			f.b[12 + rng_below(&r, 80)] = (uint8_t)rng_u32(&r);
		f.len = (uint16_t)(1 + rng_below(&r, f.len));
		goes_in(&f);
	}
	gro_flush(&g);
	assert_true(got_count >= 1000); /* padding may have been cut off */
}

static uint16_t flow_of(const struct octets *f)
{
	return get16(f->b + l4_of(f->b));
}

/* The next frame of @flow in a list, from @from on. */
static uint32_t next_of(const struct octets *list, uint32_t from, uint16_t flow)
{
	while (flow_of(&list[from]) != flow)
		from++;
	return from;
}

/* Twelve flows, mixed, with losses, repetitions and ends; each flow comes out
 * as it went in. */
static void flows_are_kept_apart_and_in_order(void **s)
{
	struct plan p[12];
	uint32_t at_sent[12] = {0}, at_got[12] = {0}, i, k;
	struct rng r;

	(void)s;
	rng_init(&r, 7, "flows");
	for (k = 0; k < 12; k++) {
		p[k] = first;
		p[k].sport = (uint16_t)(1000 + k);
		p[k].is_six = k & 1;
	}
	for (i = 0, k = 0; i < FRAMES - 10; i++) {
		uint32_t luck = rng_below(&r, 20);

		if (rng_below(&r, 4) == 0)
			k = rng_below(&r, 12);
		p[k].flags = luck == 0 ? TCP_ACK | TCP_PSH : TCP_ACK;
		p[k].payload = luck == 1 ? rng_below(&r, SIZE) : SIZE;
		comes(&p[k]);
		p[k].seq += luck == 2 ? 0 : (uint32_t)p[k].payload;
		if (rng_below(&r, 64) == 0)
			gro_flush(&g);
	}
	gro_flush(&g);
	assert_int_equal(got_count, sent_count);
	assert_in_range(g.joined, sent_count / 3, sent_count);
	for (i = 0; i < sent_count; i++) {
		uint16_t flow = flow_of(&sent[i]);
		uint32_t f = flow - 1000u;
		uint32_t a = next_of(sent, at_sent[f], flow);
		uint32_t b = next_of(got, at_got[f], flow);

		assert_int_equal(sent[a].len, got[b].len);
		assert_memory_equal(sent[a].b, got[b].b, sent[a].len);
		at_sent[f] = a + 1;
		at_got[f] = b + 1;
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(segments_in_a_row_become_one),
		TEST(one_alone_stays_as_it_is),
		TEST(more_than_fits_becomes_several),
		TEST(what_ends_a_run_ends_the_packet),
		TEST(whatever_differs_keeps_them_apart),
		TEST(a_gap_or_an_overlap_keeps_them_apart),
		TEST(a_larger_segment_begins_anew),
		TEST(a_damaged_frame_goes_alone_and_in_its_turn),
		TEST(padding_is_no_payload),
		TEST(an_acknowledgment_waits_its_turn),
		TEST(any_octets_pass),
		TEST(flows_are_kept_apart_and_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
