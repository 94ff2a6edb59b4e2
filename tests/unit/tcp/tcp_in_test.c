// SPDX-License-Identifier: MIT
/* tcp_in_test.c - segments that are not what they should be */

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

#include "core/waitq.h"

#include "talker.h"
#include "tcppeer.h"

static void is_still_good(struct peer *p)
{
	uint32_t at = 1 + (uint32_t)p->read;

	assert_int_equal(tcp_state(p->conn), TCPS_ESTABLISHED);
	SAY(p, .flags = TCP_ACK, .seq = at, .ack = 1, .len = 10);
	assert_int_equal(peer_app_recv(p), 10);
	testnet_forget(p->netif);
}

/* RFC 9293, 3.10.7.4; RFC 5961, 3.2 */
static void exact_reset_ends_the_connection(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	SAY(p, .flags = TCP_RST, .seq = 1);
	HEAR_NOTHING(p);
	assert_int_equal(tcp_state(p->conn), TCPS_CLOSED);
	assert_true(p->events & WAIT_ERR);
	assert_int_equal(peer_app_recv(p), -ECONNRESET);
	assert_int_equal(tcp_send(p->conn, "x", 1, 0), -EPIPE);
}

static void reset_in_the_window_is_challenged(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	SAY(p, .flags = TCP_RST, .seq = 2);
	HEAR(p, .flags = TCP_ACK, .seq = 1, .ack = 1);
	SAY(p, .flags = TCP_RST, .seq = 4000);
	HEAR_NOTHING(p); /* one challenge in half a second */
	assert_int_equal(peer_drops(p, DROP_tcp_rst_bad), 2);
	is_still_good(p);
}

static void reset_outside_the_window_is_ignored(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	SAY(p, .flags = TCP_RST, .seq = 0);
	SAY(p, .flags = TCP_RST, .seq = 600000);
	SAY(p, .flags = TCP_RST, .seq = 0x80000000);
	HEAR_NOTHING(p);
	assert_int_equal(peer_drops(p, DROP_tcp_rst_bad), 3);
	is_still_good(p);
}

/* RFC 5961, 4.2 */
static void syn_in_a_connection_is_challenged(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	SAY(p, .flags = TCP_SYN, .seq = 100);
	HEAR(p, .flags = TCP_ACK, .seq = 1, .ack = 1);
	assert_int_equal(peer_drops(p, DROP_tcp_syn_bad), 1);
	peer_wait(p, 1001);
	SAY(p, .flags = TCP_SYN, .seq = 0x70000000);
	HEAR(p, .flags = TCP_ACK, .seq = 1, .ack = 1);
	is_still_good(p);
}

/* RFC 5961, 5.2: data whose ACK is absurd is not taken. */
static void blind_data_is_not_delivered(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 1 - 0x40000000U, .len = 10);
	HEAR(p, .flags = TCP_ACK, .seq = 1, .ack = 1);
	peer_wait(p, 1001);
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 2, .len = 10);
	HEAR(p, .flags = TCP_ACK, .seq = 1, .ack = 1);
	assert_int_equal(peer_app_recv(p), -EAGAIN);
	assert_int_equal(peer_drops(p, DROP_tcp_ack_bad), 2);
	is_still_good(p);
}

static void old_ack_within_the_window_carries_data(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 1 - 1000U, .len = 10);
	assert_int_equal(peer_app_recv(p), 10);
}

static void segment_without_ack_is_dropped(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	SAY(p, .flags = 0, .seq = 1, .len = 10);
	SAY(p, .flags = TCP_FIN, .seq = 1);
	HEAR_NOTHING(p);
	assert_int_equal(peer_drops(p, DROP_tcp_no_ack), 2);
	is_still_good(p);
}

static void data_outside_the_window_is_answered(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	SAY(p, .flags = TCP_ACK, .seq = 600000, .ack = 1, .len = 10);
	HEAR(p, .flags = TCP_ACK, .seq = 1, .ack = 1);
	SAY(p, .flags = TCP_ACK, .seq = 0x90000000, .ack = 1, .len = 10);
	HEAR(p, .flags = TCP_ACK, .seq = 1, .ack = 1);
	assert_int_equal(
		peer_drops(p, DROP_tcp_seq) + peer_drops(p, DROP_tcp_dup), 2);
	is_still_good(p);
}

static void keepalive_probe_is_answered(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	SAY(p, .flags = TCP_ACK, .seq = 0, .ack = 1);
	HEAR(p, .flags = TCP_ACK, .seq = 1, .ack = 1);
	SAY(p, .flags = TCP_ACK, .seq = 0, .ack = 1);
	HEAR_NOTHING(p);
}

