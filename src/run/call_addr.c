// SPDX-License-Identifier: MIT
/*
 * call_addr.c - addresses in a program's memory
 *
 * What the kernel would complain of, and in which order, is complained of
 * here: a length that cannot be, a pointer that leads nowhere, a family that
 * nobody knows.
 */
#include <errno.h>
#include <sys/socket.h>

#include "api/sockaddr.h"
#include "run/call.h"
#include "vnet/vnet.h"

static int read_any(const struct call *call, uint64_t addr, uint64_t len,
		    struct sockaddr_storage *ss)
{
	int err;

	*ss = (struct sockaddr_storage){0};
	if ((int)len < 0 || (int)len > (int)sizeof(*ss))
		return -EINVAL;
	err = call_read(call, addr, ss, (size_t)(int)len);
	return !err && !call_is_alive(call) ? -EINTR : err;
}

int call_read_addr(const struct call *call, uint64_t addr, uint64_t len,
		   struct endpoint *ep)
{
	struct sockaddr_storage ss;
	int err = read_any(call, addr, len, &ss);

	if (err)
		return err;
	return sockaddr_to_endpoint((struct sockaddr *)&ss, (socklen_t)len, ep);
}

int call_read_bind(const struct call *call, struct endpoint *ep)
{
	const struct desc *d = call->desc;
	struct sockaddr_storage ss;
	struct sk_ll ll = {0};
	int domain = AF_INET, err;

	err = read_any(call, call->arg[1], call->arg[2], &ss);
	if (err)
		return err;
	if (ss.ss_family != AF_UNSPEC)
		return sockaddr_to_endpoint((struct sockaddr *)&ss,
					    (socklen_t)call->arg[2], ep);
	if (d->sk >= 0)
		(void)sk_getsockopt_int(desc_stack(d), d->sk, SOL_SOCKET,
					SO_DOMAIN, &domain);
	return sockaddr_to_bind((struct sockaddr *)&ss, (socklen_t)call->arg[2],
				domain, ep, &ll);
}

int call_write_name(const struct call *call, uint64_t addr, uint64_t len_addr,
		    const void *name, uint32_t len)
{
	int room, err;

	err = call_read(call, len_addr, &room, sizeof(room));
	if (err)
		return err;
	if (room < 0)
		return -EINVAL;
	if (!call_is_alive(call))
		return -EINTR;
	err = call_write(call, addr, name,
			 (size_t)room < len ? (size_t)room : len);
	return err ? err : call_write(call, len_addr, &len, sizeof(len));
}

int call_write_addr(const struct call *call, uint64_t addr, uint64_t len_addr,
		    const struct endpoint *ep)
{
	struct sockaddr_storage ss = {0};
	socklen_t len = sizeof(ss);

	sockaddr_from_endpoint(ep, (struct sockaddr *)&ss, &len);
	return call_write_name(call, addr, len_addr, &ss, len);
}
