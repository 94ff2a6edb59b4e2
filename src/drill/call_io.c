// SPDX-License-Identifier: MIT
/*
 * call_io.c - reading and writing
 *
 * Where a script writes "..." for octets, it is those of one endless stream
 * (flow_octet()), each at its place.  So what is sent can be verified on the
 * wire, and what is read, too; a stack that loses, repeats or mixes up octets
 * is found out although no script says anything about them.
 */

#include <stdlib.h>
#include <string.h>

#include "base/check.h"

#include "drill/call.h"
#include "drill/flow.h"

#define LEN_MAX ((int64_t)64 << 20)

static int frame_len(struct frame *f, size_t i, size_t *len)
{
	const struct drill_value *v = frame_arg(f, i);

	if (v->kind != DV_NUM || v->num < 0 || v->num > LEN_MAX)
		return frame_bad(f, v, "a length");
	*len = (size_t)v->num;
	return 0;
}

static struct run_fd *fd_of(struct frame *f)
{
	return run_fd_at(f->run, f->script_fd);
}

/* Octets that are not those of the endless stream are followed no longer. */
static void lose_track(struct frame *f)
{
	struct run_fd *fd = fd_of(f);

	f->run->flows->is_opaque = true;
	if (fd)
		fd->is_opaque = true;
}

static void fill_stream(struct frame *f, uint8_t *to, size_t len, uint32_t off)
{
	struct run_fd *fd = fd_of(f);
	size_t i;

	if (fd && !fd->is_udp)
		off += fd->sent;
	for (i = 0; i < len; i++)
		to[i] = flow_octet(off + (uint32_t)i);
}

/* Octets to send, in argument @i; @f->len of them. */
static int fill_buf(struct frame *f, const struct drill_value *v, uint8_t *to,
		    size_t len, uint32_t off)
{
	if (v->kind == DV_TEXT) {
		memcpy(to, v->text, min_size(v->len, len));
		lose_track(f);
		return 0;
	}
	if (v->kind != DV_ANY)
		return frame_bad(f, v, "... or \"text\"");
	fill_stream(f, to, len, off);
	return 0;
}

static int prepare_write(struct frame *f)
{
	if (frame_fd(f, 0) || frame_len(f, 2, &f->len))
		return -1;
	f->buf = frame_alloc(f, f->len, 1);
	if (!f->buf)
		return -1;
	return fill_buf(f, frame_arg(f, 1), f->buf, f->len, 0);
}

static int prepare_read(struct frame *f)
{
	if (frame_fd(f, 0) || frame_len(f, 2, &f->len))
		return -1;
	f->buf = frame_alloc(f, f->len, 1);
	return f->buf ? 0 : -1;
}

static int prepare_send(struct frame *f)
{
	if (frame_int(f, 3, &f->n[0]) || prepare_write(f))
		return -1;
	if (f->n[0] & MSG_OOB)
		lose_track(f);
	return 0;
}

static int prepare_recv(struct frame *f)
{
	return frame_int(f, 3, &f->n[0]) ? -1 : prepare_read(f);
}

static int prepare_sendto(struct frame *f)
{
	const struct drill_config *cfg = &f->run->script->cfg;
	const struct flow *flow = f->run->flows->current;
	uint16_t port = flow && flow->is_udp ? flow->rport : cfg->connect_port;

	if (prepare_send(f))
		return -1;
	return frame_addr(f, 4, cfg->remote_ip, port);
}

static int prepare_recvfrom(struct frame *f)
{
	f->addr_len = sizeof(f->addr);
	return prepare_recv(f);
}

static void invoke_read(struct frame *f)
{
	struct drill_table *t = frame_table(f);

	f->ret = t->read(t->userdata, f->fd, f->buf, f->len);
}

static void invoke_write(struct frame *f)
{
	struct drill_table *t = frame_table(f);

	f->ret = t->write(t->userdata, f->fd, f->buf, f->len);
}

static void invoke_recv(struct frame *f)
{
	struct drill_table *t = frame_table(f);

	f->ret = t->recv(t->userdata, f->fd, f->buf, f->len, f->n[0]);
}

