/* SPDX-License-Identifier: MIT */
#ifndef CORE_REASON_TCP_H
#define CORE_REASON_TCP_H

/*
 * reason_tcp.h - what TCP tells
 *
 * A part of reason.h.
 */

/* clang-format off */
#define REASONS_TCP(X)							\
	/* tcp: segments */						\
	X(TCP_SYN,		"tcp.syn")				\
	X(TCP_SYN_AGAIN,	"tcp.syn-again")			\
	X(TCP_SYN_ACK,		"tcp.syn-ack")				\
	X(TCP_SYN_ACK_AGAIN,	"tcp.syn-ack-again")			\
	X(TCP_ACK_SYN,		"tcp.ack-of-syn")			\
	X(TCP_DATA,		"tcp.data")				\
	X(TCP_DATA_FIN,		"tcp.data-fin")				\
	X(TCP_FIN,		"tcp.fin")				\
	X(TCP_FIN_AGAIN,	"tcp.fin-again")			\
	X(TCP_ACK,		"tcp.ack")				\
	X(TCP_ACK_DELAYED,	"tcp.ack-delayed")			\
	X(TCP_ACK_DUP,		"tcp.ack-duplicate")			\
	X(TCP_ACK_FIN,		"tcp.ack-of-fin")			\
	X(TCP_ACK_OLD,		"tcp.ack-of-old")			\
	X(TCP_ACK_CHALLENGE,	"tcp.ack-challenge")			\
	X(TCP_WINDOW_UPDATE,	"tcp.window-update")			\
	X(TCP_WINDOW_PROBE,	"tcp.window-probe")			\
	X(TCP_KEEPALIVE,	"tcp.keepalive")			\
	X(TCP_RETRANSMIT,	"tcp.retransmit")			\
	X(TCP_FAST_RETRANSMIT,	"tcp.fast-retransmit")			\
	X(TCP_RST_REFUSED,	"tcp.rst-refused")			\
	X(TCP_RST_ABORT,	"tcp.rst-abort")			\
	X(TCP_RST_BAD_ACK,	"tcp.rst-bad-ack")			\
	X(TCP_RST_DATA_LOST,	"tcp.rst-data-lost")			\
	X(TCP_RST_SILENT,	"tcp.rst-silent")			\
	X(TCP_SYN_ACK_COOKIE,	"tcp.syn-ack-cookie")			\
	X(TCP_TLP,		"tcp.tail-loss-probe")			\
	/* tcp: everything else */					\
	X(TCP_STATE,		"tcp.state")				\
	X(TCP_OPENED,		"tcp.opened")				\
	X(TCP_SYN_FLOOD,	"tcp.syn-flood")			\
	X(TCP_COOKIE,		"tcp.cookie")				\
	X(TCP_FASTOPEN_OPENED,	"tcp.fastopen-opened")			\
	X(TCP_FASTOPEN_TAKEN,	"tcp.fastopen-taken")			\
	X(TCP_FASTOPEN_NOT_TAKEN, "tcp.fastopen-not-taken")		\
	X(TCP_FASTOPEN_LOST,	"tcp.fastopen-lost")			\
	X(TCP_RTT,		"tcp.rtt")				\
	X(TCP_RTO,		"tcp.rto")				\
	X(TCP_CWND,		"tcp.cwnd")				\
	X(TCP_HYSTART,		"tcp.hystart")				\
	X(TCP_CUBIC,		"tcp.cubic")				\
	X(TCP_BBR,		"tcp.bbr")				\
	X(TCP_DCTCP,		"tcp.dctcp")				\
	X(TCP_ECN,		"tcp.ecn")				\
	X(TCP_PACE,		"tcp.pacing")				\
	X(TCP_PERSIST,		"tcp.persist")				\
	X(TCP_DELACK,		"tcp.delack")				\
	X(TCP_KEEP_TIMER,	"tcp.keepalive-timer")			\
	X(TCP_2MSL,		"tcp.2msl")				\
	X(TCP_GIVE_UP,		"tcp.give-up")				\
	X(TCP_REASSEMBLY,	"tcp.reassembly")			\
	X(TCP_RESET_BY_PEER,	"tcp.reset-by-peer")			\
	X(TCP_REFUSED,		"tcp.refused")				\
	X(TCP_COARSE,		"tcp.records-coarse")			\
	X(TCP_TLP_TIMER,	"tcp.probe-timer")			\
	X(TCP_REORDER_TIMER,	"tcp.reorder-timer")			\
	X(TCP_CA,		"tcp.recovery-state")			\
	X(TCP_LOST,		"tcp.lost")				\
	X(TCP_REORDERED,	"tcp.reordered")			\
	X(TCP_DSACK,		"tcp.came-twice")			\
	X(TCP_UNDO,		"tcp.undo")				\
	X(TCP_RENEGED,		"tcp.reneged")				\
	X(TCP_URGENT,		"tcp.urgent")				\
	X(TCP_RCVBUF,		"tcp.rcvbuf")				\
	X(TCP_SNDBUF,		"tcp.sndbuf")				\
	X(TCP_MTU_PROBE,	"tcp.mtu-probe")			\
	X(TCP_PATH_SIZE,	"tcp.path-size")			\
	X(TCP_REAPED,		"tcp.reaped")				\
	X(TCP_UTO,		"tcp.user-timeout")
/* clang-format on */

#endif /* CORE_REASON_TCP_H */
