// SPDX-License-Identifier: MIT
/*
 * look.c - a look at everything that a lab has open
 *
 * Theory of operation
 * ===================
 * Three know a part each, and only together it is the picture:
 *
 *	the stack of a host	its descriptors: queues, timers, wait queues
 *	TCP itself		connections without descriptor (TIME-WAIT, half
 *				open, not accepted yet)
 *	run/			which process has a descriptor for a socket,
 *				and what it waits in
 *
 * What run/ says is gathered first, in lists; then the hosts are walked, and
 * each socket is written with what belongs to it.
 *
 * Invariant: nothing in the lab changes by being looked at.  No event, no
 * random number, no memory of the lab's: a virtual run that was looked at
 * writes the same log.
 *
 * Limits
 * ------
 * A lab in real time stands still while it is looked at: about 20 us for each
 * socket.
 */
#include "lab/look.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/hash.h"

#include "io/epoll_info.h"
#include "lab/look_int.h"
#include "lab/program.h"
#include "lab/run_int.h"
#include "reactor/reactor.h"
#include "sock/file.h"
#include "sock/sock_look.h"
#include "tcp/tcp.h"

static void on_process(void *arg, const struct look_process *p)
{
	struct look *l = arg;
	struct told_process *t = arena_alloc(&l->arena, 1, sizeof(*t));

	if (!t)
		return;
	t->p = *p;
	list_add_tail(&l->processes, &t->node);
}

struct socket_key {
	const struct host *host;
	int sk;
};

static uint32_t socket_hash(const struct host *host, int sk)
{
	static const struct hash_key key = {{0, 0}};

	return (uint32_t)siphash13_u64x2(&key, (uintptr_t)host, (uint64_t)sk);
}

static bool socket_is(const void *item, const void *key)
{
	const struct told_socket *s = item;
	const struct socket_key *k = key;

	return s->host == k->host && s->sk == k->sk;
}

const struct told_socket *look_find(const struct look *l,
				    const struct host *host, int sk)
{
	const struct socket_key key = {host, sk};

	return htab_find(&l->sockets, socket_hash(host, sk), socket_is, &key);
}

static struct told_socket *get_socket(struct look *l, const struct host *host,
				      int sk)
{
	const struct socket_key key = {host, sk};
	uint32_t hash = socket_hash(host, sk);
	struct told_socket *s = htab_find(&l->sockets, hash, socket_is, &key);

	if (s)
		return s;
	s = arena_alloc(&l->arena, 1, sizeof(*s));
	if (!s || htab_add(&l->sockets, hash, s))
		return NULL;
	s->host = host;
	s->sk = sk;
	list_init(&s->holders);
	return s;
}

static void on_holder(void *arg, const struct look_holder *h)
{
	struct look *l = arg;
	struct told_socket *s = get_socket(l, h->host, h->sk);
	struct told_holder *t = arena_alloc(&l->arena, 1, sizeof(*t));

	if (!s || !t)
		return;
	t->h = *h;
	list_add_tail(&s->holders, &t->node);
}

static void on_pipe(void *arg, const struct look_pipe *p)
{
	struct look *l = arg;
	struct told_socket *s = get_socket(l, p->host, p->sk);

	if (!s)
		return;
	s->pipe = *p;
	s->has_pipe = true;
}

static void on_watched(void *arg, const struct look_watched *w)
{
	struct look *l = arg;
	struct told_watched *t = arena_alloc(&l->arena, 1, sizeof(*t));

	if (!t)
		return;
	t->w = *w;
	list_add_tail(&l->watched, &t->node);
}

/* A set whose reader is the loop of the lab's own programs: what it is given as
 * data is a channel, and a channel has a name. */
static bool is_of_reactor(const struct file *set)
{
	const struct list *pos;

	for (pos = set->wq.waiters.next; pos != &set->wq.waiters;
	     pos = pos->next) {
		const struct waiter *w =
			container_of_const(pos, struct waiter, node);

		if (w->name && !strcmp(w->name, "reactor"))
			return true;
	}
	return false;
}

struct set_walk {
	struct look *l;
	int fd;
	bool is_of_reactor;
};

static void on_own(const struct epoll_info *info, void *arg)
{
	const struct set_walk *walk = arg;
	struct own_watched *w = arena_alloc(&walk->l->arena, 1, sizeof(*w));

	if (!w)
		return;
	w->set = walk->fd;
	w->fd = info->fd;
	w->target = info->target;
	w->events = info->events;
	if (walk->is_of_reactor)
		w->reader = channel_name(
			(const struct channel *)(uintptr_t)info->data);
	list_add_tail(&walk->l->own, &w->node);
}

static void gather_own(int fd, struct file *file, void *arg)
{
	struct set_walk walk = {arg, fd, false};

	if (!epoll_is(file))
		return;
	walk.is_of_reactor = is_of_reactor(file);
	epoll_for_each(file, on_own, &walk);
}

static void put_item(const struct epoll_info *info, void *arg)
{
	struct json *j = arg;

	json_open(j, '{');
	json_key_num(j, "fd", info->fd);
	json_key_text(j, "kind", info->target->ops->kind);
	look_put_events(j, "for", info->events & ~LOOK_ALWAYS);
	look_put_events(j, "now", info->now);
	json_key_bool(j, "ready", info->is_ready);
	json_key_bool(j, "disabled", info->is_disabled);
	json_key_num(j, "cause", info->cause);
	json_close(j, '}');
}

