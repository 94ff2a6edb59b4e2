// SPDX-License-Identifier: MIT
/*
 * call.c - calls: finding them, making them, and comparing what came of it
 */

#include "drill/call.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "base/check.h"

#include "core/env.h"

/* Where numbers begin that the stack certainly has not. */
#define NO_SUCH_FD 1000000

int frame_bad(struct frame *f, const struct drill_value *v, const char *what)
{
	return run_fail(f->run, v->pos, "%s(): expected %s", f->call->name,
			what);
}

int frame_int(struct frame *f, size_t i, int *to)
{
	const struct drill_value *v = frame_arg(f, i);

	if (v->kind != DV_NUM && v->kind != DV_ANY)
		return frame_bad(f, v, "a number");
	*to = (int)v->num;
	return 0;
}

struct run_fd *run_fd_at(struct drill_run *run, int64_t fd)
{
	return fd >= 0 && fd < RUN_FDS_MAX && run->fd[fd].is_open ? &run->fd[fd]
								  : NULL;
}

int run_fd_live(const struct drill_run *run, int64_t fd)
{
	if (fd >= 0 && fd < RUN_FDS_MAX && run->fd[fd].is_open)
		return run->fd[fd].live;
	return fd < 0 ? (int)fd : NO_SUCH_FD + (int)fd;
}

int frame_fd(struct frame *f, size_t i)
{
	int fd = -1;

	if (frame_int(f, i, &fd))
		return -1;
	f->script_fd = fd;
	f->fd = run_fd_live(f->run, fd);
	return 0;
}

void frame_new_fd(struct frame *f, int64_t fd, int live, uint16_t port,
		  bool is_udp)
{
	if (fd < 0 || fd >= RUN_FDS_MAX)
		return;
	f->run->fd[fd] = (struct run_fd){
		.is_open = true, .live = live, .port = port, .is_udp = is_udp};
	f->run->fd_test = (int)fd;
}

void *frame_alloc(struct frame *f, size_t count, size_t size)
{
	void *p = arena_alloc(&f->run->arena, count ? count : 1, size);

	if (!p)
		run_fail(f->run, f->ev->pos, "no memory");
	return p;
}

const struct drill_value *value_field(const struct drill_value *v,
				      const char *name, size_t place)
{
	size_t i;

	if (v->kind != DV_FIELDS)
		return NULL;
	for (i = 0; i < v->count; i++)
		if (v->items[i].name && !strcmp(v->items[i].name, name))
			return &v->items[i];
	if (place < v->count && !v->items[place].name)
		return &v->items[place];
	return NULL;
}

static int64_t field_num(const struct drill_value *v, const char *name,
			 size_t place, int64_t dflt)
{
	const struct drill_value *field = value_field(v, name, place);

	return field && field->kind == DV_NUM ? field->num : dflt;
}

int frame_addr(struct frame *f, size_t i, uint32_t dflt_addr,
	       uint16_t dflt_port)
{
	const struct drill_value *v = frame_arg(f, i);
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_port = htons(dflt_port),
		.sin_addr.s_addr = htonl(dflt_addr),
	};

	f->addr_len = sizeof(sin);
	if (v->kind == DV_FIELDS) {
		sin.sin_family =
			(sa_family_t)field_num(v, "sa_family", 0, AF_INET);
		sin.sin_port = (in_port_t)field_num(v, "sin_port", 1, 0);
		sin.sin_addr.s_addr = (in_addr_t)field_num(v, "sin_addr", 2, 0);
	} else if (v->kind == DV_NUM && v->num == 0) {
		f->addr_len = 0;
	} else if (v->kind != DV_ANY) {
		return frame_bad(f, v,
				 "{sa_family = AF_INET, sin_port = "
				 "htons(..), sin_addr = inet_addr(..)} "
				 "or ...");
	}
	memcpy(&f->addr, &sin, sizeof(sin));
	return 0;
}

int frame_check(struct frame *f, const struct drill_value *want,
		const char *what, int64_t have)
{
	struct strbuf sb;
	char text[96];

	if (!want || want->kind == DV_ANY)
		return 0;
	if (want->kind != DV_NUM)
		return frame_bad(f, want, "a number");
	if (want->num == have)
		return 0;
	strbuf_init_fixed(&sb, text, sizeof(text));
	strbuf_printf(&sb, "%s is %lld", what, (long long)have);
	return run_differs(f->run, f->ev, text, "%s is %lld instead of %lld",
			   what, (long long)have, (long long)want->num);
}

