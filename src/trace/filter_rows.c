// SPDX-License-Identifier: MIT
/*
 * filter_rows.c - what a filter did, gathered from the log
 *
 * Theory of operation
 * ===================
 * A filter says when it notes a connection, sees it move and forgets it, and
 * each packet that it refuses is a drop.  These events at one node, in order,
 * are the rows.  Drops of the same packets for the same reason are one row, as
 * long as nothing else happened to their connection.
 *
 * What passes is no event of the filter's, but the frames that its node passes
 * on are in the log.  They are counted in the row that noted the connection
 * between their ends, and so is the longest silence between two of them, which
 * is what an idle time is to be compared with.
 *
 * Beside a NAT a frame has other ends outside.  Of a frame that is passed on
 * its arrival is the cause, and one of the two has the ends that the filter
 * saw.
 *
 * Limits
 * ------
 * Of fragments only what shows its ports is counted.  Connections that find no
 * row any more are counted among the rest, not followed.
 */

#include "trace/filter_rows.h"

#include <string.h>

#include "wire/proto.h"

#include "trace/frame.h"

/*
 * Connections.
 */

static bool is_same_way(const struct filter_talk *a,
			const struct filter_talk *b)
{
	return endpoint_eq(a->from, b->from) && endpoint_eq(a->to, b->to);
}

static bool is_between_same(const struct filter_talk *a,
			    const struct filter_talk *b)
{
	return is_same_way(a, b) ||
	       (endpoint_eq(a->from, b->to) && endpoint_eq(a->to, b->from));
}

static uint16_t echo_id(const struct frame_view *v)
{
	if (v->has_icmp &&
	    (v->icmp.type == ICMP4_ECHO || v->icmp.type == ICMP4_ECHO_REPLY))
		return v->icmp.id;
	if (v->has_icmp6 &&
	    (v->icmp6.type == ICMP6_ECHO || v->icmp6.type == ICMP6_ECHO_REPLY))
		return v->icmp6.id;
	return 0;
}

/* From the frame.  What is not known stays 0. */
static struct filter_talk talk_of_frame(const struct log_event *ev)
{
	struct filter_talk t = {0};
	struct frame_view v;

	if (!ev || !frame_view(&v, ev))
		return t;
	t.from = (struct endpoint){frame_src(&v), v.sport};
	t.to = (struct endpoint){frame_dst(&v), v.dport};
	if (v.has_icmp || v.has_icmp6)
		t.from.port = t.to.port = echo_id(&v);
	t.proto = v.has_tcp	? IP_PROTO_TCP
		  : v.has_udp	? IP_PROTO_UDP
		  : v.has_icmp	? IP_PROTO_ICMP
		  : v.has_icmp6 ? IP_PROTO_ICMP6
		  : v.has_ip	? v.ip.proto
				: 0;
	return t;
}

/* From what an event of the filter says. */
static struct filter_talk talk_of_fields(const struct log_event *ev)
{
	const char *from = log_text(ev, "from"), *to = log_text(ev, "to");
	struct filter_talk t = {.proto = (uint8_t)log_num(ev, "proto", 0)};

	if (from)
		(void)endpoint_parse(&t.from, from);
	if (to)
		(void)endpoint_parse(&t.to, to);
	return t;
}

/*
 * Rows.
 */

static struct filter_row *row_add(struct filter_table *t,
				  const struct log_event *ev,
				  const struct filter_talk *talk)
{
	struct filter_row *r;

	if (t->count == FILTER_TABLE_ROWS) {
		t->more++;
		return NULL;
	}
	r = &t->rows[t->count++];
	*r = (struct filter_row){.ev = ev, .talk = *talk, .last_ns = ev->t_ns};
	return r;
}

/* Where a connection that is remembered was noted.  The protocol of @talk may
 * be unknown, 0; then @state tells it: no two have one in common. */
