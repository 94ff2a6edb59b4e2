// SPDX-License-Identifier: MIT
/*
 * tap_figures.c - how fast weft and the kernel of this machine talk
 *
 *	tap-figures --list
 *	tap-figures ROW SECONDS		one line of JSON
 *
 * Theory of operation
 * ===================
 * Every row makes a network namespace of its own, in it the device it needs,
 * and two processes: weft's end and the kernel's.  A row of bulk counts octets
 * of one TCP connection; a row of rounds counts how long 64 octets of UDP take
 * there and back, from a socket of the kernel, and tells the median.
 *
 * Rows without weft are what it is compared with: two namespaces of the kernel
 * over a veth pair, a relay that does nothing but read from one TAP device and
 * write to another, and a reflector that does nothing but send back.
 *
 * Both ends share this machine's cores, and the kernel's work on a frame is
 * done in weft's write(), so each is a figure of both together.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"

#include "cli/station.h"
#include "driver/tap_dev.h"
#include "os/clock.h"
#include "sock/sock.h"

enum { CHUNK = 1 << 18, PORT = 5001, ROUNDS_MAX = 1 << 20, ROUND = 64 };

/* Who is at the far end of the kernel. */
enum peer { WEFT, KERNEL, RELAY, REFLECTOR };

/**
 * struct row - a figure
 * @name:	Of it
 * @peer:	Who
 * @device:	As weft takes it: weft0 is a TAP device, wire0 one of a pair
 * @sends:	The peer does; or the kernel does
 * @is_rounds:	Round trips, not bulk
 * @has_offload: Large segments
 * @spins:	Round trips: the peer never sleeps
 * @mtu:	Of both ends
 * @has_thread:	weft asks for one of the kernel, see tap_dev.c
 */
struct row {
	const char *name;
	enum peer peer;
	const char *device;
	bool sends, is_rounds, has_offload, spins;
	uint32_t mtu;
	bool has_thread;
};

/* clang-format off */
static const struct row rows[] = {
	{"tap-out-offload",    WEFT,   "weft0",  true,  false, true,  false, 1500, false},
	{"tap-in-offload",     WEFT,   "weft0",  false, false, true,  false, 1500, false},
	{"tap-out",            WEFT,   "weft0",  true,  false, false, false, 1500, false},
	{"tap-out-thread",     WEFT,   "weft0",  true,  false, false, false, 1500, true},
	{"round-thread",       WEFT,   "weft0",  false, true,  false, false, 1500, true},
	{"tap-in",             WEFT,   "weft0",  false, false, false, false, 1500, false},
	{"tap-out-9000",       WEFT,   "weft0",  true,  false, false, false, 9000, false},
	{"tap-in-9000",        WEFT,   "weft0",  false, false, false, false, 9000, false},
	{"packet-out-offload", WEFT,   "packet:wire0", true,  false, true,  false, 1500, false},
	{"packet-in-offload",  WEFT,   "packet:wire0", false, false, true,  false, 1500, false},
	{"packet-out",         WEFT,   "packet:wire0", true,  false, false, false, 1500, false},
	{"xdp-out",            WEFT,   "xdp:wire0",    true,  false, false, false, 1500, false},
	{"xdp-in",             WEFT,   "xdp:wire0",    false, false, false, false, 1500, false},
	{"kernel-offload",     KERNEL, "wire0",  false, false, true,  false, 1500, false},
	{"kernel",             KERNEL, "wire0",  false, false, false, false, 1500, false},
	{"relay-offload",      RELAY,  "weft0",  false, false, true,  false, 1500, false},
	{"relay",              RELAY,  "weft0",  false, false, false, false, 1500, false},
	{"round",              WEFT,   "weft0",  false, true,  false, false, 1500, false},
	{"round-spin",         WEFT,   "weft0",  false, true,  false, true,  1500, false},
	{"round-reflector",    REFLECTOR, "weft0", false, true, false, false, 1500, false},
	{"round-reflector-spin", REFLECTOR, "weft0", false, true, false, true, 1500, false},
	{"round-kernel",       KERNEL, "wire0",  false, true,  false, false, 1500, false},
};
/* clang-format on */

/* What two processes tell each other. */
struct shared {
	_Atomic bool is_ready;
	uint64_t octets, ns, rounds;
	double p50_us, cpu_s;
};

static struct shared *shared;
static uint8_t buffer[CHUNK];

__attribute__((format(printf, 1, 2))) static void order(const char *format, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	if (system(text) != 0) {
		fprintf(stderr, "tap-figures: %s\n", text);
		exit(1);
	}
}

