// SPDX-License-Identifier: MIT
/* same_msg_test.c - scattered octets and ancillary data, on weft and on the
 * kernel */

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

enum { CONTROL = 512 };

/* Room for a message in two pieces. */
struct box {
	struct sk_iovec iov[2];
	uint8_t a[64], b[64];
	_Alignas(8) uint8_t control[CONTROL];
	struct set_msg m;
};

static void box_init(struct box *b, size_t first, size_t second)
{
	memset(b, 0, sizeof(*b));
	b->iov[0] = (struct sk_iovec){b->a, first};
	b->iov[1] = (struct sk_iovec){b->b, second};
	b->m.iov = b->iov;
	b->m.iov_count = 2;
}

/* Put a piece of ancillary data behind those there are. */
static void box_add(struct box *b, int level, int type, const void *data,
		    size_t len)
{
	struct sk_cmsghdr h = {SK_CMSG_LEN(len), level, type};
	uint8_t *at = b->control + b->m.control_len;

	memcpy(at, &h, sizeof(h));
	if (len)
		memcpy(at + sizeof(h), data, len);
	b->m.control = b->control;
	b->m.control_len += SK_CMSG_SPACE(len);
}

/* Write down a piece; of interfaces only whether one was named. */
static void note_piece(struct talk *t, const struct sk_cmsghdr *h,
		       const uint8_t *data)
{
	uint32_t word = 0;
	size_t n = h->len - sizeof(*h);

	talk_note(t, h->level, "level", h->type);
	talk_note(t, h->type, "length", (long)h->len);
	if (h->level == SK_SOL_SOCKET)
		return; /* descriptors and times differ */
	if (h->level == SK_IPPROTO_IP && h->type == SK_IP_PKTINFO && n >= 12) {
		talk_note(t, 0, "spec_dst", get32(data + 4));
		talk_note(t, 0, "addr", get32(data + 8));
		return;
	}
	if (h->type == SK_IP_RECVORIGDSTADDR && h->level == SK_IPPROTO_IP) {
		talk_note(t, 0, "to", get32(data + 4));
		return;
	}
	memcpy(&word, data, n < sizeof(word) ? n : sizeof(word));
	talk_note(t, 0, "value", word);
}

static void note_control(struct talk *t, const struct set_msg *m)
{
	const uint8_t *at = m->control;
	size_t left = m->control_len;

	talk_note(t, 0, "control", (long)left);
	while (left >= sizeof(struct sk_cmsghdr)) {
		struct sk_cmsghdr h;

		memcpy(&h, at, sizeof(h));
		if (h.len < sizeof(h) || h.len > left)
			break;
		note_piece(t, &h, at + sizeof(h));
		if (SK_CMSG_ALIGN(h.len) >= left)
			break;
		at += SK_CMSG_ALIGN(h.len);
		left -= SK_CMSG_ALIGN(h.len);
	}
}

/* Receive with so much room, and write down all of it. */
static long take(struct talk *t, int fd, size_t room, int flags)
{
	struct box b;
	long n;

	box_init(&b, 5, 40);
	b.m.control = b.control;
	b.m.control_len = room;
	n = CALL(recvmsg, fd, &b.m, flags);
	if (n < 0)
		return n;
	talk_note(t, 0, "flags", b.m.flags);
	talk_note(t, 0, "from", b.m.addr);
	note_control(t, &b.m);
	return n;
}

/* Two datagram sockets, the second one bound, the first sends to it. */
struct two {
	int u, v;
	uint16_t port;
};

static struct two two_dgrams(struct talk *t)
{
	struct two d = {talk_dgram(t), talk_dgram(t), 0};

	CALL(bind, d.v, SET_LOOPBACK, 0);
	d.port = talk_port(t, d.v);
	return d;
}

/* All that waits. */
static void take_each(struct talk *t, int fd)
{
	WAIT(fd, WAIT_IN);
	while (take(t, fd, CONTROL, SK_MSG_DONTWAIT) >= 0)
		;
}

