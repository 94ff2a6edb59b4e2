// SPDX-License-Identifier: MIT
/*
 * hub.c - a hub: many stations, one wire (CSMA/CD)
 *
 * Theory of operation
 * ===================
 * The hub itself does nothing but pass on; what there is to tell happens in the
 * stations.  A signal that a station begins at time t is heard by another at t
 * + its way to the hub + the hub + the other's way, and stops being heard that
 * much after it stopped.  These two moments are the edges of the signal at that
 * station; each station has a list of edges to come.
 *
 * IEEE 802.3, 4.2.8, for a station with a frame to send:
 *
 *	carrier sense	 wait until nothing is heard, and 96 bit times more; what
 *			 begins in the last third of these is ignored, or the
 *			 station that is nearest would always be the first
 *	multiple access	 then send; all may
 *	collision	 something is heard while sending: go on for the preamble,
 *	  detection	 then 32 bits of jam, so that everybody notices; stop
 *	back-off	 after the n-th collision in a row wait r times 512 bit
 *			 times, r random below 2^min(n, 10), and try again;
 *			 after the 16th give up
 *
 *	IDLE --frame--> WAIT --quiet--> SEND --end--> IDLE or WAIT
 *	                 ^               |
 *	                 |           collision
 *	                 +----- JAM <----+
 *
 * 512 bit times are the slot: a frame that lasts so long (64 octets) is still
 * being sent when the news of a collision at the far end of the longest wire
 * comes back.  With longer wires a collision may come late, or never be noticed
 * by who sent a short frame; both happen here, too.
 *
 * Limits: one rate; a hub is not plugged into another.
 */

#include "vnet/hub.h"

#include <errno.h>

#include "base/check.h"

#include "wire/ether.h"

#include "core/pkt.h"
#include "core/probe.h"

#include "vnet/vnet_int.h"

#define GAP_BITS      96
#define SLOT_BITS     512
#define JAM_BITS      32
#define PREAMBLE_BITS 64
#define HUB_BITS      8 /* on their way through the hub */
#define ATTEMPTS_MAX  16
#define BACKOFF_MAX   10
#define QUEUE_MAX     1000
#define LANE	      (UINT64_C(1) << 40) /* beyond those of cables */

enum mac_state { MAC_IDLE, MAC_WAIT, MAC_SEND, MAC_JAM };

struct hub {
	struct node node;
	struct place place;
	uint64_t rate_bps;
	struct list stations;
	uint32_t count;
	struct hub_stats stats;
};

/* The beginning or the end of a signal, as one station hears it. */
struct edge {
	struct list node; /* in the station, by time */
	struct signal *signal;
	uint64_t at_ns;
	bool is_end;
};

/**
 * struct signal - something that is sent
 * @hub:	Where
 * @pkt:	The frame
 * @refs:	Edges to come, and the sender while it sends
 * @start_ns:	First bit leaves the sender
 * @is_whole:	It was not cut off
 * @count:	Stations that hear it
 * @edges:	Two for each of them
 */
struct signal {
	struct hub *hub;
	struct pkt *pkt;
	uint32_t refs;
	uint64_t start_ns;
	bool is_whole;
	uint32_t count;
	struct edge edges[];
};

/**
 * struct hub_station - what is at the other end of a cable, half-duplex
 * @list:	In the hub
 * @out:	The cable, from the station
 * @in:		The cable, to the station
 * @queue:	Frames to send, the first may be on its way
 * @event:	For the earlier of @timer_ns and the first edge
 * @timer_ns:	What WAIT, SEND and JAM wait for; UINT64_MAX: nothing
 * @ready_ns:	Not before this, even if nothing is heard: gap, back-off
 * @gap_ns:	End of the last gap
 * @is_bold:	The gap was nearly over when something was heard: send all the
 *		same
 * @is_deferred: The first frame found the wire busy
 * @signal:	Being sent
 * @edges:	To come, by time
 * @heard:	Signals of others that are heard now
 * @is_garbled:	More than one of them at once, or one while sending
 * @attempts:	Collisions of the first frame so far
 */
struct hub_station {
	struct list list;
	struct hub *hub;
	struct cable_half *out, *in;
	struct list queue;
	uint32_t queued;
	struct sched_event event;
	uint64_t timer_ns, ready_ns, gap_ns;
	bool is_bold, is_deferred;
	enum mac_state state;
	struct signal *signal;
	struct list edges;
	uint32_t heard;
	bool is_garbled;
	uint32_t attempts;
};

