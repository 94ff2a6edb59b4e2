// SPDX-License-Identifier: MIT
/*
 * rows_link.c - frames that are no frames, and a device that refuses
 */

#include <string.h>

#include "wire/proto.h"

#include "core/pkt.h"

#include "driver/virtio.h"
#include "hostile.h"
#include "pair.h"
#include "streams.h"

static void make_ether(struct hostile *x, uint16_t type, size_t len)
{
	static const uint8_t zeroes[65535];

	frame_ether(&x->f, x->door->mac, test_mac(9), type, zeroes, len);
}

static void runts(struct hostile *x)
{
	size_t len;

	for (len = 0; len < ETH_HLEN; len++) {
		make_ether(x, ETH_IP4, 46);
		x->f.len = len;
		hit(x, DROP_l2_short);
	}
	make_ether(x, ETH_IP4, 0);
	hit(x, DROP_ip_short);
	make_ether(x, ETH_IP6, 0);
	hit(x, DROP_ip6_len);
	make_ether(x, ETH_ARP, 0);
	hit(x, DROP_arp_bad);
}

static void lying_length(struct hostile *x)
{
	uint16_t length;

	for (length = 47; length <= 0x05ff; length++) {
		make_ether(x, length, 46);
		hit(x, DROP_l2_len);
	}
}

/* Each of them is an IPv4 packet, if it is cut off where it should end. */
static void oversize(struct hostile *x)
{
	static const size_t sizes[] = {1515, 1516, 1519, 9001, 65535};
	struct ip4_hdr h = to_victim();

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		make_ether(x, ETH_IP4, sizes[i] - ETH_HLEN);
		hit(x, DROP_rx_oversize);
		frame_udp(&x->f, x->door, &h, 9, 9, some_octets, 100);
		x->f.len = sizes[i];
		hit(x, DROP_rx_oversize);
	}
}

struct lie {
	uint8_t flags, gso_type;
	uint16_t hdr_len, gso_size, csum_start, csum_offset;
};

/* In front of a frame of 60 octets. */
static void offload_lies(struct hostile *x)
{
	static const struct lie lies[] = {
		{VIRTIO_NEEDS_CSUM, 0, 0, 0, 1500, 16},
		{VIRTIO_NEEDS_CSUM, 0, 0, 0, 34, 65535},
		{VIRTIO_NEEDS_CSUM, 0, 0, 0, 65535, 65535},
		{VIRTIO_NEEDS_CSUM, 0, 0, 0, 59, 0},
		{VIRTIO_NEEDS_CSUM, VIRTIO_GSO_TCP4, 54, 0, 34, 16},
		{VIRTIO_NEEDS_CSUM, VIRTIO_GSO_TCP4, 61, 100, 34, 16},
		{0, 0, 61, 0, 0, 0},
		{0, 0, 65535, 0, 0, 0},
		{VIRTIO_NEEDS_CSUM, VIRTIO_GSO_UDP, 42, 8, 34, 6},
		{VIRTIO_NEEDS_CSUM, 77, 54, 100, 34, 16},
	};
	struct ip4_hdr h = to_victim();

	for (size_t i = 0; i < ARRAY_SIZE(lies); i++) {
		struct pkt *pkt = pkt_new_rx(world_env(x->w), R_NONE);
		uint8_t hdr[VIRTIO_HLEN] = {lies[i].flags, lies[i].gso_type};

		put16le(hdr + 2, lies[i].hdr_len);
		put16le(hdr + 4, lies[i].gso_size);
		put16le(hdr + 6, lies[i].csum_start);
		put16le(hdr + 8, lies[i].csum_offset);
		frame_tcp(&x->f, x->door, &h, 1, 2, 0);
		x->f.len = 60;
		demand(x, O7, pkt && !pkt_append(pkt, x->f.b, x->f.len));
		demand(x, O7, virtio_apply(pkt, hdr) == DROP_vnet_bad);
		pkt_drop(x->door->place, pkt, DROP_vnet_bad);
	}
}

/* Answers that are shorter than a frame may be. */
static void leaky_padding(struct hostile *x)
{
	const struct icmp4_hdr echo = {.type = ICMP4_ECHO, .id = 7, .seq = 1};
	const struct arp_hdr ask = {
		.op = ARP_REQUEST,
		.sha = test_mac(9),
		.spa = IP_A,
		.tpa = IP_V,
	};
	struct ip4_hdr h = to_victim();
	int i;

	for (i = 0; i < 20; i++) {
		frame_arp(&x->f, MAC_BROADCAST, test_mac(9), &ask);
		hit(x, TAKEN);
		demand(x, O5, x->heard_count == 1 && x->heard.len == 60);
		frame_icmp4(&x->f, x->door, &h, &echo, some_octets, 1);
		hit(x, TAKEN);
		demand(x, O5, x->heard_count == 1 && x->heard.len == 60);
		frame_tcp(&x->f, x->door, &h, 4000, 81, TCP_SYN);
		hit(x, DROP_tcp_no_conn);
		demand(x, O5, x->heard_count == 1 && x->heard.len == 60);
	}
}

enum { CROWD = 100, CROWD_OCTETS = 20000 };

/* V's device takes nothing for ten seconds, while a hundred streams want to
 * leave.  The innocents are others. */
static void refusing_device(struct hostile *x)
{
	struct streams streams;
	struct stream_server server;
	uint64_t events;
	size_t memory;
	int i;

	streams_init(&streams);
	stream_serve(&server, &streams, &x->p->stack, 81, CROWD_OCTETS, 1000);
	for (i = 0; i < CROWD; i++)
		demand(x, O1,
		       !stream_open(&streams, &x->v->stack, ep("10.0.0.3:81"),
				    CROWD_OCTETS, 1000));
	pause_ms(x, 300);
	x->is_stuck = true;
	memory = x->mem.in_use_bytes;
	events = world_event_count(x->w);
	pause_ms(x, 10000);
	demand(x, O2, world_event_count(x->w) - events < 100000);
	demand(x, O3, x->mem.in_use_bytes < memory + 10000000);
	x->is_stuck = false;
	pause_ms(x, 120000);
	demand(x, O6, streams.failed == 0 && streams.done == 2 * CROWD);
	stream_server_close(&server);
	streams_fini(&streams);
}

const struct row rows_link[] = {
	{
		.number = 1,
		.what = "frames of 0 to 14 octets",
		.rule = "dropped: `l2_short`; behind a whole header "
			"`ip_short`, `ip6_len`, `arp_bad`",
		.play = runts,
	},
	{
		.number = 2,
		.what = "an 802.3 length beyond the frame",
		.rule = "dropped: `l2_len`",
		.play = lying_length,
	},
	{
		.number = 3,
		.what = "frames larger than the MTU",
		.rule = "dropped whole: `rx_oversize`",
		.play = oversize,
	},
	{
		.number = 5,
		.what = "offload headers about octets that are not there",
		.rule = "dropped: `vnet_bad`",
		.play = offload_lies,
	},
	{
		.number = 8,
		.what = "questions whose answers need padding",
		.rule = "answered; the padding is zero",
		.play = leaky_padding,
	},
	{
		.number = 9,
		.what = "a device that refuses everything for 10 s",
		.rule = "all streams arrive whole; queues and events are "
			"bounded (`tx_queue`)",
		.play = refusing_device,
		.is_far = true,
		.keeps = 2, /* what pools keep of the largest batch */
	},
	{0},
};
