// SPDX-License-Identifier: MIT
/*
 * control.c - a running lab answers questions
 *
 * Theory of operation
 * ===================
 * A listener and its clients hang in an epoll set, which is one descriptor of
 * the lab's loop.  A client sends one line, gets its answer, and that is all:
 *
 *	connect --> line --> answer, as fast as the client reads --> close
 *
 * The lab never waits for a client.  The answer is made at one stroke, is kept
 * until the client has read it, and goes out in pieces as the kernel takes
 * them.  So one that asks and does not read costs memory, but no time; and it
 * is shown the door after CLIENT_TIME_NS.
 *
 * Invariants
 * ----------
 *  (1) No call here blocks.
 *  (2) There are at most CLIENTS_MAX clients; one more makes the oldest go.
 *  (3) A client that has asked is not read from any more.
 *
 * Limits
 * ------
 * A line is at most CONTROL_LINE_MAX octets; whoever sends more without an end
 * of line is no client of ours and is closed.
 */
#include "os/control.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"
#include "base/list.h"

#include "core/env.h"

#include "os/control_int.h"
#include "os/pace.h"

enum { CLIENTS_MAX = 8, EVENTS_AT_ONCE = 16, BACKLOG = 8 };
#define CLIENT_TIME_NS (10 * NS_PER_S)

/**
 * struct client - somebody who asks
 * @node:	In the control, the oldest first
 * @fd:		His connection
 * @until_ns:	When his time is over
 * @line:	What he has sent so far, @len octets
 * @answer:	What he gets, of which he has @sent octets
 */
struct client {
	struct list node;
	int fd;
	uint64_t until_ns;
	char line[CONTROL_LINE_MAX];
	size_t len;
	struct strbuf answer;
	size_t sent;
};

/**
 * struct control - where questions arrive
 * @mem:	Where this comes from
 * @pace:	The loop
 * @pfd:	@epoll in it
 * @driven:	Deadlines of clients
 * @epoll:	@listener, and the clients
 * @listener:	Where they connect
 * @un:		Its address
 * @answer:	Who answers, with @arg
 * @clients:	struct client
 * @count:	How many
 */
struct control {
	struct mem *mem;
	struct pace *pace;
	struct pace_fd pfd;
	struct pace_driven driven;
	int epoll, listener;
	struct sockaddr_un un;
	control_fn *answer;
	void *arg;
	struct list clients;
	size_t count;
};

static void client_end(struct control *c, struct client *cl)
{
	list_del(&cl->node);
	c->count--;
	close(cl->fd); /* leaves the epoll set, too */
	strbuf_fini(&cl->answer);
	mem_free(c->mem, cl, sizeof(*cl));
}

/* Only who this process is, and root, may look into it. */
static bool is_welcome(int fd)
{
	struct ucred who;
	socklen_t len = sizeof(who);

	return !getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) &&
	       (who.uid == geteuid() || who.uid == 0);
}

static void client_add(struct control *c, int fd)
{
	struct client *cl = mem_alloc(c->mem, sizeof(*cl));
	struct epoll_event ev = {.events = EPOLLIN, .data.ptr = cl};

	if (!cl || epoll_ctl(c->epoll, EPOLL_CTL_ADD, fd, &ev)) {
		if (cl)
			mem_free(c->mem, cl, sizeof(*cl));
		close(fd);
		return;
	}
	cl->fd = fd;
	cl->until_ns = pace_now(c->pace) + CLIENT_TIME_NS;
	strbuf_init(&cl->answer, c->mem);
	list_add_tail(&c->clients, &cl->node);
	c->count++;
}

/* One for each event, so that nobody who comes often takes all the time. */
static void accept_one(struct control *c)
{
	int fd = accept4(c->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0)
		return;
	if (!is_welcome(fd)) {
		close(fd);
		return;
	}
	client_add(c, fd);
}

/* True: there is more to be sent. */
static bool client_send(struct client *cl)
{
	const char *text = strbuf_text(&cl->answer);

	while (cl->sent < cl->answer.len) {
		ssize_t n =
			send(cl->fd, text + cl->sent, cl->answer.len - cl->sent,
			     MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0)
			return errno == EAGAIN;
		cl->sent += (size_t)n;
	}
	return false;
}

/* Take in what has come.  1: a line is there; 0: not yet; or -errno. */
static int client_read(struct client *cl)
{
	size_t room = sizeof(cl->line) - cl->len;
	ssize_t n = recv(cl->fd, cl->line + cl->len, room, MSG_DONTWAIT);
	char *end;

	if (n < 0)
		return errno == EAGAIN ? 0 : -errno;
	if (n == 0)
		return -ECONNRESET;
	cl->len += (size_t)n;
	end = memchr(cl->line, '\n', cl->len);
	if (!end)
		return cl->len == sizeof(cl->line) ? -EMSGSIZE : 0;
	*end = '\0';
	return 1;
}

