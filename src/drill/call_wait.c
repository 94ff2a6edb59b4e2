// SPDX-License-Identifier: MIT
/*
 * call_wait.c - waiting for several descriptors, and pipes
 *
 *	poll([{fd=4, events=POLLIN, revents=POLLIN}], 1, 0) = 1
 *	epoll_ctl(5, EPOLL_CTL_ADD, 4, {events=EPOLLIN, fd=4}) = 0
 *	epoll_wait(5, {events=EPOLLIN, fd=4}, 1, 0) = 1
 */

#include <string.h>

#include "drill/call.h"
#include "drill/flow.h"

static int64_t field(const struct drill_value *v, const char *name,
		     size_t place)
{
	const struct drill_value *item = value_field(v, name, place);

	return item && item->kind == DV_NUM ? item->num : 0;
}

static int prepare_poll(struct frame *f)
{
	const struct drill_value *v = frame_arg(f, 0);
	size_t i;

	if (v->kind != DV_LIST)
		return frame_bad(f, v, "[{fd=.., events=.., revents=..}]");
	f->fd_count = v->count;
	f->fds = frame_alloc(f, v->count, sizeof(*f->fds));
	if (!f->fds)
		return -1;
	for (i = 0; i < v->count; i++) {
		int64_t fd = field(&v->items[i], "fd", 0);

		f->fds[i].fd = fd < 0 ? (int)fd : run_fd_live(f->run, fd);
		f->fds[i].events = (short)field(&v->items[i], "events", 1);
	}
	return frame_int(f, 2, &f->n[0]);
}

static void invoke_poll(struct frame *f)
{
	struct drill_table *t = frame_table(f);

	f->ret = t->poll(t->userdata, f->fds, f->fd_count, f->n[0]);
}

static int finish_poll(struct frame *f)
{
	const struct drill_value *v = frame_arg(f, 0);
	size_t i;

	for (i = 0; i < v->count; i++)
		if (frame_check(f, value_field(&v->items[i], "revents", 2),
				"revents", f->fds[i].revents))
			return -1;
	return 0;
}

static int prepare_epoll_create(struct frame *f)
{
	return frame_int(f, 0, &f->n[0]);
}

static void invoke_epoll_create(struct frame *f)
{
	struct drill_table *t = frame_table(f);

	f->ret = t->epoll_create(t->userdata, f->n[0]);
}

/* The conditions are about connections: this is none. */
static int finish_epoll_create(struct frame *f)
{
	int fd_test = f->run->fd_test;
	const struct drill_value *want = &f->call->result;

	if (f->ret >= 0)
		frame_new_fd(f, want->kind == DV_NUM ? want->num : f->ret,
			     (int)f->ret, 0, false);
	f->run->fd_test = fd_test;
	return 0;
}

/* The data comes back as it is: the script's own numbers. */
static uint64_t data_of(const struct drill_value *v)
{
	static const char *const names[] = {"fd", "ptr", "u32", "u64"};
	size_t i;

	for (i = 0; i < 4; i++)
		if (value_field(v, names[i], 99))
			return (uint64_t)field(v, names[i], 99);
	return 0;
}

static int prepare_epoll_ctl(struct frame *f)
{
	const struct drill_value *v = frame_arg(f, 3);

	f->evs = frame_alloc(f, 1, sizeof(*f->evs));
	if (!f->evs || frame_fd(f, 0) || frame_int(f, 1, &f->n[0]) ||
	    frame_int(f, 2, &f->n[1]))
		return -1;
	f->n[1] = run_fd_live(f->run, f->n[1]);
	if (v->kind != DV_FIELDS && v->kind != DV_ANY && v->kind != DV_NUM)
		return frame_bad(f, v, "{events=.., fd=..}");
	f->evs->events = (uint32_t)field(v, "events", 0);
	f->evs->data.u64 = data_of(v);
	return 0;
}

static void invoke_epoll_ctl(struct frame *f)
{
	struct drill_table *t = frame_table(f);

	f->ret = t->epoll_ctl(t->userdata, f->fd, f->n[0], f->n[1], f->evs);
}

