// SPDX-License-Identifier: MIT
/*
 * kernel_frames.c - this machine's kernel as router, bridge and server
 *
 *	kernel_frames forward SECONDS	1,000,000 routes, random destinations
 *	kernel_frames bridge SECONDS	10,000 addresses
 *	kernel_frames syn SECONDS	SYNs of strangers, answered with cookies
 *
 * Theory of operation
 * ===================
 *	side 0: s0 --- r0  side 1: the kernel under test  r1 --- s1 :side 0
 *
 * Frames are written into s0, BATCH a call; what comes out of s1 (of s0, for
 * syn) is counted there and thrown away, because it is for a station that does
 * not exist.  The kernel handles a frame inside of the call that sends it, so
 * the processor time of this process is that of all: of making the frame, of
 * two veth pairs, and of the router.  The first and the second are not the
 * router's; weft's program has no such parts, which is to the kernel's
 * disadvantage.
 */

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kernel_net.h"

enum {
	BATCH = 64,
	FRAME = 60,
	SYN_FRAME = 74,
	ROUTES = 1000000,
	ADDRESSES = 10000,
	IP = 14,
	TCP = 34,
};

/* The station that does not exist. */
#define NOBODY "02:00:00:00:00:99"

static struct net net;
static uint8_t frame[BATCH][128];
static struct mmsghdr message[BATCH];
static struct iovec iov[BATCH];
static uint64_t random_state = 88172645463325252;

static uint64_t random_next(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static void put_be(uint8_t *p, uint64_t v, int len)
{
	while (len--) {
		p[len] = (uint8_t)v;
		v >>= 8;
	}
}

static uint16_t sum(const uint8_t *p, size_t len, uint32_t s)
{
	size_t i;

	for (i = 0; i + 1 < len; i += 2)
		s += (uint32_t)p[i] << 8 | p[i + 1];
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return (uint16_t)~s;
}

static void put_ip_sum(uint8_t *f)
{
	put_be(f + IP + 10, 0, 2);
	put_be(f + IP + 10, sum(f + IP, 20, 0), 2);
}

/* Two veth pairs between the sides. */
static void pairs_up(void)
{
	int i;

	net.ns[0] = net_namespace();
	net.ns[1] = net_namespace();
	net.path = NET_VETH;
	net.side = 1;
	for (i = 0; i < 2; i++) {
		net_enter(&net, 0);
		net_order("ip link add s%d address 02:00:00:00:00:0%d type "
			  "veth peer name r%d address 02:00:00:00:01:0%d && "
			  "ip link set r%d netns /proc/%d/fd/%d && "
			  "sysctl -qw net.ipv6.conf.s%d.disable_ipv6=1; "
			  "ip link set s%d up",
			  i, i + 1, i, i + 1, i, (int)getpid(), net.ns[1], i,
			  i);
		net_enter(&net, 1);
		net_order("sysctl -qw net.ipv6.conf.r%d.disable_ipv6=1; "
			  "ip link set r%d up",
			  i, i);
	}
}

static int open_port(const char *name)
{
	struct sockaddr_ll at = {.sll_family = AF_PACKET};
	int fd, one = 1;

	net_enter(&net, 0);
	fd = socket(AF_PACKET, SOCK_RAW, 0);
	at.sll_ifindex = (int)if_nametoindex(name);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)))
		net_die("packet socket");
	setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof(one));
	return fd;
}

/* Frames that have come out of that interface. */
static uint64_t came_out(const char *name)
{
	FILE *f = fopen("/proc/thread-self/net/dev", "r");
	unsigned long long octets, count = 0, found = 0;
	char line[400], *p;

	while (f && fgets(line, sizeof(line), f)) {
		p = line + strspn(line, " ");
		if (!strncmp(p, name, strlen(name)) && p[strlen(name)] == ':' &&
		    sscanf(strchr(p, ':') + 1, "%llu %llu", &octets, &count) ==
			    2)
			found = count;
	}
	if (f)
		fclose(f);
	return found;
}

static void frames_up(size_t len, void (*make)(uint8_t *f))
{
	int i;

	for (i = 0; i < BATCH; i++) {
		make(frame[i]);
		iov[i] = (struct iovec){frame[i], len};
		message[i].msg_hdr.msg_iov = &iov[i];
		message[i].msg_hdr.msg_iovlen = 1;
	}
}

/* Send from s0 what @vary makes of each frame; count what comes out. */
static void measure(double seconds, const char *exit_name,
		    void (*vary)(uint8_t *f))
{
	int port = open_port("s0"), i;
	uint64_t before = came_out(exit_name), sent = 0, came;
	double begin = net_cpu_s(), now = begin;

	for (; now - begin < seconds; now = net_cpu_s()) {
		for (i = 0; i < BATCH; i++)
			vary(frame[i]);
		i = sendmmsg(port, message, BATCH, 0);
		sent += i > 0 ? (uint64_t)i : 0;
	}
	came = came_out(exit_name) - before;
	printf("{\"rate\": %.1f, \"sent\": %llu, \"came\": %llu}\n",
	       (double)came / (now - begin), (unsigned long long)sent,
	       (unsigned long long)came);
}

/*
 * A router.
 */

static void add_routes(void)
{
	FILE *to = popen("ip -batch -", "w");
	uint32_t i;

	for (i = 0; to && i < ROUTES; i++) {
		uint32_t n = 0x100000 + i;

		fprintf(to, "route add %u.%u.%u.0/24 via 192.168.1.2\n",
			n >> 16, n >> 8 & 255, n & 255);
	}
	if (!to || pclose(to) != 0)
		net_die("routes");
}

