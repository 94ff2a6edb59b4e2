// SPDX-License-Identifier: MIT
/* same_test.c - what calls answer, in every state, on weft and on the kernel */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "same.h"
#include "sock/sock.h"

static void sockets_that_cannot_be(struct talk *t)
{
	OPEN(socket, 99, STREAM, 0);
	OPEN(socket, SK_AF_INET, 0, 0);
	OPEN(socket, SK_AF_INET, 9, 0);
	OPEN(socket, SK_AF_INET, 11, 0);
	OPEN(socket, SK_AF_INET, STREAM, SK_IPPROTO_UDP);
	OPEN(socket, SK_AF_INET, DGRAM, SK_IPPROTO_TCP);
	OPEN(socket, SK_AF_INET, STREAM, 300);
	OPEN(socket, SK_AF_INET, STREAM, -1);
	OPEN(socket, SK_AF_INET, STREAM, SK_IPPROTO_TCP);
	OPEN(socket, SK_AF_INET, DGRAM, SK_IPPROTO_UDP);
}

static void descriptors_that_are_none(struct talk *t)
{
	int bad[2] = {12345, 0}, i;

	bad[1] = t->set->not_a_socket(t->arg);
	for (i = 0; i < 2; i++) {
		int fd = bad[i];

		CALL(bind, fd, SET_LOOPBACK, 0);
		CALL(connect, fd, SET_LOOPBACK, 1);
		CALL(listen, fd, 1);
		CALL(accept, fd);
		CALL(send, fd, 1, 0);
		CALL(recv, fd, 1, 0);
		CALL(shutdown, fd, 0);
		CALL(set, fd, SK_SOL_SOCKET, SK_SO_REUSEADDR, 1);
		GET(fd, SK_SOL_SOCKET, SK_SO_TYPE);
		HAS_PORT(fd);
		CALL(has_peer, fd);
		CALL(close, fd);
	}
}

static void fresh_stream(struct talk *t)
{
	int s = talk_stream(t);

	POLL(s);
	CALL(send, s, 1, 0);
	CALL(recv, s, 1, 0);
	CALL(recv, s, 0, 0);
	CALL(has_peer, s);
	HAS_PORT(s);
	CALL(accept, s);
	CALL(shutdown, s, 0);
	CALL(shutdown, s, 1);
	CALL(shutdown, s, 3);
	CALL(connect, s, 0, 0);
	GET(s, SK_SOL_SOCKET, SK_SO_ERROR);
	GET(s, SK_SOL_SOCKET, SK_SO_ACCEPTCONN);
	CALL(close, s);
	CALL(close, s);
}

static void refused_stream(struct talk *t)
{
	uint16_t port = talk_closed_port(t);
	int s = talk_stream(t);

	CALL(connect, s, SET_LOOPBACK, port);
	WAIT(s, WAIT_OUT);
	POLL(s);
	CALL(has_peer, s);
	GET(s, SK_SOL_SOCKET, SK_SO_ERROR);
	GET(s, SK_SOL_SOCKET, SK_SO_ERROR);
	POLL(s);
	CALL(send, s, 1, 0);
	CALL(recv, s, 1, 0);
	CALL(connect, s, SET_LOOPBACK, port);
	CALL(connect, s, SET_LOOPBACK, port);
	WAIT(s, WAIT_OUT);
	CALL(recv, s, 1, 0);
	CALL(recv, s, 1, 0);
	CALL(connect, s, SET_LOOPBACK, port);
}

static void refused_stream_asked_by_connect(struct talk *t)
{
	uint16_t port = talk_closed_port(t);
	int s = talk_stream(t), l;

	CALL(connect, s, SET_LOOPBACK, port);
	WAIT(s, WAIT_OUT);
	CALL(connect, s, SET_LOOPBACK, port);
	l = talk_listener(t);
	CALL(connect, s, SET_LOOPBACK, talk_port(t, l));
	WAIT(s, WAIT_OUT);
	CALL(connect, s, SET_LOOPBACK, talk_port(t, l));
	CALL(connect, s, SET_LOOPBACK, talk_port(t, l));
}

