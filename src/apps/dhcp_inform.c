// SPDX-License-Identifier: MIT
/*
 * dhcp_inform.c - a host that has an address asks for the rest
 *
 * Somebody has given the host its address by hand, and forgot the resolvers.
 * It asks everybody, says in ciaddr where the answer goes, and repeats the
 * question until one comes; nothing is lent, so nothing is renewed.  What is
 * told is believed from whoever answers this question first, as with all of
 * DHCP.
 */

#include "apps/dhcp_inform.h"

#include <errno.h>

#include "core/netif.h"
#include "core/probe.h"

#include "apps/dhcp_client.h"
#include "apps/dhcp_sock.h"
#include "ip/ip_conf.h"

/**
 * struct dhcp_inform - one interface's
 * @addr:	Its own
 * @is_told:	A server has answered
 */
struct dhcp_inform {
	struct dhcp_sock sock;
	struct timer timer;
	dhcp_informed_fn *on_told;
	void *arg;
	ip4_addr addr;
	uint32_t xid;
	unsigned int tries;
	bool is_told;
};

static void on_timer(struct timer *t, void *arg)
{
	struct dhcp_inform *f = arg;
	struct stack *stack = f->sock.stack;
	struct dhcp_msg m = {
		.op = BOOTP_REQUEST,
		.type = DHCP_INFORM,
		.xid = f->xid,
		.ciaddr = f->addr,
		.chaddr = f->sock.netif->mac,
	};
	struct ip_addr ip = ip_addr_v4(f->addr);

	f->tries++;
	dhcp_say_who(&m, NULL);
	PROBE_CAUSE(&stack->place, EV_APP, R_DHCP_ASK, NULL,
		    EVF_TEXT("text", dhcp_type_name(m.type)), EVF_IP("ip", &ip),
		    EVF_NUM("tries", f->tries));
	stack_arm_in(stack, t, dhcp_retry_ns(stack, f->tries));
	(void)dhcp_sock_send(&f->sock, &m, IP4_BROADCAST, DHCP_PORT_SERVER);
}

static void on_msg(void *arg, const struct dhcp_msg *m,
		   const struct udp_from *from)
{
	struct dhcp_inform *f = arg;
	struct ip_addr server = ip_addr_v4(m->server);

	(void)from;
	if (f->is_told || m->op != BOOTP_REPLY || m->type != DHCP_ACK ||
	    m->xid != f->xid || !mac_eq(m->chaddr, f->sock.netif->mac)) {
		dhcp_drop(&f->sock, DROP_dhcp_unasked);
		return;
	}
	f->is_told = true;
	stack_disarm(f->sock.stack, &f->timer);
	PROBE_CAUSE(&f->sock.stack->place, EV_LEARN, R_DHCP_INFO, NULL,
		    EVF_IP("server", &server), EVF_NUM("dns", m->dns.count),
		    EVF_TEXT("domain", m->domain));
	f->on_told(f->arg, m);
}

int dhcp_inform_start(struct stack *stack, struct netif *netif,
		      dhcp_informed_fn *on_told, void *arg,
		      struct dhcp_inform **inform)
{
	ip4_addr addr = ip_addr_of(stack, netif).addr;
	struct dhcp_inform *f;
	int err;

	if (!addr.v)
		return -EADDRNOTAVAIL;
	f = mem_alloc(stack->place.env->mem, sizeof(*f));
	if (!f)
		return -ENOMEM;
	f->on_told = on_told;
	f->arg = arg;
	f->addr = addr;
	f->sock = (struct dhcp_sock){
		.stack = stack,
		.netif = netif,
		.on_msg = on_msg,
		.arg = f,
	};
	/* Without entropy it is 0: a question like any other. */
	(void)stack_random(stack, &f->xid, sizeof(f->xid));
	timer_init(&f->timer, on_timer, f);
	err = dhcp_sock_open(&f->sock, DHCP_PORT_CLIENT);
	if (err) {
		mem_free(stack->place.env->mem, f, sizeof(*f));
		return err;
	}
	stack_arm_in(stack, &f->timer, 0);
	*inform = f;
	return 0;
}

void dhcp_inform_stop(struct dhcp_inform *f)
{
	if (!f)
		return;
	stack_disarm(f->sock.stack, &f->timer);
	dhcp_sock_close(&f->sock);
	mem_free(f->sock.stack->place.env->mem, f, sizeof(*f));
}
