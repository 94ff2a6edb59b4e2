// SPDX-License-Identifier: MIT
/*
 * tap_group.c - groups: weft does what it is told, and says what came of it
 *
 *	join GROUP PORT [SOURCE]	a socket hears it, from anybody or from one
 *	leave				close the newest one
 *	send GROUP PORT COUNT TTL	datagrams, numbered in one octet
 *	heard N				wait until N have come; from whom, octets
 *	ask 4|6				be a querier
 *	asks 4|6 0|1			wait until it is, or is not
 *	members 4|6 N			wait until N groups have members
 *	version 4|6 N			wait until reports are of that version
 *	run MS				let time pass
 *	quit
 *
 * One command a line on standard input, one answer on standard output, while
 * the network goes on.  What is waited for is answered as it is in the end,
 * met or not.
 */

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"

#include "ip/group.h"
#include "ip/ip.h"
#include "sock/sock.h"
#include "tap_peer.h"

enum { SOCKS_MAX = 16, WAIT_S = 60 };

static int socks[SOCKS_MAX], sock_count;
static char heard[4096];
static int heard_count;

static bool is_v6(const struct endpoint *ep)
{
	return ep->addr.family == IP_V6;
}

static uint8_t family_of(const char *word)
{
	return word && !strcmp(word, "6") ? IP_V6 : IP_V4;
}

static int open_socket(const struct endpoint *ep)
{
	int fd = sk_socket(st.stack, is_v6(ep) ? SK_AF_INET6 : SK_AF_INET,
			   SK_SOCK_DGRAM | SK_SOCK_NONBLOCK, 0);

	if (fd < 0)
		die("no socket: %s", strerror(-fd));
	return fd;
}

static int do_join(char **argv)
{
	struct endpoint ep = peer_of(argv[0], argv[1]),
			any = {.addr = {.family = ep.addr.family}};
	uint8_t req[8 + 2 * SK_SS_LEN] = {0};
	int fd = open_socket(&ep), level = is_v6(&ep) ? 41 : 0;
	uint32_t index = st.netif->index;

	any.port = ep.port;
	if (sock_count == SOCKS_MAX)
		die("too many sockets");
	socks[sock_count++] = fd;
	sk_setsockopt_int(st.stack, fd, SK_SOL_SOCKET, SK_SO_REUSEADDR, 1);
	if (sk_bind(st.stack, fd, &any))
		die("cannot bind");
	memcpy(req, &index, sizeof(index));
	sk_put_ss(req + 8, ep.addr);
	if (!argv[2])
		return sk_setsockopt(st.stack, fd, level, SK_MCAST_JOIN_GROUP,
				     req, 8 + SK_SS_LEN);
	sk_put_ss(req + 8 + SK_SS_LEN, peer_of(argv[2], "0").addr);
	return sk_setsockopt(st.stack, fd, level, SK_MCAST_JOIN_SOURCE_GROUP,
			     req, sizeof(req));
}

static int do_run(char **argv)
{
	int err = pace_wait(&st.pace, NULL, NULL,
			    pace_now(&st.pace) +
				    (uint64_t)count_of(argv[0]) * NS_PER_MS);

	return err == -ETIMEDOUT ? 0 : err;
}

static int do_leave(char **argv)
{
	(void)argv;
	return sock_count ? sk_close(st.stack, socks[--sock_count]) : -ENOENT;
}

static int do_send(char **argv)
{
	struct endpoint to = peer_of(argv[0], argv[1]);
	int i, fd = open_socket(&to);
	long n = 1;

	sk_setsockopt_int(st.stack, fd, is_v6(&to) ? 41 : 0,
			  is_v6(&to) ? SK_IPV6_MULTICAST_HOPS
				     : SK_IP_MULTICAST_TTL,
			  count_of(argv[3]));
	for (i = 0; i < count_of(argv[2]) && n == 1; i++) {
		uint8_t octet = (uint8_t)i;

		n = sk_sendto(st.stack, fd, &octet, 1, 0, &to);
	}
	sk_close(st.stack, fd);
	return n < 0 ? (int)n : 0;
}

/* Note what has come. */
static void receive(void)
{
	char text[ENDPOINT_TEXT];
	struct endpoint from;
	uint8_t octet;
	int i;

	for (i = 0; i < sock_count; i++)
		while (sk_recvfrom(st.stack, socks[i], &octet, 1,
				   SK_MSG_DONTWAIT, &from) == 1) {
			size_t len = strlen(heard);

			from.port = 0;
			(void)snprintf(heard + len, sizeof(heard) - len,
				       " %s/%u", ip_addr_print(from.addr, text),
				       octet);
			heard_count++;
		}
}

/* What is waited for. */
struct goal {
	char what;
	uint8_t family;
	uint32_t want;
};

static uint32_t value_of(const struct goal *g)
{
	switch (g->what) {
	case 'h':
		receive();
		return (uint32_t)heard_count;
	case 'm':
		return group_member_count(st.stack, g->family, st.netif);
	case 'a':
		return group_is_querier(st.stack, g->family, st.netif);
	default:
		return group_version(st.stack, g->family, st.netif);
	}
}

static bool is_met(void *arg)
{
	const struct goal *g = arg;

	return value_of(g) == g->want;
}

static void wait_for(struct goal *g, const char *want)
{
	g->want = (uint32_t)count_of(want);
	(void)pace_wait(&st.pace, is_met, g,
			pace_now(&st.pace) + WAIT_S * NS_PER_S);
	printf("%u%s\n", value_of(g), g->what == 'h' ? heard : "");
	if (g->what == 'h') {
		heard[0] = '\0';
		heard_count = 0;
	}
}

static void act(char *line)
{
	char *argv[8] = {NULL}, *save = NULL;
	struct goal g = {.what = line[0]};
	int n = 0, err = -EINVAL;

	for (char *w = strtok_r(line, " \n", &save); w && n < 7;
	     w = strtok_r(NULL, " \n", &save))
		argv[n++] = w;
	if (!n || !strcmp(argv[0], "quit"))
		return;
	if (!strcmp(argv[0], "heard")) {
		wait_for(&g, argv[1]);
		return;
	}
	g.family = family_of(argv[1]);
	if (!strcmp(argv[0], "members") || !strcmp(argv[0], "asks") ||
	    !strcmp(argv[0], "version")) {
		wait_for(&g, argv[2]);
		return;
	}
	if (!strcmp(argv[0], "run"))
		err = do_run(argv + 1);
	else if (!strcmp(argv[0], "join"))
		err = do_join(argv + 1);
	else if (!strcmp(argv[0], "leave"))
		err = do_leave(argv + 1);
	else if (!strcmp(argv[0], "send"))
		err = do_send(argv + 1);
	else if (!strcmp(argv[0], "ask"))
		err = group_querier_start(st.stack, g.family, st.netif);
	printf("%s\n", err ? strerror(-err) : "ok");
}

/* The network goes on until there is a line to read. */
static bool next_line(char *line, int size)
{
	struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};

	while (!poll(&in, 1, 0))
		(void)pace_wait(&st.pace, NULL, NULL,
				pace_now(&st.pace) + 5 * NS_PER_MS);
	return fgets(line, size, stdin) && strncmp(line, "quit", 4) != 0;
}

void mode_group(char **argv)
{
	char line[256];

	(void)argv;
	(void)setvbuf(stdin, NULL, _IONBF, 0);
	while (next_line(line, sizeof(line))) {
		stack_enter(st.stack);
		act(line);
		stack_leave(st.stack);
		(void)fflush(stdout);
	}
	while (sock_count)
		(void)do_leave(NULL);
}
