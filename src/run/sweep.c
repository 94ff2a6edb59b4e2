// SPDX-License-Identifier: MIT
/*
 * sweep.c - noticing that a program has closed a socket
 *
 * Theory of operation
 * ===================
 * close(2) is the kernel's, and so are exit(2), dup2(2) over a descriptor, and
 * the fall of the last reference in some queue.  A connected descriptor tells:
 * our end hangs up.  One that never was connected, or that listens, has no
 * other end, and nothing tells.
 *
 * But an epoll set knows.  It does not hold what it watches: when the last
 * descriptor of a file is closed, wherever it was, the file leaves the set.
 * So each file is put into a set (which nobody ever waits for), our descriptor
 * for it is closed, and /proc/self/fdinfo lists what is still there, with the
 * cookie as the item's data.  What is not listed is gone.
 *
 * That is done now and then: when a thread has ended, when an address is
 * taken, and otherwise every SWEEP_MIN_NS, more rarely when there is much to
 * list.
 *
 * Limits
 * ------
 * A listener takes connections for up to SWEEP_MIN_NS after it was closed, and
 * resets them then.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "core/env.h"

#include "run/desc.h"

#define SWEEP_MIN_NS (20 * NS_PER_MS)

/* A look may take one part in so many of the time. */
enum { SWEEP_SHARE = 100 };

int sweep_init(struct supervisor *sup)
{
	sup->sweep_set = epoll_create1(EPOLL_CLOEXEC);
	sup->sweep_at_ns = UINT64_MAX;
	return sup->sweep_set < 0 ? -errno : 0;
}

int sweep_add(struct supervisor *sup, int fd, uint64_t cookie)
{
	struct epoll_event ev = {.events = EPOLLET, .data.u64 = cookie};

	if (epoll_ctl(sup->sweep_set, EPOLL_CTL_ADD, fd, &ev))
		return -errno;
	if (sup->sweep_at_ns == UINT64_MAX)
		sup->sweep_at_ns = sup_now(sup) + SWEEP_MIN_NS;
	return 0;
}

/* Note who is there still; 0 or -errno. */
static int look(struct supervisor *sup)
{
	char path[64], line[256], *data;
	struct desc *d;
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/self/fdinfo/%d",
		       sup->sweep_set);
	f = fopen(path, "re");
	if (!f)
		return -errno;
	while (fgets(line, sizeof(line), f)) {
		data = strstr(line, "data:");
		if (strncmp(line, "tfd:", 4) != 0 || !data)
			continue;
		d = desc_find(sup, strtoull(data + 5, NULL, 16));
		if (d)
			d->generation = sup->sweep_generation;
	}
	(void)fclose(f);
	return 0;
}

void sweep_now(struct supervisor *sup)
{
	uint64_t start = sup_now(sup), took;
	struct list *pos, *next;

	sup->sweep_generation++;
	if (look(sup) == 0)
		list_for_each_safe(pos, next, &sup->all) {
			struct desc *d = list_entry(pos, struct desc, all);

			if (d->cookie &&
			    d->generation != sup->sweep_generation) {
				d->is_gone = true;
				desc_mark(d);
			}
		}
	took = sup_now(sup) - start;
	sup->sweep_at_ns = UINT64_MAX;
	if (sup->descs.count)
		sup->sweep_at_ns =
			start + took +
			(took * SWEEP_SHARE > SWEEP_MIN_NS ? took * SWEEP_SHARE
							   : SWEEP_MIN_NS);
}

uint64_t sweep_when(const struct supervisor *sup)
{
	return sup->sweep_at_ns;
}
