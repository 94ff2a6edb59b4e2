/* SPDX-License-Identifier: MIT */
#ifndef APPS_DHCP_SOCK_H
#define APPS_DHCP_SOCK_H

/*
 * dhcp_sock.h - messages of DHCP to and from one interface
 */

#include "wire/dhcp.h"

#include "core/stack.h"

#include "udp/udp.h"

struct netif;

/* A message that is well-formed; @from says who sent it, and to which address. */
typedef void dhcp_input_fn(void *arg, const struct dhcp_msg *m,
			   const struct udp_from *from);

/**
 * struct dhcp_sock - a socket that is bound to an interface
 * @stack:	Whose
 * @netif:	Where alone it hears and sends
 * @udp:	The socket, or NULL: closed
 * @task:	Reads what has come
 * @on_msg:	Gets it
 * @arg:	For @on_msg
 */
struct dhcp_sock {
	struct stack *stack;
	struct netif *netif;
	struct udp_sock *udp;
	struct task task;
	dhcp_input_fn *on_msg;
	void *arg;
};

/**
 * dhcp_sock_open() - Listen at an interface, with or without an address
 * @ds:		@ds->stack, @netif, @on_msg, @arg are set
 * @port:	DHCP_PORT_SERVER or DHCP_PORT_CLIENT
 *
 * Return: 0, -EADDRINUSE, -ENOMEM
 */
int dhcp_sock_open(struct dhcp_sock *ds, uint16_t port);

/* Closed already is fine. */
void dhcp_sock_close(struct dhcp_sock *ds);

/* Send a message.  0, or what udp_send() says. */
int dhcp_sock_send(struct dhcp_sock *ds, const struct dhcp_msg *m, ip4_addr to,
		   uint16_t port);

/* Nothing is done with a message: count it, and say so. */
void dhcp_drop(struct dhcp_sock *ds, enum drop why);

#endif /* APPS_DHCP_SOCK_H */
