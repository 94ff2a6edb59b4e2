/* SPDX-License-Identifier: MIT */
#ifndef TCP_TCP_FAST_H
#define TCP_TCP_FAST_H

/*
 * tcp_fast.h - the short cuts of tcp_fast.c and tcp_fast_out.c
 *
 * A part of tcp_int.h.
 */

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/bytes.h"

#include "wire/addr.h"
#include "wire/csum.h"
#include "wire/proto.h"
#include "wire/tcp_opt.h"

struct ip_meta;
struct pkt;
struct stack;
struct tcp_conn;

/* How the options of nearly every segment begin: two no-operations, then a
 * timestamp of ten octets (RFC 7323, appendix A). */
#define TCP_STAMP_HEAD \
	(TCP_OPT_NOP << 24 | TCP_OPT_NOP << 16 | TCP_OPT_TIMESTAMP << 8 | 10)

/* Sum of the pseudo header, as csum_pseudo(), but in line for IPv4. */
static inline uint32_t tcp_pseudo(const struct ip_addr *a,
				  const struct ip_addr *b, uint32_t len)
{
	uint64_t sum = (uint64_t)a->v4.v + b->v4.v + IP_PROTO_TCP + len;

	if (UNLIKELY(a->family != IP_V4))
		return csum_pseudo(*a, *b, IP_PROTO_TCP, len);
	return (uint32_t)((sum & UINT32_MAX) + (sum >> 32));
}

/* A segment that is not expected: tcp_input.c. */
void tcp_input_far(struct stack *stack, struct pkt *pkt,
		   const struct ip_meta *meta);

/* All that waits to be sent leaves in one packet.  Returns whether it did, and
 * whatever tcp_output() would have done is done. */
bool tcp_fast_output(struct tcp_conn *c);

/* The same for a FIN behind all that was sent before, if that has arrived. */
bool tcp_fast_fin(struct tcp_conn *c);

#endif /* TCP_TCP_FAST_H */
