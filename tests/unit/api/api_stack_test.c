// SPDX-License-Identifier: MIT
/* api_stack_test.c - stacks driven by the program: its clock, its wire */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <weft/weft.h>

#include <cmocka.h>

static struct sockaddr_in addr_of(const char *ip, uint16_t port)
{
	struct sockaddr_in sin = {.sin_family = AF_INET,
				  .sin_port = htons(port)};

	assert_int_equal(inet_pton(AF_INET, ip, &sin.sin_addr), 1);
	return sin;
}

#define SA(sin) ((struct sockaddr *)&(sin)), sizeof(sin)

/*
 * Two stacks on their own, with a wire and a clock made by the program.
 */
struct wire {
	struct weft_stack *stack[2];
	uint64_t now;
	struct frame {
		int to;
		size_t len;
		uint8_t octets[2000];
	} frames[64];
	unsigned int head, tail;
	uint32_t random;
	bool refuses, no_random, is_stopped;
};

struct side {
	struct wire *wire;
	int index;
};

static int transmit(void *arg, int ifindex, const struct iovec *iov, int count)
{
	struct side *side = arg;
	struct wire *w = side->wire;
	struct frame *fr = &w->frames[w->tail % 64];
	int i;

	assert_int_equal(ifindex, 2); /* "lo" is 1 */
	if (w->refuses)
		return -1;
	fr->to = !side->index;
	fr->len = 0;
	for (i = 0; i < count; i++) {
		assert_true(fr->len + iov[i].iov_len <= sizeof(fr->octets));
		memcpy(fr->octets + fr->len, iov[i].iov_base, iov[i].iov_len);
		fr->len += iov[i].iov_len;
	}
	w->tail++;
	assert_true(w->tail - w->head <= 64);
	return 0;
}

static uint64_t read_now(void *arg)
{
	return ((struct side *)arg)->wire->now;
}

static int fill(void *arg, void *buf, size_t len)
{
	struct side *side = arg;
	uint8_t *p = buf;

	if (side->wire->no_random)
		return -1;
	while (len--) {
		side->wire->random = side->wire->random * 1103515245 + 12345;
		*p++ = (uint8_t)(side->wire->random >> 16);
	}
	return 0;
}

static void carry(struct wire *w)
{
	while (w->head != w->tail) {
		struct frame *fr = &w->frames[w->head++ % 64];

		assert_int_equal(
			weft_input(w->stack[fr->to], 2, fr->octets, fr->len),
			0);
	}
}

/* A frame moves, or time does. */
static int wait_for(void *arg, uint64_t until_ns)
{
	struct wire *w = ((struct side *)arg)->wire;
	uint64_t other;

	if (w->is_stopped) {
		w->is_stopped = false;
		w->now += 5000000000;
		return 0;
	}
	if (w->head != w->tail) {
		carry(w);
		return 0;
	}
	other = weft_next(w->stack[!((struct side *)arg)->index]);
	if (until_ns == UINT64_MAX && other == UINT64_MAX)
		return -1;
	w->now = until_ns < other ? until_ns : other;
	weft_run(w->stack[0]);
	weft_run(w->stack[1]);
	return 0;
}

static struct weft_stack *wire_stack(struct side *side, bool may_wait)
{
	const struct weft_config cfg = {
		.size = sizeof(cfg),
		.name = "wired",
		.arg = side,
		.transmit = transmit,
		.now_ns = read_now,
		.random = fill,
		.wait = may_wait ? wait_for : NULL,
	};

	return weft_stack_new(&cfg);
}

static void wire_up(struct wire *w, struct side side[2])
{
	static const uint8_t macs[2][6] = {{2, 0, 0, 0, 0, 1},
					   {2, 0, 0, 0, 0, 2}};
	int i;

	memset(w, 0, sizeof(*w));
	w->now = 1;
	for (i = 0; i < 2; i++) {
		side[i] = (struct side){w, i};
		w->stack[i] = wire_stack(&side[i], true);
		assert_non_null(w->stack[i]);
		assert_int_equal(
			weft_if_add(w->stack[i], "eth0", macs[i], 1500), 2);
		assert_int_equal(
			weft_addr_add(w->stack[i], 2,
				      i ? "10.0.0.2/24" : "10.0.0.1/24"),
			0);
	}
}

