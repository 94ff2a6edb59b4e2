// SPDX-License-Identifier: MIT
/*
 * flood.c - the price of a SYN that nobody means
 *
 * Theory of operation
 * ===================
 * A server has two interfaces.  From one come SYNs with invented sources, as
 * frames: each has its own address, port and numbers, true checksums and the
 * options of a usual client; what the server answers ends in a driver that
 * counts it.  Behind the other is an honest client, which in between connects,
 * sends, is answered and resets, so that nothing of it remains.
 *
 *	strangers --- eth0 [server] mem0 --- client
 *
 * It fails unless every SYN was answered, every honest connection came about
 * and the memory of both stacks grew by at most a megabyte.  "generator" is
 * the part of making the frames, to be taken off.
 */

#include <errno.h>
#include <time.h>

#include "base/check.h"
#include "base/rng.h"

#include "wire/csum.h"
#include "wire/ether.h"
#include "wire/ip4.h"
#include "wire/proto.h"
#include "wire/tcp.h"
#include "wire/tcp_opt.h"

#include "core/pkt.h"

#include "bench.h"
#include "driver/mem.h"
#include "inet/inet.h"
#include "ip/ip.h"
#include "link/arp.h"
#include "sock/sock.h"
#include "stack_up.h"
#include "tcp/tcp.h"

enum {
	PORT = 80,
	SMALL = 64,
	SYN_NS = 400,	    /* 2.5 million a second */
	HONEST_EACH = 2500, /* 1,000 a second */
	GROWTH_MAX = 1 << 20,
	L4 = ETH_HLEN + IP4_HLEN,
};

struct flood {
	struct mem mem;
	struct env env;
	struct rng rng;
	struct stack server, client;
	struct mem_wire wire;
	struct netif outside;
	uint8_t frame[ETH_HLEN + IP4_HLEN + TCP_HLEN + TCP_OPTS_MAX];
	size_t len;
	uint32_t ip_sum, tcp_sum; /* of the frame without what changes */
	uint64_t answers, honest;
	int listener;
};

static struct flood f;
static uint8_t buf[SMALL];

static const struct endpoint server_ep = {
	.addr = {.family = IP_V4, .v4 = {0x0a000002}}, .port = PORT};

/* Outside: count the answers, forget everything. */
static int sink(struct netif *netif, struct pkt *pkt)
{
	const uint8_t *p = pkt_cdata(pkt);

	(void)netif;
	if (get16(p + 12) == ETH_IP4 && p[L4 + 13] == (TCP_SYN | TCP_ACK))
		f.answers++;
	pkt_free(pkt);
	return 0;
}

static const struct netif_ops sink_ops = {.transmit = sink};

static const mac_addr gateway_mac = {{2, 0, 0, 0, 9, 9}};

/* The frame that all SYNs are made of: client's options, no numbers yet. */
static void make_template(void)
{
	struct ether_hdr eth = {
		.dst = f.outside.mac, .src = gateway_mac, .type = ETH_IP4};
	struct tcp_opts o = {.has = TCP_HAS_MSS | TCP_HAS_SACK_OK |
				    TCP_HAS_TIMESTAMP | TCP_HAS_WSCALE,
			     .mss = 1460,
			     .wscale = 7,
			     .ts_val = 1};
	struct tcp_hdr tcp = {.dport = PORT, .flags = TCP_SYN, .win = 64240};
	struct ip4_hdr ip = {
		.dst = server_ep.addr.v4, .proto = IP_PROTO_TCP, .ttl = 57};
	size_t tcp_len = TCP_HLEN + tcp_opts_len(&o);

	f.len = L4 + tcp_len;
	tcp.len = (uint8_t)tcp_len;
	ip.total_len = (uint16_t)(IP4_HLEN + tcp_len);
	ether_emit(f.frame, &eth);
	ip4_hdr_emit(f.frame + ETH_HLEN, &ip);
	put16(f.frame + ETH_HLEN + offsetof(struct ip4_wire, sum), 0);
	tcp_emit(f.frame + L4, &tcp);
	tcp_opts_emit(f.frame + L4 + TCP_HLEN, &o);
	f.ip_sum = csum_add(0, f.frame + ETH_HLEN, IP4_HLEN);
	f.tcp_sum = csum_add(csum_pseudo4((ip4_addr){0}, ip.dst, IP_PROTO_TCP,
					  (uint32_t)tcp_len),
			     f.frame + L4, tcp_len);
}

static void flood_up(void)
{
	struct endpoint local = {.addr = ip_addr_v4(IP4_ANY), .port = PORT};

	mem_init_libc(&f.mem);
	env_init(&f.env, &f.mem);
	rng_init(&f.rng, 1, "flood");
	stack_up(&f.server, &f.env, &f.rng, "server");
	stack_up(&f.client, &f.env, &f.rng, "client");
	mem_wire_init(&f.wire, &f.client, &f.server, NULL);
	check(!ip_addr_add(&f.client, &f.wire.end[0].netif,
			   (struct ip4_net){ip4_make(10, 0, 0, 1), 24}));
	check(!ip_addr_add(&f.server, &f.wire.end[1].netif,
			   (struct ip4_net){ip4_make(10, 0, 0, 2), 24}));
	netif_init(&f.outside, &f.server.place, "eth0",
		   (mac_addr){{2, 0, 0, 0, 9, 1}});
	f.outside.ops = &sink_ops;
	stack_add_netif(&f.server, &f.outside);
	check(!ip_addr_add(&f.server, &f.outside,
			   (struct ip4_net){ip4_make(10, 9, 0, 1), 24}));
	check(!ip_route_add(&f.server, (struct ip4_net){IP4_ANY, 0},
			    ip4_make(10, 9, 0, 9), NULL, 0));
	f.listener = sk_socket(&f.server, SK_AF_INET,
			       SK_SOCK_STREAM | SK_SOCK_NONBLOCK, 0);
	check(f.listener >= 0 && !sk_bind(&f.server, f.listener, &local));
	check(!sk_listen(&f.server, f.listener, 128));
	make_template();
	f.env.now_ns += NS_PER_S;
	mem_wire_run(&f.wire);
}

