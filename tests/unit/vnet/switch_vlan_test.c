// SPDX-License-Identifier: MIT
/* switch_vlan_test.c - IEEE 802.1Q: one switch, many networks */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"

#include "core/drop.h"

#include "catch_box.h"
#include "vnet/vnet.h"

/*
 * a10, b10: access ports of VLAN 10; c20: of VLAN 20; t, u: trunks of both, t
 * has VLAN 1 as its native one, u has none; x, y: tunnels in VLAN 30, which u
 * carries.
 */
enum { A10, B10, C20, T, U, X, Y, PORTS };

#define NO_TAG UINT32_MAX

static struct mem mem;
static struct world *w;
static struct vswitch *sw;
static struct port *port[PORTS];
static struct catch_box box[PORTS];

static void set_vlan(int i, enum vlan_mode mode, uint16_t pvid)
{
	struct vlan_port vp = {.mode = mode, .pvid = pvid};

	if (mode == VLAN_TRUNK) {
		vlan_carry(&vp, 10);
		vlan_carry(&vp, 20);
	}
	if (i == U)
		vlan_carry(&vp, 30);
	assert_int_equal(switch_set_vlan(port[i], &vp), 0);
}

static void set_up(void)
{
	static const char *const names[] = {"a10", "b10", "c20", "t",
					    "u",   "x",	  "y"};
	int i;

	mem_init_libc(&mem);
	w = world_new(&mem, 3);
	sw = world_add_switch(w, "sw");
	for (i = 0; i < PORTS; i++) {
		catch_init(&box[i], w, names[i], 50);
		port[i] = switch_add_port(sw);
		assert_non_null(world_link(w, box[i].port, port[i], NULL));
	}
	set_vlan(A10, VLAN_ACCESS, 10);
	set_vlan(B10, VLAN_ACCESS, 10);
	set_vlan(C20, VLAN_ACCESS, 20);
	set_vlan(T, VLAN_TRUNK, 1);
	set_vlan(U, VLAN_TRUNK, 0);
	set_vlan(X, VLAN_TUNNEL, 30);
	set_vlan(Y, VLAN_TUNNEL, 30);
}

static void tear_down(void)
{
	int i;

	assert_int_equal(world_free(w), 0);
	assert_int_equal(mem.in_use_count, 0);
	for (i = 0; i < PORTS; i++)
		catch_fini(&box[i]);
}

/* A frame of 60 octets from @src with tags; @tag[i] is type and TCI. */
static void send_tags(int from, mac_addr dst, mac_addr src, const uint32_t *tag,
		      int count)
{
	uint8_t f[60] = {0};
	size_t at = 12;
	int i;

	for (i = 0; i < PORTS; i++)
		box[i].count = 0;
	memcpy(f, dst.o, 6);
	memcpy(f + 6, src.o, 6);
	for (i = 0; i < count; i++, at += 4)
		put32(f + at, tag[i]);
	put16(f + at, 0x88b5);
	f[at + 2] = 0xaa;
	assert_int_equal(box_send(box[from].port, f, sizeof(f)), 0);
	world_run_until(w, world_now(w) + 1000);
}

static void send(int from, mac_addr dst, mac_addr src, uint32_t tag)
{
	send_tags(from, dst, src, &tag, tag != NO_TAG);
}

static uint32_t tag_of(int i)
{
	const uint8_t *p = box[i].caught[0].head + 12;

	return get16(p) == 0x8100 || get16(p) == 0x88a8 ? get32(p) : NO_TAG;
}

/* Who got it, as a set of bits. */
static unsigned int got(void)
{
	unsigned int set = 0;
	int i;

	for (i = 0; i < PORTS; i++) {
		assert_true(box[i].count <= 1);
		set |= (unsigned int)box[i].count << i;
	}
	return set;
}

static void assert_dropped(enum drop why)
{
	uint64_t *n = &switch_node(sw)->place->drops[why];

	assert_int_equal(got(), 0);
	assert_int_equal(*n, 1);
	*n = 0;
}

#define IS(i) (1U << (i))

static void a_flood_stays_in_its_vlan_and_trunks_get_a_tag(void **state)
{
	(void)state;
	set_up();
	send(A10, MAC_BROADCAST, mac_of(1), NO_TAG);
	assert_int_equal(got(), IS(B10) | IS(T) | IS(U));
	assert_int_equal(tag_of(B10), NO_TAG);
	assert_int_equal(tag_of(T), 0x8100000a);
	assert_int_equal(tag_of(U), 0x8100000a);
	assert_int_equal(box[T].caught[0].len, 64);
	send(C20, MAC_BROADCAST, mac_of(3), NO_TAG);
	assert_int_equal(got(), IS(T) | IS(U));
	assert_int_equal(tag_of(T), 0x81000014);
	tear_down();
}

