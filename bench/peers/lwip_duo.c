// SPDX-License-Identifier: MIT
/*
 * lwip_duo.c - lwIP with itself in memory, measured as weft is
 *
 *	lwip WORK SECONDS [CONNECTIONS]
 *
 *	bulk		octets of one connection, copied in and out
 *	request		64 octets there and back, on connections in turn
 *	connect		connect, ask, answer, close, TIME-WAIT
 *	connect-rst	the same, ended by a reset
 *	udp		datagrams of 64 octets
 *	idle		"octets" of an end that does nothing, from malloc()
 *	time-wait	"octets" of a connection in TIME-WAIT
 *
 * Theory of operation
 * ===================
 * lwIP is one stack for a process, so both addresses are of two interfaces of
 * the same one, 10.0.0.1 and 10.0.0.2; what either sends is copied into a
 * fresh buffer, as a driver would, and taken in by the other.  Each end is
 * bound to its interface, or a packet to an address of the same stack would
 * take a shorter way.  The raw API is lwIP's fastest: functions are called with
 * what has come, and copy it out.  Options are those of the Debian package:
 * checksums on, MSS 1460, a window of 64 KB, memory from malloc().
 *
 * The library has a thread of its own; this one holds the lock of the core from
 * begin to end and does all that the other would.
 */

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lwip/ip.h"
#include "lwip/netif.h"
#include "lwip/priv/tcp_priv.h"
#include "lwip/tcp.h"
#include "lwip/tcpip.h"
#include "lwip/timeouts.h"
#include "lwip/udp.h"

enum { WIRE = 8192, SMALL = 64, BATCH = 32, PORT = 80 };

static struct netif near_if, far_if;
static struct pbuf *wire[WIRE];
static unsigned int wire_head, wire_tail;
static char out_buf[65536], in_buf[65536];

/* What the work under way wants to know. */
static uint64_t octets, answers, lost;
static unsigned int connected;
static int is_echo, does_ask_again, does_close, does_reset;

static double cpu_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void must(int condition, const char *what)
{
	if (!condition) {
		fprintf(stderr, "lwip: %s\n", what);
		exit(1);
	}
}

static err_t wire_output(struct netif *netif, struct pbuf *p,
			 const ip4_addr_t *to)
{
	struct pbuf *copy;

	(void)netif;
	(void)to;
	copy = wire_head - wire_tail < WIRE
		       ? pbuf_alloc(PBUF_RAW, p->tot_len, PBUF_RAM)
		       : NULL;
	if (!copy) {
		lost++;
		return ERR_MEM;
	}
	pbuf_copy(copy, p);
	wire[wire_head++ % WIRE] = copy;
	return ERR_OK;
}

static err_t wire_init(struct netif *netif)
{
	netif->name[0] = 'w';
	netif->mtu = 1500;
	netif->output = wire_output;
	netif->flags |= NETIF_FLAG_LINK_UP;
	return ERR_OK;
}

/* Take in what was on the wire, at most @max of it. */
static unsigned int wire_run(unsigned int max)
{
	unsigned int n = 0;

	while (n < max && wire_tail != wire_head) {
		struct pbuf *p = wire[wire_tail++ % WIRE];
		const struct ip_hdr *ip = p->payload;
		struct netif *to =
			ip->dest.addr == netif_ip4_addr(&far_if)->addr
				? &far_if
				: &near_if;

		if (ip4_input(p, to) != ERR_OK)
			pbuf_free(p);
		n++;
	}
	return n;
}

static void wire_drain(void)
{
	while (wire_run(64))
		;
}

static void add(struct netif *netif, int last)
{
	ip4_addr_t ip, mask, gateway = {0};

	IP4_ADDR(&ip, 10, 0, 0, last);
	IP4_ADDR(&mask, 255, 255, 255, 0);
	must(netif_add(netif, &ip, &mask, &gateway, NULL, wire_init,
		       ip4_input) != NULL,
	     "netif_add");
	netif_set_link_up(netif);
	netif_set_up(netif);
}

/*
 * The server.
 */

