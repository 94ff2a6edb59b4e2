/* SPDX-License-Identifier: MIT */
#ifndef IP_IP_H
#define IP_IP_H

/*
 * ip.h - sending and receiving packets
 *
 * Transports register by protocol number.  Up here addresses are struct
 * ip_addr always, so that nothing above this line depends on the version.
 *
 *	transport	ip_output()             ip_proto.input()  .error()
 *	                    |                         ^             ^
 *	                    v                         |             |
 *	ip		 route, fragment      check, reassemble   icmp errors
 *
 * Addresses and routes are in ip_conf.h, which comes along.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/addr.h"

#include "ip/ip_conf.h"
#include "ip/ip_version.h"

struct netif;
struct pkt;
struct stack;

#define IP_TTL_DEFAULT	64
#define IP_PROTOS_MAX	16
#define IP_PMTU_FLOOR	552 /* RFC 5927, 7: lower claims are not believed */
#define IP_PMTU_AGE_S	600
#define IP_PMTU_ENTRIES 1024

/* Whose address a packet is for; see ip_foreign.h. */
enum ip_whose {
	IP_OURS,     /* one of this host's, or many hosts' */
	IP_FOREIGN,  /* somebody else's, for whom this host stands in */
	IP_FORSAKEN, /* the same, and nobody answers there */
};

/**
 * struct ip_meta - what the IP header of a packet that arrived said
 * @src:	Source, never a broadcast or group address
 * @dst:	Destination
 * @proto:	Protocol number
 * @ttl:	As received
 * @tos:	Type of service octet: DSCP and ECN
 * @is_bcast:	@dst is a broadcast address, or the frame was one
 * @is_mcast:	@dst is a group address
 * @has_alert:	A router alert option came with it (RFC 2113, RFC 2711)
 * @whose:	enum ip_whose: whose address @dst is
 * @l4_len:	Octets of transport header and payload: pkt->len
 * @netif:	Where it came in
 */
struct ip_meta {
	struct ip_addr src, dst;
	uint8_t proto, ttl, tos;
	bool is_bcast, is_mcast, has_alert;
	uint8_t whose;
	uint16_t l4_len;
	struct netif *netif;
};

/**
 * struct ip_error - an ICMP error, or a failure of our own, about a packet
 *		     that we sent
 * @err:	Error number to report, positive: EHOSTUNREACH, ECONNREFUSED, ...
 * @is_hard:	Repeating will not help (RFC 1122, 4.2.3.9); a TCP that is
 *		established treats it as soft all the same (RFC 5927, 5.2)
 * @type:	ICMP type and code, of ICMPv6 where @src is an IPv6 address;
 *		"host unreachable" for a failure of our own
 * @code:	"
 * @src:	Of our packet
 * @dst:	Of our packet
 * @from:	Who sent the error; our own address for a failure of our own
 * @proto:	Of our packet
 * @l4:		First octets of our packet's transport header
 * @l4_len:	How many, at least 8
 * @ttl:	Of the message itself, and likewise @tos; 0: there was none
 * @ifindex:	Where it came in
 * @mtu:	Fragmentation needed: the MTU to use, already within bounds;
 *		else 0
 */
struct ip_error {
	int err;
	bool is_hard;
	uint8_t type, code;
	struct ip_addr src, dst, from;
	uint8_t proto;
	const uint8_t *l4;
	size_t l4_len;
	uint8_t ttl, tos;
	uint32_t ifindex;
	uint32_t mtu;
};

/**
 * struct ip_proto - a transport
 * @proto:	Protocol number
 * @family:	Only over this version (enum ip_family); 0: over any
 * @input:	(required) A packet for us.  Takes it.  Its transport header is
 *		at the front, its IP header still in the room at pkt->l3_off
 *		(to be quoted by icmp_error())
 * @error:	(optional) An error about a packet of ours.  Returns whether it
 *		is about something that is under way (TCP: a connection, and
 *		the sequence number is one in flight: RFC 5927, 4.1); if not,
 *		nothing else believes it either: the path MTU stays
 */
struct ip_proto {
	uint8_t proto;
	uint8_t family;
	void (*input)(struct stack *stack, struct pkt *pkt,
		      const struct ip_meta *meta);
	bool (*error)(struct stack *stack, const struct ip_error *err);
};

/**
 * struct ip_route_ref - a remembered route; zeroed is one that knows nothing
 * @generation:	Valid while this is the stack's
 * @netif:	Where to
 * @next_hop:	Who
 * @src:	Our address there
 * @next_hop6:	Who, of an IPv6 destination
 *
 * A connection keeps one for its peer and gives it to ip_output(), which then
 * looks up nothing unless addresses or routes have changed.
 */
