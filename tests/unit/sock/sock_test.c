// SPDX-License-Identifier: MIT
/* sock_test.c - streams and datagrams through the calls of POSIX */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/check.h"

#include "core/waitq.h"

#include "io/io.h"
#include "sock/sock.h"
#include "testnet.h"

static struct endpoint at(const char *text)
{
	struct endpoint ep;

	assert_int_equal(endpoint_parse(&ep, text), 0);
	return ep;
}

static int open_sock(struct stack *s, int type)
{
	int fd = sk_socket(s, SK_AF_INET, type, 0);

	assert_true(fd >= 0);
	return fd;
}

/* A listener at port 80 of host 1. */
static int listen_80(struct testnet *net)
{
	struct stack *s = testnet_host(net, 1);
	int fd = open_sock(s, SK_SOCK_STREAM);
	struct endpoint ep = at("0.0.0.0:80");

	assert_int_equal(
		sk_setsockopt_int(s, fd, SK_SOL_SOCKET, SK_SO_REUSEADDR, 1), 0);
	assert_int_equal(sk_bind(s, fd, &ep), 0);
	assert_int_equal(sk_listen(s, fd, 10), 0);
	return fd;
}

static int connect_80(struct testnet *net)
{
	struct stack *s = testnet_host(net, 0);
	int fd = open_sock(s, SK_SOCK_STREAM);
	struct endpoint ep = at("10.0.0.2:80");

	assert_int_equal(sk_connect(s, fd, &ep), 0);
	return fd;
}

/* Both ends of a connection: @a on host 0, @b on host 1, its listener @l. */
struct ends {
	struct stack *h0, *h1;
	int a, b, l;
};

static struct ends connect_both(struct testnet *net)
{
	struct ends e = {.h0 = testnet_host(net, 0),
			 .h1 = testnet_host(net, 1)};

	e.l = listen_80(net);
	e.a = connect_80(net);
	e.b = sk_accept(e.h1, e.l, NULL);
	assert_true(e.b >= 0);
	return e;
}

static void nonblock(struct stack *s, int fd)
{
	assert_int_equal(sk_fcntl(s, fd, SK_F_SETFL, SK_O_NONBLOCK), 0);
}

static void stream_carries_octets_both_ways(void **state)
{
	struct testnet *net = *state;
	struct ends e = connect_both(net);
	char buf[20];

	assert_int_equal(sk_send(e.h0, e.a, "ping", 4, 0), 4);
	assert_int_equal(sk_recv(e.h1, e.b, buf, sizeof(buf), 0), 4);
	assert_memory_equal(buf, "ping", 4);
	assert_int_equal(sk_write(e.h1, e.b, "pong", 4), 4);
	assert_int_equal(sk_read(e.h0, e.a, buf, sizeof(buf)), 4);
	assert_memory_equal(buf, "pong", 4);
	assert_int_equal(sk_close(e.h0, e.a), 0);
	assert_int_equal(sk_recv(e.h1, e.b, buf, sizeof(buf), 0), 0);
}

static void accept_and_names_tell_both_ends(void **state)
{
	struct testnet *net = *state;
	struct stack *h0 = testnet_host(net, 0), *h1 = testnet_host(net, 1);
	int l = listen_80(net), a = connect_80(net), b;
	struct endpoint peer, local, remote;

	b = sk_accept(h1, l, &peer);
	assert_int_equal(sk_getsockname(h0, a, &local), 0);
	assert_true(endpoint_eq(local, peer));
	assert_true(local.port >= 49152);
	assert_int_equal(sk_getpeername(h0, a, &remote), 0);
	assert_true(endpoint_eq(remote, at("10.0.0.2:80")));
	assert_int_equal(sk_getsockname(h1, b, &local), 0);
	assert_true(endpoint_eq(local, at("10.0.0.2:80")));
	assert_int_equal(sk_getsockname(h1, l, &local), 0);
	assert_true(endpoint_eq(local, at("0.0.0.0:80")));
	assert_int_equal(sk_getpeername(h1, l, &remote), -ENOTCONN);
}

