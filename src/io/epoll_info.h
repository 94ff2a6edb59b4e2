/* SPDX-License-Identifier: MIT */
#ifndef IO_EPOLL_INFO_H
#define IO_EPOLL_INFO_H

/*
 * epoll_info.h - looking at an epoll set without touching it
 */

#include <stdbool.h>
#include <stdint.h>

struct file;

/**
 * struct epoll_info - a descriptor that a set watches
 * @fd:		By which number
 * @target:	What is watched; lent
 * @events:	What to tell about, with SK_EPOLLxxx
 * @now:	What there would be to tell now, enum wait_event
 * @data:	Whatever the program gave
 * @cause:	Number of the event that called back last, or 0
 * @is_ready:	In the ready list
 * @is_disabled: One-shot, and told
 */
struct epoll_info {
	int fd;
	const struct file *target;
	uint32_t events, now;
	uint64_t data;
	uint32_t cause;
	bool is_ready, is_disabled;
};

bool epoll_is(const struct file *file);

/* Call @fn for everything that the set watches, in no particular order. */
void epoll_for_each(struct file *file,
		    void (*fn)(const struct epoll_info *info, void *arg),
		    void *arg);

#endif /* IO_EPOLL_INFO_H */
