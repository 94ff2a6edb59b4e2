// SPDX-License-Identifier: MIT
/* api_test.c - the public interface, seen from outside only */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netpacket/packet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <weft/weft.h>

#include <cmocka.h>

#define MS 1000000ULL

static struct sockaddr_in addr_of(const char *ip, uint16_t port)
{
	struct sockaddr_in sin = {.sin_family = AF_INET,
				  .sin_port = htons(port)};

	assert_int_equal(inet_pton(AF_INET, ip, &sin.sin_addr), 1);
	return sin;
}

#define SA(sin) ((struct sockaddr *)&(sin)), sizeof(sin)

/* Two hosts on a cable of 1 ms; @fd connected on a, @peer accepted on b. */
struct fix {
	struct weft_net *net;
	struct weft_stack *a, *b;
	int listener, fd, peer;
};

static int setup(void **state)
{
	const struct weft_cable cable = {.delay_ns = 1 * MS};
	struct fix *f = calloc(1, sizeof(*f));
	struct sockaddr_in sin = addr_of("10.0.0.2", 80);

	f->net = weft_net_new(1);
	f->a = weft_net_host(f->net, "a");
	f->b = weft_net_host(f->net, "b");
	assert_int_equal(
		weft_net_join(f->a, "10.0.0.1/24", f->b, "10.0.0.2/24", &cable),
		0);
	f->listener = weft_socket(f->b, AF_INET, SOCK_STREAM, 0);
	assert_int_equal(weft_bind(f->b, f->listener, SA(sin)), 0);
	assert_int_equal(weft_listen(f->b, f->listener, 5), 0);
	f->fd = weft_socket(f->a, AF_INET, SOCK_STREAM, 0);
	assert_int_equal(weft_connect(f->a, f->fd, SA(sin)), 0);
	f->peer = weft_accept(f->b, f->listener, NULL, NULL);
	assert_true(f->peer >= 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fix *f = *state;

	weft_net_free(f->net);
	free(f);
	return 0;
}

static void addresses_are_translated_both_ways(void **state)
{
	struct fix *f = *state;
	struct sockaddr_in sin = {0}, here = {0};
	socklen_t len = sizeof(sin), small = 4;

	assert_int_equal(
		weft_getpeername(f->a, f->fd, (struct sockaddr *)&sin, &len),
		0);
	assert_int_equal(len, sizeof(sin));
	assert_int_equal(sin.sin_family, AF_INET);
	assert_int_equal(ntohs(sin.sin_port), 80);
	assert_int_equal(ntohl(sin.sin_addr.s_addr), 0x0a000002);
	assert_int_equal(
		weft_getsockname(f->a, f->fd, (struct sockaddr *)&here, &small),
		0);
	assert_int_equal(small, sizeof(sin)); /* so much there would be */
	assert_int_equal(here.sin_addr.s_addr, 0);
	assert_int_equal(weft_connect(f->a, f->fd, (struct sockaddr *)&sin, 7),
			 -1);
	assert_int_equal(errno, EINVAL);
	sin.sin_family = AF_INET6;
	assert_int_equal(weft_connect(f->a, f->fd, SA(sin)), -1);
	assert_int_equal(errno, EAFNOSUPPORT);
}

static struct sockaddr_in6 addr6_of(const char *ip, uint16_t port)
{
	struct sockaddr_in6 sin6 = {.sin6_family = AF_INET6,
				    .sin6_port = htons(port)};

	assert_int_equal(inet_pton(AF_INET6, ip, &sin6.sin6_addr), 1);
	return sin6;
}

static void ipv6_sockets_speak_both_versions(void **state)
{
	static const char *const to[] = {"2001:db8::2", "::ffff:10.0.0.2"};
	static const char *const from[] = {"2001:db8::1", "::ffff:10.0.0.1"};
	struct fix *f = *state;
	struct sockaddr_in6 any = addr6_of("::", 81), sin6, want;
	int l = weft_socket(f->b, AF_INET6, SOCK_STREAM, 0), i;
	socklen_t len;

	assert_int_equal(weft_net_join(f->a, "2001:db8::1/64", f->b,
				       "2001:db8::2/64", NULL),
			 0);
	assert_int_equal(weft_bind(f->b, l, SA(any)), 0);
	assert_int_equal(weft_listen(f->b, l, 5), 0);
	for (i = 0; i < 2; i++) {
		int fd = weft_socket(f->a, AF_INET6, SOCK_STREAM, 0);

		sin6 = addr6_of(to[i], 81);
		assert_int_equal(weft_connect(f->a, fd, SA(sin6)), 0);
		len = sizeof(sin6);
		memset(&sin6, 0, sizeof(sin6));
		assert_true(weft_accept(f->b, l, (struct sockaddr *)&sin6,
					&len) >= 0);
		assert_int_equal(len, sizeof(sin6));
		want = addr6_of(from[i], 0);
		assert_int_equal(sin6.sin6_family, AF_INET6);
		assert_memory_equal(&sin6.sin6_addr, &want.sin6_addr, 16);
		assert_int_equal(sin6.sin6_scope_id, 0);
	}
}

static void errors_are_minus_one_and_errno(void **state)
{
	struct fix *f = *state;
	char c;

	assert_int_equal(weft_recv(f->a, f->fd, &c, 1, MSG_DONTWAIT), -1);
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(weft_close(f->a, 99), -1);
	assert_int_equal(errno, EBADF);
	assert_int_equal(weft_socket(f->a, AF_UNIX, SOCK_STREAM, 0), -1);
	assert_int_equal(errno, EAFNOSUPPORT);
	assert_int_equal(weft_dup(f->a, f->fd), f->fd + 1);
	assert_int_equal(weft_fcntl(f->a, f->fd, F_GETFL, 0), O_RDWR);
}

static void scattered_octets_are_one_stream(void **state)
{
	struct fix *f = *state;
	char x[3], y[10];
	const struct iovec out[] = {{"one ", 4}, {NULL, 0}, {"two", 3}};
	const struct iovec in[] = {{x, 3}, {y, 10}};

	assert_int_equal(weft_writev(f->a, f->fd, out, 3), 7);
	weft_net_run(f->net, 10 * MS);
	assert_int_equal(weft_readv(f->b, f->peer, in, 2), 7);
	assert_memory_equal(x, "one", 3);
	assert_memory_equal(y, " two", 4);
}

/* TCP_INQ: what is left, beside what was read. */
static void a_message_says_what_is_left(void **state)
{
	struct fix *f = *state;
	char buf[4];
	const int on = 1;
	_Alignas(struct cmsghdr) char room[64];
	struct iovec iov = {buf, sizeof(buf)};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = room,
			     .msg_controllen = sizeof(room)};
	int left = -1;

	assert_int_equal(weft_setsockopt(f->b, f->peer, IPPROTO_TCP, 36, &on,
					 sizeof(on)),
			 0);
	assert_int_equal(weft_send(f->a, f->fd, "0123456789", 10, 0), 10);
	weft_net_run(f->net, 10 * MS);
	assert_int_equal(weft_recvmsg(f->b, f->peer, &msg, 0), 4);
	assert_non_null(CMSG_FIRSTHDR(&msg));
	memcpy(&left, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(left));
	assert_int_equal(left, 6);
	assert_int_equal(weft_sockatmark(f->b, f->peer), 0);
	assert_int_equal(weft_ioctl(f->b, f->peer, 0x541b, &left), 0);
	assert_int_equal(left, 6);
	msg.msg_controllen = 1;
	assert_int_equal(weft_recvmsg(f->b, f->peer, &msg, 0), 4);
	assert_true(msg.msg_flags & MSG_CTRUNC);
}

