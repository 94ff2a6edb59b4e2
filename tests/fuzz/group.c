// SPDX-License-Identifier: MIT
/*
 * group.c - fuzz target: IGMP and MLD of a host, a router and a switch
 *
 * Theory of operation
 * ===================
 * A host and a router that serves groups sit on a switch that reads along, with
 * a box.  The input is a program: the box sends such a message of IGMP or MLD,
 * from one of a few addresses to one of a few others, with checksums made
 * right; a program on the host joins, leaves, names sources, sends; time
 * passes.
 *
 * The first octet is the number of the allocation that fails.  In the end the
 * socket is closed, the router stops asking and an hour passes; then no packet
 * and no block may be in use, and when the world is gone no memory at all.
 */

#include "ip/group.h"

#include <string.h>

#include "base/cursor.h"

#include "wire/csum.h"
#include "wire/ether.h"
#include "wire/igmp.h"
#include "wire/ip4.h"
#include "wire/ip6.h"
#include "wire/mld.h"

#include "core/pkt.h"

#include "fuzz.h"
#include "ip/ip.h"
#include "ip6/ip6.h"
#include "ip6/nd.h"
#include "sock/sock.h"
#include "vnet/vnet.h"

enum { STEPS_MAX = 60, MESSAGE_MAX = 1400, SS = 128 };

struct fuzz {
	struct mem mem;
	struct world *w;
	struct vswitch *sw;
	struct host *host, *router;
	struct port *box;
	struct netif *netifs[2];
	int fds[2];
};

/* A few groups, more than one of them of interest. */
static ip4_addr pick4(uint8_t which)
{
	static const uint32_t known[] = {0xe0000001, 0xe0000002, 0xe0000016,
					 0x0a000001, 0x0a000002, 0x0a000009,
					 0};

	return (ip4_addr){which % 16 < 7 ? known[which % 16]
					 : 0xef010200U + which};
}

static ip6_addr pick6(uint8_t which)
{
	ip6_addr a = {{0xff, 2}};

	switch (which % 16) {
	case 0:
	case 1:
	case 2:
		a.o[15] = (uint8_t)(which % 16 == 2 ? 0x16 : which % 16 + 1);
		return a;
	case 3:
	case 4:
		a = (ip6_addr){{0xfe, 0x80}};
		break;
	case 5:
		return IP6_ANY;
	case 6:
		a = (ip6_addr){{0x20, 1, 0xd, 0xb8}};
		break;
	case 7:
		return ip6_solicited_node(IP6_LOOPBACK);
	default:
		a.o[1] = 0x15;
		break;
	}
	a.o[15] = which;
	return a;
}

static void send_frame(struct fuzz *f, uint8_t *frame, uint16_t type,
		       size_t len)
{
	memset(frame, 0xff, 6);
	frame[0] = 0x01;
	memcpy(frame + 6, f->box->netif.mac.o, 6);
	put16(frame + 12, type);
	(void)box_send(f->box, frame, ETH_HLEN + len);
}

static void send_igmp(struct fuzz *f, struct cursor *c)
{
	static const uint8_t types[] = {0x11, 0x12, 0x16, 0x17, 0x22, 0x99};
	static const uint8_t alert[4] = {148, 4, 0, 0};
	uint8_t frame[ETH_HLEN + 24 + MESSAGE_MAX] = {0};
	uint8_t *m = frame + ETH_HLEN + 24;
	struct ip4_hdr h = {
		.proto = IP_PROTO_IGMP, .ttl = 1, .opts = alert, .opts_len = 4};
	size_t len;

	h.src = pick4(cur_u8(c) % 8);
	h.dst = pick4(cur_u8(c));
	m[0] = types[cur_u8(c) % sizeof(types)];
	len = cur_u8(c) % 128;
	len = min_size(len, cur_left(c));
	cur_copy(c, m + 1, len);
	if (m[0] != 0x22)
		put_ip4(m + 4, pick4(m[4]));
	else
		put_ip4(m + 12, pick4(m[12]));
	len = len + 1 < 8 ? 8 : len + 1;
	put16(m + 2, 0);
	put16(m + 2, csum(m, len));
	h.total_len = (uint16_t)(24 + len);
	ip4_hdr_emit(frame + ETH_HLEN, &h);
	send_frame(f, frame, ETH_IP4, 24 + len);
}

