/* SPDX-License-Identifier: MIT */
#ifndef APPS_DHCP_SOCK_H
#define APPS_DHCP_SOCK_H

/*
 * dhcp_sock.h - messages of DHCP and DHCPv6 to and from one interface
 */

#include "wire/dhcp.h"

#include "core/stack.h"

#include "udp/udp.h"

struct netif;

/* A message that is well-formed; @from says who sent it, and to which address. */
typedef void dhcp_input_fn(void *arg, const struct dhcp_msg *m,
			   const struct udp_from *from);

/* The octets of one, of which nothing is known; they may be changed. */
typedef void dhcp_octets_fn(void *arg, uint8_t *buf, size_t len,
			    const struct udp_from *from);

/* Nobody is sent more than he asked for: 576 octets, or a frame; a relay adds
 * its mark. */
enum { DHCP_DATAGRAM_MAX = 1500 };

/**
 * struct dhcp_sock - a socket that is bound to an interface
 * @stack:	Whose
 * @netif:	Where alone it hears and sends
 * @udp:	The socket, or NULL: closed
 * @task:	Reads what has come
 * @family:	enum ip_family; 0 is IPv4, too
 * @on_msg:	Gets it, read as DHCP of IPv4; or
 * @on_octets:	gets it as it came, with room up to DHCP_DATAGRAM_MAX
 * @arg:	For either
 */
struct dhcp_sock {
	struct stack *stack;
	struct netif *netif;
	struct udp_sock *udp;
	struct task task;
	uint8_t family;
	dhcp_input_fn *on_msg;
	dhcp_octets_fn *on_octets;
	void *arg;
};

/**
 * dhcp_sock_open() - Listen at an interface, with or without an address
 * @ds:		@ds->stack, @netif, @on_msg or @on_octets, @arg are set
 * @port:	DHCP_PORT_SERVER or DHCP_PORT_CLIENT, or those of DHCPv6
 *
 * Return: 0, -EADDRINUSE, -ENOMEM
 */
int dhcp_sock_open(struct dhcp_sock *ds, uint16_t port);

/* Closed already is fine. */
void dhcp_sock_close(struct dhcp_sock *ds);

/* Send a message.  0, or what udp_send() says. */
int dhcp_sock_send(struct dhcp_sock *ds, const struct dhcp_msg *m, ip4_addr to,
		   uint16_t port);

/* The same with octets, over either version; link-local addresses are of the
 * socket's interface. */
int dhcp_sock_put(struct dhcp_sock *ds, const uint8_t *buf, size_t len,
		  struct ip_addr to, uint16_t port);

/**
 * dhcp_way_to() - Where an answer to a client of this wire goes
 * @m:		The answer; its @ciaddr is what the client said
 *
 * To the address that the client has; to everybody if it said that it cannot
 * hear anything else, or is told no; otherwise to its new address at its MAC
 * address, which is put into the neighbour cache (RFC 2131, 4.1).
 */
ip4_addr dhcp_way_to(struct dhcp_sock *ds, const struct dhcp_msg *m);

/* Nothing is done with a message: count it, and say so. */
void dhcp_drop(struct dhcp_sock *ds, enum drop why);

#endif /* APPS_DHCP_SOCK_H */
