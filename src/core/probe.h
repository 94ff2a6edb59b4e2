/* SPDX-License-Identifier: MIT */
#ifndef CORE_PROBE_H
#define CORE_PROBE_H

/*
 * probe.h - telling a listener what happens, and why
 *
 * Theory of operation
 * ===================
 * Everything worth explaining is an event: a frame leaves, a state changes, a
 * cache learns.  Each event names the earlier event that caused it, so the
 * chain from any frame leads back to what a person did.  The rules that keep
 * the chain whole are few:
 *
 *   - env->cause is the event being acted on.  Whoever starts to act on
 *     something (a frame that arrived, a timer that fired, a line of a
 *     script) sets it, and puts back what was there when done.
 *   - A packet remembers in pkt->cause what made it (pkt_new() copies
 *     env->cause), and after it was sent, the event of its sending.
 *   - A timer remembers in its cause what armed it.
 *   - A task remembers in its cause what deferred it.
 *
 * When nobody listens an event costs one predictable branch, and its fields
 * are not computed.
 */

#include <stddef.h>
#include <stdint.h>

#include "wire/addr.h"

#include "core/place.h"
#include "core/reason.h"

struct netif;
struct pkt;

enum ev_kind {
	EV_TX,	   /* a frame leaves an interface */
	EV_RX,	   /* a frame arrives at an interface */
	EV_DROP,   /* a packet is discarded; field "drop" has the reason */
	EV_STATE,  /* something moved from one named state to another */
	EV_TIMER,  /* a timer fired */
	EV_LEARN,  /* a table took in, changed or forgot an entry */
	EV_LOOKUP, /* a table was asked */
	EV_CALL,   /* a program called the stack */
	EV_APP,	   /* a program did or understood something */
	EV_FAULT,  /* the lab broke or mended something */
	EV_ACTION, /* a person, or a line of a script, wants something */
	EV_NOTE,   /* anything else worth a line */
	EV_KINDS
};

/* EVT_DROP: a reason as its number.  The listener has the words, so that a
 * program without one does not carry them. */
enum ev_type { EVT_END, EVT_NUM, EVT_TEXT, EVT_IP, EVT_EP, EVT_MAC, EVT_DROP };

/* A named value of an event.  Pointers are borrowed for the call only. */
struct ev_field {
	const char *key; /* static string; NULL ends the list */
	enum ev_type type;
	union {
		int64_t num;
		const char *text;
		const struct ip_addr *ip;
		const struct endpoint *ep;
		const mac_addr *mac;
		const void *any;
	};
};

/*
 * A field among the arguments of PROBE(): its type, key and value.  They are
 * passed one after the other and not as an array, because what an event costs
 * is code, at each place where something can happen: a few octets to push a
 * value, against many to write it, its type and its key into an array.  The
 * functions are there to have the compiler look at the types.
 */
/* clang-format off */
#define EVF_NUM(k, v)	EVT_NUM, (const char *)(k), (int64_t)(v)
#define EVF_TEXT(k, v)	EVT_TEXT, (const char *)(k), evf_text(v)
#define EVF_IP(k, v)	EVT_IP, (const char *)(k), evf_ip(v)
#define EVF_EP(k, v)	EVT_EP, (const char *)(k), evf_ep(v)
#define EVF_MAC(k, v)	EVT_MAC, (const char *)(k), evf_mac(v)
#define EVF_DROP(why)	EVT_DROP, "drop", (int64_t)(why)
/* clang-format on */

static inline const void *evf_text(const char *text)
{
	return text;
}

static inline const void *evf_ip(const struct ip_addr *ip)
{
	return ip;
}

static inline const void *evf_ep(const struct endpoint *ep)
{
	return ep;
}

static inline const void *evf_mac(const mac_addr *mac)
{
	return mac;
}

/**
 * struct event - what the listener is handed
 * @kind:	Its kind
 * @what:	What exactly it means
 * @cause:	Number of the event that caused it, 0 for a person's action
 * @place:	Where it happened
 * @netif:	At which interface, or NULL
 * @pkt:	About which packet, or NULL; lent for the call
 * @fields:	Further values, ended by a NULL key
 */
struct event {
	enum ev_kind kind;
	enum reason what;
	uint32_t cause;
	const struct place *place;
	const struct netif *netif;
	const struct pkt *pkt;
	const struct ev_field *fields;
};

/* No event has more fields. */
#define EV_FIELDS_MAX 24

/**
 * probe_emit() - Hand an event to the listener; use PROBE() instead
 * @...:	At most EV_FIELDS_MAX of EVF_xxx(), and EVT_END.  One with the key
 *		NULL ends them, too
 *
 * Return: the number of the event, 0 when nobody listens
 */
__attribute__((cold)) uint32_t probe_emit(const struct place *place,
					  enum ev_kind kind, enum reason what,
					  const struct pkt *pkt, ...);

/**
 * PROBE() - Emit an event whose cause is what is being acted on
 * @place:	Where it happens, a struct place *
 * @...:	At least one EVF_xxx() field, at most EV_FIELDS_MAX
 *
 * Value: the event's number (uint32_t), 0 when nobody listens.  The fields are
 * not evaluated then.
 */
#define PROBE(place, kind, what, pkt, ...)                                \
	((place)->env->probe ? probe_emit((place), (kind), (what), (pkt), \
					  __VA_ARGS__, EVT_END)           \
			     : 0)

/* PROBE_CAUSE() - The same, and what follows is caused by this event. */
#define PROBE_CAUSE(place, kind, what, pkt, ...) \
	probe_set_cause((place)->env,            \
			PROBE(place, kind, what, pkt, __VA_ARGS__))

static inline void probe_set_cause(struct env *env, uint32_t n)
{
	if (n)
		env->cause = n;
}

const char *ev_kind_name(enum ev_kind kind);

#endif /* CORE_PROBE_H */
