// SPDX-License-Identifier: MIT
/*
 * dhcp_sock.c - messages of DHCP to and from one interface
 *
 * A client speaks before it has an address, and a server must know on which
 * network a question was asked.  So both hold a UDP socket that is bound to an
 * interface and not to an address.  What arrives is read in a task, after the
 * stack has done with the frame that brought it.
 */

#include "apps/dhcp_sock.h"

#include "core/probe.h"
#include "core/waitq.h"

/* Nobody is sent more than he asked for: 576 octets, or a frame. */
enum { MESSAGE_MAX = 1500 };

void dhcp_drop(struct dhcp_sock *ds, enum drop why)
{
	struct place *place = &ds->stack->place;

	place->drops[why]++;
	PROBE(place, EV_APP, R_DHCP_IGNORED, NULL,
	      EVF_TEXT("text", drop_text(why)),
	      EVF_TEXT("drop", drop_name(why)));
}

static void on_task(struct task *task, void *arg)
{
	struct dhcp_sock *ds = arg;
	uint8_t buf[MESSAGE_MAX];
	struct udp_from from;
	struct dhcp_msg m;
	long n;

	(void)task;
	while (ds->udp &&
	       (n = udp_recv(ds->udp, buf, sizeof(buf), false, &from)) >= 0) {
		if (from.peer.addr.family != IP_V4)
			return; /* nothing waits: shut down */
		if (from.len > sizeof(buf) ||
		    dhcp_parse(&m, buf, (size_t)n) < 0)
			dhcp_drop(ds, DROP_dhcp_bad);
		else
			ds->on_msg(ds->arg, &m, &from);
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
		.addr = {.family = IP_V4},
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

int dhcp_sock_send(struct dhcp_sock *ds, const struct dhcp_msg *m, ip4_addr to,
		   uint16_t port)
{
	const struct endpoint peer = {.addr = ip_addr_v4(to), .port = port};
	uint8_t buf[DHCP_LEN_MAX];
	size_t len = dhcp_emit(buf, sizeof(buf), m);
	long n;

	if (!len)
		return -EMSGSIZE;
	n = udp_send(ds->udp, buf, len, &peer);
	return n < 0 ? (int)n : 0;
}
