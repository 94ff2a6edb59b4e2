// SPDX-License-Identifier: MIT
/*
 * cable.c - frames wait for the wire, occupy it, and arrive
 *
 * Theory of operation
 * ===================
 * Each direction has two lists and one event:
 *
 *    transmit -> [ waiting ] -- wire is free --> [ flying ] -- arrival -->
 *
 * A frame that finds the wire free starts at once.  Otherwise it waits, and
 * the event is armed for the moment when the wire becomes free; parameters
 * that change meanwhile count from then on.  What becomes of a frame is decided
 * when it starts (cable_fate.c).  flying is sorted by arrival; nearly always a
 * new frame goes to its end.
 *
 * A cable never calls the receiver from within transmit(), not even with no
 * delay: the frame arrives in an event of its own, so a loop of cables cannot
 * recurse.
 *
 * Most frames take a shorter way than what is here: cable_plain.c.
 *
 * Times are whole nanoseconds.  Where the rate does not divide them, the
 * remainder is kept for the next frame, so that the rate is exact over time.
 *
 * Invariants
 * ----------
 *  (1) flying is sorted by pkt->mark, the time of arrival.
 *  (2) waiting is not empty only while the wire is busy.
 *  (3) The event is armed for the earlier of the first arrival and, if frames
 *      wait, the end of the frame on the wire.
 *  (4) While same_len is the length of a frame there is no remainder, and
 *      half_is_plain() holds.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"

#include "wire/ether.h"

#include "core/netif.h"
#include "core/probe.h"

#include "vnet/vnet_int.h"

#define NO_LEN UINT32_MAX /* of no frame */

static uint64_t now_of(const struct cable_half *half)
{
	return half->cable->world->env.now_ns;
}

static void half_rearm(struct cable_half *half)
{
	struct sched *s = &half->cable->world->sched;
	const struct pkt *first =
		list_first_entry(&half->flying, struct pkt, node);
	uint64_t at = first ? first->mark : UINT64_MAX;

	if (!list_is_empty(&half->waiting))
		at = min_u64(at, half->free_ns);
	if (at == UINT64_MAX)
		sched_cancel(s, &half->event);
	else
		sched_arm(s, &half->event, at);
}

void cable_fly(struct cable_half *half, struct pkt *pkt, uint64_t arrival_ns)
{
	struct list *pos = half->flying.prev;

	pkt->mark = arrival_ns;
	while (pos != &half->flying &&
	       list_entry(pos, struct pkt, node)->mark > arrival_ns)
		pos = pos->prev;
	list_add_after(pos, &pkt->node);
}

/* Octet times before the gap: what must be over when the frame has arrived. */
static uint64_t frame_octets(uint32_t len)
{
	return ether_wire_len(len) - ETH_GAP_LEN;
}

uint64_t cable_octets_ns(const struct cable_half *half, uint64_t octets)
{
	uint64_t rate = half->params.rate_bps;

	return rate ? octets * 8 * NS_PER_S / rate : 0;
}

/*
 * Octets of all frames that @pkt stands for, and how many there are.  A packet
 * of several segments is as long on the wire as they would be: each has the
 * headers again.
 */
static uint64_t pkt_frames(const struct pkt *pkt, uint32_t *count)
{
	uint32_t headers = pkt->lin_len;
	uint32_t payload = pkt->len - headers;

	*count = 1;
	if (!pkt->gso_size || payload <= pkt->gso_size)
		return pkt->len;
	*count = (payload + pkt->gso_size - 1) / pkt->gso_size;
	return payload + (uint64_t)headers * *count;
}

/* Does a frame only need to be given its times? */
static bool half_is_plain(const struct cable_half *half)
{
	return half->is_up && half->is_faultless && !half->station &&
	       !half->cable->filter;
}

/* Octets of a serial line, each between a start bit and a stop bit. */
static uint64_t line_occupy(struct cable_half *half, const struct pkt *pkt)
{
	uint64_t rate = half->params.rate_bps;
	uint64_t bits_ns =
		(uint64_t)pkt->len * SERIAL_BITS * NS_PER_S + half->remainder;
	uint64_t busy = bits_ns / rate;

	half->remainder = bits_ns % rate;
	half->free_ns += busy;
	half->stats.busy_ns += busy;
	half->same_len = NO_LEN;
	return busy;
}

/* Is it as long as the last one, and neither left a remainder?  Then it takes
 * the same times: two divisions less. */
static bool is_same(const struct cable_half *half, const struct pkt *pkt)
{
	return half->same_len == pkt->len && !pkt->gso_size &&
	       pkt->link == PKT_ETHER;
}

