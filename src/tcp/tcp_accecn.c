// SPDX-License-Identifier: MIT
/*
 * tcp_accecn.c - accurate ECN: how many marks, not only whether (RFC 9768)
 *
 * Theory of operation
 * ===================
 * Classic ECN can tell of one congestion in a round trip.  An algorithm that
 * reacts to how many segments were marked wants to know that, so the three
 * flags AE, CWR and ECE are read as a number once the handshake is over:
 *
 *	ACE	segments received with CE, plus 5, modulo 8
 *
 * in each segment, whatever else it is for.  The sum begins at 5 so that a box
 * that clears the bits is seen.  If more than seven segments are acknowledged
 * at once the number may have wrapped; the sender then assumes the most that
 * fits, unless the option says otherwise, which has octets, modulo 2^24:
 *
 *	kind 172, length 11, ECT(0) octets, CE octets, ECT(1) octets
 *
 * (kind 174 has the outer two the other way round; the last fields may be
 * missing.)  It goes along with a pure ACK when one of its counters has
 * changed, and there is room beside SACK blocks, and with every eighth segment,
 * since ACKs get lost.  A data segment has no room for it.
 *
 * The handshake uses the flags differently: SYN-ACK and the ACK of it echo the
 * codepoint that the SYN, or the SYN-ACK, arrived with.
 *
 *	Not-ECT 010   ECT(1) 011   ECT(0) 100   CE 110
 *
 * If the flags of that ACK are all zero, some box has cleared them: nothing is
 * sent as ECN-capable then (3.2.2.1, table 4).
 *
 * Limits
 * ------
 * Of the tests for boxes that mangle the fields (3.2.2.3, 3.2.3.2) only that
 * one is made.
 */

#include "wire/ip4.h"

#include "tcp/tcp_int.h"

#define MASK_24	    0xffffffU
#define ACE_INITIAL 5
#define ACE_MASK    7
#define BEACON	    8 /* segments between options, at most */

static struct tcp_accecn *accecn_of(const struct tcp_conn *c)
{
	return &c->extra->accecn;
}

/* ACE, the number, as flags: AE is the highest of the three bits. */
static uint16_t ace_flags(uint8_t ace)
{
	return (uint16_t)((ace & 4 ? TCP_AE : 0) | (ace & 2 ? TCP_CWR : 0) |
			  (ace & 1 ? TCP_ECE : 0));
}

static uint8_t ace_of(uint16_t flags)
{
	return (uint8_t)((flags & TCP_AE ? 4 : 0) | (flags & TCP_CWR ? 2 : 0) |
			 (flags & TCP_ECE ? 1 : 0));
}

/* RFC 9768, 3.1.2, table 2, and 3.2.2.1, table 3. */
uint16_t tcp_accecn_echo(uint8_t ecn)
{
	static const uint8_t ace[] = {
		[IP_ECN_NOT_ECT] = 2,
		[IP_ECN_ECT1] = 3,
		[IP_ECN_ECT0] = 4,
		[IP_ECN_CE] = 6,
	};

	return ace_flags(ace[ecn & IP_ECN_MASK]);
}

bool tcp_accecn_begin(struct tcp_conn *c, uint8_t syn_ecn)
{
	struct tcp_accecn *x;

	if (!tcp_extra_get(c))
		return false;
	x = accecn_of(c);
	*x = (struct tcp_accecn){
		.r_e0 = 1,
		.r_e1 = 1,
		.s_e0 = 1,
		.s_e1 = 1,
		.r_cep = ACE_INITIAL + (syn_ecn == IP_ECN_CE),
		.s_cep = ACE_INITIAL,
		.syn_ecn = syn_ecn,
		.is_new = true,
	};
	c->flags |= TCPF_ACCECN;
	return true;
}

/* RFC 9768, 3.2.2.1, table 4; with data it is a counter already. */
void tcp_accecn_first_ack(struct tcp_conn *c, const struct tcp_seg *s)
{
	struct tcp_accecn *x = accecn_of(c);
	uint8_t ace = ace_of(s->h.flags);

	if (s->size)
		return;
	if (ace == 0)
		c->flags |= TCPF_ECN_OFF;
	else if (ace == 6)
		x->s_cep = ACE_INITIAL + 1;
	x->is_handshake = true; /* this one is no counter */
}