static void new_namespace(void)
{
	if (unshare(CLONE_NEWNET)) {
		fprintf(stderr,
			"tap-figures: no namespace: %s (try unshare "
			"-r)\n",
			strerror(errno));
		exit(77);
	}
	order("sysctl -qw net.ipv6.conf.default.disable_ipv6=1");
}

static double cpu_seconds(void)
{
	struct rusage use;

	getrusage(RUSAGE_SELF, &use);
	return (double)use.ru_utime.tv_sec + (double)use.ru_stime.tv_sec +
	       (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
}

/*
 * The kernel's end: sockets of this process.
 */

static struct sockaddr_in address(const char *text)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(PORT)};

	inet_pton(AF_INET, text, &a.sin_addr);
	return a;
}

/* A stream of the kernel's, with CUBIC wherever this may be said: what a
 * machine happens to have for its default may pace (BBR), and then a row shows
 * the pace. */
static int kernel_stream(void)
{
	int s = socket(AF_INET, SOCK_STREAM, 0);

	(void)setsockopt(s, IPPROTO_TCP, TCP_CONGESTION, "cubic", 5);
	return s;
}

static int kernel_listen(void)
{
	struct sockaddr_in a = address("0.0.0.0");
	int s = kernel_stream();

	check(bind(s, (struct sockaddr *)&a, sizeof(a)) == 0);
	check(listen(s, 1) == 0);
	return s;
}

/* Send or receive until the other one is gone. */
static void kernel_bulk(int s, bool sends)
{
	signal(SIGPIPE, SIG_IGN);
	while ((sends ? write(s, buffer, sizeof(buffer))
		      : read(s, buffer, sizeof(buffer))) > 0)
		;
}

/* For so long; what arrives at the other end is counted there or here. */
static void kernel_bulk_timed(int s, double seconds)
{
	uint64_t begin = os_clock_ns(), end = begin + (uint64_t)(seconds * 1e9);
	double cpu = cpu_seconds();
	ssize_t n;

	while (os_clock_ns() < end && (n = write(s, buffer, CHUNK)) > 0)
		shared->octets += (uint64_t)n;
	shared->ns = os_clock_ns() - begin;
	shared->cpu_s = cpu_seconds() - cpu;
}

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* Ask with a number, and wait for the answer to that one: what was asked before
 * ARP was done may be answered late. */
static bool one_round(int s, uint32_t number)
{
	uint8_t ask[ROUND] = {0}, got[ROUND];
	ssize_t n;

	memcpy(ask, &number, sizeof(number));
	if (send(s, ask, ROUND, 0) != ROUND)
		return false;
	do {
		n = recv(s, got, ROUND, 0);
	} while (n == ROUND && memcmp(got, &number, sizeof(number)) != 0);
	return n == ROUND;
}

/* Ask and be answered, for so long; the median. */
static void kernel_rounds(const char *to, double seconds)
{
	static uint32_t took[ROUNDS_MAX];
	struct sockaddr_in a = address(to);
	struct timeval limit = {.tv_usec = 100000};
	int s = socket(AF_INET, SOCK_DGRAM, 0);
	uint64_t now, end;
	uint32_t n = 0, number = 0;

	check(connect(s, (struct sockaddr *)&a, sizeof(a)) == 0);
	setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	while (!one_round(s, ++number))
		; /* until ARP is done, and the device has its carrier */
	now = os_clock_ns();
	end = now + (uint64_t)(seconds * 1e9);
	while (now < end && n < ROUNDS_MAX) {
		uint64_t before = now;

		if (!one_round(s, ++number))
			break;
		now = os_clock_ns();
		took[n++] = (uint32_t)(now - before);
	}
	qsort(took, n, sizeof(*took), compare);
	shared->rounds = n;
	n /= 2;
	shared->p50_us = shared->rounds ? took[n] / 1e3 : 0;
}

static void kernel_reflect(void)
{
	struct sockaddr_in a = address("0.0.0.0");
	int s = socket(AF_INET, SOCK_DGRAM, 0);
	socklen_t len = sizeof(a);
	ssize_t n;

	check(bind(s, (struct sockaddr *)&a, sizeof(a)) == 0);
	shared->is_ready = true;
	while ((n = recvfrom(s, buffer, CHUNK, 0, (struct sockaddr *)&a,
			     &len)) >= 0)
		(void)sendto(s, buffer, (size_t)n, 0, (struct sockaddr *)&a,
			     len);
}

/*
 * weft's end.
 */