static void blocking_send_takes_all_however_long(void **state)
{
	enum { LEN = 3000000 };
	struct testnet *net = *state;
	struct ends e = connect_both(net);
	uint8_t *out = malloc(LEN), *in = malloc(LEN);
	size_t got = 0, sent = 0, i;

	for (i = 0; i < LEN; i++)
		out[i] = (uint8_t)(i ^ i >> 8 ^ i >> 16);
	nonblock(e.h0, e.a);
	while (got < LEN) {
		long n = sk_send(e.h0, e.a, out + sent, LEN - sent, 0);

		sent += n > 0 ? (size_t)n : 0;
		n = sk_recv(e.h1, e.b, in + got, LEN - got, 0);
		assert_true(n > 0);
		got += (size_t)n;
	}
	assert_memory_equal(in, out, LEN);
	free(in);
	free(out);
}

static void waitall_waits_for_all(void **state)
{
	struct testnet *net = *state;
	struct ends e = connect_both(net);
	char buf[6];

	sk_send(e.h0, e.a, "abc", 3, 0);
	testnet_run_ms(net, 100);
	sk_send(e.h0, e.a, "def", 3, 0);
	assert_int_equal(sk_recv(e.h1, e.b, buf, 6, SK_MSG_WAITALL), 6);
	assert_memory_equal(buf, "abcdef", 6);
	sk_send(e.h0, e.a, "gh", 2, 0);
	sk_close(e.h0, e.a);
	assert_int_equal(sk_recv(e.h1, e.b, buf, 6, SK_MSG_WAITALL), 2);
}

static void peeked_octets_stay(void **state)
{
	struct testnet *net = *state;
	struct ends e = connect_both(net);
	char buf[6];

	sk_send(e.h0, e.a, "abc", 3, 0);
	assert_int_equal(sk_recv(e.h1, e.b, buf, 6, SK_MSG_PEEK), 3);
	assert_int_equal(sk_recv(e.h1, e.b, buf, 2, 0), 2);
	assert_int_equal(sk_recv(e.h1, e.b, NULL, 6, SK_MSG_TRUNC), 1);
	assert_int_equal(sk_recv(e.h1, e.b, buf, 6, SK_MSG_DONTWAIT), -EAGAIN);
}

static void nonblocking_connect_is_told_by_poll(void **state)
{
	struct testnet *net = *state;
	struct stack *s = testnet_host(net, 0);
	struct endpoint ep = at("10.0.0.2:80");
	int fd = sk_socket(s, SK_AF_INET, SK_SOCK_STREAM | SK_SOCK_NONBLOCK, 0);
	struct sk_pollfd p = {.fd = fd, .events = WAIT_OUT};
	int err = 1;

	listen_80(net);
	assert_int_equal(sk_connect(s, fd, &ep), -EINPROGRESS);
	assert_int_equal(sk_connect(s, fd, &ep), -EALREADY);
	assert_int_equal(sk_poll(s, &p, 1, 0), 0);
	assert_int_equal(sk_poll(s, &p, 1, NS_PER_S), 1);
	assert_int_equal(p.revents, WAIT_OUT);
	assert_int_equal(
		sk_getsockopt_int(s, fd, SK_SOL_SOCKET, SK_SO_ERROR, &err), 0);
	assert_int_equal(err, 0);
	assert_int_equal(sk_connect(s, fd, &ep), 0); /* as Linux: once */
	assert_int_equal(sk_connect(s, fd, &ep), -EISCONN);
}

static void refused_connection_can_be_tried_again(void **state)
{
	struct testnet *net = *state;
	struct stack *s = testnet_host(net, 0);
	struct endpoint ep = at("10.0.0.2:80"), local;
	int fd = open_sock(s, SK_SOCK_STREAM);

	assert_int_equal(sk_connect(s, fd, &ep), -ECONNREFUSED);
	assert_int_equal(sk_getsockname(s, fd, &local), 0);
	listen_80(net);
	assert_int_equal(sk_connect(s, fd, &ep), 0);
}

