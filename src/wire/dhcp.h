/* SPDX-License-Identifier: MIT */
#ifndef WIRE_DHCP_H
#define WIRE_DHCP_H

/*
 * dhcp.h - messages of BOOTP and DHCP (RFC 951, RFC 2131, RFC 2132)
 *
 *	op htype hlen hops | xid | secs flags | ciaddr yiaddr siaddr giaddr
 *	chaddr (16) | sname (64) | file (128) | cookie (4) options ... END
 *
 * One format for two protocols: a message of DHCP is one of BOOTP with the
 * option "message type".  Options are a code, a length and that many octets;
 * PAD (0) and END (255) are alone.  They may go on in `file` and `sname`
 * (option 52), and one that is too long for its length octet stands there
 * several times, to be joined in that order (RFC 3396).
 */

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/addr.h"
#include "wire/bad.h"

enum {
	DHCP_PORT_SERVER = 67,
	DHCP_PORT_CLIENT = 68,
	DHCP_FIXED_LEN = 236,
	DHCP_LEN_MIN = 300, /* BOOTP's, which some relays insist on */
	DHCP_LEN_MAX = 576, /* what everybody takes (RFC 2131, 2) */
	DHCP_HTYPE_ETHER = 1,
	DHCP_TEXT = 256,
	DHCP_ADDRS = 4,
	DHCP_BYTES = 255,
	DHCP_HOPS_MAX = 16,
};

#define DHCP_COOKIE	 0x63825363U
#define DHCP_F_BROADCAST 0x8000
#define DHCP_FOREVER	 UINT32_MAX /* a lease without end */

enum dhcp_op { BOOTP_REQUEST = 1, BOOTP_REPLY = 2 };

enum dhcp_type {
	DHCP_NONE, /* BOOTP */
	DHCP_DISCOVER,
	DHCP_OFFER,
	DHCP_REQUEST,
	DHCP_DECLINE,
	DHCP_ACK,
	DHCP_NAK,
	DHCP_RELEASE,
	DHCP_INFORM,
	DHCP_TYPES
};

enum dhcp_code {
	DHCP_OPT_PAD = 0,
	DHCP_OPT_MASK = 1,
	DHCP_OPT_ROUTER = 3,
	DHCP_OPT_DNS = 6,
	DHCP_OPT_HOST_NAME = 12,
	DHCP_OPT_DOMAIN = 15,
	DHCP_OPT_REQUESTED = 50,
	DHCP_OPT_LEASE = 51,
	DHCP_OPT_OVERLOAD = 52,
	DHCP_OPT_TYPE = 53,
	DHCP_OPT_SERVER = 54,
	DHCP_OPT_PARAMS = 55,
	DHCP_OPT_MESSAGE = 56,
	DHCP_OPT_MAX_SIZE = 57,
	DHCP_OPT_T1 = 58,
	DHCP_OPT_T2 = 59,
	DHCP_OPT_CLIENT = 61,
	DHCP_OPT_RELAY = 82,
	DHCP_OPT_SEARCH = 119,
	DHCP_OPT_END = 255,
};

/* The part that is always there. */
struct dhcp_wire {
	uint8_t op[1];
	uint8_t htype[1];
	uint8_t hlen[1];
	uint8_t hops[1];
	uint8_t xid[4];
	uint8_t secs[2];
	uint8_t flags[2];
	uint8_t ciaddr[4];
	uint8_t yiaddr[4];
	uint8_t siaddr[4];
	uint8_t giaddr[4];
	uint8_t chaddr[16];
	uint8_t sname[64];
	uint8_t file[128];
};
static_assert(sizeof(struct dhcp_wire) == DHCP_FIXED_LEN, "RFC 951, 3");

struct dhcp_addrs {
	uint8_t count;
	ip4_addr v[DHCP_ADDRS];
};

struct dhcp_bytes {
	uint8_t len;
	uint8_t v[DHCP_BYTES];
};

/**
 * struct dhcp_msg - a message, in host order; what is 0 or empty is not there
 * @op:		enum dhcp_op
 * @hops:	Relays it has passed
 * @xid:	Ties answers to questions
 * @secs:	Seconds since the client began
 * @flags:	DHCP_F_BROADCAST: answer to everybody, I have no address yet
 * @ciaddr:	Address that the client has and answers for
 * @yiaddr:	"Your" address: what the client is given
 * @siaddr:	Server of the next step of booting
 * @giaddr:	Relay that has brought it
 * @chaddr:	The client's MAC address
 * @type:	enum dhcp_type; 0: BOOTP
 * @mask:	Subnet mask
 * @requested:	Address that the client would like, or has been offered
 * @server:	Server identifier: its address
 * @lease_s:	How long, in seconds; DHCP_FOREVER
 * @t1_s:	When to renew
 * @t2_s:	When to ask anybody
 * @max_size:	Largest message that the client takes
 * @routers:	The best first; those beyond DHCP_ADDRS are left out
 * @dns:	The same
 * @host_name:	Of the client
 * @domain:	Its domain
 * @message:	For a person
 * @params:	Codes of options that the client wants
 * @client:	Client identifier
 * @relay:	Relay information, not looked into (RFC 3046)
 * @search:	Search list, as on the wire: see dhcp_search_valid()
 */
struct dhcp_msg {
	uint8_t op, hops, type;
	uint16_t secs, flags, max_size;
	uint32_t xid, lease_s, t1_s, t2_s;
	ip4_addr ciaddr, yiaddr, siaddr, giaddr;
	mac_addr chaddr;
	ip4_addr mask, requested, server;
	struct dhcp_addrs routers, dns;
	char host_name[DHCP_TEXT], domain[DHCP_TEXT], message[DHCP_TEXT];
	struct dhcp_bytes params, client, relay, search;
};

/**
 * dhcp_parse() - Read a message
 * @m:		Filled in on success
 * @buf:	The payload of the UDP datagram
 * @len:	Octets there; may be anything
 *
 * Return: @len; WIRE_SHORT; WIRE_VERSION (not about Ethernet); WIRE_HLEN (MAC
 * address of another length); WIRE_FIELD (op, hops or message type that cannot
 * be); WIRE_LEN (an option beyond its field, no END, a length that is wrong
 * for its code)
 */
int dhcp_parse(struct dhcp_msg *m, const uint8_t *buf, size_t len);

/**
 * dhcp_emit() - Write a message
 * @buf:	Room, DHCP_LEN_MAX will do for all that a stack of ours says
 * @size:	Octets of it
 *
 * Padded to DHCP_LEN_MIN.
 *
 * Return: octets written, or 0: no room
 */
size_t dhcp_emit(uint8_t *buf, size_t size, const struct dhcp_msg *m);

/* "DHCPDISCOVER", ...; "BOOTP" for 0, NULL for what is no type. */
const char *dhcp_type_name(uint8_t type);

/* "Subnet Mask"; NULL for a code without a name here. */
const char *dhcp_option_name(uint8_t code);

/**
 * dhcp_search_valid() - Is a search list well-formed (RFC 3397)?
 *
 * Names may end in a pointer, which has to lead back, and only within the
 * option; each is at most 255 octets.  One that is not is ignored whole.
 */
bool dhcp_search_valid(const struct dhcp_bytes *search);

/* Prefix length of a mask; -1 if its ones are not together. */
int dhcp_mask_len(ip4_addr mask);

#endif /* WIRE_DHCP_H */