/* What one call sends in many datagrams, one call may receive. */
static void datagrams_that_are_joined(struct talk *t)
{
	struct two d = two_dgrams(t);

	CALL(connect, d.u, SET_LOOPBACK, d.port);
	CALL(set, d.u, SK_SOL_UDP, SK_UDP_SEGMENT, 10);
	CALL(send, d.u, 35, 0);
	take_each(t, d.v);
	CALL(set, d.v, SK_SOL_UDP, SK_UDP_GRO, 1);
	CALL(send, d.u, 35, 0); /* the last one shorter */
	take_each(t, d.v);
	CALL(send, d.u, 40, 0);
	take_each(t, d.v);
	CALL(send, d.u, 10, 0); /* one is no several */
	take_each(t, d.v);
	CALL(send, d.u, 60, 0); /* more than there is room */
	take_each(t, d.v);
	CALL(set, d.v, SK_IPPROTO_IP, SK_IP_RECVTTL, 1);
	CALL(set, d.v, SK_SOL_SOCKET, SK_SO_TIMESTAMPNS, 1);
	CALL(send, d.u, 20, 0);
	WAIT(d.v, WAIT_IN);
	take(t, d.v, CONTROL, SK_MSG_PEEK);
	CALL(ioctl, d.v, SK_FIONREAD);
	take_each(t, d.v);
}

static void datagrams_that_are_not(struct talk *t)
{
	struct two d = two_dgrams(t);

	CALL(connect, d.u, SET_LOOPBACK, d.port);
	CALL(set, d.v, SK_SOL_UDP, SK_UDP_GRO, 1);
	CALL(send, d.u, 10, 0);
	CALL(send, d.u, 10, 0);
	take_each(t, d.v);
	CALL(set, d.u, SK_SOL_UDP, SK_UDP_SEGMENT, 10);
	CALL(send, d.u, 20, 0);
	CALL(send, d.u, 20, 0);
	take_each(t, d.v);
	CALL(send, d.u, 0, 0);
	CALL(send, d.u, 20, 0);
	CALL(set, d.v, SK_SOL_UDP, SK_UDP_GRO, 0);
	CALL(send, d.u, 20, 0);
	take_each(t, d.v);
}

static void scattered_datagrams(struct talk *t)
{
	struct two d = two_dgrams(t);
	struct box b;

	box_init(&b, 10, 20);
	CALL(sendmsg, d.u, &b.m, 0); /* to nobody */
	b.m.addr = SET_LOOPBACK;
	b.m.port = d.port;
	CALL(sendmsg, d.u, &b.m, 0);
	b.m.iov_count = 1;
	CALL(sendmsg, d.u, &b.m, 0);
	b.m.iov_count = 0;
	CALL(sendmsg, d.u, &b.m, 0);
	b.m.iov_count = 2;
	b.iov[1].len = 60;
	CALL(sendmsg, d.u, &b.m, 0);
	CALL(sendmsg, d.u, &b.m, 0);
	WAIT(d.v, WAIT_IN);
	take(t, d.v, 0, SK_MSG_PEEK);
	take(t, d.v, 0, 0);
	take(t, d.v, 0, 0);
	take(t, d.v, 0, 0);
	take(t, d.v, 0, 0);
	take(t, d.v, 0, SK_MSG_TRUNC);
	take(t, d.v, 0, 0);
}

static void scattered_stream(struct talk *t)
{
	struct talk_ends e = talk_connect(t);
	struct box b;

	box_init(&b, 10, 20);
	CALL(sendmsg, e.a, &b.m, 0);
	WAIT(e.b, WAIT_IN);
	take(t, e.b, 0, SK_MSG_PEEK);
	take(t, e.b, 0, 0);
	take(t, e.b, 0, 0);
	CALL(sendmsg, e.a, &b.m, 0);
	WAIT(e.b, WAIT_IN);
	take(t, e.b, 0, SK_MSG_TRUNC);
	b.iov[1].len = 0;
	CALL(sendmsg, e.a, &b.m, 0);
	WAIT(e.b, WAIT_IN);
	take(t, e.b, 0, SK_MSG_WAITALL);
}

static void what_a_datagram_tells(struct talk *t)
{
	static const int opts[] = {SK_IP_PKTINFO, SK_IP_RECVTTL, SK_IP_RECVTOS,
				   SK_IP_RECVORIGDSTADDR};
	struct two d = two_dgrams(t);
	size_t i, room;

	CALL(set, d.u, SK_IPPROTO_IP, SK_IP_TTL, 33);
	CALL(set, d.u, SK_IPPROTO_IP, SK_IP_TOS, 0x48);
	for (i = 0; i < ARRAY_SIZE(opts); i++) {
		CALL(set, d.v, SK_IPPROTO_IP, opts[i], 1);
		CALL(sendto, d.u, 7, d.port);
		WAIT(d.v, WAIT_IN);
		take(t, d.v, CONTROL, 0);
	}
	CALL(set, d.v, SK_SOL_SOCKET, SK_SO_TIMESTAMP, 1);
	CALL(sendto, d.u, 7, d.port);
	WAIT(d.v, WAIT_IN);
	take(t, d.v, CONTROL, 0);
	CALL(set, d.v, SK_SOL_SOCKET, SK_SO_TIMESTAMPNS, 1);
	GET(d.v, SK_SOL_SOCKET, SK_SO_TIMESTAMP);
	for (room = 0; room < 200; room += 9) {
		CALL(sendto, d.u, 7, d.port);
		WAIT(d.v, WAIT_IN);
		take(t, d.v, room, 0);
	}
}

