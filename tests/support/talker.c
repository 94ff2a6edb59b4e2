// SPDX-License-Identifier: MIT
/*
 * talker.c - users of TCP for tests: they send a stream and check one
 */

#include "talker.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/check.h"

#include "core/waitq.h"

enum { CHUNK = 65536 };

uint8_t talker_octet(uint32_t seed, uint64_t i)
{
	uint64_t x = (i + 1) * 0x9e3779b97f4a7c15 + seed;

	return (uint8_t)(x >> 32 ^ x >> 51);
}

static void note_error(struct talker *t, long err)
{
	if (!t->error)
		t->error = (int)err;
}

static void say(struct talker *t)
{
	static uint8_t buf[CHUNK];
	size_t n, i;
	long got;

	while (t->sent < t->to_send) {
		n = min_size(t->write_size, (size_t)(t->to_send - t->sent));
		for (i = 0; i < n; i++)
			buf[i] = talker_octet(t->seed, t->sent + i);
		got = tcp_send(t->c, buf, n, 0);
		if (got < 0 && got != -EAGAIN && got != -ENOMEM)
			note_error(t, got);
		if (got <= 0)
			return;
		t->sent += (uint64_t)got;
	}
	if (t->closes && !t->has_shut && !t->error) {
		t->has_shut = true;
		note_error(t, tcp_shutdown_send(t->c));
	}
}

static void hear(struct talker *t)
{
	static uint8_t buf[CHUNK];
	long n, i;

	while ((n = tcp_recv(t->c, buf, sizeof(buf), 0)) > 0) {
		for (i = 0; i < n; i++)
			assert_int_equal(
				buf[i],
				talker_octet(t->peer_seed,
					     t->received + (uint64_t)i));
		t->received += (uint64_t)n;
	}
	if (n == 0)
		t->is_eof = true;
	else if (n != -EAGAIN && n != -ENOTCONN)
		note_error(t, n);
}

void talker_go(struct talker *t)
{
	if (!t->c)
		return;
	stack_enter(t->stack);
	say(t);
	if (t->reads && !t->is_eof)
		hear(t);
	stack_leave(t->stack);
}

static void on_task(struct task *task, void *arg)
{
	(void)task;
	talker_go(arg);
}

static void on_event(struct tcp_conn *c, void *arg, uint32_t events)
{
	struct talker *t = arg;

	assert_ptr_equal(c, t->c);
	t->events |= events;
	t->event_count++;
	stack_defer(t->stack, &t->task);
}

static const struct tcp_user talker_user = {.on_event = on_event};

void talker_init(struct talker *t, struct stack *stack, struct tcp_conn *c)
{
	memset(t, 0, sizeof(*t));
	t->stack = stack;
	t->write_size = CHUNK;
	t->reads = true;
	task_init(&t->task, on_task, t);
	if (c)
		tcp_set_user(c, &talker_user, t);
	else
		c = tcp_new(stack, &talker_user, t);
	t->c = c;
}

void talker_close(struct talker *t)
{
	task_cancel(&t->task);
	if (!t->c)
		return;
	stack_enter(t->stack);
	tcp_close(t->c);
	stack_leave(t->stack);
	t->c = NULL;
}

bool talker_is_done(const struct talker *t)
{
	return t->sent == t->to_send && t->is_eof;
}

static void ignore(struct tcp_conn *c, void *arg, uint32_t events)
{
	(void)c;
	(void)arg;
	(void)events;
}

static const struct tcp_user deaf_user = {.on_event = ignore};

struct tcp_conn *talker_listen(struct stack *stack, uint16_t port, int backlog)
{
	struct tcp_conn *c = tcp_new(stack, &deaf_user, NULL);
	struct endpoint any = {.addr = ip_addr_v4(IP4_ANY), .port = port};

	if (!c)
		return NULL;
	if (tcp_bind(c, &any, true) || tcp_listen(c, backlog)) {
		tcp_close(c);
		return NULL;
	}
	return c;
}

struct endpoint talker_ep(const char *text)
{
	struct endpoint e;

	assert_int_equal(endpoint_parse(&e, text), 0);
	return e;
}
