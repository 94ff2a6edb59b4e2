/* SPDX-License-Identifier: MIT */
#ifndef TCP_TCP_INT_H
#define TCP_TCP_INT_H

/*
 * tcp_int.h - what the files of this directory share
 *
 * Private to tcp/.  Everyone else includes "tcp/tcp.h".  The connection is in
 * tcp_conn.h, what else a segment can be for in tcp_end.h, the functions in
 * tcp_call.h, one group for each file.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ask.h"
#include "base/check.h"
#include "base/hash.h"
#include "base/htab.h"
#include "base/likely.h"
#include "base/list.h"
#include "base/mem.h"
#include "base/wheel.h"

#include "wire/addr.h"
#include "wire/seq.h"
#include "wire/tcp.h"
#include "wire/tcp_opt.h"

#include "core/pkt.h"
#include "core/probe.h"
#include "core/stack.h"
#include "core/waitq.h"

#include "ip/ip.h"
#include "tcp/tcp.h"
#include "tcp/tcp_cc.h"
#include "tcp/tcp_conn.h"
#include "tcp/tcp_cwv.h"
#include "tcp/tcp_end.h"
#include "tcp/tcp_fast.h"
#include "tcp/tcp_hystart.h"
#include "tcp/tcp_knobs.h"
#include "tcp/tcp_limits.h"
#include "tcp/tcp_loss.h"
#include "tcp/tcp_queue.h"
#include "tcp/tcp_sent.h"

/* TCP of one stack. */
struct tcp_stack {
	struct stack *stack;
	struct env *env;
	struct htab ends;      /* conn, req, tw by struct tcp_tuple */
	struct tcp_end *last;  /* of these, found last; or NULL */
	struct htab ports;     /* struct tcp_port by number */
	struct list drawn;     /* struct tcp_drawn: tcp_drawn.c */
	struct htab tfo_table; /* struct tcp_tfo_peer by address */
	struct list tfo_peers; /* the same, in order of use */
	struct hash_key table_key, isn_key, ts_key, random_key, cookie_key,
		fastopen_key;
	uint64_t random_count;
	uint64_t ts_addrs; /* whose timestamps ... */
	uint32_t ts_last;  /* ... begin here, see tcp_ts_offset() */
	struct tcp_hashed {
		struct tcp_tuple t;
		uint32_t hash;
	} hashed;		  /* what was hashed last, see tcp_demux.c */
	struct tcp_hashed *ahead; /* by tcp_ahead(), or NULL */
	uint32_t ahead_min;	  /* of use from so many ends on */
	struct pool conn_pool, active_pool, req_pool, tw_pool, ooo_pool;
	struct pool tw6_pool;
	struct pool range_pool, listen_pool, port_pool, bind_pool, sent_pool;
	struct pool extra_pool, tally_pool, packed_pool[TCP_PACKED_CLASSES];
	struct list tws;
	struct list resting; /* struct tcp_tally: tcp_rest.c */
	uint32_t resting_count, resting_max;
	struct list stalled; /* struct tcp_active, the oldest first */
	struct timer tw_timer;
	struct tcp_conn *foreign; /* tcp_listen_foreign(), or NULL */
	uint32_t request_count;
	uint32_t orphan_count;
	struct tcp_knobs knobs;
	struct tcp_stats stats;
	uint64_t short_cuts; /* that were taken: tcp_fast.c */
	bool is_slow;	     /* take none, for the tests */
};

/* Sets of states. */
#define TCP_IN(s)	     (1U << TCPS_##s)
#define TCP_STATE_IN(c, set) ((1U << (c)->end.state & (set)) != 0)

enum {
	/* both ends know of each other */
	TCP_SYNCED = TCP_IN(ESTABLISHED) | TCP_IN(FIN_WAIT_1) |
		     TCP_IN(FIN_WAIT_2) | TCP_IN(CLOSE_WAIT) | TCP_IN(CLOSING) |
		     TCP_IN(LAST_ACK) | TCP_IN(TIME_WAIT),
	/* the send queue, or a FIN, may be on its way */
	TCP_SENDS = TCP_IN(ESTABLISHED) | TCP_IN(CLOSE_WAIT) |
		    TCP_IN(FIN_WAIT_1) | TCP_IN(CLOSING) | TCP_IN(LAST_ACK),
	/* the peer may still send data */
	TCP_RECEIVES =
		TCP_IN(ESTABLISHED) | TCP_IN(FIN_WAIT_1) | TCP_IN(FIN_WAIT_2),
};

/* What of the send queue goes into a segment, see tcp_out_data(). */
struct tcp_out {
	seq32 seq;
	uint32_t len;
	bool fin;	 /* and a FIN behind it */
	bool is_whole;	 /* one segment, however large */
	enum reason why; /* 0: what it is says why */
};

/* Where a segment goes; @ref may be NULL, and @opt: IP options. */
struct tcp_path {
	const struct tcp_tuple *t;
	uint8_t ttl, tos;
	struct ip_route_ref *ref;
	const uint8_t *opt;
	uint8_t opt_len;
};

/**
 * struct tcp_seg - a segment that has arrived
 * @h:		Header
 * @o:		Options
 * @pkt:	Its payload is all that is left at the front
 * @meta:	What IP said
 * @t:		Whose it would be: our endpoint is the local one
 * @seq:	SEG.SEQ, after cutting what lies before the window
 * @len:	SEG.LEN: payload, SYN and FIN
 * @size:	Payload octets
 * @off:	Where they begin in @pkt
 * @drop:	Name of the counter, if it is discarded
 * @why:	Reason of the ACK that answers it, if it is refused
 */
struct tcp_seg {
	struct tcp_hdr h;
	struct tcp_opts o;
	struct pkt *pkt;
	const struct ip_meta *meta;
	struct tcp_tuple t;
	seq32 seq;
	uint32_t len, size, off;
	enum drop drop;
	enum reason why;
};

/* What a step of segment processing decided, see tcp_in.c. */
enum tcp_verdict {
	TCP_NEXT,      /* go on with the next step */
	TCP_DONE,      /* segment is finished with */
	TCP_DROP,      /* unacceptable: count it, answer nothing */
	TCP_ACK_DROP,  /* unacceptable: count it, answer with an ACK */
	TCP_CHALLENGE, /* the same, but only so many ACKs a second */
	TCP_RESET,     /* the same, answer with a RST */
};

/* Time in milliseconds, wrapping: for what lives in few octets. */
static inline uint32_t tcp_ms(const struct tcp_stack *tcp)
{
	return (uint32_t)(tcp->env->now_ns / NS_PER_MS);
}

/* SYN-RECEIVED, but its user may talk: see tcp_fastopen.c. */
static inline bool tcp_is_fast(const struct tcp_conn *c)
{
	return c->end.state == TCPS_SYN_RCVD && c->flags & TCPF_FASTOPEN;
}

/* Does it own a local port? */
static inline bool tcp_is_bound(const struct tcp_conn *c)
{
	return c->bind || c->end.bits & TCP_BIND_DRAWN;
}

static inline uint32_t tcp_flight(const struct tcp_conn *c)
{
	return seq_dist(c->snd_una, c->snd_nxt);
}

#include "tcp/tcp_call.h"
#include "tcp/tcp_flow.h"
#include "tcp/tcp_head.h"
#include "tcp/tcp_hot.h"
#include "tcp/tcp_hot_count.h"
#include "tcp/tcp_hot_delack.h"
#include "tcp/tcp_hot_sent.h"
#include "tcp/tcp_hot_time.h"
#include "tcp/tcp_shape.h"

#endif /* TCP_TCP_INT_H */
