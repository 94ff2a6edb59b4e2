// SPDX-License-Identifier: MIT
/*
 * waiting.c - what one event costs when most descriptors are idle
 *
 *	waiting MODEL IDLE COUNT	so many events, one after the other
 *	waiting --counts		files that are looked at for each event
 *
 * A set of sockets that nothing happens to, and one counter that is written to,
 * waited for and read.  bench/waiting.py counts the instructions, which hardly
 * vary; --counts prints the stack's own count, which does not vary at all.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <weft/weft.h>

#include "base/check.h"

#define IDLE_MAX 1000000u

struct bed {
	struct weft_net *net;
	struct weft_stack *host;
	unsigned int idle;
	int *fds;
	int busy;
	int ep;
	struct pollfd *polls;
	fd_set set;
};

static void bed_open(struct bed *b, unsigned int idle)
{
	unsigned int i;

	*b = (struct bed){.idle = idle, .net = weft_net_new(1)};
	b->host = weft_net_host(b->net, "host");
	b->fds = calloc(idle, sizeof(*b->fds));
	b->polls = calloc(idle + 1, sizeof(*b->polls));
	check(b->host && b->fds && b->polls);
	weft_fd_max(b->host, 2 * IDLE_MAX);
	b->busy = weft_eventfd(b->host, 0, EFD_NONBLOCK);
	for (i = 0; i < idle; i++) {
		b->fds[i] = weft_socket(b->host, AF_INET, SOCK_DGRAM, 0);
		check(b->fds[i] >= 0);
	}
}

static void bed_close(struct bed *b)
{
	weft_net_free(b->net);
	free(b->fds);
	free(b->polls);
}

/* The i-th descriptor: the idle ones, and behind them the busy one. */
static int fd_of(const struct bed *b, unsigned int i)
{
	return i < b->idle ? b->fds[i] : b->busy;
}

static void epoll_begin(struct bed *b)
{
	unsigned int i;

	b->ep = weft_epoll_create1(b->host, 0);
	for (i = 0; i <= b->idle; i++) {
		struct epoll_event ev = {.events = EPOLLIN};

		check(weft_epoll_ctl(b->host, b->ep, EPOLL_CTL_ADD, fd_of(b, i),
				     &ev) == 0);
	}
}

static int epoll_wait_once(struct bed *b)
{
	struct epoll_event ev;

	return weft_epoll_wait(b->host, b->ep, &ev, 1, -1);
}

static void poll_begin(struct bed *b)
{
	unsigned int i;

	for (i = 0; i <= b->idle; i++)
		b->polls[i] =
			(struct pollfd){.fd = fd_of(b, i), .events = POLLIN};
}

static int poll_once(struct bed *b)
{
	return weft_poll(b->host, b->polls, b->idle + 1, -1);
}

static void select_begin(struct bed *b)
{
	unsigned int i;

	FD_ZERO(&b->set);
	for (i = 0; i <= b->idle; i++) {
		check(fd_of(b, i) < FD_SETSIZE);
		FD_SET(fd_of(b, i), &b->set);
	}
}

static int select_once(struct bed *b)
{
	fd_set set = b->set;
	int last = b->idle ? fd_of(b, b->idle - 1) : 0;

	return weft_select(b->host, (last > b->busy ? last : b->busy) + 1, &set,
			   NULL, NULL, NULL);
}

static const struct model {
	const char *name;
	unsigned int idle_max;
	void (*begin)(struct bed *b);
	int (*wait)(struct bed *b);
} models[] = {
	{"epoll", IDLE_MAX, epoll_begin, epoll_wait_once},
	{"poll", IDLE_MAX, poll_begin, poll_once},
	{"select", FD_SETSIZE - 2, select_begin, select_once},
};

/* @count events; returns how many files were looked at. */
static uint64_t run(const struct model *m, unsigned int idle, uint64_t count)
{
	struct weft_stats before = {.size = sizeof(before)}, after = before;
	uint64_t i, n = 1;
	struct bed b;

	bed_open(&b, idle);
	m->begin(&b);
	weft_stats(b.host, &before);
	for (i = 0; i < count; i++) {
		check(weft_write(b.host, b.busy, &n, sizeof(n)) == sizeof(n));
		check(m->wait(&b) == 1);
		check(weft_read(b.host, b.busy, &n, sizeof(n)) == sizeof(n));
	}
	weft_stats(b.host, &after);
	bed_close(&b);
	return after.looks - before.looks;
}

static int print_counts(void)
{
	unsigned int idle;
	size_t i;

	printf("%10s", "idle");
	for (i = 0; i < ARRAY_SIZE(models); i++)
		printf("%12s", models[i].name);
	for (idle = 100; idle <= 100000; idle *= 10) {
		printf("\n%10u", idle);
		for (i = 0; i < ARRAY_SIZE(models); i++)
			if (idle <= models[i].idle_max)
				printf("%12.1f",
				       (double)run(&models[i], idle, 10) / 10);
			else
				printf("%12s", "-");
	}
	putchar('\n');
	return 0;
}

int main(int argc, char **argv)
{
	size_t i;

	if (argc == 2 && !strcmp(argv[1], "--counts"))
		return print_counts();
	for (i = 0; argc == 4 && i < ARRAY_SIZE(models); i++) {
		unsigned long idle = strtoul(argv[2], NULL, 10);

		if (strcmp(argv[1], models[i].name) != 0 ||
		    idle > models[i].idle_max)
			continue;
		run(&models[i], (unsigned int)idle,
		    strtoull(argv[3], NULL, 10));
		return 0;
	}
	fprintf(stderr, "usage: %s MODEL IDLE COUNT | --counts\n", argv[0]);
	return 2;
}