/* HOSTILE: two ends that disagree must not answer each other for ever. */
static void ack_storm_dies_down(void **state)
{
	struct peer *p = *state;
	int i, answers = 0;

	peer_opens(p);
	for (i = 0; i < 1000; i++) {
		SAY(p, .flags = TCP_ACK, .seq = 700000, .ack = 5);
		answers += peer_take(p) >= 0;
		peer_wait(p, 10);
	}
	assert_in_range(answers, 10, 20); /* in ten seconds */
	is_still_good(p);
}

/* Numbers pass through zero on both sides. */
static void numbers_wrap_around(void **state)
{
	struct peer *p = *state;
	uint32_t i;

	p->iss = 0xffffffff - 500;
	peer_opens(p);
	for (i = 0; i < 10; i++) {
		SAY(p, .flags = TCP_ACK, .seq = 1 + 100 * i, .ack = 1,
		    .len = 100);
		assert_int_equal(peer_app_recv(p), 100);
	}
	peer_wait(p, 40);
	while (peer_take(p) >= 0)
		;
	assert_int_equal(p->heard.ack.v - p->iss, 1001);
}

/* RFC 9293, 3.1: MUST-2, MUST-3: what we send has a checksum that the peer
 * verifies, and what it sends is verified */
static void wrong_checksum_is_dropped_in_silence(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	p->bad_sum = true;
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 10);
	SAY(p, .flags = TCP_RST, .seq = 1);
	p->port++;
	SAY(p, .flags = TCP_SYN);
	HEAR_NOTHING(p);
	assert_int_equal(peer_drops(p, DROP_tcp_csum), 3);
	p->port--;
	p->bad_sum = false;
	is_still_good(p);
}

/* Flip every bit of a segment in turn: none must be delivered or answered. */
static void every_flipped_bit_is_noticed(void **state)
{
	struct peer *p = *state;
	uint8_t frame[ETH_HLEN + IP4_HLEN + TCP_HLEN + 4] = {0};
	uint8_t *l4 = frame + ETH_HLEN + IP4_HLEN;
	struct ether_hdr eth = {.dst = p->netif->mac, .type = ETH_IP4};
	struct ip4_hdr ip = {.src = ip4_make(10, 0, 0, 2),
			     .dst = ip4_make(10, 0, 0, 1),
			     .proto = 6,
			     .ttl = 64,
			     .total_len = IP4_HLEN + TCP_HLEN + 4};
	struct tcp_hdr h = {.dport = 80, .flags = TCP_ACK, .len = TCP_HLEN};
	size_t bit;

	peer_opens(p);
	h.sport = p->port;
	h.seq.v = p->iss + 1;
	h.ack.v = p->irs + 1;
	ether_emit(frame, &eth);
	ip4_hdr_emit(frame + ETH_HLEN, &ip);
	tcp_emit(l4, &h);
	memcpy(l4 + TCP_HLEN, "weft", 4);
	put16(l4 + 16,
	      csum_fold(csum_add(csum_pseudo4(ip.src, ip.dst, 6, 24), l4, 24)));
	for (bit = 0; bit < 24 * 8; bit++) {
		l4[bit / 8] ^= (uint8_t)(1 << bit % 8);
		testnet_inject(p->netif, frame, sizeof(frame));
		l4[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	HEAR_NOTHING(p);
	assert_int_equal(peer_app_recv(p), -EAGAIN);
	testnet_inject(p->netif, frame, sizeof(frame));
	assert_int_equal(tcp_recv(p->conn, NULL, 100, 0), 4);
}

static void impossible_header_length_is_dropped(void **state)
{
	struct peer *p = *state;
	uint8_t frame[ETH_HLEN + IP4_HLEN + TCP_HLEN] = {0};
	struct ether_hdr eth = {.dst = p->netif->mac, .type = ETH_IP4};
	struct ip4_hdr ip = {.src = ip4_make(10, 0, 0, 2),
			     .dst = ip4_make(10, 0, 0, 1),
			     .proto = 6,
			     .ttl = 64};
	unsigned int words;

	ether_emit(frame, &eth);
	for (words = 0; words < 16; words++) {
		if (words == 5)
			continue;
		ip.total_len = IP4_HLEN + TCP_HLEN;
		ip4_hdr_emit(frame + ETH_HLEN, &ip);
		frame[ETH_HLEN + IP4_HLEN + 12] = (uint8_t)(words << 4);
		testnet_inject(p->netif, frame, sizeof(frame));
	}
	assert_int_equal(peer_drops(p, DROP_tcp_hlen), 15);
	ip.total_len = IP4_HLEN + TCP_HLEN - 1;
	ip4_hdr_emit(frame + ETH_HLEN, &ip);
	testnet_inject(p->netif, frame, sizeof(frame));
	assert_int_equal(peer_drops(p, DROP_tcp_short), 1);
	HEAR_NOTHING(p);
}

static void with_timestamps(struct peer *p)
{
	p->syn_opts.has |= TCP_HAS_TIMESTAMP;
	p->ts_val = 1000;
	peer_opens(p);
	assert_true(p->heard_opts.has & TCP_HAS_TIMESTAMP);
}

/* RFC 7323, 5.3 */
static void old_timestamp_is_a_duplicate_from_the_past(void **state)
{
	struct peer *p = *state;

	with_timestamps(p);
	p->ts_val = 999;
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 10);
	HEAR(p, .flags = TCP_ACK, .seq = 1, .ack = 1);
	assert_int_equal(p->heard_opts.ts_ecr, 1000);
	assert_int_equal(peer_drops(p, DROP_tcp_paws), 1);
	p->ts_val = 1001;
	is_still_good(p);
}

/* RFC 7323, 3.2 */
static void missing_timestamp_is_not_taken(void **state)
{
	struct peer *p = *state;

	with_timestamps(p);
	p->with_ts = false;
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 10);
	HEAR_NOTHING(p);
	assert_int_equal(peer_drops(p, DROP_tcp_no_ts), 1);
	SAY(p, .flags = TCP_RST, .seq = 1); /* resets need none */
	assert_int_equal(tcp_state(p->conn), TCPS_CLOSED);
}

