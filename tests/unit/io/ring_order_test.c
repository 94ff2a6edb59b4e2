// SPDX-License-Identifier: MIT
/* ring_order_test.c - a completion ring: chains, timeouts, cancelling, overflow */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/waitq.h"

#include "io/io.h"
#include "pair.h"
#include "ringbed.h"
#include "sock/sock.h"

static void chain_goes_on_only_after_success(void **state)
{
	char buf[3];

	(void)state;
	bed_octets(SK_RING_RECV, buf, 3, 1)->flags = SK_SQE_LINK;
	bed_octets(SK_RING_SEND, buf, 3, 2)->flags = SK_SQE_LINK;
	bed_sqe(SK_RING_RECV, 99, 3)->flags = SK_SQE_LINK;
	bed_sqe(SK_RING_NOP, -1, 4);
	bed_sqe(SK_RING_RECV, 99, 5)->flags = SK_SQE_HARDLINK;
	bed_sqe(SK_RING_NOP, -1, 6);
	bed_submit(6);
	bed_expect(5, -EBADF);
	bed_expect(6, 0);
	bed_expect_none(); /* the first waits, and so do the rest of its chain */
	bed_peer_says("abc");
	bed_expect(1, 3);
	bed_expect(2, 3);
	bed_expect(3, -EBADF);
	bed_expect(4, -ECANCELED);
	assert_int_equal(sk_recv(bed.b, bed.peer, buf, 3, 0), 3);
	assert_memory_equal(buf, "abc", 3);
}

static void linked_timeout_ends_what_it_guards(void **state)
{
	char buf[3];
	uint64_t begun = stack_now(bed.a);

	(void)state;
	bed_octets(SK_RING_RECV, buf, 3, 1)->flags = SK_SQE_LINK;
	bed_sqe(SK_RING_LINK_TIMEOUT, -1, 2)->off = NS_PER_S;
	bed_submit(2);
	bed_expect(1, -ECANCELED);
	bed_expect(2, -ETIME);
	assert_int_equal(stack_now(bed.a), begun + NS_PER_S);
	bed_peer_says("abc");
	bed_settle();
	assert_int_equal(sk_recv(bed.a, bed.fd, buf, 3, 0), 3);
	/* And the other way round. */
	bed_octets(SK_RING_RECV, buf, 3, 3)->flags = SK_SQE_LINK;
	bed_sqe(SK_RING_LINK_TIMEOUT, -1, 4)->off = NS_PER_S;
	bed_submit(2);
	bed_peer_says("def");
	bed_expect(3, 3);
	bed_expect(4, -ECANCELED);
	bed_sqe(SK_RING_LINK_TIMEOUT, -1, 5);
	bed_submit(1);
	bed_expect(5, -EINVAL); /* guards nothing */
}

static void timeouts_end_by_time_or_by_count(void **state)
{
	struct sk_sqe *e;

	(void)state;
	bed_sqe(SK_RING_TIMEOUT, -1, 1)->off = NS_PER_S;
	e = bed_sqe(SK_RING_TIMEOUT, -1, 2);
	e->off = stack_now(bed.a) + NS_PER_MS;
	e->arg = SK_RING_TIMEOUT_ABS;
	e = bed_sqe(SK_RING_TIMEOUT, -1, 3);
	e->off = 5 * NS_PER_S;
	e->len = 2;
	bed_submit(3);
	bed_expect(2, -ETIME);
	bed_expect(1, -ETIME);
	bed_sqe(SK_RING_NOP, -1, 4);
	bed_sqe(SK_RING_NOP, -1, 5);
	bed_submit(2);
	bed_expect(4, 0);
	bed_expect(5, 0);
	bed_expect(3, 0);
}

static void cancelling_takes_nothing(void **state)
{
	char buf[3] = "";

	(void)state;
	bed_octets(SK_RING_RECV, buf, 3, 1);
	bed_submit(1);
	bed_sqe(SK_RING_CANCEL, -1, 2)->off = 1;
	bed_sqe(SK_RING_CANCEL, -1, 3)->off = 1;
	bed_submit(2);
	bed_expect(1, -ECANCELED);
	bed_expect(2, 0);
	bed_expect(3, -ENOENT);
	bed_peer_says("abc");
	bed_settle();
	assert_int_equal(buf[0], 0);
	assert_int_equal(sk_recv(bed.a, bed.fd, buf, 3, 0), 3);
}

/* Octets come in the same event in which it is cancelled: they stay. */
static void ready_one_can_be_cancelled(void **state)
{
	char buf[3] = "";
	struct sk_ring_stat s;

	(void)state;
	bed_octets(SK_RING_RECV, buf, 3, 1);
	bed_submit(1);
	stack_enter(bed.a);
	sk_shutdown(bed.a, bed.fd, SK_SHUT_RD); /* wakes it, is not tried yet */
	bed_sqe(SK_RING_CANCEL, -1, 2)->off = 1;
	s = bed_stat_of();
	assert_int_equal(s.running, 1);
	bed_submit(1);
	stack_leave(bed.a);
	bed_expect(1, -ECANCELED);
	bed_expect(2, 0);
	bed_expect_none();
}

