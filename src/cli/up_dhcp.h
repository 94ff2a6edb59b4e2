/* SPDX-License-Identifier: MIT */
#ifndef CLI_UP_DHCP_H
#define CLI_UP_DHCP_H

/*
 * up_dhcp.h - weft up --dhcp: addresses from whoever gives them on the wire
 */

#include "ip6/nd.h"

struct dhcp6_client;
struct dhcp_client;
struct station;

/**
 * struct up_dhcp - what asks
 * @st:		The host
 * @is_json:	What comes is said to programs
 * @client:	DHCP, from the beginning
 * @watch:	What routers say of IPv6
 * @client6:	DHCPv6, when a router says so, or NULL
 * @is_stateless: It asks only for the rest
 * @is_ending:	What goes is given back
 */
struct up_dhcp {
	struct station *st;
	struct dhcp_client *client;
	struct nd_watch watch;
	struct dhcp6_client *client6;
	bool is_stateless, is_ending, is_json;
};

/* Begin to ask; what comes is said on standard output.  0 or -errno. */
int up_dhcp_start(struct up_dhcp *d, struct station *st);

/* Give back what was lent.  Not begun is fine. */
void up_dhcp_stop(struct up_dhcp *d);

#endif /* CLI_UP_DHCP_H */
