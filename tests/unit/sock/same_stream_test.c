// SPDX-License-Identifier: MIT
/* same_stream_test.c - queues, marks and low water, on weft and on the kernel */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "same.h"
#include "sock/sock.h"

static void queues(struct talk *t, int fd)
{
	CALL(ioctl, fd, SK_SIOCATMARK);
	CALL(ioctl, fd, SK_FIONREAD);
	CALL(ioctl, fd, SK_TIOCOUTQ);
	CALL(ioctl, fd, SK_SIOCOUTQNSD);
	POLL(fd);
}

static void questions_about_queues(struct talk *t)
{
	struct talk_ends e = talk_connect(t);

	queues(t, e.l);
	queues(t, e.a);
	CALL(send, e.a, 100, 0);
	WAIT(e.b, WAIT_IN);
	queues(t, e.b);
	CALL(recv, e.b, 30, 0);
	CALL(ioctl, e.b, SK_FIONREAD);
	CALL(shutdown, e.a, 1);
	WAIT(e.b, WAIT_RDHUP);
	queues(t, e.b);
	CALL(ioctl, 12345, SK_FIONREAD);
	queues(t, talk_stream(t));
}

/* RFC 6093 */
static void urgent_out_of_line(struct talk *t)
{
	struct talk_ends e = talk_connect(t);

	CALL(recv, e.b, 1, SK_MSG_OOB);
	CALL(send, e.a, 10, 0);
	CALL(send, e.a, 5, SK_MSG_OOB);
	WAIT(e.b, WAIT_PRI);
	queues(t, e.b);
	CALL(recv, e.b, 1, SK_MSG_OOB | SK_MSG_PEEK);
	CALL(recv, e.b, 0, SK_MSG_OOB);
	CALL(recv, e.b, 100, SK_MSG_PEEK);
	CALL(recv, e.b, 100, 0);
	queues(t, e.b);
	CALL(recv, e.b, 100, 0);
	queues(t, e.b);
	CALL(recv, e.b, 1, SK_MSG_OOB);
}

static void urgent_fetched_first(struct talk *t)
{
	struct talk_ends e = talk_connect(t);

	CALL(send, e.a, 10, SK_MSG_OOB);
	WAIT(e.b, WAIT_PRI);
	CALL(recv, e.b, 1, SK_MSG_OOB);
	CALL(recv, e.b, 1, SK_MSG_OOB);
	queues(t, e.b);
	CALL(send, e.a, 10, 0);
	while (t->set->ioctl(t->arg, e.b, SK_FIONREAD) < 9)
		t->set->poll(t->arg, e.b, WAIT_PRI, 1);
	CALL(recv, e.b, 5, 0);
	CALL(recv, e.b, 100, 0);
	queues(t, e.b);
	CALL(recv, e.b, 100, 0);
	queues(t, e.b);
}

static void urgent_inline(struct talk *t)
{
	struct talk_ends e = talk_connect(t);

	CALL(set, e.b, SK_SOL_SOCKET, SK_SO_OOBINLINE, 1);
	CALL(send, e.a, 10, SK_MSG_OOB);
	WAIT(e.b, WAIT_PRI);
	CALL(recv, e.b, 1, SK_MSG_OOB);
	queues(t, e.b);
	CALL(recv, e.b, 100, SK_MSG_WAITALL);
	queues(t, e.b);
	CALL(recv, e.b, 100, 0);
	queues(t, e.b);
}

static void urgent_twice(struct talk *t)
{
	struct talk_ends e = talk_connect(t);

	CALL(send, e.a, 3, SK_MSG_OOB);
	WAIT(e.b, WAIT_PRI);
	CALL(send, e.a, 3, SK_MSG_OOB);
	t->set->poll(t->arg, e.b, WAIT_RDHUP, 20);
	queues(t, e.b);
	CALL(recv, e.b, 100, 0);
	queues(t, e.b);
	CALL(recv, e.b, 1, SK_MSG_OOB);
	CALL(recv, e.b, 100, 0);
	queues(t, e.b);
}

static void urgent_before_and_after_the_end(struct talk *t)
{
	struct talk_ends e = talk_connect(t);
	int s = talk_stream(t);

	CALL(recv, s, 1, SK_MSG_OOB);
	CALL(send, s, 1, SK_MSG_OOB);
	CALL(recv, talk_dgram(t), 1, SK_MSG_OOB);
	CALL(send, talk_dgram(t), 1, SK_MSG_OOB);
	CALL(recv, e.l, 1, SK_MSG_OOB);
	CALL(send, e.a, 1, SK_MSG_OOB);
	CALL(shutdown, e.a, 1);
	WAIT(e.b, WAIT_RDHUP);
	queues(t, e.b);
	CALL(recv, e.b, 1, SK_MSG_OOB);
	CALL(recv, e.b, 1, SK_MSG_OOB);
	CALL(recv, e.b, 1, 0);
	CALL(send, e.a, 1, SK_MSG_OOB);
}

