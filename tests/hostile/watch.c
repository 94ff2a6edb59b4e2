// SPDX-License-Identifier: MIT
/*
 * watch.c - a frame is played, and everything it does is looked at
 *
 * Theory of operation
 * ===================
 * hit() hands the frame to the interface as its driver would, between two
 * looks at the drop counters and at the count of instructions.  A spy stands
 * between each interface and its cable; it sees what leaves.
 *
 * O4 is a book of accounts.  What comes in an address's name is its credit,
 * what is sent to it is taken off, and below zero the oracle is broken.  Not
 * counted are what is forwarded, and questions to a whole link (ARP, neighbour
 * discovery), which have limits of their own.  An ICMP error may be larger than
 * what it is about by its own headers, 28 or 48 octets: that much is lent for
 * each.  Frames count as the wire counts them, with padding.  The innocents are
 * left out, who talk of their own accord, except while a frame in their name
 * is played.
 *
 * Limits
 * ------
 * An account is found by a hash of 16 bits: two addresses may share one.
 */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"

#include "wire/proto.h"

#include "core/pkt.h"

#include "hostile.h"
#include "work.h"

enum { POISON = 0xdb, POISON_RUN = 4, HEARD = 2048 };

void broken(struct hostile *x, enum oracle o, const char *fmt, ...)
{
	va_list ap;

	if (work_is_counted() && o != O2)
		return; /* seen in an ordinary run, at its full size */
	if (!x->verdict[0]) {
		va_start(ap, fmt);
		(void)vsnprintf(x->verdict, sizeof(x->verdict), fmt, ap);
		va_end(ap);
	}
	x->is_broken[o] = true;
}

uint64_t dropped(const struct hostile *x, enum drop why)
{
	return x->drops[why];
}

/* Where a stream's octets are in a frame, which its reader compares one by one;
 * they are random, so that the pattern would come by chance. */
static size_t text_of(const uint8_t *b, size_t len)
{
	size_t tcp = ETH_HLEN;

	if (len < ETH_HLEN + 60)
		return len;
	if (get16(b + 12) == ETH_IP4 && b[tcp + 9] == IP_PROTO_TCP)
		tcp += (size_t)(b[tcp] & 15) * 4;
	else if (get16(b + 12) == ETH_IP6 && b[tcp + 6] == IP_PROTO_TCP)
		tcp += 40;
	else
		return len;
	return tcp + 20 > len ? len : tcp + (size_t)(b[tcp + 12] >> 4) * 4;
}

/* O5: no run of the pattern, and zeroes behind the packet. */
static void look_at_octets(struct hostile *x, const uint8_t *b, size_t len)
{
	size_t run = 0, end = len, text = text_of(b, len), i;

	if (len > ETH_HLEN + 20 && get16(b + 12) == ETH_IP4)
		end = ETH_HLEN + get16(b + ETH_HLEN + 2);
	else if (len > ETH_HLEN + 28 && get16(b + 12) == ETH_ARP)
		end = ETH_HLEN + ARP_LEN;
	for (i = 0; i < len; i++) {
		run = b[i] == POISON ? run + 1 : 0;
		if (run == POISON_RUN && i < text)
			broken(x, O5, "stale octets leave at %zu", i);
		if (i >= end && b[i])
			broken(x, O5, "padding is not zero at %zu", i);
	}
}

/* Address of a frame, as a number: of its receiver or of its sender. */
static uint32_t who(const uint8_t *b, size_t len, bool is_sender)
{
	uint16_t type = len < ETH_HLEN ? 0 : get16(b + 12);
	uint32_t sum = 0;
	int i;

	if (type == ETH_IP4 && len >= ETH_HLEN + 20)
		return get32(b + ETH_HLEN + (is_sender ? 12 : 16));
	if (type == ETH_ARP && len >= ETH_HLEN + ARP_LEN)
		return get32(b + ETH_HLEN + (is_sender ? 14 : 24));
	if (type == ETH_IP6 && len >= ETH_HLEN + 40) {
		for (i = 0; i < 16; i += 4)
			sum += get32(b + ETH_HLEN + (is_sender ? 8 : 24) + i);
		return sum;
	}
	return len < ETH_HLEN ? 0 : get32(b + (is_sender ? 8 : 2));
}

static struct account *account_of(struct hostile *x, uint32_t addr)
{
	return &x->accounts[(addr * 0x9e3779b1u) >> 16];
}

static bool is_innocent(uint32_t addr)
{
	return addr == IP_V.v || addr == IP_P.v || addr == IP_R.v ||
	       addr == IP_FAR.v || addr == 0x0a010001;
}

/* "Who has this address?", or "do you still have it?" */
static bool is_question(const uint8_t *b)
{
	return mac_is_group(get_mac(b)) ||
	       (get16(b + 12) == ETH_ARP && b[ETH_HLEN + 7] == ARP_REQUEST) ||
	       (get16(b + 12) == ETH_IP6 && b[ETH_HLEN + 6] == IP_PROTO_ICMP6 &&
		b[ETH_HLEN + 40] == ICMP6_NEIGHBOUR_SOLICIT);
}

