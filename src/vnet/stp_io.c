// SPDX-License-Identifier: MIT
/*
 * stp_io.c - rapid spanning tree: BPDUs that come and go
 *
 * Theory of operation
 * ===================
 * What is heard is better than what the port knows, the same again, worse, or
 * not an offer at all but an answer.  Only the first changes the tree; the
 * second keeps it alive; the third is answered with what we know; the fourth
 * may agree to our proposal (IEEE 802.1D-2004, 17.21.8, rcvInfo).
 *
 * Everything in a BPDU is believed, as the protocol wants it: whoever can send
 * one can become the root.  What is malformed, too old, or our own come back
 * is dropped and counted.
 */

#include <string.h>

#include "base/check.h"

#include "wire/ether.h"
#include "wire/llc.h"

#include "core/pkt.h"
#include "core/probe.h"

#include "vnet/stp.h"
#include "vnet/vnet_int.h"

#define TX_HOLD 6 /* BPDUs in a second: 17.14, Transmit Hold Count */
#define ROOM	(ETH_HLEN + LLC_HLEN + BPDU_RST_LEN)

static struct stp_vec vec_of(const struct bpdu_hdr *h)
{
	return (struct stp_vec){h->root, h->cost, h->bridge, h->port};
}

/* Rounded to whole seconds, as the timers count. */
static uint16_t seconds(uint16_t time)
{
	return (uint16_t)((time + BPDU_SECOND / 2) / BPDU_SECOND);
}

static struct stp_times times_of(const struct bpdu_hdr *h)
{
	return (struct stp_times){seconds(h->age), seconds(h->max_age),
				  seconds(h->hello), seconds(h->fwd_delay)};
}

/* 17.21.23: good for three hellos, if it has not come too far. */
static void keep_alive(struct stp_port *p)
{
	uint16_t hellos = (uint16_t)(3 * p->times.hello);

	p->timer[STP_T_INFO] = p->times.age + 1 > p->times.max_age ? 0 : hellos;
}

/* 17.21.9, recordAgreement */
static void take_agreement(struct stp_port *p, const struct bpdu_hdr *h)
{
	p->is_agreed =
		p->is_p2p && h->type == BPDU_RST && h->flags & BPDU_F_AGREEMENT;
	if (p->is_agreed)
		p->is_proposing = false;
}

static void take_better(struct stp_port *p, const struct bpdu_hdr *h)
{
	struct stp_vec v = vec_of(h);

	p->has_agreed = p->has_agreed && p->info == STP_INFO_HEARD &&
			stp_vec_cmp(&v, &p->vec) <= 0;
	p->is_agreed = false;
	p->is_proposing = false;
	p->is_synced = false;
	p->vec = v;
	p->times = times_of(h);
	p->info = STP_INFO_HEARD;
	p->stp->must_select = true;
}

/* 17.21.8: another offer of whom we heard replaces it, even if worse. */
static bool is_from_the_same(const struct stp_vec *a, const struct stp_vec *b)
{
	const uint64_t mac = UINT64_MAX >> 16;

	return (a->bridge & mac) == (b->bridge & mac) &&
	       (a->port & 0xfff) == (b->port & 0xfff);
}

/* A designated port at the other end. */
static void hear_offer(struct stp_port *p, const struct bpdu_hdr *h)
{
	struct stp_vec v = vec_of(h);
	int d = stp_vec_cmp(&v, &p->vec);
	struct stp_times t;

	if (d > 0 &&
	    !(p->info == STP_INFO_HEARD && is_from_the_same(&v, &p->vec))) {
		if (h->type == BPDU_RST && h->flags & BPDU_F_LEARNING) {
			p->is_disputed = p->role == STP_DESIGNATED;
			p->is_agreed = false;
		}
		p->must_send = true;
		return;
	}
	t = times_of(h);
	if (d || p->info != STP_INFO_HEARD ||
	    memcmp(&t, &p->times, sizeof(t)) != 0)
		take_better(p, h);
	if (h->type == BPDU_RST && h->flags & BPDU_F_PROPOSAL && p->is_p2p)
		p->is_proposed = true;
	keep_alive(p);
}

