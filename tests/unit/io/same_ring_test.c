// SPDX-License-Identifier: MIT
/* same_ring_test.c - what a ring completes with, on weft and on the kernel's
 * io_uring */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/env.h"

#include "ringtalk.h"
#include "sock/sock.h"

static void receives_and_sends(struct talk *t)
{
	struct talk_ends e = talk_connect(t);

	ringtalk_begin(t);
	ADD(.op = SK_RING_RECV, .fd = e.b, OCTETS(10), .user_data = 1);
	SUBMIT();
	DONE(0);
	ADD(.op = SK_RING_SEND, .fd = e.a, OCTETS(5), .user_data = 2);
	SUBMIT();
	DONE(2);
	ADD(.op = SK_RING_RECV, .fd = e.b, OCTETS(5), .arg = SK_MSG_WAITALL,
	    .user_data = 3);
	ADD(.op = SK_RING_SEND, .fd = e.a, OCTETS(3), .user_data = 4);
	SUBMIT();
	DONE(1);
	CALL(send, e.a, 3, 0);
	DONE(1);
	ADD(.op = SK_RING_READ, .fd = e.b, OCTETS(50), .user_data = 5);
	ADD(.op = SK_RING_SHUTDOWN, .fd = e.a, .len = SK_SHUT_WR,
	    .user_data = 6);
	SUBMIT();
	DONE(2);
	ADD(.op = SK_RING_RECV, .fd = e.b, OCTETS(50), .user_data = 7);
	ADD(.op = SK_RING_RECV, .fd = e.b, OCTETS(0), .user_data = 8);
	ADD(.op = SK_RING_SEND, .fd = e.a, OCTETS(50), .arg = SK_MSG_NOSIGNAL,
	    .user_data = 9);
	SUBMIT();
	DONE(3);
	ringtalk_end(t);
}

static void errors_are_completions(struct talk *t)
{
	int s = talk_stream(t), p[2], l = talk_listener(t);

	CALL(pipe, p, SK_O_NONBLOCK);
	t->fds[t->fd_count++] = p[0];
	t->fds[t->fd_count++] = p[1];
	ringtalk_begin(t);
	ADD(.op = SK_RING_RECV, .fd = 4711, OCTETS(5), .user_data = 1);
	ADD(.op = SK_RING_RECV, .fd = p[0], OCTETS(5), .user_data = 2);
	ADD(.op = SK_RING_RECV, .fd = s, OCTETS(5), .user_data = 3);
	ADD(.op = SK_RING_SEND, .fd = s, OCTETS(5), .arg = SK_MSG_NOSIGNAL,
	    .user_data = 4);
	ADD(.op = SK_RING_SHUTDOWN, .fd = s, .len = 1, .user_data = 5);
	ADD(.op = SK_RING_ACCEPT, .fd = s, .user_data = 6);
	ADD(.op = SK_RING_CLOSE, .fd = 4711, .user_data = 7);
	ADD(.op = SK_RING_POLL, .fd = 4711, .len = 1, .user_data = 8);
	SUBMIT();
	DONE(8);
	ADD(.op = SK_RING_CANCEL, .fd = -1, .off = 77, .user_data = 9);
	ADD(.op = SK_RING_CANCEL, .fd = 4711, .arg = SK_RING_CANCEL_FD,
	    .user_data = 10);
	ADD(.op = SK_RING_SHUTDOWN, .fd = p[0], .len = 1, .user_data = 12);
	ADD(.op = SK_RING_ACCEPT, .fd = p[0], .user_data = 13);
	ADD(.op = SK_RING_SEND, .fd = l, OCTETS(1), .arg = SK_MSG_NOSIGNAL,
	    .user_data = 14);
	SUBMIT();
	DONE(5);
	ringtalk_end(t);
}

static void does_not_wait_if_told_so(struct talk *t)
{
	struct talk_ends e = talk_connect(t);

	ringtalk_begin(t);
	ADD(.op = SK_RING_RECV, .fd = e.b, OCTETS(5), .arg = SK_MSG_DONTWAIT,
	    .user_data = 1);
	SUBMIT();
	DONE(1);
	ringtalk_end(t);
}