static void copy_out(struct tcp_pcb *c, struct pbuf *p)
{
	pbuf_copy_partial(p, in_buf, p->tot_len, 0);
	octets += p->tot_len;
	tcp_recved(c, p->tot_len);
	pbuf_free(p);
}

static err_t server_recv(void *arg, struct tcp_pcb *c, struct pbuf *p,
			 err_t err)
{
	u16_t len;

	(void)arg;
	(void)err;
	if (!p) {
		tcp_recv(c, NULL);
		return tcp_close(c);
	}
	len = p->tot_len;
	copy_out(c, p);
	if (is_echo) {
		tcp_write(c, in_buf, len, TCP_WRITE_FLAG_COPY);
		tcp_output(c);
	}
	return ERR_OK;
}

static void on_error(void *arg, err_t err)
{
	(void)arg;
	(void)err;
}

static err_t server_accept(void *arg, struct tcp_pcb *c, err_t err)
{
	(void)arg;
	if (!c || err != ERR_OK)
		return ERR_VAL;
	tcp_nagle_disable(c);
	tcp_recv(c, server_recv);
	tcp_err(c, on_error);
	return ERR_OK;
}

/*
 * The client.
 */

static void ask(struct tcp_pcb *c)
{
	tcp_write(c, out_buf, SMALL, TCP_WRITE_FLAG_COPY);
	tcp_output(c);
}

static void pump(struct tcp_pcb *c)
{
	while (tcp_sndbuf(c) && tcp_sndqueuelen(c) + 4 < TCP_SND_QUEUELEN) {
		u16_t len = tcp_sndbuf(c) < 16 * TCP_MSS ? tcp_sndbuf(c)
							 : 16 * TCP_MSS;

		if (tcp_write(c, out_buf, len, TCP_WRITE_FLAG_COPY) != ERR_OK)
			break;
	}
	tcp_output(c);
}

static err_t client_sent(void *arg, struct tcp_pcb *c, u16_t len)
{
	(void)arg;
	(void)len;
	pump(c);
	return ERR_OK;
}

static err_t client_recv(void *arg, struct tcp_pcb *c, struct pbuf *p,
			 err_t err)
{
	(void)arg;
	(void)err;
	if (!p)
		return ERR_OK;
	copy_out(c, p);
	answers++;
	if (does_ask_again)
		ask(c);
	if (does_reset) {
		tcp_abort(c);
		return ERR_ABRT;
	}
	if (does_close) {
		tcp_recv(c, NULL);
		tcp_close(c);
	}
	return ERR_OK;
}

static err_t client_connected(void *arg, struct tcp_pcb *c, err_t err)
{
	(void)err;
	connected++;
	tcp_nagle_disable(c);
	if (arg)
		ask(c);
	return ERR_OK;
}

static struct tcp_pcb *client(int asks, u16_t port)
{
	struct tcp_pcb *c = tcp_new();

	must(c != NULL, "no memory for a connection");
	tcp_bind_netif(c, &near_if);
	tcp_bind(c, netif_ip_addr4(&near_if), port);
	tcp_arg(c, asks ? c : NULL);
	tcp_recv(c, client_recv);
	tcp_err(c, on_error);
	must(tcp_connect(c, netif_ip_addr4(&far_if), PORT, client_connected) ==
		     ERR_OK,
	     "tcp_connect");
	return c;
}

static void listen_up(void)
{
	struct tcp_pcb *l = tcp_new();

	tcp_bind_netif(l, &far_if);
	tcp_bind(l, netif_ip_addr4(&far_if), PORT);
	l = tcp_listen_with_backlog(l, 255);
	tcp_accept(l, server_accept);
}

/*
 * Works.
 */

static void report(uint64_t count, double seconds)
{
	printf("{\"rate\": %.1f, \"lost\": %llu}\n", (double)count / seconds,
	       (unsigned long long)lost);
}

static void do_bulk(double seconds)
{
	double begin, now;
	struct tcp_pcb *c;
	int i;

	listen_up();
	c = client(0, 0);
	tcp_sent(c, client_sent);
	wire_drain();
	must(connected == 1, "no connection");
	octets = 0;
	begin = now = cpu_s();
	for (; now - begin < seconds; now = cpu_s()) {
		for (i = 0; i < 64; i++)
			if (!wire_run(BATCH))
				pump(c);
		sys_check_timeouts();
	}
	report(octets, now - begin);
}

