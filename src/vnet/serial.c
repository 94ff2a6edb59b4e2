// SPDX-License-Identifier: MIT
/*
 * serial.c - ports of hosts for a line that knows only octets
 *
 * Theory of operation
 * ===================
 * A serial port has a session of PPP, whose interface is the stack's; the port
 * itself is none.  What the session has for the line goes into the cable as a
 * packet of octets, what comes out of it is read by the session one by one.
 * The cable delays, loses and damages octets as it does frames, and knows not
 * what they mean.
 *
 * With a carrier the session is told when the cable is cut, or when the host
 * at the other end is switched off, as a modem tells by a wire of its own.
 * Without, it has to find out by asking.
 *
 * A session that has ended begins anew after a while, unless one end could not
 * prove who it is: then it would only be refused again.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"

#include "core/pkt.h"
#include "core/probe.h"

#include "inet/ppp_if.h"
#include "ip/ip.h"
#include "vnet/vnet_int.h"

/**
 * struct serial - what makes a port a serial one
 * @port:	The port
 * @conf:	As given
 * @ops:	Likewise
 * @arg:	Likewise
 * @ppp:	The session, NULL: the host is off
 * @dial:	Time to begin
 * @is_up:	The session was told that the line is there
 * @local, @peer: Addresses that were agreed on
 */
struct serial {
	struct port *port;
	struct serial_conf conf;
	const struct serial_ops *ops;
	void *arg;
	struct ppp *ppp;
	struct timer dial;
	bool is_up;
	ip4_addr local, peer;
};

static struct host *host_at(const struct serial *s)
{
	return host_of(s->port->node);
}

/* struct ppp_ops.send */
static void on_send(void *arg, const struct pkt *frame, const uint8_t *octets,
		    size_t len)
{
	struct serial *s = arg;
	struct port *port = s->port;
	struct pkt *pkt;

	if (!port->cable)
		return;
	pkt = pkt_new_rx(frame->env, (enum reason)frame->reason);
	if (!pkt || pkt_append(pkt, octets, len)) {
		port->node->place->drops[DROP_no_memory]++;
		pkt_free(pkt);
		return;
	}
	pkt->cause = frame->cause;
	pkt->is_relayed = frame->is_relayed;
	pkt->link = PKT_LINE;
	pkt->l2_off = pkt->lin_off;
	pkt->netif = &port->netif;
	port->netif.stats.tx_frames++;
	port->netif.stats.tx_octets += len;
	(void)port->netif.ops->transmit(&port->netif, pkt);
}

static void on_up(void *arg, ip4_addr local, ip4_addr peer)
{
	struct serial *s = arg;
	struct netif *netif = ppp_netif(s->ppp);

	s->local = local;
	s->peer = peer;
	if (ppp_if_up(&host_at(s)->stack, netif, local, peer))
		return; /* no memory: packets are told that there is no way */
	if (s->ops && s->ops->on_up)
		s->ops->on_up(s->arg, netif, peer);
}

static void on_down(void *arg)
{
	struct serial *s = arg;
	struct netif *netif = ppp_netif(s->ppp);

	if (s->ops && s->ops->on_down)
		s->ops->on_down(s->arg, netif, s->peer);
	ppp_if_down(&host_at(s)->stack, netif, s->local, s->peer);
}

static void on_up6(void *arg, uint64_t local, uint64_t peer)
{
	struct serial *s = arg;
	struct netif *netif = ppp_netif(s->ppp);

	(void)peer;
	if (!ppp_if_up6(&host_at(s)->stack, netif, local) && s->ops &&
	    s->ops->on_up6)
		s->ops->on_up6(s->arg, netif);
}

static void on_down6(void *arg)
{
	struct serial *s = arg;
	struct netif *netif = ppp_netif(s->ppp);

	if (s->ops && s->ops->on_down6)
		s->ops->on_down6(s->arg, netif);
	ppp_if_down6(&host_at(s)->stack, netif);
}

static void on_finished(void *arg)
{
	struct serial *s = arg;

	if (s->conf.redial_s && !ppp_is_refused(s->ppp))
		stack_arm_in(&host_at(s)->stack, &s->dial,
			     s->conf.redial_s * NS_PER_S);
}

static const struct ppp_ops session_ops = {
	.send = on_send,
	.on_up = on_up,
	.on_down = on_down,
	.on_up6 = on_up6,
	.on_down6 = on_down6,
	.on_finished = on_finished,
};

/* Is there anybody at the other end, as far as wires can tell? */
static bool has_carrier(const struct serial *s)
{
	const struct cable *c = s->port->cable;
	const struct host *other;

	if (!c)
		return false;
	if (!s->conf.has_carrier)
		return true;
	other = host_of(c->half[s->port->end].to->node);
	return (!other || other->is_on) && c->half[0].is_up && c->half[1].is_up;
}

