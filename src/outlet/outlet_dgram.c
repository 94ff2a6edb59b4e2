// SPDX-License-Identifier: MIT
/*
 * outlet_dgram.c - datagrams and echo requests
 *
 * Theory of operation
 * ===================
 * Each pair of endpoints gets a socket of its own, connected, so that only the
 * one who was asked can answer and the machine tells of ICMP errors.  Echo
 * requests go through ping sockets, which Linux gives to ordinary users; the
 * machine puts an identifier of its own in their place, and the answer gets
 * the lab's again.
 *
 * Packets for the lab are made here whole: their source is not an address of
 * this stack, so no socket of it could send them.
 *
 * A question to a server of names that is asked again was not answered; then
 * the next server of the machine is asked.
 *
 * Limits
 * ------
 * The machine may forbid ping (net.ipv4.ping_group_range).  Then the lab is
 * told "filtered", and a person once.
 */
#include <errno.h>

#include "wire/csum.h"
#include "wire/icmp4.h"
#include "wire/icmp6.h"
#include "wire/proto.h"
#include "wire/udp.h"

#include "ip6/icmp6.h"
#include "outlet/outlet_int.h"
#include "udp/udp.h"

/* Two questions at once (A and AAAA) are not one that is repeated. */
#define ASK_AGAIN_NS (900 * NS_PER_MS)

static bool is_damaged(const struct pkt *pkt, const struct ip_meta *meta,
		       size_t len)
{
	uint32_t sum = 0;

	if (pkt->csum != PKT_CSUM_NONE)
		return false;
	if (meta->proto != IP_PROTO_ICMP)
		sum = csum_pseudo(meta->src, meta->dst, meta->proto,
				  (uint32_t)len);
	return csum_fold(csum_combine(sum, pkt_csum(pkt, 0, len)));
}

/*
 * Out.
 */

/* The conversation's own socket, of the kind that it needs. */
static int dgram_open(struct talk *f, const struct host_addr *to)
{
	enum host_kind kind =
		f->key.proto == IP_PROTO_UDP ? HOST_UDP : HOST_PING;

	return talk_open(f, kind, to);
}

static void say_ping(struct outlet *o)
{
	if (o->has_said || !o->cfg.say)
		return;
	o->has_said = true;
	o->cfg.say(o->cfg.say_arg,
		   "ping does not get out: this machine does not let you have "
		   "ping sockets; as root: sysctl -w "
		   "net.ipv4.ping_group_range='0 2147483647'");
}

/* A new conversation, or NULL: @pkt was dropped, and its sender told. */
static struct talk *dgram_begin(struct outlet *o, struct pkt *pkt,
				const struct talk_key *key,
				enum outlet_class class,
				const struct host_addr *to)
{
	struct talk *f = talk_new(o, key, class);
	struct ip_addr via = outlet_addr(to);
	int err = f ? dgram_open(f, to) : -ENOMEM;

	if (!err) {
		PROBE_CAUSE(outlet_place(o), EV_NOTE, R_OUTLET_FLOW, pkt,
			    EVF_EP("client", &f->key.client),
			    EVF_EP("dest", &f->key.dest), EVF_IP("via", &via),
			    EVF_IP("far", &f->key.dest.addr),
			    EVF_TEXT("by", outlet_place(o)->name));
		return f;
	}
	if (f)
		talk_end(f, true);
	if (key->proto != IP_PROTO_UDP && (err == -EACCES || err == -EPERM))
		say_ping(o);
	outlet_refuse(o, pkt, err);
	return NULL;
}

/* The same question again: whoever was asked is silent. */
static void ask_next(struct outlet *o, struct talk *f)
{
	const struct outlet_cfg *cfg = &o->cfg;
	struct host_addr to;

	if (f->class != OUTLET_DNS || !f->unanswered++ ||
	    stack_now(o->stack) < f->used_ns + ASK_AGAIN_NS)
		return;
	o->server++;
	if (outlet_dest(o, &f->key, true, &to))
		return;
	cfg->ops->close(cfg->ops_arg, f->sock, false);
	f->sock = -1;
	(void)dgram_open(f, &to);
	f->unanswered = 1;
}