static void unreachable_peer_is_told_by_connect(void **state)
{
	struct testnet *net = *state;
	struct stack *s = testnet_host(net, 0);
	struct endpoint no_route = at("99.0.0.1:80"),
			nobody = at("10.0.0.9:80");
	int fd = open_sock(s, SK_SOCK_STREAM);

	assert_int_equal(sk_connect(s, fd, &no_route), -ENETUNREACH);
	assert_int_equal(sk_connect(s, fd, &nobody), -EHOSTUNREACH);
}

static void timeouts_end_blocking_calls(void **state)
{
	struct testnet *net = *state;
	struct ends e = connect_both(net);
	struct sk_timeval tv = {.usec = 250000}, got = {0};
	uint64_t begin = net->env.now_ns;
	size_t len = sizeof(got);
	char c;

	assert_int_equal(sk_setsockopt(e.h0, e.a, SK_SOL_SOCKET, SK_SO_RCVTIMEO,
				       &tv, sizeof(tv)),
			 0);
	assert_int_equal(sk_getsockopt(e.h0, e.a, SK_SOL_SOCKET, SK_SO_RCVTIMEO,
				       &got, &len),
			 0);
	assert_int_equal(got.usec, 250000);
	assert_int_equal(sk_recv(e.h0, e.a, &c, 1, 0), -EAGAIN);
	assert_int_equal(net->env.now_ns - begin, 250 * NS_PER_MS);
	sk_setsockopt(e.h1, e.l, SK_SOL_SOCKET, SK_SO_RCVTIMEO, &tv,
		      sizeof(tv));
	assert_int_equal(sk_accept(e.h1, e.l, NULL), -EAGAIN);
	assert_int_equal(net->env.now_ns - begin, 500 * NS_PER_MS);
	tv.usec = 1000000;
	assert_int_equal(sk_setsockopt(e.h0, e.a, SK_SOL_SOCKET, SK_SO_RCVTIMEO,
				       &tv, sizeof(tv)),
			 -EDOM);
}

/* Nobody can run the network inside an event. */
static long result_in_task;

static void recv_in_task(struct task *task, void *arg)
{
	const struct ends *e = arg;
	char c;

	(void)task;
	result_in_task = sk_recv(e->h0, e->a, &c, 1, 0);
}

static void blocking_within_an_event_is_a_deadlock(void **state)
{
	struct testnet *net = *state;
	struct ends e = connect_both(net);
	struct task task;

	task_init(&task, recv_in_task, &e);
	stack_defer(e.h0, &task);
	testnet_run_ms(net, 1);
	assert_int_equal(result_in_task, -EDEADLK);
}

static void reset_is_told_and_then_it_is_the_end(void **state)
{
	struct testnet *net = *state;
	struct ends e = connect_both(net);
	const struct sk_linger l = {.onoff = 1};
	char c;

	assert_int_equal(sk_setsockopt(e.h1, e.b, SK_SOL_SOCKET, SK_SO_LINGER,
				       &l, sizeof(l)),
			 0);
	sk_close(e.h1, e.b);
	testnet_run_ms(net, 100);
	assert_int_equal(sk_ready(e.h0, e.a),
			 WAIT_IN | WAIT_OUT | WAIT_ERR | WAIT_HUP | WAIT_RDHUP);
	assert_int_equal(sk_recv(e.h0, e.a, &c, 1, 0), -ECONNRESET);
	assert_int_equal(sk_recv(e.h0, e.a, &c, 1, 0), 0);
	assert_int_equal(sk_send(e.h0, e.a, "x", 1, 0), -EPIPE);
}

static void half_closed_stream_still_receives(void **state)
{
	struct testnet *net = *state;
	struct ends e = connect_both(net);
	char buf[10];

	assert_int_equal(sk_shutdown(e.h0, e.a, SK_SHUT_WR), 0);
	assert_int_equal(sk_send(e.h0, e.a, "x", 1, 0), -EPIPE);
	assert_int_equal(sk_recv(e.h1, e.b, buf, 10, 0), 0);
	assert_int_equal(sk_send(e.h1, e.b, "late", 4, 0), 4);
	assert_int_equal(sk_recv(e.h0, e.a, buf, 10, 0), 4);
}

