// SPDX-License-Identifier: MIT
/*
 * call_msg.c - sendto, sendmsg, recvfrom and their kin
 *
 * Theory of operation
 * ===================
 * Most messages have no address, and are the kernel's: octets into and out of
 * the descriptor.  One with an address is taken apart here, whichever call it
 * came with, and is the kind of socket's to send or to receive.
 *
 * The filter cannot see into a struct msghdr, so all sendmsg(2) and recvmsg(2)
 * come here; those without an address go on.
 *
 * Limits
 * ------
 * recvmmsg(2) with addresses receives one message, sendmmsg(2) as many as there
 * are.  No ancillary data comes with a message that has an address.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/check.h"

#include "run/msg.h"

static ssize_t memory_of(const struct call *call)
{
	return call->peer->tid;
}

int msg_read(const struct call *call, const struct msg *m, void *buf)
{
	struct iovec to = {buf, m->len};
	ssize_t n;

	if (!m->len)
		return 0;
	n = process_vm_readv((pid_t)memory_of(call), &to, 1, m->iov, m->count,
			     0);
	if (n < 0)
		return errno == EPERM ? -EPERM : -EFAULT;
	return (size_t)n == m->len ? 0 : -EFAULT;
}

int msg_write(const struct call *call, const struct msg *m, const void *buf,
	      size_t len)
{
	union {
		const void *in;
		void *out;
	} u = {buf};
	struct iovec from = {u.out, len};
	ssize_t n;

	if (!len)
		return 0;
	n = process_vm_writev((pid_t)memory_of(call), &from, 1, m->iov,
			      m->count, 0);
	if (n < 0)
		return errno == EPERM ? -EPERM : -EFAULT;
	return (size_t)n == len ? 0 : -EFAULT;
}

int msg_write_rest(const struct call *call, const struct msg *m,
		   const struct endpoint *from, int flags)
{
	uint64_t none = 0;
	int err = 0;

	if (m->name && m->name_len_at)
		err = call_write_addr(call, m->name, m->name_len_at, from);
	if (!err && m->flags_at)
		err = call_write(call, m->flags_at, &flags, sizeof(flags));
	if (!err && m->control_len_at)
		err = call_write(call, m->control_len_at, &none, sizeof(none));
	return err;
}

/* Of sendto(2) and recvfrom(2). */
static void msg_simple(const struct call *call, struct msg *m)
{
	size_t len = min_size((size_t)call->arg[2], MSG_OCTETS);

	*m = (struct msg){.name = call->arg[4], .count = 1, .len = len};
	m->iov[0].iov_base = (void *)(uintptr_t)call->arg[1];
	m->iov[0].iov_len = len;
}

/* No more than a datagram can have: is_cut says that there was more. */
static void msg_bound(struct msg *m)
{
	for (size_t i = 0; i < m->count; i++) {
		size_t room = MSG_OCTETS - m->len;

		m->is_cut |= m->iov[i].iov_len > room;
		m->iov[i].iov_len = min_size(m->iov[i].iov_len, room);
		m->len += m->iov[i].iov_len;
	}
}

/* Of a struct msghdr at @at; 0 or -errno. */
static int msg_header(const struct call *call, uint64_t at, struct msg *m)
{
	struct msghdr h;
	int err = call_read(call, at, &h, sizeof(h));

	if (err)
		return err;
	if (h.msg_iovlen > MSG_PIECES)
		return -EMSGSIZE;
	*m = (struct msg){
		.name = (uintptr_t)h.msg_name,
		.name_len = h.msg_namelen,
		.name_len_at = at + offsetof(struct msghdr, msg_namelen),
		.flags_at = at + offsetof(struct msghdr, msg_flags),
		.control_len_at = at + offsetof(struct msghdr, msg_controllen),
		.count = h.msg_iovlen,
	};
	err = call_read(call, (uintptr_t)h.msg_iov, m->iov,
			m->count * sizeof(m->iov[0]));
	if (!err)
		msg_bound(m);
	return err;
}

static long send_msg(struct call *call, struct msg *m, int flags)
{
	struct endpoint to;
	int err;

	if (!m->name || !call->desc->ops->send)
		return CALL_CONTINUE;
	if (m->is_cut)
		return -EMSGSIZE;
	err = call_read_addr(call, m->name, m->name_len, &to);
	return err ? err : call->desc->ops->send(call, m, flags, &to);
}

static long recv_msg(struct call *call, struct msg *m, int flags)
{
	if (!m->name || !call->desc->ops->recv)
		return CALL_CONTINUE;
	return call->desc->ops->recv(call, m, flags);
}

long call_sendto(struct call *call)
{
	struct msg m;

	msg_simple(call, &m);
	if ((size_t)call->arg[2] > MSG_OCTETS && call->desc->ops->send)
		return -EMSGSIZE;
	m.name_len = (uint32_t)call->arg[5];
	return send_msg(call, &m, (int)call->arg[3]);
}

long call_recvfrom(struct call *call)
{
	struct msg m;

	msg_simple(call, &m);
	m.name_len_at = call->arg[5];
	return recv_msg(call, &m, (int)call->arg[3]);
}

long call_sendmsg(struct call *call)
{
	struct msg m;
	int err = msg_header(call, call->arg[1], &m);

	if (!call->desc->ops->send)
		return CALL_CONTINUE;
	return err ? err : send_msg(call, &m, (int)call->arg[2]);
}

long call_recvmsg(struct call *call)
{
	struct msg m;
	int err = msg_header(call, call->arg[1], &m);

	if (!call->desc->ops->recv)
		return CALL_CONTINUE;
	return err ? err : recv_msg(call, &m, (int)call->arg[2]);
}

long call_sendmmsg(struct call *call)
{
	unsigned int count = (unsigned int)call->arg[2], sent = 0;

	if (!call->desc->ops->send)
		return CALL_CONTINUE;
	for (; sent < count && sent < 1024; sent++) {
		uint64_t at = call->arg[1] + sent * sizeof(struct mmsghdr);
		struct msg m;
		long n = msg_header(call, at, &m);
		uint32_t len;

		if (!n)
			n = send_msg(call, &m, (int)call->arg[3]);
		if (n == CALL_CONTINUE && !sent)
			return CALL_CONTINUE;
		if (n < 0)
			return sent ? (long)sent : n;
		len = (uint32_t)n;
		n = call_write(call, at + offsetof(struct mmsghdr, msg_len),
			       &len, sizeof(len));
		if (n)
			return n;
	}
	return sent;
}

long call_recvmmsg(struct call *call)
{
	uint64_t at = call->arg[1];
	struct msg m;
	uint32_t len;
	long n;

	if (!call->desc->ops->recv || !call->arg[2])
		return CALL_CONTINUE;
	n = msg_header(call, at, &m);
	if (!n)
		n = recv_msg(call, &m, (int)call->arg[3]);
	if (n < 0)
		return n;
	len = (uint32_t)n;
	n = call_write(call, at + offsetof(struct mmsghdr, msg_len), &len,
		       sizeof(len));
	return n ? n : 1;
}
