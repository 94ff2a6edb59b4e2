// SPDX-License-Identifier: MIT
/*
 * ppp_test.c - two stacks and a line that knows only octets
 *
 * What is sent arrives a millisecond later, all of it, or as much of it as the
 * test lets through.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "wire/ppp.h"

#include "ip/icmp.h"
#include "ip/ip_conf.h"
#include "link/ppp.h"
#include "link/ppp_fsm.h"
#include "streams.h"
#include "testnet.h"

enum { QUEUE = 1 << 16 };

/* One end of the line. */
struct end {
	struct line *line;
	struct stack *stack;
	struct ppp *ppp;
	struct end *to; /* where its octets go: itself, on a looped line */
	uint8_t queue[QUEUE];
	size_t len;
	struct timer timer;
	int ups, downs, finished;
	ip4_addr local, peer;
};

struct line {
	struct testnet *net;
	struct end end[2];
	struct rng rng;
	double flip, lose; /* chance of each octet */
	bool is_cut;
	bool has_no_echo; /* LCP's Echo-Replies do not come */
	uint64_t octets;
};

static struct ip4_net net_of(ip4_addr a)
{
	return (struct ip4_net){a, 24};
}

static void on_arrival(struct timer *t, void *arg)
{
	struct end *e = arg;
	static uint8_t octets[QUEUE];
	size_t len = e->len;

	(void)t;
	memcpy(octets, e->queue, len);
	e->len = 0;
	ppp_input(e->ppp, octets, len);
}

static bool is_echo_reply(const struct pkt *frame)
{
	uint8_t octets[PPP_HLEN_MAX + 1];
	size_t len = min_size(frame->len, sizeof(octets));
	uint16_t proto;
	int hlen;

	pkt_copy_out(frame, 0, octets, len);
	hlen = ppp_parse(&proto, octets, len);
	return hlen > 0 && proto == PPP_LCP && octets[hlen] == PPP_ECHO_REP;
}

static void on_send(void *arg, const struct pkt *frame, const uint8_t *octets,
		    size_t len)
{
	struct end *from = arg, *to = from->to;
	struct line *l = from->line;
	size_t i;

	if (l->has_no_echo && is_echo_reply(frame))
		return;
	l->octets += len;
	for (i = 0; i < len && !l->is_cut; i++) {
		uint8_t o = octets[i];

		if (l->lose > 0 && rng_chance(&l->rng, l->lose))
			continue;
		if (l->flip > 0 && rng_chance(&l->rng, l->flip))
			o ^= (uint8_t)(1U << rng_below(&l->rng, 8));
		assert_true(to->len < QUEUE);
		to->queue[to->len++] = o;
	}
	if (to->len && !timer_is_armed(&to->timer))
		stack_arm_in(to->stack, &to->timer, NS_PER_MS);
}

static void on_up(void *arg, ip4_addr local, ip4_addr peer)
{
	struct end *e = arg;

	e->ups++;
	e->local = local;
	e->peer = peer;
	if (local.v)
		assert_int_equal(
			ip_addr_add(e->stack, ppp_netif(e->ppp), net_of(local)),
			0);
}

static void on_down(void *arg)
{
	struct end *e = arg;

	e->downs++;
	if (e->local.v)
		assert_int_equal(ip_addr_del(e->stack, ppp_netif(e->ppp),
					     net_of(e->local)),
				 0);
}

static void on_finished(void *arg)
{
	struct end *e = arg;

	e->finished++;
}

static const struct ppp_ops ops = {
	.send = on_send,
	.on_up = on_up,
	.on_down = on_down,
	.on_finished = on_finished,
};

static int setup(void **state)
{
	struct line *l = test_calloc(1, sizeof(*l));
	int i;

	l->net = testnet_new_empty();
	rng_init(&l->rng, 1661, "line");
	for (i = 0; i < 2; i++) {
		struct end *e = &l->end[i];

		e->line = l;
		e->to = &l->end[!i];
		e->stack = testnet_host(l->net, testnet_add_host(l->net, NULL));
		timer_init(&e->timer, on_arrival, e);
	}
	*state = l;
	return 0;
}

static int teardown(void **state)
{
	struct line *l = *state;
	int i;

	for (i = 0; i < 2; i++) {
		stack_disarm(l->end[i].stack, &l->end[i].timer);
		if (!l->end[i].ppp)
			continue;
		ppp_line_down(l->end[i].ppp);
		stack_disarm(l->end[!i].stack, &l->end[!i].timer);
		ppp_free(l->end[i].ppp);
	}
	testnet_free(l->net);
	test_free(l);
	return 0;
}

