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
 * struct session - what makes a port a serial one
 * @serial:	Known to the port
 * @port:	The port
 * @conf:	As given
 * @ops:	Likewise
 * @arg:	Likewise
 * @ppp:	The session, NULL: the host is off
 * @dial:	Time to begin
 * @is_up:	The session was told that the line is there
 * @local, @peer: Addresses that were agreed on
 */
struct session {
	struct serial serial;
	struct port *port;
	struct serial_conf conf;
	const struct serial_ops *ops;
	void *arg;
	struct ppp *ppp;
	struct timer dial;
	bool is_up;
	ip4_addr local, peer;
};

static struct session *session_of(struct serial *serial)
{
	return container_of(serial, struct session, serial);
}

static struct host *host_at(const struct session *s)
{
	return host_of(s->port->node);
}

/* struct ppp_ops.send */
static void on_send(void *arg, const struct pkt *frame, const uint8_t *octets,
		    size_t len)
{
	struct session *s = arg;
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
	struct session *s = arg;
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
	struct session *s = arg;
	struct netif *netif = ppp_netif(s->ppp);

	if (s->ops && s->ops->on_down)
		s->ops->on_down(s->arg, netif, s->peer);
	ppp_if_down(&host_at(s)->stack, netif, s->local, s->peer);
}

static void on_up6(void *arg, uint64_t local, uint64_t peer)
{
	struct session *s = arg;
	struct netif *netif = ppp_netif(s->ppp);

	(void)peer;
	if (!ppp_if_up6(&host_at(s)->stack, netif, local) && s->ops &&
	    s->ops->on_up6)
		s->ops->on_up6(s->arg, netif);
}

static void on_down6(void *arg)
{
	struct session *s = arg;
	struct netif *netif = ppp_netif(s->ppp);

	if (s->ops && s->ops->on_down6)
		s->ops->on_down6(s->arg, netif);
	ppp_if_down6(&host_at(s)->stack, netif);
}

static void on_finished(void *arg)
{
	struct session *s = arg;

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
static bool has_carrier(const struct session *s)
{
	const struct cable *c = s->port->cable;
	const struct host *other;

	if (!c)
		return false;
	if (!s->conf.has_carrier)
		return true;
	other = host_of(s->port->out->to->node);
	return (!other || other->is_on) && c->half[0].is_up && c->half[1].is_up;
}

static void carrier_tell(struct session *s, const char *state)
{
	PROBE_CAUSE(s->port->node->place, EV_STATE, R_PPP_CARRIER, NULL,
		    EVF_TEXT("if", s->port->netif.name),
		    EVF_TEXT("state", state));
}

static void on_dial(struct timer *t, void *arg)
{
	struct session *s = arg;
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

static void carrier_follow(struct session *s)
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

static void on_carrier(struct serial *serial)
{
	carrier_follow(session_of(serial));
}

static void on_input(struct serial *serial, struct pkt *pkt)
{
	struct session *s = session_of(serial);
	struct port *port = s->port;
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

static int session_start(struct serial *serial)
{
	struct session *s = session_of(serial);
	struct host *h = host_at(s);

	s->ppp = ppp_new(&h->stack, s->port->netif.name, &s->conf.ppp,
			 &session_ops, s);
	if (!s->ppp)
		return -ENOMEM;
	s->is_up = false;
	timer_init(&s->dial, on_dial, s);
	if (s->port->cable)
		cable_carrier(s->port->cable);
	return 0;
}

static void session_end(struct serial *serial)
{
	struct session *s = session_of(serial);
	struct stack *stack = &host_at(s)->stack;

	if (!s->ppp)
		return;
	stack_disarm(stack, &s->dial);
	ppp_netif(s->ppp)->is_up = false;
	ip_netif_gone(stack, ppp_netif(s->ppp));
	ppp_free(s->ppp);
	s->ppp = NULL;
}

static void session_free(struct serial *serial)
{
	struct session *s = session_of(serial);
	struct port *port = s->port;

	mem_free(port->node->world->env.mem, s, sizeof(*s));
	port->serial = NULL;
}

static const struct serial calls = {
	.boot = session_start,
	.halt = session_end,
	.free = session_free,
	.input = on_input,
	.carrier = on_carrier,
};

struct port *host_add_serial(struct host *h, const char *name,
			     const struct serial_conf *conf,
			     const struct serial_ops *ops, void *arg)
{
	struct mem *mem = h->node.world->env.mem;
	struct session *s = mem_alloc(mem, sizeof(*s));
	struct port *port;

	if (!s)
		return NULL;
	port = node_add_port(&h->node, "ppp", h->node.port_count, NULL);
	if (!port) {
		mem_free(mem, s, sizeof(*s));
		return NULL;
	}
	snprintf(port->netif.name, sizeof(port->netif.name), "%s", name);
	*s = (struct session){.serial = calls,
			      .port = port,
			      .conf = *conf,
			      .ops = ops,
			      .arg = arg};
	port->serial = &s->serial;
	return session_start(&s->serial) ? NULL : port;
}

struct ppp *port_ppp(struct port *port)
{
	return port->serial ? session_of(port->serial)->ppp : NULL;
}

struct netif *port_netif(struct port *port)
{
	struct ppp *ppp = port_ppp(port);

	if (!port->serial)
		return &port->netif;
	return ppp ? ppp_netif(ppp) : NULL;
}
