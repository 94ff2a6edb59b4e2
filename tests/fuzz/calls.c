// SPDX-License-Identifier: MIT
/*
 * calls.c - fuzz target: a program that makes any calls in any order
 *
 * Two hosts on a cable.  Each pair of octets of the input is a call on one of
 * them (which, which call, on which descriptor), or lets time pass.  Memory
 * may be short.  Nothing may crash, block or leak, whatever the program does:
 * the same descriptor closed twice, a set that watches itself, sending to who
 * has gone.
 */
#include <errno.h>
#include <string.h>

#include "wire/addr.h"

#include "fuzz.h"
#include "io/io.h"
#include "ip/ip.h"
#include "sock/sock.h"
#include "vnet/vnet.h"

enum { FDS = 8, CALLS_MAX = 400 };

struct net {
	struct mem mem;
	struct world *w;
	struct host *host[2];
};

static bool add_host(struct net *n, int i, struct port **port)
{
	struct ip4_net addr = {.addr = ip4_make(10, 0, 0, (uint8_t)(i + 1)),
			       .len = 24};

	n->host[i] = world_add_host(n->w, i ? "b" : "a");
	if (!n->host[i])
		return false;
	*port = host_add_port(n->host[i], NULL);
	return *port && !ip_addr_add(&n->host[i]->stack, &(*port)->netif, addr);
}

static bool build(struct net *n)
{
	struct cable_params params = {.delay_ns = NS_PER_MS};
	struct port *a, *b;

	n->w = world_new(&n->mem, 1);
	return n->w && add_host(n, 0, &a) && add_host(n, 1, &b) &&
	       world_link(n->w, a, b, &params);
}

/* One of four endpoints: a, b, this host, nobody. */
static struct endpoint endpoint_of(uint8_t arg)
{
	static const uint32_t addrs[] = {0x0a000001, 0x0a000002, 0x7f000001, 0};

	return (struct endpoint){
		.addr = ip_addr_v4((ip4_addr){addrs[arg & 3]}),
		.port = (uint16_t)(arg & 4 ? 7 : 0),
	};
}

static void call_socket(struct stack *s, int fd, uint8_t arg)
{
	struct endpoint ep = endpoint_of(arg);
	uint8_t buf[3000] = {0};
	size_t len = (size_t)arg * 11;

	switch (arg >> 3 & 15) {
	case 0:
	case 1:
		sk_socket(s, SK_AF_INET,
			  (arg & 1 ? SK_SOCK_STREAM : SK_SOCK_DGRAM) |
				  SK_SOCK_NONBLOCK,
			  0);
		break;
	case 2:
		sk_bind(s, fd, &ep);
		break;
	case 3:
		sk_connect(s, fd, &ep);
		break;
	case 4:
		sk_listen(s, fd, arg & 7);
		break;
	case 5:
		sk_accept4(s, fd, &ep, SK_SOCK_NONBLOCK);
		break;
	case 6:
		sk_send(s, fd, buf, len, SK_MSG_DONTWAIT);
		break;
	case 7:
		sk_sendto(s, fd, buf, len, SK_MSG_DONTWAIT, &ep);
		break;
	case 8:
		sk_recvfrom(s, fd, buf, len, SK_MSG_DONTWAIT | (arg & 2), &ep);
		break;
	case 9:
		sk_shutdown(s, fd, arg & 3);
		break;
	case 10:
		sk_setsockopt_int(s, fd, SK_SOL_SOCKET, arg & 15, arg & 7);
		break;
	case 11:
		sk_setsockopt_int(s, fd, SK_IPPROTO_TCP, arg & 7, arg);
		break;
	default:
		sk_close(s, fd);
		break;
	}
}

static void call_file(struct stack *s, int fd, uint8_t arg)
{
	struct sk_epoll_event ev = {.events = (uint32_t)arg << 27 | (arg & 31)};
	struct sk_pollfd p = {.fd = arg & 7, .events = 5};
	uint64_t count = arg;

	switch (arg >> 5) {
	case 0:
		sk_epoll_create(s, 0);
		break;
	case 1:
		sk_epoll_ctl(s, fd, 1 + (arg >> 3 & 3), arg & 7, &ev);
		break;
	case 2:
		sk_epoll_wait(s, fd, &ev, 1, 0);
		break;
	case 3:
		sk_event_create(s, arg & 3, SK_SOCK_NONBLOCK);
		break;
	case 4:
		sk_write(s, fd, &count, sizeof(count));
		break;
	case 5:
		sk_timer_set(s, sk_timer_create(s, SK_SOCK_NONBLOCK),
			     count * NS_PER_MS, (count & 7) * NS_PER_MS);
		break;
	case 6:
		sk_poll(s, &p, 1, 0);
		sk_dup(s, fd);
		break;
	default:
		sk_close(s, fd);
		break;
	}
}

/* The first octet: host, kind of call, descriptor. */
static void call(struct net *n, uint8_t what, uint8_t arg)
{
	struct stack *s = &n->host[what & 1]->stack;
	int fd = what >> 1 & (FDS - 1);

	if (what >> 4 == 15)
		world_run_until(n->w,
				world_now(n->w) + (uint64_t)arg * NS_PER_MS);
	else if (what >> 4 < 11)
		call_socket(s, fd, arg);
	else
		call_file(s, fd, arg);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct net n;
	size_t i;

	if (size < 1)
		return 0;
	memset(&n, 0, sizeof(n));
	fuzz_mem_init(&n.mem, data[0]);
	if (build(&n)) {
		for (i = 1; i + 1 < size && i < 2 * CALLS_MAX; i += 2)
			call(&n, data[i], data[i + 1]);
		world_run_until(n.w, world_now(n.w) + 10 * NS_PER_S);
	}
	if (n.w)
		check(world_free(n.w) == 0);
	fuzz_mem_fini(&n.mem);
	return 0;
}
