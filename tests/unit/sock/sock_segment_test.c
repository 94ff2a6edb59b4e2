// SPDX-License-Identifier: MIT
/*
 * sock_segment_test.c - what one call sends in many datagrams is the same on
 * the wire, wherever it is cut
 *
 * Before UDP, or in the device, which gets all of them in one (and is played by
 * virtio.c and udp_cut.c), but not while somebody looks at events.  What does
 * not fit the link is refused.
 */

#include <errno.h>
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

#include "core/netif.h"
#include "core/pkt.h"
#include "core/stack.h"

#include "driver/udp_cut.h"
#include "driver/virtio.h"
#include "inet/inet.h"
#include "ip/ip.h"
#include "link/arp.h"
#include "sock/sock.h"

enum { FRAMES = 200, MAX = 1600, L4 = 34 };

struct wire {
	struct mem mem;
	struct env env;
	struct stack stack;
	struct netif netif;
	uint32_t frames, packets;
	size_t len[FRAMES];
	uint8_t b[FRAMES][MAX];
};

static struct wire early, late, device;

static void keep(void *arg, struct pkt *pkt)
{
	struct wire *w = arg;
	uint8_t *b = w->b[w->frames];
	uint32_t sum;

	assert_in_range(pkt->len, 42, MAX);
	assert_in_range(w->frames, 0, FRAMES - 1);
	pkt_copy_out(pkt, 0, b, pkt->len);
	w->len[w->frames++] = max_u32(pkt->len, 60); /* a device pads */
	if (pkt->csum == PKT_CSUM_PARTIAL) {
		sum = csum_add(0, b + L4, pkt->len - L4);
		put16(b + L4 + 6, csum_fold(sum));
	}
	pkt_free(pkt);
}

static int transmit(struct netif *netif, struct pkt *pkt)
{
	uint8_t hdr[VIRTIO_HLEN];
	struct wire *w = netif->drv;

	w->packets++;
	if (!pkt->gso_size) {
		keep(w, pkt);
		return 0;
	}
	assert_true(netif->features & NETIF_F_GSO_UDP);
	virtio_describe(pkt, hdr);
	assert_int_equal(virtio_apply(pkt, hdr), DROP_COUNT);
	assert_int_equal(pkt->gso, PKT_GSO_UDP);
	assert_int_equal(udp_cut(pkt, keep, w), 0);
	pkt_free(pkt);
	return 0;
}

static const struct netif_ops ops = {.transmit = transmit};

static int fill(void *arg, void *buf, size_t len)
{
	(void)arg;
	memset(buf, 7, len);
	return 0;
}

static uint32_t listen_to_all(void *arg, const struct event *ev)
{
	(void)arg;
	(void)ev;
	return 0;
}

static void begin(struct wire *w, uint32_t features)
{
	static const mac_addr near = {{2, 0, 0, 0, 0, 1}};
	static const mac_addr far = {{2, 0, 0, 0, 0, 2}};
	struct entropy entropy = {.fill = fill};
	struct ip4_net net;

	memset(w, 0, sizeof(*w));
	mem_init_libc(&w->mem);
	env_init(&w->env, &w->mem);
	assert_int_equal(stack_init(&w->stack, &w->env, "h", entropy), 0);
	assert_int_equal(inet_init(&w->stack, NULL), 0);
	netif_init(&w->netif, &w->stack.place, "eth0", near);
	w->netif.ops = &ops;
	w->netif.drv = w;
	w->netif.features = features;
	w->netif.gso_max = 65535;
	stack_add_netif(&w->stack, &w->netif);
	assert_int_equal(ip4_net_parse(&net, "10.0.0.1/24"), 0);
	assert_int_equal(ip_addr_add(&w->stack, &w->netif, net), 0);
	assert_int_equal(
		arp_add(&w->stack, &w->netif, (ip4_addr){0x0a000002}, far), 0);
	w->frames = w->packets = 0;
}

static void end(struct wire *w)
{
	w->netif.is_up = false;
	inet_fini(&w->stack);
	stack_fini(&w->stack);
	assert_int_equal(env_fini(&w->env), 0);
	assert_int_equal(w->mem.in_use_count, 0);
}