static void weft_bulk(struct station *st, const struct row *r, double seconds)
{
	struct endpoint to = {.port = PORT};
	uint64_t begin, end, now = 0;
	int fd = sk_socket(st->stack, SK_AF_INET, SK_SOCK_STREAM, 0);
	double cpu;
	long n = 1;

	check(ip_addr_parse(&to.addr, "10.1.0.1") == 0);
	check(sk_connect(st->stack, fd, &to) == 0);
	cpu = cpu_seconds();
	begin = pace_now(&st->pace);
	end = begin + (uint64_t)(seconds * 1e9);
	while (n > 0 && now < end) {
		n = r->sends ? sk_send(st->stack, fd, buffer, CHUNK, 0)
			     : sk_recv(st->stack, fd, buffer, CHUNK, 0);
		shared->octets += n > 0 ? (uint64_t)n : 0;
		now = pace_now(&st->pace);
	}
	shared->ns = now - begin;
	shared->cpu_s = cpu_seconds() - cpu;
}

static void weft_reflect(struct station *st, bool spins)
{
	struct endpoint local = {.port = PORT};
	int fd = sk_socket(st->stack, SK_AF_INET, SK_SOCK_DGRAM, 0);
	int flags = spins ? SK_MSG_DONTWAIT : 0;

	check(ip_addr_parse(&local.addr, "0.0.0.0") == 0);
	check(sk_bind(st->stack, fd, &local) == 0);
	shared->is_ready = true;
	for (;;) {
		struct endpoint from;
		long n =
			sk_recvfrom(st->stack, fd, buffer, CHUNK, flags, &from);

		if (n >= 0)
			(void)sk_sendto(st->stack, fd, buffer, (size_t)n, 0,
					&from);
		else if (spins)
			(void)pace_poll(&st->pace);
		else
			return;
	}
}

static void weft_end(const struct row *r, double seconds)
{
	struct station_cfg cfg = {.has_offload = r->has_offload,
				  .has_thread = r->has_thread,
				  .mtu = r->mtu};
	static struct station st;

	cfg.kind = dev_parse(r->device, &cfg.device);
	check(ip4_net_parse(&cfg.address, "10.1.0.2/24") == 0);
	if (station_open(&st, &cfg)) {
		fprintf(stderr, "tap-figures: %s cannot be opened\n",
			r->device);
		exit(77);
	}
	if (r->is_rounds)
		weft_reflect(&st, r->spins);
	else
		weft_bulk(&st, r, seconds);
}

/*
 * Ends that are neither.
 */

static int open_tap(const char *name, bool has_offload)
{
	const struct tap_dev_cfg cfg = {.name = name,
					.has_vnet_hdr = has_offload,
					.has_offload = has_offload};
	char real_name[TAP_NAME_MAX];
	int fd = tap_dev_open(&cfg, real_name);

	check(fd >= 0);
	return fd;
}

/* Send each datagram back to where it came from, and nothing else. */
static void reflector_end(const struct row *r)
{
	int fd = open_tap("weft0", false);
	struct pollfd p = {.fd = fd, .events = POLLIN};
	uint8_t *f = buffer, t[6];

	shared->is_ready = true;
	for (;;) {
		ssize_t n = read(fd, f, CHUNK);

		if (n < 0 && !r->spins)
			poll(&p, 1, -1);
		if (n < 42 || f[12] != 8 || f[13] || f[23] != 17)
			continue;
		memcpy(t, f, 6);
		memcpy(f, f + 6, 6);
		memcpy(f + 6, t, 6);
		memcpy(t, f + 26, 4);
		memcpy(f + 26, f + 30, 4);
		memcpy(f + 30, t, 4);
		memcpy(t, f + 34, 2);
		memcpy(f + 34, f + 36, 2);
		memcpy(f + 36, t, 2);
		check(write(fd, f, (size_t)n) == n);
	}
}

static void relay_one(int from, int to)
{
	int i;

	for (i = 0; i < 64; i++) {
		ssize_t n = read(from, buffer, sizeof(buffer));

		if (n < 0)
			return;
		(void)!write(to, buffer, (size_t)n);
	}
}

/* Between this namespace and a new one, in which somebody listens. */
static void relay_end(const struct row *r)
{
	int near = open_tap("weft0", r->has_offload), far, listener;
	struct pollfd p[2] = {{near, POLLIN, 0}};

	new_namespace();
	order("ip tuntap add weft1 mode tap %s && ip address add 10.1.0.2/24 "
	      "dev weft1 && ip link set weft1 mtu %u up",
	      r->has_offload ? "vnet_hdr" : "", r->mtu);
	far = open_tap("weft1", r->has_offload);
	p[1] = (struct pollfd){far, POLLIN, 0};
	listener = kernel_listen();
	if (!fork()) {
		kernel_bulk(accept(listener, NULL, NULL), false);
		_exit(0);
	}
	shared->is_ready = true;
	for (;;) {
		poll(p, 2, -1);
		relay_one(near, far);
		relay_one(far, near);
	}
}

