// SPDX-License-Identifier: MIT
/*
 * ends.c - sockets of the kernel at either end of somebody else's stack
 *
 *	ends sink PORT | source PORT	accept a connection, read or write it
 *	ends echo PORT			send datagrams back
 *	ends send ADDRESS PORT SECONDS	{"rate": octets a second}
 *	ends recv ADDRESS PORT SECONDS
 *	ends rounds ADDRESS PORT SECONDS	{"p50_us": of 64 octets of UDP}
 *
 * By the clock, since several processes take part.  Who connects tries again
 * until somebody listens, a few seconds long.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { CHUNK = 1 << 18, ROUND = 64, ROUNDS_MAX = 1 << 20, TRIES = 400 };

static char buf[CHUNK];

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void die(const char *what)
{
	fprintf(stderr, "ends: %s: %s\n", what, strerror(errno));
	exit(1);
}

static struct sockaddr_in address(const char *text, const char *port)
{
	struct sockaddr_in a = {.sin_family = AF_INET};

	a.sin_port = htons((uint16_t)strtol(port, NULL, 10));
	if (inet_pton(AF_INET, text, &a.sin_addr) != 1)
		die(text);
	return a;
}

static int bound(int type, const char *port)
{
	struct sockaddr_in a = address("0.0.0.0", port);
	int fd = socket(AF_INET, type, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)))
		die("bind");
	return fd;
}

static void serve(const char *port, int is_source)
{
	int l = bound(SOCK_STREAM, port), fd;

	if (listen(l, 8))
		die("listen");
	for (;;) {
		fd = accept(l, NULL, NULL);
		while ((is_source ? write(fd, buf, CHUNK)
				  : read(fd, buf, CHUNK)) > 0)
			;
		close(fd);
	}
}

static void echo(const char *port)
{
	int fd = bound(SOCK_DGRAM, port);
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	ssize_t n;

	while ((n = recvfrom(fd, buf, CHUNK, 0, (struct sockaddr *)&from,
			     &len)) >= 0)
		(void)!sendto(fd, buf, (size_t)n, 0, (struct sockaddr *)&from,
			      len);
}

static int connected(const char *to, const char *port)
{
	struct sockaddr_in a = address(to, port);
	int fd, tries;

	for (tries = 0; tries < TRIES; tries++) {
		fd = socket(AF_INET, SOCK_STREAM, 0);
		if (!connect(fd, (struct sockaddr *)&a, sizeof(a)))
			return fd;
		close(fd);
		poll(NULL, 0, 10);
	}
	die("connect");
	return -1;
}

/* The first octets are not counted: windows must open. */
static void bulk(const char *to, const char *port, double seconds, int sends)
{
	int fd = connected(to, port);
	double start = now_s(), begin = 0, now = start;
	uint64_t octets = 0;
	ssize_t n = 1;

	while (n > 0 && (!begin || now - begin < seconds)) {
		n = sends ? write(fd, buf, CHUNK) : read(fd, buf, CHUNK);
		now = now_s();
		if (begin)
			octets += n > 0 ? (uint64_t)n : 0;
		else if (now - start > seconds / 4)
			begin = now;
	}
	if (n <= 0)
		die("the connection ended");
	printf("{\"rate\": %.1f}\n", (double)octets / (now - begin));
}

static int one_round(int fd, uint32_t number)
{
	uint8_t ask[ROUND] = {0}, got[ROUND];
	ssize_t n;

	memcpy(ask, &number, sizeof(number));
	if (send(fd, ask, ROUND, 0) != ROUND)
		return 0;
	do {
		n = recv(fd, got, ROUND, 0);
	} while (n == ROUND && memcmp(got, &number, sizeof(number)) != 0);
	return n == ROUND;
}

static int compare(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return (x > y) - (x < y);
}

static void rounds(const char *to, const char *port, double seconds)
{
	static float took[ROUNDS_MAX];
	struct sockaddr_in a = address(to, port);
	struct timeval patience = {.tv_usec = 20000};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	uint32_t number = 0, n = 0;
	double begin, now;

	if (connect(fd, (struct sockaddr *)&a, sizeof(a)))
		die("connect");
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	while (!one_round(fd, ++number))
		if (number > TRIES)
			die("nobody answers");
	begin = now = now_s();
	while (now - begin < seconds && n < ROUNDS_MAX) {
		double before = now;

		if (!one_round(fd, ++number))
			continue;
		now = now_s();
		took[n++] = (float)((now - before) * 1e6);
	}
	qsort(took, n, sizeof(*took), compare);
	printf("{\"p50_us\": %.2f, \"rounds\": %u}\n", (double)took[n / 2], n);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	signal(SIGPIPE, SIG_IGN);
	if (argc == 3 && (!strcmp(what, "sink") || !strcmp(what, "source")))
		serve(argv[2], !strcmp(what, "source"));
	else if (argc == 3 && !strcmp(what, "echo"))
		echo(argv[2]);
	else if (argc == 5 && !strcmp(what, "rounds"))
		rounds(argv[2], argv[3], strtod(argv[4], NULL));
	else if (argc == 5)
		bulk(argv[2], argv[3], strtod(argv[4], NULL),
		     !strcmp(what, "send"));
	else
		return 2;
	return 0;
}