struct hub *hub_of(struct node *node)
{
	return node->kind == NODE_HUB ? container_of(node, struct hub, node)
				      : NULL;
}

static struct world *world_of(const struct hub *hub)
{
	return hub->node.world;
}

static uint64_t now_of(const struct hub_station *st)
{
	return world_of(st->hub)->env.now_ns;
}

static uint64_t bits_ns(const struct hub *hub, uint64_t bits)
{
	return bits * NS_PER_S / hub->rate_bps;
}

static size_t signal_size(uint32_t stations)
{
	return sizeof(struct signal) + 2 * stations * sizeof(struct edge);
}

static void signal_put(struct signal *s)
{
	if (--s->refs)
		return;
	pkt_free(s->pkt);
	mem_free(world_of(s->hub)->env.mem, s, signal_size(s->count));
}

static void rearm(struct hub_station *st)
{
	const struct edge *first =
		list_first_entry(&st->edges, struct edge, node);
	uint64_t at = first ? first->at_ns : UINT64_MAX;
	struct sched *s = &world_of(st->hub)->sched;

	at = min_u64(at, st->timer_ns);
	if (at == UINT64_MAX)
		sched_cancel(s, &st->event);
	else
		sched_arm(s, &st->event, at);
}

/* From when something leaves @from to when it is heard at @to. */
static uint64_t way_ns(const struct hub_station *from,
		       const struct hub_station *to)
{
	return from->out->params.delay_ns + bits_ns(from->hub, HUB_BITS) +
	       to->in->params.delay_ns;
}

static void add_edge(struct hub_station *st, struct edge *e, struct signal *s,
		     uint64_t at_ns, bool is_end)
{
	struct list *pos = st->edges.prev;

	*e = (struct edge){.signal = s, .at_ns = at_ns, .is_end = is_end};
	while (pos != &st->edges &&
	       list_entry(pos, struct edge, node)->at_ns > at_ns)
		pos = pos->prev;
	list_add_after(pos, &e->node);
	s->refs++;
	rearm(st);
}

/* The signal of @st begins, or stops, at @at_ns: everybody else will hear it. */
static void tell_all(struct hub_station *st, uint64_t at_ns, bool is_end)
{
	struct signal *s = st->signal;
	struct edge *e = is_end ? s->edges + s->count : s->edges;
	struct hub_station *to;
	uint32_t left = s->count; /* not those plugged in since it began */

	list_for_each_entry(to, &st->hub->stations, struct hub_station, list)
		if (to != st && left && left--)
			add_edge(to, e++, s, at_ns + way_ns(st, to), is_end);
}

/* The first frame is done with, in one way or another; who has it now? */
static struct pkt *next_pkt(struct hub_station *st)
{
	st->attempts = 0;
	st->is_deferred = false;
	st->queued--;
	return list_entry(list_pop_head(&st->queue), struct pkt, node);
}

static void drop_first(struct hub_station *st, enum drop why)
{
	pkt_drop(&st->out->cable->place, next_pkt(st), why);
}

static uint64_t frame_ns(const struct hub *hub, const struct pkt *pkt)
{
	return bits_ns(hub, 8 * (ether_wire_len(pkt->len) - ETH_GAP_LEN));
}

/* Something is heard while sending. */
static void collide(struct hub_station *st)
{
	struct signal *s = st->signal;
	struct hub *hub = st->hub;
	uint64_t now = now_of(st);

	hub->stats.collisions++;
	if (now - s->start_ns > bits_ns(hub, SLOT_BITS))
		hub->stats.late++;
	s->is_whole = false;
	st->is_garbled = st->heard != 0;
	st->state = MAC_JAM;
	st->timer_ns = max_u64(now, s->start_ns + bits_ns(hub, PREAMBLE_BITS)) +
		       bits_ns(hub, JAM_BITS);
	tell_all(st, st->timer_ns, true);
}

/* Begin to send the first frame. */
static void begin(struct hub_station *st)
{
	struct pkt *pkt = list_first_entry(&st->queue, struct pkt, node);
	uint32_t others = st->hub->count - 1;
	struct signal *s = mem_alloc(pkt->env->mem, signal_size(others));

	if (!s || !(s->pkt = pkt_clone(pkt))) {
		mem_free(pkt->env->mem, s, signal_size(others));
		drop_first(st, DROP_no_memory);
		st->state = MAC_IDLE;
		return;
	}
	s->hub = st->hub;
	s->refs = 1;
	s->count = others;
	s->start_ns = now_of(st);
	s->is_whole = true;
	st->signal = s;
	st->state = MAC_SEND;
	st->timer_ns = s->start_ns + frame_ns(st->hub, pkt);
	tell_all(st, s->start_ns, false);
	if (st->heard)
		collide(st);
}

