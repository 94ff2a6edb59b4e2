// SPDX-License-Identifier: MIT
/*
 * udp_path_test.c - the short ways of datagrams give what the long ones give
 *
 * Two worlds live through the same.  In one somebody listens to events, so that
 * everything goes the long way; in the other nobody does.  What programs read,
 * the frames on the wire and all counters must be equal after each step.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/rng.h"

#include "wire/ip4.h"
#include "wire/proto.h"
#include "wire/udp.h"

#include "ip/ip.h"
#include "testframe.h"
#include "testnet.h"
#include "udp/udp.h"

enum {
	SEEDS = 20,
	STEPS = 300,
	SENDERS = 2,
	READERS = 4,
	FIRST_PORT = 50,
	PORTS = 3, /* few, so that some are shared */
	MAX = 3000,
};

/* One of the worlds, and what was seen in it during a step. */
struct side {
	struct testnet *net;
	struct udp_sock *sender[SENDERS], *reader[READERS];
	uint32_t told[READERS];
	char text[65536];
	size_t at;
};

static struct side sides[2];
static struct rng rng;
static struct frame frame;

__attribute__((format(printf, 2, 3))) static void note(struct side *s,
						       const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(s->text + s->at, sizeof(s->text) - s->at, format, ap);
	va_end(ap);
	assert_true(n >= 0 && (size_t)n < sizeof(s->text) - s->at);
	s->at += (size_t)n;
}

/* A sum that depends on the order. */
static uint32_t digest(const uint8_t *p, size_t len)
{
	uint32_t h = 2166136261;

	while (len--)
		h = (h ^ *p++) * 16777619;
	return h;
}

static enum testnet_fate on_frame(void *arg, int from, uint64_t n,
				  struct pkt *pkt)
{
	static uint8_t buf[65536];

	pkt_copy_out(pkt, 0, buf, pkt->len);
	note(arg, "frame %d %llu %u %08x\n", from, (unsigned long long)n,
	     pkt->len, digest(buf, pkt->len));
	return TESTNET_PASS;
}

static void on_event(struct udp_sock *u, void *arg, uint32_t events)
{
	(void)u;
	*(uint32_t *)arg |= events;
	++*(uint32_t *)arg;
}

static const struct udp_user user = {.on_event = on_event};

/* What a step is about; the same in both worlds. */
struct draw {
	uint32_t kind, which, port, option;
	size_t len;
	bool is_far;
};

static struct draw draw_step(void)
{
	struct draw d = {
		.kind = rng_below(&rng, 16),
		.which = rng_u32(&rng),
		.port = rng_below(&rng, PORTS + 1) + FIRST_PORT,
		.option = rng_below(&rng, 8),
		.len = rng_below(&rng, 200),
	};

	if (rng_below(&rng, 8) == 0)
		d.len = rng_below(&rng, MAX);
	return d;
}

static struct endpoint peer_at(uint8_t host, uint32_t port)
{
	return (struct endpoint){
		.addr = ip_addr_v4(ip4_make(10, 0, 0, host)),
		.port = (uint16_t)port,
	};
}

static void open_reader(struct side *s, const struct draw *d)
{
	uint32_t i = d->which % READERS;
	struct endpoint at = peer_at(2, d->port), peer = peer_at(1, 1000);

	if (s->reader[i])
		udp_free(s->reader[i]);
	s->reader[i] = udp_new(testnet_host(s->net, 1), &user, &s->told[i]);
	assert_non_null(s->reader[i]);
	udp_set_reuse(s->reader[i], true);
	if (d->option & 1)
		at.addr.v4 = IP4_ANY;
	if (d->option == 7)
		udp_set_joins(s->reader[i], true);
	note(s, "bind %d\n", udp_bind(s->reader[i], &at));
	if (d->option & 2)
		note(s, "connect %d\n", udp_connect(s->reader[i], &peer));
	if (d->option & 4)
		udp_set_rcvbuf(s->reader[i], 3000);
}

static void close_reader(struct side *s, const struct draw *d)
{
	uint32_t i = d->which % READERS;

	if (s->reader[i])
		udp_free(s->reader[i]);
	s->reader[i] = NULL;
}

static void read_all(struct side *s, const struct draw *d)
{
	struct udp_sock *u = s->reader[d->which % READERS];
	uint8_t buf[MAX];
	struct udp_from from;
	char text[ENDPOINT_TEXT];
	long n;

	while (u && (n = udp_recv(u, buf, sizeof(buf), false, &from)) >= 0)
		note(s, "read %ld of %zu %08x from %s ttl %u tos %u at %llu\n",
		     n, from.len, digest(buf, (size_t)n),
		     endpoint_print(from.peer, text), from.ttl, from.tos,
		     (unsigned long long)from.time_ns);
}