static void scattered_datagram_is_one_datagram(void **state)
{
	struct cmsghdr bad = {0};
	struct fix *f = *state;
	struct sockaddr_in to = addr_of("10.0.0.2", 53), from = {0};
	int u = weft_socket(f->a, AF_INET, SOCK_DGRAM, 0);
	int v = weft_socket(f->b, AF_INET, SOCK_DGRAM, 0);
	char x[2], y[3];
	struct iovec out[] = {{"abc", 3}, {"defg", 4}};
	struct iovec in[] = {{x, 2}, {y, 3}};
	struct msghdr msg = {.msg_name = &to,
			     .msg_namelen = sizeof(to),
			     .msg_iov = out,
			     .msg_iovlen = 2};

	assert_int_equal(weft_bind(f->b, v, SA(to)), 0);
	assert_int_equal(weft_sendmsg(f->a, u, &msg, 0), 7);
	msg = (struct msghdr){.msg_name = &from,
			      .msg_namelen = sizeof(from),
			      .msg_iov = in,
			      .msg_iovlen = 2};
	assert_int_equal(weft_recvmsg(f->b, v, &msg, 0), 5);
	assert_int_equal(msg.msg_flags, MSG_TRUNC);
	assert_memory_equal(x, "ab", 2);
	assert_memory_equal(y, "cde", 3);
	assert_int_equal(ntohl(from.sin_addr.s_addr), 0x0a000001);
	bad.cmsg_len = 3; /* shorter than itself */
	msg.msg_control = &bad;
	msg.msg_controllen = sizeof(bad);
	assert_int_equal(weft_sendmsg(f->a, u, &msg, 0), -1);
	assert_int_equal(errno, EINVAL);
}