static void what_a_datagram_is_told(struct talk *t)
{
	struct two d = two_dgrams(t);
	struct sk_pktinfo info = {.spec_dst = {127, 0, 0, 9}};
	const int32_t ttl = 9, tos = 0x20, zero = 0;
	const uint8_t octet = 0x28;
	struct box b;

	CALL(set, d.v, SK_IPPROTO_IP, SK_IP_RECVTTL, 1);
	CALL(set, d.v, SK_IPPROTO_IP, SK_IP_RECVTOS, 1);
	box_init(&b, 1, 2);
	b.m.addr = SET_LOOPBACK;
	b.m.port = d.port;
	box_add(&b, SK_IPPROTO_IP, SK_IP_TTL, &ttl, sizeof(ttl));
	CALL(sendmsg, d.u, &b.m, 0);
	box_add(&b, SK_IPPROTO_IP, SK_IP_TOS, &tos, sizeof(tos));
	CALL(sendmsg, d.u, &b.m, 0);
	box_add(&b, SK_IPPROTO_IP, SK_IP_PKTINFO, &info, sizeof(info));
	CALL(sendmsg, d.u, &b.m, 0);
	box_add(&b, SK_IPPROTO_IP, SK_IP_TOS, &octet, sizeof(octet));
	CALL(sendmsg, d.u, &b.m, 0);
	box_add(&b, 77, 77, &tos, sizeof(tos)); /* nobody's */
	CALL(sendmsg, d.u, &b.m, 0);
	box_add(&b, SK_IPPROTO_IP, SK_IP_TTL, &zero, sizeof(zero));
	CALL(sendmsg, d.u, &b.m, 0);
	WAIT(d.v, WAIT_IN);
	while (take(t, d.v, CONTROL, 0) >= 0)
		;
}

static void ancillary_data_that_cannot_be(struct talk *t)
{
	struct two d = two_dgrams(t);
	struct sk_pktinfo info = {.spec_dst = {8, 8, 8, 8}};
	const int32_t v = 5;
	struct {
		int level, type;
		const void *data;
		size_t len;
	} bad[] = {
		{SK_IPPROTO_IP, SK_IP_TTL, &v, 1},
		{SK_IPPROTO_IP, SK_IP_TTL, &v, 0},
		{SK_IPPROTO_IP, SK_IP_PKTINFO, &info, 4},
		{SK_IPPROTO_IP, SK_IP_PKTINFO, &info, sizeof(info)},
		{SK_IPPROTO_IP, 199, &v, sizeof(v)},
		{SK_SOL_SOCKET, SK_SCM_RIGHTS, &v, sizeof(v)},
		{SK_SOL_SOCKET, 199, &v, sizeof(v)},
		{SK_IPPROTO_IPV6, SK_IPV6_HOPLIMIT, &v, sizeof(v)},
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		struct box b;

		box_init(&b, 1, 1);
		b.m.addr = SET_LOOPBACK;
		b.m.port = d.port;
		box_add(&b, bad[i].level, bad[i].type, bad[i].data, bad[i].len);
		CALL(sendmsg, d.u, &b.m, 0);
		b.control[0] = 3; /* shorter than its own header */
		CALL(sendmsg, d.u, &b.m, 0);
		b.control[0] = 250;
		CALL(sendmsg, d.u, &b.m, 0);
	}
}

