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
 * Upwards (from the program) we read one chunk after the other until the
 * stack's send buffer is full.  What it could not take of the last one, at most
 * RELAY_CHUNK octets, is kept, and nothing more is read until that is gone.  So
 * a peer that does not read fills the stack's buffer, then the kernel's, and
 * then write(2) blocks.  (Only a send that took too little makes the stack tell
 * when there is room again.)
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
 *	peer's RST, timeout			stream_fail(), whichever
 *						direction is told first
 *
 * Events of our end come once for each change (edges), so everything is tried
 * until it says EAGAIN or gives less than there is room for, but for at most
 * RELAY_ROUNDS chunks; then others have their turn.
 *
 * The urgent octet of each direction stands in line in the stack and in our
 * end; who is at the mark says so, and it goes on alone, as an urgent one.
 *
 * SO_RCVLOWAT: the kernel does not know it here.  Octets below the mark are
 * not given to it while it has none, unless no more will come.
 */
#include <errno.h>
#include <linux/sockios.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/check.h"

#include "core/env.h"

#include "run/stream.h"

enum { RELAY_ROUNDS = 16, RELAY_LEAST = 1024 };

/* The stack takes nothing more.  It says why only once, so that is noted: what
 * came before can still be read. */
static void up_fails(struct stream *s, long err)
{
	s->broken = (int)-err;
	s->up_is_over = true;
	s->kept_at = s->kept_len = 0;
}

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
			up_fails(s, n);
			return false;
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

void relay_reset(struct stream *s)
{
	static const struct sk_linger now = {.onoff = 1};
	struct desc *d = &s->desc;

	if (d->sk >= 0)
		(void)sk_setsockopt(desc_stack(d), d->sk, SOL_SOCKET, SO_LINGER,
				    &now, sizeof(now));
}

/* The program has closed without reading all: so does TCP, with a reset. */
static void up_breaks(struct stream *s)
{
	s->up_is_over = true;
	s->desc.has_hung_up = true;
	relay_reset(s);
}

/* Is the next octet of the program the urgent one? */
static bool is_urgent(const struct desc *d)
{
	int is_at_mark = 0;

	return d->has_urgent && !ioctl(d->ours.fd, SIOCATMARK, &is_at_mark) &&
	       is_at_mark;
}

/* Of @room octets @n came: was that all?  What comes later is an event. */
static void note_read(struct desc *d, ssize_t n, size_t room)
{
	if (n < 0)
		d->has_news = d->has_urgent = false;
	else if ((size_t)n < room && !d->has_ended && !d->has_urgent)
		d->has_news = false;
}

/* Octets to take at once: no more than the program wants to have on the way. */
static size_t room_for(const struct stream *s)
{
	size_t want = max_size((size_t)s->sndbuf, RELAY_LEAST);

	return s->sndbuf ? min_size(want, RELAY_CHUNK) : RELAY_CHUNK;
}

/* One chunk.  False: not now, or never again. */
static bool up_chunk(struct stream *s)
{
	struct desc *d = &s->desc;
	uint8_t buf[RELAY_CHUNK];
	int flags = MSG_DONTWAIT | MSG_NOSIGNAL;
	size_t room = room_for(s);
	ssize_t n;
	long m;

	if (!send_kept(s))
		return false;
	if (is_urgent(d)) {
		flags |= MSG_OOB;
		room = 1;
	}
	n = recv(d->ours.fd, buf, room, MSG_DONTWAIT);
	if (n < 0 && errno == ECONNRESET)
		up_breaks(s);
	else if (n == 0)
		up_ends(s);
	note_read(d, n, room);
	if (n <= 0)
		return false;
	m = sk_send(desc_stack(d), d->sk, buf, (size_t)n, flags);
	if (m == -EAGAIN)
		m = 0;
	if (m < 0) {
		up_fails(s, m);
		return false;
	}
	if (m < n && !keep(s, buf + m, (size_t)(n - m)))
		up_breaks(s);
	return m == n && d->has_news;
}

static void relay_up(struct stream *s)
{
	int rounds = 0;

	if (s->phase != STREAM_RELAYS || s->desc.sk < 0 || s->desc.ours.fd < 0)
		return;
	if (!s->desc.has_news && s->kept_at == s->kept_len)
		return;
	while (!s->up_is_over && rounds++ < RELAY_ROUNDS)
		if (!up_chunk(s))
			return;
	if (!s->up_is_over)
		desc_mark(&s->desc);
}

/* The event may still be on its way.  Reading finds out, unless an urgent octet
 * could be among what is read: that has to be known before. */
