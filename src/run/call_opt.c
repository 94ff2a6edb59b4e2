// SPDX-License-Identifier: MIT
/*
 * call_opt.c - setsockopt and getsockopt
 *
 * Theory of operation
 * ===================
 * Options are the stack's.  Some are also the descriptor's, because the kernel
 * acts on them when octets are moved or waited for.  Timeouts, which also bound
 * connect(2) and accept(2), are set in both places; urgent data in line and the
 * place of a peek only there.
 *
 * What was written before an option was set was written under the old one, so
 * it is taken in first.
 *
 * An error is the stack's.  The kernel may have its own for the same reason at
 * the descriptor (a reset); that is forgotten when the program asks.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "base/check.h"

#include "run/stream.h"
#include "sock/abi.h"
#include "vnet/vnet.h"

/* As many octets as any option has. */
enum { OPTION_MAX = 1024 };

/* clang-format off */
static const int also_native[] = {
	SO_RCVTIMEO, SO_SNDTIMEO, SK_SO_RCVTIMEO_NEW, SK_SO_SNDTIMEO_NEW,
};
static const int only_native[] = {
	SO_COOKIE, SO_PRIORITY, SO_OOBINLINE, SO_PEEK_OFF,
};
/* clang-format on */

static bool has(const int *set, size_t count, const struct call *call)
{
	if ((int)call->arg[1] != SOL_SOCKET)
		return false;
	for (size_t i = 0; i < count; i++)
		if (set[i] == (int)call->arg[2])
			return true;
	return false;
}

/* Which buffer the option is about, or the mark in one, or 0. */
static int size_name(const struct call *call)
{
	if ((int)call->arg[1] != SOL_SOCKET)
		return 0;
	switch ((int)call->arg[2]) {
	case SO_SNDBUF:
	case SO_SNDBUFFORCE:
		return SO_SNDBUF;
	case SO_RCVBUF:
	case SO_RCVBUFFORCE:
		return SO_RCVBUF;
	case SO_RCVLOWAT:
		return SO_RCVLOWAT;
	default:
		return 0;
	}
}

/* A buffer has another size now: so have those on the way to it. */
static void resize(struct call *call)
{
	struct desc *d = call->desc;
	int name = size_name(call), size = 0;

	if (name && d->ops->resize &&
	    !sk_getsockopt_int(desc_stack(d), d->sk, SOL_SOCKET, name, &size))
		d->ops->resize(d, call->fd, name, size / 2);
}

/* A connection that has died has no socket in the stack any more, but the
 * program's still has options.  Another socket answers for it. */
static int stand_in(struct desc *d)
{
	if (!d->host->is_on || !d->ops->again)
		return -EINVAL;
	return d->ops->again(d);
}

/* The program's memory is not ours: nothing of it could be lent. */
static bool is_lending(const struct opt *opt)
{
	int32_t value = 0;

	if (opt->level != SOL_SOCKET || opt->name != SO_ZEROCOPY)
		return false;
	memcpy(&value, opt->val, min_size(opt->len, sizeof(value)));
	return value == 1;
}

static int set_in_stack(struct desc *d, const struct opt *opt)
{
	int err, sk = d->sk >= 0 ? d->sk : stand_in(d);

	if (sk < 0)
		return sk;
	if (is_lending(opt))
		return -ENOPROTOOPT;
	err = sk_setsockopt(desc_stack(d), sk, opt->level, opt->name, opt->val,
			    opt->len);
	if (sk != d->sk)
		(void)sk_close(desc_stack(d), sk);
	return err;
}

/* To UDP both levels are the same. */
static bool is_udp(int level)
{
	return level == IPPROTO_UDP || level == IPPROTO_UDPLITE;
}

static int get_from_stack(struct desc *d, struct opt *opt)
{
	int err, sk = d->sk >= 0 ? d->sk : stand_in(d);

	if (sk < 0)
		return sk;
	err = sk_getsockopt(desc_stack(d), sk, opt->level, opt->name, opt->val,
			    &opt->len);
	if (sk != d->sk)
		(void)sk_close(desc_stack(d), sk);
	if (err == -EOPNOTSUPP && is_udp(opt->level) && !stream_is(d))
		return -ENOPROTOOPT; /* the level is known, but not this */
	return err;
}

