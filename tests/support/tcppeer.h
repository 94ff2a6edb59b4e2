/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_TCPPEER_H
#define SUPPORT_TCPPEER_H

/*
 * tcppeer.h - a peer made of single segments, for tests of TCP
 *
 * The stack under test is 10.0.0.1.  The test is 10.0.0.2: it says segments
 * and hears those of the stack, one by one, in a short notation:
 *
 *	SAY(p, .flags = TCP_SYN);
 *	HEAR(p, .flags = TCP_SYN | TCP_ACK, .ack = 1);
 *	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 100);
 *
 * Numbers are relative to the initial ones of either side, so 1 is the first
 * octet of a stream.  Payload is the pattern of talker.h, seed 0 from the peer
 * and seed 1 from the stack, and is compared.
 */

#include <stdbool.h>
#include <stdint.h>

#include "wire/tcp.h"
#include "wire/tcp_opt.h"

#include "tcp/tcp.h"
#include "testnet.h"

/* A segment, said or heard. */
struct seg {
	uint16_t flags;
	uint32_t seq, ack;
	size_t len;
	uint16_t urp;
};

/**
 * struct peer - the test's end; fields may be read and set
 * @net:	World with one host
 * @stack:	The stack under test
 * @netif:	Its interface
 * @iss:	The peer's initial number; set before it says something
 * @irs:	The stack's, learnt from its SYN
 * @port:	The peer's port
 * @stack_port:	The stack's port
 * @win:	What the peer's segments offer, as it stands in the header
 * @syn_opts:	Options of its SYN
 * @with_ts:	Its other segments carry timestamps
 * @ts_val:	... of this value
 * @ts_ecr:	... with this echo; 0: of the last segment heard
 * @sack:	Blocks of the next segment it says, relative to @irs
 * @sack_count:	How many; 0 again when it was said
 * @uto_s:	User timeout option of the next segment it says, 0: none
 * @bad_sum:	Falsify the checksum
 * @ttl:	Of its packets, 0: 64
 * @tos:	Of its packets: DSCP and ECN
 * @data_xor:	Its payload is the pattern, changed by this
 * @heard:	The last segment heard, and its options
 * @heard_opts:	"
 * @heard_tos:	... of its packet
 * @heard_at:	Payload octets of the stack heard so far in order
 * @conn:	The connection, after peer_opens() or peer_is_called()
 * @listener:	After peer_opens()
 * @sent:	Octets given to tcp_send() by peer_app_send()
 * @read:	Octets read by peer_app_recv(), all as expected
 * @events:	What the user of @conn was told
 */
struct peer {
	struct testnet *net;
	struct stack *stack;
	struct netif *netif;
	uint32_t iss, irs;
	uint16_t port, stack_port;
	uint16_t win;
	struct tcp_opts syn_opts;
	bool with_ts;
	uint32_t ts_val, ts_ecr;
	struct tcp_sack_block sack[TCP_SACK_MAX];
	uint8_t sack_count;
	uint32_t uto_s;
	bool bad_sum;
	uint8_t ttl, tos, data_xor;
	struct tcp_hdr heard;
	struct tcp_opts heard_opts;
	uint8_t heard_tos;
	struct tcp_conn *conn, *listener;
	uint64_t sent, read;
	uint32_t events;
};

void peer_init(struct peer *p);

/* Let go of what is left, and check that all memory came back after @ms. */
void peer_fini(struct peer *p);

/* The same for cmocka; the peer is *state. */
int peer_setup(void **state);
int peer_teardown(void **state);

void peer_say(struct peer *p, struct seg s);
void peer_hear(struct peer *p, struct seg want, const char *file, int line);
void peer_hear_nothing(struct peer *p, const char *file, int line);

/* Read the next segment of the stack into p->heard; its payload length, or -1
 * if there is none. */
long peer_take(struct peer *p);

#define SAY(p, ...) peer_say((p), (struct seg){__VA_ARGS__})
#define HEAR(p, ...) \
	peer_hear((p), (struct seg){__VA_ARGS__}, __FILE__, __LINE__)
#define HEAR_NOTHING(p) peer_hear_nothing((p), __FILE__, __LINE__)

/* Time passes. */
void peer_wait(struct peer *p, uint64_t ms);

/* The stack listens on port 80 and the peer connects to it. */
void peer_listen(struct peer *p, int backlog);
void peer_opens(struct peer *p);

/* The stack connects to the peer's port 80. */
void peer_call(struct peer *p);
void peer_is_called(struct peer *p);

/* The stack's user sends octets of the pattern; they must all be taken. */
void peer_app_send(struct peer *p, size_t len);

/* The stack's user reads all there is and compares; octets, 0 or -errno. */
long peer_app_recv(struct peer *p);

/* Of one drop counter, how much it rose since the last call for it. */
uint64_t peer_drops(struct peer *p, enum drop why);

#endif /* SUPPORT_TCPPEER_H */
