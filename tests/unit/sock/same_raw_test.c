// SPDX-License-Identifier: MIT
/*
 * same_raw_test.c - raw sockets, on weft and on the kernel
 *
 * The kernel's loopback interface is shared with everybody else, so all of
 * this happens between addresses of our own, 127.0.77.1 and 127.0.77.2.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/check.h"

#include "same.h"
#include "sock/sock.h"

#define RAW  SK_SOCK_RAW
#define HERE 0x7f004d01U
#define TRY  253 /* for experiments: RFC 3692 */

static uint32_t peer_of(const struct talk *t)
{
	(void)t;
	return 0x7f004d02U;
}

static void sockets_that_cannot_be(struct talk *t)
{
	OPEN(socket, SK_AF_INET, RAW, 0);
	OPEN(socket, SK_AF_INET, RAW, -1);
	OPEN(socket, SK_AF_INET, RAW, 300);
	OPEN(socket, SK_AF_INET, RAW, 1);
	OPEN(socket, SK_AF_INET, RAW, 6);
	OPEN(socket, SK_AF_INET, RAW, 255);
	OPEN(socket, SK_AF_INET6, RAW, 58);
	OPEN(socket, SK_AF_INET6, RAW, 0);
	OPEN(socket, SK_AF_PACKET, STREAM, 0);
	OPEN(socket, SK_AF_PACKET, RAW, 0);
	OPEN(socket, SK_AF_PACKET, DGRAM, 0);
}

static void facts_of(struct talk *t, int s)
{
	GET(s, SK_SOL_SOCKET, SK_SO_TYPE);
	GET(s, SK_SOL_SOCKET, SK_SO_DOMAIN);
	GET(s, SK_SOL_SOCKET, SK_SO_PROTOCOL);
	GET(s, SK_SOL_SOCKET, SK_SO_ERROR);
	GET(s, SK_IPPROTO_IP, SK_IP_HDRINCL);
	GET(s, SK_IPPROTO_IP, SK_IP_TTL);
	GET(s, SK_IPPROTO_IP, SK_IP_MTU_DISCOVER);
	GET(s, SK_IPPROTO_TCP, SK_TCP_NODELAY);
	GET(s, SK_SOL_RAW, SK_ICMP_FILTER);
	CALL(port, s);
	CALL(has_peer, s);
	POLL(s);
	CALL(listen, s, 1);
	CALL(accept, s);
	CALL(recv, s, 1, 0);
	CALL(send, s, 1, 0);
	CALL(ioctl, s, SK_FIONREAD);
	CALL(ioctl, s, SK_TIOCOUTQ);
}

static void fresh_sockets(struct talk *t)
{
	facts_of(t, OPEN(socket, SK_AF_INET, RAW, TRY));
	facts_of(t, OPEN(socket, SK_AF_INET, RAW, 1));
	facts_of(t, OPEN(socket, SK_AF_INET, RAW, 255));
}

static void bound_and_connected(struct talk *t)
{
	int s = OPEN(socket, SK_AF_INET, RAW, TRY);

	CALL(bind, s, 0x08080808, 0);
	CALL(bind, s, HERE, 99);
	CALL(port, s);
	CALL(bind, s, HERE, 0);
	CALL(bind, s, 0, 0);
	CALL(connect, s, peer_of(t), 0);
	CALL(has_peer, s);
	CALL(connect, s, peer_of(t), 7);
	CALL(has_peer, s);
	CALL(connect, s, 0, 0);
	CALL(has_peer, s);
	CALL(shutdown, s, 2);
	CALL(connect, s, peer_of(t), 7);
	CALL(shutdown, s, 1);
	CALL(send, s, 1, 0);
	POLL(s);
	CALL(shutdown, s, 0);
	POLL(s);
	CALL(recv, s, 1, 0);
}

/* Octets that were received; what is random or a sum of it is left out. */
static void take(struct talk *t, int s, bool has_header)
{
	uint8_t buf[128] = {0};
	struct sk_iovec iov = {buf, sizeof(buf)};
	struct set_msg m = {.iov = &iov, .iov_count = 1};
	long i, n = CALL(recvmsg, s, &m, 0);

	if (n < 0)
		return;
	talk_note(t, 0, "flags", m.flags);
	talk_note(t, 0, "from", m.addr);
	talk_note(t, 0, "port", m.port);
	if (has_header) /* identification, DF, checksum */
		memset(buf + 4, 0, 4), memset(buf + 10, 0, 2);
	for (i = 0; i < n; i++)
		talk_note(t, (int)i, "octet", buf[i]);
}

static long say(struct talk *t, int s, uint32_t to, const void *buf, size_t len)
{
	uint8_t copy[128];
	struct sk_iovec iov = {copy, len};
	struct set_msg m = {.addr = to, .iov = &iov, .iov_count = 1};

	memcpy(copy, buf, len);
	return CALL(sendmsg, s, &m, 0);
}

static void protocol_of_ones_own(struct talk *t)
{
	int a = OPEN(socket, SK_AF_INET, RAW, TRY);
	int b = OPEN(socket, SK_AF_INET, RAW, TRY);

	CALL(bind, a, HERE, 0);
	CALL(bind, b, peer_of(t), 0);
	CALL(set, a, SK_IPPROTO_IP, SK_IP_TTL, 9);
	CALL(set, a, SK_IPPROTO_IP, SK_IP_TOS, 0x28);
	say(t, a, peer_of(t), "hello", 5);
	WAIT(b, WAIT_IN);
	POLL(b);
	CALL(ioctl, b, SK_FIONREAD);
	take(t, b, true);
	take(t, b, true);
	take(t, a, true); /* nobody answers: the protocol is spoken here */
	CALL(connect, b, HERE, 0);
	CALL(send, b, 0, 0);
	WAIT(a, WAIT_IN);
	take(t, a, true);
	CALL(connect, b, HERE + 50, 0);
	say(t, a, peer_of(t), "who", 3); /* not its peer */
	take(t, b, true);
}

