// SPDX-License-Identifier: MIT
/*
 * main.c - the program's entry: a table of subcommands
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"

#include "cli/cli.h"

#define VERSION "0.1.0"

/* clang-format off */
static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary;
} commands[] = {
	{"visit",	cmd_visit,	"visit a page, and see all that happens"},
	{"ping",	cmd_ping,	"is a host of a lab there?"},
	{"trace",	cmd_trace,	"the routers on the way to a host of a lab"},
	{"lab",		cmd_lab,	"run, check and show lab files"},
	{"run",		cmd_run,	"run a program that nobody changed on a host of a lab"},
	{"ss",		cmd_ss,		"the sockets of a lab: buffers, timers, and who waits"},
	{"ps",		cmd_ps,		"the programs that run on hosts of a lab"},
	{"up",		cmd_up,		"one host on a real wire: a TAP device"},
	{"why",		cmd_why,	"why is there a frame, back to what a person did"},
	{"hops",	cmd_hops,	"one frame at each switch and router"},
	{"show",	cmd_show,	"every octet of a frame, named"},
	{"back",	cmd_back,	"every table as it was after a step of the visit"},
	{"iomodels",	cmd_iomodels,	"one service in every model of I/O, measured"},
	{"drill",	cmd_drill,	"play conversation scripts against a stack"},
	{"help",	cmd_help,	"this text"},
};
/* clang-format on */

int cmd_help(int argc, char **argv)
{
	size_t i;

	(void)argc;
	(void)argv;
	puts("weft: a whole TCP/IP network in user space\n\n"
	     "usage: weft COMMAND [ARGUMENTS]\n\n"
	     "commands:");
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		printf("  %-9s %s\n", commands[i].name, commands[i].summary);
	puts("\n"
	     "examples:\n"
	     "  weft visit http://www.shop.test/   what a visit is made of\n"
	     "  weft why 30                        why is there frame 30?\n"
	     "  weft COMMAND --help                more about one of them\n\n"
	     "exit status: 0 as wished, 1 not as wished, 2 wrong arguments or "
	     "file");
	return CLI_OK;
}

static int run(int argc, char **argv)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(argv[0], commands[i].name))
			return commands[i].run(argc, argv);
	fprintf(stderr,
		"weft: there is no command '%s'; weft help lists them\n",
		argv[0]);
	return CLI_USAGE;
}

static int dispatch(int argc, char **argv)
{
	if (argc < 2) {
		cmd_help(argc, argv);
		return CLI_USAGE;
	}
	if (!strcmp(argv[1], "--version")) {
		puts("weft " VERSION);
		return CLI_OK;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
		return cmd_help(argc, argv);
	return run(argc - 1, argv + 1);
}

/* All is well only if what was said could be written. */
int main(int argc, char **argv)
{
	int status = dispatch(argc, argv);

	if (status != CLI_OK || (!fflush(stdout) && !ferror(stdout)))
		return status;
	fprintf(stderr, "weft: cannot write: %s\n", strerror(errno));
	return CLI_FAILED;
}
