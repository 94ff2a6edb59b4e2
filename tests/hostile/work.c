// SPDX-License-Identifier: MIT
/*
 * work.c - how many instructions were executed so far
 *
 * The command `status internal` makes callgrind print some twenty lines, one
 * of which is "events-1: 123456".  They are written before the command
 * returns, so what is new at the end of the log is the answer.
 */

#include "work.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"

#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#else
#define VALGRIND_MONITOR_COMMAND(cmd) ((void)(cmd), 1)
#define RUNNING_ON_VALGRIND	      0
#endif

static int log_fd(void)
{
	const char *name = getenv("WEFT_WORK_LOG");
	int fd;

	if (!name || !RUNNING_ON_VALGRIND)
		return -1;
	fd = open(name, O_RDONLY | O_CLOEXEC);
	check(fd >= 0);
	return fd;
}

bool work_is_counted(void)
{
	return RUNNING_ON_VALGRIND && getenv("WEFT_WORK_LOG");
}

uint64_t work_now(void)
{
	static int fd = -2; /* not tried yet */
	char text[4096];
	const char *at;
	ssize_t n;

	if (fd == -2)
		fd = log_fd();
	if (fd < 0)
		return 0;
	(void)lseek(fd, 0, SEEK_END);
	check(VALGRIND_MONITOR_COMMAND("status internal") == 0);
	n = read(fd, text, sizeof(text) - 1);
	check(n > 0);
	text[n] = '\0';
	at = strstr(text, "\nevents-1: ");
	check(at);
	return strtoull(at + strlen("\nevents-1: "), NULL, 10);
}

uint64_t work_overhead(void)
{
	static uint64_t least = UINT64_MAX;
	int i;

	for (i = 0; i < 3 && least == UINT64_MAX; i++) {
		uint64_t start = work_now();
		uint64_t end;

		start = work_now();
		end = work_now();
		least = end - start;
	}
	return least;
}
