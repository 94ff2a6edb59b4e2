// SPDX-License-Identifier: MIT
/*
 * kernel.c - sockets of this machine's kernel, measured as weft's are
 *
 *	kernel WORK PATH SECONDS [CONNECTIONS]
 *
 *	bulk		one connection, 64 KB a call; "rate" in octets
 *	bulk-cores	the same with an end on each of two cores, by the clock
 *	request		64 octets there and back, on random connections
 *	connect		connect, ask, answer, close, TIME-WAIT
 *	udp, udp-mmsg	datagrams of 64 octets: one a call, 32 a call
 *	udp-gso		the same, 32 cut from and put together to one
 *	idle		connections that do nothing: "octets" of an end
 *
 * Theory of operation
 * ===================
 * PATH is loopback, veth or veth-offload (kernel_net.h).  One thread does both
 * ends in turn, never waits, and its processor time is what counts; the
 * kernel receives inside of the call that sends.  This is the best that the
 * kernel can do on one core: no other thread has to be woken.
 */

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel_net.h"

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif

enum { CHUNK = 65536, SMALL = 64, BATCH = 32, SOURCES = 200, EACH = 10000 };

static struct net net;
static char buf[BATCH * CHUNK];

static void set(int fd, int level, int name, int value)
{
	if (setsockopt(fd, level, name, &value, sizeof(value)))
		net_die("setsockopt");
}

static void not_block(int fd)
{
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

static int new_listener(void)
{
	struct sockaddr_in at = net_address(&net);
	int fd = net_socket(&net, 1, SOCK_STREAM);

	set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) || listen(fd, 4096))
		net_die("listen");
	return fd;
}

/* On loopback from one of many addresses: ports are few. */
static void choose_source(int fd, unsigned int n)
{
	struct sockaddr_in from = {.sin_family = AF_INET};

	if (net.path != NET_LOOPBACK)
		return;
	from.sin_addr.s_addr = htonl(0x7f010001 + n % SOURCES);
	setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &(int){1},
		   sizeof(int));
	if (bind(fd, (struct sockaddr *)&from, sizeof(from)))
		net_die("bind");
}

/* A connection; while connect() runs, the other end answers. */
static void connect_both(int listener, int fd[2], unsigned int n)
{
	struct sockaddr_in to = net_address(&net);

	fd[0] = net_socket(&net, 0, SOCK_STREAM);
	choose_source(fd[0], n);
	set(fd[0], IPPROTO_TCP, TCP_NODELAY, 1);
	if (connect(fd[0], (struct sockaddr *)&to, sizeof(to)))
		net_die("connect");
	fd[1] = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
	if (fd[1] < 0)
		net_die("accept");
	set(fd[1], IPPROTO_TCP, TCP_NODELAY, 1);
	not_block(fd[0]);
}

static void say(int from, int to)
{
	if (write(from, buf, SMALL) != SMALL || read(to, buf, SMALL) != SMALL)
		net_die("say");
}

static void report(uint64_t count, double seconds)
{
	printf("{\"rate\": %.1f}\n", (double)count / seconds);
}

static void do_bulk(double seconds)
{
	double begin = net_cpu_s(), now = begin;
	uint64_t octets = 0;
	int fd[2], i;
	ssize_t n;

	connect_both(new_listener(), fd, 0);
	while (now - begin < seconds) {
		for (i = 0; i < 16; i++) {
			(void)!write(fd[0], buf, CHUNK);
			while ((n = read(fd[1], buf, CHUNK)) > 0)
				octets += (uint64_t)n;
		}
		now = net_cpu_s();
	}
	report(octets, now - begin);
}

static void use_core(int core)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(core, &set);
	sched_setaffinity(0, sizeof(set), &set); /* may fail: one core */
}

static void read_all(int fd)
{
	fcntl(fd, F_SETFL, 0);
	while (read(fd, buf, CHUNK) > 0)
		;
	_exit(0);
}

