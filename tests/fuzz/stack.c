// SPDX-License-Identifier: MIT
/*
 * stack.c - fuzz target: a whole host, and a stranger on its cable
 *
 * Theory of operation
 * ===================
 * A host with a TCP listener, a UDP echo and one established connection sits
 * on a cable with a box.  The input is a program for the box and for the
 * host's user: send these octets as a frame, send such a segment of the
 * connection, let time pass, send, receive, close.
 *
 * Random octets never have a right checksum, and checksums stay on, so the box
 * mends lengths and sums before it sends, if the input says so.  Segments of
 * the connection are given relative to what the host has sent last; absolute
 * numbers would never be in the window.
 *
 * The box answers ARP on its own, so that the host can talk at all.
 *
 * Afterwards everything is closed and a day passes.  Then no packet and no
 * block may be in use, and when the world is gone no memory at all.
 */

#include <stdint.h>
#include <string.h>

#include "base/check.h"
#include "base/cursor.h"

#include "wire/arp.h"
#include "wire/csum.h"
#include "wire/ether.h"
#include "wire/icmp4.h"
#include "wire/ip4.h"
#include "wire/tcp.h"
#include "wire/udp.h"

#include "core/pkt.h"

#include "ip/ip.h"
#include "sock/sock.h"
#include "vnet/vnet.h"