/* A socket that sends @len octets in datagrams of @size, three times. */
static void send_in(struct wire *w, int size, size_t len, int df)
{
	static uint8_t octets[65536];
	struct endpoint to = {.addr = ip_addr_v4((ip4_addr){0x0a000002}),
			      .port = 9};
	int fd = sk_socket(&w->stack, SK_AF_INET, SK_SOCK_DGRAM, 0);
	size_t i;

	for (i = 0; i < sizeof(octets); i++)
		octets[i] = (uint8_t)(i * 31 + i / 251);
	sk_setsockopt(&w->stack, fd, SK_SOL_UDP, SK_UDP_SEGMENT, &size,
		      sizeof(size));
	sk_setsockopt(&w->stack, fd, SK_IPPROTO_IP, SK_IP_MTU_DISCOVER, &df,
		      sizeof(df));
	for (i = 0; i < 3; i++)
		assert_int_equal(sk_sendto(&w->stack, fd, octets, len, 0, &to),
				 len);
	sk_close(&w->stack, fd);
}

static void assert_same(const struct wire *a, const struct wire *b,
			bool but_number)
{
	uint32_t i;

	assert_int_equal(a->frames, b->frames);
	for (i = 0; i < a->frames; i++) {
		uint8_t x[MAX], y[MAX];

		assert_int_equal(a->len[i], b->len[i]);
		memcpy(x, a->b[i], MAX);
		memcpy(y, b->b[i], MAX);
		if (but_number) { /* the device has its own count */
			put32(x + 18, get16(x + 20));
			put32(y + 18, get16(y + 20));
			put16(x + 24, 0);
			put16(y + 24, 0);
		}
		assert_memory_equal(x, y, a->len[i]);
	}
}

static void datagrams_are_the_same_wherever_they_are_cut(void **s)
{
	static const struct {
		int size;
		size_t len;
		int df;
	} cases[] = {
		{1000, 50000, 0},
		{1000, 3500, SK_PMTUDISC_DO},
		{1472, 1473, SK_PMTUDISC_DO},
		{10, 640, 0},
		{1000, 1000, 0},
		{1000, 1, 0},
		{1472, 58880, SK_PMTUDISC_DO},
	};
	size_t i;

	(void)s;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		uint32_t pieces =
			(uint32_t)((cases[i].len - 1) / (size_t)cases[i].size +
				   1);

		begin(&early, 0);
		early.env.probe = listen_to_all;
		begin(&late, 0);
		begin(&device, NETIF_F_CSUM_TX | NETIF_F_GSO_UDP);
		send_in(&early, cases[i].size, cases[i].len, cases[i].df);
		send_in(&late, cases[i].size, cases[i].len, cases[i].df);
		send_in(&device, cases[i].size, cases[i].len, cases[i].df);
		assert_int_equal(early.frames, 3 * pieces);
		assert_int_equal(device.packets, 3);
		assert_same(&early, &late, false);
		assert_same(&early, &device, true);
		end(&early);
		end(&late);
		end(&device);
	}
}

/* A link of 1,500 octets; what Linux 6.18 says to the same. */
static void datagrams_that_do_not_fit_are_refused(void **s)
{
	static const struct {
		int size;
		size_t len;
		long want;
	} cases[] = {
		{1472, 5000, 5000},	  {1473, 5000, -EMSGSIZE},
		{1473, 1473, -EMSGSIZE},  {1473, 1000, 1000},
		{2000, 1472, 1472},	  {2000, 1999, -EMSGSIZE},
		{2000, 2001, -EMSGSIZE},  {2000, 64001, -EMSGSIZE},
		{500, 64001, -EINVAL},	  {1, 128, 128},
		{1, 129, -EINVAL},	  {1400, 65507, 65507},
		{1400, 65508, -EMSGSIZE},
	};
	static const uint8_t octets[65536];
	struct endpoint to = {.addr = ip_addr_v4((ip4_addr){0x0a000002}),
			      .port = 9};
	size_t i;
	int fd;

	(void)s;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		begin(&late, 0);
		fd = sk_socket(&late.stack, SK_AF_INET, SK_SOCK_DGRAM, 0);
		sk_setsockopt(&late.stack, fd, SK_SOL_UDP, SK_UDP_SEGMENT,
			      &cases[i].size, sizeof(cases[i].size));
		assert_int_equal(sk_sendto(&late.stack, fd, octets,
					   cases[i].len, 0, &to),
				 cases[i].want);
		assert_int_equal(late.frames == 0, cases[i].want < 0);
		sk_close(&late.stack, fd);
		end(&late);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(datagrams_are_the_same_wherever_they_are_cut),
		cmocka_unit_test(datagrams_that_do_not_fit_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
