/* SPDX-License-Identifier: MIT */
#ifndef IP_ICMP_H
#define IP_ICMP_H

/*
 * icmp.h - errors and echoes (RFC 792, RFC 1122, 3.2.2, RFC 1812, 4.3)
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/addr.h"

struct ip_error;
struct ip_meta;
struct pkt;
struct stack;

int icmp_init(struct stack *stack); /* 0, -ENOMEM, -EIO (no entropy) */
void icmp_fini(struct stack *stack);

/**
 * icmp_error() - Tell the sender of a packet that it could not be delivered
 * @stack:	Which
 * @orig:	The packet, lent: its IP header stands at orig->l3_off in the
 *		room, complete up to the front of the packet
 * @type:	ICMP type: 3, 11 or 12
 * @code:	ICMP code
 * @info:	Fragmentation needed: the MTU.  Parameter problem: the octet at
 *		fault, counted from the IP header.  Else 0
 *
 * Sends nothing where RFC 1122, 3.2.2 forbids it, or when the rate limit for
 * this destination is reached.  The caller still drops @orig himself.
 *
 * Return: whether an error was sent
 */
bool icmp_error(struct stack *stack, const struct pkt *orig, uint8_t type,
		uint8_t code, uint32_t info);

/* Believe routers that say another one is nearer?  Hosts do, at first. */
void icmp_redirects_set(struct stack *stack, bool is_on);

/**
 * icmp_rate_set() - How many errors a sender gets
 * @stack:	Which
 * @per_s:	Errors a second to one destination, and so many at once; 0: none.
 *		What path MTU discovery needs has a limit of its own
 *
 * At first five a second, and about ten at once (RFC 1812, 4.3.2.8).
 */
void icmp_rate_set(struct stack *stack, uint32_t per_s);

/*
 * Echo, for ping; over either version, by the address that is asked.
 */

struct icmp_echo;

enum icmp_echo_kind {
	ICMP_ECHO_ANSWER, /* echo reply */
	ICMP_ECHO_ERROR,  /* an ICMP error about our request */
};

/**
 * struct icmp_echo_event - what happened to a request
 * @kind:	What
 * @from:	Who says so
 * @seq:	Which request
 * @len:	Octets of payload in the answer
 * @ttl:	Of the packet that brought it
 * @type:	ERROR: type and code, of ICMPv6 if @from is an IPv6 address
 * @code:	"
 * @err:	ERROR: as an error number, positive
 * @sent_ns:	When the request left, by the stack's clock
 * @is_intact:	ANSWER: the payload came back as it was sent
 */
struct icmp_echo_event {
	enum icmp_echo_kind kind;
	struct ip_addr from;
	uint16_t seq;
	size_t len;
	uint8_t ttl, type, code;
	int err;
	uint64_t sent_ns;
	bool is_intact;
};

typedef void icmp_echo_fn(void *arg, const struct icmp_echo_event *ev);

/**
 * icmp_echo_open() - Start to ask for echoes
 * @stack:	Which
 * @on_event:	Called back for each answer or error; must not close
 * @arg:	For @on_event
 *
 * Return: a handle with an identifier of its own, or NULL (no memory, no
 * entropy, too many)
 */
struct icmp_echo *icmp_echo_open(struct stack *stack, icmp_echo_fn *on_event,
				 void *arg);

void icmp_echo_close(struct icmp_echo *echo);

/**
 * icmp_echo_send() - Ask once
 * @echo:	Handle
 * @dst:	Whom
 * @seq:	Number of the request
 * @len:	Octets of payload, up to 65,507
 * @ttl:	Time to live, 0: default (a small one makes a traceroute)
 *
 * Waiting for an answer, and for how long, is the caller's business.
 *
 * Return: 0, -EINVAL, -ENOMEM or what ip_output() says
 */
int icmp_echo_send(struct icmp_echo *echo, struct ip_addr dst, uint16_t seq,
		   size_t len, uint8_t ttl);

/* ICMPv6 has got an echo reply (takes @pkt, from its ICMP header on), or an
 * error about an echo request; false: it is about none of ours. */
void icmp_echo_answered(struct stack *stack, struct pkt *pkt, uint16_t id,
			uint16_t seq, const struct ip_meta *meta);
bool icmp_echo_failed(struct stack *stack, uint16_t id, uint16_t seq,
		      const struct ip_error *err);

#endif /* IP_ICMP_H */
