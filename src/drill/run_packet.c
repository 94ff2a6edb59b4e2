// SPDX-License-Identifier: MIT
/*
 * run_packet.c - packets of a script go in, and those of the stack are
 *		  compared
 *
 * Which connection a packet is about:
 *
 *	ports written		that of these ports, which is current from then
 *	SYN to a listener	the current one, unless it is over: a new one,
 *				from the next port of the other side
 *	SYN of the stack	a new one
 *	anything else		the current one
 */

#include <errno.h>
#include <string.h>

#include "drill/packet.h"
#include "drill/run.h"

static bool is_first_syn(const struct drill_packet *p)
{
	return p->kind == DP_TCP && p->flags & TCP_SYN &&
	       !(p->flags & (TCP_ACK | TCP_RST));
}

static bool is_udp(const struct drill_packet *p)
{
	return p->kind == DP_UDP || (p->kind == DP_ICMP && p->quoted == DP_UDP);
}

/* Ports of a connection that begins without any being named. */
static struct flow *flow_begin(struct drill_run *run, bool udp)
{
	struct flows *fs = run->flows;
	uint16_t lport = udp ? run->udp_port : fs->listen_port;

	if (!lport)
		lport = run->script->cfg.bind_port;
	return flow_add(fs, udp, lport, fs->next_port++);
}

static struct flow *flow_in(struct drill_run *run, const struct drill_packet *p)
{
	struct flows *fs = run->flows;
	struct flow *f = fs->current;

	if (p->sport && p->dport) {
		f = flow_find(fs, is_udp(p), p->dport, p->sport);
		if (!f || (f->is_over && is_first_syn(p)))
			f = flow_add(fs, is_udp(p), p->dport, p->sport);
		fs->current = f;
		return f;
	}
	if (p->kind == DP_ICMP && !p->has_seq)
		return f ? f : flow_begin(run, false);
	if (!f || f->is_udp != is_udp(p) || (f->is_over && is_first_syn(p)))
		return flow_begin(run, is_udp(p));
	return f;
}

/* What the connection learns from a segment, either way. */
static void flow_sees(struct flow *f, uint16_t flags, bool is_in)
{
	if (flags & TCP_FIN)
		f->fins |= is_in ? 1 : 2;
	if (flags & TCP_RST || f->fins == 3)
		f->is_over = true;
}

int run_packet_in(struct drill_run *run, const struct drill_event *ev)
{
	const struct drill_packet *p = ev->packet;
	struct drill_table *t = &run->port->table;
	struct flow *f = flow_in(run, p);
	size_t len;

	if (!f)
		return run_fail(run, ev->pos, "too many connections");
	if (p->kind == DP_TCP && p->flags & TCP_SYN) {
		f->remote_isn = p->seq;
		f->has_remote = true;
	}
	if (p->kind == DP_TCP)
		flow_sees(f, p->flags, true);
	len = packet_build(run->packet, p, f, run->flows, &run->script->cfg);
	run_line(run, DRILL_IN, ev->text);
	if (t->netdev_send(t->userdata, run->packet, len))
		return run_fail(run, ev->pos, "the stack does not take it: %s",
				drill_errno_name(errno));
	return 0;
}

/* The connection that a packet of the stack belongs to; NULL: too many. */
static struct flow *flow_out(struct drill_run *run, const struct seen *seen,
			     const struct drill_packet *p)
{
	struct flows *fs = run->flows;
	bool udp = seen->kind == DP_UDP;
	uint16_t lport = udp ? seen->udp.sport : seen->tcp.sport;
	uint16_t rport = udp ? seen->udp.dport : seen->tcp.dport;
	bool is_syn = seen->kind == DP_TCP && seen->tcp.flags & TCP_SYN;
	struct flow *f;

	if (seen->kind == DP_ICMP)
		return fs->current ? fs->current : flow_begin(run, false);
	f = flow_find(fs, udp, lport, rport);
	if (!f || (f->is_over && is_syn && !(seen->tcp.flags & TCP_ACK)))
		f = flow_add(fs, udp, lport, rport);
	if (f && is_syn && !f->has_local) {
		f->local_off = seen->tcp.seq.v - p->seq;
		f->has_local = true;
	}
	return f;
}

static void learn_cookie(struct flows *fs, const struct seen *seen)
{
	size_t i;

	for (i = 0; i < seen->opt_count; i++) {
		const struct drill_opt *o = &seen->opts[i];

		if ((o->kind != TCP_OPT_FASTOPEN &&
		     o->kind != DRILL_OPT_EXPERIMENT) ||
		    !o->len || o->len > sizeof(fs->cookie))
			continue;
		fs->cookie_len = o->len;
		memcpy(fs->cookie, o->octets, o->len);
	}
}