/* A set of the host's own programs. */
static void put_set(struct look *l, int fd, struct file *file)
{
	struct json j = look_line(l, "epoll");

	json_key_num(&j, "fd", fd);
	json_key_text(&j, "reader", is_of_reactor(file) ? "reactor" : NULL);
	json_key_num(&j, "sleepers", file->sleepers);
	json_key(&j, "watches");
	json_open(&j, '[');
	epoll_for_each(file, put_item, &j);
	json_close(&j, ']');
	look_line_end(l, &j);
}

static uint64_t hash_of(const struct endpoint *a, const struct endpoint *b)
{
	static const struct hash_key key = {{0, 0}};
	char text[2 * ENDPOINT_TEXT], *at = text;

	at += strlen(endpoint_print(*a, at));
	at += strlen(endpoint_print(*b, at));
	return siphash13(&key, text, (size_t)(at - text));
}

static void note_end(struct look *l, struct file *file)
{
	struct sock_look s;

	if (!sock_look(file, &s) || !s.has_tcp)
		return;
	if (l->end_count == l->end_room) {
		size_t room = l->end_room ? 2 * l->end_room : 64;
		uint64_t *more = arena_alloc(&l->arena, room, sizeof(*more));

		if (!more)
			return;
		if (l->end_count)
			memcpy(more, l->ends, l->end_count * sizeof(*more));
		l->ends = more;
		l->end_room = room;
	}
	l->ends[l->end_count++] = hash_of(&s.tcp.local, &s.tcp.remote);
}

static void on_file(int fd, struct file *file, void *arg)
{
	struct look *l = arg;

	if (epoll_is(file)) {
		put_set(l, fd, file);
		return;
	}
	note_end(l, file);
	look_put_socket(l, fd, file);
}

static int compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void on_conn(void *arg, const struct tcp_info *info)
{
	struct look *l = arg;
	uint64_t hash = hash_of(&info->local, &info->remote);

	if (l->end_count &&
	    bsearch(&hash, l->ends, l->end_count, sizeof(hash), compare))
		return;
	look_put_orphan(l, info);
}

static void look_at_host(struct look *l, struct host *h)
{
	l->host = h;
	l->end_count = 0;
	list_init(&l->own);
	file_for_each(&h->stack, gather_own, l);
	file_for_each(&h->stack, on_file, l);
	if (l->end_count)
		qsort(l->ends, l->end_count, sizeof(*l->ends), compare);
	tcp_for_each(&h->stack, on_conn, l);
}

/* The sets of a program, which the kernel keeps; one line for each. */
static void put_watched(struct look *l)
{
	struct told_watched *t, *before = NULL;
	struct json j = {0};

	l->host = NULL;
	list_for_each_entry(t, &l->watched, struct told_watched, node) {
		bool is_same = before && before->w.pid == t->w.pid &&
			       before->w.set == t->w.set;

		if (!is_same && before) {
			json_close(&j, ']');
			look_line_end(l, &j);
		}
		if (!is_same) {
			j = look_line(l, "epoll");
			json_key_text(&j, "host",
				      t->w.host ? t->w.host->node.name : NULL);
			json_key_num(&j, "fd", t->w.set);
			json_key_num(&j, "pid", t->w.pid);
			json_key_text(&j, "program", t->w.name);
			json_key_num(&j, "sleepers", t->w.waits);
			json_key(&j, "watches");
			json_open(&j, '[');
		}
		json_open(&j, '{');
		json_key_num(&j, "fd", t->w.fd);
		if (t->w.sk >= 0)
			json_key_num(&j, "socket", t->w.sk);
		look_put_events(&j, "for", t->w.events & ~LOOK_ALWAYS);
		look_put_events(&j, "now", t->w.now);
		json_key_bool(&j, "ready", t->w.now != 0);
		json_close(&j, '}');
		before = t;
	}
	if (before) {
		json_close(&j, ']');
		look_line_end(l, &j);
	}
}

static void gather_programs(struct look *l)
{
	const struct lab_programs *p = l->run->programs;
	const struct look_sink sink = {
		.on_process = on_process,
		.on_holder = on_holder,
		.on_pipe = on_pipe,
		.on_watched = on_watched,
		.arg = l,
	};

	if (p && p->look)
		p->look(p->arg, &sink);
}

static void put_head(struct look *l, int pid)
{
	struct json j = look_line(l, "lab");

	json_key_text(&j, "lab", l->run->lab->spec.name.s);
	json_key_num(&j, "t", (int64_t)l->now_ns);
	json_key_bool(&j, "real", l->run->real != NULL);
	if (pid)
		json_key_num(&j, "pid", pid);
	look_line_end(l, &j);
}

void lab_look(struct lab_run *run, int pid, struct strbuf *out)
{
	struct look l = {
		.run = run,
		.out = out,
		.now_ns = world_now(run->world),
	};
	struct told_process *t;
	struct list *pos;
	struct json j;

	arena_init(&l.arena, run->arena.mem);
	list_init(&l.processes);
	htab_init(&l.sockets, run->arena.mem, 0);
	list_init(&l.watched);
	put_head(&l, pid);
	gather_programs(&l);
	list_for_each(pos, world_nodes(run->world)) {
		struct host *h = host_of(list_entry(pos, struct node, list));

		if (h && h->is_on)
			look_at_host(&l, h);
	}
	put_watched(&l);
	list_for_each_entry(t, &l.processes, struct told_process, node)
		look_put_process(&l, t);
	l.host = NULL;
	j = look_line(&l, "end");
	look_line_end(&l, &j);
	if (arena_is_out(&l.arena) && !out->error)
		out->error = -ENOMEM;
	htab_fini(&l.sockets);
	arena_fini(&l.arena);
}