static int prepare_epoll_wait(struct frame *f)
{
	if (frame_fd(f, 0) || frame_int(f, 2, &f->n[0]) ||
	    frame_int(f, 3, &f->n[1]))
		return -1;
	if (f->n[0] > 1024)
		return frame_bad(f, frame_arg(f, 2), "at most 1024");
	f->evs = frame_alloc(f, f->n[0] > 0 ? (size_t)f->n[0] : 1,
			     sizeof(*f->evs));
	return f->evs ? 0 : -1;
}

static void invoke_epoll_wait(struct frame *f)
{
	struct drill_table *t = frame_table(f);

	f->ret = t->epoll_wait(t->userdata, f->fd, f->evs, f->n[0], f->n[1]);
}

static int check_event(struct frame *f, const struct drill_value *v, size_t i)
{
	if (v->kind != DV_FIELDS)
		return v->kind == DV_ANY
			       ? 0
			       : frame_bad(f, v, "{events=.., fd=..}");
	if (frame_check(f, value_field(v, "events", 0), "events",
			f->evs[i].events))
		return -1;
	if (data_of(v) == f->evs[i].data.u64 || v->count < 2)
		return 0;
	return run_differs(f->run, f->ev, "another descriptor",
			   "the data is %lld", (long long)f->evs[i].data.u64);
}

static int finish_epoll_wait(struct frame *f)
{
	const struct drill_value *v = frame_arg(f, 1);
	long i;

	if (v->kind != DV_LIST)
		return f->ret > 0 ? check_event(f, v, 0) : 0;
	for (i = 0; i < f->ret && (size_t)i < v->count; i++)
		if (check_event(f, &v->items[i], (size_t)i))
			return -1;
	return 0;
}

/* pipe([5, 6]) */
static int prepare_pipe(struct frame *f)
{
	const struct drill_value *v = frame_arg(f, 0);

	if (v->kind != DV_LIST || v->count != 2 || v->items[0].kind != DV_NUM ||
	    v->items[1].kind != DV_NUM)
		return frame_bad(f, v, "[fd, fd]");
	return 0;
}

static void invoke_pipe(struct frame *f)
{
	struct drill_table *t = frame_table(f);

	f->ret = t->pipe(t->userdata, f->n);
}

static int finish_pipe(struct frame *f)
{
	const struct drill_value *v = frame_arg(f, 0);
	int fd_test = f->run->fd_test, i;

	for (i = 0; i < 2 && f->ret == 0; i++)
		frame_new_fd(f, v->items[i].num, f->n[i], 0, false);
	f->run->fd_test = fd_test;
	return 0;
}

static int prepare_splice(struct frame *f)
{
	int out = -1;

	if (frame_fd(f, 0) || frame_int(f, 2, &out) ||
	    frame_int(f, 4, &f->n[1]) || frame_int(f, 5, &f->n[2]))
		return -1;
	f->n[0] = run_fd_live(f->run, out);
	f->run->flows->is_opaque = true;
	return 0;
}

static void invoke_splice(struct frame *f)
{
	struct drill_table *t = frame_table(f);

	f->ret = t->splice(t->userdata, f->fd, NULL, f->n[0], NULL,
			   (size_t)f->n[1], (unsigned int)f->n[2]);
}

/* clang-format off */
const struct call_kind call_wait_kinds[] = {
	{"poll",	 3, prepare_poll,	  invoke_poll,		finish_poll,	     false},
	{"epoll_create", 1, prepare_epoll_create, invoke_epoll_create,	finish_epoll_create, true},
	{"epoll_ctl",	 4, prepare_epoll_ctl,	  invoke_epoll_ctl,	NULL,		     false},
	{"epoll_wait",	 4, prepare_epoll_wait,	  invoke_epoll_wait,	finish_epoll_wait,   false},
	{"pipe",	 1, prepare_pipe,	  invoke_pipe,		finish_pipe,	     false},
	{"splice",	 6, prepare_splice,	  invoke_splice,	NULL,		     false},
	{0},
};
/* clang-format on */