/* Both ends, the line up; runs for @ms. */
static void dial(struct line *l, const struct ppp_conf *a,
		 const struct ppp_conf *b, uint64_t ms)
{
	const struct ppp_conf *conf[2] = {a, b};
	int i;

	for (i = 0; i < 2; i++) {
		l->end[i].ppp = ppp_new(l->end[i].stack, "ppp0", conf[i], &ops,
					&l->end[i]);
		assert_non_null(l->end[i].ppp);
	}
	for (i = 0; i < 2; i++)
		ppp_line_up(l->end[i].ppp);
	testnet_run_ms(l->net, ms);
}

static const struct ppp_conf server = {.local = {0x0a090001},
				       .peer = {0x0a090002}};
static const struct ppp_conf client = {0};

static bool both_up(const struct line *l)
{
	return ppp_is_up(l->end[0].ppp) && ppp_is_up(l->end[1].ppp);
}

static void on_echo(void *arg, const struct icmp_echo_event *ev)
{
	int *answers = arg;

	*answers += ev->kind == ICMP_ECHO_ANSWER && ev->is_intact;
}

/* How many of @count pings from the client are answered. */
static int ping(struct line *l, int count, size_t len)
{
	int answers = 0, i;
	struct icmp_echo *e =
		icmp_echo_open(l->end[1].stack, on_echo, &answers);

	assert_non_null(e);
	for (i = 0; i < count; i++) {
		(void)icmp_echo_send(e, ip_addr_v4(server.local),
				     (uint16_t)(i + 1), len, 0);
		testnet_run_ms(l->net, 50);
	}
	icmp_echo_close(e);
	return answers;
}

static void a_client_is_given_its_address_and_pings(void **state)
{
	struct line *l = *state;

	dial(l, &server, &client, 1000);
	assert_true(both_up(l));
	assert_int_equal(l->end[1].local.v, server.peer.v);
	assert_int_equal(l->end[1].peer.v, server.local.v);
	assert_int_equal(l->end[0].peer.v, server.peer.v);
	assert_int_equal(ping(l, 3, 56), 3);
	assert_int_equal(ping(l, 1, 4000), 1); /* in fragments */
	assert_int_equal(testnet_drops_all(l->net, 0), 0);
	assert_int_equal(testnet_drops_all(l->net, 1), 0);
}

static void chap_and_pap_prove_who_is_there(void **state)
{
	struct line *l = *state;
	struct ppp_conf a = server, b = client;

	a.auth = PPP_AUTH_CHAP;
	a.peer_name = b.name = "laptop";
	a.peer_secret = b.secret = "cable";
	b.auth = PPP_AUTH_PAP;
	b.peer_name = a.name = "router";
	b.peer_secret = a.secret = "socket";
	dial(l, &a, &b, 1000);
	assert_true(both_up(l));
	assert_int_equal(l->net->events[R_PPP_AUTH], 4);
	assert_int_equal(ping(l, 1, 56), 1);
}

static void wrong_secret(struct line *l, enum ppp_auth how)
{
	struct ppp_conf a = server, b = client;

	a.auth = how;
	a.peer_name = b.name = "laptop";
	a.peer_secret = "cable";
	b.secret = "Cable";
	dial(l, &a, &b, 60000);
	assert_int_equal(l->end[0].ups, 0);
	assert_int_equal(l->end[1].ups, 0);
	assert_true(l->net->events[R_PPP_REFUSED] > 0);
	assert_int_equal(l->end[0].finished, 1);
}

static void a_wrong_secret_ends_the_line_with_chap(void **state)
{
	wrong_secret(*state, PPP_AUTH_CHAP);
}

static void a_wrong_secret_ends_the_line_with_pap(void **state)
{
	wrong_secret(*state, PPP_AUTH_PAP);
}

static void who_has_no_name_is_not_let_in(void **state)
{
	struct line *l = *state;
	struct ppp_conf a = server;

	a.auth = PPP_AUTH_CHAP;
	a.peer_name = "laptop";
	a.peer_secret = "cable";
	dial(l, &a, &client, 60000);
	assert_int_equal(l->end[0].ups + l->end[1].ups, 0);
	assert_int_equal(l->end[0].finished, 1);
}