static void a_tag_is_taken_off_and_the_frame_padded(void **state)
{
	(void)state;
	set_up();
	send(T, MAC_BROADCAST, mac_of(4), 0x8100000a);
	assert_int_equal(got(), IS(A10) | IS(B10) | IS(U));
	assert_int_equal(tag_of(A10), NO_TAG);
	assert_int_equal(get16(box[A10].caught[0].head + 12), 0x88b5);
	assert_int_equal(box[A10].caught[0].head[14], 0xaa);
	assert_int_equal(box[A10].caught[0].len, 60);
	assert_int_equal(tag_of(U), 0x8100000a);
	tear_down();
}

static void priority_is_kept_from_trunk_to_trunk(void **state)
{
	(void)state;
	set_up();
	send(T, MAC_BROADCAST, mac_of(4), 0x8100b00a); /* 5, may be dropped */
	assert_int_equal(tag_of(U), 0x8100b00a);
	/* A tag with a priority only: VLAN of the port (6.9). */
	send(A10, MAC_BROADCAST, mac_of(1), 0x8100e000);
	assert_int_equal(got(), IS(B10) | IS(T) | IS(U));
	assert_int_equal(tag_of(U), 0x8100e00a);
	assert_int_equal(tag_of(B10), NO_TAG);
	tear_down();
}

static void native_vlan_has_no_tag(void **state)
{
	struct vlan_port vp = {.mode = VLAN_ACCESS, .pvid = 1};

	(void)state;
	set_up();
	assert_int_equal(switch_set_vlan(port[C20], &vp), 0);
	send(T, MAC_BROADCAST, mac_of(4), NO_TAG);
	assert_int_equal(got(), IS(C20));
	send(C20, mac_of(4), mac_of(3), NO_TAG);
	assert_int_equal(got(), IS(T));
	assert_int_equal(tag_of(T), NO_TAG);
	send(U, MAC_BROADCAST, mac_of(5), NO_TAG); /* u has none */
	assert_dropped(DROP_vlan_untagged);
	tear_down();
}

static void what_does_not_belong_is_dropped_by_name(void **state)
{
	static const uint32_t hop[] = {0x81000001, 0x81000014};
	static const uint32_t late[] = {0x8100000a, 0x88a8000a};
	static const uint32_t zero[] = {0x81000000, 0x81000014};

	(void)state;
	set_up();
	send(A10, MAC_BROADCAST, mac_of(1), 0x8100000a);
	assert_dropped(DROP_vlan_tagged);
	send(A10, MAC_BROADCAST, mac_of(1), 0x81000014);
	assert_dropped(DROP_vlan_tagged);
	send(A10, MAC_BROADCAST, mac_of(1), 0x88a8000a);
	assert_dropped(DROP_vlan_tagged);
	send(T, MAC_BROADCAST, mac_of(4), 0x8100001e);
	assert_dropped(DROP_vlan_denied);
	send(T, MAC_BROADCAST, mac_of(4), 0x81000fff);
	assert_dropped(DROP_vlan_reserved);
	/* VLAN hopping: the native tag outside, somebody else's inside. */
	send_tags(T, MAC_BROADCAST, mac_of(4), hop, 2);
	assert_dropped(DROP_vlan_double);
	send_tags(T, MAC_BROADCAST, mac_of(4), late, 2);
	assert_dropped(DROP_vlan_double);
	send_tags(A10, MAC_BROADCAST, mac_of(4), zero, 2);
	assert_dropped(DROP_vlan_double);
	assert_int_equal(switch_count(sw), 0); /* and nothing was learned */
	tear_down();
}

static void cut_tags_are_dropped_by_name(void **state)
{
	uint8_t f[18] = {0};
	size_t len;

	(void)state;
	set_up();
	memset(f, 0xff, 6);
	f[6] = 2;
	f[12] = 0x81;
	for (len = 14; len < 18; len++) {
		assert_int_equal(box_send(box[T].port, f, len), 0);
		world_run_until(w, world_now(w) + 1000);
		assert_dropped(DROP_l2_short);
	}
	tear_down();
}