static void chains(struct talk *t)
{
	struct talk_ends e = talk_connect(t);

	ringtalk_begin(t);
	ADD(.op = SK_RING_RECV, .fd = e.b, OCTETS(5), .flags = SK_SQE_LINK,
	    .user_data = 1);
	ADD(.op = SK_RING_SEND, .fd = e.b, OCTETS(5), .flags = SK_SQE_LINK,
	    .user_data = 2);
	ADD(.op = SK_RING_RECV, .fd = 4711, OCTETS(5), .flags = SK_SQE_LINK,
	    .user_data = 3);
	ADD(.op = SK_RING_NOP, .fd = -1, .flags = SK_SQE_LINK, .user_data = 4);
	ADD(.op = SK_RING_NOP, .fd = -1, .user_data = 5);
	ADD(.op = SK_RING_NOP, .fd = -1, .user_data = 6);
	SUBMIT();
	DONE(1);
	CALL(send, e.a, 5, 0);
	DONE(5);
	ADD(.op = SK_RING_SHUTDOWN, .fd = 4711, .flags = SK_SQE_HARDLINK,
	    .user_data = 7);
	ADD(.op = SK_RING_NOP, .fd = -1, .user_data = 8);
	/* Fewer octets than were insisted on end a chain. */
	ADD(.op = SK_RING_RECV, .fd = e.b, OCTETS(50), .flags = SK_SQE_LINK,
	    .arg = SK_MSG_WAITALL, .user_data = 9);
	ADD(.op = SK_RING_NOP, .fd = -1, .user_data = 10);
	SUBMIT();
	DONE(2);
	CALL(send, e.a, 5, 0);
	CALL(shutdown, e.a, SK_SHUT_WR);
	DONE(2);
	ringtalk_end(t);
}

static void quiet_ones(struct talk *t)
{
	ringtalk_begin(t);
	ADD(.op = SK_RING_NOP, .fd = -1, .flags = SK_SQE_QUIET, .user_data = 1);
	ADD(.op = SK_RING_SHUTDOWN, .fd = 4711, .flags = SK_SQE_QUIET,
	    .user_data = 2);
	SUBMIT();
	DONE(1);
	ringtalk_end(t);
}

static void timeouts(struct talk *t)
{
	struct talk_ends e = talk_connect(t);

	ringtalk_begin(t);
	ADD(.op = SK_RING_TIMEOUT, .fd = -1, .off = NS_PER_MS, .user_data = 1);
	SUBMIT();
	DONE(1);
	ADD(.op = SK_RING_TIMEOUT, .fd = -1, .off = NS_PER_S, .len = 2,
	    .user_data = 2);
	ADD(.op = SK_RING_NOP, .fd = -1, .user_data = 3);
	ADD(.op = SK_RING_NOP, .fd = -1, .user_data = 4);
	SUBMIT();
	DONE(3);
	ADD(.op = SK_RING_RECV, .fd = e.b, OCTETS(5), .flags = SK_SQE_LINK,
	    .user_data = 5);
	ADD(.op = SK_RING_LINK_TIMEOUT, .fd = -1, .off = NS_PER_MS,
	    .user_data = 6);
	SUBMIT();
	DONE(2);
	ADD(.op = SK_RING_RECV, .fd = e.b, OCTETS(5), .flags = SK_SQE_LINK,
	    .user_data = 7);
	ADD(.op = SK_RING_LINK_TIMEOUT, .fd = -1, .off = 5 * NS_PER_S,
	    .flags = SK_SQE_LINK, .user_data = 8);
	ADD(.op = SK_RING_NOP, .fd = -1, .user_data = 9);
	SUBMIT();
	CALL(send, e.a, 5, 0);
	DONE(3);
	ADD(.op = SK_RING_TIMEOUT, .fd = -1, .off = NS_PER_S, .user_data = 10);
	ADD(.op = SK_RING_CANCEL, .fd = -1, .off = 10, .user_data = 11);
	SUBMIT();
	DONE(2);
	ringtalk_end(t);
}

static void cancelling(struct talk *t)
{
	struct talk_ends e = talk_connect(t);
	int i;

	ringtalk_begin(t);
	ADD(.op = SK_RING_RECV, .fd = e.b, OCTETS(5), .user_data = 1);
	SUBMIT();
	ADD(.op = SK_RING_CANCEL, .fd = -1, .off = 1, .user_data = 2);
	SUBMIT();
	DONE(2);
	ADD(.op = SK_RING_CANCEL, .fd = -1, .off = 1, .user_data = 3);
	SUBMIT();
	DONE(1);
	for (i = 0; i < 3; i++)
		ADD(.op = SK_RING_RECV, .fd = e.b, OCTETS(5), .user_data = 4);
	ADD(.op = SK_RING_ACCEPT, .fd = e.l, .user_data = 5);
	SUBMIT();
	ADD(.op = SK_RING_CANCEL, .fd = -1, .off = 4, .arg = SK_RING_CANCEL_ALL,
	    .user_data = 6);
	SUBMIT();
	DONE(4);
	ADD(.op = SK_RING_RECV, .fd = e.b, OCTETS(5), .flags = SK_SQE_LINK,
	    .user_data = 7);
	ADD(.op = SK_RING_NOP, .fd = -1, .user_data = 8);
	SUBMIT();
	ADD(.op = SK_RING_CANCEL, .fd = -1, .off = 8, .user_data = 9);
	SUBMIT();
	DONE(1);
	ADD(.op = SK_RING_CANCEL, .fd = e.b,
	    .arg = SK_RING_CANCEL_FD | SK_RING_CANCEL_ALL, .user_data = 10);
	SUBMIT();
	DONE(3);
	ADD(.op = SK_RING_CANCEL, .fd = -1, .arg = SK_RING_CANCEL_ANY,
	    .user_data = 11);
	SUBMIT();
	DONE(2);
	CALL(send, e.a, 5, 0);
	WAIT(e.b, WAIT_IN);
	CALL(recv, e.b, 10, 0); /* nothing was taken */
	ringtalk_end(t);
}

