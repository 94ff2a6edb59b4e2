// SPDX-License-Identifier: MIT
/*
 * tcp_out.c - building a segment and handing it to IP
 *
 * Theory of operation
 * ===================
 * What to send, and when, was decided before; here it is only written down. A
 * segment is a fresh header in front of references into the send queue, so
 * payload is not copied.  A run of several full segments is built as one
 * packet with gso_size set: the work is done once, and IP or the device cuts
 * it where that is still needed.
 *
 * Every segment of a connection carries an acknowledgement of all that has
 * arrived, so whatever is sent pays the ACK that may be owed.
 *
 * Sources: RFC 9293, 3.1, and RFC 9293, 3.7.1.
 */

#include <errno.h>

#include "base/small.h"

#include "wire/csum.h"
#include "wire/proto.h"

#include "tcp/tcp_int.h"

#define TCP_SUM_OFF offsetof(struct tcp_wire, sum)

static int output_with_options(struct tcp_stack *tcp, struct pkt *pkt,
			       const struct tcp_path *to)
{
	struct ip_send how = {.src = to->t->laddr,
			      .dst = to->t->raddr,
			      .proto = IP_PROTO_TCP,
			      .ttl = to->ttl,
			      .tos = to->tos,
			      .df = true,
			      .ref = to->ref,
			      .opt = to->opt,
			      .opt_len = to->opt_len};

	return ip_output(tcp->stack, pkt, &how);
}

static void push_header(struct pkt *pkt, const struct tcp_tuple *t,
			struct tcp_hdr *h, const struct tcp_opts *o)
{
	uint8_t *p;

	h->sport = t->lport;
	h->dport = t->rport;
	h->len = (uint8_t)(TCP_HLEN + tcp_opts_len(o));
	p = pkt_push(pkt, h->len);
	check(p);
	tcp_emit(p, h);
	tcp_opts_emit(p + TCP_HLEN, o);
	put16(p + TCP_SUM_OFF,
	      csum_fold_raw(
		      csum_pseudo(t->laddr, t->raddr, IP_PROTO_TCP, pkt->len)));
}

int tcp_xmit(struct tcp_stack *tcp, struct pkt *pkt, const struct tcp_path *to,
	     struct tcp_hdr *h, const struct tcp_opts *o)
{
	const struct tcp_tuple *t = to->t;
	const struct ip_ends ends = {&t->laddr, &t->raddr, to->ref};
	const struct ip_mark mark = {IP_PROTO_TCP, to->ttl, to->tos};

	if (HAS_SHORT_WAYS && !tcp->is_slow && o->has == TCP_HEAD_SYN &&
	    !h->urp)
		tcp_head_push_syn(pkt, t, h, o);
	else
		push_header(pkt, t, h, o);
	pkt->csum = PKT_CSUM_PARTIAL;
	pkt->csum_off = TCP_SUM_OFF;
	tcp->stats.out_segs++;
	return to->opt_len ? output_with_options(tcp, pkt, to)
			   : ip_output_ends(tcp->stack, pkt, &ends, mark);
}

int tcp_xmit_bare(struct tcp_stack *tcp, const struct tcp_path *to,
		  struct tcp_hdr *h, const struct tcp_opts *o, enum reason why)
{
	struct pkt *pkt = pkt_new(tcp->env, why);

	if (!pkt)
		return -ENOMEM;
	return tcp_xmit(tcp, pkt, to, h, o);
}

uint16_t tcp_mss_limit(struct tcp_stack *tcp, struct ip_addr dst)
{
	uint32_t mtu = ip_mtu_for(tcp->stack, dst);
	uint32_t headers = TCP_HLEN + (dst.family == IP_V6 ? 40 : 20);

	if (mtu < headers + TCP_MSS_MIN)
		return TCP_MSS_MIN;
	return (uint16_t)min_u32(mtu - headers, TCP_MSS_MAX);
}