enum { FRAME_MAX = 2048, ACCEPTED_MAX = 16, STEPS_MAX = 400 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The box's end of the connection, as the host's segments show it. */
struct peer {
	uint16_t port, host_port;
	uint32_t seq, ack; /* of the box: next to send, next expected */
	bool has_syn_ack;
};

struct fuzz {
	struct mem mem;
	struct world *w;
	struct host *host;
	struct port *box;
	struct peer peer;
	int listener, echo, lite;
	int fd[ACCEPTED_MAX];
	int fd_count;
};

static const mac_addr host_mac = {{2, 0, 0, 0, 0, 2}};
static const mac_addr box_mac = {{2, 0, 0, 0, 0, 1}};
#define HOST_IP ip4_make(10, 0, 0, 2)
#define BOX_IP	ip4_make(10, 0, 0, 1)

/* Octets of a transport's @len that its sum is over. */
static size_t covered(const struct ip4_wire *w, const uint8_t *l4, size_t len)
{
	size_t said = len >= UDP_HLEN ? get16(l4 + 4) : 0;

	return w->proto[0] == IP_PROTO_UDPLITE && said ? min_size(said, len)
						       : len;
}

/* Lengths and sums as they must be; @len octets from the IP header on. */
static void mend_ip(uint8_t *ip, size_t len)
{
	struct ip4_wire *w = (void *)ip;
	size_t hlen = (size_t)(ip[0] & 15) * 4;
	uint8_t *l4 = ip + hlen;
	uint8_t *sum = NULL;
	uint32_t s = 0;

	if (len < sizeof(*w) || hlen < sizeof(*w) || hlen > len)
		return;
	put16(w->total_len, (uint16_t)len);
	put16(w->sum, 0);
	put16(w->sum, csum(ip, hlen));
	len -= hlen;
	if (w->proto[0] == IP_PROTO_TCP && len >= TCP_HLEN)
		sum = l4 + offsetof(struct tcp_wire, sum);
	else if (w->proto[0] == IP_PROTO_UDP && len >= UDP_HLEN)
		sum = l4 + offsetof(struct udp_wire, sum);
	else if (w->proto[0] == IP_PROTO_UDPLITE && len >= UDP_HLEN)
		sum = l4 + offsetof(struct udp_wire, sum);
	else if (w->proto[0] == IP_PROTO_ICMP && len >= 4)
		sum = l4 + 2;
	if (!sum)
		return;
	put16(sum, 0);
	if (w->proto[0] != IP_PROTO_ICMP)
		s = csum_pseudo4(get_ip4(w->src), get_ip4(w->dst), w->proto[0],
				 (uint32_t)len);
	put16(sum, csum_fold(csum_add(s, l4, covered(w, l4, len))));
}

static void send_frame(struct fuzz *f, uint8_t *frame, size_t len,
		       bool is_mended)
{
	if (is_mended && len >= ETH_HLEN + IP4_HLEN) {
		put_mac(frame, host_mac);
		if (get16(frame + 12) == ETH_IP4)
			mend_ip(frame + ETH_HLEN, len - ETH_HLEN);
	}
	(void)box_send(f->box, frame, len);
}

/* Wrap @len octets that lie at @frame + 34 into IP and Ethernet. */
static void send_ip(struct fuzz *f, uint8_t *frame, uint8_t proto, size_t len)
{
	struct ip4_wire *w = (void *)(frame + ETH_HLEN);

	memset(frame, 0, ETH_HLEN + sizeof(*w));
	put_mac(frame + 6, box_mac);
	put16(frame + 12, ETH_IP4);
	w->ver_hlen[0] = 0x45;
	w->ttl[0] = 64;
	w->proto[0] = proto;
	put_ip4(w->src, BOX_IP);
	put_ip4(w->dst, HOST_IP);
	send_frame(f, frame, ETH_HLEN + sizeof(*w) + len, true);
}

static void answer_arp(struct fuzz *f, const uint8_t *frame, size_t len)
{
	uint8_t reply[ETH_FRAME_MIN] = {0};
	struct arp_hdr arp, back;

	if (arp_parse(&arp, frame + ETH_HLEN, len - ETH_HLEN) < 0 ||
	    arp.op != ARP_REQUEST || arp.tpa.v == HOST_IP.v)
		return;
	put_mac(reply, host_mac);
	put_mac(reply + 6, box_mac);
	put16(reply + 12, ETH_ARP);
	back = (struct arp_hdr){
		.op = ARP_REPLY,
		.sha = box_mac,
		.spa = arp.tpa,
		.tha = arp.sha,
		.tpa = arp.spa,
	};
	arp_emit(reply + ETH_HLEN, &back);
	(void)box_send(f->box, reply, sizeof(reply));
}

/* Remember where the host is in the connection. */
static void watch_tcp(struct fuzz *f, const uint8_t *ip, size_t len)
{
	size_t hlen = len ? (size_t)(ip[0] & 15) * 4 : 0;
	struct tcp_hdr h;
	uint32_t payload;

	if (len < hlen + TCP_HLEN || tcp_parse(&h, ip + hlen, len - hlen) < 0)
		return;
	if (h.dport != f->peer.port || h.sport != f->peer.host_port)
		return;
	payload = (uint32_t)(get16(ip + 2) - hlen - h.len);
	f->peer.ack = h.seq.v + payload + tcp_flags_len(h.flags);
	f->peer.has_syn_ack |=
		(h.flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK);
}

static void on_frame(struct port *port, struct pkt *pkt, void *arg)
{
	uint8_t frame[FRAME_MAX];
	size_t len = pkt->len;
	struct fuzz *f = arg;

	(void)port;
	check(len <= sizeof(frame)); /* the MTU is 1500 */
	pkt_copy_out(pkt, 0, frame, len);
	pkt_free(pkt);
	if (len < ETH_HLEN + IP4_HLEN)
		return;
	if (get16(frame + 12) == ETH_ARP)
		answer_arp(f, frame, len);
	else if (get16(frame + 12) == ETH_IP4 &&
		 frame[ETH_HLEN + 9] == IP_PROTO_TCP)
		watch_tcp(f, frame + ETH_HLEN, len - ETH_HLEN);
}

/* A segment of the connection; @seq and @ack are offsets to what is next. */
static void send_segment(struct fuzz *f, struct tcp_hdr h, const uint8_t *rest,
			 size_t len)
{
	uint8_t frame[FRAME_MAX];
	uint8_t *tcp = frame + ETH_HLEN + IP4_HLEN;

	h.sport = f->peer.port;
	h.dport = f->peer.host_port;
	h.seq.v += f->peer.seq;
	h.ack.v += f->peer.ack;
	len = min_size(len, 1400);
	tcp_emit(tcp, &h);
	if (len)
		memcpy(tcp + TCP_HLEN, rest, len);
	send_ip(f, frame, IP_PROTO_TCP, max_size(TCP_HLEN + len, h.len));
}

static int open_socket(struct fuzz *f, int type, int proto, uint16_t port)
{
	struct endpoint local = {.addr = ip_addr_v4(IP4_ANY), .port = port};
	struct stack *st = &f->host->stack;
	int fd = sk_socket(st, SK_AF_INET, type | SK_SOCK_NONBLOCK, proto);

	check(fd >= 0);
	check(sk_bind(st, fd, &local) == 0);
	return fd;
}

static void run_ms(struct fuzz *f, uint64_t ms)
{
	world_run_until(f->w, world_now(f->w) + ms * NS_PER_MS);
}

/* Three-way handshake of the box with the listener. */
static void establish(struct fuzz *f)
{
	struct tcp_hdr syn = {.flags = TCP_SYN, .win = 65000, .len = TCP_HLEN};
	struct tcp_hdr ack = {.flags = TCP_ACK, .win = 65000, .len = TCP_HLEN};

	f->peer.port = 4000;
	f->peer.host_port = 80;
	f->peer.seq = 1000;
	send_segment(f, syn, NULL, 0);
	f->peer.seq++;
	run_ms(f, 1);
	check(f->peer.has_syn_ack);
	send_segment(f, ack, NULL, 0);
	run_ms(f, 1);
	f->fd[0] = sk_accept4(&f->host->stack, f->listener, NULL,
			      SK_SOCK_NONBLOCK);
	check(f->fd[0] >= 0);
	f->fd_count = 1;
}

static void set_up(struct fuzz *f)
{
	struct ip4_net net = {HOST_IP, 24};
	struct port *port;

	memset(f, 0, sizeof(*f));
	mem_init_libc(&f->mem);
	f->w = world_new(&f->mem, 1);
	f->host = world_add_host(f->w, "host");
	port = host_add_port(f->host, &host_mac);
	f->box =
		box_add_port(world_add_box(f->w, "box", on_frame, f), &box_mac);
	check(world_link(f->w, f->box, port, NULL));
	check(ip_addr_add(&f->host->stack, &port->netif, net) == 0);
	f->listener = open_socket(f, SK_SOCK_STREAM, 0, 80);
	check(sk_listen(&f->host->stack, f->listener, 8) == 0);
	f->echo = open_socket(f, SK_SOCK_DGRAM, 0, 7);
	f->lite = open_socket(f, SK_SOCK_DGRAM, SK_IPPROTO_UDPLITE, 7);
	establish(f);
}

static void tear_down(struct fuzz *f)
{
	struct stack *st = &f->host->stack;
	struct env *env = world_env(f->w);
	int i;

	for (i = 0; i < f->fd_count; i++)
		check(sk_close(st, f->fd[i]) == 0);
	check(sk_close(st, f->listener) == 0);
	check(sk_close(st, f->echo) == 0);
	check(sk_close(st, f->lite) == 0);
	run_ms(f, 86400 * 1000);
	check(env->pkts.in_use == 0);
	for (i = 0; i < BLOCK_CLASSES; i++)
		check(env->blocks[i].in_use == 0);
	check(world_free(f->w) == 0);
	check(f->mem.in_use_count == 0);
}

/* UDP and UDP-Lite: what comes goes back. */
static void serve_echo(struct fuzz *f, int fd)
{
	struct stack *st = &f->host->stack;
	struct endpoint from;
	uint8_t buf[1500];
	long n;

	while ((n = sk_recvfrom(st, fd, buf, sizeof(buf), 0, &from)) !=
	       -EAGAIN) {
		if (n >= 0)
			(void)sk_sendto(st, fd, buf, (size_t)n, 0, &from);
	}
}

static void accept_one(struct fuzz *f)
{
	struct stack *st = &f->host->stack;
	int fd;

	if (f->fd_count == ACCEPTED_MAX)
		return;
	fd = sk_accept4(st, f->listener, NULL, SK_SOCK_NONBLOCK);
	if (fd >= 0)
		f->fd[f->fd_count++] = fd;
}

static void close_one(struct fuzz *f, uint8_t which)
{
	int i = which % (f->fd_count ? f->fd_count : 1);

	if (!f->fd_count)
		return;
	check(sk_close(&f->host->stack, f->fd[i]) == 0);
	f->fd[i] = f->fd[--f->fd_count];
}

/* What the host's user does. */
static void use_sockets(struct fuzz *f, uint8_t what, uint8_t which)
{
	struct endpoint box = {.addr = ip_addr_v4(BOX_IP), .port = which};
	struct stack *st = &f->host->stack;
	int fd = f->fd_count ? f->fd[which % f->fd_count] : -1;
	static uint8_t buf[5000];

	switch (what % 8) {
	case 0:
		(void)sk_send(st, fd, buf, (size_t)which * 19, 0);
		break;
	case 1:
		(void)sk_recv(st, fd, buf, (size_t)which * 19, 0);
		break;
	case 2:
		(void)sk_shutdown(st, fd, which % 3);
		break;
	case 3:
		close_one(f, which);
		break;
	case 4:
		accept_one(f);
		break;
	case 5:
		serve_echo(f, f->echo);
		serve_echo(f, f->lite);
		break;
	case 6:
		(void)sk_sendto(st, f->echo, buf, (size_t)which * 19, 0, &box);
		break;
	default:
		if (f->fd_count == ACCEPTED_MAX)
			break;
		fd = sk_socket(st, SK_AF_INET,
			       SK_SOCK_STREAM | SK_SOCK_NONBLOCK, 0);
		check(fd >= 0);
		(void)sk_connect(st, fd, &box);
		f->fd[f->fd_count++] = fd;
		break;
	}
}

/* At most @len octets; @len becomes what there is. */
static const uint8_t *take_some(struct cursor *c, size_t *len)
{
	*len = min_size(*len, cur_left(c));
	return cur_take(c, *len);
}

static void do_frame(struct fuzz *f, struct cursor *c, bool is_mended)
{
	uint8_t frame[FRAME_MAX];
	size_t len = cur_u16(c) % FRAME_MAX;
	const uint8_t *p = take_some(c, &len);

	if (len)
		memcpy(frame, p, len);
	send_frame(f, frame, len, is_mended);
}

static void do_packet(struct fuzz *f, struct cursor *c)
{
	uint8_t frame[FRAME_MAX];
	uint8_t proto = cur_u8(c);
	size_t len = cur_u16(c) % 1480;
	const uint8_t *p = take_some(c, &len);

	if (len)
		memcpy(frame + ETH_HLEN + IP4_HLEN, p, len);
	send_ip(f, frame, proto, len);
}

static void do_segment(struct fuzz *f, struct cursor *c)
{
	struct tcp_hdr h = {.len = 0};
	const uint8_t *rest;
	uint8_t words;
	size_t len;

	h.seq.v = (uint32_t)(int8_t)cur_u8(c);
	h.ack.v = (uint32_t)(int8_t)cur_u8(c);
	h.flags = cur_u8(c);
	h.win = cur_u16(c);
	h.urp = cur_u8(c);
	words = cur_u8(c);
	len = cur_u8(c);
	rest = take_some(c, &len);
	/* The top bits make big steps of the small ones. */
	h.seq.v <<= words >> 6 << 3;
	h.len = (uint8_t)(TCP_HLEN + 4 * (words % 11));
	send_segment(f, h, rest, len);
	if (words & 0x20)
		f->peer.seq += (uint32_t)len + tcp_flags_len(h.flags);
}

static void step(struct fuzz *f, struct cursor *c)
{
	uint8_t op = cur_u8(c);
	uint8_t what;

	switch (op % 6) {
	case 0:
		do_frame(f, c, false);
		break;
	case 1:
		do_frame(f, c, true);
		break;
	case 2:
		do_packet(f, c);
		break;
	case 3:
		do_segment(f, c);
		break;
	case 4:
		what = cur_u8(c);
		use_sockets(f, what, cur_u8(c));
		break;
	default:
		run_ms(f, (uint64_t)1 << (cur_u8(c) % 20));
		break;
	}
	run_ms(f, 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor c = cur_init(data, size);
	static struct fuzz f;
	int steps = 0;

	set_up(&f);
	while (cur_left(&c) && steps++ < STEPS_MAX)
		step(&f, &c);
	tear_down(&f);
	return 0;
}