/* Remember what @pkt took, if the next one of its length will take the same. */
static void half_learn(struct cable_half *half, const struct pkt *pkt,
		       uint64_t busy_ns, uint64_t flight_ns)
{
	if (!half_is_plain(half) || pkt->gso_size)
		return;
	half->same_len = pkt->len;
	half->same_busy_ns = busy_ns;
	half->same_flight_ns = flight_ns;
}

/* Occupy the wire.  Returns how long until the last octet arrives. */
static uint64_t half_occupy(struct cable_half *half, const struct pkt *pkt)
{
	uint64_t rate = half->params.rate_bps;
	uint64_t now = now_of(half);
	uint64_t octets, bits_ns, busy, flight = half->params.delay_ns;
	uint32_t count;

	if (is_same(half, pkt)) {
		half->free_ns = now + half->same_busy_ns;
		half->stats.busy_ns += half->same_busy_ns;
		return half->same_flight_ns;
	}
	half->free_ns = now;
	if (!rate) {
		half_learn(half, pkt, 0, flight);
		return flight;
	}
	if (pkt->link == PKT_LINE)
		return line_occupy(half, pkt) + flight;
	octets = pkt_frames(pkt, &count);
	if (count == 1)
		octets = frame_octets(pkt->len);
	else
		octets += (uint64_t)count * (frame_octets(ETH_FRAME_MIN) -
					     ETH_FRAME_MIN) +
			  (uint64_t)(count - 1) * ETH_GAP_LEN;
	if (half->params.has_fec)
		octets += cable_fec_octets(pkt->len);
	bits_ns = (octets + ETH_GAP_LEN) * 8 * NS_PER_S + half->remainder;
	busy = bits_ns / rate;
	flight += cable_octets_ns(half, octets);
	half->same_len = NO_LEN;
	if (!half->remainder && bits_ns % rate == 0)
		half_learn(half, pkt, busy, flight);
	half->remainder = bits_ns % rate;
	half->free_ns = now + busy;
	half->stats.busy_ns += busy;
	return flight;
}

/* The wire is free and this frame is next.  Takes @pkt. */
static void half_start(struct cable_half *half, struct pkt *pkt)
{
	struct env *env = pkt->env;
	uint32_t outer = env->cause;
	uint64_t flight_ns = half_occupy(half, pkt);

	if (pkt->cause)
		env->cause = pkt->cause;
	cable_fate(half, pkt, now_of(half) + flight_ns);
	env->cause = outer;
}

static bool has_room(const struct cable_half *half, const struct pkt *pkt)
{
	const struct cable_params *p = &half->params;
	uint32_t frames =
		p->queue_frames ? p->queue_frames : CABLE_QUEUE_FRAMES;

	if (half->waiting_frames >= frames)
		return false;
	return !p->queue_octets ||
	       (uint64_t)half->waiting_octets + pkt->len <= p->queue_octets;
}

static int half_enqueue(struct cable_half *half, struct pkt *pkt)
{
	struct cable_stats *st = &half->stats;

	if (!has_room(half, pkt)) {
		st->queue_full++;
		pkt_drop(&half->cable->place, pkt, DROP_cable_queue);
		return -ENOBUFS;
	}
	cable_mark(half, pkt);
	list_add_tail(&half->waiting, &pkt->node);
	half->waiting_frames++;
	half->waiting_octets += pkt->len;
	st->queue_frames_max =
		max_u32(st->queue_frames_max, half->waiting_frames);
	st->queue_octets_max =
		max_u32(st->queue_octets_max, half->waiting_octets);
	return 0;
}

static struct pkt *half_dequeue(struct cable_half *half)
{
	struct pkt *pkt =
		list_entry(list_pop_head(&half->waiting), struct pkt, node);

	half->waiting_frames--;
	half->waiting_octets -= pkt->len;
	return pkt;
}

/* Does the filter want it gone?  Takes @pkt if so. */
static bool is_filtered(struct cable_half *half, struct pkt *pkt)
{
	struct cable *c = half->cable;
	enum cable_verdict v = CABLE_PASS;

	if (c->filter)
		v = c->filter(c->filter_arg, c, half->dir, pkt);
	if (v == CABLE_PASS)
		return false;
	half->stats.filtered++;
	pkt_drop(&c->place, pkt,
		 v == CABLE_DROP_MATCH ? DROP_fault_match : DROP_partition);
	return true;
}

int cable_transmit(struct cable_half *half, struct pkt *pkt)
{
	int err = 0;

	half->stats.sent_frames++;
	half->stats.sent_octets += pkt->len;
	if (!half->is_up) {
		half->stats.down++;
		pkt_drop(&half->cable->place, pkt, DROP_link_down);
		return 0; /* the sender's device took it */
	}
	if (is_filtered(half, pkt))
		return 0;
	if (half->station)
		return half->to->node->ops->transmit(half->station, pkt);
	if (list_is_empty(&half->waiting) && now_of(half) >= half->free_ns)
		half_start(half, pkt);
	else
		err = half_enqueue(half, pkt);
	half_rearm(half);
	return err;
}