static void carrier_tell(struct serial *s, const char *state)
{
	PROBE_CAUSE(s->port->node->place, EV_STATE, R_PPP_CARRIER, NULL,
		    EVF_TEXT("if", s->port->netif.name),
		    EVF_TEXT("state", state));
}

static void on_dial(struct timer *t, void *arg)
{
	struct serial *s = arg;
	bool is_there = has_carrier(s);

	(void)t;
	if (!is_there)
		return;
	if (s->is_up) {
		PROBE_CAUSE(s->port->node->place, EV_TIMER, R_PPP_REDIAL, NULL,
			    EVF_NUM("seconds", s->conf.redial_s));
		ppp_dial(s->ppp);
		return;
	}
	s->is_up = true;
	carrier_tell(s, "up");
	ppp_dial(s->ppp); /* if it was closed, it is wanted again */
	ppp_line_up(s->ppp);
}

static void carrier_follow(struct serial *s)
{
	struct env *env = s->port->node->place->env;
	uint32_t outer = env->cause;

	if (!s->ppp || s->is_up == has_carrier(s))
		return;
	if (!s->is_up) { /* in an event of its own */
		stack_arm_in(&host_at(s)->stack, &s->dial, 0);
		return;
	}
	s->is_up = false;
	stack_disarm(&host_at(s)->stack, &s->dial);
	carrier_tell(s, "down");
	ppp_line_down(s->ppp);
	env->cause = outer;
}

void serial_carrier(struct cable *c)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(c->half); i++)
		if (c->half[i].from->serial)
			carrier_follow(c->half[i].from->serial);
}

void serial_input(struct port *port, struct pkt *pkt)
{
	struct serial *s = port->serial;
	struct env *env = pkt->env;
	uint32_t outer = env->cause, i;

	port->netif.stats.rx_frames++;
	port->netif.stats.rx_octets += pkt->len;
	if (!s->ppp) {
		pkt_drop(port->node->place, pkt, DROP_frozen);
		return;
	}
	env->cause = pkt->cause;
	ppp_input_as(s->ppp, pkt_cdata(pkt), pkt->lin_len,
		     (enum reason)pkt->reason);
	for (i = 0; i < pkt->frag_count; i++)
		ppp_input_as(s->ppp, pkt->frag[i].blk->data + pkt->frag[i].off,
			     pkt->frag[i].len, (enum reason)pkt->reason);
	env->cause = outer;
	pkt_free(pkt);
}

static int session_start(struct serial *s)
{
	struct host *h = host_at(s);

	s->ppp = ppp_new(&h->stack, s->port->netif.name, &s->conf.ppp,
			 &session_ops, s);
	if (!s->ppp)
		return -ENOMEM;
	s->is_up = false;
	timer_init(&s->dial, on_dial, s);
	if (s->port->cable)
		serial_carrier(s->port->cable);
	return 0;
}

int serial_boot(struct host *h)
{
	struct list *pos;
	int err = 0;

	list_for_each(pos, &h->node.ports) {
		struct port *port = list_entry(pos, struct port, list);

		if (port->serial && !err)
			err = session_start(port->serial);
	}
	return err;
}

void serial_halt(struct host *h)
{
	struct list *pos;

	list_for_each(pos, &h->node.ports) {
		struct serial *s = list_entry(pos, struct port, list)->serial;

		if (!s || !s->ppp)
			continue;
		stack_disarm(&h->stack, &s->dial);
		ppp_netif(s->ppp)->is_up = false;
		ip_netif_gone(&h->stack, ppp_netif(s->ppp));
		ppp_free(s->ppp);
		s->ppp = NULL;
	}
	h->is_on = false;
	list_for_each(pos, &h->node.ports) {
		struct port *port = list_entry(pos, struct port, list);

		if (port->serial && port->cable)
			serial_carrier(port->cable);
	}
}

struct port *host_add_serial(struct host *h, const char *name,
			     const struct serial_conf *conf,
			     const struct serial_ops *ops, void *arg)
{
	struct mem *mem = h->node.world->env.mem;
	struct serial *s = mem_alloc(mem, sizeof(*s));
	struct port *port;

	if (!s)
		return NULL;
	port = node_add_port(&h->node, "ppp", h->node.port_count, NULL);
	if (!port) {
		mem_free(mem, s, sizeof(*s));
		return NULL;
	}
	snprintf(port->netif.name, sizeof(port->netif.name), "%s", name);
	*s = (struct serial){
		.port = port, .conf = *conf, .ops = ops, .arg = arg};
	port->serial = s;
	return session_start(s) ? NULL : port;
}

void serial_free(struct port *port)
{
	if (port->serial)
		mem_free(port->node->world->env.mem, port->serial,
			 sizeof(*port->serial));
	port->serial = NULL;
}

struct netif *port_netif(struct port *port)
{
	if (!port->serial)
		return &port->netif;
	return port->serial->ppp ? ppp_netif(port->serial->ppp) : NULL;
}

struct ppp *port_ppp(struct port *port)
{
	return port->serial ? port->serial->ppp : NULL;
}
