// SPDX-License-Identifier: MIT
/*
 * rows_icmp.c - ICMP messages that lie about others
 */

#include <string.h>

#include "wire/csum.h"
#include "wire/proto.h"

#include "conn.h"
#include "hostile.h"
#include "ip/icmp.h"
#include "ip/ip.h"
#include "pair.h"
#include "sock/abi.h"
#include "sock/sock.h"

static void on_echo(void *arg, const struct icmp_echo_event *ev)
{
	(void)ev;
	++*(unsigned int *)arg;
}

/* Echo requests and answers too short for a header; with a ping open, too. */
static void short_echoes(struct hostile *x)
{
	struct ip4_hdr h = to_victim();
	unsigned int heard = 0;

	h.proto = IP_PROTO_ICMP;
	for (int round = 0; round < 2; round++) {
		struct icmp_echo *e = NULL;

		if (round)
			e = icmp_echo_open(&x->v->stack, on_echo, &heard);
		for (size_t len = 0; len < ICMP4_HLEN; len++)
			for (int type = 0; type <= 8; type += 8) {
				uint8_t m[8] = {(uint8_t)type};

				if (len >= 4)
					put16(m + 2, csum(m, len));
				frame_ip4(&x->f, x->door, &h, m, len);
				hit(x, DROP_icmp_short);
			}
		icmp_echo_close(e);
	}
	demand(x, O1, heard == 0);
}

/* Each answer is exactly as long as its question. */
static void echoes(struct hostile *x)
{
	const struct icmp4_hdr echo = {.type = ICMP4_ECHO, .id = 3, .seq = 9};
	struct ip4_hdr h = to_victim();

	for (size_t len = 0; len < 200; len++) {
		frame_icmp4(&x->f, x->door, &h, &echo, some_octets, len);
		hit(x, TAKEN);
		demand(x, O4,
		       x->heard_count == 1 &&
			       x->heard.len == max_size(60, x->f.len));
		demand(x, O5, get16(x->heard.b + ETH_HLEN + 2) == 28 + len);
	}
}

/* An error about a packet that the victim might have sent. */
static void make_error(struct hostile *x, const struct icmp4_hdr *m,
		       const struct ip4_hdr *inner, const uint8_t *l4,
		       size_t len)
{
	struct ip4_hdr h = to_victim(), in = *inner;
	uint8_t quote[IP4_HLEN + 40] = {0};

	in.total_len = 1500;
	ip4_hdr_emit(quote, &in);
	memcpy(quote + IP4_HLEN, l4, 8);
	frame_icmp4(&x->f, x->door, &h, m, quote, len);
}

static void short_quotes(struct hostile *x)
{
	const struct icmp4_hdr m = {.type = 3, .code = 3};
	struct ip4_hdr inner = from_to(IP_V, IP_P);
	uint8_t *sum = x->f.b + ETH_HLEN + IP4_HLEN + 2;

	inner.proto = IP_PROTO_UDP;
	for (size_t len = 0; len < 28; len++) {
		make_error(x, &m, &inner, some_octets, len);
		hit(x, DROP_icmp_embed);
	}
	make_error(x, &m, &inner, some_octets, 28);
	x->f.b[ETH_HLEN + IP4_HLEN + ICMP4_HLEN] = 0x4f; /* of 60 octets */
	put16(sum, 0);
	put16(sum, csum(sum - 2, 36));
	hit(x, DROP_icmp_embed);
}

/* An ICMP error about the segment with that number of the connection. */
static void make_about(struct hostile *x, const struct conn *c,
		       const struct icmp4_hdr *m, uint32_t seq)
{
	struct ip4_hdr inner = from_to(IP_V, IP_P);
	uint8_t l4[8];

	inner.proto = IP_PROTO_TCP;
	put16(l4, c->local.port);
	put16(l4 + 2, CONN_PORT);
	put32(l4 + 4, seq);
	make_error(x, m, &inner, l4, 28);
}

/* A segment that the peer has not acknowledged yet, so its number is believed:
 * the peer is deaf while we tell. */
static void hard_errors(struct hostile *x)
{
	const struct icmp4_hdr m = {.type = 3, .code = 3};
	struct conn c;

	conn_open(x, &c);
	for (uint32_t i = 1; i < 200; i++) {
		make_about(x, &c, &m, c.snd_nxt + i * 20000000);
		hit(x, DROP_icmp_stale);
	}
	for (int i = 0; i < 20; i++) {
		demand(x, O6, conn_says(&c)); /* five octets under way */
		make_about(x, &c, &m, c.snd_nxt - 5);
		hit(x, TAKEN);
		pause_ms(x, 100);
	}
	conn_close(&c);
}

static void tiny_mtus(struct hostile *x)
{
	static const uint16_t claims[] = {0, 1, 67, 68, 551, 65535};
	struct ip_addr p = ip_addr_v4(IP_P);
	struct conn c;
	uint32_t mtu = 1500;

	conn_open(x, &c);
	for (size_t i = 0; i < ARRAY_SIZE(claims); i++) {
		struct icmp4_hdr m = {.type = 3, .code = 4, .mtu = claims[i]};

		make_about(x, &c, &m, c.snd_nxt + 100000);
		hit(x, DROP_icmp_stale);
		demand(x, O6, ip_mtu_for(&x->v->stack, p) == mtu);
	}
	for (size_t i = 0; i < ARRAY_SIZE(claims); i++) {
		struct icmp4_hdr m = {.type = 3, .code = 4, .mtu = claims[i]};

		demand(x, O6, conn_says(&c));
		make_about(x, &c, &m, c.snd_nxt - 5);
		hit(x, TAKEN);
		demand(x, O6, ip_mtu_for(&x->v->stack, p) <= mtu);
		mtu = ip_mtu_for(&x->v->stack, p);
		demand(x, O6, mtu >= IP_PMTU_FLOOR);
		pause_ms(x, 100);
	}
	pause_ms(x, 1000 * (IP_PMTU_AGE_S + 1));
	demand(x, O6, ip_mtu_for(&x->v->stack, p) == 1500);
	conn_close(&c);
}

