// SPDX-License-Identifier: MIT
/*
 * host.c - a stack of ours as a port: virtual time, one interface, raw IP
 *
 * Theory of operation
 * ===================
 * The stack's clock is a variable.  A step moves it to the next moment at
 * which the stack has something to do, and lets it do that; so an hour takes
 * as long as what happens in it.
 *
 *	drill_host_input() --> [Ethernet header put on] --> weft_input()
 *	drill_host_take()  <-- queue <-- [taken off] <-- transmit()
 *
 * The interface is one without neighbours (NETIF_F_NO_ARP): every packet that
 * has a route leaves at once, and the route is the default.
 */

#include "drill/host.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <weft/weft.h>

#include "base/check.h"

#include "wire/addr.h"
#include "wire/csum.h"
#include "wire/ether.h"
#include "wire/ip4.h"
#include "wire/tcp.h"
#include "wire/udp.h"

#include "core/env.h"
#include "core/stack.h"

#include "api/core.h"
#include "drill/knob.h"
#include "ip/ip.h"

enum { OUT_MAX = 4096, OFFLOAD_MAX = 65535 };

static const mac_addr our_mac = {{2, 0, 0, 0, 0, 1}};

static uint64_t host_now(void *arg)
{
	const struct drill_host *h = arg;

	return h->now_ns;
}

/* The same numbers in every run (splitmix64). */
static int host_random(void *arg, void *buf, size_t len)
{
	struct drill_host *h = arg;
	uint8_t *to = buf;

	while (len--) {
		uint64_t z = h->random += UINT64_C(0x9e3779b97f4a7c15);

		z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
		z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
		*to++ = (uint8_t)(z >> 56);
	}
	return 0;
}

static int host_wait(void *arg, uint64_t until_ns)
{
	struct drill_host *h = arg;

	return h->wait ? h->wait(h->wait_arg, until_ns) : -1;
}

/* Short frames are padded: that is no part of the packet. */
static void cut_padding(struct host_packet *p)
{
	struct ip4_hdr ip;

	if (ip4_hdr_parse(&ip, p->octets, p->len) > 0)
		p->len = ip.total_len;
}

/* A device that takes offloads adds the payload to the pseudo header's sum. */
static void complete_csum(struct host_packet *p)
{
	struct ip4_hdr ip;
	int n = ip4_hdr_parse(&ip, p->octets, p->len);
	uint8_t *l4 = p->octets + n;
	size_t off, len;
	uint32_t sum;

	if (n < 0 || ip4_is_fragment(&ip))
		return;
	len = p->len - (size_t)n;
	if (ip.proto == IP_PROTO_TCP && len >= TCP_HLEN)
		off = offsetof(struct tcp_wire, sum);
	else if (ip.proto == IP_PROTO_UDP && len >= UDP_HLEN)
		off = offsetof(struct udp_wire, sum);
	else
		return;
	put16(l4 + off, 0);
	sum = csum_pseudo4(ip.src, ip.dst, ip.proto, (uint32_t)len);
	sum = csum_fold(csum_add(sum, l4, len));
	put16(l4 + off, ip.proto == IP_PROTO_UDP
				? udp_sum_to_send((uint16_t)sum)
				: (uint16_t)sum);
}

/* A frame leaves: what is behind its header is kept. */
static int host_transmit(void *arg, int ifindex, const struct iovec *iov,
			 int count)
{
	struct drill_host *h = arg;
	struct host_packet *p;
	size_t len = 0, skip = ETH_HLEN;
	int i;

	(void)ifindex;
	for (i = 0; i < count; i++)
		len += iov[i].iov_len;
	p = h->out_count < OUT_MAX && len > ETH_HLEN ? malloc(sizeof(*p) + len)
						     : NULL;
	if (!p) {
		h->lost++;
		return -1;
	}
	p->at_ns = h->now_ns;
	p->len = 0;
	for (i = 0; i < count; i++) {
		size_t cut = min_size(skip, iov[i].iov_len);

		memcpy(p->octets + p->len, (uint8_t *)iov[i].iov_base + cut,
		       iov[i].iov_len - cut);
		p->len += iov[i].iov_len - cut;
		skip -= cut;
	}
	cut_padding(p);
	if (h->has_offload)
		complete_csum(p);
	list_add_tail(&h->out, &p->node);
	h->out_count++;
	return 0;
}

int drill_host_add_addr(struct drill_host *h, uint32_t addr,
			uint32_t prefix_len)
{
	char text[IP4_TEXT + 4];
	size_t n;

	ip4_print((ip4_addr){addr}, text);
	n = strlen(text);
	text[n++] = '/';
	if (prefix_len > 9)
		text[n++] = (char)('0' + prefix_len / 10);
	text[n++] = (char)('0' + prefix_len % 10);
	text[n] = '\0';
	return weft_addr_add(h->ws, h->ifindex, text);
}