static void send_mld(struct fuzz *f, struct cursor *c)
{
	static const uint8_t types[] = {130, 131, 132, 143};
	static const uint8_t front[8] = {IP_PROTO_ICMP6, 0, 5, 2, 0, 0, 1, 0};
	uint8_t frame[ETH_HLEN + IP6_HLEN + 8 + MESSAGE_MAX] = {0};
	uint8_t *m = frame + ETH_HLEN + IP6_HLEN + 8;
	struct ip6_hdr h = {.next = IP_PROTO_HOPOPTS, .hops = 1};
	uint32_t sum;
	size_t len;

	h.src = pick6(cur_u8(c) % 8);
	h.dst = pick6(cur_u8(c));
	m[0] = types[cur_u8(c) % sizeof(types)];
	len = cur_u8(c);
	len = min_size(len, cur_left(c));
	cur_copy(c, m + 1, len);
	put_ip6(m + (m[0] == 143 ? 12 : 8), pick6(m[12]));
	len = len + 1 < 8 ? 8 : len + 1;
	put16(m + 2, 0);
	sum = csum_pseudo6(h.src, h.dst, IP_PROTO_ICMP6, (uint32_t)len);
	put16(m + 2, csum_fold(csum_add(sum, m, len)));
	memcpy(m - 8, front, sizeof(front));
	h.payload_len = (uint16_t)(8 + len);
	ip6_hdr_emit(frame + ETH_HLEN, &h);
	send_frame(f, frame, ETH_IP6, IP6_HLEN + 8 + len);
}

static void put_ss(uint8_t *ss, int six, uint8_t which)
{
	sk_put_ss(ss,
		  six ? ip_addr_v6(pick6(which)) : ip_addr_v4(pick4(which)));
}

/* One of the seven options of RFC 3678. */
static void program(struct fuzz *f, struct cursor *c)
{
	int six = cur_u8(c) & 1, fd = f->fds[six];
	int name = SK_MCAST_JOIN_GROUP + cur_u8(c) % 7;
	uint8_t req[16 + SS + 8 * SS] = {0};
	uint32_t index = cur_u8(c) & 1 ? f->netifs[0]->index : 0;
	uint32_t mode = cur_u8(c) & 1, count = cur_u8(c) % 8;
	size_t len = 8 + SS;

	if (fd < 0)
		return;
	memcpy(req, &index, 4);
	put_ss(req + 8, six, cur_u8(c));
	if (name == SK_MCAST_MSFILTER) {
		memcpy(req + 8 + SS, &mode, 4);
		memcpy(req + 12 + SS, &count, 4);
		for (uint32_t i = 0; i < count; i++)
			put_ss(req + 16 + SS + (size_t)i * SS, six, cur_u8(c));
		len = 16 + SS + (size_t)count * SS;
	} else if (name != SK_MCAST_JOIN_GROUP &&
		   name != SK_MCAST_LEAVE_GROUP) {
		put_ss(req + 8 + SS, six, cur_u8(c));
		len += SS;
	}
	(void)sk_setsockopt(&f->host->stack, fd,
			    six ? SK_IPPROTO_IPV6 : SK_IPPROTO_IP, name, req,
			    len);
}

static void speak(struct fuzz *f, struct cursor *c)
{
	int six = cur_u8(c) & 1;
	struct endpoint to = {.port = 5000};
	uint8_t buf[64] = {0};

	to.addr = six ? ip_addr_v6(pick6(cur_u8(c)))
		      : ip_addr_v4(pick4(cur_u8(c)));
	if (f->fds[six] >= 0)
		(void)sk_sendto(&f->host->stack, f->fds[six], buf, sizeof(buf),
				SK_MSG_DONTWAIT, &to);
}

static void run_ms(struct fuzz *f, uint64_t ms)
{
	world_run_until(f->w, world_now(f->w) + ms * NS_PER_MS);
}

static void step(struct fuzz *f, struct cursor *c)
{
	switch (cur_u8(c) % 6) {
	case 0:
	case 1:
		send_igmp(f, c);
		break;
	case 2:
		send_mld(f, c);
		break;
	case 3:
		program(f, c);
		break;
	case 4:
		speak(f, c);
		break;
	default:
		run_ms(f, (uint64_t)1 << (cur_u8(c) % 20));
		break;
	}
	run_ms(f, 0);
}

