// SPDX-License-Identifier: MIT
/*
 * real_test.c - a world that follows the clock, and a wire to the outside
 *
 * A host asks who has an address, over a cable of a millisecond; the test is the
 * outside.  Of a process that was stopped the clock has gone on: the pace's is
 * set ahead, and nobody waits.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "catch_box.h"
#include "ip/ip.h"
#include "lab/real.h"
#include "link/arp.h"
#include "os/pace.h"
#include "sock/sock.h"
#include "testframe.h"
#include "vnet/uplink.h"

#define US	UINT32_C(0x0a000001)
#define WHO	UINT32_C(0x0a000002)
#define OUTSIDE mac_of(9)

struct fixture {
	struct mem mem;
	struct world *w;
	struct host *host;
	struct port *port;
	struct uplink *up;
	struct pace pace;
	struct pace_driven driven;
	struct pace_fd pfd;
	int fds[2];
	uint64_t told_ns; /* when a frame was last read */
};

static struct fixture f;

static void on_frames(struct pace_fd *pfd, void *arg)
{
	(void)pfd;
	f.told_ns = world_now(f.w);
	assert_true(uplink_read(arg) >= 0);
}

static int set_up(void **state)
{
	const struct cable_params cable = {.delay_ns = NS_PER_MS};
	const struct ip4_net net = {{US}, 24};
	struct dev_cfg cfg = {.kind = DEV_TAP};

	(void)state;
	memset(&f, 0, sizeof(f));
	mem_init_libc(&f.mem);
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, f.fds), 0);
	cfg.fd = f.fds[0];
	f.w = world_new(&f.mem, 1);
	pace_init(&f.pace, 0);
	real_follow(f.w, &f.pace, &f.driven);
	f.host = world_add_host(f.w, "host");
	f.port = host_add_port(f.host, NULL);
	assert_int_equal(uplink_open(f.w, "uplink", &cfg, &f.up), 0);
	assert_non_null(world_link(f.w, f.port, uplink_port(f.up), &cable));
	assert_int_equal(ip_addr_add(&f.host->stack, &f.port->netif, net), 0);
	return pace_watch(&f.pace, &f.pfd, f.fds[0], on_frames, f.up);
}

static int tear_down(void **state)
{
	(void)state;
	uplink_free(f.up);
	assert_int_equal(world_free(f.w), 0);
	close(f.fds[0]);
	close(f.fds[1]);
	return f.mem.in_use_count != 0;
}

static void send_answer(void)
{
	struct arp_hdr arp = {
		.op = ARP_REPLY,
		.sha = OUTSIDE,
		.spa = {WHO},
		.tha = f.port->netif.mac,
		.tpa = {US},
	};
	struct frame fr;

	frame_arp(&fr, f.port->netif.mac, OUTSIDE, &arp);
	assert_int_equal(write(f.fds[1], fr.b, fr.len), fr.len);
}

/* The clock goes on while nobody looks, and then somebody does. */
static void pass(uint64_t ns)
{
	f.pace.offset_ns += ns;
	assert_int_equal(pace_poll(&f.pace), 0);
}

static int questions_seen(void)
{
	uint8_t frame[2000];
	int n = 0;

	while (read(f.fds[1], frame, sizeof(frame)) > 0)
		n += frame[12] == 8 && frame[13] == 6;
	return n;
}

static void note_state(void *arg, const struct arp_view *v)
{
	if (v->addr.v == WHO)
		*(int *)arg = (int)v->state;
}

static int state_of_neighbour(void)
{
	int state = -1;

	arp_for_each(&f.host->stack, note_state, &state);
	return state;
}

/* The last question has left; in half a second it will have been in vain. */
static void ask(void)
{
	struct stack *stack = &f.host->stack;
	struct endpoint to = {.addr = ip_addr_v4((ip4_addr){WHO}), .port = 9};
	int i, fd = sk_socket(stack, SK_AF_INET, SK_SOCK_DGRAM, 0);

	assert_int_equal(sk_sendto(stack, fd, "x", 1, 0, &to), 1);
	for (i = 0; i < 5; i++)
		pass(NS_PER_S / 2);
	assert_int_equal(questions_seen(), ARP_TRIES);
	assert_int_equal(state_of_neighbour(), ARP_INCOMPLETE);
}

static void an_answer_that_lies_there_is_not_given_up(void **state)
{
	(void)state;
	ask();
	send_answer();
	pass(NS_PER_S);
	assert_int_equal(state_of_neighbour(), ARP_REACHABLE);
	/* It is now, and not when the pause began. */
	assert_true(world_now(f.w) >= 35 * NS_PER_S / 10);
}

static void without_an_answer_he_is(void **state)
{
	(void)state;
	ask();
	pass(NS_PER_S);
	assert_int_equal(state_of_neighbour(), ARP_FAILED);
}

/* An answer in front of the last thing that is due, which is @late_ns ago. */
static uint64_t answer_when_late(uint64_t late_ns)
{
	uint64_t due;

	ask();
	due = world_next(f.w);
	pass(due - pace_now(&f.pace) - NS_PER_S / 4);
	assert_true(world_next(f.w) == due && world_now(f.w) < due);
	f.told_ns = 0;
	send_answer();
	f.pace.offset_ns += NS_PER_S / 4 + late_ns;
	assert_int_equal(pace_poll(&f.pace), 0);
	return due;
}

static void a_frame_is_put_as_early_as_the_world_is_late(void **state)
{
	uint64_t due = answer_when_late(120 * NS_PER_MS);

	(void)state;
	assert_true(f.told_ns < due - 120 * NS_PER_MS);
	assert_true(f.told_ns > due - 240 * NS_PER_MS);
	assert_int_equal(state_of_neighbour(), ARP_REACHABLE);
}

/* Else a cable would be shorter than it is. */
static void a_frame_comes_when_it_comes_if_that_is_little(void **state)
{
	uint64_t due = answer_when_late(20 * NS_PER_MS);

	(void)state;
	assert_true(f.told_ns >= due + 20 * NS_PER_MS);
	assert_int_equal(state_of_neighbour(), ARP_FAILED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_answer_that_lies_there_is_not_given_up),
		TEST(without_an_answer_he_is),
		TEST(a_frame_is_put_as_early_as_the_world_is_late),
		TEST(a_frame_comes_when_it_comes_if_that_is_little),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
