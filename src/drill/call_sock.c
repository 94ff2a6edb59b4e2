// SPDX-License-Identifier: MIT
/*
 * call_sock.c - opening, closing and setting
 */

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/ioctl.h>

#include "drill/call.h"
#include "drill/flow.h"

static int prepare_socket(struct frame *f)
{
	f->n[0] = AF_INET;
	if (frame_arg(f, 0)->kind != DV_ANY && frame_int(f, 0, &f->n[0]))
		return -1;
	return frame_int(f, 1, &f->n[1]) || frame_int(f, 2, &f->n[2]) ? -1 : 0;
}

static void invoke_socket(struct frame *f)
{
	struct drill_table *t = frame_table(f);

	f->ret = t->socket(t->userdata, f->n[0], f->n[1], f->n[2]);
}

/* The script's number, where it says one. */
static int64_t new_number(const struct frame *f)
{
	return f->call->result.kind == DV_NUM ? f->call->result.num : f->ret;
}

static int finish_socket(struct frame *f)
{
	if (f->ret >= 0)
		frame_new_fd(f, new_number(f), (int)f->ret, 0,
			     (f->n[1] & 15) == SOCK_DGRAM);
	return 0;
}

static int prepare_bind(struct frame *f)
{
	const struct drill_config *cfg = &f->run->script->cfg;

	if (frame_fd(f, 0))
		return -1;
	return frame_addr(f, 1, cfg->local_ip, cfg->bind_port);
}

static void invoke_bind(struct frame *f)
{
	struct drill_table *t = frame_table(f);

	f->ret = t->bind(t->userdata, f->fd, (struct sockaddr *)&f->addr,
			 f->addr_len);
}

static int finish_bind(struct frame *f)
{
	struct run_fd *fd = run_fd_at(f->run, f->script_fd);
	struct sockaddr_in sin;

	memcpy(&sin, &f->addr, sizeof(sin));
	if (fd && f->ret == 0)
		fd->port = ntohs(sin.sin_port);
	if (fd && f->ret == 0 && fd->is_udp)
		f->run->udp_port = fd->port;
	return 0;
}

static int prepare_connect(struct frame *f)
{
	const struct drill_config *cfg = &f->run->script->cfg;

	if (frame_fd(f, 0))
		return -1;
	return frame_addr(f, 1, cfg->remote_ip, cfg->connect_port);
}

static void invoke_connect(struct frame *f)
{
	struct drill_table *t = frame_table(f);

	f->ret = t->connect(t->userdata, f->fd, (struct sockaddr *)&f->addr,
			    f->addr_len);
}

static int finish_connect(struct frame *f)
{
	f->run->fd_test = (int)f->script_fd;
	return 0;
}

static int prepare_fd_int(struct frame *f)
{
	return frame_fd(f, 0) || frame_int(f, 1, &f->n[0]) ? -1 : 0;
}

static void invoke_listen(struct frame *f)
{
	struct drill_table *t = frame_table(f);

	f->ret = t->listen(t->userdata, f->fd, f->n[0]);
}

static int finish_listen(struct frame *f)
{
	struct run_fd *fd = run_fd_at(f->run, f->script_fd);

	if (fd && f->ret == 0 && fd->port)
		f->run->flows->listen_port = fd->port;
	return 0;
}

static int prepare_accept(struct frame *f)
{
	f->addr_len = sizeof(f->addr);
	return frame_fd(f, 0);
}

static void invoke_accept(struct frame *f)
{
	struct drill_table *t = frame_table(f);

	f->ret = t->accept(t->userdata, f->fd, (struct sockaddr *)&f->addr,
			   &f->addr_len);
}

static int finish_accept(struct frame *f)
{
	const struct run_fd *listener = run_fd_at(f->run, f->script_fd);

	if (f->ret < 0)
		return 0;
	frame_new_fd(f, new_number(f), (int)f->ret,
		     listener ? listener->port : 0, false);
	return frame_check_addr(f, 1);
}

static int prepare_fd(struct frame *f)
{
	return frame_fd(f, 0);
}

static void invoke_close(struct frame *f)
{
	struct drill_table *t = frame_table(f);

	f->ret = t->close(t->userdata, f->fd);
}

static int finish_close(struct frame *f)
{
	struct drill_run *run = f->run;
	struct run_fd *fd = run_fd_at(run, f->script_fd);
	int i;

	if (!fd || f->ret)
		return 0;
	fd->is_open = false;
	if (run->fd_test != f->script_fd)
		return 0;
	for (i = RUN_FDS_MAX - 1; i >= 0 && !run->fd[i].is_open; i--)
		;
	run->fd_test = i;
	return 0;
}