static void hear_change(struct stp_port *p, const struct bpdu_hdr *h)
{
	if (h->type == BPDU_TCN)
		p->must_ack_tc = true;
	if (h->type != BPDU_TCN && !(h->flags & BPDU_F_TC))
		return;
	if (p->state != STP_DISCARDING)
		stp_topology_changed(p, true);
}

static void hear(struct stp_port *p, const struct bpdu_hdr *h)
{
	p->is_edge = false;
	p->is_old = h->type != BPDU_RST;
	if (h->type == BPDU_CONFIG ||
	    (h->type == BPDU_RST && bpdu_role(h) == BPDU_ROLE_DESIGNATED))
		hear_offer(p, h);
	else if (h->type == BPDU_RST && bpdu_role(h) != BPDU_ROLE_UNKNOWN &&
		 p->role == STP_DESIGNATED)
		take_agreement(p, h);
	hear_change(p, h);
	stp_settle(p->stp);
}

/* Read the frame's BPDU.  0, or WIRE_xxx. */
static int read_bpdu(struct bpdu_hdr *h, struct pkt *pkt)
{
	size_t len = min_size(pkt->len, ROOM);
	const uint8_t *p = pkt_need(pkt, len);
	struct ether_hdr eth;
	struct llc_hdr llc;
	int n;

	if (!p)
		return WIRE_SHORT;
	len -= ETH_HLEN;
	if (ether_parse(&eth, p, pkt->len) != ETH_HLEN || eth.type)
		return WIRE_FIELD;
	p += ETH_HLEN;
	n = llc_parse(&llc, p, min_size(len, eth.length));
	if (n < 0)
		return n;
	if (llc.dsap != LLC_SAP_STP || llc.ssap != LLC_SAP_STP ||
	    llc.control != LLC_UI)
		return WIRE_VERSION;
	n = bpdu_parse(h, p + LLC_HLEN, min_size(len, eth.length) - LLC_HLEN);
	return n < 0 ? n : 0;
}

/* Whoever speaks here wants a place in the tree that is not his. */
static void shut(struct stp_port *p)
{
	PROBE(p->stp->node->place, EV_NOTE, R_STP_GUARD, NULL,
	      EVF_TEXT("port", p->port->netif.name));
	p->is_shut = true;
	stp_look(p->stp);
}

void stp_input(struct stp_port *p, struct pkt *pkt)
{
	struct place *place = p->stp->node->place;
	struct bpdu_hdr h;

	if (read_bpdu(&h, pkt)) {
		pkt_drop(place, pkt, DROP_stp_bad);
	} else if (p->info == STP_INFO_NONE) {
		pkt_drop(place, pkt, DROP_link_down);
	} else if (h.type != BPDU_TCN && h.bridge == p->stp->id &&
		   h.port == p->id) {
		pkt_drop(place, pkt, DROP_stp_own);
	} else if (p->cfg.is_guarded) {
		pkt_drop(place, pkt, DROP_stp_guard);
		shut(p);
	} else {
		pkt_free(pkt);
		hear(p, &h);
	}
}

static uint8_t flags_of(const struct stp_port *p)
{
	static const uint8_t roles[STP_ROLES] = {
		[STP_ROOT] = BPDU_ROLE_ROOT,
		[STP_DESIGNATED] = BPDU_ROLE_DESIGNATED,
		[STP_ALTERNATE] = BPDU_ROLE_ALTERNATE,
		[STP_BACKUP] = BPDU_ROLE_ALTERNATE,
	};
	unsigned int f = p->timer[STP_T_TC] ? BPDU_F_TC : 0;

	if (p->is_old)
		return (uint8_t)(f | (p->must_ack_tc ? BPDU_F_TC_ACK : 0));
	f |= (unsigned int)roles[p->role] << BPDU_ROLE_SHIFT;
	f |= p->state == STP_FORWARDING ? BPDU_F_FORWARDING : 0;
	f |= p->state != STP_DISCARDING ? BPDU_F_LEARNING : 0;
	if (p->role == STP_DESIGNATED)
		f |= p->is_proposing ? BPDU_F_PROPOSAL : 0;
	else
		f |= p->has_agreed ? BPDU_F_AGREEMENT : 0;
	return (uint8_t)f;
}