/* Does the kernel want a number before it looks at anything else? */
static bool is_number(const struct desc *d, int level, int name)
{
	if (level == SOL_SOCKET)
		return name != SO_BINDTODEVICE;
	if (level == IPPROTO_TCP && stream_is(d))
		return name != TCP_CONGESTION && name != TCP_ULP &&
		       name != TCP_FASTOPEN_KEY;
	return is_udp(level) && !stream_is(d);
}

long call_setsockopt(struct call *call)
{
	struct desc *d = call->desc;
	int level = (int)call->arg[1], name = (int)call->arg[2];
	int len = (int)call->arg[4], err;
	uint8_t val[OPTION_MAX];
	struct opt opt = {level, name, val, 0};

	if (has(only_native, ARRAY_SIZE(only_native), call))
		return CALL_CONTINUE;
	if (len < 0 || (len < (int)sizeof(int) && is_number(d, level, name)))
		return -EINVAL;
	len = len > OPTION_MAX ? OPTION_MAX : len;
	err = call_read(call, call->arg[3], val, (size_t)len);
	if (!err && !call_is_alive(call))
		err = -EINTR;
	if (err)
		return err;
	opt.len = (size_t)len;
	if (d->ops->set) {
		err = d->ops->set(call, &opt);
		if (err != CALL_CONTINUE)
			return err;
	}
	if (d->sk >= 0 && d->ops->settle)
		d->ops->settle(d);
	err = set_in_stack(d, &opt);
	if (!err && d->sk >= 0)
		resize(call);
	if (!err && has(also_native, ARRAY_SIZE(also_native), call))
		(void)setsockopt(call->fd, level, name, val, (socklen_t)len);
	return err;
}

/* SO_ERROR: the stack's, or what the socket of the stack ended with. */
static int fetch_error(struct call *call, void *val, size_t *len)
{
	struct desc *d = call->desc;
	socklen_t native_len = sizeof(int);
	int native = 0, err = d->error;
	bool was_told = d->has_told;

	(void)getsockopt(call->fd, SOL_SOCKET, SO_ERROR, &native, &native_len);
	d->error = 0;
	d->has_told = false;
	desc_mark(d);
	if (was_told && !native) /* it has heard of it already */
		err = 0;
	if (d->sk >= 0 && !err)
		return sk_getsockopt(desc_stack(d), d->sk, SOL_SOCKET, SO_ERROR,
				     val, len);
	*len = min_size(*len, sizeof(err));
	memcpy(val, &err, *len);
	return 0;
}

static int fetch(struct call *call, int level, int name, void *val, size_t *len)
{
	struct desc *d = call->desc;
	struct opt opt = {level, name, val, *len};
	int err = CALL_CONTINUE;

	if (d->ops->get)
		err = d->ops->get(call, &opt);
	if (err == CALL_CONTINUE && level == SOL_SOCKET && name == SO_ERROR)
		return fetch_error(call, val, len);
	if (err == CALL_CONTINUE)
		err = get_from_stack(d, &opt);
	*len = opt.len;
	return err;
}

long call_getsockopt(struct call *call)
{
	uint8_t val[OPTION_MAX] = {0};
	size_t len = sizeof(val);
	int room, err;

	if (has(only_native, ARRAY_SIZE(only_native), call))
		return CALL_CONTINUE;
	err = call_read(call, call->arg[4], &room, sizeof(room));
	if (err)
		return err;
	if (room < 0)
		return -EINVAL;
	len = min_size(len, (size_t)room);
	/* Some are questions; who only wants an answer may have nothing there. */
	(void)call_read(call, call->arg[3], val, len);
	err = fetch(call, (int)call->arg[1], (int)call->arg[2], val, &len);
	if (err)
		return err;
	if (!call_is_alive(call))
		return -EINTR;
	room = (int)len;
	err = call_write(call, call->arg[3], val, len);
	return err ? err : call_write(call, call->arg[4], &room, sizeof(room));
}
