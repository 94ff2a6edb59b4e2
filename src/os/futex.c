// SPDX-License-Identifier: MIT
/*
 * futex.c - a thread sleeps while a word has a value
 *
 * There is no call for it in the C library.  "Private" means that only threads
 * of this process sleep here, which spares the system a look at its maps.
 */

#include "os/futex.h"

#include <linux/futex.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "core/env.h"

void os_futex_wait(const atomic_uint *word, unsigned int value, uint64_t for_ns)
{
	struct timespec ts = {.tv_sec = (time_t)(for_ns / NS_PER_S),
			      .tv_nsec = (long)(for_ns % NS_PER_S)};

	syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value,
		for_ns == UINT64_MAX ? NULL : &ts, NULL, 0);
}

void os_futex_wake(const atomic_uint *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}
