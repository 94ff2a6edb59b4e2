/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_DHCP6NET_H
#define SUPPORT_DHCP6NET_H

/*
 * dhcp6net.h - a client, a server and a neighbour of DHCPv6 on one link
 *
 * Whatever fails in here fails the test.
 */

#include "apps/dhcp6_client.h"
#include "apps/dhcp6_relay.h"
#include "apps/dhcp6_server.h"
#include "apps/dhcp_sock.h"
#include "lan6.h"

/* client, server (fd00:1::2 gives ::100 to ::103) and a neighbour on a switch */
struct dhcp6net {
	struct lan6 l;
	struct host *client_host, *server_host, *other;
	struct dhcp6_client *client;
	struct dhcp6_server *server, *second;
	struct dhcp6_relay_agent *relays[2];
	struct dhcp_sock liar;
	struct dhcp6_msg heard;
	struct dhcp6_got got;
	bool has_got;
};

/* A fixture of cmocka. */
int dhcp6net_setup(void **state);
int dhcp6net_teardown(void **state);

/* An address that is used at once. */
void dhcp6net_give_address(struct host *h, uint32_t index, const char *text);

/* What a server of that pool usually says; four addresses from @from on. */
struct dhcp6_server_config dhcp6net_usual(const struct dhcp6_pool *pool);
struct dhcp6_pool dhcp6net_pool_of(const char *net, const char *from);

void dhcp6net_start_server(struct dhcp6net *f);
void dhcp6net_start_client(struct dhcp6net *f, bool is_rapid,
			   bool is_stateless);

void dhcp6net_assert_state(struct dhcp6net *f, enum dhcp6_state want);

/* The client has that address, or none (NULL). */
void dhcp6net_assert_address(struct dhcp6net *f, const char *want);

enum lease_state dhcp6net_lease_state(struct dhcp6net *f, size_t i);
uint64_t dhcp6net_drops(struct host *h, enum drop why);

/* Somebody on "other" who hears and says what the test wants: @f->heard. */
void dhcp6net_open_liar(struct dhcp6net *f, uint16_t port);
void dhcp6net_say(struct dhcp6net *f, const struct dhcp6_msg *m, ip6_addr to,
		  uint16_t port);

#endif /* SUPPORT_DHCP6NET_H */
