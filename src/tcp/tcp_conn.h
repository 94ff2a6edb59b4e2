/* SPDX-License-Identifier: MIT */
#ifndef TCP_TCP_CONN_H
#define TCP_TCP_CONN_H

/*
 * tcp_conn.h - the connection
 *
 * It comes in two parts.  tcp_conn is what must be remembered of a connection
 * that does nothing, and most connections do nothing most of the time.
 * tcp_active is the rest: it is there from the first octet that is queued, or
 * the first timer that is set, to the last.
 *
 * Private to tcp/.
 */

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "base/wheel.h"

#include "wire/seq.h"

#include "ip/ip.h"
#include "tcp/tcp.h"
#include "tcp/tcp_cc.h"
#include "tcp/tcp_cwv.h"
#include "tcp/tcp_ecn.h"
#include "tcp/tcp_end.h"
#include "tcp/tcp_extra.h"
#include "tcp/tcp_fastopen.h"
#include "tcp/tcp_loss.h"
#include "tcp/tcp_pace.h"
#include "tcp/tcp_queue.h"
#include "tcp/tcp_rate.h"
#include "tcp/tcp_sent.h"
#include "tcp/tcp_tally.h"
#include "tcp/tcp_urg.h"

/* enum tcp_conn.flags */
enum tcp_conn_flag {
	TCPF_NODELAY = 1 << 0,
	TCPF_CORK = 1 << 1,
	TCPF_KEEPALIVE = 1 << 2,
	TCPF_LINGER = 1 << 3,
	TCPF_WSCALE = 1 << 4,	   /* both ends scale windows */
	TCPF_TS = 1 << 5,	   /* both ends send timestamps */
	TCPF_SND_CLOSED = 1 << 6,  /* user will send no more: FIN is queued */
	TCPF_RCV_CLOSED = 1 << 7,  /* user will read no more */
	TCPF_FIN_RCVD = 1 << 8,	   /* the peer's FIN is in rcv_nxt */
	TCPF_ORPHAN = 1 << 9,	   /* the user has let go */
	TCPF_OPENED = 1 << 10,	   /* was ESTABLISHED at some time */
	TCPF_REUSE = 1 << 11,	   /* SO_REUSEADDR */
	TCPF_FIXED = 1 << 12,	   /* port chosen by bind() */
	TCPF_IN_TABLE = 1 << 13,   /* a segment can find it */
	TCPF_PASSIVE = 1 << 14,	   /* came from LISTEN */
	TCPF_WANT_OUT = 1 << 15,   /* a writer waits for room */
	TCPF_MORE = 1 << 16,	   /* last SEND said that more follows */
	TCPF_CWND_LIMIT = 1 << 17, /* cwnd, not the user, held us back */
	TCPF_BOUND_ADDR = 1 << 18, /* local address chosen by bind() */
	TCPF_OOB_INLINE = 1 << 19, /* SO_OOBINLINE */
	TCPF_FASTOPEN = 1 << 24, /* from a SYN with data, see tcp_fastopen.c */
	TCPF_SACK = 1 << 20,	 /* both ends said SACK-permitted */
	TCPF_PINGPONG = 1 << 25, /* ACKs wait for answers: tcp_delack.c */
	TCPF_SNDBUF_LOCK = 1 << 26, /* SO_SNDBUF was set */
	TCPF_RCVBUF_LOCK = 1 << 27, /* SO_RCVBUF was set */
	TCPF_ECN = 1 << 21,	    /* both ends know marks (RFC 3168) */
	TCPF_ACCECN = 1 << 22,	    /* ... and count them (RFC 9768) */
	TCPF_ECN_ECHO = 1 << 23,    /* our ACKs say ECE */
	TCPF_ECN_CWR = 1 << 28,	    /* our next data says CWR */
	TCPF_ECN_OFF = 1 << 29,	    /* some box clears the feedback */
	TCPF_REORDERED = 1 << 30,   /* the path changed the order (RFC 8985) */
};

/**
 * struct tcp_conn - one end of a connection
 *
 * In the first block the names are those of RFC 9293, 3.3.1.
 * Invariants: tcp_check.c.
 */
struct tcp_conn {
	struct tcp_end end;

	/*
	 * As in the RFC
	 */
	seq32 snd_una;	  /* oldest octet not acknowledged */
	seq32 snd_nxt;	  /* one behind the last octet ever sent */
	uint32_t snd_wnd; /* what the peer offers from snd_una on, octets */
	seq32 snd_wl1;	  /* seq of the segment that gave snd_wnd */
	seq32 snd_wl2;	  /* ack of that segment */
	seq32 iss;	  /* our initial sequence number */
	seq32 rcv_nxt;	  /* next octet expected */
	seq32 rcv_adv;	  /* right edge offered: rcv_nxt + RCV.WND */
	seq32 irs;	  /* the peer's initial sequence number */