/* Errors for the attacker; what is said to others meanwhile does not count. */
static void count_own(void *arg, const uint8_t *b, size_t len)
{
	unsigned int *answered = arg;

	if (len > ETH_HLEN + IP4_HLEN && get16(b + 12) == ETH_IP4 &&
	    get32(b + ETH_HLEN + 16) == IP_A.v &&
	    b[ETH_HLEN + IP4_HLEN] == ICMP4_UNREACHABLE)
		++*answered;
}

/* How often is the attacker answered, who has sent in P's name before?  The
 * port that P seems to try is open, or it is not. */
static unsigned int own_answers(struct hostile *x, uint16_t port)
{
	struct ip4_hdr own = to_victim(), forged = from_to(IP_P, IP_V);
	unsigned int answered = 0;

	x->on_sent = count_own;
	x->on_sent_arg = &answered;
	for (uint32_t round = 0; round < x->n; round++) {
		for (int i = 0; i < 50; i++) {
			frame_udp(&x->f, x->door, &forged, 53, port, "x", 1);
			hit(x, EITHER);
		}
		frame_udp(&x->f, x->door, &own, 4000, 9999, "x", 1);
		hit(x, DROP_udp_no_port);
		pause_ms(x, 200);
	}
	x->on_sent = NULL;
	return answered;
}

static void side_channel(struct hostile *x)
{
	struct stack *s = &x->v->stack;
	struct endpoint any = ep("0.0.0.0:5353");
	int fd = sk_socket(s, SK_AF_INET, SK_SOCK_DGRAM | SK_SOCK_NONBLOCK, 0);
	unsigned int open_port, closed_port;

	x->gap_ns = 100000;
	demand(x, O1, sk_bind(s, fd, &any) == 0);
	closed_port = own_answers(x, 5354);
	open_port = own_answers(x, 5353);
	demand(x, O4, open_port == closed_port);
	demand(x, O4, !x->calm || open_port == x->n);
	(void)sk_close(s, fd);
}

static void errors_about_errors(struct hostile *x)
{
	const struct icmp4_hdr error = {.type = 3, .code = 0};
	static const uint8_t route[] = {131, 3, 4, 0};
	struct ip4_hdr h;

	for (int i = 0; i < 50; i++) {
		h = to_victim();
		h.opts = route; /* would be told, were it not an error */
		h.opts_len = 4;
		frame_icmp4(&x->f, x->door, &h, &error, some_octets, 40);
		hit(x, DROP_ip_source_route);
		demand(x, O4, x->heard_count == 0);
		h = to_victim();
		h.proto = 252; /* nobody's; a later fragment */
		h.frag_off = 8;
		h.opts = route;
		h.opts_len = 4;
		frame_ip4(&x->f, x->door, &h, some_octets, 40);
		hit(x, DROP_ip_source_route);
		demand(x, O4, x->heard_count == 0);
		h = from_to(IP_A, ip4_make(10, 0, 0, 255));
		h.proto = 252;
		frame_ip4(&x->f, x->door, &h, some_octets, 40);
		memset(x->f.b, 0xff, 6);
		hit(x, DROP_ip_proto);
		demand(x, O4, x->heard_count == 0);
		h = from_to(ip4_make(224, 0, 0, 9), IP_V);
		h.proto = 252;
		frame_ip4(&x->f, x->door, &h, some_octets, 40);
		hit(x, DROP_martian);
		demand(x, O4, x->heard_count == 0);
	}
}

const struct row rows_icmp[] = {
	{
		.number = 46,
		.what = "echoes of 0 to 7 octets",
		.rule = "dropped: `icmp_short`",
		.play = short_echoes,
	},
	{
		.number = 46,
		.what = "... and of all lengths from there",
		.rule = "answered with as many octets",
		.play = echoes,
	},
	{
		.number = 48,
		.what = "errors that quote too little",
		.rule = "dropped: `icmp_embed`",
		.play = short_quotes,
	},
	{
		.number = 49,
		.what = "port unreachable, about a live connection",
		.rule = "numbers not under way: `icmp_stale`; others are soft "
			"errors, the connection lives",
		.play = hard_errors,
	},
	{
		.number = 50,
		.what = "fragmentation needed, with an absurd MTU",
		.rule = "never below 552, never raised, forgotten after 10 min",
		.play = tiny_mtus,
		.keeps = 1, /* the table of path MTUs */
	},
	{
		.number = 53,
		.what = "probes in another's name, then one's own (SAD DNS)",
		.rule = "one's own is answered, whatever the others met",
		.play = side_channel,
		.n = 100,
		.full = 10000,
	},
	{
		.number = 54,
		.what = "what no error may be about",
		.rule = "none is sent",
		.play = errors_about_errors,
	},
	{0},
};