void cable_arrive(struct cable_half *half, struct pkt *pkt)
{
	struct env *env = pkt->env;
	uint32_t outer = env->cause;

	if (!half->is_up) {
		half->stats.down++;
		pkt_drop(&half->cable->place, pkt, DROP_link_down);
		return;
	}
	if (is_filtered(half, pkt))
		return;
	if (pkt->cause)
		env->cause = pkt->cause;
	cable_fate(half, pkt, now_of(half));
	env->cause = outer;
	half_rearm(half);
}

void cable_happen(struct cable_half *half)
{
	uint64_t now = now_of(half);
	struct pkt *pkt;

	while (!list_is_empty(&half->waiting) && now >= half->free_ns)
		half_start(half, half_dequeue(half));
	while ((pkt = list_first_entry(&half->flying, struct pkt, node)) &&
	       pkt->mark <= now) {
		list_del(&pkt->node);
		cable_deliver(half, pkt);
	}
	half_rearm(half);
}

/* Everything that is under way is lost. */
static void half_flush(struct cable_half *half)
{
	struct list all;

	list_init(&all);
	list_splice_tail(&all, &half->flying);
	list_splice_tail(&all, &half->waiting);
	half->waiting_frames = 0;
	half->waiting_octets = 0;
	half->free_ns = 0;
	half->remainder = 0;
	half_rearm(half);
	while (!list_is_empty(&all)) {
		struct pkt *pkt =
			list_entry(list_pop_head(&all), struct pkt, node);

		half->stats.down++;
		pkt_drop(&half->cable->place, pkt, DROP_link_down);
	}
}

const struct cable_params *cable_params(const struct cable *c,
					enum cable_dir dir)
{
	return &c->half[dir == CABLE_BA].params;
}

/* Does a frame arrive as it is and in its time, without a number drawn? */
static bool is_faultless(const struct cable_params *p)
{
	return !(p->loss > 0 || p->dup > 0 || p->reorder > 0 ||
		 p->corrupt > 0 || p->bit_errors > 0 || p->jitter_ns);
}

void cable_set_params(struct cable *c, enum cable_dir dirs,
		      const struct cable_params *params)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(c->half); i++) {
		if (!(c->half[i].dir & dirs))
			continue;
		c->half[i].params = *params;
		c->half[i].is_faultless = is_faultless(params);
		c->half[i].same_len = NO_LEN;
		c->half[i].remainder = 0;
		c->half[i].last_ns = 0;
	}
}

void cable_carrier(struct cable *c)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(c->half); i++) {
		struct serial *s = c->half[i].from->serial;

		if (s)
			s->carrier(s);
	}
}

void cable_set_up(struct cable *c, enum cable_dir dirs, bool is_up)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(c->half); i++) {
		struct cable_half *half = &c->half[i];

		if (!(half->dir & dirs) || half->is_up == is_up)
			continue;
		half->is_up = is_up;
		half->same_len = NO_LEN;
		half->from->netif.has_no_carrier = !is_up;
		half->to->netif.has_no_carrier = !is_up;
		PROBE(&c->place, EV_STATE, is_up ? R_CABLE_UP : R_CABLE_DOWN,
		      NULL, EVF_TEXT("from", half->from->node->name),
		      EVF_TEXT("to", half->to->node->name));
		if (!is_up)
			half_flush(half);
	}
	cable_carrier(c);
}

bool cable_is_up(const struct cable *c, enum cable_dir dir)
{
	return c->half[dir == CABLE_BA].is_up;
}

void cable_set_filter(struct cable *c, cable_filter_fn *fn, void *arg)
{
	c->filter = fn;
	c->filter_arg = arg;
	c->half[0].same_len = c->half[1].same_len = NO_LEN;
}

const struct cable_stats *cable_stats(const struct cable *c, enum cable_dir dir)
{
	return &c->half[dir == CABLE_BA].stats;
}

size_t cable_in_flight(const struct cable *c)
{
	size_t i, n = 0;

	for (i = 0; i < ARRAY_SIZE(c->half); i++)
		n += list_count(&c->half[i].flying) + c->half[i].waiting_frames;
	return n;
}

/* Cables there are already between the nodes of @a and @b. */
static unsigned int count_parallel(struct port *a, struct port *b)
{
	struct node *few = a->node, *many = b->node;
	struct list *pos;
	unsigned int n = 0;

	if (few->port_count > many->port_count) {
		few = b->node;
		many = a->node;
	}
	list_for_each(pos, &few->ports) {
		struct port *p = list_entry(pos, struct port, list);

		if (p->cable && p->out->to->node == many)
			n++;
	}
	return n;
}

