// SPDX-License-Identifier: MIT
/*
 * hostsock.c - the sockets of the machine: opened, waited for, closed
 *
 * Theory of operation
 * ===================
 * All sockets are in one epoll set, edge triggered and for everything at once,
 * so that a socket costs one system call when it comes and none when its owner
 * is busy or idle.  The set itself is a descriptor that can be read when there
 * is something to tell: to the loop of the lab a thousand sockets are one.
 *
 * A look tells at most HOST_BATCH owners.  An owner may close any socket while
 * he is told; what the same look would have said of that one is forgotten.
 *
 * A process may have more descriptors than it has to begin with.  When the
 * soft limit is reached it is raised to the hard one, once; after that a
 * socket is refused with -EMFILE.
 */
#include "os/hostsock.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/check.h"

#include "os/hostsock_int.h"

enum { SLOTS_FIRST = 64 };

/* An address as the system wants it; returns its length. */
static socklen_t host_addr_to(const struct host_addr *a,
			      struct sockaddr_storage *ss)
{
	struct sockaddr_in in = {.sin_family = AF_INET};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};

	memset(ss, 0, sizeof(*ss));
	if (a->is_v6) {
		in6.sin6_port = htons(a->port);
		memcpy(&in6.sin6_addr, a->o, 16);
		memcpy(ss, &in6, sizeof(in6));
		return sizeof(in6);
	}
	in.sin_port = htons(a->port);
	memcpy(&in.sin_addr, a->o, 4);
	memcpy(ss, &in, sizeof(in));
	return sizeof(in);
}

bool host_addr_from(struct host_addr *a, const struct sockaddr *sa, size_t len)
{
	struct sockaddr_in6 in6;
	struct sockaddr_in in;

	*a = (struct host_addr){0};
	if (sa->sa_family == AF_INET && len >= sizeof(in)) {
		memcpy(&in, sa, sizeof(in));
		a->port = ntohs(in.sin_port);
		memcpy(a->o, &in.sin_addr, 4);
		return true;
	}
	if (sa->sa_family != AF_INET6 || len < sizeof(in6))
		return false;
	memcpy(&in6, sa, sizeof(in6));
	a->is_v6 = true;
	a->port = ntohs(in6.sin6_port);
	memcpy(a->o, &in6.sin6_addr, 16);
	return true;
}

int host_socks_new(struct mem *mem, struct host_socks **out)
{
	struct host_socks *h = mem_alloc(mem, sizeof(*h));

	*out = NULL;
	if (!h)
		return -ENOMEM;
	h->mem = mem;
	h->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (h->epoll < 0) {
		int err = -errno;

		mem_free(mem, h, sizeof(*h));
		return err;
	}
	*out = h;
	return 0;
}

void host_socks_free(struct host_socks *h)
{
	if (!h)
		return;
	for (size_t i = 0; i < h->size; i++)
		if (h->slots[i].owner)
			close((int)i);
	close(h->epoll);
	mem_free(h->mem, h->slots, h->size * sizeof(*h->slots));
	mem_free(h->mem, h, sizeof(*h));
}

int host_socks_fd(const struct host_socks *h)
{
	return h->epoll;
}

/* Is there a place for descriptor @fd? */
static int slots_grow(struct host_socks *h, size_t fd)
{
	size_t size = h->size ? h->size : SLOTS_FIRST;
	struct host_slot *slots;

	while (size <= fd)
		size *= 2;
	if (size == h->size)
		return 0;
	slots = mem_alloc_array(h->mem, size, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	if (h->size)
		memcpy(slots, h->slots, h->size * sizeof(*slots));
	mem_free(h->mem, h->slots, h->size * sizeof(*slots));
	h->slots = slots;
	h->size = size;
	return 0;
}

/* Whether there are more descriptors now. */
static bool limit_raise(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) ||
	    limit.rlim_cur >= limit.rlim_max)
		return false;
	limit.rlim_cur = limit.rlim_max;
	return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