/* HOSTILE: a forged segment must not move TS.Recent. */
static void timestamp_outside_the_window_is_forgotten(void **state)
{
	struct peer *p = *state;

	with_timestamps(p);
	p->ts_val = 1000 + 0x40000000;
	SAY(p, .flags = TCP_ACK, .seq = 700000, .ack = 1, .len = 10);
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 77, .len = 10);
	testnet_forget(p->netif);
	p->ts_val = 1001;
	is_still_good(p);
}

static void timestamp_is_stale_after_24_days(void **state)
{
	struct peer *p = *state;

	with_timestamps(p);
	p->ts_val = 500; /* their clock wrapped, or they rebooted it */
	peer_wait(p, 25ULL * 24 * 3600 * 1000);
	is_still_good(p);
}

/* HOSTILE: urgent pointers change nothing in the stream; a read stops there. */
static void urgent_data_stays_in_the_stream(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	tcp_set_oob_inline(p->conn, true);
	SAY(p, .flags = TCP_ACK | TCP_URG, .seq = 1, .ack = 1, .len = 10);
	SAY(p, .flags = TCP_ACK | TCP_URG | TCP_PSH, .seq = 11, .ack = 1,
	    .len = 10);
	assert_int_equal(peer_app_recv(p), 10);
	assert_int_equal(peer_app_recv(p), 10);
}

/* RFC 9293, 3.9.2.3: MUST-57 */
static void segments_to_a_broadcast_address_are_dropped(void **state)
{
	struct peer *p = *state;
	uint8_t frame[ETH_HLEN + IP4_HLEN + TCP_HLEN] = {0};
	struct ether_hdr eth = {.dst = MAC_BROADCAST, .type = ETH_IP4};
	struct ip4_hdr ip = {.src = ip4_make(10, 0, 0, 2),
			     .dst = ip4_make(10, 0, 0, 255),
			     .proto = 6,
			     .ttl = 64,
			     .total_len = IP4_HLEN + TCP_HLEN};

	ether_emit(frame, &eth);
	ip4_hdr_emit(frame + ETH_HLEN, &ip);
	testnet_inject(p->netif, frame, sizeof(frame));
	assert_int_equal(peer_drops(p, DROP_tcp_dst), 1);
	HEAR_NOTHING(p);
}

#define T(f) cmocka_unit_test_setup_teardown(f, peer_setup, peer_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(exact_reset_ends_the_connection),
		T(reset_in_the_window_is_challenged),
		T(reset_outside_the_window_is_ignored),
		T(syn_in_a_connection_is_challenged),
		T(blind_data_is_not_delivered),
		T(old_ack_within_the_window_carries_data),
		T(segment_without_ack_is_dropped),
		T(data_outside_the_window_is_answered),
		T(keepalive_probe_is_answered),
		T(ack_storm_dies_down),
		T(numbers_wrap_around),
		T(wrong_checksum_is_dropped_in_silence),
		T(every_flipped_bit_is_noticed),
		T(impossible_header_length_is_dropped),
		T(old_timestamp_is_a_duplicate_from_the_past),
		T(missing_timestamp_is_not_taken),
		T(timestamp_outside_the_window_is_forgotten),
		T(timestamp_is_stale_after_24_days),
		T(urgent_data_stays_in_the_stream),
		T(segments_to_a_broadcast_address_are_dropped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
