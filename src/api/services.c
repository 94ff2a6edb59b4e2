// SPDX-License-Identifier: MIT
/*
 * services.c - the ports that everybody knows
 *
 * A small part of IANA's registry: what the programs of the lab speak and what
 * people type.
 */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/check.h"

#include "api/names.h"

enum { TCP = 1, UDP = 2, BOTH = TCP | UDP };

/* clang-format off */
static const struct {
	const char *name;
	uint16_t port;
	int over;
} services[] = {
	{"echo",	7,	BOTH},
	{"discard",	9,	BOTH},
	{"daytime",	13,	BOTH},
	{"ftp-data",	20,	TCP},
	{"ftp",		21,	TCP},
	{"ssh",		22,	TCP},
	{"telnet",	23,	TCP},
	{"smtp",	25,	TCP},
	{"time",	37,	BOTH},
	{"domain",	53,	BOTH},
	{"bootps",	67,	UDP},
	{"bootpc",	68,	UDP},
	{"tftp",	69,	UDP},
	{"http",	80,	TCP},
	{"pop3",	110,	TCP},
	{"ntp",		123,	UDP},
	{"imap2",	143,	TCP},
	{"snmp",	161,	BOTH},
	{"bgp",		179,	TCP},
	{"https",	443,	BOTH},
	{"syslog",	514,	UDP},
	{"route",	520,	UDP},
	{"dhcpv6-client", 546,	UDP},
	{"dhcpv6-server", 547,	UDP},
	{"imaps",	993,	TCP},
	{"pop3s",	995,	TCP},
	{"http-alt",	8080,	BOTH},
};
/* clang-format on */

int service_port(const char *name, bool is_udp)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(services); i++)
		if (services[i].over & (is_udp ? UDP : TCP) &&
		    !strcmp(services[i].name, name))
			return services[i].port;
	return -1;
}

const char *service_name(uint16_t port, bool is_udp)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(services); i++)
		if (services[i].over & (is_udp ? UDP : TCP) &&
		    services[i].port == port)
			return services[i].name;
	return NULL;
}
