// SPDX-License-Identifier: MIT
/*
 * udp.c - sockets of UDP: making, binding, connecting, options
 *
 * Theory of operation
 * ===================
 * UDP is IP with ports and a checksum, so there is little to be in a state
 * about.  A socket is unbound, bound, or connected, which only means that it
 * has a peer in mind:
 *
 *	            udp_bind()              udp_connect()
 *	unbound ----------------> bound ----------------> connected
 *	    |                       ^  \___ udp_connect(nobody) ___/
 *	    +--- udp_send(), udp_connect() bind first
 *
 * udp_port.c knows who is bound where, udp_in.c and udp_out.c move datagrams,
 * udp_queue.c keeps what was not read yet.
 */

#include "udp/udp.h"

#include <errno.h>

#include "wire/proto.h"

#include "core/waitq.h"

#include "udp/udp_int.h"

static const struct ip_proto udp_proto = {
	.proto = IP_PROTO_UDP,
	.input = udp_input,
	.error = udp_input_error,
};

static const struct ip_proto udp_lite_proto = {
	.proto = IP_PROTO_UDPLITE,
	.input = udp_lite_input,
	.error = udp_lite_input_error,
};

int udp_init(struct stack *stack)
{
	struct mem *mem = stack->place.env->mem;
	struct udp_stack *us = mem_alloc(mem, sizeof(*us));
	int err;

	if (!us)
		return -ENOMEM;
	htab_init(&us->ports[UDP_PLAIN], mem, 0);
	htab_init(&us->ports[UDP_LITE], mem, 0);
	pool_init(&us->sock_pool, mem, "udp-sock", sizeof(struct udp_sock), 0);
	pool_init(&us->port_pool, mem, "udp-port", sizeof(struct udp_port), 0);
	pool_init(&us->dgram_pool, mem, "udp-dgram", sizeof(struct udp_dgram),
		  0);
	err = stack_new_key(stack, &us->key);
	if (!err)
		err = ip_register(stack, &udp_proto);
	if (!err)
		err = ip_register(stack, &udp_lite_proto);
	if (err) {
		mem_free(mem, us, sizeof(*us));
		return err;
	}
	stack->slot[SLOT_UDP] = us;
	return 0;
}

static void forget_all(struct htab *ports)
{
	struct udp_port *port;
	size_t pos = 0;

	while ((port = htab_next(ports, &pos))) {
		struct udp_sock *u;

		list_for_each_entry(u, &port->socks, struct udp_sock, node)
			udp_queue_clear(u);
	}
	while (htab_pop(ports))
		;
	htab_fini(ports);
}

void udp_fini(struct stack *stack)
{
	struct mem *mem = stack->place.env->mem;
	struct udp_stack *us = udp_of(stack);

	if (!us)
		return;
	forget_all(&us->ports[UDP_PLAIN]);
	forget_all(&us->ports[UDP_LITE]);
	pool_fini(&us->dgram_pool);
	pool_fini(&us->port_pool);
	pool_fini(&us->sock_pool);
	mem_free(mem, us, sizeof(*us));
	stack->slot[SLOT_UDP] = NULL;
}

static struct udp_sock *new_sock(struct stack *stack,
				 const struct udp_user *user, void *arg,
				 enum udp_kind kind)
{
	struct udp_stack *us = udp_of(stack);
	struct udp_sock *u = pool_get_zeroed(&us->sock_pool);

	if (!u)
		return NULL;
	u->stack = stack;
	u->kind = (uint8_t)kind;
	u->user = user;
	u->arg = arg;
	list_init(&u->queue);
	u->rcvbuf = UDP_RCVBUF_DEFAULT;
	u->group[0].ttl = u->group[1].ttl = 1;
	us->stats[kind].sockets++;
	return u;
}

struct udp_sock *udp_new(struct stack *stack, const struct udp_user *user,
			 void *arg)
{
	return new_sock(stack, user, arg, UDP_PLAIN);
}

struct udp_sock *udp_new_lite(struct stack *stack, const struct udp_user *user,
			      void *arg)
{
	return new_sock(stack, user, arg, UDP_LITE);
}

void udp_free(struct udp_sock *u)
{
	struct udp_stack *us = udp_of(u->stack);

	udp_queue_clear(u);
	udp_port_unbind(u);
	us->stats[u->kind].sockets--;
	pool_put(&us->sock_pool, u);
}

void udp_tell(struct udp_sock *u, uint32_t events)
{
	u->user->on_event(u, u->arg, events);
}

