// SPDX-License-Identifier: MIT
/*
 * proto.c - names of assigned numbers
 */

#include "wire/proto.h"

#include <stddef.h>

#include "base/check.h"

struct number_name {
	uint16_t number;
	const char *name;
};

static const struct number_name ip_proto_names[] = {
	{IP_PROTO_HOPOPTS, "hop-by-hop"},
	{IP_PROTO_ICMP, "icmp"},
	{IP_PROTO_IGMP, "igmp"},
	{IP_PROTO_IP4, "ipip"},
	{IP_PROTO_TCP, "tcp"},
	{IP_PROTO_UDP, "udp"},
	{IP_PROTO_IP6, "ipv6"},
	{IP_PROTO_ROUTING, "routing"},
	{IP_PROTO_FRAGMENT, "fragment"},
	{IP_PROTO_GRE, "gre"},
	{IP_PROTO_ESP, "esp"},
	{IP_PROTO_AH, "ah"},
	{IP_PROTO_ICMP6, "icmp6"},
	{IP_PROTO_NONE, "none"},
	{IP_PROTO_DSTOPTS, "destination-options"},
	{IP_PROTO_UDPLITE, "udplite"},
};

static const struct number_name port_names[] = {
	{PORT_ECHO, "echo"},
	{PORT_DISCARD, "discard"},
	{PORT_DAYTIME, "daytime"},
	{PORT_CHARGEN, "chargen"},
	{PORT_FTP_DATA, "ftp-data"},
	{PORT_FTP, "ftp"},
	{PORT_SSH, "ssh"},
	{PORT_TELNET, "telnet"},
	{PORT_SMTP, "smtp"},
	{PORT_DNS, "dns"},
	{PORT_DHCP_SERVER, "dhcp-server"},
	{PORT_DHCP_CLIENT, "dhcp-client"},
	{PORT_TFTP, "tftp"},
	{PORT_HTTP, "http"},
	{PORT_POP3, "pop3"},
	{PORT_NTP, "ntp"},
	{PORT_IMAP, "imap"},
	{PORT_HTTPS, "https"},
};

static const char *number_find(const struct number_name *t, size_t n,
			       uint16_t number)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (t[i].number == number)
			return t[i].name;
	return NULL;
}

const char *ip_proto_name(uint8_t proto)
{
	return number_find(ip_proto_names, ARRAY_SIZE(ip_proto_names), proto);
}

const char *port_name(uint16_t port)
{
	return number_find(port_names, ARRAY_SIZE(port_names), port);
}
