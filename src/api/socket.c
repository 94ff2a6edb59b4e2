// SPDX-License-Identifier: MIT
/*
 * socket.c - the calls of POSIX: addresses and results translated, no more
 *
 * Two have seven parameters, for POSIX gave them six.
 */

#include <fcntl.h>
#include <net/if.h>
#include <stdarg.h>
#include <string.h>

#include "api/api_int.h"
#include "api/sockaddr.h"
#include "sock/file_async.h"
#include "sock/sock.h"

int weft_socket(struct weft_stack *ws, int domain, int type, int protocol)
{
	API_CALL(ws);

	return (int)api_result(sk_socket(call.stack, domain, type, protocol));
}

int weft_bind(struct weft_stack *ws, int fd, const struct sockaddr *addr,
	      socklen_t len)
{
	API_CALL(ws);
	struct sk_ll ll = {0};
	struct endpoint ep;
	int domain = AF_INET, err;

	(void)sk_getsockopt_int(call.stack, fd, SOL_SOCKET, SO_DOMAIN, &domain);
	err = sockaddr_to_bind(addr, len, domain, &ep, &ll);
	if (!err && ll.family)
		err = sk_bind_ll(call.stack, fd, &ll);
	else if (!err)
		err = sk_bind(call.stack, fd, &ep);
	return (int)api_result(err);
}

int weft_listen(struct weft_stack *ws, int fd, int backlog)
{
	API_CALL(ws);

	return (int)api_result(sk_listen(call.stack, fd, backlog));
}

int weft_accept4(struct weft_stack *ws, int fd, struct sockaddr *addr,
		 socklen_t *len, int flags)
{
	API_CALL(ws);
	struct endpoint peer;
	int ret = sk_accept4(call.stack, fd, &peer, flags);

	if (ret >= 0)
		sockaddr_from_endpoint(&peer, addr, len);
	return (int)api_result(ret);
}

int weft_accept(struct weft_stack *ws, int fd, struct sockaddr *addr,
		socklen_t *len)
{
	return weft_accept4(ws, fd, addr, len, 0);
}

int weft_connect(struct weft_stack *ws, int fd, const struct sockaddr *addr,
		 socklen_t len)
{
	API_CALL(ws);
	struct endpoint ep;
	int err = sockaddr_to_endpoint(addr, len, &ep);

	if (!err)
		err = sk_connect(call.stack, fd, &ep);
	return (int)api_result(err);
}

/* NOLINTNEXTLINE(readability-function-size) */
ssize_t weft_sendto(struct weft_stack *ws, int fd, const void *buf, size_t len,
		    int flags, const struct sockaddr *addr, socklen_t addrlen)
{
	API_CALL(ws);
	struct sk_iovec iov = {.len = len};
	struct sk_msg msg = {.has_name = addr, .iov = &iov, .iov_count = 1};
	int err = 0;

	memcpy(&iov.base, &buf, sizeof(buf)); /* is only read from */
	if (addr)
		err = sockaddr_to_name(addr, addrlen, &msg.name, &msg.ll);
	return api_result(err ? err : sk_sendmsg(call.stack, fd, &msg, flags));
}

ssize_t weft_send(struct weft_stack *ws, int fd, const void *buf, size_t len,
		  int flags)
{
	return weft_sendto(ws, fd, buf, len, flags, NULL, 0);
}

/* NOLINTNEXTLINE(readability-function-size) */
ssize_t weft_recvfrom(struct weft_stack *ws, int fd, void *buf, size_t len,
		      int flags, struct sockaddr *addr, socklen_t *addrlen)
{
	API_CALL(ws);
	const struct sk_iovec iov = {buf, len};
	struct sk_msg msg = {.iov = &iov, .iov_count = 1};
	long n = sk_recvmsg(call.stack, fd, &msg, flags);

	if (n >= 0)
		sockaddr_from_name(&msg.name, &msg.ll, addr, addrlen);
	return api_result(n);
}

ssize_t weft_recv(struct weft_stack *ws, int fd, void *buf, size_t len,
		  int flags)
{
	return weft_recvfrom(ws, fd, buf, len, flags, NULL, NULL);
}

ssize_t weft_read(struct weft_stack *ws, int fd, void *buf, size_t len)
{
	API_CALL(ws);

	return api_result(sk_read(call.stack, fd, buf, len));
}

ssize_t weft_write(struct weft_stack *ws, int fd, const void *buf, size_t len)
{
	API_CALL(ws);

	return api_result(sk_write(call.stack, fd, buf, len));
}

int weft_shutdown(struct weft_stack *ws, int fd, int how)
{
	API_CALL(ws);

	return (int)api_result(sk_shutdown(call.stack, fd, how));
}

int weft_close(struct weft_stack *ws, int fd)
{
	API_CALL(ws);

	return (int)api_result(sk_close(call.stack, fd));
}

int weft_dup(struct weft_stack *ws, int fd)
{
	API_CALL(ws);

	return (int)api_result(sk_dup(call.stack, fd));
}

int weft_dup2(struct weft_stack *ws, int fd, int to)
{
	API_CALL(ws);

	return (int)api_result(sk_dup2(call.stack, fd, to));
}

int weft_dup3(struct weft_stack *ws, int fd, int to, int flags)
{
	API_CALL(ws);

	return (int)api_result(sk_dup3(call.stack, fd, to, flags));
}

int weft_pipe2(struct weft_stack *ws, int fds[2], int flags)
{
	API_CALL(ws);

	return (int)api_result(sk_pipe(call.stack, fds, flags));
}

int weft_pipe(struct weft_stack *ws, int fds[2])
{
	return weft_pipe2(ws, fds, 0);
}

