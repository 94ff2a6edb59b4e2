/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_THREADBED_H
#define SUPPORT_THREADBED_H

/* threadbed.h - two hosts that many threads use, and what threads do there */

#include <netinet/in.h>
#include <pthread.h>
#include <stdint.h>
#include <weft/weft.h>

#define MS	1000000ULL
#define SA(sin) ((struct sockaddr *)&(sin)), sizeof(sin)

enum { CLIENTS = 8, ROUNDS = 40 };

/* The server, on b, listens at 10.0.0.2:7. */
struct threadbed {
	struct weft_net *net;
	struct weft_stack *a, *b;
	int listener;
};

/* For cmocka: a cable that is ideal, or one of 2 ms. */
int threadbed_setup(void **state);
int threadbed_setup_far(void **state);
int threadbed_teardown(void **state);

struct sockaddr_in server_addr(void);
int listen_on(struct weft_stack *ws);
int connect_from(struct weft_stack *ws);
uint64_t sleeps_of(struct weft_stack *ws);

/* A thread and what it is about: asserts belong to the main thread only. */
struct job {
	pthread_t thread;
	struct weft_stack *ws;
	int fd;
	long result;
	int err;
};

void job_start(struct job *job, void *(*fn)(void *), struct weft_stack *ws,
	       int fd);
void job_finish(struct job *job);

/* What a job may do.  Echo until the other end closes; connect and ask ROUNDS
 * times; accept one connection. */
void *serve(void *arg);
void *ask_often(void *arg);
void *accept_one(void *arg);

#endif /* SUPPORT_THREADBED_H */
