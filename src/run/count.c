// SPDX-License-Identifier: MIT
/*
 * count.c - how much of everything the supervisor has
 *
 * A program that has ended has left nothing: what is counted here is the same
 * after a thousand programs as before the first.  Memory may be a little more,
 * where tables have grown, and stacks have connections that nobody owns any
 * more but TCP (TIME-WAIT).
 */
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>

#include "run/call.h"
#include "run/sockets.h"
#include "vnet/vnet.h"

/* Descriptors of this process, without the one that it takes to look. */
static size_t count_fds(void)
{
	struct dirent *e;
	size_t n = 0;
	DIR *dir = opendir("/proc/self/fd");

	if (!dir)
		return 0;
	while ((e = readdir(dir)))
		n += isdigit((unsigned char)e->d_name[0]) != 0;
	(void)closedir(dir);
	return n - 1;
}

static void count_one(const struct sock_info *info, void *arg)
{
	size_t *n = arg;

	(void)info;
	++*n;
}

/* Is it the first program on its host? */
static bool is_first(const struct supervisor *sup, const struct program *p)
{
	struct program *q;

	list_for_each_entry(q, &sup->programs, struct program, node)
		if (q->host == p->host)
			return q == p;
	return false;
}

void sup_count(const struct supervisor *sup, struct sup_count *c)
{
	struct program *p;
	struct desc *d;

	*c = (struct sup_count){
		.threads = sup->peers.count,
		.sockets = list_count(&sup->all),
		.descriptors = count_fds(),
		.memory = sup->mem->in_use_bytes,
	};
	list_for_each_entry(d, &sup->all, struct desc, all)
		c->parked += list_count(&d->parked);
	list_for_each_entry(p, &sup->programs, struct program, node) {
		c->programs += p->status < 0 || p->listener.fd >= 0;
		if (is_first(sup, p) && p->host->is_on)
			sock_for_each(&p->host->stack, count_one,
				      &c->stack_sockets);
	}
}

void sup_count_say(struct supervisor *sup, FILE *f)
{
	struct sup_count c;

	/* What was closed, and who has ended, but was not yet noticed. */
	programs_reap(sup);
	(void)pace_poll(sup->pace); /* unless that is who calls us */
	sweep_now(sup);
	sup_work(sup);
	sup_count(sup, &c);
	(void)fprintf(f,
		      "{\"programs\": %zu, \"threads\": %zu, "
		      "\"sockets\": %zu, \"parked\": %zu, "
		      "\"stack_sockets\": %zu, \"descriptors\": %zu, "
		      "\"memory\": %zu}\n",
		      c.programs, c.threads, c.sockets, c.parked,
		      c.stack_sockets, c.descriptors, c.memory);
	(void)fflush(f);
}
