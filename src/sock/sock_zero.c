// SPDX-License-Identifier: MIT
/*
 * sock_zero.c - streams without copies: received octets where they lie, and
 *		 octets to send that lie somewhere already
 *
 * A stream's queues are references into counted blocks.  What another file has
 * in blocks can be queued by one more reference, and what was received can be
 * lent out; the blocks live until the last one that refers to them is done,
 * which for octets sent means: until the peer has acknowledged them.
 */

#include "sock/sock_zero.h"

#include <assert.h>
#include <errno.h>

#include "sock/sock_int.h"
#include "tcp/tcp.h"

static_assert(sizeof(struct file_run) == sizeof(struct tcp_lent), "one layout");

#define LENT_MAX 16

long sock_zero_lend(struct file *file, struct file_run *runs, size_t max)
{
	struct sock *s = sock_of(file);
	struct tcp_lent lent[LENT_MAX];
	long i, n;

	if (!sock_is_tcp(s))
		return -EINVAL;
	n = tcp_recv_lend(s->tcp, lent, max < LENT_MAX ? max : LENT_MAX);
	for (i = 0; i < n; i++)
		runs[i] = (struct file_run){lent[i].blk, lent[i].off,
					    lent[i].len};
	return n;
}

void sock_zero_lent(struct file *file, size_t n)
{
	tcp_recv_done(sock_of(file)->tcp, n);
}

long sock_zero_refer(struct file *file, const struct file_run *run, bool more)
{
	struct sock *s = sock_of(file);

	if (!sock_is_tcp(s))
		return -EINVAL;
	return tcp_send_block(s->tcp, run->blk, run->off, run->len,
			      more ? TCP_SEND_MORE : 0);
}
