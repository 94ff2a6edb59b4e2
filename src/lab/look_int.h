/* SPDX-License-Identifier: MIT */
#ifndef LAB_LOOK_INT_H
#define LAB_LOOK_INT_H

/*
 * look_int.h - what is gathered before it is written down
 *
 * Private to lab/.
 */

#include "base/arena.h"
#include "base/htab.h"
#include "base/list.h"

#include "lab/look.h"
#include "trace/json.h"

struct endpoint;
struct file;

/* Things told by run/, each with its place in a list of the look. */
struct told_process {
	struct list node;
	struct look_process p;
	uint64_t sockets, sent, received;
};

struct told_holder {
	struct list node;
	struct look_holder h;
};

/**
 * struct told_socket - what was told of a socket of a program
 * @host:	Whose stack
 * @sk:		Descriptor there
 * @holders:	struct told_holder
 * @pipe:	Octets between the program and the stack, if @has_pipe
 */
struct told_socket {
	const struct host *host;
	int sk;
	struct list holders;
	struct look_pipe pipe;
	bool has_pipe;
};

struct told_watched {
	struct list node;
	struct look_watched w;
};

/* A descriptor of the stack's own epoll sets. */
struct own_watched {
	struct list node;
	int set, fd;
	const struct file *target;
	const char *reader;
	uint32_t events;
};

/**
 * struct look - a look under way
 * @arena:	Memory of what is gathered
 * @run:	At what
 * @host:	Which host it is about now
 * @out:	Where it is written
 * @now_ns:	The lab's time
 * @processes:	struct told_process
 * @sockets:	struct told_socket
 * @watched:	struct told_watched
 * @own:	struct own_watched of @host
 * @ends:	Hashes of the connections of @host that have a descriptor,
 *		@end_count of them; room for @end_room
 */
struct look {
	struct arena arena;
	struct lab_run *run;
	struct host *host;
	struct strbuf *out;
	uint64_t now_ns;
	struct list processes, watched, own;
	struct htab sockets;
	uint64_t *ends;
	size_t end_count, end_room;
};

/* Every waiter is told of these. */
#define LOOK_ALWAYS (uint32_t)(WAIT_ERR | WAIT_HUP | WAIT_NVAL)

/* look.c: NULL: no program has it */
const struct told_socket *look_find(const struct look *l,
				    const struct host *host, int sk);

/* look_json.c */
struct json look_line(struct look *l, const char *what);
void look_line_end(struct look *l, struct json *j);
void look_put_socket(struct look *l, int fd, struct file *file);
void look_put_process(struct look *l, const struct told_process *t);
/* "IN OUT ET" */
void look_put_events(struct json *j, const char *key, uint32_t events);
struct tcp_info;
void look_put_orphan(struct look *l, const struct tcp_info *info);

#endif /* LAB_LOOK_INT_H */
