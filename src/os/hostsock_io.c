// SPDX-License-Identifier: MIT
/*
 * hostsock_io.c - what goes through the machine's sockets
 *
 * An error that an ICMP message has brought lies in two places: as the pending
 * error of the socket, which the next call of any kind fetches, and as an entry
 * of its queue of errors, with who said what about which datagram.  Only the
 * queue is of use here; so a datagram whose send has fetched somebody else's
 * error is sent again.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* The kernel's own header, which libc's <netinet/in.h> goes along with. */
#include <linux/errqueue.h>

#include "os/hostsock_int.h"

#define RESOLV_CONF "/etc/resolv.conf"

static long result(ssize_t n)
{
	return n < 0 ? -errno : (long)n;
}

long host_send(void *arg, int sock, const struct iovec *v, int count)
{
	const struct host_socks *h = arg;
	struct msghdr msg = {.msg_iov = (struct iovec *)(uintptr_t)v,
			     .msg_iovlen = (size_t)count};
	ssize_t n;
	int tries = h->slots[sock].kind == HOST_TCP ? 1 : 3;

	do
		n = sendmsg(sock, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (n < 0 && (errno == EINTR || (errno != EAGAIN && --tries > 0)));
	return result(n);
}

long host_send_urgent(void *arg, int sock, const void *buf, size_t len)
{
	(void)arg;
	return result(
		send(sock, buf, len, MSG_NOSIGNAL | MSG_DONTWAIT | MSG_OOB));
}

long host_recv(void *arg, int sock, void *buf, size_t len)
{
	ssize_t n;

	(void)arg;
	do
		n = recv(sock, buf, len, MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	return result(n);
}

long host_recv_urgent(void *arg, int sock, uint8_t *octet)
{
	(void)arg;
	return result(recv(sock, octet, 1, MSG_OOB | MSG_DONTWAIT));
}

int host_error(void *arg, int sock)
{
	int err = 0;
	socklen_t len = sizeof(err);

	(void)arg;
	if (getsockopt(sock, SOL_SOCKET, SO_ERROR, &err, &len))
		return -errno;
	return -err;
}

/* What a control message says; false: it is none of an error. */
static bool error_parse(struct host_error *e, struct cmsghdr *c)
{
	bool is_v4 = c->cmsg_level == SOL_IP && c->cmsg_type == IP_RECVERR;
	bool is_v6 = c->cmsg_level == SOL_IPV6 && c->cmsg_type == IPV6_RECVERR;
	struct sock_extended_err ee;
	size_t room = c->cmsg_len - CMSG_LEN(0);

	if ((!is_v4 && !is_v6) || room < sizeof(ee))
		return false;
	memcpy(&ee, CMSG_DATA(c), sizeof(ee));
	e->err = (int)ee.ee_errno;
	e->is_icmp = ee.ee_origin == SO_EE_ORIGIN_ICMP ||
		     ee.ee_origin == SO_EE_ORIGIN_ICMP6;
	e->type = ee.ee_type;
	e->code = ee.ee_code;
	e->info = ee.ee_info;
	if (e->is_icmp && room >= sizeof(ee) + sizeof(struct sockaddr)) {
		struct sockaddr_storage from = {0};

		room -= sizeof(ee);
		memcpy(&from, CMSG_DATA(c) + sizeof(ee),
		       room < sizeof(from) ? room : sizeof(from));
		e->has_from = host_addr_from(
			&e->from, (const struct sockaddr *)&from, room);
	}
	return true;
}

bool host_next_error(void *arg, int sock, struct host_error *e)
{
	union {
		struct cmsghdr align;
		uint8_t room[512];
	} control;
	struct iovec v = {.iov_base = e->data, .iov_len = sizeof(e->data)};
	struct msghdr msg = {
		.msg_iov = &v,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t n;

	(void)arg;
	*e = (struct host_error){.err = EIO};
	n = recvmsg(sock, &msg, MSG_ERRQUEUE | MSG_DONTWAIT);
	if (n < 0)
		return false;
	e->len = (size_t)n;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&msg); c;
	     c = CMSG_NXTHDR(&msg, c))
		if (error_parse(e, c))
			break;
	return true;
}

void host_how(void *arg, int sock, const struct host_how *how)
{
	struct host_socks *h = arg;
	struct host_slot *s = &h->slots[sock];
	int ttl = how->ttl, tos = how->tos;

	if (s->how.ttl != how->ttl)
		(void)setsockopt(sock, s->is_v6 ? IPPROTO_IPV6 : IPPROTO_IP,
				 s->is_v6 ? IPV6_UNICAST_HOPS : IP_TTL, &ttl,
				 sizeof(ttl));
	if (s->how.tos != how->tos)
		(void)setsockopt(sock, s->is_v6 ? IPPROTO_IPV6 : IPPROTO_IP,
				 s->is_v6 ? IPV6_TCLASS : IP_TOS, &tos,
				 sizeof(tos));
	s->how = *how;
}

/* "nameserver 192.0.2.1" */
static void server_add(struct host_socks *h, const char *line)
{
	struct host_addr *a = &h->servers[h->server_count];
	char word[16], text[64];

	if (sscanf(line, "%15s %63[0-9a-fA-F.:]", word, text) != 2 ||
	    strcmp(word, "nameserver") != 0)
		return;
	*a = (struct host_addr){.port = 53};
	a->is_v6 = strchr(text, ':') != NULL;
	if (inet_pton(a->is_v6 ? AF_INET6 : AF_INET, text, a->o) == 1)
		h->server_count++;
}

/* Networks come and go, and the file changes with them. */
static void servers_read(struct host_socks *h)
{
	char line[256];
	struct stat st;
	FILE *f;

	if (stat(RESOLV_CONF, &st))
		st.st_mtim = (struct timespec){.tv_sec = -1};
	if (h->server_count && st.st_mtim.tv_sec == h->servers_at.tv_sec &&
	    st.st_mtim.tv_nsec == h->servers_at.tv_nsec)
		return;
	h->servers_at = st.st_mtim;
	h->server_count = 0;
	f = fopen(RESOLV_CONF, "re");
	while (f && h->server_count < HOST_RESOLVERS &&
	       fgets(line, sizeof(line), f))
		server_add(h, line);
	if (f)
		(void)fclose(f);
	if (!h->server_count) /* as resolv.conf(5) has it */
		server_add(h, "nameserver 127.0.0.1");
}

int host_resolver(void *arg, unsigned int n, struct host_addr *out)
{
	struct host_socks *h = arg;

	servers_read(h);
	if (n >= h->server_count)
		return -ENOENT;
	*out = h->servers[n];
	return 0;
}
