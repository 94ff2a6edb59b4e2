// SPDX-License-Identifier: MIT
/*
 * twins.c - two worlds that live through the same, one of them forgetful
 */

#include "twins.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/crc32.h"

#include "wire/csum.h"

static struct twin twins[2];
static uint32_t draws[512];
static int drawn;

struct stack *twin_stack(const struct twin *w)
{
	return testnet_host(w->net, 0);
}

struct twin *twin_of(const struct stack *stack)
{
	return twin_stack(&twins[0]) == stack ? &twins[0] : &twins[1];
}

void twin_note(struct twin *w, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	w->at += (size_t)vsnprintf(w->text + w->at, sizeof(w->text) - w->at,
				   format, args);
	va_end(args);
	assert_true(w->at < sizeof(w->text));
}

void twin_note_octets(struct twin *w, const char *what, const uint8_t *p,
		      size_t len)
{
	size_t i;

	twin_note(w, "%s %zu: %04x ", what, len, csum(p, len));
	for (i = 0; i < len && i < 80; i++)
		twin_note(w, "%02x", p[i]);
	twin_note(w, "\n");
}

void twin_forget(struct twin *w)
{
	if (w->forgets)
		twin_stack(w)->epoch++;
}

uint32_t twin_draw(uint32_t below)
{
	assert_true(drawn < (int)ARRAY_SIZE(draws));
	return draws[drawn++] % below;
}

void twin_on_packet(struct stack *stack, struct pkt *pkt,
		    const struct ip_meta *m)
{
	static uint8_t buf[65535];
	struct twin *w = twin_of(stack);
	char src[IP_TEXT], dst[IP_TEXT];

	twin_note(w, "in %s > %s proto %u ttl %u tos %u %d%d%d len %u %s\n",
		  ip_addr_print(m->src, src), ip_addr_print(m->dst, dst),
		  m->proto, m->ttl, m->tos, m->is_bcast, m->is_mcast,
		  m->has_alert, m->l4_len, m->netif->name);
	twin_note(w, "offsets %d %d heard %d dest %d\n",
		  pkt->l4_off - pkt->l3_off, pkt->l3_off - pkt->l2_off,
		  pkt->is_heard, pkt->dest);
	pkt_copy_out(pkt, 0, buf, pkt->len);
	twin_note_octets(w, "with", buf, pkt->len);
	pkt_free(pkt);
}

void twin_inject(struct twin *w, struct netif *netif, const uint8_t *frame,
		 size_t len)
{
	struct pkt *pkt = pkt_new_rx(&w->net->env, R_NONE);

	assert_non_null(pkt);
	assert_int_equal(pkt_append(pkt, frame, len), 0);
	pkt->has_fcs = w->forgets;
	pkt->fcs = crc32_update(0, frame, len);
	twin_forget(w);
	netif_input(netif, pkt);
}

static enum testnet_fate on_wire(void *arg, int from, uint64_t n,
				 struct pkt *pkt)
{
	(void)from;
	(void)n;
	(void)pkt;
	twin_forget(arg);
	return TESTNET_PASS;
}

static void note_netif(struct twin *w, struct netif *n)
{
	twin_note(w, "%s tx %llu %llu rx %llu %llu\n", n->name,
		  (unsigned long long)n->stats.tx_frames,
		  (unsigned long long)n->stats.tx_octets,
		  (unsigned long long)n->stats.rx_frames,
		  (unsigned long long)n->stats.rx_octets);
}

static void note_all(struct twin *w)
{
	static uint8_t frame[65536 + 64];
	struct stack *s = twin_stack(w);
	struct list *pos;
	size_t len;
	int i;

	for (i = 0; i < w->net->hosts[0].port_count; i++)
		while ((len = testnet_take(testnet_netif(w->net, 0, i), frame,
					   sizeof(frame))))
			twin_note_octets(w, "out", frame, len);
	list_for_each(pos, &s->netifs)
		note_netif(w, container_of(pos, struct netif, node));
	for (i = 0; i < DROP_COUNT; i++)
		if (s->place.drops[i])
			twin_note(w, "%s %llu\n", drop_name((enum drop)i),
				  (unsigned long long)s->place.drops[i]);
	for (i = 0; i < R_COUNT; i++)
		if (w->net->events[i])
			twin_note(w, "%s %llu\n", reason_name((enum reason)i),
				  (unsigned long long)w->net->events[i]);
}

static void twin_step(struct twin *w, const struct twin_play *play)
{
	drawn = 0;
	w->at = 0;
	w->net->env.probe = w->has_probe ? w->probe : NULL;
	play->step(w, twin_draw(100));
	testnet_run_ms(w->net, 0);
	note_all(w);
	play->look(w);
}

static void twin_begin(struct twin *w, const struct twin_play *play)
{
	memset(w, 0, sizeof(*w));
	w->forgets = w == &twins[1];
	w->net = testnet_new_empty();
	testnet_add_host(w->net, NULL);
	w->probe = w->net->env.probe;
	w->net->hook = on_wire;
	w->net->hook_arg = w;
	play->begin(w);
}

/* Fail with what both saw, from a little before the first difference. */
static void fail_at(uint64_t seed, int step)
{
	const char *a = twins[0].text, *b = twins[1].text;
	size_t at = 0, from;

	while (a[at] == b[at])
		at++;
	from = at - min_size(at, 200);
	fail_msg("seed %d step %d: ...%.400s...\n--- forgetful: ...%.400s...",
		 (int)seed, step, a + from, b + from);
}

static void compare(const struct twin_play *play, uint64_t seed)
{
	struct rng rng;
	int i, n;
	size_t k;

	rng_init(&rng, seed, "twins");
	for (i = 0; i < 2; i++)
		twin_begin(&twins[i], play);
	for (n = 0; n < play->steps; n++) {
		for (k = 0; k < ARRAY_SIZE(draws); k++)
			draws[k] = rng_u32(&rng);
		for (i = 0; i < 2; i++)
			twin_step(&twins[i], play);
		if (strcmp(twins[0].text, twins[1].text) != 0)
			fail_at(seed, n);
	}
	for (i = 0; i < 2; i++)
		testnet_free(twins[i].net);
}

void twins_compare(const struct twin_play *play, uint64_t seeds)
{
	const char *more = getenv("WEFT_PATH_SEEDS");
	uint64_t seed;

	if (more)
		seeds = strtoull(more, NULL, 10);
	for (seed = 0; seed < seeds; seed++)
		compare(play, seed);
}
