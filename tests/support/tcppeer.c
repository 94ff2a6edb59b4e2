// SPDX-License-Identifier: MIT
/*
 * tcppeer.c - a peer made of single segments, for tests of TCP
 */

#include "tcppeer.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/check.h"

#include "wire/csum.h"
#include "wire/ether.h"
#include "wire/ip4.h"
#include "wire/proto.h"

#include "talker.h"
#include "tcp/tcp_knobs.h"

enum { FRAME_MAX = 66000 };

#define PEER_IP	 ip4_make(10, 0, 0, 2)
#define STACK_IP ip4_make(10, 0, 0, 1)

static void on_event(struct tcp_conn *c, void *arg, uint32_t events)
{
	struct peer *p = arg;

	(void)c;
	p->events |= events;
}

static const struct tcp_user user = {.on_event = on_event};

void peer_init(struct peer *p)
{
	memset(p, 0, sizeof(*p));
	p->net = testnet_new_empty();
	testnet_add_host(p->net, NULL);
	p->netif = testnet_add_port(p->net, 0, "10.0.0.1/24");
	p->netif->features |= NETIF_F_NO_ARP;
	p->stack = testnet_host(p->net, 0);
	p->iss = 0x10000000;
	p->port = 1234;
	p->stack_port = 80;
	p->win = 65535;
	/* ACKs wait, so that segments can be heard one by one, and buffers
	 * are larger than what is said. */
	tcp_knob_set(p->stack, "quickacks", 0);
	tcp_knob_set(p->stack, "rmem", 1 << 20);
	tcp_knob_set(p->stack, "wmem", 1 << 20);
	p->syn_opts = (struct tcp_opts){.has = TCP_HAS_MSS, .mss = 1460};
	testnet_run_ms(p->net, 10000);
	testnet_forget(p->netif);
}

void peer_fini(struct peer *p)
{
	if (p->conn)
		tcp_abort(p->conn);
	if (p->listener)
		tcp_close(p->listener);
	testnet_free(p->net);
}

int peer_setup(void **state)
{
	*state = malloc(sizeof(struct peer));
	peer_init(*state);
	return 0;
}

int peer_teardown(void **state)
{
	peer_fini(*state);
	free(*state);
	return 0;
}

void peer_wait(struct peer *p, uint64_t ms)
{
	testnet_run_ms(p->net, ms);
}

static void opts_for(struct peer *p, uint16_t flags, struct tcp_opts *o)
{
	memset(o, 0, sizeof(*o));
	if (flags & TCP_SYN)
		*o = p->syn_opts;
	else if (p->with_ts)
		o->has = TCP_HAS_TIMESTAMP;
	if (o->has & TCP_HAS_TIMESTAMP) {
		o->ts_val = p->ts_val;
		o->ts_ecr = p->ts_ecr ? p->ts_ecr : p->heard_opts.ts_val;
	}
	if (p->uto_s)
		o->has |= TCP_HAS_UTO;
	o->uto_s = p->uto_s;
	p->uto_s = 0;
	if (flags & TCP_SYN || !p->sack_count)
		return;
	o->has |= TCP_HAS_SACK;
	for (; o->sack_count < p->sack_count; o->sack_count++) {
		o->sack[o->sack_count].start.v =
			p->irs + p->sack[o->sack_count].start.v;
		o->sack[o->sack_count].end.v =
			p->irs + p->sack[o->sack_count].end.v;
	}
	p->sack_count = 0;
}

/* TCP header, options and payload; returns how long. */
static size_t put_tcp(struct peer *p, const struct seg *s, uint8_t *to)
{
	struct tcp_hdr h = {.sport = p->port,
			    .dport = p->stack_port,
			    .seq = {p->iss + s->seq},
			    .flags = s->flags,
			    .win = p->win,
			    .urp = s->urp};
	bool syn = s->flags & TCP_SYN;
	struct tcp_opts o;
	size_t i, len;
	uint32_t sum;

	if (s->flags & TCP_ACK)
		h.ack.v = p->irs + s->ack;
	opts_for(p, s->flags, &o);
	h.len = (uint8_t)(TCP_HLEN + tcp_opts_len(&o));
	tcp_emit(to, &h);
	tcp_opts_emit(to + TCP_HLEN, &o);
	for (i = 0; i < s->len; i++)
		to[h.len + i] =
			talker_octet(0, s->seq - !syn + i) ^ p->data_xor;
	len = h.len + s->len;
	sum = csum_pseudo4(PEER_IP, STACK_IP, IP_PROTO_TCP, (uint32_t)len);
	put16(to + offsetof(struct tcp_wire, sum),
	      csum_fold(csum_add(sum, to, len)));
	if (p->bad_sum)
		to[offsetof(struct tcp_wire, sum)] ^= 1;
	return len;
}

void peer_say(struct peer *p, struct seg s)
{
	static uint8_t frame[FRAME_MAX];
	struct ether_hdr eth = {.dst = p->netif->mac,
				.src = {{2, 0, 0, 0, 0, 9}},
				.type = ETH_IP4};
	struct ip4_hdr ip = {.src = PEER_IP,
			     .dst = STACK_IP,
			     .proto = IP_PROTO_TCP,
			     .ttl = p->ttl ? p->ttl : 64,
			     .tos = p->tos};
	size_t len;

	ether_emit(frame, &eth);
	len = put_tcp(p, &s, frame + ETH_HLEN + IP4_HLEN);
	ip.total_len = (uint16_t)(IP4_HLEN + len);
	ip4_hdr_emit(frame + ETH_HLEN, &ip);
	testnet_inject(p->netif, frame, ETH_HLEN + ip.total_len);
}