static void bound_and_refused(struct talk *t)
{
	uint16_t port = talk_closed_port(t);
	int s = talk_stream(t);

	CALL(bind, s, SET_LOOPBACK, 0);
	CALL(bind, s, SET_LOOPBACK, 0);
	CALL(connect, s, SET_LOOPBACK, port);
	WAIT(s, WAIT_OUT);
	CALL(connect, s, SET_LOOPBACK, port);
	CALL(bind, s, SET_LOOPBACK, 0);
}

static void listening_stream(struct talk *t)
{
	int l = talk_listener(t);

	POLL(l);
	CALL(accept, l);
	CALL(send, l, 1, 0);
	CALL(recv, l, 1, 0);
	CALL(has_peer, l);
	CALL(connect, l, SET_LOOPBACK, talk_port(t, l));
	CALL(bind, l, SET_LOOPBACK, 0);
	CALL(listen, l, 9);
	GET(l, SK_SOL_SOCKET, SK_SO_ACCEPTCONN);
	CALL(shutdown, l, 1);
	CALL(accept, l);
	CALL(shutdown, l, 0);
	POLL(l);
	CALL(accept, l);
	GET(l, SK_SOL_SOCKET, SK_SO_ACCEPTCONN);
	CALL(listen, l, 9);
	CALL(accept, l);
}

static void connected_stream(struct talk *t)
{
	struct talk_ends e = talk_connect(t);

	POLL(e.a);
	POLL(e.b);
	POLL(e.l);
	CALL(has_peer, e.a);
	CALL(has_peer, e.b);
	CALL(bind, e.a, SET_LOOPBACK, 0);
	CALL(listen, e.a, 1);
	CALL(accept, e.a);
	CALL(connect, e.b, SET_LOOPBACK, 9);
	CALL(recv, e.a, 1, 0);
	CALL(recv, e.a, 0, 0);
	CALL(send, e.a, 0, 0);
	CALL(send, e.a, 100, 0);
	WAIT(e.b, WAIT_IN);
	POLL(e.b);
	CALL(recv, e.b, 10, SK_MSG_PEEK);
	CALL(recv, e.b, 10, 0);
	CALL(recv, e.b, 50, SK_MSG_TRUNC);
	CALL(recv, e.b, 100, SK_MSG_WAITALL);
	CALL(recv, e.b, 1, SK_MSG_DONTWAIT);
	CALL(recv, e.b, 1, SK_MSG_OOB);
	CALL(recv, e.b, 1, SK_MSG_ERRQUEUE);
	GET(e.b, SK_SOL_SOCKET, SK_SO_ERROR);
	CALL(connect, e.a, SET_LOOPBACK, 9);
}

static void half_closed_stream(struct talk *t)
{
	struct talk_ends e = talk_connect(t);

	CALL(send, e.a, 10, 0);
	CALL(shutdown, e.a, 1);
	POLL(e.a);
	CALL(send, e.a, 1, 0);
	WAIT(e.b, WAIT_RDHUP);
	POLL(e.b);
	CALL(recv, e.b, 5, 0);
	CALL(recv, e.b, 100, 0);
	CALL(recv, e.b, 100, 0);
	CALL(recv, e.b, 100, 0);
	POLL(e.b);
	CALL(send, e.b, 7, 0);
	WAIT(e.a, WAIT_IN);
	CALL(recv, e.a, 100, 0);
	CALL(shutdown, e.a, 1);
	CALL(shutdown, e.b, 2);
	WAIT(e.a, WAIT_RDHUP);
	POLL(e.a);
	POLL(e.b);
	CALL(recv, e.a, 1, 0);
	CALL(recv, e.b, 1, 0);
	CALL(send, e.b, 1, 0);
	CALL(send, e.a, 1, 0);
	CALL(has_peer, e.b);
	CALL(shutdown, e.b, 2);
	CALL(shutdown, e.a, 2);
}

static void reading_shut_down(struct talk *t)
{
	struct talk_ends e = talk_connect(t);

	CALL(shutdown, e.a, 0);
	POLL(e.a);
	CALL(recv, e.a, 1, 0);
	CALL(send, e.a, 5, 0);
	WAIT(e.b, WAIT_IN);
	CALL(recv, e.b, 10, 0);
	POLL(e.b);
}