/* Counted once for each frame. */
static void defer(struct hub_station *st)
{
	if (!st->is_deferred)
		st->hub->stats.deferred++;
	st->is_deferred = true;
}

/* Is there something to send, and may it be sent now? */
static void proceed(struct hub_station *st)
{
	st->timer_ns = UINT64_MAX;
	while (!list_is_empty(&st->queue) && !st->out->is_up)
		drop_first(st, DROP_link_down);
	if (list_is_empty(&st->queue)) {
		st->state = MAC_IDLE;
		return;
	}
	st->state = MAC_WAIT;
	if (st->heard && !st->is_bold) {
		defer(st);
		return; /* the end of what is heard leads here again */
	}
	st->is_bold = false;
	if (now_of(st) < st->ready_ns)
		st->timer_ns = st->ready_ns;
	else
		begin(st);
}

/* Quiet from now on: the gap. */
static void begin_gap(struct hub_station *st)
{
	st->gap_ns = now_of(st) + bits_ns(st->hub, GAP_BITS);
	st->ready_ns = max_u64(st->ready_ns, st->gap_ns);
	st->is_bold = false;
}

/* Does something that is heard now come too late to be waited for? */
static bool is_past_recall(const struct hub_station *st)
{
	uint64_t now = now_of(st);

	return st->state == MAC_WAIT && st->ready_ns == st->gap_ns &&
	       now <= st->gap_ns &&
	       now + bits_ns(st->hub, GAP_BITS / 3) >= st->gap_ns;
}

static void end_signal(struct hub_station *st)
{
	signal_put(st->signal);
	st->signal = NULL;
	begin_gap(st);
}

/* SEND is over, and nobody disturbed it as far as the sender knows. */
static void sent(struct hub_station *st)
{
	struct hub_stats *stats = &st->hub->stats;
	struct pkt *pkt = next_pkt(st);

	stats->sent++;
	stats->octets += pkt->len;
	stats->busy_ns += now_of(st) - st->signal->start_ns;
	tell_all(st, now_of(st), true);
	end_signal(st);
	pkt_free(pkt);
	proceed(st);
}

static void tell_collision(const struct hub_station *st, uint64_t slots)
{
	PROBE(&st->hub->place, EV_NOTE, R_HUB_COLLISION, st->signal->pkt,
	      EVF_TEXT("from", st->out->from->node->name),
	      EVF_NUM("attempt", st->attempts), EVF_NUM("slots", slots),
	      EVF_NUM("wait_us", bits_ns(st->hub, slots * SLOT_BITS) / 1000));
}

/* JAM is over: back off. */
static void jammed(struct hub_station *st)
{
	uint32_t range;
	uint64_t slots;

	st->attempts++;
	range = UINT32_C(1) << min_u32(st->attempts, BACKOFF_MAX);
	slots = rng_below(&st->out->rng, range);
	tell_collision(st, slots);
	st->ready_ns = now_of(st) + bits_ns(st->hub, slots * SLOT_BITS);
	end_signal(st);
	if (st->attempts == ATTEMPTS_MAX) {
		st->hub->stats.given_up++;
		drop_first(st, DROP_hub_collisions);
	} else {
		st->hub->stats.backoffs++;
		st->hub->stats.backoff_ns +=
			bits_ns(st->hub, slots * SLOT_BITS);
	}
	proceed(st);
}

static void hear_begin(struct hub_station *st)
{
	bool is_sending = st->state == MAC_SEND || st->state == MAC_JAM;

	if (!st->heard && is_past_recall(st))
		st->is_bold = true;
	if (st->heard++ || is_sending)
		st->is_garbled = true;
	if (st->state == MAC_SEND)
		collide(st);
}

/* A whole frame that nothing disturbed has come. */
static void receive(struct hub_station *st, const struct pkt *frame)
{
	struct pkt *pkt = pkt_clone(frame);

	if (pkt)
		cable_arrive(st->in, pkt);
}

static void hear_end(struct hub_station *st, const struct signal *s)
{
	bool is_good = s->is_whole && !st->is_garbled;

	st->heard--;
	if (!st->heard) {
		st->is_garbled = false;
		begin_gap(st);
	}
	if (is_good)
		receive(st, s->pkt);
	if (!st->heard && st->state == MAC_WAIT)
		proceed(st);
}

