// SPDX-License-Identifier: MIT
/*
 * asker.c - commands that are one line in the script of a lab
 */

#include "cli/asker.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/cmd_lab.h"
#include "cli/run_files.h"
#include "lab/run.h"

#define SETTLE_NS (5 * NS_PER_S)

bool asker_option(struct asker *a, int c)
{
	switch (c) {
	case 'l':
		a->lab = optarg;
		return true;
	case 'n':
		a->host = optarg;
		return true;
	case '4':
		a->over = LAB_OVER_IPV4;
		return true;
	case '6':
		a->over = LAB_OVER_IPV6;
		return true;
	case 'f':
		if (a->fault_count == ASKER_FAULTS_MAX)
			return false;
		a->faults[a->fault_count++] = optarg;
		return true;
	case 'o':
		a->dir = optarg;
		return true;
	case 's':
		a->has_seed = true;
		return cli_number(optarg, UINT64_MAX, &a->seed);
	case 'j':
		a->is_json = true;
		return true;
	default:
		return false;
	}
}

/* The first host that can look names up; one that serves others only if there
 * is no other.  NULL: none can. */
static const char *default_host(const struct lab *lab)
{
	const struct lab_node *node = lab->spec.nodes.items, *best = NULL;

	for (size_t i = 0; i < lab->spec.nodes.count; i++) {
		if (node[i].kind.v != LAB_HOST || !node[i].dns.count)
			continue;
		if (!node[i].serve.item.is_set)
			return node[i].item.name.s;
		best = best ? best : &node[i];
	}
	return best ? best->item.name.s : NULL;
}

static uint64_t settled_ns(const struct lab *lab)
{
	const struct lab_node *node = lab->spec.nodes.items;

	for (size_t i = 0; i < lab->spec.nodes.count; i++)
		if (topo_first_ip6(&node[i]))
			return SETTLE_NS;
	return 0;
}

static int add_faults(const struct asker *a, struct lab *lab, uint64_t at_ns)
{
	int err = 0;

	for (size_t i = 0; !err && i < a->fault_count; i++)
		err = lab_add_fault(lab, at_ns, a->faults[i]);
	return err;
}

int asker_load(struct asker *a, struct lab *lab, struct mem *mem,
	       uint64_t *at_ns)
{
	int err = 0, status = CLI_OK;

	if (a->lab)
		status = cmd_lab_load(lab, mem, a->lab);
	else
		err = lab_load_default(lab, mem);
	if (status != CLI_OK)
		return status;
	if (!err && !a->host)
		a->host = default_host(lab);
	if (!err && !a->host)
		return cli_usage(a->command, "no host of this lab has DNS: say "
					     "--on HOST");
	lab->spec.script.count = 0;
	lab->spec.expect.count = 0;
	*at_ns = settled_ns(lab);
	if (!err)
		err = add_faults(a, lab, *at_ns);
	return err ? asker_complain(a, lab, mem, err) : CLI_OK;
}

int asker_complain(const struct asker *a, const struct lab *lab,
		   struct mem *mem, int err)
{
	struct strbuf sb;

	if (err == -EINVAL && lab->diag.count) {
		strbuf_init(&sb, mem);
		diag_print(&lab->diag, &sb);
		fputs(strbuf_text(&sb), stderr);
		strbuf_fini(&sb);
		return CLI_USAGE;
	}
	if (err == -ENOENT || err == -EINVAL)
		return cli_usage(a->command,
				 "there is no host '%s' in this lab", a->host);
	if (err == -EAFNOSUPPORT)
		return cli_usage(a->command,
				 "'%s' has no IPv6 address in this lab",
				 a->host);
	fprintf(stderr, "weft %s: %s\n", a->command, strerror(-err));
	return CLI_FAILED;
}

int asker_begin(struct asker *a, struct lab *lab, struct mem *mem,
		struct lab_run **run)
{
	int err;

	if (!a->has_seed)
		a->seed = lab->spec.seed.v;
	if (!a->dir)
		a->dir = lab->spec.name.s;
	err = cli_make_dirs(a->dir);
	if (err) {
		fprintf(stderr, "weft %s: %s: %s\n", a->command, a->dir,
			strerror(-err));
		return CLI_FAILED;
	}
	err = lab_run_new(run, mem, lab, a->seed);
	if (!err)
		return CLI_OK;
	fprintf(stderr, "weft %s: cannot build the lab: %s\n", a->command,
		strerror(-err));
	return CLI_FAILED;
}

int asker_keep(const struct asker *a, struct lab_run *run, struct strbuf *names)
{
	char program[32];
	int err;

	(void)snprintf(program, sizeof(program), "weft %s", a->command);
	err = run_write_files(run, a->dir, program, names);
	if (err)
		fprintf(stderr, "%s: %s: %s\n", program, strbuf_text(names),
			strerror(-err));
	return err;
}

int asker_end(const struct asker *a, struct lab_run *run, int status)
{
	if (lab_run_free(run) && status == CLI_OK) {
		fprintf(stderr, "weft %s: packets leaked\n", a->command);
		return CLI_FAILED;
	}
	return status;
}