static void packet_socket_has_addresses_of_its_own(void **state)
{
	struct fix *f = *state;
	struct sockaddr_ll at = {.sll_family = AF_PACKET,
				 .sll_ifindex = 2,
				 .sll_protocol = htons(ETH_P_ALL)};
	struct sockaddr_ll ll = {0};
	socklen_t len = sizeof(ll);
	int s = weft_socket(f->b, AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, 0);
	char buf[200];

	assert_int_equal(weft_bind(f->b, s, (void *)&at, sizeof(at)), 0);
	assert_int_equal(weft_getsockname(f->b, s, (void *)&ll, &len), 0);
	assert_int_equal(len, sizeof(ll));
	assert_int_equal(ll.sll_ifindex, 2);
	assert_int_equal(ll.sll_protocol, htons(ETH_P_ALL));
	assert_int_equal(ll.sll_hatype, 1);
	assert_int_equal(weft_send(f->a, f->fd, "x", 1, 0), 1);
	weft_net_run(f->net, 5 * MS);
	assert_int_equal(
		weft_recvfrom(f->b, s, buf, sizeof(buf), 0, (void *)&ll, &len),
		67);
	assert_int_equal(ll.sll_protocol, htons(ETH_P_IP));
	assert_int_equal(ll.sll_pkttype, PACKET_HOST);
	assert_memory_equal(ll.sll_addr, buf + 6, 6);
	ll.sll_ifindex = 99;
	assert_int_equal(
		weft_sendto(f->b, s, buf, 60, 0, (void *)&ll, sizeof(ll)), -1);
	assert_int_equal(errno, ENXIO);
	assert_int_equal(weft_bind(f->b, s, (void *)&ll, sizeof(ll)), -1);
	assert_int_equal(errno, ENODEV);
}

static void poll_and_select_wait_in_virtual_time(void **state)
{
	struct fix *f = *state;
	struct pollfd p = {.fd = f->peer, .events = POLLIN};
	struct timeval tv = {.tv_usec = 3000};
	uint64_t begin = weft_net_now(f->net);
	fd_set rd;

	assert_int_equal(weft_poll(f->b, &p, 1, 20), 0);
	assert_int_equal(weft_net_now(f->net) - begin, 20 * MS);
	FD_ZERO(&rd);
	FD_SET(f->peer, &rd);
	assert_int_equal(weft_select(f->b, f->peer + 1, &rd, NULL, NULL, &tv),
			 0);
	assert_false(FD_ISSET(f->peer, &rd));
	weft_send(f->a, f->fd, "x", 1, 0);
	assert_int_equal(weft_poll(f->b, &p, 1, -1), 1);
	assert_int_equal(p.revents, POLLIN);
	FD_SET(f->peer, &rd);
	assert_int_equal(weft_select(f->b, f->peer + 1, &rd, NULL, NULL, NULL),
			 1);
	assert_true(FD_ISSET(f->peer, &rd));
}

