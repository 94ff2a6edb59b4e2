// SPDX-License-Identifier: MIT
/* cablebed.c - one cable between two boxes that remember what arrives */

#include "cablebed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

void cablebed_init(struct cablebed *bed, const struct cable_params *p,
		   size_t room)
{
	mem_init_libc(&bed->mem);
	bed->w = world_new(&bed->mem, 7);
	assert_non_null(bed->w);
	catch_init(&bed->a, bed->w, "a", room);
	catch_init(&bed->b, bed->w, "b", room);
	bed->cable = world_link(bed->w, bed->a.port, bed->b.port, p);
	assert_non_null(bed->cable);
}

void cablebed_fini(struct cablebed *bed)
{
	assert_int_equal(world_free(bed->w), 0);
	assert_int_equal(bed->mem.in_use_count, 0);
	catch_fini(&bed->a);
	catch_fini(&bed->b);
}

void cablebed_send(struct cablebed *bed, uint32_t number, size_t len)
{
	frame_send(bed->a.port, mac_of(2), mac_of(1), number, len);
}

void cablebed_send_many(struct cablebed *bed, uint32_t count, uint64_t gap_ns)
{
	uint32_t i;

	for (i = 0; i < count; i++) {
		cablebed_send(bed, i, 60);
		world_run_until(bed->w, world_now(bed->w) + gap_ns);
	}
	world_run_idle(bed->w, world_now(bed->w) + 10 * NS_PER_S);
}

const struct cable_stats *cablebed_stats(const struct cablebed *bed)
{
	return cable_stats(bed->cable, CABLE_AB);
}