/* What an error may be larger than its reason. */
static int64_t error_head(const uint8_t *b, size_t len)
{
	uint16_t type = get16(b + 12);

	if (type == ETH_IP4 && len > ETH_HLEN + 20 &&
	    b[ETH_HLEN + 9] == IP_PROTO_ICMP &&
	    (b[ETH_HLEN + 20] == ICMP4_UNREACHABLE ||
	     b[ETH_HLEN + 20] >= ICMP4_TIME_EXCEEDED))
		return 28;
	if (type == ETH_IP6 && len > ETH_HLEN + 40 &&
	    b[ETH_HLEN + 6] == IP_PROTO_ICMP6 && b[ETH_HLEN + 40] < 128)
		return 48;
	return 0;
}

/* O4 */
static void take_off(struct hostile *x, const struct pkt *pkt, const uint8_t *b,
		     size_t len)
{
	uint32_t to = who(b, len, false);
	struct account *a = account_of(x, to);
	bool is_claimed = x->is_hit && who(x->f.b, x->f.len, true) == to;

	if (is_question(b) || (is_innocent(to) && !is_claimed))
		return;
	if (pkt->is_relayed && who(b, len, true) == who(x->f.b, x->f.len, true))
		return;
	if (get16(b + 12) == ETH_IP6 && !x->is_hit)
		return; /* neighbour discovery between the innocents */
	a->owed -= (int64_t)max_size(pkt->len, ETH_FRAME_MIN);
	a->owed += error_head(b, len);
	if (a->owed < 0 && !x->row->is_reflected)
		broken(x, O4, "%lld octets too many to %08x",
		       -(long long)a->owed, to);
}

/* A frame leaves: is it an answer to that which is played? */
static void look_at(struct hostile *x, const struct pkt *pkt)
{
	static struct frame f;

	f.len = min_size(pkt->len, HEARD);
	pkt_copy_out(pkt, 0, f.b, f.len);
	if (x->on_sent)
		x->on_sent(x->on_sent_arg, f.b, f.len);
	look_at_octets(x, f.b, f.len);
	take_off(x, pkt, f.b, f.len);
	if (x->is_hit &&
	    who(f.b, f.len, false) == who(x->f.b, x->f.len, true)) {
		x->heard_count++;
		x->heard.len = f.len;
		memcpy(x->heard.b, f.b, f.len);
	}
}

static int spy_transmit(struct netif *netif, struct pkt *pkt)
{
	const struct spy *s = (const void *)netif->ops; /* its first member */
	struct hostile *x = s->x;
	uint64_t start;
	int err;

	if (x->is_stuck && netif == &x->vp->netif) {
		pkt_drop(netif->place, pkt, DROP_tx_queue);
		return -ENOBUFS;
	}
	x->answers += x->is_hit;
	start = work_now();
	look_at(x, pkt);
	err = s->below->transmit(netif, pkt);
	x->work_outside += work_now() - start;
	return err;
}

void watch(struct hostile *x, struct netif *netif)
{
	struct spy *s = x->spies;

	while (s->netif)
		s++;
	check(s < x->spies + SPIES);
	*s = (struct spy){.below = netif->ops, .netif = netif, .x = x};
	s->ops = *netif->ops;
	s->ops.transmit = spy_transmit;
	netif->ops = &s->ops;
}

/* O7.  How many counters rose, and notes which. */
static uint64_t count_drops(struct hostile *x, const uint64_t *before)
{
	const uint64_t *now = x->door->place->drops;
	uint64_t sum = 0;

	for (int i = 0; i < DROP_COUNT; i++) {
		sum += now[i] - before[i];
		x->drops[i] += now[i] - before[i];
	}
	return sum;
}

static void judge_drops(struct hostile *x, const uint64_t *before, int why)
{
	const uint64_t *now = x->door->place->drops;
	uint64_t sum = count_drops(x, before);

	x->drop_count += sum;
	if (why == EITHER ? x->drop_count > x->hits + 1 : sum > 1)
		broken(x, O7, "one frame, %llu drops (frame %llu)",
		       (unsigned long long)sum, (unsigned long long)x->hits);
	if (why == TAKEN && sum)
		broken(x, O7, "frame %llu was to be taken",
		       (unsigned long long)x->hits);
	if (why < DROP_COUNT && now[why] != before[why] + 1)
		broken(x, O7, "frame %llu: no %s", (unsigned long long)x->hits,
		       drop_name((enum drop)why));
}

/* O2 */
static void note_work(struct hostile *x, uint64_t work)
{
	x->work_sum += work;
	x->work_max = max_u64(x->work_max, work);
	if (x->hits * 4 >= (uint64_t)x->n * 3) {
		x->work_late += work;
		x->late_hits++;
	}
}

static void play(struct hostile *x, struct pkt *pkt)
{
	uint64_t start = work_now(), work;

	x->work_outside = work_overhead();
	netif_input(x->door, pkt);
	work = work_now() - start;
	if (work_is_counted())
		note_work(x, work - min_u64(work, x->work_outside));
}

void hit(struct hostile *x, int why)
{
	struct place *place = x->door->place;
	uint64_t before[DROP_COUNT];
	struct pkt *pkt = pkt_new_rx(place->env, R_NONE);

	check(pkt && pkt_append(pkt, x->f.b, x->f.len) == 0);
	memcpy(before, place->drops, sizeof(before));
	account_of(x, who(x->f.b, x->f.len, true))->owed +=
		(int64_t)max_size(x->f.len, ETH_FRAME_MIN);
	x->heard_count = 0;
	x->is_hit = true;
	play(x, pkt);
	x->is_hit = false;
	judge_drops(x, before, why);
	x->hits++;
	world_run_until(x->w, world_now(x->w) + x->gap_ns);
}
