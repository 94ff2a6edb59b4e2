/* SPDX-License-Identifier: MIT */
#ifndef CORE_PKT_H
#define CORE_PKT_H

/*
 * pkt.h - a packet on its way through the stack
 *
 * Theory of operation
 * ===================
 * A packet is a linear part that it owns, followed by fragments: references
 * into counted blocks that it shares.
 *
 *     room:  [ headroom | headers ... ]   frag[0] --> block (send queue)
 *                       ^               ^  frag[1] --> block
 *                       lin_off         lin_off + lin_len
 *
 * Headers are always in the linear part, so whoever has the packet may change
 * them (a router its TTL, a switch nothing) without a copy and without
 * disturbing others.  Payload is never copied between the send queue and the
 * wire: a segment is a fresh linear part in front of references.  A memory
 * cable hands the same blocks to the next host.
 *
 * On the way down headers are pushed in front; on the way up they are pulled
 * off, but the octets stay in the room, and l2_off, l3_off and l4_off remember
 * where each header began, so that an ICMP error can quote them.
 *
 * A packet may be larger than the link's MTU (gso_size not 0): then it is
 * several segments of that payload size, to be split by the device or by the
 * last hop that cannot take it.
 *
 * Invariants: len = lin_len + sum of frag[].len; lin_off + lin_len <= PKT_ROOM.
 * pkt_check() asserts them.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"

#include "core/block.h"
#include "core/drop.h"
#include "core/env.h"
#include "core/place.h"
#include "core/reason.h"

struct netif;

#define PKT_ROOM	256 /* octets of the linear part with its headroom */
#define PKT_HEADROOM	152 /* 18 link + 60 IP + 60 TCP, rounded up */
#define PKT_HEADROOM_RX 40  /* room for one link header more */
#define PKT_FRAGS	18  /* 64 KB in 4 KB pieces, and one at each end */

/* What is known about the checksum of the transport's payload. */
enum pkt_csum {
	PKT_CSUM_NONE,	   /* in: not verified.  out: complete */
	PKT_CSUM_PARTIAL,  /* pseudo header's sum is in the field, the rest is
			    * to be added by the device; in: peer vouches */
	PKT_CSUM_VERIFIED, /* in: verified below us */
};

/* What stands in front of a whole frame. */
enum pkt_link {
	PKT_ETHER, /* 14 octets; with has_fcs a CRC-32 goes along */
	PKT_PPP,   /* address, control, protocol; likewise 16 bits */
	PKT_LINE,  /* octets as they go over a serial line, flags and all */
};

enum pkt_dest { PKT_TO_US, PKT_TO_ALL, PKT_TO_GROUP, PKT_TO_OTHER };

enum pkt_gso { PKT_GSO_NONE, PKT_GSO_TCP4, PKT_GSO_TCP6, PKT_GSO_UDP };

struct frag {
	struct block *blk;
	uint32_t off;
	uint32_t len;
};

/**
 * struct pkt - a packet
 * @node:	For the queue it waits in
 * @env:	Where it was allocated
 * @netif:	Where it came in, or goes out
 * @len:	Octets in all
 * @cause:	Event that made it; once sent, the event of its sending
 * @reason:	Why it was made: R_TCP_SYN, ...; stays when it is forwarded
 * @lin_off:	Where the linear part begins in @room
 * @lin_len:	Its length
 * @l2_off:	Where in @room the link header began; likewise @l3_off, @l4_off
 * @frag_count:	Fragments in use
 * @csum:	What is known of the transport checksum
 * @csum_off:	PARTIAL: offset of the field from the transport header
 * @dest:	To whom the frame was addressed
 * @link:	enum pkt_link
 * @gso:	Kind of segmentation, if @gso_size is not 0
 * @gso_size:	Payload octets of each segment; a datagram with PKT_GSO_UDP and 0
 *		came right behind another, and may be joined to it
 * @is_heard:	A socket has taken a copy of it
 * @is_relayed:	It came in by an interface: sending it again is forwarding
 * @fcs:	Frame check sequence that came, and is to be verified if @has_fcs
 * @born_ns:	When it was allocated
 * @mark:	For the owner's use while it waits in his queue
 */
struct pkt {
	struct list node;
	struct env *env;
	struct netif *netif;
	uint32_t len;
	uint32_t cause;
	uint16_t reason;
	uint16_t lin_off, lin_len;
	uint16_t l2_off, l3_off, l4_off;
	uint8_t frag_count;
	uint8_t csum;
	uint8_t csum_off;
	uint8_t dest;
	uint8_t link;
	uint8_t gso;
	bool is_relayed;
	bool is_heard;
	bool has_fcs;
	uint16_t gso_size;
	uint32_t fcs;
	uint64_t born_ns;
	uint64_t mark;
	struct frag frag[PKT_FRAGS];
	uint8_t room[PKT_ROOM];
};

