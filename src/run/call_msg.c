// SPDX-License-Identifier: MIT
/*
 * call_msg.c - sendto, sendmsg, recvfrom and their kin
 *
 * Theory of operation
 * ===================
 * Most messages have no address, and are the kernel's: octets into and out of
 * the descriptor.  One with an address is taken apart here, whichever call it
 * came with, and is the kind of socket's to send or to receive.  So is one with
 * flags that AF_UNIX does not know or takes for something else.
 *
 * What is wrong is said in the kernel's order: memory that is its own, the
 * descriptor, the address, the pieces, the ancillary data; then the socket's
 * state; and only then the octets are looked at.
 *
 * The filter cannot see into a struct msghdr, so all sendmsg(2) and recvmsg(2)
 * come here; those without an address and without ancillary data go on.
 *
 * Limits
 * ------
 * recvmmsg(2) receives as many messages as are there, and waits for no more
 * than the first, whatever its timeout is.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/check.h"

#include "run/msg.h"

/* From there on memory is the kernel's. */
#define MEMORY_END (UINT64_C(1) << 63)

/* Messages of one call. */
enum { MMSG_MAX = 1024 };

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

/* An address, and its length, as recvfrom(2) does it. */
static int write_name(const struct call *call, const struct msg *m,
		      const struct msg_about *about)
{
	int room, err;

	if (!m->name || !m->name_len_at)
		return 0;
	err = call_read(call, m->name_len_at, &room, sizeof(room));
	if (err)
		return err;
	if (room < 0)
		return -EINVAL;
	err = call_write(call, m->name, about->name,
			 min_size((size_t)room, about->name_len));
	return err ? err
		   : call_write(call, m->name_len_at, &about->name_len,
				sizeof(about->name_len));
}

/* What has no room is cut off, and that is said. */
static int write_control(const struct call *call, const struct msg *m,
			 struct msg_about *about)
{
	uint64_t len = min_size(about->control_len, m->control_len);
	int err;

	if (!m->control_len_at)
		return 0;
	if (len < about->control_len)
		about->flags |= MSG_CTRUNC;
	err = call_write(call, m->control, about->control, len);
	return err ? err
		   : call_write(call, m->control_len_at, &len, sizeof(len));
}

long msg_give(const struct call *call, const struct msg *m, const void *buf,
	      size_t len, struct msg_about *about, int flags)
{
	size_t n = min_size(len, m->len);
	int err = msg_write(call, m, buf, n);

	if (n < len)
		about->flags |= MSG_TRUNC;
	if (!err)
		err = write_name(call, m, about);
	if (!err)
		err = write_control(call, m, about);
	if (!err && m->flags_at)
		err = call_write(call, m->flags_at, &about->flags,
				 sizeof(about->flags));
	if (err)
		return err;
	return flags & MSG_TRUNC ? (long)len : (long)n;
}

bool msg_may_wait(const struct call *call, int flags)
{
	return !(flags & MSG_DONTWAIT) &&
	       !(fcntl(call->fd, F_GETFL) & O_NONBLOCK);
}

void msg_serve_parked(struct desc *d)
{
	struct list *pos, *next;
	int fd;

	if (list_is_empty(&d->parked))
		return;
	fd = desc_program_fd(d);
	list_for_each_safe(pos, next, &d->parked) {
		struct call *call = list_entry(pos, struct call, node);
		long answer = -EAGAIN;

		call->fd = fd;
		call->is_again = true;
		if (fd >= 0 && call_is_alive(call))
			answer = call_row_of(call->nr)->fn(call);
		else
			call_forget(call);
		if (answer != -EAGAIN)
			(void)call_finish(call, answer);
	}
	if (fd >= 0)
		close(fd);
}

/* Memory that no program has. */
static bool is_kernels(uint64_t addr, uint64_t len)
{
	return addr >= MEMORY_END || len > MEMORY_END - addr;
}

static int check_name(const struct call *call, const struct msg *m)
{
	uint8_t name[MSG_NAME];

	if (!m->name)
		return 0;
	if (m->name_len > sizeof(name))
		return -EINVAL;
	return call_read(call, m->name, name, m->name_len) ? -EFAULT : 0;
}