static void files_travel(struct talk *t)
{
	int p[2], q[2], i;
	const int kinds[] = {STREAM, DGRAM, SK_SOCK_SEQPACKET};

	for (i = 0; i < 3; i++) {
		int32_t fds[2];
		struct box b;

		CALL(pair, kinds[i], 0, p);
		CALL(pipe, q, SK_O_NONBLOCK);
		fds[0] = q[0];
		fds[1] = q[1];
		box_init(&b, 3, 4);
		box_add(&b, SK_SOL_SOCKET, SK_SCM_RIGHTS, fds, sizeof(fds));
		CALL(sendmsg, p[0], &b.m, 0);
		CALL(send, p[0], 2, 0);
		CALL(close, q[0]);
		CALL(close, q[1]);
		box_init(&b, 3, 30);
		b.m.control = b.control;
		b.m.control_len = CONTROL;
		CALL(recvmsg, p[1], &b.m, 0);
		talk_note(t, 0, "flags", b.m.flags);
		note_control(t, &b.m);
		memcpy(fds, b.control + sizeof(struct sk_cmsghdr), sizeof(fds));
		CALL(write, fds[1], 5);
		CALL(read, fds[0], 50);
		CALL(close, fds[0]);
		CALL(close, fds[1]);
		take(t, p[1], CONTROL, 0);
		fds[0] = 4711;
		box_init(&b, 3, 4);
		box_add(&b, SK_SOL_SOCKET, SK_SCM_RIGHTS, fds, sizeof(fds));
		CALL(sendmsg, p[0], &b.m, 0);
		CALL(close, p[0]);
		take(t, p[1], CONTROL, 0);
		CALL(close, p[1]);
	}
}

static void files_that_find_no_room(struct talk *t)
{
	int p[2], u = talk_dgram(t);
	int32_t fds[3] = {u, u, u};
	size_t room;

	CALL(pair, DGRAM, 0, p);
	for (room = 0; room < 40; room += 4) {
		struct box b;
		size_t i, count;

		box_init(&b, 3, 4);
		box_add(&b, SK_SOL_SOCKET, SK_SCM_RIGHTS, fds, sizeof(fds));
		CALL(sendmsg, p[0], &b.m, 0);
		box_init(&b, 3, 4);
		b.m.control = b.control;
		b.m.control_len = room;
		CALL(recvmsg, p[1], &b.m, 0);
		talk_note(t, (int)room, "flags", b.m.flags);
		note_control(t, &b.m);
		count = b.m.control_len > sizeof(struct sk_cmsghdr)
				? (b.m.control_len -
				   sizeof(struct sk_cmsghdr)) /
					  4
				: 0;
		for (i = 0; i < count && i < 3; i++) {
			int32_t fd;

			memcpy(&fd, b.control + 16 + 4 * i, sizeof(fd));
			if (fd)
				t->set->close(t->arg, fd);
		}
	}
	CALL(close, p[0]);
	CALL(close, p[1]);
}

static void errors_that_queue(struct talk *t)
{
	int u = talk_dgram(t), v = talk_dgram(t);
	uint16_t port;

	CALL(bind, v, SET_LOOPBACK, 0);
	port = talk_port(t, v);
	CALL(close, v);
	t->fd_count--;
	CALL(set, u, SK_IPPROTO_IP, SK_IP_RECVERR, 1);
	take(t, u, CONTROL, SK_MSG_ERRQUEUE);
	CALL(sendto, u, 30, port);
	CALL(sendto, u, 3, port); /* finds the pending error */
	WAIT(u, 0);
	POLL(u);
	take(t, u, CONTROL, SK_MSG_ERRQUEUE);
	POLL(u);
	CALL(recv, u, 1, 0);
	CALL(sendto, u, 5, port);
	WAIT(u, 0);
	GET(u, SK_SOL_SOCKET, SK_SO_ERROR);
	POLL(u);
	take(t, u, CONTROL, SK_MSG_ERRQUEUE);
	take(t, u, CONTROL, SK_MSG_ERRQUEUE);
	POLL(u);
	CALL(sendto, u, 5, port);
	WAIT(u, 0);
	CALL(recv, u, 5, SK_MSG_ERRQUEUE);
	CALL(sendto, u, 5, port);
	WAIT(u, 0);
	CALL(set, u, SK_IPPROTO_IP, SK_IP_RECVERR, 0);
	POLL(u);
	take(t, u, CONTROL, SK_MSG_ERRQUEUE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SAME(scattered_datagrams),
		SAME(datagrams_that_are_joined),
		SAME(datagrams_that_are_not),
		SAME(scattered_stream),
		SAME(what_a_datagram_tells),
		SAME(what_a_datagram_is_told),
		SAME(ancillary_data_that_cannot_be),
		SAME(files_travel),
		SAME(files_that_find_no_room),
		SAME(errors_that_queue),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
