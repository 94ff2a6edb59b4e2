// SPDX-License-Identifier: MIT
/*
 * relay.c - the least that a relay costs
 *
 * Theory of operation
 * ===================
 *	relay PORT TO		connections to PORT are relayed to TO, both on
 *				127.0.0.1, until it is killed
 *
 * What `weft run` does between two programs without the network in between: an
 * epoll set, a recv and a send for whatever comes.  Its sockets are TCP's,
 * which cost more than AF_UNIX's, so who uses these can be faster than this.
 *
 * Sends block: nobody here sends more than fits.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS = 64, CHUNK = 65536 };

struct end {
	int fd; /* -1: closed */
	struct end *other;
};

static struct sockaddr_in loopback(const char *port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)strtoul(port, NULL, 10)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
}

static void add_end(int set, struct end *e, int fd, struct end *other)
{
	struct epoll_event ev = {.events = EPOLLIN, .data.ptr = e};
	int one = 1;

	*e = (struct end){fd, other};
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	(void)epoll_ctl(set, EPOLL_CTL_ADD, fd, &ev);
}

/* Ends are not freed: an event of the same batch may still point there. */
static void on_connect(int set, int listener, const struct sockaddr_in *to)
{
	struct end *pair = calloc(2, sizeof(*pair));
	int near = accept(listener, NULL, NULL);
	int far = socket(AF_INET, SOCK_STREAM, 0);

	if (!pair || near < 0 || far < 0 ||
	    connect(far, (const struct sockaddr *)to, sizeof(*to))) {
		close(near);
		close(far);
		free(pair);
		return;
	}
	add_end(set, &pair[0], near, &pair[1]);
	add_end(set, &pair[1], far, &pair[0]);
}

static void on_octets(struct end *e)
{
	static char buf[CHUNK];
	ssize_t n;

	if (e->fd < 0)
		return;
	n = recv(e->fd, buf, sizeof(buf), 0);
	if (n > 0 && send(e->other->fd, buf, (size_t)n, MSG_NOSIGNAL) == n)
		return;
	close(e->fd);
	close(e->other->fd);
	e->fd = e->other->fd = -1;
}

int main(int argc, char **argv)
{
	int listener = socket(AF_INET, SOCK_STREAM, 0), one = 1;
	int set = epoll_create1(0);
	struct epoll_event ev[EVENTS] = {{.events = EPOLLIN}};
	struct sockaddr_in at, to;

	if (argc != 3)
		return 2;
	at = loopback(argv[1]);
	to = loopback(argv[2]);
	(void)setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(listener, (struct sockaddr *)&at, sizeof(at)) ||
	    listen(listener, EVENTS) ||
	    epoll_ctl(set, EPOLL_CTL_ADD, listener, ev)) {
		perror("relay");
		return 1;
	}
	for (;;) {
		int n = epoll_wait(set, ev, EVENTS, -1);

		for (int i = 0; i < n; i++)
			if (ev[i].data.ptr)
				on_octets(ev[i].data.ptr);
			else
				on_connect(set, listener, &to);
	}
}