static void lingering_close_waits_for_the_peer(void **state)
{
	struct testnet *net = *state;
	struct ends e = connect_both(net);
	const struct sk_linger l = {.onoff = 1, .linger_s = 5};
	uint64_t begin = net->env.now_ns;
	char buf[10];

	net->delay_ns = 20 * NS_PER_MS;
	sk_setsockopt(e.h0, e.a, SK_SOL_SOCKET, SK_SO_LINGER, &l, sizeof(l));
	sk_send(e.h0, e.a, "last", 4, 0);
	assert_int_equal(sk_close(e.h0, e.a), 0);
	assert_true(net->env.now_ns - begin >= 40 * NS_PER_MS);
	assert_true(net->env.now_ns - begin < 5 * NS_PER_S);
	assert_int_equal(sk_recv(e.h1, e.b, buf, 10, SK_MSG_DONTWAIT), 4);
}

static void
file_closed_under_a_blocked_call_lives_until_it_returns(void **state)
{
	struct testnet *net = *state;
	struct ends e = connect_both(net);
	struct file *f = file_find(e.h0, e.a);

	file_get(f);
	assert_int_equal(sk_close(e.h0, e.a), 0);
	assert_int_equal(sk_close(e.h0, e.a), -EBADF);
	assert_int_equal(f->refs, 1);
	file_put(f);
}

static void full_descriptor_table_leaves_the_connection_queued(void **state)
{
	struct testnet *net = *state;
	struct stack *h1 = testnet_host(net, 1);
	int l = listen_80(net);

	connect_80(net);
	testnet_run_ms(net, 10);
	file_set_max(h1, 1);
	assert_int_equal(sk_accept(h1, l, NULL), -EMFILE);
	file_set_max(h1, 10);
	assert_int_equal(sk_accept(h1, l, NULL), 1);
}

static void datagrams_are_sent_and_received_whole(void **state)
{
	struct testnet *net = *state;
	struct stack *h0 = testnet_host(net, 0), *h1 = testnet_host(net, 1);
	int a = open_sock(h0, SK_SOCK_DGRAM), b = open_sock(h1, SK_SOCK_DGRAM);
	struct endpoint to = at("10.0.0.2:53"), any = at("0.0.0.0:53"), from;
	char buf[3];

	assert_int_equal(sk_bind(h1, b, &any), 0);
	assert_int_equal(sk_sendto(h0, a, "12345", 5, 0, &to), 5);
	assert_int_equal(sk_sendto(h0, a, "67890", 5, 0, &to), 5);
	assert_int_equal(sk_recvfrom(h1, b, buf, 3, SK_MSG_TRUNC, &from), 5);
	assert_memory_equal(buf, "123", 3);
	assert_int_equal(sk_recvfrom(h1, b, buf, 3, 0, &from), 3);
	assert_memory_equal(buf, "678", 3);
	assert_int_equal(sk_sendto(h1, b, "re", 2, 0, &from), 2);
	assert_int_equal(sk_recvfrom(h0, a, buf, 3, 0, &from), 2);
	assert_true(endpoint_eq(from, to));
	assert_int_equal(sk_connect(h0, a, &to), 0);
	assert_int_equal(sk_send(h0, a, "c", 1, 0), 1);
	assert_int_equal(sk_recvfrom(h1, b, buf, 3, 0, &from), 1);
}

static void a_host_talks_to_itself(void **state)
{
	struct testnet *net = *state;
	struct stack *s = testnet_host(net, 1);
	struct endpoint ep = at("127.0.0.1:80"), zero = at("0.0.0.0:80");
	int l = listen_80(net), a = open_sock(s, SK_SOCK_STREAM), b;
	char buf[4];

	assert_int_equal(sk_connect(s, a, &ep), 0);
	b = sk_accept(s, l, NULL);
	assert_int_equal(sk_send(s, a, "self", 4, 0), 4);
	assert_int_equal(sk_recv(s, b, buf, 4, 0), 4);
	a = open_sock(s, SK_SOCK_STREAM);
	assert_int_equal(sk_connect(s, a, &zero), 0); /* "this host" */
}

