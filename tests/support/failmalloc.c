// SPDX-License-Identifier: MIT
/*
 * failmalloc.c - the C library's memory, failing on demand
 *
 * Loaded in front of a program with LD_PRELOAD, it counts what the whole
 * process allocates, libraries included, and lets one allocation fail:
 *
 *	FAILMALLOC_AT=k		allocation number k fails
 *	FAILMALLOC_EVER=1	... and all later ones
 *	FAILMALLOC_COUNT=file	write there how many there were, at exit
 *	FAILMALLOC_TRACE=file	write there who asked for the one that failed
 *
 * It builds on the names under which glibc keeps its own functions, so that
 * nothing has to be looked up (which would allocate).
 */
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *p, size_t size);
void *__libc_memalign(size_t align, size_t size);

enum { FRAMES = 32 };

/* A preloaded library has no other place for its state. */
static unsigned long calls, fail_at;
static bool is_counting, is_for_ever;
static const char *count_path, *trace_path;

__attribute__((constructor)) static void begin(void)
{
	const char *at = getenv("FAILMALLOC_AT");
	void *frames[FRAMES];

	count_path = getenv("FAILMALLOC_COUNT");
	trace_path = getenv("FAILMALLOC_TRACE");
	is_for_ever = getenv("FAILMALLOC_EVER") != NULL;
	fail_at = at ? strtoul(at, NULL, 10) : 0;
	if (trace_path)
		backtrace(frames, FRAMES); /* allocates the first time */
	is_counting = true;
}

__attribute__((destructor)) static void end(void)
{
	char text[32];
	int fd, len;

	is_counting = false;
	if (!count_path)
		return;
	fd = open(count_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	len = snprintf(text, sizeof(text), "%lu\n", calls);
	if (fd < 0 || write(fd, text, (size_t)len) != len)
		_exit(3);
	close(fd);
}

static void trace(void)
{
	void *frames[FRAMES];
	int fd = open(trace_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
		      0666);

	if (fd < 0)
		return;
	backtrace_symbols_fd(frames, backtrace(frames, FRAMES), fd);
	close(fd);
}

static bool is_to_fail(void)
{
	if (!is_counting)
		return false;
	calls++;
	if (!fail_at || calls < fail_at || (calls > fail_at && !is_for_ever))
		return false;
	if (trace_path && calls == fail_at) {
		is_counting = false;
		trace();
		is_counting = true;
	}
	errno = ENOMEM;
	return true;
}

#define OURS __attribute__((visibility("default")))

/* The C library's own names for these parameters are reserved. */
/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name) */
OURS void *malloc(size_t size)
{
	return is_to_fail() ? NULL : __libc_malloc(size);
}

OURS void *calloc(size_t count, size_t size)
{
	return is_to_fail() ? NULL : __libc_calloc(count, size);
}

OURS void *realloc(void *p, size_t size)
{
	return is_to_fail() ? NULL : __libc_realloc(p, size);
}

OURS void *aligned_alloc(size_t align, size_t size)
{
	return is_to_fail() ? NULL : __libc_memalign(align, size);
}

OURS int posix_memalign(void **p, size_t align, size_t size)
{
	if (is_to_fail())
		return ENOMEM;
	*p = __libc_memalign(align, size);
	return *p ? 0 : ENOMEM;
}
/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