static void stacks_can_be_driven_by_the_program(void **state)
{
	struct wire *w = calloc(1, sizeof(*w));
	struct sockaddr_in sin = addr_of("10.0.0.2", 80);
	struct side side[2];
	int l, fd, peer;
	char buf[20];

	(void)state;
	wire_up(w, side);
	l = weft_socket(w->stack[1], AF_INET, SOCK_STREAM, 0);
	weft_bind(w->stack[1], l, SA(sin));
	weft_listen(w->stack[1], l, 1);
	fd = weft_socket(w->stack[0], AF_INET, SOCK_STREAM, 0);
	assert_int_equal(weft_connect(w->stack[0], fd, SA(sin)), 0);
	peer = weft_accept(w->stack[1], l, NULL, NULL);
	assert_int_equal(weft_send(w->stack[0], fd, "by hand", 7, 0), 7);
	assert_int_equal(weft_recv(w->stack[1], peer, buf, 20, 0), 7);
	assert_int_equal(weft_close(w->stack[0], fd), 0);
	assert_int_equal(weft_recv(w->stack[1], peer, buf, 20, 0), 0);
	carry(w);
	weft_stack_free(w->stack[0]);
	weft_stack_free(w->stack[1]);
	free(w);
}

/* It lay there before the time was up: the program was stopped meanwhile. */
static void what_came_in_a_pause_is_read_before_it_is_too_late(void **state)
{
	struct wire *w = calloc(1, sizeof(*w));
	struct sockaddr_in sin = addr_of("10.0.0.2", 53);
	const struct timeval second = {.tv_sec = 1};
	struct side side[2];
	int from, to;
	char buf[20];

	(void)state;
	wire_up(w, side);
	to = weft_socket(w->stack[1], AF_INET, SOCK_DGRAM, 0);
	weft_bind(w->stack[1], to, SA(sin));
	assert_int_equal(weft_setsockopt(w->stack[1], to, SOL_SOCKET,
					 SO_RCVTIMEO, &second, sizeof(second)),
			 0);
	from = weft_socket(w->stack[0], AF_INET, SOCK_DGRAM, 0);
	assert_int_equal(weft_connect(w->stack[0], from, SA(sin)), 0);
	assert_int_equal(weft_send(w->stack[0], from, "one", 3, 0), 3);
	assert_int_equal(weft_recv(w->stack[1], to, buf, 20, 0), 3);
	assert_int_equal(weft_send(w->stack[0], from, "three", 5, 0), 5);
	w->is_stopped = true;
	assert_int_equal(weft_recv(w->stack[1], to, buf, 20, 0), 5);
	w->is_stopped = true;
	assert_int_equal(weft_recv(w->stack[1], to, buf, 20, 0), -1);
	assert_int_equal(errno, EAGAIN);
	weft_stack_free(w->stack[0]);
	weft_stack_free(w->stack[1]);
	free(w);
}

