/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_ROUTERS6_H
#define SUPPORT_ROUTERS6_H

/*
 * routers6.h - a LAN with two ways out, and a server behind both
 *
 *	a ---+-- sw --+--- r1 ---+
 *	     |        |          +-- sw2 --- s
 *	    box       +--- r2 ---+
 *
 * The near LAN is 2001:db8:1::/64, the far one 2001:db8:2::/64; both routers
 * advertise both, r1 with the higher preference.
 */

#include "lan6.h"

#define ROUTERS6_SERVER "2001:db8:2::5"

struct routers6 {
	struct lan6 l;
	struct vswitch *far_side;
	struct host *a, *r1, *r2, *s;
	struct port *box; /* swallows what it gets */
};

/* Built, and ten seconds old. */
void routers6_init(struct routers6 *n);
void routers6_fini(struct routers6 *n); /* fails the test if something leaked */

/* What a router says of one network. */
struct nd_ra_conf routers6_conf(const char *net, enum nd_pref pref);

/* The gateway that @h uses for @dst now; :: if none. */
ip6_addr routers6_gateway(struct host *h, const char *dst);

/* It is that router. */
void assert_gateway(struct host *h, const char *dst, struct host *r);

#endif /* SUPPORT_ROUTERS6_H */
