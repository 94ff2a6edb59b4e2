// SPDX-License-Identifier: MIT
/*
 * probe.c - handing events to the listener
 *
 * A packet that is the subject of an event tells its own cause: it may have
 * waited, and what is being acted on now is then only the occasion.
 */

#include "core/probe.h"

#include <assert.h>
#include <stdarg.h>

#include "base/check.h"

#include "core/pkt.h"

static const char *const kind_names[] = {
	[EV_TX] = "tx",		[EV_RX] = "rx",		[EV_DROP] = "drop",
	[EV_STATE] = "state",	[EV_TIMER] = "timer",	[EV_LEARN] = "learn",
	[EV_LOOKUP] = "lookup", [EV_CALL] = "call",	[EV_APP] = "app",
	[EV_FAULT] = "fault",	[EV_ACTION] = "action", [EV_NOTE] = "note",
};
static_assert(ARRAY_SIZE(kind_names) == EV_KINDS, "a name for each kind");

const char *ev_kind_name(enum ev_kind kind)
{
	return kind < EV_KINDS ? kind_names[kind] : "?";
}

/* Only frames on the move speak for themselves. */
static uint32_t cause_of(const struct env *env, enum ev_kind kind,
			 const struct pkt *pkt)
{
	bool is_frame = kind == EV_TX || kind == EV_RX || kind == EV_DROP;

	return is_frame && pkt && pkt->cause ? pkt->cause : env->cause;
}

uint32_t probe_emit(const struct place *place, enum ev_kind kind,
		    enum reason what, const struct pkt *pkt, ...)
{
	struct ev_field fields[EV_FIELDS_MAX + 1], *f = fields;
	struct env *env = place->env;
	struct event ev = {
		.kind = kind,
		.what = what,
		.cause = cause_of(env, kind, pkt),
		.place = place,
		.netif = pkt ? pkt->netif : NULL,
		.pkt = pkt,
		.fields = fields,
	};
	va_list args;

	va_start(args, pkt);
	while ((f->type = (enum ev_type)va_arg(args, int)) != EVT_END) {
		check(f < fields + EV_FIELDS_MAX);
		f->key = va_arg(args, const char *);
		if (f->type == EVT_NUM || f->type == EVT_DROP)
			f->num = va_arg(args, int64_t);
		else
			f->any = va_arg(args, const void *);
		f++;
	}
	va_end(args);
	f->key = NULL;
	return env->probe ? env->probe(env->probe_arg, &ev) : 0;
}
