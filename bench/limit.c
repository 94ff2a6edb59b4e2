// SPDX-License-Identifier: MIT
/*
 * limit.c - only what cannot be avoided: how fast a stack could be at most
 *
 *	limit WORK SECONDS	{"rate": ...} per second of processor time
 *
 *	bulk-1460, bulk-64k	octets, two copies
 *	bulk-64k-lent		octets, one copy: what is read is only lent
 *	request COUNT		64 octets there and back, random of COUNT
 *	udp			datagrams of 64 octets
 *	forward			packets, a table of 2^24 networks
 *	syn			two hashes and two checksums for each SYN
 *
 * Theory of operation
 * ===================
 * A segment is copied and summed in one pass, gets 54 octets of headers with
 * true checksums, goes through a ring to the other side, where the headers are
 * summed again, the connection is looked up by the four values that name it,
 * and the payload is summed while it is copied out.  Every second segment has
 * an ACK, made and taken in like it.  There are no states, no timers, no
 * buffers that grow, no errors: no stack can be faster that copies and sums.
 */

#include <time.h>

#include "base/check.h"

#include "wire/csum.h"

#include "bench.h"

enum {
	HEAD = 54, /* Ethernet, IPv4, TCP */
	RING = 1024,
	BATCH = 32,
	USER = 1 << 17,
	WINDOW = 1 << 20,
	SMALL = 64,
	FRAMES = 4096,
};

/* What goes through a ring: headers, and where the payload is. */
struct bare {
	uint8_t head[64];
	uint8_t *payload;
	size_t len;
	uint8_t own[SMALL];
};

struct ring {
	struct bare *slot[RING];
	unsigned int head, tail;
};

/* The ends of a connection, as they are found: by addresses and ports. */
struct end {
	uint32_t src, dst, ports;
	uint32_t snd_nxt, rcv_nxt, una, seen;
} __attribute__((aligned(32)));

static struct bare pool[2 * RING], *spare[2 * RING];
static unsigned int spare_count;
static struct ring there, back;
static struct end *table;
static uint32_t table_mask;
static uint8_t out_buf[USER], in_buf[USER], window[WINDOW + USER];

static double cpu_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static uint32_t mix(uint32_t a, uint32_t b, uint32_t c)
{
	uint64_t h = (a ^ (uint64_t)b << 32) * 0x9e3779b97f4a7c15;

	h = (h ^ h >> 29 ^ c) * 0xbf58476d1ce4e5b9;
	return (uint32_t)(h >> 32);
}

static struct end *look_up(uint32_t src, uint32_t dst, uint32_t ports)
{
	uint32_t i = mix(src, dst, ports) & table_mask;

	while (table[i].ports && (table[i].ports != ports ||
				  table[i].src != src || table[i].dst != dst))
		i = (i + 1) & table_mask;
	return &table[i];
}

static uint32_t address(int side)
{
	return 0x0a000001 + (uint32_t)side;
}

static uint32_t ports_of(uint32_t n)
{
	return 0x50000001 + n;
}

static void table_up(uint32_t count)
{
	uint32_t i, size = 64;
	size_t s;

	while (size < count * 4)
		size *= 2;
	table = aligned_alloc(64, (size_t)size * sizeof(*table));
	check(table);
	memset(table, 0, (size_t)size * sizeof(*table));
	table_mask = size - 1;
	for (i = 0; i < 2 * count; i++) {
		uint32_t src = address((int)i & 1), dst = address(~i & 1);
		struct end *e = look_up(src, dst, ports_of(i / 2));

		e->src = src;
		e->dst = dst;
		e->ports = ports_of(i / 2);
	}
	for (s = 0; s < 2 * RING; s++)
		spare[spare_count++] = &pool[s];
}

static void put_word(uint8_t *p, uint32_t v)
{
	memcpy(p, &v, sizeof(v));
}