static void invoke_send(struct frame *f)
{
	struct drill_table *t = frame_table(f);

	f->ret = t->send(t->userdata, f->fd, f->buf, f->len, f->n[0]);
}

static void invoke_recvfrom(struct frame *f)
{
	struct drill_table *t = frame_table(f);

	f->ret = t->recvfrom(t->userdata, f->fd, f->buf, f->len, f->n[0],
			     (struct sockaddr *)&f->addr, &f->addr_len);
}

static void invoke_sendto(struct frame *f)
{
	struct drill_table *t = frame_table(f);

	f->ret = t->sendto(t->userdata, f->fd, f->buf, f->len, f->n[0],
			   f->addr_len ? (struct sockaddr *)&f->addr : NULL,
			   f->addr_len);
}

static int finish_sent(struct frame *f)
{
	struct run_fd *fd = fd_of(f);

	if (fd && f->ret > 0)
		fd->sent += (uint32_t)f->ret;
	return 0;
}

/* A text that was read is compared with the script's. */
static int check_text(struct frame *f, const struct drill_value *v)
{
	if (f->ret < 0 ||
	    ((size_t)f->ret == v->len && !memcmp(f->buf, v->text, v->len)))
		return 0;
	return run_differs(f->run, f->ev, "other octets",
			   "other octets were "
			   "read");
}

/* @len octets at @buf are those at the reader's place, @off further. */
static int check_stream(struct frame *f, const uint8_t *buf, size_t len,
			uint32_t off)
{
	const struct run_fd *fd = fd_of(f);
	size_t i;

	if (!fd || fd->is_opaque)
		return 0;
	if (!fd->is_udp)
		off += fd->received;
	for (i = 0; i < len; i++)
		if (buf[i] != flow_octet(off + (uint32_t)i))
			return run_differs(f->run, f->ev, "other octets",
					   "octet %zu is not the one that was "
					   "sent",
					   i);
	return 0;
}

static void has_read(struct frame *f, int flags)
{
	struct run_fd *fd = fd_of(f);

	if (fd && f->ret > 0 && !(flags & MSG_PEEK))
		fd->received += (uint32_t)f->ret;
}

static int finish_read(struct frame *f)
{
	const struct drill_value *v = frame_arg(f, 1);
	int ret = 0;

	if (f->ret <= 0)
		return 0;
	if (v->kind == DV_TEXT)
		ret = check_text(f, v);
	else if (!(f->n[0] & (MSG_TRUNC | MSG_OOB)))
		ret = check_stream(f, f->buf, (size_t)f->ret, 0);
	has_read(f, f->n[0]);
	return ret;
}

static int finish_recvfrom(struct frame *f)
{
	if (finish_read(f))
		return -1;
	return f->ret >= 0 && f->addr_len ? frame_check_addr(f, 4) : 0;
}

/* [{..., 1000}, {..., 20}] */
static int prepare_iov(struct frame *f, const struct drill_value *v,
		       bool is_send)
{
	size_t i, off = 0;

	if (v->kind != DV_LIST)
		return frame_bad(f, v, "[{..., length}, ...]");
	f->iov_count = v->count;
	f->iov = frame_alloc(f, v->count, sizeof(*f->iov));
	if (!f->iov)
		return -1;
	for (i = 0; i < v->count; i++) {
		const struct drill_value *base, *len;

		base = value_field(&v->items[i], "iov_base", 0);
		len = value_field(&v->items[i], "iov_len", 1);
		if (!base || !len || len->kind != DV_NUM || len->num < 0 ||
		    len->num > LEN_MAX)
			return frame_bad(f, &v->items[i], "{..., length}");
		f->iov[i].iov_len = (size_t)len->num;
		f->iov[i].iov_base = frame_alloc(f, f->iov[i].iov_len, 1);
		if (!f->iov[i].iov_base)
			return -1;
		if (is_send && fill_buf(f, base, f->iov[i].iov_base,
					f->iov[i].iov_len, (uint32_t)off))
			return -1;
		off += f->iov[i].iov_len;
	}
	return 0;
}

static int prepare_writev(struct frame *f)
{
	return frame_fd(f, 0) || prepare_iov(f, frame_arg(f, 1), true) ? -1 : 0;
}