static void compare_payload(const struct peer *p, const uint8_t *data,
			    size_t len)
{
	uint32_t seq = p->heard.seq.v - p->irs + !!(p->heard.flags & TCP_SYN);
	size_t i;

	for (i = 0; i < len; i++)
		assert_int_equal(data[i], talker_octet(1, seq - 1 + i));
}

long peer_take(struct peer *p)
{
	static uint8_t frame[FRAME_MAX];
	size_t n = testnet_take(p->netif, frame, sizeof(frame)), len;
	const uint8_t *l4 = frame + ETH_HLEN + IP4_HLEN;
	struct ip4_hdr ip;
	uint32_t sum;

	if (!n)
		return -1;
	assert_true(ip4_hdr_parse(&ip, frame + ETH_HLEN, n - ETH_HLEN) ==
		    IP4_HLEN);
	assert_true(ip4_eq(ip.src, STACK_IP) && ip4_eq(ip.dst, PEER_IP));
	p->heard_tos = ip.tos;
	len = (size_t)(ip.total_len - IP4_HLEN);
	sum = csum_pseudo4(ip.src, ip.dst, IP_PROTO_TCP, (uint32_t)len);
	assert_int_equal(csum_fold(csum_add(sum, l4, len)), 0);
	assert_true(tcp_parse(&p->heard, l4, len) > 0);
	assert_int_equal(tcp_opts_parse(&p->heard_opts, l4 + TCP_HLEN,
					(size_t)(p->heard.len - TCP_HLEN)),
			 0);
	if (p->heard.flags & TCP_SYN) {
		p->irs = p->heard.seq.v;
		p->stack_port = p->heard.sport;
	}
	compare_payload(p, l4 + p->heard.len, len - p->heard.len);
	return (long)(len - p->heard.len);
}

static void fail_with(struct peer *p, const struct seg *want, long len,
		      const char *file, int line)
{
	char text[64];
	struct strbuf sb;

	strbuf_init_fixed(&sb, text, sizeof(text));
	tcp_flags_print(&sb, p->heard.flags);
	print_message("heard: %s seq %d ack %d len %ld\n", text,
		      (int)(p->heard.seq.v - p->irs),
		      (int)(p->heard.ack.v - p->iss), len);
	print_message("wanted: flags %#x seq %d ack %d len %d\n", want->flags,
		      (int)want->seq, (int)want->ack, (int)want->len);
	_fail(file, line);
}

void peer_hear(struct peer *p, struct seg want, const char *file, int line)
{
	long len = peer_take(p);

	if (len < 0) {
		print_message("heard nothing\n");
		_fail(file, line);
	}
	if (p->heard.flags != want.flags ||
	    (p->heard.seq.v - p->irs != want.seq &&
	     !(want.flags & TCP_RST && want.seq == 0)) ||
	    (want.flags & TCP_ACK && p->heard.ack.v - p->iss != want.ack) ||
	    (want.flags & TCP_URG && p->heard.urp != want.urp) ||
	    (size_t)len != want.len)
		fail_with(p, &want, len, file, line);
}

void peer_hear_nothing(struct peer *p, const char *file, int line)
{
	struct seg none = {0};
	long len = peer_take(p);

	if (len >= 0)
		fail_with(p, &none, len, file, line);
}

void peer_listen(struct peer *p, int backlog)
{
	p->listener = talker_listen(p->stack, p->stack_port, backlog);
	assert_non_null(p->listener);
}

void peer_opens(struct peer *p)
{
	if (!p->listener)
		peer_listen(p, 5);
	SAY(p, .flags = TCP_SYN);
	HEAR(p, .flags = TCP_SYN | TCP_ACK, .ack = 1);
	p->with_ts = p->heard_opts.has & TCP_HAS_TIMESTAMP;
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 1);
	HEAR_NOTHING(p);
	p->conn = tcp_accept(p->listener);
	assert_non_null(p->conn);
	tcp_set_user(p->conn, &user, p);
	assert_int_equal(tcp_state(p->conn), TCPS_ESTABLISHED);
}

void peer_call(struct peer *p)
{
	struct endpoint to = talker_ep("10.0.0.2:80");

	p->port = 80;
	if (!p->conn)
		p->conn = tcp_new(p->stack, &user, p);
	assert_int_equal(tcp_connect(p->conn, &to), 0);
	HEAR(p, .flags = TCP_SYN);
}

void peer_is_called(struct peer *p)
{
	peer_call(p);
	SAY(p, .flags = TCP_SYN | TCP_ACK, .ack = 1);
	p->with_ts = p->syn_opts.has & TCP_HAS_TIMESTAMP;
	HEAR(p, .flags = TCP_ACK, .seq = 1, .ack = 1);
	assert_int_equal(tcp_state(p->conn), TCPS_ESTABLISHED);
}

void peer_app_send(struct peer *p, size_t len)
{
	static uint8_t buf[FRAME_MAX];
	size_t i;

	assert_true(len <= sizeof(buf));
	for (i = 0; i < len; i++)
		buf[i] = talker_octet(1, p->sent + i);
	assert_int_equal(tcp_send(p->conn, buf, len, 0), len);
	p->sent += len;
}

long peer_app_recv(struct peer *p)
{
	static uint8_t buf[FRAME_MAX];
	long n = tcp_recv(p->conn, buf, sizeof(buf), 0), i;

	for (i = 0; i < n; i++)
		assert_int_equal(buf[i],
				 talker_octet(0, p->read + (uint64_t)i));
	p->read += n > 0 ? (uint64_t)n : 0;
	return n;
}

uint64_t peer_drops(struct peer *p, enum drop why)
{
	uint64_t *counter = &p->stack->place.drops[why], n = *counter;

	*counter = 0;
	return n;
}
