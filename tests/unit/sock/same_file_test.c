// SPDX-License-Identifier: MIT
/* same_file_test.c - descriptors, pipes and socketpairs, on weft and on the
 * kernel */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "same.h"
#include "sock/sock.h"

static void keep(struct talk *t, const int fds[2])
{
	t->fds[t->fd_count++] = fds[0];
	t->fds[t->fd_count++] = fds[1];
}

static void flags_of_descriptors(struct talk *t)
{
	int s = talk_stream(t), d;

	CALL(fcntl, s, SK_F_GETFD, 0);
	CALL(fcntl, s, SK_F_SETFD, 1);
	CALL(fcntl, s, SK_F_GETFD, 0);
	d = OPEN(dup, s);
	CALL(fcntl, d, SK_F_GETFD, 0);
	CALL(fcntl, d, SK_F_GETFL, 0);
	CALL(fcntl, d, SK_F_SETFL, 0);
	CALL(fcntl, s, SK_F_GETFL, 0);
	CALL(fcntl, s, SK_F_SETFL, SK_O_ASYNC | SK_O_NONBLOCK | 3);
	CALL(fcntl, d, SK_F_GETFL, 0);
	CALL(fcntl, d, SK_F_SETFL, SK_O_NONBLOCK);
	d = OPEN(fcntl, s, SK_F_DUPFD_CLOEXEC, 100);
	CALL(fcntl, d, SK_F_GETFD, 0);
	CALL(flag, d, SK_FIONCLEX, 0);
	CALL(fcntl, d, SK_F_GETFD, 0);
	CALL(flag, d, SK_FIOCLEX, 0);
	CALL(fcntl, d, SK_F_GETFD, 0);
	CALL(flag, d, SK_FIONBIO, 0);
	CALL(fcntl, s, SK_F_GETFL, 0);
	CALL(flag, d, SK_FIONBIO, 1);
	CALL(fcntl, s, SK_F_GETFL, 0);
	CALL(flag, d, 0x1234, 0);
	CALL(fcntl, s, 4711, 0);
	CALL(fcntl, 4711, SK_F_GETFD, 0);
	CALL(fcntl, s, SK_F_DUPFD, -1);
	CALL(fcntl, s, SK_F_GETPIPE_SZ, 0);
	CALL(fcntl, s, SK_F_SETPIPE_SZ, 4096);
}

static void owners_and_signals(struct talk *t)
{
	int s = talk_stream(t);

	CALL(fcntl, s, SK_F_GETOWN, 0);
	CALL(fcntl, s, SK_F_GETSIG, 0);
	CALL(fcntl, s, SK_F_SETOWN, 1);
	CALL(fcntl, s, SK_F_GETOWN, 0);
	CALL(fcntl, s, SK_F_SETOWN, 0);
	CALL(fcntl, s, SK_F_GETOWN, 0);
	CALL(fcntl, s, SK_F_SETSIG, 10);
	CALL(fcntl, s, SK_F_GETSIG, 0);
	CALL(fcntl, s, SK_F_SETSIG, 64);
	CALL(fcntl, s, SK_F_SETSIG, 65);
	CALL(fcntl, s, SK_F_SETSIG, -1);
	CALL(fcntl, s, SK_F_GETSIG, 0);
}

static void copies_to_chosen_places(struct talk *t)
{
	int s = talk_stream(t), u = talk_dgram(t), p[2];

	CALL(pipe, p, 0);
	keep(t, p);
	CALL(dup2, s, 200);
	GET(200, SK_SOL_SOCKET, SK_SO_TYPE);
	CALL(dup2, u, 200); /* the stream's copy is closed */
	GET(200, SK_SOL_SOCKET, SK_SO_TYPE);
	GET(s, SK_SOL_SOCKET, SK_SO_TYPE);
	CALL(dup2, 200, 200);
	CALL(dup3, 200, 200, 0);
	CALL(dup3, s, 201, SK_O_CLOEXEC);
	CALL(fcntl, 201, SK_F_GETFD, 0);
	CALL(dup3, s, 201, SK_O_NONBLOCK);
	CALL(dup2, 4711, 202);
	CALL(dup2, s, -1);
	CALL(dup, 4711);
	CALL(dup2, p[1], 201);
	CALL(close, p[1]); /* the pipe still has a writer */
	CALL(fcntl, p[0], SK_F_SETFL, SK_O_NONBLOCK);
	CALL(read, p[0], 1);
	CALL(close, 201);
	CALL(read, p[0], 1);
	CALL(close, 200);
	CALL(close, 200);
	t->fd_count -= 2;
	CALL(close, p[0]);
}

