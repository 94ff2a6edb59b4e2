// SPDX-License-Identifier: MIT
/*
 * tcp_fsm.c - the states of a connection and the moves between them
 *
 * Theory of operation
 * ===================
 * The diagram of RFC 9293, 3.3.2, is a table here, and tcp_set_state() is the
 * one place where a connection changes state.  Code that decides *when* to
 * move is in tcp_in.c, tcp_user.c and tcp_timer.c; whether the move is legal
 * is decided here, so that no decision can invent an arrow.
 *
 *        CLOSED --> SYN_SENT ------> ESTABLISHED --> CLOSE_WAIT --> LAST_ACK
 *          |            |             ^      |                          |
 *          +-> LISTEN --+-> SYN_RCVD -+      v                          v
 *                              |         FIN_WAIT_1 --> CLOSING      CLOSED
 *                              |          ^   |             |
 *                              +----------+   v             v
 *                                        FIN_WAIT_2 --> TIME_WAIT --> CLOSED
 *
 * Any state may also fall back to CLOSED: a reset, an abort, a timeout.
 *
 * A listener stays in LISTEN; the arrow to SYN_RCVD is taken by the half-open
 * connection that splits off it.
 */

#include <assert.h>

#include "tcp/tcp_int.h"

#define TO(s) TCP_IN(s)

/* clang-format off */
static const uint16_t tcp_moves[] = {
	[TCPS_CLOSED]		= TO(LISTEN) | TO(SYN_SENT) | TO(SYN_RCVD),
	[TCPS_LISTEN]		= TO(SYN_RCVD) | TO(SYN_SENT),
	[TCPS_SYN_SENT]		= TO(SYN_RCVD) | TO(ESTABLISHED),
	[TCPS_SYN_RCVD]		= TO(ESTABLISHED) | TO(FIN_WAIT_1) | TO(LISTEN),
	[TCPS_ESTABLISHED]	= TO(FIN_WAIT_1) | TO(CLOSE_WAIT),
	[TCPS_FIN_WAIT_1]	= TO(FIN_WAIT_2) | TO(CLOSING) | TO(TIME_WAIT),
	[TCPS_FIN_WAIT_2]	= TO(TIME_WAIT),
	[TCPS_CLOSE_WAIT]	= TO(LAST_ACK),
	[TCPS_CLOSING]		= TO(TIME_WAIT),
	[TCPS_LAST_ACK]		= 0,
	[TCPS_TIME_WAIT]	= 0,
};
static_assert(ARRAY_SIZE(tcp_moves) == TCPS_NSTATES, "a row for each state");

static const char *const tcp_names[] = {
	[TCPS_CLOSED]		= "CLOSED",
	[TCPS_LISTEN]		= "LISTEN",
	[TCPS_SYN_SENT]		= "SYN-SENT",
	[TCPS_SYN_RCVD]		= "SYN-RECEIVED",
	[TCPS_ESTABLISHED]	= "ESTABLISHED",
	[TCPS_FIN_WAIT_1]	= "FIN-WAIT-1",
	[TCPS_FIN_WAIT_2]	= "FIN-WAIT-2",
	[TCPS_CLOSE_WAIT]	= "CLOSE-WAIT",
	[TCPS_CLOSING]		= "CLOSING",
	[TCPS_LAST_ACK]		= "LAST-ACK",
	[TCPS_TIME_WAIT]	= "TIME-WAIT",
};
static_assert(ARRAY_SIZE(tcp_names) == TCPS_NSTATES, "a name for each state");
/* clang-format on */

const char *tcp_state_name(enum tcp_state s)
{
	return s < TCPS_NSTATES ? tcp_names[s] : "?";
}

bool tcp_move_is_legal(enum tcp_state from, enum tcp_state to)
{
	return to == TCPS_CLOSED || tcp_moves[from] & 1u << to;
}

/* Not in line: what is told is put together even where nobody listens. */
static __attribute__((noinline)) void
tell(struct tcp_stack *tcp, const struct tcp_end *e, enum tcp_state to)
{
	struct endpoint local = {e->t.laddr, e->t.lport};
	struct endpoint remote = {e->t.raddr, e->t.rport};

	PROBE(&tcp->stack->place, EV_STATE, R_TCP_STATE, NULL,
	      EVF_TEXT("from", tcp_names[e->state]),
	      EVF_TEXT("to", tcp_names[to]), EVF_EP("local", &local),
	      EVF_EP("remote", &remote),
	      EVF_NUM(to == TCPS_TIME_WAIT ? "wait_ms" : NULL,
		      tcp->knobs.time_wait_ms));
}

void tcp_end_set_state(struct tcp_stack *tcp, struct tcp_end *e,
		       enum tcp_state to)
{
	enum tcp_state from = (enum tcp_state)e->state;

	check(to < TCPS_NSTATES);
	check(tcp_move_is_legal(from, to));
	if (from == to)
		return;
	if (tcp->env->probe)
		tell(tcp, e, to);
	e->state = (uint8_t)to;
}

void tcp_set_state(struct tcp_conn *c, enum tcp_state to)
{
	tcp_end_set_state(c->tcp, &c->end, to);
}