static void on_timer(struct hub_station *st)
{
	st->timer_ns = UINT64_MAX;
	switch (st->state) {
	case MAC_SEND:
		sent(st);
		break;
	case MAC_JAM:
		jammed(st);
		break;
	case MAC_WAIT:
		proceed(st);
		break;
	case MAC_IDLE:
		break;
	}
}

/* What is heard comes before what the station does at the same time. */
static void on_event(struct sched_event *ev, void *arg)
{
	struct hub_station *st = arg;
	uint64_t now = now_of(st);
	struct edge *e;

	(void)ev;
	while ((e = list_first_entry(&st->edges, struct edge, node)) &&
	       e->at_ns <= now) {
		struct signal *s = e->signal;

		list_del(&e->node);
		if (e->is_end)
			hear_end(st, s);
		else
			hear_begin(st);
		signal_put(s);
	}
	if (st->timer_ns <= now)
		on_timer(st);
	rearm(st);
}

static int hub_transmit(struct hub_station *st, struct pkt *pkt)
{
	uint32_t limit = st->out->params.queue_frames;

	if (st->queued >= (limit ? min_u32(limit, QUEUE_MAX) : QUEUE_MAX)) {
		st->out->stats.queue_full++;
		pkt_drop(&st->out->cable->place, pkt, DROP_cable_queue);
		return -ENOBUFS;
	}
	list_add_tail(&st->queue, &pkt->node);
	st->queued++;
	if (st->state == MAC_IDLE)
		proceed(st);
	rearm(st);
	return 0;
}

static int hub_plug(struct port *port)
{
	struct hub *hub = hub_of(port->node);
	struct cable_half *in = port->out;
	struct cable_half *out = &port->cable->half[in->dir == CABLE_AB];
	struct world *w = world_of(hub);
	struct hub_station *st = mem_alloc(w->env.mem, sizeof(*st));

	if (!st)
		return -ENOMEM;
	if (sched_add(&w->sched, &st->event, in->to->node->id,
		      LANE + w->cable_count)) {
		mem_free(w->env.mem, st, sizeof(*st));
		return -ENOMEM;
	}
	st->event.fn = on_event;
	st->event.arg = st;
	st->hub = hub;
	st->in = in;
	st->out = out;
	st->timer_ns = UINT64_MAX;
	list_init(&st->queue);
	list_init(&st->edges);
	list_add_tail(&hub->stations, &st->list);
	hub->count++;
	out->station = st;
	return 0;
}

static void hub_unplug(struct hub_station *st)
{
	struct world *w = world_of(st->hub);
	struct list *pos;

	while ((pos = list_pop_head(&st->edges)))
		signal_put(list_entry(pos, struct edge, node)->signal);
	while ((pos = list_pop_head(&st->queue)))
		pkt_free(list_entry(pos, struct pkt, node));
	if (st->signal)
		signal_put(st->signal);
	sched_del(&w->sched, &st->event);
	list_del(&st->list);
	st->hub->count--;
	st->out->station = NULL;
	mem_free(w->env.mem, st, sizeof(*st));
}

static void hub_free(struct node *node)
{
	struct hub *hub = hub_of(node);
	struct mem *mem = world_of(hub)->env.mem;

	check(list_is_empty(&hub->stations));
	node_free_ports(&hub->node);
	node_fini(&hub->node);
	mem_free(mem, hub, sizeof(*hub));
}

static const struct node_ops hub_ops = {
	.free = hub_free,
	.plug = hub_plug,
	.unplug = hub_unplug,
	.transmit = hub_transmit,
};

struct hub *world_add_hub(struct world *w, const char *name, uint64_t rate_bps)
{
	struct hub *hub = mem_alloc(w->env.mem, sizeof(*hub));

	if (!hub)
		return NULL;
	hub->node.place = &hub->place;
	hub->place.env = &w->env;
	hub->place.name = hub->node.name;
	hub->rate_bps = rate_bps ? rate_bps : HUB_RATE_BPS;
	list_init(&hub->stations);
	if (node_init(&hub->node, w, &hub_ops, NODE_HUB, name)) {
		mem_free(w->env.mem, hub, sizeof(*hub));
		return NULL;
	}
	return hub;
}

struct node *hub_node(struct hub *hub)
{
	return &hub->node;
}

struct port *hub_add_port(struct hub *hub)
{
	return node_add_port(&hub->node, "p", hub->node.port_count + 1, NULL);
}

const struct hub_stats *hub_stats(const struct hub *hub)
{
	return &hub->stats;
}