static void refused_frames_are_sent_again(void **state)
{
	struct wire *w = calloc(1, sizeof(*w));
	struct sockaddr_in sin = addr_of("10.0.0.2", 80);
	struct side side[2];
	int l, fd;

	(void)state;
	wire_up(w, side);
	l = weft_socket(w->stack[1], AF_INET, SOCK_STREAM, 0);
	weft_bind(w->stack[1], l, SA(sin));
	weft_listen(w->stack[1], l, 1);
	fd = weft_socket(w->stack[0], AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	w->refuses = true;
	assert_int_equal(weft_connect(w->stack[0], fd, SA(sin)), -1);
	assert_int_equal(errno, EINPROGRESS);
	w->refuses = false;
	weft_fcntl(w->stack[0], fd, F_SETFL, 0);
	assert_int_equal(weft_connect(w->stack[0], fd, SA(sin)), 0);
	weft_stack_free(w->stack[0]);
	weft_stack_free(w->stack[1]);
	free(w);
}

static void bad_configurations_are_refused(void **state)
{
	struct wire *w = calloc(1, sizeof(*w));
	struct side side = {w, 0};
	struct weft_config cfg = {.size = sizeof(cfg)};
	static const uint8_t mac[6] = {2};
	struct weft_stack *s;
	char c[10];

	(void)state;
	w->now = 1;
	assert_null(weft_stack_new(&cfg));
	assert_int_equal(errno, EINVAL);
	cfg.transmit = transmit;
	cfg.size--;
	assert_null(weft_stack_new(&cfg));
	w->no_random = true;
	assert_null(wire_stack(&side, false));
	assert_int_equal(errno, EIO);
	w->no_random = false;
	cfg.size++;
	cfg.mem_max = 1000;
	assert_null(weft_stack_new(&cfg));
	assert_int_equal(errno, ENOMEM);
	s = wire_stack(&side, false);
	assert_int_equal(weft_if_add(s, "", mac, 1500), -1);
	assert_int_equal(weft_if_add(s, "eth0", mac, 67), -1);
	assert_int_equal(weft_if_add(s, "lo", mac, 1500), -1);
	assert_int_equal(weft_if_add(s, "eth0", mac, 1500), 2);
	assert_int_equal(weft_addr_add(s, 9, "10.0.0.1/24"), -1);
	assert_int_equal(errno, ENODEV);
	assert_int_equal(weft_addr_add(s, 2, "10.0.0.1"), -1);
	assert_int_equal(weft_input(s, 1, c, 10), -1);
	assert_int_equal(errno, ENODEV);
	assert_int_equal(weft_route_add(s, "0.0.0.0/0", "10.9.9.9"), -1);
	assert_int_equal(errno, ENETUNREACH);
	assert_int_equal(weft_route_add(s, "nonsense", "10.0.0.1"), -1);
	assert_int_equal(errno, EINVAL);
	weft_stack_free(s);
	weft_stack_free(NULL);
	free(w);
}

/* From far too little memory to enough: it works or it says ENOMEM. */
static void any_cap_on_memory_is_survived(void **state)
{
	struct wire *w = calloc(1, sizeof(*w));
	struct side side = {w, 0};
	static const uint8_t mac[6] = {2};
	struct sockaddr_in any = addr_of("127.0.0.1", 53);
	struct weft_config cfg = {.size = sizeof(cfg),
				  .arg = &side,
				  .transmit = transmit,
				  .now_ns = read_now,
				  .random = fill};
	int refused = 0, worked = 0;

	(void)state;
	w->now = 1;
	for (cfg.mem_max = 256; cfg.mem_max < 4000000;
	     cfg.mem_max += cfg.mem_max / 16) {
		struct weft_stack *s = weft_stack_new(&cfg);
		char c;
		int u;

		if (!s) {
			assert_int_equal(errno, ENOMEM);
			refused++;
			continue;
		}
		weft_if_add(s, "eth0", mac, 1500);
		weft_addr_add(s, 2, "10.0.0.1/24");
		u = weft_socket(s, AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
		weft_bind(s, u, SA(any));
		weft_sendto(s, u, "x", 1, 0, SA(any));
		weft_run(s);
		worked += weft_recv(s, u, &c, 1, 0) == 1;
		weft_stack_free(s);
		w->head = w->tail;
	}
	assert_true(refused > 10);
	assert_true(worked > 10);
	free(w);
}

/* Without @wait nobody can bring the answer. */
static void blocking_without_a_way_to_wait_is_a_deadlock(void **state)
{
	struct wire *w = calloc(1, sizeof(*w));
	struct side side = {w, 0};
	struct sockaddr_in any = addr_of("127.0.0.1", 53);
	struct weft_stack *s;
	char c;
	int u;

	(void)state;
	w->now = 1;
	s = wire_stack(&side, false);
	u = weft_socket(s, AF_INET, SOCK_DGRAM, 0);
	weft_bind(s, u, SA(any));
	assert_int_equal(weft_recv(s, u, &c, 1, 0), -1);
	assert_int_equal(errno, EDEADLK);
	weft_sendto(s, u, "x", 1, 0, SA(any)); /* but to itself it can talk */
	weft_run(s);
	assert_int_equal(weft_recv(s, u, &c, 1, 0), 1);
	weft_stack_free(s);
	free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stacks_can_be_driven_by_the_program),
		cmocka_unit_test(
			what_came_in_a_pause_is_read_before_it_is_too_late),
		cmocka_unit_test(refused_frames_are_sent_again),
		cmocka_unit_test(bad_configurations_are_refused),
		cmocka_unit_test(any_cap_on_memory_is_survived),
		cmocka_unit_test(blocking_without_a_way_to_wait_is_a_deadlock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