/* Independent learning (8.8): one address may live in two networks. */
static void one_address_is_learned_once_for_each_vlan(void **state)
{
	(void)state;
	set_up();
	send(A10, MAC_BROADCAST, mac_of(9), NO_TAG);
	send(C20, MAC_BROADCAST, mac_of(9), NO_TAG);
	assert_int_equal(switch_count(sw), 2);
	assert_int_equal(switch_stats(sw)->moved, 0);
	send(T, mac_of(9), mac_of(4), 0x8100000a);
	assert_int_equal(got(), IS(A10));
	send(T, mac_of(9), mac_of(4), 0x81000014);
	assert_int_equal(got(), IS(C20));
	/* Known in VLAN 10 is not known in VLAN 20. */
	send(A10, MAC_BROADCAST, mac_of(7), NO_TAG);
	send(T, mac_of(7), mac_of(4), 0x81000014);
	assert_int_equal(got(), IS(C20) | IS(U));
	tear_down();
}

static void a_tunnel_carries_tags_of_others_untouched(void **state)
{
	static const uint32_t both[] = {0x88a8001e, 0x81000014};

	(void)state;
	set_up();
	send(X, MAC_BROADCAST, mac_of(1),
	     0x81000014); /* VLAN 20, but not ours */
	assert_int_equal(got(), IS(Y) | IS(U));
	assert_int_equal(tag_of(Y), 0x81000014);
	assert_int_equal(tag_of(U), 0x88a8001e);
	assert_int_equal(get32(box[U].caught[0].head + 16), 0x81000014);
	send_tags(U, mac_of(1), mac_of(2), both, 2);
	assert_int_equal(got(), IS(X));
	assert_int_equal(tag_of(X), 0x81000014);
	/* A plain VLAN 30 is not the tunnel's. */
	send(U, MAC_BROADCAST, mac_of(3), 0x8100001e);
	assert_int_equal(got(), 0);
	tear_down();
}

/* An address that was learned where the VLAN no longer is. */
static void a_port_that_leaves_a_vlan_gets_nothing_of_it(void **state)
{
	(void)state;
	set_up();
	send(A10, MAC_BROADCAST, mac_of(1), NO_TAG);
	set_vlan(A10, VLAN_ACCESS, 20);
	assert_int_equal(switch_count(sw), 0);
	send(B10, mac_of(1), mac_of(2), NO_TAG);
	assert_int_equal(got(), IS(T) | IS(U));
	tear_down();
}

static void a_switch_that_knows_no_vlans_passes_tags_on(void **state)
{
	static const uint32_t both[] = {0x81000001, 0x81000014};
	int i;

	(void)state;
	set_up();
	world_free(w);
	for (i = 0; i < PORTS; i++)
		catch_fini(&box[i]);
	w = world_new(&mem, 3);
	sw = world_add_switch(w, "sw");
	for (i = 0; i < PORTS; i++) {
		char name[] = {'h', (char)('0' + i), 0};

		catch_init(&box[i], w, name, 50);
		assert_non_null(
			world_link(w, box[i].port, switch_add_port(sw), NULL));
	}
	send_tags(A10, MAC_BROADCAST, mac_of(1), both, 2);
	assert_int_equal(got(), (IS(PORTS) - 1) & ~IS(A10));
	assert_int_equal(tag_of(C20), 0x81000001);
	tear_down();
}

static void vlans_that_cannot_be_are_refused(void **state)
{
	struct vlan_port vp = {.mode = VLAN_ACCESS, .pvid = 4095};

	(void)state;
	set_up();
	assert_int_equal(switch_set_vlan(port[A10], &vp), -EINVAL);
	vp.pvid = 0;
	assert_int_equal(switch_set_vlan(port[A10], &vp), -EINVAL);
	vp.mode = VLAN_TRUNK;
	vlan_carry(&vp, 4095);
	assert_int_equal(switch_set_vlan(port[A10], &vp), -EINVAL);
	tear_down();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_flood_stays_in_its_vlan_and_trunks_get_a_tag),
		cmocka_unit_test(a_tag_is_taken_off_and_the_frame_padded),
		cmocka_unit_test(priority_is_kept_from_trunk_to_trunk),
		cmocka_unit_test(native_vlan_has_no_tag),
		cmocka_unit_test(what_does_not_belong_is_dropped_by_name),
		cmocka_unit_test(cut_tags_are_dropped_by_name),
		cmocka_unit_test(one_address_is_learned_once_for_each_vlan),
		cmocka_unit_test(a_tunnel_carries_tags_of_others_untouched),
		cmocka_unit_test(a_port_that_leaves_a_vlan_gets_nothing_of_it),
		cmocka_unit_test(a_switch_that_knows_no_vlans_passes_tags_on),
		cmocka_unit_test(vlans_that_cannot_be_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
