// SPDX-License-Identifier: MIT
/*
 * programs.c - what was started, and how it ends
 *
 * Theory of operation
 * ===================
 * A program is a process and all that it starts.  All of them have the filter
 * of the first, so its listener says when the last one has ended: it hangs up.
 * Processes whose parents end become our children (PR_SET_CHILD_SUBREAPER), so
 * a daemon that forks itself away is still ours to wait for, and to look into.
 *
 * There are programs that somebody at a terminal wants, and such that the lab's
 * file wants (is_labs).  The first decide how long it all lasts.  When it is
 * over the others are asked to end, and ended if they do not.
 *
 * A host that goes off takes its programs with it.  One that freezes stops them
 * (SIGSTOP), all processes of them, and they go on when it does (SIGCONT); one
 * that somebody had stopped before goes on, too.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/env.h"
#include "core/probe.h"

#include "lab/run.h"
#include "run/call.h"
#include "run/look.h"
#include "run/procs.h"
#include "vnet/vnet.h"

/* How long programs may take to end when the lab does. */
#define END_WAIT_NS (500 * NS_PER_MS)

static void tell_end(const struct program *p)
{
	struct place *place = p->host->node.place;

	place->env->cause = p->event;
	PROBE(place, EV_APP, R_RUN_EXIT, NULL, EVF_NUM("pid", p->pid),
	      EVF_NUM("status", p->status));
	place->env->cause = 0;
}

static void process_ended(struct supervisor *sup, pid_t pid, int status)
{
	struct program *p;

	list_for_each_entry(p, &sup->programs, struct program, node) {
		if (p->pid != pid || p->status >= 0)
			continue;
		p->status = WIFEXITED(status) ? WEXITSTATUS(status)
					      : 128 + WTERMSIG(status);
		tell_end(p);
		if (p->line)
			lab_run_program_ended(p->line, p->status);
		p->line = NULL;
	}
}

void programs_reap(struct supervisor *sup)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		process_ended(sup, pid, status);
	sup->sweep_at_ns = 0;
}

/* Does somebody at the terminal still wait for a program? */
bool programs_are_waited_for(const struct supervisor *sup)
{
	struct program *p;

	list_for_each_entry(p, &sup->programs, struct program, node)
		if (!p->is_labs && p->status < 0)
			return true;
	return false;
}

static int start(struct supervisor *sup, const struct program_cfg *cfg,
		 void *line, struct program **out)
{
	struct place *place = cfg->host->node.place;
	struct program *p = mem_alloc(sup->mem, sizeof(*p));
	int listener, err;

	if (!p)
		return -ENOMEM;
	*p = (struct program){
		.sup = sup,
		.host = cfg->host,
		.status = -1,
		.line = line,
		.listener = {.fd = -1, .on_ready = notif_on_ready},
	};
	err = launch(sup, cfg, &p->pid, &listener);
	if (err) {
		mem_free(sup->mem, p, sizeof(*p));
		return err;
	}
	list_add_tail(&sup->programs, &p->node);
	if (!line) /* nothing that happened before is the reason */
		place->env->cause = 0;
	p->event = PROBE(place, EV_ACTION, R_RUN_START, NULL,
			 EVF_NUM("pid", p->pid),
			 EVF_TEXT("program", cfg->argv[0]));
	*out = p;
	err = sup_watch(sup, &p->listener, listener, EPOLLIN);
	if (err)
		close(listener);
	return err;
}

int sup_start(struct supervisor *sup, const struct program_cfg *cfg,
	      struct program **out)
{
	return start(sup, cfg, NULL, out);
}

/* struct lab_programs.start */
static int labs_start(void *arg, struct host *host, char *const *argv,
		      void *line)
{
	const struct program_cfg cfg = {host, argv};
	struct supervisor *sup = arg;
	struct program *p = NULL;
	int err;

	if (!line && !lab_run_is_ready(sup->lab, host))
		fprintf(stderr,
			"weft: nobody has given %s an address so far; %s "
			"starts without\n",
			host->node.name, argv[0]);
	err = start(sup, &cfg, line, &p);

	if (p)
		p->is_labs = true;
	if (err)
		fprintf(stderr, "weft: %s: %s\n", host->node.name,
			sup_complaint(sup));
	return err;
}

/* struct lab_programs.stop: the power goes. */
static void labs_stop(void *arg, struct host *host)
{
	size_t count = procs_signal(arg, host, SIGKILL);

	if (count)
		PROBE(host->node.place, EV_APP, R_RUN_KILL, NULL,
		      EVF_NUM("count", count));
}

/* struct lab_programs.freeze: no process runs, as no timer does. */
static void labs_freeze(void *arg, struct host *host, bool is_frozen)
{
	size_t count = procs_signal(arg, host, is_frozen ? SIGSTOP : SIGCONT);

	if (count)
		PROBE(host->node.place, EV_APP,
		      is_frozen ? R_RUN_STOP : R_RUN_GO_ON, NULL,
		      EVF_NUM("count", count));
}

int programs_open(struct supervisor *sup)
{
	sup->lab_programs = (struct lab_programs){
		.start = labs_start,
		.stop = labs_stop,
		.freeze = labs_freeze,
		.look = programs_look,
		.arg = sup,
	};
	return lab_run_set_programs(sup->lab, &sup->lab_programs);
}

bool programs_are_over(void *arg)
{
	const struct supervisor *sup = arg;
	struct program *p;

	list_for_each_entry(p, &sup->programs, struct program, node)
		if (!p->is_labs && (p->status < 0 || p->listener.fd >= 0))
			return false;
	return true;
}

static bool nobody_is_there(void *arg)
{
	const struct supervisor *sup = arg;
	struct program *p;

	list_for_each_entry(p, &sup->programs, struct program, node)
		if (p->status < 0)
			return false;
	return true;
}

/* Whoever has not ended by himself is asked to, and is ended after a while. */
void programs_end(struct supervisor *sup)
{
	procs_signal_all(sup, SIGTERM);
	(void)pace_wait(sup->pace, nobody_is_there, sup,
			sup_now(sup) + END_WAIT_NS);
	guard_end_children();
}

int program_status(const struct program *p)
{
	return p->status;
}

struct finder {
	struct sup_socket socket;
	int sk;
	bool is_found;
};

static void find_info(const struct sock_info *info, void *arg)
{
	struct finder *f = arg;

	if (info->fd != f->sk)
		return;
	f->socket.info = *info;
	f->is_found = true;
}

void sup_for_each_socket(struct supervisor *sup,
			 void (*fn)(const struct sup_socket *s, void *arg),
			 void *arg)
{
	struct desc *d;

	list_for_each_entry(d, &sup->all, struct desc, all) {
		struct finder f = {
			.socket = {d->name, d->pid, d->host, {0}},
			.sk = d->sk,
		};

		if (d->sk >= 0 && d->host->is_on)
			sock_for_each(desc_stack(d), find_info, &f);
		if (f.is_found)
			fn(&f.socket, arg);
	}
}

void sup_for_each_process(struct supervisor *sup,
			  void (*fn)(const struct sup_process *p, void *arg),
			  void *arg)
{
	const struct peer *peer;
	size_t pos = 0;

	while ((peer = htab_next(&sup->peers, &pos))) {
		const struct sup_process p = {peer->tid, peer->name,
					      peer->program->host, peer->calls};

		fn(&p, arg);
	}
}
