/* SPDX-License-Identifier: MIT */
#ifndef REAL_CALLS_MAKE_H
#define REAL_CALLS_MAKE_H

/*
 * calls_make.h - what calls_probe.c makes its calls with: memory that is bad in
 *		  every way, and descriptors of every kind
 */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum { PAGE = 4096, LISTENER_PORT = 4000 };

static uint8_t *good, *read_only, *edge;

struct place {
	const char *name;
	void *at;
};

static struct place places[] = {
	{"null", NULL},
	{"nowhere", (void *)8},
	{"kernel", (void *)(UINTPTR_MAX - 4095)},
	{"read-only", NULL},
	{"edge", NULL},
	{"good", NULL},
};

/* What descriptors there are; each is made anew by its name. */
static const char *const kinds[] = {
	"stream",	 "listener", "connected", "udp",
	"udp-connected", "unix",     "file",	  "none",
};

static void make_pages(void)
{
	uint8_t *p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED || munmap(p + 2 * PAGE, PAGE) ||
	    mprotect(p + 3 * PAGE, PAGE, PROT_READ))
		abort();
	good = p;
	edge = p + 2 * PAGE - 2;
	read_only = p + 3 * PAGE;
	places[3].at = read_only;
	places[4].at = edge;
	places[5].at = good;
}

static struct sockaddr_in local(uint16_t port)
{
	struct sockaddr_in sin = {.sin_family = AF_INET,
				  .sin_port = htons(port)};

	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return sin;
}

static int bound(int type)
{
	struct sockaddr_in sin = local(0);
	int fd = socket(AF_INET, type | SOCK_NONBLOCK, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&sin, sizeof(sin)))
		abort();
	return fd;
}

static void join(int fd, int to)
{
	struct sockaddr_in sin;
	socklen_t len = sizeof(sin);
	int flags = fcntl(fd, F_GETFL);

	if (getsockname(to, (struct sockaddr *)&sin, &len))
		abort();
	fcntl(fd, F_SETFL, 0);
	if (connect(fd, (struct sockaddr *)&sin, sizeof(sin)))
		abort();
	fcntl(fd, F_SETFL, flags);
}

static int make_one(const char *kind, int *other)
{
	int fd = -1, lst;

	*other = -1;
	if (!strcmp(kind, "stream"))
		return socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (!strcmp(kind, "udp"))
		return bound(SOCK_DGRAM);
	if (!strcmp(kind, "unix"))
		return socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (!strcmp(kind, "file"))
		return open("/dev/null", O_RDWR);
	if (!strcmp(kind, "none"))
		return 999;
	if (!strcmp(kind, "udp-connected")) {
		*other = bound(SOCK_DGRAM);
		fd = bound(SOCK_DGRAM);
		join(fd, *other);
		return fd;
	}
	lst = bound(SOCK_STREAM);
	listen(lst, 5);
	if (!strcmp(kind, "listener"))
		return lst;
	fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	join(fd, lst);
	fcntl(lst, F_SETFL, 0);
	*other = accept(lst, NULL, NULL);
	close(lst);
	return fd;
}

/* A descriptor of that kind; the other end, if any, in @other. */
static int make(const char *kind, int *other)
{
	sigset_t alarm, before;
	int fd;

	sigemptyset(&alarm);
	sigaddset(&alarm, SIGALRM);
	sigprocmask(SIG_BLOCK, &alarm, &before);
	fd = make_one(kind, other);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return fd;
}

static void drop(int fd, int other)
{
	if (fd != 999)
		close(fd);
	if (other >= 0)
		close(other);
}

#endif /* REAL_CALLS_MAKE_H */
