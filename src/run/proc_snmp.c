// SPDX-License-Identifier: MIT
/*
 * proc_snmp.c - /proc/net/snmp and /proc/net/netstat: what a host has counted
 *
 * Each protocol has two lines, names and numbers.  Some programs find a column
 * by its name, others (snmpd) by its place.
 *
 * Limits
 * ------
 * IP's packets and ICMP's messages are not counted by kind: these columns are
 * not there.
 */
#include "ip/ip.h"
#include "run/net_file.h"
#include "sock/sock_count.h"
#include "vnet/vnet.h"

static void put_lines(const struct net_file *f, const char *what,
		      enum sk_count_group group)
{
	struct sk_count c[SK_COUNTS_MAX];
	size_t i, n = sk_counts(&f->host->stack, group, c);

	strbuf_printf(f->out, "%s:", what);
	for (i = 0; i < n; i++)
		strbuf_printf(f->out, " %s", c[i].name);
	strbuf_printf(f->out, "\n%s:", what);
	for (i = 0; i < n; i++)
		strbuf_printf(f->out, " %lld", (long long)c[i].value);
	strbuf_puts(f->out, "\n");
}

void proc_net_snmp(const struct net_file *f)
{
	strbuf_printf(f->out, "Ip: Forwarding DefaultTTL\nIp: %d 64\n",
		      ip_forwarding(&f->host->stack) ? 1 : 2);
	put_lines(f, "Tcp", SK_COUNT_TCP);
	put_lines(f, "Udp", SK_COUNT_UDP);
	put_lines(f, "UdpLite", SK_COUNT_UDPLITE);
}

void proc_net_netstat(const struct net_file *f)
{
	put_lines(f, "TcpExt", SK_COUNT_TCP_MORE);
}
