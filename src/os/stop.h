/* SPDX-License-Identifier: MIT */
#ifndef OS_STOP_H
#define OS_STOP_H

/*
 * stop.h - being asked to end: Ctrl-C, kill
 */

#include <stdbool.h>

/**
 * os_stop_open() - Turn SIGINT and SIGTERM into a descriptor
 *
 * From now on they no longer end the process but can be read, so that an event
 * loop notices them between two events and ends cleanly.  Once for a process,
 * before it has threads.
 *
 * Return: a descriptor, to be closed with os_stop_close(); -errno
 */
int os_stop_open(void);

/* Was it asked to end?  Takes one signal; does not block. */
bool os_stop_asked(int fd);

/* The signals do again what they did. */
void os_stop_close(int fd);

#endif /* OS_STOP_H */