static void cancels_all_by_descriptor(void **state)
{
	char buf[3];
	struct sk_sqe *e;

	(void)state;
	bed_octets(SK_RING_RECV, buf, 1, 1);
	bed_octets(SK_RING_RECV, buf, 1, 2);
	bed_sqe(SK_RING_ACCEPT, bed.listener, 3);
	bed_submit(3);
	e = bed_sqe(SK_RING_CANCEL, bed.fd, 4);
	e->arg = SK_RING_CANCEL_FD | SK_RING_CANCEL_ALL;
	bed_sqe(SK_RING_CANCEL, 98, 5)->arg = SK_RING_CANCEL_FD;
	bed_sqe(SK_RING_CANCEL, -1, 6)->arg = SK_RING_CANCEL_ANY;
	bed_submit(3);
	bed_expect(1, -ECANCELED);
	bed_expect(2, -ECANCELED);
	bed_expect(4, 2);
	bed_expect(5, -EBADF);
	bed_expect(3, -ECANCELED);
	bed_expect(6, 1);
}

static void full_queue_loses_nothing(void **state)
{
	uint64_t i, n = 0;

	(void)state;
	for (i = 0; i < 40; i += 8) {
		for (n = 0; n < 8; n++)
			bed_sqe(SK_RING_NOP, -1, i + n);
		bed_submit(8);
	}
	assert_int_equal(bed_stat_of().ready, 16);
	assert_int_equal(bed_stat_of().spilled, 24);
	assert_int_equal(bed_stat_of().overflowed, 24);
	for (i = 0; i < 40; i++)
		bed_expect(i, 0);
	bed_expect_none();
	assert_int_equal(bed_stat_of().completed, 40);
	assert_int_equal(bed_stat_of().spilled, 0);
}

/* No octet is lost either: what does not fit any more is the last one. */
static void full_queue_ends_what_repeats(void **state)
{
	static char pool[20];
	struct sk_sqe *e = bed_sqe(SK_RING_RECV, bed.fd, 1);
	int i;

	(void)state;
	e->flags = SK_SQE_BUFFER | SK_SQE_MULTISHOT;
	assert_int_equal(sk_ring_buffers(bed.ring, 0, pool, 1, 20, 0), 0);
	bed_submit(1);
	bed_peer_says("abcdefghijklmnopqrst");
	bed_settle();
	assert_int_equal(bed_stat_of().ready, 16);
	assert_int_equal(bed_stat_of().spilled, 1);
	assert_int_equal(bed_stat_of().running, 0);
	for (i = 0; i < 16; i++)
		assert_true(bed_expect(1, 1) & SK_CQE_MORE);
	assert_false(bed_expect(1, 1) & SK_CQE_MORE);
	assert_memory_equal(pool, "abcdefghijklmnopq", 17);
}

static void submission_queue_has_an_end(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 8; i++)
		bed_sqe(SK_RING_NOP, -1, 0);
	assert_null(sk_ring_sqe(bed.ring));
	bed_submit(8);
	assert_non_null(sk_ring_sqe(bed.ring));
}

static void closed_descriptor_stays_open_for_the_operation(void **state)
{
	char buf[3];

	(void)state;
	bed_octets(SK_RING_RECV, buf, 3, 1);
	bed_sqe(SK_RING_CLOSE, bed.fd, 2);
	bed_submit(2);
	bed_expect(2, 0);
	bed_peer_says("abc");
	bed_expect(1, 3);
	bed_settle();
	/* Now nothing refers to it any more, and the peer hears so. */
	assert_int_equal(sk_recv(bed.b, bed.peer, buf, 3, 0), 0);
}

static void quiet_entries_tell_failures_only(void **state)
{
	(void)state;
	bed_sqe(SK_RING_NOP, -1, 1)->flags = SK_SQE_QUIET;
	bed_sqe(SK_RING_RECV, 99, 2)->flags = SK_SQE_QUIET;
	bed_submit(2);
	bed_expect(2, -EBADF);
	bed_expect_none();
}

static void ring_goes_with_work_under_way(void **state)
{
	char buf[3];

	(void)state;
	bed_octets(SK_RING_RECV, buf, 3, 1)->flags = SK_SQE_LINK;
	bed_sqe(SK_RING_LINK_TIMEOUT, -1, 2)->off = NS_PER_S;
	bed_sqe(SK_RING_TIMEOUT, -1, 3)->off = NS_PER_S;
	bed_sqe(SK_RING_ACCEPT, bed.listener, 4)->flags = SK_SQE_LINK;
	bed_sqe(SK_RING_NOP, -1, 5);
	bed_submit(5);
	sk_ring_free(bed.ring);
	bed.ring = NULL;
	bed_peer_says("abc");
	bed_settle();
	assert_int_equal(sk_recv(bed.a, bed.fd, buf, 3, 0), 3);
}

#define TEST(t) \
	cmocka_unit_test_setup_teardown(t, ringbed_setup, ringbed_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(chain_goes_on_only_after_success),
		TEST(linked_timeout_ends_what_it_guards),
		TEST(timeouts_end_by_time_or_by_count),
		TEST(cancelling_takes_nothing),
		TEST(ready_one_can_be_cancelled),
		TEST(cancels_all_by_descriptor),
		TEST(full_queue_loses_nothing),
		TEST(full_queue_ends_what_repeats),
		TEST(submission_queue_has_an_end),
		TEST(closed_descriptor_stays_open_for_the_operation),
		TEST(quiet_entries_tell_failures_only),
		TEST(ring_goes_with_work_under_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
