/* SPDX-License-Identifier: MIT */
#ifndef TCP_TCP_END_H
#define TCP_TCP_END_H

/*
 * tcp_end.h - what a segment can be for, and who owns which port
 *
 * A segment is for one of three things, found in one table by the four
 * numbers that name a connection.  Each costs what its state needs:
 *
 *   tcp_req	half-open: a peer that has not proved itself yet
 *   tcp_conn	a connection, see tcp_conn.h
 *   tcp_tw	TIME-WAIT: nothing is left but to answer old segments
 *
 * Private to tcp/.
 */

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "base/wheel.h"

#include "wire/addr.h"
#include "wire/seq.h"

struct tcp_conn;

enum tcp_kind { TCP_IS_CONN, TCP_IS_REQ, TCP_IS_TW };

/* The four numbers that name a connection (the "socket pair" of the RFC). */
struct tcp_tuple {
	struct ip_addr laddr, raddr;
	uint16_t lport, rport;
};

/* How everything in the table begins; in TIME-WAIT see tcp_tw. */
struct tcp_end {
	uint8_t kind;  /* enum tcp_kind */
	uint8_t state; /* enum tcp_state; tcp_set_state() alone writes it */
	uint16_t bits; /* TCP_BIND_SHARE, FREE, DRAWN, TCP_TALLY_PACKED */
	struct tcp_tuple t; /* not of TIME-WAIT */
};

/* An owner said SO_REUSEADDR (1), SO_REUSEPORT (2), both (3) or neither. */
#define TCP_BIND_KINDS 4

/* Owners of one local address of a port; see tcp_port.c. */
struct tcp_bind {
	struct list node;
	struct tcp_port *port;
	struct ip_addr addr;
	uint32_t owners[TCP_BIND_KINDS]; /* by what they said, see tcp_port.c */
	uint32_t listen[TCP_BIND_KINDS]; /* of these, in LISTEN */
	uint32_t fixed;			 /* of any kind, chosen by bind() */
};

struct tcp_port {
	uint16_t port;
	struct list binds;
	struct list listeners; /* struct tcp_listen */
};

/* What a listener has besides a tcp_conn. */
struct tcp_listen {
	struct list node; /* in tcp_port.listeners */
	struct tcp_conn *conn;
	struct list ready;    /* finished: struct tcp_active.accept */
	struct list requests; /* half-open: struct tcp_req.node */
	uint32_t ready_count, request_count;
	uint32_t backlog;
	uint32_t cookie_ms;   /* when a SYN cookie was last sent, 0: never */
	struct list fastopen; /* not proven: struct tcp_tfo.node */
	uint32_t fastopen_count;
};

/* A half-open connection (RFC 9293, 3.3.2: SYN-RECEIVED from LISTEN). */
struct tcp_req {
	struct tcp_end end;
	struct list node;
	struct timer timer;
	struct tcp_conn *listener;
	struct tcp_srcroute *route; /* the way back, or NULL */
	seq32 iss, irs;
	uint64_t sent_ns;   /* 0: SYN-ACK was repeated, no RTT (Karn) */
	uint32_t ts_recent; /* valid if has_ts */
	uint32_t challenge_ms;
	uint32_t rcv_wnd;
	uint16_t snd_wnd, peer_mss, mss;
	uint8_t snd_wscale, rcv_wscale;
	bool gives_cookie; /* of fast open, in the SYN-ACK */
	bool has_ts, has_wscale, has_sack, has_ecn, has_accecn;
	uint8_t syn_ecn; /* codepoint of the SYN, enum ip_ecn */
	bool is_cookie;	 /* kept nowhere: tcp_cookie.c */
	bool is_acked;	 /* the peer is real; waiting for data, or for room */
	uint8_t tries;
};

/* How an owner holds its port: tcp_bind_get(), tcp_end.bits of TIME-WAIT. */
enum tcp_bind_how {
	TCP_BIND_REUSE = 1 << 0,
	TCP_BIND_FIXED = 1 << 1,
	TCP_BIND_SHARE = 1 << 3,
	TCP_BIND_FREE = 1 << 4,
	TCP_BIND_DRAWN = 1 << 5, /* by connect(): tcp_drawn.c */
};

/* One more of tcp_end.bits: see tcp_rest.c. */
#define TCP_TALLY_PACKED (1 << 7)

/* More of tcp_tw.bits: timestamps were in use; it is a tcp_tw6; where rcv_wscale
 * begins. */
#define TCP_TW_TS     (1 << 2)
#define TCP_TW_IP6    (1 << 6)
#define TCP_TW_WSCALE 8

/*
 * All that is left of a connection in TIME-WAIT.  It begins as a tcp_end does,
 * up to the tuple, of which it has what differs.
 */
struct tcp_tw {
	uint8_t kind;  /* TCP_IS_TW */
	uint8_t state; /* enum tcp_state; tcp_tw.c writes it */
	uint16_t bits; /* enum tcp_bind_how, TCP_TW_TS, ... */
	uint16_t lport, rport;
	seq32 snd_nxt, rcv_nxt;
	uint32_t ts_recent;
	uint16_t win;		/* as it stands in a header */
	uint16_t challenge_8ms; /* no ACK of nonsense before this */
	struct list node;	/* oldest first */
	uint64_t expires_ns;
	ip4_addr laddr, raddr;
};
static_assert(sizeof(struct tcp_tw) <= 56, "there may be a million of these");
static_assert(offsetof(struct tcp_tw, kind) == offsetof(struct tcp_end, kind),
	      "what is in the table is known by this");

/* ... of IPv6; tw.laddr and tw.raddr are not used. */
struct tcp_tw6 {
	struct tcp_tw tw;
	struct ip_addr laddr, raddr;
};
static_assert(sizeof(struct tcp_tw6) <= 96, "of these as well");

/* What was found in the table, where its kind is TCP_IS_TW. */
static inline struct tcp_tw *tcp_tw_of(struct tcp_end *e)
{
	return (void *)e;
}

#endif /* TCP_TCP_END_H */
