/* SPDX-License-Identifier: MIT */
#ifndef CLI_IOMODELS_H
#define CLI_IOMODELS_H

/*
 * iomodels.h - one echo service, in every model of I/O
 *
 *	cmd_iomodels.c		what is asked for, and the table
 *	iomodels_run.c		a process for each measurement
 *	iomodels_bed.c		the network, and the clients
 *	iomodels_serve.c	the service, once for each model
 *	iomodels_events.c	... those that are told of single descriptors
 */

#include <stdbool.h>
#include <stdint.h>

struct weft_net;
struct weft_stack;
struct iom_client;

enum {
	IOM_OCTETS = 64, /* of a request, and of its answer */
	IOM_CONNECTIONS_MAX = 200000,
};

/**
 * struct iom_result - what was measured
 * @requests:	Answered
 * @wall_ns:	Time it took
 * @cpu_ns:	Time of processors, of service, clients and network together
 * @calls:	Calls of the service to its stack
 * @sleeps:	How often one of these slept and was woken
 * @looks:	Descriptors that were asked whether they are ready
 * @copied:	Octets copied, by both ends
 * @switches:	Between threads, by the kernel
 * @memory:	Resident octets, of both ends of all connections
 * @err:	Not 0: -errno, and nothing was measured
 * @reached:	Connections, or threads, there were then
 */
struct iom_result {
	uint64_t requests, wall_ns, cpu_ns;
	uint64_t calls, sleeps, looks, copied, switches;
	uint64_t memory;
	int err;
	int reached;
};

/* How far it is; called now and then. */
typedef void iom_progress_fn(void *arg, const char *what, uint64_t done,
			     uint64_t all);

/**
 * struct iom_bed - a server and clients, connected
 * @net:	In virtual time, unless the model wants threads
 * @server:	Where the service runs
 * @client:	Where requests come from: out of callbacks, so that they cost
 *		the same in every model
 * @count:	Connections
 * @fds:	The server's ends
 * @clients:	The others
 * @stop_fd:	Of the server: readable when all is answered
 * @done_fd:	Of the clients: likewise
 * @go_fd:	Of the clients: readable when they may begin
 * @at_once:	Requests under way at any time
 * @next:	Connection to ask next
 * @asked:	Requests sent
 * @wanted:	Requests to send
 * @is_done:	All are answered
 * @begun:	Counters when it began
 * @result:	Filled in when it is done
 * @memory_before: Resident octets before there was any of it
 * @on_progress: Who is told how far it is
 * @arg:	Its first argument
 */
struct iom_bed {
	struct weft_net *net;
	struct weft_stack *server, *client;
	int count;
	int *fds;
	struct iom_client *clients;
	int stop_fd, done_fd, go_fd;
	int at_once;
	int next;
	uint64_t asked, wanted;
	bool is_done;
	struct iom_result begun, result;
	uint64_t memory_before;
	iom_progress_fn *on_progress;
	void *arg;
};

/* Connect @bed->count clients.  0 or -errno; close it in any case. */
int iom_bed_open(struct iom_bed *bed);

/* The service is ready: begin to count, and to ask.  0 or -errno. */
int iom_bed_go(struct iom_bed *bed);

/* What is under way arrives; time does not pass. */
void iom_bed_settle(struct iom_bed *bed);

/* The clients go: whoever reads from them reads the end. */
void iom_bed_hang_up(struct iom_bed *bed);

/**
 * struct iom_model - one of the models
 * @name:	For --model
 * @title:	For the table
 * @why:	What its row shows, a sentence
 * @serve:	Prepare, iom_bed_go(), answer until @is_done.  0 or -errno
 * @cannot:	(optional) Why it cannot have so many connections, or NULL
 */
struct iom_model {
	const char *name;
	const char *title;
	const char *why;
	int (*serve)(struct iom_bed *bed);
	const char *(*cannot)(int connections);
};

extern const struct iom_model iom_models[];
extern const int iom_model_count;

int iom_serve_epoll(struct iom_bed *bed);
int iom_serve_edge(struct iom_bed *bed);
int iom_serve_signal(struct iom_bed *bed);
int iom_serve_ring(struct iom_bed *bed);
int iom_serve_watch(struct iom_bed *bed);

/* Answer what is there to read at one descriptor; false: nothing was. */
bool iom_answer(struct iom_bed *bed, int fd);

/**
 * iom_measure() - One model with so many connections, in a process of its own
 * @stop_fd:	Readable when the person wants no more
 * @result:	Filled in
 *
 * A process, so that its memory is counted from nothing, and so that a model
 * that exhausts it takes nothing else with it.
 *
 * Return: 0 (see @result->err), -EINTR, another -errno
 */
struct iom_job {
	const struct iom_model *model;
	int connections, at_once;
	uint64_t requests;
	int stop_fd;
	iom_progress_fn *on_progress;
	void *arg;
};

int iom_measure(const struct iom_job *job, struct iom_result *result);

#endif /* CLI_IOMODELS_H */