static void pipes(struct talk *t)
{
	int p[2];

	CALL(pipe, p, SK_O_NONBLOCK);
	keep(t, p);
	CALL(fcntl, p[0], SK_F_GETFL, 0);
	CALL(fcntl, p[1], SK_F_GETFL, 0);
	POLL(p[0]);
	POLL(p[1]);
	CALL(read, p[0], 10);
	CALL(read, p[1], 10);
	CALL(write, p[0], 10);
	CALL(write, p[1], 0);
	CALL(read, p[0], 0);
	CALL(write, p[1], 10);
	CALL(write, p[1], 20);
	CALL(ioctl, p[0], SK_FIONREAD);
	CALL(ioctl, p[1], SK_FIONREAD);
	CALL(ioctl, p[1], SK_TIOCOUTQ);
	POLL(p[0]);
	CALL(read, p[0], 15);
	CALL(read, p[0], 100);
	CALL(write, p[1], 5);
	CALL(close, p[1]);
	POLL(p[0]);
	CALL(read, p[0], 100);
	POLL(p[0]);
	CALL(read, p[0], 100);
	GET(p[0], SK_SOL_SOCKET, SK_SO_TYPE);
	CALL(send, p[0], 1, 0);
}

static void pipes_that_fill(struct talk *t)
{
	int p[2], i;

	CALL(pipe, p, SK_O_NONBLOCK);
	keep(t, p);
	CALL(fcntl, p[1], SK_F_GETPIPE_SZ, 0);
	CALL(fcntl, p[0], SK_F_SETPIPE_SZ, 5000);
	CALL(fcntl, p[1], SK_F_GETPIPE_SZ, 0);
	CALL(write, p[1], 4096);
	POLL(p[1]);
	CALL(write, p[1], 4096);
	POLL(p[1]);
	CALL(write, p[1], 1);
	CALL(fcntl, p[1], SK_F_SETPIPE_SZ, 4096);
	CALL(read, p[0], 4096);
	POLL(p[1]);
	CALL(write, p[1], 65536); /* more than atomic: a part */
	CALL(read, p[0], 65536);
	CALL(fcntl, p[1], SK_F_SETPIPE_SZ, 1);
	CALL(fcntl, p[1], SK_F_SETPIPE_SZ, 1 << 20);
	for (i = 0; i < 17; i++)
		CALL(write, p[1], 65536);
	CALL(ioctl, p[0], SK_FIONREAD);
	CALL(close, p[0]);
	POLL(p[1]);
	CALL(close, p[1]);
	t->fd_count -= 2;
}

static void pipes_that_cannot_be(struct talk *t)
{
	int p[2];

	CALL(pipe, p, 0x7);
	CALL(pipe, p, SK_O_CLOEXEC);
	CALL(fcntl, p[0], SK_F_GETFD, 0);
	CALL(fcntl, p[1], SK_F_GETFD, 0);
	CALL(close, p[0]);
	CALL(close, p[1]);
}

static void pairs_that_cannot_be(struct talk *t)
{
	int p[2];

	CALL(pair, STREAM, 7, p);
	CALL(pair, 4, 0, p);
	CALL(pair, 99, 0, p);
	CALL(pair, STREAM, 1, p);
	keep(t, p);
}

static void facts_of(struct talk *t, int fd)
{
	GET(fd, SK_SOL_SOCKET, SK_SO_TYPE);
	GET(fd, SK_SOL_SOCKET, SK_SO_DOMAIN);
	GET(fd, SK_SOL_SOCKET, SK_SO_PROTOCOL);
	GET(fd, SK_SOL_SOCKET, SK_SO_ACCEPTCONN);
	GET(fd, SK_SOL_SOCKET, SK_SO_ERROR);
	GET(fd, SK_SOL_SOCKET, SK_SO_SNDBUF);
	GET(fd, SK_IPPROTO_IP, SK_IP_TTL);
	GET(fd, SK_IPPROTO_TCP, SK_TCP_NODELAY);
	CALL(set, fd, SK_IPPROTO_IP, SK_IP_TTL, 3);
	CALL(has_peer, fd);
	CALL(bind, fd, SET_LOOPBACK, 0);
	CALL(connect, fd, SET_LOOPBACK, 1);
	CALL(listen, fd, 1);
	CALL(accept, fd);
}