int udp_bind(struct udp_sock *u, const struct endpoint *local)
{
	if (local->addr.family != IP_V4 && local->addr.family != IP_V6 &&
	    local->addr.family != IP_NONE)
		return -EAFNOSUPPORT;
	if (local->addr.family && !udp_speaks(u, local->addr.family))
		return -EAFNOSUPPORT;
	return udp_port_bind(u, local);
}

static void disconnect(struct udp_sock *u)
{
	udp_path_forget(u);
	u->peer = (struct endpoint){0};
	u->route = (struct ip_route_ref){0};
	if (u->is_any)
		u->local.addr = (struct ip_addr){.family = u->family};
}

int udp_connect(struct udp_sock *u, const struct endpoint *peer)
{
	const struct endpoint any = {.addr = {.family = peer->addr.family}};
	struct ip_addr src;
	int err;

	if (peer->addr.family == IP_NONE) {
		disconnect(u);
		return 0;
	}
	if (!udp_speaks(u, peer->addr.family))
		return -EAFNOSUPPORT;
	if (!u->may_bcast && ip_addr_is_bcast(u->stack, peer->addr))
		return -EACCES;
	err = udp_source_for(u, peer->addr, &src);
	if (!err && !u->port)
		err = udp_bind(u, &any);
	if (err)
		return err;
	disconnect(u);
	if (u->is_any)
		u->local.addr = src;
	u->peer = *peer;
	u->err = 0;
	return 0;
}

int udp_shutdown(struct udp_sock *u, bool send, bool recv)
{
	u->is_send_shut |= send;
	u->is_recv_shut |= recv;
	udp_tell(u, recv ? WAIT_IN | WAIT_RDHUP : WAIT_OUT);
	return udp_has_peer(u) ? 0 : -ENOTCONN;
}

int udp_error(struct udp_sock *u)
{
	int err = u->err;

	u->err = 0;
	return -err;
}

uint32_t udp_poll(const struct udp_sock *u)
{
	uint32_t events = WAIT_OUT;

	if (!list_is_empty(&u->queue))
		events |= WAIT_IN;
	if (u->err)
		events |= WAIT_ERR;
	if (u->is_recv_shut)
		events |= WAIT_IN | WAIT_RDHUP;
	if (u->is_recv_shut && u->is_send_shut)
		events |= WAIT_HUP;
	return events;
}

struct endpoint udp_local(const struct udp_sock *u)
{
	return u->local;
}

struct endpoint udp_peer(const struct udp_sock *u)
{
	return u->peer;
}

void udp_set_reuse(struct udp_sock *u, bool on)
{
	u->may_reuse = on;
}

void udp_set_joins(struct udp_sock *u, bool on)
{
	u->joins = on;
}

void udp_set_freebind(struct udp_sock *u, bool on)
{
	u->may_be_free = on;
}

void udp_set_share(struct udp_sock *u, bool on)
{
	u->may_share = on;
}

void udp_set_broadcast(struct udp_sock *u, bool on)
{
	udp_path_forget(u);
	u->may_bcast = on;
}

void udp_set_rcvbuf(struct udp_sock *u, size_t octets)
{
	u->rcvbuf = octets;
}

int udp_set_ttl(struct udp_sock *u, unsigned int ttl)
{
	if (ttl < 1 || ttl > 255)
		return -EINVAL;
	u->ttl = (uint8_t)ttl;
	udp_path_forget(u);
	return 0;
}

void udp_set_group(struct udp_sock *u, uint8_t family,
		   const struct udp_group_conf *conf)
{
	udp_path_forget(u);
	u->group[family == IP_V6] = *conf;
}

void udp_set_tos(struct udp_sock *u, uint8_t tos)
{
	udp_path_forget(u);
	u->tos = tos;
}

void udp_set_df(struct udp_sock *u, bool df, bool no_pmtu)
{
	udp_path_forget(u);
	u->df = df;
	u->no_pmtu = no_pmtu;
}

void udp_set_error(struct udp_sock *u, int err)
{
	u->err = err;
}

void udp_set_netif(struct udp_sock *u, struct netif *netif)
{
	udp_path_forget(u);
	u->netif = netif;
	u->route = (struct ip_route_ref){0};
}

const struct udp_stats *udp_stats(struct stack *stack)
{
	return &udp_of(stack)->stats[UDP_PLAIN];
}

const struct udp_stats *udp_lite_stats(struct stack *stack)
{
	return &udp_of(stack)->stats[UDP_LITE];
}