/* The kernel, in a namespace of its own, at the other end of the pair. */
static void kernel_end(const struct row *r)
{
	int listener;

	new_namespace();
	shared->is_ready = true;
	while (system("ip link show wire0 >/dev/null 2>&1"))
		;
	order("ip address add 10.1.0.2/24 dev wire0 && "
	      "ip link set wire0 mtu %u up",
	      r->mtu);
	if (r->is_rounds)
		kernel_reflect();
	listener = kernel_listen();
	shared->octets = 1; /* go */
	kernel_bulk(accept(listener, NULL, NULL), false);
}

/*
 * Rows.
 */

static void make_device(const struct row *r)
{
	const char *name = "weft0";

	if (r->has_thread) {
		check(unshare(CLONE_NEWNS) == 0);
		order("mount --make-rprivate / && mount -t sysfs sys /sys");
	}
	if (strstr(r->device, "weft0")) {
		order("ip tuntap add weft0 mode tap %s",
		      r->has_offload ? "vnet_hdr" : "");
	} else {
		name = "kernel0";
		order("ip link add wire0 type veth peer name kernel0 && "
		      "ip link set wire0 mtu %u up",
		      r->mtu);
		if (!r->has_offload)
			order("ethtool -K kernel0 tx off tso off gso off "
			      ">/dev/null");
	}
	order("ip address add 10.1.0.1/24 dev %s && "
	      "ip link set %s mtu %u up",
	      name, name, r->mtu);
	if (r->peer == REFLECTOR) /* which does not speak ARP */
		order("ip neighbour add 10.1.0.2 lladdr 02:00:00:00:00:02 dev "
		      "weft0");
}

static pid_t start_peer(const struct row *r, double seconds)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	setpgid(0, 0);
	if (r->peer == WEFT)
		weft_end(r, seconds);
	else if (r->peer == KERNEL)
		kernel_end(r);
	else if (r->peer == RELAY)
		relay_end(r);
	else
		reflector_end(r);
	_exit(0);
}

static void await_ready(pid_t peer)
{
	int status;

	while (!shared->is_ready)
		if (waitpid(peer, &status, WNOHANG) == peer)
			exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

/* Connect to the peer as soon as it listens. */
static int connect_to_peer(void)
{
	struct sockaddr_in a = address("10.1.0.2");
	int s, tries;

	for (tries = 0; tries < 1000; tries++) {
		s = kernel_stream();
		if (!connect(s, (struct sockaddr *)&a, sizeof(a)))
			return s;
		close(s);
		poll(NULL, 0, 10);
	}
	fprintf(stderr, "tap-figures: nobody listens\n");
	exit(1);
}

/* The kernel's end of a row; @peer is running. */
static void run_kernel(const struct row *r, pid_t peer, double seconds)
{
	if (r->peer == KERNEL || r->peer == RELAY || r->is_rounds)
		await_ready(peer);
	if (r->peer == KERNEL)
		order("ip link set wire0 netns %d", (int)peer);
	if (r->is_rounds) {
		kernel_rounds("10.1.0.2", seconds);
	} else {
		int s = connect_to_peer();

		shared->octets = 0;
		kernel_bulk_timed(s, seconds);
	}
}

static void run(const struct row *r, double seconds)
{
	pid_t peer, sink = 0;
	int status = 0, listener = -1;

	new_namespace();
	make_device(r);
	if (r->peer == WEFT && !r->is_rounds) {
		listener = kernel_listen();
		sink = fork();
		if (!sink) {
			kernel_bulk(accept(listener, NULL, NULL), !r->sends);
			_exit(0);
		}
	}
	peer = start_peer(r, seconds);
	if (sink)
		waitpid(peer, &status, 0);
	else
		run_kernel(r, peer, seconds);
	if (sink)
		kill(sink, SIGKILL);
	else
		kill(-peer, SIGKILL);
	if (status)
		exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
	printf("{\"row\": \"%s\", \"gb_per_s\": %.4f, \"cpu_s_per_gb\": %.4f, "
	       "\"p50_us\": %.2f, \"rounds\": %llu}\n",
	       r->name,
	       shared->ns ? (double)shared->octets / (double)shared->ns : 0,
	       shared->octets ? shared->cpu_s * 1e9 / (double)shared->octets
			      : 0,
	       shared->p50_us, (unsigned long long)shared->rounds);
}

int main(int argc, char **argv)
{
	size_t i;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	check(shared != MAP_FAILED);
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (argc == 2 && !strcmp(argv[1], "--list"))
			printf("%s\n", rows[i].name);
		if (argc == 3 && !strcmp(argv[1], rows[i].name)) {
			run(&rows[i], strtod(argv[2], NULL));
			return 0;
		}
	}
	return argc == 2 ? 0 : 2;
}