/* An echo request with identifier and sequence number 0x4d01. */
static const uint8_t echo[] = {8, 0, 0x5d, 0xfd, 0x4d, 1, 0x4d, 1};

static void echoes(struct talk *t)
{
	int a = OPEN(socket, SK_AF_INET, RAW, 1);
	uint32_t only = ~(1U << 0); /* answers */

	CALL(set_opt, a, SK_SOL_RAW, SK_ICMP_FILTER, &only, sizeof(only));
	GET(a, SK_SOL_RAW, SK_ICMP_FILTER);
	CALL(bind, a, HERE, 0);
	CALL(connect, a, peer_of(t), 0);
	say(t, a, peer_of(t), echo, sizeof(echo));
	WAIT(a, WAIT_IN);
	take(t, a, true);
	take(t, a, true);
	only = ~0U;
	CALL(set_opt, a, SK_SOL_RAW, SK_ICMP_FILTER, &only, sizeof(only));
	say(t, a, peer_of(t), echo, sizeof(echo));
	take(t, a, true);
}

static void headers_made_by_hand(struct talk *t)
{
	uint8_t p[] = {0x45, 0, 9, 9, 0, 0,   0, 0,  77, TRY, 0,
		       0,    0, 0, 0, 0, 127, 0, 77, 2,	 'h', 'i'};
	int a = OPEN(socket, SK_AF_INET, RAW, 255);
	int b = OPEN(socket, SK_AF_INET, RAW, TRY);

	CALL(bind, b, peer_of(t), 0);
	GET(a, SK_IPPROTO_IP, SK_IP_HDRINCL);
	say(t, a, peer_of(t), p, sizeof(p));
	WAIT(b, WAIT_IN);
	take(t, b, true);
	p[12] = 127;
	p[15] = 99;
	say(t, a, peer_of(t), p, sizeof(p)); /* somebody else's address */
	WAIT(b, WAIT_IN);
	take(t, b, true);
	say(t, a, peer_of(t), p, 10);
	p[0] = 0x4f;
	say(t, a, peer_of(t), p, sizeof(p));
	p[0] = 0x44;
	say(t, a, peer_of(t), p, sizeof(p));
	take(t, b, true);
	CALL(set, a, SK_IPPROTO_IP, SK_IP_HDRINCL, 0);
	say(t, a, peer_of(t), p, 10); /* now it is payload of protocol 255 */
}

static void devices(struct talk *t)
{
	int fds[] = {talk_dgram(t), OPEN(socket, SK_AF_INET, RAW, TRY)}, i;

	for (i = 0; i < 2; i++) {
		char name[20] = {0};

		CALL(get_raw, fds[i], SK_SOL_SOCKET, SK_SO_BINDTODEVICE, name,
		     16);
		CALL(set_opt, fds[i], SK_SOL_SOCKET, SK_SO_BINDTODEVICE,
		     "nowhere", 8);
		CALL(set_opt, fds[i], SK_SOL_SOCKET, SK_SO_BINDTODEVICE, "lo",
		     2);
		CALL(get_raw, fds[i], SK_SOL_SOCKET, SK_SO_BINDTODEVICE, name,
		     16);
		talk_note(t, i, "name", name[0] * 256 + name[1]);
		CALL(get_raw, fds[i], SK_SOL_SOCKET, SK_SO_BINDTODEVICE, name,
		     8);
		CALL(set_opt, fds[i], SK_SOL_SOCKET, SK_SO_BINDTODEVICE, "", 0);
		CALL(get_raw, fds[i], SK_SOL_SOCKET, SK_SO_BINDTODEVICE, name,
		     16);
	}
}

static void packet_sockets(struct talk *t)
{
	int s = OPEN(socket, SK_AF_PACKET, RAW, 0);
	uint8_t stats[8];

	GET(s, SK_SOL_SOCKET, SK_SO_TYPE);
	GET(s, SK_SOL_SOCKET, SK_SO_DOMAIN);
	GET(s, SK_SOL_SOCKET, SK_SO_PROTOCOL);
	GET(s, SK_IPPROTO_IP, SK_IP_TTL);
	POLL(s);
	CALL(recv, s, 1, 0);
	CALL(send, s, 1, 0);
	CALL(listen, s, 1);
	CALL(accept, s);
	CALL(connect, s, HERE, 1);
	CALL(has_peer, s);
	CALL(shutdown, s, 1);
	CALL(bind, s, HERE, 1);
	CALL(ioctl, s, SK_FIONREAD);
	CALL(get_raw, s, SK_SOL_PACKET, SK_PACKET_STATISTICS, stats, 8);
	CALL(get_raw, s, SK_SOL_PACKET, 77, stats, 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SAME(sockets_that_cannot_be),
		SAME(fresh_sockets),
		SAME(bound_and_connected),
		SAME(protocol_of_ones_own),
		SAME(echoes),
		SAME(headers_made_by_hand),
		SAME(devices),
		SAME(packet_sockets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