static void poll_takes_more_than_a_batch(void **state)
{
	struct fix *f = *state;
	struct pollfd p[100];
	int i;

	for (i = 0; i < 100; i++)
		p[i] = (struct pollfd){
			.fd = weft_eventfd(f->b, i == 77, EFD_NONBLOCK),
			.events = POLLIN};
	assert_int_equal(weft_poll(f->b, p, 100, 0), 1);
	assert_int_equal(p[77].revents, POLLIN);
	assert_int_equal(p[76].revents, 0);
}

static void epoll_tells_what_is_ready(void **state)
{
	struct fix *f = *state;
	struct epoll_event ev = {.events = EPOLLIN, .data.u64 = 4711}, got[2];
	int ep = weft_epoll_create1(f->b, EPOLL_CLOEXEC);

	assert_int_equal(weft_epoll_ctl(f->b, ep, EPOLL_CTL_ADD, f->peer, &ev),
			 0);
	assert_int_equal(weft_epoll_wait(f->b, ep, got, 2, 5), 0);
	weft_send(f->a, f->fd, "x", 1, 0);
	assert_int_equal(weft_epoll_wait(f->b, ep, got, 2, -1), 1);
	assert_int_equal(got[0].events, EPOLLIN);
	assert_int_equal(got[0].data.u64, 4711);
	assert_int_equal(weft_epoll_ctl(f->b, ep, EPOLL_CTL_ADD, f->peer, NULL),
			 -1);
	assert_int_equal(errno, EFAULT);
	assert_int_equal(weft_epoll_ctl(f->b, ep, EPOLL_CTL_DEL, f->peer, NULL),
			 0);
}

static void timer_runs_on_the_stacks_clock(void **state)
{
	struct fix *f = *state;
	int t = weft_timerfd_create(f->a, 0);
	struct itimerspec its = {.it_value = {.tv_nsec = 4000000},
				 .it_interval = {.tv_sec = 1}},
			  old;
	uint64_t begin = weft_net_now(f->net), n = 0;

	assert_int_equal(weft_timerfd_settime(f->a, t, 0, &its, &old), 0);
	assert_int_equal(old.it_value.tv_nsec, 0);
	assert_int_equal(weft_read(f->a, t, &n, sizeof(n)), sizeof(n));
	assert_int_equal(n, 1);
	assert_int_equal(weft_net_now(f->net) - begin, 4 * MS);
	its.it_value.tv_nsec = 1000000000;
	assert_int_equal(weft_timerfd_settime(f->a, t, 0, &its, NULL), -1);
	assert_int_equal(errno, EINVAL);
}

static void options_take_the_systems_structures(void **state)
{
	struct fix *f = *state;
	struct timeval tv = {.tv_usec = 7000};
	struct tcp_info info;
	socklen_t len = sizeof(info);
	uint64_t begin = weft_net_now(f->net);
	char c;

	assert_int_equal(weft_setsockopt(f->a, f->fd, SOL_SOCKET, SO_RCVTIMEO,
					 &tv, sizeof(tv)),
			 0);
	assert_int_equal(weft_recv(f->a, f->fd, &c, 1, 0), -1);
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(weft_net_now(f->net) - begin, 7 * MS);
	assert_int_equal(weft_getsockopt(f->a, f->fd, IPPROTO_TCP, TCP_INFO,
					 &info, &len),
			 0);
	assert_int_equal(info.tcpi_state, TCP_ESTABLISHED);
	assert_true(info.tcpi_rtt >= 2000);
	assert_true(info.tcpi_snd_mss > 500);
	assert_true(len <= sizeof(info));
}

/* What a watch saw. */
struct seen {
	int calls;
	short events;
	struct weft_watch *watch;
	bool closes;
};

static void see(struct weft_stack *stack, int fd, short events, void *arg)
{
	struct seen *s = arg;

	s->calls++;
	s->events = events;
	if (!s->closes)
		return;
	weft_unwatch(s->watch);
	weft_close(stack, fd);
}

