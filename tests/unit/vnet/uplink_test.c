// SPDX-License-Identifier: MIT
/* uplink_test.c - a cable of a world that ends in a file */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/probe.h"

#include "catch_box.h"
#include "testframe.h"
#include "vnet/real.h"
#include "vnet/uplink.h"

struct fixture {
	struct mem mem;
	struct world *w;
	struct catch_box box;
	struct uplink *up;
	int fds[2]; /* ours, and what the kernel would have */
};

static struct fixture f;

static void begin(const struct cable_params *params)
{
	struct dev_cfg cfg = {.kind = DEV_TAP};

	memset(&f, 0, sizeof(f));
	mem_init_libc(&f.mem);
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, f.fds), 0);
	f.w = world_new(&f.mem, 1);
	catch_init(&f.box, f.w, "box", 100);
	cfg.fd = f.fds[0];
	assert_int_equal(uplink_open(f.w, "uplink", &cfg, &f.up), 0);
	assert_non_null(world_link(f.w, f.box.port, uplink_port(f.up), params));
}

static void end(void)
{
	catch_fini(&f.box);
	uplink_free(f.up);
	assert_int_equal(world_free(f.w), 0);
	assert_int_equal(f.mem.in_use_count, 0);
	close(f.fds[0]);
	close(f.fds[1]);
}

static void frames_pass_both_ways_with_the_delay_of_the_cable(void **state)
{
	struct cable_params p = {.delay_ns = 5 * NS_PER_MS};
	uint8_t frame[200];

	(void)state;
	begin(&p);
	frame_send(f.box.port, mac_of(2), mac_of(1), 77, 200);
	world_run_until(f.w, 5 * NS_PER_MS - 1);
	assert_int_equal(read(f.fds[1], frame, sizeof(frame)), -1);
	world_run_until(f.w, 5 * NS_PER_MS);
	assert_int_equal(read(f.fds[1], frame, sizeof(frame)), 200);
	assert_int_equal(frame[17], 77);

	assert_int_equal(write(f.fds[1], frame, sizeof(frame)), 200);
	assert_int_equal(uplink_read(f.up), 1);
	assert_int_equal(f.box.count, 0);
	world_run_until(f.w, 10 * NS_PER_MS);
	assert_int_equal(f.box.count, 1);
	assert_int_equal(caught_number(&f.box.caught[0]), 77);
	assert_int_equal(f.box.caught[0].at_ns, 10 * NS_PER_MS);
	end();
}

/* The kernel sees no check sequence, so it must not see the damage either. */
static void a_damaged_frame_ends_at_the_uplink(void **state)
{
	struct cable_params p = {.corrupt = 1.0};
	struct place *place;
	uint8_t frame[200];

	(void)state;
	begin(&p);
	place = world_find(f.w, "uplink")->place;
	frame_send(f.box.port, mac_of(2), mac_of(1), 1, 200);
	world_run_until(f.w, NS_PER_MS);
	assert_int_equal(read(f.fds[1], frame, sizeof(frame)), -1);
	assert_int_equal(place->drops[DROP_l2_fcs], 1);
	end();
}

/* Counts events, and remembers the cause of the last arrival at the device. */
static uint32_t events, arrival_cause;

static uint32_t note(void *arg, const struct event *ev)
{
	(void)arg;
	if (ev->kind == EV_RX && !strcmp(ev->netif->name, "tap"))
		arrival_cause = ev->cause;
	return ++events;
}

/* An echo request from 10.0.0.1 to 10.0.0.2, or the answer. */
static void make_echo(struct frame *fr, bool is_answer, uint16_t id)
{
	struct netif to = {.mac = mac_of(2)};
	struct ip4_hdr ip = {
		.src = {0x0a000001}, .dst = {0x0a000002}, .ttl = 9};
	struct icmp4_hdr icmp = {.type = is_answer ? 0 : 8, .id = id};

	if (is_answer) {
		ip.src.v = 0x0a000002;
		ip.dst.v = 0x0a000001;
	}
	frame_icmp4(fr, &to, &ip, &icmp, "x", 1);
}

/* What comes from outside is taken for an answer to what went there. */
static void an_answer_from_outside_has_a_cause(void **state)
{
	static struct frame ask, answer, other;
	uint32_t asked;

	(void)state;
	begin(NULL);
	world_env(f.w)->probe = note;
	events = 0;
	make_echo(&ask, false, 77);
	make_echo(&answer, true, 77);
	make_echo(&other, true, 78);
	assert_int_equal(box_send(f.box.port, ask.b, ask.len), 0);
	world_run_until(f.w, NS_PER_MS);
	asked = events;
	assert_in_range(asked, 2, 10);
	assert_int_equal(write(f.fds[1], answer.b, answer.len), answer.len);
	assert_int_equal(uplink_read(f.up), 1);
	assert_in_range(arrival_cause, 1, asked);
	assert_int_equal(write(f.fds[1], other.b, other.len), other.len);
	assert_int_equal(uplink_read(f.up), 1);
	assert_int_equal(arrival_cause, 0); /* nobody had asked that */
	end();
}

static bool never(void *arg)
{
	(void)arg;
	return false;
}

static int wait_outside(void *arg, bool (*is_done)(void *arg), void *done_arg,
			uint64_t until_ns)
{
	assert_false(is_done(done_arg));
	*(uint64_t *)arg = until_ns;
	return -EINTR;
}

/* In real time a blocking call may not jump ahead of the clock. */
static void whoever_drives_the_world_lets_time_pass(void **state)
{
	uint64_t until = 0;

	(void)state;
	begin(NULL);
	world_set_waiter(f.w, wait_outside, &until);
	assert_int_equal(world_run_wait(f.w, never, NULL, 42), -EINTR);
	assert_int_equal(until, 42);
	assert_int_equal(world_now(f.w), 0);
	world_set_waiter(f.w, NULL, NULL);
	assert_int_equal(world_run_wait(f.w, never, NULL, 42), -ETIMEDOUT);
	assert_int_equal(world_now(f.w), 42);
	end();
}

static void without_memory_there_is_no_uplink(void **state)
{
	struct dev_cfg cfg = {.kind = DEV_TAP, .fd = -1};
	struct uplink *up = NULL;
	char name[16];
	uint64_t i;

	(void)state;
	begin(NULL);
	for (i = 1; i < 20 && !up; i++) {
		f.mem.fail_at = f.mem.calls + i;
		/* A box that was made stays, so each has a name of its own. */
		snprintf(name, sizeof(name), "up%d", (int)i);
		(void)uplink_open(f.w, name, &cfg, &up);
	}
	assert_non_null(up);
	assert_in_range(i, 3, 19);
	uplink_free(up);
	f.mem.fail_at = 0;
	assert_int_equal(uplink_open(f.w, "uplink", &cfg, &up), -ENOMEM);
	assert_null(up); /* the name is in use */
	catch_fini(&f.box);
	uplink_free(f.up);
	uplink_free(NULL);
	world_free(f.w);
	close(f.fds[0]);
	close(f.fds[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			frames_pass_both_ways_with_the_delay_of_the_cable),
		cmocka_unit_test(a_damaged_frame_ends_at_the_uplink),
		cmocka_unit_test(an_answer_from_outside_has_a_cause),
		cmocka_unit_test(whoever_drives_the_world_lets_time_pass),
		cmocka_unit_test(without_memory_there_is_no_uplink),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