static void send_some(struct side *s, const struct draw *d)
{
	struct endpoint to = peer_at(d->option == 3 ? 255 : 2, d->port);
	uint8_t buf[MAX];
	size_t i;

	for (i = 0; i < d->len; i++)
		buf[i] = (uint8_t)(i * d->which >> 8);
	note(s, "send %ld\n",
	     udp_send(s->sender[d->which % SENDERS], buf, d->len, &to));
}

/* A datagram from a stranger, perhaps a broken one. */
static void inject(struct side *s, const struct draw *d)
{
	struct netif *netif = testnet_netif(s->net, 1, 0);
	struct ip4_hdr h = {
		.src = ip4_make(10, 0, 0, 1),
		.dst = ip4_make(10, 0, 0, 2),
		.proto = IP_PROTO_UDP,
		.ttl = 9,
		.tos = (uint8_t)d->which,
	};
	uint8_t payload[200] = {(uint8_t)d->which};
	struct udp_wire *w = (void *)(frame.b + ETH_HLEN + IP4_HLEN);
	size_t len = d->len % sizeof(payload);

	frame_udp(&frame, netif, &h, 1000, (uint16_t)d->port, payload, len);
	if (d->option == 0)
		put16(w->sum, 0);
	if (d->option == 1)
		w->sum[0] ^= 0x40;
	if (d->option == 2)
		put16(w->len, (uint16_t)(len + 8 + d->which % 5 - 2));
	if (d->option == 3)
		put16(w->dport, 0);
	frame_inject(&frame, netif);
}

static void step(struct side *s, const struct draw *d)
{
	if (d->kind < 2)
		open_reader(s, d);
	else if (d->kind < 3)
		close_reader(s, d);
	else if (d->kind < 6)
		read_all(s, d);
	else if (d->kind < 9)
		inject(s, d);
	else
		send_some(s, d);
	if (d->which & 0x8000)
		testnet_run_ms(s->net, 1);
}

static void look(struct side *s)
{
	int i;

	for (i = 0; i < READERS; i++) {
		note(s, "told %x queued %zu\n", s->told[i],
		     s->reader[i] ? udp_queued(s->reader[i]) : 0);
		s->told[i] = 0;
	}
	for (i = 0; i < DROP_COUNT; i++)
		if (testnet_drops(s->net, 1, (enum drop)i))
			note(s, "%s %llu\n", drop_name((enum drop)i),
			     (unsigned long long)testnet_drops(s->net, 1,
							       (enum drop)i));
	note(s, "copied %llu\n", (unsigned long long)s->net->env.copied);
}

static void compare(uint64_t seed, int n)
{
	int i;

	for (i = 0; i < 2; i++) {
		struct stack *a = testnet_host(sides[0].net, i);
		struct stack *b = testnet_host(sides[1].net, i);

		assert_memory_equal(udp_stats(a), udp_stats(b),
				    sizeof(struct udp_stats));
		look(&sides[i]);
	}
	if (strcmp(sides[0].text, sides[1].text) != 0)
		fail_msg("seed %llu, step %d:\n%s--- and ---\n%s",
			 (unsigned long long)seed, n, sides[0].text,
			 sides[1].text);
	sides[0].at = sides[1].at = 0;
}

static void begin(struct side *s, bool is_heard)
{
	int i;

	memset(s, 0, sizeof(*s));
	s->net = testnet_new();
	s->net->hook = on_frame;
	s->net->hook_arg = s;
	if (!is_heard)
		s->net->env.probe = NULL;
	for (i = 0; i < SENDERS; i++) {
		struct endpoint at = peer_at(1, 1000 + (uint32_t)i);

		s->sender[i] =
			udp_new(testnet_host(s->net, 0), &user, &s->told[0]);
		assert_int_equal(udp_bind(s->sender[i], &at), 0);
		udp_set_broadcast(s->sender[i], true);
	}
}

static void end(struct side *s)
{
	int i;

	for (i = 0; i < SENDERS; i++)
		udp_free(s->sender[i]);
	for (i = 0; i < READERS; i++)
		if (s->reader[i])
			udp_free(s->reader[i]);
	testnet_free(s->net);
}

static void the_short_way_gives_what_the_long_one_gives(void **state)
{
	uint64_t seed;
	int n;

	(void)state;
	for (seed = 1; seed <= SEEDS; seed++) {
		rng_init(&rng, seed, "udp ways");
		begin(&sides[0], true);
		begin(&sides[1], false);
		for (n = 0; n < STEPS; n++) {
			struct draw d = draw_step();

			step(&sides[0], &d);
			step(&sides[1], &d);
			compare(seed, n);
		}
		end(&sides[0]);
		end(&sides[1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_short_way_gives_what_the_long_one_gives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
