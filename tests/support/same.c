// SPDX-License-Identifier: MIT
/*
 * same.c - holding one conversation on weft and on the kernel
 */

#include "same.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "skip.h"
#include "testnet.h"

static void say(struct talk *t, int line, const char *what, long result)
{
	size_t room = sizeof(t->text) - t->at;
	int n;

	if (result < 0)
		n = snprintf(t->text + t->at, room, "%d: %s -> %s\n", line,
			     what, strerrorname_np((int)-result));
	else
		n = snprintf(t->text + t->at, room, "%d: %s -> %ld\n", line,
			     what, result);
	t->at += (size_t)n;
	assert_true(t->at < sizeof(t->text));
}

long talk_note(struct talk *t, int line, const char *what, long result)
{
	say(t, line, what, result);
	return result;
}

int talk_note_fd(struct talk *t, int line, const char *what, int fd)
{
	say(t, line, what, fd < 0 ? fd : 0);
	if (fd >= 0)
		t->fds[t->fd_count++] = fd;
	return fd;
}

long talk_note_get(struct talk *t, int line, const char *what, long v)
{
	return talk_note(t, line, what, SET_FAILED(v) ? v + 1000000 : v);
}

uint16_t talk_port(struct talk *t, int fd)
{
	return (uint16_t)t->set->port(t->arg, fd);
}

int talk_has_port(struct talk *t, int fd)
{
	int port = t->set->port(t->arg, fd);

	return port > 0 ? 1 : port;
}

int talk_stream(struct talk *t)
{
	return OPEN(socket, SK_AF_INET, STREAM, 0);
}

int talk_dgram(struct talk *t)
{
	return OPEN(socket, SK_AF_INET, DGRAM, 0);
}

int talk_listener(struct talk *t)
{
	int l = talk_stream(t);

	CALL(bind, l, SET_LOOPBACK, 0);
	CALL(listen, l, 5);
	return l;
}

/* A port that nobody listens at. */
uint16_t talk_closed_port(struct talk *t)
{
	int l = talk_listener(t);
	uint16_t port = talk_port(t, l);

	CALL(close, l);
	return port;
}

struct talk_ends talk_connect(struct talk *t)
{
	struct talk_ends e;

	e.l = talk_listener(t);
	e.a = talk_stream(t);
	CALL(connect, e.a, SET_LOOPBACK, talk_port(t, e.l));
	WAIT(e.a, WAIT_OUT);
	WAIT(e.l, WAIT_IN);
	e.b = OPEN(accept, e.l);
	return e;
}

static struct talk *hold(talk_fn *fn, const struct sockset *set, void *arg)
{
	struct talk *t = calloc(1, sizeof(*t));
	int i;

	t->set = set;
	t->arg = arg;
	fn(t);
	for (i = 0; i < t->fd_count; i++)
		set->close(arg, t->fds[i]);
	return t;
}

/* The first lines that differ, and some before them, for a person. */
static void show_difference(const char *weft, const char *kernel)
{
	size_t at = 0, line = 0, from;
	int back = 0;

	for (; weft[at] && weft[at] == kernel[at]; at++)
		if (weft[at] == '\n')
			line = at + 1;
	for (from = line; from && back < 4; from--)
		back += weft[from - 1] == '\n';
	print_message("# ...%.*s", (int)(line - from), weft + from);
	print_message("# weft:   %.*s\n# kernel: %.*s\n",
		      (int)strcspn(weft + line, "\n"), weft + line,
		      (int)strcspn(kernel + line, "\n"), kernel + line);
}

void talk_compare(void **state)
{
	talk_fn *fn = (talk_fn *)*state;
	struct testnet *net = testnet_new();
	struct talk *weft, *kernel;
	int probe = kernel_sockset.socket(NULL, SK_AF_INET, SK_SOCK_STREAM, 0);
	int same;

	if (probe < 0) {
		testnet_free(net);
		skip_because("the kernel gives no sockets here");
	}
	kernel_sockset.close(NULL, probe);
	weft = hold(fn, &weft_sockset, net);
	kernel = hold(fn, &kernel_sockset, NULL);
	same = !strcmp(weft->text, kernel->text);
	if (!same)
		show_difference(weft->text, kernel->text);
	free(weft);
	free(kernel);
	testnet_free(net);
	assert_true(same);
}
