// SPDX-License-Identifier: MIT
/* models_test.c - what waiting costs, by counts and not by time */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <weft/weft.h>

#include <cmocka.h>

#define SA(sin) ((struct sockaddr *)&(sin)), sizeof(sin)

enum { SETS = 4, IDLE_MAX = 2000 };

struct fix {
	struct weft_net *net;
	struct weft_stack *a, *b;
	int listener;
};

static struct sockaddr_in server_addr(void)
{
	return (struct sockaddr_in){.sin_family = AF_INET,
				    .sin_port = htons(7),
				    .sin_addr.s_addr = htonl(0x0a000002)};
}

static int setup(void **state)
{
	struct sockaddr_in sin = server_addr();
	struct fix *f = calloc(1, sizeof(*f));

	f->net = weft_net_new(1);
	f->a = weft_net_host(f->net, "a");
	f->b = weft_net_host(f->net, "b");
	weft_net_join(f->a, "10.0.0.1/24", f->b, "10.0.0.2/24", NULL);
	f->listener = weft_socket(f->b, AF_INET, SOCK_STREAM, 0);
	assert_int_equal(weft_bind(f->b, f->listener, SA(sin)), 0);
	assert_int_equal(weft_listen(f->b, f->listener, 5), 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fix *f = *state;

	weft_net_free(f->net);
	free(f);
	return 0;
}

/* One more connection; which sets are told of it, as bits. */
static unsigned int told_of_connection(struct fix *f, const int sets[SETS])
{
	int fd = weft_socket(f->a, AF_INET, SOCK_STREAM, 0), i;
	struct sockaddr_in sin = server_addr();
	struct epoll_event ev;
	unsigned int told = 0;

	assert_int_equal(weft_connect(f->a, fd, SA(sin)), 0);
	assert_int_equal(weft_net_run(f->net, 0), 0);
	for (i = 0; i < SETS; i++)
		told |= (unsigned int)weft_epoll_wait(f->b, sets[i], &ev, 1, 0)
			<< i;
	assert_true(weft_accept(f->b, f->listener, NULL, NULL) >= 0);
	/* Who was told comes back to wait, and finds nothing: only then is a
	 * level-triggered item off the list. */
	for (i = 0; i < SETS; i++)
		assert_int_equal(weft_epoll_wait(f->b, sets[i], &ev, 1, 0), 0);
	return told;
}

static void open_sets(struct fix *f, int sets[SETS], uint32_t flags)
{
	struct epoll_event ev = {.events = EPOLLIN | flags};
	int i;

	for (i = 0; i < SETS; i++) {
		sets[i] = weft_epoll_create1(f->b, 0);
		assert_int_equal(weft_epoll_ctl(f->b, sets[i], EPOLL_CTL_ADD,
						f->listener, &ev),
				 0);
	}
}

static void a_connection_wakes_the_whole_herd(void **state)
{
	struct fix *f = *state;
	int sets[SETS];

	open_sets(f, sets, 0);
	assert_int_equal(told_of_connection(f, sets), 0xf);
}

static void exclusive_sets_take_turns(void **state)
{
	struct fix *f = *state;
	unsigned int all = 0, told;
	int sets[SETS], i;

	open_sets(f, sets, EPOLLEXCLUSIVE);
	for (i = 0; i < SETS; i++) {
		told = told_of_connection(f, sets);
		assert_int_equal(told & (told - 1), 0); /* one bit */
		assert_int_not_equal(told, 0);
		all |= told;
	}
	assert_int_equal(all, 0xf);
}

/* Files looked at for one event among @idle that nothing happens to. */
static uint64_t looks_for(struct weft_stack *ws, int idle, int is_epoll)
{
	static struct pollfd p[IDLE_MAX + 1];
	struct weft_stats before = {.size = sizeof(before)}, after = before;
	int i, ep = weft_epoll_create1(ws, 0);
	int busy = weft_eventfd(ws, 1, EFD_NONBLOCK);
	struct epoll_event ev = {.events = EPOLLIN};

	for (i = 0; i <= idle; i++) {
		int fd = i < idle ? weft_socket(ws, AF_INET, SOCK_DGRAM, 0)
				  : busy;

		p[i] = (struct pollfd){.fd = fd, .events = POLLIN};
		assert_int_equal(weft_epoll_ctl(ws, ep, EPOLL_CTL_ADD, fd, &ev),
				 0);
	}
	assert_int_equal(weft_stats(ws, &before), 0);
	if (is_epoll)
		assert_int_equal(weft_epoll_wait(ws, ep, &ev, 1, -1), 1);
	else
		assert_int_equal(weft_poll(ws, p, (nfds_t)idle + 1, -1), 1);
	assert_int_equal(weft_stats(ws, &after), 0);
	assert_int_equal(after.calls - before.calls,
			 2); /* the wait, the count */
	return after.looks - before.looks;
}

static void epoll_looks_at_what_is_ready_and_poll_at_everything(void **state)
{
	struct fix *f = *state;

	assert_int_equal(looks_for(f->a, 10, 1), 1);
	assert_int_equal(looks_for(f->a, IDLE_MAX, 1), 1);
	assert_int_equal(looks_for(f->a, 10, 0), 11);
	assert_int_equal(looks_for(f->a, IDLE_MAX, 0), IDLE_MAX + 1);
}

static void descriptors_have_a_cap(void **state)
{
	struct weft_stats wrong = {.size = 1};
	struct fix *f = *state;
	int fd = weft_eventfd(f->a, 0, 0);

	assert_int_equal(weft_fd_max(f->a, (unsigned int)fd + 2), 0);
	assert_int_equal(weft_eventfd(f->a, 0, 0), fd + 1);
	assert_int_equal(weft_eventfd(f->a, 0, 0), -1);
	assert_int_equal(weft_fd_max(f->a, UINT32_MAX), -1);
	assert_int_equal(weft_stats(f->a, &wrong), -1);
}

#define NET(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		NET(a_connection_wakes_the_whole_herd),
		NET(exclusive_sets_take_turns),
		NET(epoll_looks_at_what_is_ready_and_poll_at_everything),
		NET(descriptors_have_a_cap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