int frame_check_addr(struct frame *f, size_t i)
{
	const struct drill_value *v = frame_arg(f, i);
	struct sockaddr_in sin;

	if (v->kind != DV_FIELDS)
		return 0;
	memcpy(&sin, &f->addr, sizeof(sin));
	if (frame_check(f, value_field(v, "sa_family", 0), "sa_family",
			sin.sin_family) ||
	    frame_check(f, value_field(v, "sin_port", 1), "sin_port",
			sin.sin_port))
		return -1;
	return frame_check(f, value_field(v, "sin_addr", 2), "sin_addr",
			   sin.sin_addr.s_addr);
}

/* By name, and if there are several by the count of arguments. */
static const struct call_kind *find(const char *name, size_t args)
{
	const struct call_kind *const tables[] = {
		call_sock_kinds, call_io_kinds, call_wait_kinds};
	const struct call_kind *kind, *found = NULL;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tables); i++)
		for (kind = tables[i]; kind->name; kind++)
			if (!strcmp(kind->name, name) &&
			    (!found || kind->args == args))
				found = kind;
	return found;
}

static void print_result(struct strbuf *sb, long ret, int err)
{
	strbuf_printf(sb, "it returned %ld", ret);
	if (ret < 0 && err)
		strbuf_printf(sb, " %s", drill_errno_name(err));
}

/* Is it what the script says? */
static int check_result(struct frame *f)
{
	const struct drill_value *want = &f->call->result;
	long have = f->ret;
	struct strbuf sb;
	char text[96];

	if (want->kind == DV_ANY)
		return 0;
	if (f->kind->makes_fd && want->num >= 0 && have >= 0)
		return 0; /* the script numbers descriptors itself */
	if (want->num == have &&
	    (have >= 0 || !f->call->err || f->call->err == f->err))
		return 0;
	strbuf_init_fixed(&sb, text, sizeof(text));
	print_result(&sb, f->ret, f->err);
	return run_differs(f->run, f->ev, text, "%s", text);
}

static void invoke(void *arg)
{
	struct frame *f = arg;

	errno = 0;
	f->kind->invoke(f);
	f->err = f->ret < 0 ? errno : 0;
}

/* A call without "..." has to return at the time it was made. */
static int idle(void *arg, uint64_t until_ns)
{
	struct frame *f = arg;
	struct drill_run *run = f->run;
	const struct drill_when *w = &f->ev->when;

	if (w->end == DRILL_ANY && f->call->result.kind != DV_ANY)
		return run_differs(run, f->ev, "it blocks",
				   "the call blocks; if it is to, its time is "
				   "written as start...end");
	return run_turn(run, until_ns);
}

/* Did it return when the script says? */
static int check_end(struct frame *f, int64_t began_us)
{
	const struct drill_when *w = &f->ev->when;
	int64_t end = w->end;

	if (end == DRILL_ANY)
		return 0;
	if (w->is_relative)
		end += began_us - w->from;
	return run_time_fits(f->run, f->ev, f->end_ns, end, end) ? 0 : -1;
}

static void make_call(struct frame *f)
{
	const struct drill_job job = {.fn = invoke, .idle = idle, .arg = f};
	struct drill_run *run = f->run;
	struct drill_port *port = run->port;
	const struct drill_event *outer = run->blocked;

	run->blocked = f->ev;
	f->end_ns = port->ops->block(port, &job, f->ev->when.end != DRILL_ANY);
	f->end_ns -= run->base_ns;
	run->blocked = outer;
}

int run_call(struct drill_run *run, const struct drill_event *ev)
{
	struct frame *f = arena_alloc(&run->arena, 1, sizeof(*f));
	int64_t began_us = run->last_us;

	if (!f)
		return run_fail(run, ev->pos, "no memory");
	f->run = run;
	f->ev = ev;
	f->call = ev->call;
	f->kind = find(ev->call->name, ev->call->arg_count);
	if (!f->kind)
		return run_fail(run, ev->pos, "there is no call %s() here",
				ev->call->name);
	if (ev->call->arg_count != f->kind->args)
		return run_fail(run, ev->pos, "%s() has %zu arguments",
				f->kind->name, f->kind->args);
	if (f->kind->prepare(f))
		return -1;
	run_line(run, DRILL_CALL, ev->text);
	make_call(f);
	if (run->is_failed || check_result(f) || check_end(f, began_us))
		return -1;
	return f->kind->finish ? f->kind->finish(f) : 0;
}