static const char *print_seen(struct drill_run *run, const struct seen *seen,
			      const struct flow *f)
{
	struct strbuf sb;
	const char *text;

	strbuf_init(&sb, run->arena.mem);
	seen_print(&sb, seen, f);
	text = arena_text(&run->arena, strbuf_text(&sb), sb.len);
	strbuf_fini(&sb);
	return text ? text : "";
}

static int compare(struct drill_run *run, const struct drill_event *ev,
		   const struct seen *seen, struct flow *f)
{
	struct flows *fs = run->flows;
	const struct drill_packet *p = ev->packet;
	bool is_other = fs->current && f != fs->current && !p->sport;
	const char *text;
	struct strbuf sb;
	int ret = 0;

	strbuf_init(&sb, run->arena.mem);
	if (is_other)
		strbuf_printf(&sb, "of another connection, %u > %u: ", f->lport,
			      f->rport);
	else
		fs->current = f;
	if (packet_mismatch(&sb, p, seen, f, &run->script->cfg) || is_other)
		ret = -1;
	text = print_seen(run, seen, f);
	run_line(run, DRILL_OUT, text);
	if (ret)
		run_differs(run, ev, text, "%s", strbuf_text(&sb));
	strbuf_fini(&sb);
	return ret;
}

/* Is it the beginning of a segment that the script writes as one? */
static bool is_cut(const struct seen *seen, const struct drill_packet *p,
		   const struct flow *f)
{
	return seen->kind == DP_TCP && p->kind == DP_TCP && seen->len &&
	       seen->len < p->len && seen->tcp.seq.v - f->local_off == p->seq &&
	       !(seen->tcp.flags & (TCP_SYN | TCP_FIN | TCP_RST)) &&
	       seen_data_is_good(seen, f);
}

/* Does @next go on where @seen ends, and belong to what the script says? */
static bool goes_on(const struct seen *seen, const struct seen *next,
		    const struct drill_packet *p, const struct flow *f)
{
	return next->kind == DP_TCP && next->len &&
	       next->at_ns == seen->at_ns &&
	       next->tcp.sport == seen->tcp.sport &&
	       next->tcp.dport == seen->tcp.dport &&
	       next->tcp.seq.v == seen->tcp.seq.v + seen->len &&
	       seen->len + next->len <= p->len && seen_data_is_good(next, f);
}

/*
 * A device that cuts segments gets large ones, and scripts written for such a
 * host have one packet where we see several.  What was sent at one time and
 * makes up the script's segment counts as that segment.
 */
static void join_more(struct drill_run *run, struct seen *seen,
		      const struct drill_packet *p, const struct flow *f)
{
	const struct drill_port_ops *ops = run->port->ops;

	while (seen->len < p->len) {
		struct seen next = {0};

		ops->step(run->port, run->base_ns + seen->at_ns, true);
		run->held_len = ops->take(run->port, run->held,
					  DRILL_PACKET_MAX, &run->held_ns);
		if (!run->held_len ||
		    seen_parse(&next, run->held, run->held_len))
			return;
		next.at_ns = run->held_ns - run->base_ns;
		if (!goes_on(seen, &next, p, f))
			return;
		run->held_len = 0;
		seen->len += next.len;
		seen->tcp.flags |= next.tcp.flags;
		seen->is_joined = true;
	}
}

int run_packet_out(struct drill_run *run, const struct drill_event *ev,
		   uint64_t at_ns, size_t len)
{
	struct seen seen = {.at_ns = at_ns};
	const char *wrong = seen_parse(&seen, run->packet, len);
	struct flow *f;

	if (wrong)
		return run_differs(run, ev, wrong, "the stack sent %s", wrong);
	f = flow_out(run, &seen, ev->packet);
	if (!f)
		return run_fail(run, ev->pos, "too many connections");
	f->is_opaque = run->flows->is_opaque;
	learn_cookie(run->flows, &seen);
	if (is_cut(&seen, ev->packet, f))
		join_more(run, &seen, ev->packet, f);
	if (seen.kind == DP_TCP)
		flow_sees(f, seen.tcp.flags, false);
	return compare(run, ev, &seen, f);
}

void run_unexpected(struct drill_run *run, size_t len, struct strbuf *sb)
{
	struct seen seen = {0};
	const char *wrong = seen_parse(&seen, run->packet, len);
	struct flow *f = NULL;

	if (wrong) {
		strbuf_puts(sb, wrong);
		return;
	}
	if (seen.kind == DP_TCP)
		f = flow_find(run->flows, false, seen.tcp.sport,
			      seen.tcp.dport);
	seen_print(sb, &seen, f);
}