static int prepare_readv(struct frame *f)
{
	return frame_fd(f, 0) || prepare_iov(f, frame_arg(f, 1), false) ? -1
									: 0;
}

static void invoke_readv(struct frame *f)
{
	struct drill_table *t = frame_table(f);

	f->ret = t->readv(t->userdata, f->fd, f->iov, (int)f->iov_count);
}

static void invoke_writev(struct frame *f)
{
	struct drill_table *t = frame_table(f);

	f->ret = t->writev(t->userdata, f->fd, f->iov, (int)f->iov_count);
}

static int check_iov(struct frame *f)
{
	size_t i, left = (size_t)f->ret, off = 0;

	for (i = 0; i < f->iov_count && left; i++) {
		size_t n = min_size(left, f->iov[i].iov_len);

		if (check_stream(f, f->iov[i].iov_base, n, (uint32_t)off))
			return -1;
		off += n;
		left -= n;
	}
	return 0;
}

static int finish_readv(struct frame *f)
{
	int ret = f->ret > 0 ? check_iov(f) : 0;

	has_read(f, f->n[0]);
	return ret;
}

/* {msg_name(...) = ..., msg_iov(1) = [{..., 1000}], msg_flags = 0} */
static int prepare_msg(struct frame *f, bool is_send)
{
	const struct drill_value *v = frame_arg(f, 1), *iov, *control;

	if (frame_fd(f, 0) || frame_int(f, 2, &f->n[0]))
		return -1;
	iov = value_field(v, "msg_iov", 9);
	control = value_field(v, "msg_control", 9);
	if (v->kind != DV_FIELDS || !iov)
		return frame_bad(f, v,
				 "{msg_name(...) = ..., msg_iov(1) = "
				 "[{..., length}], msg_flags = 0}");
	if (control && is_send && control->kind == DV_LIST && control->count)
		return frame_bad(f, control,
				 "no msg_control, which is not "
				 "supported yet");
	if (prepare_iov(f, iov, is_send))
		return -1;
	f->msg.msg_iov = f->iov;
	f->msg.msg_iovlen = f->iov_count;
	return 0;
}

static int prepare_sendmsg(struct frame *f)
{
	return prepare_msg(f, true);
}

static int prepare_recvmsg(struct frame *f)
{
	f->msg.msg_name = &f->addr;
	f->msg.msg_namelen = sizeof(f->addr);
	return prepare_msg(f, false);
}

static void invoke_sendmsg(struct frame *f)
{
	struct drill_table *t = frame_table(f);

	f->ret = t->sendmsg(t->userdata, f->fd, &f->msg, f->n[0]);
}

static void invoke_recvmsg(struct frame *f)
{
	struct drill_table *t = frame_table(f);

	f->ret = t->recvmsg(t->userdata, f->fd, &f->msg, f->n[0]);
}

static int finish_recvmsg(struct frame *f)
{
	const struct drill_value *v = frame_arg(f, 1);

	if (f->ret < 0)
		return 0;
	if (frame_check(f, value_field(v, "msg_flags", 9), "msg_flags",
			f->msg.msg_flags))
		return -1;
	return finish_readv(f);
}

/* clang-format off */
const struct call_kind call_io_kinds[] = {
	{"read",	3, prepare_read,     invoke_read,     finish_read,     false},
	{"write",	3, prepare_write,    invoke_write,    finish_sent,     false},
	{"recv",	4, prepare_recv,     invoke_recv,     finish_read,     false},
	{"send",	4, prepare_send,     invoke_send,     finish_sent,     false},
	{"recvfrom",	6, prepare_recvfrom, invoke_recvfrom, finish_recvfrom, false},
	{"sendto",	6, prepare_sendto,   invoke_sendto,   finish_sent,     false},
	{"readv",	3, prepare_readv,    invoke_readv,    finish_readv,    false},
	{"writev",	3, prepare_writev,   invoke_writev,   finish_sent,     false},
	{"recvmsg",	3, prepare_recvmsg,  invoke_recvmsg,  finish_recvmsg,  false},
	{"sendmsg",	3, prepare_sendmsg,  invoke_sendmsg,  finish_sent,     false},
	{0},
};
/* clang-format on */