#define CABLE_NAME_MAX (2 * NODE_NAME_MAX + 16)

static char *cable_new_name(struct mem *mem, struct port *a, struct port *b)
{
	unsigned int n = count_parallel(a, b);
	char *name = mem_alloc(mem, CABLE_NAME_MAX);

	if (!name)
		return NULL;
	if (n)
		snprintf(name, CABLE_NAME_MAX, "%s -- %s (%u)", a->node->name,
			 b->node->name, n + 1);
	else
		snprintf(name, CABLE_NAME_MAX, "%s -- %s", a->node->name,
			 b->node->name);
	return name;
}

static int half_init(struct cable_half *half, struct port *from,
		     struct port *to, uint64_t lane)
{
	struct cable *c = half->cable;
	struct world *w = c->world;
	char stream[CABLE_NAME_MAX + 4];

	if (sched_add(&w->sched, &half->event, to->node->id, lane))
		return -ENOMEM;
	half->event.fn = cable_event;
	half->event.arg = half;
	half->from = from;
	half->to = to;
	half->is_up = true;
	snprintf(stream, sizeof(stream), "%s %c", c->name,
		 half->dir == CABLE_AB ? '>' : '<');
	rng_init(&half->rng, w->seed, stream);
	list_init(&half->waiting);
	list_init(&half->flying);
	return 0;
}

static void port_plug(struct port *port, struct cable *c, int end)
{
	port->cable = c;
	port->out = &c->half[end];
	port->netif.ops = &cable_ops;
	port->netif.drv = c;
	if (c->half[end].params.has_offload) {
		port->netif.features |= NETIF_F_CSUM_TX | NETIF_F_GSO_TCP;
		port->netif.gso_max = 65535;
	}
}

static struct cable *cable_new(struct world *w, struct port *a, struct port *b)
{
	struct cable *c = mem_alloc(w->env.mem, sizeof(*c));

	if (!c)
		return NULL;
	c->world = w;
	c->half[0].cable = c->half[1].cable = c;
	c->half[0].dir = CABLE_AB;
	c->half[1].dir = CABLE_BA;
	c->name = cable_new_name(w->env.mem, a, b);
	if (!c->name)
		goto fail;
	c->place.env = &w->env;
	c->place.name = c->name;
	w->cable_count++;
	if (half_init(&c->half[0], a, b, 2 * (uint64_t)w->cable_count))
		goto fail_name;
	if (half_init(&c->half[1], b, a, 2 * (uint64_t)w->cable_count + 1))
		goto fail_half;
	list_add_tail(&w->cables, &c->list);
	return c;

fail_half:
	sched_del(&w->sched, &c->half[0].event);
fail_name:
	mem_free(w->env.mem, c->name, CABLE_NAME_MAX);
fail:
	mem_free(w->env.mem, c, sizeof(*c));
	return NULL;
}

static bool is_line(const struct port *port)
{
	return port->serial || port->is_line;
}

static bool is_hub(const struct port *port)
{
	return port->node->kind == NODE_HUB;
}

struct cable *world_link(struct world *w, struct port *a, struct port *b,
			 const struct cable_params *params)
{
	static const struct cable_params ideal;
	struct cable *c;

	if (!a || !b || a == b || a->cable || b->cable)
		return NULL;
	if ((is_hub(a) && is_hub(b)) || is_line(a) != is_line(b))
		return NULL;
	c = cable_new(w, a, b);
	if (!c)
		return NULL;
	cable_set_params(c, CABLE_BOTH, params ? params : &ideal);
	port_plug(a, c, 0);
	port_plug(b, c, 1);
	if ((is_hub(a) && a->node->ops->plug(a)) ||
	    (is_hub(b) && b->node->ops->plug(b))) {
		cable_free(c);
		return NULL;
	}
	cable_carrier(c);
	return c;
}

static void half_fini(struct cable_half *half)
{
	struct list *pos;

	if (half->station)
		half->to->node->ops->unplug(half->station);
	while ((pos = list_pop_head(&half->flying)))
		pkt_free(list_entry(pos, struct pkt, node));
	while ((pos = list_pop_head(&half->waiting)))
		pkt_free(list_entry(pos, struct pkt, node));
	sched_del(&half->cable->world->sched, &half->event);
	half->from->cable = NULL;
	half->from->out = NULL;
	half->from->netif.ops = NULL;
}

void cable_free(struct cable *c)
{
	struct mem *mem = c->world->env.mem;

	half_fini(&c->half[1]);
	half_fini(&c->half[0]);
	list_del(&c->list);
	mem_free(mem, c->name, CABLE_NAME_MAX);
	mem_free(mem, c, sizeof(*c));
}