static void reset_stream(struct talk *t)
{
	struct talk_ends e = talk_connect(t);
	const struct sk_linger l = {.onoff = 1};

	CALL(send, e.b, 10, 0);
	CALL(set_raw, e.b, SK_SO_LINGER, &l, sizeof(l));
	CALL(close, e.b);
	WAIT(e.a, WAIT_RDHUP);
	POLL(e.a);
	CALL(has_peer, e.a);
	CALL(send, e.a, 1, 0);
	POLL(e.a);
	CALL(send, e.a, 1, 0);
	CALL(recv, e.a, 1, 0);
	CALL(recv, e.a, 1, 0);
	CALL(shutdown, e.a, 2);
	CALL(accept, e.a);
	CALL(connect, e.a, SET_LOOPBACK, talk_port(t, e.l));
}

static void reset_asked_by_option(struct talk *t)
{
	struct talk_ends e = talk_connect(t);
	const struct sk_linger l = {.onoff = 1};

	CALL(set_raw, e.b, SK_SO_LINGER, &l, sizeof(l));
	CALL(close, e.b);
	WAIT(e.a, WAIT_RDHUP);
	GET(e.a, SK_SOL_SOCKET, SK_SO_ERROR);
	GET(e.a, SK_SOL_SOCKET, SK_SO_ERROR);
	POLL(e.a);
	CALL(recv, e.a, 1, 0);
	CALL(send, e.a, 1, 0);
}

static void closed_with_data_unread(struct talk *t)
{
	struct talk_ends e = talk_connect(t);

	CALL(send, e.a, 10, 0);
	WAIT(e.b, WAIT_IN);
	CALL(close, e.b);
	WAIT(e.a, WAIT_RDHUP);
	POLL(e.a);
	CALL(recv, e.a, 1, 0);
	CALL(recv, e.a, 1, 0);
}

static void sent_to_who_has_closed(struct talk *t)
{
	struct talk_ends e = talk_connect(t);

	CALL(close, e.b);
	WAIT(e.a, WAIT_RDHUP);
	POLL(e.a);
	CALL(send, e.a, 1, 0); /* accepted, and answered with a reset */
	WAIT(e.a, 0);
	POLL(e.a);
	CALL(send, e.a, 1, 0);
	CALL(recv, e.a, 1, 0);
}

static void listener_that_closes(struct talk *t)
{
	struct talk_ends e = talk_connect(t);
	int c = talk_stream(t);

	CALL(connect, c, SET_LOOPBACK, talk_port(t, e.l));
	WAIT(c, WAIT_OUT);
	CALL(close, e.l); /* c was not accepted */
	WAIT(c, WAIT_RDHUP);
	POLL(c);
	CALL(recv, c, 1, 0);
	CALL(send, e.a, 1, 0); /* the accepted one lives on */
	WAIT(e.b, WAIT_IN);
	CALL(recv, e.b, 1, 0);
}

static void ports_in_use(struct talk *t)
{
	int l = talk_listener(t), s = talk_stream(t), u = talk_dgram(t),
	    v = talk_dgram(t);
	uint16_t port = talk_port(t, l), uport;

	CALL(bind, s, SET_LOOPBACK, port);
	CALL(bind, s, 0, port);
	CALL(bind, s, 0x08080808, 0);
	CALL(set, s, SK_SOL_SOCKET, SK_SO_REUSEADDR, 1);
	CALL(bind, s, SET_LOOPBACK, port);
	CALL(bind, u, SET_LOOPBACK, port); /* UDP's ports are others */
	uport = talk_port(t, u);
	CALL(bind, v, SET_LOOPBACK, uport);
	CALL(set, v, SK_SOL_SOCKET, SK_SO_REUSEADDR, 1);
	CALL(bind, v, SET_LOOPBACK, uport);
	CALL(set, u, SK_SOL_SOCKET, SK_SO_REUSEADDR, 1);
	CALL(bind, v, SET_LOOPBACK, uport);
	CALL(bind, v, SET_LOOPBACK, uport);
	CALL(bind, v, 0x08080808, 0);
	CALL(bind, l, 0x08080808, 0);
}

