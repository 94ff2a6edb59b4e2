/* SPDX-License-Identifier: MIT */
#ifndef TRACE_STEPS_INT_H
#define TRACE_STEPS_INT_H

/*
 * steps_int.h - what the files that cut a visit into steps share
 *
 *	steps.c		the visit, caches, HTTP; whose time a moment is
 *	steps_net.c	neighbours and names
 *	steps_tcp.c	connections, and the race between versions of IP
 */

#include <stdio.h>

#include "trace/steps.h"

#define STEP_SET(buf, ...) snprintf((buf), sizeof(buf), __VA_ARGS__)

/* A field of an event, or something else if it has none. */
const char *log_text_or(const struct log_event *ev, const char *key,
			const char *otherwise);

/* The open step of a kind that began last, or NULL. */
struct step *step_open(struct visit_view *v, enum step_kind kind);

/* NULL: there is no room for more. */
struct step *step_begin(struct visit_view *v, enum step_kind kind,
			const struct log_event *ev);
void step_end(struct step *s, const struct log_event *ev);

/* A step that begins and ends with one event. */
struct step *step_whole(struct visit_view *v, enum step_kind kind,
			const struct log_event *ev);

/* steps_net.c */
void step_on_neighbour(struct visit_view *v, const struct log_event *ev);
void step_on_neighbour_end(struct visit_view *v, const struct log_event *ev);
void step_on_dns_query(struct visit_view *v, const struct log_event *ev);
void step_on_dns_end(struct visit_view *v, const struct log_event *ev);
void step_dns_is_enough(struct visit_view *v, const struct log_event *ev);

/* steps_tcp.c */
void step_on_race(struct visit_view *v, const struct log_event *ev);
void step_on_race_won(struct visit_view *v, const struct log_event *ev);
void step_on_tcp_state(struct visit_view *v, const struct log_event *ev);
void step_on_tcp_refused(struct visit_view *v, const struct log_event *ev);
void step_on_icmp_error(struct visit_view *v, const struct log_event *ev);
void step_add_to_handshake(struct visit_view *v, const struct log_event *ev);

#endif /* TRACE_STEPS_INT_H */
