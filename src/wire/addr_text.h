/* SPDX-License-Identifier: MIT */
#ifndef WIRE_ADDR_TEXT_H
#define WIRE_ADDR_TEXT_H

/*
 * addr_text.h - addresses as people write them
 *
 * print functions write into the caller's array and return it, so they can
 * stand in the arguments of a printf(); parse functions accept the exact
 * notation and nothing else.
 */

#include "wire/addr_types.h"

/* Octets for the longest text of each kind, NUL included. */
enum {
	MAC_TEXT = 18,
	IP4_TEXT = 16,
	IP6_TEXT = 46,
	IP_TEXT = IP6_TEXT,
	ENDPOINT_TEXT = IP6_TEXT + 8,
};

/* Text; each returns @buf.  No address prints as "none". */
char *mac_print(mac_addr m, char buf[static MAC_TEXT]);
char *ip4_print(ip4_addr a, char buf[static IP4_TEXT]);
char *ip6_print(ip6_addr a, char buf[static IP6_TEXT]); /* RFC 5952 */
char *ip_addr_print(struct ip_addr a, char buf[static IP_TEXT]);
char *endpoint_print(struct endpoint e, char buf[static ENDPOINT_TEXT]);

/*
 * From text; each returns 0, or -EINVAL and leaves the result alone.
 *
 *   mac       02:00:5e:10:00:01, two digits in each group
 *   ip4       10.1.0.1, strict: four numbers, no leading zeroes
 *   ip6       RFC 4291, 2.2, all three forms
 *   ip4_net   10.1.0.0/16; host bits may be set and are kept
 *   endpoint  10.1.0.1:80 or [2001:db8::1]:80
 */
int mac_parse(mac_addr *m, const char *text);
int ip4_parse(ip4_addr *a, const char *text);
int ip6_parse(ip6_addr *a, const char *text);
int ip4_net_parse(struct ip4_net *n, const char *text);
int ip6_net_parse(struct ip6_net *n, const char *text);
int ip_addr_parse(struct ip_addr *a, const char *text);
int endpoint_parse(struct endpoint *e, const char *text);

#endif /* WIRE_ADDR_TEXT_H */
