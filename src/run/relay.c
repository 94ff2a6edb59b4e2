// SPDX-License-Identifier: MIT
/*
 * relay.c - octets between a program's descriptor and the stack
 *
 * Theory of operation
 * ===================
 *
 *	program writes --> kernel --> our end --> (kept) --> send buffer
 *	program reads  <-- kernel <-- our end <------------- receive buffer
 *
 * Upwards (from the program) we read only while the stack's send buffer has
 * room.  What it could not take after all, at most RELAY_CHUNK octets, is kept,
 * and nothing more is read until that is gone.  So a peer that does not read
 * fills the stack's buffer, then the kernel's, and then write(2) blocks.
 *
 * Downwards octets are only looked at in the receive buffer, given to the
 * kernel, and then taken out, as many as it took.  Nothing is kept; a program
 * that does not read closes the window of its peer.
 *
 * Ends:
 *
 *	program closes, or shuts down writing	our end reads 0: FIN
 *	program closes with octets unread	ECONNRESET in our end: RST
 *	peer's FIN				our end is shut down for writing
 *	peer's RST, timeout			stream_fail()
 *
 * Events of our end come once for each change (edges), so everything is tried
 * until it says EAGAIN, but for at most RELAY_ROUNDS chunks; then others have
 * their turn.
 *
 * SO_RCVLOWAT: the kernel does not know it here.  Octets below the mark are
 * not given to it while it has none, unless no more will come.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/check.h"

#include "core/env.h"

#include "run/stream.h"

enum { RELAY_ROUNDS = 16 };

/* What is kept goes first.  True: nothing is kept any more. */
static bool send_kept(struct stream *s)
{
	struct desc *d = &s->desc;

	while (s->kept_at < s->kept_len) {
		long n = sk_send(desc_stack(d), d->sk, s->kept + s->kept_at,
				 s->kept_len - s->kept_at,
				 MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n == -EAGAIN)
			return false;
		if (n < 0) { /* nobody will ever take it */
			s->kept_at = s->kept_len;
			break;
		}
		s->kept_at += (size_t)n;
	}
	s->kept_at = s->kept_len = 0;
	return true;
}

/* Keep what the stack did not take. */
static bool keep(struct stream *s, const uint8_t *buf, size_t len)
{
	if (!s->kept)
		s->kept = mem_alloc_raw(s->desc.sup->mem, RELAY_CHUNK);
	if (!s->kept)
		return false;
	memcpy(s->kept, buf, len);
	s->kept_at = 0;
	s->kept_len = len;
	return true;
}

/* The program will write no more. */
static void up_ends(struct stream *s)
{
	struct desc *d = &s->desc;

	s->up_is_over = true;
	if (!d->has_hung_up)
		(void)sk_shutdown(desc_stack(d), d->sk, SHUT_WR);
}

/* The program has closed without reading all: so does TCP, with a reset. */
static void up_breaks(struct stream *s)
{
	static const struct sk_linger now = {.onoff = 1};
	struct desc *d = &s->desc;

	s->up_is_over = true;
	d->has_hung_up = true;
	(void)sk_setsockopt(desc_stack(d), d->sk, SOL_SOCKET, SO_LINGER, &now,
			    sizeof(now));
}

/* One chunk.  False: not now, or never again. */
static bool up_chunk(struct stream *s)
{
	struct desc *d = &s->desc;
	uint8_t buf[RELAY_CHUNK];
	ssize_t n;
	long m;

	if (!send_kept(s) || !(sk_ready(desc_stack(d), d->sk) & WAIT_OUT))
		return false;
	n = recv(d->ours.fd, buf, sizeof(buf), MSG_DONTWAIT);
	if (n < 0 && errno == ECONNRESET)
		up_breaks(s);
	else if (n == 0)
		up_ends(s);
	if (n <= 0)
		return false;
	m = sk_send(desc_stack(d), d->sk, buf, (size_t)n,
		    MSG_DONTWAIT | MSG_NOSIGNAL);
	if (m == -EAGAIN)
		m = 0;
	if (m < 0)
		return false; /* down() finds out */
	if (m < n && !keep(s, buf + m, (size_t)(n - m)))
		up_breaks(s);
	return m == n;
}

void relay_up(struct stream *s)
{
	int rounds = 0;

	if (s->phase != STREAM_RELAYS || s->desc.sk < 0 || s->desc.ours.fd < 0)
		return;
	while (!s->up_is_over && rounds++ < RELAY_ROUNDS)
		if (!up_chunk(s))
			return;
	if (!s->up_is_over)
		desc_mark(&s->desc);
}

/* Is there less than the program wants to be woken for? */
static bool is_below_mark(struct stream *s, size_t n)
{
	struct desc *d = &s->desc;
	int lowat = 1;

	if (sk_getsockopt_int(desc_stack(d), d->sk, SOL_SOCKET, SO_RCVLOWAT,
			      &lowat))
		return false;
	return lowat > 1 && n < (size_t)lowat;
}

/* The peer has sent its last octet. */
static void down_ends(struct stream *s)
{
	s->down_is_over = true;
	(void)shutdown(s->desc.ours.fd, SHUT_WR);
}

/* One chunk.  False: not now, or never again. */
static bool down_chunk(struct stream *s)
{
	struct desc *d = &s->desc;
	uint8_t buf[RELAY_CHUNK];
	long n = sk_recv(desc_stack(d), d->sk, buf, sizeof(buf),
			 MSG_PEEK | MSG_DONTWAIT);
	ssize_t m;

	if (n == 0)
		down_ends(s);
	if (n < 0 && n != -EAGAIN)
		stream_fail(s, (int)-n);
	if (n <= 0 || is_below_mark(s, (size_t)n))
		return false;
	m = send(d->ours.fd, buf, (size_t)n, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (m < 0 && errno == EAGAIN)
		return false;
	/* Nobody reads any more: let it fall. */
	(void)sk_recv(desc_stack(d), d->sk, NULL, (size_t)(m < 0 ? n : m),
		      MSG_TRUNC | MSG_DONTWAIT);
	return true;
}

static void relay_down(struct stream *s)
{
	int rounds = 0;

	while (!s->down_is_over && s->phase == STREAM_RELAYS &&
	       rounds++ < RELAY_ROUNDS)
		if (!down_chunk(s))
			return;
	if (!s->down_is_over)
		desc_mark(&s->desc);
}

void relay_work(struct stream *s)
{
	struct desc *d = &s->desc;

	if (d->sk < 0) { /* the host was switched off */
		stream_fail(s, ENETDOWN);
		return;
	}
	if (d->ours.fd < 0)
		return;
	relay_up(s);
	/* All that it wrote is in the stack; what comes now is too late. */
	if (d->has_hung_up && s->up_is_over && s->kept_at == s->kept_len) {
		(void)sk_getsockname(desc_stack(d), d->sk, &d->local);
		desc_close_ours(d);
		desc_close_sk(d);
		s->phase = STREAM_FAILED;
		d->is_gone |= !s->has_shut;
		return;
	}
	if (!d->has_hung_up)
		relay_down(s);
}