static int set_up(struct drill_host *h, const struct drill_config *cfg)
{
	struct stack *stack = weft_stack_core(h->ws);
	struct ip4_net all = {0};
	struct netif *netif;
	int err;

	h->ifindex = weft_if_add(h->ws, "tun0", our_mac.o, cfg->mtu);
	if (h->ifindex < 0)
		return -1;
	netif = stack_netif_by_index(stack, (uint32_t)h->ifindex);
	netif->features |= NETIF_F_NO_ARP;
	if (cfg->has_offload) {
		netif->features |= NETIF_F_GSO_TCP | NETIF_F_CSUM_TX;
		netif->gso_max = OFFLOAD_MAX;
	}
	if (drill_host_add_addr(h, cfg->local_ip, cfg->prefix_len))
		return -1;
	stack_enter(stack);
	err = ip_route_add(stack, all, IP4_ANY, netif, 0);
	stack_leave(stack);
	return err;
}

static uint64_t port_now(struct drill_port *port)
{
	return container_of(port, struct drill_host, port)->now_ns;
}

static int port_step(struct drill_port *port, uint64_t until_ns,
		     bool wants_packet)
{
	(void)wants_packet;
	return drill_host_step(container_of(port, struct drill_host, port),
			       until_ns);
}

static size_t port_take(struct drill_port *port, void *buf, size_t room,
			uint64_t *at_ns)
{
	return drill_host_take(container_of(port, struct drill_host, port), buf,
			       room, at_ns);
}

/* The call runs here; when it blocks, the stack asks what to do meanwhile. */
static uint64_t port_block(struct drill_port *port, const struct drill_job *job,
			   bool may_block)
{
	struct drill_host *h = container_of(port, struct drill_host, port);

	(void)may_block;
	h->wait = job->idle;
	h->wait_arg = job->arg;
	job->fn(job->arg);
	h->wait = NULL;
	return h->now_ns;
}

static int port_knob(struct drill_port *port, const char *name,
		     const char *value)
{
	return drill_host_knob(container_of(port, struct drill_host, port),
			       name, value);
}

static const struct drill_port_ops host_ops = {
	.now = port_now,
	.step = port_step,
	.take = port_take,
	.block = port_block,
	.knob = port_knob,
};

struct drill_host *drill_host_new(const struct drill_config *cfg)
{
	struct drill_host *h = calloc(1, sizeof(*h));
	struct weft_config wc = {
		.size = sizeof(wc),
		.name = "drill",
		.arg = h,
		.transmit = host_transmit,
		.now_ns = host_now,
		.random = host_random,
		.wait = host_wait,
	};

	if (!h)
		return NULL;
	list_init(&h->out);
	h->now_ns = 1000 * NS_PER_S;
	h->port.ops = &host_ops;
	h->has_offload = cfg->has_offload;
	h->ws = weft_stack_new(&wc);
	if (!h->ws || set_up(h, cfg) ||
	    drill_personality(weft_stack_core(h->ws))) {
		drill_host_free(h);
		return NULL;
	}
	drill_host_fill_table(h);
	return h;
}

void drill_host_free(struct drill_host *h)
{
	struct list *pos, *next;

	if (!h)
		return;
	weft_stack_free(h->ws);
	list_for_each_safe(pos, next, &h->out)
		free(container_of(pos, struct host_packet, node));
	free(h);
}

int drill_host_input(struct drill_host *h, const void *buf, size_t len)
{
	struct ether_hdr eth = {
		.dst = our_mac, .src = our_mac, .type = ETH_IP4};
	uint8_t *frame = malloc(ETH_HLEN + len);
	int ret;

	if (!frame) {
		errno = ENOMEM;
		return -1;
	}
	eth.src.o[5] = 2;
	ether_emit(frame, &eth);
	memcpy(frame + ETH_HLEN, buf, len);
	ret = weft_input(h->ws, h->ifindex, frame, ETH_HLEN + len);
	free(frame);
	return ret;
}

size_t drill_host_take(struct drill_host *h, void *buf, size_t room,
		       uint64_t *at_ns)
{
	struct list *node = list_pop_head(&h->out);
	struct host_packet *p;
	size_t len;

	if (!node)
		return 0;
	p = container_of(node, struct host_packet, node);
	h->out_count--;
	len = min_size(p->len, room);
	memcpy(buf, p->octets, len);
	*at_ns = p->at_ns;
	free(p);
	return len;
}

int drill_host_step(struct drill_host *h, uint64_t until_ns)
{
	uint64_t next = weft_next(h->ws);

	if (next > until_ns)
		next = until_ns;
	if (next == UINT64_MAX)
		return -EDEADLK;
	if (next > h->now_ns)
		h->now_ns = next;
	weft_run(h->ws);
	return 0;
}

int drill_host_knob(struct drill_host *h, const char *name, const char *value)
{
	return drill_knob_set(weft_stack_core(h->ws), name, value);
}