static void port_of_a_connection_in_time_wait(struct talk *t)
{
	struct talk_ends e = talk_connect(t);
	uint16_t port = talk_port(t, e.l);
	int s = talk_stream(t);

	CALL(close, e.l);
	CALL(close, e.b); /* the server's side waits */
	CALL(close, e.a);
	CALL(bind, s, SET_LOOPBACK, port);
	CALL(set, s, SK_SOL_SOCKET, SK_SO_REUSEADDR, 1);
	CALL(bind, s, SET_LOOPBACK, port);
	CALL(listen, s, 1);
}

static void fresh_datagrams(struct talk *t)
{
	int u = talk_dgram(t);

	POLL(u);
	CALL(send, u, 1, 0);
	CALL(recv, u, 1, 0);
	CALL(listen, u, 1);
	CALL(accept, u);
	CALL(has_peer, u);
	HAS_PORT(u);
	CALL(shutdown, u, 2);
	POLL(u);
	CALL(recv, u, 1, 0);
	CALL(sendto, u, 1, 9);
	CALL(connect, u, 0, 0);
	GET(u, SK_SOL_SOCKET, SK_SO_ACCEPTCONN);
}

static void connected_datagrams(struct talk *t)
{
	int u = talk_dgram(t), v = talk_dgram(t);

	CALL(bind, v, SET_LOOPBACK, 0);
	CALL(connect, u, SET_LOOPBACK, talk_port(t, v));
	CALL(has_peer, u);
	CALL(send, u, 10, 0);
	CALL(send, u, 0, 0);
	CALL(send, u, 20, 0);
	CALL(send, u, 65507, 0);
	CALL(send, u, 65508, 0);
	WAIT(v, WAIT_IN);
	POLL(v);
	CALL(recv, v, 5, SK_MSG_PEEK | SK_MSG_TRUNC);
	CALL(recv, v, 5, SK_MSG_TRUNC);
	CALL(recv, v, 5, 0);
	CALL(recv, v, 5, 0);
	CALL(recv, v, 65535, 0);
	CALL(recv, v, 5, 0);
	CALL(connect, u, SET_LOOPBACK,
	     talk_port(t, v)); /* as often as it likes */
	CALL(bind, u, SET_LOOPBACK, 0);
	CALL(shutdown, u, 1);
	CALL(send, u, 1, 0);
	CALL(shutdown, u, 0);
	POLL(u);
	CALL(recv, u, 1, 0);
	CALL(connect, u, 0, 0);
	CALL(has_peer, u);
}

static void refused_datagrams(struct talk *t)
{
	int u = talk_dgram(t), v = talk_dgram(t), w = talk_dgram(t);
	uint16_t port;

	CALL(bind, v, SET_LOOPBACK, 0);
	port = talk_port(t, v);
	CALL(close, v);
	CALL(connect, u, SET_LOOPBACK, port);
	CALL(send, u, 1, 0);
	WAIT(u, 0);
	POLL(u);
	CALL(recv, u, 1, 0);
	POLL(u);
	CALL(recv, u, 1, 0);
	CALL(send, u, 1, 0);
	WAIT(u, 0);
	CALL(send, u, 1, 0);
	CALL(send, u, 1, 0);
	WAIT(u, 0);
	GET(u, SK_SOL_SOCKET, SK_SO_ERROR);
	GET(u, SK_SOL_SOCKET, SK_SO_ERROR);
	CALL(sendto, w, 1, port); /* not connected: never told */
	CALL(sendto, w, 1, port);
	CALL(sendto, w, 1, 0);
	POLL(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SAME(sockets_that_cannot_be),
		SAME(descriptors_that_are_none),
		SAME(fresh_stream),
		SAME(refused_stream),
		SAME(refused_stream_asked_by_connect),
		SAME(bound_and_refused),
		SAME(listening_stream),
		SAME(connected_stream),
		SAME(half_closed_stream),
		SAME(reading_shut_down),
		SAME(reset_stream),
		SAME(reset_asked_by_option),
		SAME(closed_with_data_unread),
		SAME(sent_to_who_has_closed),
		SAME(listener_that_closes),
		SAME(ports_in_use),
		SAME(port_of_a_connection_in_time_wait),
		SAME(fresh_datagrams),
		SAME(connected_datagrams),
		SAME(refused_datagrams),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