	/*
	 * Of this implementation
	 */
	uint32_t flags; /* enum tcp_conn_flag */
	struct tcp_stack *tcp;
	union {
		struct tcp_active *active; /* NULL: idle */
		struct tcp_listen *listen; /* in LISTEN */
	};
	struct tcp_extra *extra; /* NULL: as everybody */
	union {
		struct tcp_tally *tally; /* NULL: nothing to count yet */
		uint8_t *packed;	 /* at rest: tcp_rest.c */
	};
	struct tcp_bind *bind;
	const struct tcp_user *user;
	void *arg;
	const struct tcp_cc *cc;
	uint32_t cc_priv;
	uint32_t cwnd, ssthresh; /* octets */
	uint32_t max_snd_wnd;	 /* largest snd_wnd seen (RFC 5961, 5.2) */
	uint32_t srtt_8us;	 /* smoothed round trip, us times 8 */
	uint32_t rttvar_4us;	 /* mean deviation, us times 4 */
	uint32_t ts_recent;	 /* RFC 7323, 4.3 */
	uint32_t ts_recent_ms;	 /* when it was taken */
	uint32_t snd_ms;	 /* when we last sent data */
	uint32_t sndbuf, rcvbuf; /* octets */
	uint16_t mss;		 /* payload of a segment, options excluded */
	uint16_t peer_mss;	 /* what the peer said */
	uint16_t rcv_mss;	 /* largest payload the peer was seen to send */
	uint8_t snd_wscale, rcv_wscale;
	uint8_t ttl, tos;
	uint8_t error; /* pending, positive errno */
	uint8_t soft;  /* last soft error, positive errno */
};
static_assert(sizeof(struct tcp_conn) <= 208,
	      "an idle connection and its place in the table are 256 octets");

/* A point in time for which one of a connection's timers is set. */
struct tcp_due {
	uint64_t at_ns; /* 0: not set */
	uint32_t cause; /* event that set it */
};

enum tcp_timer {
	TCP_T_SEND,   /* retransmit, persist */
	TCP_T_DELACK, /* delayed ACK */
	TCP_T_PACE,   /* sending goes on, see tcp_pace.c */
	TCP_T_KEEP,   /* keepalive; FIN-WAIT-2 of an orphan */
	TCP_TIMERS
};

/**
 * struct tcp_active - what only a busy connection needs
 * @timer:	Armed for the earliest of @due
 * @accept:	In its listener's queue
 * @stalled:	In the stack's list, since @stalled_ns: tcp_stall.c
 * @listener:	Who will hand it to accept(), until it does
 * @snd:	Octets snd_una ... not acknowledged or not sent; begins at
 *		iss + 1 before the handshake is done
 * @rcv:	Octets received in order, not read
 * @ooo:	Octets received out of order, or NULL
 * @sent:	Records of what is under way
 * @tfo:	See tcp_fastopen.h
 * @ts_offset:	What we add to our clock: tcp_ts_offset()
 * @route:	How to reach the peer
 * @urg:	Urgent data, both ways
 * @small:	End of the last segment sent that was not full
 * @recover:	snd_nxt when the loss was noticed (RFC 6582, 3.2)
 * @syn_ns:	When our SYN was sent; 0: it was repeated
 * @resent_ms:	When something was last sent a second time
 * @stall_ns:	When the peer last acknowledged something new, or sending
 *		began
 * @heard_ns:	When a segment last came (keepalive on)
 * @ack_sent:	rcv_nxt of the last segment sent
 * @fin_seq:	Where the peer's FIN stands, if @has_fin; it came too early
 * @events:	To tell the user, at the end
 * @cc_state:	Of the congestion control algorithm, see tcp_cc.h
 * @rate:	See tcp_rate.h
 * @pace:	See tcp_pace.h
 * @cwv:	See tcp_cwv.h
 * @rack:	See tcp_loss.h, as the next four
 * @tlp:	"
 * @prr:	"
 * @undo:	"
 * @sack_out:	"
 * @dup_octets:	Octets that duplicate ACKs, without SACK, have announced
 * @ecn:	See tcp_ecn.h
 * @ack_why:	Reason of the ACK that is owed
 * @last_size:	Payload of the last segment, if it was not full
 * @backoff:	Doublings of the RTO
 * @tries:	Retransmissions or probes without any answer
 * @keep_sent:	Keepalive probes unanswered
 * @ca:		enum tcp_ca; tcp_ca_move() alone writes it
 * @wait:	enum tcp_wait: what @due[TCP_T_SEND] is, unless @is_probing
 * @rearm:	enum tcp_rearm: how it is to be set at the end
 * @ack_now:	An ACK is owed at once
 * @is_probing:	@due[TCP_T_SEND] is the persist timer
 * @timer_lags:	One of @due was set to be before @timer
 */
struct tcp_active {
	/* Of every segment. */
	struct timer timer;
	struct tcp_due due[TCP_TIMERS];
	uint16_t ack_why;
	uint16_t last_size;
	uint8_t backoff, tries, keep_sent;
	uint8_t ca, wait, rearm;
	bool ack_now, is_probing, has_fin;
	bool timer_lags;
	seq32 small, recover, ack_sent, fin_seq;
	uint64_t syn_ns, stall_ns, heard_ns;
	uint32_t events;
	uint32_t ts_offset;
	struct tcp_ooo *ooo;
	struct tcp_rate rate;
	struct tcp_rack rack;
	struct tcp_cwv cwv;
	struct tcp_urg urg;
	struct tcp_prr prr;
	struct tcp_undo undo;
	struct tcp_tlp tlp;
	struct tcp_sack_out sack_out;
	uint32_t dup_octets;
	uint32_t resent_ms;
	struct tcp_sent_set sent;
	struct tcp_queue snd, rcv;
	uint64_t cc_state[TCP_CC_STATE];

	/* Of opening, of what goes wrong, and of IPv6. */
	struct tcp_conn *listener;
	struct list accept, stalled;
	uint64_t stalled_ns;
	struct tcp_tfo tfo;
	struct ip_route_ref route;
	struct tcp_pace pace;
	struct tcp_ecn ecn;
};

#endif /* TCP_TCP_CONN_H */
