/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_DHCPNET_H
#define SUPPORT_DHCPNET_H

/*
 * dhcpnet.h - a server of DHCP, a client, and liars in the place of both
 *
 * Host SERVER is 10.0.0.1 and may serve .100 to .103; host CLIENT, at the other
 * end of its wire, has no address.  Whatever fails in here fails the test.
 */

#include "apps/dhcp_client.h"
#include "apps/dhcp_inform.h"
#include "apps/dhcp_server.h"
#include "apps/dhcp_sock.h"

struct testnet;

enum { SERVER, CLIENT };

/**
 * struct dhcpnet - the scene
 * @liar:	A socket of either host that says what a test wants
 * @lie:	What a lying server answers; see dhcpnet_start_liar()
 */
struct dhcpnet {
	struct testnet *net;
	struct dhcp_server *server;
	struct dhcp_client *client;
	struct dhcp_sock liar;
	struct dhcp_msg lie;
};

/* *@state is a struct dhcpnet. */
int dhcpnet_setup(void **state);
int dhcpnet_teardown(void **state);

ip4_addr dhcpnet_parse(const char *text);

/* @is_careless: offers addresses without asking whether somebody has them. */
void dhcpnet_server_that(struct dhcpnet *f, uint32_t lease_s, bool is_careless);
void dhcpnet_server(struct dhcpnet *f, uint32_t lease_s);
void dhcpnet_client(struct dhcpnet *f);

struct ip4_net dhcpnet_addr(struct dhcpnet *f); /* the client's */
void dhcpnet_assert_state(struct dhcpnet *f, enum dhcp_state want);

/* A server that answers a DISCOVER with @f->lie, whatever stands in it. */
void dhcpnet_on_lie(void *arg, const struct dhcp_msg *m,
		    const struct udp_from *from);
void dhcpnet_open_liar(struct dhcpnet *f, int host, uint16_t port);

struct dhcp_msg dhcpnet_good_offer(void);

/* Such a server for two seconds, in which the client begins. */
void dhcpnet_start_liar(struct dhcpnet *f, struct dhcp_msg lie);

#endif /* SUPPORT_DHCPNET_H */