static void polls(struct talk *t)
{
	struct talk_ends e = talk_connect(t);

	ringtalk_begin(t);
	ADD(.op = SK_RING_POLL, .fd = e.b, .len = WAIT_OUT | WAIT_IN,
	    .user_data = 1);
	ADD(.op = SK_RING_POLL, .fd = e.b, .len = WAIT_IN, .user_data = 2);
	SUBMIT();
	DONE(1);
	CALL(send, e.a, 5, 0);
	DONE(1);
	CALL(shutdown, e.a, SK_SHUT_WR);
	WAIT(e.b, WAIT_RDHUP);
	ADD(.op = SK_RING_POLL, .fd = e.b, .len = WAIT_IN | WAIT_RDHUP,
	    .user_data = 3);
	SUBMIT();
	DONE(1);
	ringtalk_end(t);
}

static void buffers(struct talk *t)
{
	struct talk_ends e = talk_connect(t);

	ringtalk_begin(t);
	ADD(.op = SK_RING_RECV, .fd = e.b, .flags = SK_SQE_BUFFER, .group = 3,
	    .user_data = 1);
	SUBMIT();
	DONE(1); /* there is no such group */
	ringtalk_give(t, 3, 4, 2);
	ADD(.op = SK_RING_RECV, .fd = e.b, .flags = SK_SQE_BUFFER, .group = 3,
	    .len = 3, .user_data = 2);
	SUBMIT();
	CALL(send, e.a, 10, 0);
	DONE(1);
	ADD(.op = SK_RING_RECV, .fd = e.b, .flags = SK_SQE_BUFFER, .group = 3,
	    .len = 9, .user_data = 3);
	ADD(.op = SK_RING_RECV, .fd = e.b, .flags = SK_SQE_BUFFER, .group = 3,
	    .len = 9, .user_data = 4);
	SUBMIT();
	DONE(2);
	ringtalk_end(t);
}

static void multishot_receives(struct talk *t)
{
	struct talk_ends e = talk_connect(t);

	ringtalk_begin(t);
	ringtalk_give(t, 0, 4, 8);
	ADD(.op = SK_RING_RECV, .fd = e.b,
	    .flags = SK_SQE_BUFFER | SK_SQE_MULTISHOT, .user_data = 1);
	SUBMIT();
	CALL(send, e.a, 3, 0);
	DONE(1);
	CALL(send, e.a, 9, 0);
	DONE(3);
	CALL(shutdown, e.a, SK_SHUT_WR);
	DONE(1);
	ADD(.op = SK_RING_RECV, .fd = e.b, OCTETS(5), .flags = SK_SQE_MULTISHOT,
	    .user_data = 2);
	SUBMIT();
	DONE(1);
	ringtalk_end(t);
}

static void multishot_receives_until_buffers_end(struct talk *t)
{
	struct talk_ends e = talk_connect(t);

	ringtalk_begin(t);
	ringtalk_give(t, 0, 4, 2);
	ADD(.op = SK_RING_RECV, .fd = e.b,
	    .flags = SK_SQE_BUFFER | SK_SQE_MULTISHOT, .user_data = 1);
	SUBMIT();
	CALL(send, e.a, 30, 0);
	DONE(3);
	ringtalk_end(t);
}

static void overflow_loses_nothing(struct talk *t)
{
	int i, j;

	ringtalk_begin(t);
	for (i = 0; i < 5; i++) {
		for (j = 0; j < RINGTALK_ENTRIES; j++)
			ADD(.op = SK_RING_NOP, .fd = -1,
			    .user_data = (uint64_t)(i * RINGTALK_ENTRIES + j));
		SUBMIT();
	}
	DONE(5 * RINGTALK_ENTRIES);
	ringtalk_end(t);
}

static void closes(struct talk *t)
{
	struct talk_ends e = talk_connect(t);

	ringtalk_begin(t);
	ADD(.op = SK_RING_RECV, .fd = e.b, OCTETS(5), .user_data = 1);
	SUBMIT();
	ADD(.op = SK_RING_CLOSE, .fd = e.b, .user_data = 2);
	SUBMIT();
	DONE(1);
	CALL(send, e.a, 5, 0);
	DONE(1);
	ringtalk_end(t);
}

#define RING(f)                                               \
	{                                                     \
#f, ringtalk_compare, NULL, NULL, (void *)(f) \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RING(receives_and_sends),
		RING(errors_are_completions),
		RING(does_not_wait_if_told_so),
		RING(chains),
		RING(quiet_ones),
		RING(timeouts),
		RING(cancelling),
		RING(polls),
		RING(buffers),
		RING(multishot_receives),
		RING(multishot_receives_until_buffers_end),
		RING(overflow_loses_nothing),
		RING(closes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
