// SPDX-License-Identifier: MIT
/* tcp_err_test.c - ICMP errors about our segments, true and forged */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wire/csum.h"
#include "wire/ether.h"
#include "wire/ip4.h"

#include "talker.h"
#include "tcppeer.h"

enum { QUOTED = IP4_HLEN + 8 };

/* An ICMP error about a segment of the stack with number @seq. */
static void icmp(struct peer *p, uint8_t type, uint8_t code, uint32_t seq,
		 uint16_t mtu)
{
	uint8_t frame[ETH_HLEN + IP4_HLEN + 8 + QUOTED] = {0};
	uint8_t *body = frame + ETH_HLEN + IP4_HLEN;
	struct ether_hdr eth = {.dst = p->netif->mac, .type = ETH_IP4};
	struct ip4_hdr outer = {.src = ip4_make(10, 0, 0, 99),
				.dst = ip4_make(10, 0, 0, 1),
				.proto = 1,
				.ttl = 64,
				.total_len = IP4_HLEN + 8 + QUOTED};
	struct ip4_hdr inner = {.src = ip4_make(10, 0, 0, 1),
				.dst = ip4_make(10, 0, 0, 2),
				.proto = 6,
				.ttl = 60,
				.flags = IP4_DF,
				.total_len = 1500};

	ether_emit(frame, &eth);
	ip4_hdr_emit(frame + ETH_HLEN, &outer);
	body[0] = type;
	body[1] = code;
	put16(body + 6, mtu);
	ip4_hdr_emit(body + 8, &inner);
	put16(body + 8 + IP4_HLEN, p->stack_port);
	put16(body + 8 + IP4_HLEN + 2, p->port);
	put32(body + 8 + IP4_HLEN + 4, p->irs + seq);
	put16(body + 2, csum(body, 8 + QUOTED));
	testnet_inject(p->netif, frame, sizeof(frame));
}

static void unreachable_ends_an_attempt_to_connect(void **state)
{
	struct peer *p = *state;

	peer_call(p);
	icmp(p, 3, 1, 77, 0); /* forged: not the number of our SYN */
	assert_int_equal(tcp_state(p->conn), TCPS_SYN_SENT);
	icmp(p, 3, 1, 0, 0);
	assert_int_equal(tcp_state(p->conn), TCPS_CLOSED);
	assert_int_equal(tcp_error(p->conn), -EHOSTUNREACH);
}

static void unreachable_port_refuses(void **state)
{
	struct peer *p = *state;

	peer_call(p);
	icmp(p, 3, 3, 0, 0);
	assert_int_equal(tcp_error(p->conn), -ECONNREFUSED);
}

/* RFC 1122, 4.2.3.9; RFC 5927, 5.2 */
static void established_connection_survives_errors(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	peer_app_send(p, 100);
	icmp(p, 3, 1, 1, 0);
	icmp(p, 3, 3, 1, 0);
	assert_int_equal(tcp_state(p->conn), TCPS_ESTABLISHED);
	/* ... but if nothing ever comes back, it is the reason. */
	peer_wait(p, 40 * 60 * 1000);
	testnet_forget(p->netif);
	assert_int_equal(tcp_state(p->conn), TCPS_CLOSED);
	assert_int_equal(tcp_error(p->conn), -ECONNREFUSED);
}

/* RFC 1191 */
static void narrower_path_makes_smaller_segments_at_once(void **state)
{
	struct peer *p = *state;
	struct tcp_info info;
	uint32_t at = 1;

	peer_opens(p);
	peer_app_send(p, 2000);
	assert_int_equal(peer_take(p), 1460);
	assert_int_equal(peer_take(p), 540);
	icmp(p, 3, 4, 1, 1000);
	tcp_get_info(p->conn, &info);
	assert_int_equal(info.snd_mss, 960);
	for (; at < 1921; at += 960)
		HEAR(p, .flags = TCP_ACK, .seq = at, .ack = 1, .len = 960);
	HEAR(p, .flags = TCP_ACK | TCP_PSH, .seq = at, .ack = 1, .len = 80);
	assert_int_equal(info.cwnd, 14600); /* this is no congestion */
}

static void forged_narrow_path_is_not_believed(void **state)
{
	struct peer *p = *state;
	struct tcp_info info;

	peer_opens(p);
	peer_app_send(p, 2000);
	icmp(p, 3, 4, 2001, 1000);
	icmp(p, 3, 4, 0, 1000);
	icmp(p, 3, 4, 0x80000000, 1000);
	tcp_get_info(p->conn, &info);
	assert_int_equal(info.snd_mss, 1460);
	icmp(p, 3, 4, 1, 68);
	tcp_get_info(p->conn, &info);
	assert_true(info.snd_mss >= 500);
	testnet_forget(p->netif);
}

static void unreachable_client_is_forgotten(void **state)
{
	struct peer *p = *state;

	peer_listen(p, 5);
	SAY(p, .flags = TCP_SYN);
	HEAR(p, .flags = TCP_SYN | TCP_ACK, .ack = 1);
	icmp(p, 3, 3, 5, 0);
	assert_int_equal(tcp_stats(p->stack)->requests, 1);
	icmp(p, 3, 3, 0, 0);
	assert_int_equal(tcp_stats(p->stack)->requests, 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, peer_setup, peer_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(unreachable_ends_an_attempt_to_connect),
		T(unreachable_port_refuses),
		T(established_connection_survives_errors),
		T(narrower_path_makes_smaller_segments_at_once),
		T(forged_narrow_path_is_not_believed),
		T(unreachable_client_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
