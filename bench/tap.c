// SPDX-License-Identifier: MIT
/*
 * tap.c - how fast a stream goes between weft and the kernel of this machine
 *
 *	bench-tap [SECONDS [WHICH]]		WHICH: one row of the table, from 0
 *
 * One TCP connection over a TAP device in a network namespace of its own, for
 * each of: weft sends, the kernel sends; every frame whole, checksums and
 * segmentation left to the device; frames of 1500 and of 9000 octets.  The
 * kernel's end is a process of its own that reads into, or writes from, one
 * buffer.  Both ends share this machine's cores, and the kernel's work on a
 * frame is done in weft's write(), so this is a figure of both together.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"

#include "cli/station.h"
#include "os/clock.h"
#include "sock/sock.h"

enum { CHUNK = 1 << 18, PORT = 5001 };

struct run {
	bool weft_sends;
	bool has_offload;
	uint32_t mtu;
	double seconds;
};

static uint8_t buffer[CHUNK];

static void command(const char *text)
{
	if (system(text) != 0) {
		fprintf(stderr, "bench-tap: %s\n", text);
		exit(1);
	}
}

/* The kernel's end, until the other one is gone. */
static void kernel_end(int listener, bool sends)
{
	int s = accept(listener, NULL, NULL);

	signal(SIGPIPE, SIG_IGN);
	while ((sends ? write(s, buffer, sizeof(buffer))
		      : read(s, buffer, sizeof(buffer))) > 0)
		;
	_exit(0);
}

static int kernel_listen(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(PORT)};
	int s = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	check(bind(s, (struct sockaddr *)&a, sizeof(a)) == 0);
	check(listen(s, 1) == 0);
	return s;
}

/* Octets that went through in the time. */
static uint64_t move(struct station *st, int fd, const struct run *r)
{
	uint64_t end = pace_now(&st->pace) + (uint64_t)(r->seconds * 1e9);
	uint64_t sum = 0;
	long n;

	while (pace_now(&st->pace) < end) {
		if (r->weft_sends)
			n = sk_send(st->stack, fd, buffer, sizeof(buffer), 0);
		else
			n = sk_recv(st->stack, fd, buffer, sizeof(buffer), 0);
		if (n <= 0)
			break;
		sum += (uint64_t)n;
	}
	return sum;
}

static double each(uint64_t sum, uint64_t count)
{
	return count ? (double)sum / (double)count : 0;
}

static void report(const struct run *r, const struct station *st, uint64_t sum,
		   uint64_t ns)
{
	const struct netif_stats *s = &st->netif->stats;
	struct rusage use;
	double cpu;

	getrusage(RUSAGE_SELF, &use);
	cpu = (double)use.ru_utime.tv_sec + (double)use.ru_stime.tv_sec +
	      (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
	printf("%-12s  %-8s  %4u  %6.2f Gbit/s  %.2f CPU-s/GB  %2.0f %% of it "
	       "weft's  %5.0f octets a frame out, %5.0f in, %4.1f at a time\n",
	       r->weft_sends ? "weft sends" : "kernel sends",
	       r->has_offload ? "offload" : "plain", r->mtu,
	       (double)sum * 8 / (double)ns, cpu * 1e9 / (double)sum,
	       100 *
		       ((double)use.ru_utime.tv_sec +
			(double)use.ru_utime.tv_usec / 1e6) /
		       cpu,
	       each(s->tx_octets, s->tx_frames),
	       each(s->rx_octets, s->rx_frames),
	       each(s->rx_frames, st->dev->batches));
	(void)fflush(stdout);
}

/* In a process of its own, so that its CPU time is its own. */
static void weft_end(const struct run *r)
{
	struct station_cfg cfg = {.device = "bench0",
				  .has_offload = r->has_offload,
				  .mtu = r->mtu};
	struct endpoint to = {.port = PORT};
	static struct station st;
	uint64_t before, sum;
	int fd;

	check(ip4_net_parse(&cfg.address, "10.1.0.2/24") == 0);
	check(ip_addr_parse(&to.addr, "10.1.0.1") == 0);
	check(station_open(&st, &cfg) == 0);
	fd = sk_socket(st.stack, SK_AF_INET, SK_SOCK_STREAM, 0);
	check(sk_connect(st.stack, fd, &to) == 0);
	before = os_clock_ns();
	sum = move(&st, fd, r);
	report(r, &st, sum, os_clock_ns() - before);
	_exit(0);
}

static void one_run(const struct run *r)
{
	char text[200];
	pid_t kernel, weft;
	int listener, status;

	snprintf(text, sizeof(text),
		 "ip tuntap add bench0 mode tap %s && "
		 "ip address add 10.1.0.1/24 dev bench0 && "
		 "ip link set bench0 mtu %u up",
		 r->has_offload ? "vnet_hdr" : "", r->mtu);
	command(text);
	listener = kernel_listen();
	kernel = fork();
	if (!kernel)
		kernel_end(listener, !r->weft_sends);
	weft = fork();
	if (!weft)
		weft_end(r);
	waitpid(weft, &status, 0);
	kill(kernel, SIGKILL); /* its connection has no far end any more */
	waitpid(kernel, NULL, 0);
	close(listener);
	command("ip link delete bench0");
	if (status)
		exit(1);
}

int main(int argc, char **argv)
{
	struct run r = {.seconds = argc > 1 ? strtod(argv[1], NULL) : 2.0};
	int i, which = argc > 2 ? (int)strtol(argv[2], NULL, 10) : -1;

	if (unshare(CLONE_NEWNET)) {
		fprintf(stderr,
			"bench-tap: no namespace: %s (try unshare -r)\n",
			strerror(errno));
		return 1;
	}
	for (i = 0; i < 8; i++) {
		r.weft_sends = i % 2 == 0;
		r.has_offload = i / 2 % 2;
		r.mtu = i < 4 ? 1500 : 9000;
		if (which < 0 || which == i)
			one_run(&r);
	}
	return 0;
}
