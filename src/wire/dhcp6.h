/* SPDX-License-Identifier: MIT */
#ifndef WIRE_DHCP6_H
#define WIRE_DHCP6_H

/*
 * dhcp6.h - messages of DHCPv6 (RFC 8415; DNS: RFC 3646)
 *
 *	type (1) transaction (3) | options ...		client and server
 *	type (1) hops (1) link (16) peer (16) | options ...	relays
 *
 * An option is a code and a length of two octets each, and that many octets.
 * Options stand in options: an address in the association that it belongs to,
 * the answer about one address in that address, and in a message of a relay
 * another whole message.
 *
 * Nothing here is shared with BOOTP.  A client is not its MAC address but a
 * DUID, which it keeps for ever, and an address belongs to an "identity
 * association" (IA), of which a client has one for each interface.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"

#include "wire/addr.h"
#include "wire/bad.h"
#include "wire/labels.h"

enum {
	DHCP6_PORT_CLIENT = 546,
	DHCP6_PORT_SERVER = 547,
	DHCP6_HOPS_MAX = 8, /* HOP_COUNT_LIMIT */
	DHCP6_HEAD_LEN = 4,
	DHCP6_RELAY_LEN = 34,
	DHCP6_OPT_LEN = 4,    /* code and length */
	DHCP6_LEN_MAX = 1232, /* what passes everywhere in one packet */
	DHCP6_DUID_MAX = 130,
	DHCP6_IAS = 4,
	DHCP6_ADDRS = 4, /* of one IA */
	DHCP6_DNS = 4,
	DHCP6_DOMAINS = 4,
	DHCP6_WANTS = 16,
	DHCP6_IFACE_ID = 64,
};

#define DHCP6_FOREVER UINT32_MAX

/* ff02::1:2, all servers and relays of a link. */
#define IP6_ALL_DHCP \
	((ip6_addr){{0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2}})

enum dhcp6_type {
	DHCP6_SOLICIT = 1,
	DHCP6_ADVERTISE,
	DHCP6_REQUEST,
	DHCP6_CONFIRM,
	DHCP6_RENEW,
	DHCP6_REBIND,
	DHCP6_REPLY,
	DHCP6_RELEASE,
	DHCP6_DECLINE,
	DHCP6_RECONFIGURE,
	DHCP6_INFORMATION,
	DHCP6_RELAY_FORW,
	DHCP6_RELAY_REPL,
	DHCP6_TYPES
};

enum dhcp6_code {
	DHCP6_OPT_CLIENT = 1,
	DHCP6_OPT_SERVER = 2,
	DHCP6_OPT_IA_NA = 3,
	DHCP6_OPT_ADDR = 5,
	DHCP6_OPT_WANTS = 6,
	DHCP6_OPT_PREFERENCE = 7,
	DHCP6_OPT_ELAPSED = 8,
	DHCP6_OPT_RELAYED = 9,
	DHCP6_OPT_STATUS = 13,
	DHCP6_OPT_RAPID = 14,
	DHCP6_OPT_IFACE = 18,
	DHCP6_OPT_DNS = 23,
	DHCP6_OPT_DOMAINS = 24,
	DHCP6_OPT_REFRESH = 32,
	DHCP6_OPT_SOL_MAX = 82,
	DHCP6_OPT_INF_MAX = 83,
};

enum dhcp6_status {
	DHCP6_SUCCESS,
	DHCP6_FAIL,
	DHCP6_NO_ADDRS,
	DHCP6_NO_BINDING,
	DHCP6_NOT_ON_LINK,
	DHCP6_USE_MULTICAST,
	DHCP6_STATUSES
};

/* Who somebody is; len 0: not said. */
struct dhcp6_duid {
	uint8_t len;
	uint8_t v[DHCP6_DUID_MAX];
};

/* An address of an IA; the status is about it alone. */
struct dhcp6_addr {
	ip6_addr addr;
	uint32_t preferred_s, valid_s;
	bool has_status;
	uint16_t status;
};

/**
 * struct dhcp6_ia - an identity association for addresses (RFC 8415, 21.4)
 * @id:		Which of its client's
 * @t1_s:	When to renew; 0: as the client likes
 * @t2_s:	When to ask anybody
 * @has_status:	@status is about all of it
 * @status:	enum dhcp6_status
 * @count:	Addresses; those beyond DHCP6_ADDRS are left out
 * @addr:	They
 */