static void do_request(double seconds, unsigned int count)
{
	double begin, now;
	unsigned int i;

	is_echo = does_ask_again = 1;
	listen_up();
	for (i = 0; i < count; i++) {
		client(1, 0);
		wire_run(3); /* the handshake, and the question goes out */
	}
	for (i = 0; connected < count && i < 100 * count; i++)
		wire_run(BATCH);
	must(connected == count, "connections are missing");
	answers = 0;
	begin = now = cpu_s();
	for (; now - begin < seconds; now = cpu_s()) {
		for (i = 0; i < 64; i++)
			must(wire_run(BATCH) != 0, "nobody asks any more");
		sys_check_timeouts();
	}
	report(answers, now - begin);
}

static void do_connect(double seconds)
{
	double begin, now;

	is_echo = 1;
	listen_up();
	begin = now = cpu_s();
	for (; now - begin < seconds; now = cpu_s()) {
		client(1, 0);
		wire_drain();
		sys_check_timeouts();
	}
	report(answers, now - begin);
}

static void count_datagram(void *arg, struct udp_pcb *u, struct pbuf *p,
			   const ip_addr_t *from, u16_t port)
{
	(void)arg;
	(void)u;
	(void)from;
	(void)port;
	pbuf_copy_partial(p, in_buf, p->tot_len, 0);
	answers++;
	pbuf_free(p);
}

static void do_udp(double seconds)
{
	struct udp_pcb *server = udp_new(), *u = udp_new();
	double begin = cpu_s(), now = begin;
	int i;

	udp_bind_netif(u, &near_if);
	udp_bind(server, netif_ip_addr4(&far_if), PORT);
	udp_recv(server, count_datagram, NULL);
	for (; now - begin < seconds; now = cpu_s()) {
		for (i = 0; i < BATCH; i++) {
			struct pbuf *p =
				pbuf_alloc(PBUF_TRANSPORT, SMALL, PBUF_RAM);

			must(p != NULL, "no memory");
			memcpy(p->payload, out_buf, SMALL);
			udp_sendto(u, p, netif_ip_addr4(&far_if), PORT);
			pbuf_free(p);
		}
		wire_drain();
	}
	report(answers, now - begin);
}

static size_t heap(void)
{
	return mallinfo2().uordblks;
}

static void do_idle(unsigned int count, int does_end)
{
	size_t before;
	unsigned int i;

	is_echo = does_end;
	does_close = does_end;
	listen_up();
	before = heap();
	for (i = 0; i < count; i++) {
		client(does_end, (u16_t)(1024 + i));
		wire_drain();
	}
	must(connected == count, "connections are missing");
	printf("{\"octets\": %.1f, \"count\": %u}\n",
	       (double)(heap() - before) / count / (does_end ? 1 : 2), count);
}

static int work(const char *what, double seconds, unsigned int count)
{
	if (!strcmp(what, "bulk"))
		do_bulk(seconds);
	else if (!strcmp(what, "request"))
		do_request(seconds, count);
	else if (!strcmp(what, "connect"))
		does_close = 1, do_connect(seconds);
	else if (!strcmp(what, "connect-rst"))
		does_reset = 1, do_connect(seconds);
	else if (!strcmp(what, "udp"))
		do_udp(seconds);
	else if (!strcmp(what, "idle"))
		do_idle(count, 0);
	else if (!strcmp(what, "time-wait"))
		do_idle(count, 1);
	else
		return 2;
	return 0;
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		fprintf(stderr, "usage: lwip WORK SECONDS [CONNECTIONS]\n");
		return 2;
	}
	tcpip_init(NULL, NULL);
	LOCK_TCPIP_CORE();
	add(&near_if, 1);
	add(&far_if, 2);
	memset(out_buf, 7, sizeof(out_buf));
	return work(argv[1], strtod(argv[2], NULL),
		    argc > 3 ? (unsigned int)strtol(argv[3], NULL, 10) : 1);
}