static void pair_of_streams(struct talk *t)
{
	int p[2];

	CALL(pair, STREAM, 0, p);
	keep(t, p);
	facts_of(t, p[0]);
	POLL(p[0]);
	CALL(recv, p[0], 1, 0);
	CALL(send, p[0], 10, 0);
	CALL(send, p[0], 0, 0);
	CALL(write, p[0], 20);
	POLL(p[1]);
	CALL(ioctl, p[1], SK_FIONREAD);
	CALL(recv, p[1], 100, SK_MSG_PEEK);
	CALL(recv, p[1], 15, 0);
	CALL(recv, p[1], 100, SK_MSG_WAITALL);
	CALL(read, p[1], 100);
	CALL(send, p[1], 7, 0);
	CALL(shutdown, p[1], 1);
	POLL(p[0]);
	POLL(p[1]);
	CALL(send, p[1], 1, 0);
	CALL(recv, p[0], 100, 0);
	CALL(recv, p[0], 100, 0);
	CALL(send, p[0], 3, 0);
	CALL(close, p[1]); /* three octets unread */
	t->fd_count--;
	POLL(p[0]);
	CALL(recv, p[0], 1, 0);
	CALL(recv, p[0], 1, 0);
	CALL(send, p[0], 1, 0);
	CALL(shutdown, p[0], 2);
}

static void pair_of_datagrams(struct talk *t)
{
	int p[2];

	CALL(pair, DGRAM, 0, p);
	keep(t, p);
	facts_of(t, p[0]);
	POLL(p[0]);
	CALL(send, p[0], 10, 0);
	CALL(send, p[0], 0, 0);
	CALL(send, p[0], 20, 0);
	CALL(ioctl, p[1], SK_FIONREAD);
	CALL(recv, p[1], 4, SK_MSG_PEEK | SK_MSG_TRUNC);
	CALL(recv, p[1], 4, 0);
	CALL(recv, p[1], 4, 0);
	CALL(recv, p[1], 4, SK_MSG_TRUNC);
	CALL(recv, p[1], 4, 0);
	CALL(shutdown, p[1], 0);
	CALL(send, p[0], 1, 0);
	CALL(recv, p[1], 1, 0);
	CALL(close, p[1]);
	t->fd_count--;
	POLL(p[0]);
	CALL(send, p[0], 1, 0);
	CALL(recv, p[0], 1, 0);
}

static void pair_of_sequenced_packets(struct talk *t)
{
	int p[2];

	CALL(pair, SK_SOCK_SEQPACKET, 0, p);
	keep(t, p);
	facts_of(t, p[0]);
	CALL(send, p[0], 10, 0);
	CALL(send, p[0], 20, 0);
	CALL(recv, p[1], 4, 0);
	CALL(recv, p[1], 400, 0);
	CALL(recv, p[1], 400, 0);
	CALL(send, p[0], 5, 0);
	CALL(close, p[0]);
	POLL(p[1]);
	CALL(recv, p[1], 400, 0);
	CALL(recv, p[1], 400, 0);
	CALL(send, p[1], 5, 0);
	CALL(close, p[1]);
	t->fd_count -= 2;
}

static void counters(struct talk *t)
{
	int e = OPEN(event, 3, 0), s = OPEN(event, 2, 1);

	POLL(e);
	CALL(read, e, 7);
	CALL(read, e, 8);
	POLL(e);
	CALL(read, e, 8);
	CALL(write, e, 7);
	CALL(write, e, 16); /* a zero, and eight octets that nobody wants */
	POLL(e);
	CALL(read, s, 100);
	CALL(read, s, 100);
	CALL(read, s, 100);
	CALL(ioctl, s, SK_FIONREAD);
	CALL(fcntl, s, SK_F_GETFL, 0);
	CALL(send, s, 1, 0);
}

static void questions_to_queues(struct talk *t)
{
	int u = talk_dgram(t), v = talk_dgram(t);

	CALL(bind, v, SET_LOOPBACK, 0);
	CALL(sendto, u, 30, talk_port(t, v));
	CALL(sendto, u, 40, talk_port(t, v));
	WAIT(v, WAIT_IN);
	CALL(ioctl, v, SK_FIONREAD);
	CALL(ioctl, v, SK_TIOCOUTQ);
	CALL(ioctl, v, SK_SIOCOUTQNSD);
	CALL(ioctl, v, SK_SIOCATMARK);
	CALL(recv, v, 5, 0);
	CALL(ioctl, v, SK_FIONREAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SAME(flags_of_descriptors),
		SAME(owners_and_signals),
		SAME(copies_to_chosen_places),
		SAME(pipes),
		SAME(pipes_that_fill),
		SAME(pipes_that_cannot_be),
		SAME(pairs_that_cannot_be),
		SAME(pair_of_streams),
		SAME(pair_of_datagrams),
		SAME(pair_of_sequenced_packets),
		SAME(counters),
		SAME(questions_to_queues),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
