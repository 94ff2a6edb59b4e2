/* SPDX-License-Identifier: MIT */
#ifndef IP_FILTER_H
#define IP_FILTER_H

/*
 * filter.h - a router that lets through what its rules allow, and the answers
 *
 * Rules are asked about the first packet of a connection only.  What is
 * allowed is remembered, and all that belongs to it passes both ways until it
 * has ended or been silent for too long.  What is refused is dropped without
 * any answer, unless a rule wants the answer.
 *
 * Only packets that are forwarded are looked at, of both versions of IP.
 * Beside a NAT the filter sees the addresses of the inside.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/addr.h"
#include "wire/seq.h"

#include "core/drop.h"

struct stack;

#define FILTER_FLOWS_MAX 16384

/* What a connection is, by which idle time. */
enum filter_state {
	FILTER_NEW,	     /* no TCP, no echo; one side has spoken */
	FILTER_STREAM,	     /* both have */
	FILTER_ECHO,	     /* pings */
	FILTER_TCP_SYN,	     /* a SYN has passed */
	FILTER_TCP_ANSWERED, /* and the SYN,ACK that belongs to it */
	FILTER_TCP_OPEN,     /* and the third step */
	FILTER_TCP_CLOSED,   /* both FINs have, or a reset */
	FILTER_STATES
};

/**
 * struct filter_rule - who may open connections to whom, or may not
 * @from:	Who opens, an IPv4 network; a length of 0: see @from6
 * @to:		To whom, likewise
 * @from6:	The same who, an IPv6 network; if both have a length of 0:
 *		anybody, of either version
 * @to6:	"
 * @proto:	Protocol number; 0: any; that of ICMP: of both versions
 * @port:	Of @to, TCP and UDP; 0: any
 * @is_allowed:	Else it is denied
 * @is_aloud:	Who is denied is told: by a reset, or by an ICMP error
 */
struct filter_rule {
	struct ip4_net from, to;
	struct ip6_net from6, to6;
	uint8_t proto;
	uint16_t port;
	bool is_allowed, is_aloud;
};

/**
 * filter_enable() - Filter what this router forwards
 * @stack:	With IP
 * @rules:	Copied; the first that fits decides
 * @count:	How many, may be 0
 * @allows_rest: What happens if none fits
 *
 * Return: 0, -EEXIST, -ENOMEM or -EIO (no entropy)
 */
int filter_enable(struct stack *stack, const struct filter_rule *rules,
		  size_t count, bool allows_rest);

/* Stop, and forget all.  Harmless if it is off. */
void filter_disable(struct stack *stack);

/* How long a connection in that state may be silent, seconds. */
void filter_set_idle(struct stack *stack, enum filter_state state,
		     uint32_t idle_s);

/* Cap on connections; and on those that one host has opened. */
void filter_set_max(struct stack *stack, size_t max);
void filter_set_host_max(struct stack *stack, size_t max);

/* A connection, as shown: @from opened it. */
struct filter_view {
	uint8_t proto;
	struct endpoint from, to;
	uint64_t expires_ns;
	enum filter_state state;
};

void filter_for_each(struct stack *stack,
		     void (*fn)(void *arg, const struct filter_view *v),
		     void *arg);

/* Connections that are remembered. */
size_t filter_count(const struct stack *stack);

/* "OPEN", "NEW": for a person. */
const char *filter_state_name(enum filter_state state);

/*
 * What the filter wants to know of a packet, from whoever can read it.
 */

/* One end; of an ICMP echo both have the identifier as their port. */
struct track_end {
	struct ip_addr addr;
	uint16_t port;
};

struct track_key {
	uint8_t proto;
	struct track_end from, to;
};

/**
 * struct track_pkt - a packet
 * @key:	Its ends; of an ICMP error those of the packet it quotes
 * @flags:	TCP, with @seq, @ack and @end, the number behind it
 * @may_open:	A connection can begin so
 * @is_error:	An ICMP error
 */
struct track_pkt {
	struct track_key key;
	uint16_t flags;
	seq32 seq, ack, end;
	bool may_open, is_error;
};

/* Fill in what a TCP header says; @l4 has at least 20 octets, the packet
 * @l4_len of them. */
void filter_read_tcp(struct track_pkt *p, const uint8_t *l4, size_t l4_len);

/* Does that router filter?  And may this packet go on?  DROP_COUNT: yes.
 * DROP_filter_rejected: no, and its sender is to be told. */
bool filter_is_on(const struct stack *stack);
enum drop filter_judge(struct stack *stack, const struct track_pkt *p);

/* May something begin between these ends?  Nothing is remembered: who asks knows
 * himself what he has let begin.  DROP_COUNT: yes, as above. */
enum drop filter_opens(const struct stack *stack, const struct track_key *key);

/* A reset for a segment that opens a connection: a TCP header of 20 octets,
 * its checksum not filled in. */
void filter_reset_emit(uint8_t *buf, const struct track_pkt *p);

#endif /* IP_FILTER_H */
