/* SPDX-License-Identifier: MIT */
#ifndef LINK_PPP_FSM_H
#define LINK_PPP_FSM_H

/*
 * ppp_fsm.h - two sides agree on options (RFC 1661, 4)
 *
 * LCP and IPCP negotiate in the same way about different things.  The way is
 * here: states, timer, which packet follows which.  What the options mean is
 * the business of whoever fills in struct ppp_fsm_ops.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/wheel.h"

#include "wire/ppp.h"

struct ppp_fsm;
struct stack;

enum ppp_state {
	PPP_INITIAL,  /* line down, nobody wants it */
	PPP_STARTING, /* line down, wanted */
	PPP_CLOSED,   /* line up, not wanted */
	PPP_STOPPED,  /* wanted, but the peer has gone or never came */
	PPP_CLOSING,  /* we said goodbye, and go to CLOSED */
	PPP_STOPPING, /* he said goodbye, or it was hopeless: to STOPPED */
	PPP_REQ_SENT, /* our wishes are under way */
	PPP_ACK_RCVD, /* he agrees with ours */
	PPP_ACK_SENT, /* we agree with his */
	PPP_OPENED,   /* both */
	PPP_STATES
};

enum ppp_event {
	PPP_UP,		  /* the layer below is there */
	PPP_DOWN,	  /* ... has gone */
	PPP_OPEN,	  /* somebody wants it */
	PPP_CLOSE,	  /* nobody does any more */
	PPP_TO_AGAIN,	  /* no answer, and tries are left: TO+ */
	PPP_TO_LAST,	  /* no answer, and none are: TO- */
	PPP_RCR_GOOD,	  /* Configure-Request that suits us */
	PPP_RCR_BAD,	  /* ... that does not */
	PPP_RCA,	  /* Configure-Ack */
	PPP_RCN,	  /* Configure-Nak or -Reject */
	PPP_RTR,	  /* Terminate-Request */
	PPP_RTA,	  /* Terminate-Ack */
	PPP_RUC,	  /* a code we do not know */
	PPP_RXJ_HARMLESS, /* he rejects what we can do without: RXJ+ */
	PPP_RXJ_FATAL,	  /* ... what we cannot: RXJ- */
	PPP_RXR,	  /* Echo-Request, Echo-Reply, Discard-Request */
	PPP_EVENTS
};

/* RFC 1661, 4.6 */
#define PPP_RESTART_S	  3
#define PPP_MAX_CONFIGURE 10
#define PPP_MAX_TERMINATE 2
#define PPP_MAX_FAILURE	  5

/* Octets of options that we ask for, and that we answer in one packet. */
#define PPP_OPTS_ROOM 256

/* What we think of a wish of the peer's. */
enum ppp_verdict { PPP_OPT_ACK, PPP_OPT_NAK, PPP_OPT_REJ };

/**
 * struct ppp_fsm_ops - what a protocol does with the automaton
 * @name:	"lcp"
 * @is_lcp:	It has the echo codes 9 to 11, too
 * @put_wishes:	(required) Append the options that we ask for
 * @forget:	(required) A new request of the peer's is about to be judged
 * @judge:	(required) What we think of one of his options; with
 *		PPP_OPT_NAK, one that would do is appended to @better
 * @on_refused:	(required) He would like @opt other than we do, or (@is_reject)
 *		not at all
 * @send:	(required) Send a packet; @data is lent
 * @on_echo:	(LCP only) Packet with one of the codes 9 to 11, while open
 * @on_proto_rej: (LCP only) Protocol-Reject
 * @on_up:	(required) Both agree
 * @on_down:	(required) No longer
 * @on_finished: (required) It is over; the layer below is not needed
 *
 * No callback may free the automaton.
 */
struct ppp_fsm_ops {
	const char *name;
	bool is_lcp;
	void (*put_wishes)(struct ppp_fsm *f, struct wcursor *w);
	void (*forget)(struct ppp_fsm *f);
	enum ppp_verdict (*judge)(struct ppp_fsm *f, const struct ppp_opt *opt,
				  struct wcursor *better);
	void (*on_refused)(struct ppp_fsm *f, const struct ppp_opt *opt,
			   bool is_reject);
	void (*send)(struct ppp_fsm *f, uint8_t code, uint8_t id,
		     const void *data, size_t len);
	void (*on_echo)(struct ppp_fsm *f, const struct ppp_ctl *ctl);
	void (*on_proto_rej)(struct ppp_fsm *f, const struct ppp_ctl *ctl);
	void (*on_up)(struct ppp_fsm *f);
	void (*on_down)(struct ppp_fsm *f);
	void (*on_finished)(struct ppp_fsm *f);
};

/**
 * struct ppp_fsm - one negotiation
 * @stack:	Its clock and timers
 * @ops:	What is negotiated
 * @arg:	Their own
 * @state:	Written by ppp_fsm_event() only
 * @restart:	Tries left before we give up
 * @failures:	Naks we have sent since the last Ack; after PPP_MAX_FAILURE of
 *		them we reject instead, so that it ends
 * @id:		The last identifier we used
 * @req_id:	That of our last Configure-Request
 * @wishes:	What stood in it
 * @timer:	Until we ask again
 * @in:		The packet that is acted on, or NULL
 * @reply:	What we shall say to the Configure-Request in @in
 */
struct ppp_fsm {
	struct stack *stack;
	const struct ppp_fsm_ops *ops;
	void *arg;
	enum ppp_state state;
	unsigned int restart, failures;
	uint8_t id, req_id;
	uint8_t wishes[PPP_OPTS_ROOM];
	size_t wishes_len;
	struct timer timer;
	const struct ppp_ctl *in;
	uint8_t reply[PPP_OPTS_ROOM];
	size_t reply_len;
	uint8_t reply_code;
};

/* Begin in PPP_INITIAL. */
void ppp_fsm_init(struct ppp_fsm *f, struct stack *stack,
		  const struct ppp_fsm_ops *ops, void *arg);

/* Forget the timer.  Calls nobody back. */
void ppp_fsm_fini(struct ppp_fsm *f);

/**
 * ppp_fsm_event() - Something has happened
 * @f:		Moves as the table of RFC 1661, 4.1, says, and acts
 * @ev:		What
 *
 * An event that the table has no cell for changes nothing.  May call back.
 */
void ppp_fsm_event(struct ppp_fsm *f, enum ppp_event ev);

/**
 * ppp_fsm_input() - A control packet has come
 * @f:		For whose protocol
 * @buf:	What follows the protocol number
 * @len:	Octets of it; may be anything
 *
 * Return: 0 (acted on, or an answer to nothing we asked: silently ignored as
 * RFC 1661, 5, wants), WIRE_SHORT, WIRE_LEN.  May call back.
 */
int ppp_fsm_input(struct ppp_fsm *f, const uint8_t *buf, size_t len);

const char *ppp_state_name(enum ppp_state s);
const char *ppp_event_name(enum ppp_event ev);

#endif /* LINK_PPP_FSM_H */