static void low_water(struct talk *t)
{
	static const int values[] = {0, 1, 50, -1};
	struct talk_ends e = talk_connect(t);
	size_t i;

	for (i = 0; i < 4; i++) {
		CALL(set, e.a, SK_SOL_SOCKET, SK_SO_RCVLOWAT, values[i]);
		if (values[i] >= 0)
			GET(e.a, SK_SOL_SOCKET, SK_SO_RCVLOWAT);
	}
	GET(e.a, SK_SOL_SOCKET, SK_SO_SNDLOWAT);
	CALL(set, e.a, SK_SOL_SOCKET, SK_SO_SNDLOWAT, 5);
	CALL(set, e.b, SK_SOL_SOCKET, SK_SO_RCVLOWAT, 50);
	CALL(send, e.a, 49, 0);
	t->set->poll(t->arg, e.b, WAIT_IN, 20);
	POLL(e.b);
	CALL(send, e.a, 1, 0);
	WAIT(e.b, WAIT_IN);
	CALL(recv, e.b, 10, 0);
	POLL(e.b);
	CALL(recv, e.b, 100, 0);
	CALL(recv, e.b, 100, 0);
}

static void peek_offset(struct talk *t)
{
	struct talk_ends e = talk_connect(t);

	GET(e.b, SK_SOL_SOCKET, SK_SO_PEEK_OFF);
	CALL(send, e.a, 100, 0);
	WAIT(e.b, WAIT_IN);
	CALL(recv, e.b, 30, SK_MSG_PEEK);
	CALL(set, e.b, SK_SOL_SOCKET, SK_SO_PEEK_OFF, 10);
	CALL(recv, e.b, 30, SK_MSG_PEEK);
	GET(e.b, SK_SOL_SOCKET, SK_SO_PEEK_OFF);
	CALL(recv, e.b, 20, 0);
	GET(e.b, SK_SOL_SOCKET, SK_SO_PEEK_OFF);
	CALL(recv, e.b, 100, SK_MSG_PEEK);
	GET(e.b, SK_SOL_SOCKET, SK_SO_PEEK_OFF);
	CALL(recv, e.b, 100, SK_MSG_PEEK);
	CALL(recv, e.b, 100, 0);
	GET(e.b, SK_SOL_SOCKET, SK_SO_PEEK_OFF);
}

static void truncated(struct talk *t)
{
	struct talk_ends e = talk_connect(t);

	CALL(send, e.a, 100, 0);
	WAIT(e.b, WAIT_IN);
	CALL(recv, e.b, 10, SK_MSG_TRUNC | SK_MSG_PEEK);
	CALL(recv, e.b, 10, SK_MSG_TRUNC);
	CALL(ioctl, e.b, SK_FIONREAD);
	CALL(recv, e.b, 200, SK_MSG_WAITALL);
	CALL(recv, e.b, 200, SK_MSG_WAITALL);
}

/* A partial read and the reset behind it: the reset is not lost. */
static void an_error_behind_data(struct talk *t)
{
	struct talk_ends e = talk_connect(t);
	const struct sk_linger l = {.onoff = 1};

	CALL(send, e.a, 100, 0);
	WAIT(e.b, WAIT_IN);
	CALL(set_raw, e.a, SK_SO_LINGER, &l, sizeof(l));
	CALL(close, e.a);
	WAIT(e.b, WAIT_RDHUP);
	POLL(e.b);
	CALL(recv, e.b, 200, SK_MSG_WAITALL);
	POLL(e.b);
	CALL(recv, e.b, 200, 0);
	GET(e.b, SK_SOL_SOCKET, SK_SO_ERROR);
	CALL(recv, e.b, 200, 0);
	CALL(send, e.b, 1, 0);
}

static void not_sent_low_water(struct talk *t)
{
	struct talk_ends e = talk_connect(t);
	int i;

	CALL(set, e.a, SK_IPPROTO_TCP, SK_TCP_NOTSENT_LOWAT, 1000);
	GET(e.a, SK_IPPROTO_TCP, SK_TCP_NOTSENT_LOWAT);
	POLL(e.a);
	CALL(set, e.a, SK_IPPROTO_TCP, SK_TCP_CORK, 1);
	for (i = 0; i < 6; i++) {
		CALL(send, e.a, 100, 0);
		POLL(e.a);
		CALL(ioctl, e.a, SK_SIOCOUTQNSD);
	}
	CALL(set, e.a, SK_IPPROTO_TCP, SK_TCP_CORK, 0);
	WAIT(e.b, WAIT_IN);
	POLL(e.a);
}

/* SHUT_RD: reads end, what comes is still there to read. */
static void shut_for_reading(struct talk *t)
{
	struct talk_ends e = talk_connect(t);

	CALL(shutdown, e.b, 0);
	POLL(e.b);
	CALL(recv, e.b, 10, 0);
	CALL(send, e.a, 10, 0);
	t->set->poll(t->arg, e.b, WAIT_PRI, 20);
	queues(t, e.b);
	CALL(recv, e.b, 5, 0);
	CALL(recv, e.b, 10, 0);
	CALL(recv, e.b, 10, 0);
	POLL(e.a);
	CALL(send, e.b, 10, 0);
	WAIT(e.a, WAIT_IN);
	CALL(recv, e.a, 10, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SAME(questions_about_queues),
		SAME(urgent_out_of_line),
		SAME(urgent_fetched_first),
		SAME(urgent_inline),
		SAME(urgent_twice),
		SAME(urgent_before_and_after_the_end),
		SAME(low_water),
		SAME(peek_offset),
		SAME(truncated),
		SAME(an_error_behind_data),
		SAME(not_sent_low_water),
		SAME(shut_for_reading),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
