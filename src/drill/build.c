// SPDX-License-Identifier: MIT
/*
 * build.c - a packet of a script as octets
 */

#include <string.h>

#include "base/bytes.h"

#include "wire/csum.h"
#include "wire/proto.h"

#include "drill/packet.h"

enum { TTL_DEFAULT = 255 };

/* Script's numbers become those of the wire. */
static void map_opt(struct drill_opt *o, const struct flow *f,
		    const struct flows *fs)
{
	int i;

	if (o->kind == TCP_OPT_TIMESTAMP && o->num[1])
		o->num[1] = flow_ts_to_live(f, o->num[1]);
	if (o->kind == TCP_OPT_SACK)
		for (i = 0; i < o->count; i++)
			o->blocks[i] += f->local_off;
	if (o->has_any) {
		o->len = fs->cookie_len;
		memcpy(o->octets, fs->cookie, o->len);
	}
}

static size_t build_opts(uint8_t *to, const struct drill_packet *p,
			 const struct flow *f, const struct flows *fs)
{
	struct drill_opt opts[DRILL_OPTS_MAX];
	uint8_t octets[DRILL_OPT_OCTETS];
	int i, n;

	memcpy(opts, p->opts, sizeof(opts));
	for (i = 0; i < p->opt_count; i++)
		map_opt(&opts[i], f, fs);
	n = drill_opts_emit(octets, opts, p->opt_count);
	if (n < 0)
		n = 0; /* a cookie that grew too long */
	memcpy(to, octets, (size_t)n);
	return (size_t)n;
}

static void put_sum(uint8_t *l4, size_t len, size_t off, uint8_t proto,
		    const struct drill_config *cfg)
{
	uint32_t sum =
		csum_pseudo4((ip4_addr){cfg->remote_ip},
			     (ip4_addr){cfg->local_ip}, proto, (uint32_t)len);

	put16(l4 + off, csum_fold(csum_add(sum, l4, len)));
}

static size_t build_tcp(uint8_t *to, const struct drill_packet *p,
			const struct flow *f, const struct flows *fs,
			const struct drill_config *cfg)
{
	struct tcp_hdr h = {
		.sport = f->rport,
		.dport = f->lport,
		.seq = {p->seq},
		.flags = p->flags,
		.win = p->win == DRILL_ANY ? 0 : (uint16_t)p->win,
		.urp = p->urg == DRILL_ANY ? 0 : (uint16_t)p->urg,
	};
	uint8_t opts[DRILL_OPT_OCTETS];
	size_t n = build_opts(opts, p, f, fs), len;
	uint32_t i;

	if (p->ack != DRILL_ANY)
		h.ack.v = (uint32_t)p->ack + f->local_off;
	h.len = (uint8_t)(TCP_HLEN + n);
	tcp_emit(to, &h);
	memcpy(to + TCP_HLEN, opts, n);
	for (i = 0; i < p->len; i++)
		to[h.len + i] = flow_octet(p->seq - f->remote_isn - 1 +
					   (p->flags & TCP_SYN ? 1U : 0U) + i);
	len = h.len + p->len;
	put_sum(to, len, offsetof(struct tcp_wire, sum), IP_PROTO_TCP, cfg);
	return len;
}

static size_t build_udp(uint8_t *to, const struct drill_packet *p,
			const struct flow *f, const struct drill_config *cfg)
{
	struct udp_hdr h = {
		.sport = f->rport,
		.dport = f->lport,
		.len = (uint16_t)(UDP_HLEN + p->len),
	};
	uint32_t i;

	udp_emit(to, &h);
	for (i = 0; i < p->len; i++)
		to[UDP_HLEN + i] = flow_octet(i);
	put_sum(to, h.len, offsetof(struct udp_wire, sum), IP_PROTO_UDP, cfg);
	return h.len;
}

/* Header and first eight octets of the packet that the stack sent. */
static size_t build_quote(uint8_t *to, const struct drill_packet *p,
			  const struct flow *f, const struct drill_config *cfg)
{
	bool is_udp = p->quoted == DP_UDP;
	struct ip4_hdr ip = {
		.src = {cfg->local_ip},
		.dst = {cfg->remote_ip},
		.proto = is_udp ? IP_PROTO_UDP : IP_PROTO_TCP,
		.ttl = IP4_TTL_DEFAULT,
		.flags = IP4_DF,
	};
	struct tcp_hdr tcp = {.sport = f->lport,
			      .dport = f->rport,
			      .seq = {p->seq + f->local_off},
			      .len = TCP_HLEN};
	struct udp_hdr udp = {.sport = f->lport,
			      .dport = f->rport,
			      .len = (uint16_t)(UDP_HLEN + p->len)};

	ip.total_len =
		(uint16_t)(IP4_HLEN + (size_t)(is_udp ? UDP_HLEN : TCP_HLEN) +
			   p->len);
	ip4_hdr_emit(to, &ip);
	if (is_udp) {
		udp_emit(to + IP4_HLEN, &udp);
		return IP4_HLEN + UDP_HLEN;
	}
	tcp_emit(to + IP4_HLEN, &tcp);
	return IP4_HLEN + TCP_HLEN;
}

static size_t build_icmp(uint8_t *to, const struct drill_packet *p,
			 const struct flow *f, const struct drill_config *cfg)
{
	struct icmp4_hdr h = {
		.type = p->icmp_type,
		.code = p->icmp_code,
		.mtu = p->icmp_mtu,
	};
	size_t n = 0;

	if (p->has_seq && f)
		n = build_quote(to + ICMP4_HLEN, p, f, cfg);
	icmp4_emit(to, ICMP4_HLEN + n, &h);
	return ICMP4_HLEN + n;
}

static uint8_t tos_of(const struct drill_packet *p)
{
	uint8_t tos = p->tos == DRILL_ANY ? 0 : (uint8_t)p->tos;

	if (p->ecn == -2)
		return tos | IP_ECN_ECT0;
	return p->ecn == DRILL_ANY ? tos : tos | (uint8_t)p->ecn;
}

size_t packet_build(uint8_t *to, const struct drill_packet *p,
		    const struct flow *f, const struct flows *fs,
		    const struct drill_config *cfg)
{
	struct ip4_hdr ip = {
		.src = {cfg->remote_ip},
		.dst = {cfg->local_ip},
		.ttl = p->ttl == DRILL_ANY ? TTL_DEFAULT : (uint8_t)p->ttl,
		.tos = tos_of(p),
	};
	uint8_t *l4 = to + IP4_HLEN;
	size_t len;

	switch (p->kind) {
	case DP_UDP:
		ip.proto = IP_PROTO_UDP;
		len = build_udp(l4, p, f, cfg);
		break;
	case DP_ICMP:
		ip.proto = IP_PROTO_ICMP;
		len = build_icmp(l4, p, f, cfg);
		break;
	case DP_TCP:
	default:
		ip.proto = IP_PROTO_TCP;
		len = build_tcp(l4, p, f, fs, cfg);
	}
	ip.total_len = (uint16_t)(IP4_HLEN + len);
	ip4_hdr_emit(to, &ip);
	return ip.total_len;
}