/* Every octet in its place, both ways, whatever the line did to some. */
static void tcp_brings_every_octet_over_a_bad_line(void **state)
{
	struct endpoint to = {ip_addr_v4(server.local), 80};
	struct line *l = *state;
	struct stream_server srv;
	struct streams s;

	l->flip = l->lose = 0.00005;
	dial(l, &server, &client, 60000);
	assert_true(both_up(l));
	streams_init(&s);
	stream_serve(&srv, &s, l->end[0].stack, 80, 50000, 50000);
	assert_int_equal(stream_open(&s, l->end[1].stack, to, 50000, 50000), 0);
	testnet_run_ms(l->net, 600000);
	assert_true(streams_are_over(&s, 1));
	assert_int_equal(s.failed, 0);
	assert_int_equal(s.octets, 100000);
	assert_true(testnet_drops(l->net, 0, DROP_ppp_fcs) > 0);
	stream_server_close(&srv);
	streams_fini(&s);
	testnet_run_ms(l->net, 300000);
}

/* RFC 1661, 6.4 */
static void a_looped_line_is_found_by_its_magic_number(void **state)
{
	struct line *l = *state;

	l->end[0].to = &l->end[0];
	l->end[1].to = &l->end[1];
	dial(l, &server, &client, 60000);
	assert_int_equal(l->end[0].ups + l->end[1].ups, 0);
	assert_int_equal(l->net->events[R_PPP_LOOP], 2);
	assert_int_equal(l->end[0].finished, 1);
	assert_true(l->octets < 20000);
}

static void lost_octets_are_asked_for_again(void **state)
{
	struct line *l = *state;

	l->lose = 0.002;
	dial(l, &server, &client, 60000);
	assert_true(both_up(l));
	assert_true(ping(l, 50, 100) > 10);
	assert_true(testnet_drops(l->net, 0, DROP_ppp_fcs) > 0);
}

/* No damaged packet is ever handed up: IP finds nothing wrong. */
static void flipped_bits_stay_on_the_line(void **state)
{
	struct line *l = *state;

	l->flip = 0.002;
	dial(l, &server, &client, 60000);
	assert_true(both_up(l));
	assert_true(ping(l, 50, 100) > 10);
	assert_true(testnet_drops(l->net, 0, DROP_ppp_fcs) > 0);
	assert_int_equal(testnet_drops(l->net, 0, DROP_ip_csum), 0);
	assert_int_equal(testnet_drops(l->net, 1, DROP_ip_csum), 0);
}

static void a_goodbye_is_answered(void **state)
{
	struct line *l = *state;

	dial(l, &server, &client, 1000);
	ppp_hang_up(l->end[1].ppp);
	testnet_run_ms(l->net, 10000);
	assert_false(ppp_is_up(l->end[0].ppp));
	assert_int_equal(l->end[0].downs, 1);
	assert_int_equal(l->end[1].downs, 1);
	assert_int_equal(l->end[0].finished, 1);
	assert_int_equal(l->end[1].finished, 1);
	assert_int_equal(ping(l, 1, 56), 0);
}

/* RFC 1661, 5.8 */
static void a_silent_peer_is_noticed(void **state)
{
	struct line *l = *state;

	dial(l, &server, &client, 300000);
	assert_true(both_up(l));
	assert_int_equal(l->net->events[R_PPP_SILENT], 0);
	l->is_cut = true;
	testnet_run_ms(l->net, 60000);
	assert_int_equal(l->net->events[R_PPP_SILENT], 2);
	assert_false(ppp_is_up(l->end[0].ppp));
	assert_int_equal(l->end[0].finished, 1);
}

/* Its answers wait behind what it has to send, for longer than we do. */
static void a_busy_peer_is_not_silent(void **state)
{
	struct line *l = *state;

	dial(l, &server, &client, 1000);
	l->has_no_echo = true;
	assert_int_equal(ping(l, 2400, 56), 2400);
	assert_true(both_up(l));
	assert_int_equal(l->net->events[R_PPP_SILENT], 0);
}

/* What comes back is our own, and no proof of a peer. */
static void a_line_that_becomes_a_loop_is_noticed(void **state)
{
	struct line *l = *state;

	dial(l, &server, &client, 1000);
	assert_true(both_up(l));
	l->end[0].to = &l->end[0];
	l->end[1].to = &l->end[1];
	assert_int_equal(ping(l, 1000, 56), 0);
	assert_int_equal(l->net->events[R_PPP_SILENT], 2);
	assert_false(ppp_is_up(l->end[0].ppp));
	assert_false(ppp_is_up(l->end[1].ppp));
}

