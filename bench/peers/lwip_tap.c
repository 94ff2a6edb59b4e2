// SPDX-License-Identifier: MIT
/*
 * lwip_tap.c - lwIP as a host on a TAP device, for the kernel to talk to
 *
 *	lwip_tap DEVICE [spin]
 *
 * 10.1.0.2/24; TCP port 5001 swallows what comes, 5002 sends for ever, UDP port
 * 5003 sends back.  One frame is one read() or one write(), as lwIP knows
 * nothing of large segments.  Without "spin" it sleeps when there is nothing.
 */

#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lwip/etharp.h"
#include "lwip/netif.h"
#include "lwip/tcp.h"
#include "lwip/tcpip.h"
#include "lwip/timeouts.h"
#include "lwip/udp.h"
#include "netif/ethernet.h"

enum { SINK = 5001, SOURCE, ECHO, FRAME_MAX = 2048, BATCH = 64 };

static int tap;
static struct netif netif;
static char buf[65536];

static void must(int condition, const char *what)
{
	if (!condition) {
		fprintf(stderr, "lwip_tap: %s: %s\n", what, strerror(errno));
		exit(1);
	}
}

static void tap_open(const char *name)
{
	struct ifreq r = {.ifr_flags = IFF_TAP | IFF_NO_PI};

	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", name);
	tap = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
	must(tap >= 0 && !ioctl(tap, TUNSETIFF, &r), name);
}

static err_t tap_output(struct netif *n, struct pbuf *p)
{
	static char frame[FRAME_MAX];

	(void)n;
	if (p->tot_len > sizeof(frame))
		return ERR_BUF;
	if (!p->next)
		return write(tap, p->payload, p->len) == p->len ? ERR_OK
								: ERR_IF;
	pbuf_copy_partial(p, frame, p->tot_len, 0);
	return write(tap, frame, p->tot_len) == p->tot_len ? ERR_OK : ERR_IF;
}

static err_t netif_setup(struct netif *n)
{
	static const uint8_t mac[6] = {2, 0, 0, 0, 0, 2};

	n->name[0] = 't';
	n->mtu = 1500;
	n->hwaddr_len = 6;
	memcpy(n->hwaddr, mac, 6);
	n->output = etharp_output;
	n->linkoutput = tap_output;
	n->flags |= NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP |
		    NETIF_FLAG_ETHERNET | NETIF_FLAG_LINK_UP;
	return ERR_OK;
}

static err_t sink_recv(void *arg, struct tcp_pcb *c, struct pbuf *p, err_t err)
{
	(void)arg;
	(void)err;
	if (!p)
		return tcp_close(c);
	pbuf_copy_partial(p, buf, p->tot_len, 0);
	tcp_recved(c, p->tot_len);
	pbuf_free(p);
	return ERR_OK;
}

static err_t pump(void *arg, struct tcp_pcb *c, u16_t sent)
{
	(void)arg;
	(void)sent;
	while (tcp_sndbuf(c) && tcp_sndqueuelen(c) + 4 < TCP_SND_QUEUELEN) {
		u16_t len = tcp_sndbuf(c) < 16 * TCP_MSS ? tcp_sndbuf(c)
							 : 16 * TCP_MSS;

		if (tcp_write(c, buf, len, TCP_WRITE_FLAG_COPY) != ERR_OK)
			break;
	}
	tcp_output(c);
	return ERR_OK;
}

static err_t on_accept(void *arg, struct tcp_pcb *c, err_t err)
{
	if (!c || err != ERR_OK)
		return ERR_VAL;
	tcp_recv(c, sink_recv);
	if (arg) {
		tcp_sent(c, pump);
		pump(NULL, c, 0);
	}
	return ERR_OK;
}

static void listen_on(u16_t port, void *is_source)
{
	struct tcp_pcb *l = tcp_new();

	must(l && tcp_bind(l, IP_ADDR_ANY, port) == ERR_OK, "bind");
	l = tcp_listen(l);
	tcp_arg(l, is_source);
	tcp_accept(l, on_accept);
}

static void send_back(void *arg, struct udp_pcb *u, struct pbuf *p,
		      const ip_addr_t *from, u16_t port)
{
	(void)arg;
	udp_sendto(u, p, from, port);
	pbuf_free(p);
}

static void setup(void)
{
	struct udp_pcb *u;
	ip4_addr_t ip, mask, gateway = {0};

	IP4_ADDR(&ip, 10, 1, 0, 2);
	IP4_ADDR(&mask, 255, 255, 255, 0);
	must(netif_add(&netif, &ip, &mask, &gateway, NULL, netif_setup,
		       ethernet_input) != NULL,
	     "netif_add");
	netif_set_default(&netif);
	netif_set_up(&netif);
	listen_on(SINK, NULL);
	listen_on(SOURCE, &netif);
	u = udp_new();
	udp_bind(u, IP_ADDR_ANY, ECHO);
	udp_recv(u, send_back, NULL);
}

/* Returns how many frames came. */
static int take_in(void)
{
	static char frame[FRAME_MAX];
	int n;

	for (n = 0; n < BATCH; n++) {
		ssize_t len = read(tap, frame, sizeof(frame));
		struct pbuf *p;

		if (len <= 0)
			return n;
		p = pbuf_alloc(PBUF_RAW, (u16_t)len, PBUF_RAM);
		must(p != NULL, "no memory");
		pbuf_take(p, frame, (u16_t)len);
		if (netif.input(p, &netif) != ERR_OK)
			pbuf_free(p);
	}
	return n;
}

int main(int argc, char **argv)
{
	struct pollfd wait_for = {.events = POLLIN};
	int spins = argc > 2;

	must(argc > 1, "usage: lwip_tap DEVICE [spin]");
	tap_open(argv[1]);
	wait_for.fd = tap;
	tcpip_init(NULL, NULL);
	LOCK_TCPIP_CORE();
	setup();
	for (;;) {
		if (!take_in() && !spins)
			poll(&wait_for, 1, (int)sys_timeouts_sleeptime());
		sys_check_timeouts();
	}
}
