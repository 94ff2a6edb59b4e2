// SPDX-License-Identifier: MIT
/*
 * sock_ahead.c - what calls on these descriptors will need is asked for
 *
 * Theory of operation
 * ===================
 * The other half of tcp_ahead.c, from the program's side.  A call on one of a
 * million sockets reads a chain, each link of which says where the next one is:
 *
 *	descriptor --> entry of the table --> socket --> connection --> its parts
 *
 * Whoever knows several descriptors that are next (a completion ring those of
 * the entries that were submitted) has these chains followed side by side: link
 * by link, and all of a batch at each link.  Nothing is changed by it.
 */

#include "sock/sock_ahead.h"

#include "base/ask.h"

#include "sock/file.h"
#include "sock/sock_int.h"
#include "sock/sock_plain.h"
#include "tcp/tcp_ahead.h"

/* The first link: a page of the table has many lines. */
static void ask_for_entries(const struct file_table *t, const int *fds,
			    uint32_t count)
{
	uint32_t i;

	for (i = 0; i < count; i++)
		file_table_ask(t, (uint32_t)fds[i]);
}

/* @files of @fds, NULL where there is none. */
static void ask_for_files(const struct file_table *t, const int *fds,
			  const struct file **files, uint32_t count)
{
	uint32_t i;

	for (i = 0; i < count; i++) {
		const char *p = (void *)file_table_at(t, (uint32_t)fds[i]);

		files[i] = (const void *)p;
		if (p)
			ask_for(p, sizeof(struct sock));
	}
}

static const struct tcp_conn *conn_of(const struct file *file)
{
	const struct sock *s;

	if (!file || file->ops != &sock_file_ops)
		return NULL;
	s = container_of_const(file, struct sock, file);
	return sock_is_tcp(s) ? s->tcp : NULL;
}

static void ask_for_conns(const struct file *const *files, uint32_t count)
{
	const struct tcp_conn *c[SK_AHEAD_BATCH];
	uint32_t i;

	for (i = 0; i < count; i++) {
		c[i] = conn_of(files[i]);
		if (c[i])
			tcp_ahead_conn(c[i]);
	}
	for (i = 0; i < count; i++)
		if (c[i])
			tcp_ahead_parts(c[i]);
}

void sk_ahead(struct stack *stack, const int *fds, uint32_t count)
{
	const struct file_table *t = file_table_of(stack);
	const struct file *files[SK_AHEAD_BATCH];
	uint32_t n;

	if (!tcp_ahead_is_useful(stack))
		return;
	for (; count; count -= n, fds += n) {
		n = min_u32(count, SK_AHEAD_BATCH);
		ask_for_entries(t, fds, n);
		ask_for_files(t, fds, files, n);
		ask_for_conns(files, n);
	}
}
