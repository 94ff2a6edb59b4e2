// SPDX-License-Identifier: MIT
/* same_cork_test.c - datagrams gathered, and datagrams cut, on weft and on the
 * kernel; and options of IP */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/check.h"

#include "same.h"
#include "sock/sock.h"

static void take_all(struct talk *t, int fd)
{
	WAIT(fd, WAIT_IN);
	while (CALL(recv, fd, 65536, 0) >= 0)
		;
}

static void sends_that_are_gathered(struct talk *t)
{
	int u = talk_dgram(t), v = talk_dgram(t);

	CALL(bind, v, SET_LOOPBACK, 0);
	CALL(send, u, 10, SK_MSG_MORE); /* to nobody */
	CALL(connect, u, SET_LOOPBACK, talk_port(t, v));
	CALL(send, u, 10, SK_MSG_MORE);
	CALL(send, u, 20, SK_MSG_MORE);
	CALL(send, u, 5, 0);
	take_all(t, v);
	CALL(set, u, SK_SOL_UDP, SK_UDP_CORK, 1);
	GET(u, SK_SOL_UDP, SK_UDP_CORK);
	CALL(send, u, 7, 0);
	CALL(send, u, 0, 0);
	CALL(send, u, 8, 0);
	CALL(poll, v, WAIT_IN, 10);
	CALL(set, u, SK_SOL_UDP, SK_UDP_CORK, 0);
	take_all(t, v);
	CALL(send, u, 60000, SK_MSG_MORE);
	CALL(send, u, 6000, 0);
	CALL(send, u, 3, 0);
	take_all(t, v);
}

static void sends_that_are_cut(struct talk *t)
{
	int u = talk_dgram(t), v = talk_dgram(t);

	CALL(bind, v, SET_LOOPBACK, 0);
	CALL(connect, u, SET_LOOPBACK, talk_port(t, v));
	CALL(set, u, SK_SOL_UDP, SK_UDP_SEGMENT, -1);
	CALL(set, u, SK_SOL_UDP, SK_UDP_SEGMENT, 65536);
	CALL(set, u, SK_SOL_UDP, SK_UDP_SEGMENT, 1000);
	GET(u, SK_SOL_UDP, SK_UDP_SEGMENT);
	CALL(send, u, 3500, 0);
	take_all(t, v);
	CALL(send, u, 1000, 0);
	take_all(t, v);
	CALL(set, u, SK_SOL_UDP, SK_UDP_SEGMENT, 10);
	CALL(send, u, 10000, 0);
	CALL(set, u, SK_SOL_UDP, SK_UDP_GRO, 1);
	GET(u, SK_SOL_UDP, SK_UDP_GRO);
}

static void options_of_ip(struct talk *t)
{
	static const int names[] = {SK_IP_PKTINFO,  SK_IP_RECVTTL,
				    SK_IP_RECVTOS,  SK_IP_RECVORIGDSTADDR,
				    SK_IP_RECVERR,  SK_IP_MTU_DISCOVER,
				    SK_IP_FREEBIND, SK_IP_BIND_ADDRESS_NO_PORT};
	static const int values[] = {0, 1, 2, 5, 6, -1};
	int fds[2], i;
	size_t j, k;

	fds[0] = talk_stream(t);
	fds[1] = talk_dgram(t);
	for (i = 0; i < 2; i++) {
		for (j = 0; j < ARRAY_SIZE(names); j++) {
			talk_note(t, i, "option", names[j]);
			GET(fds[i], SK_IPPROTO_IP, names[j]);
			for (k = 0; k < ARRAY_SIZE(values); k++) {
				CALL(set, fds[i], SK_IPPROTO_IP, names[j],
				     values[k]);
				GET(fds[i], SK_IPPROTO_IP, names[j]);
			}
		}
		GET(fds[i], SK_IPPROTO_IP, SK_IP_MTU);
		GET(fds[i], SK_IPPROTO_IP, SK_IP_TRANSPARENT);
		CALL(set, fds[i], SK_IPPROTO_IP, SK_IP_FREEBIND, 1);
		CALL(set, fds[i], SK_IPPROTO_IP, SK_IP_BIND_ADDRESS_NO_PORT, 0);
		CALL(bind, fds[i], 0x08080808, 0);
		HAS_PORT(fds[i]);
	}
}

static void options_of_sockets(struct talk *t)
{
	static const int names[] = {SK_SO_DONTROUTE, SK_SO_NO_CHECK,
				    SK_SO_PRIORITY,  SK_SO_MARK,
				    SK_SO_TIMESTAMP, SK_SO_TIMESTAMPNS};
	int fds[4], i;
	size_t j;

	fds[0] = talk_stream(t);
	fds[1] = talk_dgram(t);
	CALL(pair, DGRAM, 0, &fds[2]);
	for (i = 0; i < 4; i++)
		for (j = 0; j < ARRAY_SIZE(names); j++) {
			talk_note(t, i, "option", names[j]);
			GET(fds[i], SK_SOL_SOCKET, names[j]);
			CALL(set, fds[i], SK_SOL_SOCKET, names[j], 5);
			GET(fds[i], SK_SOL_SOCKET, names[j]);
			CALL(set, fds[i], SK_SOL_SOCKET, names[j], 0);
			GET(fds[i], SK_SOL_SOCKET, names[j]);
		}
	CALL(close, fds[2]);
	CALL(close, fds[3]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SAME(sends_that_are_gathered),
		SAME(sends_that_are_cut),
		SAME(options_of_ip),
		SAME(options_of_sockets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