static int flood_down(void)
{
	sk_close(&f.server, f.listener);
	f.env.now_ns += 86400 * NS_PER_S;
	mem_wire_run(&f.wire);
	stack_del_netif(&f.server, &f.outside);
	mem_wire_fini(&f.wire);
	inet_fini(&f.client);
	inet_fini(&f.server);
	stack_fini(&f.client);
	stack_fini(&f.server);
	return env_fini(&f.env) || f.mem.in_use_count ? -1 : 0;
}

/* One SYN of a stranger: address of 16.0.0.0 and up, port, number. */
static struct pkt *next_syn(void)
{
	struct pkt *pkt = pkt_new(&f.env, R_ACTION);
	uint64_t r = rng_u64(&f.rng);
	uint32_t src = 0x10000000 + ((uint32_t)r & 0x3fffffff);
	uint16_t sport = (uint16_t)(r >> 32 | 0x400);
	uint32_t seq = (uint32_t)(r >> 24);
	uint8_t *p, varied[10];

	check(pkt && !pkt_append(pkt, f.frame, f.len));
	p = pkt_data(pkt);
	put32(varied, src);
	put16(varied + 4, sport);
	put32(varied + 6, seq);
	memcpy(p + ETH_HLEN + offsetof(struct ip4_wire, src), varied, 4);
	memcpy(p + L4, varied + 4, 2);
	memcpy(p + L4 + 4, varied + 6, 4);
	put16(p + ETH_HLEN + offsetof(struct ip4_wire, sum),
	      csum_fold(csum_add(f.ip_sum, varied, 4)));
	put16(p + L4 + offsetof(struct tcp_wire, sum),
	      csum_fold(csum_add(f.tcp_sum, varied, sizeof(varied))));
	return pkt;
}

/* Connect, ask, be answered, reset. */
static void honest_connect(void)
{
	struct sk_linger linger = {.onoff = 1};
	int a = sk_socket(&f.client, SK_AF_INET,
			  SK_SOCK_STREAM | SK_SOCK_NONBLOCK, 0);
	int b;

	check(a >= 0);
	check(!sk_setsockopt(&f.client, a, SK_SOL_SOCKET, SK_SO_LINGER, &linger,
			     sizeof(linger)));
	check(sk_connect(&f.client, a, &server_ep) == -EINPROGRESS);
	mem_wire_run(&f.wire);
	b = sk_accept4(&f.server, f.listener, NULL, SK_SOCK_NONBLOCK);
	if (b >= 0 && sk_send(&f.client, a, buf, SMALL, 0) == SMALL) {
		mem_wire_run(&f.wire);
		check(sk_recv(&f.server, b, buf, SMALL, 0) == SMALL);
		check(sk_send(&f.server, b, buf, SMALL, 0) == SMALL);
		mem_wire_run(&f.wire);
		f.honest += sk_recv(&f.client, a, buf, SMALL, 0) == SMALL;
	}
	sk_close(&f.client, a);
	mem_wire_run(&f.wire);
	if (b >= 0)
		sk_close(&f.server, b);
}

static void keep_gateway(void)
{
	check(!arp_add(&f.server, &f.outside, ip4_make(10, 9, 0, 9),
		       gateway_mac));
}

static void report(uint64_t count, clock_t spent, size_t growth)
{
	double s = (double)spent / CLOCKS_PER_SEC;

	printf("%llu SYN in %.2f s of CPU: %.2f M/s; answered %llu; honest"
	       " %llu of %llu; memory grew by %zu octets\n",
	       (unsigned long long)count, s, (double)count / s / 1e6,
	       (unsigned long long)f.answers, (unsigned long long)f.honest,
	       (unsigned long long)(count / HONEST_EACH), growth);
}

static int flood(uint64_t count, uint32_t cookies)
{
	uint64_t i;
	size_t before;
	clock_t start;

	flood_up();
	check(!tcp_knob_set(&f.server, "syncookies", cookies));
	keep_gateway();
	honest_connect();
	f.honest = f.answers = 0;
	before = f.mem.in_use_bytes;
	start = clock();
	for (i = 1; i <= count; i++) {
		netif_input(&f.outside, next_syn());
		f.env.now_ns += SYN_NS;
		if (i % HONEST_EACH == 0) {
			keep_gateway();
			honest_connect();
		}
	}
	report(count, clock() - start,
	       f.mem.peak_bytes > before ? f.mem.peak_bytes - before : 0);
	check(f.answers >= count); /* some twice, from the queue */
	check(f.honest == count / HONEST_EACH);
	check(f.mem.peak_bytes <= before + GROWTH_MAX);
	return flood_down();
}

/* The queue fills up, then cookies by themselves. */
static int syn_flood(uint64_t count)
{
	return flood(count, 1);
}

static int syn_cookie(uint64_t count)
{
	return flood(count, 2);
}

static int generator(uint64_t count)
{
	flood_up();
	while (count--)
		pkt_free(next_syn());
	return flood_down();
}

static const struct bench_op ops[] = {
	{"syn-flood", "a SYN of a stranger, answered; honest ones in between",
	 syn_flood},
	{"syn-cookie", "the same, without any queue", syn_cookie},
	{"syn-generator", "only making the frame of a SYN", generator},
};

int main(int argc, char **argv)
{
	return bench_main(argc, argv, ops, sizeof(ops) / sizeof(*ops));
}
