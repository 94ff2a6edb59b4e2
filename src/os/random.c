// SPDX-License-Identifier: MIT
/*
 * random.c - the operating system's randomness
 *
 * getrandom(2) may be interrupted, and may give less than was asked for: both
 * mean to ask again.  Anything else means that there is no randomness, and
 * then the answer is no.  There is no second source to fall back to: a weaker
 * one would work in every test and fail in the field.
 */

#include "os/random.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

/* Interruptions in a row before it counts as broken. */
#define TRIES 1000

static long ask_system(void *buf, size_t len)
{
	ssize_t n = getrandom(buf, len, 0);

	return n < 0 ? -errno : n;
}

int os_random_fill_from(os_random_ask_fn *ask, void *buf, size_t len)
{
	unsigned char *at = buf;
	size_t left = len;
	int tries = 0;

	while (left) {
		long n = ask(at, left);

		if (n > 0 && (size_t)n <= left) {
			at += n;
			left -= (size_t)n;
			tries = 0;
		} else if (n != -EINTR || ++tries == TRIES) {
			memset(buf, 0, len);
			return -EIO;
		}
	}
	return 0;
}

int os_random_fill(void *arg, void *buf, size_t len)
{
	(void)arg;
	return os_random_fill_from(ask_system, buf, len);
}

struct entropy os_entropy(void)
{
	return (struct entropy){.fill = os_random_fill};
}