static void watch_calls_when_something_happens(void **state)
{
	struct fix *f = *state;
	struct seen s = {0};

	s.watch = weft_watch(f->b, f->peer, POLLIN, see, &s);
	weft_net_run(f->net, 5 * MS);
	assert_int_equal(s.calls, 0);
	weft_send(f->a, f->fd, "x", 1, 0);
	weft_net_run(f->net, 5 * MS);
	assert_int_equal(s.calls, 1);
	assert_int_equal(s.events, POLLIN);
	weft_unwatch(s.watch);
	weft_send(f->a, f->fd, "x", 1, 0);
	weft_net_run(f->net, 5 * MS);
	assert_int_equal(s.calls, 1);
	s.closes = true; /* ready now, and ends itself */
	s.watch = weft_watch(f->b, f->peer, POLLIN, see, &s);
	weft_net_run(f->net, 5 * MS);
	assert_int_equal(s.calls, 2);
	assert_null(weft_watch(f->b, f->peer, POLLIN, see, &s));
	assert_int_equal(errno, EBADF);
}

static void block(struct weft_stack *stack, int fd, short events, void *arg)
{
	char buf[10];

	(void)events;
	weft_recv(stack, fd, buf, sizeof(buf), 0);
	*(int *)arg = weft_recv(stack, fd, buf, sizeof(buf), 0) < 0 ? errno : 0;
}

static void blocking_in_a_watch_is_a_deadlock(void **state)
{
	struct fix *f = *state;
	int err = 0;

	weft_watch(f->b, f->peer, POLLIN, block, &err);
	weft_send(f->a, f->fd, "x", 1, 0);
	weft_net_run(f->net, 5 * MS);
	assert_int_equal(err, EDEADLK);
}

static void names_and_networks_are_checked(void **state)
{
	struct fix *f = *state;
	struct weft_net *other = weft_net_new(2);
	struct weft_stack *c = weft_net_host(other, "c");

	assert_null(weft_net_host(f->net, "a"));
	assert_int_equal(errno, EINVAL);
	assert_null(weft_net_host(f->net, ""));
	assert_int_equal(
		weft_net_join(f->a, "10.1.0.1/24", c, "10.1.0.2/24", NULL), -1);
	assert_int_equal(errno, EXDEV);
	assert_int_equal(
		weft_net_join(f->a, "10.1.0.1", f->b, "10.1.0.2/24", NULL), -1);
	assert_int_equal(errno, EINVAL);
	weft_net_free(other);
}

static void same_seed_same_ports(void **state)
{
	struct sockaddr_in sin[2];
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct weft_net *net = weft_net_new(77);
		struct weft_stack *s = weft_net_host(net, "s");
		int u = weft_socket(s, AF_INET, SOCK_DGRAM, 0);
		struct sockaddr_in any = addr_of("0.0.0.0", 0);
		socklen_t len = sizeof(sin[i]);

		assert_int_equal(weft_bind(s, u, SA(any)), 0);
		weft_getsockname(s, u, (struct sockaddr *)&sin[i], &len);
		weft_net_free(net);
	}
	assert_int_equal(sin[0].sin_port, sin[1].sin_port);
}

static void version_is_three_numbers(void **state)
{
	const char *at = weft_version();
	int i;

	(void)state;
	for (i = 0; i < 3; i++) {
		char *end;

		assert_true(strtol(at, &end, 10) >= 0);
		assert_true(end > at);
		assert_int_equal(*end, i < 2 ? '.' : '\0');
		at = end + 1;
	}
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(addresses_are_translated_both_ways),
		T(errors_are_minus_one_and_errno),
		T(ipv6_sockets_speak_both_versions),
		T(scattered_octets_are_one_stream),
		T(a_message_says_what_is_left),
		T(scattered_datagram_is_one_datagram),
		T(packet_socket_has_addresses_of_its_own),
		T(poll_and_select_wait_in_virtual_time),
		T(poll_takes_more_than_a_batch),
		T(epoll_tells_what_is_ready),
		T(timer_runs_on_the_stacks_clock),
		T(options_take_the_systems_structures),
		T(watch_calls_when_something_happens),
		T(blocking_in_a_watch_is_a_deadlock),
		T(names_and_networks_are_checked),
		cmocka_unit_test(same_seed_same_ports),
		cmocka_unit_test(version_is_three_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