static void invoke_shutdown(struct frame *f)
{
	struct drill_table *t = frame_table(f);

	f->ret = t->shutdown(t->userdata, f->fd, f->n[0]);
}

static int prepare_fcntl(struct frame *f)
{
	if (prepare_fd_int(f))
		return -1;
	return f->call->arg_count > 2 ? frame_int(f, 2, &f->n[1]) : 0;
}

static void invoke_fcntl(struct frame *f)
{
	struct drill_table *t = frame_table(f);

	f->ret = t->fcntl(t->userdata, f->fd, f->n[0], f->n[1]);
}

static int finish_fcntl(struct frame *f)
{
	if (f->n[0] == F_DUPFD && f->ret >= 0)
		frame_new_fd(f, new_number(f), (int)f->ret, 0, false);
	return 0;
}

/* ioctl(4, SIOCINQ, [1000]): the number comes back, or goes in. */
static int prepare_ioctl(struct frame *f)
{
	const struct drill_value *v = frame_arg(f, 2);

	if (prepare_fd_int(f))
		return -1;
	if (v->kind == DV_LIST && v->count == 1 && v->items[0].kind == DV_NUM)
		f->n[1] = f->n[0] == FIONBIO ? (int)v->items[0].num : 0;
	else if (v->kind != DV_ANY && v->kind != DV_LIST)
		return frame_bad(f, v, "[number] or ...");
	return 0;
}

static void invoke_ioctl(struct frame *f)
{
	struct drill_table *t = frame_table(f);

	f->ret = t->ioctl(t->userdata, f->fd, (unsigned long)f->n[0], &f->n[1]);
}

static int finish_ioctl(struct frame *f)
{
	const struct drill_value *v = frame_arg(f, 2);

	if (f->ret || v->kind != DV_LIST || v->count != 1)
		return 0;
	return frame_check(f, &v->items[0], "the number", f->n[1]);
}

static int64_t field(const struct drill_value *v, const char *name,
		     size_t place)
{
	const struct drill_value *item = value_field(v, name, place);

	return item && item->kind == DV_NUM ? item->num : 0;
}

/* A structure as the option has it. */
static int put_fields(struct frame *f, const struct drill_value *v)
{
	struct linger l;
	struct timeval tv;

	if (f->n[0] == SOL_SOCKET && f->n[1] == SO_LINGER) {
		l.l_onoff = (int)field(
			v, value_field(v, "l_onoff", 9) ? "l_onoff" : "onoff",
			0);
		l.l_linger = (int)field(
			v,
			value_field(v, "l_linger", 9) ? "l_linger" : "linger",
			1);
		f->val_len = sizeof(l);
		memcpy(f->val, &l, sizeof(l));
		return 0;
	}
	if (f->n[0] == SOL_SOCKET &&
	    (f->n[1] == SO_RCVTIMEO || f->n[1] == SO_SNDTIMEO)) {
		tv.tv_sec = (time_t)field(v, "tv_sec", 0);
		tv.tv_usec = (suseconds_t)field(v, "tv_usec", 1);
		f->val_len = sizeof(tv);
		memcpy(f->val, &tv, sizeof(tv));
		return 0;
	}
	return frame_bad(f, v, "[number] or \"text\"");
}

static int put_value(struct frame *f, const struct drill_value *v)
{
	int num = 0;

	switch (v->kind) {
	case DV_TEXT:
		f->val_len =
			(socklen_t)(v->len < sizeof(f->val) ? v->len
							    : sizeof(f->val));
		memcpy(f->val, v->text, f->val_len);
		return 0;
	case DV_FIELDS:
		return put_fields(f, v);
	case DV_LIST:
		if (v->count == 1 && v->items[0].kind == DV_FIELDS)
			return put_fields(f, &v->items[0]);
		if (v->count != 1 || v->items[0].kind != DV_NUM)
			return frame_bad(f, v, "[number]");
		num = (int)v->items[0].num;
		break;
	case DV_NUM:
		num = (int)v->num;
		break;
	case DV_ANY:
	default:
		break;
	}
	f->val_len = sizeof(num);
	memcpy(f->val, &num, sizeof(num));
	return 0;
}

static int prepare_setsockopt(struct frame *f)
{
	const struct drill_value *len = frame_arg(f, 4);

	if (frame_fd(f, 0) || frame_int(f, 1, &f->n[0]) ||
	    frame_int(f, 2, &f->n[1]) || put_value(f, frame_arg(f, 3)))
		return -1;
	if (len->kind == DV_NUM && len->num >= 0 &&
	    len->num <= (int64_t)sizeof(f->val))
		f->val_len = (socklen_t)len->num;
	return 0;
}