/**
 * pkt_new() - An empty packet with PKT_HEADROOM octets of headroom
 * @env:	Where
 * @why:	What it is made for; its cause is what is being acted on
 *
 * Return: the packet, or NULL
 */
struct pkt *pkt_new(struct env *env, enum reason why);

/* As pkt_new(), for what arrives: it brings its headers, and needs only
 * PKT_HEADROOM_RX octets of headroom. */
struct pkt *pkt_new_rx(struct env *env, enum reason why);

void pkt_free(struct pkt *pkt); /* NULL is fine */

/* Discard it for a reason: counts, tells, frees.  Takes @pkt. */
void pkt_drop(struct place *place, struct pkt *pkt, enum drop why);

/* Copy of the linear part, references to the same payload.  NULL: no memory. */
struct pkt *pkt_clone(const struct pkt *pkt);

/**
 * pkt_slice() - A new packet with a part of the payload of another
 * @pkt:	Lent
 * @off:	First octet, counted from the front of @pkt
 * @len:	How many; @off + @len <= @pkt->len
 *
 * Octets of the linear part are copied, others referred to.
 *
 * Return: the packet, or NULL (no memory)
 */
struct pkt *pkt_slice(const struct pkt *pkt, size_t off, size_t len);

/* First octet of the linear part. */
static inline uint8_t *pkt_data(struct pkt *pkt)
{
	return pkt->room + pkt->lin_off;
}

static inline const uint8_t *pkt_cdata(const struct pkt *pkt)
{
	return pkt->room + pkt->lin_off;
}

uint8_t *pkt_gather(struct pkt *pkt, size_t n); /* pkt_need(), the long way */
void pkt_pull_far(struct pkt *pkt, size_t n);	/* pkt_pull(), likewise */

/**
 * pkt_need() - See to it that the first @n octets lie in the linear part
 *
 * Return: pointer to them, or NULL if the packet is shorter than @n or the
 * linear part cannot hold them.  Nothing changes then.
 */
static inline uint8_t *pkt_need(struct pkt *pkt, size_t n)
{
	return n <= pkt->lin_len ? pkt_data(pkt) : pkt_gather(pkt, n);
}

/**
 * pkt_push() - Room for a header in front
 *
 * Return: its first octet, not cleared; NULL if there is no headroom left
 */
static inline uint8_t *pkt_push(struct pkt *pkt, size_t n)
{
	if (n > pkt->lin_off)
		return NULL;
	pkt->lin_off = (uint16_t)(pkt->lin_off - n);
	pkt->lin_len = (uint16_t)(pkt->lin_len + n);
	pkt->len += (uint32_t)n;
	return pkt_data(pkt);
}

/* Take @n octets off the front; they must be there (linear or fragments). */
static inline void pkt_pull(struct pkt *pkt, size_t n)
{
	if (n > pkt->lin_len) {
		pkt_pull_far(pkt, n);
		return;
	}
	pkt->lin_off = (uint16_t)(pkt->lin_off + n);
	pkt->lin_len = (uint16_t)(pkt->lin_len - n);
	pkt->len -= (uint32_t)n;
}

/* Undo pulls: the front is again at @off in the room (an l?_off). */
void pkt_unpull(struct pkt *pkt, uint16_t off);
/* Cut to the first @len octets; longer packets only. */
void pkt_trim(struct pkt *pkt, size_t len);

/**
 * pkt_append() - Copy octets to the end
 *
 * Return: 0, -ENOMEM, or -EMSGSIZE if it would take too many fragments
 */
int pkt_append(struct pkt *pkt, const void *buf, size_t len);

/**
 * pkt_append_ref() - Refer to octets of a block at the end
 * @blk:	Gets one more reference
 *
 * Return: 0 or -EMSGSIZE (too many fragments)
 */
int pkt_append_ref(struct pkt *pkt, struct block *blk, size_t off, size_t len);

/* Move the payload of @from to the end of @to; takes @from when it returns 0.
 * Return: 0, or -EMSGSIZE (too many fragments), -ENOMEM: nothing changed. */
int pkt_join(struct pkt *to, struct pkt *from);

/* Copy @len octets from @off on to @buf; they must be there. */
void pkt_copy_out(const struct pkt *pkt, size_t off, void *buf, size_t len);

/* Sum of @len octets from @off on, to be folded or added: see wire/csum.h. */
uint32_t pkt_csum(const struct pkt *pkt, size_t off, size_t len);

/* Memory that the packet keeps alive: for honest accounting. */
size_t pkt_truesize(const struct pkt *pkt);

void pkt_check(const struct pkt *pkt);

#endif /* CORE_PKT_H */
