/* SPDX-License-Identifier: MIT */
#ifndef CLI_UP_PPP_H
#define CLI_UP_PPP_H

/*
 * up_ppp.h - weft up --serial: PPP on a line of the system
 */

#include <stdbool.h>

#include "base/wheel.h"

#include "wire/addr.h"

struct icmp_echo;
struct station;
struct station_cfg;

/**
 * struct up_ppp - what belongs to it
 * @st:		The host
 * @text:	What --ppp said, in pieces
 * @ping_to:	--ping: whom; family IP_NONE: nobody
 * @pings:	Sent so far
 * @echo:	While it pings, or NULL
 * @timer:	The next
 */
struct up_ppp {
	struct station *st;
	char text[256];
	struct ip_addr ping_to;
	unsigned int pings, answers;
	struct icmp_echo *echo;
	struct timer timer;
};

/**
 * up_ppp_read() - What --ppp says: "name=laptop,secret=cable,..."
 *
 * Return: 0, or what cli_usage() says
 */
int up_ppp_read(struct up_ppp *p, struct station_cfg *cfg, const char *text);

/* --ping: 0, or what cli_usage() says. */
int up_ppp_read_ping(struct up_ppp *p, const char *text);

/* What happens when it is up is said on standard output.  @st is yet to be
 * opened with @cfg. */
void up_ppp_prepare(struct up_ppp *p, struct station *st,
		    struct station_cfg *cfg);

/* Before the station is closed.  Not begun is fine. */
void up_ppp_stop(struct up_ppp *p);

#endif /* CLI_UP_PPP_H */