static struct filter_row *life_find(struct filter_table *t,
				    const struct filter_talk *talk,
				    const char *state)
{
	for (size_t i = 0; i < t->count; i++) {
		struct filter_row *r = &t->rows[i];

		if (r->is_live && is_between_same(&r->talk, talk) &&
		    (state ? !strcmp(r->state, state)
			   : r->talk.proto == talk->proto))
			return r;
	}
	return NULL;
}

static void on_new(struct filter_table *t, const struct log_event *ev)
{
	struct filter_talk talk = talk_of_fields(ev);
	struct filter_row *old = life_find(t, &talk, NULL);
	const char *state = log_text(ev, "state");
	struct filter_row *r = row_add(t, ev, &talk);

	if (old) /* it had ended, and its ends begin anew */
		old->is_live = false;
	if (!r)
		return;
	r->life = r;
	r->state = state ? state : "";
	r->is_live = true;
}

static void on_change(struct filter_table *t, const struct log_event *ev)
{
	const char *old = log_text(ev, "old"), *state = log_text(ev, "state");
	struct filter_talk talk = talk_of_fields(ev);
	struct filter_row *life = life_find(t, &talk, old ? old : state);
	struct filter_row *r = row_add(t, ev, life ? &life->talk : &talk);

	if (r)
		r->life = life;
	if (!life)
		return;
	if (state)
		life->state = state;
	life->is_live = ev->what == R_FILTER_STATE;
}

static bool is_same_drop(const struct filter_row *r, const struct log_event *ev,
			 const struct filter_talk *talk)
{
	const char *a = log_text(r->ev, "drop"), *b = log_text(ev, "drop");

	return a && b && !strcmp(a, b) && r->talk.proto == talk->proto &&
	       is_same_way(&r->talk, talk);
}

static void on_drop(struct filter_table *t, const struct log_event *ev)
{
	struct filter_talk talk = talk_of_frame(ev);
	struct filter_row *r = NULL;

	for (size_t i = t->count; i-- > 0;) {
		if (is_same_drop(&t->rows[i], ev, &talk)) {
			r = &t->rows[i];
			break;
		}
		if (t->rows[i].ev->kind != EV_DROP &&
		    is_between_same(&t->rows[i].talk, &talk))
			break;
	}
	if (!r)
		r = row_add(t, ev, &talk);
	if (!r)
		return;
	r->count++;
	r->last_ns = ev->t_ns;
}

static void on_passed(struct filter_table *t, const struct log_event *ev)
{
	struct filter_talk talk = talk_of_frame(ev);
	struct filter_row *life = life_find(t, &talk, NULL);

	if (!life) {
		talk = talk_of_frame(trace_log_get(t->log, ev->cause));
		life = life_find(t, &talk, NULL);
	}
	if (!life)
		return;
	if (ev->t_ns - life->last_ns > life->silence_ns)
		life->silence_ns = ev->t_ns - life->last_ns;
	life->last_ns = ev->t_ns;
	life->count++;
	if (ev->what == R_TCP_KEEPALIVE)
		life->keepalives++;
}

static bool is_filter_drop(const struct log_event *ev)
{
	const char *drop = log_text(ev, "drop");

	return ev->kind == EV_DROP && drop && !strncmp(drop, "filter_", 7);
}

static void table_take(struct filter_table *t, const struct log_event *ev)
{
	if (ev->what == R_FILTER_NEW)
		on_new(t, ev);
	else if (ev->what == R_FILTER_STATE || ev->what == R_FILTER_EXPIRE ||
		 ev->what == R_FILTER_EVICT)
		on_change(t, ev);
	else if (is_filter_drop(ev))
		on_drop(t, ev);
	else if (t->count && frame_is_relayed(ev))
		on_passed(t, ev);
}

void filter_table_gather(struct filter_table *t, const struct trace_log *log,
			 const char *node)
{
	const struct log_event *ev = trace_log_first_at(log, node);

	t->log = log;
	t->count = 0;
	t->more = 0;
	for (; ev; ev = trace_log_next_at(log, ev))
		table_take(t, ev);
}
