// SPDX-License-Identifier: MIT
/*
 * dhcp_sock.c - messages of DHCP and DHCPv6 to and from one interface
 *
 * A client speaks before it has an address, and a server must know on which
 * network a question was asked.  So both hold a UDP socket that is bound to an
 * interface and not to an address.  What arrives is read in a task, after the
 * stack has done with the frame that brought it.
 */

#include "apps/dhcp_sock.h"

#include "core/netif.h"
#include "core/probe.h"
#include "core/waitq.h"

#include "link/arp.h"

void dhcp_drop(struct dhcp_sock *ds, enum drop why)
{
	struct place *place = &ds->stack->place;

	place->drops[why]++;
	PROBE(place, EV_APP, R_DHCP_IGNORED, NULL,
	      EVF_TEXT("text", drop_text(why)),
	      EVF_TEXT("drop", drop_name(why)));
}

static uint8_t family_of(const struct dhcp_sock *ds)
{
	return ds->family ? ds->family : IP_V4;
}

static void hand_up(struct dhcp_sock *ds, uint8_t *buf, size_t len,
		    const struct udp_from *from)
{
	struct dhcp_msg m;

	if (from->len > DHCP_DATAGRAM_MAX)
		dhcp_drop(ds, DROP_dhcp_bad);
	else if (ds->on_octets)
		ds->on_octets(ds->arg, buf, len, from);
	else if (dhcp_parse(&m, buf, len) < 0)
		dhcp_drop(ds, DROP_dhcp_bad);
	else
		ds->on_msg(ds->arg, &m, from);
}

static void on_task(struct task *task, void *arg)
{
	struct dhcp_sock *ds = arg;
	uint8_t buf[DHCP_DATAGRAM_MAX];
	struct udp_from from;
	long n;

	(void)task;
	while (ds->udp &&
	       (n = udp_recv(ds->udp, buf, sizeof(buf), false, &from)) >= 0) {
		if (from.peer.addr.family != family_of(ds))
			return; /* nothing waits: shut down */
		hand_up(ds, buf, (size_t)n, &from);
	}
}

static void on_event(struct udp_sock *u, void *arg, uint32_t events)
{
	struct dhcp_sock *ds = arg;

	(void)u;
	if (events & WAIT_IN)
		stack_defer(ds->stack, &ds->task);
}

static const struct udp_user user = {.on_event = on_event};

int dhcp_sock_open(struct dhcp_sock *ds, uint16_t port)
{
	const struct endpoint local = {
		.addr = {.family = family_of(ds)},
		.port = port,
	};
	int err;

	task_init(&ds->task, on_task, ds);
	ds->udp = udp_new(ds->stack, &user, ds);
	if (!ds->udp)
		return -ENOMEM;
	udp_set_netif(ds->udp, ds->netif);
	udp_set_broadcast(ds->udp, true);
	err = udp_bind(ds->udp, &local);
	if (err)
		dhcp_sock_close(ds);
	return err;
}

void dhcp_sock_close(struct dhcp_sock *ds)
{
	if (!ds->udp)
		return;
	task_cancel(&ds->task);
	udp_free(ds->udp);
	ds->udp = NULL;
}

int dhcp_sock_put(struct dhcp_sock *ds, const uint8_t *buf, size_t len,
		  struct ip_addr to, uint16_t port)
{
	struct endpoint peer = {.addr = to, .port = port};
	long n;

	if (!len)
		return -EMSGSIZE;
	if (to.family == IP_V6)
		peer.addr = ip_addr_v6_on(to.v6, ds->netif->index);
	n = udp_send(ds->udp, buf, len, &peer);
	return n < 0 ? (int)n : 0;
}

int dhcp_sock_send(struct dhcp_sock *ds, const struct dhcp_msg *m, ip4_addr to,
		   uint16_t port)
{
	uint8_t buf[DHCP_LEN_MAX];

	return dhcp_sock_put(ds, buf, dhcp_emit(buf, sizeof(buf), m),
			     ip_addr_v4(to), port);
}

ip4_addr dhcp_way_to(struct dhcp_sock *ds, const struct dhcp_msg *m)
{
	if (m->type == DHCP_NAK)
		return IP4_BROADCAST;
	if (m->ciaddr.v)
		return m->ciaddr;
	if (!(m->flags & DHCP_F_BROADCAST) && m->yiaddr.v &&
	    arp_add(ds->stack, ds->netif, m->yiaddr, m->chaddr) == 0)
		return m->yiaddr;
	return IP4_BROADCAST;
}