int msg_check(const struct call *call, const struct msg *m)
{
	uint8_t control[MSG_CONTROL];
	int err = check_name(call, m);

	if (err)
		return err;
	if (m->control_len > INT_MAX)
		return -ENOBUFS;
	return call_read(call, m->control, control,
			 min_size(m->control_len, sizeof(control)))
		       ? -EFAULT
		       : 0;
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

/* Are they pieces of the program's memory at all? */
static int check_pieces(const struct msg *m)
{
	for (size_t i = 0; i < m->count; i++) {
		size_t len = m->iov[i].iov_len;

		if (len > SSIZE_MAX)
			return -EINVAL;
		if (is_kernels((uintptr_t)m->iov[i].iov_base, len))
			return -EFAULT;
	}
	return 0;
}

static int read_pieces(const struct call *call, const struct msghdr *h,
		       struct msg *m)
{
	int err;

	if (h->msg_iovlen > MSG_PIECES)
		return -EMSGSIZE;
	m->count = h->msg_iovlen;
	err = call_read(call, (uintptr_t)h->msg_iov, m->iov,
			m->count * sizeof(m->iov[0]));
	if (!err)
		err = check_pieces(m);
	if (!err)
		msg_bound(m);
	return err;
}

/* Of a struct msghdr at @at; 0 or -errno.  Of what is sent the address is
 * looked at before the pieces. */
static int msg_header(const struct call *call, uint64_t at, struct msg *m,
		      bool is_sent)
{
	struct msghdr h;
	int err = call_read(call, at, &h, sizeof(h));

	if (err)
		return err;
	if (h.msg_name && (int)h.msg_namelen < 0)
		return -EINVAL;
	*m = (struct msg){
		.name = (uintptr_t)h.msg_name,
		.name_len = (uint32_t)min_size(h.msg_namelen, MSG_NAME),
		.name_len_at = at + offsetof(struct msghdr, msg_namelen),
		.flags_at = at + offsetof(struct msghdr, msg_flags),
		.control = (uintptr_t)h.msg_control,
		.control_len = h.msg_control ? h.msg_controllen : 0,
		.control_len_at = at + offsetof(struct msghdr, msg_controllen),
	};
	err = read_pieces(call, &h, m);
	return err && is_sent && check_name(call, m) ? -EFAULT : err;
}

/* IPv6 notes what did not fit in the queue of errors, IPv4 does not.  What is
 * left of the message is still too long. */
static bool is_told_of_size(const struct desc *d)
{
	int domain = AF_UNSPEC;

	if (d->sk >= 0)
		(void)sk_getsockopt_int(desc_stack(d), d->sk, SOL_SOCKET,
					SO_DOMAIN, &domain);
	return domain == AF_INET6;
}

/* What is wrong with a datagram, besides where it goes to and what is in it. */
static long check_dgram(const struct call *call, const struct msg *m, int flags)
{
	const struct desc *d = call->desc;
	bool is_lost =
		d->ops->needs_peer && !m->name && !d->has_peer && d->sk >= 0;
	bool is_long = (m->is_cut || (is_lost && m->len > UINT16_MAX)) &&
		       !is_told_of_size(d);
	bool is_urgent = d->ops->needs_peer && flags & MSG_OOB;
	int err = 0;

	if (is_lost || is_long || is_urgent)
		err = msg_check(call, m);
	if (err)
		return err;
	if (is_long)
		return -EMSGSIZE;
	if (is_urgent)
		return -EOPNOTSUPP;
	return is_lost ? -EDESTADDRREQ : 0;
}

static long send_msg(struct call *call, struct msg *m, int flags)
{
	const struct desc_ops *ops = call->desc->ops;
	bool is_special =
		m->name || m->control_len || flags & (MSG_MORE | MSG_DONTROUTE);
	long err;

	if (ops->send_to)
		return ops->send_to(call, m, flags);
	err = check_dgram(call, m, flags);
	if (err)
		return err;
	if (!ops->send || !(is_special || ops->takes_all)) {
		err = ops->owes ? ops->owes(call) : 0;
		return err ? err : CALL_CONTINUE;
	}
	return ops->send(call, m, flags);
}

static long recv_msg(struct call *call, struct msg *m, int flags)
{
	const struct desc_ops *ops = call->desc->ops;
	/* Who owes errors can tell them truly only here. */
	bool is_about = m->name || m->control_len || ops->owes ||
			flags & (MSG_ERRQUEUE | MSG_OOB);

	if (ops->recv_from)
		return ops->recv_from(call, m, flags);
	if (!ops->recv || !(is_about || ops->takes_all))
		return CALL_CONTINUE;
	return ops->recv(call, m, flags);
}

/* Before the kernel may do it. */
static void note_urgent(const struct call *call, uint64_t flags)
{
	call->desc->has_urged |= (flags & MSG_OOB) != 0;
}

long call_sendto(struct call *call)
{
	struct msg m;

	note_urgent(call, call->arg[3]);
	if (is_kernels(call->arg[1], min_size(call->arg[2], INT_MAX)))
		return -EFAULT;
	msg_simple(call, &m);
	m.is_cut = (size_t)call->arg[2] > MSG_OCTETS;
	m.name_len = (uint32_t)call->arg[5];
	return send_msg(call, &m, (int)call->arg[3]);
}

long call_recvfrom(struct call *call)
{
	struct msg m;

	if (is_kernels(call->arg[1], min_size(call->arg[2], INT_MAX)))
		return -EFAULT;
	msg_simple(call, &m);
	m.name_len_at = call->arg[5];
	return recv_msg(call, &m, (int)call->arg[3]);
}

/* Is the header at @at one that somebody here answers?  Of a stream that is
 * connected it has to have an address. */
static bool is_ours(const struct call *call, uint64_t at)
{
	const struct desc_ops *ops = call->desc->ops;
	uint64_t name = 0;

	if (!ops->send_to)
		return ops->send;
	if (ops->is_alone(call->desc))
		return true;
	return !call_read(call, at, &name, sizeof(name)) && name;
}

long call_sendmsg(struct call *call)
{
	struct msg m;
	int err;

	note_urgent(call, call->arg[2]);
	if (!is_ours(call, call->arg[1]))
		return CALL_CONTINUE;
	err = msg_header(call, call->arg[1], &m, true);
	return err ? err : send_msg(call, &m, (int)call->arg[2]);
}

long call_recvmsg(struct call *call)
{
	struct msg m;
	int err;

	if (!is_ours(call, call->arg[1]))
		return CALL_CONTINUE;
	err = msg_header(call, call->arg[1], &m, false);
	return err ? err : recv_msg(call, &m, (int)call->arg[2]);
}

long call_sendmmsg(struct call *call)
{
	unsigned int count = (unsigned int)call->arg[2], sent = 0;
	int flags = (int)call->arg[3];

	note_urgent(call, call->arg[3]);
	if (!is_ours(call, call->arg[1]))
		return CALL_CONTINUE;
	for (; sent < count && sent < MMSG_MAX; sent++) {
		uint64_t at = call->arg[1] + sent * sizeof(struct mmsghdr);
		struct msg m;
		long n = msg_header(call, at, &m, true);
		uint32_t len;

		if (sent)
			flags |= MSG_DONTWAIT | MSG_NOSIGNAL;
		if (!n)
			n = send_msg(call, &m, flags);
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

/* One of them, into the header at @at.  Its length, or as a call's answer. */
static long recv_one(struct call *call, uint64_t at, int flags)
{
	struct msg m;
	uint32_t len;
	long n = msg_header(call, at, &m, false);

	if (!n)
		n = recv_msg(call, &m, flags);
	if (n < 0)
		return n;
	len = (uint32_t)n;
	n = call_write(call, at + offsetof(struct mmsghdr, msg_len), &len,
		       sizeof(len));
	return n ? n : len;
}

/* As many as there are; it waits for the first one only. */
long call_recvmmsg(struct call *call)
{
	unsigned int count = (unsigned int)call->arg[2], got = 0;
	int flags = (int)call->arg[3] & ~MSG_WAITFORONE;

	if (!count || !is_ours(call, call->arg[1]))
		return CALL_CONTINUE;
	while (got < count && got < MMSG_MAX) {
		uint64_t at = call->arg[1] + got * sizeof(struct mmsghdr);
		long n = recv_one(call, at, flags | (got ? MSG_DONTWAIT : 0));

		if (n < 0)
			return got ? (long)got : n;
		got++;
	}
	return got;
}
