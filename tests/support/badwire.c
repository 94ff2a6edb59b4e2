// SPDX-License-Identifier: MIT
/*
 * badwire.c - frames over a cable that flips bits, and a judge at its end
 *
 * Frame n carries n and octets from a random table, from a place that depends
 * on n, so that no two in a row are alike.
 */

#include "badwire.h"

#include <string.h>

#include "base/bytes.h"
#include "base/check.h"
#include "base/rng.h"

#include "wire/ether.h"

#include "core/pkt.h"

#include "vnet/vnet.h"

enum { TABLE = 8192, NUMBER_AT = ETH_HLEN, DATA_AT = ETH_HLEN + 8 };

#define BATCH 1000

struct judge {
	uint8_t table[TABLE];
	size_t len;
	struct badwire_result result;
};

static void frame_make(const struct judge *j, uint8_t *f, uint64_t number)
{
	memset(f, 0, ETH_HLEN);
	f[0] = 2;
	f[5] = 2;
	f[6] = 2;
	f[11] = 1;
	put16(f + 12, 0x88b5);
	put64(f + NUMBER_AT, number);
	memcpy(f + DATA_AT, j->table + number * 7 % (TABLE - ETH_MTU),
	       j->len - DATA_AT);
}

static void on_frame(struct port *port, struct pkt *pkt, void *arg)
{
	struct judge *j = arg;
	uint8_t got[ETH_HLEN + ETH_MTU], sent[ETH_HLEN + ETH_MTU];

	(void)port;
	check(pkt->len == j->len);
	pkt_copy_out(pkt, 0, got, pkt->len);
	frame_make(j, sent, get64(got + NUMBER_AT));
	if (memcmp(got, sent, j->len) == 0)
		j->result.right++;
	else
		j->result.wrong++;
	pkt_free(pkt);
}

static void count(struct badwire_result *r, struct cable *bad,
		  struct vswitch *sw)
{
	const struct cable_stats *s = cable_stats(bad, CABLE_AB);

	r->hit = s->corrupted;
	r->flipped = s->flipped_bits;
	r->repaired = s->repaired_octets;
	r->broken = s->broken_words;
	r->caught = switch_node(sw)->place->drops[DROP_l2_fcs];
}

struct badwire_result badwire_run(const struct badwire_cfg *cfg, uint64_t seed)
{
	const struct cable_params bad = {.bit_errors = cfg->bit_errors,
					 .has_fec = cfg->has_fec};
	uint8_t f[ETH_HLEN + ETH_MTU];
	struct judge j = {.len = cfg->len};
	struct port *from;
	struct vswitch *sw;
	struct cable *cable;
	struct world *w;
	struct mem mem;
	struct rng rng;

	check(cfg->len >= ETH_FRAME_MIN && cfg->len <= sizeof(f));
	mem_init_libc(&mem);
	rng_init(&rng, seed, "table");
	rng_fill(&rng, j.table, sizeof(j.table));
	w = world_new(&mem, seed);
	sw = world_add_switch(w, "switch");
	from = box_add_port(world_add_box(w, "sender", NULL, NULL), NULL);
	cable = world_link(w, from, switch_add_port(sw), &bad);
	check(cable);
	check(world_link(
		w, box_add_port(world_add_box(w, "judge", on_frame, &j), NULL),
		switch_add_port(sw), NULL));
	for (uint64_t n = 0; n < cfg->frames; n++) {
		frame_make(&j, f, n);
		check(box_send(from, f, cfg->len) == 0);
		if (n % BATCH == BATCH - 1) /* the flood limit refills */
			world_run_until(w, world_now(w) + NS_PER_S);
	}
	world_run_idle(w, UINT64_MAX);
	count(&j.result, cable, sw);
	check(world_free(w) == 0);
	return j.result;
}