static void make_packet(uint8_t *f)
{
	memset(f, 0, FRAME);
	put_be(f, 0x020000000101, 6);
	put_be(f + 6, 0x020000000001, 6);
	put_be(f + 12, ETH_P_IP, 2);
	f[IP] = 0x45;
	put_be(f + IP + 2, FRAME - IP, 2);
	f[IP + 8] = 64;
	f[IP + 9] = IPPROTO_UDP;
	put_be(f + IP + 12, 0xc0a80002, 4);
}

static void vary_packet(uint8_t *f)
{
	uint32_t n = 0x100000 + (uint32_t)(random_next() % ROUTES);

	put_be(f + IP + 16, n << 8 | 9, 4);
	put_ip_sum(f);
}

static void do_forward(double seconds)
{
	net_enter(&net, 1);
	net_order("sysctl -qw net.ipv4.ip_forward=1; "
		  "sysctl -qw net.ipv4.conf.all.rp_filter=0; "
		  "sysctl -qw net.ipv4.conf.r0.rp_filter=0; "
		  "ip address add 192.168.0.1/24 dev r0 && "
		  "ip address add 192.168.1.1/24 dev r1 && "
		  "ip neighbour add 192.168.1.2 lladdr " NOBODY " dev r1");
	add_routes();
	frames_up(FRAME, make_packet);
	measure(seconds, "s1", vary_packet);
}

/*
 * A bridge.  Even addresses live behind r0, odd ones behind r1.
 */

static void make_any(uint8_t *f)
{
	memset(f, 0, FRAME);
	put_be(f + 12, 0x88b5, 2);
}

static void put_station(uint8_t *f, uint64_t n)
{
	put_be(f, 0x020100000000 + n, 6);
}

static void vary_stations(uint8_t *f)
{
	uint64_t half = ADDRESSES / 2;

	put_station(f, random_next() % half * 2 + 1);
	put_station(f + 6, random_next() % half * 2);
}

static void learn(void)
{
	int port[2] = {open_port("s0"), open_port("s1")};
	uint64_t n;

	for (n = 0; n < ADDRESSES; n++) {
		put_station(frame[0], n ^ 1);
		put_station(frame[0] + 6, n);
		if (send(port[n % 2], frame[0], FRAME, 0) != FRAME)
			net_die("learn");
	}
}

static void do_bridge(double seconds)
{
	net_enter(&net, 1);
	net_order("ip link add br0 type bridge && "
		  "sysctl -qw net.ipv6.conf.br0.disable_ipv6=1; "
		  "ip link set r0 master br0 && ip link set r1 master br0 && "
		  "ip link set r0 promisc on && ip link set br0 up");
	frames_up(FRAME, make_any);
	learn();
	measure(seconds, "s1", vary_stations);
}

/*
 * A server.
 */

static void make_syn(uint8_t *f)
{
	static const uint8_t options[] = {2, 4, 5, 180, 4, 2, 8, 10, 0, 0,
					  0, 1, 0, 0,	0, 0, 1, 3,  3, 7};

	make_packet(f);
	put_be(f + IP + 2, SYN_FRAME - IP, 2);
	f[IP + 9] = IPPROTO_TCP;
	put_be(f + IP + 16, 0x0a090001, 4);
	put_be(f + TCP + 2, 80, 2);
	f[TCP + 12] = 0xa0;
	f[TCP + 13] = 2; /* SYN */
	put_be(f + TCP + 14, 64240, 2);
	memcpy(f + TCP + 20, options, sizeof(options));
}

static void vary_syn(uint8_t *f)
{
	uint64_t r = random_next();

	put_be(f + IP + 12, 0x10000000 + (r & 0x3fffffff), 4);
	put_ip_sum(f);
	put_be(f + TCP, r >> 32 | 0x400, 2);
	put_be(f + TCP + 4, r >> 24, 4);
	put_be(f + TCP + 16, 0, 2);
	put_be(f + TCP + 16,
	       sum(f + TCP, SYN_FRAME - TCP,
		   0x0a09 + 1 + (f[IP + 12] << 8) + f[IP + 13] +
			   (f[IP + 14] << 8) + f[IP + 15] + IPPROTO_TCP +
			   SYN_FRAME - TCP),
	       2);
}

static void do_syn(double seconds)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(80)};
	int listener;

	net_enter(&net, 1);
	net_order("sysctl -qw net.ipv4.tcp_syncookies=2; "
		  "sysctl -qw net.ipv4.conf.all.rp_filter=0; "
		  "sysctl -qw net.ipv4.conf.r0.rp_filter=0; "
		  "ip address add 10.9.0.1/24 dev r0 && "
		  "ip neighbour add 10.9.0.9 lladdr " NOBODY " dev r0 && "
		  "ip route add default via 10.9.0.9");
	listener = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(listener, (struct sockaddr *)&at, sizeof(at)) ||
	    listen(listener, 128))
		net_die("listen");
	frames_up(SYN_FRAME, make_syn);
	measure(seconds, "s0", vary_syn);
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		fprintf(stderr, "usage: kernel_frames WORK SECONDS\n");
		return 2;
	}
	pairs_up();
	if (!strcmp(argv[1], "forward"))
		do_forward(strtod(argv[2], NULL));
	else if (!strcmp(argv[1], "bridge"))
		do_bridge(strtod(argv[2], NULL));
	else
		do_syn(strtod(argv[2], NULL));
	return 0;
}
