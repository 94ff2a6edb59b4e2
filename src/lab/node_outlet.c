// SPDX-License-Identifier: MIT
/*
 * node_outlet.c - a router of a lab gets its way out, and gives it back
 *
 * The machine's sockets are one descriptor to the loop that moves the lab's
 * clock.  They belong to the router: when it is switched off they close, and
 * when the lab ends.
 */
#include <errno.h>
#include <stdio.h>

#include "base/check.h"

#include "lab/expand.h"
#include "lab/real.h"
#include "lab/run_int.h"
#include "os/hostsock.h"
#include "os/pace.h"
#include "outlet/outlet.h"

/**
 * struct node_outlet - the way out of a router
 * @outlet:	What it does
 * @socks:	Through which sockets
 * @pfd:	Their descriptor in the loop
 * @name:	Of the router
 * @real:	Whose loop
 */
struct node_outlet {
	struct outlet *outlet;
	struct host_socks *socks;
	struct pace_fd pfd;
	const char *name;
	struct lab_real *real;
};

static void on_socks(struct pace_fd *pfd, void *arg)
{
	struct node_outlet *no = arg;

	(void)pfd;
	host_socks_look(no->socks, outlet_ready, no->outlet);
}

static void on_say(void *arg, const char *text)
{
	const struct node_outlet *no = arg;

	fprintf(stderr, "weft: %s: %s\n", no->name, text);
}

static int outlet_start(struct run_node *n, struct node_outlet *no)
{
	const struct lab_device *d = &n->spec->uplink;
	struct outlet_cfg cfg = {
		.ops = &host_ops_os,
		.has_loopback = d->loopback.v,
		.has_dns = d->names.v,
		.say = on_say,
		.say_arg = no,
	};
	int err = host_socks_new(n->run->arena.mem, &no->socks);

	if (err)
		return err;
	cfg.ops_arg = no->socks;
	err = outlet_new(&n->host->stack, &cfg, &no->outlet);
	if (!err)
		err = pace_watch(real_pace(no->real), &no->pfd,
				 host_socks_fd(no->socks), on_socks, no);
	if (!err)
		return 0;
	outlet_free(no->outlet);
	host_socks_free(no->socks);
	return err;
}

int boot_outlet(struct run_node *n)
{
	struct node_outlet *no;
	int err;

	if (!is_way_out(n->spec))
		return 0;
	no = mem_alloc(n->run->arena.mem, sizeof(*no));
	if (!no)
		return -ENOMEM;
	no->name = n->spec->item.name.s;
	no->real = n->run->real;
	err = outlet_start(n, no);
	if (err)
		mem_free(n->run->arena.mem, no, sizeof(*no));
	else
		n->outlet = no;
	return err;
}

static void on_least(void *arg)
{
	(void)arg;
}

/* The last words of programs that have ended. */
struct last_words {
	struct lab_run *run;
	uint64_t least_ns;
};

static bool are_said(void *arg)
{
	const struct last_words *w = arg;
	const struct lab_run *run = w->run;

	for (size_t i = 0; i < run_node_count(run); i++)
		if (run->nodes[i].outlet &&
		    outlet_speakers(run->nodes[i].outlet->outlet))
			return false;
	return world_now(run->world) >= w->least_ns;
}

void lab_run_drain(struct lab_run *run)
{
	struct last_words w = {.run = run};
	uint64_t now = world_now(run->world);
	bool has_way_out = false;

	for (size_t i = 0; i < run_node_count(run); i++)
		has_way_out |= run->nodes[i].outlet != NULL;
	if (!has_way_out || !run->real)
		return;
	w.least_ns = now + LAB_DRAIN_LEAST_NS;
	/* Somebody has to look when the least time is over. */
	if (world_at(run->world, w.least_ns, on_least, NULL) == 0)
		(void)pace_wait(real_pace(run->real), are_said, &w,
				now + LAB_DRAIN_NS);
}

static void put_outlet(const struct run_node *n, struct strbuf *out)
{
	struct outlet_stats s = outlet_stats(n->outlet->outlet);

	strbuf_printf(
		out, "  %-12.12s %9llu %9llu %9llu %9llu %9llu %9llu %9llu\n",
		n->spec->item.name.s, (unsigned long long)s.tcp,
		(unsigned long long)s.udp, (unsigned long long)s.ping,
		(unsigned long long)s.refused, (unsigned long long)s.failed,
		(unsigned long long)s.forbidden, (unsigned long long)s.full);
}

void outlet_counters(const struct lab_run *run, struct strbuf *out)
{
	bool has_head = false;

	for (size_t i = 0; i < run_node_count(run); i++) {
		if (!run->nodes[i].outlet)
			continue;
		if (!has_head)
			strbuf_puts(
				out,
				"ways out           tcp       udp      ping"
				"   refused    failed forbidden      full\n");
		has_head = true;
		put_outlet(&run->nodes[i], out);
	}
}

void halt_outlet(struct run_node *n)
{
	struct node_outlet *no = n->outlet;

	if (!no)
		return;
	n->outlet = NULL;
	pace_unwatch(real_pace(no->real), &no->pfd);
	outlet_free(no->outlet);
	host_socks_free(no->socks);
	mem_free(n->run->arena.mem, no, sizeof(*no));
}
