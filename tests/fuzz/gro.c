// SPDX-License-Identifier: MIT
/*
 * gro.c - fuzz target: runs of segments, with whatever changed in them
 *
 * Input: the allocation that fails, then for each frame five octets: what to
 * do, how much payload, the flags of TCP, and which octet changes how.  Frames
 * of a flow follow each other unless they are told to change, so that there is
 * much to be joined.
 *
 * What comes out as a large segment must be one that a device could have
 * brought (virtio.c believes it), and one that can be cut again; and as many
 * frames come out as went in.
 */
#include "driver/gro.h"

#include <string.h>

#include "base/bytes.h"

#include "wire/csum.h"
#include "wire/ether.h"
#include "wire/ip4.h"
#include "wire/tcp.h"

#include "core/netif.h"
#include "core/pkt.h"

#include "driver/virtio.h"
#include "fuzz.h"
#include "ip/ip_shared.h"

enum { L4 = 34, HLEN = 66, FLOWS = 12, EACH = 5 };

/* What the first octet says. */
enum { FLOW = 15, DAMAGES = 16, FLUSHES = 32, PADS = 64, TEARS = 128 };

struct fixture {
	struct mem mem;
	struct env env;
	struct place place;
	struct netif netif;
	struct gro gro;
	uint32_t seq[FLOWS];
	uint32_t in, out;
};

static int on_piece(void *arg, struct pkt *pkt)
{
	struct fixture *f = arg;

	pkt_check(pkt);
	check(pkt->csum == PKT_CSUM_PARTIAL);
	f->out++;
	pkt_free(pkt);
	return 0;
}

static void on_packet(void *arg, struct pkt *pkt)
{
	struct fixture *f = arg;
	uint8_t hdr[VIRTIO_HLEN];
	uint16_t size = pkt->gso_size;

	pkt_check(pkt);
	if (!size) {
		f->out++;
		pkt_free(pkt);
		return;
	}
	virtio_describe(pkt, hdr);
	check(virtio_apply(pkt, hdr) == DROP_COUNT && pkt->gso_size == size);
	pkt->netif = &f->netif;
	pkt_pull(pkt, ETH_HLEN);
	if (gso_split(NULL, pkt, on_piece, f))
		check(f->mem.fail_at);
}

static void mend(uint8_t *b, size_t len)
{
	struct tcp_wire *tcp = (void *)(b + L4);
	uint32_t sum = IP_PROTO_TCP + (uint32_t)(len - L4);

	put16(b + 24, 0);
	put16(b + 24, csum_fold(csum_add(0, b + ETH_HLEN, IP4_HLEN)));
	put16(tcp->sum, 0);
	sum = csum_add(sum, b + 26, 8);
	put16(tcp->sum, csum_fold(csum_add(sum, tcp, len - L4)));
}

/* The next frame of a flow, with what is to be different. */
static size_t make(struct fixture *f, const uint8_t *what, uint8_t *b)
{
	static const uint8_t begin[L4] = {
		2, 0, 0, 0,  0, 1,  2, 0, 0, 0,	 0, 2, 8, 0,  0x45, 0, 0,
		0, 0, 0, 64, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0,    0, 2};
	size_t flow = (what[0] & FLOW) % FLOWS, len = HLEN + what[1] * 4u;
	struct tcp_wire *tcp = (void *)(b + L4);

	memset(b, 1, len + 8);
	memcpy(b, begin, L4);
	put16(b + 16, (uint16_t)(len - ETH_HLEN));
	put16(tcp->sport, (uint16_t)flow);
	put32(tcp->seq, f->seq[flow]);
	tcp->off[0] = 8 << 4;
	tcp->flags[0] = what[2] & 3 ? TCP_ACK : what[2];
	f->seq[flow] += (uint32_t)(len - HLEN);
	if (what[4])
		b[what[3] % HLEN] ^= what[4];
	if (!(what[0] & DAMAGES))
		mend(b, len);
	if (what[0] & PADS)
		len += 6;
	return what[0] & TEARS ? what[3] : len;
}

static void one_frame(struct fixture *f, const uint8_t *what)
{
	uint8_t b[HLEN + 255 * 4 + 8];
	size_t len = make(f, what, b), linear = min_size(len, 54);
	struct pkt *pkt = pkt_new_rx(&f->env, R_NONE);
	struct block *blk;

	if (!pkt)
		return;
	memcpy(pkt_data(pkt), b, linear);
	pkt->lin_len = (uint16_t)linear;
	pkt->len = (uint32_t)linear;
	blk = len > linear ? block_new(&f->env, len - linear) : NULL;
	if (blk) {
		memcpy(blk->data, b + linear, len - linear);
		check(!pkt_append_ref(pkt, blk, 0, len - linear));
		block_put(blk);
	}
	f->in++;
	gro_input(&f->gro, pkt);
	if (what[0] & FLUSHES && what[2] & 8)
		gro_flush(&f->gro);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fixture f = {0};

	if (!size)
		return 0;
	fuzz_mem_init(&f.mem, data[0]);
	env_init(&f.env, &f.mem);
	f.place = (struct place){.env = &f.env, .name = "h"};
	f.netif.place = &f.place;
	f.gro.fn = on_packet;
	f.gro.arg = &f;
	for (data++, size--; size >= EACH; data += EACH, size -= EACH)
		one_frame(&f, data);
	gro_flush(&f.gro);
	check(f.out == f.in || f.mem.fail_at);
	check(env_fini(&f.env) == 0);
	fuzz_mem_fini(&f.mem);
	return 0;
}