static int sock_make(enum host_kind kind, bool is_v6)
{
	static const int types[] = {
		[HOST_TCP] = SOCK_STREAM,
		[HOST_UDP] = SOCK_DGRAM,
		[HOST_PING] = SOCK_DGRAM,
	};
	int proto = kind != HOST_PING ? 0
		    : is_v6	      ? IPPROTO_ICMPV6
				      : IPPROTO_ICMP;
	int type = types[kind] | SOCK_NONBLOCK | SOCK_CLOEXEC;
	int fd = socket(is_v6 ? AF_INET6 : AF_INET, type, proto);

	if (fd < 0 && errno == EMFILE && limit_raise())
		fd = socket(is_v6 ? AF_INET6 : AF_INET, type, proto);
	return fd < 0 ? -errno : fd;
}

/* Datagrams tell of their errors; streams go out as they come in. */
static void sock_prepare(int fd, const struct host_slot *s)
{
	int on = 1;

	if (s->kind == HOST_TCP)
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	else if (s->is_v6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, &on,
				 sizeof(on));
	else
		(void)setsockopt(fd, IPPROTO_IP, IP_RECVERR, &on, sizeof(on));
	if (s->is_v6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on,
				 sizeof(on));
}

static int sock_begin(struct host_socks *h, int fd, const struct host_addr *to)
{
	struct epoll_event ev = {
		.events = EPOLLIN | EPOLLOUT | EPOLLPRI | EPOLLRDHUP | EPOLLET,
		.data.fd = fd,
	};
	struct sockaddr_storage ss;
	socklen_t len = host_addr_to(to, &ss);

	if (connect(fd, (const struct sockaddr *)&ss, len) &&
	    errno != EINPROGRESS)
		return -errno;
	return epoll_ctl(h->epoll, EPOLL_CTL_ADD, fd, &ev) ? -errno : 0;
}

static int host_open(void *arg, enum host_kind kind, const struct host_addr *to,
		     void *owner)
{
	struct host_slot slot = {
		.owner = owner,
		.kind = kind,
		.is_v6 = to->is_v6,
	};
	struct host_socks *h = arg;
	int fd = sock_make(kind, to->is_v6), err;

	check(owner);
	if (fd < 0)
		return fd;
	err = slots_grow(h, (size_t)fd);
	if (!err) {
		sock_prepare(fd, &slot);
		err = sock_begin(h, fd, to);
	}
	if (err) {
		close(fd);
		return err;
	}
	h->slots[fd] = slot;
	return fd;
}

static void host_shutdown(void *arg, int sock)
{
	(void)arg;
	(void)shutdown(sock, SHUT_WR);
}

static void host_close(void *arg, int sock, bool is_reset)
{
	const struct linger now = {.l_onoff = 1};
	struct host_socks *h = arg;

	check(h->slots[sock].owner);
	if (is_reset && h->slots[sock].kind == HOST_TCP)
		(void)setsockopt(sock, SOL_SOCKET, SO_LINGER, &now,
				 sizeof(now));
	for (int i = 0; i < h->batch_count; i++)
		if (h->batch[i].data.fd == sock)
			h->batch[i].data.fd = -1;
	h->slots[sock] = (struct host_slot){0};
	close(sock);
}

static unsigned int events_of(uint32_t e)
{
	unsigned int events = 0;

	if (e & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR))
		events |= HOST_IN;
	if (e & (EPOLLOUT | EPOLLHUP | EPOLLERR))
		events |= HOST_OUT;
	if (e & EPOLLERR)
		events |= HOST_ERR;
	if (e & EPOLLPRI)
		events |= HOST_URG;
	return events;
}

void host_socks_look(struct host_socks *h, host_ready_fn *on_ready, void *arg)
{
	int n = epoll_wait(h->epoll, h->batch, HOST_BATCH, 0);

	h->batch_count = n > 0 ? n : 0;
	for (int i = 0; i < h->batch_count; i++) {
		int fd = h->batch[i].data.fd;

		if (fd >= 0)
			on_ready(arg, h->slots[fd].owner,
				 events_of(h->batch[i].events));
	}
	h->batch_count = 0;
}

const struct host_ops host_ops_os = {
	.open = host_open,
	.send = host_send,
	.send_urgent = host_send_urgent,
	.recv = host_recv,
	.recv_urgent = host_recv_urgent,
	.error = host_error,
	.next_error = host_next_error,
	.how = host_how,
	.shutdown = host_shutdown,
	.close = host_close,
	.resolver = host_resolver,
};
