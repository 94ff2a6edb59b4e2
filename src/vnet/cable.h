/* SPDX-License-Identifier: MIT */
#ifndef VNET_CABLE_H
#define VNET_CABLE_H

/*
 * cable.h - a cable between two ports, with everything that can go wrong
 *
 * Both directions are independent: each has its own parameters, queue, random
 * stream and statistics.  A frame that is transmitted
 *
 *   1. is dropped if the direction is down (link_down) or the filter says so
 *      (fault_match, partition),
 *   2. waits until the wire is free; if the queue is full it is dropped
 *      (cable_queue),
 *   3. occupies the wire for (8 + max(frame, 60) + 4 + 12) octet times:
 *      preamble and start delimiter, frame, FCS, gap,
 *   4. may be lost (cable_loss), duplicated, corrupted, delayed so that others
 *      overtake it,
 *   5. arrives exactly start + 8 + frame + 4 octet times + delay (+ jitter):
 *      the gap holds up the next frame only.
 *
 * A serial cable (serial.h) carries octets in ten bits each, and no preamble or
 * gap.
 *
 * A corrupted frame has real bits flipped, in its own copy of the octets, and
 * carries the FCS of what was sent: the receiver's check catches it.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "base/rng.h"

#include "core/pkt.h"
#include "core/place.h"

#include "vnet/sched.h"

struct cable;
struct hub_station;
struct port;
struct world;

/* Which way; as bits where both are possible. */
enum cable_dir {
	CABLE_AB = 1, /* from the first port given to world_link() */
	CABLE_BA = 2,
	CABLE_BOTH = 3,
};

#define CABLE_QUEUE_FRAMES 1000 /* default limit */

/**
 * struct cable_params - one direction of a cable; all zero is an ideal cable
 * @rate_bps:	Bits per second, 0: infinitely fast
 * @delay_ns:	Propagation
 * @jitter_ns:	Up to this much more delay, equally likely; keeps the order
 * @queue_frames: Frames that may wait for the wire, 0: CABLE_QUEUE_FRAMES
 * @queue_octets: Octets that may wait, 0: no limit
 * @mark_octets: If more wait, an ECN-capable packet that joins them is marked
 *		(RFC 3168, 5), 0: never
 * @loss:	Probability that a frame is lost
 * @dup:	... that it arrives twice
 * @reorder:	... that it arrives @reorder_ns later than it should
 * @reorder_ns:	See above; 0: long enough for three full frames to overtake,
 *		at least 1 ms
 * @corrupt:	... that one of its bits is flipped
 * @bit_errors:	Probability for each bit to be flipped
 * @has_fec:	Sixteen more octets on the wire for every 239, with which the far
 *		end repairs up to eight wrong ones of these 255
 * @has_offload: Both ends take 64 KB segments and partial checksums; only
 *		looked at by world_link()
 */
struct cable_params {
	uint64_t rate_bps;
	uint64_t delay_ns;
	uint64_t jitter_ns;
	uint32_t queue_frames;
	uint32_t queue_octets;
	uint32_t mark_octets;
	double loss;
	double dup;
	double reorder;
	uint64_t reorder_ns;
	double corrupt;
	double bit_errors;
	bool has_fec;
	bool has_offload;
};

/**
 * struct cable_stats - what happened in one direction
 * @sent_frames:	Frames that were given to it
 * @sent_octets:	Their octets, without FCS
 * @delivered_frames:	Frames that came out, duplicates counted
 * @delivered_octets:	Their octets
 * @lost:		Dropped by @loss
 * @queue_full:		Dropped in front of the wire
 * @marked:		Marked in front of the wire
 * @down:		Dropped because it was or went down
 * @filtered:		Dropped by the filter
 * @duplicated:		Delivered twice
 * @reordered:		Delivered late
 * @corrupted:		Frames with flipped bits
 * @flipped_bits:	These bits
 * @repaired_octets:	Octets that forward error correction made right
 * @broken_words:	Of its words, those with more wrong than it can repair
 * @queue_frames_max:	The most that ever waited
 * @queue_octets_max:	Likewise, octets
 * @busy_ns:		Time that the wire was occupied
 */
struct cable_stats {
	uint64_t sent_frames, sent_octets;
	uint64_t delivered_frames, delivered_octets;
	uint64_t lost, queue_full, marked, down, filtered;
	uint64_t duplicated, reordered;
	uint64_t corrupted, flipped_bits, repaired_octets, broken_words;
	uint32_t queue_frames_max, queue_octets_max;
	uint64_t busy_ns;
};

enum cable_verdict {
	CABLE_PASS,
	CABLE_DROP_MATCH,     /* DROP_fault_match */
	CABLE_DROP_PARTITION, /* DROP_partition */
};

/* Asked about every frame; @pkt is lent.  Link header first in pkt_cdata(). */
typedef enum cable_verdict cable_filter_fn(void *arg, struct cable *cable,
					   enum cable_dir dir,
					   const struct pkt *pkt);

/* One direction. */
struct cable_half {
	struct cable *cable;
	enum cable_dir dir;
	struct port *from, *to;
	struct cable_params params;
	struct cable_stats stats;
	struct rng rng;
	struct sched_event event; /* wire becomes free, or a frame arrives */
	struct list waiting;	  /* frames in front of the wire */
	uint32_t waiting_frames, waiting_octets;
	struct list flying; /* on the wire, by arrival; pkt->mark is when */
	uint64_t free_ns;   /* wire is free from then on */
	uint64_t last_ns;   /* latest arrival so far that keeps the order */
	uint64_t remainder; /* of the last division by the rate */
	struct hub_station *station; /* @from shares a wire: it waits there */
	bool is_up;
	bool is_faultless; /* nothing is drawn for a frame: it arrives */
	uint32_t same_len; /* such a frame takes these times, see cable.c */
	uint64_t same_busy_ns, same_flight_ns;
};

/**
 * struct cable - a cable
 * @list:	In the world, in order of creation
 * @world:	Where it is
 * @place:	Its name ("a -- b") and drop counters
 * @name:	Storage of that name
 * @half:	Directions, [0] from the first port
 * @filter:	(optional) See cable_set_filter()
 * @filter_arg:	Its argument
 * @user:	For whoever built the world
 */
struct cable {
	struct list list;
	struct world *world;
	struct place place;
	char *name;
	struct cable_half half[2];
	cable_filter_fn *filter;
	void *filter_arg;
	void *user;
};

static inline struct cable_half *cable_half(struct cable *c, enum cable_dir dir)
{
	return &c->half[dir == CABLE_BA];
}

/* Parameters at present, of one direction (not CABLE_BOTH). */
const struct cable_params *cable_params(const struct cable *c,
					enum cable_dir dir);

/**
 * cable_set_params() - Change parameters while the network runs
 * @dirs:	One direction or CABLE_BOTH
 * @params:	Copied
 *
 * Frames that are on the wire already are not touched; waiting frames are.
 */
void cable_set_params(struct cable *c, enum cable_dir dirs,
		      const struct cable_params *params);

/* Down: drops what waits, what is on the wire, and what is sent (link_down). */
void cable_set_up(struct cable *c, enum cable_dir dirs, bool is_up);
bool cable_is_up(const struct cable *c, enum cable_dir dir);

/* Ask @fn about every frame before it is queued; NULL: no more. */
void cable_set_filter(struct cable *c, cable_filter_fn *fn, void *arg);

const struct cable_stats *cable_stats(const struct cable *c,
				      enum cable_dir dir);

/* Frames on the wire and in front of it, both directions. */
size_t cable_in_flight(const struct cable *c);

#endif /* VNET_CABLE_H */
