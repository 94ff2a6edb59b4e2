/* SPDX-License-Identifier: MIT */
#ifndef RUN_PEER_H
#define RUN_PEER_H

/*
 * peer.h - the threads of a program: peer.c
 */

#include "run/run_int.h"

/**
 * struct peer - a thread that has made a call
 * @program:	What it belongs to
 * @tid:	Its number
 * @pidfd:	Readable when it has ended
 * @name:	As the kernel has it
 * @calls:	How many
 * @lost:	An answer that a signal kept from arriving, see notif.c
 */
struct peer {
	struct program *program;
	pid_t tid;
	struct watch pidfd;
	struct corpse corpse;
	char name[PROCESS_NAME_MAX];
	uint64_t calls;
	struct {
		bool is_set;
		int nr;
		uint64_t arg[6];
		long answer;
	} lost;
};

/* The thread of that number that calls now, or NULL.  @is_to_be_asked: whether
 * it is still the one that called before; without, peer_fd() may say -ESRCH. */
struct peer *peer_get(struct program *p, pid_t tid, bool is_to_be_asked);
void peer_drop(struct peer *peer);
/* A descriptor of ours for the caller's @fd; -EBADF, -errno. */
int peer_fd(struct peer *peer, int fd);

#endif /* RUN_PEER_H */