void relay_settle(struct stream *s)
{
	struct desc *d = &s->desc;
	struct pollfd p = {.fd = d->ours.fd, .events = POLLIN | POLLPRI};

	if (d->ours.fd < 0)
		return;
	if (!d->has_urged) {
		d->has_news = true;
	} else if (poll(&p, 1, 0) == 1) {
		d->has_news |= (p.revents & POLLIN) != 0;
		d->has_urgent |= (p.revents & POLLPRI) != 0;
	}
	relay_up(s);
}

/* Is there less than the program wants to be woken for? */
static bool is_below_mark(struct stream *s, size_t n)
{
	struct desc *d = &s->desc;

	if (!s->lowat && sk_getsockopt_int(desc_stack(d), d->sk, SOL_SOCKET,
					   SO_RCVLOWAT, &s->lowat))
		return false;
	return s->lowat > 1 && n < (size_t)s->lowat &&
	       !(sk_ready(desc_stack(d), d->sk) & WAIT_RDHUP);
}

/* The peer has sent its last octet. */
static void down_ends(struct stream *s)
{
	s->down_is_over = true;
	(void)shutdown(s->desc.ours.fd, SHUT_WR);
}

/* Is the next octet of the peer the urgent one? */
static bool is_at_mark(const struct desc *d)
{
	int value = 0;

	return !sk_ioctl(desc_stack(d), d->sk, SK_SIOCATMARK, &value) && value;
}

/* Shall we be told that the program has read something?  Only if it was full:
 * else each octet that it reads would wake us. */
static void tell_of_room(struct desc *d, bool is_full)
{
	if (d->is_full == is_full)
		return;
	d->is_full = is_full;
	desc_rewatch(d, STREAM_EVENTS | (is_full ? EPOLLOUT : 0));
}

/* One chunk.  False: not now, or never again. */
static bool down_chunk(struct stream *s)
{
	struct desc *d = &s->desc;
	uint8_t buf[RELAY_CHUNK];
	bool urgent = is_at_mark(d);
	int flags = MSG_DONTWAIT | MSG_NOSIGNAL | (urgent ? MSG_OOB : 0);
	long n = sk_recv(desc_stack(d), d->sk, buf, urgent ? 1 : sizeof(buf),
			 MSG_PEEK | MSG_DONTWAIT);
	ssize_t m;

	if (n == 0 && !s->broken)
		down_ends(s);
	if (n < 0 && n != -EAGAIN)
		stream_fail(s, (int)-n);
	if (n <= 0 || is_below_mark(s, (size_t)n))
		return false;
	m = send(d->ours.fd, buf, (size_t)n, flags);
	if (m < 0 && errno == EAGAIN) {
		tell_of_room(d, true);
		return false;
	}
	tell_of_room(d, false);
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

/* Did the program leave something unread?  Reading would tell, but after it has
 * shut down writing nothing is read any more. */
static bool left_unread(const struct desc *d)
{
	int err = 0;
	socklen_t len = sizeof(err);

	return !getsockopt(d->ours.fd, SOL_SOCKET, SO_ERROR, &err, &len) &&
	       err == ECONNRESET;
}

/* Both directions are over at the descriptor.  That means that the program has
 * closed it, unless each was ended on its own. */
static void hang_up(struct stream *s)
{
	struct desc *d = &s->desc;

	d->is_gone = !s->has_shut && !s->down_is_over;
	if (left_unread(d)) {
		up_breaks(s);
		d->is_gone = true;
	}
	desc_close_ours(d);
	s->phase = STREAM_OVER;
	if (d->is_gone)
		desc_close_sk(d);
	else
		(void)sk_shutdown(desc_stack(d), d->sk,
				  s->has_shut ? SHUT_RDWR : SHUT_WR);
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
	/* All that it wrote is in the stack. */
	if (d->has_hung_up && s->up_is_over && s->kept_at == s->kept_len) {
		hang_up(s);
		return;
	}
	if (!d->has_hung_up)
		relay_down(s);
	if (s->broken && s->phase == STREAM_RELAYS)
		stream_fail(s, s->broken);
	/* A reset after the peer's last octet. */
	if (s->down_is_over && d->sk >= 0 &&
	    sk_ready(desc_stack(d), d->sk) & WAIT_ERR) {
		int err = EPIPE;

		(void)sk_getsockopt_int(desc_stack(d), d->sk, SOL_SOCKET,
					SO_ERROR, &err);
		stream_fail(s, err);
	}
}