/* Hand the front @len octets to the machine.  Takes @pkt. */
static void dgram_send(struct talk *f, struct pkt *pkt,
		       const struct ip_meta *meta, size_t len)
{
	struct host_how how = {
		.ttl = meta->whose == IP_OURS ? 64 : (uint8_t)(meta->ttl - 1),
		.tos = meta->tos,
	};
	struct outlet *o = f->o;
	const struct outlet_cfg *cfg = &o->cfg;
	struct iovec v = {.iov_base = o->scratch, .iov_len = len};
	uint32_t event;
	long n = -EBADF;

	pkt_copy_out(pkt, 0, o->scratch, len);
	if (f->sock >= 0) {
		cfg->ops->how(cfg->ops_arg, f->sock, &how);
		n = cfg->ops->send(cfg->ops_arg, f->sock, &v, 1);
	}
	if (n < 0) {
		outlet_refuse(o, pkt, (int)n);
		return;
	}
	o->stats.out_octets += (uint64_t)n;
	event = PROBE(outlet_place(o), EV_NOTE, R_OUTLET_OUT, pkt,
		      EVF_EP("client", &f->key.client),
		      EVF_EP("dest", &f->key.dest), EVF_NUM("octets", n));
	if (event)
		f->cause = event;
	talk_use(f);
	pkt_free(pkt);
}

/* The conversation of @key, which may be new; NULL: it is not for the machine,
 * and *@is_taken says whether @pkt is gone. */
static struct talk *dgram_flow(struct outlet *o, struct pkt *pkt,
			       const struct ip_meta *meta,
			       const struct talk_key *key, bool *is_taken)
{
	bool is_ours = meta->whose == IP_OURS;
	enum outlet_class class = key->proto != IP_PROTO_UDP ? OUTLET_PING
				  : is_ours && key->dest.port == PORT_DNS
					  ? OUTLET_DNS
					  : OUTLET_UDP;
	struct talk *f = talk_find(o, key);
	struct host_addr to;
	int err;

	*is_taken = true;
	if (!f && outlet_is_denied(o, pkt, meta, key))
		return NULL;
	err = f ? 0 : outlet_dest(o, key, is_ours, &to);
	*is_taken = err != -ENOENT;
	if (err == -ENOENT || outlet_ttl_is_over(o, pkt, meta))
		return NULL;
	if (err) {
		outlet_refuse(o, pkt, err);
		return NULL;
	}
	if (f)
		return f;
	if (class == OUTLET_PING)
		o->stats.ping++;
	else
		o->stats.udp++;
	return dgram_begin(o, pkt, key, class, &to);
}

bool outlet_udp_input(struct outlet *o, struct pkt *pkt, struct ip_meta *meta)
{
	struct talk_key key = {
		.proto = IP_PROTO_UDP,
		.client.addr = meta->src,
		.dest.addr = meta->dst,
	};
	const uint8_t *p = pkt_need(pkt, UDP_HLEN);
	struct udp_hdr h;
	struct talk *f;
	bool is_taken;

	if (!p || udp_parse(&h, p, pkt->len) < 0 || !h.dport || !h.sport)
		return false; /* UDP says why */
	key.client.port = h.sport;
	key.dest.port = h.dport;
	if (meta->whose == IP_OURS &&
	    udp_is_heard(o->stack, &key.dest, &key.client))
		return false;
	if (h.sum ? is_damaged(pkt, meta, h.len) : meta->src.family == IP_V6)
		return false; /* UDP says so */
	f = dgram_flow(o, pkt, meta, &key, &is_taken);
	if (!f)
		return is_taken;
	ask_next(o, f);
	pkt_pull(pkt, UDP_HLEN);
	dgram_send(f, pkt, meta, h.len - UDP_HLEN);
	return true;
}

/* Errors about what was sent in others' names go on to who sent it; all else
 * but echo requests ends here. */
static bool other_icmp(struct outlet *o, struct pkt *pkt,
		       const struct ip_meta *meta, uint8_t type)
{
	bool is_error = meta->proto == IP_PROTO_ICMP ? icmp4_is_error(type)
						     : icmp6_is_error(type);

	if (meta->whose == IP_OURS || is_error)
		return false;
	pkt_drop(outlet_place(o), pkt, DROP_icmp_type);
	return true;
}

bool outlet_ping_input(struct outlet *o, struct pkt *pkt, struct ip_meta *meta)
{
	bool is_v6 = meta->proto == IP_PROTO_ICMP6;
	struct talk_key key = {
		.proto = meta->proto,
		.client.addr = meta->src,
		.dest.addr = meta->dst,
	};
	const uint8_t *p = pkt_need(pkt, ICMP4_HLEN);
	struct talk *f;
	bool is_taken;

	if (!p || meta->whose == IP_OURS)
		return false; /* ICMP says why, or answers */
	if (p[0] != (is_v6 ? (uint8_t)ICMP6_ECHO : (uint8_t)ICMP4_ECHO))
		return other_icmp(o, pkt, meta, p[0]);
	if (is_damaged(pkt, meta, pkt->len))
		return false;
	key.client.port = get16(p + 4);
	f = dgram_flow(o, pkt, meta, &key, &is_taken);
	if (!f)
		return is_taken;
	f->seq = get16(p + 6);
	dgram_send(f, pkt, meta, pkt->len);
	return true;
}