struct ip_route_ref {
	uint32_t generation;
	struct netif *netif;
	union {
		struct {
			ip4_addr next_hop;
			ip4_addr src;
		};
		ip6_addr next_hop6;
	};
};

/**
 * struct ip_send - how to send a packet; what is zero takes its default
 * @src:	Source; family IP_NONE: choose
 * @dst:	Destination
 * @proto:	Protocol number
 * @ttl:	Time to live; 0: 64 (1 for group addresses)
 * @tos:	DSCP and ECN
 * @df:		Do not fragment
 * @may_bcast:	A broadcast is intended
 * @no_pmtu:	With @df: ignore what is known of the path, only the first
 *		link's MTU counts (for probing)
 * @min_mtu:	IPv6: cut it so that it fits everywhere, into 1280 octets, and
 *		learn nothing of the path (RFC 3542, 11.1)
 * @to_self:	A group: members on this host get it too
 * @only_self:	... and nobody else does
 * @opt:	IP options, or NULL; @opt_len is a multiple of 4, at most 40.
 *		IPv6: hop-by-hop options; any length up to 254, padded
 * @netif:	Leave here and nowhere else, or NULL
 * @ref:	Remembered route, or NULL; belongs to one @dst and @netif
 */
struct ip_send {
	struct ip_addr src, dst;
	uint8_t proto, ttl, tos;
	bool df, may_bcast, no_pmtu, min_mtu, to_self, only_self;
	uint8_t opt_len;
	const uint8_t *opt;
	struct netif *netif;
	struct ip_route_ref *ref;
};

/* What ip_init() is to do differently. */
struct ip_config {
	bool is_forwarding; /* a router */
	bool is_rpf_strict; /* drop sources that live on another side */
};

/**
 * ip_init() - Give a stack IP
 * @stack:	With ether_init() and arp_init() done
 * @cfg:	NULL: a host
 *
 * Return: 0, -ENOMEM, or -EIO (no entropy)
 */
int ip_init(struct stack *stack, const struct ip_config *cfg);

void ip_fini(struct stack *stack);

/**
 * ip_register() - Speak a protocol over IP
 * @stack:	Which
 * @proto:	Must stay; static
 *
 * Return: 0, -EEXIST or -ENOSPC
 */
int ip_register(struct stack *stack, const struct ip_proto *proto);

/**
 * ip_output() - Send a packet
 * @stack:	Which
 * @pkt:	Taken; transport header at its front.  If pkt->csum is
 *		PKT_CSUM_PARTIAL the pseudo header's sum is in the field at
 *		pkt->csum_off; transports always leave it to IP to complete
 * @how:	Where to and how
 *
 * Sets pkt->l4_off and l3_off.  Segments (gso_size) and fragments what the
 * link cannot take in one piece.  0 means accepted: a neighbour that does not
 * answer is reported to ip_proto.error later.
 *
 * Return: 0; -ENETUNREACH (no route), -EMSGSIZE (@how->df and too big for link
 * or path, or over 65,535 octets), -EACCES (broadcast not intended),
 * -EADDRNOTAVAIL (@how->src is not ours), -EINVAL (options), -EAFNOSUPPORT,
 * -ENETDOWN, -ENOBUFS, -ENOMEM
 */
int ip_output(struct stack *stack, struct pkt *pkt, const struct ip_send *how);

/* Options of a packet that arrived, whose IPv4 header is in the room still: to
 * @to, which has room for 40 octets.  How many; 0 of any other packet. */
size_t ip_opts_of(const struct pkt *pkt, uint8_t *to);

/* What of a header is the same in all packets of a flow. */
struct ip_mark {
	uint8_t proto, ttl, tos;
};

/* Whose packets these are; @ref as in struct ip_send. */
struct ip_ends {
	const struct ip_addr *src, *dst;
	struct ip_route_ref *ref;
};

/* As ip_output(), of a packet like those before it that must not be
 * fragmented: nothing is copied to say so. */
int ip_output_ends(struct stack *stack, struct pkt *pkt,
		   const struct ip_ends *e, struct ip_mark m);

/**
 * ip_confirm() - What was sent to a destination arrives there
 * @dst:	A peer has acknowledged something new
 * @ref:	The route that a connection remembers, or NULL
 *
 * So its next hop is there, and need not be asked (RFC 4861, 7.3.1).  IPv4
 * makes no use of it: ARP asks the neighbour itself, seldom.
 */
void ip_confirm(struct stack *stack, struct ip_addr dst,
		const struct ip_route_ref *ref);

#endif /* IP_IP_H */