static struct bpdu_hdr bpdu_of(const struct stp_port *p)
{
	const struct stp *stp = p->stp;
	const struct stp_times *t = &stp->times;

	return (struct bpdu_hdr){
		.version = p->is_old ? 0 : 2,
		.type = !p->is_old		    ? BPDU_RST
			: p->role == STP_DESIGNATED ? BPDU_CONFIG
						    : BPDU_TCN,
		.flags = flags_of(p),
		.root = stp->best.root,
		.cost = stp->best.cost,
		.bridge = stp->id,
		.port = p->id,
		.age = (uint16_t)(t->age * BPDU_SECOND),
		.max_age = (uint16_t)(t->max_age * BPDU_SECOND),
		.hello = (uint16_t)(t->hello * BPDU_SECOND),
		.fwd_delay = (uint16_t)(t->fwd_delay * BPDU_SECOND),
	};
}

static enum reason reason_of(const struct bpdu_hdr *h)
{
	if (h->type == BPDU_TCN || h->flags & BPDU_F_TC)
		return R_STP_CHANGE;
	if (h->flags & BPDU_F_PROPOSAL)
		return R_STP_PROPOSE;
	return h->flags & BPDU_F_AGREEMENT ? R_STP_AGREE : R_STP_HELLO;
}

/* Ethernet with a length, LLC, the BPDU, padding. */
static size_t write_frame(uint8_t *buf, const struct stp_port *p,
			  const struct bpdu_hdr *h)
{
	size_t len = LLC_HLEN + bpdu_len(h);
	const struct ether_hdr eth = {
		.dst = bpdu_group,
		.src = p->port->netif.mac,
		.length = (uint16_t)len,
	};

	ether_emit(buf, &eth);
	buf[ETH_HLEN] = LLC_SAP_STP;
	buf[ETH_HLEN + 1] = LLC_SAP_STP;
	buf[ETH_HLEN + 2] = LLC_UI;
	bpdu_emit(buf + ETH_HLEN + LLC_HLEN, h);
	return max_size(ETH_HLEN + len, ETH_FRAME_MIN);
}

/* Is there anything to say?  Whoever is not designated only answers, and by
 * the old protocol only reports changes, to the root. */
static bool has_news(const struct stp_port *p)
{
	if (p->role == STP_DISABLED)
		return false;
	return p->role == STP_DESIGNATED || !p->is_old ||
	       (p->role == STP_ROOT && p->timer[STP_T_TC]);
}

void stp_port_send(struct stp_port *p)
{
	struct place *place = p->stp->node->place;
	struct bpdu_hdr h = bpdu_of(p);
	uint8_t buf[ETH_FRAME_MIN] = {0};
	struct pkt *pkt;
	size_t len;

	static_assert(ROOM <= ETH_FRAME_MIN, "it is padded");
	if (!has_news(p))
		p->must_send = false;
	if (!p->must_send || p->timer[STP_T_TX] >= TX_HOLD)
		return;
	p->must_send = false;
	p->must_ack_tc = false;
	p->timer[STP_T_TX]++;
	len = write_frame(buf, p, &h);
	pkt = pkt_new(place->env, reason_of(&h));
	if (pkt && !pkt_append(pkt, buf, len)) {
		(void)netif_transmit(&p->port->netif, pkt);
		return;
	}
	pkt_free(pkt); /* the next hello comes in two seconds */
	place->drops[DROP_no_memory]++;
}