static bool plug(struct fuzz *f, struct port *port)
{
	struct port *end = port ? switch_add_port(f->sw) : NULL;

	return end && world_link(f->w, port, end, NULL);
}

static bool add_addresses(struct fuzz *f, struct host *h, int i)
{
	const struct nd_conf by_hand = {.no_autoconf = true,
					.no_routers = true};
	struct ip6_addr_conf conf = {.no_dad = true};
	const struct ip4_net net = {{0x0a000001U + (uint32_t)i}, 24};

	conf.net = (struct ip6_net){pick6(6), 64};
	conf.net.addr.o[15] = (uint8_t)(i + 1);
	return !ip_addr_add(&h->stack, f->netifs[i], net) &&
	       !nd_conf_set(&h->stack, f->netifs[i], &by_hand) &&
	       !ip6_addr_add_conf(&h->stack, f->netifs[i], &conf);
}

/* False if memory ran out. */
static bool set_up(struct fuzz *f)
{
	struct host *hosts[2];
	struct node *box;

	f->fds[0] = f->fds[1] = -1;
	f->w = world_new(&f->mem, 1);
	if (!f->w)
		return false;
	f->sw = world_add_switch(f->w, "sw");
	f->host = hosts[0] = world_add_host(f->w, "host");
	f->router = hosts[1] = world_add_router(f->w, "router");
	if (!f->sw || !f->host || !f->router)
		return false;
	for (int i = 0; i < 2; i++) {
		struct port *port = host_add_port(hosts[i], NULL);

		if (!plug(f, port))
			return false;
		f->netifs[i] = &port->netif;
		if (!add_addresses(f, hosts[i], i))
			return false;
	}
	box = world_add_box(f->w, "box", NULL, NULL);
	f->box = box ? box_add_port(box, NULL) : NULL;
	if (!plug(f, f->box))
		return false;
	f->fds[0] = sk_socket(&f->host->stack, SK_AF_INET, SK_SOCK_DGRAM, 0);
	f->fds[1] = sk_socket(&f->host->stack, SK_AF_INET6, SK_SOCK_DGRAM, 0);
	return !group_querier_start(&f->router->stack, IP_V4, f->netifs[1]) &&
	       !group_querier_start(&f->router->stack, IP_V6, f->netifs[1]);
}

static void tear_down(struct fuzz *f)
{
	struct env *env = f->w ? world_env(f->w) : NULL;

	if (!f->w)
		return;
	for (int i = 0; i < 2; i++)
		if (f->fds[i] >= 0)
			(void)sk_close(&f->host->stack, f->fds[i]);
	if (f->router && f->netifs[1]) {
		group_querier_stop(&f->router->stack, IP_V4, f->netifs[1]);
		group_querier_stop(&f->router->stack, IP_V6, f->netifs[1]);
	}
	run_ms(f, UINT64_C(3600) * 1000);
	check(env->pkts.in_use == 0);
	for (int i = 0; i < BLOCK_CLASSES; i++)
		check(env->blocks[i].in_use == 0);
	check(world_free(f->w) == 0);
}

/* What the parsers accept is written and read again, and says the same. */
static void there_and_back(const uint8_t *data, size_t size)
{
	uint8_t buf[2048];
	struct group_query a, b;

	if (size > 1400)
		return;
	if (mld_query_parse(&a, data, size) == 0) {
		size_t len = mld_query_emit(buf, &a);

		check(mld_query_parse(&b, buf, len) == 0);
		check(a.version == b.version && a.max_ms == b.max_ms &&
		      a.source_count == b.source_count &&
		      ip_addr_eq(a.group, b.group));
	}
	if (size >= IGMP_LEN && igmp_query_parse(&a, data, size) == 0) {
		size_t len = igmp_query_emit(buf, &a);

		check(igmp_query_parse(&b, buf, len) == 0);
		check(a.version == b.version &&
		      a.source_count == b.source_count &&
		      ip_addr_eq(a.group, b.group));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor c = cur_init(data, size);
	struct fuzz f = {0};
	int steps = 0;

	there_and_back(data, size);
	fuzz_mem_init(&f.mem, cur_u8(&c));
	if (set_up(&f)) {
		run_ms(&f, 3000);
		while (cur_left(&c) && steps++ < STEPS_MAX)
			step(&f, &c);
	}
	tear_down(&f);
	fuzz_mem_fini(&f.mem);
	return 0;
}