static void groups_are_joined_and_left(void **state)
{
	struct testnet *net = *state;
	struct stack *h0 = testnet_host(net, 0), *h1 = testnet_host(net, 1);
	int a = open_sock(h0, SK_SOCK_DGRAM), b = open_sock(h1, SK_SOCK_DGRAM);
	struct endpoint any = at("0.0.0.0:5000"), to = at("239.1.2.3:5000");
	struct sk_mreq req = {.group = {239, 1, 2, 3}, .local = {10, 0, 0, 2}};
	char buf[4];

	sk_bind(h1, b, &any);
	nonblock(h1, b);
	sk_sendto(h0, a, "0", 1, 0, &to);
	testnet_run_ms(net, 10);
	assert_int_equal(sk_recv(h1, b, buf, 4, 0), -EAGAIN);
	assert_int_equal(sk_setsockopt(h1, b, SK_IPPROTO_IP,
				       SK_IP_ADD_MEMBERSHIP, &req, sizeof(req)),
			 0);
	assert_int_equal(sk_setsockopt(h1, b, SK_IPPROTO_IP,
				       SK_IP_ADD_MEMBERSHIP, &req, sizeof(req)),
			 -EADDRINUSE);
	sk_sendto(h0, a, "1", 1, 0, &to);
	testnet_run_ms(net, 10);
	assert_int_equal(sk_recv(h1, b, buf, 4, 0), 1);
	assert_int_equal(sk_setsockopt(h1, b, SK_IPPROTO_IP,
				       SK_IP_DROP_MEMBERSHIP, &req,
				       sizeof(req)),
			 0);
	sk_sendto(h0, a, "2", 1, 0, &to);
	testnet_run_ms(net, 10);
	assert_int_equal(sk_recv(h1, b, buf, 4, 0), -EAGAIN);
}

/* What sock_for_each() said. */
struct seen {
	int count;
	struct sock_info last;
};

static void see(const struct sock_info *info, void *arg)
{
	struct seen *s = arg;

	s->count++;
	if (info->peer.addr.family)
		s->last = *info;
}

static void sockets_can_be_looked_at(void **state)
{
	struct testnet *net = *state;
	struct ends e = connect_both(net);
	struct seen seen = {0};

	sk_send(e.h0, e.a, "four", 4, 0);
	testnet_run_ms(net, 100);
	sock_for_each(e.h1, see, &seen);
	assert_int_equal(seen.count, 2);
	assert_int_equal(seen.last.fd, e.b);
	assert_string_equal(seen.last.kind, "tcp");
	assert_int_equal(seen.last.recv_queue, 4);
	assert_int_equal(seen.last.waiters, 0);
}

static void calls_are_events_and_leave_no_trace_in_the_cause(void **state)
{
	struct testnet *net = *state;
	struct ends e = connect_both(net);
	char c;

	net->env.cause = 12345;
	memset(net->events, 0, sizeof(net->events));
	sk_send(e.h0, e.a, "x", 1, 0);
	assert_int_equal(net->env.cause, 12345);
	assert_int_equal(sk_recv(e.h1, e.b, &c, 1, 0), 1);
	assert_int_equal(net->env.cause, 12345);
	sk_recv(e.h1, e.b, &c, 1, SK_MSG_DONTWAIT);
	assert_int_equal(net->events[R_SOCK_SEND], 1);
	assert_int_equal(net->events[R_SOCK_RECV], 1);
	sk_close(e.h0, e.a);
	assert_int_equal(net->events[R_SOCK_CLOSE], 1);
	assert_int_equal(net->env.cause, 12345);
}

/* What the last send call and the last frame of a host were. */
struct causes {
	const struct place *place;
	uint32_t count, send, tx_cause;
};