/* Is this the ACK of the SYN-ACK, or a copy of it? */
static bool acks_syn_ack(const struct tcp_conn *c, const struct tcp_hdr *h)
{
	return !(c->flags & TCPF_PASSIVE) &&
	       seq_eq(h->seq, seq_add(c->iss, 1)) &&
	       seq_eq(h->ack, seq_add(c->irs, 1)) && seq_eq(c->snd_nxt, h->seq);
}

void tcp_accecn_out(struct tcp_conn *c, struct tcp_hdr *h, struct tcp_opts *o,
		    uint32_t len)
{
	struct tcp_accecn *x = accecn_of(c);

	if (!len && acks_syn_ack(c, h))
		h->flags |= tcp_accecn_echo(x->syn_ecn);
	else
		h->flags |= ace_flags(x->r_cep);
	if (len || (!x->is_new && ++x->acks < BEACON))
		return;
	if (tcp_opts_len(o) + TCP_ACCECN_LEN > TCP_OPTS_MAX)
		return; /* another time */
	o->accecn = (struct tcp_accecn_opt){
		.e0 = x->r_e0 & MASK_24,
		.ce = x->r_ce & MASK_24,
		.e1 = x->r_e1 & MASK_24,
		.count = 3,
	};
	o->has |= TCP_HAS_ACCECN;
	x->is_new = false;
	x->acks = 0;
}

void tcp_accecn_in(struct tcp_conn *c, const struct tcp_seg *s)
{
	struct tcp_accecn *x = accecn_of(c);

	switch (s->meta->tos & IP_ECN_MASK) {
	case IP_ECN_ECT0:
		x->r_e0 += s->size;
		break;
	case IP_ECN_ECT1:
		x->r_e1 += s->size;
		break;
	case IP_ECN_CE:
		x->r_ce += s->size;
		x->r_cep++;
		/* so that the number cannot wrap unseen (3.2.2.5.1) */
		tcp_ack_owed(c, R_TCP_ACK);
		break;
	default:
		return;
	}
	x->is_new |= s->size || (s->meta->tos & IP_ECN_MASK) == IP_ECN_CE;
}

/* Octets by which a counter of 24 bits has grown; 0 if it seems to shrink. */
static uint32_t grown(uint32_t *last, uint32_t now)
{
	uint32_t n = (now - *last) & MASK_24;

	if (n > MASK_24 / 2)
		return 0;
	*last = now & MASK_24;
	return n;
}

/* RFC 9768, A.2: of the numbers that fit, the largest that is possible. */
static uint32_t safest(uint32_t d, uint32_t segs)
{
	if (segs <= ACE_MASK)
		return d;
	return segs - ((segs - d) & ACE_MASK);
}

static void take_option(struct tcp_accecn *x, const struct tcp_accecn_opt *o,
			struct tcp_ack *ack)
{
	if (o->count >= 2)
		ack->ce_octets = grown(&x->s_ce, o->ce);
	if (o->count >= (o->is_e1_first ? 3 : 1))
		grown(&x->s_e0, o->e0);
	if (o->count >= (o->is_e1_first ? 1 : 3))
		grown(&x->s_e1, o->e1);
}

void tcp_accecn_acked(struct tcp_conn *c, const struct tcp_seg *s,
		      struct tcp_ack *ack)
{
	struct tcp_accecn *x = accecn_of(c);
	uint32_t segs = (ack->delivered + c->mss - 1U) / c->mss, d;
	bool has_option = s->o.has & TCP_HAS_ACCECN;

	if (x->is_handshake) {
		x->is_handshake = false;
		return;
	}
	if (!ack->delivered && !s->size)
		segs = 1;
	d = (ace_of(s->h.flags) - x->s_cep) & ACE_MASK;
	if (has_option)
		take_option(x, &s->o.accecn, ack);
	if (!has_option || ack->ce_octets)
		d = safest(d, segs);
	x->s_cep = (x->s_cep + d) & ACE_MASK;
	ack->ce_packets = d;
	ack->is_ece = d || ack->ce_octets;
	if (!has_option)
		ack->ce_octets = min_u32(d * c->mss, ack->delivered);
}