/*
 * In.
 */

/* A datagram for the lab, or NULL; its sum is left to who can add it. */
static struct pkt *udp_make(struct talk *f, size_t len)
{
	struct outlet *o = f->o;
	struct udp_hdr h = {
		.sport = f->key.dest.port,
		.dport = f->key.client.port,
		.len = (uint16_t)(UDP_HLEN + len),
	};
	struct pkt *pkt = pkt_new(outlet_place(o)->env, R_OUTLET_UDP);
	uint8_t *p = NULL;

	if (pkt && pkt_append(pkt, o->scratch, len) == 0)
		p = pkt_push(pkt, UDP_HLEN);
	if (!p) {
		pkt_free(pkt);
		return NULL;
	}
	h.sum = csum_fold_raw(csum_pseudo(f->key.dest.addr, f->key.client.addr,
					  IP_PROTO_UDP, h.len));
	udp_emit(p, &h);
	pkt->csum = PKT_CSUM_PARTIAL;
	pkt->csum_off = offsetof(struct udp_wire, sum);
	return pkt;
}

/* An echo reply: what the machine got, with the lab's identifier. */
static struct pkt *echo_make(struct talk *f, size_t len)
{
	struct outlet *o = f->o;
	struct icmp4_hdr h = {
		.type = ICMP4_ECHO_REPLY,
		.id = f->key.client.port,
		.seq = get16(o->scratch + 6),
	};
	struct pkt *pkt = pkt_new(outlet_place(o)->env, R_OUTLET_ECHO);

	put16(o->scratch + 4, h.id);
	if (f->key.proto == IP_PROTO_ICMP)
		icmp4_emit(o->scratch, len, &h);
	if (pkt && pkt_append(pkt, o->scratch, len) == 0)
		return pkt;
	pkt_free(pkt);
	return NULL;
}

static void dgram_came(struct talk *f, size_t len)
{
	struct outlet *o = f->o;
	struct env *env = outlet_place(o)->env;
	struct ip_send how = {
		.src = f->key.dest.addr,
		.dst = f->key.client.addr,
		.proto = f->key.proto,
	};
	struct pkt *pkt;

	f->unanswered = 0;
	talk_use(f);
	o->stats.in_octets += len;
	if (f->cause)
		env->cause = f->cause;
	PROBE_CAUSE(outlet_place(o), EV_NOTE, R_OUTLET_IN, NULL,
		    EVF_EP("client", &f->key.client),
		    EVF_EP("dest", &f->key.dest), EVF_NUM("octets", len));
	pkt = f->key.proto == IP_PROTO_UDP ? udp_make(f, len)
					   : echo_make(f, len);
	if (!pkt)
		outlet_place(o)->drops[DROP_no_memory]++;
	else if (f->key.proto == IP_PROTO_ICMP6)
		(void)icmp6_output(o->stack, pkt, &how);
	else
		(void)ip_output(o->stack, pkt, &how);
}

/* One datagram, or an error instead of one; false: there is no more. */
static bool dgram_read(struct talk *f)
{
	const struct outlet_cfg *cfg = &f->o->cfg;
	long n = cfg->ops->recv(cfg->ops_arg, f->sock, f->o->scratch,
				OUTLET_SCRATCH - UDP_HLEN - 60);

	if (n == -EAGAIN) {
		f->ready &= ~(unsigned int)HOST_IN;
		return false;
	}
	if (n < 0)
		f->ready |= HOST_ERR; /* fetched; the queue tells more */
	else if (f->key.proto == IP_PROTO_UDP || n >= ICMP4_HLEN)
		dgram_came(f, (size_t)n);
	return true;
}

bool talk_datagrams(struct talk *f)
{
	int left = OUTLET_DGRAMS;

	if (f->ready & HOST_ERR) {
		f->ready &= ~(unsigned int)HOST_ERR;
		talk_tell_errors(f);
	}
	while (f->sock >= 0 && f->ready & HOST_IN && left--)
		if (!dgram_read(f))
			break;
	return f->ready & (HOST_IN | HOST_ERR);
}
