// SPDX-License-Identifier: MIT
/*
 * splice.c - moving octets between files by reference
 *
 * Theory of operation
 * ===================
 * A file that can lend says where its next octets lie; a file that can refer
 * takes them by one more reference to the block:
 *
 *	file, pipe, stream  --- lend ---> runs --- refer ---> pipe, stream
 *
 * and then the first is told how many are used up.  Nothing is copied, and the
 * program's memory is not touched.  A file that cannot refer (a datagram
 * socket, another file) is written to, which is one copy.
 *
 * A step never blocks; when nothing could be moved it says which of the two has
 * to be waited for, and for what.
 */

#include "io/splice.h"

#include <errno.h>

#include "core/pkt.h"
#include "core/stack.h"

#include "io/memfile.h"
#include "sock/abi.h"
#include "sock/sock_try.h"

#define RUNS_MAX 16

/* One run, or its beginning: octets taken, -EAGAIN or -errno. */
static long pass(struct file *to, const struct file_run *run, bool more)
{
	long n;

	if (!to->ops->refer || (n = to->ops->refer(to, run, more)) == -EINVAL)
		return file_try_write(to, run->blk->data + run->off, run->len);
	file_count(to, COPY_REFERRED, n);
	return n;
}

/* As much of these as goes: octets, or the first one's error. */
static long pass_all(const struct splice *s, struct file_run *runs, long count)
{
	size_t done = 0;
	long i, n;

	for (i = 0; i < count && done < s->len; i++) {
		if (runs[i].len > s->len - done)
			runs[i].len = s->len - done;
		n = pass(s->out, &runs[i],
			 s->more || (i + 1 < count &&
				     done + runs[i].len < s->len));
		if (n <= 0)
			return done ? (long)done : n;
		done += (size_t)n;
		if ((size_t)n < runs[i].len)
			break;
	}
	return (long)done;
}

long splice_step(struct splice *s)
{
	struct file_run runs[RUNS_MAX];
	long n;

	if (!s->in->ops->lend)
		return -EINVAL;
	s->wait = s->in;
	s->event = WAIT_IN;
	n = s->in->ops->lend(s->in, runs, RUNS_MAX);
	if (n <= 0)
		return n;
	s->wait = s->out;
	s->event = WAIT_OUT;
	n = pass_all(s, runs, n);
	if (n > 0)
		s->in->ops->lent(s->in, (size_t)n);
	return n;
}

static bool may_block(const struct splice *s, unsigned int flags)
{
	return !(s->wait->flags & SK_O_NONBLOCK || flags & SK_SPLICE_NONBLOCK);
}

static long step_within(struct stack *stack, struct splice *s)
{
	uint32_t outer = stack->place.env->cause;
	long n;

	stack_enter(stack);
	n = splice_step(s);
	stack_leave(stack);
	stack->place.env->cause = outer;
	return n;
}

/* Once something was moved, splice() returns; sendfile() goes on to the end. */
static long run(struct stack *stack, struct splice *s,
		const struct sk_splice *what, bool to_the_end)
{
	long done = 0, n;

	for (;;) {
		n = step_within(stack, s);
		if (n > 0) {
			done += n;
			s->len -= (size_t)n;
			if (!to_the_end || !s->len)
				return done;
			continue;
		}
		if (n != -EAGAIN || (done && !to_the_end) ||
		    !may_block(s, what->flags))
			return done ? done : n;
		n = file_wait_past(s->wait, "splice", s->event, UINT64_MAX);
		if (n)
			return done ? done : n;
	}
}

/* With the position that the program has named, and back. */
static long run_at(struct stack *stack, struct splice *s,
		   const struct sk_splice *what, bool to_the_end)
{
	int64_t before = 0, at;
	long n;

	if (!what->off_in)
		return run(stack, s, what, to_the_end);
	before = sk_lseek(stack, what->in, 0, 1);
	if (before < 0)
		return (long)before;
	at = sk_lseek(stack, what->in, *what->off_in, 0);
	if (at < 0)
		return (long)at;
	n = run(stack, s, what, to_the_end);
	if (n > 0)
		*what->off_in += n;
	sk_lseek(stack, what->in, before, 0);
	return n;
}