static void do_bulk_cores(double seconds)
{
	double begin, now;
	uint64_t octets = 0;
	pid_t reader;
	int fd[2];

	connect_both(new_listener(), fd, 0);
	reader = fork();
	if (!reader) {
		close(fd[0]);
		use_core(1);
		read_all(fd[1]);
	}
	close(fd[1]);
	use_core(0);
	fcntl(fd[0], F_SETFL, 0);
	begin = now = net_clock_s();
	while (now - begin < seconds) {
		octets += (uint64_t)write(fd[0], buf, CHUNK);
		now = net_clock_s();
	}
	close(fd[0]);
	waitpid(reader, NULL, 0);
	report(octets, now - begin);
}

static void do_request(double seconds, unsigned int count)
{
	int(*fd)[2] = calloc(count, sizeof(*fd)), listener = new_listener();
	uint64_t done = 0, random = 88172645463325252;
	unsigned int i, pick[BATCH];
	double begin, now;

	for (i = 0; i < count; i++)
		connect_both(listener, fd[i], i);
	begin = now = net_cpu_s();
	for (; now - begin < seconds; now = net_cpu_s()) {
		for (i = 0; i < BATCH; i++) {
			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			pick[i] = (unsigned int)(random % count);
			(void)!write(fd[pick[i]][0], buf, SMALL);
		}
		for (i = 0; i < BATCH; i++)
			if (read(fd[pick[i]][1], buf, SMALL) == SMALL)
				(void)!write(fd[pick[i]][1], buf, SMALL);
		for (i = 0; i < BATCH; i++)
			done += read(fd[pick[i]][0], buf, SMALL) == SMALL;
	}
	report(done, now - begin);
}

/* One after the other: as many as there are connections cannot be batched. */
static void do_request_one(double seconds)
{
	double begin = net_cpu_s(), now = begin;
	uint64_t done = 0;
	int fd[2], i;

	connect_both(new_listener(), fd, 0);
	for (; now - begin < seconds; now = net_cpu_s()) {
		for (i = 0; i < BATCH; i++, done++) {
			say(fd[0], fd[1]);
			say(fd[1], fd[0]);
		}
	}
	report(done, now - begin);
}

static void do_connect(double seconds)
{
	int fd[2], listener = new_listener();
	double begin = net_cpu_s(), now = begin;
	unsigned int done = 0;

	for (; now - begin < seconds; now = net_cpu_s()) {
		connect_both(listener, fd, done++);
		say(fd[0], fd[1]);
		say(fd[1], fd[0]);
		close(fd[0]);
		close(fd[1]);
	}
	report(done, now - begin);
}