/* The MSS option of a SYN of ours: what the link there takes, or less. */
uint16_t tcp_mss_to_say(const struct tcp_conn *c, struct ip_addr peer)
{
	uint16_t mss = tcp_mss_limit(c->tcp, peer), max = tcp_extra(c)->maxseg;

	return max && max < mss ? max : mss;
}

/* Payload and options of a segment, as far as both ends and the path's routers
 * have said. */
uint32_t tcp_mss_most(const struct tcp_conn *c)
{
	uint32_t mss = tcp_mss_limit(c->tcp, c->end.t.raddr);

	if (c->peer_mss)
		mss = min_u32(mss, c->peer_mss);
	if (tcp_extra(c)->maxseg)
		mss = min_u32(mss, tcp_extra(c)->maxseg);
	return max_u32(mss, c->tcp->knobs.min_snd_mss);
}

/* Payload of a full segment: without the options that every segment carries
 * (RFC 6691). */
void tcp_mss_update(struct tcp_conn *c)
{
	uint32_t mss = min_u32(tcp_mss_most(c), tcp_mtup_limit(c));
	uint32_t opts = tcp_srcroute_len(c);

	if (c->flags & TCPF_TS)
		opts += TCP_TS_OPT_LEN;
	c->mss = (uint16_t)max_u32(mss - min_u32(mss, opts), TCP_PAYLOAD_MIN);
}

static void put_ts(const struct tcp_conn *c, struct tcp_opts *o)
{
	o->has |= TCP_HAS_TIMESTAMP;
	o->ts_val = tcp_ms(c->tcp) + c->active->ts_offset;
	o->ts_ecr = c->ts_recent;
}

/* Beside data as far as there is room.  Returns whether an ACK of its own is
 * owed because there is none. */
static bool put_sack(struct tcp_conn *c, struct tcp_opts *o,
		     const struct pkt *pkt)
{
	uint32_t room = 40;

	if (!tcp_sack_is_due(c))
		return false;
	if (pkt->len)
		room = pkt->len < c->mss ? c->mss - (uint32_t)pkt->len : 0;
	tcp_sack_put(c, o, room);
	return !o->sack_count && c->active->ack_now;
}

static struct tcp_path path_of(const struct tcp_conn *c,
			       struct ip_route_ref *ref)
{
	struct tcp_path to = {
		.t = &c->end.t, .ttl = c->ttl, .tos = c->tos, .ref = ref};

	if (c->extra)
		tcp_srcroute_put(&c->extra->route, &to);
	return to;
}

/* The ACK that was owed goes with this segment; what is owed no more. */
static void ack_goes(struct tcp_conn *c)
{
	struct tcp_active *a = c->active;

	a->ack_sent = c->rcv_nxt;
	a->ack_why = R_TCP_ACK;
	tcp_timer_stop(c, TCP_T_DELACK);
}

/* Whatever is sent acknowledges all that has come. */
static int transmit_far(struct tcp_conn *c, struct pkt *pkt, seq32 seq,
			uint16_t flags)
{
	struct tcp_active *a = c->active;
	struct tcp_path to = path_of(c, &a->route);
	bool is_fresh = pkt->len && !seq_lt(seq, c->snd_nxt) &&
			pkt->reason != R_TCP_WINDOW_PROBE;
	struct tcp_opts o;
	struct tcp_hdr h = {.seq = seq, .ack = c->rcv_nxt, .flags = flags};
	int err;

	o.has = 0;
	o.sack_count = 0;
	h.win = tcp_rcv_window(c);
	tcp_urg_put(c, seq, &h);
	if (c->flags & TCPF_TS)
		put_ts(c, &o);
	tcp_delack_sent(c);
	a->ack_now = put_sack(c, &o, pkt);
	to.tos |= tcp_ecn_out(c, &h, &o, pkt->len, is_fresh);
	tcp_uto_put(c, &o, pkt->len);
	ack_goes(c);
	tcp_tally_out(c, (uint32_t)pkt->len, seq_lt(seq, c->snd_nxt));
	err = tcp_xmit(c->tcp, pkt, &to, &h, &o);
	tcp_note_sent(c, err);
	return err;
}

