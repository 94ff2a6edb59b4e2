// SPDX-License-Identifier: MIT
/*
 * tap_many.c - many streams at once, each with octets of its own
 *
 * Octet n of stream i is a function of both, so what comes back from an echo
 * is verified without keeping what was sent, and an octet that strayed from
 * another stream is noticed.
 */

#include <errno.h>
#include <string.h>

#include "base/check.h"

#include "sock/sock.h"
#include "tap_peer.h"

enum { CHUNK = 65536, MANY_MAX = 200 };

/* One of many streams; octet @off of stream @id is fixed. */
struct stream {
	uint64_t sent, received;
};

static uint8_t octet(int id, uint64_t off)
{
	return (uint8_t)((uint64_t)id * 31 + off * 7 + (off >> 8) +
			 (off >> 16));
}

static bool stream_send(struct stream *s, int id, int fd, uint64_t total)
{
	static uint8_t buf[CHUNK];
	size_t i, len = (size_t)min_u64(total - s->sent, sizeof(buf));
	long n;

	if (!len)
		return false;
	for (i = 0; i < len; i++)
		buf[i] = octet(id, s->sent + i);
	n = sk_send(st.stack, fd, buf, len, SK_MSG_DONTWAIT);
	if (n == -EAGAIN)
		return false;
	if (n < 0)
		die("stream %d, sending: %s", id, strerror((int)-n));
	s->sent += (uint64_t)n;
	if (s->sent == total)
		sk_shutdown(st.stack, fd, SK_SHUT_WR);
	return true;
}

/* Returns true when its end has come. */
static bool stream_receive(struct stream *s, int id, int fd, uint64_t total)
{
	static uint8_t buf[CHUNK];
	long i, n = sk_recv(st.stack, fd, buf, sizeof(buf), SK_MSG_DONTWAIT);

	if (n == -EAGAIN)
		return false;
	if (n < 0)
		die("stream %d, receiving: %s", id, strerror((int)-n));
	for (i = 0; i < n; i++)
		if (buf[i] != octet(id, s->received + (uint64_t)i))
			die("stream %d: another octet at %llu", id,
			    (unsigned long long)s->received +
				    (unsigned long long)i);
	s->received += (uint64_t)n;
	if (n == 0 && s->received != total)
		die("stream %d ended after %llu octets", id,
		    (unsigned long long)s->received);
	return n == 0;
}

static void open_many(const struct endpoint *to, int *fds, int count)
{
	int i, err;

	for (i = 0; i < count; i++) {
		fds[i] = sk_socket(st.stack, SK_AF_INET,
				   SK_SOCK_STREAM | SK_SOCK_NONBLOCK, 0);
		err = sk_connect(st.stack, fds[i], to);
		if (err && err != -EINPROGRESS)
			die("stream %d: %s", i, strerror(-err));
	}
}

void mode_many(char **argv)
{
	struct endpoint to = peer_of(argv[0], argv[1]);
	static struct stream s[MANY_MAX];
	int fds[MANY_MAX], count = count_of(argv[2]), open = count, i;
	uint64_t total = number(argv[3], VALUE_NUMBER);
	uint32_t events[MANY_MAX];

	check(count <= MANY_MAX);
	open_many(&to, fds, count);
	while (open) {
		for (i = 0; i < count; i++)
			events[i] =
				WAIT_IN | (s[i].sent < total ? WAIT_OUT : 0U);
		await(fds, events, count);
		for (i = 0; i < count; i++) {
			uint32_t ready =
				fds[i] < 0 ? 0 : sk_ready(st.stack, fds[i]);

			if (ready & WAIT_OUT)
				stream_send(&s[i], i, fds[i], total);
			if (!(ready & (WAIT_IN | WAIT_ERR)) ||
			    !stream_receive(&s[i], i, fds[i], total))
				continue;
			sk_close(st.stack, fds[i]);
			fds[i] = -1;
			open--;
		}
	}
}
