// SPDX-License-Identifier: MIT
/*
 * fault_filter.c - faults that look at frames: partition, drop, match
 *
 * Theory of operation
 * ===================
 * Every cable asks about every frame while such a fault is under way.  Who a
 * frame is from and to is told by its IP addresses, and by its link addresses
 * where there is no IP (ARP) or where the two ends of this cable are meant.
 * Behind a NAT router the sender is the router.
 *
 * A match counts frames where they are made: on the cable of the node that
 * sends them, and not again at each router.
 */
#include <string.h>

#include "base/check.h"

#include "core/pkt.h"

#include "lab/pattern_match.h"
#include "lab/run_int.h"
#include "trace/frame_copy.h"

enum { FRAME_LOOK = 4096 };

/* What a filter looks at: the beginning of the frame, taken apart. */
struct look {
	struct lab_run *run;
	struct frame_view view;
	uint8_t octets[FRAME_LOOK + FRAME_COPY_MORE];
};

static bool look_init(struct look *l, struct lab_run *run,
		      const struct pkt *pkt)
{
	size_t len = min_size(pkt->len, FRAME_LOOK);
	struct log_event ev = {.kind = EV_TX, .frame = l->octets};

	l->run = run;
	if (pkt->link != PKT_ETHER && pkt->len <= FRAME_LOOK) {
		ev.frame_len = (uint32_t)frame_copy(pkt, pkt->lin_off,
						    l->octets, &ev.link);
		return frame_view(&l->view, &ev);
	}
	pkt_copy_out(pkt, 0, l->octets, len);
	memset(l->octets + len, 0, 4);
	ev.frame_len = (uint32_t)len + 4;
	return frame_view(&l->view, &ev);
}

static bool is_from(const struct look *l, const struct lab_node *node)
{
	return match_is_from(&l->view, node);
}

static bool is_to(const struct look *l, const struct lab_node *node)
{
	return match_is_to(&l->view, node);
}

static const struct lab_node *spec_node(struct lab_run *run, const char *name)
{
	return run_node(run, name)->spec;
}

/* Group that the sender (or receiver) is in, from 1; 0: none. */
static size_t group_of(struct look *l, const struct lab_seq *groups, bool from)
{
	const struct lab_seq *group = groups->items;

	for (size_t g = 0; g < groups->count; g++) {
		const struct lab_str *s = group[g].items;

		for (size_t i = 0; i < group[g].count; i++) {
			const struct lab_node *n = spec_node(l->run, s[i].s);

			if (from ? is_from(l, n) : is_to(l, n))
				return g + 1;
		}
	}
	return 0;
}

static bool partition_cuts(struct look *l, const struct lab_seq *groups)
{
	size_t from = group_of(l, groups, true);
	size_t to = from ? group_of(l, groups, false) : 0;

	return from && to && from != to;
}

/* Is it of that version of IP, ARP and neighbour discovery with theirs? */
static bool is_over(const struct look *l, uint64_t over)
{
	uint8_t family = frame_src(&l->view).family;

	if (over == LAB_OVER_IPV4)
		return family == IP_V4 || l->view.has_arp;
	return over == LAB_OVER_ANY || family == IP_V6;
}

static bool drop_cuts(struct look *l, const struct lab_drop *d)
{
	return is_over(l, d->over.v) &&
	       is_from(l, spec_node(l->run, d->from.s)) &&
	       is_to(l, spec_node(l->run, d->to.s));
}

/* Is it the frame that is meant?  Counts those that could be. */
static bool match_hits(struct look *l, struct run_line *line,
		       const struct pkt *pkt)
{
	if (pkt->is_relayed || line->hits >= line->spec->fault.nth.v ||
	    !match_frame(&line->pattern, &l->view, &l->run->lab->topo))
		return false;
	return ++line->hits == line->spec->fault.nth.v;
}

static enum cable_verdict line_verdict(struct look *l, struct run_line *line,
				       struct cable *cable,
				       const struct pkt *pkt)
{
	const struct lab_fault *f = &line->spec->fault;

	if (f->partition.is_set)
		return partition_cuts(l, &f->partition) ? CABLE_DROP_PARTITION
							: CABLE_PASS;
	if (f->drop.item.is_set)
		return drop_cuts(l, &f->drop) ? CABLE_DROP_PARTITION
					      : CABLE_PASS;
	if (!f->match.s || !match_hits(l, line, pkt))
		return CABLE_PASS;
	PROBE(&cable->place, EV_FAULT, R_FAULT_MATCH, pkt,
	      EVF_TEXT("text", f->match.s), EVF_NUM("nth", f->nth.v));
	return CABLE_DROP_MATCH;
}

enum cable_verdict fault_filter(void *arg, struct cable *cable,
				enum cable_dir dir, const struct pkt *pkt)
{
	struct run_cable *c = arg;
	struct lab_run *run = c->run;
	enum cable_verdict v = CABLE_PASS;
	struct look look;

	(void)dir;
	if (!look_init(&look, run, pkt))
		return CABLE_PASS;
	cable->place.fault = c->fault;
	for (size_t i = 0; i < run_line_count(run) && v == CABLE_PASS; i++) {
		if (!run->lines[i].is_active)
			continue;
		v = line_verdict(&look, &run->lines[i], cable, pkt);
		if (v != CABLE_PASS) /* what is dropped says why */
			cable->place.fault = run->lines[i].event;
	}
	return v;
}