/* Has the header nothing to say but numbers, a window and the time?  Then it
 * need not be made of parts. */
static bool header_is_plain(const struct tcp_conn *c)
{
	const struct tcp_active *a = c->active;

	return HAS_SHORT_WAYS && !c->tcp->is_slow && !c->extra &&
	       !(c->flags & (TCPF_ECN | TCPF_ACCECN)) && !a->ooo &&
	       !a->sack_out.has_dup && !tcp_urg_is_sending(c);
}

/* The same, for such a header: an ACK, or a FIN, of a connection that goes
 * well.  (360 instructions less for each; a connection that is opened, asked
 * once and closed sends seven of them.) */
static int transmit(struct tcp_conn *c, struct pkt *pkt, seq32 seq,
		    uint16_t flags)
{
	const struct tcp_tuple *t = &c->end.t;
	const struct ip_ends ends = {&t->laddr, &t->raddr, &c->active->route};
	const struct ip_mark mark = {IP_PROTO_TCP, c->ttl, c->tos};
	uint32_t n = (uint32_t)pkt->len;
	int err;

	if (!header_is_plain(c))
		return transmit_far(c, pkt, seq, flags);
	tcp_head_push(c, pkt, seq, (uint8_t)flags, tcp_rcv_window_hot(c),
		      tcp_ms(c->tcp));
	tcp_delack_sent(c);
	c->active->ack_now = false;
	ack_goes(c);
	tcp_tally_out(c, n, seq_lt(seq, c->snd_nxt));
	c->tcp->stats.out_segs++;
	err = ip_output_ends(c->tcp->stack, pkt, &ends, mark);
	tcp_note_sent(c, err);
	return err;
}

static enum reason data_reason(const struct tcp_conn *c, seq32 seq, size_t n,
			       bool fin)
{
	if (seq_lt(seq, c->snd_nxt))
		return n ? R_TCP_RETRANSMIT : R_TCP_FIN_AGAIN;
	if (fin)
		return n ? R_TCP_DATA_FIN : R_TCP_FIN;
	return R_TCP_DATA;
}

static void count_data(struct tcp_conn *c, seq32 seq, uint32_t n)
{
	struct tcp_stats *stats = &c->tcp->stats;
	uint32_t segs = n > c->mss ? (n + c->mss - 1U) / c->mss : 1;

	stats->out_octets += n;
	stats->out_segs += segs - 1;
	if (!seq_lt(seq, c->snd_nxt))
		return;
	tcp_count_retransmits(c, segs);
	stats->retrans_segs += segs;
	tcp_rtt_forget(c);
}

static void set_gso(const struct tcp_conn *c, struct pkt *pkt)
{
	pkt->gso = c->end.t.raddr.family == IP_V6 ? PKT_GSO_TCP6 : PKT_GSO_TCP4;
	pkt->gso_size = c->mss;
}

/* References to octets of the send queue; whole segments if it is several. */
static struct pkt *build(struct tcp_conn *c, const struct tcp_out *o,
			 uint32_t *n)
{
	struct pkt *pkt = pkt_new(c->tcp->env, o->why);
	uint32_t got = 0;

	if (!pkt)
		return NULL;
	if (o->len)
		got = (uint32_t)tcp_queue_fill(&c->active->snd, o->seq, o->len,
					       pkt);
	if (got < o->len && got > c->mss) {
		got -= got % c->mss;
		pkt_trim(pkt, got);
	}
	if (got > c->mss && !o->is_whole)
		set_gso(c, pkt);
	*n = got;
	return pkt;
}