static void client_ask(struct control *c, struct client *cl)
{
	struct epoll_event ev = {.events = EPOLLOUT, .data.ptr = cl};

	c->answer(c->arg, cl->line, &cl->answer);
	if (cl->answer.error || !client_send(cl) ||
	    epoll_ctl(c->epoll, EPOLL_CTL_MOD, cl->fd, &ev))
		client_end(c, cl);
}

static void client_ready(struct control *c, struct client *cl, uint32_t events)
{
	int n;

	if (cl->answer.len) {
		if (events & (EPOLLERR | EPOLLHUP) || !client_send(cl))
			client_end(c, cl);
		return;
	}
	n = client_read(cl);
	if (n < 0)
		client_end(c, cl);
	else if (n > 0)
		client_ask(c, cl);
}

static void on_events(struct pace_fd *pfd, void *arg)
{
	struct control *c = arg;
	struct epoll_event ev[EVENTS_AT_ONCE];
	struct client *cl;
	int n = epoll_wait(pfd->fd, ev, EVENTS_AT_ONCE, 0);

	/* Nobody but the client of an event ends meanwhile. */
	for (int i = 0; i < n; i++)
		if (ev[i].data.ptr)
			client_ready(c, ev[i].data.ptr, ev[i].events);
	for (int i = 0; i < n; i++)
		if (!ev[i].data.ptr)
			accept_one(c);
	cl = list_first_entry(&c->clients, struct client, node);
	if (cl && c->count > CLIENTS_MAX)
		client_end(c, cl);
}

/* The oldest has the first deadline. */
static uint64_t control_next(void *arg)
{
	struct control *c = arg;
	const struct client *cl =
		list_first_entry(&c->clients, struct client, node);

	return cl ? cl->until_ns : UINT64_MAX;
}

static void control_run(void *arg, uint64_t now_ns)
{
	struct control *c = arg;
	struct client *cl;

	while ((cl = list_first_entry(&c->clients, struct client, node)) &&
	       cl->until_ns <= now_ns)
		client_end(c, cl);
}

static int open_listener(struct control *c)
{
	struct epoll_event ev = {.events = EPOLLIN};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	c->listener = fd;
	if (fd < 0)
		return -errno;
	/* Before there is a name: nobody is ever let in by mistake. */
	if (fchmod(fd, S_IRUSR | S_IWUSR))
		return -errno;
	(void)unlink(c->un.sun_path); /* of one that had our number before */
	if (bind(fd, (const struct sockaddr *)&c->un, sizeof(c->un)) ||
	    listen(fd, BACKLOG) || epoll_ctl(c->epoll, EPOLL_CTL_ADD, fd, &ev))
		return -errno;
	return 0;
}

static int control_start(struct control *c)
{
	int err = control_address(&c->un, (int)getpid(), true);

	if (err)
		return err;
	(void)control_newest(); /* removes what the dead have left */
	c->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (c->epoll < 0)
		return -errno;
	err = open_listener(c);
	if (!err)
		err = pace_watch(c->pace, &c->pfd, c->epoll, on_events, c);
	return err;
}

int control_open(struct control **out, struct mem *mem, struct pace *pace,
		 control_fn *answer, void *arg)
{
	struct control *c = mem_alloc(mem, sizeof(*c));
	int err;

	if (!c)
		return -ENOMEM;
	c->mem = mem;
	c->pace = pace;
	c->answer = answer;
	c->arg = arg;
	c->epoll = c->listener = -1;
	list_init(&c->clients);
	c->driven = (struct pace_driven){
		.next = control_next,
		.run = control_run,
		.arg = c,
	};
	pace_add(pace, &c->driven);
	err = control_start(c);
	if (err)
		control_close(c);
	else
		*out = c;
	return err;
}

void control_close(struct control *c)
{
	struct client *cl;

	if (!c)
		return;
	while ((cl = list_first_entry(&c->clients, struct client, node)))
		client_end(c, cl);
	if (c->pfd.on_ready)
		pace_unwatch(c->pace, &c->pfd);
	pace_del(&c->driven);
	if (c->listener >= 0) {
		close(c->listener);
		(void)unlink(c->un.sun_path);
	}
	if (c->epoll >= 0)
		close(c->epoll);
	mem_free(c->mem, c, sizeof(*c));
}