static uint32_t get_word(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static void put_sum(uint8_t *p, uint32_t sum)
{
	uint16_t v = csum_fold(sum);

	memcpy(p, &v, sizeof(v));
}

/* Headers of a segment of @e whose payload sums to @sum. */
static void emit(struct bare *b, struct end *e, uint32_t sum)
{
	uint8_t *ip = b->head + 14, *tcp = ip + 20;

	memset(b->head, 0, HEAD);
	b->head[12] = 8;
	ip[0] = 0x45;
	put_word(ip + 2, (uint32_t)(40 + b->len));
	ip[8] = 64;
	ip[9] = 6;
	ip[10] = ip[11] = 0;
	put_word(ip + 12, e->src);
	put_word(ip + 16, e->dst);
	put_sum(ip + 10, csum_add(0, ip, 20));
	put_word(tcp, e->ports);
	put_word(tcp + 4, e->snd_nxt);
	put_word(tcp + 8, e->rcv_nxt);
	tcp[12] = 0x50;
	tcp[13] = 0x10;
	put_sum(tcp + 16, csum_add(sum, tcp, 20));
	e->snd_nxt += (uint32_t)b->len;
}

static void ring_put(struct ring *r, struct bare *b)
{
	r->slot[r->head++ % RING] = b;
}

/* The end that a segment is for, its headers summed. */
static struct end *take_in(const struct bare *b)
{
	const uint8_t *ip = b->head + 14;

	bench_use(csum_add(csum_add(0, ip, 20), ip + 20, 20));
	return look_up(get_word(ip + 16), get_word(ip + 12), get_word(ip + 20));
}

static void send_ack(struct end *e)
{
	struct bare *b = spare[--spare_count];

	b->len = 0;
	emit(b, e, 0);
	ring_put(&back, b);
}

static void take_acks(void)
{
	while (back.tail != back.head) {
		struct bare *b = back.slot[back.tail++ % RING];

		take_in(b)->una = get_word(b->head + 42);
		spare[spare_count++] = b;
	}
}

static void send_some(struct end *e, size_t len, size_t *at)
{
	size_t from = *at % (USER - len + 1);
	struct bare *b = spare[--spare_count];
	uint32_t sum;

	*at += len;
	b->payload = window + *at % WINDOW;
	b->len = len;
	sum = csum_copy(0, b->payload, out_buf + from, len);
	emit(b, e, sum);
	ring_put(&there, b);
}

static void receive_some(bool is_lent, size_t *at)
{
	while (there.tail != there.head) {
		struct bare *b = there.slot[there.tail++ % RING];
		size_t to = *at % (USER - b->len + 1);
		struct end *e = take_in(b);

		if (is_lent)
			bench_use((uint64_t)(uintptr_t)b->payload);
		else
			bench_use(
				csum_copy(0, in_buf + to, b->payload, b->len));
		*at += b->len;
		e->rcv_nxt += (uint32_t)b->len;
		if (b->len > 4096 || ++e->seen % 2 == 0)
			send_ack(e);
		spare[spare_count++] = b;
	}
}

static double bulk(double seconds, size_t len, bool is_lent)
{
	double begin, now;
	uint64_t octets = 0;
	size_t out_at = 0, in_at = 0;
	int i;

	table_up(1);
	begin = now = cpu_s();
	while (now - begin < seconds) {
		struct end *e = look_up(address(0), address(1), ports_of(0));

		for (i = 0; i < (len > 4096 ? 4 : BATCH); i++) {
			send_some(e, len, &out_at);
			octets += len;
		}
		receive_some(is_lent, &in_at);
		take_acks();
		now = cpu_s();
	}
	return (double)octets / (now - begin);
}

static void say(struct end *e, struct ring *r)
{
	struct bare *b = spare[--spare_count];

	b->payload = b->own;
	b->len = SMALL;
	emit(b, e, csum_copy(0, b->own, out_buf, SMALL));
	ring_put(r, b);
}

static struct end *hear(struct ring *r)
{
	struct bare *b = r->slot[r->tail++ % RING];
	struct end *e = take_in(b);

	bench_use(csum_copy(0, in_buf, b->payload, b->len));
	e->rcv_nxt += (uint32_t)b->len;
	spare[spare_count++] = b;
	return e;
}

static double request(double seconds, uint32_t count)
{
	uint64_t random = 88172645463325252, done = 0;
	double begin, now;
	int i;

	table_up(count);
	begin = now = cpu_s();
	for (; now - begin < seconds; now = cpu_s()) {
		for (i = 0; i < BATCH; i++, done++) {
			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			say(look_up(address(0), address(1),
				    ports_of((uint32_t)(random % count))),
			    &there);
		}
		while (there.tail != there.head)
			say(hear(&there), &back);
		while (back.tail != back.head)
			hear(&back);
	}
	return (double)done / (now - begin);
}

/* A segment there and none back is a datagram with too long a header. */
static double udp(double seconds)
{
	double begin, now;
	uint64_t done = 0;
	int i;

	table_up(1);
	begin = now = cpu_s();
	for (; now - begin < seconds; now = cpu_s()) {
		for (i = 0; i < BATCH; i++, done++)
			say(look_up(address(0), address(1), ports_of(0)),
			    &there);
		while (there.tail != there.head)
			hear(&there);
	}
	return (double)done / (now - begin);
}

/* Take in, look up, count down, new addresses. */
static void forward_one(uint8_t *f, const uint16_t *table24, uint32_t dst)
{
	uint8_t *ip = f + 14;

	put_word(ip + 16, dst);
	bench_use(csum_add(0, ip, 20));
	ip[8]--;
	ip[10]++;
	memset(f, table24[dst >> 8], 12);
}

static double forward(double seconds)
{
	static uint8_t frame[FRAMES][SMALL];
	uint16_t *table24 = calloc(1 << 24, sizeof(*table24));
	uint64_t random = 88172645463325252, done = 0;
	double begin, now;
	size_t i;

	check(table24);
	for (i = 0; i < 1 << 24; i++)
		table24[i] = i & 15;
	begin = now = cpu_s();
	for (; now - begin < seconds; now = cpu_s()) {
		for (i = 0; i < FRAMES; i++, done++) {
			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			forward_one(frame[i], table24, (uint32_t)random);
		}
	}
	return (double)done / (now - begin);
}

static double syn(double seconds)
{
	uint8_t head[64] = {0};
	double begin = cpu_s(), now = begin;
	uint64_t done = 0;
	uint32_t i;

	for (; now - begin < seconds; now = cpu_s()) {
		for (i = 0; i < FRAMES; i++, done++) {
			put_word(head, mix(i, (uint32_t)done, 1));
			put_word(head + 4, mix(i, (uint32_t)done, 2));
			bench_use(
				csum_add(csum_add(0, head, 20), head + 20, 40));
		}
	}
	return (double)done / (now - begin);
}

static double work(const char *what, double seconds, uint32_t count)
{
	if (!strcmp(what, "bulk-1460"))
		return bulk(seconds, 1460, false);
	if (!strcmp(what, "bulk-64k"))
		return bulk(seconds, 65536, false);
	if (!strcmp(what, "bulk-64k-lent"))
		return bulk(seconds, 65536, true);
	if (!strcmp(what, "request"))
		return request(seconds, count);
	if (!strcmp(what, "udp"))
		return udp(seconds);
	if (!strcmp(what, "forward"))
		return forward(seconds);
	if (!strcmp(what, "syn"))
		return syn(seconds);
	return -1;
}

int main(int argc, char **argv)
{
	double rate = -1;

	if (argc >= 3)
		rate = work(argv[1], strtod(argv[2], NULL),
			    argc > 3 ? (uint32_t)strtol(argv[3], NULL, 10) : 1);
	if (rate < 0) {
		fprintf(stderr, "usage: limit WORK SECONDS [COUNT]\n");
		return 2;
	}
	printf("{\"rate\": %.1f}\n", rate);
	return 0;
}
