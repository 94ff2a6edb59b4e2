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

/* connect() to no family: a reset, and the socket is as new. */
static void dissolved(struct talk *t)
{
	struct talk_ends e = talk_connect(t);

	CALL(connect, e.a, SET_NOBODY, 0);
	WAIT(e.b, WAIT_IN);
	CALL(recv, e.b, 10, SK_MSG_DONTWAIT);
	CALL(connect, e.a, SET_LOOPBACK, talk_port(t, e.l));
	WAIT(e.a, WAIT_OUT);
	CALL(connect, e.a, SET_LOOPBACK, talk_port(t, e.l));
	CALL(connect, e.l, SET_NOBODY, 0);
	CALL(listen, e.l, 1);
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

/* What of TCP_INFO does not depend on the speed of the machine. */
static void info(struct talk *t, int fd)
{
	struct sk_tcp_info i = {0};

	t->set->get_raw(t->arg, fd, SK_IPPROTO_TCP, SK_TCP_INFO, &i, sizeof(i));
	talk_note(t, __LINE__, "state", i.state);
	talk_note(t, __LINE__, "ca_state", i.ca_state);
	talk_note(t, __LINE__, "retransmits", i.retransmits);
	talk_note(t, __LINE__, "probes", i.probes);
	talk_note(t, __LINE__, "options", i.options & 7);
	talk_note(t, __LINE__, "unacked", i.unacked);
	talk_note(t, __LINE__, "sacked", i.sacked);
	talk_note(t, __LINE__, "lost", i.lost);
	talk_note(t, __LINE__, "retrans", i.retrans);
	talk_note(t, __LINE__, "total_retrans", i.total_retrans);
	/* The kernel remembers how far the loopback has ever disordered (which
	 * a machine under load does), and begins with that. */
	talk_note(t, __LINE__, "reordering", i.reordering >= 3);
	talk_note(t, __LINE__, "bytes_acked", (long)i.bytes_acked);
	talk_note(t, __LINE__, "bytes_received", (long)i.bytes_received);
	talk_note(t, __LINE__, "bytes_sent", (long)i.bytes_sent);
	talk_note(t, __LINE__, "bytes_retrans", (long)i.bytes_retrans);
	talk_note(t, __LINE__, "notsent_bytes", i.notsent_bytes);
	talk_note(t, __LINE__, "data_segs_in", i.data_segs_in);
	talk_note(t, __LINE__, "data_segs_out", i.data_segs_out);
	talk_note(t, __LINE__, "segs_in", i.segs_in);
	talk_note(t, __LINE__, "segs_out", i.segs_out);
	talk_note(t, __LINE__, "delivered", i.delivered);
	talk_note(t, __LINE__, "has threshold", i.snd_ssthresh != 0x7fffffff);
	talk_note(t, __LINE__, "max_pacing_rate", (long)i.max_pacing_rate);
	talk_note(t, __LINE__, "total_rto", i.total_rto);
	talk_note(t, __LINE__, "ooo", i.rcv_ooopack);
}

static void what_tcp_info_counts(struct talk *t)
{
	struct talk_ends e = talk_connect(t);
	int i;

	info(t, e.a);
	for (i = 0; i < 3; i++) {
		CALL(send, e.a, 100, 0);
		WAIT(e.b, WAIT_IN);
		CALL(recv, e.b, 200, 0);
		CALL(send, e.b, 50, 0);
		WAIT(e.a, WAIT_IN);
		CALL(recv, e.a, 200, 0);
		t->set->poll(t->arg, e.a, WAIT_PRI, 60);
	}
	info(t, e.a);
	info(t, e.b);
	CALL(shutdown, e.a, 1);
	WAIT(e.b, WAIT_RDHUP);
	t->set->poll(t->arg, e.b, WAIT_PRI, 60);
	info(t, e.a);
	info(t, e.b);
}

static void what_tcp_info_tells_of_a_listener(struct talk *t)
{
	struct sk_tcp_info i = {0};
	int l = talk_listener(t), a = talk_stream(t);

	CALL(connect, a, SET_LOOPBACK, talk_port(t, l));
	WAIT(l, WAIT_IN);
	t->set->get_raw(t->arg, l, SK_IPPROTO_TCP, SK_TCP_INFO, &i, sizeof(i));
	talk_note(t, __LINE__, "state", i.state);
	talk_note(t, __LINE__, "waiting", i.unacked);
	talk_note(t, __LINE__, "backlog", i.sacked);
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
		SAME(dissolved),
		SAME(low_water),
		SAME(peek_offset),
		SAME(truncated),
		SAME(an_error_behind_data),
		SAME(not_sent_low_water),
		SAME(shut_for_reading),
		SAME(what_tcp_info_counts),
		SAME(what_tcp_info_tells_of_a_listener),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