int tcp_out_data(struct tcp_conn *c, const struct tcp_out *o, uint32_t *taken)
{
	uint16_t flags = TCP_ACK;
	bool fin;
	uint32_t n;
	struct pkt *pkt = build(c, o, &n);
	int err;

	*taken = 0;
	if (!pkt)
		return -ENOMEM;
	fin = o->fin && n == o->len;
	if (n && seq_eq(seq_add(o->seq, n), c->active->snd.end))
		flags |= TCP_PSH;
	if (fin)
		flags |= TCP_FIN;
	if (!o->why)
		pkt->reason = (uint16_t)data_reason(c, o->seq, n, fin);
	count_data(c, o->seq, n);
	if (n)
		tcp_delack_answered(c, tcp_ms(c->tcp));
	err = transmit(c, pkt, o->seq, flags);
	*taken = n + fin;
	return err;
}

/* A number the peer will find in its window: snd_nxt, unless the window is
 * shut, or has shrunk, and snd_nxt lies beyond it. */
static seq32 acceptable_seq(const struct tcp_conn *c)
{
	return seq_min(c->snd_nxt, seq_add(c->snd_una, c->snd_wnd));
}

void tcp_out_ack(struct tcp_conn *c)
{
	struct pkt *pkt = pkt_new(c->tcp->env, c->active->ack_why);

	if (pkt)
		transmit(c, pkt, acceptable_seq(c), TCP_ACK);
}

/* A segment that lies before the window, so the peer has to answer. */
void tcp_out_probe(struct tcp_conn *c, enum reason why)
{
	struct pkt *pkt = pkt_new(c->tcp->env, why);

	if (pkt)
		transmit(c, pkt, seq_sub(c->snd_una, 1), TCP_ACK);
}

int tcp_out_syn(struct tcp_conn *c, enum reason why)
{
	struct tcp_path to = path_of(c, &c->active->route);
	bool answer = c->end.state == TCPS_SYN_RCVD;
	struct tcp_opts o = {.has = TCP_HAS_MSS};
	struct tcp_hdr h = {.seq = c->iss, .flags = TCP_SYN};
	struct pkt *pkt;
	uint32_t n;

	if (answer) {
		h.flags |= TCP_ACK;
		h.ack = c->rcv_nxt;
		c->active->ack_sent = c->rcv_nxt;
		c->active->ack_now = false;
		tcp_timer_stop(c, TCP_T_DELACK);
		h.flags |= tcp_ecn_syn_ack_flags(c);
	} else {
		h.flags |= tcp_ecn_syn_flags(c);
	}
	o.mss = tcp_mss_to_say(c, c->end.t.raddr);
	h.win = (uint16_t)tcp_syn_window(c, o.mss, false);
	c->rcv_adv = seq_add(c->rcv_nxt, h.win);
	if (answer ? c->flags & TCPF_WSCALE : c->tcp->knobs.window_scaling) {
		o.has |= TCP_HAS_WSCALE;
		o.wscale = c->rcv_wscale;
	}
	if (answer ? c->flags & TCPF_TS : c->tcp->knobs.timestamps)
		put_ts(c, &o);
	if (answer ? c->flags & TCPF_SACK : c->tcp->knobs.sack)
		o.has |= TCP_HAS_SACK_OK;
	pkt = pkt_new(c->tcp->env, why);
	if (!pkt)
		return -ENOMEM;
	n = tcp_fastopen_put(c, &o);
	if (n)
		tcp_queue_fill(&c->active->snd, seq_add(c->iss, 1), n, pkt);
	return tcp_xmit(c->tcp, pkt, &to, &h, &o);
}

void tcp_out_rst(struct tcp_conn *c, enum reason why)
{
	struct tcp_path to = path_of(c, NULL);
	struct tcp_opts o = {0};
	struct tcp_hdr h = {.seq = acceptable_seq(c),
			    .ack = c->rcv_nxt,
			    .flags = TCP_RST | TCP_ACK};

	c->tcp->stats.out_rsts++;
	tcp_xmit_bare(c->tcp, &to, &h, &o, why);
}