int splice_begin(struct stack *stack, const struct sk_splice *what,
		 struct splice *s)
{
	*s = (struct splice){
		.in = file_find(stack, what->in),
		.out = file_find(stack, what->out),
		.len = what->len,
		.more = what->flags & SK_SPLICE_MORE,
	};
	if (!s->in || !s->out)
		return -EBADF;
	if (s->in->access == SK_O_WRONLY || s->out->access == SK_O_RDONLY)
		return -EBADF;
	return s->in->ops->lend && s->in != s->out ? 0 : -EINVAL;
}

static long move(struct stack *stack, const struct sk_splice *what,
		 struct splice *s, bool to_the_end)
{
	long n;

	if (!what->len)
		return 0;
	file_get(s->in);
	file_get(s->out);
	file_count_call(s->out);
	n = run_at(stack, s, what, to_the_end);
	file_put(s->out);
	file_put(s->in);
	return n;
}

/* Pipes have a capacity, and nothing else has. */
static bool is_pipe(const struct file *file)
{
	return file->ops->size;
}

int splice_check(const struct splice *s)
{
	return is_pipe(s->in) || is_pipe(s->out) ? 0 : -EINVAL;
}

long sk_splice(struct stack *stack, const struct sk_splice *what)
{
	struct splice s;
	int err;

	if (what->flags & ~7U)
		return -EINVAL;
	err = splice_begin(stack, what, &s);
	if (!err)
		err = splice_check(&s);
	return err ? err : move(stack, what, &s, false);
}

long sk_sendfile(struct stack *stack, const struct sk_splice *what)
{
	struct splice s;
	int err = splice_begin(stack, what, &s);

	if (!err && sk_lseek(stack, what->in, 0, 1) < 0)
		err = -EINVAL;
	return err ? err : move(stack, what, &s, true);
}

/*
 * Received octets where they lie.
 */

static int find_lender(struct stack *stack, int fd, struct file **file)
{
	*file = file_find(stack, fd);
	if (!*file)
		return -EBADF;
	return (*file)->ops->lend ? 0 : -EINVAL;
}

static long lend(struct file *file, struct sk_iovec *to, size_t max)
{
	struct file_run runs[RUNS_MAX];
	long i, n = file->ops->lend(file, runs,
				    max < RUNS_MAX ? max : RUNS_MAX);

	for (i = 0; i < n; i++) {
		to[i].base = runs[i].blk->data + runs[i].off;
		to[i].len = runs[i].len;
		file_count(file, COPY_LENT, (long)runs[i].len);
	}
	return n;
}

long sk_recv_lend(struct stack *stack, int fd, struct sk_iovec *runs,
		  size_t max)
{
	struct file *file;
	long n = find_lender(stack, fd, &file);

	if (n || !max)
		return n ? n : -EINVAL;
	file_get(file);
	file_count_call(file);
	for (;;) {
		stack_enter(stack);
		n = lend(file, runs, max);
		stack_leave(stack);
		if (n != -EAGAIN || file->flags & SK_O_NONBLOCK)
			break;
		n = file_wait_past(file, "recv_lend", WAIT_IN, UINT64_MAX);
		if (n)
			break;
	}
	file_put(file);
	return n;
}

static size_t lent_at_most(struct file *file)
{
	struct file_run runs[RUNS_MAX];
	long i, n = file->ops->lend(file, runs, RUNS_MAX);
	size_t sum = 0;

	for (i = 0; i < n; i++)
		sum += runs[i].len;
	return sum;
}

int sk_recv_done(struct stack *stack, int fd, size_t n)
{
	struct file *file;
	int err = find_lender(stack, fd, &file);

	if (err || !n)
		return err;
	stack_enter(stack);
	if (n > lent_at_most(file))
		err = -EINVAL;
	else
		file->ops->lent(file, n);
	stack_leave(stack);
	return err;
}
