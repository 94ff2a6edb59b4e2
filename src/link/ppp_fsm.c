// SPDX-License-Identifier: MIT
/*
 * ppp_fsm.c - the option negotiation automaton (RFC 1661, 4)
 *
 * Theory of operation
 * ===================
 * Each side sends its wishes and answers the other's.  When a side has both
 * had its own acknowledged and acknowledged the other's, the protocol is
 * open.  Everything can be lost and come twice, either side may start first,
 * stop, change its mind or be switched off; what to do then in each of ten
 * states is a table in the standard, and the table is the code: a cell says
 * where to go and what to do on the way.
 *
 *	         Up               RCA                RCR+
 *	CLOSED ------> REQ_SENT ------> ACK_RCVD -----------> OPENED
 *	 Open               |                                   ^
 *	                    |  RCR+               RCA           |
 *	                    +---------> ACK_SENT ---------------+
 *
 * ppp_fsm_event() is the only one to write the state, and tells it.
 *
 * Invariants
 * ----------
 *  (1) The timer runs in the states from PPP_CLOSING to PPP_ACK_SENT only
 *      (RFC 1661, 4.2).
 *  (2) Every state but the four at rest and PPP_OPENED is left after a finite
 *      number of timeouts.
 *
 * Limits
 * ------
 * Neither the passive nor the restart option of the automaton is used.
 */

#include "link/ppp_fsm.h"

#include <assert.h>

#include "core/probe.h"
#include "core/stack.h"

/* What a cell makes us do, above the state it leads to. */
enum {
	STATE = 0xf,
	NONE = 0xf,    /* no cell */
	TLU = 1 << 4,  /* this layer is up */
	TLD = 1 << 5,  /* ... down */
	TLF = 1 << 6,  /* ... finished */
	IRC = 1 << 7,  /* all tries are left */
	ZRC = 1 << 8,  /* none is */
	SCR = 1 << 9,  /* send Configure-Request */
	SCA = 1 << 10, /* ... -Ack */
	SCN = 1 << 11, /* ... -Nak or -Reject */
	STR = 1 << 12, /* send Terminate-Request */
	STA = 1 << 13, /* ... -Ack */
	SCJ = 1 << 14, /* send Code-Reject */
	SER = 1 << 15, /* Echo-Reply, or whatever fits */
};

/* clang-format off */
/* Rows are events, columns the states from PPP_INITIAL on (RFC 1661, 4.1). */
static const uint16_t cells[PPP_EVENTS][PPP_STATES] = {
	[PPP_UP] = {2, IRC|SCR|6, NONE, NONE, NONE, NONE,
		NONE, NONE, NONE, NONE},
	[PPP_DOWN] = {NONE, NONE, 0, 1, 0, 1,
		1, 1, 1, TLD|1},
	[PPP_OPEN] = {1, 1, IRC|SCR|6, 3, 5, 5,
		6, 7, 8, 9},
	[PPP_CLOSE] = {0, TLF|0, 2, 2, 4, 4,
		IRC|STR|4, IRC|STR|4, IRC|STR|4, TLD|IRC|STR|4},
	[PPP_TO_AGAIN] = {NONE, NONE, NONE, NONE, STR|4, STR|5,
		SCR|6, SCR|6, SCR|8, NONE},
	[PPP_TO_LAST] = {NONE, NONE, NONE, NONE, TLF|2, TLF|3,
		TLF|3, TLF|3, TLF|3, NONE},
	[PPP_RCR_GOOD] = {NONE, NONE, STA|2, IRC|SCR|SCA|8, 4, 5,
		SCA|8, SCA|TLU|9, SCA|8, TLD|SCR|SCA|8},
	[PPP_RCR_BAD] = {NONE, NONE, STA|2, IRC|SCR|SCN|6, 4, 5,
		SCN|6, SCN|7, SCN|6, TLD|SCR|SCN|6},
	[PPP_RCA] = {NONE, NONE, STA|2, STA|3, 4, 5,
		IRC|7, SCR|6, IRC|TLU|9, TLD|SCR|6},
	[PPP_RCN] = {NONE, NONE, STA|2, STA|3, 4, 5,
		IRC|SCR|6, SCR|6, IRC|SCR|8, TLD|SCR|6},
	[PPP_RTR] = {NONE, NONE, STA|2, STA|3, STA|4, STA|5,
		STA|6, STA|6, STA|6, TLD|ZRC|STA|5},
	[PPP_RTA] = {NONE, NONE, 2, 3, TLF|2, TLF|3,
		6, 6, 8, TLD|SCR|6},
	[PPP_RUC] = {NONE, NONE, SCJ|2, SCJ|3, SCJ|4, SCJ|5,
		SCJ|6, SCJ|7, SCJ|8, SCJ|9},
	[PPP_RXJ_HARMLESS] = {NONE, NONE, 2, 3, 4, 5,
		6, 6, 8, 9},
	[PPP_RXJ_FATAL] = {NONE, NONE, TLF|2, TLF|3, TLF|2, TLF|3,
		TLF|3, TLF|3, TLF|3, TLD|IRC|STR|5},
	[PPP_RXR] = {NONE, NONE, 2, 3, 4, 5,
		6, 7, 8, SER|9},
};
/* clang-format on */
static_assert(PPP_EVENTS == 16 && PPP_STATES == 10, "RFC 1661, 4.1");

static const char *const state_names[PPP_STATES] = {
	"initial",  "starting", "closed",   "stopped",	"closing",
	"stopping", "req-sent", "ack-rcvd", "ack-sent", "opened",
};

