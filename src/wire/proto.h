/* SPDX-License-Identifier: MIT */
#ifndef WIRE_PROTO_H
#define WIRE_PROTO_H

/*
 * proto.h - assigned numbers: what is inside a packet, who listens where
 *
 * The names differ from those of <netinet/in.h> on purpose.
 */

#include <stdint.h>

/* The protocol field of IPv4, the next header field of IPv6. */
enum ip_proto_number {
	IP_PROTO_HOPOPTS = 0,
	IP_PROTO_ICMP = 1,
	IP_PROTO_IGMP = 2,
	IP_PROTO_IP4 = 4,
	IP_PROTO_TCP = 6,
	IP_PROTO_UDP = 17,
	IP_PROTO_IP6 = 41,
	IP_PROTO_ROUTING = 43,
	IP_PROTO_FRAGMENT = 44,
	IP_PROTO_GRE = 47,
	IP_PROTO_ESP = 50,
	IP_PROTO_AH = 51,
	IP_PROTO_ICMP6 = 58,
	IP_PROTO_NONE = 59,
	IP_PROTO_DSTOPTS = 60,
	IP_PROTO_UDPLITE = 136,
	IP_PROTO_RAW = 255,
};

enum well_known_port {
	PORT_ECHO = 7,
	PORT_DISCARD = 9,
	PORT_DAYTIME = 13,
	PORT_CHARGEN = 19,
	PORT_FTP_DATA = 20,
	PORT_FTP = 21,
	PORT_SSH = 22,
	PORT_TELNET = 23,
	PORT_SMTP = 25,
	PORT_DNS = 53,
	PORT_DHCP_SERVER = 67,
	PORT_DHCP_CLIENT = 68,
	PORT_TFTP = 69,
	PORT_HTTP = 80,
	PORT_POP3 = 110,
	PORT_NTP = 123,
	PORT_IMAP = 143,
	PORT_HTTPS = 443,
	PORT_EPHEMERAL_MIN = 49152, /* RFC 6335, 6 */
	PORT_EPHEMERAL_MAX = 65535,
};

/* "tcp", "udp", ...; NULL for a number without a name. */
const char *ip_proto_name(uint8_t proto);

/* "http", "dns", ...; NULL for a port without a name. */
const char *port_name(uint16_t port);

#endif /* WIRE_PROTO_H */
