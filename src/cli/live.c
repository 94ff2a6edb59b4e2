// SPDX-License-Identifier: MIT
/*
 * live.c - where weft ss and weft ps get to know what they show
 *
 * From a lab that runs: over its socket (os/control.h), one question, `look`.
 * From a lab file: the lab is run as far as is wanted, in its own time, and is
 * looked at where it stands.
 */
#include "cli/live.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/cmd_lab.h"
#include "lab/look.h"
#include "lab/program.h"
#include "lab/run.h"
#include "os/control.h"
#include "run/run.h"

static void on_question(void *arg, const char *question, struct strbuf *out)
{
	if (!strcmp(question, "look"))
		lab_look(arg, (int)getpid(), out);
	else
		strbuf_puts(out, "{\"what\":\"error\",\"text\":\"the question "
				 "is: look\"}\n");
}

struct control *live_open(struct lab_run *run, struct mem *mem)
{
	struct pace *pace = lab_run_pace(run);
	struct control *c = NULL;

	if (!pace || control_open(&c, mem, pace, on_question, run))
		return NULL;
	return c;
}

int live_get(const char *command, int pid, struct strbuf *out)
{
	int err = control_ask(pid, "look", out);

	if (!err)
		return CLI_OK;
	if (err == -ESRCH && pid)
		fprintf(stderr, "weft %s: process %d runs no lab of yours\n",
			command, pid);
	else if (err == -ESRCH)
		fprintf(stderr,
			"weft %s: no lab of yours runs; weft %s LAB.yaml looks "
			"at one in virtual time\n",
			command, command);
	else if (err == -ETIMEDOUT)
		fprintf(stderr, "weft %s: the lab does not answer\n", command);
	else
		fprintf(stderr, "weft %s: %s\n", command, strerror(-err));
	return CLI_FAILED;
}

/* Run it, with its programs if it has some. */
static int run_and_look(struct lab_run *run, struct mem *mem,
			struct strbuf *out)
{
	struct supervisor *sup = NULL;
	int err = 0;

	if (lab_has_programs(lab_run_lab(run)))
		err = sup_new(&sup, mem, run);
	if (!err)
		err = lab_run_go(run);
	if (!err)
		lab_look(run, 0, out);
	sup_free(sup);
	return err;
}

int live_get_file(const char *command, const char *file, uint64_t at_ns,
		  struct mem *mem, struct strbuf *out)
{
	struct lab_run *run;
	struct lab lab;
	int err, status = cmd_lab_load(&lab, mem, file);

	if (status == CLI_OK) {
		if (at_ns != UINT64_MAX)
			lab.spec.until =
				(struct lab_num){.v = at_ns, .is_set = true};
		err = lab_run_new(&run, mem, &lab, lab.spec.seed.v);
		if (!err) {
			err = run_and_look(run, mem, out);
			(void)lab_run_free(run);
		}
		if (err) {
			fprintf(stderr, "weft %s: %s: %s\n", command, file,
				strerror(-err));
			status = CLI_FAILED;
		}
	}
	lab_fini(&lab);
	return status;
}
