/* SPDX-License-Identifier: MIT */
#ifndef DRILL_FLOW_H
#define DRILL_FLOW_H

/*
 * flow.h - the connections of a script: what its numbers are on the wire
 *
 * A script counts the stack's sequence numbers from 0 and its timestamps from
 * whatever it likes; the stack chooses its own.  The first SYN of the stack
 * says how far they are apart, for sequence numbers; its first timestamp, for
 * timestamps.  What comes from the other side stands in the script as it is
 * on the wire.
 */

#include "drill/drill_int.h"

#define FLOWS_MAX   64
#define FLOW_TS_MAX 64

/**
 * struct flow - one connection, or one pair of UDP ports
 * @lport:	The stack's port
 * @rport:	The other side's
 * @is_udp:	Protocol
 * @local_off:	The stack's sequence numbers less the script's
 * @has_local:	@local_off is known
 * @remote_isn:	The other side's SYN, as both have it
 * @has_remote:	@remote_isn is known
 * @is_over:	A SYN without ports begins another connection
 * @fins:	Directions that have said FIN
 * @is_opaque:	Its octets are not those of the endless stream
 * @ts:		Timestamps of the stack: as the script has them, as they are
 * @ts_count:	How many there ever were; the last FLOW_TS_MAX are kept
 */
struct flow {
	uint16_t lport, rport;
	bool is_udp;
	uint32_t local_off;
	bool has_local;
	uint32_t remote_isn;
	bool has_remote;
	bool is_over;
	bool is_opaque;
	uint8_t fins;
	struct flow_ts {
		uint32_t script, live;
	} ts[FLOW_TS_MAX], first_ts;
	uint32_t ts_count;
};

/* Connections of one run. */
struct flows {
	struct flow all[FLOWS_MAX];
	size_t count;
	struct flow *current; /* what packets without ports are about */
	uint16_t listen_port; /* 0: nobody listens */
	uint16_t next_port;   /* the other side's, for its next SYN */
	uint8_t cookie[16];   /* the last that the stack gave */
	uint8_t cookie_len;
	bool is_opaque; /* a program wrote texts */
};

void flows_init(struct flows *fs);

/* By ports; NULL: none. */
struct flow *flow_find(struct flows *fs, bool is_udp, uint16_t lport,
		       uint16_t rport);

/* A new one, which is current from now on; NULL: too many. */
struct flow *flow_add(struct flows *fs, bool is_udp, uint16_t lport,
		      uint16_t rport);

/* The stack sent a timestamp where the script says @script. */
void flow_note_ts(struct flow *f, uint32_t script, uint32_t live);

/* What an echo that the script writes is on the wire, and back. */
uint32_t flow_ts_to_live(const struct flow *f, uint32_t script);
uint32_t flow_ts_to_script(const struct flow *f, uint32_t live);

/* The octet at place @off of every stream: what is sent and what is read. */
static inline uint8_t flow_octet(uint32_t off)
{
	return (uint8_t)(off * 31 + (off >> 8) * 7 + (off >> 16));
}

#endif /* DRILL_FLOW_H */