static void invoke_setsockopt(struct frame *f)
{
	struct drill_table *t = frame_table(f);

	f->ret = t->setsockopt(t->userdata, f->fd, f->n[0], f->n[1], f->val,
			       f->val_len);
}

static int prepare_getsockopt(struct frame *f)
{
	const struct drill_value *len = frame_arg(f, 4);

	f->val_len = sizeof(f->val);
	if (frame_fd(f, 0) || frame_int(f, 1, &f->n[0]) ||
	    frame_int(f, 2, &f->n[1]))
		return -1;
	if (len->kind == DV_LIST && len->count == 1 &&
	    len->items[0].kind == DV_NUM && len->items[0].num >= 0 &&
	    len->items[0].num <= (int64_t)sizeof(f->val))
		f->val_len = (socklen_t)len->items[0].num;
	return 0;
}

static void invoke_getsockopt(struct frame *f)
{
	struct drill_table *t = frame_table(f);

	f->ret = t->getsockopt(t->userdata, f->fd, f->n[0], f->n[1], f->val,
			       &f->val_len);
}

/* {tcpi_state = 1, tcpi_rtt = 10000} */
static int check_info(struct frame *f, const struct drill_value *want)
{
	size_t i;

	for (i = 0; i < want->count; i++) {
		const struct drill_value *v = &want->items[i];
		int n = v->name ? drill_info_field(v->name, strlen(v->name))
				: -1;

		if (n < 0)
			return frame_bad(f, v, "a field of tcp_info");
		if (frame_check(f, v, v->name,
				drill_info_value(f->val, f->val_len, n)))
			return -1;
	}
	return 0;
}

static int check_struct(struct frame *f, const struct drill_value *want)
{
	struct linger l;

	if (f->n[1] == TCP_INFO && f->n[0] == IPPROTO_TCP)
		return check_info(f, want);
	if (f->n[1] != SO_LINGER)
		return frame_bad(f, want, "[number], \"text\" or ...");
	memcpy(&l, f->val, sizeof(l));
	if (frame_check(f, value_field(want, "onoff", 0), "onoff", l.l_onoff))
		return -1;
	return frame_check(f, value_field(want, "linger", 1), "linger",
			   l.l_linger);
}

static int finish_getsockopt(struct frame *f)
{
	const struct drill_value *want = frame_arg(f, 3);
	int num;

	if (f->ret < 0 || want->kind == DV_ANY)
		return 0;
	if (want->kind == DV_LIST && want->count == 1 &&
	    want->items[0].kind == DV_FIELDS)
		want = &want->items[0];
	if (want->kind == DV_FIELDS)
		return check_struct(f, want);
	if (want->kind == DV_TEXT) {
		f->val[sizeof(f->val) - 1] = '\0';
		if (!strcmp((char *)f->val, want->text))
			return 0;
		return run_differs(f->run, f->ev, (char *)f->val,
				   "it is \"%s\"", (char *)f->val);
	}
	if (want->kind != DV_LIST || want->count != 1)
		return frame_bad(f, want,
				 "[number], \"text\", {fields} or "
				 "...");
	memcpy(&num, f->val, sizeof(num));
	return frame_check(f, &want->items[0], "the value", num);
}

/* clang-format off */
const struct call_kind call_sock_kinds[] = {
	{"socket",	3, prepare_socket,	invoke_socket,	   finish_socket,     true},
	{"bind",	3, prepare_bind,	invoke_bind,	   finish_bind,	      false},
	{"listen",	2, prepare_fd_int,	invoke_listen,	   finish_listen,     false},
	{"accept",	3, prepare_accept,	invoke_accept,	   finish_accept,     true},
	{"connect",	3, prepare_connect,	invoke_connect,	   finish_connect,    false},
	{"close",	1, prepare_fd,		invoke_close,	   finish_close,      false},
	{"shutdown",	2, prepare_fd_int,	invoke_shutdown,   NULL,	      false},
	{"fcntl",	3, prepare_fcntl,	invoke_fcntl,	   finish_fcntl,      false},
	{"fcntl",	2, prepare_fcntl,	invoke_fcntl,	   finish_fcntl,      false},
	{"ioctl",	3, prepare_ioctl,	invoke_ioctl,	   finish_ioctl,      false},
	{"setsockopt",	5, prepare_setsockopt,	invoke_setsockopt, NULL,	      false},
	{"getsockopt",	5, prepare_getsockopt,	invoke_getsockopt, finish_getsockopt, false},
	{0},
};
/* clang-format on */