struct dhcp6_ia {
	uint32_t id, t1_s, t2_s;
	bool has_status;
	uint16_t status;
	uint8_t count;
	struct dhcp6_addr addr[DHCP6_ADDRS];
};

/**
 * struct dhcp6_msg - a message between client and server, in host order
 * @type:	enum dhcp6_type
 * @xid:	Ties answers to questions; 24 bits
 * @client:	Who asks
 * @server:	Who answers, or is asked
 * @ia:		@ia_count associations; those beyond DHCP6_IAS are left out
 * @wants:	Codes of options that the client wants
 * @preference:	Of a server, the greater the better; 255: at once
 * @elapsed_cs:	Since the client began, in hundredths of a second
 * @status:	enum dhcp6_status, about the whole message
 * @is_rapid:	Two messages will do instead of four
 * @dns:	Resolvers
 * @domain:	Search list
 * @refresh_s:	When to ask for information again; 0: not said
 * @sol_max_s:	SOL_MAX_RT; 0: not said
 * @inf_max_s:	INF_MAX_RT; 0: not said
 */
struct dhcp6_msg {
	uint8_t type;
	uint32_t xid;
	struct dhcp6_duid client, server;
	uint8_t ia_count, want_count, dns_count, domain_count;
	struct dhcp6_ia ia[DHCP6_IAS];
	uint16_t wants[DHCP6_WANTS];
	bool has_preference, has_elapsed, has_status, is_rapid;
	uint8_t preference;
	uint16_t elapsed_cs, status;
	ip6_addr dns[DHCP6_DNS];
	char domain[DHCP6_DOMAINS][LABELS_TEXT];
	uint32_t refresh_s, sol_max_s, inf_max_s;
};

/**
 * struct dhcp6_relay - a message of a relay (RFC 8415, 9)
 * @type:	DHCP6_RELAY_FORW or DHCP6_RELAY_REPL
 * @hops:	Relays it has passed before
 * @link:	An address of the link that the client is on; ::: not said
 * @peer:	Whom the message is from, or for
 * @iface:	@iface_len octets that mean something to the relay alone
 * @inner:	The message in it; @inner_len octets, lent
 */
struct dhcp6_relay {
	uint8_t type, hops, iface_len;
	ip6_addr link, peer;
	uint8_t iface[DHCP6_IFACE_ID];
	const uint8_t *inner;
	size_t inner_len;
};

/**
 * dhcp6_parse() - Read a message of a client or a server
 * @len:	Octets of the datagram
 *
 * Return: @len; WIRE_SHORT; WIRE_FIELD (no such type, two DUIDs where one may
 * be, a name that is none); WIRE_LEN (an option beyond its end, or of a length
 * that is wrong for its code)
 */
int dhcp6_parse(struct dhcp6_msg *m, const uint8_t *buf, size_t len);

/* Octets written; 0: no room, or a domain that is none. */
size_t dhcp6_emit(uint8_t *buf, size_t size, const struct dhcp6_msg *m);

/* The same for relays.  WIRE_FIELD also: there is no message in it. */
int dhcp6_relay_parse(struct dhcp6_relay *r, const uint8_t *buf, size_t len);
size_t dhcp6_relay_emit(uint8_t *buf, size_t size, const struct dhcp6_relay *r);

/* Is it one of a relay, by its first octet? */
bool dhcp6_is_relayed(const uint8_t *buf, size_t len);

/* "SOLICIT", ...; NULL for what is no type. */
const char *dhcp6_type_name(uint8_t type);

/* "Client Identifier", ...; NULL for a code without a name here. */
const char *dhcp6_option_name(uint16_t code);

/* "Success", "NoAddrsAvail", ...; NULL. */
const char *dhcp6_status_name(uint16_t status);

/* DUIDs made of a MAC address (RFC 8415, 11.4), and with the time of its
 * making in seconds from 2000-01-01 (11.2). */
struct dhcp6_duid dhcp6_duid_ll(mac_addr mac);
struct dhcp6_duid dhcp6_duid_llt(mac_addr mac, uint32_t time_s);

bool dhcp6_duid_eq(const struct dhcp6_duid *a, const struct dhcp6_duid *b);

#endif /* WIRE_DHCP6_H */