static const char *const event_names[PPP_EVENTS] = {
	"up",  "down", "open", "close", "to+", "to-",  "rcr+", "rcr-",
	"rca", "rcn",  "rtr",  "rta",	"ruc", "rxj+", "rxj-", "rxr",
};

const char *ppp_state_name(enum ppp_state s)
{
	return state_names[s];
}

const char *ppp_event_name(enum ppp_event ev)
{
	return event_names[ev];
}

static void send_wishes(struct ppp_fsm *f)
{
	struct wcursor w = wcur_init(f->wishes, sizeof(f->wishes));

	f->ops->put_wishes(f, &w);
	f->wishes_len = wcur_len(&w);
	f->req_id = ++f->id;
	f->ops->send(f, PPP_CONF_REQ, f->req_id, f->wishes, f->wishes_len);
}

/* Ask, or say goodbye; one try is used up. */
static void ask(struct ppp_fsm *f, bool is_goodbye)
{
	if (f->restart)
		f->restart--;
	if (is_goodbye)
		f->ops->send(f, PPP_TERM_REQ, ++f->id, NULL, 0);
	else
		send_wishes(f);
	stack_arm_in(f->stack, &f->timer, PPP_RESTART_S * NS_PER_S);
}

static void answer(struct ppp_fsm *f)
{
	const struct ppp_ctl *in = f->in;

	if (f->reply_code == PPP_CONF_ACK) {
		f->failures = 0;
		f->ops->send(f, PPP_CONF_ACK, in->id, in->data, in->len);
		return;
	}
	if (f->reply_code == PPP_CONF_NAK)
		f->failures++;
	f->ops->send(f, f->reply_code, in->id, f->reply, f->reply_len);
}

/* Send back what we do not know, as much as fits (RFC 1661, 5.6). */
static void reject_code(struct ppp_fsm *f)
{
	uint8_t packet[PPP_MRU - PPP_CTL_HLEN];
	struct wcursor w = wcur_init(packet, sizeof(packet));
	size_t len = f->in->len;

	if (len > sizeof(packet) - PPP_CTL_HLEN)
		len = sizeof(packet) - PPP_CTL_HLEN;
	ppp_ctl_put(&w, f->in->code, f->in->id, f->in->data, (uint16_t)len);
	f->ops->send(f, PPP_CODE_REJ, ++f->id, packet, wcur_len(&w));
}

/* A goodbye that answers one carries its identifier (RFC 1661, 5.5). */
static void acknowledge_end(struct ppp_fsm *f)
{
	bool is_answer = f->in && f->in->code == PPP_TERM_REQ;

	f->ops->send(f, PPP_TERM_ACK, is_answer ? f->in->id : ++f->id, NULL, 0);
}

static void set_tries(struct ppp_fsm *f, unsigned int actions)
{
	if (actions & IRC)
		f->restart =
			actions & STR ? PPP_MAX_TERMINATE : PPP_MAX_CONFIGURE;
	if (!(actions & ZRC))
		return;
	f->restart = 0;
	stack_arm_in(f->stack, &f->timer, PPP_RESTART_S * NS_PER_S);
}

static void send_all(struct ppp_fsm *f, unsigned int actions)
{
	if (actions & (SCR | STR))
		ask(f, actions & STR);
	if (actions & (SCA | SCN))
		answer(f);
	if (actions & STA)
		acknowledge_end(f);
	if (actions & SCJ)
		reject_code(f);
	if (actions & SER)
		f->ops->on_echo(f, f->in);
}

void ppp_fsm_event(struct ppp_fsm *f, enum ppp_event ev)
{
	unsigned int cell = cells[ev][f->state],
		     actions = cell & ~(unsigned int)STATE;
	enum ppp_state from = f->state, to = (enum ppp_state)(cell & STATE);

	if ((cell & STATE) == NONE)
		return;
	f->state = to;
	/* That it is wanted is no news before there is a line. */
	if (from != to && to != PPP_INITIAL &&
	    !(from == PPP_INITIAL && to == PPP_STARTING))
		PROBE(&f->stack->place, EV_STATE, R_PPP_STATE, NULL,
		      EVF_TEXT("proto", f->ops->name),
		      EVF_TEXT("from", ppp_state_name(from)),
		      EVF_TEXT("to", ppp_state_name(to)),
		      EVF_TEXT("event", ppp_event_name(ev)));
	if (to < PPP_CLOSING || to == PPP_OPENED)
		stack_disarm(f->stack, &f->timer);
	if (actions & TLD)
		f->ops->on_down(f);
	set_tries(f, actions);
	send_all(f, actions);
	if (actions & TLU)
		f->ops->on_up(f);
	if (actions & TLF)
		f->ops->on_finished(f);
}

static void on_timer(struct timer *t, void *arg)
{
	struct ppp_fsm *f = arg;

	(void)t;
	ppp_fsm_event(f, f->restart ? PPP_TO_AGAIN : PPP_TO_LAST);
}

void ppp_fsm_init(struct ppp_fsm *f, struct stack *stack,
		  const struct ppp_fsm_ops *ops, void *arg)
{
	*f = (struct ppp_fsm){
		.stack = stack,
		.ops = ops,
		.arg = arg,
		.state = PPP_INITIAL,
	};
	timer_init(&f->timer, on_timer, f);
}

void ppp_fsm_fini(struct ppp_fsm *f)
{
	stack_disarm(f->stack, &f->timer);
}