static int udp_pair(int fd[2], bool is_gso)
{
	struct sockaddr_in at = net_address(&net);
	int size = 4 << 20;

	fd[1] = net_socket(&net, 1, SOCK_DGRAM);
	fd[0] = net_socket(&net, 0, SOCK_DGRAM);
	setsockopt(fd[1], SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	if (bind(fd[1], (struct sockaddr *)&at, sizeof(at)) ||
	    connect(fd[0], (struct sockaddr *)&at, sizeof(at)))
		net_die("udp");
	if (is_gso) {
		set(fd[0], IPPROTO_UDP, UDP_SEGMENT, SMALL);
		set(fd[1], IPPROTO_UDP, UDP_GRO, 1);
	}
	not_block(fd[1]);
	return 0;
}

static void do_udp(double seconds, bool is_gso)
{
	size_t len = is_gso ? BATCH * SMALL : SMALL;
	double begin = net_cpu_s(), now = begin;
	uint64_t octets = 0;
	int fd[2], i;
	ssize_t n;

	udp_pair(fd, is_gso);
	for (; now - begin < seconds; now = net_cpu_s()) {
		for (i = 0; i < BATCH; i++) {
			(void)!send(fd[0], buf, len, 0);
			while ((n = recv(fd[1], buf, CHUNK, 0)) > 0) {
				octets += (uint64_t)n;
				if (!is_gso)
					break;
			}
		}
	}
	report(octets / SMALL, now - begin);
}

static void do_udp_mmsg(double seconds)
{
	struct mmsghdr out[BATCH] = {0}, in[BATCH] = {0};
	struct iovec iov[BATCH];
	double begin = net_cpu_s(), now = begin;
	uint64_t done = 0;
	int fd[2], i, n;

	udp_pair(fd, false);
	for (i = 0; i < BATCH; i++) {
		iov[i] = (struct iovec){buf + i * SMALL, SMALL};
		out[i].msg_hdr.msg_iov = in[i].msg_hdr.msg_iov = &iov[i];
		out[i].msg_hdr.msg_iovlen = in[i].msg_hdr.msg_iovlen = 1;
	}
	for (; now - begin < seconds; now = net_cpu_s()) {
		(void)!sendmmsg(fd[0], out, BATCH, 0);
		n = recvmmsg(fd[1], in, BATCH, 0, NULL);
		done += n > 0 ? (uint64_t)n : 0;
	}
	report(done, now - begin);
}

/* What /proc/meminfo says, in octets. */
static double memory(const char *key)
{
	FILE *f = fopen("/proc/meminfo", "r");
	size_t len = strlen(key);
	double value = 0;
	char line[200];

	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, key, len) && line[len] == ':')
			value = strtod(line + len + 1, NULL) * 1024;
	if (f)
		fclose(f);
	return value;
}

/* Connections of a child: descriptors of one process are few. */
static void hold_some(int listener, unsigned int count, int go, int done)
{
	int fd[2];
	char c = 0;

	while (count--)
		connect_both(listener, fd, count);
	if (write(done, &c, 1) != 1 || read(go, &c, 1) < 0)
		_exit(1);
	_exit(0);
}

static void do_idle(unsigned int count)
{
	struct rlimit files = {0};
	int go[2], done[2], listener = new_listener();
	unsigned int each, held = 0;
	double before, begin;
	char c;

	getrlimit(RLIMIT_NOFILE, &files);
	each = files.rlim_cur < 2 * EACH ? (unsigned int)files.rlim_cur / 2 - 50
					 : EACH - 50;
	if (pipe(go) || pipe(done))
		net_die("pipe");
	before = memory("Slab");
	begin = net_clock_s();
	for (; held < count; held += each) {
		if (!fork()) {
			close(go[1]);
			hold_some(listener, each, go[0], done[1]);
		}
		if (read(done[0], &c, 1) != 1)
			net_die("child");
	}
	printf("{\"octets\": %.1f, \"seconds\": %.3f, \"count\": %u}\n",
	       (memory("Slab") - before) / 2 / held, net_clock_s() - begin,
	       held);
	close(go[1]);
	while (wait(NULL) > 0)
		;
}

static void work(const char *what, double seconds, unsigned int count)
{
	if (!strcmp(what, "bulk"))
		do_bulk(seconds);
	else if (!strcmp(what, "bulk-cores"))
		do_bulk_cores(seconds);
	else if (!strcmp(what, "request") && count == 1)
		do_request_one(seconds);
	else if (!strcmp(what, "request"))
		do_request(seconds, count);
	else if (!strcmp(what, "connect"))
		do_connect(seconds);
	else if (!strcmp(what, "udp-mmsg"))
		do_udp_mmsg(seconds);
	else if (!strcmp(what, "idle"))
		do_idle(count);
	else
		do_udp(seconds, !strcmp(what, "udp-gso"));
}

int main(int argc, char **argv)
{
	if (argc < 4) {
		fprintf(stderr, "usage: kernel WORK PATH SECONDS [COUNT]\n");
		return 2;
	}
	net_open(&net, argv[2]);
	memset(buf, 7, sizeof(buf));
	work(argv[1], strtod(argv[3], NULL),
	     argc > 4 ? (unsigned int)strtol(argv[4], NULL, 10) : 1);
	return 0;
}
