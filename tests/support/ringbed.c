// SPDX-License-Identifier: MIT
/*
 * ringbed.c - two hosts, a connection between them, and a completion ring
 */

#include "ringbed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "pair.h"
#include "sock/sock.h"

struct ringbed bed;

int ringbed_setup(void **state)
{
	struct endpoint at = ep("10.0.0.1:80");

	(void)state;
	bed.net = testnet_new();
	bed.net->delay_ns = NS_PER_MS;
	bed.a = testnet_host(bed.net, 0);
	bed.b = testnet_host(bed.net, 1);
	assert_int_equal(sk_ring_new(bed.a, 8, &sk_ring_plain, &bed.ring), 0);
	bed.listener = sk_socket(bed.a, SK_AF_INET, SK_SOCK_STREAM, 0);
	assert_int_equal(sk_bind(bed.a, bed.listener, &at), 0);
	assert_int_equal(sk_listen(bed.a, bed.listener, 20), 0);
	bed.peer = sk_socket(bed.b, SK_AF_INET, SK_SOCK_STREAM, 0);
	assert_int_equal(sk_connect(bed.b, bed.peer, &at), 0);
	bed.fd = sk_accept(bed.a, bed.listener, NULL);
	assert_true(bed.fd >= 0);
	return 0;
}

int ringbed_teardown(void **state)
{
	(void)state;
	sk_ring_free(bed.ring);
	testnet_free(bed.net);
	return 0;
}

struct sk_sqe *bed_sqe(enum sk_ring_op op, int fd, uint64_t user_data)
{
	struct sk_sqe *e = sk_ring_sqe(bed.ring);

	assert_non_null(e);
	e->op = (uint8_t)op;
	e->fd = fd;
	e->user_data = user_data;
	return e;
}

struct sk_sqe *bed_octets(enum sk_ring_op op, void *buf, size_t len,
			  uint64_t user_data)
{
	struct sk_sqe *e = bed_sqe(op, bed.fd, user_data);

	e->addr = buf;
	e->len = len;
	return e;
}

void bed_submit(int count)
{
	assert_int_equal(sk_ring_submit(bed.ring), count);
}

/* The oldest completion is this one; take it. */
uint32_t bed_expect(uint64_t user_data, long res)
{
	const struct sk_cqe *cqe;
	uint32_t flags;

	sk_ring_wait(bed.ring, 1, 10 * (int64_t)NS_PER_S);
	cqe = sk_ring_peek(bed.ring);
	assert_non_null(cqe);
	assert_int_equal(cqe->user_data, user_data);
	assert_int_equal(cqe->res, res);
	flags = cqe->flags;
	sk_ring_seen(bed.ring, 1);
	return flags;
}

void bed_expect_none(void)
{
	assert_null(sk_ring_peek(bed.ring));
}

void bed_peer_says(const char *text)
{
	assert_int_equal(sk_send(bed.b, bed.peer, text, strlen(text), 0),
			 strlen(text));
}

void bed_settle(void)
{
	testnet_run_ms(bed.net, 100);
}

struct sk_ring_stat bed_stat_of(void)
{
	struct sk_ring_stat s;

	sk_ring_get_stat(bed.ring, &s);
	return s;
}