int weft_socketpair(struct weft_stack *ws, int domain, int type, int protocol,
		    int fds[2])
{
	API_CALL(ws);

	return (int)api_result(
		sk_socketpair(call.stack, domain, type, protocol, fds));
}

static int fcntl_owner(struct stack *stack, int fd, int cmd,
		       struct f_owner_ex *ex)
{
	struct sk_owner owner;
	int err;

	if (cmd == F_SETOWN_EX) {
		owner = (struct sk_owner){(int32_t)ex->type, ex->pid};
		return sk_set_owner(stack, fd, &owner);
	}
	err = sk_get_owner(stack, fd, &owner);
	if (!err) {
		ex->type = (enum __pid_type)owner.type;
		ex->pid = owner.pid;
	}
	return err;
}

/* Some commands have no argument, and then there may be none. */
static bool has_argument(int cmd)
{
	return cmd != F_GETFD && cmd != F_GETFL && cmd != F_GETOWN &&
	       cmd != F_GETSIG && cmd != F_GETPIPE_SZ;
}

int weft_fcntl(struct weft_stack *ws, int fd, int cmd, ...)
{
	API_CALL(ws);
	va_list ap;
	int ret;

	va_start(ap, cmd);
	if (cmd == F_SETOWN_EX || cmd == F_GETOWN_EX)
		ret = fcntl_owner(call.stack, fd, cmd,
				  va_arg(ap, struct f_owner_ex *));
	else
		ret = sk_fcntl(call.stack, fd, cmd,
			       has_argument(cmd) ? va_arg(ap, int) : 0);
	va_end(ap);
	return (int)api_result(ret);
}

static bool is_about_interfaces(unsigned long request)
{
	return request >= SK_SIOCGIFNAME && request <= SK_SIOCGIFINDEX &&
	       request != SK_SIOCGIFCONF;
}

/* SIOCGIFCONF: without a buffer only how much there would be. */
static int get_ifconf(struct stack *stack, struct ifconf *conf)
{
	size_t room = conf->ifc_buf ? (size_t)conf->ifc_len : 0;
	size_t count = room / sizeof(struct sk_ifreq), all;

	all = sk_ifconf(stack, (void *)conf->ifc_buf, count);
	if (!conf->ifc_buf || all < count)
		count = all;
	conf->ifc_len = (int)(count * sizeof(struct sk_ifreq));
	return 0;
}

int weft_ioctl(struct weft_stack *ws, int fd, unsigned long request, void *arg)
{
	API_CALL(ws);
	struct stack *stack = call.stack;

	if (is_about_interfaces(request))
		return (int)api_result(sk_ioctl_if(stack, fd, request, arg));
	if (request == SK_SIOCGIFCONF && file_find(stack, fd))
		return get_ifconf(stack, arg);
	return (int)api_result(sk_ioctl(stack, fd, request, arg));
}

int weft_sockatmark(struct weft_stack *ws, int fd)
{
	API_CALL(ws);
	int val = 0;
	int err = sk_ioctl(call.stack, fd, SK_SIOCATMARK, &val);

	return (int)api_result(err ? err : val);
}

static int domain_of(struct weft_stack *ws, int fd)
{
	int domain = 0;

	sk_getsockopt_int(api_stack(ws), fd, SK_SOL_SOCKET, SK_SO_DOMAIN,
			  &domain);
	return domain;
}

/* A socketpair has no name, but a family. */
static void name_out(struct weft_stack *ws, int fd, const struct endpoint *ep,
		     struct sockaddr *addr, socklen_t *len)
{
	const sa_family_t family = AF_UNIX;

	if (domain_of(ws, fd) != AF_UNIX) {
		sockaddr_from_endpoint(ep, addr, len);
		return;
	}
	memcpy(addr, &family, *len < sizeof(family) ? *len : sizeof(family));
	*len = sizeof(family);
}

static int packet_name(struct weft_stack *ws, int fd, struct sockaddr *addr,
		       socklen_t *len)
{
	const struct endpoint none = {.port = 0};
	struct sk_ll ll;
	int err = sk_getsockname_ll(api_stack(ws), fd, &ll);

	if (!err)
		sockaddr_from_name(&none, &ll, addr, len);
	return (int)api_result(err);
}

int weft_getsockname(struct weft_stack *ws, int fd, struct sockaddr *addr,
		     socklen_t *len)
{
	API_CALL(ws);
	struct endpoint ep;
	int err = sk_getsockname(call.stack, fd, &ep);

	if (!err && domain_of(ws, fd) == AF_PACKET)
		return packet_name(ws, fd, addr, len);
	if (!err)
		name_out(ws, fd, &ep, addr, len);
	return (int)api_result(err);
}

int weft_getpeername(struct weft_stack *ws, int fd, struct sockaddr *addr,
		     socklen_t *len)
{
	API_CALL(ws);
	struct endpoint ep;
	int err = sk_getpeername(call.stack, fd, &ep);

	if (!err)
		name_out(ws, fd, &ep, addr, len);
	return (int)api_result(err);
}

int weft_setsockopt(struct weft_stack *ws, int fd, int level, int name,
		    const void *val, socklen_t len)
{
	API_CALL(ws);

	return (int)api_result(
		sk_setsockopt(call.stack, fd, level, name, val, len));
}

int weft_getsockopt(struct weft_stack *ws, int fd, int level, int name,
		    void *val, socklen_t *len)
{
	API_CALL(ws);
	size_t room = *len;
	int err = sk_getsockopt(call.stack, fd, level, name, val, &room);

	*len = (socklen_t)room;
	return (int)api_result(err);
}