static uint32_t note_causes(void *arg, const struct event *ev)
{
	struct causes *c = arg;

	c->count++;
	if (ev->place == c->place && ev->what == R_SOCK_SEND)
		c->send = c->count;
	if (ev->place == c->place && ev->kind == EV_TX)
		c->tx_cause = ev->cause;
	return c->count;
}

static void frames_are_caused_by_the_call_that_sends_them(void **state)
{
	struct testnet *net = *state;
	struct ends e = connect_both(net);
	struct causes c = {.place = &e.h0->place};
	struct endpoint to = at("10.0.0.2:53");
	int u = open_sock(e.h0, SK_SOCK_DGRAM);

	net->env.probe = note_causes;
	net->env.probe_arg = &c;
	sk_send(e.h0, e.a, "x", 1, 0);
	assert_true(c.send > 0);
	assert_int_equal(c.tx_cause, c.send);
	c.send = 0;
	sk_sendto(e.h0, u, "y", 1, 0, &to);
	assert_true(c.send > 0);
	assert_int_equal(c.tx_cause, c.send);
	net->env.probe = NULL;
}

/* The whole of it: a connection, an echo, and the end. */
static void run_echo(struct testnet *net)
{
	struct stack *h0 = testnet_host(net, 0), *h1 = testnet_host(net, 1);
	struct endpoint here = at("0.0.0.0:80"), there = at("10.0.0.2:80");
	int l = sk_socket(h1, SK_AF_INET, SK_SOCK_STREAM, 0);
	int a = sk_socket(h0, SK_AF_INET, SK_SOCK_STREAM, 0), b = -1;
	const struct sk_timeval tv = {.sec = 100};
	char buf[4];

	sk_setsockopt(h0, a, SK_SOL_SOCKET, SK_SO_RCVTIMEO, &tv, sizeof(tv));
	sk_setsockopt(h1, l, SK_SOL_SOCKET, SK_SO_RCVTIMEO, &tv, sizeof(tv));
	if (!sk_bind(h1, l, &here) && !sk_listen(h1, l, 4) &&
	    !sk_connect(h0, a, &there))
		b = sk_accept(h1, l, NULL);
	if (sk_send(h0, a, "echo", 4, 0) == 4)
		sk_recv(h1, b, buf, 4, 0);
	sk_send(h1, b, buf, 4, 0);
	sk_close(h1, b);
	sk_recv(h0, a, buf, 4, 0);
	sk_close(h0, a);
	sk_close(h1, l);
	testnet_run_ms(net, 400000);
}

static void every_failed_allocation_is_survived(void **state)
{
	uint64_t k, failures;

	(void)state;
	for (k = 1, failures = 1; failures; k++) {
		struct testnet *net = testnet_new();

		net->mem.failures = 0;
		net->mem.fail_at = net->mem.calls + k;
		run_echo(net);
		failures = net->mem.failures;
		net->mem.fail_at = 0;
		testnet_free(net); /* fails if anything leaked */
	}
	assert_true(k > 10);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, testnet_setup, testnet_teardown)
	const struct CMUnitTest tests[] = {
		T(stream_carries_octets_both_ways),
		T(accept_and_names_tell_both_ends),
		T(blocking_send_takes_all_however_long),
		T(waitall_waits_for_all),
		T(peeked_octets_stay),
		T(nonblocking_connect_is_told_by_poll),
		T(refused_connection_can_be_tried_again),
		T(unreachable_peer_is_told_by_connect),
		T(timeouts_end_blocking_calls),
		T(blocking_within_an_event_is_a_deadlock),
		T(reset_is_told_and_then_it_is_the_end),
		T(half_closed_stream_still_receives),
		T(lingering_close_waits_for_the_peer),
		T(file_closed_under_a_blocked_call_lives_until_it_returns),
		T(full_descriptor_table_leaves_the_connection_queued),
		T(datagrams_are_sent_and_received_whole),
		T(a_host_talks_to_itself),
		T(groups_are_joined_and_left),
		T(sockets_can_be_looked_at),
		T(calls_are_events_and_leave_no_trace_in_the_cause),
		T(frames_are_caused_by_the_call_that_sends_them),
		cmocka_unit_test(every_failed_allocation_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
