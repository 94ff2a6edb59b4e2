// SPDX-License-Identifier: MIT
/* tcp_drawn_test.c - ports that connect() drew: whose they are, how long */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "talker.h"
#include "tcppeer.h"

enum { MANY = 600, DRAWN = 5000 };

static void one_port_to_draw(struct peer *p)
{
	assert_int_equal(tcp_knob_set(p->stack, "port_first", DRAWN), 0);
	assert_int_equal(tcp_knob_set(p->stack, "port_last", DRAWN), 0);
}

static struct tcp_conn *connect_to(struct peer *p, uint16_t port)
{
	struct endpoint to = talker_ep("10.0.0.2:80");
	struct tcp_conn *c = tcp_new(p->stack, NULL, NULL);

	to.port = port;
	assert_non_null(c);
	assert_int_equal(tcp_connect(c, &to), 0);
	assert_int_equal(tcp_local(c).port, DRAWN);
	return c;
}

/* May a server have the port that is drawn, at this address? */
static int bind_at(struct peer *p, const char *where)
{
	struct tcp_conn *c = tcp_new(p->stack, NULL, NULL);
	struct endpoint at = talker_ep(where);
	int err = tcp_bind(c, &at, true);

	tcp_close(c);
	return err;
}

static void drawn_port_is_not_given_to_bind(void **state)
{
	struct peer *p = *state;
	struct tcp_conn *c;

	one_port_to_draw(p);
	c = connect_to(p, 80);
	assert_int_equal(bind_at(p, "10.0.0.1:5000"), -EADDRINUSE);
	assert_int_equal(bind_at(p, "0.0.0.0:5000"), -EADDRINUSE);
	assert_int_equal(bind_at(p, "10.0.0.1:5001"), 0);
	tcp_close(c);
	assert_int_equal(bind_at(p, "0.0.0.0:5000"), 0);
}

/* More than a count of one octet holds; in the order they came, and back. */
static void drawn_port_serves_any_number_of_peers(void **state)
{
	static struct tcp_conn *conns[MANY];
	struct peer *p = *state;
	int i;

	one_port_to_draw(p);
	for (i = 0; i < MANY; i++)
		conns[i] = connect_to(p, (uint16_t)(i + 1));
	for (i = 0; i < MANY; i++) {
		assert_int_equal(bind_at(p, "10.0.0.1:5000"), -EADDRINUSE);
		tcp_close(conns[i * 7 % MANY]);
	}
	assert_int_equal(bind_at(p, "10.0.0.1:5000"), 0);
}

/* SO_REUSEPORT is about ports that were bound. */
static void who_would_share_but_only_connects_leaves_nothing(void **state)
{
	struct endpoint to = talker_ep("10.0.0.2:80");
	struct peer *p = *state;
	struct tcp_conn *c = tcp_new(p->stack, NULL, NULL);

	one_port_to_draw(p);
	tcp_set_share(c, true);
	assert_int_equal(tcp_connect(c, &to), 0);
	assert_int_equal(bind_at(p, "10.0.0.1:5000"), -EADDRINUSE);
	tcp_close(c);
	assert_int_equal(bind_at(p, "10.0.0.1:5000"), 0);
}

/* RFC 9293, 3.6.1: the pair of endpoints is in use until 2MSL are over. */
static void drawn_port_stays_through_time_wait(void **state)
{
	const uint16_t fin_ack = TCP_FIN | TCP_ACK;
	struct peer *p = *state;

	one_port_to_draw(p);
	p->port = 80;
	p->conn = connect_to(p, 80);
	HEAR(p, .flags = TCP_SYN);
	SAY(p, .flags = TCP_SYN | TCP_ACK, .ack = 1);
	HEAR(p, .flags = TCP_ACK, .seq = 1, .ack = 1);
	tcp_close(p->conn);
	p->conn = NULL;
	HEAR(p, .flags = fin_ack, .seq = 1, .ack = 1);
	SAY(p, .flags = fin_ack, .seq = 1, .ack = 2);
	HEAR(p, .flags = TCP_ACK, .seq = 2, .ack = 2);
	assert_int_equal(tcp_stats(p->stack)->conns, 0);
	assert_int_equal(tcp_stats(p->stack)->time_waits, 1);
	assert_int_equal(bind_at(p, "0.0.0.0:5000"), -EADDRINUSE);
	peer_wait(p, 60000);
	assert_int_equal(tcp_stats(p->stack)->time_waits, 0);
	assert_int_equal(bind_at(p, "0.0.0.0:5000"), 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, peer_setup, peer_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(drawn_port_is_not_given_to_bind),
		T(drawn_port_serves_any_number_of_peers),
		T(who_would_share_but_only_connects_leaves_nothing),
		T(drawn_port_stays_through_time_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
