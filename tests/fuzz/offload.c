// SPDX-License-Identifier: MIT
/*
 * offload.c - fuzz target: any offload header in front of any frame
 *
 * What virtio_apply() lets through is believed by everybody above, so each
 * frame goes on through a router whose other side can do nothing itself: there
 * the checksum is completed and the segment cut as the header said.  What
 * comes out is described again, and must be believed the same.
 *
 * Input: the allocation that fails, then frames: two octets of length, ten of
 * offload header, the frame without its destination.
 */
#include <string.h>

#include "wire/ether.h"

#include "core/netif.h"
#include "core/pkt.h"
#include "core/stack.h"

#include "driver/virtio.h"
#include "fuzz.h"
#include "inet/inet.h"
#include "ip/ip.h"
#include "link/arp.h"

enum { FRAMES_MAX = 20, FRAME_MAX = 70000 };

static const mac_addr near_mac = {{2, 0, 0, 0, 0, 1}};
static const mac_addr far_mac = {{2, 0, 0, 0, 0, 2}};

/* What leaves must be whole: this device completes and cuts nothing. */
static int far_transmit(struct netif *netif, struct pkt *pkt)
{
	pkt_check(pkt);
	check(pkt->csum != PKT_CSUM_PARTIAL);
	check(!pkt->gso_size && pkt->len <= netif->mtu + ETH_HLEN);
	pkt_free(pkt);
	return 0;
}

/* Where frames come from, and answers go: it can do everything. */
static int near_transmit(struct netif *netif, struct pkt *pkt)
{
	uint8_t hdr[VIRTIO_HLEN];
	uint16_t gso_size = pkt->gso_size;

	(void)netif;
	pkt_check(pkt);
	virtio_describe(pkt, hdr);
	pkt->csum = PKT_CSUM_NONE;
	pkt->gso = PKT_GSO_NONE;
	pkt->gso_size = 0;
	check(virtio_apply(pkt, hdr) == DROP_COUNT);
	check(pkt->gso_size == gso_size);
	pkt_free(pkt);
	return 0;
}

static const struct netif_ops near_ops = {.transmit = near_transmit};
static const struct netif_ops far_ops = {.transmit = far_transmit};

static int fill(void *arg, void *buf, size_t len)
{
	(void)arg;
	memset(buf, 7, len);
	return 0;
}

struct fixture {
	struct mem mem;
	struct env env;
	struct stack stack;
	struct netif near, far;
};

static void add(struct fixture *f, struct netif *netif, const char *name,
		mac_addr mac, const char *net)
{
	struct ip4_net n;

	check(ip4_net_parse(&n, net) == 0);
	netif_init(netif, &f->stack.place, name, mac);
	stack_add_netif(&f->stack, netif);
	check(ip_addr_add(&f->stack, netif, n) == 0);
}

static void begin(struct fixture *f)
{
	const struct inet_config cfg = {.is_router = true};
	struct entropy entropy = {.fill = fill};

	memset(f, 0, sizeof(*f));
	fuzz_mem_init(&f->mem, 0);
	env_init(&f->env, &f->mem);
	check(stack_init(&f->stack, &f->env, "r", entropy) == 0);
	check(inet_init(&f->stack, &cfg) == 0);
	add(f, &f->near, "near", near_mac, "10.0.0.1/24");
	add(f, &f->far, "far", far_mac, "10.0.1.1/24");
	f->near.ops = &near_ops;
	f->near.features = NETIF_F_CSUM_TX | NETIF_F_GSO_TCP;
	f->near.gso_max = 65535;
	f->far.ops = &far_ops;
	/* Both neighbours are known; nobody needs to ask. */
	check(arp_add(&f->stack, &f->near, (ip4_addr){0x0a000002}, far_mac) ==
	      0);
	check(arp_add(&f->stack, &f->far, (ip4_addr){0x0a000102}, near_mac) ==
	      0);
}

static void end(struct fixture *f)
{
	f->near.is_up = f->far.is_up = false;
	inet_fini(&f->stack);
	stack_fini(&f->stack);
	check(env_fini(&f->env) == 0);
	fuzz_mem_fini(&f->mem);
}

static void one_frame(struct fixture *f, const uint8_t *hdr,
		      const uint8_t *frame, size_t len)
{
	struct pkt *pkt = pkt_new(&f->env, R_NONE);
	size_t linear = min_size(len, 48); /* as a driver scatters it */

	if (!pkt)
		return;
	if (pkt_append(pkt, near_mac.o, sizeof(near_mac.o)) ||
	    pkt_append(pkt, frame, linear)) {
		pkt_free(pkt);
		return;
	}
	if (len > linear) {
		struct block *blk = block_new(&f->env, len - linear);

		if (blk) {
			memcpy(blk->data, frame + linear, len - linear);
			check(!pkt_append_ref(pkt, blk, 0, len - linear));
			block_put(blk);
		}
	}
	pkt->netif = &f->near;
	if (virtio_apply(pkt, hdr) == DROP_COUNT)
		netif_input(&f->near, pkt);
	else
		pkt_drop(&f->stack.place, pkt, DROP_vnet_bad);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fixture f;
	int i;

	if (size < 1)
		return 0;
	begin(&f);
	if (data[0])
		f.mem.fail_at = f.mem.calls + data[0];
	data++;
	size--;
	for (i = 0; i < FRAMES_MAX && size > 2 + VIRTIO_HLEN; i++) {
		size_t len = (size_t)data[0] << 8 | data[1];

		data += 2;
		size -= 2 + VIRTIO_HLEN;
		len = min_size(min_size(len, size), FRAME_MAX);
		one_frame(&f, data, data + VIRTIO_HLEN, len);
		data += VIRTIO_HLEN + len;
		size -= len;
		f.env.now_ns += NS_PER_MS;
		stack_run(&f.stack);
	}
	end(&f);
	return 0;
}
