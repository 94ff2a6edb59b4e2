// SPDX-License-Identifier: MIT
/*
 * sock_zero.c - streams without copies: received octets where they lie, and
 *		 octets to send that lie somewhere already
 *
 * A stream's queues are references into counted blocks.  What another file has
 * in blocks can be queued by one more reference, and what was received can be
 * lent out; the blocks live until the last one that refers to them is done,
 * which for octets sent means: until the peer has acknowledged them.
 *
 * A program's own memory becomes such a block for the time of one send with
 * MSG_ZEROCOPY:
 *
 *	send() ---> sock_zero (a block that is lent) ---> queue, segments
 *	                 |  the last reference goes
 *	                 v
 *	            a notice in the error queue: send number n is done
 *
 * and until the notice comes the program must not change it.  The notice is
 * allocated before anything is sent, so that it always can be given.  Between
 * two hosts in one process the receiver's queue refers to it, too, so there it
 * comes when the octets are read.
 *
 * A socket that is closed cannot tell anything any more, and the program may
 * free the memory: what is still referred to is copied then.  Without memory
 * for that the connection is reset, and what is under way turns to zeros.
 *
 * Limits
 * ------
 * Sends of at most ZERO_MAX octets, and of streams; others are copied, and the
 * notice says so (SK_EE_CODE_COPIED).  Of a message each piece is a send.
 */

#include "sock/sock_zero.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/check.h"
#include "base/mem.h"

#include "core/block_lent.h"

#include "sock/sock_int.h"
#include "tcp/tcp.h"

static_assert(sizeof(struct file_run) == sizeof(struct tcp_lent), "one layout");

#define LENT_MAX 16
#define ZERO_MAX 65536

/**
 * struct sock_zero - a program's memory, lent for one send
 * @node:	In the socket's list, or none
 * @s:		The socket; NULL: it is closed
 * @note:	To be told when it is done, or NULL
 * @id:		Number of the send
 * @copy:	What the octets became when the socket was closed, or NULL
 */
struct sock_zero {
	struct block_lent lent;
	struct list node;
	struct sock *s;
	struct sock_err *note;
	uint32_t id;
	uint8_t *copy;
};

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

bool sock_zero_is_asked(const struct sock *s, const struct sock_io *io)
{
	return io->flags & SK_MSG_ZEROCOPY && s->opts->zerocopy && io->len;
}

struct block *sock_zero_block(struct sock_zero *z)
{
	return &z->lent.blk;
}

static void on_free(struct block_lent *b)
{
	struct sock_zero *z = container_of(b, struct sock_zero, lent);
	struct mem *mem = b->blk.env->mem;

	if (z->s) {
		list_del(&z->node);
		if (z->note)
			sock_err_zero(z->s, z->note, z->id, false);
	}
	mem_free(mem, z->copy, b->blk.size);
	mem_free(mem, z, sizeof(*z));
}

static struct sock_zero *zero_new(struct sock *s, const struct sock_io *io)
{
	struct env *env = s->file.stack->place.env;
	struct sock_zero *z = mem_alloc(env->mem, sizeof(*z));

	if (!z)
		return NULL;
	block_lent_init(&z->lent, env, io->out, io->len);
	z->lent.on_free = on_free;
	z->s = s;
	list_add_tail(&s->rest->zeros, &z->node);
	return z;
}

/* Octets sent have a number, and what has a number is told. */
static void settle(struct sock *s, struct sock_zero *z, struct sock_err *note,
		   long n)
{
	struct mem *mem = s->file.stack->place.env->mem;
	struct sock_call call = call_begin(s->file.stack);

	if (n <= 0) {
		sock_err_free(mem, note);
	} else if (z) {
		z->note = note;
		z->id = s->rest->zero_next++;
	} else {
		sock_err_zero(s, note, s->rest->zero_next++, true);
	}
	if (z)
		block_put(&z->lent.blk);
	call_end(call);
}

long sock_zero_send(struct sock *s, struct sock_io *io)
{
	bool is_lent = sock_is_tcp(s) && io->len <= ZERO_MAX;
	struct mem *mem = s->file.stack->place.env->mem;
	struct sock_err *note = sock_rest_of(s) ? sock_err_new(s) : NULL;
	long n;

	io->zero = note && is_lent ? zero_new(s, io) : NULL;
	if (!note || (is_lent && !io->zero)) {
		sock_err_free(mem, note);
		return -ENOBUFS;
	}
	file_get(&s->file);
	n = sock_send_plain(s, io);
	settle(s, io->zero, note, n);
	file_put(&s->file);
	return n;
}

/*
 * Never written, and yet not const: so it is memory that the system gives when
 * somebody reads it, and not 64 KB of each file that has this in it.
 */
static uint8_t zeros[ZERO_MAX];

/* Octets that the program may take away now.  False: no memory. */
static bool keep(struct sock_zero *z)
{
	const uint8_t *to = zeros;
	struct block *blk = &z->lent.blk;

	z->copy = mem_alloc_raw(blk->env->mem, blk->size);
	if (z->copy) {
		memcpy(z->copy, blk->data, blk->size);
		file_count(&z->s->file, COPY_INSIDE, (long)blk->size);
		to = z->copy;
	}
	memcpy(&blk->data, &to, sizeof(to));
	return z->copy;
}

void sock_zero_leave(struct sock *s)
{
	struct mem *mem = s->file.stack->place.env->mem;
	bool is_whole = true;
	struct list *pos;

	while (s->rest && (pos = list_pop_head(&s->rest->zeros))) {
		struct sock_zero *z = container_of(pos, struct sock_zero, node);

		is_whole &= keep(z);
		sock_err_free(mem, z->note);
		z->note = NULL;
		z->s = NULL;
	}
	if (is_whole)
		return;
	tcp_abort(s->tcp);
	s->tcp = NULL;
}
