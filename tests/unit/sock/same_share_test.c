// SPDX-License-Identifier: MIT
/* same_share_test.c - who may have a port beside whom, on weft and on the
 * kernel */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "same.h"
#include "sock/sock.h"

enum { REUSE = 1, SHARE = 2 };

static int open_with(struct talk *t, int type, int opts)
{
	int fd = OPEN(socket, SK_AF_INET, type, 0);

	if (opts & REUSE)
		CALL(set, fd, SK_SOL_SOCKET, SK_SO_REUSEADDR, 1);
	if (opts & SHARE)
		CALL(set, fd, SK_SOL_SOCKET, SK_SO_REUSEPORT, 1);
	return fd;
}

/* Every pair of options, on the same address and on any, listening or not. */
static void pairs_of(struct talk *t, int type, int listens)
{
	int a, b, i;

	for (a = 0; a < 4; a++)
		for (b = 0; b < 4; b++)
			for (i = 0; i < 2; i++) {
				uint32_t at = i ? 0 : SET_LOOPBACK;
				int x = open_with(t, type, a);
				int y = open_with(t, type, b);
				uint16_t port;

				CALL(bind, x, SET_LOOPBACK, 0);
				port = talk_port(t, x);
				if (listens)
					CALL(listen, x, 1);
				CALL(bind, y, at, port);
				if (type == STREAM)
					CALL(listen, y, 1);
				CALL(close, x);
				CALL(close, y);
				t->fd_count -= 2;
			}
}

static void streams_that_are_bound(struct talk *t)
{
	pairs_of(t, STREAM, 0);
}

static void streams_that_listen(struct talk *t)
{
	pairs_of(t, STREAM, 1);
}

static void datagrams(struct talk *t)
{
	pairs_of(t, DGRAM, 0);
}

static void both_listen_after_both_are_bound(struct talk *t)
{
	int x = open_with(t, STREAM, REUSE), y = open_with(t, STREAM, REUSE);

	CALL(bind, x, SET_LOOPBACK, 0);
	CALL(bind, y, SET_LOOPBACK, talk_port(t, x));
	CALL(listen, x, 1);
	CALL(listen, y, 1);
	CALL(close, x);
	t->fds[t->fd_count - 2] = y;
	t->fd_count--;
	CALL(listen, y, 1);
}

/* Which listener gets whom is a secret; that all are served is not. */
static void shared_listeners_serve_all(struct talk *t)
{
	int l[4], i, served = 0;
	uint16_t port = 0;

	for (i = 0; i < 4; i++) {
		l[i] = open_with(t, STREAM, SHARE);
		CALL(bind, l[i], SET_LOOPBACK, port);
		port = talk_port(t, l[0]);
		CALL(listen, l[i], 30);
	}
	for (i = 0; i < 20; i++) {
		int c = talk_stream(t);

		CALL(connect, c, SET_LOOPBACK, port);
		WAIT(c, WAIT_OUT);
	}
	for (i = 0; i < 4; i++) {
		int fd;

		while ((fd = t->set->accept(t->arg, l[i])) >= 0) {
			t->set->close(t->arg, fd);
			served++;
		}
	}
	talk_note(t, 0, "served", served);
}

static void shared_datagrams_arrive_once(struct talk *t)
{
	int u[3], i, got = 0;
	uint16_t port = 0;

	for (i = 0; i < 3; i++) {
		u[i] = open_with(t, DGRAM, SHARE);
		CALL(bind, u[i], SET_LOOPBACK, port);
		port = talk_port(t, u[0]);
	}
	for (i = 0; i < 15; i++)
		CALL(sendto, talk_dgram(t), 5, port);
	for (i = 0; i < 3; i++)
		while (t->set->recv(t->arg, u[i], 10, 0) >= 0)
			got++;
	talk_note(t, 0, "got", got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SAME(streams_that_are_bound),
		SAME(streams_that_listen),
		SAME(datagrams),
		SAME(both_listen_after_both_are_bound),
		SAME(shared_listeners_serve_all),
		SAME(shared_datagrams_arrive_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