static void nobody_there_ends_after_ten_tries(void **state)
{
	struct line *l = *state;

	l->is_cut = true;
	dial(l, &server, &client, 60000);
	assert_int_equal(l->end[0].finished, 1);
	assert_int_equal(l->end[0].ups, 0);
}

static void feed(struct end *e, uint16_t proto, const void *info, size_t len)
{
	const struct ppp_format plain = {.accm = PPP_ACCM_ALL};
	uint8_t octets[PPP_LINE_MAX(PPP_MRU)];
	struct wcursor w = wcur_init(octets, sizeof(octets));

	ppp_frame_put(&w, &plain, proto, info, len);
	assert_true(wcur_ok(&w));
	ppp_input(e->ppp, octets, wcur_len(&w));
}

static void packets_before_their_time_are_dropped(void **state)
{
	struct line *l = *state;

	l->is_cut = true;
	dial(l, &server, &client, 10);
	feed(&l->end[0], PPP_IP4, "E", 1);
	feed(&l->end[0], PPP_IPCP, "\x01\x01\x00\x04", 4);
	feed(&l->end[0], PPP_CHAP, "\x01\x01\x00\x04", 4);
	assert_int_equal(testnet_drops(l->net, 0, DROP_ppp_phase), 3);
}

static void lengths_that_cannot_be_are_dropped(void **state)
{
	struct line *l = *state;

	dial(l, &server, &client, 1000);
	feed(&l->end[0], PPP_LCP, "\x01\x01", 2);
	feed(&l->end[0], PPP_LCP, "\x01\x01\x00\x03", 4);
	feed(&l->end[0], PPP_LCP, "\x01\x01\x00\x08\x05\x00\x00\x00", 8);
	feed(&l->end[0], PPP_IPCP, "\x01\x01\x00\x08\x03\x09\x00\x00", 8);
	feed(&l->end[0], PPP_PAP, "\x01\x01\x00", 3);
	assert_int_equal(testnet_drops(l->net, 0, DROP_ppp_ctl), 5);
	assert_true(both_up(l));
}

/* RFC 1661, 5.7 */
static void an_unknown_protocol_is_rejected(void **state)
{
	struct line *l = *state;

	dial(l, &server, &client, 1000);
	feed(&l->end[0], PPP_CCP, "\x01\x01\x00\x04", 4);
	testnet_run_ms(l->net, 100);
	assert_int_equal(testnet_drops(l->net, 0, DROP_ppp_proto), 1);
	assert_true(both_up(l));
}

static void random_frames_are_survived(void **state)
{
	static const uint16_t protos[] = {PPP_LCP,  PPP_IPCP, PPP_PAP,
					  PPP_CHAP, PPP_IP4,  PPP_CCP};
	struct line *l = *state;
	uint8_t info[64];
	int i;

	dial(l, &server, &client, 1000);
	for (i = 0; i < 3000; i++) {
		size_t len = rng_below(&l->rng, sizeof(info));

		rng_fill(&l->rng, info, sizeof(info));
		info[0] = (uint8_t)(info[0] % 13);
		info[2] = 0;
		info[3] = (uint8_t)len;
		feed(&l->end[i & 1], protos[rng_below(&l->rng, 6)], info, len);
		testnet_run_ms(l->net, 1);
	}
}

#define ROW(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROW(a_client_is_given_its_address_and_pings),
		ROW(chap_and_pap_prove_who_is_there),
		ROW(a_wrong_secret_ends_the_line_with_chap),
		ROW(a_wrong_secret_ends_the_line_with_pap),
		ROW(who_has_no_name_is_not_let_in),
		ROW(tcp_brings_every_octet_over_a_bad_line),
		ROW(a_looped_line_is_found_by_its_magic_number),
		ROW(lost_octets_are_asked_for_again),
		ROW(flipped_bits_stay_on_the_line),
		ROW(a_goodbye_is_answered),
		ROW(a_silent_peer_is_noticed),
		ROW(a_busy_peer_is_not_silent),
		ROW(a_line_that_becomes_a_loop_is_noticed),
		ROW(nobody_there_ends_after_ten_tries),
		ROW(packets_before_their_time_are_dropped),
		ROW(lengths_that_cannot_be_are_dropped),
		ROW(an_unknown_protocol_is_rejected),
		ROW(random_frames_are_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
